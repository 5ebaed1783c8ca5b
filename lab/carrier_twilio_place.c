/* Calls that Twilio's REST places, and changes while they go on. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_twilio_calls.h"
#include "carrier_twiml.h"

#define TWIML_REST_MAX 4000

/* ── create */

static bool host_is_odd(struct iv_str url)
{
	struct iv_url u;
	struct iv_err e = {0};
	struct iv_str plain = {url.ptr, 0};

	while (plain.len < url.len && url.ptr[plain.len] != '#')
		plain.len++;
	if (!iv_url_parse(plain, &u, &e) || !(iv_str_eq(u.scheme, IV_S("http")) || iv_str_eq(u.scheme, IV_S("https"))))
		return true;
	return iv_str_find(u.host, IV_S("_"), 0) >= 0;
}

/* False: refused. */
static bool check_urls(struct twilio_rq *t)
{
	static const char *const urls[] = {"Url", "FallbackUrl", "StatusCallback", "AsyncAmdStatusCallback"};

	for (size_t i = 0; i < IV_COUNT(urls); i++) {
		struct iv_str url = twilio_value(t, urls[i]);

		if (url.len == 0 || !host_is_odd(url))
			continue;
		twilio_refuse(t, 400, i < 2 ? 21205 : 21609, "%s is not a valid URL: %.*s", urls[i],
			      (int)(url.len < 80 ? url.len : 80), url.ptr);
		return false;
	}
	return true;
}

static bool check_create(struct twilio_rq *t)
{
	struct iv_str to = twilio_value(t, "To"), from = twilio_value(t, "From"), twiml = twilio_value(t, "Twiml");
	bool sip = iv_str_starts(to, IV_S("sip:")) || iv_str_starts(to, IV_S("client:"));

	if (to.len == 0)
		twilio_refuse(t, 400, 21201, "No 'To' number is specified");
	else if (from.len == 0)
		twilio_refuse(t, 400, 21213, "No 'From' number is specified");
	else if (!sip && !twilio_e164(to))
		twilio_refuse(t, 400, 21211, "The phone number you are attempting to call, %.*s, is not valid.",
			      (int)(to.len < 40 ? to.len : 40), to.ptr);
	else if (!iv_str_starts(from, IV_S("sip:")) && !twilio_e164(from))
		twilio_refuse(t, 400, 21212, "The phone number %.*s provided as From is not valid.",
			      (int)(from.len < 40 ? from.len : 40), from.ptr);
	else if (!sip && !numbers_own(t->c, from))
		twilio_refuse(t, 400, 21210, "The source phone number provided is not yet verified for your account.");
	else if (twilio_value(t, "Url").len == 0 && twiml.len == 0 && twilio_value(t, "ApplicationSid").len == 0)
		twilio_refuse(t, 400, 21205, "Url parameter is required.");
	else if (twiml.len > TWIML_REST_MAX)
		twilio_refuse(t, 400, 21601, "Twiml must have at most %d characters", TWIML_REST_MAX);
	else
		return check_urls(t);
	return false;
}

bool twilio_is(struct iv_str s, const char *word)
{
	return iv_str_ieq(s, iv_str(word));
}

static void copy_url(struct twilio_rq *t, struct twilio_url *u, const char *name, const char *method_name)
{
	char url[CARRIER_URL], method[8];

	iv_str_copy(url, sizeof(url), twilio_value(t, name));
	iv_str_copy(method, sizeof(method), twilio_value(t, method_name));
	twilio_set_url(u, url, method);
}

static int read_events(struct twilio_rq *t)
{
	static const char *const names[] = {"initiated", "ringing", "answered", "completed"};
	int events = 0;

	for (size_t p = 0; p < t->count; p++)
		for (size_t i = 0; iv_str_eq(t->pairs[p].name, IV_S("StatusCallbackEvent")) && i < IV_COUNT(names); i++)
			if (iv_str_find(t->pairs[p].value, iv_str(names[i]), 0) >= 0)
				events |= 1 << i;
	return events ? events : TWILIO_COMPLETED;
}

static void dress(struct twilio_rq *t, struct carrier_call *call, cJSON *doc)
{
	struct twilio_app *a = twilio_app_new(call);
	struct iv_str amd = twilio_value(t, "MachineDetection"), digits = twilio_value(t, "SendDigits");

	a->inline_doc = doc;
	copy_url(t, &a->voice, "Url", "Method");
	copy_url(t, &a->fallback, "FallbackUrl", "FallbackMethod");
	copy_url(t, &a->status, "StatusCallback", "StatusCallbackMethod");
	copy_url(t, &a->amd, "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod");
	snprintf(a->base, sizeof(a->base), "%s", a->voice.url[0] ? a->voice.url : a->status.url);
	a->events = read_events(t);
	a->machine_detection = digits.len == 0 && (twilio_is(amd, "Enable") || twilio_is(amd, "DetectMessageEnd"));
	a->amd_message_end = twilio_is(amd, "DetectMessageEnd");
	a->async_amd = twilio_is(twilio_value(t, "AsyncAmd"), "true");
	if (digits.len > 0)
		call_pressed(call, digits);
}

