/* TwiML, one verb after the other. */
#include "carrier_twilio.h"

#include <stdio.h>
#include <stdlib.h>
#include "carrier_twiml.h"

#define SAY_MS 300
#define PLAY_MS 500
#define GATHER_KEY_MS 100

static void step(struct carrier_call *call);

static void wait_for(struct carrier_call *call, int64_t ms, void (*after)(struct carrier_call *call))
{
	call->twilio->after = after;
	iv_timer_in_ms(&call->twilio->timer, ms);
}

void twilio_timer(void *arg)
{
	struct carrier_call *call = arg;
	void (*after)(struct carrier_call *) = call->twilio->after;

	call->twilio->after = NULL;
	if (!call->over && after)
		after(call);
}

static void *epoch_of(const struct carrier_call *call)
{
	/* only compared, never followed */
	return (void *)(intptr_t)call->twilio->epoch;
}

static bool is_late(const struct carrier_call *call, void *epoch)
{
	return call->over || epoch != epoch_of(call);
}

/* ── documents */

/* Somebody says that an application error has occurred, and the call ends. */
static void application_error(struct carrier_call *call, const char *why)
{
	call_note(call, "application error", "%s", why);
	if (call->twilio->whispering) {
		call->twilio->whispering = false;
		dial_leg_ready(call, true);
		return;
	}
	call_answer(call);
	call_hang_up(call, LINE_BY_CARRIER, 0, why);
}

static bool is_xml(struct iv_str type)
{
	return iv_str_starts(type, IV_S("text/xml")) || iv_str_starts(type, IV_S("application/xml"));
}

static void on_document(struct carrier_call *call, void *arg, const struct hook_answer *a)
{
	struct twilio_app *t = call->twilio;
	struct iv_err e = {0};
	cJSON *doc = NULL;

	if (is_late(call, arg))
		return;
	if (a->status < 200 || a->status >= 300)
		iv_fail(&e, IV_EUPSTREAM, "11200: the hook was answered with status %d", a->status);
	else if (!is_xml(a->content_type))
		iv_fail(&e, IV_EUPSTREAM, "12300: the content type must be text/xml");
	else
		doc = twiml_read(a->body, t->whispering, &e);
	if (doc) {
		twilio_run(call, doc);
	} else if (t->fallback.url[0] && !t->fell_back) {
		t->fell_back = true;
		call_note(call, "application error", "%s", e.msg);
		twilio_fetch(call, "fallback", t->fallback.url, t->fallback.method, NULL);
	} else {
		application_error(call, e.msg);
	}
}

void twilio_fetch(struct carrier_call *call, const char *what, const char *url, const char *method, cJSON *extra)
{
	struct twilio_app *t = call->twilio;
	struct hook_rq rq = {.what = what, .method = method, .body = twilio_form(call)};
	char full[CARRIER_URL];

	twilio_resolve(call, url, full, sizeof(full));
	snprintf(t->base, sizeof(t->base), "%s", full);
	for (cJSON *i = extra ? extra->child : NULL; i; i = i->next) {
		cJSON_DeleteItemFromObjectCaseSensitive(rq.body, i->string);
		cJSON_AddItemToObject(rq.body, i->string, cJSON_Duplicate(i, true));
	}
	cJSON_Delete(extra);
	rq.url = full;
	if (strcmp(what, "call hook") == 0)
		rq.delay_ms = call->plan.hook.delay_ms;
	hook_send(call, &rq, on_document, epoch_of(call));
}

void twilio_run(struct carrier_call *call, cJSON *doc)
{
	struct twilio_app *t = call->twilio;

	if (call->over) {
		cJSON_Delete(doc);
		return;
	}
	t->epoch++;
	iv_timer_stop(&t->timer);
	if (call->media) {
		if (t->noun)
			twilio_stream_event(call, t->noun, "stream-stopped", NULL);
		media_close(call->media, "another document runs");
	}
	dial_stop(call);
	cJSON_Delete(t->doc);
	t->doc = doc;
	t->verb = NULL;
	t->noun = NULL;
	step(call);
}

