/* A key document from the network (RFC 7517): who serves it says which keys it has, never what we do with
 * them. The algorithm follows from the key's type alone. */
#include "jwt_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "iv_crypto.h"
#include "iv_json.h"

#define MEMBER_MAX 1368 /* characters: a modulus of 8192 bits, and a zero in front of it */
#define MEMBER_BYTES (MEMBER_MAX * 3 / 4)

/* A base64url member as bytes: how many, or 0. */
static size_t bytes_of(const cJSON *jwk, const char *name, uint8_t out[MEMBER_BYTES])
{
	struct iv_str text = iv_json_str(jwk, name);
	ptrdiff_t n = text.len > MEMBER_MAX ? -1 : iv_base64url_decode(text, out);

	return n > 0 ? (size_t)n : 0;
}

static EVP_PKEY *build(const char *type, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		ERR_clear_error();
		pkey = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

static EVP_PKEY *rsa_key(const cJSON *jwk)
{
	uint8_t modulus[MEMBER_BYTES], exponent[MEMBER_BYTES];
	size_t n_len = bytes_of(jwk, "n", modulus), e_len = bytes_of(jwk, "e", exponent);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus, (int)n_len, NULL), *e = BN_bin2bn(exponent, (int)e_len, NULL);
	EVP_PKEY *pkey = NULL;

	if (!bld || !n || !e)
		abort();
	if (n_len && e_len && e_len <= 8 && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e))
		pkey = build("RSA", bld);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

static EVP_PKEY *p256_key(const cJSON *jwk)
{
	uint8_t x[MEMBER_BYTES], y[MEMBER_BYTES], point[65] = {4}; /* 4: not compressed */
	OSSL_PARAM_BLD *bld;
	EVP_PKEY *pkey = NULL;

	if (bytes_of(jwk, "x", x) != 32 || bytes_of(jwk, "y", y) != 32)
		return NULL;
	memcpy(point + 1, x, 32);
	memcpy(point + 33, y, 32);
	bld = OSSL_PARAM_BLD_new();
	if (!bld)
		abort();
	if (OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)))
		pkey = build("EC", bld);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

static EVP_PKEY *ed25519_key(const cJSON *jwk)
{
	uint8_t x[MEMBER_BYTES];
	EVP_PKEY *pkey = NULL;

	if (bytes_of(jwk, "x", x) == 32)
		pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, 32);
	if (!pkey)
		ERR_clear_error();
	return pkey;
}

static bool verifies(const cJSON *jwk)
{
	const cJSON *ops = iv_json_get(jwk, "key_ops"), *op;

	if (iv_json_get(jwk, "use") && !iv_str_eq(iv_json_str(jwk, "use"), IV_S("sig")))
		return false;
	if (!ops)
		return true;
	cJSON_ArrayForEach(op, ops)
	{
		if (cJSON_IsString(op) && strcmp(op->valuestring, "verify") == 0)
			return true;
	}
	return false;
}

/* Is it a public key for signatures of a kind we take? Then *alg is what it is for. */
static bool wanted(const cJSON *jwk, enum iv_jwt_alg *alg)
{
	struct iv_str kty = iv_json_str(jwk, "kty"), said = iv_json_str(jwk, "alg");

	if (iv_str_eq(kty, IV_S("RSA")))
		*alg = IV_JWT_RS256;
	else if (iv_str_eq(kty, IV_S("EC")) && iv_str_eq(iv_json_str(jwk, "crv"), IV_S("P-256")))
		*alg = IV_JWT_ES256;
	else if (iv_str_eq(kty, IV_S("OKP")) && iv_str_eq(iv_json_str(jwk, "crv"), IV_S("Ed25519")))
		*alg = IV_JWT_EDDSA;
	else
		return false;
	if (iv_json_get(jwk, "alg") && !iv_str_eq(said, iv_str(iv_jwt_alg_names[*alg])))
		return false;
	return verifies(jwk) && !iv_json_get(jwk, "d");
}

/* True for a key that is passed over, too: one that is broken or weak does not take the others with it. */
static bool add_jwk(struct iv_jwt_keys *keys, const cJSON *jwk, struct iv_err *e)
{
	struct jwt_key key = {0};

	if (!cJSON_IsObject(jwk))
		return iv_fail_field(e, IV_EINVAL, "keys", "must be objects");
	if (!wanted(jwk, &key.alg))
		return true;
	if (iv_json_get(jwk, "kid") && (!iv_json_str(jwk, "kid").ptr ||
					!iv_str_copy(key.kid, sizeof(key.kid), iv_json_str(jwk, "kid"))))
		return iv_fail_field(e, IV_EINVAL, "kid", "must be a string of at most %d bytes",
				     IV_JWT_KID_MAX);
	key.pkey = key.alg == IV_JWT_RS256 ? rsa_key(jwk) : key.alg == IV_JWT_EDDSA ? ed25519_key(jwk) : p256_key(jwk);
	if (!key.pkey)
		return true;
	if (!iv_jwt_key_fits(key.pkey, key.alg)) {
		EVP_PKEY_free(key.pkey);
		return true;
	}
	if (iv_jwt_keys_add(keys, &key, e))
		return true;
	EVP_PKEY_free(key.pkey);
	return false;
}

bool iv_jwt_keys_add_jwks(struct iv_jwt_keys *keys, struct iv_str json, struct iv_err *e)
{
	size_t before = keys->count;
	const cJSON *list, *jwk;
	cJSON *doc;
	bool ok;

	if (json.len > IV_JWT_JWKS_MAX)
		return iv_fail(e, IV_ETOOBIG, "a key document must be at most %d bytes, got %zu",
			       IV_JWT_JWKS_MAX, json.len);
	doc = iv_json_parse(json, e);
	if (!doc)
		return false;
	list = iv_json_get(doc, "keys");
	ok = cJSON_IsArray(list) || iv_fail_field(e, IV_EINVAL, "keys", "must be an array");
	for (jwk = ok ? list->child : NULL; jwk && ok; jwk = jwk->next)
		ok = add_jwk(keys, jwk, e);
	while (!ok && keys->count > before)
		EVP_PKEY_free(keys->items[--keys->count].pkey);
	cJSON_Delete(doc);
	return ok;
}
