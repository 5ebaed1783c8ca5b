/* Placing calls: they take turns, one after the other, 1/CPS apart over all processes, none before a Retry-After has passed
 * that any of them heard (carrier_pace.c), none while the breaker is open. */
#include "carrier_job.h"

enum { PAUSE_MS = 1000 };

/* ── the line ── */

static void arm(struct carrier *k)
{
	if (iv_list_empty(&k->waiting) || pace_is_asking(&k->pace))
		iv_timer_stop(&k->turn);
	else
		iv_timer_at(&k->turn, pace_turn_us(&k->pace));
}

void carrier_leave_line(struct iv_carrier_job *j)
{
	if (!j->waits)
		return;
	j->waits = false;
	iv_list_remove(&j->node);
	j->k->waiting_count--;
	arm(j->k);
}

static void refuse(struct iv_carrier_answer *a, const char *why, int64_t wait_us)
{
	carrier_not_placed(a, why, false);
	a->retry_after_s = wait_us > 0 ? (wait_us + 999999) / 1000000 : 1;
}

/* Somebody who would now wait longer than he may; NULL: nobody. */
static struct iv_carrier_job *impatient(struct carrier *k, int64_t *wait_us)
{
	int64_t at = pace_turn_us(&k->pace);

	IV_LIST_EACH(node, &k->waiting)
	{
		struct iv_carrier_job *j = IV_CONTAINER(node, struct iv_carrier_job, node);

		*wait_us = at - iv_now_us();
		if (at > j->patience_us)
			return j;
		at += pace_apart_us(&k->pace);
	}
	return NULL;
}

/* One by one: whoever is told may call back, and the line is another then. */
static void thin_out(struct carrier *k)
{
	struct iv_carrier_job *j;
	int64_t wait_us;

	while ((j = impatient(k, &wait_us))) {
		refuse(j->answer, "rate_limited", wait_us);
		carrier_job_done(j, IV_OK, "");
	}
}

static void begin_turn(struct iv_carrier_job *j)
{
	struct carrier *k = j->k;
	int64_t now = iv_now_us();

	carrier_leave_line(j);
	if (!iv_breaker_allow(&k->breaker, now)) {
		refuse(j->answer, "unavailable", k->breaker.until_us - now);
		carrier_job_done(j, IV_OK, "");
		return;
	}
	if (carrier_job_send(j))
		return;
	iv_breaker_no_result(&k->breaker, now);
	carrier_not_placed(j->answer, "too_long", true);
	carrier_job_done(j, IV_OK, "");
}

void carrier_on_turn(void *arg)
{
	struct carrier *k = arg;

	if (pace_turn_us(&k->pace) > iv_now_us())
		arm(k);
	else if (!iv_list_empty(&k->waiting))
		pace_ask(&k->pace);
}

/* Others had the turn: those who cannot wait for the next are told. */
void carrier_on_pace(void *arg, bool go)
{
	struct carrier *k = arg;

	if (go && !iv_list_empty(&k->waiting))
		begin_turn(IV_CONTAINER(k->waiting.next, struct iv_carrier_job, node));
	else if (!go)
		thin_out(k);
	arm(k);
}

static void stand_in_line(struct iv_carrier_job *j, bool in_front)
{
	struct carrier *k = j->k;

	if (in_front)
		iv_list_append(k->waiting.next, &j->node); /* before the first */
	else
		iv_list_append(&k->waiting, &j->node);
	j->waits = true;
	k->waiting_count++;
	arm(k);
}

enum iv_flow_next iv_carrier_originate(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				       struct iv_arena *arena, const struct iv_originate *o, struct iv_carrier_answer *a)
{
	struct carrier *k = &c->items[o->carrier];
	int64_t now = iv_now_us(), turn = pace_turn_us(&k->pace),
		at = (turn > now ? turn : now) + (int64_t)k->waiting_count * pace_apart_us(&k->pace);
	struct iv_carrier_job *j;

	*a = (struct iv_carrier_answer){.placed = IV_NOT_PLACED, .provider_id = IV_S(""), .second_id = IV_S("")};
	if (!k->configured) {
		carrier_not_placed(a, "not_configured", true);
		return IV_FLOW_NEXT;
	}
	if (at - now > c->cfg->dial_wait_ms * 1000) {
		refuse(a, "rate_limited", at - now);
		return IV_FLOW_NEXT;
	}
	j = carrier_job_new(k, f, run, ORIGINATE, arena);
	j->o = o;
	j->answer = a;
	j->patience_us = now + c->cfg->dial_wait_ms * 1000;
	stand_in_line(j, false);
	return iv_flow_await(f);
}

/* ── the answer ── */

void carrier_pause(struct carrier *k, int retry_after_ms)
{
	pace_pause(&k->pace, retry_after_ms < 0 ? PAUSE_MS : retry_after_ms);
}

static void weigh(struct carrier *k, const struct carrier_reply *r)
{
	bool ill = r->status == 0 || r->status > 500 || (r->status == 500 && k->vendor->counts_500);

	iv_breaker_result(&k->breaker, !ill, iv_now_us());
}

void carrier_placed_answer(struct iv_carrier_job *j, const struct carrier_reply *r)
{
	struct carrier *k = j->k;

	weigh(k, r);
	carrier_span_end(j->span, r);
	k->vendor->originated(r, j->arena, j->answer);
	if (r->status == 429) {
		carrier_pause(k, r->retry_after_ms);
		if (k->pace.paused_until_us <= j->patience_us) {
			stand_in_line(j, true);
			thin_out(k);
			return;
		}
		j->answer->retry_after_s = (k->pace.paused_until_us - iv_now_us() + 999999) / 1000000;
		thin_out(k);
		arm(k);
	}
	carrier_job_done(j, IV_OK, "");
}
