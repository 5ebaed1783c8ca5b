/* One HTTP request after another over libcurl: what is sent, what comes back, and when it has taken
 * too long. libcurl is only entered from the loop; a handler that starts or cancels from inside a
 * transfer leaves the work for after the turn. */
#include "fetch_priv.h"
#include "iv_egress.h"

#define ERROR_BODY_MAX 4096
#define ERROR_BODY_SKIPPED_MAX 65536 /* beyond, closing is cheaper than reading on */
#define BODY_MAX_DEFAULT ((size_t)8 << 20)
#define CONNECT_MS_DEFAULT 3000
#define RETRY_AFTER_MAX_MS (24 * 3600 * 1000)

static void free_fetch(struct iv_fetch *f)
{
	if (f->easy) {
		if (f->added)
			iv_curl_remove(f->ft->curl, f->easy);
		iv_curl_give(f->ft->curl, f->easy);
	}
	curl_slist_free_all(f->headers);
	iv_buf_deinit(&f->body);
	free(f->request_body);
	free(f);
}

static void fill_status(struct iv_fetch *f, struct iv_fetch_result *r)
{
	long status = 0;

	if (f->easy)
		(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	r->status = (int)status;
	r->unsent = f->phase == IV_FETCH_CONNECT;
	r->retry_after_ms = f->retry_after_ms;
	if (r->status >= 400 && (f->err.code == IV_OK || f->err.code == IV_ETOOBIG)) {
		/* The provider's word counts more than the size of what it said. */
		f->err.code = IV_OK;
		iv_fail(&f->err, IV_EUPSTREAM, "%s answered %d", f->host, r->status);
	}
	r->err = f->err;
	r->body = iv_buf_str(&f->body);
}

static void finish(struct iv_fetch *f)
{
	struct iv_fetch_result r;

	iv_timer_stop(&f->phase_timer);
	iv_timer_stop(&f->total_timer);
	iv_list_remove(&f->node);
	f->ended = true;
	fill_status(f, &r);
	if (f->h.done)
		f->h.done(f->arg, &r);
	free_fetch(f);
}

static void on_complete(void *arg, CURL *easy, CURLcode code)
{
	char *owner = NULL;
	long status = 0;

	(void)arg;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
	struct iv_fetch *f = (struct iv_fetch *)(void *)owner;
	if (f->cancelled)
		return; /* its end is on its way */
	if (code != CURLE_OK && f->blocked)
		iv_fail(&f->err, IV_EFORBIDDEN, "%s has no public address", f->host);
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OPERATION_TIMEDOUT)
		iv_fail(&f->err, IV_ETIMEDOUT, "%s: no connection in %d ms", f->host,
			f->connect_ms);
	else if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status >= 400))
		iv_fail(&f->err, IV_EUPSTREAM, "%s: %s", f->host, curl_easy_strerror(code));
	finish(f);
}

/* ── deadlines ── */

static void set_phase(struct iv_fetch *f, enum iv_fetch_phase phase)
{
	int ms = phase == IV_FETCH_CONNECT	? f->connect_ms
		 : phase == IV_FETCH_FIRST_BYTE ? f->first_byte_ms
						: f->stall_ms;

	f->phase = phase;
	if (ms > 0)
		iv_timer_in_ms(&f->phase_timer, ms);
	else
		iv_timer_stop(&f->phase_timer);
}

static void on_phase_over(void *arg)
{
	struct iv_fetch *f = arg;
	int64_t due = f->last_byte_us + (int64_t)f->stall_ms * 1000;

	if (f->phase == IV_FETCH_BODY && iv_now_us() < due) {
		iv_timer_at(&f->phase_timer,
			    due); /* not moved for each byte: looked at when it fires */
		return;
	}
	if (f->phase == IV_FETCH_CONNECT)
		iv_fail(&f->err, IV_ETIMEDOUT, "%s: no connection in %d ms", f->host,
			f->connect_ms);
	else if (f->phase == IV_FETCH_FIRST_BYTE)
		iv_fail(&f->err, IV_ETIMEDOUT, "%s: no answer in %d ms", f->host, f->first_byte_ms);
	else
		iv_fail(&f->err, IV_ETIMEDOUT, "%s: silent for %d ms", f->host, f->stall_ms);
	finish(f);
}

static void on_total_over(void *arg)
{
	struct iv_fetch *f = arg;

	iv_fail(&f->err, IV_ETIMEDOUT, "%s: not complete in time", f->host);
	finish(f);
}

/* ── libcurl's callbacks of one transfer ── */

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct iv_fetch *f = arg;

	(void)purpose;
	if (!iv_egress_allows(f->ft->net->egress, &address->addr)) {
		f->blocked = true;
		return CURL_SOCKET_BAD;
	}
	f->blocked = false; /* one of several addresses may do */
	return iv_curl_open_socket(f->ft->curl, address);
}

