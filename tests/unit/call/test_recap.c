/* A recap: what is left of a call for those who have to say what came of it. */
#include <math.h>
#include "call_driver.h"
#include "iv_account.h"
#include "iv_recap.h"

struct lived {
	struct driver d;
	struct iv_buf journal;
	int64_t last_us;
	bool begun;
	struct iv_arena arena;
	struct iv_account account;
	struct iv_recap recap;
};

static void before(void *arg, struct driver *d, const struct iv_event *ev)
{
	struct lived *l = arg;

	if (!l->begun) {
		struct iv_record_header h = {.call_id = IV_S("call_7"), .version = IV_S("test"), .started_ms = 1795266000000,
					     .agent = *iv_call_agent(d->call), .opts = d->opts};

		l->begun = true;
		assert_true(iv_record_write_header(&l->journal, &h));
	}
	assert_true(iv_record_write(&l->journal, ev, &l->last_us));
}

static void begin(struct lived *l, const char *agent)
{
	memset(l, 0, sizeof(*l));
	iv_buf_init(&l->journal, 8 << 20);
	iv_arena_init(&l->arena, 8 << 20);
	driver_init(&l->d);
	l->d.before = before;
	l->d.onlooker = l;
	driver_start(&l->d, agent);
}

/* Through the journal, then through JSON: as another process gets it. */
static void recap(struct lived *l)
{
	struct iv_recap direct;
	struct iv_buf json;
	struct iv_jw w;
	struct iv_err e = {0};
	cJSON *tree;

	assert_true(iv_account_read(iv_buf_str(&l->journal), 1 << 20, &l->arena, &l->account, &e));
	assert_true(iv_recap_of(l->account.story,
				&(struct iv_recap_opts){.reason = l->account.reason, .duration_ms = 4711, .redact = l->account.redact},
				&l->arena, &direct));
	iv_buf_init(&json, 1 << 20);
	iv_jw_init(&w, &json);
	iv_shape_write(&iv_recap_shape, &direct, NULL, &w);
	assert_true(iv_jw_done(&w));
	tree = iv_json_parse(iv_buf_str(&json), &e);
	if (!tree || !iv_shape_read(&iv_recap_shape, tree, &l->recap, &l->arena, &e))
		fail_msg("%s %s", e.field, e.msg);
	cJSON_Delete(tree);
	iv_buf_deinit(&json);
}

static void end(struct lived *l)
{
	iv_account_deinit(&l->account);
	call_stop(&l->d);
	iv_buf_deinit(&l->journal);
	iv_arena_deinit(&l->arena);
}

static const struct iv_recap_message *message(const struct lived *l, size_t i)
{
	assert_true(i < l->recap.messages.count);
	return &((const struct iv_recap_message *)l->recap.messages.items)[i];
}

static void a_conversation_is_in_its_recap_with_tools_and_numbers(void **state)
{
	struct lived l;
	const struct iv_recap_tool *tool;

	(void)state;
	begin(&l, QUIET_AGENT ",\"tools\":[{\"name\":\"lookup\",\"url\":\"/x\"}]");
	ask(&l.d, "Look it up.");
	llm_tool(&l.d, "t1", "lookup", "{\"q\":\"noon\"}");
	llm_done(&l.d);
	run(&l.d, 300);
	tool_answers(&l.d, "t1", "{\"found\":true}");
	answer(&l.d, "I found it.");
	run(&l.d, 3000);
	happens_text(&l.d, IV_EV_HANGUP, "hangup");
	recap(&l);
	assert_int_equal(l.recap.messages.count, 2);
	assert_int_equal(message(&l, 0)->role, IV_STORY_USER);
	assert_true(iv_str_eq(message(&l, 0)->text, IV_S("Look it up.")));
	assert_int_equal(message(&l, 1)->role, IV_STORY_AGENT);
	assert_true(iv_str_eq(message(&l, 1)->text, IV_S("I found it.")));
	assert_true(message(&l, 1)->start_ms > message(&l, 0)->end_ms && !message(&l, 1)->interrupted);
	assert_true(iv_str_eq(l.recap.reason, IV_S("hangup")));
	assert_int_equal(l.recap.duration_ms, 4711);
	assert_int_equal(l.recap.left_out, 0);
	tool = l.recap.tools.items;
	assert_int_equal(l.recap.tools.count, 1);
	assert_true(iv_str_eq(tool->name, IV_S("lookup")) && tool->ok && tool->blocking);
	assert_true(iv_str_eq(tool->args, IV_S("{\"q\":\"noon\"}")) && iv_str_eq(tool->result, IV_S("{\"found\":true}")));
	assert_true(l.recap.kpis.eou_ms > 0 && l.recap.media.mos > 4);
	assert_true(l.recap.emotion.enabled && l.recap.emotion.arousal > 0.5 && l.recap.emotion.arousal <= 1);
	end(&l);
}

static void an_interruption_and_a_raised_voice_are_in_it(void **state)
{
	struct lived l;
	const struct iv_recap_loud *loud;
	int64_t loud_us;

	(void)state;
	begin(&l, QUIET_AGENT);
	say_levels(&l.d, 4000, -40); /* how he usually speaks */
	final(&l.d, "Tell me a story.", 0.9);
	run_until(&l.d, IV_ACT_LLM_ASK, 4000);
	answer(&l.d, "Once upon a time there was a queen who had three daughters and a dog that could speak.");
	run(&l.d, 2500);
	loud_us = l.d.now_us;
	say_levels(&l.d, 3000, -15);
	final(&l.d, "Stop that.", 0.9);
	run_until(&l.d, IV_ACT_LLM_ASK, 4000);
	answer(&l.d, "Fine.");
	run(&l.d, 2000);
	happens_text(&l.d, IV_EV_LEG_GONE, "hangup");
	recap(&l);
	assert_true(message(&l, 1)->interrupted);
	assert_int_equal(l.recap.louds.count, 1);
	loud = l.recap.louds.items;
	assert_true(llabs(loud->from_ms - loud_us / 1000) <= 500);
	assert_true(loud->to_ms - loud->from_ms >= 2250 && loud->to_ms - loud->from_ms <= 3500);
	assert_true(loud->above_db > 15 && loud->above_db < 30);
	end(&l);
}

