#include "peer.h"

#include "iv_buf.h"
#include "iv_fetch.h"
#include "iv_egress.h"
#include "iv_trace.h"

struct got {
	struct iv_buf stream;
	char body[5000];
	struct iv_fetch_result r;
	int heads, datas, dones, head_status;
	char content_type[64];
	struct iv_fetch *cancel_in_head, *cancel_in_data;
	bool again; /* start another from inside data */
};

static void on_head(void *arg, int status, struct iv_str content_type)
{
	struct got *g = arg;

	g->heads++;
	g->head_status = status;
	iv_str_copy(g->content_type, sizeof(g->content_type), content_type);
	if (g->cancel_in_head)
		iv_fetch_cancel(g->cancel_in_head);
}

static void on_data(void *arg, struct iv_str bytes)
{
	struct got *g = arg;

	g->datas++;
	assert_true(iv_buf_adds(&g->stream, bytes));
	if (g->cancel_in_data) {
		iv_fetch_cancel(g->cancel_in_data);
		iv_loop_stop(loop);
	}
}

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct got *g = arg;

	g->dones++;
	g->r = *r;
	iv_str_copy(g->body, sizeof(g->body), r->body);
	iv_loop_stop(loop);
}

static const struct iv_fetch_handlers whole = {.head = on_head, .done = on_done};
static const struct iv_fetch_handlers streamed = {on_head, on_data, on_done};

static struct got fetch(struct iv_fetch_opts o, const struct iv_fetch_handlers *h)
{
	struct got g = {0};

	iv_buf_init(&g.stream, 1 << 20);
	if (!o.body_max)
		o.body_max = 1 << 20;
	iv_fetch_start(net, &o, h, &g);
	assert_int_equal(g.dones, 0);
	run_loop(5000);
	assert_int_equal(g.dones, 1);
	return g;
}

static struct got get(const char *where)
{
	return fetch((struct iv_fetch_opts){.method = "GET", .url = iv_str(where)}, &whole);
}

static int seen(const char *what, int at_least)
{
	char escaped[64];
	struct got g;
	int64_t n;

	for (size_t i = 0; i <= strlen(what); i++)
		escaped[i] = what[i] == ' ' ? '+' : what[i];
	g = get(url("http://127.0.0.1:%d/seen?what=%s&atleast=%d", peer.plain, escaped, at_least));
	assert_true(iv_str_to_i64(iv_str(g.body), &n));
	return (int)n;
}

static void a_whole_answer_is_collected(void **state)
{
	struct got g = get(url("http://127.0.0.1:%d/root", peer.plain));

	(void)state;
	assert_int_equal(g.r.err.code, IV_OK);
	assert_int_equal(g.r.status, 200);
	assert_int_equal(g.r.retry_after_ms, -1);
	assert_string_equal(g.body, "root");
	assert_int_equal(g.heads, 1);
	assert_string_equal(g.content_type, "text/plain");
}

