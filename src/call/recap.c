/* A story cut down to what has to be known of it afterwards. */
#include "iv_recap.h"

#include <math.h>
#include "iv_redact.h"

enum { TEXT_MAX = 1 << 20, ARGS_MAX = 8192 };

static const struct iv_redact mask = {.mode = IV_REDACT_MASK};

#define MESSAGE struct iv_recap_message
static const struct iv_field message_fields[] = {
	IV_ENUM(MESSAGE, role, "role", IV_REQUIRED, iv_story_roles, "who"),
	IV_STR(MESSAGE, text, "text", IV_REQUIRED, 0, 0, "what was said"),
	IV_INT(MESSAGE, start_ms, "startMs", 0, 0, 0, "since the call's start; -1: not known"),
	IV_INT(MESSAGE, end_ms, "endMs", 0, 0, 0, "the same"),
	IV_BOOL(MESSAGE, interrupted, "interrupted", 0, "the caller spoke over it"),
	IV_STRS(MESSAGE, masked, "masked", 0, IV_REDACT_KIND_COUNT, "what was taken out"),
	IV_FIELDS_END,
};
static const struct iv_shape message_shape = {
	.name = "RecapMessage", .size = sizeof(MESSAGE), .fields = message_fields};

#define TOOL struct iv_recap_tool
static const struct iv_field tool_fields[] = {
	IV_STR(TOOL, name, "name", IV_REQUIRED, 0, 0, "of the tool"),
	IV_STR(TOOL, args, "args", 0, 0, 0, "JSON; a text of what is too long for it"),
	IV_STR(TOOL, result, "result", 0, 0, 0, "as it was told, cut"),
	IV_INT(TOOL, start_ms, "startMs", 0, 0, 0, "since the call's start"),
	IV_INT(TOOL, end_ms, "endMs", 0, 0, 0, "-1: never answered"),
	IV_INT(TOOL, http_status, "httpStatus", 0, 0, 0, "0: not known, or no HTTP"),
	IV_BOOL(TOOL, blocking, "blocking", 0, "the answer waited for it"),
	IV_BOOL(TOOL, ok, "ok", 0, "it answered"),
	IV_BOOL(TOOL, cancelled, "cancelled", 0, "nobody wanted it any more"),
	IV_FIELDS_END,
};
static const struct iv_shape tool_shape = {.name = "RecapTool", .size = sizeof(TOOL), .fields = tool_fields};

#define LOUD struct iv_recap_loud
static const struct iv_field loud_fields[] = {
	IV_INT(LOUD, from_ms, "fromMs", 0, 0, 0, "since the call's start"),
	IV_INT(LOUD, to_ms, "toMs", 0, 0, 0, "the same"),
	IV_DBL(LOUD, above_db, "aboveDb", 0, 0, 0, "the caller's usual level"),
	IV_FIELDS_END,
};
static const struct iv_shape loud_shape = {.name = "RecapLoud", .size = sizeof(LOUD), .fields = loud_fields};

#define KPIS struct iv_recap_kpis
static const struct iv_field kpi_fields[] = {
	IV_DBL(KPIS, asr_first_partial_ms, "asrFirstPartialMs", 0, 0, 0, "median; 0: none"),
	IV_DBL(KPIS, eou_ms, "eouMs", 0, 0, 0, "the same"),
	IV_DBL(KPIS, llm_first_token_ms, "llmFirstTokenMs", 0, 0, 0, "the same"),
	IV_DBL(KPIS, tts_first_chunk_ms, "ttsFirstChunkMs", 0, 0, 0, "the same"),
	IV_FIELDS_END,
};
static const struct iv_shape kpi_shape = {.name = "RecapKpis", .size = sizeof(KPIS), .fields = kpi_fields};

#define MEDIA struct iv_recap_media
static const struct iv_field media_fields[] = {
	IV_DBL(MEDIA, mos, "mos", 0, 0, 0, "0: not measured"),
	IV_DBL(MEDIA, late_pct, "latePct", 0, 0, 0, "frames too late to be played"),
	IV_DBL(MEDIA, jitter_ms_p95, "jitterMsP95", 0, 0, 0, "spread of arrival"),
	IV_FIELDS_END,
};
static const struct iv_shape media_shape = {.name = "RecapMedia", .size = sizeof(MEDIA), .fields = media_fields};

#define EMOTION struct iv_recap_emotion
static const struct iv_field emotion_fields[] = {
	IV_BOOL(EMOTION, enabled, "enabled", 0, "it was looked at"),
	IV_DBL(EMOTION, lively, "lively", 0, 0, 0, "share of the caller's speech well above the threshold"),
	IV_DBL(EMOTION, arousal, "arousal", 0, 0, 0, "0 calm to 1"),
	IV_FIELDS_END,
};
static const struct iv_shape emotion_shape = {
	.name = "RecapEmotion", .size = sizeof(EMOTION), .fields = emotion_fields};

