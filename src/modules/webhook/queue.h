/* Whose turn it is. Tenants take turns, within a tenant its endpoints do, and an endpoint's deliveries keep
 * their order. A delivery begins only when
 *   a slot is free,
 *   its tenant holds fewer slots than are free: one tenant alone gets half of them, two a third each, and a
 *     newcomer always finds some, however many receivers of the others hang;
 *   its endpoint has fewer than its own limit in flight, its breaker lets it, and nobody asked it to wait.
 * As many again of an endpoint that answers may wait here, so that it never waits for the store; all together as
 * many as there are slots, and of a tenant fewer than there is room left.
 * Pure: the clock is an argument. Counts are this process's: N processes give an endpoint N times its limit. */
#ifndef WEBHOOK_QUEUE_H
#define WEBHOOK_QUEUE_H

#include "iv_list.h"
#include "iv_str.h"

struct webhook_queue;

struct webhook_queue_opts {
	int slots;            /* deliveries in flight, all tenants together */
	int breaker_failures; /* outages in a row that leave an endpoint alone … */
	int64_t breaker_ms;   /* … for so long; then one delivery tries */
};

/* Embedded in a delivery, zeroed before it is put. */
struct webhook_turn {
	struct iv_list node;
	struct webhook_gate *gate;
	bool begun;
};

struct webhook_queue *webhook_queue_new(const struct webhook_queue_opts *o);
void webhook_queue_free(struct webhook_queue *q); /* nothing waits, nothing is in flight */

/* limit: of this endpoint in flight at once. */
void webhook_queue_put(struct webhook_queue *q, struct iv_str tenant_id, struct iv_str endpoint_id, int limit,
		       struct webhook_turn *t);
/* The next that may begin, or NULL. It holds a slot until webhook_queue_done. */
struct webhook_turn *webhook_queue_take(struct webhook_queue *q, int64_t now_us);

enum webhook_end {
	WEBHOOK_END_ANSWERED, /* the receiver is there */
	WEBHOOK_END_OUTAGE,
	WEBHOOK_END_UNKNOWN, /* cancelled: it says nothing about the receiver */
};
/* hold_ms: nobody goes to this endpoint for so long (Retry-After); 0: no matter. */
void webhook_queue_done(struct webhook_queue *q, struct webhook_turn *t, enum webhook_end end, int64_t hold_ms,
			int64_t now_us);
/* One that waits and cannot begin soon (breaker, hold), or with `all` any that waits: it is out of the queue
 * and goes back to where it came from. NULL: none. */
struct webhook_turn *webhook_queue_evict(struct webhook_queue *q, bool all, int64_t now_us);

size_t webhook_queue_waiting(const struct webhook_queue *q);
int webhook_queue_in_flight(const struct webhook_queue *q);
int webhook_queue_free_slots(const struct webhook_queue *q);
size_t webhook_queue_room(const struct webhook_queue *q); /* how many more should be here, at most */
/* Who should not be fetched now: endpoints that are full, held or broken, and tenants at their share. True when
 * some are merely full: they are to be fetched for when one of theirs is done. */
bool webhook_queue_blocked(struct webhook_queue *q, int64_t now_us, void (*tenant)(void *arg, struct iv_str id),
			   void (*endpoint)(void *arg, struct iv_str id), void *arg);
/* When the first of the held or broken may be tried again; INT64_MAX: none is. */
int64_t webhook_queue_opens_us(struct webhook_queue *q, int64_t now_us);
/* Forgets endpoints of which nothing is known any more; call it now and then. */
void webhook_queue_sweep(struct webhook_queue *q, int64_t now_us);
size_t webhook_queue_broken(struct webhook_queue *q, int64_t now_us); /* endpoints left alone, for the gauge */

#endif
