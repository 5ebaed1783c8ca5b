#include "golden.h"
#include "../../../src/provider/llm_think.h"
#include "../../../src/provider/llm_tools.h"

/* Fragments as JSON, one per line; the calls they make, "id name args;". NULL: refused at the end. */
static const struct {
	const char *what, *fragments, *calls;
} rows[] = {
	{"one call in three pieces",
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}\n"
	 "{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\"\"}}\n"
	 "{\"index\":0,\"function\":{\"arguments\":\":1}\"}}",
	 "a f {\"x\":1};"},
	{"two indexes, interleaved",
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}\n"
	 "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}}\n"
	 "{\"index\":0,\"function\":{\"arguments\":\"}\"}}\n"
	 "{\"index\":1,\"function\":{\"arguments\":\"}\"}}",
	 "a f {};b g {};"},
	{"index 0 for all, ids differ",
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}\n"
	 "{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}\n"
	 "{\"index\":0,\"function\":{\"arguments\":\"}\"}}",
	 "a f {};b f {};"},
	{"no index, ids",
	 "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}\n"
	 "{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}\n"
	 "{\"id\":\"a\",\"function\":{\"arguments\":\"}\"}}",
	 "a f {};b g {};"},
	{"neither index nor id",
	 "{\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}\n{\"function\":{\"arguments\":\"}\"}"
	 "}",
	 "call_1 f {};"},
	{"id and name repeated in each piece",
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}\n"
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}",
	 "a f {};"},
	{"the id comes late",
	 "{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}\n"
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"}\"}}",
	 "a f {};"},
	{"empty and null arguments",
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}\n"
	 "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"null\"}}\n"
	 "{\"index\":2,\"id\":\"c\",\"function\":{\"name\":\"h\",\"arguments\":null}}",
	 "a f {};b g {};c h {};"},
	{"arguments as an object",
	 "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":[1]}}}",
	 "a f {\"x\":[1]};"},
	{"arguments that are no object",
	 "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"[1]\"}}", NULL},
	{"arguments that stop",
	 "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":\"}}", NULL},
	{"no name", "{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"{}\"}}", NULL},
};

static void fragments_become_the_calls_that_were_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct llm_tools tools = {.count = 0};
		struct iv_str rest = iv_str(rows[i].fragments), line;
		struct iv_buf seen;
		while (iv_str_split(&rest, '\n', &line)) {
			cJSON *fragment = iv_json_parse(line, NULL);
			assert_non_null(fragment);
			assert_true(llm_tools_add(&tools, fragment));
			cJSON_Delete(fragment);
		}
		assert_int_equal(llm_tools_finish(&tools), rows[i].calls != NULL);
		iv_buf_init(&seen, 4096);
		for (size_t k = 0; rows[i].calls && k < tools.count; k++)
			assert_true(iv_buf_printf(&seen, "%.*s %.*s %.*s;",
						  IV_FMT(iv_buf_str(&tools.slots[k].id)),
						  IV_FMT(iv_buf_str(&tools.slots[k].name)),
						  IV_FMT(iv_buf_str(&tools.slots[k].args))));
		if (rows[i].calls)
			BUF_IS(&seen, rows[i].calls);
		iv_buf_deinit(&seen);
		llm_tools_deinit(&tools);
	}
}

static void more_calls_than_there_is_room_for_are_refused(void **state)
{
	(void)state;
	struct llm_tools tools = {.count = 0};
	for (int i = 0; i <= LLM_TOOLS_MAX; i++) {
		cJSON *fragment = cJSON_CreateObject();
		cJSON_AddNumberToObject(fragment, "index", i);
		assert_int_equal(llm_tools_add(&tools, fragment), i < LLM_TOOLS_MAX);
		cJSON_Delete(fragment);
	}
	llm_tools_deinit(&tools);
}

static void arguments_beyond_the_ceiling_are_refused(void **state)
{
	(void)state;
	struct llm_tools tools = {.count = 0};
	char *big = malloc(LLM_TOOL_ARGS_MAX + 2);
	memset(big, 'x', LLM_TOOL_ARGS_MAX + 1);
	big[LLM_TOOL_ARGS_MAX + 1] = '\0';
	cJSON *fragment = cJSON_CreateObject();
	cJSON_AddStringToObject(cJSON_AddObjectToObject(fragment, "function"), "arguments", big);
	assert_false(llm_tools_add(&tools, fragment));
	assert_false(llm_tools_add(&tools, NULL));
	cJSON_Delete(fragment);
	free(big);
	llm_tools_deinit(&tools);
}

static void thinking_is_taken_out_wherever_it_is_split(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} texts[] = {
		{"Hello there.", "Hello there."},
		{"<think>hm</think>Hello", "Hello"},
		{"<think>a < b </thin> <think></think>\n\n Hello", "Hello"},
		{"Well <think>x</think> then", "Well then"},
		{"<<think>x</think>y", "<y"},
		{"1 < 2, <thinking> <th", "1 < 2, <thinking> <th"},
		{"<think>never ends", ""},
		{" ", " "},
		{"\xe0\xa4\xa8\xe0\xa4\xae<think>\xe0\xa4\xb8</think>\xe0\xa4\xb8",
		 "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8"},
	};
	for (size_t i = 0; i < IV_COUNT(texts); i++) {
		for (size_t step = 1; step < 12; step++) {
			struct llm_think t = {.inside = false};
			struct iv_buf out;
			size_t n = strlen(texts[i].in);
			iv_buf_init(&out, 256);
			for (size_t at = 0; at < n; at += step) {
				struct iv_str piece = {texts[i].in + at,
						       n - at < step ? n - at : step};
				assert_true(llm_think_feed(&t, piece, &out));
			}
			assert_true(llm_think_finish(&t, &out));
			BUF_IS(&out, texts[i].out);
			iv_buf_deinit(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragments_become_the_calls_that_were_meant),
		cmocka_unit_test(more_calls_than_there_is_room_for_are_refused),
		cmocka_unit_test(arguments_beyond_the_ceiling_are_refused),
		cmocka_unit_test(thinking_is_taken_out_wherever_it_is_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
