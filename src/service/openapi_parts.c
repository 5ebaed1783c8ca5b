/* What the document's operations share, and what is sent to receivers. */
#include "iv_webhook_event.h"
#include "openapi_priv.h"

static void header(struct iv_jw *w, const char *name, const char *type, const char *doc)
{
	iv_jw_obj(w, name);
	iv_jw_cstr(w, "description", doc);
	iv_jw_obj(w, "schema");
	iv_jw_cstr(w, "type", type);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void header_parameter(struct iv_jw *w, const char *key, const char *name, const char *pattern, const char *doc)
{
	iv_jw_obj(w, key);
	iv_jw_cstr(w, "name", name);
	iv_jw_cstr(w, "in", "header");
	iv_jw_cstr(w, "description", doc);
	iv_jw_obj(w, "schema");
	iv_jw_cstr(w, "type", "string");
	iv_jw_cstr(w, "pattern", pattern);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void string_member(struct iv_jw *w, const char *name, const char *doc)
{
	iv_jw_obj(w, name);
	iv_jw_cstr(w, "type", "string");
	iv_jw_cstr(w, "description", doc);
	iv_jw_end_obj(w);
}

static void problem_code(struct openapi *x)
{
	struct iv_jw *w = &x->w;

	iv_jw_obj(w, "code");
	iv_jw_cstr(w, "type", "string");
	iv_jw_cstr(w, "description", "A stable name of what went wrong");
	iv_jw_arr(w, "enum");
	for (size_t c = 1; c < IV_COUNT(x->codes); c++)
		if (x->codes[c])
			iv_jw_cstr(w, NULL, iv_code_info((enum iv_code)c)->name);
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
}

static void problem_errors(struct iv_jw *w)
{
	iv_jw_obj(w, "errors");
	iv_jw_cstr(w, "type", "array");
	iv_jw_cstr(w, "description", "Every wrong field");
	iv_jw_obj(w, "items");
	iv_jw_cstr(w, "type", "object");
	iv_jw_obj(w, "properties");
	string_member(w, "pointer", "JSON pointer into the body; empty: the whole of it");
	string_member(w, "parameter", "Name of the query parameter");
	string_member(w, "detail", "The rule, and what was found");
	iv_jw_end_obj(w);
	iv_jw_arr(w, "required");
	iv_jw_cstr(w, NULL, "detail");
	iv_jw_end_arr(w);
	iv_jw_bool(w, "additionalProperties", false);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void problem(struct openapi *x)
{
	static const char *const always[] = {"type", "title", "status", "code", "detail", "instance", "requestId"};
	struct iv_jw *w = &x->w;

	iv_jw_obj(w, "Problem");
	iv_jw_cstr(w, "title", "Problem");
	iv_jw_cstr(w, "description", "Problem details (RFC 9457)");
	iv_jw_cstr(w, "type", "object");
	iv_jw_obj(w, "properties");
	string_member(w, "type", "Where the code is explained");
	string_member(w, "title", "The status in words");
	iv_jw_obj(w, "status");
	iv_jw_cstr(w, "type", "integer");
	iv_jw_end_obj(w);
	problem_code(x);
	string_member(w, "detail", "What was expected and what was found");
	string_member(w, "instance", "The path that was asked");
	string_member(w, "requestId", "Names this request in our log");
	string_member(w, "field", "Before the driver saw the request: the field at fault");
	problem_errors(w);
	iv_jw_end_obj(w);
	iv_jw_arr(w, "required");
	for (size_t i = 0; i < 4; i++)
		iv_jw_cstr(w, NULL, always[i]);
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
}

void openapi_components(struct openapi *x)
{
	struct iv_jw *w = &x->w;

	iv_jw_obj(w, "components");
	iv_jw_obj(w, "securitySchemes");
	iv_jw_raw(w, "bearer",
		  IV_S("{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An API key, or a token of a sign-in\"}"));
	iv_jw_raw(w, "apiKey", IV_S("{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"x-api-key\"}"));
	iv_jw_end_obj(w);
	iv_jw_obj(w, "parameters");
	header_parameter(w, "TenantId", "x-tenant-id", "^[A-Za-z0-9._:-]{0,128}$",
			 "One of the tenants of this credential; needed by those who have several");
	header_parameter(w, "IdempotencyKey", "Idempotency-Key", "^[!#-\\[\\]-~]{1,255}$",
			 "The work of one key is done once, within 24 hours; a second request gets the first one's answer");
	iv_jw_end_obj(w);
	iv_jw_obj(w, "headers");
	header(w, "X-Request-Id", "string", "The client's own, or made here; stands in our log");
	header(w, "RateLimit", "string", "\"default\";r=59;t=60: so many are left, in so many seconds there is one more");
	header(w, "RateLimit-Policy", "string", "\"default\";q=60;w=60: so many within so many seconds");
	header(w, "Retry-After", "integer", "Seconds to wait");
	header(w, "Idempotency-Replayed", "string", "true: the answer is the first request's");
	iv_jw_end_obj(w);
	iv_jw_obj(w, "responses");
	for (size_t i = 0; i < x->refusal_count; i++)
		openapi_refusal(w, &x->refusals[i]);
	iv_jw_end_obj(w);
	iv_jw_obj(w, "schemas");
	problem(x);
	shapes_write(&x->shapes, w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

void openapi_webhooks(struct openapi *x)
{
	struct iv_jw *w = &x->w;

	iv_jw_obj(w, "webhooks");
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++) {
		iv_jw_obj(w, t->name);
		iv_jw_obj(w, "post");
		iv_jw_cstr(w, "operationId", t->name);
		iv_jw_cstr(w, "summary", t->doc);
		iv_jw_arr(w, "tags");
		iv_jw_cstr(w, NULL, "Webhook events");
		iv_jw_end_arr(w);
		iv_jw_obj(w, "requestBody");
		iv_jw_bool(w, "required", true);
		iv_jw_obj(w, "content");
		iv_jw_obj(w, "application/json");
		shapes_ref(&x->shapes, t->shape, IV_SIDE_ANSWER, "schema", w);
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
		iv_jw_obj(w, "responses");
		iv_jw_obj(w, "2XX");
		iv_jw_cstr(w, "description", "Taken; anything else is tried again");
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
	}
	iv_jw_end_obj(w);
}
