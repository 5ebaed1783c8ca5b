/* Agents from a directory of JSON files. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_agents.h"
#include "iv_id.h"
#include "iv_map.h"
#include "iv_provider.h"
#include "iv_spool.h"

enum { AGENTS_MAX = 1000, AGENT_FILE_MAX = 262144, AGENTS_BYTES = 64 << 20 };

struct iv_agents {
	struct iv_arena memory;
	struct iv_map *by_id;
	struct iv_agent *list[AGENTS_MAX];
	size_t count;
};

static bool read_agent(struct iv_agents *a, const struct iv_config *cfg, const char *path, struct iv_str id,
		       struct iv_err *e)
{
	struct iv_agent *agent = iv_arena_alloc(&a->memory, sizeof(*agent));
	struct iv_buf text;
	cJSON *json = NULL;
	bool ok;

	iv_buf_init(&text, AGENT_FILE_MAX + 65536);
	ok = agent && iv_file_read(path, AGENT_FILE_MAX, &text, e) &&
	     (json = iv_json_parse(iv_buf_str(&text), e)) != NULL;
	if (ok) {
		iv_agent_shape.defaults(agent);
		agent->endpointing.silence_ms = cfg->endpointing_silence_ms;
		agent->endpointing.min_words = cfg->endpointing_min_words;
		ok = iv_shape_merge(&iv_agent_shape, json, agent, &a->memory, e) && iv_agent_check(agent, e);
	}
	cJSON_Delete(json);
	iv_buf_deinit(&text);
	if (!ok)
		return false;
	agent->id = iv_arena_str(&a->memory, id);
	if (!agent->name.len)
		return iv_fail_field(e, IV_EINVAL, "name", "is required");
	a->list[a->count++] = agent;
	(void)iv_map_put(a->by_id, agent->id, agent);
	return true;
}

static bool read_directory(struct iv_agents *a, const struct iv_config *cfg, DIR *dir, struct iv_err *e)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		struct iv_str name = iv_str(entry->d_name);
		struct iv_err why = {0};
		char path[1024];

		if (!iv_str_ends(name, IV_S(".json")))
			continue;
		name.len -= 5;
		(void)snprintf(path, sizeof(path), "%s/%s", cfg->agents_dir, entry->d_name);
		if (!iv_id_acceptable(name))
			return iv_fail(e, IV_EINVAL, "%s: a file name must be an id: 1 to 128 of A-Z a-z 0-9 . _ : -", path);
		if (a->count == AGENTS_MAX)
			return iv_fail(e, IV_EINVAL, "%s: more than %d agents", cfg->agents_dir, AGENTS_MAX);
		if (!read_agent(a, cfg, path, name, &why))
			return iv_fail(e, why.code, "%s: %s %s", path, why.field, why.msg);
	}
	return true;
}

struct iv_agents *iv_agents_load(const struct iv_config *cfg, struct iv_err *e)
{
	struct iv_agents *a = calloc(1, sizeof(*a));
	DIR *dir = opendir(cfg->agents_dir);
	bool ok;

	if (!a)
		abort();
	iv_arena_init(&a->memory, AGENTS_BYTES);
	a->by_id = iv_map_new();
	ok = dir ? read_directory(a, cfg, dir, e)
		 : iv_fail(e, IV_EINVAL, "AGENTS_DIR=\"%s\": cannot be read: %s", cfg->agents_dir, strerror(errno));
	if (dir)
		(void)closedir(dir);
	if (ok && !a->count)
		ok = iv_fail(e, IV_EINVAL, "AGENTS_DIR=\"%s\": holds no agent (NAME.json)", cfg->agents_dir);
	if (ok)
		return a;
	iv_agents_free(a);
	return NULL;
}

void iv_agents_free(struct iv_agents *a)
{
	if (!a)
		return;
	iv_map_free(a->by_id);
	iv_arena_deinit(&a->memory);
	free(a);
}

const struct iv_agent *iv_agents_get(const struct iv_agents *a, struct iv_str id)
{
	return iv_map_get(a->by_id, id);
}

size_t iv_agents_count(const struct iv_agents *a)
{
	return a->count;
}

const struct iv_agent *iv_agents_at(const struct iv_agents *a, size_t i)
{
	return a->list[i];
}
