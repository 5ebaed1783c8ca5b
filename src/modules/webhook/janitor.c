/* Now and then: how much waits, for the gauges; the endpoint of the configuration; forgetting what is old. */
#include "webhook.h"

#include "iv_log.h"
#include "iv_metrics.h"

enum {
	ROUND_MS = 15000,
	FORGET_EVERY_S = 3600, FORGET_AGAIN_S = 5, FORGET_ROWS = 2000,
	FLOW_MS = 60000,
	ARENA_BYTES = 65536,
};

static struct iv_webhook *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_webhook, chore);
}

static enum iv_flow_next count(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);

	return iv_pg_one(w->s->worker, f, &w->chore_run, &(struct iv_scope){0}, &w->chore_arena, &iv_sql_webhook_backlog,
			 NULL, &w->backlog);
}

static enum iv_flow_next bootstrap(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	const struct iv_webhook_backlog_out *b = iv_webhook_backlog_at(&w->backlog, 0);
	struct iv_webhook_bootstrap_in in = {.url = iv_str(w->cfg->tenant_webhook_url),
					     .secret = iv_str(iv_secret_reveal(w->cfg->webhook_secret))};

	iv_metric_set(IV_M_webhook_queue_length, 0, (double)b->due);
	iv_metric_set(IV_M_webhook_dead_letters, 0, (double)b->dead);
	iv_metric_set(IV_M_webhook_endpoints_broken, 0, (double)webhook_queue_broken(w->queue, iv_now_us()));
	if (!in.url.len)
		return IV_FLOW_NEXT;
	return iv_pg_one(w->s->worker, f, &w->chore_run, &(struct iv_scope){0}, &w->chore_arena, &iv_sql_webhook_bootstrap,
			 &in, NULL);
}

static enum iv_flow_next forget(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	struct iv_webhook_forget_in in = {
		.delivered_days = w->cfg->webhook_keep_days, .dead_days = w->cfg->dlq_ttl_days, .most = FORGET_ROWS};

	if (iv_now_us() < w->forget_us)
		return IV_FLOW_DONE;
	return iv_pg_one(w->s->worker, f, &w->chore_run, &(struct iv_scope){0}, &w->chore_arena, &iv_sql_webhook_forget, &in,
			 &w->forgotten);
}

static enum iv_flow_next forgot(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	const struct iv_webhook_forget_out *o = iv_webhook_forget_at(&w->forgotten, 0);
	bool more = o->deliveries == FORGET_ROWS || o->events == FORGET_ROWS;

	w->forget_us = iv_now_us() + (more ? FORGET_AGAIN_S : FORGET_EVERY_S) * (int64_t)1000000;
	if (o->deliveries || o->events || o->endpoints)
		iv_info("webhook.forgotten", IV_LI("deliveries", o->deliveries), IV_LI("events", o->events),
			IV_LI("endpoints", o->endpoints));
	return IV_FLOW_DONE;
}

/* The pool has logged what went wrong; the next round tries again. */
static void end(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);

	iv_arena_reset(&w->chore_arena);
	webhook_queue_sweep(w->queue, iv_now_us());
	if (w->state == WEBHOOK_RUNNING)
		iv_timer_in_ms(&w->janitor, ROUND_MS);
}

static const struct iv_flow_step steps[] = {
	{"count", count}, {"bootstrap", bootstrap}, {"forget", forget}, {"forgot", forgot}, {0}};
static const struct iv_flow_type type = {"webhook.janitor", steps, end};

static void on_round(void *arg)
{
	struct iv_webhook *w = arg;

	if (!w->choring)
		iv_flow_start(&w->chore, &type, w->s->loop, FLOW_MS, &w->choring);
}

void webhook_janitor_init(struct iv_webhook *w)
{
	iv_arena_init(&w->chore_arena, ARENA_BYTES);
	iv_timer_init(&w->janitor, w->s->loop, on_round, w);
}

void webhook_janitor_start(struct iv_webhook *w)
{
	w->forget_us = iv_now_us() + 60 * (int64_t)1000000;
	iv_timer_in_ms(&w->janitor, 1);
}

void webhook_janitor_stop(struct iv_webhook *w)
{
	iv_timer_stop(&w->janitor);
	if (w->choring)
		iv_flow_cancel(w->choring, IV_ECANCELED, "stopping");
}
