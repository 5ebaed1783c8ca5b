/* Calls by Twilio's REST: create, change, list, and streams of them. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_twilio_rest.h"
#include "carrier_twiml.h"
#include "iv_crypto.h"
#include "iv_time.h"

#define TWIML_REST_MAX 4000

/* ── the document of a call */

static void add_or_null(cJSON *b, const char *key, const char *value)
{
	if (value && value[0])
		cJSON_AddStringToObject(b, key, value);
	else
		cJSON_AddNullToObject(b, key);
}

static void add_date(cJSON *b, const char *key, int64_t wall_ms)
{
	char text[40] = "";

	if (wall_ms)
		rfc2822(wall_ms, text);
	add_or_null(b, key, text);
}

static void add_subresources(const struct carrier_call *call, cJSON *b)
{
	static const char *const names[] = {"notifications", "recordings",     "payments",
					    "events",	     "siprec",	       "streams",
					    "transcriptions", "user_defined_message_subscriptions", "user_defined_messages"};
	static const char *const paths[] = {"Notifications", "Recordings",     "Payments",
					    "Events",	     "Siprec",	       "Streams",
					    "Transcriptions", "UserDefinedMessageSubscriptions", "UserDefinedMessages"};
	cJSON *uris = cJSON_AddObjectToObject(b, "subresource_uris");
	char uri[200];

	for (size_t i = 0; i < IV_COUNT(names); i++) {
		snprintf(uri, sizeof(uri), "/2010-04-01/Accounts/%s/Calls/%s/%s.json", call->account, call->sid, paths[i]);
		cJSON_AddStringToObject(uris, names[i], uri);
	}
}

static cJSON *document(const struct carrier_call *call)
{
	cJSON *b = cJSON_CreateObject();
	char text[128];

	cJSON_AddStringToObject(b, "sid", call->sid);
	cJSON_AddStringToObject(b, "account_sid", call->account);
	cJSON_AddStringToObject(b, "to", call->to);
	cJSON_AddStringToObject(b, "to_formatted", call->to);
	cJSON_AddStringToObject(b, "from", call->from);
	cJSON_AddStringToObject(b, "from_formatted", call->from);
	add_or_null(b, "parent_call_sid", call->parent);
	add_or_null(b, "phone_number_sid", call->twilio->number_sid);
	cJSON_AddStringToObject(b, "status", twilio_rest_status(call));
	cJSON_AddStringToObject(b, "direction", call->twilio->direction);
	bool queued = call->line.state == LINE_QUEUED || call->line.state == LINE_TRYING;
	add_date(b, "date_created", queued ? 0 : call->began_wall_ms);
	add_date(b, "date_updated", queued ? 0 : call->began_wall_ms);
	add_date(b, "start_time", queued ? 0 : call->began_wall_ms);
	add_date(b, "end_time", call->ended_wall_ms);
	snprintf(text, sizeof(text), "%lld", (long long)(line_duration_ms(&call->line) + 500) / 1000);
	add_or_null(b, "duration", line_over(&call->line) ? text : "");
	cJSON_AddNullToObject(b, "price");
	cJSON_AddStringToObject(b, "price_unit", "USD");
	add_or_null(b, "answered_by", call->twilio->answered_by);
	cJSON_AddNullToObject(b, "forwarded_from");
	cJSON_AddNullToObject(b, "caller_name");
	cJSON_AddNullToObject(b, "group_sid");
	snprintf(text, sizeof(text), "%lld", (long long)call->plan.queue_ms);
	cJSON_AddStringToObject(b, "queue_time", text);
	cJSON_AddNullToObject(b, "trunk_sid");
	cJSON_AddStringToObject(b, "api_version", "2010-04-01");
	snprintf(text, sizeof(text), "/2010-04-01/Accounts/%s/Calls/%s.json", call->account, call->sid);
	cJSON_AddStringToObject(b, "uri", text);
	add_subresources(call, b);
	return b;
}

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

