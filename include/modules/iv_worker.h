/* iv_worker: what happens behind everybody's back.
 *
 *   reviews   a call that is over is told: summary, outcome and what the agent's schema asks for by a model, else by
 *             rules; the event agent.summary once, qa.flags when there are any. Any process may run some; they are
 *             taken from the store with a lease, so that one whose process died is done by another. Woken by NOTIFY
 *             call_reviews, by a timer for what is due, and twice a minute.
 *   janitor   calls whose process is gone are ended as lost, rows that are over are swept out.
 *
 * Needs s->worker, s->providers, s->control, s->cfg, s->instance_id. */
#ifndef IV_WORKER_H
#define IV_WORKER_H

#include "iv_services.h"

struct iv_worker;

/* NULL: a setting does not fit the others; e says which. Does nothing yet. */
struct iv_worker *iv_worker_new(struct iv_services *s, struct iv_err *e);
void iv_worker_start(struct iv_worker *w);
/* Nothing more is taken; reviews under way are given back to the others. Then done, from the loop; before iv_pg_close,
 * iv_providers_free and iv_control_free. */
void iv_worker_stop(struct iv_worker *w, void (*done)(void *arg), void *arg);
/* After iv_pg_close: a notification may still come until then. */
void iv_worker_free(struct iv_worker *w);

struct iv_worker_stats {
	size_t running;
	uint64_t by_model, by_rules, put_back, moved, lost;
};
struct iv_worker_stats iv_worker_stats(const struct iv_worker *w);

#endif
