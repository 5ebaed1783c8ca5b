/* Who may open a socket: key, bearer, query key or a signature that is good once. */
#include <stdlib.h>
#include "auth_priv.h"
#include "iv_crypto.h"
#include "iv_net.h"

enum { SIGNATURES_MAX = 100000 }; /* more within one lifetime: the oldest half is swept early */

struct iv_auth *iv_auth_new(const struct iv_config *cfg)
{
	struct iv_auth *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->cfg = cfg;
	a->used = iv_map_new();
	return a;
}

void iv_auth_free(struct iv_auth *a)
{
	if (!a)
		return;
	iv_map_free(a->used);
	auth_door_free(a->door);
	free(a);
}

static bool key_matches(const struct iv_auth *a, struct iv_str offered)
{
	struct iv_secret key = a->cfg->realtime_api_key;

	return iv_secret_set(key) && iv_secret_equal(offered, iv_str(iv_secret_reveal(key)));
}

static bool any_subprotocol_is_key(const struct iv_auth *a, struct iv_str list)
{
	struct iv_str one;
	bool match = false;

	while (iv_str_split(&list, ',', &one))
		match = key_matches(a, iv_str_trim(one)) || match;
	return match;
}

static bool bearer_is_key(const struct iv_auth *a, struct iv_str header)
{
	struct iv_str scheme = {header.ptr, header.len < 7 ? header.len : 7};

	return iv_str_ieq(scheme, IV_S("bearer ")) &&
	       key_matches(a, iv_str_trim((struct iv_str){header.ptr + 7, header.len - 7}));
}

static void forget_expired(void *arg, struct iv_str sig, void *expiry)
{
	struct iv_auth *a = arg;

	if ((int64_t)(intptr_t)expiry < a->now_s)
		(void)iv_map_remove(a->used, sig);
}

static bool use_once(struct iv_auth *a, struct iv_str sig, int64_t now_s)
{
	int64_t ttl = a->cfg->realtime_ws_ttl;

	if (now_s - a->swept_s > ttl || iv_map_count(a->used) > SIGNATURES_MAX) {
		a->now_s = now_s;
		a->swept_s = now_s;
		iv_map_each(a->used, forget_expired, a);
	}
	if (iv_map_get(a->used, sig))
		return false;
	(void)iv_map_put(a->used, sig, (void *)(intptr_t)(now_s + 2 * ttl));
	return true;
}

bool iv_auth_sign(const struct iv_auth *a, struct iv_str call_id, int64_t ts_s, char out[65])
{
	return iv_auth_sign_call(a, call_id, ts_s, IV_STR_NULL, IV_STR_NULL, out);
}

bool iv_auth_sign_call(const struct iv_auth *a, struct iv_str call_id, int64_t ts_s, struct iv_str tenant_id,
		       struct iv_str nonce, char out[65])
{
	struct iv_buf msg;
	bool ok;

	if (!iv_secret_set(a->cfg->realtime_ws_secret))
		return false;
	iv_buf_init(&msg, 1024);
	ok = iv_buf_printf(&msg, "%.*s:%lld", IV_FMT(call_id), (long long)ts_s);
	if (ok && (tenant_id.len || nonce.len))
		ok = iv_buf_printf(&msg, ":%.*s:%.*s", IV_FMT(tenant_id), IV_FMT(nonce));
	if (ok)
		iv_hmac_sha256_hex(iv_str(iv_secret_reveal(a->cfg->realtime_ws_secret)), iv_buf_str(&msg), out);
	iv_buf_deinit(&msg);
	return ok;
}

static bool check_signature(struct iv_auth *a, const struct iv_credentials *c, int64_t wall_ms, struct iv_err *e)
{
	int64_t ts, now_s = wall_ms / 1000, ttl = a->cfg->realtime_ws_ttl;
	char expected[65];

	if (!iv_str_to_i64(c->ts, &ts))
		return iv_fail_field(e, IV_EAUTH, "ts", "must be Unix seconds");
	if (ts < now_s - ttl || ts > now_s + ttl)
		return iv_fail_field(e, IV_EAUTH, "ts", "must be within %lld s of now", (long long)ttl);
	if (!iv_auth_sign_call(a, c->call_id, ts, c->tenant_id, c->nonce, expected))
		return iv_fail_field(e, IV_EAUTH, "sig", "signatures are not accepted here: REALTIME_WS_SECRET is not set");
	if (!iv_secret_equal(c->sig, iv_str(expected)))
		return iv_fail_field(e, IV_EAUTH, "sig",
				     "must be the hex HMAC-SHA256 of callId:ts, or of callId:ts:tenantId:nonce");
	if (!use_once(a, c->sig, now_s))
		return iv_fail_field(e, IV_EAUTH, "sig", "was used before; a signature is good once");
	return true;
}

bool iv_auth_socket(struct iv_auth *a, const struct iv_credentials *c, int64_t wall_ms,
		    enum iv_auth_method *method, struct iv_err *e)
{
	*method = IV_AUTH_KEY;
	if (any_subprotocol_is_key(a, c->subprotocols) || key_matches(a, c->api_key) ||
	    bearer_is_key(a, c->authorization))
		return true;
	*method = IV_AUTH_SIGNATURE;
	if (c->sig.len)
		return check_signature(a, c, wall_ms, e);
	return iv_fail(e, IV_EAUTH,
		       "expected the API key as subprotocol, bearer token or api_key, or ts and sig; found none that is right");
}

static bool host_of(struct iv_str url, struct iv_str *host, int *port)
{
	struct iv_url u;

	if (!iv_url_parse(url, &u, NULL))
		return false;
	*host = u.host;
	*port = u.port;
	return true;
}

bool iv_auth_origin(const struct iv_auth *a, const struct iv_credentials *c, bool carrier, struct iv_err *e)
{
	struct iv_str base = iv_str(a->cfg->public_base_url), ours, theirs;
	int our_port, their_port;

	if (!c->origin.len || !base.len)
		return true;
	if (host_of(base, &ours, &our_port) && host_of(c->origin, &theirs, &their_port) &&
	    iv_str_ieq(ours, theirs) && (carrier || our_port == their_port))
		return true;
	return iv_fail_field(e, IV_EFORBIDDEN, "Origin", "forbidden_origin: must be that of PUBLIC_BASE_URL");
}

bool iv_auth_is_jambonz(struct iv_str subprotocols)
{
	struct iv_str one;

	while (iv_str_split(&subprotocols, ',', &one)) {
		one = iv_str_trim(one);
		if (iv_str_eq(one, IV_S("audio.jambonz.org")) || iv_str_eq(one, IV_S("audio.drachtio.org")))
			return true;
	}
	return false;
}

struct iv_str iv_auth_subprotocol(const struct iv_credentials *c)
{
	struct iv_str rest = c->subprotocols, one, first = IV_STR_NULL;
	size_t n = 0;

	while (iv_str_split(&rest, ',', &one)) {
		one = iv_str_trim(one);
		if (iv_str_eq(one, IV_S("invorto.v1")) || iv_auth_is_jambonz(one))
			return one;
		if (!n++)
			first = one;
	}
	return n == 1 ? first : IV_STR_NULL;
}
