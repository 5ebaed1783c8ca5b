/* carrier_elevenlabs: ElevenLabs' REST for calls that it dials itself. */
#ifndef LAB_CARRIER_ELEVENLABS_H
#define LAB_CARRIER_ELEVENLABS_H

#include "iv_http.h"

void elevenlabs_outbound(void *ctx, struct iv_http_req *rq);
void elevenlabs_conversations(void *ctx, struct iv_http_req *rq);
void elevenlabs_conversation(void *ctx, struct iv_http_req *rq);

#endif
