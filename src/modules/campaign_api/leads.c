/* /v1/leads: people to call. Numbers are kept as E.164; how they may be sent, iv_e164_normal says. */
#include "parts.h"

#include "iv_e164.h"
#include "iv_sql.h"

enum { BATCH = 1000, BATCH_BYTES = 4 << 20 };

static const char *const states[] = {"idle", "queued", "dialing", "in-call", "unknown", "done", "failed", "blocked", "",
				     NULL};
enum { STATE_ANY = 8 };

struct lead {
	struct iv_str id, phone, country, first_name, last_name, name, email, company, timezone, region, status,
	variables, campaign_id,
		state, state_reason, next_at, last_call_id, last_outcome, created_at, updated_at;
	struct iv_strs tags;
	int64_t score, attempts;
};

#define PHONE(flag, doc) IV_STR(struct lead, phone, "phone", flag, 3, 64, doc)
#define DIALLED "E.164, or as it is dialled in its country"
#define OWN_FIELDS                                                                                                     \
	IV_STR(struct lead, country, "country", 0, 0, 2, "Of a phone without a country code: IN"),                     \
	IV_STR(struct lead, first_name, "firstName", 0, 0, 200, "First name"),                                         \
	IV_STR(struct lead, last_name, "lastName", 0, 0, 200, "Last name"),                                            \
	IV_STR(struct lead, email, "email", 0, 0, 254, "E-mail"),                                                      \
	IV_STR(struct lead, company, "company", 0, 0, 200, "Company"),                                                 \
	IV_STR(struct lead, timezone, "timezone", 0, 0, 64, "Where the person is, if known: Asia/Kolkata"),            \
	IV_STR(struct lead, status, "status", 0, 1, 64, "Yours: segments ask for it; new when absent"),                \
	IV_INT(struct lead, score, "score", 0, -1000000, 1000000, "Yours: segments ask for it"),                       \
	IV_STRS(struct lead, tags, "tags", 0, 32, "Yours: segments ask for them"),                                     \
	IV_JSON(struct lead, variables, "variables", 0, 16384, "What {{variables}} of the agent stand for: an object")

