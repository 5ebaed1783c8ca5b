/* What a call leaves behind: the transcript, the waterfall, the tools, and that a journal tells the same. */
#include <math.h>
#include "call_driver.h"
#include "iv_story.h"

struct watcher {
	struct driver d;
	struct iv_story *story;
	struct iv_buf lines[2], journal;
	int64_t last_us;
	bool redact;
};

static void on_line(void *arg, enum iv_story_file file, struct iv_str line)
{
	struct iv_buf *lines = arg;

	assert_int_equal(line.ptr[line.len - 1], '\n');
	assert_true(iv_buf_adds(&lines[file], line));
}

static void before(void *arg, struct driver *d, const struct iv_event *ev)
{
	struct watcher *w = arg;

	if (!w->story) {
		struct iv_record_header h = {.call_id = IV_S("call_7"), .version = IV_S("test"), .started_ms = 1795266000000,
					     .agent = *iv_call_agent(d->call), .opts = d->opts};

		assert_true(iv_record_write_header(&w->journal, &h));
		w->story = iv_story_new(&(struct iv_story_opts){.call_id = IV_S("call_7"),
								.started_ms = 1795266000000,
								.agent = iv_call_agent(d->call),
								.opts = &d->opts,
								.redact = w->redact,
								.line = on_line,
								.arg = w->lines});
	}
	assert_true(iv_record_write(&w->journal, ev, &w->last_us));
	iv_story_event(w->story, ev);
}

static void after(void *arg, struct driver *d, const struct iv_action *a)
{
	struct watcher *w = arg;

	iv_story_action(w->story, d->now_us, a, d->call);
}

static void begin_as(struct watcher *w, const char *agent, bool redact)
{
	*w = (struct watcher){.redact = redact};
	iv_buf_init(&w->lines[0], 1 << 20);
	iv_buf_init(&w->lines[1], 1 << 20);
	iv_buf_init(&w->journal, 8 << 20);
	driver_init(&w->d);
	w->d.before = before;
	w->d.after = after;
	w->d.onlooker = w;
	driver_start(&w->d, agent);
}

static void begin(struct watcher *w, const char *agent)
{
	begin_as(w, agent, false);
}

static void begin_redacted(struct watcher *w, const char *agent)
{
	begin_as(w, agent, true);
}

static void end(struct watcher *w)
{
	iv_story_free(w->story);
	call_stop(&w->d);
	iv_buf_deinit(&w->lines[0]);
	iv_buf_deinit(&w->lines[1]);
	iv_buf_deinit(&w->journal);
}

static bool told(const struct watcher *w, const char *part)
{
	return iv_str_find(iv_buf_str(&w->lines[0]), iv_str(part), 0) >= 0;
}

static cJSON *whole(const struct iv_story *s)
{
	struct iv_buf out;
	cJSON *json;

	iv_buf_init(&out, 8 << 20);
	assert_true(iv_story_transcript(s, &out));
	json = iv_json_parse(iv_buf_str(&out), NULL);
	assert_non_null(json);
	iv_buf_deinit(&out);
	return json;
}

static const char *text_of(const cJSON *obj, const char *key)
{
	const cJSON *v = iv_json_get(obj, key);

	assert_true(cJSON_IsString(v));
	return v->valuestring;
}

static double number_of(const cJSON *obj, const char *key)
{
	const cJSON *v = iv_json_get(obj, key);

	assert_true(cJSON_IsNumber(v));
	return v->valuedouble;
}

static const cJSON *turn_at(const cJSON *transcript, int i)
{
	return cJSON_GetArrayItem(iv_json_get(transcript, "turns"), i);
}

static int turns_in(const cJSON *transcript)
{
	return cJSON_GetArraySize(iv_json_get(transcript, "turns"));
}

