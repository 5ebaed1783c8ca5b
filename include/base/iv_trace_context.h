/* iv_trace_context: in which trace a request stands and who made it, in the two headers of W3C Trace Context:
 * "traceparent" (00-<trace>-<span>-<flags>) and "tracestate", which is passed on and not understood. Pure. */
#ifndef IV_TRACE_CONTEXT_H
#define IV_TRACE_CONTEXT_H

#include "iv_str.h"

enum { IV_TRACEPARENT_SIZE = 56, IV_TRACESTATE_MAX = 512, IV_TRACE_ID_SIZE = 33 };
enum { IV_TRACE_SAMPLED = 1, IV_TRACE_RANDOM = 2 }; /* flags; others are not passed on */

struct iv_trace_context {
	uint8_t trace_id[16], span_id[8];
	uint8_t flags;
	char state[IV_TRACESTATE_MAX + 1]; /* "" */
};

/* False when traceparent is absent or malformed: then there is no trace, and *c is zero. A tracestate that is malformed
 * is left out; of one that is too long, members are (those over 128 bytes first, then from its end). */
IV_MUST_CHECK bool iv_trace_context_read(struct iv_str traceparent, struct iv_str tracestate, struct iv_trace_context *c);

void iv_traceparent_write(const uint8_t trace_id[16], const uint8_t span_id[8], uint8_t flags,
			  char out[IV_TRACEPARENT_SIZE]);

#endif
