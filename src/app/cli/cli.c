/* The table of commands, and their words on the command line. */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_buf.h"

enum { ANSWER_MAX = 64 << 20 };

static const struct cli_command *const tables[] = {cli_health, cli_keys, cli_agents, cli_calls, cli_campaigns};

/* ── the command line ── */

const char *cli_next(struct cli *c)
{
	if (!c->argc)
		return NULL;
	c->argc--;
	return *c->argv++;
}

static const char *take_out(struct cli *c, const char *name, bool with_value)
{
	for (int i = 0; i < c->argc; i++) {
		int n = with_value ? 2 : 1;
		const char *value = c->argv[i];

		if (strcmp(c->argv[i], name) != 0 || i + n > c->argc)
			continue;
		value = c->argv[i + n - 1];
		memmove(c->argv + i, c->argv + i + n, (size_t)(c->argc - i - n) * sizeof(*c->argv));
		c->argc -= n;
		return value;
	}
	return NULL;
}

const char *cli_option(struct cli *c, const char *name)
{
	return take_out(c, name, true);
}

bool cli_flag(struct cli *c, const char *name)
{
	return take_out(c, name, false) != NULL;
}

bool cli_bad(struct cli *c, const char *why, const char *what)
{
	(void)fprintf(stderr, "invorto: %s%s%s\n", why, what ? ": " : "", what ? what : "");
	c->exit = CLI_USAGE;
	return false;
}

bool cli_words_end(struct cli *c)
{
	return !c->argc || cli_bad(c, "what is this", c->argv[0]);
}

/* How many of the words of the command line are the command's; 0: it is another. */
static int matches(const char *words, int argc, char **argv)
{
	int n = 0;

	while (*words) {
		size_t len = strcspn(words, " ");

		if (n == argc || strlen(argv[n]) != len || memcmp(argv[n], words, len) != 0)
			return 0;
		n++;
		words += len + (words[len] == ' ');
	}
	return n;
}

static const struct cli_command *find(int argc, char **argv, int *taken)
{
	for (size_t t = 0; t < IV_COUNT(tables); t++)
		for (const struct cli_command *k = tables[t]; k->words; k++) {
			*taken = matches(k->words, argc, argv);
			if (*taken)
				return k;
		}
	return NULL;
}

/* ── where and who ── */

static bool read_key(struct cli *c)
{
	const char *key = getenv("INVORTO_API_KEY"), *file = getenv("INVORTO_API_KEY_FILE");
	FILE *f;

	if (key && *key) {
		if (strlen(key) >= sizeof(c->key))
			return cli_bad(c, "INVORTO_API_KEY is too long", NULL);
		memcpy(c->key, key, strlen(key) + 1);
		return true;
	}
	if (!file || !*file)
		return true; /* some routes want none; the others say so */
	f = fopen(file, "re");
	if (!f || !fgets(c->key, sizeof(c->key), f)) {
		if (f)
			(void)fclose(f);
		return cli_bad(c, "INVORTO_API_KEY_FILE cannot be read", file);
	}
	(void)fclose(f);
	c->key[strcspn(c->key, "\r\n")] = '\0';
	return true;
}

/* A copy: dev.env gives the socket's form of it too. */
static bool read_url(struct cli *c, char *url, size_t size)
{
	const char *from = getenv("INVORTO_URL");
	int n;

	if (!from || !*from)
		from = "http://127.0.0.1:8080";
	n = strncmp(from, "ws", 2) == 0 ? snprintf(url, size, "http%s", from + 2) : snprintf(url, size, "%s", from);
	if (n < 0 || (size_t)n >= size || strncmp(url, "http", 4) != 0)
		return cli_bad(c, "INVORTO_URL must be http://… or https://…", from);
	while (n && url[n - 1] == '/')
		url[--n] = '\0';
	c->url = url;
	return true;
}

int cli_run(int argc, char **argv, bool *known)
{
	char url[512], *words[64];
	struct cli c = {.argc = argc - 1, .argv = words};
	const struct cli_command *k;
	int taken;

	*known = argc > 1 && argc <= (int)IV_COUNT(words);
	if (!*known)
		return CLI_USAGE;
	memcpy(words, argv + 1, (size_t)c.argc * sizeof(*words));
	k = find(c.argc, c.argv, &taken);
	*known = k != NULL;
	if (!k)
		return CLI_USAGE;
	c.argc -= taken;
	c.argv += taken;
	c.json = cli_flag(&c, "--json");
	if (cli_flag(&c, "--help")) {
		(void)printf("invorto %s %s\n    %s\n", k->words, k->args, k->doc);
		return EXIT_SUCCESS;
	}
	iv_buf_init(&c.body, ANSWER_MAX);
	(void)setvbuf(stdout, NULL, _IOLBF, 0); /* who follows a call sees it as it comes */
	c.curl = curl_easy_init();
	if (!c.curl)
		abort();
	if (read_url(&c, url, sizeof(url)) && read_key(&c) && !k->run(&c) && c.exit == CLI_USAGE)
		(void)fprintf(stderr, "usage: invorto %s %s\n", k->words, k->args);
	curl_easy_cleanup(c.curl);
	cJSON_Delete(c.answer);
	iv_buf_deinit(&c.body);
	explicit_bzero(c.key, sizeof(c.key));
	return c.exit;
}

void cli_help(FILE *to)
{
	(void)fputs("\nover the REST API of a daemon (INVORTO_URL, INVORTO_API_KEY; each takes --json and --help):\n", to);
	for (size_t t = 0; t < IV_COUNT(tables); t++)
		for (const struct cli_command *k = tables[t]; k->words; k++)
			(void)fprintf(to, "       invorto %s%s%s\n                                  %s\n", k->words,
				      *k->args ? " " : "", k->args, k->doc);
}

bool cli_say(struct cli *c, const char *format, ...)
{
	va_list args;

	if (c->json)
		return true;
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	return true;
}