#define TRANSFER struct iv_recap_transfer
static const struct iv_field transfer_fields[] = {
	IV_STR(TRANSFER, to, "to", 0, 0, 0, "\"\": there was none"),
	IV_STR(TRANSFER, status, "status", 0, 0, 0, "completed, busy, no-answer, failed; \"\": not known"),
	IV_BOOL(TRANSFER, attended, "attended", 0, "with a whisper before"),
	IV_INT(TRANSFER, seconds, "seconds", 0, 0, 0, "how long the two talked"),
	IV_FIELDS_END,
};
static const struct iv_shape transfer_shape = {.name = "RecapTransfer", .size = sizeof(TRANSFER), .fields = transfer_fields};

#define RECAP struct iv_recap
static const struct iv_field fields[] = {
	IV_BOOL(RECAP, redacted, "redacted", 0, "personal data is masked"),
	IV_STR(RECAP, reason, "reason", 0, 0, 0, "how it ended"),
	IV_STR(RECAP, transferred_to, "transferredTo", 0, 0, 0, "\"\": it was not"),
	IV_OBJ(RECAP, transfer, "transfer", 0, &transfer_shape, "the last transfer"),
	IV_INT(RECAP, duration_ms, "durationMs", 0, 0, 0, "of the call"),
	IV_OBJS(RECAP, messages, "messages", 0, IV_STORY_TURNS, &message_shape, "the conversation"),
	IV_INT(RECAP, left_out, "leftOut", 0, 0, 0, "messages in its middle that are not here"),
	IV_INT(RECAP, left_out_at, "leftOutAt", 0, 0, 0, "before which of them they were"),
	IV_OBJS(RECAP, tools, "tools", 0, IV_STORY_TOOLS, &tool_shape, "what the agent asked for"),
	IV_OBJS(RECAP, louds, "louds", 0, IV_STORY_LOUDS, &loud_shape, "where the caller was loud"),
	IV_OBJ(RECAP, kpis, "kpis", 0, &kpi_shape, "how fast it was"),
	IV_OBJ(RECAP, media, "media", 0, &media_shape, "how it sounded"),
	IV_OBJ(RECAP, emotion, "emotion", 0, &emotion_shape, "how the caller sounded"),
	IV_FIELDS_END,
};
const struct iv_shape iv_recap_shape = {.name = "Recap", .size = sizeof(RECAP), .fields = fields};

/* ── as it may be kept ── */

static struct iv_str masked(struct iv_str text, bool redact, struct iv_arena *arena, struct iv_redact_counts *counts)
{
	struct iv_buf out;
	struct iv_str copy = IV_STR_NULL;

	if (!redact || !text.len)
		return text.ptr ? text : IV_S("");
	iv_buf_init(&out, TEXT_MAX);
	if (iv_redact_text(&mask, text, &out, counts))
		copy = iv_arena_str(arena, iv_buf_str(&out));
	iv_buf_deinit(&out);
	return copy;
}

static bool list_kinds(struct iv_strs *out, const struct iv_redact_counts *counts, struct iv_arena *arena)
{
	out->items = iv_arena_alloc(arena, (IV_REDACT_KIND_COUNT + 1) * sizeof(out->items[0]));
	for (size_t k = 0; k < IV_REDACT_KIND_COUNT && out->items; k++)
		if (counts->found[k])
			out->items[out->count++] = iv_str(iv_redact_kind_names[k]);
	return out->items != NULL;
}

static struct iv_str json_text(struct iv_str text, bool redact, struct iv_arena *arena)
{
	cJSON *json = iv_json_parse(text, NULL);
	struct iv_str out = IV_STR_NULL, whole = masked(text, redact, arena, NULL);
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, ARGS_MAX);
	iv_jw_init(&w, &b);
	if (!json)
		iv_jw_str(&w, NULL, whole);
	else if (redact)
		iv_redact_value(&mask, json, NULL, &w, NULL);
	else
		iv_jw_raw(&w, NULL, text);
	if (whole.ptr && iv_jw_done(&w))
		out = iv_arena_str(arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	cJSON_Delete(json);
	return out;
}

/* ── the conversation ── */

/* How many of the first, or of the last, fit. */
static size_t that_fit(const struct iv_story_turn *turns, size_t count, size_t bytes, bool from_end)
{
	size_t n = 0;

	while (n < count) {
		size_t len = turns[from_end ? count - 1 - n : n].text.len;

		if (len > bytes)
			break;
		bytes -= len;
		n++;
	}
	return n;
}

