/* The far end's clock: what was sent, when it will have been played, what has been heard. Audio is kept
 * ahead of real time by the lead; a block is sent when the lead has shrunk to its minimum. */
#include "call_priv.h"

enum { KEEP_BACK_MS = 1500, KEEP_STEP_MS = 300, MARK_SHIFT_MAX_MS = 2000, UNDERRUN_MS = 40,
       MS_PER_LETTER = 62, FIRST_SOUND_DDB = -600 };

int64_t samples_us(const struct iv_call *c, int64_t samples)
{
	return samples * 1000000 / c->rate_hz;
}

int64_t us_samples(const struct iv_call *c, int64_t us)
{
	return us * c->rate_hz / 1000000;
}

static int64_t ms_samples(const struct iv_call *c, int64_t ms)
{
	return ms * c->rate_hz / 1000;
}

int64_t playout_heard(const struct iv_call *c)
{
	const struct playout *p = &c->out;
	int64_t heard = p->sent;

	if (p->seg_count)
		heard = p->seg[0].at;
	for (size_t i = 0; i < p->seg_count; i++) {
		const struct segment *s = &p->seg[i];
		int64_t played = us_samples(c, c->now_us - s->start_us);

		if (c->now_us < s->start_us)
			break;
		heard = s->at + (played < s->samples ? played : s->samples);
	}
	return heard;
}

int64_t playout_ended_us(const struct iv_call *c)
{
	const struct playout *p = &c->out;
	const struct segment *last = p->seg_count ? &p->seg[p->seg_count - 1] : NULL;
	int64_t end = last ? last->start_us + samples_us(c, last->samples) : c->now_us;

	if (c->mouth == MOUTH_HELD)
		end = c->held.since_us; /* silenced then, whatever was decided since */
	return end < c->now_us ? end : c->now_us;
}

/* Forgets stretches that were played, all but the last. */
static void forget_played(struct iv_call *c)
{
	struct playout *p = &c->out;
	size_t n = 0;

	while (n + 1 < p->seg_count && p->seg[n].start_us + samples_us(c, p->seg[n].samples) <= c->now_us)
		n++;
	if (p->seg_count - n == SEGMENTS)
		n++;
	p->seg_count -= n;
	memmove(p->seg, p->seg + n, p->seg_count * sizeof(p->seg[0]));
}

static void add_segment(struct iv_call *c, int64_t at, int64_t samples, int64_t start_us)
{
	struct playout *p = &c->out;
	struct segment *last = p->seg_count ? &p->seg[p->seg_count - 1] : NULL;

	if (last && last->at + last->samples == at &&
	    last->start_us + samples_us(c, last->samples) >= start_us - 1) {
		last->samples += samples;
		return;
	}
	forget_played(c);
	p->seg[p->seg_count++] = (struct segment){at, samples, start_us};
}

static void announce(struct iv_call *c, int64_t upto)
{
	for (size_t i = 0; i < c->utt_count; i++) {
		struct utt *u = utt_at(c, i);

		if (u->announced || u->start < 0 || u->start >= upto)
			continue;
		u->announced = true;
		act(c, &(struct iv_action){.type = IV_ACT_SAY,
					   .a = c->turn.number,
					   .utt = u->id,
					   .text = {u->text, u->text_len}});
	}
}

static int utt_level_ddb(const struct iv_call *c, const struct utt *u, int64_t at)
{
	size_t i = (size_t)((at - u->start) / (c->rate_hz / 50));

	return u->levels && i < u->level_count ? -10 * (int)u->levels[i] : IV_LEVEL_FLOOR_DDB;
}

/* Synthesisers begin with silence: what the caller waits for is the first sound. */
static void stamp_first_sound(struct iv_call *c, int64_t samples, int64_t start_us)
{
	const struct playout *p = &c->out;
	int64_t frame = c->rate_hz / 50;

	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_get(c, i);
		int64_t at = u->start > p->sent ? u->start : p->sent;

		if (u->start < 0)
			continue;
		for (; at < u->end && at < p->sent + samples; at += frame - (at - u->start) % frame)
			if (utt_level_ddb(c, u, at) >= FIRST_SOUND_DDB) {
				c->turn.at.heard_first = start_us + samples_us(c, at - p->sent);
				return;
			}
	}
}

