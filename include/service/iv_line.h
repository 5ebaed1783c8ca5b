/* iv_line: what a carrier is to do with a call when its media socket has closed, and what is told about the line
 * while the call lives. The gateway decides (it holds the conversation), the carriers' hooks carry it out; any
 * instance may be asked by the carrier, so the question travels by iv_control:
 *
 *   line.next    {}                → iv_line_do    the socket is closed; what now?
 *   line.order   iv_line_do        → {"ok":true}   close it and do this (REST; the agent's own tools go straight)
 *   line.dialed  iv_line_result    → iv_line_do    a dial or refer has ended; what now?
 *   line.amd     {"verdict":word}  → {"ok":true}   human, machine, machine_end, fax, unknown
 *   line.over    {"status","reason"} → {"ok":true} the carrier's final word: the call is over
 *   line.give    {}                → {"ok":true}   its media came to another instance: hand the conversation over
 *
 * No instance owns the call (IV_ECONFLICT, or IV_EDRAINING when it is gone): its row says what to do. Over: hang up.
 * Handed over (a row of call_handovers): listen again, any instance goes on with it. Else: sorry.
 *
 * A call between two sockets is "away": its session waits LINE_AWAY_MS for the next one, holds its slots and
 * writes its journal. */
#ifndef IV_LINE_H
#define IV_LINE_H

#include "iv_auth.h"
#include "iv_json.h"
#include "iv_shape.h"

enum iv_line_verb {
	IV_LINE_NONE,       /* nothing: another order is on its way to the carrier */
	IV_LINE_HANGUP,
	IV_LINE_LISTEN,     /* a new media socket: the conversation goes on */
	IV_LINE_DIAL,       /* another telephone; bridged when it answers; line.dialed afterwards */
	IV_LINE_REFER,      /* SIP REFER: the carrier's own business from then on (Jambonz) */
	IV_LINE_DTMF,       /* keys towards the far end, then listen */
	IV_LINE_CONFERENCE, /* a room; line.dialed when it is left */
	IV_LINE_ASK,        /* play a prompt, gather keys, then listen with what was pressed */
	IV_LINE_REDIRECT,   /* the carrier fetches `url` and goes on there; the call leaves us */
	IV_LINE_SORRY,      /* apologise, hang up */
	IV_LINE_VERBS
};
extern const char *const iv_line_verbs[]; /* "none", "hangup", … NULL */

struct iv_line_do {
	int verb;                 /* enum iv_line_verb; "do" on the wire */
	struct iv_str to;         /* dial, refer: E.164 or sip: */
	struct iv_str caller_id;  /* dial: "" the number the call came from or to */
	struct iv_str whisper;    /* dial: said to who answers, before the bridge ("attended") */
	struct iv_str digits;     /* dtmf: 0-9 * # A-D, w waits half a second */
	struct iv_str room, action; /* conference: join, leave, mute, unmute */
	struct iv_str prompt, url;  /* ask: what is said, or played; redirect: where to */
	struct iv_str text;       /* sorry */
	int64_t timeout_s;        /* dial: of ringing; ask: of waiting */
	int64_t max_digits;       /* ask */
	bool record, muted;
	bool back;                /* dial: not answered → the conversation goes on (line.dialed decides) */
};
extern const struct iv_shape iv_line_do_shape;

struct iv_line_result {
	struct iv_str status;     /* completed, busy, no-answer, failed, canceled */
	struct iv_str provider_id; /* of the other leg */
	struct iv_str digits;     /* ask: what was pressed */
	int64_t duration_s;
	bool caller_gone;         /* the line itself has ended with it */
};
extern const struct iv_shape iv_line_result_shape;

/* One JSON object into `out`; what is empty is left out. */
IV_MUST_CHECK bool iv_line_write(const struct iv_line_do *d, struct iv_buf *out);
IV_MUST_CHECK bool iv_line_read(struct iv_str json, struct iv_line_do *d, struct iv_arena *a, struct iv_err *e);
IV_MUST_CHECK bool iv_line_result_write(const struct iv_line_result *r, struct iv_buf *out);

/* What is wrong with an order, by field ("to", "digits", …); false with *e. */
IV_MUST_CHECK bool iv_line_check(const struct iv_line_do *d, struct iv_err *e);

/* ── where a carrier's media goes: signed, for this call, good once, for REALTIME_WS_TTL.
 * Jambonz: the whole address. Twilio: the address without a query, the rest as parameters. */
struct iv_line_call {
	struct iv_str tenant_id, call_id, agent_id;
	struct iv_str traceparent; /* of who asks; the socket brings it back. "": none */
};
struct iv_line_media {
	char url[1024];
	char ts[24], sig[65], nonce[33]; /* Twilio's parameters beside callId, agentId, tenantId, traceparent */
};
/* False with *e: PUBLIC_BASE_URL or REALTIME_WS_SECRET is not set (said which), or the names do not fit. */
IV_MUST_CHECK bool iv_line_media(const struct iv_auth *auth, const struct iv_config *cfg, bool twilio,
				 const struct iv_line_call *call, int64_t wall_ms, struct iv_line_media *out,
				 struct iv_err *e);

#endif
