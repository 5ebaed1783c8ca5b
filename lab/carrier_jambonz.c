/* Jambonz: hooks, status callbacks, and how a call of it begins. */
#include "carrier_jambonz.h"

#include <stdio.h>
#include <stdlib.h>
#include "carrier_jambonz_run.h"
#include "carrier_verbs.h"

#define FS_ADDRESS "192.0.2.5:5060"
#define TRUNK "lab-trunk"

/* ── bodies */

static const char *status_name(const struct line *l)
{
	static const char *const names[] = {"queued", "trying",	   "ringing", "in-progress", "completed",
					    "busy",   "no-answer", "failed",  "no-answer"};

	return names[l->state];
}

static const char *told_status(const struct carrier_call *call)
{
	/* An inbound call that rings is still "trying" to whoever writes applications. */
	if (call->direction == CARRIER_INBOUND && call->line.state == LINE_RINGING)
		return "trying";
	if (call->direction == CARRIER_INBOUND && call->line.state == LINE_BUSY)
		return "failed"; /* declined by the application, with whatever status */
	return status_name(&call->line);
}

static void add_end(const struct carrier_call *call, cJSON *b)
{
	const struct line *l = &call->line;

	if (!line_over(l))
		return;
	cJSON_AddStringToObject(b, "call_termination_by", l->by == LINE_BY_PERSON ? "caller" : "jambonz");
	if (l->state == LINE_COMPLETED)
		cJSON_AddNumberToObject(b, "duration", (double)((line_duration_ms(l) + 500) / 1000));
}

cJSON *jambonz_body(const struct carrier_call *call)
{
	const struct line *l = &call->line;
	bool inbound = call->direction == CARRIER_INBOUND, early = inbound && l->state == LINE_RINGING;
	cJSON *b = cJSON_CreateObject();

	cJSON_AddStringToObject(b, "call_sid", call->sid);
	cJSON_AddStringToObject(b, "direction", inbound ? "inbound" : "outbound");
	cJSON_AddStringToObject(b, "from", call->from);
	cJSON_AddStringToObject(b, "to", call->to);
	cJSON_AddStringToObject(b, "call_id", call->sip_call_id);
	cJSON_AddStringToObject(b, "sbc_callid", call->trace);
	cJSON_AddNumberToObject(b, "sip_status", early ? 100 : l->sip_status);
	cJSON_AddStringToObject(b, "sip_reason", l->state == LINE_RINGING ? "Trying" : line_sip_reason(l->sip_status));
	cJSON_AddStringToObject(b, "call_status", told_status(call));
	cJSON_AddStringToObject(b, "account_sid", call->account);
	cJSON_AddStringToObject(b, "trace_id", call->trace);
	cJSON_AddStringToObject(b, "application_sid", call->jambonz->application);
	cJSON_AddStringToObject(b, "fs_sip_address", FS_ADDRESS);
	if (call->parent[0])
		cJSON_AddStringToObject(b, "parent_call_sid", call->parent);
	if (inbound) {
		cJSON_AddStringToObject(b, "originating_sip_ip", "192.0.2.4:5060");
		cJSON_AddStringToObject(b, "originating_sip_trunk_name", TRUNK);
	}
	add_end(call, b);
	if (call->jambonz->customer)
		cJSON_AddItemToObject(b, "customerData", cJSON_Duplicate(call->jambonz->customer, true));
	cJSON_AddStringToObject(b, "fs_public_ip", "203.0.113.7");
	return b;
}

