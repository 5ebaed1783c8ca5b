/* The REST document, from the rows that answer. */
#include <stdio.h>
#include "openapi_priv.h"

#define ID_PATTERN "^[A-Za-z0-9._:-]{1,128}$"

/* ── parameters ── */

void openapi_ref(struct iv_jw *w, const char *ref)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "$ref", ref);
	iv_jw_end_obj(w);
}

bool openapi_remembers(const struct iv_api_route *r)
{
	return strcmp(r->method, "POST") == 0 && r->role > IV_ROLE_ANYONE && !(r->flags & IV_API_STREAMS);
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

static void parameters(struct openapi *x, const struct iv_api_route *r)
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
		openapi_ref(w, "#/components/parameters/TenantId");
	if (openapi_remembers(r))
		openapi_ref(w, "#/components/parameters/IdempotencyKey");
	iv_jw_end_arr(w);
}

/* ── requests ── */

static bool body_required(const struct iv_api_route *r)
{
	for (const struct iv_field *f = r->in->fields; f->kind != IV_F_END && !(r->flags & IV_API_PATCH); f++)
		if (f->flags & IV_REQUIRED)
			return true;
	return false;
}

static void request_body(struct openapi *x, const struct iv_api_route *r)
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

static void operation(struct openapi *x, const struct iv_api_route *r)
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
	openapi_answers(x, r);
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
static void api_paths(struct openapi *x, const struct iv_api *a)
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
	struct openapi x = {0};

	iv_jw_init(&x.w, out);
	iv_jw_obj(&x.w, NULL);
	iv_jw_cstr(&x.w, "openapi", "3.1.0");
	iv_jw_obj(&x.w, "info");
	iv_jw_cstr(&x.w, "title", "invorto");
	iv_jw_cstr(&x.w, "version", s->version);
	iv_jw_cstr(&x.w, "description",
		   "Voice agents on the telephone and in the browser. The realtime socket is in /asyncapi.json.");
	iv_jw_end_obj(&x.w);
	iv_jw_obj(&x.w, "externalDocs");
	iv_jw_cstr(&x.w, "description", "The documents; /docs/api draws this one to read");
	iv_jw_cstr(&x.w, "url", "/docs/");
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
	openapi_webhooks(&x);
	openapi_components(&x);
	iv_jw_end_obj(&x.w);
	return iv_jw_done(&x.w);
}
