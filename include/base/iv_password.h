/* iv_password: people's passwords, hashed slowly (scrypt, 32 MiB, some 100 ms: in a thread, never on the
 * loop). */
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

#endif
