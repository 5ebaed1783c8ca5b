/* The pool of numbers, for the operator: what is in it, what Twilio offers, buying and giving back. */
#include "vendors.h"

#include "iv_e164.h"

struct query {
	int64_t limit;
	struct iv_str after, country, type, area, contains;
};
static void query_defaults(void *object)
{
	struct query *q = object;

	q->limit = 50;
	q->country = IV_S("US");
	q->type = IV_S("Local");
}
static const struct iv_field list_fields[] = {
	IV_INT(struct query, limit, "limit", 0, 1, 100, "Rows of a page"),
	IV_STR(struct query, after, "after", 0, 0, 20, "The last number of the page before"),
	IV_FIELDS_END,
};
static const struct iv_shape list_shape = {"poolPage", sizeof(struct query), list_fields, query_defaults};
static const struct iv_field search_fields[] = {
	IV_STR(struct query, country, "country", 0, 2, 2, "US when absent"),
	IV_STR(struct query, type, "type", 0, 1, 20, "Local (the default), TollFree, Mobile, National"),
	IV_STR(struct query, area, "areaCode", 0, 0, 6, "Its first digits"),
	IV_STR(struct query, contains, "contains", 0, 2, 16, "Digits, or * for any"),
	IV_FIELDS_END,
};
static const struct iv_shape search_shape = {"poolSearch", sizeof(struct query), search_fields, query_defaults};

struct body {
	struct iv_str number, sid, country, name;
};
static const struct iv_field add_fields[] = {
	IV_STR(struct body, number, "phoneNumber", IV_REQUIRED, 8, 16, "E.164, of the operator's Twilio account"),
	IV_STR(struct body, sid, "twilioSid", 0, 0, 64, "Asked of Twilio when absent"),
	IV_STR(struct body, country, "countryCode", 0, 0, 2, "Of the number"),
	IV_STR(struct body, name, "friendlyName", 0, 0, 64, "Shown to people"),
	IV_FIELDS_END,
};
static const struct iv_shape add_shape = {"poolNumber", sizeof(struct body), add_fields, NULL};
static const struct iv_field buy_fields[] = {
	IV_STR(struct body, number, "phoneNumber", IV_REQUIRED, 8, 16, "As the search found it"),
	IV_STR(struct body, name, "friendlyName", 0, 0, 64, "Shown to people"),
	IV_FIELDS_END,
};
static const struct iv_shape buy_shape = {"poolBuy", sizeof(struct body), buy_fields, NULL};

struct state {
	struct iv_rows rows;
	struct iv_vendor_run run;
	struct iv_vendor_answer answer;
	struct iv_twilio_found found;
	struct iv_twilio_number number;
	struct iv_str voice_url, status_url, sid;
};

