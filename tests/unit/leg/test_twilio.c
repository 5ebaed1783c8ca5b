/* Twilio: the scanner and the tree agree, and what is malformed is refused by its field. */
#include "leg_probe.h"
#include "iv_crypto.h"
#include "iv_g711.h"
#include "iv_json.h"

#define SID "MZ0123456789abcdef0123456789abcdef"
#define START                                                                                  \
	"{\"event\":\"start\",\"sequenceNumber\":\"1\",\"streamSid\":\"" SID "\",\"start\":{"  \
	"\"accountSid\":\"AC1\",\"streamSid\":\"" SID                                          \
	"\",\"callSid\":\"CA1\",\"tracks\":[\"inbound\"],"                                     \
	"\"mediaFormat\":{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000,\"channels\":1}," \
	"\"customParameters\":{\"gw_token\":\"k7\",\"tenant\":\"t42\"}}}"
#define STARTED "= started call \"CA1\" rate 8000 gw_token=k7 tenant=t42\n"
/* 0xff 0x80 0x00: 0, the loudest up, the loudest down */
#define SOUND "= audio 3: 0 32124 -32124\n"

static struct probe *started(void)
{
	struct probe *p = probe_new(IV_LEG_TWILIO, 8000);

	probe_says(p, "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}", "");
	probe_says(p, START, STARTED);
	return p;
}

static void media_is_taken_however_it_is_written(void **state)
{
	static const char *const rows[] = {
		"{\"event\":\"media\",\"sequenceNumber\":\"2\",\"streamSid\":\"" SID
		"\",\"media\":{\"track\":\"inbound\",\"chunk\":\"1\",\"timestamp\":\"5\","
		"\"payload\":\"/4AA\"}}",
		"{\"media\":{\"payload\":\"/"
		"4AA\",\"timestamp\":\"5\",\"chunk\":\"1\",\"track\":\"inbound\"},\"streamSid\":"
		"\"" SID "\",\"sequenceNumber\":\"2\",\"event\":\"media\"}",
		" { \"event\" : \"media\" ,\n\t\"media\" : { \"payload\" : \"/4AA\" } } ",
		"{\"event\":\"media\",\"media\":{\"payload\":\"/4AA\"}}",
		"{\"event\":\"media\",\"media\":{\"payload\":\"\\/4AA\"}}",
		"{\"event\":\"media\",\"media\":{\"payload\":\"\\u002f4AA\"}}",
		"{\"event\":\"m\\u0065dia\",\"media\":{\"payload\":\"/4AA\"}}",
		"{\"event\":\"media\",\"note\":\"\\\"payload\\\":\\\"AAAA\\\"\",\"media\":{"
		"\"payload\":\"/4AA\"}}",
		"{\"note\":\"{\\\"event\\\":\\\"stop\\\"}\\\\\",\"event\":\"media\",\"media\":{"
		"\"payload\":\"/4AA\"}}",
		"{\"event\":\"media\",\"media\":{\"extra\":{\"payload\":\"AAAA\"},\"payload\":\"/"
		"4AA\",\"list\":[1,{\"a\":null}]}}",
		"{\"event\":\"media\",\"sequenceNumber\":2,\"media\":{\"chunk\":1,\"payload\":\"/"
		"4AA\",\"timestamp\":5}}",
		"{\"event\":\"media\",\"média\":{\"payload\":\"AAAA\"},\"media\":{\"payload\":\"/"
		"4AA\"}}",
	};
	struct probe *p = started();

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		probe_says(p, rows[i], SOUND);
	free(p);
}

