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

	if (rq->head.content_length > 0 || rq->head.chunked)
		rq->keep_alive = false; /* its body is not read */
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
			http_refuse(c, status,
				    status == 413 ? "body is larger than the route takes"
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
		http_drop_memory(&c->in);
	http_conn_throttle(c);
}
