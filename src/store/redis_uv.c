/* One connection to Redis: hiredis's socket, buffers and parser, our poll handle and our order of things.
 *
 * Not hiredis's asynchronous layer (async.h, adapters/libuv.h): 0.14 asserts on answers nobody asked for,
 * its adapter returns on an error of poll, so that a refused connection never calls back, and it frees
 * contexts under callers. Below it are the parts wanted here. Sources: hiredis 0.14.1 async.c, net.c;
 * libuv 1.44 uv_poll_t (POLLERR alone is reported as UV_EBADF and stops the handle). */
#include "redis_priv.h"

#include <stdio.h>
#include <sys/socket.h>

#include "iv_log.h"

#define READ_MAX (64 << 20)   /* of one answer, while it comes in */
#define PUMP_READS 64
#define ARGS_ON_STACK 32

enum sock_state { SOCK_CONNECTING, SOCK_OPEN, SOCK_DROPPED };

struct iv_redis_sock {
	uv_poll_t poll;
	struct iv_redis_sock_opts o;
	enum sock_state state;
	redisContext *c;
	void *tls_session; /* hiredis's; NULL without TLS */
	bool output, wants_write, flush_queued;
	int watching;
};

static void on_poll(uv_poll_t *h, int status, int events);

static void lost(struct iv_redis_sock *s, const char *why)
{
	char copy[sizeof(s->c->errstr)];

	snprintf(copy, sizeof(copy), "%s", why);
#if IV_REDIS_TLS
	if (s->tls_session)
		iv_redis_tls_why(s->tls_session, copy, sizeof(copy));
#endif
	iv_redis_sock_drop(s);
	s->o.lost(s->o.arg, copy);
}

static void watch(struct iv_redis_sock *s)
{
	int events = UV_READABLE | (s->wants_write || s->state == SOCK_CONNECTING ? UV_WRITABLE : 0);

	if (events == s->watching)
		return;
	s->watching = events;
	(void)uv_poll_start(&s->poll, events, on_poll); /* fails only for a closing handle */
}

/* ── bytes ── */

/* Under TLS what is to be written may wait for something to be read, and the other way round. */
static bool write_waits_for_read(const struct iv_redis_sock *s)
{
#if IV_REDIS_TLS
	return s->tls_session && iv_redis_tls_wants_read(s->tls_session);
#else
	(void)s;
	return false;
#endif
}

static bool read_waits_for_write(const struct iv_redis_sock *s)
{
#if IV_REDIS_TLS
	return s->tls_session && iv_redis_tls_wants_write(s->tls_session);
#else
	(void)s;
	return false;
#endif
}

static void before_io(const struct iv_redis_sock *s)
{
#if IV_REDIS_TLS
	if (s->tls_session)
		iv_redis_tls_forget_errors();
#endif
	(void)s;
}

static void write_some(struct iv_redis_sock *s)
{
	int done = 0;

	before_io(s);
	if (redisBufferWrite(s->c, &done) != REDIS_OK) {
		lost(s, s->c->errstr);
		return;
	}
	s->output = !done;
	s->wants_write = s->output && !write_waits_for_read(s);
}

static void take_replies(struct iv_redis_sock *s)
{
	while (s->state == SOCK_OPEN) {
		void *reply = NULL;

		if (redisGetReplyFromReader(s->c, &reply) != REDIS_OK) {
			lost(s, s->c->errstr);
			return;
		}
		if (!reply)
			break;
		s->o.reply(s->o.arg, reply);
		freeReplyObject(reply);
	}
	if (s->state == SOCK_OPEN && s->c->reader->len > READ_MAX)
		lost(s, "an answer is too large");
}

/* At most one buffer (16 KiB) a call: the loop comes back while there is more. */
static void read_some(struct iv_redis_sock *s)
{
	before_io(s);
	if (redisBufferRead(s->c) != REDIS_OK) {
		lost(s, s->c->errstr);
		return;
	}
	s->wants_write |= read_waits_for_write(s);
	take_replies(s);
}

static void on_flush(void *arg)
{
	struct iv_redis_sock *s = arg;

	s->flush_queued = false;
	if (s->state != SOCK_OPEN)
		return;
	write_some(s);
	if (s->state == SOCK_OPEN)
		watch(s);
}

static void flush_later(struct iv_redis_sock *s)
{
	s->output = true;
	if (s->flush_queued || s->state != SOCK_OPEN)
		return;
	s->flush_queued = true;
	iv_defer(s->o.loop, on_flush, s);
}

/* ── connecting ── */

static void on_connected(struct iv_redis_sock *s, int status)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(s->c->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0 || err != 0 || status < 0) {
		lost(s, err ? strerror(err) : "cannot connect");
		return;
	}
	s->state = SOCK_OPEN;
