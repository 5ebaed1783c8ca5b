/* The pool when things go wrong: servers that die, freeze, refuse or turn read-only, queues that are full, flows that
 * go at any moment, pools that close while busy. */
#include "pg_rig.h"

enum { MANY = 24 };

static struct ask many[MANY];

static void many_start(struct rig *r, int n, const struct iv_query *q, const void *in, int *left)
{
	*left = n;
	for (int i = 0; i < n; i++) {
		ask_init(&many[i], r->pg, "t");
		ask_add(&many[i], q, in);
		many[i].counter = left;
		ask_start(r->loop, &many[i], 60000);
	}
}

/* Each ended once; how many with this code. */
static int many_end(int n, enum iv_code code)
{
	int count = 0;

	for (int i = 0; i < n; i++) {
		if (many[i].ends != 1)
			fail_msg("number %d ended %d times", i, many[i].ends);
		count += many[i].err.code == code;
		ask_deinit(&many[i]);
	}
	return count;
}

static bool answers(struct rig *r)
{
	struct iv_t_echo_in in = {42, IV_S("x")};

	return ask_code(r, "t", &iv_sql_t_echo, &in, NULL) == IV_OK;
}

static bool none_left_at_server(void)
{
	bool none = false;

	for (int i = 0; i < 200 && !none; i++) { /* a backend takes a moment to end */
		server_sleep_ms(10);
		none = server_number(&server, "select count(*) from pg_stat_activity where usename = 'test_app'") == 0;
	}
	return none;
}

static bool two_are_open(void *arg)
{
	return iv_pg_stats(arg).open == 2;
}

/* ── servers ── */

static void a_killed_server_fails_each_waiter_once_and_is_found_again(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 4, 1000, 3000);
	struct iv_t_slow_in slow = {1, 30};
	int left;

	assert_true(answers(&r));
	many_start(&r, MANY, &iv_sql_t_slow, &slow, &left);
	assert_true(loop_until(r.loop, 2000, two_are_open, r.pg));
	assert_int_equal(left, MANY);
	server_kill(&server);
	/* Those at the server at once, those who wait at their deadline. */
	assert_true(loop_until(r.loop, 1000, pool_is_down, r.pg));
	loop_for(r.loop, 50);
	assert_int_equal(left, MANY - 8);
	assert_true(loop_until(r.loop, 4000, counter_is_zero, &left));
	assert_int_equal(many_end(MANY, IV_EDRAINING), MANY);
	assert_false(iv_pg_up(r.pg));
	server_run(&server, NULL);
	assert_true(loop_until(r.loop, 10000, pool_is_up, r.pg)); /* without being asked */
	assert_true(answers(&r));
	rig_close(&r);
}

static void who_waits_through_a_restart_is_served(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 1, 1000, 8000);
	struct iv_t_echo_in in = {1, IV_S("x")};
	int left;

	assert_true(answers(&r));
	server_kill(&server);
	assert_true(loop_until(r.loop, 1000, pool_is_down, r.pg));
	many_start(&r, MANY, &iv_sql_t_echo, &in, &left);
	server_run(&server, NULL);
	assert_true(loop_until(r.loop, 8000, counter_is_zero, &left));
	assert_int_equal(many_end(MANY, IV_OK), MANY);
	rig_close(&r);
}

static void a_server_that_stays_away_is_told_at_once(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open("postgresql://x@127.0.0.1:1/x", 2, 4, 1000, 300);
	struct iv_t_echo_in in = {1, IV_S("x")};
	int64_t began;
	struct ask a;

	assert_false(answers(&r));
	loop_for(r.loop, 400);
	began = iv_now_us();
	ask_init(&a, r.pg, "t");
	ask_add(&a, &iv_sql_t_echo, &in);
	ask_start(r.loop, &a, 60000);
	assert_true(a.ends == 1 && a.err.code == IV_EDRAINING);
	assert_true(iv_now_us() - began < 100000);
	ask_deinit(&a);
	rig_close(&r);
}

