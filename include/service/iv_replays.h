/* iv_replays: calls that are over, gone through again with other settings: what `invorto replay FILE --set` does, for the
 * API. The journal is read and stepped by a worker thread, one call at a time: the threads are also those that write
 * journals. */
#ifndef IV_REPLAYS_H
#define IV_REPLAYS_H

#include "iv_arena.h"
#include "iv_buf.h"
#include "iv_control.h"
#include "iv_flow.h"

struct iv_replays;

struct iv_replays *iv_replays_new(struct iv_loop *l);
/* Those who wait are told IV_ECANCELED; one under way ends by itself, and nobody hears of it. */
void iv_replays_free(struct iv_replays *r);

#define IV_REPLAY_TURNS 2000 /* of each side; more are left out, and `truncated` says so */

struct iv_replays_run {
	struct iv_op op;
	struct iv_replays_job *job; /* NULL when nothing is under way */
};
/* settings: a JSON object, members of an agent; path: the journal; both are copied. The answer is handed to
 * out, which is empty. Errors:
 *   IV_EGONE      the journal is not on the disk
 *   IV_EINVAL     a setting, which the error's field names; or the file is no journal
 *   IV_ETOOBIG    the call is too long for that
 *   IV_EDRAINING  too many wait */
enum iv_flow_next iv_replays_go(struct iv_replays *r, struct iv_flow *f, struct iv_replays_run *run, struct iv_str path,
				struct iv_str settings, struct iv_buf *out);

/* ── the journal of another process

 * Journals do not leave the disk they were written on: what was said is in them, unmasked. So whoever runs on that disk is
 * asked, over the control channel, and answers with what the API answers, masked. A disk is owned as a call is. */
/* Answers for the disk of this process from now on. `data_dir` outlives r, which may outlive c. */
void iv_replays_share(struct iv_replays *r, struct iv_control *c, const char *disk_id, const char *data_dir);

struct iv_replays_far {
	struct iv_control_run run;
	char name[160];       /* the disk's */
	struct iv_str owner, answer;
};
/* Two steps and a look at the answer: who runs on that disk; IV_ECONFLICT: nobody. Then he is asked; errors of
 * iv_control_send. */
enum iv_flow_next iv_replays_find(struct iv_replays *r, struct iv_flow *f, struct iv_replays_far *far,
				  struct iv_arena *arena, struct iv_str disk_id);
enum iv_flow_next iv_replays_ask(struct iv_replays *r, struct iv_flow *f, struct iv_replays_far *far,
				 struct iv_arena *arena, struct iv_str path, struct iv_str settings, int timeout_ms);
/* False: as iv_replays_go fails, or IV_ETOOBIG: the answer is longer than what goes over the channel. */
IV_MUST_CHECK bool iv_replays_told(const struct iv_replays_far *far, struct iv_buf *out, struct iv_err *e);

/* The same at once, for worker threads and tests: blocks. */
IV_MUST_CHECK bool iv_replay_tell(const char *path, struct iv_str settings, struct iv_buf *out, struct iv_err *e);

#endif
