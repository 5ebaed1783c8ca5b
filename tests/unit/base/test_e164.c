/* Whose a telephone number is. The expected answers are the numbering plans', not our table's. */
#include "check.h"

#include <stdio.h>
#include "iv_e164.h"

static const struct {
	const char *number, *country;
	int code;
} numbers[] = {
	{"+12125550123", "US", 1},   {"+19075550123", "US", 1},	  {"+14165550123", "CA", 1},   {"+16045550123", "CA", 1},
	{"+18765550123", "JM", 1},   {"+16585550123", "JM", 1},	  {"+18095550123", "DO", 1},   {"+18495550123", "DO", 1},
	{"+17875550123", "PR", 1},   {"+13405550123", "VI", 1},	  {"+12425550123", "BS", 1},   {"+14415550123", "BM", 1},
	{"+18005550123", "", 1},     {"+19005550123", "", 1},	  {"+15005550006", "", 1},     {"+15550100007", "", 1},
	{"+919876543210", "IN", 91}, {"+442079460000", "GB", 44}, {"+447400123456", "GB", 44}, {"+441534960000", "JE", 44},
	{"+447797712345", "JE", 44}, {"+441481960000", "GG", 44}, {"+447781123456", "GG", 44}, {"+441624756000", "IM", 44},
	{"+447624123456", "IM", 44}, {"+74951234567", "RU", 7},	  {"+79161234567", "RU", 7},   {"+77011234567", "KZ", 7},
	{"+77172123456", "KZ", 7},   {"+390669812345", "VA", 39}, {"+390612345678", "IT", 39}, {"+4779123456", "SJ", 47},
	{"+4722123456", "NO", 47},   {"+61891621234", "CC", 61},  {"+61891641234", "CX", 61},  {"+61212345678", "AU", 61},
	{"+262692123456", "RE", 262}, {"+262639012345", "YT", 262}, {"+35818123456", "AX", 358}, {"+358401234567", "FI", 358},
	{"+5997171234", "BQ", 599},  {"+59995181234", "CW", 599}, {"+383431234567", "XK", 383}, {"+971501234567", "AE", 971},
	{"+8613812345678", "CN", 86}, {"+85251234567", "HK", 852}, {"+212520123456", "MA", 212}, {"+6598765432", "SG", 65},
	{"+881612345678", "", 881},  {"+80012345678", "", 800},	  {"+979123456789", "", 979},  {"+883510012345", "", 883},
	{"+9991234567", "", 0},	     {"+2101234567", "", 0},
};

static void a_number_is_the_countrys_whose_plan_it_is_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < IV_COUNT(numbers); i++) {
		struct iv_e164 n;

		assert_true(iv_e164_read(iv_str(numbers[i].number), &n));
		if (strcmp(n.country, numbers[i].country) != 0 || n.calling_code != numbers[i].code)
			fail_msg("%s: \"%s\" %d", numbers[i].number, n.country, n.calling_code);
	}
}

static void what_is_no_number_is_nobodys(void **state)
{
	static const char *const rows[] = {"", "+", "12125550123", "+0123456789", "+1212555", "+1 2125550123",
					   "+12125550123x", "+1234567890123456", "sip:a@b.example", "+1212555012\xd9\xa3"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_e164 n = {.country = "XX", .calling_code = 9};
		bool ok = iv_e164_read(iv_str(rows[i]), &n);

		/* Seven digits are the fewest. */
		if (ok != (strcmp(rows[i], "+1212555") == 0))
			fail_msg("\"%s\"", rows[i]);
		if (!ok)
			assert_true(n.country[0] == '\0' && n.calling_code == 0);
	}
	assert_false(iv_e164_ok(IV_S("+121255")));
	assert_true(iv_e164_ok(IV_S("+123456789012345")));
}