static void media_of_any_length_is_taken(void **state)
{
	static const size_t lengths[] = {0, 1, 2, 3, 160, 161, 4000, 32767, IV_LEG_SCRATCH_SAMPLES};
	struct probe *p = started();

	(void)state;
	for (size_t i = 0; i < IV_COUNT(lengths); i++) {
		static uint8_t code[IV_LEG_SCRATCH_SAMPLES];
		static int16_t pcm[IV_LEG_SCRATCH_SAMPLES];
		static char text[60000];
		size_t len = (size_t)snprintf(text, sizeof(text),
					      "{\"event\":\"media\",\"media\":{\"payload\":\"");

		for (size_t k = 0; k < lengths[i]; k++)
			code[k] = (uint8_t)(k * 7);
		iv_ulaw_decode(code, lengths[i], pcm);
		len += iv_base64(code, lengths[i], text + len);
		memcpy(text + len, "\"}}", 3);
		probe_clear(p);
		assert_true(probe_receive(p, true, (struct iv_str){text, len + 3}));
		assert_int_equal(p->samples, lengths[i]);
		assert_memory_equal(p->pcm, pcm, lengths[i] * sizeof(*pcm));
	}
	free(p);
}

static void our_own_track_is_ignored(void **state)
{
	struct probe *p = started();

	(void)state;
	probe_says(p,
		   "{\"event\":\"media\",\"media\":{\"track\":\"outbound\",\"payload\":\"/4AA\"}}",
		   "");
	free(p);
}

static void other_events(void **state)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{"{\"event\":\"dtmf\",\"sequenceNumber\":\"90\",\"streamSid\":\"" SID
		 "\",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"5\"}}",
		 "= dtmf 5\n"},
		{"{\"event\":\"mark\",\"sequenceNumber\":\"91\",\"streamSid\":\"" SID
		 "\",\"mark\":{\"name\":\"e3-u7-1240\"}}",
		 "= played epoch 3 utterance 7 at 1240\n"},
		{"{\"event\":\"mark\",\"mark\":{\"name\":\"bar-4\"}}",
		 "= played epoch 4 utterance 0 at -1\n"},
		{"{\"event\":\"mark\",\"mark\":{\"name\":\"utt-3\"}}", ""},
		{"{\"event\":\"connected\"}", ""},
		{"{\"event\":\"stop\",\"sequenceNumber\":\"120\",\"streamSid\":\"" SID
		 "\",\"stop\":{\"accountSid\":\"AC1\",\"callSid\":\"CA1\"}}",
		 "= stopped\n"},
		/* behind the end nothing is looked at any more */
		{"{\"event\":\"stop\"}", ""},
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4AA\"}}", ""},
		{"garbage", ""},
	};
	struct probe *p = started();

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		probe_says(p, rows[i].text, rows[i].lines);
	free(p);
}

static void malformed_messages_are_refused_by_field(void **state)
{
	static const struct {
		const char *text, *field;
	} rows[] = {
		{"", "text"},
		{"[]", "text"},
		{"{\"event\":\"media\"", "text"},
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4AA\"}}x", "text"},
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4\tAA\"}}", "media.payload"},
		{"{\"event\":\"media\",\"event\":\"media\",\"media\":{\"payload\":\"/4AA\"}}",
		 "event"},
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4AA\",\"payload\":\"/4AA\"}}",
		 "payload"},
		{"{}", "event"},
		{"{\"event\":5}", "event"},
		{"{\"event\":\"Media\"}", "event"},
		{"{\"type\":\"mark\"}", "event"},
		{"{\"event\":\"media\"}", "media"},
		{"{\"event\":\"media\",\"media\":\"/4AA\"}", "media"},
		{"{\"event\":\"media\",\"media\":[]}", "media"},
		{"{\"event\":\"media\",\"media\":{}}", "media.payload"},
		{"{\"event\":\"media\",\"media\":{\"track\":\"inbound\"}}", "media.payload"},
		{"{\"event\":\"media\",\"media\":{\"payload\":null}}", "media.payload"},
		{"{\"event\":\"media\",\"payload\":\"/4AA\",\"media\":{}}", "media.payload"},
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4A\"}}", "media.payload"},
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4A*\"}}", "media.payload"},
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4AA=\"}}", "media.payload"},
		{"{\"event\":\"media\",\"media\":{\"track\":\"inbound_track\",\"payload\":\"/"
		 "4AA\"}}",
		 "media.track"},
		{"{\"event\":\"media\",\"media\":{\"track\":1,\"payload\":\"/4AA\"}}",
		 "media.track"},
		{"{\"event\":\"media\",\"streamSid\":\"MZother\",\"media\":{\"payload\":\"/4AA\"}}",
		 "streamSid"},
		{"{\"event\":\"media\",\"streamSid\":7,\"media\":{\"payload\":\"/4AA\"}}",
		 "streamSid"},
		{"{\"event\":\"stop\",\"streamSid\":\"MZother\"}", "streamSid"},
		{"{\"event\":\"dtmf\"}", "dtmf.digit"},
		{"{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"12\"}}", "dtmf.digit"},
		{"{\"event\":\"dtmf\",\"dtmf\":{\"digit\":5}}", "dtmf.digit"},
		{"{\"event\":\"mark\",\"mark\":{}}", "mark.name"},
		{"{\"event\":\"mark\",\"mark\":\"e1-u1-1\"}", "mark.name"},
		{START, "event"},
	};
	struct probe *p = started();

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		probe_refuses(p, rows[i].text, rows[i].field);
	probe_clear(p);
	assert_false(probe_receive(p, false, IV_S("\1\2")));
	assert_string_equal(p->e.field, "binary");
	probe_says(p, "{\"event\":\"media\",\"media\":{\"payload\":\"/4AA\"}}", SOUND);
	free(p);
}

