/* The offline recogniser hears flite's voices, wide-band and over a telephone. The numbers it
 * prints are the ones the thresholds in speech_asr.c were chosen by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <pthread.h>
#include "iv_g711.h"
#include "iv_resample.h"
#include "phrases.h"
#include "speech_asr.h"
#include "speech_tts.h"

static const char *const voices[] = {"slt", "rms", "awb", "kal16"};
static struct speech_model *model;
static double gain = 0.5;

struct line {
	int16_t *pcm;
	size_t samples;
	int rate_hz;
};

/* A quiet room in front of and behind the words; not digital silence, which no line gives. */
static struct line speak(const char *text, const char *voice, bool telephone, unsigned *noise)
{
	struct speech_wave w;
	struct line l = {.rate_hz = 16000};
	size_t before = 3200, after = 4000;

	assert_true(speech_say(text, voice, &w));
	l.samples = before + w.samples + after;
	l.pcm = calloc(l.samples, sizeof(int16_t));
	assert_non_null(l.pcm);
	for (size_t i = 0; i < l.samples; i++)
		l.pcm[i] = (int16_t)(rand_r(noise) % 7 - 3);
	for (size_t i = 0; i < w.samples; i++)
		l.pcm[before + i] = (int16_t)(w.pcm[i] * gain + l.pcm[before + i]);
	speech_wave_free(&w);
	if (telephone) {
		struct iv_resampler down;
		uint8_t *ulaw = malloc(l.samples);

		assert_true(iv_resampler_init(&down, 16000, 8000));
		int16_t *narrow = malloc(iv_resampler_bound(&down, l.samples) * sizeof(int16_t));
		l.samples = iv_resample(&down, l.pcm, l.samples, narrow);
		l.rate_hz = 8000;
		iv_ulaw_encode(narrow, l.samples, ulaw);
		iv_ulaw_decode(ulaw, l.samples, narrow);
		iv_resampler_deinit(&down);
		free(ulaw);
		free(l.pcm);
		l.pcm = narrow;
	}
	return l;
}

static void hear_line(struct speech_decoder *d, enum grammar_kind kind, const struct line *l,
		      struct speech_heard *heard)
{
	size_t slice = (size_t)l->rate_hz / 10, start = (size_t)l->rate_hz;

	assert_true(speech_begin(
		d, kind, l->rate_hz,
		speech_level(l->pcm, l->samples < start ? l->samples : start, l->rate_hz)));
	for (size_t at = 0; at < l->samples; at += slice)
		speech_feed(d, l->pcm + at, l->samples - at < slice ? l->samples - at : slice);
	speech_finish(d, heard);
}

static void hear(struct speech_decoder *d, const char *text, const char *voice, bool telephone,
		 struct speech_heard *heard)
{
	unsigned noise = 7;
	struct line l = speak(text, voice, telephone, &noise);

	hear_line(d, GRAMMAR_ANY, &l, heard);
	free(l.pcm);
}

/* ── the whole table, by two threads ── */

struct set {
	const char *const *phrases;
	size_t count;
	bool known, telephone;
};

struct share {
	pthread_t thread;
	const struct set *set;
	size_t first; /* every second phrase from here */
	int tried, right,
		wrong; /* right: exact, or refused; wrong: another sentence of the grammar */
};

/* Unless all combinations are asked for (two minutes of processor time) every second phrase is heard
 * once: with voices in turn, by telephone and not. */
static bool everything(void)
{
	return getenv("LAB_SPEECH_FULL") != NULL;
}

static void *run_share(void *arg)
{
	struct share *s = arg;
	struct speech_decoder *d = speech_decoder_new(model, NULL);
	struct speech_heard heard;

	for (size_t i = 0; i < s->set->count * IV_COUNT(voices); i++) {
		size_t p = i / IV_COUNT(voices), v = i % IV_COUNT(voices);
		const char *phrase = s->set->phrases[p], *voice = voices[v];
		bool right;

		if (p % 2 != s->first)
			continue;
		if (!everything() &&
		    ((p / 2) % IV_COUNT(voices) != v || (p / 2 + p / 8) % 2 != s->set->telephone ||
		     v % 2 != (p / 16) % 2))
			continue;

		hear(d, phrase, voice, s->set->telephone, &heard);
		right = s->set->known ? strcmp(heard.text, phrase) == 0 : heard.refused;
		s->tried++;
		s->right += right;
		s->wrong += !right && !heard.refused;
		if (!right && getenv("LAB_SPEECH_VERBOSE"))
			printf("  %s %s \"%s\": \"%s\"%s %.1f\n", voice,
			       s->set->telephone ? "8k" : "16k", phrase, heard.text,
			       heard.refused ? " refused" : "", heard.ratio);
	}
	speech_decoder_free(d);
	return NULL;
}

struct sum {
	int tried, right, wrong;
};

