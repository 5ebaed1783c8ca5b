/* Limits across instances, and names that are good once: with Redis, without it, and between. */
#include "../store/redis_server.h"
#include "iv_rate.h"

static struct iv_loop *loop;
static struct redis_server server;

/* ── one instance, one question */
struct asker {
	struct iv_flow flow;
	struct iv_redis *r;
	struct iv_rate *rate;
	struct iv_rate_run run;
	struct iv_rate_policy policy;
	struct iv_rate_verdict verdict;
	struct iv_str key;
	int ends;
	enum iv_code code;
};

static struct asker *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct asker, flow);
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct asker *a = self(f);

	return iv_rate_take(a->rate, f, &a->run, &a->policy, a->key, &a->verdict);
}

static void on_end(struct iv_flow *f)
{
	self(f)->ends++;
	self(f)->code = f->err.code;
}

static const struct iv_flow_step steps[] = {{"take", take}, {0}};
static const struct iv_flow_type type = {"rate", steps, on_end};

static bool ended(void *arg)
{
	return ((struct asker *)arg)->ends > 0;
}

static void ask(struct asker *a)
{
	a->ends = 0;
	iv_flow_start(&a->flow, &type, loop, 3000, NULL);
	assert_true(loop_until(loop, 3000, ended, a));
	assert_int_equal(a->ends, 1);
}

static struct asker asker_open(const char *instance, const char *key, int64_t limit, int64_t window_ms)
{
	struct asker a = {.r = redis_open(loop, server.url, 500, 10000), .key = iv_str(key)};

	a.policy = (struct iv_rate_policy){"default", limit, window_ms};
	a.rate = iv_rate_new(loop, a.r, instance);
	return a;
}

static void asker_close(struct asker *a)
{
	iv_rate_free(a->rate);
	redis_shut(loop, a->r);
}

static void a_key_may_as_often_as_its_policy_says_and_no_more(void **state)
{
	struct asker a = asker_open("one", "key_1", 5, 60000);

	(void)state;
	for (int i = 0; i < 5; i++) {
		ask(&a);
		assert_true(a.verdict.allowed);
		assert_false(a.verdict.local);
		assert_int_equal(a.verdict.limit, 5);
		assert_int_equal(a.verdict.remaining, 4 - i);
		assert_int_equal(a.verdict.reset_s, 60);
	}
	for (int i = 0; i < 3; i++) {
		ask(&a);
		assert_false(a.verdict.allowed);
		assert_int_equal(a.verdict.remaining, 0);
		assert_in_range(a.verdict.reset_s, 59, 60);
		assert_int_equal(a.verdict.local, i > 0); /* Redis has said until when */
	}
	assert_string_equal(server_ask(&server, "ZCARD ratelimit:key_1:default"), "5"); /* a refusal costs nothing */
	a.key = IV_S("key_2");
	ask(&a);
	assert_true(a.verdict.allowed);
	assert_int_equal(a.verdict.remaining, 4);
	asker_close(&a);
}

static void the_window_slides(void **state)
{
	struct asker a = asker_open("one", "slides", 2, 400);

	(void)state;
	ask(&a);
	assert_true(a.verdict.allowed);
	loop_for(loop, 250);
	ask(&a);
	assert_true(a.verdict.allowed);
	assert_int_equal(a.verdict.reset_s, 1);
	ask(&a);
	assert_false(a.verdict.allowed);
	loop_for(loop, 170); /* the first has left, the second has not */
	ask(&a);
	assert_true(a.verdict.allowed);
	ask(&a);
	assert_false(a.verdict.allowed);
	loop_for(loop, 600);
	assert_string_equal(server_ask(&server, "EXISTS ratelimit:slides:default"), "0");
	asker_close(&a);
}

static void limits_are_shared_between_instances(void **state)
{
	struct asker a = asker_open("one", "shared", 3, 60000), b = asker_open("two", "shared", 3, 60000);

	(void)state;
	ask(&a);
	ask(&b);
	ask(&a);
	assert_int_equal(a.verdict.remaining, 0);
	ask(&b);
	assert_false(b.verdict.allowed);
	assert_false(b.verdict.local);
	asker_close(&a);
	asker_close(&b);
}

/* ── eight processes against one limit */

