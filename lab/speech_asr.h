/* speech_asr: samples to text with pocketsphinx, one utterance at a time, within a grammar. Two
 * decoders hear each utterance: one by the grammar, one by bare phones; speech the phones explain
 * much better than the grammar is refused. A decoder belongs to one thread at a time; needs no
 * loop. */
#ifndef LAB_SPEECH_ASR_H
#define LAB_SPEECH_ASR_H

#include "grammar.h"
#include "iv_err.h"

#define SPEECH_SECONDS_MAX 20 /* of one utterance; what is fed beyond it is not heard */
#define SPEECH_HEARD_SIZE 320
#define SPEECH_WORDS_MAX 40

struct speech_word {
	char text[20];
	double start_s, end_s; /* since the first sample fed */
};

struct speech_heard {
	char text[SPEECH_HEARD_SIZE]; /* lower case, no punctuation; "" when refused */
	struct speech_word words[SPEECH_WORDS_MAX];
	size_t count;
	double confidence; /* 0…1 */
	bool refused;	   /* speech, but none of the grammar */
	double ratio;	   /* how much better the grammar explains it than phones do, per 10 ms */
};

struct speech_model;
struct speech_decoder;

/* `dir` holds en-us/ and its dictionary as Debian's pocketsphinx-en-us installs them; NULL: where
 * they were when this was built. The model outlives its decoders. */
struct speech_model *speech_model_open(const char *dir, struct iv_err *e);
void speech_model_close(struct speech_model *m);

/* About 40 ms and 20 MB, most of it the acoustic model. NULL with *e filled when the model does not
 * load. */
struct speech_decoder *speech_decoder_new(const struct speech_model *m, struct iv_err *e);
void speech_decoder_free(struct speech_decoder *d);

/* How loud the speech in it is: mean square of its loud stretches; 0 for silence. */
double speech_level(const int16_t *pcm, size_t n, int rate_hz);
/* `level` as measured over half a second of this voice or more; the model hears loudness as timbre.
 * 8000 Hz is taken as telephone sound (its empty upper band is filled with a mirror image of the
 * lower one, which is what the model needs); other rates are brought to 16000 Hz. False: not a
 * rate. */
IV_MUST_CHECK bool speech_begin(struct speech_decoder *d, enum grammar_kind kind, int rate_hz,
				double level);
void speech_feed(struct speech_decoder *d, const int16_t *pcm, size_t n);
/* The best guess so far; "" when there is none. */
void speech_guess(struct speech_decoder *d, char *out, size_t size);
void speech_finish(struct speech_decoder *d, struct speech_heard *heard);

#endif
