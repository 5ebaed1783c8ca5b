/* How many calls there are at once and how many there may be, and who holds the slots. A tenant sees its own; the
 * platform, without a tenant, everybody's. */
#include "iv_limits.h"
#include "iv_slots.h"
#include "iv_sql.h"
#include "iv_time.h"

enum { CAMPAIGNS_MAX = 200, CARRIERS = 4, PAGE = 100, PAGE_MAX = 500, HOLDERS_MAX = 2000, CURSOR_DIGITS = 20 };

/* ── GET /telephony/limits ── */

struct limit {
	struct iv_str campaign_id, carrier;
	int64_t count, limit;
};

#define LIMIT_ROWS                                                                                 \
	IV_INT(struct limit, count, "count", IV_REQUIRED, 0, 0, "Calls at this moment"),           \
	IV_INT(struct limit, limit, "limit", IV_REQUIRED, 0, 0, "How many there may be; 0: no cap")

static const struct iv_field limit_fields[] = {LIMIT_ROWS, IV_FIELDS_END};
static const struct iv_shape limit_shape = {"CallLimit", sizeof(struct limit), limit_fields, NULL};
static const struct iv_field carrier_fields[] = {
	IV_STR(struct limit, carrier, "carrier", IV_REQUIRED, 0, 0, "jambonz, twilio, elevenlabs, browser"), LIMIT_ROWS,
	IV_FIELDS_END};
static const struct iv_shape carrier_shape = {"CarrierLimit", sizeof(struct limit), carrier_fields, NULL};
static const struct iv_field campaign_fields[] = {
	IV_STR(struct limit, campaign_id, "campaignId", IV_REQUIRED, 0, 0, "Campaign"), LIMIT_ROWS, IV_FIELDS_END};
static const struct iv_shape campaign_shape = {"CampaignLimit", sizeof(struct limit), campaign_fields, NULL};

struct limits {
	struct limit global, tenant;
	struct iv_objs carriers, campaigns;
	int64_t settling_ms;
};
static const struct iv_field limits_fields[] = {
	IV_OBJ(struct limits, global, "global", IV_REQUIRED, &limit_shape, "Calls of carriers, of all tenants"),
	IV_OBJ(struct limits, tenant, "tenant", IV_REQUIRED, &limit_shape, "Calls of this tenant, browsers' too"),
	IV_OBJS(struct limits, carriers, "carriers", IV_REQUIRED, CARRIERS, &carrier_shape, "By carrier, of all tenants"),
	IV_OBJS(struct limits, campaigns, "campaigns", IV_REQUIRED, CAMPAIGNS_MAX, &campaign_shape,
		"Campaigns of this tenant that have calls"),
	IV_INT(struct limits, settling_ms, "settlingMs", IV_REQUIRED, 0, 0,
	       "Above 0: Redis may have forgotten calls, and nobody is admitted for so long"),
	IV_FIELDS_END,
};
static const struct iv_shape limits_shape = {"CallLimits", sizeof(struct limits), limits_fields, NULL};

struct limits_state {
	struct iv_slots_look look;
	struct iv_slot_counts counts;
	struct iv_rows tenant, campaigns;
	struct limits out;
};

static enum iv_flow_next look(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct limits_state *st = c->state;

	return iv_slots_look_counts(c->s->slots, f, &st->look, &c->arena, c->who.tenant_id);
}

static enum iv_flow_next ask_caps(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct limits_state *st = c->state;
	struct iv_slot_tenant_cap_in tenant = {c->who.tenant_id};
	struct iv_slot_campaign_caps_in campaigns = {0};

	if (!iv_slots_counts(c->s->slots, &st->look, &c->arena, &st->counts, &f->err))
		return IV_FLOW_DONE;
	if (!c->who.tenant_id.len)
		return IV_FLOW_NEXT;
	campaigns.ids.items = iv_arena_alloc(&c->arena, (st->counts.campaign_count + 1) * sizeof(struct iv_str));
	if (!campaigns.ids.items)
		return iv_flow_fail(f, IV_ETOOBIG, "the counts do not fit");
	for (size_t i = 0; i < st->counts.campaign_count; i++)
		campaigns.ids.items[campaigns.ids.count++] = st->counts.campaigns[i].id;
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_slot_tenant_cap, &tenant, &st->tenant},
					       {&iv_sql_slot_campaign_caps, &campaigns, &st->campaigns}},
			 2);
}

