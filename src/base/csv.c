/* The reader of delimited text: one state a byte, one row in memory. */
#include "iv_csv.h"

enum csv_state {
	CSV_START,  /* of a field */
	CSV_PLAIN,
	CSV_QUOTED,
	CSV_QUOTE,  /* behind a quote inside a quoted field: it ends, or is doubled */
	CSV_SKIP,   /* the row is wrong and too long to be read on: to the end of its line */
};

enum { LOOK_BYTES = 8 };

void iv_csv_init(struct iv_csv *c, void (*on_row)(void *arg, const struct iv_csv_row *row), void *arg)
{
	*c = (struct iv_csv){.on_row = on_row, .arg = arg, .line = 1, .row_line = 1};
	iv_buf_init(&c->first, IV_CSV_ROW_BYTES + 16);
	iv_buf_init(&c->text, IV_CSV_ROW_BYTES);
}

void iv_csv_deinit(struct iv_csv *c)
{
	iv_buf_deinit(&c->first);
	iv_buf_deinit(&c->text);
}

/* ── a row ── */

static void set_wrong(struct iv_csv *c, const char *why)
{
	if (c->wrong)
		return;
	c->wrong = why;
	c->wrong_field = c->count + 1;
}

static void end_field(struct iv_csv *c)
{
	if (c->count == IV_CSV_FIELDS)
		set_wrong(c, "the row has more than 128 fields");
	else
		c->ends[c->count++] = c->text.len;
	if (c->state != CSV_SKIP)
		c->state = CSV_START;
}

static bool is_text(struct iv_str s)
{
	return iv_utf8_valid(s) && !memchr(s.ptr, '\0', s.len);
}

static void give_row(struct iv_csv *c)
{
	struct iv_str fields[IV_CSV_FIELDS];
	struct iv_csv_row row = {.line = c->row_line, .fields = fields};
	size_t at = 0;

	for (size_t i = 0; i < c->count; i++) {
		fields[i] = (struct iv_str){c->text.ptr ? c->text.ptr + at : "", c->ends[i] - at};
		at = c->ends[i];
		if (!c->wrong && fields[i].len && !is_text(fields[i])) {
			c->wrong = "not text in UTF-8";
			c->wrong_field = i + 1;
		}
	}
	row.count = c->count;
	row.wrong = c->wrong;
	row.wrong_field = c->wrong_field;
	c->on_row(c->arg, &row);
}

static void end_row(struct iv_csv *c)
{
	bool empty = c->count == 0 && c->state == CSV_START && !c->begun;

	if (!empty) {
		if (c->state != CSV_SKIP || c->count < IV_CSV_FIELDS)
			end_field(c);
		give_row(c);
	}
	iv_buf_clear(&c->text);
	c->count = 0;
	c->state = CSV_START;
	c->begun = false;
	c->wrong = NULL;
}

static void put(struct iv_csv *c, char ch)
{
	if (iv_buf_addc(&c->text, ch))
		return;
	set_wrong(c, c->state == CSV_QUOTED ? "the row is longer than 65536 bytes: is a quote never closed?"
					    : "the row is longer than 65536 bytes");
	c->state = CSV_SKIP;
}

/* A row's end, wherever it may stand. */
static bool on_end(struct iv_csv *c, char ch)
{
	if (c->state == CSV_QUOTED || (ch != '\n' && ch != '\r'))
		return false;
	end_row(c);
	return true;
}

