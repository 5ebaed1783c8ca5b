#include "golden.h"
#include "../../../src/provider/tts_decode.h"
#include "../../../src/provider/tts_vendor.h"

static void requests_are_as_documented(void **state)
{
	(void)state;
	static const struct {
		const struct tts_vendor *v;
		int rate_hz;
		const char *base, *voice, *url, *key_header, *key, *body;
	} rows[] = {
		{&tts_deepgram, 8000, "https://api.deepgram.com", "aura-asteria-en",
		 "https://api.deepgram.com/v1/"
		 "speak?model=aura-asteria-en&encoding=mulaw&sample_rate=8000"
		 "&container=none",
		 "Authorization", "Token k", "{\"text\":\"Say \\\"hi\\\"\"}"},
		{&tts_deepgram, 16000, "http://h:1/", "a b",
		 "http://h:1/v1/"
		 "speak?model=a%20b&encoding=linear16&sample_rate=16000&container=none",
		 "Authorization", "Token k", "{\"text\":\"Say \\\"hi\\\"\"}"},
		{&tts_elevenlabs, 8000, "https://api.elevenlabs.io", "v/1",
		 "https://api.elevenlabs.io/v1/text-to-speech/v%2F1/stream?output_format=ulaw_8000",
		 "xi-api-key", "k",
		 "{\"text\":\"Say "
		 "\\\"hi\\\"\",\"model_id\":\"eleven_flash_v2_5\",\"voice_settings\":"},
		{&tts_elevenlabs, 16000, "https://api.elevenlabs.io", "v1",
		 "https://api.elevenlabs.io/v1/text-to-speech/v1/stream?output_format=pcm_16000",
		 "xi-api-key", "k",
		 "{\"text\":\"Say "
		 "\\\"hi\\\"\",\"model_id\":\"eleven_flash_v2_5\",\"voice_settings\":"},
	};
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct tts_params p = {iv_str(rows[i].base), iv_str(rows[i].voice),
				       IV_S("eleven_flash_v2_5"), IV_S("Say \"hi\""),
				       rows[i].rate_hz};
		struct iv_buf url, key, body;
		iv_buf_init(&url, 1024);
		iv_buf_init(&key, 1024);
		iv_buf_init(&body, 1024);
		assert_true(rows[i].v->url(&url, &p));
		BUF_IS(&url, rows[i].url);
		assert_true(rows[i].v->key_value(&key, "k"));
		BUF_IS(&key, rows[i].key);
		assert_string_equal(rows[i].v->key_header, rows[i].key_header);
		assert_true(rows[i].v->body(&body, &p));
		cJSON *tree = iv_json_parse(iv_buf_str(&body), NULL);
		assert_non_null(tree);
		cJSON_Delete(tree);
		assert_memory_equal(body.ptr, rows[i].body, strlen(rows[i].body));
		iv_buf_deinit(&url);
		iv_buf_deinit(&key);
		iv_buf_deinit(&body);
	}
}

static size_t decode(struct tts_decoder *d, const uint8_t *bytes, size_t n, size_t step,
		     int16_t *out)
{
	size_t total = 0, got;
	for (size_t at = 0; at < n; at += step) {
		struct iv_str in = {(const char *)bytes + at, n - at < step ? n - at : step};
		while ((got = tts_decode(d, &in, out + total, 5)) > 0)
			total += got;
	}
	tts_decoder_end(d);
	struct iv_str in = IV_S("");
	while ((got = tts_decode(d, &in, out + total, 5)) > 0)
		total += got;
	return total;
}

static void linear_samples_may_be_cut_in_halves(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {0x01, 0x00, 0xff, 0xff, 0x00, 0x80,
					0xff, 0x7f, 0x34, 0x12, 0x99};
	static const int16_t samples[] = {1, -1, -32768, 32767, 0x1234};
	for (size_t step = 1; step <= sizeof(bytes); step++) {
		struct tts_decoder d;
		int16_t out[32];
		tts_decoder_init(&d, false);
		assert_int_equal(decode(&d, bytes, sizeof(bytes), step, out), 5);
		assert_memory_equal(out, samples, sizeof(samples));
	}
}

/* G.711 table 2a: the ends and the middle of the µ-law scale. */
static void ulaw_is_decoded_however_little_there_is(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {0x00, 0x80, 0xff, 0x7f, 0x0f, 0x00, 0x80};
	static const int16_t samples[] = {-32124, 32124, 0, 0, -16764, -32124, 32124};
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		for (size_t step = 1; step <= sizeof(bytes); step++) {
			struct tts_decoder d;
			int16_t out[32];
			tts_decoder_init(&d, true);
			assert_int_equal(decode(&d, bytes, n, step, out), n);
			assert_memory_equal(out, samples, n * sizeof(out[0]));
		}
	}
}

static void a_file_is_not_audio(void **state)
{
	(void)state;
	for (size_t step = 1; step < 9; step++) {
		struct tts_decoder d;
		int16_t out[32];
		tts_decoder_init(&d, true);
		assert_int_equal(
			decode(&d, (const uint8_t *)"RIFF\x24\0\0\0WAVEfmt ", 16, step, out), 0);
		assert_true(d.garbage);
	}
}

static void pages_and_documents_are_not_audio(void **state)
{
	(void)state;
	static const struct {
		const char *type;
		bool audio;
	} rows[] = {
		{"", true},
		{"audio/basic", true},
		{"audio/mulaw;rate=8000", true},
		{"application/octet-stream", true},
		{"application/json", false},
		{"Application/JSON; charset=utf-8", false},
		{"application/problem+json", false},
		{"text/html", false},
		{"text/plain; charset=utf-8", false},
	};
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		assert_int_equal(tts_is_audio(iv_str(rows[i].type)), rows[i].audio);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_as_documented),
		cmocka_unit_test(linear_samples_may_be_cut_in_halves),
		cmocka_unit_test(ulaw_is_decoded_however_little_there_is),
		cmocka_unit_test(a_file_is_not_audio),
		cmocka_unit_test(pages_and_documents_are_not_audio),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
