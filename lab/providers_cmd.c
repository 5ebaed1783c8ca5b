/* The subcommand `providers`: reads its options, serves until SIGINT or SIGTERM. */
#include <stdio.h>
#include "faults.h"
#include "providers.h"
#include "speech_tts.h"

struct command {
	struct providers_opts opts;
	const char *faults[FAULT_RULES_MAX];
	struct iv_loop *loop;
	struct iv_net *net;
	struct providers *providers;
	uv_signal_t signals[2];
	bool stopping;
};

static bool read_load(struct iv_str text, struct lab_load *load, struct iv_err *e)
{
	static const struct lab_load defaults = {true, 200, 100, 5, 80, 2000};
	struct iv_str item, name;

	*load = defaults;
	while (iv_str_split(&text, ',', &item)) {
		int64_t ms;
		int *field;

		if (!iv_str_split(&item, '=', &name))
			continue;
		field = iv_str_eq(name, IV_S("asr"))	 ? &load->asr_ms
			: iv_str_eq(name, IV_S("ttft"))	 ? &load->ttft_ms
			: iv_str_eq(name, IV_S("token")) ? &load->token_ms
			: iv_str_eq(name, IV_S("tts"))	 ? &load->tts_ms
			: iv_str_eq(name, IV_S("reply")) ? &load->reply_ms
							 : NULL;
		if (!field)
			return iv_fail_field(e, IV_EINVAL, "--load",
					     "knows asr, ttft, token, tts and reply");
		if (!iv_str_to_i64(item, &ms) || ms < 0 || ms > 600000)
			return iv_fail_field(e, IV_EINVAL, "--load", "%.*s must be 0 to 600000 ms",
					     IV_FMT(name));
		*field = (int)ms;
	}
	return true;
}

static bool read_port(const char *text, int *port, struct iv_err *e)
{
	int64_t n;

	if (!iv_str_to_i64(iv_str(text), &n) || n < 0 || n > 65535)
		return iv_fail_field(e, IV_EINVAL, "--port", "must be from 0 (any) to 65535");
	*port = (int)n;
	return true;
}

static bool add_fault(struct command *c, const char *rule, struct iv_err *e)
{
	if (c->opts.fault_count == FAULT_RULES_MAX)
		return iv_fail_field(e, IV_ETOOBIG, "--fault", "at most %d rules", FAULT_RULES_MAX);
	c->faults[c->opts.fault_count++] = rule;
	return true;
}

static bool read_options(struct command *c, int argc, char **argv, struct iv_err *e)
{
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
		bool ok = true;

		/* --load may stand alone: the defaults. */
		if (strcmp(name, "--load") == 0 && (!value || value[0] == '-')) {
			if (!read_load(IV_STR_NULL, &c->opts.load, e))
				return false;
			continue;
		}
		if (!value)
			return iv_fail_field(e, IV_EINVAL, name, "needs a value");
		i++;
		if (strcmp(name, "--port") == 0)
			ok = read_port(value, &c->opts.port, e);
		else if (strcmp(name, "--host") == 0)
			c->opts.host = value;
		else if (strcmp(name, "--model") == 0)
			c->opts.model_dir = value;
		else if (strcmp(name, "--load") == 0)
			ok = read_load(iv_str(value), &c->opts.load, e);
		else if (strcmp(name, "--fault") == 0)
			ok = add_fault(c, value, e);
		else
			return iv_fail_field(e, IV_EINVAL, name,
					     "is not an option; see invorto-lab help");
		if (!ok)
			return false;
	}
	return true;
}

static void net_closed(void *arg)
{
	struct command *c = arg;

	iv_loop_stop(c->loop);
}

static void providers_closed(void *arg)
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
	providers_close(c->providers, providers_closed, c);
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

static int complain(const struct iv_err *e, int status)
{
	fprintf(stderr, "invorto-lab providers: %s%s%s\n", e->field, e->field[0] ? ": " : "",
		e->msg);
	return status;
}

int lab_providers(int argc, char **argv)
{
	struct command c = {.opts = {.host = "127.0.0.1", .port = 9901}};
	struct iv_err e = {0};

	if (!read_options(&c, argc, argv, &e))
		return complain(&e, 2);
	c.opts.faults = c.faults;
	c.loop = iv_loop_new();
	c.net = iv_net_new(c.loop, &(struct iv_net_opts){.user_agent = "invorto-lab"}, &e);
	if (c.net)
		c.providers = providers_open(c.net, &c.opts, &e);
	if (c.providers) {
		watch_signals(&c);
		printf("providers: http://%s:%d (%s)\n", c.opts.host, providers_port(c.providers),
		       c.opts.load.on ? "load" : "speech");
		fflush(stdout);
	} else if (c.net) {
		iv_net_close(c.net, net_closed, &c);
	}
	if (c.net)
		iv_loop_run(c.loop);
	iv_loop_free(c.loop);
	speech_voices_close();
	return c.providers ? 0 : complain(&e, 1);
}
