/* One call that is dialled while something goes wrong, and what must hold of it whatever that was: who asked was answered
 * once; no second telephone rings; the row comes to one end; no slot stays. */
#ifndef DIAL_CASE_H
#define DIAL_CASE_H

#include <stdio.h>
#include <string.h>
#include "dial_priv.h"
#include "house.h"

enum { LONG_MS = 30000 };

struct dial_case {
	const char *agent, *carrier; /* "desk": over jambonz or twilio; "host": elevenlabs */
	bool planned;                /* checked first, as who makes the row himself does; else by its row alone */
	/* The carrier. */
	struct far far;
	bool shut;                   /* it refuses connections */
	/* What goes wrong, and where. */
	const char *flow;
	enum fault_how how;
	int n;
	void (*act)(void *arg);
	void (*early)(void *arg);    /* before the carrier answers */
	bool frozen;                 /* Redis, from the beginning */
};

/* Who asks. */
static struct asker {
	struct iv_flow flow, *owner;
	struct iv_arena arena;
	struct iv_dial_run run;
	struct iv_dial_ask ask;
	struct iv_dial_plan plan;
	struct iv_dial_answer answer;
	char status[24], failure[24]; /* of the answer, whose strings go with the arena */
	struct iv_undo undo;
	struct iv_err err;
	int ends;
} asker;

static struct {
	char call[32];
	struct iv_dials *d;
	const char *agent;
	bool made;  /* its row */
	bool media; /* it has come, to another process */
	int cases, posts; /* calls; how often the carrier was asked before anybody asked again */
} now;

static enum iv_flow_next check(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	return iv_dial_check(now.d, f, &a->run, &a->arena, &a->ask, &a->plan, &a->answer);
}

static void give_back(void *arg)
{
	struct asker *a = arg;

	iv_dial_give_back(now.d, &a->ask, &a->plan);
}

static enum iv_flow_next checked(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	iv_undo_push(f, &a->undo, give_back, a);
	house_new_call(now.call, now.agent);
	now.made = true;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next place_planned(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);
	struct iv_dial_plan plan = a->plan;

	a->plan.slots = false;
	return iv_dial_place(now.d, f, &a->run, &a->arena, &a->ask, &plan, &a->answer);
}

static enum iv_flow_next place(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	return iv_dial_place(now.d, f, &a->run, &a->arena, &a->ask, NULL, &a->answer);
}

static enum iv_flow_next take_back(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	return iv_dial_cancel(now.d, f, &a->run, &a->arena, a->ask.tenant_id, a->ask.call_id, IV_S("hangup"));
}

static void asked(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	a->ends++;
	a->err = f->err;
	(void)snprintf(a->status, sizeof(a->status), "%.*s", IV_FMT(a->answer.status));
	(void)snprintf(a->failure, sizeof(a->failure), "%.*s", IV_FMT(a->answer.failure));
}

static const struct iv_flow_step planned_steps[] = {{"check", check}, {"checked", checked}, {"place", place_planned}, {0}};
static const struct iv_flow_type planned_asker = {"asker.planned", planned_steps, asked};
static const struct iv_flow_step place_steps[] = {{"place", place}, {0}};
static const struct iv_flow_type place_asker = {"asker.place", place_steps, asked};
static const struct iv_flow_step back_steps[] = {{"take_back", take_back}, {0}};
static const struct iv_flow_type back_asker = {"asker.back", back_steps, asked};

static inline void ask_now(const struct iv_flow_type *type, const char *agent, const char *carrier)
{
	asker = (struct asker){.ask = {.tenant_id = IV_S(HOUSE_TENANT), .call_id = iv_str(now.call), .agent_id = iv_str(agent),
				       .from = IV_S(HOUSE_NUMBER), .to = IV_S(HOUSE_CALLEE), .carrier = iv_str(carrier), .amd = -1}};
	iv_arena_init(&asker.arena, 65536);
	iv_flow_start(&asker.flow, type, house.s.loop, LONG_MS, &asker.owner);
}

static inline bool is_idle(void *arg)
{
	(void)arg;
	return asker.ends && !now.d->live;
}

