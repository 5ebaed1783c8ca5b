/* /v1/optimizer-rules: by which rules campaigns are decided about. Everybody's are there to be seen; a tenant's own of the
 * same name stands in the place of one of them, and takes from it what is not said. */
#include "kernel.h"

#include <stdio.h>
#include "iv_id.h"
#include "iv_page.h"

enum { ALSO_MOST = 5, WINDOWS_MOST = 12, YEAR_S = 365 * 86400, MONTH_S = 30 * 86400 };

static const char *const metrics[] = {"failure_rate",	"connect_rate", "qualification_rate", "efficiency",
				      "no_answer_rate", "busy_rate",	"voicemail_rate",     "average_duration_s",
				      "average_cost_usd", NULL};
static const char *const comparisons[] = {">", ">=", "<", "<=", NULL};
static const char *const samples[] = {"total", "completed", "connected", "qualified", NULL};
static const char *const modes[] = {"shadow", "enforce", NULL};
static const char *const scopes[] = {"platform", "tenant", NULL};
enum { DO_PAUSE, DO_WINDOWS, DO_SWITCH, DO_SCALE };
static const char *const decisions[] = {"pause_campaign", "adjust_retry_window", "switch_agent", "scale_up", NULL};
static const char *const acts[] = {"pause_campaign", "shift_calling_hours", "test_new_script", "increase_volume"};
enum { FIRST_AVERAGE = 7 }; /* of metrics: those before it are parts of one */
enum { NOT_SAID = -1, MODE_ENFORCE = 1 };

/* ── a rule, as it is sent and told ── */

struct condition {
	int metric, comparison;
	double threshold;
};
struct window {
	struct iv_str start, end, zone;
};
struct action {
	struct iv_objs windows;
	double factor;
	struct iv_str agent_id;
};
struct rule {
	struct iv_str id, name, reason, created_at, updated_at;
	int scope, mode, metric, comparison, sample_of, decision;
	bool overridden, enabled, parity;
	int64_t position, min_sample, looks_back_s, cool_down_s;
	double threshold;
	struct iv_objs also;
	struct action action;
};

static const struct iv_field condition_fields[] = {
	IV_ENUM(struct condition, metric, "metric", IV_REQUIRED, metrics, "What is looked at"),
	IV_ENUM(struct condition, comparison, "comparison", IV_REQUIRED, comparisons, "How it is compared"),
	IV_DBL(struct condition, threshold, "threshold", IV_REQUIRED, 0, 1e6, "With what; a rate is a part of one"),
	IV_FIELDS_END,
};
static const struct iv_shape condition_shape = {"OptimizerCondition", sizeof(struct condition), condition_fields, NULL};

static const struct iv_field window_fields[] = {
	IV_STR(struct window, start, "start", IV_REQUIRED, 5, 5, "HH:MM"),
	IV_STR(struct window, end, "end", IV_REQUIRED, 5, 5, "HH:MM"),
	IV_STR(struct window, zone, "timezone", 0, 1, 64, "local (the callee's), or a name such as Asia/Kolkata"),
	IV_FIELDS_END,
};
static const struct iv_shape window_shape = {"OptimizerWindow", sizeof(struct window), window_fields, NULL};

static const struct iv_field action_fields[] = {
	IV_OBJS(struct action, windows, "retryWindows", 0, WINDOWS_MOST, &window_shape,
		"Of adjust_retry_window: the campaign's from then on"),
	IV_DBL(struct action, factor, "factor", 0, 0, 10, "Of scale_up: by how much calls at once and calls a day grow"),
	IV_STR(struct action, agent_id, "agentId", 0, 0, 128, "Of switch_agent: who calls instead; without one a person chooses"),
	IV_FIELDS_END,
};
static const struct iv_shape action_shape = {"OptimizerAction", sizeof(struct action), action_fields, NULL};

static void rule_defaults(void *o)
{
	struct rule *r = o;

	r->scope = 1;
	r->mode = MODE_ENFORCE;
	r->metric = r->comparison = r->decision = NOT_SAID;
	r->enabled = true;
	r->position = 100;
	r->looks_back_s = 7 * 86400;
	r->cool_down_s = 3600;
	r->threshold = -1;
}

