/* The reader of delimited text: no byte of a file may make it read beyond its row, and where the file is cut changes
 * nothing. */
#include <stdlib.h>
#include "iv_csv.h"
#include "iv_e164.h"

static void must(bool ok)
{
	if (!ok)
		abort();
}

struct told {
	struct iv_buf b;
	int64_t line;
};

static void on_row(void *arg, const struct iv_csv_row *row)
{
	struct told *t = arg;
	char number[IV_E164_SIZE];
	const char *why;

	must(row->line >= t->line && row->count <= IV_CSV_FIELDS);
	t->line = row->line;
	must(iv_buf_printf(&t->b, "%lld %zu %s%zu;", (long long)row->line, row->count, row->wrong ? row->wrong : "", row->wrong ? row->wrong_field : 0));
	for (size_t i = 0; i < row->count; i++) {
		must(iv_buf_adds(&t->b, row->fields[i]));
		if (!row->wrong && iv_e164_normal(row->fields[i], "IN", number, &why))
			must(iv_e164_ok(iv_str(number)));
	}
}

static bool read_in(const char *bytes, size_t n, size_t slice, struct told *t)
{
	struct iv_err e = {0};
	struct iv_csv c;
	bool ok = true;

	*t = (struct told){.line = 1};
	iv_buf_init(&t->b, 64 << 20);
	iv_csv_init(&c, on_row, t);
	for (size_t at = 0; ok && at < n; at += slice)
		ok = iv_csv_feed(&c, (struct iv_str){bytes + at, n - at < slice ? n - at : slice}, &e);
	ok = ok && iv_csv_end(&c, &e);
	iv_csv_deinit(&c);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told a, b;

	if (size < 1)
		return 0;
	bool ok = read_in((const char *)data + 1, size - 1, size, &a);
	must(ok == read_in((const char *)data + 1, size - 1, 1 + data[0] % 32, &b));
	must(!ok || (a.b.len == b.b.len && (!a.b.len || memcmp(a.b.ptr, b.b.ptr, a.b.len) == 0)));
	iv_buf_deinit(&a.b);
	iv_buf_deinit(&b.b);
	return 0;
}
