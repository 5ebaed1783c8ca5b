/* Reading a file of leads: parse (in a worker), store, again. */
#include "import_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "iv_campaign_api.h"
#include "iv_log.h"
#include "iv_sql.h"
#include "lead_csv.h"

enum { SLICE = 8192, ROWS_ENOUGH = 300, BYTES_ENOUGH = 256 << 10, LEASE_S = 120, ROUND_MS = 60000, ARENA = 2 << 20,
      PATH = 700 };

struct iv_imports {
	struct iv_services *s;
	struct iv_list runs;
};

/* What the worker has: it may outlive the run. */
struct reading {
	struct iv_loop *loop;
	struct import_run *run; /* NULL: nobody waits any more */
	struct lead_csv leads;
	struct iv_arena arena; /* zones and tags */
	char path[PATH];
	int fd;
	int64_t read_bytes;
	bool at_end;
	struct iv_err err;
};

struct import_run {
	struct iv_flow flow; /* first */
	struct iv_imports *m;
	struct iv_list node;
	struct iv_flow *running;
	struct import_wait *wait;
	struct reading *reading; /* NULL: none, an import that is only told it failed */
	struct iv_op op;
	struct iv_arena arena; /* of one round */
	struct iv_pg_run pg;
	struct iv_rows rows, zones;
	struct iv_scope scope;
	char tenant[160], user[160], id[160], why[200];
	bool zones_known, over, lost;
};

static struct import_run *run_of(struct iv_flow *f)
{
	return (struct import_run *)(void *)f;
}

/* ── in the worker ── */

static void parse(void *arg)
{
	struct reading *r = arg;
	char bytes[SLICE];

	if (r->fd < 0)
		r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
	while (!r->at_end && r->err.code == IV_OK && r->leads.row_count + r->leads.wrong_count < ROWS_ENOUGH &&
	       r->leads.rows.len < BYTES_ENOUGH) {
		ssize_t n = r->fd < 0 ? -1 : read(r->fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)iv_fail(&r->err, IV_EINTERNAL, "the file cannot be read: %s", strerror(errno));
		} else if (n == 0) {
			r->at_end = true;
			(void)!lead_csv_end(&r->leads, &r->err); /* r->err tells */
		} else {
			r->read_bytes += n;
			(void)!lead_csv_feed(&r->leads, (struct iv_str){bytes, (size_t)n}, &r->err);
		}
	}
}

static void shut(void *arg)
{
	struct reading *r = arg;

	if (r->fd >= 0)
		(void)close(r->fd); /* it was only read */
	(void)unlink(r->path);	    /* what is in is in the books */
}

static void free_reading(void *arg)
{
	struct reading *r = arg;

	lead_csv_deinit(&r->leads);
	iv_arena_deinit(&r->arena);
	free(r);
}

static void parsed(void *arg)
{
	struct reading *r = arg;

	if (r->run)
		iv_op_done(&r->run->op, NULL);
	else
		iv_loop_work(r->loop, shut, free_reading, r);
}

static void stop_parsing(struct iv_op *op)
{
	struct import_run *u = IV_CONTAINER(op, struct import_run, op);

	u->reading->run = NULL; /* the worker's end frees it */
	u->reading = NULL;
}

/* ── a round ── */