/* The same from the journal, to the byte; `torn` bytes are missing at its end. */
static void check_journal(struct watcher *w)
{
	struct iv_story_end e1;
	struct iv_story *again;
	struct iv_buf lines[2], one, two;
	struct iv_arena arena;
	struct iv_err e = {0};

	iv_arena_init(&arena, 4 << 20);
	for (int i = 0; i < 2; i++)
		iv_buf_init(&lines[i], 1 << 20);
	iv_buf_init(&one, 8 << 20);
	iv_buf_init(&two, 8 << 20);
	assert_true(iv_story_from_journal(iv_buf_str(&w->journal), &arena, w->redact, on_line, lines, &again, &e1, &e));
	assert_false(e1.crashed);
	assert_true(iv_story_transcript(w->story, &one));
	assert_true(iv_story_transcript(again, &two));
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.ptr, two.ptr, one.len);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(lines[i].len, w->lines[i].len);
		assert_memory_equal(lines[i].ptr, w->lines[i].ptr, lines[i].len);
		iv_buf_deinit(&lines[i]);
	}
	iv_story_free(again);
	iv_buf_deinit(&one);
	iv_buf_deinit(&two);
	iv_arena_deinit(&arena);
}

static void who_said_what_and_when_is_in_the_transcript(void **state)
{
	struct watcher w;
	cJSON *t;
	const cJSON *turn;

	(void)state;
	begin(&w, "\"name\":\"t\",\"disclosure\":\"I am a machine.\",\"greeting\":\"\",\"locale\":\"en-GB\"");
	run(&w.d, 3000);
	ask(&w.d, "What time is it?");
	answer(&w.d, "It is noon.");
	run(&w.d, 3000);
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	t = whole(w.story);
	assert_string_equal(text_of(t, "callId"), "call_7");
	assert_string_equal(text_of(t, "language"), "en-GB");
	assert_string_equal(text_of(t, "provider"), "test");
	assert_string_equal(text_of(t, "startedAt"), "2026-11-21T13:00:00.000Z");
	assert_string_equal(text_of(t, "text"), "Agent: I am a machine.\nUser: What time is it?\nAgent: It is noon.");
	assert_int_equal(turns_in(t), 3);
	turn = turn_at(t, 0);
	assert_string_equal(text_of(turn, "role"), "agent");
	assert_int_equal(number_of(turn, "turn"), 1);
	/* 15 characters at 60 ms. */
	assert_true(fabs(number_of(turn, "end") - number_of(turn, "start") - 0.9) < 0.05);
	turn = turn_at(t, 1);
	assert_string_equal(text_of(turn, "role"), "user");
	assert_true(number_of(turn, "start") > 3.0 && number_of(turn, "start") < number_of(turn, "end"));
	assert_true(number_of(turn, "confidence") > 0.5);
	assert_int_equal(number_of(turn, "turn"), 2);
	turn = turn_at(t, 2);
	assert_true(number_of(turn, "start") >= number_of(turn_at(t, 1), "end"));
	assert_true(cJSON_IsFalse(iv_json_get(turn, "interrupted")));
	assert_true(number_of(t, "durationSec") >= number_of(turn, "end"));
	cJSON_Delete(t);
	check_journal(&w);
	end(&w);
}

static void a_line_is_out_once_it_cannot_change(void **state)
{
	struct watcher w;
	size_t metrics;

	(void)state;
	begin(&w, QUIET_AGENT);
	ask(&w.d, "What time is it?");
	assert_int_equal(w.lines[0].len, 0); /* it may still be taken back */
	metrics = w.lines[1].len; /* of the opening, which said nothing */
	llm(&w.d, "It is noon and the sun stands high above the house. ");
	run(&w.d, 100);
	assert_true(w.lines[0].len > 0); /* the answer is being heard */
	assert_true(told(&w, "\"text\":\"What time is it?\""));
	assert_int_equal(w.lines[1].len, metrics);
	llm_done(&w.d);
	run(&w.d, 6000);
	assert_true(told(&w, "above the house."));
	assert_true(w.lines[1].len > metrics);
	end(&w);
}

