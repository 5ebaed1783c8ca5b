/* invorto: one binary. This file reads the command line and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app.h"
#include "cli.h"
#include "iv_metrics.h"

static int usage(FILE *to, int status)
{
	(void)fputs("usage: invorto serve              take calls; settings come from the environment\n"
		    "       invorto migrate [--check|--plan]\n"
		    "                                  bring the database to this binary's schema, or say what is missing\n"
		    "       invorto tenant create --name NAME [--slug SLUG] [--key admin|dev|analyst]\n"
		    "       invorto keys create --tenant ID [--role admin|dev|analyst] [--name NAME] [--test]\n"
		    "       invorto members add --tenant ID --email ADDRESS [--role admin|dev|analyst] [--name NAME]\n"
		    "                     [--password-file FILE] [--platform]\n"
		    "                                  make what the API cannot be asked for yet; prints a key once\n"
		    "       invorto tokens create --user ID [--tenant ID] [--seconds N]\n"
		    "                                  a token of that person, signed with JWT_SECRET\n"
		    "       invorto optimise --campaign ID --explain [--json] [--tenant ID]\n"
		    "                                  what the optimiser would do, rule by rule with its numbers\n"
		    "       invorto replay FILE [--actions] [--set FIELD=VALUE]…\n"
		    "                                  step a call's journal through the machine again\n"
		    "       invorto config [--markdown]  print the settings in force (secrets masked)\n"
		    "       invorto agent --markdown|--schema\n"
		    "                                  what an agent may say, from its field table\n"
		    "       invorto metrics|errors|events --markdown\n"
		    "                                  what it counts, refuses and tells, from those tables\n"
		    "       invorto --help | --version\n",
		    to);
	cli_help(to);
	return status;
}

static const char *from_environment(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

static bool read_config(struct iv_config *cfg)
{
	struct iv_buf errors;
	bool ok;

	iv_buf_init(&errors, 65536);
	ok = iv_config_read(cfg, from_environment, NULL, &errors);
	if (!ok)
		(void)fprintf(stderr, "%.*s", IV_FMT(iv_buf_str(&errors)));
	iv_buf_deinit(&errors);
	return ok;
}

static int print(bool (*write)(struct iv_buf *out))
{
	struct iv_buf out;
	bool ok;

	iv_buf_init(&out, 1 << 20);
	ok = write(&out) && fwrite(out.ptr, 1, out.len, stdout) == out.len;
	iv_buf_deinit(&out);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int show_config(int argc, char **argv)
{
	struct iv_config cfg;
	struct iv_buf out;
	bool ok;

	if (argc == 1 && strcmp(argv[0], "--markdown") == 0)
		return print(iv_config_markdown);
	if (argc)
		return usage(stderr, EXIT_USAGE);
	if (!read_config(&cfg))
		return EXIT_CONFIG;
	iv_buf_init(&out, 1 << 20);
	ok = iv_config_print(&cfg, &out) && fwrite(out.ptr, 1, out.len, stdout) == out.len;
	iv_buf_deinit(&out);
	iv_config_free(&cfg);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int serve(int argc)
{
	struct iv_config cfg;
	int status;

	if (argc)
		return usage(stderr, EXIT_USAGE);
	if (!read_config(&cfg))
		return EXIT_CONFIG;
	status = app_serve(&cfg);
	iv_config_free(&cfg);
	return status;
}

static int migrate(int argc, char **argv)
{
	enum iv_migrate_mode mode = IV_MIGRATE_APPLY;
	struct iv_config cfg;
	int status;

	if (argc == 1 && strcmp(argv[0], "--check") == 0)
		mode = IV_MIGRATE_CHECK;
	else if (argc == 1 && strcmp(argv[0], "--plan") == 0)
		mode = IV_MIGRATE_PLAN;
	else if (argc)
		return usage(stderr, EXIT_USAGE);
	if (!read_config(&cfg))
		return EXIT_CONFIG;
	status = app_migrate(&cfg, mode);
	iv_config_free(&cfg);
	return status;
}

static int make_first(const char *thing, int argc, char **argv)
{
	struct iv_config cfg;
	int status;

	if (!read_config(&cfg))
		return EXIT_CONFIG;
	status = app_make_first(&cfg, thing, argc, argv);
	iv_config_free(&cfg);
	return status;
}

static int optimise(int argc, char **argv)
{
	struct iv_config cfg;
	int status;

	if (!read_config(&cfg))
		return EXIT_CONFIG;
	status = app_optimise(&cfg, argc, argv);
	iv_config_free(&cfg);
	return status;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	bool known;
	int status;

	if (strcmp(command, "serve") == 0)
		return serve(argc - 2);
	if (strcmp(command, "migrate") == 0)
		return migrate(argc - 2, argv + 2);
	if (argc > 2 && ((strcmp(command, "tenant") == 0 && strcmp(argv[2], "create") == 0) ||
			 (strcmp(command, "keys") == 0 && strcmp(argv[2], "create") == 0) ||
			 (strcmp(command, "tokens") == 0 && strcmp(argv[2], "create") == 0) ||
			 (strcmp(command, "members") == 0 && strcmp(argv[2], "add") == 0)))
		return make_first(command, argc - 3, argv + 3);
	if (strcmp(command, "optimise") == 0)
		return optimise(argc - 2, argv + 2);
	if (strcmp(command, "replay") == 0)
		return app_replay(argc - 2, argv + 2);
	if (strcmp(command, "config") == 0)
		return show_config(argc - 2, argv + 2);
	if (strcmp(command, "agent") == 0 && argc == 3 && strcmp(argv[2], "--markdown") == 0)
		return app_agent_markdown();
	if (strcmp(command, "agent") == 0 && argc == 3 && strcmp(argv[2], "--schema") == 0)
		return app_agent_schema();
	if (argc == 3 && strcmp(argv[2], "--markdown") == 0 && strcmp(command, "metrics") == 0)
		return print(iv_metrics_markdown);
	if (argc == 3 && strcmp(argv[2], "--markdown") == 0 && strcmp(command, "errors") == 0)
		return app_errors_markdown();
	if (argc == 3 && strcmp(argv[2], "--markdown") == 0 && strcmp(command, "events") == 0)
		return app_events_markdown();
	if (strcmp(command, "--version") == 0)
		return printf("invorto %s\n", IV_VERSION) < 0;
	if (strcmp(command, "--help") == 0) {
		(void)usage(stdout, 0);
		return print(iv_config_help);
	}
	status = cli_run(argc, argv, &known);
	return known ? status : usage(stderr, EXIT_USAGE);
}
