/* The torture of flows: whatever a flow does, it is run again and again while step n is cancelled before
 * it runs, operation n fails, operation n is cancelled in flight (its effect still happens: cancelling
 * does not un-send), answers come at once or late, or never (the deadline). After each run end() ran
 * exactly once, the undo list ran newest first and whole, and nothing is held.
 *
 * The fakes under the flow perform every operation with torture_op(); the test gives a case. */
#ifndef FLOW_TORTURE_H
#define FLOW_TORTURE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_flow.h"

struct torture_case {
	const char *name;
	/* Makes a fresh world, and starts the flow in it with iv_flow_start; returns the world. */
	void *(*start)(struct iv_loop *l, struct iv_flow **owner);
	/* Called by the flow's end(): see torture_ended. How many things are held that should not be,
	 * given whether the flow succeeded. Frees the world. */
	int (*held)(void *world, bool succeeded);
};

enum torture_how {
	TORTURE_NONE,
	TORTURE_CANCEL_STEP,  /* the owner cancels just before step n */
	TORTURE_FAIL_OP,      /* operation n answers with an error */
	TORTURE_CANCEL_OP,    /* the owner cancels while operation n is in flight */
	TORTURE_SILENT_OP,    /* operation n never answers: the deadline ends it */
};

#define TORTURE_UNDOS 32

struct torture_run {
	struct iv_loop *loop;
	enum torture_how how;
	bool sync; /* operations answer inside their starter */
	int n;     /* which step or operation */
	int steps, ops, ended;
	bool hit, succeeded;
	struct iv_flow *owner;
	/* undo functions are wrapped where they are seen, to watch their order */
	struct torture_undo {
		struct iv_undo *u;
		void (*fn)(void *arg);
		void *arg;
	} undos[TORTURE_UNDOS];
	int undo_count, undo_ran;
	bool order_broken;
};

static struct torture_run *torture;

static inline void torture_undo_ran(void *arg)
{
	struct torture_undo *w = arg;
	int index = (int)(w - torture->undos);

	if (index != torture->undo_count - 1 - torture->undo_ran)
		torture->order_broken = true;
	torture->undo_ran++;
	w->fn(w->arg);
}

static inline void torture_wrap_undos(struct iv_flow *f)
{
	struct iv_undo *fresh[TORTURE_UNDOS];
	int n = 0;

	for (struct iv_undo *u = f->undo; u && u->fn != torture_undo_ran; u = u->older) {
		assert_true(n < TORTURE_UNDOS);
		fresh[n++] = u;
	}
	while (n-- > 0) {
		assert_true(torture->undo_count < TORTURE_UNDOS);
		struct torture_undo *w = &torture->undos[torture->undo_count++];

		*w = (struct torture_undo){fresh[n], fresh[n]->fn, fresh[n]->arg};
		fresh[n]->fn = torture_undo_ran;
		fresh[n]->arg = w;
	}
}

static inline void torture_trace(struct iv_flow *f, const char *step)
{
	(void)step;
	torture_wrap_undos(f);
	if (torture->how == TORTURE_CANCEL_STEP && torture->steps == torture->n) {
		torture->hit = true;
		iv_flow_cancel(f, IV_ECANCELED, "torture");
	}
	torture->steps++;
}

/* ── for the fakes: one operation of the flow */
struct torture_op {
	struct iv_op op;
	void (*effect)(void *arg); /* what the operation does in the world; may be NULL */
	void *arg;
	int index;
};

static inline void torture_op_answer(void *arg)
{
	struct torture_op *o = arg;
	struct iv_err err = {0};

	if (torture->how == TORTURE_FAIL_OP && o->index == torture->n) {
		torture->hit = true;
		(void)iv_fail(&err, IV_EUPSTREAM, "torture");
	} else if (o->effect) {
		o->effect(o->arg);
	}
	iv_op_done(&o->op, &err);
	free(o);
}

static inline void torture_op_cancel(struct iv_op *op)
{
	/* On the wire already: torture_op_answer still runs, and finds op->flow NULL. */
	(void)op;
}

static inline void torture_op_cancel_flow(void *arg)
{
	(void)arg;
	if (torture->owner)
		iv_flow_cancel(torture->owner, IV_ECANCELED, "torture");
}

static inline void torture_op_silent_free(struct iv_op *op)
{
	free(IV_CONTAINER(op, struct torture_op, op));
}

/* Performs an operation whose effect is `effect(arg)`. Return what it returns from the step. */
static inline enum iv_flow_next torture_op(struct iv_flow *f, void (*effect)(void *arg), void *arg)
{
	struct torture_op *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	o->effect = effect;
	o->arg = arg;
	o->index = torture->ops++;
	torture_wrap_undos(f);
	if (torture->how == TORTURE_SILENT_OP && o->index == torture->n) {
		torture->hit = true;
		iv_op_begin(&o->op, f, torture_op_silent_free);
		return iv_flow_await(f);
	}
	iv_op_begin(&o->op, f, torture_op_cancel);
	if (torture->how == TORTURE_CANCEL_OP && o->index == torture->n) {
		torture->hit = true;
		iv_defer(torture->loop, torture_op_cancel_flow, NULL);
		iv_defer(torture->loop, torture_op_answer, o);
	} else if (torture->sync) {
		torture_op_answer(o);
	} else {
		iv_defer(torture->loop, torture_op_answer, o);
	}
	return iv_flow_await(f);
}

/* The flow's end() calls it first. */
static inline void torture_ended(struct iv_flow *f)
{
	torture->ended++;
	torture->succeeded = f->err.code == IV_OK;
}

static inline struct torture_run torture_once(const struct torture_case *c, enum torture_how how, int n,
					      bool sync)
{
	struct torture_run run = {.loop = iv_loop_new(), .how = how, .sync = sync, .n = n};

	torture = &run;
	iv_flow_trace = torture_trace;
	void *world = c->start(run.loop, &run.owner);
	iv_loop_run(run.loop);
	iv_flow_trace = NULL;
	int held = c->held(world, run.succeeded);
	bool expect_success = how == TORTURE_NONE || !run.hit;

	if (run.ended != 1 || run.owner || held != 0 || run.order_broken ||
	    run.succeeded != expect_success ||
	    (!run.succeeded && run.undo_ran != run.undo_count) || (run.succeeded && run.undo_ran != 0))
		fail_msg("%s: how %d, n %d, %s: ended %d times, success %d, holds %d, "
			 "undo %d of %d%s",
			 c->name, (int)how, n, sync ? "at once" : "late", run.ended, run.succeeded,
			 held, run.undo_ran, run.undo_count, run.order_broken ? " out of order" : "");
	iv_loop_free(run.loop);
	torture = NULL;
	return run;
}

/* Everything. The flow's deadline should be short (50 ms): silent operations wait for it. */
static inline void torture_flow(const struct torture_case *c)
{
	for (int sync = 0; sync < 2; sync++) {
		struct torture_run plain = torture_once(c, TORTURE_NONE, 0, sync);

		assert_true(plain.succeeded);
		for (int n = 0; n < plain.steps; n++)
			assert_true(torture_once(c, TORTURE_CANCEL_STEP, n, sync).hit);
		for (int n = 0; n < plain.ops; n++) {
			assert_true(torture_once(c, TORTURE_FAIL_OP, n, sync).hit);
			assert_true(torture_once(c, TORTURE_CANCEL_OP, n, sync).hit);
			assert_true(torture_once(c, TORTURE_SILENT_OP, n, sync).hit);
		}
	}
}

#endif
