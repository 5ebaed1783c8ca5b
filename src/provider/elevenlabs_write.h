/* elevenlabs_write: requests to ElevenLabs' agents, and what their answers say. Pure. */
#ifndef ELEVENLABS_WRITE_H
#define ELEVENLABS_WRITE_H

#include "carrier.h"
#include "iv_convai.h"

/* /v1/convai/ + path [+ / + id]. False: it does not fit. */
bool elevenlabs_url(const struct carrier_place *p, const char *path, struct iv_str id, struct carrier_request *rq);
bool elevenlabs_write_agent(const struct iv_convai_agent *agent, struct carrier_request *rq);
bool elevenlabs_write_import(const struct carrier_place *twilio, struct iv_str number, struct iv_str label,
			     struct carrier_request *rq);
bool elevenlabs_write_attach(struct iv_str agent_id, struct carrier_request *rq);
bool elevenlabs_write_register(const struct iv_convai_call *call, struct carrier_request *rq);
/* conversation_initiation_client_data of a call of ours: user_id "tenant/call", its variables, and call_id among them. */
void elevenlabs_put_data(struct iv_jw *w, struct iv_str tenant_id, struct iv_str call_id, struct iv_str variables,
			 struct iv_str campaign_id, struct iv_str lead_id);

struct elevenlabs_wanted {
	struct iv_str name, value; /* of the member that must have it */
};
/* out: struct iv_str. False: it makes no sense. */
bool elevenlabs_read_agent_id(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted);
bool elevenlabs_read_number_id(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted);
bool elevenlabs_read_tagged(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted); /* a tag */
bool elevenlabs_read_numbered(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted); /* a number */

#endif
