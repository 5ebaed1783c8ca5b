/* What the machine wants is done: audio and messages to the client, orders to the streams. */
#include <stdio.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "session.h"

static void send_leg(void *arg, bool text, struct iv_str message)
{
	struct session *s = arg;

	if (!s->ws)
		return;
	/* A socket that does not take audio is closed by its hard limit; nothing is dropped in between. */
	if (!(text ? iv_ws_send_text(s->ws, message, IV_WS_MUST)
		   : iv_ws_send_binary(s->ws, message.ptr, message.len, IV_WS_MUST)))
		iv_metric_add(IV_M_audio_dropped_total, 1, 1);
}

static void send_audio(struct session *s, const struct iv_action *a)
{
	struct iv_gateway *g = s->g;
	size_t n = (size_t)(a->samples + a->pad), have = (size_t)a->samples;

	if (n > IV_LEG_SCRATCH_SAMPLES)
		n = IV_LEG_SCRATCH_SAMPLES;
	(void)iv_pcm_read(&s->pcm, a->at, g->block, have); /* what is missing reads as silence */
	memset(g->block + have, 0, (n - have) * sizeof(g->block[0]));
	watch_agent(s, g->block, have);
	iv_leg_audio(&s->leg, g->block, n, (double)s->last_us / 1e6, iv_wall_ms(), &g->scratch, send_leg, s);
	stats_sent(s);
}

void actions_echo(struct session *s, const int16_t *pcm, size_t n)
{
	struct iv_gateway *g = s->g;

	/* The codec's scratch holds what came in while it is being given out: what goes out is a copy. */
	n = n < IV_LEG_SCRATCH_SAMPLES ? n : IV_LEG_SCRATCH_SAMPLES;
	memcpy(g->block, pcm, n * sizeof(pcm[0]));
	iv_leg_audio(&s->leg, g->block, n, (double)s->last_us / 1e6, iv_wall_ms(), &g->echo_scratch, send_leg, s);
	iv_metric_add(IV_M_frames_out_total, (int)s->leg.kind, 1);
}

static void client(struct session *s, bool written, bool numbered)
{
	if (written)
		message_send(s, numbered);
}

static void tell_turn(struct session *s)
{
	const struct iv_turn_report *r = iv_call_last_turn(s->call);
	const struct iv_turn_stamps_us *us = &r->at_us;
	struct iv_turn_stamps ms = {
		.vad_end = us->vad_end < 0 ? -1 : us->vad_end / 1000,
		.stt_final = us->stt_final < 0 ? -1 : us->stt_final / 1000,
		.eou = us->eou < 0 ? -1 : us->eou / 1000,
		.llm_first = us->llm_first < 0 ? -1 : us->llm_first / 1000,
		.sentence_first = us->sentence_first < 0 ? -1 : us->sentence_first / 1000,
		.tts_first = us->tts_first < 0 ? -1 : us->tts_first / 1000,
		.leg_first = us->leg_first < 0 ? -1 : us->leg_first / 1000,
		.heard_first = us->heard_first < 0 ? -1 : us->heard_first / 1000,
	};

	stats_turn(r);
	client(s,
	       iv_msg_turn(&s->g->json, message_stamp(s, true), r->number, iv_turn_outcomes[r->outcome], r->heard,
			   &ms),
	       true);
}

/* As the first platform's clients know it: a word, and arousal from 0 to 1 by how loud it is. */
static void tell_emotion(struct session *s, const struct iv_action *a)
{
	bool lively = a->flag && a->value > s->g->call_opts.emotion_threshold_db + 10;
	double arousal = a->value < -100 ? 0 : a->value > -40 ? 1 : (a->value + 100) / 60;

	iv_buf_clear(&s->g->json);
	client(s, iv_msg_emotion_state(&s->g->json, message_stamp(s, false), lively ? "active" : "idle", arousal, 0.5, 0.6),
	       false);
}

static void tell_client(struct session *s, const struct iv_action *a)
{
	struct iv_buf *b = &s->g->json;
	struct iv_stamp must = message_stamp(s, true), may = message_stamp(s, false);

	iv_buf_clear(b);
	switch (a->type) {
	case IV_ACT_STT:
		client(s, iv_msg_stt(b, a->flag ? must : may, a->flag, a->text, a->value, 0), a->flag);
		break;
	case IV_ACT_DELTA:
		client(s, iv_msg_llm_delta(b, must, a->text), true);
		break;
	case IV_ACT_SAY:
		client(s, iv_msg_say(b, must, (int)a->a, a->text), true);
		break;
	case IV_ACT_EMOTION:
		client(s, iv_msg_emotion(b, may, a->value, a->flag), false);
		if (s->g->d.cfg->emotion_state)
			tell_emotion(s, a);
		break;
	case IV_ACT_TURN:
		tell_turn(s);
		break;
	case IV_ACT_DTMF_IN:
		client(s, a->text.len && iv_msg_dtmf(b, must, a->text.ptr[0]), true);
		break;
	default:
		break;
	}
}

/* Some orders only a carrier's control channel can carry out; say so rather than pretend. */
static void not_on_this_leg(struct session *s, const char *what)
{
	struct iv_err e = {0};

	(void)iv_fail(&e, IV_EUNSUPPORTED, "%s needs a carrier's control channel, which this leg does not have", what);
	message_error(s, &e);
	iv_warn("action.unsupported", IV_LS("action", what));
}

