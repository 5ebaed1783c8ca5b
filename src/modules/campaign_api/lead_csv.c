/* Columns and rows of a file of leads. */
#include "lead_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_e164.h"

enum { ROWS_BYTES = 8 << 20, TEXT_MAX = 200, VALUE_MAX = 4000, TAG_MAX = 64, TAGS_MAX = 32, SCORE_MAX = 1000000 };

enum column { COL_NONE, COL_PHONE, COL_FIRST, COL_LAST, COL_NAME, COL_EMAIL, COL_COMPANY, COL_ZONE, COL_STATUS,
	     COL_SCORE, COL_TAGS,
	      COL_VARIABLE };

/* What columns are called, by people and by what they export from. */
static const struct {
	const char *name;
	enum column kind;
} known[] = {
	{"phone", COL_PHONE}, {"phone_number", COL_PHONE}, {"phonenumber", COL_PHONE}, {"mobile", COL_PHONE},
	{"mobile_number", COL_PHONE}, {"telephone", COL_PHONE}, {"phone_e164", COL_PHONE}, {"first_name", COL_FIRST},
	{"firstname", COL_FIRST}, {"given_name", COL_FIRST}, {"last_name", COL_LAST}, {"lastname", COL_LAST},
	{"surname", COL_LAST}, {"family_name", COL_LAST}, {"name", COL_NAME}, {"full_name", COL_NAME},
	{"fullname", COL_NAME},
	{"email", COL_EMAIL}, {"e_mail", COL_EMAIL}, {"email_address", COL_EMAIL}, {"company", COL_COMPANY},
	{"company_name", COL_COMPANY}, {"organisation", COL_COMPANY}, {"organization", COL_COMPANY},
	{"timezone", COL_ZONE},
	{"time_zone", COL_ZONE}, {"status", COL_STATUS}, {"score", COL_SCORE}, {"lead_score", COL_SCORE},
	{"tags", COL_TAGS},
};

static const char *const keys[] = {
	[COL_FIRST] = "first_name", [COL_LAST] = "last_name", [COL_EMAIL] = "email",
	[COL_COMPANY] = "company", [COL_ZONE] = "timezone",   [COL_STATUS] = "status",
};

/* ── the header ── */

static enum column kind_of(struct iv_str name)
{
	char plain[LEAD_CSV_NAME];
	size_t n = 0;

	for (size_t i = 0; i < name.len && n < sizeof(plain) - 1; i++) {
		char ch = name.ptr[i];

		plain[n++] = ch == ' ' || ch == '-' ? '_' : ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
	}
	for (size_t i = 0; i < IV_COUNT(known); i++)
		if (iv_str_eq((struct iv_str){plain, n}, iv_str(known[i].name)))
			return known[i].kind;
	return COL_VARIABLE;
}

static bool clashes(const struct lead_csv *l, size_t column)
{
	for (size_t i = 0; i < column; i++)
		if (l->kinds[i] != COL_NONE && (l->kinds[column] == COL_VARIABLE
						? strcmp(l->names[i], l->names[column]) == 0
										   : l->kinds[i] == l->kinds[column]))
			return true;
	return false;
}

static void read_header(struct lead_csv *l, const struct iv_csv_row *row)
{
	bool phone = false;

	l->has_header = true;
	if (row->wrong) {
		(void)iv_fail(&l->err, IV_EINVAL, "the header, field %zu: %s", row->wrong_field, row->wrong);
		return;
	}
	l->column_count = row->count;
	for (size_t i = 0; i < row->count; i++) {
		struct iv_str name = iv_str_trim(row->fields[i]);

		l->kinds[i] = name.len ? (unsigned char)kind_of(name) : COL_NONE;
		if (!iv_str_copy(l->names[i], LEAD_CSV_NAME, name)) {
			(void)iv_fail(&l->err, IV_EINVAL, "the header, field %zu: a name has at most 64 bytes", i + 1);
			return;
		}
		phone = phone || l->kinds[i] == COL_PHONE;
		if (clashes(l, i)) {
			(void)iv_fail(&l->err, IV_EINVAL, "the header, field %zu: two columns are the %s", i + 1,
				      l->kinds[i] == COL_VARIABLE ? "same" : l->names[i]);
			return;
		}
	}
	if (!phone)
		(void)iv_fail(&l->err, IV_EINVAL, "the header has no column \"phone\"");
}

/* ── a row ── */

