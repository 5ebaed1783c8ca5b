/* /v1/campaigns: what a campaign is to call, when and how fast. Its state is changed by orders (orders.c). */
#include "parts.h"

#include "iv_sql.h"
#include "iv_time.h"

static const char *const kinds[] = {"marketing", "informational", "collection", NULL};
static const char *const statuses[] = {"draft",	 "scheduled", "running", "paused", "completed", "failed",
				       "cancelled", "active", "", NULL};
enum { STATUS_ACTIVE = 7, STATUS_ANY = 8 };

/* ── a campaign, as it is sent and told ── */

struct campaign {
	struct iv_str id, name, description, status, status_reason, agent_id, number_id, segment, schedule, delays,
	timezone,
		scheduled_at, started_at, completed_at, created_at, updated_at;
	int kind;
	int64_t concurrent, per_day, interval_ms, attempts, contacts, completed, successful;
	double per_second;
	bool consent;
};

static const struct iv_field fields[] = {
	IV_STR(struct campaign, id, "id", IV_READONLY, 0, 0, "cmp_…"),
	IV_STR(struct campaign, name, "name", IV_REQUIRED, 1, 200, "Its name"),
	IV_STR(struct campaign, description, "description", 0, 0, 2000, "What it is for"),
	IV_STR(struct campaign, status, "status", IV_READONLY, 0, 0,
	       "draft, scheduled, running, paused, completed, failed or cancelled"),
	IV_STR(struct campaign, status_reason, "statusReason", IV_READONLY, 0, 0, "Why it is that"),
	IV_STR(struct campaign, agent_id, "agentId", 0, 0, 128, "Who calls; the empty text takes it away"),
	IV_STR(struct campaign, number_id, "phoneNumberId", 0, 0, 128,
	       "The number to call from; any active one when absent"),
	IV_ENUM(struct campaign, kind, "kind", 0, kinds, "Which rules apply to its calls; marketing when absent"),
	IV_JSON(struct campaign, segment, "segment", 0, 65536,
		"Whom: {status, score_min, score_max, tags, ids}, or the name of a saved segment; null: only leads put into it"),
	IV_JSON(struct campaign, schedule, "schedule", 0, 16384,
		"When, within the law: {retryWindows: [{start, end, timezone}], days: [1-7]}"),
	IV_INT(struct campaign, concurrent, "maxConcurrentCalls", 0, 1, 100000, "Calls at once; 1 when absent"),
	IV_DBL(struct campaign, per_second, "callsPerSecond", 0, 0.001, 1000, "Calls begun a second; 1 when absent"),
	IV_INT(struct campaign, per_day, "maxCallsPerDay", 0, 1, 10000000,
	       "Calls of a day of its zone; 100 when absent"),
	IV_INT(struct campaign, interval_ms, "callIntervalMs", 0, 0, 86400000, "At least so long between two calls"),
	IV_INT(struct campaign, attempts, "maxAttempts", 0, 1, 20, "Calls to one lead; 3 when absent"),
	IV_JSON(struct campaign, delays, "retryDelays", 0, 1024,
		"Seconds before the next call, by attempt: [3600, 14400, 86400]"),
	IV_STR(struct campaign, timezone, "timezone", 0, 0, 64, "Of its day, a name such as Asia/Kolkata"),
	IV_BOOL(struct campaign, consent, "consentRequired", 0, "Only who agreed to be called; true when absent"),
	IV_STR(struct campaign, scheduled_at, "scheduledAt", 0, 0, 40, "RFC 3339: when a scheduled one starts"),
	IV_STR(struct campaign, started_at, "startedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_STR(struct campaign, completed_at, "completedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_INT(struct campaign, contacts, "totalContacts", IV_READONLY, 0, 0, "Leads taken in"),
	IV_INT(struct campaign, completed, "completedCalls", IV_READONLY, 0, 0, "Calls that ended"),
	IV_INT(struct campaign, successful, "successfulCalls", IV_READONLY, 0, 0, "Of them with somebody"),
	IV_STR(struct campaign, created_at, "createdAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_STR(struct campaign, updated_at, "updatedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_FIELDS_END,
};
static const struct iv_shape campaign_shape = {"campaign", sizeof(struct campaign), fields, NULL};

struct list_query {
	struct iv_page_query page;
	int status;
};
static void list_defaults(void *q)
{
	iv_page_defaults(q);
	((struct list_query *)q)->status = STATUS_ANY;
}
static const struct iv_field list_fields[] = {
	PAGE_FIELDS(struct list_query, page),
	IV_ENUM(struct list_query, status, "status", 0, statuses, "Only those; active are the running ones"),
	IV_FIELDS_END,
};
static const struct iv_shape list_shape = {"campaignQuery", sizeof(struct list_query), list_fields, list_defaults};

struct campaign_state {
	struct iv_rows rows;
};

/* ── steps ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct campaign_state *st = c->state;
	struct iv_page_place p;
	const char *status = q->status == STATUS_ACTIVE ? "running" : statuses[q->status];

	if (!pages_begin(c, &q->page, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_campaign_page_in in = {.after_us = p.after_us, .after_id = p.after_id, .status = iv_str(status),
					 .count = p.count};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_page, &in, &st->rows);
}
PAGE_STEP(listed, campaign_page, struct list_query, &((struct campaign_state *)c->state)->rows)

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct campaign_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_one,
			 &(struct iv_campaign_one_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct campaign_state *st = c->state;

	return answer_json(c, iv_campaign_one_at(&st->rows, 0)->body);
}

static enum iv_flow_next put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct campaign *b = c->in;
	struct campaign_state *st = c->state;
	struct iv_str id = iv_api_param(c, "id");
	int64_t ms;

	if (!c->doc->child)
		iv_api_bad(c, "", "needs at least one member");
	if (b->scheduled_at.len && !iv_time_parse(b->scheduled_at, &ms))
		iv_api_bad(c, "/scheduledAt", "must be a time such as 2030-01-31T12:00:00Z");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	struct iv_campaign_put_in in = {.campaign = id, .fresh = iv_id_text(c, "cmp"), .doc = c->body,
					.person = iv_actor(c)};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_put, &in, &st->rows);
}

static enum iv_flow_next was_put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct campaign_state *st = c->state;
	const struct iv_campaign_put_out *r = iv_campaign_put_at(&st->rows, 0);
	const cJSON *body;

	if (iv_str_eq(r->code, IV_S("not_found")))
		return iv_flow_fail(f, IV_ENOENT, "no such campaign");
	if (r->code.len)
		return iv_flow_fail(f, IV_ECONFLICT, "%.*s: %.*s", IV_FMT(r->code), IV_FMT(r->why));
	if (r->wrong.len) {
		iv_api_bad(c, iv_arena_str(&c->arena, r->wrong).ptr, "%.*s", IV_FMT(r->why));
		return iv_api_refuse_if_bad(c);
	}
	if (!iv_api_param(c, "id").len) {
		body = iv_json_parse(r->body, &f->err);
		if (!body)
			return IV_FLOW_DONE;
		c->entity_id = iv_arena_str(&c->arena, iv_json_str(body, "id"));
		cJSON_Delete((cJSON *)(uintptr_t)body);
	}
	return answer_json(c, r->body);
}

static enum iv_flow_next drop(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct campaign_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_remove,
			 &(struct iv_campaign_remove_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next dropped(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct campaign_state *st = c->state;
	const struct iv_campaign_remove_out *r = iv_campaign_remove_at(&st->rows, 0);

	return r->deleted ? IV_FLOW_DONE
			  : iv_flow_fail(f, IV_ECONFLICT, "bad_state: the campaign is %.*s: cancel it first",
					 IV_FMT(r->status));
}

/* ── leads that are put into it by name ── */

struct attach_body {
	struct iv_strs ids;
};
static const struct iv_field attach_fields[] = {
	IV_STRS(struct attach_body, ids, "ids", IV_REQUIRED, 1000, "Leads, by id"), IV_FIELDS_END};
static const struct iv_shape attach_shape = {"leadIds", sizeof(struct attach_body), attach_fields, NULL};

struct attach_state {
	struct iv_rows campaign, rows;
};

static enum iv_flow_next attach_look(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct attach_state *st = c->state;

	if (!((const struct attach_body *)c->in)->ids.count)
		iv_api_bad(c, "/ids", "names nobody");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_one,
			 &(struct iv_campaign_one_in){.id = iv_api_param(c, "id")}, &st->campaign);
}

static enum iv_flow_next attach(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct attach_state *st = c->state;
	const struct iv_strs *ids = &((const struct attach_body *)c->in)->ids;
	struct iv_str status = iv_campaign_one_at(&st->campaign, 0)->status, list_of;
	struct iv_buf b;
	struct iv_jw w;

	if (iv_str_eq(status, IV_S("completed")) || iv_str_eq(status, IV_S("failed")) ||
	    iv_str_eq(status, IV_S("cancelled")))
		return iv_flow_fail(f, IV_ECONFLICT, "bad_state: the campaign is %.*s", IV_FMT(status));
	iv_buf_init(&b, 8 << 20);
	iv_jw_init(&w, &b);
	iv_jw_arr(&w, NULL);
	for (size_t i = 0; i < ids->count; i++)
		iv_jw_str(&w, NULL, ids->items[i]);
	iv_jw_end_arr(&w);
	list_of = iv_jw_done(&w) ? iv_arena_str(&c->arena, iv_buf_str(&b)) : IV_STR_NULL;
	iv_buf_deinit(&b);
	if (!list_of.ptr)
		return iv_flow_fail(f, IV_ETOOBIG, "no memory for the ids");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_lead_attached,
			 &(struct iv_lead_attached_in){.campaign = iv_api_param(c, "id"), .ids = list_of}, &st->rows);
}

