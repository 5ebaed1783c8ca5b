/* Asking a synthesiser, through everything a provider can do wrong. */
#include "far.h"

#define AUDIO "audio/basic"

struct heard {
	struct iv_buf log;
	struct iv_tts *tts;
	int16_t pcm[65536];
	size_t samples;
	bool cancel_at_audio, stop_at_audio, ended;
	struct iv_tts_broken broken;
};

static struct heard h;

static void write_down(const char *fmt, ...) IV_PRINTF(1, 2);
static void write_down(const char *fmt, ...)
{
	va_list ap;
	assert_false(h.ended);
	va_start(ap, fmt);
	assert_true(iv_buf_vprintf(&h.log, fmt, ap));
	va_end(ap);
}

static void on_audio(void *arg, const int16_t *pcm, size_t n)
{
	assert_ptr_equal(arg, &h);
	assert_false(h.ended);
	assert_true(n > 0 && h.samples + n <= IV_COUNT(h.pcm));
	memcpy(h.pcm + h.samples, pcm, n * sizeof(*pcm));
	h.samples += n;
	if (h.cancel_at_audio) {
		iv_tts_cancel(h.tts);
		h.ended = true;
	}
	if (h.cancel_at_audio || h.stop_at_audio)
		iv_loop_stop(loop);
}

static void on_done(void *arg)
{
	(void)arg;
	write_down("done %zu", h.samples);
	h.ended = true;
	iv_loop_stop(loop);
}

static void on_switched(void *arg, const char *provider, const char *reason)
{
	(void)arg;
	write_down("%s: %s|", provider, reason);
}

static void on_failed(void *arg, const char *reason)
{
	(void)arg;
	h.broken = iv_tts_broken(h.tts);
	write_down("%zu failed %s", h.samples, reason);
	h.ended = true;
	iv_loop_stop(loop);
}

static const struct iv_tts_events events = {on_audio, on_done, on_switched, on_failed};

static void begin_of(const struct iv_strs *list, const char *text, int rate_hz, struct iv_tts_broken rest_of)
{
	struct iv_tts_opts o = {.list = list,
				.text = iv_str(text),
				.rate_hz = rate_hz,
				.voice_elevenlabs = IV_S("v2"),
				.rest_of = rest_of};
	h.samples = 0;
	h.cancel_at_audio = h.stop_at_audio = h.ended = false;
	iv_buf_init(&h.log, 4096);
	h.tts = iv_tts_say(providers, &o, &events, &h);
	assert_int_equal(h.log.len, 0);
}

static void begin(const char *text, int rate_hz)
{
	begin_of(NULL, text, rate_hz, (struct iv_tts_broken){0});
}

static void expect(const char *log)
{
	BUF_IS(&h.log, log);
	iv_buf_deinit(&h.log);
}

static void say(int rate_hz, const char *log)
{
	begin("Hello.", rate_hz);
	far_run();
	expect(log);
}

/* 7 µ-law bytes: the ends of the scale and zero. */
static const char ulaw[] = {0x00, (char)0x80, (char)0xff, 0x00, (char)0x80, (char)0xff, 0x00};
static const struct far_script good = {200, AUDIO, ulaw, 7, FAR_END};

static void telephone_samples_come_as_ulaw(void **state)
{
	(void)state;
	static const int16_t samples[7] = {-32124, 32124, 0, -32124, 32124, 0, -32124};
	far_a.script = good;
	say(8000, "done 7");
	assert_memory_equal(h.pcm, samples, sizeof(samples));
	assert_string_equal(far_a.target,
			    "/a/v1/speak?model=aura-asteria-en&encoding=mulaw&sample_rate=8000"
			    "&container=none");
	assert_string_equal(far_a.key, "Token key-dg");
	assert_string_equal(far_a.body, "{\"text\":\"Hello.\"}");
	assert_true(far_count("tts_ok") == 1);
}

static void wideband_samples_come_as_linear16(void **state)
{
	(void)state;
	static const int16_t samples[2] = {0x0201, 0x0403};
	far_a.script = (struct far_script){200, "application/octet-stream", "\x01\x02\x03\x04\x05",
					   5, FAR_END};
	say(16000, "done 2");
	assert_memory_equal(h.pcm, samples, sizeof(samples));
}

static void a_long_sentence_arrives_whole(void **state)
{
	(void)state;
	static char bytes[60000];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 % 251);
	far_a.script = (struct far_script){200, AUDIO, bytes, sizeof(bytes), FAR_END};
	say(8000, "done 60000");
	for (size_t i = 0; i < sizeof(bytes); i++) {
		int16_t sample;
		iv_ulaw_decode((const uint8_t *)&bytes[i], 1, &sample);
		assert_int_equal(h.pcm[i], sample);
	}
}

