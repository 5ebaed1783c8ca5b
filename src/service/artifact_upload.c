/* One file on its way: made what it is to be, measured, stored, told. What fails is put back for later; what is not there
 * any more is told to be lost. */
#include "artifacts_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_sql.h"

enum { ARENA = 65536, UPLOAD_MS = 6 * 3600000, TELL_MS = 60000, BACK_FIRST_MS = 1000 };

struct upload {
	struct iv_flow flow; /* first */
	struct iv_list node;
	struct iv_artifacts *a;
	char tenant[130], id[IV_ID_SIZE], call[130], path[IV_ARTIFACT_PATH], wav[IV_ARTIFACT_PATH];
	char known[IV_ARTIFACT_PATH]; /* the path in the row, while the row is ours */
	const struct artifact_kind *kind;
	int64_t attempt, began_us;

	struct iv_job job;
	struct iv_op work;
	bool working, ended; /* the job holds our memory; the flow is over */
	/* the job's while it works */
	bool transcoded;
	int64_t bytes, duration_ms, took_us;
	char sha256[65];
	struct iv_err bad;

	char key[400];
	int64_t sent;
	struct iv_s3_run s3;
	struct iv_pg_run pg;
	struct iv_arena arena;
	struct iv_err why;   /* it goes back with */
	bool lost;
};

static struct upload *self(struct iv_flow *f)
{
	return (struct upload *)(void *)f;
}

/* ── in the background ── */

static void prepare(struct iv_job *job, void *arg)
{
	struct upload *u = arg;
	struct iv_str path = iv_str(u->path);
	int64_t began = iv_now_us();

	if (strcmp(u->kind->ending, "opus") == 0 && iv_str_ends(path, IV_S(".wav"))) {
		memcpy(u->wav, u->path, sizeof(u->wav));
		(void)snprintf(u->path + path.len - 3, sizeof(u->path) - path.len + 3, "opus");
		u->transcoded = access(u->wav, F_OK) == 0;
		if (u->transcoded) {
			if (!sound_to_opus(job, u->wav, u->path, &u->bytes, &u->duration_ms, u->sha256, &u->bad))
				memcpy(u->path, u->wav, sizeof(u->path));
			u->took_us = iv_now_us() - began;
			return;
		}
	}
	/* There already: measured. What a transcoding left behind when its process died goes. */
	if (strcmp(u->kind->ending, "opus") == 0 && !u->wav[0] && iv_str_ends(path, IV_S(".opus")))
		(void)snprintf(u->wav, sizeof(u->wav), "%.*s.wav", (int)path.len - 5, u->path);
	(void)!file_digest(job, u->path, &u->bytes, u->sha256, &u->bad); /* u->bad tells */
}

static void settle(struct upload *u);

static void prepared(void *arg, bool ran)
{
	struct upload *u = arg;

	u->working = false;
	if (!ran)
		(void)iv_fail(&u->bad, IV_ECANCELED, "the process stops");
	if (u->transcoded && u->bad.code == IV_OK)
		iv_metric_observe(IV_M_artifact_transcode_ms, 0, (double)u->took_us / 1000.0);
	if (u->ended)
		settle(u);
	else
		iv_op_done(&u->work, &u->bad);
}

static void cancel_work(struct iv_op *op)
{
	iv_job_cancel(&IV_CONTAINER(op, struct upload, work)->job);
}

static enum iv_flow_next start_prepare(struct iv_flow *f)
{
	struct upload *u = self(f);

	u->job = (struct iv_job){.work = prepare, .done = prepared, .arg = u};
	u->working = true;
	iv_op_begin(&u->work, f, cancel_work);
	iv_background_add(u->a->background, &u->job);
	return iv_flow_await(f);
}

static void remove_wav(void *arg)
{
	struct upload *u = arg;

	(void)unlink(u->wav); /* gone already, or found the next time */
}

static void wav_removed(void *arg)
{
	struct upload *u = arg;

	u->working = false;
	if (u->ended)
		settle(u);
	else
		iv_op_done(&u->work, NULL);
}

/* ── steps ── */

static enum iv_flow_next tell_made(struct iv_flow *f)
{
	struct upload *u = self(f);
	struct iv_artifact_made_in in = {.tenant = iv_str(u->tenant), .id = iv_str(u->id), .owner = iv_str(u->a->owner),
					 .taken_path = iv_str(u->known), .local_path = iv_str(u->path), .bytes = u->bytes,
					 .sha256 = iv_str(u->sha256),
					 .duration_ms = u->transcoded ? u->duration_ms : IV_SQL_NULL};

