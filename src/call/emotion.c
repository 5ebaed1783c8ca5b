/* The energy window of emotion.window: exactly one per interval while frames come. */
#include <math.h>
#include "call_priv.h"

void emotion_frame(struct iv_call *c, struct iv_level level)
{
	const struct iv_call_opts *o = &c->opts;
	double db;
	bool loud;

	if (!c->agent.emotion)
		return;
	if (!c->emotion.due_us)
		c->emotion.due_us =
			c->now_us + (int64_t)o->emotion_window_ms * US_PER_MS - IV_TICK_US_OF_FRAME;
	c->emotion.power += pow(10.0, level.rms_ddb / 100.0);
	c->emotion.frames++;
	if (c->now_us < c->emotion.due_us)
		return;
	db = 10.0 * log10(c->emotion.power / c->emotion.frames + 1e-12);
	loud = db > o->emotion_threshold_db;
	c->emotion.streak = loud == c->emotion.speaking ? 0 : c->emotion.streak + 1;
	if (c->emotion.streak >= o->emotion_min_hold) {
		c->emotion.speaking = loud;
		c->emotion.streak = 0;
	}
	c->emotion.power = 0;
	c->emotion.frames = 0;
	/* The next window ends on the grid; after a stall the grid moves, windows are not made up. */
	c->emotion.due_us += (int64_t)o->emotion_window_ms * US_PER_MS;
	if (c->emotion.due_us <= c->now_us)
		c->emotion.due_us = c->now_us + (int64_t)o->emotion_window_ms * US_PER_MS;
	act(c, &(struct iv_action){.type = IV_ACT_EMOTION, .value = db, .flag = c->emotion.speaking});
}
