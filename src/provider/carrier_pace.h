/* When the next call may be placed over a carrier's account: 1/CPS after the one before, and not before a Retry-After has
 * passed, whichever process placed the one or heard the other. Redis keeps both, by its clock. While it is away each
 * process takes its share: CPS by as many as there were when it was last heard. */
#ifndef IV_CARRIER_PACE_H
#define IV_CARRIER_PACE_H

#include "iv_redis.h"
#include "iv_loop.h"

struct carrier_pace {
	struct iv_redis *redis;          /* NULL: this process is alone */
	char instance[64], keys[3][192]; /* the pace; who there is; who has asked of late */
	int64_t gap_us;                  /* between two calls of all processes */
	int64_t next_us, paused_until_us; /* by our clock: no use to ask before */
	int64_t instances, askers;       /* at least 1 */
	struct iv_redis_command *asked;
	struct iv_timer hello;
	void (*answered)(void *arg, bool go); /* go: now, once; else ask again at pace_turn_us */
	void *arg;
};

void pace_init(struct carrier_pace *p, struct iv_loop *l, int64_t gap_us, void (*answered)(void *arg, bool go), void *arg);
/* From now on counted together with all that name the same account. */
void pace_share(struct carrier_pace *p, struct iv_redis *redis, const char *instance, const char *carrier,
		struct iv_str account);
void pace_end(struct carrier_pace *p);

/* When it is worth asking; how far apart the turns of this process are to be expected. */
int64_t pace_turn_us(const struct carrier_pace *p);
int64_t pace_apart_us(const struct carrier_pace *p);
/* May one go? `answered` is called, perhaps at once; one question at a time. */
void pace_ask(struct carrier_pace *p);
bool pace_is_asking(const struct carrier_pace *p);
/* The carrier has said so: nobody's before that. */
void pace_pause(struct carrier_pace *p, int64_t ms);

#endif
