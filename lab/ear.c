/* One listener. Everything received since shortly before the utterance began is kept: when the
 * client finishes an utterance and the caller goes on after all, the whole of it is decoded again
 * and only what is new is told, so that a pause for breath does not tear a sentence of the grammar
 * in two. */
#include "ear.h"

#include <stdio.h>
#include <stdlib.h>
#include "lab.h"

#define FRAME_MS 20
#define FRAME_MAX 960	 /* 48 kHz */
#define LEAD_MS 300	 /* kept from before the onset */
#define LOOK_MS 800	 /* looked at before decoding begins: how loud is this voice? */
#define SLICE_MS 100	 /* decoded at least at once, */
#define SLICE_MAX_MS 500 /* and at most */
#define GUESS_MS 300
#define SHORTEST_MS 100	   /* of silence that may end a turn */
#define UNCLEAR_MS 600	   /* speech shorter than that and not understood is a noise */
#define ONSET_FRAMES 3	   /* of the last four */
#define QUIET_POWER 6400.0 /* mean square under which nothing is speech */
#define OVER_FLOOR 8.0	   /* 9 dB */
#define FLOOR_MAX 300000.0

struct piece {
	bool begin, end;
	double level; /* of the voice, with begin */
	int16_t *pcm;
	size_t n;
	bool failed;
	char guess[SPEECH_HEARD_SIZE];
	struct speech_heard heard;
};

struct ear {
	struct workers *workers;
	struct ear_opts opts;
	struct ear_events ev;
	void *arg;
	bool dead;

	/* the sound: positions are samples since the stream began */
	int16_t *pcm;
	size_t len, cap;
	int64_t base, seen;

	/* speech or not */
	int16_t frame[FRAME_MAX];
	size_t frame_have, frame_samples;
	double floor;
	unsigned history;      /* one bit a frame */
	bool speaking, active; /* active: inside an utterance */
	int64_t voice_end;     /* behind the last loud frame */
	int64_t voiced;	       /* loud samples of the utterance */

	/* decoding */
	struct decoder_claim claim;
	struct speech_decoder *decoder;
	enum grammar_kind kind;
	bool claiming, flying, begun;
	int64_t fed;	   /* position decoded up to */
	int64_t decided;   /* position up to which results were given */
	int64_t finish_at; /* -1: none asked */
	bool finalize, turn_over;
	int64_t guessed_at;
	struct job job;
	struct piece piece;

	/* told already, of this utterance */
	char told[SPEECH_WORDS_MAX][sizeof(((struct speech_word *)0)->text)];
	size_t told_count;
};

static void pump(struct ear *e);

static int64_t samples(const struct ear *e, int ms)
{
	return (int64_t)e->opts.rate_hz * ms / 1000;
}

static double seconds(const struct ear *e, int64_t position)
{
	return (double)position / e->opts.rate_hz;
}

double ear_time(const struct ear *e)
{
	return seconds(e, e->seen);
}

bool ear_busy(const struct ear *e)
{
	return e->finish_at >= 0;
}

/* ── results ── */

static void forget_utterance(struct ear *e)
{
	e->active = e->speaking;
	e->voiced = 0;
	e->told_count = 0;
	e->decided = e->base;
	e->finalize = e->turn_over = false;
}

/* Words that were given before: as many as agree, or by time when the second look saw others. */
static size_t skip_told(const struct ear *e, const struct speech_heard *h)
{
	size_t same = 0, first = 0;

	while (same < e->told_count && same < h->count &&
	       strcmp(e->told[same], h->words[same].text) == 0)
		same++;
	if (same == e->told_count)
		return same;
	while (first < h->count &&
	       seconds(e, e->base) + h->words[first].start_s < seconds(e, e->decided) - 0.05)
		first++;
	return first;
}

static void give(struct ear *e, const struct speech_heard *h, bool end_of_turn)
{
	struct speech_word words[SPEECH_WORDS_MAX];
	char text[SPEECH_HEARD_SIZE] = "";
	size_t first = h ? skip_told(e, h) : 0, count = h ? h->count - first : 0, len = 0;
	struct ear_result r = {.text = text,
			       .words = words,
			       .count = count,
			       .finalized = e->finalize,
			       .end_of_turn = end_of_turn,
			       .start_s = seconds(e, e->base),
			       .end_s = ear_time(e)};

	for (size_t i = 0; i < count; i++) {
		words[i] = h->words[first + i];
		words[i].start_s += seconds(e, e->base);
		words[i].end_s += seconds(e, e->base);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
					words[i].text);
		if (len >= sizeof(text))
			break;
		if (e->told_count < SPEECH_WORDS_MAX)
			iv_str_copy(e->told[e->told_count++], sizeof(e->told[0]),
				    iv_str(words[i].text));
	}
	r.confidence = h ? h->confidence : 0;
	r.unclear = end_of_turn && e->told_count == 0 && e->voiced >= samples(e, UNCLEAR_MS);
	e->finalize = false;
	e->ev.result(e->arg, &r);
}

