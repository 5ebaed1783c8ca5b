/* speech_tts: text to samples with flite. Needs no loop; safe from any thread after
 * speech_voices_open. */
#ifndef LAB_SPEECH_TTS_H
#define LAB_SPEECH_TTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct speech_wave {
	int16_t *pcm; /* owned: speech_wave_free */
	size_t samples;
	int rate_hz; /* 16000 */
};

#define SPEECH_TEXT_MAX 2000 /* bytes */

void speech_voices_open(void); /* once, before the first speech_say; again is harmless */
void speech_voices_close(void);
bool speech_voice_known(const char *voice);
/* Voices: slt, rms, awb, kal16. Silence in front is cut to 40 ms, behind to 200 ms. False: unknown
 * voice, or text longer than SPEECH_TEXT_MAX. Empty text gives no samples. */
bool speech_say(const char *text, const char *voice, struct speech_wave *w);
void speech_wave_free(struct speech_wave *w);

#endif