static void nobody_waits_long_for_a_server_that_refused_the_last_attempt(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 1, 1000, 8000);
	struct iv_t_slow_in slow = {1, 30};
	int64_t began;
	int left;

	assert_true(answers(&r));
	many_start(&r, 3, &iv_sql_t_slow, &slow, &left);
	loop_for(r.loop, 50);
	server_kill(&server);
	began = iv_now_us();
	assert_true(loop_until(r.loop, 3500, counter_is_zero, &left)); /* those who waited already as well */
	assert_int_equal(many_end(3, IV_EDRAINING), 3);
	many_start(&r, 3, &iv_sql_t_slow, &slow, &left);
	assert_true(loop_until(r.loop, 2500, counter_is_zero, &left));
	assert_true(iv_now_us() - began < 6000000);
	assert_int_equal(many_end(3, IV_EDRAINING), 3);
	server_run(&server, NULL);
	assert_true(loop_until(r.loop, 10000, pool_is_up, r.pg));
	assert_true(answers(&r));
	rig_close(&r);
}

static void a_frozen_server_meets_the_deadline_and_never_holds_the_loop(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 3, 4, 1000, 700);
	struct iv_t_echo_in in = {1, IV_S("x")};
	int64_t longest_us, began;
	int left;

	assert_true(answers(&r));
	server_signal(&server, SIGSTOP);
	began = iv_now_us();
	for (int round = 0; round < 2; round++) {
		many_start(&r, MANY, &iv_sql_t_echo, &in, &left);
		assert_true(loop_watch(r.loop, 3000, counter_is_zero, &left, &longest_us));
		assert_int_equal(many_end(MANY, IV_EDRAINING), MANY);
		print_message("longest wait of a 1 ms timer: %d us\n", (int)longest_us);
		assert_true(longest_us < 200000); /* sanitizers, and a busy machine */
	}
	assert_true(iv_now_us() - began < 4000000);
	assert_true(iv_pg_stats(r.pg).open <= 3);
	server_signal(&server, SIGCONT);
	assert_true(loop_until(r.loop, 10000, pool_is_up, r.pg));
	assert_true(answers(&r));
	assert_true(server_number(&server, "select count(*) from pg_stat_activity where usename = 'test_app'") <= 3);
	rig_close(&r);
}

static void a_slow_statement_loses_its_connection_and_the_server_ends_it(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 4, 1000, 300);
	struct iv_t_slow_in slow = {1, 30};
	int left;

	assert_true(answers(&r));
	many_start(&r, 3, &iv_sql_t_slow, &slow, &left); /* the others are behind the first */
	assert_true(loop_until(r.loop, 600, counter_is_zero, &left));
	assert_int_equal(many_end(3, IV_EDRAINING), 3);
	assert_true(answers(&r));
	assert_int_equal(server_number(&server, "select count(*) from pg_stat_activity where query like '%pg_sleep%' and "
				       "usename = 'test_app'"), 1);
	server_sleep_ms(1500);
	assert_int_equal(server_number(&server, "select count(*) from pg_stat_activity where query like '%pg_sleep%' and "
				       "usename = 'test_app'"), 0);
	rig_close(&r);
}

static void a_replica_is_left_for_the_next_connection(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 4, 1000, 2000);
	struct iv_t_put_in in = {.id = IV_S("x")};

	ask_ok(&r, "t", &iv_sql_t_put, &in);
	server_kill(&server);
	server_run(&server, "default_transaction_read_only=on");
	in.id = IV_S("y");
	assert_true(loop_until(r.loop, 5000, pool_is_up, r.pg) || true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask_code(&r, "t", &iv_sql_t_put, &in, NULL), IV_EDRAINING);
	assert_true(answers(&r)); /* reads go on */
	server_kill(&server);
	server_run(&server, NULL);
	assert_true(loop_until(r.loop, 5000, pool_is_up, r.pg));
	enum iv_code code = ask_code(&r, "t", &iv_sql_t_put, &in, NULL);
	if (code != IV_OK) /* the old connection's end had not been seen */
		code = ask_code(&r, "t", &iv_sql_t_put, &in, NULL);
	assert_int_equal(code, IV_OK);
	rig_close(&r);
}

