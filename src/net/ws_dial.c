/* Dialling: resolve, connect to one address after another, upgrade. Any failure is closed(). */
#include "iv_span.h"
#include "ws_dial.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>

#define HEADERS_MAX 16384
#define CONNECT_MS_DEFAULT 5000
#define DROP_AGAIN_MS 500
#define REQUEST_LINE "GET / HTTP/1.1\r\n"

void iv_dial_reason(struct iv_dialled *d, const char *fmt, ...)
{
	va_list ap;

	if (d->reason[0])
		return;
	va_start(ap, fmt);
	vsnprintf(d->reason, sizeof(d->reason), fmt, ap);
	va_end(ap);
}

void iv_dial_up_free(struct iv_dialled *d)
{
	if (!d->up)
		return;
	iv_dns_cancel(&d->up->query);
	iv_buf_deinit(&d->up->headers);
	free(d->up->subprotocol);
	free(d->up->target);
	free(d->up);
	d->up = NULL;
}

/* ── the end ── */

static void deliver(void *arg)
{
	struct iv_dialled *d = arg;

	iv_ws_deliver_closed(&d->ws, d->http_status, iv_str(d->reason));
	iv_timer_stop(&d->deadline);
	iv_dial_up_free(d);
	iv_buf_deinit(&d->message);
	iv_buf_deinit(&d->out);
	iv_lws_sock_leave(&d->sock);
	free(d);
}

void iv_dialled_gone(struct iv_dialled *d)
{
	iv_ws_set_dead(&d->ws);
	if (d->delivering)
		return;
	d->delivering = true;
	/* Behind any work of this socket that waits for the end of the turn. */
	iv_defer(d->ws.loop, deliver, d);
}

void iv_dialled_end(struct iv_dialled *d)
{
	iv_ws_set_dead(&d->ws);
	if (d->up)
		iv_dns_cancel(&d->up->query);
	if (!d->sock.wsi) {
		iv_dialled_gone(d);
		return;
	}
	d->dropping = true;
	iv_lws_drop(&d->sock);
	/* While it connects the library may forget: it sets its one timer for each step. */
	iv_timer_in_ms(&d->deadline, DROP_AGAIN_MS);
}

static void on_deadline(void *arg)
{
	struct iv_dialled *d = arg;

	if (d->up && !d->dropping)
		iv_dial_reason(d, "%s: not connected in %d ms", d->up->host, d->up->connect_ms);
	iv_dialled_end(d);
}

void iv_dial_forget(struct iv_lws_sock *s)
{
	struct iv_dialled *d = iv_dialled_of(s);

	d->ws.h = (struct iv_ws_handlers){0};
	iv_dialled_end(d);
}

/* ── connecting ── */

static void connect_next(void *arg)
{
	struct iv_dialled *d = arg;
	struct iv_dial_up *up = d->up;

	while (d->ws.state == IV_WS_CONNECTING && up->next_address < up->addresses.count) {
		struct lws_client_connect_info info = {
			.address = up->addresses.ip[up->next_address++],
			.port = up->port,
			/* The real path may be too long for the library: see write_handshake. */
			.path = "/",
			.host = up->origin,
			.protocol = up->subprotocol,
			.ssl_connection =
				(up->tls ? LCCSCF_USE_SSL : 0) | LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
		};

		if (iv_lws_connect(&d->sock, &info))
			return;
	}
	iv_dial_reason(d, "%s: cannot connect", up->host);
	iv_dialled_gone(d);
}

static void on_resolved(void *arg, const struct iv_dns_answer *answer, const char *why)
{
	struct iv_dialled *d = arg;

	if (!answer) {
		iv_dial_reason(d, "%s: %s", d->up->host, why);
		iv_dialled_gone(d);
		return;
	}
	d->up->addresses = *answer;
	connect_next(d);
}

static void start(void *arg)
{
	struct iv_dialled *d = arg;
	struct iv_dns *dns = d->sock.host->net->dns;

	if (d->ws.state != IV_WS_CONNECTING || d->delivering) {
		iv_dialled_gone(d);
		return;
	}
	if (iv_dns_cached(dns, iv_str(d->up->host), &d->up->addresses))
		connect_next(d);
	else
		iv_dns_ask(dns, &d->up->query, iv_str(d->up->host), d->up->connect_ms, on_resolved,
			   d);
}

