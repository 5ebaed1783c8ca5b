/* What is sent when: blocks, lead, padding, marks, clears, and the position the caller has heard. */
#include "call_driver.h"

/* Sends since the cursor, in ms; the most the far end holds is written to *most. */
static int64_t sent_ms(struct driver *d, int64_t *most)
{
	int64_t busy = 0, sum = 0;

	*most = 0;
	for (size_t i = d->cursor; i < d->seen_count; i++) {
		const struct seen *s = &d->seen[i];
		int64_t ms = (s->a.samples + s->a.pad) * 1000 / d->rate_hz;

		if (s->a.type != IV_ACT_LEG_SEND)
			continue;
		sum += ms;
		busy = (busy > s->now_us ? busy : s->now_us) + ms * MS;
		*most = busy - s->now_us > *most ? busy - s->now_us : *most;
	}
	return sum;
}

static void talk(struct driver *d, int64_t ms)
{
	d->auto_tts = false;
	ask(d, "Tell me a story.");
	answer(d, "Once upon a time there was a fox who lived in the woods behind the hill.");
	forget(d);
	audio(d, d->utt, ms);
	tts_done(d, d->utt);
}

static void the_far_end_holds_200_to_400_ms_on_every_leg(void **state)
{
	static const struct { enum iv_leg_kind leg; int rate;
	} legs[] = {{IV_LEG_BROWSER, 16000},
		    {IV_LEG_BROWSER, 8000},
		    {IV_LEG_JAMBONZ, 16000},
		    {IV_LEG_TWILIO, 8000}};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(legs); i++) {
		struct driver d;
		int64_t most, sum;

		call_start_on(&d, legs[i].leg, legs[i].rate, QUIET_AGENT);
		talk(&d, 5000);
		run(&d, 3000);
		sum = sent_ms(&d, &most);
		assert_in_range(sum, 3200, 3400);
		assert_in_range(most / MS, 200, 400);
		run(&d, 3000);
		sum = sent_ms(&d, &most);
		assert_in_range(sum, 5000, 5200); /* padding and the flush block */
		call_stop(&d);
	}
}

static void jambonz_gets_80_ms_blocks_a_filled_last_one_a_mark_and_a_block_of_zeros(void **state)
{
	struct driver d;
	const struct seen *s;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 16000, QUIET_AGENT);
	talk(&d, 1030);
	run(&d, 1500);
	for (int i = 0; i < 12; i++) {
		s = want(&d, IV_ACT_LEG_SEND);
		assert_int_equal(s->a.samples, 1280);
		assert_int_equal(s->a.pad, 0);
	}
	s = want(&d, IV_ACT_LEG_SEND);
	assert_int_equal(s->a.samples, 70 * 16);
	assert_int_equal(s->a.pad, 10 * 16);
	s = want(&d, IV_ACT_LEG_MARK);
	assert_int_equal(s->a.mark.at, 1030 * 16);
	s = want(&d, IV_ACT_LEG_SEND);
	assert_int_equal(s->a.samples, 0);
	assert_int_equal(s->a.pad, 1280);
	want_none(&d, IV_ACT_LEG_SEND);
	call_stop(&d);
}

static void a_jambonz_sentence_is_not_torn_while_its_audio_is_still_coming(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 8000, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time there was a fox. He was red.");
	forget(&d);
	audio(&d, d.utt, 190);
	run(&d, 600);
	assert_int_equal(last_of(&d, IV_ACT_LEG_SEND)->a.at, 640); /* 30 ms wait for the rest */
	assert_int_equal(last_of(&d, IV_ACT_LEG_SEND)->a.pad, 0);
	tts_done(&d, d.utt); /* the sentence is over: its end is not held back for the next one */
	run(&d, 100);
	assert_int_equal(last_of(&d, IV_ACT_LEG_SEND)->a.at, 1280);
	assert_int_equal(last_of(&d, IV_ACT_LEG_SEND)->a.pad, 50 * 8);
	call_stop(&d);
}

