/* Events on their way to Redis: a queue in order, a window of it in flight.
 *
 * Each write is a script that looks at the number of the last event this process has written to the stream,
 * so that what is sent again after a lost connection is written once, even when the old connection's bytes
 * are worked off after the new one's (a server that stood still). EVAL and not EVALSHA: a server that has
 * forgotten the script would refuse some and, told by another instance meanwhile, take later ones. */
#include "events_priv.h"

#include <stdio.h>

#include "iv_log.h"
#include "iv_metrics.h"

#define WINDOW 256 /* in flight: what others ask waits behind it, some 2 ms */
#define RETRY_MS 100

/* KEYS: stream, numbers. ARGV: producer, number, maxlen, keep ms, kind ("": the end), payload, timestamp, tenant */
static const char write_script[] =
	"local s,h,a=KEYS[1],KEYS[2],ARGV "
	"local l=redis.call('HGET',h,a[1]) "
	"if l and tonumber(l)>=tonumber(a[2]) then return 0 end "
	"redis.call('HSET',h,a[1],a[2]) "
	"if a[5]~='' then redis.call('XADD',s,'MAXLEN','~',a[3],'*',"
	"'kind',a[5],'payload',a[6],'timestamp',a[7],'tenant',a[8]) redis.call('PUBLISH',s,'') end "
	"if not l or a[5]=='' then redis.call('PEXPIRE',s,a[4]) redis.call('PEXPIRE',h,a[4]) end "
	"return 1";

struct item {
	struct iv_list node;
	struct iv_events *ev;
	struct iv_redis_command *command; /* in flight */
	uint64_t seq;
	int64_t timestamp_ms;
	size_t size;
	struct iv_str call_id, kind, payload, tenant_id; /* their bytes follow the struct */
};

static void flush(struct iv_events *ev);

static void count_lost(int why)
{
	iv_metric_add(IV_M_events_lost_total, why, 1);
}

static void drop(struct item *it)
{
	struct iv_events *ev = it->ev;

	iv_list_remove(&it->node);
	ev->count--;
	ev->bytes -= it->size;
	iv_metric_set(IV_M_events_buffered, 0, (double)ev->count);
	free(it);
}

static struct item *first(struct iv_list *l)
{
	return iv_list_empty(l) ? NULL : IV_CONTAINER(l->next, struct item, node);
}

/* ── sending ── */

/* All that was in flight has ended, and some of it has to go again: in front of what waits. */
static void take_back(struct iv_events *ev)
{
	ev->resend = false;
	while (!iv_list_empty(&ev->flying)) {
		struct iv_list *last = ev->flying.prev;

		iv_list_remove(last);
		iv_list_append(ev->waiting.next, last); /* before the first */
	}
}

static void on_written(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct item *it = arg;
	struct iv_events *ev = it->ev;

	it->command = NULL;
	ev->in_flight--;
	if (reply) {
		iv_metric_add(IV_M_events_published_total, 0, it->kind.len > 0);
		drop(it);
	} else if (err->code == IV_EDRAINING && !iv_redis_up(ev->redis)) {
		ev->resend = true; /* it may have been written: the script knows */
	} else {
		count_lost(EVENTS_LOST_REFUSED);
		drop(it);
	}
	if (ev->in_flight == 0)
		take_back(ev);
	flush(ev);
	iv_events_maybe_close(ev);
}

static bool write_item(struct item *it)
{
	struct iv_events *ev = it->ev;
	char stream[EVENTS_KEY_SIZE], numbers[EVENTS_KEY_SIZE + 8], seq[24], timestamp[24];

	if (!iv_events_key(it->call_id, stream))
		abort(); /* checked when it was published */
	snprintf(numbers, sizeof(numbers), "eventseq:%.*s", IV_FMT(it->call_id));
	snprintf(seq, sizeof(seq), "%llu", (unsigned long long)it->seq);
	snprintf(timestamp, sizeof(timestamp), "%lld", (long long)it->timestamp_ms);
	const struct iv_str argv[] = {
		IV_S("EVAL"),     {write_script, sizeof(write_script) - 1},
		IV_S("2"),        iv_str(stream),
		iv_str(numbers),  iv_str(ev->instance),
		iv_str(seq),      iv_str(ev->maxlen),
		iv_str(ev->keep_ms), it->kind,
		it->payload,      iv_str(timestamp),
		it->tenant_id,
	};
	it->command = iv_redis_ask(ev->redis, argv, IV_COUNT(argv), on_written, it, NULL);
	return it->command != NULL;
}