static void a_turn_that_was_taken_back_is_told_once_and_whole(void **state)
{
	struct watcher w;
	cJSON *t;

	(void)state;
	begin(&w, QUIET_AGENT);
	ask(&w.d, "I would like to book.");
	say_levels(&w.d, 400, -20); /* speaks on before anything was answered */
	final(&w.d, "A table for two.", 0.9);
	run_until(&w.d, IV_ACT_LLM_ASK, 4000);
	answer(&w.d, "Yes.");
	run(&w.d, 2000);
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	t = whole(w.story);
	assert_string_equal(text_of(t, "text"), "User: I would like to book. A table for two.\nAgent: Yes.");
	cJSON_Delete(t);
	assert_false(told(&w, "\"text\":\"I would like to book.\""));
	check_journal(&w);
	end(&w);
}

static void an_interrupted_answer_has_only_what_was_heard_until_it_fell_silent(void **state)
{
	struct watcher w;
	cJSON *t;
	const cJSON *agent;
	int64_t spoke_us;

	(void)state;
	begin(&w, QUIET_AGENT);
	ask(&w.d, "Tell me a story.");
	answer(&w.d, "Once upon a time there was a queen who had three daughters and a dog that could speak.");
	run(&w.d, 2500);
	spoke_us = w.d.now_us;
	say_levels(&w.d, 700, -10);
	final(&w.d, "Stop please.", 0.9);
	run_until(&w.d, IV_ACT_LLM_ASK, 4000);
	answer(&w.d, "Fine.");
	run(&w.d, 2000);
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	t = whole(w.story);
	agent = turn_at(t, 1);
	assert_true(cJSON_IsTrue(iv_json_get(agent, "interrupted")));
	assert_true(strlen(text_of(agent, "text")) > 10);
	assert_null(strstr(text_of(agent, "text"), "daughters"));
	/* It was silenced within 250 ms of the caller's first sound, whenever that was found to be an interruption. */
	assert_true(number_of(agent, "end") >= (double)spoke_us / 1e6);
	assert_true(number_of(agent, "end") < (double)spoke_us / 1e6 + 0.25);
	assert_string_equal(text_of(turn_at(t, 2), "text"), "Stop please.");
	cJSON_Delete(t);
	check_journal(&w);
	end(&w);
}

static void what_was_said_and_not_answered_any_more_is_kept(void **state)
{
	struct watcher w;
	cJSON *t;

	(void)state;
	begin(&w, QUIET_AGENT);
	say_levels(&w.d, 400, -20);
	final(&w.d, "One more thing.", 0.9);
	happens_text(&w.d, IV_EV_LEG_GONE, "lost");
	t = whole(w.story);
	assert_int_equal(turns_in(t), 1);
	assert_string_equal(text_of(turn_at(t, 0), "text"), "One more thing.");
	assert_true(cJSON_IsNull(iv_json_get(turn_at(t, 0), "turn")));
	cJSON_Delete(t);
	assert_true(told(&w, "One more thing."));
	end(&w);
}

static void an_answer_to_the_consent_question_is_in_it(void **state)
{
	struct watcher w;
	cJSON *t;

	(void)state;
	begin(&w, QUIET_AGENT ",\"greeting\":\"Hello.\",\"consent\":{\"mode\":\"ask\",\"prompt\":\"May I record?\"}");
	run(&w.d, 2500);
	say_levels(&w.d, 300, -20);
	final(&w.d, "Yes you may.", 0.9);
	run(&w.d, 4000);
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	t = whole(w.story);
	assert_string_equal(text_of(t, "text"), "Agent: May I record?\nUser: Yes you may.\nAgent: Hello.");
	cJSON_Delete(t);
	check_journal(&w);
	end(&w);
}

