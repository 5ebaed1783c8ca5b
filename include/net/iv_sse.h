/* iv_sse: server-sent events, pure. Bytes may split anywhere. LF, CRLF and CR end lines; several data
 * lines join with LF; events with empty data are not given; at the end of the stream what is complete
 * but not followed by a blank line is given too. A line "error: {…}" (an old llama.cpp habit) is given
 * as event "error". */
#ifndef IV_SSE_H
#define IV_SSE_H

#include "iv_buf.h"

struct iv_sse {
	struct iv_buf line, data; /* each with the limit given */
	char event[32];
	bool after_cr, failed;
};

typedef void iv_sse_fn(void *arg, struct iv_str event, struct iv_str data);

void iv_sse_init(struct iv_sse *s, size_t limit_bytes);
void iv_sse_deinit(struct iv_sse *s);
/* False: a line or an event was larger than the limit; nothing more is given. */
bool iv_sse_feed(struct iv_sse *s, struct iv_str bytes, iv_sse_fn *fn, void *arg);
void iv_sse_finish(struct iv_sse *s, iv_sse_fn *fn, void *arg);

#endif
