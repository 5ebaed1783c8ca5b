/* Batches of spans on their way to a collector. */
#include <assert.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_exporter.h"
#include "iv_fetch.h"
#include "iv_json.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_seal.h"
#include "iv_trace.h"

enum {
	BATCH_MAX = 4096,
	BODY_MAX = 8 << 20,
	ANSWER_MAX = 65536,
	TRIES = 5,
	RETRY_MS = 1000,
	WAIT_MAX_MS = 60000, /* whatever Retry-After says: what is older is of little use */
	COPIES_MAX = 262144,
};
enum { EXPORTED, DROPPED, FAILED, REJECTED }; /* labels of trace_spans_total */
enum { OK, RETRY, LOST };                     /* of trace_exports_total */

enum state { IDLE, GATHERING, WRITING, SENDING, RETRYING, DEAD, STATES };

#define TO(s) (1u << (s))
static const unsigned edges[STATES] = {
	[IDLE] = TO(GATHERING) | TO(WRITING) | TO(DEAD),
	[GATHERING] = TO(WRITING) | TO(IDLE) | TO(DEAD),
	[WRITING] = TO(SENDING) | TO(WRITING) | TO(IDLE) | TO(GATHERING) | TO(DEAD),
	[SENDING] = TO(RETRYING) | TO(IDLE) | TO(GATHERING) | TO(WRITING) | TO(DEAD),
	[RETRYING] = TO(SENDING) | TO(WRITING) | TO(IDLE) | TO(DEAD),
};

struct iv_exporter {
	struct iv_net *n;
	struct iv_loop *loop;
	struct iv_arena copies;
	struct iv_str url;
	struct iv_header *headers;
	size_t header_count;
	struct iv_buf secrets; /* the headers' values, one behind the other */
	struct iv_otlp_resource resource;
	int delay_ms, timeout_ms, flush_ms, retry_ms;
	size_t batch_max;
	enum state state;
	struct iv_timer timer, flush;
	struct iv_span **batch;
	size_t at, written, count; /* of the batch: sent so far, in the body, all */
	struct iv_buf body;
	struct iv_fetch *fetch;
	int tries;
	bool told;  /* that it does not work: once, until it does */
	bool closing, out_of_time;
	void (*done)(void *arg);
	void *arg;
};

static void set_state(struct iv_exporter *x, enum state to)
{
	assert(edges[x->state] & TO(to));
	x->state = to;
}

static void go_on(struct iv_exporter *x);

/* ── the end ── */

static void gone(void *arg)
{
	struct iv_exporter *x = arg;

	x->done(x->arg);
	iv_buf_deinit(&x->body);
	iv_wipe(x->secrets.ptr, x->secrets.len);
	iv_buf_deinit(&x->secrets);
	iv_arena_deinit(&x->copies);
	free((void *)x->batch);
	free(x);
}

static void die(struct iv_exporter *x)
{
	struct iv_span *s;

	while (iv_trace_take(&s, 1)) {
		iv_metric_add(IV_M_trace_spans_total, DROPPED, 1);
		iv_trace_drop(s);
	}
	iv_trace_on_waiting(NULL, NULL);
	iv_timer_stop(&x->timer);
	iv_timer_stop(&x->flush);
	set_state(x, DEAD);
	iv_defer(x->loop, gone, x);
}

/* ── a batch ── */

/* Those in the body are settled. */
static void settle(struct iv_exporter *x, int label, int64_t rejected)
{
	size_t n = x->written - x->at;
	size_t bad = rejected > 0 ? ((uint64_t)rejected < n ? (size_t)rejected : n) : 0;

	iv_metric_add(IV_M_trace_spans_total, label, (double)(n - bad));
	if (bad)
		iv_metric_add(IV_M_trace_spans_total, REJECTED, (double)bad);
	for (; x->at < x->written; x->at++)
		iv_trace_drop(x->batch[x->at]);
	x->tries = 0;
}

static void settle_all(struct iv_exporter *x, int label)
{
	x->written = x->count;
	settle(x, label, 0);
}

static void write_body(void *arg)
{
	struct iv_exporter *x = arg;

	iv_buf_clear(&x->body);
	x->written = x->at + iv_otlp_write(&x->body, &x->resource, x->batch + x->at, x->count - x->at);
}

static void on_done(void *arg, const struct iv_fetch_result *r);

static void offer(struct iv_exporter *x)
{
	static const struct iv_fetch_handlers handlers = {.done = on_done};

	set_state(x, SENDING);
	x->fetch = iv_fetch_start(x->n,
				  &(struct iv_fetch_opts){.method = "POST",
							  .url = x->url,
							  .headers = x->headers,
							  .header_count = x->header_count,
							  .body = iv_buf_str(&x->body),
							  .body_stays = true,
							  .total_ms = x->timeout_ms,
							  .body_max = ANSWER_MAX},
				  &handlers, x);
}

