/* pg.c and what is below it against a real server: values, errors, tenants, transactions, order of answers. */
#include "pg_rig.h"

#include <math.h>

static const char *A = "tenant-a", *B = "tenant-b";

static struct iv_t_put_in thing(const char *id)
{
	return (struct iv_t_put_in){.id = iv_str(id), .n = IV_SQL_NULL, .f = NAN, .at = IV_SQL_NULL};
}

static void put(struct rig *r, const char *tenant, const char *id, int64_t n)
{
	struct iv_t_put_in in = thing(id);

	in.n = n;
	ask_ok(r, tenant, &iv_sql_t_put, &in);
}

static int64_t count(struct rig *r, const char *tenant)
{
	return ask_number(r, tenant, &iv_sql_t_count, NULL);
}

/* ── values ── */

static void every_type_comes_back_as_it_was_given(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_str tags[] = {IV_S("plain"), IV_S(""), IV_S("with \"quotes\", comma\\ and {braces}"), IV_S("NULL"),
				IV_STR_NULL, IV_S("देवनागरी 🎙\n\ttab")};
	struct iv_t_put_in in = {.id = IV_S("naïve 'quoted' $1 – ☎"), .n = INT64_MAX, .f = 0.1, .ok = true,
				 .doc = IV_S("{\"a\": [1, null, \"\\u00e9\"]}"), .at = INT64_C(1772323199123),
				 .tags = {tags, IV_COUNT(tags)}, .amount = IV_S("1234567890123456.7891")};
	struct iv_t_get_in by = {in.id};
	struct iv_t_get_out *out;
	struct ask a;

	ask_ok(&r, A, &iv_sql_t_put, &in);
	ask_one(&r, &a, A, &iv_sql_t_get, &by);
	assert_int_equal(a.err.code, IV_OK);
	assert_int_equal(a.rows.count, 1);
	out = iv_t_get_at(&a.rows, 0);
	assert_true(iv_str_eq(out->id, in.id));
	assert_true(out->n == INT64_MAX && out->f == 0.1 && out->ok && out->at == in.at);
	assert_true(iv_str_eq(out->doc, IV_S("{\"a\": [1, null, \"é\"]}")));
	assert_true(iv_str_eq(out->amount, in.amount)); /* all its digits */
	assert_int_equal(out->tags.count, IV_COUNT(tags));
	for (size_t i = 0; i < IV_COUNT(tags); i++)
		assert_true(iv_str_eq(out->tags.items[i], tags[i]) && !out->tags.items[i].ptr == !tags[i].ptr);
	/* and the server agrees on what they are */
	assert_string_equal(server_ask(&server, "select (at = '2026-02-28 23:59:59.123+00')::text || cardinality(tags) || "
				       "(tags[4] = 'NULL')::text || (tags[5] is null)::text from things"), "true6truetrue");
	ask_deinit(&a);
	rig_close(&r);
}

static void null_is_told_from_empty_and_zero(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_put_in nulls = thing("nulls"), zeros = thing("zeros");
	struct iv_t_get_out *out;
	struct ask a;

	zeros.n = 0;
	zeros.f = 0;
	zeros.at = 0;
	zeros.doc = IV_S("null"); /* JSON's, not SQL's */
	zeros.amount = IV_S("0");
	ask_ok(&r, A, &iv_sql_t_put, &nulls);
	ask_ok(&r, A, &iv_sql_t_put, &zeros);
	ask_one(&r, &a, A, &iv_sql_t_get, &(struct iv_t_get_in){IV_S("nulls")});
	out = iv_t_get_at(&a.rows, 0);
	assert_true(out->n == IV_SQL_NULL && isnan(out->f) && !out->ok && !out->doc.ptr && out->at == IV_SQL_NULL);
	assert_true(out->tags.count == 0 && !out->amount.ptr);
	ask_deinit(&a);
	ask_one(&r, &a, A, &iv_sql_t_get, &(struct iv_t_get_in){IV_S("zeros")});
	out = iv_t_get_at(&a.rows, 0);
	assert_true(out->n == 0 && out->f == 0 && out->at == 0);
	assert_true(iv_str_eq(out->doc, IV_S("null")) && iv_str_eq(out->amount, IV_S("0.0000")));
	ask_deinit(&a);
	ask_one(&r, &a, A, &iv_sql_t_echo, &(struct iv_t_echo_in){1, IV_S("")});
	struct iv_str empty = iv_t_echo_at(&a.rows, 0)->s;
	assert_true(empty.ptr && empty.len == 0);
	ask_deinit(&a);
	assert_string_equal(server_ask(&server, "select n is null and f is null and doc is null and at is null and amount "
				       "is null and tags = '{}' from things where id = 'nulls'"), "t");
	rig_close(&r);
}

