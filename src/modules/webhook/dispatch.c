/* Taking what is due from the store and giving each its turn: when to look, how much to take, starting and
 * stopping. */
#include "webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_log.h"
#include "iv_metrics.h"

enum {
	CLAIM_ROWS = 256,
	CLAIM_BYTES = 8 << 20,        /* of payloads in one claim */
	CLAIM_ARENA = 24 << 20,
	HELD_BYTES = 64 << 20,        /* of all deliveries here: no more is claimed above it */
	ENDED_MOST = 1000,            /* that the store has yet to be told of */
	EXPIRE_ROWS = 1000,
	STARTS_A_TURN = 4,            /* a start costs some 0.1 ms, and audio is due every few */
	LOOK_MS = 30000,              /* the longest without a look */
	AGAIN_MS = 250, AGAIN_MAX_MS = 15000, /* behind a claim that failed */
	FLOW_MS = 30000,
	DRAIN_MARGIN_MS = 2000,
};

static struct iv_webhook *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_webhook, claim);
}

static void look(struct iv_webhook *w);
static void pump(void *arg);

static void pump_later(struct iv_webhook *w)
{
	if (w->pumping)
		return;
	w->pumping = true;
	iv_defer(w->s->loop, pump, w);
}

static void gauge(struct iv_webhook *w)
{
	iv_metric_set(IV_M_webhook_in_flight, 0, webhook_queue_in_flight(w->queue));
	iv_metric_set(IV_M_webhook_waiting, 0, (double)webhook_queue_waiting(w->queue));
}

/* Gives turns, a few in each turn of the loop; what cannot go soon goes back. */
static void pump(void *arg)
{
	struct iv_webhook *w = arg;
	struct webhook_turn *t = NULL;
	int64_t now = iv_now_us();

	w->pumping = false;
	if (w->state == WEBHOOK_STOPPED)
		return;
	for (int n = 0; n < STARTS_A_TURN && w->state == WEBHOOK_RUNNING; n++) {
		t = webhook_queue_take(w->queue, now);
		if (!t)
			break;
		webhook_delivery_start(IV_CONTAINER(t, struct webhook_delivery, turn));
	}
	if (t) {
		pump_later(w);
	} else {
		while ((t = webhook_queue_evict(w->queue, w->state != WEBHOOK_RUNNING, now)) != NULL)
			webhook_delivery_back(IV_CONTAINER(t, struct webhook_delivery, turn));
	}
	gauge(w);
	look(w);
}

/* ── taking ── */

struct names {
	struct iv_arena *arena;
	struct iv_strs list;
	size_t room;
};

static void add_name(struct names *n, struct iv_str id)
{
	if (n->list.count == n->room) {
		size_t room = n->room ? 2 * n->room : 64;
		struct iv_str *more = iv_arena_alloc(n->arena, room * sizeof(*more));

		if (!more)
			return; /* one more is fetched than can be served: it goes back */
		if (n->list.count)
			memcpy(more, n->list.items, n->list.count * sizeof(*more));
		n->list.items = more;
		n->room = room;
	}
	n->list.items[n->list.count] = iv_arena_str(n->arena, id);
	n->list.count += n->list.items[n->list.count].ptr != NULL;
}

struct full {
	struct names tenants, endpoints;
};

static void full_tenant(void *arg, struct iv_str id)
{
	add_name(&((struct full *)arg)->tenants, id);
}

static void full_endpoint(void *arg, struct iv_str id)
{
	add_name(&((struct full *)arg)->endpoints, id);
}

static size_t room(const struct iv_webhook *w)
{
	size_t left = webhook_queue_room(w->queue);

	if (w->held_bytes >= HELD_BYTES || w->ended_count >= ENDED_MOST || webhook_queue_free_slots(w->queue) == 0)
		return 0;
	return left < CLAIM_ROWS ? left : CLAIM_ROWS;
}

static enum iv_flow_next claim(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	struct full full = {{.arena = &w->claim_arena}, {.arena = &w->claim_arena}};
	struct iv_webhook_expire_in expire = {.most = EXPIRE_ROWS};
	struct iv_webhook_claim_in in = {.owner = iv_str(w->owner),
					 .lease_ms = w->cfg->webhook_lease_ms,
					 .most = (int64_t)room(w),
					 .bytes = CLAIM_BYTES};

	w->skipped = webhook_queue_blocked(w->queue, iv_now_us(), full_tenant, full_endpoint, &full);
	in.tenants_full = full.tenants.list;
	in.endpoints_full = full.endpoints.list;
	w->claimed_us = iv_now_us();
	return iv_pg_run(w->s->worker, f, &w->claim_run, &(struct iv_scope){0}, &w->claim_arena,
			 (const struct iv_pg_part[]){{&iv_sql_webhook_expire, &expire, NULL},
						     {&iv_sql_webhook_claim, &in, &w->rows}},
			 2);
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	/* Counted from before the question: cautiously. */
	int64_t lease_until_us = w->claimed_us + w->cfg->webhook_lease_ms * 1000;

	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_webhook_claim_out *row = iv_webhook_claim_at(&w->rows, i);
		struct webhook_delivery *d = webhook_delivery_new(w, row, lease_until_us);

		if (!d) {
			iv_error("webhook.too_large", IV_LV("delivery", row->id));
			continue; /* the schema's limits are below ours: its lease runs out, and somebody looks */
		}
		webhook_queue_put(w->queue, d->row.tenant_id, d->row.endpoint_id, (int)d->row.max_concurrency, &d->turn);
	}
	w->stats.claimed += w->rows.count;
	if (w->rows.count == 0)
		return IV_FLOW_NEXT;
	w->wanted = true; /* there may be more */
	pump_later(w);
	return IV_FLOW_DONE;
}

