/* iv_trace: the process's spans: begun, finished, waiting to be sent (iv_exporter.h). While it is closed, which is how a
 * process begins, nothing is made: every span is NULL, and everything that takes a span takes NULL. Loop thread only.
 *
 * A span that is not sampled is made all the same, so that its id goes on to whom we ask; it is not filled and not sent.
 * Whoever began a span finishes it; whoever needs it for longer holds it. Beyond live_max and queue_max spans are lost
 * and counted (trace_spans_total), and nothing waits. */
#ifndef IV_TRACE_H
#define IV_TRACE_H

#include "iv_span.h"

enum iv_sampler {
	IV_SAMPLE_ALWAYS,
	IV_SAMPLE_NEVER,
	IV_SAMPLE_RATIO,
	IV_SAMPLE_PARENT_ALWAYS, /* as the parent is; without one: always */
	IV_SAMPLE_PARENT_NEVER,
	IV_SAMPLE_PARENT_RATIO,
};
extern const char *const iv_sampler_names[]; /* as OTEL_TRACES_SAMPLER has them; ends with NULL */

struct iv_trace_opts {
	enum iv_sampler sampler;
	double ratio;      /* 0…1 */
	size_t live_max;   /* spans begun and not yet sent */
	size_t queue_max;  /* finished and not yet taken */
	bool content;      /* iv_span_content writes */
};

void iv_trace_open(const struct iv_trace_opts *opts);
void iv_trace_close(void); /* frees every span: nobody has one any more */
bool iv_trace_on(void);

/* The first span here of a trace: a new one, or that of the caller (`from` may be NULL). The name is copied. */
struct iv_span *iv_trace_root(const char *name, enum iv_span_kind kind, const struct iv_trace_context *from);
/* A root that nothing stands below yet: it was found out later in whose trace it is. What it said stays, unless it was not
 * recorded until now. */
void iv_trace_adopt(struct iv_span *root, const struct iv_trace_context *from);
struct iv_span *iv_trace_child(const struct iv_span *parent, const char *name, enum iv_span_kind kind);
/* A span may begin before it was made, and not before its parent. */
void iv_trace_begun(struct iv_span *s, int64_t at_us);
void iv_trace_finish(struct iv_span *s); /* now; the span is not the caller's any more */

struct iv_span *iv_trace_hold(struct iv_span *s); /* as given */
void iv_trace_drop(struct iv_span *s);

bool iv_trace_sampled(enum iv_sampler sampler, double ratio, const uint8_t trace_id[16], const struct iv_trace_context *from);

/* ── for who sends them */
size_t iv_trace_waiting(void);
size_t iv_trace_take(struct iv_span **out, size_t max); /* the oldest; each to be dropped */
/* Called when a span begins to wait; it must not call back. NULL: nobody. */
void iv_trace_on_waiting(void (*fn)(void *arg), void *arg);

#endif
