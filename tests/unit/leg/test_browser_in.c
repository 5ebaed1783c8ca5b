/* Client messages: every type, every field, every bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "iv_browser.h"

#define FIFTY "01234567890123456789012345678901234567890123456789"

static bool parse(const char *json, struct iv_client_message *m, struct iv_arena *a,
		  struct iv_err *e)
{
	*e = (struct iv_err){0};
	return iv_client_parse(iv_str(json), m, a, e);
}

static void want(const char *json, struct iv_client_message *m, struct iv_arena *a)
{
	struct iv_err e;

	if (!parse(json, m, a, &e))
		fail_msg("refused: %s: %s: %s", json, e.field, e.msg);
}

static void every_type_is_read(void **state)
{
	struct iv_client_message m;
	struct iv_arena a;

	(void)state;
	iv_arena_init(&a, 1 << 20);
	want("{\"t\":\"start\",\"callId\":\"c1\",\"agentId\":\"a1\",\"locale\":\"en-IN\"}", &m, &a);
	assert_int_equal(m.type, IV_CL_START);
	assert_string_equal(m.call_id.ptr, "c1");
	assert_string_equal(m.agent_id.ptr, "a1");
	assert_string_equal(m.locale.ptr, "en-IN");
	want("{\"t\":\"start\"}", &m, &a);
	assert_null(m.call_id.ptr);
	assert_null(m.agent_id.ptr);

	want("{\"t\":\"audio\",\"pcm16\":\"AQA=\",\"seq\":9}", &m, &a);
	assert_int_equal(m.type, IV_CL_AUDIO);
	assert_string_equal(m.pcm16.ptr, "AQA=");
	assert_int_equal(m.seq, 9);
	want("{\"t\":\"audio\",\"pcm16\":\"AQA=\"}", &m, &a);
	assert_int_equal(m.seq, -1);

	want("{\"t\":\"dtmf.send\",\"digits\":\"0123456789*#ABCDw\"}", &m, &a);
	assert_int_equal(m.type, IV_CL_DTMF_SEND);
	assert_string_equal(m.digits.ptr, "0123456789*#ABCDw");
	assert_int_equal(m.method, 0);
	want("{\"t\":\"dtmf.send\",\"digits\":\"5\",\"method\":\"info\"}", &m, &a);
	assert_int_equal(m.method, 1);

	want("{\"t\":\"transfer\",\"to\":\"+15550100\"}", &m, &a);
	assert_int_equal(m.type, IV_CL_TRANSFER);
	assert_string_equal(m.to.ptr, "+15550100");
	assert_int_equal(m.mode, 0);
	want("{\"t\":\"transfer\",\"to\":\"sip:a@b\",\"mode\":\"attended\"}", &m, &a);
	assert_int_equal(m.mode, 1);

	want("{\"t\":\"tool.result\",\"id\":\"t1\",\"result\":{\"a\": [1, 2]}}", &m, &a);
	assert_int_equal(m.type, IV_CL_TOOL_RESULT);
	assert_string_equal(m.id.ptr, "t1");
	assert_string_equal(m.result.ptr, "{\"a\":[1,2]}");
	want("{\"t\":\"tool.result\",\"id\":\"t1\",\"result\":null}", &m, &a);
	assert_string_equal(m.result.ptr, "null");
	want("{\"t\":\"tool.result\",\"id\":\"t1\",\"result\":\"done\"}", &m, &a);
	assert_string_equal(m.result.ptr, "\"done\"");

	want("{\"t\":\"pause\",\"timestamp\":1700000000123}", &m, &a);
	assert_int_equal(m.type, IV_CL_PAUSE);
	assert_true(m.timestamp == 1700000000123.0);
	want("{\"t\":\"resume\"}", &m, &a);
	assert_int_equal(m.type, IV_CL_RESUME);
	assert_true(m.timestamp == 0);
	want("{\"t\":\"ping\",\"timestamp\":1.5}", &m, &a);
	assert_int_equal(m.type, IV_CL_PING);
	assert_true(m.timestamp == 1.5);

	want("{\"t\":\"config\",\"config\":{\"llm\":{\"temperature\":0.5}}}", &m, &a);
	assert_int_equal(m.type, IV_CL_CONFIG);
	assert_string_equal(m.config.ptr, "{\"llm\":{\"temperature\":0.5}}");

	want("{\"t\":\"user.text\",\"text\":\"h\\u00e9llo\"}", &m, &a);
	assert_int_equal(m.type, IV_CL_TEXT);
	assert_string_equal(m.text.ptr, "h\xc3\xa9llo");
	iv_arena_deinit(&a);
}

static void unknown_members_and_nulls_are_as_good_as_absent(void **state)
{
	struct iv_client_message m;
	struct iv_arena a;

	(void)state;
	iv_arena_init(&a, 1 << 16);
	want("{\"t\":\"start\",\"sdk\":{\"v\":1},\"agentId\":\"a1\",\"callId\":null,\"locale\":"
	     "null,\"x\":[]}",
	     &m, &a);
	assert_string_equal(m.agent_id.ptr, "a1");
	assert_null(m.call_id.ptr);
	want("{\"method\":null,\"digits\":\"5\",\"t\":\"dtmf.send\",\"timestamp\":\"later\"}", &m,
	     &a);
	assert_int_equal(m.method, 0);
	iv_arena_deinit(&a);
}

static void malformed_messages_are_refused_by_field(void **state)
{
	static const struct {
		const char *json, *field;
	} rows[] = {
		{"", "text"},
		{"7", "text"},
		{"{\"t\":\"ping\"}}", "text"},
		{"{}", "t"},
		{"{\"t\":\"stop\"}", "t"},
		{"{\"t\":[\"ping\"]}", "t"},
		{"{\"t\":\"start\",\"callId\":5}", "callId"},
		{"{\"t\":\"start\",\"agentId\":{}}", "agentId"},
		{"{\"t\":\"start\",\"agentId\":\"" FIFTY FIFTY FIFTY "\"}", "agentId"},
		{"{\"t\":\"start\",\"locale\":\"" FIFTY "\"}", "locale"},
		{"{\"t\":\"audio\"}", "pcm16"},
		{"{\"t\":\"audio\",\"pcm16\":[1]}", "pcm16"},
		{"{\"t\":\"audio\",\"pcm16\":\"\",\"seq\":-1}", "seq"},
		{"{\"t\":\"audio\",\"pcm16\":\"\",\"seq\":0.5}", "seq"},
		{"{\"t\":\"dtmf.send\"}", "digits"},
		{"{\"t\":\"dtmf.send\",\"digits\":null}", "digits"},
		{"{\"t\":\"dtmf.send\",\"digits\":5}", "digits"},
		{"{\"t\":\"dtmf.send\",\"digits\":\"\"}", "digits"},
		{"{\"t\":\"dtmf.send\",\"digits\":\"12a\"}", "digits"},
		{"{\"t\":\"dtmf.send\",\"digits\":\"1 2\"}", "digits"},
		{"{\"t\":\"dtmf.send\",\"digits\":\"" FIFTY FIFTY "\"}", "digits"},
		{"{\"t\":\"dtmf.send\",\"digits\":\"5\",\"method\":\"inband\"}", "method"},
		{"{\"t\":\"dtmf.send\",\"digits\":\"5\",\"method\":1}", "method"},
		{"{\"t\":\"transfer\"}", "to"},
		{"{\"t\":\"transfer\",\"to\":\"\"}", "to"},
		{"{\"t\":\"transfer\",\"to\":15550100}", "to"},
		{"{\"t\":\"transfer\",\"to\":\"x\",\"mode\":\"warm\"}", "mode"},
		{"{\"t\":\"tool.result\",\"result\":{}}", "id"},
		{"{\"t\":\"tool.result\",\"id\":7,\"result\":{}}", "id"},
		{"{\"t\":\"tool.result\",\"id\":\"t1\"}", "result"},
		{"{\"t\":\"pause\",\"timestamp\":\"now\"}", "timestamp"},
		{"{\"t\":\"resume\",\"timestamp\":-1}", "timestamp"},
		{"{\"t\":\"ping\",\"timestamp\":{}}", "timestamp"},
		{"{\"t\":\"config\"}", "config"},
		{"{\"t\":\"config\",\"config\":null}", "config"},
		{"{\"t\":\"config\",\"config\":[1]}", "config"},
		{"{\"t\":\"config\",\"config\":\"{}\"}", "config"},
		{"{\"t\":\"user.text\"}", "text"},
		{"{\"t\":\"user.text\",\"text\":\"\"}", "text"},
		{"{\"t\":\"user.text\",\"text\":[\"a\"]}", "text"},
	};
	struct iv_arena a;

	(void)state;
	iv_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_client_message m;
		struct iv_err e;

		if (parse(rows[i].json, &m, &a, &e))
			fail_msg("taken: %s", rows[i].json);
		if (strcmp(e.field, rows[i].field) != 0)
			fail_msg("%s: field %s, not %s", rows[i].json, e.field, rows[i].field);
		assert_true(e.msg[0] != '\0');
	}
	iv_arena_deinit(&a);
}

static void the_memory_of_a_message_is_bounded(void **state)
{
	struct iv_client_message m;
	struct iv_arena a;
	struct iv_err e;

	(void)state;
	iv_arena_init(&a, 16);
	assert_false(parse("{\"t\":\"user.text\",\"text\":\"" FIFTY "\"}", &m, &a, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	iv_arena_deinit(&a);
}

static void names_and_shapes_stand_side_by_side(void **state)
{
	(void)state;
	for (int i = 0; i < IV_CL_TYPES; i++) {
		assert_non_null(iv_client_names[i]);
		assert_non_null(iv_client_shapes[i]);
		for (const struct iv_field *f = iv_client_shapes[i]->fields; f->kind != IV_F_END;
		     f++)
			assert_true(f->doc && f->doc[0]);
	}
	assert_null(iv_client_names[IV_CL_TYPES]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(unknown_members_and_nulls_are_as_good_as_absent),
		cmocka_unit_test(malformed_messages_are_refused_by_field),
		cmocka_unit_test(the_memory_of_a_message_is_bounded),
		cmocka_unit_test(names_and_shapes_stand_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
