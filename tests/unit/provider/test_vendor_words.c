/* What goes to ElevenLabs' agents, to the byte, and what a vendor's answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "../../../src/provider/elevenlabs_write.h"
#include "../../../src/provider/vendor.h"

static struct iv_arena arena;

static int setup(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	return 0;
}

static struct iv_vendor_answer judged(int status, const char *body)
{
	const struct carrier_reply r = {.status = status, .retry_after_ms = -1, .body = iv_str(body)};
	struct iv_vendor_answer a;

	vendor_judge(&r, &arena, &a);
	return a;
}

static void an_answer_says_whether_it_was_done(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum iv_said said;
		enum iv_code code;
		const char *why, *text;
	} table[] = {
		{200, "{}", IV_SAID_DONE, IV_OK, "", ""},
		{204, "", IV_SAID_DONE, IV_OK, "", ""},
		{302, "", IV_SAID_REFUSED, IV_EUPSTREAM, "misconfigured", ""},
		{400, "{\"code\":21402,\"message\":\"VoiceUrl is not valid.\",\"status\":400}", IV_SAID_REFUSED, IV_EUNPROCESSABLE,
		 "rejected", "VoiceUrl is not valid."},
		{401, "{\"detail\":{\"status\":\"invalid_api_key\",\"message\":\"no\"}}", IV_SAID_REFUSED, IV_EUPSTREAM, "unauthorized",
		 "no"},
		{401, "{\"detail\":{\"code\":\"quota_exceeded\"}}", IV_SAID_REFUSED, IV_ERATE, "quota", ""},
		{404, "{\"detail\":\"gone\"}", IV_SAID_REFUSED, IV_ENOENT, "not_found", "gone"},
		{408, "", IV_SAID_UNKNOWN, IV_EUPSTREAM, "timeout", ""},
		{409, "{}", IV_SAID_REFUSED, IV_EUNPROCESSABLE, "conflict", ""},
		{422, "{\"detail\":[{\"loc\":[\"body\",\"name\"],\"msg\":\"field required\"}]}", IV_SAID_REFUSED, IV_EUNPROCESSABLE,
		 "rejected", "field required"},
		{429, "{\"code\":20429}", IV_SAID_REFUSED, IV_ERATE, "rate_limited", ""},
		{429, "{\"detail\":{\"code\":\"concurrent_limit_exceeded\"}}", IV_SAID_REFUSED, IV_ERATE, "concurrent", ""},
		{429, "{\"detail\":{\"status\":\"too_many_concurrent_requests\"}}", IV_SAID_REFUSED, IV_ERATE, "concurrent", ""},
		{500, "<html>", IV_SAID_UNKNOWN, IV_EUPSTREAM, "server_error", ""},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		struct iv_vendor_answer a = judged(table[i].status, table[i].body);

		assert_int_equal(a.said, table[i].said);
		assert_int_equal(a.code, table[i].code);
		assert_true(iv_str_eq(a.why, iv_str(table[i].why)));
		assert_true(iv_str_eq(a.text, iv_str(table[i].text)));
	}
}

static void silence_is_no_refusal_unless_nothing_was_sent(void **state)
{
	struct carrier_reply r = {.retry_after_ms = -1, .late = true};
	struct iv_vendor_answer a;

	(void)state;
	vendor_judge(&r, &arena, &a);
	assert_int_equal(a.said, IV_SAID_UNKNOWN);
	r = (struct carrier_reply){.retry_after_ms = 1500, .unsent = true};
	vendor_judge(&r, &arena, &a);
	assert_int_equal(a.said, IV_SAID_REFUSED);
	assert_int_equal(a.retry_after_s, 2);
}

static struct carrier_request fresh(void)
{
	struct carrier_request rq = {0};

	iv_buf_init(&rq.url, CARRIER_URL_MAX);
	iv_buf_init(&rq.body, VENDOR_BODY_MAX);
	return rq;
}

static void an_agent_speaks_and_hears_mulaw_and_is_known_by_its_tag(void **state)
{
	const struct iv_convai_agent agent = {.name = IV_S("desk"), .prompt = IV_S("Be \"brief\"."), .first_message = IV_S("Hi {{name}}"),
					      .language = IV_S("en"), .voice_id = IV_S("v"), .tag = IV_S("agt_1"),
					      .max_duration_s = 600};
	struct carrier_request rq = fresh();

	(void)state;
	assert_true(elevenlabs_write_agent(&agent, &rq));
	static const char want[] =
		"{\"name\":\"desk\",\"tags\":[\"agt_1\"],\"conversation_config\":{\"agent\":{\"first_message\":\"Hi {{name}}\","
		"\"language\":\"en\",\"disable_first_message_interruptions\":true,\"prompt\":{\"prompt\":\"Be \\\"brief\\\".\","
		"\"built_in_tools\":{\"end_call\":{\"name\":\"end_call\",\"params\":{\"system_tool_type\":\"end_call\"}}}}},"
		"\"tts\":{\"voice_id\":\"v\",\"agent_output_audio_format\":\"ulaw_8000\"},"
		"\"asr\":{\"user_input_audio_format\":\"ulaw_8000\"},\"conversation\":{\"max_duration_seconds\":600}}}";
	assert_int_equal(rq.body.len, sizeof(want) - 1);
	assert_memory_equal(rq.body.ptr, want, sizeof(want) - 1);
	iv_buf_deinit(&rq.body);
}

static void a_value_cannot_take_the_place_of_our_own_ids(void **state)
{
	struct iv_buf b;
	struct iv_jw w;

	(void)state;
	iv_buf_init(&b, 4096);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	elevenlabs_put_data(&w, IV_S("tnt_1"), IV_S("call_1"),
			    IV_S("{\"name\":\"Ann\",\"call_id\":\"mine\",\"system__call_sid\":\"x\",\"n\":7}"), IV_STR_NULL,
			    IV_S("lead_1"));
	iv_jw_end_obj(&w);
	assert_true(iv_jw_done(&w));
	assert_true(iv_str_eq(iv_buf_str(&b), IV_S("{\"conversation_initiation_client_data\":{\"user_id\":\"tnt_1/call_1\","
						   "\"dynamic_variables\":{\"name\":\"Ann\",\"call_id\":\"call_1\","
						   "\"lead_id\":\"lead_1\"}}}")));
	iv_buf_deinit(&b);
}

static void what_is_looked_for_is_found_by_tag_and_by_number(void **state)
{
	struct iv_str found, tag = IV_S("agt_2"), number = IV_S("+15551230000");

	(void)state;
	assert_true(elevenlabs_read_tagged(IV_S("{\"agents\":[{\"agent_id\":\"a1\",\"tags\":[\"agt_1\"]},{\"agent_id\":\"a2\","
						"\"tags\":[\"x\",\"agt_2\"]},{\"agent_id\":\"a3\"}]}"),
					   &arena, &found, &tag));
	assert_true(iv_str_eq(found, IV_S("a2")));
	assert_true(elevenlabs_read_tagged(IV_S("{\"agents\":[]}"), &arena, &found, &tag));
	assert_int_equal(found.len, 0);
	assert_false(elevenlabs_read_tagged(IV_S("[]"), &arena, &found, &tag));
	assert_true(elevenlabs_read_numbered(IV_S("[{\"phone_number\":\"+1\",\"phone_number_id\":\"p1\"},"
						  "{\"phone_number\":\"15551230000\",\"phone_number_id\":\"p2\"}]"),
					     &arena, &found, &number));
	assert_true(iv_str_eq(found, IV_S("p2")));
	assert_false(elevenlabs_read_number_id(IV_S("{\"phone_number_id\":7}"), &arena, &found, NULL));
}

/* A recording has megabytes: whoever has taken it over has it where it is. */
static void a_large_answer_stays_where_it_is_and_a_refusal_is_kept(void **state)
{
	char body[] = "{\"detail\":\"gone\"}";
	struct carrier_reply r = {.status = 200, .retry_after_ms = -1, .body = iv_str(body), .body_stays = true};
	struct iv_vendor_answer a;

	(void)state;
	vendor_judge(&r, &arena, &a);
	assert_int_equal(a.said, IV_SAID_DONE);
	assert_ptr_equal(a.body.ptr, body);
	r.body_stays = false;
	vendor_judge(&r, &arena, &a);
	assert_ptr_not_equal(a.body.ptr, body);
	r.status = 404;
	vendor_judge(&r, &arena, &a);
	memset(body, 'x', sizeof(body) - 1); /* what it was in is used for the next one */
	assert_int_equal(a.code, IV_ENOENT);
	assert_true(iv_str_eq(a.text, IV_S("gone")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_says_whether_it_was_done, setup, teardown),
		cmocka_unit_test_setup_teardown(a_large_answer_stays_where_it_is_and_a_refusal_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(silence_is_no_refusal_unless_nothing_was_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(an_agent_speaks_and_hears_mulaw_and_is_known_by_its_tag, setup, teardown),
		cmocka_unit_test_setup_teardown(a_value_cannot_take_the_place_of_our_own_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_looked_for_is_found_by_tag_and_by_number, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
