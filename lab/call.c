/* The subcommand `call`: argv to options, one caller or a load of them, results. */
#include "call.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "caller.h"
#include "iv_id.h"
#include "iv_net.h"
#include "load.h"
#include "voice.h"

#define USAGE 2
#define CALLS_MAX 20000

static const char help[] =
	"usage: invorto-lab call --leg browser|jambonz|twilio [options] --say STEP…\n"
	"\n"
	"  --url URL          the daemon; default $INVORTO_URL or ws://127.0.0.1:8080\n"
	"  --agent ID         default demo\n"
	"  --key KEY          browser: API key; default $REALTIME_API_KEY\n"
	"  --secret SECRET    jambonz, twilio: signs the call; default $REALTIME_WS_SECRET\n"
	"  --twilio-token TOKEN  twilio: signs the handshake, as an account's sockets are; default $TWILIO_AUTH_TOKEN\n"
	"  --rate HZ          8000 or 16000 (not twilio); default 16000 for browser, else 8000\n"
	"  --say STEP         may be repeated; plain arguments are steps too:\n"
	"                       FILE.wav | text:WORDS | text-typed:WORDS (browser) | tone:MS\n"
	"                       dtmf:DIGITS | wait:MS | hangup\n"
	"                       @after=MS:STEP  MS after the agent's turn began to be heard\n"
	"                       @now:STEP       waits for nobody\n"
	"                       @gap=MS:STEP    after so much more silence\n"
	"  --out FILE.wav     stereo recording: left sent, right heard\n"
	"  --json FILE|-      summary; - prints it instead of the conversation\n"
	"  --max SECONDS      hangs up after it; default 300\n"
	"  --silence line|zero   between utterances: a quiet line (default) or digital zero\n"
	"  --audio json|binary   browser: how the agent's audio is asked for; default json\n"
	"  --preamble plain|broken|minimal, --subprotocol jambonz|drachtio,\n"
	"  --jambonz-marks true|destroyed   jambonz: variants seen in the field\n"
	"  --messy SEED       frames held back, joined and cut anywhere\n"
	"\n"
	"  --calls N --ramp PER_SECOND --seconds S   load: N callers, prints one JSON object\n"
	"  --echo             load against a server that echoes frames: round trips\n";

struct call_opts {
	struct caller_opts caller;
	const char *url, *json;
	struct script script;
	int calls, seconds;
	double ramp;
	bool echo, have_leg;
};

static bool complain(const char *option, const char *allowed, const char *got)
{
	fprintf(stderr, "invorto-lab call: %s must be %s, got \"%s\"\n", option, allowed, got);
	return false;
}

static bool choose(const char *option, const char *got, const char *const *names,
		   const char *allowed, int *out)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], got) == 0) {
			*out = i;
			return true;
		}
	}
	return complain(option, allowed, got);
}

static bool choose_flag(const char *option, const char *got, const char *no, const char *yes,
			bool *out)
{
	const char *const names[] = {no, yes, NULL};
	char allowed[64];
	int i = 0;

	snprintf(allowed, sizeof(allowed), "%s or %s", no, yes);
	if (!choose(option, got, names, allowed, &i))
		return false;
	*out = i == 1;
	return true;
}

static bool whole(const char *option, const char *got, int64_t lo, int64_t hi, int *out)
{
	char allowed[64];
	int64_t v;

	if (iv_str_to_i64(iv_str(got), &v) && v >= lo && v <= hi) {
		*out = (int)v;
		return true;
	}
	snprintf(allowed, sizeof(allowed), "a whole number from %lld to %lld", (long long)lo,
		 (long long)hi);
	return complain(option, allowed, got);
}

static bool add_step(struct call_opts *o, const char *arg)
{
	struct iv_err e = {0};

	if (script_add(&o->script, arg, &e))
		return true;
	fprintf(stderr, "invorto-lab call: %s %s\n", e.field, e.msg);
	return false;
}

