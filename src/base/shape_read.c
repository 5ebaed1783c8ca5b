/* Reading a struct from JSON by its field table. Nothing here knows a field's name: the row says
 * what is allowed, and every refusal says where it stands and what the row wants. */
#include "shape_bind.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "utf8.h"

#define FIELDS_MAX 128
#define ITEM_BYTES 4096		 /* longest string of an IV_F_STRS */
#define EXACT 9007199254740992.0 /* 2^53: beyond it the text may have been rounded already */

/* Is the next field worth a look? Behind a wrong one only where all of them are named. */
static bool goes_on(const struct shape_reader *r, bool good)
{
	return good || (r->report && !r->report->over);
}

/* What was found, for messages. A string is quoted only where the row never holds a text, so that
 * what people say, their numbers and their keys stay out of errors. */
static const char *found(const struct iv_field *field, const cJSON *json, char out[48])
{
	char number[IV_DOUBLE_SIZE];
	bool quote = !(field->flags & IV_SECRET) &&
		     (field->kind == IV_F_INT || field->kind == IV_F_DBL ||
		      field->kind == IV_F_BOOL || field->kind == IV_F_ENUM);

	if (cJSON_IsNull(json))
		return "null";
	if (cJSON_IsBool(json))
		return cJSON_IsTrue(json) ? "true" : "false";
	if (cJSON_IsArray(json))
		return "an array";
	if (cJSON_IsObject(json))
		return "an object";
	if (!quote)
		return cJSON_IsString(json) ? "a string" : "a number";
	if (cJSON_IsNumber(json)) {
		iv_double_str(number, json->valuedouble);
		snprintf(out, 48, "%s", number);
	} else {
		char text[25];
		bool whole = iv_str_copy(text, sizeof(text), iv_str(json->valuestring));

		text[utf8_whole(text, strlen(text))] = '\0';
		for (char *c = text; *c; c++) {
			if ((unsigned char)*c < 0x20)
				*c = ' ';
		}
		snprintf(out, 48, "\"%s%s\"", text, whole ? "" : "...");
	}
	return out;
}

/* A row whose bounds are both zero has none. */
static bool bounded(const struct iv_field *field)
{
	return field->min != 0 || field->max != 0;
}

static bool refuse_number(const struct shape_reader *r, const struct shape_step *at,
			  const struct iv_field *field, const cJSON *json, const char *what)
{
	char lo[IV_DOUBLE_SIZE], hi[IV_DOUBLE_SIZE], got[48];

	if (!bounded(field))
		return iv_shape_refuse(r, at, "must be %s, got %s", what, found(field, json, got));
	iv_double_str(lo, field->min);
	iv_double_str(hi, field->max);
	return iv_shape_refuse(r, at, "must be %s from %s to %s, got %s", what, lo, hi,
			       found(field, json, got));
}

static bool within(const struct iv_field *field, double v)
{
	return !bounded(field) || (v >= field->min && v <= field->max);
}

static bool bind_int(const struct shape_reader *r, const struct shape_step *at,
		     const struct iv_field *field, const cJSON *json, int64_t *slot)
{
	double v = json->valuedouble;

	if (!cJSON_IsNumber(json) || !isfinite(v) || v != trunc(v) || fabs(v) > EXACT ||
	    !within(field, v))
		return refuse_number(r, at, field, json, "an integer");
	*slot = (int64_t)v;
	return true;
}

static bool bind_double(const struct shape_reader *r, const struct shape_step *at,
			const struct iv_field *field, const cJSON *json, double *slot)
{
	double v = json->valuedouble;

	if (!cJSON_IsNumber(json) || !isfinite(v) || !within(field, v))
		return refuse_number(r, at, field, json, "a number");
	*slot = v;
	return true;
}

static bool bind_bool(const struct shape_reader *r, const struct shape_step *at,
		      const struct iv_field *field, const cJSON *json, bool *slot)
{
	char got[48];

	if (!cJSON_IsBool(json))
		return iv_shape_refuse(r, at, "must be true or false, got %s",
				       found(field, json, got));
	*slot = cJSON_IsTrue(json);
	return true;
}

static bool bind_enum(const struct shape_reader *r, const struct shape_step *at,
		      const struct iv_field *field, const cJSON *json, int *slot)
{
	char memory[128], got[48];
	struct iv_buf list = {memory, 0, sizeof(memory) - 1, sizeof(memory) - 1};
	bool fits = true;

	for (int i = 0; field->names[i]; i++) {
		if (cJSON_IsString(json) && strcmp(json->valuestring, field->names[i]) == 0) {
			*slot = i;
			return true;
		}
	}
	for (int i = 0; field->names[i] && fits; i++)
		fits = iv_buf_printf(&list, "%s%s", i ? ", " : "", field->names[i]);
	memory[list.len] = '\0';
	return iv_shape_refuse(r, at, "must be one of %s%s, got %s", memory, fits ? "" : ", ...",
			       found(field, json, got));
}

