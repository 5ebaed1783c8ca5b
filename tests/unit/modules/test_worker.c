/* The worker over a fake store, fake models and a fake Redis: whatever fails, each call is told once or comes again,
 * and nothing is held at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../../src/modules/worker/worker.h"
#include "iv_calls.h"

enum { ROWS = 200, LEASE_MS = 1000 };

enum model_how { GOOD, GARBAGE, FAILS, SILENT, BABBLES, HOWS };

static struct row {
	int attempt, tries, finished, asked;
	int64_t next_us;
	bool flagged;
	char id[32];
} rows[ROWS];

static struct {
	struct iv_loop *loop;
	struct iv_worker *w;
	size_t count;
	int ops, fail_at, cancel_at; /* the nth statement fails; at the nth the worker is stopped */
	bool random, enabled, stopping, stopped, was_taking;
	uint32_t seed;
	enum model_how model;
	size_t asking, most_asking;
	void (*notify)(void *arg, struct iv_str payload);
	void *notify_arg;
	/* janitor */
	const char *owner[8]; /* of the silent calls; NULL: nobody, "?": Redis is away */
	int lost[8];
	int64_t epoch_ms; /* age of what Redis knows; < 0: it is away */
	size_t silent;
	int sweeps;
} fake;

static uint32_t dice(void)
{
	fake.seed = fake.seed * 1664525 + 1013904223;
	return fake.seed >> 8;
}

/* ── the store ── */

struct answer {
	struct iv_pg_run *run;
	struct iv_err err;
	struct iv_timer timer;
};

static void forget(struct iv_op *op)
{
	struct iv_pg_run *run = IV_CONTAINER(op, struct iv_pg_run, op);

	((struct answer *)(void *)run->batch)->run = NULL;
	run->batch = NULL;
}

static void land(void *arg)
{
	struct answer *a = arg;

	if (a->run) {
		a->run->batch = NULL;
		iv_op_done(&a->run->op, &a->err);
	}
	iv_free_later(fake.loop, a);
}

static struct row *row_of(struct iv_str id)
{
	for (size_t i = 0; i < fake.count; i++)
		if (iv_str_eq(id, iv_str(rows[i].id)))
			return &rows[i];
	fail_msg("no row %.*s", IV_FMT(id));
	return NULL;
}

static void take(const struct iv_review_take_in *in, struct iv_rows *out, struct iv_arena *arena)
{
	struct iv_review_take_out *items = iv_arena_alloc(arena, ROWS * sizeof(*items));

	assert_true(in->most > 0 && in->most <= 4);
	out->items = items;
	for (size_t i = 0; i < fake.count && out->count < (size_t)in->most; i++) {
		if (rows[i].finished || rows[i].next_us > iv_now_us())
			continue;
		rows[i].next_us = iv_now_us() + in->lease_ms * 1000;
		items[out->count++] = (struct iv_review_take_out){IV_S("A"), iv_str(rows[i].id), ++rows[i].attempt};
	}
}

static int64_t next_ms(void)
{
	int64_t best = INT64_MAX;

	for (size_t i = 0; i < fake.count; i++)
		if (!rows[i].finished && rows[i].next_us < best)
			best = rows[i].next_us;
	return best == INT64_MAX ? IV_SQL_NULL : (best - iv_now_us()) / 1000;
}

/* False: no row. */
static bool load(const struct iv_review_load_in *in, struct iv_review_load_out *out)
{
	const struct row *r = row_of(in->call);

	if (r->finished || r->attempt != in->attempt)
		return false;
	*out = (struct iv_review_load_out){
		.recap = r->flagged ? IV_S("{\"messages\":[{\"role\":\"user\",\"text\":\"idiot\"}]}")
				    : IV_S("{\"messages\":[{\"role\":\"user\",\"text\":\"hello\"}]}"),
		.tries = r->tries, .status = IV_S("completed"), .end_reason = IV_S("hangup"), .direction = IV_S("web"),
		.provider = IV_S("invorto"), .started_at = 1795266000000, .ended_at = 1795266001000, .duration_s = 1,
		.agent = fake.enabled ? IV_S("{\"name\":\"a\"}") : IV_S("{\"name\":\"a\",\"analysis\":{\"enabled\":false}}"),
		.usage = IV_S("{}"), .costs = IV_S("[]")};
	return true;
}

