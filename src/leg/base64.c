/* Twelve bits to two characters at a time, and four tables back: a character outside the alphabet
 * sets a bit above the 24 of a group, so a whole text is checked by one test at its end. */
#include "base64.h"

#define PAIRS 4096
#define BAD UINT32_C(0x80000000)

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static struct {
	bool made;
	char pair[PAIRS][2];
	uint32_t place[4][256]; /* the character's six bits where they belong in the group */
} tables;

static void make_tables(void)
{
	for (size_t i = 0; i < PAIRS; i++) {
		tables.pair[i][0] = alphabet[i >> 6];
		tables.pair[i][1] = alphabet[i & 63];
	}
	for (size_t p = 0; p < 4; p++) {
		for (size_t c = 0; c < 256; c++)
			tables.place[p][c] = BAD;
		for (uint32_t v = 0; v < 64; v++)
			tables.place[p][(uint8_t)alphabet[v]] = v << (18 - 6 * p);
	}
	tables.made = true;
}

static char *encode_tail(const uint8_t *in, size_t n, char *out)
{
	uint32_t bits = (uint32_t)in[0] << 16 | (n > 1 ? (uint32_t)in[1] << 8 : 0);

	memcpy(out, tables.pair[bits >> 12], 2);
	out[2] = n > 1 ? alphabet[bits >> 6 & 63] : '=';
	out[3] = '=';
	return out + 4;
}

char *base64_encode(const uint8_t *in, size_t n, char *out)
{
	if (!tables.made)
		make_tables();
	for (; n >= 3; n -= 3, in += 3, out += 4) {
		uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];

		memcpy(out, tables.pair[bits >> 12], 2);
		memcpy(out + 2, tables.pair[bits & 4095], 2);
	}
	return n > 0 ? encode_tail(in, n, out) : out;
}

static uint32_t group(const uint8_t *in)
{
	return tables.place[0][in[0]] | tables.place[1][in[1]] | tables.place[2][in[2]] |
	       tables.place[3][in[3]];
}

static void put_group(uint32_t bits, uint8_t *out)
{
	out[0] = (uint8_t)(bits >> 16);
	out[1] = (uint8_t)(bits >> 8);
	out[2] = (uint8_t)bits;
}

/* The padded group: bytes in it, or -1. Bits that no byte takes must be zero. */
static ptrdiff_t decode_tail(const uint8_t *in, uint8_t *out)
{
	bool two = in[2] == '=';
	uint8_t filled[4] = {in[0], in[1], two ? 'A' : in[2], 'A'};
	uint32_t bits = group(filled);

	if ((bits & BAD) != 0 || (bits & (two ? 0xffff : 0xff)) != 0)
		return -1;
	out[0] = (uint8_t)(bits >> 16);
	if (two)
		return 1;
	out[1] = (uint8_t)(bits >> 8);
	return 2;
}

ptrdiff_t base64_decode(struct iv_str in, uint8_t *out)
{
	const uint8_t *p = (const uint8_t *)in.ptr;
	size_t groups = in.len / 4;
	uint32_t seen = 0;
	ptrdiff_t tail = 0;

	if (!tables.made)
		make_tables();
	if (in.len % 4 != 0)
		return -1;
	if (groups > 0 && p[in.len - 1] == '=')
		groups--;
	for (size_t i = 0; i < groups; i++) {
		uint32_t bits = group(p + 4 * i);

		seen |= bits;
		put_group(bits, out + 3 * i);
	}
	if ((seen & BAD) != 0)
		return -1;
	if (groups < in.len / 4)
		tail = decode_tail(p + 4 * groups, out + 3 * groups);
	return tail < 0 ? -1 : (ptrdiff_t)(3 * groups) + tail;
}