static const struct {
	const char *what, *log;
	struct far_script script;
} rows[] = {
	{"unauthorized", "elevenlabs: unauthorized|done 7", {401, NULL, NULL, 0, FAR_END}},
	{"no such voice", "elevenlabs: refused|done 7", {404, NULL, NULL, 0, FAR_END}},
	{"too long", "elevenlabs: refused|done 7", {413, NULL, NULL, 0, FAR_END}},
	{"rate limit", "elevenlabs: rate_limited|done 7", {429, NULL, NULL, 0, FAR_END}},
	{"server error", "elevenlabs: server_error|done 7", {503, NULL, NULL, 0, FAR_END}},
	{"no answer", "elevenlabs: timeout|done 7", {0, NULL, NULL, 0, FAR_HANG}},
	{"silence behind 200", "elevenlabs: timeout|done 7", {200, AUDIO, NULL, 0, FAR_HANG}},
	{"JSON",
	 "elevenlabs: garbage|done 7",
	 {200, "application/json", "{\"err\":1}", 0, FAR_END}},
	{"a page",
	 "elevenlabs: garbage|done 7",
	 {200, "text/html; charset=utf-8", "<html>", 0, FAR_HANG}},
	{"a file", "elevenlabs: garbage|done 7", {200, AUDIO, "RIFF....WAVEfmt ", 0, FAR_HANG}},
	{"no sample", "elevenlabs: cut|done 7", {200, AUDIO, NULL, 0, FAR_CUT}},
	{"cut in the middle", "8 failed cut", {200, AUDIO, "aaaaaaaa", 0, FAR_CUT}},
	{"stalled in the middle", "8 failed stalled", {200, AUDIO, "aaaaaaaa", 0, FAR_HANG}},
};

static void the_next_takes_over_while_no_audio_was_given(void **state)
{
	(void)state;
	far_b.script = good;
	providers->items[0].breakers[IV_TTS].threshold = 1000;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		far_a.script = rows[i].script;
		say(8000, rows[i].log);
	}
	assert_string_equal(far_b.target, "/b/v1/text-to-speech/v2/stream?output_format=ulaw_8000");
	assert_string_equal(far_b.key, "key-el");
	assert_non_null(strstr(far_b.body, "\"model_id\":\"eleven_flash_v2_5\""));
	assert_true(far_count("tts_error") == (double)IV_COUNT(rows));
	assert_true(iv_metric_get(IV_M_provider_failovers_total, IV_TTS) ==
		    (double)IV_COUNT(rows) - 2);
}

/* ── the rest of a sentence that broke off */

static const struct far_script cut = {200, AUDIO, "aaaaaaaa", 0, FAR_CUT};

static void say_rest(const struct iv_strs *list, const char *log)
{
	begin_of(list, "the rest.", 8000, h.broken);
	far_run();
	expect(log);
}

static void the_rest_of_a_sentence_is_asked_of_the_next(void **state)
{
	(void)state;
	far_a.script = cut;
	far_b.script = good;
	say(8000, "8 failed cut");
	assert_true(h.broken.others);
	assert_int_equal(providers->items[0].breakers[IV_TTS].failures, 1);
	say_rest(NULL, "elevenlabs: cut|done 7");
	assert_int_equal(far_a.requests, 1);
	assert_int_equal(far_b.requests, 1);
	assert_non_null(strstr(far_b.body, "\"text\":\"the rest.\""));
	assert_true(iv_metric_get(IV_M_provider_failovers_total, IV_TTS) == 1);
	say(8000, "8 failed cut"); /* another sentence begins at the head of the list again */
}

static void when_all_had_their_chance_the_list_begins_again(void **state)
{
	(void)state;
	far_a.script = far_b.script = cut;
	say(8000, "8 failed cut");
	say_rest(NULL, "elevenlabs: cut|8 failed cut");
	assert_false(h.broken.others);
	far_a.script = good;
	say_rest(NULL, "done 7");
	assert_int_equal(far_a.requests, 2);
	assert_int_equal(far_b.requests, 1);
	assert_true(iv_metric_get(IV_M_provider_failovers_total, IV_TTS) == 1);
}

static void one_that_broke_off_says_the_rest_when_the_others_cannot(void **state)
{
	(void)state;
	far_a.script = cut;
	far_b.script = (struct far_script){503, NULL, NULL, 0, FAR_END};
	say(8000, "8 failed cut");
	far_a.script = good;
	say_rest(NULL, "deepgram: server_error|done 7");
	far_a.script = cut;
	say(8000, "8 failed cut");
	say_rest(NULL, "deepgram: server_error|8 failed cut");
	assert_false(h.broken.others);
}

