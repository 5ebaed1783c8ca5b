/* account.c: what a journal says of a call is what the call itself said. */
#include <math.h>
#include "call_driver.h"
#include "iv_account.h"

/* A call that is lived and written down at the same time. */
struct scribe {
	struct iv_call *call;
	struct iv_buf journal;
	int64_t now_us, last_us;
	size_t notes, asks, says;
	uint32_t gen, utt;
};

static void watch(void *arg, const struct iv_action *a)
{
	struct scribe *s = arg;

	s->notes += a->type == IV_ACT_NOTE;
	if (a->type == IV_ACT_LLM_ASK) {
		s->gen = a->gen;
		s->asks++;
	}
	if (a->type == IV_ACT_TTS_SAY) {
		s->utt = a->utt;
		s->says++;
	}
}

static void live(struct scribe *s, struct iv_event ev)
{
	ev.now_us = s->now_us;
	assert_true(iv_record_write(&s->journal, &ev, &s->last_us));
	iv_call_step(s->call, &ev);
}

static void pass(struct scribe *s, int64_t ms, int ddb)
{
	for (int64_t end = s->now_us + ms * MS; s->now_us < end;) {
		s->now_us += 20 * MS;
		live(s, (struct iv_event){.type = IV_EV_FRAME, .level = {.rms_ddb = (int16_t)ddb, .crossings = 40}});
		live(s, (struct iv_event){.type = IV_EV_TICK});
	}
}

static void begin(struct scribe *s, struct iv_arena *arena)
{
	struct iv_record_header h = {.call_id = IV_S("call_1"), .version = IV_S("test"), .started_ms = 1700000000123,
				     .context = IV_S("{\"tenantId\":\"tnt_1\",\"n\":[1,2]}")};
	cJSON *json = cJSON_Parse("{\"id\":\"agt_1\",\"asr\":[\"deepgram\"],\"llm\":[\"openai\",\"openai-2\"],"
				  "\"tts\":[\"deepgram\",\"elevenlabs\"]," QUIET_AGENT "}");
	cJSON *none = cJSON_CreateObject();
	struct iv_err e = {0};

	*s = (struct scribe){0};
	iv_buf_init(&s->journal, 4 << 20);
	assert_true(iv_shape_read(&iv_agent_shape, json, &h.agent, arena, &e));
	assert_true(iv_shape_read(&iv_call_opts_shape, none, &h.opts, arena, &e));
	cJSON_Delete(json);
	cJSON_Delete(none);
	assert_true(iv_record_write_header(&s->journal, &h));
	s->call = iv_call_new(&h.agent, &h.opts, watch, s);
	live(s, (struct iv_event){.type = IV_EV_START, .leg = IV_LEG_TWILIO, .rate_hz = 8000});
	live(s, (struct iv_event){.type = IV_EV_ASR_READY, .text = IV_S("deepgram")});
}

static void one_turn(struct scribe *s)
{
	static const uint8_t loud[50] = {[0 ... 49] = 20};

	pass(s, 300, -700);
	pass(s, 600, -200);
	live(s, (struct iv_event){.type = IV_EV_ASR_FINAL, .text = IV_S("What time is it?"), .confidence = 0.9});
	pass(s, 1500, -700);
	assert_true(s->gen > 0);
	live(s, (struct iv_event){.type = IV_EV_LLM_DELTA, .gen = s->gen, .text = IV_S("It is noon. ")});
	live(s, (struct iv_event){.type = IV_EV_LLM_DONE, .gen = s->gen, .a = 40, .b = 7});
	live(s, (struct iv_event){.type = IV_EV_TTS_AUDIO, .utt = s->utt, .samples = 8000, .levels = loud,
				  .level_count = 50});
	live(s, (struct iv_event){.type = IV_EV_TTS_DONE, .utt = s->utt});
	pass(s, 2000, -700);
}

static double units(const struct iv_account *a, const char *type, const char *unit, const char *provider)
{
	for (size_t i = 0; i < a->line_count; i++)
		if (strcmp(a->lines[i].type, type) == 0 && strcmp(a->lines[i].unit, unit) == 0 &&
		    iv_str_eq(a->lines[i].provider, iv_str(provider)))
			return a->lines[i].units;
	return 0;
}

