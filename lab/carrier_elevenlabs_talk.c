/* How a conversation goes: picked up or not, what is said, its end. Nobody rings here; how one goes is what the rules
 * said of carrier "elevenlabs" and its direction when it began (carrier_elevenlabs_dial.c).
 *
 * initiated → in-progress → processing → done, or failed. */
#include "carrier_elevenlabs_talk.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_time.h"

#define PROCESSING_MS 30
#define CREDITS_PER_S 8

const char *const hosted_sounds[HOSTED_SOUNDS] = {"has_audio", "has_user_audio", "has_response_audio", "has_auxiliary_audio"};

cJSON *elevenlabs_object_in(cJSON *doc, const char *name)
{
	cJSON *there = cJSON_GetObjectItemCaseSensitive(doc, name);

	return there ? there : cJSON_AddObjectToObject(doc, name);
}

void elevenlabs_set(cJSON *doc, const char *name, cJSON *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(doc, name);
	cJSON_AddItemToObject(doc, name, value);
}

static void set_status(struct hosted *t, const char *status)
{
	elevenlabs_set(t->doc, "status", cJSON_CreateString(status));
}

struct hosted *hosted_find(struct elevenlabs *e, struct iv_str id)
{
	IV_LIST_EACH(node, &e->talks)
	{
		struct hosted *t = IV_CONTAINER(node, struct hosted, node);

		if (iv_str_eq(iv_json_str(t->doc, "conversation_id"), id))
			return t;
	}
	return NULL;
}

static void hosted_free(struct hosted *t)
{
	iv_timer_stop(&t->timer);
	iv_list_remove(&t->node);
	cJSON_Delete(t->doc);
	cJSON_Delete(t->overlay);
	cJSON_Delete(t->deliveries);
	free(t);
}

void hosted_free_all(struct elevenlabs *e)
{
	while (!iv_list_empty(&e->talks))
		hosted_free(IV_CONTAINER(e->talks.next, struct hosted, node));
}

/* ── what was said */

static void say(cJSON *transcript, const char *role, struct iv_str text, int at_s)
{
	cJSON *turn = cJSON_CreateObject();
	char *copy = strndup(text.ptr ? text.ptr : "", text.len);

	if (!copy)
		abort();
	cJSON_AddStringToObject(turn, "role", role);
	cJSON_AddStringToObject(turn, "message", copy);
	cJSON_AddArrayToObject(turn, "tool_calls");
	cJSON_AddArrayToObject(turn, "tool_results");
	cJSON_AddNullToObject(turn, "feedback");
	cJSON_AddNumberToObject(turn, "time_in_call_secs", at_s);
	cJSON_AddBoolToObject(turn, "interrupted", false);
	cJSON_AddStringToObject(turn, "source_medium", "audio");
	cJSON_AddItemToArray(transcript, turn);
	free(copy);
}

/* {{name}} by the call's dynamic variables. False: one has no value; the true service ends such a call. */
static bool fill(struct iv_str text, const cJSON *values, struct iv_buf *out)
{
	for (size_t at = 0; at < text.len;) {
		ptrdiff_t open = iv_str_find(text, IV_S("{{"), at);
		ptrdiff_t close = open < 0 ? -1 : iv_str_find(text, IV_S("}}"), (size_t)open);
		char name[128];

		if (close < 0)
			return iv_buf_add(out, text.ptr + at, text.len - at);
		if (!iv_buf_add(out, text.ptr + at, (size_t)open - at))
			return false;
		iv_str_copy(name, sizeof(name), iv_str_trim((struct iv_str){text.ptr + open + 2, (size_t)(close - open) - 2}));
		if (!cJSON_IsString(iv_json_get(values, name)) || !iv_buf_adds(out, iv_json_str(values, name)))
			return false;
		at = (size_t)close + 2;
	}
	return true;
}

static bool open_with(struct hosted *t)
{
	const cJSON *data = iv_json_get(t->doc, "conversation_initiation_client_data");
	const cJSON *agent = elevenlabs_by(t->all->agents, "agent_id", iv_json_str(t->doc, "agent_id"));
	const cJSON *speaks = iv_json_get(iv_json_get(agent, "conversation_config"), "agent");
	const cJSON *variables = iv_json_get(speaks, "dynamic_variables");
	cJSON *values = cJSON_Duplicate(iv_json_get(variables, "dynamic_variable_placeholders"), true);
	struct iv_buf first, prompt;
	bool ok;

	if (!values)
		values = cJSON_CreateObject();
	elevenlabs_merge(values, iv_json_get(data, "dynamic_variables"));
	iv_buf_init(&first, 65536);
	iv_buf_init(&prompt, 1 << 20);
	ok = fill(iv_json_str(speaks, "first_message"), values, &first) &&
	     fill(iv_json_str(iv_json_get(speaks, "prompt"), "prompt"), values, &prompt);
	if (ok && first.len)
		say(cJSON_GetObjectItemCaseSensitive(t->doc, "transcript"), "agent", iv_buf_str(&first), 0);
	iv_buf_deinit(&first);
	iv_buf_deinit(&prompt);
	cJSON_Delete(values);
	return ok;
}

