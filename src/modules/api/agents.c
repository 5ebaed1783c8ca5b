/* /v1/agents: what an agent is, and every version of it. A body is the agent's fields themselves, or its name and
 * a `config` that holds them; it is kept as it was sent, so that later defaults reach it. */
#include "resources.h"

#include "iv_agent.h"
#include "iv_provider.h"
#include "iv_pg_join.h"
#include "iv_sql.h"

enum { CONFIG_BYTES = 262144, FIELDS_MAX = 64 };

static const char *const statuses[] = {"active", "inactive", "draft", NULL};
static const char *const use_cases[] = {"sales_outreach", "customer_support", "appointment_setting",
					"lead_qualification", NULL};

/* ── a body: the agent's own fields come first, so that their offsets hold here too ── */

struct agent_body {
	struct iv_agent agent;
	struct iv_str description;
	int status, use_case;
	int64_t version; /* the one that is changed; 0: whichever */
	struct iv_agent config;
};

/* The fields in one member: their name may stand beside it. */
static struct iv_field config_fields[FIELDS_MAX];
static struct iv_shape config_shape = {"agentConfig", sizeof(struct iv_agent), config_fields, NULL};
static struct iv_field body_fields[FIELDS_MAX];
static struct iv_shape body_shape = {"agentBody", sizeof(struct agent_body), body_fields, NULL};

static void body_defaults(void *object)
{
	struct agent_body *b = object;

	iv_agent_shape.defaults(&b->agent);
	b->status = b->use_case = -1;
}

/* The agent's table, and what stands around it. */
static const struct iv_shape *agent_body_shape(void)
{
	static const struct iv_field more[] = {
		IV_STR(struct agent_body, description, "description", 0, 0, 2000, "What it is for"),
		IV_ENUM(struct agent_body, status, "status", 0, statuses, "Only an active one is called"),
		IV_ENUM(struct agent_body, use_case, "useCase", 0, use_cases, "What it was made for"),
		IV_INT(struct agent_body, version, "version", 0, 0, 1000000,
		       "The version that is to be changed; another one is 409"),
		IV_OBJ(struct agent_body, config, "config", 0, &config_shape, "The fields, all in one member"),
		IV_FIELDS_END,
	};
	size_t n = 0, k = 0;

	if (body_shape.defaults)
		return &body_shape;
	for (const struct iv_field *f = iv_agent_shape.fields; f->kind != IV_F_END && k < FIELDS_MAX - 1; f++) {
		config_fields[k] = *f;
		if (strcmp(f->name, "name") == 0)
			config_fields[k].flags &= ~(unsigned)IV_REQUIRED;
		k++;
	}
	config_fields[k] = (struct iv_field)IV_FIELDS_END;
	config_shape.defaults = iv_agent_shape.defaults;
	for (const struct iv_field *f = iv_agent_shape.fields; f->kind != IV_F_END; f++)
		if (strcmp(f->name, "id") != 0)
			body_fields[n++] = *f;
	for (size_t i = 0; i < IV_COUNT(more); i++)
		body_fields[n++] = more[i];
	if (n > FIELDS_MAX)
		abort();
	body_shape.defaults = body_defaults;
	return &body_shape;
}

const struct iv_shape *agent_config_shape(void)
{
	(void)agent_body_shape();
	return &config_shape;
}

/* ── an answer ── */

struct agent_row {
	struct iv_str id, name, description, status, use_case, provider, template_id, config, created_at, updated_at;
	int64_t version;
};

