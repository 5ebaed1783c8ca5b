/* One pass, nothing copied. True means: strict JSON, an object, only the members asked for. */
#include "plain.h"

#define INTEGER_DIGITS 15

struct cursor {
	const char *at, *end;
};

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end &&
	       (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r'))
		c->at++;
}

static bool take(struct cursor *c, char want)
{
	skip_blanks(c);
	if (c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

static bool take_string(struct cursor *c, struct iv_str *value)
{
	const char *from;

	if (!take(c, '"'))
		return false;
	for (from = c->at; c->at < c->end; c->at++) {
		unsigned char ch = (unsigned char)*c->at;

		if (ch == '"')
			break;
		if (ch < 0x20 || ch > 0x7e || ch == '\\')
			return false;
	}
	*value = (struct iv_str){from, (size_t)(c->at - from)};
	return take(c, '"');
}

static bool take_bulk(struct cursor *c, struct iv_str *value)
{
	const char *quote;

	if (!take(c, '"'))
		return false;
	quote = memchr(c->at, '"', (size_t)(c->end - c->at));
	if (!quote)
		return false;
	*value = (struct iv_str){c->at, (size_t)(quote - c->at)};
	c->at = quote + 1;
	return true;
}

static bool take_integer(struct cursor *c, struct iv_str *value)
{
	const char *from;
	size_t len;

	skip_blanks(c);
	from = c->at;
	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	len = (size_t)(c->at - from);
	*value = (struct iv_str){from, len};
	/* What follows must be a comma or brace, so 1.5 and 1e9 fail there. */
	return len >= 1 && len <= INTEGER_DIGITS && (len == 1 || *from != '0');
}

static const struct plain_field *find_field(const struct plain_field *fields, struct iv_str name)
{
	for (; fields->kind != PLAIN_END; fields++)
		if (iv_str_eq(fields->name, name))
			return fields;
	return NULL;
}

static bool take_object(struct cursor *c, const struct plain_field *fields, struct iv_str *values);

static bool take_value(struct cursor *c, const struct plain_field *f, struct iv_str *values)
{
	struct iv_str *value = &values[f->slot];
	const char *from;

	if (value->ptr)
		return false;
	switch (f->kind) {
	case PLAIN_STRING:
		return take_string(c, value);
	case PLAIN_BULK:
		return take_bulk(c, value);
	case PLAIN_INTEGER:
		return take_integer(c, value);
	case PLAIN_OBJECT:
		skip_blanks(c);
		from = c->at;
		/* Marked first, so that a second one is noticed. */
		*value = (struct iv_str){from, 0};
		if (!take_object(c, f->members, values))
			return false;
		value->len = (size_t)(c->at - from);
		return true;
	case PLAIN_END:
		break;
	}
	return false;
}

static bool take_object(struct cursor *c, const struct plain_field *fields, struct iv_str *values)
{
	if (!take(c, '{'))
		return false;
	do {
		const struct plain_field *f;
		struct iv_str name;

		if (!take_string(c, &name))
			return false;
		f = find_field(fields, name);
		if (!f || !take(c, ':') || !take_value(c, f, values))
			return false;
	} while (take(c, ','));
	return take(c, '}');
}

bool plain_scan(struct iv_str json, const struct plain_field *fields, struct iv_str *values,
		size_t slots)
{
	struct cursor c = {json.ptr, json.ptr + json.len};

	for (size_t i = 0; i < slots; i++)
		values[i] = IV_STR_NULL;
	if (json.len == 0 || !take_object(&c, fields, values))
		return false;
	skip_blanks(&c);
	return c.at == c.end;
}
