/* iv_flow: what has a beginning and an end, as a table of short steps run by one driver: one operation
 * in flight, an undo registered before each acquisition, a deadline, a cancel, exactly one end.
 *
 * A step first checks the answer of the step before it, then starts at most one operation:
 *     return iv_op_start…(…);   IV_FLOW_WAIT, or IV_FLOW_NEXT when it finished at once
 * An operation that finishes inside its starter only marks the flow woken: the driver loops, it never
 * recurses. A late answer finds op->flow NULL and is dropped by whoever performs the operation. */
#ifndef IV_FLOW_H
#define IV_FLOW_H

#include "iv_err.h"
#include "iv_loop.h"

struct iv_flow;

enum iv_flow_next { IV_FLOW_NEXT, IV_FLOW_WAIT, IV_FLOW_DONE };

struct iv_flow_step {
	const char *name;
	enum iv_flow_next (*run)(struct iv_flow *f);
};

struct iv_flow_type {
	const char *name;
	const struct iv_flow_step *steps; /* ends with {0} */
	void (*end)(struct iv_flow *f);   /* exactly once; f->err tells how it went; may free the flow */
};

/* One operation in flight; embedded in the request object of whoever performs it. */
struct iv_op {
	struct iv_flow *flow;             /* NULL: the flow lost interest */
	void (*cancel)(struct iv_op *op); /* must not call iv_op_done */
};

/* Embedded in the flow's own struct; run newest first when the flow fails, dropped when it succeeds. */
struct iv_undo {
	void (*fn)(void *arg);
	void *arg;
	struct iv_undo *older;
};

struct iv_flow {
	const struct iv_flow_type *type;
	const struct iv_flow_step *at;
	struct iv_op *op;
	struct iv_undo *undo;
	struct iv_timer deadline;
	struct iv_flow **owner; /* the caller's handle for cancelling; NULL again before end() */
	struct iv_err err;      /* the first error wins */
	bool running, woken, ended;
};

/* Starts the flow; it may have ended when this returns. deadline_ms counts from now; `owner` may be
 * NULL, else *owner is set to f until the end. */
void iv_flow_start(struct iv_flow *f, const struct iv_flow_type *type, struct iv_loop *loop,
		   int64_t deadline_ms, struct iv_flow **owner);
/* Cancels the operation in flight, runs the undo list and end(). Harmless after the end. */
void iv_flow_cancel(struct iv_flow *f, enum iv_code code, const char *why);
/* `return iv_flow_fail(f, IV_ENOENT, "no agent %s", id);` */
enum iv_flow_next iv_flow_fail(struct iv_flow *f, enum iv_code code, const char *fmt, ...)
	IV_PRINTF(3, 4);
void iv_undo_push(struct iv_flow *f, struct iv_undo *u, void (*fn)(void *arg), void *arg);

/* For performers. */
void iv_op_begin(struct iv_op *op, struct iv_flow *f, void (*cancel)(struct iv_op *op));
/* The operation is over; err NULL or with code IV_OK means well. */
void iv_op_done(struct iv_op *op, const struct iv_err *err);
/* What a step returns right after starting op: NEXT if it is already done, WAIT otherwise. */
enum iv_flow_next iv_flow_await(struct iv_flow *f);

/* Called before each step when set: the debug trace, and what the torture test hangs on. */
extern void (*iv_flow_trace)(struct iv_flow *f, const char *step);

#endif
