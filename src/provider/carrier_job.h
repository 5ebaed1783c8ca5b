/* A carrier and what is asked of it. Private to carrier.c (the door, from its settings to its end), carrier_config.c (the
 * settings), carrier_job.c (a request and its answer), carrier_place.c (calls, one after the other) and carrier_order.c
 * (orders and questions, which do not wait). */
#ifndef CARRIER_JOB_H
#define CARRIER_JOB_H

#include "carrier_pace.h"
#include "vendor.h"

enum { CARRIER_BASE_MAX = 512 };

struct carrier {
	struct iv_carriers *all;
	const struct carrier_vendor *vendor;
	struct carrier_place place;
	bool configured;
	struct carrier_pace pace;
	struct iv_list waiting;          /* of struct iv_carrier_job, in their order */
	size_t waiting_count;
	struct iv_timer turn;
	struct iv_breaker breaker;       /* of placing */
	struct iv_breaker rest;          /* of what vendor.c asks */
};

struct iv_carriers {
	struct iv_net *net;
	struct iv_loop *loop;
	const struct iv_config *cfg;
	struct carrier items[IV_CARRIERS];
	char jambonz_url[CARRIER_BASE_MAX], jambonz_account[128]; /* out of the older setting */
};

enum job_kind { ORIGINATE, ORDER, FETCH, FIND };

struct iv_carrier_job {
	struct iv_list node; /* in waiting */
	bool waits;
	struct carrier *k;
	struct iv_carrier_run *run;
	enum job_kind kind;
	enum carrier_order order;
	int step;
	struct iv_fetch *fetch;
	struct iv_span *span; /* of the fetch, when it places a call */
	struct iv_timer pause; /* between keys */
	struct carrier_request rq;
	int64_t patience_us;   /* not sent by then: refused */
	int64_t since_ms;
	/* the asker's */
	struct iv_arena *arena;
	const struct iv_originate *o;
	struct iv_str provider_id, text;
	struct iv_carrier_answer *answer;
	struct iv_carrier_status *status;
	struct iv_carrier_found *found;
};

/* carrier_config.c: places of those that are configured. False: by halves, or wrong. */
bool carriers_read(struct iv_carriers *c, struct iv_err *e);

/* carrier_job.c */
struct iv_carrier_job *carrier_job_new(struct carrier *k, struct iv_flow *f, struct iv_carrier_run *run,
				       enum job_kind kind, struct iv_arena *arena);
void carrier_job_done(struct iv_carrier_job *j, enum iv_code code, const char *why);
bool carrier_job_send(struct iv_carrier_job *j); /* false: it cannot be written down */

/* carrier_place.c: the line. */
void carrier_on_turn(void *carrier);
void carrier_on_pace(void *carrier, bool go);
void carrier_leave_line(struct iv_carrier_job *j);
void carrier_pause(struct carrier *k, int retry_after_ms); /* -1: the carrier did not say for how long */
void carrier_placed_answer(struct iv_carrier_job *j, const struct carrier_reply *r);

/* carrier_order.c */
void carrier_order_answer(struct iv_carrier_job *j, const struct carrier_reply *r);
void carrier_question_answer(struct iv_carrier_job *j, const struct carrier_reply *r);

#endif
