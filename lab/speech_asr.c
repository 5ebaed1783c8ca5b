/* pocketsphinx listens. The acoustic model knows 16 kHz only; the dictionary is pruned to the
 * grammar's words and lives in memory. */
#include "speech_asr.h"

#include <pocketsphinx.h>
#include <sphinxbase/err.h>
#include <sphinxbase/feat.h>
#include <sphinxbase/jsgf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "iv_map.h"
#include "iv_resample.h"

#define MODEL_HZ 16000
#define FRAME 160 /* samples; pocketsphinx counts time in these 10 ms */
#define FRAMES_MAX (SPEECH_SECONDS_MAX * 100)
#define FEED_MAX 1600 /* samples converted at once */
#define MIRROR 0.25f  /* -12 dB */
#define CEPSTRA 13
/* Measured on flite's voices at both rates: see the numbers in tests/unit/lab/test_speech.c. */
#define RATIO_MIN (-7.0)
#define RATIO_GRACE_FRAMES 100 /* short utterances vary more */
#define STRAY_FRAMES_MAX 30    /* loud frames that no word accounts for */

static const char *const phones[] = {"AA", "AE", "AH", "AO", "AW", "AY", "B",  "CH", "D",  "DH",
				     "EH", "ER", "EY", "F",  "G",  "HH", "IH", "IY", "JH", "K",
				     "L",  "M",	 "N",  "NG", "OW", "OY", "P",  "R",  "S",  "SH",
				     "T",  "TH", "UH", "UW", "V",  "W",	 "Y",  "Z",  "ZH"};

/* Where the running mean of the cepstrum starts with each utterance: the model's own means are
 * those of wide-band rooms. Measured over four voices through G.711 and the mirror. */
static const float telephone_means[CEPSTRA] = {41.87f, 3.63f,  0.92f,	19.19f, 2.55f,
					       -7.45f, 11.17f, -11.79f, -0.24f, 1.30f,
					       -4.58f, 10.23f, -6.38f};

/* The level those means belong to, and how the first of them follows the logarithm of the power: it
 * is the sum of 25 bands' logarithms over the root of 25. */
#define TELEPHONE_LEVEL 3.5e6
#define WIDE_LEVEL 3.4e6
#define LOUDNESS_STEP 5.0

struct speech_model {
	char acoustic[256];
	int words_fd,
		phones_fd; /* dictionaries, as memory files: pocketsphinx opens them by name */
};

struct speech_decoder {
	ps_decoder_t *grammar, *loop;
	struct iv_resampler up;
	bool resampling, mirror, started;
	float wide_means[CEPSTRA];
	uint64_t samples;  /* at MODEL_HZ, of this utterance */
	double energy_now; /* of the frame being filled */
	float energy[FRAMES_MAX];
};

/* ── the model ── */

struct pruning {
	struct iv_map *wanted;
	const char *missing;
};

static void want_word(void *arg, struct iv_str word)
{
	struct pruning *p = arg;

	iv_map_put(p->wanted, word, p);
}

static void note_missing(void *arg, struct iv_str word, void *value)
{
	struct pruning *p = arg;

	(void)value;
	if (!p->missing)
		p->missing = word.ptr;
}

/* Copies the lines of wanted words: "word PH PH" and their variants "word(2) PH PH". */
static bool prune(FILE *from, FILE *to, struct iv_err *e)
{
	struct pruning p = {.wanted = iv_map_new()};
	struct iv_map *found = iv_map_new();
	char line[512];

	grammar_words(want_word, &p);
	while (fgets(line, sizeof(line), from)) {
		struct iv_str word = {line, strcspn(line, " (")};

		if (iv_map_get(p.wanted, word)) {
			fputs(line, to);
			iv_map_put(found, word, found);
		}
	}
	size_t lacking = iv_map_count(p.wanted) - iv_map_count(found);
	iv_map_free(found);
	if (lacking)
		iv_map_each(p.wanted, note_missing, &p);
	iv_map_free(p.wanted);
	return lacking == 0 ||
	       iv_fail(e, IV_EINVAL, "dictionary lacks %zu words of the grammar", lacking);
}

static bool write_words(int fd, const char *dir, struct iv_err *e)
{
	char path[300];
	bool ok;

	snprintf(path, sizeof(path), "%s/en-us/cmudict-en-us.dict", dir);
	FILE *from = fopen(path, "r");
	if (!from)
		return iv_fail(e, IV_ENOENT, "speech model: cannot read %.120s", path);
	FILE *to = fdopen(dup(fd), "w");
	ok = to && prune(from, to, e);
	if (to && fclose(to) != 0)
		ok = iv_fail(e, IV_EINTERNAL, "speech model: cannot write the pruned dictionary");
	fclose(from);
	return ok;
}

