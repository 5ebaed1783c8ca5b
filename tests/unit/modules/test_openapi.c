/* The documents say what the tables do, and nothing else. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_access.h"
#include "iv_browser.h"
#include "iv_openapi.h"
#include "iv_rest.h"
#include "iv_webhook.h"
#include "iv_webhook_event.h"

static struct iv_config cfg;
static struct iv_services services;
static struct iv_api *api;
static cJSON *doc, *socket_doc;

static void plain(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	(void)rq;
}

static const struct iv_route plain_rows[] = {
	{"WS", "/realtime/voice", plain, 0, 0, "A socket"},
	{"GET", "/health", plain, 0, 0, "The process answers"},
	{"GET", "/*", plain, 0, 0, "A page"},
	{0},
};

static cJSON *parse(const struct iv_buf *b)
{
	struct iv_err e = {0};
	cJSON *json = cJSON_ParseWithLength(b->ptr, b->len);

	(void)e;
	assert_non_null(json);
	return json;
}

static const char *no_env(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return NULL;
}

static int set_up(void **state)
{
	struct iv_buf out, errors;

	(void)state;
	iv_buf_init(&errors, 65536);
	assert_true(iv_config_read(&cfg, no_env, NULL, &errors));
	iv_buf_deinit(&errors);
	services = (struct iv_services){.cfg = &cfg, .version = "9.9.9"};
	api = iv_api_new(&services);
	iv_access_mount(api);
	iv_rest_mount(api);
	iv_api_mount(api, iv_webhook_routes);
	iv_api_mount(api, iv_webhook_dispatch_routes);
	iv_api_mount(api, iv_webhook_bare_routes());
	iv_buf_init(&out, 8 << 20);
	assert_true(iv_openapi(api, plain_rows, &services, &out));
	doc = parse(&out);
	iv_buf_clear(&out);
	assert_true(iv_asyncapi(&services, &out));
	socket_doc = parse(&out);
	iv_buf_deinit(&out);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cJSON_Delete(doc);
	cJSON_Delete(socket_doc);
	iv_api_free(api);
	iv_config_free(&cfg);
	return 0;
}

/* ── walking the document */

static cJSON *get(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

static cJSON *at(cJSON *root, const char *ref)
{
	char path[512], *rest = path, *part;
	cJSON *o = root;

	snprintf(path, sizeof(path), "%s", ref + 2);
	while (o && (part = strsep(&rest, "/")))
		o = get(o, part);
	return o;
}

static cJSON *resolve(cJSON *o)
{
	const cJSON *ref = get(o, "$ref");

	if (!ref)
		return o;
	assert_true(strncmp(ref->valuestring, "#/", 2) == 0);
	o = at(doc, ref->valuestring);
	if (!o)
		fail_msg("%s leads nowhere", ref->valuestring);
	return o;
}

static void braces(const char *path, char *out)
{
	for (; *path; path++) {
		if (*path == ':') {
			*out++ = '{';
			for (path++; *path && *path != '/'; path++)
				*out++ = *path;
			*out++ = '}';
			path--;
		} else {
			*out++ = *path;
		}
	}
	*out = '\0';
}

static cJSON *operation_of(const struct iv_api_route *r)
{
	char path[256], verb[16];
	size_t i = 0;

	braces(r->path, path);
	for (; r->method[i]; i++)
		verb[i] = (char)(r->method[i] | 0x20);
	verb[i] = '\0';
	return get(get(get(doc, "paths"), path), verb);
}

/* ── routes */

static void every_route_is_in_the_document_and_nothing_else(void **state)
{
	const cJSON *item, *op;
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < iv_api_count(api); i++) {
		const struct iv_api_route *r = iv_api_at(api, i);

		op = operation_of(r);
		if (!op)
			fail_msg("%s %s is not there", r->method, r->path);
		assert_string_equal(get(op, "operationId")->valuestring, r->id);
		assert_string_equal(get(op, "summary")->valuestring, r->doc);
		assert_int_equal(cJSON_GetArraySize(get(op, "security")) > 0, r->role > IV_ROLE_ANYONE);
	}
	cJSON_ArrayForEach(item, get(doc, "paths"))
		cJSON_ArrayForEach(op, item)
			found++;
	assert_int_equal(found, iv_api_count(api) + 1); /* and /health */
	assert_non_null(get(get(get(doc, "paths"), "/health"), "get"));
	assert_string_equal(get(get(doc, "info"), "version")->valuestring, "9.9.9");
}

/* ── errors */

static bool in_list(const cJSON *list, const char *name)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, list)
		if (strcmp(one->valuestring, name) == 0)
			return true;
	return false;
}

static cJSON *codes_of(const cJSON *op, int status)
{
	char text[8];
	cJSON *response, *schema;

	snprintf(text, sizeof(text), "%d", status);
	response = get(get(op, "responses"), text);
	if (!response)
		return NULL;
	schema = get(get(get(resolve(response), "content"), "application/problem+json"), "schema");
	return get(get(get(cJSON_GetArrayItem(get(schema, "allOf"), 1), "properties"), "code"), "enum");
}

