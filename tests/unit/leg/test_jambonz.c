/* Jambonz: what its media module is known to break is forgiven, the rest is refused by name. */
#include "leg_probe.h"

#define PREAMBLE                                                                               \
	"{\"sampleRate\":8000,\"mixType\":\"mono\",\"callSid\":\"2d6c-11\",\"customerData\":{" \
	"\"ref\":\"r-1\"}}"

static struct probe *started(void)
{
	struct probe *p = probe_new(IV_LEG_JAMBONZ, 8000);

	probe_says(p, PREAMBLE, "= started call \"2d6c-11\" rate 8000\n");
	return p;
}

static void any_preamble_starts_the_call(void **state)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{PREAMBLE, "= started call \"2d6c-11\" rate 8000\n"},
		{"{\"sampleRate\":16000,\"callSid\":\"a\"}", "= started call \"a\" rate 16000\n"},
		{"{\"sampleRate\":\"8000\",\"callSid\":\"a\"}", "= started call \"a\" rate 8000\n"},
		/* a name in front of the brace */
		{"jambonz-session-record {\"sampleRate\":8000,\"callSid\":\"a\"}",
		 "= started call \"a\" rate 8000\n"},
		/* a quote that went missing leaves an odd one at the end */
		{"{\"sampleRate\":8000,\"callSid\":\"a\",\"tag\":\"OBrien\"}'",
		 "= started call \"a\" rate 8000\n"},
		/* lost escapes in nested metadata */
		{"{\"sampleRate\" : 24000, \"callSid\" : \"a\",\"customerData\":{\"q\":\"say "
		 "\"hi\"\"}}",
		 "= started call \"a\" rate 24000\n"},
		/* cut at 8192 bytes */
		{"{\"sampleRate\":8000,\"callSid\":\"a\",\"customerData\":{\"x\":\"yyyy",
		 "= started call \"a\" rate 8000\n"},
		{"{\"sampleRate\":8000,\"callSid\":\"cut-he", "= started call \"\" rate 8000\n"},
		{"{\"callSid\":\"a\",\"sampleRate\":80", "= started call \"a\" rate 0\n"},
		{"{\"callSid\":\"a\",\"sampleRate\":", "= started call \"a\" rate 0\n"},
		{"{\"callSid\"", "= started call \"\" rate 0\n"},
		{"", "= started call \"\" rate 0\n"},
		{"hello", "= started call \"\" rate 0\n"},
		{"{}", "= started call \"\" rate 0\n"},
		{"[1]", "= started call \"\" rate 0\n"},
		/* values nobody should build on */
		{"{\"sampleRate\":-8000,\"callSid\":7}", "= started call \"\" rate 0\n"},
		{"{\"sampleRate\":1e99,\"callSid\":\"two words\"}", "= started call \"\" rate 0\n"},
		/* a first text that is no preamble is still worth reading */
		{"{\"event\":\"dtmf\",\"dtmf\":\"5\",\"duration\":\"1600\"}",
		 "= started call \"\" rate 0\n= dtmf 5\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe *p = probe_new(IV_LEG_JAMBONZ, 8000);

		probe_says(p, rows[i].text, rows[i].lines);
		free(p);
	}
}

static void audio_before_the_preamble_starts_the_call_too(void **state)
{
	struct probe *p = probe_new(IV_LEG_JAMBONZ, 8000);

	(void)state;
	assert_true(probe_receive(p, false, IV_S("\1\0\2\0")));
	assert_string_equal(p->lines, "= started call \"\" rate 0\n= audio 2: 1 2\n");
	probe_says(p, PREAMBLE, "");
	free(p);
}

static void messages_after_the_start(void **state)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{"{\"event\":\"dtmf\",\"dtmf\":\"5\",\"duration\":\"1600\"}", "= dtmf 5\n"},
		{"{\"event\":\"dtmf\",\"dtmf\":\"#\",\"duration\":\"80\"}", "= dtmf #\n"},
		{"{\"event\":\"dtmf\",\"dtmf\":\"a\"}", "= dtmf A\n"},
		{"{\"type\": \"mark\", \"data\": {\"name\":\"e3-u7-1240\", \"event\": "
		 "\"playout\"}}",
		 "= played epoch 3 utterance 7 at 1240\n"},
		{"{\"type\": \"mark\", \"data\": {\"name\":\"bar-4\", \"event\": \"cleared\"}}",
		 "= cleared epoch 4 utterance 0 at -1\n"},
		{"{\"type\":\"mark\",\"data\":{\"name\":\"u1\",\"event\":\"playout\"}}", ""},
		{"{\"type\":\"playDone\",\"data\":{\"id\":\"p1\",\"playbackSeconds\":\"0\"}}", ""},
	};
	struct probe *p = started();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		probe_says(p, rows[i].text, rows[i].lines);
	free(p);
}

