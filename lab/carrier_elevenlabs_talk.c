/* ElevenLabs' conversations: calls it dials itself, and calls that were registered with it. Nobody rings here; how one
 * goes is what the rules say of carrier "elevenlabs" and that direction: outcome, pick_up_ms, hang_up_ms (-1, as by
 * default: it goes on until the control ends it), answered_by, say ("text:…" are the person's words), `talk` (laid over
 * the conversation at its end), status.lose, .duplicates, .delay_ms (of webhooks, by their types).
 *
 * initiated → in-progress → processing → done, or failed. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_elevenlabs.h"
#include "iv_time.h"

#define PROCESSING_MS 30
#define PAGE_MAX 100
#define CREDITS_PER_S 8

static const char *const sounds[] = {"has_audio", "has_user_audio", "has_response_audio", "has_auxiliary_audio"};

static cJSON *object_in(cJSON *doc, const char *name)
{
	cJSON *there = cJSON_GetObjectItemCaseSensitive(doc, name);

	return there ? there : cJSON_AddObjectToObject(doc, name);
}

static void set(cJSON *doc, const char *name, cJSON *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(doc, name);
	cJSON_AddItemToObject(doc, name, value);
}

static void set_status(struct hosted *t, const char *status)
{
	set(t->doc, "status", cJSON_CreateString(status));
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
	cJSON *analysis = object_in(t->doc, "analysis");
	const char *last = NULL;
	char text[600];

	cJSON_ArrayForEach(turn, turns) if (iv_str_eq(iv_json_str(turn, "role"), IV_S("user"))) last =
		cJSON_GetStringValue(iv_json_get(turn, "message"));
	snprintf(text, sizeof(text), "%s%.500s", last ? "The last that the person said: " : "The person said nothing.",
		 last ? last : "");
	set(analysis, "call_successful", cJSON_CreateString(last ? "success" : "unknown"));
	set(analysis, "transcript_summary", cJSON_CreateString(text));
	set(analysis, "evaluation_criteria_results", cJSON_CreateObject());
	set(analysis, "data_collection_results", cJSON_CreateObject());
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
	metadata = object_in(t->doc, "metadata");
	phone = object_in(metadata, "phone_call");
	set(metadata, "call_duration_secs", cJSON_CreateNumber((double)((ms + 999) / 1000)));
	set(metadata, "cost", cJSON_CreateNumber((double)((ms + 999) / 1000 * CREDITS_PER_S)));
	set(metadata, "termination_reason", cJSON_CreateString(why));
	set(phone, "call_result",
	    cJSON_CreateString(t->answered_by == PLAN_MACHINE && t->accepted_ms ? "voicemail" : results[t->outcome]));
	set(phone, "call_sid", cJSON_Duplicate(iv_json_get(t->doc, "callSid"), true));
	for (size_t i = 0; i < 3; i++)
		set(t->doc, sounds[i], cJSON_CreateBool(t->accepted_ms > 0));
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
	cJSON *metadata = object_in(t->doc, "metadata");

	if (t->over || t->accepted_ms)
		return;
	t->accepted_ms = iv_wall_ms();
	set(metadata, "accepted_time_unix_secs", cJSON_CreateNumber((double)(t->accepted_ms / 1000)));
	set_status(t, "in-progress");
	if (!open_with(t)) {
		cJSON *error = object_in(metadata, "error");

		set(error, "code", cJSON_CreateNumber(1008));
		set(error, "reason", cJSON_CreateString("Missing required dynamic variables"));
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

static void picked_up(void *arg)
{
	struct hosted *t = arg;

	if (t->outcome == PLAN_ANSWER)
		hosted_answered(t);
	else
		hosted_end(t, "The call was not answered");
}

/* ── beginnings */

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

	set(t->doc, "agent_name", cJSON_CreateString(agent ? cJSON_GetStringValue(iv_json_get(agent, "name")) : "agent"));
	set(t->doc, "user_id",
	    iv_json_get(data, "user_id") ? cJSON_Duplicate(iv_json_get(data, "user_id"), true) : cJSON_CreateNull());
	cJSON_AddArrayToObject(t->doc, "transcript");
	metadata = object_in(t->doc, "metadata");
	cJSON_AddNumberToObject(metadata, "start_time_unix_secs", (double)(t->began_ms / 1000));
	cJSON_AddNumberToObject(metadata, "call_duration_secs", 0);
	cJSON_AddStringToObject(metadata, "main_language", "en");
	cJSON_AddStringToObject(metadata, "conversation_initiation_source", "twilio");
	phone = object_in(metadata, "phone_call");
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
	for (size_t i = 0; i < IV_COUNT(sounds); i++)
		cJSON_AddBoolToObject(t->doc, sounds[i], false);
	own = data ? cJSON_Duplicate(data, true) : cJSON_CreateObject();
	set(object_in(own, "dynamic_variables"), "system__call_sid", cJSON_Duplicate(iv_json_get(t->doc, "callSid"), true));
	set(t->doc, "conversation_initiation_client_data", own);
	set(t->doc, "request", cJSON_Duplicate(json, true));
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
	iv_timer_init(&t->timer, e->c->loop, picked_up, t);
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