static void contend(const char *url, int index)
{
	struct iv_redis_opts o = {.url = url, .connect_ms = 2000, .command_ms = 5000, .pending_max = 1000};
	struct asker a = {.key = IV_S("contended"), .policy = {"default", 100, 500}};
	char name[16];
	int64_t end_us;

	loop = iv_loop_new();
	a.r = iv_redis_new(loop, &o, NULL);
	snprintf(name, sizeof(name), "p%d", index);
	a.rate = iv_rate_new(loop, a.r, name);
	end_us = iv_now_us() + 2000000;
	while (iv_now_us() < end_us) {
		ask(&a);
		if (a.verdict.local && a.verdict.allowed)
			_exit(3);
	}
	iv_rate_free(a.rate);
	redis_shut(loop, a.r);
	iv_loop_free(loop);
}

struct admission {
	double at; /* microseconds, by Redis */
	char member[32];
};

static int by_time(const void *a, const void *b)
{
	const struct admission *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at ? 1 : strcmp(x->member, y->member);
}

/* Adds what the set holds just now. */
static size_t look(struct admission *all, size_t n, size_t max)
{
	redisReply *r;

	(void)server_ask(&server, "PING");
	r = redisCommand(server.eyes, "ZRANGE ratelimit:contended:default 0 -1 WITHSCORES");
	assert_non_null(r);
	for (size_t i = 0; i + 1 < r->elements && n < max; i += 2, n++) {
		iv_str_copy(all[n].member, sizeof(all[n].member), iv_str(r->element[i]->str));
		all[n].at = strtod(r->element[i + 1]->str, NULL);
	}
	freeReplyObject(r);
	return n;
}

/* The set holds each admission for 500 ms and is looked at every 50: together that is all of them. */
static void eight_contenders_never_exceed_the_limit(void **state)
{
	enum { PROCESSES = 8, LIMIT = 100, SEEN_MAX = 50000 };
	static struct admission all[SEEN_MAX];
	pid_t pids[PROCESSES];
	size_t seen = 0, n = 0;
	double end_us = (double)iv_now_us() + 2300000;

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			server_child();
			contend(server.url, i);
			_exit(0);
		}
	}
	while ((double)iv_now_us() < end_us) {
		seen = look(all, seen, SEEN_MAX);
		server_sleep_ms(50);
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_true(seen < SEEN_MAX);
	qsort(all, seen, sizeof(all[0]), by_time);
	for (size_t i = 0; i < seen; i++)
		if (n == 0 || by_time(&all[n - 1], &all[i]) != 0)
			all[n++] = all[i];
	printf("eight processes for 2 s at 100 per 0.5 s: %zu admitted\n", n);
	assert_true(n > 2 * LIMIT);
	for (size_t i = LIMIT; i < n; i++)
		if (all[i].at - all[i - LIMIT].at < 500000)
			fail_msg("%d admitted within %.0f us", LIMIT + 1, all[i].at - all[i - LIMIT].at);
}

/* ── without Redis */

static void without_redis_each_instance_counts_alone_what_it_admitted_before_included(void **state)
{
	struct asker a = asker_open("one", "alone", 3, 60000), b = asker_open("two", "alone", 3, 60000);

	(void)state;
	ask(&a);
	ask(&a);
	assert_int_equal(a.verdict.remaining, 1);
	server_kill(&server);
	assert_true(loop_until(loop, 2000, redis_is_down, a.r));
	assert_true(loop_until(loop, 2000, redis_is_down, b.r));
	ask(&a);
	assert_true(a.verdict.allowed);
	assert_true(a.verdict.local);
	assert_int_equal(a.verdict.remaining, 0);
	assert_int_equal(a.verdict.reset_s, 60);
	ask(&a);
	assert_false(a.verdict.allowed);
	assert_in_range(a.verdict.reset_s, 59, 60);
	ask(&b);
	assert_true(b.verdict.allowed); /* it had admitted none */
	server_run(&server, NULL);
	assert_true(loop_until(loop, 6000, redis_is_up, a.r));
	a.key = IV_S("fresh");
	ask(&a);
	assert_false(a.verdict.local);
	asker_close(&a);
	asker_close(&b);
}

