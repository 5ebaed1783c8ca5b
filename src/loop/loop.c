/* The loop's life and the clocks. */
#include "loop_priv.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

int64_t iv_now_us(void)
{
	return (int64_t)(uv_hrtime() / 1000);
}

int64_t iv_wall_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t iv_wall_ms(void)
{
	return iv_wall_us() / 1000;
}

struct iv_loop *iv_loop_new(void)
{
	struct iv_loop *l = loop_realloc(NULL, sizeof(*l));

	*l = (struct iv_loop){0};
	/* libuv, OpenSSL and libpq write to sockets whose peer may be gone. */
	signal(SIGPIPE, SIG_IGN);
	if (uv_loop_init(&l->uv) != 0)
		abort();
	l->uv.data = l;
	iv_loop_timers_init(l);
	iv_loop_defer_init(l);
	iv_loop_pacer_init(l);
	return l;
}

void iv_loop_run(struct iv_loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void iv_loop_stop(struct iv_loop *l)
{
	uv_stop(&l->uv);
}

uv_loop_t *iv_loop_uv(struct iv_loop *l)
{
	return &l->uv;
}

static void count_open(uv_handle_t *h, void *arg)
{
	if (!uv_is_closing(h))
		++*(size_t *)arg;
}

static void name_open(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		fprintf(stderr, "iv_loop_free: %s handle %p is still open\n",
			uv_handle_type_name(uv_handle_get_type(h)), (void *)h);
}

void iv_loop_free(struct iv_loop *l)
{
	size_t open = 0;

	/* Deferred work may close handles, and close callbacks may defer. Timers do not run any
	 * more. */
	l->closing = true;
	iv_loop_timers_close(l);
	iv_loop_defer_close(l);
	iv_loop_pacer_close(l);
	while (iv_loop_run_deferred(l))
		;
	while (uv_loop_close(&l->uv) == UV_EBUSY) {
		open = 0;
		uv_walk(&l->uv, count_open, &open);
		if (open > 0)
			break;
		uv_run(&l->uv,
		       UV_RUN_ONCE); /* close callbacks, and work that is still in a thread */
		while (iv_loop_run_deferred(l))
			;
	}
	if (open > 0) {
		uv_walk(&l->uv, name_open, NULL);
		if (IV_DEBUG)
			abort();
		return; /* libuv still points into l: leak rather than crash at exit */
	}
	free(l->heap);
	free(l->deferred);
	free(l->running);
	free(l);
}
