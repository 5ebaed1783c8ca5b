/* What the person hears: the playout of Twilio, of Jambonz' mod_audio_fork and of a page. */
#include "far_end.h"

#include <stdlib.h>

#define JAMBONZ_MARK ((int16_t)-1)
#define JAMBONZ_PIECE 1024 /* bytes: the client library hands messages over in pieces */
#define JITTER_TICKS 2

/* ── a ring of samples */

static void queue_grow(struct far_queue *q, size_t need)
{
	size_t cap = q->cap ? q->cap : 4096;

	while (cap < need)
		cap *= 2;
	int16_t *pcm = malloc(cap * sizeof(*pcm));
	if (!pcm)
		abort();
	for (size_t i = 0; i < q->len; i++)
		pcm[i] = q->pcm[(q->head + i) & (q->cap - 1)];
	free(q->pcm);
	q->pcm = pcm;
	q->cap = cap;
	q->head = 0;
}

/* Returns what fitted. */
static size_t queue_push(struct far_queue *q, const int16_t *pcm, size_t n)
{
	if (q->len + n > q->limit)
		n = q->limit - q->len;
	if (q->len + n > q->cap)
		queue_grow(q, q->len + n);
	for (size_t i = 0; i < n; i++)
		q->pcm[(q->head + q->len + i) & (q->cap - 1)] = pcm[i];
	q->len += n;
	return n;
}

static int16_t queue_pop(struct far_queue *q)
{
	int16_t s = q->pcm[q->head];

	q->head = (q->head + 1) & (q->cap - 1);
	q->len--;
	return s;
}

/* ── marks, oldest first */

static bool marks_add(struct far_marks *m, const char *name, int64_t at)
{
	if (m->count == FAR_MARKS_MAX)
		return false;
	struct far_mark *mark = &m->items[m->count++];
	mark->at = at;
	memcpy(mark->name, name, FAR_MARK_NAME);
	return true;
}

static void give_back_oldest(struct far_end *f, struct far_marks *m, bool cleared)
{
	struct far_mark mark = m->items[0];

	memmove(m->items, m->items + 1, --m->count * sizeof(m->items[0]));
	f->marks_sent_back++;
	if (f->on_mark)
		f->on_mark(f->arg, iv_str(mark.name), cleared);
}

static void give_back_all(struct far_end *f, struct far_marks *m, bool cleared)
{
	while (m->count > 0)
		give_back_oldest(f, m, cleared);
}

/* ── */

void far_end_init(struct far_end *f, enum far_kind kind, int rate_hz, far_mark_fn *on_mark,
		  void *arg)
{
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->rate_hz = rate_hz;
	f->frame = (size_t)(rate_hz / 1000 * FAR_FRAME_MS);
	f->on_mark = on_mark;
	f->arg = arg;
	f->queue.limit = f->pre.limit = (size_t)rate_hz * FAR_BUFFER_S;
	f->threshold = 1280; /* the first fill; 640 from then on (return rate = leg rate) */
	f->dry = -1;
}

void far_end_deinit(struct far_end *f)
{
	free(f->queue.pcm);
	free(f->pre.pcm);
	f->queue.pcm = f->pre.pcm = NULL;
}

static void enqueue(struct far_end *f, const int16_t *pcm, size_t n)
{
	size_t took = queue_push(&f->queue, pcm, n);

	f->written += (int64_t)took;
	f->overflowed += (int64_t)(n - took);
}

/* One piece off the socket: marks named since the last piece go in front of it, then everything
 * moves on once the threshold is reached. Below it, samples and marks are stuck. */
static void jambonz_piece(struct far_end *f, const int16_t *pcm, size_t n)
{
	int16_t mark = f->marks_destroyed ? 0 : JAMBONZ_MARK;

	for (size_t i = 0; i < f->inventory.count; i++) {
		if (!marks_add(&f->in_use, f->inventory.items[i].name, 0))
			f->marks_dropped++;
		queue_push(&f->pre, &mark, 1);
	}
	f->inventory.count = 0;
	for (size_t i = 0; i < n; i++) {
		int16_t s = f->marks_destroyed && pcm[i] == JAMBONZ_MARK ? 0 : pcm[i];

		f->overflowed += queue_push(&f->pre, &s, 1) ? 0 : 1;
	}
	if (f->pre.len < f->threshold)
		return;
	f->threshold = 640;
	while (f->pre.len > 0) {
		int16_t s = queue_pop(&f->pre);

		enqueue(f, &s, 1);
	}
}

void far_end_audio(struct far_end *f, const int16_t *pcm, size_t n)
{
	f->received += (int64_t)n;
	if (f->kind != FAR_JAMBONZ) {
		enqueue(f, pcm, n);
		return;
	}
	for (size_t at = 0; at < n; at += JAMBONZ_PIECE / 2) {
		size_t left = n - at;

		jambonz_piece(f, pcm + at, left < JAMBONZ_PIECE / 2 ? left : JAMBONZ_PIECE / 2);
	}
}

void far_end_bytes(struct far_end *f, struct iv_str bytes)
{
	const uint8_t *p = (const uint8_t *)bytes.ptr;
	size_t left = bytes.len;
	int16_t pcm[512];

	while (left + (f->has_half ? 1 : 0) >= 2) {
		size_t n = 0;

		while (n < IV_COUNT(pcm) && left + (f->has_half ? 1 : 0) >= 2) {
			uint8_t low = f->has_half ? f->half : *p++;
			uint8_t high = *p++;

			left -= f->has_half ? 1 : 2;
			f->has_half = false;
			pcm[n++] = (int16_t)(uint16_t)(low | high << 8);
		}
		far_end_audio(f, pcm, n);
	}
	if (left == 1) {
		f->half = *p;
		f->has_half = true;
	}
}

