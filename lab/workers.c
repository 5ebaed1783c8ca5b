/* Two queues in front of the loop's threads, and the pool of decoders. */
#include "workers.h"

#include <stdlib.h>
#include <unistd.h>
#include "lab.h"

struct workers {
	struct iv_loop *loop;
	struct speech_model *model;
	struct iv_list queue[JOB_CLASSES];
	long running, limit;
	struct speech_decoder *spare[DECODERS_MAX];
	size_t spares, made;
	struct iv_list claims;
	struct job making; /* opens one more decoder */
	struct speech_decoder *fresh;
	bool busy_making;
};

static void next(struct workers *w);
static void make(struct workers *w);

/* ── jobs ── */

static void on_thread(void *arg)
{
	struct job *j = arg;

	j->work(j->arg);
}

static void on_loop(void *arg)
{
	struct job *j = arg;
	struct workers *w = j->workers;

	w->running--;
	j->done(j->arg); /* may run j again, or free it */
	next(w);
}

static void next(struct workers *w)
{
	for (int c = 0; c < JOB_CLASSES; c++) {
		while (w->running < w->limit && !iv_list_empty(&w->queue[c])) {
			struct job *j = IV_CONTAINER(w->queue[c].next, struct job, node);

			iv_list_remove(&j->node);
			w->running++;
			iv_loop_work(w->loop, on_thread, on_loop, j);
		}
	}
}

void job_run(struct workers *w, struct job *j, enum job_class c)
{
	j->workers = w;
	iv_list_append(&w->queue[c], &j->node);
	next(w);
}

/* ── decoders ── */

static void open_one(void *arg)
{
	struct workers *w = arg;

	w->fresh = speech_decoder_new(w->model, NULL);
}

static void opened(void *arg)
{
	struct workers *w = arg;

	w->busy_making = false;
	if (!w->fresh)
		abort(); /* the model opened before: only memory can be missing */
	w->made++;
	decoder_return(w, w->fresh);
	w->fresh = NULL;
	if (!iv_list_empty(&w->claims))
		make(w);
}

static void make(struct workers *w)
{
	if (w->busy_making || w->made == DECODERS_MAX)
		return;
	w->busy_making = true;
	job_run(w, &w->making, JOB_LISTEN);
}

void decoder_claim_init(struct decoder_claim *c, void (*got)(void *, struct speech_decoder *),
			void *arg)
{
	iv_list_init(&c->node);
	c->got = got;
	c->arg = arg;
}

void decoder_want(struct workers *w, struct decoder_claim *c)
{
	if (w->spares) {
		c->got(c->arg, w->spare[--w->spares]);
		return;
	}
	iv_list_append(&w->claims, &c->node);
	make(w);
}

void decoder_forget(struct decoder_claim *c)
{
	iv_list_remove(&c->node);
}

void decoder_return(struct workers *w, struct speech_decoder *d)
{
	if (!iv_list_empty(&w->claims)) {
		struct decoder_claim *c = IV_CONTAINER(w->claims.next, struct decoder_claim, node);

		iv_list_remove(&c->node);
		c->got(c->arg, d);
	} else {
		w->spare[w->spares++] = d;
	}
}

/* ── ── */

struct workers *workers_new(struct iv_loop *l, struct speech_model *model)
{
	struct workers *w = lab_alloc(sizeof(*w));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	w->loop = l;
	w->model = model;
	w->limit = cores > 1 ? cores : 1;
	for (int c = 0; c < JOB_CLASSES; c++)
		iv_list_init(&w->queue[c]);
	iv_list_init(&w->claims);
	w->making = (struct job){.work = open_one, .done = opened, .arg = w};
	make(w);
	return w;
}

bool workers_idle(const struct workers *w)
{
	return w->running == 0 && iv_list_empty(&w->queue[JOB_LISTEN]) &&
	       iv_list_empty(&w->queue[JOB_SPEAK]);
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->spares; i++)
		speech_decoder_free(w->spare[i]);
	free(w);
}
