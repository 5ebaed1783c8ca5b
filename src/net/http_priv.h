/* The inside of the HTTP server: a listener, its connections, and at most one request on each. An
 * accepted WebSocket lives on the connection its request came by. */
#ifndef HTTP_PRIV_H
#define HTTP_PRIV_H

#include <stdlib.h>
#include "http_head.h"
#include "iv_http.h"
#include "iv_list.h"
#include "route.h"

#define HTTP_READ_BYTES 65536
#define HTTP_HIGH_WATER (1u << 20)
#define HTTP_OUT_MAX (256u << 20) /* stops a runaway; answers are our own making */
#define HTTP_LINGER_MS 2000
#define HTTP_STALL_MS 30000
#define HTTP_REFUSED_MAX 256
#define HTTP_KEEP_BYTES 4096

enum http_conn_state {
	HTTP_HEAD, /* waiting for, or in the middle of, a request's head */
	HTTP_BODY,
	HTTP_HANDLING,	/* the handler has the request */
	HTTP_PIECES,	/* it waits for more of the body */
	HTTP_STREAMING, /* its answer has begun */
	HTTP_FLUSHING,	/* answered; the next request is read when the kernel has taken it all */
	HTTP_UPGRADED,	/* a WebSocket */
	HTTP_LINGER,	/* last bytes, then FIN; what still comes in is thrown away */
	HTTP_CLOSED,	/* uv_close was called */
};

struct http_conn;
struct ws_sock;

struct iv_http_server {
	struct iv_loop *loop;
	const struct iv_route *routes;
	void *ctx;
	struct iv_http_opts opts;
	char server_name[64];
	uv_tcp_t listener;
	bool listening, listener_open, closing;
	struct iv_list conns;	/* every connection until its handle is closed */
	struct iv_list orphans; /* requests whose connection went while a handler that set no
				 * on_close still has them: its late answer must find something */
	size_t count, refused;
	void (*done)(void *arg);
	void *done_arg;
	char date[32];
	int64_t date_s;
	char read_buf[HTTP_READ_BYTES]; /* for whichever connection is being read */
};

/* Bytes on their way out: `flying` is with libuv, `waiting` collects what comes meanwhile. */
struct http_out {
	struct iv_buf waiting, flying;
	uv_write_t req;
};

struct http_conn {
	uv_tcp_t tcp;
	struct iv_http_server *server;
	struct iv_list node;
	enum http_conn_state state;
	struct iv_timer timer; /* the deadline of the state */
	struct iv_buf in;      /* received, not yet consumed */
	size_t scanned;	       /* of `in`, while looking for the end of a head */
	struct http_out out;
	size_t stall_left; /* output still unsent when the stall clock was last looked at */
	struct iv_http_req *rq;
	struct ws_sock *ws;
	uv_shutdown_t shutdown;
	bool refused; /* above the cap: only here to be told so */
	bool reading, shut, in_process, answered_one, resume_due, head_timed;
};

struct iv_http_req {
	struct http_conn *conn; /* NULL: orphan */
	struct iv_http_server *server;
	struct iv_list node;
	struct iv_arena arena;
	struct http_head head;
	struct iv_header headers[HTTP_HEADERS_MAX];
	struct route_match match;
	struct iv_buf body;
	struct http_chunks chunks;
	uint64_t body_left;     /* of a Content-Length */
	bool body_whole, asked; /* nothing of it is still to be read; the handler has asked for it */
	iv_http_piece_fn *on_piece;
	void *piece_arg;
	struct iv_buf extra; /* header lines set by the handler */
	bool keep_alive, began, answered, chunked_out, has_body, closing, full;
	int64_t begun_us;
	void (*on_close)(void *arg);
	void *close_arg;
	void (*on_writable)(void *arg);
	void *writable_arg;
};

/* Empties a buffer, and gives back its memory when it had grown. */
static inline void http_drop_memory(struct iv_buf *b)
{
	if (b->cap > HTTP_KEEP_BYTES)
		iv_buf_deinit(b);
	else
		iv_buf_clear(b);
}

static inline void *net_alloc(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		abort();
	return p;
}

/* ── http_conn.c */
void http_conn_accept(struct iv_http_server *s);
/* Drops TCP now; the request's on_close or the socket's closed() follow from the loop. */
void http_conn_close(struct http_conn *c);
void http_conn_set_state(struct http_conn *c, enum http_conn_state state);
/* Watches that output shrinks; who does not read for HTTP_STALL_MS is closed. */
void http_conn_arm_stall(struct http_conn *c);
/* Handles what is in c->in from the loop, not from inside the caller. */
void http_conn_resume(struct http_conn *c);
/* Starts or stops reading by how much waits in c->in. */
void http_conn_throttle(struct http_conn *c);

/* ── http_server.c */
void http_server_conn_gone(struct iv_http_server *s);

/* ── http_input.c */
/* Tells who waits for a piece, and will get no more. */
void http_piece_failed(struct iv_http_req *rq, enum iv_code code, const char *why);
void http_conn_process(struct http_conn *c);

/* ── http_out.c */
/* Queues or writes at once; false (nothing taken): closed, or the runaway limit. */
bool http_conn_write(struct http_conn *c, const uv_buf_t *bufs, unsigned n);
size_t http_conn_unsent(const struct http_conn *c);
/* Sends what is queued, then FIN; the rest of the input is thrown away; 2 s at most. */
void http_conn_linger(struct http_conn *c);
/* The answer is complete and c has no request any more: the next one, or the end. */
void http_conn_answered(struct http_conn *c, bool keep_alive);

/* ── http_reply.c */
/* An answer made here, for what no handler will see; closes afterwards. rq may not exist yet. */
void http_refuse(struct http_conn *c, int status, const char *why);
/* The 101 of an upgrade; false: the connection is gone. Leaves rq to http_req_leave. */
bool http_reply_upgrade(struct iv_http_req *rq, const char *accept_key, struct iv_str subprotocol);
void http_reply_problem(struct iv_http_req *rq, int status, const char *code, const char *field,
			const char *detail);

/* ── http_req.c */
/* rq is over: taken off its connection, freed after this turn. */
void http_req_leave(struct iv_http_req *rq);
void http_req_free(struct iv_http_req *rq);

/* ── ws_server.c */
/* Checks the handshake; 0, or the status that refuses it. */
int ws_check_upgrade(struct iv_http_req *rq, const char **why);
void ws_sock_feed(struct ws_sock *s, char *bytes, size_t n);
void ws_sock_drained(struct ws_sock *s); /* output shrank */
void ws_sock_killed(struct ws_sock *s);	 /* the connection closes: stop reading */
void ws_sock_closed(struct ws_sock *s);	 /* the handle is closed: last callback, free */

#endif