static enum iv_flow_next ask_next(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);

	/* What came due since the claim was neither taken nor lies ahead. */
	struct iv_webhook_next_in in = {.back_ms = (iv_now_us() - w->claimed_us) / 1000 + 100};

	iv_arena_reset(&w->claim_arena);
	return iv_pg_one(w->s->worker, f, &w->claim_run, &(struct iv_scope){0}, &w->claim_arena, &iv_sql_webhook_next, &in,
			 &w->next);
}

static int64_t sooner(int64_t ms, int64_t other_ms)
{
	if (other_ms == IV_SQL_NULL || other_ms >= ms)
		return ms;
	return other_ms > 1 ? other_ms : 1;
}

static enum iv_flow_next arm(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	const struct iv_webhook_next_out *next = iv_webhook_next_at(&w->next, 0);
	int64_t opens_us = webhook_queue_opens_us(w->queue, iv_now_us()), ms = LOOK_MS;

	ms = sooner(ms, next->due_ms);
	/* Not for our own leases, which we settle: those of the dead are seen when they are over. */
	ms = sooner(ms, next->lease_ms == IV_SQL_NULL || next->lease_ms > 0 ? next->lease_ms : AGAIN_MS);
	if (opens_us != INT64_MAX)
		ms = sooner(ms, (opens_us - iv_now_us()) / 1000 + 1);
	webhook_wake_in(w, ms);
	return IV_FLOW_DONE;
}

static void end(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	bool failed = f->err.code != IV_OK;
	int64_t ms;

	iv_arena_reset(&w->claim_arena);
	w->rows = (struct iv_rows){0};
	if (w->state != WEBHOOK_RUNNING) {
		look(w); /* the drain may be over */
		return;
	}
	w->failures = failed ? w->failures + 1 : 0;
	if (failed) {
		w->wanted = true;
		ms = AGAIN_MS << (w->failures < 7 ? w->failures - 1 : 6);
		ms = ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS;
		w->not_before_us = iv_now_us() + ms * 1000;
		webhook_wake_in(w, ms);
		return;
	}
	look(w);
}

static const struct iv_flow_step steps[] = {
	{"claim", claim}, {"take", take}, {"ask_next", ask_next}, {"arm", arm}, {0}};
static const struct iv_flow_type type = {"webhook.claim", steps, end};

static void check_drained(struct iv_webhook *w)
{
	void (*drained)(void *) = w->drained;

	if (w->state != WEBHOOK_DRAINING || !drained || w->claiming || w->settler || !iv_list_empty(&w->live) ||
	    webhook_queue_waiting(w->queue) > 0)
		return;
	w->drained = NULL;
	iv_timer_stop(&w->wake);
	iv_defer(w->s->loop, drained, w->drained_arg);
}

/* Looks into the store when something may be due and there is room. One claim at a time. */
static void look(struct iv_webhook *w)
{
	check_drained(w);
	if (w->state != WEBHOOK_RUNNING || !w->wanted || w->claiming || room(w) == 0)
		return;
	if (iv_now_us() < w->not_before_us) { /* the store failed just now */
		webhook_wake_in(w, (w->not_before_us - iv_now_us()) / 1000 + 1);
		return;
	}
	w->wanted = false;
	iv_timer_stop(&w->wake);
	iv_flow_start(&w->claim, &type, w->s->loop, FLOW_MS, &w->claiming);
}

static void on_drain_deadline(struct iv_webhook *w)
{
	void (*drained)(void *) = w->drained;

	iv_warn("webhook.drain_deadline", IV_LI("in_flight", webhook_queue_in_flight(w->queue)),
		IV_LI("unsettled", w->ended_count));
	iv_webhook_stop(w);
	iv_defer(w->s->loop, drained, w->drained_arg);
}

static void on_wake(void *arg)
{
	struct iv_webhook *w = arg;

	if (w->state == WEBHOOK_DRAINING) {
		on_drain_deadline(w);
		return;
	}
	w->wanted = true;
	pump_later(w); /* an endpoint that was left alone may be tried again */
}

