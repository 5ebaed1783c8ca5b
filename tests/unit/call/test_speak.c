/* From the model's tokens to sentences at the synthesiser, and what happens when one of them fails. */
#include "call_driver.h"

static void the_first_sentence_is_handed_over_before_the_answer_is_done(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "What time is it?");
	llm(&d, "Sure");
	want_none(&d, IV_ACT_TTS_SAY);
	llm(&d, ". It ");
	want_text(&d, IV_ACT_TTS_SAY, "Sure.");
	llm(&d, "is ten o'clock. ");
	want_none(&d, IV_ACT_TTS_SAY); /* one at a time */
	tts_done(&d, d.utt);
	call_stop(&d);
}

static void the_next_sentence_is_synthesised_only_when_less_than_three_seconds_are_queued(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	llm(&d, "This is the first sentence. And here is the second one. And here the third. ");
	llm_done(&d);
	want_text(&d, IV_ACT_TTS_SAY, "This is the first sentence.");
	audio(&d, d.utt, 6000);
	tts_done(&d, d.utt);
	run(&d, 2600); /* 6 s, and 2.6 s and the lead are out */
	want_none(&d, IV_ACT_TTS_SAY);
	run(&d, 400);
	want_text(&d, IV_ACT_TTS_SAY, "And here is the second one.");
	want_none(&d, IV_ACT_TTS_SAY);
	call_stop(&d);
}

static void the_sentence_after_a_tool_comes_early_too(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"tools\":[{\"name\":\"book\"}]");
	ask(&d, "Book a table.");
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	tool_answers(&d, "c1", "{}");
	run_until(&d, IV_ACT_LLM_ASK, 100);
	llm(&d, "Done. ");
	want_text(&d, IV_ACT_TTS_SAY, "Done.");
	call_stop(&d);
}

static void a_failing_model_is_apologised_for_and_twice_ends_the_call(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"apology\":\"Sorry about that.\"");
	ask(&d, "What time is it?");
	happens_text(&d, IV_EV_LLM_FAILED, "timeout");
	want_text(&d, IV_ACT_SAY, "Sorry about that.");
	run(&d, 2000);
	want(&d, IV_ACT_TURN);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_FAILED);
	assert_false(iv_call_ended(d.call));
	ask(&d, "What time is it?");
	happens_text(&d, IV_EV_LLM_FAILED, "timeout");
	want_text(&d, IV_ACT_SAY, "Sorry about that.");
	run(&d, 2000);
	want_ended(&d, "provider");
	call_stop(&d);
}

static void an_answer_in_between_forgives_the_first_failure(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	for (int i = 0; i < 2; i++) {
		ask(&d, "What time is it?");
		happens_text(&d, IV_EV_LLM_FAILED, "timeout");
		run(&d, 5000);
		ask(&d, "What time is it?");
		answer(&d, "It is ten.");
		run(&d, 3000);
	}
	assert_false(iv_call_ended(d.call));
	call_stop(&d);
}

static void a_failing_synthesiser_gives_way_to_the_clip(void **state)
{
	struct driver d;
	const struct seen *s;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"apology\":\"Sorry about that.\"");
	d.auto_tts = false;
	ask(&d, "What time is it?");
	answer(&d, "It is ten.");
	forget(&d);
	happens_text(&d, IV_EV_TTS_FAILED, "timeout");
	s = want_text(&d, IV_ACT_TTS_SAY, "Sorry about that.");
	assert_true(iv_str_eq(s->a.name, IV_S("clip")));
	audio(&d, d.utt, 1000);
	tts_done(&d, d.utt);
	run(&d, 2000);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_FAILED);
	ask(&d, "And now?");
	answer(&d, "It is eleven.");
	happens_text(&d, IV_EV_TTS_FAILED, "timeout");
	happens_text(&d, IV_EV_TTS_FAILED, "no file"); /* the clip's turn: nothing is left to say it with */
	want_ended(&d, "provider");
	call_stop(&d);
}

