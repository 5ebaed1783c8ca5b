/* /v1/secrets: named, put, taken away; a value goes in and never comes out. */
#include "resources.h"

#include "iv_crypto.h"
#include "iv_secrets.h"
#include "iv_sql.h"
#include "iv_time.h"

enum { SECRETS_MAX = 200, HOSTS_MAX = 32, HOST_BYTES = 253, NAME_BYTES = 64 };

/* ── shapes ── */

struct body {
	struct iv_str name, value;
	struct iv_strs hosts;
};
static const struct iv_field body_fields[] = {
	IV_STR(struct body, name, "name", IV_REQUIRED, 1, NAME_BYTES,
	       "Letters, digits, _ . and -; tools say {\"$secret\": NAME}"),
	IV_STR(struct body, value, "value", IV_REQUIRED | IV_SECRET, 1, IV_SEAL_VALUE_MAX,
	       "What is sent; printable ASCII, never shown again"),
	IV_STRS(struct body, hosts, "hosts", 0, HOSTS_MAX,
		"Where it may be sent: api.example.com, *.example.com; all when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape body_shape = {"secretBody", sizeof(struct body), body_fields, NULL};

struct shown {
	struct iv_str name, key_id, created_by, created_at, updated_at;
	struct iv_strs hosts;
	bool current;
};
static const struct iv_field shown_fields[] = {
	IV_STR(struct shown, name, "name", 0, 0, 0, "How tools call it"),
	IV_STRS(struct shown, hosts, "hosts", 0, HOSTS_MAX, "Where it may be sent; none: wherever tools go"),
	IV_STR(struct shown, key_id, "keyId", IV_READONLY, 0, 0, "Of the platform's key it is sealed with"),
	IV_BOOL(struct shown, current, "current", IV_READONLY,
		"That key still seals; false: put the secret again before the key goes"),
	IV_STR(struct shown, created_by, "createdBy", IV_READONLY, 0, 0, "Who put it last"),
	IV_STR(struct shown, created_at, "createdAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_STR(struct shown, updated_at, "updatedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_FIELDS_END,
};
static const struct iv_shape shown_shape = {"secret", sizeof(struct shown), shown_fields, NULL};

struct listed {
	struct iv_objs data;
};
static const struct iv_field list_fields[] = {
	IV_OBJS(struct listed, data, "data", 0, SECRETS_MAX, &shown_shape, "By name"), IV_FIELDS_END};
static const struct iv_shape list_shape = {"secretList", sizeof(struct listed), list_fields, NULL};

struct secret_state {
	struct iv_rows rows;
	struct shown shown;
	struct listed listed;
};

static bool is_current(const struct iv_api_call *c, struct iv_str key_id)
{
	const struct iv_seal_keys *keys = iv_secrets_keys(c->s->secrets);

	return keys->count && iv_str_eq(key_id, iv_str(keys->items[0].id));
}

/* ── putting ── */

static bool is_name(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-", s.ptr[i]) || !s.ptr[i])
			return false;
	return s.len > 0;
}

static bool is_host(struct iv_str s)
{
	if (iv_str_starts(s, IV_S("*.")))
		s = (struct iv_str){s.ptr + 2, s.len - 2};
	for (size_t i = 0; i < s.len; i++)
		if (!s.ptr[i] || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:", s.ptr[i]))
			return false;
	return s.len > 0 && s.len <= HOST_BYTES;
}

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *b = c->in;
	char at[32];

	if (!is_name(b->name))
		iv_api_bad(c, "/name", "must be letters, digits, _ . and -");
	for (size_t i = 0; i < b->value.len; i++)
		if ((unsigned char)b->value.ptr[i] < ' ' || (unsigned char)b->value.ptr[i] >= 0x7f) {
			iv_api_bad(c, "/value", "must be printable ASCII: it goes into a header");
			break;
		}
	for (size_t i = 0; i < b->hosts.count; i++) {
		(void)snprintf(at, sizeof(at), "/hosts/%zu", i);
		if (!is_host(b->hosts.items[i]))
			iv_api_bad(c, at, "must be a host, or *. and the end of hosts");
	}
	return iv_api_refuse_if_bad(c);
}

static struct iv_str base64_of(struct iv_api_call *c, const void *bytes, size_t n)
{
	char *text = iv_arena_alloc(&c->arena, iv_base64_size(n) + 1);

	return text ? (struct iv_str){text, iv_base64(bytes, n, text)} : IV_STR_NULL;
}

static enum iv_flow_next put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *b = c->in;
	struct secret_state *st = c->state;
	struct iv_sealed sealed;
	struct iv_secret_put_in in = {.name = b->name, .hosts = b->hosts, .by = iv_actor(c), .most = SECRETS_MAX};

	if (!iv_seal(iv_secrets_keys(c->s->secrets), c->who.tenant_id, b->name, b->value, &sealed, &f->err)) {
		iv_buf_deinit(&sealed.bytes);
		return IV_FLOW_DONE;
	}
	st->shown.key_id = iv_arena_str(&c->arena, iv_str(sealed.key_id));
	in.key_id = st->shown.key_id;
	in.nonce = base64_of(c, sealed.nonce, sizeof(sealed.nonce));
	in.bytes = base64_of(c, sealed.bytes.ptr, sealed.bytes.len);
	iv_buf_deinit(&sealed.bytes);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_secret_put, &in, &st->rows);
}

static enum iv_flow_next was_put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct secret_state *st = c->state;
	const struct iv_secret_put_out *r;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ECONFLICT, "there are %d secrets already: delete one first", SECRETS_MAX);
	r = iv_secret_put_at(&st->rows, 0);
	c->entity_id = r->name;
	st->shown.name = r->name;
	st->shown.hosts = ((const struct body *)c->in)->hosts;
	st->shown.current = true;
	st->shown.created_by = iv_actor(c);
	st->shown.created_at = iv_time_text(c, r->created_at);
	st->shown.updated_at = iv_time_text(c, r->updated_at);
	c->out = &st->shown;
	return IV_FLOW_DONE;
}

