/* talk: runs a script, one order per 20 ms: when to speak, when to wait, when to hang up. Pure. */
#ifndef LAB_TALK_H
#define LAB_TALK_H

#include "script.h"
#include "dialogue.h"

#define TALK_QUIET_MS 700      /* the agent has finished when silent for so long */
#define TALK_LAST_QUIET_MS 1500 /* … behind the last step: an answer may come in two parts */
#define TALK_GREETING_MS 3000  /* without a greeting the caller begins after it */
#define TALK_ANSWER_MS 10000   /* without an answer the turn is lost */
#define TALK_DIGIT_MS 200      /* tone and pause of one key */

enum talk_what { TALK_SILENCE, TALK_SPEECH, TALK_DIGIT, TALK_TYPE, TALK_HANG_UP };

struct talk_order {
	enum talk_what what;
	const struct step *step;
	const int16_t *pcm; /* SPEECH: n samples, the rest of the frame is silence */
	size_t n;
	char digit;
	bool begins; /* the step begins with this order */
};

struct talk {
	const struct script *script;
	size_t frame; /* samples */
	bool stay;    /* does not hang up behind the last step */
	size_t at;    /* step */
	bool going;   /* the step has begun */
	size_t pos;   /* samples or digits of it that are out */
	int64_t ready_ms; /* since when the step's wait is over; -1: not yet */
	int64_t free_ms;  /* end of the step before */
	int64_t next_digit_ms;
};

void talk_init(struct talk *t, const struct script *script, size_t frame_samples);
/* now_ms: the first sample of the frame to be sent. May set `lost` of the current turn. */
struct talk_order talk_tick(struct talk *t, int64_t now_ms, struct dialogue *turns);

#endif
