/* The reader of delimited text: what a row is, however its bytes are cut; and what is wrong with those that are wrong. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "iv_csv.h"

struct got {
	struct iv_buf b;
};

/* "1[a|b]3[c|d]": lines and fields; wrong ones as "5!2(why)". */
static void on_row(void *arg, const struct iv_csv_row *row)
{
	struct got *g = arg;

	assert_true(iv_buf_printf(&g->b, "%lld", (long long)row->line));
	if (row->wrong) {
		assert_true(iv_buf_printf(&g->b, "!%zu(%.12s)", row->wrong_field, row->wrong));
		return;
	}
	for (size_t i = 0; i < row->count; i++)
		assert_true(iv_buf_printf(&g->b, "%c%.*s", i ? '|' : '[', IV_FMT(row->fields[i])));
	assert_true(iv_buf_adds(&g->b, IV_S("]")));
}

static void read_in(const char *text, size_t len, size_t slice, struct got *g)
{
	struct iv_err e = {0};
	struct iv_csv c;
	bool ok = true;

	iv_buf_init(&g->b, 1 << 20);
	iv_csv_init(&c, on_row, g);
	for (size_t at = 0; ok && at < len; at += slice)
		ok = iv_csv_feed(&c, (struct iv_str){text + at, len - at < slice ? len - at : slice}, &e);
	ok = ok && iv_csv_end(&c, &e);
	if (!ok)
		assert_true(iv_buf_printf(&g->b, "ERR %.20s", e.msg));
	assert_true(iv_buf_addc(&g->b, '\0'));
	iv_csv_deinit(&c);
}

static void rows_are_alike_wherever_they_are_cut(void **state)
{
	static const struct {
		const char *text, *rows;
	} rows[] = {
		{"a,b\n1,2\n", "1[a|b]2[1|2]"},
		{"a,b\r\n1,2", "1[a|b]2[1|2]"},
		{"a,b\r1,2\r", "1[a|b]2[1|2]"},
		{"\xef\xbb\xbf" "a,b\n1,2\n", "1[a|b]2[1|2]"},
		{"a;b;c\n1,5;2;3\n", "1[a|b|c]2[1,5|2|3]"},
		{"a\tb\n1, 2\t3\n", "1[a|b]2[1, 2|3]"},
		{"a|b\n1|2\n", "1[a|b]2[1|2]"},
		{"\"a;x;y;z\",b,c\n1,2,3\n", "1[a;x;y;z|b|c]2[1|2|3]"}, /* what is quoted does not count */
		{"a,b\n\"one\ntwo\",3\n4,5\n", "1[a|b]2[one\ntwo|3]4[4|5]"},
		{"a,b\r\n\"one\r\ntwo\",3\r\n4,5\r\n", "1[a|b]2[one\r\ntwo|3]4[4|5]"},
		{"a,b\n\"say \"\"hi\"\"\",\"\"\n", "1[a|b]2[say \"hi\"|]"},
		{"a,b\n5\" pipe,x\"y\n", "1[a|b]2[5\" pipe|x\"y]"},
		{"a,b\n\n\r\n1,2\n\n", "1[a|b]4[1|2]"},
		{"a,b\n,\n", "1[a|b]2[|]"},
		{"a,b\n1\n1,2,3\n", "1[a|b]2[1]3[1|2|3]"},
		{"a,b\n\"x\"y,2\n3,4\n", "1[a|b]2!1(text behind )3[3|4]"},
		{"a,b\n1,\"never\nclosed", "1[a|b]2!2(a quote is n)"},
		{"a,b\n1,\xff\n3,4\n", "1[a|b]2!2(not text in )3[3|4]"},
		{"a\n\xc3\xa9\xe2\x82\xac\n", "1[a]2[\xc3\xa9\xe2\x82\xac]"},
		{"a", "1[a]"},
		{"", ""},
		{"\n\n", ""},
		{"\xff\xfe" "a\0,\0b\0", "ERR the file is UTF-16:"},
		{"PK\x03\x04rest of it", "ERR the file is a spre"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		for (size_t slice = 1; slice < 12; slice++) {
			struct got g;

			read_in(rows[i].text, strlen(rows[i].text), slice, &g);
			if (strncmp(g.b.ptr, rows[i].rows, 22) != 0 || (g.b.ptr[0] != 'E' && strcmp(g.b.ptr, rows[i].rows) != 0))
				fail_msg("row %zu in pieces of %zu: %s", i, slice, g.b.ptr);
			iv_buf_deinit(&g.b);
		}
}

static void what_is_too_large_costs_its_own_row(void **state)
{
	size_t n = 0, size = 3 * IV_CSV_ROW_BYTES;
	char *text = malloc(size);
	struct got g;

	(void)state;
	assert_non_null(text);
	n += (size_t)snprintf(text, size, "a,b\n1,\"");
	memset(text + n, 'x', IV_CSV_ROW_BYTES + 10); /* a quote that is never closed must not swallow the file */
	n += IV_CSV_ROW_BYTES + 10;
	n += (size_t)snprintf(text + n, size - n, "\n3,4\n");
	memset(text + n, ',', 200);
	n += 200;
	n += (size_t)snprintf(text + n, size - n, "\n5,6\n");
	for (size_t slice = 1; slice < 100000; slice *= 7) {
		read_in(text, n, slice, &g);
		assert_string_equal(g.b.ptr, "1[a|b]2!2(the row is l)3[3|4]4!129(the row has )5[5|6]");
		iv_buf_deinit(&g.b);
	}
	/* The first row too, before it is known what parts the fields. */
	memset(text, 'y', IV_CSV_ROW_BYTES + 100);
	n = IV_CSV_ROW_BYTES + 100 + (size_t)snprintf(text + IV_CSV_ROW_BYTES + 100, 100, "\n1,2\n");
	read_in(text, n, 1000, &g);
	assert_string_equal(g.b.ptr, "1!1(the row is l)2[1|2]");
	iv_buf_deinit(&g.b);
	read_in("a,b\n1\0,2\n3,4\n", 13, 3, &g);
	assert_string_equal(g.b.ptr, "1[a|b]2!1(not text in )3[3|4]");
	iv_buf_deinit(&g.b);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_alike_wherever_they_are_cut),
		cmocka_unit_test(what_is_too_large_costs_its_own_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
