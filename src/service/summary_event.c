/* The shape of agent.summary, field by field. */
#include "iv_summary_event.h"
#include "webhook_event.h"

#define C struct iv_summary_cost
static const struct iv_field cost_fields[] = {
	IV_STR(C, type, "type", IV_REQUIRED, 0, 16, "transport, stt, tts, llm, platform or other"),
	IV_STR(C, provider, "provider", 0, 0, 64, "Who charged it"),
	IV_DBL(C, units, "units", IV_REQUIRED, 0, 0, "Minutes, characters or tokens"),
	IV_DBL(C, cost_inr, "costInr", IV_REQUIRED, 0, 0, "In INR"),
	IV_STR(C, currency, "currency", 0, 0, 3, "In which it was charged"),
	IV_FIELDS_END,
};
static const struct iv_shape cost_shape = {.name = "SummaryCost", .size = sizeof(C), .fields = cost_fields};

#define M struct iv_summary_message
static const struct iv_field message_fields[] = {
	IV_STR(M, role, "role", IV_REQUIRED, 0, 16, "user, assistant, tool or system"),
	IV_STR(M, message, "message", IV_REQUIRED, 0, 65536, "What was said, redacted"),
	IV_STR(M, time, "time", 0, 0, 32, "Its beginning"),
	IV_STR(M, end_time, "endTime", 0, 0, 32, "Its end"),
	IV_DBL(M, seconds_from_start, "secondsFromStart", 0, 0, 0, "Its beginning, in the call's own time"),
	IV_DBL(M, duration, "duration", 0, 0, 0, "Seconds"),
	IV_BOOL(M, is_filtered, "isFiltered", 0, "Something was taken out"),
	IV_STRS(M, detected_threats, "detectedThreats", 0, 16, "What was found in it"),
	IV_FIELDS_END,
};
static const struct iv_shape message_shape = {.name = "SummaryMessage", .size = sizeof(M), .fields = message_fields};

#define T struct iv_summary_tool_call
static const struct iv_field tool_fields[] = {
	IV_STR(T, name, "name", IV_REQUIRED, 0, 64, "The tool"),
	IV_BOOL(T, blocking, "blocking", 0, "The answer waited for it"),
	IV_BOOL(T, ok, "ok", IV_REQUIRED, "It answered"),
	IV_INT(T, latency_ms, "latencyMs", 0, 0, 0, "How long it took"),
	IV_INT(T, http_status, "httpStatus", 0, 0, 999, "0: it was not asked over HTTP"),
	IV_STR(T, started_at, "startedAt", 0, 0, 32, "When it was asked"),
	IV_STR(T, ended_at, "endedAt", 0, 0, 32, "When it answered"),
	IV_JSON(T, args, "args", 0, 65536, "What it was asked with, redacted"),
	IV_STR(T, result_summary, "resultSummary", 0, 0, 4096, "The beginning of its answer, redacted"),
	IV_FIELDS_END,
};
static const struct iv_shape tool_shape = {.name = "SummaryToolCall", .size = sizeof(T), .fields = tool_fields};

#define CARRIER struct iv_summary_carrier
static const struct iv_field carrier_fields[] = {
	IV_STR(CARRIER, trunk, "trunk", 0, 0, 64, "Who carried it"),
	IV_STR(CARRIER, sip_final, "sipFinal", 0, 0, 16, "The last SIP status"),
	IV_INT(CARRIER, q850, "q850", 0, 0, 127, "Cause of the release; 0: not told"),
	IV_STR(CARRIER, ani, "ani", 0, 0, 64, "The calling number, redacted"),
	IV_STR(CARRIER, dnis, "dnis", 0, 0, 64, "The called number, redacted"),
	IV_FIELDS_END,
};
static const struct iv_shape carrier_shape = {
	.name = "SummaryCarrier", .size = sizeof(CARRIER), .fields = carrier_fields};

#define MEDIA struct iv_summary_media
static const struct iv_field media_fields[] = {
	IV_DBL(MEDIA, avg_mos, "avgMos", 0, 0, 5, "0: not measured"),
	IV_DBL(MEDIA, pkt_loss_pct, "pktLossPct", 0, 0, 100, "Lost on the way"),
	IV_DBL(MEDIA, jitter_ms_p95, "jitterMsP95", 0, 0, 0, "Arrival of frames against their clock"),
	IV_FIELDS_END,
};
static const struct iv_shape media_shape = {.name = "SummaryMedia", .size = sizeof(MEDIA), .fields = media_fields};

