/* Carriers over HTTP: turns, pauses, breaker, orders; against a server in the same loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include "iv_carrier.h"
#include "iv_http.h"

#define SEEN 64

static struct iv_loop *loop;
static struct iv_net *net;
static struct iv_http_server *server;
static struct iv_config config;
static struct iv_carriers *carriers;
static struct iv_arena arena;
static struct {
	int count;
	int64_t at_us[SEEN];
	char body[SEEN][256], method[SEEN][8], path[SEEN][128];
	int status[SEEN]; /* of the nth answer; 0: 201 */
	int retry_after_s;
	bool silent;      /* never answers */
	const char *answer;
} far;

static void on_request(void *ctx, struct iv_http_req *rq)
{
	int n = far.count++, status;
	char text[24];

	(void)ctx;
	assert_true(n < SEEN);
	far.at_us[n] = iv_now_us();
	(void)iv_str_copy(far.body[n], sizeof(far.body[n]), iv_http_body(rq));
	(void)iv_str_copy(far.method[n], sizeof(far.method[n]), iv_http_method(rq));
	(void)iv_str_copy(far.path[n], sizeof(far.path[n]), iv_http_path(rq));
	if (far.silent)
		return;
	status = far.status[n] ? far.status[n] : 201;
	if (status == 429 && far.retry_after_s) {
		(void)snprintf(text, sizeof(text), "%d", far.retry_after_s);
		iv_http_set_header(rq, "Retry-After", iv_str(text));
	}
	iv_http_reply(rq, status, "application/json", far.answer ? iv_str(far.answer) : IV_S("{\"sid\":\"CA1\"}"));
}

static const struct iv_route routes[] = {{"POST", "/*", on_request, 0, 0, ""}, {"PUT", "/*", on_request, 0, 0, ""},
					 {"GET", "/*", on_request, 0, 0, ""}, {0}};

static const char *table(void *arg, const char *name)
{
	const char *const(*rows)[2] = arg;

	for (; (*rows)[0]; rows++)
		if (strcmp((*rows)[0], name) == 0)
			return (*rows)[1];
	return NULL;
}

static bool read_config(const char *const (*rows)[2])
{
	struct iv_buf errors;
	bool ok;

	iv_buf_init(&errors, 65536);
	ok = iv_config_read(&config, table, (void *)(uintptr_t)rows, &errors);
	if (!ok)
		print_message("%.*s\n", IV_FMT(iv_buf_str(&errors)));
	iv_buf_deinit(&errors);
	return ok;
}

static char url[64];
static const char *settings[][2] = {
	{"TWILIO_API_URL", url}, {"TWILIO_ACCOUNT_SID", "AC1"}, {"TWILIO_AUTH_TOKEN", "t"}, {"TWILIO_CPS", "20"},
	{"JAMBONZ_API_URL", url}, {"JAMBONZ_API_KEY", "k"}, {"JAMBONZ_ACCOUNT_SID", "a"}, {"JAMBONZ_CPS", "1000"},
	{"PUBLIC_BASE_URL", "https://gw.example"}, {"DIAL_WAIT_MS", "2000"}, {"CARRIER_TIMEOUT_MS", "300"},
	{"CIRCUIT_BREAKER_FAILURE_THRESHOLD", "3"}, {"CIRCUIT_BREAKER_TIMEOUT_MS", "60000"}, {NULL, NULL},
};

static int up(void **state)
{
	struct iv_err e = {0};

	(void)state;
	memset(&far, 0, sizeof(far));
	iv_arena_init(&arena, 65536);
	loop = iv_loop_new();
	net = iv_net_new(loop, &(struct iv_net_opts){.user_agent = "test"}, &e);
	assert_non_null(net);
	server = iv_http_listen(net,
				&(struct iv_http_opts){.address = "127.0.0.1", .header_max = 16384, .body_max = 65536,
						       .header_ms = 5000, .keepalive_ms = 5000, .max_connections = 100},
				routes, NULL, &e);
	assert_non_null(server);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", iv_http_port(server));
	assert_true(read_config((const char *const(*)[2])settings));
	carriers = iv_carriers_new(net, &config, &e);
	assert_non_null(carriers);
	return 0;
}

