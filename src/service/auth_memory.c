/* What was found out about a credential, for a while. Bounded: who fills it pushes out the oldest. */
#include <stdlib.h>
#include "auth_priv.h"

void auth_memory_init(struct auth_memory *m, size_t max)
{
	*m = (struct auth_memory){.by_name = iv_map_new(), .max = max};
	iv_list_init(&m->oldest);
}

void auth_memory_forget(struct auth_memory *m, struct auth_known *k)
{
	(void)iv_map_remove(m->by_name, iv_str(k->name));
	iv_list_remove(&k->node);
	iv_arena_deinit(&k->arena);
	free(k);
}

void auth_memory_clear(struct auth_memory *m)
{
	IV_LIST_EACH(node, &m->oldest)
		auth_memory_forget(m, IV_CONTAINER(node, struct auth_known, node));
}

void auth_memory_deinit(struct auth_memory *m)
{
	auth_memory_clear(m);
	iv_map_free(m->by_name);
}

struct auth_known *auth_memory_get(struct auth_memory *m, struct iv_str name)
{
	struct auth_known *k = iv_map_get(m->by_name, name);

	if (k && k->until_us <= iv_now_us()) {
		auth_memory_forget(m, k);
		return NULL;
	}
	return k;
}

struct auth_known *auth_memory_put(struct auth_memory *m, struct iv_str name, int64_t ms)
{
	struct auth_known *old = iv_map_get(m->by_name, name), *k;

	if (name.len >= sizeof(k->name))
		return NULL;
	if (old)
		auth_memory_forget(m, old);
	if (iv_map_count(m->by_name) >= m->max)
		auth_memory_forget(m, IV_CONTAINER(m->oldest.next, struct auth_known, node));
	k = calloc(1, sizeof(*k));
	if (!k)
		abort();
	(void)iv_str_copy(k->name, sizeof(k->name), name);
	k->until_us = iv_now_us() + ms * 1000;
	iv_arena_init(&k->arena, 1 << 20);
	(void)iv_map_put(m->by_name, name, k);
	iv_list_append(&m->oldest, &k->node);
	return k;
}

static bool is_about(const struct auth_known *k, struct iv_str kind, struct iv_str id)
{
	if (iv_str_eq(kind, IV_S("key")))
		return iv_str_eq(k->key_id, id);
	if (iv_str_eq(kind, IV_S("user")))
		return iv_str_eq(iv_str(k->name), id);
	for (size_t i = 0; i < k->tenant_count; i++)
		if (iv_str_eq(k->tenants[i].id, id))
			return true;
	return false;
}

void auth_memory_news(struct auth_memory *m, struct iv_str news)
{
	struct iv_str id = news, kind;

	if (!iv_str_split(&id, ' ', &kind)) {
		auth_memory_clear(m); /* something may have been missed */
		return;
	}
	IV_LIST_EACH(node, &m->oldest) {
		struct auth_known *k = IV_CONTAINER(node, struct auth_known, node);

		if (is_about(k, kind, id))
			auth_memory_forget(m, k);
	}
}

void auth_allow(struct auth_tenant *t, const struct iv_strs *networks, struct iv_arena *a)
{
	t->any_address = networks->count == 0;
	t->allow = iv_arena_alloc(a, networks->count * sizeof(*t->allow));
	for (size_t i = 0; t->allow && i < networks->count; i++) {
		struct iv_err e = {0};

		if (iv_cidr_parse(networks->items[i], &t->allow[t->allow_count], &e))
			t->allow_count++;
	}
}
