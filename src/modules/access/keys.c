/* API keys: made and rotated here, and shown in the answer that makes them, never again. */
#include <stdio.h>
#include "iv_api_key.h"
#include "iv_id.h"
#include "iv_access.h"
#include "iv_sql.h"
#include "iv_page.h"

enum { GRACE_S = 86400, GRACE_MAX_S = 604800, SCOPES_MAX = 32 };

static const char *const roles[] = {"analyst", "dev", "admin", NULL};

struct key {
	struct iv_str id, name, prefix, key, expires_at, last_used_at, revoked_at, created_by, created_at;
	int role;
	struct iv_strs scopes;
	bool live;
	int64_t rate_per_minute;
};

#define SHOWN                                                                                                    \
	IV_STR(struct key, id, "id", IV_REQUIRED, 0, 0, "key_…"),                                                \
		IV_STR(struct key, name, "name", IV_REQUIRED, 0, 0, "What it is for"),                           \
		IV_STR(struct key, prefix, "prefix", IV_REQUIRED, 0, 0, "Its first characters"),                 \
		IV_ENUM(struct key, role, "role", IV_REQUIRED, roles, "What it may"),                            \
		IV_STRS(struct key, scopes, "scopes", IV_REQUIRED, SCOPES_MAX,                                   \
			"agents:read, calls:*; none: all that the role may"),                                   \
		IV_BOOL(struct key, live, "live", IV_REQUIRED, "False: a test key"),                             \
		IV_INT(struct key, rate_per_minute, "ratePerMinute", IV_REQUIRED, 0, 0,                          \
		       "Requests a minute; 0: the tenant's"),                                                    \
		IV_STR(struct key, expires_at, "expiresAt", 0, 0, 0, "Good until then"),                         \
		IV_STR(struct key, last_used_at, "lastUsedAt", 0, 0, 0, "To the minute"),                        \
		IV_STR(struct key, revoked_at, "revokedAt", 0, 0, 0, "Good no more since then"),                 \
		IV_STR(struct key, created_by, "createdBy", 0, 0, 0, "The key or person that made it"),          \
		IV_STR(struct key, created_at, "createdAt", IV_REQUIRED, 0, 0, "When it was made")

static const struct iv_field key_fields[] = {SHOWN, IV_FIELDS_END};
static const struct iv_shape key_shape = {"ApiKey", sizeof(struct key), key_fields, NULL};

static const struct iv_field made_fields[] = {
	SHOWN,
	IV_STR(struct key, key, "key", IV_REQUIRED, 0, 0, "The key itself; shown this once"),
	IV_FIELDS_END,
};
static const struct iv_shape made_shape = {"ApiKeyMade", sizeof(struct key), made_fields, NULL};

static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct iv_list_alone, page, &key_shape), IV_FIELDS_END};
static const struct iv_shape list_shape = {"ApiKeyList", sizeof(struct iv_page_out), list_fields, NULL};

struct wanted {
	struct iv_str name, expires_at;
	int role;
	struct iv_strs scopes;
	bool live;
	int64_t rate_per_minute;
};
static const struct iv_field wanted_fields[] = {
	IV_STR(struct wanted, name, "name", IV_REQUIRED, 1, 100, "What it is for"),
	IV_ENUM(struct wanted, role, "role", IV_REQUIRED, roles, "What it may"),
	IV_STRS(struct wanted, scopes, "scopes", 0, SCOPES_MAX, "agents:read, calls:*; none: all that the role may"),
	IV_BOOL(struct wanted, live, "live", 0, "False: a test key"),
	IV_INT(struct wanted, rate_per_minute, "ratePerMinute", 0, 0, 10000, "Requests a minute; 0: the tenant's"),
	IV_STR(struct wanted, expires_at, "expiresAt", 0, 1, 40, "Good until then; absent: until it is revoked"),
	IV_FIELDS_END,
};
static void wanted_defaults(void *o)
{
	((struct wanted *)o)->live = true;
}
static const struct iv_shape wanted_shape = {"ApiKeyCreate", sizeof(struct wanted), wanted_fields, wanted_defaults};

struct rotation {
	int64_t grace_s;
};
static const struct iv_field rotation_fields[] = {
	IV_INT(struct rotation, grace_s, "graceSeconds", 0, 0, GRACE_MAX_S, "How long the old key stays good; a day unless said"),
	IV_FIELDS_END,
};
static void rotation_defaults(void *o)
{
	((struct rotation *)o)->grace_s = GRACE_S;
}
static const struct iv_shape rotation_shape = {"ApiKeyRotate", sizeof(struct rotation), rotation_fields, rotation_defaults};

