/* iv_loop: the one loop of the process: time, timers by absolute deadline, work for after this turn,
 * work for another thread, and the 20 ms pacing tick. Everything else runs inside its callbacks. */
#ifndef IV_LOOP_H
#define IV_LOOP_H

#include <uv.h>
#include "iv_list.h"
#include "iv_str.h"

struct iv_loop;

struct iv_loop *iv_loop_new(void); /* also ignores SIGPIPE for the process: sockets report EPIPE */
/* Runs deferred work, checks that every handle is closed (IV_DEBUG: aborts and names those that are
 * not), frees. */
void iv_loop_free(struct iv_loop *l);
void iv_loop_run(struct iv_loop *l);  /* until iv_loop_stop, or nothing is left to wait for */
void iv_loop_stop(struct iv_loop *l);
uv_loop_t *iv_loop_uv(struct iv_loop *l); /* for the floors that own sockets */

int64_t iv_now_us(void);  /* monotonic, read now */
int64_t iv_wall_us(void); /* Unix time */
int64_t iv_wall_ms(void);

/* ── timers: one heap, one uv timer. The struct belongs to the caller and needs no closing. */
struct iv_timer {
	struct iv_loop *loop;
	int64_t deadline_us; /* monotonic */
	void (*fn)(void *arg);
	void *arg;
	size_t heap_index; /* 0: not armed */
};

void iv_timer_init(struct iv_timer *t, struct iv_loop *l, void (*fn)(void *arg), void *arg);
void iv_timer_at(struct iv_timer *t, int64_t deadline_us); /* arms, or moves */
void iv_timer_in_ms(struct iv_timer *t, int64_t ms);
void iv_timer_stop(struct iv_timer *t); /* harmless when not armed */
bool iv_timer_armed(const struct iv_timer *t);

/* ── after this turn: never free the thing whose callback you are in. Order is kept; what deferred work
 * defers runs one turn later. */
void iv_defer(struct iv_loop *l, void (*fn)(void *arg), void *arg);
void iv_free_later(struct iv_loop *l, void *p); /* free(p) after the turn */
/* Called once per turn, before the loop sleeps (log flush). One hook. */
void iv_loop_set_turn_hook(struct iv_loop *l, void (*fn)(void *arg), void *arg);

/* ── another thread: `work` runs there and may touch only `arg`; `done` runs here afterwards. */
void iv_loop_work(struct iv_loop *l, void (*work)(void *arg), void (*done)(void *arg), void *arg);

/* ── the pacing tick: each member is called every 20 ms at absolute slots (no drift); members are
 * spread over 20 phases of 1 ms. slot_us is when the call was due, so now - slot_us is our lateness.
 * A member may leave inside its own tick. After a stall missed slots are skipped, not replayed. */
#define IV_TICK_US 20000

struct iv_pacer_member {
	struct iv_list node;
	void (*tick)(void *arg, int64_t slot_us);
	void *arg;
	int phase; /* -1: not a member; set it so before the first join */
	int64_t joined_us; /* slots due before it are not given */
};

void iv_pacer_join(struct iv_loop *l, struct iv_pacer_member *m, void (*tick)(void *, int64_t), void *arg);
void iv_pacer_leave(struct iv_loop *l, struct iv_pacer_member *m);
/* Runs the slots that are due by now. For whoever may keep the loop busy for long (a thousand sockets
 * readable at once): what goes out is not late because much came in. Ticks may close anything: call it
 * before touching what you are about to work on. Harmless inside a tick. */
void iv_pacer_catch_up(struct iv_loop *l);
/* Reports each tick's lateness in microseconds (the lag metric). */
void iv_pacer_set_lag_hook(struct iv_loop *l, void (*fn)(void *arg, int64_t late_us), void *arg);

#endif
