/* Money: decimals read and printed, sums that do not fit, costs by rate cards. */
#include "check.h"

#include "iv_money.h"

static void decimals_are_read_exactly(void **state)
{
	static const struct {
		const char *text;
		int decimals;
		int64_t want;
	} rows[] = {
		{"0", 6, 0},
		{"-0", 6, 0},
		{"1", 6, 1000000},
		{"12.5", 6, 12500000},
		{"-12.5", 6, -12500000},
		{"0.000001", 6, 1},
		{"-0.000001", 6, -1},
		{"00012.50", 6, 12500000},
		{"1.50000000000000", 6, 1500000}, /* as numeric prints it */
		{"0.1", 1, 1},
		{"7", 0, 7},
		{"7.000", 0, 7},
		{"0.00000001", 8, 1},
		{"99999999.99999999", 8, 9999999999999999},
		{"9223372036854.775807", 6, INT64_MAX},
		{"-9223372036854.775808", 6, INT64_MIN},
		{"0.3", 6, 300000}, /* which no double holds */
		{"9.223372036854775807", 18, INT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		int64_t got = 77;

		if (!iv_decimal_parse(iv_str(rows[i].text), rows[i].decimals, &got) || got != rows[i].want)
			fail_msg("%s: %lld", rows[i].text, (long long)got);
	}
}

static void what_is_no_decimal_is_refused(void **state)
{
	static const char *const rows[] = {
		"", "-", "+1", " 1", "1 ", ".5", "5.", "-.5", "1..2", "1.2.3", "1,5", "1e3", "0x10", "NaN", "inf", "--1", "1-",
		"0.0000001", "1.2345678", "9223372036854.775808", "-9223372036854.775809", "99999999999999999999",
		"9223372036855", "\xE0\xA5\xA7", "1_000", "$1", "1.-5",
	};
	int64_t got = 77;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (iv_money_parse(iv_str(rows[i]), &got))
			fail_msg("\"%s\" was read", rows[i]);
	}
	assert_false(iv_money_parse(IV_STR_NULL, &got));
	assert_false(iv_money_parse((struct iv_str){"1\0", 2}, &got));
	assert_true(got == 77);
}

static void amounts_are_printed_with_halves_up(void **state)
{
	static const struct {
		int64_t micro;
		int shown;
		const char *want;
	} rows[] = {
		{0, 2, "0.00"},
		{0, 0, "0"},
		{0, -1, "0"},
		{12500000, -1, "12.5"},
		{12500000, 2, "12.50"},
		{12345678, 2, "12.35"},
		{12344999, 2, "12.34"},
		{12345000, 2, "12.35"}, /* a half */
		{-12345000, 2, "-12.35"},
		{-12344999, 2, "-12.34"},
		{4999, 2, "0.00"},
		{-4999, 2, "0.00"}, /* no "-0.00" */
		{5000, 2, "0.01"},
		{-5000, 2, "-0.01"},
		{999999, 4, "1.0000"},
		{999949, 4, "0.9999"},
		{499999, 0, "0"},
		{500000, 0, "1"},
		{1, 6, "0.000001"},
		{-1, -1, "-0.000001"},
		{100000000, -1, "100"},
		{INT64_MAX, 6, "9223372036854.775807"},
		{INT64_MIN, 6, "-9223372036854.775808"},
		{INT64_MAX, 2, "9223372036854.78"},
		{INT64_MIN, 0, "-9223372036855"},
	};
	char text[IV_DECIMAL_SIZE];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		size_t n = iv_money_print(rows[i].micro, rows[i].shown, text);

		assert_string_equal(text, rows[i].want);
		assert_int_equal(n, strlen(text));
	}
	iv_decimal_print(15, IV_PRICE_DECIMALS, -1, text);
	assert_string_equal(text, "0.00000015");
}

static void what_was_printed_reads_back(void **state)
{
	uint64_t seed = 1;
	char text[IV_DECIMAL_SIZE];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int decimals = i % 19;
		int64_t value, back;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		value = (int64_t)(seed >> (i % 63)) * (i % 2 ? 1 : -1);
		iv_decimal_print(value, decimals, i % 3 ? decimals : -1, text);
		assert_true(iv_decimal_parse(iv_str(text), decimals, &back));
		assert_true(back == value);
	}
}

static void rounding_keeps_the_scale(void **state)
{
	int64_t got;

	(void)state;
	assert_true(iv_decimal_round(1234550, 6, 4, &got) && got == 1234600);
	assert_true(iv_decimal_round(1234549, 6, 4, &got) && got == 1234500);
	assert_true(iv_decimal_round(-1234550, 6, 4, &got) && got == -1234600);
	assert_true(iv_decimal_round(7, 6, 6, &got) && got == 7);
	assert_true(iv_decimal_round(7, 6, 9, &got) && got == 7);
	assert_false(iv_decimal_round(INT64_MAX, 6, 3, &got));
	assert_false(iv_decimal_round(INT64_MIN, 6, 3, &got));
}

