/* Tools judged: what is wrong with a definition, or with arguments for one. */
#include "tools.h"

#include "iv_schema.h"
#include "iv_tool_run.h"

enum { ARGUMENTS_WRONG_MAX = 32, TIMEOUT_LEAST_MS = 100, FIELDS_MAX = 24, POINTER_BYTES = 160 };

/* ── a definition ── */

/* Under the name that was sent. */
static const char *spelt(const cJSON *doc, const char *name)
{
	static const char *const aliases[][2] = {{"parameters", "inputSchema"}, {"url", "endpoint"}};

	for (size_t i = 0; i < IV_COUNT(aliases); i++)
		if (strcmp(name, aliases[i][0]) == 0 && iv_json_get(doc, aliases[i][1]))
			return aliases[i][1];
	return name;
}

static void tell(const cJSON *doc, const char *name, const char *more, const char *rule, iv_shape_bad_fn *bad, void *arg)
{
	char pointer[POINTER_BYTES];

	(void)snprintf(pointer, sizeof(pointer), "/%s%s", spelt(doc, name), more); /* a very long one is shown cut */
	bad(arg, pointer, rule);
}

static void judge_name(const cJSON *doc, struct iv_str name, iv_shape_bad_fn *bad, void *arg)
{
	static const char *const taken[] = {"register", "validate"};

	for (size_t i = 0; i < IV_COUNT(taken); i++)
		if (iv_str_eq(name, iv_str(taken[i])))
			tell(doc, "name", "", "is an address of its own", bad, arg);
}

static void judge_schema(const cJSON *doc, const cJSON *schema, iv_shape_bad_fn *bad, void *arg)
{
	struct iv_err e = {0};

	if (cJSON_IsObject(schema) && !iv_schema_ok(schema, &e))
		tell(doc, "parameters", e.field, e.msg, bad, arg);
}

/* What the address has places for must be an argument. */
static void judge_places(const cJSON *doc, struct iv_str url, const cJSON *schema, iv_shape_bad_fn *bad, void *arg)
{
	const cJSON *properties = iv_json_get(schema, "properties");
	ptrdiff_t open, close;
	char name[64], rule[128];

	for (size_t at = 0; (open = iv_str_find(url, IV_S("{"), at)) >= 0; at = (size_t)close) {
		close = iv_str_find(url, IV_S("}"), (size_t)open);
		if (close < 0)
			return; /* told already */
		if (iv_str_copy(name, sizeof(name), (struct iv_str){url.ptr + open + 1, (size_t)(close - open - 1)}) &&
		    iv_json_get(properties, name))
			continue;
		(void)snprintf(rule, sizeof(rule), "has a place for \"%s\", which is none of its arguments", name);
		tell(doc, "url", "", rule, bad, arg);
	}
}

void tool_judge(const struct iv_config *cfg, const cJSON *doc, const struct tool_body *b, iv_shape_bad_fn *bad, void *arg)
{
	cJSON *schema = iv_json_parse(b->tool.parameters, NULL);
	struct iv_err e = {0};
	const char *refusal;

	if (!iv_tool_check(&b->tool, &e)) {
		char *dot = strchr(e.field, '.'), more[sizeof(e.field) + 1] = "";

		if (dot) {
			(void)snprintf(more, sizeof(more), "/%s", dot + 1);
			*dot = '\0';
		}
		tell(doc, e.field, more, e.msg, bad, arg);
	} else if ((refusal = iv_tool_refusal(cfg, &b->tool)) != NULL) {
		tell(doc, "url", "", refusal, bad, arg);
	}
	judge_name(doc, b->tool.name, bad, arg);
	judge_schema(doc, schema, bad, arg);
	judge_places(doc, b->tool.url, schema, bad, arg);
	if (b->tool.timeout_ms && b->tool.timeout_ms < TIMEOUT_LEAST_MS)
		tell(doc, "timeoutMs", "", "must be 0 or from 100 to 30000", bad, arg);
	cJSON_Delete(schema);
}

/* ── arguments ── */

/* What was told is set aside, so that the next wrong member shows. False: it is not a member of the whole. */
static bool set_aside(cJSON *schema, cJSON *value, const char *pointer)
{
	cJSON *required = cJSON_GetObjectItemCaseSensitive(schema, "required"), *name;
	char member[64];
	size_t n = strcspn(pointer + (pointer[0] == '/'), "/");
	bool found = false;

	if (pointer[0] != '/' || !iv_str_copy(member, sizeof(member), (struct iv_str){pointer + 1, n}))
		return false;
	if (cJSON_GetObjectItemCaseSensitive(value, member)) {
		cJSON_DeleteItemFromObjectCaseSensitive(value, member);
		found = true;
	}
	cJSON_ArrayForEach(name, required)
	{
		if (strcmp(name->valuestring, member) == 0) {
			cJSON_Delete(cJSON_DetachItemViaPointer(required, name));
			found = true;
			break;
		}
	}
	return found;
}

void tool_judge_arguments(struct iv_str schema, const cJSON *arguments, iv_shape_bad_fn *bad, void *arg)
{
	cJSON *rest = iv_json_parse(schema, NULL), *value;

	if (!cJSON_IsObject(arguments)) {
		bad(arg, "", "must be an object");
	} else if (!rest || !iv_schema_ok(rest, NULL)) {
		bad(arg, "", "cannot be held against the tool's inputSchema: that is wrong itself");
	} else {
		value = cJSON_Duplicate(arguments, true);
		for (int i = 0; value && i < ARGUMENTS_WRONG_MAX; i++) {
			struct iv_err e = {0};

			if (iv_schema_check(rest, value, &e))
				break;
			bad(arg, e.field, e.msg);
			if (e.code == IV_ETOOBIG || !set_aside(rest, value, e.field))
				break;
		}
		cJSON_Delete(value);
	}
	cJSON_Delete(rest);
}

