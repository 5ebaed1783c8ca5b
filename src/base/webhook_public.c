/* Signatures that whoever has the public key may check and nobody else can make: ed25519, Standard Webhooks' v1a. */
#include "iv_webhook_sign.h"

#include <openssl/evp.h>
#include <stdio.h>
#include "iv_crypto.h"

enum { KEY_TEXT_MIN = 32, PUBLIC_BYTES = 32, SIGNATURE_BYTES = 64 };

/* NULL: there is no key. */
static EVP_PKEY *key_of(struct iv_str text)
{
	uint8_t seed[IV_SHA256_BYTES];

	if (text.len < KEY_TEXT_MIN)
		return NULL;
	iv_sha256(text, seed);
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
}

bool iv_webhook_public_key(struct iv_str key, char out[IV_WEBHOOK_PUBLIC_SIZE])
{
	EVP_PKEY *k = key_of(key);
	uint8_t bytes[PUBLIC_BYTES];
	size_t n = sizeof(bytes);
	bool ok = k && EVP_PKEY_get_raw_public_key(k, bytes, &n) == 1 && n == sizeof(bytes);

	EVP_PKEY_free(k);
	memcpy(out, "whpk_", 6);
	if (ok)
		out[5 + iv_base64(bytes, sizeof(bytes), out + 5)] = '\0';
	return ok;
}

static bool sign(struct iv_str key, struct iv_str text, uint8_t out[SIGNATURE_BYTES])
{
	EVP_PKEY *k = key_of(key);
	EVP_MD_CTX *c = k ? EVP_MD_CTX_new() : NULL;
	size_t n = SIGNATURE_BYTES;
	bool ok = c && EVP_DigestSignInit(c, NULL, NULL, NULL, k) == 1 &&
		  EVP_DigestSign(c, out, &n, (const uint8_t *)text.ptr, text.len) == 1 && n == SIGNATURE_BYTES;

	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
	return ok;
}

void iv_webhook_sign_public(const struct iv_webhook_secrets *keys, struct iv_str id, struct iv_str body,
			    struct iv_webhook_headers *out)
{
	const struct iv_str both[] = {keys->current, keys->previous};
	uint8_t bytes[SIGNATURE_BYTES];
	char text[4 * SIGNATURE_BYTES / 3 + 8];
	struct iv_buf b;

	iv_buf_init(&b, id.len + body.len + sizeof(out->timestamp) + 2);
	/* In one piece, because ed25519 goes over it twice. */
	if (iv_buf_adds(&b, id) && iv_buf_addc(&b, '.') && iv_buf_adds(&b, iv_str(out->timestamp)) && iv_buf_addc(&b, '.') &&
	    iv_buf_adds(&b, body)) {
		for (size_t i = 0; i < IV_COUNT(both); i++) {
			size_t at = strlen(out->standard);

			if (!sign(both[i], iv_buf_str(&b), bytes))
				continue;
			text[iv_base64(bytes, sizeof(bytes), text)] = '\0';
			(void)snprintf(out->standard + at, sizeof(out->standard) - at, "%sv1a,%s", at ? " " : "", text);
		}
	}
	iv_buf_deinit(&b);
}
