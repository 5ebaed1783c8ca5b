/* Taking a slot: the question to Redis, and what its answer means. */
#include "slots_priv.h"

#include <stdio.h>

#include "iv_id.h"
#include "iv_log.h"
#include "iv_metrics.h"

enum { UNLIMITED = 1000000, ASSERTING_MS = 200 };
/* The script's answer behind the scopes, which count from 1. */
enum { ANSWER_GRANTED = 0, ANSWER_SETTLING = SCOPES + 1, ANSWER_OVER };
/* Labels of slots_refused_total, behind the scopes. */
enum { REFUSED_SETTLING = SCOPES, REFUSED_REDIS, REFUSED_INSTANCE };

static const char *const refusals[] = {"global", "carrier", "tenant", "agent", "campaign", "settling", "redis", "instance", NULL};
static const char *const reasons[] = {"inbound", "outbound", "realtime", NULL};
const char *const slots_carriers[] = {"jambonz", "twilio", "elevenlabs", "browser", NULL};
const char *const iv_slot_ends[] = {
#define X(name, word) word,
	IV_SLOT_ENDS(X)
#undef X
	NULL,
};

static int index_of(const char *const *words, const char *word)
{
	for (int i = 0; word && words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

int slots_carrier(const char *name)
{
	return index_of(slots_carriers, name);
}

const char *slots_reason(const char *word)
{
	return reasons[index_of(reasons, word)];
}

/* ── what is asked ── */

static bool id_ok(const char *field, struct iv_str id, bool needed, struct iv_err *e)
{
	if (!id.len && !needed)
		return true;
	return iv_id_acceptable(id) || iv_fail_field(e, IV_EINVAL, field, "is not an id");
}

bool slots_ask_ok(const struct iv_slot_ask *ask, struct iv_err *e)
{
	if (slots_carrier(ask->carrier) < 0)
		return iv_fail_field(e, IV_EINVAL, "carrier", "must be jambonz, twilio, elevenlabs or browser");
	if (index_of(reasons, ask->reason) < 0)
		return iv_fail_field(e, IV_EINVAL, "reason", "must be inbound, outbound or realtime");
	return id_ok("tenantId", ask->tenant_id, true, e) && id_ok("callId", ask->call_id, true, e) &&
	       id_ok("agentId", ask->agent_id, false, e) && id_ok("campaignId", ask->campaign_id, false, e);
}

/* Two caps of which 0 is none. */
static int64_t lower(int64_t own, int64_t ceiling)
{
	return own <= 0 || (ceiling > 0 && ceiling < own) ? ceiling : own;
}

void slots_limits(const struct iv_slots *s, const struct iv_slot_ask *ask, int64_t limits[SCOPES])
{
	const struct iv_config *cfg = s->d.cfg;
	const int64_t carriers[] = {cfg->jambonz_max, cfg->twilio_max, cfg->elevenlabs_max, 0};

	limits[SCOPE_GLOBAL] = cfg->global_max;
	limits[SCOPE_CARRIER] = carriers[slots_carrier(ask->carrier)];
	limits[SCOPE_TENANT] = ask->tenant_max > 0 ? ask->tenant_max : cfg->max_concurrent_calls;
	limits[SCOPE_AGENT] = lower(ask->agent_max, cfg->per_agent_max);
	limits[SCOPE_CAMPAIGN] = lower(ask->campaign_max, cfg->per_campaign_max);
}

void slots_name(struct iv_str tenant, struct iv_str call, char out[SLOT_NAME_SIZE])
{
	(void)snprintf(out, SLOT_NAME_SIZE, "%.*s/%.*s", IV_FMT(tenant), IV_FMT(call));
}

struct iv_str slots_epoch_key(void)
{
	return IV_S("{slots}:epoch"); /* the braces keep all keys on one node of a cluster */
}

void slots_args(const struct iv_slots *s, const char *what, struct iv_str argv[SLOT_ARGS])
{
	argv[0] = iv_str(what);
	argv[1] = iv_str(s->lease);
	argv[2] = iv_str(s->settle);
	argv[3] = iv_str(s->gap);
	argv[4] = iv_str(s->instance);
}

/* ── what is answered ── */

void slots_learn(struct iv_slots *s, const struct iv_reply *reply)
{
	int64_t since = reply->items[0].i, settling_ms = reply->items[1].i;
	bool again = s->since && since != s->since;

	iv_metric_set(IV_M_slots_settling, 0, settling_ms > 0);
	iv_metric_add(IV_M_telephony_semaphore_leaks_total, 0, (double)reply->items[2].i);
	s->since = since;
	if (!again)
		return;
	iv_warn("slots.settling", IV_LI("ms", settling_ms), IV_LI("held", (int64_t)iv_slots_held(s)));
	slots_renew_all(s, false);
}

static void verdict_of(struct iv_slots_run *run, int64_t answer, int64_t count, int64_t settling_ms)
{
	struct iv_slot_verdict *v = run->verdict;

	if (answer == ANSWER_GRANTED) {
		*v = (struct iv_slot_verdict){.granted = true, .limit = run->limits[SCOPE_TENANT], .count = count};
	} else if (answer == ANSWER_OVER) {
		*v = (struct iv_slot_verdict){.granted = true, .over = true};
	} else if (answer == ANSWER_SETTLING) {
		*v = (struct iv_slot_verdict){.settling = true, .scope = refusals[REFUSED_SETTLING], .retry_ms = settling_ms};
	} else {
		*v = (struct iv_slot_verdict){.scope = refusals[answer - 1], .limit = run->limits[answer - 1], .count = count};
	}
}

static void count_verdict(const struct iv_slots_run *run)
{
	const struct iv_slot_verdict *v = run->verdict;

	if (v->granted)
		iv_metric_add(IV_M_slots_granted_total, index_of(reasons, run->ask->reason), 1);
	else
		iv_metric_add(IV_M_slots_refused_total, index_of(refusals, v->scope), 1);
	if (v->local)
		iv_metric_add(IV_M_slots_local_total, v->granted ? 0 : 1, 1);
}

static void conclude(struct iv_slots_run *run)
{
	if (run->verdict->granted && !run->verdict->over)
		slots_granted(run->slots, run->ask);
	count_verdict(run);
}

static void decide_locally(struct iv_slots_run *run)
{
	slots_decide_locally(run->slots, run->ask, run->limits, run->verdict);
	conclude(run);
}

static void on_taken(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_slots_run *run = arg;

	(void)err; /* whatever it is, the policy has the answer */
	run->command = NULL;
	if (reply && reply->kind == IV_REPLY_LIST && reply->count == 5 && reply->items[3].i >= ANSWER_GRANTED &&
	    reply->items[3].i <= ANSWER_OVER) {
		verdict_of(run, reply->items[3].i, reply->items[4].i, reply->items[1].i);
		conclude(run);
		slots_learn(run->slots, reply);
	} else {
		decide_locally(run);
	}
	iv_op_done(&run->op, NULL);
}

/* A script that is done for its effect: somebody has to wait, else it is not sent again to a server that forgot it. */
void slots_ignore(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	(void)arg, (void)reply, (void)err; /* leases end by themselves */
}

/* Granted or not, nobody waits for it any more. A call that this process knows had its slot before. */
static void on_cancelled(struct iv_op *op)
{
	struct iv_slots_run *run = IV_CONTAINER(op, struct iv_slots_run, op);
	const struct iv_slot_ask *ask = run->ask;
	struct iv_str argv[SLOT_ARGS + 2];

	if (!run->command)
		return;
	iv_redis_forget(run->command);
	run->command = NULL;
	if (slots_find(run->slots, ask->tenant_id, ask->call_id))
		return;
	slots_args(run->slots, "undo", argv);
	argv[SLOT_ARGS] = ask->tenant_id;
	argv[SLOT_ARGS + 1] = ask->call_id;
	(void)iv_redis_ask_script(run->slots->d.redis, &iv_lua_slots, (const struct iv_str[]){slots_epoch_key()}, 1, argv,
				  SLOT_ARGS + 2, slots_ignore, NULL, NULL);
}

static struct iv_redis_command *ask_redis(struct iv_slots_run *run)
{
	const struct iv_slot_ask *ask = run->ask;
	struct iv_str argv[SLOT_ARGS + 6 + SCOPES];
	char limits[SCOPES][24];

	slots_args(run->slots, "take", argv);
	argv[SLOT_ARGS] = ask->tenant_id;
	argv[SLOT_ARGS + 1] = ask->call_id;
	argv[SLOT_ARGS + 2] = ask->agent_id;
	argv[SLOT_ARGS + 3] = ask->campaign_id;
	argv[SLOT_ARGS + 4] = iv_str(ask->carrier);
	argv[SLOT_ARGS + 5] = iv_str(ask->reason);
	for (int i = 0; i < SCOPES; i++) {
		(void)snprintf(limits[i], sizeof(limits[i]), "%lld", (long long)run->limits[i]);
		argv[SLOT_ARGS + 6 + i] = iv_str(limits[i]);
	}
	return iv_redis_ask_script(run->slots->d.redis, &iv_lua_slots, (const struct iv_str[]){slots_epoch_key()}, 1, argv,
				   IV_COUNT(argv), on_taken, run, NULL);
}

enum iv_flow_next iv_slots_take(struct iv_slots *s, struct iv_flow *f, struct iv_slots_run *run,
				const struct iv_slot_ask *ask, struct iv_slot_verdict *v)
{
	*v = (struct iv_slot_verdict){0};
	if (!slots_ask_ok(ask, &f->err))
		return IV_FLOW_DONE;
	*run = (struct iv_slots_run){.slots = s, .ask = ask, .verdict = v};
	slots_limits(s, ask, run->limits);
	if (!slots_wake(s) && !slots_find(s, ask->tenant_id, ask->call_id)) {
		*v = (struct iv_slot_verdict){.settling = true, .scope = refusals[REFUSED_SETTLING], .retry_ms = ASSERTING_MS};
		count_verdict(run);
		return IV_FLOW_NEXT;
	}
	run->command = ask_redis(run);
	if (!run->command) {
		decide_locally(run);
		return IV_FLOW_NEXT;
	}
	iv_op_begin(&run->op, f, on_cancelled);
	return iv_flow_await(f);
}

/* ── begin and end ── */

struct iv_slots *iv_slots_new(const struct iv_slots_deps *d, struct iv_err *e)
{
	int64_t lease = d->cfg->slot_lease_ms, renew = d->cfg->slot_renew_ms, settle = d->cfg->slot_settle_ms;
	struct iv_slots *s;

	if (lease < 3 * renew) {
		(void)iv_fail_field(e, IV_EINVAL, "SLOT_LEASE_MS", "is %lld; must be at least three times SLOT_RENEW_MS, %lld",
				    (long long)lease, (long long)(3 * renew));
		return NULL;
	}
	/* Renewals come every SLOT_RENEW_MS, a tenth more at most; the rest is for their way. */
	if (settle < renew + renew / 5) {
		(void)iv_fail_field(e, IV_EINVAL, "SLOT_SETTLE_MS",
				    "is %lld; must be at least a fifth more than SLOT_RENEW_MS, %lld", (long long)settle,
				    (long long)(renew + renew / 5));
		return NULL;
	}
	s = slots_calloc(sizeof(*s));
	s->d = *d;
	(void)iv_str_copy(s->instance, sizeof(s->instance), iv_str(d->instance_id));
	(void)snprintf(s->lease, sizeof(s->lease), "%lld", (long long)lease);
	(void)snprintf(s->settle, sizeof(s->settle), "%lld", (long long)settle);
	/* Nobody was here for so long: leases are about to end that could not be renewed. What is left of them is the
	 * time others have to come back. */
	(void)snprintf(s->gap, sizeof(s->gap), "%lld", (long long)((lease - renew) / 2));
	iv_metric_set(IV_M_telephony_max_semaphores, 0, d->cfg->global_max ? (double)d->cfg->global_max : UNLIMITED);
	slots_hold_init(s);
	return s;
}

void iv_slots_free(struct iv_slots *s)
{
	if (!s)
		return;
	slots_hold_end(s);
	free(s);
}
