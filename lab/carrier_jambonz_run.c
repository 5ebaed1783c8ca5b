/* The verbs, one after the other. A verb that takes time leaves `after` for when its time is over; when an
 * application is replaced, the verb under way is ended first, and what ends it goes on with `pending`. */
#include "carrier_jambonz_run.h"

#include <stdio.h>
#include <stdlib.h>
#include "carrier_verbs.h"
#include "iv_crypto.h"

#define SAY_MS 300
#define PLAY_MS 500
#define REFER_MS 50
#define GATHER_KEY_MS 100

static void step(struct carrier_call *call);

static void wait_for(struct carrier_call *call, int64_t ms, void (*after)(struct carrier_call *call))
{
	call->jambonz->after = after;
	iv_timer_in_ms(&call->jambonz->timer, ms);
}

void jambonz_timer(void *arg)
{
	struct carrier_call *call = arg;
	void (*after)(struct carrier_call *) = call->jambonz->after;

	call->jambonz->after = NULL;
	if (!call->over && after)
		after(call);
}

void jambonz_run(struct carrier_call *call, cJSON *app)
{
	struct jambonz_app *j = call->jambonz;

	cJSON_Delete(j->app);
	j->app = app;
	j->verb = NULL;
	step(call);
}

/* ── hooks at a verb's end */

/* Verbs in the answer replace what runs; [] or nothing: it goes on. */
static void on_action(struct carrier_call *call, void *arg, const struct hook_answer *a)
{
	struct jambonz_app *j = call->jambonz;
	struct iv_err e = {0};
	cJSON *json, *app = NULL;

	(void)arg;
	j->steering = NULL;
	j->ending = false;
	if (call->over)
		return;
	json = a->status >= 200 && a->status < 300 && a->body.len > 0 ? iv_json_parse(a->body, &e) : NULL;
	if (cJSON_IsArray(json) && json->child)
		app = verbs_read(json, &e);
	cJSON_Delete(json);
	if (e.msg[0])
		call_note(call, "application error", "%s", e.msg);
	if (app) {
		if (j->pending)
			call_note(call, "redirect lost", "the verb's own hook answered with verbs");
		cJSON_Delete(j->pending);
		j->pending = NULL;
		jambonz_run(call, app);
		return;
	}
	step(call);
}

/* The verb's actionHook, if it has one; then on. */
static void verb_ends(struct carrier_call *call, cJSON *extra)
{
	struct jambonz_app *j = call->jambonz;
	const cJSON *hook = cJSON_GetObjectItem(j->verb, "actionHook");
	struct iv_str id = iv_json_str(j->verb, "id");
	struct jambonz_hook to;
	char text[64];

	if (!hook) {
		cJSON_Delete(extra);
		j->ending = false;
		if (!call->over)
			step(call);
		return;
	}
	if (id.len > 0) {
		extra = extra ? extra : cJSON_CreateObject();
		iv_str_copy(text, sizeof(text), id);
		cJSON_AddStringToObject(extra, "verb_id", text);
	}
	j->ending = true;
	jambonz_hook_read(call, hook, &to);
	j->steering = jambonz_post(call, &to, "action hook", extra, false, 0, on_action);
}

static void verb_ends_plain(struct carrier_call *call)
{
	verb_ends(call, NULL);
}

/* ── listen */

static void add_basic(const cJSON *verb, char *out, size_t size)
{
	const cJSON *auth = cJSON_GetObjectItem(verb, "wsAuth");
	char pair[128];

	out[0] = '\0';
	if (!auth)
		return;
	int n = snprintf(pair, sizeof(pair), "%s:%s", cJSON_GetObjectItem(auth, "username")->valuestring,
			 cJSON_GetObjectItem(auth, "password")->valuestring);
	if (n < 0 || n > 91) /* its buffer is short, and it does not say so */
		return;
	size_t at = (size_t)snprintf(out, size, "authorization: Basic ");
	at += iv_base64((const uint8_t *)pair, (size_t)n, out + at);
	snprintf(out + at, size - at, "\r\n");
}

static int rate_of(const cJSON *verb)
{
	const cJSON *rate = cJSON_GetObjectItem(verb, "sampleRate");

	return cJSON_IsNumber(rate) && rate->valueint == 16000 ? 16000 : 8000;
}

static void merge_flat(cJSON *into, const cJSON *from)
{
	for (const cJSON *i = from ? from->child : NULL; i; i = i->next) {
		cJSON_DeleteItemFromObjectCaseSensitive(into, i->string);
		cJSON_AddItemToObject(into, i->string, cJSON_Duplicate(i, true));
	}
}

