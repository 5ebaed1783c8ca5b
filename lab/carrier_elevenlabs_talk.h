/* carrier_elevenlabs_talk: a conversation's document and its clock, shared by where it begins (_dial), how it goes
 * (_talk), what is told of it (_look) and the control that ends it (_control). */
#ifndef LAB_CARRIER_ELEVENLABS_TALK_H
#define LAB_CARRIER_ELEVENLABS_TALK_H

#include "carrier_elevenlabs.h"

#define HOSTED_SOUNDS 4

/* The members that say which sound there is; the first three are true of every call that was answered. */
extern const char *const hosted_sounds[HOSTED_SOUNDS];

/* An object that is a member of doc; made when it is not there. */
cJSON *elevenlabs_object_in(cJSON *doc, const char *name);
/* Takes value; what was there is gone. */
void elevenlabs_set(cJSON *doc, const char *name, cJSON *value);

/* Its timer's: it has rung for long enough, and is picked up or not. */
void hosted_picked_up(void *hosted);
/* As GET tells it; the caller's. */
cJSON *hosted_full(const struct hosted *t);

#endif
