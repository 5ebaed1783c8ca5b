/* /v1/tenants/:id/usage and what it is made of: totals, days, kinds, and the ledger for a spreadsheet. */
#include "resources.h"

#include "iv_sql.h"
#include "iv_time.h"

enum { CSV_ROWS = 10000, CSV_PAGE = 1000 };

const char *const period_names[] = {"1h", "24h", "7d", "30d", "1m", NULL};
const int64_t period_ms[] = {3600000, 86400000, 7LL * 86400000, 30LL * 86400000, 30LL * 86400000};

static void usage_defaults(void *object)
{
	((struct usage_query *)object)->period = 1;
}

static const struct iv_field usage_fields[] = {
	IV_ENUM(struct usage_query, period, "period", 0, period_names, "How far back; 24h when absent"), IV_FIELDS_END};
const struct iv_shape usage_query_shape = {"usageQuery", sizeof(struct usage_query), usage_fields, usage_defaults};

static const struct iv_field export_fields[] = {
	IV_STR(struct usage_query, from, "from", 0, 0, 40, "RFC 3339; 30 days ago when absent"),
	IV_STR(struct usage_query, to, "to", 0, 0, 40, "RFC 3339; now when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape export_shape = {"usageExport", sizeof(struct usage_query), export_fields, NULL};

struct usage_state {
	struct iv_rows total, days, types, caps;
	struct iv_usage_rows_in page; /* of the ledger */
	int64_t put;
	int64_t since, now;
};

static bool own_tenant(struct iv_api_call *c)
{
	struct iv_str id = iv_api_param(c, "id");

	return iv_str_eq(id, c->who.tenant_id) || iv_str_eq(id, IV_S("me"));
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct usage_query *q = c->query;
	struct usage_state *st = c->state;

	if (!own_tenant(c))
		return iv_flow_fail(f, IV_ENOENT, "no such tenant");
	st->now = iv_wall_ms();
	st->since = st->now - period_ms[q->period];
	struct iv_usage_total_in total = {st->since};
	struct iv_usage_by_day_in days = {st->since};
	struct iv_usage_by_type_in types = {st->since};
	struct iv_caps_of_in caps = {resource_caps(c)};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_usage_total, &total, &st->total},
					       {&iv_sql_usage_by_day, &days, &st->days},
					       {&iv_sql_usage_by_type, &types, &st->types},
					       {&iv_sql_caps_of, &caps, &st->caps}},
			 4);
}

