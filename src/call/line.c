/* The line itself: held by an operator, lost and come back, with another telephone, or answered by a machine. */
#include "call_priv.h"

enum { TONE_MS = 30000 }; /* a greeting without an end is taken to have ended after so long */

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

void line_pause(struct iv_call *c, bool paused)
{
	if (c->in.paused == paused || c->life != LIFE_LIVE)
		return;
	note(c, paused ? "call.paused" : "call.resumed", NULL);
	c->in.paused = paused;
	if (paused)
		stop_for_now(c);
	else
		go_on(c);
}

static void say_nobody_took_it(struct iv_call *c)
{
	c->nobody_took_it = false;
	if (c->life != LIFE_LIVE)
		return;
	if (!c->turn.open)
		turn_open(c, TURN_ANSWER);
	turn_say(c, c->agent.transfer.failed, 0);
}

void line_lost(struct iv_call *c, bool lost)
{
	if (c->in.lost == lost)
		return;
	note(c, lost ? "leg.lost" : "leg.back", NULL);
	c->in.lost = lost;
	if (c->in.away)
		c->away_us += c->now_us - c->away_since_us;
	c->in.away = false;
	if (lost)
		stop_for_now(c);
	else
		go_on(c);
	if (!lost)
		keypad_back(c);
	if (!lost && c->nobody_took_it)
		say_nobody_took_it(c);
}

/* ── another telephone ── */

void line_transfer(struct iv_call *c, struct iv_str to, bool attended, struct iv_str whisper)
{
	bool comes_back = c->resumable && c->leg != IV_LEG_BROWSER;

	if (c->in.away || c->life != LIFE_LIVE)
		return; /* it is there already, or the call takes its leave */
	if (attended && !whisper.len)
		whisper = c->agent.transfer.whisper; /* who ordered it had no words of his own */
	note(c, "transfer", "mode", attended ? "attended" : "blind", NULL);
	if (comes_back) {
		c->in.lost = c->in.away = true;
		c->away_since_us = c->now_us;
		stop_for_now(c);
	}
	act(c, &(struct iv_action){.type = IV_ACT_TRANSFER, .text = to, .flag = attended, .name = whisper});
	if (!comes_back)
		call_end(c, "transfer");
}

void line_dialed(struct iv_call *c, struct iv_str status, int64_t seconds)
{
	bool talked = iv_str_eq(status, IV_S("completed"));

	if (!c->in.away)
		return;
	note_dialed(c, talked ? "transfer.completed" : "transfer.failed", status, seconds);
	c->nobody_took_it = !talked;
}

/* ── another process ── */

void line_moved(struct iv_call *c)
{
	int64_t at = c->mouth == MOUTH_HELD ? c->held.at : playout_heard(c);

	if (!c->in.lost || c->life == LIFE_NEW)
		return;
	note(c, "call.moved", NULL);
	utts_moved(c, at);
	c->out.end = c->out.sent = at;
	tools_moved(c);
	turn_moved(c);
}

/* ── a machine ── */

static void leave_message(struct iv_call *c)
{
	c->tone_us = 0;
	call_close(c, "voicemail", c->agent.voicemail.message);
}

void line_answered_by(struct iv_call *c, struct iv_str verdict)
{
	enum { HANG_UP, LEAVE_MESSAGE, GO_ON };
	bool end = iv_str_eq(verdict, IV_S("machine_end")), machine = end || iv_str_eq(verdict, IV_S("machine"));

	if (c->life != LIFE_LIVE)
		return;
	note_text(c, "amd", "verdict", verdict);
	if (iv_str_eq(verdict, IV_S("fax")) || (machine && c->agent.voicemail.action == HANG_UP)) {
		call_end(c, "voicemail");
	} else if (machine && c->agent.voicemail.action == LEAVE_MESSAGE) {
		if (end) {
			leave_message(c);
		} else if (!c->tone_us) { /* it does not hear us before its tone, and what it says is no turn */
			c->tone_us = c->now_us + TONE_MS * US_PER_MS;
			line_pause(c, true);
		}
	} else if (iv_str_eq(verdict, IV_S("human")) && c->tone_us) {
		c->tone_us = 0; /* the first verdict was wrong */
		line_pause(c, false);
	}
}

void line_check(struct iv_call *c)
{
	if (c->tone_us && c->life == LIFE_LIVE && c->now_us >= c->tone_us)
		leave_message(c);
}
