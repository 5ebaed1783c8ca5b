/* Holding slots: which calls this process renews, in ten helpings a SLOT_RENEW_MS; and giving them back. */
#include "slots_priv.h"

#include <stdio.h>

#include "iv_crypto.h"
#include "iv_log.h"
#include "iv_metrics.h"

#define STUCK_US (60 * INT64_C(1000000))
#define RECONNECT_LOOK_US 100000
/* How long it is remembered that a call was given back: longer than a process that slept keeps its calls. */
#define ENDED_MS "600000"

enum { PER_CALL = 9, RENEW_ARGS = SLOT_ARGS + 1 };
enum { NEWS_DROPPED = 0, NEWS_MOVED = -1, NEWS_OVER = -2 }; /* instead of a claim */
enum { RENEWED_OK, RENEWED_FAILED };        /* labels of slots_renewals_total */

struct batch {
	struct iv_list node;
	struct iv_slots *slots;
	struct iv_redis_command *command;
	size_t count;
};

/* ── one call's life ── */

static void set_state(struct iv_slots *s, struct slot *slot, enum slot_state to)
{
	size_t before = iv_slots_held(s);

	if (slot->state == to)
		return;
	s->states[slot->state] -= slot->state != SLOT_NEW;
	s->states[to] += to != SLOT_NEW;
	slot->state = to;
	iv_metric_set(IV_M_slots_held, 0, (double)s->states[SLOT_DIALLING]);
	iv_metric_set(IV_M_slots_held, 1, (double)s->states[SLOT_MEDIA]);
	if (s->changed && iv_slots_held(s) != before)
		s->changed(s->changed_arg, iv_slots_held(s));
}

static void forget(struct iv_slots *s, struct slot *slot)
{
	(void)iv_map_remove(s->by_name, iv_str(slot->name));
	iv_list_remove(&slot->node);
	iv_list_remove(&slot->due);
	set_state(s, slot, SLOT_NEW);
	free(slot);
}

static void describe(struct slot *slot, const struct iv_slot_ask *ask)
{
	(void)iv_str_copy(slot->tenant, sizeof(slot->tenant), ask->tenant_id);
	(void)iv_str_copy(slot->call, sizeof(slot->call), ask->call_id);
	(void)iv_str_copy(slot->agent, sizeof(slot->agent), ask->agent_id);
	(void)iv_str_copy(slot->campaign, sizeof(slot->campaign), ask->campaign_id);
	slot->carrier = slots_carriers[slots_carrier(ask->carrier)];
	slot->reason = slots_reason(ask->reason);
}

static struct slot *make(struct iv_slots *s, const struct iv_slot_ask *ask)
{
	struct slot *slot = slots_calloc(sizeof(*slot));

	slots_name(ask->tenant_id, ask->call_id, slot->name);
	describe(slot, ask);
	slot->since_ms = iv_wall_ms();
	iv_list_append(&s->slices[s->next_join++ % SLOT_SLICES], &slot->node);
	iv_list_init(&slot->due);
	(void)iv_map_put(s->by_name, iv_str(slot->name), slot);
	return slot;
}

struct slot *slots_find(const struct iv_slots *s, struct iv_str tenant, struct iv_str call)
{
	char name[SLOT_NAME_SIZE];

	slots_name(tenant, call, name);
	return iv_map_get(s->by_name, iv_str(name));
}

void slots_granted(struct iv_slots *s, const struct iv_slot_ask *ask)
{
	struct slot *slot = slots_find(s, ask->tenant_id, ask->call_id);

	if (!slot)
		slot = make(s, ask);
	if (slot->state == SLOT_NEW || slot->state == SLOT_TAKEN) {
		slot->until_us = iv_now_us() + s->d.cfg->slot_lease_ms * 1000;
		set_state(s, slot, SLOT_TAKEN);
	}
}

/* ── renewing ── */

static void on_news(struct iv_slots *s, struct iv_str name, int64_t claim)
{
	struct slot *slot = iv_map_get(s->by_name, name);

	if (!slot)
		return; /* given back meanwhile */
	/* Without a claim of ours it is held anew, and its claim is still on its way. */
	if (claim > 0) {
		slot->claim = claim;
	} else if (slot->claim || (claim == NEWS_OVER && slot->state == SLOT_DIALLING)) {
		iv_info(claim == NEWS_MOVED ? "slots.moved" : "slots.given_back_elsewhere", IV_LS("call", slot->name));
		forget(s, slot);
	}
}

