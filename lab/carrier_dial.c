/* The other legs of a call: the first that is picked up wins, is whispered to, and is bridged. */
#include "carrier.h"

#include <stdio.h>
#include <stdlib.h>

struct dial {
	struct carrier_call *a;
	struct dial_opts opts;
	struct carrier_call *legs[DIAL_TARGETS_MAX];
	size_t count, gone;
	struct carrier_call *winner; /* picked up; bridged once it is ready */
	bool bridged, placing;
	int64_t bridged_ms;
	struct carrier_call *last;
};

static void let_go(struct dial *d)
{
	for (size_t i = 0; i < d->count; i++)
		d->legs[i]->a = NULL;
	d->a->dial = NULL;
	for (size_t i = 0; i < d->count; i++) {
		call_hang_up(d->legs[i], LINE_BY_CARRIER, 0, "the other side is gone");
		call_release(d->legs[i]);
	}
}

static void ended(struct dial *d, const char *status)
{
	struct carrier_call *a = d->a;
	struct dial_end end = {.status = status, .leg = d->winner ? d->winner : d->last,
			       .talked_ms = d->bridged ? call_now_ms() - d->bridged_ms : 0};

	call_hold(a);
	if (end.leg)
		call_hold(end.leg);
	let_go(d);
	call_note(a, "dial ended", "%s", status);
	d->opts.done(a, &end);
	if (end.leg)
		call_release(end.leg);
	call_release(a);
	free(d);
}

static const char *failure(const struct carrier_call *leg)
{
	switch (leg->line.state) {
	case LINE_BUSY:
		return "busy";
	case LINE_NO_ANSWER:
	case LINE_CANCELED:
		return "no-answer";
	case LINE_FAILED:
	case LINE_QUEUED:
	case LINE_TRYING:
	case LINE_RINGING:
	case LINE_TALKING:
	case LINE_COMPLETED:
		break;
	}
	return "failed";
}

void dial_leg_changed(struct carrier_call *leg)
{
	struct dial *d = leg->a->dial;

	if (!d || d->placing)
		return;
	if (leg->line.state == LINE_TALKING && !d->winner) {
		d->winner = leg;
		for (size_t i = 0; i < d->count; i++)
			if (d->legs[i] != leg)
				call_hang_up(d->legs[i], LINE_BY_CARRIER, 0, "somebody else picked up");
		leg->ops->confirm(leg);
	} else if (leg == d->winner && line_over(&leg->line)) {
		ended(d, d->bridged ? "completed" : "no-answer");
	} else if (line_over(&leg->line)) {
		d->gone++;
		d->last = leg;
		if (d->gone == d->count && !d->winner)
			ended(d, failure(leg));
	}
}

void dial_leg_ready(struct carrier_call *leg, bool accepted)
{
	struct dial *d = leg->a ? leg->a->dial : NULL;

	if (!d || d->winner != leg || d->bridged)
		return;
	if (!accepted) {
		call_hang_up(leg, LINE_BY_CARRIER, 0, "the call was not accepted");
		return;
	}
	d->bridged = true;
	d->bridged_ms = call_now_ms();
	call_note(d->a, "bridged", "%s", leg->sid);
	call_answer(d->a);
	if (d->opts.limit_ms >= 0) {
		leg->line.plan.limit_ms = d->opts.limit_ms;
		call_rearm(leg);
	}
}

void dial_start(struct carrier_call *a, const struct dial_target *targets, size_t n, const struct dial_opts *opts)
{
	struct dial *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->a = a;
	d->opts = *opts;
	a->dial = d;
	d->placing = true;
	if (!opts->answer_on_bridge)
		call_answer(a);
	for (size_t i = 0; i < n && d->count < DIAL_TARGETS_MAX; i++) {
		struct iv_err e = {0};
		struct carrier_call *leg = call_new(a->c, a->kind, CARRIER_DIALLED, opts->caller_id, targets[i].to, NULL, &e);

		if (!leg) {
			call_note(a, "dial failed", "%s", e.msg);
			continue;
		}
		call_hold(leg);
		leg->a = a;
		snprintf(leg->parent, sizeof(leg->parent), "%s", a->sid);
		snprintf(leg->account, sizeof(leg->account), "%s", a->account);
		cJSON_AddItemToArray(a->legs, cJSON_CreateString(leg->sid));
		d->legs[d->count++] = leg;
		opts->leg_made(leg, targets[i].detail);
	}
	for (size_t i = 0; i < d->count; i++)
		call_place(d->legs[i], opts->timeout_ms, -1);
	d->placing = false;
	if (d->count == 0)
		ended(d, "failed");
}

void dial_stop(struct carrier_call *a)
{
	struct dial *d = a->dial;

	if (!d)
		return;
	let_go(d);
	free(d);
}