static inline void wait_idle(const char *what)
{
	if (!house_until(LONG_MS, is_idle, NULL))
		fail_msg("%s: asker ended %d times, %zu jobs live", what, asker.ends, now.d->live);
	assert_int_equal(asker.ends, 1);
	iv_arena_deinit(&asker.arena);
}

/* ── what may come at any moment ── */

static inline void leaves(void *arg)
{
	(void)arg;
	if (asker.owner)
		iv_flow_cancel(asker.owner, IV_ECANCELED, "the client left");
}

static inline void drains(void *arg)
{
	(void)arg;
	iv_dials_drain(now.d);
}

static inline void told(const char *status)
{
	(void)house_sql("select count(*) from take_call_status('A', '%s', (select carrier from voice_call_records where id = '%s'), "
			"'sid-%s', '%s', '{}')",
			now.call, now.call, now.call, status);
}

static inline void rings(void *arg)
{
	(void)arg;
	told("ringing");
}

static inline void answers(void *arg)
{
	(void)arg;
	told("ringing");
	told("answered");
}

/* Its hook at another process has written the end. */
static inline void ends_unanswered(void *arg)
{
	(void)arg;
	told("no-answer");
	far.state = "no-answer";
	(void)house_sql("select close_unspoken_call('A', '%s', 'no-answer', 'no-answer', 'no_answer')", now.call);
	iv_slots_drop(house.s.slots, IV_S("A"), iv_str(now.call), IV_SLOT_NO_ANSWER);
}

static inline void media_opens(void *arg)
{
	(void)arg;
	told("answered");
	now.media = true;
	(void)house_sql("select count(*) from open_call('A', '%s', '', '{\"carrier\":\"jambonz\",\"direction\":\"outbound\","
			"\"instance_id\":\"ins_other\"}')",
			now.call);
}

/* ── what must hold ── */

static inline bool slot_is_free(void *arg)
{
	return !house_holds_slot(arg);
}

static inline const char *holder_stage(void)
{
	char key[96];

	(void)snprintf(key, sizeof(key), "{slots}:holder:" HOUSE_TENANT "/%s", now.call);
	return house_redis_ask("HGET", key, "stage");
}

static inline bool is_closed(void *arg)
{
	(void)house_sql("update call_checks set next_at = now() where call_id = '%s'", (const char *)arg);
	return house_number("select count(*) from voice_call_records where id = '%s' and closed_at is not null",
			    (const char *)arg) == 1;
}

#define ROW "select concat_ws(' ', status, end_reason, failure_reason, 'dialled', dialled_at is not null, 'check', " \
	    "(select count(*) from call_checks k where k.call_id = c.id), 'holder', instance_id) from voice_call_records c where id = '%s'"

/* Nobody holds it: reconciliation brings it to its end, by what the carrier says of it. */
static inline void reconcile(const char *what)
{
	if (now.media) { /* whoever holds it ends it, or it is lost with him */
		(void)house_sql("select lose_call('A', '%s', 0)", now.call);
		iv_slots_drop(house.s.slots, IV_S("A"), iv_str(now.call), IV_SLOT_COMPLETED);
	}
	(void)house_sql("update voice_call_records set dialled_at = dialled_at - interval '1 minute' where id = '%s'", now.call);
	now.d = house_new_dials();
	iv_dials_start(now.d);
	if (!house_until(LONG_MS, is_closed, now.call))
		fail_msg("%s: no end: %s", what, house_sql(ROW, now.call));
	if (!house_until(LONG_MS, slot_is_free, now.call))
		fail_msg("%s: its slot is not free: stage %s; %s", what, holder_stage(), house_sql(ROW, now.call));
	house_end_dials(now.d);
}

