/* Commands against a real redis-server that dies, sleeps, forgets and refuses, and against peers that are
 * no Redis at all. */
#include "redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "../../../src/store/redis_url.h"

static struct redis_server server;
static struct iv_loop *loop;

#define ARGV(...) (const struct iv_str[]){__VA_ARGS__}, sizeof((const struct iv_str[]){__VA_ARGS__}) / sizeof(struct iv_str)

/* ── one question and what became of it */
struct waiter {
	int calls;
	enum iv_code code;
	char msg[192];
	struct iv_reply reply;
	char text[256];
	int *order, index; /* its place among others */
};

static void on_answer(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct waiter *w = arg;

	w->calls++;
	w->code = err->code;
	snprintf(w->msg, sizeof(w->msg), "%s", err->msg);
	if (reply) {
		assert_int_equal(err->code, IV_OK);
		w->reply = *reply;
		iv_str_copy(w->text, sizeof(w->text), reply->s);
	} else {
		assert_int_not_equal(err->code, IV_OK);
	}
	if (w->order)
		w->index = (*w->order)++;
}

static bool answered(void *arg)
{
	return ((struct waiter *)arg)->calls > 0;
}

static struct waiter ask_args(struct iv_redis *r, const struct iv_str *argv, size_t argc)
{
	struct waiter w = {0};
	struct iv_err e = {0};

	if (!iv_redis_ask(r, argv, argc, on_answer, &w, &e)) {
		w.code = e.code;
		snprintf(w.msg, sizeof(w.msg), "%s", e.msg);
		return w;
	}
	assert_int_equal(w.calls, 0);
	assert_true(loop_until(loop, 5000, answered, &w));
	assert_int_equal(w.calls, 1);
	return w;
}
#define ASK(r, ...) ask_args(r, ARGV(__VA_ARGS__))

/* ── a flow of three commands */
struct trio {
	struct iv_flow flow;
	struct iv_redis *r;
	struct iv_redis_run run;
	struct iv_arena arena;
	struct iv_reply reply;
	int ends, steps;
	enum iv_code code;
	char msg[192];
};

static struct trio *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct trio, flow);
}

static enum iv_flow_next incr(struct iv_flow *f)
{
	struct trio *t = self(f);

	t->steps++;
	return iv_redis_cmd(t->r, f, &t->run, &t->arena, ARGV(IV_S("INCR"), IV_S("trio")), &t->reply);
}

static void trio_end(struct iv_flow *f)
{
	self(f)->ends++;
	self(f)->code = f->err.code;
	snprintf(self(f)->msg, sizeof(self(f)->msg), "%s", f->err.msg);
}

static const struct iv_flow_step trio_steps[] = {{"1", incr}, {"2", incr}, {"3", incr}, {0}};
static const struct iv_flow_type trio_type = {"trio", trio_steps, trio_end};

static bool trio_ended(void *arg)
{
	return ((struct trio *)arg)->ends > 0;
}

/* ── answers */

static void every_kind_of_answer_is_copied(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct waiter w;

	(void)state;
	w = ASK(r, IV_S("SET"), IV_S("k"), IV_S("a\0b"));
	assert_int_equal(w.reply.kind, IV_REPLY_STATUS);
	assert_string_equal(w.text, "OK");
	w = ASK(r, IV_S("STRLEN"), IV_S("k"));
	assert_int_equal(w.reply.kind, IV_REPLY_INT);
	assert_int_equal(w.reply.i, 3);
	w = ASK(r, IV_S("GET"), IV_S("k"));
	assert_int_equal(w.reply.kind, IV_REPLY_TEXT);
	assert_int_equal(w.reply.s.len, 3);
	assert_int_equal(ASK(r, IV_S("GET"), IV_S("none")).reply.kind, IV_REPLY_NIL);
	w = ASK(r, IV_S("SET"), IV_S("empty"), IV_STR_NULL);
	assert_int_equal(w.code, IV_OK);
	assert_int_equal(ASK(r, IV_S("GET"), IV_S("empty")).reply.kind, IV_REPLY_TEXT);
	redis_shut(loop, r);
}

static enum iv_flow_next nested(struct iv_flow *f)
{
	struct trio *t = self(f);

	return iv_redis_cmd(t->r, f, &t->run, &t->arena,
			    ARGV(IV_S("EVAL"), IV_S("return {1, {'two', {3, false}}, {err='FOUR bad'}, {ok='five'}, {}}"),
				 IV_S("0")),
			    &t->reply);
}