struct work {
	struct iv_rows rows;
	struct iv_page_out page;
	struct key key;
	char made[IV_API_KEY_SIZE], hash[IV_SHA256_HEX], id[IV_ID_SIZE];
};

/* All statements about keys answer with the same columns. */
#define TAKE(c, k, row)                                                                                          \
	(*(k) = (struct key){.id = (row)->id,                                                                    \
			     .name = (row)->name,                                                                \
			     .prefix = (row)->prefix,                                                            \
			     .role = iv_role_of((row)->role) - IV_ROLE_ANALYST,                                  \
			     .scopes = (row)->scopes,                                                            \
			     .live = (row)->live,                                                                \
			     .rate_per_minute = iv_or_zero((row)->rate_per_minute),                                 \
			     .expires_at = iv_time_text(c, (row)->expires_at),                                      \
			     .last_used_at = iv_time_text(c, (row)->last_used_at),                                  \
			     .revoked_at = iv_time_text(c, (row)->revoked_at),                                      \
			     .created_by = (row)->created_by,                                                    \
			     .created_at = iv_time_text(c, (row)->created_at)})

/* ── list, get ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	struct iv_page_place at;

	if (!iv_page_begins(c, c->query, &at))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_key_list,
			 &(struct iv_key_list_in){at.after_us, at.after_id, at.count}, &w->rows);
}

static enum iv_flow_next show_list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	struct key *keys = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*keys));
	const struct iv_page_query *q = c->query;
	const struct iv_key_list_out *last;

	if (!keys)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_key_list_out *row = iv_key_list_at(&w->rows, i);

		TAKE(c, &keys[i], row);
	}
	w->page.data.items = keys;
	last = w->rows.count > (size_t)q->limit ? iv_key_list_at(&w->rows, (size_t)q->limit - 1) : NULL;
	iv_page_ends(c, q, &w->page, w->rows.count, last ? last->created_us : 0, last ? last->id : IV_STR_NULL);
	c->out = &w->page;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_key_get,
			 &(struct iv_key_get_in){iv_api_param(c, "id")}, &w->rows);
}

static enum iv_flow_next show(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	TAKE(c, &w->key, iv_key_get_at(&w->rows, 0));
	c->out = &w->key;
	return IV_FLOW_NEXT;
}

/* ── create ── */

/* "thing:verb", either of them "*". A key that is held to some scopes makes none that may more. */
static void check_scopes(struct iv_api_call *c, const struct iv_strs *scopes)
{
	char pointer[32];

	for (size_t i = 0; i < scopes->count; i++) {
		struct iv_str verb = scopes->items[i], thing = IV_STR_NULL;
		bool known = iv_str_split(&verb, ':', &thing) && thing.len &&
			     (iv_str_eq(verb, IV_S("read")) || iv_str_eq(verb, IV_S("write")) || iv_str_eq(verb, IV_S("*")));

		(void)snprintf(pointer, sizeof(pointer), "/scopes/%zu", i);
		if (!known)
			iv_api_bad(c, pointer, "must be a thing and read, write or *: \"agents:read\"");
		else if (!iv_scope_allows(&c->who.scopes, scopes->items[i]))
			iv_api_bad(c, pointer, "is more than the key you use may itself");
	}
	if (!scopes->count && c->who.scopes.count)
		iv_api_bad(c, "/scopes", "is required: the key you use has scopes");
}

static struct iv_str maker(const struct iv_api_call *c)
{
	return c->who.key_id.len ? c->who.key_id : c->who.user_id;
}

static enum iv_flow_next insert(struct iv_api_call *c, const struct wanted *in, int64_t expires_ms)
{
	struct work *w = c->state;

	iv_api_key_make(in->live, w->made);
	iv_api_key_hash(iv_str(w->made), w->hash);
	iv_id_new("key", iv_wall_ms(), w->id);
	c->entity_id = iv_str(w->id);
	return iv_pg_one(c->s->pg, &c->flow, &c->pg, &c->scope, &c->arena, &iv_sql_key_insert,
			 &(struct iv_key_insert_in){.id = iv_str(w->id),
						    .name = in->name,
						    .prefix = iv_api_key_shown(iv_str(w->made)),
						    .hash = iv_str(w->hash),
						    .role = iv_str(roles[in->role]),
						    .scopes = in->scopes,
						    .live = in->live,
						    .rate_per_minute = iv_or_null(in->rate_per_minute),
						    .expires_at = expires_ms,
						    .created_by = maker(c)},
			 &w->rows);
}

