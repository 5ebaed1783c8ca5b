/* What one HTTP request sends: URL, method, headers, body, all copied into a handle of libcurl.
 * What could smuggle a line of its own into the request is refused. */
#include "fetch_priv.h"
#include "iv_span.h"

static bool header_ok(const struct iv_header *h)
{
	if (h->name.len == 0 || h->name.len > 128 || h->value.len > 16384)
		return false;
	for (size_t i = 0; i < h->name.len; i++)
		if (h->name.ptr[i] <= ' ' || h->name.ptr[i] >= 0x7f || h->name.ptr[i] == ':')
			return false;
	for (size_t i = 0; i < h->value.len; i++)
		if (h->value.ptr[i] == '\r' || h->value.ptr[i] == '\n' || h->value.ptr[i] == '\0')
			return false;
	return true;
}

static void add_header_line(struct iv_fetch *f, const char *line)
{
	struct curl_slist *longer = curl_slist_append(f->headers, line);

	if (!longer)
		abort();
	f->headers = longer;
}

static bool add_header(struct iv_fetch *f, const struct iv_header *h, struct iv_buf *line)
{
	iv_buf_clear(line);
	/* libcurl reads "Name:" as "leave it out" and "Name;" as "send it empty". */
	if (!header_ok(h) ||
	    !(h->value.len ? iv_buf_printf(line, "%.*s: %.*s", IV_FMT(h->name), IV_FMT(h->value))
			   : iv_buf_printf(line, "%.*s;", IV_FMT(h->name))))
		return iv_fail(&f->err, IV_EINVAL, "header %.*s cannot be sent",
			       (int)(h->name.len < 64 ? h->name.len : 64), h->name.ptr);
	add_header_line(f, line->ptr);
	return true;
}

static bool add_headers(struct iv_fetch *f, const struct iv_fetch_opts *o)
{
	struct iv_header trace[IV_TRACE_HEADERS];
	char parent[IV_TRACEPARENT_SIZE];
	size_t traced = iv_trace_headers(o->span, parent, trace);
	struct iv_buf line;
	bool ok = true, typed = false;

	iv_buf_init(&line, 20000);
	for (size_t i = 0; i < o->header_count && ok; i++) {
		ok = add_header(f, &o->headers[i], &line);
		typed = typed || iv_str_ieq(o->headers[i].name, IV_S("content-type"));
	}
	for (size_t i = 0; i < traced && ok; i++)
		ok = add_header(f, &trace[i], &line);
	iv_buf_deinit(&line);
	add_header_line(f, "Expect:"); /* waiting for 100 would cost a round trip, or a second */
	if (o->body.len && !typed)
		add_header_line(f, "Content-Type:"); /* libcurl would call it a form */
	return ok;
}

static void set_method(struct iv_fetch *f, const struct iv_fetch_opts *o)
{
	const char *method = o->method ? o->method : "GET";
	bool has_body = o->body.len || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;

	if (strcmp(method, "HEAD") == 0) {
		IV_CURL_SET(f->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (has_body) {
		const char *body = o->body.len ? o->body.ptr : "";

		if (!o->body_stays && o->body.len) {
			f->request_body = net_calloc(o->body.len);
			memcpy(f->request_body, o->body.ptr, o->body.len);
			body = f->request_body;
		}
		IV_CURL_SET(f->easy, CURLOPT_POST, 1L);
		IV_CURL_SET(f->easy, CURLOPT_POSTFIELDS, body); /* libcurl does not copy it */
		if (o->send_per_s > 0)
			IV_CURL_SET(f->easy, CURLOPT_MAX_SEND_SPEED_LARGE, (curl_off_t)o->send_per_s);
		IV_CURL_SET(f->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.len);
	}
	IV_CURL_SET(f->easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_url(struct iv_fetch *f, struct iv_str url, bool tls)
{
	char *text = net_calloc(url.len + 1);

	memcpy(text, url.ptr, url.len);
	IV_CURL_SET(f->easy, CURLOPT_URL, text); /* copied */
	free(text);
	/* Clear HTTP/1.1 where cancelling means closing; over TLS one connection may carry many
	 * streams. */
	IV_CURL_SET(f->easy, CURLOPT_HTTP_VERSION,
		    tls ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
}

bool iv_fetch_request(struct iv_fetch *f, const struct iv_fetch_opts *o)
{
	const struct iv_net *n = f->ft->net;
	struct iv_url u;

	if (!iv_url_parse(o->url, &u, &f->err))
		return false;
	if (!iv_str_ieq(u.scheme, IV_S("http")) && !iv_str_ieq(u.scheme, IV_S("https")))
		return iv_fail(&f->err, IV_EINVAL, "url must start with http:// or https://");
	(void)iv_str_copy(f->host, sizeof(f->host), u.host);
	f->easy = iv_curl_take(f->ft->curl);
	set_url(f, o->url, u.tls);
	set_method(f, o);
	if (!add_headers(f, o))
		return false;
	IV_CURL_SET(f->easy, CURLOPT_HTTPHEADER, f->headers);
	if (o->at_most_once) {
		IV_CURL_SET(f->easy, CURLOPT_FRESH_CONNECT, 1L);
		/* One stream refused by a server of HTTP/2 would be sent again too. */
		IV_CURL_SET(f->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	}
	if (n->user_agent)
		IV_CURL_SET(f->easy, CURLOPT_USERAGENT, n->user_agent);
	if (n->ca_file) {
		IV_CURL_SET(f->easy, CURLOPT_CAINFO, n->ca_file);
		IV_CURL_SET(f->easy, CURLOPT_CAPATH, NULL);
	}
	return true;
}
