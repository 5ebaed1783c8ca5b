/* tts_vendor: what the synthesiser's session needs to know about one protocol. Pure. */
#ifndef TTS_VENDOR_H
#define TTS_VENDOR_H

#include "iv_buf.h"
#include "iv_json.h"

struct tts_params {
	struct iv_str base_url, voice;
	struct iv_str model; /* where it is not part of the voice */
	struct iv_str text;
	int rate_hz; /* 8000: µ-law, 16000: linear16 */
};

struct tts_vendor {
	const char *key_header;
	bool (*url)(struct iv_buf *out, const struct tts_params *p);
	bool (*key_value)(struct iv_buf *out, const char *key);
	bool (*body)(struct iv_buf *out, const struct tts_params *p);
};

extern const struct tts_vendor tts_deepgram, tts_elevenlabs;

#endif
