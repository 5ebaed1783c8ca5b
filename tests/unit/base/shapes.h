/* A shape with a field of every kind, for the tests of all its readers. */
#ifndef TESTS_BASE_SHAPES_H
#define TESTS_BASE_SHAPES_H

#include "iv_shape.h"

struct endpointing {
	int64_t silence_ms;
	int mode;
};

struct tool {
	struct iv_str name;
	bool fast;
};

struct agent {
	struct iv_str id, name, api_key, extra;
	int64_t max_calls, count;
	double temperature;
	bool greets;
	int language;
	struct endpointing endpointing;
	struct iv_strs words;
	struct iv_objs tools;
};

static const char *const modes[] = {"auto", "manual", NULL};
static const char *const languages[] = {"en", "hi", "ta", NULL};

static const struct iv_field endpointing_fields[] = {
	IV_INT(struct endpointing, silence_ms, "silenceMs", 0, 50, 5000,
	       "silence that ends a turn"),
	IV_ENUM(struct endpointing, mode, "mode", 0, modes, "who decides"),
	IV_FIELDS_END,
};

static inline void endpointing_defaults(void *object)
{
	struct endpointing *e = object;

	e->silence_ms = 220;
}

static const struct iv_shape endpointing_shape = {"endpointing", sizeof(struct endpointing),
						  endpointing_fields, endpointing_defaults};

static const struct iv_field tool_fields[] = {
	IV_STR(struct tool, name, "name", IV_REQUIRED, 1, 20, "what the model calls"),
	IV_BOOL(struct tool, fast, "fast", 0, "answers at once"),
	IV_FIELDS_END,
};

static inline void tool_defaults(void *object)
{
	struct tool *t = object;

	t->fast = true;
}

static const struct iv_shape tool_shape = {"tool", sizeof(struct tool), tool_fields, tool_defaults};

static const struct iv_field agent_fields[] = {
	IV_STR(struct agent, id, "id", IV_READONLY, 0, 0, "made by the server"),
	IV_STR(struct agent, name, "name", IV_REQUIRED, 1, 10, "shown to operators"),
	IV_STR(struct agent, api_key, "apiKey", IV_SECRET, 8, 20, "provider's key"),
	IV_ROW(IV_F_INT, struct agent, max_calls, "maxCalls", "max", 0, 1, 500, NULL, NULL,
	       "calls at once"),
	IV_INT(struct agent, count, "count", 0, 0, 0, "any integer"),
	IV_DBL(struct agent, temperature, "temperature", 0, 0, 2, "of the model"),
	IV_BOOL(struct agent, greets, "greets", 0, "speaks first"),
	IV_ENUM(struct agent, language, "language", 0, languages, "spoken"),
	IV_OBJ(struct agent, endpointing, "endpointing", 0, &endpointing_shape, "turn taking"),
	IV_STRS(struct agent, words, "words", 0, 3, "expected words"),
	IV_OBJS(struct agent, tools, "tools", 0, 2, &tool_shape, "what it may call"),
	IV_JSON(struct agent, extra, "extra", 0, 30, "anything"),
	IV_FIELDS_END,
};

static inline void agent_defaults(void *object)
{
	struct agent *a = object;

	a->max_calls = 5;
	a->language = 1;
}

static const struct iv_shape agent_shape = {"agent", sizeof(struct agent), agent_fields,
					    agent_defaults};

#endif
