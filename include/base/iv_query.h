/* iv_query: what stands behind '?' in a URL, and bodies of application/x-www-form-urlencoded: "a=b&c=%20d+e".
 * Strict: an escape is '%' and two hex digits or the whole is refused. */
#ifndef IV_QUERY_H
#define IV_QUERY_H

#include "iv_shape.h"

#define IV_QUERY_PAIRS_MAX 256

struct iv_pair {
	struct iv_str name, value;
};

/* Decoded bytes ('+' is a blank) into dst, no NUL; their number, or -1 for a broken escape or when there
 * are more than size, which is never so with size = s.len. */
ptrdiff_t iv_query_decode(struct iv_str s, char *dst, size_t size);
/* All pairs in their order, decoded into the arena, any bytes at all; "a" is "a=", empty pairs are passed
 * over. False with *e: a broken escape, more than IV_QUERY_PAIRS_MAX, or no memory. */
IV_MUST_CHECK bool iv_query_parse(struct iv_str text, struct iv_arena *arena, struct iv_pair **pairs,
				  size_t *count, struct iv_err *e);
/* The first value of that name; ptr NULL when there is none. */
struct iv_str iv_query_value(const struct iv_pair *pairs, size_t count, const char *name);

/* A query into a struct by its shape, under iv_shape_read_all's rules and with its reports; the pointer of a
 * parameter is "/name". Texts become what the row wants ("12", "true", "en"); lists are repeated or parted
 * by commas, groups and lists of objects cannot be given. */
IV_MUST_CHECK bool iv_query_read(const struct iv_shape *shape, struct iv_str query, void *object,
				 struct iv_arena *arena, iv_shape_bad_fn *bad, void *arg, struct iv_err *e);

#endif
