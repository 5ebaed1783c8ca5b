/* One connection: its life from the accept to the closed handle, the deadline of each state, and
 * reading from the kernel. What the bytes mean is http_input.c's, what goes out http_out.c's. */
#include "http_priv.h"

#include "iv_metrics.h"

/* ── the end */
static void orphan(struct iv_http_req *rq)
{
	struct iv_http_server *s = rq->server;

	rq->conn = NULL;
	if (rq->on_close) {
		rq->closing = true; /* what the handler does to rq in there is ignored */
		rq->on_close(rq->close_arg);
		http_req_free(rq);
	} else {
		iv_list_append(&s->orphans, &rq->node);
	}
}

static void on_closed(uv_handle_t *h)
{
	struct http_conn *c = h->data;
	struct iv_http_server *s = c->server;

	/* Still on the list, so that a callback that closes the server does not see it empty. */
	if (c->ws)
		ws_sock_closed(c->ws);
	if (c->rq)
		orphan(c->rq);
	iv_list_remove(&c->node);
	if (c->refused)
		s->refused--;
	else
		s->count--;
	iv_metric_add(IV_M_http_connections, 0, -1);
	iv_buf_deinit(&c->in);
	iv_buf_deinit(&c->out.waiting);
	iv_buf_deinit(&c->out.flying);
	free(c);
	http_server_conn_gone(s);
}

void http_conn_close(struct http_conn *c)
{
	if (c->state == HTTP_CLOSED)
		return;
	http_conn_set_state(c, HTTP_CLOSED);
	if (c->ws)
		ws_sock_killed(c->ws);
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* ── deadlines */
void http_conn_arm_stall(struct http_conn *c)
{
	c->stall_left = http_conn_unsent(c);
	iv_timer_in_ms(&c->timer, HTTP_STALL_MS);
}

void http_conn_set_state(struct http_conn *c, enum http_conn_state state)
{
	const struct iv_http_opts *o = &c->server->opts;

	c->state = state;
	switch (state) {
	case HTTP_HEAD:
		c->scanned = 0;
		c->head_timed = !c->answered_one; /* the first one's clock runs from the connect */
		iv_timer_in_ms(&c->timer, c->answered_one ? o->keepalive_ms : o->header_ms);
		break;
	case HTTP_BODY:
	case HTTP_PIECES:
		iv_timer_in_ms(&c->timer, o->header_ms);
		break;
	case HTTP_HANDLING: {
		int ms = c->rq->match.route->deadline_ms;

		iv_timer_in_ms(&c->timer, ms > 0 ? ms : 30000);
		break;
	}
	case HTTP_FLUSHING:
	case HTTP_LINGER:
		http_conn_arm_stall(c);
		break;
	case HTTP_STREAMING:
	case HTTP_UPGRADED:
	case HTTP_CLOSED:
		iv_timer_stop(&c->timer);
		break;
	}
}

static void answer_late(struct http_conn *c)
{
	struct iv_http_req *rq = c->rq;

	c->rq = NULL;
	http_refuse(c, 504, "no answer within the route's deadline");
	orphan(rq);
}

static void on_stall(struct http_conn *c)
{
	if (c->shut || http_conn_unsent(c) >= c->stall_left)
		http_conn_close(c);
	else
		http_conn_arm_stall(c);
}

static void on_timer(void *arg)
{
	struct http_conn *c = arg;

	if (c->resume_due) {
		http_conn_process(c);
		return;
	}
	switch (c->state) {
	case HTTP_HEAD:
		if (c->in.len > 0)
			http_refuse(c, 408, "headers took too long");
		else
			http_conn_close(c);
		break;
	case HTTP_BODY:
		http_refuse(c, 408, "body took too long");
		break;
	case HTTP_PIECES:
		http_piece_failed(c->rq, IV_ETIMEDOUT, "nothing more of the body came");
		break;
	case HTTP_HANDLING:
		answer_late(c);
		break;
	case HTTP_STREAMING:
	case HTTP_FLUSHING:
	case HTTP_LINGER:
		on_stall(c);
		break;
	case HTTP_UPGRADED:
	case HTTP_CLOSED:
		break;
	}
}

void http_conn_resume(struct http_conn *c)
{
	if (c->in_process || (c->in.len == 0 && c->state != HTTP_PIECES))
		return; /* http_conn_process goes on by itself */
	c->resume_due = true;
	iv_timer_at(&c->timer, iv_now_us());
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct http_conn *c = h->data;

	(void)suggested;
	*buf = uv_buf_init(c->server->read_buf, HTTP_READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

/* While a request is being answered its successors wait in the kernel, but for one head's worth:
 * reading goes on so that a client that leaves is noticed. */
void http_conn_throttle(struct http_conn *c)
{
	bool want = c->state != HTTP_CLOSED && c->in.len < c->server->opts.header_max;

	if (want == c->reading || c->state == HTTP_CLOSED)
		return;
	c->reading = want;
	if (want)
		uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
	else
		uv_read_stop((uv_stream_t *)&c->tcp);
}

static void on_gone(struct http_conn *c, ssize_t why)
{
	/* The answer is on its way: a client that only closed its half still gets it. */
	if (why == UV_EOF && c->state == HTTP_FLUSHING)
		http_conn_linger(c);
	else if (why != UV_EOF || c->state != HTTP_LINGER || c->shut)
		http_conn_close(c);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct http_conn *c = stream->data;

	iv_pacer_catch_up(c->server->loop);
	if (n < 0) {
		on_gone(c, n);
		return;
	}
	if (n == 0 || c->state == HTTP_LINGER || c->state == HTTP_CLOSED)
		return;
	if (c->state == HTTP_UPGRADED && c->in.len == 0) {
		ws_sock_feed(c->ws, buf->base, (size_t)n);
		return;
	}
	if (!iv_buf_add(&c->in, buf->base, (size_t)n)) {
		http_conn_close(c); /* cannot be: http_conn_throttle leaves room for a whole read */
		return;
	}
	http_conn_process(c);
}

void http_conn_accept(struct iv_http_server *s)
{
	struct http_conn *c = net_alloc(sizeof(*c));

	c->server = s;
	uv_tcp_init(iv_loop_uv(s->loop), &c->tcp);
	c->tcp.data = c;
	iv_list_append(&s->conns, &c->node);
	iv_timer_init(&c->timer, s->loop, on_timer, c);
	iv_buf_init(&c->in, s->opts.header_max + HTTP_READ_BYTES);
	iv_buf_init(&c->out.waiting, HTTP_OUT_MAX);
	iv_buf_init(&c->out.flying, HTTP_OUT_MAX);
	c->refused = s->count >= (size_t)s->opts.max_connections;
	if (c->refused)
		s->refused++;
	else
		s->count++;
	iv_metric_add(IV_M_http_connections, 0, 1);
	if (uv_accept((uv_stream_t *)&s->listener, (uv_stream_t *)&c->tcp) != 0 ||
	    uv_tcp_nodelay(&c->tcp, 1) != 0 || s->refused > HTTP_REFUSED_MAX) {
		http_conn_close(c);
		return;
	}
	http_conn_set_state(c, HTTP_HEAD);
	http_conn_throttle(c); /* starts reading */
	if (c->refused)
		http_refuse(c, 503, "too many connections");
}
