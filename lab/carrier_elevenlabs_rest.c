/* ElevenLabs' agents and phone numbers. A number of Twilio's that is imported rings at ElevenLabs from then on: its voice
 * URL at Twilio is another one, which is what the true service does. */
#include <stdio.h>
#include "carrier_elevenlabs.h"
#include "carrier_twilio_rest.h"
#include "iv_time.h"

#define TAKEN_VOICE_URL "https://api.us.elevenlabs.io/twilio/inbound_call"

static void add_id(cJSON *doc, const char *key, const char *prefix)
{
	char id[CARRIER_SID];

	new_sid(prefix, id);
	cJSON_AddStringToObject(doc, key, id);
}

/* ── agents */

static void touch(cJSON *doc)
{
	cJSON *metadata = cJSON_GetObjectItemCaseSensitive(doc, "metadata");
	double now_s = (double)(iv_wall_ms() / 1000);

	if (!metadata) {
		metadata = cJSON_AddObjectToObject(doc, "metadata");
		cJSON_AddNumberToObject(metadata, "created_at_unix_secs", now_s);
	}
	cJSON_DeleteItemFromObject(metadata, "updated_at_unix_secs");
	cJSON_AddNumberToObject(metadata, "updated_at_unix_secs", now_s);
}

static cJSON *agent_in_list(const cJSON *doc)
{
	cJSON *one = cJSON_CreateObject(), *access;
	const cJSON *metadata = iv_json_get(doc, "metadata");
	const cJSON *tags = iv_json_get(doc, "tags");
	const cJSON *voice = iv_json_get(iv_json_get(iv_json_get(doc, "conversation_config"), "tts"), "voice_id");

	cJSON_AddItemToObject(one, "agent_id", cJSON_Duplicate(iv_json_get(doc, "agent_id"), true));
	cJSON_AddItemToObject(one, "name", cJSON_Duplicate(iv_json_get(doc, "name"), true));
	cJSON_AddItemToObject(one, "voice_id", cJSON_Duplicate(voice, true));
	cJSON_AddItemToObject(one, "tags", tags ? cJSON_Duplicate(tags, true) : cJSON_CreateArray());
	cJSON_AddItemToObject(one, "created_at_unix_secs", cJSON_Duplicate(iv_json_get(metadata, "created_at_unix_secs"), true));
	access = cJSON_AddObjectToObject(one, "access_info");
	cJSON_AddBoolToObject(access, "is_creator", true);
	cJSON_AddStringToObject(access, "creator_name", "lab");
	cJSON_AddStringToObject(access, "creator_email", "lab@example.org");
	cJSON_AddStringToObject(access, "role", "admin");
	return one;
}

void elevenlabs_agent_create(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	cJSON *doc, *answer;

	if (!elevenlabs_begin(&r, ctx, rq, "agents", "name"))
		return;
	if (!cJSON_IsObject(iv_json_get(r.body, "conversation_config"))) {
		elevenlabs_missing(&r, "conversation_config");
	} else {
		doc = cJSON_CreateObject();
		add_id(doc, "agent_id", "agent_");
		if (!iv_json_get(r.body, "name"))
			cJSON_AddStringToObject(doc, "name", "");
		elevenlabs_merge(doc, r.body);
		touch(doc);
		cJSON_AddItemToArray(r.e->agents, doc);
		answer = cJSON_CreateObject();
		cJSON_AddItemToObject(answer, "agent_id", cJSON_Duplicate(iv_json_get(doc, "agent_id"), true));
		elevenlabs_reply(&r, 200, answer);
	}
	elevenlabs_end(&r);
}

void elevenlabs_agent_list(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	cJSON *body, *all;
	const cJSON *doc;

	if (!elevenlabs_begin(&r, ctx, rq, "agents", NULL))
		return;
	body = cJSON_CreateObject();
	all = cJSON_AddArrayToObject(body, "agents");
	cJSON_ArrayForEach(doc, r.e->agents) cJSON_AddItemToArray(all, agent_in_list(doc));
	cJSON_AddNullToObject(body, "next_cursor");
	cJSON_AddBoolToObject(body, "has_more", false);
	elevenlabs_reply(&r, 200, body);
	elevenlabs_end(&r);
}

