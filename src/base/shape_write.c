/* The other two readers of a field table: printing a struct, and describing it as JSON Schema
 * 2020-12. */
#include "iv_shape.h"

#include <stdio.h>

static void write_members(const struct iv_shape *shape, const void *object, struct iv_jw *w);

void iv_shape_write_field(const struct iv_field *f, const void *object, struct iv_jw *w)
{
	const void *slot = (const char *)object + f->offset;
	const struct iv_str *text = slot;
	const struct iv_strs *strs = slot;
	const struct iv_objs *objs = slot;

	switch (f->kind) {
	case IV_F_STR:
		if (text->ptr)
			iv_jw_str(w, f->name, *text);
		break;
	case IV_F_JSON:
		if (text->ptr)
			iv_jw_raw(w, f->name, *text);
		break;
	case IV_F_INT:
		iv_jw_i64(w, f->name, *(const int64_t *)slot);
		break;
	case IV_F_DBL:
		iv_jw_num(w, f->name, *(const double *)slot, -1);
		break;
	case IV_F_BOOL:
		iv_jw_bool(w, f->name, *(const bool *)slot);
		break;
	case IV_F_ENUM:
		for (int i = 0; f->names[i]; i++) {
			if (i == *(const int *)slot)
				iv_jw_cstr(w, f->name, f->names[i]);
		}
		break;
	case IV_F_OBJ:
		iv_shape_write(f->shape, slot, f->name, w);
		break;
	case IV_F_STRS:
		iv_jw_arr(w, f->name);
		for (size_t i = 0; i < strs->count; i++)
			iv_jw_str(w, NULL, strs->items[i]);
		iv_jw_end_arr(w);
		break;
	case IV_F_OBJS:
		iv_jw_arr(w, f->name);
		for (size_t i = 0; i < objs->count; i++)
			iv_shape_write(f->shape, (const char *)objs->items + i * f->shape->size,
				       NULL, w);
		iv_jw_end_arr(w);
		break;
	case IV_F_END:
		break;
	}
}

static void write_members(const struct iv_shape *shape, const void *object, struct iv_jw *w)
{
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		if (!(f->flags & IV_SECRET))
			iv_shape_write_field(f, object, w);
	}
}

void iv_shape_write(const struct iv_shape *shape, const void *object, const char *key,
		    struct iv_jw *w)
{
	iv_jw_obj(w, key);
	write_members(shape, object, w);
	iv_jw_end_obj(w);
}

static void bounds(const struct iv_field *f, const char *lo, const char *hi, struct iv_jw *w)
{
	if (f->min == 0 && f->max == 0)
		return;
	iv_jw_num(w, lo, f->min, -1);
	iv_jw_num(w, hi, f->max, -1);
}

/* Which side is described, and where its inner shapes are; refs NULL: in place. */
struct view {
	enum iv_side side;
	const char *refs;
};

static bool shown(const struct iv_field *f, enum iv_side side)
{
	if (side == IV_SIDE_ANSWER)
		return !(f->flags & IV_SECRET);
	return side == IV_SIDE_ANY || !(f->flags & IV_READONLY);
}

static bool has_alias(const struct iv_field *f, enum iv_side side)
{
	return f->alias && side != IV_SIDE_ANSWER;
}

static void describe_object(const struct iv_shape *shape, struct view v, struct iv_jw *w);

/* Items of a list are whole even in a PATCH. */
static struct view of_items(struct view v)
{
	if (v.side == IV_SIDE_PATCH)
		v.side = IV_SIDE_REQUEST;
	return v;
}

static void describe_inner(const struct iv_shape *shape, struct view v, struct iv_jw *w)
{
	char name[IV_SHAPE_NAME], ref[256];

	if (!v.refs) {
		describe_object(shape, v, w);
		return;
	}
	iv_shape_side_name(shape, v.side, name);
	(void)snprintf(ref, sizeof(ref), "%s%s", v.refs, name);
	iv_jw_cstr(w, "$ref", ref);
}

static void describe_list(const struct iv_field *f, struct view v, struct iv_jw *w)
{
	iv_jw_cstr(w, "type", "array");
	if (f->max > 0)
		iv_jw_num(w, "maxItems", f->max, 0);
	iv_jw_obj(w, "items");
	if (f->kind == IV_F_OBJS) {
		describe_inner(f->shape, of_items(v), w);
	} else {
		iv_jw_cstr(w, "type", "string");
		iv_jw_i64(w, "minLength", 1);
	}
	iv_jw_end_obj(w);
}

static void put_type(const struct iv_field *f, const char *type, struct iv_jw *w)
{
	if (!(f->flags & IV_NULLABLE)) {
		iv_jw_cstr(w, "type", type);
		return;
	}
	iv_jw_arr(w, "type");
	iv_jw_cstr(w, NULL, type);
	iv_jw_cstr(w, NULL, "null");
	iv_jw_end_arr(w);
}