static bool peer_is_allowed(const struct iv_fetch *f, const char *ip)
{
	struct sockaddr_storage sa = {0};

	if (uv_ip4_addr(ip, 0, (struct sockaddr_in *)(void *)&sa) != 0 &&
	    uv_ip6_addr(ip, 0, (struct sockaddr_in6 *)(void *)&sa) != 0)
		return false;
	return iv_egress_allows(f->ft->net->egress, (const struct sockaddr *)&sa);
}

/* Connected, the request goes out next. A kept connection comes here without having been opened for
 * us. */
static int on_connected(void *arg, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
	struct iv_fetch *f = arg;

	(void)own_ip;
	(void)peer_port;
	(void)own_port;
	if (f->public_only && !peer_is_allowed(f, peer_ip)) {
		f->blocked = true;
		return CURL_PREREQFUNC_ABORT;
	}
	set_phase(f, IV_FETCH_FIRST_BYTE);
	return CURL_PREREQFUNC_OK;
}

static void read_retry_after(struct iv_fetch *f, struct iv_str value, bool in_ms)
{
	char text[64];
	int64_t ms, seconds;

	if (iv_str_to_i64(value, &seconds)) {
		ms = seconds < 0 || seconds > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS
		     : in_ms					 ? seconds
								 : seconds * 1000;
	} else {
		time_t at;

		if (in_ms || !iv_str_copy(text, sizeof(text), value))
			return;
		at = curl_getdate(text, NULL);
		if (at == (time_t)-1)
			return;
		ms = (int64_t)at * 1000 - iv_wall_ms();
	}
	if (ms < 0)
		ms = 0;
	f->retry_after_ms = ms > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : (int)ms;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct iv_fetch *f = arg;
	struct iv_str line = {bytes, size * count}, value;
	const char *colon = memchr(line.ptr, ':', line.len);

	if (f->cancelled)
		return 0;
	if (!colon) {
		if (iv_str_starts(line, IV_S("HTTP/")))
			f->retry_after_ms = -1; /* an answer of 1xx came before */
		return line.len;
	}
	struct iv_str name = {line.ptr, (size_t)(colon - line.ptr)};
	value = iv_str_trim((struct iv_str){colon + 1, line.len - name.len - 1});
	if (iv_str_ieq(name, IV_S("retry-after-ms")))
		read_retry_after(f, value, true);
	else if (iv_str_ieq(name, IV_S("retry-after")) && f->retry_after_ms < 0)
		read_retry_after(f, value, false);
	return line.len;
}

/* The start of the body of a refusal is kept for whoever has to explain it; it is never logged
 * here. */
static bool take_error_body(struct iv_fetch *f, struct iv_str bytes)
{
	size_t room =
		ERROR_BODY_MAX - (f->body.len < ERROR_BODY_MAX ? f->body.len : ERROR_BODY_MAX);

	if (!iv_buf_add(&f->body, bytes.ptr, bytes.len < room ? bytes.len : room))
		return false;
	return f->received <= ERROR_BODY_SKIPPED_MAX;
}

/* A large answer says how large: room for all of it at once, so that what has come is not moved as more comes. */
static void make_room(struct iv_fetch *f)
{
	curl_off_t bytes = -1;

	(void)curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &bytes);
	if (bytes > 0 && (uint64_t)bytes <= f->body_max)
		(void)!iv_buf_reserve(&f->body, (size_t)bytes); /* without it the pieces say so */
}

static void begin_body(struct iv_fetch *f)
{
	const char *type = NULL;

	(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &f->status);
	set_phase(f, IV_FETCH_BODY);
	if (f->status >= 400) {
		f->body.limit = ERROR_BODY_MAX;
		return;
	}
	if (!f->h.data)
		make_room(f);
	(void)curl_easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &type);
	if (f->h.head)
		f->h.head(f->arg, (int)f->status, type ? iv_str(type) : IV_S(""));
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct iv_fetch *f = arg;
	struct iv_str piece = {bytes, size * count};

	if (f->cancelled || piece.len == 0)
		return f->cancelled ? CURL_WRITEFUNC_ERROR : 0;
	f->last_byte_us = iv_now_us();
	if (f->phase != IV_FETCH_BODY)
		begin_body(f);
	if (f->cancelled)
		return CURL_WRITEFUNC_ERROR;
	f->received += piece.len;
	if (f->status >= 400)
		return take_error_body(f, piece) ? piece.len : CURL_WRITEFUNC_ERROR;
	if (f->received > f->body_max) {
		iv_fail(&f->err, IV_ETOOBIG, "%s: answer of more than %zu bytes", f->host,
			f->body_max);
		return CURL_WRITEFUNC_ERROR;
	}
	if (!f->h.data)
		return iv_buf_adds(&f->body, piece) ? piece.len : CURL_WRITEFUNC_ERROR;
	f->h.data(f->arg, piece);
	return f->cancelled ? CURL_WRITEFUNC_ERROR : piece.len;
}

/* ── starting ── */

