/* The far end, to the sample. The numbers of the Jambonz tests were measured with the real
 * mod_audio_fork; those of the Twilio tests are its documentation's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "far_end.h"

#define RATE 8000
#define FRAME 160

struct ear {
	struct far_end far;
	int16_t *heard;
	size_t count, limit; /* samples that were sent to us, in order */
	size_t ticks;
	char marks[64][FAR_MARK_NAME];
	bool cleared[64];
	size_t mark_at[64]; /* heard samples when it came back */
	size_t mark_count;
};

static void on_mark(void *arg, struct iv_str name, bool cleared)
{
	struct ear *e = arg;

	assert_true(e->mark_count < 64);
	iv_str_copy(e->marks[e->mark_count], FAR_MARK_NAME, name);
	e->cleared[e->mark_count] = cleared;
	e->mark_at[e->mark_count++] = e->count;
}

static struct ear *ear_new(enum far_kind kind)
{
	struct ear *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->limit = 40 * RATE;
	e->heard = malloc(e->limit * sizeof(*e->heard));
	assert_non_null(e->heard);
	far_end_init(&e->far, kind, RATE, on_mark, e);
	return e;
}

static void ear_free(struct ear *e)
{
	far_end_deinit(&e->far);
	free(e->heard);
	free(e);
}

static void ticks(struct ear *e, int n)
{
	while (n-- > 0) {
		int16_t frame[FAR_FRAME_MAX];
		size_t got = far_end_tick(&e->far, frame);

		assert_true(e->count + got <= e->limit);
		memcpy(e->heard + e->count, frame, got * sizeof(*frame));
		e->count += got;
		e->ticks++;
	}
}

/* Loud, never 0 and never -1, and every position can be told from its neighbours. */
static int16_t sample(size_t i)
{
	return (int16_t)((i % 2 ? -1 : 1) * (int)(3000 + i % 7919));
}

static void send(struct ear *e, size_t from, size_t n)
{
	int16_t pcm[16000];

	assert_true(n <= IV_COUNT(pcm));
	for (size_t i = 0; i < n; i++)
		pcm[i] = sample(from + i);
	far_end_audio(&e->far, pcm, n);
}

static void send_value(struct ear *e, int16_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		far_end_audio(&e->far, &value, 1);
}

/* A message of zeros, as one. */
static void send_zeros(struct ear *e, size_t n)
{
	static const int16_t zeros[16000];

	assert_true(n <= IV_COUNT(zeros));
	far_end_audio(&e->far, zeros, n);
}

static void assert_heard(const struct ear *e, size_t from, size_t count)
{
	assert_true(e->count >= count);
	for (size_t i = 0; i < count; i++)
		if (e->heard[i] != sample(from + i))
			fail_msg("sample %zu is not sample %zu of what was sent", i, from + i);
}

/* ── Jambonz */

static void the_safe_recipe_is_heard_to_the_last_sample(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	/* 2 s in blocks of 80 ms, a lead of 240 ms, then the mark and a block of zeros. */
	for (size_t block = 0; block < 25; block++) {
		send(e, block * 640, 640);
		if (block >= 3)
			ticks(e, 4);
	}
	far_end_mark(&e->far, iv_str("u1"));
	send_zeros(e, 640);
	ticks(e, 30);
	assert_heard(e, 0, 16000);
	assert_int_equal(e->count, 16000 + 640);
	assert_int_equal(e->far.gaps, 0);
	assert_int_equal(e->mark_count, 1);
	assert_string_equal(e->marks[0], "u1");
	assert_false(e->cleared[0]);
	/* In the frame in which the speech ended. */
	assert_in_range(e->mark_at[0], 16000 - FRAME, 16000);
	assert_int_equal(far_end_buffered(&e->far), 0);
	ear_free(e);
}

static void a_sender_of_20_ms_frames_loses_the_end_of_its_utterance(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	for (size_t frame = 0; frame < 50; frame++) {
		send(e, frame * FRAME, FRAME);
		ticks(e, 1);
	}
	ticks(e, 50);
	assert_heard(e, 0, 7680);
	assert_int_equal(e->count, 7680); /* 960 of 1000 ms */
	assert_int_equal(far_end_buffered(&e->far), 320);
	ear_free(e);
}

static void a_word_shorter_than_the_first_fill_is_never_heard(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	send(e, 0, 1279);
	ticks(e, 100);
	assert_int_equal(e->count, 0);
	send(e, 1279, 1);
	ticks(e, 10);
	assert_heard(e, 0, 1280);
	ear_free(e);
}

