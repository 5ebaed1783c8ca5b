/* Interruptions: how fast the agent falls silent, what makes one real, and how it goes on. */
#include "call_driver.h"

#define STORY "Once upon a time there was a little fox who lived alone in the woods."

/* 4140 ms of story at 60 ms a letter, `ms` of it played. */
static void tell(struct driver *d, int64_t ms)
{
	ask(d, "Tell me a story.");
	answer(d, STORY);
	run(d, ms);
	forget(d);
}

static void the_agent_is_silent_within_120_ms_of_speech(void **state)
{
	static const enum iv_leg_kind legs[] = {IV_LEG_BROWSER, IV_LEG_JAMBONZ, IV_LEG_TWILIO};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(legs); i++) {
		struct driver d;
		int64_t onset;
		const struct seen *s;

		call_start_on(&d, legs[i], 8000, QUIET_AGENT);
		tell(&d, 2000);
		onset = d.now_us;
		say_levels(&d, 200, -18);
		s = want(&d, IV_ACT_LEG_CLEAR);
		assert_in_range((s->now_us - onset) / MS, 60, 120);
		want_none(&d, IV_ACT_LEG_SEND);
		want_none(&d, IV_ACT_LLM_CANCEL);
		call_stop(&d);
	}
}

static void our_own_echo_does_not_interrupt(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	tell(&d, 200);
	say_levels(&d, 3000, -50); /* the agent speaks at -20 dBFS: its echo 30 dB down */
	want_none(&d, IV_ACT_LEG_CLEAR);
	say_levels(&d, 140, -22); /* the caller over it */
	want(&d, IV_ACT_LEG_CLEAR);
	call_stop(&d);
}

static void words_of_our_echo_are_no_turn_of_the_caller(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	tell(&d, 1500);
	partial(&d, "a little fox who lived");
	final(&d, "A little fox who lived alone.", 0.8);
	run(&d, 5000);
	want_none(&d, IV_ACT_LEG_CLEAR);
	want_none(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

static void words_make_it_real_and_cut_the_history_at_a_word(void **state)
{
	struct driver d;
	const struct iv_turn_report *r;
	struct iv_usage u;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	llm(&d, STORY " And then ");
	audio(&d, d.utt, 4140);
	tts_done(&d, d.utt);
	run(&d, 2000);
	forget(&d);
	say_levels(&d, 300, -18);
	want(&d, IV_ACT_LEG_CLEAR);
	want_none(&d, IV_ACT_CUT_FROM);
	partial(&d, "stop");
	want(&d, IV_ACT_LLM_CANCEL);
	want(&d, IV_ACT_CUT_FROM);
	want(&d, IV_ACT_TURN);
	r = iv_call_last_turn(d.call);
	assert_int_equal(r->outcome, IV_TURN_INTERRUPTED);
	/* 2.1 s of 60 ms a letter: 35 letters */
	if (!iv_str_eq(r->heard, IV_S("Once upon a time there was a little")))
		driver_fail(&d, "heard \"%.*s\"", IV_FMT(r->heard));
	want_message(&d, 0, "assistant", "Once upon a time there was a little [interrupted by the caller]");
	iv_call_usage(d.call, &u);
	assert_int_equal(u.interruptions, 1);
	run(&d, 60);
	final(&d, "Stop it please.", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 1000);
	want_message(&d, 0, "user", "Stop it please.");
	call_stop(&d);
}

static void a_sentence_in_synthesis_is_cancelled_too(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	answer(&d, STORY);
	audio(&d, d.utt, 2000); /* half of it, the rest still coming */
	run(&d, 1900);
	say_levels(&d, 200, -18);
	partial(&d, "stop");
	want(&d, IV_ACT_TTS_CANCEL);
	audio(&d, d.utt, 500); /* and comes all the same */
	want(&d, IV_ACT_TURN);
	assert_int_equal(iv_call_audio_end(d.call), last_of(&d, IV_ACT_CUT_FROM)->a.at);
	/* 2.0 s were heard, of a sentence that would take 4.3: not all of the text is told as heard */
	assert_in_range(iv_call_last_turn(d.call)->heard.len, 20, 40);
	call_stop(&d);
}

static void after_a_cough_the_agent_goes_on_within_a_second_from_the_word_last_heard(void **state)
{
	struct driver d;
	int64_t end, at;
	const struct seen *s;

	(void)state;
	call_start(&d, QUIET_AGENT);
	tell(&d, 2000);
	say_levels(&d, 160, -18);
	end = d.now_us;
	at = iv_call_heard(d.call);
	want(&d, IV_ACT_LEG_CLEAR);
	run(&d, 1000);
	s = want(&d, IV_ACT_LEG_SEND);
	assert_in_range((s->now_us - end) / MS, 400, 1000);
	assert_in_range(s->a.at, at - 8 * 60 * 16, at); /* a word of at most 7 letters, and a blank */
	want_none(&d, IV_ACT_CUT_FROM);
	run(&d, 5000);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_COMPLETED);
	want_message(&d, 0, "assistant", STORY);
	call_stop(&d);
}

static void going_on_begins_with_the_word_that_was_cut(void **state)
{
	struct driver d;
	int64_t at;

	(void)state;
	call_start(&d, QUIET_AGENT);
	tell(&d, 1900);
	say_levels(&d, 100, -18); /* 2.0 s: "… there was a litt|le"; the word begins at letter 29 */
	want(&d, IV_ACT_LEG_CLEAR);
	run(&d, 1000);
	at = want(&d, IV_ACT_LEG_SEND)->a.at;
	assert_in_range(at, (29 * 60 - 100) * 16, 29 * 60 * 16); /* or a little before, where it is quiet */
	call_stop(&d);
}

static void a_backchannel_lets_the_agent_go_on_at_once(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	tell(&d, 1000);
	say_levels(&d, 200, -18);
	want(&d, IV_ACT_LEG_CLEAR);
	partial(&d, "uh");
	partial(&d, "uh huh");
	final(&d, "Uh-huh.", 0.9);
	want(&d, IV_ACT_LEG_SEND);
	run(&d, 8000);
	want_no_note(&d, "bargein.confirmed");
	want_none(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

static void a_yes_at_the_very_end_is_an_answer_and_no_backchannel(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "Book a table.");
	answer(&d, "Shall I book it for Friday?"); /* 1.62 s */
	run(&d, 1000);
	forget(&d);
	say_levels(&d, 240, -18);
	run(&d, 100);
	final(&d, "Yes.", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 1500);
	want_message(&d, 0, "user", "Yes.");
	call_stop(&d);
}

static void second_thoughts_need_one_word_only(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	tell(&d, 1000);
	say_levels(&d, 160, -18);
	run(&d, 700);
	want_note(&d, "bargein.resumed");
	forget(&d);
	final(&d, "Stop!", 0.9); /* the recogniser was slow */
	want_note(&d, "bargein.confirmed");
	call_stop(&d);
	call_start(&d, QUIET_AGENT);
	tell(&d, 1000);
	final(&d, "Stop!", 0.9); /* one word nobody heard spoken is not enough by itself */
	want_no_note(&d, "bargein.confirmed");
	call_stop(&d);
}

static void quiet_words_interrupt_when_there_are_enough(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	tell(&d, 1000);
	partial(&d, "excuse me please");
	want(&d, IV_ACT_LEG_CLEAR);
	want_note(&d, "bargein.confirmed");
	call_stop(&d);
}

static void min_words_and_enabled_are_obeyed(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"bargeIn\":{\"minWords\":3}");
	tell(&d, 1000);
	say_levels(&d, 200, -18);
	partial(&d, "wait now");
	want_no_note(&d, "bargein.confirmed");
	partial(&d, "wait now please");
	want_note(&d, "bargein.confirmed");
	call_stop(&d);
	call_start(&d, QUIET_AGENT ",\"bargeIn\":{\"enabled\":false}");
	tell(&d, 1000);
	say_levels(&d, 600, -18);
	final(&d, "Wait now please.", 0.9);
	want_none(&d, IV_ACT_LEG_CLEAR);
	run_until(&d, IV_ACT_LLM_ASK, 6000); /* but it is heard and answered */
	call_stop(&d);
}

static void without_resume_a_false_alarm_ends_the_turn(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"bargeIn\":{\"resume\":false}");
	tell(&d, 1000);
	say_levels(&d, 160, -18);
	run(&d, 1000);
	want_note(&d, "bargein.confirmed");
	want_no_note(&d, "bargein.resumed");
	call_stop(&d);
}

