/* iv_rate: how often a key may, counted across all instances; and things that are good once.
 *
 * The limiter is a sliding window, exact: no window of the policy's length holds more than its limit, by
 * the clock of Redis. While Redis is away each instance counts alone, what it admitted before included:
 * then N instances together may admit up to N times the limit. The operation never fails for want of
 * Redis. */
#ifndef IV_RATE_H
#define IV_RATE_H

#include "iv_redis.h"

#define IV_RATE_LIMIT_MAX 10000 /* of a policy, more counts as this: each admission of a window is remembered */
#define IV_RATE_KEY_MAX 128

struct iv_rate;

struct iv_rate *iv_rate_new(struct iv_loop *l, struct iv_redis *r, const char *instance_id);
void iv_rate_free(struct iv_rate *r); /* no operation may be in flight */

struct iv_rate_policy {
	const char *name; /* "default": names the policy in the headers and in Redis */
	int64_t limit;    /* 1…IV_RATE_LIMIT_MAX in any window */
	int64_t window_ms;
};

struct iv_rate_verdict {
	bool allowed;
	bool local;        /* Redis was not asked, or did not answer */
	int64_t limit;
	int64_t remaining; /* how many more would be admitted now */
	int64_t reset_s;   /* until one more is free than now, rounded up; Retry-After when refused */
};

struct iv_rate_run {
	struct iv_op op;
	struct iv_redis_command *command; /* NULL when nothing is in flight */
	struct iv_rate *rate;
	struct iv_rate_policy policy;
	struct iv_rate_verdict *verdict;
	char key[160];
};

/* `return iv_rate_take(…)` in a step: counts one request of `key` (an id or an address, never a secret;
 * IV_EINVAL above IV_RATE_KEY_MAX bytes) when it is admitted; a refused one costs nothing. */
enum iv_flow_next iv_rate_take(struct iv_rate *r, struct iv_flow *f, struct iv_rate_run *run,
			       const struct iv_rate_policy *policy, struct iv_str key, struct iv_rate_verdict *verdict);

/* Values of the RateLimit-Policy and RateLimit headers (draft-ietf-httpapi-ratelimit-headers-10). */
#define IV_RATE_HEADER_SIZE 128
void iv_rate_policy_header(const struct iv_rate_policy *policy, char out[IV_RATE_HEADER_SIZE]);
void iv_rate_header(const struct iv_rate_policy *policy, const struct iv_rate_verdict *verdict,
		    char out[IV_RATE_HEADER_SIZE]);

/* ── good once: tickets (put, then take) and replay caches (put: was it fresh?). Names may hold secrets:
 * only their SHA-256 reaches Redis. Atomic across instances.
 *
 * While Redis is away: a put is kept in this process, and fresh means here; a ticket put then is good at
 * this instance only, also after Redis came back. Taking what this process does not hold fails with
 * IV_EDRAINING: a ticket is refused rather than taken twice. */
struct iv_once_run {
	struct iv_op op;
	struct iv_redis_command *command;
	struct iv_rate *rate;
	struct iv_arena *arena;
	bool *fresh;
	struct iv_str *value;
	char key[80];
	int64_t ttl_ms;
	char kept[512]; /* the value of a put, until Redis has it */
};

#define IV_ONCE_VALUE_MAX 511

/* *fresh: nobody has put this name within its ttl. The first value stays. IV_ETOOBIG: value. */
enum iv_flow_next iv_once_put(struct iv_rate *r, struct iv_flow *f, struct iv_once_run *run, struct iv_str name,
			      int64_t ttl_ms, struct iv_str value, bool *fresh);
/* The value, in the arena; ptr NULL when there is none: never put, taken, too old. */
enum iv_flow_next iv_once_take(struct iv_rate *r, struct iv_flow *f, struct iv_once_run *run, struct iv_arena *arena,
			       struct iv_str name, struct iv_str *value);

#endif
