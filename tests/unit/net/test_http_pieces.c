/* Bodies in pieces, over real sockets: what comes is what was sent, a consumer that is busy holds the sender up and
 * not our memory, and every way a body can go wrong is told to the handler. */
#include "raw_client.h"

#include <fcntl.h>
#include "iv_buf.h"
#include "iv_http.h"

enum { MAX = 40 << 20, BIG = 32 << 20 };

static struct iv_http_server *server;
static int port, closes, taken;

struct taker {
	struct iv_http_req *rq;
	struct iv_timer timer;
	size_t bytes, pieces, largest;
	uint32_t sum;
	int pause_ms;
};

static void on_piece(void *arg, struct iv_str piece, const struct iv_err *e);

static void ask(void *arg)
{
	struct taker *t = arg;

	iv_http_body_next(t->rq, on_piece, t);
}

static void drop(struct taker *t)
{
	iv_timer_stop(&t->timer);
	taken--;
	free(t);
}

static void left(void *arg)
{
	closes++;
	drop(arg);
}

static void on_piece(void *arg, struct iv_str piece, const struct iv_err *e)
{
	struct taker *t = arg;
	char text[128];

	if (e) {
		iv_http_reply_err(t->rq, e);
		drop(t);
		return;
	}
	if (!piece.len) {
		snprintf(text, sizeof(text), "bytes=%zu sum=%u small=%d", t->bytes, t->sum, t->largest <= 98304);
		iv_http_reply(t->rq, 200, "text/plain", iv_str(text));
		drop(t);
		return;
	}
	for (size_t i = 0; i < piece.len; i++)
		t->sum = t->sum * 31 + (unsigned char)piece.ptr[i];
	t->bytes += piece.len;
	t->pieces++;
	if (piece.len > t->largest)
		t->largest = piece.len;
	if (t->pause_ms)
		iv_timer_in_ms(&t->timer, t->pause_ms);
	else
		ask(t);
}

static void take(void *ctx, struct iv_http_req *rq)
{
	struct taker *t = calloc(1, sizeof(*t));
	int64_t ms = 0;

	(void)ctx;
	assert_non_null(t);
	assert_int_equal(iv_http_body(rq).len, 0);
	t->rq = rq;
	taken++;
	if (!iv_str_to_i64(iv_http_query(rq), &ms))
		ms = 0;
	t->pause_ms = (int)ms;
	iv_timer_init(&t->timer, raw.loop, ask, t);
	iv_http_on_close(rq, left, t);
	ask(t);
}

static void hold(void *ctx, struct iv_http_req *rq) /* asks for nothing, for a while */
{
	struct taker *t = calloc(1, sizeof(*t));

	(void)ctx;
	assert_non_null(t);
	t->rq = rq;
	taken++;
	iv_timer_init(&t->timer, raw.loop, ask, t);
	iv_http_on_close(rq, left, t);
	iv_timer_in_ms(&t->timer, 400);
}

static void refuse(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_reply(rq, 403, "text/plain", IV_S("not you"));
}

static void hello(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_reply(rq, 200, "text/plain", IV_S("hello"));
}

static const struct iv_route routes[] = {
	{.method = "POST", .path = "/take", .handle = take, .body_max = MAX | IV_HTTP_PIECES},
	{.method = "POST", .path = "/little", .handle = take, .body_max = 10 | IV_HTTP_PIECES},
	{.method = "POST", .path = "/hold", .handle = hold, .body_max = MAX | IV_HTTP_PIECES},
	{.method = "POST", .path = "/refuse", .handle = refuse, .body_max = MAX | IV_HTTP_PIECES},
	{.method = "GET", .path = "/hello", .handle = hello},
	{0},
};

static void start(void)
{
	struct iv_err e = {0};
	struct iv_http_opts opts = {.address = "127.0.0.1", .header_max = 4096, .body_max = 10000, .header_ms = 250,
				    .keepalive_ms = 3000, .max_connections = 10};

	raw_setup();
	closes = taken = 0;
	server = iv_http_listen(raw.net, &opts, routes, NULL, &e);
	if (!server)
		fail_msg("%s", e.msg);
	port = iv_http_port(server);
}

static void on_closed(void *arg)
{
	iv_loop_stop(arg);
}

static void finish(void)
{
	iv_http_close(server, on_closed, raw.loop);
	iv_loop_run(raw.loop);
	assert_int_equal(taken, 0); /* every request has ended once */
	raw_teardown();
}

#define HOST "Host: x\r\n"
#define CHUNKED HOST "Transfer-Encoding: chunked\r\n\r\n"

static char big[BIG];

static uint32_t fill(size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		big[i] = (char)(i * 7 + i / 251);
		sum = sum * 31 + (unsigned char)big[i];
	}
	return sum;
}

static void expect(struct raw_conn *c, size_t bytes, uint32_t sum)
{
	char text[128];

	snprintf(text, sizeof(text), "bytes=%zu sum=%u small=1", bytes, sum);
	RAW_CHECK(raw_wait(c, text), "%s, got %.300s", text, c->bytes);
	raw_forget(c);
}

