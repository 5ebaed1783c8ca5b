/* Every statement of placing a call: Postgres fails, or is gone, or its answer is; and Redis is. */
#include "dial_ways.h"

static void the_database_may_fail_at_every_statement(void **state)
{
	static const enum fault_how hows[] = {FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_LEFT, FAULT_CUT, FAULT_AWAY};
	char row[256];
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t w = 0; w < IV_COUNT(every_way); w++)
		for (size_t a = 0; a < IV_COUNT(every_answer); a++)
			for (size_t h = 0; h < IV_COUNT(hows); h++)
				for (int n = 0;; n++) {
					struct dial_case k = {.agent = "desk", .carrier = "jambonz", .planned = every_way[w].planned,
							      .flow = every_way[w].flow, .how = hows[h], .n = n, .act = leaves,
							      .far = every_answer[a]};

					if (a > 0 && (strcmp(k.flow, "dial.check") == 0 || hows[h] >= FAULT_CUT))
						break; /* the carrier is not asked yet; and connections are slow to come back */
					if (!run_case(&k, row))
						break;
					check_told(&k, hows[h] != FAULT_LEFT);
					cases++;
				}
	/* load; begin and write; load, begin and write: in four ways under three answers, in two under one. */
	assert_int_equal(cases, 4 * (1 + 3 * (2 + 3)) + 2 * (1 + 2 + 3));
}

static void without_redis_the_policy_decides_and_no_slot_is_lost(void **state)
{
	char row[256];

	(void)state;
	if (!there)
		skip();
	for (size_t a = 0; a < IV_COUNT(every_answer); a++)
		for (int planned = 0; planned < 2; planned++) {
			struct dial_case k = {.agent = "desk", .carrier = "jambonz", .planned = planned, .frozen = true,
					      .far = every_answer[a]};

			(void)run_case(&k, row);
			check_told(&k, true);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_database_may_fail_at_every_statement),
		cmocka_unit_test(without_redis_the_policy_decides_and_no_slot_is_lost),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d calls dialled\n", now.cases);
	return failed;
}
