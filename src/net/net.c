/* The floor's own state, and taking it down in order: sockets, transfers, resolver. */
#include "net_priv.h"

#include "egress.h"

static char *copy(const char *s)
{
	char *c = s ? strdup(s) : NULL;

	if (s && !c)
		abort();
	return c;
}

static void free_net(struct iv_net *n)
{
	iv_dns_free(n->dns);
	iv_egress_free(n->egress);
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
