/* The lab's own control of ElevenLabs: where webhooks go, and how a conversation ends. */
#include <stdlib.h>
#include "carrier_elevenlabs_talk.h"

/* {"webhookUrl", "secret", "audio"}: what is there is set. */
void control_elevenlabs(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs *e = ((struct carriers *)ctx)->elevenlabs;
	struct iv_err err = {0};
	cJSON *json = iv_json_parse(iv_http_body(rq), &err);
	struct iv_str url = iv_json_str(json, "webhookUrl"), secret = iv_json_str(json, "secret");

	if (!json || url.len >= sizeof(e->webhook) || secret.len >= sizeof(e->secret)) {
		(void)iv_fail(&err, IV_EINVAL, "webhookUrl and secret must be short texts");
		iv_http_reply_err(rq, &err);
	} else {
		if (url.ptr)
			iv_str_copy(e->webhook, sizeof(e->webhook), url);
		if (secret.ptr)
			iv_str_copy(e->secret, sizeof(e->secret), secret);
		if (cJSON_IsBool(iv_json_get(json, "audio")))
			e->audio = cJSON_IsTrue(iv_json_get(json, "audio"));
		iv_http_reply(rq, 204, NULL, IV_STR_NULL);
	}
	cJSON_Delete(json);
}

static struct hosted *controlled(void *ctx, struct iv_http_req *rq)
{
	struct hosted *t = hosted_find(((struct carriers *)ctx)->elevenlabs, iv_http_param(rq, "conversation"));

	if (!t)
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ENOENT, .msg = "no such conversation"});
	return t;
}

static void tell_all(struct hosted *t, struct iv_http_req *rq)
{
	cJSON *doc = hosted_full(t);
	char *text;

	cJSON_AddItemToObject(doc, "deliveries", cJSON_Duplicate(t->deliveries, true));
	text = cJSON_PrintUnformatted(doc);
	iv_http_reply(rq, 200, "application/json", iv_str(text));
	free(text);
	cJSON_Delete(doc);
}

/* The conversation, and what became of its webhooks. */
void control_talk_get(void *ctx, struct iv_http_req *rq)
{
	struct hosted *t = controlled(ctx, rq);

	if (t)
		tell_all(t, rq);
}

/* Ends it, if it has not ended, with what the body lays over it; "webhook": false: nobody is told; "answered": false: as
 * one that nobody answered. */
void control_talk_put(void *ctx, struct iv_http_req *rq)
{
	struct hosted *t = controlled(ctx, rq);
	struct iv_err e = {0};
	cJSON *json;

	if (!t)
		return;
	json = iv_json_parse(iv_http_body(rq), &e);
	if (!json) {
		iv_http_reply_err(rq, &e);
		return;
	}
	if (cJSON_IsFalse(iv_json_get(json, "webhook")))
		t->hook = false;
	if (cJSON_IsFalse(iv_json_get(json, "answered")))
		t->outcome = t->outcome == PLAN_ANSWER ? PLAN_NO_ANSWER : t->outcome;
	else
		hosted_answered(t);
	cJSON_DeleteItemFromObject(json, "webhook");
	cJSON_DeleteItemFromObject(json, "answered");
	if (t->over) {
		elevenlabs_merge(t->doc, json);
	} else {
		if (!t->overlay)
			t->overlay = cJSON_CreateObject();
		elevenlabs_merge(t->overlay, json);
		hosted_end(t, "Call ended by remote party");
	}
	cJSON_Delete(json);
	tell_all(t, rq);
}

/* The webhook of its end once more. */
void control_talk_tell(void *ctx, struct iv_http_req *rq)
{
	struct hosted *t = controlled(ctx, rq);

	if (!t)
		return;
	elevenlabs_tell(t);
	iv_http_reply(rq, 202, NULL, IV_STR_NULL);
}
