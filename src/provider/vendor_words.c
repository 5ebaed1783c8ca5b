/* What the answers of vendors mean, whoever's they are. ElevenLabs says what is wrong as {"detail": an object, a list or
 * a text}, Twilio as {"code", "message"} or problem details. Pure. */
#include "vendor.h"

enum { TEXT_MAX = 160 };

static struct iv_str text_of(const cJSON *doc)
{
	const cJSON *detail = iv_json_get(doc, "detail");
	struct iv_str text = iv_json_str(doc, "message");

	if (cJSON_IsArray(detail)) /* 422: the first field that is wrong */
		detail = cJSON_GetArrayItem(detail, 0);
	if (cJSON_IsString(detail))
		text = iv_str(detail->valuestring);
	else if (cJSON_IsObject(detail))
		text = carrier_either(detail, "message", "msg");
	return text.len ? text : iv_json_str(doc, "title");
}

/* As many conversations as there may be: waiting a second does not help. */
static bool is_concurrency(const cJSON *doc)
{
	const cJSON *detail = iv_json_get(doc, "detail");

	return iv_str_eq(iv_json_str(detail, "code"), IV_S("concurrent_limit_exceeded")) ||
	       iv_str_eq(iv_json_str(detail, "status"), IV_S("too_many_concurrent_requests"));
}

/* 401 is also how ElevenLabs says that the month's credits are used. */
static bool is_quota(const cJSON *doc)
{
	const cJSON *detail = iv_json_get(doc, "detail");

	return iv_str_eq(carrier_either(detail, "code", "status"), IV_S("quota_exceeded"));
}

static void say(struct iv_vendor_answer *a, enum iv_said said, enum iv_code code, const char *why)
{
	a->said = said;
	a->code = code;
	a->why = iv_str(why);
}

static void judge_silence(const struct carrier_reply *r, struct iv_vendor_answer *a)
{
	if (r->unsent)
		say(a, IV_SAID_REFUSED, IV_EUPSTREAM, "unreachable");
	else
		say(a, IV_SAID_UNKNOWN, IV_EUPSTREAM, r->late ? "timeout" : "cut");
}

static void judge_refusal(int status, const cJSON *doc, struct iv_vendor_answer *a)
{
	if (status == 429)
		say(a, IV_SAID_REFUSED, IV_ERATE, is_concurrency(doc) ? "concurrent" : "rate_limited");
	else if (status == 401 || status == 403)
		say(a, IV_SAID_REFUSED, is_quota(doc) ? IV_ERATE : IV_EUPSTREAM, is_quota(doc) ? "quota" : "unauthorized");
	else if (status == 404)
		say(a, IV_SAID_REFUSED, IV_ENOENT, "not_found");
	else if (status == 408)
		say(a, IV_SAID_UNKNOWN, IV_EUPSTREAM, "timeout");
	else if (status == 409)
		say(a, IV_SAID_REFUSED, IV_EUNPROCESSABLE, "conflict");
	else if (status >= 500)
		say(a, IV_SAID_UNKNOWN, IV_EUPSTREAM, "server_error");
	else if (status >= 400)
		say(a, IV_SAID_REFUSED, IV_EUNPROCESSABLE, "rejected");
	else /* a redirect, which nobody follows: the address is not the API's */
		say(a, IV_SAID_REFUSED, IV_EUPSTREAM, "misconfigured");
}

void vendor_judge(const struct carrier_reply *r, struct iv_arena *arena, struct iv_vendor_answer *a)
{
	cJSON *doc = NULL;
	struct iv_str text;

	*a = (struct iv_vendor_answer){.status = r->status, .why = IV_S(""), .text = IV_S(""), .body = IV_S("")};
	if (r->retry_after_ms >= 0)
		a->retry_after_s = (r->retry_after_ms + 999) / 1000;
	if (r->status == 0) {
		judge_silence(r, a);
		return;
	}
	a->body = !r->body.len ? IV_S("") : r->body_stays ? r->body : iv_arena_str(arena, r->body);
	if (r->status >= 200 && r->status < 300 && a->body.ptr) {
		say(a, IV_SAID_DONE, IV_OK, "");
		return;
	}
	doc = iv_json_parse(r->body, NULL);
	text = text_of(doc);
	judge_refusal(r->status, doc, a);
	while (text.len > TEXT_MAX || (text.len && !iv_utf8_valid(text)))
		text.len = text.len > TEXT_MAX ? TEXT_MAX : text.len - 1;
	if (text.len && (text = iv_arena_str(arena, text)).ptr)
		a->text = text;
	cJSON_Delete(doc);
}

void iv_vendor_words(const struct iv_vendor_answer *a, enum iv_carrier which, char *out, size_t size)
{
	const char *name = iv_carrier_names[which];

	if (iv_str_eq(a->why, IV_S("not_configured")))
		(void)snprintf(out, size, "%s is not configured here", name);
	else if (a->text.len)
		(void)snprintf(out, size, "%s: %.*s (%.*s)", name, IV_FMT(a->text), IV_FMT(a->why));
	else
		(void)snprintf(out, size, "%s: %.*s", name, IV_FMT(a->why));
}
