/* Synthesisers, model and tool over HTTP, and the rules that break them. */
#include "rig.h"
#include "speech_tts.h"

static struct rig rig;

#define SPEAK "/v1/speak?model=aura-asteria-en&container=none"
#define CHAT "/v1/chat/completions"
#define HELLO "{\"text\":\"Hello. What can I do for you today?\"}"
#define STORY                                                                                    \
	"{\"model\":\"m\",\"stream\":true,\"user\":\"call_7\",\"messages\":[{\"role\":\"user\"," \
	"\"content\":"                                                                           \
	"\"tell me a story\"}]}"

static void clear_rules(void)
{
	struct rig_answer a;

	rig_ask(&rig, &a, "DELETE", "/lab/faults", NULL);
	rig_answer_free(&a);
}

static void speech_lasts_as_long_in_every_format(void **state)
{
	static const struct {
		const char *target;
		int bytes_a_second;
	} rows[] = {
		{SPEAK "&encoding=mulaw&sample_rate=8000", 8000},
		{SPEAK "&encoding=linear16&sample_rate=8000", 16000},
		{SPEAK "&encoding=linear16&sample_rate=16000", 32000},
		{SPEAK, 48000},
		{"/v1/text-to-speech/x/stream?output_format=ulaw_8000", 8000},
		{"/v1/text-to-speech/x/stream?output_format=pcm_16000", 32000},
		{"/v1/text-to-speech/x/stream?output_format=pcm_24000", 48000},
	};
	struct rig_answer a;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		double seconds;

		rig_ask(&rig, &a, "POST", rows[i].target, HELLO);
		assert_int_equal(a.status, 200);
		seconds = (double)a.len / rows[i].bytes_a_second;
		assert_true(seconds > 2.0 && seconds < 4.0);
		rig_answer_free(&a);
	}
}

static void what_was_said_before_comes_at_once_and_the_same(void **state)
{
	struct rig_answer first, again;

	(void)state;
	rig_ask(&rig, &first, "POST", SPEAK "&encoding=linear16&sample_rate=16000", HELLO);
	rig_ask(&rig, &again, "POST", SPEAK "&encoding=linear16&sample_rate=16000", HELLO);
	assert_int_equal(first.len, again.len);
	assert_memory_equal(first.body, again.body,
			    first.len); /* flite itself never says it twice alike */
	rig_answer_free(&first);
	rig_answer_free(&again);
}

static void requests_that_make_no_sense_are_refused(void **state)
{
	static char long_text[2100];
	static const struct {
		const char *target, *body, *says;
		int status;
	} rows[] = {
		{SPEAK "&encoding=mulaw&sample_rate=8000", "{\"text\":\"\"}",
		 "text must not be empty", 400},
		{SPEAK "&encoding=mulaw&sample_rate=8000", "hello", "body must be a JSON object",
		 400},
		{SPEAK "&encoding=mp3", HELLO, "encoding must be", 400},
		{SPEAK "&encoding=mulaw&sample_rate=9000", HELLO, "sample_rate must be", 400},
		{"/v1/speak?encoding=mulaw&sample_rate=8000", HELLO, "container must be none", 400},
		{SPEAK "&encoding=mulaw&sample_rate=8000", long_text, "at most 2000", 413},
		{"/v1/text-to-speech/x/stream", HELLO, "output_format must be", 422},
		{CHAT, "{", "not JSON", 400},
		{CHAT, "{\"model\":\"m\",\"messages\":[]}", "messages must be", 400},
		{CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
		 "model must be given", 400},
		{CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"pope\",\"content\":\"hi\"}]}",
		 "role must be", 400},
		{CHAT,
		 "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_"
		 "calls\":[{\"id\":\"a\"}]},"
		 "{\"role\":\"user\",\"content\":\"hi\"}]}",
		 "must be followed by tool messages", 400},
		{CHAT,
		 "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"a\","
		 "\"content\":\"\"}]}",
		 "must answer a preceding", 400},
		{"/tools/book_table", "{\"people\":0,\"day\":\"today\",\"time\":\"19:00\"}",
		 "people must be", 400},
		{"/tools/book_table", "{\"people\":2,\"day\":\"\",\"time\":\"19:00\"}",
		 "day must be", 400},
		{"/tools/book_table", "{\"people\":2,\"day\":\"today\",\"time\":\"late\"}",
		 "time must be", 400},
		{"/lab/faults", "{\"rules\":[\"listen\"]}", "must be service", 400},
	};
	struct rig_answer a;

	(void)state;
	snprintf(long_text, sizeof(long_text), "{\"text\":\"%02020d\"}", 7);
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		rig_ask(&rig, &a, "POST", rows[i].target, rows[i].body);
		assert_int_equal(a.status, rows[i].status);
		if (!a.body || !strstr(a.body, rows[i].says))
			fail_msg("expected \"%s\", got \"%s\"", rows[i].says, a.body ? a.body : "");
		rig_answer_free(&a);
	}
}

