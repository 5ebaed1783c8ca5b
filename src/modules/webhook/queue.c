/* The fair queue: a ring of tenants with something waiting, in each a ring of endpoints, in each a line. */
#include "queue.h"

#include <stdlib.h>
#include "iv_breaker.h"
#include "iv_map.h"

enum { ID_SIZE = 132 }; /* ids are at most 128 bytes */

struct tenant {
	struct iv_list node;  /* in queue.ring while an endpoint of it is in `ring` */
	struct iv_list ring;  /* its gates with something waiting */
	size_t gates;         /* all of its gates */
	int in_flight, waiting;
	char id[ID_SIZE];
};

struct webhook_gate {
	struct iv_list node; /* in tenant.ring while something waits */
	struct iv_list line; /* of webhook_turn */
	struct tenant *tenant;
	struct iv_breaker breaker;
	int64_t held_until_us, used_us;
	int in_flight, waiting, limit;
	bool answers; /* the last one did */
	char id[ID_SIZE];
};

struct webhook_queue {
	struct webhook_queue_opts o;
	struct iv_map *tenants, *gates;
	struct iv_list ring; /* of tenants */
	size_t waiting;
	int in_flight;
};

static void *make(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		abort();
	return p;
}

struct webhook_queue *webhook_queue_new(const struct webhook_queue_opts *o)
{
	struct webhook_queue *q = make(sizeof(*q));

	q->o = *o;
	q->tenants = iv_map_new();
	q->gates = iv_map_new();
	iv_list_init(&q->ring);
	return q;
}

static void drop_gate(struct webhook_queue *q, struct webhook_gate *g)
{
	struct tenant *t = g->tenant;

	iv_list_remove(&g->node);
	(void)iv_map_remove(q->gates, iv_str(g->id));
	free(g);
	if (--t->gates > 0)
		return;
	iv_list_remove(&t->node);
	(void)iv_map_remove(q->tenants, iv_str(t->id));
	free(t);
}

static void drop_each(void *arg, struct iv_str key, void *value)
{
	(void)key;
	drop_gate(arg, value);
}

void webhook_queue_free(struct webhook_queue *q)
{
	if (!q)
		return;
	iv_map_each(q->gates, drop_each, q);
	iv_map_free(q->gates);
	iv_map_free(q->tenants);
	free(q);
}

static struct tenant *tenant_of(struct webhook_queue *q, struct iv_str id)
{
	struct tenant *t = iv_map_get(q->tenants, id);

	if (t)
		return t;
	t = make(sizeof(*t));
	(void)iv_str_copy(t->id, sizeof(t->id), id);
	iv_list_init(&t->node);
	iv_list_init(&t->ring);
	(void)iv_map_put(q->tenants, iv_str(t->id), t);
	return t;
}

static struct webhook_gate *gate_of(struct webhook_queue *q, struct iv_str tenant_id, struct iv_str id)
{
	struct webhook_gate *g = iv_map_get(q->gates, id);

	if (g)
		return g;
	g = make(sizeof(*g));
	(void)iv_str_copy(g->id, sizeof(g->id), id);
	iv_list_init(&g->node);
	iv_list_init(&g->line);
	iv_breaker_init(&g->breaker, q->o.breaker_failures, q->o.breaker_ms);
	g->tenant = tenant_of(q, tenant_id);
	g->tenant->gates++;
	(void)iv_map_put(q->gates, iv_str(g->id), g);
	return g;
}

void webhook_queue_put(struct webhook_queue *q, struct iv_str tenant_id, struct iv_str endpoint_id, int limit,
		       struct webhook_turn *t)
{
	struct webhook_gate *g = gate_of(q, tenant_id, endpoint_id);

	g->limit = limit;
	g->waiting++;
	g->tenant->waiting++;
	*t = (struct webhook_turn){.gate = g};
	if (iv_list_empty(&g->line))
		iv_list_append(&g->tenant->ring, &g->node);
	if (iv_list_empty(&g->tenant->node))
		iv_list_append(&q->ring, &g->tenant->node);
	iv_list_append(&g->line, &t->node);
	q->waiting++;
}

