/* A number is given to ElevenLabs, and rings here all the same.
 *
 * Importing rewrites the number's voice webhook at Twilio. Ours is put back and read back; what cannot be put back is a
 * conflict, said in the answer and kept in provider_status and provider_state. Asked again it finds what is there and
 * looks at the webhook anew. */
#include "vendors.h"

struct import_body {
	struct iv_str tenant_id, number_id;
};
static const struct iv_field import_fields[] = {
	IV_STR(struct import_body, tenant_id, "tenant_id", IV_REQUIRED, 1, 128, "One of the caller's"),
	IV_STR(struct import_body, number_id, "voice_number_id", IV_REQUIRED, 1, 128, "A number of its own"),
	IV_FIELDS_END,
};
static const struct iv_shape import_shape = {"voiceImportNumber", sizeof(struct import_body), import_fields, NULL};

struct state {
	struct iv_rows rows;
	struct iv_str number_id, phone, name, vendor_id, ours, status_url;
	struct iv_vendor_run run;
	struct iv_vendor_answer told, answer; /* told: of the import */
	struct iv_twilio_found found;
	struct iv_twilio_number number;
	bool known, managed;     /* managed: there is an address of ours to restore */
	bool pointed;
	const char *conflict;    /* NULL: none */
	struct iv_str was;       /* where it rang when we looked */
};

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct import_body *in = c->in;
	struct state *st = c->state;

	if (!vendors_tenant(c, in ? in->tenant_id : IV_STR_NULL))
		return IV_FLOW_DONE;
	st->number_id = in ? in->number_id : iv_api_param(c, "id");
	if (!iv_carriers_has(c->s->carriers, IV_ELEVENLABS))
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "ElevenLabs is not configured here: ELEVENLABS_API_KEY");
	if (!iv_carriers_has(c->s->carriers, IV_TWILIO))
		return iv_flow_fail(f, IV_EUNPROCESSABLE,
				    "Twilio is not configured here: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN");
	st->managed = iv_twilio_hooks(c->s->cfg, &c->arena, &st->ours, &st->status_url);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_number_get,
			 &(struct iv_number_get_in){.id = st->number_id}, &st->rows);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_number_get_out *n;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number");
	n = iv_number_get_at(&st->rows, 0);
	if (!iv_str_eq(n->carrier, IV_S("twilio")))
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "only numbers of Twilio can be imported, this is one of %.*s",
				    IV_FMT(n->carrier));
	st->phone = n->phone;
	st->name = n->name;
	st->known = n->vendor_id.len > 0;
	st->vendor_id = n->vendor_id;
	if (st->known)
		return iv_convai_get_number(c->s->carriers, f, &st->run, &c->arena, st->vendor_id, &st->told);
	return iv_convai_import_number(c->s->carriers, f, &st->run, &c->arena, st->phone, st->name, &st->vendor_id, &st->told);
}

/* What we knew of is gone there: once more. */
static enum iv_flow_next ask_again(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!st->known || st->told.code != IV_ENOENT)
		return IV_FLOW_NEXT;
	return iv_convai_import_number(c->s->carriers, f, &st->run, &c->arena, st->phone, st->name, &st->vendor_id, &st->told);
}

/* It would not, or did not say: it may have it already. */
static enum iv_flow_next find(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (st->told.said == IV_SAID_DONE)
		return IV_FLOW_NEXT;
	if (st->known || (st->told.said == IV_SAID_REFUSED && st->told.code != IV_EUNPROCESSABLE))
		return vendors_failed(c, IV_ELEVENLABS, &st->told);
	return iv_convai_find_number(c->s->carriers, f, &st->run, &c->arena, st->phone, &st->vendor_id, &st->answer);
}

/* ── where does it ring? ── */

static enum iv_flow_next look(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!st->vendor_id.len)
		return vendors_failed(c, IV_ELEVENLABS, &st->told);
	return st->managed ? iv_twilio_list(c->s->carriers, f, &st->run, &c->arena, st->phone, &st->found, &st->answer)
			   : IV_FLOW_NEXT;
}

static const struct iv_twilio_number *the_number(const struct state *st)
{
	for (size_t i = 0; i < st->found.count; i++)
		if (iv_str_eq(st->found.items[i].number, st->phone))
			return &st->found.items[i];
	return NULL;
}

