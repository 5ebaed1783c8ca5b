/* AES-256-GCM over a value, with whom it belongs to as what is authenticated beside it. */
#include "iv_seal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "iv_crypto.h"

/* ── keys ── */

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(struct iv_str text, uint8_t out[IV_SEAL_KEY])
{
	for (size_t i = 0; i < IV_SEAL_KEY; i++) {
		int high = digit(text.ptr[2 * i]), low = digit(text.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool read_key(struct iv_str text, uint8_t out[IV_SEAL_KEY])
{
	uint8_t decoded[IV_SEAL_KEY + 4];
	bool ok;

	if (text.len == 2 * IV_SEAL_KEY)
		return read_hex(text, out);
	ok = text.len == iv_base64_size(IV_SEAL_KEY) && iv_base64_decode(text, decoded) == IV_SEAL_KEY;
	if (ok)
		memcpy(out, decoded, IV_SEAL_KEY);
	OPENSSL_cleanse(decoded, sizeof(decoded));
	return ok;
}

bool iv_seal_keys_read(struct iv_seal_keys *keys, struct iv_str text, struct iv_err *e)
{
	struct iv_str one;
	char hex[IV_SHA256_HEX];

	while (iv_str_split(&text, ',', &one)) {
		struct iv_seal_key *k = &keys->items[keys->count];

		one = iv_str_trim(one);
		if (!one.len)
			continue;
		if (keys->count == IV_SEAL_KEYS_MAX)
			return iv_fail(e, IV_EINVAL, "more than %d keys", IV_SEAL_KEYS_MAX);
		if (!read_key(one, k->bytes))
			return iv_fail(e, IV_EINVAL, "a key must be 32 bytes in base64 (44 characters) or hex (64)");
		iv_sha256_hex((struct iv_str){(const char *)k->bytes, IV_SEAL_KEY}, hex);
		(void)iv_str_copy(k->id, sizeof(k->id), (struct iv_str){hex, sizeof(k->id) - 1});
		keys->count++;
	}
	return true;
}

void iv_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

void iv_seal_keys_wipe(struct iv_seal_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}

/* ── both ways ── */

/* What it belongs to: lengths in front, so that no two pairs read alike. */
static bool bind(EVP_CIPHER_CTX *ctx, struct iv_str owner, struct iv_str name)
{
	uint8_t lengths[2] = {(uint8_t)owner.len, (uint8_t)name.len};
	int n;

	return owner.len < 256 && name.len < 256 && EVP_CipherUpdate(ctx, NULL, &n, lengths, sizeof(lengths)) == 1 &&
	       (!owner.len || EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)owner.ptr, (int)owner.len) == 1) &&
	       (!name.len || EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)name.ptr, (int)name.len) == 1);
}

bool iv_seal(const struct iv_seal_keys *keys, struct iv_str owner, struct iv_str name, struct iv_str value,
	     struct iv_sealed *out, struct iv_err *e)
{
	uint8_t sealed[IV_SEAL_VALUE_MAX + IV_SEAL_TAG];
	EVP_CIPHER_CTX *ctx;
	int n = 0, rest = 0;
	bool ok;

	*out = (struct iv_sealed){.bytes = {0}};
	iv_buf_init(&out->bytes, sizeof(sealed));
	if (!keys->count)
		return iv_fail(e, IV_ECONFLICT, "there is no key to seal secrets with");
	if (!value.len || value.len > IV_SEAL_VALUE_MAX)
		return iv_fail(e, IV_EINVAL, "a secret must have 1 to %d bytes", IV_SEAL_VALUE_MAX);
	memcpy(out->key_id, keys->items[0].id, sizeof(out->key_id));
	iv_random(out->nonce, sizeof(out->nonce));
	ctx = EVP_CIPHER_CTX_new();
	ok = ctx && EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), keys->items[0].bytes, out->nonce, NULL) == 1 &&
	     bind(ctx, owner, name) && EVP_EncryptUpdate(ctx, sealed, &n, (const uint8_t *)value.ptr, (int)value.len) == 1 &&
	     EVP_EncryptFinal_ex(ctx, sealed + n, &rest) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, IV_SEAL_TAG, sealed + n + rest) == 1 &&
	     iv_buf_add(&out->bytes, sealed, (size_t)(n + rest) + IV_SEAL_TAG);
	EVP_CIPHER_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	return ok || iv_fail(e, IV_EINVAL, "the secret cannot be sealed");
}

static const struct iv_seal_key *key_of(const struct iv_seal_keys *keys, struct iv_str id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (iv_str_eq(id, iv_str(keys->items[i].id)))
			return &keys->items[i];
	return NULL;
}

bool iv_unseal(const struct iv_seal_keys *keys, struct iv_str key_id, struct iv_str owner, struct iv_str name,
	       struct iv_str nonce, struct iv_str bytes, struct iv_buf *out, struct iv_err *e)
{
	const struct iv_seal_key *k = key_of(keys, key_id);
	uint8_t plain[IV_SEAL_VALUE_MAX], tag[IV_SEAL_TAG];
	EVP_CIPHER_CTX *ctx;
	size_t len;
	int n = 0, rest = 0;
	bool ok;

	if (!k)
		return iv_fail(e, IV_ECONFLICT, "it was sealed with a key that is not set up here");
	if (nonce.len != IV_SEAL_NONCE || bytes.len <= IV_SEAL_TAG || bytes.len > sizeof(plain) + IV_SEAL_TAG)
		return iv_fail(e, IV_EFORBIDDEN, "it is no sealed secret");
	len = bytes.len - IV_SEAL_TAG;
	memcpy(tag, bytes.ptr + len, sizeof(tag));
	ctx = EVP_CIPHER_CTX_new();
	ok = ctx && EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), k->bytes, (const uint8_t *)nonce.ptr, NULL) == 1 &&
	     bind(ctx, owner, name) && EVP_DecryptUpdate(ctx, plain, &n, (const uint8_t *)bytes.ptr, (int)len) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, IV_SEAL_TAG, tag) == 1 &&
	     EVP_DecryptFinal_ex(ctx, plain + n, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	ok = ok ? iv_buf_add(out, plain, (size_t)(n + rest)) || iv_fail(e, IV_ETOOBIG, "no room for the secret")
		: iv_fail(e, IV_EFORBIDDEN, "it was changed, or is another's");
	OPENSSL_cleanse(plain, sizeof(plain));
	return ok;
}
