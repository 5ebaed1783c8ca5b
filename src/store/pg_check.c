/* At start: the schema is this binary's, and the role may neither own nor see more than it should. */
#include "iv_log.h"
#include "iv_pg.h"
#include "iv_sql.h"
#include "migration.h"

static bool check_schema(PGconn *db, struct iv_err *e)
{
	int applied;

	if (!schema_applied(db, &applied, NULL, e))
		return false;
	if (applied == 0)
		return iv_fail(e, IV_ENOENT, "the database has no schema, or this role may not see it: run invorto migrate");
	if (applied < migration_count)
		return iv_fail(e, IV_ENOENT, "the schema is older than this binary, %04d %s is missing: run invorto migrate",
			       migrations[applied].number, migrations[applied].name);
	return true;
}

static bool check_role(PGconn *db, struct iv_err *e)
{
	PGresult *r = schema_ask(db, &iv_sql_schema_role, NULL, e);
	const char *name;
	bool ok = false;

	if (!r)
		return false;
	name = PQgetvalue(r, 0, 0);
	if (schema_flag(r, 0, 1))
		(void)iv_fail(e, IV_EFORBIDDEN, "role %s is a superuser, row security does not hold it: connect as "
			      "invorto_app or invorto_worker", name);
	else if (schema_flag(r, 0, 2))
		(void)iv_fail(e, IV_EFORBIDDEN, "role %s may bypass row security: alter role %s nobypassrls", name, name);
	else if (schema_flag(r, 0, 3))
		(void)iv_fail(e, IV_EFORBIDDEN, "role %s may give itself other roles: alter role %s nocreaterole", name, name);
	else if (!PQgetisnull(r, 0, 4))
		(void)iv_fail(e, IV_EFORBIDDEN, "role %s owns %s, or may become who does: connect as invorto_app or "
			      "invorto_worker", name, PQgetvalue(r, 0, 4));
	else
		ok = true;
	PQclear(r);
	return ok;
}

static bool check_guards(PGconn *db, struct iv_err *e)
{
	PGresult *r = schema_ask(db, &iv_sql_schema_unguarded, NULL, e);
	bool ok = false;

	if (!r)
		return false;
	if (PQntuples(r))
		(void)iv_fail(e, IV_EFORBIDDEN, "table %s has tenants and no forced row security: call guard_table for it",
			      PQgetvalue(r, 0, 0));
	else
		ok = true;
	PQclear(r);
	return ok;
}

static int64_t backend_of(PGconn *db)
{
	PGresult *r = schema_ask(db, &iv_sql_schema_backend, NULL, NULL);
	int64_t pid = 0;

	if (r && !iv_str_to_i64(iv_str(PQgetvalue(r, 0, 0)), &pid))
		pid = 0;
	PQclear(r); /* takes NULL */
	return pid;
}

/* Two connections that are open at once and have one process of the server: a pooler hands it around from transaction
 * to transaction, and what a session keeps (LISTEN, prepared statements) is another's the next moment. */
static void warn_of_pooler(PGconn *db, const char *url)
{
	struct iv_err e = {0};
	PGconn *second = schema_connect(url, &e);
	int64_t pid = second ? backend_of(db) : 0;

	if (pid && pid == backend_of(second))
		iv_warn("pg.pooled_by_transaction",
			IV_LS("problem", "a pooler gives a session's process to others between transactions: notifications "
					 "do not arrive, and work waits for the next look"),
			IV_LS("do", "pool_mode = session, or the address of the server itself"));
	PQfinish(second);
}

bool iv_pg_check(const char *url, struct iv_err *e)
{
	PGconn *db = schema_connect(url, e);
	bool ok = db && check_role(db, e) && check_schema(db, e) && check_guards(db, e);

	if (ok)
		warn_of_pooler(db, url);

	PQfinish(db); /* takes NULL */
	return ok;
}
