/* One connection: bytes in, in the states of enum http_conn_state, each with its deadline; bytes out
 * through a direct write or, when the kernel is full, through two swapping buffers. */
#include "http_priv.h"

#include "iv_metrics.h"

#define KEEP_BYTES 4096

static void process(struct http_conn *c);
static void throttle(struct http_conn *c);

static void drop_memory(struct iv_buf *b)
{
	if (b->cap > KEEP_BYTES)
		iv_buf_deinit(b);
	else
		iv_buf_clear(b);
}

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
static void arm_stall(struct http_conn *c)
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
		iv_timer_in_ms(&c->timer, o->header_ms);
		break;
	case HTTP_HANDLING: {
		int ms = c->rq->match.route->deadline_ms;

		iv_timer_in_ms(&c->timer, ms > 0 ? ms : 30000);
		break;
	}
	case HTTP_FLUSHING:
	case HTTP_LINGER:
		arm_stall(c);
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
		arm_stall(c);
}

static void on_timer(void *arg)
{
	struct http_conn *c = arg;

	if (c->resume_due) {
		c->resume_due = false;
		if (c->state == HTTP_HEAD)
			http_conn_set_state(c, HTTP_HEAD); /* its deadline was in the timer's place */
		process(c);
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
	if (c->in_process || c->in.len == 0)
		return; /* the loop in process() goes on by itself */
	c->resume_due = true;
	iv_timer_at(&c->timer, iv_now_us());
}

/* ── out */
size_t http_conn_unsent(const struct http_conn *c)
{
	return c->out.waiting.len + uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp);
}

static void on_shut(uv_shutdown_t *req, int status)
{
	(void)req;
	(void)status; /* a peer that is gone is found by reading */
}

static void send_fin(struct http_conn *c)
{
	if (c->shut)
		return;
	c->shut = true;
	iv_timer_in_ms(&c->timer, HTTP_LINGER_MS);
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shut) != 0)
		http_conn_close(c);
}

void http_conn_linger(struct http_conn *c)
{
	if (c->state == HTTP_CLOSED || c->state == HTTP_LINGER)
		return;
	http_conn_set_state(c, HTTP_LINGER);
	iv_buf_deinit(&c->in);
	c->resume_due = false;
	throttle(c); /* what still comes is read and dropped: closing over it would reset the answer */
	if (http_conn_unsent(c) == 0)
		send_fin(c);
}

static void on_all_written(struct http_conn *c)
{
	if (c->state == HTTP_FLUSHING) {
		http_conn_set_state(c, HTTP_HEAD);
		process(c);
	} else if (c->state == HTTP_LINGER) {
		send_fin(c);
	} else if (c->state == HTTP_STREAMING) {
		iv_timer_stop(&c->timer);
	}
}

static void flush(struct http_conn *c);

static void on_written(uv_write_t *req, int status)
{
	struct http_conn *c = req->data;

	drop_memory(&c->out.flying);
	if (c->state == HTTP_CLOSED)
		return;
	if (status < 0) {
		http_conn_close(c);
		return;
	}
	flush(c);
	if (c->state != HTTP_CLOSED && http_conn_unsent(c) == 0)
		on_all_written(c);
	if (c->state == HTTP_UPGRADED) {
		ws_sock_drained(c->ws);
	} else if (c->state == HTTP_STREAMING && c->rq->full && http_conn_unsent(c) < HTTP_HIGH_WATER / 2) {
		c->rq->full = false;
		if (c->rq->on_writable)
			c->rq->on_writable(c->rq->writable_arg);
	}
}

static void flush(struct http_conn *c)
{
	struct iv_buf swap = c->out.flying;

	if (swap.len > 0 || c->out.waiting.len == 0)
		return;
	c->out.flying = c->out.waiting;
	c->out.waiting = swap;
	c->out.req.data = c;
	uv_buf_t b = uv_buf_init(c->out.flying.ptr, (unsigned)c->out.flying.len);
	if (uv_write(&c->out.req, (uv_stream_t *)&c->tcp, &b, 1, on_written) != 0) {
		iv_buf_clear(&c->out.flying);
		http_conn_close(c);
	}
}

