/* iv_tool_run: one HTTP call of an agent's tool. The host comes from the agent's template, never from
 * the model; arguments fill {name} places and the JSON body. Answers are JSON of at most 64 KiB, and what
 * the tool's outputSchema asks for. */
#ifndef IV_TOOL_RUN_H
#define IV_TOOL_RUN_H

#include "iv_agent.h"
#include "iv_config.h"
#include "iv_net.h"
#include "iv_secrets.h"

struct iv_tool_run;

enum iv_tool_end {
	IV_TOOL_OK,
	IV_TOOL_BAD_REQUEST,     /* the arguments: no object, or a place in the address has none */
	IV_TOOL_SCHEMA_MISMATCH, /* the answer is no JSON, or none that outputSchema allows */
	IV_TOOL_TIMEOUT,
	IV_TOOL_ERROR, /* not sent, not answered, cut, too large, status of 400 or more */
};

struct iv_tool_result {
	enum iv_tool_end end;
	int status;         /* 0: no answer came */
	struct iv_str json; /* the tool's answer, or {"error": reason}; dies on return */
};

/* `done` comes once, never from inside start, and not after cancel. The run is dead when it returns. */
typedef void iv_tool_done_fn(void *arg, const struct iv_tool_result *r);

/* What a call of a tool needs of the house. A header {"$secret": "NAME", "prefix": "Bearer "} is the tenant's secret of
 * that name, opened for the host of this call and masked in the answer. */
struct iv_tool_house {
	struct iv_net *net;
	const struct iv_config *cfg;
	struct iv_secrets *secrets; /* NULL: there are none, and a tool that names one fails */
	struct iv_str tenant_id;
	struct iv_span *span; /* on behalf of which: sent as traceparent; held. NULL: none */
};

struct iv_tool_run *iv_tool_start(const struct iv_tool_house *house, const struct iv_tool *tool, struct iv_str args_json,
				  struct iv_str call_id, int timeout_ms, iv_tool_done_fn *done, void *arg);
void iv_tool_cancel(struct iv_tool_run *r);
/* Why it would never be sent, whatever the arguments (its host is not allowed, say); NULL: it would be, or the client
 * runs it. */
const char *iv_tool_refusal(const struct iv_config *cfg, const struct iv_tool *tool);

#endif
