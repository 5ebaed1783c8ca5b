/* One review, from being taken to being written or given back: load the call, ask the model, once more when its
 * answer is no good, else let rules speak; write it with its events. What takes the processor is done by a thread. */
#include "worker.h"

#include <stdlib.h>
#include "iv_log.h"
#include "iv_metrics.h"

enum {
	ARENA_MAX = 24 << 20, RESULT_MAX = 8 << 20,
	SECOND_PART = 5,      /* of the time, that a second question needs */
	ATTEMPTS_MODEL = 3,   /* taken more often than that: the model is left out, it may be what fails */
	ATTEMPTS_BARE = 5,    /* and then all that could be too large or too odd */
	BACK_FIRST_MS = 1000, BACK_LAST_MS = 3600000, BACK_FLOW_MS = 10000,
};

struct review {
	struct iv_flow flow;
	struct iv_list node;
	struct iv_worker *w;
	char tenant[132], call[132];
	int64_t attempt, began_us;
	struct iv_arena arena;
	struct iv_pg_run pg;
	struct iv_rows row, mine;
	struct review_call c;
	struct review_question q;
	struct review_answer a;
	struct iv_buf result;
	char event_id[IV_ID_SIZE], flags_id[IV_ID_SIZE];

	/* in a thread */
	struct iv_op op; /* also of a question under way */
	bool working, orphan;
	struct iv_err bad; /* what it found */

	/* at the model */
	struct iv_llm *llm;
	struct iv_buf words;
	struct iv_timer timeout;
	int64_t until_us;      /* of all questions together */
	const char *refused;   /* why there is no answer; NULL: there is one, good or not */
	const char *provider;
	int64_t tokens_in, tokens_out; /* of both questions */
	bool asking, asked_again, answered, put_back;
};

static struct review *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct review, flow);
}

static void release(struct review *r)
{
	struct iv_worker *w = r->w;

	review_question_deinit(&r->q);
	iv_buf_deinit(&r->result);
	iv_buf_deinit(&r->words);
	iv_arena_deinit(&r->arena);
	iv_free_later(w->s->loop, r);
	w->busy--;
	worker_rest(w);
}

/* ── work in a thread ── */

static void worked(void *arg)
{
	struct review *r = arg;

	r->working = false;
	if (r->orphan)
		release(r);
	else
		iv_op_done(&r->op, NULL);
}

static enum iv_flow_next work(struct review *r, void (*fn)(void *arg))
{
	r->working = true;
	r->bad = (struct iv_err){0};
	iv_op_begin(&r->op, &r->flow, NULL);
	iv_loop_work(r->w->s->loop, fn, worked, r);
	return iv_flow_await(&r->flow);
}

static void read_call(void *arg)
{
	struct review *r = arg;

	if (!review_read(&r->c, r->w->cfg, &r->arena, &r->bad))
		return;
	r->asking = r->attempt <= ATTEMPTS_MODEL && review_worth_asking(&r->c);
	if (r->asking && !review_ask(&r->q, &r->c, (size_t)r->w->cfg->review_transcript_bytes))
		r->asking = false; /* too large to be asked about */
}

static void read_answer(void *arg)
{
	struct review *r = arg;

	r->answered = review_read_answer(iv_buf_str(&r->words), &r->q, &r->arena, &r->a, &r->bad);
	if (!r->answered && !review_ask_again(&r->q, &r->bad))
		r->refused = "too_long";
}

static void compose(void *arg)
{
	struct review *r = arg;
	int64_t now_ms = iv_wall_ms();
	struct review_stamp stamp = {.now_ms = now_ms,
				     .event_id = r->event_id,
				     .flags_id = r->flags_id,
				     .artifacts = r->w->s->artifacts,
				     .bare = r->attempt > ATTEMPTS_BARE};

	iv_id_new("evt", now_ms, r->event_id);
	iv_id_new("evt", now_ms, r->flags_id);
	if (!r->answered && !review_by_rules(&r->c, &r->arena, &r->a)) {
		(void)iv_fail(&r->bad, IV_ETOOBIG, "the summary does not fit its memory");
		return;
	}
	r->a.provider = r->answered ? r->provider : NULL;
	r->a.tokens_in = r->tokens_in; /* also what came to nothing */
	r->a.tokens_out = r->tokens_out;
	if (!review_result(&r->result, &r->c, &r->a, &stamp, &r->arena))
		(void)iv_fail(&r->bad, IV_ETOOBIG, "the summary is too large");
}

