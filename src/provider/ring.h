/* ring: the most recent audio of a stream, encoded, addressed by its position in samples since the
 * stream began. Memory follows what is kept: blocks come from a pool shared by all streams and go back
 * when they are forgotten or fall behind the capacity. */
#ifndef RING_H
#define RING_H

#include <stddef.h>
#include <stdint.h>

#define RING_BLOCK_BYTES 1600

struct ring_pool {
	struct ring_block *free;
};

void ring_pool_deinit(struct ring_pool *p); /* every ring is gone by then */

struct ring {
	struct ring_pool *pool;
	struct ring_block **blocks; /* by position, modulo block_count; NULL where nothing is kept */
	size_t block_count;
	size_t samples; /* capacity */
	size_t width;	/* bytes per sample */
	uint64_t head;	/* samples ever written */
	uint64_t tail;	/* position of the oldest sample still there */
};

void ring_init(struct ring *r, struct ring_pool *pool, size_t samples, size_t width);
void ring_deinit(struct ring *r);
void ring_write(struct ring *r, const uint8_t *encoded, size_t samples);
void ring_forget(struct ring *r, uint64_t before); /* what lies before is not needed any more */
uint64_t ring_tail(const struct ring *r);
/* Copies samples [from, from + samples), which must be inside [tail, head]. */
void ring_read(const struct ring *r, uint64_t from, uint8_t *out, size_t samples);

#endif