static void after_a_clear_jambonz_gets_nothing_until_its_mark_or_100_ms(void **state)
{
	(void)state;
	for (int bar = 0; bar < 2; bar++) {
		struct driver d;
		int64_t cleared;

		call_start_on(&d, IV_LEG_JAMBONZ, 16000, QUIET_AGENT);
		talk(&d, 5000);
		run(&d, 1000);
		step(&d, (struct iv_event){.type = IV_EV_SAY, .text = IV_S("Hello there."), .flag = true});
		cleared = want(&d, IV_ACT_LEG_CLEAR)->now_us;
		audio(&d, d.utt, 500);
		forget(&d);
		if (bar) {
			run(&d, 20);
			want_none(&d, IV_ACT_LEG_SEND);
			mark_back(&d, &(struct iv_mark){.epoch = 0, .at = -1}, true); /* of an older one */
			want_none(&d, IV_ACT_LEG_SEND);
			mark_back(&d, &(struct iv_mark){.epoch = d.epoch, .at = -1}, true);
			want(&d, IV_ACT_LEG_SEND);
		} else {
			run(&d, 200);
			assert_int_equal(want(&d, IV_ACT_LEG_SEND)->now_us - cleared, 100 * MS);
		}
		call_stop(&d);
	}
}

static void marks_follow_each_sentence_and_carry_the_epoch(void **state)
{
	struct driver d;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, QUIET_AGENT);
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time there was a fox. He was red and not very old.");
	run(&d, 5000);
	assert_int_equal(want(&d, IV_ACT_LEG_MARK)->a.mark.at, 33 * 60 * 8);
	assert_int_equal(want(&d, IV_ACT_LEG_MARK)->a.mark.at, (33 + 28) * 60 * 8);
	want_none(&d, IV_ACT_LEG_MARK);
	call_stop(&d);
	call_start_on(&d, IV_LEG_BROWSER, 16000, QUIET_AGENT);
	talk(&d, 1000);
	run(&d, 2000);
	want_none(&d, IV_ACT_LEG_MARK);
	call_stop(&d);
}

static void a_late_mark_moves_what_was_heard_but_not_the_pace(void **state)
{
	struct driver d;
	int64_t most, heard;
	struct iv_mark m;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time there was a fox. He was red and not very old.");
	forget(&d);
	audio(&d, d.utt, 900);
	tts_done(&d, d.utt);
	audio(&d, d.utt, 6000);
	tts_done(&d, d.utt);
	run(&d, 1200);
	m = last_of(&d, IV_ACT_LEG_MARK)->a.mark;
	heard = iv_call_heard(d.call);
	mark_back(&d, &m, false); /* 300 ms later than by the clock: the round trip */
	assert_int_equal(iv_call_heard(d.call), 900 * 8);
	assert_in_range(heard, 1190 * 8, 1210 * 8);
	run(&d, 3000);
	assert_in_range(sent_ms(&d, &most), 4400, 4600);
	call_stop(&d);
}

static void marks_given_back_by_a_clear_were_not_played(void **state)
{
	struct driver d;
	struct iv_mark m;
	int64_t heard;

	(void)state;
	call_start_on(&d, IV_LEG_TWILIO, 8000, QUIET_AGENT);
	talk(&d, 350);
	run(&d, 160);
	m = last_of(&d, IV_ACT_LEG_MARK)->a.mark; /* all is sent, half is heard */
	step(&d, (struct iv_event){.type = IV_EV_PAUSE});
	want(&d, IV_ACT_LEG_CLEAR);
	heard = iv_call_heard(d.call);
	mark_back(&d, &m, false);
	assert_int_equal(iv_call_heard(d.call), heard);
	assert_true(heard < 200 * 8);
	call_stop(&d);
}

