/* What the carriers answer: their REST, and the lab's own control. */
#include "carrier.h"
#include "carrier_elevenlabs.h"
#include "carrier_twilio_rest.h"

#define SLOW_MS 600000 /* how late an answer is, is the rules' business */
#define EL "/v1/convai"
#define TWILIO "/2010-04-01/Accounts/:account"

const struct iv_route carrier_routes[] = {
	{"PUT", "/_lab/rules", control_rules_put, 0, 0, "replaces the rules"},
	{"DELETE", "/_lab/rules", control_rules_delete, 0, 0, "takes all of them back"},
	{"POST", "/_lab/calls", control_call_post, 0, 0, "somebody rings the daemon"},
	{"GET", "/_lab/calls", control_call_list, 0, 0, "all calls"},
	{"GET", "/_lab/calls/:call", control_call_get, 0, 0, "everything that happened to a call"},
	{"DELETE", "/_lab/calls/:call", control_call_delete, 0, 0, "the person hangs up"},
	{"POST", "/_lab/verbs", control_verbs, 0, 0, "would Jambonz take this application?"},
	{"POST", "/_lab/twiml", control_twiml, 0, 0, "would Twilio take this document?"},
	{"PUT", "/_lab/elevenlabs", control_elevenlabs, 0, 0, "ElevenLabs: where webhooks go, and their secret"},
	{"GET", "/_lab/conversations/:conversation", control_talk_get, 0, 0, "ElevenLabs: a conversation and its webhooks"},
	{"PUT", "/_lab/conversations/:conversation", control_talk_put, 0, 0, "ElevenLabs: ends it, with this laid over it"},
	{"POST", "/_lab/conversations/:conversation/webhook", control_talk_tell, 0, 0, "ElevenLabs: tells its end again"},
	{"GET", "/_lab/stats", control_stats, 0, 0, "counts"},

	{"POST", "/v1/Accounts/:account/Calls", jambonz_create, 0, SLOW_MS, "Jambonz: a call"},
	{"GET", "/v1/Accounts/:account/Calls", jambonz_list, 0, SLOW_MS, "Jambonz: calls"},
	{"PUT", "/v1/Accounts/:account/Calls/:call", jambonz_update, 0, SLOW_MS, "Jambonz: changes a call"},
	{"POST", "/v1/Accounts/:account/Calls/:call", jambonz_update, 0, SLOW_MS, "Jambonz: changes a call"},
	{"GET", "/v1/Accounts/:account/Calls/:call", jambonz_get, 0, SLOW_MS, "Jambonz: a call"},
	{"DELETE", "/v1/Accounts/:account/Calls/:call", jambonz_delete, 0, SLOW_MS, "Jambonz: forgets a call"},
	{"GET", "/v1/Accounts/:account/Calls/*", jambonz_list, 0, SLOW_MS, "Jambonz: calls, with the slash of its own client"},

	{"POST", TWILIO "/Calls.json", twilio_create, 0, SLOW_MS, "Twilio: a call"},
	{"GET", TWILIO "/Calls.json", twilio_list, 0, SLOW_MS, "Twilio: calls"},
	{"POST", TWILIO "/Calls/:call", twilio_update, 0, SLOW_MS, "Twilio: changes a call"},
	{"GET", TWILIO "/Calls/:call", twilio_get, 0, SLOW_MS, "Twilio: a call"},
	{"DELETE", TWILIO "/Calls/:call", twilio_delete, 0, SLOW_MS, "Twilio: forgets a call"},
	{"POST", TWILIO "/Calls/:call/Streams.json", twilio_stream_create, 0, SLOW_MS, "Twilio: a fork of a call"},
	{"POST", TWILIO "/Calls/:call/Streams/:stream", twilio_stream_update, 0, SLOW_MS, "Twilio: ends a fork"},
	{"GET", TWILIO "/Conferences.json", twilio_rooms, 0, SLOW_MS, "Twilio: rooms"},
	{"POST", TWILIO "/Conferences/:room/Participants/:call", twilio_participant, 0, SLOW_MS, "Twilio: who is in a room"},
	{"GET", TWILIO "/IncomingPhoneNumbers.json", numbers_list, 0, SLOW_MS, "Twilio: numbers"},
	{"POST", TWILIO "/IncomingPhoneNumbers.json", numbers_buy, 0, SLOW_MS, "Twilio: buys a number"},
	{"GET", TWILIO "/IncomingPhoneNumbers/:number", numbers_get, 0, SLOW_MS, "Twilio: a number"},
	{"POST", TWILIO "/IncomingPhoneNumbers/:number", numbers_update, 0, SLOW_MS, "Twilio: changes a number"},
	{"DELETE", TWILIO "/IncomingPhoneNumbers/:number", numbers_release, 0, SLOW_MS, "Twilio: gives a number back"},
	{"GET", TWILIO "/AvailablePhoneNumbers/:country/:kind", numbers_search, 0, SLOW_MS, "Twilio: numbers to buy"},

	{"POST", EL "/agents/create", elevenlabs_agent_create, 0, SLOW_MS, "ElevenLabs: an agent"},
	{"GET", EL "/agents", elevenlabs_agent_list, 0, SLOW_MS, "ElevenLabs: agents"},
	{"GET", EL "/agents/:agent", elevenlabs_agent_get, 0, SLOW_MS, "ElevenLabs: one of them"},
	{"PATCH", EL "/agents/:agent", elevenlabs_agent_update, 0, SLOW_MS, "ElevenLabs: changes one"},
	{"DELETE", EL "/agents/:agent", elevenlabs_agent_delete, 0, SLOW_MS, "ElevenLabs: forgets one"},
	{"POST", EL "/phone-numbers", elevenlabs_number_create, 0, SLOW_MS, "ElevenLabs: imports a number"},
	{"GET", EL "/phone-numbers", elevenlabs_number_list, 0, SLOW_MS, "ElevenLabs: numbers"},
	{"GET", EL "/phone-numbers/:number", elevenlabs_number_get, 0, SLOW_MS, "ElevenLabs: one of them"},
	{"PATCH", EL "/phone-numbers/:number", elevenlabs_number_update, 0, SLOW_MS, "ElevenLabs: who answers it"},
	{"DELETE", EL "/phone-numbers/:number", elevenlabs_number_delete, 0, SLOW_MS, "ElevenLabs: gives it back"},
	{"POST", EL "/twilio/outbound-call", elevenlabs_outbound, 0, SLOW_MS, "ElevenLabs: dials a call of its own"},
	{"POST", EL "/twilio/register-call", elevenlabs_register, 0, SLOW_MS, "ElevenLabs: its agent on a call of ours"},
	{"WS", EL "/twilio/media/:conversation", elevenlabs_media, 0, 0, "ElevenLabs: the sound of such a call"},
	{"GET", EL "/conversations", elevenlabs_conversations, 0, SLOW_MS, "ElevenLabs: conversations"},
	{"GET", EL "/conversations/:conversation", elevenlabs_conversation, 0, SLOW_MS, "ElevenLabs: one of them"},
	{"GET", EL "/conversations/:conversation/audio", elevenlabs_audio, 0, SLOW_MS, "ElevenLabs: its sound"},
	{"DELETE", EL "/conversations/:conversation", elevenlabs_conversation_delete, 0, SLOW_MS, "ElevenLabs: forgets it"},
	{0},
};
