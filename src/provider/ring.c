/* The ring of recent audio that is repeated when a recogniser's socket dies. */
#include <stdlib.h>
#include <string.h>
#include "ring.h"

void ring_init(struct ring *r, size_t samples, size_t width)
{
	*r = (struct ring){.bytes = malloc(samples * width), .samples = samples, .width = width};
	if (!r->bytes)
		abort();
}

void ring_deinit(struct ring *r)
{
	free(r->bytes);
	r->bytes = NULL;
}

uint64_t ring_tail(const struct ring *r)
{
	return r->head > r->samples ? r->head - r->samples : 0;
}

/* The part of a run of n samples at `position` that lies before the end of the memory. */
static size_t until_wrap(const struct ring *r, uint64_t position, size_t n)
{
	size_t left = r->samples - (size_t)(position % r->samples);
	return n < left ? n : left;
}

void ring_write(struct ring *r, const uint8_t *encoded, size_t samples)
{
	while (samples > 0) {
		size_t n = until_wrap(r, r->head, samples);
		memcpy(r->bytes + (size_t)(r->head % r->samples) * r->width, encoded, n * r->width);
		r->head += n;
		encoded += n * r->width;
		samples -= n;
	}
}

void ring_read(const struct ring *r, uint64_t from, uint8_t *out, size_t samples)
{
	while (samples > 0) {
		size_t n = until_wrap(r, from, samples);
		memcpy(out, r->bytes + (size_t)(from % r->samples) * r->width, n * r->width);
		from += n;
		out += n * r->width;
		samples -= n;
	}
}
