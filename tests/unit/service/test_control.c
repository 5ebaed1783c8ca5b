/* Two instances in one program: who owns a call, and commands that reach it. */
#include "../store/redis_server.h"
#include "iv_control.h"

static struct iv_loop *loop;
static struct redis_server server;

#define LEASE_MS 1200

/* ── an instance, and what its handlers were told */
struct instance {
	struct iv_redis *r;
	struct iv_control *c;
	int says, mutes;
	char heard[256];
	struct iv_control_request *kept; /* answered later */
	bool keep;
	enum iv_code refuse;
};

static void on_say(void *arg, struct iv_control_request *rq)
{
	struct instance *in = arg;
	char json[400];

	in->says++;
	snprintf(in->heard, sizeof(in->heard), "%.*s %.*s", IV_FMT(rq->call_id), IV_FMT(rq->args));
	if (in->keep) {
		in->kept = rq;
		return;
	}
	if (in->refuse != IV_OK) {
		iv_control_answer(rq, in->refuse, IV_S("the call is \"on hold\""));
		return;
	}
	snprintf(json, sizeof(json), "{\"said\":%d}", in->says);
	iv_control_answer(rq, IV_OK, iv_str(json));
}

static void on_mute(void *arg, struct iv_control_request *rq)
{
	struct instance *in = arg;

	in->mutes++;
	iv_control_answer(rq, IV_OK, IV_S(""));
}

static void instance_open(struct instance *in, const char *name)
{
	struct iv_control_opts o = {.instance_id = name, .lease_ms = LEASE_MS, .waiting_max = 50};

	*in = (struct instance){.r = redis_open(loop, server.url, 500, 10000)};
	in->c = iv_control_new(loop, in->r, &o);
	iv_control_handle(in->c, "say", on_say, in);
	iv_control_handle(in->c, "mute", on_mute, in);
}

static void instance_close(struct instance *in)
{
	iv_control_free(in->c);
	redis_shut(loop, in->r);
}

/* Both listen. */
static bool both_listen(void *arg)
{
	(void)arg;
	return strtol(server_ask(&server, "PUBLISH control:ins_a {}"), NULL, 10) == 1 &&
	       strtol(server_ask(&server, "PUBLISH control:ins_b {}"), NULL, 10) == 1;
}

static void pair_open(struct instance *a, struct instance *b)
{
	instance_open(a, "ins_a");
	instance_open(b, "ins_b");
	assert_true(loop_until(loop, 6000, both_listen, a));
}

/* ── asking */
struct asker {
	struct iv_flow flow;
	struct instance *in;
	struct iv_control_run run;
	struct iv_arena arena;
	const char *call, *verb;
	struct iv_str args, answer;
	int timeout_ms, ends;
	bool owner_only;
	enum iv_code code;
	char msg[192];
};

static enum iv_flow_next send_it(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	if (a->owner_only)
		return iv_control_owner(a->in->c, f, &a->run, &a->arena, iv_str(a->call), &a->answer);
	return iv_control_send(a->in->c, f, &a->run, &a->arena, iv_str(a->call), iv_str(a->verb), a->args, a->timeout_ms,
			       &a->answer);
}

static void on_end(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	a->ends++;
	a->code = f->err.code;
	snprintf(a->msg, sizeof(a->msg), "%s", f->err.msg);
}

static const struct iv_flow_step steps[] = {{"send", send_it}, {0}};
static const struct iv_flow_type type = {"ask", steps, on_end};

static bool ended(void *arg)
{
	return ((struct asker *)arg)->ends > 0;
}

static void ask_start(struct asker *a, struct instance *in, const char *call, const char *verb, const char *args)
{
	*a = (struct asker){.in = in, .call = call, .verb = verb, .args = iv_str(args), .timeout_ms = 1000};
	iv_arena_init(&a->arena, 1 << 20);
	iv_flow_start(&a->flow, &type, loop, 5000, NULL);
}

static void ask_end(struct asker *a)
{
	assert_true(loop_until(loop, 5000, ended, a));
	assert_int_equal(a->ends, 1);
	assert_null(a->run.wait);
}

