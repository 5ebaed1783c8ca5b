/* Reading by a field table: every kind, every rule, every message. */
#include "check.h"

#include "shapes.h"

static struct iv_arena arena;

static int set_up(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	return 0;
}

static bool read_agent(const char *text, struct agent *a, struct iv_err *e)
{
	struct iv_err parse = {0};
	cJSON *json = iv_json_parse(iv_str(text), &parse);
	bool ok;

	if (!json)
		fail_msg("%s: %s", text, parse.msg);
	ok = iv_shape_read(&agent_shape, json, a, &arena, e);
	cJSON_Delete(json);
	return ok;
}

static void every_kind_is_bound(void **state)
{
	struct agent a;
	struct iv_err e = {0};
	const struct tool *tools;

	(void)state;
	assert_true(read_agent("{\"name\":\"Asha\",\"apiKey\":\"12345678\",\"max\":7,"
			       "\"count\":-9007199254740992,\"temperature\":0.5,\"greets\":true,"
			       "\"language\":\"ta\",\"endpointing\":{\"mode\":\"manual\"},"
			       "\"words\":[\"a\",\"b\"],\"tools\":[{\"name\":\"t\"},"
			       "{\"fast\":false,\"name\":\"u\"}],\"extra\":{\"k\": [1, null]}}",
			       &a, &e));
	check_text(a.name, "Asha");
	assert_string_equal(a.name.ptr, "Asha");
	check_text(a.api_key, "12345678");
	assert_int_equal(a.max_calls, 7);
	assert_true(a.count == -9007199254740992);
	assert_true(a.temperature == 0.5 && a.greets);
	assert_int_equal(a.language, 2);
	assert_int_equal(a.endpointing.silence_ms, 220);
	assert_int_equal(a.endpointing.mode, 1);
	assert_int_equal(a.words.count, 2);
	check_text(a.words.items[1], "b");
	assert_int_equal(a.tools.count, 2);
	tools = a.tools.items;
	check_text(tools[0].name, "t");
	assert_true(tools[0].fast && !tools[1].fast);
	check_text(a.extra, "{\"k\":[1,null]}");
}

static void what_is_absent_keeps_its_default(void **state)
{
	struct agent a;
	struct iv_err e = {0};

	(void)state;
	memset(&a, 0xAA, sizeof(a));
	assert_true(read_agent("{\"name\":\"x\"}", &a, &e));
	assert_int_equal(a.max_calls, 5);
	assert_int_equal(a.language, 1);
	assert_int_equal(a.endpointing.silence_ms, 220);
	assert_null(a.api_key.ptr);
	assert_int_equal(a.words.count, 0);
	assert_int_equal(e.code, IV_OK);
}

