/* far_clock: the far end by arithmetic, for callers by the thousand: when what has arrived would have
 * been played out, what came too late for that, and which marks are due. Pure; times in microseconds. */
#ifndef LAB_FAR_CLOCK_H
#define LAB_FAR_CLOCK_H

#include "iv_str.h"

#define FAR_CLOCK_MARKS 12
#define FAR_CLOCK_NAME 64
#define FAR_CLOCK_PAUSE_US 400000 /* sound after a longer silence begins a new spurt */

struct far_clock_mark {
	int64_t due_us;
	char name[FAR_CLOCK_NAME];
};

struct far_clock {
	int rate_hz;
	bool talking;        /* within a spurt */
	int64_t play_end_us; /* when the sound that is here will have been played */
	int64_t first_us;    /* arrival of the spurt's first sound */
	int64_t spurt_us;    /* sound of the spurt so far */
	int64_t earliest_us; /* the smallest arrival - position of the spurt */
	struct far_clock_mark marks[FAR_CLOCK_MARKS];
	size_t mark_count;
	int64_t marks_dropped;
};

struct far_arrival {
	bool first;        /* begins a spurt: nothing to compare with */
	int64_t late_us;   /* after the sound before it had run out: heard as a gap; else 0 */
	/* Behind the ideal of a sender that paces in real time: how much later than its place in the sound
	 * says, measured against the earliest of the spurt. */
	int64_t jitter_us;
};

void far_clock_init(struct far_clock *f, int rate_hz);
struct far_arrival far_clock_audio(struct far_clock *f, int64_t now_us, size_t samples);
void far_clock_mark(struct far_clock *f, int64_t now_us, struct iv_str name);
/* All sound is gone; every mark is due now. */
void far_clock_clear(struct far_clock *f, int64_t now_us);
/* The oldest mark if it is due: taken out, its name in `name`. */
bool far_clock_due(struct far_clock *f, int64_t now_us, char name[FAR_CLOCK_NAME]);

#endif
