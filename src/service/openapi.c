/* The REST document, from the rows that answer. */
#include <assert.h>
#include <stdio.h>
#include "iv_webhook_event.h"
#include "openapi_priv.h"

#define ID_PATTERN "^[A-Za-z0-9._:-]{1,128}$"

enum { REFUSALS_MAX = 64, REFUSAL_NAME = 160 };

struct refusal {
	int status;
	enum iv_code codes[8];
	size_t count;
};

struct writing {
	struct iv_jw w;
	struct shape_list shapes;
	struct refusal refusals[REFUSALS_MAX];
	size_t refusal_count;
	bool codes[64]; /* error codes that some operation may answer */
};

/* ── parameters ── */

static void parameter_ref(struct iv_jw *w, const char *ref)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "$ref", ref);
	iv_jw_end_obj(w);
}

static void path_parameters(struct iv_jw *w, const char *path)
{
	struct iv_str rest = iv_str(path), part;

	while (iv_str_split(&rest, '/', &part)) {
		if (part.len < 2 || part.ptr[0] != ':')
			continue;
		iv_jw_obj(w, NULL);
		iv_jw_str(w, "name", (struct iv_str){part.ptr + 1, part.len - 1});
		iv_jw_cstr(w, "in", "path");
		iv_jw_bool(w, "required", true);
		iv_jw_obj(w, "schema");
		iv_jw_cstr(w, "type", "string");
		iv_jw_cstr(w, "pattern", ID_PATTERN);
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
	}
}

static void query_parameter(struct iv_jw *w, const struct iv_field *f, const char *name)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "name", name);
	iv_jw_cstr(w, "in", "query");
	if (f->doc)
		iv_jw_cstr(w, "description", f->doc);
	if ((f->flags & IV_REQUIRED) && name == f->name)
		iv_jw_bool(w, "required", true);
	if (name != f->name)
		iv_jw_bool(w, "deprecated", true);
	if (f->kind == IV_F_STRS) {
		iv_jw_cstr(w, "style", "form");
		iv_jw_bool(w, "explode", false);
	}
	iv_shape_field_schema(f, "schema", w);
	iv_jw_end_obj(w);
}

static bool remembers(const struct iv_api_route *r)
{
	return strcmp(r->method, "POST") == 0 && r->role > IV_ROLE_ANYONE && !(r->flags & IV_API_STREAMS);
}

static void parameters(struct writing *x, const struct iv_api_route *r)
{
	struct iv_jw *w = &x->w;

	if (!strchr(r->path, ':') && !r->query && r->role == IV_ROLE_ANYONE)
		return;
	iv_jw_arr(w, "parameters");
	path_parameters(w, r->path);
	for (const struct iv_field *f = r->query ? r->query->fields : NULL; f && f->kind != IV_F_END; f++) {
		query_parameter(w, f, f->name);
		if (f->alias)
			query_parameter(w, f, f->alias);
	}
	if (r->role > IV_ROLE_ANYONE)
		parameter_ref(w, "#/components/parameters/TenantId");
	if (remembers(r))
		parameter_ref(w, "#/components/parameters/IdempotencyKey");
	iv_jw_end_arr(w);
}

/* ── request and answers ── */

static bool body_required(const struct iv_api_route *r)
{
	for (const struct iv_field *f = r->in->fields; f->kind != IV_F_END && !(r->flags & IV_API_PATCH); f++)
		if (f->flags & IV_REQUIRED)
			return true;
	return false;
}

