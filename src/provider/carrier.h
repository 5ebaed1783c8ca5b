/* carrier: what carrier.c and the carriers' own files share. Those files are pure: they write requests and read
 * answers. */
#ifndef CARRIER_H
#define CARRIER_H

#include "iv_breaker.h"
#include "iv_buf.h"
#include "iv_carrier.h"
#include "iv_json.h"
#include "iv_list.h"

enum { CARRIER_URL_MAX = 4096, CARRIER_BODY_MAX = 65536, CARRIER_ANSWER_MAX = 4 << 20 };

enum carrier_order { CARRIER_HANG_UP, CARRIER_REDIRECT, CARRIER_KEY, CARRIER_MUTE, CARRIER_UNMUTE };

/* Where a carrier is and as whom we ask. */
struct carrier_place {
	struct iv_str url;     /* without a '/' at its end */
	struct iv_str account, application, trunk;
	struct iv_str user;    /* Twilio: whose secret it is */
	struct iv_secret secret;
};

struct carrier_request {
	const char *method, *type; /* type NULL: no body */
	struct iv_buf url, body;
	const struct iv_span *span; /* on behalf of which; NULL: none */
};

/* An answer, or its absence. */
struct carrier_reply {
	int status;       /* 0: none */
	bool unsent, late; /* none: because nothing left; because time was up */
	int retry_after_ms; /* -1: none */
	struct iv_str body;
	bool body_stays;  /* as long as what is made of it: it need not be copied */
};

/* Writers return false when it does not fit; readers copy into the arena what is to stay. `step` counts the requests
 * of one operation from 0. */
struct carrier_vendor {
	bool (*authorise)(const struct carrier_place *p, struct iv_buf *value, const char **header);
	bool (*originate)(const struct carrier_place *p, const struct iv_originate *o, struct carrier_request *rq);
	void (*originated)(const struct carrier_reply *r, struct iv_arena *arena, struct iv_carrier_answer *a);
	/* NULL: it takes no orders. */
	bool (*order)(const struct carrier_place *p, enum carrier_order order, int step, struct iv_str provider_id,
		      struct iv_str text, struct carrier_request *rq);
	/* IV_OK; or what is wrong. *again: ask once more, with the next step. */
	enum iv_code (*ordered)(const struct carrier_reply *r, enum carrier_order order, int step, bool *again);
	/* The carrier's own id of a room, from an answer that led to another step; NULL: rooms are known by their names. */
	struct iv_str (*room)(struct iv_str body, struct iv_arena *arena);
	bool keys; /* digits go out one by one */
	bool (*fetch)(const struct carrier_place *p, struct iv_str provider_id, struct carrier_request *rq);
	bool (*fetched)(const cJSON *doc, struct iv_arena *arena, struct iv_carrier_status *st);
	bool (*find)(const struct carrier_place *p, const struct iv_originate *o, int64_t since_ms,
		     struct carrier_request *rq);
	bool (*found)(const cJSON *doc, const struct iv_originate *o, int64_t since_ms, struct iv_arena *arena,
		      struct iv_carrier_found *found);
	bool counts_500; /* an answer of 500 says that the carrier is ill, not that it will not do this */
};
extern const struct carrier_vendor carrier_jambonz, carrier_twilio, carrier_elevenlabs;

/* ── carrier_span.c: one request that places a call. NULL: it is not traced */
struct iv_span *carrier_span_begin(const struct carrier_place *p, const struct iv_originate *o);
void carrier_span_end(struct iv_span *s, const struct carrier_reply *r); /* r NULL: cut off */

/* ── for the vendors' files */

/* What an answer means that is no 2xx and none of the carrier's own words. */
void carrier_refusal(const struct carrier_reply *r, struct iv_carrier_answer *a);
void carrier_not_placed(struct iv_carrier_answer *a, const char *why, bool for_good);
void carrier_maybe_placed(struct iv_carrier_answer *a, const char *why);
/* Placed, with its ids; without the first it is ambiguous, and so it is without memory. */
void carrier_placed(struct iv_carrier_answer *a, struct iv_arena *arena, struct iv_str id, struct iv_str second);
bool carrier_found_add(struct iv_carrier_found *found, struct iv_arena *arena, struct iv_str id, struct iv_str status,
		       bool sure);
/* A number as a carrier may write it: with or without its '+'. */
bool carrier_same_number(struct iv_str a, struct iv_str b);
/* The value of either name: which of them a server uses depends on its version. */
struct iv_str carrier_either(const cJSON *obj, const char *one, const char *other);

#endif
