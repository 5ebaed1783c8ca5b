/* Sending audio to a recogniser. Live audio and repeated audio are the same thing: a position that
 * runs after the ring's head, by pace when it is behind. */
#include <stdlib.h>
#include "asr_uplink.h"
#include "iv_g711.h"

/* Deepgram asks for at most 1.25 times real time; half a second at once starts the engine. */
#define BURST_MS 500
#define PACE_NUM 5
#define PACE_DEN 4
/* A peak above it may be a word; what lies further back than this before one is not kept. */
#define LOUD_PEAK 160
#define KEEP_QUIET_MS 400

void uplink_init(struct asr_uplink *u, struct ring_pool *pool, int rate_hz, int chunk_ms, int ring_ms)
{
	size_t width = rate_hz == 8000 ? 1 : 2;
	*u = (struct asr_uplink){.rate_hz = rate_hz, .chunk = (size_t)(rate_hz / 1000 * chunk_ms)};
	ring_init(&u->ring, pool, (size_t)(rate_hz / 1000 * ring_ms), width);
	u->out = malloc(u->chunk * width);
	if (!u->out)
		abort();
}

void uplink_deinit(struct asr_uplink *u)
{
	ring_deinit(&u->ring);
	free(u->out);
	u->out = NULL;
}

static bool is_loud(const int16_t *pcm, size_t n)
{
	int peak = 0;
	for (size_t i = 0; i < n; i++) {
		int v = pcm[i] < 0 ? -pcm[i] : pcm[i];
		peak = v > peak ? v : peak;
	}
	return peak > LOUD_PEAK;
}

/* Lets go of what no reconnect would repeat: what final text covers, and silence before a sound. */
static void forget(struct asr_uplink *u)
{
	uint64_t quiet = (uint64_t)(u->rate_hz / 1000 * KEEP_QUIET_MS), keep = u->ring.head;
	if (u->heard >= u->loud_to)
		u->loud_from = u->loud_to = 0;
	if (u->loud_to)
		keep = u->loud_from > u->heard ? u->loud_from : u->heard;
	keep = keep > quiet ? keep - quiet : 0;
	ring_forget(&u->ring, keep < u->sent ? keep : u->sent);
}

static void note_sound(struct asr_uplink *u, const int16_t *pcm, size_t n)
{
	if (!is_loud(pcm, n))
		return;
	if (!u->loud_to)
		u->loud_from = u->ring.head;
	u->loud_to = u->ring.head + n;
}

void uplink_add(struct asr_uplink *u, const int16_t *pcm, size_t n)
{
	uint8_t encoded[512];
	size_t most = sizeof(encoded) / u->ring.width;
	note_sound(u, pcm, n);
	forget(u);
	while (n > 0) {
		size_t part = n < most ? n : most;
		if (u->ring.width == 1) {
			iv_ulaw_encode(pcm, part, encoded);
		} else {
			for (size_t i = 0; i < part; i++) {
				uint16_t sample = (uint16_t)pcm[i];
				encoded[2 * i] = (uint8_t)(sample & 0xff);
				encoded[2 * i + 1] = (uint8_t)(sample >> 8);
			}
		}
		ring_write(&u->ring, encoded, part);
		pcm += part;
		n -= part;
	}
}

void uplink_restart(struct asr_uplink *u, int64_t now_us)
{
	uint64_t tail = ring_tail(&u->ring);
	u->sent = u->heard > tail ? u->heard : tail;
	u->base = u->resumed_at = u->sent;
	u->resumed_us = now_us;
	u->catching_up = u->sent < u->ring.head;
	u->finalize_due = u->finalize_open;
}

/* Audio the ring has already forgotten is skipped; the connection's clock has not seen it. */
static void skip_lost(struct asr_uplink *u)
{
	uint64_t tail = ring_tail(&u->ring);
	if (tail <= u->sent)
		return;
	u->base += tail - u->sent;
	u->resumed_at += tail - u->sent;
	u->sent = tail;
}

static size_t next_size(const struct asr_uplink *u)
{
	if (!u->finalize_due || u->finalize_at >= u->sent + u->chunk)
		return u->chunk;
	return u->finalize_at > u->sent ? (size_t)(u->finalize_at - u->sent) : 0;
}

static struct uplink_part audio(struct asr_uplink *u, size_t n)
{
	ring_read(&u->ring, u->sent, u->out, n);
	u->sent += n;
	return (struct uplink_part){UPLINK_AUDIO, u->out, n * u->ring.width, INT64_MAX};
}

/* When the pace allows the connection to have been sent everything before `position`. */
static int64_t pace_us(const struct asr_uplink *u, uint64_t position)
{
	int64_t behind = (int64_t)(position - u->resumed_at) - u->rate_hz / 1000 * BURST_MS;
	if (behind <= 0)
		return u->resumed_us;
	return u->resumed_us + behind * 1000000 * PACE_DEN / (PACE_NUM * (int64_t)u->rate_hz) + 1;
}

struct uplink_part uplink_next(struct asr_uplink *u, int64_t now_us)
{
	struct uplink_part nothing = {UPLINK_NOTHING, NULL, 0, INT64_MAX};
	skip_lost(u);
	size_t n = next_size(u);
	if (n == 0) {
		u->finalize_due = false;
		return (struct uplink_part){UPLINK_FINALIZE, NULL, 0, INT64_MAX};
	}
	if (u->sent + n > u->ring.head) {
		u->catching_up = false;
		return nothing;
	}
	if (u->catching_up && pace_us(u, u->sent + n) > now_us) {
		nothing.due_us = pace_us(u, u->sent + n);
		return nothing;
	}
	return audio(u, n);
}

struct uplink_part uplink_rest(struct asr_uplink *u)
{
	skip_lost(u);
	uint64_t left = u->ring.head - u->sent;
	if (u->catching_up || left == 0 || left > u->chunk)
		return (struct uplink_part){UPLINK_NOTHING, NULL, 0, INT64_MAX};
	return audio(u, (size_t)left);
}

void uplink_finalize(struct asr_uplink *u)
{
	u->finalize_due = u->finalize_open = true;
	u->finalize_at = u->ring.head;
}

void uplink_answered(struct asr_uplink *u)
{
	/* An answer to an earlier one while another waits to be sent is not the answer to that. */
	if (!u->finalize_due)
		u->finalize_open = false;
}

void uplink_heard(struct asr_uplink *u, double end_s)
{
	uint64_t end = u->base + (uint64_t)(end_s * u->rate_hz + 0.5);
	if (end > u->sent)
		end = u->sent;
	if (end > u->heard)
		u->heard = end;
	if (!u->finalize_due && u->heard >= u->finalize_at)
		u->finalize_open = false;
}