static void a_model_streams_words_usage_and_done(void **state)
{
	struct rig_answer a;

	(void)state;
	rig_ask(&rig, &a, "POST", CHAT,
		"{\"model\":\"gpt\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
		"\"messages\":["
		"{\"role\":\"user\",\"content\":\"hello\"}]}");
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "\"delta\":{\"role\":\"assistant\",\"content\":\"\"}"));
	assert_non_null(strstr(a.body, "\"delta\":{\"content\":\"Hello.\"}"));
	assert_non_null(strstr(a.body, "\"delta\":{\"content\":\" What\"}"));
	assert_non_null(strstr(a.body, "\"finish_reason\":\"stop\""));
	assert_non_null(strstr(a.body, "\"choices\":[],\"usage\":{\"prompt_tokens\":"));
	assert_string_equal(a.body + a.len - 14, "data: [DONE]\n\n");
	rig_answer_free(&a);
}

/* What a client gets that does as the protocol says: arguments appended by index. */
static void tool_arguments_come_in_pieces_that_add_up(void **state)
{
	struct rig_answer a;
	char arguments[200] = "";
	int pieces = 0;

	(void)state;
	rig_ask(&rig, &a, "POST", CHAT,
		"{\"model\":\"gpt\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"
		"\"book a table for "
		"two on friday at "
		"eight\"}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"book_table\"}"
		"}]}");
	for (char *line = a.body; line && strncmp(line, "data: {", 7) == 0;) {
		char *end = strstr(line, "\n\n");
		cJSON *json =
			iv_json_parse((struct iv_str){line + 6, (size_t)(end - line - 6)}, NULL);
		const cJSON *choice =
			cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "choices"), 0);
		const cJSON *call =
			cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(
						   iv_json_get(choice, "delta"), "tool_calls"),
					   0);
		struct iv_str piece = iv_json_str(iv_json_get(call, "function"), "arguments");

		assert_non_null(json);
		snprintf(arguments + strlen(arguments), sizeof(arguments) - strlen(arguments),
			 "%.*s", (int)piece.len, piece.ptr ? piece.ptr : "");
		pieces += piece.len > 0;
		cJSON_Delete(json);
		line = end + 2;
	}
	assert_string_equal(arguments, "{\"people\":2,\"day\":\"friday\",\"time\":\"20:00\"}");
	assert_true(pieces >= 3);
	assert_non_null(strstr(a.body, "\"finish_reason\":\"tool_calls\""));
	rig_answer_free(&a);
}

static void a_tool_confirms_after_a_moment(void **state)
{
	struct rig_answer a;

	(void)state;
	rig_ask(&rig, &a, "POST", "/tools/book_table",
		"{\"people\":4,\"day\":\"friday\",\"time\":\"19:30\"}");
	assert_int_equal(a.status, 200);
	assert_non_null(
		strstr(a.body, "\"confirmation\":\"A table for four on friday at seven 30.\""));
	assert_true(a.last_us - a.start_us >= 49000);
	rig_answer_free(&a);
}

