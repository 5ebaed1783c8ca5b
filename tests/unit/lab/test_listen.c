/* The recogniser's socket, with real speech. */
#include "rig.h"
#include "iv_g711.h"
#include "iv_resample.h"
#include "speech_tts.h"

struct client {
	struct rig *rig;
	struct iv_ws *ws;
	bool open, closed;
	int close_code, http_status;
	char closing_words[64];
	/* what came, in order of coming */
	int onsets, guesses, finals, utterance_ends, metadata, others;
	char said[512], last_guess[256]; /* finals joined */
	bool end_of_turn, finalized;
	double confidence, first_word_s, last_word_s;
	bool (*until)(const struct client *c);
};

static void check(struct client *c)
{
	if (c->until && c->until(c))
		iv_loop_stop(c->rig->loop);
}

static void on_opened(void *arg, struct iv_ws *ws)
{
	struct client *c = arg;

	(void)ws;
	c->open = true;
	check(c);
}

static void take_result(struct client *c, const cJSON *json)
{
	const cJSON *channel = iv_json_get(json, "channel");
	const cJSON *best =
		cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(channel, "alternatives"), 0);
	const cJSON *words = cJSON_GetObjectItemCaseSensitive(best, "words");
	struct iv_str text = iv_json_str(best, "transcript");

	if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "is_final"))) {
		c->guesses++;
		iv_str_copy(c->last_guess, sizeof(c->last_guess), text);
		return;
	}
	c->finals++;
	c->end_of_turn |= cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "speech_final"));
	c->finalized |= cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "from_finalize"));
	if (text.len) {
		size_t have = strlen(c->said);

		snprintf(c->said + have, sizeof(c->said) - have, "%s%.*s", have ? " " : "",
			 IV_FMT(text));
		c->confidence = cJSON_GetObjectItemCaseSensitive(best, "confidence")->valuedouble;
	}
	if (cJSON_GetArraySize(words) > 0) {
		const cJSON *first = cJSON_GetArrayItem(words, 0);
		const cJSON *last = cJSON_GetArrayItem(words, cJSON_GetArraySize(words) - 1);

		c->first_word_s = cJSON_GetObjectItemCaseSensitive(first, "start")->valuedouble;
		c->last_word_s = cJSON_GetObjectItemCaseSensitive(last, "end")->valuedouble;
	}
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct client *c = arg;
	cJSON *json = text ? iv_json_parse(data, NULL) : NULL;
	struct iv_str type = iv_json_str(json, "type");

	(void)ws;
	if (iv_str_eq(type, IV_S("Results")))
		take_result(c, json);
	else if (iv_str_eq(type, IV_S("SpeechStarted")))
		c->onsets++;
	else if (iv_str_eq(type, IV_S("UtteranceEnd")))
		c->utterance_ends++;
	else if (iv_str_eq(type, IV_S("Metadata")))
		c->metadata++;
	else
		c->others++;
	cJSON_Delete(json);
	check(c);
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct client *c = arg;

	(void)ws;
	c->ws = NULL;
	c->closed = true;
	c->close_code = code;
	c->http_status = http_status;
	iv_str_copy(c->closing_words, sizeof(c->closing_words), reason);
	check(c);
}

static bool is_open_or_closed(const struct client *c)
{
	return c->open || c->closed;
}

static bool is_closed(const struct client *c)
{
	return c->closed;
}

static bool turn_is_over(const struct client *c)
{
	return c->end_of_turn;
}

static bool is_finalized(const struct client *c)
{
	return c->finalized;
}

static bool utterance_has_ended(const struct client *c)
{
	return c->utterance_ends > 0;
}

static void run_until(struct client *c, bool (*until)(const struct client *c), int ms)
{
	if (until(c))
		return;
	c->until = until;
	rig_run(c->rig, ms);
	c->until = NULL;
}

static const char telephone[] = "/v1/listen?model=nova-2&encoding=mulaw&sample_rate=8000&channels=1"
				"&interim_results=true&punctuate=true&endpointing=300"
				"&utterance_end_ms=1000&vad_events=true&tag=call_1";

