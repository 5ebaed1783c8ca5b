/* One key: making signatures and checking them; and the set that holds keys. libcrypto leaves its reasons on
 * the thread's error queue, where TLS would take them for its own: each failure empties it. */
#include "jwt_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "iv_crypto.h"
#include "mem.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define P256_BYTES 32
#define ED25519_BYTES 64 /* of a signature */

const char *const iv_jwt_alg_names[] = {"HS256", "ES256", "RS256", "EdDSA", NULL};

struct iv_jwt_keys *iv_jwt_keys_new(void)
{
	return must_calloc(1, sizeof(struct iv_jwt_keys));
}

void iv_jwt_keys_free(struct iv_jwt_keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->count; i++) {
		OPENSSL_clear_free(keys->items[i].secret, keys->items[i].secret_len);
		EVP_PKEY_free(keys->items[i].pkey);
	}
	free(keys);
}

size_t iv_jwt_keys_count(const struct iv_jwt_keys *keys)
{
	return keys->count;
}

bool iv_jwt_keys_add(struct iv_jwt_keys *keys, const struct jwt_key *key, struct iv_err *e)
{
	for (size_t i = 0; i < keys->count && key->kid[0]; i++) {
		if (keys->items[i].alg == key->alg && strcmp(keys->items[i].kid, key->kid) == 0)
			return iv_fail_field(e, IV_ECONFLICT, "kid", "two keys have one id");
	}
	if (keys->count == IV_JWT_KEYS_MAX)
		return iv_fail(e, IV_ETOOBIG, "more than %d keys", IV_JWT_KEYS_MAX);
	keys->items[keys->count++] = *key;
	return true;
}

bool iv_jwt_keys_add_secret(struct iv_jwt_keys *keys, struct iv_str kid, struct iv_str secret,
			    struct iv_err *e)
{
	struct jwt_key key = {.alg = IV_JWT_HS256, .secret_len = secret.len, .can_sign = true};

	if (!iv_str_copy(key.kid, sizeof(key.kid), kid))
		return iv_fail_field(e, IV_EINVAL, "kid", "must be at most %d bytes", IV_JWT_KID_MAX);
	if (secret.len < IV_JWT_SECRET_MIN)
		return iv_fail(e, IV_EINVAL, "a token secret must have at least %d bytes, got %zu",
			       IV_JWT_SECRET_MIN, secret.len);
	if (iv_str_find(secret, IV_S("-----BEGIN "), 0) >= 0)
		return iv_fail(e, IV_EINVAL, "a token secret must not be a PEM key");
	key.secret = OPENSSL_memdup(secret.ptr, secret.len);
	if (!key.secret)
		abort();
	if (iv_jwt_keys_add(keys, &key, e))
		return true;
	OPENSSL_clear_free(key.secret, key.secret_len);
	return false;
}

static bool fits_rsa(EVP_PKEY *pkey)
{
	BIGNUM *exponent = NULL;
	bool ok = EVP_PKEY_is_a(pkey, "RSA") && EVP_PKEY_get_bits(pkey) >= RSA_BITS_MIN &&
		  EVP_PKEY_get_bits(pkey) <= RSA_BITS_MAX &&
		  EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) &&
		  BN_is_odd(exponent) && !BN_is_one(exponent) && BN_num_bits(exponent) <= 64;

	BN_free(exponent);
	return ok;
}

static bool fits_p256(EVP_PKEY *pkey)
{
	char group[32];
	EVP_PKEY_CTX *ctx;
	bool ok;

	if (!EVP_PKEY_is_a(pkey, "EC") ||
	    !EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) ||
	    strcmp(group, "prime256v1") != 0)
		return false;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	ok = ctx && EVP_PKEY_public_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

bool iv_jwt_key_fits(EVP_PKEY *pkey, enum iv_jwt_alg alg)
{
	bool ok = alg == IV_JWT_RS256	? fits_rsa(pkey)
		  : alg == IV_JWT_EDDSA ? EVP_PKEY_is_a(pkey, "ED25519") == 1
					: alg == IV_JWT_ES256 && fits_p256(pkey);

	if (!ok)
		ERR_clear_error();
	return ok;
}

