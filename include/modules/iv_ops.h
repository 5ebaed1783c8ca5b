/* iv_ops: health, metrics and the page. */
#ifndef IV_OPS_H
#define IV_OPS_H

#include "iv_buf.h"
#include "iv_config.h"
#include "iv_http.h"

struct iv_ops;

struct iv_ops_deps {
	const struct iv_config *cfg;
	struct iv_loop *loop;
	const char *version;
	/* NULL when this process takes calls, else why not ("draining"). */
	const char *(*not_ready)(void *arg);
	size_t (*live_calls)(void *arg);
	/* What the process leans on: the name of the i-th and whether it answers; NULL behind the last. May be NULL. */
	const char *(*part)(void *arg, size_t i, bool *up);
	bool (*more_metrics)(void *arg, struct iv_buf *out); /* appends series of others; may be NULL */
	void *arg;
};

/* Reads the page's files once (blocks: start-up); a missing directory is an error. */
struct iv_ops *iv_ops_new(const struct iv_ops_deps *d, struct iv_err *e);
void iv_ops_free(struct iv_ops *o);

void iv_ops_on_health(void *ctx, struct iv_http_req *rq); /* ctx: struct iv_route_ctx */
void iv_ops_on_livez(void *ctx, struct iv_http_req *rq);
void iv_ops_on_readyz(void *ctx, struct iv_http_req *rq);
void iv_ops_on_metrics(void *ctx, struct iv_http_req *rq);
void iv_ops_on_page(void *ctx, struct iv_http_req *rq);
bool iv_ops_try_page(void *ctx, struct iv_http_req *rq); /* false: there is no such page, and rq is not answered */

#endif
