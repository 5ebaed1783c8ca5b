/* pg_join.c against a real server: many who ask one statement at the same time. */
#include "pg_rig.h"

#include "iv_pg_join.h"

static const char *A = "tenant-a", *B = "tenant-b";

/* One who asks. */
struct asker {
	struct iv_flow flow;
	struct iv_flow *owner;
	struct iv_pg_joined run;
	struct iv_arena arena;
	struct iv_pg *pg;
	struct iv_scope scope;
	const struct iv_query *query;
	struct iv_t_put_many_in in; /* begins like all */
	char id[32], *text;
	struct iv_rows rows;
	struct iv_err err;
	int ends, *left;
	struct asker *then; /* starts when this one ends */
	struct iv_loop *loop;
};

enum { MOST = 300 };
static struct asker askers[MOST];

static enum iv_flow_next asker_step(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	return iv_pg_join(a->pg, f, &a->run, &a->scope, &a->arena, a->query, &a->in, &a->rows);
}

static void asker_start(struct asker *a);

static void asker_end(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	a->err = f->err;
	a->ends++;
	--*a->left;
	if (a->then)
		asker_start(a->then);
}

static const struct iv_flow_step asker_steps[] = {{"ask", asker_step}, {0}};
static const struct iv_flow_type asker_type = {"asker", asker_steps, asker_end};

static void asker_start(struct asker *a)
{
	iv_flow_start(&a->flow, &asker_type, a->loop, 60000, &a->owner);
}

/* Number i asks to put "id-i"; `more` are further members: ",\"n\":1". */
static struct asker *asker_init(int i, struct rig *r, const char *tenant, const char *more, int *left)
{
	struct asker *a = &askers[i];
	size_t size = strlen(more) + 200;

	*a = (struct asker){.pg = r->pg, .loop = r->loop, .query = &iv_sql_t_put_many, .left = left};
	a->scope.tenant_id = iv_str(tenant);
	iv_arena_init(&a->arena, 1024 * 1024);
	snprintf(a->id, sizeof(a->id), "id-%03d", i);
	a->text = malloc(size);
	assert_non_null(a->text);
	snprintf(a->text, size, "{\"id\":\"%s\",\"doc\":{\"i\":%d}%s}", a->id, i, more);
	a->in = (struct iv_t_put_many_in){.items = iv_str(a->text), .tag = IV_S("same")};
	++*left;
	return a;
}

static void ask_many(struct rig *r, int from, int to, const char *tenant, const char *more, int *left)
{
	for (int i = from; i < to; i++)
		asker_start(asker_init(i, r, tenant, more, left));
}

/* Each ended once; how many with this code. */
static int over(int from, int to, enum iv_code code)
{
	int count = 0;

	for (int i = from; i < to; i++) {
		if (askers[i].ends != 1)
			fail_msg("number %d ended %d times", i, askers[i].ends);
		count += askers[i].err.code == code;
		iv_arena_deinit(&askers[i].arena);
		free(askers[i].text);
	}
	return count;
}

static const struct iv_t_put_many_out *row_of(int i)
{
	assert_int_equal(askers[i].err.code, IV_OK);
	assert_int_equal(askers[i].rows.count, 1);
	return askers[i].rows.items;
}

static long stored(const char *where)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "select count(*) from things where %s", where);
	return server_number(&server, sql);
}

/* ── together ── */

