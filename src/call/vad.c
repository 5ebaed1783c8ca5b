/* Voice activity on levels of 20 ms: an adaptive noise floor, one threshold to begin and a lower one to
 * go on, short gaps bridged so that a stop consonant does not end a run. */
#include "call_priv.h"

enum {
	FLOOR_START = -600, FLOOR_MIN = -800, FLOOR_MAX = -300, /* tenths of dBFS */
	OVER_FLOOR_BEGIN = 150, OVER_FLOOR_GO_ON = 100,
	ALWAYS_SPEECH = -180, /* as loud as this is speech whatever the floor says */
	LEAST_SPEECH = -500,
	SLOW_RISE = 5,        /* frames of speech for a tenth of a dB */
	GAP_FRAMES = 2,       /* bridged inside a run */
	HISS_CROSSINGS = 200, /* of 160 or 320 samples: more is noise, not voice */
};

void vad_init(struct vad *v)
{
	*v = (struct vad){.floor_ddb = FLOOR_START, .gap = GAP_FRAMES + 1};
}

static void adapt_floor(struct vad *v, int level, bool speech)
{
	if (level < v->floor_ddb)
		v->floor_ddb += (level - v->floor_ddb) / 4 - 1;
	else if (!speech)
		v->floor_ddb += (level - v->floor_ddb) / 32 + 1;
	else
		v->floor_ddb += v->run % SLOW_RISE == 0; /* 1 dB a second: a constant hum stops being speech in time */
	if (v->floor_ddb < FLOOR_MIN)
		v->floor_ddb = FLOOR_MIN;
	if (v->floor_ddb > FLOOR_MAX)
		v->floor_ddb = FLOOR_MAX;
}

bool vad_frame(struct vad *v, struct iv_level level, int over_ddb, int64_t now_us)
{
	int threshold = v->floor_ddb + (v->run ? OVER_FLOOR_GO_ON : OVER_FLOOR_BEGIN);
	bool speech;

	if (threshold < LEAST_SPEECH)
		threshold = LEAST_SPEECH;
	if (threshold > ALWAYS_SPEECH)
		threshold = ALWAYS_SPEECH;
	if (threshold < over_ddb)
		threshold = over_ddb;
	speech = level.rms_ddb > threshold && level.crossings < HISS_CROSSINGS;
	if (level.rms_ddb < v->floor_ddb || level.rms_ddb > over_ddb)
		adapt_floor(v, level.rms_ddb, speech); /* our own echo is not the room's noise */
	if (speech) {
		if (!v->run)
			v->run_start_us = now_us - IV_TICK_US_OF_FRAME;
		v->run += 1 + v->gap * (v->run > 0 && v->gap <= GAP_FRAMES);
		v->gap = 0;
	} else if (++v->gap > GAP_FRAMES) {
		v->run = 0;
		v->gap = GAP_FRAMES + 1;
	}
	return speech;
}

int vad_run_ms(const struct vad *v)
{
	return v->run * 20;
}