static bool queue(struct http_conn *c, const uv_buf_t *bufs, unsigned n, size_t skip)
{
	for (unsigned i = 0; i < n; i++) {
		if (skip >= bufs[i].len) {
			skip -= bufs[i].len;
			continue;
		}
		if (!iv_buf_add(&c->out.waiting, bufs[i].base + skip, bufs[i].len - skip))
			return false;
		skip = 0;
	}
	return true;
}

bool http_conn_write(struct http_conn *c, const uv_buf_t *bufs, unsigned n)
{
	size_t total = 0, sent = 0;

	if (c->state == HTTP_CLOSED || c->shut)
		return false;
	for (unsigned i = 0; i < n; i++)
		total += bufs[i].len;
	if (http_conn_unsent(c) == 0 && total > 0) {
		int r = uv_try_write((uv_stream_t *)&c->tcp, bufs, n);

		if (r < 0 && r != UV_EAGAIN) {
			http_conn_close(c);
			return false;
		}
		sent = r > 0 ? (size_t)r : 0;
	}
	if (sent == total)
		return true;
	if (!queue(c, bufs, n, sent)) { /* half a message must not go out */
		http_conn_close(c);
		return false;
	}
	flush(c);
	if (c->state == HTTP_STREAMING && !iv_timer_armed(&c->timer))
		arm_stall(c);
	return c->state != HTTP_CLOSED;
}

/* ── requests */
void http_conn_answered(struct http_conn *c, bool keep_alive)
{
	c->answered_one = true;
	if (c->state == HTTP_CLOSED)
		return;
	if (!keep_alive) {
		http_conn_linger(c);
	} else if (http_conn_unsent(c) > 0) {
		http_conn_set_state(c, HTTP_FLUSHING);
	} else {
		http_conn_set_state(c, HTTP_HEAD);
		http_conn_resume(c);
	}
}

static void dispatch(struct http_conn *c)
{
	struct iv_http_req *rq = c->rq;

	http_conn_set_state(c, HTTP_HANDLING);
	rq->match.route->handle(c->server->ctx, rq);
}

static void refuse_route(struct http_conn *c, int status)
{
	struct iv_http_req *rq = c->rq;

	if (rq->head.content_length > 0 || rq->head.chunked)
		rq->keep_alive = false; /* its body is not read */
	if (status == 405) {
		iv_http_set_header(rq, "Allow", iv_str(rq->match.allow));
		http_reply_problem(rq, 405, "method_not_allowed", NULL, "the path knows other methods");
	} else if (status == 426) {
		iv_http_set_header(rq, "Upgrade", IV_S("websocket"));
		iv_http_set_header(rq, "Sec-WebSocket-Version", IV_S("13"));
		http_reply_problem(rq, 426, "upgrade_required", NULL, "the path takes WebSockets, version 13");
	} else if (status == 404) {
		http_reply_problem(rq, 404, "not_found", NULL, "no such path");
	} else {
		http_reply_problem(rq, 400, "bad_request", NULL, "the path has a malformed escape");
	}
}

/* A parsed head: everything that can be refused before the body. */
static void begin_request(struct http_conn *c)
{
	struct iv_http_server *s = c->server;
	struct iv_http_req *rq = c->rq;
	const struct http_head *h = &rq->head;
	const char *why = NULL;
	int status;

	rq->keep_alive = h->keep_alive && s->listening;
	rq->begun_us = iv_now_us();
	http_conn_set_state(c, HTTP_BODY);
	status = route_find(s->routes, h->method, h->path, h->upgrade_websocket, &rq->arena, &rq->match);
	if (status) {
		refuse_route(c, status);
		return;
	}
	if (strcmp(rq->match.route->method, "WS") == 0) {
		status = ws_check_upgrade(rq, &why);
		if (status == 426)
			refuse_route(c, status);
		else if (status)
			http_refuse(c, status, why);
		else
			dispatch(c);
		return;
	}
	size_t body_max = rq->match.route->body_max ? rq->match.route->body_max : s->opts.body_max;
	iv_buf_init(&rq->body, body_max);
	if (h->content_length > 0 && (uint64_t)h->content_length > body_max) {
		http_refuse(c, 413, "body is larger than the route takes");
	} else if (h->content_length <= 0 && !h->chunked) {
		dispatch(c);
	} else if (h->expect_continue && c->in.len == 0) {
		static char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
		uv_buf_t b = uv_buf_init(go_on, sizeof(go_on) - 1);
		(void)http_conn_write(c, &b, 1); /* failing closes c, which is all there is to do */
	}
}

