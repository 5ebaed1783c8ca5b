/* The pool: who waits, which connection takes it, when another is opened, when everything is over. */
#include "pg_priv.h"

#include "iv_log.h"
#include "iv_metrics.h"

/* While the last attempt to connect has failed nobody waits longer than a part of what an answer may take. */
enum { DOWN_PART = 4 };

static int64_t patience_us(const struct iv_pg *pg)
{
	return (int64_t)pg->query_ms * (pg->unreachable ? 1000 / DOWN_PART : 1000);
}

static void set_deadline(struct iv_pg_batch *b, int64_t since_us)
{
	int64_t last_us = b->asked_us + (int64_t)b->pool->query_ms * 1000, soon_us = since_us + patience_us(b->pool);

	iv_timer_at(&b->deadline, b->pool->unreachable && soon_us < last_us ? soon_us : last_us);
}

void pg_set_up(struct iv_pg *pg, bool up)
{
	if (pg->up == up)
		return;
	pg->up = up;
	pg->down_since_us = iv_now_us();
	if (up)
		iv_info("pg.up", IV_LS("pool", pg->name));
	else
		iv_warn("pg.down", IV_LS("pool", pg->name));
}

static void set_unreachable(struct iv_pg *pg, bool unreachable)
{
	if (pg->unreachable == unreachable)
		return;
	pg->unreachable = unreachable;
	pg->unreachable_since_us = iv_now_us();
	IV_LIST_EACH(node, &pg->waiting)
		set_deadline(IV_CONTAINER(node, struct iv_pg_batch, node), pg->unreachable_since_us);
}

/* ── connections ── */

/* One that is still writing is left alone: libpq shifts all that is unsent with every write, and the bytes of many
 * large batches would take the loop's time. */
static struct pg_conn *least_busy(struct iv_pg *pg)
{
	struct pg_conn *best = NULL;

	for (int i = 0; i < pg->conn_count; i++) {
		struct pg_conn *c = &pg->conns[i];

		if (c->state == PG_READY && !c->unsent && (!best || c->depth < best->depth))
			best = c;
	}
	return best;
}

static bool has_room(struct iv_pg *pg)
{
	const struct pg_conn *c = least_busy(pg);

	return c && c->depth < pg->depth;
}

/* One at a time: a login costs the server a process and us a few milliseconds of hashing. */
static void open_one_more(struct iv_pg *pg)
{
	struct pg_conn *closed = NULL;

	if (pg->closing || iv_timer_armed(&pg->backoff.timer))
		return;
	for (int i = 0; i < pg->conn_count; i++) {
		struct pg_conn *c = &pg->conns[i];

		if (c->state == PG_RESOLVING || c->state == PG_CONNECTING)
			return;
		if (!closed && c->state == PG_CLOSED)
			closed = c;
	}
	if (closed)
		pg_conn_open(closed, pg->connect_ms, (unsigned)pg->backoff.failures);
}

/* Gives to the least busy connection, and opens another when that one is busy. */
void pg_dispatch(struct iv_pg *pg)
{
	while (!iv_list_empty(&pg->waiting)) {
		struct iv_pg_batch *b = IV_CONTAINER(pg->waiting.next, struct iv_pg_batch, node);
		struct pg_conn *c = least_busy(pg);

		if (!c || c->depth > 0)
			open_one_more(pg);
		if (!c || c->depth >= pg->depth)
			return;
		pg_leave_waiting(b);
		pg_pipe_send(c, b);
	}
}

static void count_open(const struct iv_pg *pg)
{
	iv_metric_set(IV_M_pg_connections, pg->metric_label, iv_pg_stats(pg).open);
}

static void on_ready(struct pg_conn *c)
{
	struct iv_pg *pg = c->owner;

	count_open(pg);
	c->was_ready = true;
	set_unreachable(pg, false);
	pg_set_up(pg, true);
	pg_dispatch(pg);
}

static void on_drained(struct pg_conn *c)
{
	pg_dispatch(c->owner);
}

static void on_lost(struct pg_conn *c)
{
	struct iv_pg *pg = c->owner;

	while (!iv_list_empty(&c->in_flight))
		pg_end_later(pg, IV_CONTAINER(c->in_flight.next, struct iv_pg_batch, node), IV_EDRAINING, PG_LATER);
	c->depth = 0;
	if (pg->closing)
		return;
	pg->stats.reconnects++;
	pg->stats.failed_us = iv_now_us();
	pg_set_up(pg, false);
	if (!c->was_ready && iv_pg_stats(pg).open == 0)
		set_unreachable(pg, true);
	c->was_ready = false;
	if (!iv_timer_armed(&pg->backoff.timer))
		pg_backoff_start(&pg->backoff);
}

static void on_closed(struct pg_conn *c)
{
	struct iv_pg *pg = c->owner;

	count_open(pg);
	pg_check_over(pg);
	pg_dispatch(pg);
}

static const struct pg_conn_type conn_type = {on_ready, pg_pipe_input, on_drained, on_lost, on_closed};

/* While the pool is down somebody has to find out when that ends, whether or not there is work. */
static void on_backoff(void *arg)
{
	struct iv_pg *pg = arg;

	if (!pg->up || !iv_list_empty(&pg->waiting) || !least_busy(pg))
		open_one_more(pg);
}

/* ── the pool ── */

struct iv_pg *iv_pg_new(struct iv_loop *l, const struct iv_pg_opts *o, struct iv_err *e)
{
	struct iv_pg *pg = pg_calloc(sizeof(*pg));

