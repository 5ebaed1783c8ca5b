/* iv_wav: RIFF/WAVE headers of 16-bit PCM, written and read, pure. */
#ifndef IV_WAV_H
#define IV_WAV_H

#include "iv_err.h"

#define IV_WAV_HEADER 44

/* data_bytes may be 0 and patched later by writing the header again. */
void iv_wav_header(uint8_t out[IV_WAV_HEADER], int rate_hz, int channels, uint32_t data_bytes);

struct iv_wav {
	int rate_hz, channels;
	const uint8_t *data; /* points into the file; s16le, interleaved */
	size_t samples;      /* per channel */
};
/* Accepts extra chunks, WAVE_FORMAT_EXTENSIBLE, µ-law is refused; a data size larger than the file
 * (a file that was never finished) is cut to it. */
IV_MUST_CHECK bool iv_wav_parse(struct iv_str file, struct iv_wav *w, struct iv_err *e);

#endif
