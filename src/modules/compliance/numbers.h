/* What these resources share: pages, times, and the numbers of a request. */
#ifndef COMPLIANCE_NUMBERS_H
#define COMPLIANCE_NUMBERS_H

#include "iv_api.h"
#include "iv_time.h"

enum { NUMBERS_MAX = 1000, PAGE_LIMIT = 50 };

/* "limit" and "cursor" of a query, hasMore and nextCursor of an answer; a list asks for one row more than it shows. */
struct page_query {
	int64_t limit;
	struct iv_str cursor;
};
#define PAGE_QUERY_ROWS(t, page)                                                                                 \
	IV_INT(t, page.limit, "limit", 0, 1, 100, "At most so many"),                                            \
		IV_STR(t, page.cursor, "cursor", 0, 1, 256, "nextCursor of the page before")
struct page_out {
	struct iv_objs data;
	bool has_more;
	struct iv_str next_cursor;
};
#define PAGE_OUT_ROWS(t, page, shape)                                                                            \
	IV_OBJS(t, page.data, "data", IV_REQUIRED, 100, shape, "Newest first"),                                  \
		IV_BOOL(t, page.has_more, "hasMore", IV_REQUIRED, "There are older ones"),                       \
		IV_STR(t, page.next_cursor, "nextCursor", 0, 0, 0, "For the page behind this one")

struct page_place { /* as statements take it */
	int64_t after_us, count;
	struct iv_str after_id;
};
/* False: the cursor is none of ours, and the call is told so. */
bool dnc_page_begins(struct iv_api_call *c, const struct page_query *q, struct page_place *p);
/* Cuts the row too many off and makes the cursor of the last one shown. */
void dnc_page_ends(struct iv_api_call *c, const struct page_query *q, struct page_out *out, size_t rows, int64_t last_us,
	       struct iv_str last_id);

struct iv_str dnc_time_text(struct iv_api_call *c, int64_t ms); /* RFC 3339; nothing for IV_SQL_NULL */
/* Absent is IV_SQL_NULL; false names the field as wrong. */
bool dnc_time_sent(struct iv_api_call *c, const char *pointer, struct iv_str text, int64_t *ms);

/* A body has "phone" or "phones"; each that is no number is named. */
struct numbers_sent {
	struct iv_str phone;
	struct iv_strs phones;
};
#define NUMBERS_ROWS(t, numbers)                                                                                 \
	IV_STR(t, numbers.phone, "phone", 0, 1, 32, "One number, E.164: +919876543210"),                         \
		IV_STRS(t, numbers.phones, "phones", 0, NUMBERS_MAX, "Instead: up to 1000 of them")
struct iv_strs dnc_numbers_read(struct iv_api_call *c, const struct numbers_sent *sent);
bool dnc_number_ok(struct iv_api_call *c, const char *pointer, struct iv_str phone);

struct iv_str dnc_actor_of(const struct iv_api_call *c); /* the person, else the key */

#endif
