/* Work for after this turn: run in order just before the loop sleeps. What deferred work defers
 * runs one turn later, so a large job may go on in slices without holding up the sockets. */
#include "loop_priv.h"

static void on_idle(uv_idle_t *h)
{
	(void)h; /* its being active is what makes the loop poll without waiting */
}

static void on_prepare(uv_prepare_t *h)
{
	struct iv_loop *l = h->data;

	(void)iv_loop_run_deferred(l);
	if (l->turn_hook)
		l->turn_hook(l->turn_arg);
}

bool iv_loop_run_deferred(struct iv_loop *l)
{
	struct iv_deferred *batch = l->deferred;
	size_t n = l->deferred_count, cap = l->deferred_cap;

	if (n == 0)
		return false;
	l->deferred = l->running;
	l->deferred_cap = l->running_cap;
	l->deferred_count = 0;
	/* Not reachable while it runs: a nested call sees an empty spare and makes its own. */
	l->running = NULL;
	l->running_cap = 0;
	for (size_t i = 0; i < n; i++)
		batch[i].fn(batch[i].arg);
	free(l->running);
	l->running = batch;
	l->running_cap = cap;
	if (l->deferred_count == 0 && !l->closing)
		uv_idle_stop(&l->idle);
	return true;
}

void iv_loop_defer_init(struct iv_loop *l)
{
	uv_prepare_init(&l->uv, &l->prepare);
	l->prepare.data = l;
	uv_prepare_start(&l->prepare, on_prepare);
	uv_unref((uv_handle_t *)&l->prepare);
	uv_idle_init(&l->uv, &l->idle);
}

void iv_loop_defer_close(struct iv_loop *l)
{
	uv_close((uv_handle_t *)&l->prepare, NULL);
	uv_close((uv_handle_t *)&l->idle, NULL);
}

void iv_defer(struct iv_loop *l, void (*fn)(void *arg), void *arg)
{
	if (l->deferred_count == l->deferred_cap) {
		l->deferred_cap = l->deferred_cap ? 2 * l->deferred_cap : 64;
		l->deferred =
			loop_realloc(l->deferred, l->deferred_cap * sizeof(struct iv_deferred));
	}
	l->deferred[l->deferred_count++] = (struct iv_deferred){fn, arg};
	if (!l->closing)
		uv_idle_start(&l->idle, on_idle);
}

void iv_free_later(struct iv_loop *l, void *p)
{
	if (p)
		iv_defer(l, free, p);
}

void iv_loop_set_turn_hook(struct iv_loop *l, void (*fn)(void *arg), void *arg)
{
	l->turn_hook = fn;
	l->turn_arg = arg;
}