/* Answers with more in them: answers.c. */
static const struct iv_field row_fields[] = {
	IV_STR(struct agent_row, id, "id", IV_READONLY | IV_REQUIRED, 0, 0, "agt_…"),
	IV_INT(struct agent_row, version, "version", IV_READONLY | IV_REQUIRED, 0, 0,
	       "Counts up with every change of name or config"),
	IV_STR(struct agent_row, name, "name", IV_REQUIRED, 0, 0, "Its name"),
	IV_STR(struct agent_row, description, "description", 0, 0, 0, "What it is for"),
	IV_STR(struct agent_row, status, "status", IV_REQUIRED, 0, 0, "active, inactive or draft"),
	IV_STR(struct agent_row, use_case, "useCase", 0, 0, 0, "What it was made for"),
	IV_STR(struct agent_row, provider, "provider", 0, 0, 0, "Who speaks for it: invorto or elevenlabs"),
	IV_STR(struct agent_row, template_id, "templateId", 0, 0, 0, "The template it was made from"),
	IV_JSON(struct agent_row, config, "config", IV_REQUIRED, 0, "As it was sent"),
	IV_STR(struct agent_row, created_at, "createdAt", IV_READONLY | IV_REQUIRED, 0, 0, "RFC 3339"),
	IV_STR(struct agent_row, updated_at, "updatedAt", IV_READONLY | IV_REQUIRED, 0, 0, "RFC 3339"),
	IV_FIELDS_END,
};
const struct iv_shape agent_row_shape = {"agent", sizeof(struct agent_row), row_fields, NULL};

#define ROW(c, r)                                                                                                      \
	((struct agent_row){.id = (r)->id,                                                                             \
			    .version = (r)->version,                                                                   \
			    .name = (r)->name,                                                                         \
			    .description = (r)->description,                                                           \
			    .status = (r)->status,                                                                     \
			    .use_case = (r)->use_case,                                                                 \
			    .provider = (r)->provider,                                                                 \
			    .template_id = (r)->template_id,                                                           \
			    .config = (r)->config,                                                                     \
			    .created_at = iv_time_text(c, (r)->created_at),                                           \
			    .updated_at = iv_time_text(c, (r)->updated_at)})

/* ── reading a body ── */

struct agent_state {
	struct iv_rows rows, count;
	struct iv_pg_joined joined;
	struct iv_agents_read_in wanted;
	struct iv_agent agent; /* what the body comes to */
	struct agent_row row;
	struct iv_str config;
};

static bool is_outside(const char *name)
{
	static const char *const outside[] = {"description", "status", "useCase", "version", "config", "agentId",
					      "templateId", NULL};

	for (size_t i = 0; outside[i]; i++)
		if (strcmp(name, outside[i]) == 0)
			return true;
	return false;
}

/* The agent's fields of the body, as JSON text; ptr NULL when there are none. */
static struct iv_str config_text(struct iv_api_call *c)
{
	const cJSON *config = iv_json_get(c->doc, "config"), *item;
	cJSON *own = NULL;
	struct iv_str text = IV_STR_NULL;
	char *printed;

	if (!config) {
		own = cJSON_CreateObject();
		cJSON_ArrayForEach(item, c->doc)
			if (!is_outside(item->string))
				cJSON_AddItemToObject(own, item->string, cJSON_Duplicate(item, true));
		config = own;
	}
	if (config->child) {
		printed = cJSON_PrintUnformatted(config);
		text = printed ? iv_arena_str(&c->arena, iv_str(printed)) : IV_STR_NULL;
		cJSON_free(printed);
	}
	cJSON_Delete(own);
	return text;
}

/* "tools[0].headers.X" as a JSON pointer: "/tools/0/headers/X". */
static void pointer_of(const char *field, char *out, size_t size)
{
	size_t n = 0;

	out[n++] = '/';
	for (; *field && n < size - 1; field++)
		if (*field != ']')
			out[n++] = *field;
	out[n] = '\0';
	for (char *p = out; *p; p++)
		*p = *p == '.' || *p == '[' ? '/' : *p;
}

/* What a table cannot check, and whether its providers exist. */
static void check_agent(struct iv_api_call *c, const struct iv_agent *a, const char *at)
{
	static const enum iv_provider_role roles[] = {IV_ASR, IV_LLM, IV_TTS};
	static const char *const names[] = {"/asr", "/llm", "/tts"};
	const struct iv_strs *lists[] = {&a->asr, &a->llm, &a->tts};
	struct iv_err e = {0};
	char pointer[128];

	c->bad_at = at;
	if (!iv_agent_check(a, &e)) {
		pointer_of(e.field, pointer, sizeof(pointer));
		iv_api_bad_field(c, pointer, e.msg);
	}
	for (size_t i = 0; i < IV_COUNT(roles); i++) {
		struct iv_err why = {0};

		if (!iv_providers_known(c->s->providers, roles[i], lists[i], &why))
			iv_api_bad_field(c, names[i], why.msg);
	}
	c->bad_at = NULL;
}