static void request_body(struct writing *x, const struct iv_api_route *r)
{
	struct iv_jw *w = &x->w;
	bool patch = r->flags & IV_API_PATCH;

	if (!r->in && !r->media && !(r->flags & IV_API_RAW))
		return;
	iv_jw_obj(w, "requestBody");
	iv_jw_bool(w, "required", r->in ? body_required(r) : true);
	iv_jw_obj(w, "content");
	if (r->in || !r->media)
		iv_jw_obj(w, r->in ? "application/json" : "*/*");
	if (r->in) {
		shapes_ref(&x->shapes, r->in, patch ? IV_SIDE_PATCH : IV_SIDE_REQUEST, "schema", w);
		if (r->example)
			iv_jw_raw(w, "example", iv_str(r->example));
		else
			shapes_example(r->in, patch, "example", w);
	}
	if (r->in || !r->media)
		iv_jw_end_obj(w);
	for (const char *const *m = r->media; m && *m; m++) {
		iv_jw_obj(w, *m);
		iv_jw_obj(w, "schema");
		iv_jw_cstr(w, "type", "string");
		iv_jw_cstr(w, "format", "binary");
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
	}
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

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
	if (remembers(r))
		header_ref(w, "Idempotency-Replayed");
	iv_jw_end_obj(w);
}

static void also(struct iv_jw *w, const char *type)
{
	iv_jw_obj(w, type);
	iv_jw_raw(w, "schema", IV_S("{\"type\":\"string\"}"));
	iv_jw_end_obj(w);
}

static void success(struct writing *x, const struct iv_api_route *r)
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

static void failure(struct writing *x, const enum iv_code *codes, int status)
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

static void write_refusal(struct iv_jw *w, const struct refusal *r)
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
	parameter_ref(w, SCHEMAS "Problem");
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

static void answers(struct writing *x, const struct iv_api_route *r)
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

/* ── operations ── */

