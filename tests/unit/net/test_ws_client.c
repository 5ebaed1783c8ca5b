#include "peer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "iv_buf.h"
#include "iv_fetch.h"
#include "iv_ws.h"

static const struct iv_ws_limits roomy = {
	.message_max = 1 << 20, .soft_bytes = 1 << 20, .hard_bytes = 4 << 20, .hard_ms = 1000};

enum what { DO_NOTHING, DO_CLOSE, DO_KILL, DO_ABANDON };

/* What happened to one socket, and what to do when it happens. */
struct got {
	struct iv_ws *ws;
	int opened, messages, pongs, overflows, closed;
	bool last_text, open_when_opened;
	struct iv_buf last, all;
	int code, http_status;
	char reason[128];
	int stop_after_messages;
	enum what on_open, on_message, on_overflow;
	const char *say_when_open;
	bool inside; /* a call of ours is on the stack: closed() must not come now */
};

static void act(struct got *g, enum what what)
{
	g->inside = true;
	if (what == DO_CLOSE)
		iv_ws_close(g->ws, 1000, IV_S("done"));
	else if (what == DO_KILL)
		iv_ws_kill(g->ws);
	else if (what == DO_ABANDON)
		iv_ws_abandon(g->ws, 1001, IV_S("left"));
	g->inside = false;
}

static void on_opened(void *arg, struct iv_ws *ws)
{
	struct got *g = arg;

	assert_ptr_equal(ws, g->ws);
	g->opened++;
	g->open_when_opened = iv_ws_is_open(ws);
	if (g->say_when_open)
		assert_true(iv_ws_send_text(ws, iv_str(g->say_when_open), IV_WS_MUST));
	act(g, g->on_open);
	if (!g->stop_after_messages)
		iv_loop_stop(loop);
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct got *g = arg;

	assert_ptr_equal(ws, g->ws);
	g->messages++;
	g->last_text = text;
	iv_buf_clear(&g->last);
	assert_true(iv_buf_adds(&g->last, data));
	if (text)
		assert_true(iv_buf_adds(&g->all, data) && iv_buf_addc(&g->all, ';'));
	act(g, g->on_message);
	if (g->messages == g->stop_after_messages)
		iv_loop_stop(loop);
}

static void on_pong(void *arg, struct iv_ws *ws)
{
	struct got *g = arg;

	(void)ws;
	g->pongs++;
}

static void on_overflow(void *arg, struct iv_ws *ws)
{
	struct got *g = arg;

	(void)ws;
	g->overflows++;
	act(g, g->on_overflow);
	iv_loop_stop(loop);
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct got *g = arg;

	assert_ptr_equal(ws, g->ws);
	assert_false(g->inside);
	assert_false(iv_ws_is_open(ws));
	g->closed++;
	g->code = code;
	g->http_status = http_status;
	iv_str_copy(g->reason, sizeof(g->reason), reason);
	g->ws = NULL;
	iv_loop_stop(loop);
}

static const struct iv_ws_handlers handlers = {on_opened, on_message, on_pong, on_overflow,
					       on_closed};

static void got_init(struct got *g)
{
	*g = (struct got){0};
	iv_buf_init(&g->last, 1 << 22);
	iv_buf_init(&g->all, 1 << 20);
}

static void got_free(struct got *g)
{
	iv_buf_deinit(&g->last);
	iv_buf_deinit(&g->all);
}

static int connect_ms = 2000;

static void dial_with(struct got *g, const char *where, struct iv_ws_limits limits)
{
	g->opened = g->closed = 0;
	g->ws = iv_ws_dial(net,
			   &(struct iv_ws_dial){.url = iv_str(where),
						.connect_ms = connect_ms,
						.limits = limits},
			   &handlers, g);
	assert_non_null(g->ws);
	assert_int_equal(g->opened + g->closed, 0);
}

static void dial(struct got *g, const char *path)
{
	dial_with(g, url("ws://127.0.0.1:%d%s", peer.plain, path), roomy);
}

static void on_seen(void *arg, const struct iv_fetch_result *r)
{
	int64_t n = -1;

	assert_true(iv_str_to_i64(r->body, &n));
	*(int *)arg = (int)n;
	iv_loop_stop(loop);
}

