/* The caller's manners: waits until the agent has finished, except where told to interrupt. */
#include "talk.h"

void talk_init(struct talk *t, const struct script *script, size_t frame_samples)
{
	*t = (struct talk){.script = script, .frame = frame_samples, .ready_ms = -1};
}

/* The agent has answered and is silent, or does not answer at all. */
static bool agent_done(const struct talk *t, int64_t now_ms, struct dialogue *turns,
		       int64_t quiet_ms)
{
	struct turn *turn = dialogue_now(turns);
	bool greeting = turns->count == 1;

	if (turn->agent_first_ms >= 0)
		return now_ms - turns->last_audible_ms >= quiet_ms;
	if (now_ms - t->free_ms < (greeting ? TALK_GREETING_MS : TALK_ANSWER_MS))
		return false;
	if (turns->need_quiet && now_ms - turns->last_audible_ms < quiet_ms)
		return false; /* still talking on, over the caller */
	turn->lost = !greeting;
	return true;
}

static bool may_begin(struct talk *t, const struct step *s, int64_t now_ms, struct dialogue *turns)
{
	struct turn *turn = dialogue_now(turns);

	if (s->after_ms >= 0) {
		if (turn->agent_first_ms >= 0)
			return now_ms >= turn->agent_first_ms + s->after_ms;
		return agent_done(t, now_ms, turns, TALK_QUIET_MS);
	}
	return s->now || s->kind == STEP_WAIT || s->kind == STEP_HANG_UP ||
	       agent_done(t, now_ms, turns, TALK_QUIET_MS);
}

static void step_over(struct talk *t, int64_t now_ms)
{
	t->at++;
	t->going = false;
	t->pos = 0;
	t->ready_ms = -1;
	t->free_ms = now_ms;
}

static struct talk_order speak(struct talk *t, const struct step *s, int64_t now_ms)
{
	size_t left = s->samples - t->pos, n = left < t->frame ? left : t->frame;
	struct talk_order order = {.what = TALK_SPEECH,
				   .step = s,
				   .pcm = s->pcm + t->pos,
				   .n = n,
				   .begins = t->pos == 0};

	t->pos += n;
	if (t->pos == s->samples)
		step_over(t, now_ms);
	return order;
}

static struct talk_order press(struct talk *t, const struct step *s, int64_t now_ms)
{
	struct talk_order order = {.what = TALK_SILENCE, .step = s};

	if (t->pos > 0 && now_ms < t->next_digit_ms)
		return order;
	if (s->words[t->pos] == '\0') {
		step_over(t, now_ms);
		return order;
	}
	order.what = TALK_DIGIT;
	order.begins = t->pos == 0;
	order.digit = s->words[t->pos++];
	t->next_digit_ms = now_ms + TALK_DIGIT_MS;
	return order;
}

static struct talk_order perform(struct talk *t, const struct step *s, int64_t now_ms)
{
	struct talk_order order = {.what = TALK_SILENCE, .step = s, .begins = true};

	switch (s->kind) {
	case STEP_WAV:
	case STEP_TEXT:
	case STEP_TONE:
		return speak(t, s, now_ms);
	case STEP_DTMF:
		return press(t, s, now_ms);
	case STEP_TYPED:
		order.what = TALK_TYPE;
		step_over(t, now_ms);
		break;
	case STEP_HANG_UP:
		order.what = TALK_HANG_UP;
		step_over(t, now_ms);
		break;
	case STEP_WAIT:
		order.begins = false;
		if (now_ms - t->ready_ms >= s->wait_ms)
			step_over(t, now_ms);
		break;
	}
	return order;
}

struct talk_order talk_tick(struct talk *t, int64_t now_ms, struct dialogue *turns)
{
	struct talk_order silence = {.what = TALK_SILENCE};

	if (t->at == t->script->count) {
		if (!t->stay && agent_done(t, now_ms, turns, TALK_LAST_QUIET_MS))
			silence.what = TALK_HANG_UP;
		return silence;
	}
	const struct step *s = &t->script->steps[t->at];
	if (!t->going) {
		if (t->ready_ms < 0 && may_begin(t, s, now_ms, turns))
			t->ready_ms = now_ms;
		if (t->ready_ms < 0 || now_ms < t->ready_ms + s->gap_ms)
			return silence;
		t->going = true;
		t->ready_ms = now_ms;
	}
	return perform(t, s, now_ms);
}