static void a_redis_that_stands_still_costs_one_deadline_and_refuses_nobody(void **state)
{
	struct asker a = asker_open("one", "still", 2, 60000);
	int64_t t0;

	(void)state;
	ask(&a);
	kill(server.pid, SIGSTOP);
	t0 = iv_now_us();
	ask(&a);
	assert_true(a.verdict.allowed);
	assert_true(a.verdict.local);
	assert_in_range((iv_now_us() - t0) / 1000, 450, 3000);
	t0 = iv_now_us();
	ask(&a);
	assert_false(a.verdict.allowed);
	assert_true(iv_now_us() - t0 < 400000);
	kill(server.pid, SIGCONT);
	asker_close(&a);
}

static void a_local_window_slides_too_and_holds_many_keys(void **state)
{
	struct asker a = asker_open("one", "x", 2, 300);
	char key[32];

	(void)state;
	server_kill(&server);
	assert_true(loop_until(loop, 2000, redis_is_down, a.r));
	ask(&a);
	ask(&a);
	ask(&a);
	assert_false(a.verdict.allowed);
	loop_for(loop, 320);
	ask(&a);
	assert_true(a.verdict.allowed);
	a.policy.limit = 1;
	a.policy.window_ms = 60000;
	for (int i = 0; i < 12000; i++) { /* more keys than are remembered */
		snprintf(key, sizeof(key), "k%d", i);
		a.key = iv_str(key);
		iv_flow_start(&a.flow, &type, loop, 3000, NULL);
		assert_true(a.verdict.allowed);
	}
	iv_flow_start(&a.flow, &type, loop, 3000, NULL);
	assert_false(a.verdict.allowed);
	/* A ring of hundreds wraps around. */
	a.policy = (struct iv_rate_policy){"big", 300, 60000};
	for (int i = 0; i < 300; i++) {
		iv_flow_start(&a.flow, &type, loop, 3000, NULL);
		assert_int_equal(a.verdict.remaining, 299 - i);
	}
	iv_flow_start(&a.flow, &type, loop, 3000, NULL);
	assert_false(a.verdict.allowed);
	server_run(&server, NULL);
	asker_close(&a);
}

static void a_wrong_key_is_refused_and_a_wild_limit_is_bounded(void **state)
{
	struct asker a = asker_open("one", "", 2, 300);
	char longest[IV_RATE_KEY_MAX + 1];

	(void)state;
	ask(&a);
	assert_int_equal(a.code, IV_EINVAL);
	memset(longest, 'k', sizeof(longest));
	a.key = (struct iv_str){longest, sizeof(longest)};
	ask(&a);
	assert_int_equal(a.code, IV_EINVAL);
	a.key.len--;
	a.policy.limit = INT64_MAX;
	ask(&a);
	assert_int_equal(a.verdict.limit, IV_RATE_LIMIT_MAX);
	a.policy.limit = -4;
	a.policy.name = "least";
	ask(&a);
	assert_int_equal(a.verdict.limit, 1);
	assert_true(a.verdict.allowed);
	asker_close(&a);
}

static void cancelled_questions_leave_nothing(void **state)
{
	struct asker a = asker_open("one", "cancelled", 1000, 60000);

	(void)state;
	assert_true(loop_until(loop, 2000, redis_is_up, a.r));
	for (int i = 0; i < 100; i++) {
		iv_flow_start(&a.flow, &type, loop, 3000, NULL);
		for (int turn = 0; turn < i % 5; turn++)
			uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
		iv_flow_cancel(&a.flow, IV_ECANCELED, "test");
		assert_null(a.run.command);
		memset(&a.run, 0xee, sizeof(a.run)); /* a late answer must not look here */
	}
	loop_for(loop, 20);
	asker_close(&a);
}

static void the_headers_are_structured_fields(void **state)
{
	struct iv_rate_policy p = {"default", 60, 60000}, fast = {"sockets", 3, 500};
	struct iv_rate_verdict v = {.remaining = 50, .reset_s = 30};
	char out[IV_RATE_HEADER_SIZE];

	(void)state;
	iv_rate_policy_header(&p, out);
	assert_string_equal(out, "\"default\";q=60;w=60");
	iv_rate_policy_header(&fast, out);
	assert_string_equal(out, "\"sockets\";q=3;w=1");
	iv_rate_header(&p, &v, out);
	assert_string_equal(out, "\"default\";r=50;t=30");
}

/* ── good once */
struct once {
	struct iv_flow flow;
	struct iv_rate *rate;
	struct iv_once_run run;
	struct iv_arena arena;
	struct iv_str name, value, got;
	int64_t ttl_ms;
	bool fresh;
	int ends;
	enum iv_code code;
};

