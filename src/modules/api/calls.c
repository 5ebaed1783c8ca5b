/* /v1/calls: listed, looked at, told how they stand, given orders. Asking for one is call_new.c's. */
#include "resources.h"

#include "iv_control.h"
#include "iv_dial.h"
#include "iv_calls.h"
#include "iv_id.h"
#include "iv_sql.h"
#include "iv_time.h"

enum { METADATA_BYTES = 16384, TIMELINE_MAX = 1000, SUMMARY_BYTES = 262144 };

static const char *const statuses[] = {"created", "queued", "initiated", "dialing", "ringing", "answered", "in-progress",
				       "active", "unknown", "completed", "failed", "no-answer", "busy", "canceled",
				       NULL};

static struct iv_str word(const char *const *names, int index)
{
	return index < 0 ? IV_STR_NULL : iv_str(names[index]);
}

static enum iv_flow_next written(struct iv_flow *f, const struct iv_jw *w)
{
	return iv_jw_done(w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

struct call_state {
	struct iv_rows rows, count;
	struct iv_control_run control;
	struct iv_dial_run dial;
	struct iv_str text, answer;
};

/* ── one ── */

static void put_str(struct iv_jw *w, const char *key, struct iv_str s)
{
	if (s.ptr)
		iv_jw_str(w, key, s);
}

static void put_raw(struct iv_jw *w, const char *key, struct iv_str json)
{
	if (json.ptr)
		iv_jw_raw(w, key, json);
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_call_get,
			 &(struct iv_call_get_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static void put_call(struct iv_api_call *c, struct iv_jw *w, const struct iv_call_get_out *r)
{
	iv_jw_str(w, "id", r->id);
	put_str(w, "agentId", r->agent_id);
	if (r->agent_version != IV_SQL_NULL)
		iv_jw_i64(w, "agentVersion", r->agent_version);
	iv_jw_str(w, "direction", r->direction);
	put_str(w, "from", r->from_number);
	put_str(w, "to", r->to_number);
	iv_jw_str(w, "status", r->status);
	put_str(w, "outcome", r->outcome);
	put_str(w, "endReason", r->end_reason);
	put_str(w, "failureReason", r->failure_reason);
	iv_jw_bool(w, "test", r->test);
	put_str(w, "carrier", r->carrier);
	iv_jw_str(w, "provider", r->provider);
	put_str(w, "providerCallId", r->provider_call_id);
	put_str(w, "campaignId", r->campaign_id);
	put_str(w, "leadId", r->lead_id);
	iv_jw_str(w, "startedAt", iv_time_text(c, r->started_at));
	put_str(w, "answeredAt", iv_time_text(c, r->answered_at));
	put_str(w, "endedAt", iv_time_text(c, r->ended_at));
	if (r->duration_seconds != IV_SQL_NULL)
		iv_jw_i64(w, "durationSec", r->duration_seconds);
	put_raw(w, "costUsd", r->cost);
	put_raw(w, "costInr", r->cost_inr);
	iv_jw_raw(w, "usage", r->usage);
	iv_jw_raw(w, "metadata", r->metadata);
	put_str(w, "summary", r->summary);
	put_raw(w, "analysis", r->analysis);
	put_str(w, "language", r->language);
	put_raw(w, "agentConfigAtCallStart", r->agent);
	iv_jw_raw(w, "costs", r->costs);
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	put_call(c, &w, iv_call_get_at(&st->rows, 0));
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* ── many ── */

static void list_defaults(void *object)
{
	struct list_query *q = object;

	q->page = 1;
	q->limit = 50;
}

static const struct iv_field list_fields[] = {
	IV_INT(struct list_query, page, "page", 0, 1, 100000, "Counted from 1; a cursor is quicker"),
	IV_INT(struct list_query, limit, "limit", 0, 1, 100, "Rows of a page"),
	IV_STR(struct list_query, cursor, "cursor", 0, 0, 512, "nextCursor of the page before"),
	IV_STR(struct list_query, status, "status", 0, 0, 32, "Only those of this status"),
	IV_STR(struct list_query, agent_id, "agentId", 0, 0, 128, "Only those of this agent"),
	IV_STR(struct list_query, direction, "direction", 0, 0, 16, "inbound, outbound or web"),
	IV_STR(struct list_query, from, "from", 0, 0, 40, "Started at or after (RFC 3339)"),
	IV_STR(struct list_query, to, "to", 0, 0, 40, "Started before (RFC 3339)"),
	IV_FIELDS_END,
};
static const struct iv_shape list_shape = {"callList", sizeof(struct list_query), list_fields, list_defaults};

static int64_t time_of(struct iv_api_call *c, const char *pointer, struct iv_str text)
{
	int64_t ms = IV_SQL_NULL;

	if (text.len && !iv_time_parse(text, &ms))
		iv_api_bad(c, pointer, "must be a time as in 2026-01-31T23:59:59Z");
	return ms;
}

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct call_state *st = c->state;
	struct list_place p;
	int64_t from = time_of(c, "?from", q->from), to = time_of(c, "?to", q->to);

	if (!list_reads(c, q, &p) || iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	struct iv_call_list_in in = {.after_us = p.after_us, .after_id = p.after_id, .skip = p.skip, .count = p.count + 1,
				     .status = q->status, .agent = q->agent_id, .direction = q->direction,
				     .from_at = from, .to_at = to};
	struct iv_call_count_in count = {.status = q->status, .agent = q->agent_id, .direction = q->direction,
					 .from_at = from, .to_at = to};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_call_list, &in, &st->rows},
					       {&iv_sql_call_count, &count, &st->count}},
			 2);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;
	struct list_writer p = list_begin(c, c->query, "calls", st->rows.count, iv_call_count_at(&st->count, 0)->total);

	for (size_t i = 0; i < p.page.shown; i++) {
		const struct iv_call_list_out *r = iv_call_list_at(&st->rows, i);
		struct iv_jw *w = &p.page.w;

		iv_jw_obj(w, NULL);
		iv_jw_str(w, "id", r->id);
		put_str(w, "agentId", r->agent_id);
		iv_jw_str(w, "direction", r->direction);
		put_str(w, "from", r->from_number);
		put_str(w, "to", r->to_number);
		iv_jw_str(w, "status", r->status);
		put_str(w, "outcome", r->outcome);
		put_str(w, "endReason", r->end_reason);
		iv_jw_bool(w, "test", r->test);
		put_str(w, "carrier", r->carrier);
		iv_jw_str(w, "provider", r->provider);
		put_str(w, "campaignId", r->campaign_id);
		iv_jw_str(w, "startedAt", iv_time_text(c, r->started_at));
		put_str(w, "answeredAt", iv_time_text(c, r->answered_at));
		put_str(w, "endedAt", iv_time_text(c, r->ended_at));
		if (r->duration_seconds != IV_SQL_NULL)
			iv_jw_i64(w, "durationSec", r->duration_seconds);
		put_raw(w, "costUsd", r->cost);
		put_raw(w, "costInr", r->cost_inr);
		iv_jw_raw(w, "metadata", r->metadata);
		put_str(w, "summary", r->summary);
		iv_jw_end_obj(w);
		list_passed(&p, r->started_us, r->id);
	}
	return list_end(c, &p);
}

/* ── how it stands ── */

struct status_new {
	int status;
	struct iv_str metadata;
};

static const struct iv_field status_fields[] = {
	IV_ENUM(struct status_new, status, "status", IV_REQUIRED, statuses, "How the call stands"),
	IV_JSON(struct status_new, metadata, "metadata", 0, METADATA_BYTES, "An object, put over what is there"),
	IV_FIELDS_END,
};
static const struct iv_shape status_shape = {"callStatus", sizeof(struct status_new), status_fields, NULL};

static enum iv_flow_next set_status(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct status_new *n = c->in;
	struct call_state *st = c->state;

	if (n->metadata.len && n->metadata.ptr[0] != '{') {
		iv_api_bad(c, "/metadata", "must be an object");
		return iv_api_refuse_if_bad(c);
	}
	struct iv_call_patch_status_in in = {.id = iv_api_param(c, "id"), .status = word(statuses, n->status),
					     .metadata = n->metadata};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_call_patch_status, &in, &st->rows);
}

static enum iv_flow_next status_set(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;
	const struct iv_call_patch_status_out *r = iv_call_patch_status_at(&st->rows, 0);

	if (!r->changed)
		return iv_flow_fail(f, IV_ECONFLICT, "the call is over: it is %.*s", IV_FMT(r->status));
	return IV_FLOW_NEXT;
}

static enum iv_flow_next status_got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_jw_obj(&w, "call");
	put_call(c, &w, iv_call_get_at(&st->rows, 0));
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* ── its timeline ── */

struct timeline_query {
	int64_t after, limit;
};

static void timeline_defaults(void *object)
{
	((struct timeline_query *)object)->limit = 500;
}

static const struct iv_field timeline_fields[] = {
	IV_INT(struct timeline_query, after, "after", 0, 0, 1000000000, "Entries behind this id"),
	IV_INT(struct timeline_query, limit, "limit", 0, 1, TIMELINE_MAX, "At most so many"),
	IV_FIELDS_END,
};
static const struct iv_shape timeline_shape = {"timelineQuery", sizeof(struct timeline_query), timeline_fields,
					       timeline_defaults};

static enum iv_flow_next timeline(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct timeline_query *q = c->query;
	struct call_state *st = c->state;
	struct iv_call_timeline_in in = {.id = iv_api_param(c, "id"), .after = q->after, .count = q->limit};
	struct iv_call_state_in state = {.id = in.id};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_call_state, &state, &st->count},
					       {&iv_sql_call_timeline, &in, &st->rows}},
			 2);
}