enum {
	O_LEG = 256,
	O_URL,
	O_AGENT,
	O_KEY,
	O_SECRET,
	O_TWILIO_TOKEN,
	O_RATE,
	O_SAY,
	O_OUT,
	O_JSON,
	O_MAX,
	O_SILENCE,
	O_AUDIO,
	O_PREAMBLE,
	O_SUBPROTOCOL,
	O_MARKS,
	O_MESSY,
	O_CALLS,
	O_RAMP,
	O_SECONDS,
	O_ECHO,
	O_HELP,
};

static const struct option options[] = {
	{"leg", required_argument, NULL, O_LEG},
	{"url", required_argument, NULL, O_URL},
	{"agent", required_argument, NULL, O_AGENT},
	{"key", required_argument, NULL, O_KEY},
	{"secret", required_argument, NULL, O_SECRET},
	{"twilio-token", required_argument, NULL, O_TWILIO_TOKEN},
	{"rate", required_argument, NULL, O_RATE},
	{"say", required_argument, NULL, O_SAY},
	{"out", required_argument, NULL, O_OUT},
	{"json", required_argument, NULL, O_JSON},
	{"max", required_argument, NULL, O_MAX},
	{"silence", required_argument, NULL, O_SILENCE},
	{"audio", required_argument, NULL, O_AUDIO},
	{"preamble", required_argument, NULL, O_PREAMBLE},
	{"subprotocol", required_argument, NULL, O_SUBPROTOCOL},
	{"jambonz-marks", required_argument, NULL, O_MARKS},
	{"messy", required_argument, NULL, O_MESSY},
	{"calls", required_argument, NULL, O_CALLS},
	{"ramp", required_argument, NULL, O_RAMP},
	{"seconds", required_argument, NULL, O_SECONDS},
	{"echo", no_argument, NULL, O_ECHO},
	{"help", no_argument, NULL, O_HELP},
	{NULL, 0, NULL, 0},
};

static bool take_leg_option(struct call_opts *o, int which, const char *arg)
{
	static const char *const legs[] = {"browser", "jambonz", "twilio", NULL};
	static const char *const preambles[] = {"plain", "broken", "minimal", NULL};
	struct leg_opts *leg = &o->caller.leg;
	int i = 0;

	switch (which) {
	case O_LEG:
		o->have_leg = choose("--leg", arg, legs, "browser, jambonz or twilio", &i);
		leg->kind = (enum far_kind)i;
		return o->have_leg;
	case O_RATE:
		return whole("--rate", arg, 8000, 16000, &leg->rate_hz) &&
		       (leg->rate_hz % 8000 == 0 || complain("--rate", "8000 or 16000", arg));
	case O_PREAMBLE:
		if (!choose("--preamble", arg, preambles, "plain, broken or minimal", &i))
			return false;
		leg->preamble = (enum leg_preamble)i;
		return true;
	case O_SUBPROTOCOL:
		return choose_flag("--subprotocol", arg, "jambonz", "drachtio", &leg->drachtio);
	case O_AUDIO:
		return choose_flag("--audio", arg, "json", "binary", &leg->binary);
	case O_MARKS:
		return choose_flag("--jambonz-marks", arg, "true", "destroyed",
				   &o->caller.marks_destroyed);
	case O_AGENT:
		leg->agent = arg;
		return iv_id_acceptable(iv_str(arg)) ||
		       complain("--agent", "1 to 128 of [A-Za-z0-9._:-]", arg);
	case O_KEY:
		leg->key = arg;
		return true;
	case O_SECRET:
		leg->secret = arg;
		return true;
	case O_TWILIO_TOKEN:
		leg->twilio_token = arg;
		return true;
	default:
		return false;
	}
}

