/* The ring of recent audio that is repeated when a recogniser's socket dies. */
#include <stdlib.h>
#include <string.h>
#include "ring.h"

struct ring_block {
	struct ring_block *next; /* in the pool */
	uint8_t bytes[RING_BLOCK_BYTES];
};

static struct ring_block *take(struct ring_pool *p)
{
	struct ring_block *b = p->free;
	if (b) {
		p->free = b->next;
		return b;
	}
	b = malloc(sizeof(*b));
	if (!b)
		abort();
	return b;
}

static void give(struct ring_pool *p, struct ring_block *b)
{
	b->next = p->free;
	p->free = b;
}

void ring_pool_deinit(struct ring_pool *p)
{
	while (p->free) {
		struct ring_block *b = p->free;
		p->free = b->next;
		free(b);
	}
}

static size_t block_samples(const struct ring *r)
{
	return RING_BLOCK_BYTES / r->width;
}

static struct ring_block **slot(const struct ring *r, uint64_t position)
{
	return &r->blocks[position / block_samples(r) % r->block_count];
}

void ring_init(struct ring *r, struct ring_pool *pool, size_t samples, size_t width)
{
	*r = (struct ring){.pool = pool, .samples = samples, .width = width};
	/* A run of samples may begin and end inside a block. */
	r->block_count = samples / block_samples(r) + 2;
	r->blocks = calloc(r->block_count, sizeof(r->blocks[0]));
	if (!r->blocks)
		abort();
}

void ring_deinit(struct ring *r)
{
	for (size_t i = 0; r->blocks && i < r->block_count; i++)
		if (r->blocks[i])
			give(r->pool, r->blocks[i]);
	free(r->blocks);
	r->blocks = NULL;
}

uint64_t ring_tail(const struct ring *r)
{
	return r->tail;
}

void ring_forget(struct ring *r, uint64_t before)
{
	size_t n = block_samples(r);
	if (before > r->head)
		before = r->head;
	if (before <= r->tail)
		return;
	for (uint64_t block = r->tail / n; block < before / n; block++) {
		struct ring_block **b = slot(r, block * n);
		if (*b)
			give(r->pool, *b);
		*b = NULL;
	}
	r->tail = before;
}

/* The part of a run of n samples at `position` that lies in one block. */
static size_t until_end(const struct ring *r, uint64_t position, size_t n)
{
	size_t left = block_samples(r) - (size_t)(position % block_samples(r));
	return n < left ? n : left;
}

static size_t offset(const struct ring *r, uint64_t position)
{
	return (size_t)(position % block_samples(r)) * r->width;
}

void ring_write(struct ring *r, const uint8_t *encoded, size_t samples)
{
	while (samples > 0) {
		size_t n = until_end(r, r->head, samples);
		struct ring_block **b = slot(r, r->head);
		if (!*b)
			*b = take(r->pool);
		memcpy((*b)->bytes + offset(r, r->head), encoded, n * r->width);
		r->head += n;
		encoded += n * r->width;
		samples -= n;
		if (r->head > r->samples)
			ring_forget(r, r->head - r->samples);
	}
}

void ring_read(const struct ring *r, uint64_t from, uint8_t *out, size_t samples)
{
	while (samples > 0) {
		size_t n = until_end(r, from, samples);
		memcpy(out, (*slot(r, from))->bytes + offset(r, from), n * r->width);
		from += n;
		out += n * r->width;
		samples -= n;
	}
}
