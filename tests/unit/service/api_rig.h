/* An HTTP server with an API behind it, and clients in the same thread: a request is sent, the loop runs
 * until its answer is whole. */
#ifndef API_RIG_H
#define API_RIG_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "iv_api.h"
#include "iv_log.h"

static struct {
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_config cfg;
	struct iv_services s;
	struct iv_api *api;
	struct iv_http_server *http;
	char log[1 << 20];
	size_t log_len;
	const char *const *env;
} rig;

/* ── the log is watched: what must never be in it, and what must not be logged at all */
static inline size_t rig_log(void *arg, const char *lines, size_t n)
{
	(void)arg;
	if (rig.log_len + n < sizeof(rig.log)) {
		memcpy(rig.log + rig.log_len, lines, n);
		rig.log_len += n;
		rig.log[rig.log_len] = '\0';
	}
	return n;
}

static inline const char *rig_env(void *arg, const char *name)
{
	(void)arg;
	for (size_t i = 0; rig.env && rig.env[i]; i += 2)
		if (strcmp(rig.env[i], name) == 0)
			return rig.env[i + 1];
	return NULL;
}

static inline void rig_handle(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_api_handle(rig.api, rq);
}

static inline void rig_unmatched(void *ctx, struct iv_http_req *rq, int status, const char *allow)
{
	(void)ctx;
	iv_api_unmatched(rig.api, rq, status, allow);
}

/* env: NAME, VALUE, …, NULL. mount: brings the rows. */
static inline void rig_start(struct iv_pg *pg, struct iv_rate *rate, const char *const *env, void (*mount)(struct iv_api *))
{
	struct iv_err e = {0};
	struct iv_buf errors;

	iv_log_set_sink(rig_log, NULL);
	rig.log_len = 0;
	rig.env = env;
	iv_buf_init(&errors, 65536);
	if (!iv_config_read(&rig.cfg, rig_env, NULL, &errors))
		fail_msg("%.*s", IV_FMT(iv_buf_str(&errors)));
	iv_buf_deinit(&errors);
	rig.loop = iv_loop_new();
	rig.net = iv_net_new(rig.loop, &(struct iv_net_opts){.user_agent = "test"}, &e);
	assert_non_null(rig.net);
	rig.s = (struct iv_services){.cfg = &rig.cfg,
				     .loop = rig.loop,
				     .net = rig.net,
				     .pg = pg,
				     .rate = rate,
				     .auth = iv_auth_new(&rig.cfg),
				     .instance_id = "ins_1",
				     .version = "test"};
	if (!iv_auth_open(rig.s.auth, &rig.s, &e))
		fail_msg("%s", e.msg);
	rig.api = iv_api_new(&rig.s);
	mount(rig.api);
	rig.http = iv_http_listen(rig.net,
				  &(struct iv_http_opts){.address = "127.0.0.1", .body_max = 65536, .unmatched = rig_unmatched},
				  iv_api_routes(rig.api, rig_handle), NULL, &e);
	if (!rig.http)
		fail_msg("%s", e.msg);
}

static inline void rig_nothing(void *arg)
{
	(void)arg;
}

static inline void rig_closed(void *arg)
{
	(void)arg;
	iv_api_free(rig.api);
	iv_auth_close(rig.s.auth);
	iv_net_close(rig.net, rig_nothing, NULL);
}

static inline void rig_stop(void)
{
	iv_http_close(rig.http, rig_closed, NULL);
	iv_loop_run(rig.loop);
	iv_auth_free(rig.s.auth);
	iv_loop_free(rig.loop);
	iv_config_free(&rig.cfg);
	iv_log_flush();
}

/* ── clients */
struct client {
	uv_poll_t poll;
	uv_timer_t timer;
	int fd, open;
	bool whole;
	size_t len;
	char bytes[262144];
	int status;
	const char *body;
	cJSON *json;
};

static inline bool client_is_whole(struct client *c)
{
	const char *end = strstr(c->bytes, "\r\n\r\n"), *length;

	if (!end)
		return false;
	c->status = (int)strtol(c->bytes + 9, NULL, 10);
	c->body = end + 4;
	length = strcasestr(c->bytes, "\r\ncontent-length: ");
	if (!length || length > end)
		return c->status == 204 || c->status == 304;
	return strncmp(c->bytes, "HTTP/1.1", 8) == 0 &&
	       c->len >= (size_t)(c->body - c->bytes) + strtoul(length + 18, NULL, 10);
}

