/* iv_page: what lists of the API have in common: limit and cursor in the query; data, hasMore and nextCursor in the answer. A
 * list asks the database for one row more than it shows. */
#ifndef IV_PAGE_H
#define IV_PAGE_H

#include "iv_answer.h"

struct iv_page_query {
	int64_t limit;
	struct iv_str cursor;
};
enum { IV_PAGE_LIMIT = 50 }; /* of who asks for no number */
extern const struct iv_shape iv_page_query_shape;
void iv_page_defaults(void *query); /* of a query that begins with a struct iv_page_query */
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
/* The same, and the caller tells. */
IV_MUST_CHECK bool iv_page_reads(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_place *p);
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

/* ── lists that are written row by row: {"data":[…],"hasMore":…,"nextCursor":…} */

struct iv_page_writer {
	struct iv_jw w;
	size_t shown; /* rows to write */
	bool more;
};
enum iv_page_end { IV_PAGE_LEFT_OUT, IV_PAGE_NULL }; /* what nextCursor is when there are no more */
/* `rows` were read, one more than `limit` at most. */
struct iv_page_writer iv_page_open(struct iv_api_call *c, int64_t limit, size_t rows);
/* The last row shown makes the cursor. Whether all of it fits, iv_jw_done says. */
void iv_page_close(struct iv_api_call *c, struct iv_page_writer *p, int64_t last_us, struct iv_str last_id,
		   enum iv_page_end end);
/* hasMore and nextCursor alone, for lists that have other members. */
void iv_page_tail(struct iv_api_call *c, struct iv_jw *w, bool more, int64_t last_us, struct iv_str last_id,
		  enum iv_page_end end);

#endif
