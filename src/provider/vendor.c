/* One question to a vendor: asked, asked again where that is safe, answered. */
#include "vendor.h"

#include <stdlib.h>
#include "iv_crypto.h"

enum { TRIES = 3, FIRST_WAIT_MS = 200 };

struct vendor_job {
	struct carrier_link link;
	struct iv_vendor_run *run;
	struct iv_arena *arena;
	struct vendor_question q;
	struct iv_vendor_answer *answer;
	struct iv_fetch *fetch;
	struct iv_timer again;
	int tries;
	int64_t patience_us;
};

static void job_free(struct vendor_job *j)
{
	iv_timer_stop(&j->again);
	iv_buf_deinit(&j->q.rq.url);
	iv_buf_deinit(&j->q.rq.body);
	j->run->job = NULL;
	free(j);
}

static void job_done(struct vendor_job *j)
{
	struct iv_vendor_run *run = j->run;

	job_free(j);
	iv_op_done(&run->op, NULL);
}

static void on_cancelled(struct iv_op *op)
{
	struct vendor_job *j = IV_CONTAINER(op, struct iv_vendor_run, op)->job;

	if (!j)
		return;
	if (j->fetch) {
		iv_fetch_cancel(j->fetch);
		iv_breaker_no_result(j->link.breaker, iv_now_us());
	}
	job_free(j);
}

/* How long until it may be asked again; -1: it must not. */
static int64_t wait_ms(const struct vendor_job *j, const struct carrier_reply *r)
{
	const struct iv_vendor_answer *a = j->answer;
	bool undone = a->said == IV_SAID_REFUSED && (r->status == 429 || r->status == 0);
	uint8_t chance;
	int64_t ms;

	if (j->q.care == VENDOR_NEVER || j->tries >= TRIES || iv_str_eq(a->why, IV_S("concurrent")))
		return -1;
	if (!undone && !(j->q.care == VENDOR_ANY && a->said == IV_SAID_UNKNOWN))
		return -1;
	iv_random(&chance, 1);
	ms = r->retry_after_ms >= 0 ? r->retry_after_ms : (FIRST_WAIT_MS << j->tries) * (256 + chance) / 512;
	return iv_now_us() + ms * 1000 < j->patience_us ? ms : -1;
}

static void answered(struct vendor_job *j, const struct carrier_reply *r)
{
	struct iv_vendor_answer *a = j->answer;
	int64_t ms;

	vendor_judge(r, j->arena, a);
	iv_breaker_result(j->link.breaker, r->status != 0 && r->status < 500, iv_now_us());
	ms = wait_ms(j, r);
	if (ms >= 0) {
		iv_timer_in_ms(&j->again, ms);
		return;
	}
	if (a->said == IV_SAID_DONE && j->q.read && !j->q.read(a->body, j->arena, j->q.out, j->q.wanted)) {
		a->said = IV_SAID_UNKNOWN;
		a->code = IV_EUPSTREAM;
		a->why = IV_S("nonsense");
	}
	job_done(j);
}

static void on_fetched(void *arg, const struct iv_fetch_result *result)
{
	struct vendor_job *j = arg;
	struct carrier_reply r = {.status = result->status,
				  .unsent = result->unsent,
				  .late = result->err.code == IV_ETIMEDOUT,
				  .retry_after_ms = result->retry_after_ms,
				  .body = result->body};

	/* The beginning of an answer that was cut is none. */
	if (result->err.code != IV_OK && result->status < 400)
		r.status = 0;
	r.body_stays = j->q.whole && r.status >= 200 && r.status < 300;
	if (r.body_stays)
		iv_fetch_take_body(j->fetch, j->q.whole);
	j->fetch = NULL;
	answered(j, &r);
}

static bool send_it(struct vendor_job *j)
{
	static const struct iv_fetch_handlers handlers = {.done = on_fetched};
	int total_ms = j->q.total_ms ? j->q.total_ms : (int)j->link.cfg->carrier_ms;

	j->tries++;
	j->fetch = carrier_send(&j->link, &j->q.rq, total_ms, j->q.body_max ? j->q.body_max : CARRIER_ANSWER_MAX,
				j->q.care != VENDOR_ANY, &handlers, j);
	return j->fetch != NULL;
}

static void on_again(void *arg)
{
	struct vendor_job *j = arg;

	if (!send_it(j))
		job_done(j); /* with the answer before */
}

static void refuse(struct iv_vendor_answer *a, enum iv_code code, const char *why)
{
	*a = (struct iv_vendor_answer){.said = IV_SAID_REFUSED, .code = code, .why = iv_str(why), .text = IV_S(""),
				       .body = IV_S("")};
}

const struct carrier_place *vendor_begin(struct iv_carriers *c, struct vendor_question *q, struct iv_vendor_answer *a)
{
	struct carrier_link link;

	refuse(a, IV_EUNSUPPORTED, "not_configured");
	if (!carrier_link(c, q->which, &link))
		return NULL;
	iv_buf_init(&q->rq.url, CARRIER_URL_MAX);
	iv_buf_init(&q->rq.body, VENDOR_BODY_MAX);
	return link.place;
}

static enum iv_flow_next not_asked(struct vendor_question *q, struct iv_vendor_answer *a, enum iv_code code, const char *why)
{
	iv_buf_deinit(&q->rq.url);
	iv_buf_deinit(&q->rq.body);
	refuse(a, code, why);
	return IV_FLOW_NEXT;
}

enum iv_flow_next vendor_ask(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run, struct iv_arena *arena,
			     struct vendor_question *q, bool written, struct iv_vendor_answer *a)
{
	struct carrier_link link;
	struct vendor_job *j;

	if (!carrier_link(c, q->which, &link) || !written)
		return not_asked(q, a, IV_EUNPROCESSABLE, "too_long");
	if (!iv_breaker_allow(link.breaker, iv_now_us())) {
		int64_t left_us = link.breaker->until_us - iv_now_us();
		enum iv_flow_next next = not_asked(q, a, IV_EUPSTREAM, "unavailable");

		a->retry_after_s = left_us > 0 ? left_us / 1000000 + 1 : 1;
		return next;
	}
	j = calloc(1, sizeof(*j));
	if (!j)
		abort();
	*j = (struct vendor_job){.link = link, .run = run, .arena = arena, .q = *q, .answer = a,
				 .patience_us = iv_now_us() + link.cfg->vendor_retry_ms * 1000};
	iv_timer_init(&j->again, link.loop, on_again, j);
	run->job = j;
	iv_op_begin(&run->op, f, on_cancelled);
	if (!send_it(j)) {
		iv_breaker_no_result(link.breaker, iv_now_us());
		refuse(a, IV_EUPSTREAM, "unauthorized");
		job_done(j);
	}
	return iv_flow_await(f);
}
