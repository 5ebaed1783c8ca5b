/* Request line and headers: one strict reading, no repair of anything. */
#include "http_head.h"

static bool is_token_char(unsigned char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return true;
	return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool http_is_token(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_token_char((unsigned char)s.ptr[i]))
			return false;
	return s.len > 0;
}

bool http_list_has(struct iv_str list, const char *token)
{
	struct iv_str item;

	while (iv_str_split(&list, ',', &item))
		if (iv_str_ieq(iv_str_trim(item), iv_str(token)))
			return true;
	return false;
}

struct iv_str http_head_get(const struct http_head *h, const char *name)
{
	for (size_t i = 0; i < h->header_count; i++)
		if (iv_str_ieq(h->headers[i].name, iv_str(name)))
			return h->headers[i].value;
	return IV_STR_NULL;
}

ptrdiff_t http_head_find_end(const char *bytes, size_t n, size_t *scanned)
{
	for (size_t i = *scanned; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		*scanned = i;
		if (i > 0 && bytes[i - 1] == '\r' && c != '\n')
			return -1;
		if (c == '\n') {
			if (i == 0 || bytes[i - 1] != '\r')
				return -1;
			if (i >= 3 && bytes[i - 2] == '\n')
				return (ptrdiff_t)(i + 1);
		} else if ((c < 0x20 && c != '\r' && c != '\t') || c == 0x7f) {
			return -1;
		}
	}
	*scanned = n;
	return 0;
}

static int wrong(struct http_head *h, int status, const char *why)
{
	h->wrong = why;
	return status;
}

/* Cuts a line without its CRLF; the caller knows that there is one. */
static struct iv_str cut_line(struct iv_str *rest)
{
	const char *end = memchr(rest->ptr, '\r', rest->len);
	struct iv_str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
	size_t skip = end ? line.len + 2 : line.len;

	rest->ptr += skip;
	rest->len -= skip;
	return line;
}

static int parse_target(struct http_head *h, struct iv_str t)
{
	for (size_t i = 0; i < t.len; i++)
		if ((unsigned char)t.ptr[i] <= ' ' || (unsigned char)t.ptr[i] >= 0x7f ||
		    t.ptr[i] == '#')
			return wrong(h, 400, "request target has a character that must be encoded");
	/* The absolute form is for proxies, but a server has to take it (RFC 9112 §3.2.2). */
	size_t scheme = iv_str_starts(t, IV_S("http://"))    ? 7
			: iv_str_starts(t, IV_S("https://")) ? 8
							     : 0;
	if (scheme) {
		const char *slash = memchr(t.ptr + scheme, '/', t.len - scheme);

		if (!slash)
			return wrong(h, 400, "request target has no path");
		t.len -= (size_t)(slash - t.ptr);
		t.ptr = slash;
	}
	if (t.len == 0 || (t.ptr[0] != '/' && !iv_str_eq(t, IV_S("*"))))
		return wrong(h, 400, "request target must begin with a slash");
	const char *q = memchr(t.ptr, '?', t.len);
	h->path = (struct iv_str){t.ptr, q ? (size_t)(q - t.ptr) : t.len};
	h->query = q ? (struct iv_str){q + 1, t.len - h->path.len - 1} : IV_S("");
	return 0;
}

static int parse_request_line(struct http_head *h, struct iv_str line)
{
	const char *sp1 = memchr(line.ptr, ' ', line.len);
	const char *end = line.ptr + line.len;
	const char *sp2 = sp1 ? memchr(sp1 + 1, ' ', (size_t)(end - sp1 - 1)) : NULL;

	if (!sp2)
		return wrong(h, 400, "request line must be method, target and version");
	struct iv_str version = {sp2 + 1, (size_t)(end - sp2 - 1)};
	h->method = (struct iv_str){line.ptr, (size_t)(sp1 - line.ptr)};
	if (!http_is_token(h->method) || h->method.len > 32)
		return wrong(h, 400, "method is not a token");
	if (iv_str_eq(version, IV_S("HTTP/1.0")))
		h->http_1_0 = true;
	else if (version.len == 8 && iv_str_starts(version, IV_S("HTTP/")) &&
		 version.ptr[6] == '.' && version.ptr[5] >= '2' && version.ptr[5] <= '9')
		return wrong(h, 505, "version must be HTTP/1.1 or HTTP/1.0");
	else if (!iv_str_eq(version, IV_S("HTTP/1.1")))
		return wrong(h, 400, "version must be HTTP/1.1 or HTTP/1.0");
	return parse_target(h, (struct iv_str){sp1 + 1, (size_t)(sp2 - sp1 - 1)});
}

