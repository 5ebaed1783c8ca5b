/* The lean WebSocket client against the daemon's own server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "iv_http.h"
#include "iv_ws.h"
#include "wire.h"

struct bench {
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_http_server *http;
	struct wire_net wires;
	struct wire wire;
	char host[32];

	bool opened, closed;
	int code;
	char why[160];
	int messages;
	size_t bytes;
	bool text;
	char last[64];
	void (*when_opened)(struct bench *b);
	int wanted; /* messages; then the client closes */
	int server_code;
};

/* ── the server: echoes, except for its cues */

static void on_served(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	(void)arg;
	if (iv_str_eq(data, IV_S("close me")))
		iv_ws_close(ws, 4004, IV_S("agent_not_found"));
	else if (iv_str_eq(data, IV_S("kill me")))
		iv_ws_kill(ws);
	else if (text)
		iv_ws_send_text(ws, data, IV_WS_MUST);
	else
		iv_ws_send_binary(ws, data.ptr, data.len, IV_WS_MUST);
}

static void on_served_closed(void *arg, struct iv_ws *ws, int code, int http_status,
			     struct iv_str reason)
{
	struct bench *b = arg;

	(void)ws;
	(void)http_status;
	(void)reason;
	b->server_code = code;
}

static const struct iv_ws_handlers served = {.message = on_served, .closed = on_served_closed};
static const struct iv_ws_limits limits = {.message_max = 8 << 20,
					   .soft_bytes = 16 << 20,
					   .hard_bytes = 32 << 20,
					   .hard_ms = 5000,
					   .ping_ms = 100};

static void on_ws(void *ctx, struct iv_http_req *rq)
{
	struct iv_str offered = iv_http_header(rq, "Sec-WebSocket-Protocol");

	if (iv_str_eq(iv_http_path(rq), IV_S("/refuse")))
		iv_http_reply(rq, 403, "text/plain", IV_S("no\n"));
	else if (iv_str_eq(iv_http_path(rq), IV_S("/other")))
		iv_ws_accept(rq, IV_S("never.offered"), &limits, &served, ctx);
	else
		iv_ws_accept(rq, offered, &limits, &served, ctx);
}

static const struct iv_route routes[] = {
	{.method = "WS", .path = "/echo", .handle = on_ws, .doc = "echoes"},
	{.method = "WS", .path = "/refuse", .handle = on_ws, .doc = "403"},
	{.method = "WS", .path = "/other", .handle = on_ws, .doc = "another subprotocol"},
	{0},
};

/* ── the client */

static void send_text(struct bench *b, const char *text)
{
	char frame[IV_WS_HEADER_MAX + 64];
	size_t n = strlen(text);

	memcpy(frame + IV_WS_HEADER_MAX, text, n);
	assert_true(wire_send(&b->wire, IV_WS_TEXT, frame + IV_WS_HEADER_MAX, n));
}

static void on_opened(void *arg)
{
	struct bench *b = arg;

	b->opened = true;
	if (b->when_opened)
		b->when_opened(b);
}

static void on_message(void *arg, bool text, struct iv_str data)
{
	struct bench *b = arg;

	b->messages++;
	b->bytes += data.len;
	b->text = text;
	iv_str_copy(b->last, sizeof(b->last), data);
	if (b->messages == b->wanted)
		wire_close(&b->wire, 1000);
}

static void on_closed(void *arg, int code, const char *why)
{
	struct bench *b = arg;

	assert_false(b->closed);
	b->closed = true;
	b->code = code;
	snprintf(b->why, sizeof(b->why), "%s", why);
	iv_loop_stop(b->loop);
}

static const struct wire_handlers handlers = {on_opened, on_message, on_closed};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct iv_net_opts net = {.user_agent = "test/1"};
	struct iv_http_opts http = {.address = "127.0.0.1",
				    .header_max = 16384,
				    .body_max = 1024,
				    .header_ms = 5000,
				    .keepalive_ms = 5000,
				    .max_connections = 10};
	struct iv_err e = {0};

	if (!b)
		return -1;
	b->loop = iv_loop_new();
	b->net = iv_net_new(b->loop, &net, &e);
	b->http = iv_http_listen(b->net, &http, routes, b, &e);
	if (!b->http)
		return -1;
	snprintf(b->host, sizeof(b->host), "127.0.0.1:%d", iv_http_port(b->http));
	b->wires.loop = b->loop;
	uv_ip4_addr("127.0.0.1", iv_http_port(b->http), (struct sockaddr_in *)&b->wires.address);
	*state = b;
	return 0;
}

static void count_down(void *arg)
{
	++*(int *)arg;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	int gone = 0;

	iv_http_close(b->http, count_down, &gone);
	while (gone < 1)
		uv_run(iv_loop_uv(b->loop), UV_RUN_ONCE);
	iv_net_close(b->net, count_down, &gone);
	while (gone < 2)
		uv_run(iv_loop_uv(b->loop), UV_RUN_ONCE);
	iv_loop_free(b->loop);
	free(b);
	return 0;
}

static void dial(struct bench *b, const char *target)
{
	struct wire_request rq = {.host_header = iv_str(b->host),
				  .target = iv_str(target),
				  .subprotocols = IV_S("one"),
				  .timeout_ms = 2000};

	wire_dial(&b->wire, &b->wires, &rq, &handlers, b);
	assert_false(b->closed);
	iv_loop_run(b->loop);
	assert_true(b->closed);
}

static void say_hello(struct bench *b)
{
	send_text(b, "hello");
}

