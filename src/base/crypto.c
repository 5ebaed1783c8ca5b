/* Digests and random bytes from libcrypto; hex and base64 by hand, because audio passes through
 * them. */
#include "iv_crypto.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>

static const char base64_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void hmac(const EVP_MD *md, struct iv_str key, struct iv_str msg, uint8_t *out)
{
	/* libcrypto takes a NULL key for "the key of before": an empty one needs an address. */
	const void *key_bytes = key.len ? key.ptr : "";
	const void *msg_bytes = msg.len ? msg.ptr : "";

	if (key.len > INT_MAX || !HMAC(md, key_bytes, (int)key.len, msg_bytes, msg.len, out, NULL))
		abort();
}

void iv_hmac_sha256(struct iv_str key, struct iv_str msg, uint8_t out[IV_SHA256_BYTES])
{
	hmac(EVP_sha256(), key, msg, out);
}

void iv_hmac_sha1(struct iv_str key, struct iv_str msg, uint8_t out[IV_SHA1_BYTES])
{
	hmac(EVP_sha1(), key, msg, out);
}

void iv_hmac_sha256_hex(struct iv_str key, struct iv_str msg, char out[IV_SHA256_HEX])
{
	uint8_t mac[IV_SHA256_BYTES];

	iv_hmac_sha256(key, msg, mac);
	iv_hex(mac, sizeof(mac), out);
}

static void hmac_of(const char *digest, struct iv_str key, const struct iv_str *parts, size_t count,
		    uint8_t *out, size_t size)
{
	static EVP_MAC *algorithm; /* fetched once: that alone takes longer than a short HMAC */
	char name[8];
	OSSL_PARAM params[] = {OSSL_PARAM_END, OSSL_PARAM_END};
	EVP_MAC_CTX *ctx;
	bool ok;

	if (!algorithm)
		algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	ctx = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
	iv_str_copy(name, sizeof(name), iv_str(digest));
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
	ok = ctx && EVP_MAC_init(ctx, (const uint8_t *)(key.len ? key.ptr : ""), key.len, params);
	for (size_t i = 0; i < count && ok; i++)
		ok = parts[i].len == 0 || EVP_MAC_update(ctx, (const uint8_t *)parts[i].ptr, parts[i].len);
	if (!ok || !EVP_MAC_final(ctx, out, &size, size))
		abort();
	EVP_MAC_CTX_free(ctx);
}

void iv_hmac_sha256_of(struct iv_str key, const struct iv_str *parts, size_t count, uint8_t out[IV_SHA256_BYTES])
{
	hmac_of("SHA256", key, parts, count, out, IV_SHA256_BYTES);
}

void iv_hmac_sha1_of(struct iv_str key, const struct iv_str *parts, size_t count, uint8_t out[IV_SHA1_BYTES])
{
	hmac_of("SHA1", key, parts, count, out, IV_SHA1_BYTES);
}

static void digest(const EVP_MD *md, struct iv_str msg, uint8_t *out)
{
	if (!EVP_Digest(msg.len ? msg.ptr : "", msg.len, out, NULL, md, NULL))
		abort();
}

void iv_sha256(struct iv_str msg, uint8_t out[IV_SHA256_BYTES])
{
	digest(EVP_sha256(), msg, out);
}

void iv_sha256_hex(struct iv_str msg, char out[IV_SHA256_HEX])
{
	uint8_t sum[IV_SHA256_BYTES];

	iv_sha256(msg, sum);
	iv_hex(sum, sizeof(sum), out);
}

struct iv_sha256 *iv_sha256_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		abort();
	return (struct iv_sha256 *)(void *)ctx;
}

void iv_sha256_add(struct iv_sha256 *s, struct iv_str bytes)
{
	if (EVP_DigestUpdate((EVP_MD_CTX *)(void *)s, bytes.ptr, bytes.len) != 1)
		abort();
}

