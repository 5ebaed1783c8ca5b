/* The tools of a call: asked for by the model, started or refused by the machine, answered or not. */
#include <stdlib.h>
#include "story_priv.h"

enum { ARGS_KEPT = 2048, RESULT_KEPT = 500, ARGS_READ = 16384 };

void story_tools_deinit(struct iv_story *s)
{
	for (size_t i = 0; i < ASKED; i++)
		iv_buf_deinit(&s->asked[i].args);
	free(s->tools);
	free(s->tool_args);
	free(s->tool_results);
}

static struct asked_tool *asked(struct iv_story *s, struct iv_str id)
{
	for (size_t i = 1; i <= ASKED; i++) { /* the latest of that name first */
		struct asked_tool *t = &s->asked[(s->asked_next + ASKED - i) % ASKED];

		if (t->id[0] && iv_str_eq(iv_str(t->id), id))
			return t;
	}
	return NULL;
}

static size_t open_tool(const struct iv_story *s, struct iv_str id)
{
	for (size_t i = s->tool_count; i > 0; i--)
		if (s->tools[i - 1].end_ms < 0 && iv_str_eq(iv_str(s->tools[i - 1].id), id))
			return i - 1;
	return s->tool_count;
}

void story_tool_event(struct iv_story *s, const struct iv_event *ev)
{
	if (ev->type == IV_EV_LLM_TOOL) {
		struct asked_tool *t = &s->asked[s->asked_next++ % ASKED];

		iv_buf_deinit(&t->args);
		iv_buf_init(&t->args, ARGS_READ);
		(void)iv_str_copy(t->id, sizeof(t->id), ev->id); /* the machine cuts it alike */
		(void)!iv_buf_adds(&t->args, ev->text); /* longer ones are refused by the machine */
	} else {
		size_t i = open_tool(s, ev->id);

		if (i < s->tool_count && !s->tool_results[i].len)
			s->tool_results[i] = story_keep(s, ev->text, RESULT_KEPT);
	}
}

static bool blocking(const struct iv_story *s, struct iv_str name)
{
	const struct iv_tool *tools = s->o.agent->tools.items;

	for (size_t i = 0; i < s->o.agent->tools.count; i++)
		if (iv_str_eq(tools[i].name, name))
			return tools[i].blocking;
	return true;
}

static size_t start(struct iv_story *s, struct iv_str name, struct iv_str id)
{
	struct asked_tool *from = asked(s, id);
	size_t cap = s->tool_cap, cap2 = s->tool_cap, i = s->tool_count;
	struct iv_story_tool *t;

	if (i == IV_STORY_TOOLS)
		return i;
	s->tools = story_grow(s->tools, &s->tool_cap, i, sizeof(s->tools[0]));
	s->tool_args = story_grow(s->tool_args, &cap, i, sizeof(s->tool_args[0]));
	s->tool_results = story_grow(s->tool_results, &cap2, i, sizeof(s->tool_results[0]));
	t = &s->tools[s->tool_count++];
	*t = (struct iv_story_tool){.start_ms = s->now_ms, .end_ms = -1, .blocking = blocking(s, name)};
	(void)iv_str_copy(t->name, sizeof(t->name), name); /* the machine's are no longer */
	(void)iv_str_copy(t->id, sizeof(t->id), id);
	s->tool_args[i] = from ? story_keep(s, iv_buf_str(&from->args), ARGS_KEPT) : (struct text_ref){0, 0};
	s->tool_results[i] = (struct text_ref){0, 0};
	return i;
}

static int http_status(struct iv_str result)
{
	cJSON *json = iv_json_parse(result, NULL);
	const cJSON *status = iv_json_get(json, "status");
	int n = cJSON_IsNumber(status) && status->valueint >= 100 && status->valueint < 600 ? status->valueint : 0;

	cJSON_Delete(json);
	return n;
}

static struct iv_str text_of(const struct iv_story *s, struct text_ref ref)
{
	return (struct iv_str){ref.len ? s->texts.ptr + ref.at : "", ref.len};
}

void story_tool_note(struct iv_story *s, struct iv_str kind, const cJSON *json)
{
	struct iv_str name = iv_json_str(json, "name"), id = iv_json_str(json, "id");
	size_t i;

	if (iv_str_eq(kind, IV_S("tool.requested"))) {
		(void)start(s, name, id);
		return;
	}
	i = open_tool(s, id);
	if (iv_str_eq(kind, IV_S("tool.refused"))) {
		i = start(s, name, id);
		if (i < s->tool_count)
			s->tool_results[i] = story_keep(s, iv_json_str(json, "rule"), RESULT_KEPT);
	}
	if (i == s->tool_count || iv_str_eq(kind, IV_S("tool.late")) || iv_str_eq(kind, IV_S("tool.ignored")))
		return;
	s->tools[i].end_ms = s->now_ms;
	s->tools[i].ok = iv_str_eq(kind, IV_S("tool.succeeded"));
	s->tools[i].cancelled = iv_str_eq(kind, IV_S("tool.cancelled"));
	if (!s->tools[i].ok)
		s->tools[i].http_status = http_status(text_of(s, s->tool_results[i]));
}

size_t iv_story_tools(const struct iv_story *s, const struct iv_story_tool **tools)
{
	for (size_t i = 0; i < s->tool_count; i++) {
		s->tools[i].args = text_of(s, s->tool_args[i]);
		s->tools[i].result = text_of(s, s->tool_results[i]);
	}
	*tools = s->tools;
	return s->tool_count;
}
