/* role_span: the span of each provider that a walk asks. */
#ifndef ROLE_SPAN_H
#define ROLE_SPAN_H

#include "role.h"

void role_span_begin(struct role_walk *w);
void role_span_end(struct role_walk *w, enum role_end end, const char *reason);

#endif