/* The library has written its request into its buffer and offers the rest of it. It cuts request
 * lines at 2 KiB, so it was given a short one, and the real target goes in here. */
static int write_handshake(struct iv_dialled *d, char **end, size_t room)
{
	const struct iv_dial_up *up = d->up;
	size_t extra = strlen(up->target) - 1, line = sizeof(REQUEST_LINE) - 1;
	/* 12 as in client-http.c: lws_generate_client_handshake */
	size_t used = IV_LWS_HANDSHAKE - 12 - room;
	char *begin = *end - used;

	if (room > IV_LWS_HANDSHAKE - 12 || used < line || memcmp(begin, REQUEST_LINE, line) != 0) {
		iv_dial_reason(d, "unknown version of libwebsockets");
		return -1;
	}
	if (room < extra + up->headers.len) {
		iv_dial_reason(d, "%s: url and headers are too long", up->host);
		return -1;
	}
	memmove(begin + 5 + extra, begin + 5, used - 5);
	memcpy(begin + 4, up->target, extra + 1);
	*end += extra;
	if (up->headers.len)
		memcpy(*end, up->headers.ptr, up->headers.len);
	*end += up->headers.len;
	return 0;
}

/* Deepgram says in a header what it has against a request; others say nothing before the body. */
static void read_answer(struct iv_dialled *d)
{
	char why[96] = "";

	d->http_status = (int)lws_http_client_http_response(d->sock.wsi);
	if (d->http_status == 101)
		return;
	if (lws_hdr_custom_copy(d->sock.wsi, why, sizeof(why), "dg-error:", 9) <= 0)
		why[0] = '\0';
	for (char *c = why; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	iv_dial_reason(d, "server answered %d%s%s", d->http_status, why[0] ? ": " : "", why);
}

static void read_certificate(struct iv_dialled *d, X509_STORE_CTX *ctx, bool verified)
{
	if (!verified)
		iv_dial_reason(d, "%s: certificate refused: %s", d->up ? d->up->host : "",
			       X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
}

static void on_connect_failed(struct iv_dialled *d, struct iv_str why)
{
	struct iv_dial_up *up = d->up;

	if (d->ws.state == IV_WS_CONNECTING && !up->tcp_up &&
	    up->next_address < up->addresses.count) {
		/* Not from inside the library's callback. */
		iv_defer(d->ws.loop, connect_next, d);
		return;
	}
	iv_dial_reason(d, "%s: %.*s", up->host, IV_FMT(why));
	iv_dialled_gone(d);
}

static int on_event(struct iv_lws_sock *s, enum lws_callback_reasons reason, void *in, size_t len)
{
	struct iv_dialled *d = iv_dialled_of(s);

	if (!d->up)
		return iv_dialled_event(d, reason, in, len);
	switch (reason) {
	case LWS_CALLBACK_WSI_CREATE:
		d->up->tcp_up = true;
		return 0;
	case LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
		read_certificate(d, in, len != 0);
		return 0;
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		if (d->ws.state != IV_WS_CONNECTING)
			return -1;
		return write_handshake(d, in, len);
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		read_answer(d);
		return 0;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		if (d->ws.state != IV_WS_CONNECTING)
			return -1;
		iv_timer_stop(&d->deadline);
		iv_dial_up_free(d);
		iv_dialled_open(d);
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_connect_failed(d, (struct iv_str){in, in ? strnlen(in, len) : 0});
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		on_connect_failed(d, IV_S("connection lost during the handshake"));
		return 0;
	default:
		return 0;
	}
}

/* ── the dial itself ── */

static bool text_ok(struct iv_str s, size_t max)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '\r' || s.ptr[i] == '\n' || s.ptr[i] == '\0')
			return false;
	return s.len <= max;
}

static char *copy(struct iv_str s)
{
	char *c = net_calloc(s.len + 1);

	memcpy(c, s.ptr, s.len);
	return c;
}

