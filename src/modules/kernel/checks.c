/* What came before its call was known is looked at again, one after the other; then what was never told is asked for
 * (ask.c). */
#include "kernel.h"

#include "iv_log.h"
#include "iv_metrics.h"

enum {
	CHECK_BYTES = 48 << 20, PARKED_MOST = 4, LEASE_S = 90, FLOW_MS = 90000, FIRST_S = 5, LAST_S = 3600, PARKED_DAYS = 30,
	SWEEP_EVERY_S = 3600,
};

static struct iv_kernel *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_kernel, check);
}

static const struct iv_parked_take_out *parked(const struct iv_kernel *k)
{
	return iv_parked_take_at(&k->parked, k->parked_at);
}

/* ── what is parked ── */

static enum iv_flow_next take(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_take,
			 &(struct iv_parked_take_in){
				 .most = PARKED_MOST, .lease_s = LEASE_S, .tries_max = k->cfg->parked_tries},
			 &k->parked);
}

static enum iv_flow_next again(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct delivery_in in = {.how = "parked"};

	iv_buf_init(&in.body, parked(k)->payload.len + 1);
	if (!parked(k)->payload.len)
		return IV_FLOW_NEXT; /* a recording: nobody keeps it for us here */
	if (!iv_buf_adds(&in.body, parked(k)->payload)) {
		iv_buf_deinit(&in.body);
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for a delivery");
	}
	return delivery_start(k, f, &k->delivery, &in, &k->told);
}

static int64_t wait_s(const struct iv_kernel *k)
{
	int64_t s = FIRST_S;

	for (int64_t i = 1; i < parked(k)->tries && s < LAST_S; i++)
		s *= 2;
	return s < LAST_S ? s : LAST_S;
}

static enum iv_flow_next settle(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct iv_parked_done_in done = {.type = parked(k)->type, .conversation = parked(k)->conversation};
	struct iv_parked_back_in back = {.type = done.type,
					 .conversation = done.conversation,
					 .in_s = wait_s(k),
					 .last = parked(k)->last,
					 .error = IV_S("no call is known by these names")};

	if (parked(k)->payload.len && k->told.result != DELIVERY_UNKNOWN)
		return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_done,
				 &done, NULL);
	if (back.last) {
		iv_metric_add(IV_M_post_call_lost_total, 0, 1);
		iv_warn("post_call.lost", IV_LV("type", done.type), IV_LV("conversation", done.conversation),
			IV_LI("tries", parked(k)->tries));
	}
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_back, &back,
			 NULL);
}

static void walk(struct iv_kernel *k);

static void one_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	bool away = f->err.code == IV_EDRAINING || f->err.code == IV_ECANCELED;

	/* What cannot be taken comes again when its lease is over, until it has been tried often enough. */
	if (f->err.code != IV_OK)
		iv_info("post_call.not_taken", IV_LV("type", parked(k)->type), IV_LV("conversation", parked(k)->conversation),
			IV_LS("why", f->err.msg));
	k->parked_at = away ? k->parked.count : k->parked_at + 1;
	walk(k);
	k->busy--;
	kernel_rest(k);
}

static const struct iv_flow_step one_steps[] = {{"again", again}, {"settle", settle}, {0}};
static const struct iv_flow_type one_type = {"kernel.parked", one_steps, one_over};

static enum iv_flow_next sweep(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (iv_now_us() < k->parked_sweep_us)
		return IV_FLOW_NEXT;
	k->parked_sweep_us = iv_now_us() + SWEEP_EVERY_S * (int64_t)1000000;
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_sweep,
			 &(struct iv_parked_sweep_in){.keep_days = PARKED_DAYS}, NULL);
}

void checks_go(struct iv_kernel *k, const struct iv_flow_type *type)
{
	k->busy++;
	iv_flow_start(&k->check, type, k->s->loop, FLOW_MS, &k->checking);
}

void checks_rest(struct iv_kernel *k)
{
	k->parked = k->asked = (struct iv_rows){0};
	iv_arena_reset(&k->check_arena);
	if (k->running)
		iv_timer_in_ms(&k->round, (int64_t)(k->cfg->conversation_check_s * 1000));
}

static void walk(struct iv_kernel *k)
{
	if (k->running && k->parked_at < k->parked.count) {
		k->told = (struct delivery_out){0};
		checks_go(k, &one_type);
	} else {
		ask_walk(k);
	}
}

static void taken(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (f->err.code != IV_OK)
		k->parked = k->asked = (struct iv_rows){0}; /* the pool has logged it */
	k->parked_at = k->asked_at = 0;
	walk(k);
	k->busy--;
	kernel_rest(k);
}

static const struct iv_flow_step take_steps[] = {{"sweep", sweep}, {"take", take}, {"ask_take", ask_take}, {0}};
static const struct iv_flow_type take_type = {"kernel.park_take", take_steps, taken};

static void on_round(void *arg)
{
	struct iv_kernel *k = arg;

	if (k->running && !k->checking)
		checks_go(k, &take_type);
}

void checks_init(struct iv_kernel *k)
{
	iv_arena_init(&k->check_arena, CHECK_BYTES);
	iv_timer_init(&k->round, k->s->loop, on_round, k);
}

void checks_start(struct iv_kernel *k)
{
	iv_timer_in_ms(&k->round, (int64_t)(k->cfg->conversation_check_s * 1000));
}

void checks_stop(struct iv_kernel *k)
{
	iv_timer_stop(&k->round);
	if (k->checking)
		iv_flow_cancel(k->checking, IV_ECANCELED, "stopping");
}
