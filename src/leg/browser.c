/* The browser's leg: raw PCM16LE or JSON audio in, tts.chunk or raw PCM16LE out. Control messages
 * are only recognised here; their fields are the business of iv_client_parse. */
#include "leg_priv.h"

#include <inttypes.h>
#include <stdio.h>

#include "base64.h"
#include "iv_json.h"
#include "plain.h"

#define GAP_MAX 4	/* frames of 20 ms that are made up at most */
#define LATE_MAX 50	/* how far back a late frame can be; further back the sender began anew */
#define FADE_PERCENT 70 /* what a made-up frame leaves of the loudness */
/* What whole groups of base64 can write without passing the scratch's end. */
#define PCM16_SAMPLES_MAX (IV_LEG_SCRATCH_SAMPLES - 2)
#define CHUNK_WORDS 256 /* room for everything in a tts.chunk but its samples */

enum slot { TYPE, SEQ, PCM16, TIMESTAMP, TS, SLOTS };

static const struct plain_field audio_fields[] = {
	{PLAIN_BULK, {"pcm16", 5}, PCM16, NULL}, {PLAIN_STRING, {"t", 1}, TYPE, NULL},
	{PLAIN_INTEGER, {"seq", 3}, SEQ, NULL},	 {PLAIN_INTEGER, {"timestamp", 9}, TIMESTAMP, NULL},
	{PLAIN_INTEGER, {"ts", 2}, TS, NULL},	 {PLAIN_END, {NULL, 0}, 0, NULL},
};

static size_t frame_samples(const struct iv_leg *l)
{
	size_t n = l->rate_hz > 0 ? (size_t)l->rate_hz / 50 : 0;

	return n < IV_LEG_TAIL_SAMPLES ? n : IV_LEG_TAIL_SAMPLES;
}

static void keep_tail(struct iv_leg *l, const int16_t *pcm, size_t n)
{
	l->tail_samples = n < frame_samples(l) ? n : frame_samples(l);
	memcpy(l->tail, pcm + n - l->tail_samples, l->tail_samples * sizeof(*pcm));
}

/* Repeats the tail, each time quieter: a ramp from 1 to 0.7, then on to 0.49. */
static void conceal(struct iv_leg *l, int64_t frames, const struct leg_sink *sink)
{
	int16_t pcm[IV_LEG_TAIL_SAMPLES];
	size_t n = frame_samples(l);
	double gain = 1.0, step;

	for (int64_t k = 0; k < frames && l->tail_samples > 0; k++) {
		step = gain * (100 - FADE_PERCENT) / 100 / (double)n;
		for (size_t i = 0; i < n; i++, gain -= step)
			pcm[i] = (int16_t)(l->tail[i % l->tail_samples] * gain);
		leg_give_audio(l, pcm, n, l->audio_seq + 1 + k, sink);
	}
}

/* False: late or double, to be dropped. */
static bool in_sequence(struct iv_leg *l, int64_t seq, const struct leg_sink *sink)
{
	int64_t ahead = seq - l->audio_seq;

	if (seq < 0)
		return true;
	if (l->audio_seq >= 0) {
		if (ahead <= 0 && ahead > -LATE_MAX)
			return false;
		if (ahead > 1 && ahead <= 1 + GAP_MAX)
			conceal(l, ahead - 1, sink);
	}
	l->audio_seq = seq;
	return true;
}

static bool refuse_pcm16(struct iv_err *e)
{
	return iv_fail_field(e, IV_EINVAL, "pcm16", "must be base64 of whole 16-bit samples");
}

static bool take_audio(struct iv_leg *l, struct iv_str pcm16, int64_t seq, struct iv_leg_scratch *s,
		       const struct leg_sink *sink, struct iv_err *e)
{
	ptrdiff_t bytes;
	size_t n;

	if (pcm16.len > base64_size(PCM16_SAMPLES_MAX * sizeof(*s->pcm)))
		return iv_fail_field(e, IV_ETOOBIG, "pcm16", "must be %d samples at most",
				     PCM16_SAMPLES_MAX);
	bytes = base64_decode(pcm16, (uint8_t *)s->pcm);
	if (bytes < 0 || bytes % 2 != 0)
		return refuse_pcm16(e);
	n = (size_t)bytes / 2;
	leg_start(l, IV_STR_NULL, l->rate_hz, sink);
	if (!in_sequence(l, seq, sink))
		return true;
	keep_tail(l, s->pcm, n);
	leg_give_audio(l, s->pcm, n, seq, sink);
	return true;
}

static bool take_audio_tree(struct iv_leg *l, const cJSON *tree, struct iv_leg_scratch *s,
			    const struct leg_sink *sink, struct iv_err *e)
{
	const cJSON *seq = iv_json_get(tree, "seq");
	struct iv_str pcm16 = iv_json_str(tree, "pcm16");
	double number = cJSON_IsNumber(seq) ? seq->valuedouble : -1;

	if (!pcm16.ptr)
		return refuse_pcm16(e);
	if (seq && (number < 0 || number > 9007199254740991.0 || number != (double)(int64_t)number))
		return iv_fail_field(e, IV_EINVAL, "seq", "must be an integer from 0 to 2^53");
	return take_audio(l, pcm16, seq ? (int64_t)number : -1, s, sink, e);
}

