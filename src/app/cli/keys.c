/* API keys. `invorto keys create` is older than these and asks the database: it makes the first one. */
#include "cli.h"

#include <stdlib.h>

static bool list(struct cli *c)
{
	static const struct cli_column columns[] = {{"ID", "id"}, {"NAME", "name"}, {"ROLE", "role"}, {"PREFIX", "prefix"},
						    {"LIVE", "live"}, {"LAST USED", "lastUsedAt"}, {"EXPIRES", "expiresAt"}, {0}};

	return cli_words_end(c) && cli_ask(c, "GET", "/v1/api-keys?limit=100", NULL) && cli_print(c, columns);
}

static bool about_one(struct cli *c, const char *method, const char *format)
{
	const char *id = cli_next(c);
	char *path;
	bool ok;

	if (!id)
		return cli_bad(c, "which key", NULL);
	if (!cli_words_end(c))
		return false;
	path = cli_path(format, id);
	ok = cli_ask(c, method, path, NULL) && cli_print(c, NULL);
	free(path);
	return ok;
}

static bool rotate(struct cli *c)
{
	return about_one(c, "POST", "/v1/api-keys/%s/rotate");
}

static bool revoke(struct cli *c)
{
	return about_one(c, "DELETE", "/v1/api-keys/%s");
}

const struct cli_command cli_keys[] = {
	{"keys list", "", list, "the tenant's API keys"},
	{"keys rotate", "KEY-ID", rotate, "a new secret beside the old one; printed once"},
	{"keys revoke", "KEY-ID", revoke, "an API key that opens nothing any more"},
	{0},
};
