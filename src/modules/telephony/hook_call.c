/* Whose call a hook is about; and a call that begins: its row, once, and its slots. */
#include "telephony.h"

#include <stdio.h>
#include "iv_calls.h"
#include "iv_events.h"
#include "iv_id.h"
#include "iv_log.h"
#include "iv_metrics.h"

/* As calls_refused_total has them. */
enum { REFUSED_AGENT = 2, REFUSED_LIMIT = 3, REFUSED_DRAINING = 4 };

/* The end of a call may overtake its beginning, which a carrier sends again for as long as nobody answers. */
enum { ENDED_MS = 10 * 60000, ENDED_KEY_SIZE = 192 };

/* ── finding it ── */

static struct iv_str named(const struct hook *h)
{
	struct iv_str id = iv_api_param(h->c, "id");

	if (id.len)
		return id;
	/* The address of a Jambonz hook is not signed, what it was given with the call is; Twilio signs the address. */
	return h->row->carrier == WORD_JAMBONZ && !h->row->generic ? h->is.tag_call : h->named_call;
}

/* The tenant that is meant; "": whoever's it is. Our own ids are read in it, the carrier's where a credential is one's. */
static struct iv_str meant(const struct hook *h)
{
	return h->row->generic ? h->tenant_id : h->row->carrier == WORD_JAMBONZ ? h->is.tag_tenant : h->named_tenant;
}

static struct iv_str or_null(struct iv_str s)
{
	return s.len ? s : IV_STR_NULL;
}

enum iv_flow_next hook_find(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;
	struct iv_str alias = h->is.provider_id.len ? h->is.provider_id : iv_api_param(c, "id");
	struct iv_line_hook_in in = {.carrier = iv_str(word_carriers[h->row->carrier]),
				     .alias = or_null(alias),
				     .alias_tenant = h->row->generic ? or_null(h->tenant_id) : IV_STR_NULL,
				     .call_tenant = or_null(meant(h)),
				     .provider_id = h->is.provider_id.ptr ? h->is.provider_id : IV_S("")};

	if (h->row->kind == HOOK_WHISPER)
		return IV_FLOW_NEXT;
	/* What the leg of a dial brings of its parent's is not its own. */
	if (!h->is.parent_id.len)
		in.call = or_null(named(h));
	if (h->row->kind == HOOK_CALL && !h->is.outbound)
		in.called = or_null(h->is.to);
	in.next = hook_news(h, &in.facts);
	return iv_pg_one(c->s->pg, f, &c->pg, &(struct iv_scope){0}, &c->arena, &iv_sql_line_hook, &in, &h->found);
}

static const struct iv_line_hook_out *found(const struct hook *h)
{
	static const struct iv_line_hook_out nothing;

	return h->found.count ? iv_line_hook_at(&h->found, 0) : &nothing;
}

/* "sid=TENANT/AGENT, …" */
static bool by_application(struct hook *h)
{
	struct iv_str rest = iv_str(h->c->s->cfg->jambonz_applications), one;

	while (h->is.application.len && iv_str_split(&rest, ',', &one)) {
		struct iv_str sid = IV_STR_NULL, tenant = IV_STR_NULL;

		one = iv_str_trim(one);
		if (!iv_str_split(&one, '=', &sid) || !iv_str_eq(iv_str_trim(sid), h->is.application) ||
		    !iv_str_split(&one, '/', &tenant))
			continue;
		h->tenant_id = iv_str_trim(tenant);
		h->agent_id = iv_str_trim(one);
		return h->tenant_id.len && h->agent_id.len;
	}
	return false;
}

/* Who answers: by the number that was called, else by the application, else who is named, else the default. A
 * credential of a tenant's answers for that tenant alone. */
static bool pick_agent(struct hook *h)
{
	const struct iv_config *cfg = h->c->s->cfg;
	struct iv_str house = iv_str(cfg->realtime_tenant_id), own = h->tenant_id, wanted = h->q.agent_id;
	const struct iv_line_hook_out *r = found(h)->number_id.len ? found(h) : NULL;

	if (r && (!own.len || iv_str_eq(own, r->number_tenant))) {
		h->tenant_id = own = r->number_tenant;
		h->number_id = r->number_id;
		h->agent_id = r->number_agent;
		if (h->agent_id.len)
			return true;
	} else if (!own.len && by_application(h)) {
		return true;
	}
	h->tenant_id = own.len ? own : house;
	if (!wanted.len && (h->row->generic || !r))
		wanted = iv_arena_str(&h->c->arena, iv_api_header(h->c, "x-agent-id"));
	if (!wanted.len && iv_str_eq(h->tenant_id, house))
		wanted = iv_str(cfg->telephony_default_agent);
	h->agent_id = wanted;
	return h->tenant_id.len && iv_id_acceptable(h->agent_id);
}

