/* What the bus's files share. */
#ifndef IV_SERVICE_EVENTS_PRIV_H
#define IV_SERVICE_EVENTS_PRIV_H

#include <stdlib.h>
#include "iv_events.h"
#include "iv_map.h"

#define EVENTS_KEY_SIZE 320 /* "events:" and a name */
#define EVENTS_NAME_MAX 280
#define EVENT_PAYLOAD_MAX 65536

enum { EVENTS_LOST_OVERFLOW, EVENTS_LOST_REFUSED, EVENTS_LOST_CLOSING }; /* labels of events_lost_total */

struct iv_events {
	struct iv_loop *loop;
	struct iv_redis *redis;
	char instance[64], maxlen[24], keep_ms[24];
	size_t buffer_bytes, viewers_max;

	/* publishing: flying is older than waiting */
	struct iv_list flying, waiting;
	size_t count, bytes, in_flight;
	bool resend; /* some of the flying failed: nothing more goes out before all have ended */
	uint64_t seq;
	struct iv_timer retry;

	/* watching */
	struct iv_map *watched; /* by name */
	struct iv_list calls;
	size_t viewers;

	bool closing, ended;
	struct iv_timer close_timer;
	void (*closed)(void *arg);
	void *closed_arg;
};

/* A place in a stream; {0, 0} is before the first. */
struct event_pos {
	uint64_t ms, seq;
};

static inline int event_pos_compare(struct event_pos a, struct event_pos b)
{
	if (a.ms != b.ms)
		return a.ms < b.ms ? -1 : 1;
	return a.seq == b.seq ? 0 : a.seq < b.seq ? -1 : 1;
}

static inline void *events_calloc(size_t n)
{
	void *p = calloc(1, n); /* sizes that no peer chooses, or that were checked */

	if (!p)
		abort();
	return p;
}

IV_MUST_CHECK bool iv_event_pos_parse(struct iv_str id, struct event_pos *pos); /* "" is the first place */
IV_MUST_CHECK bool iv_events_key(struct iv_str call_id, char key[EVENTS_KEY_SIZE]);
/* One entry of XRANGE; strings point into the reply. False for what we have not written. */
IV_MUST_CHECK bool iv_event_parse(const struct iv_reply *entry, struct iv_bus_event *e, struct event_pos *pos);

/* events_publish.c */
void iv_events_publish_init(struct iv_events *ev);
void iv_events_drop_all(struct iv_events *ev);

/* events_watch.c */
void iv_events_watch_init(struct iv_events *ev);
void iv_events_watch_end(struct iv_events *ev);

/* events.c */
void iv_events_maybe_close(struct iv_events *ev);

#endif
