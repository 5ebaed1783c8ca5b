/* A tenant's numbers: taken from the pool, named, given back. */
#include "vendors.h"

struct assign_body {
	struct iv_str tenant_id, which, purpose;
};
static const struct iv_field assign_fields[] = {
	IV_STR(struct assign_body, tenant_id, "tenant_id", IV_REQUIRED, 1, 128, "One of the caller's"),
	IV_STR(struct assign_body, which, "phone_number_e164_or_pool_id", IV_REQUIRED, 1, 128, "A free number of the pool"),
	IV_STR(struct assign_body, purpose, "purpose", 0, 0, 64, "outbound_sales when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape assign_shape = {"voiceAssignNumber", sizeof(struct assign_body), assign_fields, NULL};
static const struct iv_field take_fields[] = {
	IV_STR(struct assign_body, which, "pool", IV_REQUIRED, 1, 128, "A free number of the pool, by number or id"),
	IV_STR(struct assign_body, purpose, "purpose", 0, 0, 64, "outbound_sales when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape take_shape = {"numberNew", sizeof(struct assign_body), take_fields, NULL};

struct state {
	struct iv_rows rows;
	struct iv_vendor_run run;
	struct iv_vendor_answer answer;
};

/* ── taking ── */

static enum iv_flow_next check_assign(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct assign_body *in = c->in;

	return vendors_tenant(c, in->tenant_id) ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

static enum iv_flow_next assign(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct assign_body *in = c->in;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_number_assign,
			 &(struct iv_number_assign_in){.number_or_id = in->which, .purpose = in->purpose,
						       .person = iv_actor(c)},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next assigned(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_number_assign_out *r;
	struct iv_jw w;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such free number in the pool");
	r = iv_number_assign_at(&st->rows, 0);
	c->entity_id = r->phone;
	vendors_begin(c, &w);
	vendors_row(&w, "assignment", r->assignment, !vendors_is_function(c));
	vendors_row(&w, vendors_is_function(c) ? "voice_number" : "number", r->number, !vendors_is_function(c));
	if (vendors_is_function(c))
		iv_jw_str(&w, "phone_number", r->phone);
	return vendors_done(c, &w, "Phone number assigned successfully");
}

/* ── looking ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_page_place p;

	if (!vendors_page_reads(c, &p))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_number_list,
			 &(struct iv_number_list_in){.after_us = p.after_us, .after_id = p.after_id, .count = p.count},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_page_query *q = c->query;
	const struct iv_rows *rows = &((struct state *)c->state)->rows;
	struct iv_page_writer p = iv_page_open(c, q->limit, rows->count);
	const struct iv_number_list_out *last = p.shown ? iv_number_list_at(rows, p.shown - 1) : NULL;

	for (size_t i = 0; i < p.shown; i++)
		vendors_row(&p.w, NULL, iv_number_list_at(rows, i)->number, true);
	return vendors_page_end(c, &p, last ? last->created_us : 0, last ? last->id : IV_STR_NULL);
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_number_get,
			 &(struct iv_number_get_in){.id = iv_api_param(c, "id")}, &((struct state *)c->state)->rows);
}

static enum iv_flow_next show(struct iv_api_call *c, struct iv_str number)
{
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	vendors_row(&w, NULL, number, true);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(&c->flow, IV_ETOOBIG, "the answer does not fit");
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number");
	return show(c, iv_number_get_at(&st->rows, 0)->number);
}

/* ── naming ── */

struct name_body {
	struct iv_str name;
};
static const struct iv_field name_fields[] = {
	IV_STR(struct name_body, name, "friendlyName", IV_REQUIRED, 1, 64, "Shown to people"), IV_FIELDS_END};
static const struct iv_shape name_shape = {"numberChange", sizeof(struct name_body), name_fields, NULL};

static enum iv_flow_next rename_it(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct name_body *in = c->in;

	if (!in->name.len)
		return get(f);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_number_named,
			 &(struct iv_number_named_in){.id = iv_api_param(c, "id"), .name = in->name},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next renamed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!((const struct name_body *)c->in)->name.len)
		return got(f);
	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number");
	return show(c, iv_number_named_at(&st->rows, 0)->number);
}

/* ── giving back ── */

static enum iv_flow_next forget(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_str vendor;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number");
	vendor = iv_number_get_at(&st->rows, 0)->vendor_id;
	st->answer = (struct iv_vendor_answer){.said = IV_SAID_DONE};
	return vendor.len && iv_carriers_has(c->s->carriers, IV_ELEVENLABS)
		       ? iv_convai_delete_number(c->s->carriers, f, &st->run, &c->arena, vendor, &st->answer)
		       : IV_FLOW_NEXT;
}

/* What ElevenLabs still has would go on dialling from it: it goes there first. */
static enum iv_flow_next release(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (st->answer.said != IV_SAID_DONE && st->answer.code != IV_ENOENT)
		return vendors_failed(c, IV_ELEVENLABS, &st->answer);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_number_release,
			 &(struct iv_number_release_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next released(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	if (!iv_number_release_at(&((struct state *)c->state)->rows, 0)->released)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number");
	return IV_FLOW_DONE;
}

static const struct iv_flow_step assign_steps[] = {{"check", check_assign}, {"assign", assign}, {"assigned", assigned}, {0}};
static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step name_steps[] = {{"name", rename_it}, {"named", renamed}, {0}};
static const struct iv_flow_step release_steps[] = {
	{"get", get}, {"forget", forget}, {"release", release}, {"released", released}, {0}};
static const enum iv_code none[] = {IV_ENOENT, IV_OK};
static const enum iv_code vendor_errors[] = {IV_ENOENT, IV_EUNPROCESSABLE, IV_ERATE, IV_EUPSTREAM, IV_OK};

const struct iv_api_route *vendors_number_routes(void)
{
	static const struct iv_api_route rows[] = {
		VENDORS_FUNCTION("assign-number", "assign-number", "voiceAssignNumber", .flags = IV_API_FUNCTION | IV_API_AUDIT,
				 .in = &assign_shape, .state_size = sizeof(struct state), .steps = assign_steps, .errors = none,
				 .doc = "A number of the pool becomes the tenant's; one that is its own already stays so",
				 .example = "{\"tenant_id\":\"tnt_01J0000000000000000000000\","
					    "\"phone_number_e164_or_pool_id\":\"+15551234567\"}"),
		{.method = "POST", .path = "/v1/numbers", .id = "takeNumber", .tag = "Numbers", .role = IV_ROLE_ADMIN,
		 .flags = IV_API_AUDIT, .in = &take_shape, .status = 201, .state_size = sizeof(struct state),
		 .steps = assign_steps, .errors = none, .doc = "Take a number of the pool"},
		{.method = "GET", .path = "/v1/numbers", .id = "listNumbers", .tag = "Numbers", .role = IV_ROLE_ANALYST,
		 .query = &vendors_page_shape, .status = 200, .state_size = sizeof(struct state), .steps = list_steps,
		 .doc = "The tenant's numbers, newest first"},
		{.method = "GET", .path = "/v1/numbers/:id", .id = "getNumber", .tag = "Numbers", .role = IV_ROLE_ANALYST,
		 .status = 200, .state_size = sizeof(struct state), .steps = get_steps, .doc = "One of them"},
		{.method = "PATCH", .path = "/v1/numbers/:id", .id = "updateNumber", .tag = "Numbers", .role = IV_ROLE_DEV,
		 .flags = IV_API_PATCH | IV_API_AUDIT, .in = &name_shape, .status = 200, .state_size = sizeof(struct state),
		 .steps = name_steps, .doc = "Name a number"},
		{.method = "DELETE", .path = "/v1/numbers/:id", .id = "releaseNumber", .tag = "Numbers", .role = IV_ROLE_ADMIN,
		 .flags = IV_API_AUDIT, .status = 204, .state_size = sizeof(struct state), .steps = release_steps,
		 .errors = vendor_errors, .deadline_ms = VENDORS_DEADLINE_MS,
		 .doc = "Give a number back: to the pool, and from ElevenLabs where it was imported"},
		{0},
	};

	return rows;
}
