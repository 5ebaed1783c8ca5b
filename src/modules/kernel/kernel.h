/* The inside of the kernel module: reading and telling what a vendor says (post_call_read.h), one such delivery as a flow
 * (post_call_take.c), the webhook (post_call.c); rounds (checks.c) of what is parked (parked.c), of calls nobody told the
 * end of (ask.c) and of conversations nobody told at all (list.c); deciding (decide.c), decisions and rules over REST
 * (decisions.c; rules.c with rule.h), the door (kernel.c). */
#ifndef KERNEL_H
#define KERNEL_H

#include "iv_artifacts.h"
#include "iv_convai.h"
#include "iv_kernel.h"
#include "iv_sql.h"
#include "iv_webhook_sign.h"
#include "post_call_read.h"

/* ── post_call_take.c: one delivery, from its bytes to the call it is about */

enum delivery_result {
	DELIVERY_ENDED, DELIVERY_ADDED, DELIVERY_STAGE, DELIVERY_HELD, /* as take_post_call says */
	DELIVERY_AGAIN,   /* taken before */
	DELIVERY_GONE,    /* its call was erased */
	DELIVERY_PARKED,  /* its call is not known yet */
	DELIVERY_UNKNOWN, /* the same, of what was parked before */
	DELIVERY_IGNORED, /* of a kind that says nothing to us */
	DELIVERY_RESULTS,
};
extern const char *const delivery_words[]; /* "ended", … */

struct delivery_in {
	struct iv_buf body;      /* becomes the delivery's, as the sound does: neither is copied; or */
	struct iv_str path;      /* the file it is in, which is removed at the end */
	struct iv_buf sound;     /* an MP3 that was asked for, of which the body has no more than the names; becomes its */
	struct iv_str signature; /* as it came; */
	bool check;              /* against it */
	const char *how;         /* "webhook", "parked", "asked" */
	bool park;               /* when its call is not known */
	bool bare;               /* the body is a conversation as it is shown, without the envelope of a webhook */
};
struct delivery_out {
	enum delivery_result result;
	enum iv_webhook_verdict verdict; /* not IV_WEBHOOK_OK: the operation fails with IV_EAUTH */
	bool live;                       /* of what is bare: it is not over, and nothing was taken */
	struct iv_buf body;              /* of what is bare and DELIVERY_UNKNOWN: its envelope, the caller's */
};
struct delivery_run {
	struct iv_op op;
	struct delivery *d;
};
struct iv_kernel {
	struct iv_services *s;
	const struct iv_config *cfg;
	bool running;
	size_t busy; /* flows and deliveries: what iv_kernel_stop waits for */
	void (*stopped)(void *arg);
	void *stopped_arg;

	struct iv_webhook_secrets secrets;

	/* decide.c */
	struct iv_timer wake;
	struct iv_flow decide, *deciding;
	struct iv_pg_run decide_run;
	struct iv_arena due_arena, decide_arena;
	struct iv_rows due, decided;
	size_t at;
	bool more, sweeps;
	int64_t told_us; /* when it was last told that a call ended */
	int64_t sweep_us;
	int failures;

	/* checks.c: one thing after the other */
	struct iv_timer round;
	struct iv_flow check, *checking;
	struct iv_pg_run check_run;
	struct iv_arena check_arena;
	struct iv_rows parked, asked, lists;
	size_t parked_at, asked_at, lists_at;
	bool full, stumbled, list_refused; /* there was more than a round takes; something failed */
	int64_t parked_sweep_us;
	struct checks_item {
		struct delivery_run run;
		struct delivery_out told;
		bool ready; /* there was something to deliver */
		struct iv_buf body; /* of the answer, until it is delivered */
		struct iv_vendor_run vendor;
		struct iv_vendor_answer answer;
		struct iv_rows rows;
	} item;
	char check_why[200];
	struct iv_arena answer_arena;
};

void kernel_rest(struct iv_kernel *k); /* something is not busy any more */

/* `return delivery_start(…)` in a step. Who stops waiting does not stop the delivery. IV_EAUTH, IV_EINVAL (it is not what
 * it says it is), IV_EDRAINING and the like: come again. */
enum iv_flow_next delivery_start(struct iv_kernel *k, struct iv_flow *f, struct delivery_run *run,
				 const struct delivery_in *in, struct delivery_out *out);

/* ── post_call.c, decisions.c */
const struct iv_api_route *kernel_hook_routes(void);
const struct iv_api_route *kernel_decision_routes(void);
const struct iv_api_route *kernel_rule_routes(void); /* rules.c */
extern struct iv_kernel *kernel_of_process; /* rows of iv_api carry no argument; set by iv_kernel_new */

/* ── decide.c */
void decide_init(struct iv_kernel *k);
void decide_start(struct iv_kernel *k);
void decide_stop(struct iv_kernel *k);

/* ── checks.c: a round takes some of each kind and goes through them */
enum { CHECKS_MOST = 4, CHECKS_LEASE_S = 90 }; /* of each kind; nobody else takes them for so long */
void checks_go(struct iv_kernel *k, const struct iv_flow_type *type); /* the flow of the next one */
void checks_went(struct iv_kernel *k);                                /* its end, after the next has begun */
void checks_rest(struct iv_kernel *k);
void checks_init(struct iv_kernel *k);
void checks_start(struct iv_kernel *k);
void checks_stop(struct iv_kernel *k);
/* A step: the conversation as the vendor has it, into k->item.answer. */
enum iv_flow_next checks_ask(struct iv_flow *f, struct iv_str conversation);
/* A step: what it answered, as a delivery of its end, if it is over; checks_took says so. */
enum iv_flow_next checks_deliver(struct iv_flow *f);

/* Each: takes what is due (a step); goes through it, then calls the next. */
enum iv_flow_next parked_take(struct iv_flow *f);
void parked_walk(struct iv_kernel *k); /* parked.c, then */
enum iv_flow_next ask_take(struct iv_flow *f);
void ask_walk(struct iv_kernel *k); /* ask.c, then */
enum iv_flow_next list_take(struct iv_flow *f);
void list_walk(struct iv_kernel *k); /* list.c, then checks_rest */
/* By the vendor's word for how a conversation stands. */
bool checks_is_over(struct iv_str status);
/* What it answered was over, and was taken. */
static inline bool checks_took(const struct iv_kernel *k)
{
	return k->item.ready && !k->item.told.live;
}
void checks_item_free(struct iv_kernel *k);
int64_t checks_wait_s(int64_t first_s, int64_t times, int64_t last_s); /* twice as long each time */

#endif
