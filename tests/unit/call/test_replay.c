/* replay.c: a journal gone through again, as it was and with other settings. */
#include "call_driver.h"
#include "iv_replay.h"

struct scribe {
	struct iv_buf events;
	struct iv_record_header header;
	int64_t last_us;
	size_t count;
};

static void note(void *arg, struct driver *d, const struct iv_event *ev)
{
	struct scribe *s = arg;

	if (!s->count++)
		s->header = (struct iv_record_header){.agent = *iv_call_agent(d->call), .opts = d->opts};
	assert_true(iv_record_write(&s->events, ev, &s->last_us));
}

static void begin(struct driver *d, struct scribe *s, const char *agent)
{
	*s = (struct scribe){0};
	iv_buf_init(&s->events, 4 << 20);
	driver_init(d);
	d->auto_tts = false;
	d->before = note;
	d->onlooker = s;
	driver_start(d, agent);
}

static void end(struct driver *d, struct scribe *s)
{
	call_stop(d);
	iv_buf_deinit(&s->events);
}

/* The caller asks, the model needs 300 ms and the synthesiser 200. */
static void exchange(struct driver *d, const char *question, const char *reply)
{
	run(d, 400);
	say_levels(d, 800, -20);
	final(d, question, 0.95);
	run_until(d, IV_ACT_LLM_ASK, 4000);
	run(d, 300);
	answer(d, reply);
	want(d, IV_ACT_TTS_SAY);
	run(d, 200);
	audio(d, d->utt, 1000);
	tts_done(d, d->utt);
	run(d, 3000);
}

/* ── what was seen of a run ── */

struct seen_run {
	struct iv_turn_report turns[16];
	char heard[16][128];
	size_t count, actions, asks, steps;
	struct iv_buf printed;
	struct iv_replay_end end;
};

static void on_event(void *arg, const struct iv_event *ev)
{
	(void)ev;
	((struct seen_run *)arg)->steps++;
}

static void on_action(void *arg, int64_t now_us, const struct iv_action *a, const struct iv_call *c)
{
	struct seen_run *r = arg;

	r->actions++;
	r->asks += a->type == IV_ACT_LLM_ASK;
	assert_true(iv_action_print(&r->printed, now_us, a));
	if (a->type != IV_ACT_TURN || iv_call_last_turn(c)->number == 1)
		return; /* the first is the opening, which says nothing */
	assert_true(r->count < IV_COUNT(r->turns));
	r->turns[r->count] = *iv_call_last_turn(c);
	assert_true(iv_str_copy(r->heard[r->count], sizeof(r->heard[0]), r->turns[r->count].heard));
	r->count++;
}

static bool go(struct seen_run *r, const struct scribe *s, const struct iv_agent *agent, struct iv_err *e)
{
	const struct iv_replay_watch watch = {.event = on_event, .action = on_action, .arg = r};

	*r = (struct seen_run){0};
	iv_buf_init(&r->printed, 8 << 20);
	return agent ? iv_replay_changed(&s->header, iv_buf_str(&s->events), agent, &watch, &r->end, e)
		     : iv_replay_exactly(&s->header, iv_buf_str(&s->events), &watch, &r->end, e);
}

static void forget_run(struct seen_run *r)
{
	iv_buf_deinit(&r->printed);
}

/* ── the tests ── */

static void the_same_settings_tell_the_same_call_twice(void **state)
{
	struct driver d;
	struct scribe s;
	struct seen_run was, is;
	struct iv_err e = {0};

	(void)state;
	begin(&d, &s, QUIET_AGENT);
	exchange(&d, "What time is it?", "It is noon. ");
	exchange(&d, "And what day is it?", "It is Monday. ");
	happens_text(&d, IV_EV_HANGUP, "hangup");
	assert_true(go(&was, &s, NULL, &e));
	assert_true(was.end.ended && !was.end.torn && was.end.events == s.count && was.steps == s.count);
	assert_string_equal(was.end.reason, "hangup");
	assert_int_equal(was.actions, d.seen_count);
	assert_int_equal(was.count, 2);
	assert_string_equal(was.heard[1], "It is Monday.");
	assert_true(go(&is, &s, &s.header.agent, &e));
	assert_true(iv_str_eq(iv_buf_str(&was.printed), iv_buf_str(&is.printed)));
	forget_run(&was);
	forget_run(&is);
	end(&d, &s);
}

static void a_longer_silence_moves_the_answer_and_all_that_follows_from_it(void **state)
{
	struct driver d;
	struct scribe s;
	struct seen_run was, is;
	struct iv_agent patient;
	struct iv_err e = {0};

	(void)state;
	begin(&d, &s, QUIET_AGENT);
	exchange(&d, "What time is it?", "It is noon. ");
	happens_text(&d, IV_EV_HANGUP, "hangup");
	patient = s.header.agent;
	patient.endpointing.silence_ms += 500;
	assert_true(go(&was, &s, NULL, &e) && go(&is, &s, &patient, &e));
	assert_true(was.count == 1 && is.count == 1);
	const struct iv_turn_stamps_us *a = &was.turns[0].at_us, *b = &is.turns[0].at_us;

	assert_int_equal(a->vad_end, b->vad_end); /* the caller keeps his time */
	assert_true(b->eou - a->eou > 300 * MS && b->eou - a->eou <= 500 * MS);
	/* Model and synthesiser take as long as they took. */
	assert_int_equal(b->llm_first - b->eou, a->llm_first - a->eou);
	assert_int_equal(b->tts_first - b->sentence_first, a->tts_first - a->sentence_first);
	assert_true(b->heard_first - a->heard_first >= b->eou - a->eou - 20 * MS);
	assert_string_equal(is.heard[0], "It is noon.");
	forget_run(&was);
	forget_run(&is);
	end(&d, &s);
}