static void on_char(struct iv_csv *c, char ch)
{
	bool lf_of_cr = ch == '\n' && c->after_cr;

	c->after_cr = ch == '\r';
	if (c->state == CSV_START && c->count == 0 && !c->begun)
		c->row_line = c->line;
	if (lf_of_cr) {
		if (c->state == CSV_QUOTED)
			put(c, ch);
		if (c->state == CSV_START && c->count == 0 && !c->begun)
			return; /* the CR has ended the row, and was counted */
	} else if (ch == '\n' || ch == '\r') {
		c->line++;
	}
	if (lf_of_cr || on_end(c, ch))
		return;
	if (c->state == CSV_SKIP)
		return;
	c->begun = true;
	if (c->state == CSV_QUOTED) {
		if (ch == '"')
			c->state = CSV_QUOTE;
		else
			put(c, ch);
	} else if (c->state == CSV_QUOTE && ch == '"') {
		put(c, ch);
		if (c->state != CSV_SKIP)
			c->state = CSV_QUOTED;
	} else if (ch == c->delimiter) {
		end_field(c);
	} else if (c->state == CSV_START && ch == '"') {
		c->state = CSV_QUOTED;
	} else {
		if (c->state == CSV_QUOTE)
			set_wrong(c, "text behind the closing quote: a quote inside a quoted field is doubled");
		c->state = CSV_PLAIN;
		put(c, ch);
	}
}

/* ── the first row: what parts the fields ── */

/* False: its end has not come yet. */
static bool find_delimiter(struct iv_csv *c, bool whole)
{
	static const char known[] = {',', ';', '\t', '|'};
	size_t counts[sizeof(known)] = {0}, best = 0, at = 0;
	bool quoted = false;

	for (; at < c->first.len; at++) {
		char ch = c->first.ptr[at];

		if (ch == '"')
			quoted = !quoted;
		if (!quoted && (ch == '\n' || ch == '\r'))
			break;
		for (size_t i = 0; i < sizeof(known) && !quoted; i++)
			counts[i] += ch == known[i];
	}
	if (at == c->first.len && !whole && at < IV_CSV_ROW_BYTES)
		return false;
	for (size_t i = 1; i < sizeof(known); i++)
		best = counts[i] > counts[best] ? i : best;
	c->delimiter = known[best];
	return true;
}

/* What a file of another kind begins with. */
static bool look(struct iv_csv *c, struct iv_err *e)
{
	struct iv_str s = iv_buf_str(&c->first);

	c->looked = true;
	if (s.len >= 2 && (memcmp(s.ptr, "\xff\xfe", 2) == 0 || memcmp(s.ptr, "\xfe\xff", 2) == 0))
		return iv_fail(e, IV_EINVAL, "the file is UTF-16: save it as CSV in UTF-8");
	if (s.len >= 4 && memcmp(s.ptr, "PK\x03\x04", 4) == 0)
		return iv_fail(e, IV_EINVAL, "the file is a spreadsheet (or a zip): save it as CSV in UTF-8");
	if (s.len >= 3 && memcmp(s.ptr, "\xef\xbb\xbf", 3) == 0)
		iv_buf_consume(&c->first, 3);
	return true;
}

static bool begin(struct iv_csv *c, bool whole, struct iv_err *e)
{
	struct iv_buf first;

	if (!c->looked && (whole || c->first.len >= LOOK_BYTES) && !look(c, e))
		return false;
	if (!c->looked || (!c->delimiter && !find_delimiter(c, whole)))
		return true;
	first = c->first;
	iv_buf_init(&c->first, 0);
	for (size_t i = 0; i < first.len; i++)
		on_char(c, first.ptr[i]);
	iv_buf_deinit(&first);
	return true;
}

bool iv_csv_feed(struct iv_csv *c, struct iv_str bytes, struct iv_err *e)
{
	size_t at = 0;

	while (at < bytes.len && c->first.limit) { /* byte by byte it is known when it is enough */
		if (!iv_buf_addc(&c->first, bytes.ptr[at]))
			return iv_fail(e, IV_ETOOBIG, "no memory for the first row");
		at++;
		if ((!c->looked || bytes.ptr[at - 1] == '\n' || bytes.ptr[at - 1] == '\r' || c->delimiter ||
		     c->first.len >= IV_CSV_ROW_BYTES) && !begin(c, false, e))
			return false;
	}
	for (; at < bytes.len; at++)
		on_char(c, bytes.ptr[at]);
	return true;
}

bool iv_csv_end(struct iv_csv *c, struct iv_err *e)
{
	if (c->first.limit && !begin(c, true, e))
		return false;
	if (c->state == CSV_QUOTED)
		set_wrong(c, "a quote is never closed");
	if (c->state != CSV_START || c->count || c->begun)
		end_row(c);
	return true;
}