static bool is_e164(struct iv_str s)
{
	for (size_t i = 1; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len >= 8 && s.ptr[0] == '+' && s.ptr[1] != '0';
}

static enum iv_flow_next ready(struct iv_api_call *c, struct iv_str number)
{
	if (number.len && !is_e164(number)) {
		iv_api_bad(c, "/phoneNumber", "must be an E.164 number: + and 7 to 15 digits");
		return iv_api_refuse_if_bad(c);
	}
	if (!iv_carriers_has(c->s->carriers, IV_TWILIO))
		return iv_flow_fail(&c->flow, IV_EUNPROCESSABLE,
				    "Twilio is not configured here: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN");
	return IV_FLOW_NEXT;
}

static enum iv_flow_next show(struct iv_api_call *c, struct iv_str row)
{
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	vendors_row(&w, NULL, row, true);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(&c->flow, IV_ETOOBIG, "the answer does not fit");
}

/* ── what there is ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	const struct iv_scope nobody = {0};

	return iv_pg_one(c->s->worker, f, &c->pg, &nobody, &c->arena, &iv_sql_pool_list,
			 &(struct iv_pool_list_in){.after = q->after.len ? q->after : IV_STR_NULL, .count = q->limit + 1},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	const struct iv_rows *rows = &((struct state *)c->state)->rows;
	struct iv_page_writer p = iv_page_open(c, q->limit, rows->count);

	for (size_t i = 0; i < p.shown; i++)
		vendors_row(&p.w, NULL, iv_pool_list_at(rows, i)->row, true);
	iv_jw_end_arr(&p.w);
	iv_jw_bool(&p.w, "hasMore", p.more);
	if (p.more) /* a number is no cursor: it is signed by nobody */
		iv_jw_str(&p.w, "next", iv_pool_list_at(rows, p.shown - 1)->number);
	iv_jw_end_obj(&p.w);
	return iv_jw_done(&p.w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the page does not fit an answer");
}

static enum iv_flow_next search(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct state *st = c->state;

	if (ready(c, IV_STR_NULL) != IV_FLOW_NEXT)
		return IV_FLOW_DONE;
	return iv_twilio_search(c->s->carriers, f, &st->run, &c->arena, q->country, q->type, q->area, q->contains, &st->found,
				&st->answer);
}

static void put_number(struct iv_jw *w, const struct iv_twilio_number *n)
{
	iv_jw_obj(w, NULL);
	iv_jw_str(w, "phoneNumber", n->number);
	iv_jw_str(w, "friendlyName", n->name.len ? n->name : n->number);
	if (n->country.len)
		iv_jw_str(w, "countryCode", n->country);
	iv_jw_bool(w, "voice", n->voice);
	iv_jw_bool(w, "sms", n->sms);
	iv_jw_end_obj(w);
}

static enum iv_flow_next searched(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_page_writer p;

	/* Twilio has no list of that kind in that country. */
	if (st->answer.said != IV_SAID_DONE && st->answer.code != IV_ENOENT)
		return vendors_failed(c, IV_TWILIO, &st->answer);
	p = iv_page_open(c, (int64_t)st->found.count, st->found.count);
	for (size_t i = 0; i < p.shown; i++)
		put_number(&p.w, &st->found.items[i]);
	return vendors_page_end(c, &p, 0, IV_STR_NULL);
}

/* ── in ── */

static enum iv_flow_next look_up(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *in = c->in;
	struct state *st = c->state;

	st->answer = (struct iv_vendor_answer){.said = IV_SAID_DONE};
	if (!is_e164(in->number))
		iv_api_bad(c, "/phoneNumber", "must be an E.164 number: + and 7 to 15 digits");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	if (in->sid.len || !iv_carriers_has(c->s->carriers, IV_TWILIO))
		return IV_FLOW_NEXT;
	return iv_twilio_list(c->s->carriers, f, &st->run, &c->arena, in->number, &st->found, &st->answer);
}

static enum iv_flow_next add(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *in = c->in;
	struct state *st = c->state;
	const struct iv_scope nobody = {0};

	if (st->answer.said != IV_SAID_DONE)
		return vendors_failed(c, IV_TWILIO, &st->answer);
	st->sid = in->sid;
	for (size_t i = 0; i < st->found.count; i++)
		if (iv_str_eq(st->found.items[i].number, in->number))
			st->sid = st->found.items[i].sid;
	return iv_pg_one(c->s->worker, f, &c->pg, &nobody, &c->arena, &iv_sql_pool_add,
			 &(struct iv_pool_add_in){.id = iv_id_text(c, "ppn"),
						  .number = in->number,
						  .sid = st->sid.len ? st->sid : IV_STR_NULL,
						  .country = in->country.len ? in->country : IV_STR_NULL,
						  .name = in->name.len ? in->name : IV_STR_NULL},
			 &st->rows);
}

static enum iv_flow_next added(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ECONFLICT, "the number is in the pool already");
	return show(c, iv_pool_add_at(&st->rows, 0)->row);
}

static enum iv_flow_next buy(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *in = c->in;
	struct state *st = c->state;

	if (ready(c, in->number) != IV_FLOW_NEXT)
		return IV_FLOW_DONE;
	if (!iv_twilio_hooks(c->s->cfg, &c->arena, &st->voice_url, &st->status_url))
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "PUBLIC_BASE_URL says where it is to ring: set it");
	return iv_twilio_buy(c->s->carriers, f, &st->run, &c->arena, in->number, &st->number, &st->answer);
}

/* It is paid for: what is not known for certain is looked for before anything else is said. */
static enum iv_flow_next bought(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *in = c->in;
	struct state *st = c->state;

	if (st->answer.said == IV_SAID_DONE)
		return IV_FLOW_NEXT;
	if (st->answer.said == IV_SAID_REFUSED)
		return vendors_failed(c, IV_TWILIO, &st->answer);
	return iv_twilio_list(c->s->carriers, f, &st->run, &c->arena, in->number, &st->found, &st->answer);
}

