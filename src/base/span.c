/* Filling a span. Everything is bounded, nothing fails: what has no room is counted. */
#include "iv_span.h"

#include <stdio.h>
#include <stdlib.h>

#include "iv_crypto.h"

void iv_span_name(struct iv_span *s, const char *fmt, ...)
{
	va_list ap;

	if (!iv_span_records(s))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(s->name, sizeof(s->name), fmt, ap); /* cut */
	va_end(ap);
}

static struct iv_span_attr *attr(struct iv_span *s, const char *key)
{
	if (!iv_span_records(s))
		return NULL;
	for (uint32_t i = 0; i < s->attr_count; i++)
		if (strcmp(s->attrs[i].key, key) == 0)
			return &s->attrs[i];
	if (s->attr_count == IV_SPAN_ATTRS) {
		s->attrs_dropped++;
		return NULL;
	}
	s->attrs[s->attr_count] = (struct iv_span_attr){.key = key};
	return &s->attrs[s->attr_count++];
}

void iv_span_set(struct iv_span *s, const char *key, struct iv_str value)
{
	size_t len = value.len < IV_SPAN_VALUE ? value.len : IV_SPAN_VALUE;
	struct iv_span_attr *a;

	if (!iv_span_records(s) || !len)
		return;
	if (len > IV_SPAN_TEXT - s->text_len) {
		s->attrs_dropped++;
		return;
	}
	a = attr(s, key);
	if (!a)
		return;
	memcpy(s->text + s->text_len, value.ptr, len);
	a->type = IV_ATTR_TEXT;
	a->v.text = s->text + s->text_len;
	a->len = (uint32_t)len;
	s->text_len += (uint32_t)len;
}

void iv_span_set_word(struct iv_span *s, const char *key, const char *word)
{
	struct iv_span_attr *a = word && word[0] ? attr(s, key) : NULL;

	if (!a)
		return;
	a->type = IV_ATTR_TEXT;
	a->v.text = word;
	a->len = (uint32_t)strlen(word);
}

void iv_span_set_int(struct iv_span *s, const char *key, int64_t value)
{
	struct iv_span_attr *a = attr(s, key);

	if (!a)
		return;
	a->type = IV_ATTR_INT;
	a->v.i = value;
}

void iv_span_set_num(struct iv_span *s, const char *key, double value)
{
	struct iv_span_attr *a = attr(s, key);

	if (!a)
		return;
	a->type = IV_ATTR_NUM;
	a->v.num = value;
}

void iv_span_set_bool(struct iv_span *s, const char *key, bool value)
{
	struct iv_span_attr *a = attr(s, key);

	if (!a)
		return;
	a->type = IV_ATTR_BOOL;
	a->v.yes = value;
}

void iv_span_event(struct iv_span *s, const char *name, int64_t at_us)
{
	if (!iv_span_records(s) || at_us < 0)
		return;
	if (s->event_count == IV_SPAN_EVENTS) {
		s->events_dropped++;
		return;
	}
	s->events[s->event_count++] = (struct iv_span_event){name, at_us};
}

void iv_span_error(struct iv_span *s, const char *type)
{
	if (!iv_span_records(s))
		return;
	s->status = IV_SPAN_ERROR;
	iv_span_set_word(s, "error.type", type);
}

void iv_span_content(struct iv_span *s, const char *event, int64_t at_us, const char *key, struct iv_str json)
{
	if (!iv_span_records(s) || !s->content_allowed || !json.len)
		return;
	for (size_t i = 0; i < IV_SPAN_CONTENTS; i++) {
		if (s->content[i])
			continue;
		if (json.len > IV_SPAN_CONTENT)
			break;
		s->content[i] = malloc(json.len + 1);
		if (!s->content[i])
			abort();
		memcpy(s->content[i], json.ptr, json.len);
		s->content[i][json.len] = '\0';
		s->content_key[i] = key;
		s->content_name = event;
		s->content_at_us = at_us;
		return;
	}
	s->events_dropped++;
}

void iv_span_reset(struct iv_span *s)
{
	free(s->state);
	for (size_t i = 0; i < IV_SPAN_CONTENTS; i++)
		free(s->content[i]);
	*s = (struct iv_span){0};
}

const char *iv_span_traceparent(const struct iv_span *s, char out[IV_TRACEPARENT_SIZE])
{
	out[0] = '\0';
	if (s)
		iv_traceparent_write(s->trace_id, s->id, s->flags, out);
	return out;
}

const char *iv_span_trace_id(const struct iv_span *s, char out[IV_TRACE_ID_SIZE])
{
	out[0] = '\0';
	if (s)
		(void)iv_hex(s->trace_id, sizeof(s->trace_id), out);
	return out;
}
