/* POST /v1/calls: a call is asked for and, where a carrier is configured, placed.
 *
 *   may it be placed? (number, country, carrier, slots)  → 400, 429, 501: nothing is made
 *   the row, within the tenant's caps                    → 404, 429
 *   the carrier is asked, once                           → 201, whatever it says: the call is there, and says how it
 *                                                          stands: queued, unknown, or failed with the reason; further
 *                                                          on, or over, when the carrier told that first. Only "too many
 *                                                          a second" is 429 */
#include "resources.h"

#include "iv_carrier.h"
#include "iv_dial.h"
#include "iv_id.h"
#include "iv_pg_join.h"
#include "iv_sql.h"

enum { METADATA_BYTES = 16384, ITEM_BYTES = METADATA_BYTES + 16384, DEADLINE_MS = 30000 };
enum { OUTBOUND, INBOUND, WEB };

static const char *const directions[] = {"outbound", "inbound", "web", NULL};
static const char *const machines[] = {"off", "detect", "message_end", NULL}; /* enum iv_amd */

struct call_new {
	struct iv_str agent_id, to, from, carrier, campaign_id, lead_id, metadata;
	int direction, amd;
	int64_t ring_s;
	bool recording, transcription;
};

static void defaults(void *object)
{
	struct call_new *n = object;

	n->recording = n->transcription = true;
	n->amd = -1;
}

static const struct iv_field fields[] = {
	IV_STR(struct call_new, agent_id, "agentId", IV_REQUIRED, 1, 128, "Who talks"),
	IV_STR(struct call_new, to, "to", 0, 1, 256, "E.164 number or SIP address; required unless direction is web"),
	IV_STR(struct call_new, from, "from", 0, 1, 256, "Caller id, a number of the tenant; the agent's when absent"),
	IV_ENUM(struct call_new, direction, "direction", 0, directions, "outbound when absent; others are not dialled"),
	IV_STR(struct call_new, carrier, "carrier", 0, 1, 32, "jambonz or twilio; that of the number when absent"),
	IV_INT(struct call_new, ring_s, "ringTimeoutSec", 0, 5, 600, "How long it rings; RING_TIMEOUT_S when absent"),
	IV_ENUM(struct call_new, amd, "amd", 0, machines, "Is a machine listened for; as the agent's voicemail asks when absent"),
	IV_STR(struct call_new, campaign_id, "campaignId", 0, 1, 128, "The campaign it counts for"),
	IV_STR(struct call_new, lead_id, "leadId", 0, 1, 128, "Who is called"),
	IV_BOOL(struct call_new, recording, "recording", 0, "The agent's setting decides when absent"),
	IV_BOOL(struct call_new, transcription, "transcription", 0, "Kept for older clients: every call has its transcript"),
	IV_JSON(struct call_new, metadata, "metadata", 0, METADATA_BYTES, "An object, kept and returned"),
	IV_FIELDS_END,
};
static const struct iv_shape shape = {"callNew", sizeof(struct call_new), fields, defaults};

struct state {
	struct iv_pg_joined joined;
	struct iv_call_create_in in;
	struct iv_rows rows;
	struct iv_str call_id;
	bool dials, writing, placing;
	struct iv_dial_ask ask;
	struct iv_dial_plan plan;
	struct iv_dial_answer answer;
	struct iv_dial_run run;
	struct iv_undo give_back;
};

