/* Between signing and verifying webhooks: the text of one signature by one secret. */
#ifndef BASE_WEBHOOK_MAC_H
#define BASE_WEBHOOK_MAC_H

#include "iv_crypto.h"

#define WEBHOOK_KEY_SIZE 66
#define WEBHOOK_STANDARD_SIZE 48

/* The bytes of a whsec_ secret: how many, or 0 when it is none. */
size_t webhook_key(struct iv_str secret, uint8_t key[WEBHOOK_KEY_SIZE]);
/* Base64 over "id.timestamp.body"; false when the secret is no whsec_. */
bool webhook_standard(struct iv_str secret, struct iv_str id, struct iv_str timestamp, struct iv_str body,
		      char out[WEBHOOK_STANDARD_SIZE]);
/* Hex over "timestamp.body"; false without a secret. */
bool webhook_stamped(struct iv_str secret, struct iv_str timestamp, struct iv_str body, char out[IV_SHA256_HEX]);

#endif