static bool finish(const struct iv_review_finish_in *in)
{
	struct row *r = row_of(in->call);
	cJSON *json = iv_json_parse(in->result, NULL);

	assert_true(iv_json_str(json, "summary").len > 0 && iv_json_str(iv_json_get(json, "event"), "payload").len > 100);
	assert_int_equal(iv_json_get(json, "flags") && iv_json_get(iv_json_get(json, "flags"), "payload"), r->flagged);
	cJSON_Delete(json);
	if (r->finished || r->attempt != in->attempt)
		return false;
	r->finished++;
	return true;
}

static void put_back(const struct iv_review_put_back_in *in)
{
	struct row *r = row_of(in->call);

	if (r->finished || r->attempt != in->attempt)
		return;
	r->next_us = iv_now_us() + in->in_ms * 1000;
	r->tries += in->model_failed;
}

static void list_silent(struct iv_rows *out, struct iv_arena *arena)
{
	static const char *const names[] = {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"};
	struct iv_silent_calls_out *items = iv_arena_alloc(arena, 8 * sizeof(*items));

	out->items = items;
	for (size_t i = 0; i < fake.silent; i++)
		if (!fake.lost[i])
			items[out->count++] = (struct iv_silent_calls_out){IV_S("A"), iv_str(names[i]), 300};
}

static bool perform(const struct iv_pg_part *p, struct iv_arena *arena)
{
	void *row = NULL;

	if (p->rows)
		*p->rows = (struct iv_rows){0};
	if (p->query->one)
		row = p->rows->items = iv_arena_alloc(arena, p->query->out_size);
	if (p->query->one)
		p->rows->count = 1;
	if (p->query == &iv_sql_review_take)
		take(p->in, p->rows, arena);
	else if (p->query == &iv_sql_review_next)
		((struct iv_review_next_out *)row)->in_ms = next_ms();
	else if (p->query == &iv_sql_review_load)
		return load(p->in, row);
	else if (p->query == &iv_sql_review_finish)
		((struct iv_review_finish_out *)row)->mine = finish(p->in);
	else if (p->query == &iv_sql_review_put_back)
		put_back(p->in);
	else if (p->query == &iv_sql_silent_calls)
		list_silent(p->rows, arena);
	else if (p->query == &iv_sql_call_lose)
		((struct iv_call_lose_out *)row)->lost = fake.lost[((const struct iv_call_lose_in *)p->in)->call.ptr[1] - '0']++ == 0;
	else if (p->query == &iv_sql_sweep)
		fake.sweeps++;
	return true;
}

static void stopped(void *arg)
{
	(void)arg;
	fake.stopped = true;
}

static void stop_now(void *arg)
{
	(void)arg;
	if (fake.stopping)
		return;
	fake.stopping = true;
	fake.was_taking = fake.w->taking != NULL;
	iv_worker_stop(fake.w, stopped, NULL);
}

enum iv_flow_next iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
			    struct iv_arena *arena, const struct iv_pg_part *parts, size_t count)
{
	struct answer *a = calloc(1, sizeof(*a));

	(void)pg;
	assert_non_null(a);
	assert_int_equal(scope->tenant_id.len, 0);
	if (++fake.ops == fake.fail_at || (fake.random && dice() % 25 == 0))
		(void)iv_fail(&a->err, IV_EDRAINING, "the fake fails");
	for (size_t i = 0; i < count && a->err.code == IV_OK; i++)
		if (!perform(&parts[i], arena)) {
			*parts[i].rows = (struct iv_rows){0};
			(void)iv_fail(&a->err, IV_ENOENT, "no row");
		}
	if (a->err.code == IV_OK && fake.random && dice() % 40 == 0)
		(void)iv_fail(&a->err, IV_EDRAINING, "the answer is lost");
	if (fake.ops == fake.cancel_at)
		iv_defer(fake.loop, stop_now, NULL);
	a->run = run;
	run->batch = (struct iv_pg_batch *)(void *)a;
	iv_op_begin(&run->op, f, forget);
	iv_timer_init(&a->timer, fake.loop, land, a);
	iv_timer_in_ms(&a->timer, fake.random ? dice() % 3 : 0);
	return IV_FLOW_WAIT;
}

void iv_pg_listen(struct iv_pg *pg, const char *channel, void (*fn)(void *arg, struct iv_str payload), void *arg)
{
	(void)pg;
	assert_string_equal(channel, "call_reviews");
	fake.notify = fn;
	fake.notify_arg = arg;
}

/* ── models ── */