#define CAMPAIGN IV_STR(struct lead, campaign_id, "campaignId", 0, 0, 128, "The campaign it is in; set when it is made")
static const struct iv_field lead_fields[] = {
	IV_STR(struct lead, id, "id", IV_READONLY, 0, 0, "lead_…"),
	PHONE(0, DIALLED "; not there once the person was forgotten"),
	OWN_FIELDS,
	IV_STR(struct lead, name, "name", IV_READONLY, 0, 0, "Both names"),
	IV_STR(struct lead, region, "region", IV_READONLY, 0, 0, "By its number: whose hours apply"),
	CAMPAIGN,
	IV_STR(struct lead, state, "state", IV_READONLY, 0, 0,
	       "idle, queued, dialing, in-call, unknown, done, failed or blocked"),
	IV_STR(struct lead, state_reason, "stateReason", IV_READONLY, 0, 0, "Why"),
	IV_INT(struct lead, attempts, "attempts", IV_READONLY, 0, 0, "Calls to it in this campaign"),
	IV_STR(struct lead, next_at, "nextAt", IV_READONLY, 0, 0, "Not called before, RFC 3339"),
	IV_STR(struct lead, last_call_id, "lastCallId", IV_READONLY, 0, 0, "The last call to it"),
	IV_STR(struct lead, last_outcome, "lastOutcome", IV_READONLY, 0, 0, "What came of it"),
	IV_STR(struct lead, created_at, "createdAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_STR(struct lead, updated_at, "updatedAt", IV_READONLY, 0, 0, "RFC 3339"),
	IV_FIELDS_END,
};
static void no_score(void *lead)
{
	((struct lead *)lead)->score = IV_SQL_NULL;
}
static const struct iv_shape lead_shape = {"lead", sizeof(struct lead), lead_fields, no_score};

static const struct iv_field new_fields[] = {PHONE(IV_REQUIRED, DIALLED), OWN_FIELDS, CAMPAIGN, IV_FIELDS_END};
static const struct iv_shape new_shape = {"leadNew", sizeof(struct lead), new_fields, no_score};

static const struct iv_field item_fields[] = {PHONE(IV_REQUIRED, DIALLED), OWN_FIELDS, IV_FIELDS_END};
static const struct iv_shape item_shape = {"leadOfBatch", sizeof(struct lead), item_fields, no_score};

struct batch {
	struct iv_objs leads;
	struct iv_str campaign_id, country;
};
static const struct iv_field batch_fields[] = {
	IV_OBJS(struct batch, leads, "leads", IV_REQUIRED, BATCH, &item_shape, "At most 1000"),
	IV_STR(struct batch, campaign_id, "campaignId", 0, 0, 128, "The campaign they are for"),
	IV_STR(struct batch, country, "country", 0, 0, 2, "Of phones without a country code"),
	IV_FIELDS_END,
};
static const struct iv_shape batch_shape = {"leadBatch", sizeof(struct batch), batch_fields, NULL};

struct list_query {
	struct iv_page_query page;
	struct iv_str campaign, phone, tag;
	int state;
};
static void list_defaults(void *q)
{
	iv_page_defaults(q);
	((struct list_query *)q)->state = STATE_ANY;
}
static const struct iv_field list_fields[] = {
	PAGE_FIELDS(struct list_query, page),
	IV_STR(struct list_query, campaign, "campaignId", 0, 0, 128, "Only those of this campaign"),
	IV_ENUM(struct list_query, state, "state", 0, states, "Only those in this state"),
	IV_STR(struct list_query, phone, "phone", 0, 0, 20, "Only that of this number, E.164"),
	IV_STR(struct list_query, tag, "tag", 0, 0, 64, "Only those with this tag"),
	IV_FIELDS_END,
};
static const struct iv_shape list_shape = {"leadQuery", sizeof(struct list_query), list_fields, list_defaults};

struct lead_state {
	struct iv_rows zones, campaign, rows, lead;
	struct iv_str docs, campaign_id;
};

/* ── reading ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct lead_state *st = c->state;
	struct iv_page_place p;

	if (!pages_begin(c, &q->page, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_lead_page_in in = {.after_us = p.after_us, .after_id = p.after_id,
				     .campaign = text_or_null(q->campaign),
				     .state = text_or_null(iv_str(states[q->state])), .phone = text_or_null(q->phone),
				     .tag = text_or_null(q->tag), .count = p.count};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_lead_page, &in, &st->rows);
}
PAGE_STEP(listed, lead_page, struct list_query, &((struct lead_state *)c->state)->rows)

static enum iv_flow_next get_by(struct iv_flow *f, struct iv_str id)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_lead_one,
			 &(struct iv_lead_one_in){.id = id}, &st->lead);
}

static enum iv_flow_next get(struct iv_flow *f)
{
	return get_by(f, iv_api_param(iv_api_self(f), "id"));
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;

	return answer_json(c, iv_lead_one_at(&st->lead, 0)->body);
}

/* ── what is sent: checked, and its number made one ── */

/* `at` is the pointer of the lead, "" or "/leads/3". */
static void check_lead(struct iv_api_call *c, struct lead *l, struct iv_str country, const char *at)
{
	char number[IV_E164_SIZE], pointer[64];
	const char *why;

	(void)snprintf(pointer, sizeof(pointer), "%s/country", at);
	if (!country_good(c, pointer, l->country))
		return;
	c->bad_at = at;
	if (l->phone.len) {
		if (!lead_phone(l->phone, l->country.len ? l->country : country, number, &why))
			iv_api_bad_field(c, "/phone", why);
		else
			l->phone = iv_arena_str(&c->arena, iv_str(number));
	}
	if (l->email.len && !memchr(l->email.ptr, '@', l->email.len))
		iv_api_bad_field(c, "/email", "must be an address");
	if (l->variables.len && l->variables.ptr[0] != '{')
		iv_api_bad_field(c, "/variables", "must be an object");
	c->bad_at = NULL;
}

/* As the schema's functions read it: what is empty is not there. */
static void put_lead(struct iv_jw *w, const struct lead *l)
{
	const struct {
		const char *name;
		struct iv_str text;
	} texts[] = {{"phone", l->phone}, {"firstName", l->first_name}, {"lastName", l->last_name}, {"email", l->email},
		     {"company", l->company}, {"timezone", l->timezone}, {"status", l->status}};

	iv_jw_obj(w, NULL);
	for (size_t i = 0; i < IV_COUNT(texts); i++)
		if (texts[i].text.len)
			iv_jw_str(w, texts[i].name, texts[i].text);
	if (l->score != IV_SQL_NULL)
		iv_jw_i64(w, "score", l->score);
	iv_jw_arr(w, "tags");
	for (size_t i = 0; i < l->tags.count; i++)
		iv_jw_str(w, NULL, l->tags.items[i]);
	iv_jw_end_arr(w);
	if (l->variables.len)
		iv_jw_raw(w, "variables", l->variables);
	iv_jw_end_obj(w);
}

static enum iv_flow_next ask_zones(struct iv_flow *f, struct lead *const *leads, size_t count)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;
	struct iv_strs names = {iv_arena_alloc(&c->arena, (count + 1) * sizeof(struct iv_str)), 0};
	struct iv_campaign_one_in campaign = {.id = st->campaign_id};
	struct iv_zone_known_in zones;

	if (!names.items)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the zones");
	for (size_t i = 0; i < count; i++)
		if (leads[i]->timezone.len)
			names.items[names.count++] = leads[i]->timezone;
	zones.names = names;
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_zone_known, &zones, &st->zones},
					       {&iv_sql_campaign_one, &campaign, &st->campaign}},
			 st->campaign_id.len ? 2 : 1);
}