/* ── the others ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct secret_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_secret_list, NULL, &st->rows);
}

static enum iv_flow_next was_listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct secret_state *st = c->state;
	struct shown *items = iv_arena_alloc(&c->arena, (st->rows.count + 1) * sizeof(*items));

	if (!items)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the list");
	for (size_t i = 0; i < st->rows.count; i++) {
		const struct iv_secret_list_out *r = iv_secret_list_at(&st->rows, i);

		items[i] = (struct shown){.name = r->name,
					  .hosts = r->hosts,
					  .key_id = r->key_id,
					  .current = is_current(c, r->key_id),
					  .created_by = r->created_by,
					  .created_at = iv_time_text(c, r->created_at),
					  .updated_at = iv_time_text(c, r->updated_at)};
	}
	st->listed.data = (struct iv_objs){items, st->rows.count};
	c->out = &st->listed;
	return IV_FLOW_DONE;
}

static enum iv_flow_next delete(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct secret_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_secret_delete,
			 &(struct iv_secret_delete_in){.name = iv_api_param(c, "name")}, &st->rows);
}

static const struct iv_flow_step put_steps[] = {{"check", check}, {"put", put}, {"was_put", was_put}, {0}};
static const struct iv_flow_step list_steps[] = {{"list", list}, {"was_listed", was_listed}, {0}};
static const struct iv_flow_step delete_steps[] = {{"delete", delete}, {0}};
static const enum iv_code putting[] = {IV_ECONFLICT, IV_OK};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};

const struct iv_api_route *secret_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "PUT", .path = "/v1/secrets", .id = "putSecret", .tag = "Tools", .role = IV_ROLE_ADMIN,
		 .flags = IV_API_AUDIT, .in = &body_shape, .out = &shown_shape, .status = 200,
		 .state_size = sizeof(struct secret_state), .steps = put_steps, .errors = putting,
		 .example = "{\"name\":\"crm_key\",\"value\":\"sk_0123456789\",\"hosts\":[\"crm.example.com\"]}",
		 .doc = "Keep a value that tools send in a header by its name, or put another in its place"},
		{.method = "GET", .path = "/v1/secrets", .id = "listSecrets", .tag = "Tools", .role = IV_ROLE_DEV,
		 .out = &list_shape, .status = 200, .state_size = sizeof(struct secret_state), .steps = list_steps,
		 .doc = "Names of the tenant's secrets and the hosts they are for; values are never given"},
		{.method = "DELETE", .path = "/v1/secrets/:name", .id = "deleteSecret", .tag = "Tools", .role = IV_ROLE_ADMIN,
		 .flags = IV_API_AUDIT, .status = 204, .state_size = sizeof(struct secret_state), .steps = delete_steps,
		 .errors = missing, .doc = "Forget one; tools that name it fail from now on"},
		{0},
	};

	return rows;
}
