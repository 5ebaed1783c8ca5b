/* Calls that one process gave away and no other came for: they are closed here, from the journal that was given. */
#include "worker.h"

#include "iv_calls.h"
#include "iv_log.h"
#include "iv_metrics.h"

/* A carrier comes back within seconds or never. */
enum { ROUND_MS = 15000, AGE_MS = 45000, AT_ONCE = 4, LIST_BYTES = 2 * IV_CALLS_GIVE_MAX, FLOW_MS = 20000 };

static struct iv_worker *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_worker, orphan);
}

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_worker *w = self(f);

	return iv_pg_one(w->s->worker, f, &w->orphan_run, &(struct iv_scope){0}, &w->orphan_arena, &iv_sql_handovers_lost,
			 &(struct iv_handovers_lost_in){.older_ms = AGE_MS, .most = AT_ONCE}, &w->orphans);
}

static void on_adopted(void *arg)
{
	struct iv_worker *w = arg;

	w->busy--;
	worker_rest(w);
}

static enum iv_flow_next adopt(struct iv_flow *f)
{
	struct iv_worker *w = self(f);

	for (size_t i = 0; i < w->orphans.count; i++) {
		const struct iv_handovers_lost_out *row = iv_handovers_lost_at(&w->orphans, i);

		iv_warn("call.orphaned", IV_LV("call_id", row->call_id), IV_LV("tenant", row->tenant_id));
		iv_metric_add(IV_M_calls_lost_total, 0, 1);
		w->busy++;
		iv_calls_adopt(w->s->calls, row->tenant_id, row->call_id, row->journal, row->bytes, on_adopted, w);
	}
	return IV_FLOW_DONE;
}

static void listed(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	bool more = f->err.code == IV_OK && w->orphans.count == AT_ONCE;

	w->orphans = (struct iv_rows){0};
	iv_arena_reset(&w->orphan_arena);
	if (w->running)
		iv_timer_in_ms(&w->orphan_round, more ? 100 : ROUND_MS);
	w->busy--;
	worker_rest(w);
}

static const struct iv_flow_step steps[] = {{"list", list}, {"adopt", adopt}, {0}};
static const struct iv_flow_type type = {"janitor.orphans", steps, listed};

static void on_round(void *arg)
{
	struct iv_worker *w = arg;

	w->busy++;
	iv_flow_start(&w->orphan, &type, w->s->loop, FLOW_MS, &w->orphaning);
}

void orphans_start(struct iv_worker *w)
{
	iv_arena_init(&w->orphan_arena, LIST_BYTES);
	iv_timer_init(&w->orphan_round, w->s->loop, on_round, w);
	iv_timer_in_ms(&w->orphan_round, ROUND_MS);
}

void orphans_stop(struct iv_worker *w)
{
	iv_timer_stop(&w->orphan_round);
	if (w->orphaning)
		iv_flow_cancel(w->orphaning, IV_ECANCELED, "stopping");
}