static bool write_phones(int fd)
{
	for (size_t i = 0; i < IV_COUNT(phones); i++)
		if (dprintf(fd, "zz_%s %s\n", phones[i], phones[i]) < 0)
			return false;
	return true;
}

struct speech_model *speech_model_open(const char *dir, struct iv_err *e)
{
	struct speech_model *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	if (!dir)
		dir = LAB_MODEL_DIR;
	err_set_logfp(NULL); /* it would narrate every utterance on stderr */
	snprintf(m->acoustic, sizeof(m->acoustic), "%s/en-us/en-us", dir);
	m->words_fd = memfd_create("words", MFD_CLOEXEC);
	m->phones_fd = memfd_create("phones", MFD_CLOEXEC);
	if (m->words_fd < 0 || m->phones_fd < 0 || !write_phones(m->phones_fd)) {
		iv_fail(e, IV_EINTERNAL, "speech model: no memory files");
	} else if (write_words(m->words_fd, dir, e)) {
		return m;
	}
	speech_model_close(m);
	return NULL;
}

void speech_model_close(struct speech_model *m)
{
	if (!m)
		return;
	if (m->words_fd >= 0)
		close(m->words_fd);
	if (m->phones_fd >= 0)
		close(m->phones_fd);
	free(m);
}

/* ── a decoder ── */

static ps_decoder_t *open_decoder(const struct speech_model *m, int dictionary_fd, bool loop)
{
	char dictionary[40];
	ps_decoder_t *ps = NULL;

	snprintf(dictionary, sizeof(dictionary), "/proc/self/fd/%d", dictionary_fd);
	/* Silence stays in: utterances come trimmed, and with it out the times of words are wrong.
	 * The loop needs no wide beams: phones compete on their own sound alone. */
	cmd_ln_t *config =
		cmd_ln_init(NULL, ps_args(), TRUE, "-hmm", m->acoustic, "-dict", dictionary,
			    "-remove_silence", "no", "-beam", loop ? "1e-20" : "1e-48", "-pbeam",
			    loop ? "1e-20" : "1e-48", "-wbeam", loop ? "1e-12" : "7e-29", NULL);
	if (config) {
		ps = ps_init(config);
		cmd_ln_free_r(config);
	}
	return ps;
}

/* ps_set_jsgf_string would do this and leak the parsed grammar. */
static bool add_search(ps_decoder_t *ps, const char *name, const char *text)
{
	jsgf_t *jsgf = jsgf_parse_string(text, NULL);
	jsgf_rule_iter_t *rule = NULL;
	fsg_model_t *fsg = NULL;
	bool ok = false;

	if (!jsgf)
		return false;
	for (rule = jsgf_rule_iter(jsgf); rule; rule = jsgf_rule_iter_next(rule))
		if (jsgf_rule_public(jsgf_rule_iter_rule(rule)))
			break;
	if (rule) {
		fsg = jsgf_build_fsg(jsgf, jsgf_rule_iter_rule(rule), ps_get_logmath(ps),
				     (float32)cmd_ln_float_r(ps_get_config(ps), "-lw"));
		jsgf_rule_iter_free(rule);
	}
	ok = fsg && ps_set_fsg(ps, name, fsg) == 0;
	fsg_model_free(fsg);
	jsgf_grammar_free(jsgf);
	return ok;
}

static bool add_grammars(ps_decoder_t *ps)
{
	char jsgf[GRAMMAR_JSGF_SIZE];

	for (int kind = 0; kind < GRAMMAR_KINDS; kind++) {
		grammar_jsgf((enum grammar_kind)kind, jsgf, sizeof(jsgf));
		if (!add_search(ps, grammar_name((enum grammar_kind)kind), jsgf))
			return false;
	}
	return true;
}

static bool add_loop(ps_decoder_t *ps)
{
	char jsgf[1024] = "#JSGF V1.0;\ngrammar loop;\npublic <speech> = (";
	size_t len = strlen(jsgf);

	for (size_t i = 0; i < IV_COUNT(phones); i++)
		len += (size_t)snprintf(jsgf + len, sizeof(jsgf) - len, "%szz_%s", i ? " | " : " ",
					phones[i]);
	snprintf(jsgf + len, sizeof(jsgf) - len, " )+;\n");
	return add_search(ps, "loop", jsgf) && ps_set_search(ps, "loop") == 0;
}

