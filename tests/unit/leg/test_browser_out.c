/* Server messages, whole, as they go over the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "iv_browser.h"

static const struct iv_stamp numbered = {12.3456, 1700000000123, 7};
static const struct iv_stamp loose = {0, 1700000000123, 0};

static void check(struct iv_buf *b, bool ok, const char *want)
{
	cJSON *tree;

	assert_true(ok);
	assert_int_equal(b->len, strlen(want));
	assert_memory_equal(b->ptr, want, b->len);
	tree = iv_json_parse(iv_buf_str(b), NULL);
	assert_non_null(tree);
	cJSON_Delete(tree);
	iv_buf_clear(b);
}

#define NUMBERED ",\"ts\":12.346,\"timestamp\":1700000000123,\"n\":7}"
#define LOOSE ",\"ts\":0,\"timestamp\":1700000000123}"

static void every_message_is_written(void **state)
{
	static const struct iv_turn_stamps stamps = {100, 200, 300, 400, -1, 600, 700, 720};
	static const struct iv_err refused = {IV_EQUOTA, "digits", "must be \"short\""};
	static const struct iv_err plain = {IV_EINVAL, "", "is not JSON"};
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 4096);
	check(&b, iv_msg_connected(&b, numbered, IV_S("c1"), IV_S("r1"), IV_S("Ann")),
	      "{\"t\":\"connected\",\"callId\":\"c1\",\"resumeToken\":\"r1\",\"agentName\":"
	      "\"Ann\"" NUMBERED);
	check(&b, iv_msg_connected(&b, loose, IV_S("c1"), IV_STR_NULL, IV_STR_NULL),
	      "{\"t\":\"connected\",\"callId\":\"c1\"" LOOSE);
	check(&b, iv_msg_stt(&b, loose, false, IV_S("a \"b\"\n"), 0.5, 1),
	      "{\"t\":\"stt.partial\",\"text\":\"a \\\"b\\\"\\n\"" LOOSE);
	check(&b, iv_msg_stt(&b, numbered, true, IV_S("hi"), 0.9876, 1.25),
	      "{\"t\":\"stt.final\",\"text\":\"hi\",\"confidence\":0.988,\"duration\":1."
	      "25" NUMBERED);
	check(&b, iv_msg_llm_delta(&b, numbered, IV_S(" the")),
	      "{\"t\":\"llm.delta\",\"text\":\" the\"" NUMBERED);
	check(&b, iv_msg_tool_call(&b, numbered, IV_S("i"), IV_S("f"), IV_S("{\"a\":1}")),
	      "{\"t\":\"tool.call\",\"id\":\"i\",\"name\":\"f\",\"args\":{\"a\":1}" NUMBERED);
	check(&b, iv_msg_tool_call(&b, numbered, IV_S("i"), IV_S("f"), IV_STR_NULL),
	      "{\"t\":\"tool.call\",\"id\":\"i\",\"name\":\"f\",\"args\":{}" NUMBERED);
	check(&b, iv_msg_emotion(&b, loose, -45, true),
	      "{\"t\":\"emotion.window\",\"energy_db\":-45,\"speaking\":true" LOOSE);
	check(&b, iv_msg_emotion_state(&b, loose, "calm", 0.25, -0.5, 0.75),
	      "{\"t\":\"emotion.state\",\"class\":\"calm\",\"arousal\":0.25,\"valence\":-0.5,"
	      "\"confidence\":0.75" LOOSE);
	check(&b, iv_msg_dtmf(&b, numbered, '#'), "{\"t\":\"dtmf\",\"digit\":\"#\"" NUMBERED);
	check(&b, iv_msg_end(&b, numbered, "hangup"),
	      "{\"t\":\"end\",\"reason\":\"hangup\"" NUMBERED);
	check(&b, iv_msg_error(&b, loose, &refused),
	      "{\"t\":\"error\",\"code\":\"quota_exceeded\",\"message\":\"must be "
	      "\\\"short\\\"\",\"field\":\"digits\","
	      "\"retryable\":true" LOOSE);
	check(&b, iv_msg_error(&b, loose, &plain),
	      "{\"t\":\"error\",\"code\":\"bad_request\",\"message\":\"is not "
	      "JSON\",\"retryable\":false" LOOSE);
	check(&b, iv_msg_pong(&b, loose), "{\"t\":\"pong\"" LOOSE);
	check(&b, iv_msg_say(&b, numbered, 3, IV_S("Hello.")),
	      "{\"t\":\"say\",\"turn\":3,\"text\":\"Hello.\"" NUMBERED);
	check(&b, iv_msg_turn(&b, numbered, 3, "interrupted", IV_S("Hel"), &stamps),
	      "{\"t\":\"turn\",\"turn\":3,\"outcome\":\"interrupted\",\"heard\":\"Hel\",\"stamps\":"
	      "{\"vad_end\":100,"
	      "\"stt_final\":200,\"eou\":300,\"llm_first\":400,\"tts_first\":600,"
	      "\"leg_first\":700,\"heard_first\":720}" NUMBERED);
	iv_buf_deinit(&b);
}

/* One message of each type; the two that a leg writes itself come from there. */
static void collect(void *arg, bool text, struct iv_str message)
{
	assert_true(text);
	assert_true(iv_buf_adds(arg, message) && iv_buf_addc(arg, '\n'));
}

