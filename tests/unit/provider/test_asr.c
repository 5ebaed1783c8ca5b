/* Hearing, through everything a recogniser can do wrong. The audio is made of µ-law bytes that tell
 * their own position, so the second connection shows exactly what was repeated. */
#include "far.h"

#define RESULT(start, duration, final, end, text)                                                 \
	"{\"type\":\"Results\",\"start\":" start ",\"duration\":" duration ",\"is_final\":" final \
	",\"speech_final\":" end ",\"channel\":{\"alternatives\":[{\"transcript\":\"" text        \
	"\",\"confidence\":0.5}]}}"
#define FINALIZED                                                                                \
	"{\"type\":\"Results\",\"start\":0,\"duration\":0.1,\"is_final\":true,\"speech_final\":" \
	"true,"                                                                                  \
	"\"from_finalize\":true,\"channel\":{\"alternatives\":[{\"transcript\":\"\"}]}}"

enum moment { NEVER, AT_READY, AT_SPEECH, AT_TEXT, AT_END, AT_SWITCH, AT_FAILED };

struct heard {
	struct iv_buf log;
	struct iv_asr *asr;
	enum moment stop_at, close_at;
	bool closed;
	uint64_t fed; /* samples */
	struct iv_timer feeder;
	int feed_every_ms;
	bool quiet;
};

static struct heard h;

/* Never 0x7f (minus zero), which would come back as 0xff; 11 × 13 × … make neighbours differ. */
static uint8_t byte_at(uint64_t position)
{
	return (uint8_t)((position * 11 + position / 113 * 29) % 127);
}

static void reach(enum moment m)
{
	if (h.close_at == m) {
		iv_asr_close(h.asr);
		h.closed = true;
		iv_loop_stop(loop);
	}
	if (h.stop_at == m)
		iv_loop_stop(loop);
}

static void write_down(const char *fmt, ...) IV_PRINTF(1, 2);
static void write_down(const char *fmt, ...)
{
	va_list ap;
	assert_false(h.closed);
	va_start(ap, fmt);
	assert_true(iv_buf_vprintf(&h.log, fmt, ap));
	va_end(ap);
}

static void on_ready(void *arg, const char *provider)
{
	assert_ptr_equal(arg, &h);
	write_down("ready %s|", provider);
	reach(AT_READY);
}

static void on_speech(void *arg)
{
	(void)arg;
	write_down("speech|");
	reach(AT_SPEECH);
}

static void on_text(void *arg, bool final, struct iv_str text, double confidence, bool end)
{
	(void)arg;
	assert_true(confidence == 0.5);
	write_down("%s %.*s%s|", final ? "final" : "partial", IV_FMT(text), end ? " END" : "");
	reach(AT_TEXT);
}

static void on_end(void *arg)
{
	(void)arg;
	write_down("END|");
	reach(AT_END);
}

static void on_switched(void *arg, const char *provider, const char *reason)
{
	(void)arg;
	write_down("%s: %s|", provider, reason);
	reach(AT_SWITCH);
}

static void on_failed(void *arg, const char *reason)
{
	(void)arg;
	write_down("failed %s|", reason);
	reach(AT_FAILED);
}

static const struct iv_asr_events events = {on_ready, on_speech,   on_text,
					    on_end,   on_switched, on_failed};

static void feed(size_t samples)
{
	for (size_t i = 0; i < samples; i++) {
		uint8_t byte = byte_at(h.fed++);
		int16_t sample;
		iv_ulaw_decode(&byte, 1, &sample);
		if (h.quiet)
			sample = 500;
		iv_asr_send(h.asr, &sample, 1);
	}
}

static void on_feeder(void *arg)
{
	(void)arg;
	feed(160);
	iv_timer_in_ms(&h.feeder, h.feed_every_ms);
}

static void feed_every(int ms)
{
	h.feed_every_ms = ms;
	iv_timer_in_ms(&h.feeder, 0);
}

static void open_asr(enum moment stop_at)
{
	struct iv_asr_opts o = {.rate_hz = 8000, .language = IV_S("en-IN")};
	h = (struct heard){.stop_at = stop_at};
	iv_buf_init(&h.log, 1 << 16);
	iv_timer_init(&h.feeder, loop, on_feeder, NULL);
	h.asr = iv_asr_open(providers, &o, &events, &h);
	assert_int_equal(h.log.len, 0);
}

