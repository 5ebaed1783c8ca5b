/* Subscriptions across restarts, and what subscribers may do inside their own calls. */
#include "redis_server.h"

static struct iv_loop *loop;
static struct redis_server server;

/* What a subscriber was told: "g" for a gap, else the messages. */
struct ear {
	struct iv_redis *r;
	struct iv_redis_sub *sub, *other;
	char heard[4096];
	int gaps, messages;
	const char *wait_for;
	void (*inside)(struct ear *e);
};

static void hear(struct ear *e, struct iv_str what)
{
	size_t n = strlen(e->heard);

	snprintf(e->heard + n, sizeof(e->heard) - n, "%s%.*s", n ? " " : "", IV_FMT(what));
}

static void on_message(void *arg, struct iv_str payload)
{
	struct ear *e = arg;

	e->messages++;
	hear(e, payload);
	if (e->inside)
		e->inside(e);
}

static void on_gap(void *arg)
{
	struct ear *e = arg;

	e->gaps++;
	hear(e, IV_S("g"));
}

static bool heard(void *arg)
{
	struct ear *e = arg;

	return strcmp(e->heard, e->wait_for) == 0;
}

static void expect(struct ear *e, const char *what)
{
	e->wait_for = what;
	if (!loop_until(loop, 6000, heard, e))
		fail_msg("heard \"%s\", not \"%s\"", e->heard, what);
}

static void listen_to(struct ear *e, struct iv_redis *r, const char *channel)
{
	*e = (struct ear){.r = r};
	e->sub = iv_redis_subscribe(r, iv_str(channel), on_message, on_gap, e);
	assert_int_equal(e->gaps, 0);
}

static const char *publish(const char *channel, const char *text)
{
	return server_ask(&server, "PUBLISH %s %s", channel, text);
}

static void messages_come_from_the_gap_on(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct ear e;

	(void)state;
	(void)publish("c", "early");
	listen_to(&e, r, "c");
	expect(&e, "g");
	assert_string_equal(publish("c", "1"), "1");
	assert_string_equal(publish("d", "no"), "0");
	assert_string_equal(publish("c", "2"), "1");
	expect(&e, "g 1 2");
	iv_redis_unsubscribe(e.sub);
	loop_for(loop, 30);
	assert_string_equal(publish("c", "3"), "0");
	assert_string_equal(e.heard, "g 1 2");
	redis_shut(loop, r);
}

static void subscribers_of_one_channel_share_it(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct ear a, b, c;

	(void)state;
	listen_to(&a, r, "shared");
	listen_to(&b, r, "shared");
	expect(&a, "g");
	expect(&b, "g");
	assert_string_equal(publish("shared", "1"), "1");
	expect(&b, "g 1");
	listen_to(&c, r, "shared"); /* heard already: told so, but not in here */
	assert_string_equal(c.heard, "");
	expect(&c, "g");
	assert_string_equal(a.heard, "g 1");
	iv_redis_unsubscribe(a.sub);
	assert_string_equal(publish("shared", "2"), "1");
	expect(&c, "g 2");
	expect(&b, "g 1 2");
	assert_string_equal(a.heard, "g 1");
	iv_redis_unsubscribe(b.sub);
	iv_redis_unsubscribe(c.sub);
	loop_for(loop, 30);
	assert_string_equal(publish("shared", "3"), "0");
	redis_shut(loop, r);
}

static void a_restart_is_a_gap_and_the_channels_are_back(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct ear a, b;

	(void)state;
	listen_to(&a, r, "a");
	listen_to(&b, r, "b");
	expect(&a, "g");
	expect(&b, "g");
	(void)publish("a", "1");
	expect(&a, "g 1");
	server_kill(&server);
	loop_for(loop, 200);
	server_run(&server, NULL);
	expect(&a, "g 1 g");
	expect(&b, "g g");
	(void)publish("a", "2");
	(void)publish("b", "2");
	expect(&a, "g 1 g 2");
	expect(&b, "g g 2");
	/* The connection alone is cut. */
	(void)server_ask(&server, "CLIENT KILL TYPE pubsub");
	expect(&a, "g 1 g 2 g");
	assert_string_equal(publish("b", "3"), "1");
	expect(&b, "g g 2 g 3");
	redis_shut(loop, r); /* ends the subscriptions */
}

