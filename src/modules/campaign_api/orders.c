/* What is done to a campaign, what it came to, what it would do, and what the optimiser thinks of it. */
#include "parts.h"

#include "iv_sql.h"
#include "iv_time.h"

/* ── orders ── */

struct order_body {
	struct iv_str reason;
};
static const struct iv_field order_fields[] = {
	IV_STR(struct order_body, reason, "reason", 0, 0, 200, "Why; told with the campaign"), IV_FIELDS_END};
static const struct iv_shape order_shape = {"campaignOrder", sizeof(struct order_body), order_fields, NULL};

struct order_state {
	struct iv_rows rows;
};

/* The last part of the path. */
static struct iv_str verb_of(const struct iv_api_call *c)
{
	return iv_str(strrchr(c->route->path, '/') + 1);
}

static enum iv_flow_next order(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct order_body *b = c->in;
	struct order_state *st = c->state;
	struct iv_campaign_ordered_in in = {.campaign = iv_api_param(c, "id"), .verb = verb_of(c),
					    .person = iv_actor(c),
					    .reason = text_or_null(b->reason)};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_ordered, &in, &st->rows);
}

static enum iv_flow_next ordered(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct order_state *st = c->state;
	const struct iv_campaign_ordered_out *r = iv_campaign_ordered_at(&st->rows, 0);
	struct iv_jw w;

	if (iv_str_eq(r->code, IV_S("not_found")))
		return iv_flow_fail(f, IV_ENOENT, "no such campaign");
	if (!r->ok) /* the state it is in, or what it lacks */
		return iv_flow_fail(f, iv_str_eq(r->code, IV_S("bad_state")) ? IV_ECONFLICT : IV_EUNPROCESSABLE,
				    "%.*s: %.*s",
				    IV_FMT(r->code), IV_FMT(r->detail));
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "id", iv_api_param(c, "id"));
	iv_jw_str(&w, "status", r->status);
	iv_jw_i64(&w, "enrolled", r->enrolled == IV_SQL_NULL ? 0 : r->enrolled);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

/* ── would be ── */

struct plan_query {
	struct iv_str at, after;
	int64_t limit;
};
static void plan_defaults(void *q)
{
	((struct plan_query *)q)->limit = 50;
}
static const struct iv_field plan_fields[] = {
	IV_STR(struct plan_query, at, "at", 0, 0, 40, "As if it were this time, RFC 3339; now when absent"),
	IV_STR(struct plan_query, after, "after", 0, 0, 128, "nextAfter of the page before"),
	IV_INT(struct plan_query, limit, "limit", 0, 1, 1000, "Leads of a page; 50 when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape plan_shape = {"campaignPreview", sizeof(struct plan_query), plan_fields, plan_defaults};

struct plan_state {
	struct iv_rows campaign, page, totals;
};

static enum iv_flow_next plan_look(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct plan_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_one,
			 &(struct iv_campaign_one_in){.id = iv_api_param(c, "id")}, &st->campaign);
}

static enum iv_flow_next plan(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct plan_query *q = c->query;
	struct plan_state *st = c->state;
	int64_t at = IV_SQL_NULL;

	if (q->at.len && !iv_time_parse(q->at, &at)) {
		iv_api_bad(c, "?at", "must be a time such as 2030-01-31T12:00:00Z");
		return iv_api_refuse_if_bad(c);
	}
	struct iv_campaign_plan_page_in page = {.campaign = iv_api_param(c, "id"), .at = at, .after_lead = q->after,
						.count = q->limit + 1};
	struct iv_campaign_plan_totals_in totals = {.campaign = page.campaign, .at = at};

	/* The totals ask for everybody: with the first page alone. */
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_campaign_plan_page, &page, &st->page},
					       {&iv_sql_campaign_plan_totals, &totals, &st->totals}},
			 q->after.len ? 1 : 2);
}

