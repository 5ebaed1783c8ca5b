/* iv_api_key: our customers' keys: "iv_live_" or "iv_test_", 32 random characters, 6 of checksum, all base62.
 * The prefix lets a scanner find a leaked one, the checksum lets us refuse a mistyped one unseen. Only the
 * digest of a key is stored: 190 random bits need no slow hash. */
#ifndef IV_API_KEY_H
#define IV_API_KEY_H

#include "iv_crypto.h"

#define IV_API_KEY_LEN 46
#define IV_API_KEY_SIZE (IV_API_KEY_LEN + 1)
#define IV_API_KEY_SHOWN 12 /* characters that are kept and shown: "iv_live_Ab3d" */

void iv_api_key_make(bool live, char out[IV_API_KEY_SIZE]);
/* Is it one of ours by its form? *live (may be NULL) says which kind. Whether it exists is another question. */
bool iv_api_key_check(struct iv_str key, bool *live);
/* What is stored and looked up: SHA-256 of the whole key, in hex. */
void iv_api_key_hash(struct iv_str key, char out[IV_SHA256_HEX]);
/* The part that may be shown; a shorter text is given back empty. */
struct iv_str iv_api_key_shown(struct iv_str key);

#endif
