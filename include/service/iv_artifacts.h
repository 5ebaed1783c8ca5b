/* iv_artifacts: what calls leave behind, from the disk it was written on to the object store, and to whoever may have
 * it; deleted when its time is over or somebody wants to be forgotten.
 *
 * Files stand in DATA_DIR/FOLDER/TENANT/CALL.ENDING and go to the object FOLDER/TENANT/CALL.ENDING. Their rows are
 * written with the call's end. A disk has a name of its own (DATA_DIR/disk.id), and whoever runs on it takes its rows,
 * one after the other, until they are stored; without a bucket for its kind a file stays where it is. Nothing is taken
 * off the disk before it is stored. */
#ifndef IV_ARTIFACTS_H
#define IV_ARTIFACTS_H

#include "iv_account.h"
#include "iv_aws.h"
#include "iv_http.h"
#include "iv_services.h"

struct iv_artifacts;

/* ── the worker of a process */

/* Reads or makes the disk's name (blocks: start-up). IV_EINVAL: a setting is wrong, with its name. */
struct iv_artifacts *iv_artifacts_new(struct iv_services *s, struct iv_err *e);
void iv_artifacts_start(struct iv_artifacts *a);
/* There may be something to do: a call has ended here. */
void iv_artifacts_wake(struct iv_artifacts *a);
/* Takes nothing more; what waits on this disk has up to ARTIFACT_STOP_WAIT_MS. Then done, from the loop. */
void iv_artifacts_stop(struct iv_artifacts *a, void (*done)(void *arg), void *arg);
void iv_artifacts_free(struct iv_artifacts *a); /* stopped or never started, and the pools are closed */
const char *iv_artifacts_disk(const struct iv_artifacts *a);
struct iv_artifacts_stats { size_t waiting, uploading; uint64_t stored, failed, lost, removed, deleted; bool store_up; };
struct iv_artifacts_stats iv_artifacts_stats(const struct iv_artifacts *a);

/* ── the files of one call, made when its journal is read; for a worker thread: blocks */

#define IV_ARTIFACT_FILES 6
#define IV_ARTIFACT_PATH 700

struct iv_artifact_file {
	const char *kind, *format;  /* as in the schema */
	char path[IV_ARTIFACT_PATH];
	int64_t bytes, duration_ms; /* duration -1: none */
	char sha256[65];            /* "" : not known yet */
};
struct iv_artifact_place {
	const char *data_dir, *tenant_id, *call_id; /* tenant "": no folder of its own */
};
/* DATA_DIR/FOLDER/TENANT/CALL.ENDING; false: too long. */
IV_MUST_CHECK bool iv_artifact_path(const struct iv_artifact_place *p, const char *folder, const char *ending,
				    char out[IV_ARTIFACT_PATH]);
/* Writes transcript (JSON and lines), timeline and numbers from the account, masked as it says, over what the call wrote while it
 * lived; gives the recording the sizes its header lacks after a crash, and silences the caller's turns in it that hold a
 * card's number. Returns how many files there are; what could not be written is in *e and left out. */
size_t iv_artifacts_make(const struct iv_artifact_place *p, struct iv_account *account,
			 struct iv_artifact_file out[IV_ARTIFACT_FILES], struct iv_err *e);

/* The same for the recording alone, which a process made that gives the call away: its sizes, and silence over cards'
 * numbers. False: there is none, or it is no WAV. Blocks. */
IV_MUST_CHECK bool iv_artifacts_part(const struct iv_account *a, const char *path, int64_t *bytes, int64_t *duration_ms,
				     struct iv_err *e);

/* ── a recording that somebody brings */

const char *iv_artifact_content_type(struct iv_str kind, struct iv_str format); /* "audio/wav" */

/* "wav", "ogg" or "mp3" by its first bytes; NULL: none of them. */
const char *iv_artifact_sound(struct iv_str bytes);
/* What it is and where it is to be written, a file of its own beside ours:
 * DATA_DIR/recordings/TENANT/CALL.upload-RANDOM.wav. */
IV_MUST_CHECK bool iv_artifact_brought(const struct iv_artifact_place *p, const char *format,
				       struct iv_artifact_file *out, struct iv_err *e);
/* A recording of a vendor's, as MP3 in base64: decoded into a file of its own, a piece at a time; blocks, for a worker
 * thread. IV_EINVAL: it is none; IV_EDRAINING: the disk is full. */
IV_MUST_CHECK bool iv_artifact_from_base64(const struct iv_artifact_place *p, struct iv_str text,
					   struct iv_artifact_file *out, struct iv_err *e);
/* The same of the MP3 itself. */
IV_MUST_CHECK bool iv_artifact_from_bytes(const struct iv_artifact_place *p, struct iv_str sound,
					  struct iv_artifact_file *out, struct iv_err *e);
/* The object it will be: "s3://BUCKET/KEY" in the arena; "" without a bucket. */
struct iv_str iv_artifact_object(const struct iv_artifacts *a, struct iv_str tenant_id, struct iv_str call_id,
				 struct iv_str kind, struct iv_str format, struct iv_arena *arena);

/* ── links. A link is good for whoever has it, for a while, and for nothing else. */

struct iv_artifact_row { /* as artifact_list and artifact_find give it */
	struct iv_str id, call_id, kind, format, state, disk, local_path, object_key;
};
/* Gets the object store's keys, for links made by the steps behind it; goes on at once without a store. */
enum iv_flow_next iv_artifact_links_ready(struct iv_artifacts *a, struct iv_flow *f, struct iv_aws_run *run);
/* To the object store where the file is stored; else to us: PUBLIC_BASE_URL/v1/artifacts/ID/content?exp=…&sig=…&t=TENANT.
 * In the arena. IV_EGONE: it is deleted. IV_EDRAINING: not at this moment (no keys); IV_ENOENT: it lies on another
 * instance's disk. */
IV_MUST_CHECK bool iv_artifact_link(struct iv_artifacts *a, struct iv_str tenant_id, const struct iv_artifact_row *row,
				    struct iv_arena *arena, struct iv_str *url, int64_t *expires_ms, struct iv_err *e);
/* To us in any case, wherever the file is or will be, good for ARTIFACT_EVENT_LINK_SECONDS: for what is told now and
 * read later. Any thread. IV_ETOOBIG: the arena is full. */
IV_MUST_CHECK bool iv_artifact_told_link(const struct iv_artifacts *a, struct iv_str tenant_id, struct iv_str id,
					 struct iv_arena *arena, struct iv_str *url, struct iv_err *e);
/* Signed with REALTIME_WS_SECRET, so that each instance knows it; without one with the disk's own key.
 * Is this link one of ours and still good? IV_EFORBIDDEN otherwise. */
IV_MUST_CHECK bool iv_artifact_link_good(const struct iv_artifacts *a, struct iv_str id, struct iv_str tenant_id,
					 struct iv_str exp, struct iv_str sig, struct iv_err *e);
/* The handler behind such a link: checks it, finds the row, sends the file (ranges too), or the way to the object store
 * (302) when it has been stored since. Needs no credential. */
void iv_artifacts_on_content(struct iv_artifacts *a, struct iv_http_req *rq, struct iv_str id);

#endif
