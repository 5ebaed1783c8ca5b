/* The mind asked for JSON: what it says was said, and fits what was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "brain_review.h"
#include "iv_schema.h"

static const char schema_text[] =
	"{\"type\":\"object\",\"$defs\":{\"when\":{\"type\":\"object\",\"properties\":{\"day\":{\"type\":[\"string\",\"null\"]},"
	"\"time\":{\"type\":\"string\"}},\"required\":[\"day\"]}},"
	"\"properties\":{\"summary\":{\"type\":\"string\",\"minLength\":1},"
	"\"outcome\":{\"enum\":[\"connected\",\"qualified\",\"no-answer\",\"transferred\"]},\"success\":{\"type\":\"boolean\"},"
	"\"nextStep\":{\"type\":\"string\"},\"notes\":{\"type\":\"string\"},"
	"\"structuredData\":{\"type\":\"object\",\"properties\":{\"people\":{\"type\":\"integer\",\"minimum\":1},"
	"\"when\":{\"$ref\":\"#/$defs/when\"},\"dish\":{\"enum\":[\"soup\",\"fish\"]},\"colour\":{\"type\":\"string\"},"
	"\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},\"required\":[\"people\",\"when\",\"tags\"]}},"
	"\"required\":[\"summary\",\"outcome\",\"success\",\"nextStep\",\"notes\",\"structuredData\"],"
	"\"additionalProperties\":false}";

/* The answer, held to the schema. */
static cJSON *review(const char *conversation)
{
	cJSON *schema = iv_json_parse(iv_str(schema_text), NULL), *messages = cJSON_CreateArray(), *user, *answer;
	struct brain_reply reply;
	struct iv_err e = {0};

	user = cJSON_CreateObject();
	cJSON_AddStringToObject(user, "role", "system");
	cJSON_AddStringToObject(user, "content", "You review calls.");
	cJSON_AddItemToArray(messages, user);
	user = cJSON_CreateObject();
	cJSON_AddStringToObject(user, "role", "user");
	cJSON_AddStringToObject(user, "content", conversation);
	cJSON_AddItemToArray(messages, user);
	brain_review(messages, schema, &reply);
	answer = iv_json_parse(iv_str(reply.text), &e);
	if (!answer)
		fail_msg("%s: %s", e.msg, reply.text);
	if (!iv_schema_check(schema, answer, &e))
		fail_msg("%s %s: %s", e.field, e.msg, reply.text);
	cJSON_Delete(messages);
	cJSON_Delete(schema);
	return answer;
}

static struct iv_str word(const cJSON *answer, const char *name)
{
	return iv_json_str(answer, name);
}

static void a_booking_is_told_with_what_was_said_of_it(void **state)
{
	cJSON *a = review("Known: a call.\nTranscript:\nAgent: Hello.\nUser: I would like to book a table for four.\n"
			  "Agent: And at what time?\nUser: Tomorrow at seven. And the fish.\n"
			  "Agent: Your table is booked. Is there anything else?\nUser: Thank you, goodbye.\n");
	const cJSON *data = iv_json_get(a, "structuredData");

	(void)state;
	assert_true(iv_str_eq(word(a, "outcome"), IV_S("qualified")));
	assert_true(cJSON_IsTrue(iv_json_get(a, "success")));
	assert_true(iv_str_find(word(a, "summary"), IV_S("The caller spoke 3 times"), 0) >= 0);
	assert_true(iv_str_find(word(a, "summary"), IV_S("book a table for four"), 0) >= 0);
	assert_int_equal(iv_json_get(data, "people")->valueint, 4);
	assert_true(iv_str_eq(word(data, "dish"), IV_S("fish")));
	assert_true(iv_str_eq(word(iv_json_get(data, "when"), "day"), IV_S("tomorrow")));
	assert_true(iv_str_eq(word(iv_json_get(data, "when"), "time"), IV_S("19:00")));
	assert_null(iv_json_get(data, "colour")); /* nobody spoke of colours */
	cJSON_Delete(a);
}

static void what_was_not_said_is_not_invented(void **state)
{
	cJSON *a = review("Transcript:\nAgent: Hello.\nUser: What is the time?\nAgent: It is noon.\n");

	(void)state;
	assert_true(iv_str_eq(word(a, "outcome"), IV_S("connected")));
	assert_true(cJSON_IsFalse(iv_json_get(a, "success")));
	assert_true(cJSON_IsNull(iv_json_get(iv_json_get(iv_json_get(a, "structuredData"), "when"), "day")));
	assert_int_equal(word(a, "nextStep").len, 0);
	cJSON_Delete(a);
	a = review("Transcript:\n");
	assert_true(iv_str_eq(word(a, "outcome"), IV_S("no-answer")));
	cJSON_Delete(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_booking_is_told_with_what_was_said_of_it),
		cmocka_unit_test(what_was_not_said_is_not_invented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
