/* The writer: commas, escapes, numbers, and a ceiling that is asked for once. */
#include "check.h"

#include <math.h>

#include "iv_json.h"

static struct iv_buf out;
static struct iv_jw w;

static int set_up(void **state)
{
	(void)state;
	iv_buf_init(&out, 1 << 16);
	iv_jw_init(&w, &out);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_buf_deinit(&out);
	return 0;
}

static void commas_stand_between_and_nowhere_else(void **state)
{
	(void)state;
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "a", "x");
	iv_jw_arr(&w, "b");
	iv_jw_i64(&w, NULL, 1);
	iv_jw_obj(&w, NULL);
	iv_jw_end_obj(&w);
	iv_jw_arr(&w, NULL);
	iv_jw_end_arr(&w);
	iv_jw_bool(&w, NULL, true);
	iv_jw_end_arr(&w);
	iv_jw_null(&w, "c");
	iv_jw_raw(&w, "d", IV_S("{\"e\":[]}"));
	iv_jw_raw(&w, "f", IV_STR_NULL);
	iv_jw_cstr(&w, "g", NULL);
	iv_jw_bool(&w, "h", false);
	iv_jw_end_obj(&w);
	assert_true(iv_jw_done(&w));
	check_text(iv_buf_str(&out),
		   "{\"a\":\"x\",\"b\":[1,{},[],true],\"c\":null,\"d\":{\"e\":[]},"
		   "\"f\":null,\"g\":null,\"h\":false}");
}

static void strings_are_escaped_and_made_valid(void **state)
{
	static const struct {
		struct iv_str in;
		const char *want;
	} rows[] = {
		{{"", 0}, "\"\""},
		{{NULL, 0}, "\"\""},
		{{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
		{{"\b\f\n\r\t", 5}, "\"\\b\\f\\n\\r\\t\""},
		{{"\0\x1f\x7f", 3}, "\"\\u0000\\u001f\x7f\""},
		{{"\xE2\x82\xAC\xF0\x9F\x98\x80", 7}, "\"\xE2\x82\xAC\xF0\x9F\x98\x80\""},
		{{"a\xFF\x62", 3}, "\"a\xEF\xBF\xBD\x62\""},
		{{"\xC3", 1}, "\"\xEF\xBF\xBD\""},
		{{"\xED\xA0\x80", 3}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		iv_buf_clear(&out);
		iv_jw_init(&w, &out);
		iv_jw_str(&w, NULL, rows[i].in);
		assert_true(iv_jw_done(&w));
		check_text(iv_buf_str(&out), rows[i].want);
	}
}

static void numbers_are_rounded_without_trailing_zeros(void **state)
{
	static const struct {
		double value;
		int decimals;
		const char *want;
	} rows[] = {
		{12.5, 2, "12.5"},
		{12.346, 2, "12.35"},
		{12, 3, "12"},
		{100, 0, "100"},
		{-0.001, 2, "0"},
		{-0.0, 0, "0"},
		{0.1, -1, "0.1"},
		{1e300, 2, "1e+300"},
		{123456789, 1, "123456789"},
		{NAN, 2, "null"},
		{INFINITY, -1, "null"},
		{-42.25, 1, "-42.2"},
		{0.125, 50, "0.125"},
		{999999999999999.0, 9, "999999999999999"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		iv_buf_clear(&out);
		iv_jw_init(&w, &out);
		iv_jw_num(&w, NULL, rows[i].value, rows[i].decimals);
		check_text(iv_buf_str(&out), rows[i].want);
	}
}

static void whole_integers_survive(void **state)
{
	(void)state;
	iv_jw_arr(&w, NULL);
	iv_jw_i64(&w, NULL, INT64_MIN);
	iv_jw_i64(&w, NULL, INT64_MAX);
	iv_jw_end_arr(&w);
	check_text(iv_buf_str(&out), "[-9223372036854775808,9223372036854775807]");
}

static void the_ceiling_is_said_once_at_the_end(void **state)
{
	struct iv_buf small;

	(void)state;
	iv_buf_init(&small, 10);
	iv_jw_init(&w, &small);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "key", "a value that is too long");
	iv_jw_i64(&w, "n", 1);
	iv_jw_end_obj(&w);
	assert_false(iv_jw_done(&w));
	assert_true(small.len <= 10);
	iv_buf_deinit(&small);
}

int main(void)
{
#define JSON_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		JSON_TEST(commas_stand_between_and_nowhere_else),
		JSON_TEST(strings_are_escaped_and_made_valid),
		JSON_TEST(numbers_are_rounded_without_trailing_zeros),
		JSON_TEST(whole_integers_survive),
		JSON_TEST(the_ceiling_is_said_once_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
