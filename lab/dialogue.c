/* The turns of a recorded conversation. A new answer begins with the first audible frame after the
 * caller's utterance began; when the agent was talking at that moment, only after it was cleared or
 * has been silent for 300 ms. */
#include "dialogue.h"

#include "far_end.h"

#define NEW_TURN_SILENCE_MS 300

static struct turn *add(struct dialogue *t)
{
	if (t->count == DIALOGUE_TURNS_MAX)
		return &t->items[DIALOGUE_TURNS_MAX - 1];
	struct turn *turn = &t->items[t->count++];
	*turn = (struct turn){.caller_first_ms = -1,
			      .caller_last_ms = -1,
			      .agent_first_ms = -1,
			      .agent_last_ms = -1,
			      .cleared_at_ms = -1};
	return turn;
}

void dialogue_init(struct dialogue *t)
{
	*t = (struct dialogue){.last_audible_ms = -1};
	add(t);
}

struct turn *dialogue_now(struct dialogue *t)
{
	return &t->items[t->count - 1];
}

void dialogue_caller(struct dialogue *t, int64_t first_ms, int64_t last_ms, const char *label)
{
	struct turn *turn = add(t);

	turn->caller_first_ms = first_ms;
	turn->caller_last_ms = last_ms;
	iv_str_copy(turn->label, sizeof(turn->label), iv_str(label));
	t->need_quiet =
		t->last_audible_ms >= 0 && first_ms - t->last_audible_ms < NEW_TURN_SILENCE_MS;
}

static int64_t first_audible_sample(const int16_t *pcm, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pcm[i] > 103 || pcm[i] < -103) /* -50 dBFS */
			return (int64_t)i;
	return 0;
}

bool dialogue_heard(struct dialogue *t, int64_t at_ms, const int16_t *pcm, size_t n, int rate_hz)
{
	struct turn *turn = dialogue_now(t);

	if (!far_audible(pcm, n))
		return false;
	if (t->need_quiet && at_ms - t->last_audible_ms >= NEW_TURN_SILENCE_MS)
		t->need_quiet = false;
	t->last_audible_ms = at_ms + FAR_FRAME_MS;
	if (t->need_quiet && t->count > 1)
		turn = &t->items[t->count - 2];
	bool begins = turn->agent_first_ms < 0;
	if (begins)
		turn->agent_first_ms = at_ms + first_audible_sample(pcm, n) * 1000 / rate_hz;
	turn->agent_last_ms = at_ms + FAR_FRAME_MS;
	turn->agent_heard_ms += FAR_FRAME_MS;
	return begins;
}

void dialogue_cleared(struct dialogue *t, int64_t at_ms)
{
	struct turn *turn = dialogue_now(t);

	if (turn->agent_first_ms >= 0 && at_ms < turn->caller_last_ms) {
		turn->agent_first_ms = turn->agent_last_ms = -1;
		turn->false_starts++;
		t->need_quiet = false;
		return;
	}
	if (turn->agent_first_ms < 0 && t->count > 1)
		turn--;
	t->need_quiet = false;
	if (turn->cleared_at_ms < 0)
		turn->cleared_at_ms = at_ms;
}
