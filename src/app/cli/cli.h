/* The client side of the binary: what a person does from a shell over the REST API of a daemon, here or elsewhere.
 * INVORTO_URL and INVORTO_API_KEY (or INVORTO_API_KEY_FILE) say where and who. Blocking; never part of the daemon.
 *
 * Every command prints for people, or with --json what the API answered, one JSON value a line. It ends with
 *   0   done               1   refused by the API (its reasons are on stderr)
 *   64  asked wrongly      69  no daemon answers          75  it answers that it cannot now: try again */
#ifndef CLI_H
#define CLI_H

#include <curl/curl.h>
#include "iv_json.h"

enum { CLI_REFUSED = 1, CLI_USAGE = 64, CLI_UNREACHABLE = 69, CLI_LATER = 75 };

struct cli {
	int argc; /* what is left of the command line */
	char **argv;
	bool json;
	const char *url;  /* without a slash at the end */
	char key[512];
	CURL *curl;
	struct iv_buf body; /* of the last answer */
	cJSON *answer;      /* the same; NULL when it is not JSON */
	long status;
	int exit;           /* what failed, when something did */
};

typedef bool cli_fn(struct cli *c); /* false: c->exit says how it ends */

struct cli_command {
	const char *words; /* "campaign start" */
	const char *args;  /* "CAMPAIGN" */
	cli_fn *run;
	const char *doc;
};
/* Each ends with words NULL. */
extern const struct cli_command cli_agents[], cli_calls[], cli_campaigns[], cli_keys[], cli_health[];

/* ── the command line */
const char *cli_next(struct cli *c);                       /* the next word; NULL: none */
const char *cli_option(struct cli *c, const char *name);   /* takes "--name VALUE" out; NULL: not there */
bool cli_flag(struct cli *c, const char *name);            /* takes "--name" out */
bool cli_bad(struct cli *c, const char *why, const char *what); /* false; says so on stderr */
bool cli_words_end(struct cli *c);                         /* false: something is left that nobody wanted */

/* ── asking */
/* path: behind the URL. body may be NULL, else it is taken. True: 2xx, and c->answer is there if it is JSON. */
bool cli_ask(struct cli *c, const char *method, const char *path, cJSON *body);
bool cli_send_file(struct cli *c, const char *path, const char *type, const char *file); /* POST */
/* Server-sent events until the stream ends; take: false ends it. Comes back with Last-Event-ID when it breaks. */
typedef bool cli_event_fn(struct cli *c, struct iv_str event, struct iv_str data);
bool cli_follow(struct cli *c, const char *path, cli_event_fn *take);
/* "/v1/agents/%s" with a word of the command line, escaped. Ends the process for want of memory alone. */
char *cli_path(const char *format, const char *word);

/* ── printing */
struct cli_column {
	const char *title, *member; /* "callCount"; "usage.seconds" inside an object */
};
bool cli_print(struct cli *c, const struct cli_column *columns); /* c->answer: an object, or a list with "data" */
bool cli_say(struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3))); /* not with --json */

int cli_run(int argc, char **argv, bool *known); /* known: argv[1…] is a command of these */
void cli_help(FILE *to);

#endif
