/* The quality of the caller's line by when its frames came. No packet is ever lost on a WebSocket: it comes late,
 * and what comes later than a playout buffer waits is as lost to a listener as if it had been. */
#include <math.h>
#include "story_priv.h"

enum { FRAME_US = 20000, TARGET_US = 40000, DEPTH_US = 80000, SILENT_US = 1000000 };

void story_media_frame(struct media *m, int64_t now_us)
{
	int64_t gap = now_us - m->last_us, off = gap > FRAME_US ? gap - FRAME_US : FRAME_US - gap;
	bool first = m->frames++ == 0 || gap > SILENT_US; /* a muted microphone is no bad line */

	m->last_us = now_us;
	if (first) {
		m->due_us = now_us + TARGET_US + FRAME_US;
		return;
	}
	off = off / 1000 / JITTER_STEP_MS;
	m->spread[off < JITTER_BUCKETS ? off : JITTER_BUCKETS - 1]++;
	m->spreads++;
	if (now_us > m->due_us) {
		m->late += (now_us - m->due_us + FRAME_US - 1) / FRAME_US;
		m->due_us = now_us;
	} else if (m->due_us - now_us > DEPTH_US) {
		m->due_us = now_us + DEPTH_US; /* deeper than the buffer: it catches up */
	}
	m->due_us += FRAME_US;
}

static double spread_p95(const struct media *m)
{
	int64_t seen = 0, wanted = (m->spreads * 95 + 99) / 100;

	for (size_t i = 0; i < JITTER_BUCKETS; i++) {
		seen += m->spread[i];
		if (seen >= wanted)
			return (double)i * JITTER_STEP_MS;
	}
	return 0;
}

/* G.107 for G.711 with packet loss concealment (Ie 0, Bpl 25.1), delay of the buffer alone: what the network
 * adds is not known here. */
static double opinion_score(double late_pct, double delay_ms)
{
	double r = 93.2 - 0.024 * delay_ms - 95 * late_pct / (late_pct + 25.1);
	double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;

	return r <= 0 ? 1 : mos < 1 ? 1 : mos > 4.5 ? 4.5 : mos;
}

void iv_story_media(const struct iv_story *s, struct iv_story_media *out)
{
	const struct media *m = &s->media;

	*out = (struct iv_story_media){NAN, NAN, NAN};
	if (!m->frames)
		return;
	out->jitter_ms_p95 = spread_p95(m);
	out->late_pct = 100.0 * (double)m->late / (double)(m->frames + m->late);
	out->mos = opinion_score(out->late_pct, TARGET_US / 1000.0 + out->jitter_ms_p95);
}
