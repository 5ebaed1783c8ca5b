/* Twilio Media Streams: JSON text only. A media message costs a scan of its bytes and two tables;
 * the tree is built for everything else, and for media that is not written the plain way. */
#include "leg_priv.h"

#include "base64.h"
#include "iv_g711.h"
#include "iv_id.h"
#include "iv_json.h"
#include "plain.h"

#define ENCODE_SAMPLES 768 /* a multiple of 3: whole base64 groups */

enum slot { EVENT, SEQUENCE, STREAM, MEDIA, TRACK, CHUNK, TIMESTAMP, PAYLOAD, SLOTS };

static const struct plain_field media_fields[] = {
	{PLAIN_BULK, {"payload", 7}, PAYLOAD, NULL},
	{PLAIN_STRING, {"track", 5}, TRACK, NULL},
	{PLAIN_STRING, {"chunk", 5}, CHUNK, NULL},
	{PLAIN_STRING, {"timestamp", 9}, TIMESTAMP, NULL},
	{PLAIN_END, {NULL, 0}, 0, NULL},
};
static const struct plain_field message_fields[] = {
	{PLAIN_STRING, {"event", 5}, EVENT, NULL},
	{PLAIN_STRING, {"sequenceNumber", 14}, SEQUENCE, NULL},
	{PLAIN_STRING, {"streamSid", 9}, STREAM, NULL},
	{PLAIN_OBJECT, {"media", 5}, MEDIA, media_fields},
	{PLAIN_END, {NULL, 0}, 0, NULL},
};

struct media {
	struct iv_str stream, track, payload; /* .ptr NULL: absent */
};

static struct iv_str stream_of(const struct iv_leg *l)
{
	return iv_str(l->stream_sid);
}

static bool in_stream(const struct iv_leg *l, struct iv_str stream, struct iv_err *e)
{
	if (!l->started)
		return iv_fail_field(e, IV_EINVAL, "event", "must be start first");
	if (!stream.ptr || iv_str_eq(stream, stream_of(l)))
		return true;
	return iv_fail_field(e, IV_EINVAL, "streamSid", "must be the one that start named");
}

/* Where the sound of the far end is; the other track is our own, coming back. */
static bool wanted_track(struct iv_str track, bool *wanted, struct iv_err *e)
{
	*wanted = !track.ptr || iv_str_eq(track, IV_S("inbound"));
	if (*wanted || iv_str_eq(track, IV_S("outbound")))
		return true;
	return iv_fail_field(e, IV_EINVAL, "media.track", "must be inbound or outbound");
}

static bool refuse_length(struct iv_err *e)
{
	return iv_fail_field(e, IV_ETOOBIG, "media.payload", "must be %d samples at most",
			     IV_LEG_SCRATCH_SAMPLES);
}

static bool take_media(struct iv_leg *l, const struct media *m, struct iv_leg_scratch *s,
		       const struct leg_sink *sink, struct iv_err *e)
{
	uint8_t *bytes = (uint8_t *)s->text;
	ptrdiff_t n;
	bool wanted;

	if (!in_stream(l, m->stream, e) || !wanted_track(m->track, &wanted, e))
		return false;
	if (!m->payload.ptr)
		return iv_fail_field(e, IV_EINVAL, "media.payload", "must be a string of base64");
	if (m->payload.len > base64_size(IV_LEG_SCRATCH_SAMPLES))
		return refuse_length(e);
	n = base64_decode(m->payload, bytes);
	if (n < 0)
		return iv_fail_field(e, IV_EINVAL, "media.payload",
				     "must be base64 with its padding");
	if (n > IV_LEG_SCRATCH_SAMPLES)
		return refuse_length(e);
	if (!wanted)
		return true;
	iv_ulaw_decode(bytes, (size_t)n, s->pcm);
	leg_give_audio(l, s->pcm, (size_t)n, -1, sink);
	return true;
}

static bool take_media_tree(struct iv_leg *l, const cJSON *tree, struct iv_leg_scratch *s,
			    const struct leg_sink *sink, struct iv_err *e)
{
	const cJSON *media = iv_json_get(tree, "media");
	const cJSON *track = iv_json_get(media, "track");
	struct media m = {iv_json_str(tree, "streamSid"), iv_json_str(media, "track"),
			  iv_json_str(media, "payload")};

	if (!cJSON_IsObject(media))
		return iv_fail_field(e, IV_EINVAL, "media", "must be an object");
	if (track && !m.track.ptr)
		return iv_fail_field(e, IV_EINVAL, "media.track", "must be a string");
	return take_media(l, &m, s, sink, e);
}