static void a_sum_that_does_not_fit_changes_nothing(void **state)
{
	int64_t total = INT64_MAX - 5;

	(void)state;
	assert_true(iv_money_add(&total, 5) && total == INT64_MAX);
	assert_false(iv_money_add(&total, 1));
	assert_true(total == INT64_MAX);
	total = INT64_MIN + 1;
	assert_false(iv_money_add(&total, -2));
	assert_true(iv_money_add(&total, -1) && total == INT64_MIN);
}

static void currencies_are_changed_with_one_rounding(void **state)
{
	int64_t got;

	(void)state;
	assert_true(iv_money_times(300000, iv_fx(87 * IV_MICRO), &got) && got == 26100000);
	assert_true(iv_money_times(26100000, iv_fx_back(87 * IV_MICRO), &got) && got == 300000);
	assert_true(iv_money_times(1000000, iv_fx_back(87 * IV_MICRO), &got) && got == 11500); /* 0.011494… */
	assert_true(iv_money_times(50, IV_RATIO_ONE, &got) && got == 100);
	assert_true(iv_money_times(49, IV_RATIO_ONE, &got) && got == 0);
	assert_true(iv_money_times(-50, IV_RATIO_ONE, &got) && got == -100);
	assert_false(iv_money_times(INT64_MAX, iv_fx(87 * IV_MICRO), &got));
	assert_false(iv_money_times(1, (struct iv_ratio){1, 0}, &got));
	assert_false(iv_money_times(1, (struct iv_ratio){1, -1}, &got));
}

static void time_is_charged_in_whole_increments(void **state)
{
	static const struct {
		int64_t increment, ms, billed;
	} rows[] = {{1, 0, 0},	      {1, 1, 1000},	{1, 1000, 1000},   {1, 1001, 2000},    {6, 1, 6000},
		    {6, 6000, 6000},  {6, 6001, 12000}, {60, 1, 60000},	   {60, 60000, 60000}, {60, 60001, 120000},
		    {0, 1234, 1234}};
	struct iv_rate rate = {.unit = IV_UNIT_MINUTE, .price = 100000000};
	int64_t got;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		rate.increment = rows[i].increment;
		assert_true(iv_rate_billed(&rate, rows[i].ms, &got));
		assert_true(got == rows[i].billed);
	}
	rate = (struct iv_rate){.unit = IV_UNIT_CHARACTER, .increment = 1000};
	assert_true(iv_rate_billed(&rate, 1, &got) && got == 1000);
	assert_true(iv_rate_billed(&rate, 1001, &got) && got == 2000);
	rate.increment = 0;
	assert_true(iv_rate_billed(&rate, 1001, &got) && got == 1001);
	assert_false(iv_rate_billed(&rate, -1, &got));
	rate.increment = INT64_MAX - 1;
	assert_false(iv_rate_billed(&rate, INT64_MAX, &got));
}

static void the_default_card_costs_what_it_says(void **state)
{
	static const struct {
		struct iv_rate rate;
		int64_t quantity;
		const char *want;
	} rows[] = {
		{{IV_UNIT_MINUTE, 100000000, 1}, 90000, "1.5000"},	/* transport: 1.0 a minute */
		{{IV_UNIT_MINUTE, 250000000, 1}, 61000, "2.5417"},	/* stt: 2.5 a minute, 2.541666… */
		{{IV_UNIT_CHARACTER, 100000, 1}, 1234, "1.2340"},	/* tts: 0.001 a character */
		{{IV_UNIT_TOKEN, 10000, 1}, 777, "0.0777"},		/* llm: 0.0001 a token */
		{{IV_UNIT_CALL, 50000000, 1}, 1, "0.5000"},		/* platform */
		{{IV_UNIT_CALL, 10000000, 1}, 3, "0.3000"},		/* tool: never 0.30000000000000004 */
		{{IV_UNIT_MINUTE, 10000000, 60}, 180000, "0.3000"},	/* hosted, whole minutes */
		{{IV_UNIT_TOKEN_IN, 15, 1}, 333, "0.0000"},		/* 0.00004995 */
		{{IV_UNIT_TOKEN_IN, 15, 1}, 334, "0.0001"},		/* 0.00005010 */
		{{IV_UNIT_SECOND, 100000, 1}, 1500, "0.0020"},
	};
	char text[IV_DECIMAL_SIZE];
	int64_t got;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		assert_true(iv_rate_cost(&rows[i].rate, rows[i].quantity, IV_RATIO_ONE, &got));
		iv_money_print(got, 4, text);
		assert_string_equal(text, rows[i].want);
	}
}

