/* Two rings on one clock. What is put in has its place by the time it came; what goes out is what is old
 * enough that nothing can come before it any more. */
#include <stdlib.h>
#include <string.h>
#include "iv_stereo.h"

enum {
	WINDOW_FRAMES = 50,     /* over which the least delay is looked for */
	QUIET_PEAK = 330,       /* -40 dBFS: nobody misses it, nobody hears a seam in it */
	AT_ONCE_FRAMES = 5,     /* an offset of more is put right wherever it is */
	PATIENCE_FRAMES = 250,  /* so long a quiet place is waited for */
	GAP_FRAMES = 2,         /* this much later than it should is a frame behind a gap */
	GAP_MS = 200,           /* what was only held up on the way is there by then */
};

void iv_stereo_init(struct iv_stereo *s, int rate_hz)
{
	*s = (struct iv_stereo){.rate_hz = rate_hz, .frame = rate_hz / 50};
	s->hold = (int64_t)rate_hz * IV_STEREO_HOLD_MS / 1000;
	s->size = 2 * s->hold;
	s->left = calloc((size_t)s->size, sizeof(s->left[0]));
	s->right = calloc((size_t)s->size, sizeof(s->right[0]));
	if (!s->left || !s->right)
		abort();
	s->least_lag = INT64_MAX;
	s->gap.since = -1;
}

void iv_stereo_deinit(struct iv_stereo *s)
{
	free(s->left);
	free(s->right);
	s->left = s->right = NULL;
}

/* What lies outside the ring, in the past or too far ahead, is left out. */
static void put(const struct iv_stereo *s, int16_t *ring, int64_t at, const int16_t *pcm, int64_t n)
{
	int64_t early = s->base - at, place, whole;

	if (early > 0) {
		early = early < n ? early : n;
		at += early;
		pcm += early;
		n -= early;
	}
	if (at + n > s->base + s->size)
		n = s->base + s->size - at;
	if (n <= 0)
		return;
	place = at % s->size;
	whole = s->size - place < n ? s->size - place : n; /* up to the ring's end; the rest at its beginning */
	memcpy(ring + place, pcm, (size_t)whole * sizeof(pcm[0]));
	memcpy(ring, pcm + whole, (size_t)(n - whole) * sizeof(pcm[0]));
}

/* ── the caller ── */

static bool quiet(const int16_t *pcm, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pcm[i] > QUIET_PEAK || pcm[i] < -QUIET_PEAK)
			return false;
	return true;
}

/* The frame that was delayed least in a second arrived when it should: what even it is off by is the
 * track's own offset, not the network's. */
static void watch_lag(struct iv_stereo *s, int64_t lag)
{
	s->least_lag = lag < s->least_lag ? lag : s->least_lag;
	s->lag_age += s->lag ? 1 : 0;
	if (++s->lag_frames < WINDOW_FRAMES)
		return;
	if (s->least_lag > s->frame / 2 || s->least_lag < -s->frame / 2) {
		s->lag_age = s->lag ? s->lag_age : 0;
		s->lag = s->least_lag;
	} else {
		s->lag = 0;
	}
	s->lag_frames = 0;
	s->least_lag = INT64_MAX;
}

/* Moves what came since the gap to where it belongs: it has not left yet. */
static void shift(struct iv_stereo *s, int64_t from, int64_t by)
{
	int64_t n = s->left_end - from;

	if (n > s->size || s->left_end + by > s->base + s->size)
		n = 0; /* cannot be: a gap is settled long before */
	for (int64_t at = s->left_end - 1; at >= s->left_end - n; at--) {
		if (at < s->base)
			break;
		s->left[(at + by) % s->size] = s->left[at % s->size];
		s->left[at % s->size] = 0;
	}
	s->left_end += by;
}

/* Frames stay away for a while: held up, they come in a burst and stand right; lost, those behind them stand too
 * early. A moment later it is known which. */
static void watch_gap(struct iv_stereo *s, int64_t now, int64_t lag)
{
	if (s->gap.since < 0) {
		if (lag <= GAP_FRAMES * s->frame)
			return;
		s->gap.since = now;
		s->gap.at = s->left_end;
		s->gap.least = lag;
	}
	s->gap.least = lag < s->gap.least ? lag : s->gap.least;
	if (now - s->gap.since < (int64_t)s->rate_hz * GAP_MS / 1000)
		return;
	if (s->gap.least > s->frame / 2) {
		shift(s, s->gap.at, s->gap.least);
		s->lag = s->lag_frames = s->lag_age = 0;
		s->least_lag = INT64_MAX;
	}
	s->gap.since = -1;
}

