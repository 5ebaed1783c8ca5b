/* The HTTP server over real sockets: what is answered, what is refused and how, deadlines and caps,
 * clients that leave, streams that wait for slow readers. */
#include "raw_client.h"

#include "iv_buf.h"
#include "iv_http.h"

static struct iv_http_server *server;
static int port;
static int evil_calls, closes, busy, worst_busy, late_replies;

/* ── handlers */
static void get_hello(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_set_header(rq, "X-Test", IV_S("a\r\nInjected: yes"));
	iv_http_reply(rq, 200, "text/plain", IV_S("hello"));
}

static void post_echo(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_reply(rq, 200, "text/plain", iv_http_body(rq));
}

static void get_show(void *ctx, struct iv_http_req *rq)
{
	struct iv_buf b;

	(void)ctx;
	iv_buf_init(&b, 4096);
	assert_true(iv_buf_printf(&b, "m=%.*s p=%.*s q=%.*s id=%.*s h=%.*s peer=%.*s",
				  IV_FMT(iv_http_method(rq)), IV_FMT(iv_http_path(rq)),
				  IV_FMT(iv_http_query(rq)), IV_FMT(iv_http_param(rq, "id")),
				  IV_FMT(iv_http_header(rq, "x-many")), IV_FMT(iv_http_peer(rq))));
	assert_null(iv_http_header(rq, "x-absent").ptr);
	assert_null(iv_http_param(rq, "absent").ptr);
	assert_ptr_equal(iv_http_loop(rq), raw.loop);
	assert_ptr_equal(iv_http_server_of(rq), server);
	iv_http_reply(rq, 200, "text/plain", iv_buf_str(&b));
	iv_buf_deinit(&b);
}

static void evil(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	evil_calls++;
	iv_http_reply(rq, 200, "text/plain", IV_S("evil"));
}

static void no_content(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_reply(rq, 204, NULL, IV_S(""));
}

static void bad_field(void *ctx, struct iv_http_req *rq)
{
	struct iv_err e = {0};

	(void)ctx;
	(void)iv_fail_field(&e, IV_EINVAL, "agent.name", "must be a string");
	iv_http_reply_err(rq, &e);
}

struct slow {
	struct iv_timer timer;
	struct iv_http_req *rq;
};

static void reply_slow(void *arg)
{
	struct slow *s = arg;

	busy--;
	late_replies++;
	iv_http_reply(s->rq, 200, "text/plain", iv_http_query(s->rq));
	free(s);
}

static struct slow *start_slow(struct iv_http_req *rq, int ms)
{
	struct slow *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->rq = rq;
	if (++busy > worst_busy)
		worst_busy = busy;
	iv_timer_init(&s->timer, raw.loop, reply_slow, s);
	iv_timer_in_ms(&s->timer, ms);
	return s;
}

static void get_slow(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	start_slow(rq, 30);
}

static void on_close_slow(void *arg)
{
	struct slow *s = arg;

	closes++;
	busy--;
	iv_http_reply(s->rq, 200, "text/plain", IV_S("nobody reads it")); /* must do no harm */
	iv_timer_stop(&s->timer);
	free(s);
}

static void get_never(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	struct slow *s = start_slow(rq, 60000);
	iv_http_on_close(rq, on_close_slow, s);
}

/* No on_close: answers 200 ms later, whoever may still be there. */
static void get_careless(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	start_slow(rq, 200);
}

struct stream {
	struct iv_http_req *rq;
	size_t left;
	int waits;
};

static struct stream streaming;
#define STREAM_BYTES ((size_t)20 << 20)

static void stream_more(void *arg)
{
	static char piece[10000];
	struct stream *s = arg;

	memset(piece, 'x', sizeof(piece));
	while (s->left > 0) {
		size_t n = s->left < sizeof(piece) ? s->left : sizeof(piece);

		s->left -= n;
		if (!iv_http_stream_write(s->rq, (struct iv_str){piece, n})) {
			s->waits++;
			return;
		}
	}
	iv_http_stream_end(s->rq);
}

static void stream_closed(void *arg)
{
	((struct stream *)arg)->rq = NULL;
	closes++;
}

static void get_stream(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	streaming = (struct stream){.rq = rq, .left = STREAM_BYTES};
	iv_http_on_writable(rq, stream_more, &streaming);
	iv_http_on_close(rq, stream_closed, &streaming);
	iv_http_stream_begin(rq, 200, "application/octet-stream");
	stream_more(&streaming);
}