static void a_short_onset_still_waits_for_the_silence(void **state)
{
	struct driver d;
	int64_t cleared;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"bargeIn\":{\"onsetMs\":40}");
	tell(&d, 1000);
	say_levels(&d, 40, -18);
	cleared = want(&d, IV_ACT_LEG_CLEAR)->now_us;
	run(&d, 1000);
	assert_true(want(&d, IV_ACT_LEG_SEND)->now_us - cleared >= 500 * MS);
	call_stop(&d);
}

static void words_before_an_uh_huh_are_not_lost_with_it(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"bargeIn\":{\"enabled\":false}");
	tell(&d, 1000);
	final(&d, "I want another one.", 0.9);
	run(&d, 500);
	final(&d, "Okay.", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 6000);
	want_message(&d, 0, "user", "I want another one. Okay.");
	call_stop(&d);
}

static void coughs_raise_the_guard_and_words_lower_it_again(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	for (int i = 0; i < 12; i++) { /* an echo canceller that fails: every answer interrupts itself */
		tell(&d, 1000);
		say_levels(&d, 200, -24);
		run(&d, 6000);
	}
	tell(&d, 1000);
	say_levels(&d, 400, -24);
	want_none(&d, IV_ACT_LEG_CLEAR);
	for (int i = 0; i < 12; i++) {
		final(&d, "Excuse me please stop.", 0.9);
		run(&d, 2000);
		answer(&d, STORY);
		run(&d, 600);
	}
	forget(&d);
	say_levels(&d, 400, -24);
	want(&d, IV_ACT_LEG_CLEAR);
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_agent_is_silent_within_120_ms_of_speech),
		cmocka_unit_test(our_own_echo_does_not_interrupt),
		cmocka_unit_test(words_of_our_echo_are_no_turn_of_the_caller),
		cmocka_unit_test(words_make_it_real_and_cut_the_history_at_a_word),
		cmocka_unit_test(a_sentence_in_synthesis_is_cancelled_too),
		cmocka_unit_test(after_a_cough_the_agent_goes_on_within_a_second_from_the_word_last_heard),
		cmocka_unit_test(going_on_begins_with_the_word_that_was_cut),
		cmocka_unit_test(a_backchannel_lets_the_agent_go_on_at_once),
		cmocka_unit_test(a_yes_at_the_very_end_is_an_answer_and_no_backchannel),
		cmocka_unit_test(second_thoughts_need_one_word_only),
		cmocka_unit_test(quiet_words_interrupt_when_there_are_enough),
		cmocka_unit_test(min_words_and_enabled_are_obeyed),
		cmocka_unit_test(without_resume_a_false_alarm_ends_the_turn),
		cmocka_unit_test(a_short_onset_still_waits_for_the_silence),
		cmocka_unit_test(words_before_an_uh_huh_are_not_lost_with_it),
		cmocka_unit_test(coughs_raise_the_guard_and_words_lower_it_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
