/* Twilio Media Streams, Twilio's half: JSON text only, numbers as strings, marks given back. */
#include "leg.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_g711.h"

#define PATH "/realtime/twilio"

/* X-Twilio-Signature of a handshake: over the address alone, which has no query and brings no form. */
static struct iv_str own_signature(struct leg *l, const char *host)
{
	const struct iv_str address[] = {IV_S("ws://"), iv_str(host), IV_S(PATH)};
	uint8_t mac[IV_SHA1_BYTES];
	char signature[4 * IV_SHA1_BYTES];

	if (!l->opts->twilio_token || l->opts->twilio_token[0] == '\0')
		return IV_STR_NULL;
	iv_hmac_sha1_of(iv_str(l->opts->twilio_token), address, IV_COUNT(address), mac);
	signature[iv_base64(mac, sizeof(mac), signature)] = '\0';
	snprintf(leg_out(l), LEG_OUT_MAX, "X-Twilio-Signature: %s\r\n", signature);
	return iv_str(leg_out(l));
}

static void request(struct leg *l, const char *host, struct iv_buf *target, struct wire_request *rq)
{
	const struct leg_carried *carried = l->opts->carried;

	if (!carried && !iv_buf_adds(target, IV_S(PATH)))
		abort();
	rq->target = carried ? carried->target : iv_buf_str(target);
	rq->headers = carried ? carried->headers : own_signature(l, host);
	rq->host_header = iv_str(host);
}

static void own_parameters(const struct leg *l, char *out, size_t size)
{
	char ts[24], sig[65];

	leg_sign(l, ts, sig);
	snprintf(out, size, "{\"callId\":\"%s\",\"agentId\":\"%s\",\"ts\":\"%s\",\"sig\":\"%s\"}", l->call_id,
		 l->opts->agent, ts, sig);
}

/* A call of the lab's own has no account; its sid is the stream's in another coat. */
static void set_sids(struct leg *l)
{
	const struct leg_carried *carried = l->opts->carried;

	if (carried)
		snprintf(l->sid, sizeof(l->sid), "%s", carried->stream_sid);
	snprintf(l->account, sizeof(l->account), "%s", carried ? carried->account_sid : "AC00000000000000000000000000000000");
	if (carried)
		snprintf(l->call_sid, sizeof(l->call_sid), "%s", carried->call_sid);
	else
		snprintf(l->call_sid, sizeof(l->call_sid), "CA%.32s", l->sid + 2);
}

static void opened(struct leg *l)
{
	char own[512];
	struct iv_str parameters = l->opts->carried ? l->opts->carried->first : IV_STR_NULL;

	set_sids(l);
	if (!l->opts->carried) {
		own_parameters(l, own, sizeof(own));
		parameters = iv_str(own);
	}
	leg_printf(l, "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}");
	l->sequence = 1;
	leg_printf(l,
		   "{\"event\":\"start\",\"sequenceNumber\":\"1\",\"streamSid\":\"%s\",\"start\":{"
		   "\"accountSid\":\"%s\",\"streamSid\":\"%s\","
		   "\"callSid\":\"%s\",\"tracks\":[\"inbound\"],\"mediaFormat\":{"
		   "\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000,\"channels\":1},"
		   "\"customParameters\":%.*s}}",
		   l->sid, l->account, l->sid, l->call_sid, IV_FMT(parameters));
}

static char *put(char *p, struct iv_str s)
{
	memcpy(p, s.ptr, s.len);
	return p + s.len;
}

