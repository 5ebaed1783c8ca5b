/* The media path's look at JSON: recognises messages that are written plainly and have only members
 * it was told of, and finds their values in place. Whatever is not plain (an escape, another
 * member, a member twice, other types) is not refused here: the caller gives it to the reader of
 * the tree. */
#ifndef LEG_PLAIN_H
#define LEG_PLAIN_H

#include "iv_str.h"

enum plain_kind {
	PLAIN_END,
	PLAIN_STRING,
	PLAIN_BULK,    /* a string whose characters the caller checks: base64 */
	PLAIN_INTEGER, /* not negative, up to 15 digits */
	PLAIN_OBJECT,
};

struct plain_field {
	enum plain_kind kind;
	struct iv_str name;
	size_t slot; /* of values[]; an object's too, which then holds its text */
	const struct plain_field *members; /* PLAIN_OBJECT */
};

/* values[slot] is the text of each member found; .ptr NULL when it is absent. */
bool plain_scan(struct iv_str json, const struct plain_field *fields, struct iv_str *values,
		size_t slots);

#endif
