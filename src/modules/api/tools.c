/* /v1/tools: a tenant's registry of tools, and the older /tools beside it. A name is registered again to change it: that
 * is another version, and the next call of an agent that names the tool has it. */
#include "tools.h"

#include "iv_sql.h"

enum { TOOLS_MAX = 500, FIELDS_MAX = 24 };

const char *const tool_types[] = {"document", "calendar", "custom", NULL};
enum { CUSTOM = 2 };

/* ── shapes ── */

static struct iv_field body_fields[FIELDS_MAX];
struct iv_shape tool_body_shape = {"toolDefinition", sizeof(struct tool_body), body_fields, NULL};

struct tool_row {
	struct tool_body body; /* first */
	struct iv_str id, created_at;
	int64_t version;
};

static struct iv_field row_fields[FIELDS_MAX];
static struct iv_shape row_shape = {"registeredTool", sizeof(struct tool_row), row_fields, NULL};

struct registered {
	bool success;
	struct tool_row tool;
};

static const struct iv_field registered_fields[] = {
	IV_BOOL(struct registered, success, "success", 0, "It is registered"),
	IV_OBJ(struct registered, tool, "tool", 0, &row_shape, "As it is kept"),
	IV_FIELDS_END,
};
static const struct iv_shape registered_shape = {"toolRegistered", sizeof(struct registered), registered_fields, NULL};

struct gone {
	bool success;
	struct iv_str message;
};

static const struct iv_field gone_fields[] = {
	IV_BOOL(struct gone, success, "success", 0, "It is gone"),
	IV_STR(struct gone, message, "message", 0, 0, 0, "In words"),
	IV_FIELDS_END,
};
static const struct iv_shape gone_shape = {"toolDeleted", sizeof(struct gone), gone_fields, NULL};

static void body_defaults(void *object)
{
	struct tool_body *b = object;

	iv_tool_shape.defaults(&b->tool);
	b->type = CUSTOM;
}

static size_t append(struct iv_field *to, size_t n, const struct iv_field *from)
{
	for (; from->kind != IV_F_END; from++) {
		if (n == FIELDS_MAX - 1)
			abort();
		to[n++] = *from;
	}
	return n;
}

void tool_shapes(void)
{
	static const struct iv_field more[] = {
		IV_ENUM(struct tool_body, type, "type", 0, tool_types, "What it is about; nothing depends on it"),
		IV_STR(struct tool_body, provider, "provider", 0, 0, 64, "Whose it is; nothing depends on it"),
		IV_FIELDS_END,
	};
	static const struct iv_field around[] = {
		IV_STR(struct tool_row, id, "id", IV_READONLY, 0, 0, "tool_…, of this version"),
		IV_INT(struct tool_row, version, "version", IV_READONLY, 0, 0, "Counts up with every registration of the name"),
		IV_STR(struct tool_row, created_at, "createdAt", IV_READONLY, 0, 0, "Of this version, RFC 3339"),
		IV_FIELDS_END,
	};

	if (tool_body_shape.defaults)
		return;
	(void)append(body_fields, append(body_fields, 0, iv_tool_shape.fields), more);
	(void)append(row_fields, append(row_fields, 0, around), body_fields);
	tool_body_shape.defaults = row_shape.defaults = body_defaults;
}

/* ── an answer ── */

struct tool_state {
	struct iv_rows rows, count;
	struct tool_row row;
	struct registered registered;
	struct gone gone;
};

bool tool_read_stored(struct iv_api_call *c, struct iv_str definition, struct iv_tool *t)
{
	cJSON *json = iv_json_parse(definition, NULL);
	bool ok;

	*t = (struct iv_tool){0};
	iv_tool_shape.defaults(t);
	ok = json && iv_shape_merge(&iv_tool_shape, json, t, &c->arena, NULL);
	cJSON_Delete(json);
	return ok || iv_fail(&c->flow.err, IV_EINTERNAL, "the stored tool is broken: register it again");
}

static int type_of(struct iv_str name)
{
	for (int i = 0; tool_types[i]; i++)
		if (iv_str_eq(name, iv_str(tool_types[i])))
			return i;
	return CUSTOM;
}

#define ROW(c, r, row)                                                                                                 \
	read_row(c, (r)->definition,                                                                                   \
		 &(struct tool_row){.id = (r)->id,                                                                     \
				    .version = (r)->version,                                                           \
				    .created_at = iv_time_text(c, (r)->created_at),                                   \
				    .body = {.type = type_of((r)->type),                                               \
					     .provider = (r)->provider,                                                \
					     .tool = {.name = (r)->name, .description = (r)->description}}},           \
		 row)