static bool check_format(const cJSON *start, struct iv_err *e)
{
	const cJSON *format = iv_json_get(start, "mediaFormat");
	const cJSON *rate = iv_json_get(format, "sampleRate");
	const cJSON *channels = iv_json_get(format, "channels");

	if (!format)
		return true;
	if (!iv_str_eq(iv_json_str(format, "encoding"), IV_S("audio/x-mulaw")))
		return iv_fail_field(e, IV_EUNSUPPORTED, "start.mediaFormat.encoding",
				     "must be audio/x-mulaw");
	if (rate && rate->valueint != 8000)
		return iv_fail_field(e, IV_EUNSUPPORTED, "start.mediaFormat.sampleRate",
				     "must be 8000");
	if (channels && channels->valueint != 1)
		return iv_fail_field(e, IV_EUNSUPPORTED, "start.mediaFormat.channels", "must be 1");
	return true;
}

static void take_params(const cJSON *start, struct iv_leg_event *ev)
{
	const cJSON *param;

	cJSON_ArrayForEach(param, iv_json_get(start, "customParameters"))
	{
		if (!cJSON_IsString(param) || !param->string)
			continue;
		if (ev->param_count == IV_COUNT(ev->params))
			break;
		ev->params[ev->param_count++] =
			(struct iv_leg_param){iv_str(param->string), iv_str(param->valuestring)};
	}
}

static bool take_start(struct iv_leg *l, const cJSON *tree, const struct leg_sink *sink,
		       struct iv_err *e)
{
	const cJSON *start = iv_json_get(tree, "start");
	struct iv_str stream = iv_json_str(start, "streamSid");
	struct iv_leg_event ev = {.type = IV_LEG_STARTED,
				  .call_id = iv_json_str(start, "callSid"),
				  .rate_hz = l->rate_hz};

	if (l->started)
		return iv_fail_field(e, IV_EINVAL, "event", "start must come once");
	if (!cJSON_IsObject(start))
		return iv_fail_field(e, IV_EINVAL, "start", "must be an object");
	if (!stream.ptr)
		stream = iv_json_str(tree, "streamSid");
	/* It goes into every message we send, so it must need no escape. */
	if (!iv_id_acceptable(stream) || stream.len >= sizeof(l->stream_sid))
		return iv_fail_field(e, IV_EINVAL, "start.streamSid",
				     "must be 1 to %zu of A-Z a-z 0-9 . _ : -",
				     sizeof(l->stream_sid) - 1);
	if (!check_format(start, e))
		return false;
	(void)iv_str_copy(l->stream_sid, sizeof(l->stream_sid), stream); /* measured above */
	take_params(start, &ev);
	l->started = true;
	sink->fn(sink->arg, &ev);
	return true;
}

static bool take_mark(const cJSON *tree, const struct leg_sink *sink, struct iv_err *e)
{
	struct iv_str name = iv_json_str(iv_json_get(tree, "mark"), "name");

	if (!name.ptr)
		return iv_fail_field(e, IV_EINVAL, "mark.name", "must be a string");
	leg_give_mark(name, false, sink);
	return true;
}

static bool take_stop(struct iv_leg *l, const struct leg_sink *sink)
{
	const struct iv_leg_event ev = {.type = IV_LEG_STOPPED};

	l->stopped = true;
	sink->fn(sink->arg, &ev);
	return true;
}

