/* A carrier's side of a hook: one request, and everything that comes back. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "house.h"

struct house_client {
	uv_poll_t poll;
	int fd;
	size_t len;
	bool shut;
	struct house_answer answer;
	char bytes[65536];
};

static void readable(uv_poll_t *p, int status, int events)
{
	struct house_client *c = p->data;
	ssize_t n = recv(c->fd, c->bytes + c->len, sizeof(c->bytes) - 1 - c->len, MSG_DONTWAIT);

	(void)status;
	(void)events;
	if (n > 0) {
		c->len += (size_t)n;
		c->bytes[c->len] = '\0';
	} else {
		c->shut = true;
		uv_poll_stop(p);
	}
}

static bool is_shut(void *arg)
{
	return ((struct house_client *)arg)->shut;
}

const char *house_key(void)
{
	return "Authorization: Bearer " HOUSE_KEY "\r\n";
}

struct house_client *house_post(const char *path, const char *headers, const char *body)
{
	struct house_client *c = calloc(1, sizeof(*c));
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)house.port)};
	char text[16384];
	int n = snprintf(text, sizeof(text), "POST %s HTTP/1.1\r\nHost: gw.example\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
			 path, headers, strlen(body), body);

	assert_true(c && n > 0 && n < (int)sizeof(text));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(c->fd, text, (size_t)n, MSG_NOSIGNAL), n);
	uv_poll_init(iv_loop_uv(house.s.loop), &c->poll, c->fd);
	c->poll.data = c;
	uv_poll_start(&c->poll, UV_READABLE, readable);
	return c;
}

void house_hang_up(struct house_client *c)
{
	shutdown(c->fd, SHUT_RDWR);
}

/* Until the other side has closed: whatever else it says is heard too. */
struct house_answer *house_hear(struct house_client *c)
{
	const char *end, *length;

	if (!house_until(20000, is_shut, c))
		fail_msg("no end of the answer: %.300s", c->bytes);
	end = strstr(c->bytes, "\r\n\r\n");
	length = strcasestr(c->bytes, "\r\ncontent-length: ");
	if (end && length && length < end) {
		c->answer.status = (int)strtol(c->bytes + 9, NULL, 10);
		c->answer.body = end + 4;
		c->answer.whole = c->len == (size_t)(end + 4 - c->bytes) + strtoul(length + 18, NULL, 10);
	}
	return &c->answer;
}

static void closed(uv_handle_t *h)
{
	struct house_client *c = h->data;

	close(c->fd);
	free(c);
}

void house_forget(struct house_client *c)
{
	uv_close((uv_handle_t *)&c->poll, closed);
	house_turn(0);
}
