/* What is parked: told before its call was known, and looked at again; or not told at all, but listed (list.c), and asked
 * for first. A recording is asked for when its call is known. */
#include "kernel.h"

#include <stdio.h>
#include "iv_log.h"
#include "iv_metrics.h"

enum { FIRST_S = 5, LAST_S = 3600, LIVE_S = 60, LIVE_MAX_S = 86400, ENVELOPE = 512 };

static struct iv_kernel *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_kernel, check);
}

static const struct iv_parked_take_out *row(const struct iv_kernel *k)
{
	return iv_parked_take_at(&k->parked, k->parked_at);
}

static bool is_sound(const struct iv_kernel *k)
{
	return iv_str_eq(row(k)->type, IV_S("post_call_audio"));
}

enum iv_flow_next parked_take(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_take,
			 &(struct iv_parked_take_in){
				 .most = CHECKS_MOST, .lease_s = CHECKS_LEASE_S, .tries_max = k->cfg->parked_tries},
			 &k->parked);
}

/* ── what is to be delivered ── */

static enum iv_flow_next look(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (!is_sound(k))
		return IV_FLOW_NEXT;
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_sound_of,
			 &(struct iv_parked_sound_of_in){.conversation = row(k)->conversation}, &k->item.rows);
}

/* Its call is known, and it is not here. */
static bool wants_sound(const struct iv_kernel *k)
{
	return is_sound(k) && k->item.rows.count == 1 && !iv_parked_sound_of_at(&k->item.rows, 0)->taken;
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (is_sound(k))
		return !wants_sound(k) ? IV_FLOW_NEXT
				       : iv_convai_audio(k->s->carriers, f, &k->item.vendor, &k->answer_arena,
							 row(k)->conversation, &k->item.body, &k->item.answer);
	return row(k)->payload.len ? IV_FLOW_NEXT : checks_ask(f, row(k)->conversation);
}

static enum iv_flow_next deliver_sound(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	const struct iv_vendor_answer *a = &k->item.answer;
	struct delivery_in in = {.how = "asked"};
	struct iv_jw w;

	if (!wants_sound(k))
		return IV_FLOW_NEXT;
	if (a->said != IV_SAID_DONE)
		return iv_flow_fail(f, IV_EUPSTREAM, "elevenlabs has no recording: %.*s", IV_FMT(a->why));
	iv_buf_init(&in.body, ENVELOPE + row(k)->conversation.len);
	iv_jw_init(&w, &in.body);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "type", "post_call_audio");
	iv_jw_obj(&w, "data");
	iv_jw_str(&w, "conversation_id", row(k)->conversation);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	k->item.ready = iv_jw_done(&w);
	if (!k->item.ready) {
		iv_buf_deinit(&in.body);
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for a recording");
	}
	in.sound = k->item.body;
	k->item.body = (struct iv_buf){0};
	return delivery_start(k, f, &k->item.run, &in, &k->item.told);
}

static enum iv_flow_next deliver(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct delivery_in in = {.how = "parked"};

	if (is_sound(k))
		return deliver_sound(f);
	if (!row(k)->payload.len)
		return checks_deliver(f);
	iv_buf_init(&in.body, row(k)->payload.len + 1);
	if (!iv_buf_adds(&in.body, row(k)->payload)) {
		iv_buf_deinit(&in.body);
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for a delivery");
	}
	k->item.ready = true;
	return delivery_start(k, f, &k->item.run, &in, &k->item.told);
}

/* ── what became of it ── */

static enum iv_flow_next put_back(struct iv_flow *f, struct iv_parked_back_in *back)
{
	struct iv_kernel *k = self(f);

	back->type = row(k)->type;
	back->conversation = row(k)->conversation;
	if (back->last) {
		iv_metric_add(IV_M_post_call_lost_total, 0, 1);
		iv_warn("post_call.lost", IV_LV("type", back->type), IV_LV("conversation", back->conversation),
			IV_LI("tries", row(k)->tries), IV_LV("why", back->error));
	}
	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_back, back, NULL);
}

static enum iv_flow_next settle(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	bool asked = !row(k)->payload.len && !is_sound(k);
	bool missing = asked && k->item.answer.said != IV_SAID_DONE, live = asked && !missing && k->item.told.live;
	bool here = is_sound(k) && k->item.rows.count == 1 && !wants_sound(k);
	struct iv_parked_back_in back = {.in_s = checks_wait_s(FIRST_S, row(k)->tries, LAST_S),
					 .last = row(k)->last,
					 .error = IV_S("no call is known by these names")};

	if (here || (checks_took(k) && k->item.told.result != DELIVERY_UNKNOWN))
		return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_parked_done,
				 &(struct iv_parked_done_in){.type = row(k)->type, .conversation = row(k)->conversation}, NULL);
	if (missing) {
		back.last = true;
		back.error = IV_S("the vendor knows no such conversation");
	} else if (live) {
		back.live = true;
		back.in_s = LIVE_S;
		back.last = row(k)->age_s > LIVE_MAX_S;
		back.error = IV_S("it is not over");
	} else if (asked) { /* no more to be asked: its call may still come */
		back.payload = iv_buf_str(&k->item.told.body);
	}
	return put_back(f, &back);
}

static enum iv_flow_next give_back(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct iv_parked_back_in back = {.in_s = checks_wait_s(FIRST_S, row(k)->tries, LAST_S),
					 .last = row(k)->last,
					 .error = iv_str(k->check_why)};

	return put_back(f, &back);
}

static void back_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	k->parked_at++; /* not given back: it comes again when its lease is over */
	parked_walk(k);
	checks_went(k);
}

static const struct iv_flow_step back_steps[] = {{"give_back", give_back}, {0}};
static const struct iv_flow_type back_type = {"kernel.parked_back", back_steps, back_over};

static void one_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	bool away = f->err.code == IV_EDRAINING || f->err.code == IV_ECANCELED;

	if (f->err.code == IV_OK || away) {
		k->parked_at = away ? k->parked.count : k->parked_at + 1;
		k->stumbled = k->stumbled || away;
		parked_walk(k);
	} else {
		iv_info("post_call.not_taken", IV_LV("type", row(k)->type), IV_LV("conversation", row(k)->conversation),
			IV_LS("why", f->err.msg));
		k->stumbled = true;
		(void)snprintf(k->check_why, sizeof(k->check_why), "%s", f->err.msg);
		checks_go(k, &back_type);
	}
	checks_went(k);
}

static const struct iv_flow_step steps[] = {{"look", look}, {"ask", ask}, {"deliver", deliver}, {"settle", settle}, {0}};
static const struct iv_flow_type type = {"kernel.parked", steps, one_over};

void parked_walk(struct iv_kernel *k)
{
	if (k->running && k->parked_at < k->parked.count)
		checks_go(k, &type);
	else
		ask_walk(k);
}