static void a_list_lies_in_the_arena_of_the_flow(void **state)
{
	static const struct iv_flow_step steps[] = {{"nested", nested}, {0}};
	static const struct iv_flow_type type = {"nested", steps, trio_end};
	struct trio t = {.r = redis_open(loop, server.url, 1000, 100)};
	const struct iv_reply *list;

	(void)state;
	iv_arena_init(&t.arena, 65536);
	iv_flow_start(&t.flow, &type, loop, 2000, NULL);
	assert_true(loop_until(loop, 2000, trio_ended, &t));
	assert_int_equal(t.code, IV_OK);
	assert_int_equal(t.reply.kind, IV_REPLY_LIST);
	assert_int_equal(t.reply.count, 5);
	list = t.reply.items;
	assert_int_equal(list[0].i, 1);
	assert_true(iv_str_eq(list[1].items[0].s, IV_S("two")));
	assert_int_equal(list[1].items[1].items[0].i, 3);
	assert_int_equal(list[1].items[1].items[1].kind, IV_REPLY_NIL);
	assert_int_equal(list[2].kind, IV_REPLY_ERROR);
	assert_true(iv_str_eq(list[2].s, IV_S("FOUR bad")));
	assert_int_equal(list[3].kind, IV_REPLY_STATUS);
	assert_int_equal(list[4].kind, IV_REPLY_LIST);
	assert_int_equal(list[4].count, 0);
	redis_shut(loop, t.r);
	iv_arena_deinit(&t.arena);
}

static void an_answer_that_does_not_fit_the_arena_is_too_big(void **state)
{
	static const struct iv_flow_step steps[] = {{"nested", nested}, {0}};
	static const struct iv_flow_type type = {"nested", steps, trio_end};
	struct trio t = {.r = redis_open(loop, server.url, 1000, 100)};

	(void)state;
	iv_arena_init(&t.arena, 200);
	iv_flow_start(&t.flow, &type, loop, 2000, NULL);
	assert_true(loop_until(loop, 2000, trio_ended, &t));
	assert_int_equal(t.code, IV_ETOOBIG);
	assert_true(iv_redis_up(t.r));
	redis_shut(loop, t.r);
	iv_arena_deinit(&t.arena);
}

static void a_refused_command_says_so_and_the_connection_lives(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct waiter w;

	(void)state;
	w = ASK(r, IV_S("NOSUCHCOMMAND"), IV_S("secret"));
	assert_int_equal(w.code, IV_EINTERNAL);
	assert_non_null(strstr(w.msg, "NOSUCHCOMMAND"));
	assert_null(strstr(w.msg, "secret"));
	(void)ASK(r, IV_S("DEL"), IV_S("l"));
	(void)ASK(r, IV_S("RPUSH"), IV_S("l"), IV_S("1"));
	assert_int_equal(ASK(r, IV_S("INCR"), IV_S("l")).code, IV_EINTERNAL);
	assert_int_equal(iv_redis_stats(r).connects, 1);
	redis_shut(loop, r);
}

static void a_thousand_pipelined_commands_are_answered_in_order(void **state)
{
	enum { N = 1000 };
	static struct waiter w[N];
	struct iv_redis *r = redis_open(loop, server.url, 2000, N);
	int order = 0;
	char text[16];

	(void)state;
	memset(w, 0, sizeof(w));
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	for (int i = 0; i < N; i++) {
		snprintf(text, sizeof(text), "%d", i);
		w[i].order = &order;
		assert_non_null(iv_redis_ask(r, ARGV(IV_S("ECHO"), iv_str(text)), on_answer, &w[i], NULL));
	}
	assert_true(loop_until(loop, 5000, answered, &w[N - 1]));
	for (int i = 0; i < N; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(w[i].calls, 1);
		assert_int_equal(w[i].index, i);
		assert_string_equal(w[i].text, text);
	}
	redis_shut(loop, r);
}

static void an_answer_of_a_megabyte_comes_in_pieces(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 2000, 100);
	char *big = malloc(1 << 20);

	(void)state;
	memset(big, 'x', 1 << 20);
	assert_int_equal(ASK(r, IV_S("SET"), IV_S("big"), ((struct iv_str){big, 1 << 20})).code, IV_OK);
	assert_int_equal(ASK(r, IV_S("GET"), IV_S("big")).reply.s.len, 1 << 20);
	(void)ASK(r, IV_S("DEL"), IV_S("big"));
	free(big);
	redis_shut(loop, r);
}

static void commands_issued_before_the_first_connection_wait_for_it(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct waiter w[3] = {{0}};

	(void)state;
	(void)server_ask(&server, "DEL early");
	for (int i = 0; i < 3; i++)
		assert_non_null(iv_redis_ask(r, ARGV(IV_S("INCR"), IV_S("early")), on_answer, &w[i], NULL));
	assert_false(iv_redis_up(r));
	assert_true(loop_until(loop, 2000, answered, &w[2]));
	assert_int_equal(w[0].reply.i, 1);
	assert_int_equal(w[2].reply.i, 3);
	redis_shut(loop, r);
}

static void what_nobody_waits_for_is_done_all_the_same(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);

	(void)state;
	(void)server_ask(&server, "DEL sent");
	assert_true(iv_redis_send(r, ARGV(IV_S("INCR"), IV_S("sent"))));
	assert_true(iv_redis_send(r, ARGV(IV_S("NONSENSE"))));
	assert_true(iv_redis_send(r, ARGV(IV_S("INCR"), IV_S("sent"))));
	redis_shut(loop, r); /* writes what was sent before it ends */
	assert_int_equal(server_number(&server, "GET", "sent"), 2);
}

