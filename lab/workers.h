/* workers: speech work off the loop. A bounded number of jobs run at once, listening before
 * speaking; the recogniser's decoders are lent out one utterance at a time. */
#ifndef LAB_WORKERS_H
#define LAB_WORKERS_H

#include "iv_loop.h"
#include "speech_asr.h"

struct workers;

/* Embedded in its owner; one run at a time. */
struct job {
	struct iv_list node;
	void (*work)(
		void *arg); /* in a thread; may touch only what the owner leaves alone meanwhile */
	void (*done)(void *arg); /* on the loop */
	void *arg;
	struct workers *workers;
};

enum job_class { JOB_LISTEN, JOB_SPEAK, JOB_CLASSES };

struct workers *workers_new(struct iv_loop *l, struct speech_model *model);
/* Nothing runs or waits any more; frees the decoders, not the model. */
void workers_free(struct workers *w);
bool workers_idle(const struct workers *w);
void job_run(struct workers *w, struct job *j, enum job_class c);

/* A place in the queue for a decoder; embedded in its owner. */
struct decoder_claim {
	struct iv_list node;
	void (*got)(void *arg, struct speech_decoder *d); /* on the loop, perhaps at once */
	void *arg;
};

#define DECODERS_MAX 8 /* about 20 MB each; later utterances wait, none is lost */

void decoder_claim_init(struct decoder_claim *c, void (*got)(void *, struct speech_decoder *),
			void *arg);
void decoder_want(struct workers *w, struct decoder_claim *c);
void decoder_forget(struct decoder_claim *c); /* harmless when not waiting */
void decoder_return(struct workers *w, struct speech_decoder *d);

#endif