static void note_wrong(struct lead_csv *l, int64_t line, size_t field, const char *name, const char *reason)
{
	struct iv_jw w;

	if (!iv_buf_addc(&l->wrong, l->wrong_count ? ',' : '['))
		(void)iv_fail(&l->err, IV_ETOOBIG, "too much at once is wrong");
	iv_jw_init(&w, &l->wrong);
	iv_jw_obj(&w, NULL);
	iv_jw_i64(&w, "line", line);
	if (field)
		iv_jw_i64(&w, "field", (int64_t)field);
	if (name)
		iv_jw_cstr(&w, "name", name);
	iv_jw_cstr(&w, "reason", reason);
	iv_jw_end_obj(&w);
	if (!iv_jw_done(&w))
		(void)iv_fail(&l->err, IV_ETOOBIG, "too much at once is wrong");
	l->wrong_count++;
}

static int by_text(const void *a, const void *b)
{
	const struct iv_str *x = a, *y = b;
	int order = memcmp(x->ptr, y->ptr, x->len < y->len ? x->len : y->len);

	return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

static const char *check_text(const struct lead_csv *l, enum column kind, struct iv_str s)
{
	int64_t score;

	switch (kind) {
	case COL_VARIABLE:
		return s.len > VALUE_MAX ? "is longer than 4000 bytes" : NULL;
	case COL_EMAIL:
		return s.len > 254 || !memchr(s.ptr, '@', s.len) ? "is no address" : NULL;
	case COL_ZONE:
		return l->zone_count && !bsearch(&s, l->zones, l->zone_count, sizeof(s), by_text)
			       ? "is no name of the zone database, as Asia/Kolkata is" : NULL;
	case COL_SCORE:
		return !iv_str_to_i64(s, &score) || score > SCORE_MAX || score < -SCORE_MAX
		? "is no whole number up to 1000000" : NULL;
	case COL_STATUS:
		return s.len > TAG_MAX ? "is longer than 64 bytes" : NULL;
	case COL_TAGS:
		return s.len > VALUE_MAX ? "is longer than 4000 bytes" : NULL;
	default:
		return s.len > TEXT_MAX ? "is longer than 200 bytes" : NULL;
	}
}

static void put_tag(struct iv_jw *w, struct iv_str tag, size_t *count)
{
	tag = iv_str_trim(tag);
	if (!tag.len || tag.len > TAG_MAX || *count >= TAGS_MAX)
		return; /* of more than 32, and of longer ones, nobody makes a segment */
	(*count)++;
	iv_jw_str(w, NULL, tag);
}

static void put_tags(const struct lead_csv *l, struct iv_jw *w, struct iv_str cell)
{
	size_t count = 0, at = 0;

	iv_jw_arr(w, "tags");
	for (size_t i = 0; i < l->tags.count; i++)
		put_tag(w, l->tags.items[i], &count);
	for (size_t i = 0; i <= cell.len; i++)
		if (i == cell.len || memchr(",;|", cell.ptr[i], 3)) {
			put_tag(w, (struct iv_str){cell.ptr + at, i - at}, &count);
			at = i + 1;
		}
	iv_jw_end_arr(w);
}

/* "Ada King Byron": the first word, and the rest. */
static void put_name(struct iv_jw *w, struct iv_str name)
{
	const char *space = name.len ? memchr(name.ptr, ' ', name.len) : NULL;
	size_t n = space ? (size_t)(space - name.ptr) : name.len;

	iv_jw_str(w, "first_name", (struct iv_str){name.ptr, n});
	if (space)
		iv_jw_str(w, "last_name", iv_str_trim((struct iv_str){space + 1, name.len - n - 1}));
}

struct cells {
	struct iv_str of[IV_CSV_FIELDS];
	struct iv_str by[COL_VARIABLE]; /* of the columns that are known */
	char number[IV_E164_SIZE];
};

static void put_row(struct lead_csv *l, int64_t line, const struct cells *c)
{
	int64_t score;
	struct iv_jw w;

	if (!iv_buf_addc(&l->rows, l->row_count ? ',' : '['))
		(void)iv_fail(&l->err, IV_ETOOBIG, "the rows are too large");
	iv_jw_init(&w, &l->rows);
	iv_jw_obj(&w, NULL);
	iv_jw_i64(&w, "line", line);
	iv_jw_cstr(&w, "phone", c->number);
	for (size_t i = 0; i < IV_COUNT(keys); i++)
		if (keys[i] && c->by[i].len)
			iv_jw_str(&w, keys[i], c->by[i]);
	if (c->by[COL_NAME].len && !c->by[COL_FIRST].len && !c->by[COL_LAST].len)
		put_name(&w, c->by[COL_NAME]);
	if (c->by[COL_SCORE].len && iv_str_to_i64(c->by[COL_SCORE], &score))
		iv_jw_i64(&w, "score", score);
	put_tags(l, &w, c->by[COL_TAGS]);
	iv_jw_obj(&w, "variables");
	for (size_t i = 0; i < l->column_count; i++)
		if (l->kinds[i] == COL_VARIABLE && c->of[i].len)
			iv_jw_str(&w, l->names[i], c->of[i]);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	if (!iv_jw_done(&w))
		(void)iv_fail(&l->err, IV_ETOOBIG, "the rows are too large");
	l->row_count++;
}

/* The fields where they belong. False: told. *empty: a line of commas at the end of a sheet. */
static bool sort_cells(struct lead_csv *l, const struct iv_csv_row *row, struct cells *c, bool *empty)
{
	*empty = true;
	for (size_t i = 0; i < row->count; i++) {
		struct iv_str s = iv_str_trim(row->fields[i]);

		*empty = *empty && !s.len;
		if (i >= l->column_count && s.len) {
			note_wrong(l, row->line, i + 1, NULL, "the row has more fields than the header");
			return false;
		}
		if (i >= l->column_count)
			break;
		c->of[i] = s;
		if (l->kinds[i] != COL_VARIABLE)
			c->by[l->kinds[i]] = s;
	}
	return true;
}

/* NULL, or what is wrong with the field of that column. The number is made one. */
static const char *check_cell(const struct lead_csv *l, size_t column, struct cells *c)
{
	enum column kind = (enum column)l->kinds[column];
	const char *why = NULL;

	if (kind == COL_PHONE)
		(void)!iv_e164_normal(c->of[column], l->country, c->number, &why); /* why tells */
	else if (kind != COL_NONE && c->of[column].len)
		why = check_text(l, kind, c->of[column]);
	return why;
}

static void read_row(struct lead_csv *l, const struct iv_csv_row *row)
{
	struct cells c = {.number = ""};
	bool empty;

	if (row->wrong) {
		note_wrong(l, row->line, row->wrong_field,
			   row->wrong_field <= l->column_count ? l->names[row->wrong_field - 1] : NULL, row->wrong);
		return;
	}
	if (!sort_cells(l, row, &c, &empty) || empty)
		return;
	for (size_t i = 0; i < l->column_count; i++) {
		const char *why = check_cell(l, i, &c);

		if (why) {
			note_wrong(l, row->line, i + 1, l->names[i], why);
			return;
		}
	}
	put_row(l, row->line, &c);
}

static void on_row(void *arg, const struct iv_csv_row *row)
{
	struct lead_csv *l = arg;

	if (l->err.code != IV_OK)
		return;
	if (l->has_header)
		read_row(l, row);
	else
		read_header(l, row);
}

/* ── the file ── */

void lead_csv_init(struct lead_csv *l)
{
	memset(l, 0, sizeof(*l));
	iv_csv_init(&l->csv, on_row, l);
	iv_buf_init(&l->rows, ROWS_BYTES);
	iv_buf_init(&l->wrong, ROWS_BYTES);
}

void lead_csv_deinit(struct lead_csv *l)
{
	iv_csv_deinit(&l->csv);
	iv_buf_deinit(&l->rows);
	iv_buf_deinit(&l->wrong);
}

static bool went_well(struct lead_csv *l, bool ok, struct iv_err *e)
{
	if (ok && l->err.code != IV_OK)
		*e = l->err;
	return ok && l->err.code == IV_OK;
}

bool lead_csv_feed(struct lead_csv *l, struct iv_str bytes, struct iv_err *e)
{
	return went_well(l, iv_csv_feed(&l->csv, bytes, e), e);
}

bool lead_csv_end(struct lead_csv *l, struct iv_err *e)
{
	if (!went_well(l, iv_csv_end(&l->csv, e), e))
		return false;
	return l->has_header || iv_fail(e, IV_EINVAL, "the file is empty");
}

bool lead_csv_give(struct lead_csv *l, struct iv_str *rows, struct iv_str *wrong)
{
	bool ok = iv_buf_adds(&l->rows, l->row_count ? IV_S("]") : IV_S("[]")) &&
		  iv_buf_adds(&l->wrong, l->wrong_count ? IV_S("]") : IV_S("[]"));

	*rows = iv_buf_str(&l->rows);
	*wrong = iv_buf_str(&l->wrong);
	return ok;
}

void lead_csv_taken(struct lead_csv *l)
{
	iv_buf_clear(&l->rows);
	iv_buf_clear(&l->wrong);
	l->row_count = l->wrong_count = 0;
}
