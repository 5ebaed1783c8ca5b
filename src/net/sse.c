/* Server-sent events, fed as the bytes come. Lines are taken straight from the input when they are
 * whole in it; only what a feed cuts in two is copied. */
#include "iv_sse.h"

void iv_sse_init(struct iv_sse *s, size_t limit_bytes)
{
	*s = (struct iv_sse){0};
	iv_buf_init(&s->line, limit_bytes);
	iv_buf_init(&s->data, limit_bytes);
}

void iv_sse_deinit(struct iv_sse *s)
{
	iv_buf_deinit(&s->line);
	iv_buf_deinit(&s->data);
}

/* A blank line, or the end: gives the event that was gathered. */
static void dispatch(struct iv_sse *s, iv_sse_fn *fn, void *arg)
{
	struct iv_str data = iv_buf_str(&s->data);

	if (data.len > 0)
		data.len--; /* each data line added an LF; the last one is no separator */
	if (data.len > 0)
		fn(arg, iv_str(s->event), data);
	iv_buf_clear(&s->data);
	s->event[0] = '\0';
}

static void take_line(struct iv_sse *s, struct iv_str line, iv_sse_fn *fn, void *arg)
{
	struct iv_str name = line, value = IV_S("");
	const char *colon;

	if (line.len == 0) {
		dispatch(s, fn, arg);
		return;
	}
	if (iv_str_starts(line, IV_S("\xef\xbb\xbf"))) { /* a byte order mark may open the stream */
		line.ptr += 3;
		line.len -= 3;
		name = line;
	}
	colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
	if (colon) {
		name.len = (size_t)(colon - line.ptr);
		value = (struct iv_str){colon + 1, line.len - name.len - 1};
		if (value.len > 0 && value.ptr[0] == ' ') {
			value.ptr++;
			value.len--;
		}
	}
	if (iv_str_eq(name, IV_S("data"))) {
		if (!iv_buf_adds(&s->data, value) || !iv_buf_addc(&s->data, '\n'))
			s->failed = true;
	} else if (iv_str_eq(name, IV_S("event"))) {
		/* Nobody asks for a name longer than this: cut, it matches nothing. */
		(void)iv_str_copy(s->event, sizeof(s->event), value);
	} else if (iv_str_eq(name, IV_S("error")) && value.len > 0) {
		fn(arg, IV_S("error"), value);
	}
}

static size_t line_end(struct iv_str bytes, size_t from)
{
	const char *lf = memchr(bytes.ptr + from, '\n', bytes.len - from);
	size_t end = lf ? (size_t)(lf - bytes.ptr) : bytes.len;
	const char *cr = memchr(bytes.ptr + from, '\r', end - from);

	return cr ? (size_t)(cr - bytes.ptr) : end;
}

/* The piece up to a line's end joins what earlier feeds left of the line. */
static void end_line(struct iv_sse *s, struct iv_str piece, iv_sse_fn *fn, void *arg)
{
	if (s->line.len == 0 && piece.len <= s->line.limit) {
		take_line(s, piece, fn, arg);
		return;
	}
	if (!iv_buf_adds(&s->line, piece)) {
		s->failed = true;
		return;
	}
	take_line(s, iv_buf_str(&s->line), fn, arg);
	iv_buf_clear(&s->line);
}

bool iv_sse_feed(struct iv_sse *s, struct iv_str bytes, iv_sse_fn *fn, void *arg)
{
	size_t at = 0;

	while (!s->failed && at < bytes.len) {
		size_t end;

		if (s->after_cr && bytes.ptr[at] == '\n') {
			s->after_cr = false;
			at++;
			continue;
		}
		s->after_cr = false;
		end = line_end(bytes, at);
		struct iv_str piece = {bytes.ptr + at, end - at};
		if (end == bytes.len) {
			if (!iv_buf_adds(&s->line, piece))
				s->failed = true;
			break;
		}
		s->after_cr = bytes.ptr[end] == '\r';
		at = end + 1;
		end_line(s, piece, fn, arg);
	}
	return !s->failed;
}

void iv_sse_finish(struct iv_sse *s, iv_sse_fn *fn, void *arg)
{
	if (!s->failed && s->line.len > 0) {
		take_line(s, iv_buf_str(&s->line), fn, arg);
		iv_buf_clear(&s->line);
	}
	if (!s->failed)
		dispatch(s, fn, arg);
	s->after_cr = false;
}
