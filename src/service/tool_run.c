/* One HTTP call of a tool: fill the template, check the host, send, hand the answer back as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_fetch.h"
#include "iv_json.h"
#include "iv_tool_run.h"

enum { ANSWER_MAX = 65536, URL_MAX_BYTES = 4096 };

struct iv_tool_run {
	struct iv_loop *loop;
	struct iv_fetch *fetch;
	iv_tool_done_fn *done;
	void *arg;
	const char *refused; /* why it was not even sent */
	bool cancelled;
};

static void finish(struct iv_tool_run *r, bool ok, struct iv_str json)
{
	if (!r->cancelled)
		r->done(r->arg, ok, json);
	iv_free_later(r->loop, r);
}

static void refuse(void *arg)
{
	struct iv_tool_run *r = arg;
	char json[128];

	(void)snprintf(json, sizeof(json), "{\"error\":\"%s\"}", r->refused);
	finish(r, false, iv_str(json));
}

static void on_done(void *arg, const struct iv_fetch_result *result)
{
	struct iv_tool_run *r = arg;
	cJSON *json = NULL;
	char error[96];

	r->fetch = NULL;
	if (result->err.code != IV_OK) {
		(void)snprintf(error, sizeof(error), "{\"error\":\"%s\",\"status\":%d}",
			       iv_code_info(result->err.code)->name, result->status);
		finish(r, false, iv_str(error));
		return;
	}
	json = iv_json_parse(result->body, NULL);
	if (json)
		finish(r, true, result->body);
	else
		finish(r, false, IV_S("{\"error\":\"the tool's answer is not JSON\"}"));
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

static const char *dispatch(struct iv_tool_run *r, struct iv_net *n, const struct iv_config *cfg,
			const struct iv_tool *tool, struct iv_str args_json, struct iv_str call_id, int timeout_ms)
{
	const struct iv_header headers[] = {{IV_S("Content-Type"), IV_S("application/json")},
					    {IV_S("Accept"), IV_S("application/json")},
					    {IV_S("X-Call-Id"), call_id}};
	static const struct iv_fetch_handlers handlers = {.done = on_done};
	cJSON *args = iv_json_parse(args_json, NULL);
	const char *why = NULL;
	struct iv_buf url;
	struct iv_url u;
	bool listed = false;

	iv_buf_init(&url, URL_MAX_BYTES);
	if (!cJSON_IsObject(args))
		why = "arguments must be a JSON object";
	else if ((tool->url.ptr[0] == '/' && !iv_buf_adds(&url, iv_str(cfg->tool_base_url))) ||
		 !fill(&url, tool->url, args))
		why = "the address lacks an argument";
	else if (!iv_url_parse(iv_buf_str(&url), &u, NULL))
		why = "the address is not a URL";
	else if (!(listed = host_listed(cfg, u.host)) && (cfg->tool_hosts[0] || !u.tls))
		why = "the host is not allowed";
	if (!why)
		r->fetch = iv_fetch_start(n,
					  &(struct iv_fetch_opts){
						  .method = iv_tool_methods[tool->method],
						  .url = iv_buf_str(&url),
						  .headers = headers,
						  .header_count = IV_COUNT(headers),
						  .body = tool->method == 0 ? IV_STR_NULL : args_json,
						  .total_ms = timeout_ms,
						  .body_max = ANSWER_MAX,
						  .public_only = !listed,
					  },
					  &handlers, r);
	cJSON_Delete(args);
	iv_buf_deinit(&url);
	return why;
}

struct iv_tool_run *iv_tool_start(struct iv_net *n, const struct iv_config *cfg, const struct iv_tool *tool,
				  struct iv_str args_json, struct iv_str call_id, int timeout_ms,
				  iv_tool_done_fn *done, void *arg)
{
	struct iv_tool_run *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	*r = (struct iv_tool_run){.loop = iv_net_loop(n), .done = done, .arg = arg};
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
	iv_free_later(r->loop, r);
}