/* True: this frame is left out. */
static bool settle_lag(struct iv_stereo *s, const int16_t *pcm, size_t n)
{
	bool now = s->lag > AT_ONCE_FRAMES * s->frame || s->lag < -AT_ONCE_FRAMES * s->frame ||
		   s->lag_age > PATIENCE_FRAMES || quiet(pcm, n);

	if (!s->lag || !now)
		return false;
	if (s->lag > 0) {
		s->left_end += s->lag;
		s->lag = 0;
		return false;
	}
	s->lag = -s->lag > s->frame + s->frame / 2 ? s->lag + (int64_t)n : 0;
	return true;
}

void iv_stereo_left(struct iv_stereo *s, int64_t now, const int16_t *pcm, size_t n)
{
	int64_t lag = now - s->left_end - (int64_t)n;

	if (!s->left_begun || lag > s->hold) {
		s->left_begun = true;
		s->left_end = now - (int64_t)n;
		s->lag = s->lag_frames = s->lag_age = 0;
		s->least_lag = INT64_MAX;
		s->gap.since = -1;
	}
	watch_gap(s, now, now - s->left_end - (int64_t)n);
	lag = now - s->left_end - (int64_t)n;
	watch_lag(s, lag);
	if (settle_lag(s, pcm, n))
		return;
	if (s->left_end + (int64_t)n > now + s->hold / 2)
		return; /* more than real time for longer than it may be */
	put(s, s->left, s->left_end, pcm, (int64_t)n);
	s->left_end += (int64_t)n;
}

/* ── the agent ── */

void iv_stereo_right(struct iv_stereo *s, int64_t now, const int16_t *pcm, size_t n)
{
	int64_t room = now - s->right_end, len = (int64_t)n;

	if (room <= 0)
		return;
	if (len > room) {
		pcm += len - room;
		len = room;
	}
	/* Heard to the end of the stretch before: it went on and stopped. Otherwise it began and goes on. */
	put(s, s->right, s->right_full ? s->right_end : now - len, pcm, len);
	s->right_full = len == room;
	s->right_end = now;
}

/* ── silence that was asked for ── */

void iv_stereo_mute(struct iv_stereo *s, int64_t from, int64_t to)
{
	size_t i = s->mute_count ? s->mute_count - 1 : 0;
	bool together = s->mute_count && from <= s->mutes[i].to && to >= s->mutes[i].from && to != INT64_MAX &&
			s->mutes[i].to != INT64_MAX;

	if (together || s->mute_count == IV_STEREO_MUTES) { /* full: what lies between two of them is given up */
		s->mutes[i].from = from < s->mutes[i].from ? from : s->mutes[i].from;
		s->mutes[i].to = to > s->mutes[i].to ? to : s->mutes[i].to;
		return;
	}
	s->mutes[s->mute_count].from = from;
	s->mutes[s->mute_count++].to = to;
}

void iv_stereo_unmute(struct iv_stereo *s, int64_t to)
{
	for (size_t i = 0; i < s->mute_count; i++)
		if (s->mutes[i].to == INT64_MAX)
			s->mutes[i].to = to;
}

/* In what is being taken, which begins at `at`. */
static void apply_mutes(const struct iv_stereo *s, int64_t at, int16_t *both, int64_t n)
{
	for (size_t i = 0; i < s->mute_count; i++) {
		int64_t from = s->mutes[i].from - at, to = s->mutes[i].to - at;

		from = from < 0 ? 0 : from;
		to = to < n ? to : n;
		if (from < to)
			memset(both + 2 * from, 0, (size_t)(to - from) * 2 * sizeof(both[0]));
	}
}

static void forget_mutes(struct iv_stereo *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->mute_count; i++)
		if (s->mutes[i].to > s->base)
			s->mutes[kept++] = s->mutes[i];
	s->mute_count = kept;
}

size_t iv_stereo_take(struct iv_stereo *s, int64_t now, bool last, int16_t *out, size_t max)
{
	int64_t until = last ? now : now - s->hold;
	size_t n = until > s->base ? (size_t)(until - s->base) : 0;

	n = n < max ? n : max;
	for (size_t done = 0; done < n;) {
		size_t place = (size_t)((s->base + (int64_t)done) % s->size), piece = (size_t)s->size - place;

		piece = piece < n - done ? piece : n - done;
		for (size_t i = 0; i < piece; i++) {
			out[2 * (done + i)] = s->left[place + i];
			out[2 * (done + i) + 1] = s->right[place + i];
		}
		memset(s->left + place, 0, piece * sizeof(s->left[0]));
		memset(s->right + place, 0, piece * sizeof(s->right[0]));
		done += piece;
	}
	apply_mutes(s, s->base, out, (int64_t)n);
	s->base += (int64_t)n;
	forget_mutes(s);
	return n;
}
