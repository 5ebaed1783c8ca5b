/* What became of deliveries, written many at a time: while one statement is under way those that end meanwhile
 * gather for the next. */
#include "webhook.h"

#include "iv_log.h"
#include "iv_metrics.h"

enum { BATCH = 64, BATCH_BYTES = 4 << 20, AGAIN_MS = 250, FLOW_MS = 30000 };

static struct iv_webhook *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_webhook, settle);
}

static const char *const leave_names[] = {"back", "delivered", "retry", "dead"};

static void print_end(struct iv_jw *w, const struct webhook_delivery *d)
{
	const struct iv_webhook_claim_out *r = &d->row;

	iv_jw_obj(w, NULL);
	iv_jw_str(w, "tenant", r->tenant_id);
	iv_jw_str(w, "id", r->id);
	iv_jw_str(w, "endpoint", r->endpoint_id);
	iv_jw_i64(w, "attempt", r->attempt);
	iv_jw_cstr(w, "verdict", leave_names[d->leave]);
	if (d->leave == WEBHOOK_LEAVE_RETRY)
		iv_jw_i64(w, "delay_ms", d->delay_ms);
	if (d->error[0])
		iv_jw_cstr(w, "error", d->error);
	if (d->tried) {
		iv_jw_cstr(w, "tried", d->attempt_id);
		iv_jw_i64(w, "duration_ms", d->took_ms);
		if (d->answer.status)
			iv_jw_i64(w, "status", d->answer.status);
		if (d->said[0])
			iv_jw_cstr(w, "response", d->said);
	}
	if (d->disable) {
		iv_jw_cstr(w, "reason", d->disable);
		iv_jw_cstr(w, "event", d->event_id);
		iv_jw_str(w, "payload", d->event);
	}
	iv_jw_end_obj(w);
}

static enum iv_flow_next write_ends(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	struct iv_webhook_settle_in in = {.owner = iv_str(w->owner)};
	enum iv_flow_next next;
	struct iv_buf b;
	struct iv_jw jw;

	iv_buf_init(&b, BATCH_BYTES);
	iv_jw_init(&jw, &b);
	iv_jw_arr(&jw, NULL);
	for (size_t n = 0; n < w->settle_most && !iv_list_empty(&w->ended); n++) {
		struct iv_list *node = w->ended.next;

		iv_list_remove(node);
		iv_list_append(&w->settling, node);
		w->ended_count--;
		print_end(&jw, IV_CONTAINER(node, struct webhook_delivery, end_node));
	}
	iv_jw_end_arr(&jw);
	in.ends = iv_buf_str(&b);
	next = iv_jw_done(&jw) ? iv_pg_one(w->s->worker, f, &w->settle_run, &(struct iv_scope){0}, &w->settle_arena,
					   &iv_sql_webhook_settle, &in, &w->disabled)
			       : iv_flow_fail(f, IV_ETOOBIG, "more than %d bytes to settle", BATCH_BYTES);
	iv_buf_deinit(&b);
	return next;
}

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);

	for (size_t i = 0; i < w->disabled.count; i++) {
		const struct iv_webhook_settle_out *row = iv_webhook_settle_at(&w->disabled, i);

		iv_warn("webhook.endpoint_disabled", IV_LV("tenant", row->tenant_id), IV_LV("endpoint", row->endpoint_id),
			IV_LV("reason", row->reason));
	}
	return IV_FLOW_DONE;
}

static void count(struct iv_webhook *w, const struct webhook_delivery *d)
{
	static const int labels[] = {3, 0, 1, 2};

	w->stats.back += d->leave == WEBHOOK_LEAVE_BACK;
	w->stats.delivered += d->leave == WEBHOOK_LEAVE_DELIVERED;
	w->stats.retried += d->leave == WEBHOOK_LEAVE_RETRY;
	w->stats.dead += d->leave == WEBHOOK_LEAVE_DEAD;
	iv_metric_add(IV_M_webhook_deliveries_total, labels[d->leave], 1);
}