static void subscribing_before_redis_is_there_works_when_it_comes(void **state)
{
	struct iv_redis *r;
	struct ear a, gone;

	(void)state;
	server_kill(&server);
	r = redis_open(loop, server.url, 1000, 100);
	listen_to(&a, r, "late");
	listen_to(&gone, r, "gone");
	loop_for(loop, 100);
	iv_redis_unsubscribe(gone.sub);
	server_run(&server, NULL);
	expect(&a, "g");
	assert_string_equal(publish("late", "1"), "1");
	assert_string_equal(publish("gone", "1"), "0");
	expect(&a, "g 1");
	assert_string_equal(gone.heard, "");
	redis_shut(loop, r);
}

static void a_quick_change_of_mind_leaves_the_right_state(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct ear first, e;

	(void)state;
	listen_to(&first, r, "up"); /* the connection is there */
	expect(&first, "g");
	for (int turns = 0; turns < 6; turns++) {
		for (int again = 0; again < 8; again++) {
			listen_to(&e, r, "mind");
			for (int i = 0; i < turns; i++)
				uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
			iv_redis_unsubscribe(e.sub);
		}
		loop_for(loop, 20);
		assert_string_equal(publish("mind", "x"), "0");
		listen_to(&e, r, "mind");
		iv_redis_unsubscribe(e.sub);
		listen_to(&e, r, "mind");
		expect(&e, "g");
		/* Only now is it promised that nothing is missed. */
		assert_string_equal(publish("mind", "y"), "1");
		expect(&e, "g y");
		iv_redis_unsubscribe(e.sub);
		loop_for(loop, 20);
		assert_string_equal(publish("mind", "z"), "0");
	}
	redis_shut(loop, r);
}

static void leave(struct ear *e)
{
	iv_redis_unsubscribe(e->sub);
	if (e->other)
		iv_redis_unsubscribe(e->other);
}

static void a_subscriber_may_leave_inside_its_message_and_take_others_along(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct ear a, b, c;

	(void)state;
	listen_to(&a, r, "inside");
	listen_to(&b, r, "inside");
	listen_to(&c, r, "inside");
	a.inside = leave;
	a.other = b.sub;
	expect(&c, "g");
	(void)publish("inside", "1");
	expect(&c, "g 1");
	assert_string_equal(a.heard, "g 1");
	assert_string_equal(b.heard, "g");
	(void)publish("inside", "2");
	expect(&c, "g 1 2");
	assert_string_equal(a.heard, "g 1");
	c.inside = leave; /* the last */
	(void)publish("inside", "3");
	expect(&c, "g 1 2 3");
	loop_for(loop, 30);
	assert_string_equal(publish("inside", "4"), "0");
	redis_shut(loop, r);
}

static void join_more(struct ear *e)
{
	struct ear *fresh = e + 1;

	e->inside = NULL;
	listen_to(fresh, e->r, "grow");
}

static void a_subscriber_may_bring_another_inside_its_message(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct ear e[2];

	(void)state;
	listen_to(&e[0], r, "grow");
	e[0].inside = join_more;
	expect(&e[0], "g");
	(void)publish("grow", "1");
	expect(&e[0], "g 1");
	expect(&e[1], "g"); /* not the message it was born in */
	(void)publish("grow", "2");
	expect(&e[1], "g 2");
	redis_shut(loop, r);
}

static void a_server_that_stands_still_is_noticed_by_who_only_listens(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct ear e;

	(void)state;
	listen_to(&e, r, "quiet");
	expect(&e, "g");
	loop_for(loop, 4500); /* pings are answered: nothing happens */
	assert_string_equal(e.heard, "g");
	kill(server.pid, SIGSTOP);
	loop_for(loop, 4500);
	kill(server.pid, SIGCONT);
	expect(&e, "g g");
	assert_string_equal(publish("quiet", "1"), "1");
	expect(&e, "g g 1");
	redis_shut(loop, r);
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
		cmocka_unit_test(messages_come_from_the_gap_on),
		cmocka_unit_test(subscribers_of_one_channel_share_it),
		cmocka_unit_test(a_restart_is_a_gap_and_the_channels_are_back),
		cmocka_unit_test(subscribing_before_redis_is_there_works_when_it_comes),
		cmocka_unit_test(a_quick_change_of_mind_leaves_the_right_state),
		cmocka_unit_test(a_subscriber_may_leave_inside_its_message_and_take_others_along),
		cmocka_unit_test(a_subscriber_may_bring_another_inside_its_message),
		cmocka_unit_test(a_server_that_stands_still_is_noticed_by_who_only_listens),
	};
	return cmocka_run_group_tests(tests, start, end);
}
