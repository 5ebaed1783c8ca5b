/* A histogram with buckets that grow with the value. */
#include "hist.h"

static size_t bucket_of(uint64_t us)
{
	unsigned shift = 0;

	while (us >> shift >= 2 * HIST_SUB)
		shift++;
	size_t b = (size_t)shift * HIST_SUB + (size_t)(us >> shift);
	return b < HIST_BUCKETS ? b : HIST_BUCKETS - 1;
}

/* The largest value of a bucket. */
static int64_t top_of(size_t b)
{
	unsigned shift = b < 2 * HIST_SUB ? 0 : (unsigned)(b / HIST_SUB - 1);
	uint64_t base = b - (size_t)shift * HIST_SUB;

	return (int64_t)(((base + 1) << shift) - 1);
}

void hist_add(struct hist *h, int64_t us)
{
	uint64_t v = us > 0 ? (uint64_t)us : 0;

	h->buckets[bucket_of(v)]++;
	h->count++;
	if ((int64_t)v > h->max)
		h->max = (int64_t)v;
}

int64_t hist_at(const struct hist *h, double share)
{
	uint64_t want = (uint64_t)(share * (double)h->count), seen = 0;

	if (h->count == 0)
		return 0;
	if (want >= h->count)
		want = h->count - 1;
	for (size_t b = 0; b < HIST_BUCKETS; b++) {
		seen += h->buckets[b];
		if (seen > want)
			return top_of(b) < h->max ? top_of(b) : h->max;
	}
	return h->max;
}

void hist_reset(struct hist *h)
{
	*h = (struct hist){0};
}

void hist_write(const struct hist *h, struct iv_jw *w, const char *key)
{
	static const struct {
		const char *name;
		double share;
	} points[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};

	iv_jw_obj(w, key);
	iv_jw_i64(w, "count", (int64_t)h->count);
	for (size_t i = 0; i < IV_COUNT(points); i++) {
		if (h->count == 0)
			iv_jw_null(w, points[i].name);
		else
			iv_jw_num(w, points[i].name, (double)hist_at(h, points[i].share) / 1000, 3);
	}
	iv_jw_end_obj(w);
}