static bool prepare(struct iv_fetch *f, const struct iv_fetch_opts *o)
{
	if (!iv_fetch_request(f, o))
		return false;
	IV_CURL_SET(f->easy, CURLOPT_PRIVATE, f);
	IV_CURL_SET(f->easy, CURLOPT_HEADERFUNCTION, on_header);
	IV_CURL_SET(f->easy, CURLOPT_HEADERDATA, f);
	IV_CURL_SET(f->easy, CURLOPT_WRITEFUNCTION, on_body);
	IV_CURL_SET(f->easy, CURLOPT_WRITEDATA, f);
	IV_CURL_SET(f->easy, CURLOPT_PREREQFUNCTION, on_connected);
	IV_CURL_SET(f->easy, CURLOPT_PREREQDATA, f);
	/* Ours decides, and it counts the wait for a free connection too. */
	IV_CURL_SET(f->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)f->connect_ms + 1000);
	if (f->public_only) {
		IV_CURL_SET(f->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
		IV_CURL_SET(f->easy, CURLOPT_OPENSOCKETDATA, f);
	}
	return true;
}

static void launch(void *arg)
{
	struct iv_fetch *f = arg;

	if (f->cancelled) {
		free_fetch(f);
		return;
	}
	if (f->err.code != IV_OK) {
		finish(f);
		return;
	}
	f->added = true;
	set_phase(f, IV_FETCH_CONNECT);
	if (f->total_ms > 0)
		iv_timer_in_ms(&f->total_timer, f->total_ms);
	iv_curl_add(f->ft->curl, f->easy);
}

struct iv_fetch *iv_fetch_start(struct iv_net *n, const struct iv_fetch_opts *opts,
				const struct iv_fetch_handlers *h, void *arg)
{
	struct iv_fetch *f = net_calloc(sizeof(*f));

	f->ft = n->fetcher;
	f->h = *h;
	f->arg = arg;
	f->retry_after_ms = -1;
	f->connect_ms = opts->connect_ms > 0 ? opts->connect_ms : CONNECT_MS_DEFAULT;
	f->first_byte_ms = opts->first_byte_ms;
	f->stall_ms = opts->stall_ms;
	f->total_ms = opts->total_ms;
	f->public_only = opts->public_only;
	f->body_max = opts->body_max ? opts->body_max : BODY_MAX_DEFAULT;
	iv_buf_init(&f->body, f->body_max);
	iv_timer_init(&f->phase_timer, n->loop, on_phase_over, f);
	iv_timer_init(&f->total_timer, n->loop, on_total_over, f);
	iv_list_append(&f->ft->live, &f->node);
	(void)prepare(f, opts); /* launch() looks at f->err */
	iv_defer(n->loop, launch, f);
	return f;
}

void iv_fetch_take_body(struct iv_fetch *f, struct iv_buf *out)
{
	*out = f->body;
	iv_buf_init(&f->body, 0);
}

struct iv_str iv_fetch_header(const struct iv_fetch *f, const char *name)
{
	struct curl_header *h = NULL;
	size_t last = 0;

	if (!f->easy || curl_easy_header(f->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return IV_S("");
	last = h->amount - 1;
	if (last && curl_easy_header(f->easy, name, last, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return IV_S("");
	return iv_str(h->value);
}

static void reap(void *arg)
{
	free_fetch(arg);
}

void iv_fetch_cancel(struct iv_fetch *f)
{
	if (f->cancelled || f->ended)
		return;
	f->cancelled = true;
	f->h = (struct iv_fetch_handlers){0};
	iv_timer_stop(&f->phase_timer);
	iv_timer_stop(&f->total_timer);
	iv_list_remove(&f->node);
	if (f->added) /* else launch() finds it cancelled */
		iv_defer(f->ft->net->loop, reap, f);
}

/* ── the fetcher ── */

struct iv_fetcher *iv_fetcher_new(struct iv_net *n)
{
	struct iv_fetcher *ft = net_calloc(sizeof(*ft));

	ft->net = n;
	iv_list_init(&ft->live);
	iv_fetch_warm_init(ft);
	ft->curl = iv_curl_new(n->loop, n->max_host_connections, on_complete, ft);
	if (!ft->curl) {
		free(ft);
		return NULL;
	}
	return ft;
}

static void on_curl_closed(void *arg)
{
	struct iv_fetcher *ft = arg;
	struct iv_net *n = ft->net;

	free(ft);
	iv_net_part_closed(n);
}

static void close_curl(void *arg)
{
	struct iv_fetcher *ft = arg;

	iv_curl_close(ft->curl, on_curl_closed, ft);
}

void iv_fetcher_close(struct iv_fetcher *ft)
{
	iv_fetch_warm_stop(ft);
	IV_LIST_EACH(node, &ft->live)
	iv_fetch_cancel(IV_CONTAINER(node, struct iv_fetch, node));
	iv_defer(ft->net->loop, close_curl, ft); /* behind what cancelling deferred */
}
