/* Twilio's conferences by REST: the rooms there are, and who is in one is silenced. */
#include <stdio.h>
#include "carrier_twilio_calls.h"
#include "iv_crypto.h"

/* Made of the name: the room has it as long as somebody is there. */
static void room_sid(const char *name, char out[CARRIER_SID])
{
	char hex[IV_SHA256_HEX];
	struct iv_sha256 *sum = iv_sha256_begin();

	iv_sha256_add(sum, iv_str(name));
	iv_sha256_end_hex(sum, hex);
	snprintf(out, CARRIER_SID, "CF%.32s", hex);
}

void twilio_rooms(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carriers *c = ctx;
	cJSON *all;
	char path[128];

	if (!twilio_rq_begin(&t, ctx, rq, "list", NULL))
		return;
	all = cJSON_CreateArray();
	for (const cJSON *room = c->conferences->child; room; room = room->next) {
		bool open = room->valuedouble > 0;
		struct iv_str name = twilio_value(&t, "FriendlyName"), status = twilio_value(&t, "Status");
		char sid[CARRIER_SID];
		cJSON *one;

		if ((name.ptr && !iv_str_eq(name, iv_str(room->string))) ||
		    (status.ptr && !twilio_is(status, open ? "in-progress" : "completed")))
			continue;
		room_sid(room->string, sid);
		one = cJSON_CreateObject();
		cJSON_AddStringToObject(one, "sid", sid);
		cJSON_AddStringToObject(one, "account_sid", c->opts.twilio_account);
		cJSON_AddStringToObject(one, "friendly_name", room->string);
		cJSON_AddStringToObject(one, "status", open ? "in-progress" : "completed");
		cJSON_AddItemToArray(all, one);
	}
	snprintf(path, sizeof(path), "/2010-04-01/Accounts/%s/Conferences.json", c->opts.twilio_account);
	twilio_reply_page(&t, path, "conferences", all);
	twilio_rq_end(&t);
}

/* One who is there can be silenced; a room's name is no sid of it. */
void twilio_participant(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;
	char sid[CARRIER_SID] = "";

	if (!twilio_rq_begin(&t, ctx, rq, "update", "call"))
		return;
	call = call_recorded(t.c, CARRIER_TWILIO, iv_str(t.sid));
	if (call && call->twilio->conference[0])
		room_sid(call->twilio->conference, sid);
	if (!sid[0] || !iv_str_eq(iv_http_param(rq, "room"), iv_str(sid))) {
		twilio_refuse(&t, 404, 20404, "The requested resource was not found");
	} else {
		bool muted = twilio_is(twilio_value(&t, "Muted"), "true");
		cJSON *body = cJSON_CreateObject();

		if (twilio_value(&t, "Muted").len > 0)
			call_note(call, "conference mute", "%s", muted ? "mute" : "unmute");
		cJSON_AddStringToObject(body, "call_sid", call->sid);
		cJSON_AddStringToObject(body, "conference_sid", sid);
		cJSON_AddBoolToObject(body, "muted", muted);
		cJSON_AddStringToObject(body, "status", "connected");
		twilio_reply(&t, 200, body);
	}
	twilio_rq_end(&t);
}