/* ── what is told of them */

static cJSON *full(const struct hosted *t)
{
	cJSON *doc = cJSON_Duplicate(t->doc, true);

	cJSON_DeleteItemFromObject(doc, "lab_says");
	return doc;
}

static cJSON *brief(const struct hosted *t)
{
	static const char *const same[] = {"agent_id", "agent_name", "conversation_id", "status",
					   "user_id",  "callSid",    "request"};
	const cJSON *metadata = iv_json_get(t->doc, "metadata"), *analysis = iv_json_get(t->doc, "analysis");
	cJSON *doc = cJSON_CreateObject();

	for (size_t i = 0; i < IV_COUNT(same); i++)
		cJSON_AddItemToObject(doc, same[i], cJSON_Duplicate(iv_json_get(t->doc, same[i]), true));
	cJSON_AddItemToObject(doc, "start_time_unix_secs", cJSON_Duplicate(iv_json_get(metadata, "start_time_unix_secs"), true));
	cJSON_AddItemToObject(doc, "call_duration_secs", cJSON_Duplicate(iv_json_get(metadata, "call_duration_secs"), true));
	cJSON_AddNumberToObject(doc, "message_count", cJSON_GetArraySize(iv_json_get(t->doc, "transcript")));
	cJSON_AddItemToObject(doc, "call_successful", analysis ? cJSON_Duplicate(iv_json_get(analysis, "call_successful"), true)
							       : cJSON_CreateString("unknown"));
	cJSON_AddItemToObject(doc, "direction",
			      cJSON_Duplicate(iv_json_get(iv_json_get(metadata, "phone_call"), "direction"), true));
	return doc;
}

struct wanted {
	char user[300], agent[80], cursor[24], exclude[120];
	int64_t after, before, page;
};

static int64_t number_of(struct iv_str query, struct iv_str name, int64_t otherwise)
{
	char text[24];
	int64_t n;

	return iv_query_get(query, name, text, sizeof(text)) && iv_str_to_i64(iv_str(text), &n) ? n : otherwise;
}

static bool is_wanted(const struct hosted *t, const struct wanted *w)
{
	int64_t began_s = t->began_ms / 1000;

	return (!w->user[0] || iv_str_eq(iv_json_str(t->doc, "user_id"), iv_str(w->user))) &&
	       (!w->agent[0] || iv_str_eq(iv_json_str(t->doc, "agent_id"), iv_str(w->agent))) && began_s >= w->after &&
	       began_s <= w->before &&
	       (!w->exclude[0] || iv_str_find(iv_str(w->exclude), iv_json_str(t->doc, "status"), 0) < 0);
}

