/* Rate changes measured: lengths, amplitudes, images, aliases, independence of the block sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>
#include "iv_resample.h"

#define MOST 100000

static int16_t in[MOST], out[2 * MOST], again[2 * MOST];

static void fill_sine(size_t n, double amplitude, double hz, double rate)
{
	for (size_t i = 0; i < n; i++)
		in[i] = (int16_t)lrint(amplitude * sin(2 * M_PI * hz * (double)i / rate));
}

static size_t convert(int from, int to, size_t n, int16_t *to_pcm, int largest)
{
	struct iv_resampler r;
	size_t used = 0, made = 0;

	assert_true(iv_resampler_init(&r, from, to));
	while (used < n) {
		size_t take = largest > 0 ? (size_t)(rand() % largest) : n;
		size_t bound, got;

		take = take < n - used ? take : n - used;
		bound = iv_resampler_bound(&r, take);
		got = iv_resample(&r, in + used, take, to_pcm + made);
		assert_true(got <= bound);
		used += take;
		made += got;
	}
	iv_resampler_deinit(&r);
	return made;
}

struct tone {
	double amplitude, noise; /* both peak-equivalent: √2 · rms */
};

/* Projects on sine and cosine; what is left is noise. The start is skipped: the filter fills there.
 */
static struct tone measure(const int16_t *pcm, size_t n, double hz, double rate)
{
	double s = 0, c = 0, energy = 0;
	size_t periods = (size_t)((double)(n - 1000) * hz / rate);
	size_t len = (size_t)((double)periods * rate / hz);
	struct tone t;

	for (size_t i = 0; i < len; i++) {
		double v = pcm[i + 500], w = 2 * M_PI * hz * (double)i / rate;

		s += v * sin(w);
		c += v * cos(w);
		energy += v * v;
	}
	t.amplitude = 2 * sqrt(s * s + c * c) / (double)len;
	energy = 2 * energy / (double)len - t.amplitude * t.amplitude;
	t.noise = energy > 0 ? sqrt(energy) : 0;
	return t;
}

static double db(double ratio)
{
	return 20 * log10(ratio);
}

static void tones_keep_their_amplitude_and_stay_clean(void **state)
{
	static const struct {
		int from, to;
		double hz, snr;
	} rows[] = {
		{8000, 16000, 300, 42},	  {8000, 16000, 1000, 42},  {8000, 16000, 2000, 42},
		{8000, 16000, 3000, 42},  {8000, 16000, 3400, 42},  {16000, 8000, 300, 60},
		{16000, 8000, 1000, 60},  {16000, 8000, 2000, 60},  {16000, 8000, 3400, 60},
		{24000, 48000, 1000, 42}, {24000, 16000, 1000, 50}, {24000, 8000, 1000, 50},
		{44100, 16000, 1000, 50}, {22050, 8000, 1000, 50},  {16000, 24000, 1000, 50},
		{48000, 8000, 1000, 50},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tone t;
		size_t made;

		fill_sine(40000, 10000, rows[i].hz, rows[i].from);
		made = convert(rows[i].from, rows[i].to, 40000, out, 0);
		t = measure(out, made, rows[i].hz, rows[i].to);
		if (fabs(db(t.amplitude / 10000)) > 0.15 || db(t.amplitude / t.noise) < rows[i].snr)
			fail_msg("%d to %d at %.0f Hz: gain %.2f dB, snr %.1f dB", rows[i].from,
				 rows[i].to, rows[i].hz, db(t.amplitude / 10000),
				 db(t.amplitude / t.noise));
	}
}

static void what_would_alias_is_gone(void **state)
{
	static const double tones[] = {4600, 5000, 6000, 7000, 7900};

	(void)state;
	for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
		struct tone t;
		size_t made;

		fill_sine(40000, 10000, tones[i], 16000);
		made = convert(16000, 8000, 40000, out, 0);
		t = measure(out, made, 8000 - tones[i], 8000);
		if (db(t.amplitude / 10000) > -45)
			fail_msg("%.0f Hz folds at %.1f dB", tones[i], db(t.amplitude / 10000));
	}
}

static void lengths_are_exact_at_any_size(void **state)
{
	(void)state;
	srand(5);
	for (size_t n = 0; n < 1000; n++) {
		assert_int_equal(convert(8000, 16000, n, out, 0), 2 * n);
		assert_int_equal(convert(16000, 8000, n, out, 0), n / 2);
		assert_int_equal(convert(16000, 8000, n, out, 7), n / 2);
		assert_int_equal(convert(16000, 16000, n, out, 9), n);
	}
	/* speexdsp: never more than one sample off. */
	assert_in_range(convert(24000, 16000, 24000, out, 100), 15999, 16001);
	assert_in_range(convert(44100, 8000, 44100, out, 999), 7999, 8001);
}

static void block_sizes_do_not_change_a_sample(void **state)
{
	static const int pairs[][2] = {
		{8000, 16000}, {16000, 8000}, {24000, 16000}, {16000, 16000}};

	(void)state;
	srand(9);
	for (size_t i = 0; i < 20000; i++)
		in[i] = (int16_t)(rand() - RAND_MAX / 2);
	for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++)
		for (int largest = 2; largest < 1500; largest = largest * 3 + 1) {
			size_t whole = convert(pairs[p][0], pairs[p][1], 20000, out, 0);
			size_t split = convert(pairs[p][0], pairs[p][1], 20000, again, largest);

			assert_int_equal(whole, split);
			assert_memory_equal(out, again, whole * sizeof(*out));
		}
}

static void full_scale_clips_instead_of_wrapping(void **state)
{
	size_t made;

	(void)state;
	for (size_t i = 0; i < 4000; i++)
		in[i] = i / 8 % 2 == 0 ? INT16_MAX : INT16_MIN;
	made = convert(8000, 16000, 4000, out, 0);
	/* Each sample lies between or beyond its neighbours of the same sign, never across zero. */
	for (size_t i = 64; i < made; i++) {
		size_t place = (i + 1 + 2 * 8) % 32; /* the delay is 7.5 samples at 8 kHz */

		if (place >= 4 && place < 14)
			assert_true(abs(out[i]) > 25000);
	}
}

static void a_reset_forgets_the_past(void **state)
{
	static const int pairs[][2] = {{8000, 16000}, {16000, 8000}, {24000, 16000}};

	(void)state;
	for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++) {
		struct iv_resampler r;
		size_t first, second;

		fill_sine(1001, 9000, 700, 16000);
		assert_true(iv_resampler_init(&r, pairs[p][0], pairs[p][1]));
		first = iv_resample(&r, in, 1001, out);
		iv_resampler_reset(&r);
		second = iv_resample(&r, in, 1001, again);
		assert_int_equal(first, second);
		assert_memory_equal(out, again, first * sizeof(*out));
		iv_resampler_deinit(&r);
	}
}

static void unknown_rates_are_refused(void **state)
{
	static const int rates[] = {0, -8000, 11025, 7999, 96000};
	struct iv_resampler r;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		assert_false(iv_resampler_init(&r, rates[i], 16000));
		assert_false(iv_resampler_init(&r, 16000, rates[i]));
		iv_resampler_deinit(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tones_keep_their_amplitude_and_stay_clean),
		cmocka_unit_test(what_would_alias_is_gone),
		cmocka_unit_test(lengths_are_exact_at_any_size),
		cmocka_unit_test(block_sizes_do_not_change_a_sample),
		cmocka_unit_test(full_scale_clips_instead_of_wrapping),
		cmocka_unit_test(a_reset_forgets_the_past),
		cmocka_unit_test(unknown_rates_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