static void one_terminated_connection_is_not_the_end_of_the_others(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 1, 1000, 5000);
	struct iv_t_slow_in slow = {1, 0.5};
	int left;

	many_start(&r, 2, &iv_sql_t_slow, &slow, &left);
	loop_for(r.loop, 200);
	assert_int_equal(server_number(&server, "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity "
				       "where usename = 'test_app' limit 1) x"), 1);
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(many_end(2, IV_OK), 1);
	assert_true(loop_until(r.loop, 5000, pool_is_up, r.pg));
	assert_true(answers(&r));
	rig_close(&r);
}

static void a_server_without_room_is_asked_again(void **state)
{
	enum { FULL = 30 };
	NEEDS_SERVER(state);
	struct iv_t_echo_in in = {1, IV_S("x")};
	PGconn *others[FULL];
	int n = 0, left;

	(void)server_ask(&server, "alter role test_app connection limit 3");
	while (n < 3) {
		others[n] = PQconnectdb(server.url);
		assert_int_equal(PQstatus(others[n++]), CONNECTION_OK);
	}
	struct rig r = rig_open(server.url, 2, 4, 1000, 5000);
	many_start(&r, 3, &iv_sql_t_echo, &in, &left);
	loop_for(r.loop, 500);
	assert_int_equal(left, 3);
	while (n)
		PQfinish(others[--n]);
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(many_end(3, IV_OK), 3);
	(void)server_ask(&server, "alter role test_app connection limit -1");
	rig_close(&r);
}

/* ── ways there ── */

static char logged[65536];
static size_t logged_len;

static size_t keep_log(void *arg, const char *lines, size_t n)
{
	(void)arg;
	if (n < sizeof(logged) - logged_len) {
		memcpy(logged + logged_len, lines, n);
		logged_len += n;
		logged[logged_len] = '\0';
	}
	return n;
}

static void a_url_that_is_none_is_refused_without_repeating_it(void **state)
{
	static const char *const urls[] = {"postgresql://u:hunter2@[::1/x", "hunter2", "postgresql://u:hunter2@h/x?nosuch=1",
					   "service=hunter2", "host=a,b,c,d,e,f,g,h,i password=hunter2"};
	struct iv_loop *l = iv_loop_new();

	(void)state;
	for (size_t i = 0; i < IV_COUNT(urls); i++) {
		struct iv_pg_opts o = {.url = urls[i], .name = "app", .connections = 1, .depth = 1, .connect_ms = 1,
				       .query_ms = 1};
		struct iv_err e = {0};

		assert_null(iv_pg_new(l, &o, &e));
		assert_int_equal(e.code, IV_EINVAL);
		assert_null(strstr(e.msg, "hunter2"));
	}
	iv_loop_free(l);
}

static void a_name_and_a_password_get_us_in_over_tcp(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.tcp_url, 2, 4, 1000, 5000);

	assert_true(answers(&r));
	rig_close(&r);
}

static void a_wrong_password_is_told_to_the_log_alone_and_not_in_words(void **state)
{
	char url[256];

	NEEDS_SERVER(state);
	snprintf(url, sizeof(url), "postgresql://test_app:wrong%%20hunter2@localhost:%d/postgres", server.port);
	iv_log_set_level(IV_DEBUG_LEVEL);
	iv_log_set_sink(keep_log, NULL);
	struct rig r = rig_open(url, 2, 4, 1000, 500);
	assert_false(answers(&r));
	assert_false(iv_pg_up(r.pg));
	rig_close(&r);
	iv_log_flush();
	iv_log_set_sink(NULL, NULL);
	iv_log_set_level(IV_ERROR);
	assert_non_null(strstr(logged, "password authentication failed"));
	assert_null(strstr(logged, "hunter2"));
}

