/* The far end of the leg. Positions are judged here: nothing may be sent that was cut, never made, sent
 * already, or while somebody holds it; what can be sent may not come late. */
#include "world.h"

enum { SLACK_MS = 20, HOLD_BOUND_MS = 6000 };

static int64_t samples_us(const struct far *f, int64_t samples)
{
	return samples * 1000000 / f->rate_hz;
}

void far_start(struct world *w)
{
	static const int rates[] = {8000, 16000, 16000};
	struct far *f = &w->far;

	f->kind = (enum iv_leg_kind)between(w, 0, 2);
	f->caps = iv_leg_caps(f->kind);
	f->rate_hz = f->kind == IV_LEG_TWILIO ? 8000 : rates[between(w, 0, 2)];
	f->one_way_us = ms_between(w, 5, 150);
	f->stall_until_us = -1;
}

static void on_send(struct world *w, const struct iv_action *a)
{
	struct far *f = &w->far;
	int64_t block = (int64_t)f->caps->block_ms * f->rate_hz / 1000;
	int64_t ahead;

	world_must(w, !w->people.paused && !w->people.lost, "sent while paused or lost");
	world_must(w, a->samples + a->pad > 0 && a->samples + a->pad <= block, "a block of %lld + %lld",
		   (long long)a->samples, (long long)a->pad);
	world_must(w, !f->caps->pad_last || a->samples + a->pad == block, "a block that is not filled");
	world_must(w, f->jumped ? a->at <= f->sent : a->at == f->sent, "sent from %lld, not %lld",
		   (long long)a->at, (long long)f->sent);
	world_must(w, a->at >= f->kept, "sent from %lld, given up to %lld", (long long)a->at,
		   (long long)f->kept);
	world_must(w, a->at + a->samples <= w->audio_end, "sent up to %lld of %lld",
		   (long long)(a->at + a->samples), (long long)w->audio_end);
	world_must(w, !f->caps->clear_hold_ms || !f->epoch || f->bar_back ||
			      w->now_us >= f->cleared_us + (int64_t)f->caps->clear_hold_ms * MS,
		   "sent while the clear is not acknowledged");
	if (f->end_us < w->now_us)
		f->end_us = w->now_us;
	f->end_us += samples_us(f, a->samples + a->pad);
	ahead = (f->end_us - w->now_us) / MS;
	world_must(w, ahead <= 400 + f->caps->block_ms, "the far end holds %lld ms", (long long)ahead);
	f->sent = a->at + a->samples;
	f->jumped = f->held = false;
	w->active_us = w->now_us;
}

static void on_mark(struct world *w, const struct iv_mark *m)
{
	struct far *f = &w->far;
	int64_t due = f->end_us + 2 * f->one_way_us;

	world_must(w, f->caps->marks, "a mark on a leg without marks");
	world_must(w, m->epoch == f->epoch && m->at <= f->sent, "a mark of epoch %u at %lld", m->epoch,
		   (long long)m->at);
	if (f->mark_count == IV_COUNT(f->marks))
		return;
	if (f->kind == IV_LEG_JAMBONZ && chance(w, 20))
		due = w->now_us + ms_between(w, 1, 2000); /* early, late, as it likes */
	f->marks[f->mark_count++] = (struct far_mark){*m, due, false};
	world_due(w, due);
}

static void on_clear(struct world *w, uint32_t epoch)
{
	struct far *f = &w->far;

	world_must(w, epoch == f->epoch + 1, "epoch %u after %u", epoch, f->epoch);
	f->epoch = epoch;
	f->end_us = w->now_us;
	f->cleared_us = f->held_us = w->now_us;
	f->held = f->jumped = true;
	f->bar_back = false;
	for (size_t i = 0; i < f->mark_count; i++) {
		f->marks[i].due_us = w->now_us + 2 * f->one_way_us;
		f->marks[i].cleared = f->kind == IV_LEG_JAMBONZ;
		world_due(w, f->marks[i].due_us);
	}
	if (f->caps->clear_hold_ms && !chance(w, 5) && f->mark_count < IV_COUNT(f->marks)) {
		int64_t due = w->now_us + ms_between(w, 10, 130);

		f->marks[f->mark_count++] = (struct far_mark){{epoch, 0, -1}, due, chance(w, 50)};
		world_due(w, due);
	}
}

