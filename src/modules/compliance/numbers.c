/* Pages, times and numbers of requests. */
#include "numbers.h"

#include <stdio.h>
#include "iv_e164.h"

bool dnc_page_begins(struct iv_api_call *c, const struct page_query *q, struct page_place *p)
{
	char id[64];

	*p = (struct page_place){.after_us = IV_SQL_NULL, .count = q->limit + 1};
	if (!q->cursor.len)
		return true;
	if (!iv_cursor_read(c->s, q->cursor, &p->after_us, id)) {
		iv_api_bad(c, "?cursor", "is not a cursor of ours");
		return false;
	}
	p->after_id = iv_arena_str(&c->arena, iv_str(id));
	return true;
}

void dnc_page_ends(struct iv_api_call *c, const struct page_query *q, struct page_out *out, size_t rows, int64_t last_us,
	       struct iv_str last_id)
{
	out->has_more = rows > (size_t)q->limit;
	out->data.count = out->has_more ? (size_t)q->limit : rows;
	if (out->has_more)
		out->next_cursor = iv_cursor_write(c->s, &c->arena, last_us, last_id);
}

struct iv_str dnc_time_text(struct iv_api_call *c, int64_t ms)
{
	char text[IV_TIME_SIZE];

	return ms == IV_SQL_NULL ? IV_STR_NULL : iv_arena_str(&c->arena, iv_time_iso(ms, text));
}

bool dnc_time_sent(struct iv_api_call *c, const char *pointer, struct iv_str text, int64_t *ms)
{
	*ms = IV_SQL_NULL;
	if (!text.len || iv_time_parse(text, ms))
		return true;
	iv_api_bad(c, pointer, "must be a time such as 2030-01-31T12:00:00Z");
	return false;
}

bool dnc_number_ok(struct iv_api_call *c, const char *pointer, struct iv_str phone)
{
	if (iv_e164_ok(phone))
		return true;
	iv_api_bad(c, pointer, "must be a number with its country, E.164: + and 7 to 15 digits");
	return false;
}

struct iv_strs dnc_numbers_read(struct iv_api_call *c, const struct numbers_sent *sent)
{
	struct iv_strs one = {iv_arena_alloc(&c->arena, sizeof(struct iv_str)), 1};
	char pointer[32];

	if (!sent->phone.len == !sent->phones.count || !one.items) {
		iv_api_bad(c, "/phone", "is required, or else phones with one at least");
		return (struct iv_strs){0};
	}
	for (size_t i = 0; i < sent->phones.count; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/phones/%zu", i);
		(void)dnc_number_ok(c, pointer, sent->phones.items[i]);
	}
	if (sent->phones.count)
		return sent->phones;
	(void)dnc_number_ok(c, "/phone", sent->phone);
	one.items[0] = sent->phone;
	return one;
}

struct iv_str dnc_actor_of(const struct iv_api_call *c)
{
	return c->who.user_id.len ? c->who.user_id : c->who.key_id;
}