static inline void client_readable(uv_poll_t *p, int status, int events)
{
	struct client *c = p->data;
	ssize_t n = recv(c->fd, c->bytes + c->len, sizeof(c->bytes) - 1 - c->len, MSG_DONTWAIT);

	(void)status;
	(void)events;
	if (n > 0) {
		c->len += (size_t)n;
		c->bytes[c->len] = '\0';
	}
	c->whole = client_is_whole(c);
	if (c->whole || n == 0) {
		uv_poll_stop(p);
		iv_loop_stop(rig.loop);
	}
}

static inline void client_tired(uv_timer_t *t)
{
	(void)t;
	iv_loop_stop(rig.loop);
}

static inline struct client *client_send(const char *text, size_t n)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)iv_http_port(rig.http))};

	assert_non_null(c);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(c->fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
	uv_poll_init(iv_loop_uv(rig.loop), &c->poll, c->fd);
	uv_timer_init(iv_loop_uv(rig.loop), &c->timer);
	c->poll.data = c->timer.data = c;
	c->open = 2;
	uv_poll_start(&c->poll, UV_READABLE, client_readable);
	return c;
}

static inline void client_wait(struct client *c, int ms)
{
	uv_timer_start(&c->timer, client_tired, (uint64_t)ms, 0);
	if (!c->whole)
		iv_loop_run(rig.loop);
	uv_timer_stop(&c->timer);
	if (c->whole && c->body[0] == '{')
		c->json = cJSON_Parse(c->body);
}

static inline void client_closed(uv_handle_t *h)
{
	struct client *c = h->data;

	if (--c->open == 0) {
		cJSON_Delete(c->json);
		close(c->fd);
		free(c);
	}
}

static inline void client_end(struct client *c)
{
	shutdown(c->fd, SHUT_RDWR);
	uv_close((uv_handle_t *)&c->poll, client_closed);
	uv_close((uv_handle_t *)&c->timer, client_closed);
}

static inline void rig_tired(void *arg)
{
	(void)arg;
	iv_loop_stop(rig.loop);
}

/* Lets the loop go on for a while. */
static inline void rig_turn(int ms)
{
	struct iv_timer t;

	iv_timer_init(&t, rig.loop, rig_tired, NULL);
	iv_timer_in_ms(&t, ms);
	iv_loop_run(rig.loop);
	iv_timer_stop(&t);
}

#define REQUEST_MAX 131072

/* "METHOD /path", header lines with \r\n behind each (or ""), body or NULL. */
static inline struct client *request(const char *line, const char *headers, const char *body)
{
	static char text[REQUEST_MAX];
	int n;

	if (body)
		n = snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n%s", line, headers,
			     strlen(body), body);
	else
		n = snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: x\r\n%s\r\n", line, headers);
	assert_true(n > 0 && n < (int)sizeof(text));
	return client_send(text, (size_t)n);
}

static inline struct client *ask(const char *line, const char *headers, const char *body)
{
	struct client *c = request(line, headers, body);

	client_wait(c, 5000);
	if (!c->whole)
		fail_msg("%s: no whole answer: %.300s", line, c->bytes);
	return c;
}

static inline const char *text_of(const struct client *c, const char *member)
{
	const cJSON *m = cJSON_GetObjectItemCaseSensitive(c->json, member);

	return cJSON_IsString(m) ? m->valuestring : "";
}

static inline bool has_header(const struct client *c, const char *line)
{
	char wanted[512];
	const char *at;

	snprintf(wanted, sizeof(wanted), "\r\n%s", line);
	at = strcasestr(c->bytes, wanted);
	return at && at < c->body;
}

/* A problem document with everything it must have. */
static inline void check_problem(struct client *c, int status, const char *code)
{
	if (c->status != status || strcmp(text_of(c, "code"), code) != 0)
		fail_msg("expected %d %s, got %.900s", status, code, c->bytes);
	assert_true(has_header(c, "Content-Type: application/problem+json\r\n"));
	assert_true(text_of(c, "type")[0] && text_of(c, "title")[0] && text_of(c, "detail")[0]);
	assert_true(text_of(c, "instance")[0] == '/' && text_of(c, "requestId")[0]);
	assert_int_equal(cJSON_GetObjectItem(c->json, "status")->valueint, status);
}

/* The problem names this pointer or parameter. */
static inline const char *wrong_at(const struct client *c, const char *key, const char *where)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, cJSON_GetObjectItem(c->json, "errors"))
	{
		const cJSON *p = cJSON_GetObjectItem(item, key);

		if (cJSON_IsString(p) && strcmp(p->valuestring, where) == 0)
			return cJSON_GetObjectItem(item, "detail")->valuestring;
	}
	return NULL;
}

#endif