/* A campaign's own cap, below the installation's. */
static int64_t campaign_limit(const struct iv_rows *rows, struct iv_str id, int64_t ceiling)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct iv_slot_campaign_caps_out *r = iv_slot_campaign_caps_at(rows, i);

		if (iv_str_eq(r->id, id))
			return ceiling > 0 && ceiling < r->cap ? ceiling : r->cap;
	}
	return ceiling;
}

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct limits_state *st = c->state;
	const struct iv_slot_counts *n = &st->counts;
	int64_t own = c->who.tenant_id.len ? iv_slot_tenant_cap_at(&st->tenant, 0)->cap : 0;
	struct limit *carriers = iv_arena_alloc(&c->arena, CARRIERS * sizeof(*carriers));
	struct limit *campaigns = iv_arena_alloc(&c->arena, (n->campaign_count + 1) * sizeof(*campaigns));

	if (!carriers || !campaigns)
		return iv_flow_fail(f, IV_ETOOBIG, "the counts do not fit");
	for (size_t i = 0; i < CARRIERS; i++)
		carriers[i] = (struct limit){.carrier = n->carriers[i].id, .count = n->carriers[i].count,
					     .limit = n->carriers[i].limit};
	for (size_t i = 0; i < n->campaign_count; i++)
		campaigns[i] = (struct limit){.campaign_id = n->campaigns[i].id,
					      .count = n->campaigns[i].count,
					      .limit = campaign_limit(&st->campaigns, n->campaigns[i].id, n->campaigns[i].limit)};
	st->out = (struct limits){
		.global = {.count = n->global.count, .limit = n->global.limit},
		.tenant = {.count = n->tenant.count, .limit = own ? own : c->s->cfg->max_concurrent_calls},
		.carriers = {carriers, CARRIERS},
		.campaigns = {campaigns, n->campaign_count},
		.settling_ms = n->settling_ms,
	};
	c->out = &st->out;
	return IV_FLOW_DONE;
}

/* ── GET /v1/slots ── */

struct slots_query {
	int64_t limit;
	struct iv_str cursor;
};
static void slots_query_defaults(void *object)
{
	((struct slots_query *)object)->limit = PAGE;
}
static const struct iv_field slots_query_fields[] = {
	IV_INT(struct slots_query, limit, "limit", 0, 1, PAGE_MAX, "About so many; some hundred at most are shown whole"),
	IV_STR(struct slots_query, cursor, "cursor", 0, 0, CURSOR_DIGITS, "nextCursor of the page before"),
	IV_FIELDS_END,
};
static const struct iv_shape slots_query_shape = {"slotsQuery", sizeof(struct slots_query), slots_query_fields,
						  slots_query_defaults};

struct holder {
	struct iv_str call_id, tenant_id, agent_id, campaign_id, carrier, reason, stage, owner, since;
	int64_t age_ms, lease_ms;
};
static const struct iv_field holder_fields[] = {
	IV_STR(struct holder, call_id, "callId", IV_REQUIRED, 0, 0, "Call"),
	IV_STR(struct holder, tenant_id, "tenantId", IV_REQUIRED, 0, 0, "Whose"),
	IV_STR(struct holder, agent_id, "agentId", 0, 0, 0, "Agent"),
	IV_STR(struct holder, campaign_id, "campaignId", 0, 0, 0, "Campaign it is dialled for"),
	IV_STR(struct holder, carrier, "carrier", IV_REQUIRED, 0, 0, "jambonz, twilio, elevenlabs, browser"),
	IV_STR(struct holder, reason, "reason", IV_REQUIRED, 0, 0, "inbound, outbound, realtime"),
	IV_STR(struct holder, stage, "stage", IV_REQUIRED, 0, 0, "taken, dialling, media"),
	IV_STR(struct holder, owner, "owner", IV_REQUIRED, 0, 0, "Instance that holds it"),
	IV_STR(struct holder, since, "since", IV_REQUIRED, 0, 0, "When it was taken"),
	IV_INT(struct holder, age_ms, "ageMs", IV_REQUIRED, 0, 0, "How long ago that was"),
	IV_INT(struct holder, lease_ms, "leaseMs", IV_REQUIRED, 0, 0, "Free after so long, unless it is renewed"),
	IV_FIELDS_END,
};
static const struct iv_shape holder_shape = {"Slot", sizeof(struct holder), holder_fields, NULL};

