/* Who asks, whether he may, and how often. */
#include <ctype.h>
#include <stdio.h>
#include "api_priv.h"

/* What is wrong with the body is told when it is read. */
static struct iv_str tenant_of_body(struct iv_api_call *c)
{
	cJSON *doc = iv_json_parse(c->body, NULL);
	struct iv_str tenant = iv_arena_str(&c->arena, iv_json_str(doc, "tenant_id"));

	cJSON_Delete(doc);
	return tenant;
}

enum iv_flow_next api_credential(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_offer offer = {.authorization = iv_http_header(c->http, "authorization"),
				 .api_key = iv_http_header(c->http, "x-api-key"),
				 .tenant_id = iv_http_header(c->http, "x-tenant-id"),
				 .peer = c->peer};

	if (!offer.tenant_id.len && (c->route->flags & IV_API_FUNCTION))
		offer.tenant_id = tenant_of_body(c);
	if (!c->s->pg)
		return iv_flow_fail(f, IV_EDRAINING, "this process has no database: DATABASE_URL is not set");
	return iv_auth_principal(c->s->auth, f, &c->priv->auth, &offer, &c->arena, &c->who);
}

const char *iv_api_scope(const struct iv_api_route *row, char out[64])
{
	bool read = strcmp(row->method, "GET") == 0;
	size_t n = 0;

	for (const char *t = row->tag; *t && n < 50; t++)
		out[n++] = *t == ' ' ? '-' : (char)tolower((unsigned char)*t);
	(void)snprintf(out + n, 64 - n, ":%s", read ? "read" : "write");
	return out;
}

enum iv_flow_next api_may(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	char scope[64];

	c->scope = (struct iv_scope){c->who.tenant_id, c->who.user_id};
	if (c->who.role < c->route->role)
		return iv_flow_fail(f, IV_EFORBIDDEN, "needs the role %s, yours is %s", iv_role_names[c->route->role],
				    iv_role_names[c->who.role]);
	if (!iv_scope_allows(&c->who.scopes, iv_str(iv_api_scope(c->route, scope))))
		return iv_flow_fail(f, IV_EFORBIDDEN, "needs the scope %s, which this key has not", scope);
	return IV_FLOW_NEXT;
}

/* A key, a person in a tenant, or an address has its own allowance. */
static struct iv_str counted(const struct iv_api_call *c, char out[API_RATE_KEY_MAX + 1])
{
	int n;

	if (c->who.key_id.len)
		n = snprintf(out, API_RATE_KEY_MAX + 1, "%.*s", IV_FMT(c->who.key_id));
	else if (c->who.user_id.len)
		n = snprintf(out, API_RATE_KEY_MAX + 1, "%.*s", IV_FMT(c->who.user_id));
	else
		n = snprintf(out, API_RATE_KEY_MAX + 1, "ip:%.*s", IV_FMT(c->peer));
	return (struct iv_str){out, n > API_RATE_KEY_MAX ? API_RATE_KEY_MAX : (size_t)n};
}

enum iv_flow_next api_rate(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	int64_t limit = c->who.rate_per_minute ? c->who.rate_per_minute : c->s->cfg->api_rate_per_minute;
	char key[API_RATE_KEY_MAX + 1];

	if (!c->s->rate)
		return IV_FLOW_NEXT;
	c->priv->rated = true;
	c->priv->policy = (struct iv_rate_policy){.name = c->route->role == IV_ROLE_ANYONE ? "anonymous" : "default",
						  .limit = limit > IV_RATE_LIMIT_MAX ? IV_RATE_LIMIT_MAX : limit,
						  .window_ms = 60000};
	return iv_rate_take(c->s->rate, f, &c->priv->rate, &c->priv->policy, counted(c, key), &c->priv->verdict);
}

enum iv_flow_next api_rated(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_rate_verdict *v = &c->priv->verdict;

	if (!c->priv->rated || v->allowed)
		return IV_FLOW_NEXT;
	iv_api_retry_after(c, v->reset_s);
	return iv_flow_fail(f, IV_ERATE, "at most %lld requests a minute; the next is free in %lld s", (long long)v->limit,
			    (long long)v->reset_s);
}
