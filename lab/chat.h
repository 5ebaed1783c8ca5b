/* chat: OpenAI's POST /v1/chat/completions, streamed or whole, with the scripted brain behind it.
 */
#ifndef LAB_CHAT_H
#define LAB_CHAT_H

#include "answer.h"

void chat_route(void *lab, struct iv_http_req *rq);

/* Load mode: nine words. Takes the request over. */
void load_chat(struct lab *lab, struct iv_http_req *rq);

#endif
