/* An agent from a template, once for each key: its texts are rendered and the intent is written in one statement, the vendor
 * is asked, the agent is written. Whoever comes back with the same key (Idempotency-Key, else what the body says) finds the
 * agent; or, when the first attempt ended without an answer, what it may have left at the vendor. */
#include "vendors.h"

#include "iv_crypto.h"

enum { LEASE_S = 60, OVERRIDES_MAX = 60000 };

struct deploy_body {
	struct iv_str template_id, tenant_id, overrides, variables, provider;
};

static const struct iv_field function_fields[] = {
	IV_STR(struct deploy_body, template_id, "template_id", IV_REQUIRED, 1, 128, "Of the catalogue, or the tenant's own"),
	IV_STR(struct deploy_body, tenant_id, "tenant_id", IV_REQUIRED, 1, 128, "One of the caller's"),
	IV_JSON(struct deploy_body, overrides, "overrides", 0, OVERRIDES_MAX,
		"name, first_message, system_prompt, voice_id, language, end_call_phrases, config"),
	IV_JSON(struct deploy_body, variables, "variables", 0, 16384, "Values of {{names}} in the template's texts"),
	IV_STR(struct deploy_body, provider, "provider", 0, 1, 16, "Who hosts it: elevenlabs or invorto; as the template says"),
	IV_FIELDS_END,
};
static const struct iv_shape function_shape = {"voiceDeployTemplate", sizeof(struct deploy_body), function_fields, NULL};

static const struct iv_field resource_fields[] = {
	IV_JSON(struct deploy_body, overrides, "overrides", 0, OVERRIDES_MAX,
		"name, first_message, system_prompt, voice_id, language, end_call_phrases, config"),
	IV_JSON(struct deploy_body, variables, "variables", 0, 16384, "Values of {{names}} in the template's texts"),
	IV_STR(struct deploy_body, provider, "provider", 0, 1, 16, "Who hosts it: elevenlabs or invorto; as the template says"),
	IV_FIELDS_END,
};
static const struct iv_shape resource_shape = {"templateDeploy", sizeof(struct deploy_body), resource_fields, NULL};

struct state {
	struct iv_str template_id, key;
	char fingerprint[IV_SHA256_HEX];
	struct iv_rows rows;
	struct iv_str agent_id, vendor_id;
	struct iv_convai_agent agent;
	struct iv_vendor_run run;
	struct iv_vendor_answer answer;
	cJSON *rendered;
	struct iv_undo drop, give_up;
	bool hosted, look, made, asked;
};

/* ── what was asked for ── */

static const struct {
	const char *name;
	bool list, object;
} overridable[] = {{"name", false, false},     {"first_message", false, false},   {"system_prompt", false, false},
		   {"voice_id", false, false}, {"language", false, false},	  {"end_call_phrases", true, false},
		   {"config", false, true}};

static void check_overrides(struct iv_api_call *c, const cJSON *overrides)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, overrides)
	{
		char pointer[160];
		size_t i = 0;

		while (i < IV_COUNT(overridable) && strcmp(overridable[i].name, one->string) != 0)
			i++;
		(void)snprintf(pointer, sizeof(pointer), "/overrides/%.100s", one->string);
		if (i == IV_COUNT(overridable))
			iv_api_bad(c, pointer, "is no name known here");
		else if (overridable[i].list ? !cJSON_IsArray(one)
			 : overridable[i].object ? !cJSON_IsObject(one) : !cJSON_IsString(one))
			iv_api_bad(c, pointer, "must be %s",
				   overridable[i].list ? "a list of texts" : overridable[i].object ? "an object" : "a text");
	}
}