static void a_synthesiser_that_is_done_without_a_sample_has_failed(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "What time is it?");
	answer(&d, "It is ten.");
	forget(&d);
	tts_done(&d, d.utt);
	want_note(&d, "tts.failed");
	want_note(&d, "turn.failed");
	call_stop(&d);
}

static void the_rest_of_a_sentence_that_broke_off_is_said_once_more(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "What time is it?");
	answer(&d, "It is ten o'clock in the morning. The sun is shining.");
	assert_false(last_of(&d, IV_ACT_TTS_SAY)->a.flag);
	audio(&d, d.utt, 1000); /* 16 letters at 62 ms: "It is ten" and part of a word */
	happens_text(&d, IV_EV_TTS_FAILED, "cut");
	assert_true(want_text(&d, IV_ACT_TTS_SAY, "o'clock in the morning.")->a.flag);
	audio(&d, d.utt, 1000);
	tts_done(&d, d.utt);
	assert_false(want_text(&d, IV_ACT_TTS_SAY, "The sun is shining.")->a.flag);
	audio(&d, d.utt, 1000);
	tts_done(&d, d.utt);
	run(&d, 4000);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_COMPLETED);
	want_message(&d, 0, "assistant", "It is ten o'clock in the morning. The sun is shining.");
	call_stop(&d);
}

static void a_sentence_that_breaks_off_twice_is_apologised_for(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "What time is it?");
	answer(&d, "It is ten o'clock in the morning.");
	audio(&d, d.utt, 20);
	happens_text(&d, IV_EV_TTS_FAILED, "cut");
	want_text(&d, IV_ACT_TTS_SAY, "It is ten o'clock in the morning.");
	audio(&d, d.utt, 20);
	happens_text(&d, IV_EV_TTS_FAILED, "cut");
	want_note(&d, "turn.failed");
	assert_string_equal(want(&d, IV_ACT_TTS_SAY)->a.name.ptr, "clip");
	call_stop(&d);
}

static void breaks_off(struct driver *d, int64_t after_ms, bool others)
{
	audio(d, d->utt, after_ms);
	step(d, (struct iv_event){
			.type = IV_EV_TTS_FAILED, .utt = d->utt, .text = IV_S("cut"), .flag = others});
}

static void a_click_is_not_the_end_while_somebody_new_can_be_asked(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "What time is it?");
	answer(&d, "It is ten o'clock in the morning.");
	forget(&d);
	for (int i = 0; i < 3; i++) {
		breaks_off(&d, 20, true);
		assert_true(want_text(&d, IV_ACT_TTS_SAY, "It is ten o'clock in the morning.")->a.flag);
	}
	audio(&d, d.utt, 2000);
	tts_done(&d, d.utt);
	want_no_note(&d, "turn.failed");
	run(&d, 4000);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_COMPLETED);
	want_message(&d, 0, "assistant", "It is ten o'clock in the morning.");
	call_stop(&d);
}

static void a_sentence_handed_on_twice_is_heard_whole_and_once(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "What time is it?");
	answer(&d, "It is ten o'clock in the morning and the sun is shining.");
	breaks_off(&d, 1000, true);
	want_text(&d, IV_ACT_TTS_SAY, "o'clock in the morning and the sun is shining.");
	breaks_off(&d, 1000, true); /* "o'clock in the" and part of a word */
	assert_true(want_text(&d, IV_ACT_TTS_SAY, "morning and the sun is shining.")->a.flag);
	breaks_off(&d, 1000, false); /* nobody new, but it gets on: "morning and the" */
	assert_true(want_text(&d, IV_ACT_TTS_SAY, "sun is shining.")->a.flag);
	breaks_off(&d, 20, false); /* no further; the turn has failed in words nobody heard */
	want_note(&d, "turn.failed");
	assert_string_equal(want(&d, IV_ACT_TTS_SAY)->a.name.ptr, "clip");
	audio(&d, d.utt, 500);
	tts_done(&d, d.utt);
	run(&d, 6000);
	want_message(&d, 0, "assistant", "It is ten o'clock in the morning and the");
	call_stop(&d);
}

