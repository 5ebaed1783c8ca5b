/* Calls that nobody holds. Two kinds, each looked at every RECONCILE_SECONDS by whichever process comes first:
 *
 *   a carrier's call without media   is asked about when its row in call_checks is due: one question for each second of
 *                                    the round at most, for a carrier allows only so many
 *   calls of a process that is gone  it is gone when nobody listens on its control channel in two rounds, some seconds
 *                                    apart; then each of its calls that nobody owns in Redis is lost
 *
 * Whatever is not certain waits: no answer from a carrier, or from Redis, ends no call. */
#include "dial_priv.h"

#include <stdlib.h>
#include "iv_calls.h"
#include "iv_control.h"
#include "iv_id.h"
#include "iv_log.h"
#include "iv_metrics.h"

enum {
	ROUND_BYTES = 262144, ITEM_BYTES = 1 << 20, FLOW_MS = 60000, POLLS_MAX = 50, HELD_MAX = 500, SUSPECTS = 64,
	SURE_MS = 7000, MISSES = 2, FIRST_WAIT_S = 10, LAST_WAIT_S = 300, LEASE_SLACK_S = 10, SLACK_MS = 2000,
	SINCE_SLACK_MS = 5000, MEDIA_SLACK_S = 10,
};
enum { FOUND, CLOSED, NEVER_PLACED, LIVE }; /* of calls_reconciled_total */

struct suspect {
	char id[IV_ID_SIZE];
	int64_t since_us; /* nobody listened then */
};

struct dial_reconciler {
	struct iv_dials *d;
	struct iv_services *s;
	bool running;
	struct iv_timer round;
	struct iv_flow flow, *busy;
	struct iv_pg_run pg;
	struct iv_arena list, item; /* of a round; of one call */
	struct iv_rows taken, holders, held, rows;
	size_t at;
	/* one call of a carrier */
	struct iv_carrier_run carrier_run;
	struct iv_originate o;
	struct iv_carrier_status stands;
	struct iv_carrier_found found;
	/* processes */
	struct iv_redis_run redis;
	struct iv_reply subscribers;
	struct iv_control_run control;
	struct iv_str owner;
	struct suspect suspects[SUSPECTS];
	size_t suspect_count, dead;
};

static struct dial_reconciler *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct dial_reconciler, flow);
}

static void go(struct dial_reconciler *r, const struct iv_flow_type *type)
{
	if (!r->running)
		return;
	r->d->live++;
	iv_flow_start(&r->flow, type, r->s->loop, FLOW_MS, &r->busy);
}

static void went(struct dial_reconciler *r)
{
	r->d->live--;
	dials_rest(r->d);
}

/* ── one call of a carrier ── */

static const struct iv_check_take_out *row(const struct dial_reconciler *r)
{
	return iv_check_take_at(&r->taken, r->at);
}

static enum iv_carrier carrier_of(const struct dial_reconciler *r)
{
	return iv_carrier_named(row(r)->carrier);
}

static struct iv_scope scope_of(const struct dial_reconciler *r)
{
	return (struct iv_scope){.tenant_id = row(r)->tenant_id};
}

static bool final(struct iv_str status)
{
	static const char *const words[] = {"completed", "failed", "busy", "no-answer", "canceled"};

	for (size_t i = 0; i < IV_COUNT(words); i++)
		if (iv_str_eq(status, iv_str(words[i])))
			return true;
	return false;
}

/* Its hook has told the end already, or it has an id to be asked for, or it is looked for. */
static enum iv_flow_next ask(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	const struct iv_check_take_out *c = row(r);

	r->stands = (struct iv_carrier_status){0};
	r->found = (struct iv_carrier_found){0};
	if (c->final.len) {
		r->stands = (struct iv_carrier_status){.known = true, .status = c->final};
		return IV_FLOW_NEXT;
	}
	if (c->provider_id.len)
		return iv_carrier_fetch(r->s->carriers, f, &r->carrier_run, &r->item, carrier_of(r), c->provider_id, &r->stands);
	r->o = (struct iv_originate){.carrier = carrier_of(r),
				     .tenant_id = c->tenant_id,
				     .call_id = c->call_id,
				     .from = c->from_number,
				     .to = c->to_number,
				     .agent_ref = c->agent_ref};
	return iv_carrier_find(r->s->carriers, f, &r->carrier_run, &r->item, &r->o, c->dialled_ms - SINCE_SLACK_MS, &r->found);
}

