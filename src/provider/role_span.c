/* A span for each provider that is asked, whatever comes of it: the next of the list has its own, beside it. Named and
 * described as OpenTelemetry's conventions for generative AI have it; they know no recognisers and synthesisers, whose
 * operations are named in their spirit. */
#include "role_span.h"

static const char *const operations[ROLES] = {"speech_to_text", "chat", "text_to_speech"};
static const char *const vendors[] = {"deepgram", "openai", "elevenlabs"}; /* by enum vendor */

void role_walk_trace(struct role_walk *w, struct iv_span *span)
{
	w->parent = iv_trace_hold(span);
}

void role_walk_deinit(struct role_walk *w)
{
	iv_trace_finish(w->span); /* none, unless a stream ended without saying how */
	iv_trace_drop(w->parent);
	w->span = w->parent = NULL;
}

void role_span_begin(struct role_walk *w)
{
	struct iv_url u;

	iv_trace_finish(w->span);
	w->span = iv_trace_child(w->parent, operations[w->role], IV_SPAN_CLIENT);
	if (!iv_span_records(w->span))
		return;
	iv_span_set_word(w->span, "gen_ai.operation.name", operations[w->role]);
	iv_span_set_word(w->span, "gen_ai.provider.name", vendors[w->now->vendor]);
	iv_span_set(w->span, "invorto.provider", iv_str(w->now->name));
	if (iv_url_parse(iv_str(w->now->base_url), &u, NULL)) {
		iv_span_set(w->span, "server.address", u.host);
		iv_span_set_int(w->span, "server.port", u.port);
	}
}

void role_walk_wants(struct role_walk *w, struct iv_str model, struct iv_str call_id)
{
	iv_span_name(w->span, "%s %.*s", operations[w->role], IV_FMT(model));
	iv_span_set(w->span, "gen_ai.request.model", model);
	iv_span_set(w->span, "gen_ai.conversation.id", call_id);
}

void role_walk_first(struct role_walk *w)
{
	int64_t now = iv_now_us();

	if (!iv_span_records(w->span))
		return;
	iv_span_set_num(w->span, "gen_ai.response.time_to_first_chunk", (double)(now - w->span->start_us) / 1e6);
	iv_span_event(w->span, "first_chunk", now);
}

void role_walk_status(struct role_walk *w, int http_status)
{
	if (http_status)
		iv_span_set_int(w->span, "http.response.status_code", http_status);
}

void role_span_end(struct role_walk *w, enum role_end end, const char *reason)
{
	if (end == ROLE_FAILED || end == ROLE_REFUSED)
		iv_span_error(w->span, reason);
	else if (end == ROLE_CANCELLED || end == ROLE_STOPPED)
		iv_span_set_bool(w->span, "invorto.cancelled", true);
	iv_trace_finish(w->span);
	w->span = NULL;
}
