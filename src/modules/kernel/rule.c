/* A rule's words, and its members as they are sent and told. */
#include "rule.h"

enum { YEAR_S = 365 * 86400, MONTH_S = 30 * 86400, MODE_ENFORCE = 1 };

const char *const rule_metrics[] = {"failure_rate", "connect_rate", "qualification_rate", "efficiency", "no_answer_rate",
				    "busy_rate", "voicemail_rate", "average_duration_s", "average_cost_usd", NULL};
const char *const rule_comparisons[] = {">", ">=", "<", "<=", NULL};
const char *const rule_samples[] = {"total", "completed", "connected", "qualified", NULL};
const char *const rule_modes[] = {"shadow", "enforce", NULL};
static const char *const scopes[] = {"platform", "tenant", NULL};
const char *const rule_decisions[] = {"pause_campaign", "adjust_retry_window", "switch_agent", "scale_up", NULL};
const char *const rule_acts[] = {"pause_campaign", "shift_calling_hours", "test_new_script", "increase_volume"};

/* ── members ── */

static const struct iv_field condition_fields[] = {
	IV_ENUM(struct condition, metric, "metric", IV_REQUIRED, rule_metrics, "What is looked at"),
	IV_ENUM(struct condition, comparison, "comparison", IV_REQUIRED, rule_comparisons, "How it is compared"),
	IV_DBL(struct condition, threshold, "threshold", IV_REQUIRED, 0, 1e6, "With what; a rate is a part of one"),
	IV_FIELDS_END,
};
static const struct iv_shape condition_shape = {"OptimizerCondition", sizeof(struct condition), condition_fields, NULL};

static const struct iv_field window_fields[] = {
	IV_STR(struct window, start, "start", IV_REQUIRED, 5, 5, "HH:MM"),
	IV_STR(struct window, end, "end", IV_REQUIRED, 5, 5, "HH:MM"),
	IV_STR(struct window, zone, "timezone", 0, 1, 64, "local (the callee's), or a name such as Asia/Kolkata"),
	IV_FIELDS_END,
};
static const struct iv_shape window_shape = {"OptimizerWindow", sizeof(struct window), window_fields, NULL};

static const struct iv_field action_fields[] = {
	IV_OBJS(struct action, windows, "retryWindows", 0, RULE_WINDOWS_MOST, &window_shape,
		"Of adjust_retry_window: the campaign's from then on"),
	IV_DBL(struct action, factor, "factor", 0, 0, 10, "Of scale_up: by how much calls at once and calls a day grow"),
	IV_STR(struct action, agent_id, "agentId", 0, 0, 128, "Of switch_agent: who calls instead; without one a person chooses"),
	IV_FIELDS_END,
};
static const struct iv_shape action_shape = {"OptimizerAction", sizeof(struct action), action_fields, NULL};

void rule_defaults(void *o)
{
	struct rule *r = o;

	r->scope = 1;
	r->mode = MODE_ENFORCE;
	r->metric = r->comparison = r->decision = RULE_NOT_SAID;
	r->enabled = true;
	r->position = 100;
	r->looks_back_s = 7 * 86400;
	r->cool_down_s = 3600;
	r->threshold = -1;
}

static const struct iv_field rule_fields[] = {
	IV_STR(struct rule, id, "id", IV_READONLY, 0, 0, "rule_…"),
	IV_ENUM(struct rule, scope, "scope", IV_READONLY, scopes, "platform: everybody's; tenant: one of your own"),
	IV_BOOL(struct rule, overridden, "overridden", IV_READONLY, "Of everybody's: one of your own stands in its place"),
	IV_STR(struct rule, name, "name", IV_REQUIRED, 1, 63, "a-z, 0-9, _; one of everybody's names puts this in its place"),
	IV_INT(struct rule, position, "position", 0, 0, 100000, "The first that matches is followed; 100 when absent"),
	IV_BOOL(struct rule, enabled, "enabled", 0, "false: it is passed over"),
	IV_ENUM(struct rule, mode, "mode", 0, rule_modes,
		"shadow: it says what it would do, and keeps none behind it from acting"),
	IV_ENUM(struct rule, metric, "metric", 0, rule_metrics, "What is looked at"),
	IV_ENUM(struct rule, comparison, "comparison", 0, rule_comparisons, "How it is compared"),
	IV_DBL(struct rule, threshold, "threshold", 0, 0, 1e6, "With what; a rate is a part of one: 0.3 is 30 %"),
	IV_INT(struct rule, min_sample, "minSample", 0, 0, 1000000, "With fewer nothing follows"),
	IV_ENUM(struct rule, sample_of, "sampleOf", 0, rule_samples, "Fewer of what; total when absent"),
	IV_OBJS(struct rule, also, "also", 0, RULE_ALSO_MOST, &condition_shape, "What must hold besides"),
	IV_BOOL(struct rule, parity, "parity", 0, "The first product's formulas: all calls ever, those under way too"),
	IV_INT(struct rule, looks_back_s, "windowSeconds", 0, 60, YEAR_S, "Calls that ended within so long; 7 days when absent"),
	IV_INT(struct rule, cool_down_s, "coolDownSeconds", 0, 0, MONTH_S,
	       "Quiet for so long after it has spoken; an hour when absent"),
	IV_ENUM(struct rule, decision, "decision", 0, rule_decisions, "What follows"),
	IV_OBJ(struct rule, action, "action", 0, &action_shape, "What that needs to know"),
	IV_STR(struct rule, reason, "reason", 0, 1, 500,
	       "In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in"),
	IV_STR(struct rule, created_at, "createdAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_STR(struct rule, updated_at, "updatedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_FIELDS_END,
};
const struct iv_shape rule_shape = {"OptimizerRule", sizeof(struct rule), rule_fields, rule_defaults};

static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct iv_list_alone, page, &rule_shape), IV_FIELDS_END};
const struct iv_shape rule_list_shape = {"OptimizerRuleList", sizeof(struct iv_list_alone), list_fields, NULL};
