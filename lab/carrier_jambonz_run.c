/* The verbs, one after the other. A verb that takes time leaves `after` for when its time is over; when an
 * application is replaced, the verb under way is ended first, and what ends it goes on with `pending`. */
#include "carrier_jambonz_run.h"

#include "carrier_jambonz_verb.h"
#include "carrier_verbs.h"

void jambonz_wait(struct carrier_call *call, int64_t ms, void (*after)(struct carrier_call *call))
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
	jambonz_step(call);
}

int64_t jambonz_seconds_ms(const cJSON *verb, const char *key, int64_t otherwise_ms)
{
	const cJSON *s = cJSON_GetObjectItem(verb, key);

	return cJSON_IsNumber(s) ? (int64_t)(s->valuedouble * 1000) : otherwise_ms;
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
	jambonz_step(call);
}

void jambonz_verb_ends(struct carrier_call *call, cJSON *extra)
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
			jambonz_step(call);
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

void jambonz_verb_over(struct carrier_call *call)
{
	jambonz_verb_ends(call, NULL);
}

static const struct {
	const char *name;
	jambonz_verb_fn *run;
} verbs[] = {
	{"answer", jambonz_run_answer}, {"listen", jambonz_run_listen}, {"dial", jambonz_run_dial},
	{"hangup", jambonz_run_hangup}, {"sip:decline", jambonz_run_decline}, {"sip:refer", jambonz_run_refer},
	{"play", jambonz_run_play}, {"say", jambonz_run_say}, {"pause", jambonz_run_pause},
	{"dtmf", jambonz_run_dtmf}, {"gather", jambonz_run_gather}, {"conference", jambonz_run_conference},
	{"tag", jambonz_run_tag}, {"config", jambonz_run_config}, {"redirect", jambonz_run_redirect},
	{"dub", jambonz_run_nothing}, {"leave", jambonz_run_nothing}, {"sip:request", jambonz_run_nothing},
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
	jambonz_run_hangup(call, NULL);
}

static void tell_verb(struct carrier_call *call, const cJSON *verb)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "verb", cJSON_GetObjectItem(verb, "verb")->valuestring);
	cJSON_AddItemToObject(d, "properties", cJSON_Duplicate(verb, true));
	call_tell(call, "verb", d);
}

void jambonz_step(struct carrier_call *call)
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
	jambonz_leave(call);
	if (call->media) {
		media_close(call->media, "the application was replaced"); /* its actionHook is still asked */
	} else if (call->dial) {
		dial_stop(call);
		jambonz_verb_ends(call, NULL);
	} else if (!j->ending) {
		jambonz_step(call);
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
	jambonz_leave(call);
	/* listen asks its actionHook once more when the socket has closed; the answer does not count */
}