static void send(struct iv_call *c, int64_t samples, int64_t pad)
{
	struct playout *p = &c->out;
	int64_t start = p->busy_us > c->now_us ? p->busy_us : c->now_us;

	announce(c, p->sent + samples);
	if (samples) {
		if (c->turn.at.leg_first < 0)
			c->turn.at.leg_first = c->now_us;
		if (c->turn.at.heard_first < 0)
			stamp_first_sound(c, samples, start); /* marks lag by their way back */
		add_segment(c, p->sent, samples, start + p->late_us);
		p->flushed = false;
	}
	act(c, &(struct iv_action){
		       .type = IV_ACT_LEG_SEND, .at = p->sent, .samples = samples, .pad = pad});
	p->sent += samples;
	p->busy_us = start + samples_us(c, samples + pad);
	if (c->mouth == MOUTH_THINKING)
		set_mouth(c, MOUTH_SPEAKING);
}

/* Marks behind every sentence whose last sample is out; on legs that need it, zeros behind the last. */
static void mark(struct iv_call *c, bool run_over)
{
	struct playout *p = &c->out;

	if (!c->caps->marks)
		return;
	for (size_t i = 0; i < c->utt_count; i++) {
		struct utt *u = utt_at(c, i);

		if (u->marked || u->state != UTT_READY || u->start < 0 || u->end > p->sent)
			continue;
		u->marked = true;
		act(c, &(struct iv_action){.type = IV_ACT_LEG_MARK,
					   .mark = {.epoch = p->epoch, .utterance = u->id, .at = u->end}});
	}
	if (run_over && c->caps->flush_block && !p->flushed && p->sent == p->end) {
		send(c, 0, ms_samples(c, c->caps->block_ms));
		p->flushed = true;
	}
}

/* Is the synthesiser in the middle of a sentence of which something is queued? */
static bool inside_sentence(const struct iv_call *c)
{
	for (size_t i = 0; i < c->utt_count; i++)
		if (utt_get(c, i)->state == UTT_ASKED)
			return utt_get(c, i)->start >= 0;
	return false;
}

static bool answer_over(const struct iv_call *c)
{
	return !utts_in(c, UTT_WAITING) && !utts_in(c, UTT_ASKED) && c->turn.gen == 0 && !c->turn.tail.len;
}

static void keep_from(struct iv_call *c)
{
	struct playout *p = &c->out;
	int64_t from = playout_heard(c) - ms_samples(c, KEEP_BACK_MS);

	if (from < p->kept_from + ms_samples(c, KEEP_STEP_MS))
		return;
	p->kept_from = from;
	act(c, &(struct iv_action){.type = IV_ACT_KEEP_FROM, .at = from});
}

void playout_pump(struct iv_call *c)
{
	struct playout *p = &c->out;
	int64_t block = ms_samples(c, c->caps->block_ms);
	int64_t lead_min = (int64_t)c->opts.lead_min_ms * US_PER_MS;
	int64_t lead_max = (int64_t)c->opts.lead_max_ms * US_PER_MS;
	bool coming = utts_in(c, UTT_ASKED);

	if (c->mouth == MOUTH_IDLE || c->mouth == MOUTH_HELD || c->in.paused || c->in.lost)
		return;
	if (p->hold_us) {
		if (c->now_us < p->hold_us)
			return;
		p->hold_us = 0;
	}
	while (p->sent < p->end) {
		int64_t lead = p->busy_us > c->now_us ? p->busy_us - c->now_us : 0;
		int64_t n = p->end - p->sent < block ? p->end - p->sent : block;

		if (lead > lead_min || (lead > 0 && lead + samples_us(c, n) > lead_max))
			break;
		/* A short block waits for more until the far end would run dry. A leg that pads would put
		 * a hole into the sentence, so there it waits for the rest of it. */
		if (n < block && coming &&
		    (lead > UNDERRUN_MS * US_PER_MS || (c->caps->pad_last && inside_sentence(c))))
			break;
		send(c, n, c->caps->pad_last && n < block ? block - n : 0);
	}
	mark(c, answer_over(c));
	keep_from(c);
}

bool playout_drained(const struct iv_call *c)
{
	return c->out.sent == c->out.end && c->now_us >= c->out.busy_us + c->out.late_us;
}

