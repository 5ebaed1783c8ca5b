/* Where conversations begin: calls it dials itself, and calls that were registered with it. How one goes is what the
 * rules say of carrier "elevenlabs" and that direction: outcome, pick_up_ms, hang_up_ms (-1, as by default: it goes on
 * until the control ends it), answered_by, say ("text:…" are the person's words), `talk` (laid over the conversation at
 * its end), status.lose, .duplicates, .delay_ms (of webhooks, by their types). */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_elevenlabs_talk.h"
#include "iv_time.h"

static void take_plan(struct hosted *t, const char *direction, struct iv_str to)
{
	struct rule_match match = {.carrier = IV_S("elevenlabs"), .direction = iv_str(direction), .to = to};
	struct carrier_plan plan = {0};
	struct iv_arena arena;
	cJSON *says;

	iv_arena_init(&arena, 1 << 20);
	carrier_plan_shape.defaults(&plan);
	/* read when they were set: what fails now is memory, and then the plan is the usual one */
	if (!rules_apply(t->all->c->rules, &match, &plan, &arena, NULL))
		carrier_plan_shape.defaults(&plan);
	t->outcome = plan.outcome;
	t->answered_by = plan.answered_by;
	t->trying_ms = plan.trying_ms + plan.pick_up_ms;
	t->hang_up_ms = plan.hang_up_ms;
	t->told = plan.status;
	for (size_t i = 0, at = 0; i < plan.status.lose.count; i++)
		at += (size_t)snprintf(t->lose + at, sizeof(t->lose) - at, "%.*s ", (int)(plan.status.lose.items[i].len % 40),
				       plan.status.lose.items[i].ptr);
	t->overlay = plan.talk.len ? iv_json_parse(plan.talk, NULL) : NULL;
	says = cJSON_AddArrayToObject(t->doc, "lab_says");
	for (size_t i = 0; i < plan.say.count; i++) {
		struct iv_str one = plan.say.items[i];
		char text[512];

		if (!iv_str_starts(one, IV_S("text:")))
			continue;
		iv_str_copy(text, sizeof(text), (struct iv_str){one.ptr + 5, one.len - 5});
		cJSON_AddItemToArray(says, cJSON_CreateString(text));
	}
	iv_arena_deinit(&arena);
}

static void describe(struct hosted *t, const cJSON *json, const char *direction, struct iv_str to)
{
	const cJSON *agent = elevenlabs_by(t->all->agents, "agent_id", iv_json_str(json, "agent_id"));
	const cJSON *data = iv_json_get(json, "conversation_initiation_client_data");
	const cJSON *number = elevenlabs_by(t->all->numbers, "phone_number_id", iv_json_str(json, "agent_phone_number_id"));
	cJSON *metadata, *phone, *own;
	char text[CARRIER_NUMBER];

	elevenlabs_set(t->doc, "agent_name",
		       cJSON_CreateString(agent ? cJSON_GetStringValue(iv_json_get(agent, "name")) : "agent"));
	elevenlabs_set(t->doc, "user_id",
		       iv_json_get(data, "user_id") ? cJSON_Duplicate(iv_json_get(data, "user_id"), true) : cJSON_CreateNull());
	cJSON_AddArrayToObject(t->doc, "transcript");
	metadata = elevenlabs_object_in(t->doc, "metadata");
	cJSON_AddNumberToObject(metadata, "start_time_unix_secs", (double)(t->began_ms / 1000));
	cJSON_AddNumberToObject(metadata, "call_duration_secs", 0);
	cJSON_AddStringToObject(metadata, "main_language", "en");
	cJSON_AddStringToObject(metadata, "conversation_initiation_source", "twilio");
	phone = elevenlabs_object_in(metadata, "phone_call");
	cJSON_AddStringToObject(phone, "type", "twilio");
	cJSON_AddStringToObject(phone, "direction", direction);
	iv_str_copy(text, sizeof(text), to);
	cJSON_AddStringToObject(phone, "external_number", text);
	cJSON_AddItemToObject(phone, "agent_number",
			      number ? cJSON_Duplicate(iv_json_get(number, "phone_number"), true) : cJSON_CreateString(""));
	cJSON_AddItemToObject(phone, "phone_number_id",
			      number ? cJSON_Duplicate(iv_json_get(number, "phone_number_id"), true) : cJSON_CreateString(""));
	cJSON_AddStringToObject(phone, "stream_sid", "");
	cJSON_AddItemToObject(phone, "call_sid", cJSON_Duplicate(iv_json_get(t->doc, "callSid"), true));
	cJSON_AddStringToObject(phone, "call_result", "answered");
	for (size_t i = 0; i < HOSTED_SOUNDS; i++)
		cJSON_AddBoolToObject(t->doc, hosted_sounds[i], false);
	own = data ? cJSON_Duplicate(data, true) : cJSON_CreateObject();
	elevenlabs_set(elevenlabs_object_in(own, "dynamic_variables"), "system__call_sid",
		       cJSON_Duplicate(iv_json_get(t->doc, "callSid"), true));
	elevenlabs_set(t->doc, "conversation_initiation_client_data", own);
	elevenlabs_set(t->doc, "request", cJSON_Duplicate(json, true));
}

static struct hosted *hosted_new(struct elevenlabs *e, const cJSON *json, const char *direction, struct iv_str person)
{
	struct hosted *t = calloc(1, sizeof(*t));
	char id[CARRIER_SID], sid[CARRIER_SID];

