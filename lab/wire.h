/* wire: a lean WebSocket client over plain TCP, for callers by the thousand. One write per frame,
 * nothing allocated per frame; what the kernel does not take is queued, up to a ceiling. No TLS: the
 * lab dials the daemon itself, not a balancer. */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "iv_loop.h"
#include "iv_ws_frame.h"

#define WIRE_READ_BYTES 65536
#define WIRE_HANDSHAKE_MAX 8192 /* head of the answer; frames may come in the same read */
#define WIRE_MESSAGE_MAX (4u << 20)
#define WIRE_QUEUE_MAX 262144 /* bytes the daemon has not taken; above it sends are refused */

/* What all sockets of a run share. */
struct wire_net {
	struct iv_loop *loop;
	struct sockaddr_storage address;
	char read[WIRE_READ_BYTES];
};

struct wire;

struct wire_handlers {
	void (*opened)(void *arg);
	void (*message)(void *arg, bool text, struct iv_str data); /* valid during the call */
	/* Last callback, exactly once, from the loop: the wire's memory is free to go. `code` is the
	 * close code received; 1006 when the connection went without one; 0 when it never opened. */
	void (*closed)(void *arg, int code, const char *why);
};

struct wire {
	struct wire_net *net;
	const struct wire_handlers *handlers;
	void *arg;
	uv_tcp_t tcp;
	uv_connect_t connecting;
	struct iv_timer deadline; /* of the handshake, then of the peer's close */
	struct iv_ws_reader reader;
	struct iv_buf handshake; /* the request going out, then the answer coming in */
	char accept[29];
	char offered[160]; /* subprotocols; the answer must be one of them or none */
	uint64_t mask_state;
	bool open, close_sent, closing;
	int code;
	char why[160];
	int64_t sent_bytes, received_bytes;
};

struct wire_request {
	struct iv_str host_header; /* "127.0.0.1:8080"; Jambonz sends no port */
	struct iv_str target;
	struct iv_str origin;       /* or empty */
	struct iv_str subprotocols; /* or empty */
	struct iv_str headers;      /* more of them: whole lines with their CRLF, sent last */
	const struct sockaddr *address; /* NULL: the net's */
	int timeout_ms;
};

/* Starts to connect. Never calls back before it returns; failure is an event. */
void wire_dial(struct wire *w, struct wire_net *net, const struct wire_request *rq,
	       const struct wire_handlers *handlers, void *arg);
/* Masks `payload` in place and writes header and payload in one go: IV_WS_HEADER_MAX bytes in front of
 * `payload` are the wire's to write into. False: not open, or the queue is full. */
bool wire_send(struct wire *w, enum iv_ws_opcode op, char *payload, size_t n);
/* A whole frame, encoded and masked before: the same bytes for every caller. */
bool wire_send_encoded(struct wire *w, const char *frame, size_t n);
/* Encodes one; out holds IV_WS_HEADER_MAX + n. Returns its length. */
size_t wire_encode(char *out, enum iv_ws_opcode op, const void *payload, size_t n, uint32_t mask);
/* Sends a close frame and waits up to 2 s for the peer's. */
void wire_close(struct wire *w, int code);
/* Drops TCP. */
void wire_kill(struct wire *w, const char *why);

#endif
