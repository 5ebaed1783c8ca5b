/* The bus's life, the names and places of events, and reading a page of them. */
#include "events_priv.h"

#include <stdio.h>

/* ── names and places ── */

static bool parse_u64(struct iv_str s, uint64_t *out)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(s.ptr[i] - '0');

		if (s.ptr[i] < '0' || digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

bool iv_event_pos_parse(struct iv_str id, struct event_pos *pos)
{
	ptrdiff_t dash = iv_str_find(id, IV_S("-"), 0);

	*pos = (struct event_pos){0};
	if (id.len == 0)
		return true;
	if (dash < 0 || id.len > 41)
		return false;
	return parse_u64((struct iv_str){id.ptr, (size_t)dash}, &pos->ms) &&
	       parse_u64((struct iv_str){id.ptr + dash + 1, id.len - (size_t)dash - 1}, &pos->seq);
}

bool iv_event_id_ok(struct iv_str id)
{
	struct event_pos pos;

	return iv_event_pos_parse(id, &pos);
}

bool iv_events_key(struct iv_str call_id, char key[EVENTS_KEY_SIZE])
{
	if (call_id.len == 0 || call_id.len > EVENTS_NAME_MAX)
		return false;
	snprintf(key, EVENTS_KEY_SIZE, "events:%.*s", IV_FMT(call_id));
	return true;
}

bool iv_event_parse(const struct iv_reply *entry, struct iv_bus_event *e, struct event_pos *pos)
{
	const struct iv_reply *fields = entry->count == 2 ? &entry->items[1] : NULL;

	*e = (struct iv_bus_event){0};
	if (!fields || !iv_event_pos_parse(entry->items[0].s, pos))
		return false;
	e->id = entry->items[0].s;
	for (size_t i = 0; i + 1 < fields->count; i += 2) {
		struct iv_str name = fields->items[i].s, value = fields->items[i + 1].s;

		if (iv_str_eq(name, IV_S("kind")))
			e->kind = value;
		else if (iv_str_eq(name, IV_S("payload")))
			e->payload = value;
		else if (iv_str_eq(name, IV_S("tenant")))
			e->tenant_id = value;
		else if (iv_str_eq(name, IV_S("timestamp")) && !iv_str_to_i64(value, &e->timestamp_ms))
			e->timestamp_ms = (int64_t)pos->ms;
	}
	return e->kind.len > 0;
}

/* ── a page ── */

static bool fill_page(struct iv_events_run *run, const struct iv_reply *reply)
{
	struct iv_event_page *page = run->page;

	page->items = iv_arena_alloc(run->arena, (reply->count + 1) * sizeof(*page->items));
	if (!page->items)
		return false;
	for (size_t i = 0; i < reply->count; i++) {
		struct iv_bus_event *e = &page->items[page->count];
		struct event_pos pos;

		if (!iv_event_parse(&reply->items[i], e, &pos))
			continue;
		e->id = iv_arena_str(run->arena, e->id);
		e->kind = iv_arena_str(run->arena, e->kind);
		e->payload = iv_arena_str(run->arena, e->payload);
		e->tenant_id = iv_arena_str(run->arena, e->tenant_id);
		if (!e->id.ptr || !e->kind.ptr || !e->payload.ptr || !e->tenant_id.ptr)
			return false;
		page->count++;
	}
	return true;
}

static void on_page(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_events_run *run = arg;
	struct iv_err e = *err;

	run->command = NULL;
	if (reply && !fill_page(run, reply))
		iv_fail(&e, IV_ETOOBIG, "the page does not fit %zu bytes", run->arena->limit);
	iv_op_done(&run->op, &e);
}

static void on_page_cancelled(struct iv_op *op)
{
	struct iv_events_run *run = IV_CONTAINER(op, struct iv_events_run, op);

	if (run->command)
		iv_redis_forget(run->command);
	run->command = NULL;
}

enum iv_flow_next iv_events_read(struct iv_events *ev, struct iv_flow *f, struct iv_events_run *run,
				 struct iv_arena *arena, struct iv_str call_id, struct iv_str after_id, size_t limit,
				 struct iv_event_page *page)
{
	char key[EVENTS_KEY_SIZE], after[48], count[16];
	struct iv_err e = {0};

	*page = (struct iv_event_page){0};
	if (!iv_events_key(call_id, key))
		return iv_flow_fail(f, IV_EINVAL, "a call's name has 1 to %d bytes", EVENTS_NAME_MAX);
	if (!iv_event_id_ok(after_id))
		return iv_flow_fail(f, IV_EINVAL, "an event's id is digits-digits");
	snprintf(after, sizeof(after), after_id.len ? "(%.*s" : "-%.*s", IV_FMT(after_id));
	snprintf(count, sizeof(count), "%zu", limit < 1 ? 1 : limit > 1000 ? 1000 : limit);
	run->arena = arena;
	run->page = page;
	run->command = iv_redis_ask(ev->redis,
				    (const struct iv_str[]){IV_S("XRANGE"), iv_str(key), iv_str(after), IV_S("+"),
							    IV_S("COUNT"), iv_str(count)},
				    6, on_page, run, &e);
	if (!run->command)
		return iv_flow_fail(f, e.code, "%s", e.msg);
	iv_op_begin(&run->op, f, on_page_cancelled);
	return iv_flow_await(f);
}

/* ── begin and end ── */

static void finish(void *arg)
{
	struct iv_events *ev = arg;
	void (*closed)(void *) = ev->closed;
	void *closed_arg = ev->closed_arg;

	free(ev);
	if (closed)
		closed(closed_arg);
}

static void end(struct iv_events *ev)
{
	ev->ended = true;
	iv_timer_stop(&ev->close_timer);
	iv_timer_stop(&ev->retry);
	iv_events_drop_all(ev);
	iv_defer(ev->loop, finish, ev);
}

void iv_events_maybe_close(struct iv_events *ev)
{
	if (ev->closing && !ev->ended && ev->count == 0)
		end(ev);
}

static void on_close_timer(void *arg)
{
	end(arg);
}

void iv_events_close(struct iv_events *ev, int wait_ms, void (*done)(void *arg), void *arg)
{
	ev->closed = done;
	ev->closed_arg = arg;
	iv_events_watch_end(ev);
	ev->closing = true;
	iv_timer_in_ms(&ev->close_timer, wait_ms);
	iv_events_maybe_close(ev);
}

struct iv_events *iv_events_new(struct iv_loop *l, struct iv_redis *r, const struct iv_events_opts *o)
{
	struct iv_events *ev = events_calloc(sizeof(*ev));

	ev->loop = l;
	ev->redis = r;
	(void)iv_str_copy(ev->instance, sizeof(ev->instance), iv_str(o->instance_id));
	snprintf(ev->maxlen, sizeof(ev->maxlen), "%lld", (long long)o->maxlen);
	snprintf(ev->keep_ms, sizeof(ev->keep_ms), "%lld", (long long)o->keep_ms);
	ev->buffer_bytes = o->buffer_bytes;
	ev->viewers_max = o->viewers_max;
	iv_timer_init(&ev->close_timer, l, on_close_timer, ev);
	iv_events_publish_init(ev);
	iv_events_watch_init(ev);
	return ev;
}
