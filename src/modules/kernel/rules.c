/* /v1/optimizer-rules: by which rules campaigns are decided about. Everybody's are there to be seen; a tenant's own of the
 * same name stands in the place of one of them, and takes from it what is not said. */
#include "kernel.h"

#include "iv_id.h"
#include "rule.h"

struct rules_state {
	struct iv_rows rows, known, put;
	struct iv_list_alone list;
	struct rule rule;
};

static enum iv_flow_next ask(struct iv_flow *f, struct iv_str id, struct iv_str name)
{
	struct iv_api_call *c = iv_api_self(f);
	struct rules_state *st = c->state;
	struct iv_rule_page_in in = {.id = id, .name = name, .after_us = IV_SQL_NULL, .count = 1};

	st->rows = (struct iv_rows){0};
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_rule_page, &in, &st->rows);
}

/* ── many, and one ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_page_alone *q = c->query;
	struct rules_state *st = c->state;
	struct iv_page_place p;

	if (!iv_page_begins(c, &q->page, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_rule_page_in in = {.after_us = p.after_us, .after_id = p.after_id, .count = p.count};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_rule_page, &in, &st->rows);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_page_alone *q = c->query;
	struct rules_state *st = c->state;
	size_t most = (size_t)q->page.limit, n = st->rows.count < most ? st->rows.count : most;
	struct rule *items = iv_arena_alloc(&c->arena, (n + 1) * sizeof(*items));
	const struct iv_rule_page_out *last = n ? iv_rule_page_at(&st->rows, n - 1) : NULL;

	if (!items)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < n; i++)
		rule_read(c, iv_rule_page_at(&st->rows, i), &items[i]);
	st->list.page.data.items = items;
	iv_page_ends(c, &q->page, &st->list.page, st->rows.count, last ? last->when_us : 0, last ? last->id : IV_S(""));
	c->out = &st->list;
	return IV_FLOW_DONE;
}

static enum iv_flow_next get(struct iv_flow *f)
{
	return ask(f, iv_api_param(iv_api_self(f), "id"), IV_STR_NULL);
}

static enum iv_flow_next found(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct rules_state *st = c->state;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "no such rule");
	rule_read(c, iv_rule_page_at(&st->rows, 0), &st->rule);
	c->out = &st->rule;
	return IV_FLOW_NEXT;
}

/* Everybody's are changed by nobody here. */
static enum iv_flow_next own(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct rules_state *st = c->state;

	if (st->rule.scope == 0)
		return iv_flow_fail(f, IV_ECONFLICT, "it is everybody's: make one of your own with its name, %.*s",
				    IV_FMT(st->rule.name));
	return IV_FLOW_NEXT;
}

/* ── one is changed ── */

/* What is sent, over what is there. */
static enum iv_flow_next merge(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct rules_state *st = c->state;
	const struct rule *in = c->in;
	struct rule *r = &st->rule;

	if (in->decision != RULE_NOT_SAID && in->decision != r->decision)
		r->action = (struct action){0}; /* it was the other decision's */
	if (!c->doc->child)
		iv_api_bad(c, "", "needs at least one member");
	if (!iv_shape_merge_all(&rule_shape, c->doc, r, &c->arena, iv_api_bad_field, c, NULL))
		return iv_api_refuse_if_bad(c);
	rule_check(c, r);
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_rule_known,
			 &(struct iv_rule_known_in){.agent = r->action.agent_id.len ? r->action.agent_id : IV_STR_NULL,
						    .windows = rule_windows_text(c, &r->action)},
			 &st->known);
}

static enum iv_flow_next put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct rules_state *st = c->state;
	const struct iv_rule_known_out *known = iv_rule_known_at(&st->known, 0);
	const struct rule *r = &st->rule;

	if (!known->agent)
		iv_api_bad(c, "/action/agentId", "is no agent of yours");
	if (known->windows.len)
		iv_api_bad(c, "/action/retryWindows", "%.*s", IV_FMT(known->windows));
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	struct iv_rule_put_in in = rule_written(c, r);

	c->entity_id = r->id;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_rule_put, &in, &st->put);
}

