/* Idempotency-Key: the work of one key is done once. The key's row is taken before the row's own steps
 * run and answered behind them; a second request finds it running (409), finished (the same answer again)
 * or made for another request (422).
 *
 * What is remembered: success, and refusals that would be the same tomorrow. A 429 and a 5xx are not: the
 * key is given back. Where a phone may have rung, a 5xx is remembered too, and a row that was left running
 * is never taken over. */
#include <assert.h>
#include <stdio.h>
#include "api_priv.h"
#include "iv_crypto.h"
#include "iv_id.h"
#include "iv_json.h"
#include "iv_log.h"

enum {
	KEY_MAX = 255,
	LEASE_SLACK_S = 10,
	CLAIM_BYTES = 4096,
	FINISH_BYTES = 6 * API_REMEMBERED_BYTES + 16384, /* of a byte six may be made */
};

/* A structured field's string ("…"), or bare. */
static struct iv_str unquoted(struct iv_str key)
{
	if (key.len >= 2 && key.ptr[0] == '"' && key.ptr[key.len - 1] == '"')
		return (struct iv_str){key.ptr + 1, key.len - 2};
	return key;
}

static bool acceptable(struct iv_str key)
{
	for (size_t i = 0; i < key.len; i++)
		if (key.ptr[i] < '!' || key.ptr[i] > '~' || key.ptr[i] == '"' || key.ptr[i] == '\\')
			return false;
	return key.len >= 1 && key.len <= KEY_MAX;
}

/* A body that is still with the client is known by its length, and by the digest its sender may give (RFC 9530). */
static void digest_body(const struct iv_api_call *c, uint8_t out[IV_SHA256_BYTES])
{
	uint8_t parts[2][IV_SHA256_BYTES];

	if (api_large_digest(c)) {
		memcpy(out, api_large_digest(c), IV_SHA256_BYTES);
		return;
	}
	if (!c->route->media || c->in) {
		iv_sha256(c->body, out);
		return;
	}
	iv_sha256(iv_http_header(c->http, "content-length"), parts[0]);
	iv_sha256(iv_http_header(c->http, "content-digest"), parts[1]);
	iv_sha256((struct iv_str){(const char *)parts, sizeof(parts)}, out);
}

/* Of all that makes the request this one: path with its ids, query, body. */
static bool fingerprint(struct iv_api_call *c, char out[65])
{
	uint8_t parts[3][IV_SHA256_BYTES], whole[IV_SHA256_BYTES];

	iv_sha256(c->priv->path, parts[0]);
	iv_sha256(iv_http_query(c->http), parts[1]);
	digest_body(c, parts[2]);
	iv_sha256((struct iv_str){(const char *)parts, sizeof(parts)}, whole);
	return iv_hex(whole, sizeof(whole), out) == 64;
}

/* One of a statement's items. IV_STR_NULL: no room. */
static struct iv_str item_end(struct iv_api_call *c, struct iv_jw *w)
{
	struct iv_str text = IV_STR_NULL;

	iv_jw_end_obj(w);
	if (iv_jw_done(w))
		text = iv_arena_str(&c->arena, iv_buf_str(w->out));
	iv_buf_deinit(w->out);
	return text;
}

static void item_begin(struct iv_jw *w, struct iv_buf *out, size_t most)
{
	iv_buf_init(out, most);
	iv_jw_init(w, out);
	iv_jw_obj(w, NULL);
}

static void put_key(const struct iv_api_call *c, struct iv_jw *w)
{
	iv_jw_cstr(w, "route", c->route->id);
	iv_jw_str(w, "key", c->priv->claim.key);
	iv_jw_cstr(w, "token", c->priv->claim.token);
}

static struct iv_str claim_item(struct iv_api_call *c)
{
	int deadline_ms = c->route->deadline_ms ? c->route->deadline_ms : API_DEADLINE_MS;
	struct iv_buf out;
	struct iv_jw w;

