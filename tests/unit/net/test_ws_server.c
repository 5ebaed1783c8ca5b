/* Accepted WebSockets over real sockets: conversation, violations, both ends of the close handshake,
 * limits of the send queue, pings, and sockets killed from inside any callback. */
#include "raw_client.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifndef HAVE_ASAN
#define HAVE_ASAN 0
#endif
#if HAVE_ASAN
/* <sanitizer/allocator_interface.h> comes with clang only. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));
#endif

#include "iv_http.h"
#include "iv_ws.h"

#define SOCKS 32

/* ── the server under test: every accepted socket is one of these, in order */
struct sock {
	struct iv_ws *ws; /* NULL after closed() */
	int messages, pongs, overflows, closes, code;
	char reason[130];
	bool in_call;
};

static struct iv_http_server *server;
static struct iv_ws_limits limits;
static struct sock socks[SOCKS];
static int sock_count, port;
static bool own_overflow, refuse_droppable_seen;

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data);
static void on_pong(void *arg, struct iv_ws *ws);
static void on_overflow(void *arg, struct iv_ws *ws);
static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason);

static const struct iv_ws_handlers handlers = {
	.message = on_message, .pong = on_pong, .closed = on_closed};
static const struct iv_ws_handlers handlers_with_overflow = {
	.message = on_message, .pong = on_pong, .overflow = on_overflow, .closed = on_closed};

static void close_server_gone(void *arg)
{
	(void)arg;
	server = NULL;
}

static void each(void (*fn)(struct iv_ws *ws))
{
	for (int i = 0; i < sock_count; i++)
		if (socks[i].ws)
			fn(socks[i].ws);
}

static void close_one(struct iv_ws *ws)
{
	iv_ws_close(ws, 4001, IV_S("bye"));
	iv_ws_close(ws, 4002, IV_S("again"));
	assert_false(iv_ws_is_open(ws));
	assert_false(iv_ws_send_text(ws, IV_S("late"), IV_WS_MUST));
}

static void kill_one(struct iv_ws *ws)
{
	iv_ws_kill(ws);
	iv_ws_kill(ws);
	assert_false(iv_ws_send_text(ws, IV_S("late"), IV_WS_MUST));
}

static void flood(struct iv_ws *ws)
{
	static char piece[10000];

	while (iv_ws_send_binary(ws, piece, sizeof(piece), IV_WS_MUST) && iv_ws_queued(ws) <= limits.hard_bytes)
		;
	refuse_droppable_seen = !iv_ws_send_binary(ws, piece, 1, IV_WS_DROPPABLE);
	assert_true(iv_ws_send_text(ws, IV_S("last"), IV_WS_MUST));
}

static void on_command(struct sock *s, struct iv_str cmd)
{
	struct iv_ws *ws = s->ws;

	if (iv_str_eq(cmd, IV_S("kill me"))) {
		kill_one(ws);
	} else if (iv_str_eq(cmd, IV_S("close me"))) {
		close_one(ws);
	} else if (iv_str_eq(cmd, IV_S("abandon me"))) {
		s->ws = NULL;
		iv_ws_abandon(ws, 4005, IV_S("alone"));
	} else if (iv_str_eq(cmd, IV_S("close then kill me"))) {
		iv_ws_close(ws, 1000, IV_S(""));
		iv_ws_kill(ws);
	} else if (iv_str_eq(cmd, IV_S("close then abandon me"))) {
		s->ws = NULL;
		iv_ws_close(ws, 4006, IV_S(""));
		iv_ws_abandon(ws, 1000, IV_S(""));
	} else if (iv_str_eq(cmd, IV_S("kill all"))) {
		each(kill_one);
	} else if (iv_str_eq(cmd, IV_S("close all"))) {
		each(close_one);
	} else if (iv_str_eq(cmd, IV_S("close server"))) {
		iv_http_close(server, close_server_gone, NULL);
	} else if (iv_str_eq(cmd, IV_S("flood"))) {
		flood(ws);
	} else if (iv_str_eq(cmd, IV_S("long reason"))) {
		/* 123 bytes would end inside the last character */
		iv_ws_close(ws, 4007, IV_S("aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
					   "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"
					   "xx\xc3\xa4zzzz"));
	}
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct sock *s = arg;

	assert_ptr_equal(s->ws, ws);
	assert_int_equal(s->closes, 0);
	assert_false(s->in_call);
	s->messages++;
	s->in_call = true;
	if (text && data.len > 0 && data.ptr[0] == '!')
		on_command(s, (struct iv_str){data.ptr + 1, data.len - 1});
	else if (text)
		assert_true(iv_ws_send_text(ws, data, IV_WS_MUST));
	else
		assert_true(iv_ws_send_binary(ws, data.ptr, data.len, IV_WS_MUST));
	s->in_call = false;
}

