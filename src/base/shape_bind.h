/* Between the readers of a shape: where we are, for messages, and the binding of one value. */
#ifndef BASE_SHAPE_BIND_H
#define BASE_SHAPE_BIND_H

#include "iv_shape.h"

/* One step of the path to a value. Steps lie on the stack; only an error makes text of them. */
struct shape_step {
	const struct shape_step *outer;
	const char *name; /* NULL: the item `index` of the array that `outer` is */
	size_t index;
};

struct shape_reader {
	struct iv_arena *arena;
	struct iv_err *e;
};

/* Fills *e with the path of `at` and the rule; returns false. */
bool iv_shape_refuse(const struct shape_reader *r, const struct shape_step *at, const char *fmt,
		     ...) IV_PRINTF(3, 4);
/* Checks one member against its row and stores it in the object. */
bool iv_shape_bind(const struct shape_reader *r, const struct shape_step *at,
		   const struct iv_field *field, const cJSON *json, void *object);

#endif