/* How often the peer saw something, having waited up to 2 s for at_least. */
static int seen(const char *what, int at_least)
{
	static const struct iv_fetch_handlers h = {.done = on_seen};
	struct iv_buf escaped;
	int n = -2;

	iv_buf_init(&escaped, 256);
	assert_true(iv_url_encode(&escaped, iv_str(what)));
	iv_fetch_start(
		net,
		&(struct iv_fetch_opts){
			.url = iv_str(url("http://127.0.0.1:%d/seen?what=%.*s&atleast=%d",
					  peer.plain, (int)escaped.len, escaped.ptr, at_least)),
			.body_max = 100},
		&h, &n);
	iv_buf_deinit(&escaped);
	while (n == -2)
		run_loop(5000);
	return n;
}

static void wait_closed(struct got *g)
{
	while (!g->closed)
		run_loop(8000);
	assert_int_equal(g->closed, 1);
}

static void wait_open(struct got *g)
{
	while (!g->opened && !g->closed)
		run_loop(5000);
	assert_int_equal(g->opened, 1);
	assert_true(g->open_when_opened);
}

static void close_and_wait(struct got *g)
{
	act(g, DO_CLOSE);
	wait_closed(g);
	got_free(g);
}

static void messages_come_back_from_an_echo(void **state)
{
	static const size_t sizes[] = {0,    1,	    125,   126,	  127,	 640,
				       4096, 16384, 16385, 65535, 65536, 300000};
	struct got g;
	uint8_t *bytes = malloc(300000);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 300000; i++)
		bytes[i] = (uint8_t)(i * 7 >> 3);
	got_init(&g);
	dial(&g, "/ws/echo");
	assert_false(iv_ws_is_open(g.ws));
	assert_false(iv_ws_send_text(g.ws, IV_S("too early"), IV_WS_MUST));
	wait_open(&g);
	for (size_t i = 0; i < IV_COUNT(sizes); i++) {
		g.messages = 0;
		g.stop_after_messages = 1;
		assert_true(iv_ws_send_binary(g.ws, bytes, sizes[i], IV_WS_MUST));
		run_loop(5000);
		assert_false(g.last_text);
		assert_int_equal(g.last.len, sizes[i]);
		if (sizes[i])
			assert_memory_equal(g.last.ptr, bytes, sizes[i]);
	}
	g.messages = 0;
	assert_true(iv_ws_send_text(g.ws,
				    IV_S("Gr\xc3\xbc\xc3\x9f"
					 "e"),
				    IV_WS_MUST));
	run_loop(5000);
	assert_true(g.last_text);
	assert_true(iv_str_eq(iv_buf_str(&g.last), IV_S("Gr\xc3\xbc\xc3\x9f"
							"e")));
	assert_in_range(iv_now_us() - iv_ws_last_rx_us(g.ws), 0, 1000000);
	assert_int_equal(iv_ws_queued(g.ws), 0);
	int before = seen("close 1000", 0);
	act(&g, DO_CLOSE);
	assert_false(iv_ws_send_text(g.ws, IV_S("too late"), IV_WS_MUST));
	wait_closed(&g);
	assert_int_equal(g.code, 1000);
	assert_int_equal(seen("close 1000", before + 1), before + 1);
	assert_true(seen("reason done", 1) >= 1);
	got_free(&g);
	free(bytes);
}

static void one_may_speak_in_opened_and_stop_at_any_moment(void **state)
{
	static const struct {
		enum what on_open, on_message;
		int code;
	} rows[] = {
		{DO_CLOSE, DO_NOTHING, 1000},
		{DO_KILL, DO_NOTHING, 1006},
		{DO_NOTHING, DO_CLOSE, 1000},
		{DO_NOTHING, DO_KILL, 1006},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct got g;

		got_init(&g);
		g.say_when_open = "hello";
		g.on_open = rows[i].on_open;
		g.on_message = rows[i].on_message;
		dial(&g, "/ws/echo");
		wait_closed(&g);
		assert_int_equal(g.opened, 1);
		assert_int_equal(g.code, rows[i].code);
		if (rows[i].on_message)
			assert_int_equal(g.messages, 1);
		got_free(&g);
	}
}

