/* When the caller's turn is over, and when it was not over after all. */
#include "call_driver.h"

/* Silence in ms between the last speech frame and the question to the model. */
static int64_t wait_after(struct driver *d, const char *text, double confidence)
{
	const struct seen *s;
	int64_t end;

	say_levels(d, 600, -25);
	end = d->now_us;
	final(d, text, confidence);
	run_until(d, IV_ACT_LLM_ASK, 4000);
	s = last_of(d, IV_ACT_LLM_ASK);
	return (s->now_us - end) / MS;
}

static void the_end_of_a_turn_depends_on_its_text(void **state)
{
	static const struct { const char *settings, *text; double confidence; int64_t ms;
	} cases[] = {
		{"", "What time is it?", 0.9, 220},	      /* punctuation */
		{"", "what time is it", 0.9, 440},	      /* none */
		{"", "Friday.", 0.9, 440},		      /* few words */
		{"", "What time is it?", 0.4, 1200},	      /* unsure */
		{"", "I would like a table and", 0.9, 1200},  /* trailing word */
		{"", "My number is five five one", 0.9, 800}, /* digits */
		{",\"endpointing\":{\"waitFunction\":\"100+1000*x\"}", "What time is it?", 0.9,
		 150},
		{",\"endpointing\":{\"unfinishedMs\":9000,\"maxMs\":2000}",
		 "I would like a table and", 0.9, 2000},
		{",\"endpointing\":{\"provider\":\"off\",\"maxMs\":2500}", "What time is it?", 0.9,
		 2500},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++) {
		struct driver d;
		char agent[400];
		int64_t ms;

		(void)snprintf(agent, sizeof(agent), QUIET_AGENT "%s", cases[i].settings);
		call_start(&d, agent);
		ms = wait_after(&d, cases[i].text, cases[i].confidence);
		if (ms < cases[i].ms || ms >= cases[i].ms + 20)
			fail_msg("\"%s\" ended after %lld ms, want %lld", cases[i].text, (long long)ms,
				 (long long)cases[i].ms);
		call_stop(&d);
	}
}

static void the_recognisers_own_end_of_turn_counts(void **state)
{
	struct driver d;
	int64_t end;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"endpointing\":{\"provider\":\"off\"}");
	say_levels(&d, 600, -25);
	run(&d, 80);
	end = d.now_us;
	final_eot(&d, "what time is it");
	run_until(&d, IV_ACT_LLM_ASK, 100);
	assert_in_range(last_of(&d, IV_ACT_LLM_ASK)->now_us - end, 0, 20 * MS);
	call_stop(&d);
}

static void without_words_the_agent_keeps_listening(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":0}");
	say_levels(&d, 600, -25);
	run(&d, 20000);
	want_none(&d, IV_ACT_LLM_ASK);
	assert_true(iv_call_listening(d.call));
	call_stop(&d);
}

static void the_recogniser_is_told_to_finish_after_120_ms(void **state)
{
	struct driver d;
	int64_t end;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	end = d.now_us;
	run(&d, 400);
	assert_int_equal(want(&d, IV_ACT_ASR_FINALIZE)->now_us - end, 120 * MS);
	want_none(&d, IV_ACT_ASR_FINALIZE);
	call_stop(&d);
}

static void what_is_gathered_goes_to_the_recogniser_with_the_first_silent_frame(void **state)
{
	struct driver d;
	int64_t end;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	want_none(&d, IV_ACT_ASR_FLUSH);
	end = d.now_us;
	run(&d, 400);
	assert_int_equal(want(&d, IV_ACT_ASR_FLUSH)->now_us - end, 20 * MS);
	want_none(&d, IV_ACT_ASR_FLUSH);
	call_stop(&d);
}

static void the_dying_away_of_a_word_belongs_to_it_but_does_not_delay_the_end_of_the_turn(void **state)
{
	struct driver d;
	int64_t loud, end;

	(void)state;
	call_start(&d, QUIET_AGENT);
	run(&d, 500);
	say_levels(&d, 600, -25);
	loud = d.now_us;
	say_levels(&d, 100, -56);
	end = d.now_us;
	final(&d, "What time is it?", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 1000);
	assert_int_equal((last_of(&d, IV_ACT_LLM_ASK)->now_us - loud) / MS, 220);
	answer(&d, "It is ten.");
	run(&d, 3000);
	assert_int_equal(iv_call_last_turn(d.call)->at_us.vad_end, end);
	call_stop(&d);
}

