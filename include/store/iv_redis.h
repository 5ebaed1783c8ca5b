/* iv_redis: Redis without waiting, over hiredis. One connection for commands, one for subscriptions
 * (made with the first of them); both come back by themselves (100 ms to 5 s, jittered). What is kept
 * in Redis may be lost at any moment: callers have an answer for IV_EDRAINING. */
#ifndef IV_REDIS_H
#define IV_REDIS_H

#include "iv_arena.h"
#include "iv_flow.h"

struct iv_redis;

struct iv_redis_opts {
	const char *url;        /* redis://[user:password@]host:port/db, rediss://… (hiredis >= 1.0), unix:///path?db=0 */
	const char *ca_file;    /* of rediss://; NULL or "": the system's roots */
	int connect_ms;         /* name, TCP, TLS and greeting together */
	int rest_ms;            /* between two attempts at most; 0: 5,000 */
	int command_ms;         /* the oldest command is older: the connection is closed, in doubt */
	size_t pending_max;     /* commands without an answer; one more fails at once */
};

/* Connects from the loop, not yet in here. IV_EINVAL names the part of the URL that is wrong, or says that
 * rediss:// needs a hiredis with TLS. */
struct iv_redis *iv_redis_new(struct iv_loop *l, const struct iv_redis_opts *o, struct iv_err *e);
/* New commands fail; those in flight get their answers or command_ms, then done is called from the loop.
 * Subscriptions end without a call. */
void iv_redis_close(struct iv_redis *r, void (*done)(void *arg), void *arg);
bool iv_redis_up(const struct iv_redis *r);
struct iv_redis_stats {
	size_t pending;
	uint64_t commands, failures, connects;
	int64_t failed_us, retry_us; /* the last failure or lost connection, the next attempt to connect; 0: none */
};
struct iv_redis_stats iv_redis_stats(const struct iv_redis *r);

enum iv_reply_kind { IV_REPLY_NIL, IV_REPLY_INT, IV_REPLY_TEXT, IV_REPLY_STATUS, IV_REPLY_LIST, IV_REPLY_ERROR };

/* An answer, in the arena that was given. IV_REPLY_ERROR only inside lists: else it is the operation's. */
struct iv_reply {
	enum iv_reply_kind kind;
	int64_t i;
	struct iv_str s;
	struct iv_reply *items;
	size_t count;
};

struct iv_redis_command;

struct iv_redis_run {
	struct iv_op op;
	struct iv_redis_command *command; /* NULL when nothing is in flight */
};

/* `return iv_redis_cmd(…)` in a step. arguments are read before it returns; reply may be NULL. A command
 * issued before the first attempt to connect has ended waits for it; without a connection it fails at
 * once. Cancelling does not un-send. Errors:
 *   IV_EDRAINING  no connection, lost or late (the command may have been done), loading, read-only, queue full
 *   IV_ETOOBIG    the answer does not fit the arena, or is nested more than 7 deep (the command was done)
 *   IV_EINTERNAL  Redis refused the command; its words are logged, without what it quotes */
enum iv_flow_next iv_redis_cmd(struct iv_redis *r, struct iv_flow *f, struct iv_redis_run *run, struct iv_arena *arena,
			       const struct iv_str *argv, size_t argc, struct iv_reply *reply);
/* Nobody waits for the answer (a refusal is logged); false when it could not even be queued. */
bool iv_redis_send(struct iv_redis *r, const struct iv_str *argv, size_t argc);

/* For what lives and is no flow: fn is called once from the loop, never from in here, with the answer
 * (dead when fn returns) or with reply NULL and the error as above. NULL with *e when it could not be
 * queued: then fn is not called. */
typedef void iv_redis_fn(void *arg, const struct iv_reply *reply, const struct iv_err *err);
struct iv_redis_command *iv_redis_ask(struct iv_redis *r, const struct iv_str *argv, size_t argc, iv_redis_fn *fn,
				      void *arg, struct iv_err *e);
void iv_redis_forget(struct iv_redis_command *c); /* fn will not be called */

/* A Lua script: EVALSHA, and EVAL when the server does not know it (it forgets on restart). It must keep
 * its answer flat. */
struct iv_script {
	const char *name, *source;
	char sha1[41]; /* filled on first use */
};
enum iv_flow_next iv_redis_script(struct iv_redis *r, struct iv_flow *f, struct iv_redis_run *run,
				  struct iv_arena *arena, struct iv_script *script, const struct iv_str *keys,
				  size_t key_count, const struct iv_str *args, size_t arg_count, struct iv_reply *reply);
struct iv_redis_command *iv_redis_ask_script(struct iv_redis *r, struct iv_script *script, const struct iv_str *keys,
					     size_t key_count, const struct iv_str *args, size_t arg_count,
					     iv_redis_fn *fn, void *arg, struct iv_err *e);

/* Subscriptions survive reconnects. gap(arg): messages arrive from now on, earlier ones may have been missed:
 * called when the subscription starts and after each reconnect. Neither is called from in here; both may
 * unsubscribe, the one they serve too. Not after iv_redis_close. */
struct iv_redis_sub;
struct iv_redis_sub *iv_redis_subscribe(struct iv_redis *r, struct iv_str channel,
					void (*message)(void *arg, struct iv_str payload), void (*gap)(void *arg),
					void *arg);
void iv_redis_unsubscribe(struct iv_redis_sub *s);

#endif
