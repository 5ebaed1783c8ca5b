/* One HTTP call of a tool: fill the template, check the host, open the secrets its headers name, send, hand the answer
 * back as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_fetch.h"
#include "iv_json.h"
#include "iv_schema.h"
#include "iv_tool_run.h"
#include "iv_trace.h"

enum { ANSWER_MAX = 65536, URL_MAX_BYTES = 4096, OWN_HEADERS = 3, SECRETS_BYTES = 262144, MASKED_LEAST = 6 };

struct iv_tool_run {
	struct iv_loop *loop;
	struct iv_fetch *fetch;
	struct iv_span *span;
	iv_tool_done_fn *done;
	void *arg;
	char *output_schema; /* NULL: any JSON will do */
	const char *refused; /* why it was not even sent */
	enum iv_tool_end refused_as;
	bool cancelled;
	struct waiting *waiting; /* for secrets; NULL: its headers name none, or it is sent */
	struct iv_buf values[IV_TOOL_HEADERS_MAX]; /* as sent, with their prefixes: masked in the answer, wiped at the end */
	size_t value_count, prefix_len[IV_TOOL_HEADERS_MAX];
};

/* What is needed to send it once its secrets are there. */
struct waiting {
	struct iv_flow flow, *running;
	struct iv_tool_run *r;
	struct iv_tool_house house;
	struct iv_arena arena;
	struct iv_secrets_run run;
	char tenant[132];
	struct iv_buf url, body;
	cJSON *headers;
	struct iv_str call_id;
	int method;
	bool listed;
	int64_t until_us;
};

static void wait_free(struct waiting *w)
{
	iv_arena_deinit(&w->arena);
	iv_buf_deinit(&w->url);
	iv_buf_deinit(&w->body);
	cJSON_Delete(w->headers);
	iv_free_later(w->r->loop, w);
	w->r->waiting = NULL;
}

static void release(struct iv_tool_run *r)
{
	for (size_t i = 0; i < r->value_count; i++) {
		iv_wipe(r->values[i].ptr, r->values[i].len);
		iv_buf_deinit(&r->values[i]);
	}
	r->value_count = 0;
	free(r->output_schema);
	r->output_schema = NULL;
	iv_trace_drop(r->span);
	r->span = NULL;
	iv_free_later(r->loop, r);
}

static void finish(struct iv_tool_run *r, enum iv_tool_end end, int status, struct iv_str json)
{
	if (!r->cancelled)
		r->done(r->arg, &(struct iv_tool_result){end, status, json});
	release(r);
}

static void fail(struct iv_tool_run *r, enum iv_tool_end end, int status, const char *reason)
{
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 1024);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "error", reason);
	if (status)
		iv_jw_i64(&w, "status", status);
	iv_jw_end_obj(&w);
	finish(r, end, status, iv_jw_done(&w) ? iv_buf_str(&b) : IV_S("{\"error\":\"unknown\"}"));
	iv_buf_deinit(&b);
}

static void refuse(void *arg)
{
	struct iv_tool_run *r = arg;

	fail(r, r->refused_as, 0, r->refused);
}

static bool as_promised(const struct iv_tool_run *r, const cJSON *answer, struct iv_err *e)
{
	cJSON *schema = r->output_schema ? iv_json_parse(iv_str(r->output_schema), e) : NULL;
	bool ok = !r->output_schema || (schema && iv_schema_check(schema, answer, e));

	cJSON_Delete(schema);
	return ok;
}

/* An answer that says what it was shown must not carry it on: in place, each byte a star. */
static void mask(const struct iv_tool_run *r, char *text, size_t len)
{
	for (size_t i = 0; i < r->value_count; i++) {
		struct iv_str v = iv_buf_str(&r->values[i]);
		struct iv_str value = {v.ptr + r->prefix_len[i], v.len - r->prefix_len[i]};
		ptrdiff_t at = 0;

		while (value.len >= MASKED_LEAST && (at = iv_str_find((struct iv_str){text, len}, value, (size_t)at)) >= 0)
			memset(text + at, '*', value.len);
	}
}