static bool take_message(struct iv_recap_message *m, const struct iv_story_turn *t, bool redact, struct iv_arena *arena)
{
	struct iv_redact_counts counts = {0};

	*m = (struct iv_recap_message){.role = (int)t->role,
				       .text = masked(t->text, redact, arena, &counts),
				       .start_ms = t->start_ms,
				       .end_ms = t->end_ms,
				       .interrupted = t->interrupted};
	return m->text.ptr && list_kinds(&m->masked, &counts, arena);
}

static bool take_messages(const struct iv_story *s, struct iv_arena *arena, struct iv_recap *out)
{
	const struct iv_story_turn *turns;
	size_t count = iv_story_turns(s, &turns), tail = that_fit(turns, count, IV_RECAP_TAIL, true);
	size_t head = that_fit(turns, count - tail, IV_RECAP_HEAD, false), left_out = count - tail - head;
	struct iv_recap_message *m = iv_arena_alloc(arena, (head + tail + 1) * sizeof(*m));

	if (!m)
		return false;
	out->messages = (struct iv_objs){m, head + tail};
	out->left_out = (int64_t)left_out;
	out->left_out_at = (int64_t)head;
	for (size_t i = 0; i < head + tail; i++)
		if (!take_message(&m[i], &turns[i < head ? i : i + left_out], out->redacted, arena))
			return false;
	return true;
}

static bool take_tools(const struct iv_story *s, struct iv_arena *arena, struct iv_recap *out)
{
	const struct iv_story_tool *tools;
	size_t count = iv_story_tools(s, &tools);
	struct iv_recap_tool *t = iv_arena_alloc(arena, (count + 1) * sizeof(*t));

	if (!t)
		return false;
	out->tools = (struct iv_objs){t, count};
	for (size_t i = 0; i < count; i++) {
		t[i] = (struct iv_recap_tool){.name = iv_str(tools[i].name),
					      .args = json_text(tools[i].args, out->redacted, arena),
					      .result = masked(tools[i].result, out->redacted, arena, NULL),
					      .start_ms = tools[i].start_ms,
					      .end_ms = tools[i].end_ms,
					      .http_status = tools[i].http_status,
					      .blocking = tools[i].blocking,
					      .ok = tools[i].ok,
					      .cancelled = tools[i].cancelled};
		if (!t[i].args.ptr || !t[i].result.ptr)
			return false;
	}
	return true;
}

static bool take_louds(const struct iv_story *s, struct iv_arena *arena, struct iv_recap *out)
{
	const struct iv_story_loud *louds;
	size_t count = iv_story_louds(s, &louds);
	struct iv_recap_loud *l = iv_arena_alloc(arena, (count + 1) * sizeof(*l));

	if (!l)
		return false;
	out->louds = (struct iv_objs){l, count};
	for (size_t i = 0; i < count; i++)
		l[i] = (struct iv_recap_loud){louds[i].from_ms, louds[i].to_ms, louds[i].above_db};
	return true;
}

static double measured(double value)
{
	return isnan(value) ? 0 : round(value * 10) / 10;
}

static void take_numbers(const struct iv_story *s, struct iv_recap *out)
{
	struct iv_story_latencies l;
	struct iv_story_media m;
	struct iv_story_mood mood;

	iv_story_latencies(s, &l);
	iv_story_media(s, &m);
	iv_story_mood(s, &mood);
	out->kpis = (struct iv_recap_kpis){measured(l.asr_first_partial), measured(l.eou), measured(l.llm_first_token),
					   measured(l.tts_first_chunk)};
	out->media = (struct iv_recap_media){isnan(m.mos) ? 0 : round(m.mos * 100) / 100, measured(m.late_pct),
					     measured(m.jitter_ms_p95)};
	out->emotion = (struct iv_recap_emotion){mood.windows > 0, round(mood.lively * 100) / 100,
						 round(mood.arousal * 100) / 100};
}

bool iv_recap_of(const struct iv_story *s, const struct iv_recap_opts *o, struct iv_arena *arena, struct iv_recap *out)
{
	struct iv_story_transfer t;

	*out = (struct iv_recap){.redacted = o->redact,
				 .reason = o->reason,
				 .transferred_to = masked(iv_story_transferred_to(s), o->redact, arena, NULL),
				 .duration_ms = o->duration_ms};
	take_numbers(s, out);
	iv_story_transfer(s, &t);
	out->transfer = (struct iv_recap_transfer){masked(t.to, o->redact, arena, NULL), t.status, t.attended, t.seconds};
	return out->transferred_to.ptr && take_messages(s, arena, out) && take_tools(s, arena, out) && take_louds(s, arena, out);
}
