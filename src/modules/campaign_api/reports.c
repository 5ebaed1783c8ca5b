/* What campaigns came to: numbers, days and calls; as JSON, or as CSV for who asks for it. */
#include "parts.h"

#include "iv_sql.h"

enum { DAYS_MAX = 366, CALLS_MAX = 20000, CALLS_PAGE = 1000 };

/* ── numbers ── */

static const char *const periods[] = {"ever", "1h", "24h", "7d", "30d", NULL};
static const int64_t period_s[] = {0, 3600, 86400, 7LL * 86400, 30LL * 86400};

struct numbers_query {
	int period;
};
static const struct iv_field numbers_fields[] = {
	IV_ENUM(struct numbers_query, period, "period", 0, periods, "How far back; ever when absent"), IV_FIELDS_END};
static const struct iv_shape numbers_shape = {"campaignNumbers", sizeof(struct numbers_query), numbers_fields, NULL};

struct report_state {
	struct iv_rows campaign, rows;
	struct iv_campaign_calls_of_in page; /* of the calls */
	int64_t put;
};

static enum iv_flow_next numbers(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct numbers_query *q = c->query;
	struct report_state *st = c->state;
	struct iv_campaign_numbers_in in = {.id = iv_api_param(c, "id"), .since_s = q->period ? period_s[q->period]
					    : IV_SQL_NULL};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_numbers, &in, &st->rows);
}

static enum iv_flow_next counted(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct numbers_query *q = c->query;
	struct report_state *st = c->state;
	const struct iv_campaign_numbers_out *r = iv_campaign_numbers_at(&st->rows, 0);
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "campaignId", iv_api_param(c, "id"));
	iv_jw_str(&w, "status", r->status);
	iv_jw_cstr(&w, "period", periods[q->period]);
	iv_jw_raw(&w, "metrics", r->metrics);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

/* ── days and calls ── */

struct days_query {
	int64_t days;
};
static void days_defaults(void *q)
{
	((struct days_query *)q)->days = 30;
}
static const struct iv_field days_fields[] = {
	IV_INT(struct days_query, days, "days", 0, 1, DAYS_MAX, "How far back; 30 when absent"), IV_FIELDS_END};
static const struct iv_shape days_shape = {"reportDays", sizeof(struct days_query), days_fields, days_defaults};

static enum iv_flow_next days(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report_state *st = c->state;
	struct iv_campaign_one_in campaign = {.id = iv_api_param(c, "id")};
	struct iv_campaign_days_of_in in = {.id = campaign.id, .days = ((const struct days_query *)c->query)->days};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_campaign_one, &campaign, &st->campaign},
					       {&iv_sql_campaign_days_of, &in, &st->rows}},
			 2);
}

static enum iv_flow_next too_many(struct iv_flow *f)
{
	return iv_flow_fail(f, IV_ETOOBIG, "the report does not fit an answer: ask for fewer days");
}

static enum iv_flow_next days_csv(struct iv_api_call *c, const struct iv_rows *rows)
{
	bool ok = iv_buf_adds(&c->json,
			      IV_S("date,calls,connected,qualified,failed,durationSeconds,costUsd,costInr\r\n"));

	for (size_t i = 0; ok && i < rows->count; i++) {
		const struct iv_campaign_days_of_out *r = iv_campaign_days_of_at(rows, i);
		const struct iv_str cells[] = {r->day, answer_number(c, r->total), answer_number(c, r->connected),
					       answer_number(c, r->qualified), answer_number(c, r->failed),
					       answer_number(c, r->seconds), r->cost_usd, r->cost_inr};

		ok = answer_row(&c->json, cells, IV_COUNT(cells));
	}
	return ok ? IV_FLOW_DONE : too_many(&c->flow);
}

static enum iv_flow_next days_told(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report_state *st = c->state;
	struct iv_jw w;

	if (answer_is_csv(c))
		return days_csv(c, &st->rows);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "campaignId", iv_api_param(c, "id"));
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < st->rows.count; i++) {
		const struct iv_campaign_days_of_out *r = iv_campaign_days_of_at(&st->rows, i);

		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "date", r->day);
		iv_jw_i64(&w, "calls", r->total);
		iv_jw_i64(&w, "connected", r->connected);
		iv_jw_i64(&w, "qualified", r->qualified);
		iv_jw_i64(&w, "failed", r->failed);
		iv_jw_i64(&w, "durationSeconds", r->seconds);
		iv_jw_raw(&w, "costUsd", r->cost_usd);
		iv_jw_raw(&w, "costInr", r->cost_inr);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

static enum iv_flow_next calls(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report_state *st = c->state;
	struct iv_campaign_one_in campaign = {.id = iv_api_param(c, "id")};

	st->page = (struct iv_campaign_calls_of_in){.id = campaign.id,
						    .since_days = ((const struct days_query *)c->query)->days,
						    .after_us = IV_SQL_NULL,
						    .count = CALLS_PAGE};
	if (!iv_buf_adds(&c->json, IV_S("callId,leadId,attempt,status,outcome,endReason,startedAt,endedAt,"
					"durationSeconds,costUsd\r\n")))
		return too_many(f);
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_campaign_one, &campaign, &st->campaign},
					       {&iv_sql_campaign_calls_of, &st->page, &st->rows}},
			 2);
}

