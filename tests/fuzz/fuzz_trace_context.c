/* The headers of a trace, as anybody may send them: what is read is written so that it reads the same again. */
#include <stdlib.h>
#include "iv_trace_context.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is the traceparent, what is behind it the tracestate. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_str rest = {(const char *)data, size}, parent = {0};
	struct iv_trace_context c, again;
	char text[IV_TRACEPARENT_SIZE];

	if (!iv_str_split(&rest, '\n', &parent) || !iv_trace_context_read(parent, rest, &c))
		return 0;
	if (strlen(c.state) > IV_TRACESTATE_MAX || (c.flags & ~3))
		abort();
	iv_traceparent_write(c.trace_id, c.span_id, c.flags, text);
	if (strlen(text) != IV_TRACEPARENT_SIZE - 1 || !iv_trace_context_read(iv_str(text), iv_str(c.state), &again) ||
	    memcmp(&c, &again, sizeof(c)) != 0)
		abort();
	return 0;
}
