/* Any bytes as a token, as a key document, and as the claims of a token that is signed well. No token but
 * one of ours is ever good, and what is taken out of one keeps its bounds. */
#include <stdlib.h>

#include "iv_id.h"
#include "iv_jwt.h"

#define NOW_MS INT64_C(1760000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct iv_jwt_keys *ours(void)
{
	static struct iv_jwt_keys *keys;
	static const char jwks[] =
		"{\"keys\":[{\"kid\":\"e\",\"kty\":\"EC\",\"crv\":\"P-256\","
		"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
		"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

	if (!keys) {
		keys = iv_jwt_keys_new();
		if (!iv_jwt_keys_add_secret(keys, IV_S(""), IV_S("a secret nobody guesses by mutation"),
					    NULL) ||
		    !iv_jwt_keys_add_jwks(keys, IV_S(jwks), NULL))
			abort();
	}
	return keys;
}

static void check(enum iv_jwt_verdict v, const struct iv_jwt_claims *c, const struct iv_err *e)
{
	if ((v == IV_JWT_OK) != (e->code == IV_OK) || (v == IV_JWT_OK) != (c->payload.ptr != NULL))
		abort();
	if (v == IV_JWT_OK && ((c->tenant_id.len && !iv_id_acceptable(c->tenant_id)) ||
			       c->expires_at_s * 1000 + 30000 < NOW_MS || !iv_utf8_valid(c->subject)))
		abort();
}

static void as_token(struct iv_str text, struct iv_arena *arena)
{
	struct iv_jwt_claims c;
	struct iv_err e = {0};
	enum iv_jwt_verdict v =
		iv_jwt_verify(ours(), &(struct iv_jwt_rules){0}, text, NOW_MS, arena, &c, &e);

	check(v, &c, &e);
	if (v == IV_JWT_OK)
		abort();
}

static void as_claims(struct iv_str text, struct iv_arena *arena)
{
	const struct iv_jwt_rules rules = {.audience = IV_S("a"), .skew_s = 30};
	struct iv_jwt_claims c;
	struct iv_err e = {0};
	struct iv_buf token;

	iv_buf_init(&token, IV_JWT_TOKEN_MAX);
	if (iv_jwt_sign(ours(), IV_S(""), "JWT", text, &token, NULL))
		check(iv_jwt_verify(ours(), &rules, iv_buf_str(&token), NOW_MS, arena, &c, &e), &c, &e);
	iv_buf_deinit(&token);
}

static void as_keys(struct iv_str text)
{
	struct iv_jwt_keys *keys = iv_jwt_keys_new();
	struct iv_err e = {0};

	if (iv_jwt_keys_add_jwks(keys, text, &e) ? e.code != IV_OK : iv_jwt_keys_count(keys) != 0)
		abort();
	iv_jwt_keys_free(keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_arena arena;
	struct iv_str text = {(const char *)data + 1, size - 1};

	if (size == 0)
		return 0;
	iv_arena_init(&arena, 1 << 16);
	if (data[0] == 'k')
		as_keys(text);
	else if (data[0] == 'c')
		as_claims(text, &arena);
	else
		as_token(text, &arena);
	iv_arena_deinit(&arena);
	return 0;
}