/* The first that is not known as another call of ours. */
static enum iv_flow_next adopt(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	struct iv_scope scope = scope_of(r);
	struct iv_str ids[IV_CARRIER_FOUND_MAX];
	struct iv_check_adopt_in in = {.call = row(r)->call_id,
				       .carrier = row(r)->carrier,
				       .ids = {.items = ids, .count = r->found.count},
				       .check_s = FIRST_WAIT_S};

	r->rows = (struct iv_rows){0};
	if (!r->found.count)
		return IV_FLOW_NEXT;
	for (size_t i = 0; i < r->found.count; i++)
		ids[i] = r->found.items[i].provider_id;
	return iv_pg_one(r->s->pg, f, &r->pg, &scope, &r->item, &iv_sql_check_adopt, &in, &r->rows);
}

static enum iv_flow_next adopted(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	(void)f;
	for (size_t i = 0; i < r->found.count && r->rows.count; i++)
		if (iv_str_eq(r->found.items[i].provider_id, iv_check_adopt_at(&r->rows, 0)->provider_id))
			r->stands = r->found.items[i];
	if (!r->rows.count)
		return IV_FLOW_NEXT;
	iv_metric_add(IV_M_calls_reconciled_total, FOUND, 1);
	iv_info("call.found", IV_LV("call_id", row(r)->call_id), IV_LV("tenant_id", row(r)->tenant_id),
		IV_LV("provider_id", r->stands.provider_id));
	return IV_FLOW_NEXT;
}

/* The carrier does not know it. Said twice, and not while the question itself may still be on its way. */
static bool surely_missing(const struct dial_reconciler *r)
{
	int64_t asking_ms = r->s->cfg->carrier_ms + SLACK_MS;

	return row(r)->misses + 1 >= MISSES && iv_wall_ms() - row(r)->dialled_ms > asking_ms;
}

static enum iv_flow_next close_row(struct dial_reconciler *r, struct iv_str status, struct iv_str reason, struct iv_str why)
{
	struct iv_scope scope = scope_of(r);
	struct iv_dial_closed_in in = {.call = row(r)->call_id, .status = status, .reason = reason, .failure = why};

	r->rows = (struct iv_rows){0};
	r->stands.status = status; /* for its slots */
	return iv_pg_one(r->s->pg, &r->flow, &r->pg, &scope, &r->item, &iv_sql_dial_closed, &in, &r->rows);
}

static enum iv_flow_next tell_stage(struct dial_reconciler *r)
{
	struct iv_scope scope = scope_of(r);
	bool answered = iv_str_eq(r->stands.status, IV_S("in-progress"));
	struct iv_check_told_in in = {.tenant = row(r)->tenant_id,
				      .call = row(r)->call_id,
				      .carrier = row(r)->carrier,
				      .provider_id = r->stands.provider_id,
				      .next = answered ? IV_S("answered") : r->stands.status};

	iv_metric_add(IV_M_calls_reconciled_total, LIVE, 1);
	return iv_pg_one(r->s->pg, &r->flow, &r->pg, &scope, &r->item, &iv_sql_check_told, &in, NULL);
}

/* Answered so long ago that no address of ours for its media is good any more: somebody hears nothing, for ever. */
static bool is_mute(const struct dial_reconciler *r)
{
	return r->stands.known && iv_str_eq(r->stands.status, IV_S("in-progress")) &&
	       row(r)->waits_s > r->s->cfg->realtime_ws_ttl + MEDIA_SLACK_S;
}

static enum iv_flow_next give_up(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	if (!is_mute(r))
		return IV_FLOW_NEXT;
	return iv_carrier_hang_up(r->s->carriers, f, &r->carrier_run, &r->item, carrier_of(r),
				  row(r)->provider_id.len ? row(r)->provider_id : r->stands.provider_id);
}

/* The carrier had it to its end, and we never its media: completed is no word for that. */
static enum iv_flow_next close_ended(struct dial_reconciler *r, struct iv_str status)
{
	if (iv_str_eq(status, IV_S("completed")))
		return close_row(r, IV_S("failed"), IV_S("no_media"), IV_S("media_never_came"));
	return close_row(r, status, status, status);
}

