/* The recording's clock: both sides stand where they belong, whatever the network does to the frames. Frames
 * carry their number as their sample value, so that every sample tells where it came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "iv_stereo.h"
#include "iv_str.h"

enum { RATE = 8000, FRAME = RATE / 50, MS = RATE / 1000 };

static struct iv_stereo s;
static int16_t got[2 * RATE * 60];
static size_t got_len; /* per side */

static int setup(void **state)
{
	(void)state;
	iv_stereo_init(&s, RATE);
	memset(got, 0, sizeof(got));
	got_len = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iv_stereo_deinit(&s);
	return 0;
}

static void take(int64_t now_ms, bool last)
{
	size_t n;

	while ((n = iv_stereo_take(&s, now_ms * MS, last, got + 2 * got_len, 333)) > 0)
		got_len += n;
}

static void left(int64_t now_ms, int16_t value)
{
	int16_t pcm[FRAME];

	for (size_t i = 0; i < FRAME; i++)
		pcm[i] = value;
	iv_stereo_left(&s, now_ms * MS, pcm, FRAME);
}

static void right(int64_t now_ms, int16_t value, size_t ms)
{
	int16_t pcm[RATE];

	for (size_t i = 0; i < ms * MS; i++)
		pcm[i] = value;
	take(now_ms, false);
	iv_stereo_right(&s, now_ms * MS, pcm, ms * MS);
}

static int16_t left_at(int64_t ms)
{
	return got[2 * ms * MS];
}

static int16_t right_at(int64_t ms)
{
	return got[2 * ms * MS + 1];
}

static int64_t first_ms(int side, int16_t value)
{
	for (size_t i = 0; i < got_len; i++)
		if (got[2 * i + (size_t)side] == value)
			return (int64_t)i / MS;
	return -1;
}

static size_t count_of(int side, int16_t value)
{
	size_t n = 0;

	for (size_t i = 0; i < got_len; i++)
		n += got[2 * i + (size_t)side] == value;
	return n;
}

static void steady_frames_stand_where_they_were_said(void **state)
{
	(void)state;
	for (int i = 1; i <= 200; i++) {
		left(20 * i, (int16_t)(1000 + i));
		right(20 * i, (int16_t)(i > 50 && i <= 100 ? 5000 + i : 0), 20);
	}
	take(4000, true);
	assert_int_equal(got_len, 4000 * MS);
	for (int i = 1; i <= 200; i++)
		assert_int_equal(left_at(20 * i - 10), 1000 + i);
	assert_int_equal(first_ms(1, 5051), 1000);
	assert_int_equal(right_at(1999), 5100);
	assert_int_equal(right_at(2000), 0);
}

static void nothing_leaves_before_a_second_has_passed(void **state)
{
	(void)state;
	left(20, 1000);
	take(1000, false);
	assert_int_equal(got_len, 0);
	take(1001, false);
	assert_int_equal(got_len, MS);
	take(2000, false);
	assert_int_equal(got_len, 1000 * MS);
}

static void a_burst_after_a_stall_is_laid_out_as_it_was_said(void **state)
{
	(void)state;
	for (int i = 1; i <= 200; i++) {
		int64_t now = 20 * i;

		/* The caller's frames 51 to 90 come together at 1800 ms; the agent speaks all the while. */
		if (i == 90)
			for (int k = 51; k <= 90; k++)
				left(now, (int16_t)(1000 + k));
		else if (i <= 50 || i > 90)
			left(now, (int16_t)(1000 + i));
		right(now, (int16_t)(5000 + i), 20);
	}
	take(4000, true);
	for (int i = 1; i <= 200; i++) {
		assert_int_equal(left_at(20 * i - 10), 1000 + i);
		assert_int_equal(right_at(20 * i - 10), 5000 + i);
	}
}

