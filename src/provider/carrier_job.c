/* One request to a carrier as an operation: written by the carrier's own file, sent, its answer given to whoever asked. */
#include "carrier_job.h"

#include <stdlib.h>

enum { CONNECT_MS = 3000 };

static void job_free(struct iv_carrier_job *j)
{
	carrier_leave_line(j);
	iv_timer_stop(&j->pause);
	iv_buf_deinit(&j->rq.url);
	iv_buf_deinit(&j->rq.body);
	j->run->job = NULL;
	free(j);
}

static void on_cancelled(struct iv_op *op)
{
	struct iv_carrier_run *run = IV_CONTAINER(op, struct iv_carrier_run, op);
	struct iv_carrier_job *j = run->job;

	if (!j)
		return;
	if (j->fetch)
		iv_fetch_cancel(j->fetch);
	if (j->fetch && j->kind == ORIGINATE) {
		carrier_span_end(j->span, NULL);
		iv_breaker_no_result(&j->k->breaker, iv_now_us());
	}
	job_free(j);
}

void carrier_job_done(struct iv_carrier_job *j, enum iv_code code, const char *why)
{
	struct iv_carrier_run *run = j->run;
	struct iv_err e = {0};

	if (code != IV_OK)
		(void)iv_fail(&e, code, "%s: %s", iv_carrier_names[j->k - j->k->all->items], why);
	job_free(j);
	iv_op_done(&run->op, &e);
}

struct iv_carrier_job *carrier_job_new(struct carrier *k, struct iv_flow *f, struct iv_carrier_run *run, enum job_kind kind,
				      struct iv_arena *arena)
{
	struct iv_carrier_job *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	*j = (struct iv_carrier_job){.k = k, .run = run, .kind = kind, .arena = arena};
	iv_buf_init(&j->rq.url, CARRIER_URL_MAX);
	iv_buf_init(&j->rq.body, CARRIER_BODY_MAX);
	run->job = j;
	iv_op_begin(&run->op, f, on_cancelled);
	return j;
}

static void on_fetched(void *arg, const struct iv_fetch_result *result);

static bool write_request(struct iv_carrier_job *j)
{
	const struct carrier_vendor *v = j->k->vendor;
	const struct carrier_place *p = &j->k->place;

	iv_buf_clear(&j->rq.url);
	iv_buf_clear(&j->rq.body);
	switch (j->kind) {
	case ORIGINATE:
		return v->originate(p, j->o, &j->rq);
	case ORDER:
		return v->order(p, j->order, j->step, j->provider_id,
				j->order == CARRIER_KEY ? (struct iv_str){j->text.ptr, 1} : j->text, &j->rq);
	case FETCH:
		return v->fetch(p, j->provider_id, &j->rq);
	case FIND:
		return v->find(p, j->o, j->since_ms, &j->rq);
	}
	return false;
}

static struct carrier_link link_of(struct carrier *k)
{
	return (struct carrier_link){.net = k->all->net, .loop = k->all->loop, .cfg = k->all->cfg, .place = &k->place,
				     .vendor = k->vendor, .breaker = &k->rest};
}

bool carrier_link(struct iv_carriers *c, enum iv_carrier which, struct carrier_link *out)
{
	*out = link_of(&c->items[which]);
	return c->items[which].configured;
}

struct iv_fetch *carrier_send(const struct carrier_link *k, const struct carrier_request *rq, int total_ms, size_t body_max,
			      bool at_most_once, const struct iv_fetch_handlers *h, void *arg)
{
	struct iv_header headers[3] = {{IV_S("Accept"), IV_S("application/json")}};
	struct iv_fetch *fetch = NULL;
	size_t count = 1;
	const char *name = NULL;
	struct iv_buf auth;

	iv_buf_init(&auth, 2048);
	if (k->vendor->authorise(k->place, &auth, &name)) {
		headers[count++] = (struct iv_header){iv_str(name), iv_buf_str(&auth)};
		if (rq->type)
			headers[count++] = (struct iv_header){IV_S("Content-Type"), iv_str(rq->type)};
		fetch = iv_fetch_start(k->net,
				       &(struct iv_fetch_opts){.method = rq->method,
							       .url = iv_buf_str(&rq->url),
							       .headers = headers,
							       .header_count = count,
							       .body = iv_buf_str(&rq->body),
							       .connect_ms = CONNECT_MS,
							       .total_ms = total_ms,
							       .body_max = body_max,
							       .span = rq->span,
							       .at_most_once = at_most_once},
				       h, arg);
	}
	iv_buf_deinit(&auth);
	return fetch;
}

/* False: it cannot be written down. */
bool carrier_job_send(struct iv_carrier_job *j)
{
	const struct carrier_link link = link_of(j->k);

	if (!write_request(j))
		return false;
	if (j->kind == ORIGINATE)
		j->rq.span = j->span = carrier_span_begin(&j->k->place, j->o);
	j->fetch = carrier_send(&link, &j->rq, (int)link.cfg->carrier_ms, CARRIER_ANSWER_MAX, j->kind == ORIGINATE,
				&(struct iv_fetch_handlers){.done = on_fetched}, j);
	if (!j->fetch)
		carrier_span_end(j->span, NULL);
	return j->fetch != NULL;
}

static void on_fetched(void *arg, const struct iv_fetch_result *result)
{
	struct iv_carrier_job *j = arg;
	struct carrier_reply r = {.status = result->status,
				  .unsent = result->unsent,
				  .late = result->err.code == IV_ETIMEDOUT,
				  .retry_after_ms = result->retry_after_ms,
				  .body = result->body};

	j->fetch = NULL;
	if (j->kind == ORIGINATE)
		carrier_placed_answer(j, &r);
	else if (j->kind == ORDER)
		carrier_order_answer(j, &r);
	else
		carrier_question_answer(j, &r);
}
