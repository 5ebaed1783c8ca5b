/* A call as spans: the call, a turn for each of the agent's, and what is asked of others below them. Made from what the
 * machine wants and reports; it knows nothing of them. */
#include "iv_json.h"
#include "iv_redact.h"
#include "session.h"

enum { SAID_BYTES = 8192, CONTENT_BYTES = IV_SPAN_CONTENT };

void trace_open(struct session *s, const struct session_start *start)
{
	struct session_trace *t = &s->trace;

	iv_buf_init(&t->said, SAID_BYTES);
	iv_buf_init(&t->asked, SAID_BYTES);
	t->call = iv_trace_root("call", IV_SPAN_SERVER, start->trace);
	(void)iv_span_trace_id(t->call, t->id);
	if (!iv_span_records(t->call))
		return;
	if (start->came_us)
		iv_trace_begun(t->call, start->came_us);
	iv_span_set(t->call, "invorto.call.id", iv_str(s->call_id));
	iv_span_set(t->call, "gen_ai.conversation.id", iv_str(s->call_id));
	iv_span_set(t->call, "gen_ai.agent.id", iv_str(s->agent_id));
	iv_span_set(t->call, "invorto.tenant.id", iv_str(s->tenant_id));
	iv_span_set(t->call, "invorto.campaign.id", iv_str(s->campaign_id));
	iv_span_set_word(t->call, "invorto.leg", iv_leg_names[start->kind]);
	iv_span_set_word(t->call, "invorto.direction", s->slot_reason);
	if (start->opts)
		iv_span_set_bool(t->call, "invorto.taken_over", true);
}

/* ── turns ── */

static void end_turn(struct session *s)
{
	iv_trace_finish(s->trace.turn);
	s->trace.turn = NULL;
	s->trace.closing = false;
}

struct iv_span *trace_turn(struct session *s)
{
	struct session_trace *t = &s->trace;

	if (t->closing)
		end_turn(s);
	if (t->turn || !t->call)
		return t->turn;
	t->turn = iv_trace_child(t->call, "turn", IV_SPAN_INTERNAL);
	iv_span_set(t->turn, "gen_ai.conversation.id", iv_str(s->call_id));
	iv_buf_clear(&t->asked);
	(void)!iv_buf_adds(&t->asked, iv_buf_str(&t->said)); /* as large */
	iv_buf_clear(&t->said);
	return t->turn;
}

static void latency(struct iv_span *span, const char *key, int64_t from_us, int64_t to_us)
{
	if (from_us >= 0 && to_us >= from_us)
		iv_span_set_num(span, key, (double)(to_us - from_us) / 1000.0);
}

/* The turn's stamps, on the clock of spans; what was before the caller stopped, and what is expected, is not told. */
static void stamp(struct session *s, const char *name, int64_t at_us)
{
	int64_t at = s->start_us + at_us;

	if (at_us >= 0 && at >= s->trace.turn->start_us && at_us <= s->last_us)
		iv_span_event(s->trace.turn, name, at);
}

static bool message(struct iv_buf *out, const char *role, struct iv_str text, bool redact)
{
	static const struct iv_redact how = {.mode = IV_REDACT_MASK};
	struct iv_buf masked;
	struct iv_jw w;

	iv_buf_init(&masked, CONTENT_BYTES);
	if (redact && !iv_redact_text(&how, text, &masked, NULL)) {
		iv_buf_deinit(&masked);
		return false;
	}
	iv_jw_init(&w, out);
	iv_jw_arr(&w, NULL);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "role", role);
	iv_jw_arr(&w, "parts");
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "type", "text");
	iv_jw_str(&w, "content", redact ? iv_buf_str(&masked) : text);
	iv_jw_end_obj(&w);
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	iv_jw_end_arr(&w);
	iv_buf_deinit(&masked);
	return iv_jw_done(&w);
}

static void tell(struct session *s, const char *key, const char *role, struct iv_str text)
{
	struct iv_buf b;

	if (!text.len)
		return;
	iv_buf_init(&b, CONTENT_BYTES);
	if (message(&b, role, text, s->redact))
		iv_span_content(s->trace.turn, "gen_ai.client.inference.operation.details", iv_now_us(), key, iv_buf_str(&b));
	iv_buf_deinit(&b);
}

static void tell_content(struct session *s, const struct iv_turn_report *r)
{
	struct session_trace *t = &s->trace;

	if (!t->turn->content_allowed)
		return;
	if (!t->asked.len) { /* it was asked before the last word of it came */
		(void)!iv_buf_adds(&t->asked, iv_buf_str(&t->said));
		iv_buf_clear(&t->said);
	}
	tell(s, "gen_ai.input.messages", "user", iv_buf_str(&t->asked));
	tell(s, "gen_ai.output.messages", "assistant", r->heard);
}