static char *camel(const char *snake)
{
	char *out = strdup(snake), *w = out;

	if (!out)
		abort();
	for (const char *r = snake; *r; r++) {
		if (*r == '_' && r[1]) {
			r++;
			*w++ = (char)(*r >= 'a' && *r <= 'z' ? *r - 32 : *r);
		} else {
			*w++ = *r;
		}
	}
	*w = '\0';
	return out;
}

/* As the 0.9 line breaks it: the bug's name in front, an apostrophe left over at the end. */
static char *broken(char *text)
{
	size_t size = strlen(text) + 32;
	char *out = malloc(size);

	if (!out)
		abort();
	snprintf(out, size, "jambonz-session-record %s'", text);
	free(text);
	return out;
}

/* The first text frame: the body of a status in camelCase, metadata laid over it; apostrophes are lost on the way. */
static char *preamble(const struct carrier_call *call, const cJSON *verb)
{
	cJSON *body = jambonz_body(call), *out = cJSON_CreateObject();
	char *text, *w;

	cJSON_AddNumberToObject(out, "sampleRate", rate_of(verb));
	cJSON_AddStringToObject(out, "mixType", "mono");
	for (const cJSON *i = body->child; i; i = i->next) {
		char *key = camel(i->string);

		if (call->plan.preamble != PREAMBLE_MINIMAL || strcmp(key, "callSid") == 0)
			cJSON_AddItemToObject(out, key, cJSON_Duplicate(i, true));
		free(key);
	}
	merge_flat(out, cJSON_GetObjectItem(verb, "metadata"));
	text = cJSON_PrintUnformatted(out);
	cJSON_Delete(out);
	cJSON_Delete(body);
	if (!text)
		abort();
	if (call->plan.preamble == PREAMBLE_BROKEN)
		return broken(text);
	w = text;
	for (const char *r = text; *r; r++)
		if (*r != '\'')
			*w++ = *r;
	*w = '\0';
	return text;
}

static void listen_done(struct carrier_call *call, void *arg, const struct media_end *end)
{
	struct jambonz_app *j = call->jambonz;
	cJSON *extra;

	(void)arg;
	j->listening = false;
	if (end->by_person)
		call_hang_up(call, LINE_BY_PERSON, 0, end->why);
	if (!j->verb)
		return;
	extra = cJSON_CreateObject();
	cJSON_AddNumberToObject(extra, "dial_call_duration", (double)((call_now_ms() - j->verb_began_ms) / 1000));
	cJSON_AddStringToObject(extra, "digits", "");
	verb_ends(call, extra);
}

static void listen_long_enough(struct carrier_call *call)
{
	if (call->media)
		media_close(call->media, "maxLength");
}

static void run_listen(struct carrier_call *call, const cJSON *verb)
{
	struct jambonz_app *j = call->jambonz;
	const cJSON *max = cJSON_GetObjectItem(verb, "maxLength"), *bi = cJSON_GetObjectItem(verb, "bidirectionalAudio");
	struct jambonz_hook url;
	char headers[256];
	char *first = preamble(call, verb);
	struct media_spec spec = {.rate_hz = rate_of(verb)};

	if (!cJSON_IsTrue(cJSON_GetObjectItem(verb, "earlyMedia")))
		call_answer(call);
	free(first);
	first = preamble(call, verb); /* as it is now that the call is up */
	jambonz_hook_read(call, cJSON_GetObjectItem(verb, "url"), &url);
	add_basic(verb, headers, sizeof(headers));
	spec.url = url.url;
	spec.headers = iv_str(headers);
	spec.first = iv_str(first);
	spec.drachtio = call->plan.drachtio;
	spec.no_keys = !cJSON_IsTrue(cJSON_GetObjectItem(verb, "passDtmf"));
	spec.unheard = !bi || !cJSON_IsTrue(cJSON_GetObjectItem(bi, "streaming")) || !cJSON_GetObjectItem(bi, "sampleRate");
	if (spec.unheard)
		call_note(call, "listen", "no streaming with a rate of its own: the caller will hear nothing");
	j->listening = true;
	media_open(call, &spec, NULL, listen_done, NULL);
	if (cJSON_IsNumber(max))
		wait_for(call, (int64_t)(max->valuedouble * 1000), listen_long_enough);
	free(first);
}

/* ── dial */

