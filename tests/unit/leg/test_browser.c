/* The browser's leg: what is taken, concealed and refused, and the messages that carry sound out.
 */
#include "leg_probe.h"
#include "iv_crypto.h"
#include "iv_json.h"

static bool receive_audio(struct probe *p, int seq, const int16_t *pcm, size_t n)
{
	char text[4096];
	size_t len = (size_t)snprintf(text, sizeof(text),
				      "{\"t\":\"audio\",\"seq\":%d,\"pcm16\":\"", seq);

	len += iv_base64((const uint8_t *)pcm, n * sizeof(*pcm), text + len);
	memcpy(text + len, "\"}", 2);
	return probe_receive(p, true, (struct iv_str){text, len + 2});
}

static void binary_is_little_endian_samples(void **state)
{
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);

	(void)state;
	assert_true(probe_receive(p, false, IV_S("")));
	assert_string_equal(p->lines, "");
	assert_true(probe_receive(p, false, IV_S("\x01\x00\xff\xff\x00\x80")));
	assert_true(probe_receive(p, false, IV_S("\xff\x7f")));
	assert_string_equal(
		p->lines,
		"= started call \"\" rate 16000\n= audio 3: 1 -1 -32768\n= audio 1: 32767\n");
	free(p);
}

static void odd_and_endless_binaries_are_refused(void **state)
{
	static char big[2 * IV_LEG_SCRATCH_SAMPLES + 2];
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);

	(void)state;
	assert_false(probe_receive(p, false, IV_S("\1\2\3")));
	assert_string_equal(p->e.field, "binary");
	assert_int_equal(p->e.code, IV_EINVAL);
	assert_false(probe_receive(p, false, (struct iv_str){big, sizeof(big)}));
	assert_string_equal(p->e.field, "binary");
	assert_int_equal(p->e.code, IV_ETOOBIG);
	assert_string_equal(p->lines, "");
	assert_true(probe_receive(p, false, (struct iv_str){big, sizeof(big) - 2}));
	assert_int_equal(p->samples, IV_LEG_SCRATCH_SAMPLES);
	free(p);
}

static void json_audio_is_taken_however_it_is_written(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{"{\"t\":\"audio\",\"pcm16\":\"AQD//w==\"}", "= audio 2: 1 -1\n"},
		{"{\"t\":\"audio\",\"seq\":0,\"pcm16\":\"AQD//w==\"}", "= audio 2 seq 0: 1 -1\n"},
		{"{\"pcm16\":\"AQD\\/\\/w==\", \"seq\":1, \"t\":\"audio\"}",
		 "= audio 2 seq 1: 1 -1\n"},
		{"{\"t\":\"audio\",\"seq\":2.0,\"pcm16\":\"AQD//w==\"}", "= audio 2 seq 2: 1 -1\n"},
		{"{\"t\":\"audio\",\"x\":{\"pcm16\":1},\"seq\":3,\"pcm16\":\"AQD//w==\"}",
		 "= audio 2 seq 3: 1 -1\n"},
		{"{\"t\":\"audio\",\"pcm16\":\"\"}", ""},
	};
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);

	(void)state;
	p->leg.started = true;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		probe_says(p, rows[i].text, rows[i].line);
	free(p);
}

static void malformed_texts_are_refused_by_field(void **state)
{
	static const struct {
		const char *text, *field;
	} rows[] = {
		{"", "text"},
		{"hello", "text"},
		{"{\"t\":\"ping\"", "text"},
		{"\"ping\"", "text"},
		{"[{\"t\":\"ping\"}]", "text"},
		{"{\"t\":\"ping\",\"t\":\"ping\"}", "t"},
		{"{}", "t"},
		{"{\"type\":\"ping\"}", "t"},
		{"{\"t\":5}", "t"},
		{"{\"t\":null}", "t"},
		{"{\"t\":\"\"}", "t"},
		{"{\"t\":\"Ping\"}", "t"},
		{"{\"t\":\"tts.chunk\"}", "t"},
		{"{\"t\":\"audio\"}", "pcm16"},
		{"{\"t\":\"audio\",\"pcm16\":[1,2]}", "pcm16"},
		{"{\"t\":\"audio\",\"pcm16\":\"AQD/\"}", "pcm16"}, /* three bytes */
		{"{\"t\":\"audio\",\"pcm16\":\"AQD\"}", "pcm16"},
		{"{\"t\":\"audio\",\"pcm16\":\"AQD_\"}", "pcm16"},
		{"{\"t\":\"audio\",\"seq\":-1,\"pcm16\":\"AQD//w==\"}", "seq"},
		{"{\"t\":\"audio\",\"seq\":1.5,\"pcm16\":\"AQD//w==\"}", "seq"},
		{"{\"t\":\"audio\",\"seq\":\"1\",\"pcm16\":\"AQD//w==\"}", "seq"},
		{"{\"t\":\"audio\",\"seq\":null,\"pcm16\":\"AQD//w==\"}", "seq"},
		{"{\"t\":\"audio\",\"seq\":1e300,\"pcm16\":\"AQD//w==\"}", "seq"},
	};
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		probe_refuses(p, rows[i].text, rows[i].field);
	probe_refuses(p, "{\"t\":\"mute\"}", "t");
	assert_string_equal(p->e.msg,
			    "must be one of start, audio, dtmf.send, transfer, tool.result, pause, "
			    "resume, config, ping, user.text");
	free(p);
}

