/* A rule by which campaigns are decided about: as it is sent and told (rule.c), as the books have it (rule_books.c), and what
 * may be said of one (rule_check.c). Private to the module; /v1/optimizer-rules is rules.c. */
#ifndef RULE_H
#define RULE_H

#include "iv_api.h"
#include "iv_page.h"
#include "iv_sql.h"

enum { RULE_ALSO_MOST = 5, RULE_WINDOWS_MOST = 12 };

/* ── words, each list by its index below */
extern const char *const rule_metrics[], *const rule_comparisons[], *const rule_samples[], *const rule_modes[];
extern const char *const rule_decisions[], *const rule_acts[]; /* what a decision is called, and what is done by it */
enum { RULE_PAUSE, RULE_WINDOWS, RULE_SWITCH, RULE_SCALE };    /* of decisions */
enum { RULE_FIRST_AVERAGE = 7 };                               /* of metrics: those before it are parts of one */
enum { RULE_NOT_SAID = -1 };

struct condition {
	int metric, comparison;
	double threshold;
};
struct window {
	struct iv_str start, end, zone;
};
struct action {
	struct iv_objs windows;
	double factor;
	struct iv_str agent_id;
};
struct rule {
	struct iv_str id, name, reason, created_at, updated_at;
	int scope; /* 0: everybody's */
	int mode, metric, comparison, sample_of, decision; /* RULE_NOT_SAID, or an index */
	bool overridden, enabled, parity;
	int64_t position, min_sample, looks_back_s, cool_down_s;
	double threshold;
	struct iv_objs also;
	struct action action;
};

extern const struct iv_shape rule_shape, rule_list_shape; /* struct rule; struct iv_list_alone of them */
void rule_defaults(void *rule);

/* ── rule_books.c; texts are the arena's, IV_STR_NULL: no room */
void rule_read(struct iv_api_call *c, const struct iv_rule_page_out *row, struct rule *r);
struct iv_str rule_windows_text(struct iv_api_call *c, const struct action *a);
struct iv_rule_put_in rule_written(struct iv_api_call *c, const struct rule *r);

/* ── rule_check.c: tells the client what is wrong (iv_api_bad) */
void rule_check(struct iv_api_call *c, const struct rule *r);

#endif