static cJSON *the_agent(struct elevenlabs_rq *r)
{
	cJSON *doc = elevenlabs_by(r->e->agents, "agent_id", iv_http_param(r->rq, "agent"));

	if (!doc)
		elevenlabs_refuse(r, 404, "agent_not_found", "Document with this id not found");
	return doc;
}

void elevenlabs_agent_get(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	cJSON *doc;

	if (!elevenlabs_begin(&r, ctx, rq, "agents", NULL))
		return;
	doc = the_agent(&r);
	if (doc)
		elevenlabs_reply(&r, 200, cJSON_Duplicate(doc, true));
	elevenlabs_end(&r);
}

void elevenlabs_agent_update(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	cJSON *doc;

	if (!elevenlabs_begin(&r, ctx, rq, "agents", "name"))
		return;
	doc = the_agent(&r);
	if (doc) {
		elevenlabs_merge(doc, r.body);
		touch(doc);
		elevenlabs_reply(&r, 200, cJSON_Duplicate(doc, true));
	}
	elevenlabs_end(&r);
}

void elevenlabs_agent_delete(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	cJSON *doc;

	if (!elevenlabs_begin(&r, ctx, rq, "agents", NULL))
		return;
	doc = the_agent(&r);
	if (doc) {
		cJSON_Delete(cJSON_DetachItemViaPointer(r.e->agents, doc));
		elevenlabs_reply(&r, 204, NULL);
	}
	elevenlabs_end(&r);
}

/* ── phone numbers */

/* NULL: it may be imported. */
static const char *provider_refuses(struct elevenlabs_rq *r)
{
	const struct carriers_opts *o = &r->e->c->opts;
	struct iv_str sid = iv_json_str(r->body, "sid");

	if (!iv_str_eq(iv_json_str(r->body, "provider"), IV_S("twilio")))
		return "only numbers of Twilio are imported";
	if ((!iv_str_eq(sid, iv_str(o->twilio_account)) && !iv_str_starts(sid, IV_S("SK"))) ||
	    !iv_str_eq(iv_json_str(r->body, "token"), iv_str(o->twilio_token)))
		return "Twilio does not accept the credentials";
	if (!numbers_own(r->e->c, iv_json_str(r->body, "phone_number")))
		return "Twilio has no such number";
	return NULL;
}

static void assign(struct elevenlabs *e, cJSON *number, const cJSON *agent_id)
{
	const cJSON *agent = elevenlabs_by(e->agents, "agent_id", iv_str(cJSON_GetStringValue(agent_id)));
	cJSON *assigned;

	cJSON_DeleteItemFromObject(number, "assigned_agent");
	if (!cJSON_IsString(agent_id)) {
		cJSON_AddNullToObject(number, "assigned_agent");
		return;
	}
	assigned = cJSON_AddObjectToObject(number, "assigned_agent");
	cJSON_AddStringToObject(assigned, "agent_id", agent_id->valuestring);
	cJSON_AddStringToObject(assigned, "agent_name", agent ? cJSON_GetStringValue(iv_json_get(agent, "name")) : "");
	cJSON_AddStringToObject(assigned, "environment", "production");
}

