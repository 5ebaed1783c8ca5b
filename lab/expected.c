/* A ring of calls that were asked something in particular. */
#include "expected.h"

#include <stdlib.h>
#include "lab.h"

#define CALLS_MAX 256

struct expected {
	struct {
		char id[LAB_CALL_ID_SIZE];
		enum grammar_kind kind;
	} calls[CALLS_MAX];
	size_t next;
};

struct expected *expected_new(void)
{
	return lab_alloc(sizeof(struct expected));
}

void expected_free(struct expected *x)
{
	free(x);
}

static size_t find(const struct expected *x, struct iv_str id)
{
	size_t i = 0;

	while (i < CALLS_MAX && !iv_str_eq(iv_str(x->calls[i].id), id))
		i++;
	return i;
}

void expected_set(struct expected *x, struct iv_str call_id, enum grammar_kind kind)
{
	size_t i = find(x, call_id);

	if (call_id.len == 0 || call_id.len >= LAB_CALL_ID_SIZE)
		return;
	if (i == CALLS_MAX) {
		i = x->next;
		x->next = (x->next + 1) % CALLS_MAX;
		iv_str_copy(x->calls[i].id, sizeof(x->calls[i].id), call_id);
	}
	x->calls[i].kind = kind;
}

enum grammar_kind expected_get(const struct expected *x, struct iv_str call_id)
{
	size_t i = call_id.len ? find(x, call_id) : CALLS_MAX;

	return i < CALLS_MAX ? x->calls[i].kind : GRAMMAR_ANY;
}
