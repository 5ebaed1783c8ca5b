/* Growing bytes under a ceiling. One byte more than cap is always allocated, so that printf's NUL
 * never costs a byte of the limit. */
#include "iv_buf.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_BYTES 64

void iv_buf_init(struct iv_buf *b, size_t limit_bytes)
{
	*b = (struct iv_buf){.limit = limit_bytes};
}

void iv_buf_deinit(struct iv_buf *b)
{
	free(b->ptr);
	*b = (struct iv_buf){.limit = b->limit};
}

void iv_buf_clear(struct iv_buf *b)
{
	b->len = 0;
}

bool iv_buf_reserve(struct iv_buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : FIRST_BYTES;
	char *grown;

	if (b->len > b->limit || more > b->limit - b->len)
		return false;
	if (b->ptr && b->len + more <= b->cap)
		return true;
	while (cap < b->len + more)
		cap = cap > b->limit / 2 ? b->limit : cap * 2;
	if (cap > b->limit)
		cap = b->limit;
	grown = realloc(b->ptr, cap + 1);
	if (!grown)
		return false;
	b->ptr = grown;
	b->cap = cap;
	return true;
}

bool iv_buf_add(struct iv_buf *b, const void *bytes, size_t n)
{
	if (!iv_buf_reserve(b, n))
		return false;
	if (n)
		memcpy(b->ptr + b->len, bytes, n);
	b->len += n;
	return true;
}

bool iv_buf_adds(struct iv_buf *b, struct iv_str s)
{
	return iv_buf_add(b, s.ptr, s.len);
}

bool iv_buf_addc(struct iv_buf *b, char c)
{
	return iv_buf_add(b, &c, 1);
}

bool iv_buf_vprintf(struct iv_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	int n;

	if (!iv_buf_reserve(b, 0))
		return false;
	room = b->cap - b->len + 1;
	va_copy(again, ap);
	n = vsnprintf(b->ptr + b->len, room, fmt, again);
	va_end(again);
	if (n < 0)
		return false;
	if ((size_t)n >= room) {
		if (!iv_buf_reserve(b, (size_t)n))
			return false;
		vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, ap);
	}
	b->len += (size_t)n;
	return true;
}

bool iv_buf_printf(struct iv_buf *b, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = iv_buf_vprintf(b, fmt, ap);
	va_end(ap);
	return ok;
}

void iv_buf_consume(struct iv_buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->ptr, b->ptr + n, b->len - n);
	b->len -= n;
}

struct iv_str iv_buf_str(const struct iv_buf *b)
{
	return (struct iv_str){b->ptr, b->len};
}