void elevenlabs_number_create(void *ctx, struct iv_http_req *rq)
{
	static const char *const needed[] = {"phone_number", "label", "sid", "token"};
	struct elevenlabs_rq r;
	const char *missing = NULL, *refused;
	struct iv_str number;
	cJSON *doc, *answer;

	if (!elevenlabs_begin(&r, ctx, rq, "numbers", "phone_number"))
		return;
	for (size_t i = 0; !missing && i < IV_COUNT(needed); i++)
		missing = iv_json_str(r.body, needed[i]).len ? NULL : needed[i];
	refused = missing ? NULL : provider_refuses(&r);
	number = iv_json_str(r.body, "phone_number");
	if (missing) {
		elevenlabs_missing(&r, missing);
	} else if (refused) {
		elevenlabs_refuse(&r, 400, "invalid_provider_config", refused);
	} else if (elevenlabs_by(r.e->numbers, "phone_number", number)) {
		elevenlabs_refuse(&r, 400, "phone_number_already_exists", "This number was imported before");
	} else {
		doc = cJSON_CreateObject();
		add_id(doc, "phone_number_id", "phnum_");
		cJSON_AddStringToObject(doc, "provider", "twilio");
		cJSON_AddItemToObject(doc, "phone_number", cJSON_Duplicate(iv_json_get(r.body, "phone_number"), true));
		cJSON_AddItemToObject(doc, "label", cJSON_Duplicate(iv_json_get(r.body, "label"), true));
		cJSON_AddBoolToObject(doc, "supports_inbound", true);
		cJSON_AddBoolToObject(doc, "supports_outbound", true);
		assign(r.e, doc, iv_json_get(r.body, "agent_id"));
		cJSON_AddItemToArray(r.e->numbers, doc);
		numbers_take_voice(r.e->c, number, TAKEN_VOICE_URL);
		answer = cJSON_CreateObject();
		cJSON_AddItemToObject(answer, "phone_number_id", cJSON_Duplicate(iv_json_get(doc, "phone_number_id"), true));
		elevenlabs_reply(&r, 200, answer);
	}
	elevenlabs_end(&r);
}

void elevenlabs_number_list(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;

	if (!elevenlabs_begin(&r, ctx, rq, "numbers", NULL))
		return;
	elevenlabs_reply(&r, 200, cJSON_Duplicate(r.e->numbers, true));
	elevenlabs_end(&r);
}

static cJSON *the_number(struct elevenlabs_rq *r)
{
	cJSON *doc = elevenlabs_by(r->e->numbers, "phone_number_id", iv_http_param(r->rq, "number"));

	if (!doc)
		elevenlabs_refuse(r, 404, "phone_number_not_found", "Document with this id not found");
	return doc;
}

void elevenlabs_number_get(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	cJSON *doc;

	if (!elevenlabs_begin(&r, ctx, rq, "numbers", NULL))
		return;
	doc = the_number(&r);
	if (doc)
		elevenlabs_reply(&r, 200, cJSON_Duplicate(doc, true));
	elevenlabs_end(&r);
}

void elevenlabs_number_update(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	const cJSON *agent, *label;
	cJSON *doc;

	if (!elevenlabs_begin(&r, ctx, rq, "numbers", NULL))
		return;
	doc = the_number(&r);
	agent = iv_json_get(r.body, "agent_id");
	label = iv_json_get(r.body, "label");
	if (doc && cJSON_IsString(agent) && r.e->agents->child &&
	    !elevenlabs_by(r.e->agents, "agent_id", iv_str(agent->valuestring))) {
		elevenlabs_refuse(&r, 404, "agent_not_found", "Document with this id not found");
	} else if (doc) {
		if (agent)
			assign(r.e, doc, agent);
		if (cJSON_IsString(label))
			cJSON_ReplaceItemInObject(doc, "label", cJSON_Duplicate(label, true));
		elevenlabs_reply(&r, 200, cJSON_Duplicate(doc, true));
	}
	elevenlabs_end(&r);
}

void elevenlabs_number_delete(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	cJSON *doc;

	if (!elevenlabs_begin(&r, ctx, rq, "numbers", NULL))
		return;
	doc = the_number(&r);
	if (doc) {
		cJSON_Delete(cJSON_DetachItemViaPointer(r.e->numbers, doc));
		elevenlabs_reply(&r, 200, cJSON_CreateObject());
	}
	elevenlabs_end(&r);
}