static void clear(struct session *s, const struct iv_action *a)
{
	iv_leg_clear(&s->leg, a->gen, (double)s->last_us / 1e6, iv_wall_ms(), send_leg, s);
	if (a->value > 0)
		iv_metric_observe(IV_M_bargein_cutoff_ms, 0, a->value);
}

/* A line of the timeline, in the order and with the number its account will give it. */
static void tell_line(struct session *s, struct iv_str kind, struct iv_str payload)
{
	bool heard = iv_str_eq(kind, IV_S("stt.final"));

	s->timeline_seq++;
	if (!s->g->d.calls)
		return;
	iv_calls_tell(s->g->d.calls,
		      &(struct iv_call_line){.tenant_id = iv_str(s->tenant_id),
					     .call_id = iv_str(s->call_id),
					     .seq = s->timeline_seq,
					     .wall_ms = s->start_wall_ms + s->last_us / 1000,
					     .kind = kind,
					     .payload = payload,
					     .redact = s->redact,
					     .wanted = (heard && s->wants_finals) ||
						       (s->wants_tools && iv_str_starts(kind, IV_S("tool.")))});
}

static void took_note(struct session *s, const struct iv_action *a)
{
	/* The payload holds what was said: it goes to the timeline, never to the log. */
	iv_debug("timeline", IV_LV("kind", a->name));
	if (iv_str_eq(a->name, IV_S("bargein.confirmed")))
		iv_metric_add(IV_M_bargeins_total, 0, 1);
	else if (iv_str_eq(a->name, IV_S("bargein.resumed")))
		iv_metric_add(IV_M_bargeins_total, 1, 1);
	else if (iv_str_eq(a->name, IV_S("tool.succeeded")))
		iv_metric_add(IV_M_tool_calls_total, 0, 1);
	else if (iv_str_eq(a->name, IV_S("tool.failed")))
		iv_metric_add(IV_M_tool_calls_total, 1, 1);
	else if (iv_str_eq(a->name, IV_S("tool.cancelled")))
		iv_metric_add(IV_M_tool_calls_total, 3, 1);
	tell_line(s, a->name, a->text);
}

/* ── each kind of order */

static void do_leg(struct session *s, const struct iv_action *a)
{
	if (a->type == IV_ACT_LEG_SEND)
		send_audio(s, a);
	else if (a->type == IV_ACT_LEG_MARK)
		iv_leg_mark(&s->leg, &a->mark, send_leg, s);
	else
		clear(s, a);
}

static void do_asr(struct session *s, const struct iv_action *a)
{
	if (a->type == IV_ACT_ASR_OPEN)
		streams_asr_open(s);
	else if (a->type == IV_ACT_ASR_CLOSE)
		streams_asr_close(s);
	else if (s->asr && a->type == IV_ACT_ASR_FLUSH)
		iv_asr_flush(s->asr);
	else if (s->asr)
		iv_asr_finalize(s->asr);
}

static void press_keys(struct session *s, const struct iv_action *a)
{
	if (!line_keys(s, a->text))
		not_on_this_leg(s, "dtmf.send");
}

static void end_session(struct session *s, const struct iv_action *a)
{
	char reason[32]; /* the action's own goes with the machine */

	(void)iv_str_copy(reason, sizeof(reason), a->text);
	session_ended(s, reason);
}

static void do_order(struct session *s, const struct iv_action *a)
{
	switch (a->type) {
	case IV_ACT_LEG_SEND:
	case IV_ACT_LEG_MARK:
	case IV_ACT_LEG_CLEAR:
		do_leg(s, a);
		break;
	case IV_ACT_KEEP_FROM:
		iv_pcm_drop_before(&s->pcm, a->at);
		break;
	case IV_ACT_CUT_FROM:
		iv_pcm_cut_from(&s->pcm, a->at);
		break;
	case IV_ACT_ASR_OPEN:
	case IV_ACT_ASR_FLUSH:
	case IV_ACT_ASR_FINALIZE:
	case IV_ACT_ASR_CLOSE:
		do_asr(s, a);
		break;
	case IV_ACT_LLM_ASK:
		streams_llm_ask(s, a->gen);
		break;
	case IV_ACT_LLM_CANCEL:
		streams_llm_cancel(s, a->gen);
		break;
	case IV_ACT_TTS_SAY:
		streams_tts_say(s, a);
		break;
	case IV_ACT_TTS_CANCEL:
		streams_tts_cancel(s, a->utt);
		break;
	case IV_ACT_TOOL_CALL:
		streams_tool(s, a);
		break;
	case IV_ACT_TOOL_CANCEL:
		streams_tool_cancel(s, a->id);
		break;
	case IV_ACT_DTMF_OUT:
		press_keys(s, a);
		break;
	case IV_ACT_TRANSFER:
		line_hand_on(s, a);
		break;
	case IV_ACT_NOTE:
		took_note(s, a);
		break;
	case IV_ACT_END:
		end_session(s, a);
		break;
	case IV_ACT_STT:
	case IV_ACT_DELTA:
	case IV_ACT_SAY:
	case IV_ACT_EMOTION:
	case IV_ACT_TURN:
	case IV_ACT_DTMF_IN:
		watch_action(s, a);
		tell_client(s, a);
		break;
	case IV_ACT_TYPES:
		break;
	}
}

void actions_do(void *session, const struct iv_action *a)
{
	struct session *s = session;

	if (s->story)
		iv_story_action(s->story, s->last_us, a, s->call);
	if (s->trace.call)
		trace_action(s, a);
	do_order(s, a);
}