static void dial(struct client *c, struct rig *r, const char *target)
{
	static const struct iv_ws_handlers handlers = {
		.opened = on_opened, .message = on_message, .closed = on_closed};
	struct iv_ws_dial d = {.url = iv_str(rig_url(r, "ws", target)),
			       .connect_ms = 3000,
			       .limits = {.message_max = 65536,
					  .soft_bytes = 1 << 22,
					  .hard_bytes = 1 << 23,
					  .hard_ms = 5000}};

	memset(c, 0, sizeof(*c));
	c->rig = r;
	c->ws = iv_ws_dial(r->net, &d, &handlers, c);
	run_until(c, is_open_or_closed, 4000);
}

static void hang_up(struct client *c)
{
	if (c->ws) {
		iv_ws_close(c->ws, 1000, IV_STR_NULL);
		run_until(c, is_closed, 4000);
	}
}

/* ── sound ── */

static void send_ulaw(struct client *c, const int16_t *pcm, size_t n)
{
	uint8_t bytes[160];

	for (size_t at = 0; at < n; at += sizeof(bytes)) {
		size_t part = n - at < sizeof(bytes) ? n - at : sizeof(bytes);

		iv_ulaw_encode(pcm + at, part, bytes);
		if (!c->ws || !iv_ws_send_binary(c->ws, bytes, part, IV_WS_MUST))
			return;
	}
}

static void send_quiet(struct client *c, int ms)
{
	int16_t frame[160];
	static unsigned noise = 5;

	for (; ms > 0; ms -= 20) {
		for (size_t i = 0; i < 160; i++)
			frame[i] = (int16_t)(rand_r(&noise) % 9 - 4);
		send_ulaw(c, frame, 160);
	}
}

static void send_speech(struct client *c, const char *text, const char *voice)
{
	struct speech_wave w;
	struct iv_resampler down;

	assert_true(speech_say(text, voice, &w));
	assert_true(iv_resampler_init(&down, w.rate_hz, 8000));
	int16_t *pcm = malloc(iv_resampler_bound(&down, w.samples) * sizeof(*pcm));
	assert_non_null(pcm);
	size_t n = iv_resample(&down, w.pcm, w.samples, pcm);
	send_ulaw(c, pcm, n);
	free(pcm);
	iv_resampler_deinit(&down);
	speech_wave_free(&w);
}

static void send_text(struct client *c, const char *text)
{
	assert_true(iv_ws_send_text(c->ws, iv_str(text), IV_WS_MUST));
}

/* ── tests ── */

static struct rig rig;

static void a_sentence_comes_with_onset_guesses_words_and_its_end(void **state)
{
	struct client c;

	(void)state;
	dial(&c, &rig, telephone);
	assert_true(c.open);
	send_quiet(&c, 500);
	send_speech(&c, "can you tell me the time", "slt");
	send_quiet(&c, 400);
	run_until(&c, turn_is_over, 5000);
	assert_string_equal(c.said, "Can you tell me the time?");
	assert_int_equal(c.onsets, 1);
	assert_true(c.guesses >= 2);
	assert_true(c.confidence > 0.5);
	/* The words begin half a second into the stream, and last about a second. */
	assert_true(c.first_word_s > 0.4 && c.first_word_s < 0.8);
	assert_true(c.last_word_s > 1.2 && c.last_word_s < 2.2);
	assert_int_equal(c.utterance_ends, 0);
	send_quiet(&c, 1000);
	run_until(&c, utterance_has_ended, 3000);
	assert_int_equal(c.finals, 1);
	hang_up(&c);
}

static void finishing_in_a_pause_loses_and_repeats_no_word(void **state)
{
	struct client c;

	(void)state;
	dial(&c, &rig, telephone);
	send_quiet(&c, 300);
	send_speech(&c, "book a table for four people", "rms");
	send_text(&c, "{\"type\":\"Finalize\"}");
	run_until(&c, is_finalized, 5000);
	assert_string_equal(c.said, "Book a table for four people.");
	assert_false(c.end_of_turn);
	send_speech(&c, "tomorrow at seven", "rms");
	send_quiet(&c, 500);
	run_until(&c, turn_is_over, 5000);
	assert_string_equal(c.said, "Book a table for four people. Tomorrow at seven.");
	hang_up(&c);
}

