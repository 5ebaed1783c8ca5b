/* The REST of Jambonz: calls are created, changed, looked at. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_jambonz.h"
#include "carrier_verbs.h"

#define ANSWER_MAX (16u << 20)

static void reply_msg(struct iv_http_req *rq, struct rest_fault *fault, int status, const char *msg)
{
	cJSON *body = cJSON_CreateObject();

	cJSON_AddStringToObject(body, "msg", msg);
	char *text = cJSON_PrintUnformatted(body);
	rest_reply(fault, rq, status, "application/json", iv_str(text));
	free(text);
	cJSON_Delete(body);
}

static void reply_text(struct iv_http_req *rq, struct rest_fault *fault, int status, const char *text)
{
	rest_reply(fault, rq, status, "text/plain", iv_str(text));
}

/* False: answered. */
static bool authorised(struct carriers *c, struct iv_http_req *rq)
{
	if (!iv_str_eq(carrier_credential(rq, "Bearer"), iv_str(c->opts.jambonz_key)) ||
	    !iv_str_eq(iv_http_param(rq, "account"), iv_str(c->opts.jambonz_account))) {
		iv_http_reply(rq, 401, "text/plain", IV_S("Unauthorized"));
		return false;
	}
	return true;
}

/* ── create */

static bool is_absolute(const cJSON *hook)
{
	struct iv_str url = cJSON_IsString(hook) ? iv_str(hook->valuestring) : iv_json_str(hook, "url");

	return iv_str_starts(url, IV_S("http://")) || iv_str_starts(url, IV_S("https://")) ||
	       iv_str_starts(url, IV_S("ws://")) || iv_str_starts(url, IV_S("wss://"));
}

static const char *check_speech(const cJSON *json)
{
	static const char *const all[] = {"speech_synthesis_vendor", "speech_synthesis_language", "speech_synthesis_voice",
					  "speech_recognizer_vendor", "speech_recognizer_language"};

	for (size_t i = 0; i < IV_COUNT(all); i++)
		if (iv_json_str(json, all[i]).len == 0)
			return "speech_synthesis_ vendor, language, voice and speech_recognizer_ vendor, language are required "
			       "without application_sid";
	return NULL;
}

static struct iv_str target_of(const cJSON *to)
{
	struct iv_str type = iv_json_str(to, "type");

	if (iv_str_eq(type, IV_S("phone")) || iv_str_eq(type, IV_S("teams")))
		return iv_json_str(to, "number");
	if (iv_str_eq(type, IV_S("sip")))
		return iv_json_str(to, "sipUri");
	if (iv_str_eq(type, IV_S("user")))
		return iv_json_str(to, "name");
	return IV_STR_NULL;
}

/* What the server says 400 to; NULL: nothing. */
static const char *wrong_with(const struct carriers *c, const cJSON *json)
{
	const cJSON *to = cJSON_GetObjectItem(json, "to"), *hook = cJSON_GetObjectItem(json, "call_hook");
	struct iv_str app = iv_json_str(json, "application_sid");

	if (iv_json_str(json, "from").len == 0)
		return "missing from parameter";
	if (!to || target_of(to).len == 0)
		return "missing or invalid to parameter";
	if (app.len == 0 && !hook)
		return "either url or application_sid required";
	if (app.len > 0)
		return iv_str_eq(app, iv_str(c->opts.jambonz_application)) ? NULL : "unknown application_sid";
	if (!is_absolute(hook))
		return "call_hook must be an absolute url";
	return check_speech(json);
}

static int64_t seconds_ms(const cJSON *json, const char *key, int64_t otherwise_ms)
{
	const cJSON *s = cJSON_GetObjectItem(json, key);

	return cJSON_IsNumber(s) ? (int64_t)(s->valuedouble * 1000) : otherwise_ms;
}

