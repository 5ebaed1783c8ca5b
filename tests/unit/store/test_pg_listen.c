/* pg_listen.c: wake-ups from a real server, across everything that can happen to the connection. */
#include "pg_rig.h"

struct heard {
	int gaps, notes;
	char last[64];
	struct rig *close;      /* closes the pool on the first note */
	bool closed;
};

static void hear(void *arg, struct iv_str payload)
{
	struct heard *h = arg;

	if (payload.len == 0) {
		h->gaps++;
		return;
	}
	h->notes++;
	(void)iv_str_copy(h->last, sizeof(h->last), payload);
	if (h->close)
		iv_pg_close(h->close->pg, set_true, &h->closed);
}

static bool has_gap(void *arg)
{
	return ((struct heard *)arg)->gaps > 0;
}

static bool has_note(void *arg)
{
	return ((struct heard *)arg)->notes > 0;
}

static void a_note_arrives_with_its_payload(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_notify_in in = {IV_S("work"), IV_S("call_1 ended – ☎")};
	struct heard h = {0};

	iv_pg_listen(r.pg, "work", hear, &h);
	assert_true(loop_until(r.loop, 5000, has_gap, &h));
	ask_ok(&r, "t", &iv_sql_t_notify, &in);
	assert_true(loop_until(r.loop, 5000, has_note, &h));
	assert_string_equal(h.last, "call_1 ended – ☎");
	assert_true(h.gaps == 1 && h.notes == 1);
	rig_close(&r);
}

static void channels_of_any_name_are_told_apart(void **state)
{
	static const char *const names[] = {"work", "Work", "we\"ird; name", "späte", "later"};

	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct heard h[5] = {{0}};

	for (int i = 0; i < 4; i++)
		iv_pg_listen(r.pg, names[i], hear, &h[i]);
	assert_true(loop_until(r.loop, 5000, has_gap, &h[3]));
	iv_pg_listen(r.pg, names[4], hear, &h[4]); /* on the connection that is there */
	assert_true(loop_until(r.loop, 5000, has_gap, &h[4]));
	for (int i = 0; i < 5; i++) {
		struct iv_t_notify_in in = {iv_str(names[i]), iv_str(names[i])};
		ask_ok(&r, "t", &iv_sql_t_notify, &in);
		assert_true(loop_until(r.loop, 5000, has_note, &h[i]));
	}
	for (int i = 0; i < 5; i++) {
		assert_true(h[i].gaps == 1 && h[i].notes == 1);
		assert_string_equal(h[i].last, names[i]);
	}
	assert_int_equal(server_number(&server, "select count(*) from pg_stat_activity where usename = 'test_app'"), 2);
	rig_close(&r);
}

static void a_note_of_a_batch_that_failed_never_arrives(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_notify_in lost = {IV_S("work"), IV_S("lost")}, kept = {IV_S("work"), IV_S("kept")};
	struct heard h = {0};
	struct ask a;

	iv_pg_listen(r.pg, "work", hear, &h);
	assert_true(loop_until(r.loop, 5000, has_gap, &h));
	ask_init(&a, r.pg, "t");
	ask_add(&a, &iv_sql_t_notify, &lost);
	ask_add(&a, &iv_sql_t_broken, NULL);
	ask_start(r.loop, &a, 60000);
	assert_true(loop_until(r.loop, 5000, ask_ended, &a));
	ask_deinit(&a);
	ask_ok(&r, "t", &iv_sql_t_notify, &kept);
	assert_true(loop_until(r.loop, 5000, has_note, &h));
	assert_true(h.notes == 1 && strcmp(h.last, "kept") == 0);
	rig_close(&r);
}

static void a_lost_connection_is_made_again_and_the_gap_is_told(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_notify_in in = {IV_S("two"), IV_S("x")};
	struct heard one = {0}, two = {0};

	iv_pg_listen(r.pg, "one", hear, &one);
	iv_pg_listen(r.pg, "two", hear, &two);
	for (int round = 0; round < 3; round++) {
		assert_true(loop_until(r.loop, 10000, has_gap, &one));
		assert_true(loop_until(r.loop, 10000, has_gap, &two));
		assert_true(one.gaps == 1 && two.gaps == 1);
		two.notes = 0;
		enum iv_code code = ask_code(&r, "t", &iv_sql_t_notify, &in, NULL);
		assert_true(code == IV_OK || round > 0); /* the pool may not have seen yet that its own is gone */
		if (code != IV_OK)
			ask_ok(&r, "t", &iv_sql_t_notify, &in);
		assert_true(loop_until(r.loop, 5000, has_note, &two));
		one.gaps = two.gaps = 0;
		if (round == 0) {
			(void)server_ask(&server, "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'");
		} else {
			server_kill(&server);
			loop_for(r.loop, 300);
			server_run(&server, NULL);
		}
	}
	assert_int_equal(one.notes, 0);
	rig_close(&r);
}

static void a_frozen_server_is_left_at_the_deadline_while_it_is_asked(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 4, 100, 300);
	struct heard h = {0}, late = {0};

	iv_pg_listen(r.pg, "work", hear, &h);
	assert_true(loop_until(r.loop, 5000, has_gap, &h));
	server_signal(&server, SIGSTOP);
	iv_pg_listen(r.pg, "late", hear, &late);
	loop_for(r.loop, 600);
	server_signal(&server, SIGCONT);
	assert_true(loop_until(r.loop, 10000, has_gap, &late));
	assert_int_equal(h.gaps, 2); /* it was another connection */
	rig_close(&r);
}

static void a_pool_may_be_closed_by_who_is_told(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct heard h = {.close = &r}, second = {0};

	iv_pg_listen(r.pg, "work", hear, &h);
	iv_pg_listen(r.pg, "work", hear, &second);
	assert_true(loop_until(r.loop, 5000, has_gap, &second));
	(void)server_ask(&server, "notify work, 'a'; notify work, 'b'");
	assert_true(loop_until(r.loop, 5000, is_true, &h.closed));
	assert_true(h.notes == 1 && second.notes == 0);
	iv_loop_free(r.loop);
}

static void closing_comes_at_any_moment_of_listening(void **state)
{
	NEEDS_SERVER(state);
	for (int turns = 0; turns < 20; turns++) {
		struct rig r = rig_usual();
		struct heard h = {0};

		iv_pg_listen(r.pg, "work", hear, &h);
		for (int k = 0; k < turns; k++) {
			(void)uv_run(iv_loop_uv(r.loop), UV_RUN_NOWAIT);
			server_sleep_ms(1);
		}
		rig_close(&r);
		assert_true(h.gaps <= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_note_arrives_with_its_payload),
		cmocka_unit_test(channels_of_any_name_are_told_apart),
		cmocka_unit_test(a_note_of_a_batch_that_failed_never_arrives),
		cmocka_unit_test(a_lost_connection_is_made_again_and_the_gap_is_told),
		cmocka_unit_test(a_frozen_server_is_left_at_the_deadline_while_it_is_asked),
		cmocka_unit_test(a_pool_may_be_closed_by_who_is_told),
		cmocka_unit_test(closing_comes_at_any_moment_of_listening),
	};

	return cmocka_run_group_tests_name("pg_listen", tests, rig_setup, rig_teardown);
}