static enum iv_flow_next create(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct wanted *in = c->in;
	int64_t expires_ms;

	check_scopes(c, &in->scopes);
	if (iv_time_sent(c, "/expiresAt", in->expires_at, &expires_ms) && expires_ms != IV_SQL_NULL &&
	    expires_ms <= iv_wall_ms())
		iv_api_bad(c, "/expiresAt", "is in the past");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	return insert(c, in, expires_ms);
}

static enum iv_flow_next show_made(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	TAKE(c, &w->key, iv_key_insert_at(&w->rows, 0));
	w->key.key = iv_str(w->made);
	c->out = &w->key;
	return IV_FLOW_NEXT;
}

/* ── rotate, revoke ── */

static enum iv_flow_next retire(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_key_get,
			 &(struct iv_key_get_in){iv_api_param(c, "id")}, &w->rows);
}

/* The new one first: if the old one then cannot be retired there are two good keys, not none. */
static enum iv_flow_next replace(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct iv_key_get_out *old = iv_key_get_at(&w->rows, 0);
	int64_t now_ms = iv_wall_ms();

	if (old->revoked_at != IV_SQL_NULL || (old->expires_at != IV_SQL_NULL && old->expires_at <= now_ms))
		return iv_flow_fail(f, IV_ECONFLICT, "this key is good no more: make a new one");
	check_scopes(c, &old->scopes);
	if (iv_api_any_bad(c))
		return iv_flow_fail(f, IV_EFORBIDDEN, "this key may more than the one you use");
	return insert(c,
		      &(struct wanted){.name = old->name,
				       .role = iv_role_of(old->role) - IV_ROLE_ANALYST,
				       .scopes = old->scopes,
				       .live = old->live,
				       .rate_per_minute = iv_or_zero(old->rate_per_minute)},
		      old->expires_at);
}

static enum iv_flow_next let_expire(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct rotation *in = c->in;
	struct iv_key_revoke_in old = {.id = iv_api_param(c, "id"), .in_s = in->grace_s};

	TAKE(c, &w->key, iv_key_insert_at(&w->rows, 0));
	w->key.key = iv_str(w->made);
	c->out = &w->key;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_key_revoke, &old, &w->rows);
}

static enum iv_flow_next revoke_now(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_key_revoke,
			 &(struct iv_key_revoke_in){iv_api_param(c, "id"), 0}, &w->rows);
}

/* ── rows ── */

static const struct iv_flow_step list_steps[] = {{"list", list}, {"show_list", show_list}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"show", show}, {0}};
static const struct iv_flow_step create_steps[] = {{"create", create}, {"show_made", show_made}, {0}};
static const struct iv_flow_step rotate_steps[] = {{"retire", retire}, {"replace", replace}, {"let_expire", let_expire}, {0}};
static const struct iv_flow_step revoke_steps[] = {{"revoke", revoke_now}, {0}};

const struct iv_api_route iv_key_rows[] = {
	{.method = "GET", .path = "/v1/api-keys", .id = "listApiKeys", .tag = "API keys", .role = IV_ROLE_ADMIN,
	 .query = &iv_page_query_shape, .out = &list_shape, .status = 200, .state_size = sizeof(struct work), .steps = list_steps,
	 .doc = "The tenant's keys, newest first, those that are good no more among them"},
	{.method = "POST", .path = "/v1/api-keys", .id = "createApiKey", .tag = "API keys", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT | IV_API_SHOWN_ONCE, .in = &wanted_shape, .out = &made_shape, .status = 201,
	 .state_size = sizeof(struct work), .steps = create_steps, .doc = "Makes a key; the answer shows it, nothing does later"},
	{.method = "GET", .path = "/v1/api-keys/:id", .id = "getApiKey", .tag = "API keys", .role = IV_ROLE_ADMIN,
	 .out = &key_shape, .status = 200, .state_size = sizeof(struct work), .steps = get_steps, .doc = "One key"},
	{.method = "POST", .path = "/v1/api-keys/:id/rotate", .id = "rotateApiKey", .tag = "API keys", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT | IV_API_SHOWN_ONCE, .in = &rotation_shape, .out = &made_shape, .status = 201,
	 .state_size = sizeof(struct work), .steps = rotate_steps,
	 .doc = "A new key like this one, which stays good for a while: two live keys"},
	{.method = "DELETE", .path = "/v1/api-keys/:id", .id = "revokeApiKey", .tag = "API keys", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT, .status = 204, .state_size = sizeof(struct work), .steps = revoke_steps,
	 .doc = "Good no more, at once and everywhere"},
	{0},
};
