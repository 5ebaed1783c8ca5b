/* May a call be placed? From a number that is the tenant's, to a country that is allowed, over a carrier that is
 * configured, within the limits. */
#include "dial_priv.h"

#include "iv_e164.h"
#include "iv_json.h"

static bool refuse(struct iv_dial_job *j, enum iv_code code, const char *field, const char *word, const char *text)
{
	j->refused_word = word;
	return iv_fail_field(&j->refused, code, field, "%s", text);
}

static void put_if(struct iv_jw *w, const char *name, struct iv_str value)
{
	if (value.len)
		iv_jw_str(w, name, value);
}

/* One of the statement's items. IV_STR_NULL: no room. */
static struct iv_str load_item(struct iv_dial_job *j)
{
	const struct iv_dial_ask *a = &j->ask;
	struct iv_str text = IV_STR_NULL;
	struct iv_buf out;
	struct iv_jw w;

	iv_buf_init(&out, DIAL_ARENA / 4);
	iv_jw_init(&w, &out);
	iv_jw_obj(&w, NULL);
	put_if(&w, "agent", a->agent_id);
	put_if(&w, "from", a->from);
	put_if(&w, "campaign", a->campaign_id);
	put_if(&w, "lead", a->lead_id);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&j->arena, iv_buf_str(&out));
	iv_buf_deinit(&out);
	return text;
}

enum iv_flow_next dial_load(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	if (j->d->draining)
		return iv_flow_fail(f, IV_EDRAINING, "this process is ending: it places no more calls");
	j->load.items = load_item(j);
	if (!j->load.items.len)
		return iv_flow_fail(f, IV_ETOOBIG, "the call does not fit");
	return iv_pg_join(j->d->s->pg, f, &j->joined, &j->scope, &j->arena, &iv_sql_dial_load, &j->load, &j->rows);
}

static bool is_sip(struct iv_str s)
{
	return iv_str_starts(s, IV_S("sip:")) || iv_str_starts(s, IV_S("sips:"));
}

/* ElevenLabs' agents are dialled by ElevenLabs; ours by whoever the number is with. */
static bool choose_carrier(struct iv_dial_job *j, const struct iv_dial_load_out *r)
{
	const struct iv_carriers *c = j->d->s->carriers;
	const char *fallback = j->d->s->cfg->default_carrier;
	enum iv_carrier named = iv_carrier_named(j->ask.carrier), theirs = iv_carrier_named(r->number_carrier);

	if (r->hosted) {
		if (j->ask.carrier.len && named != IV_ELEVENLABS)
			return refuse(j, IV_EINVAL, "carrier", "no_carrier", "must be elevenlabs: it hosts the agent");
		j->plan.carrier = IV_ELEVENLABS;
		return iv_carriers_has(c, IV_ELEVENLABS) ||
		       refuse(j, IV_EUNSUPPORTED, "carrier", "no_carrier", "elevenlabs is not configured");
	}
	if (j->ask.carrier.len) {
		j->plan.carrier = named;
		if (named != IV_JAMBONZ && named != IV_TWILIO)
			return refuse(j, IV_EINVAL, "carrier", "no_carrier", "must be jambonz or twilio");
		return iv_carriers_has(c, named) ||
		       refuse(j, IV_EUNSUPPORTED, "carrier", "no_carrier", "this carrier is not configured");
	}
	if (theirs < IV_ELEVENLABS && iv_carriers_has(c, theirs))
		j->plan.carrier = theirs;
	else if (iv_carriers_has(c, iv_carrier_named(iv_str(fallback))))
		j->plan.carrier = iv_carrier_named(iv_str(fallback));
	else
		j->plan.carrier = iv_carriers_has(c, IV_JAMBONZ) ? IV_JAMBONZ : IV_TWILIO;
	return iv_carriers_has(c, j->plan.carrier) ||
	       refuse(j, IV_EUNSUPPORTED, "carrier", "no_carrier", "no carrier is configured");
}

static bool check_from(struct iv_dial_job *j, const struct iv_dial_load_out *r)
{
	j->plan.number_id = r->number_id;
	j->plan.number_ref = r->number_ref;
	j->plan.from = r->number_id.len ? r->number : j->ask.from;
	if (!r->number_id.len && !r->caller_id)
		return refuse(j, IV_EINVAL, "from", "caller_id_not_allowed",
			      j->ask.from.len ? "is not a number of this tenant" : "is required: the tenant has no number");
	return !r->hosted || r->number_ref.len ||
	       refuse(j, IV_EINVAL, "from", "caller_id_not_allowed", "is not known to elevenlabs, which hosts the agent");
}