static int by_text(const void *a, const void *b)
{
	const struct iv_str *x = a, *y = b;
	int order = memcmp(x->ptr, y->ptr, x->len < y->len ? x->len : y->len);

	return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

static enum iv_flow_next ask_zones(struct iv_flow *f)
{
	struct import_run *u = run_of(f);

	return u->zones_known ? IV_FLOW_NEXT
			      : iv_pg_one(u->m->s->pg, f, &u->pg, &u->scope, &u->reading->arena, &iv_sql_zone_names,
					  NULL, &u->zones);
}

static enum iv_flow_next read_slice(struct iv_flow *f)
{
	struct import_run *u = run_of(f);
	struct reading *r = u->reading;

	if (!u->zones_known) {
		struct iv_strs names = iv_zone_names_at(&u->zones, 0)->names;

		qsort(names.items, names.count, sizeof(names.items[0]), by_text);
		r->leads.zones = names.items;
		r->leads.zone_count = names.count;
		u->zones_known = true;
	}
	iv_op_begin(&u->op, f, stop_parsing);
	iv_loop_work(u->m->s->loop, parse, parsed, r);
	return iv_flow_await(f);
}

static enum iv_flow_next store(struct iv_flow *f)
{
	struct import_run *u = run_of(f);
	struct reading *r = u->reading;
	struct iv_import_store_in in = {.id = iv_str(u->id), .read_to = r->read_bytes, .lease_s = LEASE_S};

	/* What was read before it went wrong is stored first. */
	if (!lead_csv_give(&r->leads, &in.rows, &in.wrong))
		return iv_flow_fail(f, IV_ETOOBIG, "the rows are too large");
	return iv_pg_one(u->m->s->pg, f, &u->pg, &u->scope, &u->arena, &iv_sql_import_store, &in, &u->rows);
}

static enum iv_flow_next stored(struct iv_flow *f)
{
	struct import_run *u = run_of(f);
	struct reading *r = u->reading;

	if (!iv_import_store_at(&u->rows, 0)->ours)
		u->lost = true;
	lead_csv_taken(&r->leads);
	if (r->err.code != IV_OK)
		(void)iv_str_copy(u->why, sizeof(u->why), iv_str(r->err.msg));
	if (!u->lost && r->err.code == IV_OK && !r->at_end)
		return IV_FLOW_DONE; /* another round */
	u->over = true;
	if (u->lost)
		return IV_FLOW_DONE;
	return iv_pg_one(u->m->s->pg, f, &u->pg, &u->scope, &u->arena, &iv_sql_import_end,
			 &(struct iv_import_end_in){.id = iv_str(u->id), .why = u->why[0] ? iv_str(u->why)
						    : IV_STR_NULL}, &u->rows);
}

static void end_run(struct import_run *u)
{
	struct import_wait *w = u->wait;

	if (u->reading)
		iv_loop_work(u->m->s->loop, shut, free_reading, u->reading);
	iv_list_remove(&u->node);
	iv_arena_deinit(&u->arena);
	iv_free_later(u->m->s->loop, u);
	if (w) {
		iv_timer_stop(&w->timer);
		w->run = NULL;
		iv_op_done(&w->op, NULL);
	}
}

static void round_ended(struct iv_flow *f);
static const struct iv_flow_step round_steps[] = {
	{"zones", ask_zones}, {"read", read_slice}, {"store", store}, {"stored", stored}, {0}};
static const struct iv_flow_type round_type = {"lead_import", round_steps, round_ended};

static enum iv_flow_next tell_failed(struct iv_flow *f)
{
	struct import_run *u = run_of(f);

	return iv_pg_one(u->m->s->pg, f, &u->pg, &u->scope, &u->arena, &iv_sql_import_end,
			 &(struct iv_import_end_in){.id = iv_str(u->id), .why = iv_str(u->why)}, &u->rows);
}

static void told_failed(struct iv_flow *f)
{
	end_run(run_of(f)); /* when it could not be told, the lease's end tells it */
}
static const struct iv_flow_step fail_steps[] = {{"tell", tell_failed}, {0}};
static const struct iv_flow_type fail_type = {"lead_import_failed", fail_steps, told_failed};

static void next_round(void *arg)
{
	struct import_run *u = arg;

	iv_arena_deinit(&u->arena);
	iv_arena_init(&u->arena, ARENA);
	iv_flow_start(&u->flow, &round_type, u->m->s->loop, ROUND_MS, &u->running);
}

static void round_ended(struct iv_flow *f)
{
	struct import_run *u = run_of(f);

	if (f->err.code == IV_OK && !u->over) {
		next_round(u);
		return;
	}
	if (f->err.code == IV_OK || f->err.code == IV_ECANCELED) {
		end_run(u);
		return;
	}
	iv_warn("lead_import.failed", IV_LS("import_id", u->id), IV_LS("code", iv_code_info(f->err.code)->name));
	(void)snprintf(u->why, sizeof(u->why), "%s: rows up to here are in", iv_code_info(f->err.code)->name);
	iv_arena_deinit(&u->arena);
	iv_arena_init(&u->arena, ARENA);
	iv_flow_start(&u->flow, &fail_type, u->m->s->loop, ROUND_MS, &u->running);
}

/* ── from outside ── */

static struct import_run *new_run(struct iv_imports *m, const struct iv_scope *scope, struct iv_str id)
{
	struct import_run *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	u->m = m;
	(void)iv_str_copy(u->tenant, sizeof(u->tenant), scope->tenant_id); /* all of them are ids: short */
	(void)iv_str_copy(u->user, sizeof(u->user), scope->user_id);
	(void)iv_str_copy(u->id, sizeof(u->id), id);
	u->scope = (struct iv_scope){iv_str(u->tenant), iv_str(u->user)};
	iv_arena_init(&u->arena, ARENA);
	iv_list_append(&m->runs, &u->node);
	return u;
}

void import_start(struct iv_imports *m, const struct import_order *o)
{
	struct iv_scope scope = {o->tenant_id, o->user_id};
	struct import_run *u = new_run(m, &scope, o->id);
	struct reading *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	u->reading = r;
	r->run = u;
	r->loop = m->s->loop;
	r->fd = -1;
	(void)iv_str_copy(r->path, sizeof(r->path), o->path);
	iv_arena_init(&r->arena, ARENA);
	lead_csv_init(&r->leads);
	(void)iv_str_copy(r->leads.country, sizeof(r->leads.country), o->country);
	r->leads.tags.items = iv_arena_alloc(&r->arena, (o->tags.count + 1) * sizeof(struct iv_str));
	for (size_t i = 0; r->leads.tags.items && i < o->tags.count; i++)
		r->leads.tags.items[r->leads.tags.count++] = iv_arena_str(&r->arena, o->tags.items[i]);
	iv_flow_start(&u->flow, &round_type, m->s->loop, ROUND_MS, &u->running);
}

void import_abandon(struct iv_imports *m, const struct iv_scope *scope, struct iv_str id, const char *why)
{
	struct import_run *u = new_run(m, scope, id);

	(void)iv_str_copy(u->why, sizeof(u->why), iv_str(why));
	iv_flow_start(&u->flow, &fail_type, m->s->loop, ROUND_MS, &u->running);
}

size_t import_count(struct iv_imports *m)
{
	size_t n = 0;

	for (struct iv_list *at = m->runs.next; at != &m->runs; at = at->next)
		n += IV_CONTAINER(at, struct import_run, node)->reading != NULL;
	return n;
}

static void wait_over(void *arg)
{
	struct import_wait *w = arg;

	w->run->wait = NULL;
	w->run = NULL;
	iv_op_done(&w->op, NULL);
}

static void stop_waiting(struct iv_op *op)
{
	struct import_wait *w = IV_CONTAINER(op, struct import_wait, op);

	iv_timer_stop(&w->timer);
	if (w->run)
		w->run->wait = NULL;
}

enum iv_flow_next import_await(struct iv_imports *m, struct iv_flow *f, struct import_wait *w, struct iv_str id, int ms)
{
	for (struct iv_list *at = m->runs.next; at != &m->runs; at = at->next) {
		struct import_run *u = IV_CONTAINER(at, struct import_run, node);

		if (!iv_str_eq(iv_str(u->id), id) || u->wait)
			continue;
		u->wait = w;
		w->run = u;
		iv_timer_init(&w->timer, m->s->loop, wait_over, w);
		iv_timer_in_ms(&w->timer, ms);
		iv_op_begin(&w->op, f, stop_waiting);
		return iv_flow_await(f);
	}
	return IV_FLOW_NEXT;
}

struct iv_imports *iv_imports_new(struct iv_services *s)
{
	struct iv_imports *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->s = s;
	iv_list_init(&m->runs);
	return m;
}

void iv_imports_free(struct iv_imports *m)
{
	if (!m)
		return;
	while (!iv_list_empty(&m->runs))
		iv_flow_cancel(IV_CONTAINER(m->runs.next, struct import_run, node)->running, IV_ECANCELED,
			       "the process stops");
	iv_free_later(m->s->loop, m);
}
