/* iv_vendor: one question to the REST of a vendor that we rent things of (agents, numbers), and its answer. What is
 * common to iv_convai.h and iv_twilio_numbers.h; calls are placed by iv_carrier.h.
 *
 * The operation never fails but by being cancelled: how it went is in the answer. `said` is about what was asked for:
 *   done       it was done, or this is what was asked about
 *   refused    it certainly was not
 *   unknown    nobody can say: no answer, half of one, a 5xx. Of what makes something: look before asking again
 * Asked again by itself, within VENDOR_RETRY_MS: what the answer proves was not done (429 with a wait that fits, a
 * connection that was never made); and what may be done twice without harm (reading, setting, deleting) after a 5xx.
 * "Too many conversations at once" is no matter of waiting and is not asked again. */
#ifndef IV_VENDOR_H
#define IV_VENDOR_H

#include "iv_carrier.h"

enum iv_said { IV_SAID_DONE, IV_SAID_REFUSED, IV_SAID_UNKNOWN };

struct iv_vendor_answer {
	enum iv_said said;
	int status;            /* HTTP; 0: none came, or nothing was asked */
	/* What it is to who asked us: IV_OK; IV_ERATE (too many requests, too many conversations, breaker open);
	 * IV_EUNPROCESSABLE (it does not like what we said: 400, 409, 422); IV_ENOENT; IV_EUPSTREAM (all else: its
	 * credentials are ours to mend); IV_EUNSUPPORTED (not configured) */
	enum iv_code code;
	struct iv_str why;     /* a word, literal: rate_limited, concurrent, unauthorized, not_found, conflict, rejected,
				* timeout, cut, unreachable, server_error, unavailable, not_configured, nonsense; "" when done */
	struct iv_str text;    /* the vendor's own words, cut; "" */
	int64_t retry_after_s; /* 0: not said */
	struct iv_str body;    /* in the arena, or where the door says */
};

struct iv_vendor_run {
	struct iv_op op;
	struct vendor_job *job;
};

/* "elevenlabs refused: the number belongs to …": for an error of ours. */
void iv_vendor_words(const struct iv_vendor_answer *a, enum iv_carrier which, char *out, size_t size);

#endif
