/* The inside of the Postgres client. Bottom up: values as text (pg_value.c), what an SQLSTATE means (pg_error.c),
 * where and how to connect (pg_target.c), one connection (pg_conn.c), a batch and its memory (pg_batch.c), batches
 * over a connection (pg_pipe.c), a batch's life (pg_life.c), the pool (pg.c), many who ask one thing (pg_join.c), wake-ups
 * (pg_listen.c). */
#ifndef IV_PG_PRIV_H
#define IV_PG_PRIV_H

#include <libpq-fe.h>
#include <stdlib.h>

#include "iv_buf.h"
#include "iv_map.h"
#include "iv_pg.h"
#include "iv_shape.h"
#include "resolve.h"

/* Sizes that no peer chooses: running out is not a code path. */
static inline void *pg_calloc(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		abort();
	return p;
}

/* ── pg_value.c: everything travels as text, so that the server may infer what a parameter is ── */

/* Bytes `field` needs as text with its NUL, at most; 0: it is null. */
size_t pg_value_size(enum iv_sql_kind kind, const void *field);
/* Writes the text and its NUL; returns the byte behind, or NULL with *e for what no text can say. */
char *pg_value_write(enum iv_sql_kind kind, const void *field, const char *name, char *to, struct iv_err *e);
/* False when `text` is no such value (IV_EINTERNAL) or the arena is full (IV_ETOOBIG). text.ptr NULL is null. */
IV_MUST_CHECK bool pg_value_read(enum iv_sql_kind kind, struct iv_str text, void *field, struct iv_arena *a,
				 struct iv_err *e);

/* ── pg_error.c ── */

enum pg_then {
	PG_THEN_NOTHING,   /* the answer is the answer */
	PG_THEN_AGAIN,     /* another transaction was in the way */
	PG_THEN_REPREPARE, /* the connection's prepared statements are not what we think */
	PG_THEN_DROP,      /* this server is of no use now */
};
#define PG_SQLSTATE_SIZE 6
struct pg_verdict {
	enum iv_code code;
	enum pg_then then;
	const char *msg;
	bool loggable; /* the server's own words hold no values */
};
const struct pg_verdict *pg_verdict(const char *sqlstate);
/* From a result that is an error. The field is the constraint, or the column. */
void pg_error_read(const PGresult *res, struct iv_err *e, char sqlstate[PG_SQLSTATE_SIZE]);
void pg_error_log(const char *pool, const char *statement, const PGresult *res);

/* ── pg_target.c ── */

#define PG_HOSTS 8

struct pg_host {
	char *name; /* "" is the default socket */
	char *port; /* "" is the default port */
	bool resolve;
	struct iv_addresses at; /* a name's last good answer, or the literal address; none for a socket */
};

struct pg_target {
	struct pg_host hosts[PG_HOSTS];
	int host_count;
	PQconninfoOption *options; /* of the URL, with our own */
};
IV_MUST_CHECK bool pg_target_init(struct pg_target *t, const struct iv_pg_opts *o, struct iv_err *e);
void pg_target_deinit(struct pg_target *t);
bool pg_target_reachable(const struct pg_target *t); /* at least one address is known */
/* Begins to connect without blocking; `first` turns the order of the addresses. NULL: no memory. */
PGconn *pg_target_start(const struct pg_target *t, unsigned first);

/* ── pg_conn.c ── */

enum pg_conn_state { PG_CLOSED, PG_RESOLVING, PG_CONNECTING, PG_READY, PG_RETIRING, PG_CLOSING };

struct pg_conn;
struct pg_conn_type {
	void (*ready)(struct pg_conn *c);   /* may send */
	void (*input)(struct pg_conn *c);   /* something has been read; not while it is closing */
	void (*drained)(struct pg_conn *c); /* what was sent is out, after it was not for a while */
	void (*lost)(struct pg_conn *c);    /* it will answer nothing any more; must not call back into flows */
	void (*closed)(struct pg_conn *c);  /* from the loop; may be opened again */
};

struct pg_conn {
	const struct pg_conn_type *type;
	void *owner;
	struct iv_loop *loop;
	struct pg_target *target;
	const char *label; /* the pool's name */
	int number;
	enum pg_conn_state state;
	PGconn *pg;
	struct pg_watch *watch;
	struct iv_resolve resolve;
	int resolving; /* which host */
	unsigned attempt;
	bool polling; /* a thread has pg */
	PostgresPollingStatusType next;
	struct iv_timer deadline; /* of connecting; the owner's once it is ready */
	bool unsent;              /* the socket has not taken everything yet */
	bool was_ready;           /* the pool's: not lost while it connected */
	/* pg_pipe.c */
	struct iv_list in_flight;
	int depth;
	struct iv_map *prepared; /* by name: those the server knows, or will when it reads what was sent */
	unsigned generation;     /* of the names */
};

void pg_conn_init(struct pg_conn *c, const struct pg_conn_type *type, void *owner, struct iv_loop *l,
		  struct pg_target *t, const char *label, int number);