static void an_abandoned_socket_closes_by_itself_and_is_silent(void **state)
{
	struct got g;
	int before = seen("close 1001", 0);

	(void)state;
	got_init(&g);
	dial(&g, "/ws/echo");
	wait_open(&g);
	act(&g, DO_ABANDON);
	assert_int_equal(seen("close 1001", before + 1), before + 1);
	dial(&g, "/ws/echo"); /* before it is connected: nothing at all comes of it */
	act(&g, DO_ABANDON);
	dial(&g, "/ws/slow");
	run_for(50);
	act(&g, DO_ABANDON);
	run_for(50);
	g.on_message = DO_ABANDON;
	g.say_when_open = "hello";
	dial(&g, "/ws/echo");
	assert_int_equal(seen("close 1001", before + 2), before + 2);
	assert_int_equal(g.closed, 0);
	got_free(&g);
}

static void a_dial_that_fails_says_why(void **state)
{
	static const struct {
		const char *where, *says;
		int http_status;
	} rows[] = {
		{"ws://127.0.0.1:%d/ws/refuse", "server answered 401: Invalid credentials.", 401},
		{"ws://127.0.0.1:%d/ws/refuse?code=429", "server answered 429", 429},
		{"ws://127.0.0.1:%d/ws/refuse?code=302", "server answered 302", 302},
		{"ws://127.0.0.1:%d/ws/refuse?code=200", "server answered 200", 200},
		{"ws://127.0.0.1:%d/nowhere", "server answered 404", 404},
		{"ws://127.0.0.1:%d/ws/garbage", "127.0.0.1", 0},
		{"ws://127.0.0.1:%d/ws/wrongkey", "127.0.0.1", 101},
		{"ws://127.0.0.1:1/%d", "127.0.0.1", 0},
		{"ws://255.255.255.255:1/%d", "255.255.255.255", 0},
		{"ws://name.invalid:%d/", "name.invalid", 0},
		{"http://127.0.0.1:%d/", "ws://", 0},
		{"ws://user@127.0.0.1:%d/", "user name", 0},
	};

	(void)state;
	connect_ms = 500; /* what answers garbage is waited for */
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct got g;

		got_init(&g);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		dial_with(&g, url(rows[i].where, peer.plain), roomy);
#pragma GCC diagnostic pop
		wait_closed(&g);
		assert_int_equal(g.opened, 0);
		assert_int_equal(g.code, 1006);
		if (g.http_status != rows[i].http_status || !strstr(g.reason, rows[i].says))
			fail_msg("%s: %d \"%s\"", rows[i].where, g.http_status, g.reason);
		got_free(&g);
	}
	connect_ms = 2000;
}

static void a_dial_has_a_deadline(void **state)
{
	const char *where[] = {
		url("ws://127.0.0.1:%d/ws/slow",
		    peer.plain),			 /* accepts the request, answers nothing */
		url("ws://127.0.0.1:%d/", peer.silent),	 /* accepts the connection */
		url("wss://127.0.0.1:%d/", peer.silent), /* the same, in the TLS handshake */
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(where); i++) {
		struct got g;
		int64_t t0 = iv_now_us();

		got_init(&g);
		g.ws = iv_ws_dial(net,
				  &(struct iv_ws_dial){.url = iv_str(where[i]),
						       .connect_ms = 200,
						       .limits = roomy},
				  &handlers, &g);
		wait_closed(&g);
		assert_in_range((iv_now_us() - t0) / 1000, 195, 5000);
		assert_int_equal(g.code, 1006);
		assert_int_equal(g.http_status, 0);
		assert_string_equal(g.reason, "127.0.0.1: not connected in 200 ms");
		got_free(&g);
	}
}

static void a_port_whose_backlog_is_full_runs_into_the_deadline(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int full[4], listening = socket(AF_INET, SOCK_STREAM, 0);
	struct got g;

	(void)state;
	assert_int_equal(bind(listening, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(listening, 0), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &len), 0);
	for (size_t i = 0; i < IV_COUNT(full); i++) {
		full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(full[i], (struct sockaddr *)&at, len);
	}
	got_init(&g);
	g.ws = iv_ws_dial(
		net,
		&(struct iv_ws_dial){.url = iv_str(url("ws://127.0.0.1:%d/", ntohs(at.sin_port))),
				     .connect_ms = 200,
				     .limits = roomy},
		&handlers, &g);
	wait_closed(&g);
	assert_string_equal(g.reason, "127.0.0.1: not connected in 200 ms");
	got_free(&g);
	for (size_t i = 0; i < IV_COUNT(full); i++)
		close(full[i]);
	close(listening);
}

