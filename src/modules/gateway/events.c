/* What arrives from the client becomes events of the machine. */
#include "iv_log.h"
#include "iv_metrics.h"
#include "session.h"

/* ── audio ── */

static void on_frame(void *arg, const int16_t *pcm, size_t n)
{
	struct session *s = arg;
	struct iv_level level = iv_level_measure(pcm, n);

	watch_caller(s, level);
	session_step(s, &(struct iv_event){.type = IV_EV_FRAME, .level = level});
	recording_frame(s, pcm, n);
}

static void on_audio(struct session *s, const int16_t *pcm, size_t n)
{
	static const int16_t silence[IV_LEG_SCRATCH_SAMPLES];

	iv_metric_add(IV_M_frames_in_total, (int)s->leg.kind, 1);
	if (s->muted && n <= IV_LEG_SCRATCH_SAMPLES)
		pcm = silence;
	if (iv_call_agent(s->call)->echo)
		actions_echo(s, pcm, n);
	if (s->asr && iv_call_listening(s->call))
		iv_asr_send(s->asr, pcm, n);
	iv_framer_push(&s->framer, pcm, n, on_frame, s);
}

/* ── the leg's events ── */

void events_leg(void *session, const struct iv_leg_event *ev)
{
	struct session *s = session;
	struct iv_event out = {0};

	if (s->state != SESSION_LIVE)
		return;
	switch (ev->type) {
	case IV_LEG_AUDIO:
		on_audio(s, ev->pcm, ev->samples);
		return;
	case IV_LEG_DTMF:
		recording_key(s);
		out.type = IV_EV_DTMF;
		out.text = (struct iv_str){&ev->digit, 1};
		break;
	case IV_LEG_MARKED:
		out.type = IV_EV_MARK;
		out.mark = ev->mark;
		out.cleared = ev->cleared;
		break;
	case IV_LEG_CONTROL:
		message_control(s, ev->text);
		return;
	case IV_LEG_STOPPED:
		out.type = IV_EV_LEG_GONE;
		out.text = IV_S("hangup");
		break;
	case IV_LEG_STARTED:
		return; /* what it says was known from the handshake */
	}
	session_step(s, &out);
}

void events_message(struct session *s, bool text, struct iv_str data)
{
	struct iv_err e = {0};

	s->last_app_us = iv_now_us();
	if (iv_leg_receive(&s->leg, text, data, &s->g->scratch, events_leg, s, &e))
		return;
	iv_metric_add(IV_M_messages_bad_total, (int)s->leg.kind, 1);
	iv_info("message.bad", IV_LS("call_id", s->call_id), IV_LS("field", e.field), IV_LS("rule", e.msg));
	if (s->state == SESSION_LIVE)
		message_error(s, &e);
}
