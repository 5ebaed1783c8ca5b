/* What the load is counted with: the histogram and the far end by arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "far_clock.h"
#include "hist.h"

static void a_histogram_is_exact_below_128_us_and_within_1_6_percent_above(void **state)
{
	static const int64_t values[] = {0, 1, 127, 128, 1000, 20000, 999999, 60000000, 7000000000};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(values); i++) {
		struct hist h = {0};

		hist_add(&h, values[i]);
		hist_add(&h, values[i] * 2 + 300); /* so that the maximum does not correct it */
		int64_t got = hist_at(&h, 0);
		assert_true(got >= values[i]);
		assert_true((double)got <= (double)values[i] * 1.016 + 0.5);
	}
}

static void percentiles_are_those_of_the_sorted_values(void **state)
{
	struct hist h = {0};

	(void)state;
	for (int64_t i = 0; i < 100; i++)
		hist_add(&h, i);
	assert_int_equal(hist_at(&h, 0.5), 50);
	assert_int_equal(hist_at(&h, 0.99), 99);
	assert_int_equal(hist_at(&h, 1), 99);
	hist_add(&h, -5); /* clocks may disagree by a little */
	assert_int_equal(hist_at(&h, 0), 0);
	hist_reset(&h);
	assert_int_equal(hist_at(&h, 0.5), 0);
}

static void a_paced_sender_with_a_lead_is_neither_late_nor_unsteady(void **state)
{
	struct far_clock f;

	(void)state;
	far_clock_init(&f, 8000);
	assert_true(far_clock_audio(&f, 1000, 1600).first); /* 200 ms at once */
	for (int64_t i = 0; i < 50; i++) {
		struct far_arrival a = far_clock_audio(&f, 1000 + 20000 * (i + 1), 160);

		assert_false(a.first);
		assert_int_equal(a.late_us, 0);
		assert_int_equal(a.jitter_us, 0);
	}
	assert_int_equal(f.play_end_us, 1000 + 200000 + 50 * 20000);
}

static void a_late_frame_is_unsteady_and_only_without_lead_a_gap(void **state)
{
	struct far_clock f;
	struct far_arrival a;

	(void)state;
	far_clock_init(&f, 8000);
	far_clock_audio(&f, 0, 1600);
	far_clock_audio(&f, 20000, 160);
	a = far_clock_audio(&f, 47000, 160); /* 7 ms behind its slot, the lead covers it */
	assert_int_equal(a.jitter_us, 7000);
	assert_int_equal(a.late_us, 0);
	a = far_clock_audio(&f, 60000, 160);
	assert_int_equal(a.jitter_us, 0);
	/* 200 + 60 ms are there; the next comes 15 ms after they have run out. */
	a = far_clock_audio(&f, 275000, 160);
	assert_int_equal(a.late_us, 15000);
	a = far_clock_audio(&f, 295000, 160); /* the new pace counts from there */
	assert_int_equal(a.late_us, 0);
	assert_int_equal(a.jitter_us, 0);
	assert_true(far_clock_audio(&f, 295000 + 20000 + FAR_CLOCK_PAUSE_US + 1, 160).first);
}

static void marks_are_due_when_the_sound_before_them_is_over(void **state)
{
	struct far_clock f;
	char name[FAR_CLOCK_NAME];

	(void)state;
	far_clock_init(&f, 8000);
	far_clock_audio(&f, 0, 8000);
	far_clock_mark(&f, 10, iv_str("a"));
	far_clock_audio(&f, 20, 8000);
	far_clock_mark(&f, 30, iv_str("b"));
	assert_false(far_clock_due(&f, 999999, name));
	assert_true(far_clock_due(&f, 1000000, name));
	assert_string_equal(name, "a");
	assert_false(far_clock_due(&f, 1000000, name));
	far_clock_clear(&f, 1100000);
	assert_true(far_clock_due(&f, 1100000, name));
	assert_string_equal(name, "b");
	for (int i = 0; i < FAR_CLOCK_MARKS + 1; i++)
		far_clock_mark(&f, 2000000, iv_str("x"));
	assert_int_equal(f.marks_dropped, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_histogram_is_exact_below_128_us_and_within_1_6_percent_above),
		cmocka_unit_test(percentiles_are_those_of_the_sorted_values),
		cmocka_unit_test(a_paced_sender_with_a_lead_is_neither_late_nor_unsteady),
		cmocka_unit_test(a_late_frame_is_unsteady_and_only_without_lead_a_gap),
		cmocka_unit_test(marks_are_due_when_the_sound_before_them_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