static enum iv_flow_next read_new(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_body *b = c->in;
	struct agent_state *st = c->state;
	bool whole = iv_api_sent(c, "config");

	st->agent = whole ? b->config : b->agent;
	if (iv_api_sent(c, "name"))
		st->agent.name = b->agent.name;
	if (!st->agent.name.len)
		iv_api_bad(c, "/name", "is required");
	check_agent(c, &st->agent, whole ? "/config" : NULL);
	st->config = config_text(c);
	return iv_api_refuse_if_bad(c);
}

/* A PATCH knows no defaults: what was not sent is not there. */
static struct iv_str word(const struct iv_api_call *c, const char *member, const char *const *names, int index)
{
	return iv_api_sent(c, member) ? iv_str(names[index]) : IV_STR_NULL;
}

static enum iv_flow_next insert(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct agent_body *b = c->in;
	struct agent_state *st = c->state;
	struct iv_agent_insert_in in = {.id = iv_id_text(c, "agt"),
					.name = st->agent.name,
					.description = b->description,
					.status = word(c, "status", statuses, b->status),
					.use_case = word(c, "useCase", use_cases, b->use_case),
					.config = st->config.ptr ? st->config : IV_S("{}"),
					.created_by = iv_actor(c)};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_agent_insert, &in, &st->rows);
}

static enum iv_flow_next inserted(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;
	const struct iv_agent_insert_out *r = iv_agent_insert_at(&st->rows, 0);

	st->row = ROW(c, r);
	c->out = &st->row;
	c->entity_id = st->row.id;
	return IV_FLOW_DONE;
}

/* ── one ── */

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_agent_get,
			 &(struct iv_agent_get_in){.id = iv_api_param(c, "id")}, &st->rows);
}

/* Reading is what clients do most: those who read at the same time are one statement. */
static enum iv_flow_next read_one(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;
	struct iv_buf item;
	struct iv_jw w;

	iv_buf_init(&item, 4096);
	iv_jw_init(&w, &item);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "id", iv_api_param(c, "id"));
	iv_jw_end_obj(&w);
	st->wanted.items = iv_jw_done(&w) ? iv_arena_str(&c->arena, iv_buf_str(&item)) : IV_STR_NULL;
	iv_buf_deinit(&item);
	if (!st->wanted.items.len)
		return iv_flow_fail(f, IV_ENOENT, "not found");
	return iv_pg_join(c->s->pg, f, &st->joined, &c->scope, &c->arena, &iv_sql_agents_read, &st->wanted, &st->rows);
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;
	const struct iv_agents_read_out *r = iv_agents_read_at(&st->rows, 0);
	struct iv_jw w;

	if (!r->id.len)
		return iv_flow_fail(f, IV_ENOENT, "not found");
	st->row = ROW(c, r);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	resource_members(&agent_row_shape, &st->row, &w);
	iv_jw_obj(&w, "stats");
	iv_jw_i64(&w, "totalCalls", r->total_calls);
	iv_jw_raw(&w, "averageCost", r->average_cost);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the agent does not fit an answer");
}

/* ── many ── */

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct agent_state *st = c->state;
	struct list_place p;

	if (!list_reads(c, q, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_agent_list_in in = {.after_us = p.after_us, .after_id = p.after_id, .skip = p.skip,
				      .count = p.count + 1, .status = q->status};
	struct iv_agent_count_in count = {.status = q->status};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_agent_list, &in, &st->rows},
					       {&iv_sql_agent_count, &count, &st->count}},
			 2);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct agent_state *st = c->state;
	struct list_writer pw = list_begin(c, q, "agents", st->rows.count, iv_agent_count_at(&st->count, 0)->total);

	for (size_t i = 0; i < pw.page.shown; i++) {
		const struct iv_agent_list_out *r = iv_agent_list_at(&st->rows, i);
		struct agent_row row = ROW(c, r);

		iv_shape_write(&agent_row_shape, &row, NULL, &pw.page.w);
		list_passed(&pw, r->created_us, r->id);
	}
	return list_end(c, &pw);
}

/* ── changing ── */