static void get_small_stream(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_stream_begin(rq, 200, "text/plain");
	assert_true(iv_http_stream_write(rq, IV_S("one ")));
	assert_true(iv_http_stream_write(rq, IV_S("")));
	assert_true(iv_http_stream_write(rq, IV_S("two")));
	iv_http_stream_end(rq);
}

static void get_abort(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_stream_begin(rq, 200, "text/plain");
	(void)iv_http_stream_write(rq, IV_S("half")); /* it is cut anyway */
	iv_http_stream_abort(rq);
}

static void on_server_gone(void *arg)
{
	(void)arg;
	server = NULL;
}

static void get_suicide(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_close(server, on_server_gone, NULL);
	iv_http_reply(rq, 200, "text/plain", IV_S("too late"));
}

static void on_ws(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_reply(rq, 403, "text/plain", IV_S("not you"));
}

static const struct iv_route routes[] = {
	{.method = "GET", .path = "/hello", .handle = get_hello},
	{.method = "POST", .path = "/echo", .handle = post_echo},
	{.method = "POST", .path = "/small", .handle = post_echo, .body_max = 4},
	{.method = "GET", .path = "/show/:id", .handle = get_show},
	{.method = "GET", .path = "/evil", .handle = evil},
	{.method = "GET", .path = "/empty", .handle = no_content},
	{.method = "GET", .path = "/bad", .handle = bad_field},
	{.method = "GET", .path = "/slow", .handle = get_slow},
	{.method = "GET", .path = "/never", .handle = get_never, .deadline_ms = 30000},
	{.method = "GET", .path = "/late", .handle = get_never, .deadline_ms = 60},
	{.method = "GET", .path = "/late-careless", .handle = get_careless, .deadline_ms = 60},
	{.method = "GET", .path = "/careless", .handle = get_careless},
	{.method = "GET", .path = "/stream", .handle = get_stream},
	{.method = "GET", .path = "/small-stream", .handle = get_small_stream},
	{.method = "GET", .path = "/abort", .handle = get_abort},
	{.method = "GET", .path = "/suicide", .handle = get_suicide},
	{.method = "WS", .path = "/ws", .handle = on_ws},
	{0},
};

static void start(int max_connections)
{
	struct iv_err e = {0};
	struct iv_http_opts opts = {
		.address = "127.0.0.1", .header_max = 4096, .body_max = 10000, .header_ms = 250,
		.keepalive_ms = 400, .max_connections = max_connections, .server_name = "test/1",
	};

	raw_setup();
	evil_calls = closes = busy = worst_busy = late_replies = 0;
	server = iv_http_listen(raw.net, &opts, routes, NULL, &e);
	if (!server)
		fail_msg("%s", e.msg);
	port = iv_http_port(server);
	assert_true(port > 0);
}

static void on_closed_stop(void *arg)
{
	server = NULL;
	iv_loop_stop(arg);
}

static void finish(void)
{
	if (server) {
		iv_http_close(server, on_closed_stop, raw.loop);
		iv_loop_run(raw.loop);
		assert_null(server);
	}
	raw_teardown();
}

/* ── what is answered */
#define CLOSE "Connection: close\r\n\r\n"
#define HOST "Host: x\r\n"

