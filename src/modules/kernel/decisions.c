/* What the kernel has decided, with the numbers it saw; and a person's word on what waits for one. */
#include "kernel.h"

#include <stdio.h>
#include "iv_page.h"

enum { PAGE = 20, PAGE_MAX = 100 };

static const char *const statuses[] = {"proposed", "approved", "executed", "failed", "rejected", NULL};
static const char *const kinds[] = {"pause_campaign", "adjust_retry_window", "switch_agent", "scale_up", "continue", NULL};

struct decision_query {
	struct iv_page_query page;
	struct iv_str campaign_id;
	int status, decision; /* -1: any */
};

static void query_defaults(void *object)
{
	struct decision_query *q = object;

	q->status = q->decision = -1;
	q->page.limit = PAGE;
}

static const struct iv_field query_fields[] = {
	IV_STR(struct decision_query, campaign_id, "campaignId", 0, 0, 128, "Of this campaign"),
	IV_ENUM(struct decision_query, status, "status", 0, statuses, "proposed: waits for a person"),
	IV_ENUM(struct decision_query, decision, "decision", 0, kinds, "Of this kind"),
	IV_STR(struct decision_query, page.cursor, "cursor", 0, 0, 512, "Where the page before ended"),
	IV_INT(struct decision_query, page.limit, "limit", 0, 1, PAGE_MAX, "Decisions in the page"),
	IV_FIELDS_END,
};
static const struct iv_shape query_shape = {"decisionQuery", sizeof(struct decision_query), query_fields, query_defaults};

struct decision_shown {
	struct iv_str id, event_id, campaign_id, decision, status, reason, action, decided_by, decided_at, created_at;
	struct iv_str metadata, actions;
};
static const struct iv_field shown_fields[] = {
	IV_STR(struct decision_shown, id, "id", IV_REQUIRED, 0, 0, "kdc_…"),
	IV_STR(struct decision_shown, campaign_id, "campaignId", IV_REQUIRED, 0, 0, "What it is about"),
	IV_STR(struct decision_shown, event_id, "eventId", IV_REQUIRED, 0, 0, "The end of the call that led to it"),
	IV_STR(struct decision_shown, decision, "decision", IV_REQUIRED, 0, 0,
	       "pause_campaign, adjust_retry_window, switch_agent, scale_up or continue"),
	IV_STR(struct decision_shown, status, "status", IV_REQUIRED, 0, 0,
	       "proposed (waits for a person), approved (for a person to do), executed, failed or rejected"),
	IV_STR(struct decision_shown, reason, "reason", IV_REQUIRED, 0, 0, "Why, in words"),
	IV_STR(struct decision_shown, action, "action", IV_REQUIRED, 0, 0, "What is done, or recommended"),
	IV_JSON(struct decision_shown, metadata, "metadata", IV_REQUIRED, 65536,
		"Every rule with the numbers it saw, and why it matched or did not; counts; mode"),
	IV_JSON(struct decision_shown, actions, "actions", IV_REQUIRED, 65536, "id, type, status and error of each"),
	IV_STR(struct decision_shown, decided_by, "decidedBy", 0, 0, 0, "Who accepted or rejected it"),
	IV_STR(struct decision_shown, decided_at, "decidedAt", 0, 0, 0, "When"),
	IV_STR(struct decision_shown, created_at, "createdAt", IV_REQUIRED, 0, 0, "When it was made"),
	IV_FIELDS_END,
};
static const struct iv_shape shown_shape = {"Decision", sizeof(struct decision_shown), shown_fields, NULL};

static const struct iv_field page_fields[] = {
	IV_OBJS(struct iv_page_out, data, "data", IV_REQUIRED, PAGE_MAX, &shown_shape, "Newest first"),
	IV_STR(struct iv_page_out, next_cursor, "nextCursor", 0, 0, 0, "Where the next page begins; absent at the end"),
	IV_FIELDS_END,
};
static const struct iv_shape page_shape = {"DecisionPage", sizeof(struct iv_page_out), page_fields, NULL};

struct decision_state {
	struct iv_rows rows, said;
	struct decision_shown shown;
	struct iv_page_out page;
};

/* Both statements have the same columns. */
static struct decision_shown show(struct iv_api_call *c, const struct iv_decision_list_out *r)
{
	struct decision_shown s = {.id = r->id,
				   .event_id = r->event_id,
				   .campaign_id = r->campaign_id,
				   .decision = r->decision,
				   .status = r->status,
				   .actions = r->actions,
				   .decided_by = r->decided_by,
				   .decided_at = iv_time_text(c, r->decided_at),
				   .created_at = iv_time_text(c, r->created_at)};
	cJSON *body = iv_json_parse(r->body, NULL);
	char *metadata = iv_json_get(body, "metadata") ? cJSON_PrintUnformatted(iv_json_get(body, "metadata")) : NULL;

	s.reason = iv_arena_str(&c->arena, iv_json_str(body, "reason"));
	s.action = iv_arena_str(&c->arena, iv_json_str(body, "action"));
	s.metadata = iv_arena_str(&c->arena, metadata ? iv_str(metadata) : IV_S("{}"));
	cJSON_free(metadata);
	cJSON_Delete(body);
	return s;
}

