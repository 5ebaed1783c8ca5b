/* What lists have in common: limit and cursor in the query; data, hasMore and nextCursor in the answer. A
 * list asks the database for one row more than it shows. */
#ifndef ACCESS_PAGE_H
#define ACCESS_PAGE_H

#include "iv_api.h"
#include "iv_time.h"

struct page_query {
	int64_t limit;
	struct iv_str cursor;
};
extern const struct iv_shape page_query_shape;
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

struct page_place { /* where a page begins, as statements take it */
	int64_t after_us, count;
	struct iv_str after_id;
};
/* False: the cursor is none of ours, and the call is told so. */
bool page_begins(struct iv_api_call *c, const struct page_query *q, struct page_place *p);
/* Cuts the row too many off and makes the cursor of the last one shown. */
void page_ends(struct iv_api_call *c, const struct page_query *q, struct page_out *out, size_t rows, int64_t last_us,
	       struct iv_str last_id);

/* For queries and lists that have nothing else. */
struct page_alone {
	struct page_query page;
};
struct list_alone {
	struct page_out page;
};

/* A time for a shape: RFC 3339 in the arena; IV_SQL_NULL is left out. */
struct iv_str time_text(struct iv_api_call *c, int64_t ms);
/* A time that was sent; false names the field as wrong. Absent is IV_SQL_NULL. */
bool time_sent(struct iv_api_call *c, const char *pointer, struct iv_str text, int64_t *ms);
/* 0 for IV_SQL_NULL, and back. */
static inline int64_t or_zero(int64_t n)
{
	return n == IV_SQL_NULL ? 0 : n;
}
static inline int64_t or_null(int64_t n)
{
	return n == 0 ? IV_SQL_NULL : n;
}

#endif