static void each_turn_has_a_line_with_the_stamps_of_its_waterfall(void **state)
{
	struct watcher w;
	struct iv_story_latencies l;
	struct iv_str rest, line;
	cJSON *json;
	const cJSON *took;

	(void)state;
	begin(&w, QUIET_AGENT ",\"llm\":[\"openai\"],\"tts\":[\"deepgram\"]");
	iv_story_latencies(w.story, &l);
	assert_true(isnan(l.turn));
	for (int i = 0; i < 3; i++) {
		ask(&w.d, "What time is it?");
		run(&w.d, 100 * (i + 1));
		answer(&w.d, "It is noon.");
		run(&w.d, 2500);
	}
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	rest = iv_buf_str(&w.lines[1]);
	assert_true(iv_str_split(&rest, '\n', &line) && iv_str_split(&rest, '\n', &line)); /* the opening, empty, is the first */
	json = iv_json_parse(line, NULL);
	assert_string_equal(text_of(json, "callId"), "call_7");
	assert_string_equal(text_of(json, "outcome"), "completed");
	assert_string_equal(text_of(json, "asr"), "test");
	assert_string_equal(text_of(json, "llm"), "openai");
	assert_string_equal(text_of(json, "tts"), "deepgram");
	assert_true(number_of(json, "vadEndMs") < number_of(json, "eouMs"));
	assert_true(number_of(json, "eouMs") < number_of(json, "llmFirstMs"));
	assert_true(number_of(json, "heardFirstMs") < number_of(json, "endedMs"));
	took = iv_json_get(json, "took");
	assert_true(fabs(number_of(took, "llmFirstTokenMs") - 100) < 21);
	assert_true(fabs(number_of(took, "turnLatencyMs") - (number_of(json, "heardFirstMs") - number_of(json, "vadEndMs"))) < 0.2);
	cJSON_Delete(json);
	iv_story_latencies(w.story, &l);
	assert_true(fabs(l.llm_first_token - 200) < 21); /* of 100, 200, 300 */
	assert_true(l.turn > 200 && l.eou > 0 && l.asr_first_partial >= 0);
	end(&w);
}

static void tools_are_told_with_what_they_were_asked_and_answered(void **state)
{
	struct watcher w;
	const struct iv_story_tool *tools;

	(void)state;
	begin(&w, QUIET_AGENT ",\"tools\":[{\"name\":\"lookup\",\"url\":\"/x\"},{\"name\":\"log_it\",\"blocking\":false}]");
	ask(&w.d, "Look it up.");
	llm_tool(&w.d, "t1", "lookup", "{\"q\":\"noon\"}");
	llm_tool(&w.d, "t2", "log_it", "{}");
	llm_tool(&w.d, "t3", "nobody", "{}");
	llm_done(&w.d);
	run(&w.d, 300);
	step(&w.d, (struct iv_event){.type = IV_EV_TOOL_RESULT, .id = IV_S("t1"), .text = IV_S("{\"error\":\"bad\",\"status\":503}")});
	tool_answers(&w.d, "t2", "{\"logged\":true}");
	answer(&w.d, "Done.");
	run(&w.d, 2000);
	assert_int_equal(iv_story_tools(w.story, &tools), 3);
	assert_string_equal(tools[0].name, "lookup");
	assert_true(iv_str_eq(tools[0].args, IV_S("{\"q\":\"noon\"}")));
	assert_false(tools[0].ok);
	assert_int_equal(tools[0].http_status, 503);
	assert_true(tools[0].blocking);
	assert_in_range(tools[0].end_ms - tools[0].start_ms, 280, 340);
	assert_true(tools[1].ok && !tools[1].blocking);
	assert_true(iv_str_eq(tools[1].result, IV_S("{\"logged\":true}")));
	assert_false(tools[2].ok);
	assert_true(tools[2].end_ms >= 0);
	end(&w);
}

static void pauses_of_the_recording_are_listed(void **state)
{
	struct watcher w;
	cJSON *t;
	const cJSON *p;

	(void)state;
	begin(&w, QUIET_AGENT);
	run(&w.d, 1000);
	step(&w.d, (struct iv_event){.type = IV_EV_RECORDING, .flag = true, .a = 520, .text = IV_S("keypad")});
	run(&w.d, 1000);
	step(&w.d, (struct iv_event){.type = IV_EV_RECORDING, .a = 2020, .text = IV_S("keypad")});
	run(&w.d, 980);
	step(&w.d, (struct iv_event){.type = IV_EV_RECORDING, .flag = true, .a = 3000, .text = IV_S("command")});
	run(&w.d, 500);
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	t = whole(w.story);
	assert_int_equal(cJSON_GetArraySize(iv_json_get(t, "pauses")), 2);
	p = cJSON_GetArrayItem(iv_json_get(t, "pauses"), 0);
	assert_string_equal(text_of(p, "reason"), "keypad");
	assert_true(number_of(p, "from") == 0.52 && number_of(p, "to") == 2.02);
	p = cJSON_GetArrayItem(iv_json_get(t, "pauses"), 1);
	assert_true(number_of(p, "from") == 3 && number_of(p, "to") == number_of(t, "durationSec"));
	cJSON_Delete(t);
	check_journal(&w);
	end(&w);
}

