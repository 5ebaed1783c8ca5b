/* When a delivery is tried again and when no more. Pure: the clock and the dice are arguments.
 *
 * What an answer means:
 *   2xx                     delivered, whatever came (or did not come) behind the head
 *   410                     given up, and the endpoint is disabled: its owner said so
 *   3xx                     a failure; never followed
 *   everything else         a failure: 4xx, 5xx, no answer in time, no connection, a forbidden address
 * Failures on the standard plan are tried again until the plan is over: a receiver that refuses today may be
 * mended within three days. On the short plan an answer of 4xx other than 408, 425 and 429, and an address we
 * may not reach, are given up at once: nothing changes within 21 seconds.
 * Retry-After (of any failure) lengthens a wait, never shortens it: to twice the step or an hour on the
 * standard plan, to five minutes on the short one, whatever it asks for. */
#ifndef WEBHOOK_SCHEDULE_H
#define WEBHOOK_SCHEDULE_H

#include "iv_err.h"

enum webhook_plan {
	WEBHOOK_STANDARD, /* at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; each ±20 % */
	WEBHOOK_SHORT,    /* at once, then 1, 5, 15, 45 … s, ±25 %, at most 5 min */
};
extern const char *const webhook_plans[]; /* "standard", "short", NULL */

struct webhook_rules {
	enum webhook_plan plan;
	int short_retries; /* of the short plan, behind the first try */
	bool short_jitter; /* the standard plan always has its */
};

struct webhook_answer {
	enum iv_code code;  /* of the fetch */
	int status;         /* 0: none came */
	int retry_after_ms; /* -1: none */
};

enum webhook_verdict {
	WEBHOOK_DELIVERED,
	WEBHOOK_RETRY,
	WEBHOOK_DEAD,
	WEBHOOK_GONE, /* dead, and its endpoint is to be disabled */
};

/* Why an attempt failed, for the log of deliveries and the metric; "" when it did not. */
enum webhook_error {
	WEBHOOK_E_NONE,
	WEBHOOK_E_TIMEOUT,
	WEBHOOK_E_CONNECTION,   /* no address, refused, cut, TLS */
	WEBHOOK_E_BLOCKED,      /* an address that is not public, or plain http */
	WEBHOOK_E_REDIRECT,     /* 3xx */
	WEBHOOK_E_CLIENT_ERROR, /* 4xx */
	WEBHOOK_E_RATE_LIMITED, /* 429 */
	WEBHOOK_E_GONE,         /* 410 */
	WEBHOOK_E_SERVER_ERROR, /* 5xx and what is no status */
};
extern const char *const webhook_errors[];

struct webhook_decision {
	enum webhook_verdict verdict;
	enum webhook_error error;
	int64_t delay_ms; /* of WEBHOOK_RETRY: from the end of this attempt */
};

/* attempts: begun so far, this one included. chance: uniform over all of uint32_t. */
struct webhook_decision webhook_decide(const struct webhook_rules *rules, int attempts,
				       const struct webhook_answer *answer, uint32_t chance);
/* Attempts of a whole plan. */
int webhook_attempts_max(const struct webhook_rules *rules);
/* Whether the receiver is to be left alone for a while after it: it does not answer, or it answers that it
 * cannot. A refusal of one event says nothing about the next. */
bool webhook_is_outage(enum webhook_error error);

/* Nothing but failures for so long disables an endpoint. */
#define WEBHOOK_WORN_OUT_MS (120 * 3600 * (int64_t)1000)
/* failing_since: the first failure behind the last success, Unix ms; negative when the last went well. */
bool webhook_worn_out(int64_t failing_since_ms, int64_t now_ms);

#endif