static void a_caller_who_sends_nothing_is_silence_and_the_agent_is_still_heard(void **state)
{
	(void)state;
	for (int i = 1; i <= 300; i++) {
		if (i <= 50 || i > 200)
			left(20 * i, (int16_t)(1000 + i));
		right(20 * i, (int16_t)(5000 + i), 20);
	}
	take(6000, true);
	assert_int_equal(got_len, 6000 * MS);
	for (int ms = 1001; ms < 4000; ms++)
		assert_int_equal(left_at(ms), 0);
	for (int i = 1; i <= 300; i++)
		assert_int_equal(right_at(20 * i - 10), 5000 + i);
	assert_int_equal(left_at(20 * 250 - 10), 1250);
}

static void a_call_without_a_caller_s_sound_is_as_long_as_the_call(void **state)
{
	(void)state;
	for (int i = 1; i <= 100; i++)
		right(20 * i, 7, 20);
	take(2000, true);
	assert_int_equal(got_len, 2000 * MS);
	assert_int_equal(count_of(1, 7), 2000 * MS);
	assert_int_equal(count_of(0, 0), 2000 * MS);
}

static void frames_that_never_came_leave_no_offset(void **state)
{
	int64_t now = 0;

	(void)state;
	/* Thirty frames are lost between 2.0 and 2.6 s; the far end goes on by the clock. */
	for (int i = 1; i <= 400; i++) {
		now = 20 * i;
		if (i <= 100 || i > 130)
			left(now, (int16_t)(1000 + i));
		right(now, 0, 0);
	}
	take(now, true);
	for (int i = 1; i <= 400; i++)
		assert_int_equal(left_at(20 * i - 10), i <= 100 || i > 130 ? 1000 + i : 0);
}

static void what_is_held_up_and_partly_lost_stands_as_late_as_what_came_after(void **state)
{
	(void)state;
	/* From 1.0 s on twenty frames stay away; at 1.4 s ten of them come together, the others never. */
	for (int i = 1; i <= 200; i++) {
		if (i == 70)
			for (int k = 51; k <= 60; k++)
				left(20 * i, (int16_t)(1000 + k));
		if (i <= 50 || i > 70)
			left(20 * i, (int16_t)(1000 + i));
		right(20 * i, 0, 0);
	}
	take(4000, true);
	for (int i = 71; i <= 200; i++)
		assert_int_equal(left_at(20 * i - 10), 1000 + i);
	for (int k = 51; k <= 60; k++)
		assert_int_equal(count_of(0, (int16_t)(1000 + k)), FRAME);
}

static void a_late_first_frame_is_made_good_in_a_quiet_place(void **state)
{
	int64_t now = 0;

	(void)state;
	/* The first frame is 80 ms late, all others in time: the track begins 80 ms too late. */
	left(100, 1001);
	for (int i = 2; i <= 400; i++) {
		bool loud = i % 100 < 90; /* speech, and 200 ms of quiet every two seconds */

		now = 20 * i < 100 ? 100 : 20 * i;
		left(now, (int16_t)(loud ? 1000 + i : 100));
		right(now, 0, 0);
	}
	take(now, true);
	for (int i = 2; i < 90; i++) /* not one loud frame is lost */
		assert_int_equal(count_of(0, (int16_t)(1000 + i)), FRAME);
	for (int i = 110; i <= 389; i++)
		if (i % 100 < 90)
			assert_in_range(first_ms(0, (int16_t)(1000 + i)), 20 * i - 20 - 10, 20 * i - 20 + 10);
}

static void a_far_end_with_a_fast_clock_stays_within_a_frame(void **state)
{
	int64_t now = 0;

	(void)state;
	for (int i = 1; i <= 2500; i++) { /* 0.2 % fast: 100 ms over the 50 s */
		now = 20 * i - i * 40 / 1000;
		left(now, (int16_t)(i % 50 < 40 ? 1000 + i : 50));
		right(now, 0, 0);
	}
	take(now, true);
	for (int i = 2300; i <= 2500; i++)
		if (i % 50 < 40) {
			int64_t belongs = 20 * i - i * 40 / 1000 - 20;

			assert_in_range(first_ms(0, (int16_t)(1000 + i)), belongs - 21, belongs + 21);
		}
}

