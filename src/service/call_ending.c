/* An account as the schema's end_call() takes it: the record, its timeline, what it used, its files, its events. */
#include "calls_priv.h"

#include <stdio.h>
#include "iv_id.h"
#include "iv_recap.h"
#include "iv_redact.h"
#include "iv_time.h"
#include "iv_webhook_event.h"

enum { TRANSCRIPT_MAX = 4 << 20 };

static void put_time(struct iv_jw *w, const char *key, int64_t wall_ms)
{
	char at[IV_TIME_SIZE];

	iv_jw_str(w, key, iv_time_iso(wall_ms, at));
}

static bool is_one_of(struct iv_str s, const char *const *words)
{
	for (; *words; words++)
		if (iv_str_eq(s, iv_str(*words)))
			return true;
	return false;
}

struct iv_str ending_context(const struct iv_account *a, struct iv_arena *arena, const char *member)
{
	cJSON *json = a->header.context.len ? iv_json_parse(a->header.context, NULL) : NULL;
	struct iv_str s = json ? iv_json_str(json, member) : IV_STR_NULL, copy;

	copy = s.ptr ? iv_arena_str(arena, s) : IV_STR_NULL;
	cJSON_Delete(json);
	return copy;
}

/* ── the record ── */

static void put_usage(struct iv_jw *w, const struct iv_usage *u)
{
	iv_jw_obj(w, "usage");
	iv_jw_num(w, "asrMin", (double)u->asr_ms / 60000.0, 4);
	iv_jw_num(w, "asrSeconds", (double)u->asr_ms / 1000.0, 3);
	iv_jw_i64(w, "ttsChars", u->tts_chars);
	iv_jw_i64(w, "llmIn", u->llm_in);
	iv_jw_i64(w, "llmOut", u->llm_out);
	iv_jw_i64(w, "toolCalls", u->tool_calls);
	iv_jw_i64(w, "turns", u->turns);
	iv_jw_i64(w, "interruptions", u->interruptions);
	iv_jw_end_obj(w);
}

static void put_transcript(struct iv_jw *w, const struct iv_account *a)
{
	struct iv_buf text;

	iv_buf_init(&text, TRANSCRIPT_MAX);
	if (iv_story_text(a->story, &text) && text.len)
		iv_jw_str(w, "transcript", iv_buf_str(&text));
	iv_buf_deinit(&text);
}

static void put_record(struct iv_jw *w, const struct iv_account *a, const struct ending_place *place)
{
	static const char *const failures[] = {"provider", "error", "crashed", NULL};
	bool failed = is_one_of(a->reason, failures);
	cJSON *context = a->header.context.len ? iv_json_parse(a->header.context, NULL) : NULL;
	const cJSON *test = context ? iv_json_get(context, "test") : NULL;

	iv_jw_obj(w, "record");
	iv_jw_cstr(w, "status", failed ? "failed" : "completed");
	iv_jw_str(w, "end_reason", a->reason);
	if (failed)
		iv_jw_str(w, "failure_reason", a->reason);
	iv_jw_cstr(w, "outcome", iv_story_opted_out(a->story)               ? "opted-out"
				 : iv_str_eq(a->reason, IV_S("transfer")) ? "transferred"
				 : iv_str_eq(a->reason, IV_S("voicemail")) ? "voicemail"
				 : a->usage.turns > 1                   ? "connected"
				 : failed                               ? "failed"
									: NULL);
	put_time(w, "started_at", a->header.started_ms);
	put_time(w, "answered_at", a->header.started_ms);
	put_time(w, "ended_at", a->ended_ms);
	iv_jw_i64(w, "duration_seconds", (a->ended_ms - a->header.started_ms + 999) / 1000);
	iv_jw_str(w, "voice_agent_id", a->header.agent.id);
	iv_shape_write(&iv_agent_shape, &a->header.agent, "agent", w);
	if (context)
		iv_jw_str(w, "carrier", iv_json_str(context, "carrier"));
	iv_jw_cstr(w, "instance_id", place->instance_id);
	iv_jw_cstr(w, "journal_path", place->journal_path);
	iv_jw_bool(w, "test", cJSON_IsTrue(test));
	iv_jw_str(w, "language", a->header.agent.locale);
	put_transcript(w, a);
	iv_jw_bool(w, "redacted", a->redact);
	put_usage(w, &a->usage);
	iv_jw_end_obj(w);
	cJSON_Delete(context);
}

