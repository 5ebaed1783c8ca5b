/* The slots of a session: held while it lives here. Who brought it took them: a hook, the API, or its own arrival. */
#include "session.h"

void slots_hold(struct session *s)
{
	static const char *const carriers[] = {"browser", "jambonz", "twilio"};

	if (s->g->d.slots && s->tenant_id[0])
		iv_slots_hold(s->g->d.slots,
			      &(struct iv_slot_ask){.tenant_id = iv_str(s->tenant_id),
						    .call_id = iv_str(s->call_id),
						    .agent_id = iv_str(s->agent_id),
						    .campaign_id = iv_str(s->campaign_id),
						    .carrier = carriers[s->leg.kind],
						    .reason = s->slot_reason},
			      IV_SLOT_MEDIA);
}

void slots_drop(struct session *s)
{
	if (s->g->d.slots && s->tenant_id[0])
		iv_slots_drop(s->g->d.slots, iv_str(s->tenant_id), iv_str(s->call_id), IV_SLOT_COMPLETED);
}
