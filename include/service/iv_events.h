/* iv_events: what happens in calls, for whoever watches, on any instance. Each call has a stream
 * events:CALL in Redis (fields kind, payload, timestamp, tenant; about 5,000 entries; gone 7 days after
 * the call's end). The journal is the truth: what does not reach Redis is lost to viewers, and counted. */
#ifndef IV_EVENTS_H
#define IV_EVENTS_H

#include "iv_redis.h"

struct iv_events;

struct iv_events_opts {
	const char *instance_id; /* of this process, new at each start; copied */
	int64_t maxlen;          /* entries of a stream, about */
	int64_t keep_ms;         /* after the end of a call */
	size_t buffer_bytes;     /* events that wait for Redis; beyond it the oldest are lost */
	size_t viewers_max;
};

struct iv_events *iv_events_new(struct iv_loop *l, struct iv_redis *r, const struct iv_events_opts *o);
/* What is buffered gets up to wait_ms to be written; then done, from the loop. Viewers end without a call.
 * Before iv_redis_close. */
void iv_events_close(struct iv_events *ev, int wait_ms, void (*done)(void *arg), void *arg);

/* Never waits, never fails. Events of one call are written in order and once, across an outage of Redis
 * too as long as the buffer holds them. json is one JSON value; the strings are copied. */
void iv_events_publish(struct iv_events *ev, struct iv_str tenant_id, struct iv_str call_id, struct iv_str kind,
		       struct iv_str json);
/* The call has ended here: its stream starts to expire. Other instances may still write to it. */
void iv_events_end(struct iv_events *ev, struct iv_str call_id);
size_t iv_events_buffered(const struct iv_events *ev); /* events not known to be in Redis yet */

struct iv_bus_event {
	struct iv_str id; /* the stream's: "1732190000000-0", sorts by number on both sides of the dash */
	struct iv_str tenant_id, kind, payload;
	int64_t timestamp_ms; /* Unix, of the publisher */
	bool gap;             /* the stream no longer had some that came before this one */
};

/* An id as clients send it back (Last-Event-ID): "" (from the start) or digits-digits. */
bool iv_event_id_ok(struct iv_str id);

/* fn gets every event of the call after after_id, in order, once, first what the stream has, then what
 * comes. Returning false pauses the viewer (its peer reads too slowly): the event was taken, the stream
 * keeps the rest until iv_events_resume. Not called from in here; it may end its own viewer and others.
 * Viewers of one call share one subscription and one reader. NULL: IV_EINVAL (id), IV_EQUOTA (viewers). */
typedef bool iv_event_fn(void *arg, const struct iv_bus_event *event);
struct iv_viewer;
struct iv_viewer *iv_events_watch(struct iv_events *ev, struct iv_str call_id, struct iv_str after_id,
				  iv_event_fn *fn, void *arg, struct iv_err *e);
void iv_events_resume(struct iv_viewer *v); /* harmless when not paused */
/* Once: fn(arg of the viewer) when v has had all that is in the stream from now on. For who knows that the call is
 * over, and would wait in vain. Not from in here; it may end its own viewer and others. */
void iv_events_when_drained(struct iv_viewer *v, void (*fn)(void *arg));
void iv_events_unwatch(struct iv_viewer *v);

/* One page as an operation: up to limit (1…1000) events after after_id, oldest first, in the arena. */
struct iv_event_page {
	struct iv_bus_event *items;
	size_t count;
};
struct iv_events_run {
	struct iv_op op;
	struct iv_redis_command *command;
	struct iv_arena *arena;
	struct iv_event_page *page;
	size_t limit;
	char after[48];
};
enum iv_flow_next iv_events_read(struct iv_events *ev, struct iv_flow *f, struct iv_events_run *run,
				 struct iv_arena *arena, struct iv_str call_id, struct iv_str after_id, size_t limit,
				 struct iv_event_page *page);

#endif
