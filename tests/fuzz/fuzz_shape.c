/* Any JSON through a shape with every kind of field. What is read keeps the table's bounds, and
 * what is printed of it can be read again; the first byte decides between reading, merging and
 * setting. */
#include <stdlib.h>

#include "iv_shape.h"

struct inner {
	int64_t n;
	struct iv_str s;
};

struct outer {
	struct iv_str text, any;
	int64_t count;
	double ratio;
	bool flag;
	int choice;
	struct inner one;
	struct iv_strs words;
	struct iv_objs many;
};

static const char *const choices[] = {"a", "b", NULL};

static const struct iv_field inner_fields[] = {
	IV_INT(struct inner, n, "n", IV_REQUIRED, -5, 5, "bounded"),
	IV_STR(struct inner, s, "someText", 0, 0, 8, "short"),
	IV_FIELDS_END,
};

static const struct iv_shape inner_shape = {"inner", sizeof(struct inner), inner_fields, NULL};

static const struct iv_field outer_fields[] = {
	IV_STR(struct outer, text, "t", 0, 1, 16, "text"),
	IV_JSON(struct outer, any, "j", 0, 256, "anything"),
	IV_INT(struct outer, count, "i", 0, 0, 0, "unbounded"),
	IV_DBL(struct outer, ratio, "d", 0, 0, 1, "bounded"),
	IV_BOOL(struct outer, flag, "f", 0, "flag"),
	IV_ENUM(struct outer, choice, "e", 0, choices, "choice"),
	IV_OBJ(struct outer, one, "o", 0, &inner_shape, "nested"),
	IV_STRS(struct outer, words, "w", 0, 4, "words"),
	IV_OBJS(struct outer, many, "m", 0, 4, &inner_shape, "objects"),
	IV_FIELDS_END,
};

static const struct iv_shape outer_shape = {"outer", sizeof(struct outer), outer_fields, NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct outer *o)
{
	const struct inner *many = o->many.items;

	if (o->text.len > 16 || o->any.len > 256 || !(o->ratio >= 0 && o->ratio <= 1) ||
	    o->choice < 0 || o->choice > 1 || o->words.count > 4 || o->many.count > 4 ||
	    o->one.n < -5 || o->one.n > 5)
		abort();
	for (size_t i = 0; i < o->many.count; i++) {
		if (many[i].n < -5 || many[i].n > 5 || many[i].s.len > 8)
			abort();
	}
}

/* What was printed reads back: printing and reading share one table. */
static void print_and_read(const struct outer *o, struct iv_arena *arena)
{
	struct iv_buf out;
	struct iv_jw w;
	struct iv_err e = {0};
	struct outer again;
	cJSON *json;

	iv_buf_init(&out, 1 << 20);
	iv_jw_init(&w, &out);
	iv_shape_write(&outer_shape, o, NULL, &w);
	if (!iv_jw_done(&w))
		abort();
	json = iv_json_parse(iv_buf_str(&out), &e);
	if (!json || !iv_shape_read(&outer_shape, json, &again, arena, &e))
		abort();
	check(&again);
	cJSON_Delete(json);
	iv_buf_deinit(&out);
}

/* Nothing named, or at least one and at most the bound, each with a pointer into the text. */
static void count_bad(void *arg, const char *pointer, const char *rule)
{
	size_t *count = arg;

	if ((pointer[0] != '/' && pointer[0] != '\0') || !iv_utf8_valid(iv_str(pointer)) ||
	    rule[0] == '\0' || ++*count > IV_SHAPE_BAD_MAX)
		abort();
}

static bool read_both_ways(const cJSON *json, struct outer *o, struct iv_arena *arena,
			   struct iv_err *e)
{
	struct iv_err first = {0};
	size_t bad = 0;
	bool all = iv_shape_read_all(&outer_shape, json, o, arena, count_bad, &bad, &first);
	bool ok = iv_shape_read(&outer_shape, json, o, arena, e);

	if (first.code != IV_ETOOBIG && e->code != IV_ETOOBIG &&
	    (ok != all || ok != (bad == 0) || strcmp(first.field, e->field) != 0))
		abort();
	return ok;
}

static bool apply(uint8_t how, struct iv_str text, struct outer *o, struct iv_arena *arena,
		  struct iv_err *e)
{
	struct iv_str path;
	cJSON *json;
	bool ok;

	if (how % 3 == 2)
		return iv_str_split(&text, '=', &path) &&
		       iv_shape_set(&outer_shape, path, text, o, arena, e);
	json = iv_json_parse(text, e);
	if (!json)
		return false;
	ok = how % 3 ? iv_shape_merge(&outer_shape, json, o, arena, e)
		     : read_both_ways(json, o, arena, e);
	cJSON_Delete(json);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_arena arena;
	struct iv_err e = {0};
	struct outer o = {0};

	if (size == 0)
		return 0;
	iv_arena_init(&arena, 1 << 16);
	if (apply(data[0], (struct iv_str){(const char *)data + 1, size - 1}, &o, &arena, &e)) {
		check(&o);
		print_and_read(&o, &arena);
	}
	iv_arena_deinit(&arena);
	return 0;
}