static bool read_row(struct iv_api_call *c, struct iv_str definition, const struct tool_row *known, struct tool_row *row)
{
	*row = *known;
	if (!tool_read_stored(c, definition, &row->body.tool))
		return false;
	row->body.tool.name = known->body.tool.name;
	row->body.tool.description = known->body.tool.description;
	return true;
}

/* ── registering ── */

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	tool_judge(c->s->cfg, c->doc, c->in, iv_api_bad_field, c);
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next insert(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct tool_body *b = c->in;
	struct tool_state *st = c->state;
	struct iv_str definition = IV_STR_NULL;
	struct iv_buf text;
	struct iv_jw w;

	iv_buf_init(&text, TOOL_DEFINITION_BYTES);
	iv_jw_init(&w, &text);
	iv_shape_write(&iv_tool_shape, &b->tool, NULL, &w);
	if (iv_jw_done(&w))
		definition = iv_arena_str(&c->arena, iv_buf_str(&text));
	iv_buf_deinit(&text);
	if (!definition.ptr)
		return iv_flow_fail(f, IV_ETOOBIG, "the tool is too large");
	struct iv_tool_register_in in = {.id = iv_id_text(c, "tool"),
					 .name = b->tool.name,
					 .type = iv_str(tool_types[b->type]),
					 .provider = b->provider.ptr ? b->provider : IV_S(""),
					 .description = b->tool.description.ptr ? b->tool.description : IV_S(""),
					 .definition = definition,
					 .created_by = iv_actor(c),
					 .most = TOOLS_MAX};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tool_register, &in, &st->rows);
}

static bool inserted(struct iv_api_call *c, struct tool_row *row)
{
	struct tool_state *st = c->state;

	if (!st->rows.count)
		return iv_fail(&c->flow.err, IV_ECONFLICT, "there are %d tools already: delete one first", TOOLS_MAX);
	const struct iv_tool_register_out *r = iv_tool_register_at(&st->rows, 0);

	c->entity_id = r->id;
	return ROW(c, r, row);
}

static enum iv_flow_next made(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;

	if (inserted(c, &st->row))
		c->out = &st->row;
	return IV_FLOW_DONE;
}

static enum iv_flow_next made_of_old(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;

	st->registered.success = true;
	if (inserted(c, &st->registered.tool))
		c->out = &st->registered;
	return IV_FLOW_DONE;
}

/* ── reading ── */

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tool_get,
			 &(struct iv_tool_get_in){.name = iv_api_param(c, "name")}, &st->rows);
}

static enum iv_flow_next got(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;
	const struct iv_tool_get_out *r = iv_tool_get_at(&st->rows, 0);

	if (ROW(c, r, &st->row))
		c->out = &st->row;
	return IV_FLOW_DONE;
}

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;
	struct list_place p;

	if (!list_reads(c, c->query, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_tool_list_in in = {.after_us = p.after_us, .after_id = p.after_id, .skip = p.skip, .count = p.count + 1};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_tool_list, &in, &st->rows}, {&iv_sql_tool_count, NULL, &st->count}},
			 2);
}

static enum iv_flow_next listed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;
	struct list_writer pw = list_begin(c, c->query, "tools", st->rows.count, iv_tool_count_at(&st->count, 0)->total);

	for (size_t i = 0; i < pw.page.shown; i++) {
		const struct iv_tool_list_out *r = iv_tool_list_at(&st->rows, i);

		if (!ROW(c, r, &st->row))
			return IV_FLOW_DONE;
		iv_shape_write(&row_shape, &st->row, NULL, &pw.page.w);
		list_passed(&pw, r->created_us, r->id);
	}
	return list_end(c, &pw);
}

/* ── deleting ── */

static enum iv_flow_next delete(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tool_delete,
			 &(struct iv_tool_delete_in){.name = iv_api_param(c, "name")}, &st->rows);
}

static enum iv_flow_next deleted(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct tool_state *st = c->state;
	char text[160];

	c->entity_id = iv_tool_delete_at(&st->rows, 0)->id;
	(void)snprintf(text, sizeof(text), "%.*s is no longer registered", IV_FMT(iv_api_param(c, "name")));
	st->gone = (struct gone){true, iv_arena_str(&c->arena, iv_str(text))};
	c->out = &st->gone;
	return IV_FLOW_DONE;
}

/* ── the table ── */

static const struct iv_flow_step register_steps[] = {{"check", check}, {"insert", insert}, {"made", made}, {0}};
static const struct iv_flow_step old_register_steps[] = {{"check", check}, {"insert", insert}, {"made", made_of_old}, {0}};
static const struct iv_flow_step get_steps[] = {{"get", get}, {"got", got}, {0}};
static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step delete_steps[] = {{"delete", delete}, {"deleted", deleted}, {0}};

