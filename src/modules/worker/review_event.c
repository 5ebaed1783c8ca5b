/* A review as it is told: agent.summary with all there is to say of the call, and qa.flags. */
#include <stdio.h>
#include "iv_summary_event.h"
#include "iv_time.h"
#include "review.h"

enum {
	PAYLOAD_MAX = 1 << 20, /* the schema's */
	MESSAGES_BYTES = 400 << 10, TOOLS_BYTES = 200 << 10, CONFIG_MAX = 131072, COSTS_MAX = 64,
	ENTRY_BYTES = 300, /* of a message or a tool, beside its texts */
};

static struct iv_str or_empty(struct iv_str s)
{
	return s.ptr ? s : IV_S("");
}

static struct iv_str iso(int64_t ms, struct iv_arena *arena)
{
	char text[IV_TIME_SIZE];

	return ms == IV_SQL_NULL ? IV_S("") : or_empty(iv_arena_str(arena, iv_time_iso(ms, text)));
}

static struct iv_str iso_in_call(const struct review_call *c, int64_t at_ms, struct iv_arena *arena)
{
	return at_ms < 0 ? IV_S("") : iso(c->row->started_at + at_ms, arena);
}

/* ── who carried it ── */

/* The last four digits say which call it was to those who know the number, and nobody else. */
static struct iv_str short_number(const struct review_call *c, struct iv_str number, struct iv_arena *arena)
{
	struct iv_str copy = iv_arena_str(arena, or_empty(number));
	char *text = iv_arena_alloc(arena, copy.len + 1);
	size_t digits = 0;

	if (!text || !copy.len || !c->redact)
		return or_empty(copy);
	memcpy(text, copy.ptr, copy.len);
	for (size_t i = copy.len; i > 0; i--)
		if (text[i - 1] != '+' && ++digits > 4)
			text[i - 1] = '*';
	return (struct iv_str){text, copy.len};
}

/* ── what it used ── */

static double number_of(const cJSON *json, const char *member)
{
	const cJSON *n = iv_json_get(json, member);

	return cJSON_IsNumber(n) ? n->valuedouble : 0;
}

static struct iv_str copied(const cJSON *json, const char *member, struct iv_arena *arena)
{
	return or_empty(iv_arena_str(arena, or_empty(iv_json_str(json, member))));
}

static bool take_costs(struct iv_summary_usage *u, struct iv_str text, struct iv_arena *arena)
{
	struct iv_summary_cost *c = iv_arena_alloc(arena, COSTS_MAX * sizeof(*c));
	cJSON *lines = c ? iv_json_parse(text, NULL) : NULL;
	const cJSON *line;
	size_t n = 0;

	cJSON_ArrayForEach(line, lines)
	{
		if (n == COSTS_MAX)
			break;
		c[n] = (struct iv_summary_cost){.type = copied(line, "type", arena),
						.provider = copied(line, "provider", arena),
						.currency = copied(line, "currency", arena),
						.units = number_of(line, "units"),
						.cost_inr = number_of(line, "costInr")};
		if (iv_str_eq(c[n].type, IV_S("transport"))) {
			u->transport_minutes += c[n].units;
			u->transport_cost_inr += c[n].cost_inr;
		}
		n++;
	}
	u->costs = (struct iv_objs){c, n};
	cJSON_Delete(lines);
	return c != NULL;
}

static bool take_usage(struct iv_summary_usage *u, const struct review_call *c, struct iv_arena *arena)
{
	cJSON *json = iv_json_parse(c->row->usage, NULL);

	u->asr_min = number_of(json, "asrMin");
	u->tts_chars = (int64_t)number_of(json, "ttsChars");
	u->llm_in = (int64_t)number_of(json, "llmIn");
	u->llm_out = (int64_t)number_of(json, "llmOut");
	u->cost_inr = c->row->cost_inr == c->row->cost_inr ? c->row->cost_inr : 0; /* null is no number */
	cJSON_Delete(json);
	return take_costs(u, c->row->costs, arena);
}

/* ── the conversation ── */

/* As JSON. */
static size_t printed_len(struct iv_str s)
{
	size_t n = s.len;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		n += c < 0x20 ? 5 : c == '"' || c == '\\' ? 1 : c >= 0x80 ? 2 : 0; /* what is no UTF-8 becomes three bytes */
	}
	return n + ENTRY_BYTES;
}

