/* Twilio: forms, status callbacks, machine detection, and how a call of it begins. */
#include "carrier_twilio.h"

#include <stdio.h>
#include <stdlib.h>
#include "carrier_twiml.h"
#include "iv_time.h"

/* ── words */

const char *twilio_rest_status(const struct carrier_call *call)
{
	static const char *const names[] = {"queued", "queued",	   "ringing", "in-progress", "completed",
					    "busy",   "no-answer", "failed",  "canceled"};

	/* Who hangs up while it rings here has got no answer. */
	if (call->line.state == LINE_CANCELED && call->direction == CARRIER_INBOUND)
		return "no-answer";
	if (call->direction == CARRIER_INBOUND && call->line.state == LINE_TRYING)
		return "ringing";
	return names[call->line.state];
}

void twilio_set_url(struct twilio_url *u, const char *url, const char *method)
{
	snprintf(u->url, sizeof(u->url), "%s", url);
	snprintf(u->method, sizeof(u->method), "%s", method && method[0] ? method : "POST");
}

bool twilio_e164(struct iv_str number)
{
	if (number.len < 8 || number.len > 16 || number.ptr[0] != '+')
		return false;
	for (size_t i = 1; i < number.len; i++)
		if (number.ptr[i] < '0' || number.ptr[i] > '9')
			return false;
	return true;
}

void twilio_resolve(const struct carrier_call *call, const char *url, char *out, size_t size)
{
	const char *base = call->twilio->base, *host = strstr(base, "://");
	size_t len;

	if (strstr(url, "://") || !host) {
		iv_str_copy(out, size, iv_str(url));
		return;
	}
	len = (size_t)(host + 3 - base) + strcspn(host + 3, "/?#");
	if (url[0] != '/') { /* beside the document */
		size_t path = strcspn(base, "?#");

		while (path > len && base[path - 1] != '/')
			path--;
		len = path;
	}
	iv_str_copy(out, size, (struct iv_str){base, len});
	iv_str_copy(out + strlen(out), size - strlen(out), iv_str(url));
}

/* ── forms */

cJSON *twilio_form(const struct carrier_call *call)
{
	static const char *const places[] = {"Called", "Caller", "From", "To"};
	cJSON *f = cJSON_CreateObject();
	char key[24];

	cJSON_AddStringToObject(f, "AccountSid", call->account);
	cJSON_AddStringToObject(f, "ApiVersion", "2010-04-01");
	cJSON_AddStringToObject(f, "CallSid", call->sid);
	cJSON_AddStringToObject(f, "CallStatus", twilio_rest_status(call));
	cJSON_AddStringToObject(f, "Called", call->to);
	cJSON_AddStringToObject(f, "Caller", call->from);
	cJSON_AddStringToObject(f, "Direction", call->twilio->direction);
	cJSON_AddStringToObject(f, "From", call->from);
	cJSON_AddStringToObject(f, "To", call->to);
	if (call->parent[0])
		cJSON_AddStringToObject(f, "ParentCallSid", call->parent);
	for (size_t i = 0; i < IV_COUNT(places); i++) {
		snprintf(key, sizeof(key), "%sCountry", places[i]);
		cJSON_AddStringToObject(f, key, "US");
		snprintf(key, sizeof(key), "%sCity", places[i]);
		cJSON_AddStringToObject(f, key, "");
	}
	if (call->direction == CARRIER_INBOUND) {
		cJSON_AddStringToObject(f, "StirVerstat", "TN-Validation-Passed-A");
		cJSON_AddStringToObject(f, "CallToken", "{\"parentCallInfoToken\":\"lab\"}");
	}
	if (call->plan.caller_name.len) {
		char name[64];

		iv_str_copy(name, sizeof(name), call->plan.caller_name);
		cJSON_AddStringToObject(f, "CallerName", name);
	}
	if (call->twilio->answered_by[0])
		cJSON_AddStringToObject(f, "AnsweredBy", call->twilio->answered_by);
	return f;
}

void rfc2822(int64_t wall_ms, char out[40])
{
	static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char iso[IV_TIME_SIZE];

	iv_time_iso(wall_ms, iso);
	snprintf(out, 40, "%s, %.2s %s %.4s %.8s +0000", days[wall_ms / 86400000 % 7], iso + 8,
		 months[(iso[5] - '0') * 10 + iso[6] - '0' - 1], iso, iso + 11);
}

static void send_status(struct carrier_call *call, int event, const char *status)
{
	struct twilio_app *t = call->twilio;
	struct hook_rq rq = {.what = "status", .method = t->status.method, .url = t->status.url, .label = status};
	char text[40];

	if (t->status.url[0] == '\0' || !(t->events & event))
		return;
	rq.body = twilio_form(call);
	cJSON_ReplaceItemInObject(rq.body, "CallStatus", cJSON_CreateString(status));
	rfc2822(iv_wall_ms(), text);
	cJSON_AddStringToObject(rq.body, "Timestamp", text);
	cJSON_AddStringToObject(rq.body, "CallbackSource", "call-progress-events");
	snprintf(text, sizeof(text), "%d", t->sequence++);
	cJSON_AddStringToObject(rq.body, "SequenceNumber", text);
	if (line_over(&call->line)) {
		int64_t s = (line_duration_ms(&call->line) + 500) / 1000;

		snprintf(text, sizeof(text), "%lld", (long long)s);
		cJSON_AddStringToObject(rq.body, "CallDuration", text);
		snprintf(text, sizeof(text), "%lld", (long long)(s + 59) / 60);
		cJSON_AddStringToObject(rq.body, "Duration", text);
		snprintf(text, sizeof(text), "%d", call->line.sip_status);
		cJSON_AddStringToObject(rq.body, "SipResponseCode", text);
	}
	hook_send_status(call, &rq);
}