/* ── at the model ── */

static void over(struct review *r, const char *refused)
{
	r->llm = NULL;
	r->refused = refused;
	iv_timer_stop(&r->timeout);
	iv_op_done(&r->op, NULL);
}

static void on_delta(void *arg, struct iv_str text)
{
	struct review *r = arg;

	if (iv_buf_adds(&r->words, text))
		return;
	iv_llm_cancel(r->llm);
	over(r, "too_long");
}

static void on_tool(void *arg, struct iv_str id, struct iv_str name, struct iv_str args)
{
	(void)arg; /* it was offered none */
	(void)id;
	(void)name;
	(void)args;
}

static void on_done(void *arg, int64_t tokens_in, int64_t tokens_out)
{
	struct review *r = arg;

	r->provider = iv_llm_provider(r->llm);
	r->tokens_in += tokens_in;
	r->tokens_out += tokens_out;
	iv_metric_add(IV_M_review_tokens_total, 0, (double)tokens_in);
	iv_metric_add(IV_M_review_tokens_total, 1, (double)tokens_out);
	over(r, NULL);
}

static void on_switched(void *arg, const char *provider, const char *reason)
{
	struct review *r = arg;

	iv_buf_clear(&r->words);
	iv_debug("review.switched", IV_LS("call_id", r->call), IV_LS("provider", provider), IV_LS("reason", reason));
}

static void on_failed(void *arg, const char *reason)
{
	over(arg, reason);
}

static void on_timeout(void *arg)
{
	struct review *r = arg;

	iv_llm_cancel(r->llm);
	over(r, "timeout");
}

static void give_up(struct iv_op *op)
{
	struct review *r = IV_CONTAINER(op, struct review, op);

	iv_timer_stop(&r->timeout);
	iv_llm_cancel(r->llm);
	r->llm = NULL;
}

static enum iv_flow_next question(struct review *r, bool with_format)
{
	static const struct iv_llm_events events = {on_delta, on_tool, on_done, on_switched, on_failed};
	const struct iv_agent *agent = &r->c.agent;
	struct iv_llm_opts o = {.list = agent->llm.count ? &agent->llm : NULL,
				.model = agent->model,
				.temperature = 0,
				.max_tokens = r->w->cfg->review_tokens,
				.messages_json = iv_buf_str(&r->q.messages),
				.tools_json = IV_S("[]"),
				.call_id = iv_str(r->call),
				.response_json = with_format ? iv_buf_str(&r->q.response) : IV_STR_NULL,
				.first_ms = r->w->cfg->review_first_ms,
				.aside = true};

	iv_buf_clear(&r->words);
	iv_op_begin(&r->op, &r->flow, give_up);
	r->llm = iv_llm_ask(r->w->s->providers, &o, &events, r);
	iv_timer_at(&r->timeout, r->until_us);
	return iv_flow_await(&r->flow);
}

/* ── steps ── */

static enum iv_flow_next load(struct iv_flow *f)
{
	struct review *r = self(f);
	struct iv_review_load_in in = {.tenant = iv_str(r->tenant), .call = iv_str(r->call), .attempt = r->attempt};

	return iv_pg_one(r->w->s->worker, f, &r->pg, &(struct iv_scope){0}, &r->arena, &iv_sql_review_load, &in, &r->row);
}

static enum iv_flow_next read_row(struct iv_flow *f)
{
	struct review *r = self(f);

	r->c = (struct review_call){.tenant_id = iv_str(r->tenant),
				    .call_id = iv_str(r->call),
				    .row = iv_review_load_at(&r->row, 0)};
	return work(r, read_call);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct review *r = self(f);

	if (r->bad.code != IV_OK)
		return iv_flow_fail(f, r->bad.code, "%s", r->bad.msg);
	if (!r->asking)
		return IV_FLOW_NEXT;
	r->until_us = iv_now_us() + r->w->cfg->review_model_ms * 1000;
	return question(r, true);
}

