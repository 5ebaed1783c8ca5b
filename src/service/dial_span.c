/* The placing of a call as a span: below the request that asked for it, or the root of a trace when a campaign did. What
 * comes of the call stands below it: its traceparent goes with the call to the carrier and comes back in our hooks. */
#include "dial_priv.h"

#include "iv_trace.h"

void dial_span_begin(struct iv_dial_job *j, const struct iv_span *parent)
{
	j->span = parent ? iv_trace_child(parent, "dial", IV_SPAN_INTERNAL) : iv_trace_root("dial", IV_SPAN_INTERNAL, NULL);
	iv_span_set(j->span, "invorto.call.id", j->ask.call_id);
	iv_span_set(j->span, "invorto.tenant.id", j->ask.tenant_id);
	iv_span_set(j->span, "invorto.campaign.id", j->ask.campaign_id);
	iv_span_set(j->span, "gen_ai.agent.id", j->ask.agent_id);
}

void dial_span_end(struct iv_dial_job *j)
{
	static const char *const results[] = {"placed", "not_placed", "unknown"};

	if (!j->plan.none)
		iv_span_set_word(j->span, "invorto.carrier", iv_carrier_names[j->plan.carrier]);
	if (j->asked)
		iv_span_set_word(j->span, "invorto.dial.result", results[j->told.placed]);
	if (j->asked && j->told.placed != IV_PLACED)
		iv_span_error(j->span, j->told.why.ptr);
	else if (!j->asked)
		iv_span_error(j->span, j->refused_word ? j->refused_word : iv_code_info(j->flow.err.code)->name);
	iv_trace_finish(j->span);
	j->span = NULL;
}
