/* What accepted and dialled sockets share: the state every struct iv_ws begins with, the operations
 * each kind brings, the two limits of the send queue, and keep-alive. A kind embeds struct iv_ws as
 * the FIRST member of its own struct and downcasts. */
#ifndef IV_WS_PRIV_H
#define IV_WS_PRIV_H

#include "iv_ws.h"
#include "iv_ws_frame.h"

enum iv_ws_state {
	IV_WS_CONNECTING, /* dialled, handshake not done: nothing may be sent */
	IV_WS_OPEN,
	IV_WS_CLOSING, /* our close frame is queued or sent; sends are refused */
	IV_WS_DEAD,    /* the connection is going down; only closed() is still to come */
};

struct iv_ws_ops {
	/* Called in IV_WS_OPEN only, after the drop policy let the message pass. Writes or queues a
	 * copy. False: not sent. Never calls back. */
	bool (*send)(struct iv_ws *ws, enum iv_ws_opcode op, struct iv_str data);
	/* Called in CONNECTING or OPEN, once. Flushes, sends the close frame, arms its own backstop
	 * (IV_WS_CLOSE_MS); the state is already IV_WS_CLOSING. Never calls back. */
	void (*close)(struct iv_ws *ws, int code, struct iv_str reason);
	/* Called in every state but DEAD, which is set before. Drops TCP; closed() later, from the
	 * loop, through iv_ws_deliver_closed. Never calls back. */
	void (*kill)(struct iv_ws *ws);
	size_t (*queued)(const struct iv_ws *ws); /* bytes not yet given to the kernel */
};

#define IV_WS_CLOSE_MS 2000 /* for the peer to answer our close frame */

struct iv_ws {
	const struct iv_ws_ops *ops;
	struct iv_loop *loop;
	struct iv_ws_handlers h; /* a copy; all NULL once abandoned or after closed() */
	void *arg;
	struct iv_ws_limits limits;
	enum iv_ws_state state;
	int64_t last_rx_us;
	int64_t last_ping_us;
	int pings_unanswered;
	int close_code;		  /* what closed() will report; 0: none yet, so 1006 */
	struct iv_timer pressure; /* armed while the queue is above the hard limit */
	struct iv_timer alive;	  /* pings and idleness */
};

/* Fills ws in state CONNECTING; handlers and limits are copied. */
void iv_ws_init(struct iv_ws *ws, const struct iv_ws_ops *ops, struct iv_loop *l,
		const struct iv_ws_limits *limits, const struct iv_ws_handlers *h, void *arg);
/* CONNECTING to OPEN: stamps last_rx and starts keep-alive. Does not call opened(). */
void iv_ws_set_open(struct iv_ws *ws);
/* Any state to DEAD, timers stopped. The kind calls it when the connection fell or is being closed.
 */
void iv_ws_set_dead(struct iv_ws *ws);
/* The peer's close frame came (1005: it carried no code): OPEN to CLOSING, remembers what closed()
 * is to report. True when we had not sent ours, so that the kind has to answer. */
bool iv_ws_peer_closed(struct iv_ws *ws, int code);

/* Every received byte counts for idleness. */
void iv_ws_saw_bytes(struct iv_ws *ws);
void iv_ws_saw_pong(struct iv_ws *ws); /* calls the handler */

void iv_ws_queue_init(struct iv_ws *ws); /* called by iv_ws_init */
/* The two limits (ws_queue.c). May this message join `queued` bytes? Arms the overflow at once when
 * the absolute ceiling (IV_WS_CEILING) refuses it. */
bool iv_ws_admit(struct iv_ws *ws, size_t queued, size_t n, enum iv_ws_class c);
/* Tell it whenever the queue grew or shrank: starts or stops the hard_ms clock. */
void iv_ws_queue_changed(struct iv_ws *ws, size_t queued);
#define IV_WS_CEILING(limits) (2 * (limits)->hard_bytes + 65536)

/* closed(), once; the handlers are forgotten first. The caller frees ws afterwards. */
void iv_ws_deliver_closed(struct iv_ws *ws, int http_status, struct iv_str reason);

#endif