static bool check_to(struct iv_dial_job *j, const struct iv_dial_load_out *r)
{
	struct iv_str list = r->countries.len ? r->countries : iv_str(j->d->s->cfg->allowed_countries);

	if (is_sip(j->ask.to))
		return true;
	if (!iv_e164_ok(j->ask.to))
		return refuse(j, IV_EINVAL, "to", "bad_number",
			      "must be an E.164 number (+ and 7 to 15 digits) or a SIP address");
	return iv_e164_allowed(list, j->ask.to) ||
	       refuse(j, IV_EINVAL, "to", "country_not_allowed", "is in a country that calls may not go to");
}

static enum iv_amd amd_of(const struct iv_dial_job *j, const struct iv_dial_load_out *r)
{
	if (j->ask.amd >= 0)
		return (enum iv_amd)j->ask.amd;
	return iv_str_eq(r->voicemail, IV_S("message"))	 ? IV_AMD_MESSAGE_END
	       : iv_str_eq(r->voicemail, IV_S("hangup")) ? IV_AMD_DETECT
							 : IV_AMD_OFF;
}

static bool can_dial(const struct iv_dial_job *j, const struct iv_dial_load_out *r)
{
	const struct iv_carriers *c = j->d->s->carriers;

	return r->agent_id.len &&
	       (r->hosted || j->ask.carrier.len || iv_carriers_has(c, IV_JAMBONZ) || iv_carriers_has(c, IV_TWILIO));
}

enum iv_flow_next dial_judge(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	const struct iv_dial_load_out *r = iv_dial_load_at(&j->rows, 0);

	j->plan.none = !can_dial(j, r);
	if (j->plan.none) {
		if (!r->agent_id.len)
			(void)refuse(j, IV_ENOENT, "agentId", "no_agent", "names no agent that is active");
		else
			(void)refuse(j, IV_EUNSUPPORTED, "carrier", "no_carrier", "no carrier is configured");
		return IV_FLOW_NEXT;
	}
	j->plan.hosted = r->hosted;
	j->plan.agent_ref = r->agent_ref;
	j->plan.amd = amd_of(j, r);
	j->plan.campaign_id = r->campaign_id;
	j->plan.lead_id = r->lead_id;
	if (j->ask.campaign_id.len && !r->campaign_id.len)
		(void)refuse(j, IV_EINVAL, "campaignId", "no_campaign", "names no campaign");
	else if (j->ask.lead_id.len && !r->lead_id.len)
		(void)refuse(j, IV_EINVAL, "leadId", "no_lead", "names no lead");
	else if (check_to(j, r) && check_from(j, r) && choose_carrier(j, r))
		j->slot_ask = (struct iv_slot_ask){.tenant_id = j->ask.tenant_id,
						   .call_id = j->ask.call_id,
						   .agent_id = j->ask.agent_id,
						   .campaign_id = j->plan.campaign_id,
						   .carrier = iv_carrier_names[j->plan.carrier],
						   .reason = "outbound",
						   .tenant_max = r->tenant_max == IV_SQL_NULL ? 0 : r->tenant_max,
						   .campaign_max = r->campaign_max == IV_SQL_NULL ? 0 : r->campaign_max};
	return IV_FLOW_NEXT;
}

enum iv_flow_next dial_take(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	if (j->refused.code != IV_OK)
		return IV_FLOW_NEXT;
	return iv_slots_take(j->d->s->slots, f, &j->slots_run, &j->slot_ask, &j->answer.slots);
}

enum iv_flow_next dial_taken(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	const struct iv_slot_verdict *v = &j->answer.slots;

	if (j->refused.code != IV_OK)
		return IV_FLOW_NEXT;
	j->plan.slots = v->granted && !v->over;
	if (v->over)
		return IV_FLOW_NEXT; /* so its row says too */
	if (v->granted) {
		iv_slots_hold(j->d->s->slots, &j->slot_ask, IV_SLOT_DIALLING);
		return IV_FLOW_NEXT;
	}
	j->answer.retry_after_s = v->retry_ms > 0 ? (v->retry_ms + 999) / 1000 : 5;
	j->refused_word = "quota_exceeded";
	(void)iv_fail(&j->refused, IV_EQUOTA, "%s: %lld of %lld calls are up", v->scope ? v->scope : "limit",
		      (long long)v->count, (long long)v->limit);
	return IV_FLOW_NEXT;
}
