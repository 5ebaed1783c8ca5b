/* Accepted sockets: our own framing over the HTTP server's connection. A frame goes out as header
 * and payload in one direct write while nothing is queued; no memory is allocated for it. */
#include "http_priv.h"
#include "iv_crypto.h"
#include "ws_priv.h"

#define REASON_MAX 123 /* a control frame's 125 bytes less the code */

struct ws_sock {
	struct iv_ws ws;	/* first: struct iv_ws * is cast back */
	struct http_conn *conn; /* NULL: accepted when the client had already left */
	struct iv_ws_reader reader;
	struct iv_timer backstop; /* for the peer's answer to our close frame */
	bool stop;		  /* nothing that comes in matters any more */
	size_t reason_len;
	char reason[REASON_MAX]; /* the peer's, for closed() */
};

static struct ws_sock *self(struct iv_ws *ws)
{
	return (struct ws_sock *)(void *)ws;
}

/* ── out */
static bool write_frame(struct ws_sock *s, enum iv_ws_opcode op, const char *bytes, size_t n)
{
	char header[IV_WS_HEADER_MAX];
	uv_buf_t bufs[2];

	bufs[0] = uv_buf_init(header, (unsigned)iv_ws_frame_header(header, op, n, NULL));
	bufs[1] = (uv_buf_t){.base = (char *)(uintptr_t)bytes, .len = n};
	if (!http_conn_write(s->conn, bufs, n ? 2 : 1))
		return false;
	size_t unsent = http_conn_unsent(s->conn);
	if (unsent > 0)
		iv_ws_queue_changed(&s->ws, unsent);
	return true;
}

static bool op_send(struct iv_ws *ws, enum iv_ws_opcode op, struct iv_str data)
{
	return write_frame(self(ws), op, data.ptr, data.len);
}

/* 1005 and 1006 stand for "no code" and never go on the wire. */
static void write_close(struct ws_sock *s, int code, struct iv_str reason)
{
	char body[2 + REASON_MAX];
	size_t n = reason.len < REASON_MAX ? reason.len : REASON_MAX;

	if (code < 1000 || code == 1005 || code == 1006) {
		(void)write_frame(s, IV_WS_CLOSE, "", 0); /* failing closes: nobody to tell */
		return;
	}
	if (n < reason.len)
		while (n > 0 && ((unsigned char)reason.ptr[n] & 0xc0) == 0x80)
			n--; /* not through the middle of a character */
	body[0] = (char)(code >> 8);
	body[1] = (char)code;
	if (n)
		memcpy(body + 2, reason.ptr, n);
	(void)write_frame(s, IV_WS_CLOSE, body, 2 + n);
}

static void op_close(struct iv_ws *ws, int code, struct iv_str reason)
{
	struct ws_sock *s = self(ws);

	if (!s->conn)
		return;
	iv_timer_in_ms(&s->backstop, IV_WS_CLOSE_MS);
	write_close(s, code, reason);
}

static void op_kill(struct iv_ws *ws)
{
	if (self(ws)->conn)
		http_conn_close(self(ws)->conn);
}

static size_t op_queued(const struct iv_ws *ws)
{
	const struct ws_sock *s = (const struct ws_sock *)(const void *)ws;

	return s->conn ? http_conn_unsent(s->conn) : 0;
}

static const struct iv_ws_ops ops = {op_send, op_close, op_kill, op_queued};

static void on_backstop(void *arg)
{
	struct ws_sock *s = arg;

	http_conn_close(s->conn);
}

/* ── in */
/* Both close frames are out, or ours and there will be none: the last bytes, FIN, closed(). */
static void end(struct ws_sock *s)
{
	s->stop = true;
	if (s->ws.state == IV_WS_DEAD) /* writing our close frame found the peer gone */
		return;
	if (!iv_timer_armed(
		    &s->backstop)) /* a reader that stopped reading does not hold us either */
		iv_timer_in_ms(&s->backstop, IV_WS_CLOSE_MS);
	http_conn_linger(s->conn);
}

static void on_message(void *arg, bool text, struct iv_str data)
{
	struct ws_sock *s = arg;

	if (s->ws.state == IV_WS_OPEN && s->ws.h.message)
		s->ws.h.message(s->ws.arg, &s->ws, text, data);
}

