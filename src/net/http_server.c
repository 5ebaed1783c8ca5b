/* The listener: who may connect, and how everything ends. */
#include "http_priv.h"

#include <stdio.h>
#include <sys/resource.h>

#define SPARE_FDS 64 /* for dialling, files and pipes, when sockets fill the table */

static void on_connection(uv_stream_t *listener, int status)
{
	if (status == 0) /* else: out of descriptors; libuv has closed the newcomer */
		http_conn_accept(listener->data);
}

static void finish_close(struct iv_http_server *s)
{
	void (*done)(void *arg) = s->done;
	void *arg = s->done_arg;

	if (!s->closing || s->listener_open || !iv_list_empty(&s->conns))
		return;
	IV_LIST_EACH(node, &s->orphans)
	{
		struct iv_http_req *rq = IV_CONTAINER(node, struct iv_http_req, node);
		http_req_free(rq);
	}
	free(s);
	if (done)
		done(arg);
}

static void on_nothing_open(void *arg)
{
	finish_close(arg);
}

static void on_listener_closed(uv_handle_t *h)
{
	struct iv_http_server *s = h->data;

	s->listener_open = false;
	finish_close(s);
}

void http_server_conn_gone(struct iv_http_server *s)
{
	finish_close(s);
}

static void close_listener(struct iv_http_server *s)
{
	if (!s->listening)
		return;
	s->listening = false;
	uv_close((uv_handle_t *)&s->listener, on_listener_closed);
}

static void apply_defaults(struct iv_http_opts *o)
{
	struct rlimit fds;

	if (o->header_max == 0)
		o->header_max = 16384;
	if (o->body_max == 0)
		o->body_max = 65536;
	if (o->header_ms <= 0)
		o->header_ms = 10000;
	if (o->keepalive_ms <= 0)
		o->keepalive_ms = 75000;
	if (o->max_connections <= 0)
		o->max_connections = 10000;
	if (getrlimit(RLIMIT_NOFILE, &fds) == 0 && fds.rlim_cur > SPARE_FDS &&
	    fds.rlim_cur - SPARE_FDS < (rlim_t)o->max_connections)
		o->max_connections = (int)(fds.rlim_cur - SPARE_FDS);
}

static void on_failed_listener(uv_handle_t *h)
{
	free(h->data);
}

struct iv_http_server *iv_http_listen(struct iv_net *n, const struct iv_http_opts *opts,
				      const struct iv_route *routes, void *ctx, struct iv_err *e)
{
	struct iv_http_server *s = net_alloc(sizeof(*s));
	struct sockaddr_storage addr;
	int err;

	s->loop = iv_net_loop(n);
	s->routes = routes;
	s->ctx = ctx;
	s->opts = *opts;
	apply_defaults(&s->opts);
	if (opts->server_name)
		snprintf(s->server_name, sizeof(s->server_name), "%s", opts->server_name);
	iv_list_init(&s->conns);
	iv_list_init(&s->orphans);
	uv_tcp_init(iv_loop_uv(s->loop), &s->listener);
	s->listener.data = s;
	err = uv_ip4_addr(opts->address, opts->port, (struct sockaddr_in *)&addr);
	if (err)
		err = uv_ip6_addr(opts->address, opts->port, (struct sockaddr_in6 *)&addr);
	if (!err)
		err = uv_tcp_bind(&s->listener, (struct sockaddr *)&addr, 0);
	if (!err)
		err = uv_listen((uv_stream_t *)&s->listener, 4096, on_connection);
	if (err) {
		iv_fail(e, IV_EINVAL, "cannot listen on %s port %d: %s", opts->address, opts->port,
			uv_strerror(err));
		uv_close((uv_handle_t *)&s->listener, on_failed_listener);
		return NULL;
	}
	s->listening = s->listener_open = true;
	return s;
}

int iv_http_port(const struct iv_http_server *s)
{
	struct sockaddr_storage addr;
	int len = sizeof(addr);

	if (!s->listening || uv_tcp_getsockname(&s->listener, (struct sockaddr *)&addr, &len) != 0)
		return 0;
	return addr.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&addr)->sin6_port)
					  : ntohs(((struct sockaddr_in *)&addr)->sin_port);
}

size_t iv_http_connections(const struct iv_http_server *s)
{
	return s->count;
}

void iv_http_stop_listening(struct iv_http_server *s)
{
	close_listener(s);
	IV_LIST_EACH(node, &s->conns)
	{
		struct http_conn *c = IV_CONTAINER(node, struct http_conn, node);

		if (c->state == HTTP_HEAD && c->in.len == 0)
			http_conn_close(c);
	}
}

void iv_http_close(struct iv_http_server *s, void (*done)(void *arg), void *arg)
{
	s->closing = true;
	s->done = done;
	s->done_arg = arg;
	close_listener(s);
	IV_LIST_EACH(node, &s->conns)
	http_conn_close(IV_CONTAINER(node, struct http_conn, node));
	if (!s->listener_open &&
	    iv_list_empty(&s->conns)) /* nothing is open, still tell it later */
		iv_defer(s->loop, on_nothing_open, s);
}
