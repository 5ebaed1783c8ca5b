/* The paid streams of a session: what they say becomes events, what the machine wants becomes calls. */
#include <stdlib.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "session.h"

enum { MESSAGES_BYTES = 524288, CLIP_CHUNK_MS = 100 };

/* ── hear ── */

static void on_asr_ready(void *arg, const char *provider)
{
	session_step(arg, &(struct iv_event){.type = IV_EV_ASR_READY, .text = iv_str(provider)});
}

static void on_asr_speech(void *arg)
{
	session_step(arg, &(struct iv_event){.type = IV_EV_ASR_SPEECH});
}

static void on_asr_text(void *arg, bool final, struct iv_str text, double confidence, bool end_of_turn)
{
	session_step(arg, &(struct iv_event){.type = final ? IV_EV_ASR_FINAL : IV_EV_ASR_PARTIAL,
					     .text = text,
					     .confidence = confidence,
					     .flag = end_of_turn});
}

static void on_asr_eot(void *arg)
{
	session_step(arg, &(struct iv_event){.type = IV_EV_ASR_EOT});
}

static void on_asr_switched(void *arg, const char *provider, const char *reason)
{
	iv_warn("asr.switched", IV_LS("provider", provider), IV_LS("reason", reason));
	session_step(arg, &(struct iv_event){.type = IV_EV_ASR_SWITCHED, .text = iv_str(provider), .name = iv_str(reason)});
}

static void on_asr_failed(void *arg, const char *reason)
{
	struct session *s = arg;

	iv_error("asr.failed", IV_LS("call_id", s->call_id), IV_LS("reason", reason));
	streams_asr_close(s);
	session_step(s, &(struct iv_event){.type = IV_EV_ASR_FAILED});
}

void streams_asr_open(struct session *s)
{
	static const struct iv_asr_events events = {.ready = on_asr_ready,
						    .speech = on_asr_speech,
						    .text = on_asr_text,
						    .end_of_turn = on_asr_eot,
						    .switched = on_asr_switched,
						    .failed = on_asr_failed};
	const struct iv_agent *agent = iv_call_agent(s->call);

	s->asr = iv_asr_open(s->g->d.providers,
			     &(struct iv_asr_opts){.list = &agent->asr,
						   .model = agent->asr_model,
						   .language = agent->locale,
						   .rate_hz = s->leg.rate_hz,
						   .call_id = iv_str(s->call_id),
						   .span = s->trace.call},
			     &events, s);
}

void streams_asr_close(struct session *s)
{
	if (s->asr)
		iv_asr_close(s->asr);
	s->asr = NULL;
}

/* ── think ── */

static void on_llm_delta(void *arg, struct iv_str text)
{
	struct session *s = arg;

	session_step(s, &(struct iv_event){.type = IV_EV_LLM_DELTA, .gen = s->llm_gen, .text = text});
}

static void on_llm_tool(void *arg, struct iv_str id, struct iv_str name, struct iv_str args_json)
{
	struct session *s = arg;

	session_step(s, &(struct iv_event){
				.type = IV_EV_LLM_TOOL, .gen = s->llm_gen, .id = id, .name = name, .text = args_json});
}

static void on_llm_done(void *arg, int64_t tokens_in, int64_t tokens_out)
{
	struct session *s = arg;

	s->llm = NULL;
	session_step(s, &(struct iv_event){
				.type = IV_EV_LLM_DONE, .gen = s->llm_gen, .a = tokens_in, .b = tokens_out});
}

static void on_llm_switched(void *arg, const char *provider, const char *reason)
{
	struct session *s = arg;

	iv_warn("llm.switched", IV_LS("call_id", s->call_id), IV_LS("provider", provider),
		IV_LS("reason", reason));
	session_step(s, &(struct iv_event){.type = IV_EV_LLM_SWITCHED,
					   .gen = s->llm_gen,
					   .text = iv_str(provider),
					   .name = iv_str(reason)});
}

static void on_llm_failed(void *arg, const char *reason)
{
	struct session *s = arg;

	s->llm = NULL;
	iv_error("llm.failed", IV_LS("call_id", s->call_id), IV_LS("reason", reason));
	session_step(s, &(struct iv_event){.type = IV_EV_LLM_FAILED, .gen = s->llm_gen, .text = iv_str(reason)});
}

void streams_llm_ask(struct session *s, uint32_t gen)
{
	static const struct iv_llm_events events = {.delta = on_llm_delta,
						    .tool = on_llm_tool,
						    .done = on_llm_done,
						    .switched = on_llm_switched,
						    .failed = on_llm_failed};
	const struct iv_agent *agent = iv_call_agent(s->call);
	struct iv_buf messages, tools;

	if (s->llm)
		iv_llm_cancel(s->llm);
	iv_buf_init(&messages, MESSAGES_BYTES);
	iv_buf_init(&tools, MESSAGES_BYTES);
	s->llm_gen = gen;
	if (!iv_call_messages(s->call, &messages) || !iv_agent_tools_json(agent, &tools)) {
		iv_buf_clear(&messages); /* cannot happen: history and tools are bounded below this */
		iv_error("llm.request", IV_LI("bytes", messages.len));
	}
	s->llm = iv_llm_ask(s->g->d.providers,
			    &(struct iv_llm_opts){.list = &agent->llm,
						  .model = agent->model,
						  .temperature = agent->temperature,
						  .max_tokens = agent->max_tokens,
						  .messages_json = iv_buf_str(&messages),
						  .tools_json = iv_buf_str(&tools),
						  .call_id = iv_str(s->call_id),
						  .span = trace_turn(s)},
			    &events, s);
	iv_buf_deinit(&messages);
	iv_buf_deinit(&tools);
}

