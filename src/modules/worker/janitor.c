/* Every so often: calls nobody holds any more are ended as lost, one after the other; rows that are over go. */
#include "worker.h"

#include "iv_calls.h"
#include "iv_log.h"
#include "iv_metrics.h"

enum {
	LIST_MAX = 200, LIST_BYTES = 262144, LOSS_BYTES = 65536, SWEEP_ROWS = 1000, ALERT_DAYS = 400,
	FLOW_MS = 60000, AGAIN_MS = 1000, CLAIMED_AGAIN_MS = 15000, /* owners renew all they have every 10 s */
};

static struct iv_worker *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_worker, chore);
}

static void next_round(struct iv_worker *w, bool soon)
{
	if (w->running)
		iv_timer_in_ms(&w->round, soon ? AGAIN_MS : (int64_t)(w->cfg->sweep_minutes * 60000));
}

static int64_t seconds(double minutes)
{
	return (int64_t)(minutes * 60 + 0.5);
}

static void begin(struct iv_worker *w, const struct iv_flow_type *type)
{
	w->busy++;
	iv_flow_start(&w->chore, type, w->s->loop, FLOW_MS, &w->choring);
}

static void rest(struct iv_worker *w)
{
	w->busy--;
	worker_rest(w);
}

/* ── rows that are over ── */

static enum iv_flow_next sweep(struct iv_flow *f)
{
	struct iv_worker *w = self(f);

	return iv_pg_one(w->s->worker, f, &w->chore_run, &(struct iv_scope){0}, &w->chore_arena, &iv_sql_sweep,
			 &(struct iv_sweep_in){.most = SWEEP_ROWS, .alert_days = ALERT_DAYS}, &w->swept);
}

static void swept(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	const struct iv_sweep_out *o = f->err.code == IV_OK ? iv_sweep_at(&w->swept, 0) : NULL;
	bool more = w->silent.count == LIST_MAX;

	if (o && o->taken) { /* else another process is at it */
		iv_metric_add(IV_M_swept_rows_total, 0, (double)o->idempotency_keys);
		iv_metric_add(IV_M_swept_rows_total, 1, (double)o->usage_alerts);
		iv_metric_add(IV_M_swept_rows_total, 2, (double)o->sessions);
		more = more || o->idempotency_keys == SWEEP_ROWS || o->usage_alerts == SWEEP_ROWS ||
		       o->sessions == SWEEP_ROWS;
	}
	w->silent = w->swept = (struct iv_rows){0};
	iv_arena_reset(&w->chore_arena);
	rest(w);
	next_round(w, more);
}

static const struct iv_flow_step sweep_steps[] = {{"sweep", sweep}, {0}};
static const struct iv_flow_type sweep_type = {"janitor.sweep", sweep_steps, swept};

/* ── calls nobody holds ── */

static const struct iv_silent_calls_out *suspect(const struct iv_worker *w)
{
	return iv_silent_calls_at(&w->silent, w->at);
}

/* Redis away: nobody can say, and the calls wait. */
static enum iv_flow_next ask_owner(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	char name[IV_CALL_NAME_SIZE];

	w->owner = IV_STR_NULL;
	return iv_control_owner(w->s->control, f, &w->owner_run, &w->loss_arena,
				iv_call_name(suspect(w)->tenant_id, suspect(w)->id, name), &w->owner);
}

static enum iv_flow_next lose(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	struct iv_call_lose_in in = {
		.tenant = suspect(w)->tenant_id, .call = suspect(w)->id, .silent_s = suspect(w)->silent_s};

	if (w->owner.len)
		return IV_FLOW_DONE; /* it is held, and cannot say so in Postgres */
	return iv_pg_one(w->s->worker, f, &w->chore_run, &(struct iv_scope){0}, &w->loss_arena, &iv_sql_call_lose, &in,
			 &w->loss);
}

static void walk(struct iv_worker *w);

static void lost(struct iv_flow *f)
{
	struct iv_worker *w = self(f);

	if (f->err.code == IV_OK && w->loss.count && iv_call_lose_at(&w->loss, 0)->lost) {
		iv_metric_add(IV_M_calls_lost_total, 0, 1);
		w->stats.lost++;
		iv_warn("call.lost", IV_LV("call_id", suspect(w)->id), IV_LV("tenant", suspect(w)->tenant_id));
	}
	w->loss = (struct iv_rows){0};
	iv_arena_reset(&w->loss_arena);
	/* Who did not answer for one will not for the others: they wait for the next round. */
	w->at = f->err.code == IV_EDRAINING ? w->silent.count : w->at + 1;
	rest(w);
	walk(w);
}

static const struct iv_flow_step loss_steps[] = {{"ask_owner", ask_owner}, {"lose", lose}, {0}};
static const struct iv_flow_type loss_type = {"janitor.loss", loss_steps, lost};

static void walk(struct iv_worker *w)
{
	if (w->running)
		begin(w, w->at < w->silent.count ? &loss_type : &sweep_type);
}

/* A Redis that was wiped or started anew knows no owner until each has claimed his calls again; nor does it know those
 * of a process that has not found it again yet. So nobody is judged before it has been there for as long as a call has
 * to be silent. */
static enum iv_flow_next ask_epoch(struct iv_flow *f)
{
	struct iv_worker *w = self(f);

	w->epoch = (struct iv_reply){0};
	return iv_control_epoch(w->s->control, f, &w->epoch_run, &w->chore_arena, &w->epoch);
}

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	int64_t old_ms = seconds(w->cfg->lost_minutes) * 1000;

	if (w->epoch.kind != IV_REPLY_INT || w->epoch.i < (old_ms > CLAIMED_AGAIN_MS ? old_ms : CLAIMED_AGAIN_MS))
		return IV_FLOW_DONE;
	struct iv_silent_calls_in in = {.held_s = seconds(w->cfg->lost_minutes),
					.unheld_s = seconds(w->cfg->stuck_minutes),
					.most = LIST_MAX};

	return iv_pg_one(w->s->worker, f, &w->chore_run, &(struct iv_scope){0}, &w->chore_arena, &iv_sql_silent_calls, &in,
			 &w->silent);
}

static void listed(struct iv_flow *f)
{
	struct iv_worker *w = self(f);

	if (f->err.code != IV_OK)
		w->silent = (struct iv_rows){0}; /* the pool has logged it; the next round tries again */
	w->at = 0;
	rest(w);
	walk(w);
}

static const struct iv_flow_step list_steps[] = {{"ask_epoch", ask_epoch}, {"list", list}, {0}};
static const struct iv_flow_type list_type = {"janitor.list", list_steps, listed};

/* ── the clock ── */

static void on_round(void *arg)
{
	struct iv_worker *w = arg;

	if (!w->choring)
		begin(w, &list_type);
}

void janitor_init(struct iv_worker *w)
{
	iv_arena_init(&w->chore_arena, LIST_BYTES);
	iv_arena_init(&w->loss_arena, LOSS_BYTES);
	iv_timer_init(&w->round, w->s->loop, on_round, w);
}

void janitor_start(struct iv_worker *w)
{
	next_round(w, false);
}

void janitor_stop(struct iv_worker *w)
{
	iv_timer_stop(&w->round);
	if (w->choring)
		iv_flow_cancel(w->choring, IV_ECANCELED, "stopping");
}
