/* The document while it is written. Shapes and refusals that it refers to are collected by its operations, printed at its end. */
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

enum { REFUSALS_MAX = 64, REFUSAL_NAME = 160 };

struct refusal {
	int status;
	enum iv_code codes[8];
	size_t count;
};

struct openapi {
	struct iv_jw w;
	struct shape_list shapes;
	struct refusal refusals[REFUSALS_MAX];
	size_t refusal_count;
	bool codes[64]; /* error codes that some operation may answer */
};

/* {"$ref": ref}, in an array. */
void openapi_ref(struct iv_jw *w, const char *ref);
/* Whether a key makes this operation be done once. */
bool openapi_remembers(const struct iv_api_route *r);
/* Member "responses" of an operation. */
void openapi_answers(struct openapi *x, const struct iv_api_route *r);
/* One of components.responses. */
void openapi_refusal(struct iv_jw *w, const struct refusal *r);
void openapi_webhooks(struct openapi *x);
void openapi_components(struct openapi *x);

#endif
