/* Who was wrong too often from one address within a minute waits out that minute. Counted per process:
 * guessing 190 bits is hopeless anyhow, this is about noise and stolen lists. */
#include <stdlib.h>
#include "auth_priv.h"

enum { ADDRESSES_MAX = 20000 };
#define WINDOW_US (60 * 1000000LL)

struct wrong_address {
	struct iv_list node; /* by the start of its window */
	int64_t since_us;
	int64_t failures;
	char address[64];
};

void auth_guard_init(struct auth_guard *g)
{
	*g = (struct auth_guard){.by_address = iv_map_new()};
	iv_list_init(&g->oldest);
}

static void forget(struct auth_guard *g, struct wrong_address *w)
{
	(void)iv_map_remove(g->by_address, iv_str(w->address));
	iv_list_remove(&w->node);
	g->count--;
	free(w);
}

void auth_guard_deinit(struct auth_guard *g)
{
	IV_LIST_EACH(node, &g->oldest)
		forget(g, IV_CONTAINER(node, struct wrong_address, node));
	iv_map_free(g->by_address);
}

/* Windows that are over, from the oldest on. */
static void sweep(struct auth_guard *g, int64_t now_us)
{
	IV_LIST_EACH(node, &g->oldest) {
		struct wrong_address *w = IV_CONTAINER(node, struct wrong_address, node);

		if (now_us - w->since_us < WINDOW_US && g->count < ADDRESSES_MAX)
			return;
		forget(g, w);
	}
}

void auth_guard_note(struct auth_guard *g, struct iv_str address)
{
	int64_t now_us = iv_now_us();
	struct wrong_address *w;

	sweep(g, now_us);
	if (!address.len || address.len >= sizeof(w->address))
		return;
	w = iv_map_get(g->by_address, address);
	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w)
			abort();
		w->since_us = now_us;
		(void)iv_str_copy(w->address, sizeof(w->address), address);
		(void)iv_map_put(g->by_address, address, w);
		iv_list_append(&g->oldest, &w->node);
		g->count++;
	}
	w->failures++;
}

int64_t auth_guard_wait_s(struct auth_guard *g, struct iv_str address, int64_t limit)
{
	int64_t now_us = iv_now_us();
	struct wrong_address *w;

	sweep(g, now_us);
	w = iv_map_get(g->by_address, address);
	if (!w || w->failures < limit)
		return 0;
	return (w->since_us + WINDOW_US - now_us) / 1000000 + 1;
}
