/* Values of statements as text, both ways: numbers, times as timestamptz in UTC, text[] literals. */
#include "pg_priv.h"

#include <math.h>
#include <stdio.h>

#include "iv_time.h"

enum { NUMBER_SIZE = 40, TIME_SIZE = IV_TIME_SIZE };
#define YEAR_10000_MS INT64_C(253402300800000)

/* ── out ── */

static size_t strs_size(const struct iv_strs *s)
{
	size_t n = sizeof("{}");

	for (size_t i = 0; i < s->count; i++)
		n += s->items[i].ptr ? 2 * s->items[i].len + sizeof("\"\",") : sizeof("NULL,");
	return n;
}

size_t pg_value_size(enum iv_sql_kind kind, const void *field)
{
	switch (kind) {
	case IV_SQL_TEXT:
	case IV_SQL_JSON: {
		const struct iv_str *s = field;

		return s->ptr ? s->len + 1 : 0;
	}
	case IV_SQL_INT:
		return *(const int64_t *)field == IV_SQL_NULL ? 0 : NUMBER_SIZE;
	case IV_SQL_TIME:
		return *(const int64_t *)field == IV_SQL_NULL ? 0 : TIME_SIZE;
	case IV_SQL_FLOAT:
		return isnan(*(const double *)field) ? 0 : NUMBER_SIZE;
	case IV_SQL_BOOL:
		return sizeof("t");
	case IV_SQL_TEXTS:
		return strs_size(field);
	}
	abort();
}

static char *write_str(struct iv_str s, char *to)
{
	if (s.len)
		memcpy(to, s.ptr, s.len);
	to[s.len] = '\0';
	return to + s.len + 1;
}

static char *write_time(int64_t ms, char *to)
{
	if (ms == INT64_MAX)
		return write_str(IV_S("infinity"), to);
	if (ms < 0 || ms >= YEAR_10000_MS)
		return NULL;
	(void)iv_time_iso(ms, to);
	return to + IV_TIME_SIZE;
}

static char *write_float(double v, char *to)
{
	char digits[IV_DOUBLE_SIZE];

	if (isinf(v))
		return write_str(v > 0 ? IV_S("Infinity") : IV_S("-Infinity"), to);
	return write_str((struct iv_str){digits, iv_double_str(digits, v)}, to);
}

/* Every item quoted: nothing in it can then mean something. */
static char *write_strs(const struct iv_strs *s, char *to)
{
	*to++ = '{';
	for (size_t i = 0; i < s->count; i++) {
		struct iv_str item = s->items[i];

		if (i)
			*to++ = ',';
		if (!item.ptr) {
			to = write_str(IV_S("NULL"), to) - 1;
			continue;
		}
		*to++ = '"';
		for (size_t k = 0; k < item.len; k++) {
			if (item.ptr[k] == '"' || item.ptr[k] == '\\')
				*to++ = '\\';
			*to++ = item.ptr[k];
		}
		*to++ = '"';
	}
	return write_str(IV_S("}"), to);
}

/* Postgres has no NUL in its texts, and libpq would cut there without a word. */
static bool holds_nul(enum iv_sql_kind kind, const void *field)
{
	const struct iv_strs *list = field;
	struct iv_strs single = {NULL, 1};
	struct iv_str text;

	if (kind == IV_SQL_TEXT || kind == IV_SQL_JSON) {
		text = *(const struct iv_str *)field;
		single.items = &text;
		list = &single;
	} else if (kind != IV_SQL_TEXTS) {
		return false;
	}
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].len && memchr(list->items[i].ptr, '\0', list->items[i].len))
			return true;
	return false;
}

char *pg_value_write(enum iv_sql_kind kind, const void *field, const char *name, char *to, struct iv_err *e)
{
	char *end = NULL;

	if (holds_nul(kind, field)) {
		(void)iv_fail_field(e, IV_EINVAL, name, "must not hold a NUL byte");
		return NULL;
	}
	switch (kind) {
	case IV_SQL_TEXT:
	case IV_SQL_JSON:
		return write_str(*(const struct iv_str *)field, to);
	case IV_SQL_INT:
		return to + snprintf(to, NUMBER_SIZE, "%lld", (long long)*(const int64_t *)field) + 1;
	case IV_SQL_TIME:
		end = write_time(*(const int64_t *)field, to);
		if (!end)
			(void)iv_fail_field(e, IV_EINVAL, name, "must be a time from 1970 to 9999");
		return end;
	case IV_SQL_FLOAT:
		return write_float(*(const double *)field, to);
	case IV_SQL_BOOL:
		return write_str(*(const bool *)field ? IV_S("t") : IV_S("f"), to);
	case IV_SQL_TEXTS:
		return write_strs(field, to);
	}
	abort();
}

/* ── in ── */

static bool skip(struct iv_str *s, char c)
{
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	s->ptr++;
	s->len--;
	return true;
}

