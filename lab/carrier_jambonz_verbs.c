/* The verbs that are a few lines each: answer, hang up, speak, wait, keys, rooms, settings. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_jambonz_verb.h"

#define SAY_MS 300
#define PLAY_MS 500
#define REFER_MS 50
#define GATHER_KEY_MS 100

void jambonz_run_answer(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	call_answer(call);
	jambonz_step(call);
}

void jambonz_run_hangup(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	call->silent_end = call->line.state != LINE_TALKING;
	call_hang_up(call, LINE_BY_CARRIER, call->line.state == LINE_TALKING ? 0 : 603, "the application hung up");
}

void jambonz_run_decline(struct carrier_call *call, const cJSON *verb)
{
	int status = cJSON_GetObjectItem(verb, "status")->valueint;

	if (call->line.state == LINE_TALKING) {
		call_note(call, "sip:decline", "the call is answered: nothing happens");
		jambonz_step(call);
		return;
	}
	call_hang_up(call, LINE_BY_CARRIER, status, "the application declined it");
}

static void refer_done(struct carrier_call *call)
{
	cJSON *extra = cJSON_CreateObject();

	cJSON_AddNumberToObject(extra, "refer_status", 202);
	cJSON_AddNumberToObject(extra, "final_referred_call_status", 200);
	jambonz_verb_ends(call, extra);
	call_hang_up(call, LINE_BY_PERSON, 0, "referred to somebody else");
}

void jambonz_run_refer(struct carrier_call *call, const cJSON *verb)
{
	if (call->line.state != LINE_TALKING) {
		call_note(call, "sip:refer", "needs an answered call");
		jambonz_step(call);
		return;
	}
	call_note(call, "referred", "%s", cJSON_GetObjectItem(verb, "referTo")->valuestring);
	jambonz_wait(call, REFER_MS, refer_done);
}

void jambonz_run_play(struct carrier_call *call, const cJSON *verb)
{
	char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(verb, "url"));

	if (!cJSON_IsTrue(cJSON_GetObjectItem(verb, "earlyMedia")))
		call_answer(call);
	call_note(call, "played", "%s", text);
	free(text);
	jambonz_wait(call, PLAY_MS, jambonz_verb_over);
}

void jambonz_run_say(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *said = cJSON_GetObjectItem(verb, "text");

	if (!cJSON_IsTrue(cJSON_GetObjectItem(verb, "earlyMedia")))
		call_answer(call);
	call_note(call, "said", "%s", cJSON_IsString(said) ? said->valuestring : "");
	jambonz_wait(call, SAY_MS, jambonz_verb_over);
}

void jambonz_run_pause(struct carrier_call *call, const cJSON *verb)
{
	jambonz_wait(call, jambonz_seconds_ms(verb, "length", 0), jambonz_verb_over);
}

void jambonz_run_dtmf(struct carrier_call *call, const cJSON *verb)
{
	call_pressed(call, iv_json_str(verb, "dtmf"));
	jambonz_step(call);
}

static void gather_done(struct carrier_call *call)
{
	cJSON *extra = cJSON_CreateObject();
	char digits[40];

	iv_str_copy(digits, sizeof(digits), call->plan.digits);
	cJSON_AddStringToObject(extra, "reason", digits[0] ? "dtmfDetected" : "timeout");
	if (digits[0])
		cJSON_AddStringToObject(extra, "digits", digits);
	jambonz_verb_ends(call, extra);
}

void jambonz_run_gather(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *say = cJSON_GetObjectItem(verb, "say");

	call_answer(call);
	if (say)
		call_note(call, "said", "%.*s", IV_FMT(iv_json_str(say, "text")));
	jambonz_wait(call, call->plan.digits.len ? GATHER_KEY_MS : jambonz_seconds_ms(verb, "timeout", 5000), gather_done);
}

static void conference_count(struct carrier_call *call, int by)
{
	cJSON *all = call->c->conferences, *n = cJSON_GetObjectItemCaseSensitive(all, call->jambonz->conference);

	if (!n)
		n = cJSON_AddNumberToObject(all, call->jambonz->conference, 0);
	cJSON_SetNumberValue(n, n->valuedouble + by);
}

void jambonz_leave(struct carrier_call *call)
{
	if (!call->jambonz->conference[0])
		return;
	conference_count(call, -1);
	call_note(call, "conference left", "%s", call->jambonz->conference);
	call->jambonz->conference[0] = '\0';
}

void jambonz_run_conference(struct carrier_call *call, const cJSON *verb)
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

void jambonz_run_tag(struct carrier_call *call, const cJSON *verb)
{
	cJSON_Delete(call->jambonz->customer);
	call->jambonz->customer = cJSON_Duplicate(cJSON_GetObjectItem(verb, "data"), true);
	jambonz_step(call);
}

void jambonz_run_config(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *amd = cJSON_GetObjectItem(verb, "amd");

	if (amd) {
		cJSON_Delete(call->jambonz->amd);
		call->jambonz->amd = cJSON_Duplicate(amd, true);
		if (call->line.state == LINE_TALKING)
			iv_timer_in_ms(&call->jambonz->amd_timer, call->plan.amd_ms);
	}
	jambonz_step(call);
}

void jambonz_run_redirect(struct carrier_call *call, const cJSON *verb)
{
	const cJSON *status = cJSON_GetObjectItem(verb, "statusHook");

	if (status)
		jambonz_hook_read(call, status, &call->jambonz->status_hook);
	jambonz_verb_ends(call, NULL);
}

void jambonz_run_nothing(struct carrier_call *call, const cJSON *verb)
{
	(void)verb;
	jambonz_step(call);
}
