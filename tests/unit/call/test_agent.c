/* What an agent may be, and what refusals say. */
#include "call_driver.h"

static bool read_agent(const char *json, struct iv_agent *a, struct iv_arena *memory, struct iv_err *e)
{
	cJSON *tree = iv_json_parse(iv_str(json), e);
	bool ok = tree && iv_shape_read(&iv_agent_shape, tree, a, memory, e) && iv_agent_check(a, e);

	cJSON_Delete(tree);
	return ok;
}

static void defaults_are_sound_and_the_seeds_names_are_taken(void **state)
{
	struct iv_arena memory;
	struct iv_agent a;
	struct iv_err e = {0};

	(void)state;
	iv_arena_init(&memory, 1u << 20);
	assert_true(read_agent("{\"name\":\"t\",\"systemPrompt\":\"p\",\"firstMessage\":\"hi\"}",
			       &a, &memory, &e));
	assert_true(iv_str_eq(a.prompt, IV_S("p")) && iv_str_eq(a.greeting, IV_S("hi")));
	assert_int_equal(a.endpointing.silence_ms, 220);
	assert_true(a.disclosure.len > 0);
	assert_true(a.analysis.enabled);
	iv_arena_deinit(&memory);
}

static void bad_agents_are_refused_by_field_and_rule(void **state)
{
	static const struct { const char *json, *field, *rule;
	} cases[] = {
		{"{}", "name", "required"},
		{"{\"name\":\"t\",\"disclosure\":\"\"}", "disclosure", "disclosureWaived"},
		{"{\"name\":\"t\",\"consent\":{\"mode\":\"ask\"}}", "consent.prompt", "required"},
		{"{\"name\":\"t\",\"endpointing\":{\"silenceMs\":10}}", "endpointing.silenceMs",
		 "50 to 5000"},
		{"{\"name\":\"t\",\"endpointing\":{\"waitFunction\":\"200 +\"}}",
		 "endpointing.waitFunction", "arithmetic"},
		{"{\"name\":\"t\",\"endpointing\":{\"waitFunction\":\"1/(x-0.5)\"}}",
		 "endpointing.waitFunction", "finite"},
		{"{\"name\":\"t\",\"idle\":{\"promptMs\":5000,\"hangupMs\":4000}}", "idle.hangupMs",
		 "promptMs"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a b\"}]}", "tools[0].name", "letters"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "tools[1].name",
		 "unique"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"end_call\"}]}", "tools[0].name",
		 "built-in"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"opt_out\"}]}", "tools[0].name", "built-in"},
		{"{\"name\":\"t\",\"optOutDigit\":\"A\"}", "optOutDigit", "0-9"},
		{"{\"name\":\"t\",\"optOutDigit\":\"10\"}", "optOutDigit", "1"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"url\":\"ftp://x\"}]}",
		 "tools[0].url", "https://"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"parameters\":[1]}]}",
		 "tools[0].parameters", "object"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"url\":\"https://{host}/x\"}]}", "tools[0].url", "host itself"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"url\":\"https://x{tld}?q=1\"}]}", "tools[0].url", "host itself"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"url\":\"/x/{}\"}]}", "tools[0].url", "between { and }"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"url\":\"/x/{a{b}\"}]}", "tools[0].url", "between { and }"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"X-A\":\"${secrets.a}\"}}]}", "tools[0].headers.X-A",
		 "no way to name a secret"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"X-A\":{\"$secret\":\"\"}}}]}", "tools[0].headers.X-A",
		 "1 to 64"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"X-A\":{\"$secret\":\"a b\"}}}]}", "tools[0].headers.X-A",
		 "letters"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"X-A\":{\"$secret\":\"a\",\"value\":\"b\"}}}]}",
		 "tools[0].headers.X-A", "perhaps"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"X-A\":{\"$secret\":\"a\",\"prefix\":\"\\n\"}}}]}",
		 "tools[0].headers.X-A", "printable"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"Host\":{\"$secret\":\"a\"}}}]}",
		 "tools[0].headers.Host", "by us"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"x-API-Key\":\"1\"}}]}", "tools[0].headers.x-API-Key",
		 "credential"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"content-LENGTH\":\"1\"}}]}",
		 "tools[0].headers.content-LENGTH", "by us"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"X A\":\"1\"}}]}", "tools[0].headers.X A", "letters"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"headers\":{\"X\":\"a\\nb\"}}]}", "tools[0].headers.X", "printable"},
		{"{\"name\":\"t\",\"tools\":[{\"name\":\"a\",\"outputSchema\":{\"type\":\"text\"}}]}", "tools[0].outputSchema",
		 "must name a type"},
		{"{\"name\":\"t\",\"analysis\":{\"structuredSchema\":true}}", "analysis.structuredSchema", "object"},
		{"{\"name\":\"t\",\"analysis\":{\"structuredSchema\":{\"properties\":{\"a\":{\"type\":\"text\"}}}}}",
		 "analysis.structuredSchema", "/properties/a/type must name a type"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++) {
		struct iv_arena memory;
		struct iv_agent a;
		struct iv_err e = {0};

		iv_arena_init(&memory, 1u << 20);
		if (read_agent(cases[i].json, &a, &memory, &e))
			fail_msg("%s is accepted", cases[i].json);
		if (strcmp(e.field, cases[i].field) != 0 || !strstr(e.msg, cases[i].rule))
			fail_msg("%s: %s %s", cases[i].json, e.field, e.msg);
		iv_arena_deinit(&memory);
	}
}

static void the_model_is_told_of_built_in_and_own_tools(void **state)
{
	struct iv_arena memory;
	struct iv_agent a;
	struct iv_err e = {0};
	struct iv_buf out;
	cJSON *tools;
	const cJSON *f;

	(void)state;
	iv_arena_init(&memory, 1u << 20);
	iv_buf_init(&out, 65536);
	assert_true(
		read_agent("{\"name\":\"t\",\"tools\":[{\"name\":\"book\",\"description\":"
			   "\"Books\",\"parameters\":"
			   "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}}]}",
			   &a, &memory, &e));
	assert_true(iv_agent_tools_json(&a, &out));
	tools = iv_json_parse(iv_buf_str(&out), &e);
	assert_non_null(tools);
	assert_int_equal(cJSON_GetArraySize(tools), 6);
	f = iv_json_get(cJSON_GetArrayItem(tools, 5), "function");
	assert_true(iv_str_eq(iv_json_str(f, "name"), IV_S("book")));
	assert_non_null(iv_json_get(iv_json_get(iv_json_get(f, "parameters"), "properties"), "n"));
	cJSON_Delete(tools);
	iv_buf_deinit(&out);
	iv_arena_deinit(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_sound_and_the_seeds_names_are_taken),
		cmocka_unit_test(bad_agents_are_refused_by_field_and_rule),
		cmocka_unit_test(the_model_is_told_of_built_in_and_own_tools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
