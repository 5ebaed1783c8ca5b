/* Asking a model, through everything a provider can do wrong. */
#include "far.h"

#define CHUNK(content) \
	"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" content "\"}}]}\n\n"
#define STOP "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n"
#define DONE "data: [DONE]\n\n"
#define TOOL                                                                                      \
	"data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\"," \
	"\"function\":{\"name\":\"lookup\",\"arguments\":\"{\\\"id\\\":42}\"}}]}}]}\n\n"
#define SSE "text/event-stream"

/* What happened, as one line. */
struct heard {
	struct iv_buf log;
	struct iv_llm *llm;
	struct heard *other; /* cancelled together with this one */
	bool stop_at_delta, cancel_at_delta, cancel_at_tool, cancel_at_switch, ended;
};

static void write_down(struct heard *h, const char *fmt, ...) IV_PRINTF(2, 3);
static void write_down(struct heard *h, const char *fmt, ...)
{
	va_list ap;
	assert_false(h->ended);
	va_start(ap, fmt);
	assert_true(iv_buf_vprintf(&h->log, fmt, ap));
	va_end(ap);
}

static void cancel(struct heard *h)
{
	iv_llm_cancel(h->llm);
	h->ended = true;
	if (h->other) {
		iv_llm_cancel(h->other->llm);
		h->other->ended = true;
	}
	iv_loop_stop(loop);
}

static void on_delta(void *arg, struct iv_str text)
{
	struct heard *h = arg;
	write_down(h, "%.*s|", IV_FMT(text));
	if (h->cancel_at_delta)
		cancel(h);
	else if (h->stop_at_delta)
		iv_loop_stop(loop);
}

static void on_tool(void *arg, struct iv_str id, struct iv_str name, struct iv_str args)
{
	write_down(arg, "tool %.*s %.*s %.*s|", IV_FMT(id), IV_FMT(name), IV_FMT(args));
	if (((struct heard *)arg)->cancel_at_tool)
		cancel(arg);
}

static void on_done(void *arg, int64_t in, int64_t out)
{
	write_down(arg, "done %lld %lld", (long long)in, (long long)out);
	((struct heard *)arg)->ended = true;
	iv_loop_stop(loop);
}

static void on_switched(void *arg, const char *provider, const char *reason)
{
	write_down(arg, "%s: %s|", provider, reason);
	if (((struct heard *)arg)->cancel_at_switch)
		cancel(arg);
}

static void on_failed(void *arg, const char *reason)
{
	write_down(arg, "failed %s", reason);
	((struct heard *)arg)->ended = true;
	iv_loop_stop(loop);
}

static const struct iv_llm_events events = {on_delta, on_tool, on_done, on_switched, on_failed};

static void begin(struct heard *h, const struct iv_strs *list)
{
	struct iv_llm_opts o = {.list = list,
				.model = IV_S("first-model"),
				.temperature = -1,
				.messages_json = IV_S("[{\"role\":\"user\",\"content\":\"hi\"}]"),
				.tools_json = IV_S("[]")};
	iv_buf_init(&h->log, 4096);
	h->llm = iv_llm_ask(providers, &o, &events, h);
	assert_int_equal(h->log.len, 0);
}

static void expect(struct heard *h, const char *log)
{
	BUF_IS(&h->log, log);
	iv_buf_deinit(&h->log);
}

static void ask(const char *log)
{
	struct heard h = {.ended = false};
	begin(&h, NULL);
	far_run();
	expect(&h, log);
}

static void ask_aside(const char *log)
{
	struct heard h = {.ended = false};
	struct iv_llm_opts o = {.temperature = 0,
				.messages_json = IV_S("[{\"role\":\"user\",\"content\":\"hi\"}]"),
				.tools_json = IV_S("[]"),
				.response_json = IV_S("{\"type\":\"json_object\"}"),
				.first_ms = 80,
				.aside = true};
	iv_buf_init(&h.log, 4096);
	h.llm = iv_llm_ask(providers, &o, &events, &h);
	far_run();
	expect(&h, log);
}

static const struct far_script good = {200, SSE, CHUNK("Hello") CHUNK(" there.") STOP USAGE DONE, 0,
				       FAR_END};
static const struct far_script other = {200, SSE, CHUNK("Other.") STOP USAGE DONE, 0, FAR_END};

