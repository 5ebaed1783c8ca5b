/* Interruption. At the onset of speech the far buffer is cleared and the agent holds its breath; words
 * make it real (paid streams are cancelled, the history is cut to what was heard), silence or an "uh-huh"
 * makes it a false alarm (it goes on from the word that was last heard). */
#include "call_priv.h"

enum { HOLD_MAX_MS = 3000, SECOND_THOUGHT_MS = 1500, COUPLING_MAX_DDB = -60, COUPLING_STEP_DDB = 30,
       ALMOST_OVER_MS = 1000 };

bool must_be_heard(const struct iv_call *c)
{
	int64_t heard = playout_heard(c);

	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_get(c, i);

		/* Until a sentence that must be heard has been, nothing of the turn can be interrupted. */
		if ((u->flags & (UTT_KEEP | UTT_CLIP)) && u->state != UTT_FAILED &&
		    (u->start < 0 || u->state != UTT_READY || heard < u->end))
			return true;
	}
	return false;
}

bool may_interrupt(const struct iv_call *c)
{
	return c->agent.barge_in.enabled && c->agent.interruptible && c->life == LIFE_LIVE &&
	       !must_be_heard(c);
}

/* So little is left of what the agent says that the caller may be answering it: "yes" counts. */
static bool almost_over(const struct iv_call *c)
{
	int64_t heard = c->mouth == MOUTH_HELD ? c->held.at : playout_heard(c);

	return !c->turn.gen && !c->turn.tail.len && !utts_in(c, UTT_WAITING) && !utts_in(c, UTT_ASKED) &&
	       samples_us(c, c->out.end - heard) < (int64_t)ALMOST_OVER_MS * US_PER_MS;
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
	if (c->echo_coupling_ddb > COUPLING_START_DDB)
		c->echo_coupling_ddb -= COUPLING_STEP_DDB; /* it was no echo */
	note(c, "bargein.confirmed", NULL);
	tools_cancel(c);
	turn_cancel_streams(c);
	c->out.end = c->out.sent = c->held.at;
	act(c, &(struct iv_action){.type = IV_ACT_CUT_FROM, .at = c->held.at});
	turn_close(c, IV_TURN_INTERRUPTED);
}

/* An "uh-huh" is no turn of the caller; what was said before it stays. */
static void forget_aside(struct iv_call *c)
{
	if (is_backchannel(&c->agent.barge_in.backchannels, iv_buf_str(&c->in.partial), true))
		iv_buf_clear(&c->in.partial);
	if (!c->in.partial.len &&
	    (!c->in.text.len ||
	     is_backchannel(&c->agent.barge_in.backchannels, iv_buf_str(&c->in.text), false)))
		listen_forget(c);
}

void barge_resume(struct iv_call *c)
{
	if (!c->held.for_pause) {
		note(c, "bargein.resumed", NULL);
		/* What silenced us without a word was an echo or a cough: the next has to be louder. */
		if (!listen_words(c).len && c->echo_coupling_ddb < COUPLING_MAX_DDB)
			c->echo_coupling_ddb += COUPLING_STEP_DDB;
		forget_aside(c);
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

/* Words while the agent speaks that did not silence it yet. */
static void text_over_speech(struct iv_call *c, struct iv_str text, bool final, bool aside)
{
	size_t words = count_words(text), least = (size_t)c->agent.barge_in.min_words;
	bool second_thought =
		c->held.since_us && c->now_us - c->held.since_us < SECOND_THOUGHT_MS * US_PER_MS;

	if (aside) {
		if (final && !almost_over(c))
			forget_aside(c);
		return;
	}
	if (said_by_agent(c, text)) {
		if (c->in.speech_start_us < 0) /* the recogniser hears our echo */
			listen_forget(c);
		return;
	}
	/* Too quiet for the onset, but words all the same; one alone only right after going on. */
	if (least < 2)
		least = second_thought ? 1 : 2;
	if (words < least || !may_interrupt(c))
		return;
	hold_start(c, c->in.speech_start_us >= 0 ? c->in.speech_start_us : c->now_us, false);
	barge_confirm(c);
}

void barge_text(struct iv_call *c, struct iv_str text, bool final)
{
	const struct iv_barge_in *b = &c->agent.barge_in;
	bool aside = is_backchannel(&b->backchannels, text, !final);
	size_t words = count_words(text);

	if (!words)
		return;
	if (c->mouth == MOUTH_SPEAKING) {
		text_over_speech(c, text, final, aside);
	} else if (c->mouth == MOUTH_HELD && !c->held.for_pause) {
		if (aside ? final && almost_over(c) : (int64_t)words >= b->min_words)
			barge_confirm(c);
		else if (aside && final)
			barge_resume(c);
	}
}

void barge_check(struct iv_call *c)
{
	const struct iv_barge_in *b = &c->agent.barge_in;
	int64_t since_us = c->held.since_us > c->in.last_speech_us ? c->held.since_us : c->in.last_speech_us;

	if (c->mouth != MOUTH_HELD || c->held.for_pause || c->in.paused || c->in.lost)
		return;
	if ((c->in.ear == EAR_SPEECH || c->now_us - since_us < b->resume_ms * US_PER_MS) &&
	    c->now_us - c->held.since_us < HOLD_MAX_MS * US_PER_MS)
		return;
	if (b->resume)
		barge_resume(c);
	else
		barge_confirm(c);
}