#define KPIS struct iv_summary_kpis
static const struct iv_field kpi_fields[] = {
	IV_DBL(KPIS, asr_first_partial_ms, "asrFirstPartialMs", 0, 0, 0, "Median of the call's turns"),
	IV_DBL(KPIS, eou_ms, "eouMs", 0, 0, 0, "Median of the call's turns"),
	IV_DBL(KPIS, llm_first_token_ms, "llmFirstTokenMs", 0, 0, 0, "Median of the call's turns"),
	IV_DBL(KPIS, tts_first_chunk_ms, "ttsFirstChunkMs", 0, 0, 0, "Median of the call's turns"),
	IV_FIELDS_END,
};
static const struct iv_shape kpis_shape = {.name = "SummaryKpis", .size = sizeof(KPIS), .fields = kpi_fields};

#define USAGE struct iv_summary_usage
static const struct iv_field usage_fields[] = {
	IV_DBL(USAGE, asr_min, "asrMin", 0, 0, 0, "Minutes heard"),
	IV_INT(USAGE, tts_chars, "ttsChars", 0, 0, 0, "Characters said"),
	IV_INT(USAGE, llm_in, "llmIn", 0, 0, 0, "Tokens read"),
	IV_INT(USAGE, llm_out, "llmOut", 0, 0, 0, "Tokens written"),
	IV_DBL(USAGE, cost_inr, "costInr", 0, 0, 0, "All of it"),
	IV_DBL(USAGE, transport_minutes, "transportMinutes", 0, 0, 0, "Minutes carried"),
	IV_DBL(USAGE, transport_cost_inr, "transportCostInr", 0, 0, 0, "For carrying it"),
	IV_OBJS(USAGE, costs, "costs", 0, 64, &cost_shape, "Line by line"),
	IV_FIELDS_END,
};
static const struct iv_shape usage_shape = {.name = "SummaryUsage", .size = sizeof(USAGE), .fields = usage_fields};

#define TEXT struct iv_summary_text
static const struct iv_field text_fields[] = {
	IV_STR(TEXT, outcome, "outcome", 0, 0, 64, "What came of it"),
	IV_STR(TEXT, next_step, "nextStep", 0, 0, 4096, "What was agreed"),
	IV_STR(TEXT, notes, "notes", 0, 0, 16384, "In a few sentences"),
	IV_BOOL(TEXT, success, "success", 0, "The call reached its aim"),
	IV_STR(TEXT, reason, "reason", 0, 0, 4096, "Why, or why not"),
	IV_FIELDS_END,
};
static const struct iv_shape text_shape = {.name = "SummaryText", .size = sizeof(TEXT), .fields = text_fields};

#define EMOTION struct iv_summary_emotion
static const struct iv_field emotion_fields[] = {
	IV_BOOL(EMOTION, enabled, "enabled", IV_REQUIRED, "It was looked at"),
	IV_STR(EMOTION, dominant, "dominant", 0, 0, 32, "The one that prevailed"),
	IV_DBL(EMOTION, valence, "valence", 0, -1, 1, "Unpleasant to pleasant"),
	IV_DBL(EMOTION, arousal, "arousal", 0, -1, 1, "Calm to excited"),
	IV_FIELDS_END,
};
static const struct iv_shape emotion_shape = {
	.name = "SummaryEmotion", .size = sizeof(EMOTION), .fields = emotion_fields};

#define LINKS struct iv_summary_artifacts
static const struct iv_field link_fields[] = {
	IV_STR(LINKS, recording, "recording", 0, 0, 4096, "Audio, stereo"),
	IV_STR(LINKS, transcript, "transcript", 0, 0, 4096, "Turn by turn"),
	IV_STR(LINKS, metrics, "metrics", 0, 0, 4096, "Numbers of each turn"),
	IV_STR(LINKS, sip_pcap, "sipPcap", 0, 0, 4096, "Signalling"),
	IV_STR(LINKS, rtp_pcap, "rtpPcap", 0, 0, 4096, "Media"),
	IV_STR(LINKS, bundle_zip, "bundleZip", 0, 0, 4096, "All of it, good for 24 hours"),
	IV_FIELDS_END,
};
static const struct iv_shape links_shape = {.name = "SummaryArtifacts", .size = sizeof(LINKS), .fields = link_fields};