static void audio_that_is_too_long_is_refused(void **state)
{
	static char text[100000];
	static const size_t chars[] = {87380, 87384, 99000};
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);

	(void)state;
	for (size_t i = 0; i < IV_COUNT(chars); i++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "{\"t\":\"audio\",\"pcm16\":\"");

		memset(text + len, 'A', chars[i]);
		memcpy(text + len + chars[i], "\"}", 2);
		assert_false(probe_receive(p, true, (struct iv_str){text, len + chars[i] + 2}));
		assert_string_equal(p->e.field, "pcm16");
	}
	/* the longest: 32766 samples */
	memcpy(text, "{\"t\":\"audio\",\"pcm16\":\"", 22);
	memset(text + 22, 'A', 87376);
	memcpy(text + 22 + 87376, "\"}", 2);
	assert_true(probe_receive(p, true, (struct iv_str){text, 22 + 87376 + 2}));
	assert_int_equal(p->samples, 32766);
	free(p);
}

static void control_is_passed_on_as_it_came(void **state)
{
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);

	(void)state;
	probe_says(p, "{\"t\":\"ping\"}", "= control {\"t\":\"ping\"}\n");
	/* Fields are checked elsewhere. */
	probe_says(p, "{\"t\":\"dtmf.send\",\"digits\":5}",
		   "= control {\"t\":\"dtmf.send\",\"digits\":5}\n");
	probe_says(p, "{\"t\":\"start\",\"callId\":\"c1\"}",
		   "= started call \"c1\" rate 16000\n= control "
		   "{\"t\":\"start\",\"callId\":\"c1\"}\n");
	probe_says(p, "{\"t\":\"start\"}", "= control {\"t\":\"start\"}\n");
	free(p);
}

static void small_gaps_are_filled_with_a_fading_copy(void **state)
{
	struct probe *p = probe_new(IV_LEG_BROWSER, 8000);
	int16_t pcm[200];

	(void)state;
	for (int i = 0; i < 200; i++)
		pcm[i] = (int16_t)(i < 40 ? 111 : 10000); /* only the last 160 are 20 ms */
	for (int gap = 1; gap <= 4; gap++) {
		int16_t last = 10000;

		iv_leg_init(&p->leg, IV_LEG_BROWSER, 8000);
		assert_true(receive_audio(p, 5, pcm, 200));
		probe_clear(p);
		assert_true(receive_audio(p, 6 + gap, pcm, 200));
		assert_int_equal(p->events, (size_t)gap + 1);
		assert_int_equal(p->samples, (size_t)gap * 160 + 200);
		for (int i = 0; i < gap * 160; i++) {
			assert_true(p->pcm[i] <= last); /* no step up anywhere, seams included */
			last = p->pcm[i];
		}
		/* 0.7 at the end of each frame */
		for (int k = 0; k < gap; k++) {
			static const int ends[] = {7000, 4900, 3430, 2401};

			assert_in_range(p->pcm[k * 160 + 159], ends[k] - 1, ends[k] + 30);
		}
		assert_int_equal(p->pcm[0], 10000);
	}
	free(p);
}

static void made_up_frames_are_numbered(void **state)
{
	struct probe *p = probe_new(IV_LEG_BROWSER, 8000);

	(void)state;
	probe_says(p, "{\"t\":\"audio\",\"seq\":7,\"pcm16\":\"AQD//w==\"}",
		   "= started call \"\" rate 8000\n= audio 2 seq 7: 1 -1\n");
	probe_says(p, "{\"t\":\"audio\",\"seq\":10,\"pcm16\":\"AQD//w==\"}",
		   "= audio 160 seq 8: 1 0 0 0 0 0 0 0 0 0 0 0 ...\n"
		   "= audio 160 seq 9: 0 0 0 0 0 0 0 0 0 0 0 0 ...\n"
		   "= audio 2 seq 10: 1 -1\n");
	free(p);
}

