/* Conversations of ElevenLabs' agents whose end nobody has told us: asked about, one after the other, and what is over is
 * taken like any delivery. Its webhooks are sent once unless somebody switches on that they are sent again. */
#include "kernel.h"

#include "iv_log.h"
#include "iv_metrics.h"

enum {
	ASK_MOST = 4, LEASE_S = 90, CONNECT_MS = 3000, ANSWER_MS = 20000, ANSWER_BYTES = 9 << 20, FIRST_S = 60,
	LAST_S = 1800, CHECKS_MAX = 40,
};
enum { ASKED_TAKEN, ASKED_LIVE, ASKED_UNKNOWN, ASKED_FAILED };

static struct iv_kernel *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_kernel, check);
}

static const struct iv_conversation_take_out *row(const struct iv_kernel *k)
{
	return iv_conversation_take_at(&k->asked, k->asked_at);
}

enum iv_flow_next ask_take(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (!iv_secret_set(k->cfg->elevenlabs_api_key))
		return IV_FLOW_DONE;
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_conversation_take,
			 &(struct iv_conversation_take_in){.most = ASK_MOST, .lease_s = LEASE_S}, &k->asked);
}

/* ── the question ── */

static void on_answer(void *arg, const struct iv_fetch_result *r)
{
	struct iv_kernel *k = arg;
	struct iv_err e = {0};

	k->fetch = NULL;
	k->answer_status = r->status;
	/* 404 is an answer too: it knows no such conversation (any more). */
	if (r->err.code != IV_OK && r->status != 404)
		e = r->err;
	else if (r->err.code == IV_OK &&
		 !(iv_buf_adds(&k->answer, IV_S("{\"type\":\"post_call_transcription\",\"data\":")) &&
		   iv_buf_adds(&k->answer, r->body) && iv_buf_addc(&k->answer, '}')))
		(void)iv_fail(&e, IV_ETOOBIG, "the conversation is too long");
	iv_op_done(&k->ask_op, &e);
}

static void stop_asking(struct iv_op *op)
{
	struct iv_kernel *k = IV_CONTAINER(op, struct iv_kernel, ask_op);

	if (k->fetch)
		iv_fetch_cancel(k->fetch);
	k->fetch = NULL;
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	static const struct iv_fetch_handlers handlers = {.done = on_answer};
	struct iv_kernel *k = self(f);
	const struct iv_header key = {IV_S("xi-api-key"), iv_str(iv_secret_reveal(k->cfg->elevenlabs_api_key))};
	struct iv_buf url;
	struct iv_fetch_opts o = {.method = "GET",
				  .headers = &key,
				  .header_count = 1,
				  .connect_ms = CONNECT_MS,
				  .total_ms = ANSWER_MS,
				  .body_max = ANSWER_BYTES};

	iv_buf_deinit(&k->answer);
	iv_buf_init(&k->answer, ANSWER_BYTES + 1024);
	k->answer_status = 0;
	if (!row(k)->conversation.len)
		return IV_FLOW_NEXT; /* the vendor has not named it: whoever looks for the call finds it first */
	iv_buf_init(&url, 1024);
	if (!iv_buf_adds(&url, iv_str(k->cfg->elevenlabs_base_url)) || !iv_buf_adds(&url, IV_S("/v1/convai/conversations/")) ||
	    !iv_url_encode(&url, row(k)->conversation)) {
		iv_buf_deinit(&url);
		return iv_flow_fail(f, IV_EINVAL, "the conversation's address is too long");
	}
	o.url = iv_buf_str(&url);
	iv_op_begin(&k->ask_op, f, stop_asking);
	k->fetch = iv_fetch_start(k->s->net, &o, &handlers, k);
	iv_buf_deinit(&url);
	return iv_flow_await(f);
}

/* ── the answer ── */

static bool is_over(const struct iv_kernel *k)
{
	cJSON *doc = k->answer.len ? iv_json_parse(iv_buf_str(&k->answer), NULL) : NULL;
	struct iv_str status = iv_json_str(iv_json_get(doc, "data"), "status");
	bool over = iv_str_eq(status, IV_S("done")) || iv_str_eq(status, IV_S("failed"));

	cJSON_Delete(doc);
	return over;
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct delivery_in in = {.how = "asked"};

	k->answer_ready = is_over(k);
	if (!k->answer_ready)
		return IV_FLOW_NEXT;
	in.body = k->answer;
	iv_buf_init(&k->answer, 0);
	return delivery_start(k, f, &k->delivery, &in, &k->told);
}

static int64_t wait_s(const struct iv_kernel *k)
{
	int64_t s = FIRST_S;

	for (int64_t i = 1; i < row(k)->checks && s < LAST_S; i++)
		s *= 2;
	return s < LAST_S ? s : LAST_S;
}

/* What was taken has taken its row away. What nobody knows is asked for CHECKS_MAX times, some hours. */
static enum iv_flow_next settle(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	bool missing = k->answer_status == 404;
	struct iv_conversation_drop_in drop = {.tenant = row(k)->tenant_id, .call = row(k)->call_id};
	struct iv_conversation_back_in back = {
		.tenant = drop.tenant,
		.call = drop.call,
		.in_s = wait_s(k),
		.error = missing ? IV_S("the vendor knows no such conversation") : IV_S("it is not over, or has no name yet")};

	iv_metric_add(IV_M_conversations_asked_total, k->answer_ready ? ASKED_TAKEN : missing ? ASKED_UNKNOWN : ASKED_LIVE, 1);
	if (k->answer_ready || (row(k)->over && row(k)->checks >= CHECKS_MAX)) {
		if (!k->answer_ready)
			iv_warn("post_call.never_told", IV_LV("call_id", drop.call), IV_LV("tenant_id", drop.tenant));
		return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena,
				 &iv_sql_conversation_drop, &drop, NULL);
	}
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_conversation_back, &back,
			 NULL);
}

static void one_over(struct iv_flow *f);
static const struct iv_flow_step steps[] = {{"ask", ask}, {"take", take}, {"settle", settle}, {0}};
static const struct iv_flow_type type = {"kernel.ask", steps, one_over};

/* Who does not answer is asked again when the lease is over. */
static void one_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (f->err.code != IV_OK && f->err.code != IV_ECANCELED) {
		iv_metric_add(IV_M_conversations_asked_total, ASKED_FAILED, 1);
		iv_info("post_call.not_asked", IV_LV("call_id", row(k)->call_id), IV_LS("why", f->err.msg));
	}
	k->asked_at++;
	ask_walk(k);
	k->busy--;
	kernel_rest(k);
}

void ask_walk(struct iv_kernel *k)
{
	if (k->running && k->asked_at < k->asked.count) {
		k->told = (struct delivery_out){0};
		checks_go(k, &type);
	} else {
		checks_rest(k);
	}
}
