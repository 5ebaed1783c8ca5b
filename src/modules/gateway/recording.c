/* The recording of a call: WAV, left the caller as received, right the agent as heard, on one clock and as long
 * as the call. Written while the call lives; another format is made of it after the end, because encoding costs
 * ten times the writing (see iv_opus.h).
 *
 * Paused, both sides are silence and the clock goes on. A pressed key pauses by itself: what a caller types is
 * often a card or an account, and the tones can be read back. What was paused is in the journal, so that the
 * transcript lists it and a crash does not lose it. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_stereo.h"
#include "iv_wav.h"
#include "session.h"

enum {
	WAITING_BYTES = 2 << 20,
	KEY_BEFORE_MS = 500,  /* a carrier tells of a key when its tone is over */
	KEY_AFTER_MS = 1500,  /* at least; the next key may come */
	PIECE_SAMPLES = 960,
};

struct recording {
	struct iv_spool *file;
	struct iv_stereo sides;
	int64_t heard;        /* of the agent, as far as it is in `sides` */
	int64_t origin;       /* where on the call's clock it begins: behind what another process recorded */
	uint32_t bytes;
	bool commanded;       /* paused until told otherwise */
	int64_t keys_until_ms; /* paused for keys until then; 0: not */
};

static int64_t position(const struct session *s, int64_t now_us)
{
	return now_us * s->leg.rate_hz / 1000000 - (s->recording ? s->recording->origin : 0);
}

void recording_open(struct session *s)
{
	struct recording *r = calloc(1, sizeof(*r));
	uint8_t header[IV_WAV_HEADER];
	char path[700];

	if (!r)
		abort();
	(void)snprintf(path, sizeof(path), "%s/recordings/%s%s%s.wav", s->g->d.cfg->data_dir, s->tenant_id,
		       s->tenant_id[0] ? "/" : "", s->call_id);
	iv_stereo_init(&r->sides, s->leg.rate_hz);
	r->file = iv_spool_open(s->g->d.spools, path, WAITING_BYTES);
	iv_wav_header(header, s->leg.rate_hz, 2, 0);
	(void)iv_spool_add(r->file, (struct iv_str){(const char *)header, sizeof(header)}); /* counted there */
	r->heard = iv_call_heard(s->call);
	r->origin = s->last_us * s->leg.rate_hz / 1000000;
	s->recording = r;
}

static void write_out(struct recording *r, int64_t now, bool last)
{
	int16_t both[2 * PIECE_SAMPLES];
	size_t n;

	while ((n = iv_stereo_take(&r->sides, now, last, both, PIECE_SAMPLES)) > 0)
		if (iv_spool_add(r->file, (struct iv_str){(const char *)both, 2 * n * sizeof(both[0])}))
			r->bytes += (uint32_t)(2 * n * sizeof(both[0]));
}

static void take_agent(struct session *s, struct recording *r, int64_t now)
{
	int64_t heard = iv_call_heard(s->call), step = heard - r->heard;
	int16_t agent[PIECE_SAMPLES];

	/* The far end's clock is put back by a clear, and jumps after a stall. */
	if (step < 0)
		step = 0;
	if (step > PIECE_SAMPLES)
		step = PIECE_SAMPLES;
	if (step)
		(void)iv_pcm_read(&s->pcm, heard - step, agent, (size_t)step); /* what is gone reads as silence */
	iv_stereo_right(&r->sides, now, agent, (size_t)step);
	r->heard = heard;
}

void recording_frame(struct session *s, const int16_t *caller, size_t n)
{
	if (s->recording && s->state == SESSION_LIVE)
		iv_stereo_left(&s->recording->sides, position(s, session_now(s)), caller, n);
}

static void tell(struct session *s, bool paused, int64_t at_ms, struct iv_str why)
{
	session_step(s, &(struct iv_event){.type = IV_EV_RECORDING, .flag = paused, .a = at_ms, .text = why});
}

void recording_tick(struct session *s)
{
	struct recording *r = s->recording;
	int64_t now_us = session_now(s), now = position(s, now_us);

	if (!r)
		return;
	write_out(r, now, false);
	take_agent(s, r, now);
	if (r->keys_until_ms && now_us / 1000 >= r->keys_until_ms) {
		tell(s, false, r->keys_until_ms, IV_S("keypad"));
		r->keys_until_ms = 0;
	}
}

bool recording_pause(struct session *s, bool paused)
{
	struct recording *r = s->recording;
	int64_t now_us = session_now(s);

	if (!r || s->state == SESSION_ENDING)
		return false;
	if (r->commanded == paused)
		return true;
	r->commanded = paused;
	if (paused)
		iv_stereo_mute(&r->sides, position(s, now_us), INT64_MAX);
	else
		iv_stereo_unmute(&r->sides, position(s, now_us));
	tell(s, paused, now_us / 1000, IV_S("command"));
	return true;
}

void recording_key(struct session *s)
{
	struct recording *r = s->recording;
	int64_t now_ms = session_now(s) / 1000, from_ms = now_ms > KEY_BEFORE_MS ? now_ms - KEY_BEFORE_MS : 0;
	int64_t gap_ms = iv_call_agent(s->call)->keypad.gap_ms;
	int64_t until_ms = now_ms + (gap_ms > KEY_AFTER_MS ? gap_ms : KEY_AFTER_MS);

	if (!r)
		return;
	iv_stereo_mute(&r->sides, position(s, from_ms * 1000), position(s, until_ms * 1000));
	if (!r->keys_until_ms)
		tell(s, true, from_ms, IV_S("keypad"));
	r->keys_until_ms = until_ms;
}

struct iv_spool *recording_close(struct session *s)
{
	struct recording *r = s->recording;
	int64_t now = position(s, session_now(s));
	uint8_t header[IV_WAV_HEADER];
	struct iv_spool *file;

	if (!r)
		return NULL;
	file = r->file;
	write_out(r, now, false);
	take_agent(s, r, now);
	write_out(r, now, true);
	iv_wav_header(header, s->leg.rate_hz, 2, r->bytes);
	iv_spool_set_header(file, (struct iv_str){(const char *)header, sizeof(header)});
	iv_stereo_deinit(&r->sides);
	free(r);
	s->recording = NULL;
	return file;
}
