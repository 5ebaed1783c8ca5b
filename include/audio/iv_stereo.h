/* iv_stereo: the two sides of a call on one clock, for its recording. Left is the caller as received, right
 * the agent as heard. Sound comes when it comes: in time, in bursts after a stall, not at all for a while;
 * it leaves in order, a second later, each side within 20 ms of where it belongs and the whole as long as
 * the call. Positions and `now` are samples at the recording's rate since the call began. */
#ifndef IV_STEREO_H
#define IV_STEREO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IV_STEREO_HOLD_MS 1000 /* what is held back: how late a frame may come, how far back a mute reaches */
#define IV_STEREO_MUTES 8

struct iv_stereo {
	int rate_hz;
	int64_t frame, hold, size;     /* samples: of 20 ms, held back, of a ring */
	int16_t *left, *right;         /* rings; zero where nothing was put */
	int64_t base;                  /* everything before it has left */
	int64_t left_end, right_end;
	bool left_begun, right_full;   /* right_full: the agent was heard to the end of the last stretch */
	int64_t least_lag, lag;        /* of this second; still to be put right (> 0 silence, < 0 left out) */
	int lag_frames, lag_age;
	struct { int64_t at, since, least; } gap; /* frames stayed away: before this position, seen then; since -1: no */
	struct { int64_t from, to; } mutes[IV_STEREO_MUTES];
	size_t mute_count;
};

void iv_stereo_init(struct iv_stereo *s, int rate_hz);
void iv_stereo_deinit(struct iv_stereo *s);

/* 20 ms of the caller that arrived by `now`. Follows the arrivals' own clock: a burst is laid out in
 * sequence, a steady offset is taken out in quiet places, a gap of more than the hold is silence. */
void iv_stereo_left(struct iv_stereo *s, int64_t now, const int16_t *pcm, size_t n);
/* What the caller heard of the agent since this was last called; n = 0: nothing. */
void iv_stereo_right(struct iv_stereo *s, int64_t now, const int16_t *pcm, size_t n);
/* Neither side between the two, as far as it has not left; `to` may lie in the future (INT64_MAX: until
 * iv_stereo_unmute). More than IV_STEREO_MUTES apart at a time: what lies between is muted too. */
void iv_stereo_mute(struct iv_stereo *s, int64_t from, int64_t to);
void iv_stereo_unmute(struct iv_stereo *s, int64_t to); /* ends the mute that has no end */
/* Up to `max` samples per side, interleaved, of what is older than the hold (last: of everything up to
 * now). Returns how many; call until 0. Must be called at least every hold. */
size_t iv_stereo_take(struct iv_stereo *s, int64_t now, bool last, int16_t *out, size_t max);

#endif
