/* What the files of slots share. */
#ifndef IV_SERVICE_SLOTS_PRIV_H
#define IV_SERVICE_SLOTS_PRIV_H

#include <stdlib.h>
#include "iv_list.h"
#include "iv_lua.h"
#include "iv_map.h"
#include "iv_slots.h"

#define SLOT_ID_SIZE 129
#define SLOT_NAME_SIZE 260
#define SLOT_SLICES 10 /* a slice is renewed at a time: Redis gets the calls of a process in small helpings */
#define SLOT_BATCH 100 /* calls in one script */
#define SLOT_WINDOW 4  /* scripts without an answer: more would only wait, behind them who asks for a slot */

enum slot_scope { SCOPE_GLOBAL, SCOPE_CARRIER, SCOPE_TENANT, SCOPE_AGENT, SCOPE_CAMPAIGN, SCOPES };

enum slot_state {
	SLOT_NEW,
	SLOT_TAKEN,    /* granted here; nobody renews it */
	SLOT_DIALLING, /* renewed, for a while */
	SLOT_MEDIA,    /* renewed */
	SLOT_STATES
};

/* What this process knows of a call: one it granted a moment ago, or one it holds. */
struct slot {
	struct iv_list node;  /* in its slice */
	struct iv_list due;   /* in the queue of those to be renewed now */
	enum slot_state state;
	int64_t until_us; /* TAKEN: forgotten then; DIALLING: given up then */
	int64_t held_us;  /* since when it is dialled */
	int64_t since_ms;
	int64_t claim;    /* 0: not known to Redis yet */
	const char *carrier, *reason;
	char name[SLOT_NAME_SIZE]; /* tenant/call */
	char tenant[SLOT_ID_SIZE], call[SLOT_ID_SIZE], agent[SLOT_ID_SIZE], campaign[SLOT_ID_SIZE];
};

struct iv_slots {
	struct iv_slots_deps d;
	char instance[64];
	char lease[24], settle[24], gap[24]; /* as Redis is told */
	struct iv_map *by_name;
	struct iv_list slices[SLOT_SLICES];
	unsigned next_join, next_slice;
	size_t states[SLOT_STATES];
	size_t stuck[SLOT_SLICES];
	struct iv_timer tick, flush;
	int64_t ticked_us, slice_due_us;
	uint64_t connects;
	struct iv_list due;
	struct iv_list batches; /* renewals under way */
	size_t in_flight;
	bool asserting; /* all are due, and not all are sent: nobody is admitted before */
	bool connected; /* the next script is the first on its connection */
	int64_t since; /* when Redis last may have forgotten; 0: not known */
	void (*changed)(void *arg, size_t held);
	void *changed_arg;
};

static inline void *slots_calloc(size_t n)
{
	void *p = calloc(1, n); /* sizes that no peer chooses: running out is not a code path */

	if (!p)
		abort();
	return p;
}

/* ── slots.c ── */
bool slots_ask_ok(const struct iv_slot_ask *ask, struct iv_err *e);
void slots_limits(const struct iv_slots *s, const struct iv_slot_ask *ask, int64_t limits[SCOPES]);
/* A script's arguments: what, the numbers, the instance, then `more`. */
#define SLOT_ARGS 5
void slots_args(const struct iv_slots *s, const char *what, struct iv_str argv[SLOT_ARGS]);
struct iv_str slots_epoch_key(void);
int slots_carrier(const char *name); /* index, or -1 */
extern const char *const slots_carriers[];
const char *slots_reason(const char *word); /* of one that slots_ask_ok has seen */
void slots_name(struct iv_str tenant, struct iv_str call, char out[SLOT_NAME_SIZE]);
/* The first three of an answer: since, settling, lapsed. */
void slots_learn(struct iv_slots *s, const struct iv_reply *reply);

void slots_ignore(void *arg, const struct iv_reply *reply, const struct iv_err *err);

/* ── slots_hold.c ── */
void slots_hold_init(struct iv_slots *s);
void slots_hold_end(struct iv_slots *s);
/* After a pause, or behind a new connection, all is renewed before anybody is admitted. false: that is under way. */
bool slots_wake(struct iv_slots *s);
void slots_renew_all(struct iv_slots *s, bool connected);
struct slot *slots_find(const struct iv_slots *s, struct iv_str tenant, struct iv_str call);
void slots_granted(struct iv_slots *s, const struct iv_slot_ask *ask); /* remembers it for a lease */

/* ── slots_local.c ── */
/* The policy's decision without Redis. */
void slots_decide_locally(struct iv_slots *s, const struct iv_slot_ask *ask, const int64_t limits[SCOPES],
			  struct iv_slot_verdict *v);

#endif
