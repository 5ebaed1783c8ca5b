/* Steps of --say, the end of speech, and the manners of the caller that performs them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "far_end.h"
#include "talk.h"

#define RATE 8000
#define FRAME 160

static void every_kind_of_step_is_read(void **state)
{
	static const struct {
		const char *arg;
		enum step_kind kind;
		const char *words;
		int64_t after_ms, gap_ms, wait_ms;
	} rows[] = {
		{"hello.wav", STEP_WAV, "hello.wav", -1, 0, 0},
		{"/a:b/HELLO.WAV", STEP_WAV, "/a:b/HELLO.WAV", -1, 0, 0},
		{"text:Hello there: you", STEP_TEXT, "Hello there: you", -1, 0, 0},
		{"text:look.wav", STEP_TEXT, "look.wav", -1, 0, 0},
		{"@after=900:text:Stop", STEP_TEXT, "Stop", 900, 0, 0},
		{"@after=0:stop.wav", STEP_WAV, "stop.wav", 0, 0, 0},
		{"@gap=250:stop.wav", STEP_WAV, "stop.wav", -1, 250, 0},
		{"@gap=250:@after=10:text:a", STEP_TEXT, "a", 10, 250, 0},
		{"dtmf:123#*ABCD", STEP_DTMF, "123#*ABCD", -1, 0, 0},
		{"wait:600000", STEP_WAIT, "", -1, 0, 600000},
		{"hangup", STEP_HANG_UP, "", -1, 0, 0},
		{"@after=500:hangup", STEP_HANG_UP, "", 500, 0, 0},
		{"tone:300", STEP_TONE, "300", -1, 0, 300},
		{"@now:dtmf:1", STEP_DTMF, "1", -1, 0, 0},
		{"text-typed:My \"name\"", STEP_TYPED, "My \"name\"", -1, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_err e = {0};
		struct step s;

		if (!script_parse_step(rows[i].arg, &s, &e))
			fail_msg("%s: %s", rows[i].arg, e.msg);
		assert_int_equal(s.kind, rows[i].kind);
		assert_string_equal(s.words, rows[i].words);
		assert_int_equal(s.after_ms, rows[i].after_ms);
		assert_int_equal(s.gap_ms, rows[i].gap_ms);
		assert_int_equal(s.wait_ms, rows[i].wait_ms);
	}
}

static void a_bad_step_is_refused_with_its_rule(void **state)
{
	static const struct {
		const char *arg, *says;
	} rows[] = {
		{"", "must be FILE.wav"},
		{"hello", "got \"hello\""},
		{".wav", "must be FILE.wav"},
		{"hello.mp3", "got \"hello.mp3\""},
		{"text:", "nothing to say"},
		{"text-typed:", "nothing to say"},
		{"dtmf:", "nothing to say"},
		{"dtmf:12x", "dtmf must be"},
		{"dtmf:11111111111111111111111111111111111111111111111111111111111111111",
		 "dtmf must be"},
		{"wait:", "wait must be milliseconds"},
		{"wait:-1", "got \"-1\""},
		{"wait:600001", "from 0 to 600000"},
		{"wait:10s", "got \"10s\""},
		{"@after=:a.wav", "@after must be milliseconds"},
		{"@after=9", "must end with a colon"},
		{"@before=9:a.wav", "got \"@before=9\""},
		{"@gap=1:@gap=2:a.wav", "one @gap=MS:"},
		{"@gap=1:", "must be FILE.wav"},
		{"Hangup", "got \"Hangup\""},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_err e = {0};
		struct step s;

		if (script_parse_step(rows[i].arg, &s, &e))
			fail_msg("accepted: %s", rows[i].arg);
		assert_int_equal(e.code, IV_EINVAL);
		assert_string_equal(e.field, "--say");
		if (!strstr(e.msg, rows[i].says))
			fail_msg("%s: \"%s\" lacks \"%s\"", rows[i].arg, e.msg, rows[i].says);
	}
}

static void too_much_is_refused(void **state)
{
	struct script s = {0};
	struct iv_err e = {0};
	char *long_text = malloc(STEP_WORDS_MAX + 20);
	struct step step;

	(void)state;
	assert_non_null(long_text);
	memset(long_text, 'a', STEP_WORDS_MAX + 19);
	memcpy(long_text, "text:", 5);
	long_text[STEP_WORDS_MAX + 19] = '\0';
	assert_false(script_parse_step(long_text, &step, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	long_text[5 + STEP_WORDS_MAX] = '\0';
	assert_true(script_parse_step(long_text, &step, NULL));
	free(long_text);
	for (int i = 0; i < STEPS_MAX; i++)
		assert_true(script_add(&s, "wait:1", NULL));
	assert_false(script_add(&s, "wait:1", NULL));
	assert_int_equal(s.count, STEPS_MAX);
	script_free(&s);
}

static void speech_ends_with_the_last_window_within_45_db_of_the_loudest(void **state)
{
	static int16_t pcm[RATE];

	(void)state;
	memset(pcm, 0, sizeof(pcm));
	assert_int_equal(script_speech_end(pcm, RATE, RATE), 0);
	for (int i = 0; i < 4000; i++)
		pcm[i] = i % 2 ? 10000 : -10000;
	assert_int_equal(script_speech_end(pcm, RATE, RATE), 4000);
	for (int i = 4000; i < 4800; i++) /* 44 dB below: 10000 / 10^(44/20) = 63 */
		pcm[i] = i % 2 ? 64 : -64;
	for (int i = 4800; i < 5600; i++) /* 46 dB below */
		pcm[i] = i % 2 ? 50 : -50;
	assert_int_equal(script_speech_end(pcm, RATE, RATE), 4800);
	pcm[7999] = 20000; /* a last window may be short */
	assert_int_equal(script_speech_end(pcm, 7999, RATE), 4800);
	assert_int_equal(script_speech_end(pcm, 8000, RATE), 8000);
}

