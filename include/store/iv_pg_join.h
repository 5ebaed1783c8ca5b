/* iv_pg_join: those who ask one statement at the same time are asked for together. The first one goes out at once and
 * alone; who asks while it is on its way waits for its end, and then all who wait are one statement and one
 * transaction, 64 at most. A row costs the server a fraction of what a statement with its transaction costs.
 *
 * Such a statement is written for many: its first parameter is `items json`, an array; what follows are settings, the
 * same for all who ask (the first one's are sent). It answers each item with one row whose first column is `n int`, its
 * place from 1 on; a statement without out: answers nobody. What it has to say of one item it says in that row: an
 * error it raises undoes all of them.
 *
 * Then nobody pays for his neighbour: the halves are asked again, and theirs, until each is done or has failed alone.
 * So a statement must refuse an item that was done before, or may do it twice (of an answer that cannot be read nobody
 * knows). What the database could not answer at all (IV_EDRAINING) is not asked again: all of them are told so.
 *
 * Together are only those of one scope, tenant and person, each with one batch at the server: a tenant that asks a
 * thousand times stands before another for the time of one batch. Who leaves while he waits has asked nothing; who
 * leaves later is done, and his answer dropped. */
#ifndef IV_PG_JOIN_H
#define IV_PG_JOIN_H

#include "iv_pg.h"

/* Embedded in whoever asks; alive until the operation is done or its flow has ended. */
struct iv_pg_joined {
	struct iv_op op;
	struct iv_list node; /* of those who wait */
	struct pg_line *line;
	struct pg_together *with; /* on its way, at this place */
	size_t place, most;
	const void *in;
	struct iv_arena *arena;
	struct iv_rows *rows;
	int64_t asked_us;
};

/* `return iv_pg_join(…)` in a step, as iv_pg_one. `in` is the statement's with one item in place of the array; it and
 * what it points to live as long as `run`. The row comes in the arena. Errors as iv_pg_run's. */
enum iv_flow_next iv_pg_join(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_joined *run, const struct iv_scope *scope,
			     struct iv_arena *arena, const struct iv_query *q, const void *in, struct iv_rows *rows);

#endif
