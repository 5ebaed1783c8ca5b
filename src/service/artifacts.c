/* The worker: asks what there is on this disk to store, and starts as many uploads as it may. While the store does not
 * answer one file at a time is tried, ever more rarely, so that an outage of hours costs the files behind it nothing. */
#include "artifacts_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_sql.h"

enum { TAKE_ARENA = 1 << 20, HOLD_ARENA = 65536, TAKE_MS = 30000, DOWN_FIRST_MS = 1000, DOWN_LAST_MS = 60000, SOON_MS = 20 };

void artifacts_set_state(struct iv_artifacts *a, enum artifacts_state to)
{
	static const bool legal[ARTIFACTS_STATES][ARTIFACTS_STATES] = {
		[ARTIFACTS_NEW] = {[ARTIFACTS_RUNNING] = true, [ARTIFACTS_STOPPING] = true},
		[ARTIFACTS_RUNNING] = {[ARTIFACTS_STOPPING] = true},
		[ARTIFACTS_STOPPING] = {[ARTIFACTS_STOPPED] = true},
	};

	if (!legal[a->state][to])
		abort();
	a->state = to;
}

/* ── names ── */

const char *artifact_bucket(const struct iv_artifacts *a, const struct artifact_kind *kind)
{
	const struct iv_config *cfg = a->cfg;

	return strcmp(kind->folder, "recordings") == 0	  ? cfg->s3_recordings
	       : strcmp(kind->folder, "transcripts") == 0 ? cfg->s3_transcripts
	       : strcmp(kind->folder, "metrics") == 0	  ? cfg->s3_metrics
							  : "";
}

bool artifact_key(const struct artifact_kind *kind, struct iv_str tenant, struct iv_str call, char out[400])
{
	int n = snprintf(out, 400, "%s/%.*s/%.*s.%s", kind->folder, IV_FMT(tenant), IV_FMT(call), kind->ending);

	return n > 0 && n < 400;
}

const char *iv_artifacts_disk(const struct iv_artifacts *a)
{
	return a->disk.id;
}

struct iv_artifacts_stats iv_artifacts_stats(const struct iv_artifacts *a)
{
	struct iv_artifacts_stats s = a->stats;

	s.uploading = a->upload_count;
	s.store_up = !a->down_ms;
	return s;
}

/* ── when to look ── */

static void look(void *arg);

void artifacts_look_in(struct iv_artifacts *a, int64_t ms)
{
	int64_t at = iv_now_us() + ms * 1000;

	if (a->closing || (a->state != ARTIFACTS_RUNNING && a->state != ARTIFACTS_STOPPING))
		return;
	if (!iv_timer_armed(&a->look) || a->look.deadline_us > at)
		iv_timer_at(&a->look, at);
}

void iv_artifacts_wake(struct iv_artifacts *a)
{
	if (!a->down_ms)
		artifacts_look_in(a, SOON_MS);
}

void artifacts_store_up(struct iv_artifacts *a, bool up)
{
	if (up && a->down_ms)
		iv_info("artifacts.store_up", IV_LI("waiting", a->stats.waiting));
	if (!up && !a->down_ms)
		iv_warn("artifacts.store_down", IV_LI("waiting", a->stats.waiting));
	a->down_ms = up ? 0 : a->down_ms ? 2 * a->down_ms : DOWN_FIRST_MS;
	a->down_ms = a->down_ms < DOWN_LAST_MS ? a->down_ms : DOWN_LAST_MS;
}

static size_t room(const struct iv_artifacts *a)
{
	size_t most = a->down_ms ? 1 : (size_t)a->cfg->upload_slots;

	return a->upload_count < most ? most - a->upload_count : 0;
}

/* ── taking ── */

static struct iv_artifacts *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_artifacts, take);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_artifacts *a = self(f);
	struct iv_artifact_take_in in = {.owner = iv_str(a->owner), .disk = iv_str(a->disk.id), .lease_s = LEASE_S,
					 .most = (int64_t)room(a)};
	struct iv_artifact_next_in next = {.disk = iv_str(a->disk.id)};

	return iv_pg_run(a->s->worker, f, &a->take_run, &(struct iv_scope){0}, &a->take_arena,
			 (const struct iv_pg_part[]){{&iv_sql_artifact_take, &in, &a->rows},
						     {&iv_sql_artifact_next, &next, &a->next}},
			 2);
}

