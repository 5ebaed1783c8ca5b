/* What fetch.c and fetch_warm.c share. */
#ifndef IV_FETCH_PRIV_H
#define IV_FETCH_PRIV_H

#include "curl_loop.h"
#include "iv_buf.h"
#include "iv_fetch.h"
#include "net_priv.h"

#define IV_WARM_HOSTS 16

/* A host whose connection is kept open ahead of need. */
struct iv_warm {
	char origin[300]; /* "https://host:port/"; "": free */
	int64_t wanted_us; /* the last iv_fetch_warm */
};

struct iv_fetcher {
	struct iv_net *net;
	struct iv_curl *curl;
	struct iv_list live; /* every iv_fetch that is not cancelled */
	struct iv_warm warm[IV_WARM_HOSTS];
	struct iv_timer rewarm;
};

void iv_fetch_warm_init(struct iv_fetcher *ft);
void iv_fetch_warm_stop(struct iv_fetcher *ft);

#endif
