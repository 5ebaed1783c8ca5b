/* Without Redis: what this process knows of its own calls, and the policy. */
#include "slots_priv.h"

#include "iv_metrics.h"

static bool in_scope(const struct slot *slot, const struct iv_slot_ask *ask, enum slot_scope scope)
{
	bool ours = iv_str_eq(iv_str(slot->tenant), ask->tenant_id);

	switch (scope) {
	case SCOPE_GLOBAL:
		return strcmp(slot->carrier, "browser") != 0;
	case SCOPE_CARRIER:
		return strcmp(slot->carrier, ask->carrier) == 0;
	case SCOPE_TENANT:
		return ours;
	case SCOPE_AGENT:
		return ours && iv_str_eq(iv_str(slot->agent), ask->agent_id);
	case SCOPE_CAMPAIGN:
		return ours && iv_str_eq(iv_str(slot->campaign), ask->campaign_id);
	case SCOPES:
		break;
	}
	return false;
}

static bool counts_in(const struct iv_slot_ask *ask, enum slot_scope scope)
{
	return scope == SCOPE_GLOBAL     ? strcmp(ask->carrier, "browser") != 0
	       : scope == SCOPE_AGENT    ? ask->agent_id.len > 0
	       : scope == SCOPE_CAMPAIGN ? ask->campaign_id.len > 0
					 : true;
}

static int64_t count(const struct iv_slots *s, const struct iv_slot_ask *ask, enum slot_scope scope)
{
	int64_t n = 0, now_us = iv_now_us();

	for (int i = 0; i < SLOT_SLICES; i++)
		IV_LIST_EACH(node, &s->slices[i])
		{
			const struct slot *slot = IV_CONTAINER(node, struct slot, node);

			n += in_scope(slot, ask, scope) && (slot->state != SLOT_TAKEN || now_us < slot->until_us);
		}
	return n;
}

void slots_decide_locally(struct iv_slots *s, const struct iv_slot_ask *ask, const int64_t limits[SCOPES],
			  struct iv_slot_verdict *v)
{
	static const char *const names[] = {"global", "carrier", "tenant", "agent", "campaign"};
	int64_t mine = (int64_t)(iv_slots_held(s) + s->states[SLOT_TAKEN]), limit = s->d.cfg->slots_local_max;
	int64_t n = count(s, ask, SCOPE_TENANT);

	*v = (struct iv_slot_verdict){.local = true};
	if (slots_find(s, ask->tenant_id, ask->call_id)) {
		*v = (struct iv_slot_verdict){.granted = true, .local = true, .limit = limits[SCOPE_TENANT], .count = n};
		return;
	}
	if (strcmp(s->d.cfg->slots_policy, "closed") == 0) {
		v->scope = "redis";
		return;
	}
	if (mine >= limit) {
		*v = (struct iv_slot_verdict){.local = true, .scope = "instance", .limit = limit, .count = mine};
		return;
	}
	for (int i = 0; i < SCOPES; i++) {
		int64_t there = limits[i] > 0 && counts_in(ask, (enum slot_scope)i) ? count(s, ask, (enum slot_scope)i) : 0;

		if (limits[i] > 0 && there >= limits[i]) {
			*v = (struct iv_slot_verdict){.local = true, .scope = names[i], .limit = limits[i], .count = there};
			return;
		}
	}
	*v = (struct iv_slot_verdict){.granted = true, .local = true, .limit = limits[SCOPE_TENANT], .count = n + 1};
}