void playout_clear(struct iv_call *c, double cutoff_ms)
{
	struct playout *p = &c->out;

	p->epoch++;
	p->seg_count = 0;
	p->busy_us = c->now_us;
	p->hold_us = c->caps->clear_hold_ms ? c->now_us + (int64_t)c->caps->clear_hold_ms * US_PER_MS : 0;
	p->flushed = true;
	act(c, &(struct iv_action){.type = IV_ACT_LEG_CLEAR, .gen = p->epoch, .value = cutoff_ms});
}

void playout_mark(struct iv_call *c, const struct iv_mark *m, bool cleared)
{
	struct playout *p = &c->out;

	if (m->epoch != p->epoch)
		return; /* given back by a clear: not played */
	if (m->at < 0) {
		p->hold_us = 0;
		playout_pump(c);
		return;
	}
	if (cleared || !c->caps->marks_trusted)
		return; /* a hint only: mod_audio_fork fires them early and late */
	for (size_t i = 0; i < p->seg_count; i++) {
		const struct segment *s = &p->seg[i];
		int64_t shift = c->now_us - (s->start_us + samples_us(c, m->at - s->at));

		if (m->at <= s->at || m->at > s->at + s->samples)
			continue;
		if (shift < -p->late_us)
			shift = -p->late_us; /* no far end plays before it was sent */
		if (shift > MARK_SHIFT_MAX_MS * US_PER_MS)
			return;
		for (size_t k = 0; k < p->seg_count; k++)
			p->seg[k].start_us += shift;
		p->late_us += shift;
		return;
	}
}

int playout_level_ddb(const struct iv_call *c)
{
	int64_t frame = c->rate_hz / 50, heard = playout_heard(c);
	int loudest = IV_LEVEL_FLOOR_DDB;

	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_get(c, i);
		int64_t from = heard - 15 * frame;

		if (u->start < 0 || u->start > heard || u->end <= from)
			continue;
		for (int64_t at = from < u->start ? u->start : from; at <= heard && at < u->end;
		     at += frame) {
			int level = utt_level_ddb(c, u, at);

			loudest = level > loudest ? level : loudest;
		}
	}
	return loudest;
}

/* Samples the whole sentence takes; a guess by its letters while the rest is not there. */
static int64_t utt_samples(const struct iv_call *c, const struct utt *u)
{
	int64_t have = u->end - u->start, guess = ms_samples(c, (int64_t)u->text_len * MS_PER_LETTER);

	return u->whole || have > guess ? have : guess;
}

/* Bytes of u's text the caller has heard by `heard`, in proportion to its audio. */
static size_t spoken_bytes(const struct iv_call *c, const struct utt *u, int64_t heard)
{
	if (u->start < 0 || heard <= u->start)
		return 0;
	if (heard > u->end)
		heard = u->end;
	return (size_t)((int64_t)u->text_len * (heard - u->start) / utt_samples(c, u));
}

size_t heard_chars(const struct iv_call *c, const struct utt *u, int64_t heard)
{
	size_t n = spoken_bytes(c, u, heard);

	while (n > 0 && n < u->text_len && u->text[n] != ' ')
		n--; /* a word begun is not a word heard */
	return n;
}

/* A quiet 20 ms near `at`, so that going on does not begin inside a sound. */
static int64_t quiet_near(const struct iv_call *c, const struct utt *u, int64_t at)
{
	int64_t frame = c->rate_hz / 50, best = at;
	int lowest = 0;

	for (int64_t k = at - 5 * frame; k <= at + frame; k += frame) {
		int level;

		if (k < u->start || k >= u->end)
			continue;
		level = utt_level_ddb(c, u, k);
		if (level < lowest) {
			lowest = level;
			best = k;
		}
	}
	return best;
}

int64_t resume_point(const struct iv_call *c, int64_t heard)
{
	int64_t from = heard;

	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_get(c, i);
		size_t n;

		if (u->start < 0 || heard < u->start || heard >= u->end)
			continue;
		n = spoken_bytes(c, u, heard);
		while (n > 0 && u->text[n - 1] != ' ')
			n--;
		from = u->start;
		if (n)
			from += (int64_t)n * utt_samples(c, u) / (int64_t)u->text_len;
		from = quiet_near(c, u, from < heard ? from : heard);
		break;
	}
	if (from > heard)
		from = heard;
	return from > c->out.kept_from ? from : c->out.kept_from; /* what is before it is given up */
}