static void report(struct session *s)
{
	const struct iv_turn_report *r = iv_call_last_turn(s->call);
	const struct iv_turn_stamps_us *at = &r->at_us;
	struct iv_span *turn = trace_turn(s);
	int64_t begun = s->start_us + (at->vad_end >= 0 ? at->vad_end : at->eou);

	s->trace.closing = true;
	if (!iv_span_records(turn))
		return;
	if (at->vad_end >= 0 || at->eou >= 0) /* else nobody waited for it: it is as old as it is */
		iv_trace_begun(turn, begun > s->trace.call->start_us ? begun : s->trace.call->start_us);
	iv_span_set_int(turn, "invorto.turn.number", r->number);
	iv_span_set_word(turn, "invorto.turn.outcome", iv_turn_outcomes[r->outcome]);
	if (r->outcome == IV_TURN_FAILED)
		iv_span_error(turn, "failed");
	latency(turn, "invorto.turn.speech_ms", at->speech_start, at->vad_end);
	latency(turn, "invorto.turn.eou_ms", at->vad_end, at->eou);
	latency(turn, "invorto.turn.llm_first_token_ms", at->eou, at->llm_first);
	latency(turn, "invorto.turn.tts_first_chunk_ms", at->sentence_first, at->tts_first);
	latency(turn, "invorto.turn.latency_ms", at->vad_end, at->heard_first);
	stamp(s, "vad_end", at->vad_end);
	stamp(s, "stt_final", at->stt_final);
	stamp(s, "eou", at->eou);
	stamp(s, "llm_first", at->llm_first);
	stamp(s, "sentence_first", at->sentence_first);
	stamp(s, "tts_first", at->tts_first);
	stamp(s, "leg_first", at->leg_first);
	stamp(s, "heard_first", at->heard_first);
	tell_content(s, r);
}

void trace_action(struct session *s, const struct iv_action *a)
{
	struct iv_buf *said = &s->trace.said;

	if (a->type == IV_ACT_TURN) {
		report(s);
	} else if (a->type == IV_ACT_STT && a->flag && iv_span_records(s->trace.call) && s->trace.call->content_allowed) {
		if (said->len)
			(void)!iv_buf_addc(said, ' '); /* full: the rest is left out */
		(void)!iv_buf_adds(said, a->text);
	}
}

/* Everything the step ended has ended: a turn is not over before what was asked for it. */
void trace_stepped(struct session *s)
{
	if (s->trace.closing)
		end_turn(s);
}

/* ── tools ── */

struct iv_span *trace_tool(struct session *s, const struct iv_action *a)
{
	struct iv_span *span = iv_trace_child(trace_turn(s), "execute_tool", IV_SPAN_CLIENT);

	iv_span_name(span, "execute_tool %.*s", IV_FMT(a->name));
	iv_span_set_word(span, "gen_ai.operation.name", "execute_tool");
	iv_span_set(span, "gen_ai.tool.name", a->name);
	iv_span_set(span, "gen_ai.tool.call.id", a->id);
	iv_span_set_word(span, "gen_ai.tool.type", "function");
	return span;
}

void trace_tool_done(struct iv_span *span, const struct iv_tool_result *r)
{
	static const char *const errors[] = {[IV_TOOL_BAD_REQUEST] = "bad_request",
					     [IV_TOOL_SCHEMA_MISMATCH] = "schema_mismatch",
					     [IV_TOOL_TIMEOUT] = "timeout",
					     [IV_TOOL_ERROR] = "error"};

	if (!r)
		iv_span_set_bool(span, "invorto.cancelled", true);
	else if (r->end != IV_TOOL_OK)
		iv_span_error(span, errors[r->end]);
	if (r && r->status)
		iv_span_set_int(span, "http.response.status_code", r->status);
	iv_trace_finish(span);
}

/* ── the end ── */

void trace_end(struct session *s, const char *outcome)
{
	static const char *const faults[] = {"error", "provider", "lost"};
	struct session_trace *t = &s->trace;
	struct iv_usage u;

	end_turn(s);
	iv_call_usage(s->call, &u);
	iv_span_set(t->call, "invorto.outcome", iv_str(outcome));
	iv_span_set_int(t->call, "invorto.turns", u.turns);
	iv_span_set_int(t->call, "invorto.interruptions", u.interruptions);
	iv_span_set_int(t->call, "invorto.tool_calls", u.tool_calls);
	for (size_t i = 0; i < IV_COUNT(faults); i++)
		if (strcmp(outcome, faults[i]) == 0)
			iv_span_error(t->call, faults[i]);
	iv_trace_finish(t->call);
	t->call = NULL;
}

void trace_free(struct session *s)
{
	if (s->trace.call)
		trace_end(s, "given_up"); /* it never began */
	iv_buf_deinit(&s->trace.said);
	iv_buf_deinit(&s->trace.asked);
}