/* Instead of libcrypto's own, which would ask the terminal. */
static int no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *read_pem(struct iv_str pem, bool private)
{
	BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *pkey = NULL;

	if (bio && private)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	else if (bio)
		pkey = PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

bool iv_jwt_keys_add_pem(struct iv_jwt_keys *keys, struct iv_str kid, enum iv_jwt_alg alg,
			 struct iv_str pem, struct iv_err *e)
{
	struct jwt_key key = {.alg = alg};

	if (!iv_str_copy(key.kid, sizeof(key.kid), kid))
		return iv_fail_field(e, IV_EINVAL, "kid", "must be at most %d bytes", IV_JWT_KID_MAX);
	if (pem.len == 0 || pem.len > IV_JWT_JWKS_MAX)
		return iv_fail(e, IV_EINVAL, "a PEM key must have 1 to %d bytes, got %zu",
			       IV_JWT_JWKS_MAX, pem.len);
	key.pkey = read_pem(pem, false);
	if (!key.pkey) {
		key.pkey = read_pem(pem, true);
		key.can_sign = key.pkey != NULL;
	}
	if (!key.pkey)
		return iv_fail(e, IV_EINVAL, "is not a public or unencrypted private key in PEM");
	if (!iv_jwt_key_fits(key.pkey, alg))
		iv_fail(e, IV_EINVAL, "is not a key for %s",
			alg == IV_JWT_ES256   ? "ES256 (P-256)"
			: alg == IV_JWT_EDDSA ? "EdDSA (Ed25519)"
					      : "RS256 (2048 to 8192 bits)");
	else if (iv_jwt_keys_add(keys, &key, e))
		return true;
	EVP_PKEY_free(key.pkey);
	return false;
}

/* A token has r and s side by side, libcrypto wants them in DER. */
static uint8_t *der_of_raw(const uint8_t raw[2 * P256_BYTES], int *len)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, P256_BYTES, NULL), *s = BN_bin2bn(raw + P256_BYTES, P256_BYTES, NULL);
	uint8_t *der = NULL;

	if (!sig || !r || !s || !ECDSA_SIG_set0(sig, r, s))
		abort();
	*len = i2d_ECDSA_SIG(sig, &der);
	ECDSA_SIG_free(sig);
	return der;
}

static size_t raw_of_der(const uint8_t *der, size_t len, uint8_t *raw)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, P256_BYTES) == P256_BYTES &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + P256_BYTES, P256_BYTES) == P256_BYTES;

	ECDSA_SIG_free(sig);
	return ok ? 2 * P256_BYTES : 0;
}

/* What Ed25519 signs is the text itself. */
static const EVP_MD *digest_for(enum iv_jwt_alg alg)
{
	return alg == IV_JWT_EDDSA ? NULL : EVP_sha256();
}

static bool verify_digest(const struct jwt_key *key, struct iv_str text, const uint8_t *signature, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, digest_for(key->alg), NULL, key->pkey) == 1 &&
		  EVP_DigestVerify(ctx, signature, len, (const uint8_t *)text.ptr, text.len) == 1;

	EVP_MD_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	return ok;
}

bool iv_jwt_key_verify(const struct jwt_key *key, struct iv_str signed_text, const uint8_t *signature,
		       size_t len)
{
	uint8_t mac[IV_SHA256_BYTES], *der;
	int der_len = 0;
	bool ok;

	switch (key->alg) {
	case IV_JWT_HS256:
		iv_hmac_sha256((struct iv_str){key->secret, key->secret_len}, signed_text, mac);
		return iv_secret_equal((struct iv_str){(const char *)mac, sizeof(mac)},
				       (struct iv_str){(const char *)signature, len});
	case IV_JWT_RS256:
		return len == (size_t)EVP_PKEY_get_size(key->pkey) &&
		       verify_digest(key, signed_text, signature, len);
	case IV_JWT_EDDSA:
		return len == ED25519_BYTES && verify_digest(key, signed_text, signature, len);
	case IV_JWT_ES256:
		if (len != 2 * P256_BYTES)
			return false;
		der = der_of_raw(signature, &der_len);
		ok = der && der_len > 0 &&
		     verify_digest(key, signed_text, der, (size_t)der_len);
		OPENSSL_free(der);
		return ok;
	}
	return false;
}

size_t iv_jwt_key_sign(const struct jwt_key *key, struct iv_str text, uint8_t signature[JWT_SIGNATURE_MAX])
{
	uint8_t der[JWT_SIGNATURE_MAX];
	size_t len = sizeof(der);
	EVP_MD_CTX *ctx;
	bool ok;

	if (!key->can_sign)
		return 0;
	if (key->alg == IV_JWT_HS256) {
		iv_hmac_sha256((struct iv_str){key->secret, key->secret_len}, text, signature);
		return IV_SHA256_BYTES;
	}
	ctx = EVP_MD_CTX_new();
	ok = ctx && EVP_DigestSignInit(ctx, NULL, digest_for(key->alg), NULL, key->pkey) == 1 &&
	     EVP_DigestSign(ctx, der, &len, (const uint8_t *)text.ptr, text.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok) {
		ERR_clear_error();
		return 0;
	}
	if (key->alg == IV_JWT_ES256)
		return raw_of_der(der, len, signature);
	memcpy(signature, der, len);
	return len;
}
