/* The subcommand `ring`: somebody calls the daemon once, and what happens is told as it happens. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_cmd.h"

#define SAY_MAX 100

struct ring {
	struct carriers_opts opts;
	const char *carrier, *to, *from, *url;
	cJSON *plan, *say;
	struct iv_loop *loop;
	struct iv_net *net;
	struct carriers *carriers;
	struct carrier_call *call;
	struct iv_timer look;
	uv_signal_t interrupt;
	bool closing, completed;
};

static const char help[] =
	"usage: invorto-lab ring --carrier jambonz|twilio [options] --say STEP…\n"
	"\n"
	"  --to NUMBER --from NUMBER   default +15553334444 and +15551112222\n"
	"  --url URL          the daemon; default $INVORTO_URL or http://127.0.0.1:8080\n"
	"  --say STEP         may be repeated; plain arguments are steps too, as in `call --help`\n"
	"  --plan JSON        what else the call does: {\"hang_up_ms\":5000}\n"
	"  and every option of `carriers`; secrets default to $JAMBONZ_WEBHOOK_SECRET and $TWILIO_AUTH_TOKEN\n";

static bool add_step(struct ring *r, const char *step, struct iv_err *e)
{
	if (cJSON_GetArraySize(r->say) == SAY_MAX)
		return iv_fail_field(e, IV_ETOOBIG, "--say", "at most %d steps", SAY_MAX);
	cJSON_AddItemToArray(r->say, cJSON_CreateString(step));
	return true;
}

static bool take_option(struct ring *r, const char *name, const char *value, struct iv_err *e)
{
	bool known = true;

	if (strcmp(name, "--carrier") == 0) {
		r->carrier = value;
	} else if (strcmp(name, "--to") == 0) {
		r->to = value;
	} else if (strcmp(name, "--from") == 0) {
		r->from = value;
	} else if (strcmp(name, "--url") == 0) {
		r->url = value;
	} else if (strcmp(name, "--say") == 0) {
		return add_step(r, value, e);
	} else if (strcmp(name, "--plan") == 0) {
		cJSON_Delete(r->plan);
		r->plan = iv_json_parse(iv_str(value), e);
		return cJSON_IsObject(r->plan) || iv_fail_field(e, IV_EINVAL, "--plan", "must be a JSON object");
	} else if (!carriers_option(&r->opts, name, value, &known, e)) {
		return false;
	}
	return known || iv_fail_field(e, IV_EINVAL, name, "is not an option; see --help");
}

static bool read_options(struct ring *r, int argc, char **argv, struct iv_err *e)
{
	for (int i = 1; i < argc; i++) {
		bool ok = argv[i][0] != '-' ? add_step(r, argv[i], e)
			  : i + 1 == argc   ? iv_fail_field(e, IV_EINVAL, argv[i], "needs a value")
					    : take_option(r, argv[i], argv[i + 1], e);

		if (!ok)
			return false;
		i += argv[i][0] == '-';
	}
	if (!r->carrier || (strcmp(r->carrier, "jambonz") != 0 && strcmp(r->carrier, "twilio") != 0))
		return iv_fail_field(e, IV_EINVAL, "--carrier", "must be jambonz or twilio");
	return true;
}

static const char *env_or(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v && v[0] ? v : otherwise;
}

/* The daemon's own paths, unless the options name others. `room` keeps them. */
static void default_hooks(struct ring *r, char room[4][600])
{
	static const char *const paths[] = {"/telephony/jambonz/call", "/telephony/jambonz/status", "/telephony/twilio/voice",
					    "/telephony/twilio/status"};
	const char **fields[] = {&r->opts.jambonz_hook, &r->opts.jambonz_status, &r->opts.twilio_voice, &r->opts.twilio_status};
	const char *url = r->url;
	bool ws = strncmp(url, "ws", 2) == 0;
	size_t len = strlen(url);

	if (len > 0 && url[len - 1] == '/')
		len--;
	for (size_t i = 0; i < IV_COUNT(paths); i++) {
		if (*fields[i])
			continue;
		snprintf(room[i], 600, "%s%.*s%s", ws ? "http" : "", (int)(len - (ws ? 2 : 0)), url + (ws ? 2 : 0), paths[i]);
		*fields[i] = room[i];
	}
}

/* ── the call */

