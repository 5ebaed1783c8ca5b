/* What answers look like whose steps write them themselves: for the document alone, so nothing is ever printed by these
 * tables, and one member of each kind stands for all. */
#include "answers.h"

#include "iv_str.h"

struct any {
	struct iv_str text;
	int64_t whole;
	double real;
	bool flag;
	struct iv_objs list;
	char object[1];
};

#define R IV_REQUIRED
#define N (IV_REQUIRED | IV_NULLABLE)
#define STR(n, fl, d) IV_STR(struct any, text, n, fl, 0, 0, d)
#define INT(n, fl, d) IV_INT(struct any, whole, n, fl, 0, 0, d)
#define DBL(n, fl, d) IV_DBL(struct any, real, n, fl, 0, 0, d)
#define BOOL(n, fl, d) IV_BOOL(struct any, flag, n, fl, d)
#define ANY(n, fl, d) IV_JSON(struct any, text, n, fl, 0, d)
#define OBJ(n, fl, shape, d) IV_OBJ(struct any, object, n, fl, shape, d)
#define LIST(n, fl, shape, d) IV_OBJS(struct any, list, n, fl, 0, shape, d)
#define SHAPE(variable, title, ...)                                                                                    \
	static const struct iv_field variable##_fields[] = {__VA_ARGS__, IV_FIELDS_END};                               \
	const struct iv_shape variable = {title, sizeof(struct any), variable##_fields, NULL}
#define INNER(variable, title, ...)                                                                                    \
	static const struct iv_field variable##_fields[] = {__VA_ARGS__, IV_FIELDS_END};                               \
	static const struct iv_shape variable = {title, sizeof(struct any), variable##_fields, NULL}

/* ── pages ── */

INNER(pagination, "pagination", INT("page", R, "Counted from 1"), INT("limit", R, "Rows of a page"),
      INT("total", R, "Rows in all"), INT("pages", R, "Pages in all"));

#define PAGE(variable, title, legacy, row)                                                                             \
	SHAPE(variable, title, LIST("data", R, row, "The rows of this page"),                                          \
	      LIST(legacy, R, row, "The same, under the name older clients read"),                                     \
	      OBJ("pagination", R, &pagination, "Where this page is"), BOOL("hasMore", R, "Is there another page"),    \
	      STR("nextCursor", N, "For the next page"))

/* ── agents: answers that are an agent and more ── */

enum { AGENT_FIELDS = 24 };

INNER(agent_stats, "agentStats", INT("totalCalls", R, "Calls of it"), DBL("averageCost", R, "INR a call"));

static const struct iv_field with_stats[] = {OBJ("stats", R, &agent_stats, "What its calls came to"), IV_FIELDS_END};
static const struct iv_field with_success[] = {BOOL("success", R, "Always true"),
					       OBJ("agent", R, &agent_row_shape, "The same, for older clients"), IV_FIELDS_END};
static struct iv_field agent_answer_fields[AGENT_FIELDS], agent_changed_fields[AGENT_FIELDS];
const struct iv_shape agent_answer = {"agentWithStats", sizeof(struct any), agent_answer_fields, NULL};
const struct iv_shape agent_changed_answer = {"agentChanged", sizeof(struct any), agent_changed_fields, NULL};

static void join(struct iv_field *out, const struct iv_field *more)
{
	const struct iv_field *parts[] = {agent_row_shape.fields, more};
	size_t n = 0;

	for (size_t i = 0; i < IV_COUNT(parts); i++)
		for (const struct iv_field *f = parts[i]; f->kind != IV_F_END; f++) {
			if (n == AGENT_FIELDS - 1)
				abort();
			out[n++] = *f;
		}
	out[n] = (struct iv_field)IV_FIELDS_END;
}

void answers_init(void)
{
	join(agent_answer_fields, with_stats);
	join(agent_changed_fields, with_success);
}

PAGE(agent_list_answer, "agentList", "agents", &agent_row_shape);
SHAPE(agent_deleted_answer, "agentDeleted", BOOL("success", R, "Always true"),
      OBJ("deleted", R, &agent_row_shape, "As it was"));
INNER(agent_version, "agentVersion", INT("version", R, "Counts up"), STR("name", R, "Its name then"),
      ANY("config", R, "As it was sent"), STR("createdBy", 0, "A person or a key"), STR("createdAt", R, "RFC 3339"));
SHAPE(agent_versions_answer, "agentVersionList", LIST("data", R, &agent_version, "Newest first"));

/* ── calls ── */

#define CALL_BOTH                                                                                                      \
	STR("id", R, "call_…"), STR("agentId", 0, "Who talks"), STR("direction", R, "inbound, outbound or web"),       \
		STR("from", 0, "Caller id"), STR("to", 0, "Who is called"), STR("status", R, "How it stands"),         \
		STR("outcome", 0, "How it ended"), STR("endReason", 0, "Why it ended"),                                \
		BOOL("test", R, "Made with a test key"), STR("carrier", 0, "jambonz, twilio or none"),                 \
		STR("provider", R, "Who speaks: invorto or elevenlabs"), STR("campaignId", 0, "The campaign it counts for"), \
		STR("startedAt", R, "RFC 3339"), STR("answeredAt", 0, "RFC 3339"), STR("endedAt", 0, "RFC 3339"),      \
		INT("durationSec", 0, "From the answer to the end"), DBL("costUsd", 0, "In all"),                      \
		DBL("costInr", 0, "In all"), ANY("metadata", R, "An object, as it was given"),                         \
		STR("summary", 0, "What it was about")
#define CALL_WHOLE                                                                                                     \
	CALL_BOTH, INT("agentVersion", 0, "The agent's version"), STR("failureReason", 0, "Why it failed"),            \
		STR("providerCallId", 0, "The carrier's id"), STR("leadId", 0, "Who was called"),                      \
		ANY("usage", R, "What was used of what"), ANY("analysis", 0, "What was made of it afterwards"),        \
		STR("language", 0, "What was spoken"), ANY("agentConfigAtCallStart", 0, "The agent as it was"),        \
		ANY("costs", R, "By what it was used for")

INNER(call_row, "callRow", CALL_BOTH);
PAGE(call_list_answer, "callList", "calls", &call_row);
SHAPE(call_answer, "call", CALL_WHOLE);
SHAPE(call_changed_answer, "callChanged", BOOL("success", R, "Always true"),
      OBJ("call", R, &call_answer, "As it stands now"));
SHAPE(call_made_answer, "callMade", STR("id", R, "call_…"),
      STR("status", R, "created, queued, failed or unknown; further on, or over, when the carrier told that first"),
      STR("agentId", R, "Who talks"), STR("direction", R, "As it was asked"), STR("to", 0, "Who is called"),
      STR("from", 0, "Caller id"), STR("carrier", 0, "Who places it"), STR("providerCallId", 0, "The carrier's id"),
      STR("failureReason", 0, "Why it was not placed, or failed"), STR("reason", 0, "Why nobody knows whether it was placed"),
      INT("retryAfterSec", 0, "When it is worth trying again"), ANY("metadata", R, "As it was given"),
      BOOL("test", R, "Made with a test key"), STR("startedAt", R, "RFC 3339"));
INNER(timeline_entry, "timelineEntry", STR("id", R, "Counts up within the call"), STR("kind", R, "What happened"),
      ANY("payload", R, "The rest of it"), STR("ts", R, "RFC 3339"), INT("timestamp", R, "Unix ms"));
SHAPE(timeline_answer, "timeline", STR("callId", R, "The call"), LIST("timeline", R, &timeline_entry, "Oldest first"),
      BOOL("hasMore", R, "Is there more"), INT("nextAfter", R, "`after` of the next page"));
SHAPE(order_answer, "order", BOOL("success", R, "Always true"), STR("callId", R, "The call"),
      STR("action", R, "What was ordered"),
      STR("actionId", R, "act_…"));

INNER(replay_turn, "replayTurn", INT("turn", R, "Counts up within the call"),
      STR("outcome", R, "completed, interrupted, failed or tool"), STR("caller", 0, "What the caller had said"),
      STR("agent", R, "What of the answer was heard"), INT("speechStartMs", 0, "Since the call's start, like all of them"),
      INT("vadEndMs", 0, "The caller's last sound"), INT("sttFinalMs", 0, "His words were final"),
      INT("eouMs", 0, "The turn was judged over"), INT("llmFirstMs", 0, "The model began"),
      INT("sentenceFirstMs", 0, "It had a sentence"), INT("ttsFirstMs", 0, "The synthesiser began"),
      INT("legFirstMs", 0, "The answer was sent"), INT("heardFirstMs", 0, "The caller heard it begin"),
      INT("endedMs", 0, "He had heard the last of it"));
INNER(replay_end, "replayEnd", STR("reason", 0, "None: it did not come to its end"),
      INT("atMs", 0, "The last that happened"));
SHAPE(replay_answer, "callReplay", STR("callId", R, "The call"), INT("events", R, "Of its journal"),
      BOOL("torn", R, "The journal's end is missing: its process died"),
      BOOL("truncated", R, "There are more turns than are shown"), ANY("agent", R, "The agent as it was, with all defaults"),
      LIST("original", R, &replay_turn, "As it was"), OBJ("originalEnd", R, &replay_end, "How it ended"),
      LIST("replayed", R, &replay_turn, "As it would have been"), OBJ("replayedEnd", R, &replay_end, "How it would have"));

/* ── files ── */

INNER(artifact, "artifact", STR("id", R, "art_…"), STR("kind", R, "recording, transcript, …"),
      STR("format", R, "wav, json, …"),
      STR("type", R, "Content type"), STR("state", R, "stored, local, …"), INT("bytes", 0, "Its size"),
      INT("durationMs", 0, "Of sound"), STR("createdAt", R, "RFC 3339"),
      STR("url", N, "For whoever has it, until expiresAt"),
      STR("expiresAt", 0, "RFC 3339"), STR("unavailable", 0, "Why there is no url"));
INNER(artifacts_about, "artifactsMetadata", STR("callId", R, "The call"),
      BOOL("processed", R, "The work behind the call is done"),
      BOOL("hasRecording", R, "Ours or one that was brought"), BOOL("erased", R, "Its contents are gone"));
SHAPE(artifacts_answer, "artifacts", STR("callId", R, "The call"), STR("recording", N, "A link"),
      STR("transcription", N, "The whole conversation as text"), STR("summary", N, "What it was about"),
      STR("transcript", N, "A link"), STR("timeline", N, "A link"), STR("metrics", N, "A link"),
      OBJ("metadata", R, &artifacts_about, "What there is"), LIST("data", R, &artifact, "Every file"));

/* ── usage ── */

INNER(time_range, "timeRange", STR("from", R, "RFC 3339"), STR("to", R, "RFC 3339"));
INNER(usage_calls, "usageCalls", INT("total", R, "Calls"), INT("completed", R, "Completed"),
      INT("failed", R, "Not completed"),
      DBL("averageCost", R, "INR a call"), DBL("totalCost", R, "INR"), DBL("totalCostUsd", R, "USD"),
      DBL("averageDuration", R, "Seconds a call"), DBL("minutes", R, "In all"));
INNER(usage_agents, "usageAgents", INT("total", R, "Agents"), INT("active", R, "That may be called"));
INNER(usage_caps, "usageCaps", INT("liveCalls", R, "Now"), INT("maxConcurrentCalls", R, "At most at once"),
      DBL("costInr24h", R, "Of the last 24 hours"), DBL("dailyCostCapInr", R, "At most in 24 hours"),
      DBL("minutes30d", R, "Of the last 30 days"), DBL("monthlyMinuteCap", R, "At most in 30 days"));
INNER(usage_day, "usageDay", STR("date", R, "2026-01-31"), INT("calls", R, "Calls"), DBL("minutes", R, "Minutes"),
      DBL("costInr", R, "INR"), DBL("costUsd", R, "USD"));
INNER(usage_type, "usageType", STR("type", R, "asr, llm, tts, telephony, …"), STR("provider", 0, "Whose"),
      STR("unit", 0, "Of what"),
      DBL("units", R, "How much"), DBL("costInr", R, "INR"), DBL("costUsd", R, "USD"));
SHAPE(usage_answer, "usage", STR("tenantId", R, "Whose"), STR("period", R, "How far back"),
      OBJ("timeRange", R, &time_range, "From when to when"),
      OBJ("calls", R, &usage_calls, "Calls"), OBJ("agents", R, &usage_agents, "Agents"),
      OBJ("caps", R, &usage_caps, "Caps, and what is used of them"),
      LIST("daily", R, &usage_day, "Day by day"), LIST("breakdown", R, &usage_type, "By what was used"));
INNER(metrics_calls, "metricsCalls", ANY("byStatus", R, "{status: calls}"), INT("total", R, "Calls"),
      INT("live", R, "Now"),
      DBL("successRate", N, "Completed of those that ended"));
INNER(latency, "latency", DBL("p50", N, "ms"), DBL("p95", N, "ms"));
INNER(latencies, "latencies", OBJ("asrFirstPartial", R, &latency, "Until the first words were recognised"),
      OBJ("endOfUtterance", R, &latency, "Until the turn was over"),
      OBJ("llmFirstToken", R, &latency, "Until the model began"),
      OBJ("ttsFirstChunk", R, &latency, "Until the synthesiser began"),
      OBJ("turn", R, &latency, "Until the agent was heard"));
INNER(metrics_turns, "metricsTurns", INT("count", R, "Turns that were looked at"), BOOL("more", R, "There were more"),
      OBJ("latencyMs", R, &latencies, "How quick they were"));
SHAPE(metrics_answer, "metrics", STR("tenantId", R, "Whose"), STR("period", R, "How far back"),
      OBJ("timeRange", R, &time_range, "From when to when"),
      OBJ("calls", R, &metrics_calls, "Calls"), DBL("minutes", R, "In all"), DBL("costInr", R, "INR"),
      DBL("costUsd", R, "USD"),
      OBJ("turns", R, &metrics_turns, "Turns"));
