/* iv_page: what lists of the API have in common: limit and cursor in the query; data, hasMore and nextCursor in the answer. A
 * list asks the database for one row more than it shows. */
#ifndef IV_PAGE_H
#define IV_PAGE_H

#include "iv_api.h"
#include "iv_time.h"

struct iv_page_query {
	int64_t limit;
	struct iv_str cursor;
};
enum { IV_PAGE_LIMIT = 50 }; /* of who asks for no number */
extern const struct iv_shape iv_page_query_shape;
#define IV_PAGE_QUERY_ROWS(t, page)                                                                                 \
	IV_INT(t, page.limit, "limit", 0, 1, 100, "At most so many"),                                            \
		IV_STR(t, page.cursor, "cursor", 0, 1, 256, "nextCursor of the page before")

struct iv_page_out {
	struct iv_objs data;
	bool has_more;
	struct iv_str next_cursor;
};
#define IV_PAGE_OUT_ROWS(t, page, shape)                                                                            \
	IV_OBJS(t, page.data, "data", IV_REQUIRED, 100, shape, "Newest first"),                                  \
		IV_BOOL(t, page.has_more, "hasMore", IV_REQUIRED, "There are older ones"),                       \
		IV_STR(t, page.next_cursor, "nextCursor", 0, 0, 0, "For the page behind this one")

struct iv_page_place { /* where a page begins, as statements take it */
	int64_t after_us, count;
	struct iv_str after_id;
};
/* False: the cursor is none of ours, and the call is told so. */
bool iv_page_begins(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_place *p);
/* Cuts the row too many off and makes the cursor of the last one shown. */
void iv_page_ends(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_out *out, size_t rows, int64_t last_us,
	       struct iv_str last_id);

/* For queries and lists that have nothing else. */
struct iv_page_alone {
	struct iv_page_query page;
};
struct iv_list_alone {
	struct iv_page_out page;
};

/* A time for a shape: RFC 3339 in the arena; IV_SQL_NULL is left out. */
struct iv_str iv_time_text(struct iv_api_call *c, int64_t ms);
/* A time that was sent; false names the field as wrong. Absent is IV_SQL_NULL. */
bool iv_time_sent(struct iv_api_call *c, const char *pointer, struct iv_str text, int64_t *ms);
/* 0 for IV_SQL_NULL, and back. */
static inline int64_t iv_or_zero(int64_t n)
{
	return n == IV_SQL_NULL ? 0 : n;
}
static inline int64_t iv_or_null(int64_t n)
{
	return n == 0 ? IV_SQL_NULL : n;
}

#endif