/* What ElevenLabs hosted and had is told by its own report. */
static enum iv_flow_next settle(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	const struct iv_check_take_out *c = row(r);
	struct iv_str status = r->stands.status;

	(void)f;
	r->rows = (struct iv_rows){0};
	if (r->stands.known && final(status))
		return c->hosted && iv_str_eq(status, IV_S("completed"))
			       ? IV_FLOW_NEXT
			       : close_ended(r, status);
	if (is_mute(r))
		return close_ended(r, IV_S("completed"));
	if (r->stands.known)
		return tell_stage(r);
	if (!surely_missing(r))
		return IV_FLOW_NEXT;
	return c->provider_id.len ? close_row(r, IV_S("failed"), IV_S("lost"), IV_S("unknown_at_carrier"))
				  : close_row(r, IV_S("failed"), IV_S("never_placed"), IV_S("never_placed"));
}

static int64_t wait_s(const struct dial_reconciler *r)
{
	int64_t s = FIRST_WAIT_S;

	if (!r->stands.known)
		return r->s->cfg->carrier_ms / 2000 + 1; /* soon again, to be sure */
	for (int64_t i = 1; i < row(r)->checks && s < LAST_WAIT_S; i++)
		s *= 2;
	return s < LAST_WAIT_S ? s : LAST_WAIT_S;
}

static enum iv_flow_next put_back(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	struct iv_scope scope = scope_of(r);
	bool closed = r->rows.count && final(r->stands.status) && iv_dial_closed_at(&r->rows, 0)->closed;
	struct iv_check_put_in in = {.call = row(r)->call_id, .in_s = wait_s(r), .missed = !r->stands.known};

	if (!closed)
		return iv_pg_one(r->s->pg, f, &r->pg, &scope, &r->item, &iv_sql_check_put, &in, NULL);
	iv_slots_drop(r->s->slots, row(r)->tenant_id, row(r)->call_id, dial_slot_end(r->stands.status));
	dial_publish(r->d, row(r)->tenant_id, row(r)->call_id, "call.ended");
	iv_metric_add(IV_M_calls_reconciled_total, r->stands.known || row(r)->provider_id.len ? CLOSED : NEVER_PLACED, 1);
	iv_info("call.reconciled", IV_LV("call_id", row(r)->call_id), IV_LV("tenant_id", row(r)->tenant_id),
		IV_LV("status", r->stands.status));
	return IV_FLOW_NEXT;
}

static void walk(struct dial_reconciler *r);

static void call_over(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	/* It is over, whatever the row says by now: closed, and we did not hear it, it would not come again. */
	if (f->err.code != IV_OK && final(r->stands.status))
		iv_slots_drop_unspoken(r->s->slots, row(r)->tenant_id, row(r)->call_id, dial_slot_end(r->stands.status));
	if (f->err.code != IV_OK) /* the carrier or the database did not answer: it comes again when its lease is over */
		iv_debug("call.not_reconciled", IV_LV("call_id", row(r)->call_id), IV_LS("why", f->err.msg));
	r->rows = (struct iv_rows){0};
	iv_arena_reset(&r->item);
	r->at++;
	walk(r);
	went(r);
}

static const struct iv_flow_step call_steps[] = {
	{"ask", ask},	      {"adopt", adopt},	      {"adopted", adopted}, {"give_up", give_up},
	{"settle", settle}, {"put_back", put_back}, {0},
};
static const struct iv_flow_type call_type = {"reconcile.call", call_steps, call_over};

/* ── processes that are gone ── */

static const struct iv_flow_type loss_type;

static enum iv_flow_next list_holders(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	return iv_pg_one(r->s->worker, f, &r->pg, &(struct iv_scope){0}, &r->list, &iv_sql_holders,
			 &(struct iv_holders_in){.not_me = iv_str(r->s->instance_id)}, &r->holders);
}

