/* libcurl's sockets and timer on our loop. Its callbacks only start and stop watchers; the fd is
 * closed by us, after its watcher, so that epoll never keeps a dead fd and a new socket never meets
 * an old watch. */
#include "curl_loop.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net_priv.h"

#define SPARE_EASY 256
#define KEPT_CONNECTIONS 4096L /* of all hosts together: streams come and go by the hundred */

struct watch {
	uv_poll_t poll;
	struct iv_curl *curl;
	int fd;
	bool ours; /* opened and closed by us; libcurl's resolver has pipes of its own */
};

struct iv_curl {
	struct iv_loop *loop;
	CURLM *multi;
	CURLSH *sessions;
	struct iv_timer timer;
	struct watch **watches; /* by fd */
	size_t watches_cap;
	size_t open_watches; /* not yet through uv's close callback */
	CURL *spare[SPARE_EASY];
	size_t spare_count;
	iv_curl_done_fn *done;
	void *done_arg;
	void (*closed)(void *arg);
	void *closed_arg;
};

static struct watch *find_watch(const struct iv_curl *c, int fd)
{
	return (size_t)fd < c->watches_cap ? c->watches[fd] : NULL;
}

static void drop_watch(struct watch *w);

static struct watch *make_watch(struct iv_curl *c, int fd, bool ours)
{
	struct watch *w = find_watch(c, fd);

	if (w) /* its fd was closed behind our back, and the number came again */
		drop_watch(w);
	w = net_calloc(sizeof(*w));
	if ((size_t)fd >= c->watches_cap) {
		size_t cap = c->watches_cap ? c->watches_cap : 64;

		while (cap <= (size_t)fd)
			cap *= 2;
		struct watch **grown = realloc(c->watches, cap * sizeof(*grown));
		if (!grown)
			abort();
		memset(grown + c->watches_cap, 0, (cap - c->watches_cap) * sizeof(*grown));
		c->watches = grown;
		c->watches_cap = cap;
	}
	w->curl = c;
	w->fd = fd;
	w->ours = ours;
	if (uv_poll_init(iv_loop_uv(c->loop), &w->poll, fd) != 0) {
		free(w);
		return NULL;
	}
	w->poll.data = w;
	c->watches[fd] = w;
	c->open_watches++;
	return w;
}

static void finish_close(void *arg)
{
	struct iv_curl *c = arg;
	void (*closed)(void *) = c->closed;
	void *closed_arg = c->closed_arg;

	free(c->watches);
	free(c);
	closed(closed_arg);
}

static void on_watch_closed(uv_handle_t *h)
{
	struct watch *w = h->data;
	struct iv_curl *c = w->curl;

	free(w);
	if (--c->open_watches == 0 && c->closed)
		finish_close(c);
}

static void drop_watch(struct watch *w)
{
	w->curl->watches[w->fd] = NULL;
	uv_poll_stop(&w->poll);
	uv_close((uv_handle_t *)&w->poll, on_watch_closed);
}

static void give_completions(struct iv_curl *c)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(c->multi, &left)) != NULL)
		if (msg->msg == CURLMSG_DONE)
			c->done(c->done_arg, msg->easy_handle, msg->data.result);
}

static void act(struct iv_curl *c, curl_socket_t fd, int flags)
{
	int running;

	/* Only errors of a transfer happen, and those are its completion. */
	(void)curl_multi_socket_action(c->multi, fd, flags, &running);
	give_completions(c);
}

static void on_ready(uv_poll_t *h, int status, int events)
{
	struct watch *w = h->data; /* may be closed inside act() */
	int flags = 0;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	act(w->curl, w->fd, flags);
}

static void on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int on_set_timer(CURLM *multi, long ms, void *arg)
{
	struct iv_curl *c = arg;

	(void)multi;
	if (ms < 0)
		iv_timer_stop(&c->timer);
	else
		iv_timer_in_ms(&c->timer, ms);
	return 0;
}

