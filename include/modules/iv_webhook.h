/* iv_webhook: what the outbox holds is posted to its endpoints: at least once, with the same event id each
 * time, signed, fairly between tenants, on the plans of src/modules/webhook/schedule.h.
 *
 * Any process may run one; rows are claimed with a lease. A process that dies leaves them to the others (or
 * to itself) when the lease is over. Woken by NOTIFY webhook_outbox (enqueue_event says it) and by a timer
 * for the next try that is due; nothing is polled, but for a look twice a minute.
 *
 * Needs s->worker (claims), s->pg (routes), s->net, s->cfg, s->instance_id. */
#ifndef IV_WEBHOOK_H
#define IV_WEBHOOK_H

#include "iv_api.h"

struct iv_webhook;

/* NULL: a setting does not fit the others; e says which. Does nothing yet. */
struct iv_webhook *iv_webhook_new(struct iv_services *s, struct iv_err *e);
void iv_webhook_start(struct iv_webhook *w);
/* No more claims; what waits goes back, what is in flight finishes. Then done, from the loop; WEBHOOK_TIMEOUT and
 * two seconds later at the latest, with a store that does not answer too. */
void iv_webhook_drain(struct iv_webhook *w, void (*done)(void *arg), void *arg);
/* Cuts what is still in flight: it is sent again, by whoever claims it next. No drain's done afterwards.
 * Before iv_pg_close; iv_webhook_free after it, for a notification may still come. */
void iv_webhook_stop(struct iv_webhook *w);
void iv_webhook_free(struct iv_webhook *w);

struct iv_webhook_stats {
	size_t waiting, in_flight, unsettled;
	uint64_t claimed, delivered, retried, dead, back;
};
struct iv_webhook_stats iv_webhook_stats(const struct iv_webhook *w);

/* Rows for iv_api_mount, each ends with {0}: /v1/webhooks, and the first platform's /webhooks. They do not
 * need a running dispatcher. */
extern const struct iv_api_route iv_webhook_routes[];
extern const struct iv_api_route iv_webhook_dispatch_routes[];
/* The same rows without their /webhooks, as the first platform served them: /dispatch, /dlq/stats … */
const struct iv_api_route *iv_webhook_bare_routes(void);

#endif
