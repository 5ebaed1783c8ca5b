/* From a credential to who asks. What is remembered answers at once; the rest is looked up. */
#include <stdlib.h>
#include "auth_priv.h"
#include "iv_id.h"
#include "iv_log.h"
#include "iv_api_key.h"

const char *const iv_role_names[] = {"anyone", "analyst", "dev", "admin", "platform", NULL};

int iv_role_of(struct iv_str name)
{
	for (int i = 0; iv_role_names[i]; i++)
		if (iv_str_eq(name, iv_str(iv_role_names[i])))
			return i;
	return -1;
}

/* One half of "agents:read" against one half of a scope. */
static bool half_fits(struct iv_str have, struct iv_str want)
{
	return iv_str_eq(have, IV_S("*")) || iv_str_eq(have, want);
}

bool iv_scope_allows(const struct iv_strs *scopes, struct iv_str wanted)
{
	struct iv_str verb = wanted, thing;

	(void)iv_str_split(&verb, ':', &thing); /* rows make it: it has both */
	for (size_t i = 0; i < scopes->count; i++) {
		struct iv_str have_verb = scopes->items[i], have_thing;

		if (iv_str_split(&have_verb, ':', &have_thing) && half_fits(have_thing, thing) && half_fits(have_verb, verb))
			return true;
	}
	return scopes->count == 0;
}

/* ── where from ── */

static bool trusted(const struct auth_door *d, const struct iv_address *a)
{
	for (size_t i = 0; i < d->proxy_count; i++)
		if (iv_cidr_has(&d->proxies[i], a))
			return true;
	return false;
}

/* From the right: each proxy of ours has added who spoke to it; the first who is none of ours is the client. */
struct iv_str iv_auth_peer(const struct iv_auth *a, struct iv_str peer, struct iv_str forwarded_for)
{
	struct iv_address address;
	struct iv_str left = forwarded_for;

	if (!a->door || !a->door->proxy_count)
		return peer;
	while (left.len && iv_address_parse(peer, &address) && trusted(a->door, &address)) {
		size_t at = left.len;
		struct iv_str last;

		while (at > 0 && left.ptr[at - 1] != ',')
			at--;
		last = iv_str_trim((struct iv_str){left.ptr + at, left.len - at});
		if (!iv_address_parse(last, &address))
			break; /* written by somebody else: what we know is better */
		peer = last;
		left.len = at ? at - 1 : 0;
	}
	return peer;
}

static bool address_allowed(const struct auth_tenant *t, struct iv_str peer)
{
	struct iv_address a;

	if (t->any_address)
		return true;
	if (!iv_address_parse(peer, &a))
		return false;
	for (size_t i = 0; i < t->allow_count; i++)
		if (iv_cidr_has(&t->allow[i], &a))
			return true;
	return false;
}

/* ── from what is known to a principal ── */

static bool speak_for(const struct auth_tenant *t, const struct auth_lookup *asked, struct iv_err *e)
{
	struct iv_principal *who = asked->who;

	if (!t->active)
		return iv_fail(e, IV_EFORBIDDEN, "the tenant is suspended");
	if (!address_allowed(t, asked->offer.peer))
		return iv_fail(e, IV_EFORBIDDEN, "this address is not on the tenant's list");
	who->role = t->role;
	who->tenant_id = iv_arena_str(asked->out_arena, t->id);
	who->rate_per_minute = t->rate_per_minute;
	return who->tenant_id.ptr || iv_fail(e, IV_ETOOBIG, "no memory for the request");
}

static bool copy_scopes(const struct iv_strs *from, struct iv_arena *a, struct iv_strs *to)
{
	to->items = iv_arena_alloc(a, from->count * sizeof(*to->items));
	if (!to->items)
		return false;
	for (; to->count < from->count; to->count++)
		to->items[to->count] = iv_arena_str(a, from->items[to->count]);
	return true;
}