static void add_sip(const struct carrier_call *call, cJSON *b)
{
	cJSON *sip = cJSON_AddObjectToObject(b, "sip"), *headers = cJSON_AddObjectToObject(sip, "headers");
	char text[2 * CARRIER_NUMBER];

	cJSON_AddStringToObject(sip, "method", "INVITE");
	cJSON_AddStringToObject(headers, "X-Account-Sid", call->account);
	cJSON_AddStringToObject(headers, "X-CID", call->trace);
	cJSON_AddStringToObject(headers, "X-Originating-Carrier", TRUNK);
	snprintf(text, sizeof(text), "sip:%s@192.0.2.4", call->from);
	cJSON_AddStringToObject(headers, "from", text);
	snprintf(text, sizeof(text), "sip:%s@192.0.2.5", call->to);
	cJSON_AddStringToObject(headers, "to", text);
	cJSON_AddStringToObject(sip, "uri", text);
	cJSON_AddStringToObject(sip, "body", "v=0\r\n");
}

/* What only the first hook of a call carries. */
static void add_first(const struct carrier_call *call, cJSON *b)
{
	cJSON *defaults = cJSON_AddObjectToObject(b, "defaults");
	cJSON *one = cJSON_AddObjectToObject(defaults, "synthesizer");
	char name[64];

	cJSON_AddStringToObject(one, "vendor", "google");
	cJSON_AddStringToObject(one, "language", "en-US");
	one = cJSON_AddObjectToObject(defaults, "recognizer");
	cJSON_AddStringToObject(one, "vendor", "google");
	cJSON_AddStringToObject(one, "language", "en-US");
	cJSON_AddObjectToObject(b, "env_vars");
	if (call->direction != CARRIER_INBOUND)
		return;
	add_sip(call, b);
	cJSON_AddBoolToObject(b, "has_recording", false);
	iv_str_copy(name, sizeof(name), call->plan.caller_name);
	cJSON_AddStringToObject(b, "caller_name", name);
	cJSON_AddStringToObject(b, "local_sip_address", FS_ADDRESS);
	cJSON_AddStringToObject(b, "public_ip", "203.0.113.7");
	cJSON_AddStringToObject(b, "service_provider_sid", "2708b1b3-2736-40ea-b502-c53d8396247f");
}

/* ── hooks */

static void copy_text(char *dst, size_t size, const cJSON *obj, const char *key)
{
	struct iv_str s = iv_json_str(obj, key);

	if (s.len > 0)
		iv_str_copy(dst, size, s);
}

/* "/rel" → scheme, host and port of the application's call hook, whose credentials go with it. */
static void resolve(const struct carrier_call *call, const char *url, char *out, size_t size)
{
	const char *base = call->jambonz ? call->jambonz->call_hook.url : "";
	const char *host = strstr(base, "://");

	size_t base_len = host ? (size_t)(host + 3 - base) + strcspn(host + 3, "/?#") : 0;

	if (url[0] == '/' && base_len < size) {
		iv_str_copy(out, size, (struct iv_str){base, base_len});
		iv_str_copy(out + base_len, size - base_len, iv_str(url));
	} else {
		iv_str_copy(out, size, iv_str(url));
	}
}

void jambonz_hook_read(const struct carrier_call *call, const cJSON *hook, struct jambonz_hook *out)
{
	const struct jambonz_hook *base = call->jambonz ? &call->jambonz->call_hook : NULL;
	char url[CARRIER_URL] = "";

	*out = (struct jambonz_hook){.method = "POST"};
	if (base) {
		snprintf(out->user, sizeof(out->user), "%s", base->user);
		snprintf(out->password, sizeof(out->password), "%s", base->password);
	}
	if (cJSON_IsString(hook)) {
		iv_str_copy(url, sizeof(url), iv_str(hook->valuestring));
	} else {
		copy_text(url, sizeof(url), hook, "url");
		copy_text(out->method, sizeof(out->method), hook, "method");
		if (!base || base->url[0] == '\0') { /* those of an actionHook are not used */
			copy_text(out->user, sizeof(out->user), hook, "username");
			copy_text(out->password, sizeof(out->password), hook, "password");
		}
	}
	resolve(call, url, out->url, sizeof(out->url));
}