static void a_list_of_one_is_asked_again(void **state)
{
	struct iv_str name = IV_S("deepgram");
	struct iv_strs list = {&name, 1};
	(void)state;
	far_a.script = cut;
	begin_of(&list, "Hello.", 8000, (struct iv_tts_broken){0});
	far_run();
	expect("8 failed cut");
	assert_false(h.broken.others);
	far_a.script = good;
	say_rest(&list, "done 7");
	assert_true(iv_metric_get(IV_M_provider_failovers_total, IV_TTS) == 0);
}

static void a_rest_goes_down_the_list_one_by_one_and_an_open_breaker_is_passed_over(void **state)
{
	struct iv_str names[] = {IV_S("deepgram"), IV_S("deepgram-2"), IV_S("elevenlabs")};
	struct iv_strs list = {names, 3};
	struct iv_breaker *second = &providers->items[1].breakers[IV_TTS];
	(void)state;
	far_a.script = far_b.script = cut;
	begin_of(&list, "Hello.", 8000, (struct iv_tts_broken){0});
	far_run();
	expect("8 failed cut");
	say_rest(&list, "deepgram-2: cut|8 failed cut");
	assert_true(h.broken.others);
	say_rest(&list, "elevenlabs: cut|8 failed cut");
	assert_false(h.broken.others);

	second->threshold = 1;
	iv_breaker_result(second, false, iv_now_us());
	begin_of(&list, "Hello.", 8000, (struct iv_tts_broken){0});
	far_run();
	expect("8 failed cut");
	say_rest(&list, "elevenlabs: cut|8 failed cut");
	assert_false(h.broken.others); /* the second had its chance: an open breaker does not hold a sentence up */
}

static void a_sentence_cancelled_in_the_middle_can_be_handed_on(void **state)
{
	(void)state;
	far_a.script = (struct far_script){200, AUDIO, "aaaaaaaa", 0, FAR_HANG};
	far_b.script = good;
	begin("Hello.", 8000);
	h.stop_at_audio = true;
	far_run();
	h.broken = iv_tts_broken(h.tts);
	iv_tts_cancel(h.tts);
	expect("");
	say_rest(NULL, "elevenlabs: stalled|done 7");
}

static void an_empty_answer_is_no_audio(void **state)
{
	(void)state;
	far_a.script = (struct far_script){200, AUDIO, "", 0, FAR_END};
	far_b.script = (struct far_script){500, NULL, NULL, 0, FAR_END};
	say(8000, "elevenlabs: garbage|0 failed server_error");
}

static void nothing_to_say_is_done_without_asking(void **state)
{
	(void)state;
	begin("  ", 8000);
	far_run();
	expect("done 0");
	assert_int_equal(far_a.requests, 0);
}

static void cancel_closes_the_stream_at_the_server(void **state)
{
	(void)state;
	far_a.script = (struct far_script){200, AUDIO, "aaaaaaaa", 0, FAR_HANG};
	begin("Hello.", 8000);
	h.stop_at_audio = true;
	far_run();
	iv_tts_cancel(h.tts);
	h.ended = true;
	far_run_ms(100);
	expect("");
	assert_int_equal(far_a.gone, 1);
	assert_true(far_count("tts_cancelled") == 1);
}

static void a_callback_may_cancel_its_own_stream(void **state)
{
	(void)state;
	static char bytes[30000];
	far_a.script = (struct far_script){200, AUDIO, bytes, sizeof(bytes), FAR_END};
	begin("Hello.", 8000);
	h.cancel_at_audio = true;
	far_run();
	far_run_ms(50);
	expect("");
	assert_true(h.samples <= 1024);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(telephone_samples_come_as_ulaw),
		T(wideband_samples_come_as_linear16),
		T(a_long_sentence_arrives_whole),
		T(the_next_takes_over_while_no_audio_was_given),
		T(the_rest_of_a_sentence_is_asked_of_the_next),
		T(when_all_had_their_chance_the_list_begins_again),
		T(one_that_broke_off_says_the_rest_when_the_others_cannot),
		T(a_list_of_one_is_asked_again),
		T(a_rest_goes_down_the_list_one_by_one_and_an_open_breaker_is_passed_over),
		T(a_sentence_cancelled_in_the_middle_can_be_handed_on),
		T(an_empty_answer_is_no_audio),
		T(nothing_to_say_is_done_without_asking),
		T(cancel_closes_the_stream_at_the_server),
		T(a_callback_may_cancel_its_own_stream),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
