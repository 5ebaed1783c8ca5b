/* brain_review: the mind asked for JSON about a conversation it is shown. What it says it has read there: the last
 * message with lines "User: …" and "Agent: …" is the conversation. Pure. */
#ifndef LAB_BRAIN_REVIEW_H
#define LAB_BRAIN_REVIEW_H

#include "brain.h"

/* reply->text becomes one JSON value by the schema; members it knows nothing to say of are left out unless they are
 * required, and then as empty as their type allows. */
void brain_review(const cJSON *messages, const cJSON *schema, struct brain_reply *reply);

#endif
