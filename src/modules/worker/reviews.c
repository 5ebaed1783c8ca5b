/* Taking reviews that are due, as many as there is room for. */
#include "worker.h"

enum {
	TAKE_ARENA = 1 << 20,
	LOOK_MS = 30000,              /* the longest without a look */
	AGAIN_MS = 250, AGAIN_MAX_MS = 15000, /* behind a taking that failed */
	FLOW_MS = 30000,
};

static void look(struct iv_worker *w);

static struct iv_worker *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_worker, take);
}

static size_t room(const struct iv_worker *w)
{
	return (size_t)w->cfg->review_slots - w->live_count;
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	struct iv_review_take_in in = {.owner = iv_str(w->s->instance_id),
				       .lease_ms = w->cfg->review_lease_ms,
				       .most = (int64_t)room(w)};
	struct iv_pg_part parts[] = {{&iv_sql_review_take, &in, &w->taken}, {&iv_sql_review_next, NULL, &w->next}};

	w->asked = room(w);
	return iv_pg_run(w->s->worker, f, &w->take_run, &(struct iv_scope){0}, &w->take_arena, parts, IV_COUNT(parts));
}

static enum iv_flow_next taken(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	const struct iv_review_next_out *next = iv_review_next_at(&w->next, 0);

	for (size_t i = 0; i < w->taken.count; i++)
		review_start(w, iv_review_take_at(&w->taken, i));
	w->wanted = w->wanted || w->taken.count == w->asked;
	if (next->in_ms != IV_SQL_NULL)
		reviews_wake_in(w, next->in_ms < 0 ? 0 : next->in_ms);
	return IV_FLOW_DONE;
}

static void end(struct iv_flow *f)
{
	struct iv_worker *w = self(f);
	int64_t again_ms = AGAIN_MS;

	w->failures = f->err.code == IV_OK ? 0 : w->failures + 1;
	for (int i = 1; i < w->failures && again_ms < AGAIN_MAX_MS; i++)
		again_ms *= 2;
	w->taken = w->next = (struct iv_rows){0};
	iv_arena_reset(&w->take_arena);
	w->busy--;
	worker_rest(w);
	if (w->failures)
		reviews_wake_in(w, again_ms < AGAIN_MAX_MS ? again_ms : AGAIN_MAX_MS);
	else if (w->wanted)
		look(w);
}

static const struct iv_flow_step steps[] = {{"take", take}, {"taken", taken}, {0}};
static const struct iv_flow_type type = {"reviews.take", steps, end};

static void look(struct iv_worker *w)
{
	if (!w->running || w->taking || !room(w))
		return; /* whoever ends looks again */
	w->wanted = false;
	iv_timer_in_ms(&w->wake, LOOK_MS);
	w->busy++;
	iv_flow_start(&w->take, &type, w->s->loop, FLOW_MS, &w->taking);
}

static void on_wake(void *arg)
{
	struct iv_worker *w = arg;

	if (!w->running)
		return; /* a note may come while the pool closes */
	w->wanted = true;
	iv_timer_in_ms(&w->wake, LOOK_MS);
	look(w);
}

static void on_notify(void *arg, struct iv_str tenant)
{
	(void)tenant; /* whose it is does not matter */
	on_wake(arg);
}

void reviews_wake_in(struct iv_worker *w, int64_t ms)
{
	if (w->running && (!iv_timer_armed(&w->wake) || w->wake.deadline_us > iv_now_us() + ms * 1000))
		iv_timer_in_ms(&w->wake, ms);
}

void reviews_left(struct iv_worker *w)
{
	if (w->wanted)
		look(w);
}

void reviews_init(struct iv_worker *w)
{
	iv_arena_init(&w->take_arena, TAKE_ARENA);
	iv_timer_init(&w->wake, w->s->loop, on_wake, w);
}

void reviews_start(struct iv_worker *w)
{
	if (!w->cfg->review_slots)
		return;
	iv_pg_listen(w->s->worker, "call_reviews", on_notify, w);
	iv_timer_in_ms(&w->wake, 1); /* also when nobody can tell us anything */
}

void reviews_stop(struct iv_worker *w)
{
	iv_timer_stop(&w->wake);
	if (w->taking)
		iv_flow_cancel(w->taking, IV_ECANCELED, "stopping");
	review_cancel_all(w);
}
