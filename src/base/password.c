/* scrypt over libcrypto. */
#include "iv_password.h"

#include <openssl/evp.h>
#include <stdio.h>

enum {
	LOG_N = 15, /* N = 32768, r = 8, p = 1: OWASP's second choice, 32 MiB */
	R = 8,
	P = 1,
	LOG_N_MAX = 17,
	SALT_BYTES = 16,
	HASH_BYTES = 32,
	MEMORY = 160 << 20,
};

struct scrypt_hash {
	int64_t log_n, r, p;
	uint8_t salt[SALT_BYTES], hash[HASH_BYTES];
};

static bool derive(struct iv_str password, const struct scrypt_hash *h, uint8_t out[HASH_BYTES])
{
	return EVP_PBE_scrypt(password.ptr ? password.ptr : "", password.len, h->salt, SALT_BYTES,
			      (uint64_t)1 << h->log_n, (uint64_t)h->r, (uint64_t)h->p, MEMORY, out, HASH_BYTES) == 1;
}

bool iv_password_hash(struct iv_str password, char out[IV_PASSWORD_HASH_SIZE])
{
	struct scrypt_hash h = {.log_n = LOG_N, .r = R, .p = P};
	char salt[2 * SALT_BYTES + 1] = "", hash[2 * HASH_BYTES + 1] = "";

	iv_random(h.salt, sizeof(h.salt));
	if (!derive(password, &h, h.hash))
		return false;
	salt[iv_base64url(h.salt, sizeof(h.salt), salt)] = '\0';
	hash[iv_base64url(h.hash, sizeof(h.hash), hash)] = '\0';
	(void)snprintf(out, IV_PASSWORD_HASH_SIZE, "scrypt$%d$%d$%d$%s$%s", LOG_N, R, P, salt, hash);
	return true;
}

static bool take_bytes(struct iv_str *rest, uint8_t *out, size_t n)
{
	struct iv_str word;
	uint8_t bytes[64];

	if (!iv_str_split(rest, '$', &word) || word.len > 64 || iv_base64url_decode(word, bytes) != (ptrdiff_t)n)
		return false;
	memcpy(out, bytes, n);
	return true;
}

static bool take_number(struct iv_str *rest, int64_t *n, int64_t max)
{
	struct iv_str word;

	return iv_str_split(rest, '$', &word) && iv_str_to_i64(word, n) && *n >= 1 && *n <= max;
}

static bool parse(struct iv_str text, struct scrypt_hash *h)
{
	struct iv_str rest = text, word;

	return iv_str_split(&rest, '$', &word) && iv_str_eq(word, IV_S("scrypt")) &&
	       take_number(&rest, &h->log_n, LOG_N_MAX) && take_number(&rest, &h->r, R) && take_number(&rest, &h->p, P) &&
	       take_bytes(&rest, h->salt, SALT_BYTES) && take_bytes(&rest, h->hash, HASH_BYTES) && rest.len == 0;
}

bool iv_password_matches(struct iv_str password, struct iv_str hash)
{
	struct scrypt_hash h;
	uint8_t found[HASH_BYTES];
	bool known = parse(hash, &h), same;

	if (!known)
		h = (struct scrypt_hash){.log_n = LOG_N, .r = R, .p = P};
	if (!derive(password, &h, found))
		return false;
	same = iv_secret_equal((struct iv_str){(const char *)found, HASH_BYTES},
			       (struct iv_str){(const char *)h.hash, HASH_BYTES});
	return known && same;
}
