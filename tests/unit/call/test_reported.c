/* The bugs users of voice systems report most, as far as they are the machine's: each shown not to be. */
#include "call_driver.h"

#define STORY "Once upon a time there was a little fox who lived alone in the woods."
#define TOOLS ",\"tools\":[{\"name\":\"book\"},{\"name\":\"hang\"}]"

static void a_tool_call_of_a_cancelled_generation_is_never_executed(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT TOOLS);
	ask(&d, "Tell me a story.");
	llm(&d, STORY " ");
	run(&d, 1000);
	say_levels(&d, 200, -18);
	partial(&d, "no stop that");
	want(&d, IV_ACT_LLM_CANCEL);
	llm_tool(&d, "c1", "book", "{}"); /* it was on its way */
	llm_tool(&d, "c2", "end_call", "{}");
	llm_done(&d);
	want_none(&d, IV_ACT_TOOL_CALL);
	run(&d, 3000);
	want_none(&d, IV_ACT_TOOL_CALL);
	assert_false(iv_call_ended(d.call));
	call_stop(&d);
}

static void a_far_side_that_vanishes_ends_the_call_and_every_paid_stream(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT TOOLS);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	llm(&d, STORY " ");
	llm_tool(&d, "c1", "book", "{}");
	audio(&d, d.utt, 500);
	happens_text(&d, IV_EV_LEG_GONE, "transport_lost");
	want(&d, IV_ACT_TOOL_CANCEL);
	want(&d, IV_ACT_LLM_CANCEL);
	want(&d, IV_ACT_TTS_CANCEL);
	want(&d, IV_ACT_ASR_CLOSE);
	want_ended(&d, "transport_lost");
	call_stop(&d);
}

static void limits_of_duration_and_silence_hold_on_every_leg(void **state)
{
	static const enum iv_leg_kind legs[] = {IV_LEG_BROWSER, IV_LEG_JAMBONZ, IV_LEG_TWILIO};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(legs); i++) {
		struct driver d;

		call_start_on(&d, legs[i], 8000, QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":5000}");
		run(&d, 10000);
		want_ended(&d, "silence");
		call_stop(&d);
		call_start_on(&d, legs[i], 8000,
			      QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":0},\"maxDurationMs\":5000");
		say_levels(&d, 5000, -25); /* somebody talks and talks */
		run(&d, 6000);
		want_ended(&d, "max_duration");
		call_stop(&d);
	}
}

static void a_turn_that_is_only_a_tool_call_is_no_failure(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT TOOLS);
	ask(&d, "Book a table.");
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	run(&d, 100);
	want_no_note(&d, "turn.failed");
	tool_answers(&d, "c1", "{}");
	run(&d, 20);
	answer(&d, "Booked.");
	run(&d, 2000);
	want_no_note(&d, "turn.failed");
	ask(&d, "Goodbye.");
	llm_tool(&d, "c2", "end_call", "{}"); /* and one that says nothing at all */
	llm_done(&d);
	run(&d, 40);
	want_no_note(&d, "turn.failed");
	want_ended(&d, "agent_ended");
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_TOOL);
	call_stop(&d);
}

static void an_answer_of_nothing_is_a_failure_and_is_apologised_for(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT TOOLS);
	ask(&d, "What time is it?");
	llm_done(&d); /* 200, and no word */
	want_note(&d, "turn.failed");
	want(&d, IV_ACT_TTS_SAY);
	run(&d, 6000);
	ask(&d, "Book a table.");
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	run(&d, 1000); /* the filler was said */
	tool_answers(&d, "c1", "{}");
	run(&d, 20);
	llm_done(&d); /* nothing again: the caller would be left with "one moment" */
	want_note(&d, "turn.failed");
	call_stop(&d);
}

static void text_and_tool_of_one_answer_are_both_remembered(void **state)
{
	struct driver d;
	cJSON *all;
	const cJSON *m;

	(void)state;
	call_start(&d, QUIET_AGENT TOOLS);
	ask(&d, "Book a table.");
	llm(&d, "I am booking it now. ");
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	tool_answers(&d, "c1", "{}");
	run(&d, 2000);
	answer(&d, "It is done.");
	run(&d, 3000);
	all = messages(&d);
	m = cJSON_GetArrayItem(all, 1);
	assert_true(iv_str_eq(iv_json_str(m, "content"), IV_S("I am booking it now.")));
	assert_int_equal(cJSON_GetArraySize(iv_json_get(m, "tool_calls")), 1);
	cJSON_Delete(all);
	call_stop(&d);
}

static void the_context_is_what_was_heard(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	answer(&d, STORY " He never saw the sea. He never saw the hills.");
	run(&d, 400); /* all of it is written, hardly a word is heard: 500 ms, 8 letters */
	say_levels(&d, 200, -18);
	final(&d, "Stop it now.", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 1500);
	want_message(&d, 1, "assistant", "Once [interrupted by the caller]");
	call_stop(&d);
}

static void a_goodbye_is_heard_to_its_end_on_legs_that_buffer(void **state)
{
	struct driver d;
	const struct seen *last, *end;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 16000, QUIET_AGENT);
	ask(&d, "That is all.");
	llm(&d, "Goodbye and have a very nice day.");
	llm_tool(&d, "c1", "end_call", "{}");
	llm_done(&d);
	run(&d, 4000);
	last = last_of(&d, IV_ACT_LEG_SEND);
	end = last_of(&d, IV_ACT_END);
	assert_true(end->now_us - last->now_us >= 240 * MS); /* what the far end held then was played */
	call_stop(&d);
}

static void marks_that_come_at_once_do_not_end_the_turn(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 8000, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	answer(&d, "A short one."); /* 720 ms */
	run(&d, 500);
	mark_back(&d, &last_of(&d, IV_ACT_LEG_MARK)->a.mark, false);
	forget(&d);
	run(&d, 100);
	want_none(&d, IV_ACT_TURN);
	run(&d, 400);
	want(&d, IV_ACT_TURN);
	call_stop(&d);
}

static void the_agent_is_never_deaf_after_a_silent_stretch(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":0}");
	say_levels(&d, 300, -25); /* speech without words, then a long silence */
	run(&d, 30000);
	assert_true(iv_call_listening(d.call));
	ask(&d, "What time is it?");
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tool_call_of_a_cancelled_generation_is_never_executed),
		cmocka_unit_test(a_far_side_that_vanishes_ends_the_call_and_every_paid_stream),
		cmocka_unit_test(limits_of_duration_and_silence_hold_on_every_leg),
		cmocka_unit_test(a_turn_that_is_only_a_tool_call_is_no_failure),
		cmocka_unit_test(an_answer_of_nothing_is_a_failure_and_is_apologised_for),
		cmocka_unit_test(text_and_tool_of_one_answer_are_both_remembered),
		cmocka_unit_test(the_context_is_what_was_heard),
		cmocka_unit_test(a_goodbye_is_heard_to_its_end_on_legs_that_buffer),
		cmocka_unit_test(marks_that_come_at_once_do_not_end_the_turn),
		cmocka_unit_test(the_agent_is_never_deaf_after_a_silent_stretch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
