/* Frames keep every sample, in order, whatever sizes arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "iv_framer.h"

struct seen {
	size_t frames, size;
	int16_t next;
};

static void check_frame(void *arg, const int16_t *frame, size_t n)
{
	struct seen *s = arg;

	assert_int_equal(n, s->size);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(frame[i], s->next++);
	s->frames++;
}

static void a_frame_is_twenty_milliseconds(void **state)
{
	static const struct {
		int rate;
		size_t samples;
	} rows[] = {{8000, 160},  {16000, 320}, {22050, 441}, {24000, 480},
		    {44100, 882}, {48000, 960}, {96000, 960}, {0, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iv_framer f;

		iv_framer_init(&f, rows[i].rate);
		assert_int_equal(f.frame_samples, rows[i].samples);
	}
}

static void any_sizes_give_every_sample_once(void **state)
{
	(void)state;
	srand(3);
	for (int round = 0; round < 200; round++) {
		struct iv_framer f;
		struct seen s = {0, 160, 0};
		int16_t pcm[1000];
		int16_t value = 0;
		size_t total = 0;

		iv_framer_init(&f, 8000);
		for (int push = 0; push < 20; push++) {
			size_t n = (size_t)(rand() % (push % 2 == 0 ? 1000 : 5));

			for (size_t i = 0; i < n; i++)
				pcm[i] = value++;
			total += n;
			iv_framer_push(&f, pcm, n, check_frame, &s);
		}
		assert_int_equal(s.frames, total / 160);
		assert_int_equal(f.have, total % 160);
	}
}

static const int16_t *given;

static void check_in_place(void *arg, const int16_t *frame, size_t n)
{
	(void)n;
	assert_ptr_equal(frame, given);
	(*(int *)arg)++;
}

static void a_whole_frame_is_not_copied(void **state)
{
	struct iv_framer f;
	int16_t pcm[320] = {0};
	int frames = 0;

	(void)state;
	iv_framer_init(&f, 16000);
	given = pcm;
	iv_framer_push(&f, pcm, 320, check_in_place, &frames);
	assert_int_equal(frames, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_twenty_milliseconds),
		cmocka_unit_test(any_sizes_give_every_sample_once),
		cmocka_unit_test(a_whole_frame_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
