/* Queries and forms. A query is read by a shape through the JSON it stands for, so that rules, defaults and
 * messages are those of every other input. */
#include "iv_query.h"

#include "shape_bind.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

ptrdiff_t iv_query_decode(struct iv_str s, char *dst, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int hi = s.len - i > 2 ? hex_value(s.ptr[i + 1]) : -1;
			int lo = s.len - i > 2 ? hex_value(s.ptr[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return -1;
			c = (char)(hi << 4 | lo);
			i += 2;
		}
		if (n == size)
			return -1;
		dst[n++] = c;
	}
	return (ptrdiff_t)n;
}

/* The next pair that is not empty, as it was sent. */
static bool next_pair(struct iv_str *rest, struct iv_pair *raw)
{
	struct iv_str pair = IV_STR_NULL;
	const char *eq;

	do {
		if (!iv_str_split(rest, '&', &pair))
			return false;
	} while (pair.len == 0);
	eq = memchr(pair.ptr, '=', pair.len);
	raw->name = (struct iv_str){pair.ptr, eq ? (size_t)(eq - pair.ptr) : pair.len};
	raw->value = eq ? (struct iv_str){eq + 1, pair.len - raw->name.len - 1} : IV_S("");
	return true;
}

/* Decoded into the arena with a NUL behind it. False: memory; a broken escape leaves out->ptr NULL. */
static bool decode(struct iv_arena *arena, struct iv_str s, struct iv_str *out)
{
	char *text = iv_arena_alloc(arena, s.len + 1);
	ptrdiff_t n = text ? iv_query_decode(s, text, s.len) : -1;

	*out = IV_STR_NULL;
	if (!text)
		return false;
	if (n >= 0) {
		text[n] = '\0';
		*out = (struct iv_str){text, (size_t)n};
	}
	return true;
}

bool iv_query_parse(struct iv_str text, struct iv_arena *arena, struct iv_pair **pairs, size_t *count,
		    struct iv_err *e)
{
	struct iv_str rest = text;
	struct iv_pair raw;

	*count = 0;
	while (next_pair(&rest, &raw))
		++*count;
	if (*count > IV_QUERY_PAIRS_MAX)
		return iv_fail(e, IV_ETOOBIG, "more than %d parameters", IV_QUERY_PAIRS_MAX);
	*pairs = iv_arena_alloc(arena, *count * sizeof(**pairs));
	rest = text;
	for (size_t i = 0; *pairs && next_pair(&rest, &raw); i++) {
		struct iv_pair *pair = &(*pairs)[i];

		if (!decode(arena, raw.name, &pair->name) || !decode(arena, raw.value, &pair->value))
			*pairs = NULL;
		else if (!pair->name.ptr || !pair->value.ptr)
			return iv_fail(e, IV_EINVAL, "has a '%%' without two hex digits");
	}
	return *pairs || iv_fail(e, IV_ETOOBIG, "is more than the memory of one request (%zu bytes)",
				 arena->limit);
}

struct iv_str iv_query_value(const struct iv_pair *pairs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (iv_str_eq(pairs[i].name, iv_str(name)))
			return pairs[i].value;
	}
	return IV_STR_NULL;
}

/* ── by a shape */

static bool is_text(struct iv_str s)
{
	return s.ptr && !memchr(s.ptr, '\0', s.len) && iv_utf8_valid(s);
}

/* A list that is given again goes on where it was; all else that is given twice is the reader's to refuse. */
static void put(cJSON *doc, const struct iv_field *field, const char *name, cJSON *value)
{
	cJSON *list = field->kind == IV_F_STRS ? cJSON_GetObjectItemCaseSensitive(doc, name) : NULL;

	if (!list) {
		cJSON_AddItemToObject(doc, name, value);
		return;
	}
	while (value->child)
		cJSON_AddItemToArray(list, cJSON_DetachItemFromArray(value, 0));
	cJSON_Delete(value);
}

/* Adds one parameter to the JSON; false when it cannot be read at all, which is then reported. */
static bool add(const struct shape_reader *r, const struct iv_shape *shape, const struct iv_pair *raw, cJSON *doc)
{
	struct iv_pair pair;
	struct shape_step at = {0};
	const struct iv_field *field;
	struct iv_err inner = {0};
	cJSON *value;

	if (!decode(r->arena, raw->name, &pair.name) || !decode(r->arena, raw->value, &pair.value))
		return iv_shape_full(r);
	if (!is_text(pair.name))
		return iv_shape_refuse(r, NULL, "has a name that is not percent-encoded UTF-8");
	at.name = at.given = pair.name.ptr;
	field = &shape->fields[iv_shape_find(shape, pair.name.ptr)];
	if (field->kind == IV_F_END)
		return iv_shape_refuse(r, &at, "is not a known parameter");
	at.name = field->name;
	if (!is_text(pair.value))
		return iv_shape_refuse(r, &at, "must be percent-encoded UTF-8 without NUL");
	value = iv_shape_text_value(field, pair.value.ptr, &inner);
	if (!value)
		return iv_shape_refuse(r, &at, "%s", inner.msg);
	put(doc, field, pair.name.ptr, value);
	return true;
}

bool iv_query_read(const struct iv_shape *shape, struct iv_str query, void *object, struct iv_arena *arena,
		   iv_shape_bad_fn *bad, void *arg, struct iv_err *e)
{
	struct shape_report report = {.bad = bad, .arg = arg};
	const struct shape_reader r = {arena, e, &report};
	cJSON *doc = cJSON_CreateObject();
	struct iv_pair raw;
	size_t count = 0;
	bool good = doc || iv_shape_full(&r);

	while (!report.over && next_pair(&query, &raw)) {
		if (++count > IV_QUERY_PAIRS_MAX) {
			good = iv_shape_refuse(&r, NULL, "has more than %d parameters", IV_QUERY_PAIRS_MAX);
			report.over = true;
		} else {
			good &= add(&r, shape, &raw, doc);
		}
	}
	if (!report.over)
		good &= iv_shape_read_whole(&r, shape, doc, object);
	cJSON_Delete(doc);
	return good;
}
