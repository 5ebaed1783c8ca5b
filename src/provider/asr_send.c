/* The session's way up: audio and controls into the socket, keep-alives, and noticing that nothing
 * comes back. */
#include "asr.h"

#define LOUD 1000 /* peak that counts as speech level */
#define QUEUE_RETRY_MS 100

void asr_pump(struct iv_asr *a)
{
	if (a->state != ASR_READY)
		return;
	while (iv_ws_queued(a->ws) < ASR_QUEUE_MAX) {
		struct uplink_part part = uplink_next(&a->up, iv_now_us());
		bool sent = true;
		if (part.kind == UPLINK_NOTHING) {
			if (part.due_us != INT64_MAX)
				iv_timer_at(&a->pace, part.due_us);
			return;
		}
		if (part.kind == UPLINK_AUDIO) {
			a->audio_us = iv_now_us();
			sent = iv_ws_send_binary(a->ws, part.bytes, part.n, IV_WS_MUST);
		} else {
			sent = iv_ws_send_text(a->ws, a->vendor->finalize, IV_WS_MUST);
		}
		if (!sent) /* it is closing; on_closed follows and the ring has it all */
			return;
	}
	iv_timer_in_ms(&a->pace, QUEUE_RETRY_MS);
}

void asr_on_pace(void *arg)
{
	asr_pump(arg);
}

void asr_on_keep_alive(void *arg)
{
	struct iv_asr *a = arg;
	int64_t every_us = (int64_t)a->p->times.asr_keep_alive_ms * 1000, now = iv_now_us();
	if (now - a->audio_us < every_us) {
		iv_timer_at(&a->keep_alive, a->audio_us + every_us);
		return;
	}
	(void)iv_ws_send_text(a->ws, a->vendor->keep_alive,
			      IV_WS_MUST); /* refused: on_closed follows */
	iv_timer_at(&a->keep_alive, now + every_us);
}

static void watch_level(struct iv_asr *a, const int16_t *pcm, size_t n)
{
	bool loud = false;
	for (size_t i = 0; i < n && !loud; i++)
		loud = pcm[i] > LOUD || pcm[i] < -LOUD;
	if (!loud || a->state != ASR_READY)
		return;
	a->loud_samples += (int64_t)n;
	if (!iv_timer_armed(&a->stall))
		iv_timer_in_ms(&a->stall, a->p->times.asr_stall_ms);
}

void asr_on_stall(void *arg)
{
	struct iv_asr *a = arg;
	/* A click or a cough may be nothing to a recogniser: a tenth of the time must be loud. */
	if (a->loud_samples * 1000 >= (int64_t)a->rate_hz * a->p->times.asr_stall_ms / 10)
		asr_lose(a, "stalled", FAULT_STALLED);
	else
		iv_timer_in_ms(&a->stall, a->p->times.asr_stall_ms / 10);
}

void iv_asr_send(struct iv_asr *a, const int16_t *pcm, size_t n)
{
	if (a->state == ASR_FAILED || a->state == ASR_CLOSED)
		return;
	uplink_add(&a->up, pcm, n);
	watch_level(a, pcm, n);
	asr_pump(a);
}

void iv_asr_flush(struct iv_asr *a)
{
	struct uplink_part rest;

	if (a->state != ASR_READY || iv_ws_queued(a->ws) >= ASR_QUEUE_MAX)
		return;
	rest = uplink_rest(&a->up);
	if (rest.kind != UPLINK_AUDIO)
		return;
	a->audio_us = iv_now_us();
	(void)iv_ws_send_binary(a->ws, rest.bytes, rest.n,
				IV_WS_MUST); /* refused: on_closed follows */
}

void iv_asr_finalize(struct iv_asr *a)
{
	if (a->state == ASR_FAILED || a->state == ASR_CLOSED)
		return;
	uplink_finalize(&a->up);
	asr_pump(a);
}
