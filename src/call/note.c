/* Timeline entries: a kind and a JSON payload, for the journal, the API and the console. */
#include <stdarg.h>
#include "call_priv.h"

static void emit(struct iv_call *c, const char *kind, struct iv_jw *w)
{
	iv_jw_end_obj(w);
	if (iv_jw_done(w))
		act(c, &(struct iv_action){
			       .type = IV_ACT_NOTE, .name = iv_str(kind), .text = iv_buf_str(&c->json)});
}

static void begin(struct iv_call *c, struct iv_jw *w)
{
	iv_buf_clear(&c->json);
	iv_jw_init(w, &c->json);
	iv_jw_obj(w, NULL);
	if (c->turn.open)
		iv_jw_i64(w, "turn", c->turn.number);
}

void note(struct iv_call *c, const char *kind, const char *key, ...)
{
	struct iv_jw w;
	va_list ap;

	begin(c, &w);
	va_start(ap, key);
	while (key) {
		iv_jw_cstr(&w, key, va_arg(ap, const char *));
		key = va_arg(ap, const char *);
	}
	va_end(ap);
	emit(c, kind, &w);
}

void note_text(struct iv_call *c, const char *kind, const char *key, struct iv_str text)
{
	struct iv_jw w;

	begin(c, &w);
	iv_jw_str(&w, key, text);
	emit(c, kind, &w);
}

void note_final(struct iv_call *c, struct iv_str text, double confidence)
{
	struct iv_jw w;

	begin(c, &w);
	iv_jw_str(&w, "text", text);
	iv_jw_num(&w, "confidence", confidence, 3);
	emit(c, "stt.final", &w);
}

void note_switch(struct iv_call *c, const char *kind, struct iv_str provider, struct iv_str reason)
{
	struct iv_jw w;

	begin(c, &w);
	iv_jw_str(&w, "provider", provider);
	iv_jw_str(&w, "reason", reason);
	emit(c, kind, &w);
}

void note_ms(struct iv_call *c, const char *kind, const char *key, int64_t ms)
{
	struct iv_jw w;

	begin(c, &w);
	iv_jw_i64(&w, key, ms);
	emit(c, kind, &w);
}

static void stamp(struct iv_jw *w, const char *key, int64_t us)
{
	if (us >= 0)
		iv_jw_num(w, key, (double)us / 1000.0, 1);
}

void note_user(struct iv_call *c, struct iv_str words)
{
	const struct listen *in = &c->in;
	bool spoken = in->speech_start_us >= 0;
	struct iv_jw w;

	begin(c, &w);
	iv_jw_str(&w, "text", words);
	if (in->confidence > 0)
		iv_jw_num(&w, "confidence", in->confidence, 3);
	stamp(&w, "startMs", spoken ? in->speech_start_us : in->first_text_us);
	stamp(&w, "endMs", spoken ? in->tail_us : in->final_us);
	emit(c, "turn.user", &w);
}

void note_dialed(struct iv_call *c, const char *kind, struct iv_str status, int64_t seconds)
{
	struct iv_jw w;

	begin(c, &w);
	iv_jw_str(&w, "status", status);
	iv_jw_i64(&w, "durationSec", seconds);
	emit(c, kind, &w);
}

void note_recording(struct iv_call *c, const struct iv_event *ev)
{
	struct iv_jw w;

	begin(c, &w);
	iv_jw_str(&w, "reason", ev->text);
	iv_jw_i64(&w, "atMs", ev->a);
	emit(c, ev->flag ? "recording.paused" : "recording.resumed", &w);
}

void note_turn(struct iv_call *c)
{
	const struct iv_turn_report *r = &c->report;
	struct iv_jw w;

	begin(c, &w);
	if (!c->turn.open)
		iv_jw_i64(&w, "turn", r->number);
	iv_jw_cstr(&w, "outcome", iv_turn_outcomes[r->outcome]);
	iv_jw_str(&w, "heard", r->heard);
	stamp(&w, "speechStartMs", r->at_us.speech_start);
	stamp(&w, "vadEndMs", r->at_us.vad_end);
	stamp(&w, "sttFirstMs", r->at_us.stt_first);
	stamp(&w, "sttFinalMs", r->at_us.stt_final);
	stamp(&w, "eouMs", r->at_us.eou);
	stamp(&w, "llmFirstMs", r->at_us.llm_first);
	stamp(&w, "sentenceFirstMs", r->at_us.sentence_first);
	stamp(&w, "ttsFirstMs", r->at_us.tts_first);
	stamp(&w, "legFirstMs", r->at_us.leg_first);
	stamp(&w, "heardFirstMs", r->at_us.heard_first);
	stamp(&w, "endedMs", r->ended_us);
	emit(c, "turn.closed", &w);
}

void note_end(struct iv_call *c)
{
	const struct iv_usage *u = &c->usage;
	struct iv_jw w;

	begin(c, &w);
	iv_jw_cstr(&w, "reason", c->end_reason);
	iv_jw_i64(&w, "callMs", u->call_ms);
	iv_jw_i64(&w, "asrMs", u->asr_ms);
	iv_jw_i64(&w, "ttsChars", u->tts_chars);
	iv_jw_i64(&w, "llmIn", u->llm_in);
	iv_jw_i64(&w, "llmOut", u->llm_out);
	iv_jw_i64(&w, "toolCalls", u->tool_calls);
	iv_jw_i64(&w, "turns", u->turns);
	iv_jw_i64(&w, "interruptions", u->interruptions);
	iv_jw_num(&w, "costInr", u->cost_inr, 4);
	emit(c, "call.ended", &w);
}
