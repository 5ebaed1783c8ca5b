/* /v1/segments: whom a campaign may mean, by name; and how many that are. */
#include "parts.h"

#include "iv_sql.h"

struct segment {
	struct iv_str name, segment, created_at, updated_at;
};
static const struct iv_field fields[] = {
	IV_STR(struct segment, name, "name", IV_READONLY, 0, 0, "As a campaign's segment names it"),
	IV_JSON(struct segment, segment, "segment", IV_REQUIRED, 65536,
		"{status, score_min, score_max, tags (all of them), ids}: at least one of them"),
	IV_STR(struct segment, created_at, "createdAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_STR(struct segment, updated_at, "updatedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_FIELDS_END,
};
static const struct iv_shape segment_shape = {"segment", sizeof(struct segment), fields, NULL};

struct segment_query {
	int64_t limit;
	struct iv_str after;
};
static void query_defaults(void *q)
{
	((struct segment_query *)q)->limit = 50;
}
static const struct iv_field query_fields[] = {
	IV_INT(struct segment_query, limit, "limit", 0, 1, 100, "At most so many; 50 when absent"),
	IV_STR(struct segment_query, after, "after", 0, 0, 128, "Names behind this one"),
	IV_FIELDS_END,
};
static const struct iv_shape query_shape = {"segmentQuery", sizeof(struct segment_query), query_fields, query_defaults};

struct segment_state {
	struct iv_rows rows, count;
	struct segment out;
};

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct segment_query *q = c->query;
	struct segment_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_segment_page,
			 &(struct iv_segment_page_in){.after = q->after, .count = q->limit + 1}, &st->rows);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct segment_query *q = c->query;
	struct segment_state *st = c->state;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < st->rows.count && i < (size_t)q->limit; i++) {
		const struct iv_segment_page_out *r = iv_segment_page_at(&st->rows, i);
		struct segment one = {r->name, r->segment, iv_time_text(c, r->created_at),
				      iv_time_text(c, r->updated_at)};

		iv_shape_write(&segment_shape, &one, NULL, &w);
	}
	iv_jw_end_arr(&w);
	iv_jw_bool(&w, "hasMore", st->rows.count > (size_t)q->limit);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct segment_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_segment_one,
			 &(struct iv_segment_one_in){.name = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next count(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct segment_state *st = c->state;
	struct iv_str segment = c->in ? ((const struct segment *)c->in)->segment
	: iv_segment_one_at(&st->rows, 0)->segment;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_segment_count,
			 &(struct iv_segment_count_in){.segment = segment}, &st->count);
}

/* A segment that cannot be read, or names everybody, is told and not kept. */
static bool readable(struct iv_api_call *c, const struct iv_segment_count_out *n)
{
	if (n->code.len)
		iv_api_bad(c, "/segment", "%.*s: %.*s", IV_FMT(n->code), IV_FMT(n->detail));
	else if (((const struct segment *)c->in)->segment.ptr[0] != '{')
		iv_api_bad(c, "/segment", "must be an object");
	return !iv_api_any_bad(c);
}

static enum iv_flow_next counted(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct segment_state *st = c->state;
	const struct iv_segment_count_out *n = iv_segment_count_at(&st->count, 0);
	struct iv_jw w;

	if (c->in && !readable(c, n))
		return iv_api_refuse_if_bad(c);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	if (!c->in)
		iv_jw_str(&w, "name", iv_segment_one_at(&st->rows, 0)->name);
	iv_jw_i64(&w, "leads", n->leads);
	iv_jw_i64(&w, "free", n->free);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

static enum iv_flow_next put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct segment_state *st = c->state;

	if (!readable(c, iv_segment_count_at(&st->count, 0)))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_segment_put,
			 &(struct iv_segment_put_in){.name = iv_api_param(c, "id"),
						     .segment = ((const struct segment *)c->in)->segment,
						     .person = iv_actor(c)},
			 &st->rows);
}

static enum iv_flow_next was_put(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct segment_state *st = c->state;
	const struct iv_segment_put_out *r = iv_segment_put_at(&st->rows, 0);

	st->out = (struct segment){r->name, r->segment, iv_time_text(c, r->created_at), iv_time_text(c, r->updated_at)};
	c->out = &st->out;
	return IV_FLOW_DONE;
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct segment_state *st = c->state;
	const struct iv_segment_one_out *r = iv_segment_one_at(&st->rows, 0);

	st->out = (struct segment){r->name, r->segment, iv_time_text(c, r->created_at), iv_time_text(c, r->updated_at)};
	c->out = &st->out;
	return IV_FLOW_DONE;
}

static enum iv_flow_next drop(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct segment_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_segment_removed,
			 &(struct iv_segment_removed_in){.name = iv_api_param(c, "id")}, &st->rows);
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step put_steps[] = {{"count", count}, {"put", put}, {"was_put", was_put}, {0}};
static const struct iv_flow_step try_steps[] = {{"count", count}, {"counted", counted}, {0}};
static const struct iv_flow_step count_steps[] = {{"get", get}, {"count", count}, {"counted", counted}, {0}};
static const struct iv_flow_step drop_steps[] = {{"drop", drop}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};

#define ID "/v1/segments/:id"
#define STATE .state_size = sizeof(struct segment_state)

const struct iv_api_route *segment_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/segments", .id = "listSegments", .tag = "Segments",
		 .role = IV_ROLE_ANALYST,
		 .query = &query_shape, .status = 200, .steps = list_steps, STATE, .doc = "Saved segments, by name"},
		{.method = "POST", .path = "/v1/segments/count", .id = "countSegment", .tag = "Segments",
		 .role = IV_ROLE_ANALYST,
		 .in = &segment_shape, .status = 200, .steps = try_steps, STATE,
		 .doc = "How many leads a segment names, and how many of them no campaign has", .body_max = 131072,
		 .example = "{\"segment\":{\"tags\":[\"vip\"]}}"},
		{.method = "PUT", .path = ID, .id = "putSegment", .tag = "Segments", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT,
		 .in = &segment_shape, .out = &segment_shape, .status = 200, .steps = put_steps, STATE,
		 .body_max = 131072,
		 .doc = "Save a segment under this name; campaigns that name it mean the new one from now on",
		 .example = "{\"segment\":{\"status\":\"new\",\"score_min\":50}}"},
		{.method = "GET", .path = ID, .id = "getSegment", .tag = "Segments", .role = IV_ROLE_ANALYST,
		 .out = &segment_shape,
		 .status = 200, .steps = get_steps, STATE, .errors = missing, .doc = "One segment"},
		{.method = "GET", .path = ID "/count", .id = "countSavedSegment", .tag = "Segments",
		 .role = IV_ROLE_ANALYST,
		 .status = 200, .steps = count_steps, STATE, .errors = missing, .doc = "How many leads it names now"},
		{.method = "DELETE", .path = ID, .id = "deleteSegment", .tag = "Segments", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .status = 204, .steps = drop_steps, STATE, .errors = missing,
		 .doc = "Forget a segment; campaigns that name it cannot start until there is one"},
		{0},
	};

	return rows;
}
