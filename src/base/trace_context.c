/* The two headers of W3C Trace Context. What is malformed is as if it were not there: a request is never refused for it. */
#include "iv_trace_context.h"

#include <stdio.h>

#include "iv_crypto.h"

enum { VERSION_AT = 0, TRACE_AT = 3, SPAN_AT = 36, FLAGS_AT = 53, LENGTH = 55 };
enum { MEMBERS_MAX = 32, KEY_MAX = 256, VALUE_MAX = 256, LONG_MEMBER = 128 };

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; /* capitals are not allowed */
}

static bool read_hex(const char *text, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool any(const uint8_t *bytes, size_t n)
{
	uint8_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= bytes[i];
	return all != 0;
}

static bool read_parent(struct iv_str s, struct iv_trace_context *c)
{
	uint8_t version;

	if (s.len < LENGTH || s.ptr[TRACE_AT - 1] != '-' || s.ptr[SPAN_AT - 1] != '-' || s.ptr[FLAGS_AT - 1] != '-')
		return false;
	if (!read_hex(s.ptr + VERSION_AT, &version, 1) || version == 0xff)
		return false;
	/* Later versions may say more behind a further dash. */
	if (s.len > LENGTH && (version == 0 || s.ptr[LENGTH] != '-'))
		return false;
	if (!read_hex(s.ptr + TRACE_AT, c->trace_id, sizeof(c->trace_id)) ||
	    !read_hex(s.ptr + SPAN_AT, c->span_id, sizeof(c->span_id)) || !read_hex(s.ptr + FLAGS_AT, &c->flags, 1))
		return false;
	c->flags &= version == 0 ? IV_TRACE_SAMPLED | IV_TRACE_RANDOM : IV_TRACE_SAMPLED;
	return any(c->trace_id, sizeof(c->trace_id)) && any(c->span_id, sizeof(c->span_id));
}

/* ── tracestate ── */

static bool key_ok(struct iv_str key)
{
	if (!key.len || key.len > KEY_MAX)
		return false;
	for (size_t i = 0; i < key.len; i++) {
		char ch = key.ptr[i];
		bool begins = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');

		if (!begins && (i == 0 || !strchr("_-*/@", ch) || ch == '\0'))
			return false;
	}
	return true;
}

static bool value_ok(struct iv_str value)
{
	if (!value.len || value.len > VALUE_MAX)
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] < ' ' || value.ptr[i] > '~' || value.ptr[i] == '=')
			return false;
	return true;
}

static bool member_ok(struct iv_str member)
{
	ptrdiff_t at = iv_str_find(member, IV_S("="), 0);

	return at > 0 && key_ok((struct iv_str){member.ptr, (size_t)at}) &&
	       value_ok((struct iv_str){member.ptr + at + 1, member.len - (size_t)at - 1});
}

/* The members in order; -1: malformed. */
static int read_members(struct iv_str s, struct iv_str members[MEMBERS_MAX], size_t *bytes)
{
	struct iv_str one;
	int n = 0;

	*bytes = 0;
	while (iv_str_split(&s, ',', &one)) {
		one = iv_str_trim(one);
		if (!one.len)
			continue; /* allowed */
		if (n == MEMBERS_MAX || !member_ok(one))
			return -1;
		*bytes += one.len + (n > 0);
		members[n++] = one;
	}
	return n;
}

static void read_state(struct iv_str s, char out[IV_TRACESTATE_MAX + 1])
{
	struct iv_str members[MEMBERS_MAX];
	size_t bytes, len = 0;
	int n = read_members(s, members, &bytes);
	bool too_long = bytes > IV_TRACESTATE_MAX;

	for (int i = 0; i < n; i++) {
		if (too_long && members[i].len > LONG_MEMBER)
			continue;
		if (len + (len > 0) + members[i].len > IV_TRACESTATE_MAX)
			break;
		if (len)
			out[len++] = ',';
		memcpy(out + len, members[i].ptr, members[i].len);
		len += members[i].len;
	}
	out[len] = '\0';
}

bool iv_trace_context_read(struct iv_str traceparent, struct iv_str tracestate, struct iv_trace_context *c)
{
	*c = (struct iv_trace_context){0};
	if (!read_parent(iv_str_trim(traceparent), c)) {
		*c = (struct iv_trace_context){0};
		return false;
	}
	read_state(tracestate, c->state);
	return true;
}

void iv_traceparent_write(const uint8_t trace_id[16], const uint8_t span_id[8], uint8_t flags,
			  char out[IV_TRACEPARENT_SIZE])
{
	char trace[IV_TRACE_ID_SIZE], span[17];

	(void)iv_hex(trace_id, 16, trace);
	(void)iv_hex(span_id, 8, span);
	(void)snprintf(out, IV_TRACEPARENT_SIZE, "00-%s-%s-%02x", trace, span, flags);
}