static void drop_before(struct ear *e, int64_t position)
{
	size_t n = position > e->base ? (size_t)(position - e->base) : 0;

	if (n > e->len)
		n = e->len;
	memmove(e->pcm, e->pcm + n, (e->len - n) * sizeof(*e->pcm));
	e->len -= n;
	e->base += (int64_t)n;
}

static void return_decoder(struct ear *e)
{
	if (e->decoder)
		decoder_return(e->workers, e->decoder);
	e->decoder = NULL;
	e->begun = false;
}

static void decoded_to_the_end(struct ear *e)
{
	int64_t at = e->finish_at;
	bool over = e->turn_over;

	return_decoder(e);
	e->finish_at = -1;
	give(e, &e->piece.heard, over);
	e->decided = at;
	if (over) {
		drop_before(e, at);
		forget_utterance(e);
	}
}

/* ── decoding, a slice at a time ── */

static void decode_piece(void *arg)
{
	struct ear *e = arg;
	struct piece *p = &e->piece;

	p->failed = p->begin && !speech_begin(e->decoder, e->kind, e->opts.rate_hz, p->level);
	if (p->failed)
		return;
	speech_feed(e->decoder, p->pcm, p->n);
	if (p->end)
		speech_finish(e->decoder, &p->heard);
	else
		speech_guess(e->decoder, p->guess, sizeof(p->guess));
}

static void tell_guess(struct ear *e)
{
	if (!e->piece.guess[0] || e->fed - e->guessed_at < samples(e, GUESS_MS) || e->told_count)
		return;
	e->guessed_at = e->fed;
	e->ev.guess(e->arg, e->piece.guess, seconds(e, e->base), seconds(e, e->fed));
}

static void free_now(struct ear *e)
{
	decoder_forget(&e->claim);
	return_decoder(e);
	free(e->piece.pcm);
	free(e->pcm);
	free(e);
}

static void piece_done(void *arg)
{
	struct ear *e = arg;

	e->flying = false;
	if (e->dead) {
		free_now(e);
		return;
	}
	if (e->piece.failed)
		abort(); /* the rate was checked when the stream was opened */
	e->begun = true;
	e->fed += (int64_t)e->piece.n;
	if (e->piece.end)
		decoded_to_the_end(e);
	else
		tell_guess(e);
	pump(e);
}

static void send_piece(struct ear *e, size_t n, bool end)
{
	e->piece.begin = !e->begun;
	if (!e->begun)
		e->piece.level = speech_level(e->pcm, e->len, e->opts.rate_hz);
	e->piece.end = end;
	e->piece.n = n;
	e->piece.guess[0] = '\0';
	memcpy(e->piece.pcm, e->pcm + (e->fed - e->base), n * sizeof(*e->pcm));
	e->flying = true;
	job_run(e->workers, &e->job, JOB_LISTEN);
}

static void got_decoder(void *arg, struct speech_decoder *d)
{
	struct ear *e = arg;

	e->claiming = false;
	e->decoder = d;
	pump(e);
}

/* Starts whatever is due: a decoder, the next slice, the last slice. */
static void pump(struct ear *e)
{
	int64_t until = e->finish_at >= 0 ? e->finish_at : e->seen, left;
	bool unheard = e->voice_end > e->decided;

	if (e->flying || e->claiming || !e->active || (!unheard && e->finish_at < 0))
		return;
	if (!e->begun && e->finish_at < 0 && e->seen - e->base < samples(e, LOOK_MS))
		return;
	if (!e->decoder) {
		e->claiming = true;
		e->fed = e->guessed_at = e->base;
		decoder_want(e->workers, &e->claim);
		return;
	}
	left = until - e->fed;
	if (left > samples(e, SLICE_MAX_MS))
		send_piece(e, (size_t)samples(e, SLICE_MAX_MS), false);
	else if (e->finish_at >= 0)
		send_piece(e, left > 0 ? (size_t)left : 0, true);
	else if (left >= samples(e, SLICE_MS))
		send_piece(e, (size_t)left, false);
}

/* ── speech or not ── */

static void begin_utterance(struct ear *e)
{
	e->speaking = true;
	if (!e->active) {
		int64_t from = e->voice_end - samples(e, ONSET_FRAMES * FRAME_MS + LEAD_MS);

		drop_before(e, from);
		e->active = true;
		forget_utterance(e);
		e->kind = e->opts.kind(e->arg);
	}
	e->ev.onset(e->arg, seconds(e, e->voice_end - samples(e, ONSET_FRAMES * FRAME_MS)));
}