static struct iv_str role_name(int role)
{
	return role == IV_STORY_USER ? IV_S("user") : IV_S("assistant");
}

static double seconds_from(int64_t from_ms, int64_t to_ms)
{
	return from_ms < 0 || to_ms < from_ms ? 0 : (double)(to_ms - from_ms) / 1000.0;
}

static bool list_threats(struct iv_strs *out, const struct review_call *c, size_t i, struct iv_arena *arena)
{
	const struct iv_strs *masked = &c->messages[i].masked;

	*out = *masked;
	if (!c->toxic[i])
		return true;
	out->items = iv_arena_alloc(arena, (masked->count + 1) * sizeof(out->items[0]));
	if (!out->items)
		return false;
	if (masked->count)
		memcpy(out->items, masked->items, masked->count * sizeof(out->items[0]));
	out->items[out->count++] = IV_S("toxicity");
	return true;
}

static bool take_messages(struct iv_objs *out, const struct review_call *c, struct iv_arena *arena)
{
	struct iv_summary_message *m = iv_arena_alloc(arena, (c->count + 1) * sizeof(*m));
	size_t room = MESSAGES_BYTES, n = 0;

	for (; m && n < c->count; n++) {
		const struct iv_recap_message *from = &c->messages[n];
		struct iv_strs found;

		if (printed_len(from->text) > room)
			break;
		room -= printed_len(from->text);
		if (!list_threats(&found, c, n, arena))
			return false;
		m[n] = (struct iv_summary_message){.role = role_name(from->role),
						   .message = from->text,
						   .time = iso_in_call(c, from->start_ms, arena),
						   .end_time = iso_in_call(c, from->end_ms, arena),
						   .seconds_from_start = seconds_from(0, from->start_ms),
						   .duration = seconds_from(from->start_ms, from->end_ms),
						   .is_filtered = from->masked.count > 0,
						   .detected_threats = found};
	}
	if (m && (n < c->count || c->recap.left_out > 0)) /* there is always room for one more */
		m[n++] = (struct iv_summary_message){
			.role = IV_S("system"),
			.message = IV_S("A part of the conversation is left out; the transcript has all of it."),
			.time = IV_S(""), .end_time = IV_S("")};
	*out = (struct iv_objs){m, n};
	return m != NULL;
}

static bool take_tools(struct iv_objs *out, const struct review_call *c, struct iv_arena *arena)
{
	const struct iv_recap_tool *from = c->recap.tools.items;
	struct iv_summary_tool_call *t = iv_arena_alloc(arena, (c->recap.tools.count + 1) * sizeof(*t));
	size_t room = TOOLS_BYTES, n = 0;

	for (; t && n < c->recap.tools.count; n++) {
		size_t len = from[n].args.len + printed_len(from[n].result);

		if (len > room)
			break;
		room -= len;
		t[n] = (struct iv_summary_tool_call){
			.name = from[n].name,
			.args = from[n].args.len ? from[n].args : IV_S("{}"),
			.result_summary = or_empty(from[n].result),
			.started_at = iso_in_call(c, from[n].start_ms, arena),
			.ended_at = iso_in_call(c, from[n].end_ms, arena),
			.blocking = from[n].blocking,
			.ok = from[n].ok,
			.latency_ms = from[n].end_ms < 0 ? 0 : from[n].end_ms - from[n].start_ms,
			.http_status = from[n].http_status};
	}
	*out = (struct iv_objs){t, n};
	return t != NULL;
}

/* ── links ── */

/* Good for a day, for whoever has it; then GET /v1/calls/ID/artifacts gives others. */
static struct iv_str link_to(const struct review_call *c, const cJSON *files, const char *kind,
			     const struct iv_artifacts *artifacts, struct iv_arena *arena)
{
	struct iv_str id = iv_json_str(files, kind), url = IV_S("");

	if (!id.len || !artifacts || !iv_artifact_told_link(artifacts, c->tenant_id, id, arena, &url, NULL))
		return IV_S("");
	return url;
}