static void every_error_of_every_route_is_in_the_document_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < iv_api_count(api); i++) {
		const struct iv_api_route *r = iv_api_at(api, i);
		const cJSON *op = operation_of(r), *response;
		enum iv_code codes[IV_API_ERRORS];
		char status[8];
		int named = 0, declared = 0;

		(void)iv_api_errors(r, codes);
		for (const enum iv_code *c = codes; *c != IV_OK; c++, declared++)
			if (!in_list(codes_of(op, iv_code_info(*c)->http_status), iv_code_info(*c)->name))
				fail_msg("%s does not say %s", r->id, iv_code_info(*c)->name);
		snprintf(status, sizeof(status), "%d", r->status);
		assert_non_null(get(get(op, "responses"), status));
		cJSON_ArrayForEach(response, get(op, "responses"))
			if (strcmp(response->string, status) != 0)
				named += cJSON_GetArraySize(codes_of(op, (int)strtol(response->string, NULL, 10)));
		assert_int_equal(named, declared);
	}
}

/* ── fields */

static size_t fields_checked;

static bool shown(const struct iv_field *f, enum iv_side side)
{
	return side == IV_SIDE_ANSWER ? !(f->flags & IV_SECRET) : !(f->flags & IV_READONLY);
}

static void check_schema(cJSON *schema, const struct iv_shape *shape, enum iv_side side)
{
	const cJSON *properties = get(resolve(schema), "properties");
	int wanted = 0;

	assert_non_null(properties);
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		enum iv_side inner = side == IV_SIDE_PATCH && f->kind == IV_F_OBJS ? IV_SIDE_REQUEST : side;
		cJSON *p = get(properties, f->name);

		if (!shown(f, side)) {
			assert_null(p);
			continue;
		}
		if (!p)
			fail_msg("%s has no %s", shape->name, f->name);
		wanted += 1 + (f->alias && side != IV_SIDE_ANSWER);
		fields_checked++;
		assert_int_equal(in_list(get(resolve(schema), "required"), f->name),
				 (f->flags & IV_REQUIRED) && side != IV_SIDE_PATCH && !(f->alias && side != IV_SIDE_ANSWER));
		if (f->kind == IV_F_OBJ)
			check_schema(p, f->shape, inner);
		else if (f->kind == IV_F_OBJS)
			check_schema(get(p, "items"), f->shape, inner);
	}
	assert_int_equal(cJSON_GetArraySize(properties), wanted);
	assert_true(cJSON_IsFalse(get(resolve(schema), "additionalProperties")));
}

static cJSON *content_of(const cJSON *o)
{
	return get(get(get(o, "content"), "application/json"), "schema");
}

static void check_parameters(const struct iv_api_route *r, const cJSON *op)
{
	const struct iv_field *f = r->query ? r->query->fields : NULL;
	cJSON *item;
	int in_query = 0, in_path = 0, fields = 0, colons = 0;

	for (const char *p = r->path; *p; p++)
		colons += *p == ':';
	cJSON_ArrayForEach(item, get(op, "parameters")) {
		const cJSON *p = resolve(item);
		const char *in = get(p, "in")->valuestring;

		in_query += strcmp(in, "query") == 0;
		in_path += strcmp(in, "path") == 0;
		if (strcmp(in, "header") == 0)
			assert_true(strcmp(get(p, "name")->valuestring, "x-tenant-id") == 0 ||
				    strcmp(get(p, "name")->valuestring, "Idempotency-Key") == 0);
	}
	for (; f && f->kind != IV_F_END; f++) {
		bool found = false;

		fields += 1 + (f->alias != NULL);
		cJSON_ArrayForEach(item, get(op, "parameters"))
			found = found || (get(item, "name") && strcmp(get(item, "name")->valuestring, f->name) == 0);
		assert_true(found);
	}
	assert_int_equal(in_query, fields);
	assert_int_equal(in_path, colons);
}

static void every_field_is_in_the_document_and_nothing_else(void **state)
{
	(void)state;
	fields_checked = 0;
	for (size_t i = 0; i < iv_api_count(api); i++) {
		const struct iv_api_route *r = iv_api_at(api, i);
		const cJSON *op = operation_of(r);
		char status[8];

		check_parameters(r, op);
		if (r->in)
			check_schema(content_of(get(op, "requestBody")), r->in,
				     r->flags & IV_API_PATCH ? IV_SIDE_PATCH : IV_SIDE_REQUEST);
		else if (!(r->flags & IV_API_RAW))
			assert_null(get(op, "requestBody"));
		snprintf(status, sizeof(status), "%d", r->status);
		if (r->out)
			check_schema(content_of(get(get(op, "responses"), status)), r->out, IV_SIDE_ANSWER);
		if (r->status == 204)
			assert_null(get(get(get(op, "responses"), status), "content"));
	}
	assert_true(fields_checked > 100);
}

/* ── references, both ways */

static size_t refs_to(const cJSON *o, const char *ref)
{
	size_t n = 0;
	const cJSON *one;

	if (cJSON_IsString(o) && o->string && strcmp(o->string, "$ref") == 0)
		return strcmp(o->valuestring, ref) == 0;
	cJSON_ArrayForEach(one, o)
		n += refs_to(one, ref);
	return n;
}

