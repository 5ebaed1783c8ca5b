/* What the resources of the REST API share: pages, documents. Private to the module. */
#ifndef RESOURCES_H
#define RESOURCES_H

#include <stdio.h>
#include <stdlib.h>
#include "answers.h"
#include "iv_page.h"

/* ── pages: ?page=&limit= as the older clients ask, or ?cursor= ── */

struct list_query {
	int64_t page, limit;
	struct iv_str cursor, status, agent_id, from, to, direction;
};
extern const struct iv_shape list_query_shape; /* page, limit, cursor, status */

struct list_place {
	int64_t after_us; /* IV_SQL_NULL: from the newest */
	struct iv_str after_id;
	int64_t skip, count;
};
/* False: the cursor is not one of ours (told). */
IV_MUST_CHECK bool list_reads(struct iv_api_call *c, const struct list_query *q, struct list_place *p);

/* {"data":[…],"<legacy>":[…same],"pagination":{…},"hasMore","nextCursor"} */
struct list_writer {
	struct iv_page_writer page;
	const struct list_query *q;
	const char *legacy;
	int64_t total;
	int64_t last_us;
	struct iv_str last_id;
	size_t data_at;  /* where the array begins */
};
struct list_writer list_begin(struct iv_api_call *c, const struct list_query *q, const char *legacy, size_t read,
			      int64_t total);
void list_passed(struct list_writer *p, int64_t when_us, struct iv_str id);
enum iv_flow_next list_end(struct iv_api_call *c, struct list_writer *p);

/* ── how far back ── */

struct usage_query {
	int period; /* index of both below */
	struct iv_str from, to;
};
extern const struct iv_shape usage_query_shape; /* period */
extern const char *const period_names[];
extern const int64_t period_ms[];

/* ── small things ── */

struct iv_str resource_caps(struct iv_api_call *c); /* of a tenant that names none, as JSON */
/* RFC 7396: change over target, null takes away. Takes both trees; the caller owns what it returns. */
cJSON *resource_merge(cJSON *target, cJSON *change);
/* The members of an object, into one that is open. */
void resource_members(const struct iv_shape *shape, const void *object, struct iv_jw *w);

/* The fields of an agent, none of which is required: of agents.c. */
const struct iv_shape *agent_config_shape(void);

const struct iv_api_route *agent_routes(void);
const struct iv_api_route *artifact_routes(void);
const struct iv_api_route *call_new_routes(void);
const struct iv_api_route *call_routes(void);
const struct iv_api_route *live_routes(void);
const struct iv_api_route *live_calls_routes(void);
const struct iv_api_route *metric_routes(void);
const struct iv_api_route *replay_routes(void);
const struct iv_api_route *secret_routes(void);
const struct iv_api_route *tool_routes(void);
const struct iv_api_route *usage_routes(void);

#endif