static const struct iv_field rule_fields[] = {
	IV_STR(struct rule, id, "id", IV_READONLY, 0, 0, "rule_…"),
	IV_ENUM(struct rule, scope, "scope", IV_READONLY, scopes, "platform: everybody's; tenant: one of your own"),
	IV_BOOL(struct rule, overridden, "overridden", IV_READONLY, "Of everybody's: one of your own stands in its place"),
	IV_STR(struct rule, name, "name", IV_REQUIRED, 1, 63, "a-z, 0-9, _; one of everybody's names puts this in its place"),
	IV_INT(struct rule, position, "position", 0, 0, 100000, "The first that matches is followed; 100 when absent"),
	IV_BOOL(struct rule, enabled, "enabled", 0, "false: it is passed over"),
	IV_ENUM(struct rule, mode, "mode", 0, modes, "shadow: it says what it would do, and keeps none behind it from acting"),
	IV_ENUM(struct rule, metric, "metric", 0, metrics, "What is looked at"),
	IV_ENUM(struct rule, comparison, "comparison", 0, comparisons, "How it is compared"),
	IV_DBL(struct rule, threshold, "threshold", 0, 0, 1e6, "With what; a rate is a part of one: 0.3 is 30 %"),
	IV_INT(struct rule, min_sample, "minSample", 0, 0, 1000000, "With fewer nothing follows"),
	IV_ENUM(struct rule, sample_of, "sampleOf", 0, samples, "Fewer of what; total when absent"),
	IV_OBJS(struct rule, also, "also", 0, ALSO_MOST, &condition_shape, "What must hold besides"),
	IV_BOOL(struct rule, parity, "parity", 0, "The first product's formulas: all calls ever, those under way too"),
	IV_INT(struct rule, looks_back_s, "windowSeconds", 0, 60, YEAR_S, "Calls that ended within so long; 7 days when absent"),
	IV_INT(struct rule, cool_down_s, "coolDownSeconds", 0, 0, MONTH_S,
	       "Quiet for so long after it has spoken; an hour when absent"),
	IV_ENUM(struct rule, decision, "decision", 0, decisions, "What follows"),
	IV_OBJ(struct rule, action, "action", 0, &action_shape, "What that needs to know"),
	IV_STR(struct rule, reason, "reason", 0, 1, 500,
	       "In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in"),
	IV_STR(struct rule, created_at, "createdAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_STR(struct rule, updated_at, "updatedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_FIELDS_END,
};
static const struct iv_shape rule_shape = {"OptimizerRule", sizeof(struct rule), rule_fields, rule_defaults};

static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct iv_list_alone, page, &rule_shape), IV_FIELDS_END};
static const struct iv_shape list_shape = {"OptimizerRuleList", sizeof(struct iv_list_alone), list_fields, NULL};

struct rules_state {
	struct iv_rows rows, known, put;
	struct iv_list_alone list;
	struct rule rule;
};

/* ── from the books ── */

static int index_of(const char *const *names, struct iv_str word)
{
	for (int i = 0; names[i]; i++)
		if (iv_str_eq(word, iv_str(names[i])))
			return i;
	return NOT_SAID;
}

static void read_also(struct iv_api_call *c, struct iv_str json, struct rule *r)
{
	cJSON *doc = iv_json_parse(json, NULL);
	const cJSON *one;
	struct condition *all = iv_arena_alloc(&c->arena, ALSO_MOST * sizeof(*all));
	size_t n = 0;

	cJSON_ArrayForEach(one, doc)
	{
		if (all && n < ALSO_MOST)
			all[n++] = (struct condition){index_of(metrics, iv_json_str(one, "metric")),
						      index_of(comparisons, iv_json_str(one, "comparison")),
						      cJSON_GetNumberValue(iv_json_get(one, "threshold"))};
	}
	r->also = (struct iv_objs){all, n};
	cJSON_Delete(doc);
}

