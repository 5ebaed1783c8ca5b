/* Shapes that a document refers to: collected while the operations are written, printed at its end. */
#ifndef OPENAPI_PRIV_H
#define OPENAPI_PRIV_H

#include "iv_openapi.h"

enum { SHAPES_MAX = 600, DOCUMENT_BYTES = 8 << 20 };

struct shape_list {
	struct {
		const struct iv_shape *shape;
		enum iv_side side;
	} items[SHAPES_MAX];
	size_t count;
};

#define SCHEMAS "#/components/schemas/"

/* {"$ref": …} of the shape's side, which is noted with all that is inside it. */
void shapes_ref(struct shape_list *l, const struct iv_shape *shape, enum iv_side side, const char *key, struct iv_jw *w);
/* Members of components.schemas, in alphabetical order. */
void shapes_write(struct shape_list *l, struct iv_jw *w);
/* A request that would be taken: what is required, with plausible values. */
void shapes_example(const struct iv_shape *shape, bool partial, const char *key, struct iv_jw *w);

#endif
