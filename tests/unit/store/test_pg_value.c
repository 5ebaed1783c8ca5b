/* pg_value.c and pg_error.c without a server: values as text and back, what is malformed, what a state means. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>

#include "pg_priv.h"

static struct iv_arena arena;

static const char *written(enum iv_sql_kind kind, const void *field)
{
	static char text[1024];
	struct iv_err e = {0};
	size_t size = pg_value_size(kind, field);
	char *end;

	assert_true(size > 0 && size <= sizeof(text));
	memset(text, '#', sizeof(text));
	end = pg_value_write(kind, field, "field", text, &e);
	assert_non_null(end);
	assert_true(end <= text + size && end[-1] == '\0');
	return text;
}

static bool read_as(enum iv_sql_kind kind, const char *text, void *field)
{
	struct iv_err e = {0};
	bool ok = pg_value_read(kind, iv_str(text), field, &arena, &e);

	assert_true(ok == (e.code == IV_OK));
	return ok;
}

static void numbers_are_written_whole(void **state)
{
	int64_t n = INT64_MAX, m = INT64_MIN + 1;
	double tenth = 0.1, most = INFINITY, least = -1.7976931348623157e308;

	(void)state;
	assert_string_equal(written(IV_SQL_INT, &n), "9223372036854775807");
	assert_string_equal(written(IV_SQL_INT, &m), "-9223372036854775807");
	assert_string_equal(written(IV_SQL_FLOAT, &tenth), "0.1");
	assert_string_equal(written(IV_SQL_FLOAT, &most), "Infinity");
	assert_string_equal(written(IV_SQL_FLOAT, &least), "-1.7976931348623157e+308");
	assert_string_equal(written(IV_SQL_BOOL, &(bool){true}), "t");
	assert_string_equal(written(IV_SQL_BOOL, &(bool){false}), "f");
}

static void nulls_have_no_text(void **state)
{
	(void)state;
	assert_int_equal(pg_value_size(IV_SQL_TEXT, &IV_STR_NULL), 0);
	assert_int_equal(pg_value_size(IV_SQL_JSON, &IV_STR_NULL), 0);
	assert_int_equal(pg_value_size(IV_SQL_INT, &(int64_t){IV_SQL_NULL}), 0);
	assert_int_equal(pg_value_size(IV_SQL_TIME, &(int64_t){IV_SQL_NULL}), 0);
	assert_int_equal(pg_value_size(IV_SQL_FLOAT, &(double){NAN}), 0);
	assert_string_equal(written(IV_SQL_TEXTS, &(struct iv_strs){0}), "{}");
	assert_string_equal(written(IV_SQL_TEXT, &IV_S("")), "");
}

static void times_are_utc_both_ways(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"1970-01-01 00:00:00+00", 0},
		{"2026-01-31 23:59:59.123456+00", INT64_C(1769903999123)},
		{"2026-02-01 05:29:59.1+05:30", INT64_C(1769903999100)},
		{"2026-01-31 15:59:59.999999-08", INT64_C(1769903999999)},
		{"2024-02-29 12:00:00.05+00", INT64_C(1709208000050)},
		{"9999-12-31 23:59:59.999+00", INT64_C(253402300799999)},
		{"infinity", INT64_MAX},
	};
	int64_t ms = INT64_C(1769903999007);

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		int64_t got = -1;

		if (!read_as(IV_SQL_TIME, rows[i].text, &got) || got != rows[i].ms)
			fail_msg("%s is %lld", rows[i].text, (long long)got);
	}
	assert_string_equal(written(IV_SQL_TIME, &ms), "2026-01-31T23:59:59.007Z");
	assert_string_equal(written(IV_SQL_TIME, &(int64_t){INT64_MAX}), "infinity");
	for (ms = 0; ms < INT64_C(253402300800000); ms += INT64_C(98765432109)) {
		int64_t back;

		char text[64];
		snprintf(text, sizeof(text), "%s", written(IV_SQL_TIME, &ms));
		text[10] = ' ';
		memcpy(text + 23, "+00", 4);
		assert_true(read_as(IV_SQL_TIME, text, &back) && back == ms);
	}
}

static void what_is_no_value_of_its_type_is_refused(void **state)
{
	static const struct {
		enum iv_sql_kind kind;
		const char *text;
	} rows[] = {
		{IV_SQL_INT, ""}, {IV_SQL_INT, "1.5"}, {IV_SQL_INT, "9223372036854775808"}, {IV_SQL_INT, "abc"},
		{IV_SQL_FLOAT, ""}, {IV_SQL_FLOAT, "1,5"}, {IV_SQL_FLOAT, "nan"}, {IV_SQL_FLOAT, "0x10"},
		{IV_SQL_BOOL, ""}, {IV_SQL_BOOL, "true"}, {IV_SQL_BOOL, "1"},
		{IV_SQL_TIME, ""}, {IV_SQL_TIME, "2026-01-31"}, {IV_SQL_TIME, "2026-13-01 00:00:00+00"},
		{IV_SQL_TIME, "2026-01-31 23:59:59"}, {IV_SQL_TIME, "0044-03-15 00:00:00+00 BC"}, {IV_SQL_TIME, "-infinity"},
		{IV_SQL_TIME, "31/01/2026 23:59:59 UTC"}, {IV_SQL_TIME, "2026-01-31 23:59:59+00 and much more behind it than that"},
		{IV_SQL_TEXTS, ""}, {IV_SQL_TEXTS, "{"}, {IV_SQL_TEXTS, "}"}, {IV_SQL_TEXTS, "{a"}, {IV_SQL_TEXTS, "{\"a}"},
		{IV_SQL_TEXTS, "{a,}"}, {IV_SQL_TEXTS, "{,a}"}, {IV_SQL_TEXTS, "{a}b"}, {IV_SQL_TEXTS, "{{a},{b}}"},
		{IV_SQL_TEXTS, "{\"a\"b}"}, {IV_SQL_TEXTS, "{a\\"}, {IV_SQL_TEXTS, "[0:0]={a}"}, {IV_SQL_TEXTS, "a,b"},
		{IV_SQL_TEXTS, "{\"a\\"}, {IV_SQL_TEXTS, "{a,b\"c\"}"},
	};
	char field[64];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		if (read_as(rows[i].kind, rows[i].text, field))
			fail_msg("%s was taken", rows[i].text);
}

static void lists_of_any_texts_come_back(void **state)
{
	struct iv_str items[] = {IV_S("a"), IV_S(""), IV_S("\\"), IV_S("\""), IV_S(","), IV_S("{}"), IV_S("null"), IV_S("NULL"),
				 IV_STR_NULL, IV_S(" b "), IV_S("ü\n")};
	struct iv_strs in = {items, IV_COUNT(items)}, out;

	(void)state;
	for (size_t n = 0; n <= IV_COUNT(items); n++) {
		in.count = n;
		assert_true(read_as(IV_SQL_TEXTS, written(IV_SQL_TEXTS, &in), &out));
		assert_int_equal(out.count, n);
		for (size_t i = 0; i < n; i++)
			assert_true(iv_str_eq(out.items[i], items[i]) && !out.items[i].ptr == !items[i].ptr);
	}
	/* as the server writes them: quoted only where it must be */
	assert_true(read_as(IV_SQL_TEXTS, "{plain,\"with \\\"quotes\\\"\",NULL,\"NULL\"}", &out));
	assert_int_equal(out.count, 4);
	assert_true(iv_str_eq(out.items[1], IV_S("with \"quotes\"")) && !out.items[2].ptr);
	assert_true(iv_str_eq(out.items[3], IV_S("NULL")));
}

