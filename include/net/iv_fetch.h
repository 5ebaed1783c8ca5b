/* iv_fetch: HTTP client over libcurl: whole answers or streams, own deadlines, real cancellation.
 * Connections are kept and reused; redirects are not followed. */
#ifndef IV_FETCH_H
#define IV_FETCH_H

#include "iv_buf.h"
#include "iv_net.h"

struct iv_fetch;

struct iv_fetch_result {
	/* IV_OK, IV_ETIMEDOUT, IV_EUPSTREAM (no answer, cut, >= 400), IV_ETOOBIG, IV_EINVAL (URL or
	 * header), IV_EFORBIDDEN (public_only) */
	struct iv_err err;
	int status;          /* 0: no answer */
	bool unsent;         /* nothing of the request has left: no connection was made */
	int retry_after_ms;  /* Retry-After or retry-after-ms; -1: none */
	struct iv_str body;  /* collected bytes, when no data handler was given or status >= 400 (first 4 KiB) */
};

struct iv_fetch_handlers {
	/* Status is < 400 and the first body byte is here. May be NULL. */
	void (*head)(void *arg, int status, struct iv_str content_type);
	/* Body bytes of an answer < 400, as they come. NULL: collected into result.body up to body_max. */
	void (*data)(void *arg, struct iv_str bytes);
	/* Last callback, exactly once, unless cancelled. The fetch is dead when it returns. */
	void (*done)(void *arg, const struct iv_fetch_result *r);
};

struct iv_fetch_opts {
	const char *method;
	struct iv_str url;
	const struct iv_header *headers;
	size_t header_count;
	struct iv_str body;
	bool body_stays;   /* the caller keeps the body where it is until done, or until after the turn of a cancel: it
			    * is not copied. For what is large */
	int64_t send_per_s; /* bytes of body a second, at most; 0: as fast as it goes */
	int connect_ms;    /* default 3000 */
	int first_byte_ms; /* request sent to the first byte of the body; 0: off */
	int stall_ms;      /* between body bytes; 0: off */
	int total_ms;      /* 0: off */
	size_t body_max;   /* bytes in all; more is IV_ETOOBIG; 0: 8 MiB */
	bool at_most_once; /* a connection of its own: libcurl repeats a request whose kept connection died under it, and
			    * what it asked for may have been done */
	const struct iv_span *span; /* on behalf of which: sent as traceparent and tracestate. NULL: none */
	bool public_only;  /* refuse loopback, private and link-local addresses (where the caller chose the URL), but
			    * for iv_net_opts.egress_allow */
};

/* Everything in opts is copied, the body unless it stays. No callback runs before it returns. */
struct iv_fetch *iv_fetch_start(struct iv_net *n, const struct iv_fetch_opts *opts,
				const struct iv_fetch_handlers *h, void *arg);
/* In done: the collected body becomes the caller's and is not copied; result->body is good for as long as *out is. */
void iv_fetch_take_body(struct iv_fetch *f, struct iv_buf *out);
/* A header of the answer, the last one of that name; "" when there is none. In head and done only. */
struct iv_str iv_fetch_header(const struct iv_fetch *f, const char *name);
/* Closes the stream at the provider; no callback runs any more. Allowed from any callback. */
void iv_fetch_cancel(struct iv_fetch *f);
/* Opens connections to the URL's host ahead of need and keeps them warm. Failures are silent. */
void iv_fetch_warm(struct iv_net *n, struct iv_str url);

#endif
