/* Pages, times, ids. */
#include "resources.h"

#include "iv_id.h"
#include "iv_time.h"

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
	char id[64];

	*p = (struct list_place){.after_us = IV_SQL_NULL, .skip = (q->page - 1) * q->limit, .count = q->limit};
	if (!q->cursor.len)
		return true;
	p->skip = 0;
	if (!iv_cursor_read(c->s, q->cursor, &p->after_us, id)) {
		iv_api_bad(c, "?cursor", "is none that was given out");
		return false;
	}
	p->after_id = iv_arena_str(&c->arena, iv_str(id));
	return true;
}

struct list_writer list_begin(struct iv_api_call *c, const struct list_query *q, const char *legacy, size_t read,
			      int64_t total)
{
	struct list_writer p = {.q = q, .legacy = legacy, .total = total};

	p.more = read > (size_t)q->limit;
	p.shown = p.more ? (size_t)q->limit : read;
	iv_jw_init(&p.w, &c->json);
	iv_jw_obj(&p.w, NULL);
	iv_jw_arr(&p.w, "data");
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
	struct iv_str data;
	struct iv_buf again;

	iv_jw_end_arr(&p->w);
	/* The same rows under the name older clients read. */
	iv_buf_init(&again, c->json.limit);
	if (iv_buf_add(&again, c->json.ptr + p->data_at, c->json.len - p->data_at)) {
		data = iv_buf_str(&again);
		iv_jw_raw(&p->w, p->legacy, data);
	} else {
		p->w.failed = true;
	}
	iv_buf_deinit(&again);
	iv_jw_obj(&p->w, "pagination");
	iv_jw_i64(&p->w, "page", p->q->page);
	iv_jw_i64(&p->w, "limit", p->q->limit);
	iv_jw_i64(&p->w, "total", p->total);
	iv_jw_i64(&p->w, "pages", (p->total + p->q->limit - 1) / p->q->limit);
	iv_jw_end_obj(&p->w);
	iv_jw_bool(&p->w, "hasMore", p->more);
	if (p->more)
		iv_jw_str(&p->w, "nextCursor", iv_cursor_write(c->s, &c->arena, p->last_us, p->last_id));
	else
		iv_jw_null(&p->w, "nextCursor");
	iv_jw_end_obj(&p->w);
	return iv_jw_done(&p->w) ? IV_FLOW_DONE
				 : iv_flow_fail(&c->flow, IV_ETOOBIG, "the page does not fit an answer: ask for fewer rows");
}

struct iv_str resource_time(struct iv_api_call *c, int64_t ms)
{
	char text[IV_TIME_SIZE];

	return ms == IV_SQL_NULL ? IV_STR_NULL : iv_arena_str(&c->arena, iv_time_iso(ms, text));
}

struct iv_str resource_id(struct iv_api_call *c, const char *prefix)
{
	char id[IV_ID_SIZE];

	iv_id_new(prefix, iv_wall_ms(), id);
	return iv_arena_str(&c->arena, iv_str(id));
}

struct iv_str resource_actor(const struct iv_api_call *c)
{
	return c->who.user_id.len ? c->who.user_id : c->who.key_id;
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
