/* OTLP's JSON, and the lists its environment variables hold. */
#include "iv_otlp.h"

#include <stdio.h>

#include "iv_crypto.h"
#include "iv_json.h"

enum { FLAGS_KNOW_REMOTE = 0x100, FLAGS_REMOTE = 0x200 };

static void id(struct iv_jw *w, const char *key, const uint8_t *bytes, size_t n)
{
	char text[IV_TRACE_ID_SIZE];

	(void)iv_hex(bytes, n, text);
	iv_jw_cstr(w, key, text);
}

static void big(struct iv_jw *w, const char *key, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	iv_jw_cstr(w, key, text);
}

static void begin_attr(struct iv_jw *w, struct iv_str key)
{
	iv_jw_obj(w, NULL);
	iv_jw_str(w, "key", key);
	iv_jw_obj(w, "value");
}

static void end_attr(struct iv_jw *w)
{
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void text_attr(struct iv_jw *w, struct iv_str key, struct iv_str value)
{
	begin_attr(w, key);
	iv_jw_str(w, "stringValue", value);
	end_attr(w);
}

static void attr(struct iv_jw *w, const struct iv_span_attr *a)
{
	begin_attr(w, iv_str(a->key));
	switch (a->type) {
	case IV_ATTR_TEXT:
		iv_jw_str(w, "stringValue", (struct iv_str){a->v.text, a->len});
		break;
	case IV_ATTR_INT:
		big(w, "intValue", a->v.i);
		break;
	case IV_ATTR_NUM:
		iv_jw_num(w, "doubleValue", a->v.num, 6);
		break;
	case IV_ATTR_BOOL:
		iv_jw_bool(w, "boolValue", a->v.yes);
		break;
	}
	end_attr(w);
}

static int64_t unix_ns(const struct iv_span *s, int64_t at_us)
{
	return (at_us + s->wall_us) * 1000;
}

static void content(struct iv_jw *w, const struct iv_span *s)
{
	iv_jw_obj(w, NULL);
	big(w, "timeUnixNano", unix_ns(s, s->content_at_us));
	iv_jw_cstr(w, "name", s->content_name);
	iv_jw_arr(w, "attributes");
	for (size_t i = 0; i < IV_SPAN_CONTENTS && s->content[i]; i++)
		text_attr(w, iv_str(s->content_key[i]), iv_str(s->content[i]));
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
}

static void events(struct iv_jw *w, const struct iv_span *s)
{
	if (!s->event_count && !s->content_name)
		return;
	iv_jw_arr(w, "events");
	for (uint32_t i = 0; i < s->event_count; i++) {
		iv_jw_obj(w, NULL);
		big(w, "timeUnixNano", unix_ns(s, s->events[i].at_us));
		iv_jw_cstr(w, "name", s->events[i].name);
		iv_jw_end_obj(w);
	}
	if (s->content_name)
		content(w, s);
	iv_jw_end_arr(w);
}

static void span(struct iv_jw *w, const struct iv_span *s)
{
	iv_jw_obj(w, NULL);
	id(w, "traceId", s->trace_id, sizeof(s->trace_id));
	id(w, "spanId", s->id, sizeof(s->id));
	if (s->has_parent)
		id(w, "parentSpanId", s->parent_id, sizeof(s->parent_id));
	if (s->state)
		iv_jw_cstr(w, "traceState", s->state);
	iv_jw_i64(w, "flags", s->flags | FLAGS_KNOW_REMOTE | (s->remote_parent ? FLAGS_REMOTE : 0));
	iv_jw_cstr(w, "name", s->name);
	iv_jw_i64(w, "kind", s->kind);
	big(w, "startTimeUnixNano", unix_ns(s, s->start_us));
	big(w, "endTimeUnixNano", unix_ns(s, s->end_us));
	iv_jw_arr(w, "attributes");
	for (uint32_t i = 0; i < s->attr_count; i++)
		attr(w, &s->attrs[i]);
	iv_jw_end_arr(w);
	if (s->attrs_dropped)
		iv_jw_i64(w, "droppedAttributesCount", s->attrs_dropped);
	events(w, s);
	if (s->events_dropped)
		iv_jw_i64(w, "droppedEventsCount", s->events_dropped);
	iv_jw_obj(w, "status");
	if (s->status)
		iv_jw_i64(w, "code", s->status);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void head(struct iv_jw *w, const struct iv_otlp_resource *r)
{
	iv_jw_obj(w, NULL);
	iv_jw_arr(w, "resourceSpans");
	iv_jw_obj(w, NULL);
	iv_jw_obj(w, "resource");
	iv_jw_arr(w, "attributes");
	for (size_t i = 0; i < r->count; i++)
		text_attr(w, r->attrs[i].name, r->attrs[i].value);
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
	iv_jw_arr(w, "scopeSpans");
	iv_jw_obj(w, NULL);
	iv_jw_obj(w, "scope");
	iv_jw_cstr(w, "name", "invorto");
	if (r->version)
		iv_jw_cstr(w, "version", r->version);
	iv_jw_end_obj(w);
	iv_jw_arr(w, "spans");
}

static const struct iv_str tail = {"]}]}]}", 6};

size_t iv_otlp_write(struct iv_buf *out, const struct iv_otlp_resource *r, struct iv_span *const *spans, size_t n)
{
	size_t before = out->len, limit = out->limit, done = 0;
	struct iv_jw w;

	iv_jw_init(&w, out);
	if (limit > tail.len)
		out->limit = limit - tail.len; /* room for the end */
	head(&w, r);
	while (done < n && !w.failed) {
		size_t fits = out->len;

		span(&w, spans[done]);
		if (w.failed)
			out->len = fits;
		else
			done++;
	}
	out->limit = limit;
	if (!done || !iv_buf_adds(out, tail)) {
		out->len = before;
		return 0;
	}
	return done;
}

/* ── lists ── */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ptr NULL: a broken escape, or no memory. '+' is a plus here. */
static struct iv_str decoded(struct iv_str s, struct iv_arena *arena)
{
	char *out = iv_arena_alloc(arena, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < s.len; i++) {
		if (s.ptr[i] != '%') {
			out[n++] = s.ptr[i];
			continue;
		}
		if (i + 2 >= s.len || digit(s.ptr[i + 1]) < 0 || digit(s.ptr[i + 2]) < 0)
			return IV_STR_NULL;
		out[n++] = (char)(digit(s.ptr[i + 1]) << 4 | digit(s.ptr[i + 2]));
		i += 2;
	}
	return (struct iv_str){out, n};
}

bool iv_otlp_pairs(struct iv_str list, struct iv_arena *arena, struct iv_pair *pairs, size_t max, size_t *count,
		   struct iv_err *e)
{
	struct iv_str one;

	*count = 0;
	while (iv_str_split(&list, ',', &one)) {
		ptrdiff_t at = iv_str_find(one, IV_S("="), 0);
		struct iv_str name, value;

		if (!iv_str_trim(one).len)
			continue;
		if (at <= 0)
			return iv_fail(e, IV_EINVAL, "entry %zu: expected key=value", *count + 1);
		name = iv_str_trim((struct iv_str){one.ptr, (size_t)at});
		value = decoded(iv_str_trim((struct iv_str){one.ptr + at + 1, one.len - (size_t)at - 1}), arena);
		if (!name.len || !value.ptr)
			return iv_fail(e, IV_EINVAL, "entry %zu: expected a key, and %%hh in its value", *count + 1);
		if (*count == max)
			return iv_fail(e, IV_EINVAL, "more than %zu entries", max);
		pairs[(*count)++] = (struct iv_pair){iv_arena_str(arena, name), value};
	}
	return true;
}
