/* A thousand of these share a core with their callers: no memory, one look at 20 ms per message,
 * one timer that is moved only when it fires. */
#include "load_listen.h"

#include "iv_g711.h"

#define LOUD 120 /* mean of the samples' sizes */

static int16_t ulaw_size[256];

static void due(void *arg)
{
	struct load_ear *e = arg;
	int64_t at = e->loud_us + e->asr_ms * INT64_C(1000);

	if (iv_now_us() < at) { /* it went on being loud */
		iv_timer_at(&e->due, at);
		return;
	}
	e->speaking = false;
	e->heard(e->arg);
}

void load_ear_init(struct load_ear *e, const struct lab *lab, bool ulaw, int rate_hz)
{
	*e = (struct load_ear){.asr_ms = lab->load.asr_ms, .ulaw = ulaw};
	e->window = (size_t)rate_hz / 50 * (ulaw ? 1 : 2);
	iv_timer_init(&e->due, lab->loop, due, e);
	for (unsigned i = 0; ulaw_size[0] == 0 && i < 256; i++) {
		uint8_t byte =
			(uint8_t)(255 - i); /* entry 0 last: it says that the table is full */
		int16_t v;

		iv_ulaw_decode(&byte, 1, &v);
		ulaw_size[byte] = (int16_t)(v < 0 ? -v : v);
	}
}

static bool loud(const struct load_ear *e, struct iv_str bytes)
{
	size_t n = bytes.len < e->window ? bytes.len : e->window;
	const uint8_t *p = (const uint8_t *)bytes.ptr + bytes.len - n;
	int64_t sum = 0;

	if (e->ulaw) {
		for (size_t i = 0; i < n; i++)
			sum += ulaw_size[p[i]];
	} else {
		n /= 2;
		for (size_t i = 0; i < n; i++) {
			int16_t v = (int16_t)(uint16_t)(p[2 * i] | p[2 * i + 1] << 8);

			sum += v < 0 ? -v : v;
		}
	}
	return n && sum > (int64_t)n * LOUD;
}

void load_ear_hear(struct load_ear *e, struct iv_str bytes)
{
	if (!loud(e, bytes))
		return;
	e->loud_us = iv_now_us();
	if (e->speaking)
		return;
	e->speaking = true;
	iv_timer_at(&e->due, e->loud_us + e->asr_ms * INT64_C(1000));
	e->onset(e->arg);
}

void load_ear_stop(struct load_ear *e)
{
	iv_timer_stop(&e->due);
}