struct hook *jambonz_post(struct carrier_call *call, const struct jambonz_hook *to, const char *what, cJSON *extra,
			  bool first, int64_t delay_ms, hook_done_fn *done)
{
	cJSON *b = jambonz_body(call);
	struct hook_rq rq = {.what = what, .method = to->method, .url = to->url, .body = b, .delay_ms = delay_ms,
			     .user = to->user[0] ? to->user : NULL, .password = to->password};

	if (first)
		add_first(call, b);
	for (cJSON *i = extra ? extra->child : NULL, *next; i; i = next) {
		next = i->next;
		cJSON_DetachItemViaPointer(extra, i);
		cJSON_DeleteItemFromObjectCaseSensitive(b, i->string);
		char key[64];

		snprintf(key, sizeof(key), "%s", i->string);
		cJSON_AddItemToObject(b, key, i);
	}
	cJSON_Delete(extra);
	return hook_send(call, &rq, done, NULL);
}

static void send_status(struct carrier_call *call)
{
	const struct jambonz_hook *to = &call->jambonz->status_hook;
	struct hook_rq rq = {.what = "status", .method = to->method, .url = to->url, .label = told_status(call),
			     .user = to->user[0] ? to->user : NULL, .password = to->password};

	if (to->url[0] == '\0' || (call->direction == CARRIER_INBOUND && call->line.state == LINE_RINGING) ||
	    call->line.state == LINE_QUEUED || (call->silent_end && line_over(&call->line)))
		return;
	rq.body = jambonz_body(call);
	hook_send_status(call, &rq);
}

/* ── beginnings */

static void tell_amd(struct carrier_call *call, const char *type, cJSON *extra)
{
	struct jambonz_hook to;

	jambonz_hook_read(call, cJSON_GetObjectItem(call->jambonz->amd, "actionHook"), &to);
	cJSON_AddStringToObject(extra, "type", type);
	call_note(call, "amd", "%s", type);
	jambonz_post(call, &to, "amd", extra, false, 0, jambonz_amd_answered);
}

/* Twice for a machine: that it is one, and that its greeting is over. */
static void amd_decided(void *arg)
{
	static const char *const types[] = {"amd_human_detected", "amd_machine_detected", "amd_tone_detected",
					    "amd_no_speech_detected"};
	static const char *const reasons[] = {"short greeting", "long greeting", "", ""};
	struct carrier_call *call = arg;
	struct jambonz_app *j = call->jambonz;
	int by = call->plan.answered_by;
	cJSON *extra;

	if (call->over)
		return;
	extra = cJSON_CreateObject();
	if (j->greeted) {
		tell_amd(call, "amd_machine_stopped_speaking", extra);
		return;
	}
	if (reasons[by][0]) {
		cJSON_AddStringToObject(extra, "reason", reasons[by]);
		cJSON_AddStringToObject(extra, "greeting", by == PLAN_HUMAN ? "hello" : "you have reached the mailbox of nobody");
		cJSON_AddStringToObject(extra, "language", "en-US");
	}
	tell_amd(call, types[by], extra);
	j->greeted = by == PLAN_MACHINE;
	if (j->greeted)
		iv_timer_in_ms(&j->amd_timer, call->plan.greeting_ms);
}

struct jambonz_app *jambonz_app_new(struct carrier_call *call)
{
	struct jambonz_app *j = calloc(1, sizeof(*j));
	const struct carriers_opts *o = &call->c->opts;

	if (!j)
		abort();
	call->jambonz = j;
	snprintf(j->application, sizeof(j->application), "%s", o->jambonz_application);
	snprintf(j->call_hook.url, sizeof(j->call_hook.url), "%s", o->jambonz_hook ? o->jambonz_hook : "");
	snprintf(j->status_hook.url, sizeof(j->status_hook.url), "%s", o->jambonz_status ? o->jambonz_status : "");
	snprintf(j->call_hook.method, sizeof(j->call_hook.method), "POST");
	snprintf(j->status_hook.method, sizeof(j->status_hook.method), "POST");
	iv_timer_init(&j->timer, call->c->loop, jambonz_timer, call);
	iv_timer_init(&j->amd_timer, call->c->loop, amd_decided, call);
	return j;
}

