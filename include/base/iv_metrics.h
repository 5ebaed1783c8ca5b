/* iv_metrics: every series the process exports, made from iv_metrics.def. Counters and gauges are plain
 * adds; a histogram has the buckets of its row. Labels are small fixed sets, never an id. */
#ifndef IV_METRICS_H
#define IV_METRICS_H

#include "iv_buf.h"

enum iv_metric {
#define METRIC_COUNTER(name, label, values, help) IV_M_##name,
#define METRIC_GAUGE(name, label, values, help) IV_M_##name,
#define METRIC_HISTOGRAM(name, label, values, buckets, help) IV_M_##name,
#include "iv_metrics.def"
	IV_M_COUNT
};

/* `label` is the index of the label's value in its row's list; 0 where the row has no label. */
void iv_metric_add(enum iv_metric m, int label, double n);
void iv_metric_set(enum iv_metric m, int label, double value);
void iv_metric_observe(enum iv_metric m, int label, double value);
double iv_metric_get(enum iv_metric m, int label); /* a histogram's sum */
uint64_t iv_metric_count(enum iv_metric m, int label); /* a histogram's observations */
IV_MUST_CHECK bool iv_metrics_text(struct iv_buf *out); /* Prometheus text format 0.0.4 */
IV_MUST_CHECK bool iv_metrics_markdown(struct iv_buf *out); /* the table of docs/metrics.md */
void iv_metrics_reset(void); /* tests */

#endif
