/* Schemas of documents: every shape once for each side it is seen from. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "openapi_priv.h"

/* Two shapes of one name would be one schema to a reader: a bug in a table. */
static bool known(const struct shape_list *l, const struct iv_shape *shape, enum iv_side side)
{
	char name[IV_SHAPE_NAME], other[IV_SHAPE_NAME];

	iv_shape_side_name(shape, side, name);
	for (size_t i = 0; i < l->count; i++) {
		iv_shape_side_name(l->items[i].shape, l->items[i].side, other);
		if (strcmp(name, other) != 0)
			continue;
		if (l->items[i].shape != shape) {
			(void)fprintf(stderr, "two shapes are called %s\n", name);
			abort();
		}
		return true;
	}
	return false;
}

static void note(struct shape_list *l, const struct iv_shape *shape, enum iv_side side)
{
	enum iv_side items = side == IV_SIDE_PATCH ? IV_SIDE_REQUEST : side;

	if (known(l, shape, side))
		return;
	assert(l->count < SHAPES_MAX);
	l->items[l->count].shape = shape;
	l->items[l->count++].side = side;
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++)
		if (f->shape)
			note(l, f->shape, f->kind == IV_F_OBJS ? items : side);
}

void shapes_ref(struct shape_list *l, const struct iv_shape *shape, enum iv_side side, const char *key, struct iv_jw *w)
{
	char name[IV_SHAPE_NAME], ref[IV_SHAPE_NAME + 32];

	note(l, shape, side);
	iv_shape_side_name(shape, side, name);
	(void)snprintf(ref, sizeof(ref), SCHEMAS "%s", name);
	iv_jw_obj(w, key);
	iv_jw_cstr(w, "$ref", ref);
	iv_jw_end_obj(w);
}

static int by_name(const void *x, const void *y)
{
	const struct {
		const struct iv_shape *shape;
		enum iv_side side;
	} *a = x, *b = y;
	char left[IV_SHAPE_NAME], right[IV_SHAPE_NAME];

	iv_shape_side_name(a->shape, a->side, left);
	iv_shape_side_name(b->shape, b->side, right);
	return strcmp(left, right);
}

void shapes_write(struct shape_list *l, struct iv_jw *w)
{
	char name[IV_SHAPE_NAME];

	qsort(l->items, l->count, sizeof(l->items[0]), by_name);
	for (size_t i = 0; i < l->count; i++) {
		iv_shape_side_name(l->items[i].shape, l->items[i].side, name);
		iv_shape_side_schema(l->items[i].shape, l->items[i].side, SCHEMAS, name, w);
	}
}

/* ── examples ── */

static void example_text(const struct iv_field *f, struct iv_jw *w)
{
	static const struct {
		const char *name, *value;
	} known_names[] = {
		{"email", "asha@example.com"},	   {"password", "correct horse battery"}, {"url", "https://example.com/hooks"},
		{"to", "+919876543210"},	   {"phone", "+919876543210"},		  {"name", "Example"},
		{"agentId", "agt_01J0000000000000000000000"}, {"expiresAt", "2030-01-31T12:00:00Z"},
	};
	char filler[64];
	size_t least = f->min > 0 && f->min < 63 ? (size_t)f->min : 4;

	for (size_t i = 0; i < IV_COUNT(known_names); i++) {
		size_t n = strlen(known_names[i].value);

		if (strcmp(f->name, known_names[i].name) == 0 && (double)n >= f->min && (f->max == 0 || (double)n <= f->max)) {
			iv_jw_cstr(w, f->name, known_names[i].value);
			return;
		}
	}
	for (size_t i = 0; i < least; i++)
		filler[i] = "text"[i % 4];
	iv_jw_str(w, f->name, (struct iv_str){filler, f->max > 0 && f->max < (double)least ? (size_t)f->max : least});
}

static void example_field(const struct iv_field *f, bool partial, struct iv_jw *w)
{
	switch (f->kind) {
	case IV_F_STR:
		example_text(f, w);
		break;
	case IV_F_INT:
	case IV_F_DBL:
		iv_jw_num(w, f->name, f->min > 0 ? f->min : f->max >= 1 || f->max == 0 ? 1 : f->max, -1);
		break;
	case IV_F_BOOL:
		iv_jw_bool(w, f->name, true);
		break;
	case IV_F_ENUM:
		iv_jw_cstr(w, f->name, f->names[0]);
		break;
	case IV_F_OBJ:
		shapes_example(f->shape, partial, f->name, w);
		break;
	case IV_F_STRS:
	case IV_F_OBJS:
		iv_jw_arr(w, f->name);
		if (f->kind == IV_F_OBJS)
			shapes_example(f->shape, false, NULL, w);
		else
			iv_jw_cstr(w, NULL, "text");
		iv_jw_end_arr(w);
		break;
	case IV_F_JSON:
		iv_jw_raw(w, f->name, IV_S("{}"));
		break;
	case IV_F_END:
		break;
	}
}

/* Of a PATCH the first field that may be sent stands for all. */
void shapes_example(const struct iv_shape *shape, bool partial, const char *key, struct iv_jw *w)
{
	bool any = false;

	iv_jw_obj(w, key);
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		if ((f->flags & IV_READONLY) || (partial ? any : !(f->flags & IV_REQUIRED)))
			continue;
		example_field(f, partial, w);
		any = true;
	}
	iv_jw_end_obj(w);
}
