/* What the client half of this floor shares: the resolver, libcurl on our loop, the libwebsockets
 * host. */
#ifndef IV_NET_PRIV_H
#define IV_NET_PRIV_H

#include <stdlib.h>
#include "iv_net.h"

struct iv_dns;
struct iv_address;
struct iv_egress;
struct iv_fetcher;
struct iv_lws_host;

struct iv_net {
	struct iv_loop *loop;
	char *user_agent;
	char *ca_file; /* NULL: the system's roots */
	int max_host_connections;
	struct iv_egress *egress;
	struct iv_address *own; /* of this machine's interfaces */
	size_t own_count;
	struct iv_dns *dns;
	struct iv_fetcher *fetcher;
	struct iv_lws_host *lws; /* NULL until the first dial */
	int open_parts;		 /* still closing, once iv_net_close was called */
	void (*closed)(void *arg);
	void *closed_arg;
};

/* A part of the net has closed its last handle. */
void iv_net_part_closed(struct iv_net *n);

/* Sizes that no peer chooses: running out is not a code path. */
static inline void *net_calloc(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		abort();
	return p;
}

/* ── dns.c ── */
#define IV_DNS_ADDRESSES 4

struct iv_dns_answer {
	int count;
	char ip[IV_DNS_ADDRESSES]
	       [46]; /* IPv4 first: a host without IPv6 routes is the common one */
};

/* answer NULL: `why` says what happened. */
typedef void iv_dns_fn(void *arg, const struct iv_dns_answer *answer, const char *why);

/* Embedded in whoever asks. */
struct iv_dns_query {
	struct iv_list node;
	struct iv_timer deadline;
	iv_dns_fn *fn; /* NULL: not asking */
	void *arg;
	struct iv_dns_entry *entry;
};

struct iv_dns *iv_dns_new(struct iv_loop *l);
/* Nobody may be asking any more; lookups in flight end by themselves. */
void iv_dns_free(struct iv_dns *d);
/* Literal addresses and fresh cache entries answer at once. */
bool iv_dns_cached(struct iv_dns *d, struct iv_str host, struct iv_dns_answer *out);
/* fn once, from the loop, not before this returns. */
void iv_dns_ask(struct iv_dns *d, struct iv_dns_query *q, struct iv_str host, int64_t deadline_ms,
		iv_dns_fn *fn, void *arg);
void iv_dns_cancel(struct iv_dns_query *q); /* harmless when not asking */

/* ── fetch.c ── */
struct iv_fetcher *iv_fetcher_new(struct iv_net *n);
void iv_fetcher_close(struct iv_fetcher *f); /* ends with iv_net_part_closed */

/* ── lws_host.c ── */
void iv_lws_host_close(struct iv_lws_host *h); /* ends with iv_net_part_closed */

#endif