static void untrusted_marks_do_not_move_the_position(void **state)
{
	struct driver d;
	int64_t heard;
	struct iv_mark m;

	(void)state;
	call_start_on(&d, IV_LEG_JAMBONZ, 16000, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time there was a fox. He was red and not very old.");
	audio(&d, d.utt, 960);
	tts_done(&d, d.utt);
	audio(&d, d.utt, 6000);
	tts_done(&d, d.utt);
	run(&d, 800);
	m = last_of(&d, IV_ACT_LEG_MARK)->a.mark;
	heard = iv_call_heard(d.call);
	mark_back(&d, &m, false); /* at once, as they sometimes do */
	assert_int_equal(iv_call_heard(d.call), heard);
	run(&d, 800);
	heard = iv_call_heard(d.call);
	mark_back(&d, &m, false); /* or long after */
	assert_int_equal(iv_call_heard(d.call), heard);
	call_stop(&d);
}

static void the_first_sound_is_told_behind_the_silence_a_synthesiser_begins_with(void **state)
{
	struct driver d;
	int64_t sent;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time.");
	forget(&d);
	audio_at(&d, d.utt, 160, -90);
	audio_at(&d, d.utt, 1000, -20);
	tts_done(&d, d.utt);
	sent = want(&d, IV_ACT_LEG_SEND)->now_us;
	run(&d, 3000);
	assert_int_equal(iv_call_last_turn(d.call)->at_us.leg_first, sent);
	assert_int_equal(iv_call_last_turn(d.call)->at_us.heard_first, sent + 160 * MS);
	call_stop(&d);
}

static void samples_long_heard_are_let_go_but_the_last_second_and_a_half(void **state)
{
	struct driver d;
	int64_t kept;

	(void)state;
	call_start(&d, QUIET_AGENT);
	talk(&d, 10000);
	run(&d, 6000);
	kept = want(&d, IV_ACT_KEEP_FROM)->a.at;
	assert_true(kept >= 300 * 16);
	assert_true(last_of(&d, IV_ACT_KEEP_FROM)->a.at >= 4200 * 16);
	assert_true(last_of(&d, IV_ACT_KEEP_FROM)->a.at <= 4500 * 16);
	run(&d, 5000);
	assert_int_equal(last_of(&d, IV_ACT_KEEP_FROM)->a.at, 10000 * 16);
	call_stop(&d);
}

static void a_slow_synthesiser_is_sent_as_it_comes(void **state)
{
	struct driver d;

	(void)state;
	call_start(&d, QUIET_AGENT);
	d.auto_tts = false;
	ask(&d, "Tell me a story.");
	answer(&d, "Once upon a time there was a fox who lived in the woods.");
	forget(&d);
	for (int i = 0; i < 20; i++) {
		audio(&d, d.utt, 25); /* shorter than a block, slower than it is spoken */
		run(&d, 40);
	}
	assert_in_range(last_of(&d, IV_ACT_LEG_SEND)->a.at, 420 * 16, 500 * 16);
	call_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_far_end_holds_200_to_400_ms_on_every_leg),
		cmocka_unit_test(jambonz_gets_80_ms_blocks_a_filled_last_one_a_mark_and_a_block_of_zeros),
		cmocka_unit_test(a_jambonz_sentence_is_not_torn_while_its_audio_is_still_coming),
		cmocka_unit_test(after_a_clear_jambonz_gets_nothing_until_its_mark_or_100_ms),
		cmocka_unit_test(marks_follow_each_sentence_and_carry_the_epoch),
		cmocka_unit_test(a_late_mark_moves_what_was_heard_but_not_the_pace),
		cmocka_unit_test(marks_given_back_by_a_clear_were_not_played),
		cmocka_unit_test(untrusted_marks_do_not_move_the_position),
		cmocka_unit_test(the_first_sound_is_told_behind_the_silence_a_synthesiser_begins_with),
		cmocka_unit_test(samples_long_heard_are_let_go_but_the_last_second_and_a_half),
		cmocka_unit_test(a_slow_synthesiser_is_sent_as_it_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
