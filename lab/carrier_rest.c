/* What both REST APIs share: credentials, and the faults that rules order. */
#include "carrier.h"
#include "carrier_elevenlabs.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"

struct rest_fault {
	struct carriers *c;
	struct plan_rest plan;
	enum carrier_kind kind;
	struct iv_http_req *rq;
	struct iv_timer timer;
	int status;
	char *type, *body;
	size_t body_len;
};

struct iv_str carrier_credential(const struct iv_http_req *rq, const char *scheme)
{
	struct iv_str h = iv_http_header(rq, "authorization"), first;

	if (!iv_str_split(&h, ' ', &first) || !iv_str_ieq(first, iv_str(scheme)))
		return IV_STR_NULL;
	return iv_str_trim(h);
}

static void free_fault(struct rest_fault *f)
{
	f->c->hooks_out--;
	iv_timer_stop(&f->timer);
	free(f->type);
	free(f->body);
	free(f);
}

static void client_left(void *arg)
{
	free_fault(arg);
}

static void set_headers(const struct rest_fault *f)
{
	char text[24];

	if (f->plan.retry_after_s >= 0) {
		snprintf(text, sizeof(text), "%lld", (long long)f->plan.retry_after_s);
		iv_http_set_header(f->rq, "Retry-After", iv_str(text));
	}
	if (f->status == 429 && f->kind == CARRIER_JAMBONZ) {
		iv_http_set_header(f->rq, "RateLimit-Limit", IV_S("600"));
		iv_http_set_header(f->rq, "RateLimit-Remaining", IV_S("0"));
		iv_http_set_header(f->rq, "RateLimit-Reset", IV_S("300"));
	}
	if (f->kind == CARRIER_TWILIO) {
		iv_http_set_header(f->rq, "Twilio-Concurrent-Requests", IV_S("1"));
		iv_http_set_header(f->rq, "Twilio-Request-Id", IV_S("RQ00000000000000000000000000000000"));
	}
}

static void answer_now(void *arg)
{
	struct rest_fault *f = arg;
	struct iv_http_req *rq = f->rq;

	iv_http_on_close(rq, NULL, NULL);
	if (f->plan.no_answer) {
		iv_http_stream_abort(rq);
	} else {
		set_headers(f);
		iv_http_reply(rq, f->status, f->type[0] ? f->type : NULL, (struct iv_str){f->body, f->body_len});
	}
	free_fault(f);
}

static void later(struct rest_fault *f, int status, const char *type, struct iv_str body)
{
	f->status = status;
	f->type = strdup(type ? type : "");
	f->body = malloc(body.len + 1);
	if (!f->type || !f->body)
		abort();
	if (body.len > 0)
		memcpy(f->body, body.ptr, body.len);
	f->body_len = body.len;
	iv_http_on_close(f->rq, client_left, f);
	iv_timer_in_ms(&f->timer, f->plan.delay_ms);
}

/* What a carrier says with such a status when nothing else is known. */
static void usual_body(const struct rest_fault *f, struct iv_buf *out, const char **type)
{
	static const struct {
		int status, code;
		const char *twilio, *jambonz, *jambonz_type;
	} table[] = {
		{401, 20003, "Authenticate", "Unauthorized", "text/plain"},
		{404, 20404, "The requested resource was not found", "", NULL},
		{429, 20429, "Too Many Requests", "Too many requests, please try again later.", "text/plain"},
		{480, 20500, "Temporarily unavailable", "{\"msg\":\"no available feature servers at this time\"}",
		 "application/json"},
		{500, 20500, "Internal Server Error", "Internal Server Error", "text/plain"},
		{503, 20503, "Service unavailable", "Service Unavailable", "text/plain"},
	};
	int code = (int)f->plan.code;
	const char *twilio = "The request could not be processed";
	bool ok = true;

	*type = "text/plain";
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		if (table[i].status != f->plan.status)
			continue;
		code = code ? code : table[i].code;
		twilio = table[i].twilio;
		if (f->kind == CARRIER_JAMBONZ) {
			*type = table[i].jambonz_type;
			ok = iv_buf_adds(out, iv_str(table[i].jambonz));
		}
	}
	if (f->kind == CARRIER_ELEVENLABS) {
		*type = "application/json";
		elevenlabs_error_body(out, (int)f->plan.status, (int)f->plan.code);
	}
	if (f->kind == CARRIER_TWILIO) {
		*type = "application/json";
		twilio_error_body(out, (int)f->plan.status, code ? code : 20001, twilio);
	}
	if (!ok)
		abort(); /* a few words */
}

static void answer_fault(struct rest_fault *f)
{
	struct iv_buf body;
	const char *type;

	iv_buf_init(&body, 4096);
	usual_body(f, &body, &type);
	later(f, (int)f->plan.status, type, iv_buf_str(&body));
	iv_buf_deinit(&body);
}

bool rest_begins(struct carriers *c, struct iv_http_req *rq, enum carrier_kind kind, const char *what, struct iv_str to,
		 struct rest_fault **fault)
{
	static const char *const names[] = {"jambonz", "twilio", "elevenlabs"};
	struct rule_match match = {.carrier = iv_str(names[kind]), .rest = iv_str(what), .to = to};
	struct carrier_plan plan = {0};
	struct iv_arena arena;
	struct rest_fault *f;

	*fault = NULL;
	carrier_plan_shape.defaults(&plan);
	plan.rest.retry_after_s = -1;
	iv_arena_init(&arena, 65536);
	/* read when they were set: what fails now is memory, and then there is no fault */
	bool ok = rules_apply(c->rules, &match, &plan, &arena, NULL);
	iv_arena_deinit(&arena);
	if (!ok || (!plan.rest.status && !plan.rest.no_answer && !plan.rest.delay_ms &&
		    (kind != CARRIER_ELEVENLABS || !plan.rest.code)))
		return false;
	f = calloc(1, sizeof(*f));
	if (!f)
		abort();
	c->hooks_out++;
	f->c = c;
	f->plan = plan.rest;
	f->kind = kind;
	f->rq = rq;
	iv_timer_init(&f->timer, c->loop, answer_now, f);
	if (plan.rest.after_placed || (!plan.rest.status && !plan.rest.no_answer)) {
		*fault = f;
		return false;
	}
	answer_fault(f);
	return true;
}

int64_t rest_code(const struct rest_fault *fault)
{
	return fault && !fault->plan.status ? fault->plan.code : 0;
}

void rest_reply(struct rest_fault *fault, struct iv_http_req *rq, int status, const char *type, struct iv_str body)
{
	if (!fault)
		iv_http_reply(rq, status, type, body);
	else if (fault->plan.status || fault->plan.no_answer)
		answer_fault(fault);
	else
		later(fault, status, type, body);
}