static void send_whole_ones(void)
{
	uint32_t sum = fill(3000000);
	struct raw_conn *c = raw_connect(port);
	char head[128];

	snprintf(head, sizeof(head), "POST /take HTTP/1.1\r\n" HOST "Content-Length: 3000000\r\n\r\n");
	raw_sends(c, head);
	raw_send(c, big, 3000000);
	expect(c, 3000000, sum);
	/* The connection goes on; nothing at all is a body too, and the next request waits behind a body. */
	raw_sends(c, "POST /take HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	expect(c, 0, 0);
	raw_sends(c, "POST /take?5 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcGET /hello HTTP/1.1\r\n" HOST "\r\n");
	RAW_CHECK(raw_wait(c, "hello") && raw_has(c, "bytes=3"), "%s", c->bytes);
	raw_forget(c);
	raw_sends(c, "POST /take HTTP/1.1\r\n" CHUNKED);
	for (size_t i = 0; i < 20000; i += 100) {
		snprintf(head, sizeof(head), "64\r\n");
		raw_sends(c, head);
		raw_send(c, big + i, 100);
		raw_sends(c, "\r\n");
	}
	raw_sends(c, "0\r\n\r\n");
	expect(c, 20000, fill(20000));
	raw_sends(c, "POST /take HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	RAW_CHECK(raw_wait(c, "100 Continue"), "%s", c->bytes);
	raw_sends(c, "hi");
	expect(c, 2, 'h' * 31 + 'i');
	/* One chunk that is larger than all we ever hold. */
	raw_sends(c, "POST /take HTTP/1.1\r\n" CHUNKED "1E8480\r\n");
	sum = fill(2000000);
	raw_send(c, big, 2000000);
	raw_sends(c, "\r\n0\r\n\r\n");
	expect(c, 2000000, sum);
	raw_close(c);
}

static void what_comes_is_what_was_sent(void **state)
{
	(void)state;
	start();
	raw_run(send_whole_ones);
	assert_int_equal(closes, 0);
	finish();
}

static void send_wrong_ones(void)
{
	static const struct {
		const char *bytes, *status;
	} rows[] = {
		{"POST /little HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n", "HTTP/1.1 413"},
		{"POST /little HTTP/1.1\r\n" CHUNKED "5\r\nabcde\r\n6\r\nfghijk\r\n", "HTTP/1.1 413"},
		{"POST /little HTTP/1.1\r\n" CHUNKED "ffffffffffffffff\r\n", "HTTP/1.1 413"},
		{"POST /take HTTP/1.1\r\n" CHUNKED "5\r\nabcdeX", "HTTP/1.1 400"},
		{"POST /take HTTP/1.1\r\n" CHUNKED "zz\r\n", "HTTP/1.1 400"},
		{"POST /take HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab", "HTTP/1.1 504"}, /* nothing more for 250 ms */
		{"POST /take HTTP/1.1\r\n" CHUNKED "5\r\nab", "HTTP/1.1 504"},
		{"POST /refuse HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", "HTTP/1.1 403"}, /* before it came */
	};

	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct raw_conn *c = raw_connect(port);

		raw_sends(c, rows[i].bytes);
		RAW_CHECK(raw_wait(c, "\r\n\r\n"), "row %zu: no answer", i);
		RAW_CHECK(strncmp(c->bytes, rows[i].status, 12) == 0, "row %zu: %.200s", i, c->bytes);
		RAW_CHECK(raw_has(c, "Connection: close"), "row %zu: %.300s", i, c->bytes);
		/* What follows is no request. */
		raw_sends(c, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
		raw_read_to_end(c, 3000);
		RAW_CHECK(c->eof && !raw_has(c, "hello"), "row %zu", i);
		raw_close(c);
	}
}

static void what_is_wrong_with_a_body_is_told_to_its_handler(void **state)
{
	(void)state;
	start();
	raw_run(send_wrong_ones);
	finish();
}

static void leave_in_the_middle(void)
{
	struct raw_conn *a = raw_connect(port), *b = raw_connect(port), *c = raw_connect(port);

	raw_sends(a, "POST /take HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab");
	raw_sends(b, "POST /take?20 HTTP/1.1\r\n" CHUNKED "5\r\nab");
	raw_sends(c, "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab");
	usleep(50000);
	raw_reset(a);
	raw_close(b);
	raw_reset(c);
	c = raw_connect(port);
	raw_sends(c, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	RAW_CHECK(raw_wait(c, "hello"), "%s", c->bytes);
	usleep(600000);
	raw_close(c);
}

static void a_client_that_leaves_in_the_middle_is_noticed(void **state)
{
	(void)state;
	start();
	raw_run(leave_in_the_middle);
	assert_int_equal(closes, 3);
	finish();
}

/* More than the kernel holds of a connection: what a handler does not take stays with the sender. */
static void send_to_the_busy(void)
{
	uint32_t sum = fill(BIG);
	struct raw_conn *c = raw_connect(port);
	size_t sent = 0;
	char head[128];
	int small = 65536;

	setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	snprintf(head, sizeof(head), "POST /hold HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", BIG);
	raw_sends(c, head);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 20; i++) {
		ssize_t n = send(c->fd, big + sent, BIG - sent, MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		usleep(10000);
	}
	RAW_CHECK(sent < BIG / 2, "%zu bytes went to nobody", sent);
	fcntl(c->fd, F_SETFL, 0);
	raw_send(c, big + sent, BIG - sent);
	expect(c, BIG, sum);
	raw_close(c);
}

static void a_busy_handler_holds_the_sender_up(void **state)
{
	(void)state;
	start();
	raw_run(send_to_the_busy);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_is_what_was_sent),
		cmocka_unit_test(what_is_wrong_with_a_body_is_told_to_its_handler),
		cmocka_unit_test(a_client_that_leaves_in_the_middle_is_noticed),
		cmocka_unit_test(a_busy_handler_holds_the_sender_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
