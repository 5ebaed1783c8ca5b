/* llm_tools: puts the tool calls of a streamed answer together from their fragments. Pure. */
#ifndef LLM_TOOLS_H
#define LLM_TOOLS_H

#include "iv_json.h"

#define LLM_TOOLS_MAX 16
#define LLM_TOOL_NAME_MAX 256
#define LLM_TOOL_ARGS_MAX (64 * 1024)

struct llm_tool {
	bool has_index;
	double index;
	struct iv_buf id, name, args;
};

struct llm_tools {
	struct llm_tool slots[LLM_TOOLS_MAX];
	size_t count;
};

void llm_tools_deinit(struct llm_tools *t); /* empty and usable again */
/* One element of delta.tool_calls. False: not the protocol, or a limit was hit. */
IV_MUST_CHECK bool llm_tools_add(struct llm_tools *t, const cJSON *fragment);
/* The answer is over: absent ids are made up, empty arguments become {}. False: a call has no name,
 * or its arguments are not a JSON object. */
IV_MUST_CHECK bool llm_tools_finish(struct llm_tools *t);

#endif
