/* Levels of signals whose level is known by arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>
#include "iv_level.h"

#define FRAME 320

static void fill_sine(int16_t *pcm, size_t n, double amplitude, double hz, double rate)
{
	for (size_t i = 0; i < n; i++)
		pcm[i] = (int16_t)lrint(amplitude * sin(2 * M_PI * hz * (double)i / rate + 0.1));
}

static void silence_is_the_floor(void **state)
{
	int16_t pcm[FRAME] = {0};

	(void)state;
	assert_int_equal(iv_level_measure(pcm, FRAME).rms_ddb, IV_LEVEL_FLOOR_DDB);
	assert_int_equal(iv_level_measure(pcm, FRAME).crossings, 0);
	assert_int_equal(iv_level_measure(pcm, 0).rms_ddb, IV_LEVEL_FLOOR_DDB);
}

static void known_amplitudes_have_known_levels(void **state)
{
	static const struct {
		double amplitude;
		int ddb; /* 200·log10(amplitude / 32768 / √2) */
	} rows[] = {{32767, -30}, {3276.8, -230}, {327.68, -430}, {1000, -333}, {10000, -133}};
	int16_t pcm[FRAME];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fill_sine(pcm, FRAME, rows[i].amplitude, 500, 16000);
		assert_int_equal(iv_level_measure(pcm, FRAME).rms_ddb, rows[i].ddb);
	}
}

static void constants_reach_both_ends_of_the_scale(void **state)
{
	int16_t pcm[FRAME];

	(void)state;
	for (size_t i = 0; i < FRAME; i++)
		pcm[i] = INT16_MIN;
	assert_int_equal(iv_level_measure(pcm, FRAME).rms_ddb, 0);
	for (size_t i = 0; i < FRAME; i++)
		pcm[i] = 1;
	assert_int_equal(iv_level_measure(pcm, FRAME).rms_ddb, -903);
	memset(pcm, 0, sizeof(pcm));
	pcm[17] = -1;
	assert_int_equal(iv_level_measure(pcm, FRAME).rms_ddb, -1154);
}

static void a_tone_crosses_twice_a_period(void **state)
{
	static const double tones[] = {50, 100, 200, 440, 1000, 3000};
	int16_t pcm[1600];

	(void)state;
	for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
		fill_sine(pcm, 1600, 8000, tones[i], 16000);
		assert_in_range(iv_level_measure(pcm, 1600).crossings, (unsigned)(tones[i] / 5) - 1,
				(unsigned)(tones[i] / 5) + 1);
	}
}

/* The definition, one sample at a time. */
static unsigned plain_crossings(const int16_t *pcm, size_t n)
{
	unsigned crossings = 0;
	int last = 0;

	for (size_t i = 0; i < n; i++) {
		int sign = pcm[i] >= 8 ? 1 : pcm[i] <= -8 ? -1 : 0;

		if (sign != 0 && last != 0 && sign != last)
			crossings++;
		if (sign != 0)
			last = sign;
	}
	return crossings;
}

static void crossings_agree_with_the_definition(void **state)
{
	int16_t pcm[700];

	(void)state;
	srand(7);
	for (int round = 0; round < 3000; round++) {
		size_t n = (size_t)(rand() % 700);
		int spread = 1 + rand() % 60;

		for (size_t i = 0; i < n; i++)
			pcm[i] = (int16_t)(rand() % (2 * spread + 1) - spread);
		if (rand() % 4 == 0)
			for (size_t i = n / 4; i < n / 2 + n / 4; i++)
				pcm[i] = 0;
		assert_int_equal(iv_level_measure(pcm, n).crossings, plain_crossings(pcm, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_the_floor),
		cmocka_unit_test(known_amplitudes_have_known_levels),
		cmocka_unit_test(constants_reach_both_ends_of_the_scale),
		cmocka_unit_test(a_tone_crosses_twice_a_period),
		cmocka_unit_test(crossings_agree_with_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
