/* stats: what each service was asked and how it ended, in all and per call. */
#ifndef LAB_STATS_H
#define LAB_STATS_H

#include "iv_json.h"
#include "lab.h"

enum tally {
	TALLY_OPENED,
	TALLY_COMPLETED, /* to its end */
	TALLY_CANCELLED, /* the client closed before the end */
	TALLY_FAULTED,	 /* ended by a fault rule, or refused for what it asked */
	TALLY_BYTES_IN,
	TALLY_BYTES_OUT,
	TALLIES
};

struct stats;
struct stats_call;

/* One request's place in both tables; valid as long as the stats. */
struct stats_tab {
	struct stats *stats;
	enum lab_service service;
	struct stats_call *call; /* NULL: no id known, or too many */
};

#define STATS_CALLS_MAX 4096 /* later ones count in the sums only */

struct stats *stats_new(void);
void stats_free(struct stats *s);
struct stats_tab stats_open(struct stats *s, enum lab_service service, struct iv_str call_id);
void stats_add(struct stats_tab tab, enum tally t, int64_t n);
IV_MUST_CHECK bool stats_write(const struct stats *s, struct iv_buf *out);

#endif
