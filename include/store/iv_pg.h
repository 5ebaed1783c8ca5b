/* iv_pg: PostgreSQL without waiting. A pool of pipelined connections for one role; statements are named
 * rows of src/store/sql/NAME.sql (the generator says how), prepared on first use on each connection.
 *
 * A batch is one or more statements that go out together and are one transaction: first the scope is
 * set (set_config(…, true): gone with the transaction), then each statement, then a sync. It is done
 * whole or not at all. Nothing of one batch depends on the answer of another statement of it; what does
 * is written as one statement (CTE) or a function of the schema.
 *
 * Behind a pooler: PgBouncer from 1.21 on with max_prepared_statements, and ignore_startup_parameters =
 * options (then the roles need a statement_timeout of their own); LISTEN needs the server itself.
 *
 * Sources: PostgreSQL 15 manual, 34.5 (pipeline mode), 34.4 (asynchronous), 55 (protocol). */
#ifndef IV_PG_H
#define IV_PG_H

#include "iv_arena.h"
#include "iv_flow.h"

struct iv_pg;

struct iv_pg_opts {
	const char *url;          /* postgresql://… or keyword=value; never logged */
	const char *name;         /* "app" or "worker": the label in logs and metrics; "invorto app" to the server */
	int connections;          /* at most, one more for LISTEN; opened when those there are busy, kept */
	int depth;                /* batches in flight on one connection */
	int waiting_max;          /* batches without a connection; one more fails at once */
	int connect_ms, query_ms; /* query: from being asked to the answer; then the connection is closed, in doubt.
	                           * The server's own statement_timeout is a second more. While the last attempt
	                           * to connect has failed nobody waits longer than a quarter of it. */
};

/* Does no I/O yet: the first connection is made as soon as the loop runs, and again while there is none.
 * NULL: the URL is wrong. */
struct iv_pg *iv_pg_new(struct iv_loop *l, const struct iv_pg_opts *o, struct iv_err *e);
/* Batches in flight finish or meet their deadline; those that wait fail. Then done, from the loop. */
void iv_pg_close(struct iv_pg *pg, void (*done)(void *arg), void *arg);
bool iv_pg_up(const struct iv_pg *pg); /* the last attempt to connect or to ask went well */
struct iv_pg_stats {
	int open, busy;
	size_t waiting;
	uint64_t batches, failures, reconnects;
	int64_t failed_us, retry_us; /* the last failure or lost connection, the next attempt to connect; 0: none */
};
struct iv_pg_stats iv_pg_stats(const struct iv_pg *pg);

/* ── statements ── */

enum iv_sql_kind {
	IV_SQL_TEXT,  /* struct iv_str; ptr NULL is null. Also for numeric, which never goes through double */
	IV_SQL_INT,   /* int64_t; IV_SQL_NULL is null */
	IV_SQL_FLOAT, /* double; NaN is null */
	IV_SQL_BOOL,  /* bool; a null column reads false */
	IV_SQL_JSON,  /* struct iv_str, JSON text; ptr NULL is null */
	IV_SQL_TIME,  /* int64_t, Unix ms, 1970 to 9999; INT64_MAX is infinity, IV_SQL_NULL is null */
	IV_SQL_TEXTS, /* struct iv_strs (iv_shape.h), text[]; null reads empty */
};
#define IV_SQL_NULL INT64_MIN

struct iv_sql_column {
	const char *name;
	enum iv_sql_kind kind;
	size_t offset;
};

/* Made by the generator, one per statement: iv_sql_NAME. */
struct iv_query {
	const char *name, *sql;
	const struct iv_sql_column *in, *out; /* end with name NULL */
	size_t in_size, out_size;             /* struct iv_NAME_in, struct iv_NAME_out */
	bool one;                             /* :one: no row is IV_ENOENT, two are IV_EINTERNAL */
};

/* Rows of the answer, in the arena: iv_NAME_at(&rows, i) is row i, typed. */
struct iv_rows {
	void *items;
	size_t count;
	int64_t affected; /* rows touched by INSERT, UPDATE, DELETE */
};

struct iv_pg_part {
	const struct iv_query *query;
	const void *in;       /* struct iv_NAME_in, copied before the call returns; NULL when it takes nothing */
	struct iv_rows *rows; /* filled before the operation is done; may be NULL */
};

/* Whose rows. Empty tenant: rows of no tenant. user_id (a person behind a JWT) widens nothing unless the
 * schema's user_belongs_to_tenant() says so. */
struct iv_scope {
	struct iv_str tenant_id, user_id;
};

/* Embedded in whoever asks; alive until the operation is done or its flow has ended. */
struct iv_pg_run {
	struct iv_op op;
	struct iv_pg_batch *batch; /* the pool's; NULL when nothing is in flight */
};

/* `return iv_pg_run(…)` in a step. The next step finds its rows. Errors, with what was asked in the log
 * and never in the message:
 *   IV_ECONFLICT  unique or exclusion violated; field is the constraint's name
 *   IV_EINVAL     foreign key or check violated, text that is no number…; field is the constraint's name,
 *                 or the column's or parameter's
 *   IV_ENOENT     a :one statement found nothing. Said after the fact: what else was in the batch is done
 *   IV_EFORBIDDEN row security or a missing grant refused
 *   IV_EDRAINING  no connection, read-only or starting server, deadline, queue full: try again. When it was
 *                 at the server already, it may have been done
 *   IV_ETOOBIG    the answer does not fit the arena (it is done all the same); over 16 MB of parameters
 *   IV_EINTERNAL  anything else
 * Functions of the schema speak the same way: `raise unique_violation using constraint = 'name'`.
 * Serialisation failures and deadlocks are tried again up to three times by the pool. A flow that is
 * cancelled takes back what still waits; what the server has is done, and its answer dropped. */
enum iv_flow_next iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
			    struct iv_arena *arena, const struct iv_pg_part *parts, size_t count);
/* One statement. */
static inline enum iv_flow_next iv_pg_one(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run,
					  const struct iv_scope *scope, struct iv_arena *arena,
					  const struct iv_query *q, const void *in, struct iv_rows *rows)
{
	return iv_pg_run(pg, f, run, scope, arena, &(struct iv_pg_part){q, in, rows}, 1);
}

/* ── wake-ups: LISTEN on a connection of its own, again after every reconnect */

/* fn is also called once after each (re)connect with an empty payload: something may have been missed.
 * A channel's name is at most 63 bytes. There is no way back but closing the pool. */
void iv_pg_listen(struct iv_pg *pg, const char *channel, void (*fn)(void *arg, struct iv_str payload), void *arg);

/* ── start-up and command line only: these block ── */

/* Refuses a schema this binary does not know and a role that owns tables, is superuser or may bypass row
 * security; says which, and what to do. */
IV_MUST_CHECK bool iv_pg_check(const char *url, struct iv_err *e);

#endif
