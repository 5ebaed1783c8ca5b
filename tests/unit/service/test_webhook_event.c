/* webhook_event.c: every type of event as it goes out, and what may be subscribed to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include "iv_summary_event.h"

#define S(x) IV_S(x)

/* An event of each type with its required members set, and some more. */
static const void *sample(const struct iv_webhook_type *t)
{
	static struct iv_event_call_started started;
	static struct iv_event_asr_final final;
	static struct iv_event_tool_call tool;
	static struct iv_event_call_ended ended;
	static struct iv_event_usage usage;
	static struct iv_event_alert alert;
	static struct iv_event_qa_flags flags;
	static struct iv_event_webhook_test test;
	static struct iv_event_endpoint_disabled disabled;
	static struct iv_event_agent_summary summary;
	static struct iv_event_qa_flag flag = {S("toxicity"), S("high"), S("2026-11-21T13:04:05.000Z")};
	static struct iv_summary_message message = {.role = S("user"), .message = S("Hello"), .duration = 1.5};
	static const struct {
		const char *name;
		void *event;
	} all[] = {{"call.ringing", &started}, {"call.answered", &started}, {"call.started", &started}, {"asr.final", &final}, {"agent.tool_call", &tool},
		   {"call.ended", &ended}, {"billing.usage.updated", &usage}, {"system.alert", &alert}, {"qa.flags", &flags},
		   {"webhook.test", &test}, {"webhook.endpoint_disabled", &disabled}, {"agent.summary", &summary}};

	started = (struct iv_event_call_started){.started_at = S("2026-11-21T13:04:05.000Z"),
						 .direction = S("inbound"),
						 .carrier = {S("jambonz"), S("abc@host")}};
	final = (struct iv_event_asr_final){.text = S("one \"two\""), .confidence = 0.5};
	tool = (struct iv_event_tool_call){.name = S("weather"), .args = S("{\"city\":\"Pune\"}"), .ok = true};
	ended = (struct iv_event_call_ended){.ended_at = S("2026-11-21T13:05:05.000Z"),
					     .status = S("completed"),
					     .reason = S("hangup"),
					     .duration_sec = 60};
	usage = (struct iv_event_usage){.period = S("2026-11"), .at_risk = true};
	alert = (struct iv_event_alert){.kind = S("daily_cost_inr"), .period = S("2026-11-21"), .percent = 80};
	flags = (struct iv_event_qa_flags){.flags = {&flag, 1}};
	test = (struct iv_event_webhook_test){.endpoint_id = S("whe_1"), .message = S("hello")};
	disabled = (struct iv_event_endpoint_disabled){.endpoint_id = S("whe_1"),
						       .reason = S("gone"),
						       .disabled_at = S("2026-11-21T13:04:05.000Z")};
	summary = (struct iv_event_agent_summary){.started_at = S("2026-11-21T13:04:05.000Z"),
						  .ended_at = S("2026-11-21T13:05:05.000Z"),
						  .summary = {.notes = S("all is well")},
						  .artifacts = {.transcript = S("https://x/t.json")},
						  .artifact = {.messages = {&message, 1}},
						  .agent_config = S("{\"name\":\"demo\"}")};
	for (size_t i = 0; i < IV_COUNT(all); i++)
		if (strcmp(all[i].name, t->name) == 0) {
			iv_webhook_head_init(all[i].event, t, S("evt_1"), S("tnt_1"), S("call_1"),
					     S("2026-11-21T13:04:05.678Z"));
			return all[i].event;
		}
	fail_msg("no sample of %s", t->name);
	return NULL;
}

static cJSON *printed(const struct iv_webhook_type *t, const void *event)
{
	struct iv_buf b;
	cJSON *json;

	iv_buf_init(&b, 65536);
	assert_true(iv_webhook_print(t, event, &b));
	json = iv_json_parse(iv_buf_str(&b), NULL);
	assert_non_null(json);
	iv_buf_deinit(&b);
	return json;
}

static void has(const cJSON *json, const char *key, const char *value)
{
	struct iv_str s = iv_json_str(json, key);

	assert_true(iv_str_eq(s, iv_str(value)));
}

static void every_payload_begins_with_the_promised_members(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++, n++) {
		cJSON *json = printed(t, sample(t));

		has(json, "type", t->name);
		has(json, "schemaVersion", t->version);
		has(json, "eventId", "evt_1");
		has(json, "callId", "call_1");
		has(json, "tenantId", "tnt_1");
		has(json, "timestamp", "2026-11-21T13:04:05.678Z");
		assert_true(strncmp(t->version, t->name, strlen(t->name)) == 0);
		cJSON_Delete(json);
	}
	assert_int_equal(n, 12);
}

static void every_payload_is_what_its_shape_says(void **state)
{
	(void)state;
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++) {
		cJSON *json = printed(t, sample(t));
		void *back = calloc(1, t->shape->size);
		struct iv_arena arena;
		struct iv_err e = {0};

		assert_non_null(back);
		iv_arena_init(&arena, 1 << 20);
		if (!iv_shape_read(t->shape, json, back, &arena, &e))
			fail_msg("%s: %s %s", t->name, e.field, e.msg);
		/* And a member that is required is missed. */
		cJSON_DeleteItemFromObject(json, "eventId");
		assert_false(iv_shape_read(t->shape, json, back, &arena, &e));
		iv_arena_deinit(&arena);
		free(back);
		cJSON_Delete(json);
	}
}

static void an_event_of_no_call_leaves_the_call_out(void **state)
{
	const struct iv_webhook_type *t = iv_webhook_type(S("billing.usage.updated"));
	struct iv_event_usage usage = {.period = S("2026-11")};
	cJSON *json;

	(void)state;
	iv_webhook_head_init(&usage.head, t, S("evt_1"), S("tnt_1"), S(""), S("2026-11-21T13:04:05.678Z"));
	json = printed(t, &usage);
	assert_null(iv_json_get(json, "callId"));
	cJSON_Delete(json);
}

static void what_does_not_fit_is_not_printed(void **state)
{
	const struct iv_webhook_type *t = iv_webhook_type(S("call.ended"));
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 100);
	assert_false(iv_webhook_print(t, sample(t), &b));
	iv_buf_deinit(&b);
}

static void names_are_known_once(void **state)
{
	static const char *const yes[] = {"*", "call.started", "stt.final", "tool.call", "call.summary",
					  "call.completed", "call.failed", "webhook.endpoint_disabled"};
	static const char *const no[] = {"", "call", "call.*", "CALL.STARTED", "call.started ", "agent.error"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(yes); i++)
		assert_true(iv_webhook_subscribable(iv_str(yes[i])));
	for (size_t i = 0; i < IV_COUNT(no); i++)
		assert_false(iv_webhook_subscribable(iv_str(no[i])));
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++) {
		assert_ptr_equal(iv_webhook_type(iv_str(t->name)), t);
		for (const char *const *o = t->older; *o; o++)
			assert_null(iv_webhook_type(iv_str(*o)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_payload_begins_with_the_promised_members),
		cmocka_unit_test(every_payload_is_what_its_shape_says),
		cmocka_unit_test(an_event_of_no_call_leaves_the_call_out),
		cmocka_unit_test(what_does_not_fit_is_not_printed),
		cmocka_unit_test(names_are_known_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
