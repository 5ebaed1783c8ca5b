/* ElevenLabs' account as the lab keeps it: settings, how it answers, what rules do to its answers.
 *
 * Rules of carrier "elevenlabs" about REST name create (outbound calls), register, agents, numbers or conversations;
 * rest.code of `create` without a status is a call it will not place, said with 200 and success false; of a 429, that
 * too many calls are up (and not too many requests a second). */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_elevenlabs.h"

struct elevenlabs *elevenlabs_new(struct carriers *c)
{
	struct elevenlabs *e = calloc(1, sizeof(*e));

	if (!e)
		abort();
	e->c = c;
	e->agents = cJSON_CreateArray();
	e->numbers = cJSON_CreateArray();
	iv_list_init(&e->talks);
	iv_list_init(&e->posts);
	iv_str_copy(e->webhook, sizeof(e->webhook), iv_str(c->opts.elevenlabs_webhook ? c->opts.elevenlabs_webhook : ""));
	iv_str_copy(e->secret, sizeof(e->secret), iv_str(c->opts.elevenlabs_secret));
	return e;
}

void elevenlabs_quit(struct elevenlabs *e)
{
	IV_LIST_EACH(node, &e->talks)
	{
		struct hosted *t = IV_CONTAINER(node, struct hosted, node);

		iv_timer_stop(&t->timer);
		t->hook = false;
		elevenlabs_hang_up(t);
	}
	elevenlabs_posts_cancel(e);
}

void elevenlabs_free(struct elevenlabs *e)
{
	if (!e)
		return;
	hosted_free_all(e);
	cJSON_Delete(e->agents);
	cJSON_Delete(e->numbers);
	free(e);
}

/* ── answers */

void elevenlabs_error_body(struct iv_buf *out, int status, int code)
{
	static const struct {
		int status;
		const char *type, *code, *legacy;
	} table[] = {
		{401, "authentication_error", "invalid_api_key", "invalid_api_key"},
		{404, "not_found", "not_found", "not_found"},
		{429, "rate_limit_error", "rate_limit_exceeded", "system_busy"},
		{429, "rate_limit_error", "concurrent_limit_exceeded", "too_many_concurrent_requests"},
	};
	const char *type = "internal_error", *word = "internal_error", *legacy = "internal_error";

	for (size_t i = 0; i < IV_COUNT(table); i++) {
		if (table[i].status != status || (i == 3 && !code))
			continue;
		type = table[i].type;
		word = table[i].code;
		legacy = table[i].legacy;
	}
	if (!iv_buf_printf(out,
			   "{\"detail\":{\"type\":\"%s\",\"code\":\"%s\",\"message\":\"a rule says so\",\"status\":\"%s\","
			   "\"request_id\":\"lab\",\"param\":null}}",
			   type, word, legacy))
		abort(); /* a few words */
}

void elevenlabs_reply(struct elevenlabs_rq *r, int status, cJSON *body)
{
	char *text = body ? cJSON_PrintUnformatted(body) : NULL;

	rest_reply(r->fault, r->rq, status, body ? "application/json" : NULL, iv_str(text));
	free(text);
	cJSON_Delete(body);
}

void elevenlabs_refuse(struct elevenlabs_rq *r, int status, const char *code, const char *message)
{
	cJSON *body = cJSON_CreateObject(), *detail = cJSON_AddObjectToObject(body, "detail");

	cJSON_AddStringToObject(detail, "type", status == 404 ? "not_found" : "invalid_request");
	cJSON_AddStringToObject(detail, "code", code);
	cJSON_AddStringToObject(detail, "message", message);
	cJSON_AddStringToObject(detail, "status", code);
	elevenlabs_reply(r, status, body);
}

void elevenlabs_missing(struct elevenlabs_rq *r, const char *member)
{
	cJSON *body = cJSON_CreateObject(), *one = cJSON_CreateObject(), *loc = cJSON_CreateArray();

	cJSON_AddItemToArray(loc, cJSON_CreateString("body"));
	cJSON_AddItemToArray(loc, cJSON_CreateString(member));
	cJSON_AddItemToObject(one, "loc", loc);
	cJSON_AddStringToObject(one, "msg", "field required");
	cJSON_AddStringToObject(one, "type", "value_error.missing");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "detail"), one);
	elevenlabs_reply(r, 422, body);
}

bool elevenlabs_begin(struct elevenlabs_rq *r, void *ctx, struct iv_http_req *rq, const char *what, const char *to)
{
	struct carriers *c = ctx;

	*r = (struct elevenlabs_rq){.e = c->elevenlabs, .rq = rq};
	if (!iv_http_header(rq, "xi-api-key").len) {
		elevenlabs_refuse(r, 401, "invalid_api_key", "Invalid API key");
		return false;
	}
	if (iv_http_body(rq).len) {
		r->body = iv_json_parse(iv_http_body(rq), NULL);
		if (!cJSON_IsObject(r->body)) {
			cJSON_Delete(r->body);
			elevenlabs_missing(r, "body");
			return false;
		}
	}
	if (!rest_begins(c, rq, CARRIER_ELEVENLABS, what, to ? iv_json_str(r->body, to) : IV_STR_NULL, &r->fault))
		return true;
	cJSON_Delete(r->body);
	return false;
}

void elevenlabs_end(struct elevenlabs_rq *r)
{
	cJSON_Delete(r->body);
}

void elevenlabs_merge(cJSON *doc, const cJSON *over)
{
	for (const cJSON *i = over ? over->child : NULL; i; i = i->next) {
		cJSON *there = cJSON_GetObjectItemCaseSensitive(doc, i->string);

		if (cJSON_IsObject(there) && cJSON_IsObject(i)) {
			elevenlabs_merge(there, i);
			continue;
		}
		if (there)
			cJSON_DeleteItemFromObjectCaseSensitive(doc, i->string);
		cJSON_AddItemToObject(doc, i->string, cJSON_Duplicate(i, true));
	}
}

cJSON *elevenlabs_by(const cJSON *all, const char *key, struct iv_str value)
{
	cJSON *one;

	cJSON_ArrayForEach(one, all) if (value.len && iv_str_eq(iv_json_str(one, key), value)) return one;
	return NULL;
}