static void closed(void *arg)
{
	(void)arg;
}

static int down(void **state)
{
	(void)state;
	iv_carriers_free(carriers);
	iv_http_close(server, closed, NULL);
	iv_net_close(net, closed, NULL);
	iv_loop_run(loop);
	iv_loop_free(loop);
	iv_config_free(&config);
	iv_arena_deinit(&arena);
	return 0;
}

/* One question, as a flow. */
struct job {
	struct iv_flow flow, *running;
	struct iv_carrier_run run;
	struct iv_originate o;
	struct iv_carrier_answer a;
	struct iv_carrier_status st;
	enum iv_flow_next (*start)(struct job *j);
	struct iv_str text;
	enum iv_carrier which;
	struct iv_err err;
	bool done;
};
static int pending;
static bool waiting;

static enum iv_flow_next step(struct iv_flow *f)
{
	struct job *j = IV_CONTAINER(f, struct job, flow);

	return j->start(j);
}

static void ended(struct iv_flow *f)
{
	struct job *j = IV_CONTAINER(f, struct job, flow);

	j->err = f->err;
	j->done = true;
	if (--pending == 0 && waiting)
		iv_loop_stop(loop);
}

static const struct iv_flow_step steps[] = {{"ask", step}, {0}};
static const struct iv_flow_type type = {"test", steps, ended};

static void late(void *arg)
{
	(void)arg;
	fail_msg("late");
}

static void begin(struct job *j)
{
	pending++;
	iv_flow_start(&j->flow, &type, loop, 20000, &j->running);
}

static void wait_all(void)
{
	struct iv_timer t;

	if (!pending)
		return;
	iv_timer_init(&t, loop, late, NULL);
	iv_timer_in_ms(&t, 20000);
	waiting = true;
	iv_loop_run(loop);
	waiting = false;
	iv_timer_stop(&t);
}

static enum iv_flow_next originate(struct job *j)
{
	return iv_carrier_originate(carriers, &j->flow, &j->run, &arena, &j->o, &j->a);
}

static enum iv_flow_next hang_up(struct job *j)
{
	return iv_carrier_hang_up(carriers, &j->flow, &j->run, &arena, j->which, IV_S("sid-1"));
}

static enum iv_flow_next press(struct job *j)
{
	return iv_carrier_dtmf(carriers, &j->flow, &j->run, &arena, j->which, IV_S("sid-1"), j->text);
}

static enum iv_flow_next fetch(struct job *j)
{
	return iv_carrier_fetch(carriers, &j->flow, &j->run, &arena, j->which, IV_S("sid-1"), &j->st);
}

static struct job dial(enum iv_carrier which)
{
	return (struct job){.start = originate,
			    .o = {.carrier = which, .call_id = IV_S("call_1"), .tenant_id = IV_S("t"), .agent_id = IV_S("a"),
				  .from = IV_S("+15550001111"), .to = IV_S("+15550002222"), .voice_url = IV_S("https://x/v"),
				  .status_url = IV_S("https://x/s"), .ring_s = 30, .limit_s = 60}};
}

static struct job dialled(enum iv_carrier which)
{
	static struct job j;

	j = dial(which);
	begin(&j);
	wait_all();
	assert_int_equal(j.err.code, IV_OK);
	return j;
}

static void calls_take_turns(void **state)
{
	struct job jobs[10];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(jobs); i++) {
		jobs[i] = dial(IV_TWILIO);
		begin(&jobs[i]);
	}
	wait_all();
	assert_int_equal(far.count, 10);
	for (size_t i = 0; i < IV_COUNT(jobs); i++)
		assert_int_equal(jobs[i].a.placed, IV_PLACED);
	assert_true(far.at_us[9] - far.at_us[0] >= 9 * 50000 * 9 / 10); /* 20 a second */
}

