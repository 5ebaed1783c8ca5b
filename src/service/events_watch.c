/* Viewers. A call that somebody watches here has one subscription, which only says "there is more", and one
 * reader, which reads the stream from the place of the viewer who is furthest behind.
 *
 * A wake-up and XRANGE, not a blocked XREAD: one connection serves any number of calls, and a call joins or
 * leaves with one word, where XREAD would have to be broken off and name all of them again; what it costs
 * follows the events, not events times calls; and a lost wake-up is only late, since the stream remains the
 * one truth and is read again after every gap. The price is one more round trip.
 *
 * Nothing is queued for a slow viewer: the stream is its buffer, and it has a place in it. */
#include "events_priv.h"

#include <stdio.h>

#include "iv_metrics.h"

#define READ_COUNT 128
#define RETRY_MS 200

struct call {
	struct iv_list node;
	struct iv_events *ev;
	struct iv_redis_sub *sub;
	struct iv_list viewers;
	struct iv_redis_command *reading;
	struct event_pos from; /* of the read in flight, or the last */
	struct iv_timer retry;
	bool heard;   /* the subscription stands: what comes now wakes us */
	bool more;    /* there may be something to read */
	int walking;
	char name[EVENTS_NAME_MAX + 1];
	char key[EVENTS_KEY_SIZE];
};

/* JOINING: takes part from the next read on. The one under way may have begun behind its place. */
enum viewer_state { VIEWER_JOINING, VIEWER_WATCHING, VIEWER_PAUSED, VIEWER_GONE };

struct iv_viewer {
	struct iv_list node;
	struct call *call;
	enum viewer_state state;
	struct event_pos at; /* had everything up to here */
	bool gap;            /* to be told with its next event */
	iv_event_fn *fn;
	void (*drained)(void *arg);
	void *arg;
};

static void read_on(struct call *c);

/* ── viewers of a call ── */