static void leg_made(struct carrier_call *leg, const void *detail)
{
	const struct jambonz_app *a = leg->a->jambonz;
	const cJSON *target = detail, *tag = cJSON_GetObjectItem(a->verb, "tag");
	const cJSON *confirm = cJSON_GetObjectItem(target, "confirmHook");
	struct jambonz_app *j = jambonz_app_new(leg);

	j->call_hook = a->call_hook;
	j->status_hook = a->status_hook;
	snprintf(j->application, sizeof(j->application), "%s", a->application);
	j->customer = tag ? cJSON_Duplicate(tag, true) : a->customer ? cJSON_Duplicate(a->customer, true) : NULL;
	confirm = confirm ? confirm : cJSON_GetObjectItem(a->verb, "confirmHook");
	j->confirm = confirm ? cJSON_Duplicate(confirm, true) : NULL;
}

static void on_confirm(struct carrier_call *leg, void *arg, const struct hook_answer *a)
{
	struct iv_err e = {0};
	cJSON *json = a->status == 200 ? iv_json_parse(a->body, &e) : NULL;
	cJSON *app = json ? verbs_read(json, &e) : NULL;

	(void)arg;
	cJSON_Delete(json);
	if (leg->over) {
		cJSON_Delete(app);
		return;
	}
	leg->jambonz->confirming = true;
	jambonz_run(leg, app ? app : cJSON_CreateArray());
}

void jambonz_confirm(struct carrier_call *leg)
{
	struct jambonz_hook to;

	if (!leg->jambonz->confirm) {
		dial_leg_ready(leg, true);
		return;
	}
	jambonz_hook_read(leg, leg->jambonz->confirm, &to);
	jambonz_post(leg, &to, "confirm hook", NULL, false, 0, on_confirm);
}

static void dial_done(struct carrier_call *call, const struct dial_end *end)
{
	cJSON *extra = cJSON_CreateObject();

	cJSON_AddStringToObject(extra, "dial_call_status", end->status);
	if (end->leg) {
		cJSON_AddNumberToObject(extra, "dial_sip_status", end->leg->line.sip_status);
		cJSON_AddStringToObject(extra, "dial_call_sid", end->leg->sid);
		cJSON_AddStringToObject(extra, "dial_sbc_callid", end->leg->trace);
	}
	if (!call->jambonz->verb)
		cJSON_Delete(extra);
	else
		verb_ends(call, extra);
}

static int64_t seconds(const cJSON *verb, const char *key, int64_t otherwise_ms)
{
	const cJSON *s = cJSON_GetObjectItem(verb, key);

	return cJSON_IsNumber(s) ? (int64_t)(s->valuedouble * 1000) : otherwise_ms;
}

static void run_dial(struct carrier_call *call, const cJSON *verb)
{
	struct dial_target targets[DIAL_TARGETS_MAX];
	struct iv_str caller_id = iv_json_str(verb, "callerId");
	struct dial_opts opts = {.caller_id = caller_id.len ? caller_id : iv_str(call->from),
				 .timeout_ms = seconds(verb, "timeout", 60000),
				 .limit_ms = seconds(verb, "timeLimit", -1),
				 .answer_on_bridge = cJSON_IsTrue(cJSON_GetObjectItem(verb, "answerOnBridge")),
				 .leg_made = leg_made,
				 .done = dial_done};
	size_t n = 0;
	const cJSON *t;

	cJSON_ArrayForEach(t, cJSON_GetObjectItem(verb, "target"))
	{
		static const char *const keys[] = {"number", "sipUri", "name"};
		struct iv_str to = IV_STR_NULL;

		for (size_t k = 0; k < IV_COUNT(keys) && to.len == 0; k++)
			to = iv_json_str(t, keys[k]);
		if (n < DIAL_TARGETS_MAX)
			targets[n++] = (struct dial_target){to, t};
	}
	dial_start(call, targets, n, &opts);
}

/* ── the others */

static void run_answer(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	call_answer(call);
	step(call);
}

static void run_hangup(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	call->silent_end = call->line.state != LINE_TALKING;
	call_hang_up(call, LINE_BY_CARRIER, call->line.state == LINE_TALKING ? 0 : 603, "the application hung up");
}

static void run_decline(struct carrier_call *call, const cJSON *verb)
{
	int status = cJSON_GetObjectItem(verb, "status")->valueint;

	if (call->line.state == LINE_TALKING) {
		call_note(call, "sip:decline", "the call is answered: nothing happens");
		step(call);
		return;
	}
	call_hang_up(call, LINE_BY_CARRIER, status, "the application declined it");
}