static void read_action(struct iv_api_call *c, struct iv_str json, struct rule *r)
{
	cJSON *doc = iv_json_parse(json, NULL);
	const cJSON *one, *factor = iv_json_get(doc, "factor");
	struct window *all = iv_arena_alloc(&c->arena, WINDOWS_MOST * sizeof(*all));
	size_t n = 0;

	cJSON_ArrayForEach(one, iv_json_get(doc, "retry_windows"))
	{
		struct iv_str zone = iv_json_str(one, "timezone");

		if (all && n < WINDOWS_MOST)
			all[n++] = (struct window){iv_arena_str(&c->arena, iv_json_str(one, "start")),
						   iv_arena_str(&c->arena, iv_json_str(one, "end")),
						   iv_arena_str(&c->arena, zone.len ? zone : IV_S("local"))};
	}
	r->action = (struct action){.windows = {all, n}, .factor = cJSON_IsNumber(factor) ? factor->valuedouble : 0};
	if (iv_json_str(doc, "voice_agent_id").len)
		r->action.agent_id = iv_arena_str(&c->arena, iv_json_str(doc, "voice_agent_id"));
	cJSON_Delete(doc);
}

static void read_rule(struct iv_api_call *c, const struct iv_rule_page_out *o, struct rule *r)
{
	*r = (struct rule){.id = o->id,
			   .name = o->name,
			   .reason = o->reason,
			   .created_at = iv_time_text(c, o->created_at),
			   .updated_at = iv_time_text(c, o->updated_at),
			   .scope = o->own,
			   .mode = index_of(modes, o->mode),
			   .metric = index_of(metrics, o->metric),
			   .comparison = index_of(comparisons, o->comparison),
			   .sample_of = index_of(samples, o->sample_of),
			   .decision = index_of(decisions, o->decision),
			   .overridden = o->hidden,
			   .enabled = o->enabled,
			   .parity = o->parity,
			   .position = o->position,
			   .min_sample = o->min_sample,
			   .looks_back_s = o->looks_back_s,
			   .cool_down_s = o->cool_down_s,
			   .threshold = o->threshold};
	read_also(c, o->also, r);
	read_action(c, o->action, r);
}

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
		read_rule(c, iv_rule_page_at(&st->rows, i), &items[i]);
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
	read_rule(c, iv_rule_page_at(&st->rows, 0), &st->rule);
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

/* ── what may be said ── */

static void check_threshold(struct iv_api_call *c, const char *pointer, int metric, double threshold)
{
	if (metric >= 0 && metric < FIRST_AVERAGE && threshold > 1)
		iv_api_bad(c, pointer, "must be a part of one, from 0 to 1, for %s", metrics[metric]);
}

static void check_said(struct iv_api_call *c, const struct rule *r)
{
	const struct {
		const char *pointer;
		bool said;
	} needed[] = {{"/metric", r->metric != NOT_SAID},     {"/comparison", r->comparison != NOT_SAID},
		      {"/threshold", r->threshold >= 0},      {"/decision", r->decision != NOT_SAID},
		      {"/reason", r->reason.len > 0}};

	for (size_t i = 0; i < IV_COUNT(needed); i++)
		if (!needed[i].said)
			iv_api_bad(c, needed[i].pointer, "is required: no rule of everybody's has this name");
}

static void check_action(struct iv_api_call *c, const struct rule *r)
{
	const struct action *a = &r->action;

	if (r->decision == DO_WINDOWS && !a->windows.count)
		iv_api_bad(c, "/action/retryWindows", "is required for adjust_retry_window");
	if (r->decision != DO_WINDOWS && a->windows.count)
		iv_api_bad(c, "/action/retryWindows", "is of adjust_retry_window alone");
	if (r->decision == DO_SCALE && !(a->factor > 1))
		iv_api_bad(c, "/action/factor", "must be more than 1 for scale_up");
	if (r->decision != DO_SCALE && a->factor > 0)
		iv_api_bad(c, "/action/factor", "is of scale_up alone");
	if (r->decision != DO_SWITCH && a->agent_id.len)
		iv_api_bad(c, "/action/agentId", "is of switch_agent alone");
}

static bool is_name(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char ch = s.ptr[i];

		if (!(ch >= 'a' && ch <= 'z') && !(i && ((ch >= '0' && ch <= '9') || ch == '_')))
			return false;
	}
	return s.len > 0;
}

