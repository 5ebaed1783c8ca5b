/* Placing a call: the right to it, the question to the carrier. What is written of it is dial_write.c's. */
#include "dial_priv.h"

#include <stdlib.h>
#include "iv_calls.h"
#include "iv_events.h"
#include "iv_log.h"
#include "iv_metrics.h"

enum { SLACK_MS = 10000 };

/* ── jobs ── */

void dials_rest(struct iv_dials *d)
{
	void (*closed)(void *arg) = d->closed;

	if (d->live || !closed)
		return;
	d->closed = NULL;
	iv_defer(d->s->loop, closed, d->closed_arg);
}

static void on_asker_gone(struct iv_op *op)
{
	struct iv_dial_run *run = IV_CONTAINER(op, struct iv_dial_run, op);

	if (run->job)
		run->job->run = NULL;
	run->job = NULL;
}

static struct iv_str kept(struct iv_dial_job *j, struct iv_str s)
{
	return s.len ? iv_arena_str(&j->arena, s) : IV_S("");
}

struct iv_dial_job *dial_job_new(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				 const struct iv_dial_ask *ask)
{
	struct iv_dial_job *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	j->d = d;
	j->run = run;
	j->asker_arena = arena;
	iv_arena_init(&j->arena, DIAL_ARENA);
	j->ask = (struct iv_dial_ask){.tenant_id = kept(j, ask->tenant_id), .call_id = kept(j, ask->call_id),
				      .agent_id = kept(j, ask->agent_id), .campaign_id = kept(j, ask->campaign_id),
				      .lead_id = kept(j, ask->lead_id), .from = kept(j, ask->from), .to = kept(j, ask->to),
				      .carrier = kept(j, ask->carrier), .ring_s = ask->ring_s, .amd = ask->amd};
	j->scope.tenant_id = j->ask.tenant_id;
	d->live++;
	if (!run)
		return j;
	run->job = j;
	iv_op_begin(&run->op, f, on_asker_gone);
	return j;
}

void dial_job_start(struct iv_dial_job *j, const struct iv_flow_type *type)
{
	const struct iv_config *cfg = j->d->s->cfg;

	iv_flow_start(&j->flow, type, j->d->s->loop, cfg->dial_wait_ms + cfg->carrier_ms + 4 * cfg->pg_query_ms + SLACK_MS,
		      NULL);
}

static struct iv_str given(struct iv_dial_job *j, struct iv_str s)
{
	return s.len ? iv_arena_str(j->asker_arena, s) : IV_S("");
}

static void tell_asker(struct iv_dial_job *j, const struct iv_err *err)
{
	static const char *const statuses[] = {"queued", "failed", "unknown"}; /* by enum iv_placed */
	struct iv_dial_run *run = j->run;
	struct iv_str status = j->answer.status.len ? j->answer.status : iv_str(statuses[j->answer.placed]);

	if (!run)
		return;
	j->run = NULL;
	run->job = NULL;
	if (j->asker_answer) {
		*j->asker_answer = j->answer;
		j->asker_answer->carrier = j->plan.carrier;
		j->asker_answer->from = given(j, j->plan.from);
		j->asker_answer->provider_id = given(j, j->answer.provider_id);
		j->asker_answer->status = given(j, status);
		j->asker_answer->failure = given(j, j->answer.failure);
	}
	if (j->asker_plan) {
		*j->asker_plan = j->plan;
		j->asker_plan->from = given(j, j->plan.from);
		j->asker_plan->number_id = given(j, j->plan.number_id);
		j->asker_plan->number_ref = given(j, j->plan.number_ref);
		j->asker_plan->agent_ref = given(j, j->plan.agent_ref);
		j->asker_plan->campaign_id = given(j, j->plan.campaign_id);
		j->asker_plan->lead_id = given(j, j->plan.lead_id);
	}
	iv_op_done(&run->op, err);
}

void dial_job_free(struct iv_dial_job *j)
{
	struct iv_dials *d = j->d;

	iv_timer_stop(&j->again);
	iv_arena_deinit(&j->arena);
	free(j);
	d->live--;
	dials_rest(d);
}

void dial_job_end(struct iv_dial_job *j, const struct iv_err *err)
{
	struct iv_err e = *err; /* it may be in the job */

	tell_asker(j, &e);
	dial_job_free(j);
}

/* ── the check alone ── */

static void drop_slots(struct iv_dial_job *j, enum iv_slot_end why)
{
	if (j->plan.slots)
		iv_slots_drop(j->d->s->slots, j->ask.tenant_id, j->ask.call_id, why);
	j->plan.slots = false;
}

static void checked(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	struct iv_err e = f->err.code != IV_OK ? f->err : j->plan.none ? (struct iv_err){0} : j->refused;

	if (e.code != IV_OK || !j->run)
		drop_slots(j, IV_SLOT_REFUSED);
	dial_job_end(j, &e);
}

static const struct iv_flow_step check_steps[] = {
	{"load", dial_load}, {"judge", dial_judge}, {"take", dial_take}, {"taken", dial_taken}, {0}};
static const struct iv_flow_type check_type = {"dial.check", check_steps, checked};

