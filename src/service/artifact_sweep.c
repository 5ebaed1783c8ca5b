/* What is to go: off this disk once it is stored or deleted; out of the store when its time is over; and whoever wants
 * to be forgotten. One round after the other: erasures, calls that are too old, files that are, files on this disk. */
#include "artifacts_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_sql.h"

enum {
	ROUND_MS = 60000, SOON_MS = 200, AGAIN_MS = 5000, ARENA = 1 << 20, FLOW_MS = 120000, SWEEP_LEASE_S = 300,
	REMOVE_MOST = 50, EXPIRE_MOST = 50, TENANTS_MOST = 200, CALLS_MOST = 100, JOB_AGAIN_S = 4, NOT_DELETED_MS = 60000,
};

enum phase { PHASE_ERASE, PHASE_RETIRE, PHASE_EXPIRE, PHASE_REMOVE, PHASE_OVER };

struct sweep {
	struct iv_flow flow; /* first */
	struct iv_artifacts *a;
	enum phase phase;
	bool retention;      /* this round looks at ages, too */
	bool again;          /* a job is not over: the next round comes soon */
	struct iv_arena arena;
	struct iv_pg_run pg;
	struct iv_rows rows, answer;
	struct iv_s3_run s3;
	struct iv_op work;
	size_t at;           /* of rows */
	struct iv_str tenant, job, job_kind, job_subject;
	bool working, late;  /* a thread has our memory; the flow is over meanwhile */
	bool left_off;       /* the store does not answer: files that are to go wait */
};

static struct sweep *self(struct iv_flow *f)
{
	return (struct sweep *)(void *)f;
}

static void go_on(struct sweep *w);

static void run(struct sweep *w, const struct iv_flow_type *type)
{
	iv_flow_start(&w->flow, type, w->a->s->loop, FLOW_MS, NULL);
}

static enum iv_flow_next ask(struct sweep *w, const struct iv_query *q, const void *in, struct iv_rows *rows)
{
	return iv_pg_one(w->a->s->worker, &w->flow, &w->pg, &(struct iv_scope){0}, &w->arena, q, in, rows);
}

static void next_phase(struct sweep *w)
{
	w->phase++;
	w->at = 0;
	w->rows = w->answer = (struct iv_rows){0};
	iv_arena_reset(&w->arena);
	go_on(w);
}

/* Something failed: the rest of this phase waits for the next round. */
static bool failed(struct sweep *w, const char *what)
{
	const struct iv_err *e = &w->flow.err;

	if (e->code == IV_OK)
		return false;
	if (e->code != IV_ECANCELED)
		iv_warn("artifacts.sweep_failed", IV_LS("doing", what), IV_LS("code", iv_code_info(e->code)->name),
			IV_LS("rule", e->msg));
	return true;
}

/* ── erasures ── */

static enum iv_flow_next take_job(struct iv_flow *f)
{
	struct sweep *w = self(f);

	return ask(w, &iv_sql_erasure_take,
		   &(struct iv_erasure_take_in){.owner = iv_str(w->a->owner), .lease_s = SWEEP_LEASE_S}, &w->rows);
}

static enum iv_flow_next step_job(struct iv_flow *f)
{
	struct sweep *w = self(f);
	const struct iv_erasure_take_out *job;

	if (!w->rows.count)
		return IV_FLOW_DONE;
	job = iv_erasure_take_at(&w->rows, 0);
	w->answer = (struct iv_rows){0};
	return ask(w, &iv_sql_erasure_step,
		   &(struct iv_erasure_step_in){.tenant = job->tenant_id, .id = job->id, .owner = iv_str(w->a->owner),
						.kind = job->kind, .subject = job->subject, .most = CALLS_MOST},
		   &w->answer);
}

static enum iv_flow_next end_job(struct iv_flow *f)
{
	struct sweep *w = self(f);
	const struct iv_erasure_take_out *job = iv_erasure_take_at(&w->rows, 0);
	const struct iv_erasure_step_out *step = iv_erasure_step_at(&w->answer, 0);
	struct iv_erasure_end_in in = {.tenant = job->tenant_id, .id = job->id, .owner = iv_str(w->a->owner),
				       .live = step->live, .again_s = JOB_AGAIN_S};

	if (step->calls >= CALLS_MOST)
		return IV_FLOW_DONE; /* more of them: another step */
	w->answer = (struct iv_rows){0};
	w->at = 1;
	return ask(w, &iv_sql_erasure_end, &in, &w->answer);
}

