/* Tool calls in fragments. Servers disagree about index and id, so: an index names its slot unless
 * it comes with another id (Ollama says 0 for every call); without index the id decides; with
 * neither it belongs to the last call. */
#include "llm_tools.h"

void llm_tools_deinit(struct llm_tools *t)
{
	for (size_t i = 0; i < t->count; i++) {
		iv_buf_deinit(&t->slots[i].id);
		iv_buf_deinit(&t->slots[i].name);
		iv_buf_deinit(&t->slots[i].args);
	}
	t->count = 0;
}

static struct llm_tool *with_id(struct llm_tools *t, struct iv_str id)
{
	for (size_t i = 0; i < t->count; i++)
		if (iv_str_eq(iv_buf_str(&t->slots[i].id), id))
			return &t->slots[i];
	return NULL;
}

/* The latest: where every call has index 0, a fragment without id continues the newest of them. */
static struct llm_tool *with_index(struct llm_tools *t, double index)
{
	for (size_t i = t->count; i > 0; i--)
		if (t->slots[i - 1].has_index && t->slots[i - 1].index == index)
			return &t->slots[i - 1];
	return NULL;
}

static struct llm_tool *fresh(struct llm_tools *t)
{
	if (t->count == LLM_TOOLS_MAX)
		return NULL;
	struct llm_tool *slot = &t->slots[t->count++];
	*slot = (struct llm_tool){0};
	iv_buf_init(&slot->id, LLM_TOOL_NAME_MAX);
	iv_buf_init(&slot->name, LLM_TOOL_NAME_MAX);
	iv_buf_init(&slot->args, LLM_TOOL_ARGS_MAX);
	return slot;
}

static struct llm_tool *choose(struct llm_tools *t, const cJSON *index, struct iv_str id)
{
	struct llm_tool *slot = NULL;
	if (cJSON_IsNumber(index)) {
		slot = with_index(t, index->valuedouble);
		if (slot &&
		    (id.len == 0 || slot->id.len == 0 || iv_str_eq(iv_buf_str(&slot->id), id)))
			return slot;
	} else if (id.len == 0 && t->count > 0) {
		return &t->slots[t->count - 1];
	}
	if (id.len > 0)
		slot = with_id(t, id);
	else
		slot = NULL;
	if (slot)
		return slot;
	slot = fresh(t);
	if (slot && cJSON_IsNumber(index)) {
		slot->has_index = true;
		slot->index = index->valuedouble;
	}
	return slot;
}

/* Some servers repeat id and name in every fragment: the first counts. */
static bool once(struct iv_buf *b, struct iv_str value)
{
	return b->len > 0 || iv_buf_adds(b, value);
}

/* A string to append; an object, from servers that do not print it, replaces. */
static bool add_args(struct iv_buf *b, const cJSON *args)
{
	if (cJSON_IsString(args))
		return iv_buf_adds(b, iv_str(args->valuestring));
	if (!cJSON_IsObject(args))
		return args == NULL || cJSON_IsNull(args);
	char *text = cJSON_PrintUnformatted(args);
	iv_buf_clear(b);
	bool ok = text && iv_buf_adds(b, iv_str(text));
	cJSON_free(text);
	return ok;
}

bool llm_tools_add(struct llm_tools *t, const cJSON *fragment)
{
	if (!cJSON_IsObject(fragment))
		return false;
	const cJSON *function = iv_json_get(fragment, "function");
	struct iv_str id = iv_json_str(fragment, "id");
	struct llm_tool *slot = choose(t, iv_json_get(fragment, "index"), id);
	return slot && once(&slot->id, id) && once(&slot->name, iv_json_str(function, "name")) &&
	       add_args(&slot->args, iv_json_get(function, "arguments"));
}

static bool check_args(struct iv_buf *args)
{
	struct iv_str text = iv_str_trim(iv_buf_str(args));
	if (text.len == 0 || iv_str_eq(text, IV_S("null"))) {
		iv_buf_clear(args);
		return iv_buf_adds(args, IV_S("{}"));
	}
	cJSON *tree = iv_json_parse(text, NULL);
	bool ok = cJSON_IsObject(tree);
	cJSON_Delete(tree);
	return ok;
}

bool llm_tools_finish(struct llm_tools *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct llm_tool *slot = &t->slots[i];
		if (slot->name.len == 0 || !check_args(&slot->args))
			return false;
		if (slot->id.len == 0 && !iv_buf_printf(&slot->id, "call_%zu", i + 1))
			return false;
	}
	return true;
}