static struct once *once_self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct once, flow);
}

static enum iv_flow_next once_put(struct iv_flow *f)
{
	struct once *o = once_self(f);

	return iv_once_put(o->rate, f, &o->run, o->name, o->ttl_ms, o->value, &o->fresh);
}

static enum iv_flow_next once_take(struct iv_flow *f)
{
	struct once *o = once_self(f);

	return iv_once_take(o->rate, f, &o->run, &o->arena, o->name, &o->got);
}

static void once_end(struct iv_flow *f)
{
	once_self(f)->ends++;
	once_self(f)->code = f->err.code;
}

static const struct iv_flow_step put_steps[] = {{"put", once_put}, {0}}, take_steps[] = {{"take", once_take}, {0}};
static const struct iv_flow_type put_type = {"put", put_steps, once_end}, take_type = {"take", take_steps, once_end};

static bool once_ended(void *arg)
{
	return ((struct once *)arg)->ends > 0;
}

static void once_run(struct once *o, const struct iv_flow_type *what)
{
	o->ends = 0;
	iv_flow_start(&o->flow, what, loop, 3000, NULL);
	assert_true(loop_until(loop, 3000, once_ended, o));
}

static bool put(struct once *o, const char *name, int64_t ttl_ms, const char *value)
{
	o->name = iv_str(name);
	o->ttl_ms = ttl_ms;
	o->value = iv_str(value);
	once_run(o, &put_type);
	return o->code == IV_OK && o->fresh;
}

/* "" when there is none. */
static const char *taken(struct once *o, const char *name)
{
	static char out[600];

	o->name = iv_str(name);
	once_run(o, &take_type);
	assert_int_equal(o->code, IV_OK);
	if (o->got.ptr)
		iv_str_copy(out, sizeof(out), o->got);
	return o->got.ptr ? out : "";
}

struct pair {
	struct asker base[2];
	struct once o[2];
};

static void pair_open(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	for (int i = 0; i < 2; i++) {
		p->base[i] = asker_open(i ? "two" : "one", "-", 1, 1000);
		p->o[i].rate = p->base[i].rate;
		iv_arena_init(&p->o[i].arena, 65536);
	}
}

static void pair_close(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		asker_close(&p->base[i]);
		iv_arena_deinit(&p->o[i].arena);
	}
}

static void pair_down(struct pair *p)
{
	server_kill(&server);
	for (int i = 0; i < 2; i++)
		assert_true(loop_until(loop, 2000, redis_is_down, p->base[i].r));
}

static void pair_up(struct pair *p)
{
	server_run(&server, NULL);
	for (int i = 0; i < 2; i++)
		assert_true(loop_until(loop, 6000, redis_is_up, p->base[i].r));
}

static void a_ticket_is_taken_once_on_any_instance(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p);
	assert_true(put(&p.o[0], "ticket-1", 60000, "tenant_1 key_9"));
	assert_string_equal(taken(&p.o[1], "ticket-1"), "tenant_1 key_9");
	assert_string_equal(taken(&p.o[1], "ticket-1"), "");
	assert_string_equal(taken(&p.o[0], "ticket-1"), "");
	assert_string_equal(taken(&p.o[0], "never"), "");
	assert_true(put(&p.o[0], "short", 60, "x"));
	loop_for(loop, 100);
	assert_string_equal(taken(&p.o[0], "short"), "");
	assert_true(put(&p.o[0], "empty", 60000, ""));
	assert_string_equal(taken(&p.o[1], "empty"), "");
	assert_non_null(p.o[1].got.ptr); /* there, and empty */
	pair_close(&p);
}

static void a_signature_is_fresh_once_across_instances(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p);
	assert_true(put(&p.o[0], "sig-secret", 60000, "1"));
	assert_false(put(&p.o[0], "sig-secret", 60000, "1"));
	assert_false(put(&p.o[1], "sig-secret", 60000, "1"));
	assert_int_equal(p.o[1].code, IV_OK);
	assert_true(put(&p.o[1], "sig-2", 60, "1"));
	loop_for(loop, 100);
	assert_true(put(&p.o[1], "sig-2", 60, "1"));
	/* The name itself is not in Redis. */
	assert_string_equal(server_ask(&server, "EXISTS once:sig-secret"), "0");
	assert_string_equal(server_ask(&server, "EVAL %s 0", "return #redis.call('KEYS','*secret*')"), "0");
	pair_close(&p);
}