	item_begin(&w, &out, CLAIM_BYTES);
	put_key(c, &w);
	iv_jw_cstr(&w, "fingerprint", c->priv->claim.fingerprint);
	iv_jw_i64(&w, "lease_s", deadline_ms / 1000 + LEASE_SLACK_S);
	iv_jw_bool(&w, "retake", !(c->route->flags & IV_API_PLACES_CALL));
	return item_end(c, &w);
}

enum iv_flow_next api_claim(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct api_claim *claim = &c->priv->claim;
	struct iv_str key = unquoted(iv_http_header(c->http, "idempotency-key"));
	uint8_t random[(API_TOKEN_SIZE - 1) / 2];

	if (!iv_http_header(c->http, "idempotency-key").len || !c->scope.tenant_id.len)
		return IV_FLOW_NEXT;
	if (!acceptable(key))
		return iv_flow_fail(f, IV_EINVAL, "Idempotency-Key must be 1 to %d printable characters", KEY_MAX);
	iv_random(random, sizeof(random));
	(void)iv_hex(random, sizeof(random), claim->token);
	claim->key = iv_arena_str(&c->arena, key);
	/* From here on the client may leave and the work goes on. */
	if (!claim->key.ptr || !fingerprint(c, claim->fingerprint) || !(claim->ask.items = claim_item(c)).ptr ||
	    (c->body.len && !c->priv->large && !(c->body = iv_arena_str(&c->arena, c->body)).ptr))
		return iv_flow_fail(f, IV_ETOOBIG, "no memory for the request");
	claim->held = true;
	return iv_pg_join(c->s->pg, f, &claim->joined, &c->scope, &c->arena, &iv_sql_idempotency_claim, &claim->ask,
			  &claim->rows);
}

static enum iv_flow_next still_running(struct iv_api_call *c)
{
	iv_api_retry_after(c, 1);
	return iv_flow_fail(&c->flow, IV_ECONFLICT, "the first request with this Idempotency-Key is still running");
}

enum iv_flow_next api_claimed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct api_claim *claim = &c->priv->claim;
	const struct iv_idempotency_claim_out *row;

	if (!claim->held)
		return IV_FLOW_NEXT;
	row = iv_idempotency_claim_at(&claim->rows, 0);
	if (row->mine) {
		claim->begun = true;
		return IV_FLOW_NEXT;
	}
	claim->held = false;
	if (!row->same)
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "this Idempotency-Key was used for another request");
	if (!row->done)
		return still_running(c);
	claim->found = true;
	/* Apart, since an answer may be large and claims are asked for together. */
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_idempotency_answer,
			 &(struct iv_idempotency_answer_in){.route = iv_str(c->route->id),
							    .key = claim->key,
							    .fingerprint = iv_str(claim->fingerprint)},
			 &claim->rows);
}

enum iv_flow_next api_replay(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct api_claim *claim = &c->priv->claim;
	struct api_answer *a = &c->priv->answer;
	const struct iv_idempotency_answer_out *row;
	struct iv_str type;

	if (!claim->found)
		return IV_FLOW_NEXT;
	if (!claim->rows.count)
		return still_running(c); /* its day ended in this moment: the next try is the first again */
	row = iv_idempotency_answer_at(&claim->rows, 0);
	type = iv_arena_str(&c->arena, row->content_type);
	a->status = (int)row->status;
	a->content_type = type.len ? type.ptr : NULL;
	a->body = row->answer;
	claim->replayed = true;
	return IV_FLOW_DONE;
}

/* ── behind the answer ── */

static bool worth_remembering(const struct iv_api_call *c)
{
	const struct api_answer *a = &c->priv->answer;

	if (!c->priv->claim.begun || a->body.len > API_REMEMBERED_BYTES)
		return false;
	if (a->status >= 500)
		return (c->route->flags & IV_API_PLACES_CALL) && !c->nothing_done;
	return a->status != 429 && a->status != 499;
}

