/* The offline recogniser hears flite's voices, wide-band and over a telephone. The numbers it prints are
 * the ones the thresholds in speech_asr.c were chosen by. */
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

	assert_true(speech_begin(d, kind, l->rate_hz,
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
	int tried, right, wrong; /* right: exact, or refused; wrong: another sentence of the grammar */
};

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
		/* Each phrase with one voice wide-band and another by telephone, unless all are asked for. */
		if ((p + 2u * s->set->telephone) % IV_COUNT(voices) != v && !getenv("LAB_SPEECH_FULL"))
			continue;

		hear(d, phrase, voice, s->set->telephone, &heard);
		right = s->set->known ? strcmp(heard.text, phrase) == 0 : heard.refused;
		s->tried++;
		s->right += right;
		s->wrong += !right && !heard.refused;
		if (!right && getenv("LAB_SPEECH_VERBOSE"))
			printf("  %s %s \"%s\": \"%s\"%s %.1f\n", voice, s->set->telephone ? "8k" : "16k",
			       phrase, heard.text, heard.refused ? " refused" : "", heard.ratio);
	}
	speech_decoder_free(d);
	return NULL;
}

static double share_right(const char *name, struct set set)
{
	struct share shares[2] = {{.set = &set}, {.set = &set, .first = 1}};
	int tried = 0, right = 0, wrong = 0;

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&shares[i].thread, NULL, run_share, &shares[i]), 0);
	for (size_t i = 0; i < 2; i++) {
		pthread_join(shares[i].thread, NULL);
		tried += shares[i].tried;
		right += shares[i].right;
		wrong += shares[i].wrong;
	}
	printf("%-22s %-10s %s %d of %d, mistaken for another %d\n", name,
	       set.telephone ? "telephone" : "wide-band", set.known ? "exact" : "refused", right, tried, wrong);
	return (double)right / tried;
}

#define SET(table, is_known, is_telephone)                                                         \
	(struct set)                                                                               \
	{                                                                                          \
		.phrases = table, .count = IV_COUNT(table), .known = is_known, .telephone = is_telephone \
	}

static void every_phrase_is_heard_word_for_word(void **state)
{
	(void)state;
	for (int telephone = 0; telephone < 2; telephone++) {
		double all = share_right("known", SET(phrases_known, true, telephone));
		double fresh = share_right("known, held out", SET(phrases_held_out, true, telephone));

		assert_true(all >= 0.95);
		assert_true(fresh >= 0.90);
	}
}

static void foreign_sentences_are_mostly_refused(void **state)
{
	(void)state;
	for (int telephone = 0; telephone < 2; telephone++) {
		double all = share_right("foreign", SET(phrases_foreign, false, telephone));
		double fresh = share_right("foreign, held out", SET(phrases_foreign_held_out, false, telephone));

		assert_true(all >= 0.85);
		assert_true(fresh >= 0.75);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_phrase_is_heard_word_for_word),
		cmocka_unit_test(foreign_sentences_are_mostly_refused),
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