static void security(struct iv_jw *w, const struct iv_api_route *r)
{
	static const char *const schemes[] = {"bearer", "apiKey"};

	iv_jw_arr(w, "security");
	for (size_t i = 0; r->role > IV_ROLE_ANYONE && i < IV_COUNT(schemes); i++) {
		iv_jw_obj(w, NULL);
		iv_jw_arr(w, schemes[i]);
		iv_jw_end_arr(w);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static const char *lower_method(const char *method)
{
	static const char *const names[][2] = {
		{"GET", "get"}, {"POST", "post"}, {"PUT", "put"}, {"PATCH", "patch"}, {"DELETE", "delete"},
	};

	for (size_t i = 0; i < IV_COUNT(names); i++)
		if (strcmp(method, names[i][0]) == 0)
			return names[i][1];
	return NULL;
}

static void operation(struct writing *x, const struct iv_api_route *r)
{
	struct iv_jw *w = &x->w;
	char scope[64];

	iv_jw_obj(w, lower_method(r->method));
	iv_jw_cstr(w, "operationId", r->id);
	iv_jw_cstr(w, "summary", r->doc);
	iv_jw_arr(w, "tags");
	iv_jw_cstr(w, NULL, r->tag);
	iv_jw_end_arr(w);
	security(w, r);
	if (r->role > IV_ROLE_ANYONE) {
		iv_jw_cstr(w, "x-role", iv_role_names[r->role]);
		iv_jw_cstr(w, "x-scope", iv_api_scope(r, scope));
	}
	parameters(x, r);
	request_body(x, r);
	answers(x, r);
	iv_jw_end_obj(w);
}

/* "/v1/agents/:id" to "/v1/agents/{id}". */
static void braces(const char *path, char *out, size_t size)
{
	struct iv_buf b = {out, 0, size - 1, size - 1};
	struct iv_str rest = iv_str(path + 1), part;
	bool ok = true;

	while (iv_str_split(&rest, '/', &part))
		ok = ok && (part.len && part.ptr[0] == ':' ? iv_buf_printf(&b, "/{%.*s}", (int)part.len - 1, part.ptr + 1)
							   : iv_buf_printf(&b, "/%.*s", IV_FMT(part)));
	out[ok ? b.len : 0] = '\0';
}

/* Rows of one path stand together, where the first of them was mounted. */
static void api_paths(struct writing *x, const struct iv_api *a)
{
	char path[256];

	for (size_t i = 0; i < iv_api_count(a); i++) {
		const struct iv_api_route *r = iv_api_at(a, i);
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first = first && strcmp(iv_api_at(a, k)->path, r->path) != 0;
		if (!first)
			continue;
		braces(r->path, path, sizeof(path));
		iv_jw_obj(&x->w, path);
		for (size_t k = i; k < iv_api_count(a); k++)
			if (strcmp(iv_api_at(a, k)->path, r->path) == 0)
				operation(x, iv_api_at(a, k));
		iv_jw_end_obj(&x->w);
	}
}

static bool is_documented(const struct iv_route *r)
{
	return lower_method(r->method) && !strchr(r->path, '*') && r->doc;
}

static void plain_paths(struct iv_jw *w, const struct iv_route *plain)
{
	char id[128], path[256];

	for (const struct iv_route *r = plain; r && r->method; r++) {
		size_t n = 0;

		if (!is_documented(r))
			continue;
		for (const char *p = r->path + 1; *p && n < sizeof(id) - 1; p++)
			id[n++] = *p == '/' || *p == '.' || *p == ':' ? '_' : *p;
		id[n] = '\0';
		braces(r->path, path, sizeof(path));
		iv_jw_obj(w, path);
		iv_jw_obj(w, lower_method(r->method));
		iv_jw_cstr(w, "operationId", id[0] ? id : "page");
		iv_jw_cstr(w, "summary", r->doc);
		iv_jw_arr(w, "tags");
		iv_jw_cstr(w, NULL, "Process");
		iv_jw_end_arr(w);
		iv_jw_arr(w, "parameters");
		path_parameters(w, r->path);
		iv_jw_end_arr(w);
		iv_jw_arr(w, "security");
		iv_jw_end_arr(w);
		iv_jw_obj(w, "responses");
		iv_jw_obj(w, "200");
		iv_jw_cstr(w, "description", "OK");
		iv_jw_end_obj(w);
		iv_jw_obj(w, "default");
		iv_jw_cstr(w, "description", "Why not");
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
		iv_jw_end_obj(w);
	}
}

static void webhooks(struct writing *x)
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

/* ── components ── */

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

static void problem_code(struct writing *x)
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

static void problem(struct writing *x)
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

static void components(struct writing *x)
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
		write_refusal(w, &x->refusals[i]);
	iv_jw_end_obj(w);
	iv_jw_obj(w, "schemas");
	problem(x);
	shapes_write(&x->shapes, w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void tags(struct iv_jw *w, const struct iv_api *a)
{
	iv_jw_arr(w, "tags");
	for (size_t i = 0; i < iv_api_count(a); i++) {
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first = first && strcmp(iv_api_at(a, k)->tag, iv_api_at(a, i)->tag) != 0;
		if (!first)
			continue;
		iv_jw_obj(w, NULL);
		iv_jw_cstr(w, "name", iv_api_at(a, i)->tag);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

bool iv_openapi(const struct iv_api *a, const struct iv_route *plain, const struct iv_services *s, struct iv_buf *out)
{
	struct writing x = {0};

	iv_jw_init(&x.w, out);
	iv_jw_obj(&x.w, NULL);
	iv_jw_cstr(&x.w, "openapi", "3.1.0");
	iv_jw_obj(&x.w, "info");
	iv_jw_cstr(&x.w, "title", "invorto");
	iv_jw_cstr(&x.w, "version", s->version);
	iv_jw_cstr(&x.w, "description",
		   "Voice agents on the telephone and in the browser. The realtime socket is in /asyncapi.json.");
	iv_jw_end_obj(&x.w);
	iv_jw_arr(&x.w, "servers");
	iv_jw_obj(&x.w, NULL);
	iv_jw_cstr(&x.w, "url", s->cfg->public_base_url[0] ? s->cfg->public_base_url : "/");
	iv_jw_end_obj(&x.w);
	iv_jw_end_arr(&x.w);
	tags(&x.w, a);
	iv_jw_obj(&x.w, "paths");
	api_paths(&x, a);
	plain_paths(&x.w, plain);
	iv_jw_end_obj(&x.w);
	webhooks(&x);
	components(&x);
	iv_jw_end_obj(&x.w);
	return iv_jw_done(&x.w);
}
