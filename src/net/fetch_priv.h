/* What fetch.c, fetch_request.c and fetch_warm.c share. */
#ifndef IV_FETCH_PRIV_H
#define IV_FETCH_PRIV_H

#include "curl_loop.h"
#include "iv_buf.h"
#include "iv_fetch.h"
#include "net_priv.h"

#define IV_WARM_HOSTS 16

/* A host whose connection is kept open ahead of need. */
struct iv_warm {
	char origin[300];  /* "https://host:port/"; "": free */
	int64_t wanted_us; /* the last iv_fetch_warm */
};

struct iv_fetcher {
	struct iv_net *net;
	struct iv_curl *curl;
	struct iv_list live; /* every iv_fetch that is not cancelled */
	struct iv_warm warm[IV_WARM_HOSTS];
	struct iv_timer rewarm;
};

enum iv_fetch_phase { IV_FETCH_CONNECT, IV_FETCH_FIRST_BYTE, IV_FETCH_BODY };

struct iv_fetch {
	struct iv_fetcher *ft;
	struct iv_list node;
	struct iv_fetch_handlers h;
	void *arg;
	CURL *easy; /* NULL: refused before it began */
	struct curl_slist *headers;
	char *request_body;
	bool added, cancelled, ended;
	bool public_only, blocked;
	enum iv_fetch_phase phase;
	int connect_ms, first_byte_ms, stall_ms, total_ms;
	int64_t last_byte_us;
	struct iv_timer phase_timer, total_timer;
	long status; /* known from the first body byte on */
	int retry_after_ms;
	size_t received, body_max;
	struct iv_buf body;
	struct iv_err err;
	char host[64]; /* for messages, cut when longer */
};

/* Fills f->easy with the request; false: f->err says what is wrong with it. */
bool iv_fetch_request(struct iv_fetch *f, const struct iv_fetch_opts *o);

void iv_fetch_warm_init(struct iv_fetcher *ft);
void iv_fetch_warm_stop(struct iv_fetcher *ft);

#endif
