/* Function calls: once, in time, never for an answer that was cancelled, always answered in the history. */
#include "call_driver.h"

#define TOOLS                                                                                      \
	",\"tools\":[{\"name\":\"book\",\"timeoutMs\":3000,\"filler\":\"I am looking.\"},{\"name\":\"look\"},"        \
	"{\"name\":\"notify\",\"blocking\":false}],\"filler\":\"One moment.\""

static void start_with_tools(struct driver *d)
{
	call_start(d, QUIET_AGENT TOOLS);
	ask(d, "Book a table for two.");
	forget(d);
}

static void a_tool_is_run_once_and_its_result_asked_about(void **state)
{
	struct driver d;
	const struct seen *s;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "book", "{\"people\":2}");
	s = want_text(&d, IV_ACT_TOOL_CALL, "{\"people\":2}");
	assert_true(iv_str_eq(s->a.id, IV_S("c1")) && iv_str_eq(s->a.name, IV_S("book")));
	llm_tool(&d, "c1", "book", "{\"people\":2}"); /* the stream repeats itself */
	want_none(&d, IV_ACT_TOOL_CALL);
	llm_done(&d);
	want_none(&d, IV_ACT_LLM_ASK);
	tool_answers(&d, "c1", "{\"status\":\"booked\"}");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"status\":\"booked\"}");
	tool_answers(&d, "c1", "{\"status\":\"again\"}");
	want_note(&d, "tool.late");
	answer(&d, "It is booked.");
	run(&d, 2000);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_COMPLETED);
	call_stop(&d);
}

static void the_history_has_the_call_and_then_its_answers(void **state)
{
	struct driver d;
	cJSON *all;
	const cJSON *m, *call;

	(void)state;
	start_with_tools(&d);
	llm(&d, "Let me see. ");
	llm_tool(&d, "c1", "book", "{}");
	llm_tool(&d, "c2", "look", "{\"q\":\"\\\"x\\\"\"}");
	llm_done(&d);
	tool_answers(&d, "c2", "{\"b\":2}");
	tool_answers(&d, "c1", "{\"a\":1}");
	run_until(&d, IV_ACT_LLM_ASK, 100);
	all = messages(&d);
	assert_int_equal(cJSON_GetArraySize(all), 4);
	m = cJSON_GetArrayItem(all, 1);
	assert_true(iv_str_eq(iv_json_str(m, "role"), IV_S("assistant")));
	assert_int_equal(cJSON_GetArraySize(iv_json_get(m, "tool_calls")), 2);
	call = cJSON_GetArrayItem(iv_json_get(m, "tool_calls"), 1);
	assert_true(iv_str_eq(iv_json_str(call, "id"), IV_S("c2")));
	assert_true(iv_str_eq(iv_json_str(iv_json_get(call, "function"), "arguments"),
			      IV_S("{\"q\":\"\\\"x\\\"\"}")));
	assert_true(iv_str_eq(iv_json_str(cJSON_GetArrayItem(all, 2), "tool_call_id"), IV_S("c2")));
	assert_true(iv_str_eq(iv_json_str(cJSON_GetArrayItem(all, 3), "tool_call_id"), IV_S("c1")));
	cJSON_Delete(all);
	call_stop(&d);
}

static void a_tool_waits_while_an_interruption_is_undecided(void **state)
{
	(void)state;
	for (int real = 0; real < 2; real++) {
		struct driver d;

		start_with_tools(&d);
		llm(&d, "I will book that table for you at once, just a moment. ");
		run(&d, 1000);
		say_levels(&d, 160, -18);
		want(&d, IV_ACT_LEG_CLEAR);
		llm_tool(&d, "c1", "book", "{}");
		llm_done(&d);
		want_none(&d, IV_ACT_TOOL_CALL);
		if (real) {
			partial(&d, "no wait");
			run(&d, 200);
			want_none(&d, IV_ACT_TOOL_CALL);
			want_message(&d, 0, "tool", "{\"error\":\"cancelled by the caller\"}");
		} else {
			run(&d, 1000);
			want(&d, IV_ACT_TOOL_CALL);
		}
		call_stop(&d);
	}
}