static void job_stepped(struct iv_flow *f);
static const struct iv_flow_step job_steps[] = {{"take", take_job}, {"step", step_job}, {"end", end_job}, {0}};
static const struct iv_flow_step more_steps[] = {{"step", step_job}, {"end", end_job}, {0}};
static const struct iv_flow_type job_flow = {"erasure", job_steps, job_stepped};
static const struct iv_flow_type more_flow = {"erasure_more", more_steps, job_stepped};

static void job_stepped(struct iv_flow *f)
{
	struct sweep *w = self(f);
	const struct iv_erasure_end_out *end = w->at && w->answer.count ? iv_erasure_end_at(&w->answer, 0) : NULL;

	if (failed(w, "erasure") || !w->rows.count || w->a->state != ARTIFACTS_RUNNING) {
		next_phase(w);
	} else if (!w->at) {
		run(w, &more_flow);
	} else {
		if (end && end->done)
			iv_info("erasure.done", IV_LV("job", iv_erasure_take_at(&w->rows, 0)->id));
		w->again = w->again || !(end && end->done);
		next_phase(w); /* one job a round: its files go before the next */
	}
}

/* ── calls that are too old ── */

static enum iv_flow_next ask_tenants(struct iv_flow *f)
{
	return ask(self(f), &iv_sql_retention_tenants, NULL, &self(f)->rows);
}

static enum iv_flow_next retire_calls(struct iv_flow *f)
{
	struct sweep *w = self(f);
	size_t n = w->rows.count < TENANTS_MOST ? w->rows.count : TENANTS_MOST;
	struct iv_retention_erase_in *in = iv_arena_alloc(&w->arena, (n + 1) * sizeof(*in));
	struct iv_pg_part *parts = iv_arena_alloc(&w->arena, (n + 1) * sizeof(*parts));

	if (!n || !in || !parts)
		return IV_FLOW_DONE;
	for (size_t i = 0; i < n; i++) {
		const struct iv_retention_tenants_out *t = iv_retention_tenants_at(&w->rows, i);

		in[i] = (struct iv_retention_erase_in){.tenant = t->tenant_id, .days = t->days, .most = CALLS_MOST};
		parts[i] = (struct iv_pg_part){&iv_sql_retention_erase, &in[i], NULL};
	}
	return iv_pg_run(w->a->s->worker, f, &w->pg, &(struct iv_scope){0}, &w->arena, parts, n);
}

static void calls_retired(struct iv_flow *f)
{
	struct sweep *w = self(f);

	(void)failed(w, "retention of calls"); /* told; the next round tries again */
	next_phase(w);
}

static const struct iv_flow_step retire_steps[] = {{"tenants", ask_tenants}, {"erase", retire_calls}, {0}};
static const struct iv_flow_type retire_flow = {"retention_calls", retire_steps, calls_retired};

/* ── files that are too old ── */

static enum iv_flow_next ask_expired(struct iv_flow *f)
{
	struct sweep *w = self(f);
	const struct iv_config *cfg = w->a->cfg;

	return ask(w, &iv_sql_artifact_expired,
		   &(struct iv_artifact_expired_in){.owner = iv_str(w->a->owner), .lease_s = SWEEP_LEASE_S, .most = EXPIRE_MOST,
						    .recordings = cfg->keep_recordings_days,
						    .transcripts = cfg->keep_transcripts_days,
						    .metrics = cfg->keep_metrics_days, .journals = cfg->keep_journals_days},
		   &w->rows);
}

static void expired_asked(struct iv_flow *f);
static const struct iv_flow_step expired_steps[] = {{"ask", ask_expired}, {0}};
static const struct iv_flow_type expired_flow = {"artifacts_expired", expired_steps, expired_asked};

static const struct iv_artifact_expired_out *row(const struct sweep *w)
{
	return iv_artifact_expired_at(&w->rows, w->at);
}

static const char *bucket_of(const struct sweep *w)
{
	for (const struct artifact_kind *k = artifact_kinds; k->kind; k++)
		if (iv_str_eq(row(w)->kind, iv_str(k->kind)))
			return artifact_bucket(w->a, k);
	return "";
}

static enum iv_flow_next delete_object(struct iv_flow *f)
{
	struct sweep *w = self(f);
	const char *bucket = bucket_of(w);