#if IV_REDIS_TLS
	if (s->o.tls) {
		char why[sizeof(s->c->errstr)];

		if (!iv_redis_tls_start(s->o.tls, s->c, s->o.to->host, &s->tls_session, why, sizeof(why))) {
			lost(s, why);
			return;
		}
	}
#endif
	s->o.connected(s->o.arg);
}

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct iv_redis_sock *s = h->data;

	if (s->state == SOCK_CONNECTING) {
		on_connected(s, status);
	} else {
		if (status < 0 || (events & UV_READABLE) || s->tls_session)
			read_some(s);
		if (s->state == SOCK_OPEN && s->output)
			write_some(s);
	}
	if (s->state == SOCK_OPEN && status < 0)
		lost(s, "connection error"); /* libuv has stopped the handle, and hiredis found nothing */
	if (s->state == SOCK_OPEN)
		watch(s);
}

static redisContext *dial(const struct iv_redis_sock_opts *o, struct iv_err *e)
{
	redisContext *c = o->ip ? redisConnectNonBlock(o->ip, o->to->port) : redisConnectUnixNonBlock(o->to->path);

	if (c && !c->err) {
		if (o->ip)
			(void)redisEnableKeepAlive(c); /* a help against peers that vanish, not a need */
		return c;
	}
	iv_fail(e, IV_EDRAINING, "%s", c ? c->errstr : "no memory");
	if (c)
		redisFree(c);
	return NULL;
}

struct iv_redis_sock *iv_redis_sock_open(const struct iv_redis_sock_opts *o, struct iv_err *e)
{
	redisContext *c = dial(o, e);
	struct iv_redis_sock *s;

	if (!c)
		return NULL;
	s = redis_calloc(sizeof(*s));
	s->o = *o;
	s->c = c;
	if (uv_poll_init(iv_loop_uv(o->loop), &s->poll, c->fd) != 0) {
		iv_fail(e, IV_EDRAINING, "cannot poll");
		redisFree(c);
		free(s);
		return NULL;
	}
	s->poll.data = s;
	watch(s);
	return s;
}

/* ── use ── */

char *iv_redis_format(const struct iv_str *argv, size_t argc, size_t *len)
{
	const char *few_ptrs[ARGS_ON_STACK] = {0}, **ptrs = few_ptrs;
	size_t few_lens[ARGS_ON_STACK] = {0}, *lens = few_lens;
	char *out = NULL;
	long long n;

	if (argc > ARGS_ON_STACK) {
		ptrs = redis_calloc(argc * sizeof(*ptrs));
		lens = redis_calloc(argc * sizeof(*lens));
	}
	for (size_t i = 0; i < argc; i++) {
		ptrs[i] = argv[i].len ? argv[i].ptr : "";
		lens[i] = argv[i].len;
	}
	n = redisFormatCommandArgv(&out, (int)argc, ptrs, lens);
	if (argc > ARGS_ON_STACK) {
		free(ptrs);
		free(lens);
	}
	if (n <= 0)
		abort(); /* out of memory */
	*len = (size_t)n;
	return out;
}

void iv_redis_sock_write_raw(struct iv_redis_sock *s, const char *formatted, size_t len)
{
	if (redisAppendFormattedCommand(s->c, formatted, len) != REDIS_OK)
		abort(); /* out of memory */
	flush_later(s);
}

void iv_redis_sock_write(struct iv_redis_sock *s, const struct iv_str *argv, size_t argc)
{
	size_t len;
	char *formatted = iv_redis_format(argv, argc, &len);

	iv_redis_sock_write_raw(s, formatted, len);
	redisFreeCommand(formatted);
}

void iv_redis_sock_pump(struct iv_redis_sock *s)
{
	if (s->state == SOCK_OPEN && s->output)
		write_some(s);
	for (int i = 0; i < PUMP_READS && s->state == SOCK_OPEN; i++)
		read_some(s);
	if (s->state == SOCK_OPEN)
		watch(s);
}

static void on_closed(uv_handle_t *h)
{
	struct iv_redis_sock *s = h->data;
	struct iv_redis_sock_opts o = s->o;

	redisFree(s->c); /* only now: replies may have been on the stack */
	/* Behind a flush that still waits for the end of the turn. */
	iv_free_later(o.loop, s);
	o.closed(o.arg);
}

void iv_redis_sock_drop(struct iv_redis_sock *s)
{
	if (s->state == SOCK_DROPPED)
		return;
	s->state = SOCK_DROPPED;
	uv_close((uv_handle_t *)&s->poll, on_closed);
}
