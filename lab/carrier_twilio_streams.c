/* Streams that Twilio's REST starts on a call, and stops. */
#include <stdio.h>
#include "carrier_twilio_calls.h"

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
	call = twilio_call_of(&t);
	if (call && call->line.state != LINE_TALKING) {
		twilio_not_in_progress(&t);
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
	call = twilio_call_of(&t);
	if (call) {
		struct iv_str sid = iv_http_param(rq, "stream");
		char text[CARRIER_SID];
		const cJSON *name;

		if (iv_str_ends(sid, IV_S(".json")))
			sid.len -= 5;
		iv_str_copy(text, sizeof(text), sid);
		name = cJSON_GetObjectItem(call->twilio->streams, text);
		if (!name || !twilio_is(twilio_value(&t, "Status"), "stopped")) {
			twilio_refuse(&t, name ? 400 : 404, name ? 21218 : 20404, "The requested resource was not found");
		} else {
			twilio_stop_fork(call, text);
			twilio_reply(&t, 200, stream_document(call, text, name->valuestring, "stopped"));
		}
	}
	twilio_rq_end(&t);
}
