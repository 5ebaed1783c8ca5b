/* JSON Schema: what is held to it, what is refused as a schema. */
#include "check.h"

#include "iv_schema.h"

static struct iv_err err;

static bool fits(const char *schema_text, const char *value_text)
{
	cJSON *schema = iv_json_parse(iv_str(schema_text), NULL), *value = iv_json_parse(iv_str(value_text), NULL);
	bool ok;

	assert_non_null(schema);
	assert_non_null(value);
	err = (struct iv_err){0};
	assert_true(iv_schema_ok(schema, &err));
	ok = iv_schema_check(schema, value, &err);
	assert_int_equal(ok, err.code == IV_OK);
	cJSON_Delete(schema);
	cJSON_Delete(value);
	return ok;
}

static void refuses(const char *schema, const char *value, const char *pointer, const char *rule)
{
	if (fits(schema, value))
		fail_msg("%s took %s", schema, value);
	assert_string_equal(err.field, pointer);
	check_holds(iv_str(err.msg), rule);
}

static bool is_schema(const char *text)
{
	cJSON *schema = iv_json_parse(iv_str(text), NULL);
	bool ok;

	assert_non_null(schema);
	err = (struct iv_err){0};
	ok = iv_schema_ok(schema, &err);
	cJSON_Delete(schema);
	return ok;
}

static void a_type_is_held_to(void **state)
{
	static const char *const types[] = {"object", "array", "string", "number", "boolean", "null"};
	static const char *const values[] = {"{}", "[]", "\"a\"", "1.5", "false", "null"};
	char schema[64];

	(void)state;
	for (size_t t = 0; t < 6; t++)
		for (size_t v = 0; v < 6; v++) {
			(void)snprintf(schema, sizeof(schema), "{\"type\":\"%s\"}", types[t]);
			assert_int_equal(fits(schema, values[v]), t == v);
		}
	assert_true(fits("{\"type\":\"integer\"}", "-3"));
	assert_true(fits("{\"type\":\"integer\"}", "3.0"));
	refuses("{\"type\":\"integer\"}", "3.5", "", "of type integer");
	assert_true(fits("{\"type\":[\"string\",\"null\"]}", "null"));
	refuses("{\"type\":[\"string\",\"null\"]}", "1", "", "one of the types");
	assert_true(fits("true", "[1]"));
	refuses("false", "1", "", "not allowed");
}

static void numbers_and_texts_have_bounds(void **state)
{
	(void)state;
	assert_true(fits("{\"minimum\":1,\"maximum\":5}", "5"));
	refuses("{\"minimum\":1,\"maximum\":5}", "5.01", "", "at most 5");
	refuses("{\"minimum\":1}", "0.9", "", "at least 1");
	refuses("{\"exclusiveMaximum\":5}", "5", "", "less than 5");
	refuses("{\"exclusiveMinimum\":5}", "5", "", "more than 5");
	assert_true(fits("{\"multipleOf\":0.1}", "0.3"));
	refuses("{\"multipleOf\":2}", "3", "", "multiple of 2");
	assert_true(fits("{\"maxLength\":3}", "\"äöü\"")); /* letters, not bytes */
	refuses("{\"maxLength\":2}", "\"äöü\"", "", "at most 2");
	refuses("{\"minLength\":1}", "\"\"", "", "at least 1");
	assert_true(fits("{\"minLength\":1}", "7")); /* a rule of texts says nothing of numbers */
}

static void choices_are_compared_whole(void **state)
{
	(void)state;
	assert_true(fits("{\"enum\":[\"a\",1,null,{\"b\":[2]}]}", "{\"b\":[2]}"));
	refuses("{\"enum\":[\"a\",1]}", "\"A\"", "", "one of the values");
	assert_true(fits("{\"const\":{\"a\":1}}", "{\"a\":1}"));
	refuses("{\"const\":1}", "2", "", "the one value");
}

