/* Templates: the catalogue everybody has, and a tenant's own with their versions. */
#include "vendors.h"

enum { VERSIONS_MOST = 100 };

struct body {
	struct iv_str name, description, use_case, provider, disclosure, prompt, first_message, voice_id, language, config;
	struct iv_strs end_call_phrases, required;
};
#define B struct body
static const struct iv_field body_fields[] = {
	IV_STR(B, name, "name", IV_REQUIRED, 1, 80, "Shown to people"),
	IV_STR(B, description, "description", 0, 0, 1000, "What it is for"),
	IV_STR(B, use_case, "useCase", 0, 0, 32, "sales_outreach, customer_support, appointment_setting or lead_qualification"),
	IV_STR(B, provider, "provider", 0, 0, 16, "Who hosts its agents: elevenlabs (the default) or invorto"),
	IV_STR(B, disclosure, "disclosure", IV_REQUIRED, 1, 500, "Spoken first: that it is a machine, and that it is recorded"),
	IV_STR(B, prompt, "systemPrompt", IV_REQUIRED, 1, 16000, "May hold {{variables}}"),
	IV_STR(B, first_message, "firstMessage", IV_REQUIRED, 0, 1000, "Spoken behind the disclosure; may hold {{variables}}"),
	IV_STR(B, voice_id, "voiceId", 0, 0, 120, "At ElevenLabs"),
	IV_STR(B, language, "language", 0, 0, 16, "en when absent"),
	IV_STRS(B, end_call_phrases, "endCallPhrases", 0, 16, "The agent says one and hangs up"),
	IV_STRS(B, required, "required", 0, 32, "Variables that a deploy must have a value for"),
	IV_JSON(B, config, "config", 0, 32768, "Further settings of the agents made of it"),
	IV_FIELDS_END,
};
#undef B
static const struct iv_shape body_shape = {"template", sizeof(struct body), body_fields, NULL};

struct state {
	struct iv_rows rows;
};

/* ── in the names of the books ── */

static void put_text(struct iv_api_call *c, struct iv_jw *w, const char *member, const char *name, struct iv_str value)
{
	if (iv_api_sent(c, member))
		iv_jw_str(w, name, value);
}

static void put_texts(struct iv_api_call *c, struct iv_jw *w, const char *member, const char *name, const struct iv_strs *s)
{
	if (!iv_api_sent(c, member))
		return;
	iv_jw_arr(w, name);
	for (size_t i = 0; i < s->count; i++)
		iv_jw_str(w, NULL, s->items[i]);
	iv_jw_end_arr(w);
}

static struct iv_str stored(struct iv_api_call *c)
{
	const struct body *in = c->in;
	struct iv_str out = IV_STR_NULL;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, VENDORS_JSON_MAX * 2);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	put_text(c, &w, "name", "name", in->name);
	put_text(c, &w, "description", "description", in->description);
	put_text(c, &w, "useCase", "use_case", in->use_case);
	put_text(c, &w, "provider", "provider", in->provider);
	put_text(c, &w, "disclosure", "disclosure", in->disclosure);
	put_text(c, &w, "systemPrompt", "system_prompt", in->prompt);
	put_text(c, &w, "firstMessage", "first_message", in->first_message);
	put_text(c, &w, "voiceId", "voice_id", in->voice_id);
	put_text(c, &w, "language", "language", in->language);
	put_texts(c, &w, "endCallPhrases", "end_call_phrases", &in->end_call_phrases);
	put_texts(c, &w, "required", "required", &in->required);
	if (iv_api_sent(c, "config"))
		iv_jw_raw(&w, "config", in->config);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		out = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return out;
}

static bool one_of(struct iv_str s, const char *const *words)
{
	for (; *words; words++)
		if (iv_str_eq(s, iv_str(*words)))
			return true;
	return false;
}

static enum iv_flow_next check(struct iv_flow *f)
{
	static const char *const cases[] = {"sales_outreach", "customer_support", "appointment_setting", "lead_qualification",
					    NULL};
	static const char *const providers[] = {"elevenlabs", "invorto", NULL};
	struct iv_api_call *c = iv_api_self(f);
	const struct body *in = c->in;