static void finish(const char *log)
{
	iv_timer_stop(&h.feeder);
	if (!h.closed)
		iv_asr_close(h.asr);
	h.closed = true;
	far_run_ms(30);
	BUF_IS(&h.log, log);
	iv_buf_deinit(&h.log);
}

static void check_audio(const struct far_socket *s, uint64_t from)
{
	assert_false(s->too_fast);
	for (size_t i = 0; i < s->audio.len; i++)
		if ((uint8_t)s->audio.ptr[i] != byte_at(from + i))
			fail_msg("byte %zu of the connection is not sample %zu", i,
				 (size_t)from + i);
}

static void say(struct far_socket *s, const char *message)
{
	assert_true(iv_ws_send_text(s->ws, iv_str(message), IV_WS_MUST));
}

static void say_a_turn(struct far_socket *s)
{
	if (s->audio.len != 640) /* the first chunk: 80 ms */
		return;
	say(s, "{\"type\":\"SpeechStarted\",\"channel\":[0,1],\"timestamp\":0.0}");
	say(s, RESULT("0", "0.04", "false", "false", "book a"));
	say(s, RESULT("0", "0.05", "true", "false", "book a table"));
	say(s, RESULT("0.05", "0.03", "true", "true", "for two"));
	say(s, "{\"type\":\"UtteranceEnd\",\"last_word_end\":0.08}");
	say(s, RESULT("0.08", "0.01", "true", "false", "thanks"));
	say(s, "{\"type\":\"UtteranceEnd\",\"last_word_end\":0.09}");
	say(s, FINALIZED);
	say(s, RESULT("0.08", "0.02", "false", "false", "um"));
	say(s, RESULT("0.08", "0.02", "true", "true", ""));
}

static void a_turn_is_heard(void **state)
{
	(void)state;
	far_a.on_audio = say_a_turn;
	open_asr(AT_READY);
	far_run();
	assert_string_equal(far_a.key, "Token key-dg");
	assert_non_null(strstr(far_a.target, "model=nova-2&encoding=mulaw&sample_rate=8000"));
	assert_non_null(strstr(far_a.target, "&language=en-IN"));
	feed(700);
	far_run_ms(50);
	finish("ready deepgram|speech|partial book a|final book a table|final for two END|final "
	       "thanks|END|"
	       "partial um|END|");
	assert_true(far_count("asr_ok") == 1);
	/* The rest of the audio goes before the farewell. */
	assert_int_equal(far_a.sockets[0].audio.len, 700);
	check_audio(&far_a.sockets[0], 0);
	assert_int_equal(far_a.sockets[0].close_code, 1000);
	BUF_IS(&far_a.sockets[0].texts, "{\"type\":\"CloseStream\"}\n");
}

static void audio_before_the_socket_is_open_is_not_lost(void **state)
{
	(void)state;
	open_asr(AT_READY);
	feed(1600);
	far_run();
	far_run_ms(30);
	finish("ready deepgram|");
	assert_int_equal(far_a.sockets[0].audio.len, 1600);
	check_audio(&far_a.sockets[0], 0);
}

static void finalize_and_flush_send_what_is_gathered(void **state)
{
	(void)state;
	open_asr(AT_READY);
	far_run();
	feed(700);
	far_run_ms(20);
	assert_int_equal(far_a.sockets[0].audio.len, 640);
	iv_asr_flush(h.asr);
	far_run_ms(20);
	assert_int_equal(far_a.sockets[0].audio.len, 700);
	feed(100);
	iv_asr_finalize(h.asr);
	iv_asr_finalize(h.asr);
	far_run_ms(20);
	assert_int_equal(far_a.sockets[0].audio.len, 800);
	finish("ready deepgram|");
	check_audio(&far_a.sockets[0], 0);
	BUF_IS(&far_a.sockets[0].texts,
	       "{\"type\":\"Finalize\"}\n{\"type\":\"Finalize\"}\n{\"type\":\"CloseStream\"}\n");
}

static void the_stream_is_kept_alive_only_while_no_audio_comes(void **state)
{
	(void)state;
	providers->times.asr_keep_alive_ms = 150;
	open_asr(AT_READY);
	far_run();
	feed_every(10);
	far_run_ms(250);
	assert_int_equal(far_a.sockets[0].texts.len, 0);
	iv_timer_stop(&h.feeder);
	far_run_ms(380);
	finish("ready deepgram|");
	BUF_IS(&far_a.sockets[0].texts,
	       "{\"type\":\"KeepAlive\"}\n{\"type\":\"KeepAlive\"}\n{\"type\":\"CloseStream\"}\n");
}