static void megabytes_of_json_go_there_and_back(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	size_t n = 8 * 1024 * 1024;
	char *text = malloc(n);
	struct iv_t_put_in in = thing("big");
	struct ask a;

	assert_non_null(text);
	memset(text, 'x', n);
	text[0] = text[n - 1] = '"';
	in.doc = (struct iv_str){text, n};
	ask_ok(&r, A, &iv_sql_t_put, &in);
	ask_one(&r, &a, A, &iv_sql_t_get, &(struct iv_t_get_in){IV_S("big")});
	assert_true(iv_str_eq(iv_t_get_at(&a.rows, 0)->doc, in.doc));
	ask_deinit(&a);
	free(text);
	rig_close(&r);
}

static void a_batch_beyond_its_limit_is_refused_before_it_is_sent(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	size_t n = 17 * 1024 * 1024;
	char *text = malloc(n);
	struct iv_t_put_in in = thing("too big");

	assert_non_null(text);
	memset(text, '1', n);
	in.doc = (struct iv_str){text, n};
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &in, NULL), IV_ETOOBIG);
	free(text);
	assert_int_equal(count(&r, A), 0);
	rig_close(&r);
}

static void what_no_text_can_say_is_refused_with_its_name(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_str tags[] = {IV_S("good"), {"bad\0one", 7}};
	struct iv_t_put_in nul = thing("x"), list = thing("x"), late = thing("x");
	struct iv_err e;

	nul.amount = (struct iv_str){"1\0002", 3};
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &nul, &e), IV_EINVAL);
	assert_string_equal(e.field, "amount");
	list.tags = (struct iv_strs){tags, 2};
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &list, &e), IV_EINVAL);
	assert_string_equal(e.field, "tags");
	late.at = INT64_C(253402300800000); /* the year 10000 */
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &late, &e), IV_EINVAL);
	assert_string_equal(e.field, "at");
	assert_int_equal(count(&r, A), 0);
	rig_close(&r);
}

static void rows_come_in_order_with_what_was_touched(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct ask a;

	for (int i = 0; i < 5; i++)
		put(&r, A, (char[]){(char)('a' + i), '\0'}, i * 10);
	ask_one(&r, &a, A, &iv_sql_t_list, NULL);
	assert_int_equal(a.rows.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(iv_t_list_at(&a.rows, i)->id.ptr[0], 'a' + (int)i);
		assert_int_equal(iv_t_list_at(&a.rows, i)->n, i * 10);
	}
	ask_deinit(&a);
	ask_one(&r, &a, A, &iv_sql_t_delete, NULL);
	assert_true(a.err.code == IV_OK && a.rows.affected == 5 && a.rows.count == 0);
	ask_deinit(&a);
	ask_one(&r, &a, A, &iv_sql_t_list, NULL);
	assert_true(a.err.code == IV_OK && a.rows.count == 0);
	ask_deinit(&a);
	rig_close(&r);
}

/* ── errors ── */

static void one_row_that_is_not_there_is_not_found(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();

	assert_int_equal(ask_code(&r, A, &iv_sql_t_get, &(struct iv_t_get_in){IV_S("nobody")}, NULL), IV_ENOENT);
	rig_close(&r);
}

