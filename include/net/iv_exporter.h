/* iv_exporter: sends the spans that wait (iv_trace.h) to a collector, over OTLP/HTTP in JSON: a batch as soon as there
 * are enough, or delay_ms after the first. One request at a time; its body is written on another thread. What a collector
 * cannot take now (429, 502, 503, 504, no connection) it is offered again, after Retry-After or after a growing wait;
 * everything else is lost and counted. Meanwhile the queue fills and drops: nobody ever waits for a collector. */
#ifndef IV_EXPORTER_H
#define IV_EXPORTER_H

#include "iv_net.h"
#include "iv_otlp.h"

struct iv_exporter;

struct iv_exporter_opts {
	struct iv_str url; /* of the traces: "http://collector:4318/v1/traces" */
	const struct iv_pair *headers, *attrs; /* the request's; the resource's. Values of headers may be secret */
	size_t header_count, attr_count;
	const char *version;
	int batch, delay_ms, timeout_ms, flush_ms;
	int retry_ms; /* the first wait; 0: 1 s. Twice as long each time, four times */
};

/* Copies what it is given. NULL with *e: the URL is none. */
struct iv_exporter *iv_exporter_new(struct iv_net *n, const struct iv_exporter_opts *opts, struct iv_err *e);
/* Sends what waits, for flush_ms at most, and is gone; `done` comes from the loop. x may be NULL. */
void iv_exporter_close(struct iv_exporter *x, struct iv_loop *l, void (*done)(void *arg), void *arg);

#endif