void far_end_mark(struct far_end *f, struct iv_str name)
{
	char copy[FAR_MARK_NAME] = {0};
	bool kept;

	iv_str_copy(copy, sizeof(copy), name);
	if (f->kind == FAR_JAMBONZ)
		kept = f->inventory.count + f->in_use.count < FAR_JAMBONZ_MARKS &&
		       marks_add(&f->inventory, copy, 0);
	else
		kept = marks_add(&f->in_use, copy, f->written);
	if (!kept) {
		f->marks_dropped++;
		return;
	}
	if (f->kind == FAR_TWILIO && f->queue.len == 0 && !f->sounding)
		give_back_all(f, &f->in_use, false);
}

static void wipe(struct far_end *f)
{
	f->wiped += (int64_t)f->queue.len;
	f->played += (int64_t)f->queue.len;
	f->queue.len = f->queue.head = 0;
	f->started = false;
	f->waited = 0;
	f->dry = -1;
}

void far_end_clear(struct far_end *f)
{
	f->clears++;
	if (f->kind == FAR_JAMBONZ) {
		f->killed = true; /* only a flag: the media thread looks at its next tick */
		return;
	}
	wipe(f);
	give_back_all(f, &f->in_use, true);
}

void far_end_clear_marks(struct far_end *f)
{
	f->cleared += f->in_use.count + f->inventory.count;
	f->in_use.count = f->inventory.count = 0;
}

/* The kill wipes what has been sent until now, also what came after it; what waits in the prebuffer
 * survives. Marks in the stream stay owed: their samples may still turn up. When the wipe took the
 * samples, the next marks pay the debt and are never reported. */
static void jambonz_kill(struct far_end *f)
{
	size_t in_stream = f->in_use.count;

	f->killed = false;
	wipe(f);
	give_back_all(f, &f->in_use, true);
	give_back_all(f, &f->inventory, true);
	f->cleared += in_stream;
}

static size_t jambonz_pull(struct far_end *f, int16_t *out)
{
	size_t take = f->queue.len < f->frame ? f->queue.len : f->frame, n = 0;
	bool marks = f->in_use.count + f->cleared > 0;

	if (!marks && take == 0 && f->inventory.count > 0)
		give_back_oldest(f, &f->inventory, false);
	for (size_t i = 0; i < take; i++) {
		int16_t s = queue_pop(&f->queue);

		f->played++;
		if (!marks || s != JAMBONZ_MARK)
			out[n++] = s;
		else if (f->cleared > 0)
			f->cleared--;
		else if (f->in_use.count > 0)
			give_back_oldest(f, &f->in_use, false);
	}
	return n;
}

static size_t plain_pull(struct far_end *f, int16_t *out)
{
	size_t take = f->queue.len < f->frame ? f->queue.len : f->frame;

	for (size_t i = 0; i < take; i++)
		out[i] = queue_pop(&f->queue);
	f->played += (int64_t)take;
	return take;
}

static size_t browser_pull(struct far_end *f, int16_t *out)
{
	if (!f->started && f->queue.len > 0 &&
	    (f->waited++ >= JITTER_TICKS || f->queue.len >= JITTER_TICKS * f->frame))
		f->started = true;
	if (!f->started)
		return 0;
	size_t n = plain_pull(f, out);
	if (f->queue.len == 0 && n < f->frame) {
		f->started = false;
		f->waited = 0;
	}
	return n;
}

/* A gap: the queue ran dry within 60 ms of audible speech and went on within FAR_GAP_MAX_MS. */
static void account(struct far_end *f, const int16_t *out, size_t n)
{
	int64_t ms = f->rate_hz / 1000;

	f->heard += (int64_t)n;
	f->sounding = n > 0;
	if (n > 0 && f->dry > 0 && f->dry <= FAR_GAP_MAX_MS * ms) {
		f->gaps++;
		if (f->dry > f->longest_gap)
			f->longest_gap = f->dry;
	}
	if (n > 0)
		f->dry = -1;
	f->since_audible = far_audible(out, f->frame) ? 0 : f->since_audible + (int64_t)f->frame;
	if (f->queue.len > 0 && f->kind != FAR_BROWSER)
		return;
	if (f->dry >= 0)
		f->dry += (int64_t)f->frame;
	else if (n > 0 && f->queue.len == 0 && f->since_audible <= 60 * ms)
		f->dry = (int64_t)(f->frame - n);
}

size_t far_end_tick(struct far_end *f, int16_t *out)
{
	size_t n = 0;

	memset(out, 0, f->frame * sizeof(*out));
	if (f->kind == FAR_JAMBONZ && f->killed) {
		jambonz_kill(f); /* a tick without sound */
	} else if (f->kind == FAR_JAMBONZ) {
		n = jambonz_pull(f, out);
	} else {
		/* What was pulled at the last tick has been heard by now. */
		while (f->in_use.count > 0 && f->in_use.items[0].at <= f->played)
			give_back_oldest(f, &f->in_use, false);
		n = f->kind == FAR_BROWSER ? browser_pull(f, out) : plain_pull(f, out);
	}
	account(f, out, n);
	return n;
}

size_t far_end_buffered(const struct far_end *f)
{
	return f->queue.len + f->pre.len;
}

bool far_audible(const int16_t *pcm, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)pcm[i] * pcm[i];
	return sum > (double)n * 103.6 * 103.6; /* 32768 · 10^(-50/20) */
}