static void on_notify(void *arg, struct iv_str tenant_id)
{
	struct iv_webhook *w = arg;

	(void)tenant_id;
	w->wanted = true;
	if (w->state == WEBHOOK_RUNNING)
		look(w);
}

void webhook_wake_in(struct iv_webhook *w, int64_t ms)
{
	int64_t at_us = iv_now_us() + (ms < LOOK_MS ? ms : LOOK_MS) * 1000;

	if (w->state == WEBHOOK_RUNNING && (!iv_timer_armed(&w->wake) || at_us < w->wake.deadline_us))
		iv_timer_at(&w->wake, at_us);
}

void webhook_left(struct iv_webhook *w)
{
	w->wanted = w->wanted || w->skipped;
	if (w->state == WEBHOOK_RUNNING || w->state == WEBHOOK_DRAINING)
		pump_later(w);
}

/* ── start and stop ── */

struct iv_webhook *iv_webhook_new(struct iv_services *s, struct iv_err *e)
{
	const struct iv_config *cfg = s->cfg;
	struct iv_webhook *w;

	if (cfg->webhook_lease_ms < cfg->webhook_timeout_ms + 500) {
		iv_fail(e, IV_EINVAL, "WEBHOOK_LEASE_MS=\"%lld\": expected at least WEBHOOK_TIMEOUT and 500 ms, %lld",
			(long long)cfg->webhook_lease_ms, (long long)cfg->webhook_timeout_ms + 500);
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->s = s;
	w->cfg = cfg;
	w->plan = strcmp(cfg->webhook_schedule, "short") == 0 ? WEBHOOK_SHORT : WEBHOOK_STANDARD;
	(void)iv_str_copy(w->owner, sizeof(w->owner), iv_str(s->instance_id));
	w->queue = webhook_queue_new(&(struct webhook_queue_opts){.slots = (int)cfg->webhook_slots,
								  .breaker_failures = (int)cfg->webhook_breaker_failures,
								  .breaker_ms = cfg->webhook_breaker_ms});
	iv_list_init(&w->live);
	iv_arena_init(&w->claim_arena, CLAIM_ARENA);
	iv_timer_init(&w->wake, s->loop, on_wake, w);
	webhook_settle_init(w);
	webhook_janitor_init(w);
	return w;
}

void iv_webhook_start(struct iv_webhook *w)
{
	w->state = WEBHOOK_RUNNING;
	iv_pg_listen(w->s->worker, "webhook_outbox", on_notify, w);
	iv_timer_in_ms(&w->wake, 1); /* also when nobody can tell us anything */
	webhook_janitor_start(w);
}

void iv_webhook_drain(struct iv_webhook *w, void (*done)(void *arg), void *arg)
{
	w->drained = done;
	w->drained_arg = arg;
	w->state = WEBHOOK_DRAINING;
	iv_timer_in_ms(&w->wake, w->cfg->webhook_timeout_ms + DRAIN_MARGIN_MS);
	webhook_janitor_stop(w);
	pump_later(w);
}

void iv_webhook_stop(struct iv_webhook *w)
{
	struct webhook_turn *t;

	w->state = WEBHOOK_STOPPED;
	w->drained = NULL;
	iv_timer_stop(&w->wake);
	iv_timer_stop(&w->settle_again);
	webhook_janitor_stop(w);
	if (w->claiming)
		iv_flow_cancel(w->claiming, IV_ECANCELED, "stopping");
	while (!iv_list_empty(&w->live)) {
		struct webhook_delivery *d = IV_CONTAINER(w->live.next, struct webhook_delivery, node);

		iv_flow_cancel(&d->flow, IV_ECANCELED, "stopping"); /* its end takes it off the list */
	}
	if (w->settler)
		iv_flow_cancel(w->settler, IV_ECANCELED, "stopping");
	while ((t = webhook_queue_evict(w->queue, true, iv_now_us())) != NULL)
		webhook_delivery_free(IV_CONTAINER(t, struct webhook_delivery, turn));
}

void iv_webhook_free(struct iv_webhook *w)
{
	if (!w)
		return;
	if (w->state != WEBHOOK_STOPPED)
		iv_webhook_stop(w);
	webhook_queue_free(w->queue);
	iv_arena_deinit(&w->claim_arena);
	iv_arena_deinit(&w->settle_arena);
	iv_arena_deinit(&w->chore_arena);
	free(w);
}

struct iv_webhook_stats iv_webhook_stats(const struct iv_webhook *w)
{
	struct iv_webhook_stats stats = w->stats;

	stats.waiting = webhook_queue_waiting(w->queue);
	stats.in_flight = (size_t)webhook_queue_in_flight(w->queue);
	stats.unsettled = w->ended_count;
	return stats;
}
