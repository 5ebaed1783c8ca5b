#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "iv_breaker.h"

#define S 1000000

static struct iv_breaker opened(void)
{
	struct iv_breaker b;
	iv_breaker_init(&b, 3, 10000);
	for (int i = 0; i < 3; i++)
		iv_breaker_result(&b, false, 0);
	assert_int_equal(b.state, IV_BREAKER_OPEN);
	return b;
}

static void failures_in_a_row_open_it(void **state)
{
	(void)state;
	struct iv_breaker b;
	iv_breaker_init(&b, 3, 10000);
	iv_breaker_result(&b, false, 0);
	iv_breaker_result(&b, false, 0);
	assert_true(iv_breaker_allow(&b, 0));
	iv_breaker_result(&b, true, 0);
	iv_breaker_result(&b, false, 0);
	iv_breaker_result(&b, false, 0);
	assert_true(iv_breaker_allow(&b, 0));
	iv_breaker_result(&b, false, 0);
	assert_false(iv_breaker_allow(&b, 0));
}

static void it_stays_open_for_its_time(void **state)
{
	(void)state;
	struct iv_breaker b = opened();
	assert_false(iv_breaker_allow(&b, 10 * S - 1));
	assert_true(iv_breaker_allow(&b, 10 * S));
}

static void half_open_lets_one_through_and_a_success_closes(void **state)
{
	(void)state;
	struct iv_breaker b = opened();
	assert_true(iv_breaker_allow(&b, 10 * S));
	assert_int_equal(b.state, IV_BREAKER_HALF_OPEN);
	assert_false(iv_breaker_allow(&b, 11 * S));
	iv_breaker_result(&b, true, 11 * S);
	assert_int_equal(b.state, IV_BREAKER_CLOSED);
	iv_breaker_result(&b, false, 11 * S);
	iv_breaker_result(&b, false, 11 * S);
	assert_true(iv_breaker_allow(&b, 11 * S));
}

static void a_failed_try_opens_it_again(void **state)
{
	(void)state;
	struct iv_breaker b = opened();
	assert_true(iv_breaker_allow(&b, 10 * S));
	iv_breaker_result(&b, false, 12 * S);
	assert_false(iv_breaker_allow(&b, 22 * S - 1));
	assert_true(iv_breaker_allow(&b, 22 * S));
}

static void a_cancelled_try_gives_its_place_to_the_next(void **state)
{
	(void)state;
	struct iv_breaker b = opened();
	assert_true(iv_breaker_allow(&b, 10 * S));
	iv_breaker_no_result(&b, 10 * S + 5);
	assert_true(iv_breaker_allow(&b, 10 * S + 5));
	assert_false(iv_breaker_allow(&b, 10 * S + 6));
}

static void a_try_nobody_reports_on_does_not_shut_it_for_ever(void **state)
{
	(void)state;
	struct iv_breaker b = opened();
	assert_true(iv_breaker_allow(&b, 10 * S));
	assert_false(iv_breaker_allow(&b, 20 * S - 1));
	assert_true(iv_breaker_allow(&b, 20 * S));
}

static void old_requests_prove_nothing_while_it_is_open(void **state)
{
	(void)state;
	struct iv_breaker b = opened();
	iv_breaker_result(&b, true, 1 * S);
	assert_false(iv_breaker_allow(&b, 1 * S));
	iv_breaker_result(&b, false, 9 * S);
	assert_true(iv_breaker_allow(&b, 10 * S));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_in_a_row_open_it),
		cmocka_unit_test(it_stays_open_for_its_time),
		cmocka_unit_test(half_open_lets_one_through_and_a_success_closes),
		cmocka_unit_test(a_failed_try_opens_it_again),
		cmocka_unit_test(a_cancelled_try_gives_its_place_to_the_next),
		cmocka_unit_test(a_try_nobody_reports_on_does_not_shut_it_for_ever),
		cmocka_unit_test(old_requests_prove_nothing_while_it_is_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
