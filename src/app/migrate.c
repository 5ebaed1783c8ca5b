/* invorto migrate: brings the database to this binary's schema, or says what it would take. */
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
#include "iv_migrate.h"

static void print_line(void *arg, const char *line)
{
	(void)arg;
	(void)puts(line);
}

int app_migrate(const struct iv_config *cfg, enum iv_migrate_mode mode)
{
	const char *url = iv_secret_reveal(cfg->database_owner_url);
	struct iv_err e = {0};

	if (!url[0])
		url = iv_secret_reveal(cfg->database_url);
	if (!url[0]) {
		(void)fputs("invorto migrate: set DATABASE_OWNER_URL (or DATABASE_URL) to the database\n", stderr);
		return EXIT_CONFIG;
	}
	if (iv_migrate(url, mode, print_line, NULL, &e))
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "invorto migrate: %s\n", e.msg);
	return EXIT_FAILURE;
}
