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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_close_together_are_one_turn),
		cmocka_unit_test(the_finish_key_and_the_largest_number_end_it_at_once),
		cmocka_unit_test(what_is_no_key_is_ignored),
		cmocka_unit_test(an_entry_interrupts_the_agent),
		cmocka_unit_test(keys_pressed_while_the_line_is_elsewhere_wait_for_it_and_are_then_a_turn_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
