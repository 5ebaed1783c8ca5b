/* The one libwebsockets context, on our loop, for dialling only. Every oddity of the library that
 * is not about one WebSocket is dealt with behind this header. */
#ifndef IV_LWS_HOST_H
#define IV_LWS_HOST_H

#include <libwebsockets.h>
#include "iv_net.h"
#include "iv_ws_frame.h"

#define IV_LWS_SCRATCH 16384   /* largest message written without allocating */
#define IV_LWS_HANDSHAKE 32768 /* request line and headers of an upgrade, together */
#define IV_LWS_PROTOCOL "iv"

struct iv_lws_host {
	struct iv_net *net;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct iv_list socks; /* of struct iv_lws_sock */
	bool closing;
	int turns; /* of the loop, since the context was told to go */
	struct iv_timer turn;
	uint8_t masks[1024]; /* random, not yet used ones first */
	size_t masks_left;
	char scratch[IV_WS_HEADER_MAX + IV_LWS_SCRATCH]; /* one frame */
};

/* Embedded in whoever owns a connection. */
struct iv_lws_sock {
	struct iv_list node;
	struct iv_lws_host *host;
	struct lws *wsi; /* NULL: no connection, or gone */
	/* libwebsockets' callback, as it is documented there; `in` is the X509_STORE_CTX and len
	 * the verdict so far when a certificate is verified. CLIENT_CONNECTION_ERROR or
	 * CLIENT_CLOSED, one of them, is the last call. */
	int (*event)(struct iv_lws_sock *s, enum lws_callback_reasons reason, void *in, size_t len);
};

/* Made on the first call. When the library refuses (no libuv plugin, a CA file that is none), every
 * connecting fails. */
struct iv_lws_host *iv_lws_host_get(struct iv_net *n);
void iv_lws_sock_join(struct iv_lws_host *h, struct iv_lws_sock *s);
/* The owner is about to free s, which has no connection. */
void iv_lws_sock_leave(struct iv_lws_sock *s);
/* Starts connecting; false: refused at once, no event follows. */
bool iv_lws_connect(struct iv_lws_sock *s, struct lws_client_connect_info *info);
/* Ends the connection without ceremony, soon, from the loop: an ending event follows. */
void iv_lws_drop(struct iv_lws_sock *s);
/* Every socket left is dropped and says nothing to its owner's handlers any more. */
void iv_dial_forget(struct iv_lws_sock *s);

#endif
