/* iv_framer: cuts whatever sizes arrive into frames of exactly 20 ms, without copying where it can. */
#ifndef IV_FRAMER_H
#define IV_FRAMER_H

#include <stddef.h>
#include <stdint.h>

#define IV_FRAME_MS 20
#define IV_FRAME_SAMPLES_MAX 960 /* 48 kHz */

struct iv_framer {
	size_t frame_samples;
	size_t have;
	int16_t partial[IV_FRAME_SAMPLES_MAX];
};

void iv_framer_init(struct iv_framer *f, int rate_hz);
/* Calls fn for each whole frame; the rest waits for the next push. */
void iv_framer_push(struct iv_framer *f, const int16_t *pcm, size_t n,
		    void (*fn)(void *arg, const int16_t *frame, size_t n), void *arg);

#endif