static bool is_number(struct iv_str s)
{
	if (iv_str_starts(s, IV_S("sip:")) || iv_str_starts(s, IV_S("sips:")))
		return s.len > 6;
	if (s.len < 4 || s.len > 16 || s.ptr[0] != '+' || s.ptr[1] == '0')
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

static enum iv_flow_next check_body(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct call_new *n = c->in;
	struct state *st = c->state;

	if (n->direction != WEB && !n->to.len)
		iv_api_bad(c, "/to", "is required");
	else if (n->to.len && !is_number(n->to))
		iv_api_bad(c, "/to", "must be an E.164 number (+ and 3 to 15 digits) or a SIP address");
	if (n->from.len && !is_number(n->from))
		iv_api_bad(c, "/from", "must be an E.164 number (+ and 3 to 15 digits) or a SIP address");
	if (n->metadata.len && n->metadata.ptr[0] != '{')
		iv_api_bad(c, "/metadata", "must be an object");
	st->call_id = iv_id_text(c, "call");
	return iv_api_refuse_if_bad(c);
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

static bool any_carrier(const struct iv_carriers *carriers)
{
	return iv_carriers_has(carriers, IV_JAMBONZ) || iv_carriers_has(carriers, IV_TWILIO) ||
	       iv_carriers_has(carriers, IV_ELEVENLABS);
}

static enum iv_flow_next check_dial(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct call_new *n = c->in;
	struct state *st = c->state;

	c->nothing_done = true;
	if (n->direction != OUTBOUND || !c->s->dials || (!n->carrier.len && !any_carrier(c->s->carriers)))
		return IV_FLOW_NEXT;
	st->ask = (struct iv_dial_ask){.tenant_id = c->who.tenant_id, .call_id = st->call_id, .agent_id = n->agent_id,
				       .campaign_id = n->campaign_id, .lead_id = n->lead_id, .from = n->from, .to = n->to,
				       .carrier = n->carrier, .ring_s = (int)n->ring_s, .amd = n->amd, .span = c->span};
	st->dials = true;
	iv_undo_push(f, &st->give_back, give_back, c);
	return iv_dial_check(c->s->dials, f, &st->run, &c->arena, &st->ask, &st->plan, &st->answer);
}

/* ── the row ── */

static struct iv_str word(const char *const *names, int index)
{
	return index < 0 ? IV_STR_NULL : iv_str(names[index]);
}

static void put_if(struct iv_jw *w, const char *name, struct iv_str value)
{
	if (value.len)
		iv_jw_str(w, name, value);
}

/* One of the statement's items. IV_STR_NULL: no room. */
static struct iv_str item(struct iv_api_call *c)
{
	const struct call_new *n = c->in;
	const struct state *st = c->state;
	struct iv_str text = IV_STR_NULL;
	struct iv_buf out;
	struct iv_jw w;

	iv_buf_init(&out, ITEM_BYTES);
	iv_jw_init(&w, &out);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "id", st->call_id);
	iv_jw_str(&w, "agent", n->agent_id);
	iv_jw_str(&w, "direction", word(directions, n->direction));
	put_if(&w, "to", n->to);
	put_if(&w, "from", st->plan.from.len ? st->plan.from : n->from);
	if (st->dials) /* whoever dies before it is dialled leaves it to who asks the carrier */
		iv_jw_cstr(&w, "carrier", iv_carrier_names[st->plan.carrier]);
	if (n->metadata.len)
		iv_jw_raw(&w, "metadata", n->metadata);
	iv_jw_bool(&w, "test", !c->who.live);
	iv_api_audit_json(c, &w, "audit");
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&c->arena, iv_buf_str(&out));
	iv_buf_deinit(&out);
	return text;
}

static enum iv_flow_next create(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	st->dials = st->dials && !st->plan.none;
	st->in = (struct iv_call_create_in){.items = item(c), .caps = resource_caps(c)};
	if (!st->in.items.len)
		return iv_flow_fail(f, IV_ETOOBIG, "the call does not fit");
	c->nothing_done = false;
	st->writing = true;
	return iv_pg_join(c->s->pg, f, &st->joined, &c->scope, &c->arena, &iv_sql_call_create, &st->in, &st->rows);
}

static enum iv_flow_next refused(struct iv_flow *f, const struct iv_call_create_out *r)
{
	struct iv_api_call *c = iv_api_self(f);

