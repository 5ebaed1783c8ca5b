/* schedule.c on a virtual clock: when each try comes, and what ends them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "../../../src/modules/webhook/schedule.h"

#define S ((int64_t)1000)
#define H (3600 * S)

static const struct webhook_rules standard = {.plan = WEBHOOK_STANDARD};
static const struct webhook_rules quick = {.plan = WEBHOOK_SHORT, .short_retries = 3, .short_jitter = true};

static struct webhook_answer status(int n)
{
	return (struct webhook_answer){n >= 400 ? IV_EUPSTREAM : IV_OK, n, -1};
}

static struct webhook_answer none(enum iv_code code)
{
	return (struct webhook_answer){code, 0, -1};
}

/* One delivery from its first try to its end against a receiver that answers `a` until `mended` tries. */
struct life {
	int64_t at_ms[32];
	int tries;
	enum webhook_verdict end;
};

static struct life live(const struct webhook_rules *rules, struct webhook_answer a, int mended, uint32_t *seed)
{
	struct life l = {0};
	int64_t clock_ms = 0;

	for (;;) {
		struct webhook_answer got = l.tries + 1 >= mended ? status(204) : a;
		struct webhook_decision d;

		l.at_ms[l.tries++] = clock_ms;
		*seed = *seed * 1664525 + 1013904223;
		d = webhook_decide(rules, l.tries, &got, *seed);
		l.end = d.verdict;
		if (d.verdict != WEBHOOK_RETRY)
			return l;
		assert_true(l.tries < 32);
		clock_ms += d.delay_ms;
	}
}

static void near(int64_t waited, int64_t step, int percent)
{
	assert_in_range(waited * 100, step * (100 - percent), step * (100 + percent));
}

static void the_standard_plan_is_ten_tries_in_75_hours(void **state)
{
	static const int64_t steps[] = {5 * S,	300 * S, 1800 * S, 2 * H, 5 * H,
					10 * H, 14 * H,	 20 * H,   24 * H};
	uint32_t seed = 1;
	double total = 0;

	(void)state;
	for (int n = 0; n < 10000; n++) {
		struct life l = live(&standard, status(500), 99, &seed);

		assert_int_equal(l.tries, 10);
		assert_int_equal(l.end, WEBHOOK_DEAD);
		for (int i = 0; i < 9; i++)
			near(l.at_ms[i + 1] - l.at_ms[i], steps[i], 20);
		total += (double)l.at_ms[9] / 10000;
	}
	/* Jitter is fair: on average the plan is its 75 h 35 min. */
	assert_true(total > 0.995 * 272105000.0 && total < 1.005 * 272105000.0);
}

static void jitter_uses_its_whole_width(void **state)
{
	struct webhook_answer bad = status(503);

	(void)state;
	assert_int_equal(webhook_decide(&standard, 1, &bad, 0).delay_ms, 4000);
	assert_int_equal(webhook_decide(&standard, 1, &bad, UINT32_MAX).delay_ms, 6000);
	assert_int_equal(webhook_decide(&quick, 2, &bad, 0).delay_ms, 3750);
	assert_int_equal(webhook_decide(&quick, 2, &bad, UINT32_MAX).delay_ms, 6250);
}

static void the_short_plan_is_one_try_and_three_more(void **state)
{
	static const int64_t steps[] = {1 * S, 5 * S, 15 * S};
	uint32_t seed = 7;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		struct life l = live(&quick, none(IV_ETIMEDOUT), 99, &seed);

		assert_int_equal(l.tries, 4);
		assert_int_equal(l.end, WEBHOOK_DEAD);
		for (int i = 0; i < 3; i++)
			near(l.at_ms[i + 1] - l.at_ms[i], steps[i], 25);
	}
}