static void a_broken_rule_names_its_constraint_and_no_value(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_put_in in = thing("+911234567890");
	struct iv_err e;

	in.amount = IV_S("5");
	ask_ok(&r, A, &iv_sql_t_put, &in);
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &in, &e), IV_ECONFLICT);
	assert_string_equal(e.field, "things_pkey");
	assert_null(strstr(e.msg, "1234567890"));
	in.id = IV_S("other");
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &in, &e), IV_ECONFLICT);
	assert_string_equal(e.field, "things_amount_key");
	in.amount = IV_STR_NULL;
	in.n = -1;
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &in, &e), IV_EINVAL);
	assert_string_equal(e.field, "things_n_positive");
	in = thing(NULL);
	assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &in, &e), IV_EINVAL);
	assert_string_equal(e.field, "id");
	assert_int_equal(ask_code(&r, A, &iv_sql_t_uuid, &(struct iv_t_uuid_in){IV_S("not-a-uuid")}, &e), IV_EINVAL);
	assert_null(strstr(e.msg, "not-a-uuid"));
	rig_close(&r);
}

static void a_statement_that_is_wrong_is_our_fault_and_harms_nobody_else(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask_code(&r, A, &iv_sql_t_broken, NULL, NULL), IV_EINTERNAL);
		assert_int_equal(ask_code(&r, A, &iv_sql_t_two_rows, NULL, NULL), IV_EINTERNAL);
		assert_int_equal(ask_code(&r, A, &iv_sql_t_wrong_count, NULL, NULL), IV_EINTERNAL);
		assert_int_equal(ask_code(&r, A, &iv_sql_t_wrong_type, NULL, NULL), IV_EINTERNAL);
		assert_int_equal(ask_code(&r, A, &iv_sql_t_forbidden, NULL, NULL), IV_EFORBIDDEN);
		assert_int_equal(count(&r, A), 0);
	}
	assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
	assert_int_equal(ask_number(&r, A, &iv_sql_t_prepared, NULL), 0); /* nothing had to be prepared anew */
	rig_close(&r);
}

/* Each state: what it means, and whether the connection is used again. */
static void every_sqlstate_has_its_answer(void **state)
{
	static const struct {
		const char *sqlstate;
		enum iv_code code;
		bool dropped;
	} rows[] = {
		{"23505", IV_ECONFLICT, false},  {"23P01", IV_ECONFLICT, false}, {"23503", IV_EINVAL, false},
		{"23514", IV_EINVAL, false},     {"23502", IV_EINVAL, false},    {"22P02", IV_EINVAL, false},
		{"22003", IV_EINVAL, false},     {"P0002", IV_ENOENT, false},    {"02000", IV_ENOENT, false},
		{"42501", IV_EFORBIDDEN, false}, {"42P01", IV_EINTERNAL, false}, {"P0001", IV_EINTERNAL, false},
		{"XX000", IV_EINTERNAL, false},  {"53100", IV_EDRAINING, false}, {"55P03", IV_EDRAINING, false},
		{"57014", IV_EDRAINING, false},  {"53300", IV_EDRAINING, true},  {"57P01", IV_EDRAINING, true},
		{"57P03", IV_EDRAINING, true},   {"25006", IV_EDRAINING, true},  {"08006", IV_EDRAINING, true},
	};

	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_t_fail_in in = {iv_str(rows[i].sqlstate), INT64_MAX};
		int64_t before = ask_number(&r, A, &iv_sql_t_slow, &(struct iv_t_slow_in){1, 0});
		uint64_t reconnects = iv_pg_stats(r.pg).reconnects;
		struct iv_err e;
		enum iv_code code = ask_code(&r, A, &iv_sql_t_fail, &in, &e);

		if (before != 1 || code != rows[i].code || strstr(e.msg, "secret"))
			fail_msg("%s is %s: %s", rows[i].sqlstate, iv_code_info(code)->name, e.msg);
		assert_string_equal(e.field, "a_rule");
		(void)ask_number(&r, A, &iv_sql_t_slow, &(struct iv_t_slow_in){1, 0});
		if ((iv_pg_stats(r.pg).reconnects > reconnects) != rows[i].dropped)
			fail_msg("%s: dropped %d", rows[i].sqlstate, !rows[i].dropped);
	}
	rig_close(&r);
}