static int parse_header(struct http_head *h, struct iv_str line)
{
	const char *colon = memchr(line.ptr, ':', line.len);

	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return wrong(h, 400, "header lines must not be folded");
	if (!colon)
		return wrong(h, 400, "header line has no colon");
	struct iv_str name = {line.ptr, (size_t)(colon - line.ptr)};
	if (!http_is_token(name)) /* also a blank before the colon */
		return wrong(h, 400, "header name is not a token");
	if (h->header_count == HTTP_HEADERS_MAX)
		return wrong(h, 431, "more than 100 headers");
	h->headers[h->header_count++] = (struct iv_header){
		name, iv_str_trim((struct iv_str){colon + 1, line.len - name.len - 1})};
	return 0;
}

/* How long the body is: the one question on which two servers must not differ. */
static int decide_framing(struct http_head *h, int lengths, int codings)
{
	struct iv_str te = http_head_get(h, "transfer-encoding");
	struct iv_str cl = http_head_get(h, "content-length");

	if (lengths > 1)
		return wrong(h, 400, "content-length was given twice");
	if (codings && lengths)
		return wrong(h, 400, "content-length together with transfer-encoding");
	if (codings) {
		if (h->http_1_0)
			return wrong(h, 400, "transfer-encoding in HTTP/1.0");
		if (codings > 1 || !iv_str_ieq(te, IV_S("chunked")))
			return wrong(h, 501, "transfer-encoding must be chunked");
		h->chunked = true;
	}
	if (lengths) {
		for (size_t i = 0; i < cl.len; i++)
			if (cl.ptr[i] < '0' || cl.ptr[i] > '9')
				return wrong(h, 400, "content-length must be a number");
		if (!iv_str_to_i64(cl, &h->content_length))
			return wrong(h, 400, "content-length must be a number");
	}
	return 0;
}

static int decide(struct http_head *h)
{
	int hosts = 0, lengths = 0, codings = 0;
	bool close = false, keep = false, upgrade = false, websocket = false;

	for (size_t i = 0; i < h->header_count; i++) {
		struct iv_str name = h->headers[i].name, value = h->headers[i].value;

		if (iv_str_ieq(name, IV_S("host"))) {
			hosts++;
		} else if (iv_str_ieq(name, IV_S("content-length"))) {
			lengths++;
		} else if (iv_str_ieq(name, IV_S("transfer-encoding"))) {
			codings++;
		} else if (iv_str_ieq(name, IV_S("connection"))) {
			close |= http_list_has(value, "close");
			keep |= http_list_has(value, "keep-alive");
			upgrade |= http_list_has(value, "upgrade");
		} else if (iv_str_ieq(name, IV_S("upgrade"))) {
			websocket |= http_list_has(value, "websocket");
		} else if (iv_str_ieq(name, IV_S("expect"))) {
			if (!iv_str_ieq(value, IV_S("100-continue")))
				return wrong(h, 417, "expect must be 100-continue");
			h->expect_continue = !h->http_1_0;
		}
	}
	if (hosts > 1 || (hosts == 0 && !h->http_1_0))
		return wrong(h, 400, "exactly one host header is needed");
	h->keep_alive = !close && (keep || !h->http_1_0);
	h->upgrade_websocket = upgrade && websocket && !h->http_1_0;
	return decide_framing(h, lengths, codings);
}

int http_head_parse(struct iv_str bytes, struct http_head *h)
{
	struct iv_header *headers = h->headers;
	struct iv_str rest = bytes;

	*h = (struct http_head){.headers = headers, .content_length = -1};
	int status = parse_request_line(h, cut_line(&rest));
	while (status == 0) {
		struct iv_str line = cut_line(&rest);

		if (line.len == 0)
			return decide(h);
		status = parse_header(h, line);
	}
	return status;
}