static void refer_done(struct carrier_call *call)
{
	cJSON *extra = cJSON_CreateObject();

	cJSON_AddNumberToObject(extra, "refer_status", 202);
	cJSON_AddNumberToObject(extra, "final_referred_call_status", 200);
	verb_ends(call, extra);
	call_hang_up(call, LINE_BY_PERSON, 0, "referred to somebody else");
}

static void run_refer(struct carrier_call *call, const cJSON *verb)
{
	if (call->line.state != LINE_TALKING) {
		call_note(call, "sip:refer", "needs an answered call");
		step(call);
		return;
	}
	call_note(call, "referred", "%s", cJSON_GetObjectItem(verb, "referTo")->valuestring);
	wait_for(call, REFER_MS, refer_done);
}

static void run_play(struct carrier_call *call, const cJSON *verb)
{
	char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(verb, "url"));

	if (!cJSON_IsTrue(cJSON_GetObjectItem(verb, "earlyMedia")))
		call_answer(call);
	call_note(call, "played", "%s", text);
	free(text);
	wait_for(call, PLAY_MS, verb_ends_plain);
}

static void run_say(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *said = cJSON_GetObjectItem(verb, "text");

	if (!cJSON_IsTrue(cJSON_GetObjectItem(verb, "earlyMedia")))
		call_answer(call);
	call_note(call, "said", "%s", cJSON_IsString(said) ? said->valuestring : "");
	wait_for(call, SAY_MS, verb_ends_plain);
}

static void run_pause(struct carrier_call *call, const cJSON *verb)
{
	wait_for(call, seconds(verb, "length", 0), verb_ends_plain);
}

static void run_dtmf(struct carrier_call *call, const cJSON *verb)
{
	call_pressed(call, iv_json_str(verb, "dtmf"));
	step(call);
}

static void gather_done(struct carrier_call *call)
{
	cJSON *extra = cJSON_CreateObject();
	char digits[40];

	iv_str_copy(digits, sizeof(digits), call->plan.digits);
	cJSON_AddStringToObject(extra, "reason", digits[0] ? "dtmfDetected" : "timeout");
	if (digits[0])
		cJSON_AddStringToObject(extra, "digits", digits);
	verb_ends(call, extra);
}

static void run_gather(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *say = cJSON_GetObjectItem(verb, "say");

	call_answer(call);
	if (say)
		call_note(call, "said", "%.*s", IV_FMT(iv_json_str(say, "text")));
	wait_for(call, call->plan.digits.len ? GATHER_KEY_MS : seconds(verb, "timeout", 5000), gather_done);
}

static void conference_count(struct carrier_call *call, int by)
{
	cJSON *all = call->c->conferences, *n = cJSON_GetObjectItemCaseSensitive(all, call->jambonz->conference);

	if (!n)
		n = cJSON_AddNumberToObject(all, call->jambonz->conference, 0);
	cJSON_SetNumberValue(n, n->valuedouble + by);
}

static void leave_conference(struct carrier_call *call)
{
	if (!call->jambonz->conference[0])
		return;
	conference_count(call, -1);
	call_note(call, "conference left", "%s", call->jambonz->conference);
	call->jambonz->conference[0] = '\0';
}

static void run_conference(struct carrier_call *call, const cJSON *verb)
{
	struct jambonz_app *j = call->jambonz;
	const cJSON *status = cJSON_GetObjectItem(verb, "statusHook");
	struct jambonz_hook to;

	call_answer(call);
	iv_str_copy(j->conference, sizeof(j->conference), iv_json_str(verb, "name"));
	conference_count(call, 1);
	call_note(call, "conference joined", "%s", j->conference);
	if (status) {
		cJSON *extra = cJSON_CreateObject();

		cJSON_AddStringToObject(extra, "event", "join");
		cJSON_AddStringToObject(extra, "friendly_name", j->conference);
		cJSON_AddNumberToObject(extra, "members", cJSON_GetObjectItem(call->c->conferences, j->conference)->valuedouble);
		jambonz_hook_read(call, status, &to);
		jambonz_post(call, &to, "conference status", extra, false, 0, NULL);
	}
}

static void run_tag(struct carrier_call *call, const cJSON *verb)
{
	cJSON_Delete(call->jambonz->customer);
	call->jambonz->customer = cJSON_Duplicate(cJSON_GetObjectItem(verb, "data"), true);
	step(call);
}