static void pump(struct iv_slots *s);

static void on_renewed(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct batch *b = arg;
	struct iv_slots *s = b->slots;
	bool ok = reply && reply->kind == IV_REPLY_LIST && reply->count >= 4;

	(void)err; /* renewed with the next round; a lease bears two that fail */
	iv_metric_add(IV_M_slots_renewals_total, ok ? RENEWED_OK : RENEWED_FAILED, (double)b->count);
	iv_list_remove(&b->node);
	free(b);
	s->in_flight--;
	pump(s);
	if (!ok)
		return;
	iv_metric_set(IV_M_telephony_active_semaphores, 0, (double)reply->items[3].i);
	for (size_t i = 4; i + 1 < reply->count; i += 2)
		on_news(s, reply->items[i].s, reply->items[i + 1].i);
	slots_learn(s, reply);
}

static void send_batch(struct iv_slots *s, const struct iv_str *argv, size_t count)
{
	struct batch *b = slots_calloc(sizeof(*b));

	b->slots = s;
	b->count = count;
	b->command = iv_redis_ask_script(s->d.redis, &iv_lua_slots, (const struct iv_str[]){slots_epoch_key()}, 1, argv,
					 RENEW_ARGS + count * PER_CALL, on_renewed, b, NULL);
	if (b->command) {
		iv_list_append(&s->batches, &b->node);
		s->in_flight++;
		return;
	}
	iv_metric_add(IV_M_slots_renewals_total, RENEWED_FAILED, (double)count);
	free(b);
}

/* Calls on their way into a script. */
struct helping {
	struct iv_str argv[RENEW_ARGS + SLOT_BATCH * PER_CALL];
	char numbers[SLOT_BATCH][2][24];
	size_t count;
};

static void helping_add(struct helping *h, const struct slot *slot)
{
	struct iv_str *at = h->argv + RENEW_ARGS + h->count * PER_CALL;
	char *claim = h->numbers[h->count][0], *since = h->numbers[h->count][1];

	(void)snprintf(claim, sizeof(h->numbers[0][0]), "%lld", (long long)slot->claim);
	(void)snprintf(since, sizeof(h->numbers[0][1]), "%lld", (long long)slot->since_ms);
	at[0] = iv_str(slot->tenant);
	at[1] = iv_str(slot->call);
	at[2] = iv_str(slot->agent);
	at[3] = iv_str(slot->campaign);
	at[4] = iv_str(slot->carrier);
	at[5] = iv_str(slot->reason);
	at[6] = iv_str(claim);
	at[7] = slot->state == SLOT_MEDIA ? IV_S("media") : IV_S("dialling");
	at[8] = iv_str(since);
	h->count++;
}

/* The next of those that are due; none: Redis learns that somebody is here. */
static void send_helping(struct iv_slots *s)
{
	static struct helping h; /* one thread, and used up before this returns */

	h.count = 0;
	slots_args(s, "renew", h.argv);
	h.argv[SLOT_ARGS] = s->connected ? IV_S("1") : IV_S("0");
	s->connected = false;
	while (h.count < SLOT_BATCH && !iv_list_empty(&s->due)) {
		struct slot *slot = IV_CONTAINER(s->due.next, struct slot, due);

		iv_list_remove(&slot->due);
		helping_add(&h, slot);
	}
	send_batch(s, h.argv, h.count);
}

static void pump(struct iv_slots *s)
{
	while (s->in_flight < SLOT_WINDOW && !iv_list_empty(&s->due))
		send_helping(s);
	if (iv_list_empty(&s->due))
		s->asserting = false;
}

static bool held(const struct slot *slot)
{
	return slot->state == SLOT_DIALLING || slot->state == SLOT_MEDIA;
}

static void make_due(struct iv_slots *s, struct slot *slot)
{
	iv_list_remove(&slot->due);
	iv_list_append(&s->due, &slot->due);
}

