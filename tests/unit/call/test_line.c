/* The line goes to another telephone and comes back, or a machine answers. */
#include "call_driver.h"

#define DESK QUIET_AGENT ",\"transferTo\":\"+911234\",\"transfer\":{\"mode\":\"attended\",\"whisper\":\"A caller.\"," \
	"\"failed\":\"Nobody is there.\"}"
#define STORY "Once upon a time there was a fox who lived in a wood."

static void dialed(struct driver *d, const char *status, int64_t seconds)
{
	step(d, (struct iv_event){.type = IV_EV_DIALED, .text = iv_str(status), .a = seconds});
}

static void to_desk(struct driver *d, const char *agent)
{
	call_start_on(d, IV_LEG_TWILIO, 8000, agent);
	ask(d, "A human please.");
	llm(d, "I connect you.");
	llm_tool(d, "c1", "transfer_to_human", "{\"reason\":\"Wants a refund.\"}");
	llm_done(d);
	run(d, 4000);
}

static void a_carriers_line_goes_to_the_desk_and_the_call_waits_for_it(void **state)
{
	const struct seen *s;
	struct driver d;

	(void)state;
	to_desk(&d, DESK);
	s = want_text(&d, IV_ACT_TRANSFER, "+911234");
	assert_true(s->a.flag && iv_str_eq(s->a.name, IV_S("A caller. Wants a refund.")));
	assert_false(iv_call_ended(d.call));
	assert_false(iv_call_listening(d.call));
	d.no_frames = true;
	run(&d, 3600000); /* two people may talk for longer than the agent would */
	want_none(&d, IV_ACT_LEG_SEND);
	assert_false(iv_call_ended(d.call));
	dialed(&d, "completed", 3500);
	want_note(&d, "transfer.completed");
	happens_text(&d, IV_EV_LEG_GONE, "transfer");
	want_ended(&d, "transfer");
	call_stop(&d);
}

static void nobody_at_the_desk_is_said_once_the_line_is_back_and_the_model_knows(void **state)
{
	struct driver d;

	(void)state;
	to_desk(&d, DESK);
	want(&d, IV_ACT_TRANSFER);
	d.no_frames = true;
	run(&d, 20000);
	dialed(&d, "busy", 0);
	want_note(&d, "transfer.failed");
	run(&d, 200);
	want_none(&d, IV_ACT_TTS_SAY);
	d.no_frames = false;
	happens(&d, IV_EV_LEG_BACK);
	want_text(&d, IV_ACT_TTS_SAY, "Nobody is there.");
	run(&d, 4000);
	want_message(&d, 0, "assistant", "Nobody is there.");
	ask(&d, "Then tell me a story.");
	answer(&d, STORY);
	run(&d, 6000);
	want_message(&d, 0, "assistant", STORY);
	call_stop(&d);
}

static void a_blind_transfer_has_no_whisper(void **state)
{
	const struct seen *s;
	struct driver d;

	(void)state;
	to_desk(&d, QUIET_AGENT ",\"transferTo\":\"+911234\",\"transfer\":{\"whisper\":\"A caller.\"}");
	s = want_text(&d, IV_ACT_TRANSFER, "+911234");
	assert_false(s->a.flag);
	assert_int_equal(s->a.name.len, 0);
	call_stop(&d);
}

static void an_attended_transfer_that_was_ordered_without_words_has_the_agents(void **state)
{
	const struct seen *s;
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, DESK);
	step(&d, (struct iv_event){.type = IV_EV_TRANSFER, .text = IV_S("+41"), .flag = true});
	s = want_text(&d, IV_ACT_TRANSFER, "+41");
	assert_true(s->a.flag && iv_str_eq(s->a.name, IV_S("A caller.")));
	dialed(&d, "busy", 0);
	happens(&d, IV_EV_LEG_BACK);
	forget(&d);
	step(&d, (struct iv_event){.type = IV_EV_TRANSFER, .text = IV_S("+42"), .flag = true, .name = IV_S("Mine.")});
	s = want_text(&d, IV_ACT_TRANSFER, "+42");
	assert_true(iv_str_eq(s->a.name, IV_S("Mine.")));
	dialed(&d, "busy", 0);
	happens(&d, IV_EV_LEG_BACK);
	forget(&d);
	happens_text(&d, IV_EV_TRANSFER, "+43");
	s = want_text(&d, IV_ACT_TRANSFER, "+43");
	assert_true(!s->a.flag && !s->a.name.len);
	call_stop(&d);
}

