/* One call, as the older platform's function starts it: our row, then the dial. Asked for again while that call is not over,
 * it is that call; unless nobody has dialled that yet: then whoever asked first is about to, or its row is being dropped
 * (iv_dial_doubt), and the next time it is known which. */
#include "vendors.h"

#include "iv_dial.h"

struct start_body {
	struct iv_str agent_id, number_id, to, lead_id, campaign_id, variables;
};
static const struct iv_field start_fields[] = {
	IV_STR(struct start_body, agent_id, "voice_agent_id", IV_REQUIRED, 1, 128, "Deployed before"),
	IV_STR(struct start_body, number_id, "voice_number_id", IV_REQUIRED, 1, 128, "Of the same tenant"),
	IV_STR(struct start_body, to, "to_phone_number", IV_REQUIRED, 1, 64, "E.164"),
	IV_STR(struct start_body, lead_id, "lead_id", 0, 0, 128, "Who is called; gives its name and the like to the texts"),
	IV_STR(struct start_body, campaign_id, "campaign_id", 0, 0, 128, "The campaign it counts for"),
	IV_JSON(struct start_body, variables, "variables", 0, 16384, "Values of {{names}} in the agent's texts"),
	IV_FIELDS_END,
};
static const struct iv_shape start_shape = {"voiceStartCall", sizeof(struct start_body), start_fields, NULL};

struct state {
	struct iv_rows rows;
	struct iv_str call_id, phone;
	struct iv_dial_ask ask;
	struct iv_dial_plan plan;
	struct iv_dial_answer answer;
	struct iv_dial_run run;
	struct iv_undo give_back;
	bool again, writing, placing;
};

static bool is_number(struct iv_str s)
{
	for (size_t i = 1; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len >= 8 && s.len <= 16 && s.ptr[0] == '+' && s.ptr[1] != '0';
}

static enum iv_flow_next load(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct start_body *in = c->in;
	struct state *st = c->state;

	c->nothing_done = true;
	if (!vendors_tenant(c, IV_STR_NULL))
		return IV_FLOW_DONE;
	if (!is_number(in->to))
		iv_api_bad(c, "/to_phone_number", "must be an E.164 number: + and 7 to 15 digits");
	if (in->variables.len && in->variables.ptr[0] != '{' && !iv_str_eq(in->variables, IV_S("null")))
		iv_api_bad(c, "/variables", "must be an object");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	st->call_id = iv_id_text(c, "call");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_start_agent,
			 &(struct iv_start_agent_in){.agent = in->agent_id, .number = in->number_id}, &st->rows);
}

static void give_back(void *arg)
{
	struct iv_api_call *c = arg;
	struct state *st = c->state;

	if (c->flow.err.code == IV_EQUOTA && st->answer.retry_after_s)
		iv_api_retry_after(c, st->answer.retry_after_s);
	if (st->placing && c->flow.err.code == IV_EDRAINING)
		c->nothing_done = true; /* its errors are those before the carrier was asked */
	if (st->writing && iv_dial_in_doubt(c->flow.err.code)) {
		c->nothing_done = true;
		iv_dial_doubt(c->s->dials, c->who.tenant_id, st->call_id);
	}
	iv_dial_give_back(c->s->dials, &st->ask, &st->plan);
}

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct start_body *in = c->in;
	struct state *st = c->state;
	const struct iv_start_agent_out *r = iv_start_agent_at(&st->rows, 0);

	if (!r->agent_id.len)
		return iv_flow_fail(f, IV_ENOENT, "there is no such agent");
	if (!r->number_id.len)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number");
	if (!r->active)
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "the agent is not active");
	if (r->hosted && !r->vendor_agent_id.len)
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "the agent is not deployed at ElevenLabs");
	st->phone = r->phone;
	st->ask = (struct iv_dial_ask){.tenant_id = c->who.tenant_id, .call_id = st->call_id, .agent_id = in->agent_id,
				       .campaign_id = in->campaign_id, .lead_id = in->lead_id, .from = st->phone, .to = in->to,
				       .amd = -1, .span = c->span};
	iv_undo_push(f, &st->give_back, give_back, c);
	return iv_dial_check(c->s->dials, f, &st->run, &c->arena, &st->ask, &st->plan, &st->answer);
}

/* ── the row ── */

static struct iv_str metadata(struct iv_api_call *c)
{
	const struct start_body *in = c->in;
	struct iv_str out = IV_STR_NULL;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 32768);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "source", "voice-start-call");
	iv_jw_raw(&w, "variables", in->variables.len && in->variables.ptr[0] == '{' ? in->variables : IV_S("{}"));
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		out = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return out;
}

static struct iv_str caps(struct iv_api_call *c)
{
	const struct iv_config *cfg = c->s->cfg;
	char text[200];

	(void)snprintf(text, sizeof(text),
		       "{\"max_concurrent_calls\":%lld,\"daily_cost_cap_inr\":%lld,\"monthly_minute_cap\":%lld}",
		       (long long)cfg->max_concurrent_calls, (long long)cfg->daily_cost_cap_inr,
		       (long long)cfg->monthly_minute_cap);
	return iv_arena_str(&c->arena, iv_str(text));
}

