/* iv_http: HTTP/1.1 server. One row of a route table is dispatch, limits, documentation and the label
 * of its metrics. Heads and chunks are read by our own strict grammar (libhttp-parser as packaged is
 * built without its strict checks). Request bodies are collected whole, chunked ones too, or taken in
 * pieces by the rows that say so; answers may be streamed.
 *
 * The server side of sockets is ours and not libwebsockets': lws 4.1.6 closes any upgrade whose
 * subprotocol list is over 127 bytes or names nothing it was compiled to know
 * (lib/roles/ws/server-ws.c:lws_process_ws_upgrade), and an API key as subprotocol is exactly that. */
#ifndef IV_HTTP_H
#define IV_HTTP_H

#include "iv_net.h"

struct iv_http_server;
struct iv_http_req; /* one request, from its headers to the end of its answer */

/* Or'ed into body_max: the handler is called with the head alone, and takes the body with iv_http_body_next. */
#define IV_HTTP_PIECES ((size_t)1 << (8 * sizeof(size_t) - 1))

struct iv_route {
	const char *method; /* "GET" (also answers HEAD), "POST", … ; "WS" for an upgrade */
	const char *path;   /* "/v1/realtime/:callId"; a last segment of "*" takes the rest */
	/* The request is whole (a "WS" row: its headers are). The handler answers now, or later from
	 * another callback; exactly one iv_http_reply*, iv_http_stream_begin or iv_ws_accept. */
	void (*handle)(void *ctx, struct iv_http_req *rq);
	size_t body_max; /* bytes; 0: the server's default; with IV_HTTP_PIECES the handler asks for the body */
	int deadline_ms; /* to begin the answer; 0: 30 s; passed: 504 */
	const char *doc; /* one line */
};

struct iv_http_opts {
	const char *address;
	int port;        /* 0: any; see iv_http_port */
	size_t header_max, body_max;
	int header_ms, keepalive_ms, max_connections;
	const char *server_name; /* Server: header, or NULL for none */
	/* No row answers: 404, or 405 with the methods of the path in `allow`. Answers at once. NULL: a
	 * problem document. The body was not read. */
	void (*unmatched)(void *ctx, struct iv_http_req *rq, int status, const char *allow);
};

/* Listens at once. `routes` ends with {0} and outlives the server; ctx goes to every handler.
 * Unknown paths, and other methods where only a row for every path fits: 404; wrong method: 405 with
 * Allow; a "WS" path without an upgrade: 426. No answer within the deadline: 504, then on_close.
 * max_connections is cut to what the descriptor limit leaves after 64 spare ones; one more is answered
 * 503. */
struct iv_http_server *iv_http_listen(struct iv_net *n, const struct iv_http_opts *opts,
				      const struct iv_route *routes, void *ctx, struct iv_err *e);
int iv_http_port(const struct iv_http_server *s);
size_t iv_http_connections(const struct iv_http_server *s);
/* Stops accepting; idle keep-alive connections close, the rest goes on. */
void iv_http_stop_listening(struct iv_http_server *s);
/* Closes everything; `done` from the loop when the last handle is closed. */
void iv_http_close(struct iv_http_server *s, void (*done)(void *arg), void *arg);

/* ── the request; what is returned lives as long as the request */
struct iv_str iv_http_method(const struct iv_http_req *rq);
struct iv_str iv_http_path(const struct iv_http_req *rq);  /* without query, not decoded */
struct iv_str iv_http_query(const struct iv_http_req *rq); /* behind '?', not decoded */
struct iv_str iv_http_header(const struct iv_http_req *rq, const char *name); /* joined by ", " when repeated */
bool iv_http_takes_gzip(const struct iv_http_req *rq); /* as its Accept-Encoding says */
struct iv_str iv_http_body(const struct iv_http_req *rq);
/* Of a row with IV_HTTP_PIECES. fn is called once, from the loop and never from in here: with 1 byte to 96 KiB, good until it
 * returns; with nothing, when the body is whole; or with an error (IV_ETOOBIG over body_max, IV_EINVAL malformed chunks,
 * IV_ETIMEDOUT nothing for header_ms), behind which there is no more. What is not asked for stays with the client. fn may
 * answer, or ask again. NULL takes the question back. An answer before the body is whole ends the connection. */
typedef void iv_http_piece_fn(void *arg, struct iv_str piece, const struct iv_err *e);
void iv_http_body_next(struct iv_http_req *rq, iv_http_piece_fn *fn, void *arg);
struct iv_buf iv_http_take_body(struct iv_http_req *rq); /* the body's memory is the caller's; the request has none left */
/* ":callId" of the route, percent-decoded. */
struct iv_str iv_http_param(const struct iv_http_req *rq, const char *name);
struct iv_str iv_http_peer(const struct iv_http_req *rq); /* address without port */
const struct iv_route *iv_http_row(const struct iv_http_req *rq); /* that answers it; NULL when unmatched */
struct iv_loop *iv_http_loop(const struct iv_http_req *rq);
struct iv_http_server *iv_http_server_of(const struct iv_http_req *rq);

/* ── the answer */
void iv_http_set_header(struct iv_http_req *rq, const char *name, struct iv_str value); /* before replying */
void iv_http_reply(struct iv_http_req *rq, int status, const char *content_type, struct iv_str body);
/* A file of ours, read by a worker and sent as fast as the client takes it; one range of it when the client asks for
 * one (players seek). The path is copied. What cannot be opened is answered 404. Set headers before. */
void iv_http_reply_file(struct iv_http_req *rq, const char *path, const char *content_type);
/* RFC 9457 problem details, with the wire code of the error. */
void iv_http_reply_err(struct iv_http_req *rq, const struct iv_err *err);
const char *iv_http_status_text(int status); /* "Not Found" */
/* Chunked. write returns false when more than 1 MiB waits to be sent: stop and come back in
 * on_writable. rq is gone after end, and after on_close. */
void iv_http_stream_begin(struct iv_http_req *rq, int status, const char *content_type);
/* The same with Content-Length: exactly so many bytes are written, or the stream is aborted. */
void iv_http_stream_begin_sized(struct iv_http_req *rq, int status, const char *content_type, int64_t length);
bool iv_http_stream_write(struct iv_http_req *rq, struct iv_str bytes);
void iv_http_stream_end(struct iv_http_req *rq);
void iv_http_stream_abort(struct iv_http_req *rq); /* cuts the connection in the middle */
/* The client left before the answer was complete (it closed, even only its sending half), or the
 * deadline passed: rq is dead when it returns. Never called from inside iv_http_*. A request without
 * on_close stays valid until its handler answers (to nobody) or the server is closed. */
void iv_http_on_close(struct iv_http_req *rq, void (*fn)(void *arg), void *arg);
void iv_http_on_writable(struct iv_http_req *rq, void (*fn)(void *arg), void *arg);

#endif