static cJSON *form_of(const struct twilio_rq *t)
{
	cJSON *all = cJSON_CreateObject();

	for (size_t i = 0; i < t->count; i++) {
		char name[64], *value = strndup(t->pairs[i].value.ptr, t->pairs[i].value.len);

		iv_str_copy(name, sizeof(name), t->pairs[i].name);
		cJSON_AddStringToObject(all, name, value);
		free(value);
	}
	return all;
}

static int64_t seconds_ms(const struct twilio_rq *t, const char *name, int64_t otherwise_ms)
{
	int64_t s;

	return iv_str_to_i64(twilio_value(t, name), &s) && s >= 0 ? s * 1000 : otherwise_ms;
}

/* Url wins over Twiml; false: refused. */
static bool read_inline(struct twilio_rq *t, cJSON **doc)
{
	struct iv_err e = {0};

	*doc = NULL;
	if (twilio_value(t, "Url").len > 0 || twilio_value(t, "Twiml").len == 0)
		return true;
	*doc = twiml_read(twilio_value(t, "Twiml"), false, &e);
	if (!*doc)
		twilio_refuse(t, 400, 21218, "Twiml is not valid: %s", e.msg);
	return *doc != NULL;
}

static void create(struct twilio_rq *t, cJSON *doc)
{
	struct iv_err e = {0};
	struct carrier_call *call = call_new(t->c, CARRIER_TWILIO, CARRIER_OUTBOUND, twilio_value(t, "From"),
					     twilio_value(t, "To"), NULL, &e);

	if (!call) {
		cJSON_Delete(doc);
		twilio_refuse(t, 500, 20500, "%s", e.msg);
		return;
	}
	dress(t, call, doc);
	call_tell(call, "created", form_of(t));
	call_place(call, seconds_ms(t, "Timeout", 60000), seconds_ms(t, "TimeLimit", -1));
	twilio_reply(t, 201, twilio_document(call));
}

void twilio_create(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	cJSON *doc;

	if (!twilio_rq_begin(&t, ctx, rq, "create", NULL))
		return;
	if (check_create(&t) && read_inline(&t, &doc))
		create(&t, doc);
	twilio_rq_end(&t);
}

/* ── update */

/* False: refused. */
static bool change_status(struct twilio_rq *t, struct carrier_call *call, struct iv_str status)
{
	bool canceled = twilio_is(status, "canceled");

	if (!canceled && !twilio_is(status, "completed")) {
		twilio_refuse(t, 400, 21218, "Status must be canceled or completed");
		return false;
	}
	if (call->over)
		return true; /* it is as is wanted */
	if (canceled && call->line.state == LINE_TALKING) {
		twilio_not_in_progress(t);
		return false;
	}
	call_hang_up(call, LINE_BY_CARRIER, 0, canceled ? "REST canceled it" : "REST ended it");
	return true;
}

static bool change_document(struct twilio_rq *t, struct carrier_call *call)
{
	char url[CARRIER_URL], method[8];
	cJSON *doc;

	if (twilio_value(t, "Url").len > 0 && twilio_value(t, "Twiml").len > 0) {
		twilio_refuse(t, 400, 21218, "Url and Twiml cannot both be given");
		return false;
	}
	if (call->line.state != LINE_TALKING) {
		twilio_not_in_progress(t);
		return false;
	}
	if (!check_urls(t) || !read_inline(t, &doc))
		return false;
	if (doc) {
		twilio_run(call, doc);
		return true;
	}
	iv_str_copy(url, sizeof(url), twilio_value(t, "Url"));
	iv_str_copy(method, sizeof(method), twilio_value(t, "Method"));
	twilio_fetch(call, "redirect", url, method, NULL);
	return true;
}

void twilio_update(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;

	if (!twilio_rq_begin(&t, ctx, rq, "update", "call"))
		return;
	call = twilio_call_of(&t);
	if (call) {
		struct iv_str status = twilio_value(&t, "Status");
		bool wants_doc = twilio_value(&t, "Url").len > 0 || twilio_value(&t, "Twiml").len > 0;

		call_hold(call);
		call_tell(call, "updated", form_of(&t));
		if ((status.len == 0 || change_status(&t, call, status)) && (!wants_doc || change_document(&t, call)))
			twilio_reply(&t, 200, twilio_document(call));
		call_release(call);
	}
	twilio_rq_end(&t);
}
