/* Requests by route pattern and class, and how long they took: series that only run time knows, because
 * the routes are tables of others. */
#include "api_priv.h"

static const double bounds[API_BUCKETS] = API_MS_BUCKETS;

void api_count_answer(struct api_row *row, int status, int64_t us)
{
	struct api_counts *n = &row->counts;
	double ms = (double)us / 1000.0;
	int class = status / 100 - 2;

	n->answered[class < 0 ? 0 : class > 3 ? 3 : class]++;
	n->count++;
	n->sum_ms += ms;
	for (size_t i = 0; i < API_BUCKETS; i++) {
		if (ms <= bounds[i]) {
			n->bucket[i]++;
			return;
		}
	}
}

#define ROUTE "method=\"%s\",route=\"%s\""

static bool counters(const struct iv_api *a, struct iv_buf *out)
{
	bool ok = iv_buf_adds(out, IV_S("# HELP invorto_http_route_requests_total API requests answered, by route\n"
					"# TYPE invorto_http_route_requests_total counter\n"));

	for (size_t i = 0; i < a->count; i++) {
		const struct api_row *r = a->rows[i];

		for (int class = 0; class < 4; class++)
			if (r->counts.answered[class])
				ok = ok &&
				     iv_buf_printf(out, "invorto_http_route_requests_total{" ROUTE ",class=\"%dxx\"} %llu\n",
						   r->row->method, r->row->path, class + 2,
						   (unsigned long long)r->counts.answered[class]);
	}
	return ok;
}

static bool histogram(const struct api_row *r, struct iv_buf *out)
{
	uint64_t below = 0;
	bool ok = true;

	for (size_t i = 0; i < API_BUCKETS; i++) {
		below += r->counts.bucket[i];
		ok = ok && iv_buf_printf(out, "invorto_http_route_ms_bucket{" ROUTE ",le=\"%g\"} %llu\n", r->row->method,
					 r->row->path, bounds[i], (unsigned long long)below);
	}
	return ok &&
	       iv_buf_printf(out, "invorto_http_route_ms_bucket{" ROUTE ",le=\"+Inf\"} %llu\n", r->row->method, r->row->path,
			     (unsigned long long)r->counts.count) &&
	       iv_buf_printf(out, "invorto_http_route_ms_sum{" ROUTE "} %.3f\n", r->row->method, r->row->path,
			     r->counts.sum_ms) &&
	       iv_buf_printf(out, "invorto_http_route_ms_count{" ROUTE "} %llu\n", r->row->method, r->row->path,
			     (unsigned long long)r->counts.count);
}

bool iv_api_metrics(const struct iv_api *a, struct iv_buf *out)
{
	bool ok = counters(a, out) &&
		  iv_buf_adds(out, IV_S("# HELP invorto_http_route_ms Time from a request being whole to its answer, by route\n"
					"# TYPE invorto_http_route_ms histogram\n"));

	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i]->counts.count)
			ok = ok && histogram(a->rows[i], out);
	return ok;
}
