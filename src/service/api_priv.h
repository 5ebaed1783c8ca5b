/* The inside of the API driver: a mounted row, what a request carries besides its public half, and the
 * stages that stand before every row's own steps. */
#ifndef API_PRIV_H
#define API_PRIV_H

#include "iv_api.h"
#include "iv_list.h"
#include "iv_pg_join.h"
#include "iv_rate.h"
#include "iv_sql.h"

enum {
	API_BODY_MAX = 65536,
	API_LARGE_BYTES = 262144,    /* a body beyond it is read on a thread */
	API_DEADLINE_MS = 10000,
	API_FINISH_MS = 3000,        /* to remember an answer that is already made */
	API_ARENA_BYTES = 16 << 20,  /* ceiling of one request */
	API_ANSWER_BYTES = 8 << 20,
	API_REMEMBERED_BYTES = 1 << 20,
	API_STEPS_MAX = 40,
	API_RATE_KEY_MAX = 128,
	API_PARAMS_MAX = 8,
	API_TOKEN_SIZE = 33,
};

#define API_MS_BUCKETS {1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10000}
#define API_BUCKETS 12

struct api_counts {
	uint64_t answered[4]; /* 2xx … 5xx */
	uint64_t bucket[API_BUCKETS], count;
	double sum_ms;
};

struct api_row {
	const struct iv_api_route *row;
	struct iv_flow_type type;
	struct iv_flow_step steps[API_STEPS_MAX]; /* ours, then the row's; each runs as `run` says */
	enum iv_flow_next (*run[API_STEPS_MAX])(struct iv_flow *f);
	size_t step_count;
	bool remembers; /* a POST with a tenant */
	struct api_counts counts;
};

struct api_large;

struct iv_api {
	struct iv_services *s;
	struct api_row **rows;
	size_t count;
	struct iv_route *http;
	struct iv_list live; /* requests until they are answered */
	struct iv_list owed; /* api_owed.c's */
	size_t owed_bytes;
	struct iv_timer look;
};

struct api_wrong {
	const char *pointer; /* "?name": of the query */
	const char *detail;
	struct api_wrong *next;
};

/* An Idempotency-Key that we hold, or whose answer we found. */
struct api_claim {
	struct iv_str key;
	char fingerprint[65], token[API_TOKEN_SIZE];
	bool held;     /* the row is ours, or may be: it is asked for */
	bool begun;    /* the row's own steps run */
	bool found;    /* answered before: that is looked up */
	bool replayed;
	struct iv_pg_joined joined; /* the claim's, then the finish's */
	struct iv_idempotency_claim_in ask;
	struct iv_idempotency_finish_in told;
	struct iv_rows rows;
};

struct api_answer {
	int status;
	const char *content_type;
	struct iv_str body;
};

struct iv_api_private {
	struct iv_api_call *call;
	struct iv_api *api;
	struct api_row *row;
	struct iv_list node;
	struct iv_flow *running;
	struct iv_flow finish; /* after the row's flow: remember the answer, write the audit */
	struct iv_flow *finishing;
	cJSON *doc;
	struct api_wrong *wrong, **wrong_end;
	size_t wrong_count;
	struct iv_auth_run auth;
	struct iv_rate_run rate;
	struct iv_rate_policy policy;
	struct iv_rate_verdict verdict;
	bool rated, taken;
	bool audited; /* by the work itself */
	int64_t retry_after_s, begun_us;
	struct api_claim claim;
	struct api_answer answer;
	struct {
		struct iv_str name, value;
	} params[API_PARAMS_MAX]; /* copies: the client may leave before the flow ends */
	size_t param_count;
	struct iv_str path; /* as asked, a copy */
	struct iv_buf body; /* JSON of a row with media, collected */
	struct iv_op collect;
	struct iv_op reading;
	struct api_large *large; /* NULL: the body is small */
	bool taking; /* the body is being read: without its client the request is nothing */
	char request_id[129], trace_id[IV_TRACE_ID_SIZE];
};

static inline struct iv_api_call *api_call_of(struct iv_flow *finish)
{
	return IV_CONTAINER(finish, struct iv_api_private, finish)->call;
}

/* ── stages, in order */
enum iv_flow_next api_credential(struct iv_flow *f); /* api_auth.c */
enum iv_flow_next api_may(struct iv_flow *f);
enum iv_flow_next api_rate(struct iv_flow *f);
enum iv_flow_next api_rated(struct iv_flow *f);
enum iv_flow_next api_collect(struct iv_flow *f); /* api_upload.c */
enum iv_flow_next api_read_large(struct iv_flow *f); /* api_large.c */
enum iv_flow_next api_read(struct iv_flow *f);    /* api_body.c */
bool api_is_media(const struct iv_api_call *c);
bool api_is_json(const struct iv_api_call *c); /* as its Content-Type says */
enum iv_flow_next api_claim(struct iv_flow *f); /* api_idempotency.c */
enum iv_flow_next api_claimed(struct iv_flow *f);
enum iv_flow_next api_replay(struct iv_flow *f);

/* api_idempotency.c: has the request something to write behind its answer, and the steps that do. */
bool api_must_finish(const struct iv_api_call *c);
extern const struct iv_flow_step api_finish_steps[];

/* api_large.c: what its thread has read, as api_read would have. */
void api_large_bind(struct iv_api_call *c);
const uint8_t *api_large_digest(const struct iv_api_call *c); /* SHA-256 of the body; NULL: nobody has made it */
void api_large_free(struct api_large *l);

/* api_owed.c: what the finish could not write for this reason is written later. False: it will not be. */
bool api_owe(struct iv_api_call *c, enum iv_code code);
void api_owed_init(struct iv_api *a);
void api_owed_drop(struct iv_api *a);

/* api_reply.c: makes c->priv->answer of c->flow.err or of what the steps left; never fails. */
void api_compose(struct iv_api_call *c);
void api_send(struct iv_api_call *c);
/* The headers every answer has, also those no row made. */
void api_common_headers(struct iv_api *a, struct iv_http_req *rq, struct iv_str request_id);
/* Copies the client's X-Request-Id, or makes one. */
void api_request_id(struct iv_http_req *rq, char out[129]);
struct iv_str api_problem(struct iv_api *a, struct iv_buf *out, const struct iv_err *e, int status, struct iv_str path,
			  const char *request_id, const struct api_wrong *wrong);

/* api_trace.c: the request's span, from its headers to its answer. */
void api_trace_begin(struct iv_api_call *c);
void api_trace_end(struct iv_api_call *c, int status);

/* api_cors.c */
void api_cors(struct iv_api *a, struct iv_http_req *rq);

/* api_count.c */
void api_count_answer(struct api_row *row, int status, int64_t us);

#endif