static void a_slow_tool_is_bridged_and_then_given_up(void **state)
{
	struct driver d;
	int64_t asked;

	(void)state;
	start_with_tools(&d);
	asked = d.now_us;
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	run(&d, 780);
	want_none(&d, IV_ACT_TTS_SAY);
	run(&d, 40);
	want_text(&d, IV_ACT_TTS_SAY, "I am looking.");
	run(&d, 2000);
	want_none(&d, IV_ACT_TOOL_CANCEL);
	run(&d, 200);
	assert_in_range((want(&d, IV_ACT_TOOL_CANCEL)->now_us - asked) / MS, 3000, 3020);
	want(&d, IV_ACT_LLM_ASK);
	want_none(&d, IV_ACT_TTS_SAY); /* one filler */
	want_message(&d, 0, "tool", "{\"error\":\"timeout\"}");
	call_stop(&d);
}

static void no_filler_while_the_sentence_before_the_tool_is_not_over(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	d.auto_tts = false;
	llm(&d, "Let me look that up for you. ");
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	want(&d, IV_ACT_TTS_SAY);
	run(&d, 1000); /* over the budget, and the synthesiser is slow */
	want_none(&d, IV_ACT_TTS_SAY);
	audio(&d, d.utt, 500);
	tts_done(&d, d.utt);
	run(&d, 700);
	want_text(&d, IV_ACT_TTS_SAY, "I am looking.");
	call_stop(&d);
}

static void a_background_tool_lets_the_conversation_go_on(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "notify", "{}");
	llm_done(&d);
	want(&d, IV_ACT_TOOL_CALL);
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"status\":\"started\"}");
	answer(&d, "I have told them.");
	run(&d, 300);
	tool_answers(&d, "c1", "{\"told\":true}");
	run(&d, 3000);
	want_no_note(&d, "turn.failed");
	ask(&d, "Did they answer?");
	want_message(&d, 0, "user", "Did they answer?");
	want_message(&d, 1, "system", "Result of notify: {\"told\":true}");
	call_stop(&d);
}

static void a_background_result_does_not_stand_between_a_call_and_its_answer(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "notify", "{}");
	llm_tool(&d, "c2", "book", "{}");
	llm_done(&d);
	tool_answers(&d, "c1", "{\"told\":true}");
	tool_answers(&d, "c2", "{\"booked\":true}");
	run_until(&d, IV_ACT_LLM_ASK, 100);
	want_message(&d, 1, "tool", "{\"booked\":true}");
	want_message(&d, 0, "system", "Result of notify: {\"told\":true}");
	call_stop(&d);
}

static void a_turn_that_started_something_is_not_taken_back(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "notify", "{}");
	say_levels(&d, 400, -25);
	want_no_note(&d, "turn.retracted");
	call_stop(&d);
}

static void end_call_hangs_up_after_the_last_words_were_heard(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm(&d, "Goodbye and thank you."); /* 22 letters: 1.32 s */
	llm_tool(&d, "c1", "end_call", "{}");
	llm_done(&d);
	run(&d, 1200);
	assert_false(iv_call_ended(d.call));
	run(&d, 300);
	want_ended(&d, "agent_ended");
	want_message(&d, 1, "assistant", "Goodbye and thank you.");
	call_stop(&d);
}

static void the_model_is_not_asked_again_once_it_has_said_goodbye(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm(&d, "Goodbye and thank you.");
	llm_tool(&d, "c1", "book", "{}");
	llm_tool(&d, "c2", "end_call", "{}");
	llm_done(&d);
	tool_answers(&d, "c1", "{}");
	run(&d, 3000);
	want_none(&d, IV_ACT_LLM_ASK);
	want_ended(&d, "agent_ended");
	call_stop(&d);
}