enum iv_flow_next iv_dial_check(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				const struct iv_dial_ask *ask, struct iv_dial_plan *plan, struct iv_dial_answer *answer)
{
	struct iv_dial_job *j = dial_job_new(d, f, run, arena, ask);

	*plan = (struct iv_dial_plan){0};
	*answer = (struct iv_dial_answer){0};
	j->asker_plan = plan;
	j->asker_answer = answer;
	dial_job_start(j, &check_type);
	return iv_flow_await(f);
}

void iv_dial_give_back(struct iv_dials *d, const struct iv_dial_ask *ask, struct iv_dial_plan *plan)
{
	if (plan->slots)
		iv_slots_drop(d->s->slots, ask->tenant_id, ask->call_id, IV_SLOT_REFUSED);
	plan->slots = false;
}

/* ── the right to dial ── */

static struct iv_str plan_json(struct iv_dial_job *j)
{
	const struct iv_config *cfg = j->d->s->cfg;
	struct iv_str out;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 4096);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "carrier", iv_carrier_names[j->plan.carrier]);
	iv_jw_cstr(&w, "instance", j->d->s->instance_id);
	iv_jw_str(&w, "from", j->plan.from);
	iv_jw_bool(&w, "hosted", j->plan.hosted);
	if (j->plan.number_id.len)
		iv_jw_str(&w, "number_id", j->plan.number_id);
	if (j->plan.campaign_id.len)
		iv_jw_str(&w, "campaign", j->plan.campaign_id);
	if (j->plan.lead_id.len)
		iv_jw_str(&w, "lead", j->plan.lead_id);
	iv_jw_i64(&w, "check_s", (cfg->dial_wait_ms + cfg->carrier_ms + SLACK_MS) / 1000);
	iv_jw_end_obj(&w);
	out = iv_jw_done(&w) ? iv_arena_str(&j->arena, iv_buf_str(&b)) : IV_STR_NULL;
	iv_buf_deinit(&b);
	return out;
}

static enum iv_flow_next begin(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	if (j->d->draining && j->refused.code == IV_OK) {
		j->refused_word = "draining";
		(void)iv_fail(&j->refused, IV_EDRAINING, "this process is ending: it places no more calls");
	}
	if (j->refused.code != IV_OK)
		return IV_FLOW_NEXT;
	return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_begin,
			 &(struct iv_dial_begin_in){.call = j->ask.call_id, .plan = plan_json(j)}, &j->rows);
}

/* ── the question ── */

static struct iv_str hook_url(struct iv_dial_job *j, const char *which)
{
	const struct iv_config *cfg = j->d->s->cfg;
	char name[IV_CALL_NAME_SIZE];
	struct iv_str base = iv_str(cfg->public_base_url), out = IV_STR_NULL;
	struct iv_buf b;
	char trace[IV_TRACEPARENT_SIZE];
	bool ok;

	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	iv_buf_init(&b, DIAL_URL_SIZE);
	ok = iv_buf_adds(&b, base) && iv_buf_adds(&b, IV_S("/telephony/")) &&
	     iv_buf_adds(&b, iv_str(iv_carrier_names[j->plan.carrier])) && iv_buf_addc(&b, '/') && iv_buf_adds(&b, iv_str(which));
	if (j->plan.carrier == IV_TWILIO) /* Jambonz carries the ids in its tag */
		ok = ok && iv_buf_adds(&b, IV_S("?call=")) &&
		     iv_url_encode(&b, iv_call_name(j->ask.tenant_id, j->ask.call_id, name));
	if (j->span) /* the call's own hooks stand in its trace */
		ok = ok && iv_buf_addc(&b, j->plan.carrier == IV_TWILIO ? '&' : '?') &&
		     iv_buf_adds(&b, IV_S("traceparent=")) && iv_buf_adds(&b, iv_str(iv_span_traceparent(j->span, trace)));
	if (ok)
		out = iv_arena_str(&j->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return out;
}

static enum iv_flow_next ask_carrier(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	const struct iv_config *cfg = j->d->s->cfg;
	const struct iv_dial_ask *a = &j->ask;

	if (j->refused.code != IV_OK)
		return IV_FLOW_NEXT;
	const struct iv_dial_begin_out *right = iv_dial_begin_at(&j->rows, 0);

	if (!right->granted) {
		j->plan.slots = j->plan.slots && !right->up; /* those of a call that is up stay */
		j->refused_word = "not_allowed"; /* of a row that nobody has dialled: its lead is barred */
		return iv_flow_fail(f, IV_ECONFLICT, "the call was dialled before, or is over");
	}
	j->asked = true;
	j->o = (struct iv_originate){.carrier = j->plan.carrier,
				     .tenant_id = a->tenant_id,
				     .call_id = a->call_id,
				     .agent_id = a->agent_id,
				     .campaign_id = j->plan.campaign_id,
				     .lead_id = j->plan.lead_id,
				     .from = j->plan.from,
				     .to = a->to,
				     .voice_url = hook_url(j, j->plan.carrier == IV_TWILIO ? "voice" : "call"),
				     .status_url = hook_url(j, "status"),
				     .amd_url = hook_url(j, "amd"),
				     .ring_s = a->ring_s ? a->ring_s : (int)cfg->ring_s,
				     .limit_s = (int)cfg->call_limit_s,
				     .amd = j->plan.amd,
				     .agent_ref = j->plan.agent_ref,
				     .number_ref = j->plan.number_ref,
				     .span = j->span,
				     .variables = right->variables};
	return iv_carrier_originate(j->d->s->carriers, f, &j->carrier_run, &j->arena, &j->o, &j->told);
}

/* ── the answer ── */

static enum iv_flow_next told(struct iv_flow *f)
{
	static const char *const results[] = {"placed", "not_placed", "unknown"};
	struct iv_dial_job *j = dial_self(f);

