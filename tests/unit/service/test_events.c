/* The bus: published here, watched anywhere, across outages; every event once, in order. */
#include "../store/redis_server.h"
#include "iv_events.h"
#include "iv_metrics.h"

static struct iv_loop *loop;
static struct redis_server server;

#define DAY_MS 86400000

/* ── an instance with its own connections */
struct instance {
	struct iv_redis *r;
	struct iv_events *ev;
};

static struct instance instance_open_with(const char *name, int64_t maxlen, size_t buffer_bytes)
{
	struct instance in = {.r = redis_open(loop, server.url, 500, 10000)};
	struct iv_events_opts o = {.instance_id = name,
				   .maxlen = maxlen,
				   .keep_ms = 7 * (int64_t)DAY_MS,
				   .buffer_bytes = buffer_bytes,
				   .viewers_max = 200};

	in.ev = iv_events_new(loop, in.r, &o);
	return in;
}

static struct instance instance_open(const char *name)
{
	return instance_open_with(name, 20000, 16 << 20);
}

static void instance_close(struct instance *in)
{
	bool done = false;

	iv_events_close(in->ev, 2000, set_true, &done);
	assert_true(loop_until(loop, 5000, is_true, &done));
	redis_shut(loop, in->r);
}

static void publish(struct instance *in, const char *call, int n)
{
	char json[32];

	snprintf(json, sizeof(json), "{\"n\":%d}", n);
	iv_events_publish(in->ev, IV_S("ten_1"), iv_str(call), IV_S("stt.final"), iv_str(json));
}

static bool nothing_buffered(void *arg)
{
	return iv_events_buffered(arg) == 0;
}

static void wait_written(struct instance *in)
{
	if (!loop_until(loop, 8000, nothing_buffered, in->ev))
		fail_msg("%zu events are still buffered", iv_events_buffered(in->ev));
}

/* ── a viewer that checks the order of what it gets */
struct eyes {
	struct iv_viewer *v;
	int count, want, last, gaps, disorder;
	unsigned long long ms, seq; /* of the last id */
	char last_id[48], payload[64], kind[32], tenant[32];
	int64_t timestamp_ms;
	int pause_after; /* 0: never */
	void (*inside)(struct eyes *e);
	struct instance *in;
	struct eyes *other;
};

static bool on_event(void *arg, const struct iv_bus_event *e)
{
	struct eyes *y = arg;
	unsigned long long ms, seq;
	int n = -1;

	iv_str_copy(y->last_id, sizeof(y->last_id), e->id);
	iv_str_copy(y->payload, sizeof(y->payload), e->payload);
	iv_str_copy(y->kind, sizeof(y->kind), e->kind);
	iv_str_copy(y->tenant, sizeof(y->tenant), e->tenant_id);
	y->timestamp_ms = e->timestamp_ms;
	assert_int_equal(sscanf(y->last_id, "%llu-%llu", &ms, &seq), 2);
	(void)sscanf(y->payload, "{\"n\":%d}", &n);
	y->disorder += y->count > 0 && (ms < y->ms || (ms == y->ms && seq <= y->seq));
	y->disorder += y->count > 0 && n != y->last + 1 && !e->gap;
	y->ms = ms;
	y->seq = seq;
	y->last = n;
	y->gaps += e->gap;
	y->count++;
	if (y->inside)
		y->inside(y);
	return !y->pause_after || y->count % y->pause_after != 0;
}

static bool has_all(void *arg)
{
	struct eyes *y = arg;

	return y->count >= y->want;
}

static void watch(struct eyes *y, struct instance *in, const char *call, const char *after)
{
	struct iv_err e = {0};

	y->in = in;
	y->v = iv_events_watch(in->ev, iv_str(call), iv_str(after), on_event, y, &e);
	if (!y->v)
		fail_msg("%s", e.msg);
}

