/* The types of events, and how one becomes bytes. */
#include "webhook_event.h"

#include "iv_summary_event.h"

#define CARRIER struct iv_webhook_carrier
static const struct iv_field carrier_fields[] = {
	IV_STR(CARRIER, trunk, "trunk", 0, 0, 64, "Who carries it"),
	IV_STR(CARRIER, sip_call_id, "sipCallId", 0, 0, 256, "The carrier's own id of the call"),
	IV_FIELDS_END,
};
static const struct iv_shape carrier_shape = {
	.name = "EventCarrier", .size = sizeof(CARRIER), .fields = carrier_fields};

#define STARTED struct iv_event_call_started
static const struct iv_field started_fields[] = {
	WEBHOOK_HEAD(STARTED),
	IV_STR(STARTED, started_at, "startedAt", IV_REQUIRED, 1, 32, "ISO time"),
	IV_STR(STARTED, direction, "direction", 0, 0, 16, "inbound, outbound or web"),
	IV_STR(STARTED, agent_id, "agentId", 0, 0, 128, "Who answers"),
	IV_STR(STARTED, from, "from", 0, 0, 64, "The calling number, redacted"),
	IV_STR(STARTED, to, "to", 0, 0, 64, "The called number, redacted"),
	IV_OBJ(STARTED, carrier, "carrier", 0, &carrier_shape, "Who carries it"),
	IV_FIELDS_END,
};
static const struct iv_shape started_shape = {
	.name = "EventCallStarted", .size = sizeof(STARTED), .fields = started_fields};

/* The same call before its media: it rings, somebody lifts the receiver. */
static const struct iv_field progress_fields[] = {
	WEBHOOK_HEAD(STARTED),
	IV_STR(STARTED, direction, "direction", 0, 0, 16, "inbound or outbound"),
	IV_STR(STARTED, agent_id, "agentId", 0, 0, 128, "Who talks"),
	IV_STR(STARTED, from, "from", 0, 0, 64, "The calling number"),
	IV_STR(STARTED, to, "to", 0, 0, 64, "The called number"),
	IV_OBJ(STARTED, carrier, "carrier", 0, &carrier_shape, "Who carries it"),
	IV_FIELDS_END,
};
static const struct iv_shape progress_shape = {
	.name = "EventCallProgress", .size = sizeof(STARTED), .fields = progress_fields};

#define FINAL struct iv_event_asr_final
static const struct iv_field final_fields[] = {
	WEBHOOK_HEAD(FINAL),
	IV_STR(FINAL, text, "text", IV_REQUIRED, 0, 16384, "What the caller said, redacted"),
	IV_STR(FINAL, language, "language", 0, 0, 16, "BCP 47"),
	IV_DBL(FINAL, confidence, "confidence", 0, 0, 1, "0: not told"),
	IV_DBL(FINAL, start_sec, "startSec", 0, 0, 0, "Its beginning, in the call's own time"),
	IV_DBL(FINAL, end_sec, "endSec", 0, 0, 0, "Its end"),
	IV_INT(FINAL, turn, "turn", 0, 0, 0, "Of which turn it is a part"),
	IV_STR(FINAL, provider, "provider", 0, 0, 64, "Who recognised it"),
	IV_FIELDS_END,
};
static const struct iv_shape final_shape = {.name = "EventAsrFinal", .size = sizeof(FINAL), .fields = final_fields};

#define TOOL struct iv_event_tool_call
static const struct iv_field tool_fields[] = {
	WEBHOOK_HEAD(TOOL),
	IV_STR(TOOL, name, "name", IV_REQUIRED, 1, 64, "The tool"),
	IV_STR(TOOL, tool_call_id, "toolCallId", 0, 0, 128, "As the model named it"),
	IV_BOOL(TOOL, ok, "ok", IV_REQUIRED, "It answered"),
	IV_STR(TOOL, outcome, "outcome", 0, 0, 16, "succeeded, failed, cancelled or refused"),
	IV_STR(TOOL, reason, "reason", 0, 0, 256, "Why it was refused"),
	IV_BOOL(TOOL, blocking, "blocking", 0, "The agent's answer waited for it"),
	IV_JSON(TOOL, args, "args", 0, 65536, "What it was asked with, redacted"),
	IV_STR(TOOL, result_summary, "resultSummary", 0, 0, 4096, "The beginning of its answer, redacted"),
	IV_INT(TOOL, latency_ms, "latencyMs", 0, 0, 0, "How long it took"),
	IV_INT(TOOL, http_status, "httpStatus", 0, 0, 999, "0: it was not asked over HTTP"),
	IV_INT(TOOL, turn, "turn", 0, 0, 0, "Of which turn it is a part"),
	IV_FIELDS_END,
};
static const struct iv_shape tool_shape = {.name = "EventToolCall", .size = sizeof(TOOL), .fields = tool_fields};

#define MOS struct iv_webhook_mos
static const struct iv_field mos_fields[] = {
	IV_DBL(MOS, avg_mos, "avgMos", 0, 0, 5, "0: not measured"),
	IV_FIELDS_END,
};
static const struct iv_shape mos_shape = {.name = "EventMedia", .size = sizeof(MOS), .fields = mos_fields};