static void net_closed(void *arg)
{
	iv_loop_stop(((struct ring *)arg)->loop);
}

static void carriers_closed(void *arg)
{
	struct ring *r = arg;

	iv_net_close(r->net, net_closed, r);
}

static void close_all(struct ring *r)
{
	if (r->closing)
		return;
	r->closing = true;
	iv_timer_stop(&r->look);
	uv_close((uv_handle_t *)&r->interrupt, NULL);
	carriers_close(r->carriers, carriers_closed, r);
}

static void look(void *arg)
{
	struct ring *r = arg;

	if (r->call->over && r->call->holds == 0) {
		r->completed = r->call->line.state == LINE_COMPLETED;
		printf("%s after %.1f s: %s; %.1f s heard\n", r->completed ? "completed" : "not completed",
		       (double)line_duration_ms(&r->call->line) / 1000, r->call->end_reason,
		       (double)media_heard_ms(r->call) / 1000);
		close_all(r);
		return;
	}
	iv_timer_in_ms(&r->look, 50);
}

static void on_interrupt(uv_signal_t *handle, int number)
{
	struct ring *r = handle->data;

	(void)number;
	if (r->call->over)
		close_all(r);
	else
		call_hang_up(r->call, LINE_BY_PERSON, 0, "interrupted");
}

static bool begin(struct ring *r, struct iv_err *e)
{
	bool jambonz = strcmp(r->carrier, "jambonz") == 0;

	if (cJSON_GetArraySize(r->say) > 0)
		cJSON_AddItemToObject(r->plan, "say", r->say);
	else
		cJSON_Delete(r->say);
	r->say = NULL;
	r->carriers = carriers_open(r->net, &r->opts, e);
	if (!r->carriers)
		return false;
	r->call = call_new(r->carriers, jambonz ? CARRIER_JAMBONZ : CARRIER_TWILIO, CARRIER_INBOUND, iv_str(r->from),
			   iv_str(r->to), r->plan, e);
	return r->call && (jambonz ? jambonz_inbound(r->call, e) : twilio_inbound(r->call, e));
}

static void run(struct ring *r, struct iv_err *e)
{
	bool ok = begin(r, e);

	if (ok) {
		uv_signal_init(iv_loop_uv(r->loop), &r->interrupt);
		r->interrupt.data = r;
		uv_signal_start(&r->interrupt, on_interrupt, SIGINT);
		iv_timer_init(&r->look, r->loop, look, r);
		iv_timer_in_ms(&r->look, 50);
	} else if (r->carriers) {
		carriers_close(r->carriers, carriers_closed, r);
	} else {
		iv_net_close(r->net, net_closed, r);
	}
	iv_loop_run(r->loop);
}

int lab_ring(int argc, char **argv)
{
	struct ring r = {.to = "+15553334444", .from = "+15551112222", .plan = cJSON_CreateObject(), .say = cJSON_CreateArray()};
	struct iv_err e = {0};
	char hooks[4][600];

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		cJSON_Delete(r.plan);
		cJSON_Delete(r.say);
		return 0;
	}
	carriers_defaults(&r.opts);
	r.url = env_or("INVORTO_URL", "http://127.0.0.1:8080");
	r.opts.port = 0;
	r.opts.print = true;
	r.opts.jambonz_secret = env_or("JAMBONZ_WEBHOOK_SECRET", r.opts.jambonz_secret);
	r.opts.twilio_token = env_or("TWILIO_AUTH_TOKEN", r.opts.twilio_token);
	r.opts.twilio_account = env_or("TWILIO_ACCOUNT_SID", r.opts.twilio_account);
	bool ok = read_options(&r, argc, argv, &e);
	int status = ok ? 1 : 2;
	if (ok) {
		default_hooks(&r, hooks);
		r.loop = iv_loop_new();
		r.net = iv_net_new(r.loop, &(struct iv_net_opts){.user_agent = "invorto-lab"}, &e);
		if (r.net)
			run(&r, &e);
		iv_loop_free(r.loop);
		status = r.completed ? 0 : 1;
	}
	cJSON_Delete(r.plan);
	cJSON_Delete(r.say);
	if (e.code != IV_OK)
		fprintf(stderr, "invorto-lab ring: %s%s%s\n", e.field, e.field[0] ? ": " : "", e.msg);
	return status;
}