static void finalize_in_silence_is_answered_with_nothing(void **state)
{
	struct client c;

	(void)state;
	dial(&c, &rig, telephone);
	send_quiet(&c, 200);
	send_text(&c, "{\"type\":\"Finalize\"}");
	run_until(&c, is_finalized, 3000);
	assert_string_equal(c.said, "");
	assert_int_equal(c.onsets, 0);
	hang_up(&c);
}

static void close_stream_gives_what_was_said_then_metadata(void **state)
{
	struct client c;

	(void)state;
	dial(&c, &rig, telephone);
	send_quiet(&c, 300);
	send_speech(&c, "goodbye", "slt");
	send_text(&c, "{\"type\":\"CloseStream\"}");
	run_until(&c, is_closed, 5000);
	assert_string_equal(c.said, "Goodbye.");
	assert_int_equal(c.metadata, 1);
	assert_int_equal(c.close_code, 1000);
	assert_true(rig_stat(&rig, "listen", "completed") > 0);
}

static void foreign_speech_is_unclear_and_a_click_is_nothing(void **state)
{
	struct client c;
	int16_t click[480];

	(void)state;
	dial(&c, &rig, telephone);
	send_quiet(&c, 300);
	send_speech(&c, "elephants never forget their friends", "slt");
	send_quiet(&c, 500);
	run_until(&c, turn_is_over, 5000);
	assert_string_equal(c.said, "[unclear]");
	assert_true(c.confidence < 0.3);
	c.end_of_turn = false;
	c.said[0] = '\0';
	for (size_t i = 0; i < 480; i++)
		click[i] = (int16_t)(i % 2 ? 9000 : -9000);
	send_ulaw(&c, click, 480);
	send_quiet(&c, 500);
	run_until(&c, turn_is_over, 5000);
	assert_string_equal(c.said, "");
	hang_up(&c);
}

static void callers_are_told_apart(void **state)
{
	static const char *const phrases[] = {"tell me a story",	   "what's the time",
					      "i want to talk to a human", "thank you goodbye",
					      "book a table for two",	   "stop it"};
	static const char *const written[] = {"Tell me a story.",	    "What's the time?",
					      "I want to talk to a human.", "Thank you goodbye.",
					      "Book a table for two.",	    "Stop it."};
	struct client c[IV_COUNT(phrases)];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(c); i++)
		dial(&c[i], &rig, telephone);
	for (size_t i = 0; i < IV_COUNT(c); i++) {
		send_quiet(&c[i], 300);
		send_speech(&c[i], phrases[i], "slt");
		send_quiet(&c[i], 400);
	}
	for (size_t i = 0; i < IV_COUNT(c); i++) {
		run_until(&c[i], turn_is_over, 10000);
		assert_string_equal(c[i].said, written[i]);
	}
	for (size_t i = 0; i < IV_COUNT(c); i++)
		hang_up(&c[i]);
}

static void a_caller_who_leaves_mid_sentence_is_forgotten(void **state)
{
	struct client c;
	int before = rig_stat(&rig, "listen", "cancelled");

	(void)state;
	dial(&c, &rig, telephone);
	send_speech(&c, "book a table for four people tomorrow at seven", "awb");
	rig_wait(&rig, 100); /* a decoder is at work */
	iv_ws_kill(c.ws);
	run_until(&c, is_closed, 1000);
	rig_wait(&rig, 300);
	assert_int_equal(rig_stat(&rig, "listen", "cancelled"), before + 1);
	dial(&c, &rig, telephone);
	send_quiet(&c, 300);
	send_speech(&c, "what time is it", "slt");
	send_quiet(&c, 400);
	run_until(&c, turn_is_over, 5000);
	assert_string_equal(c.said, "What time is it?");
	hang_up(&c);
}

