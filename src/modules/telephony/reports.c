/* What the first platform told of its calls: their events, numbers, which live, which are stuck. */
#include "telephony.h"

#include <stdio.h>
#include "iv_breaker.h"
#include "iv_calls.h"
#include "iv_carrier.h"
#include "iv_events.h"
#include "iv_time.h"

enum { EVENTS_SHOWN = 100, EVENTS_READ = 1000, CALLS_SHOWN = 1000, KINDS_MAX = 64 };

struct report {
	struct iv_rows state, rows, story;
	struct iv_events_run events;
	struct iv_event_page page;
};

static enum iv_flow_next written(struct iv_flow *f, struct iv_jw *w)
{
	iv_jw_end_obj(w);
	return iv_jw_done(w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

static void put_time(struct iv_jw *w, const char *key, int64_t ms)
{
	char text[IV_TIME_SIZE];

	if (ms == IV_SQL_NULL)
		iv_jw_null(w, key);
	else
		iv_jw_str(w, key, iv_time_iso(ms, text));
}

static void put_now(struct iv_jw *w)
{
	put_time(w, "timestamp", iv_wall_ms());
}

/* ── one call's events: of the stream while it is kept, else of the books ── */

static struct iv_str call_param(const struct iv_api_call *c)
{
	struct iv_str id = iv_api_param(c, "id");

	return id.len ? id : iv_api_param(c, "callId");
}

static enum iv_flow_next find(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_line_state,
			 &(struct iv_line_state_in){.name = call_param(c)}, &r->state);
}

static struct iv_str found_id(const struct report *r)
{
	return iv_line_state_at(&r->state, 0)->id;
}

static enum iv_flow_next ask_books(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	struct iv_call_timeline_in lines = {.after = 0, .count = EVENTS_READ};
	struct iv_line_story_in story;

	if (!r->state.count)
		return iv_flow_fail(f, IV_ENOENT, "no such call");
	lines.id = story.id = found_id(r);
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_call_timeline, &lines, &r->rows},
					       {&iv_sql_line_story, &story, &r->story}},
			 2);
}

/* A call that lives has told its viewers more than the books. */
static enum iv_flow_next ask_stream(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	char name[IV_CALL_NAME_SIZE];

	if (iv_line_state_at(&r->state, 0)->over || !iv_redis_up(c->s->redis))
		return IV_FLOW_NEXT;
	return iv_events_read(c->s->events, f, &r->events, &c->arena,
			      iv_arena_str(&c->arena, iv_call_name(c->who.tenant_id, found_id(r), name)), IV_S(""),
			      EVENTS_READ, &r->page);
}

struct line {
	struct iv_str kind, payload;
	int64_t at;
};

static size_t line_count(const struct report *r)
{
	return r->page.count > r->rows.count ? r->page.count : r->rows.count;
}

static struct line line_at(const struct report *r, size_t i)
{
	if (r->page.count > r->rows.count)
		return (struct line){r->page.items[i].kind, r->page.items[i].payload, r->page.items[i].timestamp_ms};
	return (struct line){iv_call_timeline_at(&r->rows, i)->kind, iv_call_timeline_at(&r->rows, i)->payload,
			     iv_call_timeline_at(&r->rows, i)->at};
}