static bool take_tree(struct iv_leg *l, struct iv_str message, const cJSON *tree,
		      struct iv_leg_scratch *s, const struct leg_sink *sink, struct iv_err *e)
{
	const struct iv_leg_event ev = {.type = IV_LEG_CONTROL, .text = message};
	struct iv_str t = iv_json_str(tree, "t");

	if (leg_client_type(t) < 0)
		return leg_refuse_type(e);
	if (iv_str_eq(t, IV_S("audio")))
		return take_audio_tree(l, tree, s, sink, e);
	if (iv_str_eq(t, IV_S("start")))
		leg_start(l, iv_json_str(tree, "callId"), l->rate_hz, sink);
	sink->fn(sink->arg, &ev);
	return true;
}

static bool take_text(struct iv_leg *l, struct iv_str message, struct iv_leg_scratch *s,
		      const struct leg_sink *sink, struct iv_err *e)
{
	struct iv_str values[SLOTS];
	int64_t seq = -1;
	cJSON *tree;
	bool ok;

	if (plain_scan(message, audio_fields, values, SLOTS) &&
	    iv_str_eq(values[TYPE], IV_S("audio")) && values[PCM16].ptr &&
	    !memchr(values[PCM16].ptr, '\\', values[PCM16].len) &&
	    (!values[SEQ].ptr || iv_str_to_i64(values[SEQ], &seq)))
		return take_audio(l, values[PCM16], seq, s, sink, e);
	tree = leg_parse_object(message, e);
	if (!tree)
		return false;
	ok = take_tree(l, message, tree, s, sink, e);
	cJSON_Delete(tree);
	return ok;
}

bool browser_receive(struct iv_leg *l, bool text, struct iv_str message, struct iv_leg_scratch *s,
		     const struct leg_sink *sink, struct iv_err *e)
{
	if (text)
		return take_text(l, message, s, sink, e);
	if (message.len % 2 != 0)
		return iv_fail_field(e, IV_EINVAL, "binary",
				     "must be whole 16-bit samples, got %zu bytes", message.len);
	if (message.len > sizeof(s->pcm))
		return iv_fail_field(e, IV_ETOOBIG, "binary", "must be %zu bytes at most, got %zu",
				     sizeof(s->pcm), message.len);
	if (message.len == 0)
		return true;
	memcpy(s->pcm, message.ptr, message.len);
	leg_start(l, IV_STR_NULL, l->rate_hz, sink);
	leg_give_audio(l, s->pcm, message.len / 2, -1, sink);
	return true;
}

/* Members ts and timestamp, and the end of the object. */
static char *put_clocks(char *at, const struct leg_out *out)
{
	double ts_s = out->ts_s >= 0 && out->ts_s < 1e9 ? out->ts_s : 0;

	return at + snprintf(at, CHUNK_WORDS / 2, ",\"ts\":%.3f,\"timestamp\":%" PRId64 "}", ts_s,
			     out->wall_ms);
}

static void send_chunk(struct iv_leg *l, const int16_t *pcm, size_t n, struct iv_leg_scratch *s,
		       const struct leg_out *out)
{
	char *at = s->text, *samples;
	size_t len = base64_size(n * sizeof(*pcm));

	at += snprintf(at, CHUNK_WORDS / 2, "{\"t\":\"tts.chunk\",\"seq\":%" PRIu32 ",\"pcm16\":\"",
		       l->chunk_seq++);
	samples = at;
	at = base64_encode((const uint8_t *)pcm, n * sizeof(*pcm), at);
	if (l->legacy_audio) {
		at = leg_put(at, IV_S("\",\"audio\":\""));
		at = leg_put(at, (struct iv_str){samples, len});
	}
	at = put_clocks(leg_put(at, IV_S("\"")), out);
	leg_send_text(out, (struct iv_str){s->text, (size_t)(at - s->text)});
}

void browser_audio(struct iv_leg *l, const int16_t *pcm, size_t n, struct iv_leg_scratch *s,
		   const struct leg_out *out)
{
	size_t room = (sizeof(s->text) - CHUNK_WORDS) / (l->legacy_audio ? 2 : 1) / 4 * 3;
	size_t most = room / sizeof(*pcm);

	if (l->binary_out) {
		out->send(out->arg, false, (struct iv_str){(const char *)pcm, n * sizeof(*pcm)});
		return;
	}
	while (n > 0) {
		size_t take = n < most ? n : most;

		send_chunk(l, pcm, take, s, out);
		pcm += take;
		n -= take;
	}
}

void browser_clear(const struct leg_out *out)
{
	char text[CHUNK_WORDS], *at;

	at = leg_put(text, IV_S("{\"t\":\"control.bargein\",\"action\":\"stop-tts\""));
	at = put_clocks(at, out);
	leg_send_text(out, (struct iv_str){text, (size_t)(at - text)});
}