static void take_links(struct iv_summary_artifacts *out, const struct review_call *c,
		       const struct iv_artifacts *artifacts, struct iv_arena *arena)
{
	cJSON *files = iv_json_parse(c->row->files, NULL);
	const char *recording = iv_json_get(files, "recording") ? "recording" : "recording_upload";

	*out = (struct iv_summary_artifacts){.recording = link_to(c, files, recording, artifacts, arena),
					     .transcript = link_to(c, files, "transcript", artifacts, arena),
					     .metrics = link_to(c, files, "metrics", artifacts, arena),
					     .sip_pcap = IV_S(""),
					     .rtp_pcap = IV_S(""),
					     .bundle_zip = IV_S("")};
	cJSON_Delete(files);
}

/* ── the event ── */

static void take_numbers(struct iv_event_agent_summary *ev, const struct review_call *c)
{
	const struct iv_recap *r = &c->recap;

	ev->media = (struct iv_summary_media){r->media.mos, r->media.late_pct, r->media.jitter_ms_p95};
	ev->kpis = (struct iv_summary_kpis){r->kpis.asr_first_partial_ms, r->kpis.eou_ms, r->kpis.llm_first_token_ms,
					    r->kpis.tts_first_chunk_ms};
	/* Energy tells arousal; whether it was a pleasant one it does not tell. */
	ev->emotion = (struct iv_summary_emotion){.enabled = r->emotion.enabled,
						  .dominant = !r->emotion.enabled       ? IV_S("")
							      : r->emotion.lively > 0.5 ? IV_S("active")
											: IV_S("idle"),
						  .arousal = r->emotion.arousal};
}

static void take_words(struct iv_event_agent_summary *ev, const struct review_call *c, const struct review_answer *a)
{
	const struct iv_str given = c->row->summary;

	ev->summary = (struct iv_summary_text){.outcome = review_outcome(c, a->outcome),
					       .next_step = a->next_step,
					       .notes = a->notes.len ? a->notes : a->summary,
					       .success = a->success,
					       .reason = a->reason};
	ev->analysis.summary = given.len ? given : a->summary;
	ev->analysis.structured_data = a->structured.len ? a->structured : IV_S("{}");
	ev->analysis.success_evaluation.rubric = or_empty(c->agent.analysis.rubric);
	ev->analysis.success_evaluation.score = a->score;
}

static struct iv_summary_destination destination(const struct iv_recap_transfer *t)
{
	bool sip = iv_str_starts(t->to, IV_S("sip:")) || iv_str_starts(t->to, IV_S("sips:"));

	return (struct iv_summary_destination){.type = !t->to.len ? IV_S("none") : sip ? IV_S("sip") : IV_S("number"),
					       .to = or_empty(t->to),
					       .mode = !t->to.len ? IV_S("") : t->attended ? IV_S("attended") : IV_S("blind"),
					       .status = or_empty(t->status),
					       .duration_sec = t->seconds};
}

static bool fill(struct iv_event_agent_summary *ev, const struct review_call *c, const struct review_answer *a,
		 const struct review_stamp *stamp, struct iv_arena *arena)
{
	const struct iv_review_load_out *row = c->row;

	*ev = (struct iv_event_agent_summary){
		.started_at = iso(row->started_at, arena),
		.ended_at = iso(row->ended_at, arena),
		.destination = destination(&c->recap.transfer),
		.duration_sec = row->duration_s > 0 ? row->duration_s : 0,
		.carrier = {.trunk = or_empty(row->carrier), .sip_final = or_empty(row->sip_final), .q850 = row->q850,
			    .ani = short_number(c, row->from_number, arena), .dnis = short_number(c, row->to_number, arena)},
		.agent_config = !stamp->bare && row->agent.len && row->agent.len <= CONFIG_MAX ? row->agent : IV_S("{}"),
	};
	iv_webhook_head_init(&ev->head, iv_webhook_type(IV_S("agent.summary")), iv_str(stamp->event_id), c->tenant_id,
			     c->call_id, iso(stamp->now_ms, arena));
	take_links(&ev->artifacts, c, stamp->artifacts, arena);
	take_numbers(ev, c);
	take_words(ev, c, a);
	return take_usage(&ev->usage, c, arena) &&
	       (stamp->bare || (take_messages(&ev->artifact.messages, c, arena) && take_tools(&ev->tool_calls, c, arena)));
}

