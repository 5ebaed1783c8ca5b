/* Signatures of the webhooks that we send. */
#include "iv_webhook_sign.h"

#include <stdio.h>

#include "iv_crypto.h"
#include "webhook_mac.h"

#define SECRET_BYTES 32
#define KEY_MIN 24
#define KEY_MAX 64

size_t webhook_key(struct iv_str secret, uint8_t key[WEBHOOK_KEY_SIZE])
{
	const struct iv_str prefix = IV_S("whsec_");
	struct iv_str text;
	ptrdiff_t n;

	if (!iv_str_starts(secret, prefix))
		return 0;
	text = (struct iv_str){secret.ptr + prefix.len, secret.len - prefix.len};
	if (text.len > iv_base64_size(KEY_MAX))
		return 0;
	n = iv_base64_decode(text, key);
	return n >= KEY_MIN && n <= KEY_MAX ? (size_t)n : 0;
}

void iv_webhook_secret_make(char out[IV_WEBHOOK_SECRET_SIZE])
{
	uint8_t key[SECRET_BYTES];
	size_t n = 6;

	iv_random(key, sizeof(key));
	memcpy(out, "whsec_", n);
	n += iv_base64(key, sizeof(key), out + n);
	out[n] = '\0';
}

bool iv_webhook_secret_check(struct iv_str secret)
{
	uint8_t key[WEBHOOK_KEY_SIZE];

	return webhook_key(secret, key) > 0;
}

bool webhook_standard(struct iv_str secret, struct iv_str id, struct iv_str timestamp, struct iv_str body,
		      char out[WEBHOOK_STANDARD_SIZE])
{
	uint8_t key[WEBHOOK_KEY_SIZE], mac[IV_SHA256_BYTES];
	size_t n = webhook_key(secret, key);
	const struct iv_str parts[] = {id, IV_S("."), timestamp, IV_S("."), body};

	if (!n)
		return false;
	iv_hmac_sha256_of((struct iv_str){(const char *)key, n}, parts, IV_COUNT(parts), mac);
	out[iv_base64(mac, sizeof(mac), out)] = '\0';
	return true;
}

bool webhook_stamped(struct iv_str secret, struct iv_str timestamp, struct iv_str body, char out[IV_SHA256_HEX])
{
	const struct iv_str parts[] = {timestamp, IV_S("."), body};
	uint8_t mac[IV_SHA256_BYTES];

	if (!secret.len)
		return false;
	iv_hmac_sha256_of(secret, parts, IV_COUNT(parts), mac);
	iv_hex(mac, sizeof(mac), out);
	return true;
}

/* Adds to a header's value, whose size was chosen to hold it. */
static void add(char *out, size_t size, const char *before, const char *value)
{
	size_t n = strlen(out);

	snprintf(out + n, size - n, "%s%s%s", n ? before : "", n ? "" : before + 1, value);
}

void iv_webhook_sign(const struct iv_webhook_secrets *secrets, struct iv_str id, int64_t wall_s,
		     struct iv_str body, struct iv_webhook_headers *out)
{
	const struct iv_str both[] = {secrets->current, secrets->previous};
	char mac[WEBHOOK_STANDARD_SIZE], hex[IV_SHA256_HEX];
	struct iv_str timestamp;

	*out = (struct iv_webhook_headers){0};
	snprintf(out->timestamp, sizeof(out->timestamp), "%lld", (long long)wall_s);
	timestamp = iv_str(out->timestamp);
	for (size_t i = 0; i < IV_COUNT(both); i++) {
		if (webhook_standard(both[i], id, timestamp, body, mac))
			add(out->standard, sizeof(out->standard), " v1,", mac);
		if (!webhook_stamped(both[i], timestamp, body, hex))
			continue;
		if (!out->stamped[0])
			snprintf(out->stamped, sizeof(out->stamped), "t=%s", out->timestamp);
		add(out->stamped, sizeof(out->stamped), ",v1=", hex);
	}
	if (secrets->current.len) {
		iv_hmac_sha256_hex(secrets->current, body, hex);
		snprintf(out->body, sizeof(out->body), "sha256=%s", hex);
	}
}
