/* What a database says of its schema, and whether it is one we know. */
#include <stdlib.h>
#include "iv_sql.h"
#include "migration.h"

/* The first line, without the severity in front: the rest is for psql. */
static struct iv_str first_line(const char *message)
{
	struct iv_str rest = iv_str(message), line = IV_STR_NULL;

	(void)iv_str_split(&rest, '\n', &line); /* an empty message is an empty line */
	return line;
}

static void quiet(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

PGconn *schema_connect(const char *url, struct iv_err *e)
{
	/* In this order: what the URL says wins over the ones before it. */
	const char *const names[] = {"connect_timeout", "application_name", "client_encoding", "dbname", NULL};
	const char *const values[] = {"5", "invorto migrate", "UTF8", url, NULL};
	PGconn *db = PQconnectdbParams(names, values, 1);
	struct iv_str why;

	if (PQstatus(db) == CONNECTION_OK) {
		(void)PQsetNoticeReceiver(db, quiet, NULL); /* the one before it is the default */
		if (PQserverVersion(db) >= 150000)
			return db;
		(void)iv_fail(e, IV_EUNSUPPORTED, "expected PostgreSQL 15 or later, the server is %d.%d",
			      PQserverVersion(db) / 10000, PQserverVersion(db) % 10000);
	} else {
		why = first_line(PQerrorMessage(db));
		(void)iv_fail(e, IV_EDRAINING, "%.*s", IV_FMT(why));
	}
	PQfinish(db);
	return NULL;
}

PGresult *schema_ask(PGconn *db, const struct iv_query *q, const char *const *in, struct iv_err *e)
{
	int count = 0;
	PGresult *r;
	const char *state;
	struct iv_str why;

	while (q->in[count].name)
		count++;
	r = PQexecParams(db, q->sql, count, NULL, in, NULL, NULL, 0);
	if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
		return r;
	state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	why = first_line(PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	if (why.len == 0)
		why = first_line(PQerrorMessage(db)); /* the connection broke: there is no answer */
	(void)iv_fail(e, !state || strncmp(state, "08", 2) == 0 || strcmp(state, "55P03") == 0 ? IV_EDRAINING : IV_EINTERNAL,
		      "%s: %.*s", q->name, IV_FMT(why));
	PQclear(r);
	return NULL;
}

bool schema_flag(const PGresult *r, int row, int column)
{
	return strcmp(PQgetvalue(r, row, column), "t") == 0;
}

/* One of a newer binary. */
static bool bearable(const PGresult *r, int row, int64_t version, struct iv_err *e)
{
	struct iv_str name = iv_str(PQgetvalue(r, row, 1));

	if (version != row + 1)
		return iv_fail(e, IV_ECONFLICT, "the database lacks migration %04d though it has %04d", row + 1, (int)version);
	return schema_flag(r, row, 3) ||
	       iv_fail(e, IV_ECONFLICT,
		       "the database has migration %04d %.*s, which is not marked compatible, and this binary ends at %04d: "
		       "run a newer one",
		       (int)version, IV_FMT(name), migration_count);
}

static bool compare(const PGresult *r, int *count, struct iv_err *e)
{
	for (int row = 0; row < PQntuples(r); row++) {
		struct iv_str name = iv_str(PQgetvalue(r, row, 1));
		const struct migration *m;
		int64_t version;

		if (!iv_str_to_i64(iv_str(PQgetvalue(r, row, 0)), &version))
			return iv_fail(e, IV_ECONFLICT, "the database has a migration without a number");
		if (version > migration_count) {
			if (!bearable(r, row, version, e))
				return false;
			continue;
		}
		if (version != row + 1)
			return iv_fail(e, IV_ECONFLICT, "the database lacks migration %04d though it has %04d", row + 1,
				       (int)version);
		m = &migrations[row];
		if (!iv_str_eq(name, iv_str(m->name)) || strcmp(PQgetvalue(r, row, 2), m->checksum) != 0)
			return iv_fail(e, IV_ECONFLICT,
				       "migration %04d %s was another file when it was applied here (%.*s, checksum %.8s)",
				       m->number, m->name, IV_FMT(name), PQgetvalue(r, row, 2));
	}
	*count = PQntuples(r) < migration_count ? PQntuples(r) : migration_count;
	return true;
}

bool schema_applied(PGconn *db, int *count, int *newer, struct iv_err *e)
{
	PGresult *r = schema_ask(db, &iv_sql_schema_present, NULL, e);
	bool ok, present;

	if (!r)
		return false;
	present = schema_flag(r, 0, 0);
	PQclear(r);
	*count = 0;
	if (newer)
		*newer = 0;
	if (!present)
		return true;
	r = schema_ask(db, &iv_sql_schema_applied, NULL, e);
	ok = r && compare(r, count, e);
	if (ok && newer)
		*newer = PQntuples(r) - *count;
	PQclear(r); /* takes NULL */
	return ok;
}
