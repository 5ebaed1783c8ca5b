/* The first words: consent, disclosure, greeting, in that order; what the law wants heard is heard. */
#include "call_driver.h"

#define OPENING                                                                                \
	"\"name\":\"t\",\"disclosure\":\"This is an automated voice.\",\"greeting\":\"Hello, " \
	"what can I do for you?\""
#define ASKING                                                                    \
	OPENING ",\"consent\":{\"mode\":\"ask\",\"prompt\":\"May we record this " \
		"call?\",\"declined\":\"Then goodbye.\"}"

static void the_disclosure_is_the_first_thing_said(void **state)
{
	struct driver d;

	(void)state;
	driver_init(&d);
	d.opts.consent_prompt = IV_S("Calls are recorded.");
	driver_start(&d, OPENING);
	run(&d, 9000);
	assert_int_equal(d.seen[0].a.type, IV_ACT_NOTE);
	assert_int_equal(d.seen[1].a.type, IV_ACT_ASR_OPEN);
	want_text(&d, IV_ACT_SAY, "Calls are recorded.");
	want_text(&d, IV_ACT_SAY, "This is an automated voice.");
	want_text(&d, IV_ACT_SAY, "Hello, what can I do for you?");
	want(&d, IV_ACT_TURN);
	assert_int_equal(iv_call_last_turn(d.call)->outcome, IV_TURN_COMPLETED);
	want_message(&d, 0, "assistant",
		     "Calls are recorded. This is an automated voice. Hello, what can I do for you?");
	call_stop(&d);
}

static void the_disclosure_cannot_be_interrupted_the_greeting_can(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, OPENING);
	run(&d, 400);
	say_levels(&d, 700, -20);
	partial(&d, "stop talking please");
	want_none(&d, IV_ACT_LEG_CLEAR);
	run(&d, 900); /* 27 letters of 60 ms: the greeting is playing */
	want_none(&d, IV_ACT_LEG_CLEAR);
	forget(&d);
	say_levels(&d, 160, -20);
	want(&d, IV_ACT_LEG_CLEAR);
	call_stop(&d);
}

static void that_the_disclosure_was_heard_is_noted_when_all_of_it_was(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, OPENING);
	run(&d, 2200); /* 27 letters of 60 ms, and some of the greeting */
	want_no_note(&d, "disclosure.spoken");
	say_levels(&d, 700, -20);
	final(&d, "Stop it.", 0.9);
	run(&d, 1500);
	want_note(&d, "disclosure.spoken");
	call_stop(&d);

	call_start(&d, OPENING);
	run(&d, 900);
	happens(&d, IV_EV_HANGUP);
	want_ended(&d, "hangup");
	for (size_t i = 0; i < d.seen_count; i++)
		assert_false(d.seen[i].a.type == IV_ACT_NOTE && iv_str_eq(d.seen[i].a.name, IV_S("disclosure.spoken")));
	call_stop(&d);
}

static void words_said_during_the_disclosure_are_answered_after_it(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, "\"name\":\"t\",\"disclosure\":\"This is an automated voice.\"");
	run(&d, 200);
	say_levels(&d, 600, -20);
	final(&d, "I want a table.", 0.9);
	run_until(&d, IV_ACT_LLM_ASK, 3000);
	want_message(&d, 0, "user", "I want a table.");
	call_stop(&d);
}

static void a_yes_to_the_consent_question_brings_the_greeting(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, ASKING);
	run(&d, 6000);
	want_note(&d, "consent.prompted");
	want_none(&d, IV_ACT_LLM_ASK);
	say_levels(&d, 400, -20);
	final(&d, "Yes, that is fine.", 0.9);
	run(&d, 3000);
	want_note(&d, "consent.granted");
	want_text(&d, IV_ACT_SAY, "Hello, what can I do for you?");
	want_none(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

static void a_no_to_the_consent_question_ends_the_call(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, ASKING);
	run(&d, 6000);
	say_levels(&d, 400, -20);
	final(&d, "No, I do not want that.", 0.9);
	run(&d, 3000);
	want_note(&d, "consent.declined");
	want_text(&d, IV_ACT_SAY, "Then goodbye.");
	want_ended(&d, "consent_declined");
	call_stop(&d);
}

static void an_unclear_answer_is_asked_again_once_and_then_counts_as_no(void **state)
{
	static const char *const unclear[] = {"What was that?", "Yes no maybe."};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(unclear); i++) {
		struct driver d;

		call_start(&d, ASKING);
		run(&d, 6000);
		forget(&d);
		say_levels(&d, 400, -20);
		final(&d, unclear[i], 0.9);
		run(&d, 4000);
		want_text(&d, IV_ACT_SAY, "May we record this call?");
		want_no_note(&d, "consent.declined");
		say_levels(&d, 400, -20);
		final(&d, unclear[i], 0.9);
		run(&d, 4000);
		want_ended(&d, "consent_declined");
		call_stop(&d);
	}
}

static void an_announced_consent_is_not_waited_for(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, OPENING ",\"consent\":{\"mode\":\"announce\",\"prompt\":\"We record this.\"}");
	run(&d, 6000);
	want_text(&d, IV_ACT_SAY, "We record this.");
	want_text(&d, IV_ACT_SAY, "Hello, what can I do for you?");
	call_stop(&d);
}

static void an_agent_with_nothing_to_say_listens_at_once(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	want_none(&d, IV_ACT_TTS_SAY);
	ask(&d, "What time is it?");
	call_stop(&d);
}

static void a_long_greeting_is_said_in_pieces(void **state)
{
	struct driver d;
	char agent[1200];
	size_t n = (size_t)snprintf(agent, sizeof(agent), "\"name\":\"t\",\"greeting\":\"");

	(void)state;
	for (int i = 0; i < 12; i++)
		n += (size_t)snprintf(agent + n, sizeof(agent) - n,
				      "This is one more sentence of a long hello. ");
	(void)snprintf(agent + n, sizeof(agent) - n, "\"");
	call_start(&d, agent);
	run(&d, 36000);
	for (size_t i = 0; i < d.seen_count; i++)
		if (d.seen[i].a.type == IV_ACT_TTS_SAY)
			assert_in_range(d.seen[i].a.text.len, 1, 240);
	assert_int_equal(count_of(&d, IV_ACT_TURN), 1);
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_disclosure_is_the_first_thing_said),
		cmocka_unit_test(the_disclosure_cannot_be_interrupted_the_greeting_can),
		cmocka_unit_test(that_the_disclosure_was_heard_is_noted_when_all_of_it_was),
		cmocka_unit_test(words_said_during_the_disclosure_are_answered_after_it),
		cmocka_unit_test(a_yes_to_the_consent_question_brings_the_greeting),
		cmocka_unit_test(a_no_to_the_consent_question_ends_the_call),
		cmocka_unit_test(an_unclear_answer_is_asked_again_once_and_then_counts_as_no),
		cmocka_unit_test(an_announced_consent_is_not_waited_for),
		cmocka_unit_test(an_agent_with_nothing_to_say_listens_at_once),
		cmocka_unit_test(a_long_greeting_is_said_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