/* ── a conversation on paper */

struct stage {
	struct script script;
	struct talk talk;
	struct dialogue turns;
	int64_t now_ms;
	int agent_from, agent_to; /* the agent is heard in [from, to) */
};

static void stage_init(struct stage *st, const char *const *steps)
{
	memset(st, 0, sizeof(*st));
	for (; *steps; steps++)
		assert_true(script_add(&st->script, *steps, NULL));
	for (size_t i = 0; i < st->script.count; i++) {
		struct step *s = &st->script.steps[i];

		if (s->kind != STEP_WAV)
			continue;
		s->samples = 10 * FRAME + 40; /* 205 ms of speech */
		s->pcm = calloc(s->samples, sizeof(int16_t));
		s->speech_end = s->samples;
		assert_non_null(s->pcm);
	}
	talk_init(&st->talk, &st->script, FRAME);
	dialogue_init(&st->turns);
}

/* Advances to the first order that is not silence, as a caller would; returns it. */
static struct talk_order next_order(struct stage *st, int64_t until_ms)
{
	int16_t loud[FRAME];

	for (size_t i = 0; i < FRAME; i++)
		loud[i] = i % 2 ? 5000 : -5000;
	while (st->now_ms < until_ms) {
		struct talk_order o = talk_tick(&st->talk, st->now_ms, &st->turns);

		if (o.begins && (o.what == TALK_SPEECH || o.what == TALK_DIGIT))
			dialogue_caller(&st->turns, st->now_ms, st->now_ms + 205, o.step->words);
		st->now_ms += 20;
		if (st->now_ms >= st->agent_from && st->now_ms < st->agent_to)
			dialogue_heard(&st->turns, st->now_ms, loud, FRAME, RATE);
		if (o.what != TALK_SILENCE)
			return o;
	}
	return (struct talk_order){.what = TALK_SILENCE};
}

static void the_caller_waits_until_the_greeting_is_700_ms_past(void **state)
{
	struct stage st;

	(void)state;
	stage_init(&st, (const char *[]){"a.wav", NULL});
	st.agent_from = 100;
	st.agent_to = 1000;
	struct talk_order o = next_order(&st, 20000);
	assert_int_equal(o.what, TALK_SPEECH);
	assert_true(o.begins);
	assert_int_equal(o.n, FRAME);
	assert_int_equal(st.now_ms - 20, 1700);
	for (int i = 0; i < 9; i++)
		assert_int_equal(next_order(&st, 20000).n, FRAME);
	o = next_order(&st, 20000);
	assert_int_equal(o.n, 40);
	assert_false(o.begins);
	script_free(&st.script);
}

static void without_a_greeting_the_caller_begins_after_three_seconds(void **state)
{
	struct stage st;

	(void)state;
	stage_init(&st, (const char *[]){"@gap=400:a.wav", NULL});
	assert_int_equal(next_order(&st, 20000).what, TALK_SPEECH);
	assert_int_equal(st.now_ms - 20, TALK_GREETING_MS + 400);
	script_free(&st.script);
}

static void an_interruption_counts_from_the_first_sound_of_the_answer(void **state)
{
	struct stage st;

	(void)state;
	stage_init(&st, (const char *[]){"a.wav", "@after=600:b.wav", NULL});
	for (int i = 0; i < 11; i++)
		assert_int_equal(next_order(&st, 20000).what, TALK_SPEECH);
	st.agent_from = 4000;
	st.agent_to = 9000;
	struct talk_order o = next_order(&st, 20000);
	assert_int_equal(o.what, TALK_SPEECH);
	assert_string_equal(o.step->words, "b.wav");
	assert_int_equal(st.now_ms - 20, 4600);
	script_free(&st.script);
}

static void a_turn_without_an_answer_is_lost_after_ten_seconds(void **state)
{
	struct stage st;

	(void)state;
	stage_init(&st, (const char *[]){"a.wav", "b.wav", NULL});
	for (int i = 0; i < 11; i++)
		next_order(&st, 60000);
	int64_t end = st.now_ms - 20;
	struct talk_order o = next_order(&st, 60000);
	assert_string_equal(o.step->words, "b.wav");
	assert_int_equal(st.now_ms - 20 - end, TALK_ANSWER_MS);
	assert_true(st.turns.items[1].lost);
	assert_false(st.turns.items[0].lost);
	script_free(&st.script);
}

