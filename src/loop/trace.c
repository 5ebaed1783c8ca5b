/* The life of spans: a pool that grows in slabs up to a ceiling, a queue of those that are finished. */
#include "iv_trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "iv_crypto.h"
#include "iv_loop.h"
#include "iv_metrics.h"

enum { SLAB_SPANS = 32 };
enum { EXPORTED, DROPPED }; /* labels of trace_spans_total, as far as they are counted here */

const char *const iv_sampler_names[] = {"always_on", "always_off", "traceidratio", "parentbased_always_on",
					"parentbased_always_off", "parentbased_traceidratio", NULL};

struct slab {
	struct slab *next;
	struct iv_span spans[SLAB_SPANS];
};

static struct {
	bool on;
	struct iv_trace_opts opts;
	struct slab *slabs;
	struct iv_span *free;
	struct iv_span *head, *tail;
	size_t live, waiting;
	void (*fn)(void *arg);
	void *arg;
} trace;

void iv_trace_open(const struct iv_trace_opts *opts)
{
	iv_trace_close();
	trace.opts = *opts;
	trace.on = true;
}

void iv_trace_close(void)
{
	while (trace.slabs) {
		struct slab *slab = trace.slabs;

		trace.slabs = slab->next;
		for (size_t i = 0; i < SLAB_SPANS; i++)
			iv_span_reset(&slab->spans[i]);
		free(slab);
	}
	memset(&trace, 0, sizeof(trace));
}

bool iv_trace_on(void)
{
	return trace.on;
}

/* ── which ones ── */

static bool within(double ratio, const uint8_t trace_id[16])
{
	uint64_t x = 0;

	if (ratio >= 1)
		return true;
	for (size_t i = 8; i < 16; i++)
		x = x << 8 | trace_id[i];
	/* Every process decides alike for one trace: by its id, as the SDKs do. */
	return (double)(x >> 1) < ratio * 9223372036854775808.0;
}

bool iv_trace_sampled(enum iv_sampler sampler, double ratio, const uint8_t trace_id[16], const struct iv_trace_context *from)
{
	if (from && sampler >= IV_SAMPLE_PARENT_ALWAYS)
		return (from->flags & IV_TRACE_SAMPLED) != 0;
	switch (sampler) {
	case IV_SAMPLE_ALWAYS:
	case IV_SAMPLE_PARENT_ALWAYS:
		return true;
	case IV_SAMPLE_NEVER:
	case IV_SAMPLE_PARENT_NEVER:
		return false;
	case IV_SAMPLE_RATIO:
	case IV_SAMPLE_PARENT_RATIO:
		return within(ratio, trace_id);
	}
	return false;
}

/* ── memory ── */

static bool grow(void)
{
	struct slab *slab;

	if (trace.live >= trace.opts.live_max)
		return false;
	slab = calloc(1, sizeof(*slab));
	if (!slab)
		abort();
	slab->next = trace.slabs;
	trace.slabs = slab;
	for (size_t i = 0; i < SLAB_SPANS; i++) {
		slab->spans[i].next = trace.free;
		trace.free = &slab->spans[i];
	}
	return true;
}

static struct iv_span *take(void)
{
	struct iv_span *s;

	if (trace.live >= trace.opts.live_max || (!trace.free && !grow())) {
		iv_metric_add(IV_M_trace_spans_total, DROPPED, 1);
		return NULL;
	}
	s = trace.free;
	trace.free = s->next;
	s->next = NULL;
	s->refs = 1;
	trace.live++;
	return s;
}

struct iv_span *iv_trace_hold(struct iv_span *s)
{
	if (s)
		s->refs++;
	return s;
}

void iv_trace_drop(struct iv_span *s)
{
	if (!s || --s->refs)
		return;
	iv_span_reset(s);
	s->next = trace.free;
	trace.free = s;
	trace.live--;
}

/* ── begin ── */

static void random_id(uint8_t *id, size_t n)
{
	uint8_t any = 0;

	while (!any) {
		iv_random(id, n);
		for (size_t i = 0; i < n; i++)
			any |= id[i];
	}
}

