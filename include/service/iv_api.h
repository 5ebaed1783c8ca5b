/* iv_api: one REST request, from its credential to its answer, as a flow. A row of a route table is
 * dispatch, authorisation, limits, validation, the shape of the answer and the document. Modules bring
 * rows; the driver does the rest, in this order, and each refusal is a problem document (RFC 9457):
 *
 *   body size → credential (401), address list and role and scope (403) → rate (429, RateLimit headers)
 *   → query and body against their shapes (400, every wrong field with its JSON pointer; 415)
 *   → Idempotency-Key of a POST (replay, 409, 422) → the row's own steps → print → remember the answer
 *
 * All of it is one flow with one deadline; the row's steps are ordinary steps: fail with iv_flow_fail or
 * by the error of an operation, end early with IV_FLOW_DONE. A client that leaves cancels the flow, unless
 * its answer is to be remembered. */
#ifndef IV_API_H
#define IV_API_H

#include "iv_http.h"
#include "iv_json.h"
#include "iv_principal.h"
#include "iv_services.h"
#include "iv_trace.h"

enum iv_api_flag {
	IV_API_RAW = 1,         /* the body is not JSON: c->body */
	IV_API_NO_RATE = 2,     /* health and the like */
	IV_API_PLACES_CALL = 4, /* an answer of 5xx is remembered too: it may have rung a phone */
	IV_API_PATCH = 8,       /* nothing of `in` is required: merge c->doc over what is there */
	IV_API_STREAMS = 16,    /* a step answers by itself, with iv_api_take */
	IV_API_SHOWN_ONCE = 64, /* the answer holds a secret: it is not remembered, a second request is told so */
	IV_API_AUDIT = 32,      /* success is written to the audit log: who, what, c->entity_id */
	/* Of the older platform's functions: refusals are {"success":false,"error","code"}, pages of every origin may ask, and
	 * "tenant_id" of the body counts as X-Tenant-Id. */
	IV_API_FUNCTION = 256,
	IV_API_PIECES = 128,    /* a body of the row's media is not read: a step takes it (iv_upload.h) */
};

#define IV_API_ERRORS 24 /* codes one row may answer, and the end */

struct iv_api_call;

struct iv_api_route {
	const char *method, *path; /* "GET", "/v1/agents/:id"; parameters are always ids: others are 404 */
	const char *id, *tag;      /* operationId "getAgent", tag "Agents"; the scope is "agents:read|write" */
	enum iv_role role;         /* IV_ROLE_ANYONE: no credential is looked at */
	unsigned flags;
	/* NULL: none. Steps that write c->json themselves leave c->out NULL; out then only describes it. */
	const struct iv_shape *query, *in, *out;
	int status;                              /* of success: 200, 201, 202, 204 */
	size_t state_size;                       /* the steps' own struct, zeroed: c->state */
	const struct iv_flow_step *steps;
	const enum iv_code *errors;              /* beyond those every route may answer; ends with IV_OK; NULL */
	const char *doc;                         /* one line */
	size_t body_max;                         /* 0: 64 KiB */
	int deadline_ms;                         /* 0: 10 s */
	const char *content_type;                /* of an answer that is not JSON: "text/csv" */
	const char *also;                        /* another type, by the client's Accept: a step sets c->content_type */
	/* Bodies that are taken as they are, with IV_API_PIECES, beside JSON that fits `in`: then c->in is NULL. Ends with
	 * NULL; NULL: none. How large they may be is the setting at this offset of struct iv_config (an int64_t). */
	const char *const *media;
	size_t body_max_at;
	const char *example;                     /* a body, for the document; NULL: made from the shape */
};

/* One request. Steps get it with iv_api_self(f). */
struct iv_api_call {
	struct iv_flow flow; /* first */
	const struct iv_api_route *route;
	struct iv_services *s;
	struct iv_http_req *http; /* NULL once the client left */
	struct iv_arena arena;    /* everything of this request */
	struct iv_principal who;
	struct iv_scope scope; /* who.tenant_id and who.user_id, for iv_pg_run */
	void *query, *in;      /* structs of route->query and route->in, or NULL */
	const cJSON *doc;      /* the body as it was sent; NULL when none was */
	struct iv_str body;    /* its bytes */
	const char *request_id;
	struct iv_span *span; /* of this request; NULL: nothing is traced */
	struct iv_str peer; /* address of the client */
	const char *bad_at; /* before the pointers of iv_api_bad_field; NULL: nothing */
	void *state;
	struct iv_pg_run pg;
	struct iv_redis_run redis;
	/* The answer: one of these. */
	void *out;          /* struct of route->out, from the arena or c->state */
	struct iv_buf json; /* written with iv_jw by the steps when route->out is NULL; other types too */
	int status;         /* 0: route->status */
	const char *content_type; /* NULL: route->content_type */
	struct iv_str entity_id; /* what was made or changed; "": the last id of the path */
	bool nothing_done;  /* set by a step that fails before anything happened that must not happen twice: a
			     * 5xx of an IV_API_PLACES_CALL row is then not remembered */
	struct iv_api_private *priv;
};