static void put_costs(struct iv_jw *w, const struct iv_account *a)
{
	iv_jw_arr(w, "costs");
	for (size_t i = 0; i < a->line_count; i++) {
		iv_jw_obj(w, NULL);
		iv_jw_cstr(w, "type", a->lines[i].type);
		iv_jw_cstr(w, "unit", a->lines[i].unit);
		iv_jw_str(w, "provider", a->lines[i].provider);
		iv_jw_num(w, "units", a->lines[i].units, 6);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static void put_artifact(struct iv_jw *w, const struct iv_artifact_file *f, const char *disk)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "kind", f->kind);
	iv_jw_cstr(w, "format", f->format);
	iv_jw_cstr(w, "local_path", f->path);
	iv_jw_cstr(w, "instance_id", disk);
	if (f->bytes >= 0)
		iv_jw_i64(w, "bytes", f->bytes);
	if (f->sha256[0])
		iv_jw_cstr(w, "sha256", f->sha256);
	if (f->duration_ms >= 0)
		iv_jw_i64(w, "duration_ms", f->duration_ms);
	iv_jw_end_obj(w);
}

static void put_artifacts(struct iv_jw *w, const struct ending_place *place)
{
	struct iv_artifact_file journal = {.kind = "journal", .format = "call", .bytes = -1, .duration_ms = -1};

	iv_jw_arr(w, "artifacts");
	if (place->disk_id && iv_str_copy(journal.path, sizeof(journal.path), iv_str(place->journal_path)))
		put_artifact(w, &journal, place->disk_id);
	for (size_t i = 0; place->disk_id && i < place->file_count; i++)
		put_artifact(w, &place->files[i], place->disk_id);
	iv_jw_end_arr(w);
}

/* ── events ── */

static const char *event_type(struct iv_str kind)
{
	static const char *const tools[] = {"tool.succeeded", "tool.failed", "tool.cancelled", "tool.refused", NULL};

	if (iv_str_eq(kind, IV_S("stt.final")))
		return "asr.final";
	return is_one_of(kind, tools) ? "agent.tool_call" : NULL;
}

static int64_t whole(const cJSON *json, const char *key)
{
	const cJSON *n = iv_json_get(json, key);
	int64_t value = 0;

	if (cJSON_IsNumber(n))
		return (int64_t)n->valuedouble;
	return iv_str_to_i64(iv_json_str(json, key), &value) ? value : 0; /* notes write their numbers as texts */
}

static struct iv_str masked(struct iv_arena *arena, const struct iv_call_line *line, struct iv_str text)
{
	static const struct iv_redact how = {.mode = IV_REDACT_MASK};
	struct iv_str out = IV_S("");
	struct iv_buf b;

	if (!line->redact)
		return text;
	iv_buf_init(&b, 4 * text.len + 256);
	if (iv_redact_text(&how, text, &b, NULL))
		out = iv_arena_str(arena, iv_buf_str(&b)); /* rather nothing than what was to be masked */
	iv_buf_deinit(&b);
	return out.ptr ? out : IV_S("");
}

/* The line as its type of event. */
static bool put_payload(struct iv_buf *b, struct iv_arena *arena, const struct iv_webhook_type *type, const char *id,
			const struct iv_call_line *line)
{
	cJSON *json = iv_json_parse(line->payload, NULL);
	const cJSON *confidence = iv_json_get(json, "confidence");
	char at[IV_TIME_SIZE];
	struct iv_event_asr_final final = {.turn = whole(json, "turn")};
	struct iv_event_tool_call tool = {.turn = whole(json, "turn")};
	bool heard = iv_str_eq(line->kind, IV_S("stt.final")), ok;
	struct iv_webhook_head *head = heard ? &final.head : &tool.head;

	iv_webhook_head_init(head, type, iv_str(id), line->tenant_id, line->call_id, iv_time_iso(line->wall_ms, at));
	head->seq = line->seq;
	if (heard) {
		final.text = masked(arena, line, iv_json_str(json, "text"));
		final.confidence = cJSON_IsNumber(confidence) ? confidence->valuedouble : 0;
	} else {
		tool.name = iv_json_str(json, "name");
		tool.tool_call_id = iv_json_str(json, "id");
		tool.reason = iv_json_str(json, "rule");
		tool.latency_ms = whole(json, "latencyMs");
		tool.outcome = (struct iv_str){line->kind.ptr + 5, line->kind.len - 5}; /* behind "tool." */
		tool.ok = iv_str_eq(tool.outcome, IV_S("succeeded"));
	}
	ok = iv_webhook_print(type, head, b);
	cJSON_Delete(json);
	return ok;
}