static bool zone_unknown(const struct lead_state *st, struct iv_str zone)
{
	const struct iv_strs *unknown = &iv_zone_known_at(&st->zones, 0)->unknown;

	for (size_t i = 0; i < unknown->count; i++)
		if (iv_str_eq(unknown->items[i], zone))
			return true;
	return false;
}

static const char zone_rule[] = "is no name of the zone database, as Asia/Kolkata is";

/* ── making ── */

static enum iv_flow_next read_one(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead *l = c->in;
	struct lead_state *st = c->state;

	check_lead(c, l, IV_S(""), "");
	st->campaign_id = l->campaign_id;
	return iv_api_any_bad(c) ? iv_api_refuse_if_bad(c) : ask_zones(f, (struct lead *[]){l}, 1);
}

static enum iv_flow_next insert(struct iv_flow *f, struct lead **leads, size_t count)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;
	struct iv_buf b;
	struct iv_jw w;

	if (st->campaign_id.len) {
		struct iv_str status = iv_campaign_one_at(&st->campaign, 0)->status;

		if (iv_str_eq(status, IV_S("completed")) || iv_str_eq(status, IV_S("failed")) ||
		    iv_str_eq(status, IV_S("cancelled")))
			return iv_flow_fail(f, IV_ECONFLICT, "bad_state: the campaign is %.*s", IV_FMT(status));
	}
	iv_buf_init(&b, 2 * BATCH_BYTES);
	iv_jw_init(&w, &b);
	iv_jw_arr(&w, NULL);
	for (size_t i = 0; i < count; i++)
		put_lead(&w, leads[i]);
	iv_jw_end_arr(&w);
	st->docs = iv_jw_done(&w) ? iv_arena_str(&c->arena, iv_buf_str(&b)) : IV_STR_NULL;
	iv_buf_deinit(&b);
	if (!st->docs.ptr)
		return iv_flow_fail(f, IV_ETOOBIG, "no memory for the leads");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_lead_made,
			 &(struct iv_lead_made_in){.docs = st->docs, .campaign = text_or_null(st->campaign_id)},
			 &st->rows);
}