static void who_would_wait_too_long_is_told_at_once(void **state)
{
	struct job jobs[45];
	int placed = 0;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(jobs); i++) {
		jobs[i] = dial(IV_TWILIO);
		begin(&jobs[i]);
	}
	assert_true(jobs[44].done);
	assert_true(jobs[44].a.placed == IV_NOT_PLACED && jobs[44].a.retry_after_s >= 2 && !jobs[44].a.for_good);
	assert_string_equal(jobs[44].a.why.ptr, "rate_limited");
	wait_all();
	for (size_t i = 0; i < IV_COUNT(jobs); i++)
		placed += jobs[i].a.placed == IV_PLACED;
	assert_int_equal(placed, far.count);
	assert_in_range(placed, 40, 42); /* two seconds at twenty */
}

static void begin_later(void *job)
{
	begin(job);
}

static void nothing_is_sent_before_retry_after_has_passed(void **state)
{
	struct job one = dial(IV_JAMBONZ), other = dial(IV_JAMBONZ);
	struct iv_timer t;

	(void)state;
	far.status[0] = 429;
	far.retry_after_s = 1;
	begin(&one);
	iv_timer_init(&t, loop, begin_later, &other);
	iv_timer_in_ms(&t, 300); /* when the answer has been heard: who is sent before that has done no wrong */
	wait_all();
	assert_true(one.a.placed == IV_PLACED && other.a.placed == IV_PLACED); /* one was asked again */
	assert_int_equal(far.count, 3);
	for (int i = 1; i < far.count; i++)
		assert_true(far.at_us[i] - far.at_us[0] >= 990000);
}

static void a_pause_longer_than_the_patience_is_told_to_all_who_wait(void **state)
{
	struct job jobs[3];

	(void)state;
	far.status[0] = 429;
	far.retry_after_s = 30;
	for (size_t i = 0; i < IV_COUNT(jobs); i++) {
		jobs[i] = dial(IV_TWILIO);
		begin(&jobs[i]);
	}
	wait_all();
	assert_int_equal(far.count, 1);
	for (size_t i = 0; i < IV_COUNT(jobs); i++)
		assert_true(jobs[i].a.placed == IV_NOT_PLACED && jobs[i].a.retry_after_s >= 29 && jobs[i].a.retry_after_s <= 31);
	assert_int_equal(dialled(IV_TWILIO).a.placed, IV_NOT_PLACED);
	assert_int_equal(far.count, 1);
	assert_int_equal(dialled(IV_JAMBONZ).a.placed, IV_PLACED); /* another carrier's pause is not ours */
}

static void the_breaker_opens_on_a_carrier_that_is_ill_and_on_nothing_else(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		far.status[far.count] = i % 2 ? 400 : 401;
		assert_int_equal(dialled(IV_TWILIO).a.placed, IV_NOT_PLACED);
	}
	assert_int_equal(dialled(IV_TWILIO).a.placed, IV_PLACED);
	for (int i = 0; i < 8; i++) { /* what Jambonz says to a bad number too */
		far.status[far.count] = 500;
		assert_int_equal(dialled(IV_JAMBONZ).a.placed, IV_MAYBE_PLACED);
	}
	assert_int_equal(dialled(IV_JAMBONZ).a.placed, IV_PLACED);
	for (int i = 0; i < 3; i++) {
		far.status[far.count] = 503;
		assert_int_equal(dialled(IV_TWILIO).a.placed, IV_MAYBE_PLACED);
	}
	int before = far.count;
	struct job j = dialled(IV_TWILIO);

	assert_true(j.a.placed == IV_NOT_PLACED && j.a.retry_after_s > 50 && far.count == before);
	assert_string_equal(j.a.why.ptr, "unavailable");
	/* A hang-up gets through. */
	j = (struct job){.start = hang_up, .which = IV_TWILIO};
	begin(&j);
	wait_all();
	assert_true(j.err.code == IV_OK && far.count == before + 1);
}

