/* Those who ask one statement at the same time: who waits, who goes together, and who gets which row. A line is there
 * while a batch of it is at the server; who comes then waits in it. */
#include "pg_priv.h"

#include <assert.h>

#include "iv_metrics.h"
#include "iv_pg_join.h"

enum { TOGETHER_MAX = 64, ITEMS_BYTES = 1 << 20, ANSWER_BYTES = 4 << 20 };

struct pg_line {
	struct iv_list node; /* of the pool's; there are as many as tenants that ask in this moment */
	struct iv_pg *pg;
	const struct iv_query *query;
	struct iv_scope scope;  /* in the block behind */
	struct iv_list waiting; /* oldest first */
	struct pg_together *on_its_way;
	bool going;
	int users; /* functions that hold it: who is answered may ask again at once */
	char text[];
};

struct pg_together {
	struct iv_flow flow;
	struct iv_pg_run run;
	struct iv_arena arena;
	struct iv_rows rows;
	struct pg_line *line;
	struct iv_buf items;
	size_t count;
	struct iv_pg_joined *members[TOGETHER_MAX]; /* NULL: has left */
};

static struct iv_str item_of(const struct iv_pg_joined *m)
{
	return *(const struct iv_str *)m->in; /* the first parameter */
}

static void answer(struct iv_pg_joined *m, const struct iv_err *e)
{
	m->with = NULL;
	iv_op_done(&m->op, e);
}

/* ── lines ── */

static bool same(struct iv_str a, struct iv_str b)
{
	return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static struct pg_line *line_of(struct iv_pg *pg, const struct iv_query *q, const struct iv_scope *scope)
{
	struct pg_line *l;

	IV_LIST_EACH(node, &pg->lines) {
		l = IV_CONTAINER(node, struct pg_line, node);
		if (l->query == q && same(l->scope.tenant_id, scope->tenant_id) && same(l->scope.user_id, scope->user_id))
			return l;
	}
	l = pg_calloc(sizeof(*l) + scope->tenant_id.len + scope->user_id.len + 1);
	l->pg = pg;
	l->query = q;
	l->scope.tenant_id = (struct iv_str){l->text, scope->tenant_id.len};
	l->scope.user_id = (struct iv_str){l->text + scope->tenant_id.len, scope->user_id.len};
	if (scope->tenant_id.len)
		memcpy(l->text, scope->tenant_id.ptr, scope->tenant_id.len);
	if (scope->user_id.len)
		memcpy(l->text + scope->tenant_id.len, scope->user_id.ptr, scope->user_id.len);
	iv_list_init(&l->waiting);
	iv_list_append(&pg->lines, &l->node);
	return l;
}

static void leave(struct pg_line *l)
{
	if (--l->users || l->on_its_way || !iv_list_empty(&l->waiting))
		return;
	iv_list_remove(&l->node);
	free(l);
}

static void count_waiting(struct iv_pg *pg, int n)
{
	pg->joined_waiting = (size_t)((ptrdiff_t)pg->joined_waiting + n);
	iv_metric_set(IV_M_pg_joined_waiting, pg->metric_label, (double)pg->joined_waiting);
}

static void stop_waiting(struct pg_line *l, struct iv_pg_joined *m)
{
	iv_list_remove(&m->node);
	count_waiting(l->pg, -1);
}

static struct iv_pg_joined *first(const struct pg_line *l)
{
	return iv_list_empty(&l->waiting) ? NULL : IV_CONTAINER(l->waiting.next, struct iv_pg_joined, node);
}

/* ── a batch is answered ── */

static bool keep_row(const struct iv_query *q, const void *row, struct iv_pg_joined *m)
{
	char *mine = iv_arena_alloc(m->arena, q->out_size);

	if (!mine)
		return false;
	memcpy(mine, row, q->out_size);
	for (const struct iv_sql_column *col = q->out; col->name; col++) {
		struct iv_str *s = (struct iv_str *)(void *)(mine + col->offset);

		if ((col->kind == IV_SQL_TEXT || col->kind == IV_SQL_JSON) && s->ptr && !(*s = iv_arena_str(m->arena, *s)).ptr)
			return false;
	}
	*m->rows = (struct iv_rows){mine, 1, 1};
	return true;
}

static const void *row_for(const struct pg_together *t, size_t place)
{
	for (size_t i = 0; i < t->rows.count; i++) {
		/* Nearly always where it is looked for first. */
		const char *row = (const char *)t->rows.items + (place + i) % t->rows.count * t->line->query->out_size;

		if (*(const int64_t *)(const void *)row == (int64_t)place + 1)
			return row;
	}
	return NULL;
}

static void give(struct pg_together *t, struct iv_pg_joined *m)
{
	const struct iv_query *q = t->line->query;
	struct iv_err e = {0};
	const void *row = q->out_size ? row_for(t, m->place) : NULL;

	if (q->out_size && !row)
		(void)iv_fail(&e, IV_EINTERNAL, "%s left an item without an answer", q->name);
	else if (row && m->rows && !keep_row(q, row, m))
		(void)iv_fail(&e, IV_ETOOBIG, "the answer does not fit");
	answer(m, &e);
}

/* The statement was refused, and nothing of it was done: somebody in it is to blame. */
static bool is_somebodys(const struct pg_together *t)
{
	enum iv_code code = t->flow.err.code;

	return t->count > 1 && code != IV_OK && code != IV_EDRAINING && code != IV_ETIMEDOUT && code != IV_ETOOBIG;
}

static void halve(struct pg_together *t)
{
	struct pg_line *l = t->line;

	for (size_t i = t->count; i-- > 0;) {
		struct iv_pg_joined *m = t->members[i];

		if (!m)
			continue;
		t->members[i] = NULL;
		m->with = NULL;
		m->most = t->count / 2;
		iv_list_append(l->waiting.next, &m->node); /* before all others, in their order */
		count_waiting(l->pg, 1);
	}
}

static void tell_all(struct pg_together *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct iv_pg_joined *m = t->members[i];

		if (!m)
			continue;
		t->members[i] = NULL;
		if (t->flow.err.code == IV_OK)
			give(t, m);
		else
			answer(m, &t->flow.err);
	}
}