static void begin(struct iv_webhook *w);

/* Back to the front of the line, in their order. */
static void put_back(struct iv_webhook *w)
{
	while (!iv_list_empty(&w->settling)) {
		struct iv_list *node = w->settling.prev;

		iv_list_remove(node);
		iv_list_append(w->ended.next, node);
		w->ended_count++;
	}
}

/* A statement the store refuses for what is in it would be refused for ever: alone each shows whether it is the
 * one. That one is given up, and comes back when its lease is over. */
static void refused(struct iv_webhook *w, const struct iv_err *err)
{
	bool alone = w->settle_most == 1;

	put_back(w);
	w->settle_most = 1;
	if (!alone)
		return;
	struct webhook_delivery *d = IV_CONTAINER(w->ended.next, struct webhook_delivery, end_node);
	iv_error("webhook.settle_refused", IV_LV("delivery", d->row.id), IV_LS("why", err->msg));
	webhook_settle_drop(d);
	iv_op_done(&d->op, err);
}

static void written(struct iv_webhook *w)
{
	if (w->settle_most < BATCH)
		w->settle_most = w->settle_most * 2 < BATCH ? w->settle_most * 2 : BATCH;
	while (!iv_list_empty(&w->settling)) {
		struct webhook_delivery *d = IV_CONTAINER(w->settling.next, struct webhook_delivery, end_node);

		iv_list_remove(&d->end_node);
		count(w, d);
		if (d->leave == WEBHOOK_LEAVE_RETRY || d->leave == WEBHOOK_LEAVE_BACK)
			webhook_wake_in(w, d->delay_ms);
		iv_op_done(&d->op, NULL);
	}
}

static void end(struct iv_flow *f)
{
	struct iv_webhook *w = self(f);
	struct iv_err err = f->err;

	iv_arena_reset(&w->settle_arena);
	if (err.code == IV_OK)
		written(w);
	else if (w->state == WEBHOOK_STOPPED || err.code == IV_EDRAINING || err.code == IV_ETIMEDOUT)
		put_back(w);
	else
		refused(w, &err);
	if (w->state == WEBHOOK_STOPPED || iv_list_empty(&w->ended))
		return;
	if (err.code == IV_OK)
		begin(w);
	else
		iv_timer_in_ms(&w->settle_again, AGAIN_MS);
}

static const struct iv_flow_step steps[] = {{"write", write_ends}, {"tell", tell}, {0}};
static const struct iv_flow_type type = {"webhook.settle", steps, end};

static void begin(struct iv_webhook *w)
{
	if (w->settler || w->state == WEBHOOK_STOPPED || iv_timer_armed(&w->settle_again) || iv_list_empty(&w->ended))
		return;
	iv_flow_start(&w->settle, &type, w->s->loop, FLOW_MS, &w->settler);
}

static void on_again(void *arg)
{
	begin(arg);
}

static void begin_later(void *arg)
{
	begin(arg);
}

void webhook_settle_init(struct iv_webhook *w)
{
	iv_list_init(&w->ended);
	iv_list_init(&w->settling);
	w->settle_most = BATCH;
	iv_arena_init(&w->settle_arena, BATCH_BYTES);
	iv_timer_init(&w->settle_again, w->s->loop, on_again, w);
}

void webhook_settle(struct iv_webhook *w, struct webhook_delivery *d)
{
	/* The first of a turn waits for the end of the turn: others may end in it too. */
	if (iv_list_empty(&w->ended) && !w->settler)
		iv_defer(w->s->loop, begin_later, w);
	iv_list_append(&w->ended, &d->end_node);
	w->ended_count++;
}

void webhook_settle_drop(struct webhook_delivery *d)
{
	struct iv_webhook *w = d->w;
	bool waits = false;

	IV_LIST_EACH(node, &w->ended)
	if (node == &d->end_node)
		waits = true;
	w->ended_count -= waits;
	iv_list_remove(&d->end_node);
}
