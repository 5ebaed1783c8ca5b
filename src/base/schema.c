/* A value held against a JSON Schema. */
#include "iv_schema.h"

#include <math.h>
#include <stdio.h>

enum { DEPTH_MAX = 48, WORK_MAX = 100000, POINTER_SIZE = 64 };

struct check {
	const cJSON *root; /* where references lead into */
	struct iv_err *e;  /* NULL while alternatives are tried */
	int work, depth;
	bool spent;
	char pointer[POINTER_SIZE];
};

static bool valid(struct check *c, const cJSON *schema, const cJSON *value);

/* ── where it is ── */

static size_t enter(struct check *c, const char *name)
{
	size_t was = strlen(c->pointer);

	(void)snprintf(c->pointer + was, sizeof(c->pointer) - was, "/%s", name); /* a very long one is shown cut */
	return was;
}

static bool wrong(struct check *c, const char *rule)
{
	return !c->spent && iv_fail_field(c->e, IV_EINVAL, c->pointer, "%s", rule);
}

/* "must be at least 5", "must have at least 5 characters" */
static bool wrong_number(struct check *c, const char *rule, double n, const char *of_what)
{
	char text[IV_DOUBLE_SIZE], whole[96];

	(void)iv_double_str(text, n);
	(void)snprintf(whole, sizeof(whole), "must %s %s%s", rule, text, of_what);
	return wrong(c, whole);
}

/* ── types ── */

static bool is_whole(const cJSON *value)
{
	return cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble);
}

static bool is_type(const cJSON *value, struct iv_str name)
{
	static const struct {
		const char *name;
		int kinds;
	} types[] = {
		{"object", cJSON_Object}, {"array", cJSON_Array}, {"string", cJSON_String},
		{"number", cJSON_Number}, {"boolean", cJSON_True | cJSON_False}, {"null", cJSON_NULL},
	};

	if (iv_str_eq(name, IV_S("integer")))
		return is_whole(value);
	for (size_t i = 0; i < IV_COUNT(types); i++)
		if (iv_str_eq(name, iv_str(types[i].name)))
			return (value->type & types[i].kinds) != 0;
	return false;
}

static bool check_type(struct check *c, const cJSON *type, const cJSON *value)
{
	char rule[96];
	const cJSON *one;

	if (cJSON_IsString(type) && !is_type(value, iv_str(type->valuestring))) {
		(void)snprintf(rule, sizeof(rule), "must be of type %s", type->valuestring);
		return wrong(c, rule);
	}
	if (!cJSON_IsArray(type))
		return true;
	cJSON_ArrayForEach(one, type)
	{
		if (is_type(value, iv_str(one->valuestring)))
			return true;
	}
	return wrong(c, "must be of one of the types the schema names");
}

static bool check_choices(struct check *c, const cJSON *schema, const cJSON *value)
{
	const cJSON *choices = iv_json_get(schema, "enum"), *only = iv_json_get(schema, "const"), *one;

	if (only && !cJSON_Compare(only, value, true))
		return wrong(c, "must be the one value the schema names");
	if (!choices)
		return true;
	cJSON_ArrayForEach(one, choices)
	{
		c->work++;
		if (cJSON_Compare(one, value, true))
			return true;
	}
	return wrong(c, "must be one of the values the schema names");
}

/* ── numbers and texts ── */

static bool bound(const cJSON *schema, const char *word, double *n)
{
	const cJSON *at = iv_json_get(schema, word);

	if (cJSON_IsNumber(at))
		*n = at->valuedouble;
	return cJSON_IsNumber(at);
}

static bool check_number(struct check *c, const cJSON *schema, double value)
{
	double n = 0;

	if (bound(schema, "minimum", &n) && value < n)
		return wrong_number(c, "be at least", n, "");
	if (bound(schema, "maximum", &n) && value > n)
		return wrong_number(c, "be at most", n, "");
	if (bound(schema, "exclusiveMinimum", &n) && value <= n)
		return wrong_number(c, "be more than", n, "");
	if (bound(schema, "exclusiveMaximum", &n) && value >= n)
		return wrong_number(c, "be less than", n, "");
	if (bound(schema, "multipleOf", &n) && fabs(value / n - round(value / n)) > 1e-9)
		return wrong_number(c, "be a multiple of", n, "");
	return true;
}