static void those_who_ask_at_once_are_few_transactions_and_each_has_his_own_row(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0, transactions = 0, size = 0, largest = 0;
	int64_t last = 0;

	ask_many(&r, 0, 150, A, "", &left);
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	for (int i = 0; i < 150; i++) {
		const struct iv_t_put_many_out *row = row_of(i);
		char doc[32];

		snprintf(doc, sizeof(doc), "{\"i\": %d}", i);
		assert_true(iv_str_eq(row->id, iv_str(askers[i].id)) && iv_str_eq(row->doc, iv_str(doc)) && !row->refusal.ptr);
		assert_true(row->transaction >= last); /* in the order in which they asked */
		size = row->transaction == last ? size + 1 : 1;
		transactions += row->transaction != last;
		largest = size > largest ? size : largest;
		last = row->transaction;
	}
	assert_int_equal(transactions, 4); /* the first alone, then 64, 64 and 21 */
	assert_int_equal(largest, 64);
	assert_int_equal(over(0, 150, IV_OK), 150);
	assert_int_equal(stored("tenant_id = 'tenant-a' and tags = '{same}'"), 150);
	rig_close(&r);
}

static void one_who_asks_alone_waits_for_nobody(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	for (int i = 0; i < 5; i++) {
		ask_many(&r, i, i + 1, A, "", &left);
		assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	}
	for (int i = 1; i < 5; i++)
		assert_true(row_of(i)->transaction > row_of(i - 1)->transaction);
	assert_int_equal(over(0, 5, IV_OK), 5);
	rig_close(&r);
}

static void an_answer_in_the_row_is_of_that_item_alone(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	for (int i = 0; i < 30; i++)
		asker_start(asker_init(i, &r, A, i % 3 == 1 ? ",\"n\":13" : ",\"n\":1", &left));
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	for (int i = 0; i < 30; i++)
		assert_int_equal(iv_str_eq(row_of(i)->refusal, IV_S("unlucky")), i % 3 == 1);
	assert_int_equal(over(0, 30, IV_OK), 30);
	assert_int_equal(stored("true"), 20);
	rig_close(&r);
}

static void a_statement_without_rows_answers_all(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	for (int i = 0; i < 20; i++)
		asker_init(i, &r, A, "", &left)->query = &iv_sql_t_note_many;
	for (int i = 0; i < 20; i++)
		asker_start(&askers[i]);
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(over(0, 20, IV_OK), 20);
	assert_int_equal(stored("true"), 20);
	rig_close(&r);
}

static void what_is_long_goes_in_more_transactions(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	size_t n = 200 * 1024;
	char *more = malloc(n + 1);
	int left = 0, transactions = 0;
	int64_t last = 0;

	assert_non_null(more);
	memset(more, ' ', n);
	more[n] = '\0';
	ask_many(&r, 0, 21, A, more, &left);
	free(more);
	assert_true(loop_until(r.loop, 20000, counter_is_zero, &left));
	for (int i = 0; i < 21; i++) {
		transactions += row_of(i)->transaction != last;
		last = row_of(i)->transaction;
	}
	assert_int_equal(transactions, 5); /* one, then five to the megabyte */
	assert_int_equal(over(0, 21, IV_OK), 21);
	rig_close(&r);
}

static void who_is_answered_may_ask_again_at_once(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	for (int i = 0; i < 120; i++)
		asker_init(i, &r, A, "", &left);
	for (int i = 0; i < 60; i++)
		askers[i].then = &askers[i + 60];
	for (int i = 0; i < 60; i++)
		asker_start(&askers[i]);
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(over(0, 120, IV_OK), 120);
	assert_int_equal(stored("true"), 120);
	rig_close(&r);
}

/* ── neighbours ── */

static void a_bad_one_fails_alone_and_the_rest_are_done_once(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	for (int i = 0; i < 60; i++) {
		struct asker *a = asker_init(i, &r, A, i == 17 ? ",\"n\":-1" : i == 23 ? ",\"x\":\"\\u0000\"" : "", &left);

		if (i == 40) /* an id that another one of them has */
			memcpy(strstr(a->text, "id-040"), "id-005", 6);
		asker_start(a);
	}
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	assert_int_equal(askers[17].err.code, IV_EINVAL);
	assert_string_equal(askers[17].err.field, "things_n_positive");
	assert_int_equal(askers[23].err.code, IV_EINVAL);
	assert_int_equal(askers[40].err.code, IV_ECONFLICT); /* who came first has it */
	for (int i = 0; i < 60; i++)
		if (i != 17 && i != 23 && i != 40)
			assert_true(iv_str_eq(row_of(i)->id, iv_str(askers[i].id)));
	assert_int_equal(over(0, 60, IV_OK), 57);
	assert_int_equal(stored("true"), 57);
	rig_close(&r);
}

