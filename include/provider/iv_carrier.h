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

enum iv_carrier { IV_JAMBONZ, IV_TWILIO, IV_ELEVENLABS, IV_CARRIERS };
extern const char *const iv_carrier_names[]; /* "jambonz", "twilio", "elevenlabs", NULL */

/* cfg outlives it. NULL: a base URL is not one, or a carrier is configured by halves; e says which. */
struct iv_carriers *iv_carriers_new(struct iv_net *n, const struct iv_config *cfg, struct iv_err *e);
void iv_carriers_free(struct iv_carriers *c);
bool iv_carriers_has(const struct iv_carriers *c, enum iv_carrier which); /* its credentials are configured */

enum iv_amd { IV_AMD_OFF, IV_AMD_DETECT, IV_AMD_MESSAGE_END }; /* asynchronous: the first word is not delayed */

struct iv_originate {
	enum iv_carrier carrier;
	struct iv_str tenant_id, call_id, agent_id, campaign_id, lead_id;
	struct iv_str from, to;                  /* E.164, or sip: */
	struct iv_str voice_url, status_url, amd_url; /* ours, absolute */
	int ring_s, limit_s;
	enum iv_amd amd;
	struct iv_str agent_ref, number_ref;     /* ElevenLabs' agent and phone number ids */
};

enum iv_placed { IV_PLACED, IV_NOT_PLACED, IV_MAYBE_PLACED };

struct iv_carrier_answer {
	enum iv_placed placed;
	struct iv_str provider_id; /* call_sid; "" unless placed */
	struct iv_str second_id;   /* Jambonz: SIP call id; ElevenLabs: conversation id */
	struct iv_str why;         /* a word for records: "busy_line", "bad_number", "geo_permission", "rate_limited", … */
	int64_t retry_after_s;
	bool for_good;             /* not placed, and asking again will not help */
};

struct iv_carrier_run {
	struct iv_op op;
	struct iv_carrier_job *job;
};

/* `return iv_carrier_originate(…)` in a step. The operation itself fails only when cancelled before anything was
 * sent; everything else is told in *a. Waits for its turn under the carrier's calls a second. */
enum iv_flow_next iv_carrier_originate(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				       struct iv_arena *arena, const struct iv_originate *o, struct iv_carrier_answer *a);

/* Orders to a call that is up, or ringing. IV_ECONFLICT: it is over, or not in a state for it. */
enum iv_flow_next iv_carrier_hang_up(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				     struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id);
enum iv_flow_next iv_carrier_redirect(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				      struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				      struct iv_str url);
/* Keys towards the far end without leaving the conversation; Jambonz only, others IV_EUNSUPPORTED. */
enum iv_flow_next iv_carrier_dtmf(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				  struct iv_str digits);

/* How a call stands there. */
struct iv_carrier_status {
	bool known;                /* the carrier has such a call (or had it lately) */
	struct iv_str provider_id, status; /* our words: initiated … completed, failed, busy, no-answer, canceled */
	int64_t duration_s;
};
enum iv_flow_next iv_carrier_fetch(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				   struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				   struct iv_carrier_status *st);
/* After an ambiguous answer: is there a call to `to` from `from` since then that carries our id? */
enum iv_flow_next iv_carrier_find(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, const struct iv_originate *o, int64_t since_ms,
				  struct iv_carrier_status *st);

#endif
