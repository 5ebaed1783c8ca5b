/* Who wants to be forgotten: ordered here, carried out by the sweep of artifacts, told with a report. */
#include "iv_compliance.h"
#include "iv_sql.h"
#include "numbers.h"

enum { REPORT_MAX = 4096 };

struct erasure {
	struct iv_str id, kind, subject, state, requested_by, created_at, due_at, finished_at, report;
};
static const struct iv_field erasure_fields[] = {
	IV_STR(struct erasure, id, "id", IV_REQUIRED, 0, 0, "era_…"),
	IV_STR(struct erasure, kind, "kind", IV_REQUIRED, 0, 0,
	       "call, phone, lead or tenant; retention: the tenant's own time is over"),
	IV_STR(struct erasure, subject, "subject", IV_REQUIRED, 0, 0,
	       "Of that kind; of a number, once it is done, the last two digits; of retention, days"),
	IV_STR(struct erasure, state, "state", IV_REQUIRED, 0, 0, "queued, running, done or failed"),
	IV_STR(struct erasure, requested_by, "requestedBy", 0, 0, 0, "The key or person that asked for it"),
	IV_STR(struct erasure, created_at, "createdAt", IV_REQUIRED, 0, 0, "When it was asked for"),
	IV_STR(struct erasure, due_at, "dueAt", IV_REQUIRED, 0, 0, "It is to be done by then"),
	IV_STR(struct erasure, finished_at, "finishedAt", 0, 0, 0, "When it was done"),
	IV_JSON(struct erasure, report, "report", 0, REPORT_MAX,
		"How many of what: calls, files, timelineEntries, documents, events, leads; what waits: filesWaiting, callsLive"),
	IV_FIELDS_END,
};
static const struct iv_shape erasure_shape = {"Erasure", sizeof(struct erasure), erasure_fields, NULL};
static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct iv_list_alone, page, &erasure_shape), IV_FIELDS_END};
static const struct iv_shape list_shape = {"ErasureList", sizeof(struct iv_list_alone), list_fields, NULL};

struct wanted {
	struct iv_str phone, call_id, lead_id;
};
static const struct iv_field wanted_fields[] = {
	IV_STR(struct wanted, phone, "phone", 0, 1, 32, "Whoever has this number, E.164: all calls with it, and leads"),
	IV_STR(struct wanted, call_id, "callId", 0, 1, 128, "Or what is kept of this call"),
	IV_STR(struct wanted, lead_id, "leadId", 0, 1, 128, "Or this lead, and all calls to it"),
	IV_FIELDS_END,
};
static const struct iv_shape wanted_shape = {"ErasureOrder", sizeof(struct wanted), wanted_fields, NULL};

struct work {
	struct iv_rows rows;
	struct iv_list_alone list;
	struct erasure one;
};

#define TAKE(c, e, row)                                                                                          \
	(*(e) = (struct erasure){.id = (row)->id,                                                                \
				 .kind = (row)->kind,                                                            \
				 .subject = (row)->subject,                                                      \
				 .state = (row)->state,                                                          \
				 .requested_by = (row)->requested_by,                                            \
				 .created_at = iv_time_text(c, (row)->created_at),                               \
				 .due_at = iv_time_text(c, (row)->due_at),                                       \
				 .finished_at = iv_time_text(c, (row)->finished_at),                             \
				 .report = (row)->report})

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_page_alone *q = c->query;
	struct work *w = c->state;
	struct iv_page_place at;

	if (!iv_page_begins(c, &q->page, &at))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_erasure_list,
			 &(struct iv_erasure_list_in){at.after_us, at.after_id, at.count}, &w->rows);
}

static enum iv_flow_next show_list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_page_alone *q = c->query;
	struct work *w = c->state;
	struct erasure *all = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*all));
	const struct iv_erasure_list_out *last;

	if (!all)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_erasure_list_out *row = iv_erasure_list_at(&w->rows, i);

		TAKE(c, &all[i], row);
	}
	w->list.page.data.items = all;
	last = w->rows.count > (size_t)q->page.limit ? iv_erasure_list_at(&w->rows, (size_t)q->page.limit - 1) : NULL;
	iv_page_ends(c, &q->page, &w->list.page, w->rows.count, last ? last->created_us : 0,
		      last ? last->id : IV_STR_NULL);
	c->out = &w->list;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_erasure_get,
			 &(struct iv_erasure_get_in){iv_api_param(c, "id")}, &w->rows);
}

static enum iv_flow_next show(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct iv_erasure_get_out *row = iv_erasure_get_at(&w->rows, 0);

	TAKE(c, &w->one, row);
	c->out = &w->one;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct wanted *in = c->in;
	struct work *w = c->state;
	struct iv_erasure_ask_in row = {.by = iv_actor(c)};

	if (!in->phone.len + !in->call_id.len + !in->lead_id.len != 2) {
		iv_api_bad(c, "/phone", "is required, or else callId, or leadId; and no two of them");
		return iv_api_refuse_if_bad(c);
	}
	if (in->phone.len && !dnc_number_ok(c, "/phone", in->phone))
		return iv_api_refuse_if_bad(c);
	row.kind = in->phone.len ? IV_S("phone") : in->call_id.len ? IV_S("call") : IV_S("lead");
	row.subject = in->phone.len ? in->phone : in->call_id.len ? in->call_id : in->lead_id;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_erasure_ask, &row, &w->rows);
}

static enum iv_flow_next show_asked(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct iv_erasure_ask_out *row = iv_erasure_ask_at(&w->rows, 0);

	TAKE(c, &w->one, row);
	c->entity_id = w->one.id;
	c->out = &w->one;
	return IV_FLOW_NEXT;
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"show_list", show_list}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"show", show}, {0}};
static const struct iv_flow_step ask_steps[] = {{"ask", ask}, {"show_asked", show_asked}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};

const struct iv_api_route iv_erasure_rows[] = {
	{.method = "GET", .path = "/v1/erasures", .id = "listErasures", .tag = "Erasures", .role = IV_ROLE_ADMIN,
	 .query = &iv_page_query_shape, .out = &list_shape, .status = 200, .state_size = sizeof(struct work),
	 .steps = list_steps, .doc = "Who was to be forgotten, and what came of it; newest first"},
	{.method = "POST", .path = "/v1/erasures", .id = "orderErasure", .tag = "Erasures", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT, .in = &wanted_shape, .out = &erasure_shape, .status = 202, .errors = missing,
	 .state_size = sizeof(struct work), .steps = ask_steps, .example = "{\"phone\":\"+919876543210\"}",
	 .doc = "Takes somebody out of what is kept: recordings, transcripts, timelines, events, names and numbers of the calls, "
		"leads. What a call cost stays. Begun at once, calls that live when they are over; it cannot be undone"},
	{.method = "GET", .path = "/v1/erasures/:id", .id = "getErasure", .tag = "Erasures", .role = IV_ROLE_ADMIN,
	 .out = &erasure_shape, .status = 200, .state_size = sizeof(struct work), .steps = get_steps,
	 .doc = "One of them, with its report"},
	{0},
};
