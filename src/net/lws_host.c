/* libwebsockets 4.1.6 on our loop: one context, one vhost that never listens, made on the first
 * dial. */
#include "lws_host.h"

#include <openssl/ssl.h>
#include <sys/resource.h>

#include "net_priv.h"

#define RX_CHUNK 8192	 /* kept per socket; also what one read takes */
#define FDS_MAX 10000000 /* above it the library falls back to 2560 */
#define FDS_INSTEAD 1048576

/* Which of them it is depends on how far the connection came; after the first the rest is not
 * heard. */
static bool ends_connection(enum lws_callback_reasons reason)
{
	return reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR ||
	       reason == LWS_CALLBACK_CLIENT_CLOSED || reason == LWS_CALLBACK_CLOSED_CLIENT_HTTP ||
	       reason == LWS_CALLBACK_WSI_DESTROY;
}

/* Idle calls are thousands of sockets: 34 KiB of TLS buffers each are given back between records.
 */
static void tune_tls(SSL_CTX *ctx)
{
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
}

static void on_poll_closed(uv_handle_t *h)
{
	free(h); /* libwebsockets allocated it, with malloc */
}

struct orphan {
	const void *wsi;
	uv_handle_t *found;
};

static void find_orphan(uv_handle_t *h, void *arg)
{
	struct orphan *o = arg;

	if (uv_handle_get_type(h) == UV_POLL && h->data == o->wsi && !uv_is_closing(h))
		o->found = h;
}

/* After a failed connect() the library closes the fd and frees the wsi, but leaves its uv_poll_t
 * open. It has to be closed before the fd's number comes back, since closing takes the number out
 * of epoll. */
static void close_orphan(struct iv_lws_host *h, const void *wsi)
{
	struct orphan o = {wsi, NULL};

	uv_walk(iv_loop_uv(h->net->loop), find_orphan, &o);
	if (o.found)
		uv_close(o.found, on_poll_closed);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len)
{
	struct iv_lws_sock *s;

	(void)user;
	if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS) {
		tune_tls(user);
		return 0;
	}
	/* Events of the context and its vhost have a stand-in for a wsi that knows no socket. */
	if (reason == LWS_CALLBACK_PROTOCOL_INIT || reason == LWS_CALLBACK_PROTOCOL_DESTROY ||
	    reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED || !wsi)
		return 0;
	if (reason == LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL && user) {
		s = user; /* the first event there is, before the opaque data is set */
		s->wsi = wsi;
		return 0;
	}
	s = lws_get_opaque_user_data(wsi);
	if (!s)
		return 0;
	if (reason == LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION)
		return s->event(s, reason, user, len);
	if (!ends_connection(reason))
		return s->event(s, reason, in, len);
	lws_set_opaque_user_data(wsi, NULL);
	s->wsi = NULL;
	if (lws_get_socket_fd(wsi) < 0)
		close_orphan(s->host, wsi);
	if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR)
		(void)s->event(s, reason, in, len);
	else
		(void)s->event(s, LWS_CALLBACK_CLIENT_CLOSED, NULL, 0);
	return 0;
}

static const struct lws_protocols protocols[] = {
	/* A message goes to the socket in one write: tx_packet_size would cut it otherwise. */
	{.name = IV_LWS_PROTOCOL,
	 .callback = on_event,
	 .rx_buffer_size = RX_CHUNK,
	 .tx_packet_size = 1 << 24},
	{0},
};

/* Only our own pings: the library's start at 300 s and mean nothing to our limits. */
static const lws_retry_bo_t no_pings = {0};