static enum iv_flow_next ask_subscribers(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	struct iv_str argv[2 + SUSPECTS] = {IV_S("PUBSUB"), IV_S("NUMSUB")};
	size_t n = r->holders.count < SUSPECTS ? r->holders.count : SUSPECTS;

	if (!n)
		return IV_FLOW_DONE;
	for (size_t i = 0; i < n; i++) {
		struct iv_str id = iv_holders_at(&r->holders, i)->instance_id;
		struct iv_buf b;

		iv_buf_init(&b, 256);
		argv[2 + i] = iv_buf_printf(&b, "control:%.*s", IV_FMT(id)) ? iv_arena_str(&r->list, iv_buf_str(&b)) : id;
		iv_buf_deinit(&b);
	}
	return iv_redis_cmd(r->s->redis, f, &r->redis, &r->list, argv, 2 + n, &r->subscribers);
}

static struct suspect *suspected(struct suspect *all, size_t count, struct iv_str id)
{
	for (size_t i = 0; i < count; i++)
		if (iv_str_eq(iv_str(all[i].id), id))
			return &all[i];
	return NULL;
}

/* Channel, number, channel, number … */
static enum iv_flow_next weigh(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	struct suspect now[SUSPECTS];
	size_t count = 0;

	(void)f;
	for (size_t i = 0; i + 1 < r->subscribers.count && count < SUSPECTS; i += 2) {
		struct iv_str id = r->subscribers.items[i].s;
		const struct suspect *before;

		if (!iv_str_starts(id, IV_S("control:")) || r->subscribers.items[i + 1].kind != IV_REPLY_INT ||
		    r->subscribers.items[i + 1].i > 0)
			continue;
		id = (struct iv_str){id.ptr + 8, id.len - 8};
		before = suspected(r->suspects, r->suspect_count, id);
		if (!iv_str_copy(now[count].id, sizeof(now[count].id), id))
			continue; /* no process of ours has such a name */
		now[count++].since_us = before ? before->since_us : iv_now_us();
	}
	memcpy(r->suspects, now, count * sizeof(now[0]));
	r->suspect_count = count;
	return IV_FLOW_DONE;
}

static enum iv_flow_next ask_owner(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	const struct iv_held_by_out *c = iv_held_by_at(&r->held, r->at);
	char name[IV_CALL_NAME_SIZE];

	r->owner = IV_STR_NULL;
	return iv_control_owner(r->s->control, f, &r->control, &r->item, iv_call_name(c->tenant_id, c->id, name), &r->owner);
}

/* Its lease may outlive the process; whoever has taken it over has a lease of his own. */
static enum iv_flow_next lose(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	const struct iv_held_by_out *c = iv_held_by_at(&r->held, r->at);
	struct iv_held_lost_in in = {
		.tenant = c->tenant_id, .call = c->id, .instance = iv_str(r->suspects[r->dead].id)};

	if (r->owner.len)
		return IV_FLOW_DONE;
	return iv_pg_one(r->s->worker, f, &r->pg, &(struct iv_scope){0}, &r->item, &iv_sql_held_lost, &in, &r->rows);
}

static void next_dead(struct dial_reconciler *r);

static void loss_over(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	const struct iv_held_by_out *c = iv_held_by_at(&r->held, r->at);

	if (f->err.code == IV_OK && r->rows.count && iv_held_lost_at(&r->rows, 0)->lost) {
		iv_metric_add(IV_M_calls_lost_total, 0, 1);
		iv_slots_drop(r->s->slots, c->tenant_id, c->id, IV_SLOT_LOST);
		dial_publish(r->d, c->tenant_id, c->id, "call.ended");
		iv_warn("call.lost", IV_LV("call_id", c->id), IV_LV("tenant_id", c->tenant_id),
			IV_LS("instance_id", r->suspects[r->dead].id));
	}
	r->rows = (struct iv_rows){0};
	iv_arena_reset(&r->item);
	r->at++;
	if (f->err.code == IV_OK && r->at < r->held.count)
		go(r, &loss_type);
	else
		next_dead(r);
	went(r);
}

static const struct iv_flow_step loss_steps[] = {{"ask_owner", ask_owner}, {"lose", lose}, {0}};
static const struct iv_flow_type loss_type = {"reconcile.loss", loss_steps, loss_over};