static void an_answer_comes_in_pieces(void **state)
{
	(void)state;
	far_a.script = good;
	ask("Hello| there.|done 9 4");
	assert_string_equal(far_a.key, "Bearer key-oa");
	assert_string_equal(far_a.target, "/a/chat/completions?");
	assert_non_null(strstr(far_a.body, "\"model\":\"first-model\""));
	assert_non_null(strstr(far_a.body, "\"max_tokens\":250"));
	assert_null(strstr(far_a.body, "\"tools\""));
	assert_int_equal(far_b.requests, 0);
	assert_true(far_count("llm_ok") == 1);
}

/* Everything that must make the second provider take over unnoticed. */
static const struct {
	const char *what, *log;
	struct far_script script;
} replaced[] = {
	{"unauthorized", "openai-2: unauthorized|Other.|done 9 4", {401, NULL, NULL, 0, FAR_END}},
	{"forbidden", "openai-2: unauthorized|Other.|done 9 4", {403, NULL, NULL, 0, FAR_END}},
	{"no such model", "openai-2: refused|Other.|done 9 4", {404, NULL, NULL, 0, FAR_END}},
	{"bad request", "openai-2: refused|Other.|done 9 4", {400, NULL, NULL, 0, FAR_END}},
	{"rate limit", "openai-2: rate_limited|Other.|done 9 4", {429, NULL, NULL, 0, FAR_END}},
	{"server error", "openai-2: server_error|Other.|done 9 4", {500, NULL, NULL, 0, FAR_END}},
	{"redirect", "openai-2: refused|Other.|done 9 4", {302, NULL, NULL, 0, FAR_END}},
	{"no answer", "openai-2: timeout|Other.|done 9 4", {0, NULL, NULL, 0, FAR_HANG}},
	{"silence behind 200", "openai-2: timeout|Other.|done 9 4", {200, SSE, NULL, 0, FAR_HANG}},
	{"comments only",
	 "openai-2: timeout|Other.|done 9 4",
	 {200, SSE, ": ping\n\n: ping\n\n", 0, FAR_HANG}},
	{"empty tokens only",
	 "openai-2: timeout|Other.|done 9 4",
	 {200, SSE, CHUNK("") CHUNK(""), 0, FAR_HANG}},
	{"thinking only",
	 "openai-2: timeout|Other.|done 9 4",
	 {200, SSE, CHUNK("<think>well"), 0, FAR_HANG}},
	{"not JSON",
	 "openai-2: garbage|Other.|done 9 4",
	 {200, SSE, "data: {oops\n\n", 0, FAR_HANG}},
	{"a page",
	 "openai-2: garbage|Other.|done 9 4",
	 {200, "text/html", "<html></html>", 0, FAR_END}},
	{"nothing", "openai-2: garbage|Other.|done 9 4", {200, SSE, "\n", 0, FAR_END}},
	{"error inside",
	 "openai-2: rate_limited|Other.|done 9 4",
	 {200, SSE, "data: {\"error\":{\"code\":\"rate_limit_exceeded\"}}\n\n", 0, FAR_END}},
	{"cut before text", "openai-2: cut|Other.|done 9 4", {200, SSE, CHUNK(""), 0, FAR_END}},
	{"connection cut", "openai-2: cut|Other.|done 9 4", {200, SSE, CHUNK(""), 0, FAR_CUT}},
	{"half a tool call",
	 "openai-2: garbage|Other.|done 9 4",
	 {200, SSE,
	  "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{"
	  "\"name\":\"f\",\"arguments\":\"{\\\"x\"}}]},\"finish_reason\":\"length\"}]}\n\n" DONE,
	  0, FAR_END}},
};

static void the_next_takes_over_while_nothing_was_given(void **state)
{
	(void)state;
	far_b.script = other;
	providers->items[2].breakers[IV_LLM].threshold = 1000;
	for (size_t i = 0; i < IV_COUNT(replaced); i++) {
		far_a.script = replaced[i].script;
		ask(replaced[i].log);
		assert_int_equal(far_b.requests, i + 1);
	}
	assert_string_equal(far_b.key, "");
	assert_non_null(strstr(far_b.body, "\"model\":\"second-model\""));
	assert_true(far_count("llm_error") == (double)IV_COUNT(replaced));
	assert_true(iv_metric_get(IV_M_provider_failovers_total, IV_LLM) ==
		    (double)IV_COUNT(replaced));
}

