/* The cheap providers: the set times are kept, and what comes is always the same. */
#include "rig.h"
#include <math.h>
#include "iv_g711.h"

static struct rig rig;
static const struct lab_load load = {
	.on = true, .asr_ms = 150, .ttft_ms = 60, .token_ms = 10, .tts_ms = 80, .reply_ms = 1000};

static void a_tone_starts_in_time_and_lasts_as_set(void **state)
{
	static const struct {
		const char *target;
		size_t bytes;
	} rows[] = {
		{"/v1/speak?container=none&encoding=mulaw&sample_rate=8000", 8000},
		{"/v1/speak?container=none&encoding=linear16&sample_rate=16000", 32000},
		{"/v1/text-to-speech/x/stream?output_format=pcm_24000", 48000},
	};
	struct rig_answer a;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		rig_ask(&rig, &a, "POST", rows[i].target, "{\"text\":\"anything\"}");
		assert_int_equal(a.status, 200);
		assert_int_equal(a.len, rows[i].bytes);
		assert_true(a.first_us - a.start_us >= 80000);
		assert_true(a.first_us - a.start_us < 1000000);
		/* ten chunks, 20 ms apart, however late the first was read */
		assert_true(a.last_us - a.start_us >= 80000 + 170000);
		rig_answer_free(&a);
	}
}

static void chunks_of_tone_join_without_a_step(void **state)
{
	struct rig_answer a;
	int worst = 0;

	(void)state;
	rig_ask(&rig, &a, "POST", "/v1/speak?container=none&encoding=linear16&sample_rate=8000",
		"{\"text\":\"x\"}");
	for (size_t i = 1; i < a.len / 2; i++) {
		int16_t x, y;

		memcpy(&x, a.body + 2 * i - 2, 2);
		memcpy(&y, a.body + 2 * i, 2);
		worst = abs(y - x) > worst ? abs(y - x) : worst;
	}
	/* A sine's steepest step is 2*pi*f/rate of its peak. */
	assert_true(worst > 1000 && worst <= (int)(6000 * 2 * 3.1416 * 440 / 8000) + 2);
	rig_answer_free(&a);
}

static void nine_words_come_at_set_times(void **state)
{
	struct rig_answer a;
	int words = 0;

	(void)state;
	rig_ask(&rig, &a, "POST", "/v1/chat/completions",
		"{\"model\":\"m\",\"stream\":true,\"user\":\"call_9\",\"messages\":[]}");
	assert_int_equal(a.status, 200);
	assert_true(a.first_us - a.start_us >= 60000);
	assert_true(a.last_us - a.start_us >= 60000 + 75000);
	for (const char *p = a.body; (p = strstr(p, "\"delta\":{\"content\":\"")); p++)
		words++;
	assert_int_equal(words, 9);
	assert_string_equal(a.body + a.len - 14, "data: [DONE]\n\n");
	rig_answer_free(&a);
	rig_ask(&rig, &a, "GET", "/lab/stats", NULL);
	assert_non_null(strstr(a.body, "\"call_9\":{\"chat\":{\"opened\":1,\"completed\":1"));
	rig_answer_free(&a);
}

/* ── listening ── */

struct heard {
	struct iv_ws *ws;
	bool open, closed;
	int64_t onset_us, result_us;
	int onsets, results, metadata;
};

static void on_opened(void *arg, struct iv_ws *ws)
{
	struct heard *h = arg;

	(void)ws;
	h->open = true;
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct heard *h = arg;

	(void)ws;
	assert_true(text);
	if (iv_str_find(data, IV_S("SpeechStarted"), 0) >= 0) {
		h->onset_us = iv_now_us();
		h->onsets++;
	} else if (iv_str_find(data, IV_S("I would like to book a table"), 0) >= 0) {
		h->result_us = iv_now_us();
		h->results++;
	} else if (iv_str_find(data, IV_S("Metadata"), 0) >= 0) {
		h->metadata++;
	}
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct heard *h = arg;

	(void)ws;
	(void)code;
	(void)http_status;
	(void)reason;
	h->closed = true;
}

static void send_ulaw(struct heard *h, int peak)
{
	int16_t pcm[160];
	uint8_t bytes[160];

	for (size_t i = 0; i < 160; i++)
		pcm[i] = (int16_t)(i % 2 ? peak : -peak);
	iv_ulaw_encode(pcm, 160, bytes);
	assert_true(iv_ws_send_binary(h->ws, bytes, sizeof(bytes), IV_WS_MUST));
}

static void words_come_a_set_time_after_the_last_loud_sound(void **state)
{
	static const struct iv_ws_handlers handlers = {
		.opened = on_opened, .message = on_message, .closed = on_closed};
	struct heard h = {0};
	struct iv_ws_dial d = {.connect_ms = 2000,
			       .limits = {.message_max = 4096,
					  .soft_bytes = 1 << 20,
					  .hard_bytes = 1 << 21,
					  .hard_ms = 1000}};
	int64_t last;

	(void)state;
	d.url = iv_str(
		rig_url(&rig, "ws", "/v1/listen?encoding=mulaw&sample_rate=8000&vad_events=true"));
	h.ws = iv_ws_dial(rig.net, &d, &handlers, &h);
	rig_wait(&rig, 100);
	assert_true(h.open);
	send_ulaw(&h, 40);
	rig_wait(&rig, 200);
	assert_int_equal(h.onsets + h.results, 0);
	for (int i = 0; i < 10; i++) {
		send_ulaw(&h, 2000);
		rig_wait(&rig, 20);
	}
	last = iv_now_us() - 20000;
	assert_int_equal(h.onsets, 1);
	assert_int_equal(h.results, 0);
	for (int i = 0; i < 10; i++) {
		send_ulaw(&h, 40);
		rig_wait(&rig, 20);
	}
	assert_int_equal(h.results, 1);
	assert_true(h.result_us - last >= 148000 && h.result_us - last < 1000000);
	assert_true(iv_ws_send_text(h.ws, IV_S("{\"type\":\"CloseStream\"}"), IV_WS_MUST));
	rig_wait(&rig, 100);
	assert_int_equal(h.metadata, 1);
	assert_true(h.closed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tone_starts_in_time_and_lasts_as_set),
		cmocka_unit_test(chunks_of_tone_join_without_a_step),
		cmocka_unit_test(nine_words_come_at_set_times),
		cmocka_unit_test(words_come_a_set_time_after_the_last_loud_sound),
	};
	int failed;

	rig_open(&rig, &load);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_close(&rig);
	return failed;
}