static void on_done(void *arg, const struct iv_fetch_result *fetched)
{
	struct iv_tool_run *r = arg;
	struct iv_err e = {0};
	char why[sizeof(e.field) + sizeof(e.msg) + 32];
	struct iv_fetch_result masked = *fetched;
	const struct iv_fetch_result *result = &masked;
	struct iv_buf body;
	cJSON *json;

	r->fetch = NULL;
	iv_buf_init(&body, ANSWER_MAX + 1);
	if (r->value_count && fetched->body.len && iv_buf_adds(&body, fetched->body)) {
		mask(r, body.ptr, body.len);
		masked.body = iv_buf_str(&body);
	}
	if (result->err.code != IV_OK) {
		fail(r, result->err.code == IV_ETIMEDOUT ? IV_TOOL_TIMEOUT : IV_TOOL_ERROR, result->status,
		     iv_code_info(result->err.code)->name);
		iv_buf_deinit(&body);
		return;
	}
	json = iv_json_parse(result->body, NULL);
	if (!json) {
		fail(r, IV_TOOL_SCHEMA_MISMATCH, result->status, "the tool's answer is not JSON");
	} else if (!as_promised(r, json, &e)) {
		(void)snprintf(why, sizeof(why), "the tool's answer%s%s %s", e.field[0] ? " at " : "", e.field, e.msg);
		fail(r, IV_TOOL_SCHEMA_MISMATCH, result->status, why);
	} else {
		finish(r, IV_TOOL_OK, result->status, result->body);
	}
	cJSON_Delete(json);
	iv_buf_deinit(&body);
}

/* {name} by the argument's text, percent-encoded; a name the arguments lack is an error. */
static bool fill(struct iv_buf *url, struct iv_str template, const cJSON *args)
{
	while (template.len) {
		ptrdiff_t open = iv_str_find(template, IV_S("{"), 0), close;
		struct iv_str name;
		const cJSON *value;
		char number[32];

		if (open < 0)
			return iv_buf_adds(url, template);
		close = iv_str_find(template, IV_S("}"), (size_t)open);
		if (close < 0 || !iv_buf_add(url, template.ptr, (size_t)open))
			return false;
		name = (struct iv_str){template.ptr + open + 1, (size_t)(close - open - 1)};
		template.ptr += close + 1;
		template.len -= (size_t)close + 1;
		value = NULL;
		for (const cJSON *m = args ? args->child : NULL; m && !value; m = m->next)
			if (iv_str_eq(iv_str(m->string), name))
				value = m;
		if (cJSON_IsString(value)) {
			if (!iv_url_encode(url, iv_str(value->valuestring)))
				return false;
		} else if (cJSON_IsNumber(value)) {
			(void)snprintf(number, sizeof(number), "%.15g", value->valuedouble);
			if (!iv_url_encode(url, iv_str(number)))
				return false;
		} else {
			return false;
		}
	}
	return true;
}

static bool host_listed(const struct iv_config *cfg, struct iv_str host)
{
	struct iv_str rest = iv_str(cfg->tool_hosts), one;

	while (iv_str_split(&rest, ',', &one))
		if (iv_str_ieq(iv_str_trim(one), host))
			return true;
	return false;
}

/* NULL: a request may go there. */
static const char *judge(const struct iv_config *cfg, struct iv_str url, bool *listed)
{
	struct iv_url u;

	*listed = false;
	if (!iv_url_parse(url, &u, NULL))
		return "the address is not a URL";
	*listed = host_listed(cfg, u.host);
	return *listed || (!cfg->tool_hosts[0] && u.tls) ? NULL : "the host is not allowed";
}

const char *iv_tool_refusal(const struct iv_config *cfg, const struct iv_tool *tool)
{
	struct iv_str url = tool->url;
	struct iv_buf b;
	const char *why = NULL;
	bool listed;

	if (!url.len)
		return NULL;
	iv_buf_init(&b, URL_MAX_BYTES);
	for (size_t i = 0; i < url.len; i++) /* places only follow the host */
		if (url.ptr[i] == '{')
			url.len = i;
	if ((url.ptr[0] == '/' && !iv_buf_adds(&b, iv_str(cfg->tool_base_url))) || !iv_buf_adds(&b, url))
		why = "the address is too long";
	else
		why = judge(cfg, iv_buf_str(&b), &listed);
	iv_buf_deinit(&b);
	return why;
}

/* ── headers, and the secrets they name ── */

/* The secrets' names; how many there are. */
static size_t names_of(const cJSON *own, struct iv_str out[IV_TOOL_HEADERS_MAX])
{
	size_t n = 0;

	for (const cJSON *m = own ? own->child : NULL; m && n < IV_TOOL_HEADERS_MAX; m = m->next)
		if (cJSON_IsObject(m))
			out[n++] = iv_json_str(m, "$secret");
	return n;
}

