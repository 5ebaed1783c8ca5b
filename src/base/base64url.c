/* Base64 in the alphabet of URLs, without padding, as tokens have it (RFC 4648 §5). */
#include "iv_crypto.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t iv_base64url_size(size_t n)
{
	return n / 3 * 4 + (n % 3 ? n % 3 + 1 : 0);
}

size_t iv_base64url(const uint8_t *in, size_t n, char *out)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		for (held += 8; held >= 6; held -= 6)
			out[at++] = alphabet[bits >> (held - 6) & 63];
	}
	if (held)
		out[at++] = alphabet[bits << (6 - held) & 63];
	return at;
}

static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

ptrdiff_t iv_base64url_decode(struct iv_str in, uint8_t *out)
{
	uint32_t bits = 0;
	unsigned held = 0;
	ptrdiff_t at = 0;

	if (in.len % 4 == 1)
		return -1;
	for (size_t i = 0; i < in.len; i++) {
		int v = value(in.ptr[i]);

		if (v < 0)
			return -1;
		bits = bits << 6 | (uint32_t)v;
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[at++] = (uint8_t)(bits >> held);
		}
	}
	/* What is left over must be zero, else two texts would mean the same bytes. */
	return bits & ((1U << held) - 1) ? -1 : at;
}