/* "answer", or "code: message". */
static const char *ask(struct instance *in, const char *call, const char *verb, const char *args)
{
	static char out[512];
	struct asker a;

	ask_start(&a, in, call, verb, args);
	ask_end(&a);
	if (a.code == IV_OK)
		snprintf(out, sizeof(out), "%.*s", IV_FMT(a.answer));
	else
		snprintf(out, sizeof(out), "%s: %s", iv_code_info(a.code)->name, a.msg);
	iv_arena_deinit(&a.arena);
	return out;
}

static const char *owner(struct instance *in, const char *call)
{
	static char out[64];
	struct asker a = {.in = in, .call = call, .owner_only = true};

	iv_arena_init(&a.arena, 65536);
	iv_flow_start(&a.flow, &type, loop, 5000, NULL);
	ask_end(&a);
	assert_int_equal(a.code, IV_OK);
	snprintf(out, sizeof(out), "%.*s", IV_FMT(a.answer));
	iv_arena_deinit(&a.arena);
	return out;
}

/* ── commands */

static void a_command_reaches_the_instance_that_owns_the_call(void **state)
{
	struct instance a, b;

	(void)state;
	pair_open(&a, &b);
	iv_control_own(b.c, IV_S("ten_1/call_1"));
	loop_for(loop, 20);
	assert_string_equal(ask(&a, "ten_1/call_1", "say", "{\"text\":\"good \\\"day\\\" ü\"}"), "{\"said\":1}");
	assert_string_equal(b.heard, "ten_1/call_1 {\"text\":\"good \\\"day\\\" ü\"}");
	assert_int_equal(a.says, 0);
	assert_string_equal(ask(&a, "ten_1/call_1", "mute", ""), "");
	assert_int_equal(b.mutes, 1);
	assert_string_equal(ask(&a, "ten_1/call_1", "dance", ""),
			    "not_supported: this instance knows no such command");
	b.refuse = IV_ECONFLICT;
	assert_string_equal(ask(&a, "ten_1/call_1", "say", "{}"), "conflict: the call is \"on hold\"");
	instance_close(&a);
	instance_close(&b);
}

static void the_call_of_this_instance_needs_no_redis(void **state)
{
	struct instance a;
	struct asker q;

	(void)state;
	instance_open(&a, "ins_a");
	iv_control_own(a.c, IV_S("call_1"));
	assert_true(iv_control_owns(a.c, IV_S("call_1")));
	loop_for(loop, 50);
	server_kill(&server);
	assert_true(loop_until(loop, 2000, redis_is_down, a.r));
	ask_start(&q, &a, "call_1", "say", "1");
	assert_int_equal(a.says, 0); /* not inside the step */
	ask_end(&q);
	assert_int_equal(q.code, IV_OK);
	assert_true(iv_str_eq(q.answer, IV_S("{\"said\":1}")));
	iv_arena_deinit(&q.arena);
	assert_string_equal(owner(&a, "call_1"), "ins_a");
	assert_string_equal(ask(&a, "call_2", "say", "1"), "service_unavailable: redis: no connection");
	a.refuse = IV_EGONE;
	assert_string_equal(ask(&a, "call_1", "say", "1"), "call_ended: the call is \"on hold\"");
	server_run(&server, NULL);
	instance_close(&a);
}

static void answers_may_come_late_and_out_of_turn(void **state)
{
	struct instance a, b;
	struct asker first, second;

	(void)state;
	pair_open(&a, &b);
	iv_control_own(b.c, IV_S("call_1"));
	b.keep = true;
	loop_for(loop, 20);
	ask_start(&first, &a, "call_1", "say", "1");
	loop_for(loop, 50);
	assert_non_null(b.kept);
	assert_int_equal(first.ends, 0);
	ask_start(&second, &a, "call_1", "mute", "");
	ask_end(&second);
	assert_int_equal(second.code, IV_OK);
	assert_true(iv_str_eq(b.kept->args, IV_S("1")));
	iv_control_answer(b.kept, IV_OK, IV_S("[\"late\"]"));
	ask_end(&first);
	assert_true(iv_str_eq(first.answer, IV_S("[\"late\"]")));
	iv_arena_deinit(&first.arena);
	iv_arena_deinit(&second.arena);
	instance_close(&a);
	instance_close(&b);
}

