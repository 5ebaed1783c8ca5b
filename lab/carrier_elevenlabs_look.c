/* What REST tells of conversations: one, a list of them, the sound; and one is forgotten. */
#include <stdio.h>
#include "carrier_elevenlabs_talk.h"
#include "iv_query.h"

#define PAGE_MAX 100

cJSON *hosted_full(const struct hosted *t)
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
		elevenlabs_end(&r);
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
		elevenlabs_reply(&r, 200, hosted_full(t));
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
		elevenlabs_set(t->doc, "conversation_id", cJSON_CreateString("deleted"));
		elevenlabs_reply(&r, 200, cJSON_CreateObject());
	}
	elevenlabs_end(&r);
}