static void what_is_stuck_survives_a_kill_and_comes_before_the_next_utterance(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	for (size_t frame = 0; frame < 11; frame++) /* 220 ms: 160 move on, 60 are stuck */
		send(e, frame * FRAME, FRAME);
	ticks(e, 2);
	far_end_clear(&e->far);
	ticks(e, 1);
	assert_int_equal(e->count, 2 * FRAME);
	assert_int_equal(e->far.wiped, 1280 - 2 * FRAME);
	e->count = 0;
	send(e, 100000, 640);
	ticks(e, 20);
	assert_heard(e, 1280, 480); /* old speech */
	assert_int_equal(e->heard[480], sample(100000));
	ear_free(e);
}

static void a_kill_takes_what_is_sent_before_the_next_tick(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	send(e, 0, 1280);
	ticks(e, 1);
	far_end_clear(&e->far);
	send(e, 5000, 8000); /* a whole second right behind it */
	far_end_mark(&e->far, iv_str("u2"));
	ticks(e, 100);
	assert_int_equal(e->count, FRAME);
	assert_int_equal(e->mark_count, 1);
	assert_true(e->cleared[0]);
	ear_free(e);
}

static void audio_behind_the_tick_of_a_kill_is_kept(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	send(e, 0, 1280);
	ticks(e, 1);
	far_end_mark(&e->far, iv_str("bar-1"));
	far_end_clear(&e->far);
	ticks(e, 1);
	assert_int_equal(e->mark_count, 1);
	assert_true(e->cleared[0]);
	e->count = 0;
	for (size_t block = 0; block < 10; block++)
		send(e, 50000 + block * 640, 640);
	ticks(e, 60);
	assert_heard(e, 50000, 6400);
	assert_int_equal(e->count, 6400);
	ear_free(e);
}

static void a_real_sample_of_minus_one_fires_marks_early(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	send(e, 0, 1280);
	send_value(e, -1, 640); /* no mark is out: they are sound */
	ticks(e, 20);
	assert_int_equal(e->count, 1920);
	assert_int_equal(e->mark_count, 0);
	e->count = 0;
	send_value(e, -1, 4);
	send(e, 0, 4000);
	far_end_mark(&e->far, iv_str("end"));
	send_zeros(e, 640);
	ticks(e, 1);
	assert_int_equal(e->mark_count, 1); /* half a second too early */
	ticks(e, 60);
	assert_int_equal(e->mark_count, 1);
	ear_free(e);
}

static void the_thirty_first_mark_is_dropped(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);
	char name[8] = "m00";

	(void)state;
	send(e, 0, 1280);
	for (int i = 0; i < 31; i++) {
		name[1] = (char)('0' + i / 10);
		name[2] = (char)('0' + i % 10);
		far_end_mark(&e->far, iv_str(name));
	}
	send_zeros(e, 640);
	ticks(e, 40);
	assert_int_equal(e->mark_count, 30);
	assert_int_equal(e->far.marks_dropped, 1);
	assert_string_equal(e->marks[29], "m29");
	ear_free(e);
}

static void a_mark_with_too_little_behind_it_is_stuck(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	send(e, 0, 1280);
	far_end_mark(&e->far, iv_str("u1"));
	send_zeros(e, 600);
	ticks(e, 100);
	assert_int_equal(e->mark_count, 0);
	send_zeros(e, 40);
	ticks(e, 10);
	assert_int_equal(e->mark_count, 1);
	ear_free(e);
}

static void a_mark_on_a_silent_line_comes_back_at_the_next_tick(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	far_end_mark(&e->far, iv_str("u1"));
	assert_int_equal(e->mark_count, 0);
	ticks(e, 1);
	assert_int_equal(e->mark_count, 1);
	assert_false(e->cleared[0]);
	ear_free(e);
}

static void a_mark_that_a_kill_wiped_swallows_a_later_one(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	send(e, 0, 1280);
	far_end_mark(&e->far, iv_str("u1"));
	send_zeros(e, 640);
	far_end_clear(&e->far);
	ticks(e, 1);
	assert_int_equal(e->mark_count, 1);
	assert_true(e->cleared[0]);
	send(e, 0, 640);
	far_end_mark(&e->far, iv_str("u2"));
	send_zeros(e, 640);
	ticks(e, 40);
	assert_int_equal(e->mark_count, 1); /* u2 paid for u1 */
	send(e, 0, 640);
	far_end_mark(&e->far, iv_str("u3"));
	send_zeros(e, 640);
	ticks(e, 40);
	assert_int_equal(e->mark_count, 2);
	assert_string_equal(e->marks[1], "u2");
	ear_free(e);
}