static bool print_flags(struct iv_buf *out, const struct review_call *c, const struct review_stamp *stamp,
			struct iv_arena *arena)
{
	struct iv_event_qa_flags ev = {.flags = {NULL, c->flag_count}};
	struct iv_event_qa_flag *f = iv_arena_alloc(arena, (c->flag_count + 1) * sizeof(*f));
	const struct iv_webhook_type *type = iv_webhook_type(IV_S("qa.flags"));

	if (!f)
		return false;
	for (size_t i = 0; i < c->flag_count; i++)
		f[i] = (struct iv_event_qa_flag){.kind = iv_str(iv_qa_kinds[c->flags[i].kind]),
						 .level = iv_str(iv_qa_levels[c->flags[i].level]),
						 .ts = iso_in_call(c, c->flags[i].at_ms, arena)};
	ev.flags.items = f;
	iv_webhook_head_init(&ev.head, type, iv_str(stamp->flags_id), c->tenant_id, c->call_id, iso(stamp->now_ms, arena));
	return iv_webhook_print(type, &ev, out);
}

/* ── the whole ── */

static void put_flags(struct iv_jw *w, const struct review_call *c)
{
	iv_jw_arr(w, "flags");
	for (size_t i = 0; i < c->flag_count; i++) {
		iv_jw_obj(w, NULL);
		iv_jw_cstr(w, "kind", iv_qa_kinds[c->flags[i].kind]);
		iv_jw_cstr(w, "level", iv_qa_levels[c->flags[i].level]);
		iv_jw_num(w, "atSec", (double)c->flags[i].at_ms / 1000.0, 3);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

/* What the call's record keeps of it: the event's analysis, and where it came from. */
static void put_analysis(struct iv_jw *w, const struct review_call *c, const struct iv_event_agent_summary *ev,
			 const struct review_answer *a)
{
	iv_jw_obj(w, "analysis");
	iv_jw_str(w, "summary", ev->analysis.summary);
	iv_jw_raw(w, "structuredData", ev->analysis.structured_data);
	iv_jw_obj(w, "successEvaluation");
	iv_jw_str(w, "rubric", ev->analysis.success_evaluation.rubric);
	iv_jw_str(w, "score", ev->analysis.success_evaluation.score);
	iv_jw_end_obj(w);
	iv_jw_bool(w, "success", a->success);
	iv_jw_str(w, "reason", a->reason);
	iv_jw_str(w, "nextStep", a->next_step);
	iv_jw_str(w, "notes", a->notes);
	iv_jw_cstr(w, "by", a->provider ? "model" : "rules");
	iv_jw_cstr(w, "provider", a->provider);
	iv_jw_i64(w, "llmIn", a->tokens_in);
	iv_jw_i64(w, "llmOut", a->tokens_out);
	put_flags(w, c);
	iv_jw_end_obj(w);
}

static void put_event(struct iv_jw *w, const char *key, const char *id, const struct iv_buf *payload)
{
	iv_jw_obj(w, key);
	iv_jw_cstr(w, "id", id);
	iv_jw_str(w, "payload", iv_buf_str(payload));
	iv_jw_end_obj(w);
}

bool review_result(struct iv_buf *out, const struct review_call *c, const struct review_answer *a,
		   const struct review_stamp *stamp, struct iv_arena *arena)
{
	struct iv_event_agent_summary ev;
	struct iv_buf payload, flags;
	struct iv_jw w;
	bool ok;

	iv_buf_init(&payload, PAYLOAD_MAX);
	iv_buf_init(&flags, PAYLOAD_MAX);
	ok = fill(&ev, c, a, stamp, arena) && iv_webhook_print(iv_webhook_type(IV_S("agent.summary")), &ev, &payload) &&
	     (!c->flag_count || print_flags(&flags, c, stamp, arena));
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	if (ok) {
		iv_jw_str(&w, "summary", ev.analysis.summary);
		iv_jw_str(&w, "outcome", ev.summary.outcome);
		put_analysis(&w, c, &ev, a);
		put_event(&w, "event", stamp->event_id, &payload);
		if (c->flag_count)
			put_event(&w, "flags", stamp->flags_id, &flags);
	}
	iv_jw_end_obj(&w);
	iv_buf_deinit(&payload);
	iv_buf_deinit(&flags);
	return ok && iv_jw_done(&w);
}
