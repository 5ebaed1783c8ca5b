/* The chunked coding, one byte at a time except for data. Extensions and trailers are checked,
 * counted and dropped. */
#include "http_head.h"

#define EXTRA_MAX 8192
#define DIGITS_MAX 16

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int on_size(struct http_chunks *c, char ch, const struct iv_buf *body)
{
	uint64_t room = c->max ? c->max - c->total : body->limit - body->len;
	int digit = hex(ch);

	if (digit >= 0) {
		if (++c->digits > DIGITS_MAX)
			return 400;
		c->left = c->left << 4 | (unsigned)digit;
		return c->left > room ? 413 : 0;
	}
	if (c->digits == 0)
		return 400;
	if (ch == '\r')
		c->state = CHUNK_SIZE_LF;
	else if (ch == ';')
		c->state = CHUNK_EXT;
	else
		return 400;
	return 0;
}

/* Extension or trailer text: up to the CR. */
static int on_text(struct http_chunks *c, char ch, enum http_chunk_state next)
{
	unsigned char u = (unsigned char)ch;

	if (ch == '\r') {
		c->state = next;
		return 0;
	}
	return (u < 0x20 && ch != '\t') || u == 0x7f || ++c->extra > EXTRA_MAX ? 400 : 0;
}

static int on_char(struct http_chunks *c, char ch, const struct iv_buf *body)
{
	switch (c->state) {
	case CHUNK_SIZE:
		return on_size(c, ch, body);
	case CHUNK_EXT:
		return on_text(c, ch, CHUNK_SIZE_LF);
	case CHUNK_SIZE_LF:
		c->state = c->left ? CHUNK_DATA : CHUNK_TRAILER_START;
		c->total += c->left;
		return ch == '\n' ? 0 : 400;
	case CHUNK_DATA_CR:
		c->state = CHUNK_DATA_LF;
		return ch == '\r' ? 0 : 400;
	case CHUNK_DATA_LF:
		c->state = CHUNK_SIZE;
		c->digits = 0;
		return ch == '\n' ? 0 : 400;
	case CHUNK_TRAILER_START:
		if (ch == '\r') {
			c->state = CHUNK_END_LF;
			return 0;
		}
		c->state = CHUNK_TRAILER;
		return on_text(c, ch, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER:
		return on_text(c, ch, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER_LF:
		c->state = CHUNK_TRAILER_START;
		return ch == '\n' ? 0 : 400;
	case CHUNK_END_LF:
		c->state = CHUNK_DONE;
		return ch == '\n' ? 0 : 400;
	case CHUNK_DATA:
	case CHUNK_DONE:
		break;
	}
	return 400;
}

int http_chunks_feed(struct http_chunks *c, const char *bytes, size_t n, size_t *used,
		     struct iv_buf *body)
{
	size_t at = 0;
	int status = 0;

	while (at < n && status == 0 && c->state != CHUNK_DONE) {
		if (c->state != CHUNK_DATA) {
			status = on_char(c, bytes[at++], body);
			continue;
		}
		size_t take = n - at < c->left ? n - at : (size_t)c->left;
		if (!iv_buf_add(body, bytes + at, take))
			status = 413;
		at += take;
		c->left -= take;
		if (c->left == 0)
			c->state = CHUNK_DATA_CR;
	}
	*used = at;
	return status;
}