static void closing_and_killing_while_dialling_ends_it(void **state)
{
	static const struct {
		const char *path;
		int wait_ms;
		enum what what;
		int code;
	} rows[] = {
		{"/ws/echo", -1, DO_CLOSE, 1000},
		{"/ws/echo", -1, DO_KILL, 1006},
		{"/ws/slow", 50, DO_CLOSE, 1000},
		{"/ws/slow", 50, DO_KILL, 1006},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct got g;

		got_init(&g);
		dial(&g, rows[i].path);
		if (rows[i].wait_ms > 0)
			run_for(rows[i].wait_ms);
		act(&g, rows[i].what);
		act(&g, DO_KILL); /* again: harmless */
		wait_closed(&g);
		assert_int_equal(g.opened, 0);
		if (rows[i].what == DO_KILL)
			assert_int_equal(g.code, rows[i].code);
		got_free(&g);
	}
}

static void the_handshake_carries_what_was_asked_for(void **state)
{
	const struct iv_header headers[] = {
		{IV_S("Authorization"), IV_S("Token abc")},
		{IV_S("X-Two"), IV_S("2")},
	};
	struct iv_buf where;
	struct got g;

	(void)state;
	/* Longer than what libwebsockets itself would write. */
	iv_buf_init(&where, 8192);
	assert_true(iv_buf_printf(&where, "ws://127.0.0.1:%d/ws/head?k=", peer.plain));
	for (int i = 0; i < 6000; i++)
		assert_true(iv_buf_addc(&where, (char)('a' + i % 26)));
	for (int round = 0; round < 2; round++) {
		got_init(&g);
		g.stop_after_messages = 1;
		g.ws = iv_ws_dial(
			net,
			&(struct iv_ws_dial){
				.url = round ? iv_str(url("ws://localhost:%d/ws/head", peer.plain))
					     : iv_buf_str(&where),
				.headers = headers,
				.header_count = IV_COUNT(headers),
				.subprotocol = IV_S("token, secret"),
				.connect_ms = 2000,
				.limits = roomy},
			&handlers, &g);
		run_loop(5000);
		assert_int_equal(g.messages, 1);
		assert_true(iv_buf_addc(&g.last, '\0'));
		assert_non_null(strstr(g.last.ptr, "\r\nAuthorization: Token abc\r\n"));
		assert_non_null(strstr(g.last.ptr, "\r\nX-Two: 2\r\n"));
		assert_non_null(strstr(g.last.ptr, "\r\nUser-Agent: invorto/test\r\n"));
		assert_non_null(
			strstr(g.last.ptr, "\r\nSec-WebSocket-Protocol: token, secret\r\n"));
		assert_non_null(strstr(g.last.ptr, "\r\nSec-WebSocket-Version: 13\r\n"));
		assert_null(strstr(g.last.ptr, "Extensions"));
		if (round) {
			assert_non_null(
				strstr(g.last.ptr, url("\r\nHost: localhost:%d\r\n", peer.plain)));
			assert_memory_equal(g.last.ptr, "GET /ws/head HTTP/1.1\r\n", 23);
		} else {
			const char *target = memchr(where.ptr + 5, '/', where.len - 5);
			size_t len = (size_t)(where.ptr + where.len - target);

			assert_memory_equal(g.last.ptr, "GET ", 4);
			assert_memory_equal(g.last.ptr + 4, target, len);
			assert_memory_equal(g.last.ptr + 4 + len, " HTTP/1.1\r\n", 11);
		}
		act(&g, DO_KILL);
		wait_closed(&g);
		got_free(&g);
	}
	iv_buf_deinit(&where);
}

static void a_header_with_a_line_end_is_refused(void **state)
{
	const struct iv_header bad = {IV_S("X-A"), IV_S("a\r\nX-B: b")};
	struct got g;

	(void)state;
	got_init(&g);
	g.ws = iv_ws_dial(
		net,
		&(struct iv_ws_dial){.url = iv_str(url("ws://127.0.0.1:%d/ws/echo", peer.plain)),
				     .headers = &bad,
				     .header_count = 1,
				     .limits = roomy},
		&handlers, &g);
	wait_closed(&g);
	assert_non_null(strstr(g.reason, "header"));
	got_free(&g);
}