static bool take_event(struct iv_leg *l, const cJSON *tree, struct iv_leg_scratch *s,
		       const struct leg_sink *sink, struct iv_err *e)
{
	struct iv_str event = iv_json_str(tree, "event"), stream = iv_json_str(tree, "streamSid");

	if (iv_json_get(tree, "streamSid") && !stream.ptr)
		return iv_fail_field(e, IV_EINVAL, "streamSid", "must be a string");
	if (iv_str_eq(event, IV_S("media")))
		return take_media_tree(l, tree, s, sink, e);
	if (iv_str_eq(event, IV_S("connected")))
		return true;
	if (iv_str_eq(event, IV_S("start")))
		return take_start(l, tree, sink, e);
	if (iv_str_eq(event, IV_S("stop")))
		return in_stream(l, stream, e) && take_stop(l, sink);
	if (iv_str_eq(event, IV_S("dtmf")))
		return in_stream(l, stream, e) &&
		       leg_give_digit(iv_json_str(iv_json_get(tree, "dtmf"), "digit"), "dtmf.digit",
				      sink, e);
	if (iv_str_eq(event, IV_S("mark")))
		return in_stream(l, stream, e) && take_mark(tree, sink, e);
	return iv_fail_field(e, IV_EINVAL, "event",
			     "must be connected, start, media, dtmf, mark or stop");
}

static bool take_tree(struct iv_leg *l, struct iv_str message, struct iv_leg_scratch *s,
		      const struct leg_sink *sink, struct iv_err *e)
{
	cJSON *tree = leg_parse_object(message, e);
	bool ok;

	if (!tree)
		return false;
	ok = take_event(l, tree, s, sink, e);
	cJSON_Delete(tree);
	return ok;
}

bool twilio_receive(struct iv_leg *l, bool text, struct iv_str message, struct iv_leg_scratch *s,
		    const struct leg_sink *sink, struct iv_err *e)
{
	struct iv_str values[SLOTS];

	if (!text)
		return iv_fail_field(e, IV_EINVAL, "binary",
				     "must be text: this leg speaks JSON only");
	if (l->stopped)
		return true;
	if (plain_scan(message, message_fields, values, SLOTS) &&
	    iv_str_eq(values[EVENT], IV_S("media")) && values[PAYLOAD].ptr) {
		const struct media m = {values[STREAM], values[TRACK], values[PAYLOAD]};

		/* A payload with an escape in it ("\/") is the tree's. */
		if (!memchr(m.payload.ptr, '\\', m.payload.len))
			return take_media(l, &m, s, sink, e);
	}
	return take_tree(l, message, s, sink, e);
}

static char *put_head(const struct iv_leg *l, struct iv_str event, char *at)
{
	at = leg_put(at, IV_S("{\"event\":\""));
	at = leg_put(at, event);
	at = leg_put(at, IV_S("\",\"streamSid\":\""));
	at = leg_put(at, stream_of(l));
	return leg_put(at, IV_S("\""));
}

void twilio_audio(struct iv_leg *l, const int16_t *pcm, size_t n, struct iv_leg_scratch *s,
		  const struct leg_out *out)
{
	while (l->started && n > 0) {
		size_t left = n < IV_LEG_SCRATCH_SAMPLES ? n : IV_LEG_SCRATCH_SAMPLES;
		char *at = leg_put(put_head(l, IV_S("media"), s->text),
				   IV_S(",\"media\":{\"payload\":\""));

		n -= left;
		while (left > 0) {
			uint8_t code[ENCODE_SAMPLES];
			size_t take = left < ENCODE_SAMPLES ? left : ENCODE_SAMPLES;

			iv_ulaw_encode(pcm, take, code);
			at = base64_encode(code, take, at);
			pcm += take;
			left -= take;
		}
		at = leg_put(at, IV_S("\"}}"));
		leg_send_text(out, (struct iv_str){s->text, (size_t)(at - s->text)});
	}
}

void twilio_mark(const struct iv_leg *l, const struct iv_mark *m, const struct leg_out *out)
{
	char text[sizeof(l->stream_sid) + LEG_MARK_NAME + 80], *at;

	if (!l->started)
		return;
	at = leg_put(put_head(l, IV_S("mark"), text), IV_S(",\"mark\":{\"name\":\""));
	at += leg_mark_name(m, at);
	at = leg_put(at, IV_S("\"}}"));
	leg_send_text(out, (struct iv_str){text, (size_t)(at - text)});
}

void twilio_clear(const struct iv_leg *l, const struct leg_out *out)
{
	char text[sizeof(l->stream_sid) + 80], *at;

	if (!l->started)
		return;
	at = leg_put(put_head(l, IV_S("clear"), text), IV_S("}"));
	leg_send_text(out, (struct iv_str){text, (size_t)(at - text)});
}