void iv_sha256_end_hex(struct iv_sha256 *s, char out[IV_SHA256_HEX])
{
	EVP_MD_CTX *ctx = (EVP_MD_CTX *)(void *)s;
	uint8_t sum[IV_SHA256_BYTES];

	if (EVP_DigestFinal_ex(ctx, sum, NULL) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	iv_hex(sum, sizeof(sum), out);
}

void iv_sha1(struct iv_str msg, uint8_t out[IV_SHA1_BYTES])
{
	digest(EVP_sha1(), msg, out);
}

bool iv_secret_equal(struct iv_str a, struct iv_str b)
{
	return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}

void iv_random(void *out, size_t n)
{
	unsigned char *p = out;

	while (n) {
		int part = n > INT_MAX ? INT_MAX : (int)n;

		if (RAND_bytes(p, part) != 1)
			abort();
		p += part;
		n -= (size_t)part;
	}
}

size_t iv_hex(const uint8_t *in, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * n] = '\0';
	return 2 * n;
}

size_t iv_base64_size(size_t n)
{
	return (n / 3 + (n % 3 != 0)) * 4;
}

size_t iv_base64(const uint8_t *in, size_t n, char *out)
{
	char *start = out;
	size_t i = 0;

	for (; n - i >= 3; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];

		*out++ = base64_alphabet[v >> 18];
		*out++ = base64_alphabet[v >> 12 & 63];
		*out++ = base64_alphabet[v >> 6 & 63];
		*out++ = base64_alphabet[v & 63];
	}
	if (n - i) {
		bool two = n - i == 2;
		uint32_t v = (uint32_t)in[i] << 16 | (two ? (uint32_t)in[i + 1] << 8 : 0);

		*out++ = base64_alphabet[v >> 18];
		*out++ = base64_alphabet[v >> 12 & 63];
		*out++ = two ? base64_alphabet[v >> 6 & 63] : '=';
		*out++ = '=';
	}
	return (size_t)(out - start);
}

/* Value + 1 of a base64 character, 0 for all others. */
static const uint8_t *values(void)
{
	static uint8_t table[256];

	if (!table['A']) {
		for (uint8_t i = 0; i < 64; i++)
			table[(unsigned char)base64_alphabet[i]] = (uint8_t)(i + 1);
	}
	return table;
}

/* The last four characters, of which one or two may be padding: 1 to 3 bytes, or -1. The bits that
 * padding leaves over must be zero, else two texts would mean the same bytes. */
static ptrdiff_t decode_tail(const char *in, const uint8_t *value, uint8_t *out)
{
	const uint8_t *s = (const uint8_t *)in;
	unsigned n = s[3] != '=' ? 3 : s[2] != '=' ? 2 : 1;
	unsigned quad[4] = {value[s[0]], value[s[1]], n >= 2 ? value[s[2]] : 1,
			    n == 3 ? value[s[3]] : 1};
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		if (!quad[i])
			return -1;
		v = v << 6 | (quad[i] - 1);
	}
	if ((n == 1 && (v & 0xFFFF)) || (n == 2 && (v & 0xFF)))
		return -1;
	for (unsigned i = 0; i < n; i++)
		out[i] = (uint8_t)(v >> (16 - 8 * i));
	return (ptrdiff_t)n;
}

ptrdiff_t iv_base64_decode(struct iv_str in, uint8_t *out)
{
	const uint8_t *value = values(), *s = (const uint8_t *)in.ptr;
	uint8_t *start = out;
	ptrdiff_t tail;

	if (in.len % 4)
		return -1;
	if (in.len == 0)
		return 0;
	for (size_t i = 0; i + 4 < in.len; i += 4, out += 3) {
		unsigned a = value[s[i]], b = value[s[i + 1]], c = value[s[i + 2]],
			 d = value[s[i + 3]];
		uint32_t v;

		if (!a || !b || !c || !d)
			return -1;
		v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		out[0] = (uint8_t)(v >> 16);
		out[1] = (uint8_t)(v >> 8);
		out[2] = (uint8_t)v;
	}
	tail = decode_tail(in.ptr + in.len - 4, value, out);
	return tail < 0 ? -1 : out - start + tail;
}