static void no_answer_in_time_is_a_timeout_and_a_late_one_finds_nobody(void **state)
{
	struct instance a, b;
	struct asker q;
	int64_t t0;

	(void)state;
	pair_open(&a, &b);
	iv_control_own(b.c, IV_S("call_1"));
	b.keep = true;
	loop_for(loop, 20);
	q = (struct asker){.in = &a, .call = "call_1", .verb = "say", .timeout_ms = 200};
	iv_arena_init(&q.arena, 65536);
	t0 = iv_now_us();
	iv_flow_start(&q.flow, &type, loop, 5000, NULL);
	ask_end(&q);
	assert_int_equal(q.code, IV_ETIMEDOUT);
	assert_in_range((iv_now_us() - t0) / 1000, 200, 3000);
	iv_control_answer(b.kept, IV_OK, IV_S("1"));
	loop_for(loop, 50);
	assert_int_equal(q.ends, 1);
	iv_arena_deinit(&q.arena);
	instance_close(&a);
	instance_close(&b);
}

static void a_call_without_an_owner_or_with_a_dead_one_says_so(void **state)
{
	struct instance a, b;
	int64_t t0;

	(void)state;
	pair_open(&a, &b);
	assert_string_equal(ask(&a, "nobodys", "say", "1"), "conflict: the call is not live");
	assert_string_equal(owner(&a, "nobodys"), "");
	(void)server_ask(&server, "SET call:orphan:owner ins_dead PX 60000");
	t0 = iv_now_us();
	assert_string_equal(ask(&a, "orphan", "say", "1"),
			    "service_unavailable: the instance that had the call is gone");
	assert_true(iv_now_us() - t0 < 500000); /* without waiting for the timeout */
	assert_string_equal(owner(&a, "orphan"), "ins_dead");
	/* A lease in our name of a call that we do not have (any more). */
	(void)server_ask(&server, "SET call:mine:owner ins_a PX 60000");
	assert_string_equal(ask(&a, "mine", "say", "1"), "conflict: the call is not live");
	instance_close(&a);
	instance_close(&b);
}

static void sizes_have_limits(void **state)
{
	struct instance a, b;
	char *big = malloc(70001), name[300];
	struct asker q[60];

	(void)state;
	memset(big, 'x', 70000);
	big[70000] = '\0';
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	pair_open(&a, &b);
	iv_control_own(b.c, IV_S("call_1"));
	iv_control_own(b.c, iv_str(name)); /* too long: nobody's */
	loop_for(loop, 20);
	assert_string_equal(ask(&a, "call_1", "say", big), "too_large: the arguments have more than 64 KiB");
	big[65536] = '\0';
	memset(big, '\001', 65536); /* the worst to escape */
	assert_string_equal(ask(&a, "call_1", "mute", big), "");
	assert_int_equal(b.mutes, 1);
	assert_memory_equal(ask(&a, name, "say", ""), "bad_request", 11);
	assert_memory_equal(ask(&a, "", "say", ""), "bad_request", 11);
	assert_memory_equal(ask(&a, "call_1", "", ""), "bad_request", 11);
	b.keep = true;
	ask_start(&q[0], &a, "call_1", "say", "");
	loop_for(loop, 50);
	memset(big, 'y', 70000);
	iv_control_answer(b.kept, IV_OK, iv_str(big));
	ask_end(&q[0]);
	assert_int_equal(q[0].code, IV_ETOOBIG);
	iv_arena_deinit(&q[0].arena);
	/* At most 50 wait. */
	for (int i = 0; i < 60; i++)
		ask_start(&q[i], &a, "call_1", "say", "");
	for (int i = 0; i < 60; i++) {
		assert_int_equal(q[i].ends, i >= 50);
		iv_flow_cancel(&q[i].flow, IV_ECANCELED, "test");
		assert_int_equal(q[i].code, i >= 50 ? IV_EDRAINING : IV_ECANCELED);
		iv_arena_deinit(&q[i].arena);
	}
	loop_for(loop, 50);
	free(big);
	b.kept = NULL; /* the others are never answered: dropped with the instance */
	instance_close(&a);
	instance_close(&b);
}