static void run_config(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *amd = cJSON_GetObjectItem(verb, "amd");

	if (amd) {
		cJSON_Delete(call->jambonz->amd);
		call->jambonz->amd = cJSON_Duplicate(amd, true);
		if (call->line.state == LINE_TALKING)
			iv_timer_in_ms(&call->jambonz->amd_timer, call->plan.amd_ms);
	}
	step(call);
}

static void run_redirect(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *status = cJSON_GetObjectItem(verb, "statusHook");

	if (status)
		jambonz_hook_read(call, status, &call->jambonz->status_hook);
	verb_ends(call, NULL);
}

static void run_nothing(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	step(call);
}

static const struct {
	const char *name;
	void (*run)(struct carrier_call *call, const cJSON *verb);
} verbs[] = {
	{"answer", run_answer}, {"listen", run_listen}, {"dial", run_dial}, {"hangup", run_hangup},
	{"sip:decline", run_decline}, {"sip:refer", run_refer}, {"play", run_play}, {"say", run_say},
	{"pause", run_pause}, {"dtmf", run_dtmf}, {"gather", run_gather}, {"conference", run_conference},
	{"tag", run_tag}, {"config", run_config}, {"redirect", run_redirect}, {"dub", run_nothing},
	{"leave", run_nothing}, {"sip:request", run_nothing},
};

/* ── on */

/* Nothing is left: an answered call is hung up, one that never was answered gets 603 and no final status. */
static void app_over(struct carrier_call *call)
{
	if (call->jambonz->confirming) {
		call->jambonz->confirming = false;
		dial_leg_ready(call, true);
		return;
	}
	run_hangup(call, NULL);
}

static void tell_verb(struct carrier_call *call, const cJSON *verb)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "verb", cJSON_GetObjectItem(verb, "verb")->valuestring);
	cJSON_AddItemToObject(d, "properties", cJSON_Duplicate(verb, true));
	call_tell(call, "verb", d);
}

static void step(struct carrier_call *call)
{
	struct jambonz_app *j = call->jambonz;

	if (call->over)
		return;
	iv_timer_stop(&j->timer);
	if (j->pending) {
		cJSON_Delete(j->app);
		j->app = j->pending;
		j->pending = j->verb = NULL;
	}
	j->verb = j->verb ? j->verb->next : j->app->child;
	j->verb_began_ms = call_now_ms();
	if (!j->verb) {
		app_over(call);
		return;
	}
	const char *name = cJSON_GetObjectItem(j->verb, "verb")->valuestring;
	tell_verb(call, j->verb);
	for (size_t i = 0; i < IV_COUNT(verbs); i++) {
		if (strcmp(verbs[i].name, name) == 0) {
			verbs[i].run(call, j->verb);
			return;
		}
	}
}

void jambonz_replace(struct carrier_call *call, cJSON *app)
{
	struct jambonz_app *j = call->jambonz;

	if (call->over) {
		cJSON_Delete(app);
		return;
	}
	cJSON_Delete(j->pending);
	j->pending = app;
	leave_conference(call);
	if (call->media) {
		media_close(call->media, "the application was replaced"); /* its actionHook is still asked */
	} else if (call->dial) {
		dial_stop(call);
		verb_ends(call, NULL);
	} else if (!j->ending) {
		step(call);
	}
}

static cJSON *read_replacing(struct carrier_call *call, const struct hook_answer *a)
{
	struct iv_err e = {0};
	cJSON *json = a->status >= 200 && a->status < 300 && a->body.len > 0 ? iv_json_parse(a->body, &e) : NULL;
	cJSON *app = cJSON_IsArray(json) && json->child ? verbs_read(json, &e) : NULL;

	cJSON_Delete(json);
	if (e.msg[0])
		call_note(call, "application error", "%s", e.msg);
	return app;
}

void jambonz_amd_answered(struct carrier_call *call, void *arg, const struct hook_answer *a)
{
	cJSON *app = read_replacing(call, a);

	(void)arg;
	if (app)
		jambonz_replace(call, app);
}

void jambonz_redirect_answered(struct carrier_call *call, void *arg, const struct hook_answer *a)
{
	jambonz_amd_answered(call, arg, a);
}

void jambonz_over(struct carrier_call *call)
{
	struct jambonz_app *j = call->jambonz;

	iv_timer_stop(&j->timer);
	leave_conference(call);
	/* listen asks its actionHook once more when the socket has closed; the answer does not count */
}