	pg->loop = l;
	pg->depth = o->depth;
	pg->connect_ms = o->connect_ms;
	pg->query_ms = o->query_ms;
	pg->waiting_max = (size_t)o->waiting_max;
	pg->metric_label = strcmp(o->name, "worker") == 0;
	pg->down_since_us = iv_now_us();
	(void)iv_str_copy(pg->name, sizeof(pg->name), iv_str(o->name)); /* a label: cut rather than refused */
	iv_list_init(&pg->waiting);
	iv_list_init(&pg->delayed);
	iv_list_init(&pg->ending);
	iv_list_init(&pg->lines);
	if (!pg_target_init(&pg->target, o, e)) {
		pg_target_deinit(&pg->target);
		free(pg);
		return NULL;
	}
	pg->conn_count = o->connections;
	pg->conns = pg_calloc((size_t)o->connections * sizeof(pg->conns[0]));
	for (int i = 0; i < o->connections; i++)
		pg_conn_init(&pg->conns[i], &conn_type, pg, l, &pg->target, pg->name, i + 1);
	iv_timer_init(&pg->backoff.timer, l, on_backoff, pg);
	iv_timer_in_ms(&pg->backoff.timer, 0); /* the first connection, as soon as the loop runs */
	return pg;
}

static void finish(void *arg)
{
	struct iv_pg *pg = arg;

	if (pg->done)
		pg->done(pg->done_arg);
	pg_listener_free(pg->listener);
	pg_target_deinit(&pg->target);
	free(pg->conns);
	free(pg);
}

void pg_check_over(struct iv_pg *pg)
{
	if (!pg->closing || pg->over || !iv_list_empty(&pg->ending) || (pg->listener && !pg_listener_over(pg->listener)))
		return;
	for (int i = 0; i < pg->conn_count; i++)
		if (pg->conns[i].state != PG_CLOSED)
			return;
	pg->over = true;
	iv_defer(pg->loop, finish, pg);
}

static void fail_all(struct iv_pg *pg, struct iv_list *list)
{
	while (!iv_list_empty(list))
		pg_end_later(pg, IV_CONTAINER(list->next, struct iv_pg_batch, node), IV_EDRAINING,
			     "the database pool is closing");
}

void iv_pg_close(struct iv_pg *pg, void (*done)(void *arg), void *arg)
{
	pg->closing = true;
	pg->done = done;
	pg->done_arg = arg;
	iv_timer_stop(&pg->backoff.timer);
	fail_all(pg, &pg->waiting);
	fail_all(pg, &pg->delayed);
	for (int i = 0; i < pg->conn_count; i++) {
		struct pg_conn *c = &pg->conns[i];

		if (c->depth > 0)
			pg_conn_retire(c);
		else
			pg_conn_close(c, "pool closed");
	}
	if (pg->listener)
		pg_listener_close(pg->listener);
	pg_check_over(pg);
}

bool iv_pg_up(const struct iv_pg *pg)
{
	return pg->up;
}

struct iv_pg_stats iv_pg_stats(const struct iv_pg *pg)
{
	struct iv_pg_stats s = pg->stats;

	if (!pg->up && iv_timer_armed(&pg->backoff.timer))
		s.retry_us = pg->backoff.timer.deadline_us;
	s.waiting = pg->waiting_count;
	for (int i = 0; i < pg->conn_count; i++) {
		s.open += pg_conn_live(&pg->conns[i]);
		s.busy += pg->conns[i].depth > 0;
	}
	return s;
}

/* ── asking ── */

static enum iv_flow_next refuse(struct iv_pg *pg, struct iv_flow *f, const struct iv_err *e)
{
	pg->stats.batches++;
	pg->stats.failures += pg_is_failure(e->code);
	if (pg_is_failure(e->code))
		pg->stats.failed_us = iv_now_us();
	iv_metric_add(IV_M_pg_batches_total, pg->metric_label, 1);
	iv_metric_add(IV_M_pg_failures_total, pg->metric_label, pg_is_failure(e->code));
	if (f->err.code == IV_OK)
		f->err = *e;
	return IV_FLOW_DONE;
}

/* Down for longer than anybody waits: whoever asks now would wait in vain. */
static bool long_down(const struct iv_pg *pg)
{
	int64_t since_us = pg->unreachable ? pg->unreachable_since_us : pg->down_since_us;

	return !pg->up && iv_now_us() - since_us > patience_us(pg);
}

enum iv_flow_next iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
			    struct iv_arena *arena, const struct iv_pg_part *parts, size_t count)
{
	struct iv_err e = {0};
	struct iv_pg_batch *b = NULL;

	run->batch = NULL;
	for (size_t i = 0; i < count; i++)
		if (parts[i].rows)
			*parts[i].rows = (struct iv_rows){0};
	if (pg->closing || long_down(pg))
		(void)iv_fail(&e, IV_EDRAINING, PG_LATER);
	else if (pg->waiting_count >= pg->waiting_max && !has_room(pg))
		(void)iv_fail(&e, IV_EDRAINING, "too many wait for the database");
	else
		b = pg_batch_new(scope, parts, count, &e);
	if (!b)
		return refuse(pg, f, &e);
	b->arena = arena;
	pg_begin(pg, b, f, run);
	set_deadline(b, b->asked_us);
	pg_dispatch(pg);
	return iv_flow_await(f);
}

void iv_pg_listen(struct iv_pg *pg, const char *channel, void (*fn)(void *arg, struct iv_str payload), void *arg)
{
	if (pg->closing)
		return;
	if (!pg->listener)
		pg->listener = pg_listener_new(pg, pg->loop, &pg->target, pg->name, pg->connect_ms, pg->query_ms);
	pg_listener_add(pg->listener, channel, fn, arg);
}

void pg_listener_closed(struct iv_pg *pg)
{
	pg_check_over(pg);
}