static void an_answer_beyond_the_arena_is_too_big_and_the_next_one_fits(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct ask a;

	for (int round = 0; round < 2; round++) {
		ask_init(&a, r.pg, A);
		iv_arena_init(&a.arena, 100000);
		struct iv_t_wide_in in = {round ? 10 : 1000, 1000};
		ask_add(&a, &iv_sql_t_wide, &in);
		ask_start(r.loop, &a, 60000);
		assert_true(loop_until(r.loop, 20000, ask_ended, &a));
		assert_int_equal(a.err.code, round ? IV_OK : IV_ETOOBIG);
		ask_deinit(&a);
	}
	rig_close(&r);
}

/* ── trying again ── */

static void a_serialisation_failure_is_tried_again_three_times(void **state)
{
	static const char *const states[] = {"40001", "40P01"};

	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	for (size_t i = 0; i < 2; i++) {
		struct iv_t_fail_in in = {iv_str(states[i]), 3};

		(void)server_ask(&server, "alter sequence attempts restart");
		assert_int_equal(ask_number(&r, A, &iv_sql_t_fail, &in), 4);
		(void)server_ask(&server, "alter sequence attempts restart");
		in.times = 4;
		assert_int_equal(ask_code(&r, A, &iv_sql_t_fail, &in, NULL), IV_EDRAINING);
		assert_int_equal(server_number(&server, "select last_value from attempts"), 4);
	}
	rig_close(&r);
}

static void a_unique_violation_is_not_tried_again(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_fail_in in = {IV_S("23505"), 1};

	assert_int_equal(ask_code(&r, A, &iv_sql_t_fail, &in, NULL), IV_ECONFLICT);
	assert_int_equal(server_number(&server, "select last_value from attempts"), 1);
	rig_close(&r);
}

static void a_statement_older_than_a_migration_is_prepared_again(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);

	(void)server_ask(&server, "create table changing (a int); insert into changing values (7);"
			 "grant select on changing to test_app");
	assert_int_equal(ask_number(&r, A, &iv_sql_t_columns, NULL), 7);
	(void)server_ask(&server, "alter table changing alter a type bigint");
	assert_int_equal(ask_number(&r, A, &iv_sql_t_columns, NULL), 7);
	(void)server_ask(&server, "drop table changing");
	assert_int_equal(ask_code(&r, A, &iv_sql_t_columns, NULL, NULL), IV_EINTERNAL);
	(void)server_ask(&server, "create table changing (a int); insert into changing values (8);"
			 "grant select on changing to test_app");
	assert_int_equal(ask_number(&r, A, &iv_sql_t_columns, NULL), 8);
	(void)server_ask(&server, "drop table changing");
	assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
	rig_close(&r);
}

/* All in flight at once when the first of them changes what the others rely on. */
static void a_pipeline_survives_statements_that_are_not_prepared_after_all(void **state)
{
	enum { N = 8 };
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, N, 1000, 5000);
	struct ask a[N];
	int left = N;

	(void)server_ask(&server, "create table changing (a int); insert into changing values (7);"
			 "grant select on changing to test_app");
	assert_int_equal(ask_number(&r, A, &iv_sql_t_columns, NULL), 7);
	(void)server_ask(&server, "alter table changing alter a type bigint");
	for (int i = 0; i < N; i++) {
		ask_init(&a[i], r.pg, A);
		ask_add(&a[i], i % 2 ? &iv_sql_t_columns : &iv_sql_t_broken, NULL);
		a[i].counter = &left;
		ask_start(r.loop, &a[i], 60000);
	}
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	for (int i = 0; i < N; i++) {
		/* Those who relied on the broken one's Parse are told to try again, or what it is. */
		if (i % 2)
			assert_int_equal(a[i].err.code, IV_OK);
		else
			assert_true(a[i].err.code == IV_EINTERNAL || a[i].err.code == IV_EDRAINING);
		ask_deinit(&a[i]);
	}
	(void)server_ask(&server, "drop table changing");
	assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
	rig_close(&r);
}

static void statements_forgotten_by_the_server_are_prepared_again(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);
	/* A batch that forgets everything prepared on its connection, as a pooler between may. */
	static const struct iv_sql_column none[] = {{0}};
	static const struct iv_query forget = {"t_forget", "deallocate all", none, none, 0, 0, false};

	put(&r, A, "x", 1);
	assert_int_equal(count(&r, A), 1);
	for (int i = 0; i < 3; i++) {
		struct iv_err e;
		enum iv_code code = ask_code(&r, A, &forget, NULL, &e);

		assert_true(code == IV_OK || code == IV_EDRAINING);
		assert_int_equal(count(&r, A), 1);
	}
	assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
	rig_close(&r);
}

