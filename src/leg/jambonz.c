/* Jambonz: L16 in both directions. Forgives what its media module is known to do: a preamble that
 * is cut or has lost its quotes, frames glued together after a stall, odd byte counts. */
#include "leg_priv.h"

#include "iv_id.h"
#include "iv_json.h"

#define RATE_MIN 8000
#define RATE_MAX 48000
/* The media module keeps marks in band as this sample value: sent as audio it would fire them. */
#define MARK_SAMPLE (-1)
#define PUSH_MS 80 /* more than the far end ever keeps back */

struct preamble {
	struct iv_str call_id;
	int rate_hz; /* 0: unreadable */
};

static int usable_rate(int64_t hz)
{
	return hz >= RATE_MIN && hz <= RATE_MAX ? (int)hz : 0;
}

/* What stands behind "name": in a text that need not be JSON; blank when it is not there. */
static struct iv_str text_behind(struct iv_str text, struct iv_str quoted_name)
{
	ptrdiff_t found = iv_str_find(text, quoted_name, 0);
	struct iv_str rest;

	if (found < 0)
		return IV_STR_NULL;
	rest.ptr = text.ptr + found + quoted_name.len;
	rest.len = text.len - (size_t)found - quoted_name.len;
	rest = iv_str_trim(rest);
	if (!iv_str_starts(rest, IV_S(":")))
		return IV_STR_NULL;
	return iv_str_trim((struct iv_str){rest.ptr + 1, rest.len - 1});
}

static struct preamble search_preamble(struct iv_str text)
{
	struct preamble p = {IV_STR_NULL, 0};
	struct iv_str id = text_behind(text, IV_S("\"callSid\""));
	struct iv_str rate = text_behind(text, IV_S("\"sampleRate\""));
	int64_t hz = 0;

	if (iv_str_starts(id, IV_S("\""))) {
		ptrdiff_t close = iv_str_find(id, IV_S("\""), 1);

		if (close > 0)
			p.call_id = (struct iv_str){id.ptr + 1, (size_t)close - 1};
	}
	for (size_t i = 0; i < rate.len && i < 6 && rate.ptr[i] >= '0' && rate.ptr[i] <= '9'; i++)
		hz = hz * 10 + (rate.ptr[i] - '0');
	p.rate_hz = usable_rate(hz);
	return p;
}

static struct preamble tree_preamble(const cJSON *tree)
{
	struct preamble p = {iv_json_str(tree, "callSid"), 0};
	const cJSON *rate = iv_json_get(tree, "sampleRate");
	int64_t hz = 0;

	if (cJSON_IsNumber(rate))
		hz = rate->valueint;
	else if (!iv_str_to_i64(iv_json_str(tree, "sampleRate"), &hz))
		hz = 0;
	p.rate_hz = usable_rate(hz);
	return p;
}

static void start(struct iv_leg *l, struct preamble p, const struct leg_sink *sink)
{
	leg_start(l, iv_id_acceptable(p.call_id) ? p.call_id : IV_STR_NULL, p.rate_hz, sink);
}

static bool refuse_kind(struct iv_err *e)
{
	return iv_fail_field(e, IV_EINVAL, "type",
			     "must be mark or playDone, or event must be dtmf");
}

static bool take_mark(const cJSON *tree, const struct leg_sink *sink, struct iv_err *e)
{
	const cJSON *data = iv_json_get(tree, "data");
	struct iv_str name = iv_json_str(data, "name"), event = iv_json_str(data, "event");

	if (!name.ptr)
		return iv_fail_field(e, IV_EINVAL, "data.name", "must be a string");
	if (!iv_str_eq(event, IV_S("playout")) && !iv_str_eq(event, IV_S("cleared")))
		return iv_fail_field(e, IV_EINVAL, "data.event", "must be playout or cleared");
	leg_give_mark(name, iv_str_eq(event, IV_S("cleared")), sink);
	return true;
}

static bool take_message(const cJSON *tree, const struct leg_sink *sink, struct iv_err *e)
{
	struct iv_str type = iv_json_str(tree, "type");

	if (iv_str_eq(iv_json_str(tree, "event"), IV_S("dtmf")))
		return leg_give_digit(iv_json_str(tree, "dtmf"), "dtmf", sink, e);
	if (iv_str_eq(type, IV_S("mark")))
		return take_mark(tree, sink, e);
	if (iv_str_eq(type, IV_S("playDone")))
		return true;
	/* A preamble that came behind the first audio. */
	if (!type.ptr && iv_json_str(tree, "callSid").ptr)
		return true;
	return refuse_kind(e);
}

