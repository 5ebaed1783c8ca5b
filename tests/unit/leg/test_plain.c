/* The scanner: what it takes, and what it leaves to the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "plain.h"

static const struct plain_field inner[] = {
	{PLAIN_BULK, {"bulk", 4}, 2, NULL},
	{PLAIN_STRING, {"text", 4}, 3, NULL},
	{PLAIN_END, {NULL, 0}, 0, NULL},
};
static const struct plain_field fields[] = {
	{PLAIN_STRING, {"t", 1}, 0, NULL},
	{PLAIN_INTEGER, {"seq", 3}, 1, NULL},
	{PLAIN_OBJECT, {"in", 2}, 4, inner},
	{PLAIN_END, {NULL, 0}, 0, NULL},
};

static void plain_messages_are_taken_apart(void **state)
{
	struct iv_str v[5];

	(void)state;
	assert_true(plain_scan(IV_S(" {\"in\" : {\"text\":\"a b\",\"bulk\":\"x\\\"} , \"seq\": 907 "
				    ",\n\"t\":\"\"} "),
			       fields, v, 5));
	assert_true(iv_str_eq(v[0], IV_S("")) && v[0].ptr);
	assert_true(iv_str_eq(v[1], IV_S("907")));
	assert_true(iv_str_eq(v[2], IV_S("x\\")));
	assert_true(iv_str_eq(v[3], IV_S("a b")));
	assert_true(iv_str_eq(v[4], IV_S("{\"text\":\"a b\",\"bulk\":\"x\\\"}")));
	assert_true(plain_scan(IV_S("{\"seq\":0}"), fields, v, 5));
	assert_true(iv_str_eq(v[1], IV_S("0")));
	assert_null(v[0].ptr);
	assert_null(v[4].ptr);
}

static void the_rest_is_left_to_the_tree(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"{",
		"{}",
		"[]",
		"null",
		"\"t\"",
		"{\"t\"}",
		"{\"t\":}",
		"{\"t\":\"a\"",
		"{\"t\":\"a\",}",
		"{,\"t\":\"a\"}",
		"{\"t\":\"a\"}}",
		"{\"t\":\"a\"} x",
		"{\"t\":\"a\" \"seq\":1}",
		"{\"t\" \"a\"}",
		"{'t':\"a\"}",
		"{\"t\":'a'}",
		"{\"t\":a}",
		"{\"t\":1}",
		"{\"t\":null}",
		"{\"t\":\"a\\n\"}",
		"{\"t\":\"\xc3\xa9\"}",
		"{\"t\":\"\x01\"}",
		"{\"t\":\"a\",\"t\":\"a\"}",
		"{\"T\":\"a\"}",
		"{\"t \":\"a\"}",
		"{\"\":\"a\"}",
		"{\"u\":\"a\"}",
		"{\"seq\":01}",
		"{\"seq\":-1}",
		"{\"seq\":1.5}",
		"{\"seq\":1e3}",
		"{\"seq\":\"1\"}",
		"{\"seq\":1234567890123456}",
		"{\"seq\":}",
		"{\"seq\":1 2}",
		"{\"in\":{}}",
		"{\"in\":[]}",
		"{\"in\":\"x\"}",
		"{\"in\":{\"t\":\"a\"}}",
		"{\"in\":{\"bulk\":\"x}}",
		"{\"in\":{\"bulk\":\"x\"}",
		"{\"in\":{\"text\":\"x\"},\"in\":{\"bulk\":\"y\"}}",
		"{\"in\":{\"bulk\":\"x\",\"bulk\":\"y\"}}",
	};
	struct iv_str v[5];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		if (plain_scan(iv_str(rows[i]), fields, v, 5))
			fail_msg("taken: %s", rows[i]);
}

static void a_cut_message_never_reads_past_its_end(void **state)
{
	static const char whole[] =
		"{\"in\":{\"text\":\"abc\",\"bulk\":\"AAAA\"},\"seq\":12,\"t\":\"audio\"}";

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *copy = malloc(n + (n == 0));
		struct iv_str v[5];

		assert_non_null(copy);
		memcpy(copy, whole, n);
		assert_false(plain_scan((struct iv_str){copy, n}, fields, v, 5));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_messages_are_taken_apart),
		cmocka_unit_test(the_rest_is_left_to_the_tree),
		cmocka_unit_test(a_cut_message_never_reads_past_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
