/* iv_resample: between 8, 16, 24 and 48 kHz. Doubling and halving is a half-band FIR of our own (a
 * tenth of the price); every other ratio is speexdsp's. State lives with the caller. */
#ifndef IV_RESAMPLE_H
#define IV_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IV_HALFBAND_TAPS 16

struct iv_resampler {
	int from_hz, to_hz;
	int16_t history[2 * IV_HALFBAND_TAPS]; /* half-band */
	size_t phase;
	void *speex; /* or NULL */
};

/* False: a rate outside 8000, 16000, 24000, 44100, 48000, 22050. Equal rates copy. */
bool iv_resampler_init(struct iv_resampler *r, int from_hz, int to_hz);
void iv_resampler_deinit(struct iv_resampler *r);
void iv_resampler_reset(struct iv_resampler *r); /* forgets the past: a new utterance */
/* Most samples that n give. */
size_t iv_resampler_bound(const struct iv_resampler *r, size_t n);
/* Returns the samples written; `out` holds iv_resampler_bound(r, n). */
size_t iv_resample(struct iv_resampler *r, const int16_t *in, size_t n, int16_t *out);

#endif
