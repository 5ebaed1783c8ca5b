/* The inside of struct iv_loop: each file of this floor owns one part of it. */
#ifndef IV_LOOP_PRIV_H
#define IV_LOOP_PRIV_H

#include <stdlib.h>
#include "iv_loop.h"

struct iv_deferred {
	void (*fn)(void *arg);
	void *arg;
};

#define IV_PACER_PHASES 20
#define IV_SLOT_US (IV_TICK_US / IV_PACER_PHASES)

struct iv_loop {
	uv_loop_t uv;
	bool closing; /* our handles are closed: only what is deferred still runs */

	/* timer.c: heap[1..timer_count], earliest first */
	uv_timer_t timer;
	struct iv_timer **heap;
	size_t timer_count, heap_cap;
	bool firing;
	int64_t armed_us; /* what `timer` waits for; INT64_MAX: nothing */

	/* defer.c */
	uv_prepare_t prepare;
	uv_idle_t idle; /* active while something is deferred, so that the loop does not sleep */
	struct iv_deferred *deferred;
	size_t deferred_count, deferred_cap;
	struct iv_deferred *running; /* the batch being run; the two arrays swap */
	size_t running_cap;
	void (*turn_hook)(void *arg);
	void *turn_arg;

	/* pacer.c */
	uv_poll_t pacer;
	int pacer_fd;
	struct iv_list phases[IV_PACER_PHASES];
	unsigned phase_members[IV_PACER_PHASES];
	unsigned pacer_members;
	bool ticking;
	int64_t slot; /* the last slot that ran; a slot is IV_SLOT_US of monotonic time */
	void (*lag_hook)(void *arg, int64_t late_us);
	void *lag_arg;
};

void iv_loop_timers_init(struct iv_loop *l);
void iv_loop_defer_init(struct iv_loop *l);
void iv_loop_pacer_init(struct iv_loop *l);
void iv_loop_timers_close(struct iv_loop *l);
void iv_loop_defer_close(struct iv_loop *l);
void iv_loop_pacer_close(struct iv_loop *l);
bool iv_loop_run_deferred(struct iv_loop *l); /* one batch; false when there was none */

/* Fixed sizes and small arrays: without memory for these there is nothing sensible left to do. */
static inline void *loop_realloc(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p)
		abort();
	return p;
}

#endif