	if (!row(w)->object_key.len)
		return IV_FLOW_NEXT;
	if (!w->a->s3 || !bucket[0])
		return iv_flow_fail(f, IV_EFORBIDDEN, "it lies in a bucket that is not set up here");
	return iv_s3_delete(w->a->s3, f, &w->s3, (struct iv_s3_name){iv_str(bucket), row(w)->object_key});
}

static enum iv_flow_next tell_deleted(struct iv_flow *f)
{
	struct sweep *w = self(f);

	return ask(w, &iv_sql_artifact_deleted,
		   &(struct iv_artifact_deleted_in){.tenant = row(w)->tenant_id, .id = row(w)->id, .owner = iv_str(w->a->owner)},
		   NULL);
}

static void object_deleted(struct iv_flow *f);
static const struct iv_flow_step delete_steps[] = {{"object", delete_object}, {"tell", tell_deleted}, {0}};
static const struct iv_flow_type delete_flow = {"artifact_delete", delete_steps, object_deleted};

static enum iv_flow_next tell_not_deleted(struct iv_flow *f)
{
	struct sweep *w = self(f);

	return ask(w, &iv_sql_artifact_not_deleted,
		   &(struct iv_artifact_not_deleted_in){.tenant = row(w)->tenant_id, .id = row(w)->id,
							.owner = iv_str(w->a->owner), .in_ms = w->left_off ? 0 : NOT_DELETED_MS,
							.error = IV_S("the object store did not delete it")},
		   NULL);
}

static void next_expired(struct sweep *w);

static void not_deleted_told(struct iv_flow *f)
{
	(void)failed(self(f), "putting a file back"); /* its lease runs out */
	self(f)->at++;
	next_expired(self(f));
}

static const struct iv_flow_step not_deleted_steps[] = {{"tell", tell_not_deleted}, {0}};
static const struct iv_flow_type not_deleted_flow = {"artifact_not_deleted", not_deleted_steps, not_deleted_told};

static void object_deleted(struct iv_flow *f)
{
	struct sweep *w = self(f);

	if (failed(w, "deleting a file")) {
		w->left_off = true; /* the others would fail alike */
		run(w, &not_deleted_flow);
		return;
	}
	w->a->stats.deleted++;
	iv_metric_add(IV_M_artifacts_deleted_total, row(w)->erased ? 1 : 0, 1);
	w->at++;
	next_expired(w);
}

static void next_expired(struct sweep *w)
{
	if (w->a->state != ARTIFACTS_RUNNING)
		w->left_off = true;
	if (w->at < w->rows.count) {
		run(w, w->left_off ? &not_deleted_flow : &delete_flow);
	} else if (w->rows.count == EXPIRE_MOST && !w->left_off) {
		w->at = 0;
		iv_arena_reset(&w->arena);
		w->rows = (struct iv_rows){0};
		run(w, &expired_flow);
	} else {
		next_phase(w);
	}
}

static void expired_asked(struct iv_flow *f)
{
	struct sweep *w = self(f);

	if (failed(w, "retention"))
		w->rows.count = 0;
	next_expired(w);
}

/* ── this disk ── */

static enum iv_flow_next ask_remove(struct iv_flow *f)
{
	struct sweep *w = self(f);

	return ask(w, &iv_sql_artifact_to_remove,
		   &(struct iv_artifact_to_remove_in){.disk = iv_str(w->a->disk.id), .grace_s = w->a->cfg->artifact_grace_s,
						      .most = REMOVE_MOST},
		   &w->rows);
}

static void remove_files(void *arg)
{
	struct sweep *w = arg;

	for (size_t i = 0; i < w->rows.count; i++) {
		char path[IV_ARTIFACT_PATH];

		/* What is gone is removed; what cannot be is found by the next round. */
		if (iv_str_copy(path, sizeof(path), iv_artifact_to_remove_at(&w->rows, i)->local_path) &&
		    unlink(path) < 0 && errno != ENOENT)
			iv_artifact_to_remove_at(&w->rows, i)->local_path = IV_STR_NULL;
	}
}

static void removed(struct iv_flow *f);

static void files_removed(void *arg)
{
	struct sweep *w = arg;

	w->working = false;
	if (w->late)
		removed(&w->flow);
	else
		iv_op_done(&w->work, NULL);
}

static enum iv_flow_next remove_them(struct iv_flow *f)
{
	struct sweep *w = self(f);

	if (!w->rows.count)
		return IV_FLOW_DONE;
	w->working = true;
	iv_op_begin(&w->work, f, NULL);
	iv_loop_work(w->a->s->loop, remove_files, files_removed, w);
	return iv_flow_await(f);
}

