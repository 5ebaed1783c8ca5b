/* ws_frame.c: the examples of RFC 6455 byte for byte, and tables after the Autobahn categories: framing,
 * fragments, control frames, reserved bits, opcodes, close codes, UTF-8, sizes. Every row is fed whole,
 * byte by byte and in random pieces. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_ws_frame.h"

#define MAX 70000

/* ── what the reader gives, written down as text */
static struct iv_buf seen;
static bool stop;
static int stop_after; /* events; 0: never */
static int events;

static void note(const char *what, struct iv_str s)
{
	assert_true(iv_buf_printf(&seen, "%s", what));
	if (s.len <= 200) {
		assert_true(iv_buf_adds(&seen, s));
	} else {
		unsigned long sum = 0;

		for (size_t i = 0; i < s.len; i++)
			sum = sum * 31 + (unsigned char)s.ptr[i];
		assert_true(iv_buf_printf(&seen, "#%zu,%lx", s.len, sum));
	}
	assert_true(iv_buf_addc(&seen, ';'));
	if (++events == stop_after)
		stop = true;
}

static void on_message(void *arg, bool text, struct iv_str data)
{
	(void)arg;
	note(text ? "T:" : "B:", data);
}

static void on_control(void *arg, enum iv_ws_opcode op, struct iv_str payload)
{
	(void)arg;
	note(op == IV_WS_PING ? "ping:" : op == IV_WS_PONG ? "pong:" : "close:", payload);
	if (op == IV_WS_CLOSE)
		stop = true;
}

static const struct iv_ws_events handlers = {on_message, on_control};

/* Feeds `bytes` in pieces; piece 0: random sizes. Returns the code. */
static int feed(bool from_client, size_t max, const char *bytes, size_t n, size_t piece, unsigned seed)
{
	struct iv_ws_reader r;
	char *copy = malloc(n ? n : 1);
	int code = 0;
	size_t at = 0;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	iv_buf_clear(&seen);
	stop = false;
	events = 0;
	iv_ws_reader_init(&r, from_client, max);
	while (at < n && code == 0 && !stop) {
		seed = seed * 1103515245u + 12345u;
		size_t len = piece ? piece : 1 + (seed >> 16) % 9;

		if (len > n - at)
			len = n - at;
		/* exactly as large as the piece, so that ASan sees a step beyond it */
		char *part = malloc(len);
		assert_non_null(part);
		memcpy(part, copy + at, len);
		code = iv_ws_reader_feed(&r, part, len, &handlers, NULL, &stop);
		free(part);
		at += len;
	}
	iv_ws_reader_deinit(&r);
	free(copy);
	return code;
}

/* ── frames, written independently of the encoder under test */
struct wire {
	char *ptr;
	size_t len, cap;
};

static void put(struct wire *w, const void *p, size_t n)
{
	if (w->len + n > w->cap) {
		w->cap = 2 * (w->len + n);
		w->ptr = realloc(w->ptr, w->cap);
		assert_non_null(w->ptr);
	}
	if (n)
		memcpy(w->ptr + w->len, p, n);
	w->len += n;
}

static void put_frame(struct wire *w, unsigned first_byte, const char *payload, size_t n, bool masked)
{
	static const unsigned char key[4] = {0x37, 0xfa, 0x21, 0x3d};
	unsigned char h[10] = {(unsigned char)first_byte};
	size_t hn = 2;

	if (n < 126) {
		h[1] = (unsigned char)n;
	} else if (n < 65536) {
		h[1] = 126;
		h[2] = (unsigned char)(n / 256);
		h[3] = (unsigned char)(n % 256);
		hn = 4;
	} else {
		h[1] = 127;
		h[7] = (unsigned char)(n / 65536);
		h[8] = (unsigned char)(n / 256 % 256);
		h[9] = (unsigned char)(n % 256);
		hn = 10;
	}
	h[1] |= masked ? 0x80 : 0;
	put(w, h, hn);
	if (masked)
		put(w, key, 4);
	for (size_t i = 0; i < n; i++) {
		char c = masked ? (char)(payload[i] ^ (char)key[i % 4]) : payload[i];
		put(w, &c, 1);
	}
}

