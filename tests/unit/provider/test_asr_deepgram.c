#include "golden.h"
#include "../../../src/provider/asr_vendor.h"

static void write_down(struct iv_buf *out, const struct asr_msg *m)
{
	static const char *const names[] = {"other", "", "speech", "utterance_end", "error", "bad"};
	if (m->kind != ASR_MSG_TEXT) {
		assert_true(iv_buf_printf(out, "%s\n", names[m->kind]));
		return;
	}
	assert_true(iv_buf_printf(out, "%s %.3f %.2f [%.*s]%s%s\n",
				  m->is_final ? "final" : "partial", m->end_s, m->confidence,
				  IV_FMT(m->text), m->end_of_turn ? " end" : "",
				  m->from_finalize ? " finalize" : ""));
}

static void read_lines(const char *name, struct iv_buf *seen)
{
	struct iv_buf lines;
	struct iv_str line;
	golden_read(&lines, name, "jsonl");
	struct iv_str rest = iv_buf_str(&lines);
	iv_buf_init(seen, 1 << 16);
	while (iv_str_split(&rest, '\n', &line)) {
		struct asr_msg m;
		if (line.len == 0)
			continue;
		asr_deepgram.read(line, &m);
		write_down(seen, &m);
		asr_msg_deinit(&m);
	}
	iv_buf_deinit(&lines);
}

static void a_recorded_turn_is_read(void **state)
{
	(void)state;
	struct iv_buf seen;
	read_lines("deepgram_turn", &seen);
	golden_check(&seen, "deepgram_turn");
}

static void what_is_not_the_protocol_is_told_so(void **state)
{
	(void)state;
	struct iv_buf seen;
	read_lines("deepgram_bad", &seen);
	struct iv_str rest = iv_buf_str(&seen), line;
	int n = 0;
	for (; iv_str_split(&rest, '\n', &line) && line.len > 0; n++)
		assert_memory_equal(line.ptr, "bad", 3);
	assert_int_equal(n, 11);
	iv_buf_deinit(&seen);
}

static void absurd_times_and_confidences_count_as_nothing(void **state)
{
	(void)state;
	static const char *const starts[] = {"-5", "1e300", "\"3\"", "null", "86401"};
	for (size_t i = 0; i < IV_COUNT(starts); i++) {
		char text[256];
		struct asr_msg m;
		snprintf(text, sizeof(text),
			 "{\"type\":\"Results\",\"is_final\":true,\"start\":%s,\"duration\":1,"
			 "\"channel\":"
			 "{\"alternatives\":[{\"transcript\":\"a\",\"confidence\":%s}]}}",
			 starts[i], starts[i]);
		asr_deepgram.read(iv_str(text), &m);
		assert_int_equal(m.kind, ASR_MSG_TEXT);
		assert_true(m.end_s == 1.0);
		assert_true(m.confidence == 0.0);
		asr_msg_deinit(&m);
	}
}

static void the_url_names_the_format_and_the_habits(void **state)
{
	(void)state;
	static const struct {
		struct asr_params p;
		const char *url;
	} rows[] = {
		{{{"https://api.deepgram.com", 24}, {"nova-2", 6}, {"", 0}, 8000, {"", 0}},
		 "wss://api.deepgram.com/v1/"
		 "listen?model=nova-2&encoding=mulaw&sample_rate=8000&channels=1"
		 "&interim_results=true&punctuate=true&smart_format=true&endpointing=300"
		 "&utterance_end_ms=1000&vad_events=true&no_delay=true"},
		{{{"http://[::1]:9000/dg/", 21}, {"nova-3 x&y", 10}, {"en-IN", 5}, 16000, {"call 1", 6}},
		 "ws://[::1]:9000/dg/v1/"
		 "listen?model=nova-3%20x%26y&encoding=linear16&sample_rate=16000"
		 "&channels=1&interim_results=true&punctuate=true&smart_format=true&endpointing=300"
		 "&utterance_end_ms=1000&vad_events=true&no_delay=true&language=en-IN&tag=call%201"},
	};
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_buf url;
		iv_buf_init(&url, 1024);
		assert_true(asr_deepgram.url(&url, &rows[i].p));
		BUF_IS(&url, rows[i].url);
		iv_buf_deinit(&url);
	}
}

static void a_url_beyond_the_ceiling_is_refused(void **state)
{
	(void)state;
	struct asr_params p = {{"http://x", 8}, {"m", 1}, {"en", 2}, 8000, {"call-1", 6}};
	struct iv_buf url;
	for (size_t limit = 1; limit < 190; limit += 7) {
		iv_buf_init(&url, limit);
		assert_false(asr_deepgram.url(&url, &p));
		iv_buf_deinit(&url);
	}
}

static void controls_and_credentials_are_as_documented(void **state)
{
	(void)state;
	struct iv_buf key;
	assert_memory_equal(asr_deepgram.keep_alive.ptr, "{\"type\":\"KeepAlive\"}", 20);
	assert_int_equal(asr_deepgram.keep_alive.len, 20);
	assert_memory_equal(asr_deepgram.finalize.ptr, "{\"type\":\"Finalize\"}", 19);
	assert_int_equal(asr_deepgram.finalize.len, 19);
	assert_memory_equal(asr_deepgram.close.ptr, "{\"type\":\"CloseStream\"}", 22);
	assert_int_equal(asr_deepgram.close.len, 22);
	iv_buf_init(&key, 64);
	assert_true(asr_deepgram.authorization(&key, "k1"));
	BUF_IS(&key, "Token k1");
	iv_buf_deinit(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_turn_is_read),
		cmocka_unit_test(what_is_not_the_protocol_is_told_so),
		cmocka_unit_test(absurd_times_and_confidences_count_as_nothing),
		cmocka_unit_test(the_url_names_the_format_and_the_habits),
		cmocka_unit_test(a_url_beyond_the_ceiling_is_refused),
		cmocka_unit_test(controls_and_credentials_are_as_documented),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