/* What is an answer, although it looks odd, and what breaks when something was given already. */
static const struct {
	const char *what, *log;
	struct far_script script;
} alone[] = {
	{"only a tool call",
	 "tool c1 lookup {\"id\":42}|done 9 4",
	 {200, SSE, TOOL STOP USAGE DONE, 0, FAR_END}},
	{"text and a tool call",
	 "Wait.|tool c1 lookup {\"id\":42}|done 9 4",
	 {200, SSE, CHUNK("Wait.") TOOL STOP USAGE DONE, 0, FAR_END}},
	{"an empty answer", "done 9 4", {200, SSE, CHUNK("") STOP USAGE DONE, 0, FAR_END}},
	{"no end mark", "Hi|done 9 4", {200, SSE, CHUNK("Hi") STOP USAGE, 0, FAR_END}},
	{"no finish reason", "Hi|done 9 4", {200, SSE, CHUNK("Hi") USAGE DONE, 0, FAR_END}},
	{"end mark without a blank line",
	 "Hi|done 9 4",
	 {200, SSE, CHUNK("Hi") USAGE "data: [DONE]", 0, FAR_END}},
	{"finished, then cut", "Hi|done 9 4", {200, SSE, CHUNK("Hi") STOP USAGE, 0, FAR_CUT}},
	{"finished, then silence", "Hi|done 9 4", {200, SSE, CHUNK("Hi") STOP USAGE, 0, FAR_HANG}},
	{"done, then silence", "Hi|done 9 4", {200, SSE, CHUNK("Hi") STOP USAGE DONE, 0, FAR_HANG}},
	{"no usage: 33 bytes asked, 6 answered",
	 "Hi|done 9 1",
	 {200, SSE, CHUNK("Hi") STOP DONE, 0, FAR_END}},
	{"a blank is a token",
	 "Hi| |you|done 9 4",
	 {200, SSE, CHUNK("Hi") CHUNK(" ") CHUNK("you") STOP USAGE DONE, 0, FAR_END}},
	{"cut behind text", "Hi|failed cut", {200, SSE, CHUNK("Hi"), 0, FAR_END}},
	{"connection cut behind text", "Hi|failed cut", {200, SSE, CHUNK("Hi"), 0, FAR_CUT}},
	{"stalled behind text", "Hi|failed stalled", {200, SSE, CHUNK("Hi"), 0, FAR_HANG}},
	{"garbage behind text",
	 "Hi|failed garbage",
	 {200, SSE, CHUNK("Hi") "data: x\n\n", 0, FAR_END}},
	{"error behind text",
	 "Hi|failed server_error",
	 {200, SSE, CHUNK("Hi") "data: {\"error\":{}}\n\n", 0, FAR_END}},
};

static void odd_answers_are_answers_and_broken_ones_are_not_begun_again(void **state)
{
	(void)state;
	far_b.script = other;
	providers->times.llm_linger_ms = 100;
	for (size_t i = 0; i < IV_COUNT(alone); i++) {
		far_a.script = alone[i].script;
		ask(alone[i].log);
		assert_int_equal(far_b.requests, 0);
	}
}

static void the_list_can_be_out(void **state)
{
	(void)state;
	far_a.script = (struct far_script){500, NULL, NULL, 0, FAR_END};
	far_b.script = (struct far_script){429, NULL, NULL, 0, FAR_END};
	ask("openai-2: server_error|failed rate_limited");
}

static void the_list_may_be_the_callers(void **state)
{
	(void)state;
	struct iv_str names[] = {IV_S("nobody"), IV_S("openai-2")};
	struct iv_strs list = {names, 2};
	struct heard h = {.ended = false};
	far_b.script = other;
	begin(&h, &list);
	far_run();
	expect(&h, "Other.|done 9 4");
	assert_int_equal(far_a.requests, 0);
	list.count = 1;
	h = (struct heard){.ended = false};
	begin(&h, &list);
	far_run();
	expect(&h, "failed refused");
}

static void an_open_breaker_is_walked_around_and_recovers(void **state)
{
	(void)state;
	far_a.script = (struct far_script){500, NULL, NULL, 0, FAR_END};
	far_b.script = other;
	for (int i = 0; i < 5; i++)
		ask("openai-2: server_error|Other.|done 9 4");
	assert_true(iv_metric_get(IV_M_provider_breaker_open, IV_LLM) == 1);
	ask("Other.|done 9 4");
	assert_int_equal(far_a.requests, 5);
	far_run_ms(320);
	far_a.script = good;
	ask("Hello| there.|done 9 4");
	assert_true(iv_metric_get(IV_M_provider_breaker_open, IV_LLM) == 0);
	/* What is wrong with our request is no reason to shut the provider for others. */
	far_a.script = (struct far_script){400, NULL, NULL, 0, FAR_END};
	for (int i = 0; i < 6; i++)
		ask("openai-2: refused|Other.|done 9 4");
	assert_int_equal(far_a.requests, 12);
}