static void put_days(struct iv_jw *w, const struct iv_rows *rows)
{
	iv_jw_arr(w, "daily");
	for (size_t i = 0; i < rows->count; i++) {
		const struct iv_usage_by_day_out *r = iv_usage_by_day_at(rows, i);

		iv_jw_obj(w, NULL);
		iv_jw_str(w, "date", r->day);
		iv_jw_i64(w, "calls", r->calls);
		iv_jw_raw(w, "minutes", r->minutes);
		iv_jw_raw(w, "costInr", r->cost_inr);
		iv_jw_raw(w, "costUsd", r->cost_usd);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static void put_types(struct iv_jw *w, const struct iv_rows *rows)
{
	iv_jw_arr(w, "breakdown");
	for (size_t i = 0; i < rows->count; i++) {
		const struct iv_usage_by_type_out *r = iv_usage_by_type_at(rows, i);

		iv_jw_obj(w, NULL);
		iv_jw_str(w, "type", r->type);
		iv_jw_str(w, "provider", r->provider);
		iv_jw_str(w, "unit", r->unit);
		iv_jw_raw(w, "units", r->units);
		iv_jw_raw(w, "costInr", r->cost_inr);
		iv_jw_raw(w, "costUsd", r->cost_usd);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static enum iv_flow_next told(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct usage_query *q = c->query;
	struct usage_state *st = c->state;
	const struct iv_usage_total_out *t = iv_usage_total_at(&st->total, 0);
	const struct iv_caps_of_out *caps = iv_caps_of_at(&st->caps, 0);
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "tenantId", c->who.tenant_id);
	iv_jw_cstr(&w, "period", period_names[q->period]);
	iv_jw_obj(&w, "timeRange");
	iv_jw_str(&w, "from", iv_time_text(c, st->since));
	iv_jw_str(&w, "to", iv_time_text(c, st->now));
	iv_jw_end_obj(&w);
	iv_jw_obj(&w, "calls");
	iv_jw_i64(&w, "total", t->total);
	iv_jw_i64(&w, "completed", t->completed);
	iv_jw_i64(&w, "failed", t->failed);
	iv_jw_raw(&w, "averageCost", t->average_cost);
	iv_jw_raw(&w, "totalCost", t->total_cost);
	iv_jw_raw(&w, "totalCostUsd", t->total_cost_usd);
	iv_jw_raw(&w, "averageDuration", t->average_duration);
	iv_jw_raw(&w, "minutes", t->minutes);
	iv_jw_end_obj(&w);
	iv_jw_obj(&w, "agents");
	iv_jw_i64(&w, "total", t->agents);
	iv_jw_i64(&w, "active", t->agents_active);
	iv_jw_end_obj(&w);
	iv_jw_obj(&w, "caps");
	iv_jw_i64(&w, "liveCalls", caps->live);
	iv_jw_i64(&w, "maxConcurrentCalls", caps->max_live);
	iv_jw_raw(&w, "costInr24h", caps->cost_inr);
	iv_jw_raw(&w, "dailyCostCapInr", caps->daily_cap);
	iv_jw_raw(&w, "minutes30d", caps->minutes);
	iv_jw_raw(&w, "monthlyMinuteCap", caps->monthly_cap);
	iv_jw_end_obj(&w);
	put_days(&w, &st->days);
	put_types(&w, &st->types);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

/* ── the ledger as CSV ── */

static enum iv_flow_next ask_rows(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct usage_query *q = c->query;
	struct usage_state *st = c->state;
	int64_t to = iv_wall_ms(), from = to - period_ms[3];

	if (!own_tenant(c))
		return iv_flow_fail(f, IV_ENOENT, "no such tenant");
	if (q->from.len && !iv_time_parse(q->from, &from))
		iv_api_bad(c, "?from", "must be a time as in 2026-01-31T23:59:59Z");
	if (q->to.len && !iv_time_parse(q->to, &to))
		iv_api_bad(c, "?to", "must be a time as in 2026-01-31T23:59:59Z");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	st->page = (struct iv_usage_rows_in){.from_at = from, .to_at = to, .after_us = IV_SQL_NULL, .count = CSV_PAGE};
	if (!iv_buf_adds(&c->json,
			 IV_S("occurredAt,callId,usageType,agentId,campaignId,provider,durationSec,costInr,costUsd\r\n")))
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the ledger");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_usage_rows, &st->page, &st->total);
}

/* RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe in front. */
static bool put_cell(struct iv_buf *b, struct iv_str s, bool last)
{
	bool quote = false, ok = true;

	for (size_t i = 0; i < s.len; i++)
		quote = quote || s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' || s.ptr[i] == '\r';
	if (quote)
		ok = iv_buf_addc(b, '"');
	if (ok && s.len && strchr("=+-@", s.ptr[0]) && s.ptr[0])
		ok = iv_buf_addc(b, '\'');
	for (size_t i = 0; ok && i < s.len; i++)
		ok = (s.ptr[i] != '"' || iv_buf_addc(b, '"')) && iv_buf_addc(b, s.ptr[i]);
	if (quote)
		ok = ok && iv_buf_addc(b, '"');
	return ok && iv_buf_adds(b, last ? IV_S("\r\n") : IV_S(","));
}

static bool put_row(struct iv_api_call *c, const struct iv_usage_rows_out *r)
{
	struct iv_buf *b = &c->json;
	char seconds[24];

	(void)snprintf(seconds, sizeof(seconds), "%lld", (long long)r->duration_seconds);
	return put_cell(b, iv_time_text(c, r->occurred_at), false) && put_cell(b, r->call_id, false) &&
	       put_cell(b, r->usage_type, false) && put_cell(b, r->agent_id, false) && put_cell(b, r->campaign_id, false) &&
	       put_cell(b, r->provider, false) && put_cell(b, iv_str(seconds), false) && put_cell(b, r->cost_inr, false) &&
	       put_cell(b, r->cost_usd, true);
}

/* What a page brought is written, and the next one is asked for. */
static enum iv_flow_next put_page(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct usage_state *st = c->state;
	size_t n = st->total.count;
	bool full = n == (size_t)st->page.count;

	st->put += (int64_t)n;
	if (st->put > CSV_ROWS)
		return iv_flow_fail(f, IV_ETOOBIG, "more than %d rows: ask for a shorter time", CSV_ROWS);
	for (size_t i = 0; i < n; i++)
		if (!put_row(c, iv_usage_rows_at(&st->total, i)))
			return iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit: ask for a shorter time");
	if (!full)
		return IV_FLOW_DONE;
	st->page.after_us = iv_usage_rows_at(&st->total, n - 1)->occurred_us;
	st->page.after_id = iv_usage_rows_at(&st->total, n - 1)->id;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_usage_rows, &st->page, &st->total);
}

static const struct iv_flow_step usage_steps[] = {{"ask", ask}, {"told", told}, {0}};
/* As often as there can be pages, and once for the row too many: ten thousand rows at once would keep frames waiting. */
#define SIX {"put", put_page}, {"put", put_page}, {"put", put_page}, {"put", put_page}, {"put", put_page}, {"put", put_page}
static const struct iv_flow_step csv_steps[] = {{"ask", ask_rows}, SIX, SIX, {0}};
_Static_assert(CSV_ROWS / CSV_PAGE < 12, "one page a step");
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code too_much[] = {IV_ENOENT, IV_ETOOBIG, IV_OK};

const struct iv_api_route *usage_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/tenants/:id/usage", .id = "getUsage", .tag = "Usage",
		 .role = IV_ROLE_ANALYST, .query = &usage_query_shape, .out = &usage_answer, .status = 200,
		 .state_size = sizeof(struct usage_state), .steps = usage_steps, .errors = missing,
		 .doc = "What was used and what it cost; the id may be me"},
		{.method = "GET", .path = "/v1/tenants/:id/usage/export", .id = "exportUsage", .tag = "Usage",
		 .role = IV_ROLE_ANALYST, .query = &export_shape, .status = 200,
		 .state_size = sizeof(struct usage_state), .steps = csv_steps, .errors = too_much,
		 .content_type = "text/csv", .doc = "The ledger of calls, for a spreadsheet"},
		{0},
	};

	return rows;
}
