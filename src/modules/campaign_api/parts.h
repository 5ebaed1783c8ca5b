/* What the resources about campaigns share. Private to the module. */
#ifndef PARTS_H
#define PARTS_H

#include "iv_page.h"

/* ── pages by cursor: a query begins with a struct iv_page_query, and has iv_page_defaults */
#define PAGE_FIELDS(type, member)                                                                                      \
	IV_INT(type, member.limit, "limit", 0, 1, 100, "Rows of a page; 50 when absent"),                              \
	IV_STR(type, member.cursor, "cursor", 0, 0, 512, "nextCursor of the page before")
/* False: told. */
IV_MUST_CHECK bool pages_begin(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_place *p);
/* A step that writes the rows of a statement with id, body and created_us. `of` is the call's struct iv_rows. */
#define PAGE_STEP(function, statement, query_type, of)                                                                 \
	static enum iv_flow_next function(struct iv_flow *f)                                                           \
	{                                                                                                              \
		struct iv_api_call *c = iv_api_self(f);                                                                \
		const query_type *q = c->query;                                                                        \
		const struct iv_rows *rows = of;                                                                       \
		struct iv_page_writer p = iv_page_open(c, q->page.limit, rows->count);                                 \
		const struct iv_##statement##_out *r = NULL;                                                           \
                                                                                                                       \
		for (size_t i = 0; i < p.shown; i++) {                                                                 \
			r = iv_##statement##_at(rows, i);                                                              \
			iv_jw_raw(&p.w, NULL, r->body);                                                                \
		}                                                                                                      \
		iv_page_close(c, &p, r ? r->created_us : 0, r ? r->id : IV_S(""), IV_PAGE_LEFT_OUT);                    \
		return answer_done(c, &p.w);                                                                           \
	}

/* ── answers */
/* The answer is this JSON. */
enum iv_flow_next answer_json(struct iv_api_call *c, struct iv_str json);
enum iv_flow_next answer_done(struct iv_api_call *c, const struct iv_jw *w);
/* Is the answer to be text/csv? By the Accept header; tells the client's side of it (Vary), and the type. */
bool answer_is_csv(struct iv_api_call *c);
/* RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe. NULL-terminated list of cells. */
IV_MUST_CHECK bool answer_row(struct iv_buf *b, const struct iv_str *cells, size_t count);
struct iv_str answer_number(struct iv_api_call *c, int64_t n); /* IV_SQL_NULL: "" */
struct iv_str text_or_null(struct iv_str s); /* of a query: absent is null */

/* ── what is said of leads */
bool lead_phone(struct iv_str text, struct iv_str country, char out[17], const char **why);
/* "" or two capital letters that are a country's; false: told at `pointer`. */
IV_MUST_CHECK bool country_good(struct iv_api_call *c, const char *pointer, struct iv_str country);

/* ── the tables */
const struct iv_api_route *campaign_routes(void);
const struct iv_api_route *campaign_order_routes(void);
const struct iv_api_route *campaign_report_routes(void);
const struct iv_api_route *lead_routes(void);
const struct iv_api_route *segment_routes(void);
const struct iv_api_route *import_routes(void);

#endif