static void go_on(struct pg_line *l);

static void end(struct iv_flow *f)
{
	struct pg_together *t = IV_CONTAINER(f, struct pg_together, flow);
	struct pg_line *l = t->line;

	l->users++;
	l->on_its_way = NULL;
	if (is_somebodys(t))
		halve(t);
	go_on(l); /* first: the server works while they are told */
	tell_all(t);
	iv_arena_deinit(&t->arena);
	iv_buf_deinit(&t->items);
	free(t);
	leave(l);
}

/* ── a batch goes out ── */

static bool add_item(struct pg_together *t, struct iv_str item)
{
	return iv_buf_addc(&t->items, t->count ? ',' : '[') && iv_buf_adds(&t->items, item);
}

static void board(struct pg_together *t, struct iv_pg_joined *m)
{
	m->with = t;
	m->place = t->count;
	t->members[t->count++] = m;
}

/* The oldest, as many as may go together. One that is too long for the others goes alone: the pool says what is too long
 * for it. */
static void fill(struct pg_together *t)
{
	struct pg_line *l = t->line;
	size_t most = first(l)->most;

	for (struct iv_pg_joined *m = first(l); m && t->count < most && m->most == most; m = first(l)) {
		if (t->count && t->items.len + item_of(m).len + 2 > ITEMS_BYTES)
			return;
		if (!add_item(t, item_of(m)))
			abort(); /* the buffer's ceiling is the largest item and more */
		stop_waiting(l, m);
		board(t, m);
	}
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct pg_together *t = IV_CONTAINER(f, struct pg_together, flow);
	const struct iv_query *q = t->line->query;
	char *in = iv_arena_alloc(&t->arena, q->in_size);

	if (!in || !iv_buf_addc(&t->items, ']'))
		abort();
	memcpy(in, t->members[0]->in, q->in_size);
	*(struct iv_str *)(void *)in = iv_buf_str(&t->items);
	return iv_pg_one(t->line->pg, f, &t->run, &t->line->scope, &t->arena, q, in, &t->rows);
}

static const struct iv_flow_step steps[] = {{"ask", ask}, {0}};
static const struct iv_flow_type type = {"pg_together", steps, end};

static void send_some(struct pg_line *l)
{
	struct pg_together *t = pg_calloc(sizeof(*t));

	t->line = l;
	iv_arena_init(&t->arena, ANSWER_BYTES);
	iv_buf_init(&t->items, ITEMS_BYTES + item_of(first(l)).len + 2);
	fill(t);
	l->on_its_way = t;
	/* The pool has a deadline of its own and keeps it: this one is for a pool that has gone wrong. */
	iv_flow_start(&t->flow, &type, l->pg->loop, 2 * (int64_t)l->pg->query_ms + 1000, NULL);
}

/* Nobody waits longer than one who has asked for himself. */
static void refuse_late(struct pg_line *l)
{
	int64_t limit_us = iv_now_us() - (int64_t)l->pg->query_ms * 1000;
	struct iv_err e = {0};

	(void)iv_fail(&e, IV_EDRAINING, PG_LATER);
	for (struct iv_pg_joined *m = first(l); m && m->asked_us < limit_us; m = first(l)) {
		stop_waiting(l, m);
		answer(m, &e);
	}
}

/* A batch that the pool refuses ends inside its start, which calls this again: the outer one goes on. */
static void go_on(struct pg_line *l)
{
	if (l->going)
		return;
	l->going = true;
	while (!l->on_its_way && first(l)) {
		refuse_late(l);
		if (first(l) && !l->on_its_way)
			send_some(l);
	}
	l->going = false;
}

/* ── asking ── */

static void on_cancel(struct iv_op *op)
{
	struct iv_pg_joined *m = IV_CONTAINER(op, struct iv_pg_joined, op);

	if (m->with)
		m->with->members[m->place] = NULL;
	else
		stop_waiting(m->line, m);
	m->with = NULL;
}

enum iv_flow_next iv_pg_join(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_joined *run, const struct iv_scope *scope,
			     struct iv_arena *arena, const struct iv_query *q, const void *in, struct iv_rows *rows)
{
	struct pg_line *l;

	assert(q->in[0].kind == IV_SQL_JSON && q->in[0].offset == 0 && !q->one);
	assert(!q->out_size || (q->out[0].kind == IV_SQL_INT && q->out[0].offset == 0));
	if (rows)
		*rows = (struct iv_rows){0};
	if (pg->joined_waiting >= pg->waiting_max)
		return iv_flow_fail(f, IV_EDRAINING, "too many wait for the database");
	l = line_of(pg, q, scope);
	l->users++;
	*run = (struct iv_pg_joined){.line = l, .most = TOGETHER_MAX, .in = in, .arena = arena, .rows = rows,
				     .asked_us = iv_now_us()};
	iv_list_append(&l->waiting, &run->node);
	count_waiting(pg, 1);
	iv_op_begin(&run->op, f, on_cancel);
	go_on(l);
	leave(l);
	return iv_flow_await(f);
}