static bool add_headers(struct iv_dialled *d, const struct iv_ws_dial *dial, const char *user_agent)
{
	struct iv_header trace[IV_TRACE_HEADERS];
	char parent[IV_TRACEPARENT_SIZE];
	size_t traced = iv_trace_headers(dial->span, parent, trace);
	struct iv_buf *b = &d->up->headers;
	bool named = !user_agent;

	for (size_t i = 0; i < traced; i++) /* ours: nothing in them can be wrong */
		if (!iv_buf_printf(b, "%.*s: %.*s\r\n", IV_FMT(trace[i].name), IV_FMT(trace[i].value)))
			return false;
	for (size_t i = 0; i < dial->header_count; i++) {
		const struct iv_header *h = &dial->headers[i];

		if (h->name.len == 0 || !text_ok(h->name, 128) || !text_ok(h->value, HEADERS_MAX) ||
		    !iv_buf_printf(b, "%.*s: %.*s\r\n", IV_FMT(h->name), IV_FMT(h->value)))
			return false;
		named = named || iv_str_ieq(h->name, IV_S("user-agent"));
	}
	return named || iv_buf_printf(b, "User-Agent: %s\r\n", user_agent);
}

static void prepare(struct iv_dialled *d, const struct iv_ws_dial *dial, const char *user_agent)
{
	struct iv_dial_up *up = d->up;
	struct iv_err e = {0};
	struct iv_url u;

	if (!iv_url_parse(dial->url, &u, &e)) {
		iv_dial_reason(d, "%s", e.msg);
		return;
	}
	if (!iv_str_ieq(u.scheme, IV_S("ws")) && !iv_str_ieq(u.scheme, IV_S("wss"))) {
		iv_dial_reason(d, "url must start with ws:// or wss://");
		return;
	}
	/* libwebsockets cuts the Host header at 128 bytes. */
	if (!iv_str_copy(up->host, sizeof(up->host), u.host)) {
		iv_dial_reason(d, "url host is too long");
		return;
	}
	up->tls = u.tls;
	up->port = u.port;
	bool v6 = memchr(up->host, ':', strlen(up->host)) != NULL;
	int n = snprintf(up->origin, sizeof(up->origin), "%s%s%s", v6 ? "[" : "", up->host,
			 v6 ? "]" : "");
	if (u.port != (u.tls ? 443 : 80))
		snprintf(up->origin + n, sizeof(up->origin) - (size_t)n, ":%d", u.port);
	up->target = copy(u.target);
	if (dial->subprotocol.len)
		up->subprotocol = copy(dial->subprotocol);
	if (!text_ok(dial->subprotocol, 2048) || !add_headers(d, dial, user_agent))
		iv_dial_reason(d, "a header is too long or holds a line end");
}

void iv_ws_prepare(struct iv_net *n)
{
	(void)iv_lws_host_get(n);
}

struct iv_ws *iv_ws_dial(struct iv_net *n, const struct iv_ws_dial *dial,
			 const struct iv_ws_handlers *h, void *arg)
{
	struct iv_dialled *d = net_calloc(sizeof(*d));
	struct iv_lws_host *host = iv_lws_host_get(n);

	iv_ws_init(&d->ws, &iv_dialled_ops, n->loop, &dial->limits, h, arg);
	iv_buf_init(&d->message, dial->limits.message_max);
	iv_buf_init(&d->out, IV_WS_CEILING(&dial->limits) + 1024);
	iv_timer_init(&d->deadline, n->loop, on_deadline, d);
	d->sock.event = on_event;
	iv_lws_sock_join(host, &d->sock);
	d->up = net_calloc(sizeof(*d->up));
	d->up->connect_ms = dial->connect_ms > 0 ? dial->connect_ms : CONNECT_MS_DEFAULT;
	iv_buf_init(&d->up->headers, HEADERS_MAX);
	prepare(d, dial, n->user_agent);
	if (d->reason[0]) {
		iv_dialled_gone(d);
		return &d->ws;
	}
	iv_timer_in_ms(&d->deadline, d->up->connect_ms);
	iv_defer(n->loop, start, d);
	return &d->ws;
}
