/* The door: making, starting, stopping. */
#include "worker.h"

#include <stdlib.h>
#include "iv_metrics.h"

struct iv_worker *iv_worker_new(struct iv_services *s, struct iv_err *e)
{
	const struct iv_config *cfg = s->cfg;
	struct iv_worker *w;

	if (cfg->review_lease_ms < cfg->review_model_ms + 500) {
		(void)iv_fail(e, IV_EINVAL,
			      "AFTER_CALL_LEASE_MS=\"%lld\": expected at least AFTER_CALL_MODEL_TIMEOUT_MS and 500 ms, %lld",
			      (long long)cfg->review_lease_ms, (long long)cfg->review_model_ms + 500);
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->s = s;
	w->cfg = cfg;
	iv_list_init(&w->live);
	reviews_init(w);
	janitor_init(w);
	return w;
}

void iv_worker_start(struct iv_worker *w)
{
	w->running = true;
	reviews_start(w);
	janitor_start(w);
	orphans_start(w);
}

void worker_rest(struct iv_worker *w)
{
	void (*stopped)(void *arg) = w->stopped;

	if (!stopped || w->busy)
		return;
	w->stopped = NULL;
	iv_defer(w->s->loop, stopped, w->stopped_arg);
}

void iv_worker_stop(struct iv_worker *w, void (*done)(void *arg), void *arg)
{
	w->running = false;
	w->stopped = done;
	w->stopped_arg = arg;
	janitor_stop(w);
	orphans_stop(w);
	reviews_stop(w);
	worker_rest(w);
}

void iv_worker_free(struct iv_worker *w)
{
	if (!w)
		return;
	iv_arena_deinit(&w->take_arena);
	iv_arena_deinit(&w->chore_arena);
	iv_arena_deinit(&w->loss_arena);
	iv_arena_deinit(&w->orphan_arena);
	free(w);
}

struct iv_worker_stats iv_worker_stats(const struct iv_worker *w)
{
	struct iv_worker_stats s = w->stats;

	s.running = w->live_count;
	return s;
}
