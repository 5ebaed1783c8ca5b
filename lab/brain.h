/* brain: the scripted mind behind the chat endpoint. Everything it knows of a conversation it reads
 * from the messages it is given, every time anew. Pure. */
#ifndef LAB_BRAIN_H
#define LAB_BRAIN_H

#include "grammar.h"
#include "iv_json.h"

#define BRAIN_TEXT_MAX 2048
#define BRAIN_UNCLEAR "[unclear]" /* how the recogniser writes speech it refuses */

struct brain_reply {
	char text[BRAIN_TEXT_MAX]; /* "" when only a tool is called */
	char tool[32];		   /* "" : none */
	char arguments[192];	   /* JSON */
	enum grammar_kind expects; /* what the caller is likely to say next */
};

/* `messages` and `tools` are the arrays of a chat request (tools may be NULL); local_minute is the
 * time of day it will tell, in minutes since midnight. */
void brain_answer(const cJSON *messages, const cJSON *tools, int local_minute,
		  struct brain_reply *reply);

#endif