static void put_lines(struct iv_jw *w, const struct report *r, const char *key, size_t most)
{
	size_t n = line_count(r);

	iv_jw_arr(w, key);
	for (size_t i = 0; i < n && i < most; i++) {
		struct line l = line_at(r, i);

		iv_jw_obj(w, NULL);
		iv_jw_str(w, "kind", l.kind);
		iv_jw_raw(w, "payload", l.payload);
		iv_jw_i64(w, "timestamp", l.at);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static enum iv_flow_next events(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "callId", found_id(r));
	put_lines(&w, r, "events", EVENTS_SHOWN);
	iv_jw_i64(&w, "totalEvents", (int64_t)line_count(r));
	return written(f, &w);
}

struct kinds {
	struct iv_str names[KINDS_MAX];
	int64_t counts[KINDS_MAX];
	size_t count;
};

static void count_kinds(const struct report *r, struct kinds *k)
{
	for (size_t i = 0; i < line_count(r); i++) {
		struct iv_str kind = line_at(r, i).kind;
		size_t at = 0;

		while (at < k->count && !iv_str_eq(k->names[at], kind))
			at++;
		if (at == KINDS_MAX)
			continue; /* there are not so many kinds */
		if (at == k->count)
			k->names[k->count++] = kind;
		k->counts[at]++;
	}
}

static void put_kinds(struct iv_jw *w, const struct kinds *k, const char *key)
{
	char name[64];

	iv_jw_obj(w, key);
	for (size_t i = 0; i < k->count; i++)
		if (iv_str_copy(name, sizeof(name), k->names[i]))
			iv_jw_i64(w, name, k->counts[i]);
	iv_jw_end_obj(w);
}

static int64_t having(const struct kinds *k, const char *word)
{
	int64_t n = 0;

	for (size_t i = 0; i < k->count; i++)
		if (iv_str_find(k->names[i], iv_str(word), 0) >= 0)
			n += k->counts[i];
	return n;
}

/* From its start to its end, or until now. */
static int64_t lasted_ms(const struct report *r)
{
	const struct iv_line_story_out *s = iv_line_story_at(&r->story, 0);
	int64_t end = s->ended_at == IV_SQL_NULL ? iv_wall_ms() : s->ended_at;

	return end > s->started_at ? end - s->started_at : 0;
}

static enum iv_flow_next analytics(struct iv_flow *f)
{
	static const char *const words[] = {"dtmf", "transfer", "hold", "conference", "error"};
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	struct kinds k = {.count = 0};
	struct iv_jw w;

	count_kinds(r, &k);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "callId", found_id(r));
	iv_jw_i64(&w, "totalEvents", (int64_t)line_count(r));
	put_kinds(&w, &k, "eventBreakdown");
	iv_jw_i64(&w, "duration", lasted_ms(r));
	iv_jw_obj(&w, "qualityMetrics");
	for (size_t i = 0; i < IV_COUNT(words); i++)
		iv_jw_i64(&w, words[i], having(&k, words[i]));
	iv_jw_end_obj(&w);
	put_lines(&w, r, "timeline", EVENTS_READ);
	return written(f, &w);
}

/* sentiment and topics of an analysis, where there is one */
static void put_analysis(struct iv_jw *w, struct iv_str analysis)
{
	cJSON *doc = analysis.len ? iv_json_parse(analysis, NULL) : NULL;
	static const char *const members[] = {"sentiment", "topics"};

	for (size_t i = 0; i < IV_COUNT(members); i++) {
		const cJSON *m = iv_json_get(doc, members[i]);
		char *text = m ? cJSON_PrintUnformatted(m) : NULL;

		if (text)
			iv_jw_raw(w, members[i], iv_str(text));
		else if (i == 0)
			iv_jw_null(w, members[i]);
		else
			iv_jw_raw(w, members[i], IV_S("[]"));
		cJSON_free(text);
	}
	cJSON_Delete(doc);
}

static enum iv_flow_next stats(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	size_t n = line_count(r);
	struct kinds k = {.count = 0};
	struct iv_jw w;

	count_kinds(r, &k);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "callId", found_id(r));
	iv_jw_i64(&w, "totalEvents", (int64_t)n);
	put_kinds(&w, &k, "eventTypes");
	iv_jw_i64(&w, "duration", lasted_ms(r));
	if (n) {
		struct line last = line_at(r, n - 1);

		iv_jw_obj(&w, "lastEvent");
		iv_jw_str(&w, "kind", last.kind);
		iv_jw_raw(&w, "payload", last.payload);
		iv_jw_i64(&w, "timestamp", last.at);
		iv_jw_end_obj(&w);
	} else {
		iv_jw_null(&w, "lastEvent");
	}
	put_analysis(&w, iv_line_story_at(&r->story, 0)->analysis);
	return written(f, &w);
}

