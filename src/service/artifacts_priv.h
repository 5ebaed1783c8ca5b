/* The inside of iv_artifacts.
 *
 *   artifact_files.c    names; transcript and numbers of a call      (blocks)
 *   artifact_sound.c    recordings: put right, muted, made Opus      (blocks)
 *   artifact_disk.c     the disk's name and key                      (blocks)
 *   artifacts.c         the worker: start, stop, what to do next
 *   artifact_upload.c   one file on its way, as a flow
 *   artifact_sweep.c    off the disk, out of the store, erasures
 *   artifact_link.c     links, and what stands behind ours */
#ifndef ARTIFACTS_PRIV_H
#define ARTIFACTS_PRIV_H

#include "iv_artifacts.h"
#include "iv_background.h"
#include "iv_id.h"
#include "iv_s3.h"

enum { UPLOADS_MAX = 32, LEASE_S = 180, HOLD_MS = 60000, DISK_KEY = 32 };

/* What a kind is called on the disk and in the store. */
struct artifact_kind {
	const char *kind, *format, *folder, *ending, *content_type;
};
extern const struct artifact_kind artifact_kinds[]; /* ends with kind NULL */
const struct artifact_kind *artifact_kind(struct iv_str kind, struct iv_str format); /* NULL: unknown */

/* ── artifact_sound.c */

struct sound_mute {
	int64_t from_ms, to_ms;
};
/* Right sizes in the header, silence in the spans. 1: done, 0: there is no such file, -1: *e. */
int sound_put_right(const char *path, const struct sound_mute *mutes, size_t count, int64_t *bytes, int64_t *duration_ms,
		    struct iv_err *e);
/* WAV to Ogg/Opus beside it, whole or not at all; gives up when the job is to stop (IV_ECANCELED). */
IV_MUST_CHECK bool sound_to_opus(struct iv_job *job, const char *wav, const char *opus, int64_t *bytes,
				 int64_t *duration_ms, char sha256[65], struct iv_err *e);
IV_MUST_CHECK bool file_digest(struct iv_job *job, const char *path, int64_t *bytes, char sha256[65], struct iv_err *e);
bool file_parents(const char *path); /* makes the folders above it */
/* The whole file at once under its name, synced. */
IV_MUST_CHECK bool file_write(const char *path, struct iv_str bytes, struct iv_err *e);

/* ── artifact_disk.c */

struct disk {
	char id[IV_ID_SIZE];
	uint8_t key[DISK_KEY]; /* signs links to what lies on it */
};
IV_MUST_CHECK bool disk_open(const char *data_dir, struct disk *d, struct iv_err *e);

/* ── the worker */

enum artifacts_state { ARTIFACTS_NEW, ARTIFACTS_RUNNING, ARTIFACTS_STOPPING, ARTIFACTS_STOPPED, ARTIFACTS_STATES };

struct upload;

struct iv_artifacts {
	struct iv_services *s;
	const struct iv_config *cfg;
	enum artifacts_state state;
	struct disk disk;
	char owner[IV_ID_SIZE + 8]; /* of leases: this process */
	struct iv_aws *aws;   /* NULL without a bucket */
	struct iv_s3 *s3;
	struct iv_background *background;
	struct iv_artifacts_stats stats;

	struct iv_list uploads; /* of struct upload: taken, under way */
	size_t upload_count;
	int64_t down_ms;        /* the store does not answer: the wait before it is asked again; 0: it does */

	struct iv_flow take;    /* asking for what there is to store */
	bool taking, again;
	struct iv_arena take_arena;
	struct iv_pg_run take_run;
	struct iv_rows rows, next;
	struct iv_timer look, hold, give_up;

	struct iv_flow hold_flow;
	bool holding;
	struct iv_arena hold_arena;
	struct iv_pg_run hold_run;

	struct sweep *sweep;    /* under way */
	struct iv_timer sweep_timer;
	bool sweep_soon;
	int64_t retired_us;     /* when ages were last looked at; 0: never */

	size_t serving;         /* content being looked up */
	bool closing, cancelling, background_closed; /* closing: no time is left */
	void (*stopped)(void *arg);
	void *stopped_arg;
};

void artifacts_set_state(struct iv_artifacts *a, enum artifacts_state to);
void artifacts_look_in(struct iv_artifacts *a, int64_t ms);
void artifacts_rest(struct iv_artifacts *a); /* something ended: is all of it over? */
const char *artifact_bucket(const struct iv_artifacts *a, const struct artifact_kind *kind); /* "": none */
/* FOLDER/TENANT/CALL.ENDING */
IV_MUST_CHECK bool artifact_key(const struct artifact_kind *kind, struct iv_str tenant, struct iv_str call, char out[400]);
/* The store answered, or did not. */
void artifacts_store_up(struct iv_artifacts *a, bool up);

/* artifact_upload.c */
void upload_start(struct iv_artifacts *a, struct iv_str tenant, struct iv_str id, struct iv_str call, struct iv_str kind,
		  struct iv_str format, struct iv_str path, int64_t attempt);
void uploads_cancel(struct iv_artifacts *a); /* out of time: they go back */

/* artifact_sweep.c */
void sweep_init(struct iv_artifacts *a);
void sweep_start(struct iv_artifacts *a, bool soon);
void sweep_stop(struct iv_artifacts *a);

#endif
