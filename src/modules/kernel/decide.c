/* Deciding: one campaign after the other, the one that has waited longest first. A decision is one statement, so there is
 * nothing to lease and nothing to take up again: who dies has decided nothing. */
#include "kernel.h"

#include "iv_log.h"
#include "iv_metrics.h"

enum {
	DUE_BYTES = 65536, DECIDE_BYTES = 65536, DUE_MOST = 50, FLOW_MS = 60000, LOOK_MS = 30000, AGAIN_MS = 500,
	AGAIN_MAX_MS = 15000, SWEEP_ROWS = 2000, SWEEP_EVERY_S = 3600,
	BACK_MS = 1500, /* what was put back once is due after a second */
};
enum { DECIDED_PAUSE, DECIDED_WINDOWS, DECIDED_AGENT, DECIDED_SCALE, DECIDED_CONTINUE, DECIDED_FAILED };

static void look(struct iv_kernel *k);

static struct iv_kernel *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_kernel, decide);
}

static void look_in(struct iv_kernel *k, int64_t ms)
{
	if (k->running && (!iv_timer_armed(&k->wake) || k->wake.deadline_us > iv_now_us() + ms * 1000))
		iv_timer_in_ms(&k->wake, ms);
}

static const struct iv_kernel_due_out *campaign(const struct iv_kernel *k)
{
	return iv_kernel_due_at(&k->due, k->at);
}

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	return iv_pg_one(k->s->worker, f, &k->decide_run, &(struct iv_scope){0}, &k->due_arena, &iv_sql_kernel_due,
			 &(struct iv_kernel_due_in){.debounce_ms = k->cfg->optimizer_debounce_ms, .most = DUE_MOST}, &k->due);
}

static void one_over(struct iv_flow *f);

static enum iv_flow_next decide(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct iv_kernel_decide_in in = {
		.tenant = campaign(k)->tenant_id, .event = campaign(k)->event_id, .at = iv_wall_ms()};

	return iv_pg_one(k->s->worker, f, &k->decide_run, &(struct iv_scope){0}, &k->decide_arena, &iv_sql_kernel_decide, &in,
			 &k->decided);
}

static int count_of(struct iv_str decision, struct iv_str status)
{
	static const char *const words[] = {"pause_campaign", "adjust_retry_window", "switch_agent", "scale_up", "continue"};

	for (int i = 0; i < (int)IV_COUNT(words); i++)
		if (iv_str_eq(decision, iv_str(words[i])) && !iv_str_eq(status, IV_S("failed")))
			return i;
	return DECIDED_FAILED;
}

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	const struct iv_kernel_decide_out *o = iv_kernel_decide_at(&k->decided, 0);

	(void)f;
	if (!iv_str_eq(o->result, IV_S("decided")))
		return IV_FLOW_DONE;
	iv_metric_add(IV_M_kernel_decisions_total, count_of(o->decision, o->status), 1);
	iv_metric_add(IV_M_kernel_events_total, 0, (double)o->folded + 1);
	if (!iv_str_eq(o->decision, IV_S("continue")))
		iv_info("kernel.decided", IV_LV("campaign_id", o->campaign_id), IV_LV("tenant_id", campaign(k)->tenant_id),
			IV_LV("decision_id", o->decision_id), IV_LV("decision", o->decision), IV_LV("status", o->status));
	return IV_FLOW_DONE;
}

static enum iv_flow_next put_back(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct iv_kernel_put_back_in in = {
		.tenant = campaign(k)->tenant_id, .event = campaign(k)->event_id, .why = IV_S("the decision failed")};

	return iv_pg_one(k->s->worker, f, &k->decide_run, &(struct iv_scope){0}, &k->decide_arena, &iv_sql_kernel_put_back, &in,
			 NULL);
}

static enum iv_flow_next sweep(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	return iv_pg_one(k->s->worker, f, &k->decide_run, &(struct iv_scope){0}, &k->decide_arena, &iv_sql_kernel_sweep,
			 &(struct iv_kernel_sweep_in){.most = SWEEP_ROWS, .keep_days = k->cfg->kernel_keep_days}, &k->decided);
}

static void back_over(struct iv_flow *f);
static void list_over(struct iv_flow *f);
static void sweep_over(struct iv_flow *f);

static const struct iv_flow_step list_steps[] = {{"list", list}, {0}};
static const struct iv_flow_step one_steps[] = {{"decide", decide}, {"tell", tell}, {0}};
static const struct iv_flow_step back_steps[] = {{"put_back", put_back}, {0}};
static const struct iv_flow_step sweep_steps[] = {{"sweep", sweep}, {0}};
static const struct iv_flow_type list_type = {"kernel.list", list_steps, list_over};
static const struct iv_flow_type one_type = {"kernel.decide", one_steps, one_over};
static const struct iv_flow_type back_type = {"kernel.put_back", back_steps, back_over};
static const struct iv_flow_type sweep_type = {"kernel.sweep", sweep_steps, sweep_over};

