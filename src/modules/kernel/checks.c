/* Rounds: what came before its call was known (parked.c), then calls whose end was never told (ask.c), then conversations
 * that were never told at all (list.c), one after the other. */
#include "kernel.h"

#include "iv_json.h"

enum { CHECK_BYTES = 48 << 20, FLOW_MS = 90000, PARKED_DAYS = 30, SWEEP_EVERY_S = 3600, AGAIN_MS = 20 };

static struct iv_kernel *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_kernel, check);
}

int64_t checks_wait_s(int64_t first_s, int64_t times, int64_t last_s)
{
	int64_t s = first_s;

	for (int64_t i = 1; i < times && s < last_s; i++)
		s *= 2;
	return s < last_s ? s : last_s;
}

/* ── one conversation ── */

enum iv_flow_next checks_ask(struct iv_flow *f, struct iv_str conversation)
{
	struct iv_kernel *k = self(f);

	return iv_convai_conversation(k->s->carriers, f, &k->item.vendor, &k->answer_arena, conversation, &k->item.body,
				      &k->item.answer);
}

bool checks_is_over(struct iv_str status)
{
	return iv_str_eq(status, IV_S("done")) || iv_str_eq(status, IV_S("failed"));
}

/* How it stands is read where the rest of it is: on the delivery's thread. */
enum iv_flow_next checks_deliver(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	const struct iv_vendor_answer *a = &k->item.answer;
	struct delivery_in in = {.how = "asked", .bare = true, .body = k->item.body};

	/* 404 is an answer too: it knows no such conversation (any more). */
	if (a->said != IV_SAID_DONE && a->code != IV_ENOENT)
		return iv_flow_fail(f, IV_EUPSTREAM, "elevenlabs: %.*s", IV_FMT(a->why));
	k->item.ready = a->said == IV_SAID_DONE;
	if (!k->item.ready)
		return IV_FLOW_NEXT;
	k->item.body = (struct iv_buf){0};
	return delivery_start(k, f, &k->item.run, &in, &k->item.told);
}

/* ── rounds ── */

void checks_item_free(struct iv_kernel *k)
{
	iv_buf_deinit(&k->item.body);
	iv_buf_deinit(&k->item.told.body);
}

void checks_go(struct iv_kernel *k, const struct iv_flow_type *type)
{
	checks_item_free(k);
	k->item = (struct checks_item){0};
	iv_arena_reset(&k->answer_arena);
	k->busy++;
	iv_flow_start(&k->check, type, k->s->loop, FLOW_MS, &k->checking);
}

void checks_went(struct iv_kernel *k)
{
	k->busy--;
	kernel_rest(k);
}

/* There is more: at once, as long as nothing fails. */
void checks_rest(struct iv_kernel *k)
{
	bool more = k->full && !k->stumbled;

	k->parked = k->asked = k->lists = (struct iv_rows){0};
	k->full = k->stumbled = false;
	iv_arena_reset(&k->check_arena);
	if (k->running)
		iv_timer_in_ms(&k->round, more ? AGAIN_MS : (int64_t)(k->cfg->conversation_check_s * 1000));
}

static enum iv_flow_next sweep(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (iv_now_us() < k->parked_sweep_us)
		return IV_FLOW_NEXT;
	k->parked_sweep_us = iv_now_us() + SWEEP_EVERY_S * (int64_t)1000000;
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_sweep,
			 &(struct iv_parked_sweep_in){.keep_days = PARKED_DAYS}, NULL);
}

static void taken(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (f->err.code != IV_OK) {
		k->stumbled = true; /* the pool has logged it */
		k->parked = k->asked = k->lists = (struct iv_rows){0};
	}
	k->full = k->parked.count == CHECKS_MOST || k->asked.count == CHECKS_MOST || k->lists.count == CHECKS_MOST;
	k->parked_at = k->asked_at = k->lists_at = 0;
	parked_walk(k);
	checks_went(k);
}

static const struct iv_flow_step take_steps[] = {
	{"sweep", sweep}, {"parked", parked_take}, {"ask", ask_take}, {"list", list_take}, {0}};
static const struct iv_flow_type take_type = {"kernel.round", take_steps, taken};

static void on_round(void *arg)
{
	struct iv_kernel *k = arg;

	if (k->running && !k->checking)
		checks_go(k, &take_type);
}

void checks_init(struct iv_kernel *k)
{
	iv_arena_init(&k->check_arena, CHECK_BYTES);
	iv_arena_init(&k->answer_arena, CHECK_BYTES);
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