static enum iv_flow_next timeline_got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct timeline_query *q = c->query;
	struct call_state *st = c->state;
	int64_t last = q->after;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "callId", iv_api_param(c, "id"));
	iv_jw_arr(&w, "timeline");
	for (size_t i = 0; i < st->rows.count; i++) {
		const struct iv_call_timeline_out *r = iv_call_timeline_at(&st->rows, i);
		char id[24];

		(void)snprintf(id, sizeof(id), "%lld", (long long)r->seq);
		iv_jw_obj(&w, NULL);
		iv_jw_cstr(&w, "id", id);
		iv_jw_str(&w, "kind", r->kind);
		iv_jw_raw(&w, "payload", r->payload);
		iv_jw_str(&w, "ts", iv_time_text(c, r->at));
		iv_jw_i64(&w, "timestamp", r->at);
		iv_jw_end_obj(&w);
		last = r->seq;
	}
	iv_jw_end_arr(&w);
	iv_jw_bool(&w, "hasMore", st->rows.count == (size_t)q->limit);
	iv_jw_i64(&w, "nextAfter", last);
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* ── its summary, from outside ── */

static enum iv_flow_next put_summary(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;
	struct iv_str text = c->doc ? iv_json_str(c->doc, "summary") : IV_STR_NULL, id = iv_id_text(c, "evt");
	char at[IV_TIME_SIZE];
	struct iv_buf event;
	struct iv_jw w;

	if (!cJSON_IsObject(c->doc)) {
		iv_api_bad(c, "", "must be an object");
		return iv_api_refuse_if_bad(c);
	}
	iv_buf_init(&event, 2048);
	iv_jw_init(&w, &event);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "type", "call.summary");
	iv_jw_cstr(&w, "schemaVersion", "call.summary.v1");
	iv_jw_str(&w, "eventId", id);
	iv_jw_str(&w, "callId", iv_api_param(c, "id"));
	iv_jw_str(&w, "tenantId", c->who.tenant_id);
	iv_jw_str(&w, "timestamp", iv_time_iso(iv_wall_ms(), at));
	iv_jw_end_obj(&w);
	struct iv_call_summary_put_in in = {.id = iv_api_param(c, "id"), .summary = text, .summary_json = c->body,
					    .event = iv_arena_str(&c->arena, iv_buf_str(&event))};

	iv_buf_deinit(&event);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_call_summary_put, &in, &st->rows);
}

