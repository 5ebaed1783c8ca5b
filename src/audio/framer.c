/* Frames of 20 ms out of any sizes: whole frames are handed on in place, only the seams are copied.
 */
#include "iv_framer.h"

#include <string.h>

void iv_framer_init(struct iv_framer *f, int rate_hz)
{
	size_t samples = rate_hz > 0 ? (size_t)rate_hz * IV_FRAME_MS / 1000 : 0;

	if (samples < 1)
		samples = 1;
	f->frame_samples = samples < IV_FRAME_SAMPLES_MAX ? samples : IV_FRAME_SAMPLES_MAX;
	f->have = 0;
}

static size_t fill_partial(struct iv_framer *f, const int16_t *pcm, size_t n)
{
	size_t want = f->frame_samples - f->have;
	size_t take = n < want ? n : want;

	memcpy(f->partial + f->have, pcm, take * sizeof(*pcm));
	f->have += take;
	return take;
}

void iv_framer_push(struct iv_framer *f, const int16_t *pcm, size_t n,
		    void (*fn)(void *arg, const int16_t *frame, size_t n), void *arg)
{
	size_t used = 0;

	if (n == 0)
		return;
	if (f->have > 0) {
		used = fill_partial(f, pcm, n);
		if (f->have < f->frame_samples)
			return;
		f->have = 0;
		fn(arg, f->partial, f->frame_samples);
	}
	for (; n - used >= f->frame_samples; used += f->frame_samples)
		fn(arg, pcm + used, f->frame_samples);
	if (used < n)
		(void)fill_partial(f, pcm + used, n - used);
}
