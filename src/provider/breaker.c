/* The circuit breaker: a provider that failed several times in a row is left alone for a while,
 * then one request decides whether it is back. */
#include "iv_breaker.h"

void iv_breaker_init(struct iv_breaker *b, int threshold, int64_t open_ms)
{
	*b = (struct iv_breaker){
		.state = IV_BREAKER_CLOSED, .threshold = threshold, .open_ms = open_ms};
}

bool iv_breaker_allow(struct iv_breaker *b, int64_t now_us)
{
	if (b->state == IV_BREAKER_CLOSED)
		return true;
	if (now_us < b->until_us)
		return false;
	/* In half open until_us bounds the wait for the verdict: a try nobody reports on must not
	 * shut the provider out for ever. */
	b->state = IV_BREAKER_HALF_OPEN;
	b->until_us = now_us + b->open_ms * 1000;
	return true;
}

static void trip(struct iv_breaker *b, int64_t now_us)
{
	b->state = IV_BREAKER_OPEN;
	b->until_us = now_us + b->open_ms * 1000;
}

void iv_breaker_result(struct iv_breaker *b, bool ok, int64_t now_us)
{
	if (!ok)
		b->failed_us = now_us;
	/* A request that began before the breaker opened proves nothing about now. */
	if (b->state == IV_BREAKER_OPEN)
		return;
	if (ok) {
		b->state = IV_BREAKER_CLOSED;
		b->failures = 0;
		return;
	}
	if (b->failures < b->threshold)
		b->failures++;
	if (b->state == IV_BREAKER_HALF_OPEN || b->failures >= b->threshold)
		trip(b, now_us);
}

void iv_breaker_no_result(struct iv_breaker *b, int64_t now_us)
{
	if (b->state == IV_BREAKER_HALF_OPEN) {
		b->state = IV_BREAKER_OPEN;
		b->until_us = now_us;
	}
}
