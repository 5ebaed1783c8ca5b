/* The rounds: what died, begins or is over is tended; then as many leads are claimed as this process has room for. */
#include "campaign.h"

#include <stdlib.h>
#include "iv_log.h"
#include "iv_metrics.h"

enum {
	ARENA_BYTES = 1 << 20,
	ROUND_MS = 30000,
	TEND_US = 1000000,            /* between two tendings */
	IDLE_MS = 5000,               /* the longest without a look, should nobody tell */
	AGAIN_MS = 500, AGAIN_MAX_MS = 15000, /* behind a round that failed */
	TEND_MOST = 200,              /* leads of dead processes at once */
	SLACK_TICKS = 2,              /* so late may a look come without a campaign falling behind its pace */
};

static struct iv_campaigns *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_campaigns, round);
}

static int64_t room(const struct iv_campaigns *c)
{
	return c->cfg->campaign_batch - (int64_t)c->stats.in_flight;
}

/* ── a round ── */

static enum iv_flow_next tend(struct iv_flow *f)
{
	struct iv_campaigns *c = self(f);
	struct iv_campaign_tend_in in = {.at = c->at_ms, .most = TEND_MOST};

	c->began_us = iv_now_us();
	if (!c->by_hand && c->began_us - c->tended_us < TEND_US)
		return IV_FLOW_NEXT;
	c->tended_us = c->began_us;
	return iv_pg_one(c->s->worker, f, &c->pg, &(struct iv_scope){0}, &c->arena, &iv_sql_campaign_tend, &in, &c->tended);
}

static enum iv_flow_next claim(struct iv_flow *f)
{
	struct iv_campaigns *c = self(f);
	struct iv_campaign_claim_in in = {.at = c->at_ms,
					  .instance = iv_str(c->s->instance_id),
					  .lease_s = c->cfg->campaign_lease_s,
					  .most = room(c),
					  .slack_ms = SLACK_TICKS * c->cfg->campaign_tick_ms};
	struct iv_campaign_next_in next = {.at = c->at_ms};
	struct iv_pg_part parts[] = {{&iv_sql_campaign_claim, &in, &c->claimed}, {&iv_sql_campaign_next, &next, &c->next}};

	if (c->tended.count) {
		const struct iv_campaign_tend_out *t = iv_campaign_tend_at(&c->tended, 0);

		iv_metric_add(IV_M_campaign_orphans_total, 0, (double)t->orphans);
		iv_metric_add(IV_M_campaigns_completed_total, 0, (double)t->completed);
		c->wanted = c->wanted || t->started || t->moved;
	}
	if (c->draining)
		return IV_FLOW_DONE;
	c->asked = in.most;
	return iv_pg_run(c->s->worker, f, &c->pg, &(struct iv_scope){0}, &c->arena, parts, IV_COUNT(parts));
}

static enum iv_flow_next begin(struct iv_flow *f)
{
	struct iv_campaigns *c = self(f);

	for (size_t i = 0; i < c->claimed.count; i++)
		claimed_start(c, iv_campaign_claim_at(&c->claimed, i));
	c->stats.claimed += c->claimed.count;
	c->wanted = c->wanted || (int64_t)c->claimed.count == c->asked;
	iv_metric_add(IV_M_campaign_claims_total, 0, (double)c->claimed.count);
	return IV_FLOW_DONE;
}

static int64_t pause_ms(struct iv_campaigns *c)
{
	const struct iv_campaign_next_out *next = c->next.count ? iv_campaign_next_at(&c->next, 0) : NULL;
	int64_t ms = AGAIN_MS;

	for (int i = 1; i < c->failures && ms < AGAIN_MAX_MS; i++)
		ms *= 2;
	if (c->failures)
		return ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS;
	if (!next || next->in_ms == IV_SQL_NULL || next->in_ms > IDLE_MS)
		return IDLE_MS;
	return next->in_ms < c->cfg->campaign_tick_ms ? c->cfg->campaign_tick_ms : next->in_ms;
}

