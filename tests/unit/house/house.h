/* What a dial, a hook or a request leans on, in one process: a real Postgres with the real schema, a real Redis, the
 * services over them, the routes of telephony behind an HTTP server, and a carrier that answers as it is told. And what
 * goes wrong with it, at a step or a statement that is named: it fails, its answer is lost, whoever asked leaves, or
 * something else comes first.
 *
 * One house for a program. A case has a call of its own, so that nothing has to be cleaned. */
#ifndef HOUSE_H
#define HOUSE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "iv_api.h"
#include "iv_dial.h"
#include "iv_services.h"

/* ── the two servers; their own eyes see everything, blocking ── */

bool house_pg_start(void); /* false: there is no PostgreSQL on this machine */
void house_pg_end(void);
const char *house_pg_url(const char *role, char out[256]);
const char *house_sql(const char *fmt, ...) IV_PRINTF(1, 2); /* the first value; "" for null or no row; reused */
long house_number(const char *fmt, ...) IV_PRINTF(1, 2);
void house_pg_cut(const struct iv_pg *pg); /* ends the connections of this pool's role */

void house_redis_start(void);
void house_redis_end(void);
const char *house_redis_url(void);
const char *house_redis_ask(const char *command, const char *key, const char *member); /* member may be NULL */
void house_redis_freeze(void);
void house_redis_thaw(void);

/* ── the house ── */

#define HOUSE_TENANT "A"
#define HOUSE_NUMBER "+15550001111" /* ours; who calls it is answered by the agent "desk" */
#define HOUSE_CALLEE "+14155550123"
#define HOUSE_KEY "iv_live_TheKeyOfTheTestsHasThirtyTwoLtrs0ouwP0"

struct house {
	struct iv_config cfg;
	struct iv_services s;
	int port; /* of the routes */
};
extern struct house house;

/* What else runs in it. Set before house_up. */
struct house_guests {
	void (*come)(struct iv_api *api); /* once the services are there: makes and mounts */
	void (*go)(void);                 /* nobody asks any more, the stores are still there; all has ended when it returns */
	void (*free)(void);               /* the stores are closed */
};
extern struct house_guests house_guests;

bool house_up(void); /* false: nothing to test against here */
void house_down(void);
struct iv_dials *house_new_dials(void); /* in s.dials */
void house_end_dials(struct iv_dials *d);
bool house_until(int ms, bool (*until)(void *arg), void *arg);
void house_turn(int ms);
/* A new outbound call of status 'created' for this agent. */
void house_new_call(const char *call, const char *agent);
bool house_holds_slot(const char *call); /* in Redis */

/* ── a carrier that asks ── */

struct house_answer {
	int status;       /* 0: none */
	const char *body;
	bool whole;       /* one answer, and not a byte more */
};
struct house_client;
struct house_client *house_post(const char *path, const char *headers, const char *body);
const char *house_key(void); /* a header: the key of the tenant's admin */
void house_hang_up(struct house_client *c);
struct house_answer *house_hear(struct house_client *c);
void house_forget(struct house_client *c);

/* ── a carrier that is asked ── */

enum far_way {
	FAR_WHOLE,
	FAR_SHUT,      /* closes without a word */
	FAR_HALF_HEAD, /* closes within its head */
	FAR_HEAD_ONLY, /* closes behind its head: the body never comes */
	FAR_SILENT,    /* never answers */
};
enum { FAR_OUT = 12288 };
struct far {
	/* How a call that is asked for is answered. */
	int status;                /* 0: 201 */
	const char *headers, *body; /* body NULL: this call's id, in the carrier's shape */
	enum far_way way;
	bool takes;                /* the carrier has the call, whatever it answers */
	void (*before)(void *arg); /* before it answers */
	void *arg;
	const char *state;         /* of the call it has, in its own word */
	/* Asked first; true: it is not about a call, and this is the answer. The nth of them (from 0) goes `way`, whatever came
	 * of it; the others are whole. */
	bool (*other)(const char *method, const char *path, const char *body, int *status, char out[FAR_OUT]);
	int nth;
	/* What it saw. */
	int posts, questions, orders, others;
	char call[64], sid[64]; /* of the last one that was asked for */
};
extern struct far far;
void far_reset(void);
int far_start(struct iv_loop *loop); /* its port */
void far_stop(void);
void far_close_door(void); /* refuses connections */
void far_open_door(void);

/* ── what goes wrong ── */

enum fault_how {
	FAULT_NONE,
	FAULT_AT_STEP, /* act() before step n */
	FAULT_GONE,    /* statement n never reaches the server */
	FAULT_BROKEN,  /* statement n is refused by the server */
	FAULT_LOST,    /* statement n is done, and its answer lost */
	FAULT_LEFT,    /* act() while statement n is on its way */
	FAULT_CUT,     /* the server ends our connections just before statement n */
	FAULT_FIRST,   /* act() before statement n, which is then done */
	FAULT_AWAY,    /* statement n, and whatever is asked of the database after it two times more, never reaches it */
};
struct fault {
	const char *flow; /* the type's name; of the first of them that runs */
	enum fault_how how;
	int n;
	void (*act)(void *arg);
	void *arg;
	/* What was seen. */
	struct iv_flow *at;
	const struct iv_pg *pg; /* which answers nobody */
	const char *step, *steps[64];
	int step_count, statements, away;
	bool hit;
};
extern struct fault fault;
void fault_set(const char *flow, enum fault_how how, int n, void (*act)(void *arg), void *arg);
void fault_clear(void);
const char *fault_name(enum fault_how how);

/* Every place where something may go wrong is tried every day, and every kind of fault is: the kinds take turns. With
 * INVORTO_LONG each is tried at each place. The places of kind `which` of `kinds`: first, first + stride, … */
struct house_turns {
	int first, stride;
};
bool house_whole(void);
struct house_turns house_turns(size_t which, size_t kinds);

#endif
