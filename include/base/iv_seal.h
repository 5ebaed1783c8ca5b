/* iv_seal: short secrets sealed for keeping, AES-256-GCM by OpenSSL. What a sealed value belongs to (its owner and its
 * name) is sealed with it: put into another's place it does not open. A key is known by the first eight hex digits of
 * its SHA-256; while one replaces another, the one before still opens. */
#ifndef IV_SEAL_H
#define IV_SEAL_H

#include "iv_buf.h"
#include "iv_err.h"

#define IV_SEAL_KEY 32
#define IV_SEAL_NONCE 12
#define IV_SEAL_TAG 16
#define IV_SEAL_KEYS_MAX 4
#define IV_SEAL_ID_SIZE 9
#define IV_SEAL_VALUE_MAX 8192 /* bytes of a value */

struct iv_seal_keys {
	size_t count; /* 0: nothing can be sealed or opened */
	struct iv_seal_key {
		char id[IV_SEAL_ID_SIZE];
		uint8_t bytes[IV_SEAL_KEY];
	} items[IV_SEAL_KEYS_MAX]; /* the first one seals */
};

/* `text`: 32 bytes in base64 or hex; several with commas between them. Appends. IV_EINVAL names what is wrong, not it. */
IV_MUST_CHECK bool iv_seal_keys_read(struct iv_seal_keys *keys, struct iv_str text, struct iv_err *e);
void iv_seal_keys_wipe(struct iv_seal_keys *keys);
void iv_wipe(void *p, size_t n); /* what a compiler may not leave out */

struct iv_sealed {
	char key_id[IV_SEAL_ID_SIZE];
	uint8_t nonce[IV_SEAL_NONCE];
	struct iv_buf bytes; /* with the tag behind them; the caller's to deinit */
};

/* owner and name together are what it belongs to. False: no key, or a value that is empty or too long. */
IV_MUST_CHECK bool iv_seal(const struct iv_seal_keys *keys, struct iv_str owner, struct iv_str name, struct iv_str value,
			   struct iv_sealed *out, struct iv_err *e);
/* Appends the value. IV_ECONFLICT: sealed with a key that is not here; IV_EFORBIDDEN: it was changed, or is another's. */
IV_MUST_CHECK bool iv_unseal(const struct iv_seal_keys *keys, struct iv_str key_id, struct iv_str owner, struct iv_str name,
			     struct iv_str nonce, struct iv_str bytes, struct iv_buf *out, struct iv_err *e);

#endif