static void on_close_frame(struct ws_sock *s, struct iv_str payload)
{
	int code = 1005;

	if (payload.len >= 2) {
		code = (uint8_t)payload.ptr[0] << 8 | (uint8_t)payload.ptr[1];
		s->reason_len = payload.len - 2;
		memcpy(s->reason, payload.ptr + 2, s->reason_len);
	}
	if (iv_ws_peer_closed(&s->ws, code))
		write_close(s, code, IV_S(""));
	end(s);
}

static void on_control(void *arg, enum iv_ws_opcode op, struct iv_str payload)
{
	struct ws_sock *s = arg;

	if (op == IV_WS_CLOSE) {
		on_close_frame(s, payload);
	} else if (s->ws.state != IV_WS_OPEN) {
		return;
	} else if (op == IV_WS_PONG) {
		iv_ws_saw_pong(&s->ws);
	} else if (iv_ws_admit(&s->ws, op_queued(&s->ws), payload.len, IV_WS_DROPPABLE)) {
		/* Who pings and does not read gets no more pongs than fit. */
		(void)op_send(&s->ws, IV_WS_PONG, payload);
	}
}

void ws_sock_feed(struct ws_sock *s, char *bytes, size_t n)
{
	static const struct iv_ws_events events = {on_message, on_control};
	int code;

	if (s->stop)
		return;
	iv_ws_saw_bytes(&s->ws);
	code = iv_ws_reader_feed(&s->reader, bytes, n, &events, s, &s->stop);
	if (code == 0 || s->stop)
		return;
	if (iv_ws_peer_closed(&s->ws, code))
		write_close(s, code, code == 1009 ? IV_S("message too large") : IV_S(""));
	end(s);
}

void ws_sock_drained(struct ws_sock *s)
{
	iv_ws_queue_changed(&s->ws, http_conn_unsent(s->conn));
}

void ws_sock_killed(struct ws_sock *s)
{
	s->stop = true;
	iv_timer_stop(&s->backstop);
	iv_ws_set_dead(&s->ws);
}

static void closed(void *arg)
{
	struct ws_sock *s = arg;

	iv_ws_deliver_closed(&s->ws, 0, (struct iv_str){s->reason, s->reason_len});
	iv_ws_reader_deinit(&s->reader);
	free(s);
}

void ws_sock_closed(struct ws_sock *s)
{
	closed(s);
}

/* ── the handshake */
int ws_check_upgrade(struct iv_http_req *rq, const char **why)
{
	struct iv_str key = http_head_get(&rq->head, "sec-websocket-key");
	uint8_t raw[18];

	if (rq->head.content_length > 0 || rq->head.chunked) {
		*why = "an upgrade has no body";
		return 400;
	}
	if (!iv_str_eq(http_head_get(&rq->head, "sec-websocket-version"), IV_S("13")))
		return 426;
	if (key.len != 24 || iv_base64_decode(key, raw) != 16) {
		*why = "sec-websocket-key must be 16 bytes in base64";
		return 400;
	}
	return 0;
}

struct iv_ws *iv_ws_accept(struct iv_http_req *rq, struct iv_str subprotocol,
			   const struct iv_ws_limits *limits, const struct iv_ws_handlers *h,
			   void *arg)
{
	struct ws_sock *s = net_alloc(sizeof(*s));
	struct http_conn *c = rq->conn;
	char key[29];

	iv_ws_init(&s->ws, &ops, rq->server->loop, limits, h, arg);
	iv_ws_reader_init(&s->reader, true, limits->message_max);
	iv_timer_init(&s->backstop, rq->server->loop, on_backstop, s);
	if (rq->closing || rq->answered || !c || c->state != HTTP_HANDLING) {
		/* The client has left: the owner hears it as it hears every end. */
		iv_ws_set_dead(&s->ws);
		if (!rq->closing && !rq->answered)
			http_req_leave(rq);
		iv_defer(s->ws.loop, closed, s);
		return &s->ws;
	}
	s->conn = c;
	c->ws = s;
	iv_ws_set_open(&s->ws);
	iv_ws_accept_key(http_head_get(&rq->head, "sec-websocket-key"), key);
	http_conn_set_state(c, HTTP_UPGRADED);
	(void)http_reply_upgrade(rq, key, subprotocol); /* failing closes: closed() tells */
	http_req_leave(rq);
	http_conn_resume(c); /* frames that came with the request */
	return &s->ws;
}
