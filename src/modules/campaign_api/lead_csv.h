/* A file of leads, as rows for the schema's import_rows(): the header says what the columns are, each row is checked, and
 * what is wrong is named by line and column, never by what it holds. Pure. */
#ifndef LEAD_CSV_H
#define LEAD_CSV_H

#include "iv_csv.h"
#include "iv_shape.h"

enum { LEAD_CSV_NAME = 65 };

struct lead_csv {
	struct iv_csv csv;
	char country[3];              /* of numbers without a code; "": none */
	const struct iv_str *zones;   /* sorted names of the zone database, the caller's; count 0: any name goes */
	size_t zone_count;
	struct iv_strs tags;          /* every lead gets these too */
	/* What was read since the last lead_csv_taken: two JSON arrays, without their end. */
	struct iv_buf rows, wrong;
	size_t row_count, wrong_count;
	/* Of the header. */
	bool has_header;
	size_t column_count;
	unsigned char kinds[IV_CSV_FIELDS];
	char names[IV_CSV_FIELDS][LEAD_CSV_NAME];
	struct iv_err err; /* the file cannot be read on */
};

void lead_csv_init(struct lead_csv *l);
/* False: the file is none of leads, or no text; e says why. */
IV_MUST_CHECK bool lead_csv_feed(struct lead_csv *l, struct iv_str bytes, struct iv_err *e);
IV_MUST_CHECK bool lead_csv_end(struct lead_csv *l, struct iv_err *e);
/* Closes both arrays: "[…]" each; good until lead_csv_taken. */
IV_MUST_CHECK bool lead_csv_give(struct lead_csv *l, struct iv_str *rows, struct iv_str *wrong);
void lead_csv_taken(struct lead_csv *l);
void lead_csv_deinit(struct lead_csv *l);

#endif