static inline void check_books(const char *what)
{
	if (house_number("select count(*) from call_timeline where call_id = '%s' and kind = 'call.ended'", now.call) != 1 ||
	    house_number("select count(*) from webhook_events where call_id = '%s' and type = 'call.ended'", now.call) != 1 ||
	    house_number("select count(*) from voice_usage_ledger where call_id = '%s'", now.call) != 1)
		fail_msg("%s: not one end: %s; %s", what, house_sql(ROW, now.call),
			 house_sql("select string_agg(kind, ' ' order by seq) from call_timeline where call_id = '%s'", now.call));
	/* Nothing is told behind the end, and a line is not told before it was asked for. */
	if (strcmp(house_sql("select kind from call_timeline where call_id = '%s' order by seq desc limit 1", now.call),
		   "call.ended") != 0 ||
	    house_number("select count(*) from call_timeline r join call_timeline q using (tenant_id, call_id) where call_id = '%s' "
			 "and r.kind in ('call.ringing', 'call.answered') and q.kind = 'call.queued' and q.seq > r.seq",
			 now.call) != 0)
		fail_msg("%s: told out of order: %s", what,
			 house_sql("select string_agg(kind, ' ' order by seq) from call_timeline where call_id = '%s'", now.call));
	assert_int_equal(iv_slots_held(house.s.slots), 0);
}

static inline const char *case_text(const struct dial_case *k, char out[256])
{
	(void)snprintf(out, 256, "%s: %s over %s, %s; %s %d of %s (%s); carrier %d/%d %s%s", now.call, k->agent, k->carrier,
		       k->planned ? "planned" : "by its row", fault_name(k->how), k->n, k->flow ? k->flow : "nothing",
		       fault.step ? fault.step : "-", k->far.status, (int)k->far.way, k->far.takes ? "has it" : "has it not",
		       k->early ? ", early" : "");
	return out;
}

static inline void begin_case(const struct dial_case *k)
{
	(void)snprintf(now.call, sizeof(now.call), "case_%05d", ++now.cases);
	now.media = false;
	now.made = !k->planned; /* else by who asks, when he may */
	now.agent = k->agent;
	if (now.made)
		house_new_call(now.call, k->agent);
	far = k->far;
	far.before = k->early;
	if (!far.state)
		far.state = "ringing";
	now.d = house_new_dials();
}

/* Whoever asks for the same call once more, later, rings no second telephone. */
static inline void ask_again(const struct dial_case *k, const char *what)
{
	struct asker first = asker;

	far.before = NULL;
	far.status = 0;
	far.body = NULL;
	far.way = FAR_WHOLE;
	now.d = house_new_dials();
	ask_now(&place_asker, k->agent, k->carrier);
	wait_idle(what);
	house_end_dials(now.d);
	if (far.posts > 1)
		fail_msg("%s: a second telephone rings", what);
	far.takes |= far.posts > now.posts;
	asker = first;
}

/* The whole life of one call; what was answered is in `asker`, and what the row was then in `row`. False: the fault was
 * never met, because there is no such step or statement. */
static inline bool run_case(const struct dial_case *k, char row[256])
{
	char what[256];
	bool hit;

	begin_case(k);
	if (k->shut)
		far_close_door();
	if (k->frozen)
		house_redis_freeze();
	if (k->flow)
		fault_set(k->flow, k->how, k->n, k->act, NULL);
	ask_now(k->planned ? &planned_asker : &place_asker, k->agent, k->carrier);
	wait_idle(case_text(k, what));
	hit = fault.hit || !k->flow;
	case_text(k, what);
	fault_clear();
	if (k->frozen)
		house_redis_thaw();
	if (k->shut)
		far_open_door();
	house_end_dials(now.d);
	(void)snprintf(row, 256, "%s", house_sql(ROW, now.call));
	now.posts = far.posts;
	if (far.posts > 1)
		fail_msg("%s: asked for %d times", what, far.posts);
	if (!now.made) {
		if (!house_until(LONG_MS, slot_is_free, now.call))
			fail_msg("%s: no call, and its slot is not free", what);
		assert_int_equal(iv_slots_held(house.s.slots), 0);
		return hit;
	}
	if (now.cases % 2)
		ask_again(k, what);
	if (strcmp(far.state, "ringing") == 0)
		far.state = strcmp(k->agent, "host") == 0 ? "failed" : "no-answer";
	reconcile(what);
	check_books(what);
	return hit;
}

static bool there;

static inline int set_up(void **state)
{
	(void)state;
	there = house_up();
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	house_down();
	return 0;
}

#endif