static void a_journal_cut_anywhere_tells_what_was_said_until_then(void **state)
{
	struct watcher w;
	struct iv_story *again;
	struct iv_story_end how;
	struct iv_arena arena;
	struct iv_err e = {0};
	size_t most = 0;
	ptrdiff_t head;

	(void)state;
	begin(&w, QUIET_AGENT);
	ask(&w.d, "What time is it?");
	answer(&w.d, "It is noon and the bells of the old church have just begun to ring.");
	run(&w.d, 2000); /* still speaking: the process dies here */
	head = iv_str_find(iv_buf_str(&w.journal), IV_S("\n"), strlen(IV_RECORD_MAGIC)) + 1;
	for (size_t cut = 0; cut <= w.journal.len - (size_t)head; cut += 7) {
		const struct iv_story_turn *turns;
		struct iv_str torn = {w.journal.ptr, w.journal.len - cut};
		size_t n;

		iv_arena_init(&arena, 4 << 20);
		if (!iv_story_from_journal(torn, &arena, false, NULL, NULL, &again, &how, &e))
			fail_msg("%zu bytes less: %s", cut, e.msg);
		assert_true(how.crashed);
		assert_string_equal(how.reason, "crashed");
		n = iv_story_turns(again, &turns);
		if (cut == 0) {
			assert_int_equal(n, 2);
			assert_true(turns[1].interrupted);
			assert_true(turns[1].text.len > 15 && turns[1].text.len < 60);
			most = turns[1].text.len;
		}
		if (n == 2)
			assert_true(turns[1].text.len <= most);
		iv_story_free(again);
		iv_arena_deinit(&arena);
	}
	end(&w);
}

static void a_journal_of_rubbish_is_refused(void **state)
{
	struct iv_story *s;
	struct iv_story_end how;
	struct iv_arena arena;
	struct iv_err e = {0};

	(void)state;
	iv_arena_init(&arena, 1 << 20);
	assert_false(iv_story_from_journal(IV_S("no journal"), &arena, false, NULL, NULL, &s, &how, &e));
	assert_int_equal(e.code, IV_EINVAL);
	iv_arena_deinit(&arena);
}

static double mos_of(int64_t (*arrival_us)(int64_t i), struct iv_story_media *m)
{
	static struct iv_agent agent;
	struct iv_story *s = iv_story_new(&(struct iv_story_opts){.agent = &agent});

	for (int64_t i = 0; i < 3000; i++)
		iv_story_event(s, &(struct iv_event){.type = IV_EV_FRAME, .now_us = arrival_us(i)});
	iv_story_media(s, m);
	iv_story_free(s);
	return m->mos;
}

static int64_t in_time(int64_t i)
{
	return 1000000 + i * 20000;
}

static int64_t shaken(int64_t i) /* up to 30 ms late: a buffer of 40 holds */
{
	int64_t own = in_time(i) + (i * 7919 % 31) * 1000;
	int64_t before_it = i ? in_time(i - 1) + ((i - 1) * 7919 % 31) * 1000 : 0;

	return own > before_it ? own : before_it; /* frames do not overtake each other */
}

static int64_t stalling(int64_t i) /* half a second of silence every three */
{
	return in_time(i) + (i % 150 < 25 ? (25 - i % 150) * 20000 : 0);
}

static int64_t in_pieces(int64_t i) /* five frames a message */
{
	return in_time(i / 5 * 5 + 4);
}