static void expect(struct eyes *y, int count, int last)
{
	y->want = count;
	if (!loop_until(loop, 8000, has_all, y))
		fail_msg("%d events of %d, the last %d", y->count, count, y->last);
	loop_for(loop, 20); /* and no more */
	assert_int_equal(y->count, count);
	assert_int_equal(y->last, last);
	assert_int_equal(y->disorder, 0);
}

/* ── publishing */

static void an_event_has_its_fields_and_the_stream_its_expiry(void **state)
{
	struct instance in = instance_open("ins_a");
	int64_t now = iv_wall_ms();
	redisReply *r;

	(void)state;
	(void)server_ask(&server, "FLUSHALL");
	publish(&in, "c1", 7);
	wait_written(&in);
	assert_string_equal(server_ask(&server, "XLEN events:c1"), "1");
	r = redisCommand(server.eyes, "XRANGE events:c1 - +");
	assert_int_equal(r->element[0]->element[1]->elements, 8);
	assert_string_equal(r->element[0]->element[1]->element[1]->str, "stt.final");
	assert_string_equal(r->element[0]->element[1]->element[3]->str, "{\"n\":7}");
	assert_true(strtoll(r->element[0]->element[1]->element[5]->str, NULL, 10) - now < 5000);
	assert_string_equal(r->element[0]->element[1]->element[7]->str, "ten_1");
	freeReplyObject(r);
	/* Kept from the first event on: a crash leaves nothing behind for ever. */
	assert_true(server_number(&server, "PTTL", "events:c1") > 7L * DAY_MS - 60000);
	(void)server_ask(&server, "PEXPIRE events:c1 %d", DAY_MS);
	iv_events_end(in.ev, IV_S("c1"));
	wait_written(&in);
	assert_true(server_number(&server, "PTTL", "events:c1") > 7L * DAY_MS - 60000);
	assert_string_equal(server_ask(&server, "XLEN events:c1"), "1");
	assert_true(server_number(&server, "PTTL", "eventseq:c1") > 0);
	instance_close(&in);
}

static void a_stream_keeps_about_its_limit(void **state)
{
	struct instance in = instance_open_with("ins_a", 200, 16 << 20);
	long len;

	(void)state;
	for (int i = 0; i < 1500; i++)
		publish(&in, "limited", i);
	wait_written(&in);
	len = server_number(&server, "XLEN", "events:limited");
	assert_true(len >= 200 && len < 400);
	instance_close(&in);
}

static void what_cannot_be_an_event_is_lost_and_counted(void **state)
{
	struct instance in = instance_open("ins_a");
	double lost = iv_metric_get(IV_M_events_lost_total, 1);
	char *big = calloc(1, 70000), name[400];

	(void)state;
	memset(big, '1', 69999);
	memset(name, 'c', sizeof(name));
	iv_events_publish(in.ev, IV_S("t"), IV_S("c"), IV_S("k"), iv_str(big));
	iv_events_publish(in.ev, IV_S("t"), IV_S(""), IV_S("k"), IV_S("1"));
	iv_events_publish(in.ev, IV_S("t"), (struct iv_str){name, sizeof(name)}, IV_S("k"), IV_S("1"));
	iv_events_publish(in.ev, IV_S("t"), IV_S("c"), IV_S(""), IV_S("1"));
	assert_int_equal(iv_events_buffered(in.ev), 0);
	assert_true(iv_metric_get(IV_M_events_lost_total, 1) == lost + 4);
	/* A key that is no stream: Redis refuses, the others go on. */
	assert_string_equal(server_ask(&server, "SET events:wrong x"), "OK");
	publish(&in, "wrong", 1);
	publish(&in, "right", 2);
	wait_written(&in);
	assert_true(iv_metric_get(IV_M_events_lost_total, 1) == lost + 5);
	assert_string_equal(server_ask(&server, "XLEN events:right"), "1");
	free(big);
	instance_close(&in);
}