/* Keeps the text in the arena when its length suits. max 0 leaves it to the arena's limit. */
static bool keep_text(const struct shape_reader *r, const struct shape_step *at, const char *what,
		      struct iv_str text, double min, double max, struct iv_str *slot)
{
	struct iv_str copy;

	if (max > 0 && ((double)text.len < min || (double)text.len > max))
		return iv_shape_refuse(r, at, "must be %s of %.0f to %.0f bytes, got %zu", what,
				       min, max, text.len);
	if ((double)text.len < min)
		return iv_shape_refuse(r, at, "must be %s of at least %.0f bytes, got %zu", what,
				       min, text.len);
	copy = iv_arena_str(r->arena, text);
	if (!copy.ptr)
		return iv_shape_full(r);
	*slot = copy;
	return true;
}

static bool bind_str(const struct shape_reader *r, const struct shape_step *at,
		     const struct iv_field *field, const cJSON *json, double min, double max,
		     struct iv_str *slot)
{
	char got[48];

	if (!cJSON_IsString(json))
		return iv_shape_refuse(r, at, "must be a string, got %s", found(field, json, got));
	return keep_text(r, at, "a string", iv_str(json->valuestring), min, max, slot);
}

static bool bind_json(const struct shape_reader *r, const struct shape_step *at,
		      const struct iv_field *field, const cJSON *json, struct iv_str *slot)
{
	char *text = cJSON_PrintUnformatted(json);
	bool ok;

	if (!text)
		return iv_shape_full(r);
	ok = keep_text(r, at, "JSON", iv_str(text), 0, field->max, slot);
	cJSON_free(text);
	return ok;
}

/* An array with no more items than the row allows; its items are the caller's to read. */
static bool check_array(const struct shape_reader *r, const struct shape_step *at,
			const struct iv_field *field, const cJSON *json, size_t *count)
{
	char got[48];

	if (!cJSON_IsArray(json))
		return iv_shape_refuse(r, at, "must be an array, got %s", found(field, json, got));
	*count = (size_t)cJSON_GetArraySize(json);
	if (field->max > 0 && (double)*count > field->max)
		return iv_shape_refuse(r, at, "must have at most %.0f items, got %zu", field->max,
				       *count);
	return true;
}

static bool bind_strs(const struct shape_reader *r, const struct shape_step *at,
		      const struct iv_field *field, const cJSON *json, struct iv_strs *slot)
{
	struct shape_step item_at = {.outer = at};
	struct iv_strs list = {0};
	const cJSON *item;
	bool good = true;

	if (!check_array(r, at, field, json, &list.count))
		return false;
	list.items = iv_arena_alloc(r->arena, list.count * sizeof(*list.items));
	if (!list.items)
		return iv_shape_full(r);
	for (item = json->child; item && goes_on(r, good); item = item->next) {
		good &= bind_str(r, &item_at, field, item, 1, ITEM_BYTES,
				 &list.items[item_at.index]);
		item_at.index++;
	}
	*slot = list;
	return good;
}

static bool read_members(const struct shape_reader *r, const struct shape_step *at,
			 const struct iv_shape *shape, const cJSON *json, void *object,
			 bool all_required);

/* Inner shapes first: the outer one's defaults have the last word. */
static void set_defaults(const struct iv_shape *shape, void *object)
{
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		if (f->kind == IV_F_OBJ)
			set_defaults(f->shape, (char *)object + f->offset);
	}
	if (shape->defaults)
		shape->defaults(object);
}

static bool bind_objs(const struct shape_reader *r, const struct shape_step *at,
		      const struct iv_field *field, const cJSON *json, struct iv_objs *slot)
{
	struct shape_step item_at = {.outer = at};
	struct iv_objs list = {0};
	const cJSON *item;
	bool good = true;

	if (!check_array(r, at, field, json, &list.count))
		return false;
	if (list.count > SIZE_MAX / field->shape->size)
		return iv_shape_full(r);
	list.items = iv_arena_alloc(r->arena, list.count * field->shape->size);
	if (!list.items)
		return iv_shape_full(r);
	for (item = json->child; item && goes_on(r, good); item = item->next) {
		char *object = (char *)list.items + item_at.index * field->shape->size;

		set_defaults(field->shape, object);
		good &= read_members(r, &item_at, field->shape, item, object, true);
		item_at.index++;
	}
	*slot = list;
	return good;
}

