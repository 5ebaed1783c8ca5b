/* Speech by level: begun, bridged, ended, and not fooled by noise, hiss or our own echo. */
#include "call_driver.h"
#include "call_priv.h"

static int feed(struct vad *v, int frames, int db, int crossings, int over_ddb)
{
	int speech = 0;

	for (int i = 0; i < frames; i++)
		speech += vad_frame(v, (struct iv_level){(int16_t)(db * 10), (uint16_t)crossings},
				    over_ddb, i * 20000);
	return speech;
}

static void speech_over_a_quiet_room_is_heard_at_once(void **state)
{
	struct vad v;

	(void)state;
	vad_init(&v);
	assert_int_equal(feed(&v, 50, -70, 10, IV_LEVEL_FLOOR_DDB), 0);
	assert_int_equal(feed(&v, 10, -30, 40, IV_LEVEL_FLOOR_DDB), 10);
	assert_int_equal(vad_run_ms(&v), 200);
}

static void gaps_of_two_frames_are_bridged_and_three_end_the_run(void **state)
{
	struct vad v;

	(void)state;
	vad_init(&v);
	feed(&v, 5, -30, 40, IV_LEVEL_FLOOR_DDB);
	feed(&v, 2, -70, 10, IV_LEVEL_FLOOR_DDB);
	feed(&v, 1, -30, 40, IV_LEVEL_FLOOR_DDB);
	assert_int_equal(vad_run_ms(&v), 160);
	feed(&v, 3, -70, 10, IV_LEVEL_FLOOR_DDB);
	assert_int_equal(vad_run_ms(&v), 0);
}

static void a_constant_noise_becomes_the_floor(void **state)
{
	struct vad v;

	(void)state;
	vad_init(&v);
	feed(&v, 500, -42, 60, IV_LEVEL_FLOOR_DDB);
	assert_int_equal(feed(&v, 50, -42, 60, IV_LEVEL_FLOOR_DDB), 0);
	assert_int_equal(feed(&v, 10, -20, 60, IV_LEVEL_FLOOR_DDB), 10);
}

static void hiss_is_not_speech(void **state)
{
	struct vad v;

	(void)state;
	vad_init(&v);
	assert_int_equal(feed(&v, 20, -25, 250, IV_LEVEL_FLOOR_DDB), 0);
}

static void echo_below_its_threshold_is_neither_speech_nor_floor(void **state)
{
	struct vad v;

	(void)state;
	vad_init(&v);
	feed(&v, 50, -70, 10, IV_LEVEL_FLOOR_DDB);
	assert_int_equal(feed(&v, 500, -42, 40, -400), 0);
	/* The agent is silent again: a quiet caller right behind it is heard. */
	assert_int_equal(feed(&v, 5, -40, 40, IV_LEVEL_FLOOR_DDB), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speech_over_a_quiet_room_is_heard_at_once),
		cmocka_unit_test(gaps_of_two_frames_are_bridged_and_three_end_the_run),
		cmocka_unit_test(a_constant_noise_becomes_the_floor),
		cmocka_unit_test(hiss_is_not_speech),
		cmocka_unit_test(echo_below_its_threshold_is_neither_speech_nor_floor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
