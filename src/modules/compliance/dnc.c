/* Who must not be called: the tenant's list, and what a number's state is. */
#include "iv_compliance.h"
#include "iv_sql.h"
#include "numbers.h"

static const char *const sources[] = {"opt_out", "manual", "import", "registry", NULL};
static const char *const kinds[] = {"marketing", "informational", "collection", NULL};
static const char *const told_by[] = {"api", "web", "sms", "manual", "call", NULL};

struct entry {
	struct iv_str id, phone, source, reason, call_id, created_by, created_at, expires_at;
	bool added;
};
#define ENTRY_ROWS                                                                                               \
	IV_STR(struct entry, id, "id", IV_REQUIRED, 0, 0, "dnc_…"),                                              \
		IV_STR(struct entry, phone, "phone", IV_REQUIRED, 0, 0, "E.164"),                                \
		IV_STR(struct entry, source, "source", IV_REQUIRED, 0, 0, "opt_out, manual, import or registry"), \
		IV_STR(struct entry, reason, "reason", 0, 0, 0, "Why"),                                          \
		IV_STR(struct entry, call_id, "callId", 0, 0, 0, "The call it was said in"),                     \
		IV_STR(struct entry, created_by, "createdBy", 0, 0, 0, "The key or person that put it there"),   \
		IV_STR(struct entry, created_at, "createdAt", IV_REQUIRED, 0, 0, "Since when"),                  \
		IV_STR(struct entry, expires_at, "expiresAt", 0, 0, 0, "Until then; absent: for good")
static const struct iv_field entry_fields[] = {ENTRY_ROWS, IV_FIELDS_END};
static const struct iv_shape entry_shape = {"DncEntry", sizeof(struct entry), entry_fields, NULL};
static const struct iv_field made_fields[] = {
	ENTRY_ROWS, IV_BOOL(struct entry, added, "added", IV_REQUIRED, "False: it was there"), IV_FIELDS_END};
static const struct iv_shape made_shape = {"DncEntryMade", sizeof(struct entry), made_fields, NULL};

struct list_query {
	struct iv_page_query page;
	struct iv_str phone;
	int source;
};
static void list_defaults(void *object)
{
	struct list_query *q = object;

	q->page.limit = IV_PAGE_LIMIT;
	q->source = -1;
}
static const struct iv_field query_fields[] = {
	IV_PAGE_QUERY_ROWS(struct list_query, page),
	IV_STR(struct list_query, phone, "phone", 0, 1, 32, "Only this number, E.164"),
	IV_ENUM(struct list_query, source, "source", 0, sources, "Only those from there"),
	IV_FIELDS_END,
};
static const struct iv_shape query_shape = {"DncQuery", sizeof(struct list_query), query_fields, list_defaults};
struct list_out {
	struct iv_page_out page;
};
static const struct iv_field list_fields[] = {IV_PAGE_OUT_ROWS(struct list_out, page, &entry_shape), IV_FIELDS_END};
static const struct iv_shape list_shape = {"DncList", sizeof(struct list_out), list_fields, NULL};

struct wanted {
	struct numbers_sent numbers;
	struct iv_str reason, expires_at;
};
static const struct iv_field wanted_fields[] = {
	NUMBERS_ROWS(struct wanted, numbers),
	IV_STR(struct wanted, reason, "reason", 0, 0, 200, "Why"),
	IV_STR(struct wanted, expires_at, "expiresAt", 0, 1, 40, "Until then; absent: for good"),
	IV_FIELDS_END,
};
static const struct iv_shape wanted_shape = {"DncAdd", sizeof(struct wanted), wanted_fields, NULL};
struct added_out {
	int64_t added;
	struct iv_objs data;
};
static const struct iv_field added_fields[] = {
	IV_INT(struct added_out, added, "added", IV_REQUIRED, 0, 0, "How many were not there"),
	IV_OBJS(struct added_out, data, "data", IV_REQUIRED, NUMBERS_MAX, &made_shape, "By number"),
	IV_FIELDS_END,
};
static const struct iv_shape added_shape = {"DncAdded", sizeof(struct added_out), added_fields, NULL};

