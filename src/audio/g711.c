/* G.711: the decision and output values of the Recommendation, made once into tables. A negative
 * sample is folded by its complement, as the ITU's reference code does, so v and ~v give mirrored
 * codes. */
#include "iv_g711.h"

#include <stdbool.h>

#define ULAW_BIAS 33 /* in 14-bit units */
#define ULAW_LIMIT \
	8158 /* largest 14-bit magnitude that still fits the eighth segment with its bias */
#define ULAW_KEYS 16384 /* µ-law looks at 14 bits of a sample, A-law at 12 */
#define ALAW_KEYS 4096

static struct {
	bool made;
	int16_t from_ulaw[256], from_alaw[256];
	uint8_t to_ulaw[ULAW_KEYS], to_alaw[ALAW_KEYS];
} tables;

static int segment_of(int magnitude, int first_end)
{
	int segment = 0;

	for (int end = first_end; magnitude > end && segment < 7; end = 2 * end + 1)
		segment++;
	return segment;
}

static uint8_t ulaw_code(int sample14)
{
	int magnitude = sample14 < 0 ? ~sample14 : sample14;
	int segment;

	magnitude = (magnitude > ULAW_LIMIT ? ULAW_LIMIT : magnitude) + ULAW_BIAS;
	segment = segment_of(magnitude, 63);
	/* On the wire all bits are inverted, so that silence is full of ones. */
	return (uint8_t)((sample14 < 0 ? 0x7f : 0xff) ^ (segment << 4) ^
			 ((magnitude >> (segment + 1)) & 15));
}

static int16_t ulaw_value(int code)
{
	int bits = ~code & 0xff;
	int magnitude = ((2 * (bits & 15) + ULAW_BIAS) << ((bits >> 4) & 7)) - ULAW_BIAS;

	return (int16_t)(4 * (bits & 0x80 ? -magnitude : magnitude));
}

static uint8_t alaw_code(int sample12)
{
	int magnitude = sample12 < 0 ? ~sample12 : sample12;
	int segment = segment_of(magnitude, 15);
	int step = segment == 0 ? magnitude : magnitude >> (segment - 1);

	/* Segments 0 and 1 share a step size; every other bit is inverted on the wire. */
	return (uint8_t)((sample12 < 0 ? 0x00 : 0x80) ^ (segment << 4) ^ (step & 15) ^ 0x55);
}

static int16_t alaw_value(int code)
{
	int bits = code ^ 0x55;
	int segment = (bits >> 4) & 7;
	int magnitude = 2 * (bits & 15) + 1;

	if (segment > 0)
		magnitude = (magnitude + 32) << (segment - 1);
	return (int16_t)(8 * (bits & 0x80 ? magnitude : -magnitude));
}

static void make_tables(void)
{
	for (int code = 0; code < 256; code++) {
		tables.from_ulaw[code] = ulaw_value(code);
		tables.from_alaw[code] = alaw_value(code);
	}
	for (int key = 0; key < ULAW_KEYS; key++)
		tables.to_ulaw[key] = ulaw_code(key < ULAW_KEYS / 2 ? key : key - ULAW_KEYS);
	for (int key = 0; key < ALAW_KEYS; key++)
		tables.to_alaw[key] = alaw_code(key < ALAW_KEYS / 2 ? key : key - ALAW_KEYS);
	tables.made = true;
}

static void want_tables(void)
{
	if (!tables.made)
		make_tables();
}

void iv_ulaw_decode(const uint8_t *in, size_t n, int16_t *out)
{
	want_tables();
	for (size_t i = 0; i < n; i++)
		out[i] = tables.from_ulaw[in[i]];
}

void iv_ulaw_encode(const int16_t *in, size_t n, uint8_t *out)
{
	want_tables();
	for (size_t i = 0; i < n; i++)
		out[i] = tables.to_ulaw[(uint16_t)in[i] >> 2];
}

void iv_alaw_decode(const uint8_t *in, size_t n, int16_t *out)
{
	want_tables();
	for (size_t i = 0; i < n; i++)
		out[i] = tables.from_alaw[in[i]];
}

void iv_alaw_encode(const int16_t *in, size_t n, uint8_t *out)
{
	want_tables();
	for (size_t i = 0; i < n; i++)
		out[i] = tables.to_alaw[(uint16_t)in[i] >> 4];
}