/* ── machine detection */

static bool waits_for_tone(const struct carrier_call *call)
{
	return call->twilio->amd_message_end && call->plan.answered_by == PLAN_MACHINE;
}

static const char *who_answered(const struct carrier_call *call)
{
	static const char *const plain[] = {"human", "machine_start", "fax", "unknown"};

	return waits_for_tone(call) ? "machine_end_beep" : plain[call->plan.answered_by];
}

static void begin_document(struct carrier_call *call)
{
	struct twilio_app *t = call->twilio;

	if (t->inline_doc) {
		cJSON *doc = t->inline_doc;

		t->inline_doc = NULL;
		twilio_run(call, doc);
	} else {
		twilio_fetch(call, "call hook", t->voice.url, t->voice.method, NULL);
	}
}

static void amd_decided(void *arg)
{
	struct carrier_call *call = arg;
	struct twilio_app *t = call->twilio;
	char ms[24];

	if (call->over)
		return;
	snprintf(t->answered_by, sizeof(t->answered_by), "%s", who_answered(call));
	call_note(call, "amd", "%s", t->answered_by);
	if (!t->async_amd) {
		begin_document(call);
		return;
	}
	struct hook_rq rq = {.what = "amd", .method = t->amd.method, .url = t->amd.url, .body = cJSON_CreateObject()};
	cJSON_AddStringToObject(rq.body, "AccountSid", call->account);
	cJSON_AddStringToObject(rq.body, "CallSid", call->sid);
	cJSON_AddStringToObject(rq.body, "AnsweredBy", t->answered_by);
	snprintf(ms, sizeof(ms), "%lld", (long long)call->plan.amd_ms);
	cJSON_AddStringToObject(rq.body, "MachineDetectionDuration", ms);
	if (t->amd.url[0])
		hook_send(call, &rq, NULL, NULL);
	else
		cJSON_Delete(rq.body);
}

/* ── beginnings */

struct twilio_app *twilio_app_new(struct carrier_call *call)
{
	struct twilio_app *t = calloc(1, sizeof(*t));
	static const char *const directions[] = {"inbound", "outbound-api", "outbound-dial"};

	if (!t)
		abort();
	call->twilio = t;
	t->events = TWILIO_COMPLETED;
	snprintf(t->direction, sizeof(t->direction), "%s", directions[call->direction]);
	iv_timer_init(&t->timer, call->c->loop, twilio_timer, call);
	iv_timer_init(&t->amd_timer, call->c->loop, amd_decided, call);
	return t;
}

bool twilio_inbound(struct carrier_call *call, struct iv_err *e)
{
	struct twilio_app *t = twilio_app_new(call);
	const struct carriers_opts *o = &call->c->opts;
	bool routed;

	(void)e;
	twilio_set_url(&t->voice, o->twilio_voice ? o->twilio_voice : "", "POST");
	twilio_set_url(&t->status, o->twilio_status ? o->twilio_status : "", "POST");
	routed = numbers_route(call->c, iv_str(call->to), t);
	call_place(call, -1, -1);
	if (!routed || t->voice.url[0] == '\0') {
		call_hang_up(call, LINE_BY_CARRIER, 480, "the number has no voice URL");
		return true;
	}
	if (call->plan.hook.duplicate) {
		struct hook_rq rq = {.what = "call hook again", .method = t->voice.method, .url = t->voice.url,
				     .body = twilio_form(call), .delay_ms = call->plan.hook.delay_ms};

		hook_send(call, &rq, NULL, NULL);
	}
	begin_document(call);
	return true;
}

/* ── what its line says */

static void changed(struct carrier_call *call)
{
	struct twilio_app *t = call->twilio;
	enum line_state s = call->line.state;

	if (line_over(&call->line)) {
		send_status(call, TWILIO_COMPLETED, twilio_rest_status(call));
		iv_timer_stop(&t->amd_timer);
		twilio_over(call);
		return;
	}
	if (call->direction == CARRIER_INBOUND)
		return; /* a number's status callback tells only the end */
	if (s == LINE_TRYING)
		send_status(call, TWILIO_INITIATED, "initiated");
	else if (s == LINE_RINGING)
		send_status(call, TWILIO_RINGING, "ringing");
	else if (s == LINE_TALKING)
		send_status(call, TWILIO_ANSWERED, "in-progress");
	if (s != LINE_TALKING || call->direction != CARRIER_OUTBOUND)
		return;
	if (t->machine_detection)
		iv_timer_in_ms(&t->amd_timer, call->plan.amd_ms + (waits_for_tone(call) ? call->plan.greeting_ms : 0));
	if (!t->machine_detection || t->async_amd)
		begin_document(call);
}

static void drop(struct carrier_call *call)
{
	struct twilio_app *t = call->twilio;

	if (!t)
		return;
	iv_timer_stop(&t->timer);
	iv_timer_stop(&t->amd_timer);
	cJSON_Delete(t->doc);
	cJSON_Delete(t->inline_doc);
	cJSON_Delete(t->streams);
	free(t);
}

const struct carrier_ops carrier_twilio_ops = {"twilio", changed, drop, twilio_confirm};
