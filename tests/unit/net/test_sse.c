#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "iv_sse.h"

/* Events are written down as "name|data;" so that a stream is one string to compare. */
static void note(void *arg, struct iv_str event, struct iv_str data)
{
	struct iv_buf *out = arg;

	assert_true(iv_buf_adds(out, event));
	assert_true(iv_buf_addc(out, '|'));
	assert_true(iv_buf_adds(out, data));
	assert_true(iv_buf_addc(out, ';'));
}

/* step 0: all in one feed. */
static bool run(struct iv_str in, size_t step, size_t limit, struct iv_buf *out)
{
	struct iv_sse s;
	bool ok = true;

	iv_sse_init(&s, limit);
	if (step == 0)
		step = in.len ? in.len : 1;
	for (size_t at = 0; at < in.len && ok; at += step) {
		/* An exact copy, so that a read beyond the piece is seen by the sanitizer. */
		size_t n = in.len - at < step ? in.len - at : step;
		char *piece = malloc(n);

		assert_non_null(piece);
		memcpy(piece, in.ptr + at, n);
		ok = iv_sse_feed(&s, (struct iv_str){piece, n}, note, out);
		free(piece);
	}
	iv_sse_finish(&s, note, out);
	iv_sse_deinit(&s);
	return ok;
}

static void streams_give_the_same_events_however_they_are_cut(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"data: a\n\n", "|a;"},
		{"data:a\n\ndata:  b\n\n", "|a;| b;"},
		{"data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b;"},
		{"data: a\r\rdata: b\r\r", "|a;|b;"},
		{"data: a\r\n\ndata: b\n\r\n", "|a;|b;"},
		{"data: a\n\r\ndata: b\r\n\r", "|a;|b;"},
		{"data: one\ndata: two\ndata:\ndata: four\n\n", "|one\ntwo\n\nfour;"},
		{"data\n\n", ""},
		{"data:\n\n", ""},
		{"data: \n\n", ""},
		{"data:   \n\n", "|  ;"},
		{"\n\n\n", ""},
		{": comment\n\n:\n\ndata: x\n\n", "|x;"},
		{"event: ping\n\ndata: x\n\n", "|x;"},
		{"event: content_block_delta\ndata: {\"a\":1}\n\n",
		 "content_block_delta|{\"a\":1};"},
		{"data: x\nevent: late\n\n", "late|x;"},
		{"event: a\nevent: b\ndata: x\n\ndata: y\n\n", "b|x;|y;"},
		{"id: 7\nretry: 1000\nwhatever: z\ndata: x\n\n", "|x;"},
		{"datax: 1\nData: 2\n data: 3\n\n", ""},
		{"data: a:b: c\n\n", "|a:b: c;"},
		{"data: [DONE]", "|[DONE];"},
		{"data: [DONE]\n", "|[DONE];"},
		{"data: [DONE]\r", "|[DONE];"},
		{"data: x\n\ndata: [DONE]", "|x;|[DONE];"},
		{"error: {\"code\":500}\n\n", "error|{\"code\":500};"},
		{"error: {\"code\":500}", "error|{\"code\":500};"},
		{"data: x\n\nerror: boom\ndata: y\n\n", "|x;error|boom;|y;"},
		{"error:\n\n", ""},
		{"\xef\xbb\xbf"
		 "data: x\n\n",
		 "|x;"},
		{"data: \xe2\x82\xac\n\n", "|\xe2\x82\xac;"},
		{"event: 0123456789012345678901234567890123456789\ndata: x\n\n",
		 "0123456789012345678901234567890|x;"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_str in = iv_str(rows[i].in);

		for (size_t step = 0; step <= in.len + 1; step++) {
			struct iv_buf out;

			iv_buf_init(&out, 4096);
			assert_true(run(in, step, 4096, &out));
			if (!iv_str_eq(iv_buf_str(&out), iv_str(rows[i].out)))
				fail_msg("row %zu step %zu: %.*s", i, step, (int)out.len, out.ptr);
			iv_buf_deinit(&out);
		}
	}
}

static void zero_bytes_are_data_like_any_other(void **state)
{
	struct iv_buf out;

	(void)state;
	iv_buf_init(&out, 64);
	assert_true(run(IV_S("data: a\0b\n\n"), 0, 64, &out));
	assert_true(iv_str_eq(iv_buf_str(&out), IV_S("|a\0b;")));
	iv_buf_deinit(&out);
}

static void a_line_or_event_beyond_the_limit_ends_the_stream(void **state)
{
	static const struct {
		const char *in, *out;
		bool ok;
	} rows[] = {
		{"data: 0123456789\n\n", "|0123456789;", true},	 /* 16 bytes of line */
		{"data: 01234567890\n\ndata: x\n\n", "", false}, /* 17 */
		{"data: a\n\ndata: 01234567890", "|a;", false},	 /* 17, never ended */
		{"data: 1234567\ndata: 1234567\n\n", "|1234567\n1234567;", true}, /* 16 of data */
		{"data: 1234567\ndata: 12345678\n\n", "", false},		  /* 17 of data */
		{": 01234567890123456789\n", "", false}, /* comments count as well */
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		for (size_t step = 0; step < 20; step++) {
			struct iv_buf out;

			iv_buf_init(&out, 256);
			assert_int_equal(run(iv_str(rows[i].in), step, 16, &out), rows[i].ok);
			if (!iv_str_eq(iv_buf_str(&out), iv_str(rows[i].out)))
				fail_msg("row %zu step %zu: %.*s", i, step, (int)out.len, out.ptr);
			iv_buf_deinit(&out);
		}
	}
}

static void nothing_is_given_after_a_failure(void **state)
{
	struct iv_sse s;
	struct iv_buf out;

	(void)state;
	iv_buf_init(&out, 64);
	iv_sse_init(&s, 8);
	assert_false(iv_sse_feed(&s, IV_S("data: 123456789"), note, &out));
	assert_false(iv_sse_feed(&s, IV_S("\n\ndata: x\n\n"), note, &out));
	iv_sse_finish(&s, note, &out);
	assert_int_equal(out.len, 0);
	iv_sse_deinit(&s);
	iv_buf_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_give_the_same_events_however_they_are_cut),
		cmocka_unit_test(zero_bytes_are_data_like_any_other),
		cmocka_unit_test(a_line_or_event_beyond_the_limit_ends_the_stream),
		cmocka_unit_test(nothing_is_given_after_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