static void more_retries_of_the_short_plan_wait_five_minutes_at_most(void **state)
{
	struct webhook_rules many = {.plan = WEBHOOK_SHORT, .short_retries = 10};
	struct webhook_answer bad = status(500);

	(void)state;
	assert_int_equal(webhook_attempts_max(&many), 11);
	assert_int_equal(webhook_decide(&many, 3, &bad, 0).delay_ms, 15000);
	assert_int_equal(webhook_decide(&many, 4, &bad, 0).delay_ms, 45000);
	assert_int_equal(webhook_decide(&many, 10, &bad, 0).delay_ms, 300000);
	assert_int_equal(webhook_decide(&many, 11, &bad, 0).verdict, WEBHOOK_DEAD);
	many.short_retries = 0;
	assert_int_equal(webhook_decide(&many, 1, &bad, 0).verdict, WEBHOOK_DEAD);
}

static void a_receiver_that_is_mended_gets_it(void **state)
{
	uint32_t seed = 3;
	struct life l = live(&standard, none(IV_EUPSTREAM), 4, &seed);

	(void)state;
	assert_int_equal(l.tries, 4);
	assert_int_equal(l.end, WEBHOOK_DELIVERED);
	near(l.at_ms[3], 5 * S + 300 * S + 1800 * S, 20);
}

