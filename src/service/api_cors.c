/* Pages of other origins: ours, and those the operator names. Credentials are headers, never cookies, so
 * an origin that is let in can do nothing without a key of its own. */
#include "api_priv.h"

#define METHODS "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
#define REQUEST_HEADERS \
	"Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Api-Key, X-Request-Id, X-Tenant-Id"
#define FUNCTION_HEADERS "authorization, x-client-info, apikey, content-type, idempotency-key, x-tenant-id"
#define ANSWER_HEADERS \
	"ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"

/* Same scheme, host and port. */
static bool same_origin(struct iv_str a, struct iv_str b)
{
	struct iv_url x, y;

	return iv_url_parse(a, &x, NULL) && iv_url_parse(b, &y, NULL) && iv_str_ieq(x.scheme, y.scheme) &&
	       iv_str_ieq(x.host, y.host) && x.port == y.port;
}

static bool welcome(const struct iv_config *cfg, struct iv_str origin)
{
	struct iv_str rest = iv_str(cfg->allowed_origins), one;

	if (!cfg->public_base_url[0] && !rest.len)
		return strcmp(cfg->env, "development") == 0;
	if (cfg->public_base_url[0] && same_origin(origin, iv_str(cfg->public_base_url)))
		return true;
	while (iv_str_split(&rest, ',', &one))
		if (same_origin(origin, iv_str_trim(one)))
			return true;
	return false;
}

/* Is it one of the older platform's functions? Their callers are pages of anybody. */
static bool is_function(const struct iv_api *a, struct iv_http_req *rq)
{
	struct iv_str path = iv_http_path(rq);

	for (size_t i = 0; i < a->count; i++)
		if ((a->rows[i]->row->flags & IV_API_FUNCTION) && iv_str_eq(path, iv_str(a->rows[i]->row->path)))
			return true;
	return false;
}

void api_cors(struct iv_api *a, struct iv_http_req *rq)
{
	struct iv_str origin = iv_http_header(rq, "origin");

	if (is_function(a, rq)) {
		iv_http_set_header(rq, "Access-Control-Allow-Origin", IV_S("*"));
		iv_http_set_header(rq, "Access-Control-Allow-Headers", IV_S(FUNCTION_HEADERS));
		return;
	}
	iv_http_set_header(rq, "Vary", IV_S("Origin"));
	if (!origin.len || !welcome(a->s->cfg, origin))
		return;
	iv_http_set_header(rq, "Access-Control-Allow-Origin", origin);
	iv_http_set_header(rq, "Access-Control-Expose-Headers", IV_S(ANSWER_HEADERS));
}

static void answer_options(struct iv_api *a, struct iv_http_req *rq, const char *allow)
{
	api_cors(a, rq);
	iv_http_set_header(rq, "Allow", iv_str(allow));
	if (is_function(a, rq)) {
		iv_http_set_header(rq, "Access-Control-Allow-Methods", IV_S("POST, OPTIONS"));
		iv_http_reply(rq, 200, "text/plain", IV_S("ok"));
		return;
	}
	if (iv_http_header(rq, "access-control-request-method").len) {
		iv_http_set_header(rq, "Access-Control-Allow-Methods", IV_S(METHODS));
		iv_http_set_header(rq, "Access-Control-Allow-Headers", IV_S(REQUEST_HEADERS));
		iv_http_set_header(rq, "Access-Control-Max-Age", IV_S("600"));
	}
	iv_http_reply(rq, 204, NULL, IV_S(""));
}

void iv_api_unmatched(struct iv_api *a, struct iv_http_req *rq, int status, const char *allow)
{
	bool known = status == 405;
	struct iv_err e = {.code = known ? IV_EMETHOD : IV_ENOENT};
	char request_id[129];
	struct iv_buf body;

	if (known && iv_str_eq(iv_http_method(rq), IV_S("OPTIONS"))) {
		answer_options(a, rq, allow);
		return;
	}
	(void)iv_str_copy(e.msg, sizeof(e.msg), known ? IV_S("the path knows other methods") : IV_S("no such path"));
	api_request_id(rq, request_id);
	api_common_headers(a, rq, iv_str(request_id));
	if (known)
		iv_http_set_header(rq, "Allow", iv_str(allow));
	iv_buf_init(&body, 8192);
	iv_http_reply(rq, status, "application/problem+json",
		      api_problem(a, &body, &e, status, iv_http_path(rq), request_id, NULL));
	iv_buf_deinit(&body);
}
