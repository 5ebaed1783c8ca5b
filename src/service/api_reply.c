/* Answers: the struct printed by its shape, or a problem document; the headers around them; the line in
 * the log. */
#include <stdio.h>
#include "api_priv.h"
#include "iv_id.h"
#include "iv_log.h"

void api_request_id(struct iv_http_req *rq, char out[129])
{
	struct iv_str given = iv_http_header(rq, "x-request-id");

	if (iv_id_acceptable(given))
		(void)iv_str_copy(out, 129, given); /* 128 bytes at most */
	else
		iv_id_new("req", iv_wall_ms(), out);
}

void api_common_headers(struct iv_api *a, struct iv_http_req *rq, struct iv_str request_id)
{
	api_cors(a, rq);
	iv_http_set_header(rq, "X-Request-Id", request_id);
	iv_http_set_header(rq, "Cache-Control", IV_S("no-store"));
	iv_http_set_header(rq, "X-Content-Type-Options", IV_S("nosniff"));
}

/* ── problems ── */

static void put_wrong(struct iv_jw *w, const char *pointer, const char *detail)
{
	iv_jw_obj(w, NULL);
	if (pointer[0] == '?')
		iv_jw_cstr(w, "parameter", pointer + 1);
	else
		iv_jw_cstr(w, "pointer", pointer);
	iv_jw_cstr(w, "detail", detail);
	iv_jw_end_obj(w);
}

struct iv_str api_problem(struct iv_api *a, struct iv_buf *out, const struct iv_err *e, int status, struct iv_str path,
			  const char *request_id, const struct api_wrong *wrong)
{
	const char *name = iv_code_info(e->code)->name;
	char type[256];
	struct iv_jw w;

	(void)snprintf(type, sizeof(type), "%s/docs/api#%s", a->s->cfg->public_base_url, name);
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "type", type);
	iv_jw_cstr(&w, "title", iv_http_status_text(status));
	iv_jw_i64(&w, "status", status);
	iv_jw_cstr(&w, "code", name);
	iv_jw_cstr(&w, "detail", e->msg);
	iv_jw_str(&w, "instance", path);
	iv_jw_cstr(&w, "requestId", request_id);
	if (wrong) {
		iv_jw_arr(&w, "errors");
		for (; wrong; wrong = wrong->next)
			put_wrong(&w, wrong->pointer, wrong->detail);
		iv_jw_end_arr(&w);
	}
	iv_jw_end_obj(&w);
	if (!iv_jw_done(&w))
		iv_buf_clear(out); /* the status alone has to do */
	return iv_buf_str(out);
}

/* "steps[2].name" of an error to "/steps/2/name", when its first word is a field of the body. */
static const struct api_wrong *wrong_of(struct iv_api_call *c, const struct iv_err *e)
{
	const struct iv_shape *shape = c->route->in;
	struct iv_str rest = iv_str(e->field), word = IV_STR_NULL;
	char pointer[2 * sizeof(e->field) + 1];
	size_t n = 0;
	bool known = false;

	if (c->priv->wrong || e->code != IV_EINVAL || !shape || !e->field[0])
		return c->priv->wrong;
	word.ptr = rest.ptr;
	word.len = strcspn(rest.ptr, ".[");
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++)
		known = known || iv_str_eq(word, iv_str(f->name));
	if (!known)
		return NULL; /* a constraint's name, or a field of something else */
	pointer[n++] = '/';
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.ptr[i] == '.' || rest.ptr[i] == '[')
			pointer[n++] = '/';
		else if (rest.ptr[i] != ']')
			pointer[n++] = rest.ptr[i];
	}
	pointer[n] = '\0';
	iv_api_bad(c, pointer, "%s", e->msg);
	return c->priv->wrong;
}

static bool declared(const struct iv_api_route *row, enum iv_code code)
{
	enum iv_code all[IV_API_ERRORS];

	(void)iv_api_errors(row, all);
	for (size_t i = 0; all[i] != IV_OK; i++)
		if (all[i] == code)
			return true;
	return false;
}

/* As the older platform's functions said it, and what was wrong beside. */
static struct iv_str function_problem(struct iv_api_call *c, const struct iv_err *e)
{
	const struct api_wrong *wrong = wrong_of(c, e);
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", false);
	iv_jw_cstr(&w, "error", e->msg);
	iv_jw_cstr(&w, "code", iv_code_info(e->code)->name);
	iv_jw_cstr(&w, "requestId", c->request_id);
	if (wrong) {
		iv_jw_arr(&w, "errors");
		for (; wrong; wrong = wrong->next)
			put_wrong(&w, wrong->pointer, wrong->detail);
		iv_jw_end_arr(&w);
	}
	iv_jw_end_obj(&w);
	if (!iv_jw_done(&w))
		iv_buf_clear(&c->json); /* the status alone has to do */
	return iv_buf_str(&c->json);
}

