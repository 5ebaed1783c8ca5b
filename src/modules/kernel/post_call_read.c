/* Reading: which call, which kind, in whose words. */
#include "post_call_read.h"

#include <stdlib.h>

enum { WORD_MAX = 40 };

/* ── the recording, before anything is parsed: it is nearly all of the body ── */

static struct iv_str find_sound(struct iv_str body)
{
	ptrdiff_t at = iv_str_find(body, IV_S("\"full_audio\""), 0);
	const char *p, *end = body.ptr + body.len, *stop;

	if (at < 0)
		return IV_STR_NULL;
	p = body.ptr + at + sizeof("\"full_audio\"") - 1;
	while (p < end && (*p == ' ' || *p == ':' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	if (p == end || *p != '"')
		return IV_STR_NULL;
	stop = memchr(p + 1, '"', (size_t)(end - p - 1));
	return stop ? (struct iv_str){p + 1, (size_t)(stop - p - 1)} : IV_STR_NULL;
}

static bool without(struct iv_str body, struct iv_str sound, struct iv_buf *rest)
{
	const char *behind = sound.ptr + sound.len;

	if (!sound.ptr)
		return iv_buf_adds(rest, body);
	return iv_buf_add(rest, body.ptr, (size_t)(sound.ptr - body.ptr)) &&
	       iv_buf_add(rest, behind, (size_t)(body.ptr + body.len - behind));
}

/* ── words ── */

/* Lower case, and a dash between words. */
static struct iv_str plain(struct iv_str s, char out[WORD_MAX])
{
	size_t n = s.len < WORD_MAX ? s.len : 0;

	for (size_t i = 0; i < n; i++) {
		char c = s.ptr[i];

		out[i] = c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
	}
	return (struct iv_str){out, n};
}

static const char *status_word(struct iv_str said)
{
	static const char *const words[][2] = {
		{"completed", "completed"}, {"complete", "completed"}, {"done", "completed"},	    {"ended", "completed"},
		{"success", "completed"},   {"voicemail", "completed"}, {"failed", "failed"},	    {"error", "failed"},
		{"busy", "busy"},	    {"no-answer", "no-answer"}, {"canceled", "canceled"},   {"cancelled", "canceled"},
		{"queued", "queued"},	    {"initiated", "initiated"}, {"started", "initiated"},   {"ringing", "ringing"},
		{"in-progress", "in-progress"}, {"active", "in-progress"}, {"processing", "in-progress"},
	};
	char word[WORD_MAX];
	struct iv_str s = plain(said, word);

	for (size_t i = 0; i < IV_COUNT(words); i++)
		if (iv_str_eq(s, iv_str(words[i][0])))
			return words[i][1];
	return NULL;
}

static bool is_over(const char *status)
{
	static const char *const over[] = {"completed", "failed", "busy", "no-answer", "canceled"};

	for (size_t i = 0; i < IV_COUNT(over); i++)
		if (strcmp(status, over[i]) == 0)
			return true;
	return false;
}

static struct iv_str first_of(const cJSON *obj, const char *a, const char *b)
{
	struct iv_str s = iv_json_str(obj, a);

	return s.len ? s : iv_json_str(obj, b);
}

/* ── which call ── */

static void name_call(struct post_call *p)
{
	const cJSON *given = iv_json_get(iv_json_get(p->data, "conversation_initiation_client_data"), "dynamic_variables");
	const cJSON *metadata = iv_json_get(p->data, "metadata"), *phone = iv_json_get(metadata, "phone_call");
	const cJSON *form = iv_json_get(metadata, "body");
	struct iv_str user = iv_json_str(p->data, "user_id");

	p->agent_ref = iv_json_str(p->data, "agent_id");
	p->call_sid = iv_json_str(phone, "call_sid");
	if (!p->call_sid.len)
		p->call_sid = first_of(form, "CallSid", "call_sid");
	if (!p->call_sid.len)
		p->call_sid = iv_json_str(given, "system__call_sid");
	/* We send both: who it is about, and the call for the agent's own use. */
	p->named = iv_str_find(user, IV_S("/"), 0) > 0 ? user : first_of(given, "invorto_call", "call_id");
}

static enum post_call_kind kind_of(struct iv_str type)
{
	return iv_str_eq(type, IV_S("post_call_transcription"))   ? POST_CALL_ENDED
	       : iv_str_eq(type, IV_S("post_call_audio"))	  ? POST_CALL_AUDIO
	       : iv_str_eq(type, IV_S("call_initiation_failure")) ? POST_CALL_FAILED
								  : POST_CALL_OTHER;
}

static const char *failure_status(const cJSON *data)
{
	struct iv_str reason = iv_json_str(data, "failure_reason");

	return iv_str_eq(reason, IV_S("busy")) ? "busy" : iv_str_eq(reason, IV_S("no-answer")) ? "no-answer" : "failed";
}

/* What its telephone says of it counts more: nobody answered what is "done". */
static const char *end_status(const cJSON *data)
{
	const char *status = status_word(iv_json_str(data, "status"));
	struct iv_str result = iv_json_str(iv_json_get(iv_json_get(data, "metadata"), "phone_call"), "call_result");

	if (iv_str_eq(result, IV_S("busy")) || iv_str_eq(result, IV_S("no_answer")) || iv_str_eq(result, IV_S("failed")))
		return status_word(result);
	return status && is_over(status) ? status : "completed"; /* or it would not have been told */
}

static bool read_envelope(struct post_call *p, struct iv_err *e)
{
	p->type = iv_json_str(p->doc, "type");
	p->data = iv_json_get(p->doc, "data");
	p->kind = kind_of(p->type);
	if (p->kind == POST_CALL_OTHER)
		return true;
	if (!cJSON_IsObject(p->data))
		return iv_fail_field(e, IV_EINVAL, "data", "must be an object");
	p->conversation = iv_json_str(p->data, "conversation_id");
	if (!p->conversation.len || p->conversation.len > 128)
		return iv_fail_field(e, IV_EINVAL, "data.conversation_id", "must be 1 to 128 bytes");
	name_call(p);
	if (p->kind != POST_CALL_AUDIO)
		p->status = iv_str(p->kind == POST_CALL_FAILED ? failure_status(p->data) : end_status(p->data));
	return true;
}

/* The first product's own: flat, and any of two names. */
static bool read_older(struct post_call *p, struct iv_err *e)
{
	struct iv_str said = iv_json_str(p->doc, "status");
	const char *status = said.len ? status_word(said) : "completed";

	p->older = true;
	p->data = p->doc;
	p->conversation = first_of(p->doc, "conversation_id", "id");
	if (!p->conversation.len || p->conversation.len > 128)
		return iv_fail_field(e, IV_EINVAL, "conversation_id", "or id must be 1 to 128 bytes");
	if (!status)
		return iv_fail_field(e, IV_EINVAL, "status", "is not the status of a call");
	name_call(p);
	if (!p->call_sid.len)
		p->call_sid = iv_json_str(p->doc, "call_sid");
	if (!p->named.len)
		p->named = iv_json_str(p->doc, "call_id");
	p->status = iv_str(status);
	p->kind = is_over(status) ? POST_CALL_ENDED : POST_CALL_STAGE;
	p->type = IV_S("post_call_transcription");
	return true;
}

bool post_call_read(struct iv_str body, struct post_call *p, struct iv_str *sound, struct iv_err *e)
{
	struct iv_buf rest;
	bool ok;

	*p = (struct post_call){0};
	*sound = find_sound(body);
	iv_buf_init(&rest, IV_JSON_MAX_BYTES);
	ok = without(body, *sound, &rest) || iv_fail(e, IV_ETOOBIG, "there is too much beside the recording");
	p->doc = ok ? iv_json_parse(iv_buf_str(&rest), e) : NULL;
	iv_buf_deinit(&rest);
	if (!p->doc)
		return false;
	if (!cJSON_IsObject(p->doc))
		return iv_fail(e, IV_EINVAL, "must be an object");
	return iv_json_str(p->doc, "type").len ? read_envelope(p, e) : read_older(p, e);
}

void post_call_free(struct post_call *p)
{
	cJSON_Delete(p->doc);
	*p = (struct post_call){0};
}

bool post_call_is_ahead(struct iv_str signature, int64_t wall_s)
{
	struct iv_str entry;
	int64_t t;

	while (iv_str_split(&signature, ',', &entry)) {
		entry = iv_str_trim(entry);
		if (iv_str_starts(entry, IV_S("t=")))
			return !iv_str_to_i64((struct iv_str){entry.ptr + 2, entry.len - 2}, &t) || t > wall_s + POST_CALL_SKEW_S;
	}
	return true;
}
