/* Counters behind GET /lab/stats. */
#include "stats.h"

#include <stdlib.h>
#include "iv_map.h"

struct stats_call {
	char id[LAB_CALL_ID_SIZE];
	int64_t tally[LAB_SERVICES][TALLIES];
};

struct stats {
	int64_t sum[LAB_SERVICES][TALLIES];
	struct iv_map *by_id;
	struct stats_call *calls[STATS_CALLS_MAX]; /* in order of appearance */
	size_t count;
	int64_t untracked; /* requests of calls beyond the table */
};

static const char *const names[TALLIES] = {"opened",  "completed", "cancelled",
					   "faulted", "bytesIn",   "bytesOut"};

struct stats *stats_new(void)
{
	struct stats *s = lab_alloc(sizeof(*s));

	s->by_id = iv_map_new();
	return s;
}

void stats_free(struct stats *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->calls[i]);
	iv_map_free(s->by_id);
	free(s);
}

static struct stats_call *find_call(struct stats *s, struct iv_str id)
{
	struct stats_call *c;

	if (id.len == 0 || id.len >= LAB_CALL_ID_SIZE)
		return NULL;
	c = iv_map_get(s->by_id, id);
	if (c)
		return c;
	if (s->count == STATS_CALLS_MAX) {
		s->untracked++;
		return NULL;
	}
	c = lab_alloc(sizeof(*c));
	iv_str_copy(c->id, sizeof(c->id), id);
	s->calls[s->count++] = c;
	iv_map_put(s->by_id, id, c);
	return c;
}

struct stats_tab stats_open(struct stats *s, enum lab_service service, struct iv_str call_id)
{
	struct stats_tab tab = {s, service, find_call(s, call_id)};

	stats_add(tab, TALLY_OPENED, 1);
	return tab;
}

void stats_add(struct stats_tab tab, enum tally t, int64_t n)
{
	tab.stats->sum[tab.service][t] += n;
	if (tab.call)
		tab.call->tally[tab.service][t] += n;
}

static void write_tally(struct iv_jw *w, const char *key, const int64_t tally[TALLIES])
{
	int64_t over = tally[TALLY_COMPLETED] + tally[TALLY_CANCELLED] + tally[TALLY_FAULTED];

	iv_jw_obj(w, key);
	for (size_t t = 0; t < TALLIES; t++)
		iv_jw_i64(w, names[t], tally[t]);
	iv_jw_i64(w, "active", tally[TALLY_OPENED] - over);
	iv_jw_end_obj(w);
}

bool stats_write(const struct stats *s, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	for (size_t i = 0; i < LAB_SERVICES; i++)
		write_tally(&w, lab_service_names[i], s->sum[i]);
	iv_jw_obj(&w, "calls");
	for (size_t c = 0; c < s->count; c++) {
		iv_jw_obj(&w, s->calls[c]->id);
		for (size_t i = 0; i < LAB_SERVICES; i++)
			if (s->calls[c]->tally[i][TALLY_OPENED])
				write_tally(&w, lab_service_names[i], s->calls[c]->tally[i]);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_obj(&w);
	iv_jw_i64(&w, "untracked", s->untracked);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}