static void taken(struct iv_flow *f)
{
	struct iv_artifacts *a = self(f);
	const struct iv_artifact_next_out *next = a->next.count ? iv_artifact_next_at(&a->next, 0) : NULL;
	size_t n = f->err.code == IV_OK ? a->rows.count : 0;
	int64_t ms = a->cfg->artifact_poll_ms;

	a->taking = false;
	if (f->err.code == IV_OK && next) {
		a->stats.waiting = (size_t)next->waiting + n;
		iv_metric_set(IV_M_artifacts_waiting, 0, (double)a->stats.waiting);
		if (next->due_ms != IV_SQL_NULL && next->due_ms < ms)
			ms = next->due_ms;
	} else if (f->err.code != IV_ECANCELED) {
		iv_warn("artifacts.take_failed", IV_LS("code", iv_code_info(f->err.code)->name));
	}
	for (size_t i = 0; i < n; i++) {
		const struct iv_artifact_take_out *row = iv_artifact_take_at(&a->rows, i);

		upload_start(a, row->tenant_id, row->id, row->call_id, row->kind, row->format, row->local_path, row->attempt);
	}
	if (a->down_ms)
		ms = a->down_ms;
	artifacts_look_in(a, a->again ? SOON_MS : ms < SOON_MS ? SOON_MS : ms);
	artifacts_rest(a);
}

static const struct iv_flow_step take_steps[] = {{"ask", ask}, {0}};
static const struct iv_flow_type take_flow = {"artifacts_take", take_steps, taken};

static void look(void *arg)
{
	struct iv_artifacts *a = arg;

	if (a->taking || !room(a)) {
		a->again = a->taking; /* the end of what is under way looks again */
		return;
	}
	a->taking = true;
	a->again = false;
	iv_arena_reset(&a->take_arena);
	a->rows = a->next = (struct iv_rows){0};
	iv_flow_start(&a->take, &take_flow, a->s->loop, TAKE_MS, NULL);
}

/* ── leases ── */

static struct iv_artifacts *holder(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_artifacts, hold_flow);
}

static enum iv_flow_next hold(struct iv_flow *f)
{
	struct iv_artifacts *a = holder(f);
	struct iv_artifact_hold_in in = {.owner = iv_str(a->owner), .lease_s = LEASE_S};

	return iv_pg_one(a->s->worker, f, &a->hold_run, &(struct iv_scope){0}, &a->hold_arena, &iv_sql_artifact_hold, &in,
			 NULL);
}

static void held(struct iv_flow *f)
{
	struct iv_artifacts *a = holder(f);

	a->holding = false; /* failed: the lease lasts for two more tries, and a second upload does no harm */
	artifacts_rest(a);
}

static const struct iv_flow_step hold_steps[] = {{"hold", hold}, {0}};
static const struct iv_flow_type hold_flow = {"artifacts_hold", hold_steps, held};

static void on_hold(void *arg)
{
	struct iv_artifacts *a = arg;

	if (a->state == ARTIFACTS_STOPPED)
		return;
	iv_timer_in_ms(&a->hold, HOLD_MS);
	if (!a->upload_count || a->holding)
		return;
	a->holding = true;
	iv_flow_start(&a->hold_flow, &hold_flow, a->s->loop, TAKE_MS, NULL);
}

/* ── the beginning ── */

static struct iv_str secret(struct iv_secret s)
{
	return iv_str(iv_secret_reveal(s));
}

static bool open_store(struct iv_artifacts *a, struct iv_err *e)
{
	const struct iv_config *cfg = a->cfg;

	if (!cfg->s3_recordings[0] && !cfg->s3_transcripts[0] && !cfg->s3_metrics[0])
		return true;
	a->aws = iv_aws_new(a->s->net, &(struct iv_aws_opts){.access_key = secret(cfg->aws_access_key),
							     .secret_key = secret(cfg->aws_secret_key),
							     .session_token = secret(cfg->aws_session_token),
							     .container_relative_uri = iv_str(cfg->aws_container_path),
							     .container_full_uri = iv_str(cfg->aws_container_url),
							     .container_token = secret(cfg->aws_container_token),
							     .metadata_url = iv_str(cfg->aws_metadata_url)});
	a->s3 = iv_s3_new(a->s->net, a->aws,
			  &(struct iv_s3_opts){.endpoint = iv_str(cfg->s3_endpoint),
					       .region = iv_str(cfg->aws_region),
					       .path_style = cfg->s3_endpoint[0] && cfg->s3_path_style,
					       .part_bytes = (size_t)cfg->upload_part_bytes,
					       .send_per_s = cfg->upload_rate,
					       .connect_ms = 5000,
					       .answer_ms = 60000},
			  e);
	return a->s3 || iv_fail_field(e, IV_EINVAL, "S3_ENDPOINT", "must be http:// or https:// and a host");
}

static void on_written(void *arg, struct iv_str payload)
{
	struct iv_artifacts *a = arg;

	if (!payload.len || iv_str_eq(payload, iv_str(a->disk.id)))
		iv_artifacts_wake(a);
}

static void on_wanted(void *arg, struct iv_str payload)
{
	(void)payload;
	sweep_start(arg, true);
}