static size_t letters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static bool check_string(struct check *c, const cJSON *schema, const char *value)
{
	double n = 0;

	if (bound(schema, "minLength", &n) && (double)letters(value) < n)
		return wrong_number(c, "have at least", n, " characters");
	if (bound(schema, "maxLength", &n) && (double)letters(value) > n)
		return wrong_number(c, "have at most", n, " characters");
	return true;
}

/* ── lists and objects ── */

static bool all_different(struct check *c, const cJSON *list)
{
	for (const cJSON *a = list->child; a; a = a->next)
		for (const cJSON *b = a->next; b; b = b->next) {
			c->spent = c->spent || ++c->work > WORK_MAX;
			if (c->spent || cJSON_Compare(a, b, true))
				return false;
		}
	return true;
}

static bool check_array(struct check *c, const cJSON *schema, const cJSON *value)
{
	const cJSON *items = iv_json_get(schema, "items"), *item;
	int count = cJSON_GetArraySize(value), i = 0;
	double n = 0;

	if (bound(schema, "minItems", &n) && count < n)
		return wrong_number(c, "have at least", n, " items");
	if (bound(schema, "maxItems", &n) && count > n)
		return wrong_number(c, "have at most", n, " items");
	if (cJSON_IsTrue(iv_json_get(schema, "uniqueItems")) && !all_different(c, value))
		return wrong(c, "must not have the same item twice");
	if (!items)
		return true;
	cJSON_ArrayForEach(item, value)
	{
		char index[16];
		size_t was;

		(void)snprintf(index, sizeof(index), "%d", i++);
		was = enter(c, index);
		if (!valid(c, items, item))
			return false;
		c->pointer[was] = '\0';
	}
	return true;
}

static bool check_members(struct check *c, const cJSON *schema, const cJSON *value)
{
	const cJSON *properties = iv_json_get(schema, "properties"), *others = iv_json_get(schema, "additionalProperties");
	const cJSON *member;

	cJSON_ArrayForEach(member, value)
	{
		const cJSON *inner = iv_json_get(properties, member->string);
		size_t was = enter(c, member->string);

		if (!inner && cJSON_IsFalse(others))
			return wrong(c, "is not a member the schema knows");
		inner = inner ? inner : others;
		if (inner && !valid(c, inner, member))
			return false;
		c->pointer[was] = '\0';
	}
	return true;
}

static bool check_object(struct check *c, const cJSON *schema, const cJSON *value)
{
	const cJSON *name, *required = iv_json_get(schema, "required");

	cJSON_ArrayForEach(name, required)
	{
		if (!iv_json_get(value, name->valuestring)) {
			(void)enter(c, name->valuestring);
			return wrong(c, "is required");
		}
	}
	return check_members(c, schema, value);
}

/* ── combinations ── */

static bool would_be_valid(struct check *c, const cJSON *schema, const cJSON *value)
{
	struct iv_err *e = c->e;
	size_t was = strlen(c->pointer);
	bool ok;

	c->e = NULL;
	ok = valid(c, schema, value);
	c->e = e;
	c->pointer[was] = '\0';
	return ok;
}

static int count_valid(struct check *c, const cJSON *alternatives, const cJSON *value)
{
	const cJSON *one;
	int n = 0;

	cJSON_ArrayForEach(one, alternatives)
	{
		n += would_be_valid(c, one, value);
	}
	return n;
}

