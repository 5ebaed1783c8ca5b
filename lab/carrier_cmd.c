/* The subcommand `carriers`: reads its options, serves until SIGINT or SIGTERM. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "carrier_cmd.h"

struct command {
	struct carriers_opts opts;
	const char *rules; /* JSON, or a file of it */
	struct iv_loop *loop;
	struct iv_net *net;
	struct carriers *carriers;
	uv_signal_t signals[2];
	bool stopping;
};

static bool read_port(const char *text, int *port, struct iv_err *e)
{
	int64_t n;

	if (!iv_str_to_i64(iv_str(text), &n) || n < 0 || n > 65535)
		return iv_fail_field(e, IV_EINVAL, "--port", "must be from 0 (any) to 65535");
	*port = (int)n;
	return true;
}

void carriers_defaults(struct carriers_opts *o)
{
	*o = (struct carriers_opts){.host = "127.0.0.1",
				    .port = 9902,
				    .jambonz_secret = "wh_secret_lab",
				    .jambonz_key = "lab-jambonz-key",
				    .jambonz_account = "9351f46a-678c-43f5-b8a6-d4eb58d131af",
				    .jambonz_application = "0e0681b0-d49f-4fb8-b973-b5a3c6758de1",
				    .elevenlabs_secret = "wsec_lab",
				    .twilio_token = "lab-twilio-token",
				    .twilio_account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
}

bool carriers_option(struct carriers_opts *o, const char *name, const char *value, bool *known, struct iv_err *e)
{
	const struct {
		const char *name;
		const char **field;
	} texts[] = {
		{"--host", &o->host},
		{"--jambonz-hook", &o->jambonz_hook},
		{"--jambonz-status", &o->jambonz_status},
		{"--jambonz-secret", &o->jambonz_secret},
		{"--jambonz-key", &o->jambonz_key},
		{"--jambonz-account", &o->jambonz_account},
		{"--jambonz-application", &o->jambonz_application},
		{"--twilio-voice", &o->twilio_voice},
		{"--twilio-status", &o->twilio_status},
		{"--twilio-token", &o->twilio_token},
		{"--account", &o->twilio_account},
		{"--elevenlabs-webhook", &o->elevenlabs_webhook},
		{"--elevenlabs-secret", &o->elevenlabs_secret},
		{"--via", &o->via},
	};

	*known = true;
	if (strcmp(name, "--port") == 0)
		return read_port(value, &o->port, e);
	for (size_t i = 0; i < IV_COUNT(texts); i++) {
		if (strcmp(name, texts[i].name) != 0)
			continue;
		*texts[i].field = value;
		return strlen(value) < 1024 || iv_fail_field(e, IV_ETOOBIG, name, "must have less than 1024 bytes");
	}
	*known = false;
	return true;
}

static bool read_options(struct command *c, int argc, char **argv, struct iv_err *e)
{
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		bool known = false;

		if (strcmp(name, "--story") == 0) {
			c->opts.print = true;
			continue;
		}
		if (++i == argc)
			return iv_fail_field(e, IV_EINVAL, name, "needs a value");
		if (strcmp(name, "--scenario") == 0)
			c->rules = argv[i];
		else if (!carriers_option(&c->opts, name, argv[i], &known, e))
			return false;
		else if (!known)
			return iv_fail_field(e, IV_EINVAL, name, "is not an option; see invorto-lab help");
	}
	return true;
}

static bool read_file(const char *path, struct iv_buf *out, struct iv_err *e)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;
	bool ok = f != NULL;

	while (ok && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		ok = iv_buf_add(out, piece, n);
	if (f)
		fclose(f);
	return ok || iv_fail_field(e, IV_ENOENT, "--scenario", "%.100s cannot be read", path);
}

bool carriers_rules(struct carriers *c, const char *rules, struct iv_err *e)
{
	struct iv_buf text;
	cJSON *json = NULL;
	bool ok;

	if (!rules)
		return true;
	iv_buf_init(&text, CARRIER_BODY_MAX);
	ok = rules[0] == '{' ? iv_buf_adds(&text, iv_str(rules)) : read_file(rules, &text, e);
	if (ok)
		json = iv_json_parse(iv_buf_str(&text), e);
	ok = json && rules_set(c->rules, json, e);
	cJSON_Delete(json);
	iv_buf_deinit(&text);
	return ok;
}

static void net_closed(void *arg)
{
	struct command *c = arg;

	iv_loop_stop(c->loop);
}

static void carriers_closed(void *arg)
{
	struct command *c = arg;

	iv_net_close(c->net, net_closed, c);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct command *c = handle->data;

	(void)number;
	if (c->stopping)
		return;
	c->stopping = true;
	for (size_t i = 0; i < IV_COUNT(c->signals); i++)
		uv_close((uv_handle_t *)&c->signals[i], NULL);
	carriers_close(c->carriers, carriers_closed, c);
}

static void watch_signals(struct command *c)
{
	static const int numbers[] = {SIGINT, SIGTERM};

	for (size_t i = 0; i < IV_COUNT(numbers); i++) {
		uv_signal_init(iv_loop_uv(c->loop), &c->signals[i]);
		c->signals[i].data = c;
		uv_signal_start(&c->signals[i], on_signal, numbers[i]);
	}
}

static void raise_file_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return;
	r.rlim_cur = r.rlim_max;
	/* When refused, the first call without a descriptor will say so. */
	setrlimit(RLIMIT_NOFILE, &r);
}

static int complain(const struct iv_err *e, int status)
{
	fprintf(stderr, "invorto-lab carriers: %s%s%s\n", e->field, e->field[0] ? ": " : "", e->msg);
	return status;
}

int lab_carriers(int argc, char **argv)
{
	struct command c = {0};
	struct iv_err e = {0};
	bool ok = false;

	carriers_defaults(&c.opts);
	if (!read_options(&c, argc, argv, &e))
		return complain(&e, 2);
	raise_file_limit();
	c.loop = iv_loop_new();
	c.net = iv_net_new(c.loop, &(struct iv_net_opts){.user_agent = "invorto-lab"}, &e);
	if (c.net)
		c.carriers = carriers_open(c.net, &c.opts, &e);
	if (c.carriers && carriers_rules(c.carriers, c.rules, &e)) {
		ok = true;
		watch_signals(&c);
		printf("carriers: http://%s:%d (jambonz account %s, twilio account %s)\n", c.opts.host,
		       carriers_port(c.carriers), c.opts.jambonz_account, c.opts.twilio_account);
		fflush(stdout);
	} else if (c.carriers) {
		carriers_close(c.carriers, carriers_closed, &c);
	} else if (c.net) {
		iv_net_close(c.net, net_closed, &c);
	}
	if (c.net)
		iv_loop_run(c.loop);
	iv_loop_free(c.loop);
	return ok ? 0 : complain(&e, 1);
}
