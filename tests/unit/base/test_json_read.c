/* What is JSON and what is not, by RFC 8259, and what we refuse beyond it. */
#include "check.h"

#include <time.h>

#include "iv_json.h"

static void json_is_read(void **state)
{
	static const char *const rows[] = {
		"null",
		"true",
		"false",
		"0",
		"-0",
		"-0.5e-3",
		"1E+2",
		"\"\"",
		"[]",
		"{}",
		" [ 1 , 2 ] ",
		"\t{\n\"a\" : { \"b\" : [ ] } }\r",
		"\"\\u00e9\\ud83d\\ude00\\/\\b\"",
		"\"\xE2\x82\xAC\"",
		"{\"a\":1,\"A\":2}",
		"1e308",
		"\"\x7f\"",
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_err e = {0};
		cJSON *json = iv_json_parse(iv_str(rows[i]), &e);

		if (!json)
			fail_msg("%s: %s", rows[i], e.msg);
		cJSON_Delete(json);
	}
}

static void what_is_not_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *field, *msg;
	} rows[] = {
		{"", "", "is not JSON: expected a value, the text ends at offset 0"},
		{"  ", "", "is not JSON: expected a value, the text ends at offset 2"},
		{"{} x", "", "is not JSON: expected nothing behind the value, at offset 3"},
		{"{}{}", "", "is not JSON: expected nothing behind the value, at offset 2"},
		{"[1,]", "", "is not JSON: expected a value at offset 3"},
		{"[1 2]", "", "is not JSON: expected ',' or ']' at offset 3"},
		{"[1", "", "is not JSON: expected ',' or ']', the text ends at offset 2"},
		{"{\"a\":1,}", "", "is not JSON: expected a key in quotes at offset 7"},
		{"{a:1}", "", "is not JSON: expected a key in quotes at offset 1"},
		{"{\"a\" 1}", "", "is not JSON: expected ':' at offset 5"},
		{"{\"a\":1", "", "is not JSON: expected ',' or '}', the text ends at offset 6"},
		{"nul", "", "is not JSON: expected a value at offset 0"},
		{"NaN", "", "is not JSON: expected a value at offset 0"},
		{"Infinity", "", "is not JSON: expected a value at offset 0"},
		{"'a'", "", "is not JSON: expected a value at offset 0"},
		{"01", "", "is not JSON: expected a number without leading zeros at offset 1"},
		{"-01", "", "is not JSON: expected a number without leading zeros at offset 2"},
		{"0x10", "", "is not JSON: expected nothing behind the value, at offset 1"},
		{"+1", "", "is not JSON: expected a value at offset 0"},
		{".5", "", "is not JSON: expected a value at offset 0"},
		{"[1.]", "", "is not JSON: expected a digit behind the point at offset 3"},
		{"[1e]", "", "is not JSON: expected a digit of the exponent at offset 3"},
		{"-", "", "is not JSON: expected a value at offset 0"},
		{"\"abc", "",
		 "is not JSON: expected the end of a string, the text ends at offset 4"},
		{"\"a\nb\"", "", "is not JSON: expected control characters escaped at offset 2"},
		{"\"\\x\"", "", "is not JSON: expected an escape character at offset 2"},
		{"\"\\u12g4\"", "", "is not JSON: expected four hex digits at offset 5"},
		{"\"a\\u0000\"", "", "is not JSON: expected no \\u0000 in a string at offset 2"},
		{"\"\\ud800\"", "", "is not JSON: expected a whole surrogate pair at offset 1"},
		{"\"\\ud800\\u0041\"", "",
		 "is not JSON: expected a whole surrogate pair at offset 1"},
		{"\"\\udc00\"", "", "is not JSON: expected a whole surrogate pair at offset 1"},
		{"\"ab\xFF\"", "", "is not valid UTF-8 at offset 3"},
		{"\"\xC0\x80\"", "", "is not valid UTF-8 at offset 1"},
		{"{\"a\":1e999}", "a", "is a number that no double can hold"},
		{"[-1e999]", "", "is a number that no double can hold"},
		{"{\"a\":1,\"a\":1}", "a", "is given twice"},
		{"[{\"b\":{\"x\":1,\"y\":2,\"\\u0078\":3}}]", "x", "is given twice"},
		{"\xEF\xBB\xBF{}", "", "is not JSON: expected a value at offset 0"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_err e = {0};
		cJSON *json = iv_json_parse(iv_str(rows[i].text), &e);

		if (json)
			fail_msg("%s was read", rows[i].text);
		assert_int_equal(e.code, IV_EINVAL);
		assert_string_equal(e.msg, rows[i].msg);
		assert_string_equal(e.field, rows[i].field);
	}
	assert_null(iv_json_parse((struct iv_str){"\"a\0b\"", 5}, NULL));
	assert_null(iv_json_parse((struct iv_str){"{}\0", 3}, NULL));
	assert_null(iv_json_parse(IV_STR_NULL, NULL));
}