struct iv_llm {
	struct iv_llm_events ev;
	void *arg;
	struct iv_timer timer;
	enum model_how how;
};

static void model_gone(struct iv_llm *l)
{
	fake.asking--;
	iv_timer_stop(&l->timer);
	iv_free_later(fake.loop, l);
}

static void babble(struct iv_llm *l)
{
	static char words[REVIEW_ANSWER_MAX];

	memset(words, 'x', sizeof(words));
	l->ev.delta(l->arg, (struct iv_str){words, sizeof(words)});
	l->ev.delta(l->arg, IV_S("x")); /* cancelled here */
}

static void model_answers(void *arg)
{
	struct iv_llm *l = arg;

	if (l->how == BABBLES) {
		babble(l);
		return;
	}
	if (l->how == FAILS) {
		model_gone(l);
		l->ev.failed(l->arg, "rate_limited");
		return;
	}
	l->ev.delta(l->arg, l->how == GARBAGE ? IV_S("It went well.")
					      : IV_S("{\"summary\":\"S\",\"outcome\":\"qualified\",\"nextStep\":\"\","
						     "\"notes\":\"\",\"success\":true,\"reason\":\"R\"}"));
	model_gone(l);
	l->ev.done(l->arg, 100, 20);
}

struct iv_llm *iv_llm_ask(struct iv_providers *p, const struct iv_llm_opts *o, const struct iv_llm_events *ev, void *arg)
{
	struct iv_llm *l = calloc(1, sizeof(*l));

	(void)p;
	assert_non_null(l);
	assert_true(o->aside && o->messages_json.ptr[0] == '[');
	row_of(o->call_id)->asked++;
	*l = (struct iv_llm){.ev = *ev, .arg = arg, .how = fake.random ? dice() % HOWS : fake.model};
	if (++fake.asking > fake.most_asking)
		fake.most_asking = fake.asking;
	iv_timer_init(&l->timer, fake.loop, model_answers, l);
	if (l->how != SILENT)
		iv_timer_in_ms(&l->timer, fake.random ? dice() % 5 : 1);
	return l;
}

void iv_llm_cancel(struct iv_llm *l)
{
	model_gone(l);
}

const char *iv_llm_provider(const struct iv_llm *l)
{
	(void)l;
	return "openai";
}

/* ── Redis ── */

void iv_calls_adopt(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id, struct iv_str journal,
		    int64_t bytes, void (*done)(void *arg), void *arg)
{
	(void)c;
	(void)tenant_id;
	(void)call_id;
	(void)journal;
	(void)bytes;
	done(arg);
}

struct iv_str iv_call_name(struct iv_str tenant_id, struct iv_str call_id, char out[IV_CALL_NAME_SIZE])
{
	int n = snprintf(out, IV_CALL_NAME_SIZE, "%.*s/%.*s", IV_FMT(tenant_id), IV_FMT(call_id));

	return (struct iv_str){out, (size_t)n};
}

enum iv_flow_next iv_control_epoch(struct iv_control *c, struct iv_flow *f, struct iv_redis_run *run,
				   struct iv_arena *arena, struct iv_reply *age_ms)
{
	(void)c;
	(void)run;
	(void)arena;
	if (fake.epoch_ms < 0)
		return iv_flow_fail(f, IV_EDRAINING, "Redis is away");
	*age_ms = (struct iv_reply){.kind = IV_REPLY_INT, .i = fake.epoch_ms};
	return IV_FLOW_NEXT;
}

enum iv_flow_next iv_control_owner(struct iv_control *c, struct iv_flow *f, struct iv_control_run *run,
				   struct iv_arena *arena, struct iv_str call_id, struct iv_str *owner)
{
	const char *who = fake.owner[call_id.ptr[call_id.len - 1] - '0'];
	struct iv_err err = {0};

	(void)c;
	assert_true(iv_str_starts(call_id, IV_S("A/c")));
	iv_op_begin(&run->op, f, NULL);
	if (who && who[0] == '?')
		(void)iv_fail(&err, IV_EDRAINING, "Redis is away");
	*owner = iv_arena_str(arena, iv_str(who ? who : ""));
	iv_op_done(&run->op, &err);
	return iv_flow_await(f);
}

/* ── the rig ── */

static struct iv_config cfg;
static struct iv_services services;

