/* Between the readers of a shape: where we are, for messages, and the binding of one value. */
#ifndef BASE_SHAPE_BIND_H
#define BASE_SHAPE_BIND_H

#include "iv_shape.h"

/* One step of the path to a value. Steps lie on the stack; only an error makes text of them. */
struct shape_step {
	const struct shape_step *outer;
	const char *name; /* NULL: the item `index` of the array that `outer` is */
	size_t index;
	const char *given; /* how the document spells it, an alias or a stranger; NULL: as `name` */
};

/* Reading that goes on behind a wrong field. */
struct shape_report {
	iv_shape_bad_fn *bad;
	void *arg;
	size_t count;
	bool over; /* enough was reported, or the memory is used up */
};

struct shape_reader {
	struct iv_arena *arena;
	struct iv_err *e;
	struct shape_report *report; /* NULL: the first wrong field ends the reading */
};

/* Fills *e with the path of `at` and the rule, reports both; returns false. */
bool iv_shape_refuse(const struct shape_reader *r, const struct shape_step *at, const char *fmt,
		     ...) IV_PRINTF(3, 4);
/* The arena is used up: no fault of the field, and nothing more can be read. Returns false. */
bool iv_shape_full(const struct shape_reader *r);
/* iv_shape_read with all of its ways to report. */
bool iv_shape_read_whole(const struct shape_reader *r, const struct iv_shape *shape, const cJSON *json,
			 void *object);
/* The row of that name or alias, else the end of the table. */
size_t iv_shape_find(const struct iv_shape *shape, const char *name);
/* What a text stands for by a row: a JSON value that binding takes or refuses with the row's own
 * message. The caller owns it; NULL with *e filled when the row wants JSON and this is none. */
cJSON *iv_shape_text_value(const struct iv_field *field, const char *text, struct iv_err *e);
/* Checks one member against its row and stores it in the object. */
bool iv_shape_bind(const struct shape_reader *r, const struct shape_step *at,
		   const struct iv_field *field, const cJSON *json, void *object);

#endif
