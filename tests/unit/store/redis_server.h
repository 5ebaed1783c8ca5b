/* A private redis-server on a unix socket for tests: started, killed, stopped and started again; and a
 * second pair of eyes on it through hiredis's blocking calls, which the client under test does not use. */
#ifndef REDIS_SERVER_H
#define REDIS_SERVER_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../scratch.h"
#include "iv_redis.h"

struct redis_server {
	char dir[64], socket[96], url[128];
	pid_t pid;
	int port; /* 0: none */
	redisContext *eyes;
};

static inline void server_sleep_ms(int ms)
{
	struct timespec ts = {ms / 1000, (ms % 1000) * 1000000L};

	while (nanosleep(&ts, &ts) != 0)
		;
}

/* Blocking; "" for nil, the text or the number else. The buffer is reused. */
static inline const char *server_ask(struct redis_server *s, const char *fmt, ...) IV_PRINTF(2, 3);
static inline const char *server_ask(struct redis_server *s, const char *fmt, ...)
{
	static char out[4096];
	redisReply *r;
	va_list ap;

	if (!s->eyes || s->eyes->err) {
		if (s->eyes)
			redisFree(s->eyes);
		s->eyes = redisConnectUnix(s->socket);
		assert_non_null(s->eyes);
		assert_int_equal(s->eyes->err, 0);
	}
	va_start(ap, fmt);
	r = redisvCommand(s->eyes, fmt, ap);
	va_end(ap);
	assert_non_null(r);
	if (r->type == REDIS_REPLY_INTEGER)
		snprintf(out, sizeof(out), "%lld", r->integer);
	else
		snprintf(out, sizeof(out), "%s", r->str ? r->str : "");
	freeReplyObject(r);
	return out;
}

static inline long server_number(struct redis_server *s, const char *command, const char *key)
{
	return strtol(server_ask(s, "%s %s", command, key), NULL, 10);
}

static inline void server_wait_ready(struct redis_server *s)
{
	for (int i = 0; i < 500; i++) {
		redisContext *c = redisConnectUnix(s->socket);
		redisReply *r = c && !c->err ? redisCommand(c, "PING") : NULL;
		bool ready = r && r->type == REDIS_REPLY_STATUS;

		if (r)
			freeReplyObject(r);
		if (c)
			redisFree(c);
		if (ready)
			return;
		server_sleep_ms(10);
	}
	fail_msg("redis-server does not answer on %s", s->socket);
}

/* A child of ours does not outlive us, nor hold our output open. */
static inline void server_child(void)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, 0);
	dup2(null, 1);
}

static inline void server_run(struct redis_server *s, char *const *extra)
{
	char port[16];
	char *argv[32] = {(char[]){"redis-server"}, (char[]){"--port"}, port, (char[]){"--bind"},
			  (char[]){"127.0.0.1"}, (char[]){"--unixsocket"}, s->socket, (char[]){"--dir"}, s->dir,
			  (char[]){"--save"}, (char[]){""}, (char[]){"--loglevel"}, (char[]){"warning"}};
	int n = 13;

	snprintf(port, sizeof(port), "%d", s->port);
	while (extra && *extra)
		argv[n++] = *extra++;
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		server_child();
		execvp(argv[0], argv);
		_exit(127);
	}
	server_wait_ready(s);
}

static inline void server_start(struct redis_server *s, char *const *extra)
{
	*s = (struct redis_server){0};
	SCRATCH(s->dir, "iv_redis");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->socket, sizeof(s->socket), "%s/sock", s->dir);
	snprintf(s->url, sizeof(s->url), "unix://%s", s->socket);
	server_run(s, extra);
}

static inline void server_kill(struct redis_server *s)
{
	int status;

	if (s->eyes)
		redisFree(s->eyes);
	s->eyes = NULL;
	if (s->pid <= 0)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, &status, 0);
	s->pid = 0;
	unlink(s->socket);
}

static inline void server_end(struct redis_server *s)
{
	char command[128];

	server_kill(s);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	assert_int_equal(system(command), 0);
}

/* ── the loop */

struct spin {
	struct iv_loop *loop;
	struct iv_timer timer;
	bool (*until)(void *arg);
	void *arg;
	int64_t end_us;
	bool met;
};

static inline void spin_look(void *arg)
{
	struct spin *s = arg;

	s->met = s->until && s->until(s->arg);
	if (s->met || iv_now_us() >= s->end_us)
		iv_loop_stop(s->loop);
	else
		iv_timer_in_ms(&s->timer, 1);
}

/* Runs the loop until the condition holds, at most so long; whether it does. */
static inline bool loop_until(struct iv_loop *l, int ms, bool (*until)(void *arg), void *arg)
{
	struct spin s = {.loop = l, .until = until, .arg = arg, .end_us = iv_now_us() + ms * INT64_C(1000)};

	iv_timer_init(&s.timer, l, spin_look, &s);
	iv_timer_in_ms(&s.timer, 0);
	iv_loop_run(l);
	iv_timer_stop(&s.timer);
	return s.met;
}

static inline void loop_for(struct iv_loop *l, int ms)
{
	(void)loop_until(l, ms, NULL, NULL);
}

static inline bool redis_is_up(void *arg)
{
	return iv_redis_up(arg);
}

static inline bool redis_is_down(void *arg)
{
	return !iv_redis_up(arg);
}

static inline struct iv_redis *redis_open(struct iv_loop *l, const char *url, int command_ms, size_t pending_max)
{
	struct iv_redis_opts o = {.url = url, .connect_ms = 1000, .command_ms = command_ms, .pending_max = pending_max};
	struct iv_err e = {0};
	struct iv_redis *r = iv_redis_new(l, &o, &e);

	if (!r)
		fail_msg("iv_redis_new: %s", e.msg);
	return r;
}

static inline void set_true(void *arg)
{
	*(bool *)arg = true;
}

static inline bool is_true(void *arg)
{
	return *(bool *)arg;
}

static inline void redis_shut(struct iv_loop *l, struct iv_redis *r)
{
	bool done = false;

	iv_redis_close(r, set_true, &done);
	assert_true(loop_until(l, 5000, is_true, &done));
}

#endif