/* "2026-01-31 23:59:59.123456+00": RFC 3339, but for minutes of the offset that are left out when they are 0. */
static bool read_time(struct iv_str s, int64_t *out)
{
	char text[48];
	bool hours_only = s.len > 3 && (s.ptr[s.len - 3] == '+' || s.ptr[s.len - 3] == '-');
	int n = snprintf(text, sizeof(text), "%.*s%s", IV_FMT(s), hours_only ? ":00" : "");

	*out = INT64_MAX;
	return iv_str_eq(s, IV_S("infinity")) ||
	       (n < (int)sizeof(text) && iv_time_parse((struct iv_str){text, (size_t)n}, out));
}

static bool read_float(struct iv_str s, double *out)
{
	if (iv_str_eq(s, IV_S("NaN")))
		*out = NAN;
	else if (iv_str_eq(s, IV_S("Infinity")))
		*out = INFINITY;
	else if (iv_str_eq(s, IV_S("-Infinity")))
		*out = -INFINITY;
	else
		return iv_str_to_double(s, out);
	return true;
}

/* One item of "{a,\"b c\",NULL}" up to its comma or brace, unescaped into `to`; its length, or -1. */
static ptrdiff_t read_item(struct iv_str *s, char *to, bool *null)
{
	bool quoted = skip(s, '"'), closed = !quoted;
	size_t n = 0;

	while (s->len) {
		char c = s->ptr[0];

		if (quoted ? c == '"' : c == ',' || c == '}')
			break;
		if (!quoted && (c == '{' || c == '"'))
			return -1; /* an array of arrays */
		(void)skip(s, c);
		if (c == '\\') {
			if (!s->len)
				return -1;
			c = s->ptr[0];
			(void)skip(s, c);
		}
		to[n++] = c;
	}
	if (quoted)
		closed = skip(s, '"');
	*null = !quoted && n == 4 && memcmp(to, "NULL", 4) == 0;
	return closed && (quoted || n) ? (ptrdiff_t)n : -1;
}

/* Of a list that is not empty. */
static size_t count_items(struct iv_str s)
{
	size_t n = 1;
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			quoted = !quoted;
		else if (s.ptr[i] == ',' && !quoted)
			n++;
	}
	return n;
}

static bool read_strs(struct iv_str s, struct iv_strs *out, struct iv_arena *a, struct iv_err *e)
{
	size_t count = count_items(s);
	char *to;

	*out = (struct iv_strs){0};
	if (iv_str_eq(s, IV_S("{}")))
		return true;
	out->items = iv_arena_alloc(a, count * sizeof(out->items[0]));
	to = iv_arena_alloc(a, s.len + count); /* each item and its NUL */
	if (!out->items || !to)
		return iv_fail(e, IV_ETOOBIG, "the answer does not fit");
	if (!skip(&s, '{'))
		return iv_fail(e, IV_EINTERNAL, "expected a list of texts");
	while (out->count < count) {
		bool null;
		ptrdiff_t n = read_item(&s, to, &null);

		if (n < 0 || !skip(&s, out->count + 1 < count ? ',' : '}'))
			return iv_fail(e, IV_EINTERNAL, "expected a list of texts");
		out->items[out->count++] = null ? IV_STR_NULL : (struct iv_str){to, (size_t)n};
		to += n + 1;
	}
	return s.len == 0 ? true : iv_fail(e, IV_EINTERNAL, "expected a list of texts");
}

static void set_null(enum iv_sql_kind kind, void *field)
{
	if (kind == IV_SQL_INT || kind == IV_SQL_TIME)
		*(int64_t *)field = IV_SQL_NULL;
	else if (kind == IV_SQL_FLOAT)
		*(double *)field = NAN;
	/* the others are null as the row was made: all zero */
}

bool pg_value_read(enum iv_sql_kind kind, struct iv_str text, void *field, struct iv_arena *a, struct iv_err *e)
{
	bool ok = true;

	if (!text.ptr) {
		set_null(kind, field);
		return true;
	}
	switch (kind) {
	case IV_SQL_TEXT:
	case IV_SQL_JSON: {
		struct iv_str copy = iv_arena_str(a, text);

		*(struct iv_str *)field = copy;
		return copy.ptr ? true : iv_fail(e, IV_ETOOBIG, "the answer does not fit");
	}
	case IV_SQL_TEXTS:
		return read_strs(text, field, a, e);
	case IV_SQL_INT:
		ok = iv_str_to_i64(text, field);
		break;
	case IV_SQL_TIME:
		ok = read_time(text, field);
		break;
	case IV_SQL_FLOAT:
		ok = read_float(text, field);
		break;
	case IV_SQL_BOOL:
		*(bool *)field = text.len == 1 && text.ptr[0] == 't';
		ok = text.len == 1 && (text.ptr[0] == 't' || text.ptr[0] == 'f');
		break;
	}
	return ok ? true : iv_fail(e, IV_EINTERNAL, "a column is not of its type");
}
