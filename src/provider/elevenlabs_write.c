/* ElevenLabs' agents: what is said to its REST, and what its answers hold. Pure. */
#include "elevenlabs_write.h"

bool elevenlabs_url(const struct carrier_place *p, const char *path, struct iv_str id, struct carrier_request *rq)
{
	return iv_buf_adds(&rq->url, p->url) && iv_buf_adds(&rq->url, IV_S("/v1/convai/")) &&
	       iv_buf_adds(&rq->url, iv_str(path)) && (!id.len || (iv_buf_addc(&rq->url, '/') && iv_url_encode(&rq->url, id)));
}

static void begin(struct iv_jw *w, struct carrier_request *rq)
{
	rq->type = "application/json";
	iv_jw_init(w, &rq->body);
	iv_jw_obj(w, NULL);
}

static bool finish(struct iv_jw *w)
{
	iv_jw_end_obj(w);
	return iv_jw_done(w);
}

static void put_speech(struct iv_jw *w, const struct iv_convai_agent *agent)
{
	iv_jw_obj(w, "tts");
	if (agent->voice_id.len)
		iv_jw_str(w, "voice_id", agent->voice_id);
	if (agent->tts_model.len)
		iv_jw_str(w, "model_id", agent->tts_model);
	iv_jw_cstr(w, "agent_output_audio_format", "ulaw_8000");
	iv_jw_end_obj(w);
	iv_jw_obj(w, "asr");
	iv_jw_cstr(w, "user_input_audio_format", "ulaw_8000");
	iv_jw_end_obj(w);
}