static bool check_combined(struct check *c, const cJSON *schema, const cJSON *value)
{
	const cJSON *any = iv_json_get(schema, "anyOf"), *one = iv_json_get(schema, "oneOf");
	const cJSON *all = iv_json_get(schema, "allOf"), *not = iv_json_get(schema, "not"), *each;

	if (any && !count_valid(c, any, value))
		return wrong(c, "must be one of the kinds the schema names");
	if (one && count_valid(c, one, value) != 1)
		return wrong(c, "must be exactly one of the kinds the schema names");
	if (not && would_be_valid(c, not, value))
		return wrong(c, "must not be of the kind the schema excludes");
	cJSON_ArrayForEach(each, all)
	{
		if (!valid(c, each, value))
			return false;
	}
	return true;
}

/* "#/$defs/name", "#/definitions/name", "#": the only ones iv_schema_ok lets through. */
static const cJSON *referred(const cJSON *root, const char *ref)
{
	static const char *const homes[] = {"$defs", "definitions"};
	struct iv_str rest = iv_str(ref);

	if (strcmp(ref, "#") == 0)
		return root;
	for (size_t i = 0; i < IV_COUNT(homes); i++) {
		char prefix[20];

		(void)snprintf(prefix, sizeof(prefix), "#/%s/", homes[i]);
		if (iv_str_starts(rest, iv_str(prefix)))
			return iv_json_get(iv_json_get(root, homes[i]), ref + strlen(prefix));
	}
	return NULL;
}

static bool check_by_type(struct check *c, const cJSON *schema, const cJSON *value)
{
	if (cJSON_IsNumber(value))
		return check_number(c, schema, value->valuedouble);
	if (cJSON_IsString(value))
		return check_string(c, schema, value->valuestring);
	if (cJSON_IsArray(value))
		return check_array(c, schema, value);
	return !cJSON_IsObject(value) || check_object(c, schema, value);
}

static bool valid(struct check *c, const cJSON *schema, const cJSON *value)
{
	const cJSON *ref = iv_json_get(schema, "$ref");
	bool ok;

	if (cJSON_IsBool(schema))
		return cJSON_IsTrue(schema) || wrong(c, "is not allowed");
	if (++c->work > WORK_MAX || c->depth == DEPTH_MAX)
		c->spent = true; /* said once, at the end: alternatives swallow what is said inside them */
	if (c->spent)
		return false;
	c->depth++;
	ok = (!ref || valid(c, referred(c->root, ref->valuestring), value)) &&
	     check_type(c, iv_json_get(schema, "type"), value) && check_choices(c, schema, value) &&
	     check_by_type(c, schema, value) && check_combined(c, schema, value);
	c->depth--;
	return ok && !c->spent;
}

bool iv_schema_check(const cJSON *schema, const cJSON *value, struct iv_err *e)
{
	struct check c = {.root = schema, .e = e};

	if (valid(&c, schema, value))
		return true;
	return c.spent ? iv_fail(e, IV_ETOOBIG, "takes too long to hold against the schema") : false;
}

/* ── the schema itself ── */

static bool schema_ok(struct check *c, const cJSON *schema);

static bool is_type_name(const cJSON *name)
{
	static const char *const names[] = {"object", "array", "string", "number", "integer", "boolean", "null"};

	for (size_t i = 0; cJSON_IsString(name) && i < IV_COUNT(names); i++)
		if (strcmp(name->valuestring, names[i]) == 0)
			return true;
	return false;
}

static bool is_type_word(const cJSON *v)
{
	const cJSON *one;

	if (!cJSON_IsArray(v))
		return is_type_name(v);
	cJSON_ArrayForEach(one, v)
	{
		if (!is_type_name(one))
			return false;
	}
	return v->child != NULL;
}

static bool is_bound(const cJSON *v)
{
	return cJSON_IsNumber(v);
}

static bool is_count(const cJSON *v)
{
	return is_whole(v) && v->valuedouble >= 0;
}

static bool is_step(const cJSON *v)
{
	return cJSON_IsNumber(v) && v->valuedouble > 0;
}

static bool is_choice(const cJSON *v)
{
	return cJSON_IsArray(v) && v->child;
}