static void fragments_pings_and_large_messages_are_put_together(void **state)
{
	struct got g;

	(void)state;
	got_init(&g);
	g.stop_after_messages = 4;
	dial(&g, "/ws/send");
	run_loop(5000);
	assert_true(iv_str_eq(iv_buf_str(&g.all), IV_S("Gr\xc3\xbc\xc3\x9f"
						       "e;end;")));
	assert_int_equal(g.messages, 4);
	assert_int_equal(seen("pong (10, b'p')", 1), 1);
	act(&g, DO_KILL);
	wait_closed(&g);
	got_free(&g);
	got_init(&g);
	g.stop_after_messages = 3;
	dial(&g, "/ws/flood");
	run_loop(5000);
	assert_true(iv_str_eq(iv_buf_str(&g.all), IV_S("m0;m1;m2;")));
	act(&g, DO_KILL);
	wait_closed(&g);
	got_free(&g);
}

static void what_breaks_the_rules_is_closed_with_their_code(void **state)
{
	struct got g;
	struct iv_ws_limits small = roomy;

	(void)state;
	got_init(&g);
	dial(&g, "/ws/badutf8");
	wait_closed(&g);
	assert_int_equal(g.messages, 0);
	assert_int_equal(g.code, 1007);
	assert_int_equal(seen("badutf8 1007", 1), 1);
	got_free(&g);
	small.message_max = 4999;
	got_init(&g);
	dial_with(&g, url("ws://127.0.0.1:%d/ws/large?n=5000", peer.plain), small);
	wait_closed(&g);
	assert_int_equal(g.messages, 0);
	assert_int_equal(g.code, 1009);
	assert_int_equal(seen("large 1009", 1), 1);
	got_free(&g);
	small.message_max = 5000;
	got_init(&g);
	g.stop_after_messages = 1;
	dial_with(&g, url("ws://127.0.0.1:%d/ws/large?n=5000", peer.plain), small);
	run_loop(5000);
	assert_int_equal(g.last.len, 5000);
	act(&g, DO_KILL);
	wait_closed(&g);
	got_free(&g);
}