static enum iv_flow_next create(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct start_body *in = c->in;
	struct state *st = c->state;

	if (st->plan.none)
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "no carrier is configured to call with");
	if (st->plan.hosted && !st->plan.number_ref.len)
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "the number is not imported to ElevenLabs: import it first");
	c->nothing_done = false;
	st->writing = true;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_start_call,
			 &(struct iv_start_call_in){.id = st->call_id,
						    .agent = in->agent_id,
						    .to_number = in->to,
						    .from_number = st->phone,
						    .lead = in->lead_id.len ? in->lead_id : IV_STR_NULL,
						    .metadata = metadata(c),
						    .test = !c->who.live,
						    .caps = caps(c),
						    .carrier = iv_str(iv_carrier_names[st->plan.carrier])},
			 &st->rows);
}

/* From here on a telephone may ring, whatever becomes of this request. */
static enum iv_flow_next place(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_start_call_out *r = iv_start_call_at(&st->rows, 0);

	st->writing = false;
	if (r->refusal.len) {
		c->nothing_done = true;
		if (iv_str_eq(r->refusal, IV_S("agent")))
			return iv_flow_fail(f, IV_EUNPROCESSABLE, "the agent is not active");
		iv_api_retry_after(c, iv_str_eq(r->refusal, IV_S("concurrent")) ? 5 : 3600);
		return iv_flow_fail(f, IV_EQUOTA, "%.*s: %.*s of %.*s are used", IV_FMT(r->refusal), IV_FMT(r->used),
				    IV_FMT(r->cap));
	}
	st->again = r->again;
	if (st->again) {
		iv_dial_give_back(c->s->dials, &st->ask, &st->plan);
		st->call_id = r->call_id;
		return IV_FLOW_NEXT;
	}
	struct iv_dial_plan plan = st->plan;

	st->placing = true;
	st->plan.slots = false; /* the dial's from now on */
	return iv_dial_place(c->s->dials, f, &st->run, &c->arena, &st->ask, &plan, &st->answer);
}

static enum iv_flow_next placed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_dial_answer *a = &st->answer;

	c->entity_id = st->call_id;
	if (!st->again && a->placed == IV_NOT_PLACED) {
		if (iv_str_eq(a->why, IV_S("rate_limited"))) {
			iv_api_retry_after(c, a->retry_after_s ? a->retry_after_s : 1);
			return iv_flow_fail(f, IV_ERATE, "%s takes no more calls for the moment", iv_carrier_names[a->carrier]);
		}
		c->nothing_done = true; /* the row says that nobody was called */
		return iv_flow_fail(f, a->for_good ? IV_EUNPROCESSABLE : IV_EUPSTREAM, "%s did not place the call: %.*s",
				    iv_carrier_names[a->carrier], IV_FMT(a->why));
	}
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_start_row,
			 &(struct iv_start_row_in){.id = st->call_id}, &st->rows);
}

static enum iv_flow_next answer(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_start_row_out *r = iv_start_row_at(&st->rows, 0);
	bool unsure = iv_str_eq(r->status, IV_S("unknown"));
	struct iv_jw w;

	if (st->again && !r->dialled) {
		c->nothing_done = true;
		iv_api_retry_after(c, 1);
		return iv_flow_fail(f, IV_EDRAINING, "the call was asked for before and nobody has dialled it yet: ask again");
	}
	vendors_begin(c, &w);
	vendors_row(&w, "call_record", r->row, false);
	if (r->provider_call_id.len)
		iv_jw_str(&w, "conversation_id", r->provider_call_id);
	else
		iv_jw_null(&w, "conversation_id");
	iv_jw_obj(&w, "provider_response");
	if (!st->again) {
		iv_jw_cstr(&w, "carrier", iv_carrier_names[st->answer.carrier]);
		iv_jw_bool(&w, "success", st->answer.placed == IV_PLACED);
		iv_jw_str(&w, "why", st->answer.why);
	}
	iv_jw_end_obj(&w);
	return vendors_done(c, &w,
			    st->again ? "The call was started before"
			    : unsure  ? "The carrier did not say whether it placed the call; it is being asked"
				      : "Call initiated successfully");
}

static const struct iv_flow_step steps[] = {{"load", load},   {"check", check},	  {"create", create}, {"place", place},
					    {"placed", placed}, {"answer", answer}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_EUNPROCESSABLE, IV_EQUOTA, IV_ERATE, IV_EUNSUPPORTED, IV_EUPSTREAM, IV_OK};

const struct iv_api_route *vendors_start_routes(void)
{
	static const struct iv_api_route rows[] = {
		VENDORS_FUNCTION("start-call", "start-call", "voiceStartCall",
				 .flags = IV_API_FUNCTION | IV_API_PLACES_CALL | IV_API_AUDIT, .in = &start_shape,
				 .state_size = sizeof(struct state), .steps = steps, .errors = errors,
				 .doc = "Call somebody; the same again while that call is not over is that call",
				 .example = "{\"voice_agent_id\":\"agt_01J0000000000000000000000\","
					    "\"voice_number_id\":\"num_01J0000000000000000000000\","
					    "\"to_phone_number\":\"+15551234567\"}"),
		{0},
	};

	return rows;
}
