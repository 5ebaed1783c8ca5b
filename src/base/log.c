/* Log lines: formatted at once, kept in a ring, handed to a sink that takes what it can. The ring
 * is cut in two parts when it wraps, so that no line is ever split: `end` marks where the first
 * part stops. */
#include "iv_log.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "iv_json.h"
#include "iv_metrics.h"

#define RING_BYTES ((size_t)256 * 1024)
#define LINE_BYTES 8192
#define VALUE_BYTES 1024 /* longer strings are cut */

static struct {
	char bytes[RING_BYTES];
	size_t head, tail; /* next byte to hand out, next byte to fill */
	size_t end;	   /* while tail < head: where the part that starts at head stops */
	uint64_t dropped;
	bool flushing;
} ring;

static size_t write_stderr(void *arg, const char *lines, size_t n)
{
	ssize_t taken;

	(void)arg;
	do
		taken = write(STDERR_FILENO, lines, n);
	while (taken < 0 && errno == EINTR);
	return taken < 0 ? 0 : (size_t)taken;
}

static enum iv_log_level lowest = IV_INFO;
static size_t (*sink)(void *arg, const char *lines, size_t n) = write_stderr;
static void *sink_arg;
static struct iv_log_context *innermost;

void iv_log_push(struct iv_log_context *ctx)
{
	ctx->outer = innermost;
	innermost = ctx;
}

void iv_log_pop(struct iv_log_context *ctx)
{
	assert(innermost == ctx);
	innermost = ctx->outer;
}

enum iv_log_level iv_log_level(void)
{
	return lowest;
}

void iv_log_set_level(enum iv_log_level level)
{
	lowest = level;
}

void iv_log_set_sink(size_t (*fn)(void *arg, const char *lines, size_t n), void *arg)
{
	sink = fn ? fn : write_stderr;
	sink_arg = fn ? arg : NULL;
}

uint64_t iv_log_dropped(void)
{
	return ring.dropped;
}

/* A byte is always left free, so that head == tail means empty and nothing else. */
static bool keep(struct iv_str line)
{
	if (ring.head == ring.tail && !ring.flushing)
		ring.head = ring.tail = 0;
	if (ring.tail < ring.head) {
		if (ring.head - ring.tail <= line.len)
			return false;
	} else if (RING_BYTES - ring.tail < line.len) {
		if (ring.head <= line.len)
			return false;
		ring.end = ring.tail;
		ring.tail = 0;
	}
	memcpy(ring.bytes + ring.tail, line.ptr, line.len);
	ring.tail += line.len;
	return true;
}

/* RFC 3339 in UTC with milliseconds. The second's text is kept: most lines share it. */
static void stamp(char out[32])
{
	static char second[24];
	static time_t second_at = -1;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != second_at) {
		struct tm utc;

		gmtime_r(&now.tv_sec, &utc);
		strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", &utc);
		second_at = now.tv_sec;
	}
	snprintf(out, 32, "%s.%03dZ", second, (int)(now.tv_nsec / 1000000));
}

static void write_context(struct iv_jw *w)
{
	const char *call_id = NULL, *request_id = NULL, *trace_id = NULL;
	int turn = 0;

	for (const struct iv_log_context *c = innermost; c; c = c->outer) {
		call_id = call_id ? call_id : c->call_id;
		request_id = request_id ? request_id : c->request_id;
		trace_id = trace_id && trace_id[0] ? trace_id : c->trace_id;
		turn = turn ? turn : c->turn;
	}
	if (call_id)
		iv_jw_cstr(w, "call_id", call_id);
	if (request_id)
		iv_jw_cstr(w, "request_id", request_id);
	if (trace_id && trace_id[0])
		iv_jw_cstr(w, "trace_id", trace_id);
	if (turn)
		iv_jw_i64(w, "turn", turn);
}

static bool format(struct iv_buf *line, enum iv_log_level level, const char *event,
		   const struct iv_log_field *fields, size_t n)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	char ts[32];
	struct iv_jw w;

	stamp(ts);
	iv_buf_clear(line);
	iv_jw_init(&w, line);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "ts", ts);
	iv_jw_cstr(&w, "level", names[(size_t)level < IV_COUNT(names) ? level : IV_ERROR]);
	iv_jw_cstr(&w, "event", event);
	write_context(&w);
	for (size_t i = 0; i < n; i++) {
		const struct iv_log_field *f = &fields[i];
		size_t len = f->str_len < VALUE_BYTES ? f->str_len : VALUE_BYTES;

		if (f->str)
			iv_jw_str(&w, f->key, (struct iv_str){f->str, len});
		else
			iv_jw_i64(&w, f->key, f->num);
	}
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) && iv_buf_addc(line, '\n');
}

void iv_log_write(enum iv_log_level level, const char *event, const struct iv_log_field *fields,
		  size_t n)
{
	static char memory[LINE_BYTES + 1];
	struct iv_buf line = {memory, 0, LINE_BYTES, LINE_BYTES};
	bool kept;

	if (level < lowest)
		return;
	kept = format(&line, level, event, fields, n);
	/* Too many long fields: the event alone is worth more than nothing. */
	if (!kept)
		kept = format(&line, level, event, NULL, 0);
	if (!kept || !keep(iv_buf_str(&line))) {
		ring.dropped++;
		iv_metric_add(IV_M_log_dropped_total, 0, 1);
	}
}

void iv_log_flush(void)
{
	/* A sink that logs adds to the ring, but must not start a second flush inside the first. */
	if (ring.flushing)
		return;
	ring.flushing = true;
	while (ring.head != ring.tail) {
		bool wrapped = ring.tail < ring.head;
		size_t waiting = (wrapped ? ring.end : ring.tail) - ring.head;
		size_t taken = waiting ? sink(sink_arg, ring.bytes + ring.head, waiting) : 0;

		assert(taken <= waiting);
		ring.head += taken;
		/* Looked at afresh: the sink may have logged, and so wrapped the ring. */
		if (ring.tail < ring.head && ring.head == ring.end)
			ring.head = 0;
		if (taken < waiting)
			break;
	}
	ring.flushing = false;
}
