/* A live call goes to another process: its journal, compressed, through Postgres. */
#include "calls_priv.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_spool.h"
#include "packed.h"

enum { PATH_SIZE = 700, GIVE_MS = 6000, ANSWER_BYTES = 4096, ARENA_MAX = 8 << 20, TIMELINE_MAX = 4 << 20 };

/* ── giving ── */

struct giving {
	struct iv_flow flow; /* first */
	struct iv_calls *c;
	char tenant[130], call[130];
	char journal[PATH_SIZE], gone[PATH_SIZE + 8], recording[PATH_SIZE], part[PATH_SIZE + 32];
	struct iv_op work;
	struct iv_buf packed; /* base64 of zlib */
	int64_t bytes, recording_bytes; /* -1: nothing was recorded */
	struct iv_err bad;
	bool moved, given;
	struct iv_arena arena;
	struct iv_pg_run pg;
	struct iv_rows rows;
	void (*done)(void *arg, bool given);
	void *arg;
};

/* What was recorded here gets a name that a second part does not take, and is what it will be. */
static void keep_recording(struct giving *x, struct iv_str journal)
{
	struct iv_account a = {0};
	struct iv_arena arena;
	struct iv_err e = {0};
	int64_t duration_ms;

	iv_arena_init(&arena, ARENA_MAX);
	if (rename(x->recording, x->part) != 0 || !iv_account_read(journal, TIMELINE_MAX, &arena, &a, &e) ||
	    !iv_artifacts_part(&a, x->part, &x->recording_bytes, &duration_ms, &e))
		x->recording_bytes = -1;
	if (e.code != IV_OK)
		iv_error("call.files_failed", IV_LS("call_id", x->call), IV_LS("rule", e.msg));
	iv_account_deinit(&a);
	iv_arena_deinit(&arena);
}

/* Out of live/: should this process start again, the call is not its own any more. */
static void move_out(struct giving *x)
{
	char *slash = strrchr(x->gone, '/');

	*slash = '\0';
	(void)mkdir(x->gone, 0700); /* there already, or the rename tells */
	*slash = '/';
	x->moved = rename(x->journal, x->gone) == 0;
	if (!x->moved)
		(void)iv_fail(&x->bad, IV_EINTERNAL, "cannot move the journal: %s", strerror(errno));
}

/* In a worker thread. */
static void read_files(void *arg)
{
	struct giving *x = arg;
	struct iv_buf plain;

	iv_buf_init(&plain, IV_CALLS_GIVE_MAX);
	if (iv_file_read(x->journal, IV_CALLS_GIVE_MAX, &plain, &x->bad) &&
	    (packed_write(iv_buf_str(&plain), &x->packed) || iv_fail(&x->bad, IV_ETOOBIG, "the journal does not fit")))
		x->bytes = (int64_t)plain.len;
	if (x->bad.code == IV_OK)
		keep_recording(x, iv_buf_str(&plain));
	if (x->bad.code == IV_OK)
		move_out(x);
	iv_buf_deinit(&plain);
}

static void worked(void *arg)
{
	struct giving *x = arg;

	iv_op_done(&x->work, NULL);
}

static enum iv_flow_next work(struct giving *x, void (*fn)(void *arg))
{
	iv_op_begin(&x->work, &x->flow, NULL);
	iv_loop_work(x->c->d.loop, fn, worked, x);
	return iv_flow_await(&x->flow);
}

static enum iv_flow_next read_call(struct iv_flow *f)
{
	return work((struct giving *)(void *)f, read_files);
}

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct giving *x = (struct giving *)(void *)f;
	struct iv_scope scope = {.tenant_id = iv_str(x->tenant)};
	bool recorded = x->recording_bytes >= 0;
	struct iv_call_give_in in = {.tenant = iv_str(x->tenant), .call = iv_str(x->call),
				     .instance = iv_str(x->c->d.instance_id), .journal = iv_buf_str(&x->packed),
				     .bytes = x->bytes,
				     .disk = x->c->artifacts ? iv_str(iv_artifacts_disk(x->c->artifacts)) : IV_STR_NULL,
				     .recording = recorded ? iv_str(x->part) : IV_STR_NULL,
				     .recording_bytes = recorded ? x->recording_bytes : IV_SQL_NULL};

	if (x->bad.code != IV_OK) {
		f->err = x->bad;
		return IV_FLOW_DONE;
	}
	return iv_pg_one(x->c->d.pg, f, &x->pg, &scope, &x->arena, &iv_sql_call_give, &in, &x->rows);
}

