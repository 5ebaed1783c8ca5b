/* What each operation may answer: its success, and every refusal by name. */
#include <assert.h>
#include <stdio.h>
#include "openapi_priv.h"

static void header_ref(struct iv_jw *w, const char *name)
{
	char ref[80];

	(void)snprintf(ref, sizeof(ref), "#/components/headers/%s", name);
	iv_jw_obj(w, name);
	iv_jw_cstr(w, "$ref", ref);
	iv_jw_end_obj(w);
}

static void answer_headers(struct iv_jw *w, const struct iv_api_route *r)
{
	iv_jw_obj(w, "headers");
	header_ref(w, "X-Request-Id");
	if (!(r->flags & IV_API_NO_RATE)) {
		header_ref(w, "RateLimit");
		header_ref(w, "RateLimit-Policy");
	}
	if (openapi_remembers(r))
		header_ref(w, "Idempotency-Replayed");
	iv_jw_end_obj(w);
}

static void also(struct iv_jw *w, const char *type)
{
	iv_jw_obj(w, type);
	iv_jw_raw(w, "schema", IV_S("{\"type\":\"string\"}"));
	iv_jw_end_obj(w);
}

static void success(struct openapi *x, const struct iv_api_route *r)
{
	struct iv_jw *w = &x->w;
	char status[8];

	(void)snprintf(status, sizeof(status), "%d", r->status);
	iv_jw_obj(w, status);
	iv_jw_cstr(w, "description", iv_http_status_text(r->status));
	answer_headers(w, r);
	if (r->status != 204) {
		iv_jw_obj(w, "content");
		iv_jw_obj(w, r->content_type ? r->content_type : "application/json");
		if (r->out)
			shapes_ref(&x->shapes, r->out, IV_SIDE_ANSWER, "schema", w);
		else {
			iv_jw_obj(w, "schema");
			/* What an event holds, this version of OpenAPI has no words for. */
			if (r->content_type && strcmp(r->content_type, "text/event-stream") != 0)
				iv_jw_cstr(w, "type", "string");
			iv_jw_end_obj(w);
		}
		iv_jw_end_obj(w);
		if (r->also)
			also(w, r->also);
		iv_jw_end_obj(w);
	}
	iv_jw_end_obj(w);
}

/* Answers that are refusals stand once in the document, for each status and the codes it may have. */
static void problem_name(const struct refusal *r, char out[REFUSAL_NAME])
{
	struct iv_buf b = {out, 0, REFUSAL_NAME - 1, REFUSAL_NAME - 1};
	bool fits = true;

	for (size_t i = 0; i < r->count && fits; i++)
		fits = iv_buf_printf(&b, "%s%s", i ? "-or-" : "", iv_code_info(r->codes[i])->name);
	out[b.len] = '\0';
}

static void failure(struct openapi *x, const enum iv_code *codes, int status)
{
	struct refusal r = {.status = status};
	char text[8], name[REFUSAL_NAME], other[REFUSAL_NAME], ref[REFUSAL_NAME + 32];
	bool noted = false;

	for (const enum iv_code *c = codes; *c != IV_OK; c++)
		if (iv_code_info(*c)->http_status == status && r.count < IV_COUNT(r.codes))
			r.codes[r.count++] = *c;
	problem_name(&r, name);
	for (size_t i = 0; i < x->refusal_count; i++) {
		problem_name(&x->refusals[i], other);
		noted = noted || strcmp(name, other) == 0;
	}
	if (!noted) {
		assert(x->refusal_count < IV_COUNT(x->refusals));
		x->refusals[x->refusal_count++] = r;
	}
	(void)snprintf(text, sizeof(text), "%d", status);
	(void)snprintf(ref, sizeof(ref), "#/components/responses/%s", name);
	iv_jw_obj(&x->w, text);
	iv_jw_cstr(&x->w, "$ref", ref);
	iv_jw_end_obj(&x->w);
}

/* A refusal of the older platform's functions. */
static void function_failure(struct iv_jw *w, int status)
{
	static const char *const members[] = {"error", "code", "requestId"};
	char text[8];

	(void)snprintf(text, sizeof(text), "%d", status);
	iv_jw_obj(w, text);
	iv_jw_cstr(w, "description", iv_http_status_text(status));
	iv_jw_obj(w, "headers");
	header_ref(w, "X-Request-Id");
	iv_jw_end_obj(w);
	iv_jw_obj(w, "content");
	iv_jw_obj(w, "application/json");
	iv_jw_obj(w, "schema");
	iv_jw_cstr(w, "type", "object");
	iv_jw_arr(w, "required");
	iv_jw_cstr(w, NULL, "success");
	for (size_t i = 0; i < IV_COUNT(members); i++)
		iv_jw_cstr(w, NULL, members[i]);
	iv_jw_end_arr(w);
	iv_jw_obj(w, "properties");
	iv_jw_obj(w, "success");
	iv_jw_bool(w, "const", false);
	iv_jw_end_obj(w);
	for (size_t i = 0; i < IV_COUNT(members); i++) {
		iv_jw_obj(w, members[i]);
		iv_jw_cstr(w, "type", "string");
		iv_jw_end_obj(w);
	}
	for (int i = 0; i < 5; i++) /* properties, schema, application/json, content, the status */
		iv_jw_end_obj(w);
}

void openapi_refusal(struct iv_jw *w, const struct refusal *r)
{
	char name[REFUSAL_NAME];

	problem_name(r, name);
	iv_jw_obj(w, name);
	iv_jw_cstr(w, "description", iv_http_status_text(r->status));
	iv_jw_obj(w, "headers");
	header_ref(w, "X-Request-Id");
	if (r->status == 409 || r->status == 429 || r->status >= 502)
		header_ref(w, "Retry-After");
	iv_jw_end_obj(w);
	iv_jw_obj(w, "content");
	iv_jw_obj(w, "application/problem+json");
	iv_jw_obj(w, "schema");
	iv_jw_arr(w, "allOf");
	openapi_ref(w, SCHEMAS "Problem");
	iv_jw_obj(w, NULL);
	iv_jw_obj(w, "properties");
	iv_jw_obj(w, "code");
	iv_jw_arr(w, "enum");
	for (size_t i = 0; i < r->count; i++)
		iv_jw_cstr(w, NULL, iv_code_info(r->codes[i])->name);
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

void openapi_answers(struct openapi *x, const struct iv_api_route *r)
{
	enum iv_code codes[IV_API_ERRORS];

	(void)iv_api_errors(r, codes);
	iv_jw_obj(&x->w, "responses");
	success(x, r);
	for (int status = 400; status < 600; status++) {
		bool any = false;

		for (const enum iv_code *c = codes; *c != IV_OK; c++)
			any = any || iv_code_info(*c)->http_status == status;
		if (any && (r->flags & IV_API_FUNCTION))
			function_failure(&x->w, status);
		else if (any)
			failure(x, codes, status);
	}
	for (const enum iv_code *c = codes; *c != IV_OK; c++)
		x->codes[*c] = true;
	iv_jw_end_obj(&x->w);
}
