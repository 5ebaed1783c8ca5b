/* A call on our Twilio line whose agent ElevenLabs hosts: it is asked what Twilio is to do, and that is passed on. When it
 * does not say in time the caller hears that we are sorry, and the call is over. */
#include "telephony.h"

#include "iv_log.h"

static bool is_hosted(const struct hook *h)
{
	return h->fresh && h->row->carrier == WORD_TWILIO && h->row->kind == HOOK_CALL && h->agent_ref.len && !h->over &&
	       !h->held && !h->final && !h->refused;
}

enum iv_flow_next hook_hosted(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;

	h->rows = (struct iv_rows){0};
	if (!is_hosted(h))
		return IV_FLOW_NEXT;
	return iv_pg_one(c->s->pg, f, &c->pg, &h->scope, &c->arena, &iv_sql_line_hosted,
			 &(struct iv_line_hosted_in){.tenant = h->tenant_id, .call = h->call_id}, &h->rows);
}

enum iv_flow_next hook_register(struct iv_flow *f)
{
	struct hook *h = hook_self(f);
	struct iv_api_call *c = h->c;

	if (!is_hosted(h))
		return IV_FLOW_NEXT;
	h->registering = (struct iv_convai_call){.agent_id = h->agent_ref,
						 .from = h->is.from,
						 .to = h->is.to,
						 .tenant_id = h->tenant_id,
						 .call_id = h->call_id,
						 .variables = iv_line_hosted_at(&h->rows, 0)->variables};
	return iv_convai_register(c->s->carriers, f, &h->vendor, &c->arena, &h->registering, &h->registered);
}

enum iv_flow_next hook_registered(struct iv_flow *f)
{
	struct hook *h = hook_self(f);

	if (!is_hosted(h))
		return IV_FLOW_NEXT;
	if (h->registered.said == IV_SAID_DONE && iv_str_find(h->registered.body, IV_S("<Response"), 0) >= 0) {
		h->document = h->registered.body;
		return IV_FLOW_NEXT;
	}
	iv_warn("call.not_registered", IV_LV("call_id", h->call_id), IV_LV("tenant_id", h->tenant_id),
		IV_LV("why", h->registered.why), IV_LI("status", h->registered.status));
	h->todo = (struct iv_line_do){.verb = IV_LINE_SORRY};
	h->has_todo = true;
	h->closes = true;
	h->end_status = IV_S("failed");
	h->end_reason = IV_S("no_media");
	h->failure = IV_S("not_registered");
	return IV_FLOW_NEXT;
}