static void no_answer_in_time_is_doubt(void **state)
{
	(void)state;
	far.silent = true;
	struct job j = dialled(IV_TWILIO);

	assert_int_equal(j.a.placed, IV_MAYBE_PLACED);
	assert_string_equal(j.a.why.ptr, "timeout");
	assert_int_equal(far.count, 1); /* asked once */
}

static void who_is_cancelled_in_the_line_sends_nothing(void **state)
{
	struct job first = dial(IV_TWILIO), second = dial(IV_TWILIO), third = dial(IV_TWILIO);

	(void)state;
	begin(&first);
	begin(&second);
	begin(&third);
	iv_flow_cancel(second.running, IV_ECANCELED, "enough");
	wait_all();
	assert_true(second.done && second.err.code == IV_ECANCELED && second.run.job == NULL);
	assert_true(first.a.placed == IV_PLACED && third.a.placed == IV_PLACED && far.count == 2);
}

static void jambonz_hangs_up_what_rings_with_another_word(void **state)
{
	struct job j = {.start = hang_up, .which = IV_JAMBONZ};

	(void)state;
	far.status[0] = 422;
	far.status[1] = 202;
	begin(&j);
	wait_all();
	assert_int_equal(j.err.code, IV_OK);
	assert_string_equal(far.body[0], "{\"call_status\":\"completed\"}");
	assert_string_equal(far.body[1], "{\"call_status\":\"no-answer\"}");
	far.status[2] = far.status[3] = 422;
	j = (struct job){.start = hang_up, .which = IV_JAMBONZ};
	begin(&j);
	wait_all();
	assert_int_equal(j.err.code, IV_ECONFLICT);
	j = (struct job){.start = hang_up, .which = IV_ELEVENLABS};
	begin(&j);
	wait_all();
	assert_int_equal(j.err.code, IV_EUNSUPPORTED);
}

static void keys_are_pressed_one_after_the_other(void **state)
{
	struct job j = {.start = press, .which = IV_JAMBONZ, .text = IV_S("1w#")};

	(void)state;
	far.status[0] = far.status[1] = 202;
	begin(&j);
	wait_all();
	assert_true(j.err.code == IV_OK && far.count == 2);
	assert_string_equal(far.body[0], "{\"dtmf\":{\"digit\":\"1\",\"duration\":200}}");
	assert_string_equal(far.body[1], "{\"dtmf\":{\"digit\":\"#\",\"duration\":200}}");
	assert_true(far.at_us[1] - far.at_us[0] >= 700000); /* a gap, and half a second */
	j = (struct job){.start = press, .which = IV_TWILIO, .text = IV_S("1")};
	begin(&j);
	wait_all();
	assert_int_equal(j.err.code, IV_EUNSUPPORTED);
}

static void a_call_nobody_knows_is_not_known_and_no_answer_is_no_answer(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum iv_code code;
		bool known;
	} rows[] = {{200, "{\"sid\":\"sid-1\",\"status\":\"ringing\"}", IV_OK, true},
		    {404, "{}", IV_OK, false},
		    {500, "{}", IV_EUPSTREAM, false},
		    {429, "{}", IV_ERATE, false},
		    {200, "<html>", IV_EUPSTREAM, false}};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct job j = {.start = fetch, .which = IV_TWILIO};

		far.status[far.count] = rows[i].status;
		far.answer = rows[i].body;
		begin(&j);
		wait_all();
		if (j.err.code != rows[i].code || j.st.known != rows[i].known)
			fail_msg("row %zu: %d", i, (int)j.err.code);
	}
}