/* ── limits */

static void a_full_queue_refuses_at_once(void **state)
{
	enum { N = 10 };
	struct waiter w[N + 1] = {{0}};
	struct iv_redis *r = redis_open(loop, server.url, 1000, N);
	struct iv_err e = {0};

	(void)state;
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	for (int i = 0; i < N; i++)
		assert_non_null(iv_redis_ask(r, ARGV(IV_S("PING")), on_answer, &w[i], &e));
	assert_null(iv_redis_ask(r, ARGV(IV_S("PING")), on_answer, &w[N], &e));
	assert_int_equal(e.code, IV_EDRAINING);
	assert_false(iv_redis_send(r, ARGV(IV_S("PING"))));
	assert_true(loop_until(loop, 2000, answered, &w[N - 1]));
	assert_int_equal(w[N].calls, 0);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_OK);
	redis_shut(loop, r);
}

/* ── Redis dies */

static void kill_minus_nine_gives_each_waiter_one_error_and_it_recovers(void **state)
{
	enum { N = 500 };
	static struct waiter w[N];
	struct redis_server s;
	struct iv_redis *r;
	struct waiter after;

	(void)state;
	memset(w, 0, sizeof(w));
	server_start(&s, NULL);
	r = redis_open(loop, s.url, 2000, 1000);
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	kill(s.pid, SIGSTOP); /* so that all of them are on the way */
	for (int i = 0; i < N; i++)
		assert_non_null(iv_redis_ask(r, ARGV(IV_S("INCR"), IV_S("n")), on_answer, &w[i], NULL));
	loop_for(loop, 20);
	assert_int_equal(w[0].calls, 0);
	server_kill(&s);
	assert_true(loop_until(loop, 2000, answered, &w[N - 1]));
	for (int i = 0; i < N; i++) {
		assert_int_equal(w[i].calls, 1);
		assert_int_equal(w[i].code, IV_EDRAINING);
	}
	assert_false(iv_redis_up(r));
	after = ASK(r, IV_S("PING"));
	assert_int_equal(after.calls, 0); /* at once */
	assert_int_equal(after.code, IV_EDRAINING);
	loop_for(loop, 300);
	server_run(&s, NULL);
	assert_true(loop_until(loop, 5500, redis_is_up, r));
	assert_int_equal(ASK(r, IV_S("INCR"), IV_S("n")).reply.i, 1);
	assert_int_equal(iv_redis_stats(r).connects, 2);
	for (int i = 0; i < N; i++)
		assert_int_equal(w[i].calls, 1);
	redis_shut(loop, r);
	server_end(&s);
}

static int64_t worst_lag_us;

static void on_lag(void *arg, int64_t late_us)
{
	(void)arg;
	if (late_us > worst_lag_us)
		worst_lag_us = late_us;
}

static void on_tick(void *arg, int64_t slot_us)
{
	(void)arg;
	(void)slot_us;
}

static void a_stopped_server_meets_the_deadline_and_holds_up_nothing(void **state)
{
	struct redis_server s;
	struct iv_redis *r;
	struct iv_pacer_member member = {.phase = -1};
	struct waiter w = {0}, late = {0};
	int64_t t0, took_ms, least;

	(void)state;
	server_start(&s, NULL);
	r = redis_open(loop, s.url, 250, 100);
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	kill(s.pid, SIGSTOP);
	iv_pacer_join(loop, &member, on_tick, NULL);
	iv_pacer_set_lag_hook(loop, on_lag, NULL);
	worst_lag_us = 0;
	t0 = iv_now_us();
	assert_non_null(iv_redis_ask(r, ARGV(IV_S("PING")), on_answer, &w, NULL));
	loop_for(loop, 100);
	assert_non_null(iv_redis_ask(r, ARGV(IV_S("PING")), on_answer, &late, NULL));
	assert_true(loop_until(loop, 2000, answered, &w));
	took_ms = (iv_now_us() - t0) / 1000;
	assert_int_equal(w.code, IV_EDRAINING);
	assert_in_range(took_ms, 250, 290);
	assert_int_equal(late.calls, 1); /* the connection is gone for all */
	/* Of three seconds the best: each has an attempt to connect, and the machine has other things to do. */
	least = worst_lag_us;
	for (int second = 0; second < 3; second++) {
		worst_lag_us = 0;
		loop_for(loop, 1050);
		least = worst_lag_us < least ? worst_lag_us : least;
	}
	assert_false(iv_redis_up(r));
	iv_pacer_leave(loop, &member);
	printf("worst lag in a second while redis stood still: %.2f ms\n", (double)least / 1000);
	assert_true(least <= 5000);
	kill(s.pid, SIGCONT);
	t0 = iv_now_us();
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	assert_true(iv_now_us() - t0 < 1000000);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_OK);
	redis_shut(loop, r);
	server_end(&s);
}

