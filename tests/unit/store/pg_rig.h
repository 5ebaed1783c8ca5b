/* The Postgres client on a loop, and flows that ask it one thing. */
#ifndef PG_RIG_H
#define PG_RIG_H

#include "pg_server.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_pg.h"
#include "pg_statements.h"

static struct pg_server server;

/* One question and what became of it. Zero it, or use ask_new. */
struct ask {
	struct iv_flow flow;
	struct iv_flow *owner;
	struct iv_pg_run run;
	struct iv_arena arena;
	struct iv_pg *pg;
	struct iv_scope scope;
	struct iv_pg_part parts[4];
	size_t part_count;
	struct iv_rows rows; /* of the last part */
	struct iv_err err;
	int ends;
	int64_t ended_us;
	int *counter; /* NULL, or one less at the end */
};

static inline enum iv_flow_next ask_step(struct iv_flow *f)
{
	struct ask *a = IV_CONTAINER(f, struct ask, flow);

	return iv_pg_run(a->pg, f, &a->run, &a->scope, &a->arena, a->parts, a->part_count);
}

static inline void ask_end(struct iv_flow *f)
{
	struct ask *a = IV_CONTAINER(f, struct ask, flow);

	a->err = f->err;
	a->ends++;
	a->ended_us = iv_now_us();
	if (a->counter)
		--*a->counter;
}

static const struct iv_flow_step ask_steps[] = {{"ask", ask_step}, {0}};
static const struct iv_flow_type ask_type = {"ask", ask_steps, ask_end};

static inline void ask_init(struct ask *a, struct iv_pg *pg, const char *tenant)
{
	*a = (struct ask){.pg = pg};
	a->scope.tenant_id = iv_str(tenant);
	iv_arena_init(&a->arena, 64 * 1024 * 1024);
}

static inline void ask_add(struct ask *a, const struct iv_query *q, const void *in)
{
	if (a->part_count)
		a->parts[a->part_count - 1].rows = NULL;
	a->parts[a->part_count++] = (struct iv_pg_part){q, in, &a->rows};
}

static inline void ask_start(struct iv_loop *l, struct ask *a, int64_t deadline_ms)
{
	iv_flow_start(&a->flow, &ask_type, l, deadline_ms, &a->owner);
}

static inline void ask_deinit(struct ask *a)
{
	if (a->owner)
		iv_flow_cancel(a->owner, IV_ECANCELED, "test is over");
	iv_arena_deinit(&a->arena);
}

/* ── the loop ── */

struct spin {
	struct iv_loop *loop;
	struct iv_timer timer;
	bool (*until)(void *arg);
	void *arg;
	int64_t end_us, last_us, longest_us;
	bool met;
};

static inline void spin_look(void *arg)
{
	struct spin *s = arg;
	int64_t now = iv_now_us();

	s->longest_us = now - s->last_us > s->longest_us ? now - s->last_us : s->longest_us;
	s->last_us = now;
	s->met = s->until && s->until(s->arg);
	if (s->met || now >= s->end_us)
		iv_loop_stop(s->loop);
	else
		iv_timer_in_ms(&s->timer, 1);
}

/* Runs the loop until the condition holds, at most so long; whether it does. *longest_us, if not NULL: the longest
 * the loop kept a 1 ms timer waiting. */
static inline bool loop_watch(struct iv_loop *l, int ms, bool (*until)(void *arg), void *arg, int64_t *longest_us)
{
	struct spin s = {.loop = l, .until = until, .arg = arg, .last_us = iv_now_us()};

	s.end_us = s.last_us + ms * INT64_C(1000);
	iv_timer_init(&s.timer, l, spin_look, &s);
	iv_timer_in_ms(&s.timer, 0);
	iv_loop_run(l);
	iv_timer_stop(&s.timer);
	if (longest_us)
		*longest_us = s.longest_us;
	return s.met;
}

static inline bool loop_until(struct iv_loop *l, int ms, bool (*until)(void *arg), void *arg)
{
	return loop_watch(l, ms, until, arg, NULL);
}

static inline void loop_for(struct iv_loop *l, int ms)
{
	(void)loop_until(l, ms, NULL, NULL);
}

