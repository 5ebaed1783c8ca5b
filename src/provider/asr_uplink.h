/* asr_uplink: what is to be sent to a recogniser and when: chunks, the place of a Finalize among
 * them, and the repetition of recent audio on a new connection. Pure; positions are samples since
 * the session began. */
#ifndef ASR_UPLINK_H
#define ASR_UPLINK_H

#include <stdbool.h>
#include "ring.h"

enum uplink_kind { UPLINK_NOTHING, UPLINK_AUDIO, UPLINK_FINALIZE };

struct asr_uplink {
	struct ring ring;
	int rate_hz;
	size_t chunk;	/* samples */
	uint8_t *out;	/* one chunk */
	uint64_t sent;	/* next sample to send on this connection */
	uint64_t heard; /* final text covers everything before */
	uint64_t loud_from, loud_to; /* sound no final text covers yet; loud_to 0: none */
	uint64_t base;	/* the sample that is second 0 of this connection */
	bool catching_up;
	uint64_t resumed_at;
	int64_t resumed_us;
	bool finalize_due, finalize_open; /* to be sent; sent or to be sent, and not answered */
	uint64_t finalize_at;
};

struct uplink_part {
	enum uplink_kind kind;
	const uint8_t *bytes; /* UPLINK_AUDIO: valid until the next call */
	size_t n;
	int64_t due_us; /* UPLINK_NOTHING: when the pace allows more; INT64_MAX: when audio comes */
};

void uplink_init(struct asr_uplink *u, struct ring_pool *pool, int rate_hz, int chunk_ms, int ring_ms);
void uplink_deinit(struct asr_uplink *u);
/* Encodes into the ring (µ-law at 8000, linear16 at 16000). */
void uplink_add(struct asr_uplink *u, const int16_t *pcm, size_t n);
/* A new connection begins with what no final text covers, at most the ring. */
void uplink_restart(struct asr_uplink *u, int64_t now_us);
struct uplink_part uplink_next(struct asr_uplink *u, int64_t now_us);
/* The incomplete chunk, when nothing else is waiting. */
struct uplink_part uplink_rest(struct asr_uplink *u);
void uplink_finalize(struct asr_uplink *u); /* behind all that was added so far */
void uplink_answered(struct asr_uplink *u);
/* Final text covers the connection's audio up to end_s seconds. */
void uplink_heard(struct asr_uplink *u, double end_s);

#endif
