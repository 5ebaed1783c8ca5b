/* expected: which grammar fits what a call was asked last. The brain writes it, the recogniser of
 * the same call reads it. The oldest of many calls are forgotten. */
#ifndef LAB_EXPECTED_H
#define LAB_EXPECTED_H

#include "grammar.h"

struct expected;

struct expected *expected_new(void);
void expected_free(struct expected *x);
void expected_set(struct expected *x, struct iv_str call_id, enum grammar_kind kind);
enum grammar_kind expected_get(const struct expected *x, struct iv_str call_id); /* unknown: any */

#endif