	c->nothing_done = true;
	if (iv_str_eq(r->refusal, IV_S("agent"))) {
		(void)iv_fail_field(&f->err, IV_ENOENT, "agentId", "names no agent that is active");
		return IV_FLOW_DONE;
	}
	iv_api_retry_after(c, iv_str_eq(r->refusal, IV_S("concurrent")) ? 5 : 3600);
	return iv_flow_fail(f, IV_EQUOTA, "%.*s: %.*s of %.*s are used", IV_FMT(r->refusal), IV_FMT(r->used),
			    IV_FMT(r->cap));
}

/* From here on a telephone may ring, whatever becomes of this request. */
static enum iv_flow_next place(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_call_create_out *r = iv_call_create_at(&st->rows, 0);

	st->writing = false;
	if (r->refusal.len)
		return refused(f, r);
	c->entity_id = r->id;
	if (!st->dials)
		return IV_FLOW_NEXT;
	struct iv_dial_plan plan = st->plan;

	st->placing = true;
	st->plan.slots = false; /* the dial's from now on */
	return iv_dial_place(c->s->dials, f, &st->run, &c->arena, &st->ask, &plan, &st->answer);
}

static void put_dial(struct iv_jw *w, const struct state *st)
{
	const struct iv_dial_answer *a = &st->answer;

	if (!st->dials)
		return;
	iv_jw_cstr(w, "carrier", iv_carrier_names[a->carrier]);
	if (a->provider_id.len)
		iv_jw_str(w, "providerCallId", a->provider_id);
	if (iv_str_eq(a->status, IV_S("unknown")))
		iv_jw_str(w, "reason", a->why);
	else if (a->failure.len || a->placed == IV_NOT_PLACED)
		iv_jw_str(w, "failureReason", a->failure.len ? a->failure : a->why);
	if (a->placed == IV_NOT_PLACED && !a->for_good)
		iv_jw_i64(w, "retryAfterSec", a->retry_after_s ? a->retry_after_s : 1);
}

static enum iv_flow_next answer(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct call_new *n = c->in;
	struct state *st = c->state;
	const struct iv_call_create_out *r = iv_call_create_at(&st->rows, 0);
	struct iv_str from = st->dials ? st->answer.from : n->from;
	struct iv_jw w;

	if (st->dials && st->answer.placed == IV_NOT_PLACED && iv_str_eq(st->answer.why, IV_S("rate_limited"))) {
		iv_api_retry_after(c, st->answer.retry_after_s ? st->answer.retry_after_s : 1);
		return iv_flow_fail(f, IV_ERATE, "%s takes no more calls for the moment", iv_carrier_names[st->answer.carrier]);
	}
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "id", r->id);
	iv_jw_str(&w, "status", st->dials ? st->answer.status : IV_S("created"));
	iv_jw_str(&w, "agentId", r->agent_id);
	iv_jw_str(&w, "direction", word(directions, n->direction));
	if (n->to.len)
		iv_jw_str(&w, "to", n->to);
	if (from.len)
		iv_jw_str(&w, "from", from);
	put_dial(&w, st);
	iv_jw_raw(&w, "metadata", n->metadata.len ? n->metadata : IV_S("{}"));
	iv_jw_bool(&w, "test", !c->who.live);
	iv_jw_str(&w, "startedAt", iv_time_text(c, r->started_at));
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

static const struct iv_flow_step steps[] = {{"check_body", check_body}, {"check_dial", check_dial}, {"create", create},
					    {"place", place}, {"answer", answer}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_EQUOTA, IV_ERATE, IV_EUNSUPPORTED, IV_OK};

const struct iv_api_route *call_new_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "POST", .path = "/v1/calls", .id = "createCall", .tag = "Calls", .role = IV_ROLE_DEV,
		 .flags = IV_API_PLACES_CALL | IV_API_AUDIT, .in = &shape, .out = &call_made_answer, .status = 201,
		 .state_size = sizeof(struct state), .steps = steps, .errors = errors, .deadline_ms = DEADLINE_MS,
		 .doc = "Place a call, within the tenant's caps; without a carrier it is written down and waits for its socket",
		 .example = "{\"agentId\":\"agt_01J0000000000000000000000\",\"to\":\"+919876543210\"}"},
		{0},
	};

	return rows;
}