static void an_interrupted_goodbye_does_not_hang_up(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm(&d, "Goodbye then and thank you very much for calling us today.");
	llm_tool(&d, "c1", "end_call", "{}");
	llm_done(&d);
	run(&d, 1000);
	say_levels(&d, 200, -18);
	final(&d, "Wait, one more thing.", 0.9);
	run(&d, 3000);
	assert_false(iv_call_ended(d.call));
	call_stop(&d);
}

static void transfer_to_human_leads_where_the_operator_said(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"transferTo\":\"+911234\"");
	ask(&d, "A human please.");
	llm(&d, "I connect you.");
	llm_tool(&d, "c1", "transfer_to_human", "{\"to\":\"+4900000\"}");
	llm_done(&d);
	run(&d, 500);
	want_none(&d, IV_ACT_TRANSFER);
	run(&d, 2000);
	want_text(&d, IV_ACT_TRANSFER, "+911234");
	want_ended(&d, "transfer");
	call_stop(&d);
}

static void a_transfer_to_nobody_is_refused_and_the_call_goes_on(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "A human please.");
	llm_tool(&d, "c1", "transfer_to_human", "{}");
	llm_done(&d);
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"error\":\"there is nobody to hand over to\"}");
	assert_false(iv_call_ended(d.call));
	call_stop(&d);
}

static void send_dtmf_presses_keys_and_refuses_others(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "send_dtmf", "{\"digits\":\"12w#\"}");
	want_text(&d, IV_ACT_DTMF_OUT, "12w#");
	llm_tool(&d, "c2", "send_dtmf", "{\"digits\":\"12; rm\"}");
	want_none(&d, IV_ACT_DTMF_OUT);
	llm_done(&d);
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"error\":\"digits must be 1 to 64 of 0-9 * # A-D w\"}");
	call_stop(&d);
}

static void who_wants_no_more_calls_is_noted_once_and_told(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "opt_out", "{}");
	llm_tool(&d, "c2", "opt_out", "{\"number\":\"+15550100001\"}"); /* whose number it is is not the model's to say */
	llm_done(&d);
	assert_non_null(strstr(want_note(&d, "callee.opted_out")->a.text.ptr, "\"by\":\"voice\""));
	want_no_note(&d, "callee.opted_out");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"status\":\"ok\",\"meaning\":\"this number will not be called again\"}");
	answer(&d, "No more calls will come.");
	run(&d, 3000);
	assert_false(d.off_hook); /* the model ends it, or the caller */
	call_stop(&d);
}

static void collect_digits_waits_for_keys(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm(&d, "Please enter your number. ");
	llm_tool(&d, "c1", "collect_digits", "{\"max\":4,\"finish\":\"*\"}");
	llm_done(&d);
	run(&d, 4000);
	press(&d, "12*");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"digits\":\"12\",\"complete\":true}");
	llm_tool(&d, "c2", "collect_digits", "{\"max\":2}");
	llm_done(&d);
	press(&d, "77");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"digits\":\"77\",\"complete\":true}");
	call_stop(&d);
}

static void collect_digits_gives_up_ten_seconds_after_the_question(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm(&d, "Please enter your number. "); /* 25 letters: 1.5 s */
	llm_tool(&d, "c1", "collect_digits", "{}");
	llm_done(&d);
	run(&d, 11000);
	want_none(&d, IV_ACT_LLM_ASK);
	run(&d, 600);
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"digits\":\"\",\"complete\":false}");
	call_stop(&d);
}

static void two_collections_at_the_same_time_are_one_too_many(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "collect_digits", "{\"max\":1}");
	llm_tool(&d, "c2", "collect_digits", "{\"max\":1}");
	llm_done(&d);
	press(&d, "5");
	want(&d, IV_ACT_LLM_ASK); /* and not at the end of the call */
	call_stop(&d);
}