/* ── refusals */

static const struct {
	int status, requests;
	const char *log;
} refusals[] = {
	{400, 1, "deepgram-2: refused|ready deepgram-2|"},
	{401, 1, "deepgram-2: unauthorized|ready deepgram-2|"},
	{403, 1, "deepgram-2: unauthorized|ready deepgram-2|"},
	{429, 1, "deepgram-2: rate_limited|ready deepgram-2|"},
	{500, 2, "deepgram: server_error|deepgram-2: server_error|ready deepgram-2|"},
	{503, 2, "deepgram: server_error|deepgram-2: server_error|ready deepgram-2|"},
	{-1, 2, "deepgram: timeout|deepgram-2: timeout|ready deepgram-2|"},
};

static void a_refusal_is_final_and_a_failure_is_tried_once_more(void **state)
{
	(void)state;
	providers->items[0].breakers[IV_ASR].threshold = 1000;
	for (size_t i = 0; i < IV_COUNT(refusals); i++) {
		far_a.refuse = refusals[i].status;
		far_a.requests = 0;
		open_asr(AT_READY);
		far_run();
		finish(refusals[i].log);
		assert_int_equal(far_a.requests, refusals[i].requests);
	}
	assert_string_equal(far_b.key, "");
}

static void nobody_there_is_tried_once_more(void **state)
{
	(void)state;
	providers->items[0].base_url = "http://127.0.0.1:1";
	config.asr_connect_ms = 3000;
	open_asr(AT_READY);
	far_run();
	finish("deepgram: refused|deepgram-2: refused|ready deepgram-2|");
}

static void the_list_can_be_out(void **state)
{
	(void)state;
	far_a.refuse = 401;
	far_b.refuse = 500;
	open_asr(AT_FAILED);
	far_run();
	feed(1000);
	iv_asr_finalize(h.asr);
	iv_asr_flush(h.asr);
	far_run_ms(20);
	finish("deepgram-2: unauthorized|deepgram-2: server_error|failed server_error|");
	assert_true(far_count("asr_error") == 3);
	assert_true(far_count("asr_ok") == 0);
}

static void the_breaker_is_walked_around_and_recovers(void **state)
{
	(void)state;
	far_a.refuse = 401;
	for (int i = 0; i < 5; i++) {
		open_asr(AT_READY);
		far_run();
		finish("deepgram-2: unauthorized|ready deepgram-2|");
	}
	open_asr(AT_READY);
	far_run();
	finish("ready deepgram-2|");
	assert_int_equal(far_a.requests, 5);
	assert_true(iv_metric_get(IV_M_provider_breaker_open, IV_ASR) == 1);
	far_run_ms(320);
	far_a.refuse = 0;
	far_a.on_audio = say_a_turn;
	open_asr(AT_TEXT);
	feed(640);
	far_run();
	assert_true(iv_metric_get(IV_M_provider_breaker_open, IV_ASR) == 0);
	far_run_ms(20);
	finish("ready deepgram|speech|partial book a|final book a table|final for two END|final "
	       "thanks|END|"
	       "partial um|END|");
}

static void when_all_breakers_are_open_it_fails_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		iv_breaker_result(&providers->items[0].breakers[IV_ASR], false, iv_now_us());
		iv_breaker_result(&providers->items[1].breakers[IV_ASR], false, iv_now_us());
	}
	open_asr(AT_FAILED);
	far_run();
	finish("failed refused|");
}

/* ── dying in the middle */

/* Half a second is understood, then it dies somewhere in the second one. */
static void die_in_the_middle(struct far_socket *s)
{
	if (s->far->socket_count > 1)
		return;
	if (s->audio.len == 6400)
		say(s, RESULT("0", "0.5", "true", "false", "first half"));
	if (s->audio.len >= 9600)
		iv_ws_kill(s->ws);
}

