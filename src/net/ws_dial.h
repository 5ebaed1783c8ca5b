/* A dialled socket: ws_dial.c brings it up, ws_client.c runs it once it is open. */
#ifndef IV_WS_DIAL_H
#define IV_WS_DIAL_H

#include "lws_host.h"
#include "net_priv.h"
#include "ws_priv.h"

/* What connecting needs and an open socket does not. */
struct iv_dial_up {
	struct iv_dns_query query;
	struct iv_dns_answer addresses;
	int next_address;
	bool tcp_up; /* another address would not help any more */
	bool tls;
	int port, connect_ms;
	char host[104];	       /* without brackets */
	char origin[128];      /* Host header: brackets and port where they belong */
	struct iv_buf headers; /* ready to be sent, with their line ends */
	char *subprotocol;     /* NULL: none */
	char *target;
};

struct iv_dialled {
	struct iv_ws ws; /* first: ws.c knows nothing else */
	struct iv_lws_sock sock;
	struct iv_dial_up *up;	  /* NULL once open */
	struct iv_timer deadline; /* of connecting, then of closing */
	bool dropping;		  /* told libwebsockets to end it */
	bool delivering;	  /* closed() is on its way */
	bool text;		  /* of the message being gathered */
	bool gathering;
	int http_status;
	char reason[128];
	struct iv_buf message; /* fragments of a message that did not come whole */
	struct iv_buf out;     /* frames that wait, ready to be sent */
	size_t out_sent;       /* bytes of `out` already given on */
	size_t inside;	       /* at most so many bytes are in libwebsockets' own list */
};

extern const struct iv_ws_ops iv_dialled_ops;

static inline struct iv_dialled *iv_dialled_of(struct iv_lws_sock *s)
{
	return IV_CONTAINER(s, struct iv_dialled, sock);
}

/* ws_dial.c */
void iv_dial_reason(struct iv_dialled *d, const char *fmt, ...)
	IV_PRINTF(2, 3); /* the first one stays */
void iv_dial_up_free(struct iv_dialled *d);
/* Ends it from any state; closed() follows from the loop. */
void iv_dialled_end(struct iv_dialled *d);
/* The connection is no more, or never was. */
void iv_dialled_gone(struct iv_dialled *d);

/* ws_client.c */
void iv_dialled_open(struct iv_dialled *d);
int iv_dialled_event(struct iv_dialled *d, enum lws_callback_reasons reason, void *in, size_t len);

#endif
