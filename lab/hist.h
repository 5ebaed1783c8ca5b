/* hist: a histogram of microseconds, 0 to about two hours, each bucket within 1.6 % of its value. */
#ifndef LAB_HIST_H
#define LAB_HIST_H

#include <stdint.h>
#include "iv_json.h"

#define HIST_SUB 64 /* buckets of each doubling */
#define HIST_BUCKETS (HIST_SUB * 28)

struct hist {
	uint64_t buckets[HIST_BUCKETS];
	uint64_t count;
	int64_t max;
};

void hist_add(struct hist *h, int64_t us); /* below 0 counts as 0 */
int64_t hist_at(const struct hist *h, double share); /* 0.99: p99; 0 when empty */
void hist_reset(struct hist *h);
/* "key":{"count":n,"p50":…,"p90":…,"p99":…,"p999":…,"max":…} in milliseconds; percentiles null when empty. */
void hist_write(const struct hist *h, struct iv_jw *w, const char *key);

#endif