static void dress(struct carrier_call *call, const cJSON *json)
{
	struct jambonz_app *j = jambonz_app_new(call);
	const cJSON *tag = cJSON_GetObjectItem(json, "tag"), *amd = cJSON_GetObjectItem(json, "amd");

	if (iv_json_str(json, "application_sid").len == 0) {
		const cJSON *status = cJSON_GetObjectItem(json, "call_status_hook");

		j->call_hook = j->status_hook = (struct jambonz_hook){.method = "POST"};
		jambonz_hook_read(call, cJSON_GetObjectItem(json, "call_hook"), &j->call_hook);
		if (status)
			jambonz_hook_read(call, status, &j->status_hook);
		j->application[0] = '\0';
	}
	j->customer = tag ? cJSON_Duplicate(tag, true) : NULL;
	j->amd = amd ? cJSON_Duplicate(amd, true) : NULL;
}

static void create(struct carriers *c, struct iv_http_req *rq, struct rest_fault *fault, const cJSON *json)
{
	struct iv_err e = {0};
	char text[128];
	struct carrier_call *call = call_new(c, CARRIER_JAMBONZ, CARRIER_OUTBOUND, iv_json_str(json, "from"),
					     target_of(cJSON_GetObjectItem(json, "to")), NULL, &e);

	if (!call) {
		reply_text(rq, fault, 500, e.msg);
		return;
	}
	dress(call, json);
	call_tell(call, "created", cJSON_Duplicate(json, true));
	call_place(call, seconds_ms(json, "timeout", 60000), seconds_ms(json, "timeLimit", -1));
	int n = snprintf(text, sizeof(text), "{\"sid\":\"%s\",\"callId\":\"%s\"}", call->sid, call->sip_call_id);
	rest_reply(fault, rq, 201, "application/json", (struct iv_str){text, (size_t)n});
}

void jambonz_create(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct iv_err e = {0};
	struct rest_fault *fault;
	cJSON *json;
	const char *wrong;

	if (!authorised(c, rq))
		return;
	json = iv_json_parse(iv_http_body(rq), &e);
	if (!json) {
		iv_http_reply(rq, 400, "application/json", IV_S("{\"msg\":\"invalid JSON\"}"));
		return;
	}
	if (!rest_begins(c, rq, CARRIER_JAMBONZ, "create", target_of(cJSON_GetObjectItem(json, "to")), &fault)) {
		wrong = wrong_with(c, json);
		if (wrong)
			reply_msg(rq, fault, 400, wrong);
		else
			create(c, rq, fault, json);
	}
	cJSON_Delete(json);
}

/* ── update */

static void update_hook(struct carrier_call *call, const cJSON *value)
{
	jambonz_redirect(call, value);
}

static void update_status(struct carrier_call *call, const cJSON *value)
{
	(void)value;
	call_hang_up(call, LINE_BY_CARRIER, 0, "REST ended it");
}

static void update_listen(struct carrier_call *call, const cJSON *value)
{
	call_note(call, "listen status", "%s", value->valuestring);
	call->jambonz->paused = strcmp(value->valuestring, "pause") == 0;
	if (call->media)
		media_pause(call->media, call->jambonz->paused);
}

static void update_mute(struct carrier_call *call, const cJSON *value)
{
	call->jambonz->muted = strcmp(value->valuestring, "mute") == 0;
	call_note(call, "mute", "%s", value->valuestring);
}

/* In no room it is taken all the same, and nothing comes of it. */
static void update_conference_mute(struct carrier_call *call, const cJSON *value)
{
	if (call->jambonz->conference[0])
		call_note(call, "conference mute", "%s", value->valuestring);
}

static void update_tag(struct carrier_call *call, const cJSON *value)
{
	cJSON_Delete(call->jambonz->customer);
	call->jambonz->customer = cJSON_Duplicate(value, true);
}

static void update_dtmf(struct carrier_call *call, const cJSON *value)
{
	call_pressed(call, iv_json_str(value, "digit"));
}

static void update_told(struct carrier_call *call, const cJSON *value)
{
	char *text = cJSON_PrintUnformatted(value);

	call_note(call, value->string, "%s", text);
	free(text);
}

static bool texts(const cJSON *v)
{
	return cJSON_IsString(v);
}

static bool objects(const cJSON *v)
{
	return cJSON_IsObject(v);
}

static bool anything(const cJSON *v)
{
	return !cJSON_IsNull(v);
}

