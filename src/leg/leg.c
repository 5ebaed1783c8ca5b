/* The door of the three codecs: what each kind can do, and who gets what. */
#include "leg_priv.h"

#include "iv_json.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "PCM16LE is taken from and put on the wire without swapping"
#endif

#define TWILIO_RATE_HZ 8000

const char *const iv_leg_names[] = {"browser", "jambonz", "twilio", NULL};

static const struct iv_leg_caps caps[] = {
	[IV_LEG_BROWSER] = {.block_ms = 80},
	[IV_LEG_JAMBONZ] = {.block_ms = 80,
			    .pad_last = true,
			    .flush_block = true,
			    .marks = true,
			    .clear_hold_ms = 100},
	[IV_LEG_TWILIO] = {.block_ms = 100, .marks = true, .marks_trusted = true},
};

const struct iv_leg_caps *iv_leg_caps(enum iv_leg_kind kind)
{
	return &caps[kind];
}

void iv_leg_init(struct iv_leg *l, enum iv_leg_kind kind, int rate_hz)
{
	*l = (struct iv_leg){.kind = kind,
			     .rate_hz = kind == IV_LEG_TWILIO ? TWILIO_RATE_HZ : rate_hz,
			     .audio_seq = -1};
}

bool iv_leg_receive(struct iv_leg *l, bool text, struct iv_str message, struct iv_leg_scratch *s,
		    iv_leg_event_fn *fn, void *arg, struct iv_err *e)
{
	const struct leg_sink sink = {fn, arg};

	switch (l->kind) {
	case IV_LEG_BROWSER:
		return browser_receive(l, text, message, s, &sink, e);
	case IV_LEG_JAMBONZ:
		return jambonz_receive(l, text, message, s, &sink, e);
	case IV_LEG_TWILIO:
		return twilio_receive(l, text, message, s, &sink, e);
	}
	return iv_fail(e, IV_EINTERNAL, "no such leg");
}

void iv_leg_audio(struct iv_leg *l, const int16_t *pcm, size_t n, double ts_s, int64_t wall_ms,
		  struct iv_leg_scratch *s, iv_leg_send_fn *send, void *arg)
{
	const struct leg_out out = {send, arg, ts_s, wall_ms};

	if (n == 0)
		return;
	switch (l->kind) {
	case IV_LEG_BROWSER:
		browser_audio(l, pcm, n, s, &out);
		break;
	case IV_LEG_JAMBONZ:
		jambonz_audio(pcm, n, s, &out);
		break;
	case IV_LEG_TWILIO:
		twilio_audio(l, pcm, n, s, &out);
		break;
	}
}

void iv_leg_mark(struct iv_leg *l, const struct iv_mark *m, iv_leg_send_fn *send, void *arg)
{
	const struct leg_out out = {.send = send, .arg = arg};

	if (l->kind == IV_LEG_JAMBONZ)
		jambonz_mark(m, &out);
	else if (l->kind == IV_LEG_TWILIO)
		twilio_mark(l, m, &out);
}

void iv_leg_clear(struct iv_leg *l, uint32_t epoch, double ts_s, int64_t wall_ms,
		  iv_leg_send_fn *send, void *arg)
{
	const struct leg_out out = {send, arg, ts_s, wall_ms};

	switch (l->kind) {
	case IV_LEG_BROWSER:
		browser_clear(&out);
		break;
	case IV_LEG_JAMBONZ:
		jambonz_clear(l, epoch, &out);
		break;
	case IV_LEG_TWILIO:
		twilio_clear(l, &out);
		break;
	}
}

void leg_start(struct iv_leg *l, struct iv_str call_id, int rate_hz, const struct leg_sink *sink)
{
	const struct iv_leg_event ev = {
		.type = IV_LEG_STARTED, .call_id = call_id, .rate_hz = rate_hz};

	if (l->started)
		return;
	l->started = true;
	sink->fn(sink->arg, &ev);
}

void leg_give_audio(struct iv_leg *l, const int16_t *pcm, size_t n, int64_t seq,
		    const struct leg_sink *sink)
{
	const struct iv_leg_event ev = {.type = IV_LEG_AUDIO, .pcm = pcm, .samples = n, .seq = seq};

	if (l->started && n > 0)
		sink->fn(sink->arg, &ev);
}

bool leg_give_digit(struct iv_str digit, const char *field, const struct leg_sink *sink,
		    struct iv_err *e)
{
	struct iv_leg_event ev = {.type = IV_LEG_DTMF};

	if (digit.len == 1)
		ev.digit = digit.ptr[0] >= 'a' && digit.ptr[0] <= 'd' ? (char)(digit.ptr[0] - 32)
								      : digit.ptr[0];
	if (ev.digit == '\0' || !strchr("0123456789*#ABCD", ev.digit))
		return iv_fail_field(e, IV_EINVAL, field, "must be one of 0-9 * # A-D");
	sink->fn(sink->arg, &ev);
	return true;
}

void leg_give_mark(struct iv_str name, bool cleared, const struct leg_sink *sink)
{
	struct iv_leg_event ev = {.type = IV_LEG_MARKED, .cleared = cleared};

	if (leg_mark_parse(name, &ev.mark))
		sink->fn(sink->arg, &ev);
}

cJSON *leg_parse_object(struct iv_str message, struct iv_err *e)
{
	struct iv_err why = {0};
	cJSON *tree = iv_json_parse(message, &why);

	if (!tree) {
		iv_fail_field(e, why.code, why.field[0] ? why.field : "text", "%s", why.msg);
		return NULL;
	}
	if (!cJSON_IsObject(tree)) {
		iv_fail_field(e, IV_EINVAL, "text", "must be a JSON object");
		cJSON_Delete(tree);
		return NULL;
	}
	return tree;
}