static void a_start_that_cannot_be_used_is_refused_by_field(void **state)
{
	static const struct {
		const char *text, *field;
	} rows[] = {
		{"{\"event\":\"media\",\"media\":{\"payload\":\"/4AA\"}}", "event"},
		{"{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"5\"}}", "event"},
		{"{\"event\":\"mark\",\"mark\":{\"name\":\"e1-u1-1\"}}", "event"},
		{"{\"event\":\"start\"}", "start"},
		{"{\"event\":\"start\",\"start\":{}}", "start.streamSid"},
		{"{\"event\":\"start\",\"start\":{\"streamSid\":\"a\\\"b\"}}", "start.streamSid"},
		{"{\"event\":\"start\",\"start\":{\"streamSid\":\"" SID SID "\"}}",
		 "start.streamSid"},
		{"{\"event\":\"start\",\"start\":{\"streamSid\":\"MZ1\",\"mediaFormat\":{"
		 "\"encoding\":\"audio/l16\"}}}",
		 "start.mediaFormat.encoding"},
		{"{\"event\":\"start\",\"start\":{\"streamSid\":\"MZ1\",\"mediaFormat\":{"
		 "\"encoding\":\"audio/x-mulaw\","
		 "\"sampleRate\":16000}}}",
		 "start.mediaFormat.sampleRate"},
		{"{\"event\":\"start\",\"start\":{\"streamSid\":\"MZ1\",\"mediaFormat\":{"
		 "\"encoding\":\"audio/x-mulaw\","
		 "\"sampleRate\":8000,\"channels\":2}}}",
		 "start.mediaFormat.channels"},
	};
	struct probe *p = probe_new(IV_LEG_TWILIO, 8000);

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		probe_refuses(p, rows[i].text, rows[i].field);
	/* The least that will do; more parameters than there is room for are left out. */
	probe_says(p,
		   "{\"event\":\"start\",\"streamSid\":\"MZ1\",\"start\":{\"customParameters\":{"
		   "\"a\":\"1\",\"b\":\"2\","
		   "\"c\":\"3\",\"x\":null,\"d\":\"4\",\"e\":\"5\",\"f\":\"6\",\"g\":\"7\",\"h\":"
		   "\"8\",\"i\":\"9\"}}}",
		   "= started call \"\" rate 8000 a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8\n");
	free(p);
}

static void nothing_is_sent_before_the_start(void **state)
{
	struct probe *p = probe_new(IV_LEG_TWILIO, 8000);
	const struct iv_mark m = {3, 7, 1240};
	int16_t pcm[] = {0, 32124, -32124};

	(void)state;
	iv_leg_audio(&p->leg, pcm, 3, 0, 0, &p->scratch, probe_send, p);
	iv_leg_mark(&p->leg, &m, probe_send, p);
	iv_leg_clear(&p->leg, 4, 0, 0, probe_send, p);
	assert_string_equal(p->lines, "");
	free(p);
}

