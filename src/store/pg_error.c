/* What an SQLSTATE means to whoever asked, and to the connection. One table; the first row that begins like the
 * state counts. Details of an error hold values (phone numbers, what was typed): they are neither passed on nor
 * logged, names of constraints, columns and statements are. */
#include "pg_priv.h"

#include <stdio.h>

#include "iv_log.h"

#define LATER "the database cannot answer now: try again"
#define OURS "the database refused the statement"

static const struct {
	const char *prefix;
	struct pg_verdict verdict;
} rows[] = {
	{"02000", {IV_ENOENT, PG_THEN_NOTHING, "not found", false}},
	{"08", {IV_EDRAINING, PG_THEN_DROP, LATER, true}},
	{"0A000", {IV_EINTERNAL, PG_THEN_REPREPARE, OURS, true}}, /* a plan older than a migration */
	{"22", {IV_EINVAL, PG_THEN_NOTHING, "is no value the database takes", false}},
	{"23505", {IV_ECONFLICT, PG_THEN_NOTHING, "exists already", false}},
	{"23P01", {IV_ECONFLICT, PG_THEN_NOTHING, "overlaps with what exists", false}},
	{"23503", {IV_EINVAL, PG_THEN_NOTHING, "names what does not exist, or is in use", false}},
	{"23", {IV_EINVAL, PG_THEN_NOTHING, "breaks a rule of the database", false}},
	{"25006", {IV_EDRAINING, PG_THEN_DROP, LATER, true}}, /* failed over: this one is a replica now */
	{"25P03", {IV_EDRAINING, PG_THEN_DROP, LATER, true}},
	{"26000", {IV_EDRAINING, PG_THEN_REPREPARE, LATER, true}},
	{"28", {IV_EDRAINING, PG_THEN_DROP, LATER, true}},
	{"40001", {IV_EDRAINING, PG_THEN_AGAIN, LATER, true}},
	{"40P01", {IV_EDRAINING, PG_THEN_AGAIN, LATER, true}},
	{"42501", {IV_EFORBIDDEN, PG_THEN_NOTHING, "not allowed by the database", true}},
	{"44000", {IV_EINVAL, PG_THEN_NOTHING, "breaks a rule of the database", false}},
	{"42", {IV_EINTERNAL, PG_THEN_NOTHING, OURS, true}},
	{"53300", {IV_EDRAINING, PG_THEN_DROP, LATER, true}},
	{"53", {IV_EDRAINING, PG_THEN_NOTHING, LATER, true}}, /* disk full, out of memory */
	{"55P03", {IV_EDRAINING, PG_THEN_NOTHING, LATER, true}},
	{"57P0", {IV_EDRAINING, PG_THEN_DROP, LATER, true}},
	{"57014", {IV_EDRAINING, PG_THEN_NOTHING, LATER, true}}, /* statement_timeout */
	{"57", {IV_EDRAINING, PG_THEN_NOTHING, LATER, true}},
	{"58", {IV_EINTERNAL, PG_THEN_NOTHING, OURS, true}},
	{"P0002", {IV_ENOENT, PG_THEN_NOTHING, "not found", false}},
	{"XX", {IV_EINTERNAL, PG_THEN_NOTHING, OURS, true}},
	{"", {IV_EINTERNAL, PG_THEN_NOTHING, OURS, false}},
};

const struct pg_verdict *pg_verdict(const char *sqlstate)
{
	size_t i = 0;

	while (!iv_str_starts(iv_str(sqlstate), iv_str(rows[i].prefix)))
		i++; /* the last row begins like every state */
	return &rows[i].verdict;
}

static const char *part(const PGresult *res, int code)
{
	const char *text = PQresultErrorField(res, code);

	return text ? text : "";
}

void pg_error_read(const PGresult *res, struct iv_err *e, char sqlstate[PG_SQLSTATE_SIZE])
{
	const char *constraint = part(res, PG_DIAG_CONSTRAINT_NAME);
	const struct pg_verdict *v;

	/* Without a state it is libpq that speaks: the connection is gone. */
	(void)snprintf(sqlstate, PG_SQLSTATE_SIZE, "%.5s", part(res, PG_DIAG_SQLSTATE));
	v = pg_verdict(sqlstate[0] ? sqlstate : "08006");
	(void)iv_fail_field(e, v->code, constraint[0] ? constraint : part(res, PG_DIAG_COLUMN_NAME), "%s", v->msg);
}

void pg_error_log(const char *pool, const char *statement, const PGresult *res)
{
	const char *sqlstate = part(res, PG_DIAG_SQLSTATE);
	const struct pg_verdict *v = pg_verdict(sqlstate);
	enum iv_log_level level = v->code == IV_EINTERNAL || v->code == IV_EFORBIDDEN ? IV_ERROR
				  : v->code == IV_EDRAINING			      ? IV_WARN
										      : IV_DEBUG_LEVEL;

	IV_LOG(level, "pg.refused", IV_LS("pool", pool), IV_LS("statement", statement), IV_LS("sqlstate", sqlstate),
	       IV_LS("constraint", part(res, PG_DIAG_CONSTRAINT_NAME)), IV_LS("table", part(res, PG_DIAG_TABLE_NAME)),
	       IV_LS("column", part(res, PG_DIAG_COLUMN_NAME)),
	       IV_LS("message", v->loggable ? part(res, PG_DIAG_MESSAGE_PRIMARY) : ""));
}
