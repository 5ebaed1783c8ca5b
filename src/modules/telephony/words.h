/* What carriers call things, and what we call them. Pure: tables, and readers of the bodies of hooks. */
#ifndef WORDS_H
#define WORDS_H

#include "iv_json.h"
#include "iv_query.h"

enum word_carrier { WORD_JAMBONZ, WORD_TWILIO, WORD_CARRIERS };
extern const char *const word_carriers[]; /* "jambonz", "twilio", NULL: of calls and aliases */

/* A carrier's word for how a call stands, in ours: "initiated", "ringing", "answered", or a final one. ptr NULL: it says
 * nothing about that. */
struct iv_str word_status(enum word_carrier carrier, struct iv_str theirs);
bool word_is_final(struct iv_str ours);
/* Why a call came to nothing: the words of failure_reason. */
struct iv_str word_failure(struct iv_str ours, int64_t sip_status);
/* Who answered: "human", "machine", "machine_end", "fax", "unknown"; ptr NULL: not told yet. */
struct iv_str word_answered_by(enum word_carrier carrier, struct iv_str theirs);
/* How the other leg of a dial or a refer ended: completed, busy, no-answer, failed, canceled. */
struct iv_str word_dialed(struct iv_str theirs);

/* Numbers as they are kept: "+" and digits where it is one, else as it was sent (anonymous, sip:…). */
struct iv_str word_number(struct iv_arena *a, struct iv_str sent);

/* What a hook says, whoever sent it; "" where it does not. */
struct word_hook {
	struct iv_str provider_id; /* call_sid, CallSid */
	struct iv_str second_id;   /* Jambonz: the SIP call's */
	struct iv_str parent_id;   /* of the leg that a dial made: whose it is */
	struct iv_str application, trunk, campaign;
	struct iv_str from, to;    /* as word_number keeps them */
	struct iv_str caller_name;
	struct iv_str status;      /* the carrier's word */
	struct iv_str ended_by;    /* "caller", "jambonz" */
	struct iv_str tag_call, tag_tenant, tag_trace; /* what we gave it when it was placed */
	struct iv_str digits, answered_by, dial_status, dial_id, reason;
	struct iv_str stream_event, stream_error;
	int64_t sip_status, duration_s, dial_duration_s; /* 0: not told */
	bool outbound;
};

/* Texts are copied into the arena. IV_EINVAL: not a JSON object, no call_sid where it is needed, or one that is no id. */
IV_MUST_CHECK bool word_read_jambonz(struct iv_str body, bool needs_id, struct iv_arena *a, struct word_hook *h,
				     struct iv_err *e);
/* The pairs outlive it. */
IV_MUST_CHECK bool word_read_twilio(const struct iv_pair *pairs, size_t count, struct iv_arena *a, struct word_hook *h,
				    struct iv_err *e);

#endif