struct speech_decoder *speech_decoder_new(const struct speech_model *m, struct iv_err *e)
{
	struct speech_decoder *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->grammar = open_decoder(m, m->words_fd, false);
	d->loop = open_decoder(m, m->phones_fd, true);
	if (d->grammar && d->loop && add_grammars(d->grammar) && add_loop(d->loop)) {
		cmn_live_get(ps_get_feat(d->grammar)->cmn_struct, d->wide_means);
		return d;
	}
	iv_fail(e, IV_EINVAL, "speech model: %.120s does not load", m->acoustic);
	speech_decoder_free(d);
	return NULL;
}

/* Of a caller who left in the middle. */
static void end_utterance(struct speech_decoder *d)
{
	if (!d->started)
		return;
	ps_end_utt(d->grammar);
	ps_end_utt(d->loop);
	d->started = false;
}

void speech_decoder_free(struct speech_decoder *d)
{
	if (!d)
		return;
	end_utterance(d);
	if (d->resampling)
		iv_resampler_deinit(&d->up);
	if (d->grammar)
		ps_free(d->grammar);
	if (d->loop)
		ps_free(d->loop);
	free(d);
}

/* ── an utterance ── */

double speech_level(const int16_t *pcm, size_t n, int rate_hz)
{
	size_t frame = (size_t)rate_hz / 50, frames = n / frame, loud = 0;
	double top = 0, sum = 0, power[SPEECH_SECONDS_MAX * 50];

	if (frames > IV_COUNT(power))
		frames = IV_COUNT(power);
	for (size_t f = 0; f < frames; f++) {
		power[f] = 0;
		for (size_t i = 0; i < frame; i++)
			power[f] += (double)pcm[f * frame + i] * pcm[f * frame + i];
		power[f] /= (double)frame;
		if (power[f] > top)
			top = power[f];
	}
	for (size_t f = 0; f < frames; f++) {
		if (power[f] * 30 < top) /* 15 dB under the loudest: between words */
			continue;
		sum += power[f];
		loud++;
	}
	return loud ? sum / (double)loud : 0;
}

/* An utterance must not depend on who spoke before it through the same decoder. */
static void forget_speaker(struct speech_decoder *d, double level)
{
	float means[CEPSTRA];

	memcpy(means, d->mirror ? telephone_means : d->wide_means, sizeof(means));
	if (level > 0)
		means[0] += (float)(LOUDNESS_STEP *
				    log(level / (d->mirror ? TELEPHONE_LEVEL : WIDE_LEVEL)));
	cmn_live_set(ps_get_feat(d->grammar)->cmn_struct, means);
	cmn_live_set(ps_get_feat(d->loop)->cmn_struct, means);
}

bool speech_begin(struct speech_decoder *d, enum grammar_kind kind, int rate_hz, double level)
{
	end_utterance(d);
	if (d->resampling)
		iv_resampler_deinit(&d->up);
	d->resampling = iv_resampler_init(&d->up, rate_hz, MODEL_HZ);
	d->mirror = rate_hz == MODEL_HZ / 2;
	d->samples = 0;
	d->energy_now = 0;
	forget_speaker(d, level);
	d->started = d->resampling && ps_set_search(d->grammar, grammar_name(kind)) == 0 &&
		     ps_start_utt(d->grammar) == 0 && ps_start_utt(d->loop) == 0;
	return d->started;
}

/* Doubling the rate leaves 4…8 kHz empty, which the model takes for a strange voice; multiplying
 * the samples by 1+g, 1-g, 1+g… folds a copy of the lower band into it. */
static void mirror(int16_t *pcm, size_t n, uint64_t position)
{
	for (size_t i = 0; i < n; i++) {
		float gain = (position + i) % 2 ? 1.0f - MIRROR : 1.0f + MIRROR;
		float v = (float)pcm[i] * gain;

		pcm[i] = (int16_t)fminf(fmaxf(v, -32768.0f), 32767.0f);
	}
}

static void measure(struct speech_decoder *d, const int16_t *pcm, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		d->energy_now += (double)pcm[i] * pcm[i];
		if (++d->samples % FRAME == 0) {
			d->energy[d->samples / FRAME - 1] = (float)d->energy_now;
			d->energy_now = 0;
		}
	}
}