void streams_llm_cancel(struct session *s, uint32_t gen)
{
	if (s->llm && s->llm_gen == gen) {
		iv_llm_cancel(s->llm);
		s->llm = NULL;
	}
}

/* ── speak ── */

/* Levels of what will be heard, one per 20 ms begun, for the echo guard and for resuming softly. */
static size_t measure(struct session *s, const int16_t *pcm, size_t n, uint8_t *levels, size_t max)
{
	size_t frame = (size_t)s->leg.rate_hz / 50, count = 0;

	while (n && count < max) {
		size_t take = frame - s->level_have < n ? frame - s->level_have : n;
		struct iv_level level;

		memcpy(s->level_part + s->level_have, pcm, take * sizeof(pcm[0]));
		s->level_have += take;
		pcm += take;
		n -= take;
		if (s->level_have < frame)
			break;
		level = iv_level_measure(s->level_part, frame);
		levels[count++] = (uint8_t)(-level.rms_ddb / 10);
		s->level_have = 0;
	}
	return count;
}

static void give_audio(struct session *s, uint32_t utt, const int16_t *pcm, size_t n)
{
	uint8_t levels[256];
	size_t frame = (size_t)s->leg.rate_hz / 50, most = (IV_COUNT(levels) - 1) * frame;

	while (n) {
		size_t take = n < most ? n : most, count = measure(s, pcm, take, levels, IV_COUNT(levels));

		iv_pcm_append(&s->pcm, pcm, take);
		session_step(s, &(struct iv_event){.type = IV_EV_TTS_AUDIO,
						   .utt = utt,
						   .samples = (int64_t)take,
						   .levels = levels,
						   .level_count = count});
		if (s->state == SESSION_ENDING)
			return;
		if (iv_call_audio_end(s->call) < s->pcm.end)
			iv_pcm_cut_from(&s->pcm, iv_call_audio_end(s->call));
		pcm += take;
		n -= take;
	}
}

static void on_tts_audio(void *arg, const int16_t *pcm, size_t n)
{
	struct session *s = arg;

	give_audio(s, s->tts_utt, pcm, n);
}

static void on_tts_done(void *arg)
{
	struct session *s = arg;

	s->tts = NULL;
	session_step(s, &(struct iv_event){.type = IV_EV_TTS_DONE, .utt = s->tts_utt});
}

static void on_tts_switched(void *arg, const char *provider, const char *reason)
{
	struct session *s = arg;

	iv_warn("tts.switched", IV_LS("call_id", s->call_id), IV_LS("provider", provider),
		IV_LS("reason", reason));
	session_step(s, &(struct iv_event){.type = IV_EV_TTS_SWITCHED,
					   .utt = s->tts_utt,
					   .text = iv_str(provider),
					   .name = iv_str(reason)});
}

static void on_tts_failed(void *arg, const char *reason)
{
	struct session *s = arg;

	s->tts_broken = iv_tts_broken(s->tts);
	s->tts = NULL;
	iv_error("tts.failed", IV_LS("call_id", s->call_id), IV_LS("reason", reason));
	session_step(s, &(struct iv_event){.type = IV_EV_TTS_FAILED,
					   .utt = s->tts_utt,
					   .text = iv_str(reason),
					   .flag = s->tts_broken.others});
}

void streams_tts_say(struct session *s, const struct iv_action *a)
{
	static const struct iv_tts_events events = {.audio = on_tts_audio,
						    .done = on_tts_done,
						    .switched = on_tts_switched,
						    .failed = on_tts_failed};
	const struct iv_agent *agent = iv_call_agent(s->call);

	s->level_have = 0;
	if (!a->flag)
		s->tts_broken = (struct iv_tts_broken){0};
	if (iv_str_eq(a->name, IV_S("clip"))) { /* given out by the ticks that follow, as a synthesiser would */
		s->clip_utt = a->utt;
		s->clip_at = 0;
		return;
	}
	if (s->tts)
		iv_tts_cancel(s->tts);
	s->tts_utt = a->utt;
	s->tts = iv_tts_say(s->g->d.providers,
			    &(struct iv_tts_opts){.list = &agent->tts,
						  .voice_deepgram = agent->voice,
						  .voice_elevenlabs = agent->voice_elevenlabs,
						  .text = a->text,
						  .rate_hz = s->leg.rate_hz,
						  .call_id = iv_str(s->call_id),
						  .span = trace_turn(s),
						  .rest_of = s->tts_broken},
			    &events, s);
}