/* By Python's decimal: 80 digits, one ROUND_HALF_UP at the end. */
static void costs_are_those_of_exact_arithmetic(void **state)
{
	static const struct {
		enum iv_unit unit;
		int64_t price, increment, quantity;
		struct iv_ratio fx;
		int64_t want;
	} rows[] = {
		{IV_UNIT_CHARACTER, 3, 60, 60001, {1, 1}, 1800},
		{IV_UNIT_CHARACTER, 12345678, 1, 59999, {83123456, 1000000}, 615718991100},
		{IV_UNIT_MINUTE, 12345678, 6, 180000, {1, 1}, 370400},
		{IV_UNIT_SECOND, 689903285049, 0, 59999, {1, 1}, 413935072000},
		{IV_UNIT_SECOND, 100000, 1, 60001, {1, 1}, 61000},
		{IV_UNIT_TOKEN_IN, 100000, 0, 9757631, {87000000, 1000000}, 848913897000},
		{IV_UNIT_CHARACTER, 250000000, 30, 999, {83123456, 1000000}, 211964812800},
		{IV_UNIT_TOKEN_OUT, 15, 6, 60000, {1000000, 87000000}, 100},
		{IV_UNIT_CHARACTER, 100000, 60, 180000, {1000000, 87000000}, 2069000},
		{IV_UNIT_TOKEN_IN, 15, 60, 180000, {1, 1}, 27000},
		{IV_UNIT_MINUTE, 100000, 1, 59999, {1, 1}, 1000},
		{IV_UNIT_TOKEN_OUT, 12345678, 30, 365203600, {1000000, 87000000}, 518239804200},
		{IV_UNIT_TOKEN_IN, 1, 0, 60000, {1, 1}, 600},
		{IV_UNIT_MINUTE, 50000000, 60, 60000, {1000000, 87000000}, 5700},
		{IV_UNIT_TOKEN_OUT, 15, 0, 2, {1000000, 83123456}, 0},
		{IV_UNIT_MINUTE, 10000, 1, 999, {83123456, 1000000}, 100},
		{IV_UNIT_TOKEN, 1, 0, 59999, {1000000, 83123456}, 0},
		{IV_UNIT_CHARACTER, 3, 30, 59999, {1000000, 87000000}, 0},
		{IV_UNIT_TOKEN_OUT, 10000, 1, 2, {87000000, 1000000}, 17400},
		{IV_UNIT_TOKEN_OUT, 1, 30, 1000, {1, 1}, 0},
		{IV_UNIT_SECOND, 15, 30, 2, {1000000, 83123456}, 0},
		{IV_UNIT_TOKEN_IN, 100000000, 6, 59999, {83123456, 1000000}, 4987407360000},
		{IV_UNIT_TOKEN, 3, 0, 999, {83123456, 1000000}, 2500},
		{IV_UNIT_SECOND, 374134293242, 0, 180000, {87000000, 1000000}, 58589430321700},
		{IV_UNIT_TOKEN_IN, 100000000, 0, 59999, {87000000, 1000000}, 5219913000000},
		{IV_UNIT_TOKEN_OUT, 15, 6, 60000, {83123456, 1000000}, 748100},
		{IV_UNIT_TOKEN, 250000000, 1, 1001, {1000000, 87000000}, 28764400},
		{IV_UNIT_TOKEN, 100000, 30, 60001, {1000000, 87000000}, 690000},
		{IV_UNIT_SECOND, 100000000, 30, 1, {1000000, 87000000}, 344800},
		{IV_UNIT_TOKEN_IN, 100000, 1, 60001, {1000000, 83123456}, 721800},
		{IV_UNIT_CHARACTER, 247546633150, 1, 59999, {87000000, 1000000}, 12921718884859200},
		{IV_UNIT_SECOND, 15, 60, 1000, {83123456, 1000000}, 700},
		{IV_UNIT_CHARACTER, 761040910085, 1, 868190855, {1000000, 87000000}, 75945834300767200},
		{IV_UNIT_CHARACTER, 250000000, 1, 1001, {87000000, 1000000}, 217717500000},
		{IV_UNIT_TOKEN, 100000000, 6, 5771478, {1, 1}, 5771478000000},
		{IV_UNIT_CALL, 3, 60, 2, {83123456, 1000000}, 100},
		{IV_UNIT_CALL, 250000000, 60, 59999, {1, 1}, 150000000000},
		{IV_UNIT_TOKEN_OUT, 100000, 0, 60000, {87000000, 1000000}, 5220000000},
		{IV_UNIT_TOKEN_IN, 1, 60, 60001, {1000000, 83123456}, 0},
		{IV_UNIT_SECOND, 250000000, 30, 999, {87000000, 1000000}, 6525000000},
		{IV_UNIT_MINUTE, 50000000, 30, 180000, {1000000, 87000000}, 17200},
		{IV_UNIT_CHARACTER, 100000, 0, 60000, {1000000, 83123456}, 721800},
		{IV_UNIT_CALL, 3, 30, 2, {1000000, 83123456}, 0},
		{IV_UNIT_TOKEN_IN, 1, 1, 2, {87000000, 1000000}, 0},
		{IV_UNIT_SECOND, 250000000, 30, 1036081, {1000000, 83123456}, 31579500},
		{IV_UNIT_TOKEN_IN, 250000000, 30, 999, {1000000, 87000000}, 29310300},
		{IV_UNIT_MINUTE, 12345678, 6, 1, {83123456, 1000000}, 1026200},
		{IV_UNIT_CHARACTER, 12345678, 1, 60001, {1000000, 83123456}, 89114800},
		{IV_UNIT_CALL, 10000, 60, 1000, {1000000, 83123456}, 1200},
		{IV_UNIT_SECOND, 100000, 6, 60000, {1000000, 87000000}, 700},
		{IV_UNIT_MINUTE, 3, 0, 1000, {1, 1}, 0},
		{IV_UNIT_CALL, 15, 1, 2, {83123456, 1000000}, 0},
		{IV_UNIT_SECOND, 1, 1, 173372860, {83123456, 1000000}, 144100},
		{IV_UNIT_TOKEN_IN, 3, 1, 1, {1000000, 87000000}, 0},
		{IV_UNIT_MINUTE, 1, 6, 1001, {1000000, 83123456}, 0},
		{IV_UNIT_TOKEN_IN, 250000000, 0, 1, {1, 1}, 2500000},
		{IV_UNIT_CHARACTER, 100000, 1, 59999, {1000000, 87000000}, 689600},
		{IV_UNIT_TOKEN, 12345678, 30, 1001, {1, 1}, 125925900},
		{IV_UNIT_CHARACTER, 100000, 6, 0, {1, 1}, 0},
		{IV_UNIT_CALL, 91313375062, 1, 1, {83123456, 1000000}, 75902833100},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		const struct iv_rate rate = {rows[i].unit, rows[i].price, rows[i].increment};
		int64_t got;

		assert_true(iv_rate_cost(&rate, rows[i].quantity, rows[i].fx, &got));
		if (got != rows[i].want)
			fail_msg("row %zu: %lld, want %lld", i, (long long)got, (long long)rows[i].want);
	}
}

