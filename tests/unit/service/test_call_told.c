/* call_ending.c: lines of a call's timeline as the events that subscribers read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "../../../src/service/calls_priv.h"
#include "iv_webhook_event.h"

struct told {
	struct iv_arena arena;
	struct iv_event_enqueue_in in;
	union {
		struct iv_event_asr_final final;
		struct iv_event_tool_call tool;
	} event;
	bool ok;
};

static struct told tell(const char *kind, const char *payload, bool redact)
{
	const struct iv_call_line line = {.tenant_id = IV_S("tnt_1"),
					  .call_id = IV_S("call_1"),
					  .seq = 7,
					  .wall_ms = 1732190645678,
					  .kind = iv_str(kind),
					  .payload = iv_str(payload),
					  .redact = redact};
	struct told t = {0};
	struct iv_err e = {0};
	struct iv_buf b;
	cJSON *json;

	iv_buf_init(&b, TELLING_BYTES);
	iv_arena_init(&t.arena, TELLING_BYTES);
	t.ok = ending_event(&b, &t.arena, &line, &t.in);
	iv_buf_deinit(&b);
	if (!t.ok)
		return t;
	json = iv_json_parse(t.in.payload, NULL);
	assert_non_null(json);
	if (!iv_shape_read(iv_webhook_type(t.in.type)->shape, json, &t.event, &t.arena, &e))
		fail_msg("%s %s", e.field, e.msg);
	cJSON_Delete(json);
	return t;
}

static void is(struct iv_str s, const char *text)
{
	assert_true(iv_str_eq(s, iv_str(text)));
}

static void what_was_said_is_told_masked(void **state)
{
	struct told t = tell("stt.final", "{\"text\":\"card 4111 1111 1111 1111, call 98765 43210\",\"confidence\":0.75}", true);

	(void)state;
	assert_true(t.ok);
	is(t.in.type, "asr.final");
	is(t.in.dedup, "asr.final:call_1:7");
	is(t.event.final.text, "card [CARD], call [PHONE]");
	is(t.event.final.head.event_id, t.in.id.ptr);
	is(t.event.final.head.timestamp, "2024-11-21T12:04:05.678Z");
	assert_int_equal(t.event.final.head.seq, 7);
	assert_true(t.event.final.confidence > 0.74 && t.event.final.confidence < 0.76);
	iv_arena_deinit(&t.arena);
}

static void a_tenant_that_wants_it_plain_gets_it_plain(void **state)
{
	struct told t = tell("stt.final", "{\"text\":\"card 4111 1111 1111 1111\"}", false);

	(void)state;
	is(t.event.final.text, "card 4111 1111 1111 1111");
	iv_arena_deinit(&t.arena);
}

static void each_end_of_a_tool_is_told(void **state)
{
	static const struct {
		const char *kind, *payload, *outcome;
		bool ok;
		int ms;
	} rows[] = {
		{"tool.succeeded", "{\"turn\":3,\"name\":\"weather\",\"id\":\"c1\",\"latencyMs\":\"120\"}", "succeeded", true, 120},
		{"tool.failed", "{\"turn\":3,\"name\":\"weather\",\"id\":\"c1\",\"latencyMs\":\"7\"}", "failed", false, 7},
		{"tool.cancelled", "{\"turn\":3,\"name\":\"weather\",\"id\":\"c1\"}", "cancelled", false, 0},
		{"tool.refused", "{\"turn\":3,\"name\":\"weather\",\"id\":\"c1\",\"rule\":\"too many\"}", "refused", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct told t = tell(rows[i].kind, rows[i].payload, true);

		assert_true(t.ok);
		is(t.in.type, "agent.tool_call");
		is(t.event.tool.name, "weather");
		is(t.event.tool.tool_call_id, "c1");
		is(t.event.tool.outcome, rows[i].outcome);
		assert_int_equal(t.event.tool.ok, rows[i].ok);
		assert_int_equal(t.event.tool.latency_ms, rows[i].ms);
		assert_int_equal(t.event.tool.turn, 3);
		assert_int_equal(t.event.tool.reason.ptr != NULL, i == 3);
		iv_arena_deinit(&t.arena);
	}
}

static void other_lines_are_no_events(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct told t = tell(((const char *[]){"turn.closed", "tool.", "stt.partial"})[i], "{}", true);

		assert_false(t.ok);
		iv_arena_deinit(&t.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_is_told_masked),
		cmocka_unit_test(a_tenant_that_wants_it_plain_gets_it_plain),
		cmocka_unit_test(each_end_of_a_tool_is_told),
		cmocka_unit_test(other_lines_are_no_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