/* The verb's action when it has one, else the next verb. */
static void verb_ends(struct carrier_call *call, cJSON *extra)
{
	const char *action = twiml_attribute(call->twilio->verb, "action");

	if (action[0]) {
		twilio_fetch(call, "action", action, twiml_attribute(call->twilio->verb, "method"), extra);
		return;
	}
	cJSON_Delete(extra);
	step(call);
}

static void verb_over(struct carrier_call *call)
{
	step(call);
}

/* ── streams */

void twilio_stream_event(struct carrier_call *call, const cJSON *noun, const char *event, const char *error)
{
	const char *url = twiml_attribute(noun, "statusCallback"), *name = twiml_attribute(noun, "name");
	struct hook_rq rq = {.what = "stream status", .method = twiml_attribute(noun, "statusCallbackMethod"), .label = event};
	char full[CARRIER_URL], at[40];

	if (url[0] == '\0')
		return;
	twilio_resolve(call, url, full, sizeof(full));
	rq.url = full;
	rq.body = cJSON_CreateObject();
	cJSON_AddStringToObject(rq.body, "AccountSid", call->account);
	cJSON_AddStringToObject(rq.body, "CallSid", call->sid);
	cJSON_AddStringToObject(rq.body, "StreamSid", call->twilio->stream_sid);
	cJSON_AddStringToObject(rq.body, "StreamName", name[0] ? name : call->twilio->stream_sid);
	cJSON_AddStringToObject(rq.body, "StreamEvent", event);
	if (error)
		cJSON_AddStringToObject(rq.body, "StreamError", error);
	rfc2822(iv_wall_ms(), at);
	cJSON_AddStringToObject(rq.body, "Timestamp", at);
	hook_send(call, &rq, NULL, NULL);
}

static void stream_opened(struct carrier_call *call, void *arg)
{
	if (!is_late(call, arg) && call->twilio->noun)
		twilio_stream_event(call, call->twilio->noun, "stream-started", NULL);
}

static void stream_done(struct carrier_call *call, void *arg, const struct media_end *end)
{
	struct twilio_app *t = call->twilio;
	bool late = arg != epoch_of(call);
	char error[200];

	if (!late && t->noun) {
		snprintf(error, sizeof(error), "31920 - Stream - WebSocket - Handshake Error: %s", end->why);
		twilio_stream_event(call, t->noun, end->opened ? "stream-stopped" : "stream-error", end->opened ? NULL : error);
	}
	if (end->by_person)
		call_hang_up(call, LINE_BY_PERSON, 0, end->why);
	if (late || call->over)
		return;
	t->noun = NULL;
	verb_ends(call, NULL);
}

static void fork_done(struct carrier_call *call, void *arg, const struct media_end *end)
{
	struct carrier_media **slot = arg;

	(void)call;
	(void)end;
	*slot = NULL;
}

static cJSON *parameters(const cJSON *noun)
{
	cJSON *all = cJSON_CreateObject();

	for (const cJSON *p = twiml_children(noun); p; p = p->next)
		cJSON_AddStringToObject(all, twiml_attribute(p, "name"), twiml_attribute(p, "value"));
	return all;
}

struct carrier_media *twilio_stream(struct carrier_call *call, const cJSON *noun, bool fork, char sid[CARRIER_SID])
{
	struct twilio_app *t = call->twilio;
	const char *url = twiml_attribute(noun, "url");
	char signature[32], headers[80];
	cJSON *custom = parameters(noun);
	char *first = cJSON_PrintUnformatted(custom);
	struct media_spec spec = {.url = url, .rate_hz = 8000, .stream_sid = sid, .fork = fork};
	struct carrier_media **slot = NULL;
	struct carrier_media *m = NULL;

