/* Playout as arithmetic. */
#include "far_clock.h"

void far_clock_init(struct far_clock *f, int rate_hz)
{
	*f = (struct far_clock){.rate_hz = rate_hz};
}

static struct far_arrival begin_spurt(struct far_clock *f, int64_t now_us, int64_t length_us)
{
	f->talking = true;
	f->first_us = f->earliest_us = now_us;
	f->spurt_us = length_us;
	f->play_end_us = now_us + length_us;
	return (struct far_arrival){.first = true};
}

struct far_arrival far_clock_audio(struct far_clock *f, int64_t now_us, size_t samples)
{
	int64_t length_us = (int64_t)samples * 1000000 / f->rate_hz;
	struct far_arrival a = {0};

	if (!f->talking || now_us - f->play_end_us > FAR_CLOCK_PAUSE_US)
		return begin_spurt(f, now_us, length_us);
	int64_t relative = now_us - f->spurt_us;
	if (relative < f->earliest_us)
		f->earliest_us = relative;
	a.jitter_us = relative - f->earliest_us;
	f->spurt_us += length_us;
	if (now_us > f->play_end_us) {
		a.late_us = now_us - f->play_end_us;
		f->play_end_us = now_us;
		f->earliest_us = relative; /* what follows is not late again for the same reason */
	}
	f->play_end_us += length_us;
	return a;
}

void far_clock_mark(struct far_clock *f, int64_t now_us, struct iv_str name)
{
	if (f->mark_count == FAR_CLOCK_MARKS || name.len >= FAR_CLOCK_NAME) {
		f->marks_dropped++;
		return;
	}
	struct far_clock_mark *m = &f->marks[f->mark_count++];
	m->due_us = f->play_end_us > now_us ? f->play_end_us : now_us;
	iv_str_copy(m->name, sizeof(m->name), name);
}

void far_clock_clear(struct far_clock *f, int64_t now_us)
{
	f->talking = false;
	if (f->play_end_us > now_us)
		f->play_end_us = now_us;
	for (size_t i = 0; i < f->mark_count; i++)
		f->marks[i].due_us = now_us;
}

bool far_clock_due(struct far_clock *f, int64_t now_us, char name[FAR_CLOCK_NAME])
{
	if (f->mark_count == 0 || f->marks[0].due_us > now_us)
		return false;
	memcpy(name, f->marks[0].name, FAR_CLOCK_NAME);
	memmove(f->marks, f->marks + 1, --f->mark_count * sizeof(f->marks[0]));
	return true;
}
