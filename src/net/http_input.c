/* What the bytes of a connection mean: heads, bodies, frames; and everything that can be refused
 * before a handler sees the request. */
#include "http_priv.h"

static void dispatch(struct http_conn *c)
{
	struct iv_http_req *rq = c->rq;

	http_conn_set_state(c, HTTP_HANDLING);
	rq->match.route->handle(c->server->ctx, rq);
}

static void refuse_route(struct http_conn *c, int status)
{
	struct iv_http_req *rq = c->rq;

	if ((status == 404 || status == 405) && c->server->opts.unmatched) {
		c->server->opts.unmatched(c->server->ctx, rq, status, rq->match.allow);
	} else if (status == 405) {
		iv_http_set_header(rq, "Allow", iv_str(rq->match.allow));
		http_reply_problem(rq, 405, "method_not_allowed", NULL,
				   "the path knows other methods");
	} else if (status == 426) {
		iv_http_set_header(rq, "Upgrade", IV_S("websocket"));
		iv_http_set_header(rq, "Sec-WebSocket-Version", IV_S("13"));
		http_reply_problem(rq, 426, "upgrade_required", NULL,
				   "the path takes WebSockets, version 13");
	} else if (status == 404) {
		http_reply_problem(rq, 404, "not_found", NULL, "no such path");
	} else {
		http_reply_problem(rq, 400, "bad_request", NULL, "the path has a malformed escape");
	}
}

/* To a client that waits to be told before it sends the body. */
static void go_on(struct http_conn *c)
{
	static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t b = uv_buf_init(text, sizeof(text) - 1);

	if (c->rq->head.expect_continue && c->in.len == 0)
		(void)http_conn_write(c, &b, 1); /* failing closes c, which is all there is to do */
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
	rq->body_whole = h->content_length <= 0 && !h->chunked;
	rq->body_left = h->content_length > 0 ? (uint64_t)h->content_length : 0;
	rq->begun_us = iv_now_us();
	http_conn_set_state(c, HTTP_BODY);
	status = route_find(s->routes, h->method, h->path, h->upgrade_websocket, &rq->arena,
			    &rq->match);
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
	size_t body_max = rq->match.route->body_max & ~IV_HTTP_PIECES;
	bool pieces = rq->match.route->body_max & IV_HTTP_PIECES;
	if (!body_max)
		body_max = s->opts.body_max;
	if (h->content_length > 0 && (uint64_t)h->content_length > body_max) {
		http_refuse(c, 413, "body is larger than the route takes");
		return;
	}
	if (pieces) {
		rq->chunks.max = body_max;
		body_max = s->opts.header_max + HTTP_READ_BYTES; /* of one: what a connection holds of its input */
	}
	iv_buf_init(&rq->body, body_max);
	if (rq->body_whole || pieces)
		dispatch(c);
	else
		go_on(c);
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

/* What has come of the body, into rq->body; 0, or the status that refuses it. */
static int take_body(struct http_conn *c)
{
	struct iv_http_req *rq = c->rq;

	if (rq->head.chunked) {
		size_t used;
		int status = http_chunks_feed(&rq->chunks, c->in.ptr, c->in.len, &used, &rq->body);

		iv_buf_consume(&c->in, used);
		rq->body_whole = rq->chunks.state == CHUNK_DONE;
		return status;
	}
	size_t take = c->in.len < rq->body_left ? c->in.len : (size_t)rq->body_left;
	if (!iv_buf_add(&rq->body, c->in.ptr, take))
		return 413;
	iv_buf_consume(&c->in, take);
	rq->body_left -= take;
	rq->body_whole = rq->body_left == 0;
	return 0;
}

static const char *why_refused(int status)
{
	return status == 413 ? "body is larger than the route takes" : "malformed chunk";
}

static bool read_body(struct http_conn *c)
{
	struct iv_http_req *rq = c->rq;
	int status = take_body(c);

	if (status)
		http_refuse(c, status, why_refused(status));
	else if (rq->body_whole)
		dispatch(c);
	return status == 0 && rq->body_whole;
}

/* ── bodies in pieces */
/* fn may answer: rq lives until after the turn, its connection may be on to the next. */
static void give_piece(struct iv_http_req *rq, const struct iv_err *e)
{
	iv_http_piece_fn *fn = rq->on_piece;
	struct iv_str piece = e ? IV_STR_NULL : iv_buf_str(&rq->body);

	rq->on_piece = NULL;
	http_conn_set_state(rq->conn, HTTP_HANDLING);
	fn(rq->piece_arg, piece, e);
	iv_buf_clear(&rq->body);
}

void http_piece_failed(struct iv_http_req *rq, enum iv_code code, const char *why)
{
	struct iv_err e = {0};

	(void)iv_fail(&e, code, "%s", why);
	give_piece(rq, &e);
}

static bool read_piece(struct http_conn *c)
{
	struct iv_http_req *rq = c->rq;
	int status = rq->body_whole ? 0 : take_body(c);

	if (status) {
		http_piece_failed(rq, status == 413 ? IV_ETOOBIG : IV_EINVAL, why_refused(status));
	} else if (rq->body.len || rq->body_whole) {
		give_piece(rq, NULL);
	} else {
		http_conn_set_state(c, HTTP_PIECES); /* the next is given its time */
		return false;
	}
	return true;
}

void iv_http_body_next(struct iv_http_req *rq, iv_http_piece_fn *fn, void *arg)
{
	struct http_conn *c = rq->conn;

	rq->on_piece = fn;
	rq->piece_arg = arg;
	if (!c || c->state == HTTP_CLOSED || rq->closing)
		return; /* on_close tells */
	http_conn_set_state(c, fn ? HTTP_PIECES : HTTP_HANDLING);
	if (!fn)
		return;
	if (!rq->asked && !rq->body_whole)
		go_on(c);
	rq->asked = true;
	if (rq->body_whole || c->in.len)
		http_conn_resume(c);
}

static void feed_socket(struct http_conn *c)
{
	struct iv_buf early = c->in;

	iv_buf_init(&c->in, early.limit);
	ws_sock_feed(c->ws, early.ptr, early.len);
	iv_buf_deinit(&early);
}

void http_conn_process(struct http_conn *c)
{
	bool more = true;

	if (c->in_process)
		return;
	c->in_process = true;
	if (c->resume_due) { /* it stood in the place of the state's own deadline */
		c->resume_due = false;
		http_conn_set_state(c, c->state);
	}
	while (more && (c->in.len > 0 || (c->state == HTTP_PIECES && c->rq->body_whole))) {
		switch (c->state) {
		case HTTP_HEAD:
			more = read_head(c);
			break;
		case HTTP_BODY:
			more = read_body(c);
			break;
		case HTTP_PIECES:
			more = read_piece(c);
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
		http_drop_memory(&c->in);
	http_conn_throttle(c);
}
