/* One call from its claim to the carrier. What no carrier was asked for is given back: the lead waits again as if it had
 * not been claimed, or is given up when it can never be called. */
#include "campaign.h"

#include <stdlib.h>
#include "iv_id.h"
#include "iv_log.h"
#include "iv_metrics.h"

enum {
	ARENA_BYTES = 65536, SLACK_MS = 15000, SETTLE_MS = 10000,
	BUSY_MS = 1000,       /* no room, and nobody says for how long */
	BROKEN_MS = 60000,    /* not configured, not allowed: nothing that time alone would change soon */
};
enum { BACK_LIMIT, BACK_REFUSED, BACK_NUMBER, BACK_DRAINING, BACK_CARRIER, BACK_ERROR }; /* of campaign_given_back_total */

struct claimed {
	struct iv_flow flow, *going;
	struct iv_list node;
	struct iv_campaigns *c;
	struct iv_arena arena;
	struct iv_dial_ask ask;
	struct iv_dial_run run;
	struct iv_dial_plan plan;
	struct iv_dial_answer answer;
	struct iv_op nap;
	struct iv_timer turn;
	bool placing;
	int64_t wait_ms;       /* of the giving back */
	struct iv_str why;
	struct iv_pg_run pg;
	struct iv_rows undone;
};

static struct claimed *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct claimed, flow);
}

static void release(struct claimed *k)
{
	struct iv_campaigns *c = k->c;

	iv_timer_stop(&k->turn);
	iv_list_remove(&k->node);
	iv_arena_deinit(&k->arena);
	iv_free_later(c->s->loop, k);
	c->stats.in_flight--;
	c->busy--;
	if (c->wanted)
		campaign_look(c);
	campaign_rest(c);
}

/* ── giving back ── */

static enum iv_flow_next settle(struct iv_flow *f)
{
	struct claimed *k = self(f);
	struct iv_campaign_settle_in in = {.tenant = k->ask.tenant_id,
					   .call = k->ask.call_id,
					   .at = k->c->at_ms,
					   .wait_ms = k->wait_ms,
					   .why = k->why};

	return iv_pg_one(k->c->s->worker, f, &k->pg, &(struct iv_scope){0}, &k->arena, &iv_sql_campaign_settle, &in,
			 &k->undone);
}

/* What could not be written is found by the others when its lease is over. */
static void settled(struct iv_flow *f)
{
	release(self(f));
}

static const struct iv_flow_step settle_steps[] = {{"settle", settle}, {0}};
static const struct iv_flow_type settle_type = {"campaign.settle", settle_steps, settled};

static void put_back(struct claimed *k, int reason, int64_t wait_ms, struct iv_str why)
{
	struct iv_campaigns *c = k->c;

	iv_metric_add(IV_M_campaign_given_back_total, reason, 1);
	c->stats.given_back++;
	k->wait_ms = wait_ms;
	k->why = why;
	iv_flow_start(&k->flow, &settle_type, c->s->loop, SETTLE_MS, NULL);
}

/* ── the call ── */

static enum iv_flow_next check(struct iv_flow *f)
{
	struct claimed *k = self(f);

	return k->c->door.check(k->c->door.arg, f, &k->run, &k->arena, &k->ask, &k->plan, &k->answer);
}

static void on_turn(void *arg)
{
	struct claimed *k = arg;

	iv_op_done(&k->nap, NULL);
}

static void on_nap_over(struct iv_op *op)
{
	iv_timer_stop(&IV_CONTAINER(op, struct claimed, nap)->turn);
}

static int64_t gap_us(const struct iv_config *cfg, enum iv_carrier carrier)
{
	double cps = carrier == IV_JAMBONZ ? cfg->jambonz_cps : carrier == IV_TWILIO ? cfg->twilio_cps : cfg->elevenlabs_cps;

	return (int64_t)(1e6 / cps);
}

/* Here, where it can still be taken back, and not in the carrier's own line behind the right to dial. */
static enum iv_flow_next wait_turn(struct iv_flow *f)
{
	struct claimed *k = self(f);
	int64_t now = iv_now_us(), *turn = &k->c->turn_us[k->plan.carrier];

	if (k->plan.none)
		return IV_FLOW_DONE;
	*turn = (*turn > now ? *turn : now) + gap_us(k->c->cfg, k->plan.carrier);
	if (*turn - gap_us(k->c->cfg, k->plan.carrier) <= now)
		return IV_FLOW_NEXT;
	iv_op_begin(&k->nap, f, on_nap_over);
	iv_timer_at(&k->turn, *turn - gap_us(k->c->cfg, k->plan.carrier));
	return iv_flow_await(f);
}

static enum iv_flow_next place(struct iv_flow *f)
{
	struct claimed *k = self(f);

	k->placing = true;
	return k->c->door.place(k->c->door.arg, f, &k->run, &k->arena, &k->ask, &k->plan, &k->answer);
}