static enum iv_flow_next again(struct iv_flow *f)
{
	const struct rules_state *st = iv_api_self(f)->state;

	return ask(f, st->rule.id, IV_STR_NULL);
}

/* ── a new one ── */

static enum iv_flow_next base(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return ask(f, IV_STR_NULL, ((const struct rule *)c->in)->name);
}

static enum iv_flow_next based(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct rules_state *st = c->state;
	char id[IV_ID_SIZE];

	rule_defaults(&st->rule);
	if (st->rows.count)
		rule_read(c, iv_rule_page_at(&st->rows, 0), &st->rule);
	iv_id_new("rule", iv_wall_ms(), id);
	st->rule.id = iv_arena_str(&c->arena, iv_str(id));
	return IV_FLOW_NEXT;
}

static enum iv_flow_next drop(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct rules_state *st = c->state;

	c->out = NULL;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_rule_drop,
			 &(struct iv_rule_drop_in){.id = st->rule.id}, &st->put);
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"found", found}, {0}};
static const struct iv_flow_step make_steps[] = {{"base", base},   {"based", based}, {"merge", merge}, {"put", put},
						 {"again", again}, {"found", found}, {0}};
static const struct iv_flow_step change_steps[] = {{"get", get}, {"found", found}, {"own", own},     {"merge", merge},
						   {"put", put}, {"again", again}, {"found", found}, {0}};
static const struct iv_flow_step drop_steps[] = {{"get", get}, {"found", found}, {"own", own}, {"drop", drop}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code taken[] = {IV_ENOENT, IV_ECONFLICT, IV_OK};

#define ID "/v1/optimizer-rules/:id"
#define COMMON .tag = "Decisions", .state_size = sizeof(struct rules_state)

const struct iv_api_route *kernel_rule_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/optimizer-rules", .id = "listOptimizerRules", .role = IV_ROLE_ANALYST,
		 .query = &iv_page_query_shape, .out = &rule_list_shape, .status = 200, .steps = list_steps, COMMON,
		 .doc = "By which rules campaigns are decided about: everybody's and your own"},
		{.method = "POST", .path = "/v1/optimizer-rules", .id = "createOptimizerRule", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &rule_shape, .out = &rule_shape, .status = 201, .steps = make_steps, COMMON,
		 .errors = taken,
		 .doc = "A rule of your own. One with the name of everybody's stands in its place, and takes from it what "
			"is not said",
		 .example = "{\"name\":\"stop_early\",\"metric\":\"failure_rate\",\"comparison\":\">\",\"threshold\":0.2,"
			    "\"minSample\":20,\"decision\":\"pause_campaign\","
			    "\"reason\":\"{value} of {sample} calls failed\",\"mode\":\"shadow\"}"},
		{.method = "GET", .path = ID, .id = "getOptimizerRule", .role = IV_ROLE_ANALYST, .out = &rule_shape,
		 .status = 200, .steps = get_steps, COMMON, .errors = missing, .doc = "One rule"},
		{.method = "PATCH", .path = ID, .id = "updateOptimizerRule", .role = IV_ROLE_DEV,
		 .flags = IV_API_PATCH | IV_API_AUDIT, .in = &rule_shape, .out = &rule_shape, .status = 200,
		 .steps = change_steps, COMMON, .errors = taken, .doc = "Changes what is named; everybody's cannot be changed",
		 .example = "{\"threshold\":0.25}"},
		{.method = "DELETE", .path = ID, .id = "deleteOptimizerRule", .role = IV_ROLE_DEV, .flags = IV_API_AUDIT,
		 .status = 204, .steps = drop_steps, COMMON, .errors = taken,
		 .doc = "Takes a rule of your own away; everybody's of its name counts again"},
		{0},
	};

	return rows;
}