/* libpq takes the next address inside PQconnectPoll: another socket, maybe under the same number. */
static void the_next_address_is_taken_when_the_first_refuses(void **state)
{
	char url[1024], paths[3 * sizeof(server.dir)];

	NEEDS_SERVER(state);
	snprintf(url, sizeof(url), "postgresql://test_app:secret%%20word@127.0.0.1:1,localhost:2,127.0.0.1:%d/postgres",
		 server.port);
	struct rig r = rig_open(url, 2, 4, 1000, 5000);
	assert_true(answers(&r));
	rig_close(&r);
	/* Where a host is meant a path is escaped. */
	size_t n = 0;
	for (const char *c = server.dir; *c; c++)
		n += (size_t)snprintf(paths + n, sizeof(paths) - n, "%.*s", *c == '/' ? 3 : 1, *c == '/' ? "%2F" : c);
	snprintf(url, sizeof(url), "postgresql://test_app@%%2Fnonexistent:1,%s:%d/postgres", paths, server.port);
	r = rig_open(url, 2, 4, 1000, 5000);
	assert_true(answers(&r));
	rig_close(&r);
}

static void a_name_that_does_not_resolve_holds_nobody_up(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open("postgresql://x@no-such-host.invalid/x", 1, 4, 1000, 300);
	struct iv_t_echo_in in = {1, IV_S("x")};
	int64_t longest_us;
	int left;

	many_start(&r, 3, &iv_sql_t_echo, &in, &left);
	assert_true(loop_watch(r.loop, 2000, counter_is_zero, &left, &longest_us));
	assert_int_equal(many_end(3, IV_EDRAINING), 3);
	assert_true(longest_us < 200000);
	rig_close(&r);
}

static void make_certificate(void)
{
	char command[512];

	snprintf(command, sizeof(command), "cd %s && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
		 "-addext subjectAltName=DNS:localhost -keyout data/server.key -out data/server.crt 2>/dev/null && chmod 600 "
		 "data/server.key && { [ $(id -u) != 0 ] || chown postgres data/server.key data/server.crt; }", server.dir);
	assert_int_equal(system(command), 0);
}

static void edit_access(const char *sed)
{
	char command[256];

	snprintf(command, sizeof(command), "sed -i '%s' %s/data/pg_hba.conf", sed, server.dir);
	assert_int_equal(system(command), 0);
	assert_string_equal(server_ask(&server, "select pg_reload_conf()"), "t");
	server_sleep_ms(100);
}

/* TLS keeps back parts of records: what is decrypted already must not wait for the socket. */
static void large_answers_arrive_over_tls(void **state)
{
	char url[1024];

	NEEDS_SERVER(state);
	make_certificate();
	server_kill(&server);
	server_run(&server, "ssl=on");
	snprintf(url, sizeof(url), "%s?sslmode=verify-full&sslrootcert=%s/data/server.crt", server.tcp_url, server.dir);
	struct rig r = rig_open(url, 2, 4, 1000, 10000);
	for (int bytes = 1; bytes < 40000; bytes = bytes * 3 + 1) {
		struct iv_t_wide_in in = {2000000 / (bytes + 50) + 1, bytes};
		struct ask a;

		ask_one(&r, &a, "t", &iv_sql_t_wide, &in);
		assert_int_equal(a.err.code, IV_OK);
		assert_int_equal(a.rows.count, in.rows);
		assert_int_equal(iv_t_wide_at(&a.rows, a.rows.count - 1)->n, in.rows);
		assert_int_equal(iv_t_wide_at(&a.rows, a.rows.count - 1)->s.len, bytes);
		ask_deinit(&a);
	}
	assert_int_equal(server_number(&server, "select count(*) from pg_stat_ssl join pg_stat_activity using (pid) where ssl and "
				       "usename = 'test_app'"), 1);
	rig_close(&r);
	/* A server that insists: libpq tries without and begins anew, on a socket that may have the number of the old. */
	edit_access("s/^host /hostssl /");
	snprintf(url, sizeof(url), "%s?sslmode=allow", server.tcp_url);
	r = rig_open(url, 2, 4, 1000, 10000);
	assert_true(answers(&r));
	rig_close(&r);
	edit_access("s/^hostssl /host /");
	server_kill(&server);
	server_run(&server, NULL);
}

/* ── queues ── */

