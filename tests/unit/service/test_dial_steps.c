/* Every step of placing a call: who asks leaves, the process drains. */
#include "dial_ways.h"

static int at_every_step(void (*act)(void *arg), bool stays)
{
	char row[256];
	int cases = 0;

	for (size_t w = 0; w < IV_COUNT(every_way); w++)
		for (size_t a = 0; a < IV_COUNT(every_answer); a++)
			for (int n = 0;; n++) {
				struct dial_case k = {.agent = "desk", .carrier = "jambonz", .planned = every_way[w].planned,
						      .flow = every_way[w].flow, .how = FAULT_AT_STEP, .n = n, .act = act,
						      .far = every_answer[a]};

				if (strcmp(k.flow, "dial.check") == 0 && a > 0)
					break; /* the carrier is not asked yet */
				if (!run_case(&k, row))
					break;
				check_told(&k, stays);
				cases++;
			}
	return cases;
}

static void whoever_asks_may_leave_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	/* 4 to check; 6 and 10 to place, under three answers. */
	assert_int_equal(at_every_step(leaves, false), 4 + 3 * (6 + 10));
}

static void the_process_may_drain_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_int_equal(at_every_step(drains, true), 4 + 3 * (6 + 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_asks_may_leave_at_every_step),
		cmocka_unit_test(the_process_may_drain_at_every_step),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d calls dialled\n", now.cases);
	return failed;
}
