/* getaddrinfo on libuv's threads. A lookup that nobody waits for any more ends by itself. */
#include "resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>

struct iv_lookup {
	uv_getaddrinfo_t req;
	struct iv_resolve *asked_by; /* NULL: nobody is interested any more */
	const char *error;           /* it could not even be started */
};

bool iv_resolve_literal(const char *host, struct iv_addresses *out)
{
	unsigned char bytes[16];

	*out = (struct iv_addresses){.count = 1};
	return iv_str_copy(out->ip[0], sizeof(out->ip[0]), iv_str(host)) &&
	       (inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1);
}

static void keep(struct iv_addresses *a, const struct addrinfo *list, int family)
{
	for (; list && a->count < IV_ADDRESSES; list = list->ai_next)
		if (list->ai_family == family && getnameinfo(list->ai_addr, list->ai_addrlen, a->ip[a->count],
							     sizeof(a->ip[0]), NULL, 0, NI_NUMERICHOST) == 0)
			a->count++;
}

static void answer(struct iv_lookup *lk, const struct iv_addresses *got, const char *why)
{
	struct iv_resolve *q = lk->asked_by;

	free(lk);
	if (!q)
		return;
	q->flying = NULL;
	q->fn(q->arg, got->count ? got : NULL, why);
}

static void on_looked_up(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct iv_addresses got = {0};

	if (status == 0) {
		keep(&got, list, AF_INET);
		keep(&got, list, AF_INET6);
	}
	uv_freeaddrinfo(list);
	answer(IV_CONTAINER(req, struct iv_lookup, req), &got, status ? uv_strerror(status) : "name has no address");
}

static void on_not_started(void *arg)
{
	struct iv_lookup *lk = arg;
	struct iv_addresses none = {0};

	answer(lk, &none, lk->error);
}

void iv_resolve_start(struct iv_resolve *q, struct iv_loop *l, const char *host, iv_resolve_fn *fn, void *arg)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct iv_lookup *lk = calloc(1, sizeof(*lk));
	int rc;

	if (!lk)
		abort();
	*q = (struct iv_resolve){.flying = lk, .fn = fn, .arg = arg};
	lk->asked_by = q;
	rc = uv_getaddrinfo(iv_loop_uv(l), &lk->req, on_looked_up, host, NULL, &hints);
	if (rc == 0)
		return;
	lk->error = uv_strerror(rc);
	iv_defer(l, on_not_started, lk);
}

void iv_resolve_cancel(struct iv_resolve *q)
{
	if (!q->flying)
		return;
	q->flying->asked_by = NULL;
	if (!q->flying->error)
		(void)uv_cancel((uv_req_t *)&q->flying->req); /* one that runs already ends unheard */
	q->flying = NULL;
}
