/* A story as JSON: a line when something is settled, the whole at the end. */
#include "iv_redact.h"
#include "iv_time.h"
#include "story_priv.h"

/* What was said, as it may be kept. */
static bool add_said(const struct iv_story *s, struct iv_buf *out, struct iv_str text)
{
	static const struct iv_redact how = {.mode = IV_REDACT_MASK};

	return s->o.redact ? iv_redact_text(&how, text, out, NULL) : iv_buf_adds(out, text);
}

static void seconds(struct iv_jw *w, const char *key, int64_t ms)
{
	if (ms < 0)
		iv_jw_null(w, key);
	else
		iv_jw_num(w, key, (double)ms / 1000.0, 3);
}

static void write_turn(const struct iv_story *s, struct iv_jw *w, const struct iv_story_turn *t)
{
	struct iv_buf said;

	iv_buf_init(&said, 2 * IV_STORY_LINE);
	if (t->number)
		iv_jw_i64(w, "turn", t->number);
	else
		iv_jw_null(w, "turn"); /* nobody answered it */
	iv_jw_cstr(w, "role", iv_story_roles[t->role]);
	if (!add_said(s, &said, t->text))
		w->failed = true; /* rather no line than one that is not masked */
	iv_jw_str(w, "text", iv_buf_str(&said));
	iv_buf_deinit(&said);
	seconds(w, "start", t->start_ms);
	seconds(w, "end", t->end_ms);
	if (t->confidence > 0)
		iv_jw_num(w, "confidence", t->confidence, 3);
	else
		iv_jw_null(w, "confidence");
	iv_jw_bool(w, "interrupted", t->interrupted);
}

/* ── lines ── */

static void begin_line(struct iv_story *s, struct iv_jw *w)
{
	iv_buf_clear(&s->line);
	iv_jw_init(w, &s->line);
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "callId", s->call_id);
}

static void end_line(struct iv_story *s, struct iv_jw *w, enum iv_story_file file)
{
	iv_jw_end_obj(w);
	if (iv_jw_done(w) && iv_buf_addc(&s->line, '\n'))
		s->o.line(s->o.arg, file, iv_buf_str(&s->line));
	else
		s->dropped++;
}

void story_write_turn(struct iv_story *s, const struct iv_story_turn *t)
{
	struct iv_jw w;

	if (!s->o.line)
		return;
	begin_line(s, &w);
	write_turn(s, &w, t);
	end_line(s, &w, IV_STORY_TRANSCRIPT);
}

static void stamp(struct iv_jw *w, const char *key, int64_t us)
{
	if (us < 0)
		iv_jw_null(w, key);
	else
		iv_jw_num(w, key, (double)us / 1000.0, 1);
}

static void span(struct iv_jw *w, const char *key, int64_t from_us, int64_t to_us)
{
	stamp(w, key, from_us < 0 || to_us < from_us ? -1 : to_us - from_us);
}

void story_write_metrics(struct iv_story *s, const struct iv_turn_report *r)
{
	const struct iv_turn_stamps_us *at = &r->at_us;
	struct iv_jw w;

	if (!s->o.line)
		return;
	begin_line(s, &w);
	iv_jw_i64(&w, "turn", r->number);
	iv_jw_cstr(&w, "outcome", iv_turn_outcomes[r->outcome]);
	stamp(&w, "speechStartMs", at->speech_start);
	stamp(&w, "vadEndMs", at->vad_end);
	stamp(&w, "sttFirstMs", at->stt_first);
	stamp(&w, "sttFinalMs", at->stt_final);
	stamp(&w, "eouMs", at->eou);
	stamp(&w, "llmFirstMs", at->llm_first);
	stamp(&w, "sentenceFirstMs", at->sentence_first);
	stamp(&w, "ttsFirstMs", at->tts_first);
	stamp(&w, "legFirstMs", at->leg_first);
	stamp(&w, "heardFirstMs", at->heard_first);
	stamp(&w, "endedMs", r->ended_us);
	iv_jw_obj(&w, "took");
	span(&w, "asrFirstPartialMs", at->speech_start, at->stt_first);
	span(&w, "eouMs", at->vad_end, at->eou);
	span(&w, "llmFirstTokenMs", at->eou, at->llm_first);
	span(&w, "ttsFirstChunkMs", at->sentence_first, at->tts_first);
	span(&w, "turnLatencyMs", at->vad_end, at->heard_first);
	iv_jw_end_obj(&w);
	iv_jw_cstr(&w, "asr", s->asr);
	iv_jw_cstr(&w, "llm", s->llm);
	iv_jw_cstr(&w, "tts", s->tts);
	end_line(s, &w, IV_STORY_METRICS);
}

/* ── the whole ── */

bool iv_story_text(const struct iv_story *s, struct iv_buf *out)
{
	const struct iv_story_turn *turns;
	size_t n = iv_story_turns(s, &turns);
	bool ok = true;

	for (size_t i = 0; i < n && ok; i++)
		ok = (!i || iv_buf_addc(out, '\n')) &&
		     iv_buf_adds(out, turns[i].role == IV_STORY_USER ? IV_S("User: ") : IV_S("Agent: ")) &&
		     add_said(s, out, turns[i].text);
	return ok;
}

static void write_providers(const struct iv_story *s, struct iv_jw *w)
{
	char names[PROVIDERS * (NAME_SIZE + 1)] = "";
	size_t at = 0;

	for (size_t i = 0; i < PROVIDERS && s->heard_by[i][0]; i++) {
		size_t n = strlen(s->heard_by[i]);

		if (i)
			names[at++] = ',';
		memcpy(names + at, s->heard_by[i], n + 1);
		at += n;
	}
	iv_jw_cstr(w, "provider", at ? names : NULL);
}

static void write_pauses(const struct iv_story *s, struct iv_jw *w)
{
	iv_jw_arr(w, "pauses");
	for (size_t i = 0; i < s->pause_count; i++) {
		iv_jw_obj(w, NULL);
		seconds(w, "from", s->pauses[i].from_ms);
		seconds(w, "to", s->pauses[i].to_ms < 0 ? s->now_ms : s->pauses[i].to_ms);
		iv_jw_cstr(w, "reason", s->pauses[i].reason);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

bool iv_story_transcript(const struct iv_story *s, struct iv_buf *out)
{
	const struct iv_story_turn *turns;
	size_t n = iv_story_turns(s, &turns);
	char iso[IV_TIME_SIZE];
	struct iv_buf text;
	struct iv_jw w;

	iv_buf_init(&text, 2 * IV_STORY_TEXT);
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "callId", s->call_id);
	iv_jw_str(&w, "language", s->o.agent->locale);
	iv_jw_str(&w, "startedAt", iv_time_iso(s->o.started_ms, iso));
	seconds(&w, "durationSec", s->now_ms);
	iv_jw_arr(&w, "turns");
	for (size_t i = 0; i < n; i++) {
		iv_jw_obj(&w, NULL);
		write_turn(s, &w, &turns[i]);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	if (!iv_story_text(s, &text))
		w.failed = true;
	iv_jw_str(&w, "text", iv_buf_str(&text));
	iv_jw_bool(&w, "redacted", s->o.redact);
	write_providers(s, &w);
	write_pauses(s, &w);
	if (s->truncated)
		iv_jw_bool(&w, "truncated", true);
	iv_jw_end_obj(&w);
	iv_buf_deinit(&text);
	return iv_jw_done(&w);
}
