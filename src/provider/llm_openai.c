/* OpenAI's chat completions, streamed, as OpenAI and the servers that imitate it speak it: request
 * body, reading a chunk. Pure. */
#include <math.h>
#include "iv_net.h"
#include "llm_vendor.h"

#define TEXT_MAX ((size_t)1024 * 1024)

void llm_reader_init(struct llm_reader *r)
{
	*r = (struct llm_reader){0};
	iv_buf_init(&r->text, TEXT_MAX);
}

void llm_reader_deinit(struct llm_reader *r)
{
	llm_tools_deinit(&r->tools);
	iv_buf_deinit(&r->text);
}

bool llm_reader_finish(struct llm_reader *r)
{
	iv_buf_clear(&r->text);
	if (!llm_think_finish(&r->think, &r->text))
		return false;
	r->bytes_out += r->text.len;
	return llm_tools_finish(&r->tools);
}

static bool build_url(struct iv_buf *out, const struct llm_params *p)
{
	struct iv_str base = p->base_url;
	while (base.len > 0 && base.ptr[base.len - 1] == '/')
		base.len--;
	return iv_buf_adds(out, base) && iv_buf_adds(out, IV_S("/chat/completions"));
}

static bool build_authorization(struct iv_buf *out, const char *key)
{
	return iv_buf_printf(out, "Bearer %s", key);
}

/* Members that the original knows and its imitators may refuse. */
static bool is_the_original(struct iv_str base_url)
{
	struct iv_url u;
	return iv_url_parse(base_url, &u, NULL) && iv_str_ieq(u.host, IV_S("api.openai.com"));
}

static bool build_body(struct iv_buf *out, const struct llm_params *p)
{
	bool original = is_the_original(p->base_url);
	struct iv_str tools = iv_str_trim(p->tools_json);
	struct iv_jw w;
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "model", p->model);
	iv_jw_bool(&w, "stream", true);
	iv_jw_obj(&w, "stream_options");
	iv_jw_bool(&w, "include_usage", true);
	if (original) /* on by default there: random bytes in every chunk */
		iv_jw_bool(&w, "include_obfuscation", false);
	iv_jw_end_obj(&w);
	iv_jw_raw(&w, "messages", p->messages_json);
	if (tools.len > 0 && !iv_str_eq(tools, IV_S("[]"))) {
		iv_jw_raw(&w, "tools", tools);
		iv_jw_cstr(&w, "tool_choice", "auto");
		iv_jw_bool(&w, "parallel_tool_calls", false);
	}
	iv_jw_i64(&w, original ? "max_completion_tokens" : "max_tokens", p->max_tokens);
	iv_jw_num(&w, "temperature", p->temperature, 2);
	if (p->user.len)
		iv_jw_str(&w, "user", p->user);
	if (p->response_json.len)
		iv_jw_raw(&w, "response_format", p->response_json);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

static int64_t tokens(const cJSON *usage, const char *key)
{
	const cJSON *n = iv_json_get(usage, key);
	if (!cJSON_IsNumber(n) || !isfinite(n->valuedouble) || n->valuedouble < 0 ||
	    n->valuedouble > 1e12)
		return 0;
	return (int64_t)n->valuedouble;
}

/* May come with every chunk, then it is cumulative: the last one counts. */
static void read_usage(struct llm_reader *r, const cJSON *chunk)
{
	const cJSON *usage = iv_json_get(chunk, "usage");
	if (!cJSON_IsObject(usage))
		usage = iv_json_get(iv_json_get(chunk, "x_groq"), "usage");
	if (!cJSON_IsObject(usage))
		return;
	r->counted = r->understood = true;
	r->tokens_in = tokens(usage, "prompt_tokens");
	r->tokens_out = tokens(usage, "completion_tokens");
}

static enum llm_read read_error(struct llm_reader *r, const cJSON *error)
{
	static const struct {
		struct iv_str code;
		const char *reason;
	} codes[] = {
		{{"rate_limit_exceeded", 19}, "rate_limited"},
		{{"insufficient_quota", 18}, "rate_limited"},
		{{"invalid_api_key", 15}, "unauthorized"},
	};
	struct iv_str code = iv_json_str(error, "code");
	r->error_reason = "server_error";
	for (size_t i = 0; i < IV_COUNT(codes); i++)
		if (iv_str_eq(code, codes[i].code))
			r->error_reason = codes[i].reason;
	return LLM_READ_ERROR;
}

static bool read_delta(struct llm_reader *r, const cJSON *delta)
{
	/* content is null in first chunks and a lone blank is a token: the type decides, not the
	 * value. */
	const cJSON *content = iv_json_get(delta, "content");
	if (!cJSON_IsString(content))
		content = iv_json_get(delta, "refusal");
	if (cJSON_IsString(content) &&
	    !llm_think_feed(&r->think, iv_str(content->valuestring), &r->text))
		return false;
	r->bytes_out += r->text.len;
	const cJSON *call, *calls = iv_json_get(delta, "tool_calls");
	cJSON_ArrayForEach(call, calls)
	{
		if (!llm_tools_add(&r->tools, call))
			return false;
	}
	return true;
}

static enum llm_read read_chunk(struct llm_reader *r, const cJSON *chunk)
{
	const cJSON *error = iv_json_get(chunk, "error");
	if (error && !cJSON_IsNull(error))
		return read_error(r, error);
	read_usage(r, chunk);
	const cJSON *choices = iv_json_get(chunk, "choices");
	if (!cJSON_IsArray(choices))
		return cJSON_IsObject(chunk) ? LLM_READ_MORE : LLM_READ_BAD;
	r->understood = true;
	const cJSON *choice = cJSON_GetArrayItem(choices, 0);
	if (!choice) /* the chunk that only carries usage */
		return LLM_READ_MORE;
	if (!read_delta(r, iv_json_get(choice, "delta")))
		return LLM_READ_BAD;
	/* Why it stopped does not matter: "stop" is said with tool calls as well. */
	if (iv_json_str(choice, "finish_reason").len > 0)
		r->finished = true;
	return LLM_READ_MORE;
}

static enum llm_read read_event(struct llm_reader *r, struct iv_str event, struct iv_str data)
{
	iv_buf_clear(&r->text);
	if (iv_str_eq(iv_str_trim(data), IV_S("[DONE]"))) {
		r->understood = true;
		return LLM_READ_DONE;
	}
	cJSON *chunk = iv_json_parse(data, NULL);
	enum llm_read result;
	if (iv_str_eq(event, IV_S("error")))
		result = read_error(r, iv_json_get(chunk, "error") ? iv_json_get(chunk, "error")
								   : chunk);
	else
		result = chunk ? read_chunk(r, chunk) : LLM_READ_BAD;
	cJSON_Delete(chunk);
	return result;
}

const struct llm_vendor llm_openai = {
	.url = build_url,
	.authorization = build_authorization,
	.body = build_body,
	.read = read_event,
};
