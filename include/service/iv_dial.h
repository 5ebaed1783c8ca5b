/* iv_dial: places one outbound call, for the REST API and for campaigns. The row exists (status 'created': it is the
 * intent); this takes the slots, checks the caller id and the country, asks the carrier once, and writes what came of
 * it: 'queued' with the carrier's id as an alias, 'failed' with the reason, or 'unknown' when nobody can say whether a
 * telephone rings; then reconciliation asks the carrier, never a second dial. */
#ifndef IV_DIAL_H
#define IV_DIAL_H

#include "iv_carrier.h"
#include "iv_services.h"
#include "iv_slots.h"

struct iv_dials;

struct iv_dials *iv_dials_new(struct iv_services *s); /* s->carriers, s->slots, s->pg; starts reconciliation */
void iv_dials_drain(struct iv_dials *d);              /* originates nothing from now on: IV_EDRAINING */
void iv_dials_close(struct iv_dials *d, void (*done)(void *arg), void *arg); /* waits for requests that may ring */

struct iv_dial_ask {
	struct iv_str tenant_id, call_id, agent_id, campaign_id, lead_id;
	struct iv_str from, to;    /* from "": the agent's number, else the tenant's first */
	struct iv_str carrier;     /* "": that of the number it is dialled from */
	int ring_s;                /* 0: RING_TIMEOUT_S */
	int amd;                   /* enum iv_amd, or -1: the agent's */
};
struct iv_dial_answer {
	enum iv_placed placed;
	enum iv_carrier carrier;
	struct iv_str from, provider_id;
	struct iv_str why;         /* not placed: a word; the row says it too */
	struct iv_slot_verdict slots; /* when they refused */
	int64_t retry_after_s;
};
struct iv_dial_run {
	struct iv_op op;
	struct iv_dial_job *job;
};
/* `return iv_dial_place(…)` in a step. A flow that is cancelled does not take the dial with it: it goes on and its
 * outcome is in the row. Errors before anything was asked, with the field: IV_EINVAL (from is not the tenant's number;
 * to is in a country not allowed), IV_EQUOTA (slots; answer->slots says which), IV_EUNSUPPORTED (no such carrier
 * configured), IV_EDRAINING. */
enum iv_flow_next iv_dial_place(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				const struct iv_dial_ask *ask, struct iv_dial_answer *answer);

#endif
