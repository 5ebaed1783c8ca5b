/* What the handlers of Twilio's REST share. */
#include "carrier_twilio_rest.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"

#define PAGE_DEFAULT 50
#define PAGE_MAX 1000

void twilio_error_body(struct iv_buf *out, int status, int code, const char *message)
{
	cJSON *b = cJSON_CreateObject();
	char more[64];

	snprintf(more, sizeof(more), "https://www.twilio.com/docs/errors/%d", code);
	cJSON_AddNumberToObject(b, "code", code);
	cJSON_AddStringToObject(b, "message", message);
	cJSON_AddStringToObject(b, "more_info", more);
	cJSON_AddNumberToObject(b, "status", status);
	char *text = cJSON_PrintUnformatted(b);
	if (!text || !iv_buf_adds(out, iv_str(text)))
		abort(); /* a few words */
	free(text);
	cJSON_Delete(b);
}

void twilio_error(struct iv_http_req *rq, int status, int code, const char *message)
{
	struct iv_buf out;

	iv_buf_init(&out, 4096);
	twilio_error_body(&out, status, code, message);
	iv_http_reply(rq, status, "application/json", iv_buf_str(&out));
	iv_buf_deinit(&out);
}

void twilio_refuse(struct twilio_rq *t, int status, int code, const char *fmt, ...)
{
	struct iv_buf out;
	char message[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	iv_buf_init(&out, 4096);
	twilio_error_body(&out, status, code, message);
	rest_reply(t->fault, t->rq, status, "application/json", iv_buf_str(&out));
	iv_buf_deinit(&out);
}

void twilio_reply(struct twilio_rq *t, int status, cJSON *body)
{
	char *text = body ? cJSON_PrintUnformatted(body) : NULL;

	rest_reply(t->fault, t->rq, status, body ? "application/json" : NULL, iv_str(text));
	free(text);
	cJSON_Delete(body);
}

/* The account's own sid and token, or any key's sid with the token as its secret. */
static bool known_user(const struct carriers *c, struct iv_str base64)
{
	uint8_t pair[256];
	ptrdiff_t n = base64.len < 300 ? iv_base64_decode(base64, pair) : -1;
	struct iv_str rest = {(const char *)pair, n > 0 ? (size_t)n : 0}, user;

	if (!iv_str_split(&rest, ':', &user))
		return false;
	return iv_str_eq(rest, iv_str(c->opts.twilio_token)) &&
	       (iv_str_eq(user, iv_str(c->opts.twilio_account)) || iv_str_starts(user, IV_S("SK")));
}

static bool authorised(struct carriers *c, struct iv_http_req *rq)
{
	if (!known_user(c, carrier_credential(rq, "Basic"))) {
		iv_http_set_header(rq, "WWW-Authenticate", IV_S("Basic realm=\"Twilio API\""));
		twilio_error(rq, 401, 20003, "Authenticate");
		return false;
	}
	if (!iv_str_eq(iv_http_param(rq, "account"), iv_str(c->opts.twilio_account))) {
		twilio_error(rq, 404, 20404, "The requested resource was not found");
		return false;
	}
	return true;
}

static bool read_form(struct twilio_rq *t)
{
	struct iv_str method = iv_http_method(t->rq);
	bool query = iv_str_eq(method, IV_S("GET")) || iv_str_eq(method, IV_S("HEAD"));
	struct iv_str text = query ? iv_http_query(t->rq) : iv_http_body(t->rq);
	struct iv_err e = {0};

	if (iv_query_parse(text, &t->arena, &t->pairs, &t->count, &e))
		return true;
	twilio_error(t->rq, 400, 20001, e.msg);
	return false;
}

bool twilio_rq_begin(struct twilio_rq *t, void *ctx, struct iv_http_req *rq, const char *what, const char *param)
{
	struct iv_str sid = param ? iv_http_param(rq, param) : IV_STR_NULL;

	*t = (struct twilio_rq){.c = ctx, .rq = rq};
	if (iv_str_ends(sid, IV_S(".json")))
		sid.len -= 5;
	iv_str_copy(t->sid, sizeof(t->sid), sid);
	iv_arena_init(&t->arena, 4u << 20);
	if (authorised(ctx, rq) && read_form(t) &&
	    !rest_begins(ctx, rq, CARRIER_TWILIO, what, twilio_value(t, "To"), &t->fault))
		return true;
	iv_arena_deinit(&t->arena);
	return false;
}

void twilio_rq_end(struct twilio_rq *t)
{
	iv_arena_deinit(&t->arena);
}

struct iv_str twilio_value(const struct twilio_rq *t, const char *name)
{
	return iv_query_value(t->pairs, t->count, name);
}

static int64_t number_of(const struct twilio_rq *t, const char *name, int64_t otherwise, int64_t most)
{
	int64_t n;

	if (!iv_str_to_i64(twilio_value(t, name), &n) || n < 0)
		return otherwise;
	return n > most ? most : n;
}

/* Every filter that was given, and the page. */
static void page_uri(const struct twilio_rq *t, const char *path, int64_t page, int64_t size, cJSON *body, const char *key)
{
	struct iv_buf uri;
	bool ok;

	iv_buf_init(&uri, 16384);
	ok = iv_buf_printf(&uri, "%s?PageSize=%lld&Page=%lld", path, (long long)size, (long long)page);
	if (page > 0)
		ok = ok && iv_buf_printf(&uri, "&PageToken=PT%lld", (long long)page);
	for (size_t i = 0; ok && i < t->count; i++) {
		if (iv_str_starts(t->pairs[i].name, IV_S("Page")))
			continue;
		ok = iv_buf_addc(&uri, '&') && iv_url_encode(&uri, t->pairs[i].name) && iv_buf_addc(&uri, '=') &&
		     iv_url_encode(&uri, t->pairs[i].value);
	}
	if (ok && iv_buf_addc(&uri, '\0'))
		cJSON_AddStringToObject(body, key, uri.ptr);
	iv_buf_deinit(&uri);
}

void twilio_reply_page(struct twilio_rq *t, const char *path, const char *name, cJSON *all)
{
	int64_t size = number_of(t, "PageSize", PAGE_DEFAULT, PAGE_MAX), page = number_of(t, "Page", 0, INT32_MAX);
	int64_t total = cJSON_GetArraySize(all), first, last;
	cJSON *body = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(body, name);

	size = size ? size : 1;
	first = page * size;
	last = first + size < total ? first + size : total;
	for (int64_t i = 0; i < total; i++) {
		cJSON *item = cJSON_DetachItemFromArray(all, 0);

		if (i >= first && i < last)
			cJSON_AddItemToArray(list, item);
		else
			cJSON_Delete(item);
	}
	cJSON_Delete(all);
	page_uri(t, path, 0, size, body, "first_page_uri");
	if (last < total)
		page_uri(t, path, page + 1, size, body, "next_page_uri");
	else
		cJSON_AddNullToObject(body, "next_page_uri");
	if (page > 0)
		page_uri(t, path, page - 1, size, body, "previous_page_uri");
	else
		cJSON_AddNullToObject(body, "previous_page_uri");
	page_uri(t, path, page, size, body, "uri");
	cJSON_AddNumberToObject(body, "page", (double)page);
	cJSON_AddNumberToObject(body, "page_size", (double)size);
	cJSON_AddNumberToObject(body, "start", (double)first);
	cJSON_AddNumberToObject(body, "end", (double)(last > first ? last - 1 : 0));
	twilio_reply(t, 200, body);
}
