/* Strings: comparing, cutting, numbers, UTF-8. */
#include "check.h"

#include <math.h>

#include "../../../src/base/utf8.h"

static void comparing_without_case_is_for_ascii_letters_only(void **state)
{
	(void)state;
	assert_true(iv_str_ieq(IV_S("Content-TYPE"), IV_S("content-type")));
	assert_false(iv_str_ieq(IV_S("a"), IV_S("ab")));
	assert_false(iv_str_ieq(IV_S("@"), IV_S("`"))); /* 32 apart, as 'A' and 'a' are */
	assert_false(iv_str_ieq(IV_S("\xC3\x84"), IV_S("\xC3\xA4")));
	assert_true(iv_str_ieq(IV_STR_NULL, IV_S("")));
}

static void prefixes_suffixes_and_places_are_found(void **state)
{
	(void)state;
	assert_true(iv_str_starts(IV_S("Bearer x"), IV_S("Bearer ")));
	assert_false(iv_str_starts(IV_S("Be"), IV_S("Bearer ")));
	assert_true(iv_str_starts(IV_STR_NULL, IV_STR_NULL));
	assert_true(iv_str_ends(IV_S("a.json"), IV_S(".json")));
	assert_false(iv_str_ends(IV_S("json"), IV_S(".json")));
	assert_int_equal(iv_str_find(IV_S("abcabc"), IV_S("bc"), 0), 1);
	assert_int_equal(iv_str_find(IV_S("abcabc"), IV_S("bc"), 2), 4);
	assert_int_equal(iv_str_find(IV_S("abcabc"), IV_S("bc"), 5), -1);
	assert_int_equal(iv_str_find(IV_S("abc"), IV_S("x"), 0), -1);
	assert_int_equal(iv_str_find(IV_S("abc"), IV_S("abcd"), 0), -1);
	assert_int_equal(iv_str_find(IV_S("abc"), IV_S(""), 3), 3);
	assert_int_equal(iv_str_find(IV_S("abc"), IV_S(""), 4), -1);
}

static void trimming_takes_blanks_of_both_ends(void **state)
{
	(void)state;
	check_text(iv_str_trim(IV_S(" \t a b\r\n")), "a b");
	check_text(iv_str_trim(IV_S("  ")), "");
	check_text(iv_str_trim(IV_STR_NULL), "");
}

static void splitting_gives_every_field(void **state)
{
	static const struct {
		const char *text, *fields; /* each followed by a bar */
	} rows[] = {
		{"a,,b", "a||b|"}, {"a", "a|"}, {"", ""}, {"a,", "a|"}, {",a", "|a|"}, {",", "|"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_str rest = iv_str(rows[i].text), field;
		char got[32] = "";
		size_t at = 0;

		while (iv_str_split(&rest, ',', &field)) {
			memcpy(got + at, field.ptr, field.len);
			at += field.len;
			got[at++] = '|';
		}
		assert_string_equal(got, rows[i].fields);
	}
}

static void integers_are_whole_or_refused(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"+7", true, 7},
		{"007", true, 7},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"99999999999999999999", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"+-1", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"1.0", false, 0},
		{"0x10", false, 0},
		{"1e3", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		int64_t value = 42;
		bool ok = iv_str_to_i64(iv_str(rows[i].text), &value);

		if (ok != rows[i].ok || value != (ok ? rows[i].value : 42))
			fail_msg("\"%s\": %d, %lld", rows[i].text, ok, (long long)value);
	}
}

static void numbers_are_finite_decimals_or_refused(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		double value;
	} rows[] = {
		{"0.5", true, 0.5}, {"-50", true, -50},	    {"1e3", true, 1000}, {".5", true, 0.5},
		{"1.", true, 1},    {"1e308", true, 1e308}, {"1e309", false, 0}, {"nan", false, 0},
		{"inf", false, 0},  {"infinity", false, 0}, {"0x10", false, 0},	 {"", false, 0},
		{" 1", false, 0},   {"1 ", false, 0},	    {"1,5", false, 0},	 {"1e", false, 0},
		{"--1", false, 0},  {".", false, 0},
	};
	char many[200];
	double value = 42;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		bool ok;

		value = 42;
		ok = iv_str_to_double(iv_str(rows[i].text), &value);
		if (ok != rows[i].ok || value != (ok ? rows[i].value : 42))
			fail_msg("\"%s\": %d, %g", rows[i].text, ok, value);
	}
	memset(many, '1', sizeof(many));
	assert_false(iv_str_to_double((struct iv_str){many, sizeof(many)}, &value));
}

