/* The synthesiser of load mode: a tone in 100 ms chunks, one each 20 ms, from the time set on. */
#include <math.h>
#include <stdlib.h>
#include "iv_g711.h"
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