static bool settle_key(const struct auth_known *k, const struct auth_lookup *asked, struct iv_err *e)
{
	struct iv_principal *who = asked->who;
	int64_t now_ms = iv_wall_ms();

	if (k->revoked_ms != IV_SQL_NULL && k->revoked_ms <= now_ms)
		return iv_fail(e, IV_EAUTH, "the API key was revoked");
	if (k->expires_ms != IV_SQL_NULL && k->expires_ms <= now_ms)
		return iv_fail(e, IV_EAUTH, "the API key has expired");
	if (asked->offer.tenant_id.len && !iv_str_eq(asked->offer.tenant_id, k->tenants[0].id))
		return iv_fail(e, IV_EFORBIDDEN, "x-tenant-id is not the tenant of this API key");
	if (!speak_for(&k->tenants[0], asked, e))
		return false;
	who->key_id = iv_arena_str(asked->out_arena, k->key_id);
	who->user_id = IV_S("");
	who->live = k->live;
	who->expires_ms = k->expires_ms == IV_SQL_NULL ? 0 : k->expires_ms;
	return (who->key_id.ptr && copy_scopes(&k->scopes, asked->out_arena, &who->scopes)) ||
	       iv_fail(e, IV_ETOOBIG, "no memory for the request");
}

static const struct auth_tenant *tenant_of(const struct auth_known *k, struct iv_str id)
{
	for (size_t i = 0; i < k->tenant_count; i++)
		if (iv_str_eq(k->tenants[i].id, id))
			return &k->tenants[i];
	return NULL;
}

/* All tenants are a platform admin's, and none must be. */
static bool speak_for_any(struct iv_str tenant_id, const struct auth_lookup *asked, struct iv_err *e)
{
	struct iv_principal *who = asked->who;

	if (tenant_id.len && !iv_id_acceptable(tenant_id))
		return iv_fail(e, IV_EFORBIDDEN, "x-tenant-id is no tenant");
	who->role = IV_ROLE_PLATFORM;
	who->tenant_id = iv_arena_str(asked->out_arena, tenant_id);
	return who->tenant_id.ptr || iv_fail(e, IV_ETOOBIG, "no memory for the request");
}

static bool settle_person(const struct auth_known *k, const struct auth_lookup *asked, struct iv_err *e)
{
	struct iv_principal *who = asked->who;
	struct iv_str wanted = asked->offer.tenant_id.len ? asked->offer.tenant_id : asked->claims.tenant_id;
	const struct auth_tenant *t;

	if (k->disabled)
		return iv_fail(e, IV_EFORBIDDEN, "this person's access was taken away");
	who->key_id = IV_S("");
	who->user_id = iv_arena_str(asked->out_arena, asked->claims.subject);
	who->live = true;
	who->expires_ms = asked->claims.expires_at_s * 1000;
	if (!who->user_id.ptr)
		return iv_fail(e, IV_ETOOBIG, "no memory for the request");
	if (k->platform)
		return speak_for_any(wanted, asked, e);
	t = wanted.len ? tenant_of(k, wanted) : k->tenant_count == 1 ? &k->tenants[0] : NULL;
	if (t)
		return speak_for(t, asked, e);
	if (wanted.len)
		return iv_fail(e, IV_EFORBIDDEN, "you do not belong to this tenant");
	if (!k->tenant_count)
		return iv_fail(e, IV_EFORBIDDEN, "you belong to no tenant");
	return iv_fail(e, IV_EINVAL, "x-tenant-id is required: you belong to several tenants");
}

bool auth_settle(struct iv_auth *a, const struct auth_known *k, const struct auth_lookup *asked, struct iv_err *e)
{
	bool person = asked->claims.subject.len > 0;

	if (k->found)
		return person ? settle_person(k, asked, e) : settle_key(k, asked, e);
	if (person)
		return iv_fail(e, IV_EFORBIDDEN, "you belong to no tenant");
	auth_guard_note(&a->door->guard, asked->offer.peer);
	return iv_fail(e, IV_EAUTH, "no such API key");
}

/* ── the operation ── */

static struct iv_str bearer(struct iv_str header)
{
	struct iv_str scheme = {header.ptr, header.len < 7 ? header.len : 7};

	if (!iv_str_ieq(scheme, IV_S("bearer ")))
		return IV_S("");
	return iv_str_trim((struct iv_str){header.ptr + 7, header.len - 7});
}

bool auth_looks_like_key(struct iv_str token)
{
	return iv_str_starts(token, IV_S("iv_live_")) || iv_str_starts(token, IV_S("iv_test_"));
}