/* Out of its line; the rings are kept honest. */
static void unline(struct webhook_queue *q, struct webhook_turn *t)
{
	struct webhook_gate *g = t->gate;

	iv_list_remove(&t->node);
	q->waiting--;
	g->waiting--;
	g->tenant->waiting--;
	if (iv_list_empty(&g->line))
		iv_list_remove(&g->node);
	if (iv_list_empty(&g->tenant->ring))
		iv_list_remove(&g->tenant->node);
}

static void to_the_end(struct iv_list *ring, struct iv_list *node)
{
	iv_list_remove(node);
	iv_list_append(ring, node);
}

static bool has_share(const struct webhook_queue *q, const struct tenant *t)
{
	return t->in_flight < q->o.slots - q->in_flight;
}

/* Broken or held, and will be for some time yet. */
static bool closed(const struct webhook_gate *g, int64_t now_us)
{
	return now_us < g->held_until_us ||
	       (g->breaker.state != IV_BREAKER_CLOSED && now_us < g->breaker.until_us);
}

static struct webhook_turn *take_of(struct webhook_queue *q, struct tenant *t, int64_t now_us)
{
	IV_LIST_EACH(node, &t->ring)
	{
		struct webhook_gate *g = IV_CONTAINER(node, struct webhook_gate, node);
		struct webhook_turn *turn;

		/* The breaker is asked last: in half open its yes is good once. */
		if (g->in_flight >= g->limit || closed(g, now_us) || !iv_breaker_allow(&g->breaker, now_us))
			continue;
		turn = IV_CONTAINER(g->line.next, struct webhook_turn, node);
		to_the_end(&t->ring, &g->node);
		unline(q, turn);
		turn->begun = true;
		g->in_flight++;
		t->in_flight++;
		q->in_flight++;
		return turn;
	}
	return NULL;
}

struct webhook_turn *webhook_queue_take(struct webhook_queue *q, int64_t now_us)
{
	IV_LIST_EACH(node, &q->ring)
	{
		struct tenant *t = IV_CONTAINER(node, struct tenant, node);
		struct webhook_turn *turn = has_share(q, t) ? take_of(q, t, now_us) : NULL;

		if (!turn)
			continue;
		if (!iv_list_empty(&t->node))
			to_the_end(&q->ring, &t->node);
		return turn;
	}
	return NULL;
}

void webhook_queue_done(struct webhook_queue *q, struct webhook_turn *t, enum webhook_end end, int64_t hold_ms,
			int64_t now_us)
{
	struct webhook_gate *g = t->gate;

	t->begun = false;
	g->used_us = now_us;
	if (end != WEBHOOK_END_UNKNOWN)
		g->answers = end == WEBHOOK_END_ANSWERED;
	g->in_flight--;
	g->tenant->in_flight--;
	q->in_flight--;
	if (end == WEBHOOK_END_UNKNOWN)
		iv_breaker_no_result(&g->breaker, now_us);
	else
		iv_breaker_result(&g->breaker, end == WEBHOOK_END_ANSWERED, now_us);
	if (hold_ms > 0 && now_us + hold_ms * 1000 > g->held_until_us)
		g->held_until_us = now_us + hold_ms * 1000;
}

struct webhook_turn *webhook_queue_evict(struct webhook_queue *q, bool all, int64_t now_us)
{
	IV_LIST_EACH(tenant_node, &q->ring)
	{
		struct tenant *t = IV_CONTAINER(tenant_node, struct tenant, node);

		IV_LIST_EACH(gate_node, &t->ring)
		{
			struct webhook_gate *g = IV_CONTAINER(gate_node, struct webhook_gate, node);
			struct webhook_turn *turn = IV_CONTAINER(g->line.next, struct webhook_turn, node);

			if (!all && !closed(g, now_us))
				continue;
			unline(q, turn);
			return turn;
		}
	}
	return NULL;
}

