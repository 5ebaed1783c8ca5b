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
	static const struct iv_turn_stamps stamps = {100, 200, 300, 400, -1, 600, 700};
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
	      "\"stt_final\":200,\"eou\":300,\"llm_first\":400,\"sentence_first\":null,\"tts_"
	      "first\":600,"
	      "\"leg_first\":700}" NUMBERED);
	iv_buf_deinit(&b);
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
		cmocka_unit_test(a_full_buffer_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