/* Refused before a carrier was asked: there is no room, this call can never be, or none can now. */
static void on_refused(struct claimed *k, const struct iv_err *e)
{
	int64_t busy_ms = k->answer.retry_after_s > 0 ? k->answer.retry_after_s * 1000 : BUSY_MS;

	if (e->code == IV_EQUOTA)
		put_back(k, BACK_LIMIT, k->answer.slots.retry_ms > 0 ? k->answer.slots.retry_ms : busy_ms, IV_STR_NULL);
	else if (e->code == IV_EDRAINING || e->code == IV_ECANCELED)
		put_back(k, BACK_DRAINING, 0, IV_STR_NULL);
	else if (e->code == IV_EINVAL && strcmp(e->field, "to") == 0)
		put_back(k, BACK_NUMBER, 0, IV_S("bad_number"));
	else if (e->code == IV_EINVAL || e->code == IV_ENOENT || e->code == IV_EUNSUPPORTED || k->plan.none)
		put_back(k, BACK_ERROR, BROKEN_MS, IV_STR_NULL);
	else
		put_back(k, BACK_ERROR, BUSY_MS, IV_STR_NULL);
}

static bool is_one_of(struct iv_str s, const char *const *words)
{
	for (; *words; words++)
		if (iv_str_eq(s, iv_str(*words)))
			return true;
	return false;
}

/* The carrier did not take it: its row is over and the lead waits again by that. The campaign waits with it. */
static void on_carrier_refused(struct claimed *k)
{
	static const char *const moments[] = {"rate_limited", "no_capacity", "unreachable", "unavailable", NULL};
	static const char *const ours[] = {"caller_id_refused", "bad_hook_url", "not_configured", NULL};
	int64_t wait_ms = k->answer.for_good ? 0 : BROKEN_MS;

	if (is_one_of(k->answer.why, ours))
		wait_ms = BROKEN_MS;
	else if (k->answer.retry_after_s > 0)
		wait_ms = k->answer.retry_after_s * 1000;
	else if (is_one_of(k->answer.why, moments))
		wait_ms = BUSY_MS;
	put_back(k, BACK_CARRIER, wait_ms, IV_STR_NULL);
}

static void over(struct iv_flow *f)
{
	struct claimed *k = self(f);
	struct iv_err e = f->err;

	if (e.code != IV_OK && e.code != IV_ECANCELED && e.code != IV_EQUOTA && e.code != IV_ECONFLICT)
		iv_warn("campaign.not_dialled", IV_LV("call_id", k->ask.call_id), IV_LV("tenant_id", k->ask.tenant_id),
			IV_LV("campaign_id", k->ask.campaign_id), IV_LS("field", e.field), IV_LS("why", e.msg));
	if (!k->placing)
		k->c->door.give_back(k->c->door.arg, &k->ask, &k->plan);
	if (k->placing && e.code == IV_ECONFLICT)
		put_back(k, BACK_REFUSED, 0, IV_STR_NULL); /* paused, barred, too late */
	else if (e.code != IV_OK || k->plan.none)
		on_refused(k, &e);
	else if (k->answer.placed == IV_NOT_PLACED)
		on_carrier_refused(k);
	else
		release(k);
}

static const struct iv_flow_step steps[] = {{"check", check}, {"wait_turn", wait_turn}, {"place", place}, {0}};
static const struct iv_flow_type type = {"campaign.call", steps, over};

static struct iv_str kept(struct claimed *k, struct iv_str s)
{
	return s.len ? iv_arena_str(&k->arena, s) : IV_S("");
}

void claimed_start(struct iv_campaigns *c, const struct iv_campaign_claim_out *row)
{
	struct claimed *k = calloc(1, sizeof(*k));
	const struct iv_config *cfg = c->cfg;

	if (!k)
		abort();
	k->c = c;
	iv_arena_init(&k->arena, ARENA_BYTES);
	iv_timer_init(&k->turn, c->s->loop, on_turn, k);
	k->ask = (struct iv_dial_ask){.tenant_id = kept(k, row->tenant_id), .call_id = kept(k, row->call_id),
				      .agent_id = kept(k, row->agent_id), .campaign_id = kept(k, row->campaign_id),
				      .lead_id = kept(k, row->lead_id), .from = kept(k, row->from_number),
				      .to = kept(k, row->to_number), .carrier = IV_S(""), .amd = -1};
	iv_list_append(&c->calls, &k->node);
	c->stats.in_flight++;
	c->busy++;
	iv_flow_start(&k->flow, &type, c->s->loop,
		      cfg->campaign_lease_s * 1000 + cfg->dial_wait_ms + cfg->carrier_ms + 4 * cfg->pg_query_ms + SLACK_MS,
		      &k->going);
}

void claimed_drain(struct iv_campaigns *c)
{
	for (struct iv_list *n = c->calls.next, *next; n != &c->calls; n = next) {
		struct claimed *k = IV_CONTAINER(n, struct claimed, node);

		next = n->next;
		if (k->going && !k->placing)
			iv_flow_cancel(k->going, IV_ECANCELED, "this process is ending");
	}
}