static bool is(struct iv_str s, const char *word)
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
	a->machine_detection = digits.len == 0 && (is(amd, "Enable") || is(amd, "DetectMessageEnd"));
	a->amd_message_end = is(amd, "DetectMessageEnd");
	a->async_amd = is(twilio_value(t, "AsyncAmd"), "true");
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
	twilio_reply(t, 201, document(call));
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

static struct carrier_call *find_call(struct twilio_rq *t)
{
	struct carrier_call *call = call_recorded(t->c, CARRIER_TWILIO, iv_str(t->sid));

	if (call)
		return call;
	twilio_refuse(t, 404, 20404, "The requested resource /Calls/%.40s.json was not found", t->sid);
	return NULL;
}

static void not_in_progress(struct twilio_rq *t)
{
	twilio_refuse(t, 400, 21220, "Call is not in-progress. Cannot redirect.");
}

/* False: refused. */
static bool change_status(struct twilio_rq *t, struct carrier_call *call, struct iv_str status)
{
	bool canceled = is(status, "canceled");

	if (!canceled && !is(status, "completed")) {
		twilio_refuse(t, 400, 21218, "Status must be canceled or completed");
		return false;
	}
	if (call->over)
		return true; /* it is as is wanted */
	if (canceled && call->line.state == LINE_TALKING) {
		not_in_progress(t);
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
		not_in_progress(t);
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
	call = find_call(&t);
	if (call) {
		struct iv_str status = twilio_value(&t, "Status");
		bool wants_doc = twilio_value(&t, "Url").len > 0 || twilio_value(&t, "Twiml").len > 0;

		call_hold(call);
		call_tell(call, "updated", form_of(&t));
		if ((status.len == 0 || change_status(&t, call, status)) && (!wants_doc || change_document(&t, call)))
			twilio_reply(&t, 200, document(call));
		call_release(call);
	}
	twilio_rq_end(&t);
}

/* ── look */

void twilio_get(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;

	if (!twilio_rq_begin(&t, ctx, rq, "get", "call"))
		return;
	call = find_call(&t);
	if (call)
		twilio_reply(&t, 200, document(call));
	twilio_rq_end(&t);
}

void twilio_delete(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;

	if (!twilio_rq_begin(&t, ctx, rq, "delete", "call"))
		return;
	call = find_call(&t);
	if (call && !call->over) {
		twilio_refuse(&t, 409, 20009, "Cannot delete a call that is in progress");
	} else if (call) {
		call->forgotten = true;
		twilio_reply(&t, 204, NULL);
	}
	twilio_rq_end(&t);
}

/* "2026-11-21" is that whole day, a time with its hours is an instant; -1: neither. */
static int64_t read_when(struct iv_str s)
{
	char text[40];
	int64_t ms;

	if (iv_time_parse(s, &ms))
		return ms;
	snprintf(text, sizeof(text), "%.*sT00:00:00Z", (int)(s.len < 12 ? s.len : 12), s.ptr);
	return s.len == 10 && iv_time_parse(iv_str(text), &ms) ? ms : -1;
}

static bool when_fits(const struct twilio_rq *t, const char *name, int64_t at_ms)
{
	char key[24];
	int64_t from, to, day;

	snprintf(key, sizeof(key), "%s>", name);
	from = read_when(twilio_value(t, key));
	snprintf(key, sizeof(key), "%s<", name);
	to = read_when(twilio_value(t, key));
	day = read_when(twilio_value(t, name));
	at_ms = at_ms / 1000 * 1000; /* it knows no milliseconds */
	return (from < 0 || at_ms >= from / 1000 * 1000) && (to < 0 || at_ms <= to) &&
	       (day < 0 || (at_ms >= day && at_ms < day + 86400000));
}

static bool fits(const struct twilio_rq *t, const struct carrier_call *call)
{
	struct iv_str to = twilio_value(t, "To"), from = twilio_value(t, "From"), status = twilio_value(t, "Status"),
		      parent = twilio_value(t, "ParentCallSid");

	return (to.len == 0 || iv_str_eq(to, iv_str(call->to))) && (from.len == 0 || iv_str_eq(from, iv_str(call->from))) &&
	       (status.len == 0 || iv_str_eq(status, iv_str(twilio_rest_status(call)))) &&
	       (parent.len == 0 || iv_str_eq(parent, iv_str(call->parent))) && when_fits(t, "StartTime", call->began_wall_ms) &&
	       (call->ended_wall_ms == 0 || when_fits(t, "EndTime", call->ended_wall_ms));
}

void twilio_list(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	cJSON *all;
	char path[128];

	if (!twilio_rq_begin(&t, ctx, rq, "list", NULL))
		return;
	all = cJSON_CreateArray();
	IV_LIST_EACH(node, &t.c->all)
	{
		struct carrier_call *call = IV_CONTAINER(node, struct carrier_call, node);

		if (call->kind == CARRIER_TWILIO && call->twilio && !call->forgotten && fits(&t, call))
			cJSON_InsertItemInArray(all, 0, document(call)); /* the newest comes first */
	}
	snprintf(path, sizeof(path), "/2010-04-01/Accounts/%s/Calls.json", t.c->opts.twilio_account);
	twilio_reply_page(&t, path, "calls", all);
	twilio_rq_end(&t);
}

/* ── streams */

static cJSON *stream_document(const struct carrier_call *call, const char *sid, const char *name, const char *status)
{
	cJSON *b = cJSON_CreateObject();
	char uri[200];

	cJSON_AddStringToObject(b, "sid", sid);
	cJSON_AddStringToObject(b, "account_sid", call->account);
	cJSON_AddStringToObject(b, "call_sid", call->sid);
	cJSON_AddStringToObject(b, "name", name[0] ? name : sid);
	cJSON_AddStringToObject(b, "status", status);
	snprintf(uri, sizeof(uri), "/2010-04-01/Accounts/%s/Calls/%s/Streams/%s.json", call->account, call->sid, sid);
	cJSON_AddStringToObject(b, "uri", uri);
	return b;
}

/* A <Stream> as REST's parameters say it. */
static cJSON *stream_noun(const struct twilio_rq *t)
{
	cJSON *noun = cJSON_CreateObject(), *attributes, *children;
	char url[CARRIER_URL], key[32], value[512];

	cJSON_AddStringToObject(noun, "name", "Stream");
	cJSON_AddStringToObject(noun, "text", "");
	attributes = cJSON_AddObjectToObject(noun, "attributes");
	children = cJSON_AddArrayToObject(noun, "children");
	iv_str_copy(url, sizeof(url), twilio_value(t, "Url"));
	cJSON_AddStringToObject(attributes, "url", url);
	for (int i = 1; i <= 99; i++) {
		cJSON *p, *a;

		snprintf(key, sizeof(key), "Parameter%d.Name", i);
		if (twilio_value(t, key).len == 0)
			break;
		iv_str_copy(value, sizeof(value), twilio_value(t, key));
		p = cJSON_CreateObject();
		a = cJSON_AddObjectToObject(p, "attributes");
		cJSON_AddStringToObject(a, "name", value);
		snprintf(key, sizeof(key), "Parameter%d.Value", i);
		iv_str_copy(value, sizeof(value), twilio_value(t, key));
		cJSON_AddStringToObject(a, "value", value);
		cJSON_AddItemToArray(children, p);
	}
	return noun;
}

void twilio_stream_create(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;
	char sid[CARRIER_SID], name[64];

	if (!twilio_rq_begin(&t, ctx, rq, "update", "call"))
		return;
	call = find_call(&t);
	if (call && call->line.state != LINE_TALKING) {
		not_in_progress(&t);
	} else if (call && !iv_str_starts(twilio_value(&t, "Url"), IV_S("ws"))) {
		twilio_refuse(&t, 400, 21218, "Url must be wss");
	} else if (call) {
		cJSON *noun = stream_noun(&t);

		if (twilio_stream(call, noun, true, sid)) {
			iv_str_copy(name, sizeof(name), twilio_value(&t, "Name"));
			if (!call->twilio->streams)
				call->twilio->streams = cJSON_CreateObject();
			cJSON_AddStringToObject(call->twilio->streams, sid, name);
			twilio_reply(&t, 201, stream_document(call, sid, name, "in-progress"));
		} else {
			twilio_refuse(&t, 400, 31951, "Four streams are the most a call has");
		}
		cJSON_Delete(noun);
	}
	twilio_rq_end(&t);
}

void twilio_stream_update(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;

	if (!twilio_rq_begin(&t, ctx, rq, "update", "call"))
		return;
	call = find_call(&t);
	if (call) {
		struct iv_str sid = iv_http_param(rq, "stream");
		char text[CARRIER_SID];
		const cJSON *name;

		if (iv_str_ends(sid, IV_S(".json")))
			sid.len -= 5;
		iv_str_copy(text, sizeof(text), sid);
		name = cJSON_GetObjectItem(call->twilio->streams, text);
		if (!name || !is(twilio_value(&t, "Status"), "stopped")) {
			twilio_refuse(&t, name ? 400 : 404, name ? 21218 : 20404, "The requested resource was not found");
		} else {
			twilio_stop_fork(call, text);
			twilio_reply(&t, 200, stream_document(call, text, name->valuestring, "stopped"));
		}
	}
	twilio_rq_end(&t);
}

/* ── rooms */

/* Made of the name: the room has it as long as somebody is there. */
static void room_sid(const char *name, char out[CARRIER_SID])
{
	char hex[IV_SHA256_HEX];
	struct iv_sha256 *sum = iv_sha256_begin();

	iv_sha256_add(sum, iv_str(name));
	iv_sha256_end_hex(sum, hex);
	snprintf(out, CARRIER_SID, "CF%.32s", hex);
}

void twilio_rooms(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carriers *c = ctx;
	cJSON *all;
	char path[128];

	if (!twilio_rq_begin(&t, ctx, rq, "list", NULL))
		return;
	all = cJSON_CreateArray();
	for (const cJSON *room = c->conferences->child; room; room = room->next) {
		bool open = room->valuedouble > 0;
		struct iv_str name = twilio_value(&t, "FriendlyName"), status = twilio_value(&t, "Status");
		char sid[CARRIER_SID];
		cJSON *one;

		if ((name.ptr && !iv_str_eq(name, iv_str(room->string))) ||
		    (status.ptr && !is(status, open ? "in-progress" : "completed")))
			continue;
		room_sid(room->string, sid);
		one = cJSON_CreateObject();
		cJSON_AddStringToObject(one, "sid", sid);
		cJSON_AddStringToObject(one, "account_sid", c->opts.twilio_account);
		cJSON_AddStringToObject(one, "friendly_name", room->string);
		cJSON_AddStringToObject(one, "status", open ? "in-progress" : "completed");
		cJSON_AddItemToArray(all, one);
	}
	snprintf(path, sizeof(path), "/2010-04-01/Accounts/%s/Conferences.json", c->opts.twilio_account);
	twilio_reply_page(&t, path, "conferences", all);
	twilio_rq_end(&t);
}

/* One who is there can be silenced; a room's name is no sid of it. */
void twilio_participant(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;
	char sid[CARRIER_SID] = "";

	if (!twilio_rq_begin(&t, ctx, rq, "update", "call"))
		return;
	call = call_recorded(t.c, CARRIER_TWILIO, iv_str(t.sid));
	if (call && call->twilio->conference[0])
		room_sid(call->twilio->conference, sid);
	if (!sid[0] || !iv_str_eq(iv_http_param(rq, "room"), iv_str(sid))) {
		twilio_refuse(&t, 404, 20404, "The requested resource was not found");
	} else {
		bool muted = is(twilio_value(&t, "Muted"), "true");
		cJSON *body = cJSON_CreateObject();

		if (twilio_value(&t, "Muted").len > 0)
			call_note(call, "conference mute", "%s", muted ? "mute" : "unmute");
		cJSON_AddStringToObject(body, "call_sid", call->sid);
		cJSON_AddStringToObject(body, "conference_sid", sid);
		cJSON_AddBoolToObject(body, "muted", muted);
		cJSON_AddStringToObject(body, "status", "connected");
		twilio_reply(&t, 200, body);
	}
	twilio_rq_end(&t);
}
