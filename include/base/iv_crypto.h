/* iv_crypto: thin wrappers over libcrypto, and the encodings that go with it. */
#ifndef IV_CRYPTO_H
#define IV_CRYPTO_H

#include "iv_str.h"

#define IV_SHA256_BYTES 32
#define IV_SHA256_HEX (2 * IV_SHA256_BYTES + 1)
#define IV_SHA1_BYTES 20

void iv_hmac_sha256(struct iv_str key, struct iv_str msg, uint8_t out[IV_SHA256_BYTES]);
void iv_hmac_sha256_hex(struct iv_str key, struct iv_str msg, char out[IV_SHA256_HEX]);
void iv_hmac_sha1(struct iv_str key, struct iv_str msg, uint8_t out[IV_SHA1_BYTES]); /* where a peer insists */
/* The same over parts that need not lie together. */
void iv_hmac_sha256_of(struct iv_str key, const struct iv_str *parts, size_t count, uint8_t out[IV_SHA256_BYTES]);
void iv_hmac_sha1_of(struct iv_str key, const struct iv_str *parts, size_t count, uint8_t out[IV_SHA1_BYTES]);
void iv_sha256(struct iv_str msg, uint8_t out[IV_SHA256_BYTES]);
void iv_sha256_hex(struct iv_str msg, char out[IV_SHA256_HEX]);
/* Of what does not lie together; ended once, which frees. */
struct iv_sha256;
struct iv_sha256 *iv_sha256_begin(void);
void iv_sha256_add(struct iv_sha256 *s, struct iv_str bytes);
void iv_sha256_end_hex(struct iv_sha256 *s, char out[IV_SHA256_HEX]);
void iv_sha1(struct iv_str msg, uint8_t out[IV_SHA1_BYTES]);
/* Time does not depend on the bytes; lengths may be told apart. */
bool iv_secret_equal(struct iv_str a, struct iv_str b);
void iv_random(void *out, size_t n); /* aborts when the system has none */

size_t iv_hex(const uint8_t *in, size_t n, char *out); /* writes 2n and NUL; returns 2n */
size_t iv_base64_size(size_t n);                        /* without NUL */
size_t iv_base64(const uint8_t *in, size_t n, char *out); /* writes iv_base64_size(n), no NUL */
/* Decoded length, or -1 for bytes that are not canonical base64 (padding required, no blanks).
 * out needs 3*(n/4) bytes. */
ptrdiff_t iv_base64_decode(struct iv_str in, uint8_t *out);
/* The alphabet of URLs, without padding and as strict; decoding needs 3*n/4 bytes. */
size_t iv_base64url_size(size_t n);
size_t iv_base64url(const uint8_t *in, size_t n, char *out); /* no NUL */
ptrdiff_t iv_base64url_decode(struct iv_str in, uint8_t *out);

#endif
