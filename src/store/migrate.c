/* Brings a database to the schema of this binary: one transaction a file, one instance at a time. */
#include "iv_migrate.h"

#include <stdio.h>
#include "iv_sql.h"
#include "migration.h"

enum { LINE_BYTES = 256 };

struct run {
	PGconn *db;
	void (*say)(void *arg, const char *line);
	void *arg;
};

static void say(const struct run *run, const char *fmt, ...) IV_PRINTF(2, 3);

static void say(const struct run *run, const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap); /* a longer one is cut */
	va_end(ap);
	run->say(run->arg, line);
}

static bool ask(const struct run *run, const struct iv_query *q, const char *const *in, struct iv_err *e)
{
	PGresult *r = schema_ask(run->db, q, in, e);

	PQclear(r);
	return r != NULL;
}

/* Waits for whoever migrates now. The lock goes with the connection. */
static bool take_turn(const struct run *run, struct iv_err *e)
{
	PGresult *r;
	bool taken;

	if (!ask(run, &iv_sql_schema_session, (const char *const[]){"300s"}, e))
		return false;
	r = schema_ask(run->db, &iv_sql_schema_try_lock, NULL, e);
	if (!r)
		return false;
	taken = schema_flag(r, 0, 0);
	PQclear(r);
	if (!taken) {
		say(run, "another instance migrates: waiting for it");
		if (!ask(run, &iv_sql_schema_lock, NULL, e))
			return false;
	}
	return ask(run, &iv_sql_schema_session, (const char *const[]){"30s"}, e);
}

/* The line of a file in which the server found something; its positions count characters from 1. */
static int line_of(const char *sql, const char *position)
{
	int64_t left;
	int line = 1;

	if (!position || !iv_str_to_i64(iv_str(position), &left))
		return 0;
	for (; *sql && left > 1; sql++) {
		if (*sql == '\n')
			line++;
		if (((unsigned char)sql[1] & 0xC0) != 0x80) /* the next byte begins a character */
			left--;
	}
	return line;
}

static bool refused(const struct migration *m, const PGconn *db, const PGresult *r, struct iv_err *e)
{
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	int line = line_of(m->sql, PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION));
	char field[sizeof(e->field)];

	if (!state)
		return iv_fail(e, IV_EDRAINING, "%04d_%s.sql: the connection broke: %s", m->number, m->name,
			       PQerrorMessage(db));
	(void)snprintf(field, sizeof(field), line ? "%04d_%s.sql:%d" : "%04d_%s.sql", m->number, m->name, line);
	return iv_fail_field(e, IV_ECONFLICT, field, "%s: %s (%s); nothing of this file was applied", field,
			     message ? message : "refused", state);
}

static bool command(const struct run *run, const struct migration *m, const char *sql, struct iv_err *e)
{
	PGresult *r = PQexec(run->db, sql);
	ExecStatusType status = PQresultStatus(r);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || refused(m, run->db, r, e);

	PQclear(r);
	return ok;
}

static bool apply(const struct run *run, const struct migration *m, struct iv_err *e)
{
	char number[16];
	const char *const row[] = {number, m->name, m->checksum};

	(void)snprintf(number, sizeof(number), "%d", m->number);
	say(run, "%04d %s", m->number, m->name);
	if (command(run, m, "begin", e) && command(run, m, m->sql, e) && ask(run, &iv_sql_schema_record, row, e) &&
	    (!m->compatible || ask(run, &iv_sql_schema_mark_compatible, (const char *const[]){number}, e)) &&
	    command(run, m, "commit", e))
		return true;
	PQclear(PQexec(run->db, "rollback")); /* of a broken connection the server thinks of it itself */
	return false;
}

static bool work(const struct run *run, enum iv_migrate_mode mode, struct iv_err *e)
{
	int applied, newer;

	if (mode == IV_MIGRATE_APPLY && !take_turn(run, e))
		return false;
	if (!schema_applied(run->db, &applied, &newer, e))
		return false;
	if (mode == IV_MIGRATE_CHECK && applied < migration_count)
		return iv_fail(e, IV_ENOENT, "%d of %d migrations are missing, from %04d %s on: run invorto migrate",
			       migration_count - applied, migration_count, migrations[applied].number,
			       migrations[applied].name);
	for (int i = applied; i < migration_count; i++) {
		if (mode == IV_MIGRATE_PLAN)
			say(run, "%04d %s", migrations[i].number, migrations[i].name);
		else if (!apply(run, &migrations[i], e))
			return false;
	}
	if (newer)
		say(run, "newer than this binary: %d migrations, %d of them unknown to it and marked compatible", applied + newer,
		    newer);
	else if (applied == migration_count)
		say(run, "up to date: %d migrations", applied);
	return true;
}

bool iv_migrate(const char *url, enum iv_migrate_mode mode, void (*say_line)(void *arg, const char *line), void *arg,
		struct iv_err *e)
{
	struct run run = {schema_connect(url, e), say_line, arg};
	bool ok = run.db && work(&run, mode, e);

	PQfinish(run.db); /* takes NULL */
	return ok;
}