bool elevenlabs_write_agent(const struct iv_convai_agent *agent, struct carrier_request *rq)
{
	struct iv_jw w;

	begin(&w, rq);
	iv_jw_str(&w, "name", agent->name);
	if (agent->tag.len) {
		iv_jw_arr(&w, "tags");
		iv_jw_str(&w, NULL, agent->tag);
		iv_jw_end_arr(&w);
	}
	iv_jw_obj(&w, "conversation_config");
	iv_jw_obj(&w, "agent");
	iv_jw_str(&w, "first_message", agent->first_message);
	iv_jw_str(&w, "language", agent->language);
	/* Nobody talks the disclosure away. */
	iv_jw_bool(&w, "disable_first_message_interruptions", true);
	iv_jw_obj(&w, "prompt");
	iv_jw_str(&w, "prompt", agent->prompt);
	iv_jw_obj(&w, "built_in_tools");
	iv_jw_obj(&w, "end_call");
	iv_jw_cstr(&w, "name", "end_call");
	iv_jw_obj(&w, "params");
	iv_jw_cstr(&w, "system_tool_type", "end_call");
	for (int i = 0; i < 5; i++) /* params, end_call, built_in_tools, prompt, agent */
		iv_jw_end_obj(&w);
	put_speech(&w, agent);
	if (agent->max_duration_s > 0) {
		iv_jw_obj(&w, "conversation");
		iv_jw_i64(&w, "max_duration_seconds", agent->max_duration_s);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_obj(&w);
	return finish(&w);
}

bool elevenlabs_write_import(const struct carrier_place *twilio, struct iv_str number, struct iv_str label,
			     struct carrier_request *rq)
{
	struct iv_jw w;

	begin(&w, rq);
	iv_jw_cstr(&w, "provider", "twilio");
	iv_jw_str(&w, "phone_number", number);
	iv_jw_str(&w, "label", label.len ? label : number);
	iv_jw_str(&w, "sid", twilio->user);
	iv_jw_cstr(&w, "token", iv_secret_reveal(twilio->secret));
	return finish(&w);
}

bool elevenlabs_write_attach(struct iv_str agent_id, struct carrier_request *rq)
{
	struct iv_jw w;

	begin(&w, rq);
	if (agent_id.len)
		iv_jw_str(&w, "agent_id", agent_id);
	else
		iv_jw_null(&w, "agent_id");
	return finish(&w);
}

/* ── a call's own data ── */

static bool ours(const char *name)
{
	return strcmp(name, "call_id") == 0 || strcmp(name, "campaign_id") == 0 || strcmp(name, "lead_id") == 0 ||
	       strncmp(name, "system__", 8) == 0; /* theirs */
}

static void put_variables(struct iv_jw *w, struct iv_str variables)
{
	cJSON *all = variables.len ? iv_json_parse(variables, NULL) : NULL;
	const cJSON *one;

	cJSON_ArrayForEach(one, all) if (one->string && cJSON_IsString(one) && !ours(one->string))
		iv_jw_cstr(w, one->string, one->valuestring);
	cJSON_Delete(all);
}

void elevenlabs_put_data(struct iv_jw *w, struct iv_str tenant_id, struct iv_str call_id, struct iv_str variables,
			 struct iv_str campaign_id, struct iv_str lead_id)
{
	char user[400];
	int n = snprintf(user, sizeof(user), "%.*s/%.*s", IV_FMT(tenant_id), IV_FMT(call_id));

	w->failed = w->failed || n < 0 || (size_t)n >= sizeof(user);
	iv_jw_obj(w, "conversation_initiation_client_data");
	iv_jw_cstr(w, "user_id", user);
	iv_jw_obj(w, "dynamic_variables");
	put_variables(w, variables);
	iv_jw_str(w, "call_id", call_id);
	if (campaign_id.len)
		iv_jw_str(w, "campaign_id", campaign_id);
	if (lead_id.len)
		iv_jw_str(w, "lead_id", lead_id);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

bool elevenlabs_write_register(const struct iv_convai_call *call, struct carrier_request *rq)
{
	struct iv_jw w;

	begin(&w, rq);
	iv_jw_str(&w, "agent_id", call->agent_id);
	iv_jw_str(&w, "from_number", call->from);
	iv_jw_str(&w, "to_number", call->to);
	iv_jw_cstr(&w, "direction", call->outbound ? "outbound" : "inbound");
	elevenlabs_put_data(&w, call->tenant_id, call->call_id, call->variables, IV_STR_NULL, IV_STR_NULL);
	return finish(&w);
}

/* ── answers ── */

static bool read_member(struct iv_str body, const char *name, struct iv_arena *arena, struct iv_str *out)
{
	cJSON *doc = iv_json_parse(body, NULL);

	*out = iv_arena_str(arena, iv_json_str(doc, name));
	cJSON_Delete(doc);
	return out->len > 0;
}

bool elevenlabs_read_agent_id(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted)
{
	(void)wanted;
	return read_member(body, "agent_id", arena, out);
}

bool elevenlabs_read_number_id(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted)
{
	(void)wanted;
	return read_member(body, "phone_number_id", arena, out);
}

bool elevenlabs_read_tagged(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted)
{
	const struct iv_str *tag = wanted;
	cJSON *doc = iv_json_parse(body, NULL);
	const cJSON *agents = iv_json_get(doc, "agents"), *one, *t;
	struct iv_str *id = out;
	bool ok = cJSON_IsArray(agents);

	*id = IV_S("");
	cJSON_ArrayForEach(one, agents) cJSON_ArrayForEach(t, iv_json_get(one, "tags"))
		if (!id->len && cJSON_IsString(t) && iv_str_eq(iv_str(t->valuestring), *tag))
			*id = iv_arena_str(arena, iv_json_str(one, "agent_id"));
	cJSON_Delete(doc);
	return ok;
}

bool elevenlabs_read_numbered(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted)
{
	const struct iv_str *number = wanted;
	cJSON *doc = iv_json_parse(body, NULL);
	const cJSON *all = cJSON_IsArray(doc) ? doc : iv_json_get(doc, "phone_numbers"), *one;
	struct iv_str *id = out;
	bool ok = cJSON_IsArray(all);

	*id = IV_S("");
	cJSON_ArrayForEach(one, all) if (!id->len && carrier_same_number(iv_json_str(one, "phone_number"), *number))
		*id = iv_arena_str(arena, iv_json_str(one, "phone_number_id"));
	cJSON_Delete(doc);
	return ok;
}
