/* voice: gives the steps of a script their sound: WAV files, or flite's voice rms. */
#ifndef LAB_VOICE_H
#define LAB_VOICE_H

#include "script.h"

#define VOICE_FILE_MAX 67108864 /* bytes */

/* Fills pcm, samples and speech_end of every spoken step, at rate_hz. */
IV_MUST_CHECK bool voice_prepare(struct script *s, int rate_hz, struct iv_err *e);

#endif