static void a_client_who_leaves_early_is_counted(void **state)
{
	struct rig_answer a;
	int before = rig_stat(&rig, "chat", "cancelled"),
	    completed = rig_stat(&rig, "chat", "completed");

	(void)state;
	rig_fetch(&rig, &a, "POST", CHAT, STORY);
	rig_wait(&rig, 150); /* some words have come, most have not */
	assert_true(a.len > 0 && !a.done);
	iv_fetch_cancel(a.fetch);
	rig_wait(&rig, 50);
	assert_int_equal(rig_stat(&rig, "chat", "cancelled"), before + 1);
	assert_int_equal(rig_stat(&rig, "chat", "completed"), completed);
	assert_int_equal(rig_stat(&rig, "chat", "active"), 0);
	rig_answer_free(&a);
	rig_ask(&rig, &a, "GET", "/lab/stats", NULL);
	assert_non_null(strstr(
		a.body, "\"call_7\":{\"chat\":{\"opened\":1,\"completed\":0,\"cancelled\":1"));
	rig_answer_free(&a);
}

static void rules_break_answers_as_told(void **state)
{
	struct rig_answer a;
	int faulted = rig_stat(&rig, "speak", "faulted");

	(void)state;
	rig_fault(&rig, "speak:1=status=429");
	rig_fault(&rig, "speak:2=cut_after=5000");
	rig_fault(&rig, "speak:3=empty");
	rig_fault(&rig, "speak:4=garbage");
	rig_fault(&rig, "speak:5=delay=300");
	rig_fault(&rig, "speak:6=stall_after=1600");
	rig_ask(&rig, &a, "POST", SPEAK, HELLO);
	assert_int_equal(a.status, 429);
	rig_answer_free(&a);
	rig_ask(&rig, &a, "POST", SPEAK, HELLO);
	assert_int_equal(a.code, IV_EUPSTREAM);
	assert_int_equal(a.len, 5000);
	rig_answer_free(&a);
	rig_ask(&rig, &a, "POST", SPEAK, HELLO);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.len, 0);
	rig_answer_free(&a);
	rig_ask(&rig, &a, "POST", SPEAK, HELLO);
	assert_memory_equal(a.body, "<html>", 6);
	rig_answer_free(&a);
	assert_int_equal(rig_stat(&rig, "speak", "faulted"), faulted + 4);
	rig_ask(&rig, &a, "POST", SPEAK, HELLO);
	assert_true(a.first_us - a.start_us >= 299000);
	rig_answer_free(&a);
	rig_fetch(&rig, &a, "POST", SPEAK, HELLO);
	rig_wait(&rig, 300);
	assert_false(a.done);
	assert_int_equal(a.len, 1600);
	iv_fetch_cancel(a.fetch);
	rig_answer_free(&a);
	rig_ask(&rig, &a, "POST", SPEAK, HELLO);
	assert_int_equal(a.code, IV_OK);
	rig_answer_free(&a);
	clear_rules();
	rig_fault(&rig,
		  "speak=reset"); /* each one: a client tries again when a kept connection drops */
	rig_ask(&rig, &a, "POST", SPEAK, HELLO);
	assert_int_equal(a.code, IV_EUPSTREAM);
	assert_int_equal(a.status, 0);
	rig_answer_free(&a);
	clear_rules();
}

static void an_answer_that_stalls_keeps_the_line_open(void **state)
{
	struct rig_answer a;

	(void)state;
	rig_fault(&rig, "chat=stall");
	rig_fetch(&rig, &a, "POST", CHAT, STORY);
	rig_wait(&rig, 300);
	assert_false(a.done);
	assert_int_equal(a.len, 0);
	iv_fetch_cancel(a.fetch);
	clear_rules();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speech_lasts_as_long_in_every_format),
		cmocka_unit_test(what_was_said_before_comes_at_once_and_the_same),
		cmocka_unit_test(requests_that_make_no_sense_are_refused),
		cmocka_unit_test(a_model_streams_words_usage_and_done),
		cmocka_unit_test(tool_arguments_come_in_pieces_that_add_up),
		cmocka_unit_test(a_tool_confirms_after_a_moment),
		cmocka_unit_test(a_client_who_leaves_early_is_counted),
		cmocka_unit_test(rules_break_answers_as_told),
		cmocka_unit_test(an_answer_that_stalls_keeps_the_line_open),
	};
	int failed;

	rig_open(&rig, NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_close(&rig);
	speech_voices_close();
	return failed;
}
