/* iv_openapi: what this process can do, written down from the tables that make it do so: the mounted rows
 * and their shapes, the events of webhooks, the messages of the realtime socket. */
#ifndef IV_OPENAPI_H
#define IV_OPENAPI_H

#include "iv_api.h"

/* OpenAPI 3.1. `plain`: rows the server answers without the driver (health, metrics), ending with {0}, or
 * NULL; sockets and catch-alls among them are passed over. */
IV_MUST_CHECK bool iv_openapi(const struct iv_api *a, const struct iv_route *plain, const struct iv_services *s,
			      struct iv_buf *out);
/* AsyncAPI 3.0 of /realtime/voice. */
IV_MUST_CHECK bool iv_asyncapi(const struct iv_services *s, struct iv_buf *out);

/* Both, made once and served with an ETag. */
struct iv_docs;
struct iv_docs *iv_docs_new(const struct iv_api *a, const struct iv_route *plain, struct iv_services *s,
			    struct iv_err *e);
void iv_docs_free(struct iv_docs *d);
void iv_docs_on_openapi(struct iv_docs *d, struct iv_http_req *rq);
void iv_docs_on_asyncapi(struct iv_docs *d, struct iv_http_req *rq);

#endif