static void doubles_print_as_short_as_they_can(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0.1, "0.1"},
		{50, "50"},
		{-0.0, "0"},
		{1e300, "1e+300"},
		{0.1 + 0.2, "0.30000000000000004"},
		{-2.5, "-2.5"},
		{9007199254740991.0, "9007199254740991"},
		{5e-324, "4.94065645841247e-324"},
	};
	char text[IV_DOUBLE_SIZE];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		assert_int_equal(iv_double_str(text, rows[i].value), strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
	}
	assert_true(iv_double_str(text, -1.7976931348623157e308) < IV_DOUBLE_SIZE);
	assert_true(strtod(text, NULL) == -1.7976931348623157e308);
}

static void copying_says_when_it_had_to_cut(void **state)
{
	char dst[4] = "zzz";

	(void)state;
	assert_true(iv_str_copy(dst, sizeof(dst), IV_S("abc")));
	assert_string_equal(dst, "abc");
	assert_false(iv_str_copy(dst, sizeof(dst), IV_S("abcd")));
	assert_string_equal(dst, "abc");
	assert_true(iv_str_copy(dst, sizeof(dst), IV_STR_NULL));
	assert_string_equal(dst, "");
	assert_false(iv_str_copy(dst, 0, IV_S("")));
}

static void utf8_is_what_unicode_allows(void **state)
{
	/* Unicode 15, table 3-7, at its corners. */
	static const struct {
		const char *bytes;
		bool ok;
	} rows[] = {
		{"plain", true},
		{"\x7F", true},
		{"\xC2\x80", true},	     /* U+0080 */
		{"\xDF\xBF", true},	     /* U+07FF */
		{"\xE0\xA0\x80", true},	     /* U+0800 */
		{"\xED\x9F\xBF", true},	     /* U+D7FF */
		{"\xEE\x80\x80", true},	     /* U+E000 */
		{"\xEF\xBF\xBF", true},	     /* U+FFFF */
		{"\xF0\x90\x80\x80", true},  /* U+10000 */
		{"\xF4\x8F\xBF\xBF", true},  /* U+10FFFF */
		{"\x80", false},	     /* continuation alone */
		{"\xC0\x80", false},	     /* overlong NUL */
		{"\xC1\xBF", false},	     /* overlong U+007F */
		{"\xE0\x9F\xBF", false},     /* overlong U+07FF */
		{"\xED\xA0\x80", false},     /* surrogate U+D800 */
		{"\xED\xBF\xBF", false},     /* surrogate U+DFFF */
		{"\xF0\x8F\xBF\xBF", false}, /* overlong U+FFFF */
		{"\xF4\x90\x80\x80", false}, /* U+110000 */
		{"\xF5\x80\x80\x80", false},
		{"\xFF", false},
		{"\xC2", false}, /* cut */
		{"\xE2\x82", false},
		{"\xF0\x9F\x98", false},
		{"\xC2\x41", false},
		{"\xE2\x28\xA1", false},
		{"\xE2\x82\x28", false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (iv_utf8_valid(iv_str(rows[i].bytes)) != rows[i].ok)
			fail_msg("row %zu", i);
	}
	assert_true(iv_utf8_valid(IV_STR_NULL));
	assert_true(iv_utf8_valid((struct iv_str){"a\0b", 3}));
}

static void a_cut_text_ends_with_a_whole_character(void **state)
{
	(void)state;
	assert_int_equal(utf8_whole("abc", 3), 3);
	assert_int_equal(utf8_whole("", 0), 0);
	assert_int_equal(utf8_whole("a\xE2\x82\xAC", 4), 4);
	assert_int_equal(utf8_whole("a\xE2\x82", 3), 1);
	assert_int_equal(utf8_whole("a\xE2", 2), 1);
	assert_int_equal(utf8_whole("a\xF0\x9F\x98", 4), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparing_without_case_is_for_ascii_letters_only),
		cmocka_unit_test(prefixes_suffixes_and_places_are_found),
		cmocka_unit_test(trimming_takes_blanks_of_both_ends),
		cmocka_unit_test(splitting_gives_every_field),
		cmocka_unit_test(integers_are_whole_or_refused),
		cmocka_unit_test(numbers_are_finite_decimals_or_refused),
		cmocka_unit_test(doubles_print_as_short_as_they_can),
		cmocka_unit_test(copying_says_when_it_had_to_cut),
		cmocka_unit_test(utf8_is_what_unicode_allows),
		cmocka_unit_test(a_cut_text_ends_with_a_whole_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