static void a_full_queue_refuses_at_once(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 2, 3, 5000);
	struct iv_t_slow_in slow = {1, 0.2};
	int left;

	assert_true(answers(&r));
	many_start(&r, MANY, &iv_sql_t_slow, &slow, &left);
	assert_int_equal(left, 5); /* two at the server, three that wait */
	assert_int_equal(iv_pg_stats(r.pg).waiting, 3);
	assert_int_equal(iv_metric_get(IV_M_pg_waiting, 0), 3);
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(many_end(MANY, IV_EDRAINING), MANY - 5);
	assert_int_equal(iv_pg_stats(r.pg).waiting, 0);
	rig_close(&r);
}

static void large_parameters_of_many_wait_for_the_socket(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 8, 1000, 20000);
	size_t n = 3 * 1024 * 1024;
	char *text = malloc(n);
	struct iv_t_echo_in in = {7, {text, n}};
	int64_t longest_us;
	int left;

	assert_non_null(text);
	memset(text, 'y', n);
	many_start(&r, MANY, &iv_sql_t_echo, &in, &left);
	assert_true(loop_watch(r.loop, 20000, counter_is_zero, &left, &longest_us));
	print_message("longest wait of a 1 ms timer: %d us\n", (int)longest_us);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(iv_t_echo_at(&many[i].rows, 0)->s.len, n);
	assert_int_equal(many_end(MANY, IV_OK), MANY);
	free(text);
	rig_close(&r);
}

static long resident_mb(void)
{
	char text[256];
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	assert_non_null(f);
	if (fgets(text, sizeof(text), f))
		pages = strtol(strchr(text, ' '), NULL, 10);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

static void an_endless_answer_is_read_without_being_kept(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 60000);
	struct iv_t_wide_in in = {120000, 6000};
	int64_t longest_us;
	struct ask a, next;

	assert_true(answers(&r));
	long before = resident_mb();
	ask_init(&a, r.pg, "t");
	iv_arena_init(&a.arena, 1000000);
	ask_add(&a, &iv_sql_t_wide, &in);
	ask_start(r.loop, &a, 60000);
	ask_init(&next, r.pg, "t");
	ask_add(&next, &iv_sql_t_count, NULL);
	ask_start(r.loop, &next, 60000);
	assert_true(loop_watch(r.loop, 60000, ask_ended, &next, &longest_us));
	assert_int_equal(a.err.code, IV_ETOOBIG);
	assert_int_equal(next.err.code, IV_OK);
	print_message("%ld MB more, longest wait of a 1 ms timer: %d us\n", resident_mb() - before, (int)longest_us);
	assert_true(resident_mb() - before < 500); /* 300 of them a sanitizer's quarantine */
	ask_deinit(&a);
	ask_deinit(&next);
	rig_close(&r);
}

/* ── closing ── */

static void closing_lets_the_server_finish_and_fails_who_waits(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 2, 1000, 5000);
	struct iv_t_slow_in slow = {1, 0.2};
	struct iv_t_echo_in in = {1, IV_S("x")};
	bool closed = false;
	int left, late_left;
	struct ask late;

	assert_true(answers(&r));
	many_start(&r, 2, &iv_sql_t_slow, &slow, &left); /* opens the second */
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(many_end(2, IV_OK), 2);
	assert_true(loop_until(r.loop, 2000, two_are_open, r.pg));
	many_start(&r, 10, &iv_sql_t_slow, &slow, &left);
	loop_for(r.loop, 20);
	iv_pg_close(r.pg, set_true, &closed);
	assert_false(closed);
	late_left = 1;
	ask_init(&late, r.pg, "t");
	ask_add(&late, &iv_sql_t_echo, &in);
	late.counter = &late_left;
	ask_start(r.loop, &late, 60000);
	assert_true(late.ends == 1 && late.err.code == IV_EDRAINING);
	ask_deinit(&late);
	assert_true(loop_until(r.loop, 5000, is_true, &closed));
	assert_int_equal(left, 0);
	assert_int_equal(many_end(10, IV_OK), 4);
	iv_loop_free(r.loop);
	assert_true(none_left_at_server());
}