struct check_query {
	struct iv_str phone;
	int kind;
};
static const struct iv_field check_query_fields[] = {
	IV_STR(struct check_query, phone, "phone", IV_REQUIRED, 1, 32, "E.164"),
	IV_ENUM(struct check_query, kind, "kind", 0, kinds, "What for; marketing when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape check_query_shape = {"DncCheckQuery", sizeof(struct check_query), check_query_fields, NULL};
struct check_out {
	bool allowed;
	struct iv_str phone, barred, why, region, entry_id, source, reason, since, until, registry_as_of, consent, consent_at;
};
static const struct iv_field check_fields[] = {
	IV_STR(struct check_out, phone, "phone", IV_REQUIRED, 0, 0, "The number"),
	IV_BOOL(struct check_out, allowed, "allowed", IV_REQUIRED, "He may be called, at the hours of /v1/calling-rules"),
	IV_STR(struct check_out, barred, "barred", 0, 0, 0, "dnc, consent_withdrawn, registry, registry_stale or no_consent"),
	IV_STR(struct check_out, why, "why", IV_REQUIRED, 0, 0, "The same in words"),
	IV_STR(struct check_out, region, "region", 0, 0, 0, "Where the number may be"),
	IV_STR(struct check_out, entry_id, "entryId", 0, 0, 0, "Of the tenant's list, also one that is over"),
	IV_STR(struct check_out, source, "source", 0, 0, 0, "Of that entry"),
	IV_STR(struct check_out, reason, "reason", 0, 0, 0, "Of that entry"),
	IV_STR(struct check_out, since, "since", 0, 0, 0, "Of that entry"),
	IV_STR(struct check_out, until, "until", 0, 0, 0, "Of that entry"),
	IV_STR(struct check_out, registry_as_of, "registryAsOf", 0, 0, 0, "The date of the national list that is here"),
	IV_STR(struct check_out, consent, "consent", 0, 0, 0, "granted or withdrawn; absent: nothing was said"),
	IV_STR(struct check_out, consent_at, "consentAt", 0, 0, 0, "When"),
	IV_FIELDS_END,
};
static const struct iv_shape check_shape = {"DncCheck", sizeof(struct check_out), check_fields, NULL};

struct refusal {
	struct iv_str phone, call_id, reason;
	int source;
};
static const struct iv_field refusal_fields[] = {
	IV_STR(struct refusal, phone, "phone", IV_REQUIRED, 1, 32, "E.164"),
	IV_ENUM(struct refusal, source, "source", 0, told_by, "How he said it; api when absent"),
	IV_STR(struct refusal, call_id, "callId", 0, 1, 128, "The call he said it in: its outcome becomes opted-out"),
	IV_STR(struct refusal, reason, "reason", 0, 0, 200, "In what words"),
	IV_FIELDS_END,
};
static const struct iv_shape refusal_shape = {"OptOut", sizeof(struct refusal), refusal_fields, NULL};
struct refused {
	struct iv_str id, phone;
};
static const struct iv_field refused_fields[] = {
	IV_STR(struct refused, id, "id", IV_REQUIRED, 0, 0, "dnc_…"),
	IV_STR(struct refused, phone, "phone", IV_REQUIRED, 0, 0, "E.164"),
	IV_FIELDS_END,
};
static const struct iv_shape refused_shape = {"OptedOut", sizeof(struct refused), refused_fields, NULL};

struct work {
	struct iv_rows rows;
	struct list_out list;
	struct added_out made;
	struct check_out check;
	struct refused refused;
};

#define TAKE(c, e, row)                                                                                          \
	(*(e) = (struct entry){.id = (row)->id,                                                                  \
			       .phone = (row)->phone,                                                            \
			       .source = (row)->source,                                                          \
			       .reason = (row)->reason,                                                          \
			       .call_id = (row)->call_id,                                                        \
			       .created_by = (row)->created_by,                                                  \
			       .created_at = iv_time_text(c, (row)->created_at),                                    \
			       .expires_at = iv_time_text(c, (row)->expires_at)})

/* ── list ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct work *w = c->state;
	struct iv_page_place at;
	bool ok = iv_page_begins(c, &q->page, &at);

	if ((q->phone.len && !dnc_number_ok(c, "?phone", q->phone)) || !ok)
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_dnc_list,
			 &(struct iv_dnc_list_in){.after_us = at.after_us,
						  .after_id = at.after_id,
						  .count = at.count,
						  .phone = q->phone,
						  .source = q->source < 0 ? IV_STR_NULL : iv_str(sources[q->source])},
			 &w->rows);
}

static enum iv_flow_next show_list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct work *w = c->state;
	struct entry *all = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*all));
	const struct iv_dnc_list_out *last;

	if (!all)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the page");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_dnc_list_out *row = iv_dnc_list_at(&w->rows, i);

		TAKE(c, &all[i], row);
	}
	w->list.page.data.items = all;
	last = w->rows.count > (size_t)q->page.limit ? iv_dnc_list_at(&w->rows, (size_t)q->page.limit - 1) : NULL;
	iv_page_ends(c, &q->page, &w->list.page, w->rows.count, last ? last->created_us : 0,
		      last ? last->id : IV_STR_NULL);
	c->out = &w->list;
	return IV_FLOW_NEXT;
}

/* ── add, remove ── */

static enum iv_flow_next add(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct wanted *in = c->in;
	struct work *w = c->state;
	struct iv_dnc_add_in row = {.phones = dnc_numbers_read(c, &in->numbers),
				    .reason = in->reason.len ? in->reason : IV_STR_NULL,
				    .created_by = iv_actor(c)};

	if (iv_time_sent(c, "/expiresAt", in->expires_at, &row.expires_at) && row.expires_at != IV_SQL_NULL &&
	    row.expires_at <= iv_wall_ms())
		iv_api_bad(c, "/expiresAt", "is in the past");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_dnc_add, &row, &w->rows);
}

static enum iv_flow_next show_added(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	struct entry *all = iv_arena_alloc(&c->arena, (w->rows.count + 1) * sizeof(*all));

	if (!all)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the answer");
	for (size_t i = 0; i < w->rows.count; i++) {
		const struct iv_dnc_add_out *row = iv_dnc_add_at(&w->rows, i);

		TAKE(c, &all[i], row);
		all[i].added = row->added;
		w->made.added += row->added;
	}
	w->made.data = (struct iv_objs){all, w->rows.count};
	if (w->rows.count == 1)
		c->entity_id = all[0].id;
	c->out = &w->made;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next take_away(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_dnc_delete,
			 &(struct iv_dnc_delete_in){iv_api_param(c, "id")}, &w->rows);
}

/* ── check ── */

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct check_query *q = c->query;
	struct work *w = c->state;

	if (!dnc_number_ok(c, "?phone", q->phone))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_dnc_check,
			 &(struct iv_dnc_check_in){.phone = q->phone, .marketing = q->kind == 0}, &w->rows);
}

