/* API keys: their form, their checksum, their digest. */
#include "iv_api_key.h"

#define PREFIX_LEN 8
#define RANDOM_LEN 32
#define CHECKED_LEN (PREFIX_LEN + RANDOM_LEN)
#define SUM_LEN 6

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* CRC-32 of Ethernet and zip, over the prefix too. Bit by bit: 46 bytes, and it finds typing errors only. */
static uint32_t crc32(const char *bytes, size_t n)
{
	uint32_t crc = 0xFFFFFFFF;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	return ~crc;
}

static void add_checksum(char *key)
{
	uint32_t rest = crc32(key, CHECKED_LEN);

	for (size_t i = SUM_LEN; i > 0; i--) {
		key[CHECKED_LEN + i - 1] = base62[rest % 62];
		rest /= 62;
	}
}

/* A random character: bytes from 248 on are thrown away, they would favour the first eight. */
static char random_char(void)
{
	uint8_t byte;

	do
		iv_random(&byte, 1);
	while (byte >= 248);
	return base62[byte % 62];
}

void iv_api_key_make(bool live, char out[IV_API_KEY_SIZE])
{
	memcpy(out, live ? "iv_live_" : "iv_test_", PREFIX_LEN);
	for (size_t i = PREFIX_LEN; i < CHECKED_LEN; i++)
		out[i] = random_char();
	add_checksum(out);
	out[IV_API_KEY_LEN] = '\0';
}

bool iv_api_key_check(struct iv_str key, bool *live)
{
	char again[IV_API_KEY_SIZE];
	bool is_live = iv_str_starts(key, IV_S("iv_live_"));

	if (key.len != IV_API_KEY_LEN || (!is_live && !iv_str_starts(key, IV_S("iv_test_"))))
		return false;
	for (size_t i = PREFIX_LEN; i < CHECKED_LEN; i++) {
		if (!memchr(base62, key.ptr[i], sizeof(base62) - 1))
			return false;
	}
	memcpy(again, key.ptr, CHECKED_LEN);
	add_checksum(again);
	if (memcmp(again, key.ptr, IV_API_KEY_LEN) != 0)
		return false;
	if (live)
		*live = is_live;
	return true;
}

void iv_api_key_hash(struct iv_str key, char out[IV_SHA256_HEX])
{
	iv_sha256_hex(key, out);
}

struct iv_str iv_api_key_shown(struct iv_str key)
{
	return key.len < IV_API_KEY_LEN ? IV_S("") : (struct iv_str){key.ptr, IV_API_KEY_SHOWN};
}