/* ── lists of what is wrong ── */

static const struct iv_field wrong_fields[] = {
	IV_STR(struct tool_wrong, pointer, "pointer", 0, 0, 0, "JSON pointer into what was sent"),
	IV_STR(struct tool_wrong, detail, "detail", 0, 0, 0, "The rule that it breaks"),
	IV_FIELDS_END,
};
const struct iv_shape tool_wrong_shape = {"toolWrong", sizeof(struct tool_wrong), wrong_fields, NULL};

bool tool_wrongs_init(struct tool_wrongs *w, struct iv_arena *arena)
{
	*w = (struct tool_wrongs){.arena = arena, .at = "",
				  .items = iv_arena_alloc(arena, TOOL_WRONGS_MAX * sizeof(struct tool_wrong))};
	return w->items != NULL;
}

void tool_note_wrong(void *wrongs, const char *pointer, const char *rule)
{
	struct tool_wrongs *w = wrongs;
	char whole[POINTER_BYTES + 32];

	if (w->count == TOOL_WRONGS_MAX)
		return; /* enough to go by */
	(void)snprintf(whole, sizeof(whole), "%s%s", w->at, pointer);
	w->items[w->count++] = (struct tool_wrong){iv_arena_str(w->arena, iv_str(whole)), iv_arena_str(w->arena, iv_str(rule))};
}

/* ── POST /v1/tools/validate ── */

struct sample {
	struct iv_str definition, arguments;
	struct iv_str fields[FIELDS_MAX]; /* the definition's own, when it is the body itself: whatever they hold */
};

static struct iv_field sample_fields[FIELDS_MAX + 2];
const struct iv_shape tool_sample_shape = {"toolSample", sizeof(struct sample), sample_fields, NULL};

void tool_sample_fields(void)
{
	static const struct iv_field own[] = {
		IV_JSON(struct sample, definition, "definition", 0, TOOL_DEFINITION_BYTES,
			"What POST /v1/tools takes; or its fields, beside arguments"),
		IV_JSON(struct sample, arguments, "arguments", 0, TOOL_DEFINITION_BYTES, "Of a sample call"),
	};
	size_t n = IV_COUNT(own);

	if (sample_fields[0].name)
		return;
	sample_fields[0] = own[0];
	sample_fields[1] = own[1];
	for (const struct iv_field *f = tool_body_shape.fields; f->kind != IV_F_END; f++, n++)
		sample_fields[n] = (struct iv_field){.kind = IV_F_JSON, .name = f->name, .alias = f->alias,
						     .offset = offsetof(struct sample, fields[n - 2]), .doc = f->doc};
}

struct verdict {
	bool valid;
	struct iv_objs errors;
};

static const struct iv_field verdict_fields[] = {
	IV_BOOL(struct verdict, valid, "valid", 0, "It would be registered, and the arguments would fit"),
	IV_OBJS(struct verdict, errors, "errors", 0, TOOL_WRONGS_MAX, &tool_wrong_shape, "Each wrong field"),
	IV_FIELDS_END,
};
const struct iv_shape tool_verdict_shape = {"toolVerdict", sizeof(struct verdict), verdict_fields, NULL};

struct validate_state {
	struct verdict verdict;
	struct tool_wrongs wrongs;
	struct tool_body body;
};
const size_t tool_validate_state = sizeof(struct validate_state);

static bool read_definition(struct iv_api_call *c, const cJSON *doc, struct validate_state *st)
{
	struct iv_err e = {0};
	bool ok = iv_shape_read_all(&tool_body_shape, doc, &st->body, &c->arena, tool_note_wrong, &st->wrongs, &e);

	if (!ok && e.code == IV_ETOOBIG)
		c->flow.err = e;
	else if (!ok && !st->wrongs.count)
		tool_note_wrong(&st->wrongs, "", e.msg);
	return ok;
}

static enum iv_flow_next validate(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct validate_state *st = c->state;
	const cJSON *definition = iv_json_get(c->doc, "definition"), *arguments = iv_json_get(c->doc, "arguments");
	cJSON *own = definition ? NULL : cJSON_Duplicate(c->doc, true);
	const cJSON *doc = definition ? definition : own;
	bool ok;

	if (!doc || !tool_wrongs_init(&st->wrongs, &c->arena)) {
		cJSON_Delete(own);
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the definition");
	}
	cJSON_DeleteItemFromObjectCaseSensitive(own, "arguments");
	st->wrongs.at = definition ? "/definition" : "";
	ok = read_definition(c, doc, st);
	if (ok)
		tool_judge(c->s->cfg, doc, &st->body, tool_note_wrong, &st->wrongs);
	st->wrongs.at = "/arguments";
	if (ok && arguments)
		tool_judge_arguments(st->body.tool.parameters, arguments, tool_note_wrong, &st->wrongs);
	cJSON_Delete(own);
	st->verdict = (struct verdict){st->wrongs.count == 0, {st->wrongs.items, st->wrongs.count}};
	c->out = &st->verdict;
	return IV_FLOW_DONE;
}

const struct iv_flow_step tool_validate_steps[] = {{"validate", validate}, {0}};