static const struct update {
	const char *name, *values; /* allowed texts, or NULL */
	bool (*type)(const cJSON *v);
	void (*apply)(struct carrier_call *call, const cJSON *value);
	bool answered; /* needs an answered call */
} updates[] = {
	{"call_hook", NULL, anything, update_hook, false},
	{"call_status", "completed no-answer", texts, update_status, false},
	{"listen_status", "pause silence resume", texts, update_listen, true},
	{"transcribe_status", "pause resume", texts, update_told, true},
	{"mute_status", "mute unmute", texts, update_mute, true},
	{"conf_mute_status", "mute unmute", texts, update_conference_mute, true},
	{"conf_hold_status", "hold unhold", texts, update_told, true},
	{"conferenceParticipantAction", NULL, objects, update_told, true},
	{"sip_request", NULL, objects, update_told, true},
	{"record", NULL, objects, update_told, true},
	{"dtmf", NULL, objects, update_dtmf, true},
	{"dub", NULL, objects, update_told, true},
	{"tag", NULL, objects, update_tag, false},
	{"boostAudioSignal", NULL, anything, update_told, true},
	{"media_path", "no-media partial-media full-media", texts, update_told, true},
};

static bool listed(const char *list, const char *word)
{
	struct iv_str rest = iv_str(list), one;

	while (iv_str_split(&rest, ' ', &one))
		if (iv_str_eq(one, iv_str(word)))
			return true;
	return false;
}

static const struct update *find_update(const cJSON *json, const cJSON **value, int *count)
{
	const struct update *found = NULL;

	*count = 0;
	for (size_t i = 0; i < IV_COUNT(updates); i++) {
		const cJSON *v = cJSON_GetObjectItem(json, updates[i].name);

		if (!v)
			continue;
		found = &updates[i];
		*value = v;
		++*count;
	}
	return found;
}

static bool good_whisper(const cJSON *whisper)
{
	cJSON *list = cJSON_IsArray(whisper) ? cJSON_Duplicate(whisper, true) : cJSON_CreateArray(), *app;
	bool ok = true;

	if (!cJSON_IsArray(whisper))
		cJSON_AddItemToArray(list, cJSON_Duplicate(whisper, true));
	for (const cJSON *v = list->child; v; v = v->next)
		ok = ok && (iv_str_eq(iv_json_str(v, "verb"), IV_S("say")) || iv_str_eq(iv_json_str(v, "verb"), IV_S("play")));
	app = ok ? verbs_read(list, NULL) : NULL;
	ok = app != NULL;
	cJSON_Delete(app);
	cJSON_Delete(list);
	return ok;
}

/* 0 and what is to be done, or a status with *msg. */
static int check_update(const struct carrier_call *call, const cJSON *json, const struct update **what, const cJSON **value,
			const char **msg)
{
	const cJSON *whisper = cJSON_GetObjectItem(json, "whisper");
	int count;

	*what = find_update(json, value, &count);
	*msg = "";
	if (count > 1 || (count == 0 && !whisper)) {
		*msg = count ? "only one property may be updated at a time" : "no valid options provided in request";
		return 400;
	}
	if (whisper && !good_whisper(whisper)) {
		*msg = "invalid whisper: must be say or play";
		return 400;
	}
	if (*what && (!(*what)->type(*value) || ((*what)->values && !listed((*what)->values, (*value)->valuestring)))) {
		*msg = "invalid value";
		return 400;
	}
	if (call->over)
		return 422;
	if (*what && strcmp((*what)->name, "call_status") == 0 &&
	    (call->line.state == LINE_TALKING) != (strcmp((*value)->valuestring, "completed") == 0)) {
		*msg = "invalid call state for this status";
		return 422;
	}
	bool answered = call->line.state == LINE_TALKING;
	if ((*what && (*what)->answered && !answered) || (whisper && !call->media && !call->dial)) {
		*msg = "invalid call state";
		return 422;
	}
	return 0;
}

