/* Keys the caller presses without being asked: a turn of their own. */
#include "call_driver.h"

static void digits_close_together_are_one_turn(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	press(&d, "123");
	want_text(&d, IV_ACT_DTMF_IN, "1");
	want_text(&d, IV_ACT_DTMF_IN, "2");
	want_text(&d, IV_ACT_DTMF_IN, "3");
	run(&d, 1380);
	want_none(&d, IV_ACT_LLM_ASK);
	run(&d, 60);
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "user", "[keypad: 123]");
	call_stop(&d);
}

static void the_finish_key_and_the_largest_number_end_it_at_once(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"keypad\":{\"maxDigits\":4}");
	press(&d, "12#");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "user", "[keypad: 12]");
	answer(&d, "Yes.");
	run(&d, 2000);
	press(&d, "5678");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "user", "[keypad: 5678]");
	call_stop(&d);
}

static void what_is_no_key_is_ignored(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	press(&d, "x\"{");
	want_none(&d, IV_ACT_DTMF_IN);
	run(&d, 3000);
	want_none(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

static void an_entry_interrupts_the_agent(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time there was a fox who lived in the woods.");
	run(&d, 600);
	press(&d, "1#");
	want(&d, IV_ACT_LEG_CLEAR);
	want(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

static void keys_pressed_while_the_line_is_elsewhere_wait_for_it_and_are_then_a_turn_at_once(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT ",\"keypad\":{\"maxDigits\":3}");
	step(&d, (struct iv_event){.type = IV_EV_LEG_LOST});
	press(&d, "4242#7");
	run(&d, 5000);
	want_none(&d, IV_ACT_LLM_ASK);
	step(&d, (struct iv_event){.type = IV_EV_LEG_BACK});
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "user", "[keypad: 42427]");
	step(&d, (struct iv_event){.type = IV_EV_LEG_LOST});
	step(&d, (struct iv_event){.type = IV_EV_LEG_BACK});
	run(&d, 3000);
	want_none(&d, IV_ACT_LLM_ASK);
	call_stop(&d);
}

#define NINE QUIET_AGENT ",\"optOutDigit\":\"9\",\"optOutText\":\"No more calls.\""

static void the_key_of_those_who_want_no_more_calls_is_noted_confirmed_and_ends_the_call(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, NINE);
	ask(&d, "Who is this?");
	answer(&d, "This is the shop that sells the very best tea there is in town.");
	run(&d, 500);
	press(&d, "9");
	want_text(&d, IV_ACT_DTMF_IN, "9");
	assert_non_null(strstr(want_note(&d, "callee.opted_out")->a.text.ptr, "\"by\":\"keys\""));
	want_text(&d, IV_ACT_SAY, "No more calls.");
	press(&d, "9");
	want_no_note(&d, "callee.opted_out");
	run(&d, 3000);
	want_ended(&d, "opted_out");
	call_stop(&d);
}

static void within_a_number_the_same_key_is_a_digit(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, NINE);
	press(&d, "19#");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "user", "[keypad: 19]");
	llm_tool(&d, "c1", "collect_digits", "{\"max\":2}");
	llm_done(&d);
	press(&d, "99");
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"digits\":\"99\",\"complete\":true}");
	want_no_note(&d, "callee.opted_out");
	call_stop(&d);
}

static void without_such_a_key_no_key_is_one(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	press(&d, "9#");
	want(&d, IV_ACT_LLM_ASK);
	want_no_note(&d, "callee.opted_out");
	call_stop(&d);
}

static void the_key_counts_while_the_call_is_on_hold_and_when_the_line_is_elsewhere(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, NINE);
	happens(&d, IV_EV_PAUSE);
	press(&d, "19");
	want_note(&d, "callee.opted_out");
	run(&d, 3000);
	want_ended(&d, "opted_out");
	call_stop(&d);
	call_start(&d, NINE);
	step(&d, (struct iv_event){.type = IV_EV_LEG_LOST});
	press(&d, "9");
	want_note(&d, "callee.opted_out");
	want_ended(&d, "opted_out");
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_close_together_are_one_turn),
		cmocka_unit_test(the_finish_key_and_the_largest_number_end_it_at_once),
		cmocka_unit_test(what_is_no_key_is_ignored),
		cmocka_unit_test(an_entry_interrupts_the_agent),
		cmocka_unit_test(keys_pressed_while_the_line_is_elsewhere_wait_for_it_and_are_then_a_turn_at_once),
		cmocka_unit_test(the_key_of_those_who_want_no_more_calls_is_noted_confirmed_and_ends_the_call),
		cmocka_unit_test(within_a_number_the_same_key_is_a_digit),
		cmocka_unit_test(without_such_a_key_no_key_is_one),
		cmocka_unit_test(the_key_counts_while_the_call_is_on_hold_and_when_the_line_is_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