static void a_statement_that_forgets_an_item_is_found_out(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	for (int i = 0; i < 4; i++) {
		asker_init(i, &r, A, "", &left)->query = &iv_sql_t_half_many;
		asker_start(&askers[i]);
	}
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(askers[2].err.code, IV_EINTERNAL); /* the first went alone: it is the second of the rest */
	assert_int_equal(over(0, 4, IV_OK), 3);
	rig_close(&r);
}

static void tenants_and_persons_are_not_mixed_and_one_that_asks_much_holds_up_nobody(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 10000); /* one connection: it is the order that counts */
	int left = 0, other = 0;

	ask_many(&r, 0, 250, A, ",\"seconds\":0.05", &left);
	ask_many(&r, 250, 252, B, "", &other);
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &other));
	assert_true(left >= 250 - 1 - 2 * 64);
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	assert_int_equal(over(0, 252, IV_OK), 252);
	assert_int_equal(stored("tenant_id = 'tenant-a'"), 250);
	assert_int_equal(stored("tenant_id = 'tenant-b'"), 2);
	/* Two persons of one tenant: each has rights of his own. */
	(void)server_ask(&server, "truncate things, parts");
	for (int i = 0; i < 20; i++) {
		asker_init(i, &r, A, "", &left)->scope.user_id = i % 2 ? IV_S("one") : IV_S("two");
		asker_start(&askers[i]);
	}
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	for (int i = 0; i < 20; i++)
		for (int k = 1; k < 20; k += 2)
			assert_true(i % 2 == 1 || row_of(i)->transaction != row_of(k)->transaction);
	assert_int_equal(over(0, 20, IV_OK), 20);
	rig_close(&r);
}

/* ── leaving ── */

static void who_leaves_while_he_waits_has_asked_nothing(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	ask_many(&r, 0, 40, A, "", &left);
	for (int i = 0; i < 40; i += 4) /* the first is on its way, the others wait */
		iv_flow_cancel(askers[i].owner, IV_ECANCELED, "gone");
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(over(0, 40, IV_OK), 30);
	loop_for(r.loop, 100);
	assert_int_equal(stored("true"), 31); /* what the server has is done */
	assert_int_equal(stored("id = 'id-000'"), 1);
	rig_close(&r);
}

static bool one_has_ended(void *arg)
{
	return *(int *)arg % 10 == 9;
}

static void who_leaves_a_batch_on_its_way_takes_nobody_with_him(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	for (int i = 0; i < 40; i++) /* all but the first are one batch; one of it is bad, and it is asked again */
		asker_start(asker_init(i, &r, A, i == 20 ? ",\"n\":-1,\"seconds\":0.1" : "", &left));
	assert_true(loop_until(r.loop, 5000, one_has_ended, &left));
	for (int i = 10; i < 20; i++)
		iv_flow_cancel(askers[i].owner, IV_ECANCELED, "gone");
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(askers[20].err.code, IV_EINVAL);
	assert_int_equal(over(0, 40, IV_OK), 29);
	assert_int_equal(stored("true"), 29);
	rig_close(&r);
}

static void all_may_leave(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0;

	ask_many(&r, 0, 20, A, "", &left);
	for (int i = 19; i >= 0; i--)
		iv_flow_cancel(askers[i].owner, IV_ECANCELED, "gone");
	assert_int_equal(over(0, 20, IV_ECANCELED), 20);
	left = 0;
	ask_many(&r, 0, 3, A, "", &left);
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(over(0, 3, IV_OK), 2); /* the first was done before */
	rig_close(&r);
}