void streams_tts_cancel(struct session *s, uint32_t utt)
{
	if (s->clip_utt == utt)
		s->clip_utt = 0;
	if (s->tts && s->tts_utt == utt) {
		s->tts_broken = iv_tts_broken(s->tts); /* it may have been cancelled because it stalled */
		iv_tts_cancel(s->tts);
		s->tts = NULL;
	}
}

/* The clip is 8 kHz; a wider leg hears each sample twice over, which is enough for an apology. */
static void give_clip(struct session *s)
{
	struct iv_str clip = s->g->d.clip;
	size_t samples = clip.len / sizeof(int16_t), chunk = 8000 * CLIP_CHUNK_MS / 1000;
	size_t n, times = (size_t)s->leg.rate_hz / 8000;
	int16_t out[8000 * CLIP_CHUNK_MS / 1000 * 6];

	n = samples - s->clip_at < chunk ? samples - s->clip_at : chunk;
	for (size_t i = 0; i < n; i++) {
		int16_t v;

		memcpy(&v, clip.ptr + (s->clip_at + i) * sizeof(v), sizeof(v));
		for (size_t k = 0; k < times; k++)
			out[i * times + k] = v;
	}
	s->clip_at += n;
	if (n)
		give_audio(s, s->clip_utt, out, n * times);
	if (s->clip_at >= samples && s->clip_utt) {
		uint32_t utt = s->clip_utt;

		s->clip_utt = 0;
		session_step(s, &(struct iv_event){.type = IV_EV_TTS_DONE, .utt = utt});
	}
}

void streams_clip_tick(struct session *s)
{
	if (s->clip_utt) /* apart, so that a tick does not pay for the clip's buffer */
		give_clip(s);
}

/* ── tools ── */

static void on_tool_done(void *arg, const struct iv_tool_result *r)
{
	__typeof__(((struct session *)0)->tools[0]) *slot = arg;
	struct session *s = slot->s;
	char id[sizeof(slot->id)];

	slot->run = NULL;
	trace_tool_done(slot->span, r);
	slot->span = NULL;
	(void)iv_str_copy(id, sizeof(id), iv_str(slot->id));
	session_step(s, &(struct iv_event){.type = IV_EV_TOOL_RESULT, .id = iv_str(id), .text = r->json,
					  .flag = r->end == IV_TOOL_OK});
}

static const struct iv_tool *find_tool(struct session *s, struct iv_str name)
{
	const struct iv_objs *tools = &iv_call_agent(s->call)->tools;
	const struct iv_tool *list = tools->items;

	for (size_t i = 0; i < tools->count; i++)
		if (iv_str_eq(list[i].name, name))
			return &list[i];
	return NULL;
}

static void ask_client(struct session *s, const struct iv_action *a)
{
	iv_buf_clear(&s->g->json);
	if (iv_msg_tool_call(&s->g->json, message_stamp(s, true), a->id, a->name, a->text))
		message_send(s, true);
}

void streams_tool(struct session *s, const struct iv_action *a)
{
	const struct iv_tool *tool = find_tool(s, a->name);

	ask_client(s, a); /* the client sees every call; it answers those without an address */
	if (!tool || !tool->url.len)
		return;
	for (size_t i = 0; i < TOOL_RUNS; i++) {
		if (s->tools[i].run)
			continue;
		s->tools[i].s = s;
		(void)iv_str_copy(s->tools[i].id, sizeof(s->tools[i].id), a->id);
		s->tools[i].span = trace_tool(s, a);
		s->tools[i].run = iv_tool_start(
			&(struct iv_tool_house){s->g->d.net, s->g->d.cfg, s->g->d.secrets, iv_str(s->tenant_id),
						s->tools[i].span},
			tool, a->text, iv_str(s->call_id),
			(int)(tool->timeout_ms ? tool->timeout_ms : s->g->d.cfg->tool_timeout_ms), on_tool_done,
			&s->tools[i]);
		return;
	}
	iv_warn("tool.no_room", IV_LS("call_id", s->call_id)); /* its deadline in the machine answers it */
}

static void cancel_tool(struct session *s, size_t i)
{
	iv_tool_cancel(s->tools[i].run);
	trace_tool_done(s->tools[i].span, NULL);
	s->tools[i].run = NULL;
	s->tools[i].span = NULL;
}

void streams_tool_cancel(struct session *s, struct iv_str id)
{
	for (size_t i = 0; i < TOOL_RUNS; i++)
		if (s->tools[i].run && iv_str_eq(iv_str(s->tools[i].id), id))
			cancel_tool(s, i);
}

void streams_stop(struct session *s)
{
	streams_asr_close(s);
	streams_llm_cancel(s, s->llm_gen);
	streams_tts_cancel(s, s->tts_utt);
	s->clip_utt = 0;
	for (size_t i = 0; i < TOOL_RUNS; i++)
		if (s->tools[i].run)
			cancel_tool(s, i);
}