static bool bind_value(const struct shape_reader *r, const struct shape_step *at,
		       const struct iv_field *field, const cJSON *json, void *object,
		       bool all_required)
{
	void *slot = (char *)object + field->offset;

	if (field->flags & IV_READONLY)
		return iv_shape_refuse(r, at, "is read only");
	switch (field->kind) {
	case IV_F_STR:
		return bind_str(r, at, field, json, field->min, field->max, slot);
	case IV_F_INT:
		return bind_int(r, at, field, json, slot);
	case IV_F_DBL:
		return bind_double(r, at, field, json, slot);
	case IV_F_BOOL:
		return bind_bool(r, at, field, json, slot);
	case IV_F_ENUM:
		return bind_enum(r, at, field, json, slot);
	case IV_F_OBJ:
		return read_members(r, at, field->shape, json, slot, all_required);
	case IV_F_STRS:
		return bind_strs(r, at, field, json, slot);
	case IV_F_OBJS:
		return bind_objs(r, at, field, json, slot);
	case IV_F_JSON:
		return bind_json(r, at, field, json, slot);
	case IV_F_END:
		break;
	}
	return false;
}

bool iv_shape_bind(const struct shape_reader *r, const struct shape_step *at,
		   const struct iv_field *field, const cJSON *json, void *object)
{
	return bind_value(r, at, field, json, object, false);
}

size_t iv_shape_find(const struct iv_shape *shape, const char *name)
{
	size_t i = 0;

	for (; shape->fields[i].kind != IV_F_END; i++) {
		const struct iv_field *f = &shape->fields[i];

		if (strcmp(f->name, name) == 0 || (f->alias && strcmp(f->alias, name) == 0))
			break;
	}
	return i;
}

/* `seen` remembers the rows that were given. */
static bool read_member(const struct shape_reader *r, const struct shape_step *at,
			const struct iv_shape *shape, const cJSON *item, void *object,
			bool all_required, bool seen[FIELDS_MAX])
{
	size_t i = iv_shape_find(shape, item->string);
	const struct iv_field *field = &shape->fields[i];
	struct shape_step here = {at, item->string, 0, item->string};

	if (field->kind == IV_F_END)
		return iv_shape_refuse(r, &here, "is not a known field");
	assert(i < FIELDS_MAX);
	here.name = field->name;
	if (seen[i])
		return iv_shape_refuse(r, &here, "is given twice");
	seen[i] = true;
	return bind_value(r, &here, field, item, object, all_required);
}

static bool read_members(const struct shape_reader *r, const struct shape_step *at,
			 const struct iv_shape *shape, const cJSON *json, void *object,
			 bool all_required)
{
	bool seen[FIELDS_MAX] = {false}, good = true;
	char got[48];
	const cJSON *item;
	static const struct iv_field group = {.kind = IV_F_OBJ};

	if (!cJSON_IsObject(json))
		return iv_shape_refuse(r, at, "must be an object, got %s",
				       found(&group, json, got));
	for (item = json->child; item && goes_on(r, good); item = item->next)
		good &= read_member(r, at, shape, item, object, all_required, seen);
	for (size_t i = 0; all_required && shape->fields[i].kind != IV_F_END && goes_on(r, good);
	     i++) {
		const struct shape_step here = {.outer = at, .name = shape->fields[i].name};

		if ((shape->fields[i].flags & IV_REQUIRED) && !seen[i])
			good = iv_shape_refuse(r, &here, "is required");
	}
	return good;
}

bool iv_shape_read_whole(const struct shape_reader *r, const struct iv_shape *shape, const cJSON *json,
			 void *object)
{
	memset(object, 0, shape->size);
	set_defaults(shape, object);
	return read_members(r, NULL, shape, json, object, true);
}

static bool merge_whole(const struct shape_reader *r, const struct iv_shape *shape,
			const cJSON *json, void *object)
{
	void *draft = iv_arena_alloc(r->arena, shape->size);

	if (!draft)
		return iv_shape_full(r);
	memcpy(draft, object, shape->size);
	if (!read_members(r, NULL, shape, json, draft, false))
		return false;
	memcpy(object, draft, shape->size);
	return true;
}

bool iv_shape_read(const struct iv_shape *shape, const cJSON *json, void *object,
		   struct iv_arena *arena, struct iv_err *e)
{
	const struct shape_reader r = {arena, e, NULL};

	return iv_shape_read_whole(&r, shape, json, object);
}

bool iv_shape_merge(const struct iv_shape *shape, const cJSON *json, void *object,
		    struct iv_arena *arena, struct iv_err *e)
{
	const struct shape_reader r = {arena, e, NULL};

	return merge_whole(&r, shape, json, object);
}

bool iv_shape_read_all(const struct iv_shape *shape, const cJSON *json, void *object,
		       struct iv_arena *arena, iv_shape_bad_fn *bad, void *arg, struct iv_err *e)
{
	struct shape_report report = {.bad = bad, .arg = arg};
	const struct shape_reader r = {arena, e, &report};

	return iv_shape_read_whole(&r, shape, json, object);
}

bool iv_shape_merge_all(const struct iv_shape *shape, const cJSON *json, void *object,
			struct iv_arena *arena, iv_shape_bad_fn *bad, void *arg, struct iv_err *e)
{
	struct shape_report report = {.bad = bad, .arg = arg};
	const struct shape_reader r = {arena, e, &report};

	return merge_whole(&r, shape, json, object);
}
