/* Interruption. At the onset of speech the far buffer is cleared and the agent holds its breath; words
 * make it real (paid streams are cancelled, the history is cut to what was heard), silence or an "uh-huh"
 * makes it a false alarm (it goes on from the word that was last heard). */
#include "call_priv.h"

enum { HOLD_MAX_MS = 3000, SECOND_THOUGHT_MS = 1500, COUPLING_MAX_DDB = -60 };

bool may_interrupt(struct iv_call *c)
{
	int64_t heard = playout_heard(c);

	if (!c->agent.barge_in.enabled || !c->agent.interruptible || c->life != LIFE_LIVE)
		return false;
	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_at(c, i);

		/* Until a sentence that must be heard has been, nothing of the turn can be interrupted. */
		if ((u->flags & (UTT_KEEP | UTT_CLIP)) && u->state != UTT_FAILED &&
		    (u->start < 0 || u->state != UTT_READY || heard < u->end))
			return false;
	}
	return true;
}

void hold_start(struct iv_call *c, int64_t onset_us, bool for_pause)
{
	c->held = (struct hold){
		.since_us = c->now_us, .at = playout_heard(c), .onset_us = onset_us, .for_pause = for_pause};
	set_mouth(c, MOUTH_HELD);
	c->out.sent = c->held.at;
	playout_clear(c, (double)(c->now_us - onset_us) / US_PER_MS);
	if (!for_pause)
		note_ms(c, "bargein.detected", "cutoffMs", (c->now_us - onset_us) / US_PER_MS);
}

void barge_frame(struct iv_call *c)
{
	if (c->mouth == MOUTH_SPEAKING && vad_run_ms(&c->in.vad) >= c->agent.barge_in.onset_ms &&
	    may_interrupt(c))
		hold_start(c, c->in.vad.run_start_us, false);
}

void barge_confirm(struct iv_call *c)
{
	c->usage.interruptions++;
	note(c, "bargein.confirmed", NULL);
	tools_cancel(c);
	turn_cancel_streams(c);
	c->out.end = c->out.sent = c->held.at;
	act(c, &(struct iv_action){.type = IV_ACT_CUT_FROM, .at = c->held.at});
	turn_close(c, IV_TURN_INTERRUPTED);
}

void barge_resume(struct iv_call *c)
{
	if (!c->held.for_pause) {
		/* What silenced us was an echo or a cough: let the next one be louder than this. */
		note(c, "bargein.resumed", NULL);
		if (c->echo_coupling_ddb < COUPLING_MAX_DDB)
			c->echo_coupling_ddb += 30;
		listen_forget(c);
	}
	c->held.since_us = c->now_us; /* when it went on, for second thoughts */
	c->out.sent = resume_point(c, c->held.at);
	for (size_t i = 0; i < c->utt_count; i++)
		if (utt_at(c, i)->end > c->out.sent)
			utt_at(c, i)->marked = false;
	set_mouth(c, c->out.end > 0 || c->utt_count ? MOUTH_SPEAKING : MOUTH_THINKING);
	tools_start_pending(c);
	turn_progress(c);
	playout_pump(c);
}

static bool said_by_agent(struct iv_call *c, struct iv_str text)
{
	for (size_t i = 0; i < c->utt_count; i++)
		if (contains_phrase((struct iv_str){utt_at(c, i)->text, utt_at(c, i)->text_len}, text))
			return true;
	return false;
}

void barge_text(struct iv_call *c, struct iv_str text, bool final)
{
	const struct iv_barge_in *b = &c->agent.barge_in;
	size_t words = count_words(text), least = (size_t)(b->min_words > 1 ? b->min_words : 1);
	bool aside = is_backchannel(&b->backchannels, text);

	if (!words)
		return;
	if (c->mouth == MOUTH_SPEAKING) {
		bool just_resumed = c->now_us - c->held.since_us < SECOND_THOUGHT_MS * US_PER_MS && c->held.since_us;

		if (aside) {
			if (final)
				listen_forget(c);
			return;
		}
		/* Too quiet for the onset, but words all the same; not our own echo. */
		if (words < (just_resumed || least > 1 ? least : 2) || said_by_agent(c, text) || !may_interrupt(c))
			return;
		hold_start(c, c->in.speech_start_us >= 0 ? c->in.speech_start_us : c->now_us, false);
		barge_confirm(c);
	} else if (c->mouth == MOUTH_HELD && !c->held.for_pause) {
		if (aside && final)
			barge_resume(c);
		else if (!aside && words >= least)
			barge_confirm(c);
	}
}

void barge_check(struct iv_call *c)
{
	const struct iv_barge_in *b = &c->agent.barge_in;
	int64_t quiet_ms;

	if (c->mouth != MOUTH_HELD || c->held.for_pause || c->in.paused || c->in.lost)
		return;
	quiet_ms = (c->now_us - c->in.last_speech_us) / US_PER_MS;
	if ((c->in.ear != EAR_SPEECH && quiet_ms >= b->resume_ms) ||
	    c->now_us - c->held.since_us >= HOLD_MAX_MS * US_PER_MS) {
		if (b->resume)
			barge_resume(c);
		else
			barge_confirm(c);
	}
}
