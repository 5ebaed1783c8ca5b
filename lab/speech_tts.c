/* flite speaks. Voices are registered once and shared: without streaming callbacks (which hang on
 * the voice) a synthesis touches nothing of the voice but reads, so threads may share it. */
#include "speech_tts.h"

#include <flite/flite.h>
#include <stdlib.h>
#include <string.h>

cst_voice *register_cmu_us_slt(const char *dir);
cst_voice *register_cmu_us_rms(const char *dir);
cst_voice *register_cmu_us_awb(const char *dir);
cst_voice *register_cmu_us_kal16(const char *dir);
void unregister_cmu_us_slt(cst_voice *voice);
void unregister_cmu_us_rms(cst_voice *voice);
void unregister_cmu_us_awb(cst_voice *voice);
void unregister_cmu_us_kal16(cst_voice *voice);

static struct voice {
	const char *name;
	cst_voice *(*open)(const char *dir);
	void (*close)(cst_voice *voice);
	cst_voice *flite;
} voices[] = {
	{"slt", register_cmu_us_slt, unregister_cmu_us_slt, NULL},
	{"rms", register_cmu_us_rms, unregister_cmu_us_rms, NULL},
	{"awb", register_cmu_us_awb, unregister_cmu_us_awb, NULL},
	{"kal16", register_cmu_us_kal16, unregister_cmu_us_kal16, NULL},
};

#define VOICES (sizeof(voices) / sizeof(voices[0]))
#define LEAD_MS 40
#define TAIL_MS 200
#define QUIET 160 /* of 32768: under it a sample counts as silence */

void speech_voices_open(void)
{
	if (voices[0].flite)
		return;
	flite_init();
	for (size_t i = 0; i < VOICES; i++)
		voices[i].flite = voices[i].open(NULL);
}

void speech_voices_close(void)
{
	for (size_t i = 0; i < VOICES; i++) {
		if (voices[i].flite)
			voices[i].close(voices[i].flite);
		voices[i].flite = NULL;
	}
}

static const struct voice *find_voice(const char *name)
{
	for (size_t i = 0; i < VOICES; i++)
		if (strcmp(voices[i].name, name) == 0)
			return &voices[i];
	return NULL;
}

bool speech_voice_known(const char *voice)
{
	return find_voice(voice) != NULL;
}

static bool loud(short s)
{
	return s > QUIET || s < -QUIET;
}

static void take_trimmed(const cst_wave *from, struct speech_wave *w)
{
	size_t n = from->num_samples > 0 ? (size_t)from->num_samples : 0, first = 0, last = n;
	size_t lead = (size_t)from->sample_rate * LEAD_MS / 1000;
	size_t tail = (size_t)from->sample_rate * TAIL_MS / 1000;

	while (first < n && !loud(from->samples[first]))
		first++;
	while (last > first && !loud(from->samples[last - 1]))
		last--;
	if (first == n)
		return; /* nothing but silence */
	first = first > lead ? first - lead : 0;
	last = n - last > tail ? last + tail : n;
	w->samples = last - first;
	w->pcm = malloc(w->samples * sizeof(int16_t));
	if (!w->pcm)
		abort();
	memcpy(w->pcm, from->samples + first, w->samples * sizeof(int16_t));
}

bool speech_say(const char *text, const char *voice, struct speech_wave *w)
{
	const struct voice *v = find_voice(voice);
	cst_wave *wave;

	*w = (struct speech_wave){.rate_hz = 16000};
	if (!v || !v->flite || strlen(text) > SPEECH_TEXT_MAX)
		return false;
	wave = flite_text_to_wave(text, v->flite);
	if (!wave)
		return false;
	w->rate_hz = wave->sample_rate;
	take_trimmed(wave, w);
	delete_wave(wave);
	return true;
}

void speech_wave_free(struct speech_wave *w)
{
	free(w->pcm);
	*w = (struct speech_wave){0};
}
