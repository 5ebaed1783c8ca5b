/* The line of those who want a call replayed: one at a time in a worker thread. */
#include "replays_priv.h"

#include <stdlib.h>
#include "packed.h"

enum { WAITING_MAX = 16, PATH_SIZE = 700, SETTINGS_MAX = 65536 };

struct iv_replays_job {
	struct iv_list node;
	struct iv_replays *replays;	 /* NULL: they are gone */
	struct iv_replays_run *run; /* NULL: nobody waits any more */
	struct iv_buf *out;
	int64_t *bytes;  /* NULL: it is not packed */
	/* the thread's */
	int64_t plain_bytes;
	char path[PATH_SIZE];
	struct iv_buf settings, told;
	struct iv_err err;
};

static void free_job(struct iv_replays_job *j)
{
	iv_buf_deinit(&j->settings);
	iv_buf_deinit(&j->told);
	free(j);
}

static void start_next(struct iv_replays *r);

static void pack(struct iv_replays_job *j)
{
	struct iv_buf zip;

	iv_buf_init(&zip, REPLAYS_PACKED_MAX);
	j->plain_bytes = (int64_t)j->told.len;
	if (!packed_write(iv_buf_str(&j->told), &zip))
		(void)iv_fail(&j->err, IV_ETOOBIG,
			      "the call is too long to be told by another instance: run invorto replay where its journal lies");
	iv_buf_deinit(&j->told);
	j->told = zip;
}

static void in_thread(void *arg)
{
	struct iv_replays_job *j = arg;

	if (iv_replay_tell(j->path, iv_buf_str(&j->settings), &j->told, &j->err) && j->bytes)
		pack(j);
}

/* It is handed over, not copied. */
static void hand_over(struct iv_replays_job *j)
{
	if (j->told.len > j->out->limit) {
		(void)iv_fail(&j->err, IV_ETOOBIG, "the answer does not fit");
		return;
	}
	if (j->bytes)
		*j->bytes = j->plain_bytes;
	j->told.limit = j->out->limit;
	iv_buf_deinit(j->out);
	*j->out = j->told;
	j->told = (struct iv_buf){0};
}

static void tell(struct iv_replays_job *j, const struct iv_err *e)
{
	struct iv_replays_run *run = j->run;

	if (!run)
		return;
	j->run = NULL;
	run->job = NULL;
	iv_op_done(&run->op, e);
}

static void done(void *arg)
{
	struct iv_replays_job *j = arg;
	struct iv_replays *r = j->replays;

	if (j->run && j->err.code == IV_OK)
		hand_over(j);
	if (r) {
		r->busy = false;
		r->count--;
		iv_list_remove(&j->node);
	}
	tell(j, &j->err);
	free_job(j);
	if (r)
		start_next(r);
}

static void start_next(struct iv_replays *r)
{
	if (r->busy || iv_list_empty(&r->jobs))
		return;
	r->busy = true;
	iv_loop_work(r->loop, in_thread, done, IV_CONTAINER(r->jobs.next, struct iv_replays_job, node));
}

static bool in_the_thread(const struct iv_replays_job *j)
{
	return j->replays->busy && j->replays->jobs.next == &j->node;
}

static void drop(struct iv_replays_job *j)
{
	iv_list_remove(&j->node);
	j->replays->count--;
	free_job(j);
}

static void cancel(struct iv_op *op)
{
	struct iv_replays_run *run = IV_CONTAINER(op, struct iv_replays_run, op);
	struct iv_replays_job *j = run->job;

	run->job = NULL;
	j->run = NULL;
	if (!in_the_thread(j))
		drop(j);
}

static enum iv_flow_next go(struct iv_replays *r, struct iv_flow *f, struct iv_replays_run *run, struct iv_str path,
			    struct iv_str settings, struct iv_buf *out, int64_t *bytes)
{
	struct iv_replays_job *j;

	if (r->count >= WAITING_MAX)
		return iv_flow_fail(f, IV_EDRAINING, "too many replays at once");
	j = calloc(1, sizeof(*j));
	if (!j)
		abort();
	iv_buf_init(&j->settings, SETTINGS_MAX);
	iv_buf_init(&j->told, REPLAYS_ANSWER_MAX);
	if (!iv_str_copy(j->path, sizeof(j->path), path) || !iv_buf_adds(&j->settings, settings)) {
		free_job(j);
		return iv_flow_fail(f, IV_ETOOBIG, "the settings have more than %d bytes", SETTINGS_MAX);
	}
	j->replays = r;
	j->run = run;
	j->out = out;
	j->bytes = bytes;
	run->job = j;
	iv_list_append(&r->jobs, &j->node);
	r->count++;
	iv_op_begin(&run->op, f, cancel);
	start_next(r);
	return iv_flow_await(f);
}

enum iv_flow_next iv_replays_go(struct iv_replays *r, struct iv_flow *f, struct iv_replays_run *run, struct iv_str path,
				struct iv_str settings, struct iv_buf *out)
{
	return go(r, f, run, path, settings, out, NULL);
}

enum iv_flow_next replays_go_packed(struct iv_replays *r, struct iv_flow *f, struct iv_replays_run *run, struct iv_str path,
				    struct iv_str settings, struct iv_buf *out, int64_t *bytes)
{
	return go(r, f, run, path, settings, out, bytes);
}

struct iv_replays *iv_replays_new(struct iv_loop *l)
{
	struct iv_replays *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->loop = l;
	iv_list_init(&r->jobs);
	return r;
}

void iv_replays_free(struct iv_replays *r)
{
	static const struct iv_err stopping = {.code = IV_ECANCELED, .msg = "the process stops"};

	if (!r)
		return;
	while (!iv_list_empty(&r->jobs)) {
		struct iv_replays_job *j = IV_CONTAINER(r->jobs.next, struct iv_replays_job, node);
		bool running = in_the_thread(j);

		iv_list_remove(&j->node);
		tell(j, &stopping);
		r->busy = false;
		if (running)
			j->replays = NULL; /* done() frees it */
		else
			free_job(j);
	}
	free(r);
}
