/* Reading JSON. cJSON builds the tree, but it takes much that RFC 8259 does not: text behind the
 * value, leading zeros, hex, raw control characters, broken UTF-8, "\u0000" (which then cuts the
 * string). So the text is checked against the grammar first, and the tree for what only a tree
 * shows. */
#include "iv_json.h"

#include <math.h>
#include <stdlib.h>

#include "mem.h"
#include "utf8.h"

#define DEPTH_MAX 32
#define FEW_KEYS 16 /* up to here comparing each with each beats sorting */

struct scan {
	const char *text;
	size_t len, at;
	struct iv_err *e;
};

static bool wrong(struct scan *s, size_t at, const char *expected)
{
	if (at >= s->len)
		return iv_fail(s->e, IV_EINVAL,
			       "is not JSON: expected %s, the text ends at offset %zu", expected,
			       s->len);
	return iv_fail(s->e, IV_EINVAL, "is not JSON: expected %s at offset %zu", expected, at);
}

static int peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != (unsigned char)c)
		return false;
	s->at++;
	return true;
}

static void blanks(struct scan *s)
{
	while (s->at < s->len && memchr(" \t\r\n", s->text[s->at], 4))
		s->at++;
}

static bool digits(struct scan *s)
{
	size_t from = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at > from;
}

static bool number(struct scan *s)
{
	size_t from = s->at;

	take(s, '-');
	if (take(s, '0')) {
		if (peek(s) >= '0' && peek(s) <= '9')
			return wrong(s, s->at, "a number without leading zeros");
	} else if (!digits(s)) {
		return wrong(s, from, "a value");
	}
	if (take(s, '.') && !digits(s))
		return wrong(s, s->at, "a digit behind the point");
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			take(s, '-');
		if (!digits(s))
			return wrong(s, s->at, "a digit of the exponent");
	}
	return true;
}

