/* Recorded streams of several servers through the SSE reader and the chunk reader. */
#include "golden.h"
#include "iv_sse.h"
#include "../../../src/provider/llm_vendor.h"

struct seen {
	struct llm_reader reader;
	struct iv_buf out;
	bool finished, over;
};

static void on_event(void *arg, struct iv_str event, struct iv_str data)
{
	struct seen *s = arg;
	if (s->over)
		return;
	enum llm_read read = llm_openai.read(&s->reader, event, data);
	if (s->reader.text.len > 0)
		assert_true(iv_buf_printf(&s->out, "text [%.*s]\n",
					  IV_FMT(iv_buf_str(&s->reader.text))));
	if (s->reader.finished && !s->finished)
		assert_true(iv_buf_adds(&s->out, IV_S("finished\n")));
	s->finished = s->reader.finished;
	if (read == LLM_READ_MORE)
		return;
	s->over = true;
	if (read == LLM_READ_ERROR)
		assert_true(iv_buf_printf(&s->out, "error %s\n", s->reader.error_reason));
	if (read == LLM_READ_BAD)
		assert_true(iv_buf_adds(&s->out, IV_S("bad\n")));
	if (read == LLM_READ_DONE && s->reader.counted)
		assert_true(iv_buf_printf(&s->out, "usage %lld %lld\n",
					  (long long)s->reader.tokens_in,
					  (long long)s->reader.tokens_out));
	if (read == LLM_READ_DONE)
		assert_true(iv_buf_adds(&s->out, IV_S("done\n")));
}

static void write_end(struct seen *s)
{
	bool whole = llm_reader_finish(&s->reader);
	if (s->reader.text.len > 0)
		assert_true(iv_buf_printf(&s->out, "text [%.*s]\n",
					  IV_FMT(iv_buf_str(&s->reader.text))));
	if (!whole)
		assert_true(iv_buf_adds(&s->out, IV_S("incomplete\n")));
	for (size_t i = 0; whole && i < s->reader.tools.count; i++) {
		const struct llm_tool *t = &s->reader.tools.slots[i];
		assert_true(iv_buf_printf(&s->out, "tool %.*s %.*s %.*s\n",
					  IV_FMT(iv_buf_str(&t->id)), IV_FMT(iv_buf_str(&t->name)),
					  IV_FMT(iv_buf_str(&t->args))));
	}
}

static void play(const char *name, size_t step)
{
	struct seen s = {.finished = false};
	struct iv_buf stream;
	struct iv_sse sse;
	golden_read(&stream, name, "sse");
	llm_reader_init(&s.reader);
	iv_buf_init(&s.out, 1 << 16);
	iv_sse_init(&sse, 1 << 16);
	for (size_t at = 0; at < stream.len; at += step) {
		size_t n = stream.len - at < step ? stream.len - at : step;
		assert_true(iv_sse_feed(&sse, (struct iv_str){stream.ptr + at, n}, on_event, &s));
	}
	iv_sse_finish(&sse, on_event, &s);
	write_end(&s);
	golden_check(&s.out, name);
	iv_sse_deinit(&sse);
	llm_reader_deinit(&s.reader);
	iv_buf_deinit(&stream);
}

static void recorded_streams_are_read_however_they_are_split(void **state)
{
	(void)state;
	static const char *const names[] = {
		"openai_text",	  "openai_tool",  "ollama_tools", "llamacpp_text", "vllm_think",
		"azure_filter",	  "gemini_tools", "groq_usage",	  "error_in_200",  "error_line",
		"lmstudio_error", "not_json",	  "tool_cut"};
	static const size_t steps[] = {1, 7, 1000000};
	for (size_t i = 0; i < IV_COUNT(names); i++)
		for (size_t k = 0; k < IV_COUNT(steps); k++)
			play(names[i], steps[k]);
}

static void the_body_is_what_the_host_takes(void **state)
{
	(void)state;
	static const struct {
		const char *base, *tools, *body, *response;
	} rows[] = {
		{"https://api.openai.com/v1", "[]",
		 "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true,"
		 "\"include_obfuscation\":false},\"messages\":[{\"role\":\"user\"}],"
		 "\"max_completion_tokens\":250,\"temperature\":0.5,\"user\":\"call-1\"}", ""},
		{"http://127.0.0.1:11434/v1", "[]",
		 "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
		 "\"messages\":[{\"role\":\"user\"}],\"max_tokens\":250,\"temperature\":0.5,\"user\":\"call-1\"}", ""},
		{"http://api.openai.com.example.org/v1", "[{\"type\":\"function\"}]",
		 "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
		 "\"messages\":[{\"role\":\"user\"}],\"tools\":[{\"type\":\"function\"}],"
		 "\"tool_choice\":\"auto\",\"parallel_tool_calls\":false,\"max_tokens\":250,"
		 "\"temperature\":0.5,\"user\":\"call-1\"}",
		 ""},
		{"http://127.0.0.1:11434/v1", "",
		 "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
		 "\"messages\":[{\"role\":\"user\"}],\"max_tokens\":250,\"temperature\":0.5,\"user\":\"call-1\","
		 "\"response_format\":{\"type\":\"json_object\"}}",
		 "{\"type\":\"json_object\"}"},
	};
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct llm_params p = {
			iv_str(rows[i].base), IV_S("m"), 0.5, 250, IV_S("[{\"role\":\"user\"}]"),
			iv_str(rows[i].tools), IV_S("call-1"), iv_str(rows[i].response)};
		struct iv_buf body;
		iv_buf_init(&body, 4096);
		assert_true(llm_openai.body(&body, &p));
		BUF_IS(&body, rows[i].body);
		iv_buf_deinit(&body);
	}
}

static void the_url_is_the_base_and_the_path(void **state)
{
	(void)state;
	static const char *const bases[] = {"http://h:1/v1", "http://h:1/v1/"};
	for (size_t i = 0; i < IV_COUNT(bases); i++) {
		struct llm_params p = {.base_url = iv_str(bases[i])};
		struct iv_buf url;
		iv_buf_init(&url, 256);
		assert_true(llm_openai.url(&url, &p));
		BUF_IS(&url, "http://h:1/v1/chat/completions");
		iv_buf_deinit(&url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_streams_are_read_however_they_are_split),
		cmocka_unit_test(the_body_is_what_the_host_takes),
		cmocka_unit_test(the_url_is_the_base_and_the_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