static void a_line_is_as_good_as_its_frames_are_punctual(void **state)
{
	static struct iv_agent agent;
	struct iv_story *s = iv_story_new(&(struct iv_story_opts){.agent = &agent});
	struct iv_story_media m;
	double best = mos_of(in_time, &m), some, bad;

	(void)state;
	assert_true(best > 4.3 && m.late_pct == 0 && m.jitter_ms_p95 == 0);
	some = mos_of(shaken, &m);
	assert_true(m.late_pct < 0.5 && m.jitter_ms_p95 >= 10 && m.jitter_ms_p95 <= 40 && some > 4.2);
	bad = mos_of(stalling, &m);
	assert_true(m.late_pct > 10 && m.late_pct < 18 && bad < 3.2);
	assert_true(mos_of(in_pieces, &m) > 4.2 && m.late_pct == 0);
	iv_story_media(s, &m);
	assert_true(isnan(m.mos));
	iv_story_free(s);
}

static void personal_data_is_masked_in_what_is_written_and_not_in_what_is_told(void **state)
{
	struct watcher w;
	const struct iv_story_turn *turns;
	cJSON *t;

	(void)state;
	begin(&w, QUIET_AGENT);
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	end(&w);
	begin_redacted(&w, QUIET_AGENT);
	ask(&w.d, "My card is 4111 1111 1111 1111, write to asha@example.com.");
	answer(&w.d, "I noted asha@example.com.");
	run(&w.d, 3000);
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	t = whole(w.story);
	assert_string_equal(text_of(t, "text"), "User: My card is [CARD], write to [EMAIL].\nAgent: I noted [EMAIL].");
	assert_string_equal(text_of(turn_at(t, 0), "text"), "My card is [CARD], write to [EMAIL].");
	assert_true(cJSON_IsTrue(iv_json_get(t, "redacted")));
	cJSON_Delete(t);
	assert_true(told(&w, "[CARD]") && !told(&w, "4111") && !told(&w, "asha"));
	assert_int_equal(iv_story_turns(w.story, &turns), 2);
	assert_true(iv_str_find(turns[0].text, IV_S("4111 1111"), 0) > 0);
	check_journal(&w);
	end(&w);
}

static void more_turns_than_are_kept_are_still_in_the_lines(void **state)
{
	struct watcher w;
	cJSON *t;
	size_t lines = 0;

	(void)state;
	begin(&w, QUIET_AGENT ",\"maxDurationMs\":43200000");
	for (int i = 0; i < IV_STORY_TURNS / 2 + 10; i++) {
		happens_text(&w.d, IV_EV_TEXT, "hi");
		answer(&w.d, "So.");
		run(&w.d, 400);
		iv_buf_clear(&w.journal);
	}
	happens_text(&w.d, IV_EV_HANGUP, "hangup");
	t = whole(w.story);
	assert_int_equal(turns_in(t), IV_STORY_TURNS);
	assert_true(cJSON_IsTrue(iv_json_get(t, "truncated")));
	cJSON_Delete(t);
	for (size_t i = 0; i < w.lines[0].len; i++)
		lines += w.lines[0].ptr[i] == '\n';
	assert_true(lines > IV_STORY_TURNS + 10);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_said_what_and_when_is_in_the_transcript),
		cmocka_unit_test(a_line_is_out_once_it_cannot_change),
		cmocka_unit_test(a_turn_that_was_taken_back_is_told_once_and_whole),
		cmocka_unit_test(an_interrupted_answer_has_only_what_was_heard_until_it_fell_silent),
		cmocka_unit_test(what_was_said_and_not_answered_any_more_is_kept),
		cmocka_unit_test(an_answer_to_the_consent_question_is_in_it),
		cmocka_unit_test(each_turn_has_a_line_with_the_stamps_of_its_waterfall),
		cmocka_unit_test(tools_are_told_with_what_they_were_asked_and_answered),
		cmocka_unit_test(pauses_of_the_recording_are_listed),
		cmocka_unit_test(a_journal_cut_anywhere_tells_what_was_said_until_then),
		cmocka_unit_test(a_journal_of_rubbish_is_refused),
		cmocka_unit_test(a_line_is_as_good_as_its_frames_are_punctual),
		cmocka_unit_test(personal_data_is_masked_in_what_is_written_and_not_in_what_is_told),
		cmocka_unit_test(more_turns_than_are_kept_are_still_in_the_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
