/* G.711 against the values of the Recommendation, for every code and every sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "iv_g711.h"

/* Output values of the first 128 codes (negative for µ-law; A-law's sign bit is clear there too).
 * The other half mirrors them. */
static const int16_t ulaw_values[128] = {
	-32124, -31100, -30076, -29052, -28028, -27004, -25980, -24956, -23932, -22908, -21884,
	-20860, -19836, -18812, -17788, -16764, -15996, -15484, -14972, -14460, -13948, -13436,
	-12924, -12412, -11900, -11388, -10876, -10364, -9852,	-9340,	-8828,	-8316,	-7932,
	-7676,	-7420,	-7164,	-6908,	-6652,	-6396,	-6140,	-5884,	-5628,	-5372,	-5116,
	-4860,	-4604,	-4348,	-4092,	-3900,	-3772,	-3644,	-3516,	-3388,	-3260,	-3132,
	-3004,	-2876,	-2748,	-2620,	-2492,	-2364,	-2236,	-2108,	-1980,	-1884,	-1820,
	-1756,	-1692,	-1628,	-1564,	-1500,	-1436,	-1372,	-1308,	-1244,	-1180,	-1116,
	-1052,	-988,	-924,	-876,	-844,	-812,	-780,	-748,	-716,	-684,	-652,
	-620,	-588,	-556,	-524,	-492,	-460,	-428,	-396,	-372,	-356,	-340,
	-324,	-308,	-292,	-276,	-260,	-244,	-228,	-212,	-196,	-180,	-164,
	-148,	-132,	-120,	-112,	-104,	-96,	-88,	-80,	-72,	-64,	-56,
	-48,	-40,	-32,	-24,	-16,	-8,	0,
};
static const int16_t alaw_values[128] = {
	-5504,	-5248,	-6016,	-5760,	-4480,	-4224,	-4992,	-4736,	-7552,	-7296,	-8064,
	-7808,	-6528,	-6272,	-7040,	-6784,	-2752,	-2624,	-3008,	-2880,	-2240,	-2112,
	-2496,	-2368,	-3776,	-3648,	-4032,	-3904,	-3264,	-3136,	-3520,	-3392,	-22016,
	-20992, -24064, -23040, -17920, -16896, -19968, -18944, -30208, -29184, -32256, -31232,
	-26112, -25088, -28160, -27136, -11008, -10496, -12032, -11520, -8960,	-8448,	-9984,
	-9472,	-15104, -14592, -16128, -15616, -13056, -12544, -14080, -13568, -344,	-328,
	-376,	-360,	-280,	-264,	-312,	-296,	-472,	-456,	-504,	-488,	-408,
	-392,	-440,	-424,	-88,	-72,	-120,	-104,	-24,	-8,	-56,	-40,
	-216,	-200,	-248,	-232,	-152,	-136,	-184,	-168,	-1376,	-1312,	-1504,
	-1440,	-1120,	-1056,	-1248,	-1184,	-1888,	-1824,	-2016,	-1952,	-1632,	-1568,
	-1760,	-1696,	-688,	-656,	-752,	-720,	-560,	-528,	-624,	-592,	-944,
	-912,	-1008,	-976,	-816,	-784,	-880,	-848,
};

typedef void decode_fn(const uint8_t *in, size_t n, int16_t *out);
typedef void encode_fn(const int16_t *in, size_t n, uint8_t *out);

static int16_t decode_one(decode_fn *decode, int code)
{
	uint8_t byte = (uint8_t)code;
	int16_t v = 0;

	decode(&byte, 1, &v);
	return v;
}

static uint8_t encode_one(encode_fn *encode, int sample)
{
	int16_t v = (int16_t)sample;
	uint8_t code = 0;

	encode(&v, 1, &code);
	return code;
}