static void an_outage_is_bridged_in_order(void **state)
{
	struct instance in = instance_open("ins_a");
	struct eyes y = {0};

	(void)state;
	for (int i = 0; i < 50; i++)
		publish(&in, "bridge", i);
	server_kill(&server); /* some are on the way */
	for (int i = 50; i < 500; i++) {
		publish(&in, "bridge", i);
		if (i % 100 == 0)
			loop_for(loop, 20);
	}
	assert_true(iv_events_buffered(in.ev) >= 450);
	server_run(&server, NULL); /* empty */
	wait_written(&in);
	watch(&y, &in, "bridge", "");
	y.want = 450;
	assert_true(loop_until(loop, 5000, has_all, &y));
	assert_int_equal(y.last, 499);
	assert_int_equal(y.disorder, 0); /* from wherever it begins, without a hole */
	instance_close(&in);
}

static void the_buffer_is_bounded_and_the_oldest_are_lost(void **state)
{
	struct instance in = instance_open_with("ins_a", 20000, 65536);
	double lost = iv_metric_get(IV_M_events_lost_total, 0);
	struct eyes y = {0};
	size_t kept;

	(void)state;
	assert_true(loop_until(loop, 2000, redis_is_up, in.r));
	server_kill(&server);
	assert_true(loop_until(loop, 2000, redis_is_down, in.r));
	for (int i = 0; i < 2000; i++)
		publish(&in, "full", i);
	kept = iv_events_buffered(in.ev);
	assert_in_range(kept, 100, 600);
	assert_true(iv_metric_get(IV_M_events_lost_total, 0) == lost + 2000 - (double)kept);
	server_run(&server, NULL);
	wait_written(&in);
	watch(&y, &in, "full", "");
	expect(&y, (int)kept, 1999);
	instance_close(&in);
}

/* The server stands still with our commands unread, we give up and send them again on a new connection, and
 * then it works off both. */
static void what_is_sent_again_is_written_once(void **state)
{
	struct instance in = instance_open("ins_a");
	struct eyes y = {0};

	(void)state;
	assert_true(loop_until(loop, 2000, redis_is_up, in.r));
	for (int round = 0; round < 3; round++) {
		kill(server.pid, SIGSTOP);
		for (int i = 0; i < 200; i++)
			publish(&in, "again", round * 300 + i);
		loop_for(loop, 700); /* the deadline is 500 ms */
		assert_false(iv_redis_up(in.r));
		for (int i = 200; i < 300; i++)
			publish(&in, "again", round * 300 + i);
		kill(server.pid, SIGCONT);
		wait_written(&in);
	}
	watch(&y, &in, "again", "");
	expect(&y, 900, 899);
	assert_string_equal(server_ask(&server, "XLEN events:again"), "900");
	instance_close(&in);
}

static void two_instances_write_to_one_call(void **state)
{
	struct instance a = instance_open("ins_a"), b = instance_open("ins_b");

	(void)state;
	for (int i = 0; i < 100; i++) {
		publish(&a, "both", i);
		publish(&b, "both", i);
	}
	wait_written(&a);
	wait_written(&b);
	assert_string_equal(server_ask(&server, "XLEN events:both"), "200");
	instance_close(&a);
	instance_close(&b);
}

static void closing_writes_what_it_can_in_its_time(void **state)
{
	struct instance in = instance_open("ins_a");
	double lost;
	bool done = false;
	int64_t t0;

	(void)state;
	for (int i = 0; i < 300; i++)
		publish(&in, "closing", i);
	instance_close(&in);
	assert_string_equal(server_ask(&server, "XLEN events:closing"), "300");
	in = instance_open("ins_a");
	assert_true(loop_until(loop, 2000, redis_is_up, in.r));
	kill(server.pid, SIGSTOP);
	for (int i = 0; i < 300; i++)
		publish(&in, "closing", i);
	lost = iv_metric_get(IV_M_events_lost_total, 2);
	t0 = iv_now_us();
	iv_events_close(in.ev, 200, set_true, &done);
	publish(&in, "closing", 300); /* too late */
	assert_true(loop_until(loop, 5000, is_true, &done));
	assert_in_range((iv_now_us() - t0) / 1000, 190, 4000);
	assert_true(iv_metric_get(IV_M_events_lost_total, 2) == lost + 301);
	kill(server.pid, SIGCONT);
	redis_shut(loop, in.r);
}