/* ── all of them ── */

static enum iv_flow_next ask_live(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_line_live,
			 &(struct iv_line_live_in){.count = CALLS_SHOWN}, &r->rows);
}

static enum iv_flow_next active(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_arr(&w, "activeCalls");
	for (size_t i = 0; i < r->rows.count; i++) {
		const struct iv_line_live_out *l = iv_line_live_at(&r->rows, i);

		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "callId", l->id);
		iv_jw_str(&w, "lastEvent", l->status);
		put_time(&w, "lastEventTime", l->updated_at);
		put_time(&w, "startedAt", l->started_at);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_i64(&w, "count", (int64_t)r->rows.count);
	return written(f, &w);
}

static enum iv_flow_next connections(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	char id[130];
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "service", "realtime");
	iv_jw_cstr(&w, "status", "ok");
	put_now(&w);
	iv_jw_obj(&w, "connections");
	for (size_t i = 0; i < r->rows.count; i++) {
		const struct iv_line_live_out *l = iv_line_live_at(&r->rows, i);

		if (l->held && iv_str_eq(l->status, IV_S("in-progress")) && iv_str_copy(id, sizeof(id), l->id))
			iv_jw_i64(&w, id, 1);
	}
	iv_jw_end_obj(&w);
	return written(f, &w);
}

static enum iv_flow_next ask_stuck(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_line_stuck,
			 &(struct iv_line_stuck_in){.minutes = c->s->cfg->lost_minutes, .count = CALLS_SHOWN}, &r->rows);
}

static enum iv_flow_next stuck(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct report *r = c->state;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_arr(&w, "stuckCalls");
	for (size_t i = 0; i < r->rows.count; i++) {
		const struct iv_line_stuck_out *l = iv_line_stuck_at(&r->rows, i);

		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "callId", l->id);
		put_time(&w, "lastActivity", l->updated_at);
		iv_jw_num(&w, "ageMinutes", l->age_minutes, 1);
		iv_jw_cstr(&w, "reason", l->held ? "timeout" : l->told ? "missing_token" : "no_events");
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_i64(&w, "count", (int64_t)r->rows.count);
	iv_jw_num(&w, "timeoutMinutes", c->s->cfg->lost_minutes, 2);
	put_now(&w);
	return written(f, &w);
}

/* ── what we lean on: a breaker guards that, and nothing a stranger can make fail ── */

struct leaning {
	const char *name, *state;
	int64_t failures, failed_us, retry_us; /* monotonic; 0: never, none */
};

static int64_t wall_of(int64_t us)
{
	return us ? (iv_wall_us() + us - iv_now_us()) / 1000 : IV_SQL_NULL;
}

static void put_failures(struct iv_jw *w, const struct leaning *l)
{
	iv_jw_i64(w, "failures", l->failures);
	put_time(w, "lastFailureTime", wall_of(l->failed_us));
	put_time(w, "nextAttemptTime", wall_of(l->retry_us));
}

static struct leaning on_carrier(const struct iv_api_call *c, enum iv_carrier which)
{
	static const char *const states[] = {"closed", "open", "half-open"}; /* enum iv_breaker_state */
	const struct iv_breaker *b = iv_carriers_breaker(c->s->carriers, which);

	return (struct leaning){iv_carrier_names[which], states[b->state], b->failures, b->failed_us,
				b->state == IV_BREAKER_CLOSED ? 0 : b->until_us};
}

