/* The head of a request, pure: strict RFC 9112 grammar, where everything two parsers have ever read
 * differently is an error. libhttp-parser as Debian builds it is not strict ("3\rX" ends a
 * chunk-size line), which is why the bytes are read here. Returns are HTTP statuses, 0 for well. */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "iv_buf.h"
#include "iv_net.h"

#define HTTP_HEADERS_MAX 100

struct http_head {
	struct iv_str method, path, query; /* all parts point into the bytes parsed */
	struct iv_header *headers;	   /* the caller's array of HTTP_HEADERS_MAX */
	size_t header_count;
	int64_t content_length; /* -1: none given */
	bool http_1_0, chunked, keep_alive, expect_continue, upgrade_websocket;
	const char *wrong; /* what was wrong, when the status is not 0 */
};

/* Looks for the end of a head, going on at *scanned. Returns its length, 0 when more bytes are
 * needed, -1 for a byte that no head may contain (bare CR or LF, a control character). */
ptrdiff_t http_head_find_end(const char *bytes, size_t n, size_t *scanned);
/* Parses a whole head, blank line included. */
int http_head_parse(struct iv_str bytes, struct http_head *h);
struct iv_str http_head_get(const struct http_head *h, const char *name); /* the first; or NULL */
/* Does a comma-separated list of tokens hold this one? */
bool http_list_has(struct iv_str list, const char *token);
bool http_is_token(struct iv_str s);

/* ── chunked bodies */
enum http_chunk_state {
	CHUNK_SIZE,
	CHUNK_EXT,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER_START,
	CHUNK_TRAILER,
	CHUNK_TRAILER_LF,
	CHUNK_END_LF,
	CHUNK_DONE,
};

struct http_chunks {
	enum http_chunk_state state;
	uint64_t left;
	unsigned digits, extra; /* bytes of extensions and trailers so far */
	uint64_t max;           /* of a body that is taken in pieces; 0: what fits the buffer */
	uint64_t total;         /* bytes of the chunks so far, the one that is being read among them */
};

/* Decodes into body (its limit is the body's, unless c->max says so). 0 and state CHUNK_DONE at the end; *used says how
 * many bytes were taken. 400 or 413. */
int http_chunks_feed(struct http_chunks *c, const char *bytes, size_t n, size_t *used,
		     struct iv_buf *body);

#endif
