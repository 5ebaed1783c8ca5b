/* One HTTP call of a tool: fill the template, check the host, send, hand the answer back as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_fetch.h"
#include "iv_json.h"
#include "iv_schema.h"
#include "iv_tool_run.h"

enum { ANSWER_MAX = 65536, URL_MAX_BYTES = 4096, OWN_HEADERS = 3 };

struct iv_tool_run {
	struct iv_loop *loop;
	struct iv_fetch *fetch;
	iv_tool_done_fn *done;
	void *arg;
	char *output_schema; /* NULL: any JSON will do */
	const char *refused; /* why it was not even sent */
	enum iv_tool_end refused_as;
	bool cancelled;
};

static void release(struct iv_tool_run *r)
{
	free(r->output_schema);
	r->output_schema = NULL;
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

static void on_done(void *arg, const struct iv_fetch_result *result)
{
	struct iv_tool_run *r = arg;
	struct iv_err e = {0};
	char why[sizeof(e.field) + sizeof(e.msg) + 32];
	cJSON *json;

	r->fetch = NULL;
	if (result->err.code != IV_OK) {
		fail(r, result->err.code == IV_ETIMEDOUT ? IV_TOOL_TIMEOUT : IV_TOOL_ERROR, result->status,
		     iv_code_info(result->err.code)->name);
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

/* How many of `out` are filled; those of the tool point into `own`. */
static size_t fill_headers(struct iv_header *out, const cJSON *own, struct iv_str call_id)
{
	size_t n = 0;

	out[n++] = (struct iv_header){IV_S("Content-Type"), IV_S("application/json")};
	out[n++] = (struct iv_header){IV_S("Accept"), IV_S("application/json")};
	if (call_id.len)
		out[n++] = (struct iv_header){IV_S("X-Call-Id"), call_id};
	for (const cJSON *m = own ? own->child : NULL; m && n < OWN_HEADERS + IV_TOOL_HEADERS_MAX; m = m->next)
		if (cJSON_IsString(m))
			out[n++] = (struct iv_header){iv_str(m->string), iv_str(m->valuestring)};
	return n;
}

static const char *dispatch(struct iv_tool_run *r, struct iv_net *n, const struct iv_config *cfg,
			    const struct iv_tool *tool, struct iv_str args_json, struct iv_str call_id, int timeout_ms)
{
	static const struct iv_fetch_handlers handlers = {.done = on_done};
	struct iv_header headers[OWN_HEADERS + IV_TOOL_HEADERS_MAX];
	cJSON *args = iv_json_parse(args_json, NULL);
	cJSON *own = tool->headers.ptr ? iv_json_parse(tool->headers, NULL) : NULL;
	const char *why = NULL;
	struct iv_buf url;
	bool listed = false;

	iv_buf_init(&url, URL_MAX_BYTES);
	r->refused_as = IV_TOOL_BAD_REQUEST;
	if (!cJSON_IsObject(args)) {
		why = "arguments must be a JSON object";
	} else if ((tool->url.ptr[0] == '/' && !iv_buf_adds(&url, iv_str(cfg->tool_base_url))) ||
		   !fill(&url, tool->url, args)) {
		why = "the address lacks an argument";
	} else {
		r->refused_as = IV_TOOL_ERROR;
		why = judge(cfg, iv_buf_str(&url), &listed);
	}
	if (!why)
		r->fetch = iv_fetch_start(n,
					  &(struct iv_fetch_opts){
						  .method = iv_tool_methods[tool->method],
						  .url = iv_buf_str(&url),
						  .headers = headers,
						  .header_count = fill_headers(headers, own, call_id),
						  .body = tool->method == 0 ? IV_STR_NULL : args_json,
						  .total_ms = timeout_ms,
						  .body_max = ANSWER_MAX,
						  .public_only = !listed,
					  },
					  &handlers, r);
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

struct iv_tool_run *iv_tool_start(struct iv_net *n, const struct iv_config *cfg, const struct iv_tool *tool,
				  struct iv_str args_json, struct iv_str call_id, int timeout_ms,
				  iv_tool_done_fn *done, void *arg)
{
	struct iv_tool_run *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	*r = (struct iv_tool_run){.loop = iv_net_loop(n), .done = done, .arg = arg};
	if (tool->output_schema.ptr)
		r->output_schema = copy_of(tool->output_schema);
	r->refused = dispatch(r, n, cfg, tool, args_json, call_id, timeout_ms);
	if (r->refused)
		iv_defer(r->loop, refuse, r);
	return r;
}

void iv_tool_cancel(struct iv_tool_run *r)
{
	r->cancelled = true;
	if (!r->fetch)
		return; /* refused: the deferred answer frees it */
	iv_fetch_cancel(r->fetch);
	release(r);
}
