/* The life of a batch in the pool: it waits, is tried again, meets its deadline, is given up by who asked, ends. */
#include "pg_priv.h"

#include "iv_crypto.h"
#include "iv_log.h"
#include "iv_metrics.h"

enum { TRIES_MAX = 3, AGAIN_MS = 20 };

static void count_waiting(struct iv_pg *pg, int n)
{
	pg->waiting_count = (size_t)((ptrdiff_t)pg->waiting_count + n);
	iv_metric_set(IV_M_pg_waiting, pg->metric_label, (double)pg->waiting_count);
}

/* ── the end of a batch ── */

void pg_leave_waiting(struct iv_pg_batch *b)
{
	iv_list_remove(&b->node);
	count_waiting(b->pool, -1);
}

/* Takes b from wherever it is; not from a connection, which counts on its answer. */
static void unlink_batch(struct iv_pg_batch *b)
{
	if (b->at == PG_AT_WAITING || b->at == PG_AT_DELAY)
		pg_leave_waiting(b);
	iv_list_remove(&b->node);
	iv_timer_stop(&b->deadline);
	iv_timer_stop(&b->again);
}

bool pg_is_failure(enum iv_code code)
{
	return code == IV_EDRAINING || code == IV_EINTERNAL || code == IV_ETOOBIG;
}

static const char *last_name(const struct iv_pg_batch *b)
{
	return b->parts[b->part_count - 1].query->name;
}

/* Frees b, then tells whoever waits: it may ask again, or close the pool. */
static void end(struct iv_pg *pg, struct iv_pg_batch *b, const struct iv_err *err)
{
	struct iv_pg_run *run = b->run;
	int64_t ms = (iv_now_us() - b->asked_us) / 1000;
	struct iv_err copy = *err;

	unlink_batch(b);
	pg->stats.batches++;
	pg->stats.failures += pg_is_failure(copy.code);
	iv_metric_add(IV_M_pg_batches_total, pg->metric_label, 1);
	iv_metric_observe(IV_M_pg_batch_ms, pg->metric_label, (double)ms);
	if (pg_is_failure(copy.code)) {
		pg->stats.failed_us = iv_now_us();
		iv_metric_add(IV_M_pg_failures_total, pg->metric_label, 1);
		/* While the pool is down, which was said, each batch says nothing new. */
		IV_LOG(pg->up ? IV_WARN : IV_DEBUG_LEVEL, "pg.failed", IV_LS("pool", pg->name),
		       IV_LS("statement", last_name(b)), IV_LS("code", iv_code_info(copy.code)->name),
		       IV_LS("why", copy.msg), IV_LI("ms", ms));
	}
	pg_batch_free(b);
	if (!run)
		return;
	run->batch = NULL;
	iv_op_done(&run->op, &copy);
}

static void end_ending(void *arg)
{
	struct iv_pg *pg = arg;

	while (!iv_list_empty(&pg->ending)) {
		struct iv_pg_batch *b = IV_CONTAINER(pg->ending.next, struct iv_pg_batch, node);

		end(pg, b, &b->err);
	}
	pg_check_over(pg);
}

void pg_end_later(struct iv_pg *pg, struct iv_pg_batch *b, enum iv_code code, const char *msg)
{
	unlink_batch(b);
	b->at = PG_AT_END;
	b->conn = NULL;
	b->err = (struct iv_err){0};
	(void)iv_fail(&b->err, code, "%s", msg);
	if (iv_list_empty(&pg->ending))
		iv_defer(pg->loop, end_ending, pg);
	iv_list_append(&pg->ending, &b->node);
}

/* Interest is lost. What the server has is done all the same: its answer is read and dropped. */
static void on_cancel(struct iv_op *op)
{
	struct iv_pg_run *run = IV_CONTAINER(op, struct iv_pg_run, op);
	struct iv_pg_batch *b = run->batch;

	run->batch = NULL;
	b->run = NULL;
	if (b->at != PG_AT_WAITING && b->at != PG_AT_DELAY)
		return;
	unlink_batch(b);
	pg_batch_free(b);
}

static void on_deadline(void *arg)
{
	struct iv_pg_batch *b = arg;

	/* What the server makes of it is unknown: the connection is not used again, nor is what waits behind. */
	if (b->at == PG_AT_SERVER) {
		iv_warn("pg.late", IV_LS("pool", b->pool->name), IV_LS("statement", last_name(b)));
		pg_set_up(b->pool, false);
		pg_conn_close(b->conn, "deadline");
	} else if (b->at != PG_AT_END) {
		pg_end_later(b->pool, b, IV_EDRAINING, "no database connection was free in time");
	}
}

/* ── trying again ── */

static void put_waiting(struct iv_pg *pg, struct iv_pg_batch *b, bool first)
{
	b->at = PG_AT_WAITING;
	count_waiting(pg, 1);
	iv_list_append(first ? pg->waiting.next : &pg->waiting, &b->node);
}

static void on_again(void *arg)
{
	struct iv_pg_batch *b = arg;

	pg_leave_waiting(b);
	put_waiting(b->pool, b, true);
	pg_dispatch(b->pool);
}

static bool try_again(struct iv_pg *pg, struct iv_pg_batch *b, enum pg_then then)
{
	uint32_t chance;

	if (!b->run || pg->closing)
		return false;
	if (then == PG_THEN_REPREPARE && !b->reprepared) {
		b->reprepared = true;
		pg_batch_rewind(b);
		put_waiting(pg, b, true);
		return true;
	}
	if (then != PG_THEN_AGAIN || b->tries == TRIES_MAX)
		return false;
	b->tries++;
	pg_batch_rewind(b);
	b->at = PG_AT_DELAY;
	count_waiting(pg, 1);
	iv_list_append(&pg->delayed, &b->node);
	iv_random(&chance, sizeof(chance));
	iv_timer_in_ms(&b->again, 1 + (int64_t)chance % (AGAIN_MS << b->tries));
	return true;
}

void pg_begin(struct iv_pg *pg, struct iv_pg_batch *b, struct iv_flow *f, struct iv_pg_run *run)
{
	b->pool = pg;
	b->run = run;
	b->asked_us = iv_now_us();
	iv_timer_init(&b->deadline, pg->loop, on_deadline, b);
	iv_timer_init(&b->again, pg->loop, on_again, b);
	run->batch = b;
	put_waiting(pg, b, false);
	iv_op_begin(&run->op, f, on_cancel);
}

void pg_settle(struct iv_pg *pg, struct pg_conn *c, struct iv_pg_batch *b)
{
	enum pg_then then = b->sqlstate[0] ? pg_verdict(b->sqlstate)->then : PG_THEN_NOTHING;
	struct iv_err err = b->err;

	pg_set_up(pg, then != PG_THEN_DROP);
	if (then == PG_THEN_REPREPARE && b->generation == c->generation) {
		/* New names for all of them: the old ones go with the connection. */
		iv_map_free(c->prepared);
		c->prepared = iv_map_new();
		c->generation++;
	} else if (then == PG_THEN_DROP) {
		pg_conn_retire(c);
	} else if (err.code == IV_OK) {
		pg->backoff.failures = 0;
	}
	if (!try_again(pg, b, then)) {
		if (err.code == IV_OK && b->run)
			pg_batch_hand_over(b, &err);
		end(pg, b, &err);
	}
	if (c->state == PG_RETIRING && c->depth == 0)
		pg_conn_close(c, "retired");
	pg_dispatch(pg);
}