static void an_endless_sentence_is_cut_off(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "What time is it?");
	answer(&d, "It is ten.");
	for (int i = 0; i < 40; i++)
		audio(&d, d.utt, 2000);
	want(&d, IV_ACT_TTS_CANCEL);
	assert_true(iv_call_audio_end(d.call) <= 62 * 16000);
	call_stop(&d);
}

static void silent_providers_are_given_up(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":0}");
	d.auto_tts = false;
	ask(&d, "What time is it?");
	run(&d, 19000);
	want_none(&d, IV_ACT_LLM_CANCEL);
	run(&d, 1100);
	want(&d, IV_ACT_LLM_CANCEL);
	want(&d, IV_ACT_TTS_SAY);
	run(&d, 14700);
	want_none(&d, IV_ACT_TTS_CANCEL);
	run(&d, 400);
	want(&d, IV_ACT_TTS_CANCEL);
	call_stop(&d);
}

static void an_endless_answer_is_cut_off(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me everything.");
	for (int i = 0; i < 2000; i++)
		llm(&d, "This is one more sentence of it. ");
	want(&d, IV_ACT_LLM_CANCEL);
	want_none(&d, IV_ACT_LLM_CANCEL);
	want_no_note(&d, "turn.failed");
	call_stop(&d);
}

static void an_end_call_phrase_ends_the_call_once_it_was_heard(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"endCallPhrases\":[\"have a nice day\"]");
	ask(&d, "That is all.");
	answer(&d, "Thank you. Have a nice day!");
	run(&d, 1000);
	assert_false(iv_call_ended(d.call));
	run(&d, 2000);
	want_ended(&d, "agent_ended");
	want_message(&d, 0, "assistant", "Thank you. Have a nice day!");
	call_stop(&d);
}

static void an_operator_may_speak_and_interrupt_but_not_the_disclosure(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time there was a fox who lived in the woods.");
	run(&d, 1000);
	step(&d, (struct iv_event){.type = IV_EV_SAY, .text = IV_S("The operator speaks."), .flag = true});
	want(&d, IV_ACT_LEG_CLEAR);
	want_text(&d, IV_ACT_TTS_SAY, "The operator speaks.");
	call_stop(&d);
	call_start(&d, "\"name\":\"t\",\"disclosure\":\"This is an automated voice.\"");
	run(&d, 300);
	step(&d, (struct iv_event){.type = IV_EV_SAY, .text = IV_S("The operator speaks."), .flag = true});
	want_none(&d, IV_ACT_LEG_CLEAR);
	want_text(&d, IV_ACT_TTS_SAY, "The operator speaks.");
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_sentence_is_handed_over_before_the_answer_is_done),
		cmocka_unit_test(
			the_next_sentence_is_synthesised_only_when_less_than_three_seconds_are_queued),
		cmocka_unit_test(the_sentence_after_a_tool_comes_early_too),
		cmocka_unit_test(a_failing_model_is_apologised_for_and_twice_ends_the_call),
		cmocka_unit_test(an_answer_in_between_forgives_the_first_failure),
		cmocka_unit_test(a_failing_synthesiser_gives_way_to_the_clip),
		cmocka_unit_test(a_synthesiser_that_is_done_without_a_sample_has_failed),
		cmocka_unit_test(the_rest_of_a_sentence_that_broke_off_is_said_once_more),
		cmocka_unit_test(a_sentence_that_breaks_off_twice_is_apologised_for),
		cmocka_unit_test(a_click_is_not_the_end_while_somebody_new_can_be_asked),
		cmocka_unit_test(a_sentence_handed_on_twice_is_heard_whole_and_once),
		cmocka_unit_test(an_endless_sentence_is_cut_off),
		cmocka_unit_test(silent_providers_are_given_up),
		cmocka_unit_test(an_endless_answer_is_cut_off),
		cmocka_unit_test(an_end_call_phrase_ends_the_call_once_it_was_heard),
		cmocka_unit_test(an_operator_may_speak_and_interrupt_but_not_the_disclosure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