/* No numbers, no names: who wants those asks for the leads. */
static bool put_call(struct iv_api_call *c, const struct iv_campaign_calls_of_out *r)
{
	const struct iv_str cells[] = {r->id, r->lead, answer_number(c, r->attempt), r->status, r->outcome, r->end_reason,
				       iv_time_text(c, r->started_at), iv_time_text(c, r->ended_at),
				       answer_number(c, r->seconds), r->cost_usd};

	return answer_row(&c->json, cells, IV_COUNT(cells));
}

/* What a page brought is written, and the next one is asked for. */
static enum iv_flow_next calls_put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report_state *st = c->state;
	size_t n = st->rows.count;
	const struct iv_campaign_calls_of_out *last = n ? iv_campaign_calls_of_at(&st->rows, n - 1) : NULL;

	st->put += (int64_t)n;
	if (st->put > CALLS_MAX)
		return iv_flow_fail(f, IV_ETOOBIG, "more than %d calls: ask for fewer days", CALLS_MAX);
	for (size_t i = 0; i < n; i++)
		if (!put_call(c, iv_campaign_calls_of_at(&st->rows, i)))
			return too_many(f);
	if (!last || n < CALLS_PAGE)
		return IV_FLOW_DONE;
	st->page.after_us = last->started_us;
	st->page.after_id = last->id;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_campaign_calls_of, &st->page, &st->rows);
}

/* ── usage by day, of the tenant ── */

static enum iv_flow_next usage(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report_state *st = c->state;
	int64_t back = ((const struct days_query *)c->query)->days * 86400000;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_usage_by_day,
			 &(struct iv_usage_by_day_in){iv_wall_ms() - back}, &st->rows);
}

static enum iv_flow_next usage_csv(struct iv_api_call *c, const struct iv_rows *rows)
{
	bool ok = iv_buf_adds(&c->json, IV_S("date,calls,minutes,costInr,costUsd\r\n"));

	for (size_t i = 0; ok && i < rows->count; i++) {
		const struct iv_usage_by_day_out *r = iv_usage_by_day_at(rows, i);
		const struct iv_str cells[] = {r->day, answer_number(c, r->calls), r->minutes, r->cost_inr,
					       r->cost_usd};

		ok = answer_row(&c->json, cells, IV_COUNT(cells));
	}
	return ok ? IV_FLOW_DONE : too_many(&c->flow);
}

static enum iv_flow_next usage_told(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report_state *st = c->state;
	struct iv_jw w;

	if (answer_is_csv(c))
		return usage_csv(c, &st->rows);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < st->rows.count; i++) {
		const struct iv_usage_by_day_out *r = iv_usage_by_day_at(&st->rows, i);

		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "date", r->day);
		iv_jw_i64(&w, "calls", r->calls);
		iv_jw_raw(&w, "minutes", r->minutes);
		iv_jw_raw(&w, "costInr", r->cost_inr);
		iv_jw_raw(&w, "costUsd", r->cost_usd);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

/* ── the table ── */

static const struct iv_flow_step numbers_steps[] = {{"numbers", numbers}, {"counted", counted}, {0}};
static const struct iv_flow_step days_steps[] = {{"days", days}, {"told", days_told}, {0}};
/* As often as there can be pages, and once for the call too many: all of them at once would keep frames waiting. */
#define SEVEN \
	{"put", calls_put}, {"put", calls_put}, {"put", calls_put}, {"put", calls_put}, {"put", calls_put}, {"put", calls_put}, \
		{"put", calls_put}
static const struct iv_flow_step calls_steps[] = {{"calls", calls}, SEVEN, SEVEN, SEVEN, {0}};
_Static_assert(CALLS_MAX / CALLS_PAGE < 21, "one page a step");
static const struct iv_flow_step usage_steps[] = {{"usage", usage}, {"told", usage_told}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_ETOOBIG, IV_OK};

#define ID "/v1/campaigns/:id"
#define STATE .state_size = sizeof(struct report_state)

const struct iv_api_route *campaign_report_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = ID "/metrics", .id = "getCampaignMetrics", .tag = "Campaigns",
		 .role = IV_ROLE_ANALYST,
		 .query = &numbers_shape, .status = 200, .steps = numbers_steps, STATE, .errors = missing,
		 .doc = "What its calls came to: outcomes, rates, time and money"},
		{.method = "GET", .path = ID "/metrics/daily", .id = "getCampaignDays", .tag = "Campaigns",
		 .role = IV_ROLE_ANALYST,
		 .query = &days_shape, .status = 200, .steps = days_steps, STATE, .errors = missing, .also = "text/csv",
		 .doc = "The same by the day of its zone; CSV with Accept: text/csv"},
		{.method = "GET", .path = ID "/calls/export", .id = "exportCampaignCalls", .tag = "Campaigns",
		 .role = IV_ROLE_ANALYST,
		 .query = &days_shape, .status = 200, .steps = calls_steps, STATE, .errors = missing,
		 .content_type = "text/csv",
		 .doc = "Its calls for a spreadsheet, newest first"},
		{.method = "GET", .path = "/v1/usage/daily", .id = "getUsageDays", .tag = "Usage",
		 .role = IV_ROLE_ANALYST,
		 .query = &days_shape, .status = 200, .steps = usage_steps, STATE, .errors = missing,
		 .also = "text/csv",
		 .doc = "Calls, minutes and money by day; CSV with Accept: text/csv"},
		{0},
	};

	return rows;
}