static bool take_option(struct call_opts *o, int which, const char *arg)
{
	int seed = 0;

	switch (which) {
	case O_URL:
		o->url = arg;
		return true;
	case O_SAY:
		return add_step(o, arg);
	case O_OUT:
		o->caller.out = arg;
		return true;
	case O_JSON:
		o->json = arg;
		return true;
	case O_MAX:
		return whole("--max", arg, 1, 86400, &o->caller.max_s);
	case O_SILENCE:
		return choose_flag("--silence", arg, "line", "zero", &o->caller.silence_zero);
	case O_MESSY:
		o->caller.messy = whole("--messy", arg, 0, INT32_MAX, &seed);
		o->caller.seed = (uint64_t)seed;
		return o->caller.messy;
	case O_CALLS:
		return whole("--calls", arg, 1, CALLS_MAX, &o->calls);
	case O_RAMP:
		return (iv_str_to_double(iv_str(arg), &o->ramp) && o->ramp > 0 &&
			o->ramp <= 10000) ||
		       complain("--ramp", "a number of calls per second above 0, at most 10000",
				arg);
	case O_SECONDS:
		return whole("--seconds", arg, 1, 86400, &o->seconds);
	case O_ECHO:
		o->echo = true;
		return true;
	default:
		return take_leg_option(o, which, arg);
	}
}

/* What only makes sense together. */
static bool check_together(struct call_opts *o)
{
	struct leg_opts *leg = &o->caller.leg;
	const char *wrong = NULL;

	if (!o->have_leg)
		wrong = "--leg browser, jambonz or twilio is required";
	else if (leg->kind == FAR_BROWSER && leg->key[0] == '\0')
		wrong = "the browser leg needs --key or REALTIME_API_KEY";
	else if (leg->kind == FAR_BROWSER && strpbrk(leg->key, " ,;\"\t\r\n"))
		wrong = "--key must have no blanks, commas, semicolons or quotes";
	else if (leg->kind != FAR_BROWSER && leg->secret[0] == '\0')
		wrong = "the jambonz and twilio legs need --secret or REALTIME_WS_SECRET";
	else if (leg->kind == FAR_TWILIO && leg->rate_hz == 16000)
		wrong = "--rate must be 8000 for the twilio leg";
	else if (o->calls > 0 && o->script.count > 0)
		wrong = "--say is for one call, --calls has speech of its own";
	else if (o->echo && o->calls == 0)
		wrong = "--echo needs --calls";
	for (size_t i = 0; !wrong && leg->kind != FAR_BROWSER && i < o->script.count; i++)
		if (o->script.steps[i].kind == STEP_TYPED)
			wrong = "text-typed: is for the browser leg, the others have no keyboard";
	if (wrong)
		fprintf(stderr, "invorto-lab call: %s\n", wrong);
	else if (leg->rate_hz == 0)
		leg->rate_hz = leg->kind == FAR_BROWSER ? 16000 : 8000;
	return !wrong;
}

static const char *env_or(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v && v[0] ? v : otherwise;
}

/* 0: go on; otherwise the exit status plus 1. */
static int parse(struct call_opts *o, int argc, char **argv)
{
	int which;

	*o = (struct call_opts){.calls = 0, .seconds = 30, .ramp = 50};
	o->url = env_or("INVORTO_URL", "ws://127.0.0.1:8080");
	o->caller.leg = (struct leg_opts){.agent = "demo",
					  .key = env_or("REALTIME_API_KEY", ""),
					  .secret = env_or("REALTIME_WS_SECRET", ""),
					  .twilio_token = env_or("TWILIO_AUTH_TOKEN", "")};
	o->caller.max_s = 300;
	o->caller.script = &o->script;
	optind = 1;
	opterr = 0; /* we complain in our own words */
	while ((which = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (which == O_HELP) {
			fputs(help, stdout);
			return 1;
		}
		if (which == '?')
			complain("options", "as in --help, each with its value", argv[optind - 1]);
		if (which == '?' || !take_option(o, which, optarg))
			return USAGE + 1;
	}
	for (int i = optind; i < argc; i++)
		if (!add_step(o, argv[i]))
			return USAGE + 1;
	return check_together(o) ? 0 : USAGE + 1;
}

/* "host:port" for headers, and the address. */
static bool find_daemon(const char *url, struct wire_net *net, char host[300], struct iv_err *e)
{
	struct iv_url u;
	char name[256], port[8];
	uv_getaddrinfo_t lookup;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};

	if (!iv_url_parse(iv_str(url), &u, e))
		return false;
	if (u.tls)
		return iv_fail_field(e, IV_EUNSUPPORTED, "--url",
				     "must be ws:// or http://, the lab has no TLS");
	snprintf(name, sizeof(name), "%.*s", IV_FMT(u.host));
	snprintf(port, sizeof(port), "%d", u.port);
	snprintf(host, 300, "%s:%s", name, port);
	int rc = uv_getaddrinfo(iv_loop_uv(net->loop), &lookup, NULL, name, port, &hints);
	if (rc < 0)
		return iv_fail_field(e, IV_EUPSTREAM, "--url", "%.80s: %s", name, uv_strerror(rc));
	memcpy(&net->address, lookup.addrinfo->ai_addr, lookup.addrinfo->ai_addrlen);
	uv_freeaddrinfo(lookup.addrinfo);
	return true;
}