static void a_message_comes_back_and_the_close_is_answered(void **state)
{
	struct bench *b = *state;

	b->when_opened = say_hello;
	b->wanted = 1;
	dial(b, "/echo");
	assert_true(b->opened);
	assert_string_equal(b->last, "hello");
	assert_true(b->text);
	assert_int_equal(b->code, 1000);
	while (b->server_code == 0)
		uv_run(iv_loop_uv(b->loop), UV_RUN_ONCE);
	assert_int_equal(b->server_code, 1000);
}

/* More than sockets hold at once, in frames of three length classes. */
static void send_much(struct bench *b)
{
	static char frame[IV_WS_HEADER_MAX + 100000];
	static const size_t sizes[] = {0, 1, 125, 126, 1000, 65535, 65536, 100000};

	for (size_t i = 0; i < IV_COUNT(sizes); i++) {
		memset(frame + IV_WS_HEADER_MAX, 'x', sizes[i]);
		assert_true(wire_send(&b->wire, IV_WS_BIN, frame + IV_WS_HEADER_MAX, sizes[i]));
	}
}

static void frames_of_every_length_arrive_whole(void **state)
{
	struct bench *b = *state;

	b->when_opened = send_much;
	b->wanted = 8;
	dial(b, "/echo");
	assert_int_equal(b->messages, 8);
	assert_int_equal(b->bytes, 0 + 1 + 125 + 126 + 1000 + 65535 + 65536 + 100000);
	assert_false(b->text);
}

static void fill_the_queue(struct bench *b)
{
	static char frame[IV_WS_HEADER_MAX + 65536];
	int taken = 0;

	while (taken < 1000 && wire_send(&b->wire, IV_WS_BIN, frame + IV_WS_HEADER_MAX, 65536))
		taken++;
	assert_in_range(taken, 1, 999);
	assert_true(uv_stream_get_write_queue_size((uv_stream_t *)&b->wire.tcp) <= WIRE_QUEUE_MAX);
	wire_kill(&b->wire, "enough");
	assert_false(b->closed);
}

static void a_peer_that_does_not_read_is_noticed(void **state)
{
	struct bench *b = *state;

	b->when_opened = fill_the_queue;
	dial(b, "/echo");
	assert_int_equal(b->code, 1006);
	assert_string_equal(b->why, "enough");
}

static void ask_to_close(struct bench *b)
{
	send_text(b, "close me");
}

static void ask_to_kill(struct bench *b)
{
	send_text(b, "kill me");
}

static void the_daemons_close_code_and_reason_are_told(void **state)
{
	struct bench *b = *state;

	b->when_opened = ask_to_close;
	dial(b, "/echo");
	assert_int_equal(b->code, 4004);
	assert_string_equal(b->why, "agent_not_found");
}

static void a_connection_that_just_goes_is_1006(void **state)
{
	struct bench *b = *state;

	b->when_opened = ask_to_kill;
	dial(b, "/echo");
	assert_int_equal(b->code, 1006);
}

static void a_refusal_is_told_with_its_status(void **state)
{
	struct bench *b = *state;

	dial(b, "/refuse");
	assert_false(b->opened);
	assert_int_equal(b->code, 0);
	assert_non_null(strstr(b->why, "refused: HTTP/1.1 403"));
}

static void a_subprotocol_that_was_not_offered_is_refused(void **state)
{
	struct bench *b = *state;

	dial(b, "/other");
	assert_false(b->opened);
	assert_non_null(strstr(b->why, "subprotocol"));
}

static void nobody_listening_is_an_event(void **state)
{
	struct bench *b = *state;

	uv_ip4_addr("127.0.0.1", 1, (struct sockaddr_in *)&b->wires.address);
	dial(b, "/echo");
	assert_int_equal(b->code, 0);
	assert_non_null(strstr(b->why, "refused"));
}

static void stop_loop(void *arg)
{
	iv_loop_stop(arg);
}

static void pings_are_answered_while_nothing_is_said(void **state)
{
	struct bench *b = *state;
	struct iv_timer end;
	struct wire_request rq = {
		.host_header = iv_str(b->host), .target = IV_S("/echo"), .timeout_ms = 2000};

	/* Two unanswered pings, 100 ms apart, would have closed it by then. */
	wire_dial(&b->wire, &b->wires, &rq, &handlers, b);
	iv_timer_init(&end, b->loop, stop_loop, b->loop);
	iv_timer_in_ms(&end, 600);
	iv_loop_run(b->loop);
	assert_true(b->opened);
	assert_false(b->closed);
	wire_close(&b->wire, 1000);
	iv_loop_run(b->loop);
	assert_int_equal(b->code, 1000);
}

static void an_encoded_frame_is_the_one_of_rfc_6455(void **state)
{
	/* Section 5.7: a single-frame masked text message, "Hello". */
	static const uint8_t want[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d,
				       0x7f, 0x9f, 0x4d, 0x51, 0x58};
	char out[IV_WS_HEADER_MAX + 5];
	uint32_t mask;

	(void)state;
	memcpy(&mask, want + 2, 4);
	assert_int_equal(wire_encode(out, IV_WS_TEXT, "Hello", 5, mask), sizeof(want));
	assert_memory_equal(out, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_message_comes_back_and_the_close_is_answered,
						setup, teardown),
		cmocka_unit_test_setup_teardown(frames_of_every_length_arrive_whole, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_peer_that_does_not_read_is_noticed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_daemons_close_code_and_reason_are_told, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_connection_that_just_goes_is_1006, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_refusal_is_told_with_its_status, setup, teardown),
		cmocka_unit_test_setup_teardown(a_subprotocol_that_was_not_offered_is_refused,
						setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_listening_is_an_event, setup, teardown),
		cmocka_unit_test_setup_teardown(pings_are_answered_while_nothing_is_said, setup,
						teardown),
		cmocka_unit_test(an_encoded_frame_is_the_one_of_rfc_6455),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
