/* iv_api: one REST request, from its credential to its answer, as a flow. A row of a route table is
 * dispatch, authorisation, limits, validation, the shape of the answer and the document. Modules bring
 * rows; the driver does the rest, in this order, and each refusal is a problem document (RFC 9457):
 *
 *   body size → credential (401) → address list (403) → role (403) → rate (429, RateLimit headers)
 *   → query and body against their shapes (400, every wrong field with its JSON pointer)
 *   → Idempotency-Key (replay, 409, 422) → the row's own steps → print → remember the answer
 */
#ifndef IV_API_H
#define IV_API_H

#include "iv_http.h"
#include "iv_services.h"

/* Ordered: a role may do what the ones before it may. */
enum iv_role { IV_ROLE_ANYONE, IV_ROLE_ANALYST, IV_ROLE_DEV, IV_ROLE_ADMIN, IV_ROLE_PLATFORM };
extern const char *const iv_role_names[]; /* "anyone", "analyst", "dev", "admin", "platform" */

/* Who asks: always from the credential, never from the request. Strings live in the call's arena. */
struct iv_principal {
	enum iv_role role;
	struct iv_str tenant_id; /* "" only for IV_ROLE_ANYONE and IV_ROLE_PLATFORM without a tenant */
	struct iv_str user_id;   /* the subject of a JWT, else "" */
	struct iv_str key_id;    /* the API key, else "" */
	int64_t rate_per_minute;
	bool live;               /* false: a test key */
};

enum iv_api_flag {
	IV_API_RAW = 1,     /* the body is not JSON: c->body */
	IV_API_NO_RATE = 2, /* health and the like */
	IV_API_PLACES_CALL = 4, /* an answer of 5xx is remembered too: it may have rung a phone */
};

struct iv_api_call;

struct iv_api_route {
	const char *method, *path; /* "GET", "/v1/agents/:id"; parameters are always ids */
	const char *id, *tag;      /* operationId "getAgent", tag "Agents" */
	enum iv_role role;
	unsigned flags;
	const struct iv_shape *query, *in, *out; /* NULL: none; out NULL: the steps write c->json or c->text */
	int status;                              /* of success: 200, 201, 202, 204 */
	size_t state_size;                       /* the steps' own struct, zeroed: c->state */
	const struct iv_flow_step *steps;
	const enum iv_code *errors;              /* beyond those every route may answer; ends with IV_OK; NULL */
	const char *doc;                         /* one line */
	size_t body_max;
	int deadline_ms;                         /* 0: 10 s */
	const char *content_type;                /* of an answer that is not JSON: "text/csv" */
};

/* One request. Steps get it with iv_api_self(f). */
struct iv_api_call {
	struct iv_flow flow; /* first */
	const struct iv_api_route *route;
	struct iv_services *s;
	struct iv_http_req *http;
	struct iv_arena arena;     /* everything of this request */
	struct iv_principal who;
	struct iv_scope scope;     /* who.tenant_id and who.user_id, for iv_pg_run */
	void *query, *in;          /* structs of route->query and route->in, or NULL */
	struct iv_str body;        /* as it came */
	void *state;
	struct iv_pg_run pg;
	struct iv_redis_run redis;
	/* The answer: one of these. */
	void *out;                 /* struct of route->out */
	struct iv_buf json;        /* written with iv_jw by the steps when route->out is NULL */
	int status;                /* 0: route->status */
	struct iv_api_private *priv;
};

static inline struct iv_api_call *iv_api_self(struct iv_flow *f)
{
	return (struct iv_api_call *)(void *)f;
}
struct iv_str iv_api_param(const struct iv_api_call *c, const char *name); /* of the path */
/* Names one wrong field (JSON pointer "/config/voice") and goes on; iv_api_refuse_if_bad ends the flow
 * with all of them. For what a shape cannot check. */
void iv_api_bad(struct iv_api_call *c, const char *pointer, const char *fmt, ...) IV_PRINTF(3, 4);
bool iv_api_any_bad(const struct iv_api_call *c);

/* Mounts rows: returns iv_http rows (ends with {0}) for iv_http_listen, to be appended to the others'. The
 * table of all mounted rows is what OpenAPI is made of. */
struct iv_api;
struct iv_api *iv_api_new(struct iv_services *s);
void iv_api_mount(struct iv_api *a, const struct iv_api_route *rows);
const struct iv_route *iv_api_routes(struct iv_api *a);
size_t iv_api_count(const struct iv_api *a);
const struct iv_api_route *iv_api_at(const struct iv_api *a, size_t i);
void iv_api_free(struct iv_api *a);

/* Keyset pages: an opaque signed cursor over (time, id). limit 1…100. */
bool iv_cursor_read(const struct iv_services *s, struct iv_str cursor, int64_t *time_ms, char id[64]);
struct iv_str iv_cursor_write(const struct iv_services *s, struct iv_arena *a, int64_t time_ms, struct iv_str id);

#endif
