/* Pages and times of the API's answers. */
#include "iv_page.h"

static const struct iv_field fields[] = {IV_PAGE_QUERY_ROWS(struct iv_page_alone, page), IV_FIELDS_END};

static void defaults(void *o)
{
	((struct iv_page_query *)o)->limit = IV_PAGE_LIMIT;
}

const struct iv_shape iv_page_query_shape = {"PageQuery", sizeof(struct iv_page_query), fields, defaults};

bool iv_page_begins(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_place *p)
{
	char id[64];

	*p = (struct iv_page_place){.after_us = IV_SQL_NULL, .count = q->limit + 1};
	if (!q->cursor.len)
		return true;
	if (!iv_cursor_read(c->s, q->cursor, &p->after_us, id)) {
		iv_api_bad(c, "?cursor", "is not a cursor of ours");
		return false;
	}
	p->after_id = iv_arena_str(&c->arena, iv_str(id));
	return true;
}

void iv_page_ends(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_out *out, size_t rows, int64_t last_us,
	       struct iv_str last_id)
{
	out->has_more = rows > (size_t)q->limit;
	out->data.count = out->has_more ? (size_t)q->limit : rows;
	if (out->has_more)
		out->next_cursor = iv_cursor_write(c->s, &c->arena, last_us, last_id);
}

struct iv_str iv_time_text(struct iv_api_call *c, int64_t ms)
{
	char text[IV_TIME_SIZE];

	return ms == IV_SQL_NULL ? IV_STR_NULL : iv_arena_str(&c->arena, iv_time_iso(ms, text));
}

bool iv_time_sent(struct iv_api_call *c, const char *pointer, struct iv_str text, int64_t *ms)
{
	*ms = IV_SQL_NULL;
	if (!text.len || iv_time_parse(text, ms))
		return true;
	iv_api_bad(c, pointer, "must be a time such as 2030-01-31T12:00:00Z");
	return false;
}