static void no_audio_is_lost_or_repeated_needlessly_when_the_socket_dies(void **state)
{
	(void)state;
	far_a.on_audio = die_in_the_middle;
	open_asr(NEVER);
	feed_every(10); /* twice real time */
	far_run_ms(900);
	iv_timer_stop(&h.feeder);
	far_run_ms(700);
	uint64_t fed = h.fed;
	finish("ready deepgram|final first half|deepgram: cut|ready deepgram|");
	assert_int_equal(far_a.socket_count, 2);
	check_audio(&far_a.sockets[0], 0);
	/* From the end of the final text, to the last sample. */
	check_audio(&far_a.sockets[1], 4000);
	assert_int_equal(far_a.sockets[1].audio.len, fed - 4000);
	assert_int_equal(far_b.requests, 0);
}

static void die_again(struct far_socket *s)
{
	if (s->audio.len == 1280 && s->far->socket_count == 1)
		say(s, RESULT("0", "0.1", "true", "false", "one"));
	if (s->audio.len == 1280 && s->far->socket_count == 2)
		say(s, RESULT("0", "0.05", "true", "false", "two"));
	if (s->audio.len >= 1920)
		iv_ws_close(s->ws, s->far->socket_count == 1 ? 1011 : 1006, IV_S("NET-0000"));
}

static void the_next_provider_gets_the_same_audio(void **state)
{
	(void)state;
	far_a.on_audio = die_again;
	open_asr(NEVER);
	feed_every(20);
	far_run_ms(900);
	iv_timer_stop(&h.feeder);
	far_run_ms(400);
	uint64_t fed = h.fed;
	finish("ready deepgram|final one|deepgram: server_error|ready deepgram|final "
	       "two|deepgram-2: cut|"
	       "ready deepgram-2|");
	check_audio(&far_a.sockets[1], 800);
	check_audio(&far_b.sockets[0], 1200);
	assert_int_equal(far_b.sockets[0].audio.len, fed - 1200);
}

static void refuse_our_audio(struct far_socket *s)
{
	iv_ws_close(s->ws, 1008, IV_S("DATA-0000"));
}

static void a_recogniser_that_cannot_read_our_audio_is_left(void **state)
{
	(void)state;
	far_a.on_audio = refuse_our_audio;
	open_asr(AT_SWITCH);
	feed(800);
	far_run();
	h.stop_at = AT_READY;
	far_run();
	far_run_ms(20);
	finish("ready deepgram|deepgram-2: refused|ready deepgram-2|");
	check_audio(&far_b.sockets[0], 0);
}

static void an_unanswered_finalize_is_asked_again(void **state)
{
	(void)state;
	far_a.on_text = NULL;
	open_asr(AT_READY);
	far_run();
	feed(320);
	iv_asr_finalize(h.asr);
	far_run_ms(20);
	iv_ws_kill(far_a.sockets[0].ws);
	far_run();
	far_run_ms(250);
	finish("ready deepgram|deepgram: cut|ready deepgram|");
	assert_int_equal(far_a.sockets[1].audio.len, 320);
	BUF_IS(&far_a.sockets[1].texts, "{\"type\":\"Finalize\"}\n{\"type\":\"CloseStream\"}\n");
}

/* A connection that was good for long has not used up its second chance, nor the others theirs. */
static void a_good_connection_forgives_what_was_before(void **state)
{
	(void)state;
	providers->times.asr_proven_ms = 50;
	far_a.on_audio = say_a_turn;
	far_a.refuse = 401;
	far_b.on_audio = say_a_turn;
	open_asr(AT_TEXT);
	feed(640);
	far_run();
	far_run_ms(100);
	far_a.refuse = 0;
	far_b.refuse = 500;
	h.stop_at = AT_READY;
	iv_ws_kill(far_b.sockets[0].ws);
	far_run();
	far_run_ms(20);
	finish("deepgram-2: unauthorized|ready deepgram-2|speech|partial book a|final book a table|"
	       "final for two END|final thanks|END|partial um|END|deepgram-2: cut|deepgram: "
	       "server_error|"
	       "ready deepgram|");
}

/* ── silence and nonsense */

static void speech_without_any_answer_is_a_stall(void **state)
{
	(void)state;
	providers->times.asr_stall_ms = 300;
	open_asr(AT_SWITCH);
	feed_every(20);
	far_run();
	h.stop_at = AT_READY;
	far_run();
	far_b.on_audio = NULL;
	iv_timer_stop(&h.feeder);
	far_run_ms(100);
	uint64_t fed = h.fed;
	finish("ready deepgram|deepgram-2: stalled|ready deepgram-2|");
	check_audio(&far_b.sockets[0], 0);
	assert_int_equal(far_b.sockets[0].audio.len, fed);
	assert_int_equal(far_a.sockets[0].close_code, 1000);
}