static const char *settings(void *arg, const char *name)
{
	static const char *const set[][2] = {
		{"AFTER_CALL_MODEL_TIMEOUT_MS", "400"}, {"AFTER_CALL_LEASE_MS", "1000"}, {"AFTER_CALL_RETRY_MS", "100"},
		{"CLEANUP_INTERVAL_MINUTES", "0.01"}, {"QA_TOXIC_WORDS", "idiot"}};

	(void)arg;
	for (size_t i = 0; i < IV_COUNT(set); i++)
		if (strcmp(name, set[i][0]) == 0)
			return set[i][1];
	return NULL;
}

static void start_worker(void)
{
	struct iv_err e = {0};

	fake.stopped = fake.stopping = false;
	fake.w = iv_worker_new(&services, &e);
	assert_non_null(fake.w);
	iv_worker_start(fake.w);
}

static void set_up(size_t count)
{
	struct iv_buf errors;

	memset(&fake, 0, sizeof(fake));
	fake.epoch_ms = 86400000;
	memset(rows, 0, sizeof(rows));
	fake.count = count;
	fake.enabled = true;
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(rows[i].id, sizeof(rows[i].id), "call_%zu.", i);
		rows[i].flagged = i % 5 == 0;
	}
	iv_buf_init(&errors, 65536);
	if (!cfg.data_dir)
		assert_true(iv_config_read(&cfg, settings, NULL, &errors));
	iv_buf_deinit(&errors);
	fake.loop = iv_loop_new();
	services = (struct iv_services){.cfg = &cfg, .loop = fake.loop, .instance_id = "ins_1"};
	start_worker();
}

static void stop_loop(void *arg)
{
	(void)arg;
	iv_loop_stop(fake.loop);
}

static void run_ms(int64_t ms)
{
	struct iv_timer t;

	iv_timer_init(&t, fake.loop, stop_loop, NULL);
	iv_timer_in_ms(&t, ms);
	iv_loop_run(fake.loop);
	iv_timer_stop(&t);
}

static size_t finished(void)
{
	size_t n = 0;

	for (size_t i = 0; i < fake.count; i++) {
		assert_true(rows[i].finished <= 1);
		n += (size_t)rows[i].finished;
	}
	return n;
}

static void until_finished(size_t count, int64_t at_most_ms)
{
	int64_t end = iv_now_us() + at_most_ms * 1000;

	while (finished() < count && iv_now_us() < end)
		run_ms(10);
	assert_int_equal(finished(), count);
}

static void stop_worker(void)
{
	int64_t end = iv_now_us() + 2000000;

	stop_now(NULL);
	while (!fake.stopped && iv_now_us() < end)
		run_ms(5);
	assert_true(fake.stopped);
	assert_int_equal(iv_worker_stats(fake.w).running, 0);
	assert_int_equal(fake.asking, 0);
	iv_worker_free(fake.w);
}

static void tear_down(void)
{
	stop_worker();
	run_ms(5);
	iv_loop_free(fake.loop);
}

/* ── what must hold ── */

static void every_call_is_told_once_a_few_at_a_time(void **state)
{
	(void)state;
	set_up(50);
	until_finished(50, 30000);
	assert_true(fake.most_asking > 1 && fake.most_asking <= 4);
	for (size_t i = 0; i < 50; i++)
		assert_int_equal(rows[i].asked, 1);
	assert_int_equal(iv_worker_stats(fake.w).by_model, 50);
	tear_down();
}

static void a_notification_is_all_it_takes(void **state)
{
	(void)state;
	set_up(1);
	until_finished(1, 20000);
	fake.count = 2;
	(void)snprintf(rows[1].id, sizeof(rows[1].id), "late");
	run_ms(100);
	assert_int_equal(finished(), 1); /* nobody polls */
	fake.notify(fake.notify_arg, IV_S("A"));
	until_finished(2, 20000);
	tear_down();
}

static void a_model_is_asked_as_often_as_is_worth_it(void **state)
{
	static const struct {
		enum model_how how;
		int asked, tries;
	} cases[] = {{GARBAGE, 2, 0}, {FAILS, 2, 1}, {SILENT, 2, 1}, {BABBLES, 1, 0}};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++) {
		set_up(1);
		fake.model = cases[i].how;
		until_finished(1, 20000);
		assert_int_equal(rows[0].asked, cases[i].asked);
		assert_int_equal(rows[0].tries, cases[i].tries); /* the last one is not given back */
		assert_int_equal(iv_worker_stats(fake.w).by_rules, 1);
		tear_down();
	}
	set_up(1);
	fake.enabled = false;
	until_finished(1, 20000);
	assert_int_equal(rows[0].asked, 0);
	tear_down();
}