static void nobody_looked_when_the_agent_wants_no_emotion(void **state)
{
	struct lived l;

	(void)state;
	begin(&l, QUIET_AGENT ",\"emotion\":false");
	say_levels(&l.d, 4000, -40);
	say_levels(&l.d, 3000, -15);
	run(&l.d, 500);
	happens_text(&l.d, IV_EV_LEG_GONE, "hangup");
	recap(&l);
	assert_false(l.recap.emotion.enabled);
	assert_int_equal(l.recap.louds.count, 0);
	assert_true(l.recap.kpis.eou_ms == 0); /* nobody said anything */
	end(&l);
}

static void personal_data_is_masked_and_named(void **state)
{
	struct lived l;
	const struct iv_recap_tool *tool;

	(void)state;
	begin(&l, QUIET_AGENT ",\"tools\":[{\"name\":\"lookup\",\"url\":\"/x\"}]");
	ask(&l.d, "I am at +91 98123 45678, find a@b.co.");
	llm_tool(&l.d, "t1", "lookup", "{\"phone\":\"98123 45678\",\"id\":\"x7\"}");
	llm_done(&l.d);
	run(&l.d, 300);
	tool_answers(&l.d, "t1", "{\"mail\":\"asha@example.org\"}");
	answer(&l.d, "Found.");
	run(&l.d, 3000);
	happens_text(&l.d, IV_EV_HANGUP, "hangup");
	recap(&l);
	assert_true(l.recap.redacted);
	assert_true(iv_str_eq(message(&l, 0)->text, IV_S("I am at [PHONE], find [EMAIL].")));
	assert_int_equal(message(&l, 0)->masked.count, 2);
	assert_true(iv_str_eq(message(&l, 0)->masked.items[0], IV_S("email")));
	assert_int_equal(message(&l, 1)->masked.count, 0);
	tool = l.recap.tools.items;
	assert_true(iv_str_eq(tool->args, IV_S("{\"phone\":\"[PHONE]\",\"id\":\"x7\"}")));
	assert_true(iv_str_find(tool->result, IV_S("asha"), 0) < 0);
	end(&l);
}

static void what_is_no_json_any_more_is_a_text(void **state)
{
	struct lived l;
	char args[3000] = "{\"q\":\"";
	const struct iv_recap_tool *tool;
	cJSON *json;

	(void)state;
	memset(args + 6, 'x', 2500);
	strcpy(args + 2506, "\"}");
	begin(&l, QUIET_AGENT ",\"tools\":[{\"name\":\"lookup\",\"url\":\"/x\"}]");
	ask(&l.d, "Look it up.");
	llm_tool(&l.d, "t1", "lookup", args);
	llm_done(&l.d);
	run(&l.d, 300);
	happens_text(&l.d, IV_EV_HANGUP, "hangup");
	recap(&l);
	tool = l.recap.tools.items;
	json = iv_json_parse(tool->args, NULL);
	assert_true(cJSON_IsString(json) && strlen(json->valuestring) == 2048);
	cJSON_Delete(json);
	end(&l);
}

static void of_a_very_long_conversation_the_middle_is_left_out(void **state)
{
	struct lived l;
	char text[1024];
	int turns = 0;

	(void)state;
	begin(&l, QUIET_AGENT ",\"maxDurationMs\":43200000");
	for (; turns < 800; turns++) {
		(void)snprintf(text, sizeof(text), "%d %0*d", turns, 900, 0);
		happens_text(&l.d, IV_EV_TEXT, text);
		answer(&l.d, "So.");
		run(&l.d, 600);
	}
	happens_text(&l.d, IV_EV_HANGUP, "hangup");
	recap(&l);
	assert_true(l.recap.left_out > 300);
	assert_int_equal((int64_t)l.recap.messages.count + l.recap.left_out, 2 * turns);
	assert_true(iv_str_starts(message(&l, 0)->text, IV_S("0 ")));
	assert_true(iv_str_starts(message(&l, l.recap.messages.count - 2)->text, IV_S("799 ")));
	/* The numbers go on by one, and once by what is missing. */
	for (int64_t i = 0; i < (int64_t)l.recap.messages.count; i++) {
		int64_t number = (i < l.recap.left_out_at ? i : i + l.recap.left_out) / 2;

		if (message(&l, (size_t)i)->role == IV_STORY_USER)
			assert_int_equal(strtoll(message(&l, (size_t)i)->text.ptr, NULL, 10), number);
	}
	end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversation_is_in_its_recap_with_tools_and_numbers),
		cmocka_unit_test(an_interruption_and_a_raised_voice_are_in_it),
		cmocka_unit_test(nobody_looked_when_the_agent_wants_no_emotion),
		cmocka_unit_test(personal_data_is_masked_and_named),
		cmocka_unit_test(what_is_no_json_any_more_is_a_text),
		cmocka_unit_test(of_a_very_long_conversation_the_middle_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
