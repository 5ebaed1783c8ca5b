/* speak: Deepgram's POST /v1/speak and ElevenLabs' POST /v1/text-to-speech/:voice/stream. */
#ifndef LAB_SPEAK_H
#define LAB_SPEAK_H

#include "answer.h"
#include "clips.h"

void speak_deepgram_route(void *lab, struct iv_http_req *rq);
void speak_elevenlabs_route(void *lab, struct iv_http_req *rq);

/* Load mode: a tone. Takes the request over. */
void load_speak_socket(void *lab, struct iv_http_req *rq); /* Deepgram's speak socket */
void load_speak(struct lab *lab, struct iv_http_req *rq, enum lab_service service,
		struct clip_format format);

#endif