/* ── the configuration ── */

static void a_carrier_is_configured_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *rows[6][2];
		const char *missing; /* NULL: fine */
		bool jambonz, twilio;
	} cases[] = {
		{{{NULL, NULL}}, NULL, false, false},
		{{{"TWILIO_AUTH_TOKEN", "t"}}, NULL, false, false},
		{{{"JAMBONZ_ACCOUNT_SID", "a"}, {"JAMBONZ_APPLICATION_SID", "b"}}, NULL, false, false},
		{{{"TWILIO_ACCOUNT_SID", "AC"}, {"PUBLIC_BASE_URL", "https://x"}}, "TWILIO_AUTH_TOKEN", false, false},
		{{{"TWILIO_ACCOUNT_SID", "AC"}, {"TWILIO_AUTH_TOKEN", "t"}}, "PUBLIC_BASE_URL", false, false},
		{{{"TWILIO_ACCOUNT_SID", "AC"}, {"TWILIO_API_KEY", "SK"}, {"TWILIO_API_SECRET", "s"}, {"PUBLIC_BASE_URL", "https://x"}},
		 NULL, false, true},
		{{{"TWILIO_API_KEY", "SK"}, {"TWILIO_API_SECRET", "s"}}, "TWILIO_ACCOUNT_SID", false, false},
		{{{"TWILIO_API_SECRET", "s"}}, "TWILIO_API_KEY", false, false},
		{{{"JAMBONZ_TOKEN", "k"}, {"JAMBONZ_OUTCALL_URL", "https://j/v1/Accounts/9/Calls"}, {"PUBLIC_BASE_URL", "https://x"}},
		 NULL, true, false},
		{{{"JAMBONZ_TOKEN", "k"}, {"JAMBONZ_OUTCALL_URL", "https://j/v1/Accounts/9/8/Calls"}}, "JAMBONZ_OUTCALL_URL", false,
		 false},
		{{{"JAMBONZ_API_KEY", "k"}}, "JAMBONZ_API_URL", false, false},
		{{{"JAMBONZ_API_URL", "https://j/v1"}, {"JAMBONZ_API_KEY", "k"}}, "JAMBONZ_ACCOUNT_SID", false, false},
		{{{"JAMBONZ_API_URL", "ws://j"}, {"JAMBONZ_API_KEY", "k"}, {"JAMBONZ_ACCOUNT_SID", "a"}, {"PUBLIC_BASE_URL", "https://x"}},
		 "JAMBONZ_API_URL", false, false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++) {
		struct iv_err e = {0};
		struct iv_carriers *c;

		iv_config_free(&config);
		assert_true(read_config(cases[i].rows));
		c = iv_carriers_new(net, &config, &e);
		if (!c != (cases[i].missing != NULL) || (cases[i].missing && strcmp(e.field, cases[i].missing) != 0))
			fail_msg("case %zu: %s %s", i, e.field, e.msg);
		if (c && (iv_carriers_has(c, IV_JAMBONZ) != cases[i].jambonz || iv_carriers_has(c, IV_TWILIO) != cases[i].twilio))
			fail_msg("case %zu", i);
		iv_carriers_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)
		TEST(calls_take_turns),
		TEST(who_would_wait_too_long_is_told_at_once),
		TEST(nothing_is_sent_before_retry_after_has_passed),
		TEST(a_pause_longer_than_the_patience_is_told_to_all_who_wait),
		TEST(the_breaker_opens_on_a_carrier_that_is_ill_and_on_nothing_else),
		TEST(no_answer_in_time_is_doubt),
		TEST(who_is_cancelled_in_the_line_sends_nothing),
		TEST(jambonz_hangs_up_what_rings_with_another_word),
		TEST(keys_are_pressed_one_after_the_other),
		TEST(a_call_nobody_knows_is_not_known_and_no_answer_is_no_answer),
		TEST(a_carrier_is_configured_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
