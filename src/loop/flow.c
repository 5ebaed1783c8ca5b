/* The driver of flows: one loop that runs steps, one exit. It never recurses: an answer that comes
 * while a step runs only marks the flow woken. */
#include "iv_flow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void (*iv_flow_trace)(struct iv_flow *f, const char *step);

static void set_err(struct iv_flow *f, enum iv_code code, const char *fmt, va_list ap)
	IV_PRINTF(3, 0);
static void set_err(struct iv_flow *f, enum iv_code code, const char *fmt, va_list ap)
{
	if (f->err.code != IV_OK)
		return;
	f->err.code = code == IV_OK ? IV_EINTERNAL : code;
	vsnprintf(f->err.msg, sizeof(f->err.msg), fmt, ap);
}

static void drop_op(struct iv_flow *f)
{
	struct iv_op *op = f->op;

	if (!op)
		return;
	f->op = NULL;
	op->flow = NULL; /* a late answer finds nobody */
	if (op->cancel)
		op->cancel(op);
}

static void finish(struct iv_flow *f)
{
	struct iv_undo *u = f->undo;

	f->running = false;
	f->ended = true;
	iv_timer_stop(&f->deadline);
	drop_op(f);
	f->undo = NULL;
	if (f->err.code != IV_OK) {
		while (u) {
			struct iv_undo *older = u->older; /* fn may free what u is in */

			u->fn(u->arg);
			u = older;
		}
	}
	if (f->owner)
		*f->owner = NULL;
	f->type->end(f); /* f may be gone now */
}

static void drive(struct iv_flow *f)
{
	f->running = true;
	while (f->err.code == IV_OK && f->at->run) {
		const struct iv_flow_step *step = f->at;

		if (iv_flow_trace)
			iv_flow_trace(f, step->name);
		if (f->err.code != IV_OK)
			break;
		f->woken = false;
		enum iv_flow_next next = step->run(f);
		if (f->err.code != IV_OK || next == IV_FLOW_DONE)
			break;
		f->at++;
		if (next == IV_FLOW_WAIT && !f->woken) {
			if (!f->op)
				abort(); /* the step waits for nothing: it would never end */
			f->running = false;
			return;
		}
		if (f->op)
			abort(); /* the step goes on over an operation in flight */
	}
	finish(f);
}

static void on_deadline(void *arg)
{
	iv_flow_cancel(arg, IV_ETIMEDOUT, "deadline");
}

void iv_flow_start(struct iv_flow *f, const struct iv_flow_type *type, struct iv_loop *loop,
		   int64_t deadline_ms, struct iv_flow **owner)
{
	*f = (struct iv_flow){.type = type, .at = type->steps, .owner = owner};
	iv_timer_init(&f->deadline, loop, on_deadline, f);
	iv_timer_in_ms(&f->deadline, deadline_ms);
	if (owner)
		*owner = f;
	drive(f);
}

void iv_flow_cancel(struct iv_flow *f, enum iv_code code, const char *why)
{
	if (f->ended)
		return;
	(void)iv_flow_fail(f, code == IV_OK ? IV_ECANCELED : code, "%s", why);
	if (!f->running) /* else the driver sees the error when the step returns */
		finish(f);
}

enum iv_flow_next iv_flow_fail(struct iv_flow *f, enum iv_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_err(f, code, fmt, ap);
	va_end(ap);
	return IV_FLOW_DONE;
}

void iv_undo_push(struct iv_flow *f, struct iv_undo *u, void (*fn)(void *arg), void *arg)
{
	*u = (struct iv_undo){.fn = fn, .arg = arg, .older = f->undo};
	f->undo = u;
}

void iv_op_begin(struct iv_op *op, struct iv_flow *f, void (*cancel)(struct iv_op *op))
{
	if (f->op)
		abort(); /* one operation at a time */
	op->flow = f;
	op->cancel = cancel;
	f->op = op;
}

void iv_op_done(struct iv_op *op, const struct iv_err *err)
{
	struct iv_flow *f = op->flow;

	if (!f)
		return;
	op->flow = NULL;
	f->op = NULL;
	if (err && err->code != IV_OK && f->err.code == IV_OK)
		f->err = *err;
	if (f->running)
		f->woken = true;
	else
		drive(f);
}

enum iv_flow_next iv_flow_await(struct iv_flow *f)
{
	return f->op ? IV_FLOW_WAIT : IV_FLOW_NEXT;
}