/* ── a database that is not well ── */

static void a_server_that_dies_in_the_middle_has_done_all_or_nothing(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 4, 1000, 8000);
	int left = 0;

	ask_many(&r, 0, 1, A, "", &left);
	ask_many(&r, 1, 50, A, ",\"seconds\":3", &left);
	assert_true(loop_until(r.loop, 5000, one_has_ended, &left)); /* now the others are there, asleep */
	loop_for(r.loop, 50);
	server_kill(&server);
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	assert_int_equal(over(0, 50, IV_EDRAINING), 49);
	server_run(&server, NULL);
	assert_int_equal(stored("true"), 1);
	assert_true(loop_until(r.loop, 10000, pool_is_up, r.pg));
	ask_many(&r, 1, 50, A, "", &left);
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	assert_int_equal(over(1, 50, IV_OK), 49);
	assert_int_equal(stored("true"), 50);
	rig_close(&r);
}

static void behind_a_server_that_stands_still_nobody_waits_longer_than_one(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 4, 1000, 1000);
	int64_t began;
	int left = 0;

	ask_many(&r, 0, 1, A, "", &left);
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(over(0, 1, IV_OK), 1);
	server_signal(&server, SIGSTOP);
	began = iv_now_us();
	ask_many(&r, 1, 290, A, "", &left);
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	assert_true(iv_now_us() - began < 3000 * 1000); /* not a second for each 64 of them */
	server_signal(&server, SIGCONT);
	assert_int_equal(over(1, 290, IV_EDRAINING), 289);
	rig_close(&r);
}

static void more_than_may_wait_are_told_at_once(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 4, 6, 5000);
	int left = 0, told = 0;

	ask_many(&r, 0, 9, A, "", &left);
	for (int i = 0; i < 9; i++)
		told += askers[i].ends;
	assert_int_equal(told, 2); /* one on its way, six wait */
	assert_true(loop_until(r.loop, 5000, counter_is_zero, &left));
	assert_int_equal(over(0, 9, IV_EDRAINING), 2);
	rig_close(&r);
}

static void a_pool_that_closes_tells_all_who_wait(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	int left = 0, done;

	ask_many(&r, 0, 200, A, "", &left);
	rig_close(&r); /* what is at the server is finished */
	assert_int_equal(left, 0);
	done = over(0, 200, IV_OK);
	assert_true(done <= 1);
	assert_int_equal(stored("true"), done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_who_ask_at_once_are_few_transactions_and_each_has_his_own_row),
		cmocka_unit_test(one_who_asks_alone_waits_for_nobody),
		cmocka_unit_test(an_answer_in_the_row_is_of_that_item_alone),
		cmocka_unit_test(a_statement_without_rows_answers_all),
		cmocka_unit_test(what_is_long_goes_in_more_transactions),
		cmocka_unit_test(who_is_answered_may_ask_again_at_once),
		cmocka_unit_test(a_bad_one_fails_alone_and_the_rest_are_done_once),
		cmocka_unit_test(a_statement_that_forgets_an_item_is_found_out),
		cmocka_unit_test(tenants_and_persons_are_not_mixed_and_one_that_asks_much_holds_up_nobody),
		cmocka_unit_test(who_leaves_while_he_waits_has_asked_nothing),
		cmocka_unit_test(who_leaves_a_batch_on_its_way_takes_nobody_with_him),
		cmocka_unit_test(all_may_leave),
		cmocka_unit_test(a_server_that_dies_in_the_middle_has_done_all_or_nothing),
		cmocka_unit_test(behind_a_server_that_stands_still_nobody_waits_longer_than_one),
		cmocka_unit_test(more_than_may_wait_are_told_at_once),
		cmocka_unit_test(a_pool_that_closes_tells_all_who_wait),
	};

	return cmocka_run_group_tests_name("pg_join", tests, rig_setup, rig_teardown);
}