static int on_set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct iv_curl *c = arg;
	struct watch *w = find_watch(c, fd);
	int events = 0;

	(void)easy;
	(void)unused;
	if (what == CURL_POLL_REMOVE) {
		if (w && w->ours)
			uv_poll_stop(&w->poll); /* a kept connection will be watched again */
		else if (w)
			drop_watch(w);
		return 0;
	}
	if (!w)
		w = make_watch(c, fd, false);
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return w && uv_poll_start(&w->poll, events, on_ready) == 0 ? 0 : -1;
}

curl_socket_t iv_curl_open_socket(struct iv_curl *c, struct curl_sockaddr *address)
{
	int fd = socket(address->family, address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
			address->protocol);

	if (fd >= 0 && !make_watch(c, fd, true)) {
		close(fd);
		return CURL_SOCKET_BAD;
	}
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	return iv_curl_open_socket(arg, address);
}

static int on_close_socket(void *arg, curl_socket_t fd)
{
	struct watch *w = find_watch(arg, fd);

	if (w)
		drop_watch(w);
	return close(fd);
}

struct iv_curl *iv_curl_new(struct iv_loop *l, int max_host_connections, iv_curl_done_fn *done,
			    void *arg)
{
	struct iv_curl *c;
	CURLM *multi;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	multi = curl_multi_init();
	if (!multi)
		return NULL;
	c = net_calloc(sizeof(*c));
	c->loop = l;
	c->multi = multi;
	c->done = done;
	c->done_arg = arg;
	iv_timer_init(&c->timer, l, on_timer, c);
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_set_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_set_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)max_host_connections);
	/* TLS sessions belong to easy handles, which change owner here: share them. */
	c->sessions = curl_share_init();
	if (!c->sessions)
		abort();
	curl_share_setopt(c->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	return c;
}

void iv_curl_close(struct iv_curl *c, void (*closed)(void *arg), void *arg)
{
	while (c->spare_count > 0)
		curl_easy_cleanup(c->spare[--c->spare_count]);
	curl_multi_cleanup(c->multi); /* closes the kept connections, through on_close_socket */
	curl_share_cleanup(c->sessions);
	iv_timer_stop(&c->timer);
	for (size_t fd = 0; fd < c->watches_cap; fd++)
		if (c->watches[fd])
			drop_watch(c->watches[fd]);
	c->closed = closed;
	c->closed_arg = arg;
	curl_global_cleanup(); /* counted, as is curl_global_init */
	if (c->open_watches == 0)
		iv_defer(c->loop, finish_close, c);
}

CURL *iv_curl_take(struct iv_curl *c)
{
	CURL *easy = c->spare_count ? c->spare[--c->spare_count] : curl_easy_init();

	if (!easy)
		abort();
	IV_CURL_SET(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	IV_CURL_SET(easy, CURLOPT_OPENSOCKETDATA, c);
	IV_CURL_SET(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	IV_CURL_SET(easy, CURLOPT_CLOSESOCKETDATA, c);
	IV_CURL_SET(easy, CURLOPT_SHARE, c->sessions);
	IV_CURL_SET(easy, CURLOPT_NOSIGNAL, 1L);
	IV_CURL_SET(easy, CURLOPT_TCP_NODELAY, 1L);
	IV_CURL_SET(easy, CURLOPT_PROXY, ""); /* "": not even the environment's */
	IV_CURL_SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	IV_CURL_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* Without it, ending a transfer that still resolves waits for the resolver's thread. */
	IV_CURL_SET(easy, CURLOPT_QUICK_EXIT, 1L);
	return easy;
}

void iv_curl_give(struct iv_curl *c, CURL *easy)
{
	if (c->spare_count == SPARE_EASY) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	c->spare[c->spare_count++] = easy;
}

void iv_curl_add(struct iv_curl *c, CURL *easy)
{
	if (curl_multi_add_handle(c->multi, easy) != CURLM_OK)
		abort(); /* only when added twice, or called from inside libcurl */
}

void iv_curl_remove(struct iv_curl *c, CURL *easy)
{
	(void)curl_multi_remove_handle(c->multi, easy);
}