/* The turn's silence has passed, or the utterance is as long as one may be. */
static void end_turn(struct ear *e)
{
	e->speaking = false;
	e->turn_over = true;
	if (e->finish_at >= 0)
		return; /* the result on its way will say so */
	if (e->voice_end > e->decided) {
		e->finish_at = e->seen;
		return;
	}
	give(e, NULL, true);
	drop_before(e, e->seen - samples(e, LEAD_MS));
	forget_utterance(e);
}

static void one_frame(struct ear *e)
{
	double power = 0;
	int64_t silence;

	for (size_t i = 0; i < e->frame_samples; i++)
		power += (double)e->frame[i] * e->frame[i];
	power /= (double)e->frame_samples;
	bool loud = power > QUIET_POWER && power > e->floor * OVER_FLOOR;
	/* The floor follows quiet at once, noise within seconds, speech hardly. */
	e->floor = power < e->floor ? power : e->floor * (loud ? 1.002 : 1.02);
	if (e->floor > FLOOR_MAX)
		e->floor = FLOOR_MAX;
	if (e->floor < 1)
		e->floor = 1;
	e->history = (e->history << 1 | loud) & 0xf;
	if (loud) {
		e->voice_end = e->seen;
		e->voiced += e->active ? (int64_t)e->frame_samples : 0;
	}
	if (!e->speaking && __builtin_popcount(e->history) >= ONSET_FRAMES)
		begin_utterance(e);
	silence = e->seen - e->voice_end;
	if (e->active && !e->turn_over &&
	    (silence >= samples(e, e->opts.silence_ms) ||
	     (int64_t)e->len >= samples(e, (SPEECH_SECONDS_MAX - 1) * 1000)))
		end_turn(e);
	else if (e->speaking && silence >= samples(e, SHORTEST_MS))
		e->speaking = false;
}

static void keep(struct ear *e, const int16_t *pcm, size_t n)
{
	if (e->len + n > e->cap) {
		e->cap = (e->len + n) * 2;
		e->pcm = realloc(e->pcm, e->cap * sizeof(*e->pcm));
		if (!e->pcm)
			abort();
	}
	memcpy(e->pcm + e->len, pcm, n * sizeof(*pcm));
	e->len += n;
}

void ear_hear(struct ear *e, const int16_t *pcm, size_t n)
{
	/* Twice the longest utterance may wait for a decoder; on a machine that far behind, sound
	 * that comes on top is not heard at all. */
	if ((int64_t)(e->len + n) > samples(e, 2 * SPEECH_SECONDS_MAX * 1000))
		return;
	while (n > 0) {
		size_t part = e->frame_samples - e->frame_have;

		if (part > n)
			part = n;
		memcpy(e->frame + e->frame_have, pcm, part * sizeof(*pcm));
		keep(e, pcm, part);
		e->frame_have += part;
		e->seen += (int64_t)part;
		pcm += part;
		n -= part;
		if (e->frame_have == e->frame_samples) {
			e->frame_have = 0;
			one_frame(e);
		}
	}
	if (!e->active && (int64_t)e->len > samples(e, 4 * LEAD_MS))
		drop_before(e, e->seen - samples(e, 2 * LEAD_MS));
	pump(e);
}

void ear_finish(struct ear *e)
{
	e->finalize = true;
	if (e->finish_at >= 0)
		return;
	if (e->active && e->voice_end > e->decided) {
		e->finish_at = e->seen;
		pump(e);
	} else {
		give(e, NULL, false);
	}
}

struct ear *ear_new(struct workers *w, const struct ear_opts *o, const struct ear_events *ev,
		    void *arg)
{
	struct ear *e = lab_alloc(sizeof(*e));

	e->workers = w;
	e->opts = *o;
	if (e->opts.silence_ms < SHORTEST_MS)
		e->opts.silence_ms = SHORTEST_MS;
	e->ev = *ev;
	e->arg = arg;
	e->frame_samples = (size_t)samples(e, FRAME_MS);
	e->floor = 400;
	e->finish_at = -1;
	e->piece.pcm = lab_alloc((size_t)samples(e, SLICE_MAX_MS) * sizeof(int16_t));
	e->job = (struct job){.work = decode_piece, .done = piece_done, .arg = e};
	decoder_claim_init(&e->claim, got_decoder, e);
	return e;
}

void ear_free(struct ear *e)
{
	if (!e)
		return;
	e->dead = true;
	if (!e->flying)
		free_now(e);
}
