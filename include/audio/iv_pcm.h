/* iv_pcm: samples between the synthesiser and the leg. A queue addressed by absolute position (samples
 * since the call began), so that what was sent but not heard can be sent again after a false alarm.
 * Chunks come from a pool shared by all calls; memory follows what is buffered, nothing is allocated
 * once the pool has grown to the load. */
#ifndef IV_PCM_H
#define IV_PCM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IV_PCM_CHUNK_SAMPLES 800

struct iv_pcm_pool {
	struct iv_pcm_chunk *free;
	size_t in_use, total; /* chunks */
};

void iv_pcm_pool_init(struct iv_pcm_pool *p);
void iv_pcm_pool_deinit(struct iv_pcm_pool *p); /* all queues empty by then */

struct iv_pcm_queue {
	struct iv_pcm_pool *pool;
	struct iv_pcm_chunk *first, *last;
	int64_t base; /* position of the first sample kept */
	int64_t end;  /* position behind the last one */
};

void iv_pcm_init(struct iv_pcm_queue *q, struct iv_pcm_pool *p);
void iv_pcm_deinit(struct iv_pcm_queue *q);
void iv_pcm_append(struct iv_pcm_queue *q, const int16_t *pcm, size_t n);
/* Copies [at, at + n); what is outside base…end reads as silence. Returns the samples that were there. */
size_t iv_pcm_read(const struct iv_pcm_queue *q, int64_t at, int16_t *out, size_t n);
void iv_pcm_drop_before(struct iv_pcm_queue *q, int64_t at); /* at > end: everything, and base = end = at */
void iv_pcm_cut_from(struct iv_pcm_queue *q, int64_t at);    /* forgets [at, end) */

#endif