static void the_account_is_what_the_call_was(void **state)
{
	struct iv_arena arena;
	struct scribe s;
	struct iv_account a;
	struct iv_err e = {0};
	struct iv_usage u;
	cJSON *timeline;

	(void)state;
	iv_arena_init(&arena, 1 << 20);
	begin(&s, &arena);
	one_turn(&s);
	live(&s, (struct iv_event){.type = IV_EV_LLM_SWITCHED, .gen = s.gen + 1, .text = IV_S("openai-2"), .name = IV_S("http")});
	one_turn(&s);
	live(&s, (struct iv_event){.type = IV_EV_HANGUP, .text = IV_S("hangup")});
	assert_true(iv_call_ended(s.call));
	iv_call_usage(s.call, &u);
	assert_true(iv_account_read(iv_buf_str(&s.journal), 1 << 20, &arena, &a, &e));
	assert_true(a.ended);
	assert_true(iv_str_eq(a.reason, IV_S("hangup")));
	assert_int_equal(a.leg, IV_LEG_TWILIO);
	assert_int_equal(a.ended_ms, 1700000000123 + s.now_us / 1000);
	assert_memory_equal(&a.usage, &u, sizeof(u));
	assert_true(iv_str_eq(a.header.context, IV_S("{\"tenantId\":\"tnt_1\",\"n\":[1,2]}")));
	/* Tokens of the first turn are the first model's, of the second the other's. */
	assert_true(units(&a, "llm", "token_in", "openai") == 40 && units(&a, "llm", "token_in", "openai-2") == 40);
	assert_true(units(&a, "llm", "token_out", "openai-2") == 7);
	assert_true(units(&a, "tts", "character", "deepgram") == (double)u.tts_chars && u.tts_chars > 0);
	assert_true(fabs(units(&a, "stt", "minute", "deepgram") - (double)u.asr_ms / 60000.0) < 1e-6);
	assert_true(units(&a, "transport", "minute", "twilio") == (double)u.call_ms / 60000.0);
	assert_true(units(&a, "platform", "call", "invorto") == 1);
	timeline = cJSON_ParseWithLength(a.timeline.ptr, a.timeline.len);
	assert_non_null(timeline);
	assert_int_equal(cJSON_GetArraySize(timeline), s.notes);
	for (int i = 0; i < cJSON_GetArraySize(timeline); i++)
		assert_int_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(timeline, i), "seq")->valueint, i + 1);
	cJSON_Delete(timeline);
	iv_account_deinit(&a);
	iv_call_free(s.call);
	iv_buf_deinit(&s.journal);
	iv_arena_deinit(&arena);
}

static void a_call_whose_process_died_ends_where_its_journal_does(void **state)
{
	struct iv_arena arena;
	struct scribe s;
	struct iv_err e = {0};
	size_t whole;

	(void)state;
	iv_arena_init(&arena, 8 << 20);
	begin(&s, &arena);
	one_turn(&s);
	whole = s.journal.len;
	/* Cut anywhere, also inside a record: always an account, never an end that was not. */
	for (size_t cut = whole; cut > whole - 400; cut -= 7) {
		struct iv_account a;

		assert_true(iv_account_read((struct iv_str){s.journal.ptr, cut}, 1 << 20, &arena, &a, &e));
		assert_false(a.ended);
		assert_true(iv_str_eq(a.reason, IV_S("crashed")));
		assert_true(a.ended_ms <= 1700000000123 + s.now_us / 1000 + 20);
		assert_true(iv_str_find(iv_buf_str(&a.timeline), IV_S("call.ended"), 0) > 0);
		iv_account_deinit(&a);
	}
	iv_call_free(s.call);
	iv_buf_deinit(&s.journal);
	iv_arena_deinit(&arena);
}

static void a_timeline_has_its_ceiling_and_says_so(void **state)
{
	struct iv_arena arena;
	struct scribe s;
	struct iv_account a;
	struct iv_err e = {0};
	cJSON *timeline;
	const cJSON *last;

	(void)state;
	iv_arena_init(&arena, 1 << 20);
	begin(&s, &arena);
	one_turn(&s);
	live(&s, (struct iv_event){.type = IV_EV_HANGUP, .text = IV_S("hangup")});
	assert_true(iv_account_read(iv_buf_str(&s.journal), 700, &arena, &a, &e));
	assert_true(a.timeline.len <= 700 + 256);
	timeline = cJSON_ParseWithLength(a.timeline.ptr, a.timeline.len);
	last = cJSON_GetArrayItem(timeline, cJSON_GetArraySize(timeline) - 1);
	assert_string_equal(cJSON_GetObjectItem(last, "kind")->valuestring, "timeline.truncated");
	assert_true(a.turns.len > 0); /* the waterfalls are not cut */
	cJSON_Delete(timeline);
	iv_account_deinit(&a);
	iv_call_free(s.call);
	iv_buf_deinit(&s.journal);
	iv_arena_deinit(&arena);
}

static void junk_is_refused(void **state)
{
	struct iv_arena arena;
	struct iv_account a;
	struct iv_err e = {0};

	(void)state;
	iv_arena_init(&arena, 1 << 20);
	assert_false(iv_account_read(IV_S("INVORTO-CALL-2\n{}"), 1000, &arena, &a, &e));
	assert_non_null(strstr(e.msg, "journal"));
	iv_account_deinit(&a);
	iv_arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_account_is_what_the_call_was),
		cmocka_unit_test(a_call_whose_process_died_ends_where_its_journal_does),
		cmocka_unit_test(a_timeline_has_its_ceiling_and_says_so),
		cmocka_unit_test(junk_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