bool ending_event(struct iv_buf *b, struct iv_arena *arena, const struct iv_call_line *line,
		  struct iv_event_enqueue_in *in)
{
	const char *type = event_type(line->kind);
	char id[IV_ID_SIZE], dedup[256];

	if (!type)
		return false;
	iv_id_new("evt", line->wall_ms, id);
	(void)snprintf(dedup, sizeof(dedup), "%s:%.*s:%lld", type, IV_FMT(line->call_id), (long long)line->seq);
	iv_buf_clear(b);
	if (!put_payload(b, arena, iv_webhook_type(iv_str(type)), id, line))
		return false;
	in->type = iv_str(type);
	in->id = iv_arena_str(arena, iv_str(id));
	in->dedup = iv_arena_str(arena, iv_str(dedup));
	in->payload = iv_arena_str(arena, iv_buf_str(b));
	return in->id.ptr && in->dedup.ptr && in->payload.ptr;
}

static bool put_event(struct iv_jw *w, struct iv_buf *scratch, const struct iv_account *a, struct iv_str tenant,
		      const cJSON *entry)
{
	char *payload = cJSON_PrintUnformatted(iv_json_get(entry, "payload"));
	const cJSON *seq = iv_json_get(entry, "seq");
	struct iv_arena arena;
	struct iv_event_enqueue_in in = {0};
	struct iv_call_line line = {.tenant_id = tenant,
				    .call_id = a->header.call_id,
				    .seq = cJSON_IsNumber(seq) ? (int64_t)seq->valuedouble : 0,
				    .wall_ms = a->ended_ms,
				    .kind = iv_json_str(entry, "kind"),
				    .payload = iv_str(payload),
				    .redact = a->redact};

	iv_arena_init(&arena, TELLING_BYTES);
	if (payload && ending_event(scratch, &arena, &line, &in)) {
		iv_jw_obj(w, NULL);
		iv_jw_str(w, "id", in.id);
		iv_jw_str(w, "type", in.type);
		iv_jw_str(w, "dedup", in.dedup);
		iv_jw_str(w, "payload", in.payload);
		iv_jw_end_obj(w);
	}
	iv_arena_deinit(&arena);
	cJSON_free(payload);
	return true;
}

/* What was told while the call lived is told again: it may not have got through, and is stored once. */
static void put_events(struct iv_jw *w, const struct iv_account *a, struct iv_str tenant, const cJSON *timeline)
{
	struct iv_buf scratch;
	const cJSON *entry;

	iv_buf_init(&scratch, TELLING_BYTES);
	iv_jw_arr(w, "events");
	cJSON_ArrayForEach(entry, timeline)
	{
		if (event_type(iv_json_str(entry, "kind")))
			(void)put_event(w, &scratch, a, tenant, entry);
	}
	iv_jw_end_arr(w);
	iv_buf_deinit(&scratch);
}

/* For the review; without one the call is still told by its row. */
static void put_recap(struct iv_jw *w, const struct iv_account *a, struct iv_arena *arena)
{
	struct iv_recap recap;

	if (iv_recap_of(a->story,
			&(struct iv_recap_opts){.reason = a->reason,
						.duration_ms = a->ended_ms - a->header.started_ms,
						.redact = a->redact},
			arena, &recap))
		iv_shape_write(&iv_recap_shape, &recap, "recap", w);
}

bool ending_write(struct iv_buf *out, const struct iv_account *a, const struct ending_place *place)
{
	cJSON *timeline = cJSON_ParseWithLength(a->timeline.ptr, a->timeline.len); /* our own */
	struct iv_arena arena;
	struct iv_jw w;

	iv_arena_init(&arena, 4 << 20);
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	put_record(&w, a, place);
	iv_jw_raw(&w, "timeline", iv_buf_str(&a->timeline));
	put_costs(&w, a);
	put_artifacts(&w, place);
	put_events(&w, a, ending_context(a, &arena, "tenantId"), timeline);
	put_recap(&w, a, &arena);
	iv_jw_end_obj(&w);
	iv_arena_deinit(&arena);
	cJSON_Delete(timeline);
	return iv_jw_done(&w);
}