/* The first hook's answer must be an application; with anything else the call is refused, or cut when it is up. */
static void refuse(struct carrier_call *call, const char *why)
{
	call_note(call, "application error", "%s", why);
	call->jambonz->refused = true;
	call_hang_up(call, LINE_BY_CARRIER, 480, why);
}

static cJSON *read_app(const struct hook_answer *a, struct iv_err *e)
{
	cJSON *json, *app;

	if (a->status != 200 && a->status != 202 && a->status != 204) {
		iv_fail(e, IV_EUPSTREAM, "the hook was answered with status %d", a->status);
		return NULL;
	}
	if (!iv_str_starts(a->content_type, IV_S("application/json"))) {
		iv_fail(e, IV_EUPSTREAM, "the hook was answered without application/json");
		return NULL;
	}
	json = iv_json_parse(a->body, e);
	app = json ? verbs_read(json, e) : NULL;
	cJSON_Delete(json);
	if (app && !app->child) {
		iv_fail(e, IV_EUPSTREAM, "the hook was answered without verbs");
		cJSON_Delete(app);
		app = NULL;
	}
	return app;
}

static void on_call_hook(struct carrier_call *call, void *arg, const struct hook_answer *a)
{
	struct iv_err e = {0};
	cJSON *app;

	(void)arg;
	call->jambonz->steering = NULL;
	if (call->over)
		return;
	app = read_app(a, &e);
	if (app)
		jambonz_run(call, app);
	else
		refuse(call, e.msg);
}

static void ask_call_hook(struct carrier_call *call)
{
	struct jambonz_app *j = call->jambonz;

	if (call->plan.hook.duplicate)
		jambonz_post(call, &j->call_hook, "call hook again", NULL, true, call->plan.hook.delay_ms, NULL);
	j->steering = jambonz_post(call, &j->call_hook, "call hook", NULL, true, call->plan.hook.delay_ms, on_call_hook);
}

void jambonz_redirect(struct carrier_call *call, const cJSON *call_hook)
{
	struct jambonz_hook to;

	jambonz_hook_read(call, call_hook, &to);
	jambonz_post(call, &to, "redirect", NULL, false, 0, jambonz_redirect_answered);
}

bool jambonz_inbound(struct carrier_call *call, struct iv_err *e)
{
	if (!call->jambonz)
		jambonz_app_new(call);
	if (call->jambonz->call_hook.url[0] == '\0')
		return iv_fail_field(e, IV_EINVAL, "carrier", "jambonz has no hook: --jambonz-hook");
	call_place(call, -1, -1);
	ask_call_hook(call);
	return true;
}

/* ── what its line says */

static void changed(struct carrier_call *call)
{
	struct jambonz_app *j = call->jambonz;

	send_status(call);
	if (line_over(&call->line)) {
		iv_timer_stop(&j->amd_timer);
		jambonz_over(call);
		return;
	}
	if (call->line.state != LINE_TALKING)
		return;
	if (j->amd)
		iv_timer_in_ms(&j->amd_timer, call->plan.amd_ms);
	if (call->direction == CARRIER_OUTBOUND)
		ask_call_hook(call);
}

static void drop(struct carrier_call *call)
{
	struct jambonz_app *j = call->jambonz;

	if (!j)
		return;
	iv_timer_stop(&j->timer);
	iv_timer_stop(&j->amd_timer);
	cJSON_Delete(j->app);
	cJSON_Delete(j->customer);
	cJSON_Delete(j->amd);
	cJSON_Delete(j->pending);
	cJSON_Delete(j->confirm);
	free(j);
}

const struct carrier_ops carrier_jambonz_ops = {"jambonz", changed, drop, jambonz_confirm};
