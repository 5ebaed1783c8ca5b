/* What the model is told: valid JSON, bounded, the oldest first to go, no answer without its question. */
#include "call_driver.h"

static void the_conversation_is_told_in_order(void **state)
{
	struct driver d;

	(void)state;
	driver_init(&d);
	d.opts.system_prompt = IV_S("You are on the telephone.");
	driver_start(&d, "\"name\":\"t\",\"disclosure\":\"This is a machine.\",\"prompt\":\"You sell tea.\"");
	run(&d, 3000);
	ask(&d, "What do you sell?");
	answer(&d, "Tea. Only tea and nothing else.");
	run(&d, 5000);
	want_message(&d, 3, "system", "You are on the telephone.\nYou sell tea.");
	want_message(&d, 2, "assistant", "This is a machine.");
	want_message(&d, 1, "user", "What do you sell?");
	want_message(&d, 0, "assistant", "Tea. Only tea and nothing else.");
	call_stop(&d);
}

static void quotes_control_characters_and_bad_utf8_stay_json(void **state)
{
	struct driver d;
	cJSON *all;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "He said \"no\\\" \x01 \xff \xc3 and left.");
	answer(&d, "So \"he\" did\t\xe2\x82.");
	run(&d, 3000);
	all = messages(&d);
	assert_int_equal(cJSON_GetArraySize(all), 2);
	cJSON_Delete(all);
	call_stop(&d);
}

static void the_oldest_messages_go_first(void **state)
{
	struct driver d;
	cJSON *all;
	char text[64];

	(void)state;
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":0}");
	for (int i = 0; i < 300; i++) {
		(void)snprintf(text, sizeof(text), "question %d", i);
		happens_text(&d, IV_EV_TEXT, text);
		answer(&d, "Yes.");
		run(&d, 500);
	}
	all = messages(&d);
	assert_in_range(cJSON_GetArraySize(all), 390, 400);
	cJSON_Delete(all);
	want_message(&d, 1, "user", "question 299");
	call_stop(&d);
}

static void large_messages_are_bounded_in_bytes(void **state)
{
	struct driver d;
	static char large[8001];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":0}");
	for (int i = 0; i < 40; i++) {
		happens_text(&d, IV_EV_TEXT, large);
		answer(&d, "Yes.");
		run(&d, 500);
	}
	cJSON_Delete(messages(&d));
	assert_in_range(d.json.len, 100000, 150000);
	call_stop(&d);
}

static void a_tools_answer_goes_with_its_question(void **state)
{
	struct driver d;
	cJSON *all;

	(void)state;
	call_start(&d, QUIET_AGENT
		   ",\"tools\":[{\"name\":\"book\"}],\"idle\":{\"promptMs\":0,\"hangupMs\":0}");
	for (int i = 0; i < 150; i++) {
		happens_text(&d, IV_EV_TEXT, "again");
		llm_tool(&d, "c1", "book", "{}");
		llm_done(&d);
		tool_answers(&d, "c1", "{}");
		run(&d, 20);
		answer(&d, "Yes.");
		run(&d, 500);
		if (i % 7 == 0) { /* so that every kind of message is the oldest once */
			happens_text(&d, IV_EV_TEXT, "and again");
			happens_text(&d, IV_EV_LLM_FAILED, "timeout");
			run(&d, 5000);
		}
		all = messages(&d);
		assert_false(iv_str_eq(iv_json_str(cJSON_GetArrayItem(all, 0), "role"), IV_S("tool")));
		cJSON_Delete(all);
	}
	call_stop(&d);
}

static void words_over_the_ceiling_are_dropped_and_said_so(void **state)
{
	struct driver d;
	static char large[5001];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 200, -25);
	final(&d, large, 0.9);
	say_levels(&d, 200, -25);
	final(&d, large, 0.9);
	want_note(&d, "stt.dropped");
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_conversation_is_told_in_order),
		cmocka_unit_test(quotes_control_characters_and_bad_utf8_stay_json),
		cmocka_unit_test(the_oldest_messages_go_first),
		cmocka_unit_test(large_messages_are_bounded_in_bytes),
		cmocka_unit_test(a_tools_answer_goes_with_its_question),
		cmocka_unit_test(words_over_the_ceiling_are_dropped_and_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