/* How many of `out` are filled; those of the tool point into `own` and into r->values. */
static size_t fill_headers(struct iv_tool_run *r, struct iv_header *out, const cJSON *own, struct iv_str call_id)
{
	size_t n = 0, secret = 0;

	out[n++] = (struct iv_header){IV_S("Content-Type"), IV_S("application/json")};
	out[n++] = (struct iv_header){IV_S("Accept"), IV_S("application/json")};
	if (call_id.len)
		out[n++] = (struct iv_header){IV_S("X-Call-Id"), call_id};
	for (const cJSON *m = own ? own->child : NULL; m && n < OWN_HEADERS + IV_TOOL_HEADERS_MAX; m = m->next) {
		if (cJSON_IsString(m))
			out[n++] = (struct iv_header){iv_str(m->string), iv_str(m->valuestring)};
		else if (cJSON_IsObject(m) && secret < r->value_count)
			out[n++] = (struct iv_header){iv_str(m->string), iv_buf_str(&r->values[secret++])};
	}
	return n;
}

struct sending {
	struct iv_net *net;
	int method, total_ms;
	struct iv_str url, body, call_id;
	const cJSON *headers;
	bool listed;
};

static void send_request(struct iv_tool_run *r, const struct sending *o)
{
	static const struct iv_fetch_handlers handlers = {.done = on_done};
	struct iv_header headers[OWN_HEADERS + IV_TOOL_HEADERS_MAX];

	r->fetch = iv_fetch_start(o->net,
				  &(struct iv_fetch_opts){
					  .method = iv_tool_methods[o->method],
					  .url = o->url,
					  .headers = headers,
					  .header_count = fill_headers(r, headers, o->headers, o->call_id),
					  .body = o->method == 0 ? IV_STR_NULL : o->body,
					  .total_ms = o->total_ms,
					  .body_max = ANSWER_MAX,
					  .span = r->span,
					  .public_only = !o->listed,
				  },
				  &handlers, r);
}

/* ── waiting for secrets ── */

static struct waiting *waiting_of(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct waiting, flow);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct waiting *w = waiting_of(f);
	struct iv_str names[IV_TOOL_HEADERS_MAX];
	size_t n = names_of(w->headers, names);

	return iv_secrets_ask(w->house.secrets, f, &w->run, &(struct iv_scope){.tenant_id = iv_str(w->tenant)}, &w->arena,
			      names, n);
}

static bool open_one(struct waiting *w, const cJSON *m, struct iv_str host, struct iv_err *e)
{
	struct iv_tool_run *r = w->r;
	struct iv_buf *value = &r->values[r->value_count];
	struct iv_str prefix = iv_json_str(m, "prefix");

	iv_buf_init(value, IV_SEAL_VALUE_MAX + 256);
	r->prefix_len[r->value_count++] = prefix.len;
	return (!prefix.len || iv_buf_adds(value, prefix)) &&
	       iv_secrets_take(w->house.secrets, &w->run, iv_str(w->tenant), iv_json_str(m, "$secret"), host, value, e);
}

static enum iv_flow_next open_all(struct iv_flow *f)
{
	struct waiting *w = waiting_of(f);
	struct iv_url u;

	if (!iv_url_parse(iv_buf_str(&w->url), &u, &f->err))
		return IV_FLOW_DONE;
	for (const cJSON *m = w->headers->child; m; m = m->next)
		if (cJSON_IsObject(m) && !open_one(w, m, u.host, &f->err))
			return IV_FLOW_DONE;
	return IV_FLOW_DONE;
}

static void opened(struct iv_flow *f)
{
	struct waiting *w = waiting_of(f);
	struct iv_tool_run *r = w->r;
	int64_t left_ms = (w->until_us - iv_now_us()) / 1000;
	struct iv_err why = f->err;

	if (why.code == IV_OK && left_ms > 0) {
		send_request(r, &(struct sending){w->house.net, w->method, (int)left_ms, iv_buf_str(&w->url),
						  iv_buf_str(&w->body), w->call_id, w->headers, w->listed});
		wait_free(w);
		return;
	}
	wait_free(w);
	if (r->cancelled)
		release(r);
	else
		fail(r, why.code == IV_ETIMEDOUT || why.code == IV_OK ? IV_TOOL_TIMEOUT : IV_TOOL_ERROR, 0,
		     why.code == IV_OK ? iv_code_info(IV_ETIMEDOUT)->name : why.msg);
}

