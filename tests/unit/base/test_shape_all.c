/* Reading that names every wrong field: pointers, order, bounds, and that it agrees with the reader that
 * stops at the first. */
#include "check.h"

#include "shapes.h"

#define SEEN_MAX 64

struct seen {
	struct {
		char pointer[300], rule[200];
	} rows[SEEN_MAX];
	size_t count;
};

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

static void note(void *arg, const char *pointer, const char *rule)
{
	struct seen *s = arg;

	assert_true(s->count < SEEN_MAX);
	assert_true(iv_str_copy(s->rows[s->count].pointer, 300, iv_str(pointer)));
	assert_true(iv_str_copy(s->rows[s->count].rule, 200, iv_str(rule)));
	s->count++;
}

static bool read_all(const char *text, struct agent *a, struct seen *s, struct iv_err *e)
{
	struct iv_err parse = {0};
	cJSON *json = iv_json_parse(iv_str(text), &parse);
	bool ok;

	if (!json)
		fail_msg("%s: %s", text, parse.msg);
	*s = (struct seen){0};
	*e = (struct iv_err){0};
	ok = iv_shape_read_all(&agent_shape, json, a, &arena, note, s, e);
	cJSON_Delete(json);
	assert_int_equal(ok, s->count == 0);
	return ok;
}

static void expect(const struct seen *s, size_t at, const char *pointer, const char *rule)
{
	if (at >= s->count)
		fail_msg("%s was not named", pointer);
	assert_string_equal(s->rows[at].pointer, pointer);
	assert_string_equal(s->rows[at].rule, rule);
}

static void every_wrong_field_is_named_by_its_pointer_in_order(void **state)
{
	struct agent a;
	struct seen s;
	struct iv_err e;

	(void)state;
	assert_false(read_all("{\"max\":0,\"greets\":1,\"stranger\":{\"x\":[1]},\"temperature\":1,"
			      "\"endpointing\":{\"silenceMs\":\"x\",\"mode\":7,\"y\":1},"
			      "\"words\":[\"a\",2,\"\"],\"tools\":[{\"name\":\"t\"},{\"z\":1}],"
			      "\"id\":\"mine\"}",
			      &a, &s, &e));
	assert_int_equal(s.count, 12);
	expect(&s, 0, "/max", "must be an integer from 1 to 500, got 0");
	expect(&s, 1, "/greets", "must be true or false, got 1");
	expect(&s, 2, "/stranger", "is not a known field");
	expect(&s, 3, "/endpointing/silenceMs", "must be an integer from 50 to 5000, got \"x\"");
	expect(&s, 4, "/endpointing/mode", "must be one of auto, manual, got 7");
	expect(&s, 5, "/endpointing/y", "is not a known field");
	expect(&s, 6, "/words/1", "must be a string, got a number");
	expect(&s, 7, "/words/2", "must be a string of 1 to 4096 bytes, got 0");
	expect(&s, 8, "/tools/1/z", "is not a known field");
	expect(&s, 9, "/tools/1/name", "is required");
	expect(&s, 10, "/id", "is read only");
	expect(&s, 11, "/name", "is required");
	assert_int_equal(e.code, IV_EINVAL);
	assert_string_equal(e.field, "maxCalls"); /* the error is the first, by its canonical name */
	assert_string_equal(e.msg, "must be an integer from 1 to 500, got 0");
}

static void a_good_body_is_read_as_by_the_other_reader(void **state)
{
	struct agent a, b;
	struct seen s;
	struct iv_err e;
	cJSON *json;

	(void)state;
	memset(&a, 0xAA, sizeof(a));
	memset(&b, 0, sizeof(b));
	assert_true(read_all("{\"name\":\"x\",\"max\":7,\"endpointing\":{\"mode\":\"manual\"}}", &a,
			     &s, &e));
	assert_int_equal(e.code, IV_OK);
	check_text(a.name, "x");
	assert_int_equal(a.max_calls, 7);
	assert_int_equal(a.endpointing.silence_ms, 220);
	json = iv_json_parse(IV_S("{\"name\":\"x\",\"max\":7,\"endpointing\":{\"mode\":\"manual\"}}"),
			     NULL);
	assert_true(iv_shape_read(&agent_shape, json, &b, &arena, NULL));
	cJSON_Delete(json);
	assert_int_equal(a.endpointing.mode, b.endpointing.mode);
	assert_int_equal(a.language, b.language);
}