static void our_own_sleep_is_not_held_against_redis(void **state)
{
	struct iv_redis *r = redis_open(loop, server.url, 50, 100);
	struct waiter w = {0};

	(void)state;
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	assert_non_null(iv_redis_ask(r, ARGV(IV_S("PING")), on_answer, &w, NULL));
	server_sleep_ms(200);
	assert_true(loop_until(loop, 2000, answered, &w));
	assert_int_equal(w.code, IV_OK);
	assert_int_equal(iv_redis_stats(r).connects, 1);
	redis_shut(loop, r);
}

static void a_read_only_server_is_left_and_found_again(void **state)
{
	struct redis_server s;
	struct iv_redis *r;

	(void)state;
	server_start(&s, NULL);
	r = redis_open(loop, s.url, 1000, 100);
	assert_int_equal(ASK(r, IV_S("SET"), IV_S("a"), IV_S("1")).code, IV_OK);
	(void)server_ask(&s, "CONFIG SET replica-serve-stale-data yes");
	assert_string_equal(server_ask(&s, "REPLICAOF 127.0.0.1 1"), "OK");
	assert_int_equal(ASK(r, IV_S("SET"), IV_S("a"), IV_S("2")).code, IV_EDRAINING);
	assert_false(iv_redis_up(r));
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	assert_string_equal(server_ask(&s, "REPLICAOF NO ONE"), "OK");
	assert_int_equal(ASK(r, IV_S("SET"), IV_S("a"), IV_S("3")).code, IV_OK);
	/* A server that wants no writes just now keeps its connection. */
	(void)server_ask(&s, "CONFIG SET maxmemory 1");
	assert_int_equal(ASK(r, IV_S("SET"), IV_S("a"), IV_S("4")).code, IV_EDRAINING);
	assert_true(iv_redis_up(r));
	redis_shut(loop, r);
	server_end(&s);
}

/* ── scripts */

static enum iv_flow_next run_script(struct iv_flow *f)
{
	static struct iv_script add = {"add", "return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2]}", ""};
	struct trio *t = self(f);

	return iv_redis_script(t->r, f, &t->run, &t->arena, &add, &IV_S("sum"), 1,
			       (const struct iv_str[]){IV_S("5"), IV_S("x\0y")}, 2, &t->reply);
}

static int64_t script(struct iv_redis *r)
{
	static const struct iv_flow_step steps[] = {{"script", run_script}, {0}};
	static const struct iv_flow_type type = {"script", steps, trio_end};
	struct trio t = {.r = r};
	int64_t sum;

	iv_arena_init(&t.arena, 65536);
	iv_flow_start(&t.flow, &type, loop, 2000, NULL);
	assert_true(loop_until(loop, 2000, trio_ended, &t));
	assert_int_equal(t.code, IV_OK);
	assert_int_equal(t.reply.count, 2);
	assert_true(iv_str_eq(t.reply.items[1].s, IV_S("x\0y")));
	sum = t.reply.items[0].i;
	iv_arena_deinit(&t.arena);
	return sum;
}

static void a_script_the_server_forgot_is_told_again(void **state)
{
	struct redis_server s;
	struct iv_redis *r;

	(void)state;
	server_start(&s, NULL);
	r = redis_open(loop, s.url, 1000, 100);
	assert_int_equal(script(r), 5);
	assert_int_equal(script(r), 10);
	assert_non_null(strstr(server_ask(&s, "INFO commandstats"), "cmdstat_eval:calls=1,"));
	(void)server_ask(&s, "SCRIPT FLUSH");
	assert_int_equal(script(r), 15);
	server_kill(&s);
	assert_true(loop_until(loop, 2000, redis_is_down, r));
	server_run(&s, NULL);
	assert_true(loop_until(loop, 5500, redis_is_up, r));
	assert_int_equal(script(r), 5);
	redis_shut(loop, r);
	server_end(&s);
}

static void a_cancelled_script_is_not_told_again(void **state)
{
	static struct iv_script once = {"once", "return redis.call('INCR', 'ran')", ""};
	struct iv_redis *r = redis_open(loop, server.url, 1000, 100);
	struct waiter w = {0};
	struct iv_redis_command *c;

	(void)state;
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	(void)server_ask(&server, "DEL ran");
	(void)server_ask(&server, "SCRIPT FLUSH");
	c = iv_redis_ask_script(r, &once, NULL, 0, NULL, 0, on_answer, &w, NULL);
	assert_non_null(c);
	iv_redis_forget(c);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_OK);
	loop_for(loop, 20);
	assert_int_equal(w.calls, 0);
	assert_string_equal(server_ask(&server, "EXISTS ran"), "0");
	redis_shut(loop, r);
}

/* ── cancelling */