static bool audits(const struct iv_api_call *c)
{
	return (c->route->flags & IV_API_AUDIT) && !c->priv->audited && c->flow.err.code == IV_OK && !c->priv->claim.replayed &&
	       c->scope.tenant_id.len;
}

bool api_must_finish(const struct iv_api_call *c)
{
	return c->priv->claim.held || audits(c);
}

/* What cannot be shown a second time is remembered as done. */
static struct api_answer what_is_remembered(struct iv_api_call *c)
{
	const struct iv_err e = {.code = IV_ECONFLICT,
				 .msg = "the first request with this Idempotency-Key was done; its answer is shown once"};
	struct api_answer a = c->priv->answer;
	struct iv_buf body;

	if (!(c->route->flags & IV_API_SHOWN_ONCE) || a.status >= 400)
		return a;
	iv_buf_init(&body, 8192);
	a.status = iv_code_info(e.code)->http_status;
	a.content_type = "application/problem+json";
	a.body = iv_arena_str(&c->arena, api_problem(c->priv->api, &body, &e, a.status, c->priv->path, c->request_id, NULL));
	iv_buf_deinit(&body);
	return a;
}

static const char *actor_kind(const struct iv_api_call *c)
{
	return c->who.key_id.len ? "key" : c->who.user_id.len ? "user" : "platform";
}

static struct iv_str actor_id(const struct iv_api_call *c)
{
	return c->who.key_id.len ? c->who.key_id : c->who.user_id;
}

static void put_audit(struct iv_api_call *c, struct iv_jw *w, const char *name, struct iv_str entity)
{
	char id[IV_ID_SIZE];

	iv_id_new("aud", iv_wall_ms(), id);
	iv_jw_obj(w, name);
	iv_jw_cstr(w, "id", id);
	iv_jw_cstr(w, "kind", actor_kind(c));
	if (actor_id(c).len)
		iv_jw_str(w, "actor", actor_id(c));
	iv_jw_cstr(w, "action", c->route->id);
	if (entity.len)
		iv_jw_str(w, "entity", entity);
	iv_jw_cstr(w, "request", c->request_id);
	if (c->peer.len)
		iv_jw_str(w, "ip", c->peer);
	iv_jw_end_obj(w);
}

void iv_api_audit_json(struct iv_api_call *c, struct iv_jw *w, const char *name)
{
	assert((c->route->flags & IV_API_AUDIT) && c->scope.tenant_id.len);
	put_audit(c, w, name, IV_STR_NULL); /* the work knows what it has made */
	c->priv->audited = true;
}

static struct iv_str finish_item(struct iv_api_call *c)
{
	const struct iv_api_private *p = c->priv;
	struct iv_str entity = c->entity_id;
	struct iv_buf out;
	struct iv_jw w;

	item_begin(&w, &out, FINISH_BYTES);
	if (p->claim.held)
		put_key(c, &w);
	if (p->claim.held && worth_remembering(c)) {
		struct api_answer a = what_is_remembered(c);

		iv_jw_i64(&w, "status", a.status);
		iv_jw_cstr(&w, "type", a.content_type);
		iv_jw_str(&w, "answer", a.body);
	}
	if (!entity.len && p->param_count)
		entity = p->params[p->param_count - 1].value;
	if (audits(c))
		put_audit(c, &w, "audit", entity);
	return item_end(c, &w);
}

/* What is to be remembered and who did what: one transaction behind the work, with those that end meanwhile. */
static enum iv_flow_next finish(struct iv_flow *f)
{
	struct iv_api_call *c = api_call_of(f);
	struct api_claim *claim = &c->priv->claim;

	claim->told.items = finish_item(c);
	if (!claim->told.items.ptr)
		return iv_flow_fail(f, IV_ETOOBIG, "no memory for the answer");
	return iv_pg_join(c->s->pg, f, &claim->joined, &c->scope, &c->arena, &iv_sql_idempotency_finish, &claim->told, NULL);
}

const struct iv_flow_step api_finish_steps[] = {{"finish", finish}, {0}};
