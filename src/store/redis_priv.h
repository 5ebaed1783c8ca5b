/* What the Redis client's files share, from the wire up: a sock is one connection, a link is the one that
 * comes back, commands and subscriptions each have a link. */
#ifndef IV_STORE_REDIS_PRIV_H
#define IV_STORE_REDIS_PRIV_H

#include <hiredis.h>
#include <stdlib.h>
#include "iv_redis.h"
#include "redis_url.h"
#include "resolve.h"

static inline void *redis_calloc(size_t n)
{
	void *p = calloc(1, n); /* sizes that no peer chooses: running out is not a code path */

	if (!p)
		abort();
	return p;
}

/* ── redis_uv.c: hiredis's buffers and parser on our loop ── */
struct iv_redis_sock;
struct iv_redis_tls;

struct iv_redis_sock_opts {
	struct iv_loop *loop;
	const struct iv_redis_target *to;
	const char *ip; /* NULL: to->path */
	struct iv_redis_tls *tls; /* NULL: none */
	/* From the loop; each may drop the sock. After lost it is dropped already. */
	void (*connected)(void *arg);
	void (*reply)(void *arg, const redisReply *reply); /* dead when it returns */
	void (*lost)(void *arg, const char *why);
	void (*closed)(void *arg); /* the last call, after a drop: every handle is closed */
	void *arg;
};

struct iv_redis_sock *iv_redis_sock_open(const struct iv_redis_sock_opts *o, struct iv_err *e);
/* Copies into the output, which is written at the end of the turn. */
void iv_redis_sock_write(struct iv_redis_sock *s, const struct iv_str *argv, size_t argc);
void iv_redis_sock_write_raw(struct iv_redis_sock *s, const char *formatted, size_t len);
/* Writes and reads what can be without waiting, now. It may be dropped when this returns. */
void iv_redis_sock_pump(struct iv_redis_sock *s);
void iv_redis_sock_drop(struct iv_redis_sock *s); /* silent but for closed; s is dead */

/* A command in the wire's form, for redisFreeCommand. */
char *iv_redis_format(const struct iv_str *argv, size_t argc, size_t *len);

/* ── redis_tls.c ── */
#if IV_REDIS_TLS
struct iv_redis_tls *iv_redis_tls_new(const char *ca_file, struct iv_err *e);
void iv_redis_tls_free(struct iv_redis_tls *t);
/* Starts the handshake of a connected context; it goes on inside reads and writes. */
IV_MUST_CHECK bool iv_redis_tls_start(struct iv_redis_tls *t, redisContext *c, const char *host, void **session,
				      char *why, size_t size);
/* What the last read or write of the session waits for. */
bool iv_redis_tls_wants_read(const void *session);
bool iv_redis_tls_wants_write(const void *session);
/* OpenSSL keeps one list of errors for the whole thread, and reads it as its own. */
void iv_redis_tls_forget_errors(void);
/* Puts the certificate's fault into why when that is what ended the session. */
void iv_redis_tls_why(const void *session, char *why, size_t size);
#endif

/* ── redis_link.c: a connection that comes back ── */
enum iv_redis_link_state {
	LINK_IDLE,       /* not wanted yet */
	LINK_RESOLVING,
	LINK_CONNECTING,
	LINK_GREETING,   /* AUTH, SELECT, PING are on the way */
	LINK_UP,
	LINK_RESTING,    /* until the next attempt */
	LINK_CLOSING,    /* for good: its last sock closes */
	LINK_CLOSED,
	LINK_STATES
};

struct iv_redis_link {
	struct iv_loop *loop;
	const struct iv_redis_target *to;
	struct iv_redis_tls *tls;
	const char *name; /* in logs */
	int connect_ms, rest_ms;
	/* The owner's. down: an attempt failed, or the connection is gone; it is LINK_RESTING. */
	void (*up)(void *arg);
	void (*reply)(void *arg, const redisReply *reply);
	void (*down)(void *arg, const char *why);
	void (*closed)(void *arg);
	void *arg;

	enum iv_redis_link_state state;
	struct iv_redis_sock *sock; /* CONNECTING, GREETING, UP */
	int socks;                  /* open or closing */
	struct iv_resolve resolve;
	struct iv_timer timer;      /* the attempt's deadline, or the end of the rest */
	int failures;               /* attempts in a row that did not last */
	unsigned greeting_left;
	int64_t attempt_us, up_us, lost_us;
	uint64_t connects;      /* times it came up */
};

void iv_redis_link_init(struct iv_redis_link *k); /* what stands above the blank line is set */
void iv_redis_link_start(struct iv_redis_link *k); /* harmless when started; connects from the loop */
/* Gives the connection up, as if it had been lost; down() is called, when up also behind pending callers. */
void iv_redis_link_lose(struct iv_redis_link *k, const char *why);
void iv_redis_link_close(struct iv_redis_link *k); /* no more calls but closed(), from the loop */

/* ── redis_reply.c: answers ── */
/* Copies into the arena; false with IV_ETOOBIG. */
IV_MUST_CHECK bool iv_redis_copy_reply(const redisReply *from, struct iv_arena *arena, struct iv_reply *to,
				       struct iv_err *e);
enum iv_redis_refusal {
	REFUSED,          /* the command's own fault */
	REFUSED_NOSCRIPT,
	REFUSED_FOR_NOW,  /* out of memory, busy: the server's */
	REFUSED_WRONG_SERVER, /* loading, read-only: find another, or wait for it */
};
enum iv_redis_refusal iv_redis_refusal(const redisReply *error);
/* The server's words without what it quotes from the command. */
void iv_redis_refusal_text(const redisReply *error, char *out, size_t size);

/* ── redis_script.c ── */
/* The server did not know the script. Nobody who lost interest gets it done after all. */
void iv_redis_send_whole_script(struct iv_redis_command *c);

/* ── redis_sub.c ── */
struct iv_redis_subs;
struct iv_redis_subs *iv_redis_subs_new(struct iv_redis *r, const struct iv_redis_link *like);
void iv_redis_subs_close(struct iv_redis_subs *s, void (*closed)(void *arg), void *arg);

/* ── redis.c ── */
/* A script's call is kept until its answer: the server may not know the script. */
struct iv_redis_script_call {
	struct iv_script *script;
	char key_count[12];
	size_t part_count;
	struct iv_str parts[]; /* keys, then arguments; their bytes follow */
};

struct iv_redis_command {
	struct iv_list node;
	struct iv_redis *r;
	int64_t asked_us;
	size_t bytes;
	char name[16];         /* for logs */
	iv_redis_fn *fn;       /* NULL: nobody waits */
	void *arg;
	struct iv_arena *arena; /* NULL: the answer goes to the scratch arena */
	struct iv_reply *into;  /* NULL: nowhere */
	bool wants_reply;
	char *early; /* formatted, while there is no connection yet */
	size_t early_len;
	struct iv_redis_script_call *call; /* NULL once it went out as EVAL, or is no script */
};

/* Once more, behind what was asked meanwhile. */
void iv_redis_put_again(struct iv_redis_command *c, const char *formatted, size_t len);
struct iv_redis_subs *iv_redis_subs_of(struct iv_redis *r);
void iv_redis_log_refused(struct iv_redis *r, const char *command, const redisReply *error);

#endif
