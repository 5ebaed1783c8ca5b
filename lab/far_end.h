/* far_end: what the person on the line hears. Fed with what the daemon sends, asked for 20 ms of sound
 * at each tick of the far side's media clock; pure, exact to the sample.
 *
 *   twilio   plays in order from the next tick on; a mark comes back once everything sent before it has
 *            been played; clear empties and gives all marks back at once
 *   jambonz  mod_audio_fork: a prebuffer that moves on in whole thresholds, marks as in-band samples of
 *            0xffff, a kill that waits for the next tick (every step of far_end_tick names its quirk)
 *   browser  a page: 40 ms of jitter buffer before it starts and after each time it ran dry
 */
#ifndef LAB_FAR_END_H
#define LAB_FAR_END_H

#include "iv_str.h"

#define FAR_FRAME_MS 20
#define FAR_FRAME_MAX 960
#define FAR_MARKS_MAX 128
#define FAR_MARK_NAME 128
#define FAR_BUFFER_S 180       /* more buffered sound than this is thrown away and counted */
#define FAR_JAMBONZ_MARKS 30   /* the 31st outstanding mark is dropped without a word */
#define FAR_GAP_MAX_MS 400     /* a longer silence is a pause, not a gap */

enum far_kind { FAR_BROWSER, FAR_JAMBONZ, FAR_TWILIO };

struct far_queue {
	int16_t *pcm;
	size_t cap, head, len, limit;
};

struct far_mark {
	int64_t at; /* twilio: samples written before it */
	char name[FAR_MARK_NAME];
};

struct far_marks {
	struct far_mark items[FAR_MARKS_MAX];
	size_t count;
};

/* A mark goes back to the daemon. May not call back into the far end. */
typedef void far_mark_fn(void *arg, struct iv_str name, bool cleared);

struct far_end {
	enum far_kind kind;
	int rate_hz;
	size_t frame; /* samples of one tick */
	far_mark_fn *on_mark;
	void *arg;

	struct far_queue queue;
	int64_t written, played; /* positions in everything ever queued; a clear skips played ahead */
	bool sounding;           /* the frame of the last tick is still in the ear */
	bool started;            /* browser: the jitter buffer has filled */
	int waited;              /* browser: ticks since it began to fill */

	/* jambonz */
	struct far_queue pre;
	size_t threshold;
	bool killed;
	bool marks_destroyed; /* return rate and leg rate differ: resampling smears the marks */
	uint8_t half;
	bool has_half;
	struct far_marks inventory; /* named, waiting for audio behind them */
	struct far_marks in_use;    /* in the stream (twilio: all of them) */
	size_t cleared;             /* marks already reported whose sample is still awaited */

	/* accounts, in samples */
	int64_t received, heard, wiped, overflowed;
	int64_t marks_sent_back, marks_dropped, clears;
	int gaps;
	int64_t longest_gap;
	int64_t dry;       /* silence since the queue ran out in the middle of speech; -1: not counting */
	int64_t since_audible;
};

void far_end_init(struct far_end *f, enum far_kind kind, int rate_hz, far_mark_fn *on_mark, void *arg);
void far_end_deinit(struct far_end *f);
void far_end_audio(struct far_end *f, const int16_t *pcm, size_t n);
/* Little-endian samples as they came off a socket; an odd byte waits for the next message. */
void far_end_bytes(struct far_end *f, struct iv_str bytes);
void far_end_mark(struct far_end *f, struct iv_str name);
void far_end_clear(struct far_end *f);       /* clear, killAudio, control.bargein */
void far_end_clear_marks(struct far_end *f); /* jambonz clearMarks: forgotten without events */
/* The next 20 ms. Returns how many samples of `out` were sent to us; the rest is silence. */
size_t far_end_tick(struct far_end *f, int16_t *out);
size_t far_end_buffered(const struct far_end *f); /* samples still to be heard, those that are stuck too */

/* What counts as audible: RMS above -50 dBFS. */
bool far_audible(const int16_t *pcm, size_t n);

#endif
