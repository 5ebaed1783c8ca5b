/* Log lines: their form, their context, and what happens when nobody reads them. */
#include "check.h"

#include "iv_json.h"
#include "iv_log.h"
#include "iv_metrics.h"

static struct iv_buf taken;
static size_t appetite; /* bytes that the sink still takes */
static void (*inside)(void);

static size_t on_lines(void *arg, const char *lines, size_t n)
{
	size_t take = n < appetite ? n : appetite;
	void (*call)(void) = inside;

	(void)arg;
	inside = NULL;
	if (call)
		call();
	assert_true(iv_buf_add(&taken, lines, take));
	appetite -= take;
	return take;
}

static int set_up(void **state)
{
	(void)state;
	iv_buf_init(&taken, 64 << 20);
	appetite = SIZE_MAX;
	iv_log_set_sink(on_lines, NULL);
	iv_log_set_level(IV_INFO);
	iv_metrics_reset();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	appetite = SIZE_MAX;
	iv_log_flush();
	iv_buf_deinit(&taken);
	iv_log_set_sink(NULL, NULL);
	return 0;
}

/* Every taken line is one JSON object; returns how many there are. */
static size_t check_lines(void)
{
	struct iv_str rest = iv_buf_str(&taken), line;
	size_t n = 0;

	assert_true(rest.len == 0 || iv_str_ends(rest, IV_S("\n")));
	while (iv_str_split(&rest, '\n', &line)) {
		struct iv_err e = {0};
		cJSON *json = iv_json_parse(line, &e);

		if (!json)
			fail_msg("%s in %.*s", e.msg, IV_FMT(line));
		cJSON_Delete(json);
		n++;
	}
	return n;
}

static void a_line_is_one_json_object(void **state)
{
	struct iv_str line;

	(void)state;
	iv_info("call.started", IV_LS("leg", "bro\"wser\n"), IV_LI("ms", -12),
		IV_LV("empty", IV_STR_NULL), IV_LV("bad", IV_S("\xFF")));
	assert_int_equal(taken.len, 0); /* nothing is written before the app asks */
	iv_log_flush();
	assert_int_equal(check_lines(), 1);
	line = iv_buf_str(&taken);
	/* {"ts":"2026-01-02T03:04:05.678Z", */
	check_text((struct iv_str){line.ptr, 7}, "{\"ts\":\"");
	assert_true(line.ptr[11] == '-' && line.ptr[17] == 'T' && line.ptr[26] == '.');
	check_text((struct iv_str){line.ptr + 30, line.len - 30},
		   "Z\",\"level\":\"info\",\"event\":\"call.started\",\"leg\":\"bro\\\"wser\\n\","
		   "\"ms\":-12,\"empty\":\"\",\"bad\":\"\xEF\xBF\xBD\"}\n");
}

static void lines_below_the_level_are_not_formatted(void **state)
{
	(void)state;
	iv_debug("too.small", IV_LI("n", 1));
	iv_log_write(IV_DEBUG_LEVEL, "too.small", NULL, 0);
	iv_log_set_level(IV_WARN);
	iv_info("too.small", IV_LI("n", 1));
	iv_warn("warned", IV_LI("n", 1));
	iv_error("failed", IV_LI("n", 1));
	iv_log_flush();
	assert_int_equal(check_lines(), 2);
	check_holds(iv_buf_str(&taken), "\"level\":\"warn\",\"event\":\"warned\"");
	check_holds(iv_buf_str(&taken), "\"level\":\"error\",\"event\":\"failed\"");
	assert_int_equal(iv_log_level(), IV_WARN);
}

static void a_line_carries_the_contexts_around_it(void **state)
{
	struct iv_log_context call = {.call_id = "call_1", .trace_id = "4bf9", .turn = 2};
	struct iv_log_context request = {.request_id = "req_1", .trace_id = ""};

	(void)state;
	iv_log_push(&call);
	iv_log_push(&request);
	iv_info("both", IV_LI("n", 1));
	iv_log_pop(&request);
	iv_info("outer", IV_LI("n", 1));
	iv_log_pop(&call);
	iv_info("none", IV_LI("n", 1));
	iv_log_flush();
	check_holds(iv_buf_str(&taken), "\"event\":\"both\",\"call_id\":\"call_1\","
					"\"request_id\":\"req_1\",\"trace_id\":\"4bf9\",\"turn\":2,\"n\":1}");
	check_holds(iv_buf_str(&taken),
		    "\"event\":\"outer\",\"call_id\":\"call_1\",\"trace_id\":\"4bf9\",\"turn\":2,\"n\":1}");
	check_holds(iv_buf_str(&taken), "\"event\":\"none\",\"n\":1}");
}

