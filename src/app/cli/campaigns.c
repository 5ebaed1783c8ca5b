/* Campaigns: leads in, a look at what would happen, start and stop, what came of it. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static bool list(struct cli *c)
{
	static const struct cli_column columns[] = {{"ID", "id"}, {"NAME", "name"}, {"STATUS", "status"},
						    {"LEADS", "totalContacts"}, {"CALLED", "completedCalls"},
						    {"SUCCESSFUL", "successfulCalls"}, {"CREATED", "createdAt"}, {0}};

	return cli_words_end(c) && cli_ask(c, "GET", "/v1/campaigns?limit=100", NULL) && cli_print(c, columns);
}

static bool about_one(struct cli *c, const char *method, const char *format, const struct cli_column *columns)
{
	const char *id = cli_next(c);
	char *path;
	bool ok;

	if (!id)
		return cli_bad(c, "which campaign", NULL);
	if (!cli_words_end(c))
		return false;
	path = cli_path(format, id);
	ok = cli_ask(c, method, path, NULL) && cli_print(c, columns);
	free(path);
	return ok;
}

static bool get(struct cli *c)
{
	return about_one(c, "GET", "/v1/campaigns/%s", NULL);
}

static bool metrics(struct cli *c)
{
	return about_one(c, "GET", "/v1/campaigns/%s/metrics", NULL);
}

static bool preview(struct cli *c)
{
	static const struct cli_column columns[] = {
		{"LEAD", "leadId"}, {"WOULD BE CALLED", "wouldCallAt"}, {"WHY NOT", "whyNot"}, {"DETAIL", "detail"}, {0}};

	return about_one(c, "GET", "/v1/campaigns/%s/preview?limit=100", columns);
}

static bool begin(struct cli *c)
{
	return about_one(c, "POST", "/v1/campaigns/%s/start", NULL);
}

static bool halt(struct cli *c)
{
	return about_one(c, "POST", "/v1/campaigns/%s/pause", NULL);
}

static bool resume(struct cli *c)
{
	return about_one(c, "POST", "/v1/campaigns/%s/resume", NULL);
}

static bool cancel(struct cli *c)
{
	return about_one(c, "POST", "/v1/campaigns/%s/cancel", NULL);
}

/* A long file is read on after the answer: asked after until it is through. */
/* A long file is read on after the answer: asked after until it is through. */
static bool is_under_way(const struct cli *c)
{
	struct iv_str state = iv_json_str(c->answer, "state");

	return iv_str_eq(state, IV_S("running")) || iv_str_eq(state, IV_S("queued"));
}

static bool until_done(struct cli *c)
{
	while (is_under_way(c)) {
		char id[160], *path;
		bool ok;

		(void)iv_str_copy(id, sizeof(id), iv_json_str(c->answer, "id")); /* ours: it fits */
		(void)nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
		path = cli_path("/v1/imports/%s", id);
		ok = cli_ask(c, "GET", path, NULL);
		free(path);
		if (!ok)
			return false;
	}
	return cli_print(c, NULL);
}

static bool import(struct cli *c)
{
	const char *id = cli_next(c), *file = cli_next(c);
	char *path;
	bool ok;

	if (!id || !file)
		return cli_bad(c, "which campaign, and what file", NULL);
	if (!cli_words_end(c))
		return false;
	path = cli_path("/v1/campaigns/%s/leads/import", id);
	ok = cli_send_file(c, path, "text/csv", file) && until_done(c);
	free(path);
	return ok;
}

const struct cli_command cli_campaigns[] = {
	{"campaigns list", "", list, "campaigns, newest first"},
	{"campaigns get", "CAMPAIGN", get, "one campaign"},
	{"campaigns import", "CAMPAIGN FILE.csv", import, "leads from a file; every bad row is told"},
	{"campaigns preview", "CAMPAIGN", preview, "who would be called when, and why not the others"},
	{"campaigns start", "CAMPAIGN", begin, "begin to call"},
	{"campaigns pause", "CAMPAIGN", halt, "no new call within a second"},
	{"campaigns resume", "CAMPAIGN", resume, "go on"},
	{"campaigns cancel", "CAMPAIGN", cancel, "never again"},
	{"campaigns metrics", "CAMPAIGN", metrics, "what came of it"},
	{0},
};
