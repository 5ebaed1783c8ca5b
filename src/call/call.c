/* The call machine's front: life, one step, the questions its owner may ask. */
#include <stdlib.h>
#include <stdio.h>
#include "call_priv.h"

enum { CLOSING_MS = 15000, AGENT_BYTES = 524288 };

const char *const iv_event_names[IV_EV_TYPES] = {
	[IV_EV_START] = "start", [IV_EV_TICK] = "tick", [IV_EV_FRAME] = "frame", [IV_EV_DTMF] = "dtmf",
	[IV_EV_MARK] = "mark", [IV_EV_LEG_GONE] = "leg.gone", [IV_EV_LEG_LOST] = "leg.lost",
	[IV_EV_LEG_BACK] = "leg.back", [IV_EV_ASR_READY] = "asr.ready", [IV_EV_ASR_SPEECH] = "asr.speech",
	[IV_EV_ASR_PARTIAL] = "asr.partial", [IV_EV_ASR_FINAL] = "asr.final", [IV_EV_ASR_EOT] = "asr.eot",
	[IV_EV_ASR_FAILED] = "asr.failed", [IV_EV_ASR_SWITCHED] = "asr.switched",
	[IV_EV_LLM_DELTA] = "llm.delta", [IV_EV_LLM_TOOL] = "llm.tool", [IV_EV_LLM_DONE] = "llm.done",
	[IV_EV_LLM_FAILED] = "llm.failed", [IV_EV_LLM_SWITCHED] = "llm.switched",
	[IV_EV_TTS_AUDIO] = "tts.audio", [IV_EV_TTS_DONE] = "tts.done", [IV_EV_TTS_FAILED] = "tts.failed",
	[IV_EV_TTS_SWITCHED] = "tts.switched", [IV_EV_TOOL_RESULT] = "tool.result", [IV_EV_TEXT] = "text",
	[IV_EV_PAUSE] = "pause", [IV_EV_RESUME] = "resume", [IV_EV_CONFIG] = "config",
	[IV_EV_DTMF_SEND] = "dtmf.send", [IV_EV_TRANSFER] = "transfer", [IV_EV_SAY] = "say",
	[IV_EV_HANGUP] = "hangup",
};

static const char *const life_names[LIFE_STATES] = {"new", "live", "closing", "ended"};
static const char *const mouth_names[MOUTH_STATES] = {"idle", "thinking", "speaking", "held"};
static const char *const ear_names[EAR_STATES] = {"quiet", "speech", "pause"};

_Noreturn void bad_edge(const char *machine, int from, int to)
{
	(void)fprintf(stderr, "call: %s may not go from state %d to %d\n", machine, from, to);
	abort();
}