/* ── transactions ── */

static void a_batch_is_done_whole(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_put_in x = thing("x"), y = thing("y");
	struct ask a;

	ask_init(&a, r.pg, A);
	ask_add(&a, &iv_sql_t_put, &x);
	ask_add(&a, &iv_sql_t_put, &y);
	ask_add(&a, &iv_sql_t_count, NULL);
	ask_start(r.loop, &a, 60000);
	assert_true(loop_until(r.loop, 10000, ask_ended, &a));
	assert_int_equal(a.err.code, IV_OK);
	assert_int_equal(iv_t_count_at(&a.rows, 0)->n, 2);
	ask_deinit(&a);
	assert_int_equal(count(&r, A), 2);
	rig_close(&r);
}

static void an_error_in_a_later_part_takes_back_the_earlier_ones(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_usual();
	struct iv_t_put_in x = thing("x"), y = thing("x"), z = thing("z");
	struct ask a;

	ask_init(&a, r.pg, A);
	ask_add(&a, &iv_sql_t_put, &x);
	ask_add(&a, &iv_sql_t_put, &y);
	ask_add(&a, &iv_sql_t_put, &z);
	ask_start(r.loop, &a, 60000);
	assert_true(loop_until(r.loop, 10000, ask_ended, &a));
	assert_int_equal(a.err.code, IV_ECONFLICT);
	ask_deinit(&a);
	assert_int_equal(count(&r, A), 0);
	assert_int_equal(server_number(&server, "select count(*) from things"), 0);
	rig_close(&r);
}

static void a_constraint_that_speaks_up_at_the_commit_fails_the_batch(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);
	struct iv_t_put_in x = thing("x");
	struct iv_t_part_in part = {IV_S("p"), IV_S("nothing")};
	struct ask a, next;
	struct iv_err e;

	assert_int_equal(ask_code(&r, A, &iv_sql_t_part, &part, &e), IV_EINVAL);
	assert_string_equal(e.field, "parts_thing_fkey");
	/* with another batch right behind it */
	ask_init(&a, r.pg, A);
	ask_add(&a, &iv_sql_t_put, &x);
	ask_add(&a, &iv_sql_t_part, &part);
	ask_init(&next, r.pg, A);
	ask_add(&next, &iv_sql_t_count, NULL);
	ask_start(r.loop, &a, 60000);
	ask_start(r.loop, &next, 60000);
	assert_true(loop_until(r.loop, 10000, ask_ended, &next));
	assert_int_equal(a.err.code, IV_EINVAL);
	assert_int_equal(iv_t_count_at(&next.rows, 0)->n, 0);
	ask_deinit(&a);
	ask_deinit(&next);
	rig_close(&r);
}

/* ── tenants ── */

static void expect_scope(struct rig *r, const char *tenant, const char *user, const char *want_tenant,
			 const char *want_user)
{
	struct ask a;

	ask_init(&a, r->pg, tenant);
	a.scope.user_id = iv_str(user);
	ask_add(&a, &iv_sql_t_scope, NULL);
	ask_start(r->loop, &a, 60000);
	assert_true(loop_until(r->loop, 10000, ask_ended, &a));
	assert_int_equal(a.err.code, IV_OK);
	assert_true(iv_str_eq(iv_t_scope_at(&a.rows, 0)->tenant_id, iv_str(want_tenant)));
	assert_true(iv_str_eq(iv_t_scope_at(&a.rows, 0)->user_id, iv_str(want_user)));
	ask_deinit(&a);
}

