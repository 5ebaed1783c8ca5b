/* iv_control: a command reaches the instance that owns a call. An instance listens on control:INSTANCE; a
 * request names a call and a verb, and is answered once or times out. Who owns a call stands in
 * call:CALL:owner, a lease that its holder renews; the last to take a call owns it. */
#ifndef IV_CONTROL_H
#define IV_CONTROL_H

#include "iv_redis.h"

struct iv_control;

struct iv_control_opts {
	const char *instance_id; /* of this process, new at each start; copied */
	int64_t lease_ms;        /* of an ownership; renewed every third of it */
	size_t waiting_max;      /* requests without an answer; one more fails at once */
};

struct iv_control *iv_control_new(struct iv_loop *l, struct iv_redis *r, const struct iv_control_opts *o);
/* Gives up what it owns; requests in flight fail with IV_EDRAINING, those not yet answered are dropped.
 * Before iv_redis_close. */
void iv_control_free(struct iv_control *c);

/* ── ownership */
void iv_control_own(struct iv_control *c, struct iv_str call_id); /* never waits; repeated until Redis knows it */
void iv_control_disown(struct iv_control *c, struct iv_str call_id);
bool iv_control_owns(const struct iv_control *c, struct iv_str call_id);

/* ── answering */
struct iv_control_request {
	struct iv_str call_id, verb, args; /* args is one JSON value or empty; all of it lives until the answer */
};
typedef void iv_control_fn(void *arg, struct iv_control_request *rq);
/* fn is called from the loop for each request with that verb, and answers it once, at once or later.
 * A verb without a handler is answered IV_EUNSUPPORTED. */
void iv_control_handle(struct iv_control *c, const char *verb, iv_control_fn *fn, void *arg);
/* code IV_OK: text is the JSON answer (may be empty); else the error's message, for the asker's client. */
void iv_control_answer(struct iv_control_request *rq, enum iv_code code, struct iv_str text);

/* ── asking */
struct iv_control_run {
	struct iv_op op;
	struct iv_control_wait *wait; /* NULL when nothing is in flight */
};
/* `return iv_control_send(…)` in a step: finds the owner and asks it; the call of this very instance without
 * Redis. The answer is in the arena. Errors:
 *   the handler's own      with its message
 *   IV_ECONFLICT           no instance owns the call: it is not live
 *   IV_EDRAINING           Redis is away, or the owner is gone: the command was not done
 *   IV_ETIMEDOUT           no answer in timeout_ms: it may have been done (by 2 s after that time)
 *   IV_ETOOBIG             args or answer of more than 64 KiB, or the arena is full */
enum iv_flow_next iv_control_send(struct iv_control *c, struct iv_flow *f, struct iv_control_run *run,
				  struct iv_arena *arena, struct iv_str call_id, struct iv_str verb, struct iv_str args,
				  int timeout_ms, struct iv_str *answer);
/* Whose call it is: owner is "" when nobody's. */
enum iv_flow_next iv_control_owner(struct iv_control *c, struct iv_flow *f, struct iv_control_run *run,
				   struct iv_arena *arena, struct iv_str call_id, struct iv_str *owner);
/* For how long this Redis has known who owns what: since it was started, or wiped. Before owners had the time to claim
 * again what it forgot, "nobody's" says nothing. */
enum iv_flow_next iv_control_epoch(struct iv_control *c, struct iv_flow *f, struct iv_redis_run *run,
				   struct iv_arena *arena, struct iv_reply *age_ms);

#endif