static bool write_json(const char *path, const struct iv_buf *b)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");

	if (!f) {
		fprintf(stderr, "invorto-lab call: --json %s: %s\n", path, strerror(errno));
		return false;
	}
	bool ok = fwrite(b->ptr, 1, b->len, f) == b->len && fflush(f) == 0;
	return (f == stdout || fclose(f) == 0) && ok;
}

static void on_caller_done(void *arg)
{
	iv_loop_stop(arg);
}

/* What its own clock was late may be in what it recorded. */
static void on_lag(void *arg, int64_t late_us)
{
	struct caller *c = arg;

	if (late_us > c->late_us)
		c->late_us = late_us;
}

static bool one_call(struct call_opts *o, struct wire_net *net, struct leg_scratch *scratch,
		     struct iv_buf *out, struct iv_err *e)
{
	struct caller *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	o->caller.print = !o->json || strcmp(o->json, "-") != 0;
	bool ok = voice_prepare(&o->script, o->caller.leg.rate_hz, e) &&
		  caller_start(c, &o->caller, net, scratch, on_caller_done, net->loop, e);
	if (ok) {
		iv_pacer_set_lag_hook(net->loop, on_lag, c);
		iv_loop_run(net->loop);
		report_summary(c);
		ok = report_json(c, out) && (!o->json || write_json(o->json, out));
		if (!c->opened) /* the printed line says why */
			ok = iv_fail(e, IV_EUPSTREAM, "%s", c->end_reason);
		else if (!c->by_us && c->close_code == 1006)
			ok = iv_fail(e, IV_EUPSTREAM, "the connection was lost");
		caller_deinit(c);
	}
	free(c);
	return ok;
}

static bool load_of_calls(const struct call_opts *o, struct wire_net *net,
			  struct leg_scratch *scratch, struct iv_buf *out, struct iv_err *e)
{
	struct load_opts load = {.leg = o->caller.leg,
				 .host = o->caller.host,
				 .calls = o->calls,
				 .ramp_per_s = o->ramp,
				 .seconds = o->seconds,
				 .echo = o->echo};

	return load_run(&load, net, scratch, out, e) && write_json(o->json ? o->json : "-", out);
}

static bool run(struct call_opts *o, struct iv_err *e)
{
	struct wire_net *net = calloc(1, sizeof(*net));
	struct leg_scratch *scratch = calloc(1, sizeof(*scratch));
	char host[300];
	struct iv_buf out;

	if (!net || !scratch)
		abort();
	net->loop = iv_loop_new();
	iv_buf_init(&out, 1 << 20);
	o->caller.host = host;
	bool ok = find_daemon(o->url, net, host, e);
	if (ok && o->calls > 0)
		ok = load_of_calls(o, net, scratch, &out, e);
	else if (ok)
		ok = one_call(o, net, scratch, &out, e);
	iv_buf_deinit(&out);
	iv_loop_free(net->loop);
	free(scratch);
	free(net);
	return ok;
}

int lab_call(int argc, char **argv)
{
	struct call_opts o;
	struct iv_err e = {0};
	int status = parse(&o, argc, argv);

	if (status == 0) {
		bool ok = run(&o, &e);

		if (!ok)
			fprintf(stderr, "invorto-lab call: %s%s%s\n", e.field,
				e.field[0] ? " " : "",
				e.msg[0] ? e.msg : "the results could not be written");
		status = ok ? 1 : 2;
	}
	script_free(&o.script);
	return status - 1;
}