static enum iv_flow_next judge(struct iv_flow *f)
{
	struct review *r = self(f);

	return r->asking && !r->refused ? work(r, read_answer) : IV_FLOW_NEXT;
}

static enum iv_flow_next ask_again(struct iv_flow *f)
{
	struct review *r = self(f);
	/* Servers that imitate the protocol may know no response_format; the schema is in the words as well. */
	bool unformatted = r->refused && strcmp(r->refused, "refused") == 0;

	bool in_time = r->until_us - iv_now_us() > r->w->cfg->review_model_ms * 1000 / SECOND_PART;

	if (!r->asking || r->answered || (r->refused && !unformatted) || !in_time)
		return IV_FLOW_NEXT;
	if (!r->refused)
		iv_info("review.answer_refused", IV_LS("call_id", r->call), IV_LS("field", r->bad.field),
			IV_LS("rule", r->bad.msg));
	r->asked_again = true;
	return question(r, !unformatted);
}

static enum iv_flow_next judge_again(struct iv_flow *f)
{
	struct review *r = self(f);

	return r->asked_again && !r->refused ? work(r, read_answer) : IV_FLOW_NEXT;
}

static enum iv_flow_next settle(struct iv_flow *f)
{
	struct review *r = self(f);
	bool no_answer = r->asking && r->refused && strcmp(r->refused, "too_long") != 0;

	if (r->asking && !r->answered)
		iv_warn("review.unanswered", IV_LS("call_id", r->call),
			IV_LS("reason", r->refused ? r->refused : "garbage"), IV_LI("tries", r->c.row->tries + 1));
	if (no_answer && r->c.row->tries + 1 < r->w->cfg->review_tries) {
		r->put_back = true;
		return IV_FLOW_DONE;
	}
	return work(r, compose);
}

static enum iv_flow_next write_down(struct iv_flow *f)
{
	struct review *r = self(f);
	struct iv_review_finish_in in = {.tenant = iv_str(r->tenant),
					 .call = iv_str(r->call),
					 .attempt = r->attempt,
					 .result = iv_buf_str(&r->result)};

	if (r->bad.code != IV_OK)
		return iv_flow_fail(f, r->bad.code, "%s", r->bad.msg);
	return iv_pg_one(r->w->s->worker, f, &r->pg, &(struct iv_scope){0}, &r->arena, &iv_sql_review_finish, &in,
			 &r->mine);
}

/* ── giving back: nobody waits for it, and if it does not get through the lease does the same later ── */

struct giving_back {
	struct iv_flow flow;
	struct iv_worker *w;
	struct iv_arena arena;
	struct iv_pg_run pg;
	struct iv_review_put_back_in in;
};

static enum iv_flow_next give_back(struct iv_flow *f)
{
	struct giving_back *g = IV_CONTAINER(f, struct giving_back, flow);

	return iv_pg_one(g->w->s->worker, f, &g->pg, &(struct iv_scope){0}, &g->arena, &iv_sql_review_put_back, &g->in, NULL);
}

static void given_back(struct iv_flow *f)
{
	struct giving_back *g = IV_CONTAINER(f, struct giving_back, flow);
	struct iv_worker *w = g->w;

	if (f->err.code == IV_OK)
		reviews_wake_in(w, g->in.in_ms);
	iv_arena_deinit(&g->arena);
	iv_free_later(w->s->loop, g);
	w->busy--;
	worker_rest(w);
}

static const struct iv_flow_step back_steps[] = {{"give_back", give_back}, {0}};
static const struct iv_flow_type back_type = {"review.give_back", back_steps, given_back};