static bool is_message(const cJSON *tree)
{
	return iv_json_get(tree, "event") || iv_json_get(tree, "type");
}

/* The first text, whatever its state. Older feature servers put a name in front of the brace. */
static bool take_first(struct iv_leg *l, struct iv_str message, const struct leg_sink *sink,
		       struct iv_err *e)
{
	ptrdiff_t brace = iv_str_find(message, IV_S("{"), 0);
	struct iv_err unreadable = {0};
	cJSON *tree = NULL;
	bool ok = true;

	if (brace >= 0)
		tree = leg_parse_object(
			(struct iv_str){message.ptr + brace, message.len - (size_t)brace},
			&unreadable);
	if (!tree) {
		start(l, search_preamble(message), sink);
		return true;
	}
	start(l, tree_preamble(tree), sink);
	if (is_message(tree) && !iv_json_get(tree, "callSid"))
		ok = take_message(tree, sink, e);
	cJSON_Delete(tree);
	return ok;
}

static bool take_text(struct iv_leg *l, struct iv_str message, const struct leg_sink *sink,
		      struct iv_err *e)
{
	cJSON *tree;
	bool ok;

	if (!l->started)
		return take_first(l, message, sink, e);
	tree = leg_parse_object(message, e);
	if (!tree)
		return false;
	ok = take_message(tree, sink, e);
	cJSON_Delete(tree);
	return ok;
}

/* Bytes are a stream: a sample may be cut between messages, a message may be a backlog of seconds.
 */
static void take_bytes(struct iv_leg *l, struct iv_str bytes, struct iv_leg_scratch *s,
		       const struct leg_sink *sink)
{
	uint8_t *raw = (uint8_t *)s->pcm;

	while (bytes.len > 0) {
		size_t have = 0, take = sizeof(s->pcm) - 1;

		if (l->has_half)
			raw[have++] = l->half;
		take = bytes.len < take ? bytes.len : take;
		memcpy(raw + have, bytes.ptr, take);
		have += take;
		bytes = (struct iv_str){bytes.ptr + take, bytes.len - take};
		l->has_half = have % 2 == 1;
		if (l->has_half)
			l->half = raw[have - 1];
		leg_give_audio(l, s->pcm, have / 2, -1, sink);
	}
}

bool jambonz_receive(struct iv_leg *l, bool text, struct iv_str message, struct iv_leg_scratch *s,
		     const struct leg_sink *sink, struct iv_err *e)
{
	if (text)
		return take_text(l, message, sink, e);
	if (message.len == 0)
		return true; /* comes at a graceful shutdown */
	leg_start(l, IV_STR_NULL, 0, sink);
	take_bytes(l, message, s, sink);
	return true;
}

void jambonz_audio(const int16_t *pcm, size_t n, struct iv_leg_scratch *s,
		   const struct leg_out *out)
{
	while (n > 0) {
		size_t take = n < IV_LEG_SCRATCH_SAMPLES ? n : IV_LEG_SCRATCH_SAMPLES;

		for (size_t i = 0; i < take; i++)
			s->pcm[i] = (int16_t)(pcm[i] == MARK_SAMPLE ? 0 : pcm[i]);
		out->send(out->arg, false,
			  (struct iv_str){(const char *)s->pcm, take * sizeof(*s->pcm)});
		pcm += take;
		n -= take;
	}
}

void jambonz_mark(const struct iv_mark *m, const struct leg_out *out)
{
	char text[LEG_MARK_NAME + 64],
		*at = leg_put(text, IV_S("{\"type\":\"mark\",\"data\":{\"name\":\""));

	at += leg_mark_name(m, at);
	at = leg_put(at, IV_S("\"}}"));
	leg_send_text(out, (struct iv_str){text, (size_t)(at - text)});
}

/* mod_audio_fork keeps the last samples back until more than 40 or 80 ms have gathered, and a kill does not
 * reach them: they would be heard in front of the next answer. A block of silence pushes them to where the
 * kill wipes them. The mark is given back as cleared once the wipe has happened: until then nothing new may
 * be sent. */
void jambonz_clear(const struct iv_leg *l, uint32_t epoch, const struct leg_out *out)
{
	static const int16_t silence[PUSH_MS * 16];
	const struct iv_mark bar = {.epoch = epoch, .at = -1};

	out->send(out->arg, false,
		  (struct iv_str){(const char *)silence, (size_t)(PUSH_MS * l->rate_hz / 1000) * sizeof(silence[0])});
	jambonz_mark(&bar, out);
	leg_send_text(out, IV_S("{\"type\":\"killAudio\"}"));
}