static enum iv_flow_next read_change(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;

	if (!c->doc || !c->doc->child)
		iv_api_bad(c, "", "needs at least one member");
	st->config = config_text(c);
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	return get(f);
}

/* The new config over the stored one, member by member (RFC 7396), and checked as a whole. */
static enum iv_flow_next merge(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct agent_body *b = c->in;
	struct agent_state *st = c->state;
	const struct iv_agent_get_out *r = iv_agent_get_at(&st->rows, 0);
	bool whole = iv_api_sent(c, "config"), ok;
	cJSON *stored, *change;
	char *text;

	if (b->version && b->version != r->version)
		return iv_flow_fail(f, IV_ECONFLICT, "the agent is at version %lld by now", (long long)r->version);
	if (!st->config.ptr)
		return IV_FLOW_NEXT;
	stored = iv_json_parse(r->config, &f->err);
	change = stored ? iv_json_parse(st->config, &f->err) : NULL;
	if (!change) {
		cJSON_Delete(stored);
		return IV_FLOW_DONE;
	}
	stored = resource_merge(stored, change);
	iv_agent_shape.defaults(&st->agent);
	c->bad_at = whole ? "/config" : NULL;
	ok = iv_shape_merge_all(&iv_agent_shape, stored, &st->agent, &c->arena, iv_api_bad_field, c, &f->err);
	c->bad_at = NULL;
	f->err = ok || iv_api_any_bad(c) ? (struct iv_err){0} : f->err; /* else memory: the first wrong one is among them */
	if (ok)
		check_agent(c, &st->agent, whole ? "/config" : NULL);
	text = cJSON_PrintUnformatted(stored);
	st->config = text ? iv_arena_str(&c->arena, iv_str(text)) : IV_STR_NULL;
	cJSON_free(text);
	cJSON_Delete(stored);
	if (st->config.len > CONFIG_BYTES)
		iv_api_bad(c, "/config", "must be at most %d bytes in all", CONFIG_BYTES);
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next update(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct agent_body *b = c->in;
	struct agent_state *st = c->state;
	const struct iv_agent_get_out *r = iv_agent_get_at(&st->rows, 0);
	struct iv_agent_update_in in = {.id = r->id,
					.name = iv_api_sent(c, "name") ? b->agent.name : IV_STR_NULL,
					.description = iv_api_sent(c, "description") ? b->description : IV_STR_NULL,
					.status = word(c, "status", statuses, b->status),
					.use_case = word(c, "useCase", use_cases, b->use_case),
					.config = st->config,
					.updated_by = iv_actor(c),
					.expected = r->version}; /* as it was read: nobody's change is lost */

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_agent_update, &in, &st->rows);
}

