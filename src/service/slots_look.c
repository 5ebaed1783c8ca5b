/* Who holds slots, for people. */
#include "slots_priv.h"

#include <stdio.h>

enum { CARRIERS = 4, COUNTS_HEAD = 3 + CARRIERS, HOLDER_VALUES = 10, LIST_HEAD = 3 };

static enum iv_flow_next ask(struct iv_slots *s, struct iv_flow *f, struct iv_slots_look *l, struct iv_arena *a,
			     const struct iv_str *argv, size_t argc)
{
	l->reply = (struct iv_reply){0};
	return iv_redis_script(s->d.redis, f, &l->redis, a, &iv_lua_slots, (const struct iv_str[]){slots_epoch_key()}, 1, argv,
			       argc, &l->reply);
}

/* ── counts ── */

enum iv_flow_next iv_slots_look_counts(struct iv_slots *s, struct iv_flow *f, struct iv_slots_look *l,
				       struct iv_arena *a, struct iv_str tenant_id)
{
	struct iv_str argv[SLOT_ARGS + 1 + CARRIERS];

	slots_args(s, "count", argv);
	argv[SLOT_ARGS] = tenant_id;
	for (int i = 0; i < CARRIERS; i++)
		argv[SLOT_ARGS + 1 + i] = iv_str(slots_carriers[i]);
	return ask(s, f, l, a, argv, IV_COUNT(argv));
}

bool iv_slots_counts(const struct iv_slots *s, const struct iv_slots_look *l, struct iv_arena *a,
		     struct iv_slot_counts *out, struct iv_err *e)
{
	const struct iv_config *cfg = s->d.cfg;
	const int64_t limits[CARRIERS] = {cfg->jambonz_max, cfg->twilio_max, cfg->elevenlabs_max, 0};
	const struct iv_reply *r = l->reply.items;

	*out = (struct iv_slot_counts){0};
	if (l->reply.kind != IV_REPLY_LIST || l->reply.count < COUNTS_HEAD)
		return iv_fail(e, IV_EINTERNAL, "redis: the counts of slots are incomplete");
	out->settling_ms = r[0].i;
	out->global = (struct iv_slot_count){.count = r[1].i, .limit = cfg->global_max};
	out->tenant = (struct iv_slot_count){.count = r[2].i};
	for (size_t i = 0; i < CARRIERS; i++)
		out->carriers[i] = (struct iv_slot_count){iv_str(slots_carriers[i]), r[3 + i].i, limits[i]};
	out->campaigns = iv_arena_alloc(a, (l->reply.count - COUNTS_HEAD) / 2 * sizeof(*out->campaigns) + 1);
	if (!out->campaigns)
		return iv_fail(e, IV_ETOOBIG, "the counts of slots do not fit");
	for (size_t i = COUNTS_HEAD; i + 1 < l->reply.count; i += 2)
		out->campaigns[out->campaign_count++] = (struct iv_slot_count){r[i].s, r[i + 1].i, cfg->per_campaign_max};
	return true;
}

/* ── holders ── */

enum iv_flow_next iv_slots_look_holders(struct iv_slots *s, struct iv_flow *f, struct iv_slots_look *l,
					struct iv_arena *a, struct iv_str tenant_id, struct iv_str cursor, int count)
{
	struct iv_str argv[SLOT_ARGS + 3];
	char number[24];

	(void)snprintf(number, sizeof(number), "%d", count);
	slots_args(s, "list", argv);
	argv[SLOT_ARGS] = tenant_id;
	argv[SLOT_ARGS + 1] = cursor.len ? cursor : IV_S("0");
	argv[SLOT_ARGS + 2] = iv_str(number);
	return ask(s, f, l, a, argv, IV_COUNT(argv));
}

static struct iv_slot_holder holder(const struct iv_reply *r, int64_t now_ms)
{
	struct iv_slot_holder h = {.tenant_id = r[0].s, .call_id = r[1].s, .agent_id = r[2].s, .campaign_id = r[3].s,
				   .carrier = r[4].s, .reason = r[5].s, .stage = r[6].s, .owner = r[7].s,
				   .lease_ms = r[9].i};

	if (iv_str_to_i64(r[8].s, &h.since_ms) && now_ms > h.since_ms)
		h.age_ms = now_ms - h.since_ms;
	return h;
}

bool iv_slots_holders(const struct iv_slots_look *l, struct iv_arena *a, struct iv_slot_page *out, struct iv_err *e)
{
	const struct iv_reply *r = l->reply.items;
	size_t room;

	*out = (struct iv_slot_page){0};
	if (l->reply.kind != IV_REPLY_LIST || l->reply.count < LIST_HEAD)
		return iv_fail(e, IV_EINTERNAL, "redis: the list of slots is incomplete");
	room = (l->reply.count - LIST_HEAD) / HOLDER_VALUES;
	out->holders = iv_arena_alloc(a, (room + 1) * sizeof(*out->holders));
	if (!out->holders)
		return iv_fail(e, IV_ETOOBIG, "the list of slots does not fit");
	out->next = iv_str_eq(r[0].s, IV_S("0")) ? IV_STR_NULL : r[0].s;
	out->total = r[1].i;
	for (; out->count < room; out->count++)
		out->holders[out->count] = holder(r + LIST_HEAD + out->count * HOLDER_VALUES, r[2].i);
	return true;
}
