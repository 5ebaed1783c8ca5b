/* What the files of vendors share. A thing is done by one list of steps, whichever of its two faces it was asked for by: the
 * older platform's function (snake_case, {"success":true,…,"message"}) or the resource under /v1. */
#ifndef VENDORS_H
#define VENDORS_H

#include <stdio.h>
#include <stdlib.h>
#include "iv_convai.h"
#include "iv_id.h"
#include "iv_log.h"
#include "iv_page.h"
#include "iv_sql.h"
#include "iv_time.h"
#include "iv_twilio_numbers.h"
#include "iv_vendors.h"

enum { VENDORS_DEADLINE_MS = 45000, VENDORS_JSON_MAX = 65536 };

static inline bool vendors_is_function(const struct iv_api_call *c)
{
	return c->route->flags & IV_API_FUNCTION;
}

/* Is the tenant of the body that of the credential? `wanted` "": nothing was said. Sets c->scope. */
bool vendors_tenant(struct iv_api_call *c, struct iv_str wanted);
/* Ends the flow with what the vendor said, as an error of ours. */
enum iv_flow_next vendors_failed(struct iv_api_call *c, enum iv_carrier which, const struct iv_vendor_answer *a);
/* {"success":true or nothing at all. vendors_done adds "message" to a function's answer and ends the flow. */
void vendors_begin(struct iv_api_call *c, struct iv_jw *w);
enum iv_flow_next vendors_done(struct iv_api_call *c, struct iv_jw *w, const char *message);
/* A row of the books: as it is, or with its names in camelCase. */
void vendors_row(struct iv_jw *w, const char *key, struct iv_str json, bool camel);

/* ── pages: ?limit=&cursor=, a struct iv_page_query */
extern const struct iv_shape vendors_page_shape;
/* False: told. */
IV_MUST_CHECK bool vendors_page_reads(struct iv_api_call *c, struct iv_page_place *p);
/* Of what iv_page_open began; the last row shown. */
enum iv_flow_next vendors_page_end(struct iv_api_call *c, struct iv_page_writer *p, int64_t last_us, struct iv_str last_id);

const struct iv_api_route *vendors_deploy_routes(void);
const struct iv_api_route *vendors_number_routes(void);
const struct iv_api_route *vendors_import_routes(void);
const struct iv_api_route *vendors_attach_routes(void);
const struct iv_api_route *vendors_start_routes(void);
const struct iv_api_route *vendors_batch_routes(void);
const struct iv_api_route *vendors_template_routes(void);
const struct iv_api_route *vendors_pool_routes(void);

/* Both names of a function. */
#define VENDORS_FUNCTION(name, short_name, operation, ...) \
	{.method = "POST", .path = "/functions/v1/voice-" name, .id = operation, .tag = "Voice functions", .role = IV_ROLE_DEV, \
	 .status = 200, .deadline_ms = VENDORS_DEADLINE_MS, __VA_ARGS__}, \
	{.method = "POST", .path = "/api/voice/" short_name, .id = operation "Alias", .tag = "Voice functions", \
	 .role = IV_ROLE_DEV, .status = 200, .deadline_ms = VENDORS_DEADLINE_MS, __VA_ARGS__}

#endif