static const struct {
	const char *name, *request;
	const char *status;  /* first line begins with it */
	const char *want[3]; /* must occur */
	const char *never;   /* must not */
} answers[] = {
	{"a plain request", "GET /hello HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200 OK\r\n",
	 {"\r\n\r\nhello", "Content-Length: 5\r\n", "Date: "}, NULL},
	{"the server's name", "GET /hello HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200", {"Server: test/1\r\n"}, NULL},
	{"a header value with a line end", "GET /hello HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200",
	 {"X-Test: a  Injected: yes\r\n"}, "\nInjected"},
	{"head", "HEAD /hello HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200", {"Content-Length: 5\r\n"}, "\r\n\r\nhello"},
	{"1.0 closes", "GET /hello HTTP/1.0\r\n\r\n", "HTTP/1.1 200", {"Connection: close"}, NULL},
	{"absolute form", "GET http://x.example/hello?q HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200", {"hello"}, NULL},
	{"an empty line before", "\r\nGET /hello HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200", {"hello"}, NULL},
	{"everything a handler may ask",
	 "GET /show/a%20b?x=1&y HTTP/1.1\r\n" HOST "X-Many: 1\r\nx-many:2 \r\nX-MANY:\t3\r\n" CLOSE,
	 "HTTP/1.1 200", {"m=GET p=/show/a%20b q=x=1&y id=a b h=1, 2, 3 peer=127.0.0.1"}, NULL},
	{"a body", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n" CLOSE "abcde", "HTTP/1.1 200",
	 {"\r\n\r\nabcde"}, NULL},
	{"a chunked body",
	 "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" CLOSE
	 "3;x=\"y\"\r\nabc\r\n00a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", "HTTP/1.1 200",
	 {"\r\n\r\nabc0123456789"}, NULL},
	{"100-continue", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\nExpect: 100-continue\r\n" CLOSE,
	 "HTTP/1.1 200", {NULL}, NULL},
	{"204 has no length", "GET /empty HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 204 No Content\r\n", {NULL}, "Content-Length"},
	{"an error with its field", "GET /bad HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 400",
	 {"application/problem+json", "\"code\":\"bad_request\",\"detail\":\"must be a string\"", "\"field\":\"agent.name\""}, NULL},
	{"unknown path", "GET /nope HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 404", {"\"not_found\""}, NULL},
	{"wrong method", "DELETE /hello HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 405", {"Allow: GET, HEAD\r\n"}, NULL},
	{"no upgrade where one is needed", "GET /ws HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 426",
	 {"Upgrade: websocket\r\n", "Sec-WebSocket-Version: 13\r\n"}, NULL},
	{"wrong version of the upgrade",
	 "GET /ws HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: upgrade, close\r\n"
	 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n",
	 "HTTP/1.1 426", {"Sec-WebSocket-Version: 13\r\n"}, NULL},
	{"bad key of the upgrade",
	 "GET /ws HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: upgrade\r\n"
	 "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
	 "HTTP/1.1 400", {"sec-websocket-key"}, NULL},
	{"an upgrade refused by its handler",
	 "GET /ws HTTP/1.1\r\n" HOST "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade, close\r\n"
	 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
	 "HTTP/1.1 403", {"not you"}, NULL},
	{"an upgrade to something else is ignored",
	 "GET /hello HTTP/1.1\r\n" HOST "Upgrade: h2c\r\nConnection: upgrade, close\r\n\r\n", "HTTP/1.1 200", {"hello"}, NULL},
	{"a body above the server's limit", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10001\r\n\r\n",
	 "HTTP/1.1 413", {"\"too_large\""}, NULL},
	{"a body above the route's limit", "POST /small HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabcde", "HTTP/1.1 413", {NULL}, NULL},
	{"chunks above the limit",
	 "POST /small HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", "HTTP/1.1 413", {NULL}, NULL},
	{"a huge chunk", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "HTTP/1.1 413", {NULL}, NULL},
	{"a small stream", "GET /small-stream HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200",
	 {"Transfer-Encoding: chunked\r\n", "\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"}, "Content-Length"},
	{"a stream for 1.0", "GET /small-stream HTTP/1.0\r\n\r\n", "HTTP/1.1 200", {"\r\n\r\none two", "Connection: close"}, "chunked"},
	{"a stream for head", "HEAD /small-stream HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200", {"text/plain"}, "one"},
	{"an aborted stream", "GET /abort HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 200", {"half"}, "0\r\n\r\n"},
	{"a late handler", "GET /late HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 504", {"\"timeout\""}, NULL},
	{"a late handler that does not listen", "GET /late-careless HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 504", {NULL}, NULL},
	{"an unknown expectation", "POST /echo HTTP/1.1\r\n" HOST "Expect: gold\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 417", {NULL}, NULL},
	{"HTTP/2 by hand", "GET /hello HTTP/2.0\r\n" HOST "\r\n", "HTTP/1.1 505", {NULL}, NULL},
	{"gzip as coding", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 501", {NULL}, NULL},
};

static void ask_all(void)
{
	for (size_t i = 0; i < IV_COUNT(answers); i++) {
		struct raw_conn *c = raw_connect(port);
		const char *name = answers[i].name;

		raw_sends(c, answers[i].request);
		raw_read_to_end(c, 3000);
		RAW_CHECK(c->eof && !c->reset, "%s: not closed well: %.200s", name, c->bytes);
		RAW_CHECK(strncmp(c->bytes, answers[i].status, strlen(answers[i].status)) == 0,
			  "%s: got %.300s", name, c->bytes);
		for (int k = 0; k < 3 && answers[i].want[k]; k++)
			RAW_CHECK(raw_has(c, answers[i].want[k]), "%s: no %s in %.400s", name,
				  answers[i].want[k], c->bytes);
		if (answers[i].never)
			RAW_CHECK(!raw_has(c, answers[i].never), "%s: %s", name, c->bytes);
		raw_close(c);
	}
	usleep(250000); /* the careless handler's late answer finds nobody, harmlessly */
}

static void every_request_gets_the_answer_of_the_table(void **state)
{
	(void)state;
	start(100);
	raw_run(ask_all);
	assert_int_equal(closes, 1); /* the deadline told the handler that listens */
	assert_int_equal(late_replies, 1);
	finish();
}

/* ── smuggling: whatever two parsers could read differently ends the connection, and what is behind it
 * on the wire is never a request */
#define EVIL "GET /evil HTTP/1.1\r\n" HOST "\r\n"
#define POST "POST /echo HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define ROW(text) {text, sizeof(text) - 1}

static const struct {
	const char *bytes;
	size_t n;
} corpus[] = {
	/* lengths */
	ROW(POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
	ROW(POST "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"),
	ROW(POST "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"),
	ROW(POST "Content-Length: 4, 4\r\n\r\nabcd"),
	ROW(POST "Content-Length: +4\r\n\r\nabcd"),
	ROW(POST "Content-Length: -4\r\n\r\nabcd"),
	ROW(POST "Content-Length: 0x4\r\n\r\nabcd"),
	ROW(POST "Content-Length: 4 4\r\n\r\nabcd"),
	ROW(POST "Content-Length: 4a\r\n\r\nabcd"),
	ROW(POST "Content-Length: \r\n\r\n"),
	ROW(POST "Content-Length: 99999999999999999999\r\n\r\n"),
	ROW(POST "Content-Length : 4\r\n\r\nabcd"),
	ROW(POST "Content-Length\t: 4\r\n\r\nabcd"),
	ROW(POST " Content-Length: 4\r\n\r\nabcd"),
	ROW(POST "Content-Length:\v4\r\n\r\nabcd"),
	ROW(POST "Content-Length: 4\0\r\n\r\nabcd"),
	/* codings */
	ROW(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding: identity\r\n\r\n"),
	ROW(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding:\x0b" "chunked\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
	ROW(POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"),
	ROW("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	/* folding and line ends */
	ROW(POST "X: a\r\n b\r\n\r\n"),
	ROW(POST "X: a\r\n\tContent-Length: 4\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\n Host: x\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\nHost: x\n\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\n\r\n"),
	ROW("GET /hello HTTP/1.1\nHost: x\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\n\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\rX: y\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\rHost: x\r\n\r\n"),
	ROW("\nGET /hello HTTP/1.1\r\n" HOST "\r\n"),
	/* header lines */
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nNoColon\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\n: novalue\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nBad(Name): y\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nN\xc3\xa4me: y\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\x01" "b\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\x7f\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
	ROW("GET /hello HTTP/1.1\r\n\r\n"),
	/* request lines */
	ROW("GET /hello\r\n\r\n"),
	ROW("GET /hello \r\n\r\n"),
	ROW("GET  /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET /hello  HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET /hello HTTP/1.1 \r\n" HOST "\r\n"),
	ROW(" GET /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET\t/hello\tHTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET /hel lo HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET /hello HTTP/1.2\r\n" HOST "\r\n"),
	ROW("GET /hello HTTP/1.11\r\n" HOST "\r\n"),
	ROW("GET /hello HTTP/01.1\r\n" HOST "\r\n"),
	ROW("GET /hello http/1.1\r\n" HOST "\r\n"),
	ROW("GET /hello HTTP/1.\r\n" HOST "\r\n"),
	ROW("GET /hello HTTP/+1.1\r\n" HOST "\r\n"),
	ROW("GET /hello HTTP 1.1\r\n" HOST "\r\n"),
	ROW("GET hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET ../hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET http://x HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET /hello#x HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET /h\xc3\xa4llo HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GET /hello\0 HTTP/1.1\r\n" HOST "\r\n"),
	ROW("G{T /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("GETGETGETGETGETGETGETGETGETGETGETGET /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("CONNECT x:443 HTTP/1.1\r\n" HOST "\r\n"),
	ROW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
	ROW("\r\n\r\n\r\nGARBAGE\r\n\r\n"),
	/* chunks */
	ROW(CHUNKED "3\rXabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "3\nabc\n0\n\n"),
	ROW(CHUNKED "3\r\nabcXX0\r\n\r\n"),
	ROW(CHUNKED "3\r\nabc\n0\r\n\r\n"),
	ROW(CHUNKED "3\r\nabcd\r\n0\r\n\r\n"),
	ROW(CHUNKED "3 \r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED " 3\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "+3\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "-1\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED ";a=b\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "g\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "00000000000000003\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "3;a\rb\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "3;a\nb\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "3;\0\r\nabc\r\n0\r\n\r\n"),
	ROW(CHUNKED "0\r\nTrailer: a\nb\r\n\r\n"),
	ROW(CHUNKED "0\r\nTrailer: a\rb\r\n\r\n"),
	ROW(CHUNKED "0\r\n\rX"),
	ROW(CHUNKED "0\rX\r\n"),
	ROW(CHUNKED "10000000000000000\r\nabc\r\n0\r\n\r\n"),
	/* an upgrade with a body */
	ROW("GET /ws HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 40\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"),
};

static bool refused(const struct raw_conn *c)
{
	return strncmp(c->bytes, "HTTP/1.1 4", 10) == 0 || strncmp(c->bytes, "HTTP/1.1 50", 11) == 0;
}

static void smuggle(void)
{
	for (int split = 0; split < 2; split++)
		for (size_t i = 0; i < IV_COUNT(corpus); i++) {
			struct raw_conn *c = raw_connect(port);
			size_t half = split ? corpus[i].n / 2 : 0;

			raw_send(c, corpus[i].bytes, half);
			if (split)
				usleep(1000);
			raw_send(c, corpus[i].bytes + half, corpus[i].n - half);
			raw_sends(c, EVIL EVIL);
			raw_read_to_end(c, 3000);
			RAW_CHECK(c->eof, "row %zu left open", i);
			RAW_CHECK(refused(c), "row %zu, %.40s: got %.100s", i, corpus[i].bytes, c->bytes);
			RAW_CHECK(raw_count(c, "\r\nDate: ") == 1, "row %zu: two answers: %s", i, c->bytes);
			raw_close(c);
		}
}

static void send_floods(void)
{
	static char flood[300000];
	static const struct {
		const char *head, *piece, *status;
		size_t bytes;
	} rows[] = {
		{"GET /hello HTTP/1.1\r\n" HOST, "X-Flood: y\r\n", "HTTP/1.1 431", 100 * 1024},
		{"GET /hello HTTP/1.1\r\n" HOST, "a:\r\n", "HTTP/1.1 431", 700}, /* 175 headers */
		{"GET /", "aaaaaaaaaa", "HTTP/1.1 431", 100 * 1024},
		{CHUNKED "1;", "xxxxxxxxxx", "HTTP/1.1 400", 100 * 1024},
		{CHUNKED, "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n", "HTTP/1.1 400", 100 * 1024},
		{CHUNKED "0\r\n", "Trailer: yyyyyyyyyyyyyyyy\r\n", "HTTP/1.1 400", 100 * 1024},
		{CHUNKED, "1\r\nx\r\n", "HTTP/1.1 413", 100 * 1024},
	};

	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct raw_conn *c = raw_connect(port);
		size_t n = strlen(rows[i].head), piece = strlen(rows[i].piece);

		memcpy(flood, rows[i].head, n);
		while (n < rows[i].bytes) {
			memcpy(flood + n, rows[i].piece, piece);
			n += piece;
		}
		memcpy(flood + n, "\r\n\r\n", 4);
		raw_send(c, flood, n + 4);
		raw_read_to_end(c, 3000);
		RAW_CHECK(strncmp(c->bytes, rows[i].status, 12) == 0, "flood %zu: %.100s", i, c->bytes);
		RAW_CHECK(c->eof && raw_count(c, "\r\nDate: ") == 1, "flood %zu", i);
		raw_close(c);
	}
}

static void nothing_can_be_smuggled(void **state)
{
	(void)state;
	start(100);
	raw_run(smuggle);
	assert_int_equal(evil_calls, 0);
	raw_run(send_floods);
	assert_int_equal(evil_calls, 0);
	finish();
}

/* ── order and keep-alive */
static void pipeline(void)
{
	struct raw_conn *c = raw_connect(port);
	const char *one, *two, *three;

	raw_sends(c, "GET /slow?one HTTP/1.1\r\n" HOST "\r\nPOST /echo HTTP/1.1\r\n" HOST
		     "Content-Length: 3\r\n\r\ntwoGET /slow?three HTTP/1.1\r\n" HOST "\r\n"
		     "GET /hello HTTP/1.1\r\n" HOST CLOSE);
	raw_read_to_end(c, 3000);
	one = strstr(c->bytes, "\r\n\r\none");
	two = strstr(c->bytes, "\r\n\r\ntwo");
	three = strstr(c->bytes, "\r\n\r\nthree");
	RAW_CHECK(one && two && three && one < two && two < three, "%s", c->bytes);
	RAW_CHECK(raw_count(c, "HTTP/1.1 200") == 4, "%s", c->bytes);
	RAW_CHECK(c->eof, "open");
	raw_close(c);

	/* byte by byte, twice on one connection */
	c = raw_connect(port);
	for (int i = 0; i < 2; i++) {
		static const char rq[] = "POST /echo HTTP/1.1\r\n" HOST
					 "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";

		for (size_t k = 0; k < sizeof(rq) - 1; k++)
			raw_send(c, rq + k, 1);
		RAW_CHECK(raw_wait(c, "\r\n\r\nabc"), "%s", c->bytes);
		raw_forget(c);
	}
	raw_close(c);

	/* 100-continue is given when the body is waited for */
	c = raw_connect(port);
	raw_sends(c, POST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
	RAW_CHECK(raw_wait(c, "HTTP/1.1 100 Continue\r\n\r\n"), "%s", c->bytes);
	raw_sends(c, "abc");
	RAW_CHECK(raw_wait(c, "\r\n\r\nabc"), "%s", c->bytes);
	raw_close(c);

	/* 1.0 with keep-alive */
	c = raw_connect(port);
	raw_sends(c, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	RAW_CHECK(raw_wait(c, "Connection: keep-alive"), "%s", c->bytes);
	raw_forget(c);
	raw_sends(c, "GET /hello HTTP/1.0\r\n\r\n");
	raw_read_to_end(c, 3000);
	RAW_CHECK(c->eof && raw_has(c, "hello"), "%s", c->bytes);
	raw_close(c);

	/* hundreds at once: answered all, one after the other */
	c = raw_connect(port);
	for (int i = 0; i < 500; i++)
		raw_sends(c, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	while (raw_count(c, "\r\n\r\nhello") < 500 && raw_read(c, 3000))
		;
	RAW_CHECK(raw_count(c, "\r\n\r\nhello") == 500, "%d", raw_count(c, "\r\n\r\nhello"));
	raw_close(c);

	/* a client that closes its half after asking still gets the answer */
	c = raw_connect(port);
	raw_sends(c, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	shutdown(c->fd, SHUT_WR);
	raw_read_to_end(c, 3000);
	RAW_CHECK(raw_has(c, "hello") && c->eof, "%s", c->bytes);
	raw_close(c);
}

static void requests_on_one_connection_are_answered_one_after_the_other(void **state)
{
	(void)state;
	start(100);
	raw_run(pipeline);
	assert_int_equal(worst_busy, 1);
	finish();
}

/* ── deadlines */
static long elapsed_ms(int64_t since_us)
{
	return (long)((iv_now_us() - since_us) / 1000);
}

static void loiter(void)
{
	static const struct {
		const char *bytes, *status;
		long least, most;
	} rows[] = {
		{"", "", 200, 800},
		{"GET /hello HTTP/1.1\r\nHos", "HTTP/1.1 408", 200, 800},
		{POST "Content-Length: 10\r\n\r\nabc", "HTTP/1.1 408", 200, 800},
		{CHUNKED "5\r\nab", "HTTP/1.1 408", 200, 800},
		{"GET /hello HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200", 350, 1000},            /* keep-alive */
		{"GET /hello HTTP/1.1\r\n" HOST "\r\nGET /hello HT", "HTTP/1.1 200", 200, 390}, /* a new head */
	};

	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct raw_conn *c = raw_connect(port);
		int64_t t0 = iv_now_us();

		raw_sends(c, rows[i].bytes);
		raw_read_to_end(c, 3000);
		RAW_CHECK(c->eof, "row %zu", i);
		RAW_CHECK(strncmp(c->bytes, rows[i].status, strlen(rows[i].status)) == 0, "row %zu: %s", i, c->bytes);
		RAW_CHECK(elapsed_ms(t0) >= rows[i].least && elapsed_ms(t0) <= rows[i].most,
			  "row %zu: %ld ms", i, elapsed_ms(t0));
		raw_close(c);
	}
	/* a byte now and then does not help */
	struct raw_conn *c = raw_connect(port);
	int64_t t0 = iv_now_us();
	raw_sends(c, "GET /hello HTTP/1.1\r\nX: ");
	for (int i = 0; i < 40 && !c->eof; i++) {
		raw_sends(c, "a");
		raw_read(c, 20);
	}
	raw_read_to_end(c, 1000);
	RAW_CHECK(c->eof && elapsed_ms(t0) < 800 && raw_has(c, " 408 "), "%ld ms %s", elapsed_ms(t0), c->bytes);
	raw_close(c);
}

static void who_is_slow_to_ask_is_closed(void **state)
{
	(void)state;
	start(100);
	raw_run(loiter);
	finish();
}

/* ── caps */
static void crowd(void)
{
	struct raw_conn *a = raw_connect(port), *b = raw_connect(port), *c;

	raw_sends(a, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	raw_sends(b, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	RAW_CHECK(raw_wait(a, "hello") && raw_wait(b, "hello"), "two may");
	for (int i = 0; i < 20; i++) {
		c = raw_connect(port);
		raw_sends(c, "GET /evil HTTP/1.1\r\n" HOST "\r\n");
		raw_read_to_end(c, 3000);
		RAW_CHECK(strncmp(c->bytes, "HTTP/1.1 503", 12) == 0 && c->eof && !c->reset, "%s", c->bytes);
		RAW_CHECK(raw_has(c, "Retry-After: "), "%s", c->bytes);
		raw_close(c);
	}
	raw_close(a);
	usleep(50000);
	c = raw_connect(port);
	raw_sends(c, "GET /hello HTTP/1.1\r\n" HOST CLOSE);
	raw_read_to_end(c, 3000);
	RAW_CHECK(raw_has(c, "hello"), "%s", c->bytes);
	raw_close(c);
	raw_close(b);
}

static void one_connection_too_many_is_told_so(void **state)
{
	(void)state;
	start(2);
	raw_run(crowd);
	assert_int_equal(evil_calls, 0);
	finish();
}

/* ── clients that leave */
static void leave(void)
{
	struct raw_conn *c = raw_connect(port);

	raw_sends(c, "GET /never HTTP/1.1\r\n" HOST "\r\n");
	usleep(30000);
	raw_close(c);
	c = raw_connect(port);
	raw_sends(c, "GET /never HTTP/1.1\r\n" HOST "\r\n");
	usleep(30000);
	raw_reset(c);
	c = raw_connect(port);
	raw_sends(c, "GET /careless HTTP/1.1\r\n" HOST "\r\n");
	usleep(30000);
	raw_close(c);
	c = raw_connect(port);
	raw_sends(c, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	raw_read(c, 1000);
	raw_reset(c);
	usleep(300000);
}

static void a_handler_hears_that_its_client_has_left(void **state)
{
	(void)state;
	start(100);
	raw_run(leave);
	assert_int_equal(closes, 3);
	assert_int_equal(late_replies, 1);
	assert_null(streaming.rq);
	assert_int_equal(iv_http_connections(server), 0);
	finish();
}

/* ── streams */
static void read_slowly(void)
{
	struct raw_conn *c = raw_connect(port);
	size_t body = 0, in_chunk = 0;
	bool ended = false;
	const char *p;

	raw_sends(c, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	usleep(200000); /* the server fills the kernel and 1 MiB, and waits */
	RAW_CHECK(streaming.left > 0 && streaming.waits > 0, "did not wait: %zu left", streaming.left);
	RAW_CHECK(raw_wait(c, "\r\n\r\n"), "no head");
	p = strstr(c->bytes, "\r\n\r\n") + 4;
	while (!ended) {
		/* p walks over chunk-size lines; data is skipped as it comes */
		size_t have = c->len - (size_t)(p - c->bytes);

		if (in_chunk > 0) {
			size_t take = have < in_chunk ? have : in_chunk;

			in_chunk -= take;
			p += take;
			have -= take;
			if (have > 0)
				continue;
		} else {
			const char *nl = memmem(p, have, "\r\n", 2);

			if (nl && nl > p) {
				size_t n = strtoul(p, NULL, 16);

				body += n;
				in_chunk = n + 2;
				ended = n == 0;
				p = nl + 2;
				continue;
			}
		}
		memmove(c->bytes, p, have);
		c->len = have;
		p = c->bytes;
		if (!ended && !raw_read(c, 3000))
			break;
	}
	RAW_CHECK(ended && body == STREAM_BYTES, "%zu bytes", body);
	raw_close(c);
}

static void a_stream_waits_for_its_reader(void **state)
{
	(void)state;
	start(100);
	raw_run(read_slowly);
	assert_true(streaming.waits > 0); /* how often depends on how much the kernel takes at once */
	assert_int_equal(closes, 0);
	finish();
}

/* ── ends */
static struct raw_conn *idle_one, *busy_one;

static void on_stop_listening(void *arg)
{
	(void)arg;
	iv_http_stop_listening(server);
}

static void drain(void)
{
	struct raw_conn *c;

	idle_one = raw_connect(port);
	busy_one = raw_connect(port);
	raw_sends(idle_one, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	RAW_CHECK(raw_wait(idle_one, "hello"), "idle");
	raw_sends(busy_one, "GET /careless?still HTTP/1.1\r\n" HOST "\r\n");
	usleep(120000); /* the timer stops listening after 100 ms */
	raw_read_to_end(idle_one, 100);
	RAW_CHECK(idle_one->eof, "the idle one is open");
	raw_read_to_end(busy_one, 3000);
	RAW_CHECK(raw_has(busy_one, "still") && raw_has(busy_one, "Connection: close") && busy_one->eof, "%s",
		  busy_one->bytes);
	raw_close(idle_one);
	raw_close(busy_one);
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	RAW_CHECK(connect(c->fd, (struct sockaddr *)&a, sizeof(a)) != 0, "still listening");
	raw_close(c);
}

static void stopping_closes_what_is_idle_and_lets_the_rest_finish(void **state)
{
	struct iv_timer t;

	(void)state;
	start(100);
	iv_timer_init(&t, raw.loop, on_stop_listening, NULL);
	iv_timer_in_ms(&t, 100);
	raw_run(drain);
	assert_int_equal(iv_http_connections(server), 0);
	finish();
}

static void die(void)
{
	struct raw_conn *a = raw_connect(port), *b = raw_connect(port), *c = raw_connect(port);

	raw_sends(a, "GET /never HTTP/1.1\r\n" HOST "\r\n");
	usleep(50000);
	raw_sends(c, "GET /suicide HTTP/1.1\r\n" HOST "\r\n" EVIL);
	raw_read_to_end(c, 3000);
	raw_read_to_end(a, 3000);
	raw_read_to_end(b, 3000);
	RAW_CHECK(a->eof && b->eof && c->eof, "open");
	RAW_CHECK(c->len == 0, "%s", c->bytes);
	raw_close(a);
	raw_close(b);
	raw_close(c);
}

static void a_handler_may_close_the_whole_server(void **state)
{
	(void)state;
	start(100);
	raw_run(die);
	assert_null(server);
	assert_int_equal(closes, 1);
	assert_int_equal(evil_calls, 0);
	raw_teardown();
}

static void a_port_in_use_is_named(void **state)
{
	struct iv_err e = {0};
	struct iv_http_opts opts = {.address = "127.0.0.1"};

	(void)state;
	start(100);
	opts.port = port;
	assert_null(iv_http_listen(raw.net, &opts, routes, NULL, &e));
	assert_int_equal(e.code, IV_EINVAL);
	assert_non_null(strstr(e.msg, "127.0.0.1"));
	assert_non_null(strstr(e.msg, "address already in use"));
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_gets_the_answer_of_the_table),
		cmocka_unit_test(nothing_can_be_smuggled),
		cmocka_unit_test(requests_on_one_connection_are_answered_one_after_the_other),
		cmocka_unit_test(who_is_slow_to_ask_is_closed),
		cmocka_unit_test(one_connection_too_many_is_told_so),
		cmocka_unit_test(a_handler_hears_that_its_client_has_left),
		cmocka_unit_test(a_stream_waits_for_its_reader),
		cmocka_unit_test(stopping_closes_what_is_idle_and_lets_the_rest_finish),
		cmocka_unit_test(a_handler_may_close_the_whole_server),
		cmocka_unit_test(a_port_in_use_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