/* As the first platform's clients read it: the whole is what every call needs; each part tells for itself. */
static enum iv_flow_next breakers(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	bool database = iv_pg_up(c->s->pg), redis = iv_redis_up(c->s->redis);
	struct iv_pg_stats pg = iv_pg_stats(c->s->pg);
	struct iv_redis_stats rd = iv_redis_stats(c->s->redis);
	struct leaning on[2 + IV_CARRIERS] = {
		{"database", database ? "closed" : "open", (int64_t)pg.failures, pg.failed_us, pg.retry_us},
		{"redis", redis ? "closed" : "open", (int64_t)rd.failures, rd.failed_us, rd.retry_us}};
	struct leaning all = {NULL, database && redis ? "closed" : "open", on[0].failures + on[1].failures,
			      on[0].failed_us > on[1].failed_us ? on[0].failed_us : on[1].failed_us,
			      on[0].retry_us && (!on[1].retry_us || on[0].retry_us < on[1].retry_us) ? on[0].retry_us
												     : on[1].retry_us};
	size_t count = 2;
	struct iv_jw w;

	for (int i = 0; i < IV_CARRIERS; i++)
		if (iv_carriers_has(c->s->carriers, (enum iv_carrier)i))
			on[count++] = on_carrier(c, (enum iv_carrier)i);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "state", all.state);
	put_failures(&w, &all);
	put_now(&w);
	iv_jw_obj(&w, "dependencies");
	for (size_t i = 0; i < count; i++)
		iv_jw_cstr(&w, on[i].name, on[i].state);
	iv_jw_end_obj(&w);
	iv_jw_obj(&w, "details");
	for (size_t i = 0; i < count; i++) {
		iv_jw_obj(&w, on[i].name);
		iv_jw_cstr(&w, "state", on[i].state);
		put_failures(&w, &on[i]);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* ── the table ── */

#define ONE(x)                                                                                                         \
	static const struct iv_flow_step x##_steps[] = {{"find", find}, {"ask_books", ask_books},                      \
							{"ask_stream", ask_stream}, {#x, x}, {0}}
ONE(events);
ONE(analytics);
ONE(stats);
static const struct iv_flow_step active_steps[] = {{"ask_live", ask_live}, {"active", active}, {0}};
static const struct iv_flow_step connections_steps[] = {{"ask_live", ask_live}, {"connections", connections}, {0}};
static const struct iv_flow_step stuck_steps[] = {{"ask_stuck", ask_stuck}, {"stuck", stuck}, {0}};
static const struct iv_flow_step breakers_steps[] = {{"breakers", breakers}, {0}};

static const enum iv_code missing[] = {IV_ENOENT, IV_OK};

#define REPORT(p, op, x, wrong, text)                                                                                  \
	{                                                                                                              \
		.method = "GET", .path = p, .id = op, .tag = "Calls", .role = IV_ROLE_ANALYST, .status = 200,          \
		.state_size = sizeof(struct report), .steps = x##_steps, .errors = wrong, .doc = text                  \
	}
#define BOTH(p, op, x, wrong, text)                                                                                    \
	REPORT("/telephony" p, "telephony" op, x, wrong, text),                                                       \
	REPORT(p, "telephony" op "Bare", x, wrong, "The same, for the first platform's address")

const struct iv_api_route telephony_report_rows[] = {
	BOTH("/call/:id", "CallEvents", events, missing, "The first events of a call"),
	BOTH("/analytics/:id", "Analytics", analytics, missing, "A call in numbers"),
	BOTH("/calls/active", "ActiveCalls", active, NULL, "Calls that are not over"),
	BOTH("/calls/stuck", "StuckCalls", stuck, NULL, "Calls nobody has said anything of for too long"),
	BOTH("/circuit-breaker/status", "Breakers", breakers, NULL, "Whether what this process leans on answers"),
	REPORT("/v1/realtime/connections", "listConnections", connections, NULL, "Calls with a media socket"),
	REPORT("/v1/realtime/:callId/stats", "getRealtimeStats", stats, missing, "A call's events in numbers"),
	{0},
};
