/* carrier_plan: what a test wants of a call, and the rules that say it of calls to come. JSON, read by the house's
 * shapes: unknown names and wrong types are refused. */
#ifndef LAB_CARRIER_PLAN_H
#define LAB_CARRIER_PLAN_H

#include "carrier_line.h"
#include "iv_shape.h"

enum plan_outcome { PLAN_ANSWER, PLAN_BUSY, PLAN_NO_ANSWER, PLAN_FAILED };
enum plan_media { PLAN_MEDIA_OPEN, PLAN_MEDIA_NEVER, PLAN_MEDIA_REFUSED, PLAN_MEDIA_MUTE };
enum plan_does { PLAN_SPEAKS, PLAN_ECHOES, PLAN_SILENT };
enum plan_answered_by { PLAN_HUMAN, PLAN_MACHINE, PLAN_FAX, PLAN_UNKNOWN };

struct plan_status {
	bool reorder;     /* each waits until the next one is out */
	int64_t duplicates; /* so many more of each */
	int64_t delay_ms;
	struct iv_strs lose; /* states that are never told: "completed", … */
};

struct plan_hook {
	int64_t delay_ms; /* the call hook comes so much later: behind the first status */
	bool duplicate;   /* twice at once; the second's answer is thrown away */
};

struct plan_rest {
	int64_t status;      /* 0: answer as if nothing were */
	int64_t delay_ms;    /* before the answer */
	bool after_placed;   /* the work is done, then the status is answered: nobody can know */
	bool no_answer;      /* the connection is cut instead of an answer */
	int64_t retry_after_s; /* -1: no header */
	int64_t code;        /* twilio: in the body; 0: the usual one of the status */
};

struct carrier_plan {
	int outcome, media, does, answered_by;
	int64_t queue_ms, trying_ms, pick_up_ms, sip, give_up_ms, hang_up_ms, amd_ms, greeting_ms;
	struct iv_strs say;
	struct iv_str talk;    /* elevenlabs: JSON, laid over a conversation at its end */
	struct iv_str caller_name;
	struct iv_str digits; /* pressed where a gather waits */
	int preamble;  /* enum leg_preamble: how Jambonz' first frame looks */
	bool drachtio; /* the older name of Jambonz' subprotocol */
	struct plan_status status;
	struct plan_hook hook;
	struct plan_rest rest;
};

extern const struct iv_shape carrier_plan_shape;

/* Where a rule applies; empty: everywhere. `to` and `from` may end with '*'. `rest`: create, update, get, list, delete,
 * numbers; elevenlabs: create, register, agents, numbers, conversations. */
struct rule_match {
	struct iv_str carrier, direction, to, from, rest;
};

struct rules; /* a set, changeable while it works */

struct rules *rules_new(void);
void rules_free(struct rules *r);
/* {"rules":[{"match":{},"times":1,"then":{…}}]} replaces all of them, or nothing. */
IV_MUST_CHECK bool rules_set(struct rules *r, const cJSON *json, struct iv_err *e);
size_t rules_count(const struct rules *r);
/* Lays every rule that fits over the plan, oldest first, and counts them down. False: a rule cannot be kept in the
 * arena. */
IV_MUST_CHECK bool rules_apply(struct rules *r, const struct rule_match *what, struct carrier_plan *plan,
			       struct iv_arena *arena, struct iv_err *e);
void plan_line(const struct carrier_plan *p, struct line_plan *out); /* timeout and limit are the caller's */

#endif
