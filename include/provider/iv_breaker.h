/* iv_breaker: closed → open after N consecutive failures → half open after a while → one try
 * decides. Pure; time is an argument. */
#ifndef IV_BREAKER_H
#define IV_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum iv_breaker_state { IV_BREAKER_CLOSED, IV_BREAKER_OPEN, IV_BREAKER_HALF_OPEN };

struct iv_breaker {
	enum iv_breaker_state state;
	int failures, threshold;
	int64_t open_ms, until_us;
	int64_t failed_us; /* the last failure; 0: none */
};

void iv_breaker_init(struct iv_breaker *b, int threshold, int64_t open_ms);
/* True in half open for one caller only; when that one brings no result for open_ms, for one more. */
bool iv_breaker_allow(struct iv_breaker *b, int64_t now_us);
void iv_breaker_result(struct iv_breaker *b, bool ok, int64_t now_us);
/* The caller that was allowed found out nothing (it was cancelled): in half open the next may try. */
void iv_breaker_no_result(struct iv_breaker *b, int64_t now_us);

#endif