size_t webhook_queue_waiting(const struct webhook_queue *q)
{
	return q->waiting;
}

int webhook_queue_in_flight(const struct webhook_queue *q)
{
	return q->in_flight;
}

int webhook_queue_free_slots(const struct webhook_queue *q)
{
	return q->o.slots - q->in_flight;
}

/* Half of what is left at most: however many come at once, there is some left for the next. */
size_t webhook_queue_room(const struct webhook_queue *q)
{
	size_t all = 2 * (size_t)q->o.slots, here = q->waiting + (size_t)q->in_flight;

	return here < all ? (all - here + 1) / 2 : 0;
}

/* ── walks over everything that is known */

struct walk {
	struct webhook_queue *q;
	int64_t now_us, earliest_us;
	size_t count;
	bool full;
	void (*tell)(void *arg, struct iv_str id);
	void *arg;
};

static void blocked_tenant(void *arg, struct iv_str key, void *value)
{
	struct walk *w = arg;

	const struct tenant *t = value;
	bool room = (size_t)(t->in_flight + t->waiting) < webhook_queue_room(w->q);

	if (room && has_share(w->q, t))
		return;
	w->full = true;
	w->tell(w->arg, key);
}

static void blocked_gate(void *arg, struct iv_str key, void *value)
{
	struct walk *w = arg;
	const struct webhook_gate *g = value;
	/* In half open one is on its way, or has yet to go: more would only wait here. */
	bool trying = g->breaker.state != IV_BREAKER_CLOSED && (g->in_flight > 0 || g->waiting > 0);
	int room = g->answers ? 2 * g->limit : g->limit;

	if (closed(g, w->now_us)) {
		w->tell(w->arg, key);
	} else if (g->in_flight + g->waiting >= room || trying) {
		w->full = true;
		w->tell(w->arg, key);
	}
}

bool webhook_queue_blocked(struct webhook_queue *q, int64_t now_us, void (*tenant)(void *arg, struct iv_str id),
			   void (*endpoint)(void *arg, struct iv_str id), void *arg)
{
	struct walk w = {.q = q, .now_us = now_us, .tell = tenant, .arg = arg};

	iv_map_each(q->tenants, blocked_tenant, &w);
	w.tell = endpoint;
	iv_map_each(q->gates, blocked_gate, &w);
	return w.full;
}

static void find_opening(void *arg, struct iv_str key, void *value)
{
	struct walk *w = arg;
	const struct webhook_gate *g = value;
	int64_t at = g->held_until_us;

	(void)key;
	if (!closed(g, w->now_us))
		return;
	w->count++;
	if (g->breaker.state != IV_BREAKER_CLOSED && g->breaker.until_us > at)
		at = g->breaker.until_us;
	if (at < w->earliest_us)
		w->earliest_us = at;
}

int64_t webhook_queue_opens_us(struct webhook_queue *q, int64_t now_us)
{
	struct walk w = {.now_us = now_us, .earliest_us = INT64_MAX};

	iv_map_each(q->gates, find_opening, &w);
	return w.earliest_us;
}

size_t webhook_queue_broken(struct webhook_queue *q, int64_t now_us)
{
	struct walk w = {.now_us = now_us, .earliest_us = INT64_MAX};

	iv_map_each(q->gates, find_opening, &w);
	return w.count;
}

static void sweep_gate(void *arg, struct iv_str key, void *value)
{
	struct walk *w = arg;
	struct webhook_gate *g = value;
	/* Failures are remembered for a while, as long as something may still come of them. */
	bool forgotten = g->breaker.failures == 0 || g->used_us + 10 * w->q->o.breaker_ms * 1000 < w->now_us;

	(void)key;
	if (g->in_flight == 0 && iv_list_empty(&g->line) && !closed(g, w->now_us) && forgotten)
		drop_gate(w->q, g);
}

void webhook_queue_sweep(struct webhook_queue *q, int64_t now_us)
{
	struct walk w = {.q = q, .now_us = now_us};

	iv_map_each(q->gates, sweep_gate, &w);
}
