/* What the limiter's files share. */
#ifndef IV_SERVICE_RATE_PRIV_H
#define IV_SERVICE_RATE_PRIV_H

#include <stdlib.h>
#include "iv_map.h"
#include "iv_rate.h"

/* Keys this process remembers; beyond it the one that was quiet longest is forgotten. */
#define RATE_KEYS_MAX 10000
#define ONCE_KEYS_MAX 10000

/* When a key was admitted here, over the last window. */
struct rate_log {
	struct iv_list node; /* least recently used first */
	char key[160];
	int64_t *at_us; /* ring */
	size_t cap, first, count;
	int64_t refused_until_us; /* Redis said so */
};

struct rate_logs {
	struct iv_map *by_key;
	struct iv_list by_use;
};

void rate_logs_init(struct rate_logs *l);
void rate_logs_deinit(struct rate_logs *l);
struct rate_log *rate_log_get(struct rate_logs *l, const char *key); /* made when it is not there */
/* Forgets what is older than the window, then whether one more fits. */
bool rate_log_fits(struct rate_log *g, const struct iv_rate_policy *p, int64_t now_us);
void rate_log_add(struct rate_log *g, const struct iv_rate_policy *p, int64_t now_us);
/* Until the oldest leaves the window. */
int64_t rate_log_reset_us(const struct rate_log *g, const struct iv_rate_policy *p, int64_t now_us);

/* Names put here. */
struct once_entry {
	struct iv_list node; /* oldest first */
	char key[80];
	int64_t expires_us;
	bool in_redis; /* then it is taken there */
	size_t len;
	char value[];
};

struct iv_rate {
	struct iv_loop *loop;
	struct iv_redis *redis;
	char instance[64];
	uint64_t last_member;
	struct rate_logs logs;
	struct iv_map *once; /* by key */
	struct iv_list once_by_age;
};

void iv_once_end(struct iv_rate *r);

#endif
