/* iv_redis: Redis without waiting, over hiredis. One connection for commands, one for subscriptions;
 * both come back by themselves (100 ms to 5 s, jittered). What is kept in Redis may be lost at any
 * moment: callers have an answer for IV_EDRAINING. */
#ifndef IV_REDIS_H
#define IV_REDIS_H

#include "iv_arena.h"
#include "iv_flow.h"

struct iv_redis;

struct iv_redis_opts {
	const char *url;        /* redis://[user:password@]host:port/db, rediss://… (hiredis >= 1.0), unix:///path */
	int connect_ms;
	int command_ms;         /* the oldest command is older: the connection is closed, in doubt */
	size_t pending_max;     /* commands without an answer; one more fails at once */
};

/* Does no I/O yet. IV_EINVAL names the part of the URL that is wrong, or says that rediss:// needs a
 * hiredis with TLS. */
struct iv_redis *iv_redis_new(struct iv_loop *l, const struct iv_redis_opts *o, struct iv_err *e);
void iv_redis_close(struct iv_redis *r, void (*done)(void *arg), void *arg);
bool iv_redis_up(const struct iv_redis *r);

enum iv_reply_kind { IV_REPLY_NIL, IV_REPLY_INT, IV_REPLY_TEXT, IV_REPLY_STATUS, IV_REPLY_LIST };

/* An answer, in the arena that was given. */
struct iv_reply {
	enum iv_reply_kind kind;
	int64_t i;
	struct iv_str s;
	struct iv_reply *items;
	size_t count;
};

struct iv_redis_run {
	struct iv_op op;
	struct iv_redis_command *command; /* NULL when nothing is in flight */
};

/* `return iv_redis_cmd(…)` in a step. Errors: IV_EDRAINING (no connection, lost, late, loading,
 * read-only, queue full), IV_EINTERNAL (Redis refused the command; the reason is logged). */
enum iv_flow_next iv_redis_cmd(struct iv_redis *r, struct iv_flow *f, struct iv_redis_run *run, struct iv_arena *arena,
			       const struct iv_str *argv, size_t argc, struct iv_reply *reply);
/* Nobody waits for the answer; false when it could not even be queued. Never a text that is not ours. */
bool iv_redis_send(struct iv_redis *r, const struct iv_str *argv, size_t argc);

/* A Lua script: EVALSHA, and EVAL when the server does not know it (it forgets on restart). */
struct iv_script {
	const char *name, *source;
	char sha1[41]; /* filled on first use */
};
enum iv_flow_next iv_redis_script(struct iv_redis *r, struct iv_flow *f, struct iv_redis_run *run,
				  struct iv_arena *arena, struct iv_script *script, const struct iv_str *keys,
				  size_t key_count, const struct iv_str *args, size_t arg_count, struct iv_reply *reply);

/* Subscriptions survive reconnects; gap(arg) tells that messages may have been missed. */
struct iv_redis_sub;
struct iv_redis_sub *iv_redis_subscribe(struct iv_redis *r, struct iv_str channel,
					void (*message)(void *arg, struct iv_str payload), void (*gap)(void *arg),
					void *arg);
void iv_redis_unsubscribe(struct iv_redis_sub *s);

#endif
