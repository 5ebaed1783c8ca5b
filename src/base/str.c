/* Strings by pointer and length: comparing, cutting, numbers, UTF-8. Nothing here allocates or
 * looks past len. */
#include "iv_str.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

/* Longest number that is read: more digits than any double needs. */
#define NUMBER_MAX 127

static unsigned char lower(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool iv_str_ieq(struct iv_str a, struct iv_str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	}
	return true;
}

bool iv_str_starts(struct iv_str s, struct iv_str prefix)
{
	return s.len >= prefix.len && iv_str_eq((struct iv_str){s.ptr, prefix.len}, prefix);
}

bool iv_str_ends(struct iv_str s, struct iv_str suffix)
{
	if (suffix.len == 0)
		return true;
	return s.len >= suffix.len &&
	       memcmp(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len) == 0;
}

ptrdiff_t iv_str_find(struct iv_str s, struct iv_str needle, size_t from)
{
	const char *hit;

	if (from > s.len)
		return -1;
	if (needle.len == 0)
		return (ptrdiff_t)from;
	if (needle.len > s.len - from)
		return -1;
	hit = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
	return hit ? hit - s.ptr : -1;
}

struct iv_str iv_str_trim(struct iv_str s)
{
	while (s.len && blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool iv_str_split(struct iv_str *rest, char sep, struct iv_str *field)
{
	const char *cut;

	if (rest->len == 0)
		return false;
	cut = memchr(rest->ptr, sep, rest->len);
	if (!cut) {
		*field = *rest;
		*rest = (struct iv_str){rest->ptr + rest->len, 0};
		return true;
	}
	*field = (struct iv_str){rest->ptr, (size_t)(cut - rest->ptr)};
	*rest = (struct iv_str){cut + 1, rest->len - field->len - 1};
	return true;
}

bool iv_str_to_i64(struct iv_str s, int64_t *out)
{
	uint64_t limit = INT64_MAX, n = 0;
	bool negative = s.len && s.ptr[0] == '-';
	size_t i = s.len && (negative || s.ptr[0] == '+') ? 1 : 0;

	if (i == s.len)
		return false;
	if (negative)
		limit++;
	for (; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.ptr[i] - '0';

		if (digit > 9 || n > (limit - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	/* -(n-1)-1: the least int64 has no positive twin. */
	*out = negative && n ? -(int64_t)(n - 1) - 1 : (int64_t)n;
	return true;
}

bool iv_str_to_double(struct iv_str s, double *out)
{
	char text[NUMBER_MAX + 1], *end;
	double value;

	if (s.len == 0 || s.len > NUMBER_MAX)
		return false;
	/* strtod also takes blanks, hex, inf and nan: none of them is a number to us. */
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.' && c != 'e' &&
		    c != 'E')
			return false;
	}
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	value = strtod(text, &end);
	if (end != text + s.len || !isfinite(value))
		return false;
	*out = value;
	return true;
}

bool iv_str_copy(char *dst, size_t size, struct iv_str s)
{
	size_t n;

	if (size == 0)
		return false;
	n = s.len < size ? s.len : size - 1;
	if (n)
		memcpy(dst, s.ptr, n);
	dst[n] = '\0';
	return n == s.len;
}

size_t iv_double_str(char out[IV_DOUBLE_SIZE], double value)
{
	int n = 0;

	if (value == 0)
		value = 0; /* no "-0" */
	/* 15 digits always survive being read; 17 always survive being written. */
	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(out, IV_DOUBLE_SIZE, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			break;
	}
	return (size_t)n;
}

size_t iv_utf8_step(const char *p, size_t n)
{
	const unsigned char *s = (const unsigned char *)p;
	unsigned lo = 0x80, hi = 0xBF;
	size_t len;

	if (n == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xC2 || s[0] > 0xF4)
		return 0;
	len = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	if (n < len)
		return 0;
	/* The second byte's range is what keeps out overlongs, surrogates and > U+10FFFF. */
	if (s[0] == 0xE0)
		lo = 0xA0;
	else if (s[0] == 0xED)
		hi = 0x9F;
	else if (s[0] == 0xF0)
		lo = 0x90;
	else if (s[0] == 0xF4)
		hi = 0x8F;
	if (s[1] < lo || s[1] > hi)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	}
	return len;
}

bool iv_utf8_valid(struct iv_str s)
{
	for (size_t i = 0; i < s.len;) {
		size_t step = iv_utf8_step(s.ptr + i, s.len - i);

		if (step == 0)
			return false;
		i += step;
	}
	return true;
}