	if (!t)
		abort();
	t->all = e;
	t->hook = true;
	t->began_ms = iv_wall_ms();
	t->doc = cJSON_CreateObject();
	t->deliveries = cJSON_CreateArray();
	new_sid("conv_", id);
	new_sid("CA", sid);
	cJSON_AddStringToObject(t->doc, "conversation_id", id);
	cJSON_AddStringToObject(t->doc, "callSid", sid);
	cJSON_AddStringToObject(t->doc, "status", "initiated");
	cJSON_AddItemToObject(t->doc, "agent_id", cJSON_Duplicate(iv_json_get(json, "agent_id"), true));
	describe(t, json, direction, person);
	iv_timer_init(&t->timer, e->c->loop, hosted_picked_up, t);
	iv_list_append(&e->talks, &t->node);
	take_plan(t, direction, person);
	return t;
}

static const char *first_missing(const cJSON *json, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!iv_json_str(json, names[i]).len)
			return names[i];
	return NULL;
}

/* Agents and numbers that nobody made here are somebody's all the same, as long as none was made. */
static bool known(const cJSON *all, const char *key, struct iv_str id)
{
	return !all->child || elevenlabs_by(all, key, id);
}

void elevenlabs_outbound(void *ctx, struct iv_http_req *rq)
{
	static const char *const needed[] = {"agent_id", "agent_phone_number_id", "to_number"};
	struct elevenlabs_rq r;
	struct hosted *t = NULL;
	const char *missing;
	cJSON *body;

	if (!elevenlabs_begin(&r, ctx, rq, "create", "to_number"))
		return;
	missing = first_missing(r.body, needed, IV_COUNT(needed));
	if (missing) {
		elevenlabs_missing(&r, missing);
	} else if (!known(r.e->agents, "agent_id", iv_json_str(r.body, "agent_id")) ||
		   !known(r.e->numbers, "phone_number_id", iv_json_str(r.body, "agent_phone_number_id"))) {
		elevenlabs_refuse(&r, 404, "not_found", "Document with this id not found");
	} else {
		if (!rest_code(r.fault)) {
			t = hosted_new(r.e, r.body, "outbound", iv_json_str(r.body, "to_number"));
			iv_timer_in_ms(&t->timer, t->trying_ms);
		}
		body = cJSON_CreateObject();
		cJSON_AddBoolToObject(body, "success", t != NULL);
		cJSON_AddStringToObject(body, "message", t ? "Success" : "The call could not be placed");
		cJSON_AddItemToObject(body, "conversation_id",
				      t ? cJSON_Duplicate(iv_json_get(t->doc, "conversation_id"), true) : cJSON_CreateNull());
		cJSON_AddItemToObject(body, "callSid",
				      t ? cJSON_Duplicate(iv_json_get(t->doc, "callSid"), true) : cJSON_CreateNull());
		elevenlabs_reply(&r, 200, body);
	}
	elevenlabs_end(&r);
}

static bool speaks_mulaw(const cJSON *agent)
{
	const cJSON *config = iv_json_get(agent, "conversation_config");

	return !agent || (iv_str_eq(iv_json_str(iv_json_get(config, "tts"), "agent_output_audio_format"), IV_S("ulaw_8000")) &&
			  iv_str_eq(iv_json_str(iv_json_get(config, "asr"), "user_input_audio_format"), IV_S("ulaw_8000")));
}

void elevenlabs_register(void *ctx, struct iv_http_req *rq)
{
	static const char *const needed[] = {"agent_id", "from_number", "to_number"};
	struct elevenlabs_rq r;
	const char *missing;
	bool outbound;
	char twiml[700];

	if (!elevenlabs_begin(&r, ctx, rq, "register", "to_number"))
		return;
	missing = first_missing(r.body, needed, IV_COUNT(needed));
	outbound = iv_str_eq(iv_json_str(r.body, "direction"), IV_S("outbound"));
	if (missing) {
		elevenlabs_missing(&r, missing);
	} else if (!known(r.e->agents, "agent_id", iv_json_str(r.body, "agent_id"))) {
		elevenlabs_refuse(&r, 404, "agent_not_found", "Document with this id not found");
	} else if (!speaks_mulaw(elevenlabs_by(r.e->agents, "agent_id", iv_json_str(r.body, "agent_id")))) {
		elevenlabs_refuse(&r, 400, "invalid_audio_format", "The agent must speak and hear ulaw_8000");
	} else {
		struct hosted *t = hosted_new(r.e, r.body, outbound ? "outbound" : "inbound",
					  iv_json_str(r.body, outbound ? "to_number" : "from_number"));

		snprintf(twiml, sizeof(twiml),
			 "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Connect>"
			 "<Stream url=\"ws://%s:%d/v1/convai/twilio/media/%s\">"
			 "<Parameter name=\"conversation_id\" value=\"%s\"/></Stream>"
			 "</Connect></Response>",
			 r.e->c->opts.host, carriers_port(r.e->c), cJSON_GetStringValue(iv_json_get(t->doc, "conversation_id")),
			 cJSON_GetStringValue(iv_json_get(t->doc, "conversation_id")));
		rest_reply(r.fault, rq, 200, "application/xml", iv_str(twiml));
	}
	elevenlabs_end(&r);
}
