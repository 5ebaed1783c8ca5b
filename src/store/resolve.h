/* Names to addresses without blocking, for connections that are made rarely: uv_getaddrinfo, no cache. */
#ifndef IV_STORE_RESOLVE_H
#define IV_STORE_RESOLVE_H

#include "iv_loop.h"

#define IV_ADDRESSES 4

struct iv_addresses {
	int count;
	char ip[IV_ADDRESSES][46]; /* IPv4 first: a host without IPv6 routes is the common one */
};

/* got NULL: why says what happened. */
typedef void iv_resolve_fn(void *arg, const struct iv_addresses *got, const char *why);

/* Embedded in whoever asks; zero it before the first use. */
struct iv_resolve {
	struct iv_lookup *flying; /* NULL: not asking */
	iv_resolve_fn *fn;
	void *arg;
};

/* A literal address answers here, without a lookup. */
bool iv_resolve_literal(const char *host, struct iv_addresses *out);
/* fn once, from the loop, not from in here. The deadline is the caller's: it cancels. */
void iv_resolve_start(struct iv_resolve *q, struct iv_loop *l, const char *host, iv_resolve_fn *fn, void *arg);
void iv_resolve_cancel(struct iv_resolve *q); /* harmless when not asking */

#endif