void slots_renew_all(struct iv_slots *s, bool connected)
{
	for (int i = 0; i < SLOT_SLICES; i++)
		IV_LIST_EACH(node, &s->slices[i])
		{
			struct slot *slot = IV_CONTAINER(node, struct slot, node);

			if (held(slot))
				make_due(s, slot);
		}
	s->connected |= connected;
	s->asserting = true;
	pump(s);
	if (s->connected)
		send_helping(s);
}

/* What was held in this turn. */
static void on_flush(void *arg)
{
	pump(arg);
}

/* ── the tick ── */

static void give_up(struct iv_slots *s, struct slot *slot)
{
	iv_metric_add(IV_M_telephony_call_timeouts_total, 0, 1);
	iv_warn("slots.dialled_too_long", IV_LS("call", slot->name));
	iv_slots_drop(s, iv_str(slot->tenant), iv_str(slot->call), IV_SLOT_TIMEOUT);
}

/* Takes out what has had its time, and renews the rest. */
static void renew_slice(struct iv_slots *s, int slice, int64_t now_us)
{
	size_t stuck = 0;

	IV_LIST_EACH(node, &s->slices[slice])
	{
		struct slot *slot = IV_CONTAINER(node, struct slot, node);

		if (slot->state == SLOT_TAKEN && now_us >= slot->until_us) {
			forget(s, slot);
		} else if (slot->state == SLOT_DIALLING && now_us >= slot->until_us) {
			give_up(s, slot);
		} else if (held(slot)) {
			stuck += slot->state == SLOT_DIALLING && now_us - slot->held_us >= STUCK_US;
			make_due(s, slot);
		}
	}
	pump(s);
	if (!s->in_flight)
		send_helping(s);
	s->stuck[slice] = stuck;
	stuck = 0;
	for (int i = 0; i < SLOT_SLICES; i++)
		stuck += s->stuck[i];
	iv_metric_set(IV_M_telephony_stuck_calls_total, 0, (double)stuck);
}

bool slots_wake(struct iv_slots *s)
{
	int64_t now_us = iv_now_us();
	uint64_t connects = iv_redis_stats(s->d.redis).connects;
	bool connected = connects != s->connects;
	bool slept = now_us - s->ticked_us > s->d.cfg->slot_lease_ms * 1000 / 3;

	if (connected || slept) {
		s->connects = connects;
		s->ticked_us = now_us;
		slots_renew_all(s, connected);
	}
	return !s->asserting;
}

/* A tenth more or less: processes do not march in step. */
static int64_t slice_us(const struct iv_slots *s)
{
	int64_t us = s->d.cfg->slot_renew_ms * 1000 / SLOT_SLICES;
	uint8_t dice;

	iv_random(&dice, 1);
	return us + us * (dice - 128) / 1280;
}

static void on_tick(void *arg)
{
	struct iv_slots *s = arg;
	int64_t now_us, next_us;

	(void)slots_wake(s); /* it is who asks that has to wait */
	now_us = iv_now_us();
	s->ticked_us = now_us;
	if (now_us >= s->slice_due_us) {
		renew_slice(s, (int)(s->next_slice++ % SLOT_SLICES), now_us);
		s->slice_due_us = now_us + slice_us(s);
	}
	next_us = s->slice_due_us;
	if (!iv_redis_up(s->d.redis) && next_us > now_us + RECONNECT_LOOK_US)
		next_us = now_us + RECONNECT_LOOK_US;
	iv_timer_at(&s->tick, next_us);
}

/* ── the door ── */

void iv_slots_hold(struct iv_slots *s, const struct iv_slot_ask *ask, enum iv_slot_stage stage)
{
	struct iv_err e = {0};
	struct slot *slot;
	int64_t now_us = iv_now_us();

	if (!slots_ask_ok(ask, &e)) {
		iv_error("slots.cannot_hold", IV_LS("field", e.field), IV_LS("why", e.msg));
		return;
	}
	slot = slots_find(s, ask->tenant_id, ask->call_id);
	if (slot && slot->state == SLOT_MEDIA && stage == IV_SLOT_DIALLING)
		return; /* its media was quicker than whoever answers for it */
	if (slot)
		describe(slot, ask);
	else
		slot = make(s, ask);
	if (!held(slot))
		slot->held_us = now_us;
	if (stage == IV_SLOT_DIALLING && slot->state != SLOT_DIALLING)
		slot->until_us = now_us + s->d.cfg->slot_pending_s * 1000000;
	set_state(s, slot, stage == IV_SLOT_MEDIA ? SLOT_MEDIA : SLOT_DIALLING);
	slot->claim = 0;
	make_due(s, slot);
	if (!iv_timer_armed(&s->flush))
		iv_timer_in_ms(&s->flush, 0);
}

