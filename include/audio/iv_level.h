/* iv_level: what the call machine knows of 20 ms of sound. Measured once at the edge; the machine never
 * sees a sample, which is why a recorded call replays from a few bytes a frame. */
#ifndef IV_LEVEL_H
#define IV_LEVEL_H

#include <stddef.h>
#include <stdint.h>

#define IV_LEVEL_FLOOR_DDB (-1200)

struct iv_level {
	int16_t rms_ddb;  /* tenths of dBFS, -1200 (digital silence) … 0; full-scale sine is -30 */
	uint16_t crossings; /* sign changes, samples under 8 count as the sign before */
};

struct iv_level iv_level_measure(const int16_t *pcm, size_t n);

#endif
