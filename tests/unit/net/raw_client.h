/* A client that speaks raw bytes over blocking sockets in a thread of its own, while the loop under test
 * runs here. The thread notes its first trouble; the test fails with it afterwards, because cmocka's
 * assertions belong to the main thread. */
#ifndef RAW_CLIENT_H
#define RAW_CLIENT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "iv_net.h"

#define RAW_BYTES (1 << 20)

static struct {
	struct iv_loop *loop;
	struct iv_net *net;
	uv_async_t *finished;
	void (*script)(void);
	char trouble[600];
} raw;

/* One connection's worth of what came back. */
struct raw_conn {
	int fd;
	bool eof, reset;
	size_t len;
	char bytes[RAW_BYTES + 1];
};

static inline void raw_note(int line, const char *cond, const char *fmt, ...) IV_PRINTF(3, 4);
static inline void raw_note(int line, const char *cond, const char *fmt, ...)
{
	int at = snprintf(raw.trouble, sizeof(raw.trouble), "line %d: %s; ", line, cond);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw.trouble + at, sizeof(raw.trouble) - (size_t)at, fmt, ap);
	va_end(ap);
}

#define RAW_CHECK(cond, ...)                                                                       \
	do {                                                                                       \
		if (!(cond) && !raw.trouble[0])                                                    \
			raw_note(__LINE__, #cond, __VA_ARGS__);                                    \
	} while (0)

static inline struct raw_conn *raw_connect(int port)
{
	struct raw_conn *c = calloc(1, sizeof(*c));
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int one = 1;

	if (!c)
		abort();
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		RAW_CHECK(false, "connect: %s", strerror(errno));
	return c;
}

static inline void raw_close(struct raw_conn *c)
{
	close(c->fd);
	free(c);
}

static inline void raw_reset(struct raw_conn *c)
{
	struct linger l = {1, 0};

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	raw_close(c);
}

static inline void raw_send(struct raw_conn *c, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t w = send(c->fd, p, n, MSG_NOSIGNAL);

		if (w <= 0)
			return; /* closed on us: what comes back tells */
		p += w;
		n -= (size_t)w;
	}
}

static inline void raw_sends(struct raw_conn *c, const char *text)
{
	raw_send(c, text, strlen(text));
}

/* One more read, waiting at most ms. False at the end, or when nothing came. */
static inline bool raw_read(struct raw_conn *c, int ms)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};

	if (c->eof || c->len == RAW_BYTES || poll(&p, 1, ms) <= 0)
		return false;
	ssize_t n = recv(c->fd, c->bytes + c->len, RAW_BYTES - c->len, 0);
	if (n <= 0) {
		c->eof = true;
		c->reset = n < 0;
		return false;
	}
	c->len += (size_t)n;
	c->bytes[c->len] = '\0';
	return true;
}

static inline void raw_read_to_end(struct raw_conn *c, int ms)
{
	while (raw_read(c, ms))
		;
}

static inline bool raw_has(const struct raw_conn *c, const char *text)
{
	return memmem(c->bytes, c->len, text, strlen(text)) != NULL;
}

static inline int raw_count(const struct raw_conn *c, const char *text)
{
	const char *at = c->bytes;
	int n = 0;

	while ((at = memmem(at, c->len - (size_t)(at - c->bytes), text, strlen(text)))) {
		n++;
		at++;
	}
	return n;
}

static inline bool raw_wait(struct raw_conn *c, const char *text)
{
	while (!raw_has(c, text))
		if (!raw_read(c, 3000))
			break;
	return raw_has(c, text);
}

static inline bool raw_wait_len(struct raw_conn *c, size_t n)
{
	while (c->len < n)
		if (!raw_read(c, 3000))
			break;
	return c->len >= n;
}

static inline void raw_forget(struct raw_conn *c)
{
	c->len = 0;
	c->bytes[0] = '\0';
}

static inline void *raw_thread(void *arg)
{
	(void)arg;
	raw.script();
	uv_async_send(raw.finished);
	return NULL;
}

static inline void raw_on_finished(uv_async_t *h)
{
	(void)h;
	iv_loop_stop(raw.loop);
}

static inline void raw_free_handle(uv_handle_t *h)
{
	free(h);
}

/* Runs the script in its thread and the loop here until the script is over. */
static inline void raw_run(void (*script)(void))
{
	pthread_t t;

	raw.script = script;
	raw.trouble[0] = '\0';
	raw.finished = calloc(1, sizeof(*raw.finished));
	assert_non_null(raw.finished);
	uv_async_init(iv_loop_uv(raw.loop), raw.finished, raw_on_finished);
	assert_int_equal(pthread_create(&t, NULL, raw_thread, NULL), 0);
	iv_loop_run(raw.loop);
	pthread_join(t, NULL);
	uv_close((uv_handle_t *)raw.finished, raw_free_handle);
	if (raw.trouble[0])
		fail_msg("%s", raw.trouble);
}

static inline void raw_setup(void)
{
	static const struct iv_net_opts opts = {.user_agent = "test"};
	struct iv_err e = {0};

	raw.loop = iv_loop_new();
	raw.net = iv_net_new(raw.loop, &opts, &e);
	if (!raw.net)
		fail_msg("%s", e.msg);
}

static inline void raw_stop(void *arg)
{
	(void)arg;
	iv_loop_stop(raw.loop);
}

static inline void raw_teardown(void)
{
	iv_net_close(raw.net, raw_stop, NULL);
	iv_loop_run(raw.loop);
	iv_loop_free(raw.loop);
}

#endif