void pg_conn_open(struct pg_conn *c, int connect_ms, unsigned attempt);
void pg_conn_flush(struct pg_conn *c);  /* after something was sent */
void pg_conn_retire(struct pg_conn *c); /* nothing more is sent; its owner closes it when it has answered all */
void pg_conn_close(struct pg_conn *c, const char *why);
static inline bool pg_conn_live(const struct pg_conn *c)
{
	return c->state == PG_READY || c->state == PG_RETIRING;
}

/* Doubles from 100 ms to 5 s, half of it by chance: many instances must not come back at one moment. */
struct pg_backoff {
	struct iv_timer timer;
	int failures;
};
void pg_backoff_start(struct pg_backoff *b);

/* ── pg_batch.c ── */

enum pg_batch_at { PG_AT_WAITING, PG_AT_DELAY, PG_AT_SERVER, PG_AT_END };

struct pg_part {
	const struct iv_query *query;
	struct iv_rows *rows;
	const char **values;
	int value_count;
	bool prepares;       /* this batch has its statement parsed */
	struct iv_buf taken; /* rows so far; what they point to is in the arena */
	size_t count;
	int64_t affected;
};

struct iv_pg_batch {
	struct iv_list node;
	struct iv_pg *pool;
	struct iv_pg_run *run; /* NULL: nobody waits for the answer any more */
	struct iv_arena *arena;
	enum pg_batch_at at;
	struct pg_conn *conn; /* at the server */
	struct iv_timer deadline, again;
	int64_t asked_us;
	int tries;
	bool reprepared;
	/* at the server: the results to come are its prepares, then its parts, then the sync */
	unsigned generation;
	size_t prepares, results;
	char sqlstate[PG_SQLSTATE_SIZE];
	struct iv_err err;      /* the server's */
	struct iv_err read_err; /* ours, when it had none */
	size_t part_count; /* the scope is the first */
	struct pg_part parts[];
};

/* Copies what the parts hold. NULL: *e says why. */
struct iv_pg_batch *pg_batch_new(const struct iv_scope *scope, const struct iv_pg_part *parts, size_t count,
				 struct iv_err *e);
void pg_batch_free(struct iv_pg_batch *b);
/* Drops what an attempt has left, before the next. */
void pg_batch_rewind(struct iv_pg_batch *b);
/* Rows as they come, typed, and how many a statement touched; read_err tells what was wrong with them. */
void pg_batch_take(struct iv_pg_batch *b, struct pg_part *p, PGresult *res);
/* The transaction is done: the rows to whoever asked. */
void pg_batch_hand_over(struct iv_pg_batch *b, struct iv_err *e);

/* ── pg_pipe.c ── */

void pg_pipe_send(struct pg_conn *c, struct iv_pg_batch *b);
void pg_pipe_input(struct pg_conn *c);

/* ── pg.c ── */

#define PG_LATER "the database cannot answer now: try again"

struct iv_pg {
	struct iv_loop *loop;
	struct pg_target target;
	char name[32];
	int metric_label;
	int depth, connect_ms, query_ms;
	size_t waiting_max;
	struct pg_conn *conns;
	int conn_count;
	struct pg_backoff backoff;
	struct iv_list waiting; /* oldest first */
	struct iv_list delayed; /* tried again soon */
	struct iv_list ending;  /* end after this turn */
	size_t waiting_count;
	struct iv_list lines; /* pg_join.c's */
	size_t joined_waiting;
	struct pg_listener *listener;
	bool up, closing, over;
	bool unreachable; /* the last attempt to connect failed */
	int64_t down_since_us, unreachable_since_us;
	struct iv_pg_stats stats;
	void (*done)(void *arg);
	void *done_arg;
};

void pg_set_up(struct iv_pg *pg, bool up);
void pg_dispatch(struct iv_pg *pg); /* gives what waits to connections, and opens them; calls no flow */
void pg_check_over(struct iv_pg *pg);

/* ── pg_life.c ── */

/* b waits from here on, for the flow. */
void pg_begin(struct iv_pg *pg, struct iv_pg_batch *b, struct iv_flow *f, struct iv_pg_run *run);
void pg_leave_waiting(struct iv_pg_batch *b);
/* The server has done with b, which is off the connection: over, or once more. May call flows. */
void pg_settle(struct iv_pg *pg, struct pg_conn *c, struct iv_pg_batch *b);
/* b ends with this error after this turn. */
void pg_end_later(struct iv_pg *pg, struct iv_pg_batch *b, enum iv_code code, const char *msg);
bool pg_is_failure(enum iv_code code); /* no answer, or none that whoever asked could do anything about */

/* ── pg_listen.c ── */

struct pg_listener;
struct pg_listener *pg_listener_new(struct iv_pg *pool, struct iv_loop *l, struct pg_target *t, const char *label,
				    int connect_ms, int answer_ms);
void pg_listener_add(struct pg_listener *n, const char *channel, void (*fn)(void *arg, struct iv_str payload),
		     void *arg);
void pg_listener_close(struct pg_listener *n);
bool pg_listener_over(const struct pg_listener *n); /* closed, and its connection too */
void pg_listener_free(struct pg_listener *n);       /* NULL is fine */
void pg_listener_closed(struct iv_pg *pool);        /* what it calls, from the loop, when it becomes over */

#endif
