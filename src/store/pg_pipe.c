/* Batches over one connection, several in flight. A batch is
 *
 *     Parse of each statement this connection does not know yet
 *     set_config of the scope (local), then each statement
 *     Sync
 *
 * and needs neither BEGIN nor COMMIT: what the server reads between two Syncs is one implicit transaction. It
 * commits at the Sync; an error before skips the rest up to the Sync and rolls back what came before it. The scope
 * is local to the transaction, so nothing of it can reach the next batch. The answer counts only when the Sync's
 * own has come: a deferred constraint or a serialisation failure may still speak up at the commit.
 *
 * Parse comes first and is not undone by a rollback: a later batch in flight may rely on it. */
#include "pg_priv.h"

#include <stdio.h>

#include "iv_log.h"

enum { NAME_SIZE = 64 };

static const char *statement_name(const struct iv_query *q, unsigned generation, char out[NAME_SIZE])
{
	(void)snprintf(out, NAME_SIZE, "%s.%u", q->name, generation);
	return out;
}

static bool send_prepares(struct pg_conn *c, struct iv_pg_batch *b)
{
	char name[NAME_SIZE];

	for (size_t i = 0; i < b->part_count; i++) {
		const struct iv_query *q = b->parts[i].query;

		if (iv_map_get(c->prepared, iv_str(q->name)))
			continue;
		if (!PQsendPrepare(c->pg, statement_name(q, c->generation, name), q->sql, 0, NULL))
			return false;
		/* Any value will do that is not NULL; the part tells whose results are counted. */
		(void)iv_map_put(c->prepared, iv_str(q->name), b);
		b->parts[i].prepares = true;
		b->prepares++;
	}
	return true;
}

static bool send_all(struct pg_conn *c, struct iv_pg_batch *b)
{
	char name[NAME_SIZE];

	if (!send_prepares(c, b))
		return false;
	for (size_t i = 0; i < b->part_count; i++) {
		const struct pg_part *p = &b->parts[i];

		if (!PQsendQueryPrepared(c->pg, statement_name(p->query, c->generation, name), p->value_count, p->values,
					 NULL, NULL, 0))
			return false;
	}
	return PQpipelineSync(c->pg) == 1;
}

void pg_pipe_send(struct pg_conn *c, struct iv_pg_batch *b)
{
	b->at = PG_AT_SERVER;
	b->conn = c;
	b->generation = c->generation;
	iv_list_append(&c->in_flight, &b->node);
	c->depth++;
	if (send_all(c, b))
		pg_conn_flush(c);
	else
		pg_conn_close(c, "cannot send");
}

/* ── results ── */

/* The n-th part that was prepared in this batch. */
static struct pg_part *prepared_part(struct iv_pg_batch *b, size_t n)
{
	for (size_t i = 0; i < b->part_count; i++)
		if (b->parts[i].prepares && n-- == 0)
			return &b->parts[i];
	return NULL;
}

/* Whose the n-th result is; NULL: the commit's. *parse tells that it is a Parse's. */
static struct pg_part *part_of_result(struct iv_pg_batch *b, size_t n, bool *parse)
{
	*parse = n < b->prepares;
	if (*parse)
		return prepared_part(b, n);
	n -= b->prepares;
	return n < b->part_count ? &b->parts[n] : NULL;
}

static void take_error(struct pg_conn *c, struct iv_pg_batch *b, const struct pg_part *part, const PGresult *res)
{
	if (b->err.code != IV_OK)
		return; /* the first one is the reason */
	pg_error_read(res, &b->err, b->sqlstate);
	pg_error_log(c->label, part ? part->query->name : "commit", res);
}

static void take_result(struct pg_conn *c, struct iv_pg_batch *b, PGresult *res)
{
	ExecStatusType status = PQresultStatus(res);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE, parse;
	struct pg_part *part = part_of_result(b, b->results, &parse);

	b->results += status != PGRES_SINGLE_TUPLE; /* which others follow */
	if (parse && !ok && b->generation == c->generation)
		(void)iv_map_remove(c->prepared, iv_str(part->query->name)); /* the server does not have it */
	if (ok && part && !parse)
		pg_batch_take(b, part, res);
	/* PIPELINE_ABORTED is what follows an error; anything else (a COPY) is no statement of ours. */
	else if (status == PGRES_FATAL_ERROR)
		take_error(c, b, part, res);
	else if (!ok && status != PGRES_PIPELINE_ABORTED)
		(void)iv_fail(&b->err, IV_EINTERNAL, "the database answered with %s", PQresStatus(status));
}

static void take_sync(struct pg_conn *c, struct iv_pg_batch *b)
{
	iv_list_remove(&b->node);
	c->depth--;
	b->conn = NULL;
	if (b->err.code == IV_OK && b->results != b->prepares + b->part_count)
		(void)iv_fail(&b->err, IV_EINTERNAL, "the database answered to less than was asked");
	pg_settle(c->owner, c, b);
}

void pg_pipe_input(struct pg_conn *c)
{
	int nulls = 0;

	/* libpq ends each statement with a NULL, twice in a row never; after the connection broke it would go on with
	 * them for ever. */
	while (pg_conn_live(c) && nulls < 3) {
		struct iv_pg_batch *b = IV_CONTAINER(c->in_flight.next, struct iv_pg_batch, node);
		PGresult *res;

		/* Row by row, else libpq would keep a whole answer, however long. To be said again for each statement
		 * before its first row is read; does nothing at other times. */
		(void)PQsetSingleRowMode(c->pg);
		if (PQisBusy(c->pg) || c->depth == 0) /* PQisBusy also reads what comes unasked */
			return;
		res = PQgetResult(c->pg);
		nulls = res ? 0 : nulls + 1;
		if (!res)
			continue;
		if (PQresultStatus(res) == PGRES_PIPELINE_SYNC)
			take_sync(c, b);
		else
			take_result(c, b, res);
		PQclear(res);
	}
}