static enum iv_flow_next insert_one(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead *l = c->in;
	struct lead_state *st = c->state;

	if (l->timezone.len && zone_unknown(st, l->timezone))
		iv_api_bad(c, "/timezone", "%s", zone_rule);
	return iv_api_any_bad(c) ? iv_api_refuse_if_bad(c) : insert(f, &l, 1);
}

static enum iv_flow_next made_one(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;
	const struct iv_lead_made_out *r = iv_lead_made_at(&st->rows, 0);

	if (r->known)
		return iv_flow_fail(f, IV_ECONFLICT, "duplicate: %.*s has this number", IV_FMT(r->id));
	c->entity_id = r->id;
	return get_by(f, r->id);
}

static enum iv_flow_next read_batch(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch *b = c->in;
	struct lead *leads = b->leads.items, **each = iv_arena_alloc(&c->arena, (b->leads.count + 1) * sizeof(*each));
	struct lead_state *st = c->state;
	char *at;

	if (!each)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the leads");
	if (!b->leads.count)
		iv_api_bad(c, "/leads", "names nobody");
	(void)!country_good(c, "/country", b->country); /* told */
	for (size_t i = 0; i < b->leads.count; i++) {
		char pointer[32];

		(void)snprintf(pointer, sizeof(pointer), "/leads/%zu", i);
		at = pointer;
		each[i] = &leads[i];
		check_lead(c, &leads[i], b->country, at);
	}
	st->campaign_id = b->campaign_id;
	return iv_api_any_bad(c) ? iv_api_refuse_if_bad(c) : ask_zones(f, each, b->leads.count);
}

static enum iv_flow_next insert_batch(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch *b = c->in;
	struct lead *leads = b->leads.items, **each = iv_arena_alloc(&c->arena, (b->leads.count + 1) * sizeof(*each));
	struct lead_state *st = c->state;
	char pointer[64];

	if (!each)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the leads");
	for (size_t i = 0; i < b->leads.count; i++) {
		each[i] = &leads[i];
		if (!leads[i].timezone.len || !zone_unknown(st, leads[i].timezone))
			continue;
		(void)snprintf(pointer, sizeof(pointer), "/leads/%zu/timezone", i);
		iv_api_bad(c, pointer, "%s", zone_rule);
	}
	return iv_api_any_bad(c) ? iv_api_refuse_if_bad(c) : insert(f, each, b->leads.count);
}

static enum iv_flow_next made_batch(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;
	int64_t known = 0;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < st->rows.count; i++) {
		const struct iv_lead_made_out *r = iv_lead_made_at(&st->rows, i);

		known += r->known;
		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "id", r->id);
		iv_jw_bool(&w, "duplicate", r->known);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_i64(&w, "created", (int64_t)st->rows.count - known);
	iv_jw_i64(&w, "duplicates", known);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

/* ── changing ── */

static enum iv_flow_next read_change(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead *l = c->in;
	struct lead_state *st = c->state;

	if (!c->doc->child)
		iv_api_bad(c, "", "needs at least one member");
	if (iv_api_sent(c, "campaignId"))
		iv_api_bad(c, "/campaignId", "is set with POST /v1/campaigns/:id/leads");
	check_lead(c, l, IV_S(""), "");
	st->campaign_id = IV_S("");
	return iv_api_any_bad(c) ? iv_api_refuse_if_bad(c) : ask_zones(f, (struct lead *[]){l}, 1);
}

static enum iv_flow_next change(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead *l = c->in;
	struct lead_state *st = c->state;
	cJSON *doc = cJSON_Duplicate(c->doc, true);
	char *text, number[IV_E164_SIZE] = "";

	if (l->timezone.len && zone_unknown(st, l->timezone))
		iv_api_bad(c, "/timezone", "%s", zone_rule);
	if (doc && l->phone.len && iv_str_copy(number, sizeof(number), l->phone))
		(void)cJSON_ReplaceItemInObjectCaseSensitive(doc, "phone", cJSON_CreateString(number));
	for (cJSON *m = doc ? doc->child : NULL; m; m = m->next) /* the empty text takes away */
		if (cJSON_IsString(m) && !m->valuestring[0])
			m->type = cJSON_NULL;
	text = doc ? cJSON_PrintUnformatted(doc) : NULL;
	st->docs = text ? iv_arena_str(&c->arena, iv_str(text)) : IV_STR_NULL;
	cJSON_free(text);
	cJSON_Delete(doc);
	if (iv_api_any_bad(c) || !st->docs.ptr)
		return iv_api_any_bad(c) ? iv_api_refuse_if_bad(c)
		: iv_flow_fail(f, IV_EINTERNAL, "no memory for the lead");
	return get(f);
}

