/* The door: what each kind can do, and that orders reach the right codec. */
#include "leg_probe.h"

static void each_kind_has_its_caps(void **state)
{
	static const struct iv_leg_caps rows[] = {
		[IV_LEG_BROWSER] = {80, false, false, false, false, 0},
		[IV_LEG_JAMBONZ] = {80, true, true, true, false, 100},
		[IV_LEG_TWILIO] = {100, false, false, true, true, 0},
	};

	(void)state;
	for (int kind = IV_LEG_BROWSER; kind <= IV_LEG_TWILIO; kind++) {
		const struct iv_leg_caps *c = iv_leg_caps((enum iv_leg_kind)kind);

		assert_int_equal(c->block_ms, rows[kind].block_ms);
		assert_int_equal(c->pad_last, rows[kind].pad_last);
		assert_int_equal(c->flush_block, rows[kind].flush_block);
		assert_int_equal(c->marks, rows[kind].marks);
		assert_int_equal(c->marks_trusted, rows[kind].marks_trusted);
		assert_int_equal(c->clear_hold_ms, rows[kind].clear_hold_ms);
	}
	assert_string_equal(iv_leg_names[IV_LEG_BROWSER], "browser");
	assert_string_equal(iv_leg_names[IV_LEG_JAMBONZ], "jambonz");
	assert_string_equal(iv_leg_names[IV_LEG_TWILIO], "twilio");
	assert_null(iv_leg_names[3]);
}

static void a_new_leg_has_not_started(void **state)
{
	struct iv_leg l;

	(void)state;
	memset(&l, 0x55, sizeof(l));
	iv_leg_init(&l, IV_LEG_JAMBONZ, 24000);
	assert_int_equal(l.rate_hz, 24000);
	assert_false(l.started || l.stopped || l.has_half || l.binary_out || l.legacy_audio);
	assert_int_equal(l.audio_seq, -1);
	iv_leg_init(&l, IV_LEG_TWILIO, 16000);
	assert_int_equal(l.rate_hz, 8000); /* Twilio has no other */
}

static void no_samples_are_no_message(void **state)
{
	(void)state;
	for (int kind = IV_LEG_BROWSER; kind <= IV_LEG_TWILIO; kind++) {
		struct probe *p = probe_new((enum iv_leg_kind)kind, 8000);
		int16_t none = 0;

		p->leg.started = true;
		iv_leg_audio(&p->leg, &none, 0, 1, 1, &p->scratch, probe_send, p);
		assert_string_equal(p->lines, "");
		free(p);
	}
}

static void a_browser_has_no_marks(void **state)
{
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);
	const struct iv_mark m = {1, 1, 1};

	(void)state;
	iv_leg_mark(&p->leg, &m, probe_send, p);
	assert_string_equal(p->lines, "");
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_caps),
		cmocka_unit_test(a_new_leg_has_not_started),
		cmocka_unit_test(no_samples_are_no_message),
		cmocka_unit_test(a_browser_has_no_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
