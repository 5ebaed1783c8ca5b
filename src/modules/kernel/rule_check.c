/* What may be said of a rule. */
#include "rule.h"

#include <stdio.h>

static void check_threshold(struct iv_api_call *c, const char *pointer, int metric, double threshold)
{
	if (metric >= 0 && metric < RULE_FIRST_AVERAGE && threshold > 1)
		iv_api_bad(c, pointer, "must be a part of one, from 0 to 1, for %s", rule_metrics[metric]);
}

static void check_said(struct iv_api_call *c, const struct rule *r)
{
	const struct {
		const char *pointer;
		bool said;
	} needed[] = {{"/metric", r->metric != RULE_NOT_SAID},     {"/comparison", r->comparison != RULE_NOT_SAID},
		      {"/threshold", r->threshold >= 0},      {"/decision", r->decision != RULE_NOT_SAID},
		      {"/reason", r->reason.len > 0}};

	for (size_t i = 0; i < IV_COUNT(needed); i++)
		if (!needed[i].said)
			iv_api_bad(c, needed[i].pointer, "is required: no rule of everybody's has this name");
}

static void check_action(struct iv_api_call *c, const struct rule *r)
{
	const struct action *a = &r->action;

	if (r->decision == RULE_WINDOWS && !a->windows.count)
		iv_api_bad(c, "/action/retryWindows", "is required for adjust_retry_window");
	if (r->decision != RULE_WINDOWS && a->windows.count)
		iv_api_bad(c, "/action/retryWindows", "is of adjust_retry_window alone");
	if (r->decision == RULE_SCALE && !(a->factor > 1))
		iv_api_bad(c, "/action/factor", "must be more than 1 for scale_up");
	if (r->decision != RULE_SCALE && a->factor > 0)
		iv_api_bad(c, "/action/factor", "is of scale_up alone");
	if (r->decision != RULE_SWITCH && a->agent_id.len)
		iv_api_bad(c, "/action/agentId", "is of switch_agent alone");
}

static bool is_name(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char ch = s.ptr[i];

		if (!(ch >= 'a' && ch <= 'z') && !(i && ((ch >= '0' && ch <= '9') || ch == '_')))
			return false;
	}
	return s.len > 0;
}

void rule_check(struct iv_api_call *c, const struct rule *r)
{
	const struct condition *also = r->also.items;
	char pointer[40];

	check_said(c, r);
	if (!is_name(r->name))
		iv_api_bad(c, "/name", "must begin with a letter and hold a-z, 0-9 and _");
	check_threshold(c, "/threshold", r->metric, r->threshold);
	for (size_t i = 0; i < r->also.count; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/also/%zu/threshold", i);
		check_threshold(c, pointer, also[i].metric, also[i].threshold);
	}
	check_action(c, r);
}