static enum iv_flow_next write_change(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_lead_changed,
			 &(struct iv_lead_changed_in){.id = iv_api_param(c, "id"), .doc = st->docs}, &st->rows);
}

static enum iv_flow_next changed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;

	return st->rows.count ? answer_json(c, iv_lead_changed_at(&st->rows, 0)->body)
			      : iv_flow_fail(f, IV_ECONFLICT, "the lead is being called");
}

static enum iv_flow_next drop(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct lead_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_lead_removed,
			 &(struct iv_lead_removed_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next dropped(struct iv_flow *f)
{
	struct lead_state *st = iv_api_self(f)->state;

	return st->rows.count ? IV_FLOW_DONE : iv_flow_fail(f, IV_ECONFLICT, "the lead is being called");
}

/* ── the table ── */

static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step one_steps[] = {{"read", read_one}, {"insert", insert_one}, {"made", made_one},
						{"got", got}, {0}};
static const struct iv_flow_step batch_steps[] = {{"read", read_batch}, {"insert", insert_batch}, {"made", made_batch},
						  {0}};
static const struct iv_flow_step patch_steps[] = {
	{"read", read_change}, {"change", change}, {"write", write_change}, {"changed", changed}, {0}};
static const struct iv_flow_step drop_steps[] = {{"get", get}, {"drop", drop}, {"dropped", dropped}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code changing[] = {IV_ENOENT, IV_ECONFLICT, IV_OK};

#define ID "/v1/leads/:id"
#define STATE .state_size = sizeof(struct lead_state)

const struct iv_api_route *lead_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "POST", .path = "/v1/leads", .id = "createLead", .tag = "Leads", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &new_shape, .out = &lead_shape, .status = 201, .steps = one_steps, STATE,
		 .errors = changing, .doc = "Make a lead; 409 when there is one of this number",
		 .example = "{\"phone\":\"+12125550123\",\"firstName\":\"Ada\",\"tags\":[\"vip\"]}"},
		{.method = "POST", .path = "/v1/leads/batch", .id = "createLeads", .tag = "Leads", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &batch_shape, .status = 200, .steps = batch_steps, STATE,
		 .errors = changing,
		 .body_max = BATCH_BYTES,
		 .doc = "Make up to 1000 leads; those whose number is there are named and left as they are",
		 .example = "{\"leads\":[{\"phone\":\"+12125550123\"}]}"},
		{.method = "GET", .path = "/v1/leads", .id = "listLeads", .tag = "Leads", .role = IV_ROLE_ANALYST,
		 .query = &list_shape, .status = 200, .steps = list_steps, STATE, .doc = "Leads, newest first"},
		{.method = "GET", .path = ID, .id = "getLead", .tag = "Leads", .role = IV_ROLE_ANALYST,
		 .out = &lead_shape,
		 .status = 200, .steps = get_steps, STATE, .errors = missing, .doc = "One lead"},
		{.method = "PATCH", .path = ID, .id = "updateLead", .tag = "Leads", .role = IV_ROLE_DEV,
		 .flags = IV_API_PATCH | IV_API_AUDIT, .in = &lead_shape, .out = &lead_shape, .status = 200,
		 .steps = patch_steps,
		 STATE, .errors = changing, .doc = "Change a lead; what is not sent stays, the empty text takes away"},
		{.method = "DELETE", .path = ID, .id = "deleteLead", .tag = "Leads", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT,
		 .status = 204, .steps = drop_steps, STATE, .errors = changing, .doc = "Delete a lead; its calls stay"},
		{0},
	};

	return rows;
}
