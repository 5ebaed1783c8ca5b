/* iv_background: one thread for long work that nobody waits for: transcoding, hashing large files. Jobs run
 * one after the other in the order given, at a lower priority than the loop, so that a core that carries
 * live calls is theirs first; iv_loop_work is for short things and shares its threads with file writes
 * and name lookups. */
#ifndef IV_BACKGROUND_H
#define IV_BACKGROUND_H

#include <stdatomic.h>
#include "iv_loop.h"

struct iv_background;

/* Embedded in whoever gives the job; alive until `done` was called. */
struct iv_job {
	struct iv_list node;
	/* On the thread; may touch only `arg`. A long one looks at iv_job_stopping now and then and returns. */
	void (*work)(struct iv_job *job, void *arg);
	/* On the loop, exactly once. ran is false when the thread was closed before the job began. */
	void (*done)(void *arg, bool ran);
	void *arg;
	atomic_bool stop;
	bool ran;
};

struct iv_background *iv_background_new(struct iv_loop *l);
void iv_background_add(struct iv_background *b, struct iv_job *job);
/* Nobody wants the result: a job that has not begun ends with ran false, one under way is asked to return. */
void iv_job_cancel(struct iv_job *job);
static inline bool iv_job_stopping(struct iv_job *job)
{
	return atomic_load_explicit(&job->stop, memory_order_relaxed);
}
size_t iv_background_waiting(const struct iv_background *b); /* jobs not done yet */
/* Cancels everything; closed from the loop behind the last job's done. Jobs added meanwhile end unrun. */
void iv_background_close(struct iv_background *b, void (*closed)(void *arg), void *arg);

#endif