#define EACH_VIEWER(v, c)                                                                                              \
	for (struct iv_list *v##_node = (c)->viewers.next; v##_node != &(c)->viewers; v##_node = v##_node->next)       \
		for (struct iv_viewer *v = IV_CONTAINER(v##_node, struct iv_viewer, node); v; v = NULL)

static void count_viewers(struct iv_events *ev, int change)
{
	ev->viewers = (size_t)((int)ev->viewers + change);
	iv_metric_set(IV_M_events_viewers, 0, (double)ev->viewers);
}

static void free_call(struct call *c)
{
	iv_redis_unsubscribe(c->sub);
	if (c->reading)
		iv_redis_forget(c->reading);
	iv_timer_stop(&c->retry);
	(void)iv_map_remove(c->ev->watched, iv_str(c->name));
	iv_list_remove(&c->node);
	free(c);
}

/* Viewers that left while they were walked over go now, and with the last of them the call. False: it has. */
static bool walk_done(struct call *c)
{
	if (--c->walking > 0)
		return true;
	IV_LIST_EACH(node, &c->viewers)
	{
		struct iv_viewer *v = IV_CONTAINER(node, struct iv_viewer, node);

		if (v->state != VIEWER_GONE)
			continue;
		iv_list_remove(&v->node);
		free(v);
	}
	if (!iv_list_empty(&c->viewers))
		return true;
	free_call(c);
	return false;
}

/* ── reading ── */

static bool furthest_behind(struct call *c, struct event_pos *out)
{
	bool any = false;

	EACH_VIEWER(v, c)
	{
		if (v->state == VIEWER_JOINING)
			v->state = VIEWER_WATCHING;
		if (v->state != VIEWER_WATCHING || (any && event_pos_compare(v->at, *out) >= 0))
			continue;
		*out = v->at;
		any = true;
	}
	return any;
}

static void deliver(struct call *c, struct iv_bus_event *e, struct event_pos pos)
{
	EACH_VIEWER(v, c)
	{
		if (v->state != VIEWER_WATCHING || event_pos_compare(pos, v->at) <= 0)
			continue;
		v->at = pos;
		e->gap = v->gap;
		v->gap = false;
		if (!v->fn(v->arg, e) && v->state == VIEWER_WATCHING)
			v->state = VIEWER_PAUSED;
	}
}

/* The read began at an entry that a viewer has had. When that entry is gone, so may be some behind it: they
 * were trimmed, or Redis has lost the stream. Whoever had less than the first one left may have missed some. */
static void note_gap(struct call *c, struct event_pos first)
{
	static const struct event_pos start = {0};

	if (event_pos_compare(first, c->from) == 0 || event_pos_compare(c->from, start) == 0)
		return;
	EACH_VIEWER(v, c)
		if (event_pos_compare(v->at, first) < 0 && event_pos_compare(v->at, start) != 0)
			v->gap = true;
}

static void on_entries(struct call *c, const struct iv_reply *reply)
{
	bool begun = false;

	for (size_t i = 0; i < reply->count; i++) {
		struct iv_bus_event e;
		struct event_pos pos;
		bool ours = iv_event_parse(&reply->items[i], &e, &pos);

		if (e.id.len && !begun)
			note_gap(c, pos);
		begun |= e.id.len > 0;
		if (ours)
			deliver(c, &e, pos);
	}
	if (reply->count == READ_COUNT)
		c->more = true;
}

/* The stream was read to its end, and nothing was said since that read began. */
static void tell_drained(struct call *c)
{
	EACH_VIEWER(v, c)
	{
		void (*fn)(void *arg) = v->drained;

		if (v->state != VIEWER_WATCHING || !fn)
			continue;
		v->drained = NULL;
		fn(v->arg);
	}
}

static void on_read(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct call *c = arg;

	(void)err;
	c->reading = NULL;
	if (!reply) {
		c->more = true;
		iv_timer_in_ms(&c->retry, RETRY_MS);
		return;
	}
	c->walking++;
	on_entries(c, reply);
	if (!c->more)
		tell_drained(c);
	if (walk_done(c))
		read_on(c);
}

static void read_on(struct call *c)
{
	char from[48], count[16];

	if (!c->heard || !c->more || c->reading || c->walking || iv_timer_armed(&c->retry) ||
	    !furthest_behind(c, &c->from))
		return;
	snprintf(from, sizeof(from), "%llu-%llu", (unsigned long long)c->from.ms, (unsigned long long)c->from.seq);
	snprintf(count, sizeof(count), "%d", READ_COUNT);
	c->more = false;
	c->reading = iv_redis_ask(c->ev->redis,
				  (const struct iv_str[]){IV_S("XRANGE"), iv_str(c->key), iv_str(from), IV_S("+"),
							  IV_S("COUNT"), iv_str(count)},
				  6, on_read, c, NULL);
	if (c->reading)
		return;
	c->more = true;
	iv_timer_in_ms(&c->retry, RETRY_MS);
}

static void on_retry(void *arg)
{
	read_on(arg);
}

static void on_wake(void *arg, struct iv_str payload)
{
	struct call *c = arg;

	(void)payload;
	c->more = true;
	read_on(c);
}

static void on_gap(void *arg)
{
	struct call *c = arg;

	c->heard = true;
	c->more = true;
	read_on(c);
}

/* ── the door ── */

static struct call *find_or_make(struct iv_events *ev, struct iv_str name, const char *key)
{
	struct call *c = iv_map_get(ev->watched, name);

	if (c)
		return c;
	c = events_calloc(sizeof(*c));
	c->ev = ev;
	iv_list_init(&c->viewers);
	iv_timer_init(&c->retry, ev->loop, on_retry, c);
	(void)iv_str_copy(c->name, sizeof(c->name), name);
	(void)iv_str_copy(c->key, sizeof(c->key), iv_str(key));
	(void)iv_map_put(ev->watched, name, c);
	iv_list_append(&ev->calls, &c->node);
	c->sub = iv_redis_subscribe(ev->redis, iv_str(c->key), on_wake, on_gap, c);
	return c;
}

struct iv_viewer *iv_events_watch(struct iv_events *ev, struct iv_str call_id, struct iv_str after_id,
				  iv_event_fn *fn, void *arg, struct iv_err *e)
{
	char key[EVENTS_KEY_SIZE];
	struct event_pos at;
	struct iv_viewer *v;

	if (!iv_events_key(call_id, key)) {
		iv_fail(e, IV_EINVAL, "a call's name has 1 to %d bytes", EVENTS_NAME_MAX);
		return NULL;
	}
	if (!iv_event_pos_parse(after_id, &at)) {
		iv_fail(e, IV_EINVAL, "an event's id is digits-digits");
		return NULL;
	}
	if (ev->viewers >= ev->viewers_max || ev->closing) {
		iv_fail(e, IV_EQUOTA, "at most %zu viewers here", ev->viewers_max);
		return NULL;
	}
	v = events_calloc(sizeof(*v));
	*v = (struct iv_viewer){.call = find_or_make(ev, call_id, key), .at = at, .fn = fn, .arg = arg};
	iv_list_append(&v->call->viewers, &v->node);
	count_viewers(ev, 1);
	v->call->more = true;
	read_on(v->call);
	return v;
}

void iv_events_resume(struct iv_viewer *v)
{
	if (v->state != VIEWER_PAUSED)
		return;
	v->state = VIEWER_JOINING;
	v->call->more = true;
	read_on(v->call);
}

void iv_events_when_drained(struct iv_viewer *v, void (*fn)(void *arg))
{
	v->drained = fn;
	v->call->more = true; /* a read under way may have begun before */
	read_on(v->call);
}

void iv_events_unwatch(struct iv_viewer *v)
{
	struct call *c = v->call;

	v->state = VIEWER_GONE;
	count_viewers(c->ev, -1);
	c->walking++;
	(void)walk_done(c);
}

void iv_events_watch_init(struct iv_events *ev)
{
	ev->watched = iv_map_new();
	iv_list_init(&ev->calls);
}

void iv_events_watch_end(struct iv_events *ev)
{
	while (!iv_list_empty(&ev->calls)) {
		struct call *c = IV_CONTAINER(ev->calls.next, struct call, node);

		while (!iv_list_empty(&c->viewers)) {
			struct iv_list *node = c->viewers.next;

			iv_list_remove(node);
			free(IV_CONTAINER(node, struct iv_viewer, node));
			count_viewers(ev, -1);
		}
		free_call(c);
	}
	iv_map_free(ev->watched);
	ev->watched = NULL;
}