/* ── watching */

static void a_viewer_elsewhere_gets_what_was_and_what_comes(void **state)
{
	struct instance a = instance_open("ins_a"), b = instance_open("ins_b");
	struct eyes y = {0}, before = {0};

	(void)state;
	watch(&before, &b, "view", ""); /* nothing there yet */
	loop_for(loop, 50);
	for (int i = 0; i < 300; i++)
		publish(&a, "view", i);
	expect(&before, 300, 299);
	watch(&y, &b, "view", "");
	assert_int_equal(y.count, 0); /* not in here */
	expect(&y, 300, 299);
	for (int i = 300; i < 320; i++) {
		publish(&a, "view", i);
		loop_for(loop, 2);
	}
	expect(&y, 320, 319);
	expect(&before, 320, 319);
	assert_int_equal(y.gaps, 0);
	assert_string_equal(y.kind, "stt.final");
	assert_string_equal(y.tenant, "ten_1");
	assert_true(iv_wall_ms() - y.timestamp_ms < 60000);
	assert_string_equal(server_ask(&server, "PUBSUB NUMSUB events:view"), ""); /* a list */
	iv_events_unwatch(y.v);
	iv_events_unwatch(before.v);
	publish(&a, "view", 320);
	loop_for(loop, 50);
	assert_int_equal(y.count, 320);
	instance_close(&a);
	instance_close(&b);
}

static void a_viewer_goes_on_behind_the_id_it_brings(void **state)
{
	struct instance in = instance_open("ins_a");
	struct eyes first = {0}, second = {0}, old = {0};
	char middle[48];

	(void)state;
	for (int i = 0; i < 10; i++)
		publish(&in, "resume", i);
	watch(&first, &in, "resume", "");
	expect(&first, 10, 9);
	memcpy(middle, first.last_id, sizeof(middle));
	iv_events_unwatch(first.v);
	for (int i = 10; i < 15; i++)
		publish(&in, "resume", i);
	second.last = 9;
	watch(&second, &in, "resume", middle);
	expect(&second, 5, 14);
	assert_int_equal(second.gaps, 0);
	/* One from before the stream's memory is told that something is missing. */
	old.last = -2;
	watch(&old, &in, "resume", "1-1");
	expect(&old, 15, 14);
	assert_int_equal(old.gaps, 1);
	instance_close(&in);
}

static bool drained;

static void on_drained(void *arg)
{
	struct eyes *y = arg;

	drained = true;
	assert_int_equal(y->count, y->want);
	iv_events_unwatch(y->v);
}

static void who_asks_is_told_when_nothing_is_left(void **state)
{
	struct instance in = instance_open("ins_a");
	struct eyes y = {.pause_after = 100}, late = {0};

	(void)state;
	for (int i = 0; i < 300; i++)
		publish(&in, "drain", i);
	watch(&y, &in, "drain", "");
	y.want = 300;
	drained = false;
	iv_events_when_drained(y.v, on_drained);
	assert_false(drained); /* not in here */
	for (int i = 100; i <= 200; i += 100) { /* a slow reader is not done when the stream has no more */
		y.want = i;
		assert_true(loop_until(loop, 2000, has_all, &y));
		loop_for(loop, 50);
		assert_false(drained);
		iv_events_resume(y.v);
	}
	y.want = 300;
	assert_true(loop_until(loop, 2000, has_all, &y));
	loop_for(loop, 50);
	assert_false(drained);
	iv_events_resume(y.v);
	assert_true(loop_until(loop, 2000, is_true, &drained));
	/* Behind the last one, where nothing will ever come. */
	drained = false;
	watch(&late, &in, "drain", y.last_id);
	iv_events_when_drained(late.v, on_drained);
	assert_true(loop_until(loop, 2000, is_true, &drained));
	instance_close(&in);
}