static enum iv_flow_next updated(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;
	const struct iv_agent_update_out *r = iv_agent_update_at(&st->rows, 0);
	struct iv_jw w;

	st->row = ROW(c, r);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	resource_members(&agent_row_shape, &st->row, &w);
	iv_shape_write(&agent_row_shape, &st->row, "agent", &w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the agent does not fit an answer");
}

static enum iv_flow_next delete(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_agent_delete,
			 &(struct iv_agent_delete_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next deleted(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;
	const struct iv_agent_delete_out *r = iv_agent_delete_at(&st->rows, 0);
	struct iv_jw w;

	if (!r->deleted)
		return iv_flow_fail(f, IV_ECONFLICT, "agent_in_use: %lld calls of it are not over",
				    (long long)r->active_calls);
	st->row = ROW(c, r);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_shape_write(&agent_row_shape, &st->row, "deleted", &w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the agent does not fit an answer");
}

/* ── versions ── */

struct versions_query {
	int64_t before, limit;
};

static void versions_defaults(void *object)
{
	((struct versions_query *)object)->limit = 50;
}

static const struct iv_field versions_fields[] = {
	IV_INT(struct versions_query, before, "before", 0, 1, 1000000, "Older than this version"),
	IV_INT(struct versions_query, limit, "limit", 0, 1, 100, "At most so many"),
	IV_FIELDS_END,
};
static const struct iv_shape versions_shape = {"agentVersions", sizeof(struct versions_query), versions_fields,
					       versions_defaults};

static enum iv_flow_next versions(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct versions_query *q = c->query;
	struct agent_state *st = c->state;
	struct iv_agent_versions_in in = {.id = iv_api_param(c, "id"), .before = q->before ? q->before : IV_SQL_NULL,
					  .count = q->limit};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_agent_versions, &in, &st->rows);
}

static enum iv_flow_next versions_listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct agent_state *st = c->state;
	struct iv_jw w;

	if (!st->rows.count)
		return iv_flow_fail(f, IV_ENOENT, "no such agent, or no version before that");
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < st->rows.count; i++) {
		const struct iv_agent_versions_out *r = iv_agent_versions_at(&st->rows, i);

		iv_jw_obj(&w, NULL);
		iv_jw_i64(&w, "version", r->version);
		iv_jw_str(&w, "name", r->name);
		iv_jw_raw(&w, "config", r->config);
		if (r->created_by.ptr)
			iv_jw_str(&w, "createdBy", r->created_by);
		iv_jw_str(&w, "createdAt", iv_time_text(c, r->created_at));
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the versions do not fit an answer");
}

/* ── the table ── */

static const struct iv_flow_step create_steps[] = {{"read", read_new}, {"insert", insert}, {"inserted", inserted}, {0}};
static const struct iv_flow_step get_steps[] = {{"read", read_one}, {"got", got}, {0}};
static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step patch_steps[] = {
	{"read", read_change}, {"merge", merge}, {"update", update}, {"updated", updated}, {0}};
static const struct iv_flow_step delete_steps[] = {{"delete", delete}, {"deleted", deleted}, {0}};
static const struct iv_flow_step versions_steps[] = {{"versions", versions}, {"listed", versions_listed}, {0}};

static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code changing[] = {IV_ENOENT, IV_ECONFLICT, IV_OK};

#define AGENT_ID "/v1/agents/:id"
#define STATE .state_size = sizeof(struct agent_state)

const struct iv_api_route *agent_routes(void)
{
	static struct iv_api_route rows[] = {
		{.method = "POST", .path = "/v1/agents", .id = "createAgent", .tag = "Agents", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .out = &agent_row_shape, .status = 201, .body_max = CONFIG_BYTES + 4096,
		 .steps = create_steps, STATE, .doc = "Make an agent: its fields, or name and config",
		 .example = "{\"name\":\"Reception\",\"prompt\":\"You answer the phone of a dentist.\","
			    "\"greeting\":\"Hello, how can I help?\","
			    "\"disclosure\":\"You are talking to an AI assistant.\"}"},
		{.method = "GET", .path = "/v1/agents", .id = "listAgents", .tag = "Agents", .role = IV_ROLE_ANALYST,
		 .query = &list_query_shape, .out = &agent_list_answer, .status = 200, .steps = list_steps, STATE,
		 .doc = "Agents, newest first"},
		{.method = "GET", .path = AGENT_ID, .id = "getAgent", .tag = "Agents", .role = IV_ROLE_ANALYST,
		 .out = &agent_answer, .status = 200, .steps = get_steps, STATE, .errors = missing,
		 .doc = "One agent, with what its calls came to"},
		{.method = "PATCH", .path = AGENT_ID, .id = "updateAgent", .tag = "Agents", .role = IV_ROLE_DEV,
		 .flags = IV_API_PATCH | IV_API_AUDIT, .out = &agent_changed_answer, .status = 200,
		 .body_max = CONFIG_BYTES + 4096, .steps = patch_steps, STATE, .errors = changing,
		 .doc = "Change an agent: what is sent is merged over what is there; null takes a member away"},
		{.method = "DELETE", .path = AGENT_ID, .id = "deleteAgent", .tag = "Agents", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .out = &agent_deleted_answer, .status = 200,
		 .steps = delete_steps, STATE, .errors = changing,
		 .doc = "Delete an agent that has no live call; its calls stay"},
		{.method = "GET", .path = AGENT_ID "/versions", .id = "listAgentVersions", .tag = "Agents",
		 .role = IV_ROLE_ANALYST, .query = &versions_shape, .out = &agent_versions_answer, .status = 200,
		 .steps = versions_steps, STATE, .errors = missing, .doc = "Every config an agent ever had, newest first"},
		{0},
	};

	rows[0].in = rows[3].in = agent_body_shape();
	return rows;
}
