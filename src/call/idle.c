/* Silence and the clock: ask whether somebody is there, hang up on nobody, end a call that is too long. */
#include "call_priv.h"

void idle_touch(struct iv_call *c)
{
	c->idle.since_us = c->idle.caller_us = c->now_us;
	c->idle.prompts = 0;
}

static bool quiet(const struct iv_call *c)
{
	return c->mouth == MOUTH_IDLE && !c->turn.open && c->in.ear != EAR_SPEECH && !listen_words(c).len &&
	       !c->in.paused && !c->in.lost && !c->keypad.n;
}

static void ask(struct iv_call *c, struct iv_str prompt)
{
	note_ms(c, "idle.prompt", "silentMs", (c->now_us - c->idle.caller_us) / US_PER_MS);
	turn_open(c, TURN_ASIDE);
	turn_say(c, prompt, UTT_ASIDE);
	if (!c->utt_count)
		turn_close(c, IV_TURN_COMPLETED);
}

void idle_check(struct iv_call *c)
{
	const struct iv_idle *i = &c->agent.idle;

	if (c->life == LIFE_CLOSING) {
		if (c->now_us >= c->closing_us)
			call_end(c, c->end_reason);
		return;
	}
	if (c->in.away)
		return; /* two people talk: their time is not the agent's */
	if (c->now_us - c->away_us >= c->agent.max_duration_ms * US_PER_MS) {
		call_close(c, "max_duration", c->agent.max_duration_text);
		return;
	}
	if (!quiet(c))
		return;
	if (i->hangup_ms && c->now_us - c->idle.caller_us >= i->hangup_ms * US_PER_MS)
		call_close(c, "silence", i->goodbye);
	else if (i->prompt_ms && c->idle.prompts < i->prompts.count &&
		 c->now_us - c->idle.since_us >= i->prompt_ms * US_PER_MS)
		ask(c, i->prompts.items[c->idle.prompts++]);
}
