/* Stereo recording: left the caller as received, right the agent as heard, on the caller's clock. */
#include <stdio.h>
#include "iv_wav.h"
#include "session.h"

enum { WAITING_BYTES = 2 << 20 };

void recording_open(struct session *s)
{
	uint8_t header[IV_WAV_HEADER];
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/recordings/%s.wav", s->g->d.cfg->data_dir, s->call_id);
	s->wav = iv_spool_open(s->g->d.spools, path, WAITING_BYTES);
	iv_wav_header(header, s->leg.rate_hz, 2, 0);
	(void)iv_spool_add(s->wav, (struct iv_str){(const char *)header, sizeof(header)}); /* counted there */
}

void recording_frame(struct session *s, const int16_t *caller, size_t n)
{
	int16_t agent[IV_FRAME_SAMPLES_MAX] = {0}, both[2 * IV_FRAME_SAMPLES_MAX];
	int64_t heard = iv_call_heard(s->call), step = heard - s->wav_heard;

	if (s->state != SESSION_LIVE || n > IV_FRAME_SAMPLES_MAX)
		return;
	/* The far end's clock may have been put back by a clear, or jump after a stall: at most one frame
	 * is written for one frame. */
	if (step > (int64_t)n)
		step = (int64_t)n;
	if (step > 0)
		(void)iv_pcm_read(&s->pcm, heard - step, agent + n - (size_t)step, (size_t)step); /* else silence */
	s->wav_heard = heard;
	for (size_t i = 0; i < n; i++) {
		both[2 * i] = caller[i];
		both[2 * i + 1] = agent[i];
	}
	if (iv_spool_add(s->wav, (struct iv_str){(const char *)both, 2 * n * sizeof(both[0])}))
		s->wav_bytes += (uint32_t)(2 * n * sizeof(both[0]));
}

void recording_close(struct session *s)
{
	uint8_t header[IV_WAV_HEADER];

	if (!s->wav)
		return;
	iv_wav_header(header, s->leg.rate_hz, 2, s->wav_bytes);
	iv_spool_set_header(s->wav, (struct iv_str){(const char *)header, sizeof(header)});
	iv_spool_close(s->wav);
	s->wav = NULL;
}
