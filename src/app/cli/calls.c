/* Calls: placed, looked at, followed as they are spoken, ordered about. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_loop.h"
#include "iv_time.h"

/* What passes four times a second is for a screen that draws it; --json has it all. */
static bool is_noise(struct iv_str kind)
{
	return iv_str_eq(kind, IV_S("levels")) || iv_str_eq(kind, IV_S("stt.partial"));
}

static bool print_event(struct cli *c, struct iv_str event, struct iv_str data)
{
	struct iv_err e = {0};
	cJSON *json = iv_json_parse(data, &e);
	const cJSON *payload = iv_json_get(json, "payload") ? iv_json_get(json, "payload") : json;
	struct iv_str kind = iv_json_str(json, "kind"), text = iv_json_str(payload, "text");
	double at = cJSON_GetNumberValue(iv_json_get(json, "timestamp"));
	char iso[IV_TIME_SIZE];
	bool goes_on = !iv_str_eq(event, IV_S("end"));

	if (c->json) {
		(void)printf("%.*s\n", IV_FMT(data));
	} else if (goes_on && json && !is_noise(kind.len ? kind : event)) {
		/* HH:MM:SS.mmm of the event, or of now when it does not say. */
		(void)iv_time_iso(at > 0 ? (int64_t)at : iv_wall_ms(), iso);
		(void)printf("%.12s  %-18.*s ", iso + 11, IV_FMT(kind.len ? kind : event));
		if (text.len)
			(void)printf("%.*s\n", IV_FMT(text));
		else
			(void)printf("%.*s\n", IV_FMT(data));
	}
	cJSON_Delete(json);
	return goes_on;
}

static bool follow(struct cli *c, const char *id)
{
	char *path = cli_path("/v1/calls/%s/live", id);
	bool ok = cli_follow(c, path, print_event);

	free(path);
	return ok;
}

static bool tail(struct cli *c)
{
	const char *id = cli_next(c);

	return id ? cli_words_end(c) && follow(c, id) : cli_bad(c, "which call", NULL);
}

static void put(cJSON *body, const char *name, const char *value)
{
	if (value && !cJSON_AddStringToObject(body, name, value))
		abort();
}

static bool place(struct cli *c)
{
	const char *agent = cli_option(c, "--agent"), *from = cli_option(c, "--from");
	const char *carrier = cli_option(c, "--carrier");
	bool watch = cli_flag(c, "--follow");
	const char *to = cli_next(c);
	cJSON *body;
	char id[160];

	if (!agent || !to)
		return cli_bad(c, "whom, and who speaks", NULL);
	if (!cli_words_end(c))
		return false;
	body = cJSON_CreateObject();
	put(body, "agentId", agent);
	put(body, "to", to);
	put(body, "from", from);
	put(body, "carrier", carrier);
	if (!cli_ask(c, "POST", "/v1/calls", body))
		return false;
	(void)iv_str_copy(id, sizeof(id), iv_json_str(c->answer, "id")); /* ours: it fits */
	if (c->json)
		(void)cli_print(c, NULL);
	else
		(void)cli_say(c, "%s %.*s\n", id, IV_FMT(iv_json_str(c->answer, "status")));
	return !watch || follow(c, id);
}

static bool list(struct cli *c)
{
	static const struct cli_column columns[] = {{"ID", "id"}, {"DIRECTION", "direction"}, {"STATUS", "status"},
						    {"OUTCOME", "outcome"}, {"AGENT", "agentId"}, {"SECONDS", "durationSec"},
						    {"INR", "costInr"}, {"STARTED", "startedAt"}, {0}};
	const char *status = cli_option(c, "--status"), *cursor = cli_option(c, "--cursor");
	char path[1024];

	if (!cli_words_end(c))
		return false;
	(void)snprintf(path, sizeof(path), "/v1/calls?limit=50%s%.100s%s%.600s", status ? "&status=" : "",
		       status ? status : "", cursor ? "&cursor=" : "", cursor ? cursor : "");
	return cli_ask(c, "GET", path, NULL) && cli_print(c, columns);
}

/* "calls hangup CALL": an order without words, or with one. */
static bool order(struct cli *c, const char *method, const char *format, const char *word)
{
	const char *id = cli_next(c), *value = word ? cli_next(c) : NULL;
	cJSON *body = word ? cJSON_CreateObject() : NULL;
	char *path;
	bool ok;

	if (!id || (word && !value)) {
		cJSON_Delete(body);
		return cli_bad(c, !id ? "which call" : "and this is missing", !id ? NULL : word);
	}
	if (word)
		put(body, word, value);
	if (!cli_words_end(c)) {
		cJSON_Delete(body);
		return false;
	}
	path = cli_path(format, id);
	ok = cli_ask(c, method, path, body) && cli_print(c, NULL);
	free(path);
	return ok;
}

static bool get(struct cli *c)
{
	return order(c, "GET", "/v1/calls/%s", NULL);
}

static bool timeline(struct cli *c)
{
	return order(c, "GET", "/v1/calls/%s/timeline?limit=1000", NULL);
}

static bool hangup(struct cli *c)
{
	return order(c, "POST", "/v1/calls/%s/hangup", NULL);
}

static bool say(struct cli *c)
{
	return order(c, "POST", "/v1/calls/%s/say", "text");
}

static bool transfer(struct cli *c)
{
	return order(c, "POST", "/v1/calls/%s/transfer", "to");
}

const struct cli_command cli_calls[] = {
	{"call", "NUMBER --agent AGENT [--from NUMBER] [--carrier NAME] [--follow]", place,
	 "call somebody, and follow what is said"},
	{"calls list", "[--status STATUS] [--cursor CURSOR]", list, "calls, newest first"},
	{"calls get", "CALL", get, "one call: outcome, transcript, costs"},
	{"calls timeline", "CALL", timeline, "everything that happened in it"},
	{"calls hangup", "CALL", hangup, "end a live call"},
	{"calls say", "CALL TEXT", say, "let the agent say this now"},
	{"calls transfer", "CALL NUMBER", transfer, "give a live call to somebody else"},
	{"tail", "CALL", tail, "follow a live call, from any machine"},
	{0},
};