static int64_t wall_minus_now(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)wall.tv_sec * 1000000 + wall.tv_nsec / 1000 - iv_now_us();
}

static void keep_state(struct iv_span *s, const char *state)
{
	if (!state || !state[0])
		return;
	s->state = strdup(state);
	if (!s->state)
		abort();
}

static void begin(struct iv_span *s, const char *name, enum iv_span_kind kind)
{
	(void)snprintf(s->name, sizeof(s->name), "%s", name); /* cut */
	s->kind = kind;
	s->content_allowed = trace.opts.content;
	random_id(s->id, sizeof(s->id));
	s->start_us = iv_now_us();
}

static void stand_in(struct iv_span *s, const struct iv_trace_context *from)
{
	if (from) {
		memcpy(s->trace_id, from->trace_id, sizeof(s->trace_id));
		memcpy(s->parent_id, from->span_id, sizeof(s->parent_id));
		s->has_parent = s->remote_parent = true;
		keep_state(s, from->state);
	} else {
		random_id(s->trace_id, sizeof(s->trace_id));
	}
	s->recorded = iv_trace_sampled(trace.opts.sampler, trace.opts.ratio, s->trace_id, from);
	s->flags = (uint8_t)((from ? from->flags & IV_TRACE_RANDOM : IV_TRACE_RANDOM) |
			     (s->recorded ? IV_TRACE_SAMPLED : 0));
}

struct iv_span *iv_trace_root(const char *name, enum iv_span_kind kind, const struct iv_trace_context *from)
{
	struct iv_span *s = trace.on ? take() : NULL;

	if (!s)
		return NULL;
	begin(s, name, kind);
	s->wall_us = wall_minus_now();
	stand_in(s, from);
	return s;
}

void iv_trace_adopt(struct iv_span *root, const struct iv_trace_context *from)
{
	if (!root || root->finished)
		return;
	free(root->state);
	root->state = NULL;
	stand_in(root, from);
}

struct iv_span *iv_trace_child(const struct iv_span *parent, const char *name, enum iv_span_kind kind)
{
	struct iv_span *s = parent && trace.on ? take() : NULL;

	if (!s)
		return NULL;
	begin(s, name, kind);
	s->wall_us = parent->wall_us; /* a clock that is set must not part a trace */
	memcpy(s->trace_id, parent->trace_id, sizeof(s->trace_id));
	memcpy(s->parent_id, parent->id, sizeof(s->parent_id));
	s->has_parent = true;
	s->recorded = parent->recorded;
	s->flags = parent->flags;
	keep_state(s, parent->state);
	return s;
}

void iv_trace_begun(struct iv_span *s, int64_t at_us)
{
	if (iv_span_records(s) && at_us < s->start_us)
		s->start_us = at_us;
}

/* ── end ── */

static void enqueue(struct iv_span *s)
{
	if (trace.tail)
		trace.tail->next = s;
	else
		trace.head = s;
	trace.tail = s;
	trace.waiting++;
	iv_metric_set(IV_M_trace_queue_length, 0, (double)trace.waiting);
	if (trace.fn)
		trace.fn(trace.arg);
}

void iv_trace_finish(struct iv_span *s)
{
	if (!s)
		return;
	s->end_us = iv_now_us();
	s->finished = true;
	if (s->recorded && trace.waiting < trace.opts.queue_max) {
		enqueue(s);
		return;
	}
	if (s->recorded)
		iv_metric_add(IV_M_trace_spans_total, DROPPED, 1);
	iv_trace_drop(s);
}

size_t iv_trace_waiting(void)
{
	return trace.waiting;
}

size_t iv_trace_take(struct iv_span **out, size_t max)
{
	size_t n = 0;

	while (n < max && trace.head) {
		out[n] = trace.head;
		trace.head = trace.head->next;
		out[n++]->next = NULL;
	}
	if (!trace.head)
		trace.tail = NULL;
	trace.waiting -= n;
	iv_metric_set(IV_M_trace_queue_length, 0, (double)trace.waiting);
	return n;
}

void iv_trace_on_waiting(void (*fn)(void *arg), void *arg)
{
	trace.fn = fn;
	trace.arg = arg;
}