static void flush(struct iv_events *ev)
{
	while (!ev->resend && ev->in_flight < WINDOW && !iv_list_empty(&ev->waiting)) {
		struct item *it = first(&ev->waiting);

		if (!write_item(it)) {
			if (!iv_timer_armed(&ev->retry))
				iv_timer_in_ms(&ev->retry, RETRY_MS);
			return;
		}
		iv_list_remove(&it->node);
		iv_list_append(&ev->flying, &it->node);
		ev->in_flight++;
	}
}

static void on_retry(void *arg)
{
	flush(arg);
}

/* ── queueing ── */

static struct iv_str keep(char **at, struct iv_str s)
{
	struct iv_str kept = {*at, s.len};

	if (s.len)
		memcpy(*at, s.ptr, s.len);
	*at += s.len;
	return kept;
}

static bool make_room(struct iv_events *ev, size_t size)
{
	while (ev->bytes + size > ev->buffer_bytes && !iv_list_empty(&ev->waiting)) {
		drop(first(&ev->waiting));
		count_lost(EVENTS_LOST_OVERFLOW);
	}
	return ev->bytes + size <= ev->buffer_bytes;
}

static void queue(struct iv_events *ev, struct iv_str tenant_id, struct iv_str call_id, struct iv_str kind,
		  struct iv_str payload)
{
	size_t size = sizeof(struct item) + tenant_id.len + call_id.len + kind.len + payload.len;
	struct item *it;
	char *at;

	if (!make_room(ev, size)) {
		count_lost(EVENTS_LOST_OVERFLOW);
		return;
	}
	it = events_calloc(size);
	*it = (struct item){.ev = ev, .seq = ++ev->seq, .timestamp_ms = iv_wall_ms(), .size = size};
	at = (char *)(it + 1);
	it->call_id = keep(&at, call_id);
	it->kind = keep(&at, kind);
	it->payload = keep(&at, payload);
	it->tenant_id = keep(&at, tenant_id);
	iv_list_append(&ev->waiting, &it->node);
	ev->bytes += size;
	ev->count++;
	iv_metric_set(IV_M_events_buffered, 0, (double)ev->count);
	if (!iv_timer_armed(&ev->retry)) /* else Redis was away a moment ago */
		flush(ev);
}

void iv_events_publish(struct iv_events *ev, struct iv_str tenant_id, struct iv_str call_id, struct iv_str kind,
		       struct iv_str json)
{
	char key[EVENTS_KEY_SIZE];

	if (ev->closing) {
		count_lost(EVENTS_LOST_CLOSING);
	} else if (!iv_events_key(call_id, key) || kind.len == 0 || kind.len > 128 || tenant_id.len > 256 ||
		   json.len > EVENT_PAYLOAD_MAX) {
		iv_warn("events.too_large", IV_LV("kind", kind), IV_LI("bytes", (int64_t)json.len));
		count_lost(EVENTS_LOST_REFUSED);
	} else {
		queue(ev, tenant_id, call_id, kind, json);
	}
}

void iv_events_end(struct iv_events *ev, struct iv_str call_id)
{
	char key[EVENTS_KEY_SIZE];

	if (!ev->closing && iv_events_key(call_id, key))
		queue(ev, IV_S(""), call_id, IV_S(""), IV_S(""));
}

size_t iv_events_buffered(const struct iv_events *ev)
{
	return ev->count;
}

void iv_events_drop_all(struct iv_events *ev)
{
	struct item *it;

	while ((it = first(&ev->flying)) || (it = first(&ev->waiting))) {
		if (it->command)
			iv_redis_forget(it->command);
		count_lost(EVENTS_LOST_CLOSING);
		drop(it);
	}
}

void iv_events_publish_init(struct iv_events *ev)
{
	iv_list_init(&ev->flying);
	iv_list_init(&ev->waiting);
	iv_timer_init(&ev->retry, ev->loop, on_retry, ev);
}
