/* iv_net: the floor's own state: resolver, HTTP client, socket dialler, on one loop. */
#ifndef IV_NET_H
#define IV_NET_H

#include "iv_loop.h"
#include "iv_err.h"

struct iv_net;

struct iv_net_opts {
	const char *user_agent;   /* "invorto/0.1.0" */
	int max_host_connections; /* to one provider host; 0: no limit */
	const char *ca_file;      /* NULL: the system's roots */
	const char *egress_allow; /* networks that public_only may reach all the same: "10.0.0.0/8,::1"; NULL: none */
};

struct iv_net *iv_net_new(struct iv_loop *l, const struct iv_net_opts *opts, struct iv_err *e);
struct iv_loop *iv_net_loop(struct iv_net *n);
/* Kills what is still open (their callbacks do not run), then calls done from the loop once every
 * handle is closed. Servers and sockets are closed by their owners before. */
void iv_net_close(struct iv_net *n, void (*done)(void *arg), void *arg);

/* A header, as sent or as received. */
struct iv_header {
	struct iv_str name, value;
};

/* The headers of a trace: how many are written into `out`; they point into text and the span. */
struct iv_span;
enum { IV_TRACE_HEADERS = 2 };
size_t iv_trace_headers(const struct iv_span *span, char text[56], struct iv_header out[IV_TRACE_HEADERS]);

struct iv_url {
	bool tls;            /* https, wss */
	struct iv_str scheme, host; /* host without brackets */
	int port;            /* explicit or the scheme's */
	struct iv_str target; /* path and query, at least "/" */
};
/* http, https, ws, wss; no user info; the parts point into s. */
IV_MUST_CHECK bool iv_url_parse(struct iv_str s, struct iv_url *u, struct iv_err *e);
/* Value of a query parameter, percent-decoded ('+' is a blank) into dst; false when absent, malformed
 * or longer than size-1. */
bool iv_query_get(struct iv_str query, struct iv_str name, char *dst, size_t size);
/* Appends percent-encoded (RFC 3986 unreserved stay). */
struct iv_buf;
IV_MUST_CHECK bool iv_url_encode(struct iv_buf *out, struct iv_str s);

#endif
