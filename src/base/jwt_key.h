/* Between the halves of iv_jwt: one key and what can be done with it. */
#ifndef BASE_JWT_KEY_H
#define BASE_JWT_KEY_H

#include <openssl/evp.h>

#include "iv_jwt.h"

#define JWT_SIGNATURE_MAX 1024 /* RSA of 8192 bits */

struct jwt_key {
	char kid[IV_JWT_KID_MAX + 1]; /* "": none */
	enum iv_jwt_alg alg;
	char *secret; /* HS256 */
	size_t secret_len;
	EVP_PKEY *pkey; /* ES256, RS256 */
	bool can_sign;
};

struct iv_jwt_keys {
	struct jwt_key items[IV_JWT_KEYS_MAX];
	size_t count;
};

extern const char *const iv_jwt_alg_names[]; /* ends with NULL */

bool iv_jwt_key_verify(const struct jwt_key *key, struct iv_str signed_text, const uint8_t *signature,
		       size_t len);
/* Its length, or 0. */
size_t iv_jwt_key_sign(const struct jwt_key *key, struct iv_str text, uint8_t signature[JWT_SIGNATURE_MAX]);
/* Puts the key, which is then the set's, at the end; false (and *key still the caller's) when its id is
 * taken or there is no room. */
bool iv_jwt_keys_add(struct iv_jwt_keys *keys, const struct jwt_key *key, struct iv_err *e);
/* Is it a key of the kind that the algorithm wants? */
bool iv_jwt_key_fits(EVP_PKEY *pkey, enum iv_jwt_alg alg);

#endif
