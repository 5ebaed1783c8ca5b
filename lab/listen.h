/* listen: Deepgram's live recognition, GET /v1/listen as a WebSocket. */
#ifndef LAB_LISTEN_H
#define LAB_LISTEN_H

#include "lab.h"

void listen_route(void *lab, struct iv_http_req *rq);

#endif