static void round_over(struct iv_flow *f)
{
	struct iv_campaigns *c = self(f);
	int64_t ms;

	c->failures = f->err.code == IV_OK ? 0 : c->failures + 1;
	ms = pause_ms(c);
	c->stats.rounds++;
	iv_metric_observe(IV_M_campaign_round_ms, 0, (double)(iv_now_us() - c->began_us) / 1000.0);
	c->tended = c->claimed = c->next = (struct iv_rows){0};
	iv_arena_reset(&c->arena);
	c->busy--;
	if (c->running && !c->by_hand)
		iv_timer_in_ms(&c->tick, ms);
	if (c->wanted && !c->failures && !c->by_hand)
		campaign_look(c);
	campaign_rest(c);
}

static const struct iv_flow_step steps[] = {{"tend", tend}, {"claim", claim}, {"begin", begin}, {0}};
static const struct iv_flow_type type = {"campaigns.round", steps, round_over};

void campaign_look(struct iv_campaigns *c)
{
	if (!c->running || c->draining || c->rounding || room(c) <= 0)
		return; /* whoever ends looks again */
	c->wanted = false;
	iv_timer_stop(&c->tick);
	c->busy++;
	iv_flow_start(&c->round, &type, c->s->loop, ROUND_MS, &c->rounding);
}

static void on_tick(void *arg)
{
	struct iv_campaigns *c = arg;

	c->wanted = true; /* if there is no room: when there is */
	campaign_look(c);
}

static void on_notify(void *arg, struct iv_str tenant)
{
	struct iv_campaigns *c = arg;

	(void)tenant; /* whose it is does not matter */
	c->tended_us = 0;
	on_tick(c);
}

/* ── the door ── */

static enum iv_flow_next check(void *arg, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
			       const struct iv_dial_ask *ask, struct iv_dial_plan *plan, struct iv_dial_answer *answer)
{
	return iv_dial_check(((struct iv_services *)arg)->dials, f, run, arena, ask, plan, answer);
}

static enum iv_flow_next place(void *arg, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
			       const struct iv_dial_ask *ask, const struct iv_dial_plan *plan, struct iv_dial_answer *answer)
{
	return iv_dial_place(((struct iv_services *)arg)->dials, f, run, arena, ask, plan, answer);
}

static void give_back(void *arg, const struct iv_dial_ask *ask, struct iv_dial_plan *plan)
{
	iv_dial_give_back(((struct iv_services *)arg)->dials, ask, plan);
}

struct iv_campaigns *iv_campaigns_new(struct iv_services *s, const struct iv_campaign_opts *o)
{
	struct iv_campaigns *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->s = s;
	c->cfg = s->cfg;
	c->door = o->door ? *o->door : (struct iv_campaign_door){check, place, give_back, s};
	c->by_hand = o->by_hand;
	c->at_ms = IV_SQL_NULL;
	iv_list_init(&c->calls);
	iv_arena_init(&c->arena, ARENA_BYTES);
	iv_timer_init(&c->tick, s->loop, on_tick, c);
	return c;
}

void iv_campaigns_start(struct iv_campaigns *c)
{
	if (!c->cfg->campaigns)
		return;
	c->running = true;
	if (c->by_hand)
		return;
	iv_pg_listen(c->s->worker, "campaigns", on_notify, c);
	iv_timer_in_ms(&c->tick, 1); /* also when nobody can tell us anything */
}

void iv_campaign_round(struct iv_campaigns *c, int64_t at_ms, void (*done)(void *arg), void *arg)
{
	c->at_ms = at_ms;
	c->done = done;
	c->done_arg = arg;
	campaign_look(c);
	campaign_rest(c);
}

void campaign_rest(struct iv_campaigns *c)
{
	void (*done)(void *arg) = c->done;

	if (!done || c->busy)
		return;
	c->done = NULL;
	iv_defer(c->s->loop, done, c->done_arg);
}

void iv_campaigns_drain(struct iv_campaigns *c)
{
	c->draining = true;
	iv_timer_stop(&c->tick);
	claimed_drain(c);
}

void iv_campaigns_stop(struct iv_campaigns *c, void (*done)(void *arg), void *arg)
{
	iv_campaigns_drain(c);
	c->running = false;
	c->done = done;
	c->done_arg = arg;
	campaign_rest(c);
}

void iv_campaigns_free(struct iv_campaigns *c)
{
	if (!c)
		return;
	iv_arena_deinit(&c->arena);
	free(c);
}

struct iv_campaign_stats iv_campaign_stats(const struct iv_campaigns *c)
{
	return c->stats;
}