static void a_pause_that_cut_a_sentence_in_two_joins_it_with_more_patience(void **state)
{
	struct driver d;
	struct scribe s;
	struct seen_run was, is;
	struct iv_agent patient;
	struct iv_err e = {0};

	(void)state;
	begin(&d, &s, QUIET_AGENT);
	run(&d, 400);
	say_levels(&d, 800, -20);
	final(&d, "I would like a table.", 0.95);
	run(&d, 900); /* the agent takes it for the end */
	assert_int_equal(count_of(&d, IV_ACT_LLM_ASK), 1);
	say_levels(&d, 800, -20);
	final(&d, "For two people please.", 0.95);
	run(&d, 3000);
	assert_int_equal(count_of(&d, IV_ACT_LLM_ASK), 2);
	happens_text(&d, IV_EV_HANGUP, "hangup");
	patient = s.header.agent;
	patient.endpointing.silence_ms = 1500;
	assert_true(go(&was, &s, NULL, &e) && go(&is, &s, &patient, &e));
	assert_int_equal(was.asks, 2);
	assert_int_equal(is.asks, 1);
	forget_run(&was);
	forget_run(&is);
	end(&d, &s);
}

static void what_was_interrupted_is_heard_to_its_end_when_nobody_may_interrupt(void **state)
{
	struct driver d;
	struct scribe s;
	struct seen_run was, is;
	struct iv_agent stubborn;
	struct iv_err e = {0};

	(void)state;
	begin(&d, &s, QUIET_AGENT);
	ask(&d, "What time is it?");
	answer(&d, "It is a very long story. ");
	want(&d, IV_ACT_TTS_SAY);
	audio(&d, d.utt, 4000);
	tts_done(&d, d.utt);
	run(&d, 1000);
	say_levels(&d, 600, -10);
	final(&d, "Please stop that now.", 0.95);
	run(&d, 6000);
	happens_text(&d, IV_EV_HANGUP, "hangup");
	stubborn = s.header.agent;
	stubborn.barge_in.enabled = false;
	assert_true(go(&was, &s, NULL, &e) && go(&is, &s, &stubborn, &e));
	assert_true(was.count && is.count);
	assert_int_equal(was.turns[0].outcome, IV_TURN_INTERRUPTED);
	assert_int_equal(is.turns[0].outcome, IV_TURN_COMPLETED);
	assert_true(is.turns[0].ended_us > was.turns[0].ended_us);
	forget_run(&was);
	forget_run(&is);
	end(&d, &s);
}

static void a_torn_journal_is_told_and_garbage_is_refused(void **state)
{
	struct driver d;
	struct scribe s;
	struct seen_run r;
	struct iv_err e = {0};

	(void)state;
	begin(&d, &s, QUIET_AGENT);
	exchange(&d, "What time is it?", "It is noon. ");
	s.events.len -= 1;
	assert_true(go(&r, &s, NULL, &e));
	assert_true(r.end.torn && !r.end.ended && r.end.events == s.count - 1);
	assert_string_equal(r.end.reason, "");
	forget_run(&r);
	assert_true(go(&r, &s, &s.header.agent, &e));
	assert_true(r.end.torn);
	forget_run(&r);
	memset(s.events.ptr + s.events.len / 2, 0xff, 64);
	assert_false(go(&r, &s, NULL, &e));
	assert_int_equal(e.code, IV_EINVAL);
	forget_run(&r);
	e = (struct iv_err){0};
	assert_false(go(&r, &s, &s.header.agent, &e));
	assert_int_equal(e.code, IV_EINVAL);
	forget_run(&r);
	end(&d, &s);
}

static void an_empty_journal_is_a_call_that_never_began(void **state)
{
	struct scribe s = {0};
	struct seen_run r;
	struct iv_err e = {0};

	(void)state;
	iv_buf_init(&s.events, 1024);
	iv_agent_shape.defaults(&s.header.agent);
	iv_call_opts_shape.defaults(&s.header.opts);
	s.header.agent.name = IV_S("t");
	for (int i = 0; i < 2; i++) {
		assert_true(go(&r, &s, i ? &s.header.agent : NULL, &e));
		assert_true(r.end.events == 0 && !r.end.ended && !r.end.torn && r.actions == 0);
		forget_run(&r);
	}
	iv_buf_deinit(&s.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_settings_tell_the_same_call_twice),
		cmocka_unit_test(a_longer_silence_moves_the_answer_and_all_that_follows_from_it),
		cmocka_unit_test(a_pause_that_cut_a_sentence_in_two_joins_it_with_more_patience),
		cmocka_unit_test(what_was_interrupted_is_heard_to_its_end_when_nobody_may_interrupt),
		cmocka_unit_test(a_torn_journal_is_told_and_garbage_is_refused),
		cmocka_unit_test(an_empty_journal_is_a_call_that_never_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
