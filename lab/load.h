/* load: many callers at once, each as lean as a caller can be. */
#ifndef LAB_LOAD_H
#define LAB_LOAD_H

#include "leg.h"

struct load_opts {
	struct leg_opts leg;
	const char *host;
	int calls;
	double ramp_per_s;
	int seconds;  /* measured, after the last caller was started */
	bool echo;    /* the other side echoes frames: measure round trips, never stop talking */
};

/* Runs the loop until the load is over; appends one JSON object to out. False: the buffer was too
 * small, or memory for the callers was not there. */
IV_MUST_CHECK bool load_run(const struct load_opts *opts, struct wire_net *net,
			    struct leg_scratch *scratch, struct iv_buf *out, struct iv_err *e);

#endif
