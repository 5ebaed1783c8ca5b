/* GET /v1/audit: who did what. Rows are written by routes that say so (IV_API_AUDIT) and by nobody changed. */
#include "iv_access.h"
#include "iv_sql.h"
#include "iv_page.h"

enum { LIMIT = 50 };

struct entry {
	struct iv_str id, at, actor_kind, actor_id, action, entity_type, entity_id, request_id, ip, detail;
};
static const struct iv_field entry_fields[] = {
	IV_STR(struct entry, id, "id", IV_REQUIRED, 0, 0, "aud_…"),
	IV_STR(struct entry, at, "at", IV_REQUIRED, 0, 0, "When"),
	IV_STR(struct entry, actor_kind, "actorKind", IV_REQUIRED, 0, 0, "key, user, platform or system"),
	IV_STR(struct entry, actor_id, "actorId", 0, 0, 0, "Which key or person"),
	IV_STR(struct entry, action, "action", IV_REQUIRED, 0, 0, "Operation id of the route, or what the system did"),
	IV_STR(struct entry, entity_type, "entityType", 0, 0, 0, "What it was done to"),
	IV_STR(struct entry, entity_id, "entityId", 0, 0, 0, "Which of them"),
	IV_STR(struct entry, request_id, "requestId", 0, 0, 0, "Names the request in our log"),
	IV_STR(struct entry, ip, "ip", 0, 0, 0, "Where it came from"),
	IV_JSON(struct entry, detail, "detail", 0, 0, "What else is known"),
	IV_FIELDS_END,
};
static const struct iv_shape entry_shape = {"AuditEntry", sizeof(struct entry), entry_fields, NULL};
static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct iv_list_alone, page, &entry_shape), IV_FIELDS_END};
static const struct iv_shape list_shape = {"AuditList", sizeof(struct iv_page_out), list_fields, NULL};

struct audit_query {
	struct iv_page_query page; /* first */
	struct iv_str action, actor, entity;
};
static const struct iv_field query_fields[] = {
	IV_PAGE_QUERY_ROWS(struct audit_query, page),
	IV_STR(struct audit_query, action, "action", 0, 1, 100, "Only this"),
	IV_STR(struct audit_query, actor, "actorId", 0, 1, 128, "Only of this key or person"),
	IV_STR(struct audit_query, entity, "entityId", 0, 1, 128, "Only what was done to this"),
	IV_FIELDS_END,
};
static void defaults(void *o)
{
	((struct audit_query *)o)->page.limit = LIMIT;
}
static const struct iv_shape query_shape = {"AuditQuery", sizeof(struct audit_query), query_fields, defaults};

struct work {
	struct iv_rows rows;
	struct iv_page_out page;
};

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct audit_query *q = c->query;
	struct work *w = c->state;
	struct iv_page_place at;

	if (!iv_page_begins(c, &q->page, &at))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_audit_list,
			 &(struct iv_audit_list_in){.after_us = at.after_us,
						    .after_id = at.after_id,
						    .count = at.count,
						    .action = q->action,
						    .actor = q->actor,
						    .entity = q->entity},
			 &w->rows);
}

static enum iv_flow_next show_list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct audit_query *q = c->query;
	struct work *w = c->state;
	struct entry *entries = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*entries));
	const struct iv_audit_list_out *last;

	if (!entries)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_audit_list_out *r = iv_audit_list_at(&w->rows, i);

		entries[i] = (struct entry){.id = r->id,
					    .at = iv_time_text(c, r->at),
					    .actor_kind = r->actor_kind,
					    .actor_id = r->actor_id,
					    .action = r->action,
					    .entity_type = r->entity_type,
					    .entity_id = r->entity_id,
					    .request_id = r->request_id,
					    .ip = r->ip,
					    .detail = r->detail};
	}
	w->page.data.items = entries;
	last = w->rows.count > (size_t)q->page.limit ? iv_audit_list_at(&w->rows, (size_t)q->page.limit - 1) : NULL;
	iv_page_ends(c, &q->page, &w->page, w->rows.count, last ? last->at_us : 0, last ? last->id : IV_STR_NULL);
	c->out = &w->page;
	return IV_FLOW_NEXT;
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"show_list", show_list}, {0}};

const struct iv_api_route iv_audit_rows[] = {
	{.method = "GET", .path = "/v1/audit", .id = "listAudit", .tag = "Tenant", .role = IV_ROLE_ADMIN, .query = &query_shape,
	 .out = &list_shape, .status = 200, .state_size = sizeof(struct work), .steps = list_steps,
	 .doc = "Who changed what, newest first"},
	{0},
};