static inline struct iv_api_call *iv_api_self(struct iv_flow *f)
{
	return (struct iv_api_call *)(void *)f;
}
struct iv_str iv_api_param(const struct iv_api_call *c, const char *name); /* of the path */
struct iv_str iv_api_header(const struct iv_api_call *c, const char *name); /* "" once the client left */
void iv_api_set_header(struct iv_api_call *c, const char *name, struct iv_str value);
bool iv_api_sent(const struct iv_api_call *c, const char *member); /* the body had it, by this name */
/* Names one wrong field and goes on, for what a shape cannot check: "/config/voice" in the body, "?after"
 * in the query. */
void iv_api_bad(struct iv_api_call *c, const char *pointer, const char *fmt, ...) IV_PRINTF(3, 4);
/* As iv_shape_read_all wants it told; arg is the call, `pointer` is put behind c->bad_at. */
/* The same for iv_shape_read_all and iv_shape_merge_all, with the call as their arg; c->bad_at ("/config")
 * stands before the pointer. */
void iv_api_bad_field(void *call, const char *pointer, const char *rule);
bool iv_api_any_bad(const struct iv_api_call *c);
/* `return iv_api_refuse_if_bad(c);` ends the flow with all of them, or goes on. */
enum iv_flow_next iv_api_refuse_if_bad(struct iv_api_call *c);
/* Retry-After of a refusal to come. */
void iv_api_retry_after(struct iv_api_call *c, int64_t seconds);
/* Of a row that makes a call and writes to the audit log: the log's line as a member, for the statement that makes the
 * call and writes both or neither. */
void iv_api_audit_json(struct iv_api_call *c, struct iv_jw *w, const char *name);
/* The request stands in this trace, whatever its own headers say: for those who cannot set them. Malformed or "": nothing
 * is done. Before anything was asked of others on its behalf. */
void iv_api_trace_from(struct iv_api_call *c, struct iv_str traceparent);
/* Hands the request to a step of an IV_API_STREAMS row, with our headers set: it answers itself, now or
 * later, also after the flow has ended. NULL when the client left. */
struct iv_http_req *iv_api_take(struct iv_api_call *c);

struct iv_api;
struct iv_api *iv_api_new(struct iv_services *s);
/* Rows end with {0} and outlive it. A row that contradicts itself or another aborts: it is a bug. */
void iv_api_mount(struct iv_api *a, const struct iv_api_route *rows);
/* Rows for iv_http_listen, ending with {0}, to be appended to the others'. `handle` is the app's: it finds
 * the api in its own context and calls iv_api_handle. After the last mount. */
const struct iv_route *iv_api_routes(struct iv_api *a, void (*handle)(void *ctx, struct iv_http_req *rq));
void iv_api_handle(struct iv_api *a, struct iv_http_req *rq);
/* For iv_http_opts.unmatched: 404, 405 and preflights. */
void iv_api_unmatched(struct iv_api *a, struct iv_http_req *rq, int status, const char *allow);
/* Appends the series of all routes, in Prometheus' text format. */
IV_MUST_CHECK bool iv_api_metrics(const struct iv_api *a, struct iv_buf *out);
size_t iv_api_count(const struct iv_api *a);
const struct iv_api_route *iv_api_at(const struct iv_api *a, size_t i);
/* Every error a row may answer; ends with IV_OK. What is not among them is a bug and logged as one. */
const enum iv_code *iv_api_errors(const struct iv_api_route *row, enum iv_code out[IV_API_ERRORS]);
/* The scope a row asks for: "agents:write". */
const char *iv_api_scope(const struct iv_api_route *row, char out[64]);
/* Cancels what is in flight; after iv_http_close, before the pools close. */
void iv_api_free(struct iv_api *a);

/* Keyset pages: an opaque signed cursor over (when, id). `when` is what the statement sorts by: microseconds
 * keep the order of a timestamptz. limit 1…100. */
IV_MUST_CHECK bool iv_cursor_read(const struct iv_services *s, struct iv_str cursor, int64_t *when, char id[64]);
struct iv_str iv_cursor_write(const struct iv_services *s, struct iv_arena *a, int64_t when, struct iv_str id);

#endif
