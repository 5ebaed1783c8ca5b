/* A sliding window in this process, exact: when each admission of the window was. */
#include "rate_priv.h"

static void free_log(struct rate_logs *l, struct rate_log *g)
{
	(void)iv_map_remove(l->by_key, iv_str(g->key));
	iv_list_remove(&g->node);
	free(g->at_us);
	free(g);
}

void rate_logs_init(struct rate_logs *l)
{
	l->by_key = iv_map_new();
	iv_list_init(&l->by_use);
}

void rate_logs_deinit(struct rate_logs *l)
{
	while (!iv_list_empty(&l->by_use))
		free_log(l, IV_CONTAINER(l->by_use.next, struct rate_log, node));
	iv_map_free(l->by_key);
}

struct rate_log *rate_log_get(struct rate_logs *l, const char *key)
{
	struct rate_log *g = iv_map_get(l->by_key, iv_str(key));

	if (g) {
		iv_list_remove(&g->node);
		iv_list_append(&l->by_use, &g->node);
		return g;
	}
	if (iv_map_count(l->by_key) >= RATE_KEYS_MAX)
		free_log(l, IV_CONTAINER(l->by_use.next, struct rate_log, node));
	g = calloc(1, sizeof(*g));
	if (!g)
		abort();
	(void)iv_str_copy(g->key, sizeof(g->key), iv_str(key));
	(void)iv_map_put(l->by_key, iv_str(g->key), g);
	iv_list_append(&l->by_use, &g->node);
	return g;
}

bool rate_log_fits(struct rate_log *g, const struct iv_rate_policy *p, int64_t now_us)
{
	while (g->count && g->at_us[g->first] <= now_us - p->window_ms * 1000) {
		g->first = (g->first + 1) % g->cap;
		g->count--;
	}
	return (int64_t)g->count < p->limit;
}

static void grow(struct rate_log *g)
{
	size_t cap = g->cap ? 2 * g->cap : 8;
	int64_t *at_us = calloc(cap, sizeof(*at_us));

	if (!at_us)
		abort();
	for (size_t i = 0; i < g->count; i++)
		at_us[i] = g->at_us[(g->first + i) % g->cap];
	free(g->at_us);
	g->at_us = at_us;
	g->cap = cap;
	g->first = 0;
}

void rate_log_add(struct rate_log *g, const struct iv_rate_policy *p, int64_t now_us)
{
	if (!rate_log_fits(g, p, now_us)) {
		/* Redis's clock and ours disagree at the edge: the oldest is as good as out of the window. */
		g->first = (g->first + 1) % g->cap;
		g->count--;
	}
	if (g->count == g->cap)
		grow(g);
	g->at_us[(g->first + g->count++) % g->cap] = now_us;
}

int64_t rate_log_reset_us(const struct rate_log *g, const struct iv_rate_policy *p, int64_t now_us)
{
	return g->count ? g->at_us[g->first] + p->window_ms * 1000 - now_us : 0;
}