static void malformed_messages_are_refused_by_field(void **state)
{
	static const struct {
		const char *text, *field;
	} rows[] = {
		{"", "text"},
		{"{\"type\":\"mark\"", "text"},
		{"[1,2]", "text"},
		{"{\"event\":\"dtmf\"}", "dtmf"},
		{"{\"event\":\"dtmf\",\"dtmf\":5}", "dtmf"},
		{"{\"event\":\"dtmf\",\"dtmf\":\"55\"}", "dtmf"},
		{"{\"event\":\"dtmf\",\"dtmf\":\"\"}", "dtmf"},
		{"{\"event\":\"dtmf\",\"dtmf\":\"e\"}", "dtmf"},
		{"{\"type\":\"mark\"}", "data.name"},
		{"{\"type\":\"mark\",\"data\":{}}", "data.name"},
		{"{\"type\":\"mark\",\"data\":{\"name\":1,\"event\":\"playout\"}}", "data.name"},
		{"{\"type\":\"mark\",\"data\":{\"name\":\"e1-u1-1\"}}", "data.event"},
		{"{\"type\":\"mark\",\"data\":{\"name\":\"e1-u1-1\",\"event\":\"gone\"}}",
		 "data.event"},
		{"{\"type\":\"clear\"}", "type"},
		{"{\"event\":\"media\"}", "type"},
		{"{\"type\":\"mark\",\"type\":\"mark\"}", "type"},
		{"{}", "type"},
	};
	struct probe *p = started();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		probe_refuses(p, rows[i].text, rows[i].field);
	probe_says(p, "{\"event\":\"dtmf\",\"dtmf\":\"1\"}", "= dtmf 1\n"); /* still usable */
	free(p);
}

static void an_empty_binary_is_nothing(void **state)
{
	struct probe *p = probe_new(IV_LEG_JAMBONZ, 8000);

	(void)state;
	assert_true(probe_receive(p, false, IV_STR_NULL));
	assert_string_equal(p->lines, "");
	assert_false(p->leg.started);
	free(p);
}

static void how_bytes_are_split_does_not_matter(void **state)
{
	static uint8_t bytes[120001];

	(void)state;
	srand(21);
	for (int round = 0; round < 60; round++) {
		struct probe *p = started();
		size_t total = (size_t)(rand() % (int)sizeof(bytes)), used = 0;
		int largest = 1 << (1 + rand() % 17);

		for (size_t i = 0; i < total; i++)
			bytes[i] = (uint8_t)rand();
		p->len = 0;
		while (used < total) {
			size_t n = (size_t)(rand() % largest);

			n = n < total - used ? n : total - used;
			assert_true(
				probe_receive(p, false, (struct iv_str){(char *)bytes + used, n}));
			used += n;
			p->len = 0;
		}
		assert_int_equal(p->samples, total / 2);
		assert_memory_equal(p->pcm, bytes, total / 2 * 2);
		assert_int_equal(p->leg.has_half, total % 2);
		free(p);
	}
}

static void the_mark_sample_is_never_sent(void **state)
{
	struct probe *p = started();
	int16_t pcm[] = {1, -1, -2, 0, -32768, 32767, -1};

	(void)state;
	probe_clear(p);
	iv_leg_audio(&p->leg, pcm, 7, 0, 0, &p->scratch, probe_send, p);
	assert_string_equal(p->lines, ">b 01000000feff00000080ff7f0000\n");
	assert_int_equal(pcm[1], -1); /* the caller's samples stay as they were */
	free(p);
}

static void a_clear_is_marked_before_it_kills(void **state)
{
	struct probe *p = started();
	const struct iv_mark m = {3, 7, 1240};
	char *before, *after;

	(void)state;
	probe_clear(p);
	iv_leg_mark(&p->leg, &m, probe_send, p);
	iv_leg_clear(&p->leg, 4, 1, 1, probe_send, p);
	/* Between the sentence's mark and the bar: 80 ms of silence, which push the last samples out. */
	before = strstr(p->lines, ">b ");
	assert_non_null(before);
	after = strchr(before, '\n');
	assert_int_equal(after - before - 3, 4 * (80 * p->leg.rate_hz / 1000));
	assert_int_equal(strspn(before + 3, "0"), after - before - 3);
	*before = '\0';
	assert_string_equal(p->lines, "> {\"type\":\"mark\",\"data\":{\"name\":\"e3-u7-1240\"}}\n");
	assert_string_equal(after + 1, "> {\"type\":\"mark\",\"data\":{\"name\":\"bar-4\"}}\n"
				       "> {\"type\":\"killAudio\"}\n");
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_preamble_starts_the_call),
		cmocka_unit_test(audio_before_the_preamble_starts_the_call_too),
		cmocka_unit_test(messages_after_the_start),
		cmocka_unit_test(malformed_messages_are_refused_by_field),
		cmocka_unit_test(an_empty_binary_is_nothing),
		cmocka_unit_test(how_bytes_are_split_does_not_matter),
		cmocka_unit_test(the_mark_sample_is_never_sent),
		cmocka_unit_test(a_clear_is_marked_before_it_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
