/* Setting one field by its dotted path from text, as a query parameter or a command line gives it.
 * The text becomes the JSON that the row wants, so that rules and messages are those of reading. */
#include "shape_bind.h"

#include <stdlib.h>

#define DEPTH_MAX 8

/* Is `word` the snake_case spelling of a camelCase name? */
static bool is_snake(const char *name, struct iv_str word)
{
	size_t at = 0;

	for (; *name; name++) {
		bool upper = *name >= 'A' && *name <= 'Z';
		char c = upper ? (char)(*name + ('a' - 'A')) : *name;

		if (upper && (at == word.len || word.ptr[at++] != '_'))
			return false;
		if (at == word.len || word.ptr[at++] != c)
			return false;
	}
	return at == word.len;
}

static const struct iv_field *find_field(const struct iv_shape *shape, struct iv_str word)
{
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		if (iv_str_eq(iv_str(f->name), word) || is_snake(f->name, word) ||
		    (f->alias && iv_str_eq(iv_str(f->alias), word)))
			return f;
	}
	return NULL;
}

static cJSON *as_list(struct iv_str text)
{
	cJSON *list = cJSON_CreateArray();
	struct iv_str item;

	while (iv_str_split(&text, ',', &item)) {
		char *copy;

		item = iv_str_trim(item);
		copy = strndup(item.ptr, item.len);
		cJSON_AddItemToArray(list, cJSON_CreateString(copy ? copy : ""));
		free(copy);
	}
	return list;
}

/* Text that is no such value stays a string: binding then refuses it with the row's own message. */
cJSON *iv_shape_text_value(const struct iv_field *field, const char *text, struct iv_err *e)
{
	struct iv_str s = iv_str(text);
	double number;

	switch (field->kind) {
	case IV_F_INT:
	case IV_F_DBL:
		if (iv_str_to_double(s, &number))
			return cJSON_CreateNumber(number);
		break;
	case IV_F_BOOL:
		if (iv_str_eq(s, IV_S("true")) || iv_str_eq(s, IV_S("false")))
			return cJSON_CreateBool(s.len == 4);
		break;
	case IV_F_STRS:
		return as_list(s);
	case IV_F_OBJS:
	case IV_F_JSON:
		return iv_json_parse(s, e);
	case IV_F_STR:
	case IV_F_ENUM:
	case IV_F_OBJ:
	case IV_F_END:
		break;
	}
	return cJSON_CreateString(text);
}

static bool assign(const struct shape_reader *r, const struct shape_step *at,
		   const struct iv_field *field, struct iv_str value, void *object)
{
	struct iv_str text = iv_arena_str(r->arena, value);
	struct iv_err inner = {0};
	cJSON *json;
	bool ok;

	if (!text.ptr)
		return iv_shape_full(r);
	if (memchr(text.ptr, '\0', text.len) || !iv_utf8_valid(text))
		return iv_shape_refuse(r, at, "must be UTF-8 without NUL");
	json = iv_shape_text_value(field, text.ptr, &inner);
	if (!json)
		return iv_shape_refuse(r, at, "%s", inner.msg);
	ok = iv_shape_bind(r, at, field, json, object);
	cJSON_Delete(json);
	return ok;
}

bool iv_shape_set(const struct iv_shape *shape, struct iv_str path, struct iv_str value,
		  void *object, struct iv_arena *arena, struct iv_err *e)
{
	const struct shape_reader r = {arena, e, NULL};
	struct shape_step steps[DEPTH_MAX] = {{0}};
	struct iv_str rest = path, word;
	char unknown[sizeof(e->field)];

	for (size_t depth = 0; depth < DEPTH_MAX && iv_str_split(&rest, '.', &word); depth++) {
		const struct iv_field *field = find_field(shape, word);

		if (!field)
			break;
		steps[depth] =
			(struct shape_step){depth ? &steps[depth - 1] : NULL, field->name, 0, NULL};
		if (rest.len == 0 && !iv_str_ends(path, IV_S(".")) && field->kind == IV_F_OBJ)
			return iv_shape_refuse(&r, &steps[depth],
					       "is a group of fields, one of which must be named");
		if (rest.len == 0 && !iv_str_ends(path, IV_S(".")))
			return assign(&r, &steps[depth], field, value, object);
		if (field->kind != IV_F_OBJ)
			break;
		if (field->flags & IV_READONLY)
			return iv_shape_refuse(&r, &steps[depth], "is read only");
		shape = field->shape;
		object = (char *)object + field->offset;
	}
	iv_str_copy(unknown, sizeof(unknown), path);
	return iv_fail_field(e, IV_EINVAL, unknown, "is not a known field");
}
