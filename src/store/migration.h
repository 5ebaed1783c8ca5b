/* The migrations in this binary, and the blocking connection that migrate and check share. */
#ifndef MIGRATION_H
#define MIGRATION_H

#include <libpq-fe.h>
#include "iv_err.h"

struct migration {
	int number; /* they count up from 1 without a gap */
	const char *name, *checksum, *sql;
	bool compatible; /* it only adds: a binary that does not know it works on */
};
extern const struct migration migrations[];
extern const int migration_count;

/* Connects within five seconds, or fails with what the server said (never the URL). */
PGconn *schema_connect(const char *url, struct iv_err *e);
/* One statement of sql/schema.sql; NULL with *e. Texts in, texts out. */
struct iv_query;
PGresult *schema_ask(PGconn *db, const struct iv_query *q, const char *const *in, struct iv_err *e);
bool schema_flag(const PGresult *r, int row, int column);
/* How many of the migrations the database has, and how many behind them that this binary does not know and need not
 * (newer may be NULL). Refuses one that has others, or had other ones. */
IV_MUST_CHECK bool schema_applied(PGconn *db, int *count, int *newer, struct iv_err *e);

#endif