static void write_all(struct iv_buf *b)
{
	static const struct iv_turn_stamps stamps = {1, 2, 3, 4, 5, 6, 7, 8};
	static const struct iv_err err = {IV_EQUOTA, "field", "message"};
	static struct iv_leg_scratch scratch;
	static const int16_t pcm[2] = {1, 2};
	struct iv_leg leg;
	bool ok = iv_msg_connected(b, numbered, IV_S("c"), IV_S("r"), IV_S("a")) &&
		  iv_buf_addc(b, '\n');

	ok = ok && iv_msg_stt(b, numbered, false, IV_S("x"), 1, 1) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_stt(b, numbered, true, IV_S("x"), 1, 1) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_llm_delta(b, numbered, IV_S("x")) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_tool_call(b, numbered, IV_S("i"), IV_S("n"), IV_S("[]")) &&
	     iv_buf_addc(b, '\n');
	ok = ok && iv_msg_emotion(b, loose, -45.5, false) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_emotion_state(b, loose, "calm", 1, 1, 1) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_dtmf(b, numbered, '1') && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_end(b, numbered, "hangup") && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_error(b, numbered, &err) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_pong(b, loose) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_say(b, numbered, 1, IV_S("x")) && iv_buf_addc(b, '\n');
	ok = ok && iv_msg_turn(b, numbered, 1, "done", IV_S("x"), &stamps) && iv_buf_addc(b, '\n');
	assert_true(ok);
	iv_leg_init(&leg, IV_LEG_BROWSER, 16000);
	leg.legacy_audio = true;
	iv_leg_audio(&leg, pcm, 2, 1, 2, &scratch, collect, b);
	iv_leg_clear(&leg, 1, 1, 2, collect, b);
}

static const struct iv_server_row *row_of(const char *t)
{
	const struct iv_server_row *row = iv_server_rows;

	while (row->t && strcmp(row->t, t) != 0)
		row++;
	return row;
}

/* Reading by the row refuses members it does not have and misses those it must have. */
static void read_back(struct iv_str line, struct iv_arena *a)
{
	cJSON *tree = iv_json_parse(line, NULL);
	const struct iv_server_row *row;
	struct iv_err e = {0};
	void *object;

	assert_non_null(tree);
	row = row_of(iv_json_str(tree, "t").ptr);
	assert_non_null(row->t);
	assert_true(cJSON_IsNumber(iv_json_get(tree, "ts")));
	assert_true(cJSON_IsNumber(iv_json_get(tree, "timestamp")));
	cJSON_DeleteItemFromObjectCaseSensitive(tree, "t");
	cJSON_DeleteItemFromObjectCaseSensitive(tree, "ts");
	cJSON_DeleteItemFromObjectCaseSensitive(tree, "timestamp");
	cJSON_DeleteItemFromObjectCaseSensitive(tree, "n");
	object = iv_arena_alloc(a, row->shape.size);
	assert_non_null(object);
	if (!iv_shape_read(&row->shape, tree, object, a, &e))
		fail_msg("%.*s: %s: %s", IV_FMT(line), e.field, e.msg);
	/* With everything filled in, every row has been written. */
	for (const struct iv_field *f = row->shape.fields; f->kind != IV_F_END; f++)
		assert_non_null(iv_json_get(tree, f->name));
	cJSON_Delete(tree);
}

static void every_message_is_as_its_row_says(void **state)
{
	struct iv_arena a;
	struct iv_buf b;
	struct iv_str rest, line;
	size_t lines = 0, rows = 0;

	(void)state;
	iv_arena_init(&a, 1 << 20);
	iv_buf_init(&b, 1 << 16);
	write_all(&b);
	rest = iv_buf_str(&b);
	while (iv_str_split(&rest, '\n', &line))
		if (line.len > 0) {
			read_back(line, &a);
			lines++;
		}
	while (iv_server_rows[rows].t)
		rows++;
	assert_int_equal(lines, rows);
	iv_buf_deinit(&b);
	iv_arena_deinit(&a);
}

static void a_full_buffer_is_noticed(void **state)
{
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 40);
	assert_false(
		iv_msg_llm_delta(&b, numbered, IV_S("more than forty bytes with all the members")));
	iv_buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_is_written),
		cmocka_unit_test(every_message_is_as_its_row_says),
		cmocka_unit_test(a_full_buffer_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