static void on_written(void *arg)
{
	struct iv_exporter *x = arg;

	if (x->written == x->at) { /* cannot be: one span is smaller than a body may be */
		x->written++;
		settle(x, FAILED, 0);
		go_on(x);
	} else if (x->out_of_time) {
		settle_all(x, DROPPED);
		go_on(x);
	} else {
		offer(x);
	}
}

static void begin(struct iv_exporter *x)
{
	iv_timer_stop(&x->timer);
	if (x->at == x->count) {
		x->at = x->written = 0;
		x->count = iv_trace_take(x->batch, x->batch_max);
	}
	set_state(x, WRITING);
	iv_loop_work(x->loop, write_body, on_written, x);
}

/* What is next, with nothing in flight. */
static void go_on(struct iv_exporter *x)
{
	bool waiting = iv_trace_waiting() > 0;

	if (x->at < x->count && !x->out_of_time) {
		begin(x);
	} else if (x->closing && (!waiting || x->out_of_time)) {
		die(x);
	} else if (waiting && (x->closing || iv_trace_waiting() >= x->batch_max)) {
		begin(x);
	} else if (waiting) {
		set_state(x, GATHERING);
		iv_timer_in_ms(&x->timer, x->delay_ms);
	} else {
		set_state(x, IDLE);
	}
}

/* ── the answer ── */

static bool passing(const struct iv_fetch_result *r)
{
	return r->unsent || r->status == 429 || r->status == 502 || r->status == 503 || r->status == 504;
}

/* Half of it is left to chance, so that a thousand processes do not come back at once. */
static int64_t backoff_ms(const struct iv_exporter *x, const struct iv_fetch_result *r)
{
	int64_t ms = (int64_t)x->retry_ms << (x->tries - 1);
	uint16_t chance;

	if (r->retry_after_ms >= 0 && r->retry_after_ms < WAIT_MAX_MS)
		return r->retry_after_ms;
	iv_random(&chance, sizeof(chance));
	ms = r->retry_after_ms >= 0 || ms > WAIT_MAX_MS ? WAIT_MAX_MS : ms;
	return ms / 2 + ms / 2 * chance / UINT16_MAX;
}

static void tell(struct iv_exporter *x, const struct iv_fetch_result *r)
{
	if (x->told)
		return;
	x->told = true; /* once: the metrics count */
	iv_warn("traces.not_sent", IV_LI("status", r->status), IV_LS("rule", iv_code_info(r->err.code)->name),
		IV_LI("spans", x->written - x->at));
}

/* {"partialSuccess":{"rejectedSpans":"3","errorMessage":"…"}}; anything else is a success all the same. */
static int64_t rejected(struct iv_str body)
{
	cJSON *doc = iv_json_parse(body, NULL);
	const cJSON *n = iv_json_get(iv_json_get(doc, "partialSuccess"), "rejectedSpans");
	int64_t value = 0;

	if (cJSON_IsNumber(n) && n->valuedouble > 0 && n->valuedouble < 1e9)
		value = (int64_t)n->valuedouble;
	else if (cJSON_IsString(n) && !iv_str_to_i64(iv_str(n->valuestring), &value))
		value = 0;
	cJSON_Delete(doc);
	return value;
}

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct iv_exporter *x = arg;

	x->fetch = NULL;
	if (r->status >= 200 && r->status < 300) {
		int64_t bad = rejected(r->body);

		if (x->told || bad > 0)
			iv_info("traces.sent", IV_LI("rejected", bad));
		x->told = false;
		iv_metric_add(IV_M_trace_exports_total, OK, 1);
		settle(x, EXPORTED, bad);
	} else if (passing(r) && ++x->tries < TRIES && !x->closing) {
		iv_metric_add(IV_M_trace_exports_total, RETRY, 1);
		tell(x, r);
		set_state(x, RETRYING);
		iv_timer_in_ms(&x->timer, backoff_ms(x, r));
		return;
	} else {
		iv_metric_add(IV_M_trace_exports_total, LOST, 1);
		tell(x, r);
		settle(x, FAILED, 0);
		x->out_of_time = x->closing && r->unsent; /* the next batch would find nobody either */
		if (x->out_of_time)
			settle_all(x, DROPPED);
	}
	go_on(x);
}

static void on_timer(void *arg)
{
	struct iv_exporter *x = arg;

	if (x->state == RETRYING)
		offer(x);
	else
		begin(x);
}

