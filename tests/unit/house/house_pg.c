/* The house's Postgres. */
#include "../store/pg_server.h"
#include "house.h"
#include "iv_migrate.h"

static struct pg_server server;

const char *house_pg_url(const char *role, char out[256])
{
	(void)snprintf(out, 256, "postgresql://%s@/postgres?host=%s&port=%d", role, server.dir, server.port);
	return out;
}

static void quiet(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

bool house_pg_start(void)
{
	struct iv_err e = {0};
	char url[256];

	if (!server_start(&server))
		return false;
	if (!iv_migrate(house_pg_url("admin", url), IV_MIGRATE_APPLY, quiet, NULL, &e))
		fail_msg("%s %s", e.field, e.msg);
	return true;
}

void house_pg_end(void)
{
	server_end(&server);
}

static IV_PRINTF(1, 0) const char *ask(const char *fmt, va_list ap)
{
	static char sql[8192];

	assert_true(vsnprintf(sql, sizeof(sql), fmt, ap) < (int)sizeof(sql));
	return server_ask(&server, sql);
}

const char *house_sql(const char *fmt, ...)
{
	const char *out;
	va_list ap;

	va_start(ap, fmt);
	out = ask(fmt, ap);
	va_end(ap);
	return out;
}

long house_number(const char *fmt, ...)
{
	long out;
	va_list ap;

	va_start(ap, fmt);
	out = strtol(ask(fmt, ap), NULL, 10);
	va_end(ap);
	return out;
}

void house_pg_cut(const struct iv_pg *pg)
{
	(void)house_sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '%s'",
			pg == house.s.worker ? "invorto_worker" : "invorto_app");
}
