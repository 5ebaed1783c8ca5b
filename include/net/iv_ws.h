/* iv_ws: WebSockets in both directions (RFC 6455). Messages arrive whole; text is valid UTF-8; type is
 * told by opcode and by nothing else. Writes go straight to the socket; what the kernel does not take
 * waits in a queue with two limits. No extensions.
 * Accepted sockets are our own framing over the HTTP server's connection; dialled ones are
 * libwebsockets' (TLS, handshake, reading), which reports a peer's 1012 to 1014 as 1002. */
#ifndef IV_WS_H
#define IV_WS_H

#include "iv_net.h"

struct iv_ws;
struct iv_http_req;

struct iv_ws_handlers {
	/* Dialled sockets only: the handshake is done. */
	void (*opened)(void *arg, struct iv_ws *ws);
	/* `data` is valid during the call. The handler may send, close or kill this or any socket. */
	void (*message)(void *arg, struct iv_ws *ws, bool text, struct iv_str data);
	/* The peer answered one of our pings. May be NULL. */
	void (*pong)(void *arg, struct iv_ws *ws);
	/* The hard limit lasted too long: the owner decides (usually close 4008). May be NULL: closed 1013. */
	void (*overflow)(void *arg, struct iv_ws *ws);
	/* Last callback, exactly once, never from inside iv_ws_close or iv_ws_kill. `code` as received or
	 * sent; 1006 when the connection just went; for a dial that failed http_status is the answer's
	 * status (0: none) and reason says why. ws is dead when it returns. */
	void (*closed)(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason);
};

struct iv_ws_limits {
	size_t message_max;        /* bytes; more closes 1009 */
	size_t soft_bytes;         /* droppable messages are dropped above it */
	size_t hard_bytes;         /* above it for hard_ms: overflow */
	int hard_ms;
	int ping_ms;               /* 0: no pings; two unanswered end the socket with code 4000 */
	int idle_ms;               /* nothing received at all: close 4000 "idle"; 0: off */
};

/* Accepts an upgrade inside (or after) the route's handler. `subprotocol` empty: none is echoed. */
struct iv_ws *iv_ws_accept(struct iv_http_req *rq, struct iv_str subprotocol,
			   const struct iv_ws_limits *limits, const struct iv_ws_handlers *h, void *arg);

/* What dialling needs is made by the first dial, unless this was called before: reading the system's certificates
 * blocks for some 100 ms. */
void iv_ws_prepare(struct iv_net *n);

struct iv_ws_dial {
	struct iv_str url; /* ws:// or wss:// */
	const struct iv_header *headers;
	size_t header_count;
	struct iv_str subprotocol; /* or empty */
	const struct iv_span *span; /* as iv_fetch_opts has it */
	int connect_ms;            /* to the end of the handshake */
	struct iv_ws_limits limits;
};

/* Everything in `d` is copied. Failure is an event (closed), never a return value. */
struct iv_ws *iv_ws_dial(struct iv_net *n, const struct iv_ws_dial *d, const struct iv_ws_handlers *h,
			 void *arg);

enum iv_ws_class { IV_WS_MUST, IV_WS_DROPPABLE };

/* Bytes are copied or written before it returns. False: not sent (closed, closing, or dropped). */
bool iv_ws_send_text(struct iv_ws *ws, struct iv_str text, enum iv_ws_class c);
bool iv_ws_send_binary(struct iv_ws *ws, const void *bytes, size_t n, enum iv_ws_class c);
/* Flushes the queue, sends the close frame, waits up to 2 s for the peer's. Later sends are refused. */
void iv_ws_close(struct iv_ws *ws, int code, struct iv_str reason);
void iv_ws_kill(struct iv_ws *ws); /* drops TCP at once; closed() follows with 1006 */
/* Hands the socket to another owner: from now on these handlers are called, with this arg. */
void iv_ws_give(struct iv_ws *ws, const struct iv_ws_handlers *h, void *arg);
/* Nobody listens any more: no callback runs after this; the socket closes with `code` by itself. */
void iv_ws_abandon(struct iv_ws *ws, int code, struct iv_str reason);
size_t iv_ws_queued(const struct iv_ws *ws);      /* bytes waiting in our queue */
int64_t iv_ws_last_rx_us(const struct iv_ws *ws); /* monotonic */
bool iv_ws_is_open(const struct iv_ws *ws);

#endif