static void drop(struct iv_slots *s, struct iv_str tenant_id, struct iv_str call_id, enum iv_slot_end why, struct iv_str which)
{
	struct slot *slot = slots_find(s, tenant_id, call_id);
	struct iv_str argv[SLOT_ARGS + 5];

	iv_metric_add(IV_M_slots_released_total, (int)why, 1);
	slots_args(s, "drop", argv);
	argv[SLOT_ARGS] = tenant_id;
	argv[SLOT_ARGS + 1] = call_id;
	argv[SLOT_ARGS + 2] = iv_str(iv_slot_ends[why]);
	argv[SLOT_ARGS + 3] = IV_S(ENDED_MS);
	argv[SLOT_ARGS + 4] = which;
	(void)iv_redis_ask_script(s->d.redis, &iv_lua_slots, (const struct iv_str[]){slots_epoch_key()}, 1, argv,
				  IV_COUNT(argv), slots_ignore, NULL, NULL);
	if (slot)
		forget(s, slot); /* last: the names may be its own */
}

void iv_slots_drop(struct iv_slots *s, struct iv_str tenant_id, struct iv_str call_id, enum iv_slot_end why)
{
	drop(s, tenant_id, call_id, why, IV_S("any"));
}

void iv_slots_drop_unspoken(struct iv_slots *s, struct iv_str tenant_id, struct iv_str call_id, enum iv_slot_end why)
{
	const struct slot *slot = slots_find(s, tenant_id, call_id);

	if (!slot || slot->state != SLOT_MEDIA) /* that may not have reached Redis yet */
		drop(s, tenant_id, call_id, why, IV_S("unspoken"));
}

void iv_slots_leave(struct iv_slots *s, struct iv_str tenant_id, struct iv_str call_id)
{
	struct slot *slot = slots_find(s, tenant_id, call_id);

	if (slot)
		forget(s, slot);
}

size_t iv_slots_held(const struct iv_slots *s)
{
	return s->states[SLOT_DIALLING] + s->states[SLOT_MEDIA];
}

void iv_slots_watch(struct iv_slots *s, void (*changed)(void *arg, size_t held), void *arg)
{
	s->changed = changed;
	s->changed_arg = arg;
}

/* ── begin and end ── */

void slots_hold_init(struct iv_slots *s)
{
	s->by_name = iv_map_new();
	for (int i = 0; i < SLOT_SLICES; i++)
		iv_list_init(&s->slices[i]);
	iv_list_init(&s->batches);
	iv_list_init(&s->due);
	iv_timer_init(&s->tick, s->d.loop, on_tick, s);
	iv_timer_init(&s->flush, s->d.loop, on_flush, s);
	s->ticked_us = iv_now_us();
	slots_renew_all(s, true); /* the first thing Redis hears from us, ahead of whoever asks for a slot */
	s->slice_due_us = s->ticked_us + slice_us(s);
	iv_timer_at(&s->tick, s->ticked_us);
}

void slots_hold_end(struct iv_slots *s)
{
	s->changed = NULL;
	iv_timer_stop(&s->tick);
	iv_timer_stop(&s->flush);
	for (int i = 0; i < SLOT_SLICES; i++)
		while (!iv_list_empty(&s->slices[i]))
			forget(s, IV_CONTAINER(s->slices[i].next, struct slot, node));
	while (!iv_list_empty(&s->batches)) {
		struct batch *b = IV_CONTAINER(s->batches.next, struct batch, node);

		iv_redis_forget(b->command);
		iv_list_remove(&b->node);
		free(b);
	}
	iv_map_free(s->by_name);
}
