/* vendor: one request to a vendor's REST as an operation, for elevenlabs_agents.c and twilio_numbers.c. Those write it and
 * read the answer. */
#ifndef VENDOR_H
#define VENDOR_H

#include "carrier.h"
#include "iv_fetch.h"
#include "iv_vendor.h"

enum { VENDOR_BODY_MAX = 1 << 20 };

/* How a request may be asked again. */
enum vendor_care {
	VENDOR_ANY,   /* reading, setting, deleting: twice does no harm */
	VENDOR_ONCE,  /* it makes something: only when it was certainly not done */
	VENDOR_NEVER, /* somebody waits: one try */
};

struct vendor_question {
	enum iv_carrier which;
	enum vendor_care care;
	int total_ms;          /* 0: CARRIER_TIMEOUT_MS */
	size_t body_max;       /* of the answer; 0: 4 MiB */
	struct carrier_request rq; /* begun by vendor_begin; goes with the question */
	/* Reads an answer of 2xx; NULL: nothing is read. False: it makes no sense. */
	bool (*read)(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted);
	void *out;
	const void *wanted;
	struct iv_buf *whole;  /* a large answer of 2xx is handed over to it, and not copied; NULL: it goes into the arena */
};

/* NULL: the vendor is not configured (and *a says so). Else where it is, to write the request. */
const struct carrier_place *vendor_begin(struct iv_carriers *c, struct vendor_question *q, struct iv_vendor_answer *a);
/* Takes the request. `written`: it fits. */
enum iv_flow_next vendor_ask(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run, struct iv_arena *arena,
			     struct vendor_question *q, bool written, struct iv_vendor_answer *a);

/* ── pure: what an answer means (vendor_words.c) */
void vendor_judge(const struct carrier_reply *r, struct iv_arena *arena, struct iv_vendor_answer *a);

/* ── the common HTTP part (carrier_job.c) */
struct carrier_link {
	struct iv_net *net;
	struct iv_loop *loop;
	const struct iv_config *cfg;
	const struct carrier_place *place;
	const struct carrier_vendor *vendor;
	struct iv_breaker *breaker; /* of what is not placing */
};
/* False: not configured. */
bool carrier_link(struct iv_carriers *c, enum iv_carrier which, struct carrier_link *out);
/* Sends what is written. NULL: its credentials do not fit a header. */
struct iv_fetch *carrier_send(const struct carrier_link *k, const struct carrier_request *rq, int total_ms, size_t body_max,
			      bool at_most_once, const struct iv_fetch_handlers *h, void *arg);

#endif
