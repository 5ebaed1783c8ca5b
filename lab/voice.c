/* Sound for the steps of a script. */
#include "voice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_resample.h"
#include "iv_wav.h"
#include "speech_tts.h"

static void *must_alloc(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);

	if (!p)
		abort();
	return p;
}

static bool resample_into(struct step *step, const int16_t *pcm, size_t n, int from_hz, int to_hz,
			  struct iv_err *e)
{
	struct iv_resampler r;

	if (!iv_resampler_init(&r, from_hz, to_hz))
		return iv_fail_field(
			e, IV_EINVAL, "--say",
			"%.80s: the rate must be 8, 16, 22.05, 24, 44.1 or 48 kHz, got %d Hz",
			step->words, from_hz);
	step->pcm = must_alloc(iv_resampler_bound(&r, n) * sizeof(int16_t));
	step->samples = iv_resample(&r, pcm, n, step->pcm);
	iv_resampler_deinit(&r);
	step->speech_end = script_speech_end(step->pcm, step->samples, to_hz);
	return true;
}

static char *read_file(const char *path, size_t *len, struct iv_err *e)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;
	long size = -1;

	if (f && fseek(f, 0, SEEK_END) == 0)
		size = ftell(f);
	if (f && size >= 0 && size <= VOICE_FILE_MAX && fseek(f, 0, SEEK_SET) == 0) {
		bytes = must_alloc((size_t)size);
		*len = fread(bytes, 1, (size_t)size, f);
	} else if (f && size > VOICE_FILE_MAX) {
		iv_fail_field(e, IV_ETOOBIG, "--say", "%.80s: must have at most 64 MiB", path);
	} else {
		iv_fail_field(e, IV_ENOENT, "--say", "%.80s: %s", path, strerror(errno));
	}
	if (f)
		fclose(f);
	return bytes;
}

/* The first channel of a WAV file. */
static bool load_wav(struct step *step, int rate_hz, struct iv_err *e)
{
	size_t len = 0;
	char *bytes = read_file(step->words, &len, e);
	struct iv_err bad = {0};
	struct iv_wav w;
	bool ok = false;

	if (bytes && !iv_wav_parse((struct iv_str){bytes, len}, &w, &bad)) {
		iv_fail_field(e, bad.code, "--say", "%.80s: %s %s", step->words, bad.field,
			      bad.msg);
	} else if (bytes) {
		int16_t *mono = must_alloc(w.samples * sizeof(*mono));
		size_t stride = 2 * (size_t)w.channels;

		for (size_t i = 0; i < w.samples; i++)
			mono[i] = (int16_t)(uint16_t)(w.data[i * stride] | w.data[i * stride + 1]
										   << 8);
		ok = resample_into(step, mono, w.samples, w.rate_hz, rate_hz, e);
		free(mono);
	}
	free(bytes);
	return ok;
}

static bool speak_text(struct step *step, int rate_hz, struct iv_err *e)
{
	struct speech_wave w;

	speech_voices_open();
	if (!speech_say(step->words, "rms", &w))
		return iv_fail_field(e, IV_EINTERNAL, "--say", "the voice rms cannot say this");
	bool ok = resample_into(step, w.pcm, w.samples, w.rate_hz, rate_hz, e);
	speech_wave_free(&w);
	return ok;
}

/* What a load is made of: the same for everybody, and no engine needed. */
static void make_tone(struct step *step, int rate_hz)
{
	step->samples = (size_t)(step->wait_ms * rate_hz / 1000);
	step->pcm = must_alloc(step->samples * sizeof(*step->pcm));
	for (size_t i = 0; i < step->samples; i++)
		step->pcm[i] = (int16_t)(i * 440 / (size_t)rate_hz % 2 ? 6000 : -6000);
	step->speech_end = step->samples;
}

bool voice_prepare(struct script *s, int rate_hz, struct iv_err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		struct step *step = &s->steps[i];
		bool spoken = step->kind == STEP_WAV || step->kind == STEP_TEXT || step->kind == STEP_TONE;

		if (step->kind == STEP_WAV && !load_wav(step, rate_hz, e))
			return false;
		if (step->kind == STEP_TEXT && !speak_text(step, rate_hz, e))
			return false;
		if (step->kind == STEP_TONE)
			make_tone(step, rate_hz);
		if (spoken && step->speech_end == 0)
			return iv_fail_field(e, IV_EINVAL, "--say",
					     "%.80s: there is no sound in it", step->words);
	}
	return true;
}
