/* carrier_twilio_rest: what the handlers of Twilio's REST share: the account, the form, errors, pages. */
#ifndef LAB_CARRIER_TWILIO_REST_H
#define LAB_CARRIER_TWILIO_REST_H

#include "carrier_twilio.h"
#include "iv_query.h"

struct twilio_rq {
	struct carriers *c;
	struct iv_http_req *rq;
	struct iv_arena arena;
	struct iv_pair *pairs; /* of the body, or of the query when it is a GET */
	size_t count;
	struct rest_fault *fault;
	char sid[CARRIER_SID]; /* of the path, without .json */
};

/* Account, credentials, form, rules. False: answered (and the request is gone). `what` as in rules; `param` is the
 * path's sid, or NULL. */
bool twilio_rq_begin(struct twilio_rq *t, void *ctx, struct iv_http_req *rq, const char *what, const char *param);
void twilio_rq_end(struct twilio_rq *t);
struct iv_str twilio_value(const struct twilio_rq *t, const char *name); /* ptr NULL: not given */
void twilio_reply(struct twilio_rq *t, int status, cJSON *body); /* takes body; NULL: none */
void twilio_refuse(struct twilio_rq *t, int status, int code, const char *fmt, ...) IV_PRINTF(4, 5);
/* `all` (taken) becomes one page of a list called `name`, with its neighbours' URIs. */
void twilio_reply_page(struct twilio_rq *t, const char *path, const char *name, cJSON *all);

void twilio_create(void *ctx, struct iv_http_req *rq);
void twilio_update(void *ctx, struct iv_http_req *rq);
void twilio_get(void *ctx, struct iv_http_req *rq);
void twilio_list(void *ctx, struct iv_http_req *rq);
void twilio_delete(void *ctx, struct iv_http_req *rq);
void twilio_stream_create(void *ctx, struct iv_http_req *rq);
void twilio_stream_update(void *ctx, struct iv_http_req *rq);
void twilio_rooms(void *ctx, struct iv_http_req *rq);
void twilio_participant(void *ctx, struct iv_http_req *rq);

void numbers_list(void *ctx, struct iv_http_req *rq);
void numbers_buy(void *ctx, struct iv_http_req *rq);
void numbers_get(void *ctx, struct iv_http_req *rq);
void numbers_update(void *ctx, struct iv_http_req *rq);
void numbers_release(void *ctx, struct iv_http_req *rq);
void numbers_search(void *ctx, struct iv_http_req *rq);

#endif