#define ARTIFACT struct iv_summary_artifact
static const struct iv_field artifact_fields[] = {
	IV_OBJS(ARTIFACT, messages, "messages", 0, 4096, &message_shape, "The conversation"),
	IV_FIELDS_END,
};
static const struct iv_shape artifact_shape = {
	.name = "SummaryArtifact", .size = sizeof(ARTIFACT), .fields = artifact_fields};

#define SUCCESS struct iv_summary_success
static const struct iv_field success_fields[] = {
	IV_STR(SUCCESS, rubric, "rubric", 0, 0, 4096, "What it was measured by"),
	IV_STR(SUCCESS, score, "score", 0, 0, 64, "How it did"),
	IV_FIELDS_END,
};
static const struct iv_shape success_shape = {
	.name = "SummarySuccess", .size = sizeof(SUCCESS), .fields = success_fields};

#define ANALYSIS struct iv_summary_analysis
static const struct iv_field analysis_fields[] = {
	IV_STR(ANALYSIS, summary, "summary", 0, 0, 16384, "In the model's words"),
	IV_JSON(ANALYSIS, structured_data, "structuredData", 0, 65536, "What the agent's schema asked for"),
	IV_OBJ(ANALYSIS, success_evaluation, "successEvaluation", 0, &success_shape, "Measured by the agent's rubric"),
	IV_FIELDS_END,
};
static const struct iv_shape analysis_shape = {
	.name = "SummaryAnalysis", .size = sizeof(ANALYSIS), .fields = analysis_fields};

#define D struct iv_summary_destination
static const struct iv_field destination_fields[] = {
	IV_STR(D, type, "type", 0, 0, 16, "number, sip or none"),
	IV_STR(D, to, "to", 0, 0, 256, "Where the call was handed over to, redacted; \"\": it was not"),
	IV_STR(D, mode, "mode", 0, 0, 16, "blind or attended"),
	IV_STR(D, status, "status", 0, 0, 32, "completed, busy, no-answer, failed; \"\": nobody told"),
	IV_INT(D, duration_sec, "durationSec", 0, 0, 0, "How long the two talked"),
	IV_FIELDS_END,
};
static const struct iv_shape destination_shape = {.name = "SummaryDestination", .size = sizeof(D), .fields = destination_fields};

#define E struct iv_event_agent_summary
static const struct iv_field fields[] = {
	WEBHOOK_HEAD(E),
	IV_STR(E, started_at, "startedAt", IV_REQUIRED, 0, 32, "ISO time"),
	IV_STR(E, ended_at, "endedAt", IV_REQUIRED, 0, 32, "ISO time"),
	IV_INT(E, duration_sec, "durationSec", IV_REQUIRED, 0, 0, "From answer to end"),
	IV_OBJ(E, carrier, "carrier", 0, &carrier_shape, "Who carried it"),
	IV_OBJ(E, media, "media", 0, &media_shape, "How it sounded"),
	IV_OBJ(E, kpis, "kpis", 0, &kpis_shape, "How fast it was"),
	IV_OBJ(E, usage, "usage", IV_REQUIRED, &usage_shape, "What it used"),
	IV_OBJ(E, summary, "summary", IV_REQUIRED, &text_shape, "What came of it"),
	IV_OBJ(E, emotion, "emotion", 0, &emotion_shape, "How the caller sounded"),
	IV_OBJ(E, artifacts, "artifacts", IV_REQUIRED, &links_shape, "Links to what was kept"),
	IV_OBJ(E, artifact, "artifact", 0, &artifact_shape, "The conversation itself"),
	IV_JSON(E, agent_config, "agentConfigAtCallStart", 0, 131072, "The agent as it was, without secrets"),
	IV_OBJ(E, destination, "destination", 0, &destination_shape, "Where the call was handed over to"),
	IV_OBJ(E, analysis, "analysis", 0, &analysis_shape, "What the agent's model made of it"),
	IV_OBJS(E, tool_calls, "toolCalls", 0, 512, &tool_shape, "What the agent asked for"),
	IV_FIELDS_END,
};
const struct iv_shape iv_shape_agent_summary = {.name = "EventAgentSummary", .size = sizeof(E), .fields = fields};