static void resampling_destroys_marks_in_the_stream(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);

	(void)state;
	e->far.marks_destroyed = true;
	send(e, 0, 1280);
	far_end_mark(&e->far, iv_str("u1"));
	send_zeros(e, 640);
	ticks(e, 100);
	assert_int_equal(e->mark_count, 0);
	ear_free(e);
}

static void odd_byte_counts_are_carried_over(void **state)
{
	struct ear *e = ear_new(FAR_JAMBONZ);
	uint8_t bytes[2560];

	(void)state;
	for (size_t i = 0; i < 1280; i++) {
		bytes[2 * i] = (uint8_t)((uint16_t)sample(i) & 0xff);
		bytes[2 * i + 1] = (uint8_t)((uint16_t)sample(i) >> 8);
	}
	for (size_t at = 0, n = 1; at < sizeof(bytes); at += n, n = (n + 6) % 1021) {
		size_t left = sizeof(bytes) - at;

		n = n < left ? n : left;
		far_end_bytes(&e->far, (struct iv_str){(const char *)bytes + at, n});
	}
	ticks(e, 10);
	assert_heard(e, 0, 1280);
	ear_free(e);
}

/* ── Twilio */

static void twilio_plays_everything_in_order_from_the_next_tick(void **state)
{
	struct ear *e = ear_new(FAR_TWILIO);

	(void)state;
	send(e, 0, 37);
	send(e, 37, 5000);
	ticks(e, 40);
	assert_heard(e, 0, 5037);
	assert_int_equal(e->count, 5037);
	ear_free(e);
}

static void twilio_gives_a_mark_back_when_what_came_before_it_was_played(void **state)
{
	struct ear *e = ear_new(FAR_TWILIO);

	(void)state;
	send(e, 0, 2 * FRAME);
	far_end_mark(&e->far, iv_str("a"));
	send(e, 0, FRAME);
	far_end_mark(&e->far, iv_str("b"));
	ticks(e, 2);
	assert_int_equal(e->mark_count, 0); /* the second frame is still in the ear */
	ticks(e, 1);
	assert_int_equal(e->mark_count, 1);
	assert_string_equal(e->marks[0], "a");
	ticks(e, 1);
	assert_int_equal(e->mark_count, 2);
	assert_false(e->cleared[1]);
	ear_free(e);
}

static void twilio_gives_a_mark_back_at_once_when_nothing_is_buffered(void **state)
{
	struct ear *e = ear_new(FAR_TWILIO);

	(void)state;
	far_end_mark(&e->far, iv_str("a"));
	assert_int_equal(e->mark_count, 1);
	send(e, 0, FRAME);
	ticks(e, 1);
	far_end_mark(&e->far, iv_str("b")); /* empty, but the last frame sounds */
	assert_int_equal(e->mark_count, 1);
	ticks(e, 1);
	assert_int_equal(e->mark_count, 2);
	ear_free(e);
}

static void a_twilio_clear_empties_and_gives_all_marks_back(void **state)
{
	struct ear *e = ear_new(FAR_TWILIO);

	(void)state;
	send(e, 0, 8000);
	far_end_mark(&e->far, iv_str("a"));
	send(e, 0, 8000);
	far_end_mark(&e->far, iv_str("b"));
	ticks(e, 3);
	far_end_clear(&e->far);
	assert_int_equal(e->mark_count, 2);
	assert_string_equal(e->marks[0], "a");
	assert_string_equal(e->marks[1], "b");
	assert_true(e->cleared[0] && e->cleared[1]);
	assert_int_equal(e->far.wiped, 16000 - 3 * FRAME);
	send(e, 70000, FRAME);
	far_end_mark(&e->far, iv_str("c"));
	e->count = 0;
	ticks(e, 1);
	assert_heard(e, 70000, FRAME);
	ticks(e, 1);
	assert_int_equal(e->mark_count, 3);
	assert_false(e->cleared[2]);
	ear_free(e);
}

/* ── a page */

static void a_page_begins_once_40_ms_are_there(void **state)
{
	struct ear *e = ear_new(FAR_BROWSER);

	(void)state;
	send(e, 0, FRAME);
	ticks(e, 1);
	assert_int_equal(e->count, 0);
	send(e, FRAME, FRAME);
	ticks(e, 2);
	assert_heard(e, 0, 2 * FRAME);
	ear_free(e);
}

