/* iv_otlp: spans as the OpenTelemetry protocol wants them over HTTP, in its JSON: ids in hex, enums as numbers, integers
 * of 64 bits and times (Unix nanoseconds) as decimal strings. Pure: may run on another thread. */
#ifndef IV_OTLP_H
#define IV_OTLP_H

#include "iv_arena.h"
#include "iv_err.h"
#include "iv_query.h"
#include "iv_span.h"

/* Who sends: service.name and the like. */
struct iv_otlp_resource {
	const struct iv_pair *attrs;
	size_t count;
	const char *version; /* of the instrumentation: ours */
};

/* An ExportTraceServiceRequest of as many of the spans, from the first on, as out's ceiling allows; how many. 0: not one
 * fits, out is as it was. */
size_t iv_otlp_write(struct iv_buf *out, const struct iv_otlp_resource *r, struct iv_span *const *spans, size_t n);

/* "key=value,key=value" of OTEL_RESOURCE_ATTRIBUTES and OTEL_EXPORTER_OTLP_HEADERS: blanks around both are passed over,
 * values may be percent-encoded. At most max pairs; false with *e (which never says a value). */
IV_MUST_CHECK bool iv_otlp_pairs(struct iv_str list, struct iv_arena *arena, struct iv_pair *pairs, size_t max,
				 size_t *count, struct iv_err *e);

#endif
