/* What was sent, against the row's shapes: every wrong parameter and every wrong field is named. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "api_priv.h"
#include "iv_id.h"
#include "iv_query.h"

enum { DETAIL_BYTES = 256 };

/* ── what is wrong ── */

static void note_wrong(struct iv_api_call *c, const char *pointer, const char *detail)
{
	struct iv_api_private *p = c->priv;
	struct api_wrong *w;

	if (p->wrong_count == IV_SHAPE_BAD_MAX)
		return; /* enough to go by */
	w = iv_arena_alloc(&c->arena, sizeof(*w));
	if (!w)
		return;
	w->pointer = iv_arena_str(&c->arena, iv_str(pointer)).ptr;
	w->detail = iv_arena_str(&c->arena, iv_str(detail)).ptr;
	if (!w->pointer || !w->detail)
		return;
	*p->wrong_end = w;
	p->wrong_end = &w->next;
	p->wrong_count++;
}

void iv_api_bad(struct iv_api_call *c, const char *pointer, const char *fmt, ...)
{
	char detail[DETAIL_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap); /* a detail that is too long is cut */
	va_end(ap);
	note_wrong(c, pointer, detail);
}

void iv_api_bad_field(void *call, const char *pointer, const char *rule)
{
	struct iv_api_call *c = call;
	char whole[512];

	(void)snprintf(whole, sizeof(whole), "%s%s", c->bad_at ? c->bad_at : "", pointer);
	note_wrong(c, whole, rule);
}

bool iv_api_any_bad(const struct iv_api_call *c)
{
	return c->priv->wrong_count > 0;
}

enum iv_flow_next iv_api_refuse_if_bad(struct iv_api_call *c)
{
	size_t n = c->priv->wrong_count;

	if (n == 0)
		return IV_FLOW_NEXT;
	return iv_flow_fail(&c->flow, IV_EINVAL, n == 1 ? "one field is wrong" : "%zu fields are wrong", n);
}

bool iv_api_sent(const struct iv_api_call *c, const char *member)
{
	return cJSON_GetObjectItemCaseSensitive(c->doc, member) != NULL;
}

/* ── the query ── */

/* A parameter's pointer is told as its name. */
static void on_bad_parameter(void *call, const char *pointer, const char *rule)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "?%s", pointer[0] == '/' ? pointer + 1 : pointer);
	note_wrong(call, name, rule);
}

static void read_query(struct iv_api_call *c)
{
	static const struct iv_field none[] = {IV_FIELDS_END};
	static const struct iv_shape nothing = {"Nothing", 1, none, NULL};
	const struct iv_shape *shape = c->route->query ? c->route->query : &nothing;
	struct iv_str query = iv_http_query(c->http);
	struct iv_err e = {0};

	if (!c->route->query && !query.len)
		return;
	c->query = iv_arena_alloc(&c->arena, shape->size);
	if (c->query && iv_query_read(shape, query, c->query, &c->arena, on_bad_parameter, c, &e))
		return;
	if (!c->query || e.code == IV_ETOOBIG)
		(void)iv_flow_fail(&c->flow, IV_EINTERNAL, "no memory for the query");
	else if (!iv_api_any_bad(c))
		note_wrong(c, "?", e.msg);
}

/* ── the body ── */

bool api_is_json(const struct iv_api_call *c)
{
	struct iv_str rest = iv_http_header(c->http, "content-type"), media, parameter;

	if (!iv_str_split(&rest, ';', &media))
		return false;
	media = iv_str_trim(media);
	while (iv_str_split(&rest, ';', &parameter)) {
		parameter = iv_str_trim(parameter);
		if (parameter.len > 8 && iv_str_ieq((struct iv_str){parameter.ptr, 8}, IV_S("charset=")) &&
		    !iv_str_ieq((struct iv_str){parameter.ptr + 8, parameter.len - 8}, IV_S("utf-8")) &&
		    !iv_str_ieq((struct iv_str){parameter.ptr + 8, parameter.len - 8}, IV_S("\"utf-8\"")))
			return false;
	}
	return iv_str_ieq(media, IV_S("application/json")) ||
	       (media.len > 17 && iv_str_ieq((struct iv_str){media.ptr, 12}, IV_S("application/")) &&
		iv_str_ieq((struct iv_str){media.ptr + media.len - 5, 5}, IV_S("+json")));
}

/* Nothing was sent: as good as {} where nothing is required, and the missing fields named where it is. */
static cJSON *parse_body(struct iv_api_call *c)
{
	struct iv_err e = {0};
	cJSON *doc;

	if (!c->body.len)
		return cJSON_CreateObject();
	if (!api_is_json(c)) {
		(void)iv_flow_fail(&c->flow, IV_EMEDIA, "Content-Type must be application/json, in UTF-8");
		return NULL;
	}
	doc = iv_json_parse(c->body, &e);
	if (!doc)
		iv_api_bad(c, "", "%s", e.msg);
	return doc;
}

/* Is it one of the kinds that are taken as they are? */
bool api_is_media(const struct iv_api_call *c)
{
	struct iv_str rest = iv_http_header(c->http, "content-type"), media = IV_STR_NULL;

	(void)iv_str_split(&rest, ';', &media); /* without one it is none */
	media = iv_str_trim(media);
	for (const char *const *m = c->route->media; m && *m; m++)
		if (iv_str_ieq(media, iv_str(*m)))
			return true;
	return false;
}

static void read_body(struct iv_api_call *c)
{
	const struct iv_shape *shape = c->route->in;
	struct iv_err e = {0};
	bool ok;

	if ((c->route->flags & IV_API_RAW) || api_is_media(c))
		return;
	if (c->priv->large) {
		api_large_bind(c);
		return;
	}
	c->doc = c->priv->doc = parse_body(c);
	if (!c->doc)
		return;
	if (!shape) {
		if (!cJSON_IsObject(c->doc) || c->doc->child)
			iv_api_bad(c, "", "takes no body");
		return;
	}
	c->in = iv_arena_alloc(&c->arena, shape->size); /* zeroed: of a PATCH, what was not sent is empty */
	if (!c->in)
		ok = iv_fail(&e, IV_ETOOBIG, "no memory for the body");
	else if (c->route->flags & IV_API_PATCH)
		ok = iv_shape_merge_all(shape, c->doc, c->in, &c->arena, iv_api_bad_field, c, &e);
	else
		ok = iv_shape_read_all(shape, c->doc, c->in, &c->arena, iv_api_bad_field, c, &e);
	if (!ok && e.code == IV_ETOOBIG)
		c->flow.err = e;
	else if (!ok && !iv_api_any_bad(c))
		iv_api_bad(c, "", "%s", e.msg);
}

enum iv_flow_next api_read(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_api_private *p = c->priv;
	bool has_body = strcmp(c->route->method, "GET") != 0 && strcmp(c->route->method, "DELETE") != 0;

	for (size_t i = 0; i < p->param_count; i++)
		if (!iv_id_acceptable(p->params[i].value))
			return iv_flow_fail(f, IV_ENOENT, "no such %.*s", IV_FMT(p->params[i].name));
	read_query(c);
	if (has_body && f->err.code == IV_OK)
		read_body(c);
	return f->err.code == IV_OK ? iv_api_refuse_if_bad(c) : IV_FLOW_DONE;
}
