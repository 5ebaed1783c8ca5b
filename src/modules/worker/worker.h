/* The inside of the worker: what to ask and tell (review.h), one review (review.c), taking them (reviews.c), calls
 * without a process and rows that are over (janitor.c), calls given away that nobody took (orphans.c), the door
 * (worker.c). */
#ifndef WORKER_H
#define WORKER_H

#include "iv_control.h"
#include "iv_id.h"
#include "iv_provider.h"
#include "iv_worker.h"
#include "review.h"

struct iv_worker {
	struct iv_services *s;
	const struct iv_config *cfg;
	bool running;
	struct iv_worker_stats stats;
	size_t busy; /* reviews, givings back, work in threads: what iv_worker_stop waits for */
	void (*stopped)(void *arg);
	void *stopped_arg;

	/* reviews */
	struct iv_list live; /* of struct review */
	size_t live_count, asked;
	bool wanted;         /* something may be due */
	int failures;        /* of takings in a row */
	struct iv_timer wake;
	struct iv_flow take, *taking;
	struct iv_pg_run take_run;
	struct iv_arena take_arena;
	struct iv_rows taken, next;

	/* janitor */
	struct iv_timer round;
	struct iv_flow chore, *choring;
	struct iv_pg_run chore_run;
	struct iv_control_run owner_run;
	struct iv_redis_run epoch_run;
	struct iv_reply epoch;       /* its age, in ms */
	struct iv_arena chore_arena; /* the list, as long as it is walked */
	struct iv_arena loss_arena;
	struct iv_rows silent, swept, loss;
	size_t at;                   /* in the list */
	struct iv_str owner;

	/* orphans */
	struct iv_timer orphan_round;
	struct iv_flow orphan, *orphaning;
	struct iv_pg_run orphan_run;
	struct iv_arena orphan_arena;
	struct iv_rows orphans;
};

void worker_rest(struct iv_worker *w); /* something is not busy any more */

/* ── reviews.c */
void reviews_init(struct iv_worker *w);
void reviews_start(struct iv_worker *w);
void reviews_stop(struct iv_worker *w);
void reviews_left(struct iv_worker *w);                 /* a review is over: there is room */
void reviews_wake_in(struct iv_worker *w, int64_t ms);  /* something comes due then; never puts off a look */

/* ── review.c */
void review_start(struct iv_worker *w, const struct iv_review_take_out *row);
void review_cancel_all(struct iv_worker *w);

/* ── janitor.c */
void janitor_init(struct iv_worker *w);
void janitor_start(struct iv_worker *w);
void janitor_stop(struct iv_worker *w);

/* ── orphans.c */
void orphans_start(struct iv_worker *w);
void orphans_stop(struct iv_worker *w);

#endif