static void follow(cJSON *o)
{
	cJSON *one;

	if (cJSON_IsObject(o))
		(void)resolve(o);
	cJSON_ArrayForEach(one, o)
		follow(one);
}

static void every_reference_leads_somewhere_and_no_component_is_idle(void **state)
{
	static const char *const kinds[] = {"schemas", "responses", "parameters", "headers"};

	(void)state;
	follow(doc);
	for (size_t k = 0; k < IV_COUNT(kinds); k++) {
		const cJSON *one;

		cJSON_ArrayForEach(one, get(get(doc, "components"), kinds[k])) {
			char ref[256];

			snprintf(ref, sizeof(ref), "#/components/%s/%s", kinds[k], one->string);
			if (!refs_to(doc, ref))
				fail_msg("nobody refers to %s", ref);
		}
	}
}

/* An example is a request that the shape takes. */
static void every_example_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < iv_api_count(api); i++) {
		const struct iv_api_route *r = iv_api_at(api, i);
		struct iv_arena arena;
		struct iv_err e = {0};
		cJSON *example;
		void *object;
		bool ok;

		if (!r->in)
			continue;
		example = get(get(get(get(operation_of(r), "requestBody"), "content"), "application/json"), "example");
		assert_non_null(example);
		iv_arena_init(&arena, 1 << 20);
		object = iv_arena_alloc(&arena, r->in->size);
		ok = r->flags & IV_API_PATCH ? iv_shape_merge(r->in, example, object, &arena, &e)
					     : iv_shape_read(r->in, example, object, &arena, &e);
		if (!ok)
			fail_msg("the example of %s: %s %s", r->id, e.field, e.msg);
		iv_arena_deinit(&arena);
	}
}

/* ── events, socket */

static void every_event_is_a_webhook_and_nothing_else(void **state)
{
	int n = 0;

	(void)state;
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++, n++) {
		const cJSON *post = get(get(get(doc, "webhooks"), t->name), "post");

		assert_non_null(post);
		check_schema(content_of(get(post, "requestBody")), t->shape, IV_SIDE_ANSWER);
	}
	assert_int_equal(cJSON_GetArraySize(get(doc, "webhooks")), n);
}

static const cJSON *message_named(const char *t, const char *side)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, get(get(get(socket_doc, "channels"), "voice"), "messages"))
		if (strncmp(one->string, side, strlen(side)) == 0 && strcmp(get(one, "name")->valuestring, t) == 0)
			return one;
	return NULL;
}

static void check_message(const cJSON *message, const char *t, const struct iv_shape *shape)
{
	const cJSON *all = get(get(message, "payload"), "allOf"), *properties;
	int n = 0;

	if (!message)
		fail_msg("no message %s", t);
	properties = get(cJSON_GetArrayItem(all, 1), "properties");
	assert_string_equal(get(get(get(cJSON_GetArrayItem(all, 0), "properties"), "t"), "const")->valuestring, t);
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++, n++)
		assert_non_null(get(properties, f->name));
	assert_int_equal(cJSON_GetArraySize(properties), n);
}

static void every_message_of_the_socket_is_in_its_document_and_nothing_else(void **state)
{
	int n = IV_CL_TYPES + 2; /* and frames, each way */
	const cJSON *one, *codes = get(socket_doc, "x-close-codes"), *op, *ref;

	(void)state;
	for (int t = 0; t < IV_CL_TYPES; t++)
		check_message(message_named(iv_client_names[t], "client-"), iv_client_names[t], iv_client_shapes[t]);
	for (const struct iv_server_row *r = iv_server_rows; r->t; r++, n++)
		check_message(message_named(r->t, "server-"), r->t, &r->shape);
	assert_int_equal(cJSON_GetArraySize(get(get(get(socket_doc, "channels"), "voice"), "messages")), n);
	cJSON_ArrayForEach(op, get(socket_doc, "operations"))
		cJSON_ArrayForEach(ref, get(op, "messages"))
			assert_non_null(at(socket_doc, get(ref, "$ref")->valuestring));
	for (int c = IV_OK + 1; c <= IV_ETIMEDOUT; c++) {
		bool found = false;

		cJSON_ArrayForEach(one, codes)
			found = found || (get(one, "code")->valueint == iv_code_info((enum iv_code)c)->ws_close &&
					  strcmp(get(one, "name")->valuestring, iv_code_info((enum iv_code)c)->name) == 0);
		assert_true(found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_in_the_document_and_nothing_else),
		cmocka_unit_test(every_error_of_every_route_is_in_the_document_and_nothing_else),
		cmocka_unit_test(every_field_is_in_the_document_and_nothing_else),
		cmocka_unit_test(every_reference_leads_somewhere_and_no_component_is_idle),
		cmocka_unit_test(every_example_is_taken),
		cmocka_unit_test(every_event_is_a_webhook_and_nothing_else),
		cmocka_unit_test(every_message_of_the_socket_is_in_its_document_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