static enum iv_flow_next planned(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct plan_query *q = c->query;
	struct plan_state *st = c->state;
	bool more = st->page.count > (size_t)q->limit;
	const struct iv_campaign_plan_page_out *r = NULL;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	if (!q->after.len)
		iv_jw_raw(&w, "totals", iv_campaign_plan_totals_at(&st->totals, 0)->totals);
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < st->page.count && i < (size_t)q->limit; i++) {
		r = iv_campaign_plan_page_at(&st->page, i);
		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "leadId", r->lead_id);
		if (r->would_call_at != IV_SQL_NULL)
			iv_jw_str(&w, "wouldCallAt", iv_time_text(c, r->would_call_at));
		if (r->why_not.len)
			iv_jw_str(&w, "whyNot", r->why_not);
		if (r->detail.len)
			iv_jw_str(&w, "detail", r->detail);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_bool(&w, "hasMore", more);
	if (more && r)
		iv_jw_str(&w, "nextAfter", r->lead_id);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

/* ── decisions of the optimiser ── */

struct decision_query {
	struct iv_page_query page;
};
static const struct iv_field decision_fields[] = {PAGE_FIELDS(struct decision_query, page), IV_FIELDS_END};
static const struct iv_shape decision_shape = {"decisionQuery", sizeof(struct decision_query), decision_fields,
					       iv_page_defaults};

static enum iv_flow_next decisions(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct decision_query *q = c->query;
	struct plan_state *st = c->state;
	struct iv_page_place p;

	if (!pages_begin(c, &q->page, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_decision_page_in in = {.campaign = iv_api_param(c, "id"), .after_us = p.after_us,
					 .after_id = p.after_id, .count = p.count};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_decision_page, &in, &st->page);
}
PAGE_STEP(decided, decision_page, struct decision_query, &((struct plan_state *)c->state)->page)

/* ── the table ── */

static const struct iv_flow_step order_steps[] = {{"order", order}, {"ordered", ordered}, {0}};
static const struct iv_flow_step plan_steps[] = {{"look", plan_look}, {"plan", plan}, {"planned", planned}, {0}};
static const struct iv_flow_step decision_steps[] = {
	{"look", plan_look}, {"decisions", decisions}, {"decided", decided}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code refusing[] = {IV_ENOENT, IV_ECONFLICT, IV_EUNPROCESSABLE, IV_OK};

#define ID "/v1/campaigns/:id"
#define ORDER(word, name, text)                                                                                        \
	{                                                                                                              \
		.method = "POST", .path = ID "/" word, .id = name, .tag = "Campaigns", .role = IV_ROLE_DEV,            \
		.flags = IV_API_AUDIT, .in = &order_shape, .status = 200, .steps = order_steps,                        \
		.state_size = sizeof(struct order_state), .errors = refusing, .doc = text                              \
	}

const struct iv_api_route *campaign_order_routes(void)
{
	static const struct iv_api_route rows[] = {
		ORDER("schedule", "scheduleCampaign", "Start it at its scheduledAt"),
		ORDER("start", "startCampaign",
		      "Take its leads in and call them; refused when there is nobody, or something is missing"),
		ORDER("pause", "pauseCampaign", "No new calls, within a second; those that talk go on"),
		ORDER("resume", "resumeCampaign", "Go on with a paused one"),
		ORDER("cancel", "cancelCampaign", "End it for good; its leads are free again"),
		{.method = "GET", .path = ID "/preview", .id = "previewCampaign", .tag = "Campaigns",
		 .role = IV_ROLE_ANALYST,
		 .query = &plan_shape, .status = 200, .steps = plan_steps, .state_size = sizeof(struct plan_state),
		 .errors = missing, .doc = "Who would be called when, and why not the others; nobody is called"},
		{.method = "GET", .path = ID "/decisions", .id = "listCampaignDecisions", .tag = "Campaigns",
		 .role = IV_ROLE_ANALYST,
		 .query = &decision_shape, .status = 200, .steps = decision_steps,
		 .state_size = sizeof(struct plan_state),
		 .errors = missing,
		 .doc = "What the optimiser decided about it, with the numbers it saw, newest first"},
		{0},
	};

	return rows;
}