static void costs_that_do_not_fit_are_refused(void **state)
{
	struct iv_rate rate = {IV_UNIT_CALL, INT64_MAX, 1};
	int64_t got;

	(void)state;
	assert_false(iv_rate_cost(&rate, INT64_MAX, IV_RATIO_ONE, &got));
	assert_false(iv_rate_cost(&rate, INT64_MAX, (struct iv_ratio){INT64_MAX, 1}, &got));
	assert_false(iv_rate_cost(&rate, -1, IV_RATIO_ONE, &got));
	assert_false(iv_rate_cost(&rate, 1, (struct iv_ratio){1, 0}, &got));
	assert_false(iv_rate_cost(&rate, 1, (struct iv_ratio){-1, 1}, &got));
	assert_true(iv_rate_cost(&rate, 1, (struct iv_ratio){1, INT64_MAX}, &got));
	rate.price = -1;
	assert_false(iv_rate_cost(&rate, 1, IV_RATIO_ONE, &got));
	rate = (struct iv_rate){IV_UNIT_MINUTE, 9999999999999999, 60}; /* the dearest card there may be */
	assert_true(iv_rate_cost(&rate, 86400000, IV_RATIO_ONE, &got));
	assert_true(got == 144000000000000000);
	assert_false(iv_rate_cost(&rate, 86400000, iv_fx(87 * IV_MICRO), &got)); /* 12.5 million million rupees */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals_are_read_exactly),
		cmocka_unit_test(what_is_no_decimal_is_refused),
		cmocka_unit_test(amounts_are_printed_with_halves_up),
		cmocka_unit_test(what_was_printed_reads_back),
		cmocka_unit_test(rounding_keeps_the_scale),
		cmocka_unit_test(a_sum_that_does_not_fit_changes_nothing),
		cmocka_unit_test(currencies_are_changed_with_one_rounding),
		cmocka_unit_test(time_is_charged_in_whole_increments),
		cmocka_unit_test(the_default_card_costs_what_it_says),
		cmocka_unit_test(costs_are_those_of_exact_arithmetic),
		cmocka_unit_test(costs_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