static void put_back(struct review *r, int64_t in_ms, const char *error)
{
	struct giving_back *g = calloc(1, sizeof(*g));
	struct iv_worker *w = r->w;

	if (!g)
		abort();
	g->w = w;
	iv_arena_init(&g->arena, 4096);
	g->in = (struct iv_review_put_back_in){.tenant = iv_arena_str(&g->arena, iv_str(r->tenant)),
					       .call = iv_arena_str(&g->arena, iv_str(r->call)),
					       .attempt = r->attempt,
					       .in_ms = in_ms,
					       .model_failed = r->put_back,
					       .error = iv_arena_str(&g->arena, iv_str(error))};
	iv_metric_add(IV_M_reviews_total, 2, 1);
	w->stats.put_back++;
	w->busy++;
	iv_flow_start(&g->flow, &back_type, w->s->loop, BACK_FLOW_MS, NULL);
}

/* ── the end ── */

static int64_t backoff_ms(const struct review *r)
{
	int64_t ms = BACK_FIRST_MS;

	for (int64_t i = 1; i < r->attempt && ms < BACK_LAST_MS; i++)
		ms *= 2;
	return ms < BACK_LAST_MS ? ms : BACK_LAST_MS;
}

static void tell(struct review *r)
{
	const struct iv_err *e = &r->flow.err;
	bool mine = r->mine.count && iv_review_finish_at(&r->mine, 0)->mine;
	struct iv_worker *w = r->w;

	if (mine) {
		iv_metric_add(IV_M_reviews_total, r->answered ? 0 : 1, 1);
		iv_metric_observe(IV_M_review_ms, 0, (double)(iv_now_us() - r->began_us) / 1000.0);
		*(r->answered ? &w->stats.by_model : &w->stats.by_rules) += 1;
		iv_info("call.reviewed", IV_LS("call_id", r->call), IV_LS("by", r->answered ? r->provider : "rules"),
			IV_LI("flags", r->c.flag_count), IV_LI("attempt", r->attempt));
	} else if (e->code == IV_OK ? !r->put_back : e->code == IV_ENOENT) {
		iv_metric_add(IV_M_reviews_total, 3, 1);
		w->stats.moved++;
	} else if (e->code == IV_OK) {
		put_back(r, w->cfg->review_retry_ms, r->refused);
	} else {
		if (e->code != IV_ECANCELED)
			iv_warn("review.failed", IV_LS("call_id", r->call), IV_LS("code", iv_code_info(e->code)->name),
				IV_LS("rule", e->msg), IV_LI("attempt", r->attempt));
		put_back(r, e->code == IV_ECANCELED ? 0 : backoff_ms(r), e->msg);
	}
}

static void end(struct iv_flow *f)
{
	struct review *r = self(f);
	struct iv_worker *w = r->w;

	iv_list_remove(&r->node);
	iv_metric_set(IV_M_reviews_running, 0, (double)--w->live_count);
	tell(r);
	if (r->working)
		r->orphan = true; /* the thread still looks at it */
	else
		release(r);
	reviews_left(w);
}

static const struct iv_flow_step steps[] = {
	{"load", load}, {"read_row", read_row}, {"ask", ask}, {"judge", judge}, {"ask_again", ask_again},
	{"judge_again", judge_again}, {"settle", settle}, {"write_down", write_down}, {0}};
static const struct iv_flow_type type = {"review", steps, end};

void review_start(struct iv_worker *w, const struct iv_review_take_out *row)
{
	struct review *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->w = w;
	r->attempt = row->attempt;
	r->began_us = iv_now_us();
	(void)iv_str_copy(r->tenant, sizeof(r->tenant), row->tenant_id); /* ids are shorter */
	(void)iv_str_copy(r->call, sizeof(r->call), row->call_id);
	iv_arena_init(&r->arena, ARENA_MAX);
	iv_buf_init(&r->words, REVIEW_ANSWER_MAX);
	iv_buf_init(&r->result, RESULT_MAX);
	iv_timer_init(&r->timeout, w->s->loop, on_timeout, r);
	iv_list_append(&w->live, &r->node);
	iv_metric_set(IV_M_reviews_running, 0, (double)++w->live_count);
	w->busy++;
	iv_flow_start(&r->flow, &type, w->s->loop, w->cfg->review_lease_ms, NULL);
}

void review_cancel_all(struct iv_worker *w)
{
	while (!iv_list_empty(&w->live))
		iv_flow_cancel(&IV_CONTAINER(w->live.next, struct review, node)->flow, IV_ECANCELED, "stopping");
}
