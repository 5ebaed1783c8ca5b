/* scrypt over libcrypto, and the form of an API key. */
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
	RANDOM_CHARS = 32,
	CHECK_CHARS = 6,
	MARK_CHARS = 9, /* "inv_live_" */
};

/* ── passwords ── */

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

/* ── API keys ── */

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static uint32_t crc32(const char *bytes, size_t n)
{
	uint32_t crc = 0xFFFFFFFFu;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1u)));
	}
	return ~crc;
}

/* Of everything before it. */
static void put_checksum(const char *key, size_t n, char out[CHECK_CHARS])
{
	uint32_t sum = crc32(key, n);

	for (int i = CHECK_CHARS - 1; i >= 0; i--, sum /= 62)
		out[i] = digits[sum % 62];
}

void iv_api_key_new(bool live, char out[IV_API_KEY_SIZE])
{
	size_t n = MARK_CHARS;

	memcpy(out, live ? "inv_live_" : "inv_test_", MARK_CHARS);
	while (n < MARK_CHARS + RANDOM_CHARS) {
		uint8_t byte;

		iv_random(&byte, 1);
		if (byte < 248) /* 4 × 62: every character as likely as any other */
			out[n++] = digits[byte % 62];
	}
	put_checksum(out, n, out + n);
	out[n + CHECK_CHARS] = '\0';
}

bool iv_api_key_looks_like(struct iv_str key)
{
	return iv_str_starts(key, IV_S("inv_live_")) || iv_str_starts(key, IV_S("inv_test_"));
}

bool iv_api_key_well_formed(struct iv_str key)
{
	char sum[CHECK_CHARS];

	if (key.len != MARK_CHARS + RANDOM_CHARS + CHECK_CHARS || !iv_api_key_looks_like(key))
		return false;
	put_checksum(key.ptr, MARK_CHARS + RANDOM_CHARS, sum);
	return memcmp(sum, key.ptr + MARK_CHARS + RANDOM_CHARS, CHECK_CHARS) == 0;
}

void iv_api_key_hash(struct iv_str key, char out[IV_SHA256_HEX])
{
	uint8_t hash[IV_SHA256_BYTES];

	iv_sha256(key, hash);
	(void)iv_hex(hash, sizeof(hash), out);
}