#define ENDED struct iv_event_call_ended
static const struct iv_field ended_fields[] = {
	WEBHOOK_HEAD(ENDED),
	IV_STR(ENDED, started_at, "startedAt", 0, 0, 32, "ISO time"),
	IV_STR(ENDED, ended_at, "endedAt", IV_REQUIRED, 1, 32, "ISO time"),
	IV_STR(ENDED, direction, "direction", 0, 0, 16, "inbound, outbound or web"),
	IV_STR(ENDED, agent_id, "agentId", 0, 0, 128, "Who answered"),
	IV_STR(ENDED, status, "status", IV_REQUIRED, 1, 32, "completed, failed, no-answer, busy or canceled"),
	IV_STR(ENDED, reason, "reason", 0, 0, 64, "hangup, transfer, error and others, as in the call's record"),
	IV_STR(ENDED, outcome, "outcome", 0, 0, 64, "connected, qualified, voicemail and others"),
	IV_INT(ENDED, duration_sec, "durationSec", IV_REQUIRED, 0, 0, "From answer to end"),
	IV_DBL(ENDED, cost_inr, "costInr", 0, 0, 0, "All of it"),
	IV_STR(ENDED, sip_final, "sipFinal", 0, 0, 16, "The last SIP status"),
	IV_INT(ENDED, q850, "q850", 0, 0, 127, "Cause of the release; 0: not told"),
	IV_OBJ(ENDED, media, "media", 0, &mos_shape, "How it sounded"),
	IV_FIELDS_END,
};
static const struct iv_shape ended_shape = {.name = "EventCallEnded", .size = sizeof(ENDED), .fields = ended_fields};

#define TOTALS struct iv_webhook_totals
static const struct iv_field totals_fields[] = {
	IV_DBL(TOTALS, asr_min, "asrMin", IV_REQUIRED, 0, 0, "Minutes heard"),
	IV_INT(TOTALS, tts_chars, "ttsChars", IV_REQUIRED, 0, 0, "Characters said"),
	IV_INT(TOTALS, llm_in, "llmIn", IV_REQUIRED, 0, 0, "Tokens read"),
	IV_INT(TOTALS, llm_out, "llmOut", IV_REQUIRED, 0, 0, "Tokens written"),
	IV_INT(TOTALS, tool_calls, "toolCalls", 0, 0, 0, "Tools asked"),
	IV_DBL(TOTALS, cost_inr, "costInr", IV_REQUIRED, 0, 0, "All of it"),
	IV_DBL(TOTALS, cost_usd, "costUsd", 0, 0, 0, "The same"),
	IV_FIELDS_END,
};
static const struct iv_shape totals_shape = {
	.name = "EventUsageTotals", .size = sizeof(TOTALS), .fields = totals_fields};

#define USAGE struct iv_event_usage
static const struct iv_field usage_fields[] = {
	WEBHOOK_HEAD(USAGE),
	IV_STR(USAGE, period, "period", IV_REQUIRED, 1, 64, "call, a day or a month"),
	IV_OBJ(USAGE, totals, "totals", IV_REQUIRED, &totals_shape, "What was used in it"),
	IV_JSON(USAGE, costs, "costs", 0, 65536, "Line by line: type, provider, unit, units, cost_inr, cost_usd"),
	IV_BOOL(USAGE, at_risk, "atRisk", IV_REQUIRED, "80 % of a cap is used"),
	IV_FIELDS_END,
};
static const struct iv_shape usage_shape = {
	.name = "EventBillingUsageUpdated", .size = sizeof(USAGE), .fields = usage_fields};

#define ALERT struct iv_event_alert
static const struct iv_field alert_fields[] = {
	WEBHOOK_HEAD(ALERT),
	IV_STR(ALERT, kind, "kind", IV_REQUIRED, 1, 64, "daily_cost_inr, monthly_minutes"),
	IV_STR(ALERT, period, "period", IV_REQUIRED, 1, 32, "The day or the month"),
	IV_DBL(ALERT, percent, "percent", IV_REQUIRED, 0, 0, "80 or 100, of the cap"),
	IV_DBL(ALERT, used, "used", IV_REQUIRED, 0, 0, "So far"),
	IV_DBL(ALERT, cap, "cap", IV_REQUIRED, 0, 0, "As it is set"),
	IV_FIELDS_END,
};
static const struct iv_shape alert_shape = {
	.name = "EventSystemAlert", .size = sizeof(ALERT), .fields = alert_fields};

#define FLAG struct iv_event_qa_flag
static const struct iv_field flag_fields[] = {
	IV_STR(FLAG, kind, "kind", IV_REQUIRED, 1, 64, "frustration_spike, toxicity, overlap_risk and others"),
	IV_STR(FLAG, ts, "ts", 0, 0, 32, "When, ISO"),
	IV_STR(FLAG, level, "level", IV_REQUIRED, 1, 16, "low, medium or high"),
	IV_FIELDS_END,
};
static const struct iv_shape flag_shape = {.name = "EventQaFlag", .size = sizeof(FLAG), .fields = flag_fields};