static void a_page_plays_a_short_sound_after_40_ms_all_the_same(void **state)
{
	struct ear *e = ear_new(FAR_BROWSER);

	(void)state;
	send(e, 0, 50);
	ticks(e, 2);
	assert_int_equal(e->count, 0);
	ticks(e, 1);
	assert_heard(e, 0, 50);
	ear_free(e);
}

static void a_page_is_silent_at_once_when_told_of_a_barge_in(void **state)
{
	struct ear *e = ear_new(FAR_BROWSER);

	(void)state;
	send(e, 0, 8000);
	ticks(e, 3);
	far_end_clear(&e->far);
	ticks(e, 10);
	assert_int_equal(e->count, 3 * FRAME);
	ear_free(e);
}

/* ── accounts */

static void running_dry_in_the_middle_of_speech_is_a_gap(void **state)
{
	struct ear *e = ear_new(FAR_TWILIO);

	(void)state;
	send(e, 0, 2 * FRAME + 60);
	ticks(e, 5); /* 100 samples short in the third, two frames of nothing */
	send(e, 0, FRAME);
	ticks(e, 10);
	assert_int_equal(e->far.gaps, 1);
	assert_int_equal(e->far.longest_gap, 100 + 2 * FRAME);
	ear_free(e);
}

static void silence_behind_silence_and_long_pauses_are_no_gaps(void **state)
{
	struct ear *e = ear_new(FAR_TWILIO);

	(void)state;
	send(e, 0, 4 * FRAME);
	send_zeros(e, 8 * FRAME); /* the end of a sentence */
	ticks(e, 17);
	send(e, 0, 4 * FRAME);
	ticks(e, 4 + FAR_GAP_MAX_MS / FAR_FRAME_MS + 1);
	send(e, 0, FRAME);
	ticks(e, 2);
	assert_int_equal(e->far.gaps, 0);
	far_end_clear(&e->far); /* and what was cleared was meant to stop */
	ticks(e, 2);
	send(e, 0, FRAME);
	ticks(e, 2);
	assert_int_equal(e->far.gaps, 0);
	ear_free(e);
}

static void audible_begins_at_minus_50_dbfs(void **state)
{
	int16_t pcm[FRAME];

	(void)state;
	for (size_t i = 0; i < FRAME; i++)
		pcm[i] = i % 2 ? 104 : -104;
	assert_true(far_audible(pcm, FRAME));
	for (size_t i = 0; i < FRAME; i++)
		pcm[i] = i % 2 ? 103 : -103;
	assert_false(far_audible(pcm, FRAME));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_safe_recipe_is_heard_to_the_last_sample),
		cmocka_unit_test(a_sender_of_20_ms_frames_loses_the_end_of_its_utterance),
		cmocka_unit_test(a_word_shorter_than_the_first_fill_is_never_heard),
		cmocka_unit_test(what_is_stuck_survives_a_kill_and_comes_before_the_next_utterance),
		cmocka_unit_test(a_kill_takes_what_is_sent_before_the_next_tick),
		cmocka_unit_test(audio_behind_the_tick_of_a_kill_is_kept),
		cmocka_unit_test(a_real_sample_of_minus_one_fires_marks_early),
		cmocka_unit_test(the_thirty_first_mark_is_dropped),
		cmocka_unit_test(a_mark_with_too_little_behind_it_is_stuck),
		cmocka_unit_test(a_mark_on_a_silent_line_comes_back_at_the_next_tick),
		cmocka_unit_test(a_mark_that_a_kill_wiped_swallows_a_later_one),
		cmocka_unit_test(resampling_destroys_marks_in_the_stream),
		cmocka_unit_test(odd_byte_counts_are_carried_over),
		cmocka_unit_test(twilio_plays_everything_in_order_from_the_next_tick),
		cmocka_unit_test(twilio_gives_a_mark_back_when_what_came_before_it_was_played),
		cmocka_unit_test(twilio_gives_a_mark_back_at_once_when_nothing_is_buffered),
		cmocka_unit_test(a_twilio_clear_empties_and_gives_all_marks_back),
		cmocka_unit_test(a_page_begins_once_40_ms_are_there),
		cmocka_unit_test(a_page_plays_a_short_sound_after_40_ms_all_the_same),
		cmocka_unit_test(a_page_is_silent_at_once_when_told_of_a_barge_in),
		cmocka_unit_test(running_dry_in_the_middle_of_speech_is_a_gap),
		cmocka_unit_test(silence_behind_silence_and_long_pauses_are_no_gaps),
		cmocka_unit_test(audible_begins_at_minus_50_dbfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
