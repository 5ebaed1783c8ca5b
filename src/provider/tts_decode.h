/* tts_decode: bytes of an answer, split anywhere, to samples. Pure. */
#ifndef TTS_DECODE_H
#define TTS_DECODE_H

#include "iv_str.h"

struct tts_decoder {
	bool ulaw;    /* else 16-bit little-endian */
	bool checked; /* the first bytes are known not to be a file's header */
	bool garbage;
	uint8_t head[4]; /* what came before that was known; for linear16 later the odd byte */
	size_t head_len;
};

/* Raw samples do not come as JSON, HTML or text, whatever the status says. */
bool tts_is_audio(struct iv_str content_type);
void tts_decoder_init(struct tts_decoder *d, bool ulaw);
/* Takes bytes off *in and gives up to max samples; 0: *in is used up, or d->garbage. */
size_t tts_decode(struct tts_decoder *d, struct iv_str *in, int16_t *out, size_t max);
/* No more bytes will come: one more tts_decode with an empty *in gives what was held back. */
void tts_decoder_end(struct tts_decoder *d);

#endif
