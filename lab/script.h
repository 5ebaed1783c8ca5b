/* script: what the caller does, as the steps of --say.
 *
 *   FILE.wav | text:WORDS | text-typed:WORDS | tone:MS | dtmf:DIGITS | wait:MS | hangup
 *
 * in front of which may stand @after=MS: (begin MS after the agent's turn began to be heard, instead of
 * waiting for its end), @now: (wait for nobody) and @gap=MS: (so much more silence first). */
#ifndef LAB_SCRIPT_H
#define LAB_SCRIPT_H

#include "iv_err.h"

enum step_kind { STEP_WAV, STEP_TEXT, STEP_TONE, STEP_TYPED, STEP_DTMF, STEP_WAIT, STEP_HANG_UP };

#define STEP_WORDS_MAX 1000
#define STEP_MS_MAX 600000
#define STEPS_MAX 200

struct step {
	enum step_kind kind;
	char words[STEP_WORDS_MAX + 1]; /* path, text or digits */
	int64_t after_ms;               /* -1: wait for the agent's end */
	int64_t gap_ms;
	bool now;
	int64_t wait_ms;
	/* The sound of WAV and TEXT, at the leg's rate; owned. */
	int16_t *pcm;
	size_t samples;
	size_t speech_end; /* samples up to the end of the last speech: script_speech_end */
};

struct script {
	struct step *steps;
	size_t count;
};

/* e->field is "--say", e->msg the rule and what was found. */
IV_MUST_CHECK bool script_parse_step(const char *arg, struct step *out, struct iv_err *e);
/* Parses and appends. */
IV_MUST_CHECK bool script_add(struct script *s, const char *arg, struct iv_err *e);
void script_free(struct script *s);

/* Where speech ends: the sound is cut into windows of 20 ms from its first sample; the last window whose
 * RMS is at most 45 dB below the loudest window's ends it. Sample counts from the start; 0: silence. */
size_t script_speech_end(const int16_t *pcm, size_t n, int rate_hz);

#endif