static void the_sequence_decides_what_is_played(void **state)
{
	static const struct {
		int seq;
		size_t events;
		const char *why;
	} rows[] = {
		{100, 1, "the first may have any number"},
		{101, 1, "the next"},
		{101, 0, "twice"},
		{99, 0, "late"},
		{52, 0, "very late"},
		{102, 1, "the next after late ones"},
		{107, 5, "four are missing"},
		{113, 1, "five are missing: too long ago to make up"},
		{114, 1, "the next after a long gap"},
		{65535, 1, "a leap"},
		{0, 1, "a counter of 16 bits came round"},
		{1, 1, "and goes on"},
	};
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);
	int16_t pcm[320] = {5};

	(void)state;
	p->leg.started = true;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		probe_clear(p);
		assert_true(receive_audio(p, rows[i].seq, pcm, 320));
		if (p->events != rows[i].events)
			fail_msg("%d (%s): %zu events", rows[i].seq, rows[i].why, p->events);
	}
	free(p);
}

static void sound_goes_out_in_numbered_chunks(void **state)
{
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);
	int16_t pcm[] = {1, -1};

	(void)state;
	iv_leg_audio(&p->leg, pcm, 2, 1.2345, 1700000000123, &p->scratch, probe_send, p);
	p->leg.legacy_audio = true;
	iv_leg_audio(&p->leg, pcm, 2, 2, 1700000000999, &p->scratch, probe_send, p);
	p->leg.binary_out = true;
	iv_leg_audio(&p->leg, pcm, 2, 3, 1700000001999, &p->scratch, probe_send, p);
	iv_leg_clear(&p->leg, 1, 3.5, 1700000002000, probe_send, p);
	assert_string_equal(p->lines, "> "
				      "{\"t\":\"tts.chunk\",\"seq\":0,\"pcm16\":\"AQD//"
				      "w==\",\"ts\":1.234,\"timestamp\":1700000000123}\n"
				      "> "
				      "{\"t\":\"tts.chunk\",\"seq\":1,\"pcm16\":\"AQD//"
				      "w==\",\"audio\":\"AQD//w==\",\"ts\":2.000,"
				      "\"timestamp\":1700000000999}\n"
				      ">b 0100ffff\n"
				      "> "
				      "{\"t\":\"control.bargein\",\"action\":\"stop-tts\",\"ts\":3."
				      "500,\"timestamp\":1700000002000}\n");
	free(p);
}

struct collected {
	int16_t pcm[100000];
	size_t samples;
	int64_t next_seq;
};

static void collect(void *arg, bool text, struct iv_str message)
{
	struct collected *c = arg;
	cJSON *tree = iv_json_parse(message, NULL);
	ptrdiff_t n;

	assert_true(text);
	assert_non_null(tree);
	assert_true(message.len <= sizeof(((struct iv_leg_scratch *)0)->text));
	assert_int_equal(iv_json_get(tree, "seq")->valueint, c->next_seq++);
	assert_string_equal(iv_json_str(tree, "pcm16").ptr, iv_json_str(tree, "audio").ptr);
	n = iv_base64_decode(iv_json_str(tree, "pcm16"), (uint8_t *)(c->pcm + c->samples));
	assert_true(n > 0 && n % 2 == 0);
	c->samples += (size_t)n / 2;
	cJSON_Delete(tree);
}

static void long_sound_is_cut_into_messages_that_fit(void **state)
{
	static int16_t pcm[90000];
	static struct collected c;
	struct probe *p = probe_new(IV_LEG_BROWSER, 16000);

	(void)state;
	p->leg.legacy_audio = true;
	for (size_t i = 0; i < 90000; i++)
		pcm[i] = (int16_t)(i * 31);
	for (size_t n = 90000; n > 0; n = n * 3 / 5) {
		c.samples = 0;
		iv_leg_audio(&p->leg, pcm, n, 1e300, -1, &p->scratch, collect, &c);
		assert_int_equal(c.samples, n);
		assert_memory_equal(c.pcm, pcm, n * sizeof(*pcm));
	}
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binary_is_little_endian_samples),
		cmocka_unit_test(odd_and_endless_binaries_are_refused),
		cmocka_unit_test(json_audio_is_taken_however_it_is_written),
		cmocka_unit_test(malformed_texts_are_refused_by_field),
		cmocka_unit_test(audio_that_is_too_long_is_refused),
		cmocka_unit_test(control_is_passed_on_as_it_came),
		cmocka_unit_test(small_gaps_are_filled_with_a_fading_copy),
		cmocka_unit_test(made_up_frames_are_numbered),
		cmocka_unit_test(the_sequence_decides_what_is_played),
		cmocka_unit_test(sound_goes_out_in_numbered_chunks),
		cmocka_unit_test(long_sound_is_cut_into_messages_that_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