static struct iv_str ended_key(const struct hook *h, char out[ENDED_KEY_SIZE])
{
	(void)snprintf(out, ENDED_KEY_SIZE, "hook:ended:%s:%.*s", word_carriers[h->row->carrier], IV_FMT(h->is.provider_id));
	return iv_str(out);
}

static void remember_end(struct hook *h)
{
	char key[ENDED_KEY_SIZE], ttl[24];

	(void)snprintf(ttl, sizeof(ttl), "%d", ENDED_MS);
	/* Lost with Redis: then the carrier is asked, a minute later. */
	(void)iv_redis_send(h->c->s->redis,
			    (const struct iv_str[]){IV_S("SET"), ended_key(h, key), h->status, IV_S("PX"), iv_str(ttl)}, 5);
}

void hook_tell(struct hook *h, const char *kind)
{
	char name[IV_CALL_NAME_SIZE];

	if (h->c->s->events)
		iv_events_publish(h->c->s->events, h->tenant_id, iv_call_name(h->tenant_id, h->call_id, name), iv_str(kind),
				  IV_S("{}"));
}

/* What was said of it is in the books. */
static void take_found(struct hook *h, const struct iv_line_hook_out *r)
{
	h->tenant_id = r->tenant_id;
	h->call_id = r->call_id;
	h->agent_id = r->agent_id;
	h->over = r->over;
	h->held = r->held;
	h->hosted = r->hosted;
	if (r->rang)
		hook_tell(h, "call.ringing");
	if (r->answered)
		hook_tell(h, "call.answered");
}

enum iv_flow_next hook_found(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	bool known = found(h)->call_id.len > 0;
	bool rings = h->row->kind == HOOK_CALL && !h->is.outbound;

	if (known)
		take_found(h, found(h));
	if (!known && rings && !h->final) {
		if (pick_agent(h)) {
			h->fresh = true;
		} else {
			iv_metric_add(IV_M_calls_refused_total, REFUSED_AGENT, 1);
			iv_info("call.declined", IV_LS("carrier", word_carriers[h->row->carrier]),
				IV_LS("why", "the number is nobody's, or has no agent"));
			return hook_decline(h, 404);
		}
	}
	if (!known && h->row->kind == HOOK_STATUS && h->final && h->is.provider_id.len)
		remember_end(h);
	h->scope = (struct iv_scope){.tenant_id = h->tenant_id};
	return IV_FLOW_NEXT;
}

/* ── a new one ── */

/* Which campaign it says it belongs to. The first platform called none "default". */
static struct iv_str named_campaign(const struct hook *h)
{
	struct iv_str said = iv_api_header(h->c, "x-campaign-id");

	if (h->row->carrier != WORD_JAMBONZ)
		return IV_STR_NULL;
	if (!said.len)
		said = h->is.campaign;
	return said.len && !iv_str_eq(said, IV_S("default")) && iv_id_acceptable(said) ? said : IV_STR_NULL;
}

static struct iv_str facts_of_new(struct hook *h)
{
	struct iv_str text = IV_STR_NULL, campaign = named_campaign(h);
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 4096);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	if (h->is.second_id.ptr)
		iv_jw_str(&w, "second_id", h->is.second_id);
	if (h->is.trunk.ptr)
		iv_jw_str(&w, "trunk", h->is.trunk);
	if (h->is.application.ptr)
		iv_jw_str(&w, "application", h->is.application);
	if (campaign.len)
		iv_jw_str(&w, "campaign", campaign);
	if (h->is.caller_name.ptr)
		iv_jw_str(&w, "caller_name", h->is.caller_name);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&h->c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return text.ptr ? text : IV_S("{}");
}

enum iv_flow_next hook_take(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;
	char id[IV_ID_SIZE];

	if (!h->fresh)
		return IV_FLOW_NEXT;
	if (c->s->telephony->draining) {
		iv_metric_add(IV_M_calls_refused_total, REFUSED_DRAINING, 1);
		iv_api_retry_after(c, 1);
		return iv_flow_fail(f, IV_EDRAINING, "this process takes no more calls");
	}
	if (!c->s->cfg->public_base_url[0] || !iv_secret_set(c->s->cfg->realtime_ws_secret))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "PUBLIC_BASE_URL and REALTIME_WS_SECRET say where media goes: set them");
	iv_id_new("call", iv_wall_ms(), id);
	struct iv_line_take_inbound_in in = {.tenant = h->tenant_id, .call = iv_str(id),
					     .carrier = iv_str(word_carriers[h->row->carrier]),
					     .provider_id = h->is.provider_id, .agent = h->agent_id,
					     .number_id = h->number_id.len ? h->number_id : IV_STR_NULL,
					     .from_number = h->is.from, .to_number = h->is.to, .more = facts_of_new(h)};

	return iv_pg_one(c->s->pg, f, &c->pg, &h->scope, &c->arena, &iv_sql_line_take_inbound, &in, &h->rows);
}

