/* What a carrier is told: an order of the line in its own language. Pure: bytes out. */
#ifndef SAY_H
#define SAY_H

#include "iv_config.h"
#include "iv_line.h"
#include "iv_trace_context.h"

enum { SAY_NONCE_SIZE = 17, SAY_URL_SIZE = 4096 };

struct say_call {
	const struct iv_config *cfg; /* PUBLIC_BASE_URL is set */
	struct iv_str call_id, tenant_id, agent_id;
	struct iv_str our_number;    /* shown when a dial names nobody; "" is the carrier's choice */
	const struct iv_line_media *media; /* for what listens */
	char traceparent[IV_TRACEPARENT_SIZE]; /* for its socket and its next hooks; "": none */
	char nonce[SAY_NONCE_SIZE];  /* makes the addresses of this answer its own: a replay is known by them */
	int attempt;                 /* of the media: 0, 1 … */
};
void say_call_init(struct say_call *c, const struct iv_config *cfg); /* with a nonce */

/* An address of ours: PUBLIC_BASE_URL, path, "?n=…", the attempt, the trace, and `name`=`value` when there is one; false:
 * it does not fit. */
IV_MUST_CHECK bool say_url(const struct say_call *c, const char *path, const char *name, struct iv_str value,
			   char out[SAY_URL_SIZE]);
bool say_is_address(struct iv_str s); /* http or https: played, not said */

/* ── Jambonz: arrays of verbs */
IV_MUST_CHECK bool say_verbs(const struct say_call *c, const struct iv_line_do *d, struct iv_buf *out);
/* The first platform's object; it knows no other answer than this one. */
IV_MUST_CHECK bool say_seed(const struct say_call *c, struct iv_str application, struct iv_buf *out);
IV_MUST_CHECK bool say_decline(int sip_status, struct iv_buf *out);
/* [{"verb":"say"|"play",…}, and the end when `hang_up`]; "" is []. */
IV_MUST_CHECK bool say_text(struct iv_str text, bool hang_up, struct iv_buf *out);

/* ── Twilio: TwiML */
IV_MUST_CHECK bool twiml_verbs(const struct say_call *c, const struct iv_line_do *d, struct iv_buf *out);
IV_MUST_CHECK bool twiml_decline(bool busy, struct iv_buf *out);
IV_MUST_CHECK bool twiml_text(struct iv_str text, bool hang_up, struct iv_buf *out);

#endif
