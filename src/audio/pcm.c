/* Position-addressed samples in pooled chunks. All chunks but the ends are full; a chunk knows the
 * position of its first slot, so cutting and dropping never move a sample. */
#include "iv_pcm.h"

#include <stdlib.h>
#include <string.h>

struct iv_pcm_chunk {
	struct iv_pcm_chunk *next;
	int64_t at; /* position of pcm[0] */
	int16_t pcm[IV_PCM_CHUNK_SAMPLES];
};

void iv_pcm_pool_init(struct iv_pcm_pool *p)
{
	*p = (struct iv_pcm_pool){NULL, 0, 0};
}

void iv_pcm_pool_deinit(struct iv_pcm_pool *p)
{
	while (p->free) {
		struct iv_pcm_chunk *c = p->free;

		p->free = c->next;
		free(c);
	}
	p->total = p->in_use;
}

static struct iv_pcm_chunk *take_chunk(struct iv_pcm_pool *p)
{
	struct iv_pcm_chunk *c = p->free;

	if (c) {
		p->free = c->next;
	} else {
		c = malloc(sizeof(*c));
		if (!c)
			abort();
		p->total++;
	}
	p->in_use++;
	c->next = NULL;
	return c;
}

static void give_chunk(struct iv_pcm_pool *p, struct iv_pcm_chunk *c)
{
	c->next = p->free;
	p->free = c;
	p->in_use--;
}

static void give_chunks(struct iv_pcm_queue *q, struct iv_pcm_chunk *c)
{
	while (c) {
		struct iv_pcm_chunk *next = c->next;

		give_chunk(q->pool, c);
		c = next;
	}
}

void iv_pcm_init(struct iv_pcm_queue *q, struct iv_pcm_pool *p)
{
	*q = (struct iv_pcm_queue){.pool = p};
}

static void become_empty(struct iv_pcm_queue *q, int64_t at)
{
	give_chunks(q, q->first);
	q->first = q->last = NULL;
	q->base = q->end = at;
}

void iv_pcm_deinit(struct iv_pcm_queue *q)
{
	become_empty(q, q->end);
}

/* The chunk that the next sample goes to. */
static struct iv_pcm_chunk *open_chunk(struct iv_pcm_queue *q)
{
	struct iv_pcm_chunk *c = q->last;

	if (c && q->end < c->at + IV_PCM_CHUNK_SAMPLES)
		return c;
	c = take_chunk(q->pool);
	c->at = q->end;
	if (q->last)
		q->last->next = c;
	else
		q->first = c;
	q->last = c;
	return c;
}

void iv_pcm_append(struct iv_pcm_queue *q, const int16_t *pcm, size_t n)
{
	while (n > 0) {
		struct iv_pcm_chunk *c = open_chunk(q);
		size_t filled = (size_t)(q->end - c->at);
		size_t room = IV_PCM_CHUNK_SAMPLES - filled;
		size_t take = n < room ? n : room;

		memcpy(c->pcm + filled, pcm, take * sizeof(*pcm));
		q->end += (int64_t)take;
		pcm += take;
		n -= take;
	}
}

/* Copies what of [from, to) lies in the chunk; `out` is where `from` goes. */
static void copy_overlap(const struct iv_pcm_chunk *c, int64_t from, int64_t to, int16_t *out)
{
	int64_t chunk_end = c->at + IV_PCM_CHUNK_SAMPLES;
	int64_t lo = from > c->at ? from : c->at;
	int64_t hi = to < chunk_end ? to : chunk_end;

	if (lo < hi)
		memcpy(out + (lo - from), c->pcm + (lo - c->at), (size_t)(hi - lo) * sizeof(*out));
}

size_t iv_pcm_read(const struct iv_pcm_queue *q, int64_t at, int16_t *out, size_t n)
{
	int64_t stop = at + (int64_t)n;
	int64_t lo = at > q->base ? at : q->base;
	int64_t hi = stop < q->end ? stop : q->end;

	if (n == 0)
		return 0;
	if (lo >= hi) {
		memset(out, 0, n * sizeof(*out));
		return 0;
	}
	memset(out, 0, (size_t)(lo - at) * sizeof(*out));
	for (const struct iv_pcm_chunk *c = q->first; c && c->at < hi; c = c->next)
		copy_overlap(c, lo, hi, out + (lo - at));
	memset(out + (hi - at), 0, (size_t)(stop - hi) * sizeof(*out));
	return (size_t)(hi - lo);
}

void iv_pcm_drop_before(struct iv_pcm_queue *q, int64_t at)
{
	if (at >= q->end) {
		become_empty(q, at);
		return;
	}
	if (at <= q->base)
		return;
	q->base = at;
	while (q->first->at + IV_PCM_CHUNK_SAMPLES <= at) {
		struct iv_pcm_chunk *c = q->first;

		q->first = c->next;
		give_chunk(q->pool, c);
	}
}

void iv_pcm_cut_from(struct iv_pcm_queue *q, int64_t at)
{
	struct iv_pcm_chunk *c = q->first;

	if (at >= q->end)
		return;
	if (at <= q->base) {
		become_empty(q, q->base);
		return;
	}
	while (c->at + IV_PCM_CHUNK_SAMPLES < at)
		c = c->next;
	give_chunks(q, c->next);
	c->next = NULL;
	q->last = c;
	q->end = at;
}