static enum iv_flow_next tell_removed(struct iv_flow *f)
{
	struct sweep *w = self(f);
	struct iv_artifact_removed_in in[REMOVE_MOST];
	struct iv_pg_part parts[REMOVE_MOST];
	size_t n = 0;

	for (size_t i = 0; i < w->rows.count && i < REMOVE_MOST; i++) {
		const struct iv_artifact_to_remove_out *r = iv_artifact_to_remove_at(&w->rows, i);

		if (!r->local_path.ptr) {
			iv_warn("artifact.not_removed", IV_LV("artifact", r->id));
			continue;
		}
		in[n] = (struct iv_artifact_removed_in){.tenant = r->tenant_id, .id = r->id, .path = r->local_path};
		parts[n] = (struct iv_pg_part){&iv_sql_artifact_removed, &in[n], NULL};
		n++;
	}
	w->at = n;
	return n ? iv_pg_run(w->a->s->worker, f, &w->pg, &(struct iv_scope){0}, &w->arena, parts, n) : IV_FLOW_DONE;
}

static const struct iv_flow_step remove_steps[] = {
	{"ask", ask_remove}, {"remove", remove_them}, {"tell", tell_removed}, {0}};
static const struct iv_flow_type remove_flow = {"artifacts_remove", remove_steps, removed};

static void removed(struct iv_flow *f)
{
	struct sweep *w = self(f);
	bool more;

	w->late = w->working; /* the disk hangs: its thread comes here when it is done */
	if (w->late)
		return;
	more = !failed(w, "removing files") && w->at == REMOVE_MOST && w->a->state == ARTIFACTS_RUNNING;

	if (w->flow.err.code == IV_OK)
		w->a->stats.removed += w->at;
	if (!more) {
		next_phase(w);
		return;
	}
	w->at = 0;
	iv_arena_reset(&w->arena);
	w->rows = (struct iv_rows){0};
	run(w, &remove_flow);
}

/* ── rounds ── */

static void round_over(struct sweep *w)
{
	struct iv_artifacts *a = w->a;
	int64_t ms = a->sweep_soon ? SOON_MS : w->again ? AGAIN_MS : ROUND_MS;

	if ((double)ms > a->cfg->retention_minutes * 60000)
		ms = (int64_t)(a->cfg->retention_minutes * 60000);
	a->sweep = NULL;
	iv_arena_deinit(&w->arena);
	iv_free_later(a->s->loop, w);
	if (a->state == ARTIFACTS_RUNNING)
		iv_timer_in_ms(&a->sweep_timer, ms > 0 ? ms : 1);
	artifacts_rest(a);
}

static void go_on(struct sweep *w)
{
	if (w->a->state != ARTIFACTS_RUNNING)
		w->phase = PHASE_OVER;
	switch (w->phase) {
	case PHASE_ERASE:
		run(w, &job_flow);
		break;
	case PHASE_RETIRE:
		if (w->retention)
			run(w, &retire_flow);
		else
			next_phase(w);
		break;
	case PHASE_EXPIRE:
		run(w, &expired_flow);
		break;
	case PHASE_REMOVE:
		run(w, &remove_flow);
		break;
	case PHASE_OVER:
		round_over(w);
		break;
	}
}

static void on_sweep(void *arg)
{
	struct iv_artifacts *a = arg;
	struct sweep *w;
	int64_t now = iv_now_us();

	if (a->sweep || a->state != ARTIFACTS_RUNNING)
		return;
	w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->a = a;
	w->retention = !a->retired_us || (double)(now - a->retired_us) >= a->cfg->retention_minutes * 60e6;
	if (w->retention)
		a->retired_us = now;
	iv_arena_init(&w->arena, ARENA);
	a->sweep = w;
	a->sweep_soon = false;
	go_on(w);
}

void sweep_init(struct iv_artifacts *a)
{
	iv_timer_init(&a->sweep_timer, a->s->loop, on_sweep, a);
}

void sweep_start(struct iv_artifacts *a, bool soon)
{
	if (a->state != ARTIFACTS_RUNNING)
		return;
	a->sweep_soon = a->sweep != NULL;
	if (!a->sweep)
		iv_timer_in_ms(&a->sweep_timer, soon ? SOON_MS : AGAIN_MS);
}

void sweep_stop(struct iv_artifacts *a)
{
	iv_timer_stop(&a->sweep_timer);
	/* A round under way ends with the step it is at: each is short, and half done it would be done again. */
}