struct slots_page {
	struct iv_objs data;
	int64_t total;
	bool has_more;
	struct iv_str next_cursor;
};
static const struct iv_field page_fields[] = {
	IV_OBJS(struct slots_page, data, "data", IV_REQUIRED, HOLDERS_MAX, &holder_shape, "In no order"),
	IV_INT(struct slots_page, total, "total", IV_REQUIRED, 0, 0, "Slots in all"),
	IV_BOOL(struct slots_page, has_more, "hasMore", IV_REQUIRED, "There is a next page"),
	IV_STR(struct slots_page, next_cursor, "nextCursor", 0, 0, 0, "Of the next page; absent on the last"),
	IV_FIELDS_END,
};
static const struct iv_shape page_shape = {"SlotPage", sizeof(struct slots_page), page_fields, NULL};

struct slots_state {
	struct iv_slots_look look;
	struct slots_page out;
};

static enum iv_flow_next look_holders(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct slots_query *q = c->query;
	struct slots_state *st = c->state;

	for (size_t i = 0; i < q->cursor.len; i++)
		if (q->cursor.ptr[i] < '0' || q->cursor.ptr[i] > '9') {
			iv_api_bad(c, "?cursor", "is none that was given out");
			return iv_api_refuse_if_bad(c);
		}
	return iv_slots_look_holders(c->s->slots, f, &st->look, &c->arena, c->who.tenant_id, q->cursor, (int)q->limit);
}

static struct iv_str shown(struct iv_str s)
{
	return s.len ? s : IV_STR_NULL;
}

static struct holder holder_of(struct iv_api_call *c, const struct iv_slot_holder *h)
{
	char since[IV_TIME_SIZE];

	return (struct holder){.call_id = h->call_id, .tenant_id = h->tenant_id, .agent_id = shown(h->agent_id),
			       .campaign_id = shown(h->campaign_id), .carrier = h->carrier, .reason = h->reason,
			       .stage = h->stage, .owner = h->owner,
			       .since = iv_arena_str(&c->arena, iv_time_iso(h->since_ms, since)), .age_ms = h->age_ms,
			       .lease_ms = h->lease_ms};
}

static enum iv_flow_next tell_holders(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct slots_state *st = c->state;
	struct iv_slot_page page;
	struct holder *rows;

	if (!iv_slots_holders(&st->look, &c->arena, &page, &f->err))
		return IV_FLOW_DONE;
	rows = iv_arena_alloc(&c->arena, (page.count + 1) * sizeof(*rows));
	if (!rows)
		return iv_flow_fail(f, IV_ETOOBIG, "the page does not fit: ask for fewer rows");
	for (size_t i = 0; i < page.count; i++)
		rows[i] = holder_of(c, &page.holders[i]);
	st->out = (struct slots_page){{rows, page.count}, page.total, page.next.len > 0, page.next};
	c->out = &st->out;
	return IV_FLOW_DONE;
}

static const struct iv_flow_step limits_steps[] = {{"look", look}, {"caps", ask_caps}, {"tell", tell}, {0}};
static const struct iv_flow_step slots_steps[] = {{"look", look_holders}, {"tell", tell_holders}, {0}};
static const enum iv_code too_big[] = {IV_ETOOBIG, IV_OK};

const struct iv_api_route *iv_telephony_limit_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/telephony/limits", .id = "getCallLimits", .tag = "Calls",
		 .role = IV_ROLE_ANALYST, .out = &limits_shape, .status = 200, .state_size = sizeof(struct limits_state),
		 .steps = limits_steps, .errors = too_big, .doc = "How many calls there are at once, and how many there may be"},
		{.method = "GET", .path = "/v1/slots", .id = "listSlots", .tag = "Calls", .role = IV_ROLE_ANALYST,
		 .query = &slots_query_shape, .out = &page_shape, .status = 200, .state_size = sizeof(struct slots_state),
		 .steps = slots_steps, .errors = too_big, .doc = "Every call that holds a slot: since when, where, why"},
		{0},
	};

	return rows;
}