/* ── many ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct decision_query *q = c->query;
	struct decision_state *st = c->state;
	struct iv_decision_list_in in = {0};
	struct iv_page_place p;

	if (q->campaign_id.len)
		in.campaign = q->campaign_id;
	if (q->status >= 0)
		in.status = iv_str(statuses[q->status]);
	if (q->decision >= 0)
		in.decision = iv_str(kinds[q->decision]);
	if (!iv_page_reads(c, &q->page, &p)) {
		iv_api_bad(c, "?cursor", "is none of ours");
		return iv_api_refuse_if_bad(c);
	}
	in.after_us = p.after_us;
	in.after_id = p.after_id;
	in.most = p.count;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_decision_list, &in, &st->rows);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct decision_query *q = c->query;
	struct decision_state *st = c->state;
	size_t n = st->rows.count > (size_t)q->page.limit ? (size_t)q->page.limit : st->rows.count;
	struct decision_shown *items = iv_arena_alloc(&c->arena, (n + 1) * sizeof(*items));
	const struct iv_decision_list_out *last;

	if (!items)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < n; i++)
		items[i] = show(c, iv_decision_list_at(&st->rows, i));
	last = n ? iv_decision_list_at(&st->rows, n - 1) : NULL;
	st->page.data.items = items;
	iv_page_ends(c, &q->page, &st->page, st->rows.count, last ? last->when_us : 0, last ? last->id : IV_STR_NULL);
	c->out = &st->page;
	return IV_FLOW_DONE;
}

/* ── one, and what a person says of it ── */

static enum iv_flow_next decide(struct iv_flow *f, bool yes)
{
	struct iv_api_call *c = iv_api_self(f);
	struct decision_state *st = c->state;
	struct iv_decision_accept_in in = {
		.id = iv_api_param(c, "id"), .person = iv_actor(c), .accept = yes};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_decision_accept, &in, &st->said);
}

static enum iv_flow_next say_yes(struct iv_flow *f)
{
	return decide(f, true);
}

static enum iv_flow_next say_no(struct iv_flow *f)
{
	return decide(f, false);
}

/* What could not be done is no error of the request: the decision says so. */
static enum iv_flow_next said(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct decision_state *st = c->state;
	const struct iv_decision_accept_out *o = iv_decision_accept_at(&st->said, 0);

	if (iv_str_eq(o->code, IV_S("unknown")))
		return iv_flow_fail(f, IV_ENOENT, "no such decision");
	if (iv_str_eq(o->code, IV_S("decided")))
		return iv_flow_fail(f, IV_ECONFLICT, "the decision is %.*s and waits for nobody", IV_FMT(o->status));
	c->entity_id = iv_api_param(c, "id");
	return IV_FLOW_NEXT;
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct decision_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_decision_get,
			 &(struct iv_decision_get_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct decision_state *st = c->state;
	const struct iv_decision_get_out *r;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "no such decision");
	r = iv_decision_get_at(&st->rows, 0);
	st->shown = show(c, &(struct iv_decision_list_out){.id = r->id,
							   .event_id = r->event_id,
							   .campaign_id = r->campaign_id,
							   .decision = r->decision,
							   .status = r->status,
							   .body = r->body,
							   .decided_by = r->decided_by,
							   .decided_at = r->decided_at,
							   .created_at = r->created_at,
							   .actions = r->actions});
	c->out = &st->shown;
	return IV_FLOW_DONE;
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step accept_steps[] = {{"accept", say_yes}, {"said", said}, {"get", get}, {"got", got}, {0}};
static const struct iv_flow_step reject_steps[] = {{"reject", say_no}, {"said", said}, {"get", get}, {"got", got}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code decided[] = {IV_ENOENT, IV_ECONFLICT, IV_OK};

const struct iv_api_route *kernel_decision_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/decisions", .id = "listDecisions", .tag = "Decisions", .role = IV_ROLE_ANALYST,
		 .query = &query_shape, .out = &page_shape, .status = 200, .state_size = sizeof(struct decision_state),
		 .steps = list_steps, .doc = "What the optimiser has decided or recommends, newest first, and why"},
		{.method = "GET", .path = "/v1/decisions/:id", .id = "getDecision", .tag = "Decisions", .role = IV_ROLE_ANALYST,
		 .out = &shown_shape, .status = 200, .state_size = sizeof(struct decision_state), .steps = get_steps,
		 .errors = missing, .doc = "One decision with every number it saw"},
		{.method = "POST", .path = "/v1/decisions/:id/accept", .id = "acceptDecision", .tag = "Decisions",
		 .role = IV_ROLE_DEV, .flags = IV_API_AUDIT, .out = &shown_shape, .status = 200,
		 .state_size = sizeof(struct decision_state), .steps = accept_steps, .errors = decided,
		 .doc = "Do what is recommended; what only a person can do is marked as approved"},
		{.method = "POST", .path = "/v1/decisions/:id/reject", .id = "rejectDecision", .tag = "Decisions",
		 .role = IV_ROLE_DEV, .flags = IV_API_AUDIT, .out = &shown_shape, .status = 200,
		 .state_size = sizeof(struct decision_state), .steps = reject_steps, .errors = decided,
		 .doc = "Do not do what is recommended"},
		{0},
	};

	return rows;
}