static char *put_number(char *p, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

/* Written by hand: a thousand callers send fifty of these a second each. */
static bool send_media(struct leg *l, const uint8_t *ulaw, size_t n)
{
	char *p = leg_out(l);

	p = put(p, IV_S("{\"event\":\"media\",\"sequenceNumber\":\""));
	p = put_number(p, ++l->sequence);
	p = put(p, IV_S("\",\"streamSid\":\""));
	p = put(p, (struct iv_str){l->sid, 34});
	p = put(p, IV_S("\",\"media\":{\"track\":\"inbound\",\"chunk\":\""));
	p = put_number(p, ++l->chunk);
	p = put(p, IV_S("\",\"timestamp\":\""));
	p = put_number(p, l->sent_samples / 8);
	p = put(p, IV_S("\",\"payload\":\""));
	p += iv_base64(ulaw, n, p);
	p = put(p, IV_S("\"}}"));
	l->sent_samples += n;
	return wire_send(l->wire, IV_WS_TEXT, leg_out(l), (size_t)(p - leg_out(l)));
}

static bool audio(struct leg *l, const int16_t *pcm, size_t n)
{
	if (n > 8000) /* a second: far below what `out` takes as base64 */
		return false;
	iv_ulaw_encode(pcm, n, l->scratch->bytes);
	return send_media(l, l->scratch->bytes, n);
}

static void dtmf(struct leg *l, char digit)
{
	leg_printf(l,
		   "{\"event\":\"dtmf\",\"sequenceNumber\":\"%llu\",\"streamSid\":\"%s\","
		   "\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"%c\"}}",
		   (unsigned long long)++l->sequence, l->sid, digit);
}

static void mark_heard(struct leg *l, struct iv_str name, bool cleared)
{
	struct iv_buf b;
	struct iv_jw w;
	char number[24];

	(void)cleared; /* Twilio does not say which */
	snprintf(number, sizeof(number), "%llu", (unsigned long long)++l->sequence);
	iv_buf_init(&b, 4096);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "event", "mark");
	iv_jw_cstr(&w, "sequenceNumber", number);
	iv_jw_cstr(&w, "streamSid", l->sid);
	iv_jw_obj(&w, "mark");
	iv_jw_str(&w, "name", name);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		leg_send_text(l, &b);
	iv_buf_deinit(&b);
}

static void hang_up(struct leg *l)
{
	leg_printf(l,
		   "{\"event\":\"stop\",\"sequenceNumber\":\"%llu\",\"streamSid\":\"%s\",\"stop\":{"
		   "\"accountSid\":\"%s\",\"callSid\":\"%s\"}}",
		   (unsigned long long)++l->sequence, l->sid, l->account, l->call_sid);
	wire_close(l->wire, 1000);
}

static void give_media(struct leg *l, struct iv_str message, leg_event_fn *fn, void *arg)
{
	struct iv_str payload = leg_scan(message, IV_S("\"payload\""));
	struct leg_event ev = {.type = LEG_AUDIO, .pcm = l->scratch->pcm};

	if (payload.len == 0 || payload.len / 4 * 3 > LEG_PCM_MAX) {
		leg_give(fn, arg, LEG_BAD, IV_S("media without a payload of usable size"),
			 IV_STR_NULL);
		return;
	}
	ptrdiff_t n = iv_base64_decode(payload, l->scratch->bytes);
	if (n <= 0) {
		leg_give(fn, arg, LEG_BAD, IV_S("media.payload is not base64"), IV_STR_NULL);
		return;
	}
	iv_ulaw_decode(l->scratch->bytes, (size_t)n, l->scratch->pcm);
	ev.samples = (size_t)n;
	fn(arg, &ev);
}

static void receive(struct leg *l, bool text, struct iv_str message, leg_event_fn *fn, void *arg)
{
	struct iv_str event = leg_scan(message, IV_S("\"event\""));

	if (!text) {
		leg_give(fn, arg, LEG_BAD, IV_S("31950: a binary frame"), IV_STR_NULL);
	} else if (!iv_str_eq(leg_scan(message, IV_S("\"streamSid\"")), iv_str(l->sid))) {
		leg_give(fn, arg, LEG_BAD, IV_S("31951: foreign or missing streamSid"),
			 IV_STR_NULL);
	} else if (iv_str_eq(event, IV_S("media"))) {
		give_media(l, message, fn, arg);
	} else {
		cJSON *json = iv_json_parse(message, NULL);
		const cJSON *mark = json ? iv_json_get(json, "mark") : NULL;

		if (!json)
			leg_give(fn, arg, LEG_BAD, IV_S("31950: not JSON"), IV_STR_NULL);
		else if (iv_str_eq(event, IV_S("clear")))
			leg_give(fn, arg, LEG_CLEAR, IV_S("clear"), IV_STR_NULL);
		else if (!iv_str_eq(event, IV_S("mark")))
			leg_give(fn, arg, LEG_BAD, IV_S("31951: unknown event"), IV_STR_NULL);
		else if (!mark || iv_json_str(mark, "name").len == 0)
			leg_give(fn, arg, LEG_BAD, IV_S("31951: mark without a name"), IV_STR_NULL);
		else
			leg_give(fn, arg, LEG_MARK, iv_json_str(mark, "name"), IV_STR_NULL);
		cJSON_Delete(json);
	}
}

const struct leg_ops leg_twilio = {
	.name = "twilio",
	.request = request,
	.opened = opened,
	.audio = audio,
	.dtmf = dtmf,
	.mark_heard = mark_heard,
	.hang_up = hang_up,
	.receive = receive,
};