static void sum_up(struct hosted *t)
{
	const cJSON *turns = iv_json_get(t->doc, "transcript"), *turn;
	cJSON *analysis = elevenlabs_object_in(t->doc, "analysis");
	const char *last = NULL;
	char text[600];

	cJSON_ArrayForEach(turn, turns) if (iv_str_eq(iv_json_str(turn, "role"), IV_S("user"))) last =
		cJSON_GetStringValue(iv_json_get(turn, "message"));
	snprintf(text, sizeof(text), "%s%.500s", last ? "The last that the person said: " : "The person said nothing.",
		 last ? last : "");
	elevenlabs_set(analysis, "call_successful", cJSON_CreateString(last ? "success" : "unknown"));
	elevenlabs_set(analysis, "transcript_summary", cJSON_CreateString(text));
	elevenlabs_set(analysis, "evaluation_criteria_results", cJSON_CreateObject());
	elevenlabs_set(analysis, "data_collection_results", cJSON_CreateObject());
}

/* ── how it goes */

static void finish(void *arg)
{
	struct hosted *t = arg;
	bool talked = t->accepted_ms > 0;

	set_status(t, talked ? "done" : "failed");
	elevenlabs_merge(t->doc, t->overlay);
	if (t->hook)
		elevenlabs_tell(t);
}

void hosted_end(struct hosted *t, const char *why)
{
	static const char *const results[] = {"answered", "busy", "no_answer", "failed"};
	cJSON *metadata, *phone;
	int64_t ms;

	if (t->over)
		return;
	t->over = true;
	elevenlabs_hang_up(t);
	ms = t->accepted_ms ? iv_wall_ms() - t->accepted_ms : 0;
	metadata = elevenlabs_object_in(t->doc, "metadata");
	phone = elevenlabs_object_in(metadata, "phone_call");
	elevenlabs_set(metadata, "call_duration_secs", cJSON_CreateNumber((double)((ms + 999) / 1000)));
	elevenlabs_set(metadata, "cost", cJSON_CreateNumber((double)((ms + 999) / 1000 * CREDITS_PER_S)));
	elevenlabs_set(metadata, "termination_reason", cJSON_CreateString(why));
	elevenlabs_set(phone, "call_result",
		       cJSON_CreateString(t->answered_by == PLAN_MACHINE && t->accepted_ms ? "voicemail" : results[t->outcome]));
	elevenlabs_set(phone, "call_sid", cJSON_Duplicate(iv_json_get(t->doc, "callSid"), true));
	for (size_t i = 0; i < 3; i++)
		elevenlabs_set(t->doc, hosted_sounds[i], cJSON_CreateBool(t->accepted_ms > 0));
	if (t->accepted_ms)
		sum_up(t);
	set_status(t, "processing");
	iv_timer_init(&t->timer, t->all->c->loop, finish, t);
	iv_timer_in_ms(&t->timer, PROCESSING_MS);
}

static void agent_ends(void *arg)
{
	hosted_end(arg, "end_call tool was called.");
}

void hosted_answered(struct hosted *t)
{
	cJSON *metadata = elevenlabs_object_in(t->doc, "metadata");

	if (t->over || t->accepted_ms)
		return;
	t->accepted_ms = iv_wall_ms();
	elevenlabs_set(metadata, "accepted_time_unix_secs", cJSON_CreateNumber((double)(t->accepted_ms / 1000)));
	set_status(t, "in-progress");
	if (!open_with(t)) {
		cJSON *error = elevenlabs_object_in(metadata, "error");

		elevenlabs_set(error, "code", cJSON_CreateNumber(1008));
		elevenlabs_set(error, "reason", cJSON_CreateString("Missing required dynamic variables"));
		hosted_end(t, "Missing required dynamic variables");
		return;
	}
	cJSON *turns = cJSON_GetObjectItemCaseSensitive(t->doc, "transcript"), *one;
	int at = 2;

	cJSON_ArrayForEach(one, iv_json_get(t->doc, "lab_says"))
	{
		say(turns, "user", iv_str(one->valuestring), at);
		say(turns, "agent", IV_S("I see."), at + 1);
		at += 3;
	}
	if (t->hang_up_ms < 0)
		return;
	iv_timer_init(&t->timer, t->all->c->loop, agent_ends, t);
	iv_timer_in_ms(&t->timer, t->hang_up_ms);
}

void hosted_picked_up(void *arg)
{
	struct hosted *t = arg;

	if (t->outcome == PLAN_ANSWER)
		hosted_answered(t);
	else
		hosted_end(t, "The call was not answered");
}
