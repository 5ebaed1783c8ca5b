/* iv_csv: delimited text by RFC 4180, as it comes: bytes in pieces of any size, whole rows out. Pure; what it holds is one
 * row. A row that is wrong is given with what is wrong about it, and reading goes on behind it.
 *
 * Beyond the RFC: a byte order mark is passed over; commas, semicolons, tabs or bars, whichever the first row has most of
 * outside quotes; rows end with LF, CR LF or CR; empty lines are none; a quote inside an unquoted field is itself. */
#ifndef IV_CSV_H
#define IV_CSV_H

#include "iv_buf.h"
#include "iv_err.h"

#define IV_CSV_FIELDS 128
#define IV_CSV_ROW_BYTES 65536

struct iv_csv_row {
	int64_t line; /* where it begins, from 1: a row may have several lines */
	size_t count;
	const struct iv_str *fields; /* unquoted; good until the callback returns */
	const char *wrong;           /* NULL, or why the row cannot be read: then the fields are not to be trusted */
	size_t wrong_field;          /* from 1 */
};

struct iv_csv {
	void (*on_row)(void *arg, const struct iv_csv_row *row);
	void *arg;
	struct iv_buf first; /* until the delimiter is known */
	struct iv_buf text;  /* of the row that is being read */
	size_t ends[IV_CSV_FIELDS], count;
	int64_t line, row_line;
	char delimiter; /* 0: not known yet; may be set before the first byte */
	unsigned char state;
	bool after_cr, begun, looked;
	const char *wrong;
	size_t wrong_field;
};

void iv_csv_init(struct iv_csv *c, void (*on_row)(void *arg, const struct iv_csv_row *row), void *arg);
/* Calls on_row for every row that ends in these bytes. False: this is no text in UTF-8 (UTF-16, a spreadsheet's own file);
 * nothing more is to be fed. */
IV_MUST_CHECK bool iv_csv_feed(struct iv_csv *c, struct iv_str bytes, struct iv_err *e);
/* The last row, when nothing ended it. */
IV_MUST_CHECK bool iv_csv_end(struct iv_csv *c, struct iv_err *e);
void iv_csv_deinit(struct iv_csv *c);

#endif