static void what_cannot_be_called_is_answered_with_an_error(void **state)
{
	struct driver d;
	char large[17000];

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "nonsense", "{}");
	llm_done(&d);
	want(&d, IV_ACT_LLM_ASK);
	want_none(&d, IV_ACT_TOOL_CALL);
	want_message(&d, 0, "tool", "{\"error\":\"no such tool\"}");
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	llm_tool(&d, "c2", "book", large);
	llm_done(&d);
	want(&d, IV_ACT_LLM_ASK);
	want_none(&d, IV_ACT_TOOL_CALL);
	want_message(&d, 0, "tool", "{\"error\":\"arguments are larger than 16384 bytes\"}");
	for (int i = 0; i < 10; i++) {
		char id[8];

		(void)snprintf(id, sizeof(id), "n%d", i);
		llm_tool(&d, id, "notify", "{}");
	}
	want_message(&d, 0, "tool", "{\"error\":\"too many tools at the same time\"}");
	call_stop(&d);
}

static void the_model_is_asked_five_times_a_turn_at_most(void **state)
{
	struct driver d;
	char id[8];

	(void)state;
	start_with_tools(&d);
	for (int i = 0; i < 5; i++) {
		(void)snprintf(id, sizeof(id), "c%d", i);
		llm_tool(&d, id, "book", "{}");
		llm_done(&d);
		tool_answers(&d, id, "{}");
		run(&d, 40);
	}
	want_note(&d, "turn.failed");
	assert_int_equal(count_of(&d, IV_ACT_LLM_ASK), 5);
	call_stop(&d);
}

static void a_large_result_is_an_error(void **state)
{
	struct driver d;
	static char large[9000];

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	memset(large, '1', sizeof(large) - 1);
	tool_answers(&d, "c1", large);
	want_note(&d, "tool.failed");
	want_message(&d, 0, "tool", "{\"error\":\"the tool's answer is larger than 8192 bytes\"}");
	call_stop(&d);
}

static void the_end_cancels_what_still_runs(void **state)
{
	struct driver d;

	(void)state;
	start_with_tools(&d);
	llm_tool(&d, "c1", "book", "{}");
	llm_tool(&d, "c2", "notify", "{}");
	happens_text(&d, IV_EV_HANGUP, "hangup");
	want(&d, IV_ACT_TOOL_CANCEL);
	want(&d, IV_ACT_TOOL_CANCEL);
	want_none(&d, IV_ACT_TOOL_CANCEL);
	want_ended(&d, "hangup");
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tool_is_run_once_and_its_result_asked_about),
		cmocka_unit_test(the_history_has_the_call_and_then_its_answers),
		cmocka_unit_test(a_tool_waits_while_an_interruption_is_undecided),
		cmocka_unit_test(a_slow_tool_is_bridged_and_then_given_up),
		cmocka_unit_test(no_filler_while_the_sentence_before_the_tool_is_not_over),
		cmocka_unit_test(a_background_tool_lets_the_conversation_go_on),
		cmocka_unit_test(a_background_result_does_not_stand_between_a_call_and_its_answer),
		cmocka_unit_test(a_turn_that_started_something_is_not_taken_back),
		cmocka_unit_test(end_call_hangs_up_after_the_last_words_were_heard),
		cmocka_unit_test(the_model_is_not_asked_again_once_it_has_said_goodbye),
		cmocka_unit_test(an_interrupted_goodbye_does_not_hang_up),
		cmocka_unit_test(transfer_to_human_leads_where_the_operator_said),
		cmocka_unit_test(a_transfer_to_nobody_is_refused_and_the_call_goes_on),
		cmocka_unit_test(send_dtmf_presses_keys_and_refuses_others),
		cmocka_unit_test(who_wants_no_more_calls_is_noted_once_and_told),
		cmocka_unit_test(collect_digits_waits_for_keys),
		cmocka_unit_test(collect_digits_gives_up_ten_seconds_after_the_question),
		cmocka_unit_test(two_collections_at_the_same_time_are_one_too_many),
		cmocka_unit_test(what_cannot_be_called_is_answered_with_an_error),
		cmocka_unit_test(the_model_is_asked_five_times_a_turn_at_most),
		cmocka_unit_test(a_large_result_is_an_error),
		cmocka_unit_test(the_end_cancels_what_still_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