static void on_pong(void *arg, struct iv_ws *ws)
{
	(void)ws;
	((struct sock *)arg)->pongs++;
}

static void on_overflow(void *arg, struct iv_ws *ws)
{
	((struct sock *)arg)->overflows++;
	iv_ws_close(ws, 4008, IV_S("slow consumer"));
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct sock *s = arg;

	assert_ptr_equal(s->ws, ws);
	assert_false(s->in_call); /* never from inside close or kill */
	assert_int_equal(http_status, 0);
	s->closes++;
	s->code = code;
	snprintf(s->reason, sizeof(s->reason), "%.*s", IV_FMT(reason));
	iv_ws_kill(ws); /* harmless now */
	s->ws = NULL;
}

static void accept_now(void *ctx, struct iv_http_req *rq)
{
	struct sock *s = &socks[sock_count++];

	(void)ctx;
	assert_true(sock_count <= SOCKS);
	s->ws = iv_ws_accept(rq, IV_S("agent"), &limits, own_overflow ? &handlers_with_overflow : &handlers, s);
	assert_true(iv_ws_is_open(s->ws));
	assert_true(iv_now_us() - iv_ws_last_rx_us(s->ws) < 1000000);
}

struct later {
	struct iv_timer timer;
	struct iv_http_req *rq;
};

static void accept_it_now(void *arg)
{
	struct later *t = arg;
	struct sock *s = &socks[sock_count++];

	s->ws = iv_ws_accept(t->rq, IV_S(""), &limits, &handlers, s);
	free(t);
}

static void accept_later(void *ctx, struct iv_http_req *rq)
{
	struct later *t = calloc(1, sizeof(*t));

	(void)ctx;
	assert_non_null(t);
	t->rq = rq;
	iv_timer_init(&t->timer, raw.loop, accept_it_now, t);
	iv_timer_in_ms(&t->timer, 50);
}

static void accept_and_kill(void *ctx, struct iv_http_req *rq)
{
	accept_now(ctx, rq);
	socks[sock_count - 1].in_call = true;
	iv_ws_kill(socks[sock_count - 1].ws);
	socks[sock_count - 1].in_call = false;
}

static void accept_and_send(void *ctx, struct iv_http_req *rq)
{
	accept_now(ctx, rq);
	assert_true(iv_ws_send_text(socks[sock_count - 1].ws, IV_S("welcome"), IV_WS_MUST));
}

static const struct iv_route routes[] = {
	{.method = "WS", .path = "/ws", .handle = accept_now},
	{.method = "WS", .path = "/later", .handle = accept_later},
	{.method = "WS", .path = "/kill", .handle = accept_and_kill},
	{.method = "WS", .path = "/welcome", .handle = accept_and_send},
	{0},
};

static void start(void)
{
	struct iv_err e = {0};
	struct iv_http_opts opts = {.address = "127.0.0.1", .header_max = 4096, .max_connections = 1000};

	raw_setup();
	memset(socks, 0, sizeof(socks));
	sock_count = 0;
	own_overflow = refuse_droppable_seen = false;
	limits = (struct iv_ws_limits){.message_max = 100000, .soft_bytes = 65536, .hard_bytes = 1 << 20, .hard_ms = 200};
	server = iv_http_listen(raw.net, &opts, routes, NULL, &e);
	if (!server)
		fail_msg("%s", e.msg);
	port = iv_http_port(server);
}

static void on_server_closed(void *arg)
{
	server = NULL;
	iv_loop_stop(arg);
}

static void finish(void)
{
	if (server) {
		iv_http_close(server, on_server_closed, raw.loop);
		iv_loop_run(raw.loop);
	}
	for (int i = 0; i < sock_count; i++)
		assert_null(socks[i].ws);
	raw_teardown();
}

