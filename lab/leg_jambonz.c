/* The media socket of Jambonz (mod_audio_fork), Jambonz' half: one text frame about the call, then
 * L16 in binary; marks and kills as text. Its playout quirks live in far_end. */
#include "leg.h"

#include <stdio.h>
#include <stdlib.h>

static void own_target(const struct leg *l, struct iv_buf *target)
{
	char ts[24], sig[65];

	leg_sign(l, ts, sig);
	bool ok = iv_buf_printf(target, "/realtime/voice?callId=%s&agentId=%s&ts=%s&sig=%s",
				l->call_id, l->opts->agent, ts, sig);
	if (l->opts->rate_hz != 8000)
		ok = ok && iv_buf_printf(target, "&rate=%d", l->opts->rate_hz);
	if (!ok)
		abort();
}

static void request(struct leg *l, const char *host, struct iv_buf *target, struct wire_request *rq)
{
	if (l->opts->carried) {
		rq->target = l->opts->carried->target;
		rq->headers = l->opts->carried->headers;
	} else {
		own_target(l, target);
		rq->target = iv_buf_str(target);
	}
	/* Host never carries a port; Origin says http even where the socket is wss. */
	rq->host_header = (struct iv_str){host, strcspn(host, ":")};
	snprintf(leg_out(l), LEG_OUT_MAX, "http://%.*s", IV_FMT(rq->host_header));
	rq->origin = iv_str(leg_out(l));
	rq->subprotocols =
		l->opts->drachtio ? IV_S("audio.drachtio.org") : IV_S("audio.jambonz.org");
}

static void opened(struct leg *l)
{
	int rate = l->opts->rate_hz;

	if (l->opts->carried) {
		leg_printf(l, "%.*s", IV_FMT(l->opts->carried->first));
		return;
	}
	if (l->opts->preamble == PREAMBLE_MINIMAL) {
		leg_printf(l, "{\"callSid\":\"%s\",\"sampleRate\":%d}", l->sid, rate);
		return;
	}
	/* Broken as the 0.9 line breaks it: the bug's name in front, quotes of nested metadata
	 * without their escape, an apostrophe left over. */
	bool broken = l->opts->preamble == PREAMBLE_BROKEN;
	leg_printf(l,
		   "%s{\"sampleRate\":%d,\"mixType\":\"mono\",\"callSid\":\"%s\","
		   "\"direction\":\"inbound\",\"from\":\"15551112222\",\"to\":\"15553334444\","
		   "\"callId\":\"356d6a3a-0000-4000-8000-000000000000\",\"sbcCallid\":\"cid-1\","
		   "\"sipStatus\":200,\"sipReason\":\"OK\",\"callStatus\":\"in-progress\","
		   "\"accountSid\":\"9351f46a-0000-4000-8000-000000000000\",\"traceId\":\"aabb\","
		   "\"applicationSid\":\"0e06a001-0000-4000-8000-000000000000\","
		   "\"fsSipAddress\":\"192.0.2.5:5060\",\"originatingSipIp\":\"192.0.2.4:5060\","
		   "\"originatingSipTrunkName\":\"acme\",\"fsPublicIp\":\"203.0.113.7\","
		   "\"customerData\":{\"ref\":\"r-1\"%s},\"lab\":\"v1\"}%s",
		   broken ? "jambonz-session-record " : "", rate, l->sid,
		   broken ? ",\"note\":\"says \"hello\" twice\"" : "", broken ? "'" : "");
}

static bool audio(struct leg *l, const int16_t *pcm, size_t n)
{
	uint8_t *out = (uint8_t *)leg_out(l);

	if (n > LEG_OUT_MAX / 2)
		return false;
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = (uint8_t)((uint16_t)pcm[i] & 0xff);
		out[2 * i + 1] = (uint8_t)((uint16_t)pcm[i] >> 8);
	}
	l->sent_samples += n;
	return wire_send(l->wire, IV_WS_BIN, leg_out(l), 2 * n);
}

static void dtmf(struct leg *l, char digit)
{
	/* duration: 8 kHz samples, as a string */
	leg_printf(l, "{\"event\":\"dtmf\",\"dtmf\":\"%c\",\"duration\":\"1600\"}", digit);
}

static void mark_heard(struct leg *l, struct iv_str name, bool cleared)
{
	/* The module does not escape the name, and these are its blanks. */
	leg_printf(l, "{\"type\": \"mark\", \"data\": {\"name\":\"%.*s\", \"event\": \"%s\"}}",
		   IV_FMT(name), cleared ? "cleared" : "playout");
}

static void hang_up(struct leg *l)
{
	wire_close(l->wire, 1000);
}

static void give_command(struct iv_str type, const cJSON *json, leg_event_fn *fn, void *arg)
{
	const cJSON *data = iv_json_get(json, "data");
	struct iv_str name = data ? iv_json_str(data, "name") : IV_STR_NULL;

	if (iv_str_eq(type, IV_S("killAudio")))
		leg_give(fn, arg, LEG_CLEAR, IV_S("killAudio"), IV_STR_NULL);
	else if (iv_str_eq(type, IV_S("clearMarks")))
		leg_give(fn, arg, LEG_CLEAR_MARKS, type, IV_STR_NULL);
	else if (iv_str_eq(type, IV_S("disconnect")))
		leg_give(fn, arg, LEG_HANG_UP, IV_S("disconnect"), IV_STR_NULL);
	else if (iv_str_eq(type, IV_S("mark")) && name.len > 0)
		leg_give(fn, arg, LEG_MARK, name, IV_STR_NULL);
	else if (iv_str_eq(type, IV_S("mark")))
		leg_give(fn, arg, LEG_BAD, IV_S("mark without a name"), IV_STR_NULL);
	else
		leg_give(fn, arg, LEG_BAD, IV_S("a type that Jambonz ignores or refuses"),
			 IV_STR_NULL);
}

static void receive(struct leg *l, bool text, struct iv_str message, leg_event_fn *fn, void *arg)
{
	if (!text) {
		leg_give_pcm(l, message, fn, arg);
		return;
	}
	cJSON *json = iv_json_parse(message, NULL);
	if (!json) {
		leg_give(fn, arg, LEG_BAD, IV_S("not JSON"), IV_STR_NULL);
		return;
	}
	give_command(iv_json_str(json, "type"), json, fn, arg);
	cJSON_Delete(json);
}

const struct leg_ops leg_jambonz = {
	.name = "jambonz",
	.request = request,
	.opened = opened,
	.audio = audio,
	.dtmf = dtmf,
	.mark_heard = mark_heard,
	.hang_up = hang_up,
	.receive = receive,
};
