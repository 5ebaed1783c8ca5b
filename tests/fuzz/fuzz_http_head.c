/* Any bytes as a head and a chunked body. The end of the head must not depend on how the bytes were cut;
 * parts must lie inside the bytes; the decoded body must not depend on the cut. First byte: where to cut. */
#include <stdlib.h>
#include "../../src/net/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void inside(struct iv_str part, const char *bytes, size_t n)
{
	must(part.len == 0 || (part.ptr >= bytes && part.ptr + part.len <= bytes + n));
}

static void read_head(const char *bytes, size_t n, size_t cut)
{
	struct iv_header headers[HTTP_HEADERS_MAX];
	struct http_head h = {.headers = headers};
	size_t scanned = 0, again = 0;
	ptrdiff_t whole = http_head_find_end(bytes, n, &scanned);
	ptrdiff_t early = http_head_find_end(bytes, cut, &again);

	if (early == 0)
		early = http_head_find_end(bytes, n, &again);
	must(early == whole);
	if (whole <= 0)
		return;
	/* Its own allocation, so that ASan sees a step beyond it. */
	char *copy = malloc((size_t)whole);
	must(copy != NULL);
	memcpy(copy, bytes, (size_t)whole);
	if (http_head_parse((struct iv_str){copy, (size_t)whole}, &h) == 0) {
		inside(h.method, copy, (size_t)whole);
		inside(h.path, copy, (size_t)whole);
		must(h.path.len > 0 && http_is_token(h.method));
		must(!(h.chunked && h.content_length >= 0));
		for (size_t i = 0; i < h.header_count; i++) {
			inside(h.headers[i].name, copy, (size_t)whole);
			inside(h.headers[i].value, copy, (size_t)whole);
			must(!memchr(h.headers[i].value.ptr, '\r', h.headers[i].value.len));
		}
	}
	free(copy);
}

/* As a body in pieces is: what has come is taken out, and the bound is the body's and not the buffer's. */
static void read_slices(const char *bytes, size_t n, size_t slice, int status, const struct iv_buf *whole)
{
	struct http_chunks c = {.max = 1000};
	struct iv_buf piece;
	size_t at = 0, len = 0;
	int got = 0;

	iv_buf_init(&piece, 16);
	while (got == 0 && at < n && c.state != CHUNK_DONE) {
		size_t used = 0, take = n - at < slice ? n - at : slice;

		got = http_chunks_feed(&c, bytes + at, take, &used, &piece);
		must(got || used == take || c.state == CHUNK_DONE);
		must(got || len + piece.len <= whole->len);
		must(got || piece.len == 0 || memcmp(whole->ptr + len, piece.ptr, piece.len) == 0);
		len += piece.len;
		at += used;
		iv_buf_clear(&piece);
	}
	must(got == status);
	must(got || len == whole->len);
	iv_buf_deinit(&piece);
}

static void read_chunks(const char *bytes, size_t n, size_t cut)
{
	struct http_chunks a = {0}, b = {0};
	struct iv_buf whole, pieces;
	size_t used = 0, first = 0, second = 0;

	iv_buf_init(&whole, 1000);
	iv_buf_init(&pieces, 1000);
	int status = http_chunks_feed(&a, bytes, n, &used, &whole);
	int other = http_chunks_feed(&b, bytes, cut, &first, &pieces);
	if (other == 0 && b.state != CHUNK_DONE)
		other = http_chunks_feed(&b, bytes + first, n - first, &second, &pieces);
	must(status == other);
	if (status == 0) {
		must(a.state == b.state && used == first + second && whole.len == pieces.len);
		must(whole.len == 0 || memcmp(whole.ptr, pieces.ptr, whole.len) == 0);
	}
	read_slices(bytes, n, 1 + cut % 16, status, &whole);
	iv_buf_deinit(&whole);
	iv_buf_deinit(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const char *bytes = (const char *)data + 1;
	size_t n = size - 1, cut = data[0] % (n + 1);

	read_head(bytes, n, cut);
	read_chunks(bytes, n, cut);
	return 0;
}