char *copy_text(struct iv_str s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		abort();
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

void act(struct iv_call *c, const struct iv_action *a)
{
	c->act(c->act_arg, a);
}

static void set_life(struct iv_call *c, enum life to)
{
	static const bool legal[LIFE_STATES][LIFE_STATES] = {
		[LIFE_NEW] = {[LIFE_LIVE] = true, [LIFE_ENDED] = true},
		[LIFE_LIVE] = {[LIFE_CLOSING] = true, [LIFE_ENDED] = true},
		[LIFE_CLOSING] = {[LIFE_ENDED] = true},
	};

	if (!legal[c->life][to])
		bad_edge("life", (int)c->life, (int)to);
	c->life = to;
}

void set_mouth(struct iv_call *c, enum mouth to)
{
	static const bool legal[MOUTH_STATES][MOUTH_STATES] = {
		[MOUTH_IDLE] = {[MOUTH_THINKING] = true},
		[MOUTH_THINKING] = {[MOUTH_SPEAKING] = true, [MOUTH_HELD] = true, [MOUTH_IDLE] = true},
		[MOUTH_SPEAKING] = {[MOUTH_HELD] = true, [MOUTH_IDLE] = true},
		[MOUTH_HELD] = {[MOUTH_SPEAKING] = true, [MOUTH_THINKING] = true, [MOUTH_IDLE] = true},
	};

	if (c->mouth == to)
		return;
	if (!legal[c->mouth][to])
		bad_edge("mouth", (int)c->mouth, (int)to);
	c->mouth = to;
}

/* ── options ── */

static void opts_defaults(void *object)
{
	struct iv_call_opts *o = object;

	*o = (struct iv_call_opts){
		.lead_min_ms = 200,
		.lead_max_ms = 400,
		.emotion_threshold_db = -50,
		.emotion_window_ms = 250,
		.emotion_min_hold = 2,
		.tool_timeout_ms = 2000,
		.rate_asr_per_min = 2.5,
		.rate_tts_per_char = 0.001,
		.rate_llm_per_token = 0.0001,
		.rate_transport_per_min = 1.0,
		.rate_platform_per_call = 0.5,
	};
}

static const struct iv_field opts_fields[] = {
	IV_INT(struct iv_call_opts, lead_min_ms, "leadMinMs", 0, 40, 2000, "least lead of playout"),
	IV_INT(struct iv_call_opts, lead_max_ms, "leadMaxMs", 0, 80, 4000, "largest lead of playout"),
	IV_DBL(struct iv_call_opts, emotion_threshold_db, "emotionThresholdDb", 0, -120, 0, "speaking"),
	IV_INT(struct iv_call_opts, emotion_window_ms, "emotionWindowMs", 0, 100, 2000, "window"),
	IV_INT(struct iv_call_opts, emotion_min_hold, "emotionMinHold", 0, 1, 20, "hysteresis"),
	IV_INT(struct iv_call_opts, tool_timeout_ms, "toolTimeoutMs", 0, 100, 30000, "of a tool"),
	IV_STR(struct iv_call_opts, consent_prompt, "consentPrompt", 0, 0, 2000, "spoken first"),
	IV_STR(struct iv_call_opts, system_prompt, "systemPrompt", 0, 0, 16384, "before every prompt"),
	IV_DBL(struct iv_call_opts, rate_asr_per_min, "rateAsrPerMin", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_tts_per_char, "rateTtsPerChar", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_llm_per_token, "rateLlmPerToken", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_transport_per_min, "rateTransportPerMin", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_platform_per_call, "ratePlatformPerCall", 0, 0, 1e6, "INR"),
	IV_FIELDS_END,
};
const struct iv_shape iv_call_opts_shape = {.name = "CallOptions",
					    .size = sizeof(struct iv_call_opts),
					    .fields = opts_fields,
					    .defaults = opts_defaults};

/* ── life ── */

/* A snapshot through the field table: whatever an agent may hold is copied, secrets it cannot hold. */
static void copy_shape(struct iv_call *c, const struct iv_shape *shape, const void *from, void *to)
{
	struct iv_buf text;
	struct iv_jw w;
	cJSON *json = NULL;
	struct iv_err e = {0};

	iv_buf_init(&text, AGENT_BYTES);
	iv_jw_init(&w, &text);
	iv_shape_write(shape, from, NULL, &w);
	if (iv_jw_done(&w))
		json = iv_json_parse(iv_buf_str(&text), &e);
	if (!json || !iv_shape_read(shape, json, to, &c->agent_memory, &e)) {
		(void)fprintf(stderr, "call: %s does not survive its own table: %s %s\n",
			      shape->name, e.field, e.msg);
		abort();
	}
	cJSON_Delete(json);
	iv_buf_deinit(&text);
}

struct iv_call *iv_call_new(const struct iv_agent *agent, const struct iv_call_opts *opts, iv_act_fn *act_fn,
			    void *arg)
{
	struct iv_call *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->act = act_fn;
	c->act_arg = arg;
	iv_arena_init(&c->agent_memory, AGENT_BYTES);
	copy_shape(c, &iv_agent_shape, agent, &c->agent);
	copy_shape(c, &iv_call_opts_shape, opts, &c->opts);
	listen_init(c);
	iv_buf_init(&c->turn.tail, ANSWER_MAX);
	iv_buf_init(&c->heard, ANSWER_MAX + SENTENCE_MAX * UTTS);
	iv_buf_init(&c->json, 65536);
	c->out.flushed = true; /* nothing is out yet */
	c->echo_coupling_ddb = COUPLING_START_DDB; /* telephone networks cancel echo to there */
	return c;
}

void iv_call_free(struct iv_call *c)
{
	if (!c)
		return;
	utts_clear(c);
	tools_deinit(c);
	history_deinit(c);
	listen_deinit(c);
	iv_buf_deinit(&c->turn.tail);
	iv_buf_deinit(&c->heard);
	iv_buf_deinit(&c->json);
	iv_arena_deinit(&c->agent_memory);
	free(c);
}

static void count_cost(const struct iv_call *c, struct iv_usage *u)
{
	const struct iv_call_opts *o = &c->opts;

	u->call_ms = c->now_us / US_PER_MS;
	u->asr_ms = c->in.asr_out ? u->asr_ms : u->call_ms;
	u->cost_inr = (double)u->asr_ms / 60000.0 * o->rate_asr_per_min +
		      (double)u->tts_chars * o->rate_tts_per_char +
		      (double)(u->llm_in + u->llm_out) * o->rate_llm_per_token +
		      (double)u->call_ms / 60000.0 * o->rate_transport_per_min + o->rate_platform_per_call;
}

void call_end(struct iv_call *c, const char *reason)
{
	if (c->life == LIFE_ENDED)
		return;
	if (reason != c->end_reason)
		iv_str_copy(c->end_reason, sizeof(c->end_reason), iv_str(reason));
	c->turn.hangup_after = c->turn.transfer_after = false;
	tools_end(c);
	if (c->turn.open) {
		bool cut = !turn_finished(c);

		if (c->mouth != MOUTH_HELD)
			c->held.at = playout_heard(c);
		c->out.end = c->out.sent = cut ? c->held.at : c->out.sent;
		turn_close(c, cut ? IV_TURN_INTERRUPTED : IV_TURN_COMPLETED);
	}
	set_life(c, LIFE_ENDED);
	count_cost(c, &c->usage);
	note_end(c);
	act(c, &(struct iv_action){.type = IV_ACT_ASR_CLOSE});
	act(c, &(struct iv_action){.type = IV_ACT_END, .text = iv_str(c->end_reason)});
}

void call_close(struct iv_call *c, const char *reason, struct iv_str farewell)
{
	if (c->life != LIFE_LIVE)
		return;
	if (!farewell.len || c->in.lost) {
		call_end(c, reason);
		return;
	}
	iv_str_copy(c->end_reason, sizeof(c->end_reason), iv_str(reason));
	if (c->turn.open) {
		c->turn.hangup_after = c->turn.transfer_after = false;
		if (c->mouth != MOUTH_HELD && !playout_drained(c)) {
			c->held.at = playout_heard(c);
			playout_clear(c, 0);
		} else if (c->mouth != MOUTH_HELD) {
			c->held.at = c->out.sent;
		}
		tools_cancel(c);
		turn_cancel_streams(c);
		c->out.end = c->out.sent = c->held.at;
		act(c, &(struct iv_action){.type = IV_ACT_CUT_FROM, .at = c->held.at});
		turn_close(c, IV_TURN_INTERRUPTED);
	}
	set_life(c, LIFE_CLOSING);
	c->closing_us = c->now_us + (int64_t)CLOSING_MS * US_PER_MS;
	if (c->in.paused)
		note(c, "call.resumed", NULL); /* the farewell is heard */
	c->in.paused = false;
	turn_open(c, TURN_CLOSING);
	c->turn.hangup_after = true;
	iv_str_copy(c->turn.end_reason, sizeof(c->turn.end_reason), iv_str(reason));
	turn_say(c, farewell, UTT_KEEP | UTT_ASIDE);
}

/* ── events ── */

static void on_start(struct iv_call *c, const struct iv_event *ev)
{
	c->leg = ev->leg;
	c->caps = iv_leg_caps(ev->leg);
	c->rate_hz = ev->rate_hz;
	c->resumable = ev->resumable;
	set_life(c, LIFE_LIVE);
	idle_touch(c);
	note(c, "call.started", "leg", iv_leg_names[ev->leg], NULL);
	act(c, &(struct iv_action){.type = IV_ACT_ASR_OPEN});
	opening_start(c);
}

static void stop_for_now(struct iv_call *c)
{
	if (c->mouth == MOUTH_SPEAKING)
		hold_start(c, c->now_us, true);
	else if (c->mouth == MOUTH_HELD)
		c->held.for_pause = true;
}

static void go_on(struct iv_call *c)
{
	if (c->in.paused || c->in.lost)
		return;
	c->in.last_speech_us = c->in.last_speech_us >= 0 ? c->now_us : -1;
	idle_touch(c);
	if (c->mouth == MOUTH_HELD && c->held.for_pause)
		barge_resume(c);
	playout_pump(c);
}

static void on_pause(struct iv_call *c, bool paused, const char *kind)
{
	if (c->in.paused == paused || c->life != LIFE_LIVE)
		return;
	note(c, kind, NULL);
	c->in.paused = paused;
	if (paused)
		stop_for_now(c);
	else
		go_on(c);
}

static void on_lost(struct iv_call *c, bool lost)
{
	if (c->in.lost == lost)
		return;
	note(c, lost ? "leg.lost" : "leg.back", NULL);
	c->in.lost = lost;
	if (lost)
		stop_for_now(c);
	else
		go_on(c);
}

static void on_asr_failed(struct iv_call *c)
{
	c->in.asr_out = true;
	c->usage.asr_ms = c->now_us / US_PER_MS;
	note(c, "asr.failed", NULL);
	call_close(c, "provider", c->agent.apology);
}

static void on_llm(struct iv_call *c, const struct iv_event *ev)
{
	bool current = c->turn.open && c->turn.gen && ev->gen == c->turn.gen;

	if (ev->type == IV_EV_LLM_DONE) {
		c->usage.llm_in += ev->a;
		c->usage.llm_out += ev->b;
	}
	if (!current)
		return; /* a generation that was cancelled has nothing to say */
	switch (ev->type) {
	case IV_EV_LLM_DELTA:
		turn_delta(c, ev->text);
		break;
	case IV_EV_LLM_DONE:
		turn_llm_done(c);
		break;
	case IV_EV_LLM_SWITCHED:
		note_text(c, "llm.switched", "provider", ev->text);
		break;
	default:
		c->turn.gen = 0;
		turn_fail(c, "llm");
		break;
	}
}

static void on_config(struct iv_call *c, struct iv_str text)
{
	cJSON *json = iv_json_parse(text, NULL);
	struct iv_agent changed = c->agent;

	if (json && iv_shape_merge(&iv_agent_shape, json, &changed, &c->agent_memory, NULL) &&
	    iv_agent_check(&changed, NULL)) {
		c->agent = changed;
		note(c, "config.updated", NULL);
	}
	else
		note(c, "config.refused", NULL);
	cJSON_Delete(json);
}

static void on_say(struct iv_call *c, struct iv_str text, bool interrupt)
{
	if (c->life != LIFE_LIVE)
		return;
	if (interrupt && c->mouth == MOUTH_SPEAKING && !must_be_heard(c))
		hold_start(c, c->now_us, false);
	if (interrupt && c->mouth == MOUTH_HELD && !c->held.for_pause)
		barge_confirm(c);
	if (!c->turn.open)
		turn_open(c, TURN_ANSWER);
	note_text(c, "operator.say", "text", text);
	turn_say(c, text, 0);
}

static void on_transfer(struct iv_call *c, struct iv_str to, bool attended)
{
	note(c, "transfer", "mode", attended ? "attended" : "blind", NULL);
	act(c, &(struct iv_action){.type = IV_ACT_TRANSFER, .text = to, .flag = attended});
	call_end(c, "transfer");
}

static void dispatch(struct iv_call *c, const struct iv_event *ev)
{
	switch (ev->type) {
	case IV_EV_START:
		on_start(c, ev);
		break;
	case IV_EV_FRAME:
		listen_frame(c, ev->level);
		break;
	case IV_EV_DTMF:
		if (ev->text.len && !c->in.paused)
			keypad_digit(c, ev->text.ptr[0]);
		break;
	case IV_EV_MARK:
		playout_mark(c, &ev->mark, ev->cleared);
		break;
	case IV_EV_LEG_LOST:
	case IV_EV_LEG_BACK:
		on_lost(c, ev->type == IV_EV_LEG_LOST);
		break;
	case IV_EV_ASR_READY:
		c->in.asr_ready = true;
		note_text(c, "asr.ready", "provider", ev->text);
		break;
	case IV_EV_ASR_PARTIAL:
	case IV_EV_ASR_FINAL:
		listen_text(c, ev->type == IV_EV_ASR_FINAL, ev->text, ev->confidence, ev->flag);
		break;
	case IV_EV_ASR_EOT:
		c->in.provider_eot = listen_words(c).len > 0;
		break;
	case IV_EV_ASR_FAILED:
		on_asr_failed(c);
		break;
	case IV_EV_ASR_SWITCHED:
		note_text(c, "asr.switched", "provider", ev->text);
		break;
	case IV_EV_LLM_DELTA:
	case IV_EV_LLM_DONE:
	case IV_EV_LLM_FAILED:
	case IV_EV_LLM_SWITCHED:
		on_llm(c, ev);
		break;
	case IV_EV_LLM_TOOL:
		tool_requested(c, ev);
		break;
	case IV_EV_TTS_AUDIO:
		utt_audio(c, ev);
		break;
	case IV_EV_TTS_DONE:
	case IV_EV_TTS_FAILED:
		utt_done(c, ev->utt, ev->type == IV_EV_TTS_FAILED, ev->text);
		break;
	case IV_EV_TTS_SWITCHED:
		note_text(c, "tts.switched", "provider", ev->text);
		break;
	case IV_EV_TOOL_RESULT:
		tool_result(c, ev->id, ev->flag, ev->text);
		break;
	case IV_EV_TEXT:
		listen_typed(c, ev->text);
		break;
	case IV_EV_PAUSE:
	case IV_EV_RESUME:
		on_pause(c, ev->type == IV_EV_PAUSE,
			 ev->type == IV_EV_PAUSE ? "call.paused" : "call.resumed");
		break;
	case IV_EV_CONFIG:
		on_config(c, ev->text);
		break;
	case IV_EV_DTMF_SEND:
		note(c, "dtmf.send", NULL);
		act(c, &(struct iv_action){.type = IV_ACT_DTMF_OUT, .text = ev->text});
		break;
	case IV_EV_TRANSFER:
		on_transfer(c, ev->text, ev->flag);
		break;
	case IV_EV_SAY:
		on_say(c, ev->text, ev->flag);
		break;
	case IV_EV_LEG_GONE:
	case IV_EV_HANGUP: {
		char reason[32];

		iv_str_copy(reason, sizeof(reason), ev->text.len ? ev->text : IV_S("hangup"));
		call_end(c, reason);
		break;
	}
	case IV_EV_TICK:
	case IV_EV_ASR_SPEECH: /* the local detector is faster; kept for the journal */
	case IV_EV_TYPES:
		break;
	}
}

/* What may have become due. Cheap when nothing has. */
static void settle(struct iv_call *c)
{
	tools_check(c);
	turn_check(c);
	utts_check(c);
	turn_progress(c);
	if (c->life == LIFE_ENDED)
		return;
	playout_pump(c);
	barge_check(c);
	keypad_check(c);
	if (turn_finished(c))
		turn_close(c, c->turn.failed ? IV_TURN_FAILED
				: c->utt_count ? IV_TURN_COMPLETED : IV_TURN_TOOL);
	if (c->life != LIFE_ENDED)
		listen_check(c);
	if (c->life != LIFE_ENDED)
		idle_check(c);
}

void iv_call_step(struct iv_call *c, const struct iv_event *ev)
{
	if (c->life == LIFE_ENDED || (c->life == LIFE_NEW && ev->type != IV_EV_START))
		return;
	if (ev->now_us < c->now_us || (c->life != LIFE_NEW && ev->type == IV_EV_START))
		bad_edge("time", (int)c->life, (int)ev->type);
	c->now_us = ev->now_us;
	dispatch(c, ev);
	if (ev->type != IV_EV_FRAME && c->life != LIFE_ENDED)
		settle(c);
	if (IV_DEBUG)
		iv_call_check(c);
}

/* ── questions ── */

bool iv_call_ended(const struct iv_call *c)
{
	return c->life == LIFE_ENDED;
}

const char *iv_call_end_reason(const struct iv_call *c)
{
	return c->life == LIFE_ENDED ? c->end_reason : NULL;
}

const struct iv_turn_report *iv_call_last_turn(const struct iv_call *c)
{
	return &c->report;
}

void iv_call_usage(const struct iv_call *c, struct iv_usage *u)
{
	*u = c->usage;
	if (c->life != LIFE_ENDED)
		count_cost(c, u);
}

const struct iv_agent *iv_call_agent(const struct iv_call *c)
{
	return &c->agent;
}

int64_t iv_call_audio_end(const struct iv_call *c)
{
	return c->out.end;
}

int64_t iv_call_heard(const struct iv_call *c)
{
	return c->life == LIFE_NEW ? 0 : playout_heard(c);
}

bool iv_call_listening(const struct iv_call *c)
{
	return c->life != LIFE_NEW && c->life != LIFE_ENDED && !c->in.paused && !c->in.lost && !c->in.asr_out;
}

void iv_call_describe(const struct iv_call *c, char *out, size_t size)
{
	(void)snprintf(out, size, "%s %s/%s turn=%d gen=%u utts=%zu sent=%lld end=%lld t=%.3f",
		       life_names[c->life], ear_names[c->in.ear], mouth_names[c->mouth], c->turns,
		       c->turn.gen, c->utt_count, (long long)c->out.sent, (long long)c->out.end,
		       (double)c->now_us / 1e6);
}

static void must(const struct iv_call *c, bool ok, const char *what)
{
	char state[200];

	if (ok)
		return;
	iv_call_describe(c, state, sizeof(state));
	(void)fprintf(stderr, "call: invariant broken: %s (%s)\n", what, state);
	abort();
}

void iv_call_check(const struct iv_call *c)
{
	must(c, c->out.sent <= c->out.end, "nothing is sent that was not synthesised");
	must(c, c->life == LIFE_NEW || playout_heard(c) <= c->out.sent, "nothing is heard that was not sent");
	must(c, c->turn.open == (c->mouth != MOUTH_IDLE), "the mouth is idle exactly between turns");
	must(c, c->utt_count <= UTTS && c->out.seg_count <= SEGMENTS, "queues are bounded");
	must(c, c->turn.open || (!c->turn.gen && !c->utt_count), "no stream runs between turns");
	must(c, c->in.text.len <= TEXT_MAX && c->history_count <= HISTORY_MESSAGES, "texts are bounded");
	must(c, c->life != LIFE_ENDED || (!c->turn.open && !tools_open(c)), "the end leaves nothing open");
}
