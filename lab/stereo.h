/* stereo: the recording of a call: left what the caller sent, right what the person heard. */
#ifndef LAB_STEREO_H
#define LAB_STEREO_H

#include <stdio.h>
#include "iv_err.h"

struct stereo {
	FILE *file; /* NULL: nothing is recorded */
	int rate_hz;
	uint32_t frames;
};

IV_MUST_CHECK bool stereo_open(struct stereo *s, const char *path, int rate_hz, struct iv_err *e);
void stereo_write(struct stereo *s, const int16_t *left, const int16_t *right, size_t n);
/* Writes the final header. False: the disk did not take all of it. */
bool stereo_close(struct stereo *s);

#endif