static void on_waiting(void *arg)
{
	struct iv_exporter *x = arg;

	if (x->state == IDLE) {
		set_state(x, GATHERING);
		iv_timer_in_ms(&x->timer, x->delay_ms);
	}
	if (x->state == GATHERING && iv_trace_waiting() >= x->batch_max)
		iv_timer_in_ms(&x->timer, 0); /* in a turn of its own: whoever finished the span goes on */
}

/* ── beginning and closing ── */

static struct iv_str copy(struct iv_exporter *x, struct iv_str s)
{
	struct iv_str c = iv_arena_str(&x->copies, s);

	if (!c.ptr)
		abort(); /* settings are shorter */
	return c;
}

static void *room(struct iv_exporter *x, size_t n)
{
	void *p = iv_arena_alloc(&x->copies, n);

	if (!p)
		abort();
	return p;
}

static void copy_headers(struct iv_exporter *x, const struct iv_exporter_opts *o)
{
	size_t all = 0, at = 0;

	for (size_t i = 0; i < o->header_count; i++)
		all += o->headers[i].value.len;
	iv_buf_init(&x->secrets, all + 1);
	if (!iv_buf_reserve(&x->secrets, all + 1)) /* so that it stays where it is */
		abort();
	x->headers = room(x, (o->header_count + 1) * sizeof(*x->headers));
	for (size_t i = 0; i < o->header_count; i++) {
		if (iv_str_ieq(o->headers[i].name, IV_S("content-type")))
			continue;
		at = x->secrets.len;
		if (!iv_buf_adds(&x->secrets, o->headers[i].value))
			abort();
		x->headers[x->header_count++] = (struct iv_header){
			copy(x, o->headers[i].name), {x->secrets.ptr + at, x->secrets.len - at}};
	}
	x->headers[x->header_count++] = (struct iv_header){IV_S("Content-Type"), IV_S("application/json")};
}

static void copy_resource(struct iv_exporter *x, const struct iv_exporter_opts *o)
{
	struct iv_pair *attrs = room(x, (o->attr_count + 1) * sizeof(*attrs));

	for (size_t i = 0; i < o->attr_count; i++)
		attrs[i] = (struct iv_pair){copy(x, o->attrs[i].name), copy(x, o->attrs[i].value)};
	x->resource = (struct iv_otlp_resource){attrs, o->attr_count,
						o->version ? copy(x, iv_str(o->version)).ptr : NULL};
}

static void on_flush_over(void *arg);

struct iv_exporter *iv_exporter_new(struct iv_net *n, const struct iv_exporter_opts *o, struct iv_err *e)
{
	struct iv_exporter *x;
	struct iv_url u;

	if (!iv_url_parse(o->url, &u, e))
		return NULL;
	x = calloc(1, sizeof(*x));
	if (!x)
		abort();
	x->n = n;
	x->loop = iv_net_loop(n);
	iv_arena_init(&x->copies, COPIES_MAX);
	x->url = copy(x, o->url);
	copy_headers(x, o);
	copy_resource(x, o);
	x->delay_ms = o->delay_ms;
	x->timeout_ms = o->timeout_ms;
	x->flush_ms = o->flush_ms;
	x->retry_ms = o->retry_ms > 0 ? o->retry_ms : RETRY_MS;
	x->batch_max = o->batch > 0 && o->batch < BATCH_MAX ? (size_t)o->batch : BATCH_MAX;
	x->batch = calloc(x->batch_max, sizeof(struct iv_span *));
	if (!x->batch)
		abort();
	iv_buf_init(&x->body, BODY_MAX);
	iv_timer_init(&x->timer, x->loop, on_timer, x);
	iv_timer_init(&x->flush, x->loop, on_flush_over, x);
	iv_trace_on_waiting(on_waiting, x);
	return x;
}

static void on_flush_over(void *arg)
{
	struct iv_exporter *x = arg;

	x->out_of_time = true;
	if (x->state != SENDING)
		return; /* the body is being written: on_written sees it */
	iv_fetch_cancel(x->fetch);
	x->fetch = NULL;
	settle_all(x, FAILED);
	go_on(x);
}

void iv_exporter_close(struct iv_exporter *x, struct iv_loop *l, void (*done)(void *arg), void *arg)
{
	if (!x) {
		iv_defer(l, done, arg);
		return;
	}
	x->closing = true;
	x->done = done;
	x->arg = arg;
	iv_timer_in_ms(&x->flush, x->flush_ms);
	iv_timer_stop(&x->timer);
	if (x->state == RETRYING)
		offer(x); /* once more, without waiting */
	else if (x->state == IDLE || x->state == GATHERING)
		go_on(x);
}
