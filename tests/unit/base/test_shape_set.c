/* Setting one field by path and text. */
#include "check.h"

#include "shapes.h"

static struct iv_arena arena;
static struct agent agent;
static struct iv_err err;

static int set_up(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 14);
	memset(&agent, 0, sizeof(agent));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	return 0;
}

static bool set(const char *path, const char *value)
{
	err = (struct iv_err){0};
	return iv_shape_set(&agent_shape, iv_str(path), iv_str(value), &agent, &arena, &err);
}

static void every_kind_takes_text(void **state)
{
	(void)state;
	assert_true(set("name", "Asha"));
	check_text(agent.name, "Asha");
	assert_true(set("maxCalls", "12"));
	assert_int_equal(agent.max_calls, 12);
	assert_true(set("max", "13"));
	assert_int_equal(agent.max_calls, 13);
	assert_true(set("temperature", "0.25"));
	assert_true(agent.temperature == 0.25);
	assert_true(set("greets", "true"));
	assert_true(agent.greets);
	assert_true(set("greets", "false"));
	assert_false(agent.greets);
	assert_true(set("language", "ta"));
	assert_int_equal(agent.language, 2);
	assert_true(set("words", "a, b,c"));
	assert_int_equal(agent.words.count, 3);
	check_text(agent.words.items[1], "b");
	assert_true(set("words", ""));
	assert_int_equal(agent.words.count, 0);
	assert_true(set("extra", "{ \"a\": 1 }"));
	check_text(agent.extra, "{\"a\":1}");
	assert_true(set("tools", "[{\"name\":\"t\"}]"));
	assert_int_equal(agent.tools.count, 1);
}

static void a_path_goes_down_in_either_spelling(void **state)
{
	(void)state;
	assert_true(set("endpointing.silenceMs", "180"));
	assert_int_equal(agent.endpointing.silence_ms, 180);
	assert_true(set("endpointing.silence_ms", "190"));
	assert_int_equal(agent.endpointing.silence_ms, 190);
	assert_true(set("max_calls", "3"));
	assert_int_equal(agent.max_calls, 3);
}

static void who_errs_in_a_name_is_told_a_near_one_and_those_there_are(void **state)
{
	static const struct {
		const char *path, *nearest, *has;
	} rows[] = {
		{"maxcall", "maxCalls", "name, apiKey"},
		{"silenceMs", "endpointing.silenceMs", "name, apiKey"},
		{"endpointing.silence", "endpointing.silenceMs", "silenceMs, mode"},
		{"endpointing.patience", "", "silenceMs, mode"},
		{"endpointing.silencMs", "endpointing.silenceMs", "silenceMs"},
		{"endpointin.silence_ms", "endpointing.silenceMs", "name, apiKey"},
		{"zebra", "", "name, apiKey"},
		{"", "", "name, apiKey"},
	};
	struct iv_buf nearest, names;

	(void)state;
	iv_buf_init(&nearest, 64);
	iv_buf_init(&names, 512);
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		iv_shape_near(&agent_shape, iv_str(rows[i].path), &nearest, &names);
		if (!iv_str_eq(iv_buf_str(&nearest), iv_str(rows[i].nearest)) || !iv_str_starts(iv_buf_str(&names), iv_str(rows[i].has)))
			fail_msg("%s: %.*s of %.*s", rows[i].path, IV_FMT(iv_buf_str(&nearest)), IV_FMT(iv_buf_str(&names)));
		assert_true(iv_str_find(iv_buf_str(&names), IV_S(", id,"), 0) < 0); /* read only */
	}
	iv_buf_deinit(&names);
	iv_buf_init(&names, 5);
	iv_shape_near(&agent_shape, IV_S("x"), &nearest, &names);
	assert_true(iv_str_starts(IV_S("name, apiKey"), iv_buf_str(&names)));
	iv_buf_deinit(&nearest);
	iv_buf_deinit(&names);
}

static void what_cannot_be_set_is_named_with_its_rule(void **state)
{
	static const struct {
		const char *path, *value, *field, *msg;
	} rows[] = {
		{"", "1", "", "is not a known field"},
		{"x", "1", "x", "is not a known field"},
		{".name", "1", ".name", "is not a known field"},
		{"name.", "1", "name.", "is not a known field"},
		{"name.x", "1", "name.x", "is not a known field"},
		{"endpointing", "{}", "endpointing",
		 "is a group of fields, one of which must be named"},
		{"endpointing.", "1", "endpointing.", "is not a known field"},
		{"endpointing.x", "1", "endpointing.x", "is not a known field"},
		{"MaxCalls", "1", "MaxCalls", "is not a known field"},
		{"max__calls", "1", "max__calls", "is not a known field"},
		{"max-calls", "1", "max-calls", "is not a known field"},
		{"max_calls_", "1", "max_calls_", "is not a known field"},
		{"id", "a", "id", "is read only"},
		{"max_calls", "many", "maxCalls", "must be an integer from 1 to 500, got \"many\""},
		{"max_calls", "", "maxCalls", "must be an integer from 1 to 500, got \"\""},
		{"max_calls", "1.5", "maxCalls", "must be an integer from 1 to 500, got 1.5"},
		{"endpointing.silence_ms", "9", "endpointing.silenceMs",
		 "must be an integer from 50 to 5000, got 9"},
		{"greets", "yes", "greets", "must be true or false, got \"yes\""},
		{"language", "fr", "language", "must be one of en, hi, ta, got \"fr\""},
		{"name", "", "name", "must be a string of 1 to 10 bytes, got 0"},
		{"name", "\xFF", "name", "must be UTF-8 without NUL"},
		{"words", "a,,b", "words[1]", "must be a string of 1 to 4096 bytes, got 0"},
		{"extra", "{", "extra",
		 "is not JSON: expected a key in quotes, the text ends at offset 1"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (set(rows[i].path, rows[i].value))
			fail_msg("%s=%s was set", rows[i].path, rows[i].value);
		assert_string_equal(err.field, rows[i].field);
		assert_string_equal(err.msg, rows[i].msg);
	}
	err = (struct iv_err){0};
	assert_false(iv_shape_set(&agent_shape, IV_S("name"), (struct iv_str){"a\0b", 3}, &agent,
				  &arena, &err));
	assert_string_equal(err.msg, "must be UTF-8 without NUL");
}

int main(void)
{
#define SET_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SET_TEST(every_kind_takes_text),
		SET_TEST(a_path_goes_down_in_either_spelling),
		SET_TEST(what_cannot_be_set_is_named_with_its_rule),
		SET_TEST(who_errs_in_a_name_is_told_a_near_one_and_those_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