static void hear(struct speech_decoder *d, int16_t *pcm, size_t n)
{
	uint64_t room = (uint64_t)FRAMES_MAX * FRAME - d->samples;

	if (n > room)
		n = (size_t)room;
	if (d->mirror)
		mirror(pcm, n, d->samples);
	measure(d, pcm, n);
	ps_process_raw(d->grammar, pcm, n, FALSE, FALSE);
	ps_process_raw(d->loop, pcm, n, FALSE, FALSE);
}

void speech_feed(struct speech_decoder *d, const int16_t *pcm, size_t n)
{
	int16_t wide[2 * FEED_MAX + 64];

	while (n > 0) {
		size_t part = n < FEED_MAX ? n : FEED_MAX;

		if (iv_resampler_bound(&d->up, part) > IV_COUNT(wide))
			abort(); /* no rate is less than half of the model's */
		hear(d, wide, iv_resample(&d->up, pcm, part, wide));
		pcm += part;
		n -= part;
	}
}

void speech_guess(struct speech_decoder *d, char *out, size_t size)
{
	const char *text = ps_get_hyp(d->grammar, NULL);

	if (size)
		iv_str_copy(out, size, iv_str(text ? text : ""));
}

/* ── the verdict ── */

static int compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* Energy above which a frame is speech: 30 dB under the loudest, but well over the line's own
 * noise. */
static float loud_energy(const struct speech_decoder *d, size_t frames)
{
	static const float tenth = 0.1f;
	float sorted[FRAMES_MAX];

	memcpy(sorted, d->energy, frames * sizeof(sorted[0]));
	qsort(sorted, frames, sizeof(sorted[0]), compare_floats);
	float peak = sorted[frames - 1] / 1000.0f,
	      noise = sorted[(size_t)((float)frames * tenth)] * 6.0f;
	return peak > noise ? peak : noise;
}

static void add_word(struct speech_heard *heard, const char *word, int from, int to)
{
	struct iv_str text = {word, strcspn(word, "(")};

	if (heard->count == SPEECH_WORDS_MAX)
		return;
	struct speech_word *w = &heard->words[heard->count++];
	iv_str_copy(w->text, sizeof(w->text), text); /* the longest word of the grammar fits */
	w->start_s = from / 100.0;
	w->end_s = (to + 1) / 100.0;
}

/* Collects the words; returns how many loud frames lie outside of them. The best path through a
 * grammar is free to call half a sentence silence, so the phones' score alone does not catch it. */
static size_t read_words(struct speech_decoder *d, struct speech_heard *heard)
{
	size_t frames = (size_t)(d->samples / FRAME), stray = 0;
	float loud = frames ? loud_energy(d, frames) : 0;
	int base = -1;

	for (ps_seg_t *s = ps_seg_iter(d->grammar); s; s = ps_seg_next(s)) {
		const char *word = ps_seg_word(s);
		int from, to;

		ps_seg_frames(s, &from, &to);
		if (base < 0)
			base = from; /* frames count on from utterance to utterance */
		if (!strchr("<[(", word[0])) {
			add_word(heard, word, from - base, to - base);
			continue;
		}
		for (int f = from - base; f <= to - base && (size_t)f < frames; f++)
			stray += d->energy[f] > loud;
	}
	return stray;
}

static void write_text(struct speech_heard *heard)
{
	size_t len = 0;

	for (size_t i = 0; i < heard->count; i++) {
		int n = snprintf(heard->text + len, sizeof(heard->text) - len, "%s%s", i ? " " : "",
				 heard->words[i].text);

		if (n < 0 || (size_t)n >= sizeof(heard->text) - len)
			break;
		len += (size_t)n;
	}
}

void speech_finish(struct speech_decoder *d, struct speech_heard *heard)
{
	int32 by_grammar = 0, by_phones = 0;
	size_t frames = (size_t)(d->samples / FRAME);

	*heard = (struct speech_heard){.refused = true};
	end_utterance(d);
	const char *hypothesis = ps_get_hyp(d->grammar, &by_grammar);
	const char *loop = ps_get_hyp(d->loop, &by_phones);
	if (!hypothesis || !hypothesis[0])
		return;
	size_t stray = read_words(d, heard);
	if (loop)
		heard->ratio =
			(double)(by_grammar - by_phones) / (double)(frames + RATIO_GRACE_FRAMES);
	heard->confidence = 1.0 / (1.0 + exp(-0.5 * (heard->ratio - RATIO_MIN)));
	heard->refused = heard->ratio < RATIO_MIN || stray > STRAY_FRAMES_MAX || heard->count == 0;
	if (heard->refused)
		heard->count = 0;
	write_text(heard);
}
