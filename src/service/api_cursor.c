/* Page cursors: where the last page ended, signed so that nobody makes them up. "WHEN.ID" and half of its
 * HMAC, in base64url. */
#include <stdio.h>
#include "api_priv.h"
#include "iv_crypto.h"

enum { MAC_BYTES = 16, PLAIN_MAX = 96 };

static void sign(const struct iv_services *s, struct iv_str plain, uint8_t mac[MAC_BYTES])
{
	uint8_t whole[IV_SHA256_BYTES], key[IV_SHA256_BYTES];

	iv_hmac_sha256(iv_str(iv_secret_reveal(s->cfg->jwt_secret)), IV_S("page cursor"), key);
	iv_hmac_sha256((struct iv_str){(const char *)key, sizeof(key)}, plain, whole);
	memcpy(mac, whole, MAC_BYTES);
}

struct iv_str iv_cursor_write(const struct iv_services *s, struct iv_arena *a, int64_t when, struct iv_str id)
{
	uint8_t bytes[MAC_BYTES + PLAIN_MAX];
	char *plain = (char *)bytes + MAC_BYTES, text[2 * sizeof(bytes)];
	int n = snprintf(plain, PLAIN_MAX, "%lld.%.*s", (long long)when, IV_FMT(id));

	if (n < 0 || n >= PLAIN_MAX)
		return IV_STR_NULL; /* no id is so long */
	sign(s, (struct iv_str){plain, (size_t)n}, bytes);
	return iv_arena_str(a, (struct iv_str){text, iv_base64url(bytes, MAC_BYTES + (size_t)n, text)});
}

bool iv_cursor_read(const struct iv_services *s, struct iv_str cursor, int64_t *when, char id[64])
{
	uint8_t bytes[MAC_BYTES + PLAIN_MAX], mac[MAC_BYTES];
	struct iv_str plain, number;
	ptrdiff_t n;

	if (cursor.len > 4 * sizeof(bytes) / 3)
		return false;
	n = iv_base64url_decode(cursor, bytes);
	if (n <= MAC_BYTES)
		return false;
	plain = (struct iv_str){(const char *)bytes + MAC_BYTES, (size_t)n - MAC_BYTES};
	sign(s, plain, mac);
	if (!iv_secret_equal((struct iv_str){(const char *)mac, MAC_BYTES}, (struct iv_str){(const char *)bytes, MAC_BYTES}))
		return false;
	return iv_str_split(&plain, '.', &number) && iv_str_to_i64(number, when) && plain.len && iv_str_copy(id, 64, plain);
}
