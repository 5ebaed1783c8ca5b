/* iv_arena: memory that lives as long as one request, one message or one turn, freed in one step.
 * Blocks grow up to the limit; beyond it allocation returns NULL (sizes a peer chooses are limits hit,
 * not crashes). In IV_DEBUG builds every allocation is its own malloc, so that ASan sees it. */
#ifndef IV_ARENA_H
#define IV_ARENA_H

#include "iv_str.h"

struct iv_arena {
	struct iv_arena_block *blocks;
	size_t used, limit;
};

void iv_arena_init(struct iv_arena *a, size_t limit_bytes);
void iv_arena_deinit(struct iv_arena *a);
void iv_arena_reset(struct iv_arena *a);
void *iv_arena_alloc(struct iv_arena *a, size_t n); /* zeroed, aligned for anything; NULL at the limit */
/* Copies; the copy carries a NUL behind its len for libraries that want one. ptr NULL at the limit. */
struct iv_str iv_arena_str(struct iv_arena *a, struct iv_str s);

#endif
