/* iv_str: bytes by pointer and length. Never NUL-sniffed; what comes from a network is never a char *. */
#ifndef IV_STR_H
#define IV_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct iv_str {
	const char *ptr;
	size_t len;
};

#define IV_S(literal) ((struct iv_str){(literal), sizeof(literal) - 1})
#define IV_STR_NULL ((struct iv_str){NULL, 0})
/* printf("%.*s", IV_FMT(s)) */
#define IV_FMT(s) (int)(s).len, (s).ptr
#define IV_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define IV_MUST_CHECK __attribute__((warn_unused_result))
#define IV_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

static inline struct iv_str iv_str(const char *cstr)
{
	return (struct iv_str){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool iv_str_eq(struct iv_str a, struct iv_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ASCII only: what HTTP header names and enums need. */
bool iv_str_ieq(struct iv_str a, struct iv_str b);
bool iv_str_starts(struct iv_str s, struct iv_str prefix);
bool iv_str_ends(struct iv_str s, struct iv_str suffix);
/* Offset of the first occurrence at or after `from`, or -1. */
ptrdiff_t iv_str_find(struct iv_str s, struct iv_str needle, size_t from);
struct iv_str iv_str_trim(struct iv_str s);
/* Cuts the next field off *rest at `sep`; false when nothing is left. "a,,b" gives "a", "", "b"; a
 * separator at the very end adds no empty field. */
bool iv_str_split(struct iv_str *rest, char sep, struct iv_str *field);
/* The whole of s must be the number; false on empty, junk or overflow. */
IV_MUST_CHECK bool iv_str_to_i64(struct iv_str s, int64_t *out);
IV_MUST_CHECK bool iv_str_to_double(struct iv_str s, double *out);
/* The shortest decimal that reads back as the same finite value ("0.1", "50", "1e+300"); its length. */
#define IV_DOUBLE_SIZE 32
size_t iv_double_str(char out[IV_DOUBLE_SIZE], double value);
/* Copies at most size-1 bytes and ends with NUL; false when it had to cut. */
bool iv_str_copy(char *dst, size_t size, struct iv_str s);
bool iv_utf8_valid(struct iv_str s);

#endif
