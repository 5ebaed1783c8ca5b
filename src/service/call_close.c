/* The end of a call: its journal is read by a worker thread, its account goes to Postgres, its file moves on. One
 * at a time. What fails for want of Postgres waits and is tried again; what cannot be read is set aside. */
#include "calls_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_spool.h"

enum {
	JOURNAL_MAX = 256 << 20, TIMELINE_MAX = 4 << 20, ENDING_MAX = 24 << 20, ARENA_MAX = 8 << 20, ANSWER_MAX = 65536,
	PATH_SIZE = 700, CLOSE_MS = 3600000, BACKOFF_FIRST_MS = 250, BACKOFF_LAST_MS = 10000,
	STILL_WORKING_MS = 50,
};

/* A call that waits to be closed: names only, the rest is read from its journal each time. */
struct closing {
	struct iv_flow flow; /* first */
	struct iv_list node;
	struct iv_calls *c;
	char tenant[130], call[130];
	struct iv_op work;
	bool working;
	/* the worker's, then the loop's */
	char from[PATH_SIZE], to[PATH_SIZE];
	struct iv_buf ending;
	bool crashed; /* the journal does not hold the end: viewers have not heard of it */
	struct iv_err bad, files_bad;
	/* the question to Postgres */
	struct iv_arena arena;
	struct iv_pg_run pg;
	struct iv_rows rows;
};

static struct closing *self(struct iv_flow *f)
{
	return (struct closing *)(void *)f;
}

/* Until it is in the books nobody may judge that its process is gone, however long Postgres was away. */
static void keep(const struct closing *x)
{
	char name[IV_CALL_NAME_SIZE];

	if (x->c->d.control)
		iv_control_own(x->c->d.control, iv_call_name(iv_str(x->tenant), iv_str(x->call), name));
}

/* ── in the worker thread ── */

static void make_files(struct closing *x, struct iv_account *a, struct iv_artifact_file *files, struct ending_place *place)
{
	struct iv_artifact_place where = {.data_dir = x->c->d.cfg->data_dir, .tenant_id = x->tenant, .call_id = x->call};
	struct iv_err e = {0};

	place->files = files;
	place->file_count = iv_artifacts_make(&where, a, files, &e);
	place->disk_id = x->c->artifacts ? iv_artifacts_disk(x->c->artifacts) : NULL;
	x->files_bad = e; /* the call is closed all the same; the journal has everything */
}

static void read_account(void *arg)
{
	struct closing *x = arg;
	struct ending_place place = {.journal_path = x->to, .instance_id = x->c->d.instance_id};
	struct iv_artifact_file files[IV_ARTIFACT_FILES];
	struct iv_account a = {0};
	struct iv_arena arena;
	struct iv_buf bytes;
	bool ok;

	iv_arena_init(&arena, ARENA_MAX);
	iv_buf_init(&bytes, JOURNAL_MAX + 65536);
	ok = iv_file_read(x->from, JOURNAL_MAX, &bytes, &x->bad) &&
	     iv_account_read(iv_buf_str(&bytes), TIMELINE_MAX, &arena, &a, &x->bad);
	if (ok)
		make_files(x, &a, files, &place);
	x->crashed = ok && !a.ended;
	if (ok && !ending_write(&x->ending, &a, &place))
		(void)iv_fail(&x->bad, IV_ETOOBIG, "the account is more than %d bytes", ENDING_MAX);
	iv_account_deinit(&a);
	iv_buf_deinit(&bytes);
	iv_arena_deinit(&arena);
}

static void make_parent(char *path)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	(void)mkdir(path, 0700); /* there already, or the rename tells */
	*slash = '/';
}

static void move_file(void *arg)
{
	struct closing *x = arg;

	make_parent(x->to);
	if (rename(x->from, x->to) < 0)
		(void)iv_fail(&x->bad, IV_EINTERNAL, "cannot move the journal: %s", strerror(errno));
}

static void worked(void *arg)
{
	struct closing *x = arg;

	x->working = false;
	iv_op_done(&x->work, NULL);
}

static enum iv_flow_next work(struct closing *x, void (*fn)(void *arg))
{
	x->working = true;
	iv_op_begin(&x->work, &x->flow, NULL);
	iv_loop_work(x->c->d.loop, fn, worked, x);
	return iv_flow_await(&x->flow);
}

/* ── steps ── */

static enum iv_flow_next read_journal(struct iv_flow *f)
{
	return work(self(f), read_account);
}