static void a_bad_field_is_named_with_its_rule(void **state)
{
	static const struct {
		const char *json, *field, *msg; /* members beside the name */
	} rows[] = {
		{"\"x\":1", "x", "is not a known field"},
		{"\"Name\":1", "Name", "is not a known field"},
		{"\"endpointing\":{\"silence\":1}", "endpointing.silence", "is not a known field"},
		{"\"tools\":[{\"name\":\"a\"},{\"name\":\"b\",\"z\":1}]", "tools[1].z",
		 "is not a known field"},
		{"\"tools\":[{}]", "tools[0].name", "is required"},
		{"\"id\":\"a\"", "id", "is read only"},
		{"\"maxCalls\":\"5\"", "maxCalls", "must be an integer from 1 to 500, got \"5\""},
		{"\"max\":0", "maxCalls", "must be an integer from 1 to 500, got 0"},
		{"\"maxCalls\":501", "maxCalls", "must be an integer from 1 to 500, got 501"},
		{"\"maxCalls\":1.5", "maxCalls", "must be an integer from 1 to 500, got 1.5"},
		{"\"maxCalls\":1e300", "maxCalls", "must be an integer from 1 to 500, got 1e+300"},
		{"\"maxCalls\":null", "maxCalls", "must be an integer from 1 to 500, got null"},
		{"\"maxCalls\":1,\"max\":1", "maxCalls", "is given twice"},
		{"\"count\":1e300", "count", "must be an integer, got 1e+300"},
		{"\"count\":9007199254740994", "count", "must be an integer, got 9007199254740994"},
		{"\"temperature\":2.5", "temperature", "must be a number from 0 to 2, got 2.5"},
		{"\"temperature\":true", "temperature", "must be a number from 0 to 2, got true"},
		{"\"greets\":1", "greets", "must be true or false, got 1"},
		{"\"greets\":\"true\"", "greets", "must be true or false, got \"true\""},
		{"\"language\":\"fr\"", "language", "must be one of en, hi, ta, got \"fr\""},
		{"\"language\":0", "language", "must be one of en, hi, ta, got 0"},
		{"\"language\":\"a text that is far too long to repeat\"", "language",
		 "must be one of en, hi, ta, got \"a text that is far too l...\""},
		{"\"endpointing\":[]", "endpointing", "must be an object, got an array"},
		{"\"endpointing\":\"x\"", "endpointing", "must be an object, got a string"},
		{"\"endpointing\":{\"silenceMs\":\"x\"}", "endpointing.silenceMs",
		 "must be an integer from 50 to 5000, got \"x\""},
		{"\"apiKey\":\"short\"", "apiKey", "must be a string of 8 to 20 bytes, got 5"},
		{"\"apiKey\":12345678", "apiKey", "must be a string, got a number"},
		{"\"words\":\"a\"", "words", "must be an array, got a string"},
		{"\"words\":[\"a\",\"b\",\"c\",\"d\"]", "words",
		 "must have at most 3 items, got 4"},
		{"\"words\":[\"a\",1]", "words[1]", "must be a string, got a number"},
		{"\"words\":[\"\"]", "words[0]", "must be a string of 1 to 4096 bytes, got 0"},
		{"\"tools\":[1]", "tools[0]", "must be an object, got a number"},
		{"\"tools\":{}", "tools", "must be an array, got an object"},
		{"\"tools\":[{},{},{}]", "tools", "must have at most 2 items, got 3"},
		{"\"extra\":\"0123456789012345678901234567890\"", "extra",
		 "must be JSON of 0 to 30 bytes, got 33"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		char text[256];
		struct agent a;
		struct iv_err e = {0};

		snprintf(text, sizeof(text), "{\"name\":\"x\",%s}", rows[i].json);
		if (read_agent(text, &a, &e))
			fail_msg("%s was read", text);
		assert_int_equal(e.code, IV_EINVAL);
		assert_string_equal(e.field, rows[i].field);
		assert_string_equal(e.msg, rows[i].msg);
	}
}

static void the_whole_must_be_an_object_with_what_is_required(void **state)
{
	static const struct {
		const char *json, *field, *msg;
	} rows[] = {
		{"{}", "name", "is required"},
		{"{\"name\":\"\"}", "name", "must be a string of 1 to 10 bytes, got 0"},
		{"{\"name\":\"12345678901\"}", "name", "must be a string of 1 to 10 bytes, got 11"},
		{"[]", "", "must be an object, got an array"},
		{"null", "", "must be an object, got null"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct agent a;
		struct iv_err e = {0};

		assert_false(read_agent(rows[i].json, &a, &e));
		assert_string_equal(e.field, rows[i].field);
		assert_string_equal(e.msg, rows[i].msg);
	}
}

static void a_long_path_is_cut_and_still_an_error(void **state)
{
	char text[400];
	struct agent a;
	struct iv_err e = {0};

	(void)state;
	snprintf(text, sizeof(text), "{\"%0200d\":1}", 7);
	assert_false(read_agent(text, &a, &e));
	assert_string_equal(e.msg, "is not a known field");
	assert_true(strlen(e.field) < sizeof(e.field));
}

static void the_arena_is_a_limit(void **state)
{
	struct iv_arena small;
	struct agent a;
	struct iv_err e = {0};
	cJSON *json = iv_json_parse(IV_S("{\"name\":\"x\",\"words\":[\"a\",\"b\"]}"), NULL);

	(void)state;
	iv_arena_init(&small, 48);
	assert_false(iv_shape_read(&agent_shape, json, &a, &small, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	iv_arena_deinit(&small);
	cJSON_Delete(json);
}

static bool merge(const char *text, struct agent *a, struct iv_err *e)
{
	cJSON *json = iv_json_parse(iv_str(text), NULL);
	bool ok;

	assert_non_null(json);
	ok = iv_shape_merge(&agent_shape, json, a, &arena, e);
	cJSON_Delete(json);
	return ok;
}

static void merging_changes_what_is_present_and_nothing_on_failure(void **state)
{
	struct agent a, before;
	struct iv_err e = {0};

	(void)state;
	assert_true(read_agent("{\"name\":\"x\",\"words\":[\"a\"],\"temperature\":1,"
			       "\"endpointing\":{\"silenceMs\":300,\"mode\":\"manual\"}}",
			       &a, &e));
	assert_true(
		merge("{\"maxCalls\":9,\"endpointing\":{\"silenceMs\":400},\"words\":[]}", &a, &e));
	check_text(a.name, "x");
	assert_int_equal(a.max_calls, 9);
	assert_int_equal(a.endpointing.silence_ms, 400);
	assert_int_equal(a.endpointing.mode, 1);
	assert_true(a.temperature == 1);
	assert_int_equal(a.words.count, 0);
	before = a;
	assert_false(
		merge("{\"maxCalls\":3,\"endpointing\":{\"silenceMs\":60,\"mode\":1}}", &a, &e));
	assert_string_equal(e.field, "endpointing.mode");
	assert_memory_equal(&a, &before, sizeof(a));
	e = (struct iv_err){0};
	assert_false(merge("{\"tools\":[{}]}", &a, &e)); /* a new item is read as a whole */
	assert_string_equal(e.field, "tools[0].name");
}

int main(void)
{
#define SHAPE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SHAPE_TEST(every_kind_is_bound),
		SHAPE_TEST(what_is_absent_keeps_its_default),
		SHAPE_TEST(a_bad_field_is_named_with_its_rule),
		SHAPE_TEST(the_whole_must_be_an_object_with_what_is_required),
		SHAPE_TEST(a_long_path_is_cut_and_still_an_error),
		SHAPE_TEST(the_arena_is_a_limit),
		SHAPE_TEST(merging_changes_what_is_present_and_nothing_on_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