static void a_full_arena_is_told_from_a_wrong_value(void **state)
{
	struct iv_arena small;
	struct iv_str text;
	struct iv_strs list;
	struct iv_err e = {0};

	(void)state;
	iv_arena_init(&small, 64);
	assert_true(pg_value_read(IV_SQL_TEXT, IV_S("fits"), &text, &small, &e));
	assert_false(pg_value_read(IV_SQL_TEXT, IV_S("this text is longer than what is left of an arena of 64 bytes"), &text,
				   &small, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	e = (struct iv_err){0};
	assert_false(pg_value_read(IV_SQL_TEXTS, IV_S("{a,b,c,d,e}"), &list, &small, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	iv_arena_deinit(&small);
}

static void the_most_special_row_of_a_state_counts(void **state)
{
	(void)state;
	assert_int_equal(pg_verdict("23505")->code, IV_ECONFLICT);
	assert_int_equal(pg_verdict("23999")->code, IV_EINVAL);
	assert_int_equal(pg_verdict("42501")->code, IV_EFORBIDDEN);
	assert_int_equal(pg_verdict("42601")->code, IV_EINTERNAL);
	assert_int_equal(pg_verdict("40001")->then, PG_THEN_AGAIN);
	assert_int_equal(pg_verdict("40003")->then, PG_THEN_NOTHING);
	assert_int_equal(pg_verdict("53300")->then, PG_THEN_DROP);
	assert_int_equal(pg_verdict("53100")->then, PG_THEN_NOTHING);
	assert_int_equal(pg_verdict("26000")->then, PG_THEN_REPREPARE);
	assert_int_equal(pg_verdict("ZZZZZ")->code, IV_EINTERNAL);
	assert_int_equal(pg_verdict("")->code, IV_EINTERNAL);
	assert_false(pg_verdict("23505")->loggable || pg_verdict("22P02")->loggable || pg_verdict("P0001")->loggable);
}

static int setup(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_whole),
		cmocka_unit_test(nulls_have_no_text),
		cmocka_unit_test(times_are_utc_both_ways),
		cmocka_unit_test(what_is_no_value_of_its_type_is_refused),
		cmocka_unit_test(lists_of_any_texts_come_back),
		cmocka_unit_test(a_full_arena_is_told_from_a_wrong_value),
		cmocka_unit_test(the_most_special_row_of_a_state_counts),
	};

	return cmocka_run_group_tests_name("pg_value", tests, setup, teardown);
}
