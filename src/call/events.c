/* What each event does to a call: who of the other files it concerns. */
#include "call_priv.h"

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
	[IV_EV_HANGUP] = "hangup", [IV_EV_RECORDING] = "recording", [IV_EV_DIALED] = "dialed",
	[IV_EV_MOVED] = "moved",
	[IV_EV_AMD] = "amd",
};

static void on_start(struct iv_call *c, const struct iv_event *ev)
{
	c->leg = ev->leg;
	c->caps = iv_leg_caps(ev->leg);
	c->rate_hz = ev->rate_hz;
	c->resumable = ev->resumable;
	set_life(c, LIFE_LIVE);
	idle_touch(c);
	note(c, "call.started", "leg", iv_leg_names[ev->leg], NULL);
	if (c->agent.echo) {
		c->in.asr_out = true; /* the owner sends everything back: there is nobody to listen or speak */
		return;
	}
	act(c, &(struct iv_action){.type = IV_ACT_ASR_OPEN});
	opening_start(c);
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
		note_switch(c, "llm.switched", ev->text, ev->name);
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

void call_dispatch(struct iv_call *c, const struct iv_event *ev)
{
	switch (ev->type) {
	case IV_EV_START:
		on_start(c, ev);
		break;
	case IV_EV_FRAME:
		listen_frame(c, ev->level);
		break;
	case IV_EV_DTMF:
		if (ev->text.len)
			keypad_digit(c, ev->text.ptr[0]);
		break;
	case IV_EV_MARK:
		playout_mark(c, &ev->mark, ev->cleared);
		break;
	case IV_EV_LEG_LOST:
	case IV_EV_LEG_BACK:
		line_lost(c, ev->type == IV_EV_LEG_LOST);
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
		note_switch(c, "asr.switched", ev->text, ev->name);
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
		utt_done(c, ev->utt,
			 (struct utt_end){.failed = ev->type == IV_EV_TTS_FAILED,
					  .others = ev->flag,
					  .reason = ev->text});
		break;
	case IV_EV_TTS_SWITCHED:
		note_switch(c, "tts.switched", ev->text, ev->name);
		break;
	case IV_EV_TOOL_RESULT:
		tool_result(c, ev->id, ev->flag, ev->text);
		break;
	case IV_EV_TEXT:
		listen_typed(c, ev->text);
		break;
	case IV_EV_PAUSE:
	case IV_EV_RESUME:
		line_pause(c, ev->type == IV_EV_PAUSE);
		break;
	case IV_EV_CONFIG:
		on_config(c, ev->text);
		break;
	case IV_EV_DTMF_SEND:
		note(c, "dtmf.send", NULL);
		act(c, &(struct iv_action){.type = IV_ACT_DTMF_OUT, .text = ev->text});
		break;
	case IV_EV_TRANSFER:
		line_transfer(c, ev->text, ev->flag, ev->name);
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
	case IV_EV_DIALED:
		line_dialed(c, ev->text, ev->a);
		break;
	case IV_EV_MOVED:
		line_moved(c);
		break;
	case IV_EV_AMD:
		line_answered_by(c, ev->text);
		break;
	case IV_EV_RECORDING:
		note_recording(c, ev);
		break;
	case IV_EV_TICK:
	case IV_EV_ASR_SPEECH: /* the local detector is faster; kept for the journal */
	case IV_EV_TYPES:
		break;
	}
}