/* ── RFC 6455 */
static void the_examples_of_the_rfc_are_read(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool from_client;
		const char *seen;
	} rows[] = {
		{"\x81\x05Hello", 7, false, "T:Hello;"},
		{"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11, true, "T:Hello;"},
		{"\x01\x03Hel\x80\x02lo", 9, false, "T:Hello;"},
		{"\x89\x05Hello", 7, false, "ping:Hello;"},
		{"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11, true, "pong:Hello;"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		assert_int_equal(feed(rows[i].from_client, MAX, rows[i].bytes, rows[i].n, MAX, 0), 0);
		assert_int_equal(seen.len, strlen(rows[i].seen));
		assert_memory_equal(seen.ptr, rows[i].seen, seen.len);
	}
}

static void headers_are_written_as_the_rfc_shows_them(void **state)
{
	static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};
	char h[IV_WS_HEADER_MAX];
	char hello[] = "Hello";

	(void)state;
	assert_int_equal(iv_ws_frame_header(h, IV_WS_TEXT, 5, NULL), 2);
	assert_memory_equal(h, "\x81\x05", 2);
	assert_int_equal(iv_ws_frame_header(h, IV_WS_TEXT, 5, key), 6);
	assert_memory_equal(h, "\x81\x85\x37\xfa\x21\x3d", 6);
	iv_ws_mask(hello, 5, key, 0);
	assert_memory_equal(hello, "\x7f\x9f\x4d\x51\x58", 5);
	assert_int_equal(iv_ws_frame_header(h, IV_WS_BIN, 256, NULL), 4);
	assert_memory_equal(h, "\x82\x7e\x01\x00", 4);
	assert_int_equal(iv_ws_frame_header(h, IV_WS_BIN, 65536, NULL), 10);
	assert_memory_equal(h, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
	assert_int_equal(iv_ws_frame_header(h, IV_WS_BIN, 125, NULL), 2);
	assert_int_equal(iv_ws_frame_header(h, IV_WS_BIN, 126, NULL), 4);
	assert_int_equal(iv_ws_frame_header(h, IV_WS_BIN, 65535, NULL), 4);
}

static void the_accept_key_is_the_one_of_the_rfc(void **state)
{
	char out[29];

	(void)state;
	iv_ws_accept_key(IV_S("dGhlIHNhbXBsZSBub25jZQ=="), out);
	assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void masking_is_the_same_in_pieces_at_any_alignment(void **state)
{
	static const uint8_t key[4] = {1, 2, 4, 8};
	char buf[64];

	(void)state;
	for (size_t start = 0; start < 9; start++)
		for (size_t n = 0; n < 40; n++)
			for (size_t cut = 0; cut <= n; cut++) {
				for (size_t i = 0; i < n; i++)
					buf[start + i] = (char)(i * 7);
				iv_ws_mask(buf + start, cut, key, 0);
				iv_ws_mask(buf + start + cut, n - cut, key, cut);
				for (size_t i = 0; i < n; i++)
					assert_int_equal((uint8_t)buf[start + i],
							 (uint8_t)(i * 7) ^ key[i % 4]);
			}
}

/* ── tables. A row is up to six frames: first byte, payload. */
struct row {
	const char *name;
	struct {
		unsigned first;
		const char *payload;
	} frames[6];
	const char *seen;
	int code;
};


static const struct row rows[] = {
	{"empty text", {{0x81, ""}}, "T:;", 0},
	{"empty binary", {{0x82, ""}}, "B:;", 0},
	{"two messages", {{0x81, "a"}, {0x82, "b"}}, "T:a;B:b;", 0},
	{"three fragments", {{0x01, "a"}, {0x00, "b"}, {0x80, "c"}}, "T:abc;", 0},
	{"empty fragments", {{0x01, ""}, {0x00, ""}, {0x80, ""}}, "T:;", 0},
	{"binary fragments", {{0x02, "a"}, {0x80, "b"}}, "B:ab;", 0},
	{"ping between fragments", {{0x01, "a"}, {0x89, "p"}, {0x80, "b"}}, "ping:p;T:ab;", 0},
	{"pong between fragments", {{0x02, "a"}, {0x8a, ""}, {0x80, "b"}}, "pong:;B:ab;", 0},
	{"close between fragments", {{0x01, "a"}, {0x88, "\x03\xe8"}, {0x80, "b"}}, "close:\x03\xe8;", 0},
	{"message after fragments", {{0x01, "a"}, {0x80, "b"}, {0x81, "c"}}, "T:ab;T:c;", 0},
	{"continuation of nothing", {{0x80, "a"}}, "", 1002},
	{"continuation of nothing, not final", {{0x00, "a"}}, "", 1002},
	{"continuation after the end", {{0x01, "a"}, {0x80, "b"}, {0x80, "c"}}, "T:ab;", 1002},
	{"text inside a message", {{0x01, "a"}, {0x81, "b"}}, "", 1002},
	{"binary inside a message", {{0x01, "a"}, {0x82, "b"}}, "", 1002},
	{"ping not final", {{0x09, "a"}}, "", 1002},
	{"close not final", {{0x08, ""}}, "", 1002},
	{"rsv1", {{0xc1, "a"}}, "", 1002},
	{"rsv2", {{0xa1, "a"}}, "", 1002},
	{"rsv3", {{0x91, "a"}}, "", 1002},
	{"rsv on ping", {{0x81, "a"}, {0xc9, ""}}, "T:a;", 1002},
	{"opcode 3", {{0x83, ""}}, "", 1002},
	{"opcode 7", {{0x87, ""}}, "", 1002},
	{"opcode 11", {{0x8b, ""}}, "", 1002},
	{"opcode 15", {{0x8f, "x"}}, "", 1002},
	{"close without code", {{0x88, ""}}, "close:;", 0},
	{"nothing is read after close", {{0x88, ""}, {0x83, ""}}, "close:;", 0},
	{"close with one byte", {{0x88, "\x03"}}, "", 1002},
	{"close with reason", {{0x88, "\x03\xe8" "bye"}}, "close:\x03\xe8" "bye;", 0},
	{"close with bad utf-8", {{0x88, "\x03\xe8\xc3\x28"}}, "", 1007},
	{"utf-8 whole", {{0x81, "\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80"}},
	 "T:\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80;", 0},
	{"utf-8 split between fragments", {{0x01, "\xf0\x9f"}, {0x00, "\x98"}, {0x80, "\x80"}},
	 "T:\xf0\x9f\x98\x80;", 0},
	{"utf-8 split with a ping inside", {{0x01, "\xce"}, {0x89, ""}, {0x80, "\xba"}}, "ping:;T:\xce\xba;", 0},
	{"utf-8 cut at the end", {{0x81, "a\xf0\x9f\x98"}}, "", 1007},
	{"utf-8 cut at the end of fragments", {{0x01, "a"}, {0x80, "\xce"}}, "", 1007},
	{"utf-8 broken in the first fragment", {{0x01, "\xff"}}, "", 1007},
	{"utf-8 broken between fragments", {{0x01, "\xf0\x9f"}, {0x00, "x"}}, "", 1007},
	{"binary may be anything", {{0x82, "\xff\xfe"}}, "B:\xff\xfe;", 0},
	{"binary fragments may be anything", {{0x02, "\xf0"}, {0x80, "\xff"}}, "B:\xf0\xff;", 0},
	{"a cut character is forgotten with its message", {{0x02, "\xf0"}, {0x80, ""}, {0x01, "a"}, {0x80, "b"}},
	 "B:\xf0;T:ab;", 0},
};

static void expect(const char *name, const struct wire *w, bool from_client, size_t max, const char *want,
		   size_t want_len, int code)
{
	static const size_t pieces[] = {MAX, 1, 2, 3, 5, 0, 0, 0, 0, 0};

	for (size_t p = 0; p < IV_COUNT(pieces); p++) {
		int got = feed(from_client, max, w->ptr, w->len, pieces[p], (unsigned)p);

		if (got != code || seen.len != want_len || (want_len && memcmp(seen.ptr, want, want_len)))
			fail_msg("%s, pieces of %zu: code %d not %d, seen \"%.*s\" not \"%.*s\"", name,
				 pieces[p], got, code, (int)seen.len, seen.ptr, (int)want_len, want);
	}
}

static void frames_are_read_as_the_tables_say_however_they_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		for (int from_client = 0; from_client < 2; from_client++) {
			struct wire w = {0};

			for (size_t k = 0; k < 6 && rows[i].frames[k].payload; k++)
				put_frame(&w, rows[i].frames[k].first, rows[i].frames[k].payload,
					  strlen(rows[i].frames[k].payload), from_client);
			expect(rows[i].name, &w, from_client, MAX, rows[i].seen, strlen(rows[i].seen),
			       rows[i].code);
			free(w.ptr);
		}
}

/* Autobahn category 6: what the second and later bytes may be. */
static void malformed_utf8_is_refused_in_one_frame_and_over_two(void **state)
{
	static const struct {
		const char *bytes;
		bool ok;
	} seqs[] = {
		{"\xc2\x80", true}, {"\xdf\xbf", true}, {"\xe0\xa0\x80", true}, {"\xef\xbf\xbf", true},
		{"\xed\x9f\xbf", true}, {"\xee\x80\x80", true}, {"\xf0\x90\x80\x80", true},
		{"\xf4\x8f\xbf\xbf", true}, {"\xef\xbf\xbd", true}, {"\x7f", true},
		{"\xf4\x90\x80\x80", false}, {"\xf5\x80\x80\x80", false}, {"\xf8\x88\x80\x80\x80", false},
		{"\xfc\x84\x80\x80\x80\x80", false}, {"\x80", false}, {"\xbf", false},
		{"\x80\xbf", false}, {"\xc0\xaf", false}, {"\xc1\xbf", false}, {"\xe0\x80\xaf", false},
		{"\xe0\x9f\xbf", false}, {"\xf0\x80\x80\xaf", false}, {"\xf0\x8f\xbf\xbf", false},
		{"\xed\xa0\x80", false}, {"\xed\xbf\xbf", false}, {"\xed\xa0\x80\xed\xb0\x80", false},
		{"\xc3", false}, {"\xe1\xbd", false}, {"\xf0\x9f\x98", false}, {"\xc3\x28", false},
		{"\xe2\x28\xa1", false}, {"\xe2\x82\x28", false}, {"\xf0\x28\x8c\xbc", false},
		{"\xf0\x90\x28\xbc", false}, {"\xf0\x28\x8c\x28", false}, {"\xfe", false}, {"\xff", false},
		{"\xc3\xc3\xa9", false}, {"\xe1\xe1\xbd\xb9", false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(seqs); i++) {
		const char *s = seqs[i].bytes;
		size_t n = strlen(s);
		struct wire whole = {0};
		char text[20], want[24];

		snprintf(text, sizeof(text), "a%sz", s);
		snprintf(want, sizeof(want), "T:%s;", seqs[i].ok ? text : "");
		put_frame(&whole, 0x81, text, n + 2, true);
		expect(s, &whole, true, MAX, want, seqs[i].ok ? strlen(want) : 0, seqs[i].ok ? 0 : 1007);
		free(whole.ptr);
		for (size_t cut = 0; cut <= n + 2; cut++) {
			struct wire split = {0};

			put_frame(&split, 0x01, text, cut, true);
			put_frame(&split, 0x80, text + cut, n + 2 - cut, true);
			expect(s, &split, true, MAX, want, seqs[i].ok ? strlen(want) : 0,
			       seqs[i].ok ? 0 : 1007);
			free(split.ptr);
		}
	}
}

static void close_codes_are_checked(void **state)
{
	static const struct {
		unsigned code;
		bool ok;
	} codes[] = {
		{0, false}, {1, false}, {999, false}, {1000, true}, {1001, true}, {1002, true}, {1003, true},
		{1004, false}, {1005, false}, {1006, false}, {1007, true}, {1008, true}, {1009, true},
		{1010, true}, {1011, true}, {1012, true}, {1013, true}, {1014, true}, {1015, false},
		{1016, false}, {1100, false}, {2000, false}, {2999, false}, {3000, true}, {3999, true},
		{4000, true}, {4999, true}, {5000, false}, {65535, false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(codes); i++) {
		struct wire w = {0};
		char body[2] = {(char)(codes[i].code >> 8), (char)codes[i].code};
		char want[] = "close:??;", name[20];

		snprintf(name, sizeof(name), "close %u", codes[i].code);
		memcpy(want + 6, body, 2);
		put_frame(&w, 0x88, body, 2, true);
		expect(name, &w, true, MAX, want, codes[i].ok ? 9 : 0, codes[i].ok ? 0 : 1002);
		free(w.ptr);
	}
}

static void sizes_around_each_length_form_are_read(void **state)
{
	static const size_t sizes[] = {0, 1, 124, 125, 126, 127, 128, 200, 65535, 65536, 65537, MAX};
	static char big[MAX];

	(void)state;
	for (size_t i = 0; i < MAX; i++)
		big[i] = (char)('a' + i % 23);
	for (size_t i = 0; i < IV_COUNT(sizes); i++) {
		struct wire w = {0};
		char *want;
		size_t want_len;

		put_frame(&w, 0x81, big, sizes[i], true);
		put_frame(&w, 0x82, "next", 4, true);
		iv_buf_clear(&seen);
		on_message(NULL, true, (struct iv_str){big, sizes[i]});
		on_message(NULL, false, IV_S("next"));
		want_len = seen.len;
		want = malloc(want_len);
		assert_non_null(want);
		memcpy(want, seen.ptr, want_len);
		expect("size", &w, true, MAX, want, want_len, 0);
		free(want);
		free(w.ptr);
	}
}

static void what_is_too_large_is_refused_by_its_header_alone(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t n, max;
		int code;
	} big[] = {
		{"one more than the limit", "\x81\xfe\x04\x01zzzz", 8, 1024, 1009},
		{"the limit itself", "\x81\xfe\x04\x00zzzz", 8, 1024, 0},
		{"64 bit length", "\x82\xff\x00\x00\x00\x00\x80\x00\x00\x00zzzz", 14, 65536, 1009},
		{"the top bit", "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00zzzz", 14, 65536, 1009},
		{"all ones", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffzzzz", 14, 65536, 1009},
		{"ping of 126", "\x89\xfe\x00\x7ezzzz", 8, 65536, 1002},
		{"close of 126", "\x88\xfe\x00\x7ezzzz", 8, 65536, 1002},
		{"ping with a 64 bit length", "\x89\xff\x00\x00\x00\x00\x00\x00\x00\x01zzzz", 14, 65536, 1002},
		{"125 in the long form", "\x82\xfe\x00\x7dzzzz", 8, 65536, 1002},
		{"65535 in the longest form", "\x82\xff\x00\x00\x00\x00\x00\x00\xff\xffzzzz", 14, 65536, 1002},
		{"not masked", "\x81\x01" "a", 3, 65536, 1002},
	};
	struct wire w = {0};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(big); i++)
		for (size_t piece = 1; piece < 20; piece += 3) {
			int code = feed(true, big[i].max, big[i].bytes, big[i].n, piece, 0);

			if (code != big[i].code || seen.len)
				fail_msg("%s: %d", big[i].name, code);
		}
	assert_int_equal(feed(false, MAX, "\x81\x81zzzza", 7, MAX, 0), 1002); /* a server must not mask */
	/* fragments together */
	put_frame(&w, 0x02, "12345678", 8, true);
	put_frame(&w, 0x80, "9", 1, true);
	expect("fragments at the limit", &w, true, 9, "B:123456789;", 12, 0);
	expect("fragments above the limit", &w, true, 8, "", 0, 1009);
	free(w.ptr);
}

static void a_million_empty_fragments_cost_nothing(void **state)
{
	struct iv_ws_reader r;
	struct wire w = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		put_frame(&w, 0x00, "", 0, true);
	stop = false;
	iv_ws_reader_init(&r, true, MAX);
	char first[] = "\x01\x80zzzz";
	assert_int_equal(iv_ws_reader_feed(&r, first, 6, &handlers, NULL, &stop), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(iv_ws_reader_feed(&r, w.ptr, w.len, &handlers, NULL, &stop), 0);
	assert_true(r.message.cap + r.pending.cap < 1024);
	iv_ws_reader_deinit(&r);
	free(w.ptr);
}

static void the_reader_stops_where_a_callback_says_so(void **state)
{
	struct wire w = {0};

	(void)state;
	put_frame(&w, 0x81, "a", 1, true);
	put_frame(&w, 0x81, "b", 1, true);
	put_frame(&w, 0x83, "", 0, true);
	stop_after = 1;
	expect("stop", &w, true, MAX, "T:a;", 4, 0);
	stop_after = 0;
	free(w.ptr);
}

static void memory_of_a_large_message_is_given_back(void **state)
{
	static char big[MAX];
	struct iv_ws_reader r;
	struct wire w = {0};

	(void)state;
	put_frame(&w, 0x02, big, 30000, true);
	put_frame(&w, 0x80, big, 30000, true);
	put_frame(&w, 0x82, big, 60000, true);
	iv_ws_reader_init(&r, true, MAX);
	stop = false;
	for (size_t at = 0; at < w.len; at += 7000)
		assert_int_equal(iv_ws_reader_feed(&r, w.ptr + at, w.len - at < 7000 ? w.len - at : 7000,
						   &handlers, NULL, &stop),
				 0);
	assert_int_equal(r.pending.len, 0);
	assert_true(r.pending.cap <= 4096 && r.message.cap <= 4096);
	iv_ws_reader_deinit(&r);
	free(w.ptr);
}

static void a_whole_frame_is_given_where_it_lies(void **state)
{
	struct iv_ws_reader r;
	struct wire w = {0};

	(void)state;
	put_frame(&w, 0x82, "12345678", 8, true);
	iv_ws_reader_init(&r, true, MAX);
	stop = false;
	assert_int_equal(iv_ws_reader_feed(&r, w.ptr, w.len, &handlers, NULL, &stop), 0);
	assert_null(r.pending.ptr);
	assert_null(r.message.ptr);
	assert_memory_equal(w.ptr + 6, "12345678", 8);
	iv_ws_reader_deinit(&r);
	free(w.ptr);
}

static void ten_thousand_random_cuts_decode_alike(void **state)
{
	struct wire w = {0};
	char *want;
	size_t want_len;

	(void)state;
	for (int i = 0; i < 3; i++) {
		put_frame(&w, 0x01, "\xce\xba h\xc3", 5, true);
		put_frame(&w, 0x89, "ping", 4, true);
		put_frame(&w, 0x00, "", 0, true);
		put_frame(&w, 0x80, "\xa9 end", 5, true);
		put_frame(&w, 0x82, "0123456789012345678901234567890123456789", 40, true);
		put_frame(&w, 0x8a, "", 0, true);
	}
	assert_int_equal(feed(true, MAX, w.ptr, w.len, MAX, 0), 0);
	want_len = seen.len;
	want = malloc(want_len);
	assert_non_null(want);
	memcpy(want, seen.ptr, want_len);
	assert_true(want_len > 100);
	for (unsigned seed = 0; seed < 10000; seed++) {
		assert_int_equal(feed(true, MAX, w.ptr, w.len, 0, seed * 2654435761u), 0);
		assert_int_equal(seen.len, want_len);
		assert_memory_equal(seen.ptr, want, want_len);
	}
	free(want);
	free(w.ptr);
}

static int setup(void **state)
{
	(void)state;
	iv_buf_init(&seen, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iv_buf_deinit(&seen);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_rfc_are_read),
		cmocka_unit_test(headers_are_written_as_the_rfc_shows_them),
		cmocka_unit_test(the_accept_key_is_the_one_of_the_rfc),
		cmocka_unit_test(masking_is_the_same_in_pieces_at_any_alignment),
		cmocka_unit_test(frames_are_read_as_the_tables_say_however_they_are_cut),
		cmocka_unit_test(malformed_utf8_is_refused_in_one_frame_and_over_two),
		cmocka_unit_test(close_codes_are_checked),
		cmocka_unit_test(sizes_around_each_length_form_are_read),
		cmocka_unit_test(what_is_too_large_is_refused_by_its_header_alone),
		cmocka_unit_test(a_million_empty_fragments_cost_nothing),
		cmocka_unit_test(the_reader_stops_where_a_callback_says_so),
		cmocka_unit_test(memory_of_a_large_message_is_given_back),
		cmocka_unit_test(a_whole_frame_is_given_where_it_lies),
		cmocka_unit_test(ten_thousand_random_cuts_decode_alike),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