static void closing_waits_no_longer_than_the_deadline(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 2, 1000, 400);
	struct iv_t_slow_in slow = {1, 30};
	int left;

	assert_true(answers(&r));
	many_start(&r, 2, &iv_sql_t_slow, &slow, &left);
	int64_t began = iv_now_us();
	rig_close(&r);
	assert_true(iv_now_us() - began < 1500000);
	assert_int_equal(many_end(2, IV_EDRAINING), 2);
}

static void a_pool_closes_in_every_state_of_its_first_connection(void **state)
{
	static const char *const dead[] = {"postgresql://x@127.0.0.1:1/x", "postgresql://x@no-such-host.invalid/x"};

	NEEDS_SERVER(state);
	for (int turns = 0; turns < 12; turns++) {
		for (size_t i = 0; i <= IV_COUNT(dead); i++) {
			struct rig r = rig_open(i ? dead[i - 1] : server.tcp_url, 2, 2, 100, 5000);
			struct iv_t_echo_in in = {1, IV_S("x")};
			int left;

			many_start(&r, 2, &iv_sql_t_echo, &in, &left);
			for (int k = 0; k < turns; k++)
				(void)uv_run(iv_loop_uv(r.loop), UV_RUN_NOWAIT);
			rig_close(&r);
			(void)many_end(2, IV_OK);
			assert_int_equal(left, 0);
		}
	}
}

struct closer {
	struct ask ask;
	bool closed;
};

static void close_at_end(struct iv_flow *f)
{
	struct closer *c = IV_CONTAINER(IV_CONTAINER(f, struct ask, flow), struct closer, ask);

	iv_pg_close(c->ask.pg, set_true, &c->closed);
}

static void a_pool_may_be_closed_by_who_has_just_been_answered(void **state)
{
	static const struct iv_flow_type type = {"closer", ask_steps, close_at_end};

	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);
	struct iv_t_echo_in in = {1, IV_S("x")};
	struct closer c = {0};
	int left;

	ask_init(&c.ask, r.pg, "t");
	ask_add(&c.ask, &iv_sql_t_echo, &in);
	iv_flow_start(&c.ask.flow, &type, r.loop, 60000, &c.ask.owner);
	many_start(&r, MANY, &iv_sql_t_echo, &in, &left);
	assert_true(loop_until(r.loop, 5000, is_true, &c.closed));
	assert_int_equal(left, 0);
	assert_int_equal(many_end(MANY, IV_OK) + many_end(0, IV_OK), 7); /* those at the server beside it */
	ask_deinit(&c.ask);
	iv_loop_free(r.loop);
}

/* ── going ── */

/* Cancelled after so many turns of the loop: before the connection is there, while it waits, on the way, answered. */
static void a_flow_may_go_at_any_moment(void **state)
{
	NEEDS_SERVER(state);
	for (int turns = 0; turns < 40; turns++) {
		struct rig r = rig_open(server.url, 1, 2, 1000, 5000);
		struct iv_t_echo_in in = {turns, IV_S("x")};
		struct iv_t_fail_in fails = {IV_S("40001"), 3};
		int left;

		(void)server_ask(&server, "alter sequence attempts restart");
		many_start(&r, 6, turns % 2 ? &iv_sql_t_fail : &iv_sql_t_echo, turns % 2 ? (void *)&fails : (void *)&in,
			   &left);
		for (int k = 0; k < turns; k++) {
			(void)uv_run(iv_loop_uv(r.loop), UV_RUN_NOWAIT);
			server_sleep_ms(1);
		}
		for (int i = 0; i < 6; i += 2)
			if (many[i].owner)
				iv_flow_cancel(many[i].owner, IV_ECANCELED, "test");
		assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
		for (int i = 1; i < 6; i += 2)
			assert_int_equal(many[i].err.code, IV_OK);
		(void)many_end(6, IV_OK);
		assert_int_equal(ask_number(&r, "t", &iv_sql_t_echo, &in), turns);
		assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
		assert_int_equal(iv_pg_stats(r.pg).waiting, 0);
		rig_close(&r);
	}
}