/* Four hex digits of a \u escape, or -1. */
static int unit(struct scan *s)
{
	int value = 0;

	for (int i = 0; i < 4; i++, s->at++) {
		int c = peek(s);
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static bool escaped(struct scan *s)
{
	size_t from = s->at - 1;
	int c = peek(s), first, second;

	if (c < 0 || !memchr("\"\\/bfnrtu", c, 9))
		return wrong(s, s->at, "an escape character");
	s->at++;
	if (c != 'u')
		return true;
	first = unit(s);
	if (first < 0)
		return wrong(s, s->at, "four hex digits");
	if (first == 0)
		return wrong(s, from, "no \\u0000 in a string");
	if (first >= 0xDC00 && first <= 0xDFFF)
		return wrong(s, from, "a whole surrogate pair");
	if (first < 0xD800 || first > 0xDBFF)
		return true;
	second = take(s, '\\') && take(s, 'u') ? unit(s) : -1;
	if (second < 0xDC00 || second > 0xDFFF)
		return wrong(s, from, "a whole surrogate pair");
	return true;
}

static bool string(struct scan *s)
{
	s->at++;
	for (;;) {
		int c = peek(s);
		size_t step;

		if (c < 0)
			return wrong(s, s->at, "the end of a string");
		if (c < 0x20)
			return wrong(s, s->at, "control characters escaped");
		if (take(s, '"'))
			return true;
		if (take(s, '\\')) {
			if (!escaped(s))
				return false;
			continue;
		}
		step = iv_utf8_step(s->text + s->at, s->len - s->at);
		if (!step)
			return iv_fail(s->e, IV_EINVAL, "is not valid UTF-8 at offset %zu", s->at);
		s->at += step;
	}
}

static bool word(struct scan *s, struct iv_str w)
{
	struct iv_str rest = {s->text + s->at, s->len - s->at};

	if (!iv_str_starts(rest, w))
		return wrong(s, s->at, "a value");
	s->at += w.len;
	return true;
}

static bool value(struct scan *s, int depth);

static bool object(struct scan *s, int depth)
{
	s->at++;
	blanks(s);
	if (take(s, '}'))
		return true;
	do {
		blanks(s);
		if (peek(s) != '"')
			return wrong(s, s->at, "a key in quotes");
		if (!string(s))
			return false;
		blanks(s);
		if (!take(s, ':'))
			return wrong(s, s->at, "':'");
		if (!value(s, depth))
			return false;
	} while (take(s, ','));
	return take(s, '}') || wrong(s, s->at, "',' or '}'");
}

static bool array(struct scan *s, int depth)
{
	s->at++;
	blanks(s);
	if (take(s, ']'))
		return true;
	do {
		if (!value(s, depth))
			return false;
	} while (take(s, ','));
	return take(s, ']') || wrong(s, s->at, "',' or ']'");
}

/* One value and the blanks around it. */
static bool value(struct scan *s, int depth)
{
	int c;
	bool ok;

	blanks(s);
	c = peek(s);
	if ((c == '{' || c == '[') && depth >= DEPTH_MAX)
		return iv_fail(s->e, IV_EINVAL, "is nested deeper than %d at offset %zu", DEPTH_MAX,
			       s->at);
	if (c == '{')
		ok = object(s, depth + 1);
	else if (c == '[')
		ok = array(s, depth + 1);
	else if (c == '"')
		ok = string(s);
	else if (c == 't')
		ok = word(s, IV_S("true"));
	else if (c == 'f')
		ok = word(s, IV_S("false"));
	else if (c == 'n')
		ok = word(s, IV_S("null"));
	else
		ok = number(s);
	if (ok)
		blanks(s);
	return ok;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A key that the object has twice, or NULL. */
static const char *twice(const cJSON *obj)
{
	const cJSON *item, *other;
	const char **names, *found = NULL;
	size_t n = 0, i = 0;

	for (item = obj->child; item; item = item->next)
		n++;
	if (n <= FEW_KEYS) {
		for (item = obj->child; item; item = item->next) {
			for (other = item->next; other; other = other->next) {
				if (strcmp(item->string, other->string) == 0)
					return item->string;
			}
		}
		return NULL;
	}
	names = must_calloc(n, sizeof(*names));
	for (item = obj->child; item; item = item->next)
		names[i++] = item->string;
	qsort(names, n, sizeof(*names), by_name);
	for (i = 1; i < n && !found; i++) {
		if (strcmp(names[i - 1], names[i]) == 0)
			found = names[i];
	}
	free(names);
	return found;
}

/* What the grammar cannot see: equal keys however escaped, and numbers beyond a double. */
static bool check_tree(const cJSON *item, struct iv_err *e)
{
	const cJSON *child;
	const char *key;

	if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
		return iv_fail_field(e, IV_EINVAL, item->string ? item->string : "",
				     "is a number that no double can hold");
	key = cJSON_IsObject(item) ? twice(item) : NULL;
	if (key)
		return iv_fail_field(e, IV_EINVAL, key, "is given twice");
	for (child = item->child; child; child = child->next) {
		if (!check_tree(child, e))
			return false;
	}
	return true;
}

cJSON *iv_json_parse(struct iv_str text, struct iv_err *e)
{
	struct scan s = {text.ptr, text.len, 0, e};
	cJSON *tree;

	if (text.len > IV_JSON_MAX_BYTES) {
		iv_fail(e, IV_ETOOBIG, "is %zu bytes of JSON, more than %d", text.len,
			IV_JSON_MAX_BYTES);
		return NULL;
	}
	if (!value(&s, 0))
		return NULL;
	if (s.at != s.len) {
		iv_fail(e, IV_EINVAL,
			"is not JSON: expected nothing behind the value, at offset %zu", s.at);
		return NULL;
	}
	tree = cJSON_ParseWithLength(text.ptr, text.len);
	if (!tree) {
		iv_fail(e, IV_EINVAL, "is not JSON that can be read");
		return NULL;
	}
	if (!check_tree(tree, e)) {
		cJSON_Delete(tree);
		return NULL;
	}
	return tree;
}

const cJSON *iv_json_get(const cJSON *obj, const char *key)
{
	return cJSON_IsObject(obj) ? cJSON_GetObjectItemCaseSensitive(obj, key) : NULL;
}

struct iv_str iv_json_str(const cJSON *obj, const char *key)
{
	const cJSON *item = iv_json_get(obj, key);

	return cJSON_IsString(item) ? iv_str(item->valuestring) : IV_STR_NULL;
}