static enum iv_flow_next settled(struct iv_flow *f, struct iv_auth *a, const struct auth_known *k,
				 const struct auth_lookup *asked)
{
	return auth_settle(a, k, asked, &f->err) ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

static enum iv_flow_next by_key(struct iv_flow *f, struct auth_lookup *asked)
{
	struct auth_door *d = asked->auth->door;
	const struct auth_known *k;

	iv_api_key_hash(asked->token, asked->hash);
	k = auth_memory_get(&d->keys, iv_str(asked->hash));
	if (k)
		return settled(f, asked->auth, k, asked);
	asked->run->wait_s = auth_guard_wait_s(&d->guard, asked->offer.peer, d->s->cfg->auth_failures_per_minute);
	if (asked->run->wait_s)
		return iv_flow_fail(f, IV_ERATE, "too many wrong credentials from this address; wait %lld s",
				    (long long)asked->run->wait_s);
	if (!iv_api_key_check(asked->token, NULL) || auth_memory_get(&d->strangers, iv_str(asked->hash))) {
		auth_guard_note(&d->guard, asked->offer.peer);
		return iv_flow_fail(f, IV_EAUTH, "no such API key");
	}
	return auth_lookup_key(f, asked);
}

enum iv_jwt_verdict auth_read_token(struct iv_auth *a, struct auth_lookup *asked, struct iv_err *e)
{
	const struct iv_config *cfg = a->cfg;
	const struct iv_jwt_rules rules = {.audience = iv_str(cfg->jwt_audience), .skew_s = 30};
	enum iv_jwt_verdict v;

	v = iv_jwt_verify(a->door->tokens.set, &rules, asked->token, iv_wall_ms(), asked->out_arena, &asked->claims, e);
	if (v != IV_JWT_OK)
		return v;
	if (cfg->jwt_issuer[0] && !iv_str_eq(asked->claims.issuer, iv_str(cfg->jwt_issuer)) &&
	    !iv_str_eq(asked->claims.issuer, IV_S(AUTH_ISSUER))) {
		(void)iv_fail(e, IV_EAUTH, "the token is of another issuer");
		return IV_JWT_WRONG_ISSUER;
	}
	return IV_JWT_OK;
}

bool auth_token_is_somebody(const struct auth_lookup *asked, bool *settled, struct iv_err *e)
{
	const struct iv_jwt_claims *c = &asked->claims;

	*settled = iv_str_eq(c->role, IV_S("service_role"));
	if (*settled) {
		*asked->who = (struct iv_principal){.user_id = IV_S(""), .key_id = IV_S(""), .live = true};
		asked->who->expires_ms = c->expires_at_s * 1000;
		return speak_for_any(asked->offer.tenant_id, asked, e);
	}
	return (c->subject.len && !c->anonymous && !iv_str_eq(c->role, IV_S("anon"))) ||
	       iv_fail(e, IV_EAUTH, "the token is nobody's");
}

/* Wrong by somebody's making, as against too late or too early. */
static bool is_forgery(enum iv_jwt_verdict v)
{
	return v != IV_JWT_EXPIRED && v != IV_JWT_NOT_YET;
}

static enum iv_flow_next by_token(struct iv_flow *f, struct auth_lookup *asked)
{
	struct iv_auth *a = asked->auth;
	struct auth_door *d = a->door;
	const struct auth_known *k;
	struct iv_err e = {0};
	enum iv_jwt_verdict v;
	bool done;

	asked->run->wait_s = auth_guard_wait_s(&d->guard, asked->offer.peer, d->s->cfg->auth_failures_per_minute);
	v = auth_read_token(a, asked, &e);
	if (v == IV_JWT_UNKNOWN_KEY && !asked->run->wait_s && auth_keys_may_ask(&d->tokens))
		return auth_lookup_person(f, asked, true);
	if (v != IV_JWT_OK && asked->run->wait_s)
		return iv_flow_fail(f, IV_ERATE, "too many wrong credentials from this address; wait %lld s",
				    (long long)asked->run->wait_s);
	if (v != IV_JWT_OK) {
		if (is_forgery(v))
			auth_guard_note(&d->guard, asked->offer.peer);
		return iv_flow_fail(f, IV_EAUTH, "%s", e.msg);
	}
	if (!auth_token_is_somebody(asked, &done, &f->err))
		return IV_FLOW_DONE;
	if (done)
		return IV_FLOW_NEXT;
	k = auth_memory_get(&d->persons, asked->claims.subject);
	return k ? settled(f, a, k, asked) : auth_lookup_person(f, asked, false);
}

enum iv_flow_next iv_auth_principal(struct iv_auth *a, struct iv_flow *f, struct iv_auth_run *run,
				    const struct iv_offer *offer, struct iv_arena *arena, struct iv_principal *who)
{
	struct auth_lookup asked = {.auth = a, .run = run, .offer = *offer, .out_arena = arena, .who = who};

	*who = (struct iv_principal){0};
	run->wait_s = 0;
	asked.token = offer->authorization.len ? bearer(offer->authorization) : iv_str_trim(offer->api_key);
	if (!asked.token.len)
		return iv_flow_fail(f, IV_EAUTH, "expected an API key or a token: Authorization: Bearer …, or x-api-key");
	if (!a->door)
		return iv_flow_fail(f, IV_EDRAINING, "this process has no database: DATABASE_URL is not set");
	return !auth_looks_like_key(asked.token) && memchr(asked.token.ptr, '.', asked.token.len)
		       ? by_token(f, &asked)
		       : by_key(f, &asked);
}

/* ── opening and closing ── */

static void on_news(void *arg, struct iv_str payload)
{
	struct auth_door *d = arg;

	if (iv_str_eq(payload, IV_S("token-keys"))) {
		auth_keys_purge(&d->tokens);
		return;
	}
	auth_memory_news(&d->keys, payload);
	auth_memory_news(&d->persons, payload);
	if (!payload.len || iv_str_starts(payload, IV_S("key ")))
		auth_memory_clear(&d->strangers); /* one of them may be a key that was just made */
}

static bool read_proxies(struct auth_door *d, const char *list, struct iv_err *e)
{
	struct iv_str rest = iv_str(list), one;

	while (iv_str_split(&rest, ',', &one)) {
		struct iv_err why = {0};

		if (d->proxy_count == AUTH_PROXIES_MAX)
			return iv_fail(e, IV_EINVAL, "TRUSTED_PROXIES: at most %d networks", AUTH_PROXIES_MAX);
		if (!iv_cidr_parse(iv_str_trim(one), &d->proxies[d->proxy_count++], &why))
			return iv_fail(e, IV_EINVAL, "TRUSTED_PROXIES: \"%.*s\" %s", IV_FMT(one), why.msg);
	}
	return true;
}

void auth_door_free(struct auth_door *d)
{
	if (!d)
		return;
	auth_memory_deinit(&d->keys);
	auth_memory_deinit(&d->persons);
	auth_memory_deinit(&d->strangers);
	auth_guard_deinit(&d->guard);
	free(d);
}

bool iv_auth_open(struct iv_auth *a, struct iv_services *s, struct iv_err *e)
{
	struct auth_door *d;

	if (!s->pg)
		return true;
	d = calloc(1, sizeof(*d));
	if (!d)
		abort();
	d->s = s;
	iv_list_init(&d->lookups);
	iv_list_init(&d->uses);
	iv_list_init(&d->guests);
	iv_list_init(&d->passwords);
	auth_memory_init(&d->keys, AUTH_KNOWN_MAX);
	auth_memory_init(&d->persons, AUTH_KNOWN_MAX);
	auth_memory_init(&d->strangers, AUTH_KNOWN_MAX);
	auth_guard_init(&d->guard);
	if (!read_proxies(d, a->cfg->trusted_proxies, e) || !auth_keys_init(&d->tokens, s, e)) {
		auth_keys_deinit(&d->tokens);
		auth_door_free(d);
		return false;
	}
	iv_pg_listen(s->pg, "credentials", on_news, d);
	a->door = d;
	return true;
}

void iv_auth_close(struct iv_auth *a)
{
	if (!a->door)
		return;
	auth_passwords_cancel(a->door);
	auth_guests_cancel(a->door);
	auth_lookups_cancel(a->door);
	auth_keys_deinit(&a->door->tokens);
}