static struct lws_context *make_context(struct iv_lws_host *h)
{
	void *loops[1] = {iv_loop_uv(h->net->loop)};
	struct rlimit fds;
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.gid = (int)-1,
		.uid = (int)-1,
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
			   LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.foreign_loops = loops,
		.pcontext = &h->context,
		.pt_serv_buf_size = IV_LWS_HANDSHAKE,
		.max_http_header_data = 16384, /* of the answer to an upgrade */
		.timeout_secs = 3600,	       /* our own deadlines are shorter */
		.connect_timeout_secs = 3600,
	};

	if (getrlimit(RLIMIT_NOFILE, &fds) == 0 && fds.rlim_cur > FDS_MAX)
		info.rlimit_nofile = FDS_INSTEAD;
	lws_set_log_level(0,
			  NULL); /* it prints headers and payloads; what matters comes as events */
	return lws_create_context(&info);
}

static struct lws_vhost *make_vhost(struct iv_lws_host *h)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.vhost_name = "dial",
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		.alpn = "http/1.1",
		.timeout_secs = 3600,
		.connect_timeout_secs = 3600,
	};

	if (h->net->ca_file) {
		info.client_ssl_ca_filepath = h->net->ca_file;
		info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
	}
	return lws_create_vhost(h->context, &info);
}

static void on_turn(void *arg);

struct iv_lws_host *iv_lws_host_get(struct iv_net *n)
{
	struct iv_lws_host *h;

	if (n->lws)
		return n->lws;
	h = net_calloc(sizeof(*h));
	h->net = n;
	iv_list_init(&h->socks);
	iv_timer_init(&h->turn, n->loop, on_turn, h);
	h->context = make_context(h);
	h->vhost = h->context ? make_vhost(h) : NULL;
	n->lws = h;
	return h;
}

bool iv_lws_connect(struct iv_lws_sock *s, struct lws_client_connect_info *info)
{
	if (!s->host->vhost)
		return false;
	info->context = s->host->context;
	info->vhost = s->host->vhost;
	info->opaque_user_data = s;
	info->userdata = s;
	info->local_protocol_name = IV_LWS_PROTOCOL;
	info->alpn = "http/1.1";
	info->retry_and_idle_policy = &no_pings;
	s->wsi = NULL;
	/* Binding to the protocol comes before anything that may fail, and tells us the wsi. */
	if (lws_client_connect_via_info(info) != NULL)
		return true;
	if (s->wsi)
		close_orphan(s->host, s->wsi);
	s->wsi = NULL;
	return false;
}

void iv_lws_drop(struct iv_lws_sock *s)
{
	if (!s->wsi)
		return;
	/* Not SYNC: that would wait politely for whatever is still unsent, and we may be in its
	 * callback. The library looks at its timers only after events, hence the wake-up. */
	lws_set_timeout(s->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
	lws_cancel_service(s->host->context);
}

/* ── taking it down: destroy, let the loop close what that let go of, destroy again ── */

static void on_turn(void *arg)
{
	struct iv_lws_host *h = arg;
	struct iv_net *n = h->net;

	if (h->context && (h->turns == 0 || h->turns >= 2))
		lws_context_destroy(h->context); /* the last one sets h->context to NULL */
	h->turns++;
	if (h->context) {
		iv_timer_in_ms(&h->turn, 1);
		return;
	}
	n->lws = NULL;
	free(h);
	iv_net_part_closed(n);
}

void iv_lws_sock_join(struct iv_lws_host *h, struct iv_lws_sock *s)
{
	s->host = h;
	iv_list_append(&h->socks, &s->node);
}

void iv_lws_sock_leave(struct iv_lws_sock *s)
{
	struct iv_lws_host *h = s->host;

	iv_list_remove(&s->node);
	if (h->closing && iv_list_empty(&h->socks))
		iv_timer_in_ms(&h->turn, 1);
}

void iv_lws_host_close(struct iv_lws_host *h)
{
	h->closing = true;
	if (iv_list_empty(&h->socks))
		iv_timer_in_ms(&h->turn, 1);
	IV_LIST_EACH(node, &h->socks)
	iv_dial_forget(IV_CONTAINER(node, struct iv_lws_sock, node));
}