static enum iv_flow_next summary_put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;
	struct iv_jw w;

	if (!iv_call_summary_put_at(&st->rows, 0)->id.len)
		return iv_flow_fail(f, IV_ENOENT, "no such call");
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* ── orders to a live one: they reach the process that holds it ── */

struct order_body {
	struct iv_str text, to, digits, reason;
	bool interrupt, muted, held;
	int mode;
};

static enum iv_flow_next ask_state(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_call_state,
			 &(struct iv_call_state_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next order(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct call_state *st = c->state;
	const char *verb = strrchr(c->route->path, '/') + 1;
	char name[IV_CALL_NAME_SIZE];

	if (iv_call_state_at(&st->rows, 0)->over)
		return iv_flow_fail(f, IV_ECONFLICT, "the call is not live");
	if (strcmp(verb, "hangup") == 0 && iv_call_state_at(&st->rows, 0)->carried && c->s->dials)
		return iv_dial_cancel(c->s->dials, f, &st->dial, &c->arena, c->who.tenant_id, iv_api_param(c, "id"),
				      ((const struct order_body *)c->in)->reason);
	return iv_control_send(c->s->control, f, &st->control, &c->arena,
			       iv_arena_str(&c->arena, iv_call_name(c->who.tenant_id, iv_api_param(c, "id"), name)),
			       iv_str(verb), c->body.len ? c->body : IV_S("{}"), 5000, &st->answer);
}

static enum iv_flow_next ordered(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_jw_str(&w, "callId", iv_api_param(c, "id"));
	iv_jw_cstr(&w, "action", strrchr(c->route->path, '/') + 1);
	iv_jw_str(&w, "actionId", iv_id_text(c, "act"));
	iv_jw_end_obj(&w);
	return written(f, &w);
}

static const char *const modes[] = {"blind", "attended", NULL};

static const struct iv_field hangup_fields[] = {
	IV_STR(struct order_body, reason, "reason", 0, 1, 31, "Kept as the end's reason"), IV_FIELDS_END};
static const struct iv_field transfer_fields[] = {
	IV_STR(struct order_body, to, "to", IV_REQUIRED, 1, 256, "Number, SIP address or name"),
	IV_ENUM(struct order_body, mode, "mode", 0, modes, "blind when absent"), IV_FIELDS_END};
static const struct iv_field say_fields[] = {
	IV_STR(struct order_body, text, "text", IV_REQUIRED, 1, 4096, "What the agent says"),
	IV_BOOL(struct order_body, interrupt, "interrupt", 0, "Cut what is being said"), IV_FIELDS_END};
static const struct iv_field dtmf_fields[] = {
	IV_STR(struct order_body, digits, "digits", IV_REQUIRED, 1, 64, "0-9 * # A-D; w waits half a second"), IV_FIELDS_END};
static const struct iv_field mute_fields[] = {
	IV_BOOL(struct order_body, muted, "muted", IV_REQUIRED, "The caller is not heard"), IV_FIELDS_END};
static const struct iv_field hold_fields[] = {
	IV_BOOL(struct order_body, held, "held", IV_REQUIRED, "Neither side is heard"), IV_FIELDS_END};

#define SHAPE(x) static const struct iv_shape x##_shape = {#x, sizeof(struct order_body), x##_fields, NULL}
SHAPE(hangup);
SHAPE(transfer);
SHAPE(say);
SHAPE(dtmf);
SHAPE(mute);
SHAPE(hold);

/* ── the table ── */

static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step status_steps[] = {
	{"set_status", set_status}, {"status_set", status_set}, {"get", get}, {"status_got", status_got}, {0}};
static const struct iv_flow_step timeline_steps[] = {{"timeline", timeline}, {"timeline_got", timeline_got}, {0}};
static const struct iv_flow_step summary_steps[] = {{"put", put_summary}, {"summary_put", summary_put}, {0}};
static const struct iv_flow_step order_steps[] = {{"ask_state", ask_state}, {"order", order}, {"ordered", ordered}, {0}};

static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code conflicting[] = {IV_ENOENT, IV_ECONFLICT, IV_OK};
static const enum iv_code live_errors[] = {IV_ENOENT, IV_ECONFLICT, IV_EUNSUPPORTED, IV_ERATE, IV_EUPSTREAM, IV_OK};

#define CALL_ID "/v1/calls/:id"
#define STATE .state_size = sizeof(struct call_state)
#define ORDER(verb, op, text)                                                                                          \
	{                                                                                                              \
		.method = "POST", .path = CALL_ID "/" #verb, .id = op, .tag = "Live calls", .role = IV_ROLE_DEV,       \
		.flags = IV_API_AUDIT, .in = &verb##_shape, .out = &order_answer, .status = 202, STATE,                \
		.steps = order_steps, .errors = live_errors, .doc = text                                               \
	}

const struct iv_api_route *call_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/calls", .id = "listCalls", .tag = "Calls", .role = IV_ROLE_ANALYST,
		 .query = &list_shape, .out = &call_list_answer, .status = 200, STATE, .steps = list_steps,
		 .doc = "Calls, the latest first"},
		{.method = "GET", .path = CALL_ID, .id = "getCall", .tag = "Calls", .role = IV_ROLE_ANALYST,
		 .out = &call_answer, .status = 200, STATE, .steps = get_steps, .errors = missing,
		 .doc = "One call with its costs"},
		{.method = "PATCH", .path = CALL_ID "/status", .id = "setCallStatus", .tag = "Calls", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &status_shape, .out = &call_changed_answer, .status = 200, STATE,
		 .steps = status_steps, .errors = conflicting, .doc = "Say how a call stands; one that is over stays as it is"},
		{.method = "GET", .path = CALL_ID "/timeline", .id = "getTimeline", .tag = "Calls",
		 .role = IV_ROLE_ANALYST, .query = &timeline_shape, .out = &timeline_answer, .status = 200, STATE,
		 .steps = timeline_steps, .errors = missing, .doc = "What happened in a call, oldest first"},
		{.method = "POST", .path = CALL_ID "/summary", .id = "putSummary", .tag = "Calls", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .status = 200, STATE, .body_max = SUMMARY_BYTES, .steps = summary_steps,
		 .errors = missing, .doc = "Give a call the summary somebody else made of it"},
		ORDER(hangup, "hangUpCall", "End a live call"),
		ORDER(transfer, "transferCall", "Hand a live call over"),
		ORDER(say, "sayInCall", "Have the agent say something"),
		ORDER(dtmf, "sendDigits", "Press keys towards the far end"),
		ORDER(mute, "muteCall", "Stop hearing the caller, or hear him again"),
		ORDER(hold, "holdCall", "Hold a live call, or go on with it"),
		{0},
	};

	return rows;
}
