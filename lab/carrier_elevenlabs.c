/* ElevenLabs' own dialling: POST /v1/convai/twilio/outbound-call, and its conversations. Its agent and its line are its
 * own affair: nobody rings here, and how a conversation stands is what the rules say of `get`.
 *
 * Rules of carrier "elevenlabs": rest.status answers that; rest.code without a status is a call it will not place, said
 * with 200 and success false. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier.h"
#include "carrier_elevenlabs.h"

static void reply(struct iv_http_req *rq, int status, cJSON *body)
{
	char *text = cJSON_PrintUnformatted(body);

	iv_http_reply(rq, status, "application/json", iv_str(text));
	free(text);
	cJSON_Delete(body);
}

static void refuse(struct iv_http_req *rq, int status, const char *word, const char *message)
{
	cJSON *body = cJSON_CreateObject(), *detail = cJSON_AddObjectToObject(body, "detail");

	cJSON_AddStringToObject(detail, "status", word);
	cJSON_AddStringToObject(detail, "message", message);
	reply(rq, status, body);
}

static bool authorised(struct iv_http_req *rq)
{
	if (iv_http_header(rq, "xi-api-key").len > 0)
		return true;
	refuse(rq, 401, "invalid_api_key", "Invalid API key");
	return false;
}

/* What the rules want of this answer. */
static struct plan_rest wanted(struct carriers *c, const char *what, struct iv_str to)
{
	struct rule_match match = {.carrier = IV_S("elevenlabs"), .rest = iv_str(what), .to = to};
	struct carrier_plan plan = {0};
	struct iv_arena arena;

	carrier_plan_shape.defaults(&plan);
	iv_arena_init(&arena, 65536);
	if (!rules_apply(c->rules, &match, &plan, &arena, NULL))
		plan.rest = (struct plan_rest){0};
	iv_arena_deinit(&arena);
	return plan.rest;
}

static cJSON *placed(struct carriers *c, const cJSON *json)
{
	const cJSON *data = cJSON_GetObjectItem(json, "conversation_initiation_client_data");
	cJSON *one = cJSON_CreateObject();
	char id[CARRIER_SID], sid[CARRIER_SID];

	new_sid("conv_", id);
	new_sid("CA", sid);
	cJSON_AddStringToObject(one, "conversation_id", id);
	cJSON_AddStringToObject(one, "callSid", sid);
	cJSON_AddStringToObject(one, "status", "initiated");
	cJSON_AddStringToObject(one, "agent_id", cJSON_GetStringValue(cJSON_GetObjectItem(json, "agent_id")));
	cJSON_AddItemToObject(one, "user_id", cJSON_Duplicate(cJSON_GetObjectItem(data, "user_id"), true));
	cJSON_AddItemToObject(one, "request", cJSON_Duplicate(json, true));
	cJSON_AddItemToArray(c->conversations, one);
	return one;
}

static void create(struct carriers *c, struct iv_http_req *rq, const cJSON *json)
{
	struct plan_rest plan = wanted(c, "create", iv_json_str(json, "to_number"));
	const cJSON *one = plan.after_placed || (!plan.status && !plan.code) ? placed(c, json) : NULL;
	cJSON *body;

	if (plan.status) {
		refuse(rq, (int)plan.status, "lab", "a rule says so");
		return;
	}
	body = cJSON_CreateObject();
	cJSON_AddBoolToObject(body, "success", one != NULL);
	cJSON_AddStringToObject(body, "message", one ? "Success" : "The call could not be placed");
	cJSON_AddItemToObject(body, "conversation_id",
			      one ? cJSON_Duplicate(cJSON_GetObjectItem(one, "conversation_id"), true) : cJSON_CreateNull());
	cJSON_AddItemToObject(body, "callSid",
			      one ? cJSON_Duplicate(cJSON_GetObjectItem(one, "callSid"), true) : cJSON_CreateNull());
	reply(rq, 200, body);
}

void elevenlabs_outbound(void *ctx, struct iv_http_req *rq)
{
	static const char *const needed[] = {"agent_id", "agent_phone_number_id", "to_number"};
	cJSON *json;
	bool ok = true;

	if (!authorised(rq))
		return;
	json = iv_json_parse(iv_http_body(rq), NULL);
	for (size_t i = 0; i < IV_COUNT(needed); i++)
		ok = ok && iv_json_str(json, needed[i]).len > 0;
	if (ok)
		create(ctx, rq, json);
	else
		refuse(rq, 422, "validation_error", "agent_id, agent_phone_number_id and to_number are required");
	cJSON_Delete(json);
}

void elevenlabs_conversations(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	cJSON *body, *all;
	const cJSON *one;
	char user[256];
	bool named = iv_query_get(iv_http_query(rq), IV_S("user_id"), user, sizeof(user));

	if (!authorised(rq))
		return;
	body = cJSON_CreateObject();
	all = cJSON_AddArrayToObject(body, "conversations");
	cJSON_ArrayForEach(one, c->conversations)
		if (!named || iv_str_eq(iv_json_str(one, "user_id"), iv_str(user)))
			cJSON_AddItemToArray(all, cJSON_Duplicate(one, true));
	cJSON_AddNullToObject(body, "next_cursor");
	cJSON_AddBoolToObject(body, "has_more", false);
	reply(rq, 200, body);
}

void elevenlabs_conversation(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	const cJSON *one;

	if (!authorised(rq))
		return;
	cJSON_ArrayForEach(one, c->conversations)
	{
		if (iv_str_eq(iv_json_str(one, "conversation_id"), iv_http_param(rq, "conversation"))) {
			reply(rq, 200, cJSON_Duplicate(one, true));
			return;
		}
	}
	refuse(rq, 404, "conversation_not_found", "No such conversation");
}
