/* libcurl's multi interface on our loop. Completions are given after libcurl has returned, never
 * from inside it; nothing of this may be called from libcurl's callbacks. */
#ifndef IV_CURL_LOOP_H
#define IV_CURL_LOOP_H

#include <curl/curl.h>
#include "iv_loop.h"

struct iv_curl;

/* The transfer is over (easy's CURLINFO_PRIVATE tells whose); the callee removes the handle. */
typedef void iv_curl_done_fn(void *arg, CURL *easy, CURLcode code);

struct iv_curl *iv_curl_new(struct iv_loop *l, int max_host_connections, iv_curl_done_fn *done,
			    void *arg);
/* Every handle has been given back. `closed` from the loop when the last socket's watcher is
 * closed; c is freed before. */
void iv_curl_close(struct iv_curl *c, void (*closed)(void *arg), void *arg);

/* An easy handle with what all transfers share set: sockets, sessions, no signals, no proxy. */
CURL *iv_curl_take(struct iv_curl *c);
void iv_curl_give(struct iv_curl *c, CURL *easy); /* removed already, or never added */
void iv_curl_add(struct iv_curl *c, CURL *easy);
void iv_curl_remove(struct iv_curl *c, CURL *easy);

/* For CURLOPT_OPENSOCKETFUNCTION of a transfer that looks at the address first. */
curl_socket_t iv_curl_open_socket(struct iv_curl *c, struct curl_sockaddr *address);

/* Our own use is right by construction: a refusal is a defect. */
#define IV_CURL_SET(easy, option, value)                                     \
	do {                                                                 \
		if (curl_easy_setopt((easy), (option), (value)) != CURLE_OK) \
			abort();                                             \
	} while (0)

#endif