static enum iv_flow_next tell_postgres(struct iv_flow *f)
{
	struct closing *x = self(f);
	struct iv_scope scope = {.tenant_id = iv_str(x->tenant)};
	const struct iv_config *cfg = x->c->d.cfg;
	char caps[160];
	struct iv_call_close_in in = {.tenant = iv_str(x->tenant), .call = iv_str(x->call),
				      .ending = iv_buf_str(&x->ending)};

	(void)snprintf(caps, sizeof(caps), "{\"daily_cost_cap_inr\":%lld,\"monthly_minute_cap\":%lld}",
		       (long long)cfg->daily_cost_cap_inr, (long long)cfg->monthly_minute_cap);
	in.caps = iv_arena_str(&x->arena, iv_str(caps));

	if (x->bad.code != IV_OK) {
		f->err = x->bad;
		return IV_FLOW_DONE;
	}
	return iv_pg_one(x->c->d.pg, f, &x->pg, &scope, &x->arena, &iv_sql_call_close, &in, &x->rows);
}

static enum iv_flow_next move_journal(struct iv_flow *f)
{
	return work(self(f), move_file);
}

static void closing_free(struct closing *x)
{
	char name[IV_CALL_NAME_SIZE];

	if (x->c->d.control)
		iv_control_disown(x->c->d.control, iv_call_name(iv_str(x->tenant), iv_str(x->call), name));
	iv_buf_deinit(&x->ending);
	iv_arena_deinit(&x->arena);
	x->c->closings--;
	free(x);
}

void calls_over(struct iv_calls *c)
{
	void (*done)(void *arg) = c->closed;

	if (!done)
		return;
	iv_timer_stop(&c->retry);
	iv_timer_stop(&c->give_up);
	c->ending = true;
	if (c->telling) /* the last of them comes here again */
		return;
	c->closed = NULL;
	while (!iv_list_empty(&c->waiting)) {
		struct closing *x = IV_CONTAINER(c->waiting.next, struct closing, node);

		iv_list_remove(&x->node);
		closing_free(x);
	}
	done(c->closed_arg);
	calls_free(c);
}

/* Set aside, not forgotten: an operator finds it by its name and the log line. */
static void set_aside(struct closing *x, const struct iv_err *e)
{
	char path[PATH_SIZE + 16];

	(void)snprintf(path, sizeof(path), "%s.bad", x->from);
	iv_error("call.close_failed", IV_LS("call_id", x->call), IV_LS("rule", e->msg));
	iv_metric_add(IV_M_journal_errors_total, 0, 1);
	if (e->code != IV_ENOENT && rename(x->from, path) < 0)
		iv_error("call.close_failed", IV_LS("call_id", x->call), IV_LS("rule", strerror(errno)));
}

static bool try_again_later(const struct iv_err *e)
{
	return e->code == IV_EDRAINING || e->code == IV_ETIMEDOUT || e->code == IV_ECANCELED;
}

static void tell_viewers(const struct closing *x)
{
	char buffer[IV_CALL_NAME_SIZE];
	struct iv_str name = iv_call_name(iv_str(x->tenant), iv_str(x->call), buffer);

	if (x->crashed)
		iv_events_publish(x->c->d.events, iv_str(x->tenant), name, IV_S("call.ended"),
				  IV_S("{\"reason\":\"crashed\"}"));
	iv_events_end(x->c->d.events, name);
	iv_events_end(x->c->d.events, iv_call_live_name(iv_str(x->tenant), iv_str(x->call), buffer));
}

/* Postgres is away, or this process stops: behind the others, and a while later. */
static void wait_again(struct closing *x)
{
	struct iv_calls *c = x->c;

	iv_buf_clear(&x->ending);
	iv_arena_reset(&x->arena);
	iv_list_append(&c->waiting, &x->node);
	keep(x);
	c->backoff_ms = c->backoff_ms ? 2 * c->backoff_ms : BACKOFF_FIRST_MS;
	if (c->backoff_ms > BACKOFF_LAST_MS)
		c->backoff_ms = BACKOFF_LAST_MS;
}

/* Closed, or never to be. */
static void settled(struct closing *x, const struct iv_err *e)
{
	const struct iv_call_close_out *row = x->rows.count ? iv_call_close_at(&x->rows, 0) : NULL;
	struct iv_calls *c = x->c;

	c->backoff_ms = 0;
	if (x->files_bad.code != IV_OK)
		iv_error("call.files_failed", IV_LS("call_id", x->call), IV_LS("rule", x->files_bad.msg));
	if (e->code == IV_OK && c->artifacts)
		iv_artifacts_wake(c->artifacts);
	if (e->code != IV_OK)
		set_aside(x, e);
	else
		iv_info("call.closed", IV_LS("call_id", x->call), IV_LI("recorded", row && row->recorded));
	if (c->d.events)
		tell_viewers(x);
	closing_free(x);
}