static void apply_update(struct carrier_call *call, struct iv_http_req *rq, struct rest_fault *fault, const cJSON *json)
{
	const cJSON *value = NULL, *whisper = cJSON_GetObjectItem(json, "whisper");
	const struct update *what;
	const char *msg;
	int status = check_update(call, json, &what, &value, &msg);

	if (status == 422) {
		reply_text(rq, fault, 422, msg[0] ? msg : "call session is gone");
		return;
	}
	if (status) {
		reply_msg(rq, fault, status, msg);
		return;
	}
	call_tell(call, "updated", cJSON_Duplicate(json, true));
	call_hold(call);
	if (whisper)
		update_told(call, whisper);
	if (what && strcmp(what->name, "sip_request") == 0)
		rest_reply(fault, rq, 200, "application/json", IV_S("{\"status\":200,\"reason\":\"OK\"}"));
	else
		rest_reply(fault, rq, 202, NULL, IV_STR_NULL);
	if (what)
		what->apply(call, value);
	call_release(call);
}

void jambonz_update(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct iv_err e = {0};
	struct rest_fault *fault;
	struct carrier_call *call;
	cJSON *json;

	if (!authorised(c, rq) || rest_begins(c, rq, CARRIER_JAMBONZ, "update", IV_STR_NULL, &fault))
		return;
	call = call_recorded(c, CARRIER_JAMBONZ, iv_http_param(rq, "call"));
	json = iv_json_parse(iv_http_body(rq), &e);
	if (!json)
		reply_msg(rq, fault, 400, "invalid JSON");
	else if (!call)
		rest_reply(fault, rq, 404, NULL, IV_STR_NULL);
	else
		apply_update(call, rq, fault, json);
	cJSON_Delete(json);
}

/* ── look, remove */

void jambonz_get(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct rest_fault *fault;
	struct carrier_call *call;

	if (!authorised(c, rq) || rest_begins(c, rq, CARRIER_JAMBONZ, "get", IV_STR_NULL, &fault))
		return;
	call = call_recorded(c, CARRIER_JAMBONZ, iv_http_param(rq, "call"));
	if (!call) {
		rest_reply(fault, rq, 404, NULL, IV_STR_NULL);
		return;
	}
	cJSON *body = jambonz_body(call);
	char *text = cJSON_PrintUnformatted(body);
	rest_reply(fault, rq, 200, "application/json", iv_str(text));
	free(text);
	cJSON_Delete(body);
}

static bool filtered(struct iv_http_req *rq, const cJSON *body)
{
	static const char *const filters[][2] = {
		{"direction", "direction"}, {"from", "from"}, {"to", "to"}, {"callStatus", "call_status"}};
	char want[CARRIER_NUMBER];

	for (size_t i = 0; i < IV_COUNT(filters); i++)
		if (iv_query_get(iv_http_query(rq), iv_str(filters[i][0]), want, sizeof(want)) &&
		    !iv_str_eq(iv_str(want), iv_json_str(body, filters[i][1])))
			return false;
	return true;
}

void jambonz_list(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct rest_fault *fault;
	cJSON *all;

	if (!authorised(c, rq) || rest_begins(c, rq, CARRIER_JAMBONZ, "list", IV_STR_NULL, &fault))
		return;
	if (iv_http_param(rq, "*").len > 0) {
		rest_reply(fault, rq, 404, NULL, IV_STR_NULL);
		return;
	}
	all = cJSON_CreateArray();
	IV_LIST_EACH(node, &c->all)
	{
		struct carrier_call *call = IV_CONTAINER(node, struct carrier_call, node);
		cJSON *body;

		if (call->kind != CARRIER_JAMBONZ || !call->jambonz || call->forgotten)
			continue;
		body = jambonz_body(call);
		if (filtered(rq, body))
			cJSON_AddItemToArray(all, body);
		else
			cJSON_Delete(body);
	}
	char *text = cJSON_PrintUnformatted(all);
	rest_reply(fault, rq, 200, "application/json", iv_str(text));
	free(text);
	cJSON_Delete(all);
}

/* Only the record goes: nobody is hung up. */
void jambonz_delete(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct rest_fault *fault;
	struct carrier_call *call;

	if (!authorised(c, rq) || rest_begins(c, rq, CARRIER_JAMBONZ, "delete", IV_STR_NULL, &fault))
		return;
	call = call_recorded(c, CARRIER_JAMBONZ, iv_http_param(rq, "call"));
	if (call)
		call->forgotten = true;
	rest_reply(fault, rq, call ? 204 : 404, NULL, IV_STR_NULL);
}