static void bad_ids_and_too_many_viewers_are_refused(void **state)
{
	static const char *const bad[] = {"x", "1", "-", "1-", "-1", "1-2-3", "1-x", " 1-2", "99999999999999999999999-1",
					  "1-18446744073709551616"};
	struct instance in = instance_open("ins_a");
	static struct eyes y[200];
	struct iv_err e = {0};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		e = (struct iv_err){0};
		assert_null(iv_events_watch(in.ev, IV_S("c"), iv_str(bad[i]), on_event, &y[0], &e));
		assert_int_equal(e.code, IV_EINVAL);
		assert_false(iv_event_id_ok(iv_str(bad[i])));
	}
	assert_true(iv_event_id_ok(IV_S("")));
	assert_true(iv_event_id_ok(IV_S("0-0")));
	assert_true(iv_event_id_ok(IV_S("18446744073709551615-18446744073709551615")));
	e = (struct iv_err){0};
	assert_null(iv_events_watch(in.ev, IV_S(""), IV_S(""), on_event, &y[0], &e));
	assert_int_equal(e.code, IV_EINVAL);
	for (int i = 0; i < 200; i++)
		watch(&y[i], &in, i % 2 ? "m1" : "m2", "");
	e = (struct iv_err){0};
	assert_null(iv_events_watch(in.ev, IV_S("m1"), IV_S(""), on_event, &y[0], &e));
	assert_int_equal(e.code, IV_EQUOTA);
	iv_events_unwatch(y[0].v);
	watch(&y[0], &in, "m1", "");
	instance_close(&in); /* with 200 viewers */
}

static void viewers_of_a_call_share_one_subscription_and_one_reader(void **state)
{
	enum { VIEWERS = 100 };
	static struct eyes y[VIEWERS];
	struct instance a = instance_open("ins_a"), b = instance_open("ins_b");
	redisReply *r;
	const char *calls;
	long reads;

	(void)state;
	memset(y, 0, sizeof(y));
	for (int i = 0; i < 20; i++)
		publish(&a, "many", i);
	wait_written(&a);
	for (int i = 0; i < VIEWERS; i++)
		watch(&y[i], &b, "many", "");
	for (int i = 0; i < VIEWERS; i++)
		expect(&y[i], 20, 19);
	(void)server_ask(&server, "CONFIG RESETSTAT");
	for (int i = 20; i < 30; i++) {
		publish(&a, "many", i);
		loop_for(loop, 10);
	}
	for (int i = 0; i < VIEWERS; i++)
		expect(&y[i], 30, 29);
	r = redisCommand(server.eyes, "PUBSUB NUMSUB events:many");
	assert_int_equal(r->element[1]->integer, 1);
	freeReplyObject(r);
	r = redisCommand(server.eyes, "INFO commandstats");
	calls = strstr(r->str, "cmdstat_xrange:calls=");
	assert_non_null(calls);
	reads = strtol(calls + 21, NULL, 10);
	freeReplyObject(r);
	assert_in_range(reads, 1, 25);
	instance_close(&a);
	instance_close(&b);
}

static void late_viewers_miss_nothing_whenever_they_come(void **state)
{
	enum { VIEWERS = 60 };
	static struct eyes y[VIEWERS];
	struct instance a = instance_open("ins_a"), b = instance_open("ins_b");

	(void)state;
	memset(y, 0, sizeof(y));
	for (int i = 0; i < VIEWERS; i++) {
		for (int n = 0; n < 20; n++)
			publish(&a, "late", i * 20 + n);
		for (int turn = 0; turn < i % 7; turn++)
			uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
		watch(&y[i], &b, "late", "");
	}
	for (int i = 0; i < VIEWERS; i++) {
		expect(&y[i], VIEWERS * 20, VIEWERS * 20 - 1);
		assert_int_equal(y[i].gaps, 0);
	}
	instance_close(&a);
	instance_close(&b);
}