static void a_partial_without_its_final_counts_after_a_while(void **state)
{
	struct driver d;
	int64_t end;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	end = d.now_us;
	partial(&d, "what time is it?");
	run_until(&d, IV_ACT_LLM_ASK, 2000);
	assert_in_range((last_of(&d, IV_ACT_LLM_ASK)->now_us - end) / MS, 800, 860);
	want_message(&d, 0, "user", "what time is it?");
	call_stop(&d);
}

static void a_recogniser_that_lags_does_not_split_a_turn(void **state)
{
	static const char *const grows[] = {"book a table", "book a table for two", "book a table for two tomorrow",
					    "book a table for two tomorrow at seven."};
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 1500, -25);
	for (size_t i = 0; i < IV_COUNT(grows); i++) {
		partial(&d, grows[i]);
		run(&d, 300);
	}
	want_none(&d, IV_ACT_LLM_ASK);
	run_until(&d, IV_ACT_LLM_ASK, 1000);
	want_message(&d, 0, "user", grows[3]);
	call_stop(&d);
}

static void the_late_final_of_a_partial_already_taken_changes_nothing(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	partial(&d, "what time is it");
	run_until(&d, IV_ACT_LLM_ASK, 2000);
	forget(&d);
	final(&d, "What time is it?", 0.9);
	run(&d, 200);
	want_none(&d, IV_ACT_LLM_CANCEL);
	answer(&d, "It is half past ten in the morning.");
	run(&d, 1000);
	want_none(&d, IV_ACT_LEG_CLEAR);
	call_stop(&d);
}

static void the_same_words_said_again_are_heard_again(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	partial(&d, "what time is it");
	run_until(&d, IV_ACT_LLM_ASK, 2000);
	answer(&d, "It is ten.");
	run(&d, 4000);
	ask(&d, "What time is it?");
	want_message(&d, 0, "user", "What time is it?");
	call_stop(&d);
}

static void the_late_final_while_the_agent_speaks_is_no_interruption(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	partial(&d, "what time is it");
	run_until(&d, IV_ACT_LLM_ASK, 2000);
	answer(&d, "It is half past ten in the morning.");
	run(&d, 300);
	forget(&d);
	final(&d, "What lime is it?", 0.9); /* heard otherwise, but nobody spoke since */
	run(&d, 300);
	want_none(&d, IV_ACT_LEG_CLEAR);
	want_none(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

static void a_late_final_with_more_words_takes_the_answer_back(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	partial(&d, "I want a table");
	run_until(&d, IV_ACT_LLM_ASK, 2000);
	final(&d, "I want a table on Friday.", 0.9);
	want(&d, IV_ACT_LLM_CANCEL);
	run_until(&d, IV_ACT_LLM_ASK, 2000);
	want_message(&d, 0, "user", "I want a table on Friday.");
	call_stop(&d);
}

static void a_partial_behind_finals_is_not_lost(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	final(&d, "I want a table.", 0.9);
	say_levels(&d, 600, -25);
	partial(&d, "On Friday");
	run_until(&d, IV_ACT_LLM_ASK, 3000);
	want_message(&d, 0, "user", "I want a table. On Friday");
	call_stop(&d);
}

static void who_goes_on_speaking_takes_the_answer_back(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "I want a table.");
	llm(&d, "Sure. For how many people? "); /* a sentence is with the synthesiser already */
	want(&d, IV_ACT_TTS_SAY);
	say_levels(&d, 300, -25);
	want(&d, IV_ACT_LLM_CANCEL);
	want(&d, IV_ACT_TTS_CANCEL);
	run(&d, 60);
	final(&d, "On Friday.", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 1000);
	want_message(&d, 0, "user", "I want a table. On Friday.");
	{
		cJSON *all = messages(&d);

		assert_int_equal(cJSON_GetArraySize(all), 1);
		cJSON_Delete(all);
	}
	call_stop(&d);
}

static void a_cough_while_the_model_thinks_only_asks_again(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "I want a table.");
	say_levels(&d, 240, -25);
	want(&d, IV_ACT_LLM_CANCEL);
	run_until(&d, IV_ACT_LLM_ASK, 1000);
	want_message(&d, 0, "user", "I want a table.");
	call_stop(&d);
}

