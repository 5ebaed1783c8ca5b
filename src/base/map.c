/* Hash map by chaining: a pair never moves, so a walk survives the removal of the pair it stands
 * on. */
#include "iv_map.h"

#include <stdlib.h>

#include "iv_crypto.h"
#include "mem.h"
#include "siphash.h"

#define FIRST_SLOTS 16

struct pair {
	struct pair *next;
	uint64_t hash;
	void *value;
	size_t len;
	char key[];
};

struct iv_map {
	struct pair **slots;
	size_t mask; /* slots - 1, a power of two less one */
	size_t count;
};

static uint64_t hash(struct iv_str key)
{
	static uint64_t seed[2];
	static bool seeded;

	if (!seeded) {
		iv_random(seed, sizeof(seed));
		seeded = true;
	}
	return iv_siphash(seed, key);
}

struct iv_map *iv_map_new(void)
{
	struct iv_map *m = must_calloc(1, sizeof(*m));

	m->slots = must_calloc(FIRST_SLOTS, sizeof(struct pair *));
	m->mask = FIRST_SLOTS - 1;
	return m;
}

void iv_map_free(struct iv_map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i <= m->mask; i++) {
		for (struct pair *p = m->slots[i], *next; p; p = next) {
			next = p->next;
			free(p);
		}
	}
	free(m->slots);
	free(m);
}

/* The link that points to the pair, or the NULL link at the end of its chain. */
static struct pair **find(const struct iv_map *m, uint64_t h, struct iv_str key)
{
	struct pair **link = &m->slots[h & m->mask];

	while (*link &&
	       ((*link)->hash != h || !iv_str_eq((struct iv_str){(*link)->key, (*link)->len}, key)))
		link = &(*link)->next;
	return link;
}

static void grow(struct iv_map *m)
{
	size_t slots = (m->mask + 1) * 2;
	struct pair **wider = must_calloc(slots, sizeof(struct pair *));

	for (size_t i = 0; i <= m->mask; i++) {
		for (struct pair *p = m->slots[i], *next; p; p = next) {
			struct pair **head = &wider[p->hash & (slots - 1)];

			next = p->next;
			p->next = *head;
			*head = p;
		}
	}
	free(m->slots);
	m->slots = wider;
	m->mask = slots - 1;
}

void *iv_map_get(const struct iv_map *m, struct iv_str key)
{
	struct pair *p = *find(m, hash(key), key);

	return p ? p->value : NULL;
}

void *iv_map_put(struct iv_map *m, struct iv_str key, void *value)
{
	uint64_t h = hash(key);
	struct pair **link = find(m, h, key), *p = *link;

	if (p) {
		void *before = p->value;

		p->value = value;
		return before;
	}
	p = must_calloc(1, sizeof(*p) + key.len);
	p->hash = h;
	p->value = value;
	p->len = key.len;
	if (key.len)
		memcpy(p->key, key.ptr, key.len);
	*link = p;
	if (++m->count > m->mask)
		grow(m);
	return NULL;
}

void *iv_map_remove(struct iv_map *m, struct iv_str key)
{
	struct pair **link = find(m, hash(key), key), *p = *link;
	void *value;

	if (!p)
		return NULL;
	value = p->value;
	*link = p->next;
	m->count--;
	free(p);
	return value;
}

size_t iv_map_count(const struct iv_map *m)
{
	return m->count;
}

void iv_map_each(struct iv_map *m, void (*fn)(void *arg, struct iv_str key, void *value), void *arg)
{
	for (size_t i = 0; i <= m->mask; i++) {
		for (struct pair *p = m->slots[i], *next; p; p = next) {
			next = p->next;
			fn(arg, (struct iv_str){p->key, p->len}, p->value);
		}
	}
}