static void a_slow_viewer_pauses_holds_up_nobody_and_goes_on(void **state)
{
	struct instance a = instance_open("ins_a"), b = instance_open("ins_b");
	struct eyes slow = {.pause_after = 10}, fast = {0};
	int resumed = 0;

	(void)state;
	watch(&slow, &b, "slow", "");
	watch(&fast, &b, "slow", "");
	for (int i = 0; i < 500; i++)
		publish(&a, "slow", i);
	expect(&fast, 500, 499);
	assert_int_equal(slow.count, 10);
	iv_events_resume(fast.v); /* harmless */
	while (slow.count < 500 && resumed < 100) {
		/* While the reader is on its way for the other one, behind this one's place. */
		publish(&a, "slow", 500 + resumed);
		for (int turn = 0; turn < resumed % 8; turn++)
			uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
		iv_events_resume(slow.v);
		loop_for(loop, 5);
		resumed++;
	}
	slow.pause_after = 0;
	iv_events_resume(slow.v);
	expect(&slow, 500 + resumed, 499 + resumed);
	expect(&fast, 500 + resumed, 499 + resumed);
	iv_events_resume(slow.v);
	loop_for(loop, 10);
	iv_events_unwatch(slow.v);
	instance_close(&a);
	instance_close(&b);
}

static void a_viewer_whose_place_was_trimmed_is_told_of_the_gap(void **state)
{
	struct instance in = instance_open_with("ins_a", 200, 16 << 20);
	struct eyes y = {.pause_after = 5};

	(void)state;
	watch(&y, &in, "trim", "");
	loop_for(loop, 20);
	for (int i = 0; i < 10; i++)
		publish(&in, "trim", i);
	loop_for(loop, 50);
	assert_int_equal(y.count, 5);
	for (int i = 10; i < 1000; i++)
		publish(&in, "trim", i);
	wait_written(&in);
	y.pause_after = 0;
	iv_events_resume(y.v);
	loop_for(loop, 200);
	assert_int_equal(y.last, 999);
	assert_int_equal(y.gaps, 1);
	assert_int_equal(y.disorder, 0);
	assert_in_range(y.count, 205, 405);
	instance_close(&in);
}

static void a_wiped_redis_is_a_gap(void **state)
{
	struct instance in = instance_open("ins_a");
	struct eyes y = {0};

	(void)state;
	watch(&y, &in, "wiped", "");
	for (int i = 0; i < 10; i++)
		publish(&in, "wiped", i);
	expect(&y, 10, 9);
	server_kill(&server);
	assert_true(loop_until(loop, 2000, redis_is_down, in.r));
	server_run(&server, NULL);
	for (int i = 10; i < 20; i++)
		publish(&in, "wiped", i);
	expect(&y, 20, 19);
	assert_int_equal(y.gaps, 1);
	instance_close(&in);
}

/* ── the burst */

struct cutter {
	struct iv_timer timer;
	int left;
	redisContext *c;
};

static void cut(void *arg)
{
	struct cutter *k = arg;
	redisReply *r = redisCommand(k->c, k->left % 3 == 0   ? "CLIENT KILL TYPE pubsub"
					   : k->left % 3 == 1 ? "CLIENT KILL TYPE normal SKIPME yes"
							      : "PING");

	assert_non_null(r);
	freeReplyObject(r);
	if (--k->left > 0)
		iv_timer_in_ms(&k->timer, 150);
}