static void a_flow_may_be_cancelled_at_every_moment(void **state)
{
	enum { FLOWS = 400 };
	static struct trio t[FLOWS];
	struct iv_redis *r = redis_open(loop, server.url, 1000, 1000);
	unsigned seed = 7;
	int cancelled = 0, whole = 0;

	(void)state;
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	memset(t, 0, sizeof(t));
	for (int i = 0; i < FLOWS; i++) {
		t[i].r = r;
		iv_arena_init(&t[i].arena, 65536);
		iv_flow_start(&t[i].flow, &trio_type, loop, 2000, NULL);
		/* Before it is written, written, one answer in, two …: as the turns of the loop fall. */
		for (int turn = rand_r(&seed) % 9; turn > 0; turn--)
			uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
		if (i % 3 == 0)
			server_sleep_ms(1);
		iv_flow_cancel(&t[i].flow, IV_ECANCELED, "test");
		assert_int_equal(t[i].ends, 1);
		assert_null(t[i].run.command);
		iv_arena_deinit(&t[i].arena); /* a late answer must not write here */
	}
	loop_for(loop, 50);
	for (int i = 0; i < FLOWS; i++) {
		assert_int_equal(t[i].ends, 1);
		cancelled += t[i].code == IV_ECANCELED;
		whole += t[i].code == IV_OK;
	}
	assert_int_equal(cancelled + whole, FLOWS);
	assert_true(cancelled > FLOWS / 10);
	assert_int_equal(iv_redis_stats(r).pending, 0);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_OK);
	redis_shut(loop, r);
}

static void a_flow_without_a_connection_fails_in_its_step(void **state)
{
	struct trio t = {.r = redis_open(loop, "redis://127.0.0.1:1", 1000, 10)};

	(void)state;
	iv_arena_init(&t.arena, 65536);
	loop_for(loop, 50);
	iv_flow_start(&t.flow, &trio_type, loop, 2000, NULL);
	assert_int_equal(t.ends, 1);
	assert_int_equal(t.code, IV_EDRAINING);
	assert_int_equal(t.steps, 1);
	redis_shut(loop, t.r);
	iv_arena_deinit(&t.arena);
}

/* ── the greeting */

static void the_url_brings_password_and_database(void **state)
{
	char *const options[] = {(char[]){"--requirepass"}, (char[]){"p@ss:w/rd"}, NULL};
	struct redis_server s = {0};
	struct iv_redis *r;
	char url[160];

	(void)state;
	SCRATCH(s.dir, "iv_redis");
	assert_non_null(mkdtemp(s.dir));
	snprintf(s.socket, sizeof(s.socket), "%s/sock", s.dir);
	/* Ready is when it refuses: server_wait_ready wants a PONG, so the password comes afterwards. */
	server_run(&s, NULL);
	assert_string_equal(server_ask(&s, "CONFIG SET %s %s", options[0] + 2, options[1]), "OK");
	snprintf(url, sizeof(url), "unix://:p%%40ss%%3aw%%2Frd@%s?db=3", s.socket);
	r = redis_open(loop, url, 1000, 100);
	assert_int_equal(ASK(r, IV_S("SET"), IV_S("where"), IV_S("three")).code, IV_OK);
	redis_shut(loop, r);
	assert_string_equal(server_ask(&s, "AUTH %s", options[1]), "OK");
	assert_string_equal(server_ask(&s, "GET where"), "");
	assert_string_equal(server_ask(&s, "SELECT 3"), "OK");
	assert_string_equal(server_ask(&s, "GET where"), "three");
	assert_string_equal(server_ask(&s, "ACL SETUSER bob on >bobs ~* &* +@all"), "OK");
	snprintf(url, sizeof(url), "unix://bob:bobs@%s", s.socket);
	r = redis_open(loop, url, 1000, 100);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_OK);
	redis_shut(loop, r);
	snprintf(url, sizeof(url), "unix://:wrong@%s", s.socket);
	r = redis_open(loop, url, 1000, 100);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_EDRAINING);
	assert_false(iv_redis_up(r));
	redis_shut(loop, r);
	server_end(&s);
}

static int free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static void names_are_looked_up_and_tcp_works(void **state)
{
	struct redis_server s = {0};
	struct iv_redis *r;
	char url[64];

	(void)state;
	SCRATCH(s.dir, "iv_redis");
	assert_non_null(mkdtemp(s.dir));
	snprintf(s.socket, sizeof(s.socket), "%s/sock", s.dir);
	s.port = free_port();
	server_run(&s, NULL);
	snprintf(url, sizeof(url), "redis://localhost:%d/1", s.port);
	r = redis_open(loop, url, 1000, 100);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_OK);
	redis_shut(loop, r);
	server_end(&s);
	r = redis_open(loop, "redis://no.such.host.invalid", 1000, 100);
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_EDRAINING);
	redis_shut(loop, r);
	/* Closing while the lookup flies. */
	r = redis_open(loop, "redis://other.host.invalid", 1000, 100);
	uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
	redis_shut(loop, r);
}

