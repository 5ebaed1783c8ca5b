/* What goes wrong: before a step of a flow, or around one of its statements. The linker puts __wrap_iv_pg_run and
 * __wrap_iv_pg_join in the place of the store's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "house.h"
#include "iv_pg_join.h"

struct fault fault;

static void on_step(struct iv_flow *f, const char *step)
{
	if (!fault.flow || strcmp(f->type->name, fault.flow) != 0)
		return;
	if (!fault.at)
		fault.at = f;
	if (f != fault.at)
		return;
	fault.step = step;
	if (fault.step_count < (int)IV_COUNT(fault.steps))
		fault.steps[fault.step_count] = step;
	if (fault.how == FAULT_AT_STEP && fault.step_count == fault.n) {
		fault.hit = true;
		fault.act(fault.arg);
	}
	fault.step_count++;
}

void fault_set(const char *flow, enum fault_how how, int n, void (*act)(void *arg), void *arg)
{
	fault = (struct fault){.flow = flow, .how = how, .n = n, .act = act, .arg = arg};
	iv_flow_trace = on_step;
}

void fault_clear(void)
{
	fault.flow = NULL;
	fault.at = NULL;
	iv_flow_trace = NULL;
}

const char *fault_name(enum fault_how how)
{
	static const char *const names[] = {"nothing", "at step", "gone", "broken", "lost", "left", "cut", "first", "away"};

	return names[how];
}

bool house_whole(void)
{
	return getenv("INVORTO_LONG") != NULL;
}

struct house_turns house_turns(size_t which, size_t kinds)
{
	return house_whole() ? (struct house_turns){0, 1} : (struct house_turns){(int)(which % kinds), (int)kinds};
}

/* ── statements ── */

enum iv_flow_next __real_iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
				   struct iv_arena *arena, const struct iv_pg_part *parts, size_t count);
enum iv_flow_next __wrap_iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
				   struct iv_arena *arena, const struct iv_pg_part *parts, size_t count);

/* A statement that is done for nobody; or not at all, and told so a turn later. */
struct shadow {
	struct iv_flow flow; /* first */
	struct iv_op *op;    /* of who asked; NULL: he has gone */
	struct iv_pg *pg;
	struct iv_pg_run run;
	const struct iv_scope *scope;
	const struct iv_pg_part *parts;
	size_t count;
	struct iv_rows rows[8];
	struct iv_arena arena;
	enum iv_code code; /* what he is told */
};
static struct shadow *latest; /* there is one at a time */

static enum iv_flow_next perform(struct iv_flow *f)
{
	struct shadow *s = (struct shadow *)(void *)f;
	struct iv_pg_part parts[8];

	assert_true(s->count <= IV_COUNT(parts));
	for (size_t i = 0; i < s->count; i++)
		parts[i] = (struct iv_pg_part){s->parts[i].query, s->parts[i].in, &s->rows[i]};
	return __real_iv_pg_run(s->pg, f, &s->run, s->scope, &s->arena, parts, s->count);
}

static void performed(struct iv_flow *f)
{
	struct shadow *s = (struct shadow *)(void *)f;
	struct iv_op *op = s->op;
	struct iv_err e = {0};

	if (latest == s)
		latest = NULL;
	(void)iv_fail(&e, s->code, "the test says so");
	iv_arena_deinit(&s->arena);
	iv_free_later(house.s.loop, s);
	if (op)
		iv_op_done(op, &e);
}

static void forget(struct iv_op *op)
{
	if (latest && latest->op == op)
		latest->op = NULL;
}

static void tell_later(void *arg)
{
	performed(arg);
}

static void act_later(void *arg)
{
	(void)arg;
	fault.act(fault.arg);
}

static enum iv_flow_next in_its_place(struct iv_pg *pg, struct iv_flow *f, struct iv_op *op, const struct iv_scope *scope,
				      const struct iv_pg_part *parts, size_t count)
{
	static const struct iv_flow_step steps[] = {{"perform", perform}, {0}};
	static const struct iv_flow_type type = {"shadow", steps, performed};
	struct shadow *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	assert_null(latest);
	*s = (struct shadow){.op = op, .pg = pg, .scope = scope, .parts = parts, .count = count};
	latest = s;
	s->code = fault.how == FAULT_BROKEN ? IV_EINTERNAL : IV_EDRAINING;
	iv_arena_init(&s->arena, 1 << 20);
	iv_op_begin(op, f, forget);
	if (fault.how == FAULT_LOST && count)
		iv_flow_start(&s->flow, &type, house.s.loop, 30000, NULL); /* what it is given is copied in here */
	else
		iv_defer(house.s.loop, tell_later, s);
	return iv_flow_await(f);
}

/* True: something is in its place. Else it is to be done, whatever has happened beside it. */
static bool goes_wrong(const struct iv_pg *pg, const struct iv_flow *f)
{
	if (!fault.flow || f != fault.at || fault.statements++ != fault.n || fault.how <= FAULT_AT_STEP)
		return false;
	fault.hit = true;
	fault.away = fault.how == FAULT_AWAY ? 2 : 0;
	fault.pg = pg;
	if (fault.how == FAULT_LEFT)
		iv_defer(house.s.loop, act_later, NULL); /* before the server can have answered */
	else if (fault.how == FAULT_CUT)
		house_pg_cut(pg);
	else if (fault.how == FAULT_FIRST)
		fault.act(fault.arg);
	else
		return true;
	return false;
}

enum iv_flow_next __wrap_iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
				   struct iv_arena *arena, const struct iv_pg_part *parts, size_t count)
{
	if ((fault.away && pg == fault.pg && fault.away--) || goes_wrong(pg, f))
		return in_its_place(pg, f, &run->op, scope, parts, count);
	return __real_iv_pg_run(pg, f, run, scope, arena, parts, count);
}

enum iv_flow_next __real_iv_pg_join(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_joined *run,
				    const struct iv_scope *scope, struct iv_arena *arena, const struct iv_query *q,
				    const void *in, struct iv_rows *rows);
enum iv_flow_next __wrap_iv_pg_join(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_joined *run,
				    const struct iv_scope *scope, struct iv_arena *arena, const struct iv_query *q,
				    const void *in, struct iv_rows *rows);

/* Who asks together with others only reads: whether that was done and its answer lost is all one. */
enum iv_flow_next __wrap_iv_pg_join(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_joined *run,
				    const struct iv_scope *scope, struct iv_arena *arena, const struct iv_query *q,
				    const void *in, struct iv_rows *rows)
{
	if (goes_wrong(pg, f))
		return in_its_place(pg, f, &run->op, scope, NULL, 0);
	return __real_iv_pg_join(pg, f, run, scope, arena, q, in, rows);
}