static void a_second_transfer_while_away_is_no_transfer(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 8000, DESK);
	happens_text(&d, IV_EV_TRANSFER, "+41");
	want(&d, IV_ACT_TRANSFER);
	happens_text(&d, IV_EV_TRANSFER, "+42");
	want_none(&d, IV_ACT_TRANSFER);
	dialed(&d, "no-answer", 0);
	happens(&d, IV_EV_LEG_BACK);
	forget(&d);
	dialed(&d, "completed", 9); /* told twice, late: the line is here */
	want_no_note(&d, "transfer.completed");
	happens_text(&d, IV_EV_TRANSFER, "+42");
	want_text(&d, IV_ACT_TRANSFER, "+42");
	call_stop(&d);
}

static void a_speech_that_was_cut_by_a_transfer_goes_on_when_the_line_is_back(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 8000, DESK);
	ask(&d, "Tell me a story.");
	answer(&d, STORY);
	run(&d, 1000);
	happens_text(&d, IV_EV_TRANSFER, "+41");
	forget(&d);
	d.no_frames = true;
	run(&d, 5000);
	want_none(&d, IV_ACT_LEG_SEND);
	dialed(&d, "failed", 0);
	d.no_frames = false;
	happens(&d, IV_EV_LEG_BACK);
	want(&d, IV_ACT_LEG_SEND);
	run(&d, 9000);
	want_message(&d, 0, "assistant", STORY " Nobody is there.");
	call_stop(&d);
}

/* ── another process goes on ── */

static void move(struct driver *d)
{
	happens(d, IV_EV_LEG_LOST);
	d->no_frames = true;
	d->due_count = 0; /* the synthesiser of the first process speaks to nobody */
	run(d, 700);
	happens(d, IV_EV_MOVED);
	want_note(d, "call.moved");
}

static void back(struct driver *d)
{
	d->no_frames = false;
	happens(d, IV_EV_LEG_BACK);
}

static void what_was_not_heard_is_asked_again_from_the_word_that_was(void **state)
{
	struct iv_str rest;
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, DESK);
	ask(&d, "Tell me a story.");
	answer(&d, STORY " And that is all I know of it.");
	run_until(&d, IV_ACT_LEG_SEND, 1000);
	run(&d, 1200);
	move(&d);
	assert_true(iv_call_audio_end(d.call) < 8000 * 2);
	back(&d);
	rest = want(&d, IV_ACT_TTS_SAY)->a.text;
	if (!iv_str_ends(IV_S(STORY), rest))
		fail_msg("asked: %.*s", IV_FMT(rest));
	assert_true(rest.len > 10 && rest.len < sizeof(STORY) - 10 && iv_str_ends(IV_S(STORY), rest));
	run(&d, 9000);
	want_message(&d, 0, "assistant", STORY " And that is all I know of it.");
	assert_false(iv_call_ended(d.call));
	call_stop(&d);
}

static void an_answer_that_had_not_begun_is_asked_for_again(void **state)
{
	struct driver d;
	uint32_t first;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, DESK);
	ask(&d, "Tell me a story.");
	first = d.gen;
	move(&d);
	want(&d, IV_ACT_LLM_ASK);
	assert_int_equal(d.gen, first + 1);
	back(&d);
	answer(&d, STORY);
	run(&d, 6000);
	want_message(&d, 0, "assistant", STORY);
	call_stop(&d);
}

static void an_answer_that_had_begun_is_said_as_far_as_it_came(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, DESK);
	ask(&d, "Tell me a story.");
	llm(&d, STORY " And the f");
	move(&d);
	want_none(&d, IV_ACT_LLM_ASK);
	back(&d);
	run(&d, 9000);
	want_message(&d, 0, "assistant", STORY " And the f");
	want_none(&d, IV_ACT_END);
	call_stop(&d);
}