static void the_peers_close_code_is_reported_and_answered(void **state)
{
	static const struct {
		int sent, reported;
		const char *reason, *answer;
	} rows[] = {
		{1000, 1000, "see you", "answer 8 1000"},
		{1011, 1011, "see you", "answer 8 1011"},
		{4008, 4008, "see you", "answer 8 4008"},
		{0, 1005, "", "answer 8 none"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct got g;
		int before = seen(rows[i].answer, 0);

		got_init(&g);
		dial(&g, url("/ws/close?code=%d", rows[i].sent));
		wait_closed(&g);
		assert_int_equal(g.code, rows[i].reported);
		assert_string_equal(g.reason, rows[i].reason);
		assert_int_equal(seen(rows[i].answer, before + 1), before + 1);
		got_free(&g);
	}
	assert_int_equal(seen("close gone", 4), 4);
}

static void a_server_that_vanishes_is_1006(void **state)
{
	static const char *const paths[] = {"/ws/vanish", "/ws/fin"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(paths); i++) {
		struct got g;

		got_init(&g);
		g.say_when_open = "go";
		dial(&g, paths[i]);
		wait_closed(&g);
		assert_int_equal(g.opened, 1);
		assert_int_equal(g.code, 1006);
		assert_int_equal(g.http_status, 101);
		got_free(&g);
	}
}

static void a_peer_that_does_not_answer_the_close_is_dropped(void **state)
{
	struct got g;
	int64_t t0;

	(void)state;
	got_init(&g);
	dial(&g, "/ws/mute");
	wait_open(&g);
	t0 = iv_now_us();
	act(&g, DO_CLOSE);
	wait_closed(&g);
	assert_in_range((iv_now_us() - t0) / 1000, 1990, 6000);
	assert_int_equal(g.code, 1000);
	assert_int_equal(seen("mute gone", 1), 1);
	got_free(&g);
}

static bool send_number(struct iv_ws *ws, uint32_t number, size_t size, enum iv_ws_class c)
{
	static uint8_t bytes[65536];
	uint8_t head[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
			   (uint8_t)number};

	memcpy(bytes, head, 4);
	return iv_ws_send_binary(ws, bytes, size, c);
}

static void what_a_slow_server_does_not_read_waits_in_order(void **state)
{
	struct got g;
	uint32_t sent = 0;
	int bytes = seen("deaf bytes", 0), messages = seen("deaf messages", 0);

	(void)state;
	got_init(&g);
	dial(&g, "/ws/deaf?ms=300&ping=1"); /* answering pings must not cut our frames in two */
	wait_open(&g);
	/* Beyond what two socket buffers take, so that ours fills. */
	while (iv_ws_queued(g.ws) < 3000000 && sent < 100000) {
		assert_true(send_number(g.ws, sent, 10000 + sent % 3000, IV_WS_MUST));
		sent++;
	}
	assert_in_range(iv_ws_queued(g.ws), 3000000, 3020000);
	for (int i = 0; i < 5000 && iv_ws_queued(g.ws) > 2000000; i++)
		run_for(1);
	act(&g, DO_CLOSE); /* goes behind the queue, which has 2 s to be read */
	wait_closed(&g);
	assert_int_equal(g.code, 1000);
	assert_int_equal(seen("out of order", 0), 0);
	int64_t total = 0;
	for (uint32_t i = 0; i < sent; i++)
		total += 10000 + i % 3000;
	assert_int_equal(seen("deaf messages", 0) - messages, (int)sent);
	assert_int_equal(seen("deaf bytes", 0) - bytes, (int)total);
	assert_int_equal(seen("deaf close", 1), 1);
	assert_true(seen("deaf pongs", 1) > 0);
	got_free(&g);
}

static void droppable_messages_are_dropped_and_overflow_is_told(void **state)
{
	struct iv_ws_limits tight = {
		.message_max = 1000, .soft_bytes = 100000, .hard_bytes = 300000, .hard_ms = 100};
	struct got g;
	int dropped = 0;

	(void)state;
	got_init(&g);
	g.on_overflow = DO_KILL;
	dial_with(&g, url("ws://127.0.0.1:%d/ws/deaf?ms=20000", peer.plain), tight);
	wait_open(&g);
	for (uint32_t i = 0; i < 20000 && dropped < 10; i++)
		dropped += !send_number(g.ws, i, 4000, IV_WS_DROPPABLE);
	assert_int_equal(dropped, 10);
	assert_in_range(iv_ws_queued(g.ws), 100000, 110000);
	assert_int_equal(g.overflows, 0);
	while (iv_ws_queued(g.ws) <= 500000) /* the kernel may take some more yet */
		assert_true(send_number(g.ws, 0, 4000, IV_WS_MUST));
	int64_t t0 = iv_now_us();
	run_loop(5000);
	assert_int_equal(g.overflows, 1);
	assert_in_range((iv_now_us() - t0) / 1000, 90, 4000);
	t0 = iv_now_us();
	wait_closed(&g); /* with all that still unsent */
	assert_in_range((iv_now_us() - t0) / 1000, 0, 1500);
	assert_int_equal(g.code, 1006);
	got_free(&g);
}

static void pings_are_sent_and_a_dead_peer_is_noticed(void **state)
{
	struct iv_ws_limits pinging = roomy;
	struct got g;
	int64_t t0;

	(void)state;
	pinging.ping_ms = 50;
	got_init(&g);
	dial_with(&g, url("ws://127.0.0.1:%d/ws/echo", peer.plain), pinging);
	wait_open(&g);
	run_for(280);
	assert_in_range(g.pongs, 1, 6);
	assert_int_equal(g.closed, 0);
	close_and_wait(&g);
	got_init(&g);
	dial_with(&g, url("ws://127.0.0.1:%d/ws/mute", peer.plain), pinging);
	t0 = iv_now_us();
	wait_closed(&g);
	assert_int_equal(g.code, 4000);
	assert_int_equal(g.pongs, 0);
	assert_in_range((iv_now_us() - t0) / 1000, 2100,
			6000); /* two pings, then 2 s for the close */
	got_free(&g);
}

static void tls_checks_the_name_and_the_issuer(void **state)
{
	struct got g;

	(void)state;
	got_init(&g);
	g.say_when_open = "over tls";
	g.stop_after_messages = 1;
	dial_with(&g, url("wss://localhost:%d/ws/echo", peer.tls), roomy);
	run_loop(5000);
	assert_true(iv_str_eq(iv_buf_str(&g.last), IV_S("over tls")));
	uint8_t big[20000] = {1};
	g.messages = 0;
	assert_true(iv_ws_send_binary(g.ws, big, sizeof(big), IV_WS_MUST));
	run_loop(5000);
	assert_int_equal(g.last.len, sizeof(big));
	close_and_wait(&g);
	got_init(&g);
	dial_with(&g, url("wss://localhost:%d/ws/echo", peer.tls_other), roomy);
	wait_closed(&g);
	assert_int_equal(g.opened, 0);
	if (!strstr(g.reason, "certificate") || !strstr(g.reason, "ostname"))
		fail_msg("%s", g.reason);
	got_free(&g);
	net_down(NULL);
	loop = iv_loop_new();
	net = iv_net_new(loop, &(struct iv_net_opts){0},
			 NULL); /* the system's roots do not know our CA */
	got_init(&g);
	dial_with(&g, url("wss://localhost:%d/ws/echo", peer.tls), roomy);
	wait_closed(&g);
	assert_int_equal(g.opened, 0);
	assert_non_null(strstr(g.reason, "certificate"));
	got_free(&g);
}

static void closing_the_net_ends_sockets_in_every_state(void **state)
{
	static struct got g[5];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(g); i++)
		got_init(&g[i]);
	dial(&g[0], "/ws/echo");
	wait_open(&g[0]);
	dial(&g[1], "/ws/mute");
	wait_open(&g[1]);
	act(&g[1], DO_CLOSE);
	dial_with(&g[2], url("wss://127.0.0.1:%d/", peer.silent), roomy);
	run_for(30);
	dial_with(&g[3], "ws://name.invalid/", roomy);
	dial(&g[4], "/ws/echo");
	net_down(NULL);
	for (size_t i = 0; i < IV_COUNT(g); i++) {
		assert_int_equal(g[i].closed, 0);
		got_free(&g[i]);
	}
	net_up(NULL);
}