static void a_list_allows_what_it_names(void **state)
{
	static const struct {
		const char *list, *number;
		bool allowed;
	} rows[] = {
		{"", "+12125550123", true},	     {"  ", "+8816123456789", true}, {"", "not a number", false},
		{"IN", "+919876543210", true},	     {"IN", "+12125550123", false},  {"in, us", "+12125550123", true},
		{"US", "+14165550123", false},	     {"US", "+18005550123", false},  {"US,+1800", "+18005550123", true},
		{"GB", "+441534960000", false},	     {"+44", "+441534960000", true}, {"+4420", "+442079460000", true},
		{"+4420", "+441619460000", false},   {"US,,", "+919876543210", false}, {"US", "sip:a@b", false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		if (iv_e164_allowed(iv_str(rows[i].list), iv_str(rows[i].number)) != rows[i].allowed)
			fail_msg("\"%s\" and %s", rows[i].list, rows[i].number);
}

static void a_list_with_a_country_that_is_none_is_told(void **state)
{
	(void)state;
	assert_string_equal(iv_e164_list_wrong(IV_S("")).ptr, "");
	assert_string_equal(iv_e164_list_wrong(IV_S("US, in,+91 ,JE,XK")).ptr, "");
	assert_true(iv_str_eq(iv_e164_list_wrong(IV_S("US, UK,XX")), IV_S("UK")));
	assert_true(iv_str_eq(iv_e164_list_wrong(IV_S("USA")), IV_S("USA")));
	assert_true(iv_str_eq(iv_e164_list_wrong(IV_S("+")), IV_S("+")));
	assert_true(iv_str_eq(iv_e164_list_wrong(IV_S("+0")), IV_S("+0")));
	assert_true(iv_str_eq(iv_e164_list_wrong(IV_S("+44a")), IV_S("+44a")));
}

static void numbers_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *country, *number; /* NULL: refused */
	} rows[] = {
		{"+1 (212) 555-0123", "", "+12125550123"},
		{"(212) 555-0123", "US", "+12125550123"},
		{"1-212-555-0123", "US", "+12125550123"},
		{"212.555.0123", "CA", "+12125550123"},
		{"011 44 20 7946 0000", "US", "+442079460000"},
		{"00 44 20 7946 0000", "IN", "+442079460000"},
		{"+44 (0)20 7946 0000", "US", "+442079460000"},
		{"020 7946 0000", "GB", "+442079460000"},
		{"98765 43210", "IN", "+919876543210"},
		{"09876543210", "IN", "+919876543210"},
		{"919876543210", "IN", "+919876543210"},   /* the code in front, without a sign */
		{"9198765432", "IN", "+919198765432"},	   /* and not when the number is whole without it */
		{"02 1234 5678", "IT", "+390212345678"},   /* Italy keeps its zero */
		{"8 (495) 123-45-67", "RU", "+74951234567"},
		{"06 1 234 5678", "HU", "+3612345678"},
		{"'+919876543210", "", "+919876543210"},   /* as a spreadsheet keeps a text */
		{"tel:+91-98765-43210", "", "+919876543210"},
		{"+91\xc2\xa0" "98765\xe2\x80\x93" "43210", "", "+919876543210"},
		{"", "IN", NULL},	      {"  ", "IN", NULL},	  {"9876543210", "", NULL},
		{"12345", "IN", NULL},	      {"212555012", "US", NULL},  {"1125550123", "US", NULL},
		{"2.12556E+09", "US", NULL},  {"2125550123x55", "US", NULL}, {"call me", "US", NULL},
		{"+999123456789", "", NULL},  {"+1212555012", "", NULL},  {"++12125550123", "", NULL},
		{"12125550123+", "US", NULL}, {"9876543210", "XX", NULL}, {"+1234567890123456", "", NULL},
		{"00919876543210 / 00919876543211", "IN", NULL}, {"12345678901234567890123456789012345", "IN", NULL},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		char out[IV_E164_SIZE] = "";
		const char *why = NULL;
		bool ok = iv_e164_normal(iv_str(rows[i].text), rows[i].country, out, &why);

		if (ok != (rows[i].number != NULL) || (ok && strcmp(out, rows[i].number) != 0) || (!ok && !why))
			fail_msg("\"%s\" of %s: %s %s", rows[i].text, rows[i].country, out, why ? why : "");
	}
	assert_int_equal(iv_e164_code_of("KZ"), 7);
	assert_int_equal(iv_e164_code_of("JM"), 1);
	assert_int_equal(iv_e164_code_of("JE"), 44);
	assert_int_equal(iv_e164_code_of("XX"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_the_countrys_whose_plan_it_is_in),
		cmocka_unit_test(what_is_no_number_is_nobodys),
		cmocka_unit_test(a_list_allows_what_it_names),
		cmocka_unit_test(numbers_are_read_as_people_write_them),
		cmocka_unit_test(a_list_with_a_country_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