static void check_object(struct iv_api_call *c, const char *name, struct iv_str json)
{
	char pointer[64];

	(void)snprintf(pointer, sizeof(pointer), "/%s", name);
	if (json.len && json.ptr[0] != '{')
		iv_api_bad(c, pointer, "must be an object");
}

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct deploy_body *in = c->in;
	struct state *st = c->state;
	struct iv_str given = iv_api_header(c, "idempotency-key");
	const struct iv_str parts[] = {in->overrides, in->variables, in->provider};
	struct iv_sha256 *sum;
	cJSON *overrides;

	if (!vendors_tenant(c, in->tenant_id))
		return IV_FLOW_DONE;
	st->template_id = in->template_id.len ? in->template_id : iv_api_param(c, "id");
	check_object(c, "overrides", in->overrides);
	check_object(c, "variables", in->variables);
	overrides = in->overrides.len ? iv_json_parse(in->overrides, NULL) : NULL;
	if (cJSON_IsObject(overrides))
		check_overrides(c, overrides);
	cJSON_Delete(overrides);
	if (in->provider.len && !iv_str_eq(in->provider, IV_S("elevenlabs")) && !iv_str_eq(in->provider, IV_S("invorto")))
		iv_api_bad(c, "/provider", "must be elevenlabs or invorto");
	sum = iv_sha256_begin();
	iv_sha256_add(sum, st->template_id);
	for (size_t i = 0; i < IV_COUNT(parts); i++) {
		iv_sha256_add(sum, IV_S("\n"));
		iv_sha256_add(sum, parts[i]);
	}
	iv_sha256_end_hex(sum, st->fingerprint);
	st->key = given.len && given.len <= 255 ? iv_arena_str(&c->arena, given) : iv_str(st->fingerprint);
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next begin(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct deploy_body *in = c->in;
	struct state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_deploy_begin,
			 &(struct iv_deploy_begin_in){.key = st->key,
						      .fingerprint = iv_str(st->fingerprint),
						      .template = st->template_id,
						      .provider = in->provider.len ? in->provider : IV_STR_NULL,
						      .overrides = in->overrides.len ? in->overrides : IV_S("{}"),
						      .variables = in->variables.len ? in->variables : IV_S("{}"),
						      .lease_s = LEASE_S},
			 &st->rows);
}

static enum iv_flow_next refused(struct iv_api_call *c, const struct iv_deploy_begin_out *r)
{
	char names[150];
	size_t n = 0;

	if (iv_str_eq(r->refusal, IV_S("template")))
		return iv_flow_fail(&c->flow, IV_ENOENT, "there is no such template");
	if (iv_str_eq(r->refusal, IV_S("key")))
		return iv_flow_fail(&c->flow, IV_EUNPROCESSABLE, "this Idempotency-Key was used for another request");
	if (iv_str_eq(r->refusal, IV_S("too_long")))
		return iv_flow_fail(&c->flow, IV_EUNPROCESSABLE, "with its variables a text is longer than an agent's may be");
	if (iv_str_eq(r->refusal, IV_S("busy"))) {
		iv_api_retry_after(c, 2);
		return iv_flow_fail(&c->flow, IV_ECONFLICT, "the same agent is being deployed at this moment");
	}
	names[0] = '\0';
	for (size_t i = 0; i < r->names.count && n < sizeof(names) - 1; i++) {
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%.*s", i ? ", " : "", IV_FMT(r->names.items[i]));
		char pointer[96];

		(void)snprintf(pointer, sizeof(pointer), "/variables/%.*s", IV_FMT(r->names.items[i]));
		iv_api_bad(c, pointer, "is required and has no value");
	}
	return iv_flow_fail(&c->flow, IV_EUNPROCESSABLE, "unresolved variables: %s", names);
}

static void drop_rendered(void *arg)
{
	struct state *st = arg;

	cJSON_Delete(st->rendered);
	st->rendered = NULL;
}

/* What is spoken first is the disclosure, whatever the first message has become. */
static struct iv_str opening(struct iv_api_call *c, const cJSON *r)
{
	struct iv_buf b;
	struct iv_str text = IV_STR_NULL;

	iv_buf_init(&b, 4096);
	if (iv_buf_adds(&b, iv_json_str(r, "disclosure")) && iv_buf_addc(&b, ' ') && iv_buf_adds(&b, iv_json_str(r, "greeting")))
		text = iv_arena_str(&c->arena, iv_str_trim(iv_buf_str(&b)));
	iv_buf_deinit(&b);
	return text;
}

static void describe(struct iv_api_call *c, struct state *st)
{
	const cJSON *r = st->rendered, *limit = iv_json_get(iv_json_get(r, "config"), "maxDurationMs");

	st->hosted = iv_str_eq(iv_json_str(r, "provider"), IV_S("elevenlabs"));
	st->agent = (struct iv_convai_agent){.name = iv_json_str(r, "name"),
					     .prompt = iv_json_str(r, "prompt"),
					     .first_message = opening(c, r),
					     .language = iv_json_str(r, "language"),
					     .voice_id = iv_json_str(r, "voice"),
					     .tts_model = iv_str(c->s->cfg->elevenlabs_model_id),
					     .tag = st->agent_id};
	if (cJSON_IsNumber(limit) && limit->valuedouble >= 1000 && limit->valuedouble < 1e9)
		st->agent.max_duration_s = (int64_t)(limit->valuedouble / 1000);
}

