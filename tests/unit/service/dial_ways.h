/* The ways to a call, and what its carrier would answer if it came to that. */
#ifndef DIAL_WAYS_H
#define DIAL_WAYS_H

#include "dial_case.h"

/* What the carrier would answer if it came to that. */
static const struct far every_answer[] = {
	{.takes = true},
	{.way = FAR_SHUT, .takes = true},
	{.status = 404},
};

static const struct dial_way {
	bool planned;
	const char *flow;
} every_way[] = {{true, "dial.check"}, {true, "dial.planned"}, {false, "dial.place"}};

/* What was told is what is, if it was told at all: an error means that no carrier was asked. */
static inline void check_told(const struct dial_case *k, bool stays)
{
	char what[256];

	case_text(k, what);
	if (stays && asker.err.code == IV_ECANCELED)
		fail_msg("%s: told that it was cancelled", what);
	if (asker.err.code == IV_OK && asker.answer.placed == IV_PLACED && !now.posts)
		fail_msg("%s: told it was placed", what);
	if (stays && asker.err.code != IV_OK && now.posts)
		fail_msg("%s: told %s, and it may ring", what, asker.err.msg);
	if (asker.err.code == IV_OK && !asker.status[0])
		fail_msg("%s: told nothing of how it stands", what);
}

#endif