static bool read_head(struct http_conn *c)
{
	struct iv_http_server *s = c->server;

	while (c->in.len >= 2 && memcmp(c->in.ptr, "\r\n", 2) == 0) { /* RFC 9112 §2.2 */
		iv_buf_consume(&c->in, 2);
		c->scanned = 0;
	}
	ptrdiff_t end = http_head_find_end(c->in.ptr, c->in.len, &c->scanned);
	if (end < 0) {
		http_refuse(c, 400, "a head must not contain this character");
		return false;
	}
	if ((size_t)end > s->opts.header_max || (end == 0 && c->in.len >= s->opts.header_max)) {
		http_refuse(c, 431, "request line and headers are too large");
		return false;
	}
	if (end == 0) {
		if (!c->head_timed && c->in.len > 0)
			iv_timer_in_ms(&c->timer, s->opts.header_ms);
		c->head_timed = c->head_timed || c->in.len > 0;
		return false;
	}
	struct iv_http_req *rq = net_alloc(sizeof(*rq));
	rq->conn = c;
	rq->server = s;
	c->rq = rq;
	iv_list_init(&rq->node);
	iv_arena_init(&rq->arena, 4 * s->opts.header_max + 65536);
	iv_buf_init(&rq->extra, 65536);
	rq->head.headers = rq->headers;
	struct iv_str bytes = iv_arena_str(&rq->arena, (struct iv_str){c->in.ptr, (size_t)end});
	if (!bytes.ptr)
		abort(); /* below its limit: no memory at all */
	iv_buf_consume(&c->in, (size_t)end);
	c->scanned = 0;
	int status = http_head_parse(bytes, &rq->head);
	if (status)
		http_refuse(c, status, rq->head.wrong);
	else
		begin_request(c);
	return true;
}

static bool read_body(struct http_conn *c)
{
	struct iv_http_req *rq = c->rq;
	bool whole;

	if (rq->head.chunked) {
		size_t used;
		int status = http_chunks_feed(&rq->chunks, c->in.ptr, c->in.len, &used, &rq->body);

		if (status) {
			http_refuse(c, status, status == 413 ? "body is larger than the route takes"
							     : "malformed chunk");
			return false;
		}
		iv_buf_consume(&c->in, used);
		whole = rq->chunks.state == CHUNK_DONE;
	} else {
		size_t left = (size_t)rq->head.content_length - rq->body.len;
		size_t take = c->in.len < left ? c->in.len : left;

		if (!iv_buf_add(&rq->body, c->in.ptr, take)) {
			http_refuse(c, 413, "no memory for the body");
			return false;
		}
		iv_buf_consume(&c->in, take);
		whole = take == left;
	}
	if (whole)
		dispatch(c);
	return whole;
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
static void throttle(struct http_conn *c)
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

static void feed_socket(struct http_conn *c)
{
	struct iv_buf early = c->in;

	iv_buf_init(&c->in, early.limit);
	ws_sock_feed(c->ws, early.ptr, early.len);
	iv_buf_deinit(&early);
}

static void process(struct http_conn *c)
{
	bool more = true;

	if (c->in_process)
		return;
	c->in_process = true;
	while (more && c->in.len > 0) {
		switch (c->state) {
		case HTTP_HEAD:
			more = read_head(c);
			break;
		case HTTP_BODY:
			more = read_body(c);
			break;
		case HTTP_UPGRADED:
			feed_socket(c);
			break;
		default:
			more = false;
		}
	}
	c->in_process = false;
	if (c->in.len == 0 && c->state == HTTP_UPGRADED)
		iv_buf_deinit(&c->in); /* frames are read where they lie */
	else if (c->in.len == 0)
		drop_memory(&c->in);
	throttle(c);
}

static void on_gone(struct http_conn *c, ssize_t why)
{
	/* The answer is complete and on its way: a client that only closed its half still gets it. */
	if (why == UV_EOF && c->state == HTTP_FLUSHING)
		http_conn_linger(c);
	else if (why != UV_EOF || c->state != HTTP_LINGER || c->shut)
		http_conn_close(c);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct http_conn *c = stream->data;

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
		http_conn_close(c); /* cannot be: throttle() leaves room for a whole read */
		return;
	}
	process(c);
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
	throttle(c); /* starts reading */
	if (c->refused)
		http_refuse(c, 503, "too many connections");
}
