/* iv_tool_run: one HTTP call of an agent's tool. The host comes from the agent's template, never from
 * the model; arguments fill {name} places and the JSON body. Answers are JSON of at most 64 KiB. */
#ifndef IV_TOOL_RUN_H
#define IV_TOOL_RUN_H

#include "iv_agent.h"
#include "iv_config.h"
#include "iv_net.h"

struct iv_tool_run;

/* `done` comes once, never from inside start, and not after cancel. json is an object: the tool's
 * answer, or {"error": reason}. The run is dead when it returns. */
typedef void iv_tool_done_fn(void *arg, bool ok, struct iv_str json);

struct iv_tool_run *iv_tool_start(struct iv_net *n, const struct iv_config *cfg, const struct iv_tool *tool,
				  struct iv_str args_json, struct iv_str call_id, int timeout_ms,
				  iv_tool_done_fn *done, void *arg);
void iv_tool_cancel(struct iv_tool_run *r);

#endif