	new_sid("MZ", sid);
	twilio_signature(call->c->opts.twilio_token, iv_str(url), NULL, signature);
	snprintf(headers, sizeof(headers), "x-twilio-signature: %s\r\n", signature);
	spec.headers = iv_str(headers);
	spec.first = iv_str(first);
	for (size_t i = 0; fork && !slot && i < IV_COUNT(t->forks); i++)
		slot = t->forks[i] ? NULL : &t->forks[i];
	if (slot)
		m = *slot = media_open(call, &spec, NULL, fork_done, slot);
	else if (!fork)
		m = media_open(call, &spec, stream_opened, stream_done, epoch_of(call));
	free(first);
	cJSON_Delete(custom);
	return m;
}

static void run_connect(struct carrier_call *call, const cJSON *verb)
{
	struct twilio_app *t = call->twilio;

	t->noun = twiml_children(verb);
	if (!t->noun) {
		step(call);
		return;
	}
	call_answer(call);
	twilio_stream(call, t->noun, false, t->stream_sid);
}

static void run_start(struct carrier_call *call, const cJSON *verb)
{
	char sid[CARRIER_SID];

	call_answer(call);
	if (twiml_children(verb))
		twilio_stream(call, twiml_children(verb), true, sid);
	step(call);
}

static void close_forks(struct carrier_call *call)
{
	struct twilio_app *t = call->twilio;

	for (size_t i = 0; i < IV_COUNT(t->forks); i++)
		if (t->forks[i])
			media_close(t->forks[i], "stopped");
}

void twilio_stop_fork(struct carrier_call *call, const char *stream_sid)
{
	struct twilio_app *t = call->twilio;

	for (size_t i = 0; i < IV_COUNT(t->forks); i++)
		if (t->forks[i] && strcmp(media_stream_sid(t->forks[i]), stream_sid) == 0)
			media_close(t->forks[i], "stopped");
}

static void run_stop(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	close_forks(call);
	step(call);
}

/* ── dial */

static int read_events(const char *list)
{
	static const char *const names[] = {"initiated", "ringing", "answered", "completed"};
	struct iv_str rest = iv_str(list), one;
	int events = 0;

	while (iv_str_split(&rest, ' ', &one))
		for (size_t i = 0; i < IV_COUNT(names); i++)
			if (iv_str_eq(one, iv_str(names[i])))
				events |= 1 << i;
	return events ? events : TWILIO_COMPLETED;
}

static void leg_made(struct carrier_call *leg, const void *detail)
{
	const cJSON *noun = detail;
	struct twilio_app *t = twilio_app_new(leg);
	char url[CARRIER_URL];

	snprintf(t->base, sizeof(t->base), "%s", leg->a->twilio->base);
	if (twiml_attribute(noun, "statusCallback")[0]) {
		twilio_resolve(leg, twiml_attribute(noun, "statusCallback"), url, sizeof(url));
		twilio_set_url(&t->status, url, twiml_attribute(noun, "statusCallbackMethod"));
	}
	t->events = read_events(twiml_attribute(noun, "statusCallbackEvent"));
	if (twiml_attribute(noun, "url")[0])
		twilio_resolve(leg, twiml_attribute(noun, "url"), t->whisper, sizeof(t->whisper));
	if (twiml_attribute(noun, "sendDigits")[0])
		call_pressed(leg, iv_str(twiml_attribute(noun, "sendDigits")));
}

void twilio_confirm(struct carrier_call *leg)
{
	struct twilio_app *t = leg->twilio;

	if (t->whisper[0] == '\0') {
		dial_leg_ready(leg, true);
		return;
	}
	t->whispering = true;
	twilio_fetch(leg, "whisper", t->whisper, "POST", NULL);
}

static void dial_done(struct carrier_call *call, const struct dial_end *end)
{
	cJSON *extra;
	char text[24];

	if (call->over)
		return;
	extra = cJSON_CreateObject();
	cJSON_AddStringToObject(extra, "DialCallStatus", end->status);
	cJSON_AddStringToObject(extra, "DialBridged", end->talked_ms > 0 ? "true" : "false");
	if (end->leg) {
		cJSON_AddStringToObject(extra, "DialCallSid", end->leg->sid);
		snprintf(text, sizeof(text), "%lld", (long long)((end->talked_ms + 500) / 1000));
		cJSON_AddStringToObject(extra, "DialCallDuration", text);
	}
	verb_ends(call, extra);
}

