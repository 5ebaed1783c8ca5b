/* The call as a whole: pause, a leg that is lost and comes back, settings that change, ends, the bill. */
#include "call_driver.h"

#define STORY "Once upon a time there was a little fox who lived alone in the woods."

static void pause_holds_everything_and_resume_goes_on_at_the_word(void **state)
{
	struct driver d;
	int64_t at;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	answer(&d, STORY);
	run(&d, 1000);
	forget(&d);
	at = iv_call_heard(d.call);
	happens(&d, IV_EV_PAUSE);
	want(&d, IV_ACT_LEG_CLEAR);
	assert_false(iv_call_listening(d.call));
	run(&d, 60000);
	say_levels(&d, 600, -18);
	final(&d, "Is anybody there?", 0.9);
	want_none(&d, IV_ACT_LEG_SEND);
	want_none(&d, IV_ACT_LLM_ASK);
	want_none(&d, IV_ACT_TTS_SAY);
	want_none(&d, IV_ACT_EMOTION);
	want_none(&d, IV_ACT_ASR_FINALIZE);
	assert_false(iv_call_ended(d.call));
	happens(&d, IV_EV_RESUME);
	assert_in_range(want(&d, IV_ACT_LEG_SEND)->a.at, at - 9600, at);
	assert_true(iv_call_listening(d.call));
	run(&d, 6000);
	want(&d, IV_ACT_TURN);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_COMPLETED);
	call_stop(&d);
}

static void a_lost_leg_is_waited_for_and_the_answer_goes_on_after_it(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	llm(&d, STORY " ");
	run(&d, 1000);
	forget(&d);
	happens(&d, IV_EV_LEG_LOST);
	d.no_frames = true;
	llm(&d, "He was red.");
	llm_done(&d);
	run(&d, 20000);
	want_none(&d, IV_ACT_LEG_SEND);
	d.no_frames = false;
	happens(&d, IV_EV_LEG_BACK);
	want(&d, IV_ACT_LEG_SEND);
	run(&d, 6000);
	want_message(&d, 0, "assistant", STORY " He was red.");
	call_stop(&d);
}

static void an_answer_that_comes_while_paused_waits(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	happens(&d, IV_EV_PAUSE);
	answer(&d, STORY);
	run(&d, 2000);
	want_none(&d, IV_ACT_LEG_SEND);
	happens(&d, IV_EV_RESUME);
	want(&d, IV_ACT_LEG_SEND);
	call_stop(&d);
}

static void every_end_cancels_what_is_paid_for_and_is_the_last_word(void **state)
{
	static const struct { enum iv_event_type type; const char *text, *reason; } ends[] = {
		{IV_EV_LEG_GONE, "caller_hangup", "caller_hangup"}, {IV_EV_HANGUP, "operator", "operator"},
		{IV_EV_HANGUP, "", "hangup"},                        {IV_EV_TRANSFER, "+91", "transfer"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(ends); i++) {
		struct driver d;

		call_start(&d, QUIET_AGENT);
		d.auto_tts = false;
		ask(&d, "Tell me a story.");
		llm(&d, STORY " ");
		audio(&d, d.utt, 1000);
		run(&d, 500);
		happens_text(&d, ends[i].type, ends[i].text);
		want(&d, IV_ACT_LLM_CANCEL);
		want(&d, IV_ACT_TTS_CANCEL);
		want(&d, IV_ACT_TURN);
		want_note(&d, "call.ended");
		want(&d, IV_ACT_ASR_CLOSE);
		want(&d, IV_ACT_END);
		want_ended(&d, ends[i].reason);
		run(&d, 500); /* the driver fails on anything after the end */
		happens_text(&d, IV_EV_TEXT, "hello");
		assert_false(iv_call_listening(d.call));
		call_stop(&d);
	}
}

static void recognisers_that_are_out_end_the_call_with_an_apology(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"apology\":\"Sorry about that.\"");
	happens(&d, IV_EV_ASR_FAILED);
	want_text(&d, IV_ACT_SAY, "Sorry about that.");
	run(&d, 2000);
	want_ended(&d, "provider");
	call_stop(&d);
}

static void a_farewell_nobody_can_speak_does_not_keep_the_call(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	happens(&d, IV_EV_ASR_FAILED);
	run(&d, 15100);
	want_ended(&d, "provider");
	call_stop(&d);
}

static void settings_are_merged_and_bad_ones_refused_whole(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	happens_text(&d, IV_EV_CONFIG, "{\"endpointing\":{\"silenceMs\":700},\"prompt\":\"Be brief.\"}");
	want_note(&d, "config.updated");
	assert_int_equal(iv_call_agent(d.call)->endpointing.silence_ms, 700);
	assert_int_equal(iv_call_agent(d.call)->endpointing.unfinished_ms, 1200);
	want_message(&d, 0, "system", "Be brief.");
	happens_text(&d, IV_EV_CONFIG, "{\"endpointing\":{\"silenceMs\":1},\"prompt\":\"Shout.\"}");
	want_note(&d, "config.refused");
	happens_text(&d, IV_EV_CONFIG, "nonsense");
	want_note(&d, "config.refused");
	assert_int_equal(iv_call_agent(d.call)->endpointing.silence_ms, 700);
	want_message(&d, 0, "system", "Be brief.");
	call_stop(&d);
}

static void the_bill_is_kept_while_the_call_lives_and_at_its_end(void **state)
{
	struct driver d;
	struct iv_usage u;
	double cost;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"tools\":[{\"name\":\"book\"}]");
	ask(&d, "Book a table.");
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	tool_answers(&d, "c1", "{}");
	run(&d, 20);
	answer(&d, "It is booked."); /* 13 letters */
	run(&d, 4000);
	iv_call_usage(d.call, &u);
	assert_int_equal(u.call_ms, d.now_us / MS);
	assert_int_equal(u.asr_ms, u.call_ms);
	assert_int_equal(u.tts_chars, 13);
	assert_int_equal(u.llm_in, 200);
	assert_int_equal(u.llm_out, 40);
	assert_int_equal(u.tool_calls, 1);
	assert_int_equal(u.turns, 2); /* the opening, which said nothing, and this one */
	cost = (double)u.call_ms / 60000 * (2.5 + 1.0) + 13 * 0.001 + 240 * 0.0001 + 0.5;
	assert_true(u.cost_inr > cost - 1e-9 && u.cost_inr < cost + 1e-9);
	happens_text(&d, IV_EV_HANGUP, "");
	run(&d, 1000);
	iv_call_usage(d.call, &u);
	assert_int_equal(u.call_ms, (d.now_us - 1000 * MS) / MS);
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pause_holds_everything_and_resume_goes_on_at_the_word),
		cmocka_unit_test(a_lost_leg_is_waited_for_and_the_answer_goes_on_after_it),
		cmocka_unit_test(an_answer_that_comes_while_paused_waits),
		cmocka_unit_test(every_end_cancels_what_is_paid_for_and_is_the_last_word),
		cmocka_unit_test(recognisers_that_are_out_end_the_call_with_an_apology),
		cmocka_unit_test(a_farewell_nobody_can_speak_does_not_keep_the_call),
		cmocka_unit_test(settings_are_merged_and_bad_ones_refused_whole),
		cmocka_unit_test(the_bill_is_kept_while_the_call_lives_and_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
