/* Every statement of placing a call: Postgres fails, or is gone, or its answer is; and Redis is. */
#include "dial_ways.h"

static int at_every_statement(const struct dial_way *way, const struct far *answer, enum fault_how how, struct house_turns turns)
{
	char row[256];
	int cases = 0;

	for (int n = turns.first;; n += turns.stride) {
		struct dial_case k = {.agent = "desk", .carrier = "jambonz", .planned = way->planned, .flow = way->flow, .how = how,
				      .n = n, .act = leaves, .far = *answer};

		if (!run_case(&k, row))
			return cases;
		check_told(&k, how != FAULT_LEFT);
		cases++;
	}
}

static void the_database_may_fail_at_every_statement(void **state)
{
	static const enum fault_how hows[] = {FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_LEFT, FAULT_CUT, FAULT_AWAY};
	/* Load; begin and write; load, begin and write: in four ways under three answers, in two under one. What was not placed
	 * is looked at once more. */
	const int all = 4 * (1 + 3 * (2 + 3) + 2) + 2 * (1 + 2 + 3);
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t w = 0; w < IV_COUNT(every_way); w++)
		for (size_t h = 0; h < IV_COUNT(hows); h++) {
			/* Before the carrier is asked its answer is all one; and connections are slow to come back. */
			size_t answers = strcmp(every_way[w].flow, "dial.check") == 0 || hows[h] >= FAULT_CUT ? 1 : IV_COUNT(every_answer);

			for (size_t a = 0; a < answers; a++)
				cases += at_every_statement(&every_way[w], &every_answer[a], hows[h], house_turns(w + h + a, answers));
		}
	assert_in_range(cases, house_whole() ? all : all / 3, all);
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
