/* Is a daemon there, and does it take calls? For containers and balancers. */
#include "cli.h"

#include <stdlib.h>

static bool health(struct cli *c)
{
	char local[64];
	const char *port = getenv("PORT");
	bool ready = cli_flag(c, "--ready");

	if (!cli_words_end(c))
		return false;
	if (!getenv("INVORTO_URL")) { /* the daemon of this very container */
		(void)snprintf(local, sizeof(local), "http://127.0.0.1:%.5s", port && *port ? port : "8080");
		c->url = local;
	}
	if (!cli_ask(c, "GET", ready ? "/readyz" : "/livez", NULL)) {
		c->exit = CLI_REFUSED; /* the one code that Docker knows */
		return false;
	}
	return c->json ? cli_print(c, NULL) : cli_say(c, "%s\n", ready ? "ready" : "alive");
}

const struct cli_command cli_health[] = {
	{"health", "[--ready]", health, "is the daemon of this machine alive, or ready for calls; 0 or 1"},
	{0},
};