static enum iv_flow_next list_held(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	return iv_pg_one(r->s->worker, f, &r->pg, &(struct iv_scope){0}, &r->list, &iv_sql_held_by,
			 &(struct iv_held_by_in){.instance = iv_str(r->suspects[r->dead].id), .most = HELD_MAX}, &r->held);
}

static void held_listed(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	r->at = 0;
	if (f->err.code == IV_OK && r->held.count)
		go(r, &loss_type);
	else
		next_dead(r);
	went(r);
}

static const struct iv_flow_step held_steps[] = {{"list_held", list_held}, {0}};
static const struct iv_flow_type held_type = {"reconcile.held", held_steps, held_listed};

static void rest(struct dial_reconciler *r);

/* The next process that has been silent for long enough. */
static void next_dead(struct dial_reconciler *r)
{
	r->held = (struct iv_rows){0};
	for (r->dead++; r->dead < r->suspect_count; r->dead++)
		if (iv_now_us() - r->suspects[r->dead].since_us >= (int64_t)SURE_MS * 1000) {
			go(r, &held_type);
			return;
		}
	rest(r);
}

static void holders_weighed(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	if (f->err.code != IV_OK || !r->holders.count)
		r->suspect_count = 0;
	r->dead = (size_t)-1;
	next_dead(r);
	went(r);
}

static const struct iv_flow_step holder_steps[] = {
	{"list_holders", list_holders}, {"ask_subscribers", ask_subscribers}, {"weigh", weigh}, {0}};
static const struct iv_flow_type holder_type = {"reconcile.holders", holder_steps, holders_weighed};

/* ── the round ── */

static void rest(struct dial_reconciler *r)
{
	r->taken = r->holders = r->held = (struct iv_rows){0};
	iv_arena_reset(&r->list);
	if (r->running)
		iv_timer_in_ms(&r->round, (int64_t)(r->s->cfg->reconcile_s * 1000));
}

static void walk(struct dial_reconciler *r)
{
	go(r, r->at < r->taken.count ? &call_type : &holder_type);
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);
	struct iv_str names[IV_CARRIERS];
	struct iv_strs carriers = {.items = names};
	int64_t most = (int64_t)(r->s->cfg->reconcile_s + 0.999);

	for (enum iv_carrier c = 0; c < IV_CARRIERS; c++)
		if (iv_carriers_has(r->s->carriers, c))
			names[carriers.count++] = iv_str(iv_carrier_names[c]);
	if (!carriers.count)
		return IV_FLOW_DONE;
	return iv_pg_one(r->s->worker, f, &r->pg, &(struct iv_scope){0}, &r->list, &iv_sql_check_take,
			 &(struct iv_check_take_in){.carriers = carriers,
						    .lease_s = r->s->cfg->carrier_ms / 1000 + LEASE_SLACK_S,
						    .most = most < POLLS_MAX ? most : POLLS_MAX},
			 &r->taken);
}

static void taken(struct iv_flow *f)
{
	struct dial_reconciler *r = self(f);

	if (f->err.code != IV_OK)
		r->taken = (struct iv_rows){0}; /* the pool has logged it */
	r->at = 0;
	walk(r);
	went(r);
}

static const struct iv_flow_step take_steps[] = {{"take", take}, {0}};
static const struct iv_flow_type take_type = {"reconcile.take", take_steps, taken};

static void on_round(void *arg)
{
	go(arg, &take_type);
}

struct dial_reconciler *dial_reconciler_new(struct iv_dials *d)
{
	struct dial_reconciler *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->d = d;
	r->s = d->s;
	iv_arena_init(&r->list, ROUND_BYTES);
	iv_arena_init(&r->item, ITEM_BYTES);
	iv_timer_init(&r->round, d->s->loop, on_round, r);
	return r;
}

void dial_reconciler_start(struct dial_reconciler *r)
{
	r->running = true;
	iv_timer_in_ms(&r->round, (int64_t)(r->s->cfg->reconcile_s * 1000));
}

void dial_reconciler_stop(struct dial_reconciler *r)
{
	r->running = false;
	iv_timer_stop(&r->round);
	if (r->busy)
		iv_flow_cancel(r->busy, IV_ECANCELED, "stopping");
}

void dial_reconciler_free(struct dial_reconciler *r)
{
	iv_arena_deinit(&r->list);
	iv_arena_deinit(&r->item);
	free(r);
}
