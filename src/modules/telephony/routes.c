/* The carriers' addresses. All of them take the same steps (hook.c); a row says whose words are spoken and what it is
 * about. */
#include "telephony.h"


#define Q struct hook_query
static const struct iv_field query_fields[] = {
	IV_STR(Q, call, "call", 0, 3, 260, "TENANT/CALL: the call we placed (Twilio)"),
	IV_STR(Q, agent_id, "agentId", 0, 1, 128, "Who answers calls to numbers nobody has"),
	IV_STR(Q, shape, "shape", 0, 1, 16, "seed: the call hook answers the first platform's object"),
	IV_STR(Q, nonce, "n", 0, 1, 64, "Makes the address one answer's own"),
	IV_STR(Q, say, "say", 0, 1, 2000, "What is said to who was dialled"),
	IV_INT(Q, attempt, "try", 0, 0, 9, "Which time the media is opened, from 0"),
	IV_STR(Q, traceparent, "traceparent", 0, 0, 64, "In whose trace the call stands: written by who placed it"),
	IV_STR(Q, body_sha256, "bodySHA256", 0, 1, 64, "Twilio's digest of a body of JSON"),
	IV_FIELDS_END,
};
const struct iv_shape hook_query_shape = {"hookQuery", sizeof(Q), query_fields, NULL};

static const struct hook_row hooks[] = {
	{"/telephony/jambonz/call", WORD_JAMBONZ, HOOK_CALL, false},
	{"/telephony/jambonz/status", WORD_JAMBONZ, HOOK_STATUS, false},
	{"/telephony/jambonz/after", WORD_JAMBONZ, HOOK_AFTER, false},
	{"/telephony/jambonz/dialed", WORD_JAMBONZ, HOOK_DIALED, false},
	{"/telephony/jambonz/asked", WORD_JAMBONZ, HOOK_ASKED, false},
	{"/telephony/jambonz/amd", WORD_JAMBONZ, HOOK_AMD, false},
	{"/telephony/jambonz/confirm", WORD_JAMBONZ, HOOK_WHISPER, false},
	{"/telephony/twilio/voice", WORD_TWILIO, HOOK_CALL, false},
	{"/telephony/twilio/resume", WORD_TWILIO, HOOK_AFTER, false},
	{"/telephony/twilio/status", WORD_TWILIO, HOOK_STATUS, false},
	{"/telephony/twilio/stream-status", WORD_TWILIO, HOOK_STREAM, false},
	{"/telephony/twilio/dialed", WORD_TWILIO, HOOK_DIALED, false},
	{"/telephony/twilio/asked", WORD_TWILIO, HOOK_ASKED, false},
	{"/telephony/twilio/amd", WORD_TWILIO, HOOK_AMD, false},
	{"/telephony/twilio/whisper", WORD_TWILIO, HOOK_WHISPER, false},
	{"/telephony/call", WORD_JAMBONZ, HOOK_CALL, true},
	{"/call", WORD_JAMBONZ, HOOK_CALL, true},
	{"/telephony/status/:id", WORD_JAMBONZ, HOOK_STATUS, true},
	{"/status/:id", WORD_JAMBONZ, HOOK_STATUS, true},
};

const struct hook_row *hook_row_of(const char *path)
{
	for (size_t i = 0; i < IV_COUNT(hooks); i++)
		if (strcmp(hooks[i].path, path) == 0)
			return &hooks[i];
	return NULL; /* a row without a line above: the first request shows it */
}

static const enum iv_code hook_errors[] = {IV_EAUTH, IV_EFORBIDDEN, IV_ERATE, IV_EUNSUPPORTED, IV_OK};

enum { BODY_BYTES = 131072, JAMBONZ_MS = 8000, TWILIO_MS = 12000 };

#define HOOK(p, op, text, more)                                                                                        \
	{                                                                                                              \
		.method = "POST", .path = p, .id = op, .tag = "Carriers", .role = IV_ROLE_ANYONE,                      \
		.flags = IV_API_RAW | IV_API_NO_RATE, .query = &hook_query_shape, .status = 200,                       \
		.state_size = sizeof(struct hook), .steps = hook_steps, .errors = hook_errors, .doc = text,            \
		.body_max = BODY_BYTES, more                                                                           \
	}
#define JAMBONZ(name, op, text) HOOK("/telephony/jambonz/" name, op, text, .deadline_ms = JAMBONZ_MS)
#define TWILIO(name, op, text)                                                                                         \
	HOOK("/telephony/twilio/" name, op, text, .deadline_ms = TWILIO_MS COMMA.content_type = "text/xml")
#define COMMA ,

static const struct iv_api_route hook_rows[] = {
	JAMBONZ("call", "jambonzCall", "Jambonz has a call: what it is to do with it"),
	JAMBONZ("status", "jambonzStatus", "How a call of Jambonz' stands"),
	JAMBONZ("after", "jambonzAfter", "A call's media is closed: what comes next"),
	JAMBONZ("dialed", "jambonzDialed", "A dial, a refer or a conference of a call is over"),
	JAMBONZ("asked", "jambonzAsked", "Keys were pressed in a call, or not"),
	JAMBONZ("amd", "jambonzAnsweredBy", "Who answered: a person or a machine"),
	JAMBONZ("confirm", "jambonzConfirm", "What is said to who is called before the two are connected"),
	TWILIO("voice", "twilioVoice", "Twilio has a call: what it is to do with it"),
	TWILIO("resume", "twilioResume", "A call's media is closed: what comes next"),
	TWILIO("status", "twilioStatus", "How a call of Twilio's stands"),
	TWILIO("stream-status", "twilioStreamStatus", "How a call's media stands"),
	TWILIO("dialed", "twilioDialed", "A dial of a call is over"),
	TWILIO("asked", "twilioAsked", "Keys were pressed in a call, or not"),
	TWILIO("amd", "twilioAnsweredBy", "Who answered: a person or a machine"),
	TWILIO("whisper", "twilioWhisper", "What is said to who is called before the two are connected"),
	HOOK("/telephony/call", "telephonyCall", "A call of any carrier that speaks like Jambonz; by key or shared secret",
	     .deadline_ms = JAMBONZ_MS),
	HOOK("/call", "telephonyCallBare", "The same, for the first platform's address", .deadline_ms = JAMBONZ_MS),
	HOOK("/telephony/status/:id", "telephonyStatus", "How a call stands, by key or shared secret",
	     .deadline_ms = JAMBONZ_MS),
	HOOK("/status/:id", "telephonyStatusBare", "The same, for the first platform's address", .deadline_ms = JAMBONZ_MS),
	{0},
};

void iv_telephony_mount(struct iv_api *a)
{
	iv_api_mount(a, hook_rows);
	iv_api_mount(a, telephony_order_rows);
	iv_api_mount(a, telephony_report_rows);
}