static int64_t attribute_ms(const cJSON *node, const char *name, int64_t otherwise_ms)
{
	int64_t s;

	return iv_str_to_i64(iv_str(twiml_attribute(node, name)), &s) && s >= 0 ? s * 1000 : otherwise_ms;
}

static void conference_count(struct carrier_call *call, int by)
{
	cJSON *all = call->c->conferences, *n = cJSON_GetObjectItemCaseSensitive(all, call->twilio->conference);

	if (!n)
		n = cJSON_AddNumberToObject(all, call->twilio->conference, 0);
	cJSON_SetNumberValue(n, n->valuedouble + by);
}

static void conference_event(struct carrier_call *call, const cJSON *noun, const char *event)
{
	struct hook_rq rq = {.what = "conference status", .method = twiml_attribute(noun, "statusCallbackMethod"),
			     .label = event};
	char url[CARRIER_URL];

	if (twiml_attribute(noun, "statusCallback")[0] == '\0')
		return;
	twilio_resolve(call, twiml_attribute(noun, "statusCallback"), url, sizeof(url));
	rq.url = url;
	rq.body = cJSON_CreateObject();
	cJSON_AddStringToObject(rq.body, "AccountSid", call->account);
	cJSON_AddStringToObject(rq.body, "CallSid", call->sid);
	cJSON_AddStringToObject(rq.body, "FriendlyName", call->twilio->conference);
	cJSON_AddStringToObject(rq.body, "StatusCallbackEvent", event);
	hook_send(call, &rq, NULL, NULL);
}

static void join_conference(struct carrier_call *call, const cJSON *noun)
{
	struct twilio_app *t = call->twilio;

	call_answer(call);
	snprintf(t->conference, sizeof(t->conference), "%s", twiml_text(noun));
	t->noun = noun;
	conference_count(call, 1);
	call_note(call, "conference joined", "%s", t->conference);
	conference_event(call, noun, "participant-join");
}

static void leave_conference(struct carrier_call *call)
{
	struct twilio_app *t = call->twilio;

	if (t->conference[0] == '\0')
		return;
	conference_count(call, -1);
	call_note(call, "conference left", "%s", t->conference);
	if (t->noun)
		conference_event(call, t->noun, "participant-leave");
	t->conference[0] = '\0';
}

static void run_dial(struct carrier_call *call, const cJSON *verb)
{
	struct dial_target targets[DIAL_TARGETS_MAX];
	const char *caller_id = twiml_attribute(verb, "callerId");
	struct dial_opts opts = {.caller_id = iv_str(caller_id[0] ? caller_id : call->from),
				 .timeout_ms = attribute_ms(verb, "timeout", 30000),
				 .limit_ms = attribute_ms(verb, "timeLimit", -1),
				 .answer_on_bridge = strcmp(twiml_attribute(verb, "answerOnBridge"), "true") == 0,
				 .leg_made = leg_made,
				 .done = dial_done};
	size_t n = 0;

	for (const cJSON *noun = twiml_children(verb); noun && n < DIAL_TARGETS_MAX; noun = noun->next) {
		if (strcmp(twiml_name(noun), "Conference") == 0) {
			join_conference(call, noun);
			return;
		}
		targets[n++] = (struct dial_target){iv_str(twiml_text(noun)), noun};
	}
	if (n == 0 && twiml_text(verb)[0]) /* <Dial>+15551234567</Dial> */
		targets[n++] = (struct dial_target){iv_str(twiml_text(verb)), verb};
	dial_start(call, targets, n, &opts);
}

/* ── the others */

static void run_say(struct carrier_call *call, const cJSON *verb)
{
	call_answer(call);
	call_note(call, "said", "%s", twiml_text(verb));
	wait_for(call, SAY_MS, verb_over);
}