static struct iv_str in_words(struct iv_str barred)
{
	static const struct {
		const char *code, *words;
	} known[] = {
		{"dnc", "the number is on the tenant's list of those who must not be called"},
		{"consent_withdrawn", "he took back that he may be called"},
		{"registry", "the number is on the national list"},
		{"registry_stale", "the national list has to be asked, and is missing here or too old"},
		{"no_consent", "nothing says that he agreed to be called for this"},
	};

	for (size_t i = 0; i < IV_COUNT(known); i++)
		if (iv_str_eq(barred, iv_str(known[i].code)))
			return iv_str(known[i].words);
	return IV_S("nothing speaks against it");
}

static enum iv_flow_next show_check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct check_query *q = c->query;
	struct work *w = c->state;
	const struct iv_dnc_check_out *row = iv_dnc_check_at(&w->rows, 0);

	w->check = (struct check_out){.allowed = !row->barred.len,
				      .phone = q->phone,
				      .barred = row->barred,
				      .why = in_words(row->barred),
				      .region = row->region,
				      .entry_id = row->entry_id,
				      .source = row->source,
				      .reason = row->reason,
				      .since = iv_time_text(c, row->created_at),
				      .until = iv_time_text(c, row->expires_at),
				      .registry_as_of = iv_time_text(c, row->registry_as_of),
				      .consent = row->consent,
				      .consent_at = iv_time_text(c, row->consent_at)};
	c->out = &w->check;
	return IV_FLOW_NEXT;
}