static enum iv_flow_next attached(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct attach_state *st = c->state;
	int64_t count = 0;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < st->rows.count; i++) {
		const struct iv_lead_attached_out *r = iv_lead_attached_at(&st->rows, i);

		count += r->attached;
		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "id", r->id);
		iv_jw_bool(&w, "attached", r->attached);
		if (r->why.len)
			iv_jw_str(&w, "reason", r->why);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_i64(&w, "attached", count);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

/* ── the table ── */

static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step put_steps[] = {{"put", put}, {"was_put", was_put}, {0}};
static const struct iv_flow_step drop_steps[] = {{"drop", drop}, {"dropped", dropped}, {0}};
static const struct iv_flow_step attach_steps[] = {{"look", attach_look}, {"attach", attach}, {"attached", attached},
						   {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code changing[] = {IV_ENOENT, IV_ECONFLICT, IV_OK};

#define ID "/v1/campaigns/:id"
#define STATE .state_size = sizeof(struct campaign_state)

const struct iv_api_route *campaign_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "POST", .path = "/v1/campaigns", .id = "createCampaign", .tag = "Campaigns",
		 .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &campaign_shape, .out = &campaign_shape, .status = 201,
		 .steps = put_steps, STATE,
		 .body_max = 131072, .doc = "Make a campaign, a draft that calls nobody",
		 .example = "{\"name\":\"Renewals\",\"segment\":{\"tags\":[\"renewal\"]},"
			    "\"schedule\":{\"retryWindows\":[{\"start\":\"10:00\",\"end\":\"12:00\",\"timezone\":\"local\"}]}}"},
		{.method = "GET", .path = "/v1/campaigns", .id = "listCampaigns", .tag = "Campaigns",
		 .role = IV_ROLE_ANALYST,
		 .query = &list_shape, .status = 200, .steps = list_steps, STATE, .doc = "Campaigns, newest first"},
		{.method = "GET", .path = ID, .id = "getCampaign", .tag = "Campaigns", .role = IV_ROLE_ANALYST,
		 .out = &campaign_shape, .status = 200, .steps = get_steps, STATE, .errors = missing,
		 .doc = "One campaign"},
		{.method = "PATCH", .path = ID, .id = "updateCampaign", .tag = "Campaigns", .role = IV_ROLE_DEV,
		 .flags = IV_API_PATCH | IV_API_AUDIT, .in = &campaign_shape, .out = &campaign_shape, .status = 200,
		 .body_max = 131072, .steps = put_steps, STATE, .errors = changing,
		 .doc = "Change a campaign that is not over; what is not sent stays. Pace and hours count at once"},
		{.method = "DELETE", .path = ID, .id = "deleteCampaign", .tag = "Campaigns", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .status = 204, .steps = drop_steps, STATE, .errors = changing,
		 .doc = "Delete a campaign that is a draft or over; its calls and leads stay"},
		{.method = "POST", .path = ID "/leads", .id = "attachLeads", .tag = "Campaigns", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &attach_shape, .status = 200, .body_max = 262144, .steps = attach_steps,
		 .state_size = sizeof(struct attach_state), .errors = changing,
		 .doc = "Put leads into a campaign; who is in another that goes on, or asked not to be called, stays out",
		 .example = "{\"ids\":[\"lead_01\"]}"},
		{0},
	};

	return rows;
}