static void the_request_goes_out_as_it_was_asked_for(void **state)
{
	const struct iv_header headers[] = {
		{IV_S("Authorization"), IV_S("Bearer k")},
		{IV_S("X-Empty"), IV_S("")},
		{IV_S("Content-Type"), IV_S("application/json")},
	};
	struct got g =
		fetch((struct iv_fetch_opts){.method = "POST",
					     .url = iv_str(url("http://127.0.0.1:%d/head?a=b%%20c",
							       peer.plain)),
					     .headers = headers,
					     .header_count = IV_COUNT(headers),
					     .body = IV_S("{\"a\":\"\0\"}")},
		      &whole);

	(void)state;
	assert_int_equal(g.r.status, 200);
	assert_non_null(strstr(g.body, "POST /head?a=b%20c HTTP/1.1\r\n"));
	assert_non_null(strstr(g.body, "\r\nAuthorization: Bearer k\r\n"));
	assert_non_null(strstr(g.body, "\r\nX-Empty:\r\n"));
	assert_non_null(strstr(g.body, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(g.body, "\r\nContent-Length: 9\r\n"));
	assert_non_null(strstr(g.body, "\r\nUser-Agent: invorto/test\r\n"));
	assert_null(strstr(g.body, "Expect"));
	assert_non_null(strstr(g.body, "\r\n\r\n{\"a\":\""));
}

static void a_request_says_on_behalf_of_which_span_it_is(void **state)
{
	struct iv_span *s;
	struct iv_trace_context from;
	char wanted[128], parent[IV_TRACEPARENT_SIZE];
	struct got g;

	(void)state;
	assert_true(iv_trace_context_read(IV_S("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), IV_S("a=b"), &from));
	iv_trace_open(&(struct iv_trace_opts){.live_max = 10, .queue_max = 10});
	s = iv_trace_root("x", IV_SPAN_CLIENT, &from);
	g = fetch((struct iv_fetch_opts){.url = iv_str(url("http://127.0.0.1:%d/head", peer.plain)), .span = s}, &whole);
	(void)snprintf(wanted, sizeof(wanted), "\r\ntraceparent: %s\r\ntracestate: a=b\r\n", iv_span_traceparent(s, parent));
	assert_non_null(strstr(g.body, wanted));
	assert_memory_equal(parent, "00-4bf92f3577b34da6a3ce929d0e0e4736-", 36);
	g = fetch((struct iv_fetch_opts){.url = iv_str(url("http://127.0.0.1:%d/head", peer.plain))}, &whole);
	assert_null(strstr(g.body, "trace"));
	iv_trace_finish(s);
	iv_trace_close();
}

static void every_method_is_sent(void **state)
{
	static const char *const methods[] = {"GET", "PUT", "PATCH", "DELETE", "POST"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(methods); i++) {
		struct got g =
			fetch((struct iv_fetch_opts){.method = methods[i],
						     .url = iv_str(url("http://127.0.0.1:%d/head",
								       peer.plain)),
						     .body = i ? IV_S("body") : IV_S("")},
			      &whole);

		assert_int_equal(g.r.status, 200);
		assert_memory_equal(g.body, methods[i], strlen(methods[i]));
		assert_int_equal(strstr(g.body, "\r\n\r\nbody") != NULL, i != 0);
	}
	struct got g = fetch(
		(struct iv_fetch_opts){.method = "HEAD",
				       .url = iv_str(url("http://127.0.0.1:%d/head", peer.plain))},
		&whole);
	assert_int_equal(g.r.status, 200);
	assert_int_equal(g.r.err.code, IV_OK);
	assert_int_equal(g.heads, 0);
}

struct wants_header {
	struct iv_fetch *fetch;
	char one[64], two[64], none[64];
	int status;
};

static void read_headers(void *arg, const struct iv_fetch_result *r)
{
	struct wants_header *w = arg;

	w->status = r->status;
	iv_str_copy(w->one, sizeof(w->one), iv_fetch_header(w->fetch, "retry-after"));
	iv_str_copy(w->two, sizeof(w->two), iv_fetch_header(w->fetch, "CONTENT-length"));
	iv_str_copy(w->none, sizeof(w->none), iv_fetch_header(w->fetch, "etag"));
	iv_loop_stop(loop);
}

static void headers_of_the_answer_can_be_asked_for(void **state)
{
	static const struct iv_fetch_handlers handlers = {.done = read_headers};
	struct wants_header w = {.none = "x"};

	(void)state;
	w.fetch = iv_fetch_start(net, &(struct iv_fetch_opts){.url = iv_str(url("http://127.0.0.1:%d/status?code=503&Retry-After=7",
										peer.plain))},
				 &handlers, &w);
	run_loop(5000);
	assert_int_equal(w.status, 503);
	assert_string_equal(w.one, "7");
	assert_string_equal(w.two, "5");
	assert_string_equal(w.none, "");
}

static void a_large_body_is_sent_from_where_it_is_at_the_pace_asked_for(void **state)
{
	size_t n = 400000;
	char *body = malloc(n);
	int64_t began = iv_now_us();
	struct got g;

	(void)state;
	memset(body, 'b', n);
	g = fetch((struct iv_fetch_opts){.method = "PUT",
					 .url = iv_str(url("http://127.0.0.1:%d/head", peer.plain)),
					 .body = {body, n},
					 .body_stays = true,
					 .send_per_s = 800000},
		  &whole);
	free(body); /* nobody reads it any more: ASan would tell */
	assert_int_equal(g.r.status, 200);
	assert_true(g.heads == 1 && strstr(g.body, "Content-Length: 400000"));
	assert_true(iv_now_us() - began > 250000);
}

static void a_stream_is_given_as_it_comes(void **state)
{
	struct got g = fetch(
		(struct iv_fetch_opts){
			.method = "GET",
			.url = iv_str(url("http://127.0.0.1:%d/stream?n=3&end=1", peer.plain)),
			.first_byte_ms = 1000,
			.stall_ms = 1000},
		&streamed);

	(void)state;
	assert_int_equal(g.r.err.code, IV_OK);
	assert_int_equal(g.heads, 1);
	assert_int_equal(g.head_status, 200);
	assert_string_equal(g.content_type, "text/event-stream");
	assert_int_equal(g.datas, 3);
	assert_true(iv_str_eq(iv_buf_str(&g.stream), IV_S("data: 0\n\ndata: 1\n\ndata: 2\n\n")));
	assert_int_equal(g.r.body.len, 0);
	iv_buf_deinit(&g.stream);
}

static void connections_are_used_again(void **state)
{
	struct got first = get(url("http://127.0.0.1:%d/conn", peer.plain));

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct got g = get(url("http://127.0.0.1:%d/conn", peer.plain));
		assert_string_equal(g.body, first.body);
	}
}

/* Each deadline with the path that misses it, what is said, and who must notice at the other end.
 */
static void every_deadline_ends_the_request_and_the_connection(void **state)
{
	static const struct {
		const char *path, *says, *noticed;
		int first_byte_ms, stall_ms, total_ms, datas;
	} rows[] = {
		{"hang", "no answer in 100 ms", "hang gone", 100, 0, 0, 0},
		{"headonly", "no answer in 100 ms", "headonly gone", 100, 0, 0, 0},
		{"stall", "silent for 100 ms", "stall gone", 2000, 100, 0, 1},
		{"stream?n=100&ms=30", "not complete in time", "stream gone", 200, 200, 250, -1},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		int before = seen(rows[i].noticed, 0);
		int64_t t0 = iv_now_us();
		struct got g =
			fetch((struct iv_fetch_opts){.method = "GET",
						     .url = iv_str(url("http://127.0.0.1:%d/%s",
								       peer.plain, rows[i].path)),
						     .first_byte_ms = rows[i].first_byte_ms,
						     .stall_ms = rows[i].stall_ms,
						     .total_ms = rows[i].total_ms},
			      &streamed);
		int64_t took_ms = (iv_now_us() - t0) / 1000;

		assert_int_equal(g.r.err.code, IV_ETIMEDOUT);
		if (!strstr(g.r.err.msg, rows[i].says))
			fail_msg("%s: %s", rows[i].path, g.r.err.msg);
		assert_in_range(took_ms, 95, 5000);
		if (rows[i].datas >= 0)
			assert_int_equal(g.datas, rows[i].datas);
		iv_buf_deinit(&g.stream);
		if (i !=
		    3) /* the stream notices by its next write failing, which it does not report */
			assert_int_equal(seen(rows[i].noticed, before + 1), before + 1);
	}
}

static void a_host_that_does_not_answer_is_given_up(void **state)
{
	struct got g;
	int64_t t0 = iv_now_us();

	(void)state;
	/* TCP connects (the kernel's backlog), TLS gets no word. */
	g = fetch((struct iv_fetch_opts){.method = "GET",
					 .url = iv_str(url("https://127.0.0.1:%d/", peer.silent)),
					 .connect_ms = 150},
		  &whole);
	assert_int_equal(g.r.err.code, IV_ETIMEDOUT);
	assert_int_equal(g.r.status, 0);
	assert_non_null(strstr(g.r.err.msg, "no connection in 150 ms"));
	assert_in_range((iv_now_us() - t0) / 1000, 145, 5000);
}

static void a_refused_connection_and_a_cut_answer_are_upstream_errors(void **state)
{
	struct got g = get("http://127.0.0.1:1/");

	(void)state;
	assert_int_equal(g.r.err.code, IV_EUPSTREAM);
	assert_int_equal(g.r.status, 0);
	g = get(url("http://127.0.0.1:%d/cut", peer.plain));
	assert_int_equal(g.r.err.code, IV_EUPSTREAM);
	assert_int_equal(g.r.status, 200);
	g = get("http://name.invalid/");
	assert_int_equal(g.r.err.code, IV_EUPSTREAM);
	assert_int_equal(g.r.status, 0);
}

static void a_refusal_keeps_the_start_of_its_body_and_when_to_come_back(void **state)
{
	static const struct {
		const char *query;
		int status, retry_after_ms;
		size_t body;
	} rows[] = {
		{"code=400&n=7", 400, -1, 7},
		{"code=404&n=0", 404, -1, 0},
		{"code=429&Retry-After=2", 429, 2000, 5},
		{"code=429&Retry-After-Ms=150", 429, 150, 5},
		{"code=429&Retry-After-Ms=150&Retry-After=9", 429, 150, 5},
		{"code=429&Retry-After=9&retry-after-ms=150", 429, 150, 5},
		{"code=503&Retry-After=Thu%2C+01+Jan+1970+00%3A00%3A00+GMT", 503, 0, 5},
		{"code=503&Retry-After=soon", 503, -1, 5},
		{"code=503&Retry-After=999999999999", 503, 24 * 3600 * 1000, 5},
		{"code=500&n=4096", 500, -1, 4096},
		{"code=500&n=5000", 500, -1, 4096},
		{"code=500&n=1000000", 500, -1, 4096},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct got g = fetch(
			(struct iv_fetch_opts){.method = "GET",
					       .url = iv_str(url("http://127.0.0.1:%d/status?%s",
								 peer.plain, rows[i].query)),
					       .body_max = 10},
			i % 2 ? &whole : &streamed);

		assert_int_equal(g.r.err.code, IV_EUPSTREAM);
		assert_int_equal(g.r.status, rows[i].status);
		assert_int_equal(g.r.retry_after_ms, rows[i].retry_after_ms);
		assert_int_equal(g.r.body.len, rows[i].body);
		assert_int_equal(strspn(g.body, "e"), rows[i].body);
		assert_int_equal(g.heads, 0);
		assert_int_equal(g.datas, 0);
		assert_null(strstr(g.r.err.msg, "eee"));
	}
}

static void a_date_says_when_to_come_back(void **state)
{
	time_t at = time(NULL) + 30;
	char text[64];
	struct tm tm;

	(void)state;
	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%a,+%d+%b+%Y+%H%%3A%M%%3A%S+GMT", &tm);
	struct got g =
		get(url("http://127.0.0.1:%d/status?code=429&Retry-After=%s", peer.plain, text));
	assert_in_range(g.r.retry_after_ms, 27000, 30000);
}

static void an_answer_larger_than_allowed_is_cut_off(void **state)
{
	struct got g =
		fetch((struct iv_fetch_opts){.method = "GET",
					     .url = iv_str(url("http://127.0.0.1:%d/big?n=1000",
							       peer.plain)),
					     .body_max = 1000},
		      &whole);

	(void)state;
	assert_int_equal(g.r.err.code, IV_OK);
	assert_int_equal(g.r.body.len, 1000);
	g = fetch((struct iv_fetch_opts){.method = "GET",
					 .url = iv_str(
						 url("http://127.0.0.1:%d/big?n=1001", peer.plain)),
					 .body_max = 1000},
		  &whole);
	assert_int_equal(g.r.err.code, IV_ETOOBIG);
	g = fetch((struct iv_fetch_opts){.method = "GET",
					 .url = iv_str(
						 url("http://127.0.0.1:%d/endless", peer.plain)),
					 .body_max = 50000},
		  &streamed);
	assert_int_equal(g.r.err.code, IV_ETOOBIG);
	assert_in_range(g.stream.len, 1, 50000);
	iv_buf_deinit(&g.stream);
}

struct taker {
	struct iv_fetch *f;
	struct iv_buf body;
	const char *where;
};

static void take_body(void *arg, const struct iv_fetch_result *r)
{
	struct taker *t = arg;

	t->where = r->body.ptr;
	iv_fetch_take_body(t->f, &t->body);
	assert_ptr_equal(r->body.ptr, t->body.ptr);
	assert_int_equal(r->body.len, t->body.len);
	iv_loop_stop(loop);
}

static void a_large_answer_is_handed_over_where_it_stands(void **state)
{
	static const struct iv_fetch_handlers taking = {.done = take_body};
	enum { BYTES = 3 << 20 };
	struct taker t = {0};

	(void)state;
	t.f = iv_fetch_start(net,
			     &(struct iv_fetch_opts){.method = "GET",
						     .url = iv_str(url("http://127.0.0.1:%d/big?n=%d", peer.plain, BYTES)),
						     .body_max = 2 * BYTES},
			     &taking, &t);
	run_loop(5000);
	/* The fetch is gone, its body is not; and there was room for it before the first byte: nothing was moved. */
	assert_ptr_equal(t.body.ptr, t.where);
	assert_int_equal(t.body.len, BYTES);
	assert_in_range(t.body.cap, BYTES, 2 * BYTES);
	assert_memory_equal(t.body.ptr, t.body.ptr + 1, BYTES - 1); /* all of it is one letter */
	iv_buf_deinit(&t.body);
}

static void redirects_are_not_followed(void **state)
{
	struct got g = get(url("http://127.0.0.1:%d/redirect", peer.plain));

	(void)state;
	assert_int_equal(g.r.err.code, IV_OK);
	assert_int_equal(g.r.status, 302);
}

static void a_proxy_of_the_environment_is_not_asked(void **state)
{
	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	struct got g = get(url("http://127.0.0.1:%d/root", peer.plain));
	unsetenv("http_proxy");
	assert_string_equal(g.body, "root");
}

static void what_cannot_be_sent_fails_with_the_reason(void **state)
{
	const struct iv_header split = {IV_S("X-A"), IV_S("a\r\nX-B: b")},
			       nameless = {IV_S(""), IV_S("a")};
	static const struct {
		const char *url, *says;
		int header;
	} rows[] = {
		{"ftp://127.0.0.1/", "http://", 0},
		{"ws://127.0.0.1/", "http://", 0},
		{"http://user@127.0.0.1/", "user name", 0},
		{"http://127.0.0.1:1/", "header X-A", 1},
		{"http://127.0.0.1:1/", "header ", 2},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct got g = fetch(
			(struct iv_fetch_opts){.method = "GET",
					       .url = iv_str(rows[i].url),
					       .headers = rows[i].header == 1 ? &split : &nameless,
					       .header_count = rows[i].header ? 1 : 0},
			&whole);

		assert_int_equal(g.r.err.code, IV_EINVAL);
		assert_non_null(strstr(g.r.err.msg, rows[i].says));
	}
}

static void private_addresses_are_refused_where_the_caller_chose_the_url(void **state)
{
	static const char *const hosts[] = {
		"127.0.0.1", "localhost",  "[::1]",  "[::ffff:127.0.0.1]",
		"0.0.0.0",   "2130706433", "0x7f.1",
	};
	struct got g =
		get(url("http://127.0.0.1:%d/root", peer.plain)); /* leaves a kept connection */

	(void)state;
	assert_string_equal(g.body, "root");
	for (size_t i = 0; i < IV_COUNT(hosts); i++) {
		int before = seen("requests", 0);

		g = fetch((struct iv_fetch_opts){.method = "GET",
						 .url = iv_str(url("http://%s:%d/root", hosts[i],
								   peer.plain)),
						 .public_only = true},
			  &whole);
		if (g.r.err.code != IV_EFORBIDDEN || g.r.status != 0)
			fail_msg("%s: %d %s", hosts[i], g.r.status, g.r.err.msg);
		assert_int_equal(seen("requests", 0), before + 1); /* the question itself */
	}
}

static void addresses_are_public_or_not_by_the_registries(void **state)
{
	static const struct {
		const char *ip;
		bool is_public;
	} rows[] = {
		{"8.8.8.8", true},
		{"1.1.1.1", true},
		{"0.1.2.3", false},
		{"9.255.255.255", true},
		{"10.0.0.0", false},
		{"10.255.255.255", false},
		{"11.0.0.0", true},
		{"100.63.255.255", true},
		{"100.64.0.0", false},
		{"100.127.255.255", false},
		{"100.128.0.0", true},
		{"127.0.0.1", false},
		{"127.255.255.255", false},
		{"128.0.0.1", true},
		{"169.254.169.254", false},
		{"169.253.255.255", true},
		{"172.15.255.255", true},
		{"172.16.0.1", false},
		{"172.31.255.255", false},
		{"172.32.0.0", true},
		{"192.0.0.8", false},
		{"192.0.2.1", false},
		{"192.88.99.1", false},
		{"192.167.255.255", true},
		{"192.168.0.1", false},
		{"192.169.0.0", true},
		{"198.17.255.255", true},
		{"198.18.0.1", false},
		{"198.19.255.255", false},
		{"198.20.0.0", true},
		{"198.51.100.7", false},
		{"203.0.113.7", false},
		{"223.255.255.255", true},
		{"224.0.0.1", false},
		{"239.255.255.255", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"2606:4700:4700::1111", true},
		{"2a00:1450::1", true},
		{"::", false},
		{"::1", false},
		{"::ffff:10.0.0.1", false},
		{"::ffff:8.8.8.8", true},
		{"::7f00:1", false},
		{"64:ff9b::7f00:1", false},
		{"64:ff9b::808:808", true},
		{"64:ff9b:1::1", false},
		{"100::1", false},
		{"2001::1", false},
		{"2001:db8::1", false},
		{"2001:4860:4860::8888", true},
		{"2002:7f00:1::1", false},
		{"2002:808:808::1", false}, /* 6to4 is withdrawn: nothing honest is there */
		{"fc00::1", false},
		{"fdff::1", false},
		{"fe80::1", false},
		{"fec0::1", false},
		{"ff02::1", false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct sockaddr_storage sa = {0};

		if (uv_ip4_addr(rows[i].ip, 80, (struct sockaddr_in *)&sa) != 0)
			assert_int_equal(uv_ip6_addr(rows[i].ip, 80, (struct sockaddr_in6 *)&sa),
					 0);
		if (iv_address_is_public((struct sockaddr *)&sa) != rows[i].is_public)
			fail_msg("%s", rows[i].ip);
	}
	assert_false(iv_address_is_public(&(struct sockaddr){.sa_family = AF_UNIX}));
}

static void cancelling_closes_the_stream_at_the_server(void **state)
{
	struct got g = {0};
	int before = seen("stall gone", 0);

	(void)state;
	iv_buf_init(&g.stream, 1000);
	struct iv_fetch *f =
		iv_fetch_start(net,
			       &(struct iv_fetch_opts){
				       .method = "GET",
				       .url = iv_str(url("http://127.0.0.1:%d/stall", peer.plain))},
			       &streamed, &g);
	g.cancel_in_data = f;
	run_loop(5000);
	assert_int_equal(seen("stall gone", before + 1), before + 1);
	assert_int_equal(g.datas, 1);
	assert_int_equal(g.dones, 0);
	iv_buf_deinit(&g.stream);
}

static void cancelling_works_at_every_moment(void **state)
{
	struct got g = {0};
	struct iv_fetch_opts stall = {.method = "GET",
				      .url = iv_str(url("http://127.0.0.1:%d/stall", peer.plain))};
	struct iv_fetch_opts hang = {.method = "GET",
				     .url = iv_str(url("http://127.0.0.1:%d/hang", peer.plain))};
	struct iv_fetch_opts named = {.method = "GET", .url = IV_S("http://never.invalid/")};
	struct iv_fetch_opts wrong = {.method = "GET", .url = IV_S("nonsense")};

	(void)state;
	iv_buf_init(&g.stream, 1000);
	iv_fetch_cancel(iv_fetch_start(net, &stall, &streamed, &g));	 /* before it began */
	iv_fetch_cancel(iv_fetch_start(net, &wrong, &streamed, &g));	 /* before it failed */
	struct iv_fetch *f = iv_fetch_start(net, &named, &streamed, &g); /* while resolving */
	run_for(0);
	iv_fetch_cancel(f);
	int before = seen("hang gone", 0), hanging = seen("hanging", 0);
	f = iv_fetch_start(net, &hang, &streamed, &g); /* while waiting for the answer */
	assert_int_equal(seen("hanging", hanging + 1), hanging + 1);
	iv_fetch_cancel(f);
	assert_int_equal(seen("hang gone", before + 1), before + 1);
	f = iv_fetch_start(net, &stall, &streamed, &g); /* from inside head */
	g.cancel_in_head = f;
	run_for(150);
	assert_int_equal(g.heads, 1);
	assert_int_equal(g.datas, 0);
	assert_int_equal(g.dones, 0);
	iv_fetch_start(net, &stall, &streamed, &g); /* closing the net cancels this one */
}

static void many_streams_run_side_by_side(void **state)
{
	enum { N = 200 };
	static struct got g[N];
	struct iv_fetch_opts o = {
		.method = "GET",
		.url = iv_str(url("http://127.0.0.1:%d/stream?n=3&ms=50&end=1", peer.plain)),
		.first_byte_ms = 3000,
		.stall_ms = 3000};
	int before = seen("connections", 0), done;

	(void)state;
	for (int round = 0; round < 2; round++) {
		memset(g, 0, sizeof(g));
		for (int i = 0; i < N; i++) {
			iv_buf_init(&g[i].stream, 1000);
			iv_fetch_start(net, &o, &streamed, &g[i]);
		}
		do {
			run_loop(5000);
			done = 0;
			for (int i = 0; i < N; i++)
				done += g[i].dones;
		} while (done < N);
		for (int i = 0; i < N; i++) {
			assert_int_equal(g[i].r.err.code, IV_OK);
			assert_int_equal(g[i].stream.len, 27);
			iv_buf_deinit(&g[i].stream);
		}
	}
	/* The second round found all its connections open. */
	assert_in_range(seen("connections", 0) - before, N - 1, N + 1);
}

static void tls_checks_the_name_and_the_issuer(void **state)
{
	struct got g = get(url("https://localhost:%d/root", peer.tls));

	(void)state;
	assert_int_equal(g.r.err.code, IV_OK);
	assert_string_equal(g.body, "root");
	g = get(url("https://localhost:%d/root",
		    peer.tls_other)); /* a certificate of another name */
	assert_int_equal(g.r.err.code, IV_EUPSTREAM);
	assert_int_equal(g.r.status, 0);
	net_down(NULL);
	loop = iv_loop_new();
	net = iv_net_new(loop, &(struct iv_net_opts){0},
			 NULL); /* the system's roots do not know our CA */
	g = get(url("https://localhost:%d/root", peer.tls));
	assert_int_equal(g.r.err.code, IV_EUPSTREAM);
	assert_int_equal(g.r.status, 0);
}

static void a_warm_connection_serves_the_first_request(void **state)
{
	struct iv_str where = iv_str(url("http://127.0.0.1:%d/anything", peer.plain));
	int heads = seen("method HEAD", 0), before;

	(void)state;
	net_down(NULL);
	net_up(NULL);
	iv_fetch_warm(net, where);
	iv_fetch_warm(net, where); /* asked for twice, opened once */
	iv_fetch_warm(net, IV_S("nonsense"));
	iv_fetch_warm(net, IV_S("http://127.0.0.1:1/")); /* nobody there: silent */
	run_for(150);
	before = seen("connections", 0);
	assert_int_equal(seen("method HEAD", 0), heads + 1);
	assert_int_equal(seen("connections", 0), before);
}

static void what_must_not_be_done_twice_is_asked_once(void **state)
{
	struct iv_fetch_opts o = {.method = "POST", .url = iv_str(url("http://127.0.0.1:%d/tired", peer.plain)),
				  .body = IV_S("ring")};
	int before = seen("tired", 0);

	(void)state;
	assert_int_equal(fetch(o, &whole).r.status, 200);
	/* On the same connection: done, not answered, and done again by libcurl on a new one. */
	assert_int_equal(fetch(o, &whole).r.status, 200);
	assert_int_equal(seen("tired", 0), before + 3);
	o.at_most_once = true;
	for (int i = 0; i < 3; i++)
		assert_int_equal(fetch(o, &whole).r.status, 200);
	assert_int_equal(seen("tired", 0), before + 6);
}

static void it_is_known_whether_a_request_has_left(void **state)
{
	struct iv_fetch_opts o = {.method = "POST", .first_byte_ms = 100, .at_most_once = true};
	struct got g;

	(void)state;
	o.url = IV_S("http://127.0.0.1:1/");
	g = fetch(o, &whole);
	assert_true(g.r.unsent && g.r.err.code == IV_EUPSTREAM);
	o.url = iv_str(url("http://127.0.0.1:%d/hang", peer.plain));
	g = fetch(o, &whole);
	assert_true(!g.r.unsent && g.r.err.code == IV_ETIMEDOUT);
	o.url = iv_str(url("http://127.0.0.1:%d/status?code=500", peer.plain));
	assert_false(fetch(o, &whole).r.unsent);
	o.url = iv_str(url("https://other.test.invalid:%d/", peer.plain));
	assert_true(fetch(o, &whole).r.unsent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, net_up, net_down)
		T(a_whole_answer_is_collected),
		T(the_request_goes_out_as_it_was_asked_for),
		T(a_request_says_on_behalf_of_which_span_it_is),
		T(every_method_is_sent),
		T(headers_of_the_answer_can_be_asked_for),
		T(a_large_body_is_sent_from_where_it_is_at_the_pace_asked_for),
		T(a_stream_is_given_as_it_comes),
		T(connections_are_used_again),
		T(every_deadline_ends_the_request_and_the_connection),
		T(a_host_that_does_not_answer_is_given_up),
		T(a_refused_connection_and_a_cut_answer_are_upstream_errors),
		T(a_refusal_keeps_the_start_of_its_body_and_when_to_come_back),
		T(a_date_says_when_to_come_back),
		T(an_answer_larger_than_allowed_is_cut_off),
		T(a_large_answer_is_handed_over_where_it_stands),
		T(redirects_are_not_followed),
		T(a_proxy_of_the_environment_is_not_asked),
		T(what_cannot_be_sent_fails_with_the_reason),
		T(private_addresses_are_refused_where_the_caller_chose_the_url),
		cmocka_unit_test(addresses_are_public_or_not_by_the_registries),
		T(cancelling_closes_the_stream_at_the_server),
		T(cancelling_works_at_every_moment),
		T(many_streams_run_side_by_side),
		T(tls_checks_the_name_and_the_issuer),
		T(a_warm_connection_serves_the_first_request),
		T(what_must_not_be_done_twice_is_asked_once),
		T(it_is_known_whether_a_request_has_left),
	};

	return cmocka_run_group_tests(tests, peer_start, peer_stop);
}