static enum iv_flow_next let_go(struct iv_flow *f)
{
	struct giving *x = (struct giving *)(void *)f;

	if (!iv_call_give_at(&x->rows, 0)->given)
		return iv_flow_fail(f, IV_ECONFLICT, "the call is over, or another process holds it");
	x->given = true;
	return IV_FLOW_DONE;
}

static void given(struct iv_flow *f)
{
	struct giving *x = (struct giving *)(void *)f;

	if (x->bad.code != IV_OK || f->err.code != IV_OK)
		iv_error("call.not_given", IV_LS("call_id", x->call),
			 IV_LS("rule", f->err.code != IV_OK ? f->err.msg : x->bad.msg));
	if (x->given && x->c->artifacts && x->recording_bytes >= 0)
		iv_artifacts_wake(x->c->artifacts);
	if (!x->given && x->moved && rename(x->gone, x->journal) < 0) /* within one file system: at once */
		iv_error("call.not_given", IV_LS("call_id", x->call), IV_LS("rule", strerror(errno)));
	if (!x->given)
		iv_calls_ended(x->c, iv_str(x->tenant), iv_str(x->call));
	x->done(x->arg, x->given);
	iv_buf_deinit(&x->packed);
	iv_arena_deinit(&x->arena);
	iv_free_later(x->c->d.loop, x);
}

static const struct iv_flow_step give_steps[] = {{"read_call", read_call}, {"tell", tell}, {"let_go", let_go}, {0}};
static const struct iv_flow_type give_flow = {"call_give", give_steps, given};

void iv_calls_give(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id,
		   void (*done)(void *arg, bool given), void *arg)
{
	struct giving *x = calloc(1, sizeof(*x));
	const char *dir = c->d.cfg->data_dir;

	if (!x)
		abort();
	x->c = c;
	x->done = done;
	x->arg = arg;
	(void)iv_str_copy(x->tenant, sizeof(x->tenant), tenant_id); /* accepted ids are shorter */
	(void)iv_str_copy(x->call, sizeof(x->call), call_id);
	iv_buf_init(&x->packed, 2 * (size_t)IV_CALLS_GIVE_MAX);
	iv_arena_init(&x->arena, ANSWER_BYTES);
	if (!iv_calls_journal_path(c, tenant_id, call_id, x->journal, sizeof(x->journal)))
		(void)iv_fail(&x->bad, IV_EINVAL, "the call's names make no path"); /* cannot be: they did before */
	(void)snprintf(x->gone, sizeof(x->gone), "%s/journal/%s/%s.given", dir, x->tenant, x->call);
	(void)snprintf(x->recording, sizeof(x->recording), "%s/recordings/%s/%s.wav", dir, x->tenant, x->call);
	(void)snprintf(x->part, sizeof(x->part), "%s/recordings/%s/%s.%lld.wav", dir, x->tenant, x->call,
		       (long long)iv_wall_ms());
	iv_flow_start(&x->flow, &give_flow, c->d.loop, GIVE_MS, NULL);
}

/* ── taking ── */

enum iv_flow_next iv_calls_take(struct iv_calls *c, struct iv_flow *f, struct iv_calls_take_run *run,
				struct iv_arena *arena, struct iv_str tenant_id, struct iv_str call_id)
{
	struct iv_scope scope = {.tenant_id = tenant_id};

	return iv_pg_one(c->d.pg, f, &run->pg, &scope, arena, &iv_sql_call_take,
			 &(struct iv_call_take_in){.call = call_id}, &run->rows);
}

static bool unpack(struct iv_str packed, int64_t bytes, struct iv_buf *journal, struct iv_err *e)
{
	if (bytes <= 0 || bytes > IV_CALLS_GIVE_MAX)
		return iv_fail(e, IV_ETOOBIG, "the journal of the call that was given is %lld bytes", (long long)bytes);
	return packed_read(packed, (size_t)bytes, journal) ||
	       iv_fail(e, IV_EINTERNAL, "the journal of the call that was given cannot be read");
}

/* Outlives who waits for it. */
struct unpacking {
	struct iv_calls_take_run *run; /* NULL: nobody does any more */
	struct iv_buf *out;
	struct iv_buf packed, journal;
	int64_t bytes;
	struct iv_err bad;
};