static void askers_may_be_cancelled_at_every_moment(void **state)
{
	struct instance a, b;

	(void)state;
	pair_open(&a, &b);
	iv_control_own(a.c, IV_S("own"));
	iv_control_own(b.c, IV_S("other"));
	loop_for(loop, 20);
	for (int i = 0; i < 120; i++) {
		struct asker q;

		ask_start(&q, &a, i % 2 ? "own" : "other", "say", "1");
		for (int turn = 0; turn < i % 13; turn++)
			uv_run(iv_loop_uv(loop), UV_RUN_NOWAIT);
		iv_flow_cancel(&q.flow, IV_ECANCELED, "test");
		assert_int_equal(q.ends, 1);
		iv_arena_deinit(&q.arena);
	}
	loop_for(loop, 50);
	assert_memory_equal(ask(&a, "other", "mute", ""), "", 1);
	instance_close(&a);
	instance_close(&b);
}

static void nonsense_on_the_channel_is_ignored(void **state)
{
	static const char *const nonsense[] = {
		"", "x", "[]", "{\"re\":\"1\"}", "{\"re\":5}", "{\"id\":\"1\",\"from\":\"\",\"call\":\"c\",\"verb\":\"say\"}",
		"{\"id\":\"1\",\"from\":\"ins_b\",\"call\":\"c\",\"verb\":\"say\"}",
		"{\"id\":\"1\",\"from\":\"ins_b\",\"call\":\"c\",\"verb\":\"say\",\"until\":\"never\"}",
		"{\"re\":\"77\",\"code\":\"ok\",\"text\":\"t\"}",
		/* asked a minute ago */
		"{\"id\":\"1\",\"from\":\"ins_b\",\"call\":\"c\",\"verb\":\"say\",\"args\":\"\",\"until\":1000}",
	};
	struct instance a, b;

	(void)state;
	pair_open(&a, &b);
	for (size_t i = 0; i < IV_COUNT(nonsense); i++)
		assert_string_equal(server_ask(&server, "PUBLISH control:ins_a %s", nonsense[i]), "1");
	loop_for(loop, 50);
	assert_int_equal(a.says, 0);
	iv_control_own(a.c, IV_S("call_1"));
	loop_for(loop, 20);
	assert_string_equal(ask(&b, "call_1", "say", "1"), "{\"said\":1}");
	instance_close(&a);
	instance_close(&b);
}

/* From a Redis that stood still and then works off what it had: the asker was told of a timeout long ago. */
static void a_command_that_comes_too_late_is_not_done(void **state)
{
	struct instance a, b;
	char text[256];

	(void)state;
	pair_open(&a, &b);
	for (int late_s = 1; late_s <= 4; late_s += 3) { /* clocks may differ by two seconds */
		snprintf(text, sizeof(text),
			 "{\"id\":\"1\",\"from\":\"ins_b\",\"call\":\"c\",\"verb\":\"say\",\"args\":\"\",\"until\":%lld}",
			 (long long)iv_wall_ms() - late_s * 1000);
		assert_string_equal(server_ask(&server, "PUBLISH control:ins_a %s", text), "1");
	}
	loop_for(loop, 50);
	assert_int_equal(a.says, 1);
	instance_close(&a);
	instance_close(&b);
}

/* ── ownership */

static void a_lease_is_renewed_while_it_is_held_and_gone_soon_after(void **state)
{
	enum { CALLS = 500 };
	struct instance a;
	char name[32];

	(void)state;
	instance_open(&a, "ins_a");
	for (int i = 0; i < CALLS; i++) {
		snprintf(name, sizeof(name), "lease_%d", i);
		iv_control_own(a.c, iv_str(name));
	}
	for (int check = 0; check < 3; check++) {
		loop_for(loop, LEASE_MS * 2 / 3);
		for (int i = 0; i < CALLS; i++) {
			snprintf(name, sizeof(name), "call:lease_%d:owner", i);
			if (server_number(&server, "PTTL", name) < LEASE_MS / 3)
				fail_msg("%s has %ld ms left", name, server_number(&server, "PTTL", name));
		}
	}
	iv_control_disown(a.c, IV_S("lease_0"));
	assert_false(iv_control_owns(a.c, IV_S("lease_0")));
	iv_control_disown(a.c, IV_S("never"));
	loop_for(loop, 20);
	assert_string_equal(server_ask(&server, "EXISTS call:lease_0:owner"), "0");
	assert_string_equal(server_ask(&server, "GET call:lease_1:owner"), "ins_a");
	instance_close(&a); /* gives up the others */
	assert_string_equal(server_ask(&server, "EXISTS call:lease_1:owner call:lease_499:owner"), "0");
}

