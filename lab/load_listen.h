/* load_listen: the recogniser of load mode: loud or not, and the same words every time. */
#ifndef LAB_LOAD_LISTEN_H
#define LAB_LOAD_LISTEN_H

#include "lab.h"

#define LOAD_WORDS "I would like to book a table"

struct load_ear {
	int asr_ms;
	size_t window; /* bytes of 20 ms */
	bool ulaw, speaking;
	int64_t loud_us; /* when the last loud sound came */
	struct iv_timer due;
	void (*onset)(void *arg);
	void (*heard)(void *arg); /* asr_ms after the last loud sound */
	void *arg;
};

/* The callbacks and arg are the caller's to set. */
void load_ear_init(struct load_ear *e, const struct lab *lab, bool ulaw, int rate_hz);
void load_ear_hear(struct load_ear *e, struct iv_str bytes);
void load_ear_stop(struct load_ear *e);

#endif