/* ── the client */
#define UPGRADE(path)                                                                              \
	"GET " path " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"        \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"             \
	"Sec-WebSocket-Protocol: agent, token.very-long\r\n\r\n"

static struct raw_conn *ws_connect(const char *request)
{
	struct raw_conn *c = raw_connect(port);
	char *end;

	raw_sends(c, request);
	RAW_CHECK(raw_wait(c, "\r\n\r\n"), "no handshake: %.200s", c->bytes);
	RAW_CHECK(strncmp(c->bytes, "HTTP/1.1 101 ", 13) == 0, "%.200s", c->bytes);
	RAW_CHECK(raw_has(c, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "%.300s", c->bytes);
	end = strstr(c->bytes, "\r\n\r\n");
	if (end) {
		end += 4;
		c->len -= (size_t)(end - c->bytes);
		memmove(c->bytes, end, c->len);
	}
	return c;
}

static void ws_send(struct raw_conn *c, unsigned first, const char *payload, size_t n)
{
	static const unsigned char key[4] = {9, 8, 7, 6};
	unsigned char *f = calloc(1, n + 14);
	size_t h = 2;

	if (!f)
		abort();
	f[0] = (unsigned char)first;
	if (n < 126) {
		f[1] = (unsigned char)(0x80 | n);
	} else if (n < 65536) {
		f[1] = 0xfe;
		f[2] = (unsigned char)(n >> 8);
		f[3] = (unsigned char)n;
		h = 4;
	} else {
		f[1] = 0xff;
		f[7] = (unsigned char)(n >> 16);
		f[8] = (unsigned char)(n >> 8);
		f[9] = (unsigned char)n;
		h = 10;
	}
	memcpy(f + h, key, 4);
	for (size_t i = 0; i < n; i++)
		f[h + 4 + i] = (unsigned char)payload[i] ^ key[i % 4];
	raw_send(c, f, h + 4 + n);
	free(f);
}

static void ws_text(struct raw_conn *c, const char *text)
{
	ws_send(c, 0x81, text, strlen(text));
}

/* What comes back must begin with these bytes. */
static void expect(struct raw_conn *c, const char *name, const char *bytes, size_t n)
{
	RAW_CHECK(raw_wait_len(c, n), "%s: only %zu bytes", name, c->len);
	RAW_CHECK(memcmp(c->bytes, bytes, n) == 0, "%s: %02x %02x %02x %02x", name, (unsigned)(uint8_t)c->bytes[0],
		  (unsigned)(uint8_t)c->bytes[1], (unsigned)(uint8_t)c->bytes[2], (unsigned)(uint8_t)c->bytes[3]);
	if (c->len >= n) {
		c->len -= n;
		memmove(c->bytes, c->bytes + n, c->len);
	}
}

#define EXPECT(c, literal) expect(c, literal, literal, sizeof(literal) - 1)

static void expect_end(struct raw_conn *c, const char *name, int within_ms)
{
	int64_t t0 = iv_now_us();

	raw_read_to_end(c, within_ms);
	RAW_CHECK(c->eof && !c->reset && c->len == 0, "%s: eof %d reset %d, %zu bytes", name, c->eof, c->reset, c->len);
	RAW_CHECK(iv_now_us() - t0 < (int64_t)within_ms * 1000, "%s: late", name);
}

/* ── conversation */
static void converse(void)
{
	static char big[80000];
	struct raw_conn *c = ws_connect(UPGRADE("/ws"));

	memset(big, 'b', sizeof(big));
	ws_text(c, "hello");
	EXPECT(c, "\x81\x05hello");
	ws_send(c, 0x82, "\0\xff", 2);
	EXPECT(c, "\x82\x02\0\xff");
	ws_send(c, 0x81, "", 0);
	EXPECT(c, "\x81\x00");
	ws_send(c, 0x01, "fr", 2);
	ws_send(c, 0x89, "ping", 4);
	ws_send(c, 0x80, "ag", 2);
	EXPECT(c, "\x8a\x04ping\x81\x04" "frag");
	ws_send(c, 0x8a, "unasked", 7);
	ws_send(c, 0x82, big, 640);
	RAW_CHECK(raw_wait_len(c, 644) && memcmp(c->bytes, "\x82\x7e\x02\x80", 4) == 0, "640");
	raw_forget(c);
	ws_send(c, 0x82, big, sizeof(big)); /* more than one read */
	RAW_CHECK(raw_wait_len(c, sizeof(big) + 10), "80000");
	RAW_CHECK(memcmp(c->bytes, "\x82\x7f\0\0\0\0\0\x01\x38\x80" "bb", 12) == 0, "80000");
	raw_forget(c);
	for (int i = 0; i < 100; i++) { /* many in one segment, cut anywhere */
		unsigned char f[] = {0x82, 0x82, 0, 0, 0, 0, 'x', (unsigned char)i};
		raw_send(c, f, sizeof(f));
	}
	RAW_CHECK(raw_wait_len(c, 400), "100 frames: %zu", c->len);
	for (size_t i = 0; i < 100; i++)
		RAW_CHECK(c->bytes[4 * i + 2] == 'x' && c->bytes[4 * i + 3] == (char)i, "frame %zu", i);
	raw_forget(c);
	ws_send(c, 0x88, "\x03\xe8" "done", 6);
	EXPECT(c, "\x88\x02\x03\xe8");
	expect_end(c, "close", 1000);
	raw_close(c);

	c = ws_connect(UPGRADE("/welcome"));
	EXPECT(c, "\x81\x07welcome");
	ws_send(c, 0x88, "", 0);
	EXPECT(c, "\x88\x00");
	expect_end(c, "close without code", 1000);
	raw_close(c);
	usleep(50000);
}

static void a_conversation_is_echoed_frame_by_frame(void **state)
{
	(void)state;
	start();
	raw_run(converse);
	assert_int_equal(socks[0].closes, 1);
	assert_int_equal(socks[0].code, 1000);
	assert_string_equal(socks[0].reason, "done");
	assert_int_equal(socks[0].pongs, 1);
	assert_int_equal(socks[1].code, 1005);
	finish();
}

static void talk_early(void)
{
	static const char early[] = "\x81\x85\0\0\0\0" "early\x81\x84\0\0\0\0" "bird";
	static const char *const requests[] = {UPGRADE("/ws"), UPGRADE("/later")};

	for (int i = 0; i < 2; i++) {
		struct raw_conn *c = raw_connect(port);
		char rq[600];
		size_t n = strlen(requests[i]);

		memcpy(rq, requests[i], n);
		memcpy(rq + n, early, sizeof(early) - 1);
		raw_send(c, rq, n + sizeof(early) - 1);
		RAW_CHECK(raw_wait(c, "\x81\x05" "early\x81\x04" "bird"), "%d: %.300s", i, c->bytes);
		RAW_CHECK(raw_has(c, "Sec-WebSocket-Protocol: agent\r\n") == (i == 0), "%.300s", c->bytes);
		raw_close(c);
	}
	usleep(50000);
}

static void frames_that_come_with_the_handshake_are_not_lost(void **state)
{
	(void)state;
	start();
	raw_run(talk_early);
	assert_int_equal(socks[0].messages, 2);
	assert_int_equal(socks[1].messages, 2);
	assert_int_equal(socks[0].code, 1006);
	finish();
}

/* ── violations: the close frame with the code, then the end */
static const struct {
	const char *name, *bytes;
	size_t n;
	int code;
} violations[] = {
	{"unmasked", "\x81\x01" "a", 3, 1002},
	{"rsv1", "\xc1\x80zzzz", 6, 1002},
	{"opcode 3", "\x83\x80zzzz", 6, 1002},
	{"continuation of nothing", "\x80\x80zzzz", 6, 1002},
	{"long ping", "\x89\xfe\x00\x7ezzzz", 8, 1002},
	{"close code 1005", "\x88\x82\0\0\0\0\x03\xed", 8, 1002},
	{"close code 65535", "\x88\x82\0\0\0\0\xff\xff", 8, 1002},
	{"bad utf-8", "\x81\x82\0\0\0\0\xc3\x28", 8, 1007},
	{"bad utf-8 over two frames", "\x01\x81\0\0\0\0\xce\x80\x81\0\0\0\0x", 14, 1007},
	{"too large", "\x82\xff\0\0\0\0\0\x01\x86\xa1zzzz", 14, 1009},
	{"2^63", "\x82\xff\x80\0\0\0\0\0\0\0zzzz", 14, 1009},
};

static void violate(void)
{
	for (size_t i = 0; i < IV_COUNT(violations); i++) {
		struct raw_conn *c = ws_connect(UPGRADE("/ws"));
		char head[4] = {'\x88', 0, (char)(violations[i].code >> 8), (char)violations[i].code};

		raw_send(c, violations[i].bytes, violations[i].n);
		raw_send(c, "trailing bytes that must not reset the close frame", 50);
		RAW_CHECK(raw_wait_len(c, 4), "%s: nothing", violations[i].name);
		head[1] = c->bytes[1];
		RAW_CHECK(memcmp(c->bytes, head, 4) == 0, "%s: wrong close", violations[i].name);
		RAW_CHECK(c->len == 2 + (size_t)c->bytes[1], "%s: %zu bytes", violations[i].name, c->len);
		raw_forget(c);
		expect_end(c, violations[i].name, 1000);
		raw_close(c);
	}
	usleep(50000);
}

static void a_violation_earns_its_close_code(void **state)
{
	(void)state;
	start();
	raw_run(violate);
	for (size_t i = 0; i < IV_COUNT(violations); i++) {
		assert_int_equal(socks[i].closes, 1);
		assert_int_equal(socks[i].code, violations[i].code);
		assert_int_equal(socks[i].messages, 0);
	}
	finish();
}

/* ── ends from our side, inside the socket's own callback */
static void end_from_inside(void)
{
	struct raw_conn *c;
	int64_t t0;

	c = ws_connect(UPGRADE("/ws")); /* 0 */
	ws_text(c, "!kill me");
	ws_text(c, "more");
	raw_read_to_end(c, 1000);
	RAW_CHECK(c->eof && c->len == 0, "killed: %zu bytes", c->len);
	raw_close(c);

	c = ws_connect(UPGRADE("/ws")); /* 1: answered */
	ws_text(c, "!close me");
	ws_text(c, "ignored");
	EXPECT(c, "\x88\x05\x0f\xa1" "bye");
	ws_send(c, 0x88, "\x0f\xa1", 2);
	expect_end(c, "close me", 1000);
	raw_close(c);

	c = ws_connect(UPGRADE("/ws")); /* 2: not answered */
	t0 = iv_now_us();
	ws_text(c, "!close me");
	EXPECT(c, "\x88\x05\x0f\xa1" "bye");
	expect_end(c, "the backstop", 3000);
	RAW_CHECK(iv_now_us() - t0 > 1900000, "too early");
	raw_close(c);

	c = ws_connect(UPGRADE("/ws")); /* 3 */
	ws_text(c, "!abandon me");
	ws_text(c, "ignored");
	EXPECT(c, "\x88\x07\x0f\xa5" "alone");
	ws_send(c, 0x88, "\x0f\xa5", 2);
	expect_end(c, "abandon me", 1000);
	raw_close(c);

	c = ws_connect(UPGRADE("/ws")); /* 4 */
	ws_text(c, "!close then kill me");
	raw_read_to_end(c, 1000);
	RAW_CHECK(c->eof, "open");
	raw_close(c);

	c = ws_connect(UPGRADE("/ws")); /* 5 */
	ws_text(c, "!close then abandon me");
	EXPECT(c, "\x88\x02\x0f\xa6");
	raw_close(c);

	c = ws_connect(UPGRADE("/ws")); /* 6 */
	ws_text(c, "!long reason");
	RAW_CHECK(raw_wait_len(c, 2 + 2 + 122), "long reason");
	RAW_CHECK(c->bytes[1] == 124 && c->bytes[125] == 'x', "cut at %d", c->bytes[1]);
	raw_close(c);

	c = raw_connect(port); /* 7: killed inside the route's handler, right after the accept */
	raw_sends(c, UPGRADE("/kill"));
	raw_read_to_end(c, 1000);
	RAW_CHECK(c->eof, "open");
	raw_close(c);
	usleep(50000);
}

static void a_socket_may_be_ended_inside_its_own_callback(void **state)
{
	static const int codes[] = {1006, 4001, 4001, 0, 1006, 0, 4007, 1006};

	(void)state;
	start();
	raw_run(end_from_inside);
	for (size_t i = 0; i < IV_COUNT(codes); i++) {
		if (socks[i].code != codes[i] || socks[i].closes != (codes[i] ? 1 : 0))
			fail_msg("socket %zu: code %d, closed %d times", i, socks[i].code, socks[i].closes);
	}
	assert_int_equal(socks[1].messages, 1);
	finish();
}

static struct raw_conn *crowd[8];

static void connect_crowd(void)
{
	for (int i = 0; i < 8; i++)
		crowd[i] = ws_connect(UPGRADE("/ws"));
}

static void end_crowd(const char *command)
{
	connect_crowd();
	for (int i = 0; i < 8; i++)
		ws_text(crowd[i], "hi"); /* several have bytes waiting when the first one ends them all */
	ws_text(crowd[3], command);
	for (int i = 0; i < 8; i++) {
		raw_read_to_end(crowd[i], 3000);
		RAW_CHECK(crowd[i]->eof, "%s: socket %d is open", command, i);
		raw_close(crowd[i]);
	}
	usleep(20000);
}

static void end_all(void)
{
	end_crowd("!kill all");
	end_crowd("!close all");
	end_crowd("!close server");
}

static void a_callback_may_end_every_socket_and_the_server(void **state)
{
	(void)state;
	start();
	raw_run(end_all);
	assert_null(server);
	assert_int_equal(sock_count, 24);
	for (int i = 0; i < 24; i++) {
		assert_int_equal(socks[i].closes, 1);
		assert_int_equal(socks[i].code, i / 8 == 1 ? 4001 : 1006);
	}
	finish();
}

/* ── clients that go */
static void go(void)
{
	struct raw_conn *c;

	c = ws_connect(UPGRADE("/ws"));
	raw_reset(c);
	c = ws_connect(UPGRADE("/ws"));
	raw_send(c, "\x81\xfe", 2); /* in the middle of a frame */
	raw_close(c);
	c = raw_connect(port); /* before the accept */
	raw_sends(c, UPGRADE("/later"));
	usleep(10000);
	raw_close(c);
	usleep(150000);
}

static void a_client_that_goes_is_closed_1006(void **state)
{
	(void)state;
	start();
	raw_run(go);
	assert_int_equal(sock_count, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(socks[i].closes, 1);
		assert_int_equal(socks[i].code, 1006);
	}
	assert_int_equal(iv_http_connections(server), 0);
	finish();
}

/* ── the queue */
static void read_nothing(void)
{
	struct raw_conn *c = ws_connect(UPGRADE("/ws"));

	ws_text(c, "!flood");
	usleep(150000);
	RAW_CHECK(socks[0].overflows == 0, "before hard_ms");
	usleep(250000);
	raw_reset(c);
	usleep(50000);
}

static void above_the_hard_limit_for_too_long_the_owner_is_told(void **state)
{
	(void)state;
	start();
	own_overflow = true;
	raw_run(read_nothing);
	assert_true(refuse_droppable_seen);
	assert_int_equal(socks[0].overflows, 1);
	assert_int_equal(socks[0].closes, 1);
	assert_int_equal(socks[0].code, 4008);
	finish();
}

static void without_an_overflow_handler_the_socket_is_closed_1013(void **state)
{
	(void)state;
	start();
	raw_run(read_nothing);
	assert_int_equal(socks[0].code, 1013);
	finish();
}

static void read_in_time(void)
{
	struct raw_conn *c = ws_connect(UPGRADE("/ws"));

	ws_text(c, "!flood");
	usleep(50000);
	for (;;) { /* the marker may be split between two reads */
		size_t keep = c->len < 8 ? c->len : 8;

		if (raw_has(c, "\x81\x04last"))
			break;
		memmove(c->bytes, c->bytes + c->len - keep, keep);
		c->len = keep;
		if (!raw_read(c, 2000))
			break;
	}
	RAW_CHECK(raw_has(c, "\x81\x04last"), "the flood did not arrive whole");
	raw_forget(c);
	usleep(300000); /* longer than hard_ms: nothing may happen */
	ws_text(c, "still here");
	EXPECT(c, "\x81\x0astill here");
	raw_close(c);
}

static void who_reads_in_time_gets_everything(void **state)
{
	(void)state;
	start();
	own_overflow = true;
	raw_run(read_in_time);
	assert_int_equal(socks[0].overflows, 0);
	finish();
}

/* ── life signs */
static void pretend_dead(void)
{
	struct raw_conn *c = ws_connect(UPGRADE("/ws")), *d = ws_connect(UPGRADE("/ws"));
	int64_t t0 = iv_now_us();

	/* c answers nothing; d answers every ping */
	for (int i = 0; i < 8; i++) {
		RAW_CHECK(raw_wait_len(d, 2) && memcmp(d->bytes, "\x89\x00", 2) == 0, "ping %d", i);
		raw_forget(d);
		ws_send(d, 0x8a, "", 0);
	}
	raw_close(d);
	raw_read_to_end(c, 3000);
	RAW_CHECK(c->len == 4 + 2 + 2 + 12 && memcmp(c->bytes, "\x89\x00\x89\x00\x88\x0e\x0f\xa0", 8) == 0,
		  "%zu bytes", c->len);
	RAW_CHECK(c->eof && iv_now_us() - t0 < 3000000, "open");
	raw_close(c);
	usleep(50000);
}

static void two_unanswered_pings_end_a_socket(void **state)
{
	(void)state;
	start();
	limits.ping_ms = 60;
	raw_run(pretend_dead);
	assert_int_equal(socks[0].code, 4000);
	assert_int_equal(socks[0].pongs, 0);
	assert_int_equal(socks[1].pongs, 8);
	assert_int_equal(socks[1].code, 1006);
	finish();
}

static void idle(void)
{
	struct raw_conn *c = ws_connect(UPGRADE("/ws"));
	int64_t t0 = iv_now_us();

	for (int i = 0; i < 5; i++) {
		usleep(50000);
		ws_text(c, "x");
		EXPECT(c, "\x81\x01x");
	}
	EXPECT(c, "\x88\x06\x0f\xa0idle");
	RAW_CHECK(iv_now_us() - t0 > 380000 && iv_now_us() - t0 < 800000, "%ld us", (long)(iv_now_us() - t0));
	ws_send(c, 0x88, "\x0f\xa0", 2);
	expect_end(c, "idle", 1000);
	raw_close(c);
	usleep(20000);
}

static void a_silent_socket_is_closed_as_idle(void **state)
{
	(void)state;
	start();
	limits.idle_ms = 150;
	raw_run(idle);
	assert_int_equal(socks[0].code, 4000);
	finish();
}

/* ── the steady state */
#if HAVE_ASAN
static bool counting;
static pthread_t main_thread;
static size_t allocations;

static void on_malloc(const volatile void *p, size_t n)
{
	(void)p;
	(void)n;
	if (counting && pthread_equal(pthread_self(), main_thread))
		allocations++;
}

static void on_free(const volatile void *p)
{
	(void)p;
}

static void steady(void)
{
	static char frame[640];
	struct raw_conn *c = ws_connect(UPGRADE("/ws"));

	for (int i = 0; i < 600; i++) {
		if (i == 100)
			counting = true; /* read by the other thread only while we wait for its echo */
		ws_send(c, 0x82, frame, sizeof(frame));
		RAW_CHECK(raw_wait_len(c, 644), "echo");
		raw_forget(c);
	}
	counting = false;
	raw_close(c);
}
#endif

static void no_memory_is_allocated_for_a_frame(void **state)
{
	(void)state;
#if HAVE_ASAN
	assert_int_not_equal(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free), 0);
	start();
	main_thread = pthread_self();
	allocations = 0;
	raw_run(steady);
	assert_int_equal(socks[0].messages, 600);
	assert_int_equal(allocations, 0);
	finish();
#else
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversation_is_echoed_frame_by_frame),
		cmocka_unit_test(frames_that_come_with_the_handshake_are_not_lost),
		cmocka_unit_test(a_violation_earns_its_close_code),
		cmocka_unit_test(a_socket_may_be_ended_inside_its_own_callback),
		cmocka_unit_test(a_callback_may_end_every_socket_and_the_server),
		cmocka_unit_test(a_client_that_goes_is_closed_1006),
		cmocka_unit_test(above_the_hard_limit_for_too_long_the_owner_is_told),
		cmocka_unit_test(without_an_overflow_handler_the_socket_is_closed_1013),
		cmocka_unit_test(who_reads_in_time_gets_everything),
		cmocka_unit_test(two_unanswered_pings_end_a_socket),
		cmocka_unit_test(a_silent_socket_is_closed_as_idle),
		cmocka_unit_test(no_memory_is_allocated_for_a_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
