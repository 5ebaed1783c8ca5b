/* What was sent, against the row's shapes: every wrong parameter and every wrong field is named. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "api_priv.h"
#include "iv_id.h"

enum { PARAMETER_BYTES = 4096, DETAIL_BYTES = 256 };

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

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* "a%20b+c" to "a b c" with a NUL behind it; NULL: a malformed escape, no UTF-8, a NUL, or too long. */
static const char *decode(struct iv_api_call *c, struct iv_str s)
{
	char *out = s.len <= 3 * PARAMETER_BYTES ? iv_arena_alloc(&c->arena, s.len + 1) : NULL;
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < s.len; i++) {
		int hi, lo;

		if (s.ptr[i] != '%') {
			out[n++] = s.ptr[i] == '+' ? ' ' : s.ptr[i];
			continue;
		}
		hi = s.len - i > 2 ? hex(s.ptr[i + 1]) : -1;
		lo = s.len - i > 2 ? hex(s.ptr[i + 2]) : -1;
		if (hi < 0 || lo < 0 || (hi | lo) == 0)
			return NULL;
		out[n++] = (char)(hi << 4 | lo);
		i += 2;
	}
	out[n] = '\0';
	return n <= PARAMETER_BYTES && iv_utf8_valid((struct iv_str){out, n}) ? out : NULL;
}

static const struct iv_field *find_parameter(const struct iv_shape *shape, const char *name)
{
	const struct iv_field *f = shape ? shape->fields : NULL;

	for (; f && f->kind != IV_F_END; f++)
		if (strcmp(f->name, name) == 0 || (f->alias && strcmp(f->alias, name) == 0))
			return f;
	return NULL;
}

/* The JSON that the row wants; text that is no such value stays text and is refused as such. */
static cJSON *as_json(const struct iv_field *f, const char *text)
{
	struct iv_str rest = iv_str(text), item;
	double number;
	cJSON *list;

	switch (f->kind) {
	case IV_F_INT:
	case IV_F_DBL:
		return iv_str_to_double(rest, &number) ? cJSON_CreateNumber(number) : cJSON_CreateString(text);
	case IV_F_BOOL:
		if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
			return cJSON_CreateBool(text[0] == 't');
		return cJSON_CreateString(text);
	case IV_F_STRS:
		list = cJSON_CreateArray();
		while (iv_str_split(&rest, ',', &item)) {
			char copy[PARAMETER_BYTES + 1];

			(void)iv_str_copy(copy, sizeof(copy), item); /* the whole was no longer */
			cJSON_AddItemToArray(list, cJSON_CreateString(copy));
		}
		return list;
	default:
		return cJSON_CreateString(text);
	}
}

static void bad_parameter(struct iv_api_call *c, const char *name, const char *rule)
{
	char pointer[128];

	(void)snprintf(pointer, sizeof(pointer), "?%s", name);
	note_wrong(c, pointer, rule);
}

static void take_parameter(struct iv_api_call *c, cJSON *doc, struct iv_str pair)
{
	const struct iv_field *field;
	struct iv_str name = pair, value = IV_S("");
	const char *eq = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
	const char *n, *v;

	if (eq) {
		name.len = (size_t)(eq - pair.ptr);
		value = (struct iv_str){eq + 1, pair.len - name.len - 1};
	}
	n = decode(c, name);
	v = decode(c, value);
	field = n ? find_parameter(c->route->query, n) : NULL;
	if (!n)
		bad_parameter(c, "", "has a name that is no percent-encoded UTF-8");
	else if (!field)
		bad_parameter(c, n, "is not a known parameter");
	else if (!v)
		bad_parameter(c, n, "must be percent-encoded UTF-8 of at most 4096 bytes");
	else if (cJSON_GetObjectItemCaseSensitive(doc, field->name))
		bad_parameter(c, n, "is given twice");
	else
		cJSON_AddItemToObject(doc, field->name, as_json(field, v));
}

/* The pointer of a parameter is its name. */
static void on_bad_parameter(void *call, const char *pointer, const char *rule)
{
	bad_parameter(call, pointer[0] == '/' ? pointer + 1 : pointer, rule);
}

static void read_query(struct iv_api_call *c)
{
	const struct iv_shape *shape = c->route->query;
	struct iv_str rest = iv_http_query(c->http), pair;
	struct iv_err e = {0};
	cJSON *doc;

	if (!shape && !rest.len)
		return;
	doc = cJSON_CreateObject();
	while (iv_str_split(&rest, '&', &pair))
		if (pair.len)
			take_parameter(c, doc, pair);
	if (shape) {
		c->query = iv_arena_alloc(&c->arena, shape->size);
		if (c->query && !iv_shape_read_all(shape, doc, c->query, &c->arena, on_bad_parameter, c, &e) &&
		    e.code == IV_ETOOBIG)
			c->flow.err = e;
	}
	cJSON_Delete(doc);
}

/* ── the body ── */

static bool is_json(struct iv_str type)
{
	struct iv_str rest = type, media, parameter;

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
	if (!is_json(iv_http_header(c->http, "content-type"))) {
		(void)iv_flow_fail(&c->flow, IV_EMEDIA, "Content-Type must be application/json, in UTF-8");
		return NULL;
	}
	doc = iv_json_parse(c->body, &e);
	if (!doc)
		iv_api_bad(c, "", "%s", e.msg);
	return doc;
}

static void read_body(struct iv_api_call *c)
{
	const struct iv_shape *shape = c->route->in;
	struct iv_err e = {0};
	bool ok;

	if (c->route->flags & IV_API_RAW)
		return;
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