static bool is_names(const cJSON *v)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, v)
	{
		if (!cJSON_IsString(one))
			return false;
	}
	return cJSON_IsArray(v);
}

static bool is_flag(const cJSON *v)
{
	return cJSON_IsBool(v);
}

static bool is_text(const cJSON *v)
{
	return cJSON_IsString(v);
}

static bool is_anything(const cJSON *v)
{
	return v != NULL;
}

/* Words that hold no schema of their own. */
static const struct {
	const char *word;
	bool (*fits)(const cJSON *v);
	const char *rule;
} plain_words[] = {
	{"type", is_type_word, "must name a type, or a list of types"},
	{"enum", is_choice, "must be a list that is not empty"},
	{"const", is_anything, ""},
	{"required", is_names, "must be a list of names"},
	{"$ref", is_text, "must be a text"},
	{"uniqueItems", is_flag, "must be true or false"},
	{"minItems", is_count, "must be a count"},
	{"maxItems", is_count, "must be a count"},
	{"minLength", is_count, "must be a count"},
	{"maxLength", is_count, "must be a count"},
	{"minimum", is_bound, "must be a number"},
	{"maximum", is_bound, "must be a number"},
	{"exclusiveMinimum", is_bound, "must be a number"},
	{"exclusiveMaximum", is_bound, "must be a number"},
	{"multipleOf", is_step, "must be a number above 0"},
};
static const char *const one_schema[] = {"items", "additionalProperties", "not"};
static const char *const list_of_schemas[] = {"anyOf", "oneOf", "allOf"};
static const char *const named_schemas[] = {"properties", "$defs", "definitions"};
static const char *const not_understood[] = {
	"pattern", "patternProperties", "propertyNames", "minProperties", "maxProperties", "dependentRequired",
	"dependentSchemas", "dependencies", "prefixItems", "additionalItems", "contains", "minContains", "maxContains",
	"if", "then", "else", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef",
};

static bool among(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool each_ok(struct check *c, const cJSON *list, bool named)
{
	const cJSON *one;
	int i = 0;

	cJSON_ArrayForEach(one, list)
	{
		char index[16];
		size_t was;

		(void)snprintf(index, sizeof(index), "%d", i++);
		was = enter(c, named ? one->string : index);
		if (!schema_ok(c, one))
			return false;
		c->pointer[was] = '\0';
	}
	return true;
}

static bool word_ok(struct check *c, const cJSON *word)
{
	const char *name = word->string;

	for (size_t i = 0; i < IV_COUNT(plain_words); i++)
		if (strcmp(name, plain_words[i].word) == 0 && !plain_words[i].fits(word))
			return wrong(c, plain_words[i].rule);
	if (strcmp(name, "$ref") == 0 && !referred(c->root, word->valuestring))
		return wrong(c, "must lead to a schema in $defs or definitions");
	if (among(name, one_schema, IV_COUNT(one_schema)))
		return schema_ok(c, word);
	if (among(name, list_of_schemas, IV_COUNT(list_of_schemas)))
		return is_choice(word) ? each_ok(c, word, false) : wrong(c, "must be a list that is not empty");
	if (among(name, named_schemas, IV_COUNT(named_schemas)))
		return cJSON_IsObject(word) ? each_ok(c, word, true) : wrong(c, "must be an object of schemas");
	return !among(name, not_understood, IV_COUNT(not_understood)) || wrong(c, "is a rule that is not supported");
}

static bool schema_ok(struct check *c, const cJSON *schema)
{
	const cJSON *word;

	if (cJSON_IsBool(schema))
		return true;
	if (!cJSON_IsObject(schema))
		return wrong(c, "must be a schema: an object, true or false");
	cJSON_ArrayForEach(word, schema)
	{
		size_t was = enter(c, word->string);

		if (!word_ok(c, word))
			return false;
		c->pointer[was] = '\0';
	}
	return true;
}

bool iv_schema_ok(const cJSON *schema, struct iv_err *e)
{
	struct check c = {.root = schema, .e = e};

	return schema_ok(&c, schema);
}