static void compose_problem(struct iv_api_call *c, struct iv_err e)
{
	struct iv_api_private *p = c->priv;

	if (e.code != IV_ECANCELED && !declared(c->route, e.code)) /* canceled: nobody is there to read it */
		iv_error("api.undeclared_error", IV_LS("route", c->route->id), IV_LS("code", iv_code_info(e.code)->name));
	if (e.code == IV_EINTERNAL) { /* ours to know, not the client's */
		iv_error("api.failed", IV_LS("route", c->route->id), IV_LS("why", e.msg), IV_LS("request_id", c->request_id));
		(void)iv_str_copy(e.msg, sizeof(e.msg), IV_S("this did not work; requestId finds out why"));
	}
	if (!p->retry_after_s)
		p->retry_after_s = p->auth.wait_s;
	if (!p->retry_after_s && iv_code_info(e.code)->retryable)
		p->retry_after_s = e.code == IV_EQUOTA ? 60 : 1;
	iv_buf_clear(&c->json);
	if (c->route->flags & IV_API_FUNCTION) {
		p->answer.status = c->s->cfg->functions_500 ? 500 : iv_code_info(e.code)->http_status;
		p->answer.content_type = "application/json";
		p->answer.body = function_problem(c, &e);
		return;
	}
	p->answer.status = iv_code_info(e.code)->http_status;
	p->answer.content_type = "application/problem+json";
	p->answer.body = api_problem(p->api, &c->json, &e, p->answer.status, p->path, c->request_id, wrong_of(c, &e));
}

/* ── success ── */

static bool print(struct iv_api_call *c)
{
	struct iv_jw w;

	if (!c->route->out || (!c->out && c->json.len))
		return true; /* the steps have written it */
	if (!c->out)
		return false;
	iv_buf_clear(&c->json);
	iv_jw_init(&w, &c->json);
	iv_shape_write(c->route->out, c->out, NULL, &w);
	return iv_jw_done(&w);
}

void api_compose(struct iv_api_call *c)
{
	struct iv_api_private *p = c->priv;

	if (p->answer.status)
		return; /* remembered from the first time */
	if (c->flow.err.code != IV_OK) {
		compose_problem(c, c->flow.err);
		return;
	}
	p->answer.status = c->status ? c->status : c->route->status;
	if (p->answer.status == 204 || p->taken)
		return;
	if (!print(c)) {
		compose_problem(c, (struct iv_err){.code = IV_EINTERNAL, .msg = "the answer could not be printed"});
		return;
	}
	p->answer.content_type = c->content_type ? c->content_type : c->route->content_type;
	if (!p->answer.content_type)
		p->answer.content_type = "application/json";
	p->answer.body = iv_buf_str(&c->json);
}

/* ── out of the door ── */

static void put_number(struct iv_http_req *rq, const char *name, int64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	iv_http_set_header(rq, name, iv_str(text));
}

static void put_headers(struct iv_api_call *c)
{
	struct iv_api_private *p = c->priv;
	char text[IV_RATE_HEADER_SIZE];

	api_common_headers(p->api, c->http, iv_str(c->request_id));
	if (p->rated && p->verdict.limit) {
		iv_rate_policy_header(&p->policy, text);
		iv_http_set_header(c->http, "RateLimit-Policy", iv_str(text));
		iv_rate_header(&p->policy, &p->verdict, text);
		iv_http_set_header(c->http, "RateLimit", iv_str(text));
	}
	if (p->answer.status >= 400 && p->retry_after_s)
		put_number(c->http, "Retry-After", p->retry_after_s);
	if (p->answer.status == 401)
		iv_http_set_header(c->http, "WWW-Authenticate", IV_S("Bearer realm=\"invorto\""));
	if (p->claim.replayed)
		iv_http_set_header(c->http, "Idempotency-Replayed", IV_S("true"));
}

void api_send(struct iv_api_call *c)
{
	struct iv_api_private *p = c->priv;
	int status = c->http || p->taken ? p->answer.status : 499;
	int64_t us = iv_now_us() - p->begun_us;
	struct iv_log_context context = {.request_id = c->request_id, .trace_id = p->trace_id};

	if (c->http) {
		put_headers(c);
		iv_http_reply(c->http, p->answer.status, p->answer.content_type, p->answer.body);
	}
	api_count_answer(p->row, status, us);
	api_trace_end(c, status);
	iv_log_push(&context);
	iv_info("http.request", IV_LS("method", c->route->method),
		IV_LS("route", c->route->path), IV_LI("status", status), IV_LI("us", us),
		IV_LI("bytes", p->answer.body.len), IV_LV("tenant_id", c->who.tenant_id), IV_LV("key_id", c->who.key_id),
		IV_LV("user_id", c->who.user_id));
	iv_log_pop(&context);
}
