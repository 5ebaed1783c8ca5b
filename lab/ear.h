/* ear: a stream of samples in, utterances out. Finds speech by its energy, has it decoded off the
 * loop while it is spoken, and closes an utterance at silence or when told to finish. Time is the
 * stream's own: samples received. */
#ifndef LAB_EAR_H
#define LAB_EAR_H

#include "workers.h"

struct ear;

/* What was heard since the last result. Words' times are seconds of the stream. */
struct ear_result {
	const char *text; /* "" : nothing (more) */
	const struct speech_word *words;
	size_t count;
	double confidence, start_s, end_s;
	bool end_of_turn; /* the silence asked for has passed */
	bool finalized;	  /* answers ear_finish */
	bool unclear;	  /* there was speech, but none that is known */
};

struct ear_events {
	void (*onset)(void *arg, double at_s);
	void (*guess)(void *arg, const char *text, double start_s, double end_s);
	void (*result)(void *arg, const struct ear_result *r);
};

struct ear_opts {
	int rate_hz;
	int silence_ms;			      /* ends a turn */
	enum grammar_kind (*kind)(void *arg); /* asked at each onset */
};

struct ear *ear_new(struct workers *w, const struct ear_opts *o, const struct ear_events *ev,
		    void *arg);
void ear_hear(struct ear *e, const int16_t *pcm, size_t n);
void ear_finish(struct ear *e); /* a result follows, perhaps an empty one, perhaps at once */
double ear_time(const struct ear *e);
bool ear_busy(const struct ear *e); /* a result that was asked for is still to come */
void ear_free(struct ear *e);	    /* no event any more; frees itself when its work is back */

#endif
