/* What the files of the tools resource share. Private to them. */
#ifndef TOOLS_H
#define TOOLS_H

#include "iv_agent.h"
#include "resources.h"

enum { TOOL_WRONGS_MAX = 64, TOOL_DEFINITION_BYTES = 65536 };

/* What is registered: the tool as an agent would declare it, and what only the registry knows. */
struct tool_body {
	struct iv_tool tool; /* first: its fields' offsets hold here too */
	int type;            /* index of tool_types */
	struct iv_str provider;
};
extern const char *const tool_types[];
extern struct iv_shape tool_body_shape; /* filled by tool_shapes() */
void tool_shapes(void);

/* What is wrong with it that its fields cannot tell. `doc` is what was sent: it is named as it was spelt there. */
void tool_judge(const struct iv_config *cfg, const cJSON *doc, const struct tool_body *b, iv_shape_bad_fn *bad, void *arg);
/* Arguments against their schema: every wrong member is named, and of each what is wrong first. */
void tool_judge_arguments(struct iv_str schema, const cJSON *arguments, iv_shape_bad_fn *bad, void *arg);

/* A list of wrong fields, for answers that hold one. */
struct tool_wrong {
	struct iv_str pointer, detail;
};
extern const struct iv_shape tool_wrong_shape;
struct tool_wrongs {
	struct iv_arena *arena;
	const char *at; /* before each pointer */
	struct tool_wrong *items;
	size_t count;
};
bool tool_wrongs_init(struct tool_wrongs *w, struct iv_arena *arena);
void tool_note_wrong(void *wrongs, const char *pointer, const char *rule); /* an iv_shape_bad_fn */

extern const struct iv_shape tool_verdict_shape, tool_sample_shape;
extern const struct iv_flow_step tool_validate_steps[];
void tool_sample_fields(void); /* fills tool_sample_shape */
extern const size_t tool_validate_state;

extern const struct iv_shape tool_invocation_shape, tool_outcome_shape;
extern const struct iv_flow_step tool_invoke_steps[], tool_call_steps[];
extern const size_t tool_invoke_state;

/* The definition as it is kept. False: it is none (told). */
IV_MUST_CHECK bool tool_read_stored(struct iv_api_call *c, struct iv_str definition, struct iv_tool *t);

#endif
