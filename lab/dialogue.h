/* dialogue: who was heard when, on the one clock of the recording (ms since the caller's first sample).
 * Turn 0 is what the agent says before the caller has spoken. Pure. */
#ifndef LAB_DIALOGUE_H
#define LAB_DIALOGUE_H

#include "iv_str.h"

#define DIALOGUE_TURNS_MAX 256
#define TURN_LABEL 160

struct turn { /* times: -1 when it did not happen */
	char label[TURN_LABEL];
	int64_t caller_first_ms, caller_last_ms; /* last: the end of the caller's speech */
	int64_t agent_first_ms; /* the first audible sample of the answer */
	int64_t agent_last_ms;
	int64_t cleared_at_ms;  /* the daemon threw away what was still to be heard */
	int64_t agent_heard_ms; /* audible sound, in whole frames */
	int false_starts;       /* answers begun and taken back while the caller still spoke */
	bool lost;              /* no answer in time */
};

struct dialogue {
	struct turn items[DIALOGUE_TURNS_MAX];
	size_t count;
	bool need_quiet; /* the caller spoke over the agent: that sound belongs to the turn before */
	int64_t last_audible_ms;
};

void dialogue_init(struct dialogue *t);
struct turn *dialogue_now(struct dialogue *t);
/* The caller begins an utterance whose speech will end at last_ms. */
void dialogue_caller(struct dialogue *t, int64_t first_ms, int64_t last_ms, const char *label);
/* A frame of what the agent says, heard from at_ms on. True when an answer begins with it. */
bool dialogue_heard(struct dialogue *t, int64_t at_ms, const int16_t *pcm, size_t n, int rate_hz);
void dialogue_cleared(struct dialogue *t, int64_t at_ms);

#endif
