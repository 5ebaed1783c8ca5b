/* iv_replays: calls that are over, gone through again with other settings: what `invorto replay FILE --set` does, for the
 * API. The journal is read and stepped by a worker thread, one call at a time: the threads are also those that write
 * journals. */
#ifndef IV_REPLAYS_H
#define IV_REPLAYS_H

#include "iv_buf.h"
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
/* settings: a JSON object, members of an agent; path: the journal; both are copied. The answer goes into out. Errors:
 *   IV_EGONE      the journal is not on the disk
 *   IV_EINVAL     a setting, which the error's field names; or the file is no journal
 *   IV_ETOOBIG    the call is too long for that
 *   IV_EDRAINING  too many wait */
enum iv_flow_next iv_replays_go(struct iv_replays *r, struct iv_flow *f, struct iv_replays_run *run, struct iv_str path,
				struct iv_str settings, struct iv_buf *out);

/* The same at once, for worker threads and tests: blocks. */
IV_MUST_CHECK bool iv_replay_tell(const char *path, struct iv_str settings, struct iv_buf *out, struct iv_err *e);

#endif