static void a_tool_whose_answer_was_lost_is_not_run_again_and_the_model_is_told(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, QUIET_AGENT ",\"tools\":[{\"name\":\"book\"}]");
	ask(&d, "A table for two.");
	llm_tool(&d, "c1", "book", "{}");
	llm_done(&d);
	want(&d, IV_ACT_TOOL_CALL);
	move(&d);
	want_none(&d, IV_ACT_TOOL_CALL);
	back(&d);
	want(&d, IV_ACT_LLM_ASK);
	want_message(&d, 0, "tool", "{\"error\":\"its answer was lost\"}");
	call_stop(&d);
}

/* ── machines ── */

#define LEAVES(action) QUIET_AGENT ",\"greeting\":\"Hello, this is the garage.\",\"voicemail\":{\"action\":\"" action \
	"\",\"message\":\"Your car is ready.\"}"

static void a_machine_is_hung_up_on_and_a_person_is_not(void **state)
{
	static const struct { const char *action, *verdict; bool ends; } cases[] = {
		{LEAVES("hangup"), "machine", true},   {LEAVES("hangup"), "machine_end", true},
		{LEAVES("hangup"), "human", false},    {LEAVES("hangup"), "unknown", false},
		{LEAVES("continue"), "machine", false}, {LEAVES("continue"), "fax", true},
		{LEAVES("message"), "fax", true},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++) {
		struct driver d;

		call_start_on(&d, IV_LEG_TWILIO, 8000, cases[i].action);
		happens_text(&d, IV_EV_AMD, cases[i].verdict);
		want_note(&d, "amd");
		assert_int_equal(iv_call_ended(d.call), cases[i].ends);
		if (cases[i].ends)
			want_ended(&d, "voicemail");
		call_stop(&d);
	}
}

static void a_message_is_left_after_the_tone_and_not_before(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, LEAVES("message"));
	run(&d, 500);
	happens_text(&d, IV_EV_AMD, "machine");
	forget(&d);
	run(&d, 8000);
	want_none(&d, IV_ACT_LEG_SEND);
	happens_text(&d, IV_EV_AMD, "machine_end");
	want_text(&d, IV_ACT_TTS_SAY, "Your car is ready.");
	want(&d, IV_ACT_LEG_SEND);
	run(&d, 5000);
	want_ended(&d, "voicemail");
	call_stop(&d);
}

static void a_greeting_without_an_end_gets_its_message_all_the_same(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 8000, LEAVES("message"));
	happens_text(&d, IV_EV_AMD, "machine");
	run(&d, 29000);
	want_none(&d, IV_ACT_END);
	run(&d, 1500);
	want_text(&d, IV_ACT_TTS_SAY, "Your car is ready.");
	run(&d, 6000);
	want_ended(&d, "voicemail");
	call_stop(&d);
}

static void a_verdict_that_was_wrong_gives_the_person_the_agent_back(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, LEAVES("message"));
	run(&d, 300);
	happens_text(&d, IV_EV_AMD, "machine");
	run(&d, 1000);
	forget(&d);
	happens_text(&d, IV_EV_AMD, "human");
	want(&d, IV_ACT_LEG_SEND);
	run(&d, 40000);
	want_no_note(&d, "call.ended");
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_carriers_line_goes_to_the_desk_and_the_call_waits_for_it),
		cmocka_unit_test(nobody_at_the_desk_is_said_once_the_line_is_back_and_the_model_knows),
		cmocka_unit_test(a_blind_transfer_has_no_whisper),
		cmocka_unit_test(an_attended_transfer_that_was_ordered_without_words_has_the_agents),
		cmocka_unit_test(a_second_transfer_while_away_is_no_transfer),
		cmocka_unit_test(a_speech_that_was_cut_by_a_transfer_goes_on_when_the_line_is_back),
		cmocka_unit_test(what_was_not_heard_is_asked_again_from_the_word_that_was),
		cmocka_unit_test(an_answer_that_had_not_begun_is_asked_for_again),
		cmocka_unit_test(an_answer_that_had_begun_is_said_as_far_as_it_came),
		cmocka_unit_test(a_tool_whose_answer_was_lost_is_not_run_again_and_the_model_is_told),
		cmocka_unit_test(a_machine_is_hung_up_on_and_a_person_is_not),
		cmocka_unit_test(a_message_is_left_after_the_tone_and_not_before),
		cmocka_unit_test(a_greeting_without_an_end_gets_its_message_all_the_same),
		cmocka_unit_test(a_verdict_that_was_wrong_gives_the_person_the_agent_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
