/* iv_dial: places outbound calls, for the REST API and for campaigns. The call's row is the intent (status
 * 'created'); whoever turns it to 'dialing' may ask the carrier, once. What came of it is written in one statement:
 * 'queued' with the carrier's id as an alias, 'failed' with the reason, or 'unknown' when nobody can say whether a
 * telephone rings. An unknown call is asked after, never dialled again; so is one whose process died between the
 * question and the answer. */
#ifndef IV_DIAL_H
#define IV_DIAL_H

#include "iv_carrier.h"
#include "iv_services.h"
#include "iv_slots.h"

struct iv_dials;

struct iv_dials *iv_dials_new(struct iv_services *s); /* s->carriers, slots, pg, worker, redis, control, events */
void iv_dials_start(struct iv_dials *d);              /* looks after calls that nobody holds, every RECONCILE_SECONDS */
void iv_dials_drain(struct iv_dials *d);              /* originates nothing from now on: IV_EDRAINING */
/* Waits for carriers that were asked (DIAL_WAIT_MS and CARRIER_TIMEOUT_MS at most), then done, from the loop. After
 * drain. What was placed and could not be written is found by another process. */
void iv_dials_close(struct iv_dials *d, void (*done)(void *arg), void *arg);
void iv_dials_free(struct iv_dials *d);

struct iv_dial_ask {
	struct iv_str tenant_id, call_id, agent_id, campaign_id, lead_id;
	struct iv_str from, to;    /* from "": the agent's number, else the tenant's first */
	struct iv_str carrier;     /* "": that of the number it is dialled from */
	int ring_s;                /* 0: RING_TIMEOUT_S */
	const struct iv_span *span; /* whose trace it is placed in, of who asks; NULL: one of its own */
	int amd;                   /* enum iv_amd, or -1: as the agent deals with answering machines */
};

/* What a check has found. Copied by iv_dial_place; its strings live in the arena of who asked. */
struct iv_dial_plan {
	bool none;                 /* nothing to dial with: no carrier is configured, or there is no such agent */
	bool hosted;               /* ElevenLabs' agent speaks */
	enum iv_carrier carrier;
	enum iv_amd amd;
	struct iv_str from, number_id, number_ref, agent_ref;
	struct iv_str campaign_id, lead_id;
	bool slots;                /* taken, held by this process */
};

struct iv_dial_answer {
	enum iv_placed placed;
	enum iv_carrier carrier;
	struct iv_str from, provider_id;
	struct iv_str why;         /* not placed: a word; the row says it too. Literal */
	/* How the row stands, why it failed: a hook that is quicker than the carrier's answer may have ended it. As `placed`
	 * says where that could not be written, or read. */
	struct iv_str status, failure;
	struct iv_slot_verdict slots; /* when they refused */
	int64_t retry_after_s;
	bool for_good;
};

struct iv_dial_run {
	struct iv_op op;
	struct iv_dial_job *job;
};

/* May this call be placed, from where, over whom? Takes its slots; makes nothing. For who makes the row himself. Errors,
 * with the field: IV_EINVAL (from is not the tenant's number; to is no number, or in a country not allowed; carrier,
 * campaignId, leadId), IV_EUNSUPPORTED (carrier is not configured), IV_EQUOTA (slots: answer->slots), IV_EDRAINING. */
enum iv_flow_next iv_dial_check(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				const struct iv_dial_ask *ask, struct iv_dial_plan *plan, struct iv_dial_answer *answer);
/* The call is not made after all. */
void iv_dial_give_back(struct iv_dials *d, const struct iv_dial_ask *ask, struct iv_dial_plan *plan);

/* `return iv_dial_place(…)` in a step; plan NULL: checks first, by the same errors, and the row is closed as failed. A
 * flow that is cancelled does not take the dial with it: it goes on and its outcome is in the row. IV_ECONFLICT: it
 * was dialled before, or is over. What the carrier says is no error: *answer. */
enum iv_flow_next iv_dial_place(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				const struct iv_dial_ask *ask, const struct iv_dial_plan *plan,
				struct iv_dial_answer *answer);

/* Nobody knows whether the row of this call was written, and nobody will dial it: should it be there, or come in the next
 * seconds, it is closed as 'failed', 'refused'. */
void iv_dial_doubt(struct iv_dials *d, struct iv_str tenant_id, struct iv_str call_id);
/* Was what writes the row asked for and failed by this: may the database have done it, or do it yet? */
bool iv_dial_in_doubt(enum iv_code code);

/* Takes back a call whose media is not here: the carrier hangs up, the row is closed 'canceled' for that reason ("":
 * hangup). IV_ENOENT; IV_ECONFLICT: it is over, held by a process, or the carrier has not said yet which call it is.
 * Errors of the carrier as they come. */
enum iv_flow_next iv_dial_cancel(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				 struct iv_str tenant_id, struct iv_str call_id, struct iv_str reason);

#endif