	if (in->use_case.len && !one_of(in->use_case, cases))
		iv_api_bad(c, "/useCase", "must be sales_outreach, customer_support, appointment_setting or lead_qualification");
	if (in->provider.len && !one_of(in->provider, providers))
		iv_api_bad(c, "/provider", "must be elevenlabs or invorto");
	if (iv_api_sent(c, "disclosure") && !iv_str_trim(in->disclosure).len)
		iv_api_bad(c, "/disclosure", "must say something: it is what is spoken first");
	if (in->config.len && in->config.ptr[0] != '{')
		iv_api_bad(c, "/config", "must be an object");
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next show(struct iv_api_call *c, struct iv_str row)
{
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	vendors_row(&w, NULL, row, true);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(&c->flow, IV_ETOOBIG, "the answer does not fit");
}

/* ── the steps ── */

static enum iv_flow_next create(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	c->entity_id = iv_id_text(c, "tpl");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_template_create,
			 &(struct iv_template_create_in){.id = c->entity_id, .json_template = stored(c),
							 .person = iv_actor(c)},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next created(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return show(c, iv_template_create_at(&((struct state *)c->state)->rows, 0)->row);
}

static enum iv_flow_next update(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_template_update,
			 &(struct iv_template_update_in){.id = iv_api_param(c, "id"), .change = stored(c)},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next updated(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such template among the tenant's own");
	return show(c, iv_template_update_at(&st->rows, 0)->row);
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_template_get,
			 &(struct iv_template_get_in){.id = iv_api_param(c, "id")}, &((struct state *)c->state)->rows);
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such template");
	return show(c, iv_template_get_at(&st->rows, 0)->row);
}

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_page_place p;

	if (!vendors_page_reads(c, &p))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_template_list,
			 &(struct iv_template_list_in){.after_us = p.after_us, .after_id = p.after_id, .count = p.count},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_page_query *q = c->query;
	const struct iv_rows *rows = &((struct state *)c->state)->rows;
	struct iv_page_writer p = iv_page_open(c, q->limit, rows->count);
	const struct iv_template_list_out *last = p.shown ? iv_template_list_at(rows, p.shown - 1) : NULL;

	for (size_t i = 0; i < p.shown; i++)
		vendors_row(&p.w, NULL, iv_template_list_at(rows, i)->row, true);
	return vendors_page_end(c, &p, last ? last->created_us : 0, last ? last->id : IV_STR_NULL);
}

static enum iv_flow_next delete_it(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_template_delete,
			 &(struct iv_template_delete_in){.id = iv_api_param(c, "id")}, &((struct state *)c->state)->rows);
}

static enum iv_flow_next deleted(struct iv_flow *f)
{
	if (!((struct state *)iv_api_self(f)->state)->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such template among the tenant's own");
	return IV_FLOW_DONE;
}

/* The versions of one are few: the newest of them are all. */
static enum iv_flow_next versions(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_template_versions,
			 &(struct iv_template_versions_in){.id = iv_api_param(c, "id"), .before = IV_SQL_NULL,
							     .count = VERSIONS_MOST},
			 &((struct state *)c->state)->rows);
}

static enum iv_flow_next versions_shown(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_rows *rows = &((struct state *)c->state)->rows;
	struct iv_page_writer p;

	if (!rows->count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such template among the tenant's own");
	p = iv_page_open(c, VERSIONS_MOST, rows->count);
	for (size_t i = 0; i < p.shown; i++)
		vendors_row(&p.w, NULL, iv_template_versions_at(rows, i)->row, true);
	return vendors_page_end(c, &p, 0, IV_STR_NULL);
}

static const struct iv_flow_step create_steps[] = {{"check", check}, {"create", create}, {"created", created}, {0}};
static const struct iv_flow_step update_steps[] = {{"check", check}, {"update", update}, {"updated", updated}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step delete_steps[] = {{"delete", delete_it}, {"deleted", deleted}, {0}};
static const struct iv_flow_step version_steps[] = {{"versions", versions}, {"shown", versions_shown}, {0}};

#define ROW(verb, where, operation, who, ...) \
	{.method = verb, .path = where, .id = operation, .tag = "Templates", .role = who, .state_size = sizeof(struct state), \
	 __VA_ARGS__}

const struct iv_api_route *vendors_template_routes(void)
{
	static const struct iv_api_route rows[] = {
		ROW("GET", "/v1/templates", "listTemplates", IV_ROLE_ANALYST, .query = &vendors_page_shape, .status = 200,
		    .steps = list_steps, .doc = "The catalogue and the tenant's own templates"),
		ROW("GET", "/v1/templates/:id", "getTemplate", IV_ROLE_ANALYST, .status = 200, .steps = get_steps,
		    .doc = "One of them"),
		ROW("POST", "/v1/templates", "createTemplate", IV_ROLE_DEV, .flags = IV_API_AUDIT, .in = &body_shape,
		    .status = 201, .steps = create_steps, .doc = "A template of the tenant's own"),
		ROW("PATCH", "/v1/templates/:id", "updateTemplate", IV_ROLE_DEV, .flags = IV_API_PATCH | IV_API_AUDIT,
		    .in = &body_shape, .status = 200, .steps = update_steps,
		    .doc = "Change one of the tenant's own: another version"),
		ROW("DELETE", "/v1/templates/:id", "deleteTemplate", IV_ROLE_DEV, .flags = IV_API_AUDIT, .status = 204,
		    .steps = delete_steps, .doc = "Take one of the tenant's own away; agents made of it stay"),
		ROW("GET", "/v1/templates/:id/versions", "listTemplateVersions", IV_ROLE_ANALYST, .status = 200,
		    .steps = version_steps, .doc = "What one of the tenant's own has been, newest first"),
		{0},
	};

	return rows;
}