static void try_set(const char *name, struct set set, struct sum *sum)
{
	struct share shares[2] = {{.set = &set}, {.set = &set, .first = 1}};
	struct sum here = {0};

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&shares[i].thread, NULL, run_share, &shares[i]), 0);
	for (size_t i = 0; i < 2; i++) {
		pthread_join(shares[i].thread, NULL);
		here.tried += shares[i].tried;
		here.right += shares[i].right;
		here.wrong += shares[i].wrong;
	}
	printf("%-18s %-10s %s %d of %d, mistaken for another %d\n", name,
	       set.telephone ? "telephone" : "wide-band", set.known ? "exact" : "refused",
	       here.right, here.tried, here.wrong);
	sum->tried += here.tried;
	sum->right += here.right;
}

/* Both ways of hearing; the share that was right. flite never speaks twice alike, so the limits
 * below leave a sentence or two of room. */
static double share_right(const char *name, const char *const *phrases, size_t count, bool known)
{
	struct sum sum = {0};

	for (int telephone = 0; telephone < 2; telephone++)
		try_set(name, (struct set){phrases, count, known, telephone}, &sum);
	return (double)sum.right / sum.tried;
}

static void every_phrase_is_heard_word_for_word(void **state)
{
	(void)state;
	assert_true(share_right("known", phrases_known, IV_COUNT(phrases_known), true) >= 0.95);
	assert_true(share_right("known, held out", phrases_held_out, IV_COUNT(phrases_held_out),
				true) >= (everything() ? 0.87 : 0.8));
}

static void foreign_sentences_are_mostly_refused(void **state)
{
	(void)state;
	assert_true(share_right("foreign", phrases_foreign, IV_COUNT(phrases_foreign), false) >=
		    0.8);
	assert_true(share_right("foreign, held out", phrases_foreign_held_out,
				IV_COUNT(phrases_foreign_held_out), false) >= (everything() ? 0.8 : 0.6));
}

/* A quiet caller and a loud one are heard alike. */
static void loudness_does_not_matter(void **state)
{
	static const double gains[] = {0.1, 1.0};
	struct speech_decoder *d = speech_decoder_new(model, NULL);
	struct speech_heard heard;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(gains); i++) {
		gain = gains[i];
		for (int telephone = 0; telephone < 2; telephone++) {
			hear(d, "book a table for two", "slt", telephone, &heard);
			assert_string_equal(heard.text, "book a table for two");
			hear(d, "goodbye", "rms", telephone, &heard);
			assert_string_equal(heard.text, "goodbye");
		}
	}
	gain = 0.5;
	speech_decoder_free(d);
}

static void times_of_words_are_those_of_the_sound(void **state)
{
	struct speech_decoder *d = speech_decoder_new(model, NULL);
	struct speech_heard heard;
	struct speech_wave w;

	(void)state;
	hear(d, "tell me a story", "slt", false, &heard);
	assert_int_equal(heard.count, 4);
	/* 200 ms of room come first, and the voice has 40 ms of its own. */
	assert_true(heard.words[0].start_s > 0.15 && heard.words[0].start_s < 0.4);
	for (size_t i = 1; i < heard.count; i++)
		assert_true(heard.words[i].start_s >= heard.words[i - 1].end_s - 0.011);
	assert_true(speech_say("tell me a story", "slt", &w));
	assert_true(heard.words[3].end_s < 0.2 + (double)w.samples / 16000 + 0.05);
	assert_true(heard.words[3].end_s > 0.2 + (double)w.samples / 16000 - 0.4);
	speech_wave_free(&w);
	speech_decoder_free(d);
}

static void what_cannot_be_loaded_says_so(void **state)
{
	struct iv_err e = {0};

	(void)state;
	assert_null(speech_model_open("/nowhere", &e));
	assert_int_equal(e.code, IV_ENOENT);
	assert_non_null(strstr(e.msg, "/nowhere/en-us/cmudict-en-us.dict"));
}

static void voices_refuse_what_they_cannot_say(void **state)
{
	static char text[SPEECH_TEXT_MAX + 2];
	struct speech_wave w;

	(void)state;
	assert_false(speech_say("hello", "nobody", &w));
	memset(text, 'a', SPEECH_TEXT_MAX + 1);
	assert_false(speech_say(text, "slt", &w));
	assert_true(speech_say("", "slt", &w));
	assert_int_equal(w.samples, 0);
	speech_wave_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_phrase_is_heard_word_for_word),
		cmocka_unit_test(foreign_sentences_are_mostly_refused),
		cmocka_unit_test(loudness_does_not_matter),
		cmocka_unit_test(times_of_words_are_those_of_the_sound),
		cmocka_unit_test(what_cannot_be_loaded_says_so),
		cmocka_unit_test(voices_refuse_what_they_cannot_say),
	};
	int failed;

	speech_voices_open();
	model = speech_model_open(NULL, NULL);
	if (!model)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	speech_model_close(model);
	speech_voices_close();
	return failed;
}