static void names_are_escaped_as_rfc_6901_wants(void **state)
{
	static const struct {
		const char *json, *pointer;
	} rows[] = {
		{"{\"name\":\"x\",\"a/b\":1}", "/a~1b"},
		{"{\"name\":\"x\",\"m~n\":1}", "/m~0n"},
		{"{\"name\":\"x\",\"~1/\":1}", "/~01~1"},
		{"{\"name\":\"x\",\"\":1}", "/"},
		{"{\"name\":\"x\",\"k\\\"l\":1}", "/k\"l"},
		{"{\"name\":\"x\",\"\\u00e9\\ud83d\\ude00\":1}", "/\xC3\xA9\xF0\x9F\x98\x80"},
		{"{\"name\":\"x\",\"%40\":1}", "/%40"},
		{"[]", ""},
		{"null", ""},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct agent a;
		struct seen s;
		struct iv_err e;

		assert_false(read_all(rows[i].json, &a, &s, &e));
		assert_int_equal(s.count, 1);
		assert_string_equal(s.rows[0].pointer, rows[i].pointer);
	}
}

static void a_very_long_name_is_cut_between_characters(void **state)
{
	char text[1200] = "{\"name\":\"x\",\"";
	struct agent a;
	struct seen s;
	struct iv_err e;

	(void)state;
	for (size_t i = 0; i < 400; i++)
		strncat(text, "\xC3\xA9", 3);
	strncat(text, "\":1}", 5);
	assert_false(read_all(text, &a, &s, &e));
	assert_int_equal(s.count, 1);
	assert_true(strlen(s.rows[0].pointer) > 200 && strlen(s.rows[0].pointer) < 256);
	assert_true(iv_utf8_valid(iv_str(s.rows[0].pointer)));
}

static void no_more_than_the_bound_are_named(void **state)
{
	char text[2000] = "{", member[32];
	struct agent a;
	struct seen s;
	struct iv_err e;

	(void)state;
	for (int i = 0; i < IV_SHAPE_BAD_MAX + 10; i++) {
		snprintf(member, sizeof(member), "%s\"x%d\":1", i ? "," : "", i);
		strncat(text, member, sizeof(text) - strlen(text) - 1);
	}
	strncat(text, "}", 2);
	assert_false(read_all(text, &a, &s, &e));
	assert_int_equal(s.count, IV_SHAPE_BAD_MAX);
	assert_string_equal(s.rows[IV_SHAPE_BAD_MAX - 1].pointer, "/x31");
}

static void items_of_two_lists_do_not_pass_the_bound_either(void **state)
{
	static const struct iv_field fields[] = {
		IV_STRS(struct agent, words, "words", 0, 0, "any number"),
		IV_OBJS(struct agent, tools, "tools", 0, 0, &tool_shape, "any number"),
		IV_FIELDS_END,
	};
	static const struct iv_shape shape = {"lists", sizeof(struct agent), fields, NULL};
	struct iv_buf text;
	struct agent a;
	struct seen s = {0};
	cJSON *json;

	(void)state;
	iv_buf_init(&text, 1 << 16);
	assert_true(iv_buf_adds(&text, IV_S("{\"words\":[1")));
	for (int i = 0; i < 19; i++)
		assert_true(iv_buf_adds(&text, IV_S(",1")));
	assert_true(iv_buf_adds(&text, IV_S("],\"tools\":[{}")));
	for (int i = 0; i < 3000; i++)
		assert_true(iv_buf_adds(&text, IV_S(",{}")));
	assert_true(iv_buf_adds(&text, IV_S("]}")));
	json = iv_json_parse(iv_buf_str(&text), NULL);
	assert_non_null(json);
	iv_arena_deinit(&arena);
	iv_arena_init(&arena, 1 << 20);
	assert_false(iv_shape_read_all(&shape, json, &a, &arena, note, &s, NULL));
	assert_int_equal(s.count, IV_SHAPE_BAD_MAX);
	assert_string_equal(s.rows[20].pointer, "/tools/0/name");
	assert_string_equal(s.rows[31].pointer, "/tools/11/name");
	cJSON_Delete(json);
	iv_buf_deinit(&text);
}