static inline bool ask_ended(void *arg)
{
	return ((struct ask *)arg)->ends > 0;
}

static inline bool counter_is_zero(void *arg)
{
	return *(int *)arg == 0;
}

static inline bool pool_is_up(void *arg)
{
	return iv_pg_up(arg);
}

static inline bool pool_is_down(void *arg)
{
	return !iv_pg_up(arg);
}

static inline void set_true(void *arg)
{
	*(bool *)arg = true;
}

static inline bool is_true(void *arg)
{
	return *(bool *)arg;
}

/* ── the pool ── */

struct rig {
	struct iv_loop *loop;
	struct iv_pg *pg;
};

static inline struct rig rig_open(const char *url, int connections, int depth, int waiting_max, int query_ms)
{
	struct iv_pg_opts o = {.url = url, .name = "app", .connections = connections, .depth = depth,
			       .waiting_max = waiting_max, .connect_ms = 2000, .query_ms = query_ms};
	struct rig r = {.loop = iv_loop_new()};
	struct iv_err e = {0};

	r.pg = iv_pg_new(r.loop, &o, &e);
	if (!r.pg)
		fail_msg("iv_pg_new: %s", e.msg);
	return r;
}

static inline struct rig rig_usual(void)
{
	return rig_open(server.url, 2, 8, 1000, 5000);
}

static inline void rig_close(struct rig *r)
{
	bool closed = false;

	iv_pg_close(r->pg, set_true, &closed);
	assert_true(loop_until(r->loop, 10000, is_true, &closed));
	iv_loop_free(r->loop);
}

/* Asks and waits for the end; what was answered is in a, which the caller deinits. */
static inline void ask_one(struct rig *r, struct ask *a, const char *tenant, const struct iv_query *q, const void *in)
{
	ask_init(a, r->pg, tenant);
	ask_add(a, q, in);
	ask_start(r->loop, a, 60000);
	assert_true(loop_until(r->loop, 20000, ask_ended, a));
	assert_int_equal(a->ends, 1);
}

/* The same where only success counts. */
static inline void ask_ok(struct rig *r, const char *tenant, const struct iv_query *q, const void *in)
{
	struct ask a;

	ask_one(r, &a, tenant, q, in);
	if (a.err.code != IV_OK)
		fail_msg("%s: %s %s", q->name, iv_code_info(a.err.code)->name, a.err.msg);
	ask_deinit(&a);
}

static inline enum iv_code ask_code(struct rig *r, const char *tenant, const struct iv_query *q, const void *in,
				    struct iv_err *err)
{
	struct ask a;

	ask_one(r, &a, tenant, q, in);
	ask_deinit(&a);
	if (err)
		*err = a.err;
	return a.err.code;
}

static inline int64_t ask_number(struct rig *r, const char *tenant, const struct iv_query *q, const void *in)
{
	struct ask a;
	int64_t n;

	ask_one(r, &a, tenant, q, in);
	assert_int_equal(a.err.code, IV_OK);
	assert_int_equal(a.rows.count, 1);
	n = *(const int64_t *)a.rows.items; /* statements asked so have their number first */
	ask_deinit(&a);
	return n;
}

/* ── the server, once for a program ── */

static inline void rig_schema(void)
{
	char sql[8192];
	FILE *f = fopen("tests/unit/store/pg_schema.sql", "r");
	size_t n;

	assert_non_null(f);
	n = fread(sql, 1, sizeof(sql) - 1, f);
	fclose(f);
	assert_true(n > 0 && n < sizeof(sql) - 1);
	sql[n] = '\0';
	(void)server_ask(&server, sql);
}

static inline int rig_setup(void **state)
{
	(void)state;
	iv_log_set_level(IV_ERROR);
	if (server_start(&server))
		rig_schema();
	return 0;
}

static inline int rig_teardown(void **state)
{
	(void)state;
	server_end(&server);
	return 0;
}

/* First line of each test that asks the server. */
#define NEEDS_SERVER(state)                                                                                            \
	do {                                                                                                           \
		(void)(state);                                                                                         \
		if (!server.pid)                                                                                       \
			skip();                                                                                        \
		(void)server_ask(&server, "truncate things, parts; alter sequence attempts restart");                 \
	} while (0)

#endif