static void describe_type(const struct iv_field *f, struct view v, struct iv_jw *w)
{
	switch (f->kind) {
	case IV_F_STR:
		put_type(f, "string", w);
		if (f->min > 0)
			iv_jw_num(w, "minLength", f->min, 0);
		if (f->max > 0)
			iv_jw_num(w, "maxLength", f->max, 0);
		break;
	case IV_F_INT:
		put_type(f, "integer", w);
		bounds(f, "minimum", "maximum", w);
		break;
	case IV_F_DBL:
		put_type(f, "number", w);
		bounds(f, "minimum", "maximum", w);
		break;
	case IV_F_BOOL:
		put_type(f, "boolean", w);
		break;
	case IV_F_ENUM:
		put_type(f, "string", w);
		iv_jw_arr(w, "enum");
		for (int i = 0; f->names[i]; i++)
			iv_jw_cstr(w, NULL, f->names[i]);
		iv_jw_end_arr(w);
		break;
	case IV_F_STRS:
	case IV_F_OBJS:
		describe_list(f, v, w);
		break;
	case IV_F_OBJ:
		describe_inner(f->shape, v, w);
		break;
	case IV_F_JSON: /* any value: no type */
	case IV_F_END:
		break;
	}
}

static void describe_field(const struct iv_field *f, const char *name, struct view v, struct iv_jw *w)
{
	iv_jw_obj(w, name);
	describe_type(f, v, w);
	if (f->doc)
		iv_jw_cstr(w, "description", f->doc);
	if (f->flags & IV_READONLY)
		iv_jw_bool(w, "readOnly", true);
	if (f->flags & IV_SECRET)
		iv_jw_bool(w, "writeOnly", true);
	if (name != f->name)
		iv_jw_bool(w, "deprecated", true);
	iv_jw_end_obj(w);
}

/* A required field with an alias: either name will do. */
static void describe_either(const struct iv_field *f, struct iv_jw *w)
{
	const char *const names[] = {f->name, f->alias};

	iv_jw_obj(w, NULL);
	iv_jw_arr(w, "anyOf");
	for (size_t i = 0; i < IV_COUNT(names); i++) {
		iv_jw_obj(w, NULL);
		iv_jw_arr(w, "required");
		iv_jw_cstr(w, NULL, names[i]);
		iv_jw_end_arr(w);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
}

static bool required(const struct iv_field *f, enum iv_side side)
{
	return (f->flags & IV_REQUIRED) && side != IV_SIDE_PATCH && shown(f, side);
}

static void describe_required(const struct iv_shape *shape, enum iv_side side, struct iv_jw *w)
{
	bool plain = false, either = false;

	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		plain = plain || (required(f, side) && !has_alias(f, side));
		either = either || (required(f, side) && has_alias(f, side));
	}
	if (plain) {
		iv_jw_arr(w, "required");
		for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
			if (required(f, side) && !has_alias(f, side))
				iv_jw_cstr(w, NULL, f->name);
		}
		iv_jw_end_arr(w);
	}
	if (either) {
		iv_jw_arr(w, "allOf");
		for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
			if (required(f, side) && has_alias(f, side))
				describe_either(f, w);
		}
		iv_jw_end_arr(w);
	}
}

static void describe_object(const struct iv_shape *shape, struct view v, struct iv_jw *w)
{
	if (shape->name)
		iv_jw_cstr(w, "title", shape->name);
	iv_jw_cstr(w, "type", "object");
	iv_jw_obj(w, "properties");
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		if (!shown(f, v.side))
			continue;
		describe_field(f, f->name, v, w);
		if (has_alias(f, v.side))
			describe_field(f, f->alias, v, w);
	}
	iv_jw_end_obj(w);
	describe_required(shape, v.side, w);
	iv_jw_bool(w, "additionalProperties", false);
}

void iv_shape_schema(const struct iv_shape *shape, const char *key, struct iv_jw *w)
{
	iv_shape_side_schema(shape, IV_SIDE_ANY, NULL, key, w);
}

void iv_shape_side_schema(const struct iv_shape *shape, enum iv_side side, const char *refs, const char *key,
			  struct iv_jw *w)
{
	iv_jw_obj(w, key);
	describe_object(shape, (struct view){side, refs}, w);
	iv_jw_end_obj(w);
}

void iv_shape_field_schema(const struct iv_field *field, const char *key, struct iv_jw *w)
{
	iv_jw_obj(w, key);
	describe_type(field, (struct view){IV_SIDE_ANY, NULL}, w);
	iv_jw_end_obj(w);
}

/* Does a request with this shape look other than an answer with it? */
static bool has_sides(const struct iv_shape *shape)
{
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		if ((f->flags & (IV_SECRET | IV_READONLY)) || f->alias || (f->shape && has_sides(f->shape)))
			return true;
	}
	return false;
}

void iv_shape_side_name(const struct iv_shape *shape, enum iv_side side, char out[IV_SHAPE_NAME])
{
	const char *suffix = "";

	if (side == IV_SIDE_PATCH)
		suffix = "Patch";
	else if (side == IV_SIDE_REQUEST && has_sides(shape))
		suffix = "Input";
	(void)snprintf(out, IV_SHAPE_NAME, "%s%s", shape->name, suffix);
}
