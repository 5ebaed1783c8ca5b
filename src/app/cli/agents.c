/* Agents, as files: what is applied is what is there afterwards. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20 };

static bool list(struct cli *c)
{
	static const struct cli_column columns[] = {{"ID", "id"}, {"NAME", "name"}, {"STATUS", "status"},
						    {"VERSION", "version"}, {"PROVIDER", "provider"},
						    {"UPDATED", "updatedAt"}, {0}};

	return cli_words_end(c) && cli_ask(c, "GET", "/v1/agents?limit=100", NULL) && cli_print(c, columns);
}

static bool about_one(struct cli *c, const char *method)
{
	const char *id = cli_next(c);
	char *path;
	bool ok;

	if (!id)
		return cli_bad(c, "which agent", NULL);
	if (!cli_words_end(c))
		return false;
	path = cli_path("/v1/agents/%s", id);
	ok = cli_ask(c, method, path, NULL) && cli_print(c, NULL);
	free(path);
	return ok;
}

static bool get(struct cli *c)
{
	return about_one(c, "GET");
}

static bool delete(struct cli *c)
{
	return about_one(c, "DELETE");
}

/* ── apply ── */

static cJSON *read_agent(struct cli *c, const char *file)
{
	struct iv_err e = {0};
	struct iv_buf text;
	char chunk[65536];
	cJSON *agent = NULL;
	FILE *f = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
	size_t n;
	bool fits = true;

	if (!f) {
		(void)cli_bad(c, "cannot read", file);
		return NULL;
	}
	iv_buf_init(&text, FILE_MAX);
	while (fits && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		fits = iv_buf_add(&text, chunk, n);
	if (f != stdin)
		(void)fclose(f);
	if (fits)
		agent = iv_json_parse(iv_buf_str(&text), &e);
	if (!agent || !cJSON_IsObject(agent) || !iv_json_str(agent, "name").len) {
		(void)cli_bad(c, file, !fits ? "is more than 1 MiB" : agent ? "must be an object with a name" : e.msg);
		cJSON_Delete(agent);
		agent = NULL;
	}
	iv_buf_deinit(&text);
	return agent;
}

/* The agent that the file means: by its id, else by its name. False: it cannot be told. id is "": there is none. */
static bool which(struct cli *c, const cJSON *agent, char *id, size_t size)
{
	struct iv_str own = iv_json_str(agent, "id"), name = iv_json_str(agent, "name"), cursor;
	char path[512] = "/v1/agents?limit=100";
	int found = 0;

	id[0] = '\0';
	if (own.len)
		return iv_str_copy(id, size, own) || cli_bad(c, "id is too long", NULL);
	do {
		const cJSON *row;

		if (!cli_ask(c, "GET", path, NULL))
			return false;
		cJSON_ArrayForEach(row, iv_json_get(c->answer, "data"))
		{
			if (!iv_str_eq(iv_json_str(row, "name"), name))
				continue;
			found++;
			(void)iv_str_copy(id, size, iv_json_str(row, "id")); /* ours: they fit */
		}
		cursor = iv_json_str(c->answer, "nextCursor");
		(void)snprintf(path, sizeof(path), "/v1/agents?limit=100&cursor=%.*s", IV_FMT(cursor));
	} while (cursor.len);
	return found < 2 || cli_bad(c, "there are several agents of that name; say which by its id", NULL);
}

static bool create(struct cli *c, cJSON *agent)
{
	return cli_ask(c, "POST", "/v1/agents", agent) &&
	       (c->json ? cli_print(c, NULL)
			: cli_say(c, "created %.*s, version 1\n", IV_FMT(iv_json_str(c->answer, "id"))));
}

/* The members of the file over what is there; nothing is sent when that changes nothing. */
static bool change(struct cli *c, cJSON *agent, const char *id, double version)
{
	char *path = cli_path("/v1/agents/%s", id);
	bool ok;
	double now;

	cJSON_DeleteItemFromObjectCaseSensitive(agent, "id");
	ok = cli_ask(c, "PATCH", path, agent);
	free(path);
	if (!ok)
		return false;
	if (c->json)
		return cli_print(c, NULL);
	now = cJSON_GetNumberValue(iv_json_get(c->answer, "version"));
	return cli_say(c, "%s %s, version %.0f\n", now > version ? "changed" : "unchanged", id, now);
}

static bool apply(struct cli *c)
{
	const char *file = cli_option(c, "-f");
	cJSON *agent;
	char id[160], *path;
	double version;
	bool there;

	if (!file)
		return cli_bad(c, "-f FILE says what to apply (- reads it from here)", NULL);
	if (!cli_words_end(c))
		return false;
	agent = read_agent(c, file);
	if (!agent)
		return false;
	if (!which(c, agent, id, sizeof(id))) {
		cJSON_Delete(agent);
		return false;
	}
	if (!id[0])
		return create(c, agent);
	path = cli_path("/v1/agents/%s", id);
	there = cli_ask(c, "GET", path, NULL);
	free(path);
	version = there ? cJSON_GetNumberValue(iv_json_get(c->answer, "version")) : 0;
	if (!there) {
		cJSON_Delete(agent);
		return false;
	}
	return change(c, agent, id, version);
}

const struct cli_command cli_agents[] = {
	{"agents list", "", list, "agents, newest first"},
	{"agents get", "AGENT", get, "one agent, its whole config"},
	{"agents apply", "-f FILE", apply, "make the agent of a JSON file, or change the one of its id or name to it"},
	{"agents delete", "AGENT", delete, "delete an agent that has no live call"},
	{0},
};