enum iv_flow_next hook_taken(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	const struct iv_line_take_inbound_out *r;

	if (!h->fresh)
		return IV_FLOW_NEXT;
	r = iv_line_take_inbound_at(&h->rows, 0);
	if (r->refusal.len) {
		iv_metric_add(IV_M_calls_refused_total, REFUSED_AGENT, 1);
		iv_info("call.declined", IV_LS("carrier", word_carriers[h->row->carrier]),
			IV_LS("why", "its agent is not active"), IV_LV("tenant_id", h->tenant_id));
		return hook_decline(h, 404);
	}
	h->call_id = r->call_id;
	h->agent_id = r->agent_id;
	h->over = r->over;
	h->held = r->held;
	h->agent_ref = r->hosted;
	h->tenant_max = r->tenant_max == IV_SQL_NULL ? 0 : r->tenant_max;
	h->campaign_id = r->campaign_id;
	h->campaign_max = r->campaign_max == IV_SQL_NULL ? 0 : r->campaign_max;
	if (r->made)
		hook_tell(h, "call.ringing");
	if (r->made && named_campaign(h).len && !h->campaign_id.len)
		iv_info("call.unknown_campaign", IV_LV("call_id", h->call_id), IV_LV("tenant_id", h->tenant_id),
			IV_LV("campaign_id", named_campaign(h)));
	return IV_FLOW_NEXT;
}

static enum iv_flow_next ask_ended(struct iv_flow *f, void *arg)
{
	struct hook *h = arg;
	char key[ENDED_KEY_SIZE];

	return iv_redis_cmd(h->c->s->redis, f, &h->redis, &h->c->arena,
			    (const struct iv_str[]){IV_S("GET"), ended_key(h, key)}, 2, &h->ended);
}

/* After its row is there: who hears of the end from now on finds it. */
enum iv_flow_next hook_recall(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	return h->fresh && !h->over && !h->held && h->is.provider_id.len ? hook_try(h->c, &h->attempt, ask_ended, h)
									 : IV_FLOW_NEXT;
}

enum iv_flow_next hook_recalled(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	if (h->ended.kind == IV_REPLY_TEXT) {
		h->status = h->ended.s;
		h->final = true;
	}
	return IV_FLOW_NEXT;
}

/* ── its slots ── */

static void give_back(void *arg)
{
	struct hook *h = arg;

	iv_slots_drop_unspoken(h->c->s->slots, h->tenant_id, h->call_id, IV_SLOT_REFUSED);
}

enum iv_flow_next hook_slots(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	if (!h->fresh || h->over || h->held || h->final)
		return IV_FLOW_NEXT;
	h->ask = (struct iv_slot_ask){.tenant_id = h->tenant_id,
				      .call_id = h->call_id,
				      .agent_id = h->agent_id,
				      .carrier = word_carriers[h->row->carrier],
				      .campaign_id = h->campaign_id,
				      .reason = "inbound",
				      .tenant_max = h->tenant_max,
				      .campaign_max = h->campaign_max};
	return iv_slots_take(h->c->s->slots, f, &h->slots, &h->ask, &h->verdict_of_slots);
}

enum iv_flow_next hook_granted(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	const struct iv_slot_verdict *v = &h->verdict_of_slots;
	char why[64];

	if (!h->fresh || h->over || h->held || h->final)
		return IV_FLOW_NEXT;
	if (v->over) { /* its last word was quicker than we are */
		h->over = true;
		return IV_FLOW_NEXT;
	}
	if (v->granted) {
		/* Ours until its media comes to whichever process, or the carrier says that it is over. */
		iv_undo_push(f, &h->undo_slots, give_back, h);
		iv_slots_hold(h->c->s->slots, &h->ask, IV_SLOT_DIALLING);
		return IV_FLOW_NEXT;
	}
	(void)snprintf(why, sizeof(why), "limit_%s", v->scope);
	iv_metric_add(IV_M_calls_refused_total, REFUSED_LIMIT, 1);
	iv_info("call.declined", IV_LS("carrier", word_carriers[h->row->carrier]), IV_LS("why", why),
		IV_LI("limit", v->limit), IV_LV("tenant_id", h->tenant_id), IV_LV("call_id", h->call_id));
	h->refused = h->closes = true;
	h->end_status = IV_S("busy");
	h->end_reason = IV_S("limit");
	h->failure = iv_arena_str(&h->c->arena, iv_str(why));
	return IV_FLOW_NEXT;
}