void far_act(struct world *w, const struct iv_action *a)
{
	struct far *f = &w->far;

	switch (a->type) {
	case IV_ACT_LEG_SEND:
		on_send(w, a);
		break;
	case IV_ACT_LEG_MARK:
		on_mark(w, &a->mark);
		break;
	case IV_ACT_LEG_CLEAR:
		on_clear(w, a->gen);
		break;
	case IV_ACT_KEEP_FROM:
		world_must(w, a->at >= f->kept && a->at <= f->sent, "keep from %lld after %lld",
			   (long long)a->at, (long long)f->kept);
		f->kept = a->at;
		break;
	case IV_ACT_CUT_FROM:
		world_must(w, a->at <= w->audio_end && a->at <= f->sent && a->at >= f->kept, "cut from %lld",
			   (long long)a->at);
		w->audio_end = f->sent = a->at;
		f->held = false;
		break;
	case IV_ACT_TURN:
		f->held = false;
		break;
	case IV_ACT_NOTE:
		if (iv_str_eq(a->name, IV_S("bargein.resumed")) || iv_str_eq(a->name, IV_S("call.resumed")) ||
		    iv_str_eq(a->name, IV_S("leg.back"))) {
			f->held = false; /* there may be nothing left to send */
			f->held_us = w->now_us;
		}
		break;
	default:
		break;
	}
}

int64_t far_due(struct world *w)
{
	struct far *f = &w->far;
	int64_t next = NOT_DUE;

	for (size_t i = 0; i < f->mark_count && !w->ended;) {
		struct far_mark m = f->marks[i];

		if (m.due_us > w->now_us) {
			next = sooner(next, m.due_us);
			i++;
			continue;
		}
		f->marks[i] = f->marks[--f->mark_count];
		if (w->people.lost)
			continue;
		if (m.mark.at < 0 && m.mark.epoch == f->epoch)
			f->bar_back = true;
		world_step(w, &(struct iv_event){.type = IV_EV_MARK, .mark = m.mark, .cleared = m.cleared});
	}
	return next;
}

/* 20 ms of the caller: on time, or behind a stall and then all at once. */
void far_frame(struct world *w, struct iv_level level)
{
	struct far *f = &w->far;

	if (w->now_us < f->stall_until_us) {
		f->stalled++;
		return;
	}
	if (f->stalled == 0 && (dice(w) & 511) == 0)
		f->stall_until_us = w->now_us + ms_between(w, 40, 400);
	for (; f->stalled >= 0 && !w->ended; f->stalled--)
		world_step(w, &(struct iv_event){.type = IV_EV_FRAME, .level = level});
	f->stalled = 0;
}

void far_check(struct world *w)
{
	struct far *f = &w->far;
	int64_t block = (int64_t)f->caps->block_ms * f->rate_hz / 1000, queued = w->audio_end - f->sent;

	if (w->people.paused || w->people.lost) {
		f->held_us = w->now_us; /* what is held waits for the end of this */
		return;
	}
	if (f->held) {
		world_must(w, w->now_us - f->held_us < (int64_t)HOLD_BOUND_MS * MS, "held for too long");
		return;
	}
	world_must(w, queued <= block || f->end_us >= w->now_us - (int64_t)SLACK_MS * MS ||
			      w->now_us < f->held_us + (int64_t)(f->caps->clear_hold_ms + SLACK_MS) * MS,
		   "the far end ran dry with %lld samples queued", (long long)queued);
	world_must(w, queued <= 64 * (int64_t)f->rate_hz, "%lld samples queued", (long long)queued);
}