static void members_and_items_are_named_in_the_refusal(void **state)
{
	static const char schema[] =
		"{\"type\":\"object\",\"properties\":{\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
		"\"maxItems\":3,\"uniqueItems\":true},\"who\":{\"type\":\"object\",\"required\":[\"name\"],"
		"\"properties\":{\"name\":{\"type\":\"string\"}},\"additionalProperties\":{\"type\":\"integer\"}}},"
		"\"required\":[\"tags\"],\"additionalProperties\":false}";

	(void)state;
	assert_true(fits(schema, "{\"tags\":[\"a\",\"b\"],\"who\":{\"name\":\"x\",\"age\":3}}"));
	refuses(schema, "{\"who\":{\"name\":\"x\"}}", "/tags", "is required");
	refuses(schema, "{\"tags\":[\"a\",\"b\",4]}", "/tags/2", "of type string");
	refuses(schema, "{\"tags\":[\"a\",\"b\",\"a\"]}", "/tags", "twice");
	refuses(schema, "{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "/tags", "at most 3 items");
	refuses(schema, "{\"tags\":[],\"who\":{}}", "/who/name", "is required");
	refuses(schema, "{\"tags\":[],\"who\":{\"name\":\"x\",\"age\":\"old\"}}", "/who/age", "of type integer");
	refuses(schema, "{\"tags\":[],\"more\":1}", "/more", "not a member");
}

static void alternatives_leave_no_trace_when_one_of_them_fits(void **state)
{
	static const char either[] = "{\"anyOf\":[{\"type\":\"object\",\"required\":[\"a\"]},{\"type\":\"null\"}]}";

	(void)state;
	assert_true(fits(either, "null"));
	assert_true(fits(either, "{\"a\":1}"));
	refuses(either, "{\"b\":1}", "", "one of the kinds");
	assert_true(fits("{\"oneOf\":[{\"minimum\":5},{\"type\":\"integer\"}]}", "6.5"));
	refuses("{\"oneOf\":[{\"minimum\":5},{\"type\":\"integer\"}]}", "6", "", "exactly one");
	refuses("{\"allOf\":[{\"minimum\":5},{\"type\":\"integer\"}]}", "6.5", "", "of type integer");
	refuses("{\"not\":{\"type\":\"null\"}}", "null", "", "excludes");
}

static void references_lead_into_the_same_document(void **state)
{
	static const char tree[] = "{\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":{\"next\":"
				   "{\"$ref\":\"#/$defs/node\"}},\"additionalProperties\":false}},"
				   "\"$ref\":\"#/$defs/node\"}";

	(void)state;
	assert_true(fits(tree, "{\"next\":{\"next\":{}}}"));
	refuses(tree, "{\"next\":{\"next\":{\"x\":1}}}", "/next/next/x", "not a member");
	assert_false(is_schema("{\"$ref\":\"#/$defs/none\"}"));
	assert_false(is_schema("{\"$ref\":\"https://example.org/schema\"}"));
}

static void work_is_bounded(void **state)
{
	static const char bomb[] =
		"{\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"},{\"$ref\":\"#/$defs/b\"}]},"
		"\"b\":{\"anyOf\":[{\"$ref\":\"#/$defs/c\"},{\"$ref\":\"#/$defs/c\"}]},"
		"\"c\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/a\"}]}},\"$ref\":\"#/$defs/a\"}";

	(void)state;
	assert_false(fits("{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}},\"$ref\":\"#/$defs/a\"}", "1"));
	assert_int_equal(err.code, IV_ETOOBIG);
	assert_false(fits(bomb, "1"));
	assert_int_equal(err.code, IV_ETOOBIG);
	assert_false(fits("{\"not\":{\"$ref\":\"#\"}}", "1")); /* what could not be decided is not accepted */
	assert_int_equal(err.code, IV_ETOOBIG);
}

static void a_schema_that_cannot_be_held_is_refused(void **state)
{
	static const struct {
		const char *schema, *pointer;
	} bad[] = {
		{"[]", ""},
		{"{\"type\":\"text\"}", "/type"},
		{"{\"type\":[]}", "/type"},
		{"{\"properties\":{\"a\":{\"pattern\":\"^x\"}}}", "/properties/a/pattern"},
		{"{\"properties\":[]}", "/properties"},
		{"{\"items\":3}", "/items"},
		{"{\"anyOf\":[]}", "/anyOf"},
		{"{\"anyOf\":[{\"minLength\":-1}]}", "/anyOf/0/minLength"},
		{"{\"required\":[1]}", "/required"},
		{"{\"multipleOf\":0}", "/multipleOf"},
		{"{\"enum\":[]}", "/enum"},
		{"{\"$ref\":1}", "/$ref"},
		{"{\"if\":{}}", "/if"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		if (is_schema(bad[i].schema))
			fail_msg("taken: %s", bad[i].schema);
		assert_string_equal(err.field, bad[i].pointer);
	}
	assert_true(is_schema("{\"title\":\"t\",\"description\":\"d\",\"format\":\"date\",\"default\":3,\"x-own\":[]}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_is_held_to),
		cmocka_unit_test(numbers_and_texts_have_bounds),
		cmocka_unit_test(choices_are_compared_whole),
		cmocka_unit_test(members_and_items_are_named_in_the_refusal),
		cmocka_unit_test(alternatives_leave_no_trace_when_one_of_them_fits),
		cmocka_unit_test(references_lead_into_the_same_document),
		cmocka_unit_test(work_is_bounded),
		cmocka_unit_test(a_schema_that_cannot_be_held_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