/* n times open, then n times close. */
static cJSON *nested(int n, struct iv_err *e)
{
	char text[128];

	memset(text, '[', (size_t)n);
	memset(text + n, ']', (size_t)n);
	return iv_json_parse((struct iv_str){text, 2 * (size_t)n}, e);
}

static void depth_ends_at_32(void **state)
{
	struct iv_err e = {0};
	cJSON *json = nested(32, &e);

	(void)state;
	assert_non_null(json);
	cJSON_Delete(json);
	assert_null(nested(33, &e));
	assert_string_equal(e.msg, "is nested deeper than 32 at offset 32");
}

static void keys_by_the_thousand_are_compared_quickly(void **state)
{
	struct iv_buf text;
	struct iv_err e = {0};
	struct timespec before, after;
	cJSON *json;

	(void)state;
	iv_buf_init(&text, 1 << 20);
	assert_true(iv_buf_addc(&text, '{'));
	for (int i = 0; i < 30000; i++)
		assert_true(iv_buf_printf(&text, "\"k%d\":0,", i));
	assert_true(iv_buf_adds(&text, IV_S("\"last\":0}")));
	clock_gettime(CLOCK_MONOTONIC, &before);
	json = iv_json_parse(iv_buf_str(&text), &e);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_non_null(json);
	cJSON_Delete(json);
	assert_true(after.tv_sec - before.tv_sec <
		    2); /* comparing each with each takes far longer */
	memcpy(text.ptr + text.len - 9, "\"k77\" :0}", 9); /* over "last":0} */
	assert_null(iv_json_parse(iv_buf_str(&text), &e));
	assert_string_equal(e.field, "k77");
	iv_buf_deinit(&text);
}

static void a_text_beyond_the_ceiling_is_not_looked_at(void **state)
{
	struct iv_err e = {0};

	(void)state;
	assert_null(iv_json_parse((struct iv_str){"", IV_JSON_MAX_BYTES + 1}, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	assert_string_equal(e.msg, "is 10485761 bytes of JSON, more than 10485760");
}

static void members_are_found_by_exact_name(void **state)
{
	cJSON *json = iv_json_parse(IV_S("{\"Name\":\"x\",\"n\":1,\"o\":{\"p\":\"q\"}}"), NULL);

	(void)state;
	assert_non_null(json);
	check_text(iv_json_str(json, "Name"), "x");
	assert_null(iv_json_str(json, "name").ptr);
	assert_null(iv_json_str(json, "n").ptr);
	assert_null(iv_json_get(json, "absent"));
	assert_null(iv_json_get(NULL, "x"));
	check_text(iv_json_str(iv_json_get(json, "o"), "p"), "q");
	assert_null(iv_json_get(iv_json_get(json, "n"), "x"));
	cJSON_Delete(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_read),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(depth_ends_at_32),
		cmocka_unit_test(keys_by_the_thousand_are_compared_quickly),
		cmocka_unit_test(a_text_beyond_the_ceiling_is_not_looked_at),
		cmocka_unit_test(members_are_found_by_exact_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