static void without_redis_a_name_is_fresh_here_and_a_ticket_is_good_here_only(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p);
	assert_true(put(&p.o[0], "before", 60000, "b"));
	assert_true(put(&p.o[0], "seen", 60000, "1"));
	pair_down(&p);
	assert_false(put(&p.o[0], "seen", 60000, "1")); /* remembered */
	assert_true(put(&p.o[0], "during", 60000, "d"));
	assert_false(put(&p.o[0], "during", 60000, "d"));
	assert_true(put(&p.o[1], "during", 60000, "e")); /* documented: each alone */
	p.o[1].name = IV_S("before");
	once_run(&p.o[1], &take_type);
	assert_int_equal(p.o[1].code, IV_EDRAINING); /* refused rather than taken twice */
	p.o[0].name = IV_S("before");
	once_run(&p.o[0], &take_type);
	assert_int_equal(p.o[0].code, IV_EDRAINING); /* put into Redis: another may have taken it */
	assert_string_equal(taken(&p.o[0], "during"), "d");
	p.o[0].name = IV_S("during");
	once_run(&p.o[0], &take_type);
	assert_int_equal(p.o[0].code, IV_EDRAINING);
	assert_true(put(&p.o[0], "later", 60000, "l"));
	pair_up(&p);
	assert_string_equal(taken(&p.o[1], "later"), "");
	assert_string_equal(taken(&p.o[0], "later"), "l");
	assert_string_equal(taken(&p.o[0], "later"), "");
	pair_close(&p);
}

static void a_put_whose_answer_was_lost_is_not_good_twice(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p);
	for (int i = 0; i < 2; i++)
		assert_true(loop_until(loop, 2000, redis_is_up, p.base[i].r));
	/* It reaches Redis, which answers too late. */
	kill(server.pid, SIGSTOP);
	assert_true(put(&p.o[0], "doubt", 60000, "v"));
	kill(server.pid, SIGCONT);
	for (int i = 0; i < 2; i++)
		assert_true(loop_until(loop, 6000, redis_is_up, p.base[i].r));
	assert_string_equal(taken(&p.o[0], "doubt"), "v");
	loop_for(loop, 50);
	assert_string_equal(taken(&p.o[1], "doubt"), "");
	pair_close(&p);
}

static void values_have_a_limit(void **state)
{
	struct pair p;
	char big[IV_ONCE_VALUE_MAX + 2];

	(void)state;
	pair_open(&p);
	memset(big, 'v', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	assert_false(put(&p.o[0], "big", 60000, big));
	assert_int_equal(p.o[0].code, IV_ETOOBIG);
	big[sizeof(big) - 2] = '\0';
	assert_true(put(&p.o[0], "big", 60000, big));
	assert_string_equal(taken(&p.o[1], "big"), big);
	pair_close(&p);
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
		cmocka_unit_test(a_key_may_as_often_as_its_policy_says_and_no_more),
		cmocka_unit_test(the_window_slides),
		cmocka_unit_test(limits_are_shared_between_instances),
		cmocka_unit_test(eight_contenders_never_exceed_the_limit),
		cmocka_unit_test(without_redis_each_instance_counts_alone_what_it_admitted_before_included),
		cmocka_unit_test(a_redis_that_stands_still_costs_one_deadline_and_refuses_nobody),
		cmocka_unit_test(a_local_window_slides_too_and_holds_many_keys),
		cmocka_unit_test(a_wrong_key_is_refused_and_a_wild_limit_is_bounded),
		cmocka_unit_test(cancelled_questions_leave_nothing),
		cmocka_unit_test(the_headers_are_structured_fields),
		cmocka_unit_test(a_ticket_is_taken_once_on_any_instance),
		cmocka_unit_test(a_signature_is_fresh_once_across_instances),
		cmocka_unit_test(without_redis_a_name_is_fresh_here_and_a_ticket_is_good_here_only),
		cmocka_unit_test(a_put_whose_answer_was_lost_is_not_good_twice),
		cmocka_unit_test(values_have_a_limit),
	};
	return cmocka_run_group_tests(tests, start, end);
}