/* ── peers that are no Redis */

struct peer {
	pid_t pid;
	int port;
	char url[64];
};

enum peer_does { PEER_SAYS, PEER_SAYS_AFTER_PING, PEER_RESETS, PEER_IS_SILENT, PEER_CLOSES };

static void peer_serve(int listener, enum peer_does what, const char *says, size_t len)
{
	char in[4096];

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		struct linger hard = {1, 0};

		if (what == PEER_SAYS)
			(void)!write(fd, says, len);
		if (what != PEER_CLOSES && what != PEER_IS_SILENT)
			(void)!read(fd, in, sizeof(in));
		if (what == PEER_SAYS_AFTER_PING) {
			(void)!write(fd, "+PONG\r\n", 7);
			(void)!read(fd, in, sizeof(in));
			(void)!write(fd, says, len);
		}
		if (what == PEER_RESETS)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		if (what == PEER_SAYS || what == PEER_SAYS_AFTER_PING || what == PEER_IS_SILENT)
			server_sleep_ms(3000);
		close(fd);
	}
}

static struct peer peer_start(enum peer_does what, const char *says, size_t len)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t alen = sizeof(a);
	struct peer p = {0};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &alen), 0);
	p.port = ntohs(a.sin_port);
	snprintf(p.url, sizeof(p.url), "redis://127.0.0.1:%d", p.port);
	p.pid = fork();
	if (p.pid == 0) {
		server_child();
		peer_serve(fd, what, says, len);
		_exit(0);
	}
	close(fd);
	return p;
}

static void peer_end(struct peer *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
}

static void a_refused_connection_is_noticed_and_tried_again(void **state)
{
	struct iv_redis_opts o = {.url = "redis://127.0.0.1:1", .connect_ms = 5000, .command_ms = 5000, .pending_max = 9};
	struct iv_redis *r = iv_redis_new(loop, &o, NULL);
	int64_t t0 = iv_now_us();
	struct waiter w;

	(void)state;
	w = ASK(r, IV_S("PING"));
	assert_int_equal(w.code, IV_EDRAINING);
	assert_true(iv_now_us() - t0 < 1000000);
	redis_shut(loop, r);
}