static void orders_name_the_stream(void **state)
{
	struct probe *p = started();
	const struct iv_mark m = {3, 7, 1240};
	int16_t pcm[] = {0, 32124, -32124};

	(void)state;
	probe_clear(p);
	iv_leg_audio(&p->leg, pcm, 3, 0, 0, &p->scratch, probe_send, p);
	iv_leg_mark(&p->leg, &m, probe_send, p);
	iv_leg_clear(&p->leg, 4, 0, 0, probe_send, p);
	assert_string_equal(p->lines, "> {\"event\":\"media\",\"streamSid\":\"" SID
				      "\",\"media\":{\"payload\":\"/4AA\"}}\n"
				      "> {\"event\":\"mark\",\"streamSid\":\"" SID
				      "\",\"mark\":{\"name\":\"e3-u7-1240\"}}\n"
				      "> {\"event\":\"clear\",\"streamSid\":\"" SID "\"}\n");
	free(p);
}

/* What we send is fed back in; the far end's media has the same shape. */
static void feed_back(void *arg, bool text, struct iv_str message)
{
	assert_true(text);
	assert_true(probe_receive(arg, true, message));
}

static void long_audio_survives_the_way_out_and_in(void **state)
{
	static int16_t pcm[80000];
	static uint8_t code[80000];
	struct probe *p = started();
	static struct iv_leg_scratch scratch;
	struct iv_leg out = p->leg;

	(void)state;
	for (size_t i = 0; i < 80000; i++)
		code[i] = (uint8_t)(i * 13 == 0x7f ? 0 : i * 13);
	iv_ulaw_decode(code, 80000, pcm);
	for (size_t n = 80000; n > 1; n = n * 2 / 3) {
		probe_clear(p);
		iv_leg_audio(&out, pcm, n, 0, 0, &scratch, feed_back, p);
		assert_int_equal(p->samples, n);
		assert_memory_equal(p->pcm, pcm, n * sizeof(*pcm));
	}
	free(p);
}

enum verdict { REFUSED, QUIET, SOUNDS, OTHER };

/* The same question answered by the general reader alone. */
static enum verdict judge(struct iv_str text, uint8_t *code, size_t *n)
{
	cJSON *tree = iv_json_parse(text, NULL);
	const cJSON *media = iv_json_get(tree, "media"), *track = iv_json_get(media, "track");
	const cJSON *stream = iv_json_get(tree, "streamSid");
	struct iv_str payload = iv_json_str(media, "payload"), event = iv_json_str(tree, "event");
	enum verdict v = REFUSED;
	ptrdiff_t len;

	if (event.ptr && !iv_str_eq(event, IV_S("media"))) {
		v = OTHER;
	} else if (event.ptr && payload.ptr &&
		   (!track ||
		    (cJSON_IsString(track) && (!strcmp(track->valuestring, "inbound") ||
					       !strcmp(track->valuestring, "outbound")))) &&
		   (!stream || (cJSON_IsString(stream) && !strcmp(stream->valuestring, SID)))) {
		len = iv_base64_decode(payload, code);
		if (len >= 0)
			v = track && !strcmp(track->valuestring, "outbound") ? QUIET : SOUNDS;
		*n = len > 0 ? (size_t)len : 0;
	}
	cJSON_Delete(tree);
	return v;
}

static const char *const pieces[] = {"\"event\"",
				     "\"media\"",
				     "\"payload\"",
				     "\"track\":\"inbound\",",
				     "\"outbound\"",
				     "\"streamSid\"",
				     "\"" SID "\"",
				     "{",
				     "}",
				     "[",
				     "]",
				     ",",
				     ":",
				     "\"",
				     "\\",
				     "\\/",
				     "\\u0041",
				     "\\\"",
				     "null",
				     "true",
				     "0",
				     "01",
				     "-1.5e3",
				     " ",
				     "\n",
				     "\t",
				     "\x01",
				     "\xc3\xa9",
				     "\xff",
				     "=",
				     "==",
				     "AAAA",
				     "/4AA",
				     "\"x\":",
				     "\"x\":{\"y\":[1,2]},",
				     "\"event\":\"media\",",
				     "\"media\":{\"payload\":\"AAAA\"},",
				     "\"payload\":\"AAAA\",",
				     "\"sequenceNumber\":\"3\",",
				     "\"chunk\":\"1\",",
				     "\"\":\"\","};

