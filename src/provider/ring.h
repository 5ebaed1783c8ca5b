/* ring: the most recent audio of a stream, encoded, addressed by its position in samples since the
 * stream began. Memory is taken once. */
#ifndef RING_H
#define RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	uint8_t *bytes;
	size_t samples; /* capacity */
	size_t width;	/* bytes per sample */
	uint64_t head;	/* samples ever written */
};

void ring_init(struct ring *r, size_t samples, size_t width);
void ring_deinit(struct ring *r);
void ring_write(struct ring *r, const uint8_t *encoded, size_t samples);
uint64_t ring_tail(const struct ring *r); /* position of the oldest sample still there */
/* Copies samples [from, from + samples), which must be inside [tail, head]. */
void ring_read(const struct ring *r, uint64_t from, uint8_t *out, size_t samples);

#endif