/* Many at once, each with a deadline of its own between nothing and longer than it takes. */
static void flows_with_deadlines_of_every_length_disturb_nobody(void **state)
{
	enum { ROUNDS = 20 };
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 4, 1000, 5000);
	int done = 0;

	for (int round = 0; round < ROUNDS; round++) {
		int left = MANY;

		for (int i = 0; i < MANY; i++) {
			struct iv_t_slow_in in = {i, (i % 4) / 1000.0};

			ask_init(&many[i], r.pg, "t");
			ask_add(&many[i], &iv_sql_t_slow, &in);
			many[i].counter = &left;
			ask_start(r.loop, &many[i], i % 3 ? (i * 7 + round) % 12 : 60000);
		}
		assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
		for (int i = 0; i < MANY; i++) {
			assert_true(many[i].err.code == IV_OK || (i % 3 && many[i].err.code == IV_ETIMEDOUT));
			if (many[i].err.code == IV_OK)
				assert_int_equal(iv_t_slow_at(&many[i].rows, 0)->n, i);
			done += many[i].err.code == IV_OK;
		}
		(void)many_end(MANY, IV_OK);
	}
	assert_true(done >= ROUNDS * MANY / 3);
	assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
	rig_close(&r);
}

static void what_a_cancelled_flow_had_sent_is_done(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 4, 1000, 5000);
	struct iv_t_put_in sent = {.id = IV_S("sent")}, waiting = {.id = IV_S("waiting")};
	struct iv_t_slow_in slow = {1, 0.1};
	int left;

	assert_true(answers(&r));
	many_start(&r, 3, &iv_sql_t_slow, &slow, &left);
	struct ask a[2];
	for (int i = 0; i < 2; i++) {
		ask_init(&a[i], r.pg, "t");
		ask_add(&a[i], &iv_sql_t_put, i ? &waiting : &sent);
		ask_start(r.loop, &a[i], 60000);
	}
	for (int i = 0; i < 2; i++)
		ask_deinit(&a[i]); /* cancels */
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	(void)many_end(3, IV_OK);
	assert_true(answers(&r));
	assert_string_equal(server_ask(&server, "select string_agg(id, ',') from things"), "sent");
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_that_is_none_is_refused_without_repeating_it),
		cmocka_unit_test(a_killed_server_fails_each_waiter_once_and_is_found_again),
		cmocka_unit_test(who_waits_through_a_restart_is_served),
		cmocka_unit_test(a_server_that_stays_away_is_told_at_once),
		cmocka_unit_test(nobody_waits_long_for_a_server_that_refused_the_last_attempt),
		cmocka_unit_test(a_frozen_server_meets_the_deadline_and_never_holds_the_loop),
		cmocka_unit_test(a_slow_statement_loses_its_connection_and_the_server_ends_it),
		cmocka_unit_test(a_replica_is_left_for_the_next_connection),
		cmocka_unit_test(one_terminated_connection_is_not_the_end_of_the_others),
		cmocka_unit_test(a_server_without_room_is_asked_again),
		cmocka_unit_test(a_name_and_a_password_get_us_in_over_tcp),
		cmocka_unit_test(a_wrong_password_is_told_to_the_log_alone_and_not_in_words),
		cmocka_unit_test(the_next_address_is_taken_when_the_first_refuses),
		cmocka_unit_test(a_name_that_does_not_resolve_holds_nobody_up),
		cmocka_unit_test(large_answers_arrive_over_tls),
		cmocka_unit_test(a_full_queue_refuses_at_once),
		cmocka_unit_test(large_parameters_of_many_wait_for_the_socket),
		cmocka_unit_test(an_endless_answer_is_read_without_being_kept),
		cmocka_unit_test(closing_lets_the_server_finish_and_fails_who_waits),
		cmocka_unit_test(closing_waits_no_longer_than_the_deadline),
		cmocka_unit_test(a_pool_closes_in_every_state_of_its_first_connection),
		cmocka_unit_test(a_pool_may_be_closed_by_who_has_just_been_answered),
		cmocka_unit_test(a_flow_may_go_at_any_moment),
		cmocka_unit_test(flows_with_deadlines_of_every_length_disturb_nobody),
		cmocka_unit_test(what_a_cancelled_flow_had_sent_is_done),
	};

	return cmocka_run_group_tests_name("pg_faults", tests, rig_setup, rig_teardown);
}