static void a_stalled_only_provider_is_dialled_again(void **state)
{
	(void)state;
	providers->times.asr_stall_ms = 200;
	providers->default_count[IV_ASR] = 1;
	open_asr(AT_SWITCH);
	feed_every(20);
	far_run();
	h.stop_at = AT_FAILED;
	far_run();
	finish("ready deepgram|deepgram: stalled|ready deepgram|failed stalled|");
}

static void a_quiet_line_is_no_stall(void **state)
{
	(void)state;
	providers->times.asr_stall_ms = 200;
	open_asr(AT_READY);
	h.quiet = true;
	far_run();
	feed_every(20);
	far_run_ms(300);
	finish("ready deepgram|");
}

static void talk_nonsense(struct far_socket *s)
{
	if (s->audio.len == 640) {
		say(s, "{\"type\":");
		say(s, RESULT("0", "0.01", "true", "false", "sense"));
		say(s, "{\"type\":");
		say(s, "[1,2,3]");
	}
	if (s->audio.len == 1280)
		(void)iv_ws_send_binary(s->ws, "\x01", 1, IV_WS_MUST);
}

static void nonsense_three_times_in_a_row_is_too_much(void **state)
{
	(void)state;
	far_a.on_audio = talk_nonsense;
	open_asr(AT_TEXT);
	feed(640);
	far_run();
	far_run_ms(30);
	feed(640);
	h.stop_at = AT_READY;
	far_run();
	far_run_ms(20);
	finish("ready deepgram|final sense|deepgram-2: garbage|ready deepgram-2|");
	check_audio(&far_b.sockets[0], 80);
}

static void say_an_error(struct far_socket *s)
{
	say(s, "{\"type\":\"Error\",\"description\":\"x\"}");
}

static void an_error_message_ends_the_connection(void **state)
{
	(void)state;
	far_a.on_audio = say_an_error;
	open_asr(AT_SWITCH);
	feed(640);
	far_run();
	finish("ready deepgram|deepgram: server_error|");
}

/* ── closing */

static void it_may_be_closed_from_every_callback(void **state)
{
	(void)state;
	static const enum moment moments[] = {AT_READY, AT_SPEECH, AT_TEXT,
					      AT_END,	AT_SWITCH, AT_FAILED};
	for (size_t i = 0; i < IV_COUNT(moments); i++) {
		bool fails = moments[i] >= AT_SWITCH;
		far_a.refuse = far_b.refuse = fails ? 401 : 0;
		far_a.on_audio = say_a_turn;
		open_asr(NEVER);
		h.close_at = moments[i];
		feed(640);
		far_run();
		assert_true(h.closed);
		far_run_ms(30);
		iv_buf_deinit(&h.log);
	}
}

static void closing_while_connecting_or_waiting_is_silent(void **state)
{
	(void)state;
	open_asr(NEVER);
	finish("");
	far_a.refuse = 500;
	open_asr(AT_SWITCH);
	far_run();
	finish("deepgram: server_error|");
	far_run_ms(50);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(a_turn_is_heard),
		T(audio_before_the_socket_is_open_is_not_lost),
		T(finalize_and_flush_send_what_is_gathered),
		T(the_stream_is_kept_alive_only_while_no_audio_comes),
		T(a_refusal_is_final_and_a_failure_is_tried_once_more),
		T(nobody_there_is_tried_once_more),
		T(the_list_can_be_out),
		T(the_breaker_is_walked_around_and_recovers),
		T(when_all_breakers_are_open_it_fails_at_once),
		T(no_audio_is_lost_or_repeated_needlessly_when_the_socket_dies),
		T(the_next_provider_gets_the_same_audio),
		T(a_recogniser_that_cannot_read_our_audio_is_left),
		T(an_unanswered_finalize_is_asked_again),
		T(a_good_connection_forgives_what_was_before),
		T(speech_without_any_answer_is_a_stall),
		T(a_stalled_only_provider_is_dialled_again),
		T(a_quiet_line_is_no_stall),
		T(nonsense_three_times_in_a_row_is_too_much),
		T(an_error_message_ends_the_connection),
		T(it_may_be_closed_from_every_callback),
		T(closing_while_connecting_or_waiting_is_silent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
