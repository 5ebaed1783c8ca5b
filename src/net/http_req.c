/* The request as its handler sees it, and how it leaves its connection. */
#include "http_priv.h"

struct iv_str iv_http_method(const struct iv_http_req *rq)
{
	return rq->head.method;
}

struct iv_str iv_http_path(const struct iv_http_req *rq)
{
	return rq->head.path;
}

struct iv_str iv_http_query(const struct iv_http_req *rq)
{
	return rq->head.query;
}

struct iv_str iv_http_header(const struct iv_http_req *rq, const char *name)
{
	struct iv_str first = http_head_get(&rq->head, name);
	struct iv_buf joined;
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < rq->head.header_count; i++)
		count += iv_str_ieq(rq->headers[i].name, iv_str(name));
	if (count < 2)
		return first;
	iv_buf_init(&joined, rq->server->opts.header_max * 2);
	for (size_t i = 0; i < rq->head.header_count; i++)
		if (iv_str_ieq(rq->headers[i].name, iv_str(name))) {
			ok = ok && (joined.len == 0 || iv_buf_adds(&joined, IV_S(", ")));
			ok = ok && iv_buf_adds(&joined, rq->headers[i].value);
		}
	/* The arena is rq's own memory, which const does not mean. */
	struct iv_arena *a = &((struct iv_http_req *)(uintptr_t)rq)->arena;
	struct iv_str all = ok ? iv_arena_str(a, iv_buf_str(&joined)) : IV_STR_NULL;
	iv_buf_deinit(&joined);
	return all.ptr ? all : first;
}

/* "gzip", "gzip;q=0.5"; not "gzip;q=0.000". */
bool iv_http_takes_gzip(const struct iv_http_req *rq)
{
	struct iv_str rest = iv_http_header(rq, "accept-encoding"), one, coding;

	while (iv_str_split(&rest, ',', &one)) {
		bool refused = false;

		(void)iv_str_split(&one, ';', &coding);
		if (!iv_str_ieq(iv_str_trim(coding), IV_S("gzip")))
			continue;
		one = iv_str_trim(one);
		refused = iv_str_starts(one, IV_S("q=0"));
		for (size_t k = 0; k < one.len; k++)
			refused = refused && !(one.ptr[k] >= '1' && one.ptr[k] <= '9');
		return !refused;
	}
	return false;
}

struct iv_str iv_http_body(const struct iv_http_req *rq)
{
	return iv_buf_str(&rq->body);
}

struct iv_buf iv_http_take_body(struct iv_http_req *rq)
{
	struct iv_buf body = rq->body;

	iv_buf_init(&rq->body, 0);
	return body;
}

struct iv_str iv_http_param(const struct iv_http_req *rq, const char *name)
{
	for (size_t i = 0; i < rq->match.param_count; i++)
		if (iv_str_eq(rq->match.params[i].name, iv_str(name)))
			return rq->match.params[i].value;
	return IV_STR_NULL;
}

struct iv_str iv_http_peer(const struct iv_http_req *rq)
{
	struct sockaddr_storage addr;
	int len = sizeof(addr);
	char text[INET6_ADDRSTRLEN] = "";

	if (!rq->conn || uv_tcp_getpeername(&rq->conn->tcp, (struct sockaddr *)&addr, &len) != 0)
		return IV_S("");
	if (addr.ss_family == AF_INET6)
		uv_ip6_name((struct sockaddr_in6 *)&addr, text, sizeof(text));
	else
		uv_ip4_name((struct sockaddr_in *)&addr, text, sizeof(text));
	struct iv_arena *a = &((struct iv_http_req *)(uintptr_t)rq)->arena;
	bool mapped = strncmp(text, "::ffff:", 7) == 0 &&
		      strchr(text, '.'); /* IPv4 on an IPv6 listener */
	struct iv_str s = iv_arena_str(a, iv_str(mapped ? text + 7 : text));
	return s.ptr ? s : IV_S("");
}

const struct iv_route *iv_http_row(const struct iv_http_req *rq)
{
	return rq->match.route;
}

struct iv_loop *iv_http_loop(const struct iv_http_req *rq)
{
	return rq->server->loop;
}

struct iv_http_server *iv_http_server_of(const struct iv_http_req *rq)
{
	return rq->server;
}

void http_req_free(struct iv_http_req *rq)
{
	iv_list_remove(&rq->node);
	iv_buf_deinit(&rq->body);
	iv_buf_deinit(&rq->extra);
	iv_arena_deinit(&rq->arena);
	free(rq);
}

static void free_req(void *arg)
{
	http_req_free(arg);
}

void http_req_leave(struct iv_http_req *rq)
{
	rq->answered = true;
	iv_list_remove(&rq->node); /* an orphan is on the server's list, which may go first */
	if (rq->conn)
		rq->conn->rq = NULL;
	rq->conn = NULL;
	iv_defer(rq->server->loop, free_req, rq);
}