static void two_tenants_on_one_connection_never_see_each_other(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);
	struct iv_t_add_in by_b = {IV_S("a1"), 1};
	struct iv_t_put_in twice = thing("a1");

	for (int round = 0; round < 3; round++) { /* again with everything prepared */
		(void)server_ask(&server, "truncate things, parts");
		put(&r, A, "a1", 1);
		put(&r, B, "b1", 2);
		put(&r, B, "b2", 3);
		assert_int_equal(count(&r, A), 1);
		assert_int_equal(count(&r, B), 2);
		assert_int_equal(count(&r, ""), 0);
		assert_int_equal(count(&r, NULL), 0);
		expect_scope(&r, A, "person", A, "person");
		expect_scope(&r, NULL, NULL, "", "");
		expect_scope(&r, B, NULL, B, "");
		assert_int_equal(ask_code(&r, B, &iv_sql_t_get, &(struct iv_t_get_in){IV_S("a1")}, NULL), IV_ENOENT);
		ask_ok(&r, B, &iv_sql_t_add, &by_b); /* touches nothing */
		/* after errors of every kind, nothing of A is left */
		assert_int_equal(ask_code(&r, A, &iv_sql_t_put, &twice, NULL), IV_ECONFLICT);
		expect_scope(&r, NULL, NULL, "", "");
		assert_int_equal(count(&r, ""), 0);
		assert_int_equal(ask_code(&r, A, &iv_sql_t_broken, NULL, NULL), IV_EINTERNAL);
		expect_scope(&r, NULL, NULL, "", "");
		assert_int_equal(count(&r, B), 2);
		assert_int_equal(ask_code(&r, NULL, &iv_sql_t_put, &(struct iv_t_put_in){.id = IV_S("no tenant")}, NULL),
				 IV_EFORBIDDEN);
	}
	assert_int_equal(server_number(&server, "select n from things where id = 'a1'"), 1);
	assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
	rig_close(&r);
}

static void a_cancelled_flow_leaves_no_tenant_behind(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 8, 1000, 5000);
	struct iv_t_slow_in slow = {1, 0.05};
	struct ask gone, next;

	put(&r, A, "a1", 1);
	ask_init(&gone, r.pg, A);
	ask_add(&gone, &iv_sql_t_slow, &slow);
	ask_start(r.loop, &gone, 60000);
	loop_for(r.loop, 10);
	ask_init(&next, r.pg, B); /* right behind it on the same connection */
	ask_add(&next, &iv_sql_t_list, NULL);
	ask_start(r.loop, &next, 60000);
	iv_flow_cancel(gone.owner, IV_ECANCELED, "test");
	assert_int_equal(gone.ends, 1);
	ask_deinit(&gone);
	assert_true(loop_until(r.loop, 10000, ask_ended, &next));
	assert_true(next.err.code == IV_OK && next.rows.count == 0);
	ask_deinit(&next);
	expect_scope(&r, NULL, NULL, "", "");
	assert_int_equal(iv_pg_stats(r.pg).reconnects, 0);
	rig_close(&r);
}

/* ── many ── */

/* The second connection comes when the first is busy. */
static void open_both(struct rig *r)
{
	struct iv_t_slow_in slow = {1, 0.1};
	struct ask a[2];
	int left = 2;

	for (int i = 0; i < 2; i++) {
		ask_init(&a[i], r->pg, A);
		ask_add(&a[i], &iv_sql_t_slow, &slow);
		a[i].counter = &left;
		ask_start(r->loop, &a[i], 60000);
	}
	assert_true(loop_until(r->loop, 10000, counter_is_zero, &left));
	for (int i = 0; i < 2; i++)
		ask_deinit(&a[i]);
	assert_int_equal(iv_pg_stats(r->pg).open, 2);
}

