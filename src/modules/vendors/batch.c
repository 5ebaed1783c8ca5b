/* A campaign is started, as the older platform's function starts it. The engine dials; the answer has what is known of it
 * within a moment. Started before, it answers how that goes. */
#include "vendors.h"

static const int64_t waits_ms[] = {200, 500, 1500};

struct batch_body {
	struct iv_str campaign_id;
};
static const struct iv_field batch_fields[] = {
	IV_STR(struct batch_body, campaign_id, "campaign_id", IV_REQUIRED, 1, 128, "A campaign of the tenant's"), IV_FIELDS_END};
static const struct iv_shape batch_shape = {"voiceStartBatch", sizeof(struct batch_body), batch_fields, NULL};

struct state {
	struct iv_rows order, calls;
	struct iv_op wait;
	struct iv_timer timer;
	int looks;
	bool again; /* it ran already */
};

static enum iv_flow_next order(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch_body *in = c->in;
	struct state *st = c->state;

	if (!vendors_tenant(c, IV_STR_NULL))
		return IV_FLOW_DONE;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_batch_start,
			 &(struct iv_batch_start_in){.campaign = in->campaign_id, .person = iv_actor(c)}, &st->order);
}

static enum iv_flow_next ordered(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_batch_start_out *r = iv_batch_start_at(&st->order, 0);

	if (r->ok)
		return IV_FLOW_NEXT;
	if (iv_str_eq(r->code, IV_S("not_found")))
		return iv_flow_fail(f, IV_ENOENT, "there is no such campaign");
	st->again = iv_str_eq(r->code, IV_S("bad_state")) && iv_str_eq(r->status, IV_S("running"));
	if (st->again)
		return IV_FLOW_NEXT;
	return iv_flow_fail(f, iv_str_eq(r->code, IV_S("bad_state")) ? IV_ECONFLICT : IV_EUNPROCESSABLE, "%.*s (%.*s)",
			    IV_FMT(r->detail), IV_FMT(r->code));
}

/* ── what comes of it ── */

static void on_waited(void *arg)
{
	struct state *st = arg;

	iv_op_done(&st->wait, NULL);
}

static void cancel_wait(struct iv_op *op)
{
	iv_timer_stop(&IV_CONTAINER(op, struct state, wait)->timer);
}

/* Has anything come of it yet, or will nothing? */
static bool knows(const struct state *st)
{
	const struct iv_batch_calls_out *r = st->calls.count ? iv_batch_calls_at(&st->calls, 0) : NULL;

	return r && (st->again || r->initiated + r->failed > 0 || r->over);
}

static enum iv_flow_next wait(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (st->again || knows(st))
		return IV_FLOW_NEXT;
	iv_op_begin(&st->wait, f, cancel_wait);
	iv_timer_init(&st->timer, c->s->loop, on_waited, st);
	iv_timer_in_ms(&st->timer, waits_ms[st->looks]);
	return iv_flow_await(f);
}

static enum iv_flow_next look(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch_body *in = c->in;
	struct state *st = c->state;

	if (knows(st))
		return IV_FLOW_NEXT;
	st->looks++;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_batch_calls,
			 &(struct iv_batch_calls_in){.campaign = in->campaign_id}, &st->calls);
}

static enum iv_flow_next answer(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch_body *in = c->in;
	struct state *st = c->state;
	const struct iv_batch_calls_out *r = iv_batch_calls_at(&st->calls, 0);
	struct iv_jw w;

	c->entity_id = in->campaign_id;
	vendors_begin(c, &w);
	iv_jw_str(&w, "campaign_id", in->campaign_id);
	iv_jw_str(&w, "status", r->status);
	iv_jw_i64(&w, "calls_initiated", r->initiated);
	iv_jw_i64(&w, "calls_failed", r->failed);
	iv_jw_i64(&w, "total_leads", r->leads);
	iv_jw_raw(&w, "call_results", r->results);
	if (r->failed)
		iv_jw_raw(&w, "errors", r->errors);
	return vendors_done(c, &w,
			    st->again ? "The campaign runs already"
				      : "The campaign runs: its leads are called as its hours allow");
}

static const struct iv_flow_step steps[] = {{"order", order}, {"ordered", ordered}, {"wait", wait},	  {"look", look},
					    {"wait", wait},   {"look", look},	    {"wait", wait},	  {"look", look},
					    {"answer", answer}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_ECONFLICT, IV_EUNPROCESSABLE, IV_OK};

const struct iv_api_route *vendors_batch_routes(void)
{
	static const struct iv_api_route rows[] = {
		VENDORS_FUNCTION("start-batch", "start-batch", "voiceStartBatch", .flags = IV_API_FUNCTION | IV_API_AUDIT,
				 .in = &batch_shape, .state_size = sizeof(struct state), .steps = steps, .errors = errors,
				 .doc = "Start a campaign; started before, it says how that goes",
				 .example = "{\"campaign_id\":\"cmp_01J0000000000000000000000\"}"),
		{0},
	};

	return rows;
}