static void unpack_it(void *arg)
{
	struct unpacking *x = arg;

	(void)!unpack(iv_buf_str(&x->packed), x->bytes, &x->journal, &x->bad); /* bad tells */
}

static void unpacked(void *arg)
{
	struct unpacking *x = arg;
	struct iv_calls_take_run *run = x->run;
	struct iv_err bad = x->bad;

	if (run) {
		*x->out = x->journal;
		x->journal = (struct iv_buf){0};
		run->unpacking = NULL;
	}
	iv_buf_deinit(&x->packed);
	iv_buf_deinit(&x->journal);
	free(x);
	if (run)
		iv_op_done(&run->op, &bad);
}

static void stop_unpacking(struct iv_op *op)
{
	struct iv_calls_take_run *run = IV_CONTAINER(op, struct iv_calls_take_run, op);

	run->unpacking->run = NULL;
	run->unpacking = NULL;
}

enum iv_flow_next iv_calls_taken(struct iv_calls *c, struct iv_flow *f, struct iv_calls_take_run *run, struct iv_buf *journal)
{
	const struct iv_call_take_out *row = run->rows.count ? iv_call_take_at(&run->rows, 0) : NULL;
	struct unpacking *x;

	if (!row)
		return IV_FLOW_NEXT;
	x = calloc(1, sizeof(*x));
	if (!x)
		abort();
	*x = (struct unpacking){.run = run, .out = journal, .bytes = row->bytes};
	iv_buf_init(&x->packed, row->journal.len);
	iv_buf_init(&x->journal, IV_CALLS_GIVE_MAX);
	if (!iv_buf_adds(&x->packed, row->journal)) {
		free(x);
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for a journal");
	}
	run->unpacking = x;
	iv_op_begin(&run->op, f, stop_unpacking);
	iv_loop_work(c->d.loop, unpack_it, unpacked, x);
	return iv_flow_await(f);
}

/* ── adopting ── */

struct adoption {
	struct iv_calls *c;
	char tenant[130], call[130], path[PATH_SIZE];
	struct iv_buf packed, journal;
	int64_t bytes;
	struct iv_err bad;
	void (*done)(void *arg);
	void *arg;
};

/* In a worker thread. */
static void write_journal(void *arg)
{
	struct adoption *x = arg;
	FILE *f;
	bool ok;

	if (!unpack(iv_buf_str(&x->packed), x->bytes, &x->journal, &x->bad))
		return;
	for (char *slash = x->path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		(void)mkdir(x->path, 0700); /* there already, or opening tells */
		*slash = '/';
	}
	f = fopen(x->path, "wbex");
	if (!f) {
		(void)iv_fail(&x->bad, IV_EINTERNAL, "cannot write the journal: %s", strerror(errno));
		return;
	}
	ok = fwrite(x->journal.ptr, 1, x->journal.len, f) == x->journal.len;
	ok = fclose(f) == 0 && ok;
	if (!ok)
		(void)iv_fail(&x->bad, IV_EINTERNAL, "cannot write the journal: %s", strerror(errno));
}

static void written(void *arg)
{
	struct adoption *x = arg;

	if (x->bad.code != IV_OK)
		iv_error("call.not_adopted", IV_LS("call_id", x->call), IV_LS("rule", x->bad.msg));
	else
		iv_calls_ended(x->c, iv_str(x->tenant), iv_str(x->call));
	x->done(x->arg);
	iv_buf_deinit(&x->packed);
	iv_buf_deinit(&x->journal);
	free(x);
}

void iv_calls_adopt(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id, struct iv_str journal,
		    int64_t bytes, void (*done)(void *arg), void *arg)
{
	struct adoption *x = calloc(1, sizeof(*x));

	if (!x)
		abort();
	x->c = c;
	x->done = done;
	x->arg = arg;
	iv_buf_init(&x->journal, IV_CALLS_GIVE_MAX);
	(void)iv_str_copy(x->tenant, sizeof(x->tenant), tenant_id); /* accepted ids are shorter */
	(void)iv_str_copy(x->call, sizeof(x->call), call_id);
	x->bytes = bytes;
	iv_buf_init(&x->packed, journal.len);
	if ((!iv_buf_adds(&x->packed, journal) && !iv_fail(&x->bad, IV_EINTERNAL, "no memory for a journal")) ||
	    !iv_calls_journal_path(c, tenant_id, call_id, x->path, sizeof(x->path))) {
		written(x);
		return;
	}
	iv_loop_work(c->d.loop, write_journal, written, x);
}
