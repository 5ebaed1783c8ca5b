/* iv_password: people's passwords and our API keys. A password is hashed slowly (scrypt, 32 MiB, some 100 ms:
 * in a thread, never on the loop); a key has 190 random bits and is hashed with SHA-256. */
#ifndef IV_PASSWORD_H
#define IV_PASSWORD_H

#include "iv_crypto.h"
#include "iv_err.h"

#define IV_PASSWORD_HASH_SIZE 128 /* with NUL */
#define IV_PASSWORD_MAX 1024      /* bytes */

/* "scrypt$15$8$1$SALT$HASH", base64url. False: no memory. */
IV_MUST_CHECK bool iv_password_hash(struct iv_str password, char out[IV_PASSWORD_HASH_SIZE]);
/* Takes as long for a hash that is none: who has no password is not told from who has another. */
bool iv_password_matches(struct iv_str password, struct iv_str hash);

#define IV_API_KEY_SIZE 48    /* with NUL */
#define IV_API_KEY_PREFIX 13  /* characters that may be shown */

/* "inv_live_" or "inv_test_", 32 random base62 characters, and their CRC-32 in six more. */
void iv_api_key_new(bool live, char out[IV_API_KEY_SIZE]);
/* Begins like one of ours; says nothing of its checksum. */
bool iv_api_key_looks_like(struct iv_str key);
/* Could we have made it? A key that was mistyped or made up is refused without asking anybody. */
bool iv_api_key_well_formed(struct iv_str key);
void iv_api_key_hash(struct iv_str key, char out[IV_SHA256_HEX]);

#endif