	return iv_pg_one(u->a->s->worker, f, &u->pg, &(struct iv_scope){0}, &u->arena, &iv_sql_artifact_made, &in, NULL);
}

static enum iv_flow_next drop_wav(struct iv_flow *f)
{
	struct upload *u = self(f);

	memcpy(u->known, u->path, sizeof(u->known)); /* as the row says now, if it is still ours */
	if (!u->wav[0])
		return IV_FLOW_NEXT;
	u->working = true;
	iv_op_begin(&u->work, f, NULL);
	iv_loop_work(u->a->s->loop, remove_wav, wav_removed, u);
	return iv_flow_await(f);
}

static enum iv_flow_next put(struct iv_flow *f)
{
	struct upload *u = self(f);
	const char *bucket = artifact_bucket(u->a, u->kind);

	if (!bucket[0])
		return IV_FLOW_DONE; /* it stays where it is */
	if (!artifact_key(u->kind, iv_str(u->tenant), iv_str(u->call), u->key))
		return iv_flow_fail(f, IV_EINVAL, "the object's key is too long");
	return iv_s3_put_file(u->a->s3, f, &u->s3, (struct iv_s3_name){iv_str(bucket), iv_str(u->key)}, u->path,
			      u->kind->content_type, &u->sent);
}

static enum iv_flow_next tell_stored(struct iv_flow *f)
{
	struct upload *u = self(f);
	struct iv_artifact_stored_in in = {.tenant = iv_str(u->tenant), .id = iv_str(u->id), .owner = iv_str(u->a->owner),
					   .taken_path = iv_str(u->known), .object_key = iv_str(u->key)};

	artifacts_store_up(u->a, true);
	return iv_pg_one(u->a->s->worker, f, &u->pg, &(struct iv_scope){0}, &u->arena, &iv_sql_artifact_stored, &in, NULL);
}

/* ── the end ── */

static void over(struct upload *u)
{
	struct iv_artifacts *a = u->a;

	iv_list_remove(&u->node);
	a->upload_count--;
	iv_arena_deinit(&u->arena);
	iv_free_later(a->s->loop, u);
	artifacts_look_in(a, a->down_ms ? a->down_ms : 0);
	artifacts_rest(a);
}

/* Later, but for what will never be different. */
static int64_t wait_ms(const struct upload *u)
{
	const struct iv_artifacts *a = u->a;
	int64_t shift = u->attempt < 12 ? u->attempt : 12, ms = (int64_t)BACK_FIRST_MS << (shift > 0 ? shift - 1 : 0);
	int64_t most = a->cfg->upload_retry_max_ms;

	if (u->why.code == IV_OK)
		return IV_SQL_NULL; /* no bucket: until there is one */
	if (u->why.code == IV_ECANCELED)
		return 0;
	if (a->down_ms)
		ms = a->down_ms / 2; /* the worker asks again then, whichever file it is */
	return u->why.code == IV_EINVAL || ms > most ? most : ms;
}

static enum iv_flow_next put_back(struct iv_flow *f)
{
	struct upload *u = self(f);
	struct iv_artifact_back_in in = {.tenant = iv_str(u->tenant), .id = iv_str(u->id), .owner = iv_str(u->a->owner),
					 .taken_path = iv_str(u->known), .in_ms = wait_ms(u),
					 .error = u->why.code == IV_OK ? IV_STR_NULL : iv_str(u->why.msg)};
	struct iv_artifact_lost_in lost = {.tenant = in.tenant, .id = in.id, .owner = in.owner, .taken_path = in.taken_path,
					  .error = iv_str(u->why.msg)};

	if (u->lost)
		return iv_pg_one(u->a->s->worker, f, &u->pg, &(struct iv_scope){0}, &u->arena, &iv_sql_artifact_lost, &lost,
				 NULL);
	return iv_pg_one(u->a->s->worker, f, &u->pg, &(struct iv_scope){0}, &u->arena, &iv_sql_artifact_back, &in, NULL);
}

static void put_back_done(struct iv_flow *f)
{
	if (f->err.code != IV_OK) /* its lease runs out: somebody takes it then */
		iv_warn("artifact.put_back_failed", IV_LS("artifact", self(f)->id),
			IV_LS("code", iv_code_info(f->err.code)->name));
	over(self(f));
}

static const struct iv_flow_step back_steps[] = {{"put_back", put_back}, {0}};
static const struct iv_flow_type back_flow = {"artifact_back", back_steps, put_back_done};

