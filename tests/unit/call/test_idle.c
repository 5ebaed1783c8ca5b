/* Silence and the clock, and the energy window. */
#include "call_driver.h"

static void silence_is_asked_about_and_ends_the_call(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":5000,\"prompts\":[\"Hello?\",\"Anybody?\"],"
				   "\"hangupMs\":20000,\"goodbye\":\"Bye.\"}");
	run(&d, 4960);
	want_none(&d, IV_ACT_TTS_SAY);
	run(&d, 100);
	want_text(&d, IV_ACT_TTS_SAY, "Hello?");
	run(&d, 6000);
	want_text(&d, IV_ACT_TTS_SAY, "Anybody?");
	run(&d, 7000);
	want_none(&d, IV_ACT_TTS_SAY); /* each once */
	run(&d, 2500);
	want_text(&d, IV_ACT_SAY, "Bye.");
	want_ended(&d, "silence");
	call_stop(&d);
}

static void a_word_of_the_caller_starts_the_silence_anew(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT
		   ",\"idle\":{\"promptMs\":5000,\"prompts\":[\"Hello?\"],\"hangupMs\":20000}");
	for (int i = 0; i < 10; i++) {
		run(&d, 4000);
		say_levels(&d, 200, -25);
	}
	want_none(&d, IV_ACT_TTS_SAY);
	assert_false(iv_call_ended(d.call));
	call_stop(&d);
}

static void prompts_are_not_part_of_the_conversation(void **state)
{
	struct driver d;
	cJSON *all;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":2000,\"prompts\":[\"Hello?\"],\"hangupMs\":0}");
	run(&d, 8000);
	want_text(&d, IV_ACT_SAY, "Hello?");
	all = messages(&d);
	assert_int_equal(cJSON_GetArraySize(all), 0);
	cJSON_Delete(all);
	call_stop(&d);
}

static void the_maximum_duration_holds_on_every_leg(void **state)
{
	static const enum iv_leg_kind legs[] = {IV_LEG_BROWSER, IV_LEG_JAMBONZ, IV_LEG_TWILIO};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(legs); i++) {
		struct driver d;

		call_start_on(&d, legs[i], 8000,
			      "\"name\":\"t\",\"maxDurationMs\":10000,\"maxDurationText\":\"Time is up.\"");
		ask(&d, "Tell me a story.");
		answer(&d, "Once upon a time there was a fox who lived in the woods behind the "
			   "hill, and every day "
			   "he went down to the river to have a look at the ships. They never "
			   "stopped.");
		run(&d, 15000);
		want_text(&d, IV_ACT_SAY, "Time is up.");
		want_ended(&d, "max_duration");
		assert_in_range(d.seen[d.seen_count - 1].now_us / MS, 10000, 12000);
		call_stop(&d);
	}
}

static void the_maximum_duration_holds_while_paused_lost_thinking_and_talking(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct driver d;

		call_start(&d, QUIET_AGENT ",\"maxDurationMs\":10000");
		d.auto_tts = false; /* and the farewell never comes either */
		ask(&d, "Tell me a story.");
		if (i == 0)
			happens(&d, IV_EV_PAUSE);
		if (i == 1)
			happens(&d, IV_EV_LEG_LOST);
		if (i == 3)
			say_levels(&d, 9500, -25);
		run(&d, 27000);
		want_ended(&d, "max_duration");
		call_stop(&d);
	}
}

static void the_energy_window_comes_exactly_once_per_250_ms(void **state)
{
	struct driver d;
	int64_t last = 0, sum = 0;
	size_t n = 0;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"idle\":{\"promptMs\":0,\"hangupMs\":0}");
	run(&d, 30000);
	for (size_t i = 0; i < d.seen_count; i++)
		if (d.seen[i].a.type == IV_ACT_EMOTION) {
			if (n++) {
				sum += d.seen[i].now_us - last;
				assert_in_range((d.seen[i].now_us - last) / MS, 240, 260);
			}
			last = d.seen[i].now_us;
		}
	assert_int_equal(n, 120);
	assert_in_range(sum / (int64_t)(n - 1) / MS, 249, 251);
	call_stop(&d);
}

static void the_energy_is_right_and_speaking_has_hysteresis(void **state)
{
	struct driver d;
	const struct seen *s;

	(void)state;
	call_start(&d, QUIET_AGENT);
	run(&d, 730);
	forget(&d);
	say_levels(&d, 250, -30);
	s = want(&d, IV_ACT_EMOTION);
	assert_true(s->a.value > -31 && s->a.value < -29);
	assert_false(s->a.flag);
	say_levels(&d, 250, -30);
	assert_true(want(&d, IV_ACT_EMOTION)->a.flag);
	run(&d, 250);
	assert_true(want(&d, IV_ACT_EMOTION)->a.flag);
	call_stop(&d);
	call_start(&d, QUIET_AGENT ",\"emotion\":false");
	run(&d, 1000);
	want_none(&d, IV_ACT_EMOTION);
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_asked_about_and_ends_the_call),
		cmocka_unit_test(a_word_of_the_caller_starts_the_silence_anew),
		cmocka_unit_test(prompts_are_not_part_of_the_conversation),
		cmocka_unit_test(the_maximum_duration_holds_on_every_leg),
		cmocka_unit_test(the_maximum_duration_holds_while_paused_lost_thinking_and_talking),
		cmocka_unit_test(the_energy_window_comes_exactly_once_per_250_ms),
		cmocka_unit_test(the_energy_is_right_and_speaking_has_hysteresis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