static void a_bad_query_is_refused_with_its_reason(void **state)
{
	static const char *const bad[] = {
		"/v1/listen",
		"/v1/listen?encoding=mp3&sample_rate=8000",
		"/v1/listen?encoding=mulaw",
		"/v1/listen?encoding=mulaw&sample_rate=12345",
		"/v1/listen?encoding=mulaw&sample_rate=8000&channels=2",
		"/v1/listen?encoding=mulaw&sample_rate=8000&endpointing=soon",
		"/v1/listen?encoding=mulaw&sample_rate=8000&utterance_end_ms=20",
	};
	struct client c;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		dial(&c, &rig, bad[i]);
		assert_true(c.closed);
		assert_int_equal(c.http_status, 400);
	}
}

static void an_unknown_message_closes_the_stream(void **state)
{
	struct client c;

	(void)state;
	dial(&c, &rig, telephone);
	send_text(&c, "{\"type\":\"Sing\"}");
	run_until(&c, is_closed, 3000);
	assert_int_equal(c.close_code, 1008);
	assert_string_equal(c.closing_words, "DATA-0000");
}

static void rules_break_the_stream_as_told(void **state)
{
	struct client c;
	struct rig_answer a;

	(void)state;
	rig_fault(&rig, "listen:1=status=429");
	rig_fault(&rig, "listen:2=cut_after=3200");
	rig_fault(&rig, "listen:3=garbage");
	rig_fault(&rig, "listen:4=empty");
	rig_fault(&rig, "listen:5=stall");
	rig_fault(&rig, "listen:6=reset");
	dial(&c, &rig, telephone);
	assert_int_equal(c.http_status, 429);
	dial(&c, &rig, telephone);
	send_quiet(&c, 1000);
	run_until(&c, is_closed, 2000);
	assert_int_equal(c.close_code, 1006);
	dial(&c, &rig, telephone);
	send_quiet(&c, 20);
	rig_wait(&rig, 100);
	assert_int_equal(c.others, 3);
	hang_up(&c);
	dial(&c, &rig, telephone);
	run_until(&c, is_closed, 2000);
	assert_int_equal(c.close_code, 1000);
	dial(&c, &rig, telephone);
	send_speech(&c, "stop", "slt");
	send_text(&c, "{\"type\":\"Finalize\"}");
	rig_wait(&rig, 300);
	assert_int_equal(c.onsets + c.finals, 0);
	hang_up(&c);
	dial(&c, &rig, telephone);
	assert_true(c.closed);
	assert_int_equal(c.http_status, 0);
	rig_ask(&rig, &a, "DELETE", "/lab/faults", NULL);
	rig_answer_free(&a);
	dial(&c, &rig, telephone);
	assert_true(c.open);
	hang_up(&c);
}

static void ten_silent_seconds_end_the_stream_and_keep_alive_prevents_it(void **state)
{
	struct client idle, kept;

	(void)state;
	dial(&idle, &rig, telephone);
	dial(&kept, &rig, telephone);
	rig_wait(&rig, 6000);
	send_text(&kept, "{\"type\":\"KeepAlive\"}");
	run_until(&idle, is_closed, 5000);
	assert_int_equal(idle.close_code, 1011);
	assert_string_equal(idle.closing_words, "NET-0001");
	rig_wait(&rig, 300);
	assert_false(kept.closed);
	hang_up(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sentence_comes_with_onset_guesses_words_and_its_end),
		cmocka_unit_test(finishing_in_a_pause_loses_and_repeats_no_word),
		cmocka_unit_test(finalize_in_silence_is_answered_with_nothing),
		cmocka_unit_test(close_stream_gives_what_was_said_then_metadata),
		cmocka_unit_test(foreign_speech_is_unclear_and_a_click_is_nothing),
		cmocka_unit_test(callers_are_told_apart),
		cmocka_unit_test(a_caller_who_leaves_mid_sentence_is_forgotten),
		cmocka_unit_test(a_bad_query_is_refused_with_its_reason),
		cmocka_unit_test(an_unknown_message_closes_the_stream),
		cmocka_unit_test(rules_break_the_stream_as_told),
		cmocka_unit_test(ten_silent_seconds_end_the_stream_and_keep_alive_prevents_it),
	};
	int failed;

	rig_open(&rig, NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_close(&rig);
	speech_voices_close();
	return failed;
}
