/* Health, readiness and metrics. None asks another machine; each answers at once. */
#include <stdlib.h>
#include "iv_metrics.h"
#include "ops.h"

enum { METRICS_BYTES = 1 << 20 };

struct iv_ops *iv_ops_new(const struct iv_ops_deps *d, struct iv_err *e)
{
	struct iv_ops *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->d = *d;
	if (page_load(o, e))
		return o;
	iv_ops_free(o);
	return NULL;
}

void iv_ops_free(struct iv_ops *o)
{
	if (!o)
		return;
	page_free(o);
	free(o);
}

static struct iv_ops *ops_of(void *ctx)
{
	return ((struct iv_route_ctx *)ctx)->ops;
}

static void reply_state(struct iv_ops *o, struct iv_http_req *rq, int status, const char *state)
{
	const char *part;
	struct iv_buf b;
	struct iv_jw w;
	bool up;

	iv_buf_init(&b, 1024);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "ok", status == 200);
	iv_jw_cstr(&w, "status", state);
	iv_jw_cstr(&w, "version", o->d.version);
	iv_jw_i64(&w, "liveCalls", (int64_t)o->d.live_calls(o->d.arg));
	for (size_t i = 0; o->d.part && (part = o->d.part(o->d.arg, i, &up)) != NULL; i++)
		iv_jw_cstr(&w, part, up ? "up" : "down");
	iv_jw_end_obj(&w);
	iv_http_set_header(rq, "Cache-Control", IV_S("no-store"));
	iv_http_reply(rq, iv_jw_done(&w) ? status : 500, "application/json", iv_buf_str(&b));
	iv_buf_deinit(&b);
}

/* A balancer that drops unhealthy targets would cut live calls: health stays true while draining. */
void iv_ops_on_health(void *ctx, struct iv_http_req *rq)
{
	struct iv_ops *o = ops_of(ctx);
	const char *why = o->d.not_ready(o->d.arg);

	reply_state(o, rq, 200, why ? why : "ready");
}

void iv_ops_on_livez(void *ctx, struct iv_http_req *rq)
{
	reply_state(ops_of(ctx), rq, 200, "alive");
}

/* What is away is told, and new calls are taken all the same: a balancer would send them nowhere else. */
void iv_ops_on_readyz(void *ctx, struct iv_http_req *rq)
{
	struct iv_ops *o = ops_of(ctx);
	const char *why = o->d.not_ready(o->d.arg);

	reply_state(o, rq, why ? 503 : 200, why ? why : "ready");
}

void iv_ops_on_metrics(void *ctx, struct iv_http_req *rq)
{
	const struct iv_ops *o = ops_of(ctx);
	struct iv_buf b;

	iv_buf_init(&b, METRICS_BYTES);
	if (iv_metrics_text(&b) && ops_process_metrics(&b) && (!o->d.more_metrics || o->d.more_metrics(o->d.arg, &b)))
		iv_http_reply(rq, 200, "text/plain; version=0.0.4; charset=utf-8", iv_buf_str(&b));
	else
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_EINTERNAL, .msg = "metrics are larger than 1 MiB"});
	iv_buf_deinit(&b);
}
