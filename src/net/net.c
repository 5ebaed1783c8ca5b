/* The floor's own state, and taking it down in order: sockets, transfers, resolver. */
#include "iv_span.h"
#include "net_priv.h"

#include "iv_egress.h"

static char *copy(const char *s)
{
	char *c = s ? strdup(s) : NULL;

	if (s && !c)
		abort();
	return c;
}

/* Our own addresses may be public, and yet lead to what only this machine should reach. */
static void learn_own(struct iv_net *n)
{
	uv_interface_address_t *list;
	int count;

	if (uv_interface_addresses(&list, &count) != 0)
		return; /* what is private stays refused without them */
	n->own = net_calloc((size_t)count * sizeof(*n->own) + 1);
	for (int i = 0; i < count; i++) {
		if (iv_address_of((const struct sockaddr *)&list[i].address, &n->own[n->own_count]))
			n->own_count++;
	}
	uv_free_interface_addresses(list, count);
}

static bool is_own(void *arg, const struct iv_address *a)
{
	struct iv_net *n = arg;

	for (size_t i = 0; i < n->own_count; i++) {
		if (iv_address_eq(&n->own[i], a))
			return true;
	}
	return false;
}

static void free_net(struct iv_net *n)
{
	iv_dns_free(n->dns);
	iv_egress_free(n->egress);
	free(n->own);
	free(n->user_agent);
	free(n->ca_file);
	free(n);
}

struct iv_net *iv_net_new(struct iv_loop *l, const struct iv_net_opts *opts, struct iv_err *e)
{
	struct iv_egress *egress = iv_egress_new(opts->egress_allow ? opts->egress_allow : "", e);
	struct iv_net *n;

	if (!egress)
		return NULL;
	n = net_calloc(sizeof(*n));
	n->loop = l;
	n->egress = egress;
	learn_own(n);
	iv_egress_own(egress, is_own, n);
	n->user_agent = copy(opts->user_agent);
	n->ca_file = copy(opts->ca_file);
	n->max_host_connections = opts->max_host_connections;
	n->dns = iv_dns_new(l);
	n->fetcher = iv_fetcher_new(n);
	if (!n->fetcher) {
		iv_fail(e, IV_EINTERNAL, "libcurl cannot be initialised");
		free_net(n);
		return NULL;
	}
	return n;
}

struct iv_loop *iv_net_loop(struct iv_net *n)
{
	return n->loop;
}

static void finish(void *arg)
{
	struct iv_net *n = arg;
	void (*closed)(void *) = n->closed;
	void *closed_arg = n->closed_arg;

	free_net(n);
	if (closed)
		closed(closed_arg);
}

void iv_net_part_closed(struct iv_net *n)
{
	if (--n->open_parts == 0)
		iv_defer(n->loop, finish, n);
}

static void start_close(void *arg)
{
	struct iv_net *n = arg;

	n->open_parts = n->lws ? 2 : 1;
	if (n->lws)
		iv_lws_host_close(n->lws);
	iv_fetcher_close(n->fetcher);
}

void iv_net_close(struct iv_net *n, void (*done)(void *arg), void *arg)
{
	n->closed = done;
	n->closed_arg = arg;
	/* The caller may be in a callback of libcurl or libwebsockets, which cannot end there. */
	iv_defer(n->loop, start_close, n);
}

size_t iv_trace_headers(const struct iv_span *span, char text[IV_TRACEPARENT_SIZE], struct iv_header out[IV_TRACE_HEADERS])
{
	size_t n = 0;

	if (!span)
		return 0;
	out[n++] = (struct iv_header){IV_S("traceparent"), iv_str(iv_span_traceparent(span, text))};
	if (span->state)
		out[n++] = (struct iv_header){IV_S("tracestate"), iv_str(span->state)};
	return n;
}
