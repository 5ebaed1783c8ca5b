/* The two plans of tries, and what each answer of a receiver means. */
#include "schedule.h"

enum {
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	HOUR = 60 * MINUTE,
};

/* Waits behind the first, second, … failure: 75 h 35 min 5 s in all. */
static const int32_t standard_ms[] = {5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR,
				      10 * HOUR,  14 * HOUR,  20 * HOUR,   24 * HOUR};
static const int32_t short_ms[] = {1 * SECOND, 5 * SECOND, 15 * SECOND, 45 * SECOND, 135 * SECOND, 5 * MINUTE};

const char *const webhook_plans[] = {"standard", "short", NULL};
const char *const webhook_errors[] = {"",	      "timeout",      "connection", "blocked",	   "redirect",
				      "client_error", "rate_limited", "gone",	    "server_error"};

int webhook_attempts_max(const struct webhook_rules *rules)
{
	return rules->plan == WEBHOOK_STANDARD ? 1 + (int)IV_COUNT(standard_ms) : 1 + rules->short_retries;
}

static enum webhook_error error_of(const struct webhook_answer *a)
{
	/* A head came: what broke behind it does not matter. */
	if (a->status >= 200 && a->status < 300)
		return WEBHOOK_E_NONE;
	if (a->status == 410)
		return WEBHOOK_E_GONE;
	if (a->status == 429)
		return WEBHOOK_E_RATE_LIMITED;
	if (a->status >= 300 && a->status < 400)
		return WEBHOOK_E_REDIRECT;
	if (a->status >= 400 && a->status < 500)
		return WEBHOOK_E_CLIENT_ERROR;
	if (a->status != 0)
		return WEBHOOK_E_SERVER_ERROR;
	if (a->code == IV_ETIMEDOUT)
		return WEBHOOK_E_TIMEOUT;
	if (a->code == IV_EFORBIDDEN || a->code == IV_EINVAL)
		return WEBHOOK_E_BLOCKED;
	return WEBHOOK_E_CONNECTION;
}

static bool hopeless_soon(const struct webhook_answer *a, enum webhook_error error)
{
	return error == WEBHOOK_E_BLOCKED ||
	       (error == WEBHOOK_E_CLIENT_ERROR && a->status != 408 && a->status != 425);
}

static int64_t step_ms(const struct webhook_rules *rules, int attempts)
{
	size_t i = (size_t)attempts - 1;

	if (rules->plan == WEBHOOK_STANDARD)
		return standard_ms[i];
	return short_ms[i < IV_COUNT(short_ms) ? i : IV_COUNT(short_ms) - 1];
}

/* `base` spread evenly over ±percent. */
static int64_t spread(int64_t base, int percent, uint32_t chance)
{
	int64_t width = base * percent / 100;

	return base - width + (int64_t)((uint64_t)(2 * width) * chance / UINT32_MAX);
}

static int64_t delay_ms(const struct webhook_rules *rules, int attempts, int retry_after_ms, uint32_t chance)
{
	bool standard = rules->plan == WEBHOOK_STANDARD;
	int percent = standard ? 20 : rules->short_jitter ? 25 : 0;
	int64_t base = step_ms(rules, attempts);
	int64_t most = standard ? (2 * base > HOUR ? 2 * base : HOUR) : 5 * MINUTE;
	int64_t delay = spread(base, percent, chance);
	int64_t asked = retry_after_ms < most ? retry_after_ms : most;

	/* Those who were all told the same moment must not all come at it, and nobody before it. */
	if (asked > delay)
		delay = asked + (int64_t)((uint64_t)(asked * percent / 100) * chance / UINT32_MAX);
	return delay;
}

struct webhook_decision webhook_decide(const struct webhook_rules *rules, int attempts,
				       const struct webhook_answer *answer, uint32_t chance)
{
	struct webhook_decision d = {.error = error_of(answer)};

	if (d.error == WEBHOOK_E_NONE)
		d.verdict = WEBHOOK_DELIVERED;
	else if (d.error == WEBHOOK_E_GONE)
		d.verdict = WEBHOOK_GONE;
	else if (attempts >= webhook_attempts_max(rules) ||
		 (rules->plan == WEBHOOK_SHORT && hopeless_soon(answer, d.error)))
		d.verdict = WEBHOOK_DEAD;
	else
		d.verdict = WEBHOOK_RETRY;
	if (d.verdict == WEBHOOK_RETRY)
		d.delay_ms = delay_ms(rules, attempts < 1 ? 1 : attempts, answer->retry_after_ms, chance);
	return d;
}

bool webhook_is_outage(enum webhook_error error)
{
	switch (error) {
	case WEBHOOK_E_TIMEOUT:
	case WEBHOOK_E_CONNECTION:
	case WEBHOOK_E_SERVER_ERROR:
	case WEBHOOK_E_RATE_LIMITED:
		return true;
	case WEBHOOK_E_NONE:
	case WEBHOOK_E_BLOCKED:
	case WEBHOOK_E_REDIRECT:
	case WEBHOOK_E_CLIENT_ERROR:
	case WEBHOOK_E_GONE:
		return false;
	}
	return false;
}

bool webhook_worn_out(int64_t failing_since_ms, int64_t now_ms)
{
	return failing_since_ms >= 0 && now_ms - failing_since_ms >= WEBHOOK_WORN_OUT_MS;
}
