/* http_head.c and http_chunk.c apart from any socket: what is taken over from a head, and that neither
 * reading depends on how the bytes are cut. The refusals are in test_http_server.c, over sockets. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../../src/net/http_head.h"

static struct iv_header headers[HTTP_HEADERS_MAX];

static void a_head_is_taken_apart(void **state)
{
	static const char text[] = "POST /a/b?c=d&e HTTP/1.1\r\nHost: x\r\nX-Empty:\r\nCONTENT-length: 0012\r\n"
				   "Connection: Keep-Alive, Upgrade\r\nUpgrade: h2c, WebSocket\r\n"
				   "Expect: 100-Continue\r\n\r\n";
	struct http_head h = {.headers = headers};

	(void)state;
	assert_int_equal(http_head_parse((struct iv_str){text, sizeof(text) - 1}, &h), 0);
	assert_true(iv_str_eq(h.method, IV_S("POST")));
	assert_true(iv_str_eq(h.path, IV_S("/a/b")));
	assert_true(iv_str_eq(h.query, IV_S("c=d&e")));
	assert_int_equal(h.header_count, 6);
	assert_int_equal(http_head_get(&h, "x-empty").len, 0);
	assert_non_null(http_head_get(&h, "x-empty").ptr);
	assert_null(http_head_get(&h, "x").ptr);
	assert_int_equal(h.content_length, 12);
	assert_true(h.keep_alive && h.expect_continue && h.upgrade_websocket);
	assert_false(h.http_1_0 || h.chunked);
}

static void the_end_is_found_wherever_the_reads_are_cut(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\nA: \tb\r\n\r\nGET /";
	const ptrdiff_t end = sizeof(text) - 1 - 5;

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		size_t scanned = 0;
		ptrdiff_t first = http_head_find_end(text, cut, &scanned);

		assert_int_equal(first, (ptrdiff_t)cut >= end ? end : 0);
		if (first == 0)
			assert_int_equal(http_head_find_end(text, sizeof(text) - 1, &scanned), end);
	}
}

static void connections_are_kept_as_their_version_says(void **state)
{
	static const struct {
		const char *text;
		bool keep;
	} rows[] = {
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
		{"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
		{"GET / HTTP/1.1\r\nHost: x\r\nConnection: a, CLOSE ,b\r\n\r\n", false},
		{"GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n\r\n", true},
		{"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false},
		{"GET / HTTP/1.0\r\n\r\n", false},
		{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct http_head h = {.headers = headers};

		assert_int_equal(http_head_parse(iv_str(rows[i].text), &h), 0);
		assert_int_equal(h.keep_alive, rows[i].keep);
	}
}

static void a_hundred_headers_are_the_limit(void **state)
{
	struct iv_buf b;

	(void)state;
	for (int n = 99; n <= 100; n++) {
		struct http_head h = {.headers = headers};

		iv_buf_init(&b, 8192);
		assert_true(iv_buf_adds(&b, IV_S("GET / HTTP/1.1\r\nHost: x\r\n")));
		for (int i = 0; i < n; i++)
			assert_true(iv_buf_printf(&b, "H%d: %d\r\n", i, i));
		assert_true(iv_buf_adds(&b, IV_S("\r\n")));
		assert_int_equal(http_head_parse(iv_buf_str(&b), &h), n == 99 ? 0 : 431);
		iv_buf_deinit(&b);
	}
}

static int decode(const char *text, size_t cut, size_t limit, char *out, size_t *used)
{
	struct http_chunks c = {0};
	struct iv_buf body;
	size_t n = strlen(text), a = 0, b = 0;
	int status;

	iv_buf_init(&body, limit);
	status = http_chunks_feed(&c, text, cut, &a, &body);
	if (status == 0 && c.state != CHUNK_DONE) {
		assert_int_equal(a, cut);
		status = http_chunks_feed(&c, text + a, n - a, &b, &body);
	}
	snprintf(out, 64, "%.*s%s", (int)body.len, body.ptr ? body.ptr : "", c.state == CHUNK_DONE ? "." : "");
	iv_buf_deinit(&body);
	*used = a + b;
	return status;
}

static void chunks_decode_alike_wherever_they_are_cut(void **state)
{
	static const struct {
		const char *text, *out;
		size_t rest;
		int status;
	} rows[] = {
		{"0\r\n\r\n", ".", 0, 0},
		{"5\r\nhello\r\n0\r\n\r\n", "hello.", 0, 0},
		{"2\r\nhe\r\nA\r\n0123456789\r\n0\r\n\r\nGET /", "he0123456789.", 5, 0},
		{"1;a;b=\"c\"\r\nx\r\n000;z\r\nT: 1\r\nU: 2\r\n\r\n", "x.", 0, 0},
		{"3\r\nab", "ab", 0, 0},
		{"d\r\n0123456789abc\r\n0\r\n\r\n", "0123456789abc.", 0, 0},
		{"14\r\n", "", 0, 413}, /* 20 bytes into 16 */
		{"10\r\n0123456789abcdef\r\n1\r\nx\r\n", "0123456789abcdef", 0, 413},
		{"2\r\nabc\r\n", "ab", 0, 400},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		for (size_t cut = 0; cut <= strlen(rows[i].text); cut++) {
			char out[64];
			size_t used;
			int status = decode(rows[i].text, cut, 16, out, &used);

			if (status != rows[i].status || strcmp(out, rows[i].out) != 0)
				fail_msg("row %zu cut %zu: %d \"%s\"", i, cut, status, out);
			if (status == 0)
				assert_int_equal(strlen(rows[i].text) - used, rows[i].rest);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_is_taken_apart),
		cmocka_unit_test(the_end_is_found_wherever_the_reads_are_cut),
		cmocka_unit_test(connections_are_kept_as_their_version_says),
		cmocka_unit_test(a_hundred_headers_are_the_limit),
		cmocka_unit_test(chunks_decode_alike_wherever_they_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