static enum iv_flow_next keep(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *in = c->in;
	struct state *st = c->state;
	const struct iv_scope nobody = {0};

	for (size_t i = 0; !st->number.sid.len && i < st->found.count; i++)
		if (iv_str_eq(st->found.items[i].number, in->number))
			st->number = st->found.items[i];
	if (!st->number.sid.len)
		return st->answer.said == IV_SAID_DONE
			       ? iv_flow_fail(f, IV_EUPSTREAM, "twilio did not sell the number")
			       : vendors_failed(c, IV_TWILIO, &st->answer);
	return iv_pg_one(c->s->worker, f, &c->pg, &nobody, &c->arena, &iv_sql_pool_add,
			 &(struct iv_pool_add_in){.id = iv_id_text(c, "ppn"),
						  .number = st->number.number,
						  .sid = st->number.sid,
						  .country = IV_STR_NULL,
						  .name = in->name.len ? in->name : st->number.name},
			 &st->rows);
}

/* ── out ── */

static enum iv_flow_next leave(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_scope nobody = {0};

	return iv_pg_one(c->s->worker, f, &c->pg, &nobody, &c->arena, &iv_sql_pool_get,
			 &(struct iv_pool_get_in){.id = iv_api_param(c, "id")}, &((struct state *)c->state)->rows);
}

/* Out of the pool first: nobody takes a number that is being given back. */
static enum iv_flow_next leave_now(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_scope nobody = {0};
	const struct iv_pool_get_out *r;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number in the pool");
	r = iv_pool_get_at(&st->rows, 0);
	if (r->assigned)
		return iv_flow_fail(f, IV_ECONFLICT, "a tenant has the number: it gives it back first");
	st->sid = r->sid;
	return iv_pg_one(c->s->worker, f, &c->pg, &nobody, &c->arena, &iv_sql_pool_leave,
			 &(struct iv_pool_leave_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next give_back(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ECONFLICT, "a tenant has just taken the number");
	st->answer = (struct iv_vendor_answer){.said = IV_SAID_DONE};
	if (!st->sid.len || !iv_carriers_has(c->s->carriers, IV_TWILIO))
		return IV_FLOW_NEXT;
	return iv_twilio_release(c->s->carriers, f, &st->run, &c->arena, st->sid, &st->answer);
}

static enum iv_flow_next given_back(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	return st->answer.said == IV_SAID_DONE || st->answer.code == IV_ENOENT ? IV_FLOW_DONE
									       : vendors_failed(c, IV_TWILIO, &st->answer);
}

static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step search_steps[] = {{"search", search}, {"searched", searched}, {0}};
static const struct iv_flow_step add_steps[] = {{"look_up", look_up}, {"add", add}, {"added", added}, {0}};
static const struct iv_flow_step buy_steps[] = {{"buy", buy}, {"bought", bought}, {"keep", keep}, {"added", added}, {0}};
static const struct iv_flow_step leave_steps[] = {
	{"get", leave}, {"leave", leave_now}, {"give_back", give_back}, {"given_back", given_back}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_ECONFLICT, IV_EUNPROCESSABLE, IV_ERATE, IV_EUPSTREAM, IV_OK};

#define ROW(verb, where, operation, ...) \
	{.method = verb, .path = where, .id = operation, .tag = "Pool", .role = IV_ROLE_PLATFORM, \
	 .state_size = sizeof(struct state), .errors = errors, .deadline_ms = VENDORS_DEADLINE_MS, __VA_ARGS__}

const struct iv_api_route *vendors_pool_routes(void)
{
	static const struct iv_api_route rows[] = {
		ROW("GET", "/v1/pool", "listPool", .query = &list_shape, .status = 200, .steps = list_steps,
		    .doc = "The operator's numbers"),
		ROW("GET", "/v1/pool/search", "searchPool", .query = &search_shape, .status = 200, .steps = search_steps,
		    .doc = "What Twilio offers"),
		ROW("POST", "/v1/pool", "addToPool", .in = &add_shape, .status = 201, .steps = add_steps,
		    .doc = "A number of the operator's account goes into the pool"),
		ROW("POST", "/v1/pool/buy", "buyForPool", .in = &buy_shape, .status = 201, .steps = buy_steps,
		    .doc = "Buy a number; it rings here at once"),
		ROW("DELETE", "/v1/pool/:id", "releaseFromPool", .status = 204, .steps = leave_steps,
		    .doc = "Out of the pool and back to Twilio: the number is lost for good"),
		{0},
	};

	return rows;
}