static void keys_are_pressed_200_ms_apart(void **state)
{
	struct stage st;

	(void)state;
	stage_init(&st, (const char *[]){"dtmf:1#", NULL});
	struct talk_order o = next_order(&st, 20000);
	assert_int_equal(o.what, TALK_DIGIT);
	assert_int_equal(o.digit, '1');
	assert_true(o.begins);
	int64_t first = st.now_ms;
	o = next_order(&st, 20000);
	assert_int_equal(o.digit, '#');
	assert_false(o.begins);
	assert_int_equal(st.now_ms - first, TALK_DIGIT_MS);
	script_free(&st.script);
}

static void the_end_of_the_script_waits_for_the_answer(void **state)
{
	struct stage st;

	(void)state;
	stage_init(&st, (const char *[]){"a.wav", NULL});
	for (int i = 0; i < 11; i++)
		next_order(&st, 20000);
	st.agent_from = 5000;
	st.agent_to = 6000;
	assert_int_equal(next_order(&st, 20000).what, TALK_HANG_UP);
	assert_int_equal(st.now_ms - 20, 6000 + TALK_LAST_QUIET_MS);
	script_free(&st.script);
}

static void a_hangup_step_does_not_wait(void **state)
{
	struct stage st;

	(void)state;
	stage_init(&st, (const char *[]){"wait:500", "hangup", NULL});
	assert_int_equal(next_order(&st, 20000).what, TALK_HANG_UP);
	assert_in_range(st.now_ms - 20, 500, 540);
	script_free(&st.script);
}

/* ── turns */

static void loud_frame(struct dialogue *t, int64_t at_ms)
{
	int16_t pcm[FRAME] = {0};

	for (size_t i = 40; i < FRAME; i++)
		pcm[i] = 5000;
	dialogue_heard(t, at_ms, pcm, FRAME, RATE);
}

static void an_answer_is_timed_from_sample_to_sample(void **state)
{
	struct dialogue *t = malloc(sizeof(*t));

	(void)state;
	assert_non_null(t);
	dialogue_init(t);
	dialogue_caller(t, 1000, 2005, "hello");
	loud_frame(t, 2400); /* sound begins 5 ms into the frame */
	loud_frame(t, 2420);
	assert_int_equal(t->items[1].agent_first_ms, 2405);
	assert_int_equal(t->items[1].agent_last_ms, 2440);
	assert_int_equal(t->items[1].agent_heard_ms, 40);
	assert_int_equal(t->items[1].caller_last_ms, 2005);
	free(t);
}

static void what_is_heard_over_the_caller_belongs_to_the_turn_before(void **state)
{
	struct dialogue *t = malloc(sizeof(*t));

	(void)state;
	assert_non_null(t);
	dialogue_init(t);
	dialogue_caller(t, 0, 500, "tell me");
	for (int64_t at = 1000; at < 2000; at += 20)
		loud_frame(t, at);
	dialogue_caller(t, 2000, 2600, "stop");
	loud_frame(t, 2000);
	loud_frame(t, 2020);
	dialogue_cleared(t, 2040);
	loud_frame(t, 3000);
	assert_int_equal(t->items[1].agent_heard_ms, 1040);
	assert_int_equal(t->items[1].cleared_at_ms, 2040);
	assert_int_equal(t->items[2].agent_first_ms, 3005);
	assert_int_equal(t->items[2].cleared_at_ms, -1);
	free(t);
}

static void an_answer_taken_back_while_the_caller_speaks_is_a_false_start(void **state)
{
	struct dialogue *t = malloc(sizeof(*t));

	(void)state;
	assert_non_null(t);
	dialogue_init(t);
	dialogue_caller(t, 1000, 3000, "a long question");
	loud_frame(t, 2000);
	dialogue_cleared(t, 2100);
	loud_frame(t, 3400);
	assert_int_equal(t->items[1].false_starts, 1);
	assert_int_equal(t->items[1].agent_first_ms, 3405);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_step_is_read),
		cmocka_unit_test(a_bad_step_is_refused_with_its_rule),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(speech_ends_with_the_last_window_within_45_db_of_the_loudest),
		cmocka_unit_test(the_caller_waits_until_the_greeting_is_700_ms_past),
		cmocka_unit_test(without_a_greeting_the_caller_begins_after_three_seconds),
		cmocka_unit_test(an_interruption_counts_from_the_first_sound_of_the_answer),
		cmocka_unit_test(a_turn_without_an_answer_is_lost_after_ten_seconds),
		cmocka_unit_test(keys_are_pressed_200_ms_apart),
		cmocka_unit_test(the_end_of_the_script_waits_for_the_answer),
		cmocka_unit_test(a_hangup_step_does_not_wait),
		cmocka_unit_test(an_answer_is_timed_from_sample_to_sample),
		cmocka_unit_test(what_is_heard_over_the_caller_belongs_to_the_turn_before),
		cmocka_unit_test(an_answer_taken_back_while_the_caller_speaks_is_a_false_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
