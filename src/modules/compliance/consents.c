/* What people agreed to, and took back: appended, never changed. */
#include "iv_compliance.h"
#include "iv_sql.h"
#include "numbers.h"

enum { EVIDENCE_MAX = 8192, AHEAD_MS = 300000 };

static const char *const kinds[] = {"call", "marketing", "recording", "ai_disclosure", NULL};
static const char *const sources[] = {"api", "import", "web", "sms", "manual", "call", NULL};

struct consent {
	struct iv_str id, phone, kind, source, call_id, lead_id, evidence, occurred_at;
	bool granted;
};
static const struct iv_field consent_fields[] = {
	IV_STR(struct consent, id, "id", IV_REQUIRED, 0, 0, "cns_…"),
	IV_STR(struct consent, phone, "phone", IV_REQUIRED, 0, 0, "E.164"),
	IV_STR(struct consent, kind, "kind", IV_REQUIRED, 0, 0, "call, marketing, recording or ai_disclosure"),
	IV_BOOL(struct consent, granted, "granted", IV_REQUIRED, "False: withdrawn"),
	IV_STR(struct consent, source, "source", IV_REQUIRED, 0, 0, "How it was said"),
	IV_STR(struct consent, call_id, "callId", 0, 0, 0, "In this call"),
	IV_STR(struct consent, lead_id, "leadId", 0, 0, 0, "By this lead"),
	IV_JSON(struct consent, evidence, "evidence", 0, EVIDENCE_MAX, "What shows it"),
	IV_STR(struct consent, occurred_at, "occurredAt", IV_REQUIRED, 0, 0, "When"),
	IV_FIELDS_END,
};
static const struct iv_shape consent_shape = {"CallingConsent", sizeof(struct consent), consent_fields, NULL};

struct query {
	struct iv_page_query page;
	struct iv_str phone;
	int kind;
};
static void query_defaults(void *object)
{
	struct query *q = object;

	q->page.limit = IV_PAGE_LIMIT;
	q->kind = -1;
}
static const struct iv_field query_fields[] = {
	IV_PAGE_QUERY_ROWS(struct query, page),
	IV_STR(struct query, phone, "phone", IV_REQUIRED, 1, 32, "Whose, E.164"),
	IV_ENUM(struct query, kind, "kind", 0, kinds, "Only to this"),
	IV_FIELDS_END,
};
static const struct iv_shape query_shape = {"ConsentQuery", sizeof(struct query), query_fields, query_defaults};
struct list_out {
	struct iv_page_out page;
};
static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct list_out, page, &consent_shape), IV_FIELDS_END};
static const struct iv_shape list_shape = {"ConsentList", sizeof(struct list_out), list_fields, NULL};

struct wanted {
	struct numbers_sent numbers;
	int kind, source;
	bool granted;
	struct iv_str call_id, lead_id, evidence, occurred_at;
};
static const struct iv_field wanted_fields[] = {
	NUMBERS_ROWS(struct wanted, numbers),
	IV_ENUM(struct wanted, kind, "kind", IV_REQUIRED, kinds, "To what: marketing is more than call"),
	IV_BOOL(struct wanted, granted, "granted", IV_REQUIRED, "False: he takes it back"),
	IV_ENUM(struct wanted, source, "source", 0, sources, "How he said it; api when absent"),
	IV_STR(struct wanted, call_id, "callId", 0, 1, 128, "In this call"),
	IV_STR(struct wanted, lead_id, "leadId", 0, 1, 128, "By this lead"),
	IV_JSON(struct wanted, evidence, "evidence", 0, EVIDENCE_MAX, "An object: what shows it"),
	IV_STR(struct wanted, occurred_at, "occurredAt", 0, 1, 40, "When; now when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape wanted_shape = {"ConsentAdd", sizeof(struct wanted), wanted_fields, NULL};
struct added_out {
	struct iv_objs data;
};
static const struct iv_field added_fields[] = {
	IV_OBJS(struct added_out, data, "data", IV_REQUIRED, NUMBERS_MAX, &consent_shape, "By number"), IV_FIELDS_END};
static const struct iv_shape added_shape = {"ConsentsAdded", sizeof(struct added_out), added_fields, NULL};

struct work {
	struct iv_rows rows;
	struct list_out list;
	struct added_out added;
};

#define TAKE(c, e, row)                                                                                          \
	(*(e) = (struct consent){.id = (row)->id,                                                                \
				 .phone = (row)->phone,                                                          \
				 .kind = (row)->kind,                                                            \
				 .granted = (row)->granted,                                                      \
				 .source = (row)->source,                                                        \
				 .call_id = (row)->call_id,                                                      \
				 .lead_id = (row)->lead_id,                                                      \
				 .evidence = (row)->evidence,                                                    \
				 .occurred_at = iv_time_text(c, (row)->occurred_at)})

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct work *w = c->state;
	struct iv_page_place at;
	bool ok = iv_page_begins(c, &q->page, &at);

	if (!dnc_number_ok(c, "?phone", q->phone) || !ok)
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_consent_list,
			 &(struct iv_consent_list_in){.after_us = at.after_us,
						      .after_id = at.after_id,
						      .count = at.count,
						      .phone = q->phone,
						      .kind = q->kind < 0 ? IV_STR_NULL : iv_str(kinds[q->kind])},
			 &w->rows);
}