static void count(struct upload *u)
{
	struct iv_artifacts *a = u->a;

	u->lost = u->bad.code == IV_ENOENT;
	if (u->lost) {
		a->stats.lost++;
		iv_error("artifact.lost", IV_LS("artifact", u->id), IV_LS("call_id", u->call), IV_LS("kind", u->kind->kind));
	} else if (u->why.code != IV_ECANCELED) {
		a->stats.failed++;
		iv_warn("artifact.upload_failed", IV_LS("artifact", u->id), IV_LS("call_id", u->call),
			IV_LS("kind", u->kind->kind), IV_LI("attempt", u->attempt), IV_LS("rule", u->why.msg));
	}
	iv_metric_add(IV_M_artifact_uploads_total, u->lost ? 2 : 1, u->why.code != IV_ECANCELED);
}

static bool store_s_fault(const struct upload *u)
{
	switch (u->why.code) {
	case IV_EUPSTREAM:
	case IV_ETIMEDOUT:
	case IV_EFORBIDDEN:
	case IV_EAUTH:
	case IV_ENOENT: /* the bucket: the file was there a moment ago */
		return u->key[0] && u->bad.code == IV_OK;
	default:
		return false;
	}
}

/* The flow is over and nobody else holds our memory. */
static void settle(struct upload *u)
{
	struct iv_artifacts *a = u->a;

	if (u->why.code == IV_OK && u->key[0]) {
		a->stats.stored++;
		a->stats.waiting -= a->stats.waiting > 0;
		iv_metric_add(IV_M_artifact_uploads_total, 0, 1);
		iv_metric_add(IV_M_artifact_bytes_total, 0, (double)u->sent);
		iv_metric_observe(IV_M_artifact_upload_ms, 0, (double)(iv_now_us() - u->began_us) / 1000.0);
		iv_info("artifact.stored", IV_LS("artifact", u->id), IV_LS("call_id", u->call), IV_LS("kind", u->kind->kind),
			IV_LI("bytes", u->sent));
		over(u);
		return;
	}
	if (u->why.code == IV_OK)
		a->stats.waiting -= a->stats.waiting > 0;
	else
		count(u);
	if (store_s_fault(u))
		artifacts_store_up(a, false);
	iv_flow_start(&u->flow, &back_flow, a->s->loop, TELL_MS, NULL);
}

static void ended(struct iv_flow *f)
{
	struct upload *u = self(f);

	u->why = f->err;
	u->ended = true;
	if (!u->working)
		settle(u);
}

static const struct iv_flow_step steps[] = {
	{"prepare", start_prepare}, {"made", tell_made}, {"drop_wav", drop_wav}, {"put", put}, {"stored", tell_stored}, {0}};
static const struct iv_flow_type upload_flow = {"artifact_upload", steps, ended};

/* Two at once of one row have one object, and the older might be the later to write it. */
static bool under_way(const struct iv_artifacts *a, struct iv_str id)
{
	IV_LIST_EACH(node, &a->uploads) {
		if (iv_str_eq(iv_str(IV_CONTAINER(node, struct upload, node)->id), id))
			return true;
	}
	return false;
}

void upload_start(struct iv_artifacts *a, struct iv_str tenant, struct iv_str id, struct iv_str call, struct iv_str kind,
		  struct iv_str format, struct iv_str path, int64_t attempt)
{
	struct upload *u = calloc(1, sizeof(*u));
	bool wait = under_way(a, id);

	if (!u)
		abort();
	u->a = a;
	u->kind = artifact_kind(kind, format);
	u->attempt = attempt;
	u->began_us = iv_now_us();
	iv_arena_init(&u->arena, ARENA);
	iv_list_append(&a->uploads, &u->node);
	a->upload_count++;
	if (!u->kind || !iv_str_copy(u->tenant, sizeof(u->tenant), tenant) || !iv_str_copy(u->id, sizeof(u->id), id) ||
	    !iv_str_copy(u->call, sizeof(u->call), call) || !iv_str_copy(u->path, sizeof(u->path), path)) {
		iv_error("artifact.unknown", IV_LV("artifact", id), IV_LV("kind", kind), IV_LV("format", format));
		over(u); /* its lease runs out: whoever wrote it has to look */
		return;
	}
	memcpy(u->known, u->path, sizeof(u->known));
	if (wait)
		(void)iv_fail(&u->why, IV_ECONFLICT, "the file that it replaces is still being stored");
	iv_flow_start(&u->flow, wait ? &back_flow : &upload_flow, a->s->loop, wait ? TELL_MS : UPLOAD_MS, NULL);
	u->ended = wait;
}

void uploads_cancel(struct iv_artifacts *a)
{
	IV_LIST_EACH(node, &a->uploads) {
		struct upload *u = IV_CONTAINER(node, struct upload, node);

		if (!u->ended)
			iv_flow_cancel(&u->flow, IV_ECANCELED, "the process stops");
	}
}