static void ten_thousand_events_with_connections_cut_arrive_once_and_in_order(void **state)
{
	enum { N = 10000 };
	struct instance a = instance_open("ins_a"), b = instance_open("ins_b");
	struct eyes early = {0}, late = {0};
	struct cutter k = {.left = 9};
	int64_t t0;

	(void)state;
	watch(&early, &b, "burst", "");
	loop_for(loop, 20);
	k.c = redisConnectUnix(server.socket);
	iv_timer_init(&k.timer, loop, cut, &k);
	iv_timer_in_ms(&k.timer, 30);
	t0 = iv_now_us();
	for (int i = 0; i < N; i++) {
		publish(&a, "burst", i);
		if (i % 100 == 0)
			loop_for(loop, 10);
		if (i == N / 2)
			watch(&late, &a, "burst", "");
	}
	early.want = late.want = N;
	assert_true(loop_until(loop, 20000, has_all, &early));
	assert_true(loop_until(loop, 20000, has_all, &late));
	printf("10,000 events, watched twice, connections cut %d times: %.1f s\n", 9 - k.left,
	       (double)(iv_now_us() - t0) / 1e6);
	loop_for(loop, 100);
	assert_int_equal(k.left, 0);
	for (int i = 0; i < 2; i++) {
		struct eyes *y = i ? &late : &early;

		assert_int_equal(y->count, N);
		assert_int_equal(y->last, N - 1);
		assert_int_equal(y->disorder, 0);
		assert_int_equal(y->gaps, 0);
	}
	assert_string_equal(server_ask(&server, "XLEN events:burst"), "10000");
	redisFree(k.c);
	instance_close(&a);
	instance_close(&b);
}

/* ── what viewers may do inside their own calls */

static void leave(struct eyes *e)
{
	if (e->count != 3)
		return;
	iv_events_unwatch(e->v);
	if (e->other)
		iv_events_unwatch(e->other->v);
}

static void join(struct eyes *e)
{
	if (e->count == 3)
		watch(e->other, e->in, "inside", "");
}

static void a_viewer_may_leave_take_others_along_and_bring_others(void **state)
{
	struct instance in = instance_open("ins_a");
	struct eyes a = {0}, b = {0}, c = {0}, d = {0};

	(void)state;
	for (int i = 0; i < 10; i++)
		publish(&in, "inside", i);
	wait_written(&in);
	a.inside = leave;
	a.other = &b;
	c.inside = join;
	c.other = &d;
	watch(&a, &in, "inside", "");
	watch(&b, &in, "inside", "");
	watch(&c, &in, "inside", "");
	expect(&c, 10, 9);
	expect(&d, 10, 9); /* born while others were told: it starts at its own place */
	assert_int_equal(a.count, 3);
	assert_int_equal(b.count, 2); /* taken along before its turn came */
	/* The last one leaves inside its call. */
	iv_events_unwatch(d.v);
	c.inside = leave;
	c.other = NULL;
	c.count = 2;
	publish(&in, "inside", 10);
	loop_for(loop, 50);
	assert_int_equal(c.count, 3);
	instance_close(&in);
}

static void watching_without_redis_begins_when_it_comes(void **state)
{
	struct instance in;
	struct eyes y = {0};

	(void)state;
	server_kill(&server);
	in = instance_open("ins_a");
	watch(&y, &in, "absent", "");
	publish(&in, "absent", 0);
	loop_for(loop, 300);
	server_run(&server, NULL);
	publish(&in, "absent", 1);
	expect(&y, 2, 1);
	instance_close(&in);
}

/* ── pages */
struct page {
	struct iv_flow flow;
	struct instance *in;
	struct iv_events_run run;
	struct iv_arena arena;
	struct iv_event_page page;
	const char *after;
	size_t limit;
	int ends;
	enum iv_code code;
};

static enum iv_flow_next read_page(struct iv_flow *f)
{
	struct page *p = IV_CONTAINER(f, struct page, flow);

	return iv_events_read(p->in->ev, f, &p->run, &p->arena, IV_S("pages"), iv_str(p->after), p->limit, &p->page);
}

static void page_end(struct iv_flow *f)
{
	struct page *p = IV_CONTAINER(f, struct page, flow);

	p->ends++;
	p->code = f->err.code;
}