static void more_than_real_time_is_not_recorded_into_the_future(void **state)
{
	(void)state;
	for (int i = 1; i <= 500; i++)
		left(1000, 2000);
	take(1000, true);
	assert_int_equal(got_len, 1000 * MS);
	take(10000, true);
	assert_true(count_of(0, 2000) <= 1000 * MS);
}

static void a_sound_that_begins_or_ends_inside_a_tick_keeps_its_place(void **state)
{
	(void)state;
	right(20, 0, 0);
	right(40, 5, 7);   /* began 7 ms before this tick */
	right(60, 5, 20);
	right(80, 5, 4);   /* went on for 4 ms */
	right(100, 0, 0);
	take(100, true);
	assert_int_equal(first_ms(1, 5), 33);
	assert_int_equal(count_of(1, 5), 31 * MS);
	assert_int_equal(right_at(63), 5);
	assert_int_equal(right_at(65), 0);
}

static void a_mute_silences_both_sides_for_its_span_and_reaches_back(void **state)
{
	(void)state;
	for (int i = 1; i <= 200; i++) {
		left(20 * i, 1000);
		right(20 * i, 2000, 20);
		if (i == 75) /* at 1.5 s, what happened from 1.0 s on */
			iv_stereo_mute(&s, 1000 * MS, 1700 * MS);
		if (i == 125)
			iv_stereo_mute(&s, 2500 * MS, INT64_MAX);
		if (i == 150)
			iv_stereo_unmute(&s, 3000 * MS);
	}
	take(4000, true);
	for (int ms = 0; ms < 4000; ms++) {
		bool mute = (ms >= 1000 && ms < 1700) || (ms >= 2500 && ms < 3000);

		assert_int_equal(left_at(ms), mute ? 0 : 1000);
		assert_int_equal(right_at(ms), mute ? 0 : 2000);
	}
}

static void more_mutes_than_are_kept_silence_too_much_and_not_too_little(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		iv_stereo_mute(&s, (100 + 50 * i) * MS, (110 + 50 * i) * MS);
	for (int i = 1; i <= 100; i++) {
		left(20 * i, 1000);
		right(20 * i, 2000, 20);
	}
	take(2000, true);
	for (int i = 0; i < 20; i++)
		for (int ms = 100 + 50 * i; ms < 110 + 50 * i; ms++)
			assert_int_equal(left_at(ms), 0);
	assert_int_equal(left_at(50), 1000);
	assert_int_equal(left_at(1990), 1000);
}

static void a_clock_that_stood_still_for_seconds_does_no_harm(void **state)
{
	(void)state;
	left(20, 1000);
	right(20, 2000, 20);
	left(9000, 1001); /* nothing was taken for nine seconds */
	take(9000, false);
	right(9000, 2001, 900);
	left(9020, 1002);
	right(9020, 2002, 20);
	take(9020, true);
	assert_int_equal(got_len, 9020 * MS);
	assert_int_equal(left_at(10), 1000);
	assert_int_equal(left_at(9010), 1002);
	assert_int_equal(right_at(9010), 2002);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(steady_frames_stand_where_they_were_said),
		TEST(nothing_leaves_before_a_second_has_passed),
		TEST(a_burst_after_a_stall_is_laid_out_as_it_was_said),
		TEST(a_caller_who_sends_nothing_is_silence_and_the_agent_is_still_heard),
		TEST(a_call_without_a_caller_s_sound_is_as_long_as_the_call),
		TEST(frames_that_never_came_leave_no_offset),
		TEST(what_is_held_up_and_partly_lost_stands_as_late_as_what_came_after),
		TEST(a_late_first_frame_is_made_good_in_a_quiet_place),
		TEST(a_far_end_with_a_fast_clock_stays_within_a_frame),
		TEST(more_than_real_time_is_not_recorded_into_the_future),
		TEST(a_sound_that_begins_or_ends_inside_a_tick_keeps_its_place),
		TEST(a_mute_silences_both_sides_for_its_span_and_reaches_back),
		TEST(more_mutes_than_are_kept_silence_too_much_and_not_too_little),
		TEST(a_clock_that_stood_still_for_seconds_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
