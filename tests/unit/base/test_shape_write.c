/* Printing by a field table, and its JSON Schema. */
#include "check.h"

#include "shapes.h"

static struct iv_buf out;
static struct iv_jw w;
static struct iv_arena arena;

static int set_up(void **state)
{
	(void)state;
	iv_buf_init(&out, 1 << 16);
	iv_jw_init(&w, &out);
	iv_arena_init(&arena, 1 << 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_buf_deinit(&out);
	iv_arena_deinit(&arena);
	return 0;
}

static void read_agent(const char *text, struct agent *a)
{
	cJSON *json = iv_json_parse(iv_str(text), NULL);

	assert_non_null(json);
	assert_true(iv_shape_read(&agent_shape, json, a, &arena, NULL));
	cJSON_Delete(json);
}

static void secrets_and_what_was_never_set_are_not_printed(void **state)
{
	struct agent a;

	(void)state;
	read_agent("{\"name\":\"x\",\"apiKey\":\"very-secret\"}", &a);
	a.id = IV_S("agent_1");
	iv_shape_write(&agent_shape, &a, NULL, &w);
	assert_true(iv_jw_done(&w));
	check_text(
		iv_buf_str(&out),
		"{\"id\":\"agent_1\",\"name\":\"x\",\"maxCalls\":5,\"count\":0,\"temperature\":0,"
		"\"greets\":false,\"language\":\"hi\","
		"\"endpointing\":{\"silenceMs\":220,\"mode\":\"auto\"},\"words\":[],\"tools\":[]}");
}

static void what_was_read_is_printed_under_its_first_name(void **state)
{
	struct agent a;

	(void)state;
	read_agent("{\"name\":\"x\",\"max\":7,\"temperature\":0.1,\"words\":[\"a\\\"\",\"b\"],"
		   "\"tools\":[{\"name\":\"t\"},{\"name\":\"u\",\"fast\":false}],"
		   "\"extra\":[1, {}]}",
		   &a);
	a.language = 99; /* no such name */
	iv_jw_obj(&w, NULL);
	iv_shape_write(&agent_shape, &a, "agent", &w);
	iv_jw_end_obj(&w);
	check_text(iv_buf_str(&out),
		   "{\"agent\":{\"name\":\"x\",\"maxCalls\":7,\"count\":0,\"temperature\":0.1,"
		   "\"greets\":false,\"endpointing\":{\"silenceMs\":220,\"mode\":\"auto\"},"
		   "\"words\":[\"a\\\"\",\"b\"],\"tools\":[{\"name\":\"t\",\"fast\":true},"
		   "{\"name\":\"u\",\"fast\":false}],\"extra\":[1,{}]}}");
}

static void the_schema_says_what_reading_demands(void **state)
{
	(void)state;
	iv_shape_schema(&endpointing_shape, NULL, &w);
	assert_true(iv_jw_done(&w));
	check_text(iv_buf_str(&out),
		   "{\"title\":\"endpointing\",\"type\":\"object\",\"properties\":{"
		   "\"silenceMs\":{\"type\":\"integer\",\"minimum\":50,\"maximum\":5000,"
		   "\"description\":\"silence that ends a turn\"},"
		   "\"mode\":{\"type\":\"string\",\"enum\":[\"auto\",\"manual\"],"
		   "\"description\":\"who decides\"}},\"additionalProperties\":false}");
}

static void the_schema_covers_every_kind(void **state)
{
	struct iv_str text;
	cJSON *json;

	(void)state;
	iv_shape_schema(&agent_shape, NULL, &w);
	text = iv_buf_str(&out);
	json = iv_json_parse(text, NULL);
	assert_non_null(json);
	cJSON_Delete(json);
	check_holds(text, "\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":10,");
	check_holds(text, "\"id\":{\"type\":\"string\",\"description\":\"made by the server\","
			  "\"readOnly\":true}");
	check_holds(text, "\"description\":\"provider's key\",\"writeOnly\":true}");
	check_holds(text, "\"max\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":500,"
			  "\"description\":\"calls at once\",\"deprecated\":true}");
	check_holds(text, "\"count\":{\"type\":\"integer\",\"description\":");
	check_holds(text, "\"temperature\":{\"type\":\"number\",\"minimum\":0,\"maximum\":2,");
	check_holds(text, "\"greets\":{\"type\":\"boolean\",");
	check_holds(text,
		    "\"words\":{\"type\":\"array\",\"maxItems\":3,\"items\":{\"type\":\"string\","
		    "\"minLength\":1}");
	check_holds(text,
		    "\"tools\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"title\":\"tool\","
		    "\"type\":\"object\",");
	check_holds(text, "\"extra\":{\"description\":\"anything\"}");
	check_holds(text, "},\"required\":[\"name\"],\"additionalProperties\":false}");
}

static void a_required_field_is_required_under_either_name(void **state)
{
	static const struct iv_field fields[] = {
		IV_ROW(IV_F_STR, struct tool, name, "name", "label", IV_REQUIRED, 0, 0, NULL, NULL,
		       NULL),
		IV_FIELDS_END,
	};
	static const struct iv_shape shape = {"t", sizeof(struct tool), fields, NULL};

	(void)state;
	iv_shape_schema(&shape, NULL, &w);
	check_text(iv_buf_str(&out),
		   "{\"title\":\"t\",\"type\":\"object\",\"properties\":{\"name\":{\"type\":"
		   "\"string\"},"
		   "\"label\":{\"type\":\"string\",\"deprecated\":true}},\"allOf\":[{\"anyOf\":["
		   "{\"required\":[\"name\"]},{\"required\":[\"label\"]}]}],"
		   "\"additionalProperties\":false}");
}

int main(void)
{
#define WRITE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WRITE_TEST(secrets_and_what_was_never_set_are_not_printed),
		WRITE_TEST(what_was_read_is_printed_under_its_first_name),
		WRITE_TEST(the_schema_says_what_reading_demands),
		WRITE_TEST(the_schema_covers_every_kind),
		WRITE_TEST(a_required_field_is_required_under_either_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