/* The newest first, as the true one; the cursor is how many were told. */
void elevenlabs_conversations(void *ctx, struct iv_http_req *rq)
{
	struct iv_str q = iv_http_query(rq);
	struct wanted w = {.after = number_of(q, IV_S("call_start_after_unix"), 0),
			   .before = number_of(q, IV_S("call_start_before_unix"), INT64_MAX),
			   .page = number_of(q, IV_S("page_size"), 30)};
	struct elevenlabs_rq r;
	int64_t skip, seen = 0, told = 0;
	cJSON *body, *all;
	char next[24];

	(void)iv_query_get(q, IV_S("user_id"), w.user, sizeof(w.user)); /* absent: empty */
	(void)iv_query_get(q, IV_S("agent_id"), w.agent, sizeof(w.agent));
	(void)iv_query_get(q, IV_S("exclude_statuses"), w.exclude, sizeof(w.exclude));
	skip = number_of(q, IV_S("cursor"), 0);
	if (!elevenlabs_begin(&r, ctx, rq, "conversations", NULL))
		return;
	if (w.page < 1 || w.page > PAGE_MAX) {
		elevenlabs_missing(&r, "page_size");
		return;
	}
	body = cJSON_CreateObject();
	all = cJSON_AddArrayToObject(body, "conversations");
	for (struct iv_list *node = r.e->talks.prev; node != &r.e->talks; node = node->prev) {
		const struct hosted *t = IV_CONTAINER(node, struct hosted, node);

		if (!is_wanted(t, &w) || seen++ < skip)
			continue;
		if (told++ < w.page)
			cJSON_AddItemToArray(all, brief(t));
	}
	snprintf(next, sizeof(next), "%lld", (long long)(skip + w.page));
	cJSON_AddItemToObject(body, "next_cursor", told > w.page ? cJSON_CreateString(next) : cJSON_CreateNull());
	cJSON_AddBoolToObject(body, "has_more", told > w.page);
	elevenlabs_reply(&r, 200, body);
	elevenlabs_end(&r);
}

static struct hosted *the_talk(struct elevenlabs_rq *r)
{
	struct hosted *t = hosted_find(r->e, iv_http_param(r->rq, "conversation"));

	if (!t)
		elevenlabs_refuse(r, 404, "conversation_not_found", "No such conversation");
	return t;
}

void elevenlabs_conversation(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	struct hosted *t;

	if (!elevenlabs_begin(&r, ctx, rq, "conversations", NULL))
		return;
	t = the_talk(&r);
	if (t)
		elevenlabs_reply(&r, 200, full(t));
	elevenlabs_end(&r);
}

void elevenlabs_audio(void *ctx, struct iv_http_req *rq)
{
	static const char sound[] = "ID3\x03\0\0\0\0\0\0the lab's idea of an mp3";
	struct elevenlabs_rq r;
	struct hosted *t;

	if (!elevenlabs_begin(&r, ctx, rq, "conversations", NULL))
		return;
	t = the_talk(&r);
	if (t && !cJSON_IsTrue(iv_json_get(t->doc, "has_audio")))
		elevenlabs_refuse(&r, 404, "audio_not_found", "The conversation has no audio");
	else if (t)
		rest_reply(r.fault, rq, 200, "audio/mpeg", (struct iv_str){sound, sizeof(sound) - 1});
	elevenlabs_end(&r);
}

void elevenlabs_conversation_delete(void *ctx, struct iv_http_req *rq)
{
	struct elevenlabs_rq r;
	struct hosted *t;

	if (!elevenlabs_begin(&r, ctx, rq, "conversations", NULL))
		return;
	t = the_talk(&r);
	if (t) {
		/* A webhook may still point at it: it is forgotten, not freed. */
		t->hook = false;
		set(t->doc, "conversation_id", cJSON_CreateString("deleted"));
		elevenlabs_reply(&r, 200, cJSON_CreateObject());
	}
	elevenlabs_end(&r);
}

/* ── the lab's own control */

static struct hosted *controlled(void *ctx, struct iv_http_req *rq)
{
	struct hosted *t = hosted_find(((struct carriers *)ctx)->elevenlabs, iv_http_param(rq, "conversation"));

	if (!t)
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ENOENT, .msg = "no such conversation"});
	return t;
}

static void tell_all(struct hosted *t, struct iv_http_req *rq)
{
	cJSON *doc = full(t);
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
