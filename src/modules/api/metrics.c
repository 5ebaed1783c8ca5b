/* GET /v1/metrics: how a tenant's calls go. What the process does is at /metrics. */
#include "resources.h"

#include "iv_sql.h"

enum { TURNS_MAX = 50000 };

struct metrics_state {
	struct iv_rows statuses, turns;
	int64_t since, now;
};

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct usage_query *q = c->query;
	struct metrics_state *st = c->state;

	st->now = iv_wall_ms();
	st->since = st->now - period_ms[q->period];
	struct iv_metrics_by_status_in statuses = {.since = st->since};
	struct iv_metrics_of_turns_in turns = {.since = st->since, .most = TURNS_MAX + 1};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_metrics_by_status, &statuses, &st->statuses},
					       {&iv_sql_metrics_of_turns, &turns, &st->turns}},
			 2);
}

struct totals {
	int64_t calls, live, ended, completed;
	double seconds, cost_inr, cost_usd;
};

static struct totals put_statuses(struct iv_jw *w, const struct iv_rows *rows)
{
	struct totals t = {0};

	iv_jw_obj(w, "byStatus");
	for (size_t i = 0; i < rows->count; i++) {
		const struct iv_metrics_by_status_out *r = iv_metrics_by_status_at(rows, i);
		char name[32] = "";

		(void)iv_str_copy(name, sizeof(name), r->status); /* the schema has none that is longer */
		iv_jw_i64(w, name, r->calls);
		t.calls += r->calls;
		*(r->over ? &t.ended : &t.live) += r->calls;
		t.completed += iv_str_eq(r->status, IV_S("completed")) ? r->calls : 0;
		t.seconds += r->seconds;
		t.cost_inr += r->cost_inr;
		t.cost_usd += r->cost_usd;
	}
	iv_jw_end_obj(w);
	return t;
}

static void put_number(struct iv_jw *w, const char *key, double n)
{
	if (n == n)
		iv_jw_num(w, key, n, 1);
	else
		iv_jw_null(w, key); /* no turn has it */
}

static void put_latency(struct iv_jw *w, const char *key, double p50, double p95)
{
	iv_jw_obj(w, key);
	put_number(w, "p50", p50);
	put_number(w, "p95", p95);
	iv_jw_end_obj(w);
}

static void put_turns(struct iv_jw *w, const struct iv_metrics_of_turns_out *r)
{
	bool more = r->turns > TURNS_MAX;

	iv_jw_obj(w, "turns");
	iv_jw_i64(w, "count", more ? TURNS_MAX : r->turns);
	iv_jw_bool(w, "more", more); /* only the latest are looked at */
	iv_jw_obj(w, "latencyMs");
	put_latency(w, "asrFirstPartial", r->asr_50, r->asr_95);
	put_latency(w, "endOfUtterance", r->eou_50, r->eou_95);
	put_latency(w, "llmFirstToken", r->llm_50, r->llm_95);
	put_latency(w, "ttsFirstChunk", r->tts_50, r->tts_95);
	put_latency(w, "turn", r->turn_50, r->turn_95);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static enum iv_flow_next told(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct usage_query *q = c->query;
	struct metrics_state *st = c->state;
	struct totals t;
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
	t = put_statuses(&w, &st->statuses);
	iv_jw_i64(&w, "total", t.calls);
	iv_jw_i64(&w, "live", t.live);
	if (t.ended)
		iv_jw_num(&w, "successRate", (double)t.completed / (double)t.ended, 4);
	else
		iv_jw_null(&w, "successRate");
	iv_jw_end_obj(&w);
	iv_jw_num(&w, "minutes", t.seconds / 60.0, 2);
	iv_jw_num(&w, "costInr", t.cost_inr, 4);
	iv_jw_num(&w, "costUsd", t.cost_usd, 4);
	put_turns(&w, iv_metrics_of_turns_at(&st->turns, 0));
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

static const struct iv_flow_step steps[] = {{"ask", ask}, {"told", told}, {0}};

const struct iv_api_route *metric_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/metrics", .id = "getMetrics", .tag = "Usage", .role = IV_ROLE_ANALYST,
		 .query = &usage_query_shape, .out = &metrics_answer, .status = 200,
		 .state_size = sizeof(struct metrics_state), .steps = steps,
		 .doc = "How the tenant's calls go: by status, minutes, cost, success rate, how quick the turns are"},
		{0},
	};

	return rows;
}