/* ── no more calls ── */

static enum iv_flow_next opt_out(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct refusal *in = c->in;
	struct work *w = c->state;

	if (!dnc_number_ok(c, "/phone", in->phone))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_opt_out_add,
			 &(struct iv_opt_out_add_in){.phone = in->phone,
						     .source = iv_str(told_by[in->source]),
						     .call = in->call_id.len ? in->call_id : IV_STR_NULL,
						     .reason = in->reason.len ? in->reason : IV_STR_NULL},
			 &w->rows);
}

static enum iv_flow_next show_opt_out(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct refusal *in = c->in;
	struct work *w = c->state;

	w->refused = (struct refused){iv_opt_out_add_at(&w->rows, 0)->id, in->phone};
	c->entity_id = w->refused.id;
	c->out = &w->refused;
	return IV_FLOW_NEXT;
}

/* ── rows ── */

static const struct iv_flow_step list_steps[] = {{"list", list}, {"show_list", show_list}, {0}};
static const struct iv_flow_step add_steps[] = {{"add", add}, {"show_added", show_added}, {0}};
static const struct iv_flow_step remove_steps[] = {{"take_away", take_away}, {0}};
static const struct iv_flow_step check_steps[] = {{"check", check}, {"show_check", show_check}, {0}};
static const struct iv_flow_step opt_out_steps[] = {{"opt_out", opt_out}, {"show_opt_out", show_opt_out}, {0}};

const struct iv_api_route iv_dnc_rows[] = {
	{.method = "GET", .path = "/v1/dnc", .id = "listDnc", .tag = "Do not call", .role = IV_ROLE_ANALYST,
	 .query = &query_shape, .out = &list_shape, .status = 200, .state_size = sizeof(struct work), .steps = list_steps,
	 .doc = "The tenant's list of those who must not be called, newest first"},
	{.method = "POST", .path = "/v1/dnc", .id = "addDnc", .tag = "Do not call", .role = IV_ROLE_DEV, .flags = IV_API_AUDIT,
	 .in = &wanted_shape, .out = &added_shape, .status = 201, .state_size = sizeof(struct work), .steps = add_steps,
	 .example = "{\"phone\":\"+919876543210\",\"reason\":\"wrote a letter\"}",
	 .doc = "Puts one number or up to 1000 on it; one that is there stays as it is, for good if either says so"},
	{.method = "DELETE", .path = "/v1/dnc/:id", .id = "removeDnc", .tag = "Do not call", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT, .status = 204, .state_size = sizeof(struct work), .steps = remove_steps,
	 .doc = "Takes an entry away; a consent that was withdrawn stays withdrawn"},
	{.method = "GET", .path = "/v1/dnc/check", .id = "checkDnc", .tag = "Do not call", .role = IV_ROLE_ANALYST,
	 .query = &check_query_shape, .out = &check_shape, .status = 200, .state_size = sizeof(struct work),
	 .steps = check_steps, .doc = "May this number be called, and if not, why"},
	{.method = "POST", .path = "/v1/opt-outs", .id = "createOptOut", .tag = "Do not call", .role = IV_ROLE_DEV,
	 .flags = IV_API_AUDIT, .in = &refusal_shape, .out = &refused_shape, .status = 201, .state_size = sizeof(struct work),
	 .steps = opt_out_steps, .example = "{\"phone\":\"+919876543210\",\"source\":\"sms\"}",
	 .doc = "Somebody wants no more calls: the list, his consents, whatever campaign was to call him"},
	{0},
};
