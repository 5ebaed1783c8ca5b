/* The memory of spoken sentences: kept, bounded, released in the middle. */
#include "rig.h"
#include "clips.h"
#include "speech_tts.h"
#include "workers.h"

static struct rig rig;
static bool waiting;

struct want {
	struct clip_wish wish;
	size_t len;
	int times, freed;
};

static void on_ready(void *arg, struct iv_str bytes)
{
	struct want *w = arg;

	w->len = bytes.len;
	w->times++;
	if (waiting) /* a stop while nothing runs would end the next run */
		iv_loop_stop(rig.loop);
}

static void on_free(void *arg)
{
	((struct want *)arg)->freed++;
}

static const struct clip_format ulaw = {CLIP_MULAW, 8000, "slt"};

static void wait_for_it(void)
{
	waiting = true;
	rig_run(&rig, 5000);
	waiting = false;
}

static void say(struct clips *c, struct want *w, const char *text)
{
	*w = (struct want){0};
	assert_true(clip_want(c, &w->wish, ulaw, iv_str(text), on_ready, w));
	if (!w->times)
		wait_for_it();
	assert_int_equal(w->times, 1);
}

static void the_least_recently_used_goes_first(void **state)
{
	struct clips *c = clips_new(providers_lab(rig.providers)->workers, 30000);
	struct want w;

	(void)state;
	say(c, &w, "One is the first sentence."); /* about 13 kB each */
	say(c, &w, "Two is the second sentence.");
	assert_true(clips_bytes(c) > 20000);
	say(c, &w, "One is the first sentence."); /* used again */
	say(c, &w, "Three is the third sentence.");
	assert_true(clips_bytes(c) <= 30000);
	w = (struct want){0};
	assert_true(clip_want(c, &w.wish, ulaw, IV_S("One is the first sentence."), on_ready, &w));
	assert_int_equal(w.times, 1); /* at once: still there */
	w = (struct want){0};
	assert_true(clip_want(c, &w.wish, ulaw, IV_S("Two is the second sentence."), on_ready, &w));
	assert_int_equal(w.times, 0);
	wait_for_it();
	clips_free(c);
}

static void a_wish_let_go_in_the_middle_frees_its_owner_later(void **state)
{
	struct clips *c = clips_new(providers_lab(rig.providers)->workers, 30000);
	struct want w = {0};

	(void)state;
	assert_true(clip_want(c, &w.wish, ulaw, IV_S("Nobody hears this."), on_ready, &w));
	clip_release(&w.wish, on_free, &w);
	assert_int_equal(w.freed, 0);
	rig_wait(&rig, 500);
	assert_int_equal(w.freed, 1);
	assert_int_equal(w.times, 0);
	clips_free(c);
}

static void what_cannot_be_spoken_is_refused(void **state)
{
	struct clips *c = clips_new(providers_lab(rig.providers)->workers, 30000);
	struct clip_format odd = {CLIP_MULAW, 11025, "slt"}, nobody = {CLIP_MULAW, 8000, "bob"};
	static char text[CLIP_TEXT_SIZE + 1];
	struct want w = {0};

	(void)state;
	memset(text, 'a', CLIP_TEXT_SIZE);
	assert_false(clip_want(c, &w.wish, odd, IV_S("hi"), on_ready, &w));
	assert_false(clip_want(c, &w.wish, nobody, IV_S("hi"), on_ready, &w));
	assert_false(clip_want(c, &w.wish, ulaw, iv_str(text), on_ready, &w));
	clips_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(a_wish_let_go_in_the_middle_frees_its_owner_later),
		cmocka_unit_test(what_cannot_be_spoken_is_refused),
	};
	int failed;

	rig_open(&rig, NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_close(&rig);
	speech_voices_close();
	return failed;
}