static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code registering[] = {IV_ECONFLICT, IV_OK};
static const enum iv_code calling[] = {IV_ENOENT, IV_ECONFLICT, IV_EUPSTREAM, IV_OK};

#define TAG "Tools"
#define STATE .state_size = sizeof(struct tool_state)
#define EXAMPLE "{\"name\":\"opening_hours\",\"description\":\"When the shop is open\"," \
		"\"url\":\"https://example.com/hours/{day}\",\"method\":\"GET\"," \
		"\"inputSchema\":{\"type\":\"object\",\"properties\":{\"day\":{\"type\":\"string\"}}," \
		"\"required\":[\"day\"]}}"
enum { INVOKE_MS = 35000 }; /* the longest a tool may take, and ours */

const struct iv_api_route *tool_routes(void)
{
	static struct iv_api_route rows[] = {
		{.method = "POST", .path = "/v1/tools", .id = "registerTool", .tag = TAG, .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &tool_body_shape, .out = &row_shape, .status = 201, .steps = register_steps,
		 STATE, .errors = registering, .example = EXAMPLE,
		 .doc = "Register a tool, or another version of one. An agent has it by naming it in its tools"},
		{.method = "GET", .path = "/v1/tools", .id = "listTools", .tag = TAG, .role = IV_ROLE_ANALYST,
		 .query = &list_query_shape, .status = 200, .steps = list_steps, STATE,
		 .doc = "The registered tools, newest first"},
		{.method = "GET", .path = "/v1/tools/:name", .id = "getTool", .tag = TAG, .role = IV_ROLE_ANALYST,
		 .out = &row_shape, .status = 200, .steps = get_steps, STATE, .errors = missing,
		 .doc = "One tool, the version in use"},
		{.method = "DELETE", .path = "/v1/tools/:name", .id = "deleteTool", .tag = TAG, .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .out = &gone_shape, .status = 200, .steps = delete_steps, STATE, .errors = missing,
		 .doc = "Take a tool out of use; calls that have it keep it"},
		{.method = "POST", .path = "/v1/tools/validate", .id = "validateTool", .tag = TAG, .role = IV_ROLE_DEV,
		 .in = &tool_sample_shape, .out = &tool_verdict_shape, .status = 200, .steps = tool_validate_steps,
		 .example = "{\"definition\":" EXAMPLE ",\"arguments\":{\"day\":\"monday\"}}",
		 .doc = "Whether a definition would be registered, and whether arguments would fit it; nothing is kept"},
		{.method = "POST", .path = "/v1/tools/:name/invoke", .id = "invokeTool", .tag = TAG, .role = IV_ROLE_DEV,
		 .in = &tool_invocation_shape, .out = &tool_outcome_shape, .status = 200, .steps = tool_invoke_steps,
		 .errors = missing, .deadline_ms = INVOKE_MS, .example = "{\"arguments\":{\"day\":\"monday\"}}",
		 .doc = "Call a registered tool; what came of it is in the answer, also when it failed"},
		{.method = "POST", .path = "/tools/register", .id = "registerToolCompat", .tag = TAG, .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &tool_body_shape, .out = &registered_shape, .status = 200,
		 .steps = old_register_steps, STATE, .errors = registering, .example = EXAMPLE,
		 .doc = "As POST /v1/tools, in the older form"},
		{.method = "GET", .path = "/tools", .id = "listToolsCompat", .tag = TAG, .role = IV_ROLE_ANALYST,
		 .query = &list_query_shape, .status = 200, .steps = list_steps, STATE, .doc = "As GET /v1/tools"},
		{.method = "POST", .path = "/tools/:name", .id = "callTool", .tag = TAG, .role = IV_ROLE_DEV,
		 .flags = IV_API_RAW, .status = 200, .steps = tool_call_steps, .errors = calling, .deadline_ms = INVOKE_MS,
		 .doc = "Call a registered tool: the body is its arguments, and callId; the answer is the tool's"},
		{.method = "DELETE", .path = "/tools/:name", .id = "deleteToolCompat", .tag = TAG, .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .out = &gone_shape, .status = 200, .steps = delete_steps, STATE, .errors = missing,
		 .doc = "As DELETE /v1/tools/:name"},
		{0},
	};

	tool_shapes();
	tool_sample_fields();
	for (struct iv_api_route *r = rows; r->method; r++) {
		if (r->steps == tool_validate_steps)
			r->state_size = tool_validate_state;
		else if (r->steps == tool_invoke_steps || r->steps == tool_call_steps)
			r->state_size = tool_invoke_state;
	}
	return rows;
}
