/* One low-priority thread, a list of jobs for it, a list of those it is done with. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "iv_background.h"
#include "loop_priv.h"

enum { NICE = 10 };

struct iv_background {
	uv_thread_t thread;
	uv_async_t wake;
	uv_mutex_t lock;
	uv_cond_t more;
	/* under the lock: */
	struct iv_list todo, finished;
	struct iv_job *running;
	bool closing, exited;
	/* the loop's: */
	size_t count; /* jobs whose done was not called */
	void (*closed)(void *arg);
	void *closed_arg;
};

static struct iv_job *pop(struct iv_list *l)
{
	struct iv_list *node = l->next;

	if (iv_list_empty(l))
		return NULL;
	iv_list_remove(node);
	return IV_CONTAINER(node, struct iv_job, node);
}

/* ── the thread ── */

static void run_one(struct iv_background *b, struct iv_job *job)
{
	b->running = job;
	uv_mutex_unlock(&b->lock);
	job->ran = !iv_job_stopping(job);
	if (job->ran)
		job->work(job, job->arg);
	uv_mutex_lock(&b->lock);
	b->running = NULL;
	iv_list_append(&b->finished, &job->node);
	(void)uv_async_send(&b->wake); /* fails only for a closed handle: it is closed behind us */
}

static void run_jobs(void *arg)
{
	struct iv_background *b = arg;

	id_t self = (id_t)syscall(SYS_gettid);

	/* Of this thread alone, as Linux has it. Refused: it competes like any other. */
	(void)setpriority(PRIO_PROCESS, self, getpriority(PRIO_PROCESS, self) + NICE);
	uv_mutex_lock(&b->lock);
	while (!b->closing) {
		struct iv_job *job = pop(&b->todo);

		if (job)
			run_one(b, job);
		else
			uv_cond_wait(&b->more, &b->lock);
	}
	b->exited = true;
	(void)uv_async_send(&b->wake); /* as above */
	uv_mutex_unlock(&b->lock);
}

/* ── the loop ── */

static void on_closed(uv_handle_t *handle)
{
	struct iv_background *b = handle->data;
	void (*closed)(void *) = b->closed;
	void *arg = b->closed_arg;

	uv_cond_destroy(&b->more);
	uv_mutex_destroy(&b->lock);
	free(b);
	closed(arg);
}

static void on_wake(uv_async_t *handle)
{
	struct iv_background *b = handle->data;
	struct iv_job *job;
	bool exited;

	do {
		uv_mutex_lock(&b->lock);
		exited = b->exited;
		job = pop(&b->finished);
		if (!job && exited && (job = pop(&b->todo)))
			job->ran = false;
		uv_mutex_unlock(&b->lock);
		if (job) {
			b->count--;
			job->done(job->arg, job->ran);
		}
	} while (job);
	if (!exited)
		return;
	(void)uv_thread_join(&b->thread); /* it has left its loop */
	uv_close((uv_handle_t *)&b->wake, on_closed);
}

struct iv_background *iv_background_new(struct iv_loop *l)
{
	struct iv_background *b = loop_realloc(NULL, sizeof(*b));

	*b = (struct iv_background){0};
	iv_list_init(&b->todo);
	iv_list_init(&b->finished);
	if (uv_mutex_init(&b->lock) != 0 || uv_cond_init(&b->more) != 0 || uv_async_init(&l->uv, &b->wake, on_wake) != 0)
		abort();
	b->wake.data = b;
	if (uv_thread_create(&b->thread, run_jobs, b) != 0)
		abort();
	return b;
}

void iv_background_add(struct iv_background *b, struct iv_job *job)
{
	atomic_store(&job->stop, false);
	b->count++;
	uv_mutex_lock(&b->lock);
	iv_list_append(&b->todo, &job->node);
	uv_cond_signal(&b->more);
	uv_mutex_unlock(&b->lock);
}

void iv_job_cancel(struct iv_job *job)
{
	atomic_store_explicit(&job->stop, true, memory_order_relaxed);
}

size_t iv_background_waiting(const struct iv_background *b)
{
	return b->count;
}

void iv_background_close(struct iv_background *b, void (*closed)(void *arg), void *arg)
{
	b->closed = closed;
	b->closed_arg = arg;
	uv_mutex_lock(&b->lock);
	b->closing = true;
	if (b->running)
		iv_job_cancel(b->running);
	uv_cond_signal(&b->more);
	uv_mutex_unlock(&b->lock);
}