static void each_answer_has_its_meaning(void **state)
{
	static const struct {
		int status;
		enum iv_code code;
		enum webhook_error error;
		enum webhook_verdict on_standard, on_short;
	} table[] = {
		{200, IV_OK, WEBHOOK_E_NONE, WEBHOOK_DELIVERED, WEBHOOK_DELIVERED},
		{204, IV_OK, WEBHOOK_E_NONE, WEBHOOK_DELIVERED, WEBHOOK_DELIVERED},
		{299, IV_OK, WEBHOOK_E_NONE, WEBHOOK_DELIVERED, WEBHOOK_DELIVERED},
		/* The head said yes; an endless or slow body takes nothing back. */
		{200, IV_ETOOBIG, WEBHOOK_E_NONE, WEBHOOK_DELIVERED, WEBHOOK_DELIVERED},
		{200, IV_ETIMEDOUT, WEBHOOK_E_NONE, WEBHOOK_DELIVERED, WEBHOOK_DELIVERED},
		{301, IV_OK, WEBHOOK_E_REDIRECT, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{302, IV_OK, WEBHOOK_E_REDIRECT, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{304, IV_OK, WEBHOOK_E_REDIRECT, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{400, IV_EUPSTREAM, WEBHOOK_E_CLIENT_ERROR, WEBHOOK_RETRY, WEBHOOK_DEAD},
		{401, IV_EUPSTREAM, WEBHOOK_E_CLIENT_ERROR, WEBHOOK_RETRY, WEBHOOK_DEAD},
		{404, IV_EUPSTREAM, WEBHOOK_E_CLIENT_ERROR, WEBHOOK_RETRY, WEBHOOK_DEAD},
		{408, IV_EUPSTREAM, WEBHOOK_E_CLIENT_ERROR, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{425, IV_EUPSTREAM, WEBHOOK_E_CLIENT_ERROR, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{429, IV_EUPSTREAM, WEBHOOK_E_RATE_LIMITED, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{410, IV_EUPSTREAM, WEBHOOK_E_GONE, WEBHOOK_GONE, WEBHOOK_GONE},
		{500, IV_EUPSTREAM, WEBHOOK_E_SERVER_ERROR, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{503, IV_EUPSTREAM, WEBHOOK_E_SERVER_ERROR, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{777, IV_EUPSTREAM, WEBHOOK_E_SERVER_ERROR, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{101, IV_OK, WEBHOOK_E_SERVER_ERROR, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{0, IV_ETIMEDOUT, WEBHOOK_E_TIMEOUT, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{0, IV_EUPSTREAM, WEBHOOK_E_CONNECTION, WEBHOOK_RETRY, WEBHOOK_RETRY},
		{0, IV_EFORBIDDEN, WEBHOOK_E_BLOCKED, WEBHOOK_RETRY, WEBHOOK_DEAD},
		{0, IV_EINVAL, WEBHOOK_E_BLOCKED, WEBHOOK_RETRY, WEBHOOK_DEAD},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		struct webhook_answer a = {table[i].code, table[i].status, -1};
		struct webhook_decision d = webhook_decide(&standard, 1, &a, 5);

		assert_int_equal(d.error, table[i].error);
		assert_int_equal(d.verdict, table[i].on_standard);
		assert_int_equal(webhook_decide(&quick, 1, &a, 5).verdict, table[i].on_short);
		assert_int_equal(d.delay_ms > 0, d.verdict == WEBHOOK_RETRY);
		assert_int_equal(webhook_errors[d.error][0] == '\0', d.verdict == WEBHOOK_DELIVERED);
	}
}

static void retry_after_lengthens_within_bounds(void **state)
{
	static const struct {
		const struct webhook_rules *rules;
		int attempts, asked_s;
		int64_t least_s, most_s;
	} table[] = {
		{&standard, 1, 0, 4, 6},	     /* never shorter than the step */
		{&standard, 1, 2, 4, 6},	     /* nor by a little */
		{&standard, 1, 120, 120, 144},	     /* as asked, and never earlier */
		{&standard, 1, 86400, 3600, 4320},   /* an hour at most early in the plan */
		{&standard, 5, 86400, 36000, 43200}, /* twice the step later (5 h) */
		{&quick, 1, 60, 60, 75},
		{&quick, 1, 86400, 300, 375},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++)
		for (uint32_t dice = 0; dice < 16; dice++) {
			struct webhook_answer a = {IV_EUPSTREAM, 429, table[i].asked_s * 1000};
			struct webhook_decision d =
				webhook_decide(table[i].rules, table[i].attempts, &a, dice * 0x11111111U);

			assert_in_range(d.delay_ms, table[i].least_s * S, table[i].most_s * S);
		}
}

static void the_last_failure_is_not_waited_behind(void **state)
{
	struct webhook_answer a = {IV_EUPSTREAM, 429, 5000};

	(void)state;
	assert_int_equal(webhook_decide(&standard, 9, &a, 0).verdict, WEBHOOK_RETRY);
	assert_int_equal(webhook_decide(&standard, 10, &a, 0).verdict, WEBHOOK_DEAD);
	/* A crash may have eaten tries without a word. */
	assert_int_equal(webhook_decide(&standard, 11, &a, 0).verdict, WEBHOOK_DEAD);
}

static void five_days_of_failures_wear_an_endpoint_out(void **state)
{
	(void)state;
	assert_false(webhook_worn_out(-1, 1000 * H));
	assert_false(webhook_worn_out(100 * H, 220 * H - 1));
	assert_true(webhook_worn_out(100 * H, 220 * H));
}

/* A dead receiver of an event every ten minutes for a week: it is disabled in its sixth day, and one good
 * answer in between starts the count again. */
static void an_endpoint_lives_through_four_bad_days_and_not_through_five(void **state)
{
	for (int good_hour = -1; good_hour <= 100; good_hour += 101) {
		int64_t since = -1, disabled_at = -1;

		(void)state;
		for (int64_t now = 0; now < 240 * H && disabled_at < 0; now += 600 * S) {
			bool good = good_hour >= 0 && now / H == good_hour;

			since = good ? -1 : since < 0 ? now : since;
			if (webhook_worn_out(since, now))
				disabled_at = now;
		}
		assert_int_equal(disabled_at / H, good_hour < 0 ? 120 : 221);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standard_plan_is_ten_tries_in_75_hours),
		cmocka_unit_test(jitter_uses_its_whole_width),
		cmocka_unit_test(the_short_plan_is_one_try_and_three_more),
		cmocka_unit_test(more_retries_of_the_short_plan_wait_five_minutes_at_most),
		cmocka_unit_test(a_receiver_that_is_mended_gets_it),
		cmocka_unit_test(each_answer_has_its_meaning),
		cmocka_unit_test(retry_after_lengthens_within_bounds),
		cmocka_unit_test(the_last_failure_is_not_waited_behind),
		cmocka_unit_test(five_days_of_failures_wear_an_endpoint_out),
		cmocka_unit_test(an_endpoint_lives_through_four_bad_days_and_not_through_five),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