static void run_play(struct carrier_call *call, const cJSON *verb)
{
	const char *digits = twiml_attribute(verb, "digits");

	call_answer(call);
	if (digits[0])
		call_pressed(call, iv_str(digits));
	else
		call_note(call, "played", "%s", twiml_text(verb));
	wait_for(call, PLAY_MS, verb_over);
}

static void run_pause(struct carrier_call *call, const cJSON *verb)
{
	if (call->twilio->first_verb_over)
		call_answer(call); /* as the first verb it lets it ring on */
	wait_for(call, attribute_ms(verb, "length", 1000), verb_over);
}

static void gather_over(struct carrier_call *call)
{
	const cJSON *verb = call->twilio->verb;
	char digits[40];
	cJSON *extra;

	iv_str_copy(digits, sizeof(digits), call->plan.digits);
	if (digits[0] == '\0' && strcmp(twiml_attribute(verb, "actionOnEmptyResult"), "true") != 0) {
		step(call);
		return;
	}
	extra = cJSON_CreateObject();
	cJSON_AddStringToObject(extra, "Digits", digits);
	if (twiml_attribute(verb, "action")[0] == '\0') /* back to the same document */
		twilio_fetch(call, "action", call->twilio->base, twiml_attribute(verb, "method"), extra);
	else
		verb_ends(call, extra);
}

static void run_gather(struct carrier_call *call, const cJSON *verb)
{
	call_answer(call);
	for (const cJSON *c = twiml_children(verb); c; c = c->next)
		call_note(call, "said", "%s", twiml_text(c));
	wait_for(call, call->plan.digits.len ? GATHER_KEY_MS : attribute_ms(verb, "timeout", 5000), gather_over);
}

static void run_redirect(struct carrier_call *call, const cJSON *verb)
{
	twilio_fetch(call, "redirect", twiml_text(verb), twiml_attribute(verb, "method"), NULL);
}

static void run_reject(struct carrier_call *call, const cJSON *verb)
{
	bool busy = strcmp(twiml_attribute(verb, "reason"), "busy") == 0;

	call_hang_up(call, LINE_BY_CARRIER, busy ? 486 : 403, "the document rejects it");
}

static void run_hangup(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	call_hang_up(call, LINE_BY_CARRIER, 0, "the document hangs up");
}

static const struct {
	const char *name;
	void (*run)(struct carrier_call *call, const cJSON *verb);
} verbs[] = {
	{"Connect", run_connect}, {"Start", run_start},	  {"Stop", run_stop},	  {"Dial", run_dial},
	{"Say", run_say},	  {"Play", run_play},	  {"Pause", run_pause},	  {"Gather", run_gather},
	{"Redirect", run_redirect}, {"Reject", run_reject}, {"Hangup", run_hangup}, {"Leave", run_hangup},
};

static void tell_verb(struct carrier_call *call, const cJSON *verb)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "verb", twiml_name(verb));
	cJSON_AddItemToObject(d, "properties", cJSON_Duplicate(verb, true));
	call_tell(call, "verb", d);
}

static void document_over(struct carrier_call *call)
{
	struct twilio_app *t = call->twilio;

	if (t->whispering) {
		t->whispering = false;
		dial_leg_ready(call, true);
		return;
	}
	call_answer(call); /* an empty document picks up and hangs up */
	call_hang_up(call, LINE_BY_CARRIER, 0, "the document is over");
}

static void step(struct carrier_call *call)
{
	struct twilio_app *t = call->twilio;

	if (call->over)
		return;
	leave_conference(call);
	if (t->verb)
		t->first_verb_over = true;
	t->verb = t->verb ? t->verb->next : twiml_children(t->doc);
	if (!t->verb) {
		document_over(call);
		return;
	}
	tell_verb(call, t->verb);
	for (size_t i = 0; i < IV_COUNT(verbs); i++) {
		if (strcmp(verbs[i].name, twiml_name(t->verb)) == 0) {
			verbs[i].run(call, t->verb);
			return;
		}
	}
}

void twilio_over(struct carrier_call *call)
{
	iv_timer_stop(&call->twilio->timer);
	leave_conference(call);
	close_forks(call);
}