static void answers_of_a_full_pipeline_reach_who_asked(void **state)
{
	enum { N = 100 };
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 2, 8, 1000, 5000);
	static struct ask a[N];
	static char text[N][32];
	int left = N;

	open_both(&r);
	for (int i = 0; i < N; i++) {
		snprintf(text[i], sizeof(text[i]), "question %d", i);
		struct iv_t_echo_in in = {i, iv_str(text[i])};
		ask_init(&a[i], r.pg, i % 2 ? A : B);
		ask_add(&a[i], &iv_sql_t_echo, &in); /* read before the call returns */
		a[i].counter = &left;
		if (i % 7 == 3) { /* errors between them shift nothing */
			a[i].part_count = 0;
			ask_add(&a[i], &iv_sql_t_broken, NULL);
		}
		ask_start(r.loop, &a[i], 60000);
		memset(&in, 0xff, sizeof(in));
	}
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &left));
	for (int i = 0; i < N; i++) {
		assert_int_equal(a[i].ends, 1);
		if (i % 7 == 3) {
			assert_int_not_equal(a[i].err.code, IV_OK);
		} else {
			assert_int_equal(a[i].err.code, IV_OK);
			assert_int_equal(iv_t_echo_at(&a[i].rows, 0)->n, i);
			assert_true(iv_str_eq(iv_t_echo_at(&a[i].rows, 0)->s, iv_str(text[i])));
		}
		ask_deinit(&a[i]);
	}
	assert_int_equal(iv_pg_stats(r.pg).open, 2);
	assert_int_equal(iv_pg_stats(r.pg).waiting, 0);
	assert_int_equal(iv_metric_get(IV_M_pg_waiting, 0), 0);
	rig_close(&r);
}

struct chain {
	struct rig *r;
	struct ask ask;
	int left;
};

static void chain_next(struct iv_flow *f)
{
	struct chain *c = IV_CONTAINER(IV_CONTAINER(f, struct ask, flow), struct chain, ask);

	assert_int_equal(f->err.code, IV_OK);
	if (--c->left == 0)
		return;
	static const struct iv_flow_type type = {"chain", ask_steps, chain_next};
	iv_flow_start(&c->ask.flow, &type, c->r->loop, 60000, &c->ask.owner);
}

static void one_row_after_another_from_inside_the_end_of_a_flow(void **state)
{
	NEEDS_SERVER(state);
	struct rig r = rig_open(server.url, 1, 1, 1, 5000);
	struct chain c = {.r = &r, .left = 200};

	ask_init(&c.ask, r.pg, A);
	ask_add(&c.ask, &iv_sql_t_count, NULL);
	static const struct iv_flow_type type = {"chain", ask_steps, chain_next};
	iv_flow_start(&c.ask.flow, &type, r.loop, 60000, &c.ask.owner);
	assert_true(loop_until(r.loop, 10000, counter_is_zero, &c.left));
	ask_deinit(&c.ask);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back_as_it_was_given),
		cmocka_unit_test(null_is_told_from_empty_and_zero),
		cmocka_unit_test(megabytes_of_json_go_there_and_back),
		cmocka_unit_test(a_batch_beyond_its_limit_is_refused_before_it_is_sent),
		cmocka_unit_test(what_no_text_can_say_is_refused_with_its_name),
		cmocka_unit_test(rows_come_in_order_with_what_was_touched),
		cmocka_unit_test(one_row_that_is_not_there_is_not_found),
		cmocka_unit_test(a_broken_rule_names_its_constraint_and_no_value),
		cmocka_unit_test(a_statement_that_is_wrong_is_our_fault_and_harms_nobody_else),
		cmocka_unit_test(every_sqlstate_has_its_answer),
		cmocka_unit_test(an_answer_beyond_the_arena_is_too_big_and_the_next_one_fits),
		cmocka_unit_test(a_serialisation_failure_is_tried_again_three_times),
		cmocka_unit_test(a_unique_violation_is_not_tried_again),
		cmocka_unit_test(a_statement_older_than_a_migration_is_prepared_again),
		cmocka_unit_test(a_pipeline_survives_statements_that_are_not_prepared_after_all),
		cmocka_unit_test(statements_forgotten_by_the_server_are_prepared_again),
		cmocka_unit_test(a_batch_is_done_whole),
		cmocka_unit_test(an_error_in_a_later_part_takes_back_the_earlier_ones),
		cmocka_unit_test(a_constraint_that_speaks_up_at_the_commit_fails_the_batch),
		cmocka_unit_test(two_tenants_on_one_connection_never_see_each_other),
		cmocka_unit_test(a_cancelled_flow_leaves_no_tenant_behind),
		cmocka_unit_test(answers_of_a_full_pipeline_reach_who_asked),
		cmocka_unit_test(one_row_after_another_from_inside_the_end_of_a_flow),
	};

	return cmocka_run_group_tests_name("pg", tests, rig_setup, rig_teardown);
}
