/* Conversations of ElevenLabs' agents whose end nobody has told us: asked about, one after the other, and what is over is
 * taken like any delivery. Its webhooks are sent once unless somebody switches on that they are sent again. */
#include "kernel.h"

#include "iv_log.h"
#include "iv_metrics.h"

enum { FIRST_S = 60, LAST_S = 1800, CHECKS_MAX = 40 };
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
			 &(struct iv_conversation_take_in){.most = CHECKS_MOST, .lease_s = CHECKS_LEASE_S}, &k->asked);
}

/* The vendor has not named it: whoever looks for the call finds it first. */
static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	return row(k)->conversation.len ? checks_ask(f, row(k)->conversation) : IV_FLOW_NEXT;
}

static enum iv_flow_next deliver(struct iv_flow *f)
{
	return row(self(f))->conversation.len ? checks_deliver(f) : IV_FLOW_NEXT;
}

/* What was taken has taken its row away. What nobody knows is asked for CHECKS_MAX times, some hours. */
static enum iv_flow_next settle(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	bool missing = row(k)->conversation.len && k->item.answer.said != IV_SAID_DONE;
	struct iv_conversation_drop_in drop = {.tenant = row(k)->tenant_id, .call = row(k)->call_id};
	struct iv_conversation_back_in back = {
		.tenant = drop.tenant,
		.call = drop.call,
		.in_s = checks_wait_s(FIRST_S, row(k)->checks, LAST_S),
		.error = missing ? IV_S("the vendor knows no such conversation") : IV_S("it is not over, or has no name yet")};

	iv_metric_add(IV_M_conversations_asked_total, checks_took(k) ? ASKED_TAKEN : missing ? ASKED_UNKNOWN : ASKED_LIVE, 1);
	if (checks_took(k) || (row(k)->over && row(k)->checks >= CHECKS_MAX)) {
		if (!checks_took(k))
			iv_warn("post_call.never_told", IV_LV("call_id", drop.call), IV_LV("tenant_id", drop.tenant));
		return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena,
				 &iv_sql_conversation_drop, &drop, NULL);
	}
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_conversation_back, &back,
			 NULL);
}

static void one_over(struct iv_flow *f);
static const struct iv_flow_step steps[] = {{"ask", ask}, {"deliver", deliver}, {"settle", settle}, {0}};
static const struct iv_flow_type type = {"kernel.ask", steps, one_over};

/* Who does not answer is asked again when the lease is over. */
static void one_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (f->err.code != IV_OK && f->err.code != IV_ECANCELED) {
		iv_metric_add(IV_M_conversations_asked_total, ASKED_FAILED, 1);
		iv_info("post_call.not_asked", IV_LV("call_id", row(k)->call_id), IV_LS("why", f->err.msg));
	}
	k->stumbled = k->stumbled || f->err.code != IV_OK;
	k->asked_at++;
	ask_walk(k);
	checks_went(k);
}

void ask_walk(struct iv_kernel *k)
{
	if (k->running && k->asked_at < k->asked.count)
		checks_go(k, &type);
	else
		list_walk(k);
}
