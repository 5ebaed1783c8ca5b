/* The synthesiser of load mode: a tone in 100 ms chunks, one each 20 ms, from the time set on. */
#include <math.h>
#include <stdlib.h>
#include "iv_g711.h"
#include "iv_ws.h"
#include "speak.h"

#define CHUNK_MS 100
#define EVERY_US 20000
#define TONE_HZ 440 /* 44 whole periods fit 100 ms: chunks join without a click */
#define TONE_PEAK 6000.0
#define CHUNK_MAX (24000 / 1000 * CHUNK_MS)

struct load_speak {
	struct answer answer;
	struct clip_format format;
	struct iv_str chunk;
	struct iv_timer timer;
	int64_t next_us;
	int left; /* chunks */
	bool begun;
};

/* One chunk per format, made when it is first asked for. */
static struct iv_str tone(const struct clip_format *f)
{
	static char chunks[3][3][2 * CHUNK_MAX];
	static bool made[3][3];
	int rate = f->rate_hz == 8000 ? 0 : f->rate_hz == 16000 ? 1 : 2;
	char *bytes = chunks[f->encoding][rate];
	size_t n = (size_t)f->rate_hz / 1000 * CHUNK_MS;
	int16_t pcm[CHUNK_MAX];

	if (!made[f->encoding][rate]) {
		for (size_t i = 0; i < n; i++)
			pcm[i] = (int16_t)(TONE_PEAK * sin(2 * 3.14159265358979 * TONE_HZ *
							   (double)i / f->rate_hz));
		if (f->encoding == CLIP_MULAW)
			iv_ulaw_encode(pcm, n, (uint8_t *)bytes);
		else if (f->encoding == CLIP_ALAW)
			iv_alaw_encode(pcm, n, (uint8_t *)bytes);
		else
			memcpy(bytes, pcm, n * 2);
		made[f->encoding][rate] = true;
	}
	return (struct iv_str){bytes, (size_t)clip_chunk_bytes(f, CHUNK_MS)};
}

static void tick(void *arg)
{
	struct load_speak *s = arg;

	if (!s->begun)
		answer_begin(&s->answer, "audio/basic");
	s->begun = true;
	(void)answer_write(&s->answer,
			   s->chunk); /* a slow reader's socket buffers two seconds easily */
	if (--s->left == 0) {
		answer_end(&s->answer);
		return;
	}
	s->next_us += EVERY_US;
	if (answer_open(&s->answer))
		iv_timer_at(&s->timer, s->next_us);
}

static void go(void *arg)
{
	struct load_speak *s = arg;

	s->next_us = iv_now_us() + s->answer.lab->load.tts_ms * INT64_C(1000);
	iv_timer_at(&s->timer, s->next_us);
}

static void over(void *arg)
{
	struct load_speak *s = arg;

	iv_timer_stop(&s->timer);
	free(s);
}

/* ── the same over a socket: Speak, Flush → audio, Flushed. What gateways of other makes ask for. ── */

struct speak_socket {
	struct lab *lab;
	struct iv_ws *ws;
	struct iv_str chunk;
	struct iv_timer timer;
	int64_t next_us;
	int left; /* chunks */
	bool flush;
};

static void say_flushed(struct speak_socket *s)
{
	s->flush = false;
	(void)iv_ws_send_text(s->ws, IV_S("{\"type\":\"Flushed\",\"sequence_id\":0}"), IV_WS_MUST);
}

static void socket_tick(void *arg)
{
	struct speak_socket *s = arg;

	(void)iv_ws_send_binary(s->ws, s->chunk.ptr, s->chunk.len, IV_WS_MUST);
	if (--s->left == 0) {
		if (s->flush)
			say_flushed(s);
		return;
	}
	s->next_us += EVERY_US;
	iv_timer_at(&s->timer, s->next_us);
}

static void on_socket_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct speak_socket *s = arg;

	(void)text;
	if (iv_str_find(data, IV_S("\"Speak\""), 0) >= 0 && !s->left) {
		s->left = s->lab->load.reply_ms / CHUNK_MS;
		s->next_us = iv_now_us() + s->lab->load.tts_ms * INT64_C(1000);
		iv_timer_at(&s->timer, s->next_us);
	} else if (iv_str_find(data, IV_S("\"Flush\""), 0) >= 0) {
		s->flush = true;
		if (!s->left)
			say_flushed(s);
	} else if (iv_str_find(data, IV_S("\"Clear\""), 0) >= 0) {
		iv_timer_stop(&s->timer);
		s->left = 0;
	} else if (iv_str_find(data, IV_S("\"Close\""), 0) >= 0) {
		iv_ws_close(ws, 1000, IV_S(""));
	}
}

static void on_socket_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct speak_socket *s = arg;

	(void)ws;
	(void)code;
	(void)http_status;
	(void)reason;
	iv_timer_stop(&s->timer);
	free(s);
}

void load_speak_socket(void *ctx, struct iv_http_req *rq)
{
	static const struct iv_ws_handlers handlers = {.message = on_socket_message, .closed = on_socket_closed};
	static const struct iv_ws_limits limits = {
		.message_max = 65536, .soft_bytes = 1 << 20, .hard_bytes = 1 << 21, .hard_ms = 5000};
	struct clip_format format = {.encoding = CLIP_LINEAR16, .rate_hz = 24000};
	struct speak_socket *s;
	char rate[8];
	int64_t hz;

	if (!((struct lab *)ctx)->load.on) {
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_EUNSUPPORTED,
						       .msg = "the speak socket is there in load mode only"});
		return;
	}
	s = lab_alloc(sizeof(*s));

	if (iv_query_get(iv_http_query(rq), IV_S("sample_rate"), rate, sizeof(rate)) &&
	    iv_str_to_i64(iv_str(rate), &hz) && (hz == 8000 || hz == 16000 || hz == 24000))
		format.rate_hz = (int)hz;
	s->lab = ctx;
	s->chunk = tone(&format);
	iv_timer_init(&s->timer, s->lab->loop, socket_tick, s);
	s->ws = iv_ws_accept(rq, IV_STR_NULL, &limits, &handlers, s);
}

void load_speak(struct lab *lab, struct iv_http_req *rq, enum lab_service service,
		struct clip_format format)
{
	struct load_speak *s = lab_alloc(sizeof(*s));

	s->format = format;
	s->chunk = tone(&format);
	s->left = lab->load.reply_ms / CHUNK_MS;
	if (s->left < 1)
		s->left = 1;
	iv_timer_init(&s->timer, lab->loop, tick, s);
	answer_start(&s->answer, lab, rq, service, IV_STR_NULL, go, over, s);
}