static const struct iv_flow_step open_steps[] = {{"ask", ask}, {"open", open_all}, {0}};
static const struct iv_flow_type open_flow = {"tool_secrets", open_steps, opened};

static void wait_for_secrets(void *arg)
{
	struct waiting *w = arg;
	int64_t left_ms = (w->until_us - iv_now_us()) / 1000;

	if (w->r->cancelled) {
		struct iv_tool_run *r = w->r;

		wait_free(w);
		release(r);
		return;
	}
	iv_flow_start(&w->flow, &open_flow, w->r->loop, left_ms > 0 ? left_ms : 1, &w->running);
}

/* ── the start ── */

static struct waiting *wait_new(struct iv_tool_run *r, const struct iv_tool_house *house, const struct sending *o)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->r = r;
	w->house = *house;
	w->method = o->method;
	w->listed = o->listed;
	w->until_us = iv_now_us() + (int64_t)o->total_ms * 1000;
	w->headers = cJSON_Duplicate(o->headers, true);
	iv_arena_init(&w->arena, SECRETS_BYTES);
	w->call_id = iv_arena_str(&w->arena, o->call_id);
	iv_buf_init(&w->url, o->url.len);
	iv_buf_init(&w->body, o->body.len + 1);
	(void)iv_str_copy(w->tenant, sizeof(w->tenant), house->tenant_id); /* ids are shorter */
	if (!w->headers || !iv_buf_adds(&w->url, o->url) || !iv_buf_adds(&w->body, o->body))
		abort(); /* it fits: there is no memory at all */
	return w;
}

static const char *dispatch(struct iv_tool_run *r, const struct iv_tool_house *house, const struct iv_tool *tool,
			    struct iv_str args_json, struct iv_str call_id, int timeout_ms)
{
	cJSON *args = iv_json_parse(args_json, NULL);
	cJSON *own = tool->headers.ptr ? iv_json_parse(tool->headers, NULL) : NULL;
	struct iv_str names[IV_TOOL_HEADERS_MAX];
	const char *why = NULL;
	struct iv_buf url;
	bool listed = false;

	iv_buf_init(&url, URL_MAX_BYTES);
	r->refused_as = IV_TOOL_BAD_REQUEST;
	if (!cJSON_IsObject(args)) {
		why = "arguments must be a JSON object";
	} else if ((tool->url.ptr[0] == '/' && !iv_buf_adds(&url, iv_str(house->cfg->tool_base_url))) ||
		   !fill(&url, tool->url, args)) {
		why = "the address lacks an argument";
	} else {
		r->refused_as = IV_TOOL_ERROR;
		why = judge(house->cfg, iv_buf_str(&url), &listed);
	}
	if (!why) {
		struct sending o = {house->net, tool->method, timeout_ms, iv_buf_str(&url), args_json, call_id, own, listed};

		if (!names_of(own, names))
			send_request(r, &o);
		else if (!house->secrets || !house->tenant_id.len)
			why = "the tool names a secret, and there is no store of secrets";
		else
			iv_defer(r->loop, wait_for_secrets, r->waiting = wait_new(r, house, &o));
	}
	cJSON_Delete(args);
	cJSON_Delete(own);
	iv_buf_deinit(&url);
	return why;
}

static char *copy_of(struct iv_str s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		abort();
	(void)iv_str_copy(copy, s.len + 1, s);
	return copy;
}

struct iv_tool_run *iv_tool_start(const struct iv_tool_house *house, const struct iv_tool *tool, struct iv_str args_json,
				  struct iv_str call_id, int timeout_ms, iv_tool_done_fn *done, void *arg)
{
	struct iv_tool_run *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	*r = (struct iv_tool_run){.loop = iv_net_loop(house->net), .done = done, .arg = arg,
				   .span = iv_trace_hold(house->span)};
	if (tool->output_schema.ptr)
		r->output_schema = copy_of(tool->output_schema);
	r->refused = dispatch(r, house, tool, args_json, call_id, timeout_ms);
	if (r->refused)
		iv_defer(r->loop, refuse, r);
	return r;
}

void iv_tool_cancel(struct iv_tool_run *r)
{
	r->cancelled = true;
	if (r->waiting && r->waiting->running) {
		iv_flow_cancel(r->waiting->running, IV_ECANCELED, "nobody waits any more"); /* its end releases */
		return;
	}
	if (!r->fetch)
		return; /* refused, or about to ask for secrets: what is deferred frees it */
	iv_fetch_cancel(r->fetch);
	release(r);
}