static void peers_that_talk_nonsense_are_errors_and_nothing_else(void **state)
{
#define SAYS(text) text, sizeof(text) - 1
	static const struct {
		enum peer_does what;
		const char *says;
		size_t len;
	} cases[] = {
		{PEER_SAYS, SAYS("HTTP/1.1 400 Bad Request\r\n\r\n")},
		{PEER_SAYS, SAYS("+OK\r\n+OK\r\n+OK\r\n+OK\r\n")}, /* hiredis's own layer aborts here */
		{PEER_SAYS, SAYS("-ERR max number of clients reached\r\n")},
		{PEER_SAYS, SAYS("\0\0\0\0")},
		{PEER_SAYS_AFTER_PING, SAYS("+OK\r\n:2\r\n$3\r\nabc\r\n")},
		{PEER_SAYS_AFTER_PING, SAYS("$-5\r\n")},
		{PEER_SAYS_AFTER_PING, SAYS("$99999999999999999999\r\n")},
		{PEER_SAYS_AFTER_PING, SAYS(":12x\r\n")},
		{PEER_SAYS_AFTER_PING, SAYS("*-7\r\n")},
		{PEER_SAYS_AFTER_PING,
		 SAYS("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")},
		{PEER_RESETS, NULL, 0},
		{PEER_CLOSES, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++) {
		struct peer p = peer_start(cases[i].what, cases[i].says, cases[i].len);
		struct iv_redis *r = redis_open(loop, p.url, 300, 100);
		struct waiter w = ASK(r, IV_S("GET"), IV_S("x"));

		/* The first case after a PONG is an answer to us; what follows it is not. */
		if (cases[i].what == PEER_SAYS_AFTER_PING && cases[i].says[0] == '+')
			assert_int_equal(w.code, IV_OK);
		else if (w.code != IV_ETOOBIG) /* too deep: hiredis 1.x leaves that to us */
			assert_int_equal(w.code, IV_EDRAINING);
		loop_for(loop, 30);
		if (w.code != IV_ETOOBIG && iv_redis_up(r))
			fail_msg("case %zu: still up", i);
		redis_shut(loop, r);
		peer_end(&p);
	}
}

static void a_peer_that_accepts_and_is_silent_is_left_after_connect_ms(void **state)
{
	struct peer p = peer_start(PEER_IS_SILENT, NULL, 0);
	struct iv_redis_opts o = {.url = p.url, .connect_ms = 200, .command_ms = 5000, .pending_max = 9};
	struct iv_redis *r = iv_redis_new(loop, &o, NULL);
	int64_t t0 = iv_now_us();

	(void)state;
	assert_int_equal(ASK(r, IV_S("PING")).code, IV_EDRAINING);
	assert_in_range((iv_now_us() - t0) / 1000, 200, 400);
	redis_shut(loop, r);
	peer_end(&p);
}

/* ── the end */

struct closer {
	struct iv_redis *r;
	bool closed;
	int answers;
};

static void close_inside(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct closer *c = arg;

	(void)reply;
	(void)err;
	if (c->answers++ == 0)
		iv_redis_close(c->r, set_true, &c->closed);
}

static void it_may_be_closed_inside_an_answer(void **state)
{
	struct closer c = {.r = redis_open(loop, server.url, 1000, 100)};
	struct iv_err e = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_non_null(iv_redis_ask(c.r, ARGV(IV_S("PING")), close_inside, &c, NULL));
	assert_true(loop_until(loop, 2000, is_true, &c.closed));
	assert_int_equal(c.answers, 5); /* what was asked before gets its answer */
	(void)e;
}

static void it_may_be_closed_when_all_waiters_fail(void **state)
{
	struct redis_server s;
	struct closer c = {0};

	(void)state;
	server_start(&s, NULL);
	c.r = redis_open(loop, s.url, 2000, 100);
	assert_true(loop_until(loop, 2000, redis_is_up, c.r));
	kill(s.pid, SIGSTOP);
	for (int i = 0; i < 5; i++)
		assert_non_null(iv_redis_ask(c.r, ARGV(IV_S("PING")), close_inside, &c, NULL));
	loop_for(loop, 10);
	server_kill(&s);
	assert_true(loop_until(loop, 2000, is_true, &c.closed));
	assert_int_equal(c.answers, 5);
	server_end(&s);
}

static void closing_over_a_silent_server_ends_at_the_deadline(void **state)
{
	struct redis_server s;
	struct iv_redis *r;
	struct waiter w = {0};
	bool closed = false;
	int64_t t0;
	struct iv_err e = {0};

	(void)state;
	server_start(&s, NULL);
	r = redis_open(loop, s.url, 200, 100);
	assert_true(loop_until(loop, 2000, redis_is_up, r));
	kill(s.pid, SIGSTOP);
	assert_non_null(iv_redis_ask(r, ARGV(IV_S("PING")), on_answer, &w, NULL));
	t0 = iv_now_us();
	iv_redis_close(r, set_true, &closed);
	assert_null(iv_redis_ask(r, ARGV(IV_S("PING")), on_answer, &w, &e));
	assert_int_equal(e.code, IV_EDRAINING);
	assert_true(loop_until(loop, 2000, is_true, &closed));
	assert_in_range((iv_now_us() - t0) / 1000, 150, 300);
	assert_int_equal(w.calls, 1);
	server_end(&s);
}

/* ── URLs */

static void a_url_is_taken_apart(void **state)
{
	struct iv_redis_target t;

	(void)state;
	assert_true(iv_redis_url_parse(IV_S("redis://h"), &t, NULL));
	assert_string_equal(t.host, "h");
	assert_int_equal(t.port, 6379);
	assert_int_equal(t.db, 0);
	assert_string_equal(t.password, "");
	assert_true(iv_redis_url_parse(IV_S("rediss://u%3A:p%25@x-1.example:7000/12"), &t, NULL));
	assert_true(t.tls);
	assert_string_equal(t.user, "u:");
	assert_string_equal(t.password, "p%");
	assert_string_equal(t.host, "x-1.example");
	assert_int_equal(t.port, 7000);
	assert_int_equal(t.db, 12);
	assert_string_equal(t.shown, "x-1.example:7000");
	assert_true(iv_redis_url_parse(IV_S("redis://secret@[::1]:6380/"), &t, NULL));
	assert_string_equal(t.host, "::1");
	assert_string_equal(t.password, "secret");
	assert_string_equal(t.shown, "[::1]:6380");
	assert_true(iv_redis_url_parse(IV_S("redis://:a@b@h:1"), &t, NULL));
	assert_string_equal(t.password, "a@b");
	assert_true(iv_redis_url_parse(IV_S("unix:///run/r.sock"), &t, NULL));
	assert_true(t.local);
	assert_string_equal(t.path, "/run/r.sock");
	assert_true(iv_redis_url_parse(IV_S("unix://u:p@/run/r.sock?db=4"), &t, NULL));
	assert_string_equal(t.user, "u");
	assert_string_equal(t.shown, "/run/r.sock");
	assert_int_equal(t.db, 4);
}

static void a_bad_url_is_refused_by_its_part_and_never_shown(void **state)
{
	static const char *const bad[][2] = {
		{"", "start with"},
		{"http://h", "start with"},
		{"redis://", "host"},
		{"redis://:hunter2@", "host"},
		{"redis://h:0", "port"},
		{"redis://h:65536", "port"},
		{"redis://h:12a", "port"},
		{"redis://h:", "port"},
		{"redis://h:hunter2@", "host"},
		{"redis://u:@h", "password"},
		{"redis://:hunter2%0@h", "password"},
		{"redis://:hunter2%00@h", "password"},
		{"redis://:%@h", "password"},
		{"redis://h/x", "database"},
		{"redis://h/-1", "database"},
		{"redis://h/1/2", "database"},
		{"redis://h/0?x=1", "parameters"},
		{"redis://h o", "blanks"},
		{"redis://h!", "host"},
		{"redis://[::1", "closed"},
		{"redis://[::g]", "host"},
		{"redis://[::1]6379", "port"},
		{"unix://run/r.sock", "path"},
		{"unix://", "path"},
		{"unix:///", "path"},
		{"unix:///r?x=1", "db="},
		{"unix:///r?db=", "db="},
		{"unix:///r?db=a", "database"},
	};
	char longest[2048];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		struct iv_redis_target t;
		struct iv_err e = {0};

		if (iv_redis_url_parse(iv_str(bad[i][0]), &t, &e))
			fail_msg("%s is taken", bad[i][0]);
		assert_int_equal(e.code, IV_EINVAL);
		if (!strstr(e.msg, bad[i][1]) || strstr(e.msg, "hunter2"))
			fail_msg("%s: %s", bad[i][0], e.msg);
	}
	for (size_t n = 1; n < 1500; n += 7) {
		struct iv_redis_target t;
		int head = snprintf(longest, sizeof(longest), n % 2 ? "redis://:p@" : "unix:///");

		memset(longest + head, 'a', n);
		(void)!iv_redis_url_parse((struct iv_str){longest, (size_t)head + n}, &t, NULL);
		head = snprintf(longest, sizeof(longest), "redis://:");
		memset(longest + head, 'a', n);
		memcpy(longest + head + n, "@h", 2);
		(void)!iv_redis_url_parse((struct iv_str){longest, (size_t)head + n + 2}, &t, NULL);
	}
}