static void the_last_to_take_a_call_owns_it(void **state)
{
	struct instance a, b;

	(void)state;
	pair_open(&a, &b);
	iv_control_own(a.c, IV_S("moves"));
	loop_for(loop, 20);
	assert_string_equal(owner(&b, "moves"), "ins_a");
	iv_control_own(b.c, IV_S("moves"));
	loop_for(loop, LEASE_MS); /* the first one's renewals do not take it back */
	assert_string_equal(server_ask(&server, "GET call:moves:owner"), "ins_b");
	assert_false(iv_control_owns(a.c, IV_S("moves"))); /* and it has learnt of it */
	assert_true(iv_control_owns(b.c, IV_S("moves")));
	assert_string_equal(ask(&a, "moves", "say", "1"), "{\"said\":1}");
	iv_control_disown(a.c, IV_S("moves"));
	loop_for(loop, 20);
	assert_string_equal(server_ask(&server, "GET call:moves:owner"), "ins_b");
	iv_control_own(a.c, IV_S("moves")); /* and back */
	loop_for(loop, 20);
	assert_string_equal(owner(&a, "moves"), "ins_a");
	instance_close(&a);
	instance_close(&b);
}

static void owners_say_so_again_to_a_redis_that_forgot(void **state)
{
	struct instance a, b;

	(void)state;
	pair_open(&a, &b);
	iv_control_own(a.c, IV_S("kept"));
	loop_for(loop, 20);
	server_kill(&server);
	assert_true(loop_until(loop, 2000, redis_is_down, a.r));
	iv_control_own(a.c, IV_S("made_meanwhile"));
	server_run(&server, NULL);
	assert_true(loop_until(loop, 6000, both_listen, &a));
	loop_for(loop, LEASE_MS / 2);
	assert_string_equal(server_ask(&server, "GET call:kept:owner"), "ins_a");
	assert_string_equal(server_ask(&server, "GET call:made_meanwhile:owner"), "ins_a");
	assert_string_equal(ask(&b, "kept", "say", "1"), "{\"said\":1}");
	instance_close(&a);
	instance_close(&b);
}

static void stopping_fails_those_who_wait(void **state)
{
	struct instance a, b;
	struct asker q;

	(void)state;
	pair_open(&a, &b);
	iv_control_own(b.c, IV_S("call_1"));
	b.keep = true;
	loop_for(loop, 20);
	ask_start(&q, &a, "call_1", "say", "1");
	loop_for(loop, 50);
	instance_close(&a);
	assert_int_equal(q.ends, 1);
	assert_int_equal(q.code, IV_EDRAINING);
	iv_arena_deinit(&q.arena);
	instance_close(&b);
	iv_control_answer(b.kept, IV_OK, IV_S("1")); /* nobody hears it */
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
		cmocka_unit_test(a_command_reaches_the_instance_that_owns_the_call),
		cmocka_unit_test(the_call_of_this_instance_needs_no_redis),
		cmocka_unit_test(answers_may_come_late_and_out_of_turn),
		cmocka_unit_test(no_answer_in_time_is_a_timeout_and_a_late_one_finds_nobody),
		cmocka_unit_test(a_call_without_an_owner_or_with_a_dead_one_says_so),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(askers_may_be_cancelled_at_every_moment),
		cmocka_unit_test(nonsense_on_the_channel_is_ignored),
		cmocka_unit_test(a_command_that_comes_too_late_is_not_done),
		cmocka_unit_test(a_lease_is_renewed_while_it_is_held_and_gone_soon_after),
		cmocka_unit_test(the_last_to_take_a_call_owns_it),
		cmocka_unit_test(owners_say_so_again_to_a_redis_that_forgot),
		cmocka_unit_test(stopping_fails_those_who_wait),
	};
	return cmocka_run_group_tests(tests, start, end);
}