static void hundreds_of_sockets_share_one_loop(void **state)
{
	enum { N = 300 };
	static struct got g[N];
	int open = 0, closed = 0, messages = 0;

	(void)state;
	for (int i = 0; i < N; i++) {
		got_init(&g[i]);
		dial(&g[i], "/ws/echo");
	}
	while (open < N) {
		run_loop(5000);
		open = 0;
		for (int i = 0; i < N; i++)
			open += g[i].opened;
	}
	for (int i = 0; i < N; i++) {
		g[i].stop_after_messages = 3;
		for (uint32_t k = 0; k < 3; k++)
			assert_true(send_number(g[i].ws, k, 640, IV_WS_MUST));
	}
	while (messages < 3 * N) {
		run_loop(5000);
		messages = 0;
		for (int i = 0; i < N; i++)
			messages += g[i].messages;
	}
	for (int i = 0; i < N; i++)
		act(&g[i], i % 2 ? DO_CLOSE : DO_KILL);
	while (closed < N) {
		run_loop(5000);
		closed = 0;
		for (int i = 0; i < N; i++)
			closed += g[i].closed;
	}
	for (int i = 0; i < N; i++) {
		assert_int_equal(g[i].code, i % 2 ? 1000 : 1006);
		got_free(&g[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, net_up, net_down)
		T(messages_come_back_from_an_echo),
		T(one_may_speak_in_opened_and_stop_at_any_moment),
		T(an_abandoned_socket_closes_by_itself_and_is_silent),
		T(a_dial_that_fails_says_why),
		T(a_dial_has_a_deadline),
		T(a_port_whose_backlog_is_full_runs_into_the_deadline),
		T(closing_and_killing_while_dialling_ends_it),
		T(the_handshake_carries_what_was_asked_for),
		T(a_header_with_a_line_end_is_refused),
		T(fragments_pings_and_large_messages_are_put_together),
		T(what_breaks_the_rules_is_closed_with_their_code),
		T(the_peers_close_code_is_reported_and_answered),
		T(a_server_that_vanishes_is_1006),
		T(a_peer_that_does_not_answer_the_close_is_dropped),
		T(what_a_slow_server_does_not_read_waits_in_order),
		T(droppable_messages_are_dropped_and_overflow_is_told),
		T(pings_are_sent_and_a_dead_peer_is_noticed),
		T(tls_checks_the_name_and_the_issuer),
		T(closing_the_net_ends_sockets_in_every_state),
		T(hundreds_of_sockets_share_one_loop),
	};

	return cmocka_run_group_tests(tests, peer_start, peer_stop);
}
