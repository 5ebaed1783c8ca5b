/* iv_carrier: the REST sides of Jambonz and Twilio (and ElevenLabs' outbound call): placing a call, changing one,
 * asking how one stands. One file per carrier builds requests and reads answers (pure); the common part does the
 * HTTP, the pace (calls a second, Retry-After) and the breaker.
 *
 * The one thing that must never be wrong: whether a telephone may be ringing. An answer is
 *   placed      the carrier has it, with its id
 *   refused     it certainly does not: try again later, or never (e says which: IV_ERATE with retry_after_s,
 *               IV_EINVAL for a number it will not dial, IV_EAUTH, IV_EUPSTREAM …)
 *   ambiguous   no answer, half an answer, or a 5xx after the request was sent: it may ring. Never asked again;
 *               iv_carrier_find or the first status callback tells. */
#ifndef IV_CARRIER_H
#define IV_CARRIER_H

#include "iv_config.h"
#include "iv_flow.h"
#include "iv_net.h"
#include "iv_arena.h"

struct iv_carriers;
struct iv_redis;

enum iv_carrier { IV_JAMBONZ, IV_TWILIO, IV_ELEVENLABS, IV_CARRIERS };
extern const char *const iv_carrier_names[]; /* "jambonz", "twilio", "elevenlabs", NULL */

/* cfg outlives it. NULL: a base URL is not one, a carrier is configured by halves, or there is no PUBLIC_BASE_URL for
 * its hooks; e says which. TWILIO_AUTH_TOKEN alone is no carrier: it verifies what comes in. */
struct iv_carriers *iv_carriers_new(struct iv_net *n, const struct iv_config *cfg, struct iv_err *e);
void iv_carriers_free(struct iv_carriers *c); /* no operation may be in flight */
/* From now on the pace is that of all processes that share this Redis, which outlives c; else each has its own. */
void iv_carriers_share(struct iv_carriers *c, struct iv_redis *redis, const char *instance);
bool iv_carriers_has(const struct iv_carriers *c, enum iv_carrier which); /* its credentials are configured */
struct iv_breaker;
const struct iv_breaker *iv_carriers_breaker(const struct iv_carriers *c, enum iv_carrier which); /* of placing calls */
enum iv_carrier iv_carrier_named(struct iv_str name); /* IV_CARRIERS: none */

enum iv_amd { IV_AMD_OFF, IV_AMD_DETECT, IV_AMD_MESSAGE_END }; /* asynchronous: the first word is not delayed */

struct iv_originate {
	enum iv_carrier carrier;
	struct iv_str tenant_id, call_id, agent_id, campaign_id, lead_id;
	struct iv_str from, to;                  /* E.164, or sip: */
	struct iv_str voice_url, status_url, amd_url; /* ours, absolute */
	int ring_s, limit_s;
	enum iv_amd amd;
	struct iv_str agent_ref, number_ref;     /* ElevenLabs' agent and phone number ids */
	const struct iv_span *span;              /* the dial's, which outlives the operation; NULL: it is not traced. Its
						  * traceparent goes with the call and comes back in our hooks */
	struct iv_str variables;                 /* of the texts of an agent it hosts: a JSON object of texts; "": none */
};

enum iv_placed { IV_PLACED, IV_NOT_PLACED, IV_MAYBE_PLACED };

struct iv_carrier_answer {
	enum iv_placed placed;
	struct iv_str provider_id; /* call_sid; ElevenLabs: conversation id; "" unless placed */
	struct iv_str second_id;   /* Jambonz: SIP call id; ElevenLabs: Twilio's call_sid, may be "" */
	struct iv_str why;         /* a word for records: "bad_number", "geo_permission", "rate_limited", "timeout", …; a
				    * literal; "" when placed */
	int64_t retry_after_s;
	bool for_good;             /* not placed, and asking again will not help */
};

struct iv_carrier_run {
	struct iv_op op;
	struct iv_carrier_job *job;
};

/* `return iv_carrier_originate(…)` in a step; what it is given lives until the operation is over. It waits for its turn
 * under the carrier's calls a second, DIAL_WAIT_MS at most; an answer of 429 puts it back in the line if its
 * Retry-After fits in that. The operation fails only when cancelled; before anything was sent that is as good as never
 * asked, later as good as ambiguous. Everything else is told in *a. */
enum iv_flow_next iv_carrier_originate(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				       struct iv_arena *arena, const struct iv_originate *o, struct iv_carrier_answer *a);

/* Orders to a call that is up, or ringing. IV_ECONFLICT: it is over, or not in a state for it; IV_EUNSUPPORTED: this
 * carrier cannot; IV_ERATE, IV_ETIMEDOUT, IV_EUPSTREAM: it may not have been done. Jambonz takes an order and does it
 * later: its status tells. */
enum iv_flow_next iv_carrier_hang_up(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				     struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id);
enum iv_flow_next iv_carrier_redirect(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				      struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				      struct iv_str url);
/* Keys towards the far end without leaving the conversation; Jambonz only, others IV_EUNSUPPORTED. */
enum iv_flow_next iv_carrier_dtmf(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				  struct iv_str digits);
/* Whether a call that is in a room of the carrier's is heard there. IV_ECONFLICT: it is not in it. Jambonz takes the
 * order and does nothing when the call is in no room; IV_EUNSUPPORTED: ElevenLabs has none. Who is to leave a room is
 * redirected. */
enum iv_flow_next iv_carrier_mute(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				  struct iv_str room, bool muted);

/* How a call stands there. */
struct iv_carrier_status {
	bool known;                /* the carrier has such a call, or had it lately; Jambonz forgets the dead soon */
	struct iv_str provider_id, status; /* our words: queued, initiated, ringing, in-progress, completed, failed, busy,
					    * no-answer, canceled */
	int64_t duration_s;
};
enum iv_flow_next iv_carrier_fetch(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				   struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				   struct iv_carrier_status *st);
/* After an ambiguous answer: calls that may be ours. `sure`: the first says so itself, and is the only one; else they go
 * to that number from that number, placed since then, the newest first, and one that is known by another name of ours
 * is not it. */
enum { IV_CARRIER_FOUND_MAX = 8 };
struct iv_carrier_found {
	struct iv_carrier_status items[IV_CARRIER_FOUND_MAX];
	size_t count;
	bool sure;
};
enum iv_flow_next iv_carrier_find(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, const struct iv_originate *o, int64_t since_ms,
				  struct iv_carrier_found *found);

#endif
