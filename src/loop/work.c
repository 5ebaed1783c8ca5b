/* Work for another thread: file writes, hashing of large things. It sees only its argument. */
#include "loop_priv.h"

struct work {
	uv_work_t req;
	void (*work)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

static void on_thread(uv_work_t *req)
{
	struct work *w = req->data;

	w->work(w->arg);
}

static void on_done(uv_work_t *req, int status)
{
	struct work *w = req->data;
	struct work copy = *w;

	(void)status; /* nothing cancels work: it always ran */
	free(w);
	if (copy.done)
		copy.done(copy.arg);
}

void iv_loop_work(struct iv_loop *l, void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
	struct work *w = loop_realloc(NULL, sizeof(*w));

	*w = (struct work){.work = work, .done = done, .arg = arg};
	w->req.data = w;
	if (uv_queue_work(&l->uv, &w->req, on_thread, on_done) != 0)
		abort(); /* only for a NULL callback */
}