struct iv_artifacts *iv_artifacts_new(struct iv_services *s, struct iv_err *e)
{
	struct iv_artifacts *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->s = s;
	a->cfg = s->cfg;
	iv_list_init(&a->uploads);
	iv_arena_init(&a->take_arena, TAKE_ARENA);
	iv_arena_init(&a->hold_arena, HOLD_ARENA);
	iv_timer_init(&a->look, s->loop, look, a);
	iv_timer_init(&a->hold, s->loop, on_hold, a);
	sweep_init(a);
	(void)snprintf(a->owner, sizeof(a->owner), "%s", s->instance_id);
	if (!disk_open(s->cfg->data_dir, &a->disk, e) || !open_store(a, e)) {
		a->state = ARTIFACTS_STOPPED;
		iv_artifacts_free(a);
		return NULL;
	}
	return a;
}

/* What was in the hands of the process before us comes first; then the listening begins. */
static enum iv_flow_next reclaim(struct iv_flow *f)
{
	struct iv_artifacts *a = self(f);
	struct iv_artifact_reclaim_in in = {.disk = iv_str(a->disk.id)};

	return iv_pg_one(a->s->worker, f, &a->take_run, &(struct iv_scope){0}, &a->take_arena, &iv_sql_artifact_reclaim, &in,
			 NULL);
}

static void reclaimed(struct iv_flow *f)
{
	struct iv_artifacts *a = self(f);

	a->taking = false;
	if (f->err.code != IV_OK && f->err.code != IV_ECANCELED)
		iv_warn("artifacts.reclaim_failed", IV_LS("code", iv_code_info(f->err.code)->name)); /* leases run out */
	artifacts_look_in(a, SOON_MS);
	artifacts_rest(a);
}

static const struct iv_flow_step reclaim_steps[] = {{"reclaim", reclaim}, {0}};
static const struct iv_flow_type reclaim_flow = {"artifacts_reclaim", reclaim_steps, reclaimed};

void iv_artifacts_start(struct iv_artifacts *a)
{
	artifacts_set_state(a, ARTIFACTS_RUNNING);
	a->background = iv_background_new(a->s->loop);
	iv_timer_in_ms(&a->hold, HOLD_MS);
	iv_pg_listen(a->s->worker, "artifacts", on_written, a);
	iv_pg_listen(a->s->worker, "erasure_jobs", on_wanted, a);
	a->taking = true;
	iv_flow_start(&a->take, &reclaim_flow, a->s->loop, TAKE_MS, NULL);
	sweep_start(a, false);
}

/* ── the end ── */

static void background_closed(void *arg)
{
	struct iv_artifacts *a = arg;

	a->background = NULL;
	artifacts_rest(a);
}

static void stopped(void *arg)
{
	struct iv_artifacts *a = arg;

	a->stopped(a->stopped_arg);
}

static bool all_done(const struct iv_artifacts *a)
{
	return !a->upload_count && !a->taking && !a->stats.waiting;
}

void artifacts_rest(struct iv_artifacts *a)
{
	if (a->state != ARTIFACTS_STOPPING || a->cancelling)
		return;
	if (!a->closing && iv_timer_armed(&a->give_up) && !all_done(a) && !a->down_ms && a->s3)
		return; /* there is time left, and something to do in it */
	a->closing = true;
	iv_timer_stop(&a->give_up);
	iv_timer_stop(&a->look);
	a->cancelling = true; /* each that ends comes here */
	uploads_cancel(a);
	a->cancelling = false;
	if (a->upload_count || a->taking || a->holding || a->sweep || a->serving)
		return;
	if (a->background) {
		if (!a->background_closed)
			iv_background_close(a->background, background_closed, a);
		a->background_closed = true;
		return;
	}
	iv_timer_stop(&a->hold);
	artifacts_set_state(a, ARTIFACTS_STOPPED);
	iv_defer(a->s->loop, stopped, a);
}

static void on_give_up(void *arg)
{
	artifacts_rest(arg);
}

void iv_artifacts_stop(struct iv_artifacts *a, void (*done)(void *arg), void *arg)
{
	bool began = a->state == ARTIFACTS_RUNNING;

	a->stopped = done;
	a->stopped_arg = arg;
	artifacts_set_state(a, ARTIFACTS_STOPPING);
	sweep_stop(a);
	iv_timer_init(&a->give_up, a->s->loop, on_give_up, a);
	if (began && a->cfg->artifact_stop_ms > 0) {
		iv_timer_in_ms(&a->give_up, a->cfg->artifact_stop_ms);
		a->stats.waiting = a->stats.waiting ? a->stats.waiting : 1; /* what the last call left is not counted yet */
		artifacts_look_in(a, 0);
	}
	artifacts_rest(a);
}

void iv_artifacts_free(struct iv_artifacts *a)
{
	if (!a)
		return;
	iv_s3_free(a->s3);
	iv_aws_free(a->aws);
	iv_arena_deinit(&a->take_arena);
	iv_arena_deinit(&a->hold_arena);
	free(a);
}
