/* Ids that sort by the time they were made: a UUIDv7 (RFC 9562 §5.7) in Crockford's base32. */
#include "iv_id.h"

#include <assert.h>

#include "iv_crypto.h"

#define PREFIX_MAX 12

void iv_id_new(const char *prefix, int64_t wall_ms, char out[IV_ID_SIZE])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	size_t at = strlen(prefix);
	uint8_t uuid[16];
	unsigned held = 2; /* 26 digits hold 130 bits: two zeros go in front */
	uint32_t bits = 0;

	assert(at <= PREFIX_MAX);
	if (at > PREFIX_MAX)
		at = PREFIX_MAX;
	iv_random(uuid + 6, sizeof(uuid) - 6);
	for (unsigned i = 0; i < 6; i++)
		uuid[i] = (uint8_t)((uint64_t)wall_ms >> (40 - 8 * i));
	uuid[6] = (uint8_t)(0x70 | (uuid[6] & 0x0F));
	uuid[8] = (uint8_t)(0x80 | (uuid[8] & 0x3F));

	memcpy(out, prefix, at);
	out[at++] = '_';
	for (unsigned i = 0; i < sizeof(uuid); i++) {
		bits = bits << 8 | uuid[i];
		for (held += 8; held >= 5; held -= 5)
			out[at++] = alphabet[bits >> (held - 5) & 31];
	}
	out[at] = '\0';
}

bool iv_id_acceptable(struct iv_str id)
{
	if (id.len < 1 || id.len > 128)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '.' && c != '_' && c != ':' && c != '-')
			return false;
	}
	return true;
}
