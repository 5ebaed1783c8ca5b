/* Names of marks: what is printed is read back, anything else is not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "leg_priv.h"

static void names_are_printed_and_read_back(void **state)
{
	static const struct {
		struct iv_mark mark;
		const char *name;
	} rows[] = {
		{{0, 0, 0}, "e0-u0-0"},
		{{3, 7, 1240}, "e3-u7-1240"},
		{{4294967295u, 4294967295u, 9223372036854775807},
		 "e4294967295-u4294967295-9223372036854775807"},
		{{7, 0, -1}, "bar-7"},
		{{4294967295u, 0, -1}, "bar-4294967295"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[LEG_MARK_NAME];
		struct iv_mark m = {9, 9, 9};
		size_t n = leg_mark_name(&rows[i].mark, name);

		assert_int_equal(n, strlen(rows[i].name));
		assert_string_equal(name, rows[i].name);
		assert_true(leg_mark_parse(iv_str(name), &m));
		assert_int_equal(m.epoch, rows[i].mark.epoch);
		assert_int_equal(m.utterance, rows[i].mark.utterance);
		assert_int_equal(m.at, rows[i].mark.at);
	}
}

static void other_names_are_not_ours(void **state)
{
	static const char *const rows[] = {"",
					   "u1",
					   "utt-3",
					   "e3:u7:1240ms",
					   "e3-u7",
					   "e3-u7-",
					   "e-u7-1",
					   "e3-u-1",
					   "e03-u7-1",
					   "e3-u7-01",
					   "e3-u7--1",
					   "e3-u7-1x",
					   "e3-u7-1 ",
					   " e3-u7-1",
					   "e+3-u7-1",
					   "E3-u7-1",
					   "bar-",
					   "bar-x",
					   "bar-07",
					   "bar--1",
					   "bar-4294967296",
					   "e4294967296-u1-1",
					   "e1-u4294967296-1",
					   "e1-u1-9223372036854775808",
					   "bar-1-",
					   "e",
					   "b",
					   "e18446744073709551616-u1-1"};
	struct iv_mark m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (leg_mark_parse(iv_str(rows[i]), &m))
			fail_msg("taken: %s", rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_printed_and_read_back),
		cmocka_unit_test(other_names_are_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
