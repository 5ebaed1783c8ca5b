/* The two tokens of a sign-in. */
#include "auth_priv.h"
#include "iv_crypto.h"

enum { REFRESH_BYTES = 24 };

bool iv_auth_claims(const struct iv_config *cfg, struct iv_str user_id, struct iv_str tenant_id, struct iv_str session_id,
		    int64_t now_s, int64_t seconds, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "iss", AUTH_ISSUER);
	iv_jw_cstr(&w, "aud", cfg->jwt_audience);
	iv_jw_str(&w, "sub", user_id);
	iv_jw_cstr(&w, "role", "authenticated");
	iv_jw_str(&w, "session_id", session_id);
	iv_jw_i64(&w, "iat", now_s);
	iv_jw_i64(&w, "exp", now_s + seconds);
	if (tenant_id.len) {
		iv_jw_obj(&w, "app_metadata");
		iv_jw_str(&w, "tenant_id", tenant_id);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

bool iv_auth_access_token(const struct iv_auth *a, struct iv_str user_id, struct iv_str tenant_id,
			  struct iv_str session_id, int64_t wall_ms, struct iv_buf *out, struct iv_err *e)
{
	struct iv_buf claims;
	bool ok;

	if (!a->door || !iv_secret_set(a->cfg->jwt_secret))
		return iv_fail(e, IV_EUNSUPPORTED, "sign-ins are not possible here: JWT_SECRET is not set");
	iv_buf_init(&claims, 4096);
	ok = iv_auth_claims(a->cfg, user_id, tenant_id, session_id, wall_ms / 1000, a->cfg->access_token_s, &claims)
		     ? iv_jwt_sign(a->door->tokens.set, IV_S(""), "JWT", iv_buf_str(&claims), out, e)
		     : iv_fail(e, IV_ETOOBIG, "the claims do not fit a token");
	iv_buf_deinit(&claims);
	return ok;
}

void iv_auth_refresh_token(char out[IV_SESSION_TOKEN_SIZE])
{
	uint8_t bytes[REFRESH_BYTES];

	iv_random(bytes, sizeof(bytes));
	memcpy(out, "rft_", 4);
	out[4 + iv_base64url(bytes, sizeof(bytes), out + 4)] = '\0';
}

int64_t iv_auth_wait_s(struct iv_auth *a, struct iv_str peer)
{
	return a->door ? auth_guard_wait_s(&a->door->guard, peer, a->cfg->auth_failures_per_minute) : 0;
}

void iv_auth_was_wrong(struct iv_auth *a, struct iv_str peer)
{
	if (a->door)
		auth_guard_note(&a->door->guard, peer);
}