static void whatever_fails_each_is_told_once(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 3; seed++) {
		set_up(60);
		fake.random = true;
		fake.seed = seed;
		until_finished(60, 60000);
		assert_true(fake.most_asking <= 4);
		tear_down();
	}
}

static void each_statement_may_fail(void **state)
{
	(void)state;
	for (int n = 1; n <= 8; n++) {
		set_up(2);
		fake.fail_at = n;
		until_finished(2, 30000);
		tear_down();
	}
}

static void stopping_at_any_moment_gives_back_what_is_under_way(void **state)
{
	static const int moments[] = {1, 2, 3, 4, 5, 7, 9, 12, 16, 21};

	(void)state;
	for (size_t m = 0; m < IV_COUNT(moments); m++) {
		int taken = 0, n = moments[m];

		set_up(12);
		fake.cancel_at = n;
		fake.model = n % 3 ? GOOD : SILENT;
		for (int i = 0; i < 100 && !fake.stopped; i++)
			run_ms(2);
		stop_worker();
		for (size_t i = 0; i < fake.count; i++)
			taken += !rows[i].finished && rows[i].next_us > iv_now_us() + LEASE_MS / 2 * 1000;
		assert_true(taken <= (fake.was_taking ? 4 : 0)); /* what is just being taken is left to its lease */
		/* And the next process does the rest. */
		fake.cancel_at = 0;
		fake.model = GOOD;
		start_worker();
		until_finished(12, 30000);
		tear_down();
	}
}

static void only_calls_that_nobody_owns_are_lost(void **state)
{
	(void)state;
	set_up(0);
	fake.silent = 4;
	fake.owner[0] = "ins_2";
	fake.owner[2] = "?"; /* nobody can tell: it waits, and those behind it */
	run_ms(900);
	assert_int_equal(fake.lost[0], 0);
	assert_int_equal(fake.lost[1], 1);
	assert_int_equal(fake.lost[2] + fake.lost[3], 0);
	assert_int_equal(iv_worker_stats(fake.w).lost, 1);
	assert_true(fake.sweeps >= 1); /* but what needs no Redis goes on */
	fake.owner[2] = NULL; /* it is back */
	run_ms(700);
	assert_int_equal(fake.lost[2] + fake.lost[3], 2);
	assert_int_equal(fake.lost[0], 0);
	tear_down();
}

static void a_redis_that_has_forgotten_is_no_judge_of_who_lives(void **state)
{
	(void)state;
	set_up(0);
	fake.silent = 2;
	fake.epoch_ms = 0; /* it was wiped a moment ago */
	run_ms(900);
	fake.epoch_ms = -1; /* and is away */
	run_ms(500);
	assert_int_equal(fake.lost[0] + fake.lost[1], 0);
	assert_true(fake.sweeps >= 1);
	fake.epoch_ms = 86400000; /* whoever lives has claimed his calls again */
	fake.owner[0] = "ins_2";
	run_ms(900);
	assert_int_equal(fake.lost[0], 0);
	assert_int_equal(fake.lost[1], 1);
	tear_down();
}

static void settings_that_do_not_fit_are_refused(void **state)
{
	struct iv_err e = {0};

	(void)state;
	set_up(0);
	cfg.review_lease_ms = 500;
	assert_null(iv_worker_new(&services, &e));
	assert_non_null(strstr(e.msg, "AFTER_CALL_LEASE_MS"));
	cfg.review_lease_ms = 1000;
	tear_down();
	set_up(1);
	stop_worker();
	cfg.review_slots = 0; /* this process does none */
	rows[0].finished = 0;
	start_worker();
	run_ms(100);
	assert_int_equal(rows[0].attempt > 1, false);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_is_told_once_a_few_at_a_time),
		cmocka_unit_test(a_notification_is_all_it_takes),
		cmocka_unit_test(a_model_is_asked_as_often_as_is_worth_it),
		cmocka_unit_test(whatever_fails_each_is_told_once),
		cmocka_unit_test(each_statement_may_fail),
		cmocka_unit_test(stopping_at_any_moment_gives_back_what_is_under_way),
		cmocka_unit_test(only_calls_that_nobody_owns_are_lost),
		cmocka_unit_test(a_redis_that_has_forgotten_is_no_judge_of_who_lives),
		cmocka_unit_test(settings_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
