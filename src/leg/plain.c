/* One pass, nothing copied. Each step takes the place it stands at and returns the place behind
 * what it took, or NULL when the text is not plain. */
#include "plain.h"

#define INTEGER_DIGITS 15
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
		at++;
	return at;
}

static const char *take(const char *at, const char *end, char want)
{
	if (at < end && *at == want)
		return at + 1;
	at = skip_blanks(at, end);
	return at < end && *at == want ? at + 1 : NULL;
}

/* A quote, a backslash, a control character or the beginning of a longer UTF-8 sequence. */
static bool special(unsigned char c)
{
	return c == '"' || c == '\\' || c < 0x20 || c >= 0x80;
}

/* The high bit of each byte that is zero; bits above the lowest one set may be wrong. */
static uint64_t zero_bytes(uint64_t x)
{
	return (x - EACH(1)) & ~x & EACH(0x80);
}

/* Eight bytes at a time: most names end in the first eight. */
static const char *find_special(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t x, found;

		memcpy(&x, at, sizeof(x));
		found = zero_bytes(x ^ EACH('"')) | zero_bytes(x ^ EACH('\\')) |
			((x - EACH(0x20)) & ~x & EACH(0x80)) | (x & EACH(0x80));
		if (found != 0)
			return at + (__builtin_ctzll(found) >> 3);
	}
	while (at < end && !special((unsigned char)*at))
		at++;
	return at;
}

static const char *take_string(const char *at, const char *end, struct iv_str *value)
{
	const char *from = take(at, end, '"'), *quote;

	if (!from)
		return NULL;
	quote = find_special(from, end);
	*value = (struct iv_str){from, (size_t)(quote - from)};
	return quote < end && *quote == '"' ? quote + 1 : NULL;
}

static const char *take_bulk(const char *at, const char *end, struct iv_str *value)
{
	const char *from = take(at, end, '"'), *quote;

	if (!from)
		return NULL;
	quote = memchr(from, '"', (size_t)(end - from));
	if (!quote)
		return NULL;
	*value = (struct iv_str){from, (size_t)(quote - from)};
	return quote + 1;
}

static const char *take_integer(const char *at, const char *end, struct iv_str *value)
{
	const char *from = skip_blanks(at, end);
	size_t len;

	for (at = from; at < end && *at >= '0' && *at <= '9';)
		at++;
	len = (size_t)(at - from);
	*value = (struct iv_str){from, len};
	/* What follows must be a comma or brace, so 1.5 and 1e9 fail there. */
	return len >= 1 && len <= INTEGER_DIGITS && (len == 1 || *from != '0') ? at : NULL;
}

static const struct plain_field *find_field(const struct plain_field *fields, struct iv_str name)
{
	for (; fields->kind != PLAIN_END; fields++)
		if (iv_str_eq(fields->name, name))
			return fields;
	return NULL;
}

static const char *take_object(const char *at, const char *end, const struct plain_field *fields,
			       struct iv_str *values);

static const char *take_value(const char *at, const char *end, const struct plain_field *f,
			      struct iv_str *values)
{
	struct iv_str *value = &values[f->slot];

	if (value->ptr)
		return NULL;
	switch (f->kind) {
	case PLAIN_STRING:
		return take_string(at, end, value);
	case PLAIN_BULK:
		return take_bulk(at, end, value);
	case PLAIN_INTEGER:
		return take_integer(at, end, value);
	case PLAIN_OBJECT:
		/* Marked first, so that a second one is noticed. */
		*value = (struct iv_str){skip_blanks(at, end), 0};
		at = take_object(at, end, f->members, values);
		if (at)
			value->len = (size_t)(at - value->ptr);
		return at;
	case PLAIN_END:
		break;
	}
	return NULL;
}

static const char *take_member(const char *at, const char *end, const struct plain_field *fields,
			       struct iv_str *values)
{
	const struct plain_field *f;
	struct iv_str name;

	at = take_string(at, end, &name);
	if (!at)
		return NULL;
	f = find_field(fields, name);
	at = f ? take(at, end, ':') : NULL;
	return at ? take_value(at, end, f, values) : NULL;
}

static const char *take_object(const char *at, const char *end, const struct plain_field *fields,
			       struct iv_str *values)
{
	at = take(at, end, '{');
	while (at) {
		const char *behind = take_member(at, end, fields, values);

		if (!behind)
			return NULL;
		at = take(behind, end, ',');
		if (!at)
			return take(behind, end, '}');
	}
	return NULL;
}

bool plain_scan(struct iv_str json, const struct plain_field *fields, struct iv_str *values,
		size_t slots)
{
	const char *end = json.ptr + json.len, *at;

	for (size_t i = 0; i < slots; i++)
		values[i] = IV_STR_NULL;
	at = json.len > 0 ? take_object(json.ptr, end, fields, values) : NULL;
	return at && skip_blanks(at, end) == end;
}
