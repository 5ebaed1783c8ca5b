/* The far end of a call that a gateway registered: ElevenLabs' side of Twilio's media stream. The hosted agent greets
 * with a tone and listens; after hang_up_ms of its plan it closes the socket. */
#include <stdio.h>
#include "carrier_elevenlabs.h"
#include "iv_crypto.h"
#include "iv_ws.h"

#define GREETING_BYTES 1600 /* 200 ms */

static void greet(struct hosted *t)
{
	uint8_t sound[GREETING_BYTES];
	char text[(GREETING_BYTES + 2) / 3 * 4 + 1], frame[sizeof(text) + 160];
	int n;

	for (size_t i = 0; i < sizeof(sound); i++)
		sound[i] = i / 10 % 2 ? 0x10 : 0x90; /* a square of 400 Hz, loud enough to be heard */
	text[iv_base64(sound, sizeof(sound), text)] = '\0';
	n = snprintf(frame, sizeof(frame), "{\"event\":\"media\",\"streamSid\":\"%s\",\"media\":{\"payload\":\"%s\"}}",
		     t->stream_sid, text);
	(void)iv_ws_send_text(t->media, (struct iv_str){frame, (size_t)n}, IV_WS_MUST); /* closed() tells */
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct hosted *t = arg;
	cJSON *json = text ? iv_json_parse(data, NULL) : NULL;
	struct iv_str event = iv_json_str(json, "event");

	(void)ws;
	if (iv_str_eq(event, IV_S("start"))) {
		const cJSON *start = iv_json_get(json, "start");

		iv_str_copy(t->stream_sid, sizeof(t->stream_sid), iv_json_str(json, "streamSid"));
		if (cJSON_IsString(iv_json_get(start, "callSid")))
			cJSON_ReplaceItemInObject(t->doc, "callSid", cJSON_Duplicate(iv_json_get(start, "callSid"), true));
		hosted_answered(t);
		greet(t);
	} else if (iv_str_eq(event, IV_S("stop"))) {
		hosted_end(t, "Call ended by remote party");
	}
	cJSON_Delete(json);
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct hosted *t = arg;

	(void)ws;
	(void)code;
	(void)http_status;
	(void)reason;
	t->media = NULL;
	hosted_end(t, "Call ended by remote party");
}

void elevenlabs_media(void *ctx, struct iv_http_req *rq)
{
	static const struct iv_ws_handlers handlers = {.message = on_message, .closed = on_closed};
	static const struct iv_ws_limits limits = {.message_max = 65536, .soft_bytes = 1 << 20, .hard_bytes = 1 << 20,
						   .hard_ms = 5000};
	struct hosted *t = hosted_find(((struct carriers *)ctx)->elevenlabs, iv_http_param(rq, "conversation"));

	if (!t || t->over || t->media) {
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ENOENT, .msg = "no such conversation"});
		return;
	}
	t->media = iv_ws_accept(rq, IV_STR_NULL, &limits, &handlers, t);
}

void elevenlabs_hang_up(struct hosted *t)
{
	struct iv_ws *ws = t->media;

	t->media = NULL;
	if (ws)
		iv_ws_abandon(ws, 1000, IV_S(""));
}