static enum iv_flow_next show_list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct work *w = c->state;
	struct consent *all = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*all));
	const struct iv_consent_list_out *last;

	if (!all)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_consent_list_out *row = iv_consent_list_at(&w->rows, i);

		TAKE(c, &all[i], row);
	}
	w->list.page.data.items = all;
	last = w->rows.count > (size_t)q->page.limit ? iv_consent_list_at(&w->rows, (size_t)q->page.limit - 1) : NULL;
	iv_page_ends(c, &q->page, &w->list.page, w->rows.count, last ? last->occurred_us : 0,
		      last ? last->id : IV_STR_NULL);
	c->out = &w->list;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next add(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct wanted *in = c->in;
	struct work *w = c->state;
	struct iv_consent_add_in row = {.phones = dnc_numbers_read(c, &in->numbers),
					.kind = iv_str(kinds[in->kind]),
					.granted = in->granted,
					.source = iv_str(sources[in->source]),
					.call = in->call_id.len ? in->call_id : IV_STR_NULL,
					.lead = in->lead_id.len ? in->lead_id : IV_STR_NULL,
					.evidence = in->evidence.len ? in->evidence : IV_STR_NULL};

	if (in->evidence.len && in->evidence.ptr[0] != '{')
		iv_api_bad(c, "/evidence", "must be an object");
	if (iv_time_sent(c, "/occurredAt", in->occurred_at, &row.at) && row.at != IV_SQL_NULL &&
	    row.at > iv_wall_ms() + AHEAD_MS)
		iv_api_bad(c, "/occurredAt", "is in the future");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_consent_add, &row, &w->rows);
}

static enum iv_flow_next show_added(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	struct consent *all = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*all));

	if (!all)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the answer");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_consent_add_out *row = iv_consent_add_at(&w->rows, i);

		TAKE(c, &all[i], row);
	}
	w->added.data = (struct iv_objs){all, w->rows.count};
	if (w->rows.count == 1)
		c->entity_id = all[0].id;
	c->out = &w->added;
	return IV_FLOW_NEXT;
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"show_list", show_list}, {0}};
static const struct iv_flow_step add_steps[] = {{"add", add}, {"show_added", show_added}, {0}};

const struct iv_api_route iv_consent_rows[] = {
	{.method = "GET", .path = "/v1/consents", .id = "listConsents", .tag = "Consents", .role = IV_ROLE_ANALYST,
	 .query = &query_shape, .out = &list_shape, .status = 200, .state_size = sizeof(struct work), .steps = list_steps,
	 .doc = "What somebody agreed to and took back, the latest first"},
	{.method = "POST", .path = "/v1/consents", .id = "addConsents", .tag = "Consents", .role = IV_ROLE_DEV,
	 .flags = IV_API_AUDIT, .in = &wanted_shape, .out = &added_shape, .status = 201, .state_size = sizeof(struct work),
	 .steps = add_steps,
	 .example = "{\"phone\":\"+919876543210\",\"kind\":\"marketing\",\"granted\":true,\"source\":\"web\"}",
	 .doc = "Appends it for one number or up to 1000; of a grant and a withdrawal the later one counts"},
	{0},
};