static void memory_that_runs_out_is_an_error_and_no_field(void **state)
{
	struct iv_arena small;
	struct agent a;
	struct seen s = {0};
	struct iv_err e = {0};
	cJSON *json = iv_json_parse(IV_S("{\"name\":\"x\",\"words\":[\"a\",\"b\"],\"nope\":1}"), NULL);

	(void)state;
	iv_arena_init(&small, 48);
	assert_false(iv_shape_read_all(&agent_shape, json, &a, &small, note, &s, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	assert_int_equal(s.count, 0);
	iv_arena_deinit(&small);
	cJSON_Delete(json);
}

static void merging_names_all_and_changes_nothing(void **state)
{
	struct agent a, before;
	struct seen s = {0};
	struct iv_err e = {0};
	cJSON *json;

	(void)state;
	assert_true(read_all("{\"name\":\"x\",\"maxCalls\":4}", &a, &s, &e));
	before = a;
	json = iv_json_parse(IV_S("{\"maxCalls\":9,\"greets\":0,\"endpointing\":{\"silenceMs\":1}}"),
			     NULL);
	assert_false(iv_shape_merge_all(&agent_shape, json, &a, &arena, note, &s, &e));
	cJSON_Delete(json);
	assert_int_equal(s.count, 2);
	expect(&s, 0, "/greets", "must be true or false, got 0");
	expect(&s, 1, "/endpointing/silenceMs", "must be an integer from 50 to 5000, got 1");
	assert_memory_equal(&a, &before, sizeof(a));
	json = iv_json_parse(IV_S("{\"maxCalls\":9}"), NULL); /* nothing is required of a patch */
	assert_true(iv_shape_merge_all(&agent_shape, json, &a, &arena, note, &s, NULL));
	cJSON_Delete(json);
	assert_int_equal(a.max_calls, 9);
	check_text(a.name, "x");
}

static void the_first_named_is_what_the_other_reader_stops_at(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"name\":7,\"x\":1}",
		"{\"words\":[1,2],\"name\":\"a\"}",
		"{\"name\":\"a\",\"tools\":[{},{\"name\":\"\"}]}",
		"{\"name\":\"a\",\"maxCalls\":1,\"max\":2}",
		"{\"name\":\"a\",\"extra\":\"0123456789012345678901234567890\",\"language\":\"fr\"}",
		"7",
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(bodies); i++) {
		struct agent a;
		struct seen s;
		struct iv_err all, first = {0};
		cJSON *json = iv_json_parse(iv_str(bodies[i]), NULL);

		assert_false(read_all(bodies[i], &a, &s, &all));
		assert_false(iv_shape_read(&agent_shape, json, &a, &arena, &first));
		cJSON_Delete(json);
		assert_string_equal(all.field, first.field);
		assert_string_equal(all.msg, first.msg);
		assert_string_equal(s.rows[0].rule, first.msg);
	}
}

int main(void)
{
#define ALL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ALL_TEST(every_wrong_field_is_named_by_its_pointer_in_order),
		ALL_TEST(a_good_body_is_read_as_by_the_other_reader),
		ALL_TEST(names_are_escaped_as_rfc_6901_wants),
		ALL_TEST(a_very_long_name_is_cut_between_characters),
		ALL_TEST(no_more_than_the_bound_are_named),
		ALL_TEST(items_of_two_lists_do_not_pass_the_bound_either),
		ALL_TEST(memory_that_runs_out_is_an_error_and_no_field),
		ALL_TEST(merging_names_all_and_changes_nothing),
		ALL_TEST(the_first_named_is_what_the_other_reader_stops_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
