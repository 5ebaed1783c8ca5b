/* `dial`: the other legs of a call, and who is asked before one is bridged. */
#include <stdio.h>
#include "carrier_jambonz_verb.h"
#include "carrier_verbs.h"

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
		jambonz_verb_ends(call, extra);
}

void jambonz_run_dial(struct carrier_call *call, const cJSON *verb)
{
	struct dial_target targets[DIAL_TARGETS_MAX];
	struct iv_str caller_id = iv_json_str(verb, "callerId");
	struct dial_opts opts = {.caller_id = caller_id.len ? caller_id : iv_str(call->from),
				 .timeout_ms = jambonz_seconds_ms(verb, "timeout", 60000),
				 .limit_ms = jambonz_seconds_ms(verb, "timeLimit", -1),
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
