/* invorto migrate: brings the database to this binary's schema, or says what it would take. */
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
#include "iv_migrate.h"
#include "iv_pg.h"

static void print_line(void *arg, const char *line)
{
	(void)arg;
	(void)puts(line);
}

static bool told(const char *name, const struct iv_err *e)
{
	(void)fprintf(stderr, "invorto migrate: %s: %s\n", name, e->msg);
	return false;
}

static bool on_owner(const char *name, struct iv_secret url, enum iv_migrate_mode mode)
{
	struct iv_err e = {0};

	return iv_migrate(iv_secret_reveal(url), mode, print_line, NULL, &e) || told(name, &e);
}

/* What the daemon asks at its start. */
static bool as_daemon(const char *name, struct iv_secret url)
{
	struct iv_err e = {0};

	return !iv_secret_set(url) || iv_pg_check(iv_secret_reveal(url), &e) || told(name, &e);
}

int app_migrate(const struct iv_config *cfg, enum iv_migrate_mode mode)
{
	bool owner = iv_secret_set(cfg->database_owner_url), ok = true;

	if (!owner && !iv_secret_set(cfg->database_url)) {
		(void)fputs("invorto migrate: set DATABASE_OWNER_URL (or DATABASE_URL) to the database\n", stderr);
		return EXIT_CONFIG;
	}
	if (owner)
		ok = on_owner("DATABASE_OWNER_URL", cfg->database_owner_url, mode);
	else
		ok = on_owner("DATABASE_URL", cfg->database_url, mode);
	if (ok && mode == IV_MIGRATE_CHECK) {
		ok = as_daemon("DATABASE_URL", cfg->database_url);
		ok = as_daemon("DATABASE_WORKER_URL", cfg->database_worker_url) && ok; /* both are told */
	}
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