static void closing_end(struct iv_flow *f)
{
	struct closing *x = self(f);
	struct iv_calls *c = x->c;
	struct iv_err e = f->err; /* the flow goes with x */

	c->now = NULL;
	if (try_again_later(&e))
		wait_again(x);
	else
		settled(x, &e);
	if (c->closed && (iv_list_empty(&c->waiting) || c->backoff_ms)) /* no time to wait for Postgres */
		calls_over(c);
	else if (!iv_list_empty(&c->waiting))
		iv_timer_in_ms(&c->retry, c->backoff_ms);
}

static const struct iv_flow_step steps[] = {
	{"read_journal", read_journal}, {"tell_postgres", tell_postgres}, {"move_journal", move_journal}, {0}};
static const struct iv_flow_type close_flow = {"call_close", steps, closing_end};

void calls_close_next(void *calls)
{
	struct iv_calls *c = calls;
	struct closing *x;

	if (c->now || iv_list_empty(&c->waiting))
		return;
	x = IV_CONTAINER(c->waiting.next, struct closing, node);
	iv_list_remove(&x->node);
	c->now = x;
	x->bad = x->files_bad = (struct iv_err){0};
	x->rows = (struct iv_rows){0};
	iv_flow_start(&x->flow, &close_flow, c->d.loop, CLOSE_MS, NULL);
}

/* ── the door ── */

void iv_calls_use_artifacts(struct iv_calls *c, struct iv_artifacts *a)
{
	c->artifacts = a;
}

void iv_calls_ended(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id)
{
	struct closing *x = calloc(1, sizeof(*x));
	const char *dir = c->d.cfg->data_dir;

	if (!x)
		abort();
	x->c = c;
	iv_buf_init(&x->ending, ENDING_MAX);
	iv_arena_init(&x->arena, ANSWER_MAX);
	c->closings++;
	if (!iv_str_copy(x->tenant, sizeof(x->tenant), tenant_id) || !iv_str_copy(x->call, sizeof(x->call), call_id) ||
	    !iv_calls_journal_path(c, tenant_id, call_id, x->from, sizeof(x->from))) {
		closing_free(x); /* cannot be: it was opened by these names */
		return;
	}
	(void)snprintf(x->to, sizeof(x->to), "%s/journal/%s/%s.call", dir, x->tenant, x->call);
	iv_list_append(&c->waiting, &x->node);
	keep(x);
	if (!c->now && !iv_timer_armed(&c->retry))
		iv_timer_in_ms(&c->retry, 0);
}

size_t iv_calls_closing(const struct iv_calls *c)
{
	return c->closings;
}

static void recover_tenant(struct iv_calls *c, const char *live, const char *tenant)
{
	char path[PATH_SIZE + 257];
	const struct dirent *entry;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/%s", live, tenant);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) != NULL) {
		struct iv_str name = iv_str(entry->d_name);

		if (!iv_str_ends(name, IV_S(".call")))
			continue;
		name.len -= 5;
		iv_warn("call.recovered", IV_LV("call_id", name));
		iv_calls_ended(c, iv_str(tenant), name);
	}
	if (dir)
		closedir(dir);
}

void iv_calls_recover(struct iv_calls *c)
{
	char live[PATH_SIZE];
	const struct dirent *entry;
	DIR *dir;

	(void)snprintf(live, sizeof(live), "%s/journal/live", c->d.cfg->data_dir);
	dir = opendir(live);
	while (dir && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			recover_tenant(c, live, entry->d_name);
	if (dir)
		closedir(dir);
}

static void on_give_up(void *arg)
{
	struct iv_calls *c = arg;

	if (c->now && c->now->working)
		iv_timer_in_ms(&c->give_up, STILL_WORKING_MS); /* the worker's memory is not ours to free */
	else if (c->now)
		iv_flow_cancel(&c->now->flow, IV_ECANCELED, "the process stops");
	else
		calls_over(c);
}

void iv_calls_close(struct iv_calls *c, int wait_ms, void (*done)(void *arg), void *arg)
{
	c->closed = done;
	c->closed_arg = arg;
	iv_timer_init(&c->give_up, c->d.loop, on_give_up, c);
	if (!c->closings) {
		calls_over(c);
		return;
	}
	iv_timer_in_ms(&c->give_up, wait_ms);
	c->backoff_ms = 0;
	calls_close_next(c);
}