	if (j->refused.code != IV_OK) {
		j->answer.why = iv_str(j->refused_word);
		return IV_FLOW_NEXT;
	}
	j->heard = true;
	j->answer.placed = j->told.placed;
	j->answer.provider_id = j->told.provider_id;
	j->answer.why = j->told.why;
	j->answer.retry_after_s = j->told.retry_after_s;
	j->answer.for_good = j->told.for_good;
	iv_metric_add(IV_M_dials_total, (int)j->told.placed, 1);
	iv_info("dial.told", IV_LV("call_id", j->ask.call_id), IV_LV("tenant_id", j->ask.tenant_id),
		IV_LS("carrier", iv_carrier_names[j->plan.carrier]),
		IV_LS("result", results[j->told.placed]), IV_LV("why", j->told.why), IV_LV("provider_id", j->told.provider_id));
	return IV_FLOW_NEXT;
}

/* ── the end ── */

void dial_placed(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	struct iv_err e = j->asked ? (struct iv_err){0} : f->err.code != IV_OK ? f->err : j->refused;

	if (j->asked && !j->heard) { /* cut off while it was asked */
		j->told = (struct iv_carrier_answer){.placed = IV_MAYBE_PLACED, .why = IV_S("cut")};
		j->answer.placed = j->told.placed;
		j->answer.why = j->told.why;
		j->heard = true;
	}
	dial_span_end(j);
	if (!j->asked || j->told.placed == IV_NOT_PLACED)
		drop_slots(j, j->asked ? IV_SLOT_FAILED : IV_SLOT_REFUSED);
	tell_asker(j, &e);
	if (!dial_writes_again(j))
		dial_job_free(j);
}

static const struct iv_flow_step place_steps[] = {
	{"load", dial_load},   {"judge", dial_judge}, {"take", dial_take}, {"taken", dial_taken},
	{"begin", begin},      {"ask", ask_carrier},  {"told", told},      {"write", dial_write},
	{"written", dial_written}, {"stands", dial_stands}, {0},
};
static const struct iv_flow_type place_type = {"dial.place", place_steps, dial_placed};
static const struct iv_flow_type planned_type = {"dial.planned", place_steps + 4, dial_placed};

enum iv_flow_next iv_dial_place(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				const struct iv_dial_ask *ask, const struct iv_dial_plan *plan,
				struct iv_dial_answer *answer)
{
	struct iv_dial_job *j = dial_job_new(d, f, run, arena, ask);

	*answer = (struct iv_dial_answer){0};
	j->asker_answer = answer;
	if (plan) {
		j->plan = *plan;
		j->plan.from = kept(j, plan->from);
		j->plan.number_id = kept(j, plan->number_id);
		j->plan.number_ref = kept(j, plan->number_ref);
		j->plan.agent_ref = kept(j, plan->agent_ref);
		j->plan.campaign_id = kept(j, plan->campaign_id);
		j->plan.lead_id = kept(j, plan->lead_id);
	}
	dial_span_begin(j, ask->span);
	dial_job_start(j, plan ? &planned_type : &place_type);
	return iv_flow_await(f);
}

/* ── the door ── */

enum iv_slot_end dial_slot_end(struct iv_str status)
{
	return iv_str_eq(status, IV_S("completed"))   ? IV_SLOT_COMPLETED
	       : iv_str_eq(status, IV_S("busy"))      ? IV_SLOT_BUSY
	       : iv_str_eq(status, IV_S("no-answer")) ? IV_SLOT_NO_ANSWER
	       : iv_str_eq(status, IV_S("canceled"))  ? IV_SLOT_CANCELED
						      : IV_SLOT_FAILED;
}

struct iv_dials *iv_dials_new(struct iv_services *s)
{
	struct iv_dials *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->s = s;
	d->reconciler = dial_reconciler_new(d);
	return d;
}

void iv_dials_start(struct iv_dials *d)
{
	dial_reconciler_start(d->reconciler);
}

void iv_dials_drain(struct iv_dials *d)
{
	d->draining = true;
}

void iv_dials_close(struct iv_dials *d, void (*done)(void *arg), void *arg)
{
	d->draining = true;
	d->closed = done;
	d->closed_arg = arg;
	dial_reconciler_stop(d->reconciler);
	dials_rest(d);
}

void iv_dials_free(struct iv_dials *d)
{
	if (!d)
		return;
	dial_reconciler_free(d->reconciler);
	free(d);
}