static bool page_ended(void *arg)
{
	return ((struct page *)arg)->ends > 0;
}

static void get_page(struct page *p, const char *after, size_t limit)
{
	static const struct iv_flow_step steps[] = {{"read", read_page}, {0}};
	static const struct iv_flow_type type = {"page", steps, page_end};

	p->ends = 0;
	p->after = after;
	p->limit = limit;
	iv_flow_start(&p->flow, &type, loop, 3000, NULL);
	assert_true(loop_until(loop, 3000, page_ended, p));
}

static void a_stream_is_read_page_by_page(void **state)
{
	struct instance in = instance_open("ins_a");
	struct page p = {.in = &in};
	char id[48];

	(void)state;
	iv_arena_init(&p.arena, 1 << 20);
	get_page(&p, "", 10);
	assert_int_equal(p.code, IV_OK);
	assert_int_equal(p.page.count, 0);
	for (int i = 0; i < 25; i++)
		publish(&in, "pages", i);
	wait_written(&in);
	get_page(&p, "", 10);
	assert_int_equal(p.page.count, 10);
	assert_true(iv_str_eq(p.page.items[9].payload, IV_S("{\"n\":9}")));
	assert_true(iv_str_eq(p.page.items[9].kind, IV_S("stt.final")));
	iv_str_copy(id, sizeof(id), p.page.items[9].id);
	get_page(&p, id, 1000);
	assert_int_equal(p.page.count, 15);
	assert_true(iv_str_eq(p.page.items[0].payload, IV_S("{\"n\":10}")));
	get_page(&p, "nonsense", 10);
	assert_int_equal(p.code, IV_EINVAL);
	iv_arena_deinit(&p.arena);
	iv_arena_init(&p.arena, 1000);
	get_page(&p, "", 1000);
	assert_int_equal(p.code, IV_ETOOBIG);
	iv_arena_deinit(&p.arena);
	instance_close(&in);
}

static int start(void **state)
{
	(void)state;
	loop = iv_loop_new();
	server_start(&server, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	server_end(&server);
	iv_loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_has_its_fields_and_the_stream_its_expiry),
		cmocka_unit_test(a_stream_keeps_about_its_limit),
		cmocka_unit_test(what_cannot_be_an_event_is_lost_and_counted),
		cmocka_unit_test(an_outage_is_bridged_in_order),
		cmocka_unit_test(the_buffer_is_bounded_and_the_oldest_are_lost),
		cmocka_unit_test(what_is_sent_again_is_written_once),
		cmocka_unit_test(two_instances_write_to_one_call),
		cmocka_unit_test(closing_writes_what_it_can_in_its_time),
		cmocka_unit_test(a_viewer_elsewhere_gets_what_was_and_what_comes),
		cmocka_unit_test(a_viewer_goes_on_behind_the_id_it_brings),
		cmocka_unit_test(who_asks_is_told_when_nothing_is_left),
		cmocka_unit_test(bad_ids_and_too_many_viewers_are_refused),
		cmocka_unit_test(viewers_of_a_call_share_one_subscription_and_one_reader),
		cmocka_unit_test(late_viewers_miss_nothing_whenever_they_come),
		cmocka_unit_test(a_slow_viewer_pauses_holds_up_nobody_and_goes_on),
		cmocka_unit_test(a_viewer_whose_place_was_trimmed_is_told_of_the_gap),
		cmocka_unit_test(a_wiped_redis_is_a_gap),
		cmocka_unit_test(ten_thousand_events_with_connections_cut_arrive_once_and_in_order),
		cmocka_unit_test(a_viewer_may_leave_take_others_along_and_bring_others),
		cmocka_unit_test(watching_without_redis_begins_when_it_comes),
		cmocka_unit_test(a_stream_is_read_page_by_page),
	};
	return cmocka_run_group_tests(tests, start, end);
}