static void go(struct iv_kernel *k, const struct iv_flow_type *type)
{
	k->decided = (struct iv_rows){0};
	iv_arena_reset(&k->decide_arena);
	k->busy++;
	iv_flow_start(&k->decide, type, k->s->loop, FLOW_MS, &k->deciding);
}

static void went(struct iv_kernel *k)
{
	k->busy--;
	kernel_rest(k);
}

/* What ended last was too young to be decided about when this look began, or came after it. */
static void look_for_the_last(struct iv_kernel *k)
{
	int64_t due_us = k->told_us + (k->cfg->optimizer_debounce_ms + 1) * 1000 - iv_now_us();

	if (due_us > 0 || k->more)
		look_in(k, due_us > 0 ? due_us / 1000 + 1 : 1);
}

/* The next one, or a rest: until something ends that can be decided about. */
static void walk(struct iv_kernel *k)
{
	int64_t again_ms = AGAIN_MS;
	bool many = k->due.count == DUE_MOST;

	if (!k->running)
		return;
	if (k->at < k->due.count) {
		go(k, &one_type);
		return;
	}
	k->due = (struct iv_rows){0};
	iv_arena_reset(&k->due_arena);
	for (int i = 1; i < k->failures && again_ms < AGAIN_MAX_MS; i++)
		again_ms *= 2;
	look_in(k, k->failures ? again_ms : many ? 1 : LOOK_MS);
	if (!k->failures)
		look_for_the_last(k);
	k->more = false;
	if (!k->failures && iv_now_us() >= k->sweep_us) {
		k->sweep_us = iv_now_us() + SWEEP_EVERY_S * (int64_t)1000000;
		go(k, &sweep_type);
	}
}

static void list_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	k->failures = f->err.code == IV_OK ? 0 : k->failures + 1;
	if (f->err.code != IV_OK)
		k->due = (struct iv_rows){0}; /* the pool has logged it */
	k->at = 0;
	walk(k);
	went(k);
}

static void one_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	bool away = f->err.code == IV_EDRAINING || f->err.code == IV_ECANCELED;

	if (f->err.code != IV_OK && !away && k->running) {
		iv_warn("kernel.not_decided", IV_LV("campaign_id", campaign(k)->campaign_id),
			IV_LV("tenant_id", campaign(k)->tenant_id), IV_LS("code", iv_code_info(f->err.code)->name));
		iv_metric_add(IV_M_kernel_decisions_total, DECIDED_FAILED, 1);
		go(k, &back_type);
		went(k);
		return;
	}
	k->failures += away; /* who did not answer for one will not for the others */
	k->at = away ? k->due.count : k->at + 1;
	walk(k);
	went(k);
}

static void back_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	k->at++;
	walk(k);
	look_in(k, BACK_MS);
	went(k);
}

static void sweep_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (f->err.code == IV_OK && iv_kernel_sweep_at(&k->decided, 0)->gone == SWEEP_ROWS)
		k->sweep_us = iv_now_us() + (int64_t)5 * 1000000;
	went(k);
	if (k->more)
		look_in(k, 1);
}

static void look(struct iv_kernel *k)
{
	if (!k->running)
		return;
	if (k->deciding) {
		k->more = true;
		return;
	}
	k->more = false;
	iv_timer_in_ms(&k->wake, LOOK_MS);
	go(k, &list_type);
}

static void on_wake(void *arg)
{
	look(arg);
}

/* A call has ended; it may be one of many, and waits for the others. */
static void on_notify(void *arg, struct iv_str tenant)
{
	struct iv_kernel *k = arg;

	(void)tenant;
	k->told_us = iv_now_us();
	if (k->deciding)
		k->more = true;
	else
		look_in(k, k->cfg->optimizer_debounce_ms + 1);
}

void decide_init(struct iv_kernel *k)
{
	iv_arena_init(&k->due_arena, DUE_BYTES);
	iv_arena_init(&k->decide_arena, DECIDE_BYTES);
	iv_timer_init(&k->wake, k->s->loop, on_wake, k);
}

void decide_start(struct iv_kernel *k)
{
	k->sweep_us = iv_now_us() + (int64_t)60 * 1000000;
	iv_pg_listen(k->s->worker, "call_reviews", on_notify, k); /* what the end of any call tells */
	iv_timer_in_ms(&k->wake, 1);
}

void decide_stop(struct iv_kernel *k)
{
	iv_timer_stop(&k->wake);
	if (k->deciding)
		iv_flow_cancel(k->deciding, IV_ECANCELED, "stopping");
}