static size_t replace(char *text, size_t len, size_t at, size_t cut, const char *with)
{
	size_t n = strlen(with);

	cut = cut < len - at ? cut : len - at;
	memmove(text + at + n, text + at + cut, len - at - cut);
	memcpy(text + at, with, n);
	return len - cut + n;
}

static size_t mutate(char *text, size_t len)
{
	for (int i = rand() % 3; i >= 0; i--) {
		const char *piece = pieces[(size_t)rand() % IV_COUNT(pieces)];
		size_t at = (size_t)rand() % (len + 1);

		/* Half of them where a member may begin: random places are seldom interesting. */
		if (rand() % 2 == 0)
			while (at < len && at > 0 && text[at - 1] != '{' && text[at - 1] != ',')
				at++;
		len = replace(text, len, at, rand() % 3 == 0 ? (size_t)(rand() % 6) : 0,
			      rand() % 5 == 0 ? "" : piece);
	}
	return len;
}

static void scanner_and_tree_agree(void **state)
{
	static const char *const bases[] = {
		("{\"event\":\"media\",\"sequenceNumber\":\"2\",\"streamSid\":\"" SID
		 "\",\"media\":{\"track\":\"inbound\","
		 "\"chunk\":\"1\",\"timestamp\":\"5\",\"payload\":\"/4AAgICAgP8=\"}}"),
		"{\"media\":{\"payload\":\"AAECAwQFBgc=\"},\"event\":\"media\"}",
		"{ \"event\" : \"media\" , \"media\" : { \"track\" : \"outbound\" , \"payload\" : "
		"\"\" } }",
	};
	size_t tally[4] = {0};

	(void)state;
	srand(2024);
	for (int round = 0; round < 40000; round++) {
		static struct probe *p;
		char text[800];
		uint8_t code[800] = {0};
		int16_t pcm[800];
		size_t len = strlen(bases[round % 3]), n = 0;
		enum verdict want;
		bool taken;

		if (!p || p->leg.stopped) {
			free(p);
			p = started();
		}
		memcpy(text, bases[round % 3], len);
		if (round % 50 != 0)
			len = mutate(text, len);
		want = judge((struct iv_str){text, len}, code, &n);
		tally[want]++;
		probe_clear(p);
		taken = probe_receive(p, true, (struct iv_str){text, len});
		if (want != OTHER &&
		    (taken != (want != REFUSED) || p->samples != (want == SOUNDS ? n : 0)))
			fail_msg("%.*s: want %d, got %d with %zu samples (%s)", (int)len, text,
				 want, taken, p->samples, p->e.field);
		iv_ulaw_decode(code, n, pcm);
		if (want == SOUNDS)
			assert_memory_equal(p->pcm, pcm, n * sizeof(*pcm));
		if (round == 39999)
			free(p);
	}
	/* The mutations must have reached both sides. */
	assert_true(tally[REFUSED] > 5000 && tally[SOUNDS] > 2000 && tally[QUIET] > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(media_is_taken_however_it_is_written),
		cmocka_unit_test(media_of_any_length_is_taken),
		cmocka_unit_test(our_own_track_is_ignored),
		cmocka_unit_test(other_events),
		cmocka_unit_test(malformed_messages_are_refused_by_field),
		cmocka_unit_test(a_start_that_cannot_be_used_is_refused_by_field),
		cmocka_unit_test(nothing_is_sent_before_the_start),
		cmocka_unit_test(orders_name_the_stream),
		cmocka_unit_test(long_audio_survives_the_way_out_and_in),
		cmocka_unit_test(scanner_and_tree_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