static void check_rule(struct iv_api_call *c, const struct rule *r)
{
	const struct condition *also = r->also.items;
	char pointer[40];

	check_said(c, r);
	if (!is_name(r->name))
		iv_api_bad(c, "/name", "must begin with a letter and hold a-z, 0-9 and _");
	check_threshold(c, "/threshold", r->metric, r->threshold);
	for (size_t i = 0; i < r->also.count; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/also/%zu/threshold", i);
		check_threshold(c, pointer, also[i].metric, also[i].threshold);
	}
	check_action(c, r);
}

/* ── into the books ── */

static void write_windows(const struct action *a, struct iv_jw *w, const char *key)
{
	const struct window *all = a->windows.items;

	iv_jw_arr(w, key);
	for (size_t i = 0; i < a->windows.count; i++) {
		iv_jw_obj(w, NULL);
		iv_jw_str(w, "start", all[i].start);
		iv_jw_str(w, "end", all[i].end);
		iv_jw_str(w, "timezone", all[i].zone.len ? all[i].zone : IV_S("local"));
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static struct iv_str written(struct iv_api_call *c, struct iv_jw *w, struct iv_buf *b)
{
	struct iv_str text = iv_jw_done(w) ? iv_arena_str(&c->arena, iv_buf_str(b)) : IV_STR_NULL;

	iv_buf_deinit(b);
	return text;
}

static struct iv_str windows_text(struct iv_api_call *c, const struct action *a)
{
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 8192);
	iv_jw_init(&w, &b);
	write_windows(a, &w, NULL);
	return written(c, &w, &b);
}

static struct iv_str action_text(struct iv_api_call *c, const struct rule *r)
{
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 8192);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	if (r->decision == DO_WINDOWS)
		write_windows(&r->action, &w, "retry_windows");
	if (r->decision == DO_SCALE)
		iv_jw_num(&w, "factor", r->action.factor, -1);
	if (r->action.agent_id.len)
		iv_jw_str(&w, "voice_agent_id", r->action.agent_id);
	iv_jw_end_obj(&w);
	return written(c, &w, &b);
}

static struct iv_str also_text(struct iv_api_call *c, const struct rule *r)
{
	const struct condition *all = r->also.items;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 4096);
	iv_jw_init(&w, &b);
	iv_jw_arr(&w, NULL);
	for (size_t i = 0; i < r->also.count; i++) {
		iv_jw_obj(&w, NULL);
		iv_jw_cstr(&w, "metric", metrics[all[i].metric]);
		iv_jw_cstr(&w, "comparison", comparisons[all[i].comparison]);
		iv_jw_num(&w, "threshold", all[i].threshold, -1);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	return written(c, &w, &b);
}

/* What is sent, over what is there. */
static enum iv_flow_next merge(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct rules_state *st = c->state;
	const struct rule *in = c->in;
	struct rule *r = &st->rule;

	if (in->decision != NOT_SAID && in->decision != r->decision)
		r->action = (struct action){0}; /* it was the other decision's */
	if (!c->doc->child)
		iv_api_bad(c, "", "needs at least one member");
	if (!iv_shape_merge_all(&rule_shape, c->doc, r, &c->arena, iv_api_bad_field, c, NULL))
		return iv_api_refuse_if_bad(c);
	check_rule(c, r);
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_rule_known,
			 &(struct iv_rule_known_in){.agent = r->action.agent_id.len ? r->action.agent_id : IV_STR_NULL,
						    .windows = windows_text(c, &r->action)},
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
	struct iv_rule_put_in in = {.id = r->id,
				    .name = r->name,
				    .position = r->position,
				    .enabled = r->enabled,
				    .mode = iv_str(modes[r->mode]),
				    .metric = iv_str(metrics[r->metric]),
				    .comparison = iv_str(comparisons[r->comparison]),
				    .threshold = r->threshold,
				    .min_sample = r->min_sample,
				    .sample_of = iv_str(samples[r->sample_of]),
				    .also = also_text(c, r),
				    .parity = r->parity,
				    .looks_back_s = r->looks_back_s,
				    .cool_down_s = r->cool_down_s,
				    .decision = iv_str(decisions[r->decision]),
				    .act = iv_str(acts[r->decision]),
				    .action = action_text(c, r),
				    .reason = r->reason};

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
		read_rule(c, iv_rule_page_at(&st->rows, 0), &st->rule);
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
		 .query = &iv_page_query_shape, .out = &list_shape, .status = 200, .steps = list_steps, COMMON,
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
