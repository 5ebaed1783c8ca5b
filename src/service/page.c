/* Pages of the API's lists. */
#include "iv_page.h"

static const struct iv_field fields[] = {IV_PAGE_QUERY_ROWS(struct iv_page_alone, page), IV_FIELDS_END};

void iv_page_defaults(void *query)
{
	((struct iv_page_query *)query)->limit = IV_PAGE_LIMIT;
}

const struct iv_shape iv_page_query_shape = {"PageQuery", sizeof(struct iv_page_query), fields, iv_page_defaults};

bool iv_page_reads(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_place *p)
{
	char id[64];

	*p = (struct iv_page_place){.after_us = IV_SQL_NULL, .count = q->limit + 1};
	if (!q->cursor.len)
		return true;
	if (!iv_cursor_read(c->s, q->cursor, &p->after_us, id))
		return false;
	p->after_id = iv_arena_str(&c->arena, iv_str(id));
	return true;
}

bool iv_page_begins(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_place *p)
{
	if (iv_page_reads(c, q, p))
		return true;
	iv_api_bad(c, "?cursor", "is not a cursor of ours");
	return false;
}

void iv_page_ends(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_out *out, size_t rows, int64_t last_us,
	       struct iv_str last_id)
{
	out->has_more = rows > (size_t)q->limit;
	out->data.count = out->has_more ? (size_t)q->limit : rows;
	if (out->has_more)
		out->next_cursor = iv_cursor_write(c->s, &c->arena, last_us, last_id);
}

struct iv_page_writer iv_page_open(struct iv_api_call *c, int64_t limit, size_t rows)
{
	struct iv_page_writer p = {.more = rows > (size_t)limit};

	p.shown = p.more ? (size_t)limit : rows;
	iv_jw_init(&p.w, &c->json);
	iv_jw_obj(&p.w, NULL);
	iv_jw_arr(&p.w, "data");
	return p;
}

void iv_page_close(struct iv_api_call *c, struct iv_page_writer *p, int64_t last_us, struct iv_str last_id,
		   enum iv_page_end end)
{
	iv_jw_end_arr(&p->w);
	iv_page_tail(c, &p->w, p->more, last_us, last_id, end);
	iv_jw_end_obj(&p->w);
}

void iv_page_tail(struct iv_api_call *c, struct iv_jw *w, bool more, int64_t last_us, struct iv_str last_id,
		  enum iv_page_end end)
{
	iv_jw_bool(w, "hasMore", more);
	if (more)
		iv_jw_str(w, "nextCursor", iv_cursor_write(c->s, &c->arena, last_us, last_id));
	else if (end == IV_PAGE_NULL)
		iv_jw_null(w, "nextCursor");
}