#define FLAGS struct iv_event_qa_flags
static const struct iv_field flags_fields[] = {
	WEBHOOK_HEAD(FLAGS),
	IV_OBJS(FLAGS, flags, "flags", IV_REQUIRED, 256, &flag_shape, "What was found"),
	IV_FIELDS_END,
};
static const struct iv_shape flags_shape = {.name = "EventQaFlags", .size = sizeof(FLAGS), .fields = flags_fields};

#define TEST struct iv_event_webhook_test
static const struct iv_field test_fields[] = {
	WEBHOOK_HEAD(TEST),
	IV_STR(TEST, endpoint_id, "endpointId", IV_REQUIRED, 1, 128, "The endpoint under test"),
	IV_STR(TEST, message, "message", 0, 0, 256, "A greeting"),
	IV_FIELDS_END,
};
static const struct iv_shape test_shape = {.name = "EventWebhookTest", .size = sizeof(TEST), .fields = test_fields};

#define DISABLED struct iv_event_endpoint_disabled
static const struct iv_field disabled_fields[] = {
	WEBHOOK_HEAD(DISABLED),
	IV_STR(DISABLED, endpoint_id, "endpointId", IV_REQUIRED, 1, 128, "The endpoint"),
	IV_STR(DISABLED, url, "url", 0, 0, 2048, "Its address"),
	IV_STR(DISABLED, reason, "reason", IV_REQUIRED, 1, 64, "gone: it answered 410; failing: nothing else for 120 hours"),
	IV_STR(DISABLED, disabled_at, "disabledAt", IV_REQUIRED, 1, 32, "ISO time"),
	IV_STR(DISABLED, failing_since, "failingSince", 0, 0, 32, "The first failure behind its last success"),
	IV_FIELDS_END,
};
static const struct iv_shape disabled_shape = {
	.name = "EventWebhookEndpointDisabled", .size = sizeof(DISABLED), .fields = disabled_fields};

static const char *const names_final[] = {"stt.final", NULL};
static const char *const names_tool[] = {"tool.call", NULL};
static const char *const names_summary[] = {"call.summary", NULL};
static const char *const names_ended[] = {"call.completed", "call.failed", NULL};
static const char *const names_none[] = {NULL};

const struct iv_webhook_type iv_webhook_types[] = {
	{"call.ringing", "call.ringing.v1", names_none, &progress_shape, "A telephone rings, ours or another's"},
	{"call.answered", "call.answered.v1", names_none, &progress_shape, "Somebody answers a call of ours, or a machine"},
	{"call.started", "call.started.v1", names_none, &started_shape, "A call has begun"},
	{"asr.final", "asr.final.v1", names_final, &final_shape, "The caller has said something"},
	{"agent.tool_call", "agent.tool_call.v1", names_tool, &tool_shape, "The agent has used a tool"},
	{"call.ended", "call.ended.v1", names_ended, &ended_shape, "A call is over"},
	{"agent.summary", "agent.summary.v1.4", names_summary, &iv_shape_agent_summary,
	 "What there is to say of a call, once it is over"},
	{"billing.usage.updated", "billing.usage.updated.v1", names_none, &usage_shape,
	 "What was used, and whether a cap is near"},
	{"qa.flags", "qa.flags.v1", names_none, &flags_shape, "Something in a call that a person should look at"},
	{"system.alert", "system.alert.v1", names_none, &alert_shape, "A cap is near, or reached"},
	{"webhook.test", "webhook.test.v1", names_none, &test_shape, "Sent by request, to try an endpoint"},
	{"webhook.endpoint_disabled", "webhook.endpoint_disabled.v1", names_none, &disabled_shape,
	 "An endpoint of the tenant is sent to no more"},
	{0},
};

const struct iv_webhook_type *iv_webhook_type(struct iv_str name)
{
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++)
		if (iv_str_eq(name, iv_str(t->name)))
			return t;
	return NULL;
}

bool iv_webhook_subscribable(struct iv_str name)
{
	if (iv_str_eq(name, IV_S("*")))
		return true;
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++) {
		if (iv_str_eq(name, iv_str(t->name)))
			return true;
		for (const char *const *o = t->older; *o; o++)
			if (iv_str_eq(name, iv_str(*o)))
				return true;
	}
	return false;
}

void iv_webhook_head_init(struct iv_webhook_head *h, const struct iv_webhook_type *type, struct iv_str event_id,
			  struct iv_str tenant_id, struct iv_str call_id, struct iv_str timestamp)
{
	*h = (struct iv_webhook_head){.type = iv_str(type->name),
				      .schema_version = iv_str(type->version),
				      .event_id = event_id,
				      .call_id = call_id.len ? call_id : IV_STR_NULL,
				      .tenant_id = tenant_id,
				      .timestamp = timestamp};
}

bool iv_webhook_print(const struct iv_webhook_type *type, const void *event, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_shape_write(type->shape, event, NULL, &w);
	return iv_jw_done(&w);
}