static void a_partial_write_loses_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		iv_info("numbered", IV_LI("n", i));
	for (int i = 0; i < 100000 && (appetite = 7, iv_log_flush(), appetite == 0); i++)
		continue;
	assert_int_equal(check_lines(), 100);
	check_holds(iv_buf_str(&taken), "\"n\":99}\n");
}

static void a_full_ring_drops_lines_and_counts_them(void **state)
{
	uint64_t before = iv_log_dropped();
	size_t written = 10000, kept;

	(void)state;
	appetite = 0;
	for (size_t i = 0; i < written; i++)
		iv_info("numbered", IV_LI("n", i));
	iv_log_flush();
	assert_int_equal(taken.len, 0);
	kept = written - (size_t)(iv_log_dropped() - before);
	assert_in_range(kept, 1000, 4000); /* 256 KiB of lines of some 80 bytes */
	assert_true(iv_metric_get(IV_M_log_dropped_total, 0) == (double)(written - kept));
	appetite = SIZE_MAX;
	iv_log_flush();
	assert_int_equal(check_lines(), kept);
	iv_info("again", IV_LI("n", 1));
	iv_log_flush();
	assert_int_equal(check_lines(), kept + 1);
}

/* Lines of one length fill the room that whole taken lines left to the last byte: full must not
 * look like empty. */
static void a_ring_filled_to_the_byte_is_not_empty(void **state)
{
	uint64_t before;
	size_t len;

	(void)state;
	iv_info("same", IV_LI("n", 1));
	iv_log_flush();
	len = taken.len;
	appetite = 0;
	for (int i = 0; i < 100; i++)
		iv_info("same", IV_LI("n", 1));
	appetite = 50 * len;
	iv_log_flush();
	before = iv_log_dropped();
	for (int i = 0; i < 10000; i++)
		iv_info("same", IV_LI("n", 1));
	appetite = SIZE_MAX;
	iv_log_flush();
	assert_int_equal(check_lines(), 1 + 100 + 10000 - (size_t)(iv_log_dropped() - before));
}

static void the_ring_turns_for_ever_in_order(void **state)
{
	uint64_t before = iv_log_dropped();
	struct iv_str rest, line;
	long want = 0;

	(void)state;
	/* A reader that is always a little behind, in steps that fit no line, makes it wrap. */
	for (int i = 0; i < 60000; i++) {
		iv_info("numbered", IV_LI("n", i),
			IV_LV("pad", ((struct iv_str){"xxxxxxxxxxxxxxxxxxxx", (size_t)(i % 20)})));
		appetite = i < 1500 ? 0 : 101;
		iv_log_flush();
	}
	appetite = SIZE_MAX;
	iv_log_flush();
	assert_true(taken.len > 10 * 256 * 1024);
	rest = iv_buf_str(&taken);
	while (iv_str_split(&rest, '\n', &line)) {
		ptrdiff_t at = iv_str_find(line, IV_S("\"n\":"), 0);

		assert_true(at > 0);
		assert_true(strtol(line.ptr + at + 4, NULL, 10) >= want);
		want = strtol(line.ptr + at + 4, NULL, 10) + 1;
	}
	assert_int_equal(check_lines(), 60000 - (size_t)(iv_log_dropped() - before));
}

static void a_long_value_is_cut_and_a_long_line_keeps_its_event(void **state)
{
	static char big[100000];
	struct iv_str v = {big, sizeof(big)};

	(void)state;
	memset(big, 'x', sizeof(big));
	iv_info("long.value", IV_LV("v", v));
	memset(big, 1, sizeof(big)); /* six characters each when escaped */
	iv_info("long.line", IV_LV("a", v), IV_LV("b", v));
	iv_log_flush();
	assert_int_equal(check_lines(), 2);
	assert_true(taken.len < 2000);
	check_holds(iv_buf_str(&taken), "\"event\":\"long.line\"}\n");
}

static void log_inside(void)
{
	iv_info("inner", IV_LI("n", 1));
	iv_log_flush();
}

static void a_sink_may_log(void **state)
{
	(void)state;
	inside = log_inside;
	iv_info("outer", IV_LI("n", 1));
	iv_log_flush();
	assert_int_equal(check_lines(), 2);
	check_holds(iv_buf_str(&taken), "inner");
}

int main(void)
{
#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		LOG_TEST(a_line_is_one_json_object),
		LOG_TEST(lines_below_the_level_are_not_formatted),
		LOG_TEST(a_line_carries_the_contexts_around_it),
		LOG_TEST(a_partial_write_loses_nothing),
		LOG_TEST(a_full_ring_drops_lines_and_counts_them),
		LOG_TEST(a_ring_filled_to_the_byte_is_not_empty),
		LOG_TEST(the_ring_turns_for_ever_in_order),
		LOG_TEST(a_long_value_is_cut_and_a_long_line_keeps_its_event),
		LOG_TEST(a_sink_may_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