static enum iv_flow_next begun(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_deploy_begin_out *r = iv_deploy_begin_at(&st->rows, 0);

	if (r->refusal.len)
		return refused(c, r);
	st->agent_id = r->agent_id;
	st->made = r->made;
	st->look = r->look;
	if (st->made)
		return IV_FLOW_NEXT;
	st->rendered = iv_json_parse(r->rendered, &f->err);
	if (!st->rendered)
		return IV_FLOW_DONE;
	iv_undo_push(f, &st->drop, drop_rendered, st);
	describe(c, st);
	return IV_FLOW_NEXT;
}

/* ── the vendor ── */

static enum iv_flow_next look(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (st->made || !st->hosted || !st->look)
		return IV_FLOW_NEXT;
	st->asked = true;
	return iv_convai_find_agent(c->s->carriers, f, &st->run, &c->arena, st->agent.name, st->agent.tag, &st->vendor_id,
				    &st->answer);
}

/* Nobody may make a second one while it is unknown whether there is a first. */
static enum iv_flow_next create(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (st->made || !st->hosted || st->vendor_id.len || (st->asked && st->answer.said != IV_SAID_DONE))
		return IV_FLOW_NEXT;
	st->asked = true;
	return iv_convai_create_agent(c->s->carriers, f, &st->run, &c->arena, &st->agent, &st->vendor_id, &st->answer);
}

static enum iv_flow_next settle(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	bool refused_it = st->answer.said == IV_SAID_REFUSED && !st->look;

	if (st->made)
		return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_agent_row,
				 &(struct iv_agent_row_in){.agent = st->agent_id}, &st->rows);
	if (st->hosted && !st->vendor_id.len)
		return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_deploy_fail,
				 &(struct iv_deploy_fail_in){.key = st->key, .refused = refused_it}, NULL);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_deploy_finish,
			 &(struct iv_deploy_finish_in){.key = st->key, .vendor_agent = st->vendor_id,
						       .person = iv_actor(c)},
			 &st->rows);
}

/* ── the answer ── */

static enum iv_flow_next answer(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_str row;
	struct iv_jw w;

	drop_rendered(st);
	if (!st->made && st->hosted && !st->vendor_id.len)
		return vendors_failed(c, IV_ELEVENLABS, &st->answer);
	if (st->made) {
		row = iv_agent_row_at(&st->rows, 0)->agent;
		st->vendor_id = iv_agent_row_at(&st->rows, 0)->vendor_agent_id;
	} else {
		row = iv_deploy_finish_at(&st->rows, 0)->agent;
	}
	c->entity_id = st->agent_id;
	vendors_begin(c, &w);
	vendors_row(&w, "agent", row, !vendors_is_function(c));
	if (st->vendor_id.len)
		iv_jw_str(&w, vendors_is_function(c) ? "vendor_agent_id" : "vendorAgentId", st->vendor_id);
	else
		iv_jw_null(&w, vendors_is_function(c) ? "vendor_agent_id" : "vendorAgentId");
	return vendors_done(c, &w, st->made ? "Agent was deployed before" : "Agent deployed successfully");
}

static const struct iv_flow_step steps[] = {{"check", check}, {"begin", begin},	  {"begun", begun},   {"look", look},
					    {"create", create}, {"settle", settle}, {"answer", answer}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_ECONFLICT, IV_EUNPROCESSABLE, IV_ERATE, IV_EUPSTREAM, IV_OK};

#define DOC "An agent from a template, at ElevenLabs or here; asked twice, made once"

const struct iv_api_route *vendors_deploy_routes(void)
{
	static const struct iv_api_route rows[] = {
		VENDORS_FUNCTION("deploy-template", "deploy-template", "voiceDeployTemplate",
				 .flags = IV_API_FUNCTION | IV_API_AUDIT, .in = &function_shape,
				 .state_size = sizeof(struct state), .steps = steps, .errors = errors, .doc = DOC,
				 .example = "{\"template_id\":\"tpl_sales_outreach\","
					    "\"tenant_id\":\"tnt_01J0000000000000000000000\","
					    "\"overrides\":{\"name\":\"My Custom Agent\"}}"),
		{.method = "POST", .path = "/v1/templates/:id/deploy", .id = "deployTemplate", .tag = "Templates",
		 .role = IV_ROLE_DEV, .flags = IV_API_AUDIT, .in = &resource_shape, .status = 201,
		 .state_size = sizeof(struct state), .steps = steps, .errors = errors, .doc = DOC,
		 .deadline_ms = VENDORS_DEADLINE_MS},
		{0},
	};

	return rows;
}