static void every_code_decodes_to_its_value(void **state)
{
	(void)state;
	for (int code = 0; code < 128; code++) {
		assert_int_equal(decode_one(iv_ulaw_decode, code), ulaw_values[code]);
		assert_int_equal(decode_one(iv_ulaw_decode, code + 128), -ulaw_values[code]);
		assert_int_equal(decode_one(iv_alaw_decode, code), alaw_values[code]);
		assert_int_equal(decode_one(iv_alaw_decode, code + 128), -alaw_values[code]);
	}
}

static void every_code_comes_back_from_its_value(void **state)
{
	(void)state;
	for (int code = 0; code < 256; code++) {
		/* µ-law has two zeros; the positive one is what zero becomes. */
		int want = code == 0x7f ? 0xff : code;

		assert_int_equal(encode_one(iv_ulaw_encode, decode_one(iv_ulaw_decode, code)),
				 want);
		assert_int_equal(encode_one(iv_alaw_encode, decode_one(iv_alaw_decode, code)),
				 code);
	}
}

static void known_samples_have_known_codes(void **state)
{
	static const struct {
		int sample, ulaw, alaw;
	} rows[] = {
		{0, 0xff, 0xd5},     {-1, 0x7f, 0x55},	   {3, 0xff, 0xd5},	{4, 0xfe, 0xd5},
		{-4, 0x7f, 0x55},    {-5, 0x7e, 0x55},	   {1000, 0xce, 0xfa},	{-1000, 0x4e, 0x7a},
		{32767, 0x80, 0xaa}, {-32768, 0x00, 0x2a}, {32635, 0x80, 0xaa}, {15996, 0x90, 0xba},
		{31611, 0x81, 0xab}, {31612, 0x80, 0xab},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(encode_one(iv_ulaw_encode, rows[i].sample), rows[i].ulaw);
		assert_int_equal(encode_one(iv_alaw_encode, rows[i].sample), rows[i].alaw);
	}
}

static void no_sample_moves_by_more_than_half_a_step(void **state)
{
	(void)state;
	for (int s = INT16_MIN; s <= INT16_MAX; s++) {
		uint8_t ulaw = encode_one(iv_ulaw_encode, s), alaw = encode_one(iv_alaw_encode, s);
		int ulaw_step = 8 << (~ulaw >> 4 & 7);
		int alaw_segment = (alaw ^ 0x55) >> 4 & 7;
		int alaw_step = alaw_segment > 0 ? 8 << alaw_segment : 16;

		/* µ-law ends at 32635. */
		if (s >= -32636 && s <= 32635)
			assert_true(abs(decode_one(iv_ulaw_decode, ulaw) - s) <= ulaw_step / 2);
		assert_true(abs(decode_one(iv_alaw_decode, alaw) - s) <= alaw_step / 2);
	}
}

static void codes_follow_the_order_of_samples(void **state)
{
	int last_ulaw = -40000, last_alaw = -40000;

	(void)state;
	for (int s = INT16_MIN; s <= INT16_MAX; s++) {
		int ulaw = decode_one(iv_ulaw_decode, encode_one(iv_ulaw_encode, s));
		int alaw = decode_one(iv_alaw_decode, encode_one(iv_alaw_encode, s));

		assert_true(ulaw >= last_ulaw && alaw >= last_alaw);
		last_ulaw = ulaw;
		last_alaw = alaw;
		/* v and its complement are mirror images. */
		assert_int_equal(encode_one(iv_ulaw_encode, s) ^ 0x80,
				 encode_one(iv_ulaw_encode, ~s));
		assert_int_equal(encode_one(iv_alaw_encode, s) ^ 0x80,
				 encode_one(iv_alaw_encode, ~s));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_decodes_to_its_value),
		cmocka_unit_test(every_code_comes_back_from_its_value),
		cmocka_unit_test(known_samples_have_known_codes),
		cmocka_unit_test(no_sample_moves_by_more_than_half_a_step),
		cmocka_unit_test(codes_follow_the_order_of_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
