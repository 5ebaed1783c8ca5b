/* The inside of the dispatcher. Bottom up: when (schedule.c), whose turn (queue.c), one delivery (delivery.c),
 * what became of many (settle.c), taking them from the store (dispatch.c), now and then (janitor.c). */
#ifndef WEBHOOK_H
#define WEBHOOK_H

#include "iv_fetch.h"
#include "iv_id.h"
#include "iv_sql.h"
#include "iv_webhook.h"
#include "queue.h"
#include "schedule.h"

enum webhook_state { WEBHOOK_IDLE, WEBHOOK_RUNNING, WEBHOOK_DRAINING, WEBHOOK_STOPPED };

struct iv_webhook {
	struct iv_services *s;
	const struct iv_config *cfg;
	enum webhook_state state;
	struct webhook_queue *queue;
	enum webhook_plan plan; /* of endpoints that name none */
	char owner[64];
	struct iv_webhook_stats stats;

	/* taking */
	bool wanted;        /* something may be due */
	bool skipped;       /* the last claim left out who was merely full */
	int64_t claimed_us; /* when it was last asked for */
	int failures;       /* of claims in a row */
	int64_t not_before_us; /* monotonic: no claim until then */
	struct iv_timer wake;
	struct iv_flow claim, *claiming;
	struct iv_pg_run claim_run;
	struct iv_arena claim_arena;
	struct iv_rows rows, next;
	size_t held_bytes;  /* of all that is here */
	bool pumping;       /* a pump is on its way */

	/* settling */
	struct iv_list ended;    /* deliveries, oldest first */
	struct iv_list settling; /* in the statement under way */
	size_t ended_count, settle_most;
	struct iv_timer settle_again;
	struct iv_flow settle, *settler;
	struct iv_pg_run settle_run;
	struct iv_arena settle_arena;
	struct iv_rows disabled;

	/* now and then */
	struct iv_timer janitor;
	struct iv_flow chore, *choring;
	struct iv_pg_run chore_run;
	struct iv_arena chore_arena;
	struct iv_rows backlog, forgotten;
	int64_t forget_us; /* when to forget next */

	struct iv_list live; /* deliveries whose flow has begun */
	void (*drained)(void *arg);
	void *drained_arg;
};

/* How a delivery leaves here. */
enum webhook_leave {
	WEBHOOK_LEAVE_BACK, /* it was never sent: as if never taken */
	WEBHOOK_LEAVE_DELIVERED,
	WEBHOOK_LEAVE_RETRY,
	WEBHOOK_LEAVE_DEAD,
};

/* One row of the outbox, from the claim to its settlement. All strings are in the arena. */
struct webhook_delivery {
	struct iv_flow flow;
	struct iv_op op;          /* the post, then the settlement */
	struct webhook_turn turn; /* in the queue until the flow begins */
	struct iv_list node;      /* in live */
	struct iv_list end_node;  /* in ended or settling */
	struct iv_webhook *w;
	struct iv_arena arena;
	struct iv_webhook_claim_out row;
	int64_t lease_until_us;   /* monotonic, cautiously */
	struct iv_fetch *fetch;
	struct iv_span *span; /* of the try under way */
	bool slot;                /* it holds one of the queue's */

	/* what came of it */
	enum webhook_leave leave;
	struct webhook_answer answer;
	bool tried;               /* an attempt was made, and belongs in the log */
	char attempt_id[IV_ID_SIZE];
	int64_t began_us, took_ms, delay_ms;
	char reason[192];         /* the fetch's words, "" for none */
	char error[224];          /* class, and reason behind it; "" for none */
	char said[2048];          /* the beginning of what the receiver answered, made harmless */
	const char *disable;      /* why its endpoint is to be disabled, or NULL */
	char event_id[IV_ID_SIZE];
	struct iv_str event;      /* payload of webhook.endpoint_disabled */
};

/* ── delivery.c */
/* Copies the row; NULL when it is larger than anything we take. */
struct webhook_delivery *webhook_delivery_new(struct iv_webhook *w, const struct iv_webhook_claim_out *row,
					      int64_t lease_until_us);
void webhook_delivery_free(struct webhook_delivery *d);
void webhook_delivery_start(struct webhook_delivery *d); /* it is its turn */
void webhook_delivery_back(struct webhook_delivery *d);  /* it was not, and goes back */
size_t webhook_delivery_bytes(const struct webhook_delivery *d);
/* What may be kept of a receiver's words: one line of its first 1 KiB, personal data masked. */
void webhook_excerpt(struct iv_str body, char *out, size_t size);
/* May a tenant's own header have this name? */
bool webhook_header_free(struct iv_str name);

/* ── settle.c */
void webhook_settle_init(struct iv_webhook *w);
void webhook_settle(struct iv_webhook *w, struct webhook_delivery *d); /* ends d->op when it is written */
void webhook_settle_drop(struct webhook_delivery *d);                  /* its flow ends otherwise */

/* ── dispatch.c */
void webhook_left(struct iv_webhook *w); /* a delivery is gone: there is room, or the drain is over */
void webhook_wake_in(struct iv_webhook *w, int64_t ms); /* something comes due then; never puts off a look */
/* ── janitor.c */
void webhook_janitor_init(struct iv_webhook *w);
void webhook_janitor_start(struct iv_webhook *w);
void webhook_janitor_stop(struct iv_webhook *w);

#endif