static void words_too_quiet_for_the_detector_are_a_turn_of_their_own(void **state)
{
	struct driver d;
	int64_t at;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "What time is it?");
	answer(&d, "It is ten.");
	run(&d, 3000);
	forget(&d);
	at = d.now_us;
	partial(&d, "and");
	run(&d, 300);
	want_none(&d, IV_ACT_LLM_ASK); /* silence counts from these words, not from the last turn */
	partial(&d, "and tomorrow");
	final(&d, "And tomorrow?", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 1000);
	assert_true(last_of(&d, IV_ACT_LLM_ASK)->now_us - at >= 500 * MS);
	answer(&d, "Tomorrow too.");
	run(&d, 3000);
	assert_int_equal(iv_call_last_turn(d.call)->at_us.vad_end, -1);
	call_stop(&d);
}

static void a_caller_whose_frames_stop_is_still_answered(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	say_levels(&d, 600, -25);
	final(&d, "What time is it?", 0.9);
	d.no_frames = true; /* muted the microphone in the middle of speech */
	run_until(&d, IV_ACT_LLM_ASK, 2000);
	call_stop(&d);
}

static void typed_text_is_a_turn(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	happens_text(&d, IV_EV_TEXT, "  what time is it  ");
	want_text(&d, IV_ACT_STT, "what time is it");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "user", "what time is it");
	happens_text(&d, IV_EV_TEXT, "in Delhi"); /* nothing was said yet: both are one turn */
	want(&d, IV_ACT_LLM_CANCEL);
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "user", "what time is it in Delhi");
	answer(&d, "It is ten in the morning in Delhi.");
	run(&d, 600);
	happens_text(&d, IV_EV_TEXT, "stop");
	want(&d, IV_ACT_LEG_CLEAR);
	want(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

static void the_stamps_of_a_turn_are_in_order_and_vad_end_is_the_last_speech(void **state)
{
	struct driver d;
	const struct iv_turn_report *r;
	int64_t begin, end;

	(void)state;
	call_start(&d, QUIET_AGENT);
	run(&d, 500);
	begin = d.now_us;
	say_levels(&d, 300, -25);
	partial(&d, "what");
	say_levels(&d, 300, -25);
	end = d.now_us;
	run(&d, 100);
	final(&d, "What time is it?", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 1000);
	run(&d, 100);
	llm(&d, "It is ten. ");
	llm_done(&d);
	run(&d, 2000);
	r = iv_call_last_turn(d.call);
	assert_int_equal(r->at_us.speech_start, begin);
	assert_int_equal(r->at_us.vad_end, end);
	assert_int_equal(r->at_us.stt_first, begin + 300 * MS);
	assert_int_equal(r->at_us.stt_final, end + 100 * MS);
	assert_true(r->at_us.eou >= end + 220 * MS && r->at_us.eou < end + 240 * MS);
	assert_true(r->at_us.llm_first >= r->at_us.eou);
	assert_true(r->at_us.sentence_first >= r->at_us.llm_first);
	assert_true(r->at_us.tts_first >= r->at_us.sentence_first);
	assert_true(r->at_us.leg_first >= r->at_us.tts_first);
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_a_turn_depends_on_its_text),
		cmocka_unit_test(the_recognisers_own_end_of_turn_counts),
		cmocka_unit_test(without_words_the_agent_keeps_listening),
		cmocka_unit_test(the_recogniser_is_told_to_finish_after_120_ms),
		cmocka_unit_test(
			what_is_gathered_goes_to_the_recogniser_with_the_first_silent_frame),
		cmocka_unit_test(
			the_dying_away_of_a_word_belongs_to_it_but_does_not_delay_the_end_of_the_turn),
		cmocka_unit_test(a_partial_without_its_final_counts_after_a_while),
		cmocka_unit_test(a_recogniser_that_lags_does_not_split_a_turn),
		cmocka_unit_test(the_late_final_of_a_partial_already_taken_changes_nothing),
		cmocka_unit_test(the_same_words_said_again_are_heard_again),
		cmocka_unit_test(the_late_final_while_the_agent_speaks_is_no_interruption),
		cmocka_unit_test(a_late_final_with_more_words_takes_the_answer_back),
		cmocka_unit_test(a_partial_behind_finals_is_not_lost),
		cmocka_unit_test(who_goes_on_speaking_takes_the_answer_back),
		cmocka_unit_test(a_cough_while_the_model_thinks_only_asks_again),
		cmocka_unit_test(words_too_quiet_for_the_detector_are_a_turn_of_their_own),
		cmocka_unit_test(a_caller_whose_frames_stop_is_still_answered),
		cmocka_unit_test(typed_text_is_a_turn),
		cmocka_unit_test(the_stamps_of_a_turn_are_in_order_and_vad_end_is_the_last_speech),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
