/* Pages, and documents that are merged. */
#include "resources.h"

enum { LIMIT = 50, LIMIT_MAX = 100, PAGES_MAX = 100000, MEMBERS_BYTES = 1 << 20 };

static void list_query_defaults(void *object)
{
	struct list_query *q = object;

	q->page = 1;
	q->limit = LIMIT;
}

static const struct iv_field list_query_fields[] = {
	IV_INT(struct list_query, page, "page", 0, 1, PAGES_MAX, "Counted from 1; a cursor is quicker"),
	IV_INT(struct list_query, limit, "limit", 0, 1, LIMIT_MAX, "Rows of a page"),
	IV_STR(struct list_query, cursor, "cursor", 0, 0, 512, "nextCursor of the page before"),
	IV_STR(struct list_query, status, "status", 0, 0, 32, "Only those of this status"),
	IV_FIELDS_END,
};
const struct iv_shape list_query_shape = {"page", sizeof(struct list_query), list_query_fields, list_query_defaults};

bool list_reads(struct iv_api_call *c, const struct list_query *q, struct list_place *p)
{
	struct iv_page_place behind;

	if (!iv_page_reads(c, &(struct iv_page_query){.cursor = q->cursor}, &behind)) {
		iv_api_bad(c, "?cursor", "is none that was given out");
		return false;
	}
	*p = (struct list_place){.after_us = behind.after_us,
				 .after_id = behind.after_id,
				 .skip = q->cursor.len ? 0 : (q->page - 1) * q->limit,
				 .count = q->limit};
	return true;
}

struct list_writer list_begin(struct iv_api_call *c, const struct list_query *q, const char *legacy, size_t read,
			      int64_t total)
{
	struct list_writer p = {.q = q, .legacy = legacy, .total = total, .page = iv_page_open(c, q->limit, read)};

	p.data_at = c->json.len - 1;
	return p;
}

void list_passed(struct list_writer *p, int64_t when_us, struct iv_str id)
{
	p->last_us = when_us;
	p->last_id = id;
}

enum iv_flow_next list_end(struct iv_api_call *c, struct list_writer *p)
{
	struct iv_jw *w = &p->page.w;
	struct iv_buf again;

	iv_jw_end_arr(w);
	/* The same rows under the name older clients read. */
	iv_buf_init(&again, c->json.limit);
	if (iv_buf_add(&again, c->json.ptr + p->data_at, c->json.len - p->data_at))
		iv_jw_raw(w, p->legacy, iv_buf_str(&again));
	else
		w->failed = true;
	iv_buf_deinit(&again);
	iv_jw_obj(w, "pagination");
	iv_jw_i64(w, "page", p->q->page);
	iv_jw_i64(w, "limit", p->q->limit);
	iv_jw_i64(w, "total", p->total);
	iv_jw_i64(w, "pages", (p->total + p->q->limit - 1) / p->q->limit);
	iv_jw_end_obj(w);
	iv_page_tail(c, w, p->page.more, p->last_us, p->last_id, IV_PAGE_NULL);
	iv_jw_end_obj(w);
	return iv_jw_done(w) ? IV_FLOW_DONE
			     : iv_flow_fail(&c->flow, IV_ETOOBIG, "the page does not fit an answer: ask for fewer rows");
}

struct iv_str resource_caps(struct iv_api_call *c)
{
	const struct iv_config *cfg = c->s->cfg;
	char text[200];

	(void)snprintf(text, sizeof(text),
		       "{\"max_concurrent_calls\":%lld,\"daily_cost_cap_inr\":%lld,\"monthly_minute_cap\":%lld}",
		       (long long)cfg->max_concurrent_calls, (long long)cfg->daily_cost_cap_inr,
		       (long long)cfg->monthly_minute_cap);
	return iv_arena_str(&c->arena, iv_str(text));
}

cJSON *resource_merge(cJSON *target, cJSON *change)
{
	cJSON *item;

	if (!cJSON_IsObject(change)) {
		cJSON_Delete(target);
		return change;
	}
	if (!cJSON_IsObject(target)) {
		cJSON_Delete(target);
		target = cJSON_CreateObject();
	}
	while ((item = change->child) != NULL) {
		char *name = item->string;
		cJSON *old = cJSON_DetachItemFromObjectCaseSensitive(target, name);

		cJSON_DetachItemViaPointer(change, item);
		item->string = NULL;
		if (cJSON_IsNull(item)) {
			cJSON_Delete(old);
			cJSON_Delete(item);
		} else {
			cJSON_AddItemToObject(target, name, resource_merge(old, item));
		}
		cJSON_free(name);
	}
	cJSON_Delete(change);
	return target;
}

void resource_members(const struct iv_shape *shape, const void *object, struct iv_jw *w)
{
	struct iv_buf b;
	struct iv_jw own;

	/* Written apart as an object, its braces taken off. */
	iv_buf_init(&b, MEMBERS_BYTES);
	iv_jw_init(&own, &b);
	iv_shape_write(shape, object, NULL, &own);
	if (!iv_jw_done(&own) || (w->comma && !iv_buf_addc(w->out, ',')) ||
	    !iv_buf_add(w->out, b.ptr + 1, b.len - 2))
		w->failed = true;
	w->comma = true;
	iv_buf_deinit(&b);
}