static void cancel_closes_the_stream_at_the_server(void **state)
{
	(void)state;
	struct heard h = {.stop_at_delta = true};
	far_a.script = (struct far_script){200, SSE, CHUNK("Hi"), 0, FAR_HANG};
	begin(&h, NULL);
	far_run();
	iv_llm_cancel(h.llm);
	h.ended = true;
	far_run_ms(100);
	expect(&h, "Hi|");
	assert_int_equal(far_a.gone, 1);
	assert_true(far_count("llm_cancelled") == 1);
}

static void cancel_before_anything_happened_is_silent(void **state)
{
	(void)state;
	struct heard h = {.ended = false};
	far_a.script = good;
	begin(&h, NULL);
	iv_llm_cancel(h.llm);
	h.ended = true;
	far_run_ms(100);
	expect(&h, "");
	assert_true(far_count("llm_cancelled") == 1);
}

static void a_callback_may_cancel_its_own_stream(void **state)
{
	(void)state;
	struct heard h = {.cancel_at_delta = true};
	far_a.script = good;
	begin(&h, NULL);
	far_run();
	far_run_ms(50);
	expect(&h, "Hello|");
	h = (struct heard){.cancel_at_tool = true};
	far_a.script = alone[0].script;
	begin(&h, NULL);
	far_run();
	far_run_ms(50);
	expect(&h, "tool c1 lookup {\"id\":42}|");
	h = (struct heard){.cancel_at_switch = true};
	far_a.script = (struct far_script){500, NULL, NULL, 0, FAR_END};
	begin(&h, NULL);
	far_run();
	far_run_ms(50);
	expect(&h, "openai-2: server_error|");
}

/* The connection of an answer that is over is used again; nobody has to wait for the end mark. */
static void connections_are_kept_behind_the_end_mark(void **state)
{
	(void)state;
	far_a.script = good;
	for (int i = 0; i < 4; i++) {
		ask("Hello| there.|done 9 4");
		far_run_ms(20);
	}
	assert_int_equal(iv_http_connections(server), 1);
}

static void one_stream_may_cancel_another(void **state)
{
	(void)state;
	struct heard one = {.cancel_at_delta = true}, two = {.cancel_at_delta = true};
	one.other = &two;
	two.other = &one;
	far_a.script = (struct far_script){200, SSE, CHUNK("Hi"), 0, FAR_HANG};
	begin(&one, NULL);
	begin(&two, NULL);
	far_run();
	far_run_ms(100);
	assert_int_equal(one.log.len + two.log.len, 3); /* whoever came first */
	assert_int_equal(far_a.gone, 2);
	iv_buf_deinit(&one.log);
	iv_buf_deinit(&two.log);
}

static void what_nobody_waits_for_leaves_the_breakers_alone(void **state)
{
	(void)state;
	far_a.script = (struct far_script){0, NULL, NULL, 0, FAR_HANG};
	far_b.script = (struct far_script){429, NULL, NULL, 0, FAR_END};
	for (int i = 0; i < 6; i++)
		ask_aside("openai-2: timeout|failed rate_limited");
	assert_int_equal(far_a.requests, 6); /* more often than a breaker bears */
	assert_non_null(strstr(far_a.body, "\"response_format\":{\"type\":\"json_object\"}"));
	far_a.script = good;
	ask("Hello| there.|done 9 4");
	/* And asks nobody who is left alone, not even as the one try that decides. */
	far_a.script = far_b.script = (struct far_script){500, NULL, NULL, 0, FAR_END};
	for (int i = 0; i < 5; i++)
		ask("openai-2: server_error|failed server_error");
	far_run_ms(320);
	far_a.script = good;
	far_a.requests = far_b.requests = 0;
	ask_aside("failed refused");
	assert_int_equal(far_a.requests + far_b.requests, 0);
	ask("Hello| there.|done 9 4");
	ask_aside("Hello| there.|done 9 4");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(an_answer_comes_in_pieces),
		T(the_next_takes_over_while_nothing_was_given),
		T(odd_answers_are_answers_and_broken_ones_are_not_begun_again),
		T(the_list_can_be_out),
		T(the_list_may_be_the_callers),
		T(an_open_breaker_is_walked_around_and_recovers),
		T(what_nobody_waits_for_leaves_the_breakers_alone),
		T(cancel_closes_the_stream_at_the_server),
		T(cancel_before_anything_happened_is_silent),
		T(a_callback_may_cancel_its_own_stream),
		T(connections_are_kept_behind_the_end_mark),
		T(one_stream_may_cancel_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