static void tls_is_refused_clearly_by_a_hiredis_without_it(void **state)
{
	struct iv_redis_opts o = {.url = "rediss://:hunter2@h", .connect_ms = 1, .command_ms = 1, .pending_max = 1};
	struct iv_err e = {0};
	struct iv_redis *r = iv_redis_new(loop, &o, &e);

	(void)state;
	if (r) { /* built with TLS */
		redis_shut(loop, r);
		skip();
	}
	assert_int_equal(e.code, IV_EINVAL);
	assert_non_null(strstr(e.msg, "rediss://"));
	assert_non_null(strstr(e.msg, "hiredis 1.0"));
	assert_null(strstr(e.msg, "hunter2"));
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
		cmocka_unit_test(a_url_is_taken_apart),
		cmocka_unit_test(a_bad_url_is_refused_by_its_part_and_never_shown),
		cmocka_unit_test(tls_is_refused_clearly_by_a_hiredis_without_it),
		cmocka_unit_test(every_kind_of_answer_is_copied),
		cmocka_unit_test(a_list_lies_in_the_arena_of_the_flow),
		cmocka_unit_test(an_answer_that_does_not_fit_the_arena_is_too_big),
		cmocka_unit_test(a_refused_command_says_so_and_the_connection_lives),
		cmocka_unit_test(a_thousand_pipelined_commands_are_answered_in_order),
		cmocka_unit_test(an_answer_of_a_megabyte_comes_in_pieces),
		cmocka_unit_test(commands_issued_before_the_first_connection_wait_for_it),
		cmocka_unit_test(what_nobody_waits_for_is_done_all_the_same),
		cmocka_unit_test(a_full_queue_refuses_at_once),
		cmocka_unit_test(kill_minus_nine_gives_each_waiter_one_error_and_it_recovers),
		cmocka_unit_test(a_stopped_server_meets_the_deadline_and_holds_up_nothing),
		cmocka_unit_test(our_own_sleep_is_not_held_against_redis),
		cmocka_unit_test(a_read_only_server_is_left_and_found_again),
		cmocka_unit_test(a_script_the_server_forgot_is_told_again),
		cmocka_unit_test(a_cancelled_script_is_not_told_again),
		cmocka_unit_test(a_flow_may_be_cancelled_at_every_moment),
		cmocka_unit_test(a_flow_without_a_connection_fails_in_its_step),
		cmocka_unit_test(the_url_brings_password_and_database),
		cmocka_unit_test(names_are_looked_up_and_tcp_works),
		cmocka_unit_test(a_refused_connection_is_noticed_and_tried_again),
		cmocka_unit_test(peers_that_talk_nonsense_are_errors_and_nothing_else),
		cmocka_unit_test(a_peer_that_accepts_and_is_silent_is_left_after_connect_ms),
		cmocka_unit_test(it_may_be_closed_inside_an_answer),
		cmocka_unit_test(it_may_be_closed_when_all_waiters_fail),
		cmocka_unit_test(closing_over_a_silent_server_ends_at_the_deadline),
	};
	return cmocka_run_group_tests(tests, start, end);
}