static enum iv_flow_next point(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_twilio_number *n = the_number(st);

	if (!st->managed)
		return IV_FLOW_NEXT;
	if (st->answer.said != IV_SAID_DONE)
		st->conflict = "twilio does not say where it rings";
	else if (!n)
		st->conflict = "the number is not of this twilio account";
	if (st->conflict)
		return IV_FLOW_NEXT;
	st->number = *n;
	st->was = n->voice_url;
	if (iv_twilio_rings_at(n, st->ours))
		return IV_FLOW_NEXT;
	st->pointed = true;
	return iv_twilio_point(c->s->carriers, f, &st->run, &c->arena, n->sid, &st->answer);
}

static enum iv_flow_next read_back(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_str sid = st->number.sid;

	if (!st->pointed)
		return IV_FLOW_NEXT;
	return iv_twilio_get(c->s->carriers, f, &st->run, &c->arena, sid, &st->number, &st->answer);
}

static struct iv_str state_json(struct iv_api_call *c, const struct state *st)
{
	struct iv_str out = IV_STR_NULL;
	char now[IV_TIME_SIZE];
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 8192);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "webhook", st->conflict ? "conflict" : !st->managed ? "unmanaged" : st->pointed ? "restored" : "ours");
	if (st->was.len)
		iv_jw_str(&w, "was", st->was);
	if (st->number.voice_url.len)
		iv_jw_str(&w, "voiceUrl", st->number.voice_url);
	if (st->number.trunk.len)
		iv_jw_str(&w, "trunkSid", st->number.trunk);
	if (st->number.application.len)
		iv_jw_str(&w, "voiceApplicationSid", st->number.application);
	if (st->conflict)
		iv_jw_cstr(&w, "conflict", st->conflict);
	iv_jw_str(&w, "checkedAt", iv_time_iso(iv_wall_ms(), now));
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		out = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return out.ptr ? out : IV_S("{}");
}

static enum iv_flow_next save(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (st->pointed && (st->answer.said != IV_SAID_DONE || !iv_twilio_rings_at(&st->number, st->ours)))
		st->conflict = "twilio does not keep our address";
	if (st->conflict)
		iv_warn("number.webhook_conflict", IV_LV("tenant_id", c->scope.tenant_id), IV_LV("number_id", st->number_id),
			IV_LS("why", st->conflict));
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_number_imported,
			 &(struct iv_number_imported_in){.id = st->number_id,
							 .vendor_id = st->vendor_id,
							 .status = st->conflict ? IV_S("conflict") : IV_S("imported"),
							 .state = state_json(c, st)},
			 &st->rows);
}

static enum iv_flow_next answer(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	bool function = vendors_is_function(c);
	struct iv_jw w;

	c->entity_id = st->number_id;
	vendors_begin(c, &w);
	vendors_row(&w, function ? "voice_number" : "number", iv_number_imported_at(&st->rows, 0)->number, !function);
	iv_jw_str(&w, function ? "elevenlabs_phone_number_id" : "elevenlabsPhoneNumberId", st->vendor_id);
	if (st->conflict)
		iv_jw_cstr(&w, "conflict", st->conflict);
	return vendors_done(c, &w,
			    st->conflict ? "Phone number imported to ElevenLabs, but it does not ring here: see conflict"
					 : "Phone number imported to ElevenLabs successfully");
}

static const struct iv_flow_step steps[] = {{"check", check}, {"ask", ask},	{"ask_again", ask_again}, {"find", find},
					    {"look", look},   {"point", point}, {"read_back", read_back}, {"save", save},
					    {"answer", answer}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_EUNPROCESSABLE, IV_ERATE, IV_EUPSTREAM, IV_OK};

#define DOC "Let ElevenLabs dial from a Twilio number; our webhook is put back, or the conflict told"

const struct iv_api_route *vendors_import_routes(void)
{
	static const struct iv_api_route rows[] = {
		VENDORS_FUNCTION("import-number", "import-number", "voiceImportNumber", .flags = IV_API_FUNCTION | IV_API_AUDIT,
				 .in = &import_shape, .state_size = sizeof(struct state), .steps = steps, .errors = errors,
				 .doc = DOC),
		{.method = "POST", .path = "/v1/numbers/:id/import", .id = "importNumber", .tag = "Numbers", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .status = 200, .state_size = sizeof(struct state), .steps = steps, .errors = errors,
		 .doc = DOC, .deadline_ms = VENDORS_DEADLINE_MS},
		{0},
	};

	return rows;
}
